/* pattern: the language's parts one by one, sentences for what is wrong, and time that does not explode. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "logfmt/pattern.h"

static struct pattern_values v;

static bool
match(const char *pattern, const char *line)
{
	struct pattern p;
	struct errmsg em = { { 0 } };

	if (pattern_compile(&p, slice_str(pattern), &em) != 0)
		fail_msg("%s: %s", pattern, em.text);
	return pattern_match(&p, slice_str(line), &v);
}

static void
expect(uint8_t field, const char *want)
{
	if (!slice_eq(v.text[field], slice_str(want)))
		fail_msg("\"%.*s\" instead of \"%s\"", (int)v.text[field].n, v.text[field].p, want);
}

static void
expect_end(enum pattern_end end, const char *want)
{
	char text[ENDPOINT_TEXT];

	assert_string_equal(endpoint_format(text, sizeof text, &v.end[end], true), want);
}

static void
test_addresses(void **state)
{
	static const char *const forms[][2] = { { "192.0.2.1:5060", "192.0.2.1:5060" }, { "192.0.2.1", "192.0.2.1" },
		{ "192.0.2.1/5060", "192.0.2.1:5060" }, { "192.0.2.1 on port 5060", "192.0.2.1:5060" },
		{ "192.0.2.1:[5060]", "192.0.2.1:5060" }, { "[192.0.2.1]:5060", "192.0.2.1:5060" },
		{ "[2001:db8::1]:5060", "[2001:db8::1]:5060" }, { "2001:db8::1:5060", "[2001:db8::1]:5060" },
		{ "2001:db8::1/5060", "[2001:db8::1]:5060" }, { "[2001:db8::1]", "2001:db8::1" },
		{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6" }, { "192.0.2.1:5060:", "192.0.2.1:5060" },
		{ "192.0.2.1:99999", "192.0.2.1" } };
	char line[128];

	(void)state;
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
		(void)snprintf(line, sizeof line, "x from %s", forms[i][0]);
		assert_true(match("from {peer}", line));
		expect_end(PATTERN_END_PEER, forms[i][1]);
	}
	assert_false(match("from {peer}", "from pbx.example.com"));
	assert_false(match("from {peer}", "from 999.0.2.1"));
	assert_false(match("from {peer}", "from "));
	assert_true(match("ip {peer_ip}, port {peer_port}", "ip 2001:db8::1:5, port 7"));
	expect_end(PATTERN_END_PEER, "[2001:db8::1:5]:7");
}

static void
test_words(void **state)
{
	(void)state;
	assert_true(match("{flow:Received=in,Sent=out} by {transport}", "12 Sent by WSS"));
	assert_int_equal(v.flow, FLOW_OUT);
	assert_int_equal(v.transport, TRANSPORT_WSS);
	assert_false(match("{flow:Received=in,Sent=out} by {transport}", "12 Sent by UDPX"));
	assert_true(match("{of:request=q,response=p} {transport:U=udp,T=tcp}!", "a request T!"));
	assert_int_equal(v.of, 'q');
	assert_int_equal(v.transport, TRANSPORT_TCP);
}

static void
test_parts(void **state)
{
	(void)state;
	assert_true(match("^a[ b {size}] c[ d]$", "a b 7 c"));
	expect(PATTERN_SIZE, "7");
	assert_true(match("^a[ b {size}] c[ d]$", "a c d"));
	expect(PATTERN_SIZE, "");
	assert_false(match("^a[ b {size}] c[ d]$", "xa c"));
	assert_false(match("^a[ b {size}] c[ d]$", "a c de"));
	/* An optional part that fails half way leaves nothing behind, and nothing that another part gave goes with it.
	 */
	assert_true(match("n={size}[ from {peer} size {size} end]", "n=5 from 192.0.2.1 size 9"));
	expect(PATTERN_SIZE, "");
	assert_int_equal(v.end[PATTERN_END_PEER].family, 0);
	assert_true(match("n={size}[ from {peer} size {size} end]", "n=5 to"));
	expect(PATTERN_SIZE, "5");
	assert_true(match("\\[{code}\\] \\{x\\}\\\\\\$", "[486] {x}\\$"));
	expect(PATTERN_CODE, "486");
	assert_true(match("a\\t{word}", "a\tb c"));
	expect(PATTERN_WORD, "b");
}

