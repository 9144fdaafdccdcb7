/* codec: what is encoded comes back the same, and encoding that again gives the same bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

#include "record/sample.h"
#include "sipwhy/mem.h"

enum { EVENT_SLICES = 25 };

struct codec {
	struct buf first, second;
	struct record_decoder *d;
	struct record out;
};

static void
codec_init(struct codec *c)
{
	buf_init(&c->first, 8 * RECORD_LINE_MAX);
	buf_init(&c->second, 8 * RECORD_LINE_MAX);
	c->d = record_decoder_new();
	assert_non_null(c->d);
}

static void
codec_fini(struct codec *c)
{
	buf_fini(&c->first);
	buf_fini(&c->second);
	record_decoder_free(c->d);
}

/* One line there, back and there again; c->out is what came back. */
static void
round_trip(struct codec *c, const struct record *r)
{
	buf_clear(&c->first);
	buf_clear(&c->second);
	assert_int_equal(record_encode(&c->first, r), 0);
	assert_int_equal(c->first.data[c->first.len - 1], '\n');
	for (size_t i = 0; i + 1 < c->first.len; i++)
		assert_in_range((unsigned char)c->first.data[i], 0x20, 0x7e);
	assert_int_equal(record_decode(c->d, c->first.data, c->first.len, &c->out), 0);
	assert_int_equal(c->out.type, r->type);
	assert_int_equal(c->out.t_ns, r->t_ns);
	assert_string_equal(c->out.host, r->host);
	assert_int_equal(record_encode(&c->second, &c->out), 0);
	assert_int_equal(c->second.len, c->first.len);
	assert_memory_equal(c->second.data, c->first.data, c->first.len);
}

static void
assert_slice(struct slice a, struct slice b)
{
	assert_int_equal(a.n, b.n);
	if (a.n > 0)
		assert_memory_equal(a.p, b.p, a.n);
}

/* Every number and flag, by name. */
#define SAME(m) assert_int_equal(a->m, b->m)

static void
assert_event_numbers(const struct event *a, const struct event *b)
{
	SAME(id);
	SAME(t_ns);
	SAME(code);
	SAME(said_code);
	SAME(q850);
	SAME(reason_sip);
	SAME(warn_code);
	SAME(transport);
	SAME(direction);
	SAME(outcome);
	SAME(role);
	SAME(partial);
	SAME(cut);
	SAME(recovered);
	SAME(in_call);
	SAME(auth);
	SAME(rang);
	SAME(orphan);
	SAME(ack_missing);
	SAME(statement);
	SAME(raw_len);
	SAME(setup_ms);
	SAME(hop_ms);
	SAME(repeats);
	SAME(copies);
	SAME(tries);
}

#undef SAME

/* The slices stand in one run from method to raw. */
static void
assert_events(const struct event *a, const struct event *b)
{
	const struct slice *x = &a->method, *y = &b->method;

	assert_event_numbers(a, b);
	assert_ptr_equal(&x[EVENT_SLICES - 1], &a->raw);
	for (unsigned i = 0; i < EVENT_SLICES; i++)
		assert_slice(x[i], y[i]);
}

static void
test_event(void **state)
{
	struct record r = sample_event_record(77), bare = sample_record(RECORD_EVENT);
	struct codec c;

	(void)state;
	codec_init(&c);
	round_trip(&c, &r);
	assert_events(&c.out.event, &r.event);
	bare.event = (struct event){ .id = INT64_MAX,
		.t_ns = bare.t_ns,
		.code = 699,
		.q850 = -1,
		.reason_sip = 0,
		.warn_code = INT16_MAX,
		.transport = TRANSPORT_N,
		.outcome = OUTCOME_EVICTED,
		.cut = true,
		.setup_ms = INT32_MAX,
		.hop_ms = -1,
		.repeats = UINT32_MAX,
		.tries = 1 };
	round_trip(&c, &bare);
	assert_events(&c.out.event, &bare.event);
	codec_fini(&c);
}

