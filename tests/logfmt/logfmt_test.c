/*
 * logfmt_test - the detector on small logs of every shape (fixtures/logfmt): the same items however the text is cut
 * into pieces, every line in one verdict, and the traps that look like SIP.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "logfmt/detect.h"
#include "logfmt/rows.h"
#include "sipwhy/logfmt.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"

enum { TEST_TEXT = 8192, TEST_FILE_MAX = 16384, LATER_TEXT = 65536 };
#define TEST_T (INT64_C(1772540000) * NS_PER_S)

static struct logfmt *
test_new(void)
{
	return logfmt_new(&(struct logfmt_cfg){ .seed = 7 });
}

static void
test_sum(const struct logfmt *l)
{
	const struct logfmt_stats *st = logfmt_stats(l);
	uint64_t sum = 0;

	for (int v = 0; v < LOGFMT_VERDICT_N; v++)
		sum += st->verdict[v];
	assert_int_equal(sum, st->lines);
}

static struct slice
test_field(struct slice b, const char *name)
{
	ptrdiff_t at = slice_ifind(b, slice_str(name));
	struct slice rest = at < 0 ? (struct slice){ NULL, 0 } : (struct slice){ b.p + at, b.n - (size_t)at };

	if (at < 0)
		return rest;
	rest.p += strlen(name);
	rest.n -= strlen(name);
	return slice_trim(slice_cut(&rest, '\r'));
}

/*
 * A message as it must be: start line, CR LF, one empty line and what Content-Length says.  One that was cut has no
 * body, in its headers no empty line.
 */
static void
test_canonical(struct slice b, bool cut)
{
	const char *end = memmem(b.p, b.n, "\r\n\r\n", 4);
	struct slice length = test_field(b, "\r\nContent-Length:");
	uint64_t n;

	if (end == NULL) {
		assert_true(cut);
		return;
	}
	assert_non_null(memmem(b.p, (size_t)(end - b.p), "SIP/2.0", 7));
	if (cut || slice_u64(length, UINT32_MAX, &n) != 0)
		n = 0;
	assert_int_equal(n, b.n - (size_t)(end + 4 - b.p));
}

/* "486 c1 src>dst stamp;" for each item, "!" behind the code of a cut one. */
static void
test_take(struct logfmt *l, char *out)
{
	struct logfmt_item it;

	while (logfmt_next(l, &it)) {
		struct slice b = it.m.bytes, word = b, call = test_field(b, "\r\nCall-ID:");
		char src[ENDPOINT_TEXT], dst[ENDPOINT_TEXT];
		size_t n = strlen(out);

		test_sum(l);
		if (it.kind != LOGFMT_MESSAGE) {
			(void)snprintf(out + n, TEST_TEXT - n, "line %u;", it.s.code);
			continue;
		}
		test_canonical(b, it.m.cut);
		if (b.p[0] == 'S' && b.p[3] == '/')
			word = (struct slice){ b.p + 8, 3 };
		else
			word = slice_cut(&word, ' ');
		(void)snprintf(out + n, TEST_TEXT - n, "%.*s%s %.*s %s>%s %.*s;", (int)word.n, word.p,
		    it.m.cut ? "!" : "", (int)call.n, call.p, endpoint_format(src, sizeof src, &it.m.src, true),
		    endpoint_format(dst, sizeof dst, &it.m.dst, true), (int)it.m.stamp.n, it.m.stamp.p);
	}
	test_sum(l);
}

static void
test_push(struct logfmt *l, const char *p, size_t n, bool whole, char *out)
{
	/* A copy that is gone afterwards: nothing may be looked at later. */
	char *copy = malloc(n > 0 ? n : 1);
	struct text t = { .t_ns = TEST_T, .data = (const uint8_t *)copy, .len = n, .origin = 3, .whole = whole };

	assert_non_null(copy);
	if (n > 0)
		memcpy(copy, p, n);
	t.lines = whole || (n > 0 && p[n - 1] != '\n');
	for (size_t i = 0; i < n && !whole; i++)
		t.lines += p[i] == '\n';
	logfmt_push(l, &t);
	test_take(l, out);
	free(copy);
}

static void
test_end(struct logfmt *l, char *out)
{
	logfmt_flush(l);
	test_take(l, out);
	assert_int_equal(logfmt_stats(l)->verdict[LOGFMT_HELD], 0);
	logfmt_free(l);
}

static size_t
test_file(const char *name, char *out)
{
	char path[512];
	const char *dir = getenv("srcdir");
	FILE *f;
	size_t n;

	(void)snprintf(path, sizeof path, "%s/tests/fixtures/logfmt/%s", dir != NULL ? dir : ".", name);
	f = fopen(path, "rb");
	assert_non_null(f);
	n = fread(out, 1, TEST_FILE_MAX, f);
	(void)fclose(f);
	assert_in_range(n, 1, TEST_FILE_MAX - 1);
	return n;
}

struct fixture {
	const char *name, *items;
};

