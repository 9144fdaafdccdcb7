/* save_form: the box of F2 at all sizes, which failures and which form each key means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "scene_drawing.h"
#include "view/view_int.h"

enum { ROWS = SCENE_ROWS, COLS = SCENE_COLS };

static void
test_screens(void **state)
{
	struct scene s;

	(void)state;
	scene_drawing_open(&s, NULL);
	scene_keys(&s, "s");
	scene_check_all(&s, "save");
	scene_keys(&s, "q  s");
	scene_check(&s, "save-marked", ROWS, COLS, false);
	scene_close(&s);
}

static void
test_forms(void **state)
{
	static const struct {
		const char *keys;
		enum view_save save;
	} ways[] = { { "s\n", VIEW_SAVE_TEXT }, { "st", VIEW_SAVE_TEXT }, { "sp", VIEW_SAVE_PCAP },
		{ "sj", VIEW_SAVE_JSON }, { "sc", VIEW_SAVE_CSV } };
	struct scene s;

	(void)state;
	scene_drawing_open(&s, NULL);
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		const struct view_request *r = viewer_request(s.viewer);

		assert_int_equal(scene_keys(&s, ways[i].keys), COMMAND_SAVE);
		assert_int_equal(r->save, ways[i].save);
		assert_string_equal(r->path, "");
		assert_int_equal(r->n_ids, 0);
		assert_ptr_equal(s.viewer->stack[s.viewer->depth - 1].ops, &view_events);
	}
	scene_keys(&s, "s");
	(void)viewer_key(s.viewer, UI_KEY_DOWN);
	(void)viewer_key(s.viewer, UI_KEY_DOWN);
	(void)viewer_key(s.viewer, UI_KEY_UP);
	assert_int_equal(viewer_key(s.viewer, UI_KEY_F2), COMMAND_SAVE);
	assert_int_equal(viewer_request(s.viewer)->save, VIEW_SAVE_PCAP);
	assert_int_equal(scene_keys(&s, "sq"), COMMAND_NONE);
	assert_ptr_equal(s.viewer->stack[s.viewer->depth - 1].ops, &view_events);
	scene_keys(&s, "s:");
	assert_true(prompt_active(s.viewer));
	scene_close(&s);
}

/* Marked ones before shown ones; on the page of one failure that one, whatever is marked. */
static void
test_which(void **state)
{
	static const char *const pages[] = { "\n", "r", "x" };
	const struct view_request *r;
	struct scene s;

	(void)state;
	scene_drawing_open(&s, NULL);
	r = viewer_request(s.viewer);
	scene_keys(&s, "  ");
	assert_int_equal(scene_keys(&s, "sp"), COMMAND_SAVE);
	assert_int_equal(r->n_ids, 2);
	assert_true(r->ids[0] < r->ids[1]);
	for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
		scene_keys(&s, pages[i]);
		assert_int_equal(scene_keys(&s, "sc"), COMMAND_SAVE);
		assert_int_equal(r->save, VIEW_SAVE_CSV);
		assert_int_equal(r->n_ids, 1);
		assert_int_equal(r->ids[0], s.viewer->event_id);
		scene_keys(&s, "q");
	}
	scene_keys(&s, "1");
	assert_int_equal(scene_keys(&s, "st"), COMMAND_SAVE);
	assert_int_equal(r->n_ids, 2);
	scene_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_screens),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_which),
	};

	return scene_ready() ? cmocka_run_group_tests(tests, NULL, NULL) : 99;
}
