/*
 * options - argv to struct options, by one table.  Letters are sngrep's where the meaning is the same.
 * A row whose room is not built yet is refused by name, so that nobody takes silence for consent.
 */
#include "app/options.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <string.h>

#include "app/options_log.h"
#include "sipwhy/peers.h"
#include "sipwhy/slice.h"
#include "sipwhy/text.h"

enum option_type { TYPE_FLAG, TYPE_NUMBER, TYPE_TEXT, TYPE_CALL, TYPE_ABSENT, TYPE_REFUSED };

struct option_row {
	char letter;      /* 0: long form only */
	const char *name; /* NULL: letter only */
	const char *arg;  /* NULL: takes none; "=X": optional */
	enum option_type type;
	size_t offset;     /* member of struct options for FLAG, NUMBER, TEXT */
	uint64_t min, max; /* NUMBER */
	int (*call)(struct options *o, const char *arg, struct errmsg *em);
	const char *help; /* REFUSED: the reason */
};

static int
options_add_input(struct options *o, enum input_kind kind, struct slice arg, struct errmsg *em)
{
	if (o->n_inputs == OPTIONS_INPUTS_MAX)
		return errmsg_set(em, -EINVAL, "more than %d inputs", OPTIONS_INPUTS_MAX);
	if (arg.n == 0 || arg.n >= sizeof o->inputs[0].arg)
		return errmsg_set(
		    em, -EINVAL, "an input's name must have 1 to %zu characters", sizeof o->inputs[0].arg - 1);
	o->inputs[o->n_inputs].kind = kind;
	slice_copy(o->inputs[o->n_inputs].arg, sizeof o->inputs[0].arg, arg);
	o->n_inputs++;
	return 0;
}

static int
options_device(struct options *o, const char *arg, struct errmsg *em)
{
	struct slice rest = slice_str(arg);
	int err = 0;

	while (err == 0 && rest.p != NULL)
		err = options_add_input(o, INPUT_PCAP_LIVE, slice_cut(&rest, ','), em);
	return err;
}

static int
options_file(struct options *o, const char *arg, struct errmsg *em)
{
	return options_add_input(o, INPUT_FILE, slice_str(arg), em);
}

static int
options_syslog(struct options *o, const char *arg, struct errmsg *em)
{
	int err = options_log_place(arg, em);

	return err != 0 ? err : options_add_input(o, INPUT_SYSLOG, slice_str(arg), em);
}

static int
options_follow(struct options *o, const char *arg, struct errmsg *em)
{
	if (strcmp(arg, "-") == 0)
		return errmsg_set(em, -EINVAL, "--follow -: standard input is read by -I -, for as long as it lasts");
	return options_add_input(o, INPUT_FOLLOW, slice_str(arg), em);
}

static int
options_allow(struct options *o, const char *arg, struct errmsg *em)
{
	return options_log_allow(&o->allow, &o->allow_any, "--allow", slice_str(arg), em);
}

static int
options_demo(struct options *o, const char *arg, struct errmsg *em)
{
	(void)arg;
	return options_add_input(o, INPUT_DEMO, slice_str("demo"), em);
}

static int
options_json(struct options *o, const char *arg, struct errmsg *em)
{
	o->headless = true;
	if (arg == NULL || strcmp(arg, "records") == 0)
		o->output = OUTPUT_RECORDS;
	else if (strcmp(arg, "report") == 0)
		o->output = OUTPUT_REPORT;
	else
		return errmsg_set(em, -EINVAL, "--json=%s: say --json (records) or --json=report", arg);
	return 0;
}

static int
options_explain(struct options *o, const char *arg, struct errmsg *em)
{
	(void)em;
	o->action = ACTION_EXPLAIN;
	o->explain = arg;
	return 0;
}

static int
options_action_help(struct options *o, const char *arg, struct errmsg *em)
{
	(void)arg;
	(void)em;
	o->action = ACTION_HELP;
	return 0;
}

static int
options_action_version(struct options *o, const char *arg, struct errmsg *em)
{
	(void)arg;
	(void)em;
	o->action = ACTION_VERSION;
	return 0;
}

