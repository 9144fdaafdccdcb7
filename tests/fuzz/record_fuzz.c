/*
 * record_fuzz - bytes as a record stream into a store, cut where the first bytes say, every getter asked, and then the
 * same bytes as events and names of a report.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sipwhy/sink.h"
#include "sipwhy/store.h"
#include "sipwhy/timefmt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_HEAD = 4 };

static uint64_t
fuzz_slice(struct slice s)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < s.n; i++)
		sum += (unsigned char)s.p[i];
	return sum;
}

static void
fuzz_events(const struct store *s)
{
	uint64_t sum = 0, last = 0;

	for (size_t i = 0; i < store_event_count(s); i++) {
		const struct event *e = store_event_at(s, i);

		if (e == NULL || e->id <= last || store_event_index(s, e->id) != i || e->code < 100 || e->code > 699)
			abort();
		last = e->id;
		sum += fuzz_slice(e->method) + fuzz_slice(e->phrase) + fuzz_slice(e->call_id) + fuzz_slice(e->from);
		sum += fuzz_slice(e->to) + fuzz_slice(e->peer) + fuzz_slice(e->src) + fuzz_slice(e->dst);
		sum += fuzz_slice(e->agent) + fuzz_slice(e->reason) + fuzz_slice(e->warning);
		sum += fuzz_slice(e->retry_after) + fuzz_slice(e->detail) + fuzz_slice(e->explain);
		sum += fuzz_slice(e->source) + fuzz_slice(e->raw);
	}
	if (sum == 1 || store_event_at(s, store_event_count(s)) != NULL)
		abort();
}

static void
fuzz_getters(const struct store *s)
{
	struct store_code codes[10];
	struct peer_stat peers[10];
	struct store_status st;
	uint64_t history[64];
	size_t n;

	fuzz_events(s);
	for (unsigned cls = 0; cls <= 8; cls++) {
		(void)store_window(s, cls, 300);
		if (store_rate(s, cls, 60) < 0)
			abort();
		store_history(s, cls, 60, history, 64);
	}
	n = store_top_codes(s, codes, 10);
	for (size_t i = 1; i < n; i++)
		if (codes[i].responses > codes[i - 1].responses)
			abort();
	n = store_top_peers(s, peers, 10);
	for (size_t i = 0; i < n; i++)
		if (memchr(peers[i].name, '\0', sizeof peers[i].name) == NULL)
			abort();
	for (size_t i = 0; i < store_source_count(s); i++)
		if (memchr(store_source_at(s, i)->sentence, '\0', 256) == NULL)
			abort();
	store_status(s, &st);
	if (memchr(st.sentence, '\0', sizeof st.sentence) == NULL || memchr(st.host, '\0', sizeof st.host) == NULL)
		abort();
	(void)store_now(s);
	(void)store_waiting(s);
}

static void
fuzz_store(const uint8_t *data, size_t size)
{
	struct store_cfg cfg = { 8, 16384, 1 };
	struct store *s = store_new(&cfg);
	size_t first = size > FUZZ_HEAD ? data[0] * (size - FUZZ_HEAD) / 255 : 0;

	if (s == NULL || size < FUZZ_HEAD) {
		store_free(s);
		return;
	}
	store_advance(s, (int64_t)data[1] * (1700000000 / 128) * NS_PER_S);
	store_feed(s, data + FUZZ_HEAD, first);
	fuzz_getters(s);
	if (store_freeze(s, (data[2] & 1) != 0) != 0)
		abort();
	store_feed(s, data + FUZZ_HEAD + first, size - FUZZ_HEAD - first);
	fuzz_getters(s);
	if (store_freeze(s, false) != 0)
		abort();
	fuzz_getters(s);
	store_free(s);
}

/* The bytes as texts of events and as names, written as both reports. */
static void
fuzz_report(const uint8_t *data, size_t size)
{
	struct sink_events *l = sink_events_new(4, 1);
	struct tally *t = tally_new(1);
	struct source_stat source = { .kind = "file" };
	struct sink_report r = { .host = "h", .version = "v", .tally = t, .sources = &source, .n_sources = 1,
		.events = l };
	struct slice all = { (const char *)data, size };
	FILE *out = fopen("/dev/null", "w");

	memcpy(source.name, data, size < sizeof source.name ? size : sizeof source.name - 1);
	for (uint64_t id = 1; id < 6; id++) {
		struct event e = { .id = id, .code = 404, .phrase = slice_cut(&all, '\n'), .from = all,
			.source = all };

		sink_events_add(l, &e);
	}
	if (out == NULL || sink_report_json(out, &r) != 0 || sink_report_text(out, &r, 0) != 0)
		abort();
	(void)fclose(out);
	sink_events_free(l);
	tally_free(t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_store(data, size);
	if (size > 0 && data[0] % 16 == 0)
		fuzz_report(data, size);
	return 0;
}
