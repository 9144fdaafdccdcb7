/*
 * logfmt_fuzz - text of any kind through the detector: the lines are the sum of their verdicts at each step, what comes
 * out is canonical, nothing is held after the end, memory is bounded, and short memory is survived.  With lines read
 * ahead, as another thread would, all of it comes out the same.
 *
 * Input: byte 0 how it comes (the bits below), byte 1 which allocation fails (0 none), byte 2 the size of the pieces;
 * then text.  Pieces of lines end at a line feed.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/logfmt.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"

enum { FUZZ_HEAD = 3, FUZZ_LATER = 64 };
/* LIVE from LATE on or all of it; TAKE: the items of all pieces are taken, else some are given up. */
enum { FUZZ_WHOLE = 1, FUZZ_LIVE = 2, FUZZ_ORIGINS = 4, FUZZ_RECLASS = 8, FUZZ_TAKE = 16, FUZZ_LATE = 32 };

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

/* A start line, headers by CR LF, one empty line; where it was cut within the headers that is the end. */
static void
fuzz_message(const struct message *m)
{
	struct slice b = m->bytes;
	const char *end = memmem(b.p, b.n, "\r\n\r\n", 4);
	const char *first = memchr(b.p, '\r', b.n);

	if (end == NULL && m->cut)
		end = b.p + b.n;
	fuzz_check(end != NULL && first != NULL);
	fuzz_check(memmem(b.p, (size_t)(first - b.p), "SIP/2.0", 7) != NULL);
	for (const char *p = b.p; p < end; p++)
		fuzz_check(*p != '\n' || p[-1] == '\r');
	fuzz_check(!m->cut || end + 4 >= b.p + b.n);
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

/* Lines on their way to another thread. */
struct fuzz_later {
	struct message line[FUZZ_LATER];
	size_t n;
};

/* One way through the input: what came out, as one number. */
struct fuzz_run {
	struct logfmt *l;
	struct fuzz_later *later; /* NULL: lines are read at once */
	uint64_t lines, told;
};

static void
fuzz_tell(struct fuzz_run *r, const struct logfmt_item *it)
{
	bool message = it->kind == LOGFMT_MESSAGE;
	const struct slice said[] = { it->m.stamp, message ? it->m.bytes : it->s.call_id,
		message ? it->m.stamp : it->s.phrase, it->kind == LOGFMT_NOTICE ? it->notice.text : it->m.stamp };
	uint64_t part[] = { r->told, (uint64_t)it->kind, (uint64_t)it->m.t_ns, message ? 0 : it->s.code, 0, 0, 0, 0 };

	fuzz_item(it);
	for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
		part[4 + i] = said[i].n > 0 ? hash64(said[i].p, said[i].n, i) : 0;
	r->told = hash64(part, sizeof part, 3);
}

static void
fuzz_later_read(struct fuzz_run *r)
{
	struct logfmt_item it;

	for (size_t i = 0; i < r->later->n; i++) {
		if (logfmt_read(r->l, &r->later->line[i], &it))
			fuzz_tell(r, &it);
		free((void *)(uintptr_t)r->later->line[i].bytes.p);
	}
	r->later->n = 0;
}

/* In memory of its own size. */
static void
fuzz_later_add(struct fuzz_run *r, const struct message *m)
{
	char *copy = malloc(m->bytes.n);

	fuzz_check(r->later != NULL && m->bytes.n > 0 && copy != NULL);
	memcpy(copy, m->bytes.p, m->bytes.n);
	r->later->line[r->later->n] = *m;
	r->later->line[r->later->n++].bytes.p = copy;
	if (r->later->n == FUZZ_LATER)
		fuzz_later_read(r);
}

static void
fuzz_drain(struct fuzz_run *r, unsigned mode)
{
	struct logfmt_item it;

	while (logfmt_next(r->l, &it)) {
		fuzz_sum(r->l, r->lines);
		if (it.kind == LOGFMT_LINE)
			fuzz_later_add(r, &it.m);
		else if (it.kind == LOGFMT_WAIT)
			fuzz_later_read(r);
		else
			fuzz_tell(r, &it);
		if (mode & FUZZ_RECLASS)
			logfmt_reclass(r->l, LOGFMT_MALFORMED);
	}
	fuzz_sum(r->l, r->lines);
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
static void
fuzz_push(struct fuzz_run *r, const uint8_t *p, size_t n, unsigned mode, unsigned step)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);
	int64_t shown_ns;
	struct text t = { .t_ns = INT64_C(1772540000) * NS_PER_S + (int64_t)step * 90 * NS_PER_MS,
		.data = copy,
		.len = n,
		.whole = mode & FUZZ_WHOLE,
		.live = mode & FUZZ_LIVE && step >= (mode & FUZZ_LATE ? 5 : 0),
		.origin = mode & FUZZ_ORIGINS ? step & 1 : 0,
		.cut = step % 5 == 4 };

	if (copy == NULL)
		return;
	memcpy(copy, p, n);
	t.lines = t.whole ? 1 : fuzz_lines(copy, n);
	r->lines += t.lines;
	(void)logfmt_time(&t, &shown_ns);
	logfmt_push(r->l, &t);
	fuzz_sum(r->l, r->lines);
	if (mode & FUZZ_TAKE || step % 3 > 0)
		fuzz_drain(r, mode);
	free(copy);
}

/* Ends what is read ahead. */
static void
fuzz_together(struct fuzz_run *r)
{
	if (r->later == NULL)
		return;
	fuzz_later_read(r);
	logfmt_together(r->l);
}

static void
fuzz_walk(struct fuzz_run *r, const uint8_t *data, size_t size)
{
	unsigned mode = data[0], step = 0;
	size_t piece = data[2] < 128 ? (size_t)(data[2] + 1) * 8 : (size_t)(data[2] - 127) * 128, n = 0;

	if (r->later != NULL)
		logfmt_ahead(r->l);
	for (size_t at = FUZZ_HEAD; at < size; at += n, step++) {
		n = size - at < piece ? size - at : piece;
		if (!(mode & FUZZ_WHOLE)) {
			while (at + n < size && data[at + n - 1] != '\n')
				n++;
		}
		fuzz_push(r, data + at, n, mode, step);
		if (step % 7 == 6) {
			fuzz_together(r);
			logfmt_end(r->l, step & 1);
			fuzz_drain(r, mode);
		}
	}
	fuzz_together(r);
	logfmt_flush(r->l);
	fuzz_drain(r, mode);
	fuzz_check(logfmt_stats(r->l)->verdict[LOGFMT_HELD] == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct fuzz_later later;
	struct fuzz_run at_once = { .l = NULL }, ahead = { .later = &later };

	if (size < FUZZ_HEAD)
		return 0;
	mem_fail_at(data[1]);
	at_once.l = logfmt_new(&(struct logfmt_cfg){ .seed = data[2] });
	if (at_once.l != NULL)
		fuzz_walk(&at_once, data, size);
	mem_fail_at(0);
	if (at_once.l != NULL && data[1] == 0 && !(data[0] & FUZZ_RECLASS)) {
		ahead.l = logfmt_new(&(struct logfmt_cfg){ .seed = data[2] });
		fuzz_check(ahead.l != NULL);
		fuzz_walk(&ahead, data, size);
		fuzz_check(ahead.told == at_once.told);
		fuzz_check(memcmp(logfmt_stats(ahead.l), logfmt_stats(at_once.l), sizeof *logfmt_stats(ahead.l)) == 0);
		logfmt_free(ahead.l);
	}
	logfmt_free(at_once.l);
	return 0;
}
