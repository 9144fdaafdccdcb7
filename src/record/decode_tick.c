/*
 * decode_tick - the counters of a line; see decode.h.
 * The one thing to know: rows go to the decoder's arena, and their number is checked before any memory is asked
 * for.
 */
#include <errno.h>
#include <string.h>

#include "record/decode.h"
#include "record/fields.h"

enum { DECODE_SOURCES = 64, DECODE_FOLDS = 256 };

static void
decode_counted(struct reader *r, json_t *o, const struct fields_count *f, void *base)
{
	for (; f->name != NULL; f++)
		*(uint64_t *)((char *)base + f->offset) = reader_u64(r, o, f->name, READER_COUNT_MAX, 0);
}

/* A member's name as a status code; 0 when it is none. */
static unsigned
decode_code(const char *name)
{
	uint64_t code;

	if (slice_u64(slice_str(name), SIP_CODE_MAX, &code) != 0 || code < SIP_CODE_MIN || strlen(name) != 3)
		return 0;
	return (unsigned)code;
}

static void
decode_requests(struct reader *r, json_t *o, struct counts *c)
{
	const char *name;
	json_t *v;

	json_object_foreach(o, name, v) c->requests[fields_method(name)] += reader_u64(r, o, name, READER_COUNT_MAX, 0);
}

static void
decode_codes(struct reader *r, json_t *o, uint64_t codes[SIP_CODE_N])
{
	const char *name;
	json_t *v;

	json_object_foreach(o, name, v)
	{
		unsigned code = decode_code(name);

		if (code == 0) {
			reader_fail(r, -EINVAL);
			return;
		}
		codes[code - SIP_CODE_MIN] += reader_u64(r, o, name, READER_COUNT_MAX, 0);
	}
}

static void
decode_responses(struct reader *r, json_t *o, struct counts *c)
{
	const char *name;
	json_t *v;

	json_object_foreach(o, name, v) decode_codes(r, reader_object(r, o, name), c->responses[fields_method(name)]);
}

/* Methods that we do not know share a row; their sum must stay a number that can be told. */
static void
decode_signed(struct reader *r, json_t *o, const char *name, int64_t *sum)
{
	const int64_t max = (int64_t)READER_COUNT_MAX;

	*sum += reader_i64(r, o, name, max);
	if (*sum > max || *sum < -max) {
		reader_fail(r, -EINVAL);
		*sum = 0;
	}
}

static void
decode_attempts(struct reader *r, json_t *o, struct counts *c)
{
	const char *name;
	json_t *v;

	json_object_foreach(o, name, v)
	{
		json_t *row = reader_object(r, o, name);
		unsigned m = fields_method(name);

		decode_signed(r, row, "total", &c->attempts[m]);
		for (unsigned k = 0; k < OUTCOME_N; k++)
			decode_signed(r, row, outcome_name(k), &c->outcomes[m][k]);
	}
}

static void
decode_counts(struct reader *r, json_t *o, struct counts *c)
{
	memset(c, 0, sizeof *c);
	decode_requests(r, reader_object(r, o, "requests"), c);
	decode_responses(r, reader_object(r, o, "responses"), c);
	decode_attempts(r, reader_object(r, o, "attempts"), c);
	decode_counted(r, o, fields_counts, c);
}

static void
decode_delay(struct reader *r, json_t *o, int32_t bins[KPI_BINS])
{
	const char *name;
	json_t *v;

	json_object_foreach(o, name, v)
	{
		uint64_t bin;

		/* A bin has one name. */
		if (slice_u64(slice_str(name), KPI_BINS - 1, &bin) != 0 || (name[0] == '0' && name[1] != '\0')) {
			reader_fail(r, -EINVAL);
			return;
		}
		bins[bin] = (int32_t)reader_i64(r, o, name, INT32_MAX);
	}
}

