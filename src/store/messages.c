/*
 * messages - what was told of attempts, kept for ladders; see messages.h.
 * The one thing to know: what was pushed out leaves its id behind, so that a screen can tell "pushed out" from "never
 * told"; when there are too many of these, only how far they reached is remembered.
 */
#include "store/messages.h"

#include <errno.h>
#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/mem.h"
#include "store/moment.h"

enum { MESSAGES_BYTES = 32 * 1024 * 1024, MESSAGES_BUCKETS = 4096, MESSAGES_CALLS = 16384 };

struct messages_item {
	size_t size;
	struct callmsg c;
	char text[];
};

/* All of one id.  gone: they were pushed out, it is the id that is left.  before, after: by age among their like. */
struct messages_call {
	uint64_t of;
	struct messages_call *chain, *before, *after;
	bool good, gone;
	uint8_t n, cap;
	struct messages_item **item;
};

/* A good call; its slices point to the text. */
struct messages_row {
	struct goodcall g;
	char *text;
};

struct messages_list {
	struct messages_call *oldest, *newest;
};

/* gone: ids that are left.  below: up to here ids may have been pushed out and forgotten. */
struct messages {
	size_t bytes, bytes_max, calls;
	uint64_t seed, below;
	struct messages_list kept, gone;
	size_t n_good;
	struct messages_row good[STORE_GOODCALLS_MAX];
	struct messages_call *bucket[MESSAGES_BUCKETS];
};

struct messages *
messages_new(size_t bytes_max, uint64_t seed)
{
	struct messages *m = mem_zalloc(sizeof *m);

	if (m == NULL)
		return NULL;
	m->bytes_max = bytes_max > 0 ? bytes_max : MESSAGES_BYTES;
	m->seed = seed;
	return m;
}

static struct messages_call **
messages_bucket(struct messages *m, uint64_t of)
{
	return &m->bucket[hash64(&of, sizeof of, m->seed) % MESSAGES_BUCKETS];
}

static struct messages_call *
messages_find(const struct messages *m, uint64_t of)
{
	struct messages_call *c = m->bucket[hash64(&of, sizeof of, m->seed) % MESSAGES_BUCKETS];

	while (c != NULL && c->of != of)
		c = c->chain;
	return c;
}

/* By age. */

static void
messages_unlink(struct messages_list *l, struct messages_call *c)
{
	*(c->before != NULL ? &c->before->after : &l->oldest) = c->after;
	*(c->after != NULL ? &c->after->before : &l->newest) = c->before;
}

static void
messages_link(struct messages_list *l, struct messages_call *c)
{
	c->before = l->newest;
	c->after = NULL;
	*(l->newest != NULL ? &l->newest->after : &l->oldest) = c;
	l->newest = c;
}

static size_t
messages_call_size(const struct messages_call *c)
{
	return c->cap * sizeof(struct messages_item *);
}

static void
messages_empty(struct messages *m, struct messages_call *c)
{
	for (unsigned i = 0; i < c->n; i++) {
		m->bytes -= c->item[i]->size;
		mem_free(c->item[i]);
	}
	m->bytes -= messages_call_size(c);
	mem_free(c->item);
	c->item = NULL;
	c->n = c->cap = 0;
}

static void
messages_forget(struct messages *m, struct messages_call *c)
{
	struct messages_call **at = messages_bucket(m, c->of);

	messages_empty(m, c);
	messages_unlink(c->gone ? &m->gone : &m->kept, c);
	while (*at != c)
		at = &(*at)->chain;
	*at = c->chain;
	m->calls--;
	mem_free(c);
}

void
messages_free(struct messages *m)
{
	if (m == NULL)
		return;
	while (m->kept.oldest != NULL)
		messages_forget(m, m->kept.oldest);
	while (m->gone.oldest != NULL)
		messages_forget(m, m->gone.oldest);
	for (size_t i = 0; i < m->n_good; i++)
		mem_free(m->good[i].text);
	mem_free(m);
}

/* The oldest, good calls (which are few) after all others, but not `keep`; NULL when there is no other. */
static struct messages_call *
messages_victim(const struct messages *m, const struct messages_call *keep)
{
	struct messages_call *good = NULL;

	for (struct messages_call *c = m->kept.oldest; c != NULL; c = c->after) {
		if (c != keep && !c->good)
			return c;
		if (c != keep && good == NULL)
			good = c;
	}
	return good;
}

/* Until `want` bytes fit, the oldest are pushed out: their ids stay. */
static bool
messages_room(struct messages *m, size_t want, const struct messages_call *keep)
{
	while (m->bytes > m->bytes_max || want > m->bytes_max - m->bytes) {
		struct messages_call *c = messages_victim(m, keep);

		if (c == NULL)
			return false;
		messages_empty(m, c);
		messages_unlink(&m->kept, c);
		c->gone = true;
		messages_link(&m->gone, c);
	}
	return true;
}

