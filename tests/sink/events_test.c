/* events: the list of a report against a plain model, and what it costs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "record/sample.h"
#include "sink/events.h"
#include "sipwhy/mem.h"

static void
assert_same(const struct event *a, struct event b)
{
	const struct slice *pa = &a->method;

	assert_int_equal(a->id, b.id);
	assert_int_equal(a->t_ns, b.t_ns);
	assert_int_equal(a->code, b.code);
	assert_int_equal(a->q850, b.q850);
	assert_int_equal(a->reason_sip, b.reason_sip);
	assert_int_equal(a->warn_code, b.warn_code);
	assert_int_equal(a->transport, b.transport);
	assert_int_equal(a->direction, b.direction);
	assert_int_equal(a->partial, b.partial);
	assert_int_equal(a->cut, b.cut);
	assert_int_equal(a->raw_len, b.raw_len);
	assert_int_equal(a->said_code, b.said_code);
	assert_int_equal(a->outcome, b.outcome);
	assert_int_equal(a->role, b.role);
	assert_int_equal(a->recovered, b.recovered);
	assert_int_equal(a->in_call, b.in_call);
	assert_int_equal(a->auth, b.auth);
	assert_int_equal(a->rang, b.rang);
	assert_int_equal(a->orphan, b.orphan);
	assert_int_equal(a->ack_missing, b.ack_missing);
	assert_int_equal(a->statement, b.statement);
	assert_int_equal(a->setup_ms, b.setup_ms);
	assert_int_equal(a->hop_ms, b.hop_ms);
	assert_int_equal(a->repeats, b.repeats);
	assert_int_equal(a->copies, b.copies);
	assert_int_equal(a->tries, b.tries);
	/* All slices from method on; the raw message is not kept. */
	b.raw = (struct slice){ NULL, 0 };
	for (size_t i = 0; i < (sizeof b - offsetof(struct event, method)) / sizeof *pa; i++)
		assert_true(slice_eq(pa[i], (&b.method)[i]));
}

static void
test_kept_as_given(void **state)
{
	static char text[RECORD_TEXT_MAX];
	struct sink_events *l = sink_events_new(0, 0);
	struct sink_events_at at = { .index = 0 };
	struct event given[12] = { sample_event(1), sample_event(2),
		{ .id = 3, .code = 699, .q850 = -1, .setup_ms = -1, .hop_ms = INT32_MAX, .tries = UINT32_MAX },
		{ .id = 4, .cut = true, .q850 = INT16_MAX, .reason_sip = INT16_MAX, .raw_len = UINT32_MAX },
		{ .id = 5, .recovered = true, .repeats = UINT32_MAX, .said_code = 699 },
		{ .id = 6, .in_call = true, .copies = UINT32_MAX, .transport = 255, .direction = 255, .role = 255 },
		{ .id = 7, .auth = true, .statement = true }, { .id = 8, .rang = true }, { .id = 9, .orphan = true },
		{ .id = 10, .ack_missing = true, .outcome = 255 }, { .id = 11, .partial = true }, sample_event(12) };
	struct event out;

	(void)state;
	memset(text, 'x', sizeof text);
	given[1].reason = (struct slice){ text, sizeof text };
	given[1].agent = (struct slice){ text, 127 };
	given[1].warning = (struct slice){ text, 128 };
	/* Addresses that stand nowhere else; nobody relayed. */
	given[11].path = SAMPLE_TEXT("[2001:db8::1]:5060 [2001:db8::2]:5060 404 4294967295 4294967295\n"
				     "192.0.2.10:5060 192.0.2.10:5060 0 0 0\n");
	given[11].said_by.n = 0;
	for (unsigned i = 0; i < 12; i++)
		sink_events_add(l, &given[i]);
	for (unsigned i = 0; i < 12; i++) {
		assert_true(sink_events_next(l, &at, &out));
		assert_same(&out, given[i]);
	}
	assert_false(sink_events_next(l, &at, &out));
	sink_events_free(l);
}

