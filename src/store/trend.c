/*
 * trend - what happened, in time; see trend.h.
 * The one thing to know: responses and peers come with ticks, failures with events and rows of folded ones; only the
 * latter are taken back, from the bucket that they were counted in.
 */
#include "store/trend.h"

#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"

_Static_assert((unsigned)TOPIC_NO_CODE == (unsigned)PEER_NO_CODE, "one code stands for none");

/* Bytes of buckets: what three days of a busy site need, and what a hostile one may take. */
enum { TREND_CODES_MAX = 6 << 20, TREND_PEERS_MAX = 12 << 20, TREND_FACET_MAX = 6 << 20 };
/* A number that is called has a prefix when it is this long. */
enum { TREND_NUMBER_MIN = 7, TREND_PREFIX = 5, TREND_CODE_MIN = 400, TREND_RESPONSES = 1024 };

static bool
trend_whole(const struct trend *f)
{
	bool whole = f->series != NULL && f->codes != NULL && f->peers != NULL;

	for (unsigned i = 0; i < STORE_FACET_N; i++)
		whole = whole && f->facets[i] != NULL;
	return whole;
}

bool
trend_init(struct trend *f, uint64_t seed)
{
	f->series = series_new();
	f->codes = book_new(TREND_CODES_MAX);
	f->peers = topic_new(seed, TREND_PEERS_MAX);
	for (unsigned i = 0; i < STORE_FACET_N; i++)
		f->facets[i] = topic_new(seed, TREND_FACET_MAX);
	return trend_whole(f);
}

bool
trend_clone(struct trend *out, const struct trend *f)
{
	out->series = series_clone(f->series);
	out->codes = book_share(f->codes);
	out->peers = topic_clone(f->peers);
	for (unsigned i = 0; i < STORE_FACET_N; i++)
		out->facets[i] = topic_clone(f->facets[i]);
	return trend_whole(out);
}

void
trend_fini(struct trend *f)
{
	series_free(f->series);
	book_free(f->codes);
	topic_free(f->peers);
	for (unsigned i = 0; i < STORE_FACET_N; i++)
		topic_free(f->facets[i]);
}

size_t
trend_bytes(const struct trend *f)
{
	size_t sum = book_bytes(f->codes) + sizeof *f->peers + book_bytes(f->peers->book);

	for (unsigned i = 0; i < STORE_FACET_N; i++)
		sum += sizeof *f->facets[i] + book_bytes(f->facets[i]->book);
	return sum;
}

uint32_t
trend_code_key(unsigned code, bool responses)
{
	return code + (responses ? TREND_RESPONSES : 0);
}

bool
trend_code_of(uint32_t key, unsigned *code, bool *responses)
{
	*responses = key >= TREND_RESPONSES;
	*code = key % TREND_RESPONSES;
	return key < 2 * TREND_RESPONSES && *code <= SIP_CODE_MAX;
}

static size_t
trend_slot(int64_t minute)
{
	return (size_t)((minute % TREND_PEAKS + TREND_PEAKS) % TREND_PEAKS);
}

/* Kept minute by minute, since the seconds themselves are gone after ten.  What is taken back was told by then. */
static void
trend_add(struct trend *f, unsigned counter, int64_t t_ns, uint64_t n)
{
	const int64_t minute_ns = 60 * NS_PER_S;
	int64_t minute = t_ns / minute_ns - (t_ns % minute_ns < 0);
	struct trend_peak *p = &f->peaks[trend_slot(minute)];
	uint64_t second;

	series_add(f->series, counter, t_ns, n);
	if (n == 0 || minute < p->minute)
		return;
	if (minute > p->minute)
		*p = (struct trend_peak){ .minute = minute };
	series_get(f->series, counter, t_ns, 1, &second, 1);
	second = second > 0 ? second : UINT64_MAX;
	p->most[counter] = second > p->most[counter] ? second : p->most[counter];
}

bool
trend_most(const struct trend *f, unsigned counter, int64_t first, int64_t last, uint64_t *most)
{
	*most = 0;
	if (last - first >= TREND_PEAKS)
		return false;
	for (int64_t minute = first; minute <= last; minute++) {
		const struct trend_peak *p = &f->peaks[trend_slot(minute)];

		if (p->minute > minute || (p->minute == minute && p->most[counter] == UINT64_MAX))
			return false;
		if (p->minute == minute && p->most[counter] > *most)
			*most = p->most[counter];
	}
	return true;
}

