/*
 * clock - the only place that asks what time it is, and draws random seeds.
 */
#ifndef APP_CLOCK_H
#define APP_CLOCK_H

#include <stdint.h>

/* Wall clock, nanoseconds since 1970-01-01 UTC. */
int64_t clock_wall_ns(void);

/* A clock that nobody sets: for waits and distances. */
int64_t clock_steady_ns(void);

/* Milliseconds from t_ns to now on a clock that is cheap to ask; 0 when t_ns lies ahead. */
int64_t clock_lag_ms(int64_t t_ns);

/* Seed of the hash tables, drawn anew at each start: strangers choose the keys. */
uint64_t clock_seed(void);

#endif
