/*
 * options - what the user asked for.  One table (options.c) makes the parser, --help and -D.
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

/*
 * Bounds: inputs; bytes of a text; rows of track_limits; options that a file may set; configuration files; heads, and
 * bytes of a head's name and pattern.
 */
enum {
	OPTIONS_INPUTS_MAX = 32,
	OPTIONS_TEXT = 1024,
	OPTIONS_LIMITS_MAX = 256,
	OPTIONS_NAMES_MAX = 16,
	OPTIONS_FILES_MAX = 2,
	OPTIONS_HEADS_MAX = LOGFMT_HEADS_MAX,
	OPTIONS_HEAD_TEXT = 256
};

struct peers;

/* A head that the user added: what a dump prints again. */
struct options_head {
	char name[OPTIONS_HEAD_TEXT], pattern[OPTIONS_HEAD_TEXT];
};

enum options_action { ACTION_RUN, ACTION_HELP, ACTION_VERSION, ACTION_EXPLAIN, ACTION_DUMP };
enum options_output { OUTPUT_TEXT, OUTPUT_REPORT, OUTPUT_RECORDS };

/*
 * Strings point into argv, or into the buffers at the end.  peers, limits, heads and files are filled by config_load:
 * peers is NULL when no name was given, log_heads when no head was, limits mean something with has_limits only (one for
 * each row of track_limits).  allow: who may send to receivers, NULL nobody was named; allow_any: everybody may.
 * config_free gives back what hangs on it, whatever options_parse and config_load returned.
 */
struct options {
	enum options_action action;
	struct {
		enum input_kind kind;
		char arg[256];
	} inputs[OPTIONS_INPUTS_MAX];
	size_t n_inputs;
	const char *out_pcap;
	const char *match; /* NULL: none */
	const char *bpf;   /* NULL: none */
	const char *theme;
	const char *config; /* NULL: the default files */
	const char *explain;
	char *const *explain_words; /* what stood behind it, ended by NULL */
	enum options_output output;
	const char *tls_cert, *tls_key, *tls_ca;
	bool headless, quiet, icase, invert, calls_only, events, demo, rotate, no_config;
	bool from_start, allow_any;
	uint64_t buffer_mib, limit, duration_s, seed;
	struct peers *peers, *allow;
	struct logfmt_heads *log_heads;
	struct options_head heads[OPTIONS_HEADS_MAX];
	size_t n_heads;
	uint32_t limits[OPTIONS_LIMITS_MAX];
	bool has_limits;
	size_t n_files;
	uint64_t given; /* rows of the table that stood on the command line, a bit each */
	char bpf_text[OPTIONS_TEXT], theme_text[OPTIONS_TEXT];
	char tls_cert_text[OPTIONS_TEXT], tls_key_text[OPTIONS_TEXT], tls_ca_text[OPTIONS_TEXT];
	char files[OPTIONS_FILES_MAX][OPTIONS_TEXT]; /* configuration files that were read */
};

/* Fill *o from argv.  0; -EINVAL with a sentence (usage, exit 2), -ENOMEM with one. */
int options_parse(struct options *o, int argc, char **argv, struct errmsg *em);

/* Does all that was said, in files too, fit together?  After config_load.  0; -EINVAL with a sentence. */
int options_check(const struct options *o, struct errmsg *em);

/* The help page: every row of the table. */
void options_help(FILE *out);

/*
 * The options that may stand in a configuration file, by number: the long name, NULL behind the last (at most
 * OPTIONS_NAMES_MAX).
 */
const char *options_file_name(size_t number);

/* Is there an option of this long name, on the command line at least? */
bool options_is_name(const char *name);

/*
 * Set one of them as a file says: yes or no, a number, a path (copied), networks.  What stood on the command line
 * stays, what an earlier file said does not.  0; -EINVAL or -ENOMEM with a sentence.
 */
int options_set(struct options *o, size_t number, struct slice value, struct errmsg *em);

/* The settings in force as a configuration file; what can't stand in one is a comment. */
void options_dump(FILE *out, const struct options *o);

/* A line of text of any kind, made printable. */
void options_dump_text(FILE *out, const char *before, const char *text);

#endif