bool
trend_counts(struct trend *f, int64_t t_ns, const struct counts *c)
{
	uint64_t sum[SIP_CODE_N] = { 0 };
	bool whole = true;

	for (unsigned m = 0; m < METHOD_N; m++)
		for (unsigned i = 0; i < SIP_CODE_N; i++)
			sum[i] += c->responses[m][i];
	for (unsigned i = 0; i < SIP_CODE_N; i++) {
		unsigned code = i + SIP_CODE_MIN;

		if (sum[i] == 0)
			continue;
		trend_add(f, code / 100 - 1, t_ns, sum[i]);
		if (code >= TREND_CODE_MIN)
			whole &= book_add(&f->codes, t_ns, trend_code_key(code, true), sum[i]);
	}
	trend_add(f, STORE_CLASS_EVENTS - 1, t_ns, c->events);
	return whole;
}

struct trend_move {
	struct topic *peers;
	struct slice name;
	int64_t t_ns;
};

static void
trend_peer_moved(void *ctx, unsigned from, unsigned to, uint64_t n)
{
	const struct trend_move *m = ctx;

	topic_recode(m->peers, m->name, m->t_ns, from, to, n);
}

bool
trend_peer(struct trend *f, int64_t t_ns, const struct peer_stat *inc)
{
	struct slice name = slice_str(inc->name);
	struct peer_stat add = *inc;
	struct trend_move move = { f->peers, name, t_ns };
	bool whole = true;

	peer_stat_moves(&add, trend_peer_moved, &move);
	for (unsigned i = 0; i <= PEER_CODES; i++) {
		uint64_t n = i < PEER_CODES ? (uint64_t)add.codes[i].n : add.other;
		unsigned code = i < PEER_CODES ? add.codes[i].code : TOPIC_NO_CODE;
		struct topic_row *r = n > 0 ? topic_add(f->peers, name, t_ns, code, n) : NULL;

		whole &= n == 0 || r != NULL;
		if (r != NULL && inc->role < PEER_ROLE_N && inc->role != PEER_ROLE_UNKNOWN)
			r->role = inc->role;
	}
	return whole;
}

bool
trend_failures(struct trend *f, int64_t t_ns, unsigned code, uint64_t n)
{
	if (code == 0)
		trend_add(f, STORE_CLASS_SILENCE - 1, t_ns, n);
	if (code != 0 && code < TREND_CODE_MIN)
		return true;
	return book_add(&f->codes, t_ns, trend_code_key(code, false), n);
}

/* "+44206" of "+442066627625"; empty for what is no number. */
static struct slice
trend_prefix(struct slice to)
{
	size_t plus = to.n > 0 && to.p[0] == '+', digits = 0;

	while (plus + digits < to.n && to.p[plus + digits] >= '0' && to.p[plus + digits] <= '9')
		digits++;
	to.n = plus + digits == to.n && digits >= TREND_NUMBER_MIN ? plus + TREND_PREFIX : 0;
	return to;
}

static struct slice
trend_agent(const struct event *e)
{
	return slice_trim(e->user_agent.n > 0 ? e->user_agent : e->agent);
}

static struct slice
trend_text(const struct event *e, unsigned facet)
{
	if (facet == STORE_FACET_USER)
		return e->from.n > 0 ? e->from : e->to;
	return facet == STORE_FACET_PREFIX ? trend_prefix(e->to) : trend_agent(e);
}

bool
trend_event(struct trend *f, int64_t t_ns, const struct event *e)
{
	bool whole = trend_failures(f, t_ns, e->code, 1);

	for (unsigned i = 0; i < STORE_FACET_N; i++) {
		struct slice text = trend_text(e, i);
		struct topic_row *r = text.n > 0 ? topic_add(f->facets[i], text, t_ns, e->code, 1) : NULL;

		whole &= text.n == 0 || r != NULL;
		if (r == NULL || t_ns < r->last_ns)
			continue;
		(void)slice_copy(r->peer, sizeof r->peer, e->peer);
		if (trend_agent(e).n > 0)
			(void)slice_copy(r->agent, sizeof r->agent, trend_agent(e));
	}
	return whole;
}

void
trend_take(struct trend *f, int64_t t_ns, const struct event *e)
{
	if (e->code == 0)
		series_take(f->series, STORE_CLASS_SILENCE - 1, t_ns, 1);
	book_take(&f->codes, t_ns, trend_code_key(e->code, false), 1);
	for (unsigned i = 0; i < STORE_FACET_N; i++)
		if (trend_text(e, i).n > 0)
			topic_take(f->facets[i], trend_text(e, i), t_ns, e->code);
}
