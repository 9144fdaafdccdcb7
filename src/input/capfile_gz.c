/*
 * capfile_gz - gzip around a capture (RFC 1952), unpacked in bounded steps into capfile's window; members that follow
 * each other are one stream.
 *
 * Know: one step makes at most 256 KiB, so a small file that unpacks to gigabytes costs time in slices, never memory.
 */
#include "capfile_int.h"

#include <assert.h>
#include <inttypes.h>
#include <zlib.h>

#include "sipwhy/mem.h"

struct capfile_gz {
	z_stream z;
	uint64_t offset; /* of the next compressed byte in the source */
	bool live;       /* inside a member */
	uint8_t in[CAPFILE_HEAD_READ];
};

static voidpf
capfile_gz_alloc(voidpf ctx, uInt n, uInt size)
{
	(void)ctx;
	return size != 0 && n > UINT32_MAX / size ? NULL : mem_alloc((size_t)n * size);
}

static void
capfile_gz_release(voidpf ctx, voidpf p)
{
	(void)ctx;
	mem_free(p);
}

bool
capfile_gz_start(struct capfile *c)
{
	size_t left = c->end - c->pos;
	struct capfile_gz *gz = mem_zalloc(sizeof *gz);

	if (gz == NULL)
		return false;
	gz->z.zalloc = capfile_gz_alloc;
	gz->z.zfree = capfile_gz_release;
	if (inflateInit2(&gz->z, 15 + 16) != Z_OK) {
		mem_free(gz);
		return false;
	}
	assert(left <= sizeof gz->in);
	memcpy(gz->in, c->buf + c->pos, left);
	gz->z.next_in = gz->in;
	gz->z.avail_in = (uInt)left;
	gz->offset = c->offset;
	gz->live = true;
	c->gz = gz;
	c->pos = c->end = CAPFILE_CARRY;
	c->offset = 0;
	c->need = 1;
	return true;
}

void
capfile_gz_free(struct capfile_gz *gz)
{
	if (gz == NULL)
		return;
	(void)inflateEnd(&gz->z);
	mem_free(gz);
}

uint8_t *
capfile_gz_space(struct capfile_gz *gz, size_t *n)
{
	memmove(gz->in, gz->z.next_in, gz->z.avail_in);
	gz->z.next_in = gz->in;
	*n = sizeof gz->in - gz->z.avail_in;
	return gz->in + gz->z.avail_in;
}

void
capfile_gz_filled(struct capfile_gz *gz, size_t n)
{
	gz->z.avail_in += (uInt)n;
}

/* Between members: another one, padding, or what does not belong here. */
static enum capfile_verdict
capfile_gz_between(struct capfile *c)
{
	struct capfile_gz *gz = c->gz;

	while (gz->z.avail_in > 0 && gz->z.next_in[0] == 0) {
		gz->z.next_in++;
		gz->z.avail_in--;
		gz->offset++;
	}
	if (gz->z.avail_in == 0)
		return c->finished ? CAPFILE_END : CAPFILE_MORE;
	if (gz->z.avail_in < 2 && !c->finished)
		return CAPFILE_MORE;
	if (gz->z.avail_in < 2 || gz->z.next_in[0] != 0x1f || gz->z.next_in[1] != 0x8b)
		return capfile_damage(
		    c, "has bytes that are not gzip behind the gzip data, at offset %" PRIu64, gz->offset);
	(void)inflateReset(&gz->z);
	gz->live = true;
	return CAPFILE_BUSY;
}

static enum capfile_verdict
capfile_gz_failed(struct capfile *c, int rc)
{
	struct capfile_gz *gz = c->gz;

	if (rc == Z_MEM_ERROR)
		return capfile_damage(c, "cannot be unpacked: memory is short");
	return capfile_damage(c, "has damaged gzip data near offset %" PRIu64 ": %s", gz->offset,
	    gz->z.msg != NULL ? gz->z.msg : "they make no sense");
}

enum capfile_verdict
capfile_gz_step(struct capfile *c)
{
	struct capfile_gz *gz = c->gz;
	size_t room = CAPFILE_INFLATE_STEP;
	uInt before = gz->z.avail_in;
	int rc;

	if (!gz->live)
		return capfile_gz_between(c);
	gz->z.next_out = capfile_room(c, &room);
	gz->z.avail_out = (uInt)room;
	rc = inflate(&gz->z, Z_NO_FLUSH);
	gz->offset += before - gz->z.avail_in;
	c->end += room - gz->z.avail_out;
	if (rc == Z_STREAM_END)
		gz->live = false;
	else if (rc == Z_BUF_ERROR && c->finished)
		return capfile_damage(c, "has gzip data that are cut at offset %" PRIu64, gz->offset);
	else if (rc == Z_BUF_ERROR)
		return CAPFILE_MORE;
	else if (rc != Z_OK && gz->z.avail_out == room) /* what came out before the damage is used first */
		return capfile_gz_failed(c, rc);
	return CAPFILE_BUSY;
}
