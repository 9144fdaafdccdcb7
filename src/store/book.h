/*
 * book - counts by key in time, for keys of which few move at once: buckets as those of a series (tally.h), each with
 * the keys that moved in it.
 */
#ifndef STORE_BOOK_H
#define STORE_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct book;

/*
 * bytes_max: of buckets, a third of it for those of 1 s, of 10 s and of 1 min each; above it the oldest go.  NULL when
 * memory is short.
 */
struct book *book_new(size_t bytes_max);
/* One more holder of b: whoever writes to it while there are several gets a book of his own. */
struct book *book_share(struct book *b);
void book_free(struct book *b);
/* Bytes it holds; what several books share is in each of them. */
size_t book_bytes(const struct book *b);

/*
 * Count n more under a key below 2^32 - 1; later times move the book, as with series_add.  *b changes when it was
 * shared.  False: memory was short.
 */
bool book_add(struct book **b, int64_t t_ns, uint32_t key, uint64_t n);
/*
 * Count up to n that stand under one key under another one, in the buckets where they are: the newest up to t_ns that
 * have some, of the 10 minutes before it.
 */
void book_rename(struct book **b, int64_t t_ns, uint32_t from, uint32_t to, uint64_t n);
/* Take n back that were counted at t_ns; no count falls below 0. */
void book_take(struct book **b, int64_t t_ns, uint32_t key, uint64_t n);

/* What is handed on: part of a key's count; the same key may come more than once. */
typedef void (*book_fn)(void *ctx, uint32_t key, uint64_t n);

/* All within the window_s seconds that end at now_ns, in whole buckets, as series_sum. */
void book_window(const struct book *b, int64_t now_ns, unsigned window_s, book_fn fn, void *ctx);
/* All after the bucket that holds at_ns. */
void book_after(const struct book *b, int64_t at_ns, book_fn fn, void *ctx);
/* One column of a history: step_s seconds, `back` columns before the one that holds now_ns, as series_get. */
void book_column(const struct book *b, int64_t now_ns, unsigned step_s, size_t back, book_fn fn, void *ctx);

#endif
