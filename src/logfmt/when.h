/*
 * when - times of items: the log's text, and where it stands in time.  Logs repeat themselves: the last minute that was
 * resolved is kept, so that a second stamp of it costs an addition.
 */
#ifndef LOGFMT_WHEN_H
#define LOGFMT_WHEN_H

#include <stdbool.h>
#include <stdint.h>

#include "logfmt/stamp.h"
#include "sipwhy/logfmt.h"

/*
 * valid: key is the stamp whose minute begins at minute_ns.  last_ns: the newest resolved, 0 none.  ahead_ns: how far a
 * clock that is in another zone than the dates beside it was ahead of them at first.
 */
struct when {
	struct stamp key;
	int64_t near_ns, minute_ns, last_ns, ahead_ns;
	bool valid;
};

/* Another stamp that has the date which a time of day lacks.  has_date false: none.  beside: of the same line. */
struct when_date {
	struct stamp stamp;
	bool beside;
};

/*
 * Time of an item with the stamp `s` (text empty: none) in text that came at near_ns.  live: near_ns it is.  Counts
 * what it lacked.
 */
int64_t when_resolve(struct when *w, const struct stamp *s, const struct when_date *date, int64_t near_ns, bool live,
    struct logfmt_stats *st);

/* Does it tell no time?  Then what when_resolve gives is the time of something else, unless it is live. */
bool when_is_untimed(const struct stamp *s);

/*
 * The stamp nearest to the end of `line`: its last within the first 160 bytes; *date: of one before it, if it has none
 * itself; *leads is what when_leads says of the line.  False: *out all zero.
 */
bool when_last_stamp(struct slice line, struct stamp *out, struct when_date *date, bool *leads);

/* The first stamp with a date that a line of the text shows.  False: none. */
bool when_first_date(struct slice text, struct stamp *out);

/* The first stamp that a line begins with; that a JSON record has, where it has a date.  False: none. */
bool when_leading_stamp(struct slice text, struct stamp *out);

/* Does the line begin with a stamp, as the lines of a log do (a bracket or a priority may stand before it)? */
bool when_leads(struct slice line);

#endif
