/*
 * callids - how many distinct Call-IDs, in a fixed number of bytes: exact up to 32,768, an estimate above
 * (HyperLogLog, Flajolet et al. 2007; 2^14 registers, standard error 0.8 %).
 */
#ifndef TRACK_CALLIDS_H
#define TRACK_CALLIDS_H

#include <stdbool.h>
#include <stdint.h>

struct callids;

/* NULL when memory is short. */
struct callids *callids_new(void);
void callids_free(struct callids *c);

/* Add one by its well-mixed 64-bit hash. */
void callids_add(struct callids *c, uint64_t hash);

/* Distinct ones so far; *exact false for an estimate. */
uint64_t callids_count(const struct callids *c, bool *exact);

#endif
