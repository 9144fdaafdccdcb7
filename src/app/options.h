/*
 * options - what the user asked for.  One table (options_table.c) makes the parser, --help, -D, the manual's list and
 * the completions.
 */
#ifndef APP_OPTIONS_H
#define APP_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sipwhy/errmsg.h"
#include "sipwhy/input.h"
#include "sipwhy/logfmt.h"
#include "sipwhy/slice.h"
#include "sipwhy/view.h"

/*
 * Bounds: inputs; bytes of a text; rows of track_limits; options that a file may set; configuration files; heads, and
 * bytes of a head's name and pattern; --command; changes of keys; names with a text in a section, bytes of such a name
 * and text.
 */
enum {
	OPTIONS_INPUTS_MAX = 32,
	OPTIONS_TEXT = 1024,
	OPTIONS_LIMITS_MAX = 256,
	OPTIONS_NAMES_MAX = 32,
	OPTIONS_FILES_MAX = 2,
	OPTIONS_HEADS_MAX = LOGFMT_HEADS_MAX,
	OPTIONS_HEAD_TEXT = 256,
	OPTIONS_COMMANDS_MAX = 16,
	OPTIONS_KEYS_MAX = 128,
	OPTIONS_PAIRS_MAX = 32,
	OPTIONS_PAIR_NAME = 32,
	OPTIONS_PAIR_TEXT = FILTER_TEXT_MAX + 128
};

struct peers;

/* A head that the user added: what a dump prints again. */
struct options_head {
	char name[OPTIONS_HEAD_TEXT], pattern[OPTIONS_HEAD_TEXT];
};

/* A name with a text: a filter, a rule of an alert, a layout of columns. */
struct options_pair {
	char name[OPTIONS_PAIR_NAME], text[OPTIONS_PAIR_TEXT];
};
struct options_pairs {
	struct options_pair rows[OPTIONS_PAIRS_MAX];
	size_t n;
};

enum options_action {
	ACTION_RUN,
	ACTION_HELP,
	ACTION_VERSION,
	ACTION_EXPLAIN,
	ACTION_DUMP,
	ACTION_CHECK,
	ACTION_HOWTO,
	ACTION_RESET,
	ACTION_PRINT
};
enum options_output { OUTPUT_TEXT, OUTPUT_REPORT, OUTPUT_RECORDS };

/* Choices, in the order of the words in the table. */
enum options_color { COLOR_AUTO, COLOR_NEVER, COLOR_16, COLOR_256, COLOR_TRUE };
enum options_window { WINDOW_AUTO, WINDOW_1M, WINDOW_5M, WINDOW_15M, WINDOW_1H, WINDOW_24H, WINDOW_ALL };
enum options_bell { BELL_NEVER, BELL_CRIT };

/*
 * Strings point into argv, or into the buffers at the end.  peers, limits, heads and files are filled by config_load:
 * peers is NULL when no name was given, log_heads when no head was, limits mean something with has_limits only (one for
 * each row of track_limits).  allow: who may send to receivers, NULL nobody was named; allow_any: everybody may.
 * color, window, bell: the enums above; glyphs: enum ui_glyphs; confirm_quit: enum view_quit.  theme: a name or a path.
 * keys: what was changed, in order.  columns: the text is "events.80 = mark time". config_free gives back what hangs on
 * it, whatever options_parse and config_load returned.
 */
