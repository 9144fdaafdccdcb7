/*
 * kpi_window - KPI counters over the last 15 minutes: rings of cells, counters in 10 s buckets, delays in 30 s ones;
 * see sipwhy/kpi.h.
 * The one thing to know: cells begin with 16 bits (14 KB a window, because there is one for each peer) and the whole
 * window goes over to 32 when one of them would overflow.
 */
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "tally/kpi_move.h"

enum { WINDOW_STEP_S = 10, WINDOW_SLOTS = 90, WINDOW_PER_DELAY = 3, WINDOW_DELAY_SLOTS = 31, WINDOW_FORGET_S = 259200 };
enum { WINDOW_DELAY_ROW = KPI_DELAYS * KPI_BINS, WINDOW_DELAYS_AT = WINDOW_SLOTS * KPI_COUNTERS };
enum { WINDOW_CELLS = WINDOW_DELAYS_AT + WINDOW_DELAY_SLOTS * WINDOW_DELAY_ROW };

/* newest: number of the newest 10 s bucket.  Of narrow and wide one is NULL. */
struct kpi_window {
	int64_t newest;
	bool any;
	int16_t *narrow;
	int32_t *wide;
};

struct kpi_window *
kpi_window_new(void)
{
	struct kpi_window *w = mem_zalloc(sizeof *w);

	if (w != NULL && (w->narrow = mem_zalloc(WINDOW_CELLS * sizeof *w->narrow)) == NULL) {
		mem_free(w);
		return NULL;
	}
	return w;
}

void
kpi_window_free(struct kpi_window *w)
{
	if (w == NULL)
		return;
	mem_free(w->narrow);
	mem_free(w->wide);
	mem_free(w);
}

static size_t
kpi_window_size(const struct kpi_window *w)
{
	return WINDOW_CELLS * (w->wide != NULL ? sizeof *w->wide : sizeof *w->narrow);
}

static void *
kpi_window_cells(const struct kpi_window *w)
{
	return w->wide != NULL ? (void *)w->wide : (void *)w->narrow;
}

size_t
kpi_window_bytes(const struct kpi_window *w)
{
	return sizeof *w + kpi_window_size(w);
}

struct kpi_window *
kpi_window_clone(const struct kpi_window *w)
{
	struct kpi_window *copy = mem_alloc(sizeof *copy);
	void *cells = mem_alloc(kpi_window_size(w));

	if (copy == NULL || cells == NULL) {
		mem_free(copy);
		mem_free(cells);
		return NULL;
	}
	*copy = *w;
	memcpy(cells, kpi_window_cells(w), kpi_window_size(w));
	copy->narrow = w->wide == NULL ? cells : NULL;
	copy->wide = w->wide != NULL ? cells : NULL;
	return copy;
}

void
kpi_window_reset(struct kpi_window *w)
{
	memset(kpi_window_cells(w), 0, kpi_window_size(w));
	w->any = false;
}

static int32_t
kpi_window_get(const struct kpi_window *w, size_t i)
{
	return w->wide != NULL ? w->wide[i] : w->narrow[i];
}

static void
kpi_window_widen(struct kpi_window *w)
{
	int32_t *wide = mem_alloc(WINDOW_CELLS * sizeof *wide);

	if (wide == NULL)
		return;
	for (size_t i = 0; i < WINDOW_CELLS; i++)
		wide[i] = w->narrow[i];
	mem_free(w->narrow);
	w->narrow = NULL;
	w->wide = wide;
}

/* A cell that cannot grow any more stays at its end. */
static void
kpi_window_cell(struct kpi_window *w, size_t i, int64_t n)
{
	const int64_t limit = INT32_MAX / 2;
	int64_t v;

	if (n == 0)
		return;
	n = n > limit ? limit : n < -limit ? -limit : n;
	v = kpi_window_get(w, i) + n;
	if (w->wide == NULL && (v > INT16_MAX || v < -INT16_MAX))
		kpi_window_widen(w);
	if (w->wide != NULL)
		w->wide[i] = (int32_t)(v > INT32_MAX ? INT32_MAX : v < -INT32_MAX ? -INT32_MAX : v);
	else
		w->narrow[i] = (int16_t)(v > INT16_MAX ? INT16_MAX : v < -INT16_MAX ? -INT16_MAX : v);
}

/* Division that rounds down, so that times before 1970 have buckets too. */
static int64_t
kpi_window_floor(int64_t v, int64_t by)
{
	return v / by - (v % by < 0);
}

