/*
 * encode_tick - counters, KPIs and sources as members of a line (doc/records.md).
 * The one thing to know: zeros are left out, so a tick is as long as what moved; increments of what can be taken back
 * have a sign.
 */
#include <stdio.h>

#include "record/encode.h"
#include "record/fields.h"

enum { ENCODE_FOLD_TEXT = 64 };

static uint64_t
encode_at(const void *base, size_t offset)
{
	return *(const uint64_t *)((const char *)base + offset);
}

static void
encode_counted(struct writer *w, const struct fields_count *f, const void *base)
{
	for (; f->name != NULL; f++)
		writer_count(w, f->name, encode_at(base, f->offset));
}

static void
encode_code(struct writer *w, unsigned code, int64_t n)
{
	char name[4] = { (char)('0' + code / 100 % 10), (char)('0' + code / 10 % 10), (char)('0' + code % 10), '\0' };

	writer_delta(w, name, n);
}

static void
encode_requests(struct writer *w, const struct counts *c)
{
	if (counts_requests(c) == 0)
		return;
	writer_open(w, "requests", '{');
	for (unsigned m = 0; m < METHOD_N; m++)
		writer_count(w, sip_method_name((enum sip_method)m), c->requests[m]);
	writer_close(w, '}');
}

static void
encode_method(struct writer *w, const char *name, const uint64_t codes[SIP_CODE_N])
{
	bool open = false;

	for (unsigned i = 0; i < SIP_CODE_N; i++) {
		if (codes[i] == 0)
			continue;
		if (!open)
			writer_open(w, name, '{');
		open = true;
		encode_code(w, SIP_CODE_MIN + i, (int64_t)codes[i]);
	}
	if (open)
		writer_close(w, '}');
}

/* What is not 0 of one method, as an object under its name; attempts and outcomes may be taken back. */
static void
encode_outcomes(struct writer *w, const char *name, int64_t total, const int64_t *outcomes)
{
	bool any = total != 0;

	for (unsigned k = 0; k < OUTCOME_N; k++)
		any |= outcomes[k] != 0;
	if (!any)
		return;
	writer_open(w, name, '{');
	writer_delta(w, "total", total);
	for (unsigned k = 0; k < OUTCOME_N; k++)
		writer_delta(w, outcome_name(k), outcomes[k]);
	writer_close(w, '}');
}

static void
encode_attempts(struct writer *w, const struct counts *c)
{
	bool any = false;

	for (unsigned m = 0; m < METHOD_N; m++) {
		any |= c->attempts[m] != 0;
		for (unsigned k = 0; k < OUTCOME_N; k++)
			any |= c->outcomes[m][k] != 0;
	}
	if (!any)
		return;
	writer_open(w, "attempts", '{');
	for (unsigned m = 0; m < METHOD_N; m++)
		encode_outcomes(w, sip_method_name((enum sip_method)m), c->attempts[m], c->outcomes[m]);
	writer_close(w, '}');
}

void
encode_counts(struct writer *w, const struct counts *c)
{
	if (c == NULL)
		return;
	encode_requests(w, c);
	if (counts_responses(c) > 0) {
		writer_open(w, "responses", '{');
		for (unsigned m = 0; m < METHOD_N; m++)
			encode_method(w, sip_method_name((enum sip_method)m), c->responses[m]);
		writer_close(w, '}');
	}
	encode_attempts(w, c);
	encode_counted(w, fields_counts, c);
}

/* Bins as names, so that a delay costs what it has samples. */
static void
encode_delay(struct writer *w, const char *name, const int32_t bins[KPI_BINS])
{
	bool open = false;
	char bin[12];

	for (unsigned i = 0; i < KPI_BINS; i++) {
		if (bins[i] == 0)
			continue;
		if (!open)
			writer_open(w, name, '{');
		open = true;
		(void)snprintf(bin, sizeof bin, "%u", i);
		writer_delta(w, bin, bins[i]);
	}
	if (open)
		writer_close(w, '}');
}

static void
encode_kpi_members(struct writer *w, const struct kpi_counts *c)
{
	for (unsigned i = 0; i < KPI_COUNTERS; i++)
		writer_delta(w, kpi_counter_name(i), c->n[i]);
	for (unsigned d = 0; d < KPI_DELAYS; d++)
		encode_delay(w, kpi_delay_name(d), c->delay[d]);
}

void
encode_kpi(struct writer *w, const struct kpi_counts *c)
{
	if (c == NULL || kpi_is_zero(c))
		return;
	writer_open(w, "kpi", '{');
	encode_kpi_members(w, c);
	writer_close(w, '}');
}

