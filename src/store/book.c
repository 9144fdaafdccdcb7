/*
 * book - counts by key in time; see book.h.
 * The one thing to know: a pause shares the book, the next write copies its pointers to buckets, and a write to a
 * bucket copies that, so that nobody waits for days of counts to be copied.
 */
#include "store/book.h"

#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"

enum { BOOK_LEVELS = 3, BOOK_FINE = 600, BOOK_MIDDLE = 1080, BOOK_COARSE = 4320 };
enum { BOOK_SLOTS = BOOK_FINE + BOOK_MIDDLE + BOOK_COARSE, BOOK_CELLS_MIN = 4, BOOK_CELLS_SMALL = 8 };
enum { BOOK_RENAME_S = 600 };

static const struct book_level {
	unsigned step_s, n, at; /* slots [at, at + n) */
} book_levels[BOOK_LEVELS] = {
	{ 1, BOOK_FINE, 0 },
	{ 10, BOOK_MIDDLE, BOOK_FINE },
	{ 60, BOOK_COARSE, BOOK_FINE + BOOK_MIDDLE },
};

/* key: one more than the key, 0 a free cell. */
struct book_cell {
	uint32_t key, n;
};

/* cap: cells, a power of two; a table by open addressing, which may be full when it is small. */
struct book_slot {
	uint32_t refs, cap, used;
	struct book_cell cell[];
};

/* from: number of the oldest bucket of a level that was not dropped for room. */
struct book {
	unsigned refs;
	int64_t newest_s;
	bool any;
	size_t level_max, bytes[BOOK_LEVELS];
	int64_t from[BOOK_LEVELS];
	struct book_slot *slot[BOOK_SLOTS];
};

static size_t
book_slot_size(uint32_t cap)
{
	return sizeof(struct book_slot) + cap * sizeof(struct book_cell);
}

/* Times before 1970 have buckets too. */
static int64_t
book_floor(int64_t v, int64_t by)
{
	return v / by - (v % by < 0);
}

static struct book_slot **
book_at(struct book *b, unsigned level, int64_t number)
{
	int64_t n = book_levels[level].n, i = number % n;

	return &b->slot[book_levels[level].at + (size_t)(i < 0 ? i + n : i)];
}

static void
book_drop(struct book *b, unsigned level, struct book_slot **at)
{
	struct book_slot *s = *at;

	if (s == NULL)
		return;
	*at = NULL;
	b->bytes[level] -= book_slot_size(s->cap);
	if (--s->refs == 0)
		mem_free(s);
}

struct book *
book_new(size_t bytes_max)
{
	struct book *b = mem_zalloc(sizeof *b);

	if (b == NULL)
		return NULL;
	b->refs = 1;
	b->level_max = bytes_max / BOOK_LEVELS;
	return b;
}

struct book *
book_share(struct book *b)
{
	b->refs++;
	return b;
}

/* Make a book ours alone; NULL when memory is short. */
static struct book *
book_alone(struct book **at)
{
	struct book *copy;

	if ((*at)->refs == 1)
		return *at;
	copy = mem_alloc(sizeof *copy);
	if (copy == NULL)
		return NULL;
	*copy = **at;
	copy->refs = 1;
	(*at)->refs--;
	*at = copy;
	for (size_t i = 0; i < BOOK_SLOTS; i++)
		if (copy->slot[i] != NULL)
			copy->slot[i]->refs++;
	return copy;
}

static void
book_clear(struct book *b)
{
	for (unsigned l = 0; l < BOOK_LEVELS; l++)
		for (unsigned i = 0; i < book_levels[l].n; i++)
			book_drop(b, l, &b->slot[book_levels[l].at + i]);
}

void
book_free(struct book *b)
{
	if (b == NULL || --b->refs > 0)
		return;
	book_clear(b);
	mem_free(b);
}

size_t
book_bytes(const struct book *b)
{
	size_t sum = sizeof *b;

	for (unsigned l = 0; l < BOOK_LEVELS; l++)
		sum += b->bytes[l];
	return sum;
}

/* Empty the buckets between the newest and the one that holds `second`. */
static void
book_move_level(struct book *b, unsigned level, int64_t second)
{
	int64_t step = book_levels[level].step_s, n = book_levels[level].n;
	int64_t last = book_floor(b->newest_s, step), to = book_floor(second, step);

	if (to - last > n)
		last = to - n;
	for (int64_t k = last + 1; k <= to; k++)
		book_drop(b, level, book_at(b, level, k));
}

static void
book_move(struct book *b, int64_t second)
{
	if (!b->any || second < b->newest_s - (int64_t)BOOK_COARSE * 60) {
		book_clear(b);
		for (unsigned l = 0; l < BOOK_LEVELS; l++)
			b->from[l] = INT64_MIN;
		b->newest_s = second;
		b->any = true;
	}
	if (second <= b->newest_s)
		return;
	for (unsigned l = 0; l < BOOK_LEVELS; l++)
		book_move_level(b, l, second);
	b->newest_s = second;
}