static void
decode_kpi(struct reader *r, json_t *o, struct kpi_counts *c)
{
	memset(c, 0, sizeof *c);
	for (unsigned i = 0; i < KPI_COUNTERS; i++)
		c->n[i] = reader_i64(r, o, kpi_counter_name(i), (int64_t)READER_COUNT_MAX);
	for (unsigned d = 0; d < KPI_DELAYS; d++)
		decode_delay(r, reader_object(r, o, kpi_delay_name(d)), c->delay[d]);
}

void
decode_totals(struct reader *r, json_t *o, struct record_decoder *d, struct record_tick *t)
{
	json_t *kpi = reader_object(r, o, "kpi");

	decode_counts(r, o, &d->counts);
	t->counts = &d->counts;
	if (kpi == NULL)
		return;
	decode_kpi(r, kpi, &d->kpi);
	t->kpi = &d->kpi;
}

static void
decode_kpi_peer(struct reader *r, json_t *o, struct kpi_peer *p, struct kpi_counts *c)
{
	p->name = reader_string(r, o, "name", ENDPOINT_TEXT - 1);
	if (p->name[0] == '\0')
		reader_fail(r, -EINVAL);
	p->role = decode_role(r, o);
	decode_kpi(r, o, c);
	p->counts = c;
}

static void
decode_peer_codes(struct reader *r, json_t *o, struct peer_stat *p)
{
	const char *name;
	json_t *v;
	unsigned n = 0;

	json_object_foreach(o, name, v)
	{
		unsigned code = decode_code(name);

		if ((code == 0 && strcmp(name, FIELDS_SILENCE) != 0) || n == PEER_CODES) {
			reader_fail(r, -EINVAL);
			return;
		}
		p->codes[n].code = (uint16_t)code;
		p->codes[n++].n = reader_i64(r, o, name, (int64_t)READER_COUNT_MAX);
	}
}

static void
decode_peer(struct reader *r, json_t *o, struct peer_stat *p)
{
	static const char *const classes[6] = { "1xx", "2xx", "3xx", "4xx", "5xx", "6xx" };
	json_t *responses = reader_object(r, o, "responses");

	memset(p, 0, sizeof *p);
	reader_copy(r, o, "name", p->name, sizeof p->name);
	if (p->name[0] == '\0')
		reader_fail(r, -EINVAL);
	p->role = decode_role(r, o);
	for (unsigned i = 0; i < 6; i++)
		p->responses[i] = reader_u64(r, responses, classes[i], READER_COUNT_MAX, 0);
	p->events = reader_u64(r, o, "events", READER_COUNT_MAX, 0);
	p->other = reader_u64(r, o, "other", READER_COUNT_MAX, 0);
	decode_peer_codes(r, reader_object(r, o, "codes"), p);
}

static void
decode_source(struct reader *r, json_t *o, struct source_stat *s)
{
	json_t *verdicts = reader_object(r, o, "verdicts"), *drops = reader_object(r, o, "drops");

	memset(s, 0, sizeof *s);
	reader_copy(r, o, "name", s->name, sizeof s->name);
	reader_copy(r, o, "kind", s->kind, sizeof s->kind);
	reader_copy(r, o, "state", s->state, sizeof s->state);
	s->text = reader_bool(r, o, "text");
	decode_counted(r, o, fields_source, s);
	reader_copy(r, o, "turned_away", s->turned_away, sizeof s->turned_away);
	s->open_to_all = reader_bool(r, o, "open_to_all");
	for (unsigned v = 0; v < WIRE_VERDICT_N; v++)
		s->verdict[v] = reader_u64(r, verdicts, source_verdict_name(v), READER_COUNT_MAX, 0);
	decode_counted(r, drops, fields_source_drops, s);
	for (unsigned d = 0; d < WIRE_DROP_N; d++)
		s->drop[d] = reader_u64(r, drops, wire_drop_name((enum wire_drop)d), READER_COUNT_MAX, 0);
}

