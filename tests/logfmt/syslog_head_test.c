/* syslog_head: the standards' own forms, what daemons really write, and lines that only look like heads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "logfmt/syslog_head.h"
#include "sipwhy/mem.h"

struct syslog_case {
	const char *line, *host, *tag, *pid, *text;
	int pri;
};

static const struct syslog_case heads[] = {
	{ "<34>Oct 11 22:14:15 mymachine su: 'su root' failed", "mymachine", "su", "", "'su root' failed", 34 },
	{ "<135>Mar  3 10:15:01 pbx1 asterisk[2177]: VERBOSE[1]: x", "pbx1", "asterisk", "2177", "VERBOSE[1]: x", 135 },
	{ "Mar  3 10:15:01 proxy1 /usr/sbin/kamailio[2144]: INFO: x", "proxy1", "/usr/sbin/kamailio", "2144", "INFO: x",
	    -1 },
	{ "<30>Mar  3 10:15:01 asterisk[7]: no host", "", "asterisk", "7", "no host", 30 },
	{ "<13>Mar  3 10:15:01 pbx1 asterisk[2177] no colon", "pbx1", "asterisk", "2177", "no colon", 13 },
	{ "2026-03-03T10:15:01+00:00 pbx1 asterisk[2177]: x", "pbx1", "asterisk", "2177", "x", -1 },
	{ "<191>Mar  3 2026 10:15:01.5 UTC h app: x", "h", "app", "", "x", 191 },
	{ "<133>[S=404121] [SID=0a1b2c:7:31507]  (N  1203311) x", "", "", "",
	    "[S=404121] [SID=0a1b2c:7:31507]  (N  1203311) x", 133 },
	{ "Nov 28 16:20:31 192.0.2.30 [S=404121] x", "192.0.2.30", "", "", "[S=404121] x", -1 },
	{ "<13>Mar  3 10:15:01 pbx1 Via: SIP/2.0/UDP 192.0.2.1", "pbx1", "", "", "Via: SIP/2.0/UDP 192.0.2.1", 13 },
	{ "<13>Mar  3 10:15:01 pbx1 SIP/2.0 486 Busy Here#015", "pbx1", "", "", "SIP/2.0 486 Busy Here#015", 13 },
	{ "Mar  3 10:15:01 pbx1 v=0", "pbx1", "", "", "v=0", -1 },
	{ "<13>Mar  3 10:15:01 INVITE sip:1002@pbx.example.com SIP/2.0#015", "", "", "",
	    "INVITE sip:1002@pbx.example.com SIP/2.0#015", 13 },
	{ "<189>000311: *Mar  3 10:15:01.367: //-1/x/SIP/Msg/ccsipDisplayMsg:", "", "", "",
	    "//-1/x/SIP/Msg/ccsipDisplayMsg:", 189 },
	{ "<13>Mar  3 10:15:01 [2001:db8::1] app[1]: x", "[2001:db8::1]", "app", "1", "x", 13 },
	{ "<135>1 2026-03-03T10:15:01.156771Z pbx1 asterisk 2177 - - <--- x", "pbx1", "asterisk", "2177", "<--- x",
	    135 },
	{ "<135>1 2026-03-03T10:15:01+01:00 2001:db8::1 - - ID47 [a@1 n=\"q \\\" b \\] s \\\\\"]"
	  "[o i=\"2\"] \xef\xbb\xbfx",
	    "2001:db8::1", "", "", "x", 135 },
	{ "<135>1 - - - - - -", "", "", "", "", 135 },
	{ "<135>1 - - - - - - \xef\xbb\xbf<--- x", "", "", "", "<--- x", 135 },
	{ "<135>1 2026-03-03T10:15:01Z pbx1 asterisk - - -  two blanks", "pbx1", "asterisk", "", "two blanks", 135 },
};

static const char *const plain[] = { "", "SIP/2.0 486 Busy Here", "Via: SIP/2.0/UDP 192.0.2.1",
	"[Mar  3 10:15:01] VERBOSE[1] chan_sip.c: x", "2026-03-03 10:15:01.217729 91.89% [DEBUG] sofia.c:7505 Channel",
	"2026-03-03 10:15:01.509212 [DEBUG] switch_core.c:598 x", "2026-03-03 10:15:00.037 OPENED",
	"Mar  3 10:15:01.311 On [0:0]192.0.2.60:5060 received from 192.0.2.20:5060",
	"2026/03/03 10:15:01.239298 192.0.2.20:5060 -> 192.0.2.1:5060", "10:15:01.344  192.0.2.30  local0.notice  x",
	"{\"log\":\"x\"}", "asterisk[1]: x", "<--- Received SIP request", "<>", "<1", "<abc>x" };

static void
expect(struct slice got, const char *want, const char *line)
{
	if (!slice_eq(got, slice_str(want)))
		fail_msg("%s: \"%.*s\" instead of \"%s\"", line, (int)got.n, got.p != NULL ? got.p : "", want);
}

static void
test_heads(void **state)
{
	struct syslog_head h;

	(void)state;
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
		if (!syslog_head_read(slice_str(heads[i].line), &h))
			fail_msg("no head: %s", heads[i].line);
		expect(h.host, heads[i].host, heads[i].line);
		expect(h.tag, heads[i].tag, heads[i].line);
		expect(h.pid, heads[i].pid, heads[i].line);
		expect(h.text, heads[i].text, heads[i].line);
		assert_int_equal(h.pri, heads[i].pri);
		assert_int_equal(h.rfc5424, strncmp(heads[i].line, "<135>1 ", 7) == 0);
	}
}

static void
test_plain(void **state)
{
	struct syslog_head h;

	(void)state;
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
		if (syslog_head_read(slice_str(plain[i]), &h))
			fail_msg("a head: %s", plain[i]);
		expect(h.text, plain[i], plain[i]);
		assert_int_equal(h.pri, -1);
		assert_int_equal(h.host.n + h.tag.n + h.pid.n, 0);
	}
}

static void
test_truncations(void **state)
{
	struct syslog_head h;

	(void)state;
	for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
		for (size_t n = 0; n <= strlen(heads[i].line); n++) {
			char *copy = mem_alloc(n > 0 ? n : 1);

			assert_non_null(copy);
			memcpy(copy, heads[i].line, n);
			(void)syslog_head_read((struct slice){ copy, n }, &h);
			assert_true(h.text.n <= n);
			mem_free(copy);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_heads), cmocka_unit_test(test_plain),
		cmocka_unit_test(test_truncations) };

	return cmocka_run_group_tests_name("syslog_head", tests, NULL, NULL);
}