static void
test_open_fields(void **state)
{
	(void)state;
	assert_true(match("for '{user}' - {phrase}[ after {*}]", "for 'O'Brien' - bad luck after 5 tries"));
	expect(PATTERN_USER, "O'Brien");
	expect(PATTERN_PHRASE, "bad luck");
	assert_true(match("id={call_id} code={code}", "id=a@b code=-1"));
	expect(PATTERN_CALL_ID, "a@b");
	expect(PATTERN_CODE, "-1");
	assert_false(match("id={call_id};x", "id=a b;x"));
	assert_true(match("{method}/cseq={cseq} at {time}:", "1 INVITE/cseq=102 at 10:15:01.5:"));
	expect(PATTERN_METHOD, "INVITE");
	expect(PATTERN_CSEQ, "102");
	assert_int_equal(v.time.ns, 500000000);
	/* The first place that fits is not where the literal stands first. */
	assert_true(match("to {peer}:$", "sent to nobody, then to 192.0.2.1:5060:"));
	expect_end(PATTERN_END_PEER, "192.0.2.1:5060");
}

static void
test_sentences(void **state)
{
	static const struct {
		const char *pattern, *says;
	} bad[] = { { "a {nobody}", "position 3" }, { "a {peer", "no }" }, { "a }", "no {" }, { "[a", "no ]" },
		{ "a]", "no [" }, { "[a[b]]", "position 3" }, { "[] a", "empty" }, { "[{peer}] a", "begin with text" },
		{ "{*}{user} a", "text is needed" }, { "{flow} a", "needs words" }, { "{flow:a=up} b", "=in or =out" },
		{ "{of:a=z} b", "=q or =p" }, { "{transport:a=b} c", "=udp" }, { "{size:a} b", "no words" },
		{ "{peer}", "needs some text" }, { "", "needs some text" }, { "{src} {dst}", "needs some text" },
		{ "a\\", "behind this \\" }, { "{flow:,a=in} x", "without letters" } };
	struct pattern p;
	struct errmsg em;
	char text[600];

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		em.text[0] = '\0';
		assert_int_equal(pattern_compile(&p, slice_str(bad[i].pattern), &em), -EINVAL);
		if (strstr(em.text, bad[i].says) == NULL || strstr(em.text, "position") == NULL)
			fail_msg("%s: %s", bad[i].pattern, em.text);
	}
	memset(text, 'a', sizeof text);
	assert_int_equal(pattern_compile(&p, (struct slice){ text, sizeof text }, &em), -EINVAL);
	for (size_t i = 0; i < sizeof text; i += 3)
		memcpy(text + i, "{*}", 3);
	assert_int_equal(pattern_compile(&p, (struct slice){ text, sizeof text }, NULL), -EINVAL);
}

/* A pattern of many open fields over a line that nearly fits many times: passes over the line are bounded. */
static void
test_no_explosion(void **state)
{
	static char line[65536];
	struct pattern p;

	(void)state;
	memset(line, 'a', sizeof line);
	for (size_t i = 0; i < sizeof line; i += 2)
		line[i] = 'b';
	assert_int_equal(pattern_compile(&p,
			     slice_str("ab{*}ab{*}ab{*}ab{*}ab{*}ab{*}ab{*}ab{*}ab{*}ab{*}ab{*}ab{*}ab{*}abX"), NULL),
	    0);
	line[sizeof line - 1] = 'Y';
	for (int i = 0; i < 200; i++)
		assert_false(pattern_match(&p, (struct slice){ line, sizeof line }, &v));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_addresses), cmocka_unit_test(test_words),
		cmocka_unit_test(test_parts), cmocka_unit_test(test_open_fields), cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_no_explosion) };

	return cmocka_run_group_tests_name("pattern", tests, NULL, NULL);
}
