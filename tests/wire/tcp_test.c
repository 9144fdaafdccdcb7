/*
 * tcp_test - streams (RFC 9293): any order, repeats, gaps, wrap, reuse of ports, verdicts of held segments, limits.
 */
#include "build.h"

#include "sipwhy/mem.h"

#define A "SIP/2.0 200 OK\r\nVia: x\r\nl: 2\r\n\r\nhi"
#define B "SIP/2.0 404 No\r\nVia: y\r\nl: 0\r\n\r\n"
#define C "BYE sip:a SIP/2.0\r\nVia: z\r\nl: 0\r\n\r\n"
#define OUT_A "SIP/2.0 200 OK=34;"
#define OUT_B "SIP/2.0 404 No=32;"
#define OUT_C "BYE sip:a SIP/2.0=35;"

enum { ISN = 1000, PORT = 40000 };

static struct wire *
tcp_wire(struct wire_cfg cfg)
{
	struct wire *w = wire_new(&cfg);

	assert_non_null(w);
	return w;
}

static enum wire_verdict
tcp_send(struct wire *w, unsigned port, uint32_t seq, unsigned flags, const char *p, size_t n, int64_t t_ms,
    struct build_log *log)
{
	static struct build f;

	build_tcp4(&f, port, seq, flags | BUILD_ACK, p, n);
	return build_push(w, &f, t_ms, log);
}

/* Bytes [from, to) of a stream whose first byte has number ISN + 1. */
static enum wire_verdict
tcp_part(struct wire *w, const char *stream, size_t from, size_t to, struct build_log *log)
{
	return tcp_send(w, PORT, ISN + 1 + (uint32_t)from, 0, stream + from, to - from, 0, log);
}

static void
tcp_done(struct wire *w, struct build_log *log, const char *expect)
{
	build_finish(w, log);
	assert_string_equal(log->text, expect);
	wire_free(w);
}

static const char abc[] = "\r\n\r\n" A "\r\n" B C;
static const char abc_out[] = OUT_A OUT_B OUT_C;

/* One split at each place, and every byte a segment. */
static void
test_every_split(void **state)
{
	size_t n = strlen(abc);

	(void)state;
	for (size_t cut = 0; cut <= n; cut++) {
		struct build_log log = { .messages = 0 };
		struct wire *w = tcp_wire((struct wire_cfg){ 0 });

		tcp_send(w, PORT, ISN, BUILD_SYN, NULL, 0, 0, &log);
		if (cut == 0) {
			for (size_t i = 0; i < n; i++)
				tcp_part(w, abc, i, i + 1, &log);
			assert_int_equal(wire_stats(w)->verdict[WIRE_SIP], n);
		} else {
			tcp_part(w, abc, 0, cut, &log);
			tcp_part(w, abc, cut, n, &log);
		}
		assert_int_equal(wire_stats(w)->verdict[WIRE_HELD], 0);
		assert_int_equal(wire_bytes(w), 0);
		tcp_done(w, &log, abc_out);
	}
}

/* Five segments in all orders behind the SYN, with neighbours that overlap and one sent twice. */
static void
test_all_orders(void **state)
{
	static const struct {
		size_t from, to;
	} parts[] = { { 0, 20 }, { 15, 50 }, { 50, 70 }, { 60, 90 }, { 90, sizeof(abc) - 1 } };

	(void)state;
	for (unsigned p = 0; p < 120; p++) {
		unsigned order[5] = { 0, 1, 2, 3, 4 }, code = p;
		struct build_log log = { .messages = 0 };
		struct wire *w = tcp_wire((struct wire_cfg){ 0 });

		for (unsigned i = 4; i > 0; i--) {
			unsigned j = code % (i + 1), t = order[i];

			code /= i + 1;
			order[i] = order[j];
			order[j] = t;
		}
		tcp_send(w, PORT, ISN, BUILD_SYN, NULL, 0, 0, &log);
		for (unsigned i = 0; i < 5; i++) {
			tcp_part(w, abc, parts[order[i]].from, parts[order[i]].to, &log);
			tcp_part(w, abc, parts[order[i / 2]].from, parts[order[i / 2]].to, &log);
		}
		assert_int_equal(wire_stats(w)->verdict[WIRE_SIP], 10);
		assert_int_equal(wire_stats(w)->tcp_gaps, 0);
		tcp_done(w, &log, abc_out);
	}
}