/* The oldest bucket that a level holds. */
static int64_t
book_oldest(const struct book *b, unsigned level)
{
	int64_t oldest = book_floor(b->newest_s, book_levels[level].step_s) - (int64_t)book_levels[level].n + 1;

	return oldest > b->from[level] ? oldest : b->from[level];
}

static bool
book_holds(const struct book *b, unsigned level, int64_t number)
{
	return b->any && number >= book_oldest(b, level) &&
	    number <= book_floor(b->newest_s, book_levels[level].step_s);
}

/* The cell of a key, or the free one where it belongs; NULL when there is neither. */
static struct book_cell *
book_cell(struct book_slot *s, uint32_t key)
{
	uint32_t at = key * UINT32_C(2654435769);

	at ^= at >> 16;
	for (uint32_t i = 0; i < s->cap; i++) {
		struct book_cell *c = &s->cell[(at + i) & (s->cap - 1)];

		if (c->key == 0 || c->key == key)
			return c;
	}
	return NULL;
}

/* A slot with these cells and room for more; NULL when memory is short. */
static struct book_slot *
book_slot_copy(const struct book_slot *old, uint32_t cap)
{
	struct book_slot *s = mem_zalloc(book_slot_size(cap));

	if (s == NULL)
		return NULL;
	s->refs = 1;
	s->cap = cap;
	s->used = old != NULL ? old->used : 0;
	for (uint32_t i = 0; old != NULL && i < old->cap; i++)
		if (old->cell[i].key != 0)
			*book_cell(s, old->cell[i].key) = old->cell[i];
	return s;
}

/* Make a slot ours alone, with room for one more key. */
static bool
book_own(struct book *b, unsigned level, struct book_slot **at)
{
	struct book_slot *old = *at, *s;
	uint32_t cap = old != NULL ? old->cap : BOOK_CELLS_MIN;
	uint32_t limit = cap > BOOK_CELLS_SMALL ? cap / 4 * 3 : cap;
	bool grow = old != NULL && old->used >= limit;

	if (old != NULL && !grow && old->refs == 1)
		return true;
	s = book_slot_copy(old, grow ? cap * 2 : cap);
	if (s == NULL)
		return false;
	book_drop(b, level, at);
	b->bytes[level] += book_slot_size(s->cap);
	*at = s;
	return true;
}

/* Bring a level under its limit; the newest bucket stays, keys are few enough for that. */
static void
book_fit(struct book *b, unsigned level)
{
	int64_t newest = book_floor(b->newest_s, book_levels[level].step_s), k = book_oldest(b, level);

	for (; b->bytes[level] > b->level_max && k < newest; k++) {
		book_drop(b, level, book_at(b, level, k));
		b->from[level] = k + 1;
	}
}

static void
book_count(struct book_slot *s, uint32_t key, uint64_t n)
{
	struct book_cell *c = book_cell(s, key + 1);

	s->used += c->key == 0;
	c->key = key + 1;
	c->n = n < UINT32_MAX - c->n ? c->n + (uint32_t)n : UINT32_MAX;
}

bool
book_add(struct book **at_book, int64_t t_ns, uint32_t key, uint64_t n)
{
	int64_t second = book_floor(t_ns, NS_PER_S);
	struct book *b;
	bool whole = true;

	if (n == 0)
		return true;
	b = book_alone(at_book);
	if (b == NULL)
		return false;
	book_move(b, second);
	for (unsigned l = 0; l < BOOK_LEVELS; l++) {
		int64_t number = book_floor(second, book_levels[l].step_s);
		struct book_slot **at = book_at(b, l, number);

		if (!book_holds(b, l, number))
			continue;
		if (!book_own(b, l, at)) {
			whole = false;
			continue;
		}
		book_count(*at, key, n);
		if (b->bytes[l] > b->level_max)
			book_fit(b, l);
	}
	return whole;
}

/* What one bucket has of a key, at most n; returns how many it had. */
static uint64_t
book_rename_in(struct book *b, unsigned level, struct book_slot **at, uint32_t from, uint32_t to, uint64_t n)
{
	struct book_cell *c = *at != NULL ? book_cell(*at, from + 1) : NULL;

	if (c == NULL || c->key == 0 || c->n == 0 || !book_own(b, level, at))
		return 0;
	c = book_cell(*at, from + 1);
	n = n < c->n ? n : c->n;
	c->n -= (uint32_t)n;
	book_count(*at, to, n);
	return n;
}

