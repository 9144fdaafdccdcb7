/* mem - the heap by one door; see sipwhy/mem.h.  The switch below exists for tests and is off otherwise. */
#include "sipwhy/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static long mem_fail_n;
static long mem_count;

static bool
mem_refuse(void)
{
	mem_count++;
	return mem_fail_n != 0 && mem_count == mem_fail_n;
}

void *
mem_alloc(size_t n)
{
	return mem_refuse() ? NULL : malloc(n ? n : 1);
}

void *
mem_zalloc(size_t n)
{
	return mem_refuse() ? NULL : calloc(1, n ? n : 1);
}

void *
mem_realloc(void *p, size_t n)
{
	return mem_refuse() ? NULL : realloc(p, n ? n : 1);
}

void
mem_free(void *p)
{
	free(p);
}

char *
mem_strndup(const char *s, size_t n)
{
	char *copy = mem_alloc(n + 1);

	if (copy == NULL)
		return NULL;
	if (n > 0)
		memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

void
mem_fail_at(long n)
{
	mem_fail_n = n;
	mem_count = 0;
}

long
mem_calls(void)
{
	return mem_count;
}