/* Texts of random length round a small ring many times: always the newest, without a gap, in order. */
static void
test_ring(void **state)
{
	static char text[RECORD_TEXT_MAX * 2];
	struct sink_events *l = sink_events_new(150, 1);
	uint64_t seed = 3;

	(void)state;
	for (uint64_t id = 1; id <= 5000; id++) {
		struct event e = { .id = id, .code = 404 }, out;
		struct sink_events_at at = { .index = 0 };
		uint64_t want;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		/* First the number of events is the limit, then the bytes are. */
		e.reason = (struct slice){ text, (size_t)(seed >> 33) % (id % 200 + 1) };
		e.phrase = (struct slice){ text, id > 2500 ? (size_t)(seed >> 40) % sizeof text : 0 };
		sink_events_add(l, &e);
		assert_int_equal(sink_events_count(l) + sink_events_dropped(l), id);
		assert_in_range(sink_events_count(l), id < 20 ? id : id > 150 && id < 2500 ? 150 : 20, 150);
		if (id % 7 != 0)
			continue;
		want = sink_events_dropped(l);
		while (sink_events_next(l, &at, &out))
			assert_int_equal(out.id, ++want);
		assert_int_equal(want, id);
	}
	sink_events_free(l);
}

/* The i-th of many texts, up to 139 bytes of it. */
static struct slice
text_of(char *out, unsigned i)
{
	size_t n = i % 140;

	memset(out, 'a' + (int)(i % 26), n);
	if (n >= 5)
		memcpy(out, (char[]){ (char)(i & 0xff), (char)(i >> 8 & 0xff), (char)(i >> 16) }, 3);
	return (struct slice){ out, n };
}

/* Texts that many events share, then many more of them than can be kept once, in a list that grows; all as given. */
static void
test_shared_texts(void **state)
{
	static unsigned agent[6001], phrase[6001];
	struct sink_events *l = sink_events_new(700, 0);
	char a[160], b[160], path[2] = "";
	uint64_t seed = 11;

	(void)state;
	for (uint64_t id = 1; id <= 6000; id++) {
		struct event e = { .id = id, .code = 404, .path = { path, 0 } }, out;
		struct event_update u = { .id = id / 2 + id / 4 + 300,
			.path = slice_str("1.2.3.4:5 1.2.3.4:6 404 1 2\n") };
		struct sink_events_at at = { .index = 0 };
		size_t n = 0;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		agent[id] = (unsigned)(seed >> 33) % (id < 3000 ? 60 : 9000);
		phrase[id] = (unsigned)(seed >> 43) % (id < 3000 ? 60 : 9000);
		e.agent = text_of(a, agent[id]);
		e.phrase = e.warning = text_of(b, phrase[id]);
		sink_events_add(l, &e);
		sink_events_update(l, &u);
		if (id % 41 != 0)
			continue;
		for (; sink_events_next(l, &at, &out); n++) {
			assert_true(slice_eq(out.agent, text_of(a, agent[out.id])));
			assert_true(slice_eq(out.phrase, text_of(a, phrase[out.id])));
			assert_true(slice_eq(out.warning, out.phrase));
			assert_int_equal(out.reason.n + out.source.n + out.call_id.n, 0);
		}
		assert_int_equal(n, sink_events_count(l));
		assert_int_equal(n, id < 700 ? id : 700);
	}
	sink_events_free(l);
}

/* What the model of an updated event has of it. */
struct kept {
	uint64_t repeats;
	unsigned code, hops;
	size_t phrase;
	bool recovered;
};

static size_t
path_of(char *out, size_t cap, unsigned hops)
{
	struct event_hop h = { .src = slice_str("[2001:db8:1:2:3:4:5:6]:5060"), .dst = slice_str("192.0.2.1:5060") };
	size_t used = 0;

	for (unsigned i = 0; i < hops; i++) {
		h.code = (uint16_t)(400 + i);
		used = event_hop_put(out, cap, used, &h);
	}
	return used;
}

