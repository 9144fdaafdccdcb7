/*
 * hepkey - see hepkey.h.  Read before rights are dropped: a key is root's to read.
 */
#include "app/hepkey.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
hepkey_judge(const struct stat *st, const char *path, struct errmsg *em)
{
	if (!S_ISREG(st->st_mode))
		return errmsg_set(em, -EINVAL, "the HEP key %.160s is no regular file", path);
	if (st->st_uid != 0 && st->st_uid != geteuid() && st->st_uid != getuid())
		return errmsg_set(em, -EACCES,
		    "the HEP key %.120s belongs to user %u: only a key of root's or your own is used", path,
		    (unsigned)st->st_uid);
	if ((st->st_mode & (S_IWGRP | S_IRWXO)) != 0)
		return errmsg_set(
		    em, -EACCES, "the HEP key %.120s can be read or changed by others: chmod 600 it", path);
	return 0;
}

/* Room for the key, its line end, and one byte more that shows it is too long. */
static int
hepkey_line(int fd, char *key, size_t *n, const char *path, struct errmsg *em)
{
	char line[HEPKEY_MAX + 2];
	size_t used = 0, end;
	const char *lf;
	ssize_t got = 1;

	while (used < sizeof line && got > 0) {
		got = read(fd, line + used, sizeof line - used);
		if (got > 0)
			used += (size_t)got;
		else if (got < 0 && errno == EINTR)
			got = 1;
	}
	if (got < 0)
		return errmsg_set(em, -errno, "can't read the HEP key %.160s: %s", path, strerror(errno));
	lf = memchr(line, '\n', used);
	end = lf != NULL ? (size_t)(lf - line) : used;
	if (end > 0 && line[end - 1] == '\r')
		end--;
	if (end == 0 || end > HEPKEY_MAX)
		return errmsg_set(
		    em, -EINVAL, "the HEP key %.120s: its first line must have 1 to %d characters", path, HEPKEY_MAX);
	memcpy(key, line, end);
	*n = end;
	return 0;
}

int
hepkey_read(char *key, size_t *n, const char *path, struct errmsg *em)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), err;
	struct stat st;

	if (fd < 0)
		return errmsg_set(em, -errno, "can't open the HEP key %.160s: %s", path, strerror(errno));
	if (fstat(fd, &st) != 0)
		err = errmsg_set(em, -errno, "can't look at the HEP key %.160s: %s", path, strerror(errno));
	else
		err = hepkey_judge(&st, path, em);
	if (err == 0)
		err = hepkey_line(fd, key, n, path, em);
	(void)close(fd);
	return err;
}