/* Each flag alone, so that none stands for another. */
static void
test_event_flags(void **state)
{
	bool event_flags[8][8] = { { false } };
	struct codec c;

	(void)state;
	codec_init(&c);
	for (unsigned i = 0; i < 8; i++) {
		struct record r = sample_event_record(1);
		bool *f = event_flags[i];

		f[i] = true;
		r.event.partial = f[0];
		r.event.recovered = f[1];
		r.event.in_call = f[2];
		r.event.auth = f[3];
		r.event.rang = f[4];
		r.event.orphan = f[5];
		r.event.ack_missing = f[6];
		r.event.statement = f[7];
		round_trip(&c, &r);
		assert_event_numbers(&c.out.event, &r.event);
	}
	codec_fini(&c);
}

/* No final response, and no hop that gave one. */
static void
test_silence(void **state)
{
	struct record r = sample_event_record(3);
	struct codec c;

	(void)state;
	codec_init(&c);
	r.event.code = r.event.said_code = 0;
	r.event.outcome = OUTCOME_NO_RESPONSE;
	r.event.path = SAMPLE_TEXT("192.0.2.10:5060 - 0 0 0\n");
	round_trip(&c, &r);
	assert_events(&c.out.event, &r.event);
	assert_null(memmem(c.first.data, c.first.len, "code\":0", 7));
	codec_fini(&c);
}

/* A path has at most EVENT_HOPS_MAX hops on the way out; what is no hop ends it. */
static void
test_path(void **state)
{
	struct record r = sample_event_record(3);
	struct codec c;
	char path[2048];
	size_t used = 0;

	(void)state;
	codec_init(&c);
	for (unsigned i = 0; i < EVENT_HOPS_MAX + 2; i++) {
		struct event_hop h = { SAMPLE_TEXT("[2001:db8::1]:65535"), SAMPLE_TEXT("-"), (uint16_t)(400 + i),
			UINT32_MAX, i };

		used = event_hop_put(path, sizeof path, used, &h);
	}
	r.event.path = (struct slice){ path, used };
	round_trip(&c, &r);
	assert_slice(c.out.event.path, (struct slice){ path, used / (EVENT_HOPS_MAX + 2) * EVENT_HOPS_MAX });
	r.event.path = SAMPLE_TEXT("a b 404 1 1\nthis is none\na b 404 1 1\n");
	round_trip(&c, &r);
	assert_slice(c.out.event.path, SAMPLE_TEXT("a b 404 1 1\n"));
	codec_fini(&c);
}

static void
test_update(void **state)
{
	struct record r = sample_update(77), bare = sample_record(RECORD_UPDATE);
	const struct event_update *u;
	struct codec c;

	(void)state;
	codec_init(&c);
	round_trip(&c, &r);
	u = &c.out.update;
	assert_int_equal(u->id, 77);
	assert_int_equal(u->t_ns, SAMPLE_T);
	assert_int_equal(u->code, 500);
	assert_int_equal(u->old_code, 503);
	assert_false(u->recovered);
	assert_int_equal(u->repeats, 9);
	assert_int_equal(u->copies, 8);
	assert_int_equal(u->said_code, 503);
	assert_slice(u->phrase, SAMPLE_TEXT("Server Internal Error"));
	assert_slice(u->said_by, SAMPLE_TEXT("203.0.113.40:5060"));
	assert_slice(u->path, SAMPLE_TEXT(sample_path));
	bare.update = (struct event_update){ .id = 1, .recovered = true };
	round_trip(&c, &bare);
	assert_true(u->recovered);
	assert_int_equal(u->code + u->old_code + u->repeats + u->copies, 0);
	assert_int_equal(u->path.n + u->phrase.n + u->said_by.n + u->said_code, 0);
	codec_fini(&c);
}