/* Updates of random events, paths that grow and shrink, codes with their words: nothing else moves, paths may lag
 * behind, and words may be lost but are never another code's. */
static void
test_updates(void **state)
{
	static struct kept model[4001];
	static char text[200], path[RECORD_TEXT_MAX], phrases[80];
	struct sink_events *l = sink_events_new(3000, 1);
	unsigned kept = 0, grown = 0, wordless = 0;
	uint64_t seed = 5;

	(void)state;
	for (uint64_t id = 1; id <= 4000; id++) {
		struct event e = { .id = id, .code = 404, .said_by = slice_str("192.0.2.1:5060"), .said_code = 403 },
			     out;
		struct event_update u = { .repeats = (uint32_t)id, .copies = 3 };
		struct sink_events_at at = { .index = 0 };

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		e.reason = (struct slice){ text, (size_t)(seed >> 33) % sizeof text };
		e.path = (struct slice){ path, path_of(path, sizeof path, id % 2) };
		e.phrase = (struct slice){ phrases, id % 50 };
		sink_events_add(l, &e);
		model[id] = (struct kept){ .code = 404, .hops = id % 2, .phrase = e.phrase.n };
		/* Mostly one of the newest; some are gone, one was never there. */
		u.id = id + 1 - (seed >> 40) % (id % 5 == 0 ? 400 : 5);
		u.code = id % 3 == 0 ? 500 : 0;
		u.phrase = (struct slice){ phrases, u.code != 0 ? 1 + id % 70 : 0 };
		u.recovered = id % 4 == 0;
		u.path = (struct slice){ path, path_of(path, sizeof path, id % 7) };
		sink_events_update(l, &u);
		if (u.id > 0 && u.id <= id) {
			struct kept *k = &model[u.id];

			k->repeats = id;
			k->code = u.code != 0 ? u.code : k->code;
			k->phrase = u.code != 0 ? u.phrase.n : k->phrase;
			k->hops = u.path.n > 0 ? (unsigned)(id % 7) : k->hops;
			k->recovered |= u.recovered;
		}
		assert_int_equal(sink_events_count(l) + sink_events_dropped(l), id);
		if (id % 13 != 0)
			continue;
		while (sink_events_next(l, &at, &out)) {
			const struct kept *k = &model[out.id];
			struct event_hop h;
			unsigned hops = 0;

			assert_int_equal(out.repeats, k->repeats);
			assert_int_equal(out.code, k->code);
			assert_int_equal(out.recovered, k->recovered);
			assert_int_equal(out.outcome, OUTCOME_OK);
			assert_int_equal(out.said_code, k->code == 404 ? 403 : 0);
			assert_int_equal(out.said_by.n, k->code == 404 ? strlen("192.0.2.1:5060") : 0);
			assert_true(out.phrase.n == k->phrase || (out.phrase.n == 0 && k->code == 500));
			wordless += out.phrase.n != k->phrase;
			while (event_hop_next(&out.path, &h))
				assert_int_equal(h.code, 400 + hops++);
			kept += hops != k->hops;
			grown++;
		}
	}
	/* A path that found no place stays as it was: rare. */
	assert_true(grown > 50000);
	assert_in_range(kept, 0, grown / 20);
	assert_in_range(wordless, 0, grown / 20);
	sink_events_free(l);
}

