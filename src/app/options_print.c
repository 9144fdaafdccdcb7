/*
 * options_print - the table for people and shells: --help, the manual's list of options, completions.
 * doc/sipwhy.1 and completions/ are checked against what is printed here (tests/check/man.sh).
 */
#include <stdio.h>
#include <string.h>

#include "app/howto.h"
#include "app/keys.h"
#include "app/man.h"
#include "app/options.h"
#include "app/options_table.h"
#include "sipwhy/sip.h"
#include "sipwhy/ui.h"

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

/* What shells offer. */

static void
print_words(FILE *out, const char *const *words)
{
	for (size_t i = 0; words[i] != NULL; i++)
		(void)fprintf(out, "%s%s", i > 0 ? " " : "", words[i]);
}

static void
print_themes(FILE *out)
{
	const char *name;

	for (size_t i = 0; (name = theme_builtin_name(i)) != NULL; i++)
		(void)fprintf(out, "%s%s", i > 0 ? " " : "", name);
}

/* Codes, classes, incidents, and the case that has no code. */
static void
print_codes(FILE *out)
{
	size_t n;
	const struct sip_code *codes = sip_codes(&n);
	const struct sip_pattern *patterns;

	for (size_t i = 0; i < n; i++)
		(void)fprintf(out, "%u ", (unsigned)codes[i].code);
	for (unsigned c = 1; c <= 6; c++)
		(void)fprintf(out, "%uxx ", c);
	patterns = sip_patterns(&n);
	for (size_t i = 0; i < n; i++)
		(void)fprintf(out, "%s ", patterns[i].kind);
	(void)fputs("silence", out);
}

static void
print_offer(FILE *out, const struct option_row *r)
{
	switch (r->complete) {
	case COMPLETE_CHOICE:
		print_words(out, r->choices);
		break;
	case COMPLETE_CODE:
		print_codes(out);
		break;
	case COMPLETE_HOWTO:
		howto_names(out);
		break;
	case COMPLETE_THEME:
		print_themes(out);
		break;
	case COMPLETE_NONE:
	case COMPLETE_FILE:
	case COMPLETE_INTERFACE:
		break;
	}
}

/* Does it take a word behind it (and not only behind a =)? */
static bool
print_takes(const struct option_row *r)
{
	return r->arg != NULL && r->arg[0] != '=';
}

/* bash. */

/* "-d|--device)" */
static void
print_bash_case(FILE *out, const struct option_row *r)
{
	(void)fputc('\t', out);
	if (r->letter != 0)
		(void)fprintf(out, "-%c|", r->letter);
	(void)fprintf(out, "--%s)", r->name);
}

static void
print_bash_row(FILE *out, const struct option_row *r)
{
	print_bash_case(out, r);
	switch (r->complete) {
	case COMPLETE_FILE:
		(void)fputs(" _sipwhy_files", out);
		break;
	case COMPLETE_INTERFACE:
		(void)fputs(" _sipwhy_interfaces", out);
		break;
	case COMPLETE_NONE:
		(void)fputs(" COMPREPLY=()", out);
		break;
	case COMPLETE_THEME:
	case COMPLETE_CHOICE:
	case COMPLETE_CODE:
	case COMPLETE_HOWTO:
		(void)fprintf(out, " %s \"", r->complete == COMPLETE_THEME ? "_sipwhy_themes" : "_sipwhy_words");
		print_offer(out, r);
		(void)fputc('"', out);
		break;
	}
	(void)fputs(" ;;\n", out);
}

