/* arena: alignment, the limit, growth that keeps bytes, and nothing left behind (the leak checker looks too). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdint.h>
#include <string.h>

#include "sipwhy/arena.h"
#include "sipwhy/mem.h"

static void
test_blocks(void **state)
{
	struct arena *a = arena_new(256, 4096);
	char *p, *q, *big;

	(void)state;
	assert_non_null(a);
	p = arena_alloc(a, 1);
	q = arena_alloc(a, 200);
	big = arena_alloc(a, 1000);
	assert_non_null(p);
	assert_non_null(q);
	assert_non_null(big);
	assert_int_equal((uintptr_t)q % 16, 0);
	assert_int_equal((uintptr_t)big % 16, 0);
	memset(q, 'q', 200);
	memset(big, 'b', 1000);
	assert_int_equal(p[0] = 'p', 'p');
	assert_int_equal(q[199], 'q');
	assert_null(arena_alloc(a, 4096));
	assert_null(arena_alloc(a, SIZE_MAX));
	arena_reset(a);
	assert_int_equal(arena_used(a), 0);
	assert_ptr_equal(arena_alloc(a, 1), p);
	arena_free(a);
	arena_free(NULL);
}

static void
test_grow(void **state)
{
	struct arena *a = arena_new(128, 1024);
	char *p, *q;

	(void)state;
	assert_non_null(a);
	p = arena_grow(a, NULL, 10);
	assert_non_null(p);
	memcpy(p, "0123456789", 10);
	assert_ptr_equal(arena_grow(a, p, 4), p);
	q = arena_grow(a, p, 300);
	assert_non_null(q);
	assert_memory_equal(q, "0123456789", 10);
	assert_null(arena_grow(a, q, 5000));
	assert_memory_equal(q, "0123456789", 10);
	arena_free(a);
}

static void
test_no_memory(void **state)
{
	struct arena *a;

	(void)state;
	mem_fail_at(1);
	assert_null(arena_new(64, 1024));
	mem_fail_at(2);
	a = arena_new(64, 1024);
	assert_null(arena_alloc(a, 200));
	mem_fail_at(0);
	assert_non_null(arena_alloc(a, 200));
	arena_free(a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_blocks), cmocka_unit_test(test_grow),
		cmocka_unit_test(test_no_memory) };

	return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
