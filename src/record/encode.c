/*
 * encode - records to lines (`sipwhy.record/1`, doc/records.md).
 * The one thing to know: every line stays under RECORD_LINE_MAX by construction: texts are cut, and a tick that does
 * not fit into one line goes out as several, because a tick that could not be told would hold up all that follow.
 */
#include <errno.h>

#include "record/encode.h"
#include "record/fields.h"

/*
 * Rows of one line without counts: a peer takes 520 bytes, a row of KPIs 4.2 KB, a fold 1.3 KB.  Counts take up to
 * 215 KB and sources 33 KB, so where rows are beside them the line may be too long, and they get one of their own.
 */
enum { ENCODE_PEERS = 256, ENCODE_KPI_PEERS = 16, ENCODE_FOLDS = 32, ENCODE_KPI_PEERS_TRY = 64 };
enum { ENCODE_HOST = 255 };

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
	switch (r->type) {
	case RECORD_HELLO:
		encode_hello(w, &r->hello);
		break;
	case RECORD_TICK:
		encode_tick(w, &r->tick);
		break;
	case RECORD_EVENT:
		encode_event(w, &r->event);
		break;
	case RECORD_UPDATE:
		encode_update(w, &r->update);
		break;
	case RECORD_INCIDENT:
		encode_incident(w, &r->incident);
		break;
	case RECORD_SOURCE:
		encode_source(w, &r->source);
		break;
	case RECORD_BYE:
		encode_counts(w, r->tick.counts);
		encode_kpi(w, r->tick.kpi);
		break;
	case RECORD_NOTICE:
		encode_notice(w, &r->notice);
		break;
	case RECORD_MESSAGE:
		encode_message(w, &r->message);
		break;
	case RECORD_GOOD:
		encode_good(w, &r->good);
		break;
	case RECORD_TYPE_N:
		break;
	}
}

/* One line.  -EMSGSIZE also for one that the reader would refuse.  On failure b is as it was. */
static int
encode_line(struct buf *b, const struct record *r)
{
	struct writer w = { b, false };
	size_t from = b->len;
	int err = 0;

	writer_open(&w, NULL, '{');
	writer_text(&w, "type", slice_str(fields_type[r->type]), RECORD_TEXT_MAX);
	writer_time(&w, "t", r->t_ns);
	writer_text(&w, "host", slice_str(r->host), ENCODE_HOST);
	encode_content(&w, r);
	writer_close(&w, '}');
	buf_putc(b, '\n');
	/* No single append is longer than a raw message: with room for one it was memory that was short. */
	if (!buf_ok(b))
		err = b->max - b->len < EVENT_RAW_MAX ? -EMSGSIZE : -ENOMEM;
	else if (b->len - from > RECORD_LINE_MAX)
		err = -EMSGSIZE;
	if (err != 0) {
		/* What is half written must not reach a reader, and the caller's buffer must stay usable. */
		b->len = from;
		b->failed = false;
	}
	return err;
}

static size_t
encode_min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Take rows for one line from *all into *part; false when there were none left, and *part is what goes with the last
 * line: counts and sources.  An engine that dies before it leaves nothing that its successor counts again but rows.
 */
static bool
encode_rows(struct record_tick *part, struct record_tick *all)
{
	*part = *all;
	if (all->n_peers + all->n_kpi_peers + all->n_folds == 0)
		return false;
	part->counts = NULL;
	part->kpi = NULL;
	part->n_sources = 0;
	part->n_peers = encode_min(all->n_peers, ENCODE_PEERS);
	part->n_kpi_peers = encode_min(all->n_kpi_peers, ENCODE_KPI_PEERS);
	part->n_folds = encode_min(all->n_folds, ENCODE_FOLDS);
	if ((all->n_peers -= part->n_peers) > 0)
		all->peers += part->n_peers;
	if ((all->n_kpi_peers -= part->n_kpi_peers) > 0)
		all->kpi_peers += part->n_kpi_peers;
	if ((all->n_folds -= part->n_folds) > 0)
		all->folds += part->n_folds;
	return true;
}

/* A tick in one line when it fits, as nearly all do, else in as many as it needs. */
static int
encode_ticks(struct buf *b, const struct record *r)
{
	struct record_tick rest = r->tick;
	struct record part = *r;
	int err = -EMSGSIZE;
	bool more;

	if (rest.n_peers <= ENCODE_PEERS && rest.n_folds <= ENCODE_FOLDS && rest.n_kpi_peers <= ENCODE_KPI_PEERS_TRY)
		err = encode_line(b, r);
	if (err != -EMSGSIZE)
		return err;
	do {
		more = encode_rows(&part.tick, &rest);
		err = encode_line(b, &part);
	} while (err == 0 && more);
	return err;
}

int
record_encode(struct buf *b, const struct record *r)
{
	size_t mark = b->len;
	int err;

	if ((unsigned)r->type >= RECORD_TYPE_N)
		return -EINVAL;
	if (!buf_ok(b))
		return -ENOMEM;
	err = r->type == RECORD_TICK ? encode_ticks(b, r) : encode_line(b, r);
	if (err != 0)
		b->len = mark;
	return err;
}
