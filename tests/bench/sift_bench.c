/*
 * sift_bench - what a key costs in a list of one million events: scrolling, filtering, sorting, grouping.
 * The one thing to know: a key waits for one step (SIFT_BENCH_STEP events) at most; the program fails (exit 1) when
 * any step, or any page of rows, takes longer than 100 ms.
 *
 * sift_bench [EVENTS]; prints a row for each key: milliseconds to the first page, the longest step, all of it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sipwhy/mem.h"
#include "sipwhy/sift.h"
#include "sipwhy/timefmt.h"

enum { BENCH_EVENTS = 1000000, BENCH_STEP = 20000, BENCH_PAGE = 40, BENCH_LIMIT_MS = 100 };

static double
bench_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static uint64_t
bench_draw(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

static void
bench_event(struct store *s, uint64_t id, uint64_t *seed)
{
	static const struct {
		uint16_t code;
		const char *phrase;
	} kinds[] = { { 503, "Service Unavailable" }, { 404, "Not Found" }, { 486, "Busy Here" }, { 0, "" },
		{ 488, "Not Acceptable Here" } };
	char peer[32], from[32], to[32], call[48];
	unsigned p = (unsigned)(bench_draw(seed) % 200), k = (unsigned)(bench_draw(seed) % 5);
	struct record r = { .type = RECORD_EVENT, .t_ns = 1700000000 * NS_PER_S + (int64_t)id * 3000000 };
	struct event *e = &r.event;

	(void)snprintf(peer, sizeof peer, p % 2 ? "10.20.%u.41" : "wholesale-carrier-%u", p);
	(void)snprintf(from, sizeof from, "+44206%06u", (unsigned)(bench_draw(seed) % 1000000));
	(void)snprintf(to, sizeof to, "+49%09u", (unsigned)(bench_draw(seed) % 1000000000));
	(void)snprintf(call, sizeof call, "%016llx@pbx-lon-1", (unsigned long long)id * 0x9e3779b97f4a7c15u);
	*e = (struct event){ .id = id,
		.t_ns = r.t_ns,
		.code = kinds[k].code,
		.q850 = k == 0 ? 34 : -1,
		.reason_sip = -1,
		.warn_code = -1,
		.direction = DIRECTION_RECEIVED,
		.outcome = k == 3 ? OUTCOME_NO_RESPONSE : OUTCOME_FAILED,
		.setup_ms = (int32_t)(bench_draw(seed) % 4000),
		.hop_ms = 12,
		.repeats = (uint32_t)(bench_draw(seed) % 4),
		.tries = 1,
		.method = slice_str(k == 4 ? "UPDATE" : "INVITE"),
		.phrase = slice_str(kinds[k].phrase),
		.call_id = slice_str(call),
		.from = slice_str(from),
		.to = slice_str(to),
		.peer = slice_str(peer),
		.src = slice_str("203.0.113.40:5060"),
		.dst = slice_str("192.0.2.10:5060"),
		.user_agent = slice_str(p % 3 ? "Asterisk PBX 20.9.2" : "Asterisk PBX 18.26.4"),
		.source = slice_str("eth0") };
	if (store_apply(s, &r) != 0)
		exit(2);
}

struct bench_row {
	double first, longest, all;
	size_t rows;
};

static double bench_worst;

static void
bench_tell(const char *what, const struct bench_row *r)
{
	printf("%-34s %9.2f %9.2f %9.1f %9zu\n", what, r->first, r->longest, r->all, r->rows);
	bench_worst = r->first > bench_worst ? r->first : bench_worst;
	bench_worst = r->longest > bench_worst ? r->longest : bench_worst;
}

/* Look at a page of rows as a screen would; what is read keeps it from being left out. */
static unsigned
bench_page(const struct sift *x, size_t row)
{
	unsigned sum = 0;

	for (size_t i = row; i < row + BENCH_PAGE; i++) {
		const struct event *e = sift_at(x, i);

		sum += e != NULL ? e->code + (unsigned)(e->peer.n > 0 ? e->peer.p[0] : 0) : 0;
	}
	return sum;
}

static void
bench_scroll(const struct sift *x, const char *what)
{
	static const char *const places[] = { "top", "middle", "end" };
	size_t n = sift_count(x);
	volatile unsigned sum = 0;

	for (unsigned i = 0; i < 3; i++) {
		struct bench_row r = { .rows = BENCH_PAGE };
		char name[64];
		double from = bench_ms();

		sum = sum + bench_page(x, n > 2 * BENCH_PAGE ? i * (n - BENCH_PAGE) / 2 : 0);
		r.first = r.longest = r.all = bench_ms() - from;
		(void)snprintf(name, sizeof name, "%s, page at the %s", what, places[i]);
		bench_tell(name, &r);
	}
}

