/*
 * topic - what fails, by name; see topic.h.
 * The one thing to know: strangers choose the names, so rows are few, hashes seeded, and a flood of names that come
 * once takes the rows from one another, not from those that fail often.
 */
#include "store/topic.h"

#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"

/* A key in the book: the row's life, its number, the code's slot. */
enum { TOPIC_SLOT_BITS = 4, TOPIC_ROW_BITS = 8, TOPIC_LIFE_BITS = 19 };
_Static_assert(TOPIC_CODES < 1 << TOPIC_SLOT_BITS && TOPIC_ROWS <= 1 << TOPIC_ROW_BITS, "a key has room for both");

#define TOPIC_QUIET_NS (3600 * NS_PER_S)

struct topic *
topic_new(uint64_t seed, size_t bytes_max)
{
	struct topic *t = mem_zalloc(sizeof *t);

	if (t == NULL)
		return NULL;
	t->seed = seed;
	t->book = book_new(bytes_max);
	if (t->book != NULL)
		return t;
	mem_free(t);
	return NULL;
}

struct topic *
topic_clone(const struct topic *t)
{
	struct topic *copy = mem_alloc(sizeof *copy);

	if (copy == NULL)
		return NULL;
	*copy = *t;
	(void)book_share(t->book);
	return copy;
}

void
topic_free(struct topic *t)
{
	if (t == NULL)
		return;
	book_free(t->book);
	mem_free(t);
}

static uint64_t
topic_hash(const struct topic *t, struct slice name)
{
	return hash64(name.n > 0 ? name.p : "", name.n, t->seed);
}

/* Names are told apart by 64 bits of a seeded hash, which nobody makes collide. */
static size_t
topic_index(const struct topic *t, uint64_t hash)
{
	size_t i = 0;

	while (i < t->n && t->hash[i] != hash)
		i++;
	return i;
}

size_t
topic_find(const struct topic *t, struct slice name)
{
	return topic_index(t, topic_hash(t, name));
}

static bool
topic_is_quiet(const struct topic_row *r, int64_t t_ns)
{
	return t_ns > r->last_ns && (uint64_t)t_ns - (uint64_t)r->last_ns >= (uint64_t)TOPIC_QUIET_NS;
}

/* Does a give way before b? */
static bool
topic_before(const struct topic_row *a, const struct topic_row *b, int64_t t_ns)
{
	bool qa = topic_is_quiet(a, t_ns), qb = topic_is_quiet(b, t_ns);

	if (qa != qb)
		return qa;
	if (!qa && a->weight != b->weight)
		return a->weight < b->weight;
	return a->last_ns < b->last_ns;
}

static struct topic_row *
topic_make(struct topic *t, uint64_t hash, struct slice name, int64_t t_ns)
{
	struct topic_row *r = &t->row[0];
	uint32_t life;

	if (t->n < TOPIC_ROWS)
		r = &t->row[t->n++];
	else
		for (size_t i = 1; i < TOPIC_ROWS; i++)
			if (topic_before(&t->row[i], r, t_ns))
				r = &t->row[i];
	life = (r->life + 1) & ((1U << TOPIC_LIFE_BITS) - 1);
	memset(r, 0, sizeof *r);
	t->hash[r - t->row] = hash;
	r->life = life;
	r->last_ns = t_ns;
	(void)slice_copy(r->name, sizeof r->name, name);
	return r;
}

static unsigned
topic_slot(const struct topic_row *r, unsigned code)
{
	unsigned i = 0;

	while (i < r->n_codes && r->code[i] != code)
		i++;
	return i < r->n_codes ? i : TOPIC_CODES;
}

/* The same; a code that has none gets one, as long as there are some. */
static unsigned
topic_slot_made(struct topic_row *r, unsigned code)
{
	unsigned slot = topic_slot(r, code);

	if (slot < TOPIC_CODES || r->n_codes == TOPIC_CODES || code == TOPIC_NO_CODE)
		return slot;
	slot = r->n_codes++;
	r->code[slot] = (uint16_t)code;
	return slot;
}

static uint32_t
topic_key(const struct topic *t, const struct topic_row *r, unsigned slot)
{
	uint32_t row = (uint32_t)(r - t->row);

	return (r->life << TOPIC_ROW_BITS | row) << TOPIC_SLOT_BITS | slot;
}

