/*
 * raw_test - hostile messages in raw, ladder, diff, sdp and the pane: no control, bidi or zero-width character reaches
 * a cell, at any size and any truncation; digests are hidden until they are asked for; the search walks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>

#include "scene.h"
#include "sipwhy/text.h"
#include "sipwhy/timefmt.h"
#include "view/detail.h"

static const char bad[] =
    "SIP/2.0 401 \x1b]0;owned\x07\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\xe2\x80\xae\r\n"
    "From: \"A\xe2\x80\x8b\" <sip:1037@x>;tag=1\r\n\tfolded \xff\xc2\x9b\r\n"
    "WWW-Authenticate: Digest realm=\"pbx\", nonce=\"c0ffee\", opaque=bead\r\n"
    "Content-Type: application/sdp\r\n\r\nv=0\r\nm=audio 1 RTP/AVP 8 \x1b[2J\r\na=rtpmap:8 \xe2\x80\xae\r\n";

static void
scene_bad(struct scene *s, size_t n)
{
	struct event e = scene_failure(SCENE_NOW - NS_PER_S, 401, bad, "10.0.0.9");
	struct record r = { .type = RECORD_MESSAGE, .t_ns = SCENE_NOW, .host = "h" };

	scene_open(s);
	scene_hello(s, true);
	store_advance(s->store, SCENE_NOW);
	e.src = slice_str("10.0.0.9:5060");
	e.dst = slice_str("10.0.0.1:5060");
	e.raw = (struct slice){ bad, n };
	e.raw_len = (uint32_t)n;
	scene_put(s, &e);
	r.message = (struct callmsg){ .of = 1,
		.t_ns = SCENE_NOW,
		.code = 401,
		.seen = 2,
		.raw_len = (uint32_t)n,
		.method = e.method,
		.phrase = e.phrase,
		.src = e.src,
		.dst = e.dst,
		.raw = e.raw };
	assert_int_equal(store_apply(s->store, &r), 0);
	r.message.at = 1;
	assert_int_equal(store_apply(s->store, &r), 0);
	s->viewer->event_id = 1;
	viewer_push(s->viewer, &view_detail);
}

static void
check_cells(struct scene *s, int rows, int cols, bool ascii)
{
	free(scene_draw(s, rows, cols, ascii));
	for (int row = 0; row < rows; row++)
		for (int col = 0; col < cols; col++) {
			const struct cell *cell = canvas_at(s->canvas, row, col);

			for (size_t k = 0; cell != NULL && cell->width > 0 && k < 3 && cell->ch[k] != 0; k++)
				assert_true(text_width(cell->ch[k]) >= 0 && !(ascii && cell->ch[k] > 126));
		}
}

static void
test_hostile(void **state)
{
	static const int sizes[][2] = { { 24, 80 }, { 40, 140 }, { 10, 40 }, { 1, 1 }, { 3, 7 } };
	static const char *const ways[] = { "", "r", "x", "xg D", "d", "D" };

	(void)state;
	for (size_t n = 0; n < sizeof bad; n += 3)
		for (size_t w = 0; w < sizeof ways / sizeof ways[0]; w++) {
			struct scene s;

			scene_bad(&s, n);
			(void)scene_keys(&s, ways[w]);
			for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
				check_cells(&s, sizes[i][0], sizes[i][1], i % 2 == 1);
			scene_close(&s);
		}
}

static void
test_pane(void **state)
{
	struct scene s;

	(void)state;
	scene_bad(&s, sizeof bad - 1);
	for (int cols = 1; cols < 120; cols += 7)
		for (int rows = 1; rows < 40; rows += 5) {
			assert_int_equal(canvas_resize(s.canvas, 40, 120), 0);
			canvas_clear(s.canvas);
			detail_pane_draw(s.viewer, store_event_at(s.store, 0), s.canvas, 1, 120 - cols, cols, rows);
			/* Nothing left of it. */
			for (int row = 0; row < 40; row++)
				for (int col = 0; col < 120 - cols; col++)
					assert_int_equal(canvas_at(s.canvas, row, col)->ch[0], ' ');
		}
	detail_pane_draw(s.viewer, NULL, s.canvas, 0, 0, 60, 10);
	scene_close(&s);
}

static void
test_digest_and_search(void **state)
{
	struct callmsg m = { .code = 401, .raw = { bad, sizeof bad - 1 } };
	struct raw_look look = { .search = "NONCE" };
	struct scene s;

	(void)state;
	scene_bad(&s, sizeof bad - 1);
	(void)scene_keys(&s, "r");
	assert_true(scene_shows(&s, "nonce=\xe2\x80\xa6"));
	assert_false(scene_shows(&s, "c0ffee"));
	assert_false(scene_shows(&s, "bead"));
	assert_true(scene_shows(&s, "folded \\xff\\xc2\\x9b"));
	assert_true(scene_shows(&s, "\\x1b]0;owned\\x07"));
	(void)scene_keys(&s, "o");
	assert_true(scene_shows(&s, "nonce=\"c0ffee\", opaque=bead"));
	scene_close(&s);
	assert_int_equal(raw_find(&m, &look, 100, true, 0, true), 4);
	assert_int_equal(raw_find(&m, &look, 100, true, 5, true), SIZE_MAX);
	assert_int_equal(raw_find(&m, &look, 100, true, SIZE_MAX / 2, false), 4);
	look.search = "absent";
	assert_int_equal(raw_find(&m, &look, 100, true, 0, true), SIZE_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_hostile), cmocka_unit_test(test_pane),
		cmocka_unit_test(test_digest_and_search) };

	return scene_ready() ? cmocka_run_group_tests(tests, NULL, NULL) : 99;
}
