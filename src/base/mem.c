/*
 * mem - the heap by one door; see sipwhy/mem.h.  The switch below exists for tests and is off otherwise: then threads
 * share nothing here.
 */
#include "sipwhy/mem.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static atomic_bool mem_switch; /* a test counts */
static atomic_long mem_fail_n;
static atomic_long mem_count;

static bool
mem_refuse(void)
{
	long n;

	if (!atomic_load_explicit(&mem_switch, memory_order_relaxed))
		return false;
	n = atomic_fetch_add(&mem_count, 1) + 1;
	return n == atomic_load(&mem_fail_n);
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
	atomic_store(&mem_fail_n, n);
	atomic_store(&mem_count, 0);
	atomic_store(&mem_switch, true);
}

long
mem_calls(void)
{
	return atomic_load(&mem_count);
}