/* Small segments shuffled within a window, as a mirror does; every seed gives the same messages. */
static void
test_shuffles(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= 200; seed++) {
		unsigned order[64], n = (unsigned)(sizeof(abc) - 1 + 2) / 3;
		struct build_log log = { .messages = 0 };
		struct wire *w = tcp_wire((struct wire_cfg){ 0 });

		for (unsigned i = 0; i < n; i++)
			order[i] = i;
		build_shuffle(order, n, seed);
		tcp_send(w, PORT, ISN, BUILD_SYN, NULL, 0, 0, &log);
		for (unsigned i = 0; i < n; i++) {
			size_t from = order[i] * 3, to = from + 3 < sizeof(abc) - 1 ? from + 3 : sizeof(abc) - 1;

			tcp_part(w, abc, from, to, &log);
		}
		tcp_done(w, &log, abc_out);
	}
}

static void
test_sequence_wraps(void **state)
{
	struct build_log log = { .messages = 0 };
	struct wire *w = tcp_wire((struct wire_cfg){ 0 });
	uint32_t isn = UINT32_MAX - 40;

	(void)state;
	tcp_send(w, PORT, isn, BUILD_SYN, NULL, 0, 0, &log);
	tcp_send(w, PORT, isn + 1 + 60, 0, abc + 60, sizeof(abc) - 1 - 60, 0, &log);
	tcp_send(w, PORT, isn + 1, 0, abc, 60, 0, &log);
	tcp_done(w, &log, abc_out);
}

/* The mirror may be late with the SYN, or with what came before the first segment it showed. */
static void
test_start_out_of_order(void **state)
{
	struct build_log log = { .messages = 0 };
	struct wire *w = tcp_wire((struct wire_cfg){ 0 });

	(void)state;
	tcp_part(w, abc, 12, 18, &log);
	tcp_part(w, abc, 0, 12, &log);
	tcp_send(w, PORT, ISN, BUILD_SYN, NULL, 0, 0, &log);
	tcp_part(w, abc, 18, sizeof(abc) - 1, &log);
	/* A second stream: B is taken before A, its earlier neighbour, comes. */
	tcp_send(w, 7, 100, 0, B, strlen(B), 0, &log);
	tcp_send(w, 7, 100 - (uint32_t)strlen(A), 0, A, strlen(A), 0, &log);
	tcp_send(w, 7, 100 - (uint32_t)strlen(A), 0, A, strlen(A), 0, &log);
	assert_int_equal(wire_stats(w)->verdict[WIRE_SIP], 6);
	tcp_done(w, &log, OUT_A OUT_B OUT_C OUT_B OUT_A);
}

/* RFC 9293 3.8.4: a keep-alive probe repeats one old byte. */
static void
test_keep_alive_probe(void **state)
{
	struct build_log log = { .messages = 0 };
	struct wire *w = tcp_wire((struct wire_cfg){ 0 });

	(void)state;
	tcp_part(w, A B, 0, strlen(A), &log);
	for (int i = 0; i < 3; i++)
		tcp_send(w, PORT, ISN + (uint32_t)strlen(A), 0, "\0", 1, 0, &log);
	tcp_part(w, A B, strlen(A), strlen(A B), &log);
	tcp_done(w, &log, OUT_A OUT_B);
}

/* New connections on old ports: by SYN, and without one when the numbers are far behind. */
static void
test_port_reuse(void **state)
{
	struct build_log log = { .messages = 0 };
	struct wire *w = tcp_wire((struct wire_cfg){ 0 });

	(void)state;
	tcp_send(w, PORT, 500000000, BUILD_SYN, NULL, 0, 0, &log);
	tcp_send(w, PORT, 500000001, 0, A, 20, 0, &log);
	tcp_send(w, PORT, 500000000, BUILD_SYN, NULL, 0, 0, &log);
	tcp_send(w, PORT, 500000010, BUILD_SYN, NULL, 0, 0, &log);
	tcp_send(w, PORT, 500000011, 0, B, strlen(B), 0, &log);
	tcp_send(w, PORT, 400000000, 0, C, strlen(C), 0, &log);
	tcp_done(w, &log, "!SIP/2.0 200 OK=20;" OUT_B OUT_C);
}

