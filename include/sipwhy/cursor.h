/*
 * cursor - reads numbers from bytes nobody vouches for; every read is checked against the end.
 * A read that does not fit returns -1, changes nothing, and the caller decides what that means.
 */
#ifndef SIPWHY_CURSOR_H
#define SIPWHY_CURSOR_H

#include <stddef.h>
#include <stdint.h>

/* The bytes [p, end) still unread; borrowed. */
struct cursor {
	const uint8_t *p;
	const uint8_t *end;
};

/* A cursor over n bytes at p. */
static inline struct cursor
cursor_make(const uint8_t *p, size_t n)
{
	return (struct cursor){ p, p + n };
}

/* Bytes left. */
static inline size_t
cursor_left(const struct cursor *c)
{
	return (size_t)(c->end - c->p);
}

/* Skip n bytes.  0, or -1 when fewer are left. */
static inline int
cursor_skip(struct cursor *c, size_t n)
{
	if (cursor_left(c) < n)
		return -1;
	c->p += n;
	return 0;
}

/* One byte.  0, or -1 at the end. */
static inline int
cursor_u8(struct cursor *c, uint8_t *v)
{
	if (cursor_left(c) < 1)
		return -1;
	*v = *c->p++;
	return 0;
}

/* 16 bits in network byte order.  0, or -1 when cut. */
static inline int
cursor_u16(struct cursor *c, uint16_t *v)
{
	if (cursor_left(c) < 2)
		return -1;
	*v = (uint16_t)(c->p[0] << 8 | c->p[1]);
	c->p += 2;
	return 0;
}

/* 32 bits in network byte order.  0, or -1 when cut. */
static inline int
cursor_u32(struct cursor *c, uint32_t *v)
{
	if (cursor_left(c) < 4)
		return -1;
	*v = (uint32_t)c->p[0] << 24 | (uint32_t)c->p[1] << 16 | (uint32_t)c->p[2] << 8 | c->p[3];
	c->p += 4;
	return 0;
}

#endif
