/*
 * meter - the bounded table of meters: counts in sliding windows, by pattern and key; see pattern.h.
 *
 * Strangers choose the keys.  So the hash is seeded, the table has an end, and room is made where most of it went: of
 * the pattern that holds most meters the one unused for longest gives way, which leaves the others' memory alone when
 * somebody makes up a new address for each request.
 */
#include <math.h>
#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/mem.h"
#include "track/incidents_int.h"

enum {
	METER_MAX = 4096,
	METER_CHUNK = 256, /* allocated at a time */
	METER_CHUNKS = METER_MAX / METER_CHUNK,
	METER_BUCKETS = 2 * METER_MAX,
	METER_GROUPS = 32, /* patterns, and 0 for what they share */
	METER_HALVES = 3,  /* values are kept by halves of the window */
	METER_WORDS = 4
};

/* Beside each meter; numbers are that of a meter + 1, 0 none. */
struct meter_link {
	uint16_t chain, older, newer;
};

struct meter_chunk {
	struct meter meter[METER_CHUNK];
	struct meter_link link[METER_CHUNK];
};

struct meters {
	uint64_t seed;
	uint32_t used;
	uint16_t held[METER_GROUPS], oldest[METER_GROUPS], newest[METER_GROUPS];
	uint16_t bucket[METER_BUCKETS];
	struct meter_chunk *chunk[METER_CHUNKS];
	struct meter spare; /* when there is no memory for any */
};

struct meters *
meters_new(uint64_t seed)
{
	struct meters *t = mem_zalloc(sizeof *t);

	if (t != NULL)
		t->seed = seed;
	return t;
}

void
meters_free(struct meters *t)
{
	if (t == NULL)
		return;
	for (int i = 0; i < METER_CHUNKS; i++)
		mem_free(t->chunk[i]);
	mem_free(t);
}

static struct meter *
meter_of(struct meters *t, uint16_t number)
{
	return &t->chunk[(number - 1) / METER_CHUNK]->meter[(number - 1) % METER_CHUNK];
}

static struct meter_link *
meter_link_of(struct meters *t, uint16_t number)
{
	return &t->chunk[(number - 1) / METER_CHUNK]->link[(number - 1) % METER_CHUNK];
}

static uint64_t
meter_id(unsigned pattern, unsigned which)
{
	return (uint64_t)pattern << 32 | which;
}

static unsigned
meter_group(uint64_t id)
{
	return (unsigned)(id >> 32) % METER_GROUPS;
}

