/* mouse: a click selects what stands there, a header sorts, a bar does what its keys do; nothing elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"
#include "scene_drawing.h"
#include "view/overview.h"
#include "view/view_int.h"

/* On the first letter of the words where they are on the screen for the n-th time. */
static enum command
mouse_on(struct scene *s, const char *words, unsigned n, enum ui_mouse_kind kind)
{
	char *text = scene_draw(s, 24, 80, true), *at = text;
	struct ui_mouse m = { .kind = kind };

	for (at = strstr(at, words); at != NULL && n > 1; n--)
		at = strstr(at + 1, words);
	if (at == NULL)
		fprintf(stderr, "'%s' is not in\n%s", words, text);
	assert_non_null(at);
	for (const char *p = text; p < at; p++) {
		m.row += *p == '\n';
		m.col = *p == '\n' ? 0 : m.col + 1;
	}
	free(text);
	return viewer_mouse(s->viewer, &m);
}

static void
test_events(void **state)
{
	struct scene s;
	uint64_t id;

	(void)state;
	scene_open(&s);
	scene_drawing_events(&s);
	scene_keys(&s, "2");
	assert_int_equal(mouse_on(&s, "603 Decline", 1, MOUSE_CLICK), COMMAND_NONE);
	scene_must_show(&s, "\n>14:31:52  603");
	id = s.viewer->event_id;
	mouse_on(&s, "14:31:44", 1, MOUSE_CLICK);
	scene_must_show(&s, "\n>14:31:44  486");
	mouse_on(&s, "603 Decline", 1, MOUSE_CLICK);
	assert_int_equal(s.viewer->event_id, id);

	/* A row is what was drawn there, though a newer one has come since. */
	free(scene_draw(&s, 24, 80, true));
	scene_event(&s, SCENE_NOW, 1);
	(void)sift_step(s.viewer->sift, 1000);
	(void)viewer_mouse(s.viewer, &(struct ui_mouse){ 4, 5, MOUSE_CLICK });
	scene_must_show(&s, "\n>14:32:06  503 Service Unavailable  INVITE   wholesale-c   1003");

	mouse_on(&s, "603 Decline", 1, MOUSE_DOUBLE);
	assert_ptr_equal(viewer_top(s.viewer), &view_detail);
	assert_int_equal(s.viewer->event_id, id);
	scene_close(&s);
}

static void
test_wheel(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_drawing_events(&s);
	scene_keys(&s, "2");
	mouse_on(&s, "603 Decline", 1, MOUSE_CLICK);
	mouse_on(&s, "COD", 1, MOUSE_WHEEL_DOWN);
	scene_must_show(&s, "\n>14:31:51  503");
	mouse_on(&s, "COD", 1, MOUSE_WHEEL_UP);
	mouse_on(&s, "COD", 1, MOUSE_WHEEL_UP);
	scene_must_show(&s, "\n>14:31:55  404");
	scene_close(&s);
}

static void
test_header(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_drawing_events(&s);
	scene_keys(&s, "2");
	mouse_on(&s, "COD ", 1, MOUSE_CLICK);
	assert_int_equal(s.viewer->order, SIFT_CODE);
	assert_false(s.viewer->ascending);
	mouse_on(&s, "COD", 1, MOUSE_CLICK);
	assert_true(s.viewer->ascending);
	mouse_on(&s, "TIME ", 1, MOUSE_CLICK);
	assert_int_equal(s.viewer->order, SIFT_TIME);
	assert_false(s.viewer->ascending);
	scene_keys(&s, "4");
	mouse_on(&s, "5xx", 1, MOUSE_CLICK);
	scene_must_show(&s, "5xx v");
	mouse_on(&s, " 5xx ", 1, MOUSE_CLICK);
	mouse_on(&s, "PEER ", 1, MOUSE_CLICK);
	scene_must_show(&s, "name ^");
	mouse_on(&s, "PEER ", 1, MOUSE_CLICK);
	scene_must_show(&s, "name v");
	/* Where a column says nothing to sort by. */
	mouse_on(&s, "60 min", 1, MOUSE_CLICK);
	scene_must_show(&s, "name v");
	scene_close(&s);
}