static void
print_bash(FILE *out)
{
	const struct option_row *r;

	(void)fputs(
	    "# bash completion for sipwhy: what `sipwhy --print bash` prints.\n\n"
	    "_sipwhy_words() { mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\"); }\n"
	    "_sipwhy_files() { compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); }\n"
	    "_sipwhy_interfaces()\n{\n"
	    "\tlocal i names=any\n"
	    "\tfor i in /sys/class/net/*; do names=\"$names ${i##*/}\"; done\n"
	    "\t_sipwhy_words \"$names\"\n}\n"
	    "_sipwhy_themes()\n{\n"
	    "\tlocal i names=$1\n"
	    "\tcase $cur in */*) _sipwhy_files; return ;; esac\n"
	    "\tfor i in \"${XDG_CONFIG_HOME:-$HOME/.config}\"/sipwhy/themes/*.theme; do\n"
	    "\t\t[ -f \"$i\" ] && i=${i##*/} && names=\"$names ${i%.theme}\"\n"
	    "\tdone\n"
	    "\t_sipwhy_words \"$names\"\n}\n"
	    "_sipwhy()\n{\n"
	    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	    "\t# --name=value comes in three words.\n"
	    "\tif [ \"$cur\" = = ]; then cur=\n"
	    "\telif [ \"$prev\" = = ] && [ \"$COMP_CWORD\" -gt 1 ]; then prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	    "\telif [ \"$prev\" = --json ]; then prev=\n"
	    "\tfi\n"
	    "\tcase $prev in\n",
	    out);
	for (size_t i = 0; (r = option_row(i)) != NULL; i++)
		if (option_is_shown(r) && r->arg != NULL)
			print_bash_row(out, r);
	(void)fputs("\t*) _sipwhy_words \"", out);
	for (size_t i = 0; (r = option_row(i)) != NULL; i++) {
		if (option_is_shown(r) && r->letter != 0)
			(void)fprintf(out, "-%c ", r->letter);
		if (option_is_shown(r))
			(void)fprintf(out, "--%s ", r->name);
	}
	(void)fputs("\" ;;\n\tesac\n}\ncomplete -F _sipwhy sipwhy\n", out);
}

/* zsh and fish: a description stands beside each option. */

static void
print_quoted(FILE *out, const char *s, const char *escaped)
{
	for (; *s != '\0'; s++) {
		if (*s == '\'') {
			(void)fputs("'\\''", out);
			continue;
		}
		if (strchr(escaped, *s) != NULL)
			(void)fputc('\\', out);
		(void)fputc(*s, out);
	}
}

/* ":IFACE:_net_interfaces" */
static void
print_zsh_arg(FILE *out, const struct option_row *r)
{
	const char *arg = r->arg[0] == '=' ? r->arg + 1 : r->arg;

	(void)fputs(r->arg[0] == '=' ? "::" : ":", out);
	print_quoted(out, arg, ":[]");
	switch (r->complete) {
	case COMPLETE_NONE:
		(void)fputs(": ", out);
		break;
	case COMPLETE_FILE:
		(void)fputs(":_files", out);
		break;
	case COMPLETE_INTERFACE:
		(void)fputs(":_net_interfaces", out);
		break;
	case COMPLETE_THEME:
		(void)fputs(":_sipwhy_themes", out);
		break;
	case COMPLETE_CHOICE:
	case COMPLETE_CODE:
	case COMPLETE_HOWTO:
		(void)fputs(":(", out);
		print_offer(out, r);
		(void)fputc(')', out);
		break;
	}
}

static void
print_zsh_row(FILE *out, const struct option_row *r)
{
	const char *equals = r->arg == NULL ? "" : r->arg[0] == '=' ? "=-" : "=";

	(void)fputs("\t\t", out);
	if (r->many)
		(void)fputs("'*'", out);
	else if (r->letter != 0)
		(void)fprintf(out, "'(-%c --%s)'", r->letter, r->name);
	if (r->letter != 0)
		(void)fprintf(out, "{-%c%s,--%s%s}'[", r->letter, print_takes(r) ? "+" : "", r->name, equals);
	else
		(void)fprintf(out, "--%s%s'[", r->name, equals);
	print_quoted(out, r->help, "[]:");
	(void)fputc(']', out);
	if (r->arg != NULL)
		print_zsh_arg(out, r);
	(void)fputs("' \\\n", out);
}

static void
print_zsh(FILE *out)
{
	const struct option_row *r;

	(void)fputs("#compdef sipwhy\n# zsh completion for sipwhy: what `sipwhy --print zsh` prints.\n\n"
		    "_sipwhy_themes()\n{\n"
		    "\tlocal -a own\n"
		    "\town=(${XDG_CONFIG_HOME:-$HOME/.config}/sipwhy/themes/*.theme(N:t:r))\n"
		    "\t_alternative \"themes:theme:($own ",
	    out);
	print_themes(out);
	(void)fputs(")\" 'files:file:_files'\n}\n\n"
		    "_sipwhy()\n{\n\t_arguments -s -S \\\n",
	    out);
	for (size_t i = 0; (r = option_row(i)) != NULL; i++)
		if (option_is_shown(r))
			print_zsh_row(out, r);
	(void)fputs("\t\t'*:MATCH or filter: '\n}\n\n_sipwhy \"$@\"\n", out);
}

static void
print_fish_offer(FILE *out, const struct option_row *r)
{
	switch (r->complete) {
	case COMPLETE_NONE:
		(void)fputs(" -x", out);
		break;
	case COMPLETE_FILE:
		(void)fputs(" -r -F", out);
		break;
	case COMPLETE_INTERFACE:
		(void)fputs(" -x -a 'any (path basename /sys/class/net/*)'", out);
		break;
	case COMPLETE_THEME:
	case COMPLETE_CHOICE:
	case COMPLETE_CODE:
	case COMPLETE_HOWTO:
		(void)fprintf(out, " %s -a '",
		    r->complete == COMPLETE_THEME ? "-r -F"
			: r->arg[0] == '='        ? "-f"
						  : "-x");
		print_offer(out, r);
		(void)fputc('\'', out);
		break;
	}
}

static void
print_fish(FILE *out)
{
	const struct option_row *r;

	(void)fputs("# fish completion for sipwhy: what `sipwhy --print fish` prints.\n\ncomplete -c sipwhy -f\n", out);
	for (size_t i = 0; (r = option_row(i)) != NULL; i++) {
		if (!option_is_shown(r))
			continue;
		(void)fputs("complete -c sipwhy", out);
		if (r->letter != 0)
			(void)fprintf(out, " -s %c", r->letter);
		(void)fprintf(out, " -l %s", r->name);
		if (r->arg != NULL)
			print_fish_offer(out, r);
		(void)fputs(" -d '", out);
		for (const char *s = r->help; *s != '\0'; s++)
			(void)fprintf(out, "%s%c", *s == '\'' || *s == '\\' ? "\\" : "", *s);
		(void)fputs("'\n", out);
	}
}

bool
options_print(FILE *out, const char *what)
{
	static const struct {
		const char *what;
		void (*print)(FILE *out);
	} rows[] = { { "man", print_man }, { "keys", keys_man }, { "bash", print_bash }, { "zsh", print_zsh },
		{ "fish", print_fish } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		if (strcmp(rows[i].what, what) == 0) {
			rows[i].print(out);
			return true;
		}
	return false;
}