/* FIN ends a message that was begun; what is sent again after it is old. */
static void
test_fin(void **state)
{
	struct build_log log = { .messages = 0 };
	struct wire *w = tcp_wire((struct wire_cfg){ 0 });

	(void)state;
	tcp_send(w, PORT, ISN, BUILD_SYN, NULL, 0, 0, &log);
	tcp_send(w, PORT, ISN + 31, BUILD_FIN, &(A B)[30], 30, 0, &log);
	assert_int_equal(log.messages, 0);
	tcp_send(w, PORT, ISN + 1, 0, A B, 30, 0, &log);
	assert_string_equal(log.text, OUT_A "!SIP/2.0 404 No=26;");
	tcp_send(w, PORT, ISN + 31, BUILD_FIN, &(A B)[30], 30, 0, &log);
	tcp_send(w, PORT, ISN + 1, 0, A B, 30, 0, &log);
	tcp_done(w, &log, OUT_A "!SIP/2.0 404 No=26;");
}

/* A forged RST that does not fit ends nothing. */
static void
test_rst(void **state)
{
	struct build_log log = { .messages = 0 };
	struct wire *w = tcp_wire((struct wire_cfg){ 0 });

	(void)state;
	tcp_part(w, A, 0, 20, &log);
	tcp_send(w, PORT, ISN + 5, BUILD_RST, NULL, 0, 0, &log);
	tcp_send(w, PORT, ISN + 26, BUILD_RST, NULL, 0, 0, &log);
	tcp_part(w, A, 20, 25, &log);
	assert_int_equal(log.messages, 0);
	tcp_send(w, PORT, ISN + 26, BUILD_RST, NULL, 0, 0, &log);
	assert_string_equal(log.text, "!SIP/2.0 200 OK=25;");
	tcp_done(w, &log, "!SIP/2.0 200 OK=25;");
}

/* A lost segment: waited for by time, then by number, then the damaged message comes cut and the next is found. */
static void
test_gap(void **state)
{
	for (int by_time = 0; by_time < 2; by_time++) {
		struct build_log log = { .messages = 0 };
		struct wire *w = tcp_wire((struct wire_cfg){ 0 });
		size_t b = strlen(A), c = strlen(A B);
		uint32_t next = ISN + 1 + (uint32_t)strlen(A B C);

		tcp_part(w, A B C, 0, b + 20, &log);
		tcp_part(w, A B C, b + 27, c, &log);
		tcp_part(w, A B C, c, strlen(A B C), &log);
		assert_string_equal(log.text, OUT_A);
		if (by_time) {
			/* Any frame moves the clock. */
			tcp_send(w, 9, 1, 0, NULL, 0, 1900, &log);
			assert_string_equal(log.text, OUT_A);
			tcp_send(w, 9, 1, 0, NULL, 0, 2100, &log);
		} else {
			for (uint32_t i = 0; i < 63; i++)
				tcp_send(w, PORT, next + 2 * i, 0, "\r\n", 2, 0, &log);
		}
		assert_string_equal(log.text, OUT_A "!SIP/2.0 404 No=20;" OUT_C);
		assert_int_equal(wire_stats(w)->tcp_gaps, 1);
		assert_int_equal(wire_stats(w)->tcp_resyncs, 1);
		tcp_done(w, &log, OUT_A "!SIP/2.0 404 No=20;" OUT_C);
	}
	(void)state;
}