struct options {
	enum options_action action;
	struct {
		enum input_kind kind;
		char arg[256];
	} inputs[OPTIONS_INPUTS_MAX];
	size_t n_inputs;
	const char *out_pcap;
	const char *match;  /* NULL: none */
	const char *bpf;    /* NULL: none */
	const char *theme;  /* NULL: by the terminal */
	const char *config; /* NULL: the default files */
	const char *explain, *howto, *print;
	const char *filter; /* NULL: none */
	const char *commands[OPTIONS_COMMANDS_MAX];
	size_t n_commands;
	char *const *explain_words; /* what stood behind it, ended by NULL */
	enum options_output output;
	const char *tls_cert, *tls_key, *tls_ca;
	const char *hep_key; /* a path; NULL: none */
	const char *hep_send, *hep_ca;
	bool messages; /* with records: the messages of each failed attempt too */
	bool hep_parse;
	bool headless, quiet, icase, invert, calls_only, events, demo, rotate, no_config;
	bool from_start, allow_any, mouse, fast, no_redact;
	unsigned color, glyphs, window, confirm_quit, bell;
	uint64_t hep_id;
	uint64_t buffer_mib, limit, duration_s, seed, refresh_ms;
	struct view_keymap keys[OPTIONS_KEYS_MAX];
	size_t n_keys;
	struct options_pairs filters, alerts, columns;
	struct peers *peers, *allow;
	struct logfmt_heads *log_heads;
	struct options_head heads[OPTIONS_HEADS_MAX];
	size_t n_heads;
	uint32_t limits[OPTIONS_LIMITS_MAX];
	bool has_limits;
	size_t n_files;
	void (*wrong)(const char *sentence); /* all that is wrong in a file but the last; NULL: the first ends it */
	uint64_t given;                      /* rows of the table that stood on the command line, a bit each */
	char bpf_text[OPTIONS_TEXT], theme_text[OPTIONS_TEXT];
	char tls_cert_text[OPTIONS_TEXT], tls_key_text[OPTIONS_TEXT], tls_ca_text[OPTIONS_TEXT];
	char hep_key_text[OPTIONS_TEXT], hep_ca_text[OPTIONS_TEXT];
	char files[OPTIONS_FILES_MAX][OPTIONS_TEXT]; /* configuration files that were read */
};

/* All as it is when nothing was said. */
void options_init(struct options *o);

/* Fill *o from argv.  0; -EINVAL with a sentence (usage, exit 2), -ENOMEM with one. */
int options_parse(struct options *o, int argc, char **argv, struct errmsg *em);

/* Does all that was said, in files too, fit together?  After config_load.  0; -EINVAL with a sentence. */
int options_check(const struct options *o, struct errmsg *em);

/* The same with the demo as its only input: all of it is shown, nothing is written or sent.  Borrows from o. */
void options_demo(struct options *out, const struct options *o);

/* Did the option of this long name stand on the command line? */
bool options_given(const struct options *o, const char *name);

/* Seconds of the first window: 0 all, -1 as the input has it.  Milliseconds from frame to frame. */
int options_window_s(const struct options *o);
uint64_t options_refresh_ms(const struct options *o);

/* The text of a named filter, NULL when there is none; ctx is a struct options.  As filter_env.named and view_cfg.named
 * want it. */
const char *options_named(void *ctx, struct slice name);

/* The row of that name, NULL when there is none. */
struct options_pair *options_pair(struct options_pairs *pairs, struct slice name);

/* The help page: every row of the table. */
void options_help(FILE *out);

/*
 * What the manual and the completions are made of (tests/check/man.sh compares): "man" its list of options, "keys" its
 * list of keys, "bash", "zsh", "fish".  False when there is no such thing.
 */
bool options_print(FILE *out, const char *what);

/*
 * The options that may stand in a configuration file, by number: the long name, NULL behind the last (at most
 * OPTIONS_NAMES_MAX).
 */
const char *options_file_name(size_t number);

/* Is there an option of this long name, on the command line at least? */
bool options_is_name(const char *name);

/*
 * Set one of them as a file says: yes or no, a number, a choice, a path (copied), networks.  What stood on the command
 * line stays, what an earlier file said does not.  0; -EINVAL or -ENOMEM with a sentence.
 */
int options_set(struct options *o, size_t number, struct slice value, struct errmsg *em);

/* The settings in force as a configuration file; what can't stand in one is a comment. */
void options_dump(FILE *out, const struct options *o);

/* A line of text of any kind, made printable. */
void options_dump_text(FILE *out, const char *before, const char *text);

#endif
