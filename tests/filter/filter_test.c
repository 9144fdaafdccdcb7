/* filter: which event each form of the language means, and what it does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "scene.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"

/* Both columns are asked of the event of scene.c. */
struct filter_case {
	const char *yes, *no;
};

static void
filter_walk(const struct filter_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (cases[i].yes != NULL && scene(cases[i].yes) != 1)
			fail_msg("should match: %s", cases[i].yes);
		if (cases[i].no != NULL && scene(cases[i].no) != 0)
			fail_msg("should not match: %s", cases[i].no);
	}
}
#define WALK(cases) filter_walk(cases, sizeof cases / sizeof cases[0])

static void
test_codes(void **state)
{
	static const struct filter_case cases[] = { { "code:503", "code:504" }, { "503", "504" }, { "5xx", "4xx" },
		{ "5XX,486", "404,486" }, { "500..503", "504..599" }, { "code:..503", "code:504.." },
		{ "code:480..488,503", "code:480..488,502" }, { "class:5xx", "class:4xx,6xx" },
		{ "class:5", "class:4" }, { "class>=5", "class>5" }, { "class<6xx", "class<5xx" },
		{ "code>502", "code>503" }, { "code>=503", "code>=504" }, { "code<504", "code<503" },
		{ "code<=503", "code<=502" }, { "code!=404", "code!=503" }, { "code!:5xx,4xx or 503", "code!:404,503" },
		{ "code==503", "code==500" }, { "-silence", "silence" }, { "-code:---", "---" },
		{ "-sip:503", "sip:503" }, { "sip:-", "sip:*" }, { "code~^50[34]$", "code~^5$" },
		{ "Code:503", "CODE:600" }, { "-\"503\"", "\"503\"" } };
	struct event e = scene_event();

	(void)state;
	WALK(cases);
	e.code = 0;
	assert_int_equal(scene_match("silence", &e, NULL), 1);
	assert_int_equal(scene_match("---", &e, NULL), 1);
	assert_int_equal(scene_match("class:silence,5xx", &e, NULL), 1);
	/* No answer is no small code. */
	assert_int_equal(scene_match("code<500", &e, NULL), 0);
	assert_int_equal(scene_match("1xx or 2xx", &e, NULL), 0);
	e.reason_sip = 486;
	assert_int_equal(scene_match("sip:480..488", &e, NULL), 1);
	e.reason_sip = INT16_MAX;
	assert_int_equal(scene_match("sip:100..", &e, NULL), 0);
	e.code = UINT16_MAX;
	assert_int_equal(scene_match("code:100..", &e, NULL), 0);
}

