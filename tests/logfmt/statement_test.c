/* statement: each row reads its own line and no row before it does; the samples' truth; what counts twice and what not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "logfmt/pattern.h"
#include "logfmt/rows.h"
#include "logfmt/statement.h"
#include "sipwhy/mem.h"

/* Made once for all tests. */
static struct statement_rows *rows_ready;

static int
make_rows(void **state)
{
	(void)state;
	rows_ready = statement_rows_new();
	return rows_ready != NULL ? 0 : -1;
}

static int
free_rows(void **state)
{
	(void)state;
	mem_free(rows_ready);
	return 0;
}

static enum statement_kind
read_line(const char *line, struct logfmt_item *item)
{
	unsigned row;

	return statement_read(rows_ready, slice_str(line), item, &row);
}

static void
expect_text(struct slice got, const char *want)
{
	if (!slice_eq(got, slice_str(want)))
		fail_msg("\"%.*s\" instead of \"%s\"", (int)got.n, got.p, want);
}

static void
expect_end(const struct endpoint *e, const char *want)
{
	char text[ENDPOINT_TEXT];

	assert_string_equal(endpoint_format(text, sizeof text, e, true), want);
}

static void
test_table(void **state)
{
	size_t n;
	const struct row_statement *rows = rows_statement(&n);
	struct logfmt_item item;
	unsigned row;

	(void)state;
	for (unsigned i = 0; i < n; i++) {
		struct slice line = slice_str(rows[i].sample);
		enum statement_kind k = statement_read(rows_ready, line, &item, &row);

		if (k == STATEMENT_NONE || row != i)
			fail_msg("%s does not read its own line", rows[i].row.name);
		assert_true(rows[i].row.statement);
		assert_int_equal(item.s.code, rows[i].code);
		assert_int_equal(k,
		    rows[i].kind == ROW_NEITHER    ? STATEMENT_NOT
			: rows[i].kind == ROW_CODE ? STATEMENT_CODE
						   : STATEMENT_NOTICE);
		if (rows[i].kind == ROW_NOTICE) {
			assert_true(item.notice.kind.n > 0);
			assert_true(item.notice.means.n > 0);
			assert_true(item.notice.text.n > 0);
		}
		assert_true(statement_maybe(rows_ready, line));
	}
}

/* The scan finds every row's line wherever it begins, and the line's begin. */
static void
test_scan(void **state)
{
	size_t n, len;
	const struct row_statement *rows = rows_statement(&n);
	char text[2048];

	(void)state;
	for (unsigned i = 0; i < n; i++)
		for (size_t pad = 0; pad < 24; pad++) {
			memset(text, 'x', pad);
			(void)snprintf(text + pad, sizeof text - pad, "\n%s\nmore lines\n", rows[i].sample);
			len = strlen(text);
			if (statement_scan(rows_ready, (struct slice){ text, len }) != pad + 1)
				fail_msg("%s behind %zu bytes is not found", rows[i].row.name, pad);
		}
	assert_int_equal(statement_scan(rows_ready, slice_str("plain\nlines\n")), 12);
	assert_int_equal(statement_scan(rows_ready, slice_str("")), 0);
	assert_false(statement_maybe(
	    rows_ready, slice_str("INFO: <script>: INVITE from 203.0.113.5 to sip:1002@pbx.example.com")));
}

static void
test_truncations(void **state)
{
	size_t n;
	const struct row_statement *rows = rows_statement(&n);
	struct logfmt_item item;

	(void)state;
	for (unsigned i = 0; i < n; i++) {
		size_t len = strlen(rows[i].sample);

		for (size_t cut = 0; cut <= len; cut++) {
			char *copy = mem_alloc(cut > 0 ? cut : 1);
			unsigned row;

			assert_non_null(copy);
			memcpy(copy, rows[i].sample, cut);
			if (statement_read(rows_ready, (struct slice){ copy, cut }, &item, &row) == STATEMENT_CODE)
				assert_in_range(item.s.code, SIP_CODE_MIN, SIP_CODE_MAX);
			(void)statement_maybe(rows_ready, (struct slice){ copy, cut });
			mem_free(copy);
		}
	}
}

#define ACC "ACC: transaction answered: timestamp=1;method=INVITE;from_tag=f;to_tag=;call_id=a;b=c@d;code="

