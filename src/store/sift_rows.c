/*
 * sift_rows - ids in the order of a key; see sift_rows.h.
 * The one thing to know: a list of blocks (an unrolled list under one directory), so a million rows take 2,000 entries
 * to search, and no change moves more than one block and the directory.
 */
#include "store/sift_rows.h"

#include <string.h>

#include "sipwhy/mem.h"

enum { ROWS_DIRECTORY = 64, ROWS_BYTES = 8 };

static bool
sift_rows_before(struct sift_row a, struct sift_row b)
{
	return a.key != b.key ? a.key < b.key : a.id < b.id;
}

static struct sift_row *
sift_rows_first(const struct sift_block *b)
{
	return b->row + b->at;
}

void
sift_rows_clear(struct sift_rows *r)
{
	for (size_t i = 0; i < r->n_blocks; i++)
		mem_free(r->block[i].row);
	mem_free(r->block);
	*r = (struct sift_rows){ .n = 0 };
}

/* A block at place i of the directory, empty, its rows to begin at `at`. */
static struct sift_block *
sift_rows_block_new(struct sift_rows *r, size_t i, uint32_t at)
{
	struct sift_row *row;

	if (r->n_blocks == r->cap) {
		size_t cap = r->cap > 0 ? r->cap * 2 : ROWS_DIRECTORY;
		struct sift_block *more = mem_realloc(r->block, cap * sizeof *more);

		if (more == NULL)
			return NULL;
		r->block = more;
		r->cap = cap;
	}
	row = mem_alloc(SIFT_BLOCK * sizeof *row);
	if (row == NULL)
		return NULL;
	memmove(r->block + i + 1, r->block + i, (r->n_blocks - i) * sizeof *r->block);
	r->n_blocks++;
	r->block[i] = (struct sift_block){ .row = row, .at = at, .least = UINT64_MAX };
	return &r->block[i];
}

/* Index in b of the first row not before `row`. */
static uint32_t
sift_rows_in_block(const struct sift_block *b, struct sift_row row)
{
	const struct sift_row *first = sift_rows_first(b);
	uint32_t low = 0, high = b->n;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (sift_rows_before(first[mid], row))
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Does block i begin at or before this row, and the next one after it? */
static bool
sift_rows_is_home(const struct sift_rows *r, size_t i, struct sift_row row)
{
	return i < r->n_blocks && !sift_rows_before(row, *sift_rows_first(&r->block[i])) &&
	    (i + 1 == r->n_blocks || sift_rows_before(row, *sift_rows_first(&r->block[i + 1])));
}

/* The block where a row is, or belongs: the last one that begins at or before it, else the first.  No block is empty.
 */
static size_t
sift_rows_home(const struct sift_rows *r, struct sift_row row)
{
	size_t low = 0, high = r->n_blocks;

	if (sift_rows_is_home(r, r->hint, row))
		return r->hint;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (sift_rows_before(row, *sift_rows_first(&r->block[mid])))
			high = mid;
		else
			low = mid + 1;
	}
	return low > 0 ? low - 1 : 0;
}

static void
sift_rows_bounds(struct sift_block *b)
{
	const struct sift_row *row = sift_rows_first(b);

	b->least = UINT64_MAX;
	b->most = 0;
	for (uint32_t i = 0; i < b->n; i++) {
		b->least = row[i].id < b->least ? row[i].id : b->least;
		b->most = row[i].id > b->most ? row[i].id : b->most;
	}
}

/* Make room in the full block *home for a row at `at`; sets the block that it belongs to now. */
static bool
sift_rows_split(struct sift_rows *r, size_t *home, uint32_t at)
{
	size_t i = *home;
	struct sift_block *old, *more;
	uint32_t half = SIFT_BLOCK / 2;

	if (at == 0 && i == 0)
		return sift_rows_block_new(r, 0, SIFT_BLOCK) != NULL;
	if (at == SIFT_BLOCK && i + 1 == r->n_blocks) {
		*home = i + 1;
		return sift_rows_block_new(r, i + 1, 0) != NULL;
	}
	more = sift_rows_block_new(r, i + 1, SIFT_BLOCK / 4);
	if (more == NULL)
		return false;
	old = &r->block[i];
	memcpy(sift_rows_first(more), sift_rows_first(old) + half, (SIFT_BLOCK - half) * sizeof *more->row);
	more->n = SIFT_BLOCK - half;
	old->n = half;
	sift_rows_bounds(old);
	sift_rows_bounds(more);
	*home = at > half ? i + 1 : i;
	return true;
}

