/*
 * alert_judge - holds the rules against what was counted, once a second of the stream's time, and tells of what fires
 * as an incident; see alert_rules.h.
 * The one thing to know: it judges the live moment, whatever is shown, so that a rule rings while the screen is frozen.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/timefmt.h"
#include "store/alert_rules.h"
#include "store/moment.h"

/* ASR is counted in columns of 10 s, and of many peers it costs; a file runs through hours in seconds.  A sentence
 * with new figures moves the screen: not each second.  Minutes that tell what is usual. */
enum { JUDGE_KPI_S = 10, JUDGE_KPI_FILE_S = 60, JUDGE_TELL_S = 5, JUDGE_USUAL_MIN = 10 };

/* "rate 1.2/s > 0.20/s"; of a signature, how often it came, "12 times in 5 min at worst, 0 now". */
static size_t
judge_figure(const struct rule *r, const struct rule_state *said, char *out, size_t cap)
{
	bool minutes = r->window_s % 60 == 0, back = rule_is_back(r, said);
	double value = back ? said->worst : said->value;
	char now[32] = "";

	if (r->per != RULE_PER_SIGNATURE || r->measure != RULE_COUNT || !(value < 1e9))
		return rule_say(r, said, out, cap);
	if (back)
		(void)snprintf(now, sizeof now, " at worst, %.0f now", said->value);
	(void)snprintf(out, cap, "%.0f time%s in %u %s%s", value, value < 1.5 ? "" : "s",
	    minutes ? (unsigned)r->window_s / 60 : (unsigned)r->window_s, minutes ? "min" : "s", now);
	return strlen(out);
}

/* Of what is over, and of what goes on while too little comes to measure it, the worst alone. */
static size_t
judge_say(const struct rule *r, const struct alert_value *v, bool ended, char *out, size_t cap)
{
	struct rule_state said = v->state;
	bool unknown = isnan(said.value);
	size_t n;

	if ((ended || unknown) && !isnan(v->worst)) {
		said.value = v->worst;
		said.firing = false;
	}
	if (isnan(said.limit))
		said.limit = v->limit;
	n = judge_figure(r, &said, out, cap);
	if (unknown && !ended)
		n += slice_copy(out + n, cap - n, slice_str(" at worst; too little comes to tell how it is now"));
	return n;
}

static void
judge_tell(struct store *s, const struct alert_rule *r, struct alert_value *v, int64_t now_ns, bool ended)
{
	static const uint8_t levels[RULE_LEVELS] = { INCIDENT_NOTICE, INCIDENT_WARNING, INCIDENT_CRITICAL };
	bool peer = r->rule->per == RULE_PER_FIELD && strcmp(r->rule->field->name, "peer") == 0;
	struct incident i = { .id = v->id,
		.t_ns = now_ns,
		.since_ns = v->state.since_ns,
		.last_ns = now_ns,
		.level = levels[r->rule->level],
		.ended = ended,
		.kind = slice_str(r->rule->name),
		.peer = slice_str(peer ? v->name : ""),
		.what = slice_str(peer ? "" : v->name) };
	char sentence[128];

	i.sentence = (struct slice){ sentence, judge_say(r->rule, v, ended, sentence, sizeof sentence) };
	for (size_t k = 0; k < ALERT_COLUMNS; k++)
		i.count += v->n[k];
	memcpy(i.events, v->events, sizeof i.events);
	incident_list_put(s->now.incidents, &i);
	if (ended)
		store_incident_over(s, i.id);
	v->told_ns = now_ns;
	s->revision++;
}

/* Minutes that went by have nothing known of them. */
static void
judge_minute(struct alert_value *v, int64_t now_ns)
{
	int64_t minute = now_ns / (60 * NS_PER_S), by = minute - v->minute;

	if (by <= 0)
		return;
	by = by < STORE_RULE_HISTORY ? by : STORE_RULE_HISTORY;
	memmove(v->history, v->history + by, (size_t)(STORE_RULE_HISTORY - by) * sizeof v->history[0]);
	for (int64_t i = STORE_RULE_HISTORY - by; i < STORE_RULE_HISTORY; i++)
		v->history[i] = NAN;
	v->minute = minute;
}

/* What it was in the minutes before the window. */
static double
judge_usual(const struct rule *r, const struct alert_value *v)
{
	int end = STORE_RULE_HISTORY - 1 - (int)(r->window_s / 60), n = 0;
	double sum = 0;

	for (int i = 0; i < end; i++)
		if (!isnan(v->history[i])) {
			sum += (double)v->history[i];
			n++;
		}
	return n >= JUDGE_USUAL_MIN ? sum / n : NAN;
}

