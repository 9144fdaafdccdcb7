/* distinct - how many different ones there were, in 260 bytes: exact to 64, then about (standard error 6.5 %). */
#ifndef STORE_DISTINCT_H
#define STORE_DISTINCT_H

#include <stdbool.h>
#include <stdint.h>

enum { DISTINCT_EXACT = 64, DISTINCT_REGS = 256 };

/* All zero at birth.  Hashes themselves at first; then, many set, registers of HyperLogLog in their place. */
struct distinct {
	uint8_t n;
	bool many;
	union {
		uint32_t hash[DISTINCT_EXACT];
		uint8_t reg[DISTINCT_REGS];
	} u;
};

/* Note one by its (seeded) hash. */
void distinct_add(struct distinct *d, uint32_t hash);

unsigned distinct_count(const struct distinct *d);

#endif