/* When the gap is closed in time nothing was lost. */
static void
test_gap_closed_in_time(void **state)
{
	struct build_log log = { .messages = 0 };
	struct wire *w = tcp_wire((struct wire_cfg){ 0 });

	(void)state;
	tcp_part(w, A B, 0, 10, &log);
	for (int i = 0; i < 100; i++)
		tcp_part(w, A B, 20, strlen(A B), &log);
	tcp_send(w, 9, 1, 0, NULL, 0, 1999, &log);
	tcp_part(w, A B, 10, 20, &log);
	assert_int_equal(wire_stats(w)->tcp_gaps, 0);
	tcp_done(w, &log, OUT_A OUT_B);
}

/* Time given to one gap is not taken from the next. */
static void
test_second_gap_is_waited_for(void **state)
{
	struct build_log log = { .messages = 0 };
	struct wire *w = tcp_wire((struct wire_cfg){ 0 });
	size_t a = strlen(A), b = strlen(A B);

	(void)state;
	tcp_part(w, A B C, 0, 20, &log);
	tcp_part(w, A B C, a, a + 10, &log);
	tcp_part(w, A B C, a + 20, b, &log);
	tcp_send(w, 9, 1, 0, NULL, 0, 2100, &log);
	assert_string_equal(log.text, "!SIP/2.0 200 OK=20;");
	tcp_send(w, PORT, ISN + 1 + (uint32_t)a + 10, 0, &(A B C)[a + 10], 10, 3000, &log);
	assert_int_equal(wire_stats(w)->tcp_gaps, 1);
	tcp_done(w, &log, "!SIP/2.0 200 OK=20;" OUT_B);
}

/* RFC 7413: data may come with the SYN. */
/* A gap is as young as its first segment, however long the stream and the capture have run without one. */
static void
test_late_gap_is_waited_for(void **state)
{
	struct wire *w = tcp_wire((struct wire_cfg){ 0 });
	struct build_log log = { .messages = 0 };
	size_t n = strlen(A);

	(void)state;
	tcp_send(w, PORT, ISN + 1, 0, A, n, 0, &log);
	tcp_send(w, PORT, ISN + 1 + (uint32_t)n, 0, A, 20, 60000, &log);
	tcp_send(w, PORT, ISN + 1 + (uint32_t)n + 25, 0, &A[25], n - 25, 60001, &log);
	assert_int_equal(wire_stats(w)->tcp_gaps, 0);
	tcp_send(w, PORT, ISN + 1 + (uint32_t)n + 20, 0, &A[20], 5, 61900, &log);
	assert_string_equal(log.text, OUT_A OUT_A);
	build_finish(w, &log);
	assert_int_equal(wire_stats(w)->tcp_gaps, 0);
	wire_free(w);
}

static void
test_data_on_syn(void **state)
{
	struct build_log log = { .messages = 0 };
	struct wire *w = tcp_wire((struct wire_cfg){ 0 });

	(void)state;
	assert_int_equal(tcp_send(w, PORT, ISN, BUILD_SYN, A, 20, 0, &log), WIRE_SIP);
	tcp_part(w, A B, 20, strlen(A B), &log);
	tcp_done(w, &log, OUT_A OUT_B);
}

/* A segment that the snapshot cut: no waiting, the loss is known. */
static void
test_truncated_segment(void **state)
{
	static struct build f;
	size_t n = strlen(A);

	(void)state;
	for (size_t keep = 0; keep < n; keep++) {
		struct build_log log = { .messages = 0 };
		struct wire *w = tcp_wire((struct wire_cfg){ 0 });

		build_tcp4(&f, PORT, ISN + 1, BUILD_ACK, A, n);
		build_push_cut(w, f.b, 40 + keep, n - keep, 0, &log);
		tcp_send(w, PORT, ISN + 1 + (uint32_t)n, 0, B, strlen(B), 0, &log);
		assert_int_equal(wire_stats(w)->verdict[WIRE_SIP], 2);
		build_finish(w, &log);
		assert_int_equal(log.messages, keep >= 5 ? 2 : 1);
		assert_non_null(strstr(log.text, OUT_B));
		wire_free(w);
	}
}

