/* decode: lines that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <stdlib.h>

#include "record/sample.h"
#include "sipwhy/mem.h"

#define HEAD "\"t\":\"2026-11-22T14:32:07.123456Z\",\"host\":\"h\""
#define EVENT "{\"type\":\"event\"," HEAD ",\"id\":1,\"code\":404"
#define TICK "{\"type\":\"tick\"," HEAD

static struct record_decoder *decoder;

static int
decode(const char *line, struct record *out)
{
	char *copy = malloc(strlen(line));
	int err;

	/* Without the NUL, so that reading past the end is seen. */
	assert_non_null(copy);
	memcpy(copy, line, strlen(line));
	err = record_decode(decoder, copy, strlen(line), out);
	free(copy);
	return err;
}

static void
test_refused(void **state)
{
	static const char *const lines[] = {
		"", "null", "[]", "{}", "{\"type\":1}", "{\"type\":\"event\"}", EVENT, EVENT "}x", EVENT ",\"id\":2}",
		"{\"type\":\"event\"," HEAD ",\"id\":1,\"code\":99}",
		"{\"type\":\"event\"," HEAD ",\"id\":1,\"code\":700}",
		"{\"type\":\"event\"," HEAD ",\"id\":0,\"code\":404}",
		"{\"type\":\"event\"," HEAD ",\"id\":-1,\"code\":404}",
		"{\"type\":\"event\"," HEAD ",\"id\":1.5,\"code\":404}",
		"{\"type\":\"event\"," HEAD ",\"id\":\"1\",\"code\":404}",
		"{\"type\":\"event\"," HEAD ",\"id\":99999999999999999999,\"code\":404}",
		EVENT ",\"phrase\":3}", EVENT ",\"phrase_b64\":3}", EVENT ",\"phrase_b64\":\"A\"}",
		EVENT ",\"phrase_b64\":\"QQ=Q\"}", EVENT ",\"phrase_b64\":\"QR==\"}",
		EVENT ",\"phrase_b64\":\"====\"}",
		EVENT ",\"phrase_b64\":\"Q*==\"}", EVENT ",\"q850\":40000}", EVENT ",\"partial\":1}",
		EVENT ",\"raw_len\":4294967296}",
		"{\"type\":\"event\",\"t\":\"9999-01-01T00:00:00Z\",\"host\":\"h\",\"id\":1,\"code\":404}",
		"{\"type\":\"event\",\"t\":\"now\",\"host\":\"h\",\"id\":1,\"code\":404}",
		TICK ",\"requests\":{\"INVITE\":-1}}", TICK ",\"requests\":[]}",
		TICK ",\"responses\":{\"INVITE\":4}}",
		TICK ",\"responses\":{\"INVITE\":{\"099\":1}}}", TICK ",\"responses\":{\"INVITE\":{\"0404\":1}}}",
		TICK ",\"responses\":{\"INVITE\":{\"700\":1}}}",
		TICK ",\"responses\":{\"INVITE\":{\"404\":9007199254740993}}}",
		TICK ",\"peers\":{}}", TICK ",\"peers\":[1]}", TICK ",\"peers\":[{}]}",
		TICK ",\"peers\":[{\"name\":\"a\",\"codes\":{\"400\":1,\"401\":1,\"402\":1,\"403\":1,\"404\":1,"
		    "\"405\":1,\"406\":1,\"407\":1,\"408\":1}}]}",
		TICK ",\"peers\":[{\"name\":\"a\\u0000b\"}]}",
		TICK ",\"sources\":[{\"name\":\"a\",\"kind\":\"longer than 8\"}]}",
		TICK ",\"folds\":[{\"code\":50,\"n\":1}]}", TICK ",\"x\":[[[[[[[[[]]]]]]]]]}",
		"{\"type\":\"hello\"," HEAD ",\"schema\":\"sipwhy.record/2\",\"start\":\"2026-11-22T14:32:07Z\"}",
		"{\"type\":\"hello\"," HEAD ",\"schema\":\"sipwhy.record/1\"}",
	};
	struct record r;

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		if (decode(lines[i], &r) != -EINVAL)
			fail_msg("taken: %s", lines[i]);
}

static void
test_tolerated(void **state)
{
	struct record r;

	(void)state;
	assert_int_equal(decode(EVENT ",\"new member\":{\"a\":[1]},\"direction\":\"sideways\","
	    "\"transport\":\"sctp\"}\r", &r), 0);
	assert_int_equal(r.event.direction, DIRECTION_UNKNOWN);
	assert_int_equal(r.event.transport, TRANSPORT_N);
	assert_int_equal(r.event.q850, -1);
	assert_int_equal(r.event.raw.n, 0);
	assert_int_equal(decode("{\"type\":\"weather\"}", &r), 1);
	assert_int_equal(decode("{\"type\":\"incident\"," HEAD ",\"kind\":\"scan\"}", &r), 1);
	assert_int_equal(decode(TICK ",\"requests\":{\"FOO\":1,\"BAR\":2,\"-\":4}}", &r), 0);
	assert_int_equal(r.tick.counts->requests[METHOD_OTHER], 3);
	assert_int_equal(r.tick.counts->requests[METHOD_NONE], 4);
	/* The tick before left nothing behind. */
	assert_int_equal(decode(TICK "}", &r), 0);
	assert_int_equal(counts_requests(r.tick.counts), 0);
}

