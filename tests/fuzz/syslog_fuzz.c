/*
 * syslog_fuzz - F7: the bytes of a syslog connection through the framing in one piece and cut where the input chooses:
 * the messages must be the same, and so what was passed over and how it ended.  Then with a purse that is soon empty
 * and one allocation failing: messages are held back, never changed or lost.
 *
 * Input: 1 byte of choices (bit 0: the carrier counts always), 1 byte that says which allocation fails, 2 bytes that
 * seed the cuts; the rest is the connection.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "input/frame6587.h"
#include "sipwhy/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct digest {
	uint64_t hash, records, blanks;
	enum frame6587_verdict end;
};

static void
fuzz_record(struct digest *d, const struct frame6587_record *r)
{
	if (r->len > TEXT_MAX)
		abort();
	for (size_t i = 0; i < r->len; i++)
		d->hash = (d->hash ^ r->data[i]) * UINT64_C(0x100000001b3);
	d->hash = (d->hash ^ r->len ^ (uint64_t)r->cut << 32) * UINT64_C(0x100000001b3);
	d->records++;
}

/* One piece, in memory of its own.  When the purse is empty it is filled, as if another connection had been closed. */
static void
fuzz_feed(struct digest *d, struct frame6587 *f, struct frame6587_purse *purse, const uint8_t *p, size_t n)
{
	uint8_t *piece = malloc(n);
	struct frame6587_record r;
	enum frame6587_verdict v = FRAME6587_RECORD;

	if (piece == NULL)
		abort();
	memcpy(piece, p, n);
	frame6587_push(f, piece, n);
	for (unsigned full = 0; v == FRAME6587_RECORD || v == FRAME6587_FULL;) {
		v = frame6587_next(f, &r);
		if (v == FRAME6587_RECORD)
			fuzz_record(d, &r);
		if (v == FRAME6587_FULL) {
			purse->max = 1 << 20;
			if (++full > 2)
				abort();
		}
		if (purse->used > TEXT_MAX || purse->used > purse->max)
			abort();
	}
	d->end = v;
	free(piece);
}

static void
fuzz_run(struct digest *d, const uint8_t *p, size_t n, bool counted, uint32_t cuts, size_t purse_max)
{
	struct frame6587_purse purse = { 0, purse_max };
	struct frame6587_record r;
	struct frame6587 f;
	size_t k;

	memset(d, 0, sizeof *d);
	d->end = FRAME6587_MORE;
	frame6587_init(&f, &purse, counted);
	for (; n > 0 && d->end == FRAME6587_MORE; p += k, n -= k) {
		k = n;
		if (cuts != 0) {
			cuts = (cuts * 1664525 + 1013904223) | 1;
			k = 1 + (cuts >> 16) % (cuts & 0x8000 ? 5 : 300);
			k = k < n ? k : n;
		}
		fuzz_feed(d, &f, &purse, p, k);
	}
	if (frame6587_end(&f, &r))
		fuzz_record(d, &r);
	if (frame6587_open(&f))
		abort();
	d->blanks = f.blanks;
	frame6587_fini(&f);
	if (purse.used != 0)
		abort();
}

static void
fuzz_same(const struct digest *a, const struct digest *b)
{
	if (a->hash != b->hash || a->records != b->records || a->blanks != b->blanks || a->end != b->end)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct digest whole, cut;
	uint32_t cuts;
	bool counted;

	if (size < 4)
		return 0;
	counted = data[0] & 1;
	cuts = (uint32_t)(data[2] << 8 | data[3]) | 1;
	fuzz_run(&whole, data + 4, size - 4, counted, 0, 1 << 20);
	fuzz_run(&cut, data + 4, size - 4, counted, cuts, 1 << 20);
	fuzz_same(&whole, &cut);
	fuzz_run(&cut, data + 4, size - 4, counted, 0x7001, 1 << 20);
	fuzz_same(&whole, &cut);
	mem_fail_at(1 + data[1] % 8);
	fuzz_run(&cut, data + 4, size - 4, counted, cuts, (size_t)data[1] * 16);
	mem_fail_at(0);
	fuzz_same(&whole, &cut);
	return 0;
}