static void
test_texts(void **state)
{
	static const struct filter_case cases[] = { { "phrase:UNAVAIL", "phrase:unavailable!" },
		{ "phrase:\"service unavailable\"", "phrase:\"service  unavailable\"" },
		{ "peer:carrier", "peer=carrier" }, { "peer=CARRIER-A", "peer!=carrier-a" },
		{ "user:1037", "user:1038" }, { "user:+44*", "user:+43*" }, { "user:*625", "user:44*" },
		{ "from:10*7", "from:+44*" }, { "to:+4420", "to:1037" }, { "ua:asterisk", "ua:snom" },
		{ "ua:yealink,snom", "ua:snom,grandstream" }, { "ua~^yea.*15$", "ua~^15" },
		{ "method:invite", "method:register" }, { "cid:E66710@pc33", "cid:nobody" },
		{ "transport:tcp", "transport:t" }, { "source:eth", "source:eth1" }, { "leg:*", "leg:-" },
		{ "leg=leg-b@203.0.113.7", "leg=leg-b" }, { "branch:z9hG4bKnash", "branch:other" },
		{ "dir:in", "dir:out" }, { "dir:received", "dir:sent" }, { "dir:*", "dir:-" },
		{ "reason:\"q.850/34\"", "reason:q.850/1" }, { "reason:unavailable", "reason:no-circuit" },
		{ "prefix:+44206", "prefix:44" }, { "prefix:+4", "prefix=+4" }, { "prefix=+44206", "prefix:+442066" },
		{ "product:\"Asterisk PBX\"", "product:18" }, { "product=\"yealink sip-t46s\"", "product=yealink" },
		{ "retry:30", "retry>30" }, { "retry>=10 retry<=60", "retry:1..29" }, { "q850:34", "q850:1,3,16" },
		{ "q850:30..40", "q850<34" }, { "q850:circuit", "q850:busy" }, { "warn:399", "warn:301" },
		{ "warn:\"media (ALL)\"", "warn:video" }, { "n>3", "n>4" }, { "n:4", "n:3" },
		{ "setup>5s", "setup>6s" }, { "setup:5s", "setup:6s" }, { "setup:5..6", "setup:1m..2m" },
		{ "setup<=5400ms", "setup<5400ms" }, { "setup:5.4s", "setup:5.3s" }, { "q850~^3", "n~^5" },
		{ "stale:no", "stale:yes" }, { "peer:a,\"b c\"", "peer:\"a,b\",x" },
		{ "peer:\"carrier-a\"", "peer:\"carrier*\"" }, { "cid:*@*.com", "cid:*@*.net" },
		{ "peer!~^b", "peer!~^c" }, { "-from=\"\"", "from=\"\"" }, { "from=1037,\"\"", "from=1038,\"\"" } };
	struct event e = scene_event();

	(void)state;
	WALK(cases);
	e.setup_ms = -1;
	e.q850 = -1;
	e.src = e.to = slice_str("-");
	assert_int_equal(scene_match("setup<1h", &e, NULL), 0);
	assert_int_equal(scene_match("q850<100", &e, NULL), 0);
	assert_int_equal(scene_match("q850:- setup:- to:- src:- prefix:-", &e, NULL), 1);
	assert_int_equal(scene_match("src:* or to:*", &e, NULL), 0);
	e.to = slice_str("alice");
	assert_int_equal(scene_match("prefix:*", &e, NULL), 0);
}

static void
test_addresses(void **state)
{
	static const struct filter_case cases[] = { { "src:203.0.113.7", "src:203.0.113.70" },
		{ "src:203.0.113.", "src:203.0.114." }, { "src:203.0.113.7:5060", "src:203.0.113.7:5061" },
		{ "src:203.0.113.0/24", "src:203.0.112.0/24" }, { "src:203.0.113.99/24", "dst:203.0.0.0/8" },
		{ "dst:10.0.0.0/8", "dst:10.0.0.0/16" }, { "dst:10.20.0.1..10.20.0.10", "dst:10.20.0.11..10.20.0.99" },
		{ "dst:0.0.0.0/0", "dst:::/0" }, { "saidby:2001:db8::/32", "saidby:2001:db9::/32" },
		{ "saidby:[2001:db8::9]:5060", "saidby:[2001:db8::9]:5061" }, { "saidby:::/0", "saidby:0.0.0.0/0" },
		{ "peer:203.0.113.7", "peer:10.0.0.0/8" },
		{ "src:10.0.0.0/8,203.0.113.0/24", "src:10.0.0.0/8,192.0.2.1" },
		{ "src=203.0.113.7", "src=203.0.113.8" }, { "src:\"203.0.113.7\"", "src:\"203.0.113.0/24\"" } };
	struct event e = scene_event();

	(void)state;
	WALK(cases);
	e.direction = DIRECTION_SENT;
	assert_int_equal(scene_match("peer:10.0.0.0/8", &e, NULL), 1);
	e.peer = slice_str("192.0.2.44");
	e.src = e.dst = slice_str("-");
	assert_int_equal(scene_match("peer:192.0.2.0/24", &e, NULL), 1);
	assert_int_equal(scene_match("peer:192.0.2.0/30", &e, NULL), 0);
	assert_int_equal(scene_match("peer:192.0.2.4", &e, NULL), 0);
	/* Known by the name alone that a log has for it. */
	e.peer = slice_str("-");
	assert_int_equal(scene_match("peer:example.net", &e, NULL), 0);
	e.peer_name = slice_str("sip.example.net");
	assert_int_equal(scene_match("peer:example.net", &e, NULL), 1);
	assert_int_equal(scene_match("sip.example", &e, NULL), 1);
}