static void
test_incident(void **state)
{
	struct record r = sample_incident(5, 1, INCIDENT_CRITICAL, SAMPLE_T - 60 * NS_PER_S);
	const struct incident *i;
	struct codec c;

	(void)state;
	codec_init(&c);
	round_trip(&c, &r);
	i = &c.out.incident;
	assert_int_equal(i->id, 5);
	assert_int_equal(i->t_ns, SAMPLE_T);
	assert_int_equal(i->since_ns, SAMPLE_T - 60 * NS_PER_S);
	assert_int_equal(i->last_ns, SAMPLE_T);
	assert_int_equal(i->pattern, 1);
	assert_int_equal(i->level, INCIDENT_CRITICAL);
	assert_false(i->ended);
	assert_int_equal(i->count, 12);
	assert_slice(i->kind, r.incident.kind);
	assert_slice(i->peer, r.incident.peer);
	assert_slice(i->what, r.incident.what);
	assert_slice(i->sentence, r.incident.sentence);
	for (unsigned k = 0; k < INCIDENT_EVIDENCE; k++) {
		assert_int_equal(i->events[k], 7 + k);
		assert_slice(i->call_ids[k], r.incident.call_ids[k]);
	}
	/* Gaps close, and what is no UTF-8 goes last. */
	r.incident.ended = true;
	r.incident.events[0] = 0;
	r.incident.call_ids[0] = SAMPLE_TEXT("\xff@x");
	r.incident.call_ids[1] = SAMPLE_TEXT("");
	round_trip(&c, &r);
	assert_true(i->ended);
	assert_int_equal(i->events[0], 8);
	assert_int_equal(i->events[2], 0);
	assert_slice(i->call_ids[0], SAMPLE_TEXT("e@f"));
	assert_slice(i->call_ids[1], SAMPLE_TEXT("\xff@x"));
	assert_int_equal(i->call_ids[2].n, 0);
	codec_fini(&c);
}

/* Every member comes back; a log line need not say more than a kind; every transport and no transport has a name. */
static void
test_notice(void **state)
{
	struct record r = sample_notice("auth-failed", "192.0.2.9:5060"), bare = sample_record(RECORD_NOTICE);
	const struct slice *a, *b;
	struct codec c;

	(void)state;
	codec_init(&c);
	round_trip(&c, &r);
	a = &c.out.notice.stamp;
	b = &r.notice.stamp;
	assert_ptr_equal(&b[8], &r.notice.source);
	assert_int_equal(c.out.notice.t_ns, SAMPLE_T);
	for (unsigned i = 0; i < 9; i++) {
		assert_true(b[i].n > 0);
		assert_slice(a[i], b[i]);
	}
	bare.notice.kind = SAMPLE_TEXT("hangup");
	bare.notice.text = SAMPLE_TEXT("\xff[m");
	round_trip(&c, &bare);
	assert_slice(c.out.notice.text, bare.notice.text);
	assert_int_equal(c.out.notice.peer.n + c.out.notice.stamp.n, 0);
	for (unsigned t = 0; t <= TRANSPORT_N; t++) {
		struct record e = sample_event_record(1);

		e.event.transport = (uint8_t)t;
		round_trip(&c, &e);
		assert_int_equal(c.out.event.transport, t);
	}
	codec_fini(&c);
}

static void
assert_messages(const struct callmsg *a, const struct callmsg *b)
{
	const struct slice *x = &a->method, *y = &b->method;

	assert_int_equal(a->of, b->of);
	assert_int_equal(a->at, b->at);
	assert_int_equal(a->t_ns, b->t_ns);
	assert_int_equal(a->code, b->code);
	assert_int_equal(a->transport, b->transport);
	assert_int_equal(a->leg, b->leg);
	assert_int_equal(a->evidence, b->evidence);
	assert_int_equal(a->cut, b->cut);
	assert_int_equal(a->seen, b->seen);
	assert_int_equal(a->raw_len, b->raw_len);
	assert_ptr_equal(&x[5], &a->raw);
	for (unsigned i = 0; i < 6; i++)
		assert_slice(x[i], y[i]);
}

