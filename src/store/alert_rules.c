/*
 * alert_rules - counts failures for the rules as they come; see alert_rules.h.
 * The one thing to know: a rule keeps its window in 60 columns whatever its length, and at most STORE_RULE_VALUES
 * values apart, so that what strangers send cannot make it grow.
 */
#include "store/alert_rules.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "store/apply.h"

/* As long must a run have gone on before a group that it never had is one to raise an alert. */
enum { ALERT_KNOWN_S = 3600 };

int
store_rules(struct store *s, struct rule *const *rules, size_t n)
{
	struct alert_rules *a;

	if (n > RULE_MAX)
		return -EINVAL;
	a = mem_zalloc(sizeof *a + n * sizeof a->row[0]);
	if (a == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		a->row[i].rule = rules[i];
		a->row[i].column_s = (rules[i]->window_s + ALERT_COLUMNS - 1) / ALERT_COLUMNS;
	}
	a->n = n;
	alert_rules_free(s->rules);
	s->rules = a;
	return 0;
}

static void
alert_rules_forget(struct alert_rule *r)
{
	while (r->n > 0)
		mem_free(r->value[--r->n]);
}

void
alert_rules_free(struct alert_rules *a)
{
	for (size_t i = 0; a != NULL && i < a->n; i++)
		alert_rules_forget(&a->row[i]);
	mem_free(a);
}

size_t
store_rule_count(const struct store *s)
{
	return s->rules != NULL ? s->rules->n : 0;
}

/* "peer" for the rules whose figures are those of peers. */
static bool
alert_rules_is_per(const struct rule *r, const char *field)
{
	return r->per == RULE_PER_FIELD && strcmp(r->field->name, field) == 0;
}

int
store_rule_check(const struct rule *r, struct errmsg *em)
{
	bool all = r->per == RULE_PER_ALL;

	if (r->measure == RULE_ASR && !all && !alert_rules_is_per(r, "peer"))
		return errmsg_set(em, -EINVAL, "asr is known of all and per peer");
	if (r->measure == RULE_SHARE && !all && !alert_rules_is_per(r, "peer"))
		return errmsg_set(em, -EINVAL, "share is known of all and per peer");
	if (r->measure == RULE_LOSS && !all && !alert_rules_is_per(r, "source"))
		return errmsg_set(em, -EINVAL, "loss is known of all and per source");
	if (r->measure == RULE_SILENCE && r->filter == NULL && !all && !alert_rules_is_per(r, "source"))
		return errmsg_set(em, -EINVAL, "silence without a filter is known of all and per source");
	return 0;
}

uint64_t
alert_rules_hash(const struct store *s, struct slice name)
{
	return hash64(name.n > 0 ? name.p : "", name.n, s->seed);
}

/* The one that may go: quiet for longest, never one that fires. */
static size_t
alert_rules_quietest(const struct alert_rule *r)
{
	size_t at = r->n;

	for (size_t i = 0; i < r->n; i++)
		if (!r->value[i]->state.firing && (at == r->n || r->value[i]->last_ns < r->value[at]->last_ns))
			at = i;
	return at;
}

/* Of a value that comes late nothing is known but that it had no failures before. */
static void
alert_rules_begin(const struct store *s, const struct alert_rule *r, struct alert_value *v)
{
	bool counts = r->rule->measure == RULE_RATE || r->rule->measure == RULE_COUNT;
	int64_t now_ns = moment_now(&s->now), began_ns = s->rules->began_ns != 0 ? s->rules->began_ns : now_ns;
	int64_t known = now_ns / (60 * NS_PER_S) - began_ns / (60 * NS_PER_S);

	v->minute = now_ns / (60 * NS_PER_S);
	v->last_ns = began_ns;
	v->usual = NAN;
	v->state.value = v->state.limit = NAN;
	for (int64_t i = 0; i < STORE_RULE_HISTORY; i++)
		v->history[STORE_RULE_HISTORY - 1 - i] = counts && i > 0 && i < known ? 0 : NAN;
}

