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

static void
assert_events(const struct event *a, const struct event *b)
{
	assert_int_equal(a->id, b->id);
	assert_int_equal(a->t_ns, b->t_ns);
	assert_int_equal(a->code, b->code);
	assert_int_equal(a->q850, b->q850);
	assert_int_equal(a->reason_sip, b->reason_sip);
	assert_int_equal(a->warn_code, b->warn_code);
	assert_int_equal(a->transport, b->transport);
	assert_int_equal(a->direction, b->direction);
	assert_int_equal(a->partial, b->partial);
	assert_int_equal(a->cut, b->cut);
	assert_int_equal(a->raw_len, b->raw_len);
	assert_slice(a->method, b->method);
	assert_slice(a->phrase, b->phrase);
	assert_slice(a->call_id, b->call_id);
	assert_slice(a->from, b->from);
	assert_slice(a->to, b->to);
	assert_slice(a->peer, b->peer);
	assert_slice(a->src, b->src);
	assert_slice(a->dst, b->dst);
	assert_slice(a->agent, b->agent);
	assert_slice(a->reason, b->reason);
	assert_slice(a->warning, b->warning);
	assert_slice(a->retry_after, b->retry_after);
	assert_slice(a->detail, b->detail);
	assert_slice(a->explain, b->explain);
	assert_slice(a->source, b->source);
	assert_slice(a->raw, b->raw);
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
	bare.event = (struct event){ .id = INT64_MAX, .t_ns = bare.t_ns, .code = 699, .q850 = -1, .reason_sip = 0,
		.warn_code = INT16_MAX, .transport = TRANSPORT_N, .cut = true };
	round_trip(&c, &bare);
	assert_events(&c.out.event, &bare.event);
	codec_fini(&c);
}

