/*
 * kpi_past - KPI counters of the last days; see kpi_past.h.
 * The one thing to know: of 205 figures a minute of one peer moves a dozen, so a bucket is a short sorted list of them,
 * shared with clones until it is written.
 */
#include "store/kpi_past.h"

#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"

enum { PAST_MINUTE_S = 60, PAST_TEN_S = 600, PAST_FIGURES = KPI_COUNTERS + KPI_DELAYS * KPI_BINS, PAST_PIECE = 4 };
_Static_assert(PAST_FIGURES <= 256, "a figure's number is told in 8 bits");

/* A figure's number in the low 8 bits, what it moved by above; what does not fit there is in a second one. */
enum { PAST_MOST = (1 << 23) - 1 };

struct past_block {
	uint32_t refs;
	uint16_t n, cap;
	int32_t moved[];
};

/* Slots: `minutes` of 1 min, then KPI_PAST_TENS of 10 min. */
struct kpi_past {
	int64_t newest_s;
	bool any;
	unsigned minutes;
	size_t bytes;
	struct past_block *slot[];
};

struct kpi_past *
kpi_past_new(unsigned minutes)
{
	struct kpi_past *p = mem_zalloc(sizeof *p + (minutes + KPI_PAST_TENS) * sizeof(p->slot[0]));

	if (p != NULL)
		p->minutes = minutes;
	return p;
}

static size_t
past_slots(const struct kpi_past *p)
{
	return p->minutes + KPI_PAST_TENS;
}

static size_t
past_block_size(unsigned cap)
{
	return sizeof(struct past_block) + cap * sizeof(int32_t);
}

struct kpi_past *
kpi_past_clone(const struct kpi_past *p)
{
	size_t size = sizeof *p + past_slots(p) * sizeof(p->slot[0]);
	struct kpi_past *copy = mem_alloc(size);

	if (copy == NULL)
		return NULL;
	memcpy(copy, p, size);
	for (size_t i = 0; i < past_slots(p); i++)
		if (copy->slot[i] != NULL)
			copy->slot[i]->refs++;
	return copy;
}

static void
past_drop(struct kpi_past *p, size_t i)
{
	struct past_block *b = p->slot[i];

	if (b == NULL)
		return;
	p->slot[i] = NULL;
	p->bytes -= past_block_size(b->cap);
	if (--b->refs == 0)
		mem_free(b);
}

void
kpi_past_free(struct kpi_past *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < past_slots(p); i++)
		past_drop(p, i);
	mem_free(p);
}

size_t
kpi_past_bytes(const struct kpi_past *p)
{
	return sizeof *p + past_slots(p) * sizeof(p->slot[0]) + p->bytes;
}

static int64_t
past_floor(int64_t v, int64_t by)
{
	return v / by - (v % by < 0);
}

static unsigned
past_step(bool tens)
{
	return tens ? PAST_TEN_S : PAST_MINUTE_S;
}

static int64_t
past_ring(const struct kpi_past *p, bool tens)
{
	return tens ? KPI_PAST_TENS : (int64_t)p->minutes;
}

static size_t
past_at(const struct kpi_past *p, bool tens, int64_t number)
{
	int64_t n = past_ring(p, tens), i = number % n;

	return (tens ? p->minutes : 0) + (size_t)(i < 0 ? i + n : i);
}

static void
past_move(struct kpi_past *p, int64_t second)
{
	const int64_t reach = (int64_t)KPI_PAST_LONG * PAST_MINUTE_S;

	if (!p->any || second < p->newest_s - reach) {
		for (size_t i = 0; i < past_slots(p); i++)
			past_drop(p, i);
		p->newest_s = second;
		p->any = true;
	}
	if (second <= p->newest_s)
		return;
	for (unsigned tens = 0; tens < 2; tens++) {
		int64_t n = past_ring(p, tens), last = past_floor(p->newest_s, past_step(tens));
		int64_t to = past_floor(second, past_step(tens));

		if (to - last > n)
			last = to - n;
		for (int64_t k = last + 1; k <= to; k++)
			past_drop(p, past_at(p, tens, k));
	}
	p->newest_s = second;
}

