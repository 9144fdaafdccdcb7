/*
 * sight - which messages repeat others (RFC 3261 17.1.3, 17.2.3); see sight.h.
 *
 * A message is remembered by a keyed hash of what names it: transaction (top Via branch, sent-by, CSeq), first line and
 * To-tag.  39 bits of a seeded hash, beside the 14 that choose its set, stand for the key itself: a message is taken
 * for another one with a chance of 1.5e-11, so a set of eight fits one line of the processor's cache.
 */
#include "track/sight.h"

#include <stdbool.h>
#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"

enum {
	SIGHT_WAYS = 8,      /* slots a key may stand in: bounded look-up, oldest of eight gives way */
	SIGHT_FIRST = 16384, /* slots to begin with */
	SIGHT_TICK_MS = 4,
	SIGHT_TICK_BITS = 24,               /* wraps after 18 hours without harm: sights are told apart within 32 s */
	SIGHT_KEEP = 32000 / SIGHT_TICK_MS, /* 64*T1, RFC 3261 17.1.1.2 */
	SIGHT_COPY =
	    100 / SIGHT_TICK_MS /* below T1/5 no timer repeats anything: it is the same packet at another tap */
};

#define SIGHT_TICK_MASK ((UINT64_C(1) << SIGHT_TICK_BITS) - 1)

struct sight {
	uint64_t seed;
	size_t mask;     /* sets - 1 */
	size_t sets_max; /* it grows to so many */
	uint64_t *slots; /* upper bits of the key, below them the tick of the last sight; 0 is free */
	uint64_t forgotten;
	int64_t epoch_ns;
	bool started;
	unsigned taps; /* bit i: one of that kind spoke */
};

struct sight *
sight_new(uint64_t seed, size_t entries)
{
	struct sight *g = mem_zalloc(sizeof *g);
	size_t sets = 1;

	if (g == NULL)
		return NULL;
	g->seed = seed;
	g->sets_max = 1;
	while (g->sets_max * SIGHT_WAYS < entries)
		g->sets_max *= 2;
	while (sets < g->sets_max && sets * SIGHT_WAYS < SIGHT_FIRST)
		sets *= 2;
	g->mask = sets - 1;
	g->slots = mem_zalloc(sets * SIGHT_WAYS * sizeof *g->slots);
	if (g->slots == NULL) {
		mem_free(g);
		return NULL;
	}
	return g;
}

void
sight_free(struct sight *g)
{
	if (g == NULL)
		return;
	mem_free(g->slots);
	mem_free(g);
}

/* The hash goes on from `h`, its seed, with one field more; the length counts, so fields do not run together. */
static uint64_t
sight_mix(uint64_t h, struct slice s)
{
	return hash64(s.n > 0 ? s.p : "", s.n, h);
}

uint64_t
sight_transaction(const struct sight *g, const struct sipmsg *s)
{
	return sight_mix(sight_mix(g->seed, s->branch), s->sent_by);
}

/*
 * Without the branch cookie (RFC 2543 peers) or without any Via the Call-ID and From-tag stand in for the transaction,
 * as 17.2.3 has it; with it they would only cost time.
 */
uint64_t
sight_key(const struct sight *g, const struct sipmsg *s, uint64_t transaction)
{
	bool cookie = s->branch.n > 7 && memcmp(s->branch.p, "z9hG4bK", 7) == 0;
	uint64_t h, last[2];

	/* Without transaction and call two messages can't be told to be the same one. */
	if (s->branch.n == 0 && s->call_id.n == 0)
		return 0;
	h = sight_mix(transaction, s->to_tag);
	if (s->method == METHOD_OTHER)
		h = sight_mix(h, s->method_name);
	if (!cookie)
		h = sight_mix(sight_mix(h, s->call_id), s->from_tag);
	last[0] = h;
	last[1] =
	    (uint64_t)s->cseq << 32 | (uint64_t)s->code << 16 | (uint64_t)s->method << 1 | (s->kind == SIP_RESPONSE);
	return hash64(last, sizeof last, g->seed) | 1;
}

/* Time in ticks from the first message on. */
static uint64_t
sight_tick(const struct sight *g, int64_t t_ns)
{
	/* Unsigned: a file may claim any two times. */
	return (uint64_t)((int64_t)((uint64_t)t_ns - (uint64_t)g->epoch_ns) / (SIGHT_TICK_MS * NS_PER_MS)) &
	    SIGHT_TICK_MASK;
}

/* Time may step back a little between taps: a sight before the last one is as near as one after it. */
static unsigned
sight_age(uint64_t now, uint64_t slot)
{
	uint64_t age = (now - slot) & SIGHT_TICK_MASK;

	return (unsigned)(age > SIGHT_TICK_MASK / 2 ? SIGHT_TICK_MASK + 1 - age : age);
}

static uint64_t *
sight_set(const struct sight *g, uint64_t key)
{
	return &g->slots[(key >> 1 & g->mask) * SIGHT_WAYS];
}

/* The slot that gives way: the first free one, else that of the oldest sight. */
static uint64_t *
sight_oldest(uint64_t *set, uint64_t now)
{
	uint64_t *oldest = set;
	unsigned most = 0;

	for (int i = 0; i < SIGHT_WAYS; i++) {
		unsigned age = sight_age(now, set[i]);

		if (set[i] == 0)
			return &set[i];
		if (age > most) {
			most = age;
			oldest = &set[i];
		}
	}
	return oldest;
}

