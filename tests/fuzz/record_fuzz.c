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

static uint64_t
fuzz_event(const struct event *e)
{
	const struct slice *texts = &e->method;
	struct slice path = e->path;
	struct event_hop h;
	uint64_t sum = 0;
	unsigned hops = 0;

	for (const struct slice *t = texts; t <= &e->raw; t++)
		sum += fuzz_slice(*t);
	for (; event_hop_next(&path, &h); hops++)
		sum += fuzz_slice(h.src) + fuzz_slice(h.dst) + h.code;
	/* Every path that a record brought is whole. */
	if (hops > EVENT_HOPS_MAX || path.n > 0 || e->outcome >= OUTCOME_N || e->role >= PEER_ROLE_N)
		abort();
	return sum;
}

/* The messages of an id: by time, whole, and as many as are said. */
static void
fuzz_messages(const struct store *s, uint64_t of)
{
	struct callmsg m[CALLMSG_MAX];
	size_t n = store_messages(s, of, m, CALLMSG_MAX);
	uint64_t sum = 0;

	if (n > CALLMSG_MAX || (n > 0 && store_messages_gone(s, of)) || store_messages(s, of, NULL, 0) != n)
		abort();
	for (size_t i = 0; i < n; i++) {
		const struct slice *t = &m[i].method;

		if (m[i].of != of || m[i].seen == 0 || m[i].evidence >= CALLMSG_EVIDENCE_N ||
		    (i > 0 && m[i].t_ns < m[i - 1].t_ns))
			abort();
		for (; t <= &m[i].raw; t++)
			sum += fuzz_slice(*t);
	}
	if (sum == 1)
		(void)putchar('\0');
}

static void
fuzz_good(const struct store *s)
{
	static const char *const methods[] = { "INVITE", "REGISTER", "" };
	struct goodcall g;

	for (unsigned i = 0; i < 3; i++) {
		if (!store_goodcall(s, slice_str("carrier-a"), slice_str(methods[i]), &g))
			continue;
		if (g.id == 0 || !slice_eq(g.method, slice_str(methods[i])))
			abort();
		fuzz_messages(s, g.id);
		if (fuzz_slice(g.peer) + fuzz_slice(g.call_id) + fuzz_slice(g.source) == 1)
			(void)putchar('\0');
	}
}

static void
fuzz_events(const struct store *s)
{
	uint64_t sum = 0, last = 0;

	for (size_t i = 0; i < store_event_count(s); i++) {
		const struct event *e = store_event_at(s, i);

		if (e == NULL || e->id <= last || store_event_index(s, e->id) != i || e->code > 699 ||
		    (e->code < 100 && e->code != 0))
			abort();
		last = e->id;
		sum += fuzz_event(e);
		fuzz_messages(s, e->id);
	}
	if (sum == 1 || store_event_at(s, store_event_count(s)) != NULL)
		abort();
}

static void
fuzz_incidents(const struct store *s)
{
	size_t n = store_incident_count(s), open = store_incident_open(s);
	uint64_t sum = 0;

	if (n > STORE_INCIDENTS_MAX || open > n || store_incident_at(s, n) != NULL)
		abort();
	for (size_t i = 0; i < n; i++) {
		const struct incident *in = store_incident_at(s, i);

		if (in->ended != (i >= open) || in->pattern < PATTERN_MIN || in->pattern > PATTERN_MAX)
			abort();
		sum += fuzz_slice(in->kind) + fuzz_slice(in->peer) + fuzz_slice(in->what) + fuzz_slice(in->sentence);
		for (unsigned k = 0; k < INCIDENT_EVIDENCE; k++)
			sum += fuzz_slice(in->call_ids[k]);
	}
	if (sum == 1)
		abort();
}

/* Each event that is kept and failed is in a group that is there, unless groups had to make room. */
static void
fuzz_groups(const struct store *s)
{
	static struct store_group out[STORE_GROUPS_MAX];
	size_t muted, all = store_group_count(s, &muted), n = store_groups(s, true, out, STORE_GROUPS_MAX);
	struct store_group g;

	if (n != all || store_groups(s, false, out, STORE_GROUPS_MAX) != all - muted)
		abort();
	for (size_t i = 0; i < all - muted; i++)
		if (out[i].count == 0 || out[i].muted || !store_group_find(s, out[i].key, &g) || g.key != out[i].key ||
		    g.first_ns > g.last_ns || memchr(g.phrase, '\0', sizeof g.phrase) == NULL)
			abort();
	for (size_t i = 0; i < store_event_count(s) && store_group_evicted(s) == 0; i++) {
		const struct event *e = store_event_at(s, i);

		if (!e->recovered && !store_group_find(s, store_group_key(s, e), &g))
			abort();
	}
}