static void
test_any_text(void **state)
{
	static const struct filter_case cases[] = { { "carrier", "carier" }, { "+44*", "44*" },
		{ "10.20.0.10:5080", "10.20.0.11:5080" }, { "\"no circuit\"", "\"circuit no\"" },
		{ "2001:db8::9", "fe80::1" }, { "\"34 no circ\"", "\"35 no circ\"" },
		{ "a84b4c76e66710@pc33.example.com", "a,b" }, { "eth0 yealink 1037", "eth0 yealink 1039" },
		{ "tcp", "ws" } };

	(void)state;
	WALK(cases);
}

static void
test_logic(void **state)
{
	static const struct filter_case cases[] = { { "", "-(503)" }, { "  \t ", "503 404" },
		{ "503 carrier-a", "503 and 404" }, { "404 or 503", "404 or 486" }, { "404 || 503", "404 || 486" },
		{ "503 && carrier", "503&&404" }, { "carrier||nobody", "carrier&&nobody" },
		{ "code:404||code:503", "code:503&&code:404" }, { "not 404", "not 503" }, { "!code:404", "!code:503" },
		{ "-code:404", "-code:503" }, { "- carrier or 503", "-carrier" },
		{ "NOT (404 OR 486) AND 5xx", "not(503)" }, { "404 or 503 carrier", "404 or 503 nobody" },
		{ "(404 or 503) carrier", "(404 or 503) nobody" }, { "not not 503", "not -404 404" },
		{ "((503))", "((404) or (486))" }, { "code = 503", "code = 504" },
		{ "setup > 5s n >= 4", "setup > 5s n > 9" }, { "(peer:carrier)", "(peer:carrier)404" },
		{ "ua~(yea|ast)", "ua~(snom|poly)" }, { "(ua~(yea|ast))", "(ua~(snom|poly))" },
		{ "@problems", "-@problems" }, { "@blank", "-@blank" }, { "@blank or 404", "@problems 404" },
		{ "404 or not 486 or 404", "not (503 or 404)" }, { "not (404 503)", "not (404 or 503)" },
		{ "android or 503", "orchid" }, { "\"or\" or 503", "\"and\"" } };

	(void)state;
	WALK(cases);
}

static void
test_time(void **state)
{
	struct filter_facts facts = { .now_ns = SCENE_T + 600 * NS_PER_S };
	struct filter *f;
	struct errmsg em = { "" };
	struct event e = scene_event();
	const struct filter_env east = { .utc_offset_s = 3600 };
	static const struct filter_case cases[] = { { "since:10m", "since:599s" }, { "until:10m", "until:11m" },
		{ "since:14:07", "since:14:08" }, { "until:14:07", "until:14:06" },
		{ "until:14:07:30", "until:14:07:29" }, { "at:14:07", "at:14:08" },
		{ "at:14:05..14:10", "at:14:08..14:10" }, { "at:23:00..14:07", "at:23:00..14:06" },
		{ "at:14:07:30", "at:14:07:31" }, { "since:2026-11-22", "since:2026-11-23" },
		{ "until:2026-11-22", "until:2026-11-21" },
		{ "since:2026-11-22T14:07:30", "since:\"2026-11-22 14:08\"" }, { "at:2026-11-22", "at:2026-11-23" },
		{ "at:20m..5m", "at:5m..1m" }, { "since:14:07 until:14:10", "since:14:07 -until:14:10" },
		{ "since:1d", "at:2026-11-22T14:08..2026-11-23" }, { "since:15:00", "at:15:00..16:00" },
		{ "at:14:00..14:05,14:07", "at:14:00..14:05,14:08" } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		if (scene_match(cases[i].yes, &e, &facts) != 1 || scene_match(cases[i].no, &e, &facts) != 0)
			fail_msg("%s, %s", cases[i].yes, cases[i].no);
	}
	/* Without a clock the event's time is now. */
	assert_int_equal(scene("since:1s"), 1);
	/* Over midnight. */
	facts.now_ns = SCENE_T + 10 * 3600 * NS_PER_S;
	assert_int_equal(scene_match("since:14:05 until:14:10", &e, &facts), 1);
	assert_int_equal(filter_new(&f, slice_str("at:15:07 since:2026-11-22T15:07"), &east, &em, NULL), 0);
	assert_true(filter_match(f, &e, &facts));
	filter_free(f);
	e.t_ns = INT64_MIN;
	facts.now_ns = INT64_MAX;
	assert_int_equal(scene_match("since:10000d", &e, &facts), 0);
	assert_int_equal(scene_match("until:14:05", &e, &facts), 1);
	facts.now_ns = INT64_MIN;
	assert_int_equal(scene_match("since:10000d at:00:00..23:59", &e, &facts), 1);
}