void
book_rename(struct book **at_book, int64_t t_ns, uint32_t from, uint32_t to, uint64_t n)
{
	struct book *b = book_alone(at_book);

	for (unsigned l = 0; b != NULL && l < BOOK_LEVELS; l++) {
		int64_t k = book_floor(book_floor(t_ns, NS_PER_S), book_levels[l].step_s);
		int64_t last = k - BOOK_RENAME_S / book_levels[l].step_s;
		uint64_t left = n;

		for (; left > 0 && k >= last; k--)
			if (book_holds(b, l, k))
				left -= book_rename_in(b, l, book_at(b, l, k), from, to, left);
		book_fit(b, l);
	}
}

void
book_take(struct book **at_book, int64_t t_ns, uint32_t key, uint64_t n)
{
	int64_t second = book_floor(t_ns, NS_PER_S);
	struct book *b = book_alone(at_book);

	for (unsigned l = 0; b != NULL && l < BOOK_LEVELS; l++) {
		int64_t number = book_floor(second, book_levels[l].step_s);
		struct book_slot **at = book_at(b, l, number);
		struct book_cell *c;

		/* Without memory for a copy it stays counted, which is the lesser lie. */
		if (!book_holds(b, l, number) || *at == NULL || !book_own(b, l, at))
			continue;
		c = book_cell(*at, key + 1);
		if (c != NULL && c->key != 0)
			c->n = n < c->n ? c->n - (uint32_t)n : 0;
	}
}

static void
book_walk(const struct book *b, unsigned level, int64_t first, int64_t last, book_fn fn, void *ctx)
{
	int64_t n = book_levels[level].n;

	for (int64_t k = first; k <= last; k++) {
		int64_t i = k % n;
		const struct book_slot *s = b->slot[book_levels[level].at + (size_t)(i < 0 ? i + n : i)];

		for (uint32_t c = 0; s != NULL && c < s->cap; c++)
			if (s->cell[c].key != 0 && s->cell[c].n > 0)
				fn(ctx, s->cell[c].key - 1, s->cell[c].n);
	}
}

/*
 * Buckets [first, last]; the walk is bounded by the level, whatever was asked.  Where a bucket of the next level holds
 * the same seconds it stands for them: a window of hours is drawn at each key, with thousands in each.
 */
static void
book_range(const struct book *b, unsigned level, int64_t first, int64_t last, book_fn fn, void *ctx)
{
	int64_t newest = book_floor(b->newest_s, book_levels[level].step_s), per, up_first, up_last;

	if (!b->any)
		return;
	last = last < newest ? last : newest;
	first = first > book_oldest(b, level) ? first : book_oldest(b, level);
	if (level == BOOK_LEVELS - 1) {
		book_walk(b, level, first, last, fn, ctx);
		return;
	}
	per = book_levels[level + 1].step_s / book_levels[level].step_s;
	up_first = book_floor(first + per - 1, per);
	up_last = book_floor(last + 1, per) - 1;
	if (up_first > up_last || up_first < book_oldest(b, level + 1)) {
		book_walk(b, level, first, last, fn, ctx);
		return;
	}
	book_walk(b, level, first, up_first * per - 1, fn, ctx);
	book_range(b, level + 1, up_first, up_last, fn, ctx);
	book_walk(b, level, (up_last + 1) * per, last, fn, ctx);
}

/* The finest level that still has the bucket of a second, dropped for room or not; the same that series_sum takes. */
static unsigned
book_level_of(const struct book *b, int64_t second)
{
	unsigned l = 0;

	while (l < BOOK_LEVELS - 1 &&
	    book_floor(second, book_levels[l].step_s) <=
		book_floor(b->newest_s, book_levels[l].step_s) - (int64_t)book_levels[l].n)
		l++;
	return l;
}

void
book_window(const struct book *b, int64_t now_ns, unsigned window_s, book_fn fn, void *ctx)
{
	int64_t now_s = book_floor(now_ns, NS_PER_S), last, buckets;
	unsigned l = book_level_of(b, now_s - (int64_t)window_s + 1);

	if (window_s == 0)
		return;
	last = book_floor(now_s, book_levels[l].step_s);
	buckets = ((int64_t)window_s + book_levels[l].step_s - 1) / book_levels[l].step_s;
	book_range(b, l, last - buckets + 1, last, fn, ctx);
}

void
book_after(const struct book *b, int64_t at_ns, book_fn fn, void *ctx)
{
	int64_t at_s = book_floor(at_ns, NS_PER_S);
	unsigned l = book_level_of(b, at_s);

	book_range(b, l, book_floor(at_s, book_levels[l].step_s) + 1, INT64_MAX, fn, ctx);
}

void
book_column(const struct book *b, int64_t now_ns, unsigned step_s, size_t back, book_fn fn, void *ctx)
{
	unsigned l = step_s % 60 == 0 ? 2 : step_s % 10 == 0 ? 1 : 0;
	int64_t per, column;

	if (step_s == 0)
		return;
	per = step_s / book_levels[l].step_s;
	column = book_floor(book_floor(now_ns, NS_PER_S), step_s) - (int64_t)back;
	book_range(b, l, column * per, column * per + per - 1, fn, ctx);
}
