/* head: the table's own lines give what they say, no row takes another's lines, and no cut of a line reads outside it.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "logfmt/head.h"
#include "logfmt/pattern.h"
#include "logfmt/rows.h"
#include "sipwhy/mem.h"

/* Made once for all tests. */
static struct head_rows *rows_ready;

static int
make_rows(void **state)
{
	(void)state;
	rows_ready = head_rows_new(NULL);
	return rows_ready != NULL ? 0 : -1;
}

static int
free_rows(void **state)
{
	(void)state;
	head_rows_free(rows_ready);
	return 0;
}

static void
expect_end(const char *want, const struct endpoint *e, const char *line)
{
	char text[ENDPOINT_TEXT];

	if (want == NULL)
		return;
	if (strcmp(endpoint_format(text, sizeof text, e, true), want) != 0)
		fail_msg("\"%s\": %s instead of %s", line, text, want);
}

static void
expect_sample(const struct row_head *row, const struct row_head_sample *s)
{
	struct head h;

	if (!head_read(rows_ready, slice_str(s->line), &h))
		fail_msg("%s does not read \"%s\"", row->row.name, s->line);
	assert_string_equal(h.name, row->row.name);
	expect_end(s->src, &h.src, s->line);
	expect_end(s->dst, &h.dst, s->line);
	assert_int_equal(h.flow, s->flow);
	assert_int_equal(h.transport, s->transport);
	assert_int_equal(h.size, s->size);
	if (s->stamp != NULL)
		assert_true(slice_eq(h.stamp.text, slice_str(s->stamp)));
	else
		assert_int_equal(h.stamp.text.n, 0);
}

static void
test_table(void **state)
{
	size_t n;
	const struct row_head *rows = rows_head(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		struct pattern p;

		assert_int_equal(pattern_compile(&p, slice_str(rows[i].row.pattern), NULL), 0);
		assert_false(rows[i].row.statement);
		assert_non_null(rows[i].samples[0].line);
		for (size_t k = 0; k < ROW_SAMPLES && rows[i].samples[k].line != NULL; k++)
			expect_sample(&rows[i], &rows[i].samples[k]);
	}
}

/* The quick tests of a row (has, need) let pass what its pattern reads: taking them away changes nothing. */
static void
test_quick_tests_agree(void **state)
{
	size_t n;
	const struct row_head *rows = rows_head(&n);
	struct pattern p;
	struct pattern_values v;

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < ROW_SAMPLES && rows[i].samples[k].line != NULL; k++)
			for (size_t j = 0; j < i; j++) {
				assert_int_equal(pattern_compile(&p, slice_str(rows[j].row.pattern), NULL), 0);
				if (pattern_match(&p, slice_str(rows[i].samples[k].line), &v))
					fail_msg("%s reads a line of %s", rows[j].row.name, rows[i].row.name);
			}
}

static void
test_truncations(void **state)
{
	size_t n;
	const struct row_head *rows = rows_head(&n);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < ROW_SAMPLES && rows[i].samples[k].line != NULL; k++) {
			size_t len = strlen(rows[i].samples[k].line);

			for (size_t cut = 0; cut <= len; cut++) {
				char *copy = mem_strndup(rows[i].samples[k].line, cut);
				char *exact = copy != NULL ? mem_realloc(copy, cut > 0 ? cut : 1) : NULL;
				struct head h;

				assert_non_null(exact);
				if (head_read(rows_ready, (struct slice){ exact, cut }, &h))
					(void)head_continue(rows_ready, (struct slice){ exact, cut }, &h);
				(void)head_is_end(rows_ready, (struct slice){ exact, cut });
				mem_free(exact);
			}
		}
}

static void
test_sipdump(void **state)
{
	static const char *const lines[] = { "pid: 2143", "process: 7", "time: 1772532901.176426",
		"date: Tue Mar  3 10:15:01 2026", "proto: tcp ipv6", "srcip: 2001:db8::20", "srcport: 5060",
		"dstport: 5061", "dstip: 192.0.2.3", "~~~~~~~~~~~~~~~~~~~~" };
	struct head h;

	(void)state;
	assert_true(head_read(rows_ready, slice_str("tag: rcv"), &h));
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		if (!head_continue(rows_ready, slice_str(lines[i]), &h))
			fail_msg("not taken: %s", lines[i]);
	expect_end("[2001:db8::20]:5060", &h.src, "sipdump");
	expect_end("192.0.2.3:5061", &h.dst, "sipdump");
	assert_int_equal(h.transport, TRANSPORT_TCP);
	assert_int_equal(h.flow, FLOW_IN);
	assert_true(slice_eq(h.stamp.text, slice_str("1772532901.176426")));
	assert_true(h.stamp.is_epoch);
	assert_false(head_continue(rows_ready, slice_str("SIP/2.0 200 OK"), &h));
	assert_false(head_continue(rows_ready, slice_str("Via: SIP/2.0/UDP 192.0.2.1"), &h));
}