static void
test_header_truncations(void **state)
{
	static struct build f;
	struct build_log log = { .messages = 0 };
	struct wire *w = tcp_wire((struct wire_cfg){ 0 });

	(void)state;
	build_tcp4(&f, PORT, ISN, BUILD_ACK, A, strlen(A));
	for (size_t n = 20; n < 40; n++)
		assert_int_equal(build_push_cut(w, f.b, n, f.n - n, 0, &log), WIRE_DROPPED);
	assert_int_equal(wire_stats(w)->drop[WIRE_DROP_TRUNCATED], 20);
	for (unsigned words = 0; words < 5; words++) {
		f.b[32] = (uint8_t)(words << 4);
		assert_int_equal(build_push(w, &f, 0, &log), WIRE_MALFORMED);
	}
	f.b[32] = 0xf0;
	f.b[3] = 20 + 59;
	assert_int_equal(build_push(w, &f, 0, &log), WIRE_MALFORMED);
	wire_free(w);
}

/* Frames of a stream are held until it shows what it is; then all of them move. */
static void
test_verdicts(void **state)
{
	static char junk[9000];
	struct build_log log = { .messages = 0 };
	struct wire *w = tcp_wire((struct wire_cfg){ 0 });
	const struct wire_stats *st = wire_stats(w);

	(void)state;
	memset(junk, 'x', sizeof(junk));
	assert_int_equal(tcp_send(w, 1, 1, 0, NULL, 0, 0, &log), WIRE_NOT_SIP);
	assert_int_equal(tcp_send(w, 1, 1, BUILD_SYN, NULL, 0, 0, &log), WIRE_NOT_SIP);
	assert_int_equal(tcp_send(w, 1, 2, 0, "\r\n", 2, 0, &log), WIRE_HELD);
	assert_int_equal(tcp_send(w, 1, 4, 0, "SI", 2, 0, &log), WIRE_HELD);
	assert_int_equal(tcp_send(w, 1, 6, 0, &A[2], strlen(A) - 2, 0, &log), WIRE_SIP);
	assert_int_equal(st->verdict[WIRE_SIP], 3);
	assert_int_equal(tcp_send(w, 2, 1, 0, junk, 8000, 0, &log), WIRE_HELD);
	assert_int_equal(tcp_send(w, 2, 8001, 0, junk, 193, 0, &log), WIRE_NOT_SIP);
	assert_int_equal(st->verdict[WIRE_HELD], 0);
	assert_int_equal(tcp_send(w, 2, 8194, 0, A, strlen(A), 0, &log), WIRE_NOT_SIP);
	assert_int_equal(wire_bytes(w), 0);
	assert_int_equal(tcp_send(w, 3, 1, 0, "ssh", 3, 0, &log), WIRE_HELD);
	tcp_done(w, &log, OUT_A);
}

/* Undecided at the end: not SIP, but what the capture had cut is told as that. */
static void
test_verdicts_at_the_end(void **state)
{
	static struct build f;
	struct build_log log = { .messages = 0 };
	struct wire *w = tcp_wire((struct wire_cfg){ 0 });

	(void)state;
	tcp_send(w, 1, 1, 0, "ssh", 3, 0, &log);
	build_tcp4(&f, 2, 1, BUILD_ACK, A, strlen(A));
	build_push_cut(w, f.b, 42, f.n - 42, 0, &log);
	build_finish(w, &log);
	assert_int_equal(wire_stats(w)->verdict[WIRE_NOT_SIP], 1);
	assert_int_equal(wire_stats(w)->drop[WIRE_DROP_TRUNCATED], 1);
	wire_free(w);
}

/* Idle streams end by the clock of the frames: the undecided soon, those with SIP late. */
static void
test_idle(void **state)
{
	struct build_log log = { .messages = 0 };
	struct wire *w = tcp_wire((struct wire_cfg){ 0 });

	(void)state;
	tcp_send(w, 1, 1, 0, A, 20, 0, &log);
	tcp_send(w, 2, 1, 0, "ssh", 3, 0, &log);
	tcp_send(w, 9, 1, 0, NULL, 0, 31000, &log);
	assert_int_equal(wire_stats(w)->verdict[WIRE_HELD], 0);
	assert_int_equal(log.messages, 0);
	tcp_send(w, 1, 21, 0, &A[20], strlen(A) - 20, 3600000, &log);
	assert_string_equal(log.text, OUT_A);
	tcp_send(w, 1, 1 + (uint32_t)strlen(A), 0, B, 20, 3600000, &log);
	tcp_send(w, 9, 1, 0, NULL, 0, 2 * 3600000 + 1000, &log);
	assert_string_equal(log.text, OUT_A "!SIP/2.0 404 No=20;");
	tcp_done(w, &log, OUT_A "!SIP/2.0 404 No=20;");
}