static int
options_action_dump(struct options *o, const char *arg, struct errmsg *em)
{
	(void)arg;
	(void)em;
	o->action = ACTION_DUMP;
	return 0;
}

#define AT(member) offsetof(struct options, member)

static const struct option_row options_table[] = { { 'd', "device", "IFACE[,IFACE]", TYPE_CALL, 0, 0, 0, options_device,
						       "capture on these interfaces (default: any)" },
	{ 'I', "input", "FILE", TYPE_CALL, 0, 0, 0, options_file,
	    "read a capture (pcap, pcapng) or a log, gzip too; - is standard input; repeatable" },
	{ 0, "follow", "FILE", TYPE_CALL, 0, 0, 0, options_follow,
	    "read what is written to this log from now on, over rotations; repeatable" },
	{ 0, "from-start", NULL, TYPE_FLAG, AT(from_start), 0, 0, NULL,
	    "with --follow: what stands in it already, too" },
	{ 'S', "syslog", "WHERE", TYPE_CALL, 0, 0, 0, options_syslog,
	    "receive syslog: udp:PORT, udp:ADDR:PORT, tcp:..., tls:..., unix:PATH, unix-stream:PATH; repeatable" },
	{ 0, "allow", "CIDR[,CIDR]", TYPE_CALL, 0, 0, 0, options_allow,
	    "who may send to -S on an address that is not loopback; any: everybody; repeatable" },
	{ 0, "tls-cert", "FILE", TYPE_TEXT, AT(tls_cert), 0, 0, NULL,
	    "certificate of -S tls:... (PEM, with its chain)" },
	{ 0, "tls-key", "FILE", TYPE_TEXT, AT(tls_key), 0, 0, NULL, "and its key" },
	{ 0, "tls-ca", "FILE", TYPE_TEXT, AT(tls_ca), 0, 0, NULL,
	    "and the authority that senders must have a certificate of" },
	{ 0, "demo", NULL, TYPE_CALL, 0, 0, 0, options_demo, "made-up traffic of a small PBX, to look around" },
	{ 'O', "output", "FILE", TYPE_TEXT, AT(out_pcap), 0, 0, NULL,
	    "save the packets that carry SIP to a new capture file" },
	{ 'B', "buffer", "MIB", TYPE_NUMBER, AT(buffer_mib), 1, 2048, NULL,
	    "kernel capture buffer in MiB (default 32)" },
	{ 'c', "calls", NULL, TYPE_FLAG, AT(calls_only), 0, 0, NULL,
	    "only calls: leave out REGISTER, OPTIONS, SUBSCRIBE, NOTIFY, PUBLISH, MESSAGE" },
	{ 'i', "ignore-case", NULL, TYPE_FLAG, AT(icase), 0, 0, NULL, "MATCH ignores letter case" },
	{ 'v', "invert", NULL, TYPE_FLAG, AT(invert), 0, 0, NULL, "keep the messages that MATCH does not match" },
	{ 'l', "limit", "N", TYPE_NUMBER, AT(limit), 10, 1000000, NULL, "events kept in the list (default 10000)" },
	{ 'R', "rotate", NULL, TYPE_FLAG, AT(rotate), 0, 0, NULL,
	    "accepted as in sngrep: a full list always drops its oldest events, and counts them" },
	{ 'N', "no-interface", NULL, TYPE_FLAG, AT(headless), 0, 0, NULL,
	    "no screen: a report at the end of the files, after --duration, or on INT or TERM" },
	{ 'q', "quiet", NULL, TYPE_FLAG, AT(quiet), 0, 0, NULL, "with -N: leave out what is only there to reassure" },
	{ 0, "json", "=FORM", TYPE_CALL, 0, 0, 0, options_json,
	    "-N with JSON: the record stream, or --json=report for one object" },
	{ 0, "events", NULL, TYPE_FLAG, AT(events), 0, 0, NULL, "list the events in the report" },
	{ 0, "duration", "SEC", TYPE_NUMBER, AT(duration_s), 1, 31536000, NULL, "end after so many seconds" },
	{ 0, "explain", "CODE", TYPE_CALL, 0, 0, 0, options_explain,
	    "explain and leave: 403, 403 \"Insufficient funds\", 4xx, q850:34, warning:304, trunk-down, silence" },
	{ 0, "theme", "FILE", TYPE_TEXT, AT(theme), 0, 0, NULL, "colours from this file" },
	{ 0, "seed", "N", TYPE_NUMBER, AT(seed), 0, UINT32_MAX, NULL, "seed of the demo's traffic (default 1)" },
	{ 'f', "config", "FILE", TYPE_TEXT, AT(config), 0, 0, NULL,
	    "read this configuration instead of /etc/sipwhy.conf and ~/.config/sipwhy/config" },
	{ 'F', "no-config", NULL, TYPE_FLAG, AT(no_config), 0, 0, NULL, "read neither of these two files" },
	{ 'D', "dump-config", NULL, TYPE_CALL, 0, 0, 0, options_action_dump, "print the settings in force and leave" },
	{ 'h', "help", NULL, TYPE_CALL, 0, 0, 0, options_action_help, "this page" },
	{ 'V', "version", NULL, TYPE_CALL, 0, 0, 0, options_action_version, "print the version" },
	{ 'r', NULL, "FILE", TYPE_REFUSED, 0, 0, 0, NULL, "-r: to read a capture file use -I FILE" },
	{ 'E', "hep-parse", NULL, TYPE_ABSENT, 0, 0, 0, NULL, "" },
	{ 'L', "hep-listen", "ADDR", TYPE_ABSENT, 0, 0, 0, NULL, "" },
	{ 'H', "hep-send", "ADDR", TYPE_ABSENT, 0, 0, 0, NULL, "" },
	{ 'k', "keyfile", "FILE", TYPE_ABSENT, 0, 0, 0, NULL, "" },
	{ 0, "tzsp", "ADDR", TYPE_ABSENT, 0, 0, 0, NULL, "" }, { 0, "filter", "EXPR", TYPE_ABSENT, 0, 0, 0, NULL, "" },
	{ 0, "daemon", NULL, TYPE_ABSENT, 0, 0, 0, NULL, "" }, { 0, "attach", NULL, TYPE_ABSENT, 0, 0, 0, NULL, "" } };