/* Every member comes back; a request has no code; every evidence has a name; the longest message fits. */
static void
test_message(void **state)
{
	static char raw[CALLMSG_BYTES_MAX + 1];
	struct record r = sample_message(77, 5), bare = sample_record(RECORD_MESSAGE);
	struct codec c;

	(void)state;
	codec_init(&c);
	round_trip(&c, &r);
	assert_messages(&c.out.message, &r.message);
	for (unsigned e = 0; e < CALLMSG_EVIDENCE_N; e++) {
		r.message.evidence = (uint8_t)e;
		round_trip(&c, &r);
		assert_int_equal(c.out.message.evidence, e);
	}
	bare.message = (struct callmsg){ .of = INT64_MAX,
		.at = UINT32_MAX,
		.t_ns = bare.t_ns,
		.transport = TRANSPORT_N,
		.leg = UINT8_MAX,
		.seen = 1,
		.raw = { raw, CALLMSG_BYTES_MAX } };
	memset(raw, 1, sizeof raw);
	round_trip(&c, &bare);
	assert_messages(&c.out.message, &bare.message);
	memset(raw, 0xff, sizeof raw);
	bare.message.seen = UINT32_MAX;
	round_trip(&c, &bare);
	assert_messages(&c.out.message, &bare.message);
	/* More is cut. */
	bare.message.raw.n++;
	round_trip(&c, &bare);
	assert_int_equal(c.out.message.raw.n, CALLMSG_BYTES_MAX);
	codec_fini(&c);
}

static void
test_good(void **state)
{
	struct record r = sample_good(78, "carrier-a", "INVITE"), bare = sample_record(RECORD_GOOD);
	const struct slice *x, *y = &r.good.method;
	struct codec c;

	(void)state;
	codec_init(&c);
	round_trip(&c, &r);
	x = &c.out.good.method;
	assert_int_equal(c.out.good.id, 78);
	assert_int_equal(c.out.good.t_ns, SAMPLE_T);
	assert_int_equal(c.out.good.code, 200);
	assert_ptr_equal(&y[5], &r.good.source);
	for (unsigned i = 0; i < 6; i++) {
		assert_true(y[i].n > 0);
		assert_slice(x[i], y[i]);
	}
	bare.good.id = 1;
	round_trip(&c, &bare);
	assert_int_equal(c.out.good.peer.n + c.out.good.code, 0);
	codec_fini(&c);
}

/* Texts of every kind of bytes survive, each alone and in the raw message. */
static void
test_hostile_text(void **state)
{
	static const struct slice texts[] = {
		SAMPLE_TEXT("a\0b"),
		SAMPLE_TEXT("\x1b[2J\x1b]0;x\a"),
		SAMPLE_TEXT("\x7f"),
		SAMPLE_TEXT("\xc2\x85 \xc2\x9b"),
		SAMPLE_TEXT("\xe2\x80\xa8\xe2\x80\xa9"),
		SAMPLE_TEXT("\xe2\x80\xae gnp.exe"),
		SAMPLE_TEXT("M\xc3\xbcller"),
		SAMPLE_TEXT("\xf0\x9f\x93\x9e"),
		SAMPLE_TEXT("Besch\xe4"
			    "ftigt"),
		SAMPLE_TEXT("\xff\xfe"),
		SAMPLE_TEXT("\xc3"),
		SAMPLE_TEXT("\xed\xa0\x80"),
		SAMPLE_TEXT("\xc0\xaf"),
		SAMPLE_TEXT("\xf4\x90\x80\x80"),
		SAMPLE_TEXT("\"\\/\b\f\n\r\t"),
		SAMPLE_TEXT("\xef\xbf\xbf"),
		SAMPLE_TEXT("\xe4"),
		SAMPLE_TEXT("\xe4\xe4"),
		SAMPLE_TEXT("</script>"),
		SAMPLE_TEXT("=?"),
	};
	struct codec c;

	(void)state;
	codec_init(&c);
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
		struct record r = sample_event_record(i + 1);

		r.event.phrase = r.event.source = r.event.raw = texts[i];
		round_trip(&c, &r);
		assert_events(&c.out.event, &r.event);
	}
	codec_fini(&c);
}