/* A stamp from the far future is a leap of two hours, no more. */
static void
test_leap(void **state)
{
	struct build_log log = { .messages = 0 };
	struct wire *w = tcp_wire((struct wire_cfg){ .tcp_idle_ns = 3 * 3600 * NS_PER_S });

	(void)state;
	tcp_send(w, PORT, 1, 0, A, 20, 0, &log);
	tcp_send(w, 9, 1, 0, NULL, 0, INT64_C(100) * 365 * 86400000, &log);
	tcp_send(w, PORT, 21, 0, &A[20], strlen(A) - 20, 1000, &log);
	tcp_done(w, &log, OUT_A);
}

static void
test_stream_limit(void **state)
{
	struct build_log log = { .messages = 0 };
	struct wire *w = tcp_wire((struct wire_cfg){ .tcp_streams = 10 });

	(void)state;
	tcp_send(w, 5000, 1, 0, A, 20, 0, &log);
	for (unsigned port = 1; port <= 1000; port++)
		tcp_send(w, port, 1, 0, "ssh", 3, 0, &log);
	assert_int_equal(wire_stats(w)->drop[WIRE_DROP_TCP_LIMIT], 1000 - 9);
	/* Streams that carry SIP go last. */
	tcp_send(w, 5000, 21, 0, &A[20], strlen(A) - 20, 0, &log);
	tcp_done(w, &log, OUT_A);
}

static void
test_byte_limit(void **state)
{
	static char head[4000];
	struct build_log log = { .messages = 0 };
	struct wire *w = tcp_wire((struct wire_cfg){ .tcp_bytes = 50000 });

	(void)state;
	memset(head, 'a', sizeof(head));
	memcpy(head, "SIP/2.0 200 OK\r\nX: ", 19);
	for (unsigned port = 1; port <= 100; port++) {
		tcp_send(w, port, 1, 0, head, sizeof(head), 0, &log);
		assert_true(wire_bytes(w) <= 50000);
	}
	/* The oldest went, cut but not lost. */
	assert_int_equal(log.messages, 100 - 50000 / 4096);
	assert_int_equal(wire_stats(w)->verdict[WIRE_SIP], 100);
	build_finish(w, &log);
	assert_int_equal(log.messages, 100);
	wire_free(w);
}

/* A message of the largest size over hundreds of segments; one byte more is refused and counted. */
static void
test_largest_message(void **state)
{
	enum { MAX = 262144, HEAD = 40 };

	(void)state;
	for (int over = 0; over < 2; over++) {
		struct build_log log = { .messages = 0 };
		struct wire *w = tcp_wire((struct wire_cfg){ 0 });
		char *s = malloc(MAX + 1);

		assert_non_null(s);
		memset(s, 'b', MAX + 1);
		assert_int_equal(
		    snprintf(s, HEAD + 1, "SIP/2.0 200 OK\r\nV: xxxxxx\r\nl: %d\r\n\r\n", MAX - HEAD + over), HEAD);
		s[HEAD] = 'b';
		for (size_t at = 0; at < (size_t)MAX + (size_t)over; at += 536) {
			size_t n = MAX + (size_t)over - at < 536 ? MAX + (size_t)over - at : 536;

			tcp_send(w, PORT, 1 + (uint32_t)at, 0, s + at, n, 0, &log);
		}
		assert_string_equal(log.text, over ? "!SIP/2.0 200 OK=40;" : "SIP/2.0 200 OK=262144;");
		assert_int_equal(wire_stats(w)->tcp_oversize, over);
		build_finish(w, &log);
		free(s);
		wire_free(w);
	}
}