enum { OPTIONS_ROWS = sizeof options_table / sizeof options_table[0], OPTIONS_LONG_BASE = 256 };

_Static_assert(OPTIONS_ROWS <= 64, "a bit for each row in options.given");

/* getopt's two descriptions, made from the table. */
static void
options_describe(char *letters, struct option *longs)
{
	*letters++ = ':';
	for (size_t i = 0; i < OPTIONS_ROWS; i++) {
		const struct option_row *r = &options_table[i];
		bool optional = r->arg != NULL && r->arg[0] == '=';

		if (r->letter != 0) {
			*letters++ = r->letter;
			if (r->arg != NULL && !optional)
				*letters++ = ':';
		}
		if (r->name != NULL)
			*longs++ = (struct option){ r->name,
				r->arg == NULL ? no_argument
				    : optional ? optional_argument
					       : required_argument,
				NULL, OPTIONS_LONG_BASE + (int)i };
	}
	*letters = '\0';
	*longs = (struct option){ NULL, 0, NULL, 0 };
}

static const struct option_row *
options_row(int key)
{
	if (key >= OPTIONS_LONG_BASE)
		return &options_table[key - OPTIONS_LONG_BASE];
	for (size_t i = 0; i < OPTIONS_ROWS; i++)
		if (options_table[i].letter == key)
			return &options_table[i];
	return NULL;
}

