/* peer - the table of peers, from inside tally: rows are found by any key, an address or a name. */
#ifndef TALLY_PEER_H
#define TALLY_PEER_H

#include "sipwhy/mem.h"
#include "sipwhy/tally.h"

#define HASH_NONFATAL_OOM 1
#define uthash_malloc(sz) mem_alloc(sz)
#define uthash_free(p, sz) mem_free(p)
#include <uthash.h>

/* Codes that one peer keeps apart inside, room for them is taken in such pieces; more go to `other`. */
enum { PEER_CODES_KEPT = 32, PEER_CODES_PIECE = 4, PEER_KEY_MAX = ENDPOINT_TEXT, PEER_NO_ROW = -1 };

struct peer_code {
	uint64_t n : 48, code : 16;
};

struct kpi_row;

/*
 * row, kpi: what tally keeps with the peer, PEER_NO_ROW and NULL at birth.  named: the user gave it its name.
 */
struct peer {
	int row;
	struct kpi_row *kpi;
	bool named;
	uint8_t role;
	uint64_t responses[6];
	uint64_t events, other;
	struct peer_code *codes;
	unsigned n_codes;
	char name[ENDPOINT_TEXT];
	uint8_t key[PEER_KEY_MAX];
	size_t key_n;
	UT_hash_handle hh;
};

/*
 * The peer under key[n] (n <= PEER_KEY_MAX), NULL when it is not there.  A caller that wants it made says
 * peer_table_make, which gives the rest's row when there is no room, never NULL.
 */
struct peer *peer_table_find(const struct peer_table *t, const void *key, size_t n);
struct peer *peer_table_make(struct peer_table *t, const void *key, size_t n, const char *name);

/* The row "other". */
struct peer *peer_table_rest(struct peer_table *t);
/* All of them and the rest. */
void peer_table_each(struct peer_table *t, void (*fn)(void *ctx, struct peer *p), void *ctx);
/* A peer as peer_table_top has it. */
void peer_tell(const struct peer *p, struct peer_stat *out);
uint64_t peer_responses(const uint64_t responses[6]);

void peer_event(struct peer *p, unsigned code, uint64_t n);
/* n events of one code have another one, PEER_NO_CODE none that is kept apart.  Returns how many there were to move. */
uint64_t peer_move(struct peer *p, unsigned from, unsigned to, uint64_t n);
bool peer_is_other(const struct peer_table *t, const struct peer *p);

/* Add an event to a told row: one of its PEER_CODES, else its `other`. */
void peer_stat_event(struct peer_stat *s, unsigned code, uint64_t n);
/* Add that an event has another code.  A row without room for the old one leaves it as it was. */
void peer_stat_move(struct peer_stat *s, unsigned from, unsigned to);

#endif
