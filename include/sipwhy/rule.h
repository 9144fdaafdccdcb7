/*
 * rule - alert rules in one line each ([alerts] in the configuration, doc/filter.md): what is measured of which events,
 * the limit, and how long it must hold.  Pure: figures and the time are given, nothing is counted here.
 *
 *     rule    = level measure compare limit {clause} [[","] "filter" FILTER]
 *     level   = info | warn | crit          compare = > | >= | < | <=
 *     measure = rate | share | asr | count | silence | loss
 *     limit   = 0.2/s 12/m 30/h (rate) | 5% (share, asr, loss) | 100 (count) | 45s (silence) | usual*3
 *     clause  = in SPAN | for SPAN | clear LIMIT [for SPAN] | min N | per FIELD
 *
 *     peer-5xx = crit rate > 0.2/s in 5m for 60s clear 0.1/s for 2m per peer, filter class:5xx
 */
#ifndef SIPWHY_RULE_H
#define SIPWHY_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/errmsg.h"
#include "sipwhy/event.h"
#include "sipwhy/filter.h"
#include "sipwhy/slice.h"

/*
 * Bytes of a name with its NUL, of letters, digits, "-" and "_"; rules at most; window in seconds, and that which is
 * taken where the text has none.
 */
enum { RULE_NAME = 32, RULE_MAX = 64, RULE_WINDOW_MIN = 10, RULE_WINDOW_MAX = 3600, RULE_WINDOW = 300 };

enum rule_level { RULE_INFO, RULE_WARN, RULE_CRIT, RULE_LEVELS };
/*
 * rate: matching failures a second; share: of all attempts, in percent; asr: answered of those seized, in percent;
 * count: matching failures; silence: seconds since the last matching one, without a filter since the last message;
 * loss: of all that was captured, in percent.
 */
enum rule_measure { RULE_RATE, RULE_SHARE, RULE_ASR, RULE_COUNT, RULE_SILENCE, RULE_LOSS, RULE_MEASURES };
enum rule_compare { RULE_ABOVE, RULE_AT_LEAST, RULE_BELOW, RULE_AT_MOST };
/* What a rule is held to, each one apart: everything together, each value of a field, each signature. */
enum rule_per { RULE_PER_ALL, RULE_PER_FIELD, RULE_PER_SIGNATURE };

/* "info", "warn", "crit"; "rate", "share" ...; "-" above. */
const char *rule_level_name(unsigned level);
const char *rule_measure_name(unsigned measure);

/* A limit in the measure's unit (a second, percent, events, seconds), or so many times what is usual. */
struct rule_limit {
	double value;
	bool usual;
};

/* Members may be read.  clear: the same as limit where the text has none. */
struct rule {
	char name[RULE_NAME];
	enum rule_level level;
	enum rule_measure measure;
	enum rule_compare compare;
	struct rule_limit limit, clear;
	uint32_t window_s, for_s, clear_s;
	uint32_t min; /* sample below which nothing is said; 0 none */
	enum rule_per per;
	const struct filter_field *field; /* of RULE_PER_FIELD */
	struct filter *filter;            /* NULL: every event */
	char *text;                       /* as written, for a dump */
};

/*
 * Make one from its name and what stands behind "=" in a file.  env as in filter_new.
 * 0; -EINVAL, -E2BIG with a sentence; -ENOMEM.
 */
int rule_new(struct rule **out, struct slice name, struct slice text, const struct filter_env *env, struct errmsg *em);
void rule_free(struct rule *r);

/* Built-in rules, which hold unless a file gives one of the same name ("off" in place of a rule is for the caller):
 * false behind the last. */
bool rule_builtin(size_t i, const char **name, const char **text);

/*
 * What was counted in the rule's window, of one value of `per`.  matched: failures that the filter means (those that
 * recovered left out); attempts: all attempts that ended; seized, answered: INVITE attempts as in kpi.h; frames, lost:
 * captured, and dropped by kernel or sensor.  last_ns: the newest matching event, without a filter the newest message;
 * where there was none, when watching began.  usual: what the measure is in other times (the same hour of the days
 * before, or whatever is known), NAN when unknown.
 */
struct rule_figures {
	uint64_t matched, attempts, seized, answered, frames, lost;
	int64_t last_ns;
	double usual;
};

/* The measure of these figures; NAN when there is no telling (a sample below min, nothing to divide by). */
double rule_measured(const struct rule *r, const struct rule_figures *f, int64_t now_ns);

/* One for each value of `per`; begins all zero.  Times 0: not so. */
struct rule_state {
	bool firing;
	int64_t since_ns;         /* firing: since when the limit is passed; else when it was, 0 never */
	int64_t until_ns;         /* when it cleared last */
	int64_t over_ns, good_ns; /* pending: passed, or good again, since */
	double value, limit;      /* last measured, and held to; NAN unknown */
	double worst;             /* while firing, or when it did last */
};

enum rule_news { RULE_SAME, RULE_FIRED, RULE_CLEARED };

/*
 * Look at the figures of now; about once a second is enough.  What can't be told changes nothing but that a pending
 * "for" begins anew.  A clock that goes back begins it anew too.
 */
enum rule_news rule_step(const struct rule *r, struct rule_state *s, const struct rule_figures *f, int64_t now_ns);

/* Does it still fire, though what was measured last is back within the limit? */
bool rule_is_back(const struct rule *r, const struct rule_state *s);

/*
 * "rate 1.2/s > 0.2/s", "asr 3.1% < 25.5%": what was measured against the limit; where that is back within it "asr 3.1%
 * < 25.5% at worst, 60.0% now".  Length without the NUL, cut to fit.
 */
size_t rule_say(const struct rule *r, const struct rule_state *s, char *out, size_t cap);

#endif