/* Numbers have no gap, each is of a group unless groups had to make room, and groups never count more than came. */
static void
fuzz_notices(const struct store *s)
{
	static struct store_notice_group out[STORE_NOTICE_GROUPS_MAX];
	const struct notice_list *l = store_notices(s);
	uint64_t newest = notice_list_newest(l), count = notice_list_count(l), sum = 0, told = 0;
	size_t n = store_notice_groups(s, out, STORE_NOTICE_GROUPS_MAX);

	if (count > newest || count > STORE_NOTICES_MAX || store_notice_total(s) < newest ||
	    notice_list_find(l, newest - count) != NULL || notice_list_find(l, newest + 1) != NULL)
		abort();
	for (uint64_t at = newest + 1 - count; at <= newest; at++) {
		const struct notice *one = notice_list_find(l, at);
		struct store_notice_group g;

		if (one == NULL || one->kind.n == 0)
			abort();
		for (const struct slice *t = &one->stamp; t <= &one->source; t++)
			sum += fuzz_slice(*t);
		if (n < STORE_NOTICE_GROUPS_MAX && (!store_notice_group_of(s, one, &g) || g.count == 0))
			abort();
	}
	for (size_t i = 0; i < n; i++)
		told += out[i].count;
	if (told > newest || sum == 1)
		abort();
}

static void
fuzz_kpi(const struct store *s)
{
	static struct kpi_counts room[KPI_PEERS + 1];
	static struct kpi_peer peers[KPI_PEERS + 1];
	static const unsigned windows[] = { 0, 60, 300, 900 };

	for (unsigned w = 0; w < 4; w++) {
		size_t n = store_kpi_peers(s, windows[w], peers, room, KPI_PEERS + 1);
		struct kpi_counts c;

		store_kpi(s, windows[w], &c);
		for (size_t i = 0; i < n; i++)
			if (strlen(peers[i].name) >= ENDPOINT_TEXT || kpi_is_zero(peers[i].counts))
				abort();
		for (unsigned i = 0; windows[w] > 0 && i < KPI_COUNTERS; i++)
			if (c.n[i] < 0)
				abort();
	}
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
	fuzz_incidents(s);
	fuzz_groups(s);
	fuzz_notices(s);
	fuzz_kpi(s);
	fuzz_good(s);
	for (unsigned cls = 0; cls <= 8; cls++) {
		(void)store_window(s, cls, 300);
		if (store_rate(s, cls, 60) < 0)
			abort();
		store_history(s, cls, 60, history, 64);
	}
	n = store_top_codes(s, codes, 10);
	for (size_t i = 1; i < n; i++)
		if (codes[i].events > codes[i - 1].events)
			abort();
	n = store_top_peers(s, peers, 10);
	for (size_t i = 0; i < n; i++)
		if (memchr(peers[i].name, '\0', sizeof peers[i].name) == NULL)
			abort();
	for (size_t i = 0; i < store_source_count(s); i++)
		if (memchr(store_source_at(s, i)->sentence, '\0', 256) == NULL || store_source_rate(s, i) < -1)
			abort();
	store_status(s, &st);
	if (memchr(st.sentence, '\0', sizeof st.sentence) == NULL || memchr(st.host, '\0', sizeof st.host) == NULL)
		abort();
	if (store_event_recovered(s) > 0 && store_event_total(s) == 0 && store_event_count(s) > 0)
		abort();
	(void)store_now(s);
	(void)store_waiting(s);
}

/* The user acknowledges or mutes the group of the newest event. */
static void
fuzz_user(struct store *s, unsigned what)
{
	const struct event *e = store_event_at(s, store_event_count(s) - 1);

	if (e == NULL)
		return;
	if ((what & 2) != 0)
		store_group_ack(s, store_group_key(s, e));
	if ((what & 4) != 0)
		store_group_mute(s, store_group_key(s, e), (what & 8) == 0);
}

static void
fuzz_store(const uint8_t *data, size_t size)
{
	struct store_cfg cfg = { .events = 8, .bytes = 16384, .message_bytes = 4096, .seed = 1 };
	struct store *s = store_new(&cfg);
	size_t first = size > FUZZ_HEAD ? data[0] * (size - FUZZ_HEAD) / 255 : 0;

	if (s == NULL || size < FUZZ_HEAD) {
		store_free(s);
		return;
	}
	store_advance(s, (int64_t)data[1] * (1700000000 / 128) * NS_PER_S);
	store_feed(s, data + FUZZ_HEAD, first);
	fuzz_getters(s);
	fuzz_user(s, data[2]);
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
	struct tally *t = tally_new(1, NULL);
	struct notice_list *notices = notice_list_new(3, 100000);
	struct source_stat source = { .kind = "file", .text = size % 2 == 0, .notices = size, .no_year = size };
	struct sink_report r = { .host = "h",
		.version = "v",
		.tally = t,
		.sources = &source,
		.n_sources = 1,
		.events = l,
		.notices = notices };
	struct slice all = { (const char *)data, size };
	FILE *out = fopen("/dev/null", "w");

	memcpy(source.name, data, size < sizeof source.name ? size : sizeof source.name - 1);
	for (uint64_t id = 1; id < 6; id++) {
		struct event e = { .id = id, .code = 404, .phrase = slice_cut(&all, '\n'), .from = all, .source = all };

		struct notice n = { .t_ns = (int64_t)id, .kind = e.phrase, .peer = all, .user = all, .text = all };

		sink_events_add(l, &e);
		if (notice_list_add(notices, &n) != 0)
			abort();
	}
	if (out == NULL || sink_report_json(out, &r) != 0 || sink_report_text(out, &r, 0) != 0)
		abort();
	(void)fclose(out);
	notice_list_free(notices);
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
