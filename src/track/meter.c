/*
 * meter - the bounded table of meters: counts in sliding windows, by pattern and key; see pattern.h.
 *
 * Strangers choose the keys.  So the hash is seeded, the table has an end, and room is made where most of it went: of
 * the pattern that holds most meters, or nearly, the one unused for longest gives way, which leaves the others' memory
 * alone when somebody makes up a new address for each request.
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
	METER_SLACK = 64,  /* a group is looked for anew when the one that gave holds so many less than another */
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
	struct meter spare;                   /* when there is no memory for any */
	uint16_t most, second;                /* the group that holds most, when looked at last; how many others hold */
	uint16_t about[64 * METER_WORDS + 1]; /* values that were noted, by the bits that they set */
};

struct meters *
meters_new(uint64_t seed)
{
	const int bits = 64 * METER_WORDS;
	struct meters *t = mem_zalloc(sizeof *t);

	if (t == NULL)
		return NULL;
	t->seed = seed;
	/* The last bit would make infinitely many of them. */
	for (int set = 0; set <= bits; set++)
		t->about[set] = (uint16_t)(bits * log(bits / (set < bits ? bits - set : 0.5)) + 0.5);
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

static void
meter_rank(struct meters *t)
{
	t->most = t->second = 0;
	for (uint16_t g = 1; g < METER_GROUPS; g++)
		if (t->held[g] > t->held[t->most])
			t->most = g;
	for (uint16_t g = 0; g < METER_GROUPS; g++)
		if (g != t->most && t->held[g] > t->second)
			t->second = t->held[g];
}

/* One more in a group. */
static void
meter_hold(struct meters *t, unsigned g)
{
	t->held[g]++;
	if (g != t->most && t->held[g] > t->second)
		t->second = t->held[g];
}

/* Take one away from the group that has most; NULL when there is none at all. */
static struct meter *
meter_evict(struct meters *t)
{
	struct meter *m;

	if (t->held[t->most] + METER_SLACK <= t->second)
		meter_rank(t);
	if (t->held[t->most] == 0)
		return NULL;
	m = meter_of(t, t->oldest[t->most]);
	meter_unage(t, m);
	meter_unchain(t, m);
	t->held[t->most]--;
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

bool
meter_any(const struct incidents *in, unsigned pattern)
{
	return in->meters->held[pattern % METER_GROUPS] > 0;
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
	m->slot_end_ms = (m->slot_at + 1) * meter_step(m);
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
	meter_hold(t, meter_group(id));
	return m;
}

/* Time went by: slots and values that fell out of the window are cleared. */
static void
meter_turn(const struct incidents *in, struct meter *m)
{
	uint64_t at = in->now_ms / meter_step(m), half = at / (METER_SLOTS / 2), was = m->slot_at / (METER_SLOTS / 2);

	m->slot_end_ms = (at + 1) * meter_step(m);
	if (at - m->slot_at >= METER_SLOTS) {
		memset(m->slot, 0, sizeof m->slot);
		memset(m->seen, 0, sizeof m->seen);
		m->sum = m->values = 0;
	} else {
		for (uint64_t i = m->slot_at + 1; i <= at; i++) {
			m->sum -= m->slot[i % METER_SLOTS];
			m->slot[i % METER_SLOTS] = 0;
		}
		for (uint64_t i = was + 1; i <= half; i++) {
			memset(m->seen[i % METER_HALVES], 0, sizeof m->seen[0]);
			m->values = 0;
		}
	}
	m->slot_at = at;
}

static inline void
meter_roll(const struct incidents *in, struct meter *m)
{
	if (in->now_ms >= m->slot_end_ms)
		meter_turn(in, m);
}

uint32_t
meter_sum(struct incidents *in, struct meter *m)
{
	meter_roll(in, m);
	return m->sum > UINT32_MAX ? UINT32_MAX : (uint32_t)m->sum;
}

uint32_t
meter_add(struct incidents *in, struct meter *m, uint32_t n)
{
	uint32_t *slot;

	meter_roll(in, m);
	slot = &m->slot[m->slot_at % METER_SLOTS];
	if (n > UINT32_MAX - *slot)
		n = UINT32_MAX - *slot;
	*slot += n;
	m->sum += n;
	return m->sum > UINT32_MAX ? UINT32_MAX : (uint32_t)m->sum;
}

/* m->values is the number of bits plus 1, 0 when they must be counted anew. */
uint32_t
meter_values(struct incidents *in, struct meter *m)
{
	meter_roll(in, m);
	if (m->values == 0) {
		m->values = 1;
		for (int i = 0; i < METER_WORDS; i++)
			m->values += (uint32_t)__builtin_popcountll(m->seen[0][i] | m->seen[1][i] | m->seen[2][i]);
	}
	return in->meters->about[m->values - 1];
}

uint32_t
meter_distinct(struct incidents *in, struct meter *m, uint64_t value)
{
	unsigned bit = (unsigned)((value * UINT64_C(0x9e3779b97f4a7c15)) >> 56);
	uint64_t mask = UINT64_C(1) << bit % 64;
	unsigned word = bit / 64;

	meter_roll(in, m);
	if (((m->seen[0][word] | m->seen[1][word] | m->seen[2][word]) & mask) == 0 && m->values != 0)
		m->values++;
	m->seen[m->slot_at / (METER_SLOTS / 2) % METER_HALVES][word] |= mask;
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
	m->value = m->value2 = m->sum = m->values = 0;
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
