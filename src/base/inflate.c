/*
 * inflate - bounded inflation of bytes from the network (RFC 1950, 1951, 1952); see inflate.h.
 * Output is taken in pieces of 4 KiB, so a bomb is recognised after `max` bytes and never held.  One below `max` is
 * told by its ratio: text shrinks to a fifth, and hardly ever below a thirtieth; deflate itself goes to a thousandth.
 */
#include "sipwhy/inflate.h"

#include <assert.h>
#include <limits.h>
#include <stdint.h>
#include <zlib.h>

#include "sipwhy/mem.h"

enum { INFLATE_PIECE = 4096, INFLATE_WINDOW = 15, INFLATE_DETECT = 32, INFLATE_FREE = 1024, INFLATE_RATIO = 32 };

struct inflate {
	z_stream z;
	size_t left; /* bytes that may still come out */
	bool ready;
};

static voidpf
inflate_alloc(voidpf ctx, uInt n, uInt size)
{
	(void)ctx;
	return size != 0 && n > UINT32_MAX / size ? NULL : mem_alloc((size_t)n * size);
}

static void
inflate_release(voidpf ctx, voidpf p)
{
	(void)ctx;
	mem_free(p);
}

struct inflate *
inflate_new(void)
{
	struct inflate *z = mem_zalloc(sizeof *z);

	if (z == NULL)
		return NULL;
	z->z.zalloc = inflate_alloc;
	z->z.zfree = inflate_release;
	return z;
}

void
inflate_free(struct inflate *z)
{
	if (z == NULL)
		return;
	if (z->ready)
		inflateEnd(&z->z);
	mem_free(z);
}

/* What a member of n bytes may become without being a bomb. */
static size_t
inflate_allowed(size_t n)
{
	return INFLATE_FREE + INFLATE_RATIO * n;
}

bool
inflate_begin(struct inflate *z, enum inflate_form form, size_t max)
{
	int bits = form == INFLATE_RAW ? -INFLATE_WINDOW : INFLATE_WINDOW + INFLATE_DETECT;

	z->z.next_in = Z_NULL;
	z->z.avail_in = 0;
	if (z->ready ? inflateReset2(&z->z, bits) != Z_OK : inflateInit2(&z->z, bits) != Z_OK)
		return false;
	z->ready = true;
	z->left = max;
	return true;
}

static enum inflate_verdict
inflate_verdict_of(int r)
{
	if (r == Z_STREAM_END)
		return INFLATE_END;
	if (r == Z_MEM_ERROR)
		return INFLATE_MEMORY;
	return r == Z_OK || r == Z_BUF_ERROR ? INFLATE_MORE : INFLATE_BAD;
}

/* One piece.  The last byte allowed may be followed by the end of the member, so one byte more is asked for. */
static enum inflate_verdict
inflate_piece(struct inflate *z, struct buf *out)
{
	uint8_t piece[INFLATE_PIECE];
	size_t room = z->left < sizeof piece - 1 ? z->left + 1 : sizeof piece, made;
	bool large;
	int r;

	z->z.next_out = piece;
	z->z.avail_out = (uInt)room;
	r = inflate(&z->z, Z_NO_FLUSH);
	made = room - z->z.avail_out;
	large = made > z->left;
	made = large ? z->left : made;
	z->left -= made;
	if (out != NULL)
		buf_add(out, piece, made);
	if (out != NULL && !buf_ok(out))
		return INFLATE_MEMORY;
	if (large)
		return INFLATE_LARGE;
	if (r == Z_STREAM_END && z->z.total_out > inflate_allowed(z->z.total_in))
		return INFLATE_LARGE;
	return inflate_verdict_of(r);
}

enum inflate_verdict
inflate_feed(struct inflate *z, struct slice in, size_t *used, struct buf *out)
{
	enum inflate_verdict v;

	assert(z->ready && in.n <= UINT_MAX);
	z->z.next_in = (z_const Bytef *)in.p;
	z->z.avail_in = (uInt)in.n;
	do
		v = inflate_piece(z, out);
	while (v == INFLATE_MORE && (z->z.avail_in > 0 || z->z.avail_out == 0));
	*used = in.n - z->z.avail_in;
	z->z.next_in = Z_NULL;
	z->z.avail_in = 0;
	return v;
}

enum inflate_verdict
inflate_step(struct inflate *z, struct slice in, size_t *used, uint8_t *out, size_t cap, size_t *made)
{
	int r;

	assert(z->ready && in.n <= UINT_MAX && cap > 0 && cap <= UINT_MAX);
	z->z.next_in = (z_const Bytef *)in.p;
	z->z.avail_in = (uInt)in.n;
	z->z.next_out = out;
	z->z.avail_out = (uInt)cap;
	r = inflate(&z->z, Z_NO_FLUSH);
	*used = in.n - z->z.avail_in;
	*made = cap - z->z.avail_out;
	z->z.next_in = Z_NULL;
	z->z.avail_in = 0;
	return inflate_verdict_of(r);
}

/* Some senders leave the header out: what no header explains is tried without one. */
enum inflate_verdict
inflate_whole(struct inflate *z, struct slice in, size_t max, size_t *used, struct buf *out)
{
	size_t allowed = inflate_allowed(in.n);
	enum inflate_verdict v;

	if (max > out->max)
		max = out->max;
	if (max > allowed)
		max = allowed;

	*used = 0;
	for (int form = INFLATE_HEADED; form <= INFLATE_RAW; form++) {
		buf_clear(out);
		if (!inflate_begin(z, (enum inflate_form)form, max))
			return INFLATE_MEMORY;
		v = inflate_feed(z, in, used, out);
		if (v != INFLATE_BAD || out->len > 0)
			break;
	}
	return v;
}
