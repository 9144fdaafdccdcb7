/*
 * encode - records to lines (`sipwhy.record/1`, doc/records.md).
 * The one thing to know: every line stays under RECORD_LINE_MAX by construction: texts are cut, and a tick whose
 * peers or folds do not fit into one line goes out as several, because a tick that could not be told would hold
 * up all that follow.
 */
#include <errno.h>

#include "record/fields.h"
#include "record/writer.h"
#include "sipwhy/record.h"

/* Rows of one line, and of a line that also holds counts (up to 211 KB): a peer takes 500 bytes, a fold 1.3 KB. */
enum { ENCODE_PEERS = 256, ENCODE_FOLDS = 32, ENCODE_PEERS_BESIDE = 16, ENCODE_FOLDS_BESIDE = 8 };
enum { ENCODE_FOLD_TEXT = 64, ENCODE_HOST = 255 };

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
encode_code(struct writer *w, unsigned code, uint64_t n)
{
	char name[4] = { (char)('0' + code / 100 % 10), (char)('0' + code / 10 % 10), (char)('0' + code % 10), '\0' };

	writer_count(w, name, n);
}

static void
encode_hello(struct writer *w, const struct record_hello *h)
{
	writer_text(w, "schema", slice_str(RECORD_SCHEMA), RECORD_TEXT_MAX);
	writer_text(w, "version", slice_str(h->version), RECORD_TEXT_MAX);
	writer_time(w, "start", h->start_ns);
	writer_u64(w, "engine", h->engine);
	writer_bool(w, "live", h->live);
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
		encode_code(w, SIP_CODE_MIN + i, codes[i]);
	}
	if (open)
		writer_close(w, '}');
}

static void
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
	encode_counted(w, fields_counts, c);
}

static void
encode_peer(struct writer *w, const struct peer_stat *p)
{
	static const char *const classes[6] = { "1xx", "2xx", "3xx", "4xx", "5xx", "6xx" };

	writer_open(w, NULL, '{');
	writer_text(w, "name", slice_str(p->name), ENDPOINT_TEXT);
	writer_open(w, "responses", '{');
	for (unsigned i = 0; i < 6; i++)
		writer_count(w, classes[i], p->responses[i]);
	writer_close(w, '}');
	writer_count(w, "events", p->events);
	writer_open(w, "codes", '{');
	for (unsigned i = 0; i < PEER_CODES; i++)
		encode_code(w, p->codes[i].code, p->codes[i].n);
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
	encode_counted(w, fields_source, s);
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
	writer_some(w, "phrase", slice_str(f->phrase), ENCODE_FOLD_TEXT);
	writer_some(w, "method", slice_str(f->method), ENCODE_FOLD_TEXT);
	writer_some(w, "peer", slice_str(f->peer), ENCODE_FOLD_TEXT);
	writer_close(w, '}');
}

/* The rows of one line; the totals stand in each, so that any line alone tells the state. */
static void
encode_tick(struct writer *w, const struct record_tick *t)
{
	encode_counts(w, t->counts);
	if (t->n_peers > 0) {
		writer_open(w, "peers", '[');
		for (size_t i = 0; i < t->n_peers; i++)
			encode_peer(w, &t->peers[i]);
		writer_close(w, ']');
	}
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
	writer_count(w, "lag_ms", t->lag_ms);
}

static void
encode_cause(struct writer *w, const char *name, int cause)
{
	if (cause >= 0)
		writer_u64(w, name, (uint64_t)cause);
}

static void
encode_event(struct writer *w, const struct event *e)
{
	writer_u64(w, "id", e->id);
	writer_u64(w, "code", e->code);
	encode_cause(w, "q850", e->q850);
	encode_cause(w, "reason_sip", e->reason_sip);
	encode_cause(w, "warn_code", e->warn_code);
	writer_text(w, "transport", slice_str(transport_name(e->transport)), RECORD_TEXT_MAX);
	writer_text(w, "direction", slice_str(direction_name((enum direction)e->direction)), RECORD_TEXT_MAX);
	if (e->partial)
		writer_bool(w, "partial", true);
	if (e->cut)
		writer_bool(w, "cut", true);
	writer_count(w, "raw_len", e->raw_len);
	for (const struct fields_text *f = fields_event_text; f->name != NULL; f++)
		writer_some(w, f->name, *(const struct slice *)((const char *)e + f->offset), f->max);
}