static int
options_take(struct options *o, const struct option_row *r, const char *arg, struct errmsg *em)
{
	char *member = (char *)o + r->offset;
	uint64_t v;

	o->given |= UINT64_C(1) << (r - options_table);
	switch (r->type) {
	case TYPE_FLAG:
		*(bool *)member = true;
		return 0;
	case TYPE_NUMBER:
		if (slice_u64(slice_str(arg), r->max, &v) != 0 || v < r->min)
			return errmsg_set(em, -EINVAL, "--%s %s: a number from %llu to %llu is wanted", r->name, arg,
			    (unsigned long long)r->min, (unsigned long long)r->max);
		*(uint64_t *)member = v;
		return 0;
	case TYPE_TEXT:
		*(const char **)member = arg;
		return 0;
	case TYPE_CALL:
		return r->call(o, arg, em);
	case TYPE_REFUSED:
		return errmsg_set(em, -EINVAL, "%s", r->help);
	case TYPE_ABSENT:
		break;
	}
	if (r->letter != 0)
		return errmsg_set(em, -EINVAL, "-%c (--%s) is not in this build", r->letter, r->name);
	return errmsg_set(em, -EINVAL, "--%s is not in this build", r->name);
}

/*
 * As in sngrep: words that libpcap understands are the BPF filter, else the first is MATCH and the rest the filter.
 * What begins like a filter is never taken for MATCH: a slip in it must be told, not matched against.
 */
static bool
options_like_bpf(struct slice s)
{
	static const char *const words[] = { "udp", "tcp", "sctp", "port", "portrange", "host", "net", "ip", "ip6",
		"not", "src", "dst", "vlan", "proto", "ether", "less", "greater", "icmp", "!" };
	struct slice head = slice_cut(&s, ' ');

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (s.p != NULL && slice_eq(head, slice_str(words[i])))
			return true;
	return false;
}

static int
options_join(struct options *o, int argc, char **argv, struct errmsg *em)
{
	size_t at = 0;

	for (int i = 0; i < argc; i++) {
		size_t n = strlen(argv[i]);

		if (n + 2 > sizeof o->bpf_text - at)
			return errmsg_set(
			    em, -EINVAL, "the BPF filter is longer than %zu characters", sizeof o->bpf_text - 2);
		if (at > 0)
			o->bpf_text[at++] = ' ';
		memcpy(o->bpf_text + at, argv[i], n);
		at += n;
	}
	o->bpf_text[at] = '\0';
	o->bpf = at > 0 ? o->bpf_text : NULL;
	return 0;
}

static int
options_words(struct options *o, int argc, char **argv, struct errmsg *em)
{
	struct errmsg quiet;
	int err;

	if (o->action == ACTION_EXPLAIN) {
		o->explain_words = argv;
		return 0;
	}
	if (argc == 0)
		return 0;
	if ((err = options_join(o, argc, argv, em)) != 0)
		return err;
	if (o->bpf == NULL || options_like_bpf(slice_str(o->bpf)) || input_bpf_check(o->bpf, &quiet) == 0)
		return 0;
	o->match = argv[0];
	return options_join(o, argc - 1, argv + 1, em);
}

/* It stood on the command line. */
static bool
options_given(const struct options *o, const char *name)
{
	size_t i = 0;

	while (options_table[i].name == NULL || strcmp(options_table[i].name, name) != 0)
		i++;
	return (o->given >> i & 1) != 0;
}

static int
options_finish(struct options *o, struct errmsg *em)
{
	int demos = 0;

	if (o->n_inputs == 0 && options_device(o, "any", em) != 0)
		return -EINVAL;
	for (size_t i = 0; i < o->n_inputs; i++)
		demos += o->inputs[i].kind == INPUT_DEMO;
	o->demo = demos > 0;
	if (demos > 0 && o->n_inputs > 1)
		return errmsg_set(em, -EINVAL, "--demo goes alone: made-up calls must not mix with real ones");
	if ((o->icase || o->invert) && o->match == NULL)
		return errmsg_set(em, -EINVAL, "-i and -v change MATCH, and there is none");
	if (o->events && o->output == OUTPUT_RECORDS)
		return errmsg_set(em, -EINVAL, "--events is for the report: the record stream has every event anyway");
	return 0;
}