/* All bytes at full length: the longest line an event can make still fits. */
static void
test_longest_event(void **state)
{
	static char text[EVENT_RAW_MAX + 1];
	struct record r = sample_event_record(1);
	struct slice *all = &r.event.method;
	struct codec c;

	(void)state;
	codec_init(&c);
	for (size_t i = 0; i < EVENT_SLICES; i++)
		if (&all[i] != &r.event.path)
			all[i] = (struct slice){ text, sizeof text };
	memset(text, 1, sizeof text);
	round_trip(&c, &r);
	assert_int_equal(c.out.event.from.n, RECORD_TEXT_MAX);
	assert_int_equal(c.out.event.raw.n, EVENT_RAW_MAX);
	memset(text, 0xff, sizeof text);
	round_trip(&c, &r);
	assert_int_equal(c.out.event.from.n, RECORD_TEXT_MAX);
	assert_int_equal(c.out.event.raw.n, EVENT_RAW_MAX);
	/* The cut does not go through a character. */
	for (size_t i = 0; i + 3 <= sizeof text; i += 3)
		memcpy(text + i, "\xe2\x82\xac", 3);
	r.event.raw.n = 300;
	round_trip(&c, &r);
	assert_int_equal(c.out.event.from.n, RECORD_TEXT_MAX - RECORD_TEXT_MAX % 3);
	codec_fini(&c);
}

static void
test_hello_source_bye(void **state)
{
	static struct counts totals;
	const struct kpi_counts kpi = sample_kpi(9);
	struct record hello = sample_hello(3, true), source = sample_record(RECORD_SOURCE),
		      bye = sample_record(RECORD_BYE);
	struct codec c;

	(void)state;
	codec_init(&c);
	round_trip(&c, &hello);
	assert_string_equal(c.out.hello.version, "0.1.0");
	assert_int_equal(c.out.hello.start_ns, SAMPLE_T);
	assert_int_equal(c.out.hello.engine, 3);
	assert_true(c.out.hello.live);
	source.source = (struct record_source){ "cap\xfft.pcap", "file", "damaged", "cut after 3 frames" };
	round_trip(&c, &source);
	assert_string_equal(c.out.source.name, source.source.name);
	assert_string_equal(c.out.source.sentence, source.source.sentence);
	totals.responses[METHOD_REGISTER][0] = 1;
	totals.malformed = 4;
	totals.attempts[METHOD_REGISTER] = 2;
	totals.outcomes[METHOD_REGISTER][OUTCOME_CHALLENGED] = 1;
	bye.tick.counts = &totals;
	round_trip(&c, &bye);
	assert_memory_equal(c.out.tick.counts, &totals, sizeof totals);
	assert_null(c.out.tick.kpi);
	bye.tick.kpi = &kpi;
	round_trip(&c, &bye);
	assert_memory_equal(c.out.tick.kpi, &kpi, sizeof kpi);
	codec_fini(&c);
}

/* Texts and numbers; what pads between them may be anything. */
static void
assert_sources(const struct source_stat *a, const struct source_stat *b)
{
	assert_string_equal(a->name, b->name);
	assert_string_equal(a->kind, b->kind);
	assert_string_equal(a->state, b->state);
	assert_string_equal(a->turned_away, b->turned_away);
	assert_int_equal(a->text, b->text);
	assert_int_equal(a->open_to_all, b->open_to_all);
	assert_memory_equal(
	    &a->frames, &b->frames, offsetof(struct source_stat, text) - offsetof(struct source_stat, frames));
	assert_memory_equal(&a->messages, &b->messages, sizeof *a - offsetof(struct source_stat, messages));
}

