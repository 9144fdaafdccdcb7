/* unescape: each form back to lines, what must stay as it is, and cuts inside of an escape. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "logfmt/unescape.h"
#include "sipwhy/mem.h"

struct unescape_case {
	const char *record, *want;
};

static const struct unescape_case cases[] = {
	{ "h: x --->#012SIP/2.0 486 Busy#015#012\tCall-ID: a#b#0#12\\n@c#015#012#015#012#011x",
	    "h: x --->\nSIP/2.0 486 Busy\r\n\tCall-ID: a#b#0#12\\n@c\r\n\r\n\tx" },
	{ "x\\r\\nSIP/2.0 200 OK\\r\\nVia: a\\tb\\\\c", "x\r\nSIP/2.0 200 OK\r\nVia: a\tb\\\\c" },
	/* imfile: only LF was escaped, the CR is still there; two characters inside a Call-ID are no line end. */
	{ "--->\\nSIP/2.0 486 Busy\r\\nVia: x\r\\nCall-ID: a\\nb@c\r\\n\r\\n",
	    "--->\nSIP/2.0 486 Busy\r\nVia: x\r\n"
	    "Call-ID: a\\nb@c\r\n\r\n" },
	{ "INVITE sip:a SIP/2.0\\nVia: x\\nCall-ID: a@b\\nCSe", "INVITE sip:a SIP/2.0\nVia: x\nCall-ID: a@b\nCSe" },
	{ "INVITE sip:a SIP/2.0\\nVia: x\\nCall-ID: a@b\\", "INVITE sip:a SIP/2.0\nVia: x\nCall-ID: a@b" },
	{ "INVITE sip:a SIP/2.0\\nVia: x\\nCall-ID: a\\nb\\n\\nv=0\\no=- 1\\n<a/>\\n",
	    "INVITE sip:a SIP/2.0\nVia: x\nCall-ID: a\\nb\n\nv=0\no=- 1\n<a/>\n" },
	{ "SIP/2.0 486 Busy\r Via: x\r Call-ID: a\r \r ", "SIP/2.0 486 Busy\r\nVia: x\r\nCall-ID: a\r\n\r\n" },
	{ "{\"host\":\"p\",\"logmsg\":{\"level\":\"V\",\"message\":\"--->\\nSIP/2.0 200 OK\\r\\n"
	  "X: \\\"\\u00e9\\ud83d\\ude00\\/\"}}",
	    "{\"host\":\"p\",\"logmsg\":{\"level\":\"V\",\"message\":\"\"}}\n--->\nSIP/2.0 200 OK\r\n"
	    "X: \"\xc3\xa9\xf0\x9f\x98\x80/\n" },
	{ "{\"_PID\": \"1\", \"MESSAGE\": [83, 73, 80, 13, 10, 300, 255], \"x\": \"message\"}",
	    "{\"_PID\": \"1\", \"MESSAGE\": [], \"x\": \"message\"}\nSIP\r\n\xff\n" },
	{ "h o[1]: @cee: {\"time\": \"t\", \"msg\": \"a\\n\"}", "h o[1]: @cee: {\"time\": \"t\", \"msg\": \"\"}\na\n" },
	{ "{\"log\":\"Via: SIP/2.0/UDP x\\r\\n\",\"stream\":\"stdout\"}", "Via: SIP/2.0/UDP x\r\n" },
	{ "{\"log\":\"SIP/2.0 200 OK\\r\\n\",\"stream\":\"o\"}",
	    "{\"log\":\"\",\"stream\":\"o\"}\nSIP/2.0 200 OK\r\n" },
	/* One line feed at the end of the record is its own, not the text's. */
	{ "h a[1]: <--->\\r\\nSIP/2.0 200 OK\\r\\nVia: x\\r\\n#012",
	    "h a[1]: <--->\r\nSIP/2.0 200 OK\r\nVia: x\r\n#012" },
	{ "{\"msg\":\"SIP/2.0 200 OK\\r\\nVia: x\\r\\n\"}#012", "{\"msg\":\"\"}#012\nSIP/2.0 200 OK\r\nVia: x\r\n" },
	{ "SIP/2.0 200 OK#015#012", "SIP/2.0 200 OK\r\n" },
	{ "{\"message\":\"cut \\", "{\"message\":\"\ncut \\\n" },
	{ "{\"message\":\"lone \\ud83dx\"}", "{\"message\":\"\"}\nlone ?x\n" },
};

static void
test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct buf b;
		struct slice want = slice_str(cases[i].want);

		buf_init(&b, 4096);
		assert_true(unescape_wanted(slice_str(cases[i].record)));
		if (!unescape_record(slice_str(cases[i].record), &b) || !slice_eq(buf_slice(&b), want))
			fail_msg("%s: \"%.*s\"", cases[i].record, (int)b.len, b.data != NULL ? b.data : "");
		buf_fini(&b);
	}
}