void
sight_prefetch(const struct sight *g, uint64_t key)
{
	/* The table is larger than the caches near by. */
	__builtin_prefetch(sight_set(g, key), 1);
}

/* Twice the sets.  What a slot has of its key does not say to which half it goes, so it stands in both. */
static bool
sight_grow(struct sight *g)
{
	size_t sets = g->mask + 1;
	uint64_t *slots;

	if (sets >= g->sets_max)
		return false;
	slots = mem_alloc(2 * sets * SIGHT_WAYS * sizeof *slots);
	if (slots == NULL) {
		g->sets_max = sets;
		return false;
	}
	memcpy(slots, g->slots, sets * SIGHT_WAYS * sizeof *slots);
	memcpy(slots + sets * SIGHT_WAYS, g->slots, sets * SIGHT_WAYS * sizeof *slots);
	mem_free(g->slots);
	g->slots = slots;
	g->mask = 2 * sets - 1;
	return true;
}

/* Into the place that gives way. */
static void
sight_put(struct sight *g, uint64_t key, uint64_t slot, uint64_t now)
{
	uint64_t *oldest = sight_oldest(sight_set(g, key), now);

	while (*oldest != 0 && sight_age(now, *oldest) <= SIGHT_KEEP) {
		if (!sight_grow(g)) {
			g->forgotten++;
			break;
		}
		oldest = sight_oldest(sight_set(g, key), now);
	}
	*oldest = slot;
}

/* The slot of a tag that was seen within 64*T1, NULL when there is none. */
static uint64_t *
sight_find(const struct sight *g, uint64_t key, uint64_t tag, uint64_t now)
{
	uint64_t *set = sight_set(g, key);

	for (int i = 0; i < SIGHT_WAYS; i++)
		if ((set[i] & ~SIGHT_TICK_MASK) == tag && sight_age(now, set[i]) <= SIGHT_KEEP)
			return &set[i];
	return NULL;
}

/* What a slot has of a key; sights at other taps stand in the same set. */
static uint64_t
sight_tag(uint64_t key, unsigned tap)
{
	key ^= (uint64_t)tap * UINT64_C(0x5bd1e995a4000000);
	return (key & ~SIGHT_TICK_MASK) | (SIGHT_TICK_MASK + 1);
}

static bool
sight_is_later(uint64_t a, uint64_t b)
{
	uint64_t d = (a - b) & SIGHT_TICK_MASK;

	return d != 0 && d <= SIGHT_TICK_MASK / 2;
}

/* The newest sight at another tap, NULL when there is none. */
static const uint64_t *
sight_elsewhere(const struct sight *g, uint64_t key, unsigned tap, uint64_t now)
{
	const uint64_t *best = NULL;

	for (unsigned i = 0; i < SIGHT_TAPS; i++) {
		const uint64_t *s = i != tap && (g->taps >> i & 1) ? sight_find(g, key, sight_tag(key, i), now) : NULL;

		if (s != NULL && (best == NULL || sight_is_later(*s, *best)))
			best = s;
	}
	return best;
}

/*
 * What another tap saw since this one did is the same packet, and is remembered with the time of that sight, so that
 * the next word of either tap is news again.
 */
enum seen
sight_see(struct sight *g, uint64_t key, enum sight_tap tap, int64_t at_ns)
{
	uint64_t tag = sight_tag(key, tap), now, *mine;
	const uint64_t *theirs = NULL;
	unsigned age;

	if (!g->started) {
		g->started = true;
		g->epoch_ns = at_ns;
	}
	now = sight_tick(g, at_ns);
	mine = sight_find(g, key, tag, now);
	g->taps |= 1U << tap;
	if (g->taps != 1U << tap)
		theirs = sight_elsewhere(g, key, tap, now);
	if (theirs != NULL && (mine == NULL || sight_is_later(*theirs, *mine))) {
		tag |= *theirs & SIGHT_TICK_MASK;
		if (mine != NULL)
			*mine = tag;
		else
			sight_put(g, key, tag, now);
		return SEEN_COPY;
	}
	if (mine == NULL) {
		sight_put(g, key, tag | now, now);
		return SEEN_NEW;
	}
	age = sight_age(now, *mine);
	*mine = tag | now;
	return tap == SIGHT_WIRE && age < SIGHT_COPY ? SEEN_COPY : SEEN_RETRANSMISSION;
}

bool
sight_cancelled(const struct sight *g, const struct sipmsg *s, int64_t at_ns)
{
	struct sipmsg cancel = *s;
	uint64_t key, now;

	cancel.kind = SIP_REQUEST;
	cancel.method = METHOD_CANCEL;
	cancel.code = 0;
	cancel.to_tag = (struct slice){ NULL, 0 };
	key = sight_key(g, &cancel, sight_transaction(g, &cancel));
	if (key == 0 || !g->started)
		return false;
	now = sight_tick(g, at_ns);
	for (unsigned i = 0; i < SIGHT_TAPS; i++)
		if (sight_find(g, key, sight_tag(key, i), now) != NULL)
			return true;
	return false;
}

uint64_t
sight_forgotten(const struct sight *g)
{
	return g->forgotten;
}
