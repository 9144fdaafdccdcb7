/*
 * logs - feeds log samples to logfmt and holds what comes out against their written truth (NAME.expected.tsv): order,
 * code, Call-ID, phrase, method, and addresses and times where the truth tells them.  TAP on standard output.
 *
 * logs DIR: every sample there.  logs -l FILE: only list what one gives, in the columns of the truth.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "sipwhy/logfmt.h"
#include "sipwhy/sip.h"
#include "sipwhy/timefmt.h"

enum { LOGS_COLUMNS = 10, LOGS_BLOCK = 65536, LOGS_ROWS_MAX = 4096, LOGS_FILES_MAX = 256, LOGS_TEXT = 256 };

enum column {
	COL_ORDINAL,
	COL_STAMP,
	COL_CODE,
	COL_REASON,
	COL_METHOD,
	COL_CALL_ID,
	COL_SRC,
	COL_DST,
	COL_KIND,
	COL_NOTE
};
static const char *const column_names[LOGS_COLUMNS] = { "ordinal", "timestamp", "code", "reason", "method", "call_id",
	"src", "dst", "kind", "note" };

struct row {
	char col[LOGS_COLUMNS][LOGS_TEXT];
};

struct rows {
	struct row *row;
	size_t n;
};

/* What truly cannot be told from the log: sample, ordinal and column, and why.  At most 0.5 % of the rows. */
struct exception {
	const char *sample, *ordinal;
	enum column column;
	const char *why;
};
static const struct exception exceptions[] = {
	{ "asterisk-messages.log", "40", COL_ORDINAL,
	    "a challenge is how every call with a password begins, no failure" },
	{ "kamailio-acc-syslog.log", "38", COL_ORDINAL, "text of the script for a request, not a reply on the wire" },
};

static struct row *
rows_add(struct rows *rows)
{
	if (rows->n >= LOGS_ROWS_MAX) {
		(void)fprintf(stderr, "too many rows\n");
		exit(1);
	}
	memset(&rows->row[rows->n], 0, sizeof rows->row[0]);
	return &rows->row[rows->n++];
}

static void
put(struct row *r, enum column c, struct slice s)
{
	if (s.n == 0)
		s = slice_str("-");
	(void)slice_copy(r->col[c], LOGS_TEXT, s);
}

static char *
file_read(const char *path, size_t *n)
{
	FILE *f = fopen(path, "rb");
	char *data = malloc(1 << 24);

	if (f == NULL || data == NULL) {
		free(data);
		if (f != NULL)
			(void)fclose(f);
		return NULL;
	}
	*n = fread(data, 1, 1 << 24, f);
	(void)fclose(f);
	return data;
}

static void
take_item(const struct logfmt_item *it, struct sip_parser *sip, struct rows *out)
{
	struct sipmsg s = it->s;
	struct row *r;
	char code[16], end[ENDPOINT_TEXT];

	if (it->kind == LOGFMT_MESSAGE) {
		enum sip_verdict v = sip_parse(sip, it->m.bytes, it->m.cut, &s);

		if (s.kind != SIP_RESPONSE && (v == SIP_OK || v == SIP_PARTIAL))
			return;
	}
	r = rows_add(out);
	put(r, COL_STAMP, it->m.stamp);
	/* The truth is separated by tabs: a time that is, has blanks there. */
	for (char *tab = r->col[COL_STAMP]; (tab = strchr(tab, '\t')) != NULL;)
		*tab = ' ';
	if (it->kind == LOGFMT_NOTICE) {
		put(r, COL_KIND, slice_str("nocode"));
		put(r, COL_CODE, slice_str("-"));
		put(r, COL_REASON, slice_str("-"));
		put(r, COL_METHOD, it->notice.method);
		put(r, COL_CALL_ID, it->notice.call_id);
		put(r, COL_SRC, it->notice.peer);
		if (it->m.src.family != 0)
			put(r, COL_SRC, slice_str(endpoint_format(end, sizeof end, &it->m.src, it->m.src.port != 0)));
		put(r, COL_DST, slice_str(endpoint_format(end, sizeof end, &it->m.dst, it->m.dst.port != 0)));
		put(r, COL_NOTE, it->notice.kind);
		return;
	}
	(void)snprintf(code, sizeof code, "%u", s.code);
	put(r, COL_CODE, slice_str(code));
	put(r, COL_REASON, s.phrase);
	put(r, COL_METHOD, s.method_name);
	put(r, COL_CALL_ID, s.call_id);
	put(r, COL_SRC, slice_str(endpoint_format(end, sizeof end, &it->m.src, it->m.src.port != 0)));
	put(r, COL_DST, slice_str(endpoint_format(end, sizeof end, &it->m.dst, it->m.dst.port != 0)));
	put(r, COL_KIND, slice_str(it->kind == LOGFMT_STATEMENT ? "code" : it->m.cut ? "part" : "full"));
	put(r, COL_NOTE, slice_str(it->head != NULL ? it->head : ""));
}

