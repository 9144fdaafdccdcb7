/*
 * options_table - the rows; see options_table.h.  Letters are sngrep's where the meaning is the same.
 * A row whose room is not built yet is refused by name, so that nobody takes silence for consent.
 */
#include "app/options_table.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/options_call.h"

static const char *const option_colors[] = { "auto", "never", "16", "256", "true", NULL };
static const char *const option_glyphs[] = { "auto", "ascii", "cp437", "utf8", NULL };
static const char *const option_windows[] = { "auto", "1m", "5m", "15m", "1h", "24h", "all", NULL };
static const char *const option_quits[] = { "auto", "always", "never", NULL };
static const char *const option_bells[] = { "never", "crit", NULL };
static const char *const option_forms[] = { "records", "report", NULL };

#define AT(member) .offset = offsetof(struct options, member)

static const struct option_row option_table[] = {
	{ 'd', "device", "IFACE[,IFACE]", TYPE_CALL, GROUP_SOURCE, .call = options_call_device, .many = true,
	    .complete = COMPLETE_INTERFACE, .standard = "any", .help = "capture on these interfaces",
	    .more =
		"Capturing needs root or the capability cap_net_raw, which are given up as soon as the interfaces are "
		"open." },
	{ 'I', "input", "FILE", TYPE_CALL, GROUP_SOURCE, .call = options_call_file, .many = true,
	    .complete = COMPLETE_FILE, .help = "read a capture (pcap, pcapng) or a log, gzip too; - is standard input",
	    .more = "What a file is follows from its content, never from its name." },
	{ 0, "follow", "FILE", TYPE_CALL, GROUP_SOURCE, .call = options_call_follow, .many = true,
	    .complete = COMPLETE_FILE, .help = "read what is written to this log from now on, over rotations",
	    .more = "The file need not be there yet. What another source holds too counts twice." },
	{ 0, "from-start", NULL, TYPE_FLAG, GROUP_SOURCE, AT(from_start),
	    .help = "with --follow: what stands in it already, too" },
	{ 'S', "syslog", "WHERE", TYPE_CALL, GROUP_SOURCE, .call = options_call_syslog, .many = true,
	    .help = "receive syslog: udp:PORT, udp:ADDR:PORT, tcp:..., tls:..., unix:PATH, unix-stream:PATH",
	    .more = "Without an address it listens on loopback alone." },
	{ 'L', "hep-listen", "WHERE", TYPE_CALL, GROUP_SOURCE, .call = options_call_mirror, .many = true,
	    .help = "receive mirrored SIP (HEP, plain copies): udp:PORT, udp:ADDR:PORT, tcp:..., tls:...",
	    .more = "Without an address it listens on loopback alone; without a port on 9060." },
	{ 0, "tzsp", "WHERE", TYPE_CALL, GROUP_SOURCE, .call = options_call_tzsp, .many = true,
	    .help = "receive packets in TZSP: udp:PORT, udp:ADDR:PORT", .more = "Without a port it listens on 37008." },
	{ 0, "hep-key", "FILE", TYPE_TEXT, GROUP_SOURCE, AT(hep_key), .complete = COMPLETE_FILE, .in_file = true,
	    .help = "the key that HEP must have to be taken, and that -H sends: the first line of this file",
	    .more = "It travels in clear, so it keeps mistakes out and nobody else." },
	{ 0, "allow", "CIDR[,CIDR]", TYPE_CALL, GROUP_SOURCE, .call = options_call_allow, .many = true, .in_file = true,
	    .help = "who may send to -S, -L, --tzsp on an address that is not loopback; any: everybody",
	    .more =
		"What comes from others is turned away and counted; the screen of sources has the last one, and why." },
	{ 0, "tls-cert", "FILE", TYPE_TEXT, GROUP_SOURCE, AT(tls_cert), .complete = COMPLETE_FILE, .in_file = true,
	    .help = "certificate of -S tls:... and -L tls:... (PEM, with its chain)" },
	{ 0, "tls-key", "FILE", TYPE_TEXT, GROUP_SOURCE, AT(tls_key), .complete = COMPLETE_FILE, .in_file = true,
	    .help = "and its key" },
	{ 0, "tls-ca", "FILE", TYPE_TEXT, GROUP_SOURCE, AT(tls_ca), .complete = COMPLETE_FILE, .in_file = true,
	    .help = "and the authority that senders must have a certificate of" },
	{ 'E', "hep-parse", NULL, TYPE_FLAG, GROUP_SOURCE, AT(hep_parse), .help = "read HEP that the capture carries",
	    .more = "Without it HEP packets are only counted: most repeat what the capture shows anyway." },
	{ 0, "demo", NULL, TYPE_CALL, GROUP_SOURCE, .call = options_call_demo,
	    .help = "made-up traffic of a small PBX, to look around" },
	{ 0, "seed", "N", TYPE_NUMBER, GROUP_SOURCE, AT(seed), 0, UINT32_MAX, .standard = "1",
	    .help = "seed of the demo's traffic" },
	{ 'B', "buffer", "MIB", TYPE_NUMBER, GROUP_SOURCE, AT(buffer_mib), 1, 2048, .in_file = true, .standard = "32",
	    .help = "kernel buffer of a capture, -L or --tzsp in MiB" },
	{ 0, "duration", "SEC", TYPE_NUMBER, GROUP_SOURCE, AT(duration_s), 1, 31536000,
	    .help = "end after so many seconds" },
	{ 'c', "calls", NULL, TYPE_FLAG, GROUP_COUNT, AT(calls_only), .in_file = true,
	    .help = "only calls: leave out REGISTER, OPTIONS, SUBSCRIBE, NOTIFY, PUBLISH, MESSAGE",
	    .more = "What is left out is counted as such." },
	{ 'i', "ignore-case", NULL, TYPE_FLAG, GROUP_COUNT, AT(icase), .help = "MATCH ignores letter case" },
	{ 'v', "invert", NULL, TYPE_FLAG, GROUP_COUNT, AT(invert),
	    .help = "keep the messages that MATCH does not match" },
	{ 0, "filter", "EXPR", TYPE_TEXT, GROUP_COUNT, AT(filter), .complete = COMPLETE_FIELD,
	    .help = "failures that are shown, or listed by -N: words and field:value, as in class:5xx peer:carrier-a",
	    .more =
		"The language of the / prompt, see FILTER LANGUAGE.  With -N the report lists them, as with --events.  "
		"Counters and incidents go on over everything." },
	{ 'l', "limit", "N", TYPE_NUMBER, GROUP_COUNT, AT(limit), 10, 1000000, .in_file = true, .standard = "10000",
	    .help = "events kept in the list", .more = "A full list drops its oldest events and counts them." },
	{ 'R', "rotate", NULL, TYPE_FLAG, GROUP_COUNT, AT(rotate),
	    .help = "accepted as in sngrep: a full list always drops its oldest events, and counts them" },
	{ 'O', "output", "FILE", TYPE_TEXT, GROUP_OUTPUT, AT(out_pcap), .complete = COMPLETE_FILE,
	    .help = "save the packets that carry SIP to a new capture file",
	    .more = "A file that is there already is never written over." },
	{ 'H', "hep-send", "WHERE", TYPE_TEXT, GROUP_OUTPUT, AT(hep_send),
	    .help = "send the messages on to a HOMER as HEP: udp:HOST:PORT, tcp:..., tls:...",
	    .more = "Without a port to 9060.  What it does not take in time is left out and counted." },
	{ 0, "hep-id", "N", TYPE_NUMBER, GROUP_OUTPUT, AT(hep_id), 0, UINT32_MAX, .in_file = true, .standard = "2001",
	    .help = "with -H: this agent's number" },
	{ 0, "hep-ca", "FILE", TYPE_TEXT, GROUP_OUTPUT, AT(hep_ca), .complete = COMPLETE_FILE, .in_file = true,
	    .help = "with -H tls:...: the authority that signed the collector's certificate, or that certificate" },
	{ 'N', "no-interface", NULL, TYPE_FLAG, GROUP_OUTPUT, AT(headless),
	    .help = "no screen: a report at the end of the files, after --duration, or on INT or TERM" },
	{ 'q', "quiet", NULL, TYPE_FLAG, GROUP_OUTPUT, AT(quiet), .in_file = true,
	    .help = "with -N: leave out what is only there to reassure" },
	{ 0, "json", "=FORM", TYPE_CALL, GROUP_OUTPUT, .call = options_call_json, .choices = option_forms,
	    .complete = COMPLETE_CHOICE, .help = "-N with JSON: the record stream, or --json=report for one object" },
	{ 0, "events", NULL, TYPE_FLAG, GROUP_OUTPUT, AT(events), .help = "list the events in the report" },
	{ 0, "messages", NULL, TYPE_FLAG, GROUP_OUTPUT, AT(messages),
	    .help = "with --json: the messages of failed calls, too",
	    .more = "They hold what callers dialled and said of themselves; treat them as personal data." },
	{ 0, "no-redact", NULL, TYPE_FLAG, GROUP_OUTPUT, AT(no_redact),
	    .help = "leave users and credentials readable in the evidence that is saved or copied" },
	{ 0, "color", "WHEN", TYPE_CHOICE, GROUP_SCREEN, AT(color), .choices = option_colors,
	    .complete = COMPLETE_CHOICE, .in_file = true, .standard = "auto", .help = "colours of the screen",
	    .more = "auto goes by NO_COLOR and by what the terminal is said to have." },
	{ 0, "glyphs", "SET", TYPE_CHOICE, GROUP_SCREEN, AT(glyphs), .choices = option_glyphs,
	    .complete = COMPLETE_CHOICE, .in_file = true, .standard = "auto",
	    .help = "characters for lines, bars and sparklines", .more = "auto goes by the locale and by TERM." },
	{ 0, "theme", "NAME|FILE", TYPE_THEME, GROUP_SCREEN, AT(theme), .complete = COMPLETE_THEME, .in_file = true,
	    .help = "colours by name or from a file",
	    .more =
		"A name is looked up in the themes folder of your configuration, then among those installed.  Without "
		"one the terminal's background decides between dark and light.  Wrong lines of a file are told and "
		"left out." },
	{ 0, "mouse", NULL, TYPE_FLAG, GROUP_SCREEN, AT(mouse), .in_file = true,
	    .help = "the mouse selects and scrolls", .more = "The terminal's own selection then needs its shift key." },
	{ 0, "refresh", "SEC", TYPE_SECONDS, GROUP_SCREEN, AT(refresh_ms), 100, 60000, .in_file = true, .standard = "1",
	    .help = "seconds from one drawing of numbers to the next",
	    .more = "Keys are answered at once whatever this is." },
	{ 0, "fast", NULL, TYPE_FLAG, GROUP_SCREEN, AT(fast), .help = "draw four times a second",
	    .more = "That is for local terminals: it is more than a slow line carries." },
	{ 0, "window", "W", TYPE_CHOICE, GROUP_SCREEN, AT(window), .choices = option_windows,
	    .complete = COMPLETE_CHOICE, .in_file = true, .standard = "auto",
	    .help = "time that rates and shares are of at the start",
	    .more = "auto is all of a file and the last minutes of what goes on." },
	{ 0, "command", "LINE", TYPE_CALL, GROUP_SCREEN, .call = options_call_command, .many = true,
	    .help = "do at the start what this line after : would" },
	{ 0, "confirm-quit", "WHEN", TYPE_CHOICE, GROUP_SCREEN, AT(confirm_quit), .choices = option_quits,
	    .complete = COMPLETE_CHOICE, .in_file = true, .standard = "auto", .help = "ask before q quits",
	    .more = "auto asks when live events would be lost." },
	{ 0, "bell", "WHEN", TYPE_CHOICE, GROUP_SCREEN, AT(bell), .choices = option_bells, .complete = COMPLETE_CHOICE,
	    .in_file = true, .standard = "never", .help = "ring for critical incidents" },
	{ 'f', "config", "FILE", TYPE_TEXT, GROUP_CONFIG, AT(config), .complete = COMPLETE_FILE,
	    .help = "read this configuration instead of /etc/sipwhy.conf and ~/.config/sipwhy/config" },
	{ 'F', "no-config", NULL, TYPE_FLAG, GROUP_CONFIG, AT(no_config), .help = "read neither of these two files" },
	{ 'D', "dump-config", NULL, TYPE_CALL, GROUP_CONFIG, .call = options_call_dump,
	    .help = "print the settings in force and leave" },
	{ 0, "check-config", NULL, TYPE_CALL, GROUP_CONFIG, .call = options_call_check,
	    .help = "the same, and judge them: the exit status is 0 or 2",
	    .more = "Tells also whether the history of prompts can be kept." },
	{ 0, "explain", "CODE", TYPE_CALL, GROUP_OTHER, .call = options_call_explain, .complete = COMPLETE_CODE,
	    .help =
		"explain and leave: 403, 403 \"Insufficient funds\", 4xx, q850:34, warning:304, trunk-down, silence" },
	{ 0, "howto", "NAME", TYPE_CALL, GROUP_OTHER, .call = options_call_howto, .complete = COMPLETE_HOWTO,
	    .help = "print how to feed sipwhy from a product and leave; list names them" },
	{ 0, "reset", NULL, TYPE_CALL, GROUP_OTHER, .call = options_call_reset,
	    .help = "put a terminal right that was left unusable, and leave" },
	{ 'h', "help", NULL, TYPE_CALL, GROUP_OTHER, .call = options_call_help, .help = "this page" },
	{ 'V', "version", NULL, TYPE_CALL, GROUP_OTHER, .call = options_call_version, .help = "print the version" },
	{ 0, "print", "WHAT", TYPE_CALL, GROUP_HIDDEN, .call = options_call_print, .help = "" },
	{ 'r', NULL, "FILE", TYPE_REFUSED, GROUP_HIDDEN, .help = "-r: to read a capture file use -I FILE" },
	{ 'k', "keyfile", "FILE", TYPE_ABSENT, GROUP_HIDDEN, .help = "" },
	{ 0, "daemon", NULL, TYPE_ABSENT, GROUP_HIDDEN, .help = "" },
	{ 0, "attach", NULL, TYPE_ABSENT, GROUP_HIDDEN, .help = "" },
};