static void
test_tick(void **state)
{
	static struct counts counts;
	const struct kpi_counts kpi = sample_kpi(INT64_C(1) << 40),
				of_peers[2] = { sample_kpi(5), { .n = { [2] = -4 } } };
	struct kpi_peer kpi_peers[2] = { { "carrier-a", PEER_ROLE_TRUNK, &of_peers[0] }, { "other", 0, &of_peers[1] } };
	struct peer_stat peer = { .name = "2001:db8::1",
		.role = PEER_ROLE_PHONES,
		.responses = { 1, 0, 0, 7, 0, 2 },
		.events = 9,
		.codes = { { 404, 7 }, { 603, -1 }, { 0, 1 }, { 503, 1 } },
		.other = 1 };
	struct source_stat sources[2] = { sample_source("a", 3), sample_log("b\xff", 1) };
	struct record_fold fold = { 503, 312, "No \"way\"", "INVITE", "192.0.2.1", 0, DIRECTION_SENT, true };
	struct record r = sample_record(RECORD_TICK);
	struct codec c;

	(void)state;
	codec_init(&c);
	for (unsigned m = 0; m < METHOD_N; m++) {
		counts.requests[m] = m;
		counts.responses[m][m] = 1;
		counts.responses[m][SIP_CODE_N - 1 - m] = UINT64_C(1) << 53;
		counts.attempts[m] = (INT64_C(1) << 53) * (m % 2 ? 1 : -1);
		for (unsigned k = 0; k < OUTCOME_N; k++)
			counts.outcomes[m][k] = (int64_t)(m + k) - 9;
	}
	counts.retransmissions = 1;
	counts.copies = 2;
	counts.malformed = 3;
	counts.partial = 4;
	counts.events = 5;
	counts.recovered = 6;
	r.tick = (struct record_tick){ .counts = &counts,
		.peers = &peer,
		.n_peers = 1,
		.sources = sources,
		.n_sources = 2,
		.folds = &fold,
		.n_folds = 1,
		.kpi = &kpi,
		.kpi_peers = kpi_peers,
		.n_kpi_peers = 2,
		.evictions = 1,
		.call_ids = 2,
		.record_drops = 3,
		.call_ids_exact = true,
		.lag_ms = 4 };
	round_trip(&c, &r);
	assert_memory_equal(c.out.tick.counts, &counts, sizeof counts);
	assert_int_equal(c.out.tick.n_peers, 1);
	assert_string_equal(c.out.tick.peers[0].name, peer.name);
	assert_memory_equal(c.out.tick.peers[0].responses, peer.responses, sizeof peer.responses);
	assert_int_equal(c.out.tick.peers[0].codes[1].code, 603);
	assert_int_equal(c.out.tick.peers[0].codes[1].n, -1);
	assert_int_equal(c.out.tick.peers[0].codes[2].code, 0);
	assert_int_equal(c.out.tick.peers[0].codes[2].n, 1);
	assert_int_equal(c.out.tick.peers[0].other, 1);
	assert_int_equal(c.out.tick.n_sources, 2);
	assert_sources(&c.out.tick.sources[0], &sources[0]);
	assert_sources(&c.out.tick.sources[1], &sources[1]);
	assert_int_equal(c.out.tick.peers[0].role, PEER_ROLE_PHONES);
	assert_memory_equal(c.out.tick.kpi, &kpi, sizeof kpi);
	assert_int_equal(c.out.tick.n_kpi_peers, 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_string_equal(c.out.tick.kpi_peers[i].name, kpi_peers[i].name);
		assert_int_equal(c.out.tick.kpi_peers[i].role, kpi_peers[i].role);
		assert_memory_equal(c.out.tick.kpi_peers[i].counts, &of_peers[i], sizeof of_peers[i]);
	}
	assert_int_equal(c.out.tick.folds[0].n, 312);
	assert_int_equal(c.out.tick.folds[0].q850, 0);
	assert_int_equal(c.out.tick.folds[0].direction, DIRECTION_SENT);
	assert_true(c.out.tick.folds[0].recovered);
	assert_string_equal(c.out.tick.folds[0].phrase, fold.phrase);
	assert_true(c.out.tick.call_ids_exact);
	assert_int_equal(c.out.tick.evictions + c.out.tick.call_ids + c.out.tick.record_drops + c.out.tick.lag_ms, 10);
	codec_fini(&c);
}

