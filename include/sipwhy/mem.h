/*
 * mem - the heap, by one door, so that a test can make the n-th allocation fail.
 * All rooms allocate here; libraries (libuv, ncurses, libpcap) keep their own.
 */
#ifndef SIPWHY_MEM_H
#define SIPWHY_MEM_H

#include <stddef.h>

/* n bytes, not cleared; n 0 gives a block that may be freed.  NULL when memory is short. */
void *mem_alloc(size_t n);

/* As mem_alloc, filled with zeros. */
void *mem_zalloc(size_t n);

/* Grow or shrink as realloc(3); on NULL the old block stays valid and owned by the caller. */
void *mem_realloc(void *p, size_t n);

/* Give a block back; NULL is allowed. */
void mem_free(void *p);

/* A NUL-terminated heap copy of n bytes; free with mem_free.  NULL when memory is short. */
char *mem_strndup(const char *s, size_t n);

/*
 * Test switch: let the n-th allocation from now (1 = the next) and only that one return NULL;
 * 0 switches it off.  Process-wide, never set outside tests.
 */
void mem_fail_at(long n);

/* Allocations asked for since mem_fail_at was last called; tells a test when it has seen them all. */
long mem_calls(void);

#endif