static void
test_lists(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_busy(&s);
	scene_keys(&s, "4");
	mouse_on(&s, "10.20.4.41 ", 1, MOUSE_CLICK);
	scene_must_show(&s, "\n>10.20.4.41");
	mouse_on(&s, "198.51.100.7 ", 1, MOUSE_DOUBLE);
	assert_ptr_equal(viewer_top(s.viewer), &view_events);
	assert_string_equal(s.viewer->filter_text, "peer:198.51.100.7");
	scene_close(&s);

	scene_open(&s);
	scene_trouble(&s);
	scene_keys(&s, "5");
	mouse_on(&s, "codec ", 1, MOUSE_DOUBLE);
	assert_ptr_equal(viewer_top(s.viewer), &view_alert);
	scene_close(&s);
}

static void
test_overview(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_busy(&s);
	mouse_on(&s, "5xx ", 1, MOUSE_CLICK);
	scene_must_show(&s, "\n>5xx");
	mouse_on(&s, "14:3", 3, MOUSE_CLICK);
	scene_must_show(&s, "\n>14:3");
	mouse_on(&s, "5xx ", 1, MOUSE_DOUBLE);
	assert_string_equal(s.viewer->filter_text, "class:5xx");
	scene_close(&s);
}

static void
test_bar(void **state)
{
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_drawing_events(&s);
	scene_keys(&s, "2");
	mouse_on(&s, "F1Help", 1, MOUSE_CLICK);
	assert_ptr_equal(s.viewer->stack[s.viewer->depth - 1].ops, &view_help);
	(void)viewer_key(s.viewer, UI_KEY_ESC);
	mouse_on(&s, "Cols", 1, MOUSE_CLICK);
	assert_ptr_equal(s.viewer->stack[s.viewer->depth - 1].ops, &view_columns);
	(void)viewer_key(s.viewer, UI_KEY_ESC);
	mouse_on(&s, "group", 1, MOUSE_CLICK);
	assert_ptr_equal(viewer_top(s.viewer), &view_groups);
	scene_keys(&s, "2");
	mouse_on(&s, "Filter", 2, MOUSE_CLICK);
	assert_true(prompt_active(s.viewer));
	/* What is typed there stays. */
	scene_keys(&s, "code:503");
	mouse_on(&s, "COD ", 1, MOUSE_CLICK);
	assert_true(prompt_active(s.viewer));
	(void)viewer_key(s.viewer, UI_KEY_ESC);
	mouse_on(&s, "qBack", 1, MOUSE_CLICK);
	assert_ptr_equal(viewer_top(s.viewer), &view_overview);
	scene_close(&s);
}

/* Every place of every screen, popups too: nothing breaks, and nothing is carried out but what a bar or header says. */
static void
test_everywhere(void **state)
{
	static const char views[] = "1234568LKo";
	struct scene s;

	(void)state;
	scene_open(&s);
	scene_busy(&s);
	for (const char *view = views; *view != '\0'; view++)
		for (int row = -1; row < 26; row++)
			for (int col = -1; col < 82; col += 3) {
				struct ui_mouse m = { row, col, col % 2 ? MOUSE_CLICK : MOUSE_DOUBLE };

				while (s.viewer->depth > 1 || prompt_active(s.viewer)) {
					size_t depth = s.viewer->depth;

					(void)viewer_key(s.viewer, UI_KEY_ESC);
					if (!prompt_active(s.viewer) && s.viewer->depth >= depth)
						(void)viewer_key(s.viewer, 'q');
				}
				scene_keys(&s, (char[]){ *view, '\0' });
				free(scene_draw(&s, 24, 80, true));
				(void)viewer_mouse(s.viewer, &m);
				free(scene_draw(&s, row % 3 ? 8 : 1, col % 2 ? 40 : 1, true));
			}
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_wheel),
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_overview),
		cmocka_unit_test(test_bar),
		cmocka_unit_test(test_everywhere),
	};

	return scene_ready() ? cmocka_run_group_tests(tests, NULL, NULL) : 99;
}