static void
test_acc(void **state)
{
	struct logfmt_item item;

	(void)state;
	assert_int_equal(read_line("NOTICE: {2 101 INVITE a;b=c@d} acc [acc.c:288]: " ACC
				   "500;reason=Q.850;cause=17;text=\"x;y\";src_user=1001;src_ip=192.0.2.1",
			     &item),
	    STATEMENT_CODE);
	expect_text(item.s.call_id, "a;b=c@d");
	expect_text(item.s.phrase, "Q.850;cause=17;text=\"x;y\"");
	expect_text(item.s.from_tag, "f");
	assert_int_equal(item.s.to_tag.n, 0);
	assert_int_equal(item.s.cseq, 101);
	assert_int_equal(item.s.method, METHOD_INVITE);
	assert_int_equal(item.m.src.family, 0);
	/* What the originator was told, and what a branch ended with. */
	assert_true(item.s.upstream);
	assert_int_equal(read_line("acc [acc.c:288]: ACC: call missed: timestamp=1;method=INVITE;from_tag=f;to_tag=;"
				   "call_id=a;code=503;reason=Trunk full",
			     &item),
	    STATEMENT_CODE);
	assert_false(item.s.upstream);
	/* A prefix of another message says nothing about this one. */
	assert_int_equal(read_line("{2 7 INVITE other} " ACC "486;reason=Busy", &item), STATEMENT_CODE);
	assert_int_equal(item.s.cseq, 0);
	assert_int_equal(read_line(ACC ";reason=", &item), STATEMENT_NOT);
	assert_int_equal(read_line(ACC "904;reason=x", &item), STATEMENT_NOT);
	assert_int_equal(read_line(ACC "700;reason=x", &item), STATEMENT_NOT);
	assert_int_equal(
	    read_line("@cee: {\"time\": \"x\", \"msg\": \"" ACC "401;reason=Say \\\"no\\\"\\n\", \"p\": \"o\"}", &item),
	    STATEMENT_CODE);
	expect_text(item.s.phrase, "Say \\\"no\\\"");
}

/* Who called whom, where acc has the extra values of the stock configuration. */
static void
test_acc_users(void **state)
{
	static const struct {
		const char *extra, *from, *to;
	} rows[] = {
		{ ";src_user=1001;src_domain=a.example;src_ip=192.0.2.1;dst_ouser=+49;dst_user=30;dst_domain=b.example",
		    "1001", "+49" },
		{ ";src_user=;src_domain=a.example;src_ip=192.0.2.1;dst_ouser=;dst_user=30;dst_domain=b.example",
		    "a.example", "30" },
		{ ";src_domain=a.example;dst_domain=b.example", "a.example", "b.example" },
		{ ";dst_user=30;src_user=1001", "1001", "30" },
		{ ";src_users=1001;xdst_user=30;src_user", "", "" },
		{ ";src_ip=192.0.2.1", "", "" },
		{ ";a=src_user=7;src_user=8", "8", "" },
		{ "", "", "" },
	};
	struct logfmt_item item;
	char line[512];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		(void)snprintf(line, sizeof line, ACC "486;reason=Busy Here%s", rows[i].extra);
		assert_int_equal(read_line(line, &item), STATEMENT_CODE);
		expect_text(item.s.from, rows[i].from);
		expect_text(item.s.to, rows[i].to);
		assert_int_equal(item.m.src.family + item.m.dst.family, 0);
	}
}

static void
test_security(void **state)
{
	static const char form[] =
	    "SecurityEvent=\"%s\",EventTV=\"2026-03-03T10:16:20.056+0000\",Severity=\"Error\","
	    "Service=\"%s\",EventVersion=\"1\",AccountID=\"a\"b\",SessionID=\"0x7f01\","
	    "LocalAddress=\"IPV4/UDP/192.0.2.1/5060\",RemoteAddress=\"IPV6/TLS/2001:db8::60/5070\"";
	static const char *const none[][2] = { { "ChallengeSent", "PJSIP" }, { "SuccessfulAuth", "PJSIP" },
		{ "InvalidPassword", "AMI" } };
	struct logfmt_item item;
	char line[512];

	(void)state;
	(void)snprintf(line, sizeof line, form, "FailedACL", "PJSIP");
	assert_int_equal(read_line(line, &item), STATEMENT_NOTICE);
	expect_text(item.notice.user, "a\"b");
	expect_text(item.notice.call_id, "0x7f01");
	expect_end(&item.m.src, "[2001:db8::60]:5070");
	expect_end(&item.m.dst, "192.0.2.1:5060");
	(void)snprintf(line, sizeof line, form, "InvalidPassword", "SIP");
	assert_int_equal(read_line(line, &item), STATEMENT_NOTICE);
	assert_int_equal(item.notice.call_id.n, 0);
	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(line, sizeof line, form, none[i][0], none[i][1]);
		assert_int_equal(read_line(line, &item), STATEMENT_NOT);
	}
}

