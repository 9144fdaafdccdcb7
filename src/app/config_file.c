/*
 * config_file - which configuration files are read, and how: whole, at most CONFIG_MAX bytes, and only plain files, so
 * that nobody is waited for, and for root only those that nobody else could write; see config.h.  The default files are
 * those of the XDG Base Directory Specification 0.8 and of /etc.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/config.h"
#include "sipwhy/mem.h"

static const char config_site[] = "/etc/sipwhy.conf";

/* errno of a file that can't be opened; 0 when it is as good as not there: missing, or in a folder that is closed to
 * us. */
static int
config_absent(const char *path, int err)
{
	struct stat st;

	if (err == ENOENT || err == ENOTDIR)
		return 0;
	return err == EACCES && stat(path, &st) != 0 ? 0 : err;
}

/* Root does what the file says: nobody else may have written it. */
static int
config_trusted(const struct stat *st, const char *path, struct errmsg *em)
{
	if (geteuid() != 0)
		return 0;
	if (st->st_uid != 0)
		return errmsg_set(em, -EPERM,
		    "the configuration %s belongs to another user, and this is root: chown root it, or say -F", path);
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return errmsg_set(em, -EPERM,
		    "the configuration %s may be written by others, and this is root: chmod go-w it, or say -F", path);
	return 0;
}

/* Never waits for anybody: what is no plain file is not read. */
static int
config_open(int *fd, size_t *size, const char *path, bool must, struct errmsg *em)
{
	struct stat st;
	int err;

	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (*fd < 0) {
		err = must ? errno : config_absent(path, errno);
		return err == 0 ? 0 : errmsg_set(em, -err, "can't read the configuration %s: %s", path, strerror(err));
	}
	if (fstat(*fd, &st) != 0 || !S_ISREG(st.st_mode))
		err = errmsg_set(em, -ENOTSUP, "the configuration %s is no plain file", path);
	else if (st.st_size > CONFIG_MAX)
		err = errmsg_set(em, -EFBIG, "the configuration %s is larger than %d MiB", path, CONFIG_MAX >> 20);
	else
		err = config_trusted(&st, path, em);
	*size = err == 0 ? (size_t)st.st_size : 0;
	if (err != 0)
		(void)close(*fd);
	return err;
}

/* It may shrink while it is read, and what it grows is left. */
static int
config_slurp(char *out, size_t size, int fd, struct slice *text)
{
	size_t at = 0;
	ssize_t n = 1;

	while (at < size && n != 0) {
		n = read(fd, out + at, size - at);
		if (n < 0 && errno != EINTR)
			return -errno;
		at += n > 0 ? (size_t)n : 0;
	}
	*text = (struct slice){ out, at };
	return 0;
}

static int
config_file(struct options *o, const char *path, bool must, struct errmsg *em)
{
	struct slice text;
	size_t size;
	char *bytes;
	int fd, err = config_open(&fd, &size, path, must, em);

	if (err != 0 || fd < 0)
		return err;
	bytes = mem_alloc(size);
	if (bytes == NULL)
		err = errmsg_set(em, -ENOMEM, "out of memory");
	else if ((err = config_slurp(bytes, size, fd, &text)) != 0)
		(void)errmsg_set(em, err, "can't read the configuration %s: %s", path, strerror(-err));
	else
		err = config_parse(o, path, text, em);
	if (err == 0)
		(void)slice_copy(o->files[o->n_files++], sizeof o->files[0], slice_str(path));
	mem_free(bytes);
	(void)close(fd);
	return err;
}

/* XDG Base Directory Specification 0.8: a path that is not absolute is to be ignored. */
bool
config_home(char *out, size_t cap)
{
	const char *base = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
	int n = -1;

	if (base != NULL && base[0] == '/')
		n = snprintf(out, cap, "%s/sipwhy", base);
	else if (home != NULL && home[0] == '/')
		n = snprintf(out, cap, "%s/.config/sipwhy", home);
	return n > 0 && (size_t)n < cap;
}

static bool
config_users(char *out, size_t cap)
{
	size_t n;

	if (!config_home(out, cap))
		return false;
	n = strlen(out);
	return n + sizeof "/config" <= cap && slice_copy(out + n, cap - n, slice_str("/config")) > 0;
}

int
config_load(struct options *o, struct errmsg *em)
{
	char users[4096];
	int err;

	if (o->config != NULL)
		return config_file(o, o->config, true, em);
	if (o->no_config)
		return 0;
	err = config_file(o, config_site, false, em);
	return err == 0 && config_users(users, sizeof users) ? config_file(o, users, false, em) : err;
}