/* Forty and more messages in one segment, taken one by one. */
static void
test_many_messages_in_a_segment(void **state)
{
	static char s[100 * sizeof(B)];
	struct build_log log = { .messages = 0 };
	struct wire *w = tcp_wire((struct wire_cfg){ 0 });
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 100; i++, n += strlen(B))
		memcpy(s + n, B, strlen(B));
	assert_int_equal(tcp_send(w, PORT, 1, 0, s, n, 0, &log), WIRE_SIP);
	assert_int_equal(log.messages, 100);
	build_finish(w, &log);
	wire_free(w);
}

/* A segment in IP fragments: all its frames are held and move together. */
static void
test_fragmented_segment(void **state)
{
	static struct build whole, f;
	struct build_log log = { .messages = 0 };
	struct wire *w = tcp_wire((struct wire_cfg){ 0 });

	(void)state;
	whole.n = 0;
	build_tcp(&whole, PORT, 1, BUILD_ACK, "SI", 2);
	for (unsigned from = 0; from < whole.n; from += 16) {
		unsigned n = whole.n - from < 16 ? (unsigned)whole.n - from : 16;

		f.n = 0;
		build_ip4(&f, (struct build_ip){ .proto = 6, .id = 9, .off = from, .more = from + n < whole.n }, n);
		build_add(&f, whole.b + from, n);
		assert_int_equal(build_push(w, &f, 0, &log), WIRE_HELD);
	}
	assert_int_equal(tcp_send(w, PORT, 3, 0, &A[2], strlen(A) - 2, 0, &log), WIRE_SIP);
	assert_int_equal(wire_stats(w)->verdict[WIRE_SIP], 3);
	tcp_done(w, &log, OUT_A);
}

static void
tcp_scene(struct wire *w, struct build_log *log)
{
	tcp_send(w, PORT, ISN, BUILD_SYN, NULL, 0, 0, log);
	tcp_part(w, abc, 0, 20, log);
	tcp_part(w, abc, 50, 70, log);
	tcp_part(w, abc, 20, 50, log);
	tcp_send(w, 7, 100, 0, B, strlen(B), 0, log);
	tcp_send(w, 7, 100 - (uint32_t)strlen(A), 0, A, strlen(A), 0, log);
	tcp_part(w, abc, 70, sizeof(abc) - 1, log);
}

/* Whichever allocation fails, all frames stay counted and nothing leaks. */
static void
test_short_memory(void **state)
{
	bool failed = true;

	(void)state;
	for (long n = 1; failed; n++) {
		struct build_log log = { .messages = 0 };
		struct wire *w;

		mem_fail_at(n);
		w = wire_new(NULL);
		if (w)
			tcp_scene(w, &log);
		failed = mem_calls() >= n;
		mem_fail_at(0);
		if (w)
			build_finish(w, &log);
		wire_free(w);
		assert_true(n < 100);
		if (!failed)
			assert_int_equal(log.messages, 5);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_split),
		cmocka_unit_test(test_all_orders),
		cmocka_unit_test(test_shuffles),
		cmocka_unit_test(test_sequence_wraps),
		cmocka_unit_test(test_start_out_of_order),
		cmocka_unit_test(test_late_gap_is_waited_for),
		cmocka_unit_test(test_keep_alive_probe),
		cmocka_unit_test(test_port_reuse),
		cmocka_unit_test(test_fin),
		cmocka_unit_test(test_rst),
		cmocka_unit_test(test_gap),
		cmocka_unit_test(test_gap_closed_in_time),
		cmocka_unit_test(test_second_gap_is_waited_for),
		cmocka_unit_test(test_data_on_syn),
		cmocka_unit_test(test_truncated_segment),
		cmocka_unit_test(test_header_truncations),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_verdicts_at_the_end),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_leap),
		cmocka_unit_test(test_stream_limit),
		cmocka_unit_test(test_byte_limit),
		cmocka_unit_test(test_largest_message),
		cmocka_unit_test(test_many_messages_in_a_segment),
		cmocka_unit_test(test_fragmented_segment),
		cmocka_unit_test(test_short_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