int
options_check(const struct options *o, struct errmsg *em)
{
	static const char *const of_receivers[] = { "allow", "tls-cert", "tls-key", "tls-ca" };
	size_t receivers = 0;

	for (size_t i = 0; i < o->n_inputs; i++)
		receivers += o->inputs[i].kind == INPUT_SYSLOG;
	for (size_t i = 0; receivers == 0 && i < sizeof of_receivers / sizeof of_receivers[0]; i++)
		if (options_given(o, of_receivers[i]))
			return errmsg_set(em, -EINVAL, "--%s is for --syslog, and there is none", of_receivers[i]);
	return options_log_check(o, em);
}

/* A letter may stand among others; a long option is known by its word. */
static int
options_unknown(const char *word, struct errmsg *em)
{
	if (optopt > 0 && optopt < OPTIONS_LONG_BASE)
		return errmsg_set(em, -EINVAL, "unknown option -%c; sipwhy -h lists them", optopt);
	return errmsg_set(em, -EINVAL, "unknown option %s; sipwhy -h lists them", word);
}

/* What a configuration file may say. */

/* Rows that mean the same in every run: no inputs, no actions, nothing that needs MATCH.  TEXT is always a path. */
static const char *const options_in_file[] = { "allow", "buffer", "calls", "limit", "quiet", "theme", "tls-ca",
	"tls-cert", "tls-key" };

enum { OPTIONS_IN_FILE = sizeof options_in_file / sizeof options_in_file[0] };

_Static_assert((int)OPTIONS_IN_FILE <= (int)OPTIONS_NAMES_MAX, "a place for each in whoever keeps one");

const char *
options_file_name(size_t number)
{
	return number < OPTIONS_IN_FILE ? options_in_file[number] : NULL;
}

static const struct option_row *
options_file_row(size_t number)
{
	size_t i = 0;

	while (options_table[i].name == NULL || strcmp(options_table[i].name, options_in_file[number]) != 0)
		i++;
	return &options_table[i];
}

bool
options_is_name(const char *name)
{
	for (size_t i = 0; i < OPTIONS_ROWS; i++)
		if (options_table[i].name != NULL && strcmp(options_table[i].name, name) == 0)
			return options_table[i].type != TYPE_ABSENT;
	return false;
}

static int
options_yes_no(bool *out, const struct option_row *r, struct slice value, struct errmsg *em)
{
	bool yes = slice_eq(value, slice_str("yes"));

	if (!yes && !slice_eq(value, slice_str("no")))
		return errmsg_set(em, -EINVAL, "%s = %.*s: yes or no is wanted", r->name, (int)value.n, value.p);
	*out = yes;
	return 0;
}

/* Where the text of a row is kept when a file says it. */
static char *
options_room(struct options *o, const struct option_row *r)
{
	return r->offset == AT(tls_cert) ? o->tls_cert_text
	    : r->offset == AT(tls_key)   ? o->tls_key_text
	    : r->offset == AT(tls_ca)    ? o->tls_ca_text
					 : o->theme_text;
}

/* Where a file lies must not hang on where the program is started. */
static int
options_path(struct options *o, const struct option_row *r, struct slice value, bool given, struct errmsg *em)
{
	if (value.n == 0 || value.n >= OPTIONS_TEXT || value.p[0] != '/')
		return errmsg_set(em, -EINVAL, "%s = %.*s: the full path of a file is wanted, from / on", r->name,
		    (int)value.n, value.p);
	if (given)
		return 0;
	(void)slice_copy(options_room(o, r), OPTIONS_TEXT, value);
	*(const char **)((char *)o + r->offset) = options_room(o, r);
	return 0;
}

static int
options_networks(struct options *o, struct slice value, bool given, struct errmsg *em)
{
	struct peers *allow = NULL;
	bool any = false;
	int err = options_log_allow(&allow, &any, "allow", value, em);

	if (err != 0 || given) {
		peers_free(allow);
		return err;
	}
	peers_free(o->allow);
	o->allow = allow;
	o->allow_any = any;
	return 0;
}