/* Open a gap at `at`, by moving the shorter side where there is room for it. */
static struct sift_row *
sift_rows_gap(struct sift_block *b, uint32_t at)
{
	struct sift_row *first = sift_rows_first(b);
	bool low = b->at > 0 && (at < b->n - at || b->at + b->n == SIFT_BLOCK);

	if (low) {
		memmove(first - 1, first, at * sizeof *first);
		b->at--;
	} else {
		memmove(first + at + 1, first + at, (b->n - at) * sizeof *first);
	}
	b->n++;
	return sift_rows_first(b) + at;
}

bool
sift_rows_add(struct sift_rows *r, struct sift_row row)
{
	struct sift_block *b;
	size_t home;
	uint32_t at;

	if (r->n_blocks == 0 && sift_rows_block_new(r, 0, SIFT_BLOCK) == NULL)
		return false;
	home = r->n > 0 ? sift_rows_home(r, row) : 0;
	b = &r->block[home];
	at = sift_rows_in_block(b, row);
	if (at < b->n && sift_rows_first(b)[at].id == row.id && sift_rows_first(b)[at].key == row.key)
		return true;
	if (b->n == SIFT_BLOCK) {
		if (!sift_rows_split(r, &home, at))
			return false;
		b = &r->block[home];
		at = b->n > 0 ? sift_rows_in_block(b, row) : 0;
	}
	*sift_rows_gap(b, at) = row;
	b->least = row.id < b->least ? row.id : b->least;
	b->most = row.id > b->most ? row.id : b->most;
	r->hint = home;
	r->n++;
	return true;
}

static void
sift_rows_block_free(struct sift_rows *r, size_t i)
{
	mem_free(r->block[i].row);
	r->n_blocks--;
	memmove(r->block + i, r->block + i + 1, (r->n_blocks - i) * sizeof *r->block);
	r->hint = 0;
}

bool
sift_rows_take(struct sift_rows *r, struct sift_row row)
{
	struct sift_block *b;
	struct sift_row *first;
	size_t home;
	uint32_t at;

	if (r->n == 0)
		return false;
	home = sift_rows_home(r, row);
	b = &r->block[home];
	at = sift_rows_in_block(b, row);
	first = sift_rows_first(b);
	if (at == b->n || first[at].id != row.id || first[at].key != row.key)
		return false;
	memmove(first + at, first + at + 1, (b->n - at - 1) * sizeof *first);
	b->n--;
	r->n--;
	if (b->n == 0)
		sift_rows_block_free(r, home);
	return true;
}

/* Take in the rows of the block behind, when both are small: what was dropped gives its memory back. */
static bool
sift_rows_join(struct sift_block *b, const struct sift_block *next)
{
	if (b->n + next->n > SIFT_BLOCK / 2)
		return false;
	memmove(b->row, sift_rows_first(b), b->n * sizeof *b->row);
	b->at = 0;
	memcpy(b->row + b->n, sift_rows_first(next), next->n * sizeof *b->row);
	b->n += next->n;
	b->least = next->least < b->least ? next->least : b->least;
	b->most = next->most > b->most ? next->most : b->most;
	return true;
}

/* After rows were dropped: no empty block stays. */
static void
sift_rows_pack(struct sift_rows *r)
{
	size_t used = 0;

	for (size_t i = 0; i < r->n_blocks; i++) {
		struct sift_block *b = &r->block[i];

		if (b->n == 0 || (used > 0 && sift_rows_join(&r->block[used - 1], b)))
			mem_free(b->row);
		else
			r->block[used++] = *b;
	}
	r->n_blocks = used;
	r->hint = 0;
}

void
sift_rows_trim(struct sift_rows *r, uint64_t least, uint64_t most)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_blocks; i++) {
		struct sift_block *b = &r->block[i];
		struct sift_row *first = sift_rows_first(b);
		uint32_t kept = 0;

		if (b->least < least || b->most > most) {
			for (uint32_t k = 0; k < b->n; k++)
				if (first[k].id >= least && first[k].id <= most)
					first[kept++] = first[k];
			b->n = kept;
			sift_rows_bounds(b);
		}
		n += b->n;
	}
	if (n < r->n)
		sift_rows_pack(r);
	r->n = n;
}

