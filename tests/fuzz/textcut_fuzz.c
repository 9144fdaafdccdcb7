/*
 * textcut_fuzz - text through the cutter in pieces the input chooses: the same lines, byte for byte, as when it comes
 * in one piece, and in FULL mode the same blocks.  What is kept is checked against a plain loop over the bytes.
 *
 * Input: 1 byte of choices (bit 0: FULL, bits 1-3: how often each byte is repeated, so that small inputs reach the
 * limit), 2 bytes that seed the cuts; the rest is the text.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "input/textcut.h"
#include "sipwhy/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_MAX = 1 << 20 };

struct digest {
	uint64_t lines_hash, blocks_hash, lines, cut;
};

static uint64_t
fuzz_hash(uint64_t h, const void *p, size_t n)
{
	const uint8_t *b = p;

	for (size_t i = 0; i < n; i++)
		h = (h ^ b[i]) * UINT64_C(0x100000001b3);
	return h;
}

static void
fuzz_block(struct digest *d, const struct textcut_block *b, size_t left)
{
	size_t lf = 0;

	if (b->take == 0 || b->take > left || b->len > b->take || b->len > TEXT_MAX)
		abort();
	for (size_t i = 0; i < b->len; i++)
		lf += b->data[i] == '\n';
	if (b->len > 0 && b->lines != lf + (b->data[b->len - 1] != '\n'))
		abort();
	d->lines_hash = fuzz_hash(d->lines_hash, b->data, b->len);
	if (b->cut)
		d->lines_hash = fuzz_hash(d->lines_hash, "\n", 1);
	if (b->len > 0)
		d->blocks_hash = fuzz_hash(d->blocks_hash, &b->len, sizeof b->len);
	d->lines += b->lines;
	d->cut += b->cut;
}

/* cuts 0: all at once. */
static void
fuzz_run(struct digest *d, const uint8_t *p, size_t n, enum textcut_mode mode, uint32_t cuts)
{
	struct textcut t = { false };
	struct textcut_block b;
	size_t pos = 0, end = cuts == 0 ? n : 0;

	memset(d, 0, sizeof *d);
	for (;;) {
		if (textcut_next(&t, p + pos, end - pos, end == n ? TEXTCUT_LAST : mode, &b)) {
			fuzz_block(d, &b, end - pos);
			pos += b.take;
		} else if (end == n) {
			break;
		} else {
			size_t k;

			if (textcut_need(end - pos, mode) <= end - pos)
				abort();
			cuts = cuts * 1664525 + 1013904223;
			k = 1 + (cuts >> 16) % (cuts & 0x8000 ? 7 : 70000);
			end = n - end < k ? n : end + k;
		}
	}
	if (pos != n)
		abort();
}

/* The rule, as plainly as it can be said. */
static void
fuzz_plain(struct digest *d, const uint8_t *p, size_t n)
{
	memset(d, 0, sizeof *d);
	while (n > 0) {
		const uint8_t *lf = memchr(p, '\n', n);
		size_t len = lf != NULL ? (size_t)(lf - p) + 1 : n;
		bool cut = len > TEXT_MAX;

		d->lines_hash = fuzz_hash(d->lines_hash, p, cut ? TEXT_MAX : len);
		if (cut)
			d->lines_hash = fuzz_hash(d->lines_hash, "\n", 1);
		d->lines++;
		d->cut += cut;
		p += len;
		n -= len;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t text[FUZZ_MAX];
	struct digest plain, whole, cut;
	size_t n = 0, times;
	enum textcut_mode mode;

	if (size < 3)
		return 0;
	mode = data[0] & 1 ? TEXTCUT_FULL : TEXTCUT_EAGER;
	times = (size_t)1 << 2 * (data[0] >> 1 & 7);
	for (size_t i = 3; i < size && n + times <= FUZZ_MAX; i++) {
		size_t k = data[i] == '\n' ? 1 : times;

		memset(text + n, data[i], k);
		n += k;
	}
	fuzz_plain(&plain, text, n);
	fuzz_run(&whole, text, n, mode, 0);
	fuzz_run(&cut, text, n, mode, (uint32_t)(data[1] << 8 | data[2]) | 1);
	if (plain.lines_hash != whole.lines_hash || plain.lines != whole.lines || plain.cut != whole.cut)
		abort();
	if (plain.lines_hash != cut.lines_hash || plain.lines != cut.lines || plain.cut != cut.cut)
		abort();
	if (mode == TEXTCUT_FULL && whole.blocks_hash != cut.blocks_hash)
		abort();
	return 0;
}