#define P20 "192.0.2.20:5060"
static const struct fixture fixtures[] = {
	/* A status line in a NOTIFY, in a MESSAGE, in a dialplan line and in a Warning; one without a phrase. */
	{ "pjsip.log",
	    "INVITE c1 " P20 ">- 2026-03-03 10:15:01;100 c1 ->" P20 " 2026-03-03 10:15:01;"
	    "NOTIFY n1 ->" P20 " 2026-03-03 10:15:02;200 n1 " P20 ">- 2026-03-03 10:15:02;"
	    "MESSAGE t1 " P20 ">- 2026-03-03 10:15:03;486 c1 ->" P20 " 2026-03-03 10:15:03;"
	    "486 c1 ->" P20 " 2026-03-03 10:15:03;" },
	/* Cut, with the next entry in its last line; then a body that the next head follows on the same line. */
	{ "glued.log",
	    "INVITE! g1 " P20 ">- 2026-03-03 10:15:05;503 g1 ->" P20 " 2026-03-03 10:15:06;"
	    "INVITE g2 " P20 ">- 10:15:07.100000;404 g2 ->" P20 " 10:15:07.200000;" },
	/* Indented, with a line of another thread inside. */
	{ "sofia-old.log", "INVITE o1 " P20 ">- 10:15:01.188627;480 o1 ->" P20 " 10:15:01.500000;" },
	/* Indented under the first line, without empty lines. */
	{ "journald.txt", "INVITE j1 " P20 ">- 10:15:01.275933;603 j1 ->" P20 " 10:15:01.375933;" },
	/* A head on every line, without empty lines; a sipfrag right behind its headers. */
	{ "imfile.log",
	    "NOTIFY n1 ->" P20 " 10:15:01.275933;202 i1 " P20 ">- 10:15:01.375933;"
	    "INVITE i2 ->" P20 " 10:15:02.275933;500 i2 " P20 ">- 10:15:02.375933;" },
	/* Two pods, line by line. */
	{ "woven.log", "486 w1 ->- ;404 w2 ->- ;" },
	/* On one line: #015#012, backslash n, JSON; and one that was cut there. */
	{ "escaped.log",
	    "486 e1 " P20 ">- Mar  3 10:15:01;404 e2 " P20 ">- 2026-03-03 10:15:02;"
	    "503 e3 " P20 ">- 2026-03-03 10:15:03;INVITE! e4 " P20 ">- Mar  3 10:15:01;600 e4 " P20
	    ">- Mar  3 10:15:01;" },
	/* A dot for each CR. */
	{ "ngrep.txt",
	    "INVITE d1 " P20 ">192.0.2.1:5060 2026/03/03 10:15:01.206498;"
	    "488 d1 192.0.2.1:5060>" P20 " 2026/03/03 10:15:01.224232;" },
	/* HTTP, a status line alone, a copy behind NAT, quoted mail, colours, ^M. */
	{ "traps.log", "486 p1 " P20 ">192.0.2.60:5060 Mar  3 10:15:01.311;408 q1 ->- ;482 a1 ->- ;487 m1 ->- ;" },
	/* docker's objects, one for each line; two messages without a line between them but a plain one. */
	{ "docker.json", "486 k1 " P20 ">- 10:15:01.188627;404 k2 ->- 2026-03-03T10:15:03.5Z;" },
	/* Android, with a line of another tag. */
	{ "logcat.txt", "480 l1 ->- 10:15:01.275;503 l2 ->- 10:15:01.284;" },
	/* A record, and a number, for each line. */
	{ "ios-lines.log", "486 i1 ->- Mar  3 10:15:01;500 i2 ->- Mar  3 10:15:01;" },
	/* Six processes, line by line; two whose number follows another; a hole in front of a start line. */
	{ "many.log",
	    "404 y0 ->- Mar  3 10:15:01;404 y1 ->- Mar  3 10:15:01;404 y2 ->- Mar  3 10:15:01;"
	    "404 y3 ->- Mar  3 10:15:01;404 y4 ->- Mar  3 10:15:01;404 y5 ->- Mar  3 10:15:01;"
	    "404 z0 ->- ;404 z1 ->- ;404 n1 ->- ;" },
	/* SIPp's copy of what it did not expect; a status line above what only looks like a header; a body left out. */
	{ "doubtful.log", "480 s1 ->- 2026-03-03T10:15:01.139981;INVITE! s2 ->- ;404 s2 ->- ;" },
};
enum { FIXTURES = sizeof fixtures / sizeof fixtures[0] };

static void
test_fixtures(void **state)
{
	static char file[TEST_FILE_MAX];
	char got[TEST_TEXT];

	(void)state;
	for (size_t i = 0; i < FIXTURES; i++) {
		size_t n = test_file(fixtures[i].name, file);
		struct logfmt *l = test_new();

		if (l == NULL)
			return;
		got[0] = '\0';
		test_push(l, file, n, false, got);
		test_end(l, got);
		assert_string_equal(got, fixtures[i].items);
	}
}

/* A log of objects is one whatever stands before them: another line, or what is left of one; and so in later pieces. */
static void
test_objects(void **state)
{
	static const char array[] =
	    "{\"__REALTIME_TIMESTAMP\":\"1771581600000000\",\"MESSAGE\":[83,73,80,47,50,46,48,32,"
	    "52,48,52,32,78,13,10,86,105,97,58,32,120,13,10,67,97,108,108,45,73,68,58,32,97,49,13,10,"
	    "13,10]}\n";
	static const char *const before[] = { "", "hello\n", "\n\n", "\"stream\":\"stdout\"}\n" };
	static char file[TEST_FILE_MAX];
	char got[TEST_TEXT], text[1024];
	size_t n = test_file("docker.json", file);

	(void)state;
	for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
		struct logfmt *l = test_new();
		size_t k = (size_t)snprintf(
		    text, sizeof text, "%s%.*s", before[i], (int)(strchr(file, '\n') + 1 - file), file);

		assert_non_null(l);
		got[0] = '\0';
		test_push(l, text, k, false, got);
		test_push(l, strchr(file, '\n') + 1, n - (size_t)(strchr(file, '\n') + 1 - file), false, got);
		test_end(l, got);
		assert_string_equal(got, "486 k1 " P20 ">- 10:15:01.188627;404 k2 ->- 2026-03-03T10:15:03.5Z;");
		l = test_new();
		assert_non_null(l);
		got[0] = '\0';
		k = (size_t)snprintf(text, sizeof text, "%s%sx\n", before[i], array);
		test_push(l, text, k, false, got);
		test_push(l, text, k, false, got);
		test_end(l, got);
		assert_string_equal(got, "404 a1 ->- 1771581600000000;404 a1 ->- 1771581600000000;");
	}
}