/* Keys are seeded hashes already; this only spreads two of them over one number. */
static inline uint64_t
meter_mix(uint64_t a, uint64_t b)
{
	__uint128_t m = (__uint128_t)(a ^ UINT64_C(0x9e3779b97f4a7c15)) * (b ^ UINT64_C(0xe7037ed1a0b428db));

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static uint16_t *
meter_bucket(struct meters *t, uint64_t id, uint64_t key)
{
	return &t->bucket[meter_mix(key ^ t->seed, id) % METER_BUCKETS];
}

/* Take out of the list by age. */
static void
meter_unage(struct meters *t, const struct meter *m)
{
	unsigned g = meter_group(m->id);
	struct meter_link *l = meter_link_of(t, m->number);

	*(l->older != 0 ? &meter_link_of(t, l->older)->newer : &t->oldest[g]) = l->newer;
	*(l->newer != 0 ? &meter_link_of(t, l->newer)->older : &t->newest[g]) = l->older;
}

/* Put in as the newest. */
static void
meter_age_newest(struct meters *t, const struct meter *m)
{
	unsigned g = meter_group(m->id);
	struct meter_link *l = meter_link_of(t, m->number);

	l->older = t->newest[g];
	l->newer = 0;
	*(l->older != 0 ? &meter_link_of(t, l->older)->newer : &t->oldest[g]) = m->number;
	t->newest[g] = m->number;
}

static void
meter_unchain(struct meters *t, const struct meter *m)
{
	uint16_t *at = meter_bucket(t, m->id, m->key);

	while (*at != m->number)
		at = &meter_link_of(t, *at)->chain;
	*at = meter_link_of(t, m->number)->chain;
}

/* Take one away from the group that has most; NULL when there is none at all. */
static struct meter *
meter_evict(struct meters *t)
{
	unsigned most = 0;
	struct meter *m;

	for (unsigned g = 1; g < METER_GROUPS; g++)
		if (t->held[g] > t->held[most])
			most = g;
	if (t->held[most] == 0)
		return NULL;
	m = meter_of(t, t->oldest[most]);
	meter_unage(t, m);
	meter_unchain(t, m);
	t->held[most]--;
	return m;
}

/* One that has no name: never used, else taken away. */
static struct meter *
meter_free_one(struct meters *t)
{
	struct meter_chunk **chunk;
	struct meter *m;

	if (t->used == METER_MAX)
		return meter_evict(t);
	chunk = &t->chunk[t->used / METER_CHUNK];
	if (*chunk == NULL && (*chunk = mem_zalloc(sizeof **chunk)) == NULL)
		return meter_evict(t);
	m = &(*chunk)->meter[t->used % METER_CHUNK];
	m->number = (uint16_t)++t->used;
	return m;
}

static struct meter *
meter_look(struct meters *t, uint16_t number, uint64_t id, uint64_t key)
{
	while (number != 0) {
		struct meter *m = meter_of(t, number);

		if (m->key == key && m->id == id)
			return m;
		number = meter_link_of(t, number)->chain;
	}
	return NULL;
}

static void
meter_use(struct meters *t, const struct meter *m)
{
	if (t->newest[meter_group(m->id)] == m->number)
		return;
	meter_unage(t, m);
	meter_age_newest(t, m);
}

struct meter *
meter_find(struct incidents *in, unsigned pattern, unsigned which, uint64_t key)
{
	struct meters *t = in->meters;
	uint64_t id = meter_id(pattern, which);
	struct meter *m = meter_look(t, *meter_bucket(t, id, key), id, key);

	if (m != NULL)
		meter_use(t, m);
	return m;
}

/* How long one slot is. */
static uint32_t
meter_step(const struct meter *m)
{
	return m->window_ms / METER_SLOTS;
}

static void
meter_name(struct incidents *in, struct meter *m, uint64_t id, uint64_t key, uint32_t window_ms)
{
	uint16_t number = m->number;

	*m =
	    (struct meter){ .id = id, .key = key, .window_ms = window_ms >= 1000 ? window_ms : 1000, .number = number };
	m->slot_at = in->now_ms / meter_step(m);
}

struct meter *
meter_at(struct incidents *in, unsigned pattern, unsigned which, uint64_t key, uint32_t window_ms)
{
	struct meters *t = in->meters;
	uint64_t id = meter_id(pattern, which);
	uint16_t *bucket = meter_bucket(t, id, key);
	struct meter *m = meter_look(t, *bucket, id, key);

	if (m != NULL) {
		meter_use(t, m);
		return m;
	}
	m = meter_free_one(t);
	if (m == NULL) {
		meter_name(in, &t->spare, id, key, window_ms);
		return &t->spare;
	}
	meter_name(in, m, id, key, window_ms);
	meter_link_of(t, m->number)->chain = *bucket;
	*bucket = m->number;
	meter_age_newest(t, m);
	t->held[meter_group(id)]++;
	return m;
}

/* Time went by: slots and values that fell out of the window are cleared. */
static void
meter_roll(const struct incidents *in, struct meter *m)
{
	uint64_t at = in->now_ms / meter_step(m), half = at / (METER_SLOTS / 2), was = m->slot_at / (METER_SLOTS / 2);

	if (at <= m->slot_at)
		return;
	if (at - m->slot_at >= METER_SLOTS) {
		memset(m->slot, 0, sizeof m->slot);
		memset(m->seen, 0, sizeof m->seen);
	} else {
		for (uint64_t i = m->slot_at + 1; i <= at; i++)
			m->slot[i % METER_SLOTS] = 0;
		for (uint64_t i = was + 1; i <= half; i++)
			memset(m->seen[i % METER_HALVES], 0, sizeof m->seen[0]);
	}
	m->slot_at = at;
}

static uint32_t
meter_add_up(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

uint32_t
meter_sum(struct incidents *in, struct meter *m)
{
	uint32_t sum = 0;

	meter_roll(in, m);
	for (int i = 0; i < METER_SLOTS; i++)
		sum = meter_add_up(sum, m->slot[i]);
	return sum;
}

uint32_t
meter_add(struct incidents *in, struct meter *m, uint32_t n)
{
	uint32_t *slot;

	meter_roll(in, m);
	slot = &m->slot[m->slot_at % METER_SLOTS];
	*slot = meter_add_up(*slot, n);
	return meter_sum(in, m);
}

uint32_t
meter_values(struct incidents *in, struct meter *m)
{
	const double bits = 64 * METER_WORDS;
	int set = 0;

	meter_roll(in, m);
	for (int i = 0; i < METER_WORDS; i++)
		set += __builtin_popcountll(m->seen[0][i] | m->seen[1][i] | m->seen[2][i]);
	/* The last bit would make infinitely many of them. */
	return (uint32_t)(bits * log(bits / (set < bits ? bits - set : 0.5)) + 0.5);
}

uint32_t
meter_distinct(struct incidents *in, struct meter *m, uint64_t value)
{
	unsigned bit = (unsigned)((value * UINT64_C(0x9e3779b97f4a7c15)) >> 56);

	meter_roll(in, m);
	m->seen[m->slot_at / (METER_SLOTS / 2) % METER_HALVES][bit / 64] |= UINT64_C(1) << bit % 64;
	return meter_values(in, m);
}

uint32_t
meter_age(struct incidents *in, struct meter *m)
{
	meter_roll(in, m);
	for (uint64_t i = METER_SLOTS - 1; i > 0; i--)
		if (m->slot_at >= i && m->slot[(m->slot_at - i) % METER_SLOTS] > 0)
			return (uint32_t)(in->now_ms - (m->slot_at - i) * meter_step(m));
	return 0;
}

void
meter_reset(struct meter *m)
{
	m->value = m->value2 = 0;
	memset(m->slot, 0, sizeof m->slot);
	memset(m->seen, 0, sizeof m->seen);
}

uint64_t
key_text(const struct incidents *in, struct slice text)
{
	return hash64(text.n > 0 ? text.p : "", text.n, in->cfg.seed);
}

uint64_t
key_host(const struct incidents *in, const struct endpoint *e)
{
	uint64_t word[2];

	memcpy(word, e->addr, sizeof word);
	return meter_mix(meter_mix(word[0] ^ in->cfg.seed, word[1] ^ in->key_seed), e->family ^ in->cfg.seed);
}

uint64_t
key_both(uint64_t a, uint64_t b)
{
	return meter_mix(a, b);
}