struct alert_value *
alert_rules_value(struct store *s, struct alert_rule *r, uint64_t hash, struct slice name)
{
	struct alert_value *v;
	size_t at = r->n;

	for (size_t i = 0; i < r->n; i++)
		if (r->value[i]->hash == hash)
			return r->value[i];
	if (r->n == STORE_RULE_VALUES && (at = alert_rules_quietest(r)) == r->n)
		return NULL;
	v = mem_zalloc(sizeof *v);
	if (v == NULL) {
		s->now.drops[0]++;
		return NULL;
	}
	if (at < r->n)
		mem_free(r->value[at]);
	else
		r->n++;
	r->value[at] = v;
	v->hash = hash;
	(void)slice_copy(v->name, sizeof v->name, name);
	alert_rules_begin(s, r, v);
	return v;
}

void
alert_rules_turn(const struct alert_rule *r, struct alert_value *v, int64_t t_ns)
{
	int64_t at = t_ns / (r->column_s * NS_PER_S), by = at - v->at;

	if (by <= 0)
		return;
	for (int64_t i = 0; i < by && i < ALERT_COLUMNS; i++) {
		v->n[(at - i) % ALERT_COLUMNS] = 0;
		v->lost[(at - i) % ALERT_COLUMNS] = 0;
	}
	v->at = at;
}

/* "401 Unauthorized, REGISTER, 10.20.4.41", as one would name a signature. */
static void
alert_rules_signature(const struct event *e, char *out, size_t cap)
{
	struct slice method = slice_str(e->method.n > 0 ? "" : "-");
	char code[8];

	(void)snprintf(code, sizeof code, "%u", e->code);
	method = e->method.n > 0 ? e->method : method;
	(void)snprintf(out, cap, "%s %.*s, %.*s, %.*s", e->code != 0 ? code : "---",
	    (int)(e->phrase.n < 24 ? e->phrase.n : 24), e->phrase.n > 0 ? e->phrase.p : "",
	    (int)(method.n < 9 ? method.n : 9), method.p, (int)(e->peer.n < 40 ? e->peer.n : 40),
	    e->peer.n > 0 ? e->peer.p : "");
}

/* Which value of the rule an event belongs to; false: it has none. */
static bool
alert_rules_key(const struct store *s, const struct rule *r, const struct event *e, uint64_t *hash, char out[64])
{
	out[0] = '\0';
	if (r->per == RULE_PER_SIGNATURE) {
		*hash = apply_key(s, e);
		alert_rules_signature(e, out, 64);
		return true;
	}
	if (r->per == RULE_PER_FIELD && filter_value(r->field, e, NULL, out, 64) == 0)
		return false;
	*hash = alert_rules_hash(s, slice_str(out));
	return true;
}

/* What a file holds, or came in the first hour of a run, was never seen before either: that is no news. */
static bool
alert_rules_fresh(const struct store *s, const struct group *g, int64_t now_ns)
{
	return s->now.status.live && g->first_ns / NS_PER_S - s->now.first_ns / NS_PER_S >= ALERT_KNOWN_S &&
	    groups_fresh(g, s->now.first_ns, now_ns);
}

static struct filter_facts
alert_rules_facts(struct store *s, const struct rule *r, const struct event *e)
{
	struct filter_facts facts = { .now_ns = moment_now(&s->now) };
	const struct group *g = NULL;

	if (r->filter != NULL && filter_is_fickle(r->filter))
		g = groups_find(s->now.groups, apply_key(s, e));
	facts.fresh = g != NULL && alert_rules_fresh(s, g, facts.now_ns);
	facts.muted = g != NULL && g->muted;
	return facts;
}