/* What is given as it lies there is what comes out line by line: items, and lines. */
static void
test_thorough(void **state)
{
	static char file[TEST_FILE_MAX];
	char got[2][TEST_TEXT];

	(void)state;
	for (size_t i = 0; i < FIXTURES; i++) {
		size_t n = test_file(fixtures[i].name, file);

		for (size_t from = 0; from < n; from += 97) {
			struct logfmt *fast = test_new(), *slow = test_new();

			assert_non_null(fast);
			assert_non_null(slow);
			slow->thorough = true;
			got[0][0] = got[1][0] = '\0';
			test_push(fast, file + from, n - from, false, got[0]);
			test_push(slow, file + from, n - from, false, got[1]);
			assert_string_equal(got[0], got[1]);
			logfmt_flush(fast);
			logfmt_flush(slow);
			test_take(fast, got[0]);
			test_take(slow, got[1]);
			assert_string_equal(got[0], got[1]);
			assert_memory_equal(logfmt_stats(fast), logfmt_stats(slow), sizeof *logfmt_stats(fast));
			logfmt_free(fast);
			logfmt_free(slow);
		}
	}
}

/* Lines on their way to another thread. */
struct later {
	struct message line[256];
	size_t n;
	bool ahead;
	void (*tell)(const struct logfmt_item *it, char *out);
};

static void
later_tell(const struct logfmt_item *it, char *out)
{
	const struct slice said[] = { it->m.stamp, it->kind == LOGFMT_MESSAGE ? it->m.bytes : it->s.call_id,
		it->kind == LOGFMT_NOTICE ? it->notice.text : (struct slice){ NULL, 0 } };
	size_t n = strlen(out);

	(void)snprintf(out + n, LATER_TEXT - n, "%d %u %lld %s %.*s %.*s %.*s\n", it->kind,
	    it->kind == LOGFMT_STATEMENT ? it->s.code : 0U, (long long)it->m.t_ns, it->head, (int)said[0].n, said[0].p,
	    (int)said[1].n, said[1].p, (int)said[2].n, said[2].p);
	assert_true(strlen(out) < LATER_TEXT - 1);
}

/* Its code and time of day. */
static void
later_tell_time(const struct logfmt_item *it, char *out)
{
	size_t n = strlen(out);
	char text[16];
	unsigned code = it->s.code;

	if (it->kind == LOGFMT_MESSAGE)
		code = (unsigned)strtoul(it->m.bytes.p + 8, NULL, 10);
	(void)snprintf(out + n, LATER_TEXT - n, "%u %s;", code, timefmt_clock(text, sizeof text, it->m.t_ns));
}

/* Everything that waits, read as late as it may be. */
static void
later_read(struct later *w, struct logfmt *l, char *out)
{
	struct logfmt_item it;

	for (size_t i = 0; i < w->n; i++) {
		if (logfmt_read(l, &w->line[i], &it))
			w->tell(&it, out);
		free((void *)(uintptr_t)w->line[i].bytes.p);
	}
	w->n = 0;
}

static void
later_take(struct later *w, struct logfmt *l, char *out)
{
	struct logfmt_item it;

	while (logfmt_next(l, &it)) {
		if (it.kind == LOGFMT_WAIT) {
			later_read(w, l, out);
			w->ahead = false;
		} else if (it.kind == LOGFMT_LINE) {
			struct message *m = &w->line[w->n++];
			char *copy = malloc(it.m.bytes.n);

			assert_true(w->ahead && w->n < sizeof w->line / sizeof w->line[0]);
			assert_non_null(copy);
			memcpy(copy, it.m.bytes.p, it.m.bytes.n);
			*m = it.m;
			m->bytes.p = copy;
		} else {
			w->tell(&it, out);
		}
	}
}

/* Two pieces and their end, all lines given for another thread or none. */
static void
later_log(const char *text, size_t n, size_t cut, struct later w, struct text t, char *out, struct logfmt_stats *st)
{
	struct logfmt *l = test_new();

	assert_non_null(l);
	if (w.ahead)
		logfmt_ahead(l);
	out[0] = '\0';
	for (int i = 0; i < 2; i++) {
		t.data = (const uint8_t *)text + (i == 0 ? 0 : cut);
		t.len = i == 0 ? cut : n - cut;
		t.lines = 0;
		for (size_t k = 0; k < t.len; k++)
			t.lines += t.data[k] == '\n';
		logfmt_push(l, &t);
		later_take(&w, l, out);
	}
	later_read(&w, l, out);
	logfmt_together(l);
	logfmt_flush(l);
	later_take(&w, l, out);
	test_sum(l);
	*st = *logfmt_stats(l);
	logfmt_free(l);
}