static void
decode_fold(struct reader *r, json_t *o, struct record_fold *f)
{
	f->code = reader_code(r, o, "code");
	f->q850 = (int16_t)decode_known(r, o, "q850", INT16_MAX);
	f->direction = decode_direction(r, o);
	f->recovered = reader_bool(r, o, "recovered");
	f->n = reader_u64(r, o, "n", READER_COUNT_MAX, 0);
	f->phrase = reader_string(r, o, "phrase", RECORD_TEXT_MAX);
	f->method = reader_string(r, o, "method", RECORD_TEXT_MAX);
	f->peer = reader_string(r, o, "peer", RECORD_TEXT_MAX);
}

/* Memory for the rows of an array; NULL and *n 0 without rows or on failure. */
static void *
decode_rows(struct reader *r, json_t *array, size_t size, size_t *n)
{
	void *rows;

	*n = 0;
	if (r->err != 0 || json_array_size(array) == 0)
		return NULL;
	rows = arena_alloc(r->arena, json_array_size(array) * size);
	if (rows == NULL)
		reader_fail(r, -ENOMEM);
	else
		*n = json_array_size(array);
	return rows;
}

static json_t *
decode_row(struct reader *r, json_t *array, size_t i)
{
	json_t *o = json_array_get(array, i);

	if (!json_is_object(o))
		reader_fail(r, -EINVAL);
	return o;
}

static void
decode_kpi_peers(struct reader *r, json_t *o, struct record_tick *t)
{
	json_t *array = reader_array(r, o, "kpi_peers", KPI_PEERS + 1);
	struct kpi_peer *peer = decode_rows(r, array, sizeof *peer, &t->n_kpi_peers);
	struct kpi_counts *counts = decode_rows(r, array, sizeof *counts, &t->n_kpi_peers);

	for (size_t i = 0; i < t->n_kpi_peers && r->err == 0; i++)
		decode_kpi_peer(r, decode_row(r, array, i), &peer[i], &counts[i]);
	t->kpi_peers = peer;
}

static void
decode_peers(struct reader *r, json_t *o, struct record_tick *t)
{
	json_t *array = reader_array(r, o, "peers", TALLY_PEERS_MAX + 1);
	struct peer_stat *peer = decode_rows(r, array, sizeof *peer, &t->n_peers);

	for (size_t i = 0; i < t->n_peers && r->err == 0; i++)
		decode_peer(r, decode_row(r, array, i), &peer[i]);
	t->peers = peer;
}

static void
decode_sources(struct reader *r, json_t *o, struct record_tick *t)
{
	json_t *array = reader_array(r, o, "sources", DECODE_SOURCES);
	struct source_stat *source = decode_rows(r, array, sizeof *source, &t->n_sources);

	for (size_t i = 0; i < t->n_sources && r->err == 0; i++)
		decode_source(r, decode_row(r, array, i), &source[i]);
	t->sources = source;
}

static void
decode_folds(struct reader *r, json_t *o, struct record_tick *t)
{
	json_t *array = reader_array(r, o, "folds", DECODE_FOLDS);
	struct record_fold *fold = decode_rows(r, array, sizeof *fold, &t->n_folds);

	for (size_t i = 0; i < t->n_folds && r->err == 0; i++)
		decode_fold(r, decode_row(r, array, i), &fold[i]);
	t->folds = fold;
}

void
decode_tick(struct reader *r, json_t *o, struct record_decoder *d, struct record_tick *t)
{
	decode_totals(r, o, d, t);
	decode_peers(r, o, t);
	decode_kpi_peers(r, o, t);
	decode_sources(r, o, t);
	decode_folds(r, o, t);
	t->evictions = reader_u64(r, o, "evictions", READER_COUNT_MAX, 0);
	t->call_ids = reader_u64(r, o, "call_ids", READER_COUNT_MAX, 0);
	t->call_ids_exact = reader_bool(r, o, "call_ids_exact");
	t->record_drops = reader_u64(r, o, "record_drops", READER_COUNT_MAX, 0);
	t->message_drops = reader_u64(r, o, "message_drops", READER_COUNT_MAX, 0);
	t->lag_ms = (uint32_t)reader_u64(r, o, "lag_ms", UINT32_MAX, 0);
}
