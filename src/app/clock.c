/* clock - time and seeds; see clock.h. */
#include "app/clock.h"

#include <sys/random.h>
#include <time.h>

#include "sipwhy/timefmt.h"

static int64_t
clock_ns(clockid_t id)
{
	struct timespec ts;

	(void)clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

int64_t
clock_wall_ns(void)
{
	return clock_ns(CLOCK_REALTIME);
}

int64_t
clock_steady_ns(void)
{
	return clock_ns(CLOCK_MONOTONIC);
}

int64_t
clock_lag_ms(int64_t t_ns)
{
	int64_t now_ns = clock_ns(CLOCK_REALTIME_COARSE);

	return t_ns > 0 && t_ns < now_ns ? (now_ns - t_ns) / NS_PER_MS : 0;
}

uint64_t
clock_seed(void)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
		seed = (uint64_t)clock_ns(CLOCK_MONOTONIC) ^ (uint64_t)clock_ns(CLOCK_REALTIME) << 20;
	return seed;
}