static void
encode_kpi_peer(struct writer *w, const struct kpi_peer *p)
{
	writer_open(w, NULL, '{');
	writer_text(w, "name", slice_str(p->name), ENDPOINT_TEXT - 1);
	writer_word(w, "role", peer_role_name(p->role));
	encode_kpi_members(w, p->counts);
	writer_close(w, '}');
}

static void
encode_peer(struct writer *w, const struct peer_stat *p)
{
	static const char *const classes[6] = { "1xx", "2xx", "3xx", "4xx", "5xx", "6xx" };

	writer_open(w, NULL, '{');
	writer_text(w, "name", slice_str(p->name), ENDPOINT_TEXT);
	writer_word(w, "role", peer_role_name(p->role));
	writer_open(w, "responses", '{');
	for (unsigned i = 0; i < 6; i++)
		writer_count(w, classes[i], p->responses[i]);
	writer_close(w, '}');
	writer_count(w, "events", p->events);
	writer_open(w, "codes", '{');
	for (unsigned i = 0; i < PEER_CODES; i++) {
		if (p->codes[i].code == 0)
			writer_delta(w, FIELDS_SILENCE, p->codes[i].n);
		else
			encode_code(w, p->codes[i].code, p->codes[i].n);
	}
	writer_close(w, '}');
	writer_count(w, "other", p->other);
	writer_close(w, '}');
}

static void
encode_source_stat(struct writer *w, const struct source_stat *s)
{
	writer_open(w, NULL, '{');
	writer_text(w, "name", slice_str(s->name), SOURCE_NAME - 1);
	writer_text(w, "kind", slice_str(s->kind), sizeof s->kind);
	writer_text(w, "state", slice_str(s->state), sizeof s->state);
	if (s->text)
		writer_bool(w, "text", true);
	encode_counted(w, fields_source, s);
	writer_some(w, "turned_away", slice_str(s->turned_away), SOURCE_TURNED - 1);
	if (s->open_to_all)
		writer_bool(w, "open_to_all", true);
	writer_open(w, "verdicts", '{');
	for (unsigned v = 0; v < WIRE_VERDICT_N; v++)
		writer_count(w, source_verdict_name(v), s->verdict[v]);
	writer_close(w, '}');
	writer_open(w, "drops", '{');
	encode_counted(w, fields_source_drops, s);
	for (unsigned d = 0; d < WIRE_DROP_N; d++)
		writer_count(w, wire_drop_name((enum wire_drop)d), s->drop[d]);
	writer_close(w, '}');
	writer_close(w, '}');
}

static void
encode_fold(struct writer *w, const struct record_fold *f)
{
	writer_open(w, NULL, '{');
	writer_count(w, "code", f->code);
	writer_u64(w, "n", f->n);
	writer_known(w, "q850", f->q850);
	writer_word(w, "direction", direction_name((enum direction)f->direction));
	if (f->recovered)
		writer_bool(w, "recovered", true);
	writer_some(w, "phrase", slice_str(f->phrase), ENCODE_FOLD_TEXT);
	writer_some(w, "method", slice_str(f->method), ENCODE_FOLD_TEXT);
	writer_some(w, "peer", slice_str(f->peer), ENCODE_FOLD_TEXT);
	writer_close(w, '}');
}

static void
encode_peers(struct writer *w, const struct record_tick *t)
{
	if (t->n_peers > 0) {
		writer_open(w, "peers", '[');
		for (size_t i = 0; i < t->n_peers; i++)
			encode_peer(w, &t->peers[i]);
		writer_close(w, ']');
	}
	if (t->n_kpi_peers > 0) {
		writer_open(w, "kpi_peers", '[');
		for (size_t i = 0; i < t->n_kpi_peers; i++)
			encode_kpi_peer(w, &t->kpi_peers[i]);
		writer_close(w, ']');
	}
}

/* The totals stand in each line of a tick, so that any of them alone tells the state. */
void
encode_tick(struct writer *w, const struct record_tick *t)
{
	encode_counts(w, t->counts);
	encode_kpi(w, t->kpi);
	encode_peers(w, t);
	if (t->n_sources > 0) {
		writer_open(w, "sources", '[');
		for (size_t i = 0; i < t->n_sources; i++)
			encode_source_stat(w, &t->sources[i]);
		writer_close(w, ']');
	}
	if (t->n_folds > 0) {
		writer_open(w, "folds", '[');
		for (size_t i = 0; i < t->n_folds; i++)
			encode_fold(w, &t->folds[i]);
		writer_close(w, ']');
	}
	writer_count(w, "evictions", t->evictions);
	writer_count(w, "call_ids", t->call_ids);
	writer_bool(w, "call_ids_exact", t->call_ids_exact);
	writer_count(w, "record_drops", t->record_drops);
	writer_count(w, "message_drops", t->message_drops);
	writer_count(w, "lag_ms", t->lag_ms);
}
