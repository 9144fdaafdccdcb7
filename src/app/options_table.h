/*
 * options_table - the one table of options.  A row says how it is called, what it takes, where that lands, whether a
 * file may say it, and what is told of it; who parses, prints or completes reads it here and nowhere else.
 */
#ifndef APP_OPTIONS_TABLE_H
#define APP_OPTIONS_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "app/options.h"

/*
 * SECONDS: with a fraction, kept in milliseconds.  CHOICE: the number of the word.  TEXT: any in an argument, a full
 * path in a file.  THEME: as TEXT, or a name.  CALL: a function takes it.  ABSENT: known, and not in this build.
 * REFUSED: help tells what to say instead.
 */
enum option_type {
	TYPE_FLAG,
	TYPE_NUMBER,
	TYPE_SECONDS,
	TYPE_CHOICE,
	TYPE_TEXT,
	TYPE_THEME,
	TYPE_CALL,
	TYPE_ABSENT,
	TYPE_REFUSED
};

/* Headings of --help and the manual, in their order. */
enum option_group {
	GROUP_SOURCE,
	GROUP_COUNT,
	GROUP_OUTPUT,
	GROUP_SCREEN,
	GROUP_CONFIG,
	GROUP_OTHER,
	GROUP_N,
	GROUP_HIDDEN = GROUP_N
};

/* What a shell can offer for the argument. */
enum option_complete {
	COMPLETE_NONE,
	COMPLETE_FILE,
	COMPLETE_INTERFACE,
	COMPLETE_CHOICE,
	COMPLETE_THEME,
	COMPLETE_FIELD,
	COMPLETE_CODE,
	COMPLETE_HOWTO
};

typedef int option_call_fn(struct options *o, const char *arg, struct errmsg *em);

struct option_row {
	char letter;      /* 0: long form only */
	const char *name; /* NULL: letter only */
	const char *arg;  /* NULL: takes none; "=X": optional */
	enum option_type type;
	enum option_group group;
	size_t offset;              /* member of struct options, but for CALL */
	uint64_t min, max;          /* NUMBER; SECONDS in milliseconds */
	const char *const *choices; /* CHOICE, and what is completed; ends in NULL */
	option_call_fn *call;
	enum option_complete complete;
	bool many;            /* may be given again */
	bool in_file;         /* may stand in a configuration */
	const char *standard; /* what holds when nothing is said, NULL: nothing */
	const char *help;     /* a phrase; REFUSED: the reason */
	const char *more;     /* sentences for the manual, NULL: none */
};

/* Row number `at`; NULL behind the last.  A row keeps its number, which is its bit in options.given. */
const struct option_row *option_row(size_t at);
size_t option_rows(void);
/* By long name; NULL when there is none. */
const struct option_row *option_find(const char *name);
/* Is it one that can be used, and is told of? */
bool option_is_shown(const struct option_row *r);

const char *option_group_title(enum option_group g);
/* "auto, never or 256" into out. */
const char *option_list(char *out, size_t cap, const char *const *words);

/* "1 to 2048", "0.1 to 60" of a NUMBER or SECONDS; empty when anything goes. */
const char *option_range(char *out, size_t cap, const struct option_row *r);

/*
 * The value of a row that is FLAG, NUMBER, SECONDS or CHOICE into *v.  Says nothing of where it stood.
 * 0; -EINVAL with what is wanted.
 */
int option_value(const struct option_row *r, struct slice text, uint64_t *v, struct errmsg *em);
/* Put it where it belongs. */
void option_store(struct options *o, const struct option_row *r, uint64_t v);
/* What is in force, as one would write it; NULL for a row that has no such value. */
const char *option_text(char *out, size_t cap, const struct options *o, const struct option_row *r);

/* A name of a theme, not a path. */
bool option_is_theme_name(struct slice text);

#endif