static void
encode_source(struct writer *w, const struct record_source *s)
{
	writer_text(w, "name", slice_str(s->name), SOURCE_NAME - 1);
	writer_text(w, "kind", slice_str(s->kind), RECORD_TEXT_MAX);
	writer_text(w, "state", slice_str(s->state), RECORD_TEXT_MAX);
	writer_some(w, "sentence", slice_str(s->sentence), RECORD_TEXT_MAX);
}

static void
encode_content(struct writer *w, const struct record *r)
{
	if (r->type == RECORD_HELLO)
		encode_hello(w, &r->hello);
	else if (r->type == RECORD_TICK)
		encode_tick(w, &r->tick);
	else if (r->type == RECORD_EVENT)
		encode_event(w, &r->event);
	else if (r->type == RECORD_SOURCE)
		encode_source(w, &r->source);
	else
		encode_counts(w, r->tick.counts);
}

/* One line.  -EMSGSIZE also for one that the reader would refuse. */
static int
encode_line(struct buf *b, const struct record *r)
{
	struct writer w = { b, false };
	size_t from = b->len;

	writer_open(&w, NULL, '{');
	writer_text(&w, "type", slice_str(fields_type[r->type]), RECORD_TEXT_MAX);
	writer_time(&w, "t", r->t_ns);
	writer_text(&w, "host", slice_str(r->host), ENCODE_HOST);
	encode_content(&w, r);
	writer_close(&w, '}');
	buf_putc(b, '\n');
	/* No single append is longer than a raw message: with room for one it was memory that was short. */
	if (!buf_ok(b))
		return b->max - b->len < EVENT_RAW_MAX ? -EMSGSIZE : -ENOMEM;
	return b->len - from <= RECORD_LINE_MAX ? 0 : -EMSGSIZE;
}

static size_t
encode_min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Take what fits into the next line from *all into *part; true for the last line.  Counts and sources stand in the
 * last: an engine that dies before it leaves nothing that its successor counts again but rows of peers.
 */
static bool
encode_part(struct record_tick *part, struct record_tick *all)
{
	bool beside = all->counts != NULL && counts_responses(all->counts) > 0;

	*part = *all;
	if (all->n_peers <= (beside ? ENCODE_PEERS_BESIDE : ENCODE_PEERS) &&
	    all->n_folds <= (beside ? ENCODE_FOLDS_BESIDE : ENCODE_FOLDS))
		return true;
	part->counts = NULL;
	part->n_sources = 0;
	part->n_peers = encode_min(all->n_peers, ENCODE_PEERS);
	part->n_folds = encode_min(all->n_folds, ENCODE_FOLDS);
	if ((all->n_peers -= part->n_peers) > 0)
		all->peers += part->n_peers;
	if ((all->n_folds -= part->n_folds) > 0)
		all->folds += part->n_folds;
	return false;
}

/* A tick in as many lines as it needs. */
static int
encode_ticks(struct buf *b, const struct record *r)
{
	struct record_tick rest = r->tick;
	struct record part = *r;
	bool last;
	int err;

	do {
		last = encode_part(&part.tick, &rest);
		err = encode_line(b, &part);
	} while (err == 0 && !last);
	return err;
}

int
record_encode(struct buf *b, const struct record *r)
{
	size_t mark = b->len;
	int err;

	if ((unsigned)r->type >= RECORD_TYPE_N || r->type == RECORD_UPDATE || r->type == RECORD_INCIDENT ||
	    r->type == RECORD_NOTICE)
		return -EINVAL;
	if (!buf_ok(b))
		return -ENOMEM;
	err = r->type == RECORD_TICK ? encode_ticks(b, r) : encode_line(b, r);
	if (err != 0) {
		/* What is half written must not reach a reader, and the caller's buffer must stay usable. */
		b->len = mark;
		b->failed = false;
	}
	return err;
}