enum { OPTION_ROWS = sizeof option_table / sizeof option_table[0] };

_Static_assert(OPTION_ROWS <= 64, "a bit for each row in options.given");

const struct option_row *
option_row(size_t at)
{
	return at < OPTION_ROWS ? &option_table[at] : NULL;
}

size_t
option_rows(void)
{
	return OPTION_ROWS;
}

const struct option_row *
option_find(const char *name)
{
	for (size_t i = 0; i < OPTION_ROWS; i++)
		if (option_table[i].name != NULL && strcmp(option_table[i].name, name) == 0)
			return &option_table[i];
	return NULL;
}

bool
option_is_shown(const struct option_row *r)
{
	return r->group != GROUP_HIDDEN;
}

const char *
option_group_title(enum option_group g)
{
	static const char *const titles[GROUP_N] = { "Sources", "What counts", "Reports and files", "Screen",
		"Configuration", "Instead of running" };

	return titles[g];
}

const char *
option_list(char *out, size_t cap, const char *const *words)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; words[i] != NULL && used < cap; i++)
		used += (size_t)snprintf(out + used, cap - used, "%s%s",
		    i == 0                     ? ""
			: words[i + 1] == NULL ? " or "
					       : ", ",
		    words[i]);
	return out;
}

bool
option_is_theme_name(struct slice text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";

	for (size_t i = 0; i < text.n; i++)
		if (memchr(letters, text.p[i], sizeof letters - 1) == NULL)
			return false;
	return text.n > 0 && text.n < sizeof((struct theme *)NULL)->name;
}