static void
test_limits(void **state)
{
	char *line = malloc(RECORD_LINE_MAX + 1);
	struct buf b;
	struct record r;

	(void)state;
	assert_non_null(line);
	memset(line, ' ', RECORD_LINE_MAX + 1);
	memcpy(line, EVENT "}", sizeof(EVENT "}") - 1);
	assert_int_equal(record_decode(decoder, line, RECORD_LINE_MAX, &r), 0);
	assert_int_equal(record_decode(decoder, line, RECORD_LINE_MAX + 1, &r), -EMSGSIZE);
	memset(line, '[', RECORD_LINE_MAX);
	assert_int_equal(record_decode(decoder, line, RECORD_LINE_MAX, &r), -EINVAL);
	free(line);
	buf_init(&b, RECORD_LINE_MAX);
	buf_puts(&b, EVENT ",\"phrase\":\"");
	for (unsigned i = 0; i <= RECORD_TEXT_MAX; i++)
		buf_putc(&b, 'x');
	buf_puts(&b, "\"}");
	assert_int_equal(record_decode(decoder, b.data, b.len, &r), -EINVAL);
	buf_clear(&b);
	buf_puts(&b, TICK ",\"folds\":[");
	for (unsigned i = 0; i < 10000; i++)
		buf_puts(&b, "{},");
	buf_puts(&b, "{}]}");
	assert_int_equal(record_decode(decoder, b.data, b.len, &r), -EINVAL);
	buf_fini(&b);
}

static uint64_t
random_next(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

static void
full_tick(struct buf *b)
{
	static struct counts counts;
	static struct peer_stat peer = { .name = "192.0.2.1", .events = 2, .codes = { { 404, 2 } } };
	struct source_stat source = sample_source("eth0", 5);
	struct record_fold fold = { 503, 3, "x", "INVITE", "192.0.2.1" };
	struct record r = sample_record(RECORD_TICK);

	counts.responses[METHOD_INVITE][304] = 2;
	counts.requests[METHOD_INVITE] = 2;
	r.tick = (struct record_tick){ .counts = &counts, .peers = &peer, .n_peers = 1, .sources = &source,
		.n_sources = 1,
		.folds = &fold, .n_folds = 1 };
	assert_int_equal(record_encode(b, &r), 0);
}

/* Every truncation, and a thousand lines with bytes changed, removed and doubled: an answer each time, no crash. */
static void
test_damaged_lines(void **state)
{
	static const char bits[] = "{}[]\":,\\0919-e.u\x80\xff";
	struct record event = sample_event_record(9), r;
	struct buf good[2];
	uint64_t seed = 5;
	unsigned refused = 0;

	(void)state;
	for (unsigned i = 0; i < 2; i++)
		buf_init(&good[i], RECORD_LINE_MAX);
	assert_int_equal(record_encode(&good[0], &event), 0);
	full_tick(&good[1]);
	for (unsigned i = 0; i < 2; i++)
		for (size_t n = 0; n + 2 < good[i].len; n++) {
			char *copy = malloc(n + 1);

			assert_non_null(copy);
			memcpy(copy, good[i].data, n);
			assert_int_equal(record_decode(decoder, copy, n, &r), -EINVAL);
			free(copy);
		}
	for (unsigned i = 0; i < 1000; i++) {
		const struct buf *b = &good[i % 2];
		char *copy = malloc(b->len);

		assert_non_null(copy);
		memcpy(copy, b->data, b->len);
		for (unsigned k = 0; k <= i % 4; k++)
			copy[random_next(&seed) % b->len] = bits[random_next(&seed) % (sizeof bits - 1)];
		refused += record_decode(decoder, copy, b->len, &r) < 0;
		free(copy);
	}
	assert_in_range(refused, 300, 999);
	for (unsigned i = 0; i < 2; i++)
		buf_fini(&good[i]);
}

static void
test_memory_short(void **state)
{
	struct record event = sample_event_record(9), r;
	struct buf b;
	int err = -ENOMEM;
	long at;

	(void)state;
	event.event.raw = SAMPLE_TEXT("\xff\xff");
	buf_init(&b, 4 * RECORD_LINE_MAX);
	full_tick(&b);
	assert_int_equal(record_encode(&b, &event), 0);
	for (at = 1; err != 0; at++) {
		struct record_decoder *d;
		size_t n = (size_t)((char *)memchr(b.data, '\n', b.len) - b.data) + 1;

		mem_fail_at(at);
		d = record_decoder_new();
		err = d == NULL ? -ENOMEM : record_decode(d, b.data, n, &r);
		if (err == 0)
			err = record_decode(d, b.data + n, b.len - n, &r);
		mem_fail_at(0);
		assert_true(err == 0 || err == -ENOMEM);
		record_decoder_free(d);
	}
	assert_true(at > 2);
	buf_fini(&b);
}

static int
setup(void **state)
{
	(void)state;
	decoder = record_decoder_new();
	return decoder == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	record_decoder_free(decoder);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_tolerated),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_damaged_lines),
		cmocka_unit_test(test_memory_short),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