static bool
alert_rules_counts(const struct rule *r)
{
	return r->measure == RULE_RATE || r->measure == RULE_COUNT || r->measure == RULE_SHARE ||
	    (r->measure == RULE_SILENCE && r->filter != NULL);
}

/* The column of a time, NULL when it is before all of them. */
static uint32_t *
alert_rules_column(const struct alert_rule *r, struct alert_value *v, int64_t t_ns)
{
	int64_t at = t_ns / (r->column_s * NS_PER_S);

	return at >= 0 && at <= v->at && v->at - at < ALERT_COLUMNS ? &v->n[at % ALERT_COLUMNS] : NULL;
}

static void
alert_rules_note(const struct alert_rule *r, struct alert_value *v, const struct event *e, int64_t t_ns)
{
	uint32_t *column;

	alert_rules_turn(r, v, t_ns);
	column = alert_rules_column(r, v, t_ns);
	if (column != NULL && *column < UINT32_MAX)
		(*column)++;
	v->last_ns = t_ns > v->last_ns ? t_ns : v->last_ns;
	if (e->id == v->events[0])
		return;
	memmove(&v->events[1], &v->events[0], sizeof v->events - sizeof v->events[0]);
	v->events[0] = e->id;
}

void
alert_rules_event(struct store *s, const struct event *e, int64_t t_ns)
{
	for (size_t i = 0; i < store_rule_count(s); i++) {
		struct alert_rule *r = &s->rules->row[i];
		struct filter_facts facts;
		struct alert_value *v;
		char name[64];
		uint64_t hash;

		if (!alert_rules_counts(r->rule))
			continue;
		facts = alert_rules_facts(s, r->rule, e);
		if (!filter_match(r->rule->filter, e, &facts) || !alert_rules_key(s, r->rule, e, &hash, name))
			continue;
		v = alert_rules_value(s, r, hash, slice_str(name));
		if (v != NULL)
			alert_rules_note(r, v, e, t_ns);
	}
}

void
alert_rules_take(struct store *s, const struct event *e, int64_t t_ns)
{
	struct event was = *e;

	was.recovered = false;
	for (size_t i = 0; i < store_rule_count(s); i++) {
		struct alert_rule *r = &s->rules->row[i];
		struct filter_facts facts;
		uint32_t *column;
		char name[64];
		uint64_t hash;

		if (!alert_rules_counts(r->rule))
			continue;
		facts = alert_rules_facts(s, r->rule, &was);
		if (!filter_match(r->rule->filter, &was, &facts) || !alert_rules_key(s, r->rule, &was, &hash, name))
			continue;
		for (size_t k = 0; k < r->n; k++)
			if (r->value[k]->hash == hash && (column = alert_rules_column(r, r->value[k], t_ns)) != NULL &&
			    *column > 0)
				(*column)--;
	}
}

void
alert_rules_restart(struct store *s)
{
	for (size_t i = 0; i < store_rule_count(s); i++) {
		struct alert_rule *r = &s->rules->row[i];

		/* Those that fire stand in the list until they are judged again. */
		for (size_t k = 0; k < r->n; k++) {
			memset(r->value[k]->n, 0, sizeof r->value[k]->n);
			memset(r->value[k]->lost, 0, sizeof r->value[k]->lost);
		}
	}
}

bool
store_rule_of(const struct store *s, const struct incident *i, struct store_rule *out)
{
	for (size_t k = 0; (i->id & INCIDENT_IS_RULE) != 0 && k < store_rule_count(s); k++) {
		const struct alert_rule *r = &s->rules->row[k];

		for (size_t at = 0; at < r->n; at++) {
			const struct alert_value *v = r->value[at];

			if (v->id != i->id)
				continue;
			*out = (struct store_rule){ .rule = r->rule, .state = v->state, .usual = v->usual };
			for (size_t h = 0; h < STORE_RULE_HISTORY; h++)
				out->history[h] = (double)v->history[h];
			return true;
		}
	}
	return false;
}