/* Values. */

/* "1", "0.25": at most three digits behind the point. */
static bool
option_seconds(struct slice text, uint64_t *ms)
{
	struct slice rest = text, whole = slice_cut(&rest, '.');
	uint64_t s, part = 0;

	if (slice_u64(whole, UINT32_MAX, &s) != 0)
		return false;
	if (rest.p != NULL && (rest.n > 3 || slice_u64(rest, 999, &part) != 0))
		return false;
	for (size_t n = rest.n; n < 3; n++)
		part *= 10;
	*ms = s * 1000 + part;
	return true;
}

/* Without zeros that say nothing. */
static const char *
option_seconds_text(char *out, size_t cap, uint64_t ms)
{
	int n = snprintf(out, cap, "%llu.%03llu", (unsigned long long)ms / 1000, (unsigned long long)ms % 1000);

	while (n > 0 && (size_t)n < cap && out[n - 1] == '0')
		out[--n] = '\0';
	if (n > 0 && out[n - 1] == '.')
		out[n - 1] = '\0';
	return out;
}

const char *
option_range(char *out, size_t cap, const struct option_row *r)
{
	char from[24], to[24];

	out[0] = '\0';
	if (r->type == TYPE_SECONDS)
		(void)snprintf(out, cap, "%s to %s", option_seconds_text(from, sizeof from, r->min),
		    option_seconds_text(to, sizeof to, r->max));
	else if (r->max < UINT32_MAX)
		(void)snprintf(out, cap, "%llu to %llu", (unsigned long long)r->min, (unsigned long long)r->max);
	return out;
}

