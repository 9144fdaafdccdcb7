/*
 * scene_screen - keys to a scene, and what its screen shows; see scene.h.  With SIPWHY_GOLDEN=write in the environment
 * screens are written instead of compared.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scene.h"
#include "view/overview.h"
#include "view/view_int.h"

enum { SCENE_SCREEN_MAX = 1024 * 1024 };

uint64_t
scene_cursor(const struct scene *s)
{
	const struct overview *o = s->viewer->stack[0].state;

	return strtoull(o->block[FOCUS_NEWEST].key, NULL, 10);
}

enum command
scene_keys(struct scene *s, const char *keys)
{
	enum command last = COMMAND_NONE;

	for (; *keys != '\0'; keys++) {
		last = viewer_key(s->viewer, (unsigned char)*keys);
		if (last == COMMAND_GROUP_ACK)
			store_group_ack(s->store, viewer_request(s->viewer)->id);
		else if (last == COMMAND_GROUP_MUTE || last == COMMAND_GROUP_UNMUTE)
			store_group_mute(s->store, viewer_request(s->viewer)->id, last == COMMAND_GROUP_MUTE);
		else if (last == COMMAND_GROUPS_MUTE)
			for (size_t i = 0; i < viewer_request(s->viewer)->n_ids; i++)
				store_group_mute_until(
				    s->store, viewer_request(s->viewer)->ids[i], viewer_request(s->viewer)->t_ns);
		viewer_draw(s->viewer, s->canvas);
	}
	return last;
}

char *
scene_draw(struct scene *s, int rows, int cols, bool ascii)
{
	struct buf b;
	char *text;

	assert_int_equal(canvas_resize(s->canvas, rows, cols), 0);
	canvas_set_glyphs(s->canvas, ascii ? GLYPHS_ASCII : GLYPHS_UTF8);
	viewer_draw(s->viewer, s->canvas);
	buf_init(&b, SCENE_SCREEN_MAX);
	term_dump(&b, s->canvas, false);
	buf_putc(&b, '\0');
	assert_true(buf_ok(&b));
	text = strdup(b.data);
	buf_fini(&b);
	return text;
}

bool
scene_shows(struct scene *s, const char *text)
{
	char *screen = scene_draw(s, SCENE_ROWS, SCENE_COLS, false);
	bool found = strstr(screen, text) != NULL;

	free(screen);
	return found;
}

bool
scene_row_shows(struct scene *s, int row, const char *text)
{
	char *screen = scene_draw(s, SCENE_ROWS, SCENE_COLS, false), *line = screen;
	bool found;

	for (int i = 0; i < row; i++)
		line = strchr(line, '\n') + 1;
	*strchr(line, '\n') = '\0';
	found = strstr(line, text) != NULL;
	free(screen);
	return found;
}

static void
scene_print(struct scene *s, const char *text, const char *what)
{
	char *screen = scene_draw(s, SCENE_ROWS, SCENE_COLS, false);

	fprintf(stderr, "'%s' is %s\n%s", text, what, screen);
	free(screen);
}

void
scene_must_show(struct scene *s, const char *text)
{
	bool found = scene_shows(s, text);

	if (!found)
		scene_print(s, text, "not in");
	assert_true(found);
}

void
scene_must_not_show(struct scene *s, const char *text)
{
	bool found = scene_shows(s, text);

	if (found)
		scene_print(s, text, "in");
	assert_false(found);
}

static char *
scene_read(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, SCENE_SCREEN_MAX);

	if (f != NULL) {
		(void)!fread(text, 1, SCENE_SCREEN_MAX - 1, f);
		fclose(f);
	}
	return text;
}

static void
scene_write(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

void
scene_check(struct scene *s, const char *name, int rows, int cols, bool ascii)
{
	const char *root = getenv("srcdir"), *mode = getenv("SIPWHY_GOLDEN");
	char path[512], *want, *got = scene_draw(s, rows, cols, ascii);
	bool same;

	(void)snprintf(path, sizeof path, "%s/tests/view/golden/%s-%dx%d-%s.txt", root != NULL ? root : ".", name, cols,
	    rows, ascii ? "ascii" : "utf8");
	if (mode != NULL && strcmp(mode, "write") == 0)
		scene_write(path, got);
	want = scene_read(path);
	same = strcmp(want, got) == 0;
	/* Whole screens: print_error cuts what is longer than a kilobyte. */
	if (!same)
		fprintf(stderr, "%s differs.\n--- wanted\n%s--- drawn\n%s---\n", path, want, got);
	free(want);
	free(got);
	assert_true(same);
}

void
scene_check_all(struct scene *s, const char *name)
{
	static const int sizes[][2] = { { 24, 80 }, { 40, 140 }, { 30, 100 }, { 10, 40 }, { 1, 1 } };

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		scene_check(s, name, sizes[i][0], sizes[i][1], false);
		scene_check(s, name, sizes[i][0], sizes[i][1], true);
	}
}
