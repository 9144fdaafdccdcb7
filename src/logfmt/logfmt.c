/*
 * logfmt - the door of the room: counting, and one item at a time; see sipwhy/logfmt.h.
 * Nothing is queued but what has ended: a piece is read on from item to item, so that items may lie in it as they are.
 */
#include "sipwhy/logfmt.h"

#include <assert.h>

#include "logfmt/detect.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"

#define LOGFMT_SILENCE_NS (500 * NS_PER_MS)
enum { LOGFMT_TEXT_MAX = 3 * TEXT_MAX, LOGFMT_PIECE_MAX = 1 << 20 };

struct logfmt *
logfmt_new(const struct logfmt_cfg *cfg)
{
	struct logfmt *l = mem_zalloc(sizeof *l);

	if (l == NULL)
		return NULL;
	if (cfg != NULL)
		l->seed = cfg->seed;
	pool_init(&l->pool);
	source_init(&l->record, 0, 0);
	buf_init(&l->text, LOGFMT_TEXT_MAX);
	buf_init(&l->line, TEXT_MAX);
	buf_init(&l->docker, LOGFMT_PIECE_MAX);
	l->heads = head_rows_new(cfg != NULL ? cfg->heads : NULL);
	if (!say_init(&l->say, l->seed, LOGFMT_TEXT_MAX) || l->heads == NULL) {
		logfmt_free(l);
		return NULL;
	}
	return l;
}

void
logfmt_free(struct logfmt *l)
{
	if (l == NULL)
		return;
	source_fini(&l->record);
	if (l->given != NULL)
		pool_free(&l->pool, l->given);
	pool_fini(&l->pool);
	say_fini(&l->say);
	head_rows_free(l->heads);
	buf_fini(&l->text);
	buf_fini(&l->line);
	buf_fini(&l->docker);
	mem_free(l);
}

/* Lines that were held for a collection are decided. */
static void
logfmt_decide(struct logfmt *l, struct collect *c, enum logfmt_verdict to)
{
	l->st.verdict[LOGFMT_HELD] -= c->lines;
	l->st.verdict[to] += c->lines;
	l->last_lines = c->lines;
	c->lines = 0;
}

static bool
logfmt_is_message(const struct collect *c)
{
	return c->message && !c->about.copy;
}

/* Give one that ended, if it is a message. */
static bool
logfmt_give(struct logfmt *l, struct collect *c)
{
	struct slice bytes;

	if (!logfmt_is_message(c)) {
		logfmt_decide(l, c, LOGFMT_NOT_SIP);
		return false;
	}
	if (!canon_finish(&c->canon, collect_end(c), &bytes)) {
		logfmt_decide(l, c, LOGFMT_DROPPED);
		return false;
	}
	logfmt_decide(l, c, LOGFMT_SIP);
	detect_collected(l, c, bytes);
	return true;
}

/* Of a message and of a line the members of the other kinds are left alone. */
static void
logfmt_put(const struct logfmt_item *item, struct logfmt_item *out)
{
	if (item->kind != LOGFMT_MESSAGE && item->kind != LOGFMT_LINE) {
		*out = *item;
		return;
	}
	out->kind = item->kind;
	out->m = item->m;
	out->head = item->head;
}

/* What the item before borrowed is no longer needed. */
static void
logfmt_release(struct logfmt *l)
{
	pool_free(&l->pool, l->given);
	l->given = NULL;
	l->have_item = false;
	l->last_lines = 0;
}

/* A message waits until the lines before it have been read: its time and theirs go by each other. */
static bool
logfmt_must_wait(struct logfmt *l)
{
	return l->pool.ready != NULL && logfmt_is_message(l->pool.ready) && detect_must_wait(l);
}