static void
test_plain(void **state)
{
	static const char *const plain[] = { "", "SIP/2.0 486 Busy Here\r", "Call-ID: a#b\\x@c", "Call-ID: a\\nb@c",
		"From: \"{\\\"}\" <sip:a>", "SIP/2.0 486 Busy\r\n Via", "{\"other\":\"SIP/2.0\"}" };
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
		if (unescape_record(slice_str(plain[i]), &b))
			fail_msg("unescaped: %s", plain[i]);
		assert_int_equal(b.len, 0);
	}
	buf_fini(&b);
}

static void
test_truncations(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		for (size_t n = 0; n <= strlen(cases[i].record); n++) {
			char *copy = mem_alloc(n > 0 ? n : 1);
			struct buf b;

			assert_non_null(copy);
			memcpy(copy, cases[i].record, n);
			buf_init(&b, 4096);
			if (unescape_record((struct slice){ copy, n }, &b))
				assert_true(unescape_wanted((struct slice){ copy, n }));
			assert_true(b.len <= n + 2);
			buf_fini(&b);
			mem_free(copy);
		}
}

/* Lines of docker's json-file driver, as one piece. */
static const struct unescape_case docker[] = {
	{ "{\"log\":\"a \\\"b\\\"\\r\\n\",\"stream\":\"stdout\",\"time\":\"2026-03-03T10:15:01.5Z\"}\n"
	  "{\"log\":\"\\n\",\"stream\":\"stderr\",\"attrs\":{\"x\":\"y\"},\"time\":\"2026-03-03T10:15:02Z\"}\n",
	    "2026-03-03T10:15:01.5Z stdout F a \"b\"\r\n2026-03-03T10:15:02Z stderr F \n" },
	/* A line above 16 KiB comes in parts; the last line of a file may lack its end. */
	{ "{\"log\":\"SIP/2.\",\"stream\":\"o\",\"time\":\"T\"}\n"
	  "{\"log\":\"0 200 OK\\r\\n\",\"stream\":\"o\",\"time\":\"U\"}\n"
	  "{\"log\":\"Via\\n\",\"stream\":\"o\",\"time\":\"V\"}",
	    "T o F SIP/2.0 200 OK\r\nV o F Via\n" },
	/* Without a time or a stream, and what is no line of docker's. */
	{ "{\"log\":\"a\\n\"}\n{\"log\":\"b\\n\",\"time\":\"T\"}\nplain\n{\"log\":\"two\\nlines\\n\",\"time\":\"T\"}\n"
	  "{\"log\":7}\n{\"log\":\"cut",
	    "a\nT F b\nplain\n{\"log\":\"two\\nlines\\n\",\"time\":\"T\"}\n{\"log\":7}\n{\"log\":\"cut" },
	{ "{\"log\":\"\",\"time\":\"\",\"stream\":\"\"}\n", "" },
	/* A time without its end is none: of one line come no two. */
	{ "{\"log\":\"a\\n\",\"time\":\"T\n{\"log\":\"b\\n\",\"time\":\"U\"}\n", "a\nU F b\n" },
};

static void
test_docker(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof docker / sizeof docker[0]; i++) {
		struct buf b;

		buf_init(&b, 4096);
		assert_true(unescape_docker_wanted(slice_str(docker[i].record)));
		if (!unescape_docker(slice_str(docker[i].record), &b) ||
		    !slice_eq(buf_slice(&b), slice_str(docker[i].want)))
			fail_msg("%s: \"%.*s\"", docker[i].record, (int)b.len, b.data != NULL ? b.data : "");
		buf_fini(&b);
	}
	assert_false(unescape_docker_wanted(slice_str("{\"message\":\"a\"}")));
	assert_false(unescape_docker_wanted(slice_str("")));
}

static void
test_docker_truncations(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof docker / sizeof docker[0]; i++)
		for (size_t n = 0; n <= strlen(docker[i].record); n++) {
			char *copy = mem_alloc(n > 0 ? n : 1);
			struct buf b;

			assert_non_null(copy);
			memcpy(copy, docker[i].record, n);
			buf_init(&b, 4096);
			assert_int_equal(unescape_docker((struct slice){ copy, n }, &b), n > 0);
			assert_true(b.len <= n);
			buf_fini(&b);
			mem_free(copy);
		}
}

static void
test_short_memory(void **state)
{
	struct buf b;

	(void)state;
	for (long n = 1; n <= 2; n++) {
		buf_init(&b, 4096);
		mem_fail_at(n);
		assert_false(unescape_record(slice_str(cases[0].record), &b));
		mem_fail_at(0);
		assert_int_equal(b.len, 0);
		buf_fini(&b);
	}
	buf_init(&b, 8);
	assert_false(unescape_record(slice_str(cases[0].record), &b));
	assert_int_equal(b.len, 0);
	assert_false(unescape_docker(slice_str(docker[0].record), &b));
	buf_fini(&b);
	buf_init(&b, 4096);
	mem_fail_at(1);
	assert_false(unescape_docker(slice_str(docker[0].record), &b));
	mem_fail_at(0);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_forms), cmocka_unit_test(test_plain),
		cmocka_unit_test(test_truncations), cmocka_unit_test(test_docker),
		cmocka_unit_test(test_docker_truncations), cmocka_unit_test(test_short_memory) };

	return cmocka_run_group_tests_name("unescape", tests, NULL, NULL);
}
