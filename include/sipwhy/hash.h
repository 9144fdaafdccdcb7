/*
 * hash - keyed 64-bit hash (XXH3, seeded) for tables whose keys strangers choose.
 * With uthash use the *_BYHASHVALUE forms and hash_uthash(); never uthash's own unseeded function.
 */
#ifndef SIPWHY_HASH_H
#define SIPWHY_HASH_H

#include <stddef.h>
#include <stdint.h>

/* Hash of n bytes under a seed drawn at random once per start (app gives it to every room). */
uint64_t hash64(const void *p, size_t n, uint64_t seed);

/* The same folded to the 32 bits that uthash takes. */
unsigned hash_uthash(const void *p, size_t n, uint64_t seed);

#endif