bool
logfmt_next(struct logfmt *l, struct logfmt_item *out)
{
	struct collect *c;

	if (l->waits)
		detect_together(l);
	logfmt_release(l);
	do {
		while (!logfmt_must_wait(l) && (c = pool_take(&l->pool)) != NULL) {
			if (logfmt_give(l, c)) {
				l->given = c;
				logfmt_put(&l->item, out);
				return true;
			}
			pool_free(&l->pool, c);
		}
		if (l->waits) {
			out->kind = LOGFMT_WAIT;
			return true;
		}
		if (l->have_item) {
			logfmt_put(&l->item, out);
			return true;
		}
	} while (detect_step(l) || detect_due(l));
	l->st.forgotten = l->pool.forgotten;
	return false;
}

/* Items that nobody took: their lines stay counted, a piece not read to its end is given up. */
static void
logfmt_drop(struct logfmt *l)
{
	struct collect *c;

	logfmt_release(l);
	while ((c = pool_take(&l->pool)) != NULL) {
		logfmt_decide(l, c, c->message ? LOGFMT_SIP : LOGFMT_NOT_SIP);
		pool_free(&l->pool, c);
	}
	detect_abandon(l);
	l->st.forgotten = l->pool.forgotten;
}

void
logfmt_push(struct logfmt *l, const struct text *t)
{
	logfmt_drop(l);
	if (t->live)
		detect_silence(l, t->t_ns - LOGFMT_SILENCE_NS);
	detect_push(l, t);
}

bool
logfmt_time(const struct text *t, int64_t *t_ns)
{
	struct stamp s;

	if (!when_leading_stamp((struct slice){ (const char *)t->data, t->len }, &s))
		return false;
	*t_ns = stamp_resolve(&s, t->t_ns, 0);
	return true;
}

void
logfmt_foresee(struct logfmt *l, const struct text *t)
{
	struct stamp s;

	assert(l->st.lines == 0);
	if (when_first_date((struct slice){ (const char *)t->data, t->len }, &s))
		say_when(&l->say, t->origin)->last_ns = stamp_resolve(&s, t->t_ns, 0);
}

void
logfmt_ahead(struct logfmt *l)
{
	assert(l->st.lines == 0);
	l->ahead = true;
}

void
logfmt_together(struct logfmt *l)
{
	if (l->ahead)
		detect_together(l);
}

bool
logfmt_read(struct logfmt *l, const struct message *line, struct logfmt_item *out)
{
	return say_ahead(&l->say, line, out);
}

void
logfmt_reclass(struct logfmt *l, enum logfmt_verdict to)
{
	assert(to == LOGFMT_FILTERED || to == LOGFMT_MALFORMED);
	l->st.verdict[LOGFMT_SIP] -= l->last_lines;
	l->st.verdict[to] += l->last_lines;
	l->last_lines = 0;
}

void
logfmt_advance(struct logfmt *l, int64_t t_ns)
{
	logfmt_drop(l);
	detect_silence(l, t_ns - LOGFMT_SILENCE_NS);
}

void
logfmt_end(struct logfmt *l, uint32_t origin)
{
	logfmt_drop(l);
	detect_end(l, &origin);
}

void
logfmt_flush(struct logfmt *l)
{
	logfmt_drop(l);
	detect_end(l, NULL);
}

const struct logfmt_stats *
logfmt_stats(const struct logfmt *l)
{
	return &l->st;
}

struct logfmt_place
logfmt_place(const struct logfmt *l)
{
	const struct run *r = &l->run[0];
	uint64_t open = l->st.verdict[LOGFMT_HELD] - l->pending;

	if (l->depth == 0)
		return (struct logfmt_place){ .held = open, .known = true };
	return (struct logfmt_place){ .from = r->p,
		.to = r->end,
		.held = open,
		.known = l->depth == 1 && !r->record && r->begin != l->docker.data && (open == 0 || r->p == r->begin) };
}

uint64_t
logfmt_place_lines(const struct logfmt_place *place)
{
	uint64_t lines = place->held;
	const char *p = place->from;

	while (p != place->to) {
		const char *lf = memchr(p, '\n', (size_t)(place->to - p));

		lines++;
		p = lf != NULL ? lf + 1 : place->to;
	}
	return lines;
}
