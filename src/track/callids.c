/* callids - distinct Call-IDs in bounded memory; see callids.h. */
#include "track/callids.h"

#include <math.h>
#include <stddef.h>

#include "sipwhy/mem.h"

enum { CALLIDS_FIRST = 2048, CALLIDS_EXACT = 32768, CALLIDS_BITS = 14, CALLIDS_REGS = 1 << CALLIDS_BITS };

struct callids {
	uint64_t n; /* in the exact set */
	bool overflow;
	uint64_t last; /* messages of one call come in a row: the cheapest look-up there is */
	uint64_t *set; /* 0: free; at most three quarters are taken; NULL when only an estimate is left */
	size_t slots;  /* a power of two */
	uint8_t reg[CALLIDS_REGS];
};

struct callids *
callids_new(void)
{
	struct callids *c = mem_zalloc(sizeof *c);

	if (c == NULL)
		return NULL;
	c->slots = CALLIDS_FIRST;
	c->set = mem_zalloc(c->slots * sizeof *c->set);
	if (c->set == NULL) {
		mem_free(c);
		return NULL;
	}
	return c;
}

void
callids_free(struct callids *c)
{
	if (c == NULL)
		return;
	mem_free(c->set);
	mem_free(c);
}

static void
callids_estimate_add(struct callids *c, uint64_t h)
{
	unsigned i = (unsigned)(h >> (64 - CALLIDS_BITS));
	uint64_t rest = h << CALLIDS_BITS | (uint64_t)1 << (CALLIDS_BITS - 1);
	uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1);

	if (rank > c->reg[i])
		c->reg[i] = rank;
}

/* The place of a hash: its own, or the free one where it belongs. */
static uint64_t *
callids_place(uint64_t *set, size_t slots, uint64_t h)
{
	size_t i = h & (slots - 1);

	while (set[i] != 0 && set[i] != h)
		i = (i + 1) & (slots - 1);
	return &set[i];
}

/* More would cost more than an exact number is worth, or than there is. */
static void
callids_give_up(struct callids *c)
{
	c->overflow = true;
	mem_free(c->set);
	c->set = NULL;
}

static bool
callids_grow(struct callids *c)
{
	uint64_t *set = mem_zalloc(2 * c->slots * sizeof *set);

	if (set == NULL)
		return false;
	for (size_t i = 0; i < c->slots; i++)
		if (c->set[i] != 0)
			*callids_place(set, 2 * c->slots, c->set[i]) = c->set[i];
	mem_free(c->set);
	c->set = set;
	c->slots *= 2;
	return true;
}

void
callids_add(struct callids *c, uint64_t hash)
{
	uint64_t h = hash != 0 ? hash : 1, *place;

	if (h == c->last)
		return;
	c->last = h;
	callids_estimate_add(c, h);
	if (c->overflow)
		return;
	place = callids_place(c->set, c->slots, h);
	if (*place == h)
		return;
	if (c->n == CALLIDS_EXACT || (c->n >= c->slots / 4 * 3 && !callids_grow(c))) {
		callids_give_up(c);
		return;
	}
	*callids_place(c->set, c->slots, h) = h;
	c->n++;
}

uint64_t
callids_count(const struct callids *c, bool *exact)
{
	const double m = CALLIDS_REGS;
	double sum = 0, e;
	unsigned zeros = 0;

	*exact = !c->overflow;
	if (*exact)
		return c->n;
	for (int i = 0; i < CALLIDS_REGS; i++) {
		sum += ldexp(1.0, -c->reg[i]);
		zeros += c->reg[i] == 0;
	}
	e = 0.7213 / (1 + 1.079 / m) * m * m / sum;
	if (e <= 2.5 * m && zeros > 0)
		e = m * log(m / zeros);
	return (uint64_t)(e + 0.5);
}
