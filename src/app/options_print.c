/*
 * options_print - the table for people: --help and the manual's list of options; for shells see options_shell.h.
 * doc/sipwhy.1 is checked against what is printed here (tests/check/man.sh).
 */
#include <stdio.h>
#include <string.h>

#include "app/keys.h"
#include "app/man.h"
#include "app/options.h"
#include "app/options_shell.h"
#include "app/options_table.h"

enum { PRINT_LEFT = 32, PRINT_WIDTH = 100, PRINT_TEXT = 512 };

/* The help phrase with choices, range and default. */
static const char *
print_phrase(char *out, size_t cap, const struct option_row *r)
{
	char list[160] = "", range[64] = "", standard[48] = "";

	if (r->type == TYPE_CHOICE)
		(void)option_list(list, sizeof list, r->choices);
	if (r->type == TYPE_NUMBER || r->type == TYPE_SECONDS)
		(void)option_range(range, sizeof range, r);
	if (r->standard != NULL)
		(void)snprintf(standard, sizeof standard, "%sdefault %s",
		    list[0] != '\0' || range[0] != '\0' ? "; " : "", r->standard);
	if (list[0] == '\0' && range[0] == '\0' && standard[0] == '\0')
		(void)snprintf(out, cap, "%s%s", r->help, r->many ? "; repeatable" : "");
	else
		(void)snprintf(
		    out, cap, "%s (%s%s%s)%s", r->help, list, range, standard, r->many ? "; repeatable" : "");
	return out;
}

/* --help. */

/* Wrapped at words, from column PRINT_LEFT on. */
static void
print_wrap(FILE *out, const char *s)
{
	size_t at = PRINT_LEFT;

	while (*s != '\0') {
		size_t n = strcspn(s, " ");

		if (at > PRINT_LEFT && at + 1 + n > PRINT_WIDTH) {
			(void)fprintf(out, "\n%*s", PRINT_LEFT, "");
			at = PRINT_LEFT;
		} else if (at > PRINT_LEFT) {
			(void)fputc(' ', out);
			at++;
		}
		(void)fprintf(out, "%.*s", (int)n, s);
		at += n;
		s += n + (s[n] == ' ');
	}
	(void)fputc('\n', out);
}

static void
print_help_row(FILE *out, const struct option_row *r)
{
	char left[64], text[PRINT_TEXT], optional[32] = "";
	const char *arg = r->arg == NULL ? "" : r->arg;

	if (arg[0] == '=') {
		(void)snprintf(optional, sizeof optional, "[%s]", arg);
		arg = optional;
	}
	if (r->letter != 0)
		(void)snprintf(left, sizeof left, "  -%c, --%s%s%s", r->letter, r->name,
		    arg[0] != '\0' && arg[0] != '[' ? " " : "", arg);
	else
		(void)snprintf(
		    left, sizeof left, "      --%s%s%s", r->name, arg[0] != '\0' && arg[0] != '[' ? " " : "", arg);
	if (strlen(left) >= PRINT_LEFT)
		(void)fprintf(out, "%s\n%*s", left, PRINT_LEFT, "");
	else
		(void)fprintf(out, "%-*s", PRINT_LEFT, left);
	print_wrap(out, print_phrase(text, sizeof text, r));
}

void
options_help(FILE *out)
{
	const struct option_row *r;

	(void)fputs(
	    "sipwhy: why are calls failing, right now?\n\n"
	    "usage: sipwhy [options] [MATCH] [BPF filter]\n\n"
	    "  sipwhy                          this machine's traffic, all interfaces (needs root or cap_net_raw)\n"
	    "  sipwhy -I calls.pcap            a capture file\n"
	    "  sipwhy -I full.log              a log of a PBX, with SIP messages or with codes in its lines\n"
	    "  sipwhy --follow /var/log/asterisk/full          the same while it is written\n"
	    "  sipwhy -S udp:5514              syslog of a PBX, from this machine; others with --allow\n"
	    "  journalctl -o json -f -u freeswitch | sipwhy -I -\n"
	    "  ssh pbx tcpdump -U -w - | sipwhy -I -\n"
	    "  sipwhy --demo                   made-up traffic\n"
	    "  sipwhy --howto asterisk         what to switch on where the calls are\n"
	    "  sipwhy --explain 503            what a code means and what to check\n"
	    "  sipwhy --explain 404 \"Not here\" \"Server: Kamailio\"   the same of a phrase with headers\n",
	    out);
	for (unsigned g = 0; g < GROUP_N; g++) {
		(void)fprintf(out, "\n%s:\n", option_group_title((enum option_group)g));
		for (size_t i = 0; (r = option_row(i)) != NULL; i++)
			if (r->group == (enum option_group)g)
				print_help_row(out, r);
	}
	(void)fputs("\nWith a code --explain takes a phrase and headers of the answer (Server, User-Agent, Reason,\n"
		    "Warning, X-Asterisk-HangupCause, X-Twilio-Error, P-Registrar-Error), each in quotes;\n"
		    "\"Direction: sent\", \"Role: trunk\" and \"Role: phones\" say who answered whom.\n",
	    out);
	(void)fputs("\nMATCH is a regular expression (PCRE2) over the whole message.  The BPF filter is libpcap's;\n"
		    "without one nothing is left out: SIP is found by content, on any port.\n"
		    "Exit: 0 done, 1 something could not be opened or was damaged, 2 usage.\n",
	    out);
}

/* The manual. */

/* ".It Fl d , Fl \-device Ar IFACE" */
static void
print_man_item(FILE *out, const struct option_row *r)
{
	(void)fputs(".It ", out);
	if (r->letter != 0)
		(void)fprintf(out, "Fl %c , ", r->letter);
	(void)fputs("Fl -", out);
	(void)fputs(r->name, out);
	if (r->arg != NULL && r->arg[0] == '=')
		(void)fprintf(out, " Ns Op = Ns Ar %s", r->arg + 1);
	else if (r->arg != NULL)
		(void)fprintf(out, " Ar %s", r->arg);
	(void)fputc('\n', out);
}

static void
print_man(FILE *out)
{
	const struct option_row *r;
	char text[PRINT_TEXT];

	for (unsigned g = 0; g < GROUP_N; g++) {
		(void)fprintf(out, ".Ss %s\n.Bl -tag -width Ds\n", option_group_title((enum option_group)g));
		for (size_t i = 0; (r = option_row(i)) != NULL; i++) {
			if (r->group != (enum option_group)g)
				continue;
			print_man_item(out, r);
			man_sentence(out, print_phrase(text, sizeof text, r));
			if (r->more != NULL)
				man_text(out, r->more);
			if (r->in_file)
				man_text(out, "May stand in the configuration.");
		}
		(void)fputs(".El\n", out);
	}
}

bool
options_print(FILE *out, const char *what)
{
	static const struct {
		const char *what;
		void (*print)(FILE *out);
	} rows[] = { { "man", print_man }, { "keys", keys_man }, { "bash", options_bash }, { "zsh", options_zsh },
		{ "fish", options_fish } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(rows[i].what, what) == 0) {
			rows[i].print(out);
			return true;
		}
	return false;
}