int64_t
kpi_window_bucket(int64_t t_ns)
{
	return kpi_window_floor(t_ns, WINDOW_STEP_S * NS_PER_S);
}

/* First cell of a counters' bucket, and of a delays' bucket by its own number. */
static size_t
kpi_window_row(int64_t bucket)
{
	int64_t slot = bucket - kpi_window_floor(bucket, WINDOW_SLOTS) * WINDOW_SLOTS;

	return (size_t)slot * KPI_COUNTERS;
}

static size_t
kpi_window_delay_row(int64_t number)
{
	int64_t slot = number - kpi_window_floor(number, WINDOW_DELAY_SLOTS) * WINDOW_DELAY_SLOTS;

	return WINDOW_DELAYS_AT + (size_t)slot * WINDOW_DELAY_ROW;
}

static void
kpi_window_clear(struct kpi_window *w, size_t at, size_t n)
{
	if (w->wide != NULL)
		memset(w->wide + at, 0, n * sizeof *w->wide);
	else
		memset(w->narrow + at, 0, n * sizeof *w->narrow);
}

/* Empty the buckets between the newest and `bucket`. */
static void
kpi_window_forward(struct kpi_window *w, int64_t bucket)
{
	int64_t from = w->newest, last = kpi_window_floor(bucket, WINDOW_PER_DELAY);

	if (bucket - from > WINDOW_SLOTS)
		from = bucket - WINDOW_SLOTS;
	for (int64_t b = from + 1; b <= bucket; b++)
		kpi_window_clear(w, kpi_window_row(b), KPI_COUNTERS);
	from = kpi_window_floor(w->newest, WINDOW_PER_DELAY);
	if (last - from > WINDOW_DELAY_SLOTS)
		from = last - WINDOW_DELAY_SLOTS;
	for (int64_t d = from + 1; d <= last; d++)
		kpi_window_clear(w, kpi_window_delay_row(d), WINDOW_DELAY_ROW);
	w->newest = bucket;
}

/* Make the window hold a time, if it is not too late for it. */
static bool
kpi_window_reach(struct kpi_window *w, int64_t bucket)
{
	if (!w->any || bucket < w->newest - WINDOW_FORGET_S / WINDOW_STEP_S) {
		kpi_window_reset(w);
		w->newest = bucket;
		w->any = true;
	} else if (bucket > w->newest) {
		kpi_window_forward(w, bucket);
	}
	return bucket > w->newest - WINDOW_SLOTS;
}

void
kpi_window_add(struct kpi_window *w, int64_t t_ns, const struct kpi_counts *inc)
{
	int64_t bucket = kpi_window_bucket(t_ns);
	size_t at = kpi_window_row(bucket);

	if (!kpi_window_reach(w, bucket))
		return;
	for (unsigned i = 0; i < KPI_COUNTERS; i++)
		kpi_window_cell(w, at + i, inc->n[i]);
	at = kpi_window_delay_row(kpi_window_floor(bucket, WINDOW_PER_DELAY));
	for (unsigned d = 0; d < KPI_DELAYS; d++)
		for (unsigned b = 0; b < KPI_BINS; b++)
			kpi_window_cell(w, at + d * KPI_BINS + b, inc->delay[d][b]);
}

void
kpi_window_move(struct kpi_window *w, int64_t t_ns, const struct kpi_move *m)
{
	int64_t bucket = kpi_window_bucket(t_ns);
	size_t at = kpi_window_row(bucket);

	/* What is taken back belongs to an old time; it says nothing about the present one. */
	if (m->sign < 0 && w->any && bucket <= w->newest - WINDOW_SLOTS)
		return;
	if (!kpi_window_reach(w, bucket))
		return;
	for (uint32_t bits = m->counters; bits != 0; bits &= bits - 1)
		kpi_window_cell(w, at + (unsigned)__builtin_ctz(bits), m->sign);
	at = kpi_window_delay_row(kpi_window_floor(bucket, WINDOW_PER_DELAY));
	for (unsigned d = 0; d < KPI_DELAYS; d++)
		if (m->bin[d] != KPI_NO_BIN)
			kpi_window_cell(w, at + d * KPI_BINS + (size_t)m->bin[d], m->sign);
}

void
kpi_window_count(struct kpi_window *w, int64_t t_ns, enum kpi_counter c, int64_t n)
{
	int64_t bucket = kpi_window_bucket(t_ns);

	if (n != 0 && kpi_window_reach(w, bucket))
		kpi_window_cell(w, kpi_window_row(bucket) + c, n);
}