static void
test_two_line_heads(void **state)
{
	struct head h;

	(void)state;
	assert_true(
	    head_read(rows_ready, slice_str("000311: *Mar  3 10:15:01.367: //-1/x/SIP/Msg/ccsipDisplayMsg:"), &h));
	assert_true(head_continue(rows_ready, slice_str("Received: "), &h));
	assert_int_equal(h.flow, FLOW_IN);
	assert_true(slice_eq(h.stamp.text, slice_str("Mar  3 10:15:01.367")));

	assert_true(head_read(
	    rows_ready, slice_str("----------------------------------------------- 2026-03-03 10:15:01.139981"), &h));
	assert_true(head_continue(rows_ready, slice_str("TCP message sent [361] bytes:"), &h));
	assert_int_equal(h.flow, FLOW_OUT);
	assert_int_equal(h.size, 361);
	assert_true(slice_eq(h.stamp.text, slice_str("2026-03-03 10:15:01.139981")));

	assert_true(head_read(rows_ready, slice_str("Outgoing SIP UDP message to 192.0.2.20:[5060]:"), &h));
	assert_true(head_continue(rows_ready, slice_str("[4202,NET]"), &h));
	assert_false(head_continue(rows_ready, slice_str("[,NET]"), &h));
	assert_false(head_continue(rows_ready, slice_str("SIP/2.0 200 OK"), &h));
}

static void
test_marks(void **state)
{
	static const char *const ends[] = { "---", "--end msg--", "<------------->", "<------------>",
		"||||||||||||||||||||", "----------------------------------------", "--- (11 headers 0 lines) ---",
		"]]", "====================", "[Time:03-03@10:15:01.367]",
		"recv 375 bytes from udp/[192.0.2.20]:5060 at 10:15:01.394322:",
		"   ------------------------------------------------------------------------" };
	static const char *const body[] = { "", "v=0", "a=rtpmap:0 PCMU/8000", "--boundary-7", "SIP/2.0 486 Busy Here",
		"<presence>", "--", "[a]", "Content-Type: text/plain", "<?xml version=\"1.0\"?>", "receive 3 bytes" };

	(void)state;
	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
		if (!head_is_end(rows_ready, slice_str(ends[i])))
			fail_msg("no end: %s", ends[i]);
	for (size_t i = 0; i < sizeof body / sizeof body[0]; i++)
		if (head_is_end(rows_ready, slice_str(body[i])))
			fail_msg("an end: %s", body[i]);
}

static void
test_users(void **state)
{
	struct logfmt_heads *h = logfmt_heads_new();
	struct errmsg em = { { 0 } };
	struct head_rows *rows;
	struct head out;
	char name[16];

	(void)state;
	assert_non_null(h);
	assert_int_equal(
	    logfmt_heads_add(h, slice_str("mine"), slice_str("SIPLOG {flow:<<=in,>>=out} {peer} via {transport}"), &em),
	    0);
	assert_int_equal(logfmt_heads_add(h, slice_str("mine"), slice_str("x {peer}"), &em), -EEXIST);
	assert_int_equal(logfmt_heads_add(h, slice_str("freeswitch"), slice_str("x {peer}"), &em), -EEXIST);
	assert_int_equal(logfmt_heads_add(h, slice_str("bad"), slice_str("x {nobody}"), &em), -EINVAL);
	assert_non_null(strstr(em.text, "position 3"));
	rows = head_rows_new(h);
	assert_non_null(rows);
	assert_true(head_read(rows, slice_str("Mar  3 SIPLOG >> 203.0.113.5:5061 via TLS"), &out));
	assert_string_equal(out.name, "mine");
	expect_end("203.0.113.5:5061", &out.dst, "mine");
	assert_int_equal(out.transport, TRANSPORT_TLS);
	head_rows_free(rows);
	for (int i = 1; i < LOGFMT_HEADS_MAX; i++) {
		(void)snprintf(name, sizeof name, "h%d", i);
		assert_int_equal(logfmt_heads_add(h, slice_str(name), slice_str("x {peer}"), &em), 0);
	}
	assert_int_equal(logfmt_heads_add(h, slice_str("more"), slice_str("x {peer}"), &em), -ENOSPC);
	logfmt_heads_free(h);
	logfmt_heads_free(NULL);
}