/* Texts of every kind of bytes survive, each alone and in the raw message. */
static void
test_hostile_text(void **state)
{
	static const struct slice texts[] = {
		SAMPLE_TEXT("a\0b"), SAMPLE_TEXT("\x1b[2J\x1b]0;x\a"), SAMPLE_TEXT("\x7f"),
		SAMPLE_TEXT("\xc2\x85 \xc2\x9b"),
		SAMPLE_TEXT("\xe2\x80\xa8\xe2\x80\xa9"), SAMPLE_TEXT("\xe2\x80\xae gnp.exe"),
		SAMPLE_TEXT("M\xc3\xbcller"),
		SAMPLE_TEXT("\xf0\x9f\x93\x9e"), SAMPLE_TEXT("Besch\xe4" "ftigt"), SAMPLE_TEXT("\xff\xfe"),
		SAMPLE_TEXT("\xc3"),
		SAMPLE_TEXT("\xed\xa0\x80"), SAMPLE_TEXT("\xc0\xaf"), SAMPLE_TEXT("\xf4\x90\x80\x80"),
		SAMPLE_TEXT("\"\\/\b\f\n\r\t"), SAMPLE_TEXT("\xef\xbf\xbf"), SAMPLE_TEXT("\xe4"),
		SAMPLE_TEXT("\xe4\xe4"),
		SAMPLE_TEXT("</script>"), SAMPLE_TEXT("=?"),
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
	struct slice *all[] = { &r.event.method, &r.event.phrase, &r.event.call_id, &r.event.from,
		&r.event.to, &r.event.peer,
		&r.event.src, &r.event.dst, &r.event.agent, &r.event.reason, &r.event.warning, &r.event.retry_after,
		&r.event.detail, &r.event.explain, &r.event.source, &r.event.raw };
	struct codec c;

	(void)state;
	codec_init(&c);
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		*all[i] = (struct slice){ text, sizeof text };
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
	bye.tick.counts = &totals;
	round_trip(&c, &bye);
	assert_memory_equal(c.out.tick.counts, &totals, sizeof totals);
	codec_fini(&c);
}

static void
test_tick(void **state)
{
	static struct counts counts;
	struct peer_stat peer = { .name = "2001:db8::1", .responses = { 1, 0, 0, 7, 0, 2 }, .events = 9,
		.codes = { { 404, 7 }, { 603, 1 } }, .other = 1 };
	struct source_stat sources[2] = { sample_source("a", 3), sample_source("b\xff", 1) };
	struct record_fold fold = { 503, 312, "No \"way\"", "INVITE", "192.0.2.1" };
	struct record r = sample_record(RECORD_TICK);
	struct codec c;

	(void)state;
	codec_init(&c);
	for (unsigned m = 0; m < METHOD_N; m++) {
		counts.requests[m] = m;
		counts.responses[m][m] = 1;
		counts.responses[m][SIP_CODE_N - 1 - m] = UINT64_C(1) << 53;
	}
	counts.retransmissions = 1;
	counts.copies = 2;
	counts.malformed = 3;
	counts.partial = 4;
	counts.events = 5;
	r.tick = (struct record_tick){ .counts = &counts, .peers = &peer, .n_peers = 1, .sources = sources,
		.n_sources = 2,
		.folds = &fold, .n_folds = 1, .evictions = 1, .call_ids = 2, .record_drops = 3,
		.call_ids_exact = true, .lag_ms = 4 };
	round_trip(&c, &r);
	assert_memory_equal(c.out.tick.counts, &counts, sizeof counts);
	assert_int_equal(c.out.tick.n_peers, 1);
	assert_string_equal(c.out.tick.peers[0].name, peer.name);
	assert_memory_equal(c.out.tick.peers[0].responses, peer.responses, sizeof peer.responses);
	assert_int_equal(c.out.tick.peers[0].codes[1].code, 603);
	assert_int_equal(c.out.tick.peers[0].other, 1);
	assert_int_equal(c.out.tick.n_sources, 2);
	assert_memory_equal(&c.out.tick.sources[0], &sources[0], sizeof sources[0]);
	assert_memory_equal(&c.out.tick.sources[1], &sources[1], sizeof sources[1]);
	assert_int_equal(c.out.tick.folds[0].n, 312);
	assert_string_equal(c.out.tick.folds[0].phrase, fold.phrase);
	assert_true(c.out.tick.call_ids_exact);
	assert_int_equal(c.out.tick.evictions + c.out.tick.call_ids + c.out.tick.record_drops +
	    c.out.tick.lag_ms, 10);
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
	struct record r = sample_record(RECORD_TICK);
	size_t n_peers = 0, n_folds = 0, n_sources = 0;
	struct codec c;

	(void)state;
	codec_init(&c);
	for (size_t i = 0; i < sizeof counts / sizeof(uint64_t); i++)
		((uint64_t *)&counts)[i] = UINT64_C(1) << 53;
	for (unsigned i = 0; i <= TALLY_PEERS_MAX; i++) {
		memset(peers[i].name, 'f', sizeof peers[i].name - 1);
		for (unsigned k = 0; k < PEER_CODES; k++) {
			peers[i].codes[k].code = (uint16_t)(400 + k);
			peers[i].codes[k].n = UINT64_C(1) << 53;
		}
	}
	for (unsigned i = 0; i < 16; i++)
		sources[i] = sample_source("\x01\x02\x03\x04 long name of a capture file in some folder.pcapng",
		    UINT64_C(1) << 46);
	for (unsigned i = 0; i < 64; i++)
		folds[i] = (struct record_fold){ 503, 1, "\x01\x01\x01\x01\x01\x01", "INVITE", "192.0.2.1" };
	r.tick = (struct record_tick){ .counts = &counts, .peers = peers, .n_peers = TALLY_PEERS_MAX + 1,
		.sources = sources,
		.n_sources = 16, .folds = folds, .n_folds = 64 };
	assert_int_equal(record_encode(&c.first, &r), 0);
	for (size_t at = 0; at < c.first.len;) {
		size_t n = (size_t)((char *)memchr(c.first.data + at, '\n',
		    c.first.len - at) - (c.first.data + at)) + 1;

		assert_int_equal(record_decode(c.d, c.first.data + at, n, &c.out), 0);
		counts_add(&sum, c.out.tick.counts);
		n_peers += c.out.tick.n_peers;
		n_folds += c.out.tick.n_folds;
		n_sources += c.out.tick.n_sources;
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
	codec_fini(&c);
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
	}
	assert_int_equal(seen, 1u << RECORD_HELLO | 1u << RECORD_TICK | 1u << RECORD_EVENT | 1u << RECORD_SOURCE |
	    1u << RECORD_BYE);
	free(line);
	(void)fclose(f);
	codec_fini(&c);
}

static void
test_no_room_changes_nothing(void **state)
{
	struct record r = sample_event_record(1), update = sample_record(RECORD_UPDATE);
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	buf_puts(&b, "before");
	assert_int_equal(record_encode(&b, &r), -EMSGSIZE);
	assert_int_equal(record_encode(&b, &update), -EINVAL);
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
		cmocka_unit_test(test_hostile_text),
		cmocka_unit_test(test_longest_event),
		cmocka_unit_test(test_hello_source_bye),
		cmocka_unit_test(test_tick),
		cmocka_unit_test(test_fullest_tick),
		cmocka_unit_test(test_documentation),
		cmocka_unit_test(test_no_room_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