static int
option_choice(const struct option_row *r, struct slice text, uint64_t *v, struct errmsg *em)
{
	char list[160];

	for (size_t i = 0; r->choices[i] != NULL; i++)
		if (slice_eq(text, slice_str(r->choices[i]))) {
			*v = i;
			return 0;
		}
	return errmsg_set(em, -EINVAL, "%s is wanted", option_list(list, sizeof list, r->choices));
}

int
option_value(const struct option_row *r, struct slice text, uint64_t *v, struct errmsg *em)
{
	char range[64];

	if (r->type == TYPE_CHOICE)
		return option_choice(r, text, v, em);
	if (r->type == TYPE_FLAG) {
		*v = slice_eq(text, slice_str("yes"));
		return *v != 0 || slice_eq(text, slice_str("no")) ? 0 : errmsg_set(em, -EINVAL, "yes or no is wanted");
	}
	if (r->type == TYPE_SECONDS ? option_seconds(text, v) : slice_u64(text, r->max, v) == 0)
		if (*v >= r->min && *v <= r->max)
			return 0;
	if (r->type == TYPE_SECONDS)
		return errmsg_set(em, -EINVAL, "seconds from %s are wanted", option_range(range, sizeof range, r));
	return errmsg_set(em, -EINVAL, "a number from %llu to %llu is wanted", (unsigned long long)r->min,
	    (unsigned long long)r->max);
}

void
option_store(struct options *o, const struct option_row *r, uint64_t v)
{
	char *member = (char *)o + r->offset;

	if (r->type == TYPE_FLAG)
		*(bool *)member = v != 0;
	else if (r->type == TYPE_CHOICE)
		*(unsigned *)member = (unsigned)v;
	else
		*(uint64_t *)member = v;
}

const char *
option_text(char *out, size_t cap, const struct options *o, const struct option_row *r)
{
	const char *member = (const char *)o + r->offset;

	switch (r->type) {
	case TYPE_FLAG:
		return *(const bool *)member ? "yes" : "no";
	case TYPE_CHOICE:
		return r->choices[*(const unsigned *)member];
	case TYPE_SECONDS:
		return option_seconds_text(out, cap, *(const uint64_t *)member);
	case TYPE_NUMBER:
		(void)snprintf(out, cap, "%llu", (unsigned long long)*(const uint64_t *)member);
		return out;
	default:
		return NULL;
	}
}
