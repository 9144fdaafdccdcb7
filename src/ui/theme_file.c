/*
 * theme_file - themes from files, and where a name is looked for; see sipwhy/ui.h.
 * A name without a slash never leaves the folders it is looked for in.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sipwhy/buf.h"
#include "sipwhy/text.h"
#include "sipwhy/ui.h"

enum { THEME_FILE_MAX = 64 * 1024, THEME_FILE_PATH = 4096, THEME_FILE_SHOWN = 40 };

/* The whole file, of THEME_FILE_MAX bytes at most. */
static int
theme_file_slurp(struct buf *b, int fd)
{
	char chunk[4096];
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	while ((n = read(fd, chunk, sizeof chunk)) > 0) {
		if ((size_t)n > b->max - b->len)
			return -EFBIG;
		buf_add(b, chunk, (size_t)n);
	}
	if (n < 0)
		return -errno;
	return buf_ok(b) ? 0 : -ENOMEM;
}

/* What stands before the number of a wrong line: on a screen there is room for so much of it. */
static const char *
theme_file_shown(const char *path)
{
	const char *slash = strrchr(path, '/');

	return strlen(path) > THEME_FILE_SHOWN && slash != NULL ? slash + 1 : path;
}

static int
theme_file_load(struct theme *t, const char *path, theme_wrong_fn wrong, struct errmsg *em)
{
	char shown[160];
	struct buf b;
	int fd, err;

	theme_default(t);
	(void)text_clean(shown, sizeof shown, slice_str(path), 150, true, NULL);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return errmsg_set(em, -errno, "theme %s cannot be read: %s", shown, strerror(errno));
	buf_init(&b, THEME_FILE_MAX);
	err = theme_file_slurp(&b, fd);
	(void)close(fd);
	if (err == 0)
		err = theme_parse_all(t, theme_file_shown(path), buf_slice(&b), wrong, em);
	else
		(void)errmsg_set(em, err, "theme %s cannot be read: %s", shown,
		    err == -EINVAL ? "it is not a regular file" : strerror(-err));
	buf_fini(&b);
	return err;
}

int
theme_load(struct theme *t, const char *path, struct errmsg *em)
{
	return theme_file_load(t, path, NULL, em);
}

static bool
theme_file_is_path(struct slice name)
{
	struct slice end = slice_str(".theme");

	if (memchr(name.p, '/', name.n) != NULL)
		return true;
	return name.n > end.n && memcmp(name.p + name.n - end.n, end.p, end.n) == 0;
}

/* One that is there but cannot be read is told: it is the one that was meant. */
static int
theme_file_in(struct theme *t, const char *folder, const char *name, theme_wrong_fn wrong, struct errmsg *em)
{
	char path[THEME_FILE_PATH];
	int n = snprintf(path, sizeof path, "%s/%s.theme", folder, name);

	return n > 0 && (size_t)n < sizeof path ? theme_file_load(t, path, wrong, em) : -ENOENT;
}

static int
theme_file_unknown(const char *name, struct errmsg *em)
{
	char shown[64], names[256] = "";
	size_t n = 0;

	(void)text_clean(shown, sizeof shown, slice_str(name), 40, true, NULL);
	for (size_t i = 0; theme_builtin_name(i) != NULL && n < sizeof names; i++)
		n += (size_t)snprintf(names + n, sizeof names - n, "%s%s", i > 0 ? ", " : "", theme_builtin_name(i));
	return errmsg_set(em, -ENOENT, "theme \"%s\" is not known: take %s, or a file", shown, names);
}

int
theme_find_all(struct theme *t, const char *name, const char *const *folders, theme_wrong_fn wrong, struct errmsg *em)
{
	if (theme_file_is_path(slice_str(name)))
		return theme_file_load(t, name, wrong, em);
	theme_default(t);
	for (size_t i = 0; name[0] != '\0' && folders != NULL && folders[i] != NULL; i++) {
		int err = theme_file_in(t, folders[i], name, wrong, em);

		if (err != -ENOENT && err != -ENOTDIR)
			return err;
	}
	em->text[0] = '\0';
	return theme_builtin(t, slice_str(name)) == 0 ? 0 : theme_file_unknown(name, em);
}

int
theme_find(struct theme *t, const char *name, const char *const *folders, struct errmsg *em)
{
	return theme_find_all(t, name, folders, NULL, em);
}
