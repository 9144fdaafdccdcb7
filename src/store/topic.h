/*
 * topic - what fails, by name: peers, users, prefixes, user agents; at most TOPIC_ROWS names, their failures by code
 * kept in time.
 */
#ifndef STORE_TOPIC_H
#define STORE_TOPIC_H

#include "sipwhy/slice.h"
#include "store/book.h"

/* Codes that one name keeps apart; more are counted without one. */
enum { TOPIC_ROWS = 256, TOPIC_CODES = 15, TOPIC_NAME = 56, TOPIC_AGENT = 48 };
/* Failures whose codes were not told. */
enum { TOPIC_NO_CODE = UINT16_MAX };

/* life: which name had this row, so that what a former one counted is not taken for its.  weight: failures in it. */
struct topic_row {
	uint64_t weight;
	int64_t last_ns;
	uint32_t life;
	uint8_t n_codes, role;
	uint16_t code[TOPIC_CODES];
	char name[TOPIC_NAME], peer[TOPIC_NAME], agent[TOPIC_AGENT];
};

/* hash: of the names, beside the rows, so that a search touches 2 KB. */
struct topic {
	uint64_t seed;
	size_t n;
	struct book *book;
	uint64_t hash[TOPIC_ROWS];
	struct topic_row row[TOPIC_ROWS];
};

/* NULL when memory is short.  bytes_max: of its book. */
struct topic *topic_new(uint64_t seed, size_t bytes_max);
struct topic *topic_clone(const struct topic *t);
void topic_free(struct topic *t);

/*
 * Count n failures with a code under a name (cut), which gets a row: a free one; that of the name quiet for longest,
 * when that is an hour; else that of the name with least failures.  Returns the row, NULL when memory was short.
 */
struct topic_row *topic_add(struct topic *t, struct slice name, int64_t t_ns, unsigned code, uint64_t n);
/* Take one back that was counted at t_ns; nothing changes when the name has made room. */
void topic_take(struct topic *t, struct slice name, int64_t t_ns, unsigned code);
/* Up to n of them have another code now; see book_rename. */
void topic_recode(struct topic *t, struct slice name, int64_t t_ns, unsigned from, unsigned to, uint64_t n);
/* The number of a name's row; topic->n when it has none. */
size_t topic_find(const struct topic *t, struct slice name);

/* Sums: n[row][slot], the last slot codes that are not kept apart; rest: of names that made room. */
struct topic_sum {
	const struct topic *topic;
	uint64_t n[TOPIC_ROWS][TOPIC_CODES + 1];
	uint64_t rest;
};
/* out is set to 0 first. */
void topic_window(const struct topic *t, int64_t now_ns, unsigned window_s, struct topic_sum *out);
void topic_after(const struct topic *t, int64_t at_ns, struct topic_sum *out);
/* One column of one row's history, as book_column. */
uint64_t topic_column(const struct topic *t, size_t row, int64_t now_ns, unsigned step_s, size_t back);

/* All of a row, and its most frequent code (*code_n of it; 0 when none is kept apart). */
uint64_t topic_row_sum(const struct topic_sum *sum, size_t row);
/* One code of a row. */
uint64_t topic_code_sum(const struct topic_sum *sum, size_t row, unsigned code);
uint16_t topic_row_code(const struct topic_sum *sum, size_t row, uint64_t *code_n);

#endif