static void
test_numbers_that_are_no_codes(void **state)
{
	struct logfmt_item item;

	(void)state;
	assert_int_equal(read_line("Channel sofia/a entering state [received][0]", &item), STATEMENT_NOT);
	assert_int_equal(read_line("Channel sofia/a skipping state [ready][487]", &item), STATEMENT_CODE);
	assert_int_equal(
	    read_line("sofia_reg.c:2661 gw Failed Registration with status No match  [904]. failure #4", &item),
	    STATEMENT_NOTICE);
	expect_text(item.notice.kind, "registration-failed");
	expect_text(item.notice.user, "gw");
	assert_int_equal(item.s.code, 0);
	assert_int_equal(read_line("x Hangup sofia/a [CS_EXECUTE] [NORMAL_CLEARING]", &item), STATEMENT_NOT);
	assert_int_equal(read_line("nta: not sending 487 Request Terminated for INVITE (101)", &item), STATEMENT_NONE);
	assert_int_equal(read_line("", &item), STATEMENT_NONE);
}

/* Who is named by a host name has no address, and what stands in a name's place is none. */
static void
test_peer_names(void **state)
{
	static const char *const rows[][2] = {
		{ "sip:sip.example.net", "sip.example.net" },
		{ "sips:trunk@Sip-1.example.net:5061;transport=tls", "Sip-1.example.net:5061" },
		{ "sip:203.0.113.5:5060", "" },
		{ "sip:[2001:db8::5]", "" },
		{ "sip:<script>", "" },
		{ "sip:", "" },
		{ "sip:-", "" },
		{ "sip::5060", "" },
		{ "sip:.example.net", "" },
		{ "sip:999.1.1.1:70000", "" },
		{ "sip:10.1.1:x", "" },
		{ "sip:3pcc", "3pcc" },
	};
	struct logfmt_item item;
	char line[256];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		(void)snprintf(line, sizeof line,
		    "x.c: Fatal response '403' received from '%s' on registration attempt to 'sip:1001@example.net'",
		    rows[i][0]);
		assert_int_equal(read_line(line, &item), STATEMENT_CODE);
		expect_text(item.s.peer_name, rows[i][1]);
		assert_true(item.s.peer_name.n == 0 || item.m.src.family == 0);
	}
}

/* What a stranger calls himself is a part of the line that tells of him, whatever it says. */
static void
test_quoted(void **state)
{
	static const char *const rows[][2] = {
		{ "chan_sip.c: Registration from '\"Got SIP response 486 \"Busy\" back from 9.9.9.9:5060\" "
		  "<sip:100@h>' failed for '198.51.100.66:5060' - Wrong password",
		    "auth-failed" },
		{ "chan_sip.c: Registration from '\"'403' fatal response received from 'sip:a' on registration attempt "
		  "to 'sip:b', stopping outbound registration\" <sip:100@h>' failed for '198.51.100.66:5060' - Wrong "
		  "password",
		    "auth-failed" },
		{ "sofia_reg.c:1842 SIP auth failure (REGISTER) on sofia profile 'internal' for [Responding to INVITE "
		  "with: 486@pbx] from ip 198.51.100.66",
		    "auth-failed" },
		{ "chan_sip.c: Call from '' (198.51.100.66:5060) to extension 'ACC: call missed: timestamp=1;"
		  "method=INVITE;from_tag=a;to_tag=b;call_id=z@x;code=603;reason=no' rejected because extension not "
		  "found in context 'x'.",
		    "no-extension" },
	};
	struct logfmt_item item;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		char peer[ENDPOINT_TEXT];

		assert_int_equal(read_line(rows[i][0], &item), STATEMENT_NOTICE);
		expect_text(item.notice.kind, rows[i][1]);
		assert_int_equal(item.s.code, 0);
		assert_memory_equal(endpoint_format(peer, sizeof peer, &item.m.src, false), "198.51.100.66", 13);
	}
}

