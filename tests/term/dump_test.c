/* dump: a canvas as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <locale.h>

#include "sipwhy/term.h"

static void
test_dump(void **state)
{
	struct canvas *c = canvas_new(2, 8);
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	canvas_text(c, 0, 0, 8, ROLE_TEXT_DIM,
	    slice_str("\xe6\x97\xa5"
		      "e\xcc\x81 \xf0\x9f\x98\x80"));
	canvas_text(c, 1, 2, 8, ROLE_SYNTAX_BODY, slice_str("ab"));
	term_dump(&b, c, false);
	buf_putc(&b, '\0');
	assert_true(buf_ok(&b));
	assert_string_equal(b.data,
	    "\xe6\x97\xa5"
	    "e\xcc\x81 \xf0\x9f\x98\x80\n  ab\n");
	buf_clear(&b);
	term_dump(&b, c, true);
	buf_putc(&b, '\0');
	assert_true(buf_ok(&b));
	assert_string_equal(b.data,
	    "\xe6\x97\xa5"
	    "e\xcc\x81 \xf0\x9f\x98\x80\nbbbbbb\n  ab\n..55\n");
	buf_fini(&b);
	canvas_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_dump) };

	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 99;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
