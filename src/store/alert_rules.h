/*
 * alert_rules - the user's alert rules: what each counts in time, for each value that it is held to apart, and what
 * became of it; see store_rules in sipwhy/store.h.
 */
#ifndef STORE_ALERT_RULES_H
#define STORE_ALERT_RULES_H

#include "sipwhy/store.h"

struct store;

/* Columns of the window of a rule; failures that are shown as its evidence. */
enum { ALERT_COLUMNS = 60 };

/*
 * One value of a rule.  at: number of the newest column; n: matching failures in each, of loss the frames, and lost.
 * minute: number of the newest minute of history.  told_ns: when the incident was told last.  worst: what was measured
 * while it fired, the furthest from its limit.  limit: the last that was known.
 */
struct alert_value {
	char name[64];
	uint64_t hash, id;
	int64_t at, minute, last_ns, told_ns;
	uint32_t n[ALERT_COLUMNS], lost[ALERT_COLUMNS];
	float history[STORE_RULE_HISTORY];
	double usual, worst, limit;
	struct rule_state state;
	uint64_t events[INCIDENT_EVIDENCE]; /* newest first */
};

/* column_s: seconds of a column. */
struct alert_rule {
	const struct rule *rule;
	unsigned column_s;
	size_t n;
	struct alert_value *value[STORE_RULE_VALUES];
};

/* What a source had told when it was looked at last. */
struct alert_source {
	uint64_t messages, frames, lost;
	int64_t last_ns;
};

/* second: that was judged last; began_ns: when the first message was seen, 0 before. */
struct alert_rules {
	size_t n;
	int64_t second, began_ns;
	uint64_t last_id;
	struct alert_source source[STORE_SOURCES_MAX];
	struct alert_rule row[];
};

void alert_rules_free(struct alert_rules *a);

/* A failure was counted at t_ns, or is no such failure any more.  Stores without rules are welcome here and below. */
void alert_rules_event(struct store *s, const struct event *e, int64_t t_ns);
void alert_rules_take(struct store *s, const struct event *e, int64_t t_ns);

/* Judge, if a second went by (alert_judge.c). */
void alert_rules_step(struct store *s);

/* All will be told once more: count anew. */
void alert_rules_restart(struct store *s);

/* The value of a hash; made when it is not there, then shown by that name (NULL when memory is short). */
struct alert_value *alert_rules_value(struct store *s, struct alert_rule *r, uint64_t hash, struct slice name);
/* The hash of a name. */
uint64_t alert_rules_hash(const struct store *s, struct slice name);
/* Move the columns on to the time; those too old are forgotten. */
void alert_rules_turn(const struct alert_rule *r, struct alert_value *v, int64_t t_ns);

#endif