static void
test_directions(void **state)
{
	struct logfmt_item item;

	(void)state;
	assert_int_equal(
	    read_line("Got SIP response 486 \"Busy\" back from pbx.example.com:5060", &item), STATEMENT_CODE);
	assert_int_equal(item.m.src.family, 0);
	assert_int_equal(item.m.flow, FLOW_IN);
	assert_int_equal(read_line("Got SIP INVITE response 486 \"Busy\" back from host '[2001:db8::5]:5061'", &item),
	    STATEMENT_CODE);
	expect_end(&item.m.src, "[2001:db8::5]:5061");
	assert_int_equal(read_line("a.c: Fatal response '404' received from 'sip:x@203.0.113.9:5080;transport=tcp' on "
				   "registration attempt to 'sip:1001@example.net'",
			     &item),
	    STATEMENT_CODE);
	expect_end(&item.m.src, "203.0.113.9:5080");
	assert_int_equal(read_line("10:15 .TX 289 bytes Response msg 486/INVITE/cseq=102 (tdta0x7f) to TLS "
				   "203.0.113.5:5061:",
			     &item),
	    STATEMENT_CODE);
	expect_end(&item.m.dst, "203.0.113.5:5061");
	assert_int_equal(item.m.transport, TRANSPORT_TLS);
}

static bool
again(struct statement_table *t, const char *line)
{
	struct logfmt_item item;
	unsigned row;

	assert_int_equal(statement_read(rows_ready, slice_str(line), &item, &row), STATEMENT_CODE);
	return statement_again(t, row, &item);
}

#define SAID(kind, id, code)                                                                                           \
	"ACC: " kind ": timestamp=1;method=INVITE;from_tag=f;to_tag=t;call_id=" id ";code=" code ";reason=x"

static void
test_again(void **state)
{
	struct statement_table *t = statement_table_new(42);

	(void)state;
	assert_non_null(t);
	assert_false(again(t, SAID("call missed", "a", "503")));
	assert_true(again(t, SAID("transaction answered", "a", "503")));
	/* The second answer is a repeat on the wire; no other row has said it yet. */
	assert_false(again(t, SAID("transaction answered", "a", "503")));
	assert_true(again(t, SAID("call missed", "a", "503")));
	assert_false(again(t, SAID("transaction answered", "a", "486")));
	assert_false(again(t, SAID("transaction answered", "b", "503")));
	assert_true(again(t,
	    "ACC: request acknowledged: timestamp=1;method=ACK;from_tag=f;to_tag=t;call_id=b;code=503;"
	    "reason=x"));
	/* Gateways that fail with the same code are told apart. */
	assert_false(again(t, "a.c:1 gw-one Failed Registration with status Forbidden [403]. failure #1"));
	assert_false(again(t, "a.c:1 gw-two Failed Registration with status Forbidden [403]. failure #1"));
	assert_true(again(t, "a.c:1 gw-one Failed Registration [403], setting retry to 30 seconds."));
	/* No family: each line is a response. */
	assert_false(again(t, "Responding to INVITE with: 486"));
	assert_false(again(t, "Responding to INVITE with: 486"));
	/* FreeSWITCH: a 200 and the state it leads to, twice for one phone; other states have a code of their own. */
	for (unsigned i = 0; i < 2; i++) {
		assert_false(again(t, "Channel sofia/a/1 entering state [early][183]"));
		assert_false(again(t, "Channel sofia/a/1 entering state [completed][200]"));
		assert_true(again(t, "Channel sofia/a/1 entering state [ready][200]"));
		assert_false(again(t, "Channel sofia/b/1 entering state [completing][200]"));
		assert_true(again(t, "Channel sofia/b/1 entering state [ready][200]"));
		assert_false(again(t, "Channel sofia/c/1 entering state [ready][200]"));
		assert_false(again(t, "Channel sofia/b/1 entering state [terminated][486]"));
	}
	statement_table_free(t);
	statement_table_free(NULL);
}