/* One id more than can be remembered: the first of those that were pushed out goes, else the oldest of all. */
static void
messages_room_id(struct messages *m)
{
	struct messages_call *c = m->gone.oldest != NULL ? m->gone.oldest : messages_victim(m, NULL);

	if (m->calls < MESSAGES_CALLS || c == NULL)
		return;
	if (c->of > m->below)
		m->below = c->of;
	messages_forget(m, c);
}

static struct messages_call *
messages_make(struct messages *m, uint64_t of)
{
	struct messages_call *c, **bucket = messages_bucket(m, of);

	messages_room_id(m);
	c = mem_zalloc(sizeof *c);
	if (c == NULL)
		return NULL;
	c->of = of;
	c->chain = *bucket;
	*bucket = c;
	messages_link(&m->kept, c);
	m->calls++;
	return c;
}

/* Messages. */

enum { MESSAGES_SLICES = 6 };
_Static_assert(sizeof(struct callmsg) == offsetof(struct callmsg, method) + MESSAGES_SLICES * sizeof(struct slice),
    "messages_slices names every slice of struct callmsg");

static void
messages_slices(struct callmsg *c, struct slice *out[MESSAGES_SLICES])
{
	struct slice *all[MESSAGES_SLICES] = { &c->method, &c->phrase, &c->src, &c->dst, &c->call_id, &c->raw };

	memcpy(out, all, sizeof all);
}

static struct messages_item *
messages_copy(const struct callmsg *c, size_t size)
{
	struct messages_item *it = mem_alloc(size);
	struct slice *s[MESSAGES_SLICES];
	size_t at = 0;

	if (it == NULL)
		return NULL;
	it->size = size;
	it->c = *c;
	messages_slices(&it->c, s);
	for (unsigned i = 0; i < MESSAGES_SLICES; i++) {
		if (s[i]->n > 0)
			memcpy(it->text + at, s[i]->p, s[i]->n);
		s[i]->p = it->text + at;
		at += s[i]->n;
	}
	return it;
}

static size_t
messages_size(const struct callmsg *c)
{
	return sizeof(struct messages_item) + c->method.n + c->phrase.n + c->src.n + c->dst.n + c->call_id.n + c->raw.n;
}

/* Room for one more; what it takes is paid for. */
static int
messages_grow(struct messages *m, struct messages_call *c)
{
	unsigned cap = c->cap > 0 ? 2U * c->cap : 8;
	struct messages_item **item;

	if (c->n < c->cap)
		return 0;
	item = mem_realloc(c->item, cap * sizeof *item);
	if (item == NULL)
		return -ENOMEM;
	m->bytes += (cap - c->cap) * sizeof *item;
	c->item = item;
	c->cap = (uint8_t)cap;
	return 0;
}

static struct messages_item *
messages_at(const struct messages_call *c, uint32_t at)
{
	for (unsigned i = c->n; i-- > 0;)
		if (c->item[i]->c.at == at)
			return c->item[i];
	return NULL;
}

static int
messages_append(struct messages *m, struct messages_call *call, const struct callmsg *c)
{
	size_t size = messages_size(c);
	struct messages_item *it;

	if (call->n == CALLMSG_MAX || !messages_room(m, size + CALLMSG_MAX * sizeof it, call))
		return -EMSGSIZE;
	if (messages_grow(m, call) != 0 || (it = messages_copy(c, size)) == NULL)
		return -ENOMEM;
	call->item[call->n++] = it;
	m->bytes += size;
	return 0;
}

int
messages_add(struct messages *m, const struct callmsg *c)
{
	struct messages_call *call = messages_find(m, c->of);
	struct messages_item *old;
	int err;

	if (c->of == 0)
		return -EINVAL;
	/* What was pushed out does not come back in part. */
	if (call != NULL && call->gone)
		return 0;
	old = call != NULL ? messages_at(call, c->at) : NULL;
	if (old != NULL) {
		old->c.seen = c->seen > old->c.seen ? c->seen : old->c.seen;
		return 0;
	}
	/* Without raw it is about one that found no room. */
	if (c->raw.n == 0)
		return 0;
	if (call == NULL && (call = messages_make(m, c->of)) == NULL)
		return -ENOMEM;
	err = messages_append(m, call, c);
	if (call->n == 0 && !call->good)
		messages_forget(m, call);
	return err;
}

void
messages_drop_after(struct messages *m, uint64_t id)
{
	struct messages_call *c = m->kept.newest, *before;

	for (; c != NULL; c = before) {
		before = c->before;
		if (c->of > id && !c->good)
			messages_forget(m, c);
	}
}