struct topic_row *
topic_add(struct topic *t, struct slice name, int64_t t_ns, unsigned code, uint64_t n)
{
	uint64_t hash = topic_hash(t, name);
	size_t i = topic_index(t, hash);
	struct topic_row *r = i < t->n ? &t->row[i] : topic_make(t, hash, name, t_ns);
	unsigned slot = topic_slot_made(r, code);

	r->weight += n;
	r->last_ns = t_ns > r->last_ns ? t_ns : r->last_ns;
	return book_add(&t->book, t_ns, topic_key(t, r, slot), n) ? r : NULL;
}

void
topic_take(struct topic *t, struct slice name, int64_t t_ns, unsigned code)
{
	size_t i = topic_find(t, name);

	if (i == t->n)
		return;
	t->row[i].weight -= t->row[i].weight > 0;
	book_take(&t->book, t_ns, topic_key(t, &t->row[i], topic_slot(&t->row[i], code)), 1);
}

void
topic_recode(struct topic *t, struct slice name, int64_t t_ns, unsigned from, unsigned to, uint64_t n)
{
	size_t i = topic_find(t, name);
	struct topic_row *r = &t->row[i];

	if (i == t->n || topic_slot(r, from) == topic_slot_made(r, to))
		return;
	book_rename(&t->book, t_ns, topic_key(t, r, topic_slot(r, from)), topic_key(t, r, topic_slot(r, to)), n);
}

static void
topic_count(void *ctx, uint32_t key, uint64_t n)
{
	struct topic_sum *sum = ctx;
	unsigned slot = key & ((1U << TOPIC_SLOT_BITS) - 1);
	size_t row = key >> TOPIC_SLOT_BITS & ((1U << TOPIC_ROW_BITS) - 1);

	if (row < sum->topic->n && sum->topic->row[row].life == key >> (TOPIC_SLOT_BITS + TOPIC_ROW_BITS))
		sum->n[row][slot] += n;
	else
		sum->rest += n;
}

void
topic_window(const struct topic *t, int64_t now_ns, unsigned window_s, struct topic_sum *out)
{
	memset(out, 0, sizeof *out);
	out->topic = t;
	book_window(t->book, now_ns, window_s, topic_count, out);
}

void
topic_after(const struct topic *t, int64_t at_ns, struct topic_sum *out)
{
	memset(out, 0, sizeof *out);
	out->topic = t;
	book_after(t->book, at_ns, topic_count, out);
}

struct topic_cell {
	uint32_t row; /* a key without its slot */
	uint64_t n;
};

static void
topic_count_row(void *ctx, uint32_t key, uint64_t n)
{
	struct topic_cell *c = ctx;

	c->n += key >> TOPIC_SLOT_BITS == c->row ? n : 0;
}

uint64_t
topic_column(const struct topic *t, size_t row, int64_t now_ns, unsigned step_s, size_t back)
{
	struct topic_cell c = { topic_key(t, &t->row[row], 0) >> TOPIC_SLOT_BITS, 0 };

	book_column(t->book, now_ns, step_s, back, topic_count_row, &c);
	return c.n;
}

uint64_t
topic_row_sum(const struct topic_sum *sum, size_t row)
{
	uint64_t all = 0;

	for (unsigned i = 0; i <= TOPIC_CODES; i++)
		all += sum->n[row][i];
	return all;
}

uint64_t
topic_code_sum(const struct topic_sum *sum, size_t row, unsigned code)
{
	unsigned slot = topic_slot(&sum->topic->row[row], code);

	return slot < TOPIC_CODES ? sum->n[row][slot] : 0;
}

uint16_t
topic_row_code(const struct topic_sum *sum, size_t row, uint64_t *code_n)
{
	const struct topic_row *r = &sum->topic->row[row];
	unsigned best = 0;

	for (unsigned i = 1; i < r->n_codes; i++)
		if (sum->n[row][i] > sum->n[row][best])
			best = i;
	*code_n = r->n_codes > 0 ? sum->n[row][best] : 0;
	return *code_n > 0 ? r->code[best] : 0;
}