static void
drain(struct logfmt *l, struct sip_parser *sip, struct rows *out)
{
	struct logfmt_item it;

	while (logfmt_next(l, &it))
		take_item(&it, sip, out);
}

static uint32_t
count_lines(const char *p, size_t n)
{
	uint32_t lines = n > 0 && p[n - 1] != '\n';

	for (size_t i = 0; i < n; i++)
		lines += p[i] == '\n';
	return lines;
}

static void
feed(struct logfmt *l, struct sip_parser *sip, struct rows *out, struct slice s, bool whole)
{
	struct text t = { .t_ns = INT64_C(1795500000) * NS_PER_S,
		.data = (const uint8_t *)s.p,
		.len = s.n,
		.lines = whole ? 1 : count_lines(s.p, s.n),
		.origin = 1,
		.whole = whole };

	logfmt_push(l, &t);
	drain(l, sip, out);
}

/* LENGTH SP BYTES, one record each. */
static void
feed_octets(struct logfmt *l, struct sip_parser *sip, struct rows *out, struct slice s)
{
	while (s.n > 0) {
		char *end;
		size_t n = strtoul(s.p, &end, 10), head = (size_t)(end - s.p) + 1;

		if (head > s.n || n > s.n - head)
			return;
		feed(l, sip, out, (struct slice){ s.p + head, n }, true);
		s.p += head + n;
		s.n -= head + n;
	}
}

static void
feed_lines(struct logfmt *l, struct sip_parser *sip, struct rows *out, struct slice s, size_t block, bool whole)
{
	while (s.n > 0) {
		size_t n = s.n < block ? s.n : block;
		const char *lf = memrchr(s.p, '\n', n);

		if (lf == NULL)
			lf = memchr(s.p, '\n', s.n);
		n = lf != NULL ? (size_t)(lf + 1 - s.p) : s.n;
		feed(l, sip, out, (struct slice){ s.p, n - (whole && lf != NULL) }, whole);
		s.p += n;
		s.n -= n;
	}
}

static bool
ends(const char *name, const char *with)
{
	size_t n = strlen(name), m = strlen(with);

	return n >= m && strcmp(name + n - m, with) == 0;
}

/* block: how much is handed over at a time; false: the sum of the verdicts is wrong. */
static bool
run_sample(const char *path, size_t block, struct rows *out)
{
	struct logfmt *l = logfmt_new(NULL);
	struct sip_parser *sip = sip_parser_new();
	size_t n = 0;
	char *data = file_read(path, &n);
	uint64_t sum = 0;
	bool ok = false;

	out->n = 0;
	if (l != NULL && sip != NULL && data != NULL) {
		struct slice s = { data, n };

		if (ends(path, ".octets"))
			feed_octets(l, sip, out, s);
		else
			feed_lines(l, sip, out, s, ends(path, ".lf") ? 1 : block, ends(path, ".lf"));
		logfmt_flush(l);
		drain(l, sip, out);
		for (int v = 0; v < LOGFMT_VERDICT_N; v++)
			sum += logfmt_stats(l)->verdict[v];
		ok = sum == logfmt_stats(l)->lines && logfmt_stats(l)->verdict[LOGFMT_HELD] == 0;
	}
	logfmt_free(l);
	sip_parser_free(sip);
	free(data);
	return ok;
}

