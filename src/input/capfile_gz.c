/*
 * capfile_gz - gzip around a capture (RFC 1952), unpacked in bounded steps into capfile's window; members that follow
 * each other are one stream.
 *
 * Know: one step makes at most 256 KiB, so a small file that unpacks to gigabytes costs time in slices, never memory.
 */
#include "capfile_int.h"

#include <assert.h>
#include <inttypes.h>

#include "sipwhy/inflate.h"
#include "sipwhy/mem.h"

/* in[pos, end): read and not yet unpacked. */
struct capfile_gz {
	struct inflate *z;
	uint64_t offset; /* of the next compressed byte in the source */
	size_t pos, end;
	bool live; /* inside a member */
	uint8_t in[CAPFILE_HEAD_READ];
};

bool
capfile_gz_start(struct capfile *c)
{
	size_t left = c->end - c->pos;
	struct capfile_gz *gz = mem_zalloc(sizeof *gz);

	if (gz == NULL)
		return false;
	gz->z = inflate_new();
	if (gz->z == NULL || !inflate_begin(gz->z, INFLATE_HEADED, SIZE_MAX)) {
		capfile_gz_free(gz);
		return false;
	}
	assert(left <= sizeof gz->in);
	memcpy(gz->in, c->buf + c->pos, left);
	gz->end = left;
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
	inflate_free(gz->z);
	mem_free(gz);
}

uint8_t *
capfile_gz_space(struct capfile_gz *gz, size_t *n)
{
	memmove(gz->in, gz->in + gz->pos, gz->end - gz->pos);
	gz->end -= gz->pos;
	gz->pos = 0;
	*n = sizeof gz->in - gz->end;
	return gz->in + gz->end;
}

void
capfile_gz_filled(struct capfile_gz *gz, size_t n)
{
	gz->end += n;
}

/* Between members: another one, padding, or what does not belong here. */
static enum capfile_verdict
capfile_gz_between(struct capfile *c)
{
	struct capfile_gz *gz = c->gz;
	size_t left;

	for (; gz->pos < gz->end && gz->in[gz->pos] == 0; gz->pos++)
		gz->offset++;
	left = gz->end - gz->pos;
	if (left == 0)
		return c->finished ? CAPFILE_END : CAPFILE_MORE;
	if (left < 2 && !c->finished)
		return CAPFILE_MORE;
	if (left < 2 || gz->in[gz->pos] != 0x1f || gz->in[gz->pos + 1] != 0x8b)
		return capfile_damage(
		    c, "has bytes that are not gzip behind the gzip data, at offset %" PRIu64, gz->offset);
	if (!inflate_begin(gz->z, INFLATE_HEADED, SIZE_MAX))
		return capfile_damage(c, "cannot be unpacked: memory is short");
	gz->live = true;
	return CAPFILE_BUSY;
}

enum capfile_verdict
capfile_gz_step(struct capfile *c)
{
	struct capfile_gz *gz = c->gz;
	size_t room = CAPFILE_INFLATE_STEP, used, made;
	enum inflate_verdict v;
	uint8_t *out;

	if (!gz->live)
		return capfile_gz_between(c);
	out = capfile_room(c, &room);
	v = inflate_step(
	    gz->z, (struct slice){ (const char *)gz->in + gz->pos, gz->end - gz->pos }, &used, out, room, &made);
	gz->pos += used;
	gz->offset += used;
	c->end += made;
	if (v == INFLATE_END)
		gz->live = false;
	else if (made > 0 || (v == INFLATE_MORE && used > 0)) /* what came out before a damage is used first */
		return CAPFILE_BUSY;
	else if (v == INFLATE_MEMORY)
		return capfile_damage(c, "cannot be unpacked: memory is short");
	else if (v == INFLATE_BAD)
		return capfile_damage(c, "has damaged gzip data near offset %" PRIu64, gz->offset);
	else if (c->finished)
		return capfile_damage(c, "has gzip data that are cut at offset %" PRIu64, gz->offset);
	else
		return CAPFILE_MORE;
	return CAPFILE_BUSY;
}