/* A bit for each id that shall go keeps the search to those that may. */
enum { ROWS_SIEVE = 8192 };

static bool
sift_rows_is_one_of(const uint64_t *id, size_t n, uint64_t one)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (id[mid] < one)
			low = mid + 1;
		else
			high = mid;
	}
	return low < n && id[low] == one;
}

void
sift_rows_drop(struct sift_rows *r, const uint64_t *id, size_t n)
{
	uint64_t sieve[ROWS_SIEVE / 64] = { 0 };
	size_t left = 0;

	for (size_t i = 0; i < n; i++)
		sieve[id[i] % ROWS_SIEVE / 64] |= (uint64_t)1 << id[i] % 64;
	for (size_t i = 0; i < r->n_blocks; i++) {
		struct sift_block *b = &r->block[i];
		struct sift_row *first = sift_rows_first(b);
		uint32_t kept = 0;

		for (uint32_t k = 0; k < b->n; k++) {
			uint64_t one = first[k].id;

			if ((sieve[one % ROWS_SIEVE / 64] >> one % 64 & 1) == 0 || !sift_rows_is_one_of(id, n, one))
				first[kept++] = first[k];
		}
		b->n = kept;
		left += kept;
	}
	if (left < r->n)
		sift_rows_pack(r);
	r->n = left;
}

void
sift_rows_settle(struct sift_rows *r)
{
	size_t before = 0;

	for (size_t i = 0; i < r->n_blocks; i++) {
		r->block[i].before = before;
		before += r->block[i].n;
	}
}

struct sift_row
sift_rows_at(const struct sift_rows *r, size_t index)
{
	size_t low = 0, high = r->n_blocks;

	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (r->block[mid].before <= index)
			low = mid;
		else
			high = mid;
	}
	return sift_rows_first(&r->block[low])[index - r->block[low].before];
}

size_t
sift_rows_find(const struct sift_rows *r, struct sift_row row)
{
	const struct sift_block *b;

	if (r->n == 0)
		return 0;
	b = &r->block[sift_rows_home(r, row)];
	return b->before + sift_rows_in_block(b, row);
}

size_t
sift_rows_seek(const struct sift_rows *r, uint64_t id)
{
	for (size_t i = 0; i < r->n_blocks; i++) {
		const struct sift_block *b = &r->block[i];

		for (uint32_t k = 0; k < b->n && id >= b->least && id <= b->most; k++)
			if (sift_rows_first(b)[k].id == id)
				return b->before + k;
	}
	return r->n;
}

void
sift_rows_rekey(struct sift_rows *r, uint64_t least, uint64_t most, sift_rows_key_fn fn, void *ctx)
{
	size_t i = r->n > 0 ? sift_rows_home(r, (struct sift_row){ least, 0 }) : r->n_blocks;

	for (; i < r->n_blocks && sift_rows_first(&r->block[i])->key <= most; i++) {
		struct sift_row *first = sift_rows_first(&r->block[i]);

		for (uint32_t k = 0; k < r->block[i].n; k++)
			if (first[k].key >= least && first[k].key <= most)
				first[k].key = fn(ctx, first[k].key);
	}
}

void
sift_rows_sort(struct sift_row *row, struct sift_row *room, size_t n)
{
	uint32_t count[ROWS_BYTES][256] = { { 0 } };
	struct sift_row *from = row, *to = room;

	for (size_t i = 0; i < n; i++)
		for (unsigned b = 0; b < ROWS_BYTES; b++)
			count[b][row[i].key >> 8 * b & 0xff]++;
	for (unsigned b = 0; b < ROWS_BYTES; b++) {
		uint32_t at = 0, *c = count[b];
		struct sift_row *other = from;

		if (n == 0 || c[from[0].key >> 8 * b & 0xff] == n)
			continue;
		for (unsigned v = 0; v < 256; v++) {
			uint32_t many = c[v];

			c[v] = at;
			at += many;
		}
		for (size_t i = 0; i < n; i++)
			to[c[from[i].key >> 8 * b & 0xff]++] = from[i];
		from = to;
		to = other;
	}
	if (from != row)
		memcpy(row, from, n * sizeof *row);
}
