/*
 * distinct - a small set that becomes an estimate (HyperLogLog, Flajolet et al. 2007, with its correction for small
 * numbers); see distinct.h.
 */
#include "store/distinct.h"

#include <math.h>
#include <string.h>

static void
distinct_register(struct distinct *d, uint32_t hash)
{
	uint32_t rest = hash / DISTINCT_REGS;
	uint8_t rank = 1;

	while (rank < 25 && (rest & 1) == 0) {
		rest >>= 1;
		rank++;
	}
	if (d->u.reg[hash % DISTINCT_REGS] < rank)
		d->u.reg[hash % DISTINCT_REGS] = rank;
}

static void
distinct_estimate(struct distinct *d)
{
	uint32_t known[DISTINCT_EXACT];

	memcpy(known, d->u.hash, sizeof known);
	memset(&d->u, 0, sizeof d->u);
	d->many = true;
	for (unsigned i = 0; i < DISTINCT_EXACT; i++)
		distinct_register(d, known[i]);
}

void
distinct_add(struct distinct *d, uint32_t hash)
{
	if (!d->many) {
		for (unsigned i = 0; i < d->n; i++)
			if (d->u.hash[i] == hash)
				return;
		if (d->n < DISTINCT_EXACT) {
			d->u.hash[d->n++] = hash;
			return;
		}
		distinct_estimate(d);
	}
	distinct_register(d, hash);
}

unsigned
distinct_count(const struct distinct *d)
{
	const double m = DISTINCT_REGS;
	double sum = 0, e;
	unsigned zeros = 0;

	if (!d->many)
		return d->n;
	for (unsigned i = 0; i < DISTINCT_REGS; i++) {
		sum += ldexp(1.0, -d->u.reg[i]);
		zeros += d->u.reg[i] == 0;
	}
	e = 0.7213 / (1 + 1.079 / m) * m * m / sum;
	if (e <= 2.5 * m && zeros > 0)
		e = m * log(m / zeros);
	/* More than it held when it was exact. */
	return e > DISTINCT_EXACT ? (unsigned)(e + 0.5) : DISTINCT_EXACT + 1;
}