static void
test_update_of_silence(void **state)
{
	struct sink_events *l = sink_events_new(0, 0);
	struct event e = { .id = 5, .outcome = OUTCOME_NO_RESPONSE, .q850 = -1, .reason_sip = -1, .warn_code = -1 },
		     out;
	struct event_update u = { .id = 5, .code = 500, .said_code = 503 };
	struct sink_events_at at = { .index = 0 };

	(void)state;
	e.explain = slice_str("silence");
	sink_events_update(l, &u);
	sink_events_add(l, &e);
	sink_events_update(l, &u);
	assert_true(sink_events_next(l, &at, &out));
	assert_int_equal(out.code, 500);
	assert_int_equal(out.outcome, OUTCOME_FAILED);
	assert_true(slice_eq(out.explain, slice_str("said:503")));
	u.recovered = true;
	sink_events_update(l, &u);
	at.index = 0;
	assert_true(sink_events_next(l, &at, &out));
	assert_true(out.recovered);
	assert_int_equal(out.outcome, OUTCOME_OK);
	/* What it said first is what the new code was made of. */
	e = (struct event){ .id = 6, .code = 403, .phrase = slice_str("Insufficient funds"), .q850 = -1 };
	e.reason_sip = e.warn_code = -1;
	sink_events_add(l, &e);
	u = (struct event_update){
		.id = 6, .code = 500, .said_code = 403, .phrase = slice_str("Server Internal Error")
	};
	sink_events_update(l, &u);
	assert_true(sink_events_next(l, &at, &out));
	assert_true(slice_eq(out.phrase, u.phrase));
	assert_true(slice_eq(out.said_phrase, slice_str("Insufficient funds")));
	assert_true(slice_eq(out.explain, slice_str("said:403")));
	u = (struct event_update){ .id = 6, .code = 502, .said_code = 403 };
	sink_events_update(l, &u);
	u = (struct event_update){ .id = 6, .code = 480 };
	sink_events_add(l, &(struct event){ .id = 7, .code = 404 });
	at.index = 1;
	assert_true(sink_events_next(l, &at, &out));
	assert_true(slice_eq(out.said_phrase, slice_str("Insufficient funds")));
	sink_events_update(l, &u);
	at.index = 1;
	assert_true(sink_events_next(l, &at, &out));
	assert_int_equal(out.said_phrase.n, 0);
	sink_events_free(l);
}

/* Ten thousand events as they are on a busy PBX: most over one hop, one of four with two relays and a cause. */
static void
test_size(void **state)
{
	struct sink_events *l = sink_events_new(10000, 3 * 1024 * 1024);

	(void)state;
	for (uint64_t id = 1; id <= 10000; id++) {
		struct event e = sample_event(id);

		e.warning.n = e.detail.n = e.needs.n = e.leg.n = 0;
		if (id % 4 != 0) {
			e.path = SAMPLE_TEXT("192.0.2.10:5060 198.51.100.7:5060 503 72 7\n");
			e.said_by.n = e.reason.n = 0;
		}
		sink_events_add(l, &e);
	}
	assert_int_equal(sink_events_count(l), 10000);
	sink_events_free(l);
}

/* The shortest list still holds the longest event. */
static void
test_longest_in_the_shortest(void **state)
{
	static char text[RECORD_TEXT_MAX];
	struct event e = sample_event(1);
	struct slice *texts = &e.method;
	struct sink_events *l = sink_events_new(10, 0);

	(void)state;
	memset(text, 'x', sizeof text);
	for (size_t i = 0; i < (sizeof e - offsetof(struct event, method)) / sizeof *texts; i++)
		texts[i] = (struct slice){ text, sizeof text };
	for (e.id = 1; e.id <= 30; e.id++)
		sink_events_add(l, &e);
	assert_in_range(sink_events_count(l), 1, 10);
	assert_int_equal(sink_events_count(l) + sink_events_dropped(l), 30);
	sink_events_free(l);
}

static void
test_memory_short(void **state)
{
	struct event e = sample_event(1);
	struct sink_events *l;

	(void)state;
	mem_fail_at(1);
	assert_null(sink_events_new(0, 0));
	mem_fail_at(0);
	l = sink_events_new(0, 0);
	mem_fail_at(1);
	sink_events_add(l, &e);
	mem_fail_at(0);
	sink_events_add(l, &e);
	assert_int_equal(sink_events_dropped(l), 1);
	assert_int_equal(sink_events_count(l), 1);
	sink_events_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kept_as_given),
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_shared_texts),
		cmocka_unit_test(test_updates),
		cmocka_unit_test(test_update_of_silence),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_longest_in_the_shortest),
		cmocka_unit_test(test_memory_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