/* Lines that another thread reads are counted and told as those that are read at once. */
static void
test_ahead(void **state)
{
	static char text[TEST_FILE_MAX + LATER_TEXT], told[2][LATER_TEXT];
	size_t rows, n, end, lines = 0;
	const struct row_statement *row = rows_statement(&rows);

	(void)state;
	for (size_t i = 0; i <= FIXTURES; i++) {
		/* Each line as a log has it, twice for some; then one with SIP in it. */
		for (n = 0, end = 0; end < rows; end++)
			n += (size_t)snprintf(text + n, LATER_TEXT - n, "Mar  3 10:%02zu:%02zu p kam[%zu]: %s\n%s%s%s",
			    end / 6, end % 60, end % 3, row[end].sample, end % 4 ? "" : "{\"log\":\"",
			    end % 4 ? "" : row[end].sample, end % 4 ? "" : "\\n\"}\n");
		assert_true(n < LATER_TEXT - 1);
		end = n;
		if (i < FIXTURES)
			n += test_file(fixtures[i].name, text + n);
		memcpy(text + n, text, end);
		n += end;
		for (size_t cut = 1; cut < n; cut++) {
			struct text t = { .t_ns = TEST_T, .origin = 3 };
			struct logfmt_stats st[2];

			if (text[cut - 1] != '\n' || lines++ % 7 != 0)
				continue;
			later_log(text, n, cut, (struct later){ .tell = later_tell }, t, told[0], &st[0]);
			later_log(
			    text, n, cut, (struct later){ .tell = later_tell, .ahead = true }, t, told[1], &st[1]);
			assert_string_equal(told[0], told[1]);
			assert_memory_equal(&st[0], &st[1], sizeof st[0]);
			assert_true(st[0].statements > 10 && st[0].notices > 5 && st[0].again > 1);
		}
	}
}

/* Whole, live or of another sender: what was given is waited for. */
static void
test_ahead_ends(void **state)
{
	static const char line[] = "ACC: call missed: timestamp=1;method=INVITE;from_tag=f;to_tag=t;call_id=a;"
				   "code=503;reason=x\n";
	const struct text ways[] = { { .whole = true, .origin = 3 }, { .live = true, .origin = 3 }, { .origin = 4 } };

	(void)state;
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		struct text t = {
			.t_ns = TEST_T, .data = (const uint8_t *)line, .len = sizeof line - 1, .lines = 1, .origin = 3
		};
		struct logfmt *l = test_new();
		struct logfmt_item it, said;
		struct message m;

		assert_non_null(l);
		logfmt_ahead(l);
		logfmt_push(l, &t);
		assert_true(logfmt_next(l, &it));
		assert_int_equal(it.kind, LOGFMT_LINE);
		m = it.m;
		assert_false(logfmt_next(l, &it));
		t.whole = ways[i].whole;
		t.live = ways[i].live;
		t.origin = ways[i].origin;
		logfmt_push(l, &t);
		assert_true(logfmt_next(l, &it));
		assert_int_equal(it.kind, LOGFMT_WAIT);
		assert_true(logfmt_read(l, &m, &said));
		assert_int_equal(said.s.code, 503);
		assert_true(logfmt_next(l, &it));
		assert_int_equal(it.kind, LOGFMT_STATEMENT);
		assert_false(logfmt_next(l, &it));
		assert_int_equal(logfmt_stats(l)->statements, 2);
		assert_int_equal(logfmt_stats(l)->verdict[LOGFMT_SIP], 2);
		test_sum(l);
		logfmt_free(l);
	}
}

/* What shows no time has that of the line before, whether that counted or not. */
#define ACC(time, text, id)                                                                                            \
	time "ACC: " text ": timestamp=1;method=INVITE;from_tag=f;to_tag=t;call_id=" id ";code=500;reason=x\n"
#define GAP "-\n-\n-\n-\n"
#define BUSY "SIP/2.0 486 Busy Here\nVia: SIP/2.0/UDP h;branch=z9\nCall-ID: z\nCSeq: 1 INVITE\nContent-Length: 0\n\n"
static void
test_clock(void **state)
{
	static const struct {
		const char *log, *told; /* code and time of each item */
	} clocks[] = {
		/* The log shows its SIP text: its statements are quiet. */
		{ ACC("Mar  3 10:15:05 e o: ", "transaction answered", "a")
			GAP BUSY ACC("Mar  3 10:15:15 e o: ", "transaction answered", "b") GAP BUSY,
		    "500 10:15:05;486 10:15:05;486 10:15:15;" },
		/* Said before. */
		{ ACC("Mar  3 10:15:05 e o: ", "transaction answered", "a")
			ACC("Mar  3 10:45:05 e o: ", "call missed", "a") ACC("", "transaction answered", "b"),
		    "500 10:15:05;500 10:45:05;" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof clocks / sizeof clocks[0]; i++) {
		for (size_t cut = 1; cut < strlen(clocks[i].log); cut++) {
			for (int ahead = 0; ahead < 2; ahead++) {
				static char told[LATER_TEXT];
				struct logfmt_stats st;

				if (clocks[i].log[cut - 1] != '\n')
					continue;
				later_log(clocks[i].log, strlen(clocks[i].log), cut,
				    (struct later){ .tell = later_tell_time, .ahead = ahead == 1 },
				    (struct text){ .t_ns = TEST_T, .origin = 3 }, told, &st);
				assert_string_equal(told, clocks[i].told);
			}
		}
	}
}

static struct text
test_text(const char *log)
{
	struct text t = { .t_ns = TEST_T, .data = (const uint8_t *)log, .len = strlen(log), .origin = 3 };

	t.lines = log[t.len - 1] != '\n';
	for (size_t i = 0; i < t.len; i++)
		t.lines += log[i] == '\n';
	return t;
}

static const char *
test_day(char *out, size_t cap, int64_t t_ns)
{
	time_t s = (time_t)(t_ns / NS_PER_S);
	struct tm tm;

	(void)strftime(out, cap, "%m-%d %H:%M:%S", gmtime_r(&s, &tm));
	return out;
}

/* A time of day goes by the date beside or above it, or by one that is known to come. */
static void
test_dates(void **state)
{
#define AT(clock) "recv 290 bytes from udp/[192.0.2.20]:5060 at " clock ":\n   -----------------------------\n" BUSY
	static const struct {
		const char *log, *told;
		bool foreseen;
	} dates[] = {
		{ "2026-02-20 10:15:01.5 [INFO] x\n" AT("10:15:02.5"), "02-20 10:15:02;", false },
		{ "2026-02-20 23:59:59 [INFO] x\n" AT("00:00:01.0"), "02-21 00:00:01;", false },
		{ "2026-02-20 10:15:01.5 [INFO] x\n" AT("10:14:59.5"), "02-20 10:14:59;", false },
		{ "Feb 20 10:15:03 pbx fs: " AT("10:15:02.5"), "02-20 10:15:02;", false },
		/* A clock in another zone: its distances stay. */
		{ "Feb 20 12:15:03 pbx fs: " AT("10:15:02.5") "Feb 20 12:15:09 pbx fs: " AT(
		      "10:15:03.6") "Feb 20 14:15:09 pbx fs: " AT("12:15:03.6"),
		    "02-20 12:15:03;02-20 12:15:04;02-20 14:15:04;", false },
		{ AT("10:15:02.5") "2026-02-20 10:15:03.5 [INFO] x\n", "02-20 10:15:02;", true },
		{ AT("10:15:02.5") "2026-02-20 10:15:03.5 [INFO] x\n", "03-03 10:15:02;", false },
	};
#undef AT

	(void)state;
	for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
		struct logfmt *l = test_new();
		struct text t = test_text(dates[i].log);
		char got[TEST_TEXT] = "", day[32];
		struct logfmt_item it;

		assert_non_null(l);
		if (dates[i].foreseen)
			logfmt_foresee(l, &t);
		logfmt_push(l, &t);
		while (logfmt_next(l, &it))
			(void)snprintf(
			    got + strlen(got), TEST_TEXT - strlen(got), "%s;", test_day(day, sizeof day, it.m.t_ns));
		assert_string_equal(got, dates[i].told);
		logfmt_free(l);
	}
}