static void
test_flags(void **state)
{
	struct event e = scene_event();
	struct filter_facts facts = { .now_ns = SCENE_T, .fresh = true, .site = slice_str("pbx-lon-1") };

	(void)state;
	assert_int_equal(scene("is:new"), 0);
	assert_int_equal(scene_match("is:new", &e, &facts), 1);
	assert_int_equal(scene_match("is:muted,marked", &e, &facts), 0);
	facts.muted = true;
	assert_int_equal(scene_match("is:muted -is:marked is:relayed,recovered is:retransmitted", &e, &facts), 1);
	assert_int_equal(scene_match("site:lon", &e, &facts), 1);
	assert_int_equal(scene_match("lon-1", &e, &facts), 1);
	assert_int_equal(scene("is:recovered or is:challenge"), 0);
	e.code = 401;
	e.raw =
	    slice_str("SIP/2.0 401 Unauthorized\r\nWWW-Authenticate: Digest realm=\"a\",\r\nProxy-Authenticate: Digest "
		      "nonce=\"x\", STALE = \"True\"\r\n\r\n");
	assert_int_equal(scene_match("is:challenge stale:true", &e, NULL), 1);
	e.auth = true;
	assert_int_equal(scene_match("is:challenge", &e, NULL), 0);
}

/* Text, where it goes wrong, and words of the sentence. */
static void
test_errors(void **state)
{
	static const struct {
		const char *text;
		size_t at;
		const char *says;
	} cases[] = { { "colour:red", 0, "\"colour\"; did you mean code?" }, { "503 pear:x", 4, "did you mean peer?" },
		{ "code:503 (peer:a", 9, "never closed" }, { "code:abc", 5, "\"abc\" is no code" },
		{ "code:99", 5, "no code" }, { "503 or", 6, "missing at the end" },
		{ "or 503", 0, "missing before \"or\"" }, { "503 and and 404", 8, "before \"and\"" },
		{ "503)", 3, "nothing is open" }, { "()", 1, "missing before \")\"" },
		{ "peer:", 5, "peer: what should it be?" }, { "peer:a,", 7, "what should it be?" },
		{ "peer:\"a", 5, "quotation mark is never closed" }, { "peer:\"a\"b", 8, "a blank" },
		{ "src:10.0.0.0/33", 4, "no network" }, { "src:10.0.0.9..10.0.0.1", 4, "no network" },
		{ "n:x", 2, "no number: n takes" }, { "setup>x", 6, "no span of time" },
		{ "since:25:00", 6, "no time" }, { "since:1..2", 6, "one time" }, { "at:10m", 3, "since:10m" },
		{ "at:10m..14:05", 3, "goes with" }, { "is:mutd", 3, "did you mean is:muted?" },
		{ "is:zz", 3, "say new, muted" }, { "peer<x", 5, "neither more nor less" },
		{ "since~x", 6, "no regular" }, { "ua~a(b", 6, "regular expression is wrong" },
		{ "ua~\"a[\"", 6, "regular expression is wrong" }, { "503 :x", 4, "a field must stand before" },
		{ "@nobody", 0, "no filter named \"nobody\"" }, { "503 @bad", 4, "colour" }, { "@loop", 0, "circle" },
		{ "@twice", 0, "circle" }, { "@close", 0, "nothing is open" }, { "dir:up", 4, "say in, out" },
		{ "stale:x", 6, "yes or no" }, { "code>silence", 5, "silence is neither" },
		{ "code>500,600", 12, "not with a list" }, { "\"\"", 0, "nothing between" },
		{ "ua~(*UTF)x", 9, "regular" }, { "code:503..480", 5, "no code" },
		{ "http://x", 0, "put it in quotes" }, { "code:\x1b[2J\xff", 5, "\"\\x1b[2J\\xff\" is no code" },
		{ "setup:99999999999999d", 6, "no span" } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct filter *f;
		struct errmsg em = { "" };
		size_t at = 99;
		int err = filter_new(&f, slice_str(cases[i].text), &scene_env, &em, &at);

		if (err == 0 || f != NULL || strstr(em.text, cases[i].says) == NULL || at != cases[i].at)
			fail_msg("%s: %d at %zu: %s", cases[i].text, err, at, em.text);
	}
}

