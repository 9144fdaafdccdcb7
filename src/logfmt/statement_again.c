/*
 * statement_again - has another row of the same family said this response already?
 * Know: nothing is told by time.  Each row keeps its own count of what it said about a key, and a line is new only when
 * its row is ahead of all others; so lines that come in pairs count once, and repeats of one row count each time.
 */
#include <string.h>

#include "logfmt/rows.h"
#include "logfmt/statement.h"
#include "sipwhy/hash.h"
#include "sipwhy/mem.h"

/* Entries in all, in one set, and rows that one family may have. */
enum { AGAIN_ENTRIES = 8192, AGAIN_WAYS = 8, AGAIN_ROWS = 4, AGAIN_KEY_MAX = 512 };

struct again_entry {
	uint64_t key; /* 0: free */
	uint32_t used;
	uint16_t said[AGAIN_ROWS];
};

struct statement_table {
	uint64_t seed;
	uint32_t clock;
	struct again_entry entries[AGAIN_ENTRIES];
};

struct statement_table *
statement_table_new(uint64_t seed)
{
	struct statement_table *t = mem_zalloc(sizeof *t);

	if (t != NULL)
		t->seed = seed;
	return t;
}

void
statement_table_free(struct statement_table *t)
{
	mem_free(t);
}

static size_t
again_put(char *key, size_t n, struct slice s)
{
	if (s.n > AGAIN_KEY_MAX - n)
		s.n = AGAIN_KEY_MAX - n;
	if (s.n > 0)
		memcpy(key + n, s.p, s.n);
	return n + s.n;
}

/*
 * Family, code and CSeq, then Call-ID and method; without a Call-ID the user, and the peer where there is no CSeq
 * either.  Tags are left out, for rows of one response do not agree on them; so is a method without a Call-ID, for not
 * all of its rows name one.
 */
static uint64_t
again_key(const struct statement_table *t, uint8_t family, const struct logfmt_item *item)
{
	const struct sipmsg *s = &item->s;
	char key[AGAIN_KEY_MAX];
	uint32_t numbers[4] = { family, s->code, s->cseq, 0 };
	size_t n = sizeof numbers;

	numbers[3] = s->call_id.n > 0 ? 1U + (uint32_t)s->method : 0;
	memcpy(key, numbers, n);
	if (s->call_id.n > 0)
		n = again_put(key, n, s->call_id);
	else
		n = again_put(key, n, item->notice.user);
	if (s->call_id.n == 0 && s->cseq == 0)
		n = again_put(key, n, (struct slice){ (const char *)item->m.src.addr, sizeof item->m.src.addr });
	return hash64(key, n, t->seed) | 1;
}

static struct again_entry *
again_entry(struct statement_table *t, uint64_t key)
{
	struct again_entry *set = &t->entries[(key >> 20) % (AGAIN_ENTRIES / AGAIN_WAYS) * AGAIN_WAYS];
	uint32_t oldest = 0;
	size_t way = 0;

	for (size_t i = 0; i < AGAIN_WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
	}
	/* Distances back in time, so that the clock may wrap.  Without branches: ages come in no order. */
	for (size_t i = 0; i < AGAIN_WAYS; i++) {
		uint32_t age = set[i].key == 0 ? UINT32_MAX : t->clock - set[i].used;

		way = age >= oldest ? i : way;
		oldest = age >= oldest ? age : oldest;
	}
	set[way] = (struct again_entry){ .key = key };
	return &set[way];
}

/* Number of the row among those of its family. */
static unsigned
again_row(const struct row_statement *rows, unsigned row)
{
	unsigned n = 0;

	for (unsigned i = 0; i < row; i++)
		n += rows[i].family == rows[row].family;
	return n < AGAIN_ROWS ? n : AGAIN_ROWS - 1;
}

bool
statement_again(struct statement_table *t, unsigned row, const struct logfmt_item *item)
{
	size_t n;
	const struct row_statement *rows = rows_statement(&n);
	struct again_entry *e;
	unsigned own;
	uint16_t others = 0;

	if (t == NULL || row >= n || rows[row].family == 0)
		return false;
	own = again_row(rows, row);
	e = again_entry(t, again_key(t, rows[row].family, item));
	e->used = ++t->clock;
	if (e->said[own] < UINT16_MAX)
		e->said[own]++;
	for (unsigned i = 0; i < AGAIN_ROWS; i++)
		if (i != own && e->said[i] > others)
			others = e->said[i];
	return e->said[own] <= others;
}
