/*
 * receiver_senders - numbers for addresses that send datagrams; see receiver_int.h.  A fixed table: chains by keyed
 * hash, and one list in the order in which they were heard last.
 */
#include "receiver_int.h"

#include <string.h>
#include <sys/random.h>

#include "sipwhy/hash.h"
#include "sipwhy/mem.h"

enum { SENDERS_BUCKETS = 2048, SENDERS_NONE = RECEIVER_SENDERS };

struct receiver_sender {
	uint8_t key[17]; /* family and address: ports change with every message of some senders */
	uint32_t origin;
	uint16_t chain;        /* the next one in the bucket */
	uint16_t older, newer; /* heard last before and after this one */
};

struct receiver_senders {
	struct receiver_sender row[RECEIVER_SENDERS];
	uint16_t bucket[SENDERS_BUCKETS];
	uint16_t oldest, newest;
	size_t n;
	uint64_t seed;
};

struct receiver_senders *
receiver_senders_new(void)
{
	struct receiver_senders *t = mem_zalloc(sizeof *t);

	if (t == NULL)
		return NULL;
	for (size_t i = 0; i < SENDERS_BUCKETS; i++)
		t->bucket[i] = SENDERS_NONE;
	t->oldest = t->newest = SENDERS_NONE;
	if (getrandom(&t->seed, sizeof t->seed, GRND_NONBLOCK) < 0)
		t->seed = (uint64_t)(uintptr_t)t;
	return t;
}

void
receiver_senders_free(struct receiver_senders *t)
{
	mem_free(t);
}

static void
senders_key(uint8_t *key, const struct endpoint *from)
{
	key[0] = from->family;
	memcpy(key + 1, from->addr, 16);
}

static uint16_t *
senders_bucket(struct receiver_senders *t, const uint8_t *key)
{
	return &t->bucket[hash64(key, 17, t->seed) % SENDERS_BUCKETS];
}

static void
senders_unlink(struct receiver_senders *t, uint16_t i)
{
	struct receiver_sender *r = &t->row[i];

	if (r->older != SENDERS_NONE)
		t->row[r->older].newer = r->newer;
	else
		t->oldest = r->newer;
	if (r->newer != SENDERS_NONE)
		t->row[r->newer].older = r->older;
	else
		t->newest = r->older;
}

static void
senders_link_newest(struct receiver_senders *t, uint16_t i)
{
	t->row[i].older = t->newest;
	t->row[i].newer = SENDERS_NONE;
	if (t->newest != SENDERS_NONE)
		t->row[t->newest].newer = i;
	else
		t->oldest = i;
	t->newest = i;
}

uint32_t
receiver_senders_find(struct receiver_senders *t, const struct endpoint *from)
{
	uint8_t key[17];
	uint16_t i;

	senders_key(key, from);
	if (t->newest != SENDERS_NONE && memcmp(t->row[t->newest].key, key, sizeof key) == 0)
		return t->row[t->newest].origin;
	i = *senders_bucket(t, key);
	while (i != SENDERS_NONE && memcmp(t->row[i].key, key, sizeof key) != 0)
		i = t->row[i].chain;
	if (i == SENDERS_NONE)
		return 0;
	senders_unlink(t, i);
	senders_link_newest(t, i);
	return t->row[i].origin;
}

/* Take the oldest out of its bucket and the list; its row is free then. */
static uint16_t
senders_evict(struct receiver_senders *t)
{
	uint16_t i = t->oldest, *at = senders_bucket(t, t->row[i].key);

	while (*at != i)
		at = &t->row[*at].chain;
	*at = t->row[i].chain;
	senders_unlink(t, i);
	return i;
}

uint32_t
receiver_senders_add(struct receiver_senders *t, const struct endpoint *from, uint32_t origin)
{
	bool full = t->n == RECEIVER_SENDERS;
	uint16_t i = full ? senders_evict(t) : (uint16_t)t->n++, *bucket;
	uint32_t forgotten = full ? t->row[i].origin : 0;
	struct receiver_sender *r = &t->row[i];

	senders_key(r->key, from);
	r->origin = origin;
	bucket = senders_bucket(t, r->key);
	r->chain = *bucket;
	*bucket = i;
	senders_link_newest(t, i);
	return forgotten;
}

size_t
receiver_senders_count(const struct receiver_senders *t)
{
	return t->n;
}