/* The fullest tick there can be goes out in several lines, none too long, and they add up. */
static void
test_fullest_tick(void **state)
{
	static struct counts counts, sum;
	static struct peer_stat peers[TALLY_PEERS_MAX + 1];
	static struct source_stat sources[16];
	static struct record_fold folds[64];
	static struct kpi_counts kpi, kpi_sum;
	static struct kpi_peer kpi_peers[KPI_PEERS + 1];
	struct record r = sample_record(RECORD_TICK);
	size_t n_peers = 0, n_folds = 0, n_sources = 0, n_kpi_peers = 0;
	struct codec c;

	(void)state;
	codec_init(&c);
	for (size_t i = 0; i < offsetof(struct counts, attempts) / sizeof(uint64_t); i++)
		((uint64_t *)&counts)[i] = UINT64_C(1) << 53;
	for (size_t i = offsetof(struct counts, attempts) / sizeof(int64_t); i < sizeof counts / sizeof(int64_t); i++)
		((int64_t *)&counts)[i] = -(INT64_C(1) << 53);
	for (unsigned i = 0; i < KPI_COUNTERS; i++)
		kpi.n[i] = -(INT64_C(1) << 53);
	for (unsigned d = 0; d < KPI_DELAYS; d++)
		for (unsigned i = 0; i < KPI_BINS; i++)
			kpi.delay[d][i] = -INT32_MAX;
	for (unsigned i = 0; i <= KPI_PEERS; i++)
		kpi_peers[i] = (struct kpi_peer){ "\xff name that nobody should have, at its full len", 3, &kpi };
	for (unsigned i = 0; i <= TALLY_PEERS_MAX; i++) {
		memset(peers[i].name, 'f', sizeof peers[i].name - 1);
		peers[i].role = PEER_ROLE_PHONES;
		for (unsigned k = 0; k < PEER_CODES; k++) {
			peers[i].codes[k].code = (uint16_t)(400 + k);
			peers[i].codes[k].n = INT64_C(1) << 53;
		}
	}
	for (unsigned i = 0; i < 16; i++)
		sources[i] =
		    sample_log("\x01\x02\x03\x04 long name of a capture file in some folder.pcapng", UINT64_C(1) << 46);
	for (unsigned i = 0; i < 64; i++)
		folds[i] =
		    (struct record_fold){ 503, 1, "\x01\x01\x01\x01\x01\x01", "INVITE", "192.0.2.1", 127, 2, true };
	r.tick = (struct record_tick){ .counts = &counts,
		.peers = peers,
		.n_peers = TALLY_PEERS_MAX + 1,
		.sources = sources,
		.n_sources = 16,
		.folds = folds,
		.n_folds = 64,
		.kpi = &kpi,
		.kpi_peers = kpi_peers,
		.n_kpi_peers = KPI_PEERS + 1 };
	assert_int_equal(record_encode(&c.first, &r), 0);
	for (size_t at = 0; at < c.first.len;) {
		size_t n =
		    (size_t)((char *)memchr(c.first.data + at, '\n', c.first.len - at) - (c.first.data + at)) + 1;

		assert_int_equal(record_decode(c.d, c.first.data + at, n, &c.out), 0);
		counts_add(&sum, c.out.tick.counts);
		n_peers += c.out.tick.n_peers;
		n_folds += c.out.tick.n_folds;
		n_sources += c.out.tick.n_sources;
		n_kpi_peers += c.out.tick.n_kpi_peers;
		if (c.out.tick.kpi != NULL)
			kpi_add(&kpi_sum, c.out.tick.kpi);
		/* Only the last line has what an engine must not tell twice. */
		assert_int_equal(c.out.tick.n_sources > 0, at + n == c.first.len);
		buf_clear(&c.second);
		assert_int_equal(record_encode(&c.second, &c.out), 0);
		assert_int_equal(c.second.len, n);
		assert_memory_equal(c.second.data, c.first.data + at, n);
		at += n;
	}
	assert_memory_equal(&sum, &counts, sizeof sum);
	assert_int_equal(n_peers, TALLY_PEERS_MAX + 1);
	assert_int_equal(n_folds, 64);
	assert_int_equal(n_sources, 16);
	assert_int_equal(n_kpi_peers, KPI_PEERS + 1);
	assert_memory_equal(&kpi_sum, &kpi, sizeof kpi);
	codec_fini(&c);
}