static bool
past_holds(const struct kpi_past *p, bool tens, int64_t number)
{
	int64_t newest = past_floor(p->newest_s, past_step(tens));

	return p->any && number <= newest && number > newest - past_ring(p, tens);
}

static unsigned
past_figure(int32_t moved)
{
	return (uint32_t)moved & 0xff;
}

static int32_t
past_value(int32_t moved)
{
	return (moved - (int32_t)past_figure(moved)) / 256;
}

static int32_t
past_moved(unsigned figure, int64_t value)
{
	value = value > PAST_MOST ? PAST_MOST : value < -PAST_MOST ? -PAST_MOST : value;
	return (int32_t)(value * 256 + figure);
}

/* What an increment moves, by rising figures. */
struct past_moves {
	unsigned n;
	struct {
		unsigned figure;
		int64_t by;
	} move[PAST_FIGURES + 1]; /* the last is where what does not move is noted */
};

static void
past_note(struct past_moves *m, unsigned figure, int64_t by)
{
	m->move[m->n].figure = figure;
	m->move[m->n].by = by;
	m->n += by != 0;
}

static void
past_moves(struct past_moves *m, const struct kpi_counts *c)
{
	m->n = 0;
	for (unsigned i = 0; i < KPI_COUNTERS; i++)
		past_note(m, i, c->n[i]);
	for (unsigned d = 0; d < KPI_DELAYS; d++)
		for (unsigned b = 0; b < KPI_BINS; b++)
			past_note(m, KPI_COUNTERS + d * KPI_BINS + b, c->delay[d][b]);
}

/* Within what a cell holds; `by` may be any number. */
static int64_t
past_add(int32_t has, int64_t by)
{
	by = by > 2 * PAST_MOST ? 2 * PAST_MOST : by < -2 * PAST_MOST ? -2 * PAST_MOST : by;
	return has + by;
}

static bool
past_is_full(int32_t has, int64_t more)
{
	return more > PAST_MOST - has || more < -PAST_MOST - has;
}

/* How many cells more a block needs for these. */
static unsigned
past_missing(const struct past_block *b, const struct past_moves *m)
{
	unsigned missing = 0, at = 0;

	for (unsigned i = 0; i < m->n; i++) {
		unsigned f = m->move[i].figure;

		while (b != NULL && at < b->n && past_figure(b->moved[at]) < f)
			at++;
		if (b == NULL || at == b->n || past_figure(b->moved[at]) != f ||
		    past_is_full(past_value(b->moved[at]), m->move[i].by))
			missing++;
	}
	return missing;
}

/* Make a block ours alone, with room for `more`. */
static bool
past_own(struct kpi_past *p, size_t i, unsigned more)
{
	struct past_block *old = p->slot[i], *b;
	unsigned n = old != NULL ? old->n : 0, cap = old != NULL ? old->cap : 0;

	if (old != NULL && old->refs == 1 && n + more <= cap)
		return true;
	if (n + more > cap)
		cap = (n + more + PAST_PIECE - 1) / PAST_PIECE * PAST_PIECE;
	b = mem_alloc(past_block_size(cap));
	if (b == NULL)
		return false;
	b->refs = 1;
	b->n = (uint16_t)n;
	b->cap = (uint16_t)cap;
	if (n > 0)
		memcpy(b->moved, old->moved, n * sizeof b->moved[0]);
	past_drop(p, i);
	p->bytes += past_block_size(cap);
	p->slot[i] = b;
	return true;
}

/* Move one figure of a block that has room; *at runs along its list. */
static void
past_count(struct past_block *b, unsigned *at, unsigned figure, int64_t by)
{
	while (*at < b->n && past_figure(b->moved[*at]) < figure)
		++*at;
	if (*at < b->n && past_figure(b->moved[*at]) == figure) {
		int32_t has = past_value(b->moved[*at]);

		/* What fills a cell begins another one before it, up to what a block may have. */
		if (!past_is_full(has, by) || b->n >= 2 * PAST_FIGURES) {
			b->moved[*at] = past_moved(figure, past_add(has, by));
			return;
		}
	}
	memmove(b->moved + *at + 1, b->moved + *at, (b->n - *at) * sizeof b->moved[0]);
	b->moved[*at] = past_moved(figure, by);
	b->n++;
}

