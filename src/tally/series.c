/*
 * series - what was counted, in time: rings of buckets, fine for the last minutes and coarse for the last days;
 * see sipwhy/tally.h.
 * The one thing to know: each level is filled for itself, so a coarse sum never depends on a fine bucket that is
 * gone.
 */
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/tally.h"
#include "sipwhy/timefmt.h"

enum { SERIES_LEVELS = 3, SERIES_FINE = 600, SERIES_MIDDLE = 1080, SERIES_COARSE = 4320, SERIES_COARSE_S = 60 };
enum { SERIES_BUCKETS = SERIES_FINE + SERIES_MIDDLE + SERIES_COARSE };

static const struct series_level {
	unsigned step_s, n, at;    /* buckets [at, at + n) of each counter */
} series_levels[SERIES_LEVELS] = {
	{ 1, SERIES_FINE, 0 },
	{ 10, SERIES_MIDDLE, SERIES_FINE },
	{ SERIES_COARSE_S, SERIES_COARSE, SERIES_FINE + SERIES_MIDDLE },
};

/* newest_s: the newest second ever added to; the levels' windows end with the buckets that hold it. */
struct series {
	int64_t newest_s;
	bool any;
	uint32_t v[SERIES_COUNTERS][SERIES_BUCKETS];
};

struct series *
series_new(void)
{
	return mem_zalloc(sizeof(struct series));
}

struct series *
series_clone(const struct series *s)
{
	struct series *copy = mem_alloc(sizeof *copy);

	if (copy != NULL)
		*copy = *s;
	return copy;
}

void
series_free(struct series *s)
{
	mem_free(s);
}

/* Division that rounds down, so that times before 1970 have buckets too. */
static int64_t
series_floor(int64_t v, int64_t by)
{
	return v / by - (v % by < 0);
}

static uint32_t *
series_bucket(struct series *s, unsigned counter, const struct series_level *l, int64_t number)
{
	int64_t i = number % (int64_t)l->n;

	return &s->v[counter][l->at + (size_t)(i < 0 ? i + (int64_t)l->n : i)];
}

static void
series_restart(struct series *s, int64_t second)
{
	memset(s->v, 0, sizeof s->v);
	s->newest_s = second;
	s->any = true;
}

/* Empty the buckets between the newest and the one that holds `second`. */
static void
series_move_level(struct series *s, const struct series_level *l, int64_t second)
{
	int64_t last = series_floor(s->newest_s, l->step_s), to = series_floor(second, l->step_s);

	if (to - last > (int64_t)l->n)
		last = to - (int64_t)l->n;
	for (int64_t b = last + 1; b <= to; b++)
		for (unsigned counter = 0; counter < SERIES_COUNTERS; counter++)
			*series_bucket(s, counter, l, b) = 0;
}

static void
series_move(struct series *s, int64_t second)
{
	const int64_t reach = (int64_t)SERIES_COARSE * 60;

	if (!s->any || second < s->newest_s - reach) {
		series_restart(s, second);
		return;
	}
	if (second <= s->newest_s)
		return;
	for (unsigned i = 0; i < SERIES_LEVELS; i++)
		series_move_level(s, &series_levels[i], second);
	s->newest_s = second;
}

static bool
series_holds(const struct series *s, const struct series_level *l, int64_t bucket)
{
	int64_t newest = series_floor(s->newest_s, l->step_s);

	return s->any && bucket <= newest && bucket > newest - (int64_t)l->n;
}

/* Was the bucket not overwritten yet? */
static bool
series_reaches(const struct series *s, const struct series_level *l, int64_t bucket)
{
	return bucket > series_floor(s->newest_s, l->step_s) - (int64_t)l->n;
}

void
series_add(struct series *s, unsigned counter, int64_t t_ns, uint64_t n)
{
	int64_t second = series_floor(t_ns, NS_PER_S);

	if (counter >= SERIES_COUNTERS || n == 0)
		return;
	series_move(s, second);
	for (unsigned i = 0; i < SERIES_LEVELS; i++) {
		const struct series_level *l = &series_levels[i];
		int64_t number = series_floor(second, l->step_s);
		uint32_t *b;

		if (!series_holds(s, l, number))
			continue;
		b = series_bucket(s, counter, l, number);
		*b = n < UINT32_MAX - *b ? *b + (uint32_t)n : UINT32_MAX;
	}
}

void
series_take(struct series *s, unsigned counter, int64_t t_ns, uint64_t n)
{
	int64_t second = series_floor(t_ns, NS_PER_S);

	for (unsigned i = 0; i < SERIES_LEVELS && counter < SERIES_COUNTERS; i++) {
		const struct series_level *l = &series_levels[i];
		int64_t number = series_floor(second, l->step_s);
		uint32_t *b;

		if (!series_holds(s, l, number))
			continue;
		b = series_bucket(s, counter, l, number);
		*b = n < *b ? *b - (uint32_t)n : 0;
	}
}

/* Sum of buckets [first, last]; the walk is bounded by the level, whatever was asked. */
static uint64_t
series_range(const struct series *s, unsigned counter, const struct series_level *l, int64_t first, int64_t last)
{
	int64_t newest = series_floor(s->newest_s, l->step_s);
	uint64_t sum = 0;

	if (!s->any)
		return 0;
	if (last > newest)
		last = newest;
	if (first < newest - (int64_t)l->n + 1)
		first = newest - (int64_t)l->n + 1;
	for (int64_t b = first; b <= last; b++) {
		int64_t i = b % (int64_t)l->n;

		sum += s->v[counter][l->at + (size_t)(i < 0 ? i + (int64_t)l->n : i)];
	}
	return sum;
}

void
series_get(const struct series *s, unsigned counter, int64_t now_ns, unsigned step_s, uint64_t *out, size_t n)
{
	const struct series_level *l = &series_levels[step_s % 60 == 0 ? 2 : step_s % 10 == 0 ? 1 : 0];
	int64_t per = step_s / l->step_s, step;

	if (counter >= SERIES_COUNTERS || step_s == 0) {
		memset(out, 0, n * sizeof *out);
		return;
	}
	step = series_floor(series_floor(now_ns, NS_PER_S), step_s);
	for (size_t i = n; i > 0; i--, step--)
		out[i - 1] = series_range(s, counter, l, step * per, step * per + per - 1);
}

uint64_t
series_sum(const struct series *s, unsigned counter, int64_t now_ns, unsigned window_s)
{
	int64_t now_s = series_floor(now_ns, NS_PER_S), last, buckets;
	unsigned i = 0;

	if (counter >= SERIES_COUNTERS || window_s == 0)
		return 0;
	/* The finest level that still holds the second where the window begins. */
	while (i < SERIES_LEVELS - 1 &&
	    !series_reaches(s, &series_levels[i], series_floor(now_s - (int64_t)window_s + 1, series_levels[i].step_s)))
		i++;
	last = series_floor(now_s, series_levels[i].step_s);
	buckets = ((int64_t)window_s + series_levels[i].step_s - 1) / series_levels[i].step_s;
	return series_range(s, counter, &series_levels[i], last - buckets + 1, last);
}

uint64_t
series_after(const struct series *s, unsigned counter, int64_t at_ns)
{
	int64_t at_s = series_floor(at_ns, NS_PER_S);
	const struct series_level *l = series_levels;

	if (counter >= SERIES_COUNTERS)
		return 0;
	while (l->step_s < SERIES_COARSE_S && !series_reaches(s, l, series_floor(at_s, l->step_s)))
		l++;
	return series_range(s, counter, l, series_floor(at_s, l->step_s) + 1, INT64_MAX);
}