void
kpi_window_merge(struct kpi_window *dst, const struct kpi_window *src)
{
	int64_t last = kpi_window_floor(src->newest, WINDOW_PER_DELAY);

	if (!src->any || (dst->any && src->newest <= dst->newest - WINDOW_SLOTS))
		return;
	(void)kpi_window_reach(dst, src->newest);
	for (int64_t b = src->newest - WINDOW_SLOTS + 1; b <= src->newest; b++)
		for (unsigned i = 0; b > dst->newest - WINDOW_SLOTS && i < KPI_COUNTERS; i++)
			kpi_window_cell(dst, kpi_window_row(b) + i, kpi_window_get(src, kpi_window_row(b) + i));
	for (int64_t d = last - WINDOW_DELAY_SLOTS + 1; d <= last; d++) {
		size_t at = kpi_window_delay_row(d);

		if (d <= kpi_window_floor(dst->newest, WINDOW_PER_DELAY) - WINDOW_DELAY_SLOTS)
			continue;
		for (unsigned i = 0; i < WINDOW_DELAY_ROW; i++)
			kpi_window_cell(dst, at + i, kpi_window_get(src, at + i));
	}
}

/* What was taken back later than it fell out of the window must not show as less than nothing. */
static void
kpi_window_not_negative(struct kpi_counts *c)
{
	for (unsigned i = 0; i < KPI_COUNTERS; i++)
		c->n[i] = c->n[i] > 0 ? c->n[i] : 0;
	for (unsigned d = 0; d < KPI_DELAYS; d++)
		for (unsigned b = 0; b < KPI_BINS; b++)
			c->delay[d][b] = c->delay[d][b] > 0 ? c->delay[d][b] : 0;
}

static int32_t
kpi_window_plus(int32_t a, int32_t b)
{
	int64_t sum = (int64_t)a + b;

	return (int32_t)(sum > INT32_MAX ? INT32_MAX : sum < -INT32_MAX ? -INT32_MAX : sum);
}

static void
kpi_window_sum_delays(const struct kpi_window *w, int64_t first, int64_t last, struct kpi_counts *out)
{
	int64_t newest = kpi_window_floor(w->newest, WINDOW_PER_DELAY);

	if (first <= newest - WINDOW_DELAY_SLOTS)
		first = newest - WINDOW_DELAY_SLOTS + 1;
	for (int64_t n = first; n <= last && n <= newest; n++) {
		size_t at = kpi_window_delay_row(n);

		for (unsigned d = 0; d < KPI_DELAYS; d++)
			for (unsigned b = 0; b < KPI_BINS; b++)
				out->delay[d][b] =
				    kpi_window_plus(out->delay[d][b], kpi_window_get(w, at + d * KPI_BINS + b));
	}
}

bool
kpi_window_holds(const struct kpi_window *w, int64_t now_ns, unsigned window_s)
{
	int64_t first = kpi_window_bucket(now_ns) - ((int64_t)window_s + WINDOW_STEP_S - 1) / WINDOW_STEP_S + 1;

	return window_s <= WINDOW_SLOTS * WINDOW_STEP_S && (!w->any || first > w->newest - WINDOW_SLOTS);
}

void
kpi_window_sum(const struct kpi_window *w, int64_t now_ns, unsigned window_s, struct kpi_counts *out)
{
	int64_t last = kpi_window_bucket(now_ns), first;

	memset(out, 0, sizeof *out);
	if (!w->any || window_s == 0)
		return;
	if (window_s > WINDOW_SLOTS * WINDOW_STEP_S)
		window_s = WINDOW_SLOTS * WINDOW_STEP_S;
	first = last - ((int64_t)window_s + WINDOW_STEP_S - 1) / WINDOW_STEP_S + 1;
	kpi_window_sum_delays(
	    w, kpi_window_floor(first, WINDOW_PER_DELAY), kpi_window_floor(last, WINDOW_PER_DELAY), out);
	if (first <= w->newest - WINDOW_SLOTS)
		first = w->newest - WINDOW_SLOTS + 1;
	for (int64_t b = first; b <= last && b <= w->newest; b++)
		for (unsigned i = 0; i < KPI_COUNTERS; i++)
			out->n[i] += kpi_window_get(w, kpi_window_row(b) + i);
	kpi_window_not_negative(out);
}