/* By time; of one time, as they were told. */
static bool
messages_before(const struct callmsg *a, const struct callmsg *b)
{
	return a->t_ns != b->t_ns ? a->t_ns < b->t_ns : a->at < b->at;
}

size_t
messages_of(const struct messages *m, uint64_t of, struct callmsg *out, size_t n)
{
	const struct messages_call *c = messages_find(m, of);
	const struct callmsg *sorted[CALLMSG_MAX];
	size_t used = 0;

	for (; c != NULL && used < c->n; used++) {
		size_t at = used;

		for (; at > 0 && messages_before(&c->item[used]->c, sorted[at - 1]); at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = &c->item[used]->c;
	}
	for (size_t i = 0; i < used && i < n; i++)
		out[i] = *sorted[i];
	return used;
}

bool
messages_gone(const struct messages *m, uint64_t of)
{
	const struct messages_call *c = messages_find(m, of);

	return c != NULL ? c->gone : of != 0 && of <= m->below;
}

size_t
messages_bytes(const struct messages *m)
{
	return m->bytes;
}

/* Good calls. */

enum { MESSAGES_GOOD_SLICES = 6 };
_Static_assert(
    sizeof(struct goodcall) == offsetof(struct goodcall, method) + MESSAGES_GOOD_SLICES * sizeof(struct slice),
    "messages_good_copy names every slice of struct goodcall");

/* Texts of one block; NULL without memory. */
static char *
messages_good_copy(struct goodcall *g)
{
	struct slice *s[MESSAGES_GOOD_SLICES] = { &g->method, &g->call_id, &g->from, &g->to, &g->peer, &g->source };
	size_t size = 0, at = 0;
	char *text;

	for (unsigned i = 0; i < MESSAGES_GOOD_SLICES; i++)
		size += s[i]->n;
	text = mem_alloc(size);
	for (unsigned i = 0; text != NULL && i < MESSAGES_GOOD_SLICES; i++) {
		if (s[i]->n > 0)
			memcpy(text + at, s[i]->p, s[i]->n);
		s[i]->p = text + at;
		at += s[i]->n;
	}
	return text;
}

/* The row of its peer and method, else a free one, else that of the oldest. */
static struct messages_row *
messages_good_row(struct messages *m, const struct goodcall *g)
{
	struct messages_row *old = &m->good[0];

	for (size_t i = 0; i < m->n_good; i++) {
		struct messages_row *row = &m->good[i];

		if (slice_eq(row->g.peer, g->peer) && slice_eq(row->g.method, g->method))
			return row;
		if (row->g.id < old->g.id)
			old = row;
	}
	return m->n_good < STORE_GOODCALLS_MAX ? &m->good[m->n_good++] : old;
}

int
messages_good(struct messages *m, const struct goodcall *g)
{
	struct messages_call *call;
	struct messages_row *row;
	struct goodcall copy = *g;
	char *text;

	if (g->id == 0)
		return -EINVAL;
	text = messages_good_copy(&copy);
	if (text == NULL)
		return -ENOMEM;
	row = messages_good_row(m, g);
	call = messages_find(m, row->g.id);
	if (call != NULL && call->good && call->of != g->id)
		messages_forget(m, call);
	mem_free(row->text);
	*row = (struct messages_row){ copy, text };
	/* Its messages follow. */
	call = messages_find(m, g->id);
	if (call == NULL)
		call = messages_make(m, g->id);
	if (call == NULL)
		return -ENOMEM;
	call->good = true;
	return 0;
}

bool
messages_goodcall(const struct messages *m, struct slice peer, struct slice method, struct goodcall *out)
{
	const struct goodcall *best = NULL;

	for (size_t i = 0; i < m->n_good; i++) {
		const struct goodcall *g = &m->good[i].g;

		if (!slice_eq(g->method, method))
			continue;
		if (slice_eq(g->peer, peer)) {
			best = g;
			break;
		}
		if (best == NULL || g->id > best->id)
			best = g;
	}
	if (best != NULL)
		*out = *best;
	return best != NULL;
}

/* The door. */

size_t
store_messages(const struct store *s, uint64_t of, struct callmsg *out, size_t n)
{
	return messages_of(s->messages, of, out, n);
}

bool
store_messages_gone(const struct store *s, uint64_t of)
{
	return messages_gone(s->messages, of);
}

bool
store_goodcall(const struct store *s, struct slice peer, struct slice method, struct goodcall *out)
{
	return messages_goodcall(s->messages, peer, method, out);
}

size_t
messages_max(const struct messages *m)
{
	return m->bytes_max;
}
