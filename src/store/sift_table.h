/*
 * sift_table - failures counted by a text: at most SIFT_GROUPS_MAX texts, under 2 KB each.
 * Where there are more, those that come seldom make room (lossy counting, Manku and Motwani 2002): what is shown may
 * then lack up to a 1,024th of all that was counted.
 */
#ifndef STORE_SIFT_TABLE_H
#define STORE_SIFT_TABLE_H

#include "sipwhy/sift.h"
#include "store/distinct.h"

/* Codes and peers that a row tells apart, the first ones met. */
enum { SIFT_ROW_CODES = 16, SIFT_ROW_PEERS = 8, SIFT_SLOTS = 4 * SIFT_GROUPS_MAX };

/* all: events counted anywhere in it; late: those that may have been missed before it had a row. */
struct sift_table_row {
	struct sift_group shown;
	uint64_t hash, all, late;
	struct distinct calls, users;
	struct {
		uint64_t n;
		uint16_t code;
	} code[SIFT_ROW_CODES];
	struct {
		uint64_t n;
		char name[48];
	} peer[SIFT_ROW_PEERS];
};

/* slot: 1 + row, by hash; 0 free.  others: failures in the window of texts without a row. */
struct sift_table {
	uint64_t seed;
	size_t n;
	uint64_t seen, swept, others;
	uint16_t slot[SIFT_SLOTS];
	struct sift_table_row row[SIFT_GROUPS_MAX];
};

/* NULL when memory is short; what is not used of it is never touched. */
struct sift_table *sift_table_new(uint64_t seed);
void sift_table_clear(struct sift_table *t);

/* When an event counts: within window_s before now_ns (0: always), and before that. */
struct sift_span {
	int64_t now_ns;
	unsigned window_s;
};
/* Is it older than all that is counted? */
bool sift_span_is_past(const struct sift_span *s, int64_t t_ns);

/* Count one under its text. */
void sift_table_add(struct sift_table *t, const struct sift_span *s, struct slice text, const struct event *e);

/* Most first; at most n, returns how many. */
size_t sift_table_top(const struct sift_table *t, struct sift_group *out, size_t n);

#endif
