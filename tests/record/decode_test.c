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
#define UPDATE "{\"type\":\"update\"," HEAD
#define INCIDENT                                                                                                       \
	"{\"type\":\"incident\"," HEAD ",\"id\":1,\"pattern\":1,\"since\":\"2026-11-22T14:32:07Z\",\"last\":"          \
	"\"2026-11-22T14:32:07Z\""
#define MESSAGE "{\"type\":\"message\"," HEAD
#define GOOD "{\"type\":\"good\"," HEAD
#define HOP "{\"src\":\"a:1\",\"dst\":\"b:2\"}"

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
		"",
		"null",
		"[]",
		"{}",
		"{\"type\":1}",
		"{\"type\":\"event\"}",
		EVENT,
		EVENT "}x",
		EVENT ",\"id\":2}",
		"{\"type\":\"event\"," HEAD ",\"id\":1,\"code\":99}",
		"{\"type\":\"event\"," HEAD ",\"id\":1,\"code\":700}",
		"{\"type\":\"event\"," HEAD ",\"id\":0,\"code\":404}",
		"{\"type\":\"event\"," HEAD ",\"id\":-1,\"code\":404}",
		"{\"type\":\"event\"," HEAD ",\"id\":1.5,\"code\":404}",
		"{\"type\":\"event\"," HEAD ",\"id\":\"1\",\"code\":404}",
		"{\"type\":\"event\"," HEAD ",\"id\":99999999999999999999,\"code\":404}",
		EVENT ",\"phrase\":3}",
		EVENT ",\"phrase_b64\":3}",
		EVENT ",\"phrase_b64\":\"A\"}",
		EVENT ",\"phrase_b64\":\"QQ=Q\"}",
		EVENT ",\"phrase_b64\":\"QR==\"}",
		EVENT ",\"phrase_b64\":\"====\"}",
		EVENT ",\"phrase_b64\":\"Q*==\"}",
		EVENT ",\"q850\":40000}",
		EVENT ",\"partial\":1}",
		EVENT ",\"raw_len\":4294967296}",
		"{\"type\":\"event\",\"t\":\"9999-01-01T00:00:00Z\",\"host\":\"h\",\"id\":1,\"code\":404}",
		"{\"type\":\"event\",\"t\":\"1685-01-01T00:00:00Z\",\"host\":\"h\",\"id\":1,\"code\":404}",
		"{\"type\":\"event\",\"t\":\"2191-01-01T00:00:00Z\",\"host\":\"h\",\"id\":1,\"code\":404}",
		"{\"type\":\"event\",\"t\":\"now\",\"host\":\"h\",\"id\":1,\"code\":404}",
		EVENT ",\"said_code\":99}",
		EVENT ",\"said_code\":700}",
		EVENT ",\"setup_ms\":2147483648}",
		EVENT ",\"setup_ms\":-1}",
		EVENT ",\"hop_ms\":\"1\"}",
		EVENT ",\"repeats\":4294967296}",
		EVENT ",\"copies\":-1}",
		EVENT ",\"tries\":0}",
		EVENT ",\"tries\":4294967296}",
		EVENT ",\"outcome\":1}",
		EVENT ",\"role\":7}",
		EVENT ",\"recovered\":1}",
		EVENT ",\"auth\":\"true\"}",
		EVENT ",\"said_by\":[]}",
		EVENT ",\"path\":{}}",
		EVENT ",\"path\":[1]}",
		EVENT ",\"path\":[{}]}",
		EVENT ",\"path\":[{\"src\":\"a b\",\"dst\":\"c\"}]}",
		EVENT ",\"path\":[{\"src\":\"a\",\"dst\":\"b\\n\"}]}",
		EVENT ",\"path\":[{\"src\":\"\",\"dst\":\"b\"}]}",
		EVENT ",\"path\":[{\"src\":\"a\\u0000\",\"dst\":\"b\"}]}",
		EVENT ",\"path\":[{\"src\":\"a\",\"dst\":\"b\",\"code\":50}]}",
		EVENT ",\"path\":[{\"src\":\"a\",\"dst\":\"b\",\"at_ms\":4294967296}]}",
		EVENT ",\"path\":[{\"src\":\"a\",\"dst\":\"b\",\"seen\":-1}]}",
		EVENT ",\"path\":[" HOP "," HOP "," HOP "," HOP "," HOP "," HOP "," HOP "," HOP "," HOP "]}",
		UPDATE "}",
		UPDATE ",\"id\":0}",
		UPDATE ",\"id\":1,\"code\":42}",
		UPDATE ",\"id\":1,\"old_code\":700}",
		UPDATE ",\"id\":1,\"recovered\":0}",
		UPDATE ",\"id\":1,\"repeats\":-1}",
		UPDATE ",\"id\":1,\"path\":[[]]}",
		MESSAGE "}",
		MESSAGE ",\"of\":0}",
		MESSAGE ",\"of\":-1}",
		MESSAGE ",\"of\":1,\"at\":4294967296}",
		MESSAGE ",\"of\":1,\"at\":-1}",
		MESSAGE ",\"of\":1,\"code\":99}",
		MESSAGE ",\"of\":1,\"code\":700}",
		MESSAGE ",\"of\":1,\"leg\":256}",
		MESSAGE ",\"of\":1,\"evidence\":2}",
		MESSAGE ",\"of\":1,\"cut\":1}",
		MESSAGE ",\"of\":1,\"seen\":0}",
		MESSAGE ",\"of\":1,\"seen\":4294967296}",
		MESSAGE ",\"of\":1,\"raw_len\":4294967296}",
		MESSAGE ",\"of\":1,\"raw\":{}}",
		MESSAGE ",\"of\":1,\"raw_b64\":\"A\"}",
		GOOD "}",
		GOOD ",\"id\":0}",
		GOOD ",\"id\":1,\"code\":42}",
		GOOD ",\"id\":1,\"peer\":[]}",
		TICK ",\"message_drops\":-1}",
		INCIDENT ",\"level\":3}",
		INCIDENT ",\"ended\":\"yes\"}",
		INCIDENT ",\"count\":-1}",
		INCIDENT ",\"kind\":1}",
		INCIDENT ",\"events\":[0]}",
		INCIDENT ",\"events\":[-1]}",
		INCIDENT ",\"events\":[1,2,3,4]}",
		INCIDENT ",\"events\":[\"1\"]}",
		INCIDENT ",\"call_ids\":[1]}",
		INCIDENT ",\"call_ids\":\"a\"}",
		INCIDENT ",\"call_ids\":[\"a\",\"b\",\"c\",\"d\"]}",
		INCIDENT ",\"call_ids_b64\":[\"A\"]}",
		INCIDENT ",\"call_ids\":[\"a\",\"b\"],\"call_ids_b64\":[\"QQ==\",\"QQ==\"]}",
		"{\"type\":\"incident\"," HEAD ",\"id\":1,\"pattern\":1,\"since\":\"2026-11-22T14:32:07Z\"}",
		"{\"type\":\"incident\"," HEAD ",\"id\":1,\"pattern\":26,\"since\":\"2026-11-22T14:32:07Z\",\"last\":"
		"\"2026-11-22T14:32:07Z\"}",
		"{\"type\":\"incident\"," HEAD ",\"id\":1,\"since\":\"2026-11-22T14:32:07Z\",\"last\":"
		"\"2026-11-22T14:32:07Z\"}",
		TICK ",\"attempts\":[]}",
		TICK ",\"attempts\":{\"INVITE\":1}}",
		TICK ",\"attempts\":{\"INVITE\":{\"total\":9007199254740993}}}",
		TICK ",\"attempts\":{\"INVITE\":{\"ok\":-9007199254740993}}}",
		TICK ",\"attempts\":{\"INVITE\":{\"ok\":1.0}}}",
		TICK ",\"attempts\":{\"A\":{\"total\":9007199254740992},\"B\":{\"total\":1}}}",
		TICK ",\"recovered\":-1}",
		TICK ",\"kpi\":[]}",
		TICK ",\"kpi\":{\"bids\":9007199254740993}}",
		TICK ",\"kpi\":{\"bids\":\"1\"}}",
		TICK ",\"kpi\":{\"pdd\":[]}}",
		TICK ",\"kpi\":{\"pdd\":{\"64\":1}}}",
		TICK ",\"kpi\":{\"pdd\":{\"01\":1}}}",
		TICK ",\"kpi\":{\"pdd\":{\"\":1}}}",
		TICK ",\"kpi\":{\"pdd\":{\"1\":2147483648}}}",
		TICK ",\"kpi\":{\"pdd\":{\"1\":-2147483648}}}",
		TICK ",\"kpi_peers\":{}}",
		TICK ",\"kpi_peers\":[1]}",
		TICK ",\"kpi_peers\":[{}]}",
		TICK ",\"kpi_peers\":[{\"name\":\"a\",\"bids\":true}]}",
		TICK ",\"kpi_peers\":[{\"name\":\"a name of fifty-six bytes is one more than what there is..\"}]}",
		TICK ",\"folds\":[{\"n\":1,\"q850\":-1}]}",
		TICK ",\"folds\":[{\"n\":1,\"recovered\":\"\"}]}",
		TICK ",\"peers\":[{\"name\":\"a\",\"role\":1}]}",
		"{\"type\":\"bye\"," HEAD ",\"kpi\":1}",
		TICK ",\"requests\":{\"INVITE\":-1}}",
		TICK ",\"requests\":[]}",
		TICK ",\"responses\":{\"INVITE\":4}}",
		TICK ",\"responses\":{\"INVITE\":{\"099\":1}}}",
		TICK ",\"responses\":{\"INVITE\":{\"0404\":1}}}",
		TICK ",\"responses\":{\"INVITE\":{\"700\":1}}}",
		TICK ",\"responses\":{\"INVITE\":{\"404\":9007199254740993}}}",
		TICK ",\"peers\":{}}",
		TICK ",\"peers\":[1]}",
		TICK ",\"peers\":[{}]}",
		TICK ",\"peers\":[{\"name\":\"a\",\"codes\":{\"400\":1,\"401\":1,\"402\":1,\"403\":1,\"404\":1,"
		     "\"405\":1,\"406\":1,\"407\":1,\"408\":1}}]}",
		TICK ",\"peers\":[{\"name\":\"a\\u0000b\"}]}",
		TICK ",\"peers\":[{\"name\":\"a\",\"codes\":{\"000\":1}}]}",
		TICK ",\"sources\":[{\"name\":\"a\",\"kind\":\"longer than 8\"}]}",
		TICK ",\"folds\":[{\"code\":50,\"n\":1}]}",
		TICK ",\"x\":[[[[[[[[[]]]]]]]]]}",
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
				      "\"transport\":\"quic\"}\r",
			     &r),
	    0);
	assert_int_equal(r.event.direction, DIRECTION_UNKNOWN);
	assert_int_equal(r.event.transport, TRANSPORT_N);
	assert_int_equal(r.event.q850, -1);
	assert_int_equal(r.event.raw.n, 0);
	assert_int_equal(decode("{\"type\":\"weather\"}", &r), 1);
	assert_int_equal(decode("{\"type\":\"notice\"," HEAD ",\"text\":\"x\"}", &r), -EINVAL);
	assert_int_equal(decode(INCIDENT ",\"level\":\"apocalypse\"}", &r), 0);
	assert_int_equal(r.incident.level, INCIDENT_NOTICE);
	assert_int_equal(decode(MESSAGE ",\"of\":1,\"evidence\":\"dream\",\"transport\":\"quic\"}", &r), 0);
	assert_int_equal(r.message.evidence, CALLMSG_EVIDENCE_NONE);
	assert_int_equal(r.message.transport, TRANSPORT_N);
	assert_int_equal(r.message.seen, 1);
	assert_int_equal(
	    decode("{\"type\":\"event\"," HEAD ",\"id\":1,\"role\":\"robot\",\"outcome\":\"odd\"}", &r), 0);
	assert_int_equal(r.event.code, 0);
	assert_int_equal(r.event.outcome, OUTCOME_NO_RESPONSE);
	assert_int_equal(r.event.role, PEER_ROLE_UNKNOWN);
	assert_int_equal(r.event.tries, 1);
	assert_int_equal(r.event.setup_ms, -1);
	assert_int_equal(decode(EVENT "}", &r), 0);
	assert_int_equal(r.event.outcome, OUTCOME_FAILED);
	assert_int_equal(
	    decode(TICK ",\"attempts\":{\"A\":{\"total\":1,\"soon\":2},\"B\":{\"ok\":-3}},\"kpi\":{\"luck\":1}}", &r),
	    0);
	assert_int_equal(r.tick.counts->attempts[METHOD_OTHER], 1);
	assert_int_equal(r.tick.counts->outcomes[METHOD_OTHER][OUTCOME_OK], -3);
	assert_true(kpi_is_zero(r.tick.kpi));
	assert_int_equal(decode(TICK ",\"requests\":{\"FOO\":1,\"BAR\":2,\"-\":4}}", &r), 0);
	assert_int_equal(r.tick.counts->requests[METHOD_OTHER], 3);
	assert_int_equal(r.tick.counts->requests[METHOD_NONE], 4);
	/* The tick before left nothing behind. */
	assert_int_equal(decode(TICK "}", &r), 0);
	assert_int_equal(counts_requests(r.tick.counts), 0);
	assert_int_equal(r.tick.counts->attempts[METHOD_OTHER], 0);
	assert_null(r.tick.kpi);
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
	for (unsigned rows = KPI_PEERS + 1; rows <= KPI_PEERS + 2; rows++) {
		buf_clear(&b);
		buf_puts(&b, TICK ",\"kpi_peers\":[{\"name\":\"a\"}");
		for (unsigned i = 1; i < rows; i++)
			buf_puts(&b, ",{\"name\":\"a\",\"bids\":1}");
		buf_puts(&b, "]}");
		assert_int_equal(record_decode(decoder, b.data, b.len, &r), rows == KPI_PEERS + 1 ? 0 : -EINVAL);
	}
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
	const struct kpi_counts kpi = sample_kpi(4);
	struct kpi_peer kpi_peer = { "192.0.2.1", PEER_ROLE_TRUNK, &kpi };
	static struct peer_stat peer = { .name = "192.0.2.1", .events = 2, .codes = { { 404, 2 } } };
	struct source_stat source = sample_source("eth0", 5);
	struct record_fold fold = { 503, 3, "x", "INVITE", "192.0.2.1", 34, DIRECTION_SENT, false };
	struct record r = sample_record(RECORD_TICK);

	counts.responses[METHOD_INVITE][304] = 2;
	counts.requests[METHOD_INVITE] = 2;
	r.tick = (struct record_tick){ .counts = &counts,
		.peers = &peer,
		.n_peers = 1,
		.sources = &source,
		.n_sources = 1,
		.folds = &fold,
		.n_folds = 1,
		.kpi = &kpi,
		.kpi_peers = &kpi_peer,
		.n_kpi_peers = 1 };
	counts.attempts[METHOD_INVITE] = 2;
	counts.outcomes[METHOD_INVITE][OUTCOME_OK] = -1;
	assert_int_equal(record_encode(b, &r), 0);
}