int
options_set(struct options *o, size_t number, struct slice value, struct errmsg *em)
{
	const struct option_row *r = options_file_row(number);
	bool given = (o->given >> (r - options_table) & 1) != 0, yes = false;
	char *member = (char *)o + r->offset;
	uint64_t v = 0;
	int err;

	if (r->type == TYPE_TEXT)
		return options_path(o, r, value, given, em);
	if (r->type == TYPE_CALL)
		return options_networks(o, value, given, em);
	if (r->type == TYPE_FLAG)
		err = options_yes_no(&yes, r, value, em);
	else
		err = slice_u64(value, r->max, &v) == 0 && v >= r->min
		    ? 0
		    : errmsg_set(em, -EINVAL, "%s = %.*s: a number from %llu to %llu is wanted", r->name, (int)value.n,
			  value.p, (unsigned long long)r->min, (unsigned long long)r->max);
	if (err != 0 || given)
		return err;
	if (r->type == TYPE_FLAG)
		*(bool *)member = yes;
	else
		*(uint64_t *)member = v;
	return 0;
}

int
options_parse(struct options *o, int argc, char **argv, struct errmsg *em)
{
	char letters[2 * OPTIONS_ROWS + 2];
	struct option longs[OPTIONS_ROWS + 1];
	int key, err = 0;

	*o = (struct options){ .buffer_mib = 32, .limit = 10000, .seed = 1 };
	options_describe(letters, longs);
	opterr = 0;
	while (err == 0 && (key = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		const struct option_row *r = key == '?' || key == ':' ? NULL : options_row(key);

		if (key == ':')
			err =
			    errmsg_set(em, -EINVAL, "%s needs a value; sipwhy -h lists the options", argv[optind - 1]);
		else if (r == NULL)
			err = options_unknown(argv[optind - 1], em);
		else
			err = options_take(o, r, optarg, em);
	}
	if (err == 0)
		err = options_words(o, argc - optind, argv + optind, em);
	return err != 0 ? err : options_finish(o, em);
}

static void
options_help_row(FILE *out, const struct option_row *r)
{
	char left[64];
	const char *arg = r->arg == NULL ? "" : r->arg[0] == '=' ? "[=FORM]" : r->arg;
	const char *gap = r->arg == NULL || r->arg[0] == '=' ? "" : " ";

	if (r->letter != 0)
		(void)snprintf(left, sizeof left, "  -%c, --%s%s%s", r->letter, r->name, gap, arg);
	else
		(void)snprintf(left, sizeof left, "      --%s%s%s", r->name, gap, arg);
	if (strlen(left) > 31)
		(void)fprintf(out, "%s\n%-32s%s\n", left, "", r->help);
	else
		(void)fprintf(out, "%-32s%s\n", left, r->help);
}

void
options_help(FILE *out)
{
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
	    "  sipwhy --explain 503            what a code means and what to check\n"
	    "  sipwhy --explain 404 \"Not here\" \"Server: Kamailio\"   the same of a phrase with headers\n\n",
	    out);
	for (size_t i = 0; i < OPTIONS_ROWS; i++)
		if (options_table[i].type != TYPE_ABSENT && options_table[i].type != TYPE_REFUSED)
			options_help_row(out, &options_table[i]);
	(void)fputs("\nWith a code --explain takes a phrase and headers of the answer (Server, User-Agent, Reason,\n"
		    "Warning, X-Asterisk-HangupCause, X-Twilio-Error, P-Registrar-Error), each in quotes;\n"
		    "\"Direction: sent\", \"Role: trunk\" and \"Role: phones\" say who answered whom.\n",
	    out);
	(void)fputs("\nMATCH is a regular expression (PCRE2) over the whole message.  The BPF filter is libpcap's;\n"
		    "without one nothing is left out: SIP is found by content, on any port.\n"
		    "Exit: 0 done, 1 something could not be opened or was damaged, 2 usage.\n",
	    out);
}

/* Bytes of a text on one line of the dump: with what stands before them they are no line too long for a file. */
enum { OPTIONS_DUMP_LINE = 160 };

