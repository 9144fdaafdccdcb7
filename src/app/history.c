/*
 * history - see history.h.  XDG Base Directory Specification 0.8 says where state is kept.
 * The folder is opened once and everything else is done in it by descriptor, so that nobody swaps it meanwhile.
 */
#include "app/history.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sipwhy/mem.h"
#include "sipwhy/text.h"

enum { HISTORY_FILE = HISTORY_LINES * HISTORY_TEXT };

struct history *
history_map(void)
{
	void *p = mmap(NULL, sizeof(struct history), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p != MAP_FAILED ? p : NULL;
}

void
history_unmap(struct history *h)
{
	if (h != NULL)
		(void)munmap(h, sizeof *h);
}

/* UTF-8 without control characters, of either set: what a prompt takes. */
static bool
history_is_text(struct slice s)
{
	uint32_t cp;

	for (size_t n; s.n > 0; s = (struct slice){ s.p + n, s.n - n }) {
		n = text_utf8(s.p, s.n, &cp);
		if (n == 0 || cp < ' ' || (cp >= 0x7f && cp < 0xa0))
			return false;
	}
	return true;
}

static bool
history_is_line(struct slice line)
{
	if (line.n < 2 || line.n >= HISTORY_TEXT || (*line.p != '/' && *line.p != ':'))
		return false;
	return slice_trim((struct slice){ line.p + 1, line.n - 1 }).n > 0 && history_is_text(line);
}

static void
history_drop(struct history *h, size_t at)
{
	memmove(h->line[at], h->line[at + 1], (h->n - at - 1) * sizeof h->line[0]);
	h->n--;
}

bool
history_add(struct history *h, struct slice line)
{
	if (!history_is_line(line))
		return false;
	for (size_t i = 0; i < h->n; i++)
		if (slice_eq(slice_str(h->line[i]), line)) {
			history_drop(h, i);
			break;
		}
	if (h->n == HISTORY_LINES)
		history_drop(h, 0);
	(void)slice_copy(h->line[h->n++], HISTORY_TEXT, line);
	return true;
}

void
history_parse(struct history *h, struct slice text)
{
	while (text.p != NULL)
		(void)history_add(h, slice_cut(&text, '\n'));
}

/* The file. */

bool
history_path(char *out, size_t cap)
{
	const char *base = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	const struct passwd *root = geteuid() == 0 ? getpwuid(0) : NULL;
	int n = -1;

	/* sudo may keep both variables: what root writes must not lie in somebody else's folder. */
	if (root != NULL) {
		home = root->pw_dir;
		base = getenv("SUDO_UID") != NULL ? NULL : base;
	}
	if (base != NULL && base[0] == '/')
		n = snprintf(out, cap, "%s/sipwhy/history", base);
	else if (home != NULL && home[0] == '/')
		n = snprintf(out, cap, "%s/.local/state/sipwhy/history", home);
	return n > 0 && (size_t)n < cap;
}

int
history_load(struct history *h, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY), err = 0;
	char *text = NULL;
	struct stat st;
	size_t at = 0;
	ssize_t n = 1;

	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		err = -ENOTSUP;
	else if ((text = mem_alloc(HISTORY_FILE)) == NULL)
		err = -ENOMEM;
	while (err == 0 && n != 0 && at < HISTORY_FILE) {
		n = read(fd, text + at, HISTORY_FILE - at);
		if (n < 0 && errno != EINTR)
			err = -errno;
		at += n > 0 ? (size_t)n : 0;
	}
	if (err == 0)
		history_parse(h, (struct slice){ text, at });
	mem_free(text);
	(void)close(fd);
	return err;
}

/* Each folder on the way that is missing; those above the user's own have to be there. */
static int
history_folders(char *folder)
{
	for (char *at = folder + 1; *at != '\0'; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		(void)mkdir(folder, 0700);
		*at = '/';
	}
	return mkdir(folder, 0700) == 0 || errno == EEXIST ? 0 : -errno;
}

/* The folder of the file, open; name: of the file in it. */
static int
history_folder(const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	char *folder;
	int fd, err;

	if (slash == NULL || slash == path)
		return -EINVAL;
	*name = slash + 1;
	if ((folder = mem_strndup(path, (size_t)(slash - path))) == NULL)
		return -ENOMEM;
	err = history_folders(folder);
	fd = err == 0 ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW) : err;
	err = fd < 0 && err == 0 ? -errno : err;
	mem_free(folder);
	return err != 0 ? err : fd;
}

/* The name is free, or a plain file of ours: rename would take anything else's place in silence. */
static int
history_is_ours(int folder, const char *name)
{
	struct stat st;

	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 0 : -errno;
	if (S_ISLNK(st.st_mode))
		return -ELOOP;
	return !S_ISREG(st.st_mode) ? -ENOTSUP : st.st_uid != geteuid() ? -EPERM : 0;
}

static int
history_write(int fd, const struct history *h)
{
	size_t n = h->n < HISTORY_LINES ? h->n : HISTORY_LINES;
	int err = 0;

	for (size_t i = 0; err == 0 && i < n; i++) {
		char line[HISTORY_TEXT + 1];
		size_t len;

		/* A child may have written anything, and may be writing still. */
		memcpy(line, h->line[i], HISTORY_TEXT);
		len = strnlen(line, HISTORY_TEXT);
		if (!history_is_line((struct slice){ line, len }))
			continue;
		line[len] = '\n';
		if (write(fd, line, len + 1) != (ssize_t)len + 1)
			err = errno != 0 ? -errno : -EIO;
	}
	return err;
}

static int
history_replace(int folder, const char *name, const struct history *h)
{
	char fresh[64];
	int fd, err;

	(void)snprintf(fresh, sizeof fresh, ".history.%ld", (long)getpid());
	/* Of a run with the same number that was ended in the middle. */
	(void)unlinkat(folder, fresh, 0);
	fd = openat(folder, fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	errno = 0;
	err = history_write(fd, h);
	if (close(fd) != 0 && err == 0)
		err = -errno;
	if (err == 0 && renameat(folder, fresh, folder, name) != 0)
		err = -errno;
	if (err != 0)
		(void)unlinkat(folder, fresh, 0);
	return err;
}

static int
history_wrong(int err, const char *path, struct errmsg *em)
{
	return err == 0 ? 0 : errmsg_set(em, err, "the history %s can't be written: %s", path, strerror(-err));
}

int
history_save(const struct history *h, const char *path, struct errmsg *em)
{
	const char *name;
	int folder = history_folder(path, &name), err;

	if (folder < 0)
		return history_wrong(folder, path, em);
	err = history_is_ours(folder, name);
	if (err == 0)
		err = history_replace(folder, name, h);
	(void)close(folder);
	return history_wrong(err, path, em);
}

int
history_try(const char *path, struct errmsg *em)
{
	const char *name;
	int folder = history_folder(path, &name), err;

	if (folder < 0)
		return history_wrong(folder, path, em);
	err = history_is_ours(folder, name);
	if (err == 0 && faccessat(folder, ".", W_OK | X_OK, AT_EACCESS) != 0)
		err = -errno;
	(void)close(folder);
	return history_wrong(err, path, em);
}
