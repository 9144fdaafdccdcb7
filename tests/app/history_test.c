/* history: which lines are kept and in what order, the file and who may read it, links, and what a child left behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/history.h"

static bool
add(struct history *h, const char *line)
{
	return history_add(h, slice_str(line));
}

static void
test_lines(void **state)
{
	struct history *h = history_map();
	char line[HISTORY_TEXT + 1];

	(void)state;
	assert_non_null(h);
	assert_true(add(h, "/503") && add(h, ":theme light") && add(h, "/peer:a") && add(h, "/503"));
	assert_int_equal(h->n, 3);
	assert_string_equal(h->line[0], ":theme light");
	assert_string_equal(h->line[2], "/503");
	assert_false(add(h, "503") || add(h, "/") || add(h, ":  ") || add(h, "") || add(h, "/a\nb") ||
	    add(h, "/\x1b[2J") || add(h, "/\xff") || add(h, "/\xc2\x9b"));
	assert_true(add(h,
	    "/\xc3\x9c"
	    "berlast"));
	memset(line, 'a', sizeof line);
	line[0] = '/';
	assert_false(history_add(h, (struct slice){ line, HISTORY_TEXT }));
	assert_true(history_add(h, (struct slice){ line, HISTORY_TEXT - 1 }));
	for (int i = 0; i < HISTORY_LINES; i++) {
		(void)snprintf(line, sizeof line, ":%d", i);
		assert_true(add(h, line));
	}
	assert_int_equal(h->n, HISTORY_LINES);
	assert_string_equal(h->line[0], ":0");
	assert_string_equal(h->line[HISTORY_LINES - 1], ":199");
	history_unmap(h);
}

/* What somebody else wrote there does no harm. */
static void
test_tolerant(void **state)
{
	static const char text[] = "/one\n\nnoise\n/two\r\n:three\n/\0x\n/four";
	struct history *h = history_map();

	(void)state;
	assert_non_null(h);
	history_parse(h, (struct slice){ text, sizeof text - 1 });
	assert_int_equal(h->n, 3);
	assert_string_equal(h->line[0], "/one");
	assert_string_equal(h->line[1], ":three");
	assert_string_equal(h->line[2], "/four");
	history_unmap(h);
}

/* A folder of its own; files that are left in it make rmdir fail, and so the test. */
struct place {
	char dir[40], state[64], path[128];
};

static struct place *
place_new(void)
{
	struct place *p = calloc(1, sizeof *p);

	assert_non_null(p);
	(void)snprintf(p->dir, sizeof p->dir, "/tmp/sipwhy-history.XXXXXX");
	assert_non_null(mkdtemp(p->dir));
	(void)snprintf(p->state, sizeof p->state, "%s/a/sipwhy", p->dir);
	(void)snprintf(p->path, sizeof p->path, "%s/history", p->state);
	return p;
}

static void
place_free(struct place *p)
{
	(void)unlink(p->path);
	assert_int_equal(rmdir(p->state), 0);
	*strrchr(p->state, '/') = '\0';
	assert_int_equal(rmdir(p->state), 0);
	assert_int_equal(rmdir(p->dir), 0);
	free(p);
}

static void
test_file(void **state)
{
	struct history *h = history_map(), *again = history_map();
	struct place *p = place_new();
	struct errmsg em = { "" };
	struct stat st;

	(void)state;
	assert_true(h != NULL && again != NULL);
	assert_int_equal(history_load(again, p->path), 0);
	assert_int_equal(again->n, 0);
	assert_int_equal(history_try(p->path, &em), 0);
	assert_int_not_equal(access(p->path, F_OK), 0);
	assert_true(add(h, "/503") && add(h, ":q"));
	assert_int_equal(history_save(h, p->path, &em), 0);
	assert_int_equal(stat(p->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(history_load(again, p->path), 0);
	assert_int_equal(again->n, 2);
	assert_string_equal(again->line[1], ":q");
	/* Written anew, not added to, and what a child wrote is judged. */
	(void)snprintf(h->line[0], HISTORY_TEXT, "/\x1b]0;title");
	memset(h->line[1], 'x', HISTORY_TEXT);
	h->n = SIZE_MAX;
	(void)snprintf(h->line[3], HISTORY_TEXT, "/kept");
	assert_int_equal(history_save(h, p->path, &em), 0);
	again->n = 0;
	assert_int_equal(history_load(again, p->path), 0);
	assert_int_equal(again->n, 1);
	assert_string_equal(again->line[0], "/kept");
	history_unmap(h);
	history_unmap(again);
	place_free(p);
}

static void
test_links(void **state)
{
	struct history *h = history_map();
	struct place *p = place_new();
	struct errmsg em = { "" };
	char victim[80];

	(void)state;
	assert_non_null(h);
	(void)snprintf(victim, sizeof victim, "%s/victim", p->dir);
	assert_true(add(h, "/503"));
	assert_int_equal(history_try(p->path, &em), 0);
	assert_int_equal(symlink(victim, p->path), 0);
	assert_int_equal(history_try(p->path, &em), -ELOOP);
	assert_int_equal(history_save(h, p->path, &em), -ELOOP);
	assert_non_null(strstr(em.text, p->path));
	assert_int_not_equal(access(victim, F_OK), 0);
	assert_int_equal(history_load(h, p->path), -ELOOP);
	assert_int_equal(unlink(p->path), 0);
	assert_int_equal(mkfifo(p->path, 0600), 0);
	assert_int_equal(history_save(h, p->path, &em), -ENOTSUP);
	assert_int_equal(history_load(h, p->path), -ENOTSUP);
	assert_int_equal(unlink(p->path), 0);
	/* The folder itself. */
	assert_int_equal(rmdir(p->state), 0);
	assert_int_equal(symlink(p->dir, p->state), 0);
	assert_true(history_save(h, p->path, &em) < 0);
	(void)snprintf(victim, sizeof victim, "%s/history", p->dir);
	assert_int_not_equal(access(victim, F_OK), 0);
	assert_int_equal(unlink(p->state), 0);
	assert_int_equal(mkdir(p->state, 0700), 0);
	history_unmap(h);
	place_free(p);
}

static void
test_path(void **state)
{
	const struct passwd *root = getpwuid(0);
	char path[256], roots[256];

	(void)state;
	assert_non_null(root);
	(void)snprintf(roots, sizeof roots, "%s/.local/state/sipwhy/history", root->pw_dir);
	assert_int_equal(unsetenv("SUDO_UID"), 0);
	assert_int_equal(setenv("XDG_STATE_HOME", "/x/state", 1), 0);
	assert_true(history_path(path, sizeof path));
	assert_string_equal(path, "/x/state/sipwhy/history");
	assert_false(history_path(path, 8));
	assert_int_equal(setenv("XDG_STATE_HOME", "state", 1), 0);
	assert_int_equal(setenv("HOME", "/home/somebody", 1), 0);
	assert_true(history_path(path, sizeof path));
	/* Root writes nothing to the folder of whoever called sudo. */
	assert_string_equal(path, geteuid() == 0 ? roots : "/home/somebody/.local/state/sipwhy/history");
	assert_int_equal(setenv("SUDO_UID", "1000", 1), 0);
	assert_int_equal(setenv("XDG_STATE_HOME", "/home/somebody/state", 1), 0);
	assert_true(history_path(path, sizeof path));
	assert_int_equal(strncmp(path, "/home/somebody", 14) == 0, geteuid() != 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_lines), cmocka_unit_test(test_tolerant),
		cmocka_unit_test(test_file), cmocka_unit_test(test_links), cmocka_unit_test(test_path) };

	return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
