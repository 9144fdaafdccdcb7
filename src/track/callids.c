/* callids - distinct Call-IDs in bounded memory; see callids.h. */
#include "track/callids.h"

#include <math.h>
#include <stddef.h>

#include "sipwhy/mem.h"

enum { CALLIDS_SLOTS = 65536, CALLIDS_EXACT = CALLIDS_SLOTS / 2, CALLIDS_BITS = 14, CALLIDS_REGS = 1 << CALLIDS_BITS };

struct callids {
	uint64_t n; /* in the exact set */
	bool overflow;
	uint64_t last;               /* messages of one call come in a row: the cheapest look-up there is */
	uint64_t set[CALLIDS_SLOTS]; /* 0: free */
	uint8_t reg[CALLIDS_REGS];
};

struct callids *
callids_new(void)
{
	return mem_zalloc(sizeof(struct callids));
}

void
callids_free(struct callids *c)
{
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

void
callids_add(struct callids *c, uint64_t hash)
{
	uint64_t h = hash != 0 ? hash : 1;
	size_t i;

	if (h == c->last)
		return;
	c->last = h;
	callids_estimate_add(c, h);
	if (c->overflow)
		return;
	for (i = h % CALLIDS_SLOTS; c->set[i] != 0; i = (i + 1) % CALLIDS_SLOTS)
		if (c->set[i] == h)
			return;
	if (c->n == CALLIDS_EXACT) {
		c->overflow = true;
		return;
	}
	c->set[i] = h;
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