/* What fits is one line: a tick of an ordinary second is not torn apart. */
static void
test_ordinary_tick(void **state)
{
	static struct counts counts;
	const struct kpi_counts kpi = sample_kpi(1000);
	struct kpi_peer kpi_peers[40];
	struct record r = sample_record(RECORD_TICK);
	struct codec c;

	(void)state;
	codec_init(&c);
	for (unsigned i = 0; i < SIP_CODE_N; i++)
		counts.responses[METHOD_INVITE][i] = i;
	for (unsigned i = 0; i < 40; i++)
		kpi_peers[i] = (struct kpi_peer){ "198.51.100.7", PEER_ROLE_TRUNK, &kpi };
	r.tick = (struct record_tick){ .counts = &counts, .kpi = &kpi, .kpi_peers = kpi_peers, .n_kpi_peers = 40 };
	round_trip(&c, &r);
	assert_ptr_equal(memchr(c.first.data, '\n', c.first.len), &c.first.data[c.first.len - 1]);
	assert_int_equal(c.out.tick.n_kpi_peers, 40);
	codec_fini(&c);
}

/* No piece of an example is taken for the whole. */
static void
every_truncation(struct codec *c, const char *line, size_t n)
{
	struct record r;

	for (size_t cut = 0; cut + 2 < n; cut++) {
		char *copy = malloc(cut + 1);

		assert_non_null(copy);
		memcpy(copy, line, cut);
		assert_int_equal(record_decode(c->d, copy, cut, &r), -EINVAL);
		free(copy);
	}
}

/* The examples of the documentation are what the code reads and writes. */
static void
test_documentation(void **state)
{
	const char *root = getenv("srcdir");
	char path[512], *line = NULL;
	unsigned seen = 0;
	struct codec c;
	size_t cap = 0;
	ssize_t n;
	FILE *f;

	(void)state;
	codec_init(&c);
	(void)snprintf(path, sizeof path, "%s/doc/records.md", root != NULL ? root : ".");
	f = fopen(path, "r");
	assert_non_null(f);
	while ((n = getline(&line, &cap, f)) > 0) {
		if (strncmp(line, "{\"type\":", 8) != 0)
			continue;
		assert_int_equal(record_decode(c.d, line, (size_t)n, &c.out), 0);
		seen |= 1u << c.out.type;
		buf_clear(&c.first);
		assert_int_equal(record_encode(&c.first, &c.out), 0);
		assert_int_equal(c.first.len, n);
		assert_memory_equal(c.first.data, line, (size_t)n);
		every_truncation(&c, line, (size_t)n);
	}
	assert_int_equal(seen, (1u << RECORD_TYPE_N) - 1);
	free(line);
	(void)fclose(f);
	codec_fini(&c);
}

static void
test_no_room_changes_nothing(void **state)
{
	struct record r = sample_event_record(1), none = sample_record(RECORD_TYPE_N);
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	buf_puts(&b, "before");
	assert_int_equal(record_encode(&b, &r), -EMSGSIZE);
	assert_int_equal(record_encode(&b, &none), -EINVAL);
	assert_true(buf_ok(&b));
	assert_int_equal(b.len, 6);
	buf_fini(&b);
	buf_init(&b, RECORD_LINE_MAX * 2);
	buf_puts(&b, "before");
	mem_fail_at(1);
	assert_int_equal(record_encode(&b, &r), -ENOMEM);
	mem_fail_at(0);
	assert_true(buf_ok(&b));
	assert_int_equal(b.len, 6);
	assert_int_equal(record_encode(&b, &r), 0);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_event),
		cmocka_unit_test(test_event_flags),
		cmocka_unit_test(test_message),
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_path),
		cmocka_unit_test(test_update),
		cmocka_unit_test(test_incident),
		cmocka_unit_test(test_hostile_text),
		cmocka_unit_test(test_notice),
		cmocka_unit_test(test_longest_event),
		cmocka_unit_test(test_hello_source_bye),
		cmocka_unit_test(test_tick),
		cmocka_unit_test(test_fullest_tick),
		cmocka_unit_test(test_ordinary_tick),
		cmocka_unit_test(test_documentation),
		cmocka_unit_test(test_no_room_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