void
options_dump_text(FILE *out, const char *before, const char *text)
{
	char shown[2 * OPTIONS_TEXT];
	struct slice rest = { shown, text_clean(shown, sizeof shown, slice_str(text), sizeof shown - 1, false, NULL) };

	(void)fputs(before, out);
	while (rest.n > OPTIONS_DUMP_LINE) {
		int n = OPTIONS_DUMP_LINE;

		/* Not within a character. */
		while (n > 1 && (rest.p[n] & 0xc0) == 0x80)
			n--;
		(void)fprintf(out, "%.*s\n#   ", n, rest.p);
		rest = (struct slice){ rest.p + n, rest.n - (size_t)n };
	}
	(void)fprintf(out, "%s\n", rest.p);
}

/* Reads back as it is: a full path of one short printable line, without what would begin a comment. */
static bool
options_stays(const char *text)
{
	char shown[2 * OPTIONS_TEXT];
	size_t n = strlen(text);

	if (n > OPTIONS_DUMP_LINE || text[0] != '/' || strstr(text, " ;") != NULL || text[n - 1] == ' ')
		return false;
	(void)text_clean(shown, sizeof shown, slice_str(text), sizeof shown - 1, false, NULL);
	return strcmp(shown, text) == 0;
}

/* A row a line would be said again and again: one line, and what finds no room in it is a comment. */
static void
options_dump_allow(FILE *out, const struct options *o)
{
	const struct peers_row *row;
	char text[ENDPOINT_TEXT];
	size_t used = 0;

	if (o->allow == NULL)
		return;
	if (o->allow_any)
		used += (size_t)fprintf(out, "allow = any");
	for (size_t i = 0; (row = peers_at(o->allow, i)) != NULL; i++) {
		struct endpoint e = { .family = row->family };

		memcpy(e.addr, row->addr, sizeof e.addr);
		(void)endpoint_format(text, sizeof text, &e, false);
		if (used + strlen(text) + 6 > OPTIONS_DUMP_LINE) {
			(void)fputs("\n# ", out);
			used = 0;
		}
		used += (size_t)fprintf(out, "%s%s/%u",
		    used == 0 && i == 0 ? "allow = "
			: used == 0     ? ""
					: ", ",
		    text, row->bits);
	}
	(void)fputs("\n", out);
}

static void
options_dump_row(FILE *out, const struct options *o, const struct option_row *r, bool in_file)
{
	const char *member = (const char *)o + r->offset, *text;
	char before[64];

	(void)snprintf(before, sizeof before, "%s%s = ", in_file ? "" : "# ", r->name);
	if (r->type == TYPE_FLAG)
		options_dump_text(out, before, *(const bool *)member ? "yes" : "no");
	else if (r->type == TYPE_NUMBER)
		(void)fprintf(out, "%s%llu\n", before, (unsigned long long)*(const uint64_t *)member);
	else if (r->type == TYPE_CALL && in_file)
		options_dump_allow(out, o);
	else if (r->type == TYPE_TEXT && (text = *(const char *const *)member) != NULL) {
		if (in_file && !options_stays(text))
			(void)fputs("# ", out);
		options_dump_text(out, before, text);
	}
}

/* What only the command line can say. */
static void
options_dump_rest(FILE *out, const struct options *o)
{
	for (size_t i = 0, at; i < OPTIONS_ROWS; i++) {
		for (at = 0; at < OPTIONS_IN_FILE && options_file_row(at) != &options_table[i];)
			at++;
		if (at == OPTIONS_IN_FILE)
			options_dump_row(out, o, &options_table[i], false);
	}
	for (size_t i = 0; i < o->n_inputs; i++) {
		(void)fprintf(out, "# input = %s ", input_kind_name(o->inputs[i].kind));
		options_dump_text(out, "", o->inputs[i].arg);
	}
	if (o->match != NULL)
		options_dump_text(out, "# match = ", o->match);
	if (o->bpf != NULL)
		options_dump_text(out, "# bpf = ", o->bpf);
}

void
options_dump(FILE *out, const struct options *o)
{
	(void)fputs("[options]\n", out);
	for (size_t i = 0; i < OPTIONS_IN_FILE; i++)
		options_dump_row(out, o, options_file_row(i), true);
	(void)fputs("# on the command line only:\n", out);
	options_dump_rest(out, o);
}