static void
test_bounds(void **state)
{
	char text[FILTER_TEXT_MAX + 1];
	struct filter *f;
	struct errmsg em = { "" };
	size_t at;

	(void)state;
	memset(text, ' ', sizeof text);
	assert_int_equal(filter_new(&f, (struct slice){ text, FILTER_TEXT_MAX + 1 }, NULL, &em, &at), -E2BIG);
	assert_int_equal(at, FILTER_TEXT_MAX);
	memset(text, '(', FILTER_DEPTH_MAX);
	assert_int_equal(filter_new(&f, (struct slice){ text, FILTER_DEPTH_MAX }, NULL, &em, &at), -E2BIG);
	memset(text, '-', sizeof text);
	assert_int_equal(filter_new(&f, (struct slice){ text, FILTER_TEXT_MAX }, NULL, &em, &at), -E2BIG);
	for (size_t i = 0; i < FILTER_TEXT_MAX; i++)
		text[i] = i % 2 == 0 ? 'a' : ' ';
	assert_int_equal(filter_new(&f, (struct slice){ text, FILTER_TEXT_MAX }, NULL, &em, &at), 0);
	assert_int_equal(filter_terms(f, NULL, 0), FILTER_TEXT_MAX / 2);
	filter_free(f);
	text[FILTER_TEXT_MAX - 2] = '@';
	assert_int_equal(filter_new(&f, (struct slice){ text, FILTER_TEXT_MAX }, NULL, &em, &at), -EINVAL);
}

/* A regular expression that would need millions of steps for its match gives up; a text of the same length that is easy
 * does not.  Bytes beyond what a record carries are not looked at. */
static void
test_regex_gives_up(void **state)
{
	static char text[8192];
	struct event e = scene_event();

	(void)state;
	memset(text, 'a', sizeof text);
	text[1000] = 'b';
	e.user_agent = (struct slice){ text, 1001 };
	assert_int_equal(scene_match("ua~^(.*)\\1b$", &e, NULL), 1);
	assert_int_equal(scene_match("ua~^(.*)(.*)(.*)\\1\\2\\3\\3b$", &e, NULL), 0);
	e.user_agent.n = 8;
	text[7] = 'b';
	assert_int_equal(scene_match("ua~^(.*)(.*)(.*)\\1\\2\\3\\3b$", &e, NULL), 1);
	text[8000] = 'z';
	e.user_agent.n = sizeof text;
	assert_int_equal(scene_match("ua~z or ua:zz or ua:*z*", &e, NULL), 0);
}