static void
bench_key(struct sift *x, const char *what, const struct filter *f, enum sift_order order, bool descending)
{
	struct bench_row r = { .first = 0 };
	double begin = bench_ms(), last = begin;
	bool done = false;

	sift_set(x, f, order, descending);
	while (!done) {
		double from = last;

		done = sift_step(x, BENCH_STEP);
		if (from == begin)
			(void)bench_page(x, 0);
		last = bench_ms();
		r.first = from == begin ? last - begin : r.first;
		r.longest = last - from > r.longest ? last - from : r.longest;
	}
	r.all = last - begin;
	r.rows = sift_count(x);
	bench_tell(what, &r);
}

static void
bench_filter(struct sift *x, const char *text)
{
	struct filter *f = NULL;
	struct errmsg em = { "" };
	char what[64];

	if (filter_new(&f, slice_str(text), NULL, &em, NULL) != 0) {
		fprintf(stderr, "sift_bench: %s: %s\n", text, em.text);
		exit(2);
	}
	(void)snprintf(what, sizeof what, "filter %s", text);
	bench_key(x, what, f, SIFT_TIME, true);
	sift_set(x, NULL, SIFT_TIME, true);
	filter_free(f);
}

static void
bench_groups(const struct store *s, const char *by)
{
	struct sift_groups *g = sift_groups_new(s, NULL);
	static struct sift_group out[SIFT_GROUPS_MAX];
	struct bench_row r = { .first = 0 };
	double begin = bench_ms(), last = begin;
	bool done = false;
	char what[64];

	if (g == NULL)
		exit(2);
	sift_groups_set(g, NULL, filter_field_find(slice_str(by)), 0);
	while (!done) {
		double from = last;

		done = sift_groups_step(g, BENCH_STEP);
		r.rows = sift_groups_top(g, out, SIFT_GROUPS_MAX, NULL);
		last = bench_ms();
		r.first = from == begin ? last - begin : r.first;
		r.longest = last - from > r.longest ? last - from : r.longest;
	}
	r.all = last - begin;
	(void)snprintf(what, sizeof what, "group by %s", by);
	bench_tell(what, &r);
	sift_groups_free(g);
}

/* New events and updates in a list that is whole: what each screen costs while traffic goes on. */
static void
bench_traffic(struct store *s, struct sift *x, const char *what, uint64_t *next, uint64_t *seed)
{
	struct bench_row r = { .first = 0 };

	for (unsigned turn = 0; turn < 20; turn++) {
		double from, took;

		for (unsigned i = 0; i < 500; i++)
			bench_event(s, (*next)++, seed);
		for (unsigned i = 0; i < 100; i++) {
			struct record u = { .type = RECORD_UPDATE,
				.update = { .id = *next - 1 - bench_draw(seed) % 900000, .repeats = 9 } };

			(void)store_apply(s, &u);
		}
		from = bench_ms();
		(void)sift_step(x, BENCH_STEP);
		(void)bench_page(x, 0);
		took = bench_ms() - from;
		r.first = turn == 0 ? took : r.first;
		r.longest = took > r.longest ? took : r.longest;
		r.all += took;
	}
	r.rows = sift_count(x);
	bench_tell(what, &r);
}

int
main(int argc, char **argv)
{
	size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : BENCH_EVENTS;
	struct store_cfg cfg = { .events = n, .bytes = SIZE_MAX / 2, .seed = 1 };
	struct store *s = store_new(&cfg);
	struct sift *x = s != NULL ? sift_new(s, NULL) : NULL;
	uint64_t seed = 1, next = 1;

	if (x == NULL)
		return 2;
	for (; next <= n; next++)
		bench_event(s, next, &seed);
	printf("%-34s %9s %9s %9s %9s\n", "ms", "page", "longest", "all", "rows");
	bench_key(x, "open, newest first", NULL, SIFT_TIME, true);
	bench_scroll(x, "by time");
	bench_filter(x, "code:503");
	bench_filter(x, "peer:carrier-1");
	bench_key(x, "sort by code", NULL, SIFT_CODE, true);
	bench_traffic(s, x, "  20 x 500 new, 100 changed", &next, &seed);
	bench_key(x, "sort by to", NULL, SIFT_TO, false);
	bench_key(x, "sort by agent", NULL, SIFT_AGENT, false);
	bench_key(x, "sort by peer", NULL, SIFT_PEER, false);
	bench_scroll(x, "by peer");
	bench_traffic(s, x, "  20 x 500 new, 100 changed", &next, &seed);
	bench_groups(s, "peer");
	bench_groups(s, "user");
	printf("worst step or page: %.1f ms, limit %d\n", bench_worst, BENCH_LIMIT_MS);
	sift_free(x);
	store_free(s);
	return bench_worst > BENCH_LIMIT_MS;
}
