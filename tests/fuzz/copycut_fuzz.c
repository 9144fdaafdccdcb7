/*
 * copycut_fuzz - the bytes of a stream of plain copies, as a listener gets them, in one piece and cut where the input
 * chooses: the messages must be the same, and so what was passed over and how it ended; and no more is ever held than
 * one message.
 *
 * Input: 2 bytes that seed the cuts; the rest is the stream.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "input/copycut.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct digest {
	uint64_t hash, messages, blanks;
	enum copycut_verdict end;
};

static void
fuzz_message(struct digest *d, const char *p, size_t n)
{
	if (n == 0 || n > COPYCUT_MAX)
		abort();
	for (size_t i = 0; i < n; i++)
		d->hash = (d->hash ^ (uint8_t)p[i]) * UINT64_C(0x100000001b3);
	d->hash = (d->hash ^ n) * UINT64_C(0x100000001b3);
	d->messages++;
}

/* All that is in the first n bytes from *at on, in memory of its own. */
static void
fuzz_feed(struct digest *d, struct copycut *c, const uint8_t *data, size_t *at, size_t n)
{
	size_t len = n - *at, from = 0;
	char *piece = malloc(len > 0 ? len : 1);

	if (piece == NULL)
		abort();
	memcpy(piece, data + *at, len);
	while (from < len) {
		size_t blanks = 0, got = 0;

		d->end = copycut_next(c, (struct slice){ piece + from, len - from }, &blanks, &got);
		d->blanks += blanks;
		from += blanks;
		if (d->end != COPYCUT_MESSAGE)
			break;
		if (got > len - from)
			abort();
		fuzz_message(d, piece + from, got);
		from += got;
	}
	if (d->end == COPYCUT_MORE && len - from > COPYCUT_MAX)
		abort();
	*at += from;
	free(piece);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct digest whole = { .end = COPYCUT_MORE }, cut = { .end = COPYCUT_MORE };
	struct copycut a = { 0 }, b = { 0 };
	size_t at = 0, n = 0;
	uint32_t seed;

	if (size < 2)
		return 0;
	seed = (uint32_t)(data[0] << 8 | data[1]) + 1;
	data += 2;
	size -= 2;
	fuzz_feed(&whole, &a, data, &at, size);
	for (at = 0; n < size && cut.end != COPYCUT_BAD;) {
		seed = seed * 1664525 + 1013904223;
		n += 1 + (seed >> 24) % (seed >> 16 & 1 ? 200 : 3);
		if (n > size)
			n = size;
		fuzz_feed(&cut, &b, data, &at, n);
	}
	if (whole.hash != cut.hash || whole.messages != cut.messages || whole.blanks != cut.blanks ||
	    (whole.end == COPYCUT_BAD) != (cut.end == COPYCUT_BAD))
		abort();
	return 0;
}