static bool
truth_read(const char *path, struct rows *out)
{
	size_t n;
	char *data = file_read(path, &n);
	struct slice all = { data, n };

	out->n = 0;
	if (data == NULL)
		return false;
	while (all.n > 0) {
		struct slice line = slice_cut(&all, '\n');
		struct row *r;

		if (line.n == 0 || line.p[0] == '#')
			continue;
		r = rows_add(out);
		for (int c = 0; c < LOGS_COLUMNS; c++)
			put(r, (enum column)c, slice_cut(&line, '\t'));
	}
	free(data);
	return true;
}

static bool
is(const struct row *r, enum column c, const char *what)
{
	return strcmp(r->col[c], what) == 0;
}

static bool
excepted(const char *sample, const struct row *want, enum column c)
{
	for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++) {
		if (strcmp(exceptions[i].sample, sample) == 0 &&
		    strcmp(exceptions[i].ordinal, want->col[COL_ORDINAL]) == 0 && exceptions[i].column == c) {
			(void)printf("# exception: %s row %s: %s\n", sample, want->col[COL_ORDINAL], exceptions[i].why);
			return true;
		}
	}
	return false;
}

/* What the truth does not tell is not compared; but addresses of a message that it does not tell must be absent. */
static bool
same(const struct row *want, const struct row *got, enum column c)
{
	if (c == COL_REASON && is(want, c, "\"\""))
		return is(got, c, "-");
	if ((c == COL_SRC || c == COL_DST) && is(want, COL_KIND, "full"))
		return is(got, c, want->col[c]);
	if (c == COL_KIND)
		return is(want, c, got->col[c]) || is(want, c, "part");
	return is(want, c, "-") || is(got, c, want->col[c]);
}

/* The rows of one list that count as responses, or as notices. */
static size_t
pick(const struct rows *all, bool notices, bool truth, const struct row **out)
{
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++) {
		const struct row *r = &all->row[i];

		if (is(r, COL_KIND, "nocode") != notices || is(r, COL_KIND, "lost"))
			continue;
		if (truth && !notices && strstr(r->col[COL_NOTE], "same-as:") != NULL)
			continue;
		out[n++] = r;
	}
	return n;
}

static unsigned
differ(const char *sample, const struct row *want, const struct row *have)
{
	unsigned bad = 0;

	for (int c = COL_STAMP; c <= COL_KIND; c++) {
		if (same(want, have, (enum column)c) || excepted(sample, want, (enum column)c))
			continue;
		(void)printf("# %s row %s: %s: got %s, wanted %s\n", sample, want->col[COL_ORDINAL], column_names[c],
		    have->col[c], want->col[c]);
		bad++;
	}
	return bad;
}

/* Responses: each in its place. */
static unsigned
compare(const char *sample, const struct rows *truth, const struct rows *got, size_t *rows)
{
	static const struct row *want[LOGS_ROWS_MAX], *have[LOGS_ROWS_MAX];
	size_t n = pick(truth, false, true, want), m = pick(got, false, false, have);
	unsigned bad = 0;

	*rows += n;
	for (size_t i = 0; i < (n > m ? n : m); i++) {
		const struct row *r = i < n ? want[i] : have[i];

		if (i < n && i < m) {
			bad += differ(sample, want[i], have[i]);
		} else if (i >= n || !excepted(sample, r, COL_ORDINAL)) {
			(void)printf("# %s: %s: %s %s %s %s\n", sample, i < n ? "missing" : "not wanted",
			    r->col[COL_STAMP], r->col[COL_CODE], r->col[COL_METHOD], r->col[COL_CALL_ID]);
			bad++;
		}
	}
	return bad;
}

static bool
notice_same(const struct row *want, const struct row *have)
{
	for (int c = COL_STAMP; c <= COL_DST; c++) {
		if (c != COL_CODE && c != COL_REASON && !same(want, have, (enum column)c))
			return false;
	}
	return true;
}

