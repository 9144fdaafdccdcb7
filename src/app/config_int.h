/* config_int - what the files config_*.c share: one configuration file being read. */
#ifndef APP_CONFIG_INT_H
#define APP_CONFIG_INT_H

#include <stdio.h>

#include "app/config.h"
#include "sipwhy/peers.h"

/* Bytes of a line at most, as inih has it. */
enum { CONFIG_LINE = 198 };

enum config_section {
	SECTION_NONE,
	SECTION_PEERS,
	SECTION_INCIDENTS,
	SECTION_HEADS,
	SECTION_OPTIONS,
	SECTION_KEYS,
	SECTION_FILTERS,
	SECTION_ALERTS,
	SECTION_COLUMNS,
	SECTION_N
};

/*
 * err is that of the first thing wrong; nothing is taken after it, unless all that is wrong is asked for
 * (options.wrong): then em has the last of them.  A line number of 0 means that this file has not set it.
 */
struct config {
	struct options *o;
	const char *name;
	struct slice rest; /* lines not read yet */
	unsigned line;     /* number of the line read last */
	enum config_section section;
	unsigned wrong_line; /* number of the last one that was wrong */
	bool astray;         /* what stands here belongs to a section that is none */
	bool indented;       /* that line begins with a blank */
	bool open;           /* a value was read, and an indented line goes on with it */
	enum peer_role role; /* of that value */
	unsigned limit_line[OPTIONS_LIMITS_MAX], option_line[OPTIONS_NAMES_MAX];
	unsigned filter_line[OPTIONS_PAIRS_MAX], alert_line[OPTIONS_PAIRS_MAX], column_line[OPTIONS_PAIRS_MAX];
	struct config_key {
		const char *action;
		unsigned line;
	} keys[OPTIONS_KEYS_MAX];
	size_t n_keys;
	int err;
	struct errmsg *em;
};

/* A sentence by file and line; sets c->err and returns it. */
int config_wrong(struct config *c, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* Is there nothing to read on for? */
bool config_stops(const struct config *c);

/* The known name that `word` was meant to be, for a hint: call config_guess with each. */
struct config_guess {
	struct slice word;
	const char *best; /* NULL: nothing is near */
	size_t distance;
};
void config_guess(struct config_guess *g, const char *name);
/* "did you mean X?", or what else helps; in out. */
const char *config_hint(char *out, size_t cap, const struct config_guess *g, const char *otherwise);

/* The first word of *s, which goes on behind it. */
struct slice config_word(struct slice *s);
/* Does it stand on a terminal as it is? */
bool config_is_shown(struct slice s);
/* Without a comment at the end. */
struct slice config_uncomment(struct slice s);

/* [keys]: name = key ...; and a whole line of sngrep's, if it is one (*done): key ACTION KEY, unkey ACTION [KEY]. */
int config_keys(struct config *c, const char *name, struct slice value);
int config_keys_line(struct config *c, struct slice line, bool *done);

/* [filters], [alerts], [columns].  more: an indented line goes on with the value. */
int config_pair(struct config *c, const char *name, struct slice value, bool more);
/* At the end of the file: do the filters of it mean something? */
int config_pairs_check(struct config *c);
void config_pairs_dump(FILE *out, const struct options *o);

#endif
