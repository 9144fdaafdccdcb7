/*
 * options - argv to struct options, by the one table (options_table.c).  getopt_long reads it; abbreviations of long
 * names are its own.
 */
#include "app/options.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

#include "app/options_call.h"
#include "app/options_log.h"
#include "app/options_table.h"
#include "app/relay.h"
#include "sipwhy/slice.h"

/* Letters and long names for getopt: rows of the table at most; what it returns for a row without a letter. */
enum { OPTIONS_ROWS = 64, OPTIONS_LONG_BASE = 256 };

/* getopt's two descriptions, made from the table. */
static void
options_describe(char *letters, struct option *longs)
{
	const struct option_row *r;

	*letters++ = ':';
	for (size_t i = 0; (r = option_row(i)) != NULL; i++) {
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

/* Number of the row that getopt found. */
static size_t
options_row(int key)
{
	const struct option_row *r;
	size_t i = 0;

	if (key >= OPTIONS_LONG_BASE)
		return (size_t)(key - OPTIONS_LONG_BASE);
	while ((r = option_row(i)) != NULL && r->letter != key)
		i++;
	return i;
}

static int
options_absent(const struct option_row *r, struct errmsg *em)
{
	if (r->letter != 0)
		return errmsg_set(em, -EINVAL, "-%c (--%s) is not in this build", r->letter, r->name);
	return errmsg_set(em, -EINVAL, "--%s is not in this build", r->name);
}

static int
options_take(struct options *o, size_t at, const char *arg, struct errmsg *em)
{
	const struct option_row *r = option_row(at);
	struct errmsg why;
	uint64_t v = 1;

	o->given |= UINT64_C(1) << at;
	switch (r->type) {
	case TYPE_NUMBER:
	case TYPE_SECONDS:
	case TYPE_CHOICE:
		if (option_value(r, slice_str(arg), &v, &why) != 0)
			return errmsg_set(em, -EINVAL, "--%s %s: %s", r->name, arg, why.text);
		option_store(o, r, v);
		return 0;
	case TYPE_FLAG:
		option_store(o, r, v);
		return 0;
	case TYPE_TEXT:
	case TYPE_THEME:
		*(const char **)((char *)o + r->offset) = arg;
		return 0;
	case TYPE_CALL:
		return r->call(o, arg, em);
	case TYPE_REFUSED:
		return errmsg_set(em, -EINVAL, "%s", r->help);
	case TYPE_ABSENT:
		break;
	}
	return options_absent(r, em);
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
	/* A MATCH that nothing matches would look like a quiet line. */
	if (strpbrk(argv[0], "./") != NULL && access(argv[0], R_OK) == 0)
		return errmsg_set(em, -EINVAL, "%s is a file: sipwhy -I %s reads it", argv[0], argv[0]);
	o->match = argv[0];
	return options_join(o, argc - 1, argv + 1, em);
}

/* It stood on the command line. */
bool
options_given(const struct options *o, const char *name)
{
	size_t i = 0;

	while (option_row(i)->name == NULL || strcmp(option_row(i)->name, name) != 0)
		i++;
	return (o->given >> i & 1) != 0;
}

/* What belongs together, as far as the command line alone can tell. */
static int
options_finish(struct options *o, struct errmsg *em)
{
	int demos = 0;

	if (o->n_inputs == 0 && option_find("device")->call(o, "any", em) != 0)
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
	if (o->messages && o->output != OUTPUT_RECORDS)
		return errmsg_set(em, -EINVAL, "--messages is for --json: a report and the screen's files hold none");
	/* Without a list nothing would tell what the filter means. */
	o->events |= o->headless && o->filter != NULL && o->output != OUTPUT_RECORDS;
	if (o->headless && o->n_commands > 0)
		return errmsg_set(em, -EINVAL, "--command is for the screen, and there is none with -N and --json");
	if (o->fast && options_given(o, "refresh"))
		return errmsg_set(em, -EINVAL, "--fast and --refresh contradict each other: --fast is --refresh 0.25");
	return 0;
}

void
options_demo(struct options *out, const struct options *o)
{
	struct errmsg em;

	*out = *o;
	out->n_inputs = 0;
	out->match = out->bpf = NULL;
	out->out_pcap = out->hep_send = NULL;
	out->demo = options_call_demo(out, NULL, &em) == 0;
}

static int
options_check_filter(const struct options *o, struct errmsg *em)
{
	struct filter_env env = { .ctx = (void *)(uintptr_t)o, .named = options_named };
	struct errmsg why = { "" };
	struct filter *f = NULL;
	size_t at = 0;
	int err;

	if (o->filter == NULL)
		return 0;
	err = filter_new(&f, slice_str(o->filter), &env, &why, &at);
	filter_free(f);
	if (err == -ENOMEM)
		return errmsg_set(em, err, "out of memory");
	return err == 0 ? 0 : errmsg_set(em, -EINVAL, "--filter, character %zu: %s", at + 1, why.text);
}

int
options_check(const struct options *o, struct errmsg *em)
{
	static const char *const of_receivers[] = { "allow", "tls-cert", "tls-key", "tls-ca" };
	size_t receivers = 0;

	for (size_t i = 0; i < o->n_inputs; i++)
		receivers += input_kind_listens(o->inputs[i].kind);
	for (size_t i = 0; receivers == 0 && i < sizeof of_receivers / sizeof of_receivers[0]; i++)
		if (options_given(o, of_receivers[i]))
			return errmsg_set(em, -EINVAL,
			    "--%s is for --syslog, --hep-listen and --tzsp, and there is none", of_receivers[i]);
	if (options_log_check(o, em) != 0 || relay_check(o, em) != 0)
		return -EINVAL;
	return options_check_filter(o, em);
}

/* A letter may stand among others; a long option is known by its word. */
static int
options_unknown(const char *word, struct errmsg *em)
{
	if (optopt > 0 && optopt < OPTIONS_LONG_BASE)
		return errmsg_set(em, -EINVAL, "unknown option -%c; sipwhy -h lists them", optopt);
	return errmsg_set(em, -EINVAL, "unknown option %s; sipwhy -h lists them", word);
}

void
options_init(struct options *o)
{
	memset(o, 0, sizeof *o);
	o->buffer_mib = 32;
	o->limit = 10000;
	o->seed = 1;
	o->hep_id = 2001;
	o->refresh_ms = 1000;
}

int
options_parse(struct options *o, int argc, char **argv, struct errmsg *em)
{
	char letters[2 * OPTIONS_ROWS + 2];
	struct option longs[OPTIONS_ROWS + 1];
	int key, err = 0;

	options_init(o);
	options_describe(letters, longs);
	opterr = 0;
	while (err == 0 && (key = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
		if (key == ':')
			err =
			    errmsg_set(em, -EINVAL, "%s needs a value; sipwhy -h lists the options", argv[optind - 1]);
		else if (key == '?')
			err = options_unknown(argv[optind - 1], em);
		else
			err = options_take(o, options_row(key), optarg, em);
	}
	if (err == 0)
		err = options_words(o, argc - optind, argv + optind, em);
	return err != 0 ? err : options_finish(o, em);
}

int
options_window_s(const struct options *o)
{
	static const int seconds[] = { [WINDOW_AUTO] = -1,
		[WINDOW_1M] = 60,
		[WINDOW_5M] = 300,
		[WINDOW_15M] = 900,
		[WINDOW_1H] = 3600,
		[WINDOW_24H] = 86400,
		[WINDOW_ALL] = 0 };

	return seconds[o->window];
}

uint64_t
options_refresh_ms(const struct options *o)
{
	return o->fast ? 250 : o->refresh_ms;
}

struct options_pair *
options_pair(struct options_pairs *pairs, struct slice name)
{
	for (size_t i = 0; i < pairs->n; i++)
		if (slice_eq(slice_str(pairs->rows[i].name), name))
			return &pairs->rows[i];
	return NULL;
}

const char *
options_named(void *ctx, struct slice name)
{
	struct options *o = ctx;
	const struct options_pair *p = options_pair(&o->filters, name);

	return p != NULL ? p->text : NULL;
}