/* The truth beside a sample: how many rows of the kinds "code" and "nocode", and of "code" how many are no repeats. */
static bool
truth(const char *file, int *code, int *once, int *nocode)
{
	const char *shared = getenv("SIPWHY_SHARED");
	char path[1024], line[4096];
	FILE *f;

	*code = *once = *nocode = 0;
	(void)snprintf(
	    path, sizeof path, "%s/samples/logs/%s.expected.tsv", shared != NULL ? shared : "../shared", file);
	f = fopen(path, "r");
	if (f == NULL) {
		print_message("# %s is absent: not compared\n", path);
		return false;
	}
	while (fgets(line, sizeof line, f) != NULL) {
		if (line[0] == '#')
			continue;
		*nocode += strstr(line, "\tnocode\t") != NULL;
		*code += strstr(line, "\tcode\t") != NULL;
		*once += strstr(line, "\tcode\t") != NULL && strstr(line, "same-as:") == NULL;
	}
	(void)fclose(f);
	return true;
}

static void
test_samples(void **state)
{
	/*
	 * Lines that the truth has and we have not (-), or the other way round (+), and why.
	 * asterisk-messages: ChallengeSent is the first step of a login, no failure; "Everyone is busy" is one.
	 * freeswitch-lines: five hangups and an originate that failed are notices beside the code of the same call.
	 * kamailio-acc: four xlog lines of that site's script repeat a code; "request accounted" is the script's own
	 * text. opensips-acc: two "call ended" lines are call detail records.
	 */
	static const struct {
		const char *file;
		int code, once, nocode;
	} samples[] = { { "asterisk-messages.log", 0, 0, 0 }, { "freeswitch-lines.log", 0, 0, 6 },
		{ "kamailio-acc-syslog.log", -5, -1, 0 }, { "opensips-acc-syslog.log", -2, 0, 0 },
		{ "opensips-cee-syslog.log", 0, 0, 0 }, { "sipp-shortmsg.tsv.log", 0, 0, 0 } };
	const char *shared = getenv("SIPWHY_SHARED");
	char path[1024], line[8192];

	(void)state;
	for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
		struct statement_table *t = statement_table_new(1);
		int code, once, nocode, got_code = 0, got_once = 0, got_nocode = 0;
		FILE *f;

		assert_non_null(t);
		(void)snprintf(
		    path, sizeof path, "%s/samples/logs/%s", shared != NULL ? shared : "../shared", samples[i].file);
		f = fopen(path, "r");
		if (f == NULL || !truth(samples[i].file, &code, &once, &nocode)) {
			print_message("# %s is absent: not compared\n", path);
			statement_table_free(t);
			return;
		}
		while (fgets(line, sizeof line, f) != NULL) {
			struct slice s = { line, strcspn(line, "\n") };
			struct logfmt_item item;
			unsigned row;
			enum statement_kind k = statement_read(rows_ready, s, &item, &row);

			if (k != STATEMENT_NONE && !statement_maybe(rows_ready, s))
				fail_msg("the quick test does not let pass: %s", line);
			got_code += k == STATEMENT_CODE;
			got_nocode += k == STATEMENT_NOTICE;
			if (k == STATEMENT_CODE)
				got_once += !statement_again(t, row, &item);
		}
		(void)fclose(f);
		statement_table_free(t);
		if (got_code != code + samples[i].code || got_once != once + samples[i].once ||
		    got_nocode != nocode + samples[i].nocode)
			fail_msg("%s: code %d once %d nocode %d, truth %d %d %d", samples[i].file, got_code, got_once,
			    got_nocode, code, once, nocode);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_table), cmocka_unit_test(test_scan),
		cmocka_unit_test(test_truncations), cmocka_unit_test(test_acc), cmocka_unit_test(test_acc_users),
		cmocka_unit_test(test_security), cmocka_unit_test(test_numbers_that_are_no_codes),
		cmocka_unit_test(test_directions), cmocka_unit_test(test_peer_names), cmocka_unit_test(test_quoted),
		cmocka_unit_test(test_again), cmocka_unit_test(test_samples) };

	return cmocka_run_group_tests_name("statement", tests, make_rows, free_rows);
}
