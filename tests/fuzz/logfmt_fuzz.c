/*
 * logfmt_fuzz - text of any kind through the detector: the lines are the sum of their verdicts at each step, what comes
 * out is canonical, nothing is held after the end, memory is bounded, and short memory is survived.
 *
 * Input: byte 0 how it comes (bit 0 whole records, bit 1 live, bit 2 two origins), byte 1 which allocation fails (0
 * none), byte 2 the size of the pieces; then text.  Pieces of lines end at a line feed.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/logfmt.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"

enum { FUZZ_HEAD = 3, FUZZ_WHOLE = 1, FUZZ_LIVE = 2, FUZZ_ORIGINS = 4 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
fuzz_check(int ok)
{
	if (!ok)
		abort();
}

static uint64_t
fuzz_sum(const struct logfmt *l, uint64_t lines)
{
	const struct logfmt_stats *st = logfmt_stats(l);
	uint64_t sum = 0;

	for (int v = 0; v < LOGFMT_VERDICT_N; v++)
		sum += st->verdict[v];
	fuzz_check(sum == st->lines && st->lines == lines);
	return sum;
}

/* A start line, headers by CR LF, one empty line. */
static void
fuzz_message(const struct message *m)
{
	struct slice b = m->bytes;
	const char *end = memmem(b.p, b.n, "\r\n\r\n", 4);
	const char *first = memchr(b.p, '\r', b.n);

	fuzz_check(end != NULL && first != NULL);
	fuzz_check(memmem(b.p, (size_t)(first - b.p), "SIP/2.0", 7) != NULL);
	for (const char *p = b.p; p < end; p++)
		fuzz_check(*p != '\n' || p[-1] == '\r');
	fuzz_check(!m->cut || end + 4 == b.p + b.n);
}

static void
fuzz_read(struct slice s)
{
	fuzz_check(s.n == 0 || hash64(s.p, s.n, 1) != 1);
}

/* Everything an item borrows is there to be read. */
static void
fuzz_item(const struct logfmt_item *it)
{
	const struct slice said[] = { it->m.stamp, it->notice.text, it->notice.peer, it->notice.user, it->s.phrase,
		it->s.call_id, it->notice.call_id, it->s.method_name };

	if (it->kind == LOGFMT_MESSAGE) {
		fuzz_message(&it->m);
		fuzz_read(it->m.stamp);
		return;
	}
	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
		fuzz_read(said[i]);
}

static void
fuzz_drain(struct logfmt *l, uint64_t lines, unsigned mode)
{
	struct logfmt_item it;

	while (logfmt_next(l, &it)) {
		fuzz_item(&it);
		fuzz_sum(l, lines);
		if (mode & 8)
			logfmt_reclass(l, LOGFMT_MALFORMED);
	}
	fuzz_sum(l, lines);
}

static uint32_t
fuzz_lines(const uint8_t *p, size_t n)
{
	uint32_t lines = n > 0 && p[n - 1] != '\n';

	for (size_t i = 0; i < n; i++)
		lines += p[i] == '\n';
	return lines;
}

/* One piece, in memory of its own size. */
static uint64_t
fuzz_push(struct logfmt *l, const uint8_t *p, size_t n, unsigned mode, unsigned step, uint64_t lines)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);
	struct text t = { .t_ns = INT64_C(1772540000) * NS_PER_S + (int64_t)step * 90 * NS_PER_MS,
		.data = copy,
		.len = n,
		.whole = mode & FUZZ_WHOLE,
		.live = mode & FUZZ_LIVE,
		.origin = mode & FUZZ_ORIGINS ? step & 1 : 0,
		.cut = step % 5 == 4 };

	if (copy == NULL)
		return lines;
	memcpy(copy, p, n);
	t.lines = t.whole ? 1 : fuzz_lines(copy, n);
	lines += t.lines;
	logfmt_push(l, &t);
	fuzz_sum(l, lines);
	if (mode & 16)
		fuzz_drain(l, lines, mode);
	else if (step % 3 > 0)
		fuzz_drain(l, lines, mode);
	free(copy);
	return lines;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned mode, step = 0;
	size_t piece, n = 0;
	uint64_t lines = 0;
	struct logfmt *l;

	if (size < FUZZ_HEAD)
		return 0;
	mode = data[0];
	piece = (size_t)(data[2] + 1) * 8;
	mem_fail_at(data[1]);
	l = logfmt_new(&(struct logfmt_cfg){ .seed = data[2] });
	if (l == NULL) {
		mem_fail_at(0);
		return 0;
	}
	for (size_t at = FUZZ_HEAD; at < size; at += n, step++) {
		n = size - at < piece ? size - at : piece;
		if (!(mode & FUZZ_WHOLE)) {
			while (at + n < size && data[at + n - 1] != '\n')
				n++;
		}
		lines = fuzz_push(l, data + at, n, mode, step, lines);
		if (step % 7 == 6) {
			logfmt_end(l, step & 1);
			fuzz_drain(l, lines, mode);
		}
	}
	logfmt_flush(l);
	fuzz_drain(l, lines, mode);
	fuzz_check(logfmt_stats(l)->verdict[LOGFMT_HELD] == 0);
	logfmt_free(l);
	mem_fail_at(0);
	return 0;
}