static void
judge_value(struct store *s, struct alert_rule *r, struct alert_value *v, struct rule_figures *f, int64_t now_ns)
{
	float *minute = &v->history[STORE_RULE_HISTORY - 1];
	bool down = r->rule->compare == RULE_BELOW || r->rule->compare == RULE_AT_MOST;
	enum rule_news news;

	judge_minute(v, now_ns);
	v->usual = isnan(f->usual) ? judge_usual(r->rule, v) : f->usual;
	f->usual = v->usual;
	news = rule_step(r->rule, &v->state, f, now_ns);
	if (!isnan(v->state.value) &&
	    (isnan(*minute) || (down ? v->state.value < (double)*minute : v->state.value > (double)*minute)))
		*minute = (float)v->state.value;
	if (news == RULE_FIRED)
		v->worst = NAN;
	if (!isnan(v->state.limit))
		v->limit = v->state.limit;
	if (v->state.firing && !isnan(v->state.value) &&
	    (isnan(v->worst) || (down ? v->state.value < v->worst : v->state.value > v->worst)))
		v->worst = v->state.value;
	if (news == RULE_FIRED) {
		v->id = INCIDENT_IS_RULE | ++s->rules->last_id;
		judge_tell(s, r, v, now_ns, false);
	} else if (news == RULE_CLEARED) {
		judge_tell(s, r, v, now_ns, true);
	} else if (v->state.firing && now_ns - v->told_ns >= JUDGE_TELL_S * NS_PER_S) {
		judge_tell(s, r, v, now_ns, false);
	}
}

static struct rule_figures
judge_figures(const struct alert_rule *r, struct alert_value *v, int64_t now_ns)
{
	struct rule_figures f = { .last_ns = v->last_ns, .usual = NAN };

	alert_rules_turn(r, v, now_ns);
	for (size_t i = 0; i < ALERT_COLUMNS; i++) {
		f.matched += v->n[i];
		f.lost += v->lost[i];
	}
	if (r->rule->measure == RULE_LOSS) {
		f.frames = f.matched;
		f.matched = 0;
	}
	return f;
}

static uint64_t
judge_sum(const struct kpi_counts *c, enum kpi_counter a)
{
	return c->n[a] > 0 ? (uint64_t)c->n[a] : 0;
}

/* What the KPIs know of a peer, or of all (row of no name). */
static void
judge_kpi(const struct store *s, const struct alert_rule *r, const struct kpi_row *row, struct rule_figures *f,
    int64_t now_ns)
{
	struct kpi_counts sum, past;
	struct kpi_figures now, usual;
	int64_t end_ns;

	if (row == NULL)
		return;
	kpi_list_sum(row, now_ns, r->rule->window_s, &sum);
	counts_figures(source_table_from_lines(&s->now.sources) ? &s->now.counts : NULL, &sum, &now);
	/* Where lines name failures alone all of them failed, and that says nothing. */
	if ((now.bids <= 0 || !isnan(now.isa)) && (now.registers <= 0 || !isnan(now.registration_failure)))
		f->attempts = judge_sum(&sum, KPI_BIDS) + judge_sum(&sum, KPI_REGISTERS);
	if (now.bids > 0 && isnan(now.isa))
		return;
	f->seized = judge_sum(&sum, KPI_SEIZURES);
	f->answered = judge_sum(&sum, KPI_ANSWERED);
	if (r->rule->measure != RULE_ASR || moment_usual(&s->now, now_ns, r->rule->window_s, &end_ns) == 0)
		return;
	memset(&past, 0, sizeof past);
	kpi_past_sum(row->past, moment_before(end_ns, 60), 3600, &past);
	kpi_figures(&past, &usual);
	if (usual.seized >= KPI_SAMPLE_MIN)
		f->usual = usual.asr;
}

/* Each second, or seldom where it costs. */
static bool
judge_due(const struct store *s, const struct rule *r, int64_t second)
{
	if (r->measure != RULE_ASR && r->measure != RULE_SHARE)
		return true;
	return second % (s->now.status.live ? JUDGE_KPI_S : JUDGE_KPI_FILE_S) == 0;
}

/* Peers that have calls are values of a rule about ASR, whether they fail or not. */
static void
judge_peers(struct store *s, struct alert_rule *r, int64_t now_ns)
{
	const struct kpi_list *l = s->now.kpi;

	for (size_t i = 0; i < l->n; i++) {
		const struct kpi_row *row = l->row[i];
		struct rule_figures f = { .usual = NAN };
		struct alert_value *v;

		if (row == NULL || row->name[0] == '\0')
			continue;
		judge_kpi(s, r, row, &f, now_ns);
		if (f.seized == 0)
			continue;
		v = alert_rules_value(s, r, alert_rules_hash(s, slice_str(row->name)), slice_str(row->name));
		if (v != NULL)
			v->last_ns = now_ns;
	}
}

