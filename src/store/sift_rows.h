/*
 * sift_rows - ids in the order of a 64-bit key, then of the id, in blocks: added, taken and found by index in
 * logarithmic time, 16 bytes each (up to twice that after adding at random).
 */
#ifndef STORE_SIFT_ROWS_H
#define STORE_SIFT_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sift_row {
	uint64_t key, id;
};

/* Rows of a block; its first stands at `at`, so that both ends grow without moving what is there. */
enum { SIFT_BLOCK = 512 };

/* least, most: bounds of the ids in it, not always the nearest.  before: rows of the blocks before, by
 * sift_rows_settle. */
struct sift_block {
	struct sift_row *row;
	uint32_t at, n;
	uint64_t least, most;
	size_t before;
};

/* All zero at birth.  hint: where a row was added last. */
struct sift_rows {
	struct sift_block *block;
	size_t n_blocks, cap, hint;
	size_t n;
};

void sift_rows_clear(struct sift_rows *r);

/* False when memory is short.  A row that is there already stays. */
bool sift_rows_add(struct sift_rows *r, struct sift_row row);
/* False when it is not there. */
bool sift_rows_take(struct sift_rows *r, struct sift_row row);
/* Keep ids from least to most only. */
void sift_rows_trim(struct sift_rows *r, uint64_t least, uint64_t most);
/* Drop n ids, wherever they stand; ids rise. */
void sift_rows_drop(struct sift_rows *r, const uint64_t *id, size_t n);

/* After changes, before sift_rows_at and sift_rows_find. */
void sift_rows_settle(struct sift_rows *r);
/* index below r->n. */
struct sift_row sift_rows_at(const struct sift_rows *r, size_t index);
/* Index of the first row not before this one; r->n when there is none. */
size_t sift_rows_find(const struct sift_rows *r, struct sift_row row);
/* Index of an id by looking at all of them; r->n when it is not there. */
size_t sift_rows_seek(const struct sift_rows *r, uint64_t id);

/* Give rows whose keys are from least to most other keys, which must not change their order. */
typedef uint64_t (*sift_rows_key_fn)(void *ctx, uint64_t key);
void sift_rows_rekey(struct sift_rows *r, uint64_t least, uint64_t most, sift_rows_key_fn fn, void *ctx);

/* Sort n rows by key with room for as many more (radix, bytes that are the same in all are passed over). */
void sift_rows_sort(struct sift_row *row, struct sift_row *room, size_t n);

#endif