/* The row that is tried first when it read the head before gives what it gives as one of all. */
static void
expect_same(const char *line, size_t n)
{
	struct head first = { .name = NULL }, other = { .name = NULL };
	bool a, b;

	assert_true(
	    head_read(rows_ready, slice_str("<--- Received SIP request (1 bytes) from UDP:192.0.2.20:1 --->"), &first));
	a = head_read(rows_ready, (struct slice){ line, n }, &first);
	assert_true(head_read(rows_ready, slice_str("tag: rcv"), &other));
	b = head_read(rows_ready, (struct slice){ line, n }, &other);
	if (a != b ||
	    (a &&
		(strcmp(first.name, other.name) != 0 || first.size != other.size || first.flow != other.flow ||
		    first.of != other.of || first.transport != other.transport ||
		    memcmp(&first.src, &other.src, sizeof first.src) != 0 ||
		    memcmp(&first.dst, &other.dst, sizeof first.dst) != 0)))
		fail_msg("read in two ways: %.*s", (int)n, line);
}

static void
test_first_row(void **state)
{
	static const char *const lines[] = {
		"[2026-03-03 10:15:01] VERBOSE[9] <--- Received SIP request (353 bytes) from UDP:192.0.2.20:5060 --->",
		"<--- Transmitting SIP response (4700 bytes) to UDP:198.51.100.255:65535 ---> ",
		"<--- x <--- Received SIP response (1 bytes) from UDP:1.2.3.4:1 --->",
		"<--- Received SIP response (4294967296 bytes) from UDP:10.0.0.1:65536 --->",
		"<--- Received SIP response (330 bytes) from UDP:[2001:db8::20]:5060 --->"
	};
	static const char bytes[] = " 0259:.UTa<-\r";
	char line[160];

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		size_t n = strlen(lines[i]);

		for (size_t at = 0; at <= n; at++) {
			expect_same(lines[i], at);
			for (size_t k = 0; at < n && k < sizeof bytes; k++) {
				memcpy(line, lines[i], n);
				line[at] = bytes[k];
				expect_same(line, n);
			}
			memcpy(line, lines[i], at);
			memcpy(line + at, lines[i] + at + (at < n), n - at - (at < n));
			expect_same(line, n - (at < n));
		}
	}
}

/* Each head that has a sample file is met in it; lines of the files are otherwise no heads (requests, headers, bodies).
 */
static void
test_samples(void **state)
{
	static const struct {
		const char *file, *row;
		int least;
	} want[] = { { "asterisk-pjsip-full.log", "asterisk-pjsip", 80 },
		{ "asterisk-chansip-full.log", "asterisk-chansip-read", 40 },
		{ "asterisk-chansip-full.log", "asterisk-chansip-response", 10 },
		{ "asterisk-chansip-full.log", "asterisk-chansip-request", 10 },
		{ "asterisk-chansip-full.log", "asterisk-chansip-again", 1 },
		{ "freeswitch-siptrace-new.log", "freeswitch", 80 },
		{ "freeswitch-siptrace-old.log", "freeswitch", 30 },
		{ "kamailio-sipdump.data", "kamailio-sipdump", 80 },
		{ "opensips-tracer-file.log", "opensips-tracer-file", 80 },
		{ "audiocodes-viewer.log", "audiocodes", 36 }, { "cisco-cube-ccsip.log", "cisco-ios", 60 },
		{ "cisco-cube-ccsip.log", "cisco-ios-time", 60 },
		{ "cisco-cube-voiptrace.log", "cisco-voip-trace", 36 }, { "cisco-cucm-sdl.txt", "cisco-cucm", 40 },
		{ "oracle-sipmsg.log", "oracle", 80 }, { "ribbon-sbc.trc", "ribbon", 36 }, { "pjsua.log", "pjsua", 40 },
		{ "sipp-messages.log", "sipp", 36 }, { "sipp-messages.log", "sipp-time", 36 },
		{ "sngrep-save.txt", "sngrep", 80 }, { "ngrep-byline.txt", "ngrep", 60 } };
	const char *shared = getenv("SIPWHY_SHARED");
	char path[1024], line[65536];

	(void)state;
	for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
		FILE *f;
		struct head h;
		int met = 0;

		(void)snprintf(
		    path, sizeof path, "%s/samples/logs/%s", shared != NULL ? shared : "../shared", want[i].file);
		f = fopen(path, "r");
		if (f == NULL) {
			print_message("# %s is absent: not compared\n", path);
			return;
		}
		while (fgets(line, sizeof line, f) != NULL)
			if (head_read(rows_ready, (struct slice){ line, strcspn(line, "\n") }, &h))
				met += strcmp(h.name, want[i].row) == 0;
		(void)fclose(f);
		if (met < want[i].least)
			fail_msg("%s: %d heads %s", want[i].file, met, want[i].row);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_table), cmocka_unit_test(test_quick_tests_agree),
		cmocka_unit_test(test_truncations), cmocka_unit_test(test_sipdump),
		cmocka_unit_test(test_two_line_heads), cmocka_unit_test(test_marks), cmocka_unit_test(test_users),
		cmocka_unit_test(test_first_row), cmocka_unit_test(test_samples) };

	return cmocka_run_group_tests_name("head", tests, make_rows, free_rows);
}
