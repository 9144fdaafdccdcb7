/* sieve: what is told of the events that a filter means, and of no others; ids far apart. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "app/sieve.h"
#include "sipwhy/mem.h"

static bool
sieve_ask(struct sieve *s, uint64_t id, unsigned code)
{
	struct event e = { .id = id,
		.code = (uint16_t)code,
		.q850 = -1,
		.reason_sip = -1,
		.warn_code = -1,
		.phrase = slice_str("Busy Here") };

	return sieve_event(s, &e, slice_str("pbx"));
}

static void
test_no_filter(void **state)
{
	struct options o = { .headless = true };
	struct errmsg em = { "" };
	struct sieve *s;

	(void)state;
	assert_int_equal(sieve_new(&s, &o, &em), 0);
	assert_null(s);
	assert_true(sieve_ask(s, 7, 503) && sieve_told(s, 7) && sieve_told(s, 8));
	assert_null(sieve_filter(s));
	/* A screen filters for itself. */
	o = (struct options){ .filter = "503" };
	assert_int_equal(sieve_new(&s, &o, &em), 0);
	assert_null(s);
}

static void
test_ids(void **state)
{
	struct options o = { .headless = true, .filter = "503 site:pbx" };
	const uint64_t first = (UINT64_C(3) << 40) + 1;
	struct errmsg em = { "" };
	struct sieve *s;

	(void)state;
	assert_int_equal(sieve_new(&s, &o, &em), 0);
	assert_false(sieve_told(s, first));
	assert_true(sieve_ask(s, first, 503));
	assert_false(sieve_ask(s, first + 1, 404));
	assert_true(sieve_ask(s, first + 5, 503));
	assert_true(sieve_told(s, first) && sieve_told(s, first + 5));
	for (uint64_t id = first + 1; id < first + 5; id++)
		assert_false(sieve_told(s, id));
	assert_false(sieve_told(s, first + 6) || sieve_told(s, first - 1) || sieve_told(s, 0));
	assert_int_equal(sieve_left_out(s), 1);
	/* The same bit, a round later. */
	assert_false(sieve_ask(s, first + SIEVE_IDS, 404));
	assert_false(sieve_told(s, first + SIEVE_IDS) || sieve_told(s, first));
	assert_true(sieve_told(s, first + 5));
	/* A jump beyond all that is known. */
	assert_true(sieve_ask(s, first + UINT64_C(10) * SIEVE_IDS, 503));
	assert_false(sieve_told(s, first + 5) || sieve_told(s, first + UINT64_C(9) * SIEVE_IDS + 5));
	sieve_free(s);
}

static void
test_reason(void **state)
{
	struct options o = { .headless = true, .filter = "reason:\"Q.850/34 no circuit\" or reason:busy" };
	struct event e = { .id = 1, .code = 503, .q850 = 34 };
	struct errmsg em = { "" };
	struct sieve *s;

	(void)state;
	assert_int_equal(sieve_new(&s, &o, &em), 0);
	assert_true(sieve_event(s, &e, slice_str("")));
	e.q850 = 17;
	assert_true(sieve_event(s, &e, slice_str("")));
	e.q850 = 1;
	assert_false(sieve_event(s, &e, slice_str("")));
	sieve_free(s);
}

static void
test_refused(void **state)
{
	struct options o = { .headless = true, .filter = "503 colour:red" };
	struct errmsg em = { "" };
	struct sieve *s;

	(void)state;
	assert_int_equal(sieve_new(&s, &o, &em), -EINVAL);
	assert_non_null(strstr(em.text, "character 5: there is no field \"colour\""));
	assert_null(s);
	o.filter = "503";
	for (long n = 1;; n++) {
		int err;

		mem_fail_at(n);
		if ((err = sieve_new(&s, &o, &em)) == 0)
			break;
		assert_int_equal(err, -ENOMEM);
	}
	mem_fail_at(0);
	sieve_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_no_filter), cmocka_unit_test(test_ids),
		cmocka_unit_test(test_reason), cmocka_unit_test(test_refused) };

	return cmocka_run_group_tests_name("sieve", tests, NULL, NULL);
}
