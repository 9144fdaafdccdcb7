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

enum { OPTIONS_INPUTS_MAX = 32, OPTIONS_TEXT = 1024 };

enum options_action { ACTION_RUN, ACTION_HELP, ACTION_VERSION, ACTION_EXPLAIN, ACTION_DUMP };
enum options_output { OUTPUT_TEXT, OUTPUT_REPORT, OUTPUT_RECORDS };

/* Strings point into argv, or into bpf_text. */
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
	const char *explain, *explain_phrase;
	enum options_output output;
	bool headless, quiet, icase, invert, calls_only, events, demo, rotate, no_config;
	uint64_t buffer_mib, limit, duration_s, seed;
	char bpf_text[OPTIONS_TEXT];
};

/* Fill *o from argv.  0; -EINVAL with a sentence (usage, exit 2). */
int options_parse(struct options *o, int argc, char **argv, struct errmsg *em);

/* The help page: every row of the table. */
void options_help(FILE *out);

/* The settings in force, a line each. */
void options_dump(FILE *out, const struct options *o);

#endif