/* How old a text is the times tell that its lines begin with, not those that are told in them. */
static void
test_time(void **state)
{
	static const struct {
		const char *log, *day;
	} times[] = {
		{ "x\nFeb 20 10:00:00 pbx x\nFeb 21 10:00:00 pbx x\n", "02-20 10:00:00" },
		{ "<134>Feb 20 10:00:00 pbx x\n", "02-20 10:00:00" },
		{ "[2026-02-20 10:00:00] x\n", "02-20 10:00:00" },
		{ "{\"MESSAGE\":\"x\",\"time\":\"2026-02-20T10:00:00Z\"}\n", "02-20 10:00:00" },
		{ "{\"__MONOTONIC_TIMESTAMP\":\"1671581600000000\",\"__REALTIME_TIMESTAMP\":\"1771581600000000\"}\n",
		    "02-20 10:00:00" },
		{ "{\"MESSAGE\":\"up 10:00:00\"}\n", NULL },
		{ "SIP/2.0 200 OK\nDate: Fri, 20 Feb 2026 10:00:00 GMT\n", NULL },
		{ "the call of Feb 20 10:00:00\n", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
		struct text t = test_text(times[i].log);
		char day[32];
		int64_t t_ns;

		assert_int_equal(logfmt_time(&t, &t_ns), times[i].day != NULL);
		if (times[i].day != NULL)
			assert_string_equal(test_day(day, sizeof day, t_ns), times[i].day);
	}
}

/* Programs whose keys fall together are told apart; the one that showed its SIP text longest ago is forgotten. */
static void
test_shown(void **state)
{
	static struct pool p;

	(void)state;
	pool_init(&p);
	for (uint64_t i = 0; i < 4 * SOURCE_WAYS; i++)
		pool_show(&p, 1 + i % SOURCE_WAYS * SOURCE_SHOWN, TEST_T + (int64_t)i * NS_PER_S);
	for (uint64_t i = 0; i < SOURCE_WAYS; i++)
		assert_true(pool_was_shown(&p, 1 + i * SOURCE_SHOWN, TEST_T + 60 * NS_PER_S));
	pool_show(&p, 1 + SOURCE_WAYS * SOURCE_SHOWN, TEST_T + 60 * NS_PER_S);
	for (uint64_t i = 0; i <= SOURCE_WAYS; i++)
		assert_int_equal(pool_was_shown(&p, 1 + i * SOURCE_SHOWN, TEST_T + 60 * NS_PER_S), i > 0);
	assert_false(pool_was_shown(&p, 1 + SOURCE_SHOWN, TEST_T + 600 * NS_PER_S));
}

/* A writer that pauses behind a start line is waited for; behind a header line the message is given up as cut. */
static void
test_pause(void **state)
{
	static const char first[] = "SIP/2.0 404 Not Found\r\n",
			  rest[] = "Via: SIP/2.0/UDP 192.0.2.9\r\nCall-ID: x\r\n\r\n";
	struct logfmt *l = test_new();
	char got[TEST_TEXT] = "";

	(void)state;
	assert_non_null(l);
	test_push(l, first, sizeof first - 1, false, got);
	logfmt_advance(l, TEST_T + 20 * NS_PER_S);
	test_push(l, rest, sizeof rest - 1, false, got);
	assert_string_equal(got, "404 x ->- ;");
	test_push(l, first, sizeof first - 1, false, got);
	logfmt_advance(l, TEST_T + 31 * NS_PER_S);
	test_push(l, rest, sizeof rest - 1, false, got);
	test_push(l, first, sizeof first - 1, false, got);
	test_push(l, rest, 28, false, got);
	logfmt_advance(l, TEST_T + NS_PER_S);
	test_take(l, got);
	test_end(l, got);
	assert_string_equal(got, "404 x ->- ;404!  ->- ;");
}

/* A log that stops in the headers of a message, and what is given of their last line: all, or what may be a piece. */
static void
test_stops(void **state)
{
#define STOPS "SIP/2.0 404 Not Found" STOP_END "Call-ID: x" STOP_END
	static const struct {
		const char *log, *last;
	} stops[] = {
#define STOP_END "\n"
		{ STOPS "CSeq: 1 INVITE\n", "CSeq: 1 INVITE\r\n" },
		{ STOPS "CSeq: 1 INVITE\nVia: SIP/2.0/UD\n", "Via: SIP/2.0/UD\r\n" },
		{ STOPS "CSeq: 1 INVITE\nVia: SIP/2.0/UD", "Via: SIP/2.0/UD" },
		{ STOPS "CSeq: 1 INVITE", "CSeq: 1 INVITE\r\n" },
		{ STOPS "CSeq: 1 INV", "CSeq: 1 INV" },
		{ STOPS "CSeq: 1 \n", "CSeq: 1" },
		{ STOPS "CSeq: 1", "CSeq: 1" },
		{ STOPS "Content-Length: 7\n", "Content-Length: 7\r\n\r\n" },
		{ STOPS "Content-Length: \n", "Content-Length:\r\n" },
#undef STOP_END
#define STOP_END "\r\n"
		{ STOPS "CSeq: 1 INVITE\r\n", "CSeq: 1 INVITE\r\n" },
		{ STOPS "CSeq: 1 INVITE", "CSeq: 1 INVITE" },
		{ STOPS "CSeq: 1 DIAL\r\n", "CSeq: 1 DIAL\r\n" },
		{ STOPS "Content-Length: 17\r\n", "Content-Length: 17\r\n\r\n" },
		{ STOPS "Content-Length: 17", "Content-Length: 17" },
#undef STOP_END
#define STOP_END "#015\n"
		{ STOPS "CSeq: 1 INVITE#015\n", "CSeq: 1 INVITE\r\n" },
		{ STOPS "Reason: Q.850;cause=3\n", "Reason: Q.850;cause=3" },
		{ STOPS "Reason: Q.850;cause=34#01\n", "Reason: Q.850;cause=34#01" },
#undef STOP_END
#define STOP_END ".\n"
		{ STOPS "Reason: Q.850;cause=34.\n", "Reason: Q.850;cause=34\r\n" },
		{ STOPS "Reason: Q.850;cause=3\n", "Reason: Q.850;cause=3" },
#undef STOP_END
	};
#undef STOPS

	(void)state;
	for (size_t i = 0; i < sizeof stops / sizeof stops[0]; i++) {
		struct logfmt *l = test_new();
		struct text t = test_text(stops[i].log);
		size_t last = strlen(stops[i].last);
		struct logfmt_item it;

		assert_non_null(l);
		logfmt_push(l, &t);
		assert_false(logfmt_next(l, &it));
		logfmt_flush(l);
		assert_true(logfmt_next(l, &it));
		assert_true(it.m.cut && it.m.bytes.n > last);
		assert_memory_equal(it.m.bytes.p + it.m.bytes.n - last, stops[i].last, last);
		logfmt_free(l);
	}
}

/* Cut in two at each line border, and once at all of them. */
static void
test_splits(void **state)
{
	static char file[TEST_FILE_MAX];
	char got[TEST_TEXT];

	(void)state;
	for (size_t i = 0; i < FIXTURES; i++) {
		size_t n = test_file(fixtures[i].name, file);

		for (size_t cut = 0; cut <= n; cut++) {
			struct logfmt *l;
			size_t from = 0;

			if (cut > 0 && cut < n && file[cut - 1] != '\n')
				continue;
			l = test_new();
			if (l == NULL)
				return;
			got[0] = '\0';
			if (cut > 0 && cut < n) {
				test_push(l, file, cut, false, got);
				test_push(l, file + cut, n - cut, false, got);
			}
			while (cut == 0 && from < n) {
				const char *lf = memchr(file + from, '\n', n - from);
				size_t len = lf != NULL ? (size_t)(lf + 1 - file) - from : n - from;

				test_push(l, file + from, len, false, got);
				from += len;
			}
			if (cut == n && n > 0)
				test_push(l, file, n, false, got);
			test_end(l, got);
			assert_string_equal(got, fixtures[i].items);
		}
	}
}

/* Every truncation, as lines and as one record, and every record in two: nothing is lost from the sums. */
static void
test_truncations(void **state)
{
	static char file[TEST_FILE_MAX];
	char got[TEST_TEXT];

	(void)state;
	for (size_t i = 0; i < FIXTURES; i++) {
		size_t n = test_file(fixtures[i].name, file);

		for (size_t cut = 0; cut < n; cut++) {
			struct logfmt *l = test_new();

			if (l == NULL)
				return;
			got[0] = '\0';
			test_push(l, file, cut, false, got);
			logfmt_end(l, 3);
			test_take(l, got);
			got[0] = '\0';
			test_push(l, file, cut, true, got);
			test_push(l, file + cut, n - cut, true, got);
			test_end(l, got);
		}
	}
}

#define AC "<133>[S=%u] [SID=0a1b2c:7:%u]  "
#define AC_HEAD                                                                                                        \
	"(N  1203311) ---- Incoming SIP Message from 192.0.2.20:5060 to SIPInterface #1 (Trunk) UDP TO(#61) ---- \r\n"
#define AC_1 "SIP/2.0 486 Busy Here \r\nVIA: SIP/2.0/UDP 192.0.2.20:5060;branch=z9 \r\nFROM: <sip:1@a>;ta"
#define AC_2 "g=1 \r\nTO: <sip:2@a> \r\nCALL-ID: s1 \r\nCSEQ: 1 INVITE \r\nCONTENT-LENGTH: 0 \r\n \r\n \r\n"
#define AC_TIME "[Time:03-03@10:15:01.367]"

static void
test_record(struct logfmt *l, unsigned s, unsigned sid, const char *a, const char *b, char *out)
{
	char text[2048];

	(void)snprintf(text, sizeof text, AC "%s%s\r\n" AC_TIME, s, sid, a, b);
	test_push(l, text, strlen(text), true, out);
}

/* The head alone, the text in two, broken inside a header; another session comes between. */
static void
test_session(void **state)
{
	char got[TEST_TEXT] = "";
	struct logfmt *l = test_new();

	(void)state;
	if (l == NULL)
		return;
	test_record(l, 10, 1, AC_HEAD, "", got);
	test_record(l, 11, 1, AC_1, "", got);
	test_record(l, 77, 2, "(N 2) States: Idle ", "", got);
	test_record(l, 12, 1, AC_2, "", got);
	assert_string_equal(got, "486 s1 " P20 ">- 03-03@10:15:01.367;");
	/* Two messages in one; and a gap in S, behind which nothing is joined. */
	got[0] = '\0';
	test_record(l, 13, 1, AC_HEAD AC_1 AC_2, AC_HEAD AC_1 AC_2, got);
	assert_string_equal(got, "486 s1 " P20 ">- 03-03@10:15:01.367;486 s1 " P20 ">- 03-03@10:15:01.367;");
	got[0] = '\0';
	test_record(l, 14, 1, AC_HEAD AC_1, "", got);
	test_record(l, 16, 1, AC_2, "", got);
	test_end(l, got);
	assert_non_null(strstr(got, "486! "));
}

#define WAITING "10:15:02.815 x .RX 289 bytes Response msg 486/INVITE/cseq=102 (rdata0x7f) from UDP 192.0.2.20:5060:\n"

/* More sessions in one piece, and more streams with a line that waits for what follows, than are remembered. */
static void
test_many_sources(void **state)
{
	static char text[TEST_FILE_MAX];
	char got[TEST_TEXT] = "";
	size_t n = 0;
	struct logfmt *l = test_new();

	(void)state;
	for (unsigned i = 0; i < SOURCE_MAX + 6; i++)
		n += (size_t)snprintf(text + n, sizeof text - n,
		    "[S=%u] [SID=%x:1:1]  INVITE sip:2@p SIP/2.0#015#012Via: SIP/2.0/UDP h#015#012Call-ID: %u#015#012"
		    "#015#012\n",
		    i, i, i);
	test_push(l, text, n, false, got);
	test_end(l, got);
	assert_non_null(strstr(got, "INVITE 0 "));
	assert_non_null(strstr(got, "INVITE 69 "));
	l = test_new();
	for (uint32_t i = 0; i < SOURCE_MAX + 6; i++) {
		struct text t = { .t_ns = TEST_T,
			.data = (const uint8_t *)WAITING,
			.len = sizeof WAITING - 1,
			.lines = 1,
			.origin = i };

		logfmt_push(l, &t);
		test_take(l, got);
	}
	assert_int_equal(logfmt_stats(l)->verdict[LOGFMT_HELD], SOURCE_MAX);
	assert_int_equal(logfmt_stats(l)->verdict[LOGFMT_DROPPED], 6);
	test_end(l, got);
}

#define HEAD "SIP/2.0 486 Busy Here\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n"

#define SAID "chan_sip.c: Got SIP response 503 \"Service Unavailable\" back from 192.0.2.20:5060"

/* What shows no time has none of its own, unless it came just now. */
static void
test_untimed(void **state)
{
	static const struct {
		const char *text;
		bool live, untimed;
	} rows[] = {
		{ HEAD "Content-Length: 0\r\n\r\n", false, true },
		{ HEAD "\r\n", false, true },
		{ "2026-03-03 10:15:01.500 x\n" HEAD "Content-Length: 0\r\n\r\n", false, false },
		{ HEAD "Content-Length: 0\r\n\r\n", true, false },
		{ SAID "\n", false, true },
		{ "Mar  3 10:15:01 " SAID "\n", false, false },
		{ SAID "\n", true, false },
	};

	(void)state;
	/* In one piece, and in two. */
	for (size_t i = 0; i < 2 * sizeof rows / sizeof rows[0]; i++) {
		struct logfmt *l = test_new();
		const char *text = rows[i / 2].text, *last = text + strlen(text) - 1;
		struct logfmt_item it;
		int items = 0;

		if (l == NULL)
			return;
		while (last > text && last[-1] != '\n')
			last--;
		last = i % 2 == 0 ? text : last;
		for (int piece = 0; piece < 3; piece++) {
			const char *from = piece == 0 ? text : last, *to = piece == 0 ? last : text + strlen(text);
			struct text t = { .t_ns = TEST_T,
				.data = (const uint8_t *)from,
				.len = (size_t)(to - from),
				.origin = 3,
				.live = rows[i / 2].live };

			for (const char *p = from; p < to; p++)
				t.lines += *p == '\n';
			if (piece == 2)
				logfmt_end(l, 3);
			else if (t.len > 0)
				logfmt_push(l, &t);
			while (logfmt_next(l, &it)) {
				assert_int_equal(it.m.untimed, rows[i / 2].untimed);
				items++;
			}
		}
		assert_int_equal(items, 1);
		logfmt_free(l);
	}
}

/* What stands still for half a second is complete, or cut; a stream that ends too. */
static void
test_silence(void **state)
{
	char got[TEST_TEXT] = "";
	struct logfmt *l = test_new();

	(void)state;
	if (l == NULL)
		return;
	test_push(l, HEAD, strlen(HEAD), false, got);
	assert_int_equal(logfmt_stats(l)->verdict[LOGFMT_HELD], 3);
	logfmt_advance(l, TEST_T + 499 * NS_PER_MS);
	test_take(l, got);
	assert_string_equal(got, "");
	logfmt_advance(l, TEST_T + 500 * NS_PER_MS);
	test_take(l, got);
	assert_string_equal(got, "486! x ->- ;");
	assert_int_equal(logfmt_stats(l)->cut, 1);
	got[0] = '\0';
	test_push(l, HEAD "l: 0\r\n", strlen(HEAD) + 6, false, got);
	logfmt_end(l, 4);
	test_take(l, got);
	assert_string_equal(got, "");
	logfmt_end(l, 3);
	test_take(l, got);
	assert_string_equal(got, "486 x ->- ;");
	test_end(l, got);
}

/* The user's filter and the parser have the last word. */
static void
test_reclass(void **state)
{
	struct logfmt *l = test_new();
	struct logfmt_item it;
	struct text t = {
		.t_ns = TEST_T, .data = (const uint8_t *)HEAD "\r\n", .len = strlen(HEAD) + 2, .lines = 4, .origin = 1
	};

	(void)state;
	if (l == NULL)
		return;
	logfmt_push(l, &t);
	assert_true(logfmt_next(l, &it));
	/* It lies where it came from. */
	assert_ptr_equal(it.m.bytes.p, t.data);
	assert_int_equal(logfmt_stats(l)->verdict[LOGFMT_SIP], 4);
	logfmt_reclass(l, LOGFMT_FILTERED);
	assert_int_equal(logfmt_stats(l)->verdict[LOGFMT_SIP], 0);
	assert_int_equal(logfmt_stats(l)->verdict[LOGFMT_FILTERED], 4);
	assert_false(logfmt_next(l, &it));
	test_sum(l);
	logfmt_free(l);
}

/* Items that nobody takes: the rest of the piece is given up, and counted. */
static void
test_not_taken(void **state)
{
	char got[TEST_TEXT] = "";
	struct logfmt *l = test_new();
	struct text t = {
		.t_ns = TEST_T, .data = (const uint8_t *)HEAD "\r\n", .len = strlen(HEAD) + 2, .lines = 4, .origin = 1
	};

	(void)state;
	if (l == NULL)
		return;
	logfmt_push(l, &t);
	logfmt_push(l, &t);
	test_take(l, got);
	assert_string_equal(got, "486 x ->- ;");
	assert_int_equal(logfmt_stats(l)->verdict[LOGFMT_DROPPED], 4);
	test_end(l, got);
}

/* What a piece may cost: many prefixes, many start lines, one line of nothing but them. */
static void
test_floods(void **state)
{
	enum { N = 400000 };
	char *text = malloc(N + 128), got[TEST_TEXT] = "";
	struct logfmt *l = test_new();
	size_t n = 0;

	(void)state;
	if (l == NULL || text == NULL) {
		logfmt_free(l);
		free(text);
		return;
	}
	for (unsigned i = 0; n < N; i++)
		n += (size_t)snprintf(text + n, 64, "p%u SIP/2.0 486 Busy\n", i);
	test_push(l, text, n, false, got);
	for (n = 0; n < 65000; n += 8)
		memcpy(text + n, "SIP/2.0 ", 8);
	test_push(l, text, n, false, got);
	test_push(l, text, n, true, got);
	/* Each with a header below, and never an end. */
	for (unsigned i = n = 0; n < N; i++)
		n += (size_t)snprintf(text + n, 64, "p%u SIP/2.0 486 Busy\np%u Via: x\n", i, i);
	test_push(l, text, n, false, got);
	assert_true(logfmt_stats(l)->forgotten > 0);
	logfmt_flush(l);
	while (logfmt_next(l, &(struct logfmt_item){ .head = NULL }))
		;
	test_sum(l);
	logfmt_free(l);
	free(text);
}

/* Each allocation fails once: sums hold, nothing is read that is not there. */
static void
test_short_memory(void **state)
{
	static char file[TEST_FILE_MAX];
	char got[TEST_TEXT];

	(void)state;
	for (size_t i = 0; i < FIXTURES; i++) {
		size_t n = test_file(fixtures[i].name, file);
		long calls = 1;

		for (long fail = 1; fail <= calls; fail++) {
			struct logfmt *l;

			mem_fail_at(fail);
			l = test_new();
			if (l != NULL) {
				size_t half = n / 2;

				while (half > 0 && file[half - 1] != '\n')
					half--;
				got[0] = '\0';
				test_push(l, file, half, false, got);
				test_push(l, file + half, n - half, false, got);
				test_push(l, file, n, true, got);
				test_end(l, got);
			}
			calls = mem_calls();
			mem_fail_at(0);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixtures),
		cmocka_unit_test(test_thorough),
		cmocka_unit_test(test_ahead),
		cmocka_unit_test(test_ahead_ends),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_many_sources),
		cmocka_unit_test(test_objects),
		cmocka_unit_test(test_dates),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_shown),
		cmocka_unit_test(test_pause),
		cmocka_unit_test(test_stops),
		cmocka_unit_test(test_splits),
		cmocka_unit_test(test_truncations),
		cmocka_unit_test(test_session),
		cmocka_unit_test(test_untimed),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_reclass),
		cmocka_unit_test(test_not_taken),
		cmocka_unit_test(test_floods),
		cmocka_unit_test(test_short_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