bool
kpi_past_add(struct kpi_past *p, int64_t t_ns, const struct kpi_counts *inc)
{
	int64_t second = past_floor(t_ns, NS_PER_S);
	struct past_moves m;
	bool whole = true;

	past_moves(&m, inc);
	if (m.n == 0)
		return true;
	past_move(p, second);
	for (unsigned tens = 0; tens < 2; tens++) {
		int64_t number = past_floor(second, past_step(tens));
		size_t i = past_at(p, tens, number);

		if (!past_holds(p, tens, number))
			continue;
		if (!past_own(p, i, past_missing(p->slot[i], &m))) {
			whole = false;
			continue;
		}
		for (unsigned k = 0, at = 0; k < m.n; k++)
			past_count(p->slot[i], &at, m.move[k].figure, m.move[k].by);
	}
	return whole;
}

static int32_t
past_plus(int32_t a, int32_t b)
{
	int64_t sum = (int64_t)a + b;

	return (int32_t)(sum > INT32_MAX ? INT32_MAX : sum < -INT32_MAX ? -INT32_MAX : sum);
}

static void
past_range(const struct kpi_past *p, bool tens, int64_t first, int64_t last, struct kpi_counts *out)
{
	int64_t newest = past_floor(p->newest_s, past_step(tens)), oldest = newest - past_ring(p, tens) + 1;

	if (!p->any)
		return;
	first = first > oldest ? first : oldest;
	last = last < newest ? last : newest;
	for (int64_t k = first; k <= last; k++) {
		const struct past_block *b = p->slot[past_at(p, tens, k)];

		for (unsigned i = 0; b != NULL && i < b->n; i++) {
			unsigned f = past_figure(b->moved[i]), d = f - KPI_COUNTERS;
			int32_t v = past_value(b->moved[i]);

			if (f < KPI_COUNTERS)
				out->n[f] += v;
			else
				out->delay[d / KPI_BINS][d % KPI_BINS] =
				    past_plus(out->delay[d / KPI_BINS][d % KPI_BINS], v);
		}
	}
}

/* Must the minute of a second be asked of the buckets of 10 min? */
static bool
past_is_old(const struct kpi_past *p, int64_t second)
{
	return past_floor(second, PAST_MINUTE_S) <= past_floor(p->newest_s, PAST_MINUTE_S) - (int64_t)p->minutes;
}

void
kpi_past_sum(const struct kpi_past *p, int64_t now_ns, unsigned window_s, struct kpi_counts *out)
{
	int64_t now_s = past_floor(now_ns, NS_PER_S), last;
	bool tens = past_is_old(p, now_s - (int64_t)window_s + 1);
	unsigned step_s = past_step(tens);

	memset(out, 0, sizeof *out);
	last = past_floor(now_s, step_s);
	past_range(p, tens, last - ((int64_t)window_s + step_s - 1) / step_s + 1, last, out);
	for (unsigned i = 0; i < KPI_COUNTERS; i++)
		out->n[i] = out->n[i] > 0 ? out->n[i] : 0;
	for (unsigned d = 0; d < KPI_DELAYS; d++)
		for (unsigned b = 0; b < KPI_BINS; b++)
			out->delay[d][b] = out->delay[d][b] > 0 ? out->delay[d][b] : 0;
}

void
kpi_past_after(const struct kpi_past *p, int64_t at_ns, struct kpi_counts *out)
{
	int64_t at_s = past_floor(at_ns, NS_PER_S);
	bool tens = past_is_old(p, at_s);

	memset(out, 0, sizeof *out);
	past_range(p, tens, past_floor(at_s, past_step(tens)) + 1, INT64_MAX, out);
}

void
kpi_past_forget(struct kpi_past *p, int64_t t_ns)
{
	int64_t second = past_floor(t_ns, NS_PER_S);

	for (unsigned tens = 0; p->any && tens < 2; tens++) {
		int64_t newest = past_floor(p->newest_s, past_step(tens));
		int64_t to = past_floor(second, past_step(tens)), from = newest - past_ring(p, tens) + 1;

		for (int64_t k = from; k < to && k <= newest; k++)
			past_drop(p, past_at(p, tens, k));
	}
}