enum { DAMAGED = 6 };

static void
damaged_lines(struct buf good[DAMAGED])
{
	struct record event = sample_event_record(9), update = sample_update(9),
		      incident = sample_incident(9, 2, INCIDENT_ERROR, SAMPLE_T), message = sample_message(9, 1),
		      well = sample_good(9, "carrier-a", "INVITE");

	for (unsigned i = 0; i < DAMAGED; i++)
		buf_init(&good[i], RECORD_LINE_MAX);
	assert_int_equal(record_encode(&good[0], &event), 0);
	full_tick(&good[1]);
	assert_int_equal(record_encode(&good[2], &update), 0);
	assert_int_equal(record_encode(&good[3], &incident), 0);
	assert_int_equal(record_encode(&good[4], &message), 0);
	assert_int_equal(record_encode(&good[5], &well), 0);
}

/* Every truncation, and two thousand lines with bytes changed: an answer each time, no crash. */
static void
test_damaged_lines(void **state)
{
	static const char bits[] = "{}[]\":,\\0919-e.u\x80\xff";
	struct buf good[DAMAGED];
	struct record r;
	uint64_t seed = 5;
	unsigned refused = 0;

	(void)state;
	damaged_lines(good);
	for (unsigned i = 0; i < DAMAGED; i++)
		for (size_t n = 0; n + 2 < good[i].len; n++) {
			char *copy = malloc(n + 1);

			assert_non_null(copy);
			memcpy(copy, good[i].data, n);
			assert_int_equal(record_decode(decoder, copy, n, &r), -EINVAL);
			free(copy);
		}
	for (unsigned i = 0; i < 2000; i++) {
		const struct buf *b = &good[i % DAMAGED];
		char *copy = malloc(b->len);

		assert_non_null(copy);
		memcpy(copy, b->data, b->len);
		for (unsigned k = 0; k <= i % 5; k++)
			copy[random_next(&seed) % b->len] = bits[random_next(&seed) % (sizeof bits - 1)];
		refused += record_decode(decoder, copy, b->len, &r) < 0;
		free(copy);
	}
	assert_in_range(refused, 600, 1999);
	for (unsigned i = 0; i < DAMAGED; i++)
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