static bool
judge_is_live(const struct source_stat *s)
{
	return strcmp(s->kind, "file") != 0 && strcmp(s->state, "ended") != 0 && strcmp(s->state, "failed") != 0;
}

static uint64_t
judge_messages(const struct source_stat *s)
{
	return s->verdict[WIRE_SIP] + s->messages + s->statements;
}

/* What came and what was lost since the last look goes to the newest column of those that ask for it. */
static void
judge_source_loss(struct store *s, struct alert_rule *r, size_t at, uint64_t frames, uint64_t lost, int64_t now_ns)
{
	const char *name = r->rule->per == RULE_PER_ALL ? "" : s->now.sources.row[at].shown.stat.name;
	struct alert_value *v = alert_rules_value(s, r, alert_rules_hash(s, slice_str(name)), slice_str(name));
	uint32_t *n, *gone;

	if (v == NULL)
		return;
	alert_rules_turn(r, v, now_ns);
	n = &v->n[v->at % ALERT_COLUMNS];
	gone = &v->lost[v->at % ALERT_COLUMNS];
	*n = frames < UINT32_MAX - *n ? *n + (uint32_t)frames : UINT32_MAX;
	*gone = lost < UINT32_MAX - *gone ? *gone + (uint32_t)lost : UINT32_MAX;
	v->last_ns = now_ns;
}

static void
judge_source_heard(struct store *s, struct alert_rule *r, size_t at)
{
	const char *name = r->rule->per == RULE_PER_ALL ? "" : s->now.sources.row[at].shown.stat.name;
	struct alert_value *v = alert_rules_value(s, r, alert_rules_hash(s, slice_str(name)), slice_str(name));

	if (v != NULL && s->rules->source[at].last_ns > v->last_ns)
		v->last_ns = s->rules->source[at].last_ns;
}

/* A source that is no longer read is silent of right: it keeps its word until it comes back. */
static void
judge_source(struct store *s, size_t at, int64_t now_ns)
{
	const struct source_stat *stat = &s->now.sources.row[at].shown.stat;
	struct alert_source *a = &s->rules->source[at], was = *a;

	a->messages = judge_messages(stat);
	a->frames = stat->frames;
	a->lost = store_source_lost(stat);
	if (a->messages != was.messages || a->last_ns == 0 || !judge_is_live(stat))
		a->last_ns = now_ns;
	if (s->rules->began_ns == 0 && a->messages > 0)
		s->rules->began_ns = now_ns;
	for (size_t i = 0; i < s->rules->n; i++) {
		struct alert_rule *r = &s->rules->row[i];

		if (r->rule->measure == RULE_LOSS)
			judge_source_loss(s, r, at, a->frames > was.frames ? a->frames - was.frames : 0,
			    a->lost > was.lost ? a->lost - was.lost : 0, now_ns);
		else if (r->rule->measure == RULE_SILENCE && r->rule->filter == NULL && s->now.status.live)
			judge_source_heard(s, r, at);
	}
}

/* A value of all of it is there from the beginning: silence is known of what never came. */
static void
judge_rule(struct store *s, struct alert_rule *r, int64_t now_ns)
{
	const struct rule *rule = r->rule;

	if (!judge_due(s, rule, now_ns / NS_PER_S))
		return;
	if (rule->measure == RULE_SILENCE && s->rules->began_ns == 0)
		return;
	if (rule->per == RULE_PER_ALL && (rule->measure != RULE_SILENCE || rule->filter != NULL))
		(void)alert_rules_value(s, r, alert_rules_hash(s, slice_str("")), slice_str(""));
	if (rule->measure == RULE_ASR && rule->per == RULE_PER_FIELD)
		judge_peers(s, r, now_ns);
	for (size_t i = 0; i < r->n; i++) {
		struct rule_figures f = judge_figures(r, r->value[i], now_ns);

		if (rule->measure == RULE_ASR || rule->measure == RULE_SHARE)
			judge_kpi(s, r,
			    rule->per == RULE_PER_ALL ? s->now.kpi->all
						      : kpi_list_row_of(s->now.kpi, r->value[i]->name),
			    &f, now_ns);
		judge_value(s, r, r->value[i], &f, now_ns);
	}
}

void
alert_rules_step(struct store *s)
{
	int64_t now_ns = moment_now(&s->now);

	if (store_rule_count(s) == 0 || now_ns <= 0 || now_ns / NS_PER_S == s->rules->second)
		return;
	/* Until the clock was told there is the time of what came; the step from that to the clock is no silence. */
	if (s->now.status.live && s->now.wall_ns <= 0)
		return;
	s->rules->second = now_ns / NS_PER_S;
	for (size_t i = 0; i < s->now.sources.n; i++)
		judge_source(s, i, now_ns);
	for (size_t i = 0; i < s->rules->n; i++)
		judge_rule(s, &s->rules->row[i], now_ns);
}
