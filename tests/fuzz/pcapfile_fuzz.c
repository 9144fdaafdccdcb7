/*
 * pcapfile_fuzz - a capture or log file through the reader, cut at points the input chooses and in one piece: the
 * frames and blocks of lines must be the same.  Then once more with one allocation failing: no crash, no leak, and
 * never a frame that was not there.
 *
 * Input: 1 byte of choices (bit 0: search for a magic, bit 1: text is wanted), 1 byte that says which allocation fails,
 * 2 bytes that seed the cuts; the rest is the file.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "input/capfile.h"
#include "sipwhy/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct digest {
	uint64_t hash, frames;
	enum capfile_verdict verdict;
	char why[320];
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
fuzz_frame(struct digest *d, const struct frame *f)
{
	if (f->caplen > FRAME_MAX)
		abort();
	if (f->t_ns > INT64_C(1) << 62 || f->t_ns < -(INT64_C(1) << 62))
		abort();
	d->hash = fuzz_hash(d->hash, f->data, f->caplen);
	d->hash = fuzz_hash(d->hash, &f->t_ns, sizeof f->t_ns);
	d->hash = fuzz_hash(d->hash, &f->caplen, sizeof f->caplen);
	d->hash = fuzz_hash(d->hash, &f->origlen, sizeof f->origlen);
	d->hash = fuzz_hash(d->hash, &f->ifindex, sizeof f->ifindex);
	d->hash = fuzz_hash(d->hash, &f->link, sizeof f->link);
	d->frames++;
}

static void
fuzz_block(struct digest *d, const struct textcut_block *b)
{
	if (b->len == 0 || b->len > 4 * TEXT_MAX)
		abort();
	d->hash = fuzz_hash(d->hash, b->data, b->len);
	d->hash = fuzz_hash(d->hash, &b->len, sizeof b->len);
	d->frames += b->lines;
}

/* cuts 0: in one piece as far as the reader lets us. */
static size_t
fuzz_feed(struct capfile *c, const uint8_t *p, size_t n, uint32_t *cuts)
{
	size_t room, k = n;
	uint8_t *to = capfile_space(c, &room);

	if (room == 0)
		abort();
	if (*cuts != 0) {
		*cuts = *cuts * 1664525 + 1013904223;
		k = 1 + (*cuts >> 16) % (*cuts & 0x8000 ? 7 : 300);
		*cuts |= 1;
	}
	k = k < room ? k : room;
	k = k < n ? k : n;
	if (k == 0) {
		capfile_finish(c);
		return 0;
	}
	memcpy(to, p, k);
	capfile_filled(c, k);
	return k;
}

static void
fuzz_run(struct digest *d, const uint8_t *p, size_t n, unsigned choices, uint32_t cuts)
{
	struct capfile *c = capfile_new((choices & 1) != 0);
	struct textcut_block b;
	struct frame f;
	bool text = false;

	memset(d, 0, sizeof *d);
	d->verdict = CAPFILE_DAMAGED;
	if (c == NULL)
		return;
	if ((choices & 2) != 0)
		capfile_allow_text(c);
	for (;;) {
		d->verdict = text ? capfile_lines(c, false, &b) : capfile_next(c, &f);
		if (d->verdict == CAPFILE_FRAME) {
			fuzz_frame(d, &f);
		} else if (d->verdict == CAPFILE_TEXT) {
			if (text)
				fuzz_block(d, &b);
			text = true;
		} else if (d->verdict == CAPFILE_MORE) {
			size_t k = fuzz_feed(c, p, n, &cuts);

			p += k;
			n -= k;
		} else if (d->verdict != CAPFILE_BUSY) {
			break;
		}
	}
	if ((d->verdict == CAPFILE_DAMAGED) != (capfile_error(c)[0] != '\0'))
		abort();
	memcpy(d->why, capfile_error(c), sizeof d->why);
	capfile_free(c);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct digest whole, cut, poor;
	uint32_t cuts;
	unsigned choices;

	if (size < 4)
		return 0;
	choices = data[0] & 3;
	cuts = (uint32_t)(data[2] << 8 | data[3]) | 1;
	fuzz_run(&whole, data + 4, size - 4, choices, 0);
	fuzz_run(&cut, data + 4, size - 4, choices, cuts);
	if (whole.hash != cut.hash || whole.frames != cut.frames || whole.verdict != cut.verdict)
		abort();
	/* Where exactly zlib notices damage depends on how much it is given. */
	if (strcmp(whole.why, cut.why) != 0 && strstr(whole.why, "gzip") == NULL)
		abort();
	mem_fail_at(1 + data[1] % 16);
	fuzz_run(&poor, data + 4, size - 4, choices, cuts);
	mem_fail_at(0);
	if (poor.frames > whole.frames)
		abort();
	return 0;
}