/* All its failing allocations are clean errors. */
static void
test_memory(void **state)
{
	const char *text = "503 peer:a,b (ua~x+ or @problems) -is:new q850:1 1 2 3 4 5";

	(void)state;
	for (long n = 1;; n++) {
		struct filter *f;
		struct errmsg em = { "" };
		int err;

		mem_fail_at(n);
		err = filter_new(&f, slice_str(text), &scene_env, &em, NULL);
		if (err == 0) {
			assert_true(n > 5);
			filter_free(f);
			break;
		}
		assert_int_equal(err, -ENOMEM);
		assert_null(f);
		assert_string_equal(em.text, "out of memory");
	}
	mem_fail_at(0);
}

static void
filter_expect_terms(const char *text, size_t n, const char *first, const char *last)
{
	struct filter *f;
	struct errmsg em = { "" };
	struct slice terms[4];

	assert_int_equal(filter_new(&f, slice_str(text), &scene_env, &em, NULL), 0);
	assert_true(slice_eq(filter_text(f), slice_str(text)));
	assert_int_equal(filter_terms(f, terms, 4), n);
	if (n > 0) {
		assert_true(slice_eq(terms[0], slice_str(first)));
		assert_true(slice_eq(terms[n - 1], slice_str(last)));
	}
	filter_free(f);
}

static void
test_terms(void **state)
{
	struct filter *f;
	struct errmsg em = { "" };

	(void)state;
	filter_expect_terms(" ", 0, "", "");
	filter_expect_terms("code:503 peer:a", 2, "code:503", "peer:a");
	filter_expect_terms("code:503 and -(peer:a b)  && \"x y\"", 3, "code:503", "\"x y\"");
	filter_expect_terms(" 503 peer:a or 404 ", 1, "503 peer:a or 404", "503 peer:a or 404");
	filter_expect_terms("not @problems (1 or 2)", 2, "not @problems", "(1 or 2)");
	filter_expect_terms("n > 3 x", 2, "n > 3", "x");
	assert_true(filter_is_all(NULL));
	assert_false(filter_is_fickle(NULL));
	assert_true(filter_match(NULL, &(struct event){ .code = 1 }, NULL));
	assert_int_equal(filter_terms(NULL, NULL, 0), 0);
	assert_int_equal(filter_text(NULL).n, 0);
	assert_int_equal(filter_new(&f, slice_str("@blank"), &scene_env, &em, NULL), 0);
	assert_true(filter_is_all(f));
	filter_free(f);
}

static void
test_fickle(void **state)
{
	static const struct filter_case cases[] = { { "since:10m", "since:2026-11-22" },
		{ "404 or -is:new", "is:relayed" }, { "until:14:05", "at:14:05" }, { "at:2m..1m", "at:2026-11-22" },
		{ "is:relayed,marked", "503" } };
	struct filter *f;
	struct errmsg em = { "" };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(filter_new(&f, slice_str(cases[i].yes), NULL, &em, NULL), 0);
		assert_true(filter_is_fickle(f));
		filter_free(f);
		assert_int_equal(filter_new(&f, slice_str(cases[i].no), NULL, &em, NULL), 0);
		assert_false(filter_is_fickle(f));
		filter_free(f);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_codes), cmocka_unit_test(test_texts),
		cmocka_unit_test(test_addresses), cmocka_unit_test(test_any_text), cmocka_unit_test(test_logic),
		cmocka_unit_test(test_time), cmocka_unit_test(test_flags), cmocka_unit_test(test_errors),
		cmocka_unit_test(test_bounds), cmocka_unit_test(test_regex_gives_up), cmocka_unit_test(test_memory),
		cmocka_unit_test(test_terms), cmocka_unit_test(test_fickle) };

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
