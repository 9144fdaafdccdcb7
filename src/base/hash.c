/* hash - XXH3 under a seed; see sipwhy/hash.h. */
#include "sipwhy/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t
hash64(const void *p, size_t n, uint64_t seed)
{
	return XXH3_64bits_withSeed(p, n, seed);
}

unsigned
hash_uthash(const void *p, size_t n, uint64_t seed)
{
	uint64_t h = hash64(p, n, seed);

	return (unsigned)(h ^ h >> 32);
}
