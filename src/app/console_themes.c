/*
 * console_themes - the user's own themes and the choice of one; see console_int.h.
 * One thing to know: files in the home of whoever started sipwhy may be read by nobody else, so all of them are read
 * before the rights go, and a wrong one is told when it is asked for.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/config.h"
#include "app/console_int.h"
#include "app/options_table.h"
#include "sipwhy/mem.h"

enum { CONSOLE_PATH = 4096, CONSOLE_THEME_ENTRIES = 10000 };

/* err: why it is of no use, with its sentence. */
struct console_theme {
	char name[sizeof((struct theme *)NULL)->name];
	int err;
	struct errmsg why;
	struct theme theme;
};

/* The user's folder of themes; false when there is none. */
static bool
console_theme_folder(char *out, size_t cap)
{
	char home[CONSOLE_PATH];
	int n = config_home(home, sizeof home) ? snprintf(out, cap, "%s/themes", home) : -1;

	return n > 0 && (size_t)n < cap;
}

/* Names of folders and of editors' backups are none. */
static bool
console_theme_named(const char *file, struct slice *name)
{
	struct slice end = slice_str(".theme");

	*name = slice_str(file);
	if (name->n <= end.n || memcmp(name->p + name->n - end.n, end.p, end.n) != 0 || file[0] == '.')
		return false;
	name->n -= end.n;
	return option_is_theme_name(*name);
}

static struct console_theme *
console_theme_own(struct console *c, struct slice name)
{
	for (size_t i = 0; i < c->n_own; i++)
		if (slice_eq(slice_str(c->own[i]->name), name))
			return c->own[i];
	return NULL;
}

static int
console_theme_add(struct console *c, const char *folder, const char *file, struct slice name)
{
	struct console_theme *t = mem_zalloc(sizeof *t);
	char path[2 * CONSOLE_PATH];

	if (t == NULL)
		return -ENOMEM;
	(void)slice_copy(t->name, sizeof t->name, name);
	(void)snprintf(path, sizeof path, "%s/%s", folder, file);
	t->err = theme_load(&t->theme, path, &t->why);
	c->own[c->n_own++] = t;
	return 0;
}

static int
console_theme_by_name(const void *a, const void *b)
{
	const struct console_theme *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static bool
console_theme_is_builtin(const char *name)
{
	for (size_t i = 0; theme_builtin_name(i) != NULL; i++)
		if (strcmp(theme_builtin_name(i), name) == 0)
			return true;
	return false;
}

/* What :theme completes and F8 goes through: ours, then the user's. */
static void
console_list_themes(struct console *c)
{
	size_t n = 0;

	for (size_t i = 0; n < CONSOLE_THEMES && theme_builtin_name(i) != NULL; i++)
		c->themes[n++] = theme_builtin_name(i);
	for (size_t i = 0; n < CONSOLE_THEMES && i < c->n_own; i++)
		if (!console_theme_is_builtin(c->own[i]->name))
			c->themes[n++] = c->own[i]->name;
}

int
console_open_themes(struct console *c)
{
	char folder[CONSOLE_PATH];
	struct dirent *e;
	DIR *d = console_theme_folder(folder, sizeof folder) ? opendir(folder) : NULL;
	int err = 0;

	for (int i = 0; d != NULL && err == 0 && c->n_own < CONSOLE_OWN_THEMES && i < CONSOLE_THEME_ENTRIES; i++) {
		struct slice name;

		if ((e = readdir(d)) == NULL)
			break;
		if (console_theme_named(e->d_name, &name))
			err = console_theme_add(c, folder, e->d_name, name);
	}
	if (d != NULL)
		(void)closedir(d);
	if (c->n_own > 1)
		qsort(c->own, c->n_own, sizeof c->own[0], console_theme_by_name);
	console_list_themes(c);
	return err;
}

void
console_close_themes(struct console *c)
{
	for (size_t i = 0; i < c->n_own; i++)
		mem_free(c->own[i]);
}

static int
console_theme_find(struct console *c, struct theme *theme, const char *name, struct errmsg *em)
{
	static const char *const folders[] = { PKGDATADIR "/themes", NULL };
	const struct console_theme *own = console_theme_own(c, slice_str(name));
	int err;

	if (own != NULL) {
		*theme = own->theme;
		*em = own->why;
		return own->err;
	}
	err = theme_find(theme, name, folders, em);
	/* The one that started sipwhy might. */
	if (err == -EACCES && c->term != NULL)
		return errmsg_set(
		    em, err, "no right to read it any more: start with --theme, or keep it with your themes");
	return err;
}

int
console_theme(struct console *c, const char *name, struct errmsg *em)
{
	struct theme theme;
	int err = console_theme_find(c, &theme, name, em);

	if (err != 0 && theme.faults == 0)
		return err;
	c->theme = theme;
	if (c->term != NULL)
		term_theme(c->term, &c->theme);
	return err;
}