/* Notices: each that the truth has, in its order; of other failures that a product tells it knows nothing. */
static unsigned
compare_notices(const char *sample, const struct rows *truth, const struct rows *got, size_t *rows)
{
	static const struct row *want[LOGS_ROWS_MAX], *have[LOGS_ROWS_MAX];
	size_t n = pick(truth, true, true, want), m = pick(got, true, false, have), j = 0;
	unsigned bad = 0;

	*rows += n;
	for (size_t i = 0; i < n; i++) {
		size_t from = j;

		while (j < m && !notice_same(want[i], have[j]))
			j++;
		if (j < m) {
			j++;
			continue;
		}
		j = from;
		if (excepted(sample, want[i], COL_ORDINAL))
			continue;
		(void)printf("# %s row %s: no notice of %s %s %s from %s to %s\n", sample, want[i]->col[COL_ORDINAL],
		    want[i]->col[COL_STAMP], want[i]->col[COL_METHOD], want[i]->col[COL_CALL_ID], want[i]->col[COL_SRC],
		    want[i]->col[COL_DST]);
		bad++;
	}
	return bad;
}

static bool
rows_equal(const struct rows *a, const struct rows *b)
{
	return a->n == b->n && (a->n == 0 || memcmp(a->row, b->row, a->n * sizeof a->row[0]) == 0);
}

static void
list(const char *path, struct rows *got)
{
	(void)run_sample(path, LOGS_BLOCK, got);
	for (size_t i = 0; i < got->n; i++) {
		(void)printf("%zu", i + 1);
		for (int c = COL_STAMP; c < LOGS_COLUMNS; c++)
			(void)printf("\t%s", got->row[i].col[c]);
		(void)printf("\n");
	}
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static size_t
samples(const char *dir, char (*names)[LOGS_TEXT])
{
	DIR *d = opendir(dir);
	const struct dirent *e;
	size_t n = 0;

	while (d != NULL && (e = readdir(d)) != NULL && n < LOGS_FILES_MAX) {
		size_t len = strlen(e->d_name), tail = strlen(".expected.tsv");

		if (len > tail && len < LOGS_TEXT && ends(e->d_name, ".expected.tsv"))
			(void)slice_copy(names[n++], LOGS_TEXT, (struct slice){ e->d_name, len - tail });
	}
	if (d != NULL)
		(void)closedir(d);
	qsort(names, n, LOGS_TEXT, by_name);
	return n;
}

static bool
judge(const char *dir, const char *name, struct rows lists[3], size_t *rows)
{
	char path[1024], truth[1100];
	unsigned bad;

	(void)snprintf(path, sizeof path, "%s/%s", dir, name);
	(void)snprintf(truth, sizeof truth, "%s.expected.tsv", path);
	if (!truth_read(truth, &lists[0])) {
		(void)printf("# %s: no truth\n", name);
		return false;
	}
	bad = !run_sample(path, LOGS_BLOCK, &lists[1]);
	if (bad > 0)
		(void)printf("# %s: lines are not the sum of their verdicts\n", name);
	bad += compare(name, &lists[0], &lists[1], rows);
	bad += compare_notices(name, &lists[0], &lists[1], rows);
	/* A line at a time must give the same. */
	if (!run_sample(path, 1, &lists[2]) || !rows_equal(&lists[1], &lists[2])) {
		(void)printf(
		    "# %s: line by line it gives something else (%zu rows, not %zu)\n", name, lists[2].n, lists[1].n);
		bad++;
	}
	return bad == 0;
}

int
main(int argc, char **argv)
{
	static char names[LOGS_FILES_MAX][LOGS_TEXT];
	struct rows lists[3] = { { NULL, 0 } };
	size_t n, rows = 0, failed = 0;

	for (int i = 0; i < 3; i++) {
		lists[i].row = calloc(LOGS_ROWS_MAX, sizeof lists[i].row[0]);
		if (lists[i].row == NULL)
			return 1;
	}
	if (argc == 3 && strcmp(argv[1], "-l") == 0) {
		list(argv[2], &lists[0]);
		return 0;
	}
	n = argc == 2 ? samples(argv[1], names) : 0;
	for (size_t i = 0; i < n; i++) {
		bool ok = judge(argv[1], names[i], lists, &rows);

		failed += !ok;
		(void)printf("%s %zu - %s\n", ok ? "ok" : "not ok", i + 1, names[i]);
	}
	(void)printf("1..%zu\n# %zu rows compared, %zu of %zu samples as they should be\n", n, rows, n - failed, n);
	for (int i = 0; i < 3; i++)
		free(lists[i].row);
	return failed > 0 || n == 0;
}
