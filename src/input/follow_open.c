/*
 * follow_open - see follow_open.h; the file system's side (statx(2), readdir(3)).
 *
 * Know: names move while they are read.  A choice counts when the path named the same file before and after, two scans
 * of the folder agree, and what was opened is what was chosen; else it is made again.
 */
#include "follow_open.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

enum { FOLLOW_TRIES = 8, FOLLOW_NAME_MAX = 256, FOLLOW_DIR_MAX = 4096 };

/* How late a question may be looked into. */
static const int64_t follow_late_ns = INT64_C(10) * 1000000000;

struct follow_id {
	uint64_t dev, ino, size;
	int64_t born_ns, mtime_ns;
	uint32_t mode;
};

struct follow_place {
	char dir[FOLLOW_DIR_MAX];
	const char *base;
};

/* A scan: the file in hand as it is called now, and the first that came after it. */
struct follow_scan {
	const char *base;
	const struct follow_ask *ask;
	int dirfd;
	char own[FOLLOW_NAME_MAX];
	struct follow_id best;
	char name[FOLLOW_NAME_MAX];
	bool found;
	uint32_t missed;
};

static int64_t
follow_ns(const struct statx_timestamp *t)
{
	return t->tv_sec * INT64_C(1000000000) + t->tv_nsec;
}

static int
follow_stat(int dirfd, const char *name, int flags, struct follow_id *id)
{
	struct statx s;

	if (statx(dirfd, name, flags, STATX_BASIC_STATS | STATX_BTIME, &s) != 0)
		return -errno;
	*id = (struct follow_id){ .dev = makedev(s.stx_dev_major, s.stx_dev_minor),
		.ino = s.stx_ino,
		.size = s.stx_size,
		.born_ns = (s.stx_mask & STATX_BTIME) != 0 ? follow_ns(&s.stx_btime) : 0,
		.mtime_ns = follow_ns(&s.stx_mtime),
		.mode = s.stx_mode };
	return 0;
}

static int
follow_mode(uint32_t mode)
{
	if (S_ISREG(mode) || S_ISFIFO(mode))
		return 0;
	return S_ISDIR(mode) ? -EISDIR : S_ISSOCK(mode) ? -ENOTSOCK : -ENODEV;
}

static bool
follow_same(const struct follow_id *a, uint64_t dev, uint64_t ino)
{
	return a->dev == dev && a->ino == ino;
}

/* Looked at before it is opened: opening a device does things to it. */
static int
follow_open_at(int dirfd, const char *name, int flags, struct follow_id *id)
{
	int fd, err = follow_stat(dirfd, name, (flags & O_NOFOLLOW) != 0 ? AT_SYMLINK_NOFOLLOW : 0, id);

	if (err == 0)
		err = follow_mode(id->mode);
	if (err != 0)
		return err;
	fd = openat(dirfd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | flags);
	if (fd < 0)
		return -errno;
	err = follow_stat(fd, "", AT_EMPTY_PATH, id);
	if (err == 0)
		err = follow_mode(id->mode);
	if (err == 0)
		return fd;
	(void)close(fd);
	return err;
}

static int
follow_place(struct follow_place *p, const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : slash == path ? 1 : (size_t)(slash - path);

	if (len >= sizeof p->dir)
		return -ENAMETOOLONG;
	memcpy(p->dir, len > 0 ? path : ".", len > 0 ? len : 1);
	p->dir[len > 0 ? len : 1] = '\0';
	p->base = slash != NULL ? slash + 1 : path;
	return 0;
}

/*
 * Whoever owns the folder of a log could put a link to any file there.  So a link is followed where the folder is
 * root's or our own, or to what is the folder's owner's anyway.
 */
static int
follow_link(const char *path, const char *dir, struct follow_id *id)
{
	struct statx folder, file;
	int fd = follow_open_at(AT_FDCWD, path, 0, id), err = 0;

	if (fd < 0)
		return fd;
	if (statx(AT_FDCWD, dir, 0, STATX_UID, &folder) != 0 || statx(fd, "", AT_EMPTY_PATH, STATX_UID, &file) != 0)
		err = -errno;
	else if (folder.stx_uid != 0 && folder.stx_uid != geteuid() && folder.stx_uid != file.stx_uid)
		err = -EPERM;
	if (err == 0)
		return fd;
	(void)close(fd);
	return err;
}

static int
follow_open_path(const char *path, struct follow_id *id)
{
	struct follow_place p;
	int err = follow_stat(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, id);

	if (err == 0 && !S_ISLNK(id->mode))
		return follow_open_at(AT_FDCWD, path, O_NOFOLLOW, id);
	if (err == 0)
		err = follow_place(&p, path);
	return err == 0 ? follow_link(path, p.dir, id) : err;
}

static int
follow_opened(struct follow_answer *a, int fd, const struct follow_id *id, bool in_place)
{
	a->what = FOLLOW_OPENED;
	a->err = 0;
	a->dev = id->dev;
	a->ino = id->ino;
	a->born_ns = id->born_ns;
	a->in_place = in_place;
	return fd;
}

static int
follow_none(struct follow_answer *a, int err)
{
	a->what = FOLLOW_NONE;
	a->err = err;
	return -1;
}

size_t
follow_packed(const char *name)
{
	static const char *const end[] = { ".gz", ".bz2", ".xz", ".zst" };
	size_t n = strlen(name);

	for (size_t i = 0; i < sizeof end / sizeof end[0]; i++) {
		size_t k = strlen(end[i]);

		if (n > k && strcmp(name + n - k, end[i]) == 0)
			return n - k;
	}
	return 0;
}

/*
 * What rotation puts behind a name: a number, a date, a time, or one word for the last generation.  A log that only
 * begins with our name ("full_debug", "full.json") is somebody else's.
 */
static bool
follow_is_suffix(const char *s, size_t n)
{
	static const char *const word[] = { ".old", ".bak", ".save", ".prev", "~" };
	bool digit = false;

	for (size_t i = 0; i < sizeof word / sizeof word[0]; i++)
		if (strlen(word[i]) == n && memcmp(s, word[i], n) == 0)
			return true;
	for (size_t i = 0; i < n; i++) {
		digit |= s[i] >= '0' && s[i] <= '9';
		if (strchr(i == 0 ? ".-_" : ".-_:+TZ0123456789", s[i]) == NULL)
			return false;
	}
	return digit;
}

/* A sibling's name; the path's own is none. */
static bool
follow_is_sibling(const char *base, const char *name)
{
	size_t n = strlen(base), packed = follow_packed(name), len = packed > 0 ? packed : strlen(name);

	return n > 0 && len > n && strncmp(name, base, n) == 0 && strlen(name) < FOLLOW_NAME_MAX &&
	    follow_is_suffix(name + n, len - n);
}

/* "log.9" before "log.10". */
static int
follow_name_cmp(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	return n != m ? (n < m ? -1 : 1) : strcmp(a, b);
}

static int64_t
follow_age(const struct follow_id *id, const struct follow_ask *ask)
{
	return id->born_ns != 0 && ask->born_ns != 0 ? id->born_ns : id->mtime_ns;
}

/* Is it a generation that came after the file in hand? */
static bool
follow_is_after(const struct follow_scan *s, const struct follow_id *id, const char *name)
{
	int64_t age = follow_age(id, s->ask);
	int64_t own = id->born_ns != 0 && s->ask->born_ns != 0 ? s->ask->born_ns : s->ask->mtime_ns;

	if (age < s->ask->since_ns || follow_same(id, s->ask->dev, s->ask->ino))
		return false;
	/* The clock was set back since then. */
	if (age > s->ask->now_ns + follow_late_ns)
		return false;
	if (age != own)
		return age > own;
	if (id->mtime_ns != s->ask->mtime_ns)
		return id->mtime_ns > s->ask->mtime_ns;
	return s->own[0] != '\0' && follow_name_cmp(name, s->own) > 0;
}

static bool
follow_is_earlier(const struct follow_scan *s, const struct follow_id *id, const char *name)
{
	int64_t a = follow_age(id, s->ask), b = follow_age(&s->best, s->ask);

	if (!s->found || a != b)
		return !s->found || a < b;
	if (id->mtime_ns != s->best.mtime_ns)
		return id->mtime_ns < s->best.mtime_ns;
	return follow_name_cmp(name, s->name) < 0;
}

/* A packed file keeps the time of what was in it; one that is not ready yet stands beside its original. */
static void
follow_count_packed(struct follow_scan *s, const struct follow_id *id, const char *name, size_t len)
{
	char plain[FOLLOW_NAME_MAX];
	struct follow_id ignored;

	(void)snprintf(plain, sizeof plain, "%.*s", (int)len, name);
	if (id->mtime_ns >= s->ask->since_ns && id->mtime_ns != s->ask->mtime_ns &&
	    (id->born_ns == 0 || id->born_ns > s->ask->born_ns) &&
	    follow_stat(s->dirfd, plain, AT_SYMLINK_NOFOLLOW, &ignored) == -ENOENT)
		s->missed++;
}

static void
follow_weigh(struct follow_scan *s, const char *name)
{
	struct follow_id id;
	size_t packed = follow_packed(name);

	if (follow_stat(s->dirfd, name, AT_SYMLINK_NOFOLLOW, &id) != 0 || !S_ISREG(id.mode))
		return;
	if (packed > 0) {
		follow_count_packed(s, &id, name, packed);
	} else if (follow_is_after(s, &id, name) && follow_is_earlier(s, &id, name)) {
		s->best = id;
		s->found = true;
		(void)snprintf(s->name, sizeof s->name, "%s", name);
	}
}

static int
follow_scan(struct follow_scan *s, const struct follow_place *p, const struct follow_ask *ask)
{
	DIR *d = opendir(p->dir);
	struct dirent *e;

	if (d == NULL)
		return -errno;
	*s = (struct follow_scan){ .base = p->base, .ask = ask, .dirfd = dirfd(d) };
	while ((e = readdir(d)) != NULL)
		if (e->d_ino == ask->ino && follow_is_sibling(p->base, e->d_name))
			(void)snprintf(s->own, sizeof s->own, "%s", e->d_name);
	rewinddir(d);
	while ((e = readdir(d)) != NULL)
		if (follow_is_sibling(p->base, e->d_name))
			follow_weigh(s, e->d_name);
	(void)closedir(d);
	s->dirfd = -1;
	return 0;
}

/* Open a sibling that was chosen: a descriptor, -EAGAIN when it is not that any more, or why it cannot be opened. */
static int
follow_open_sibling(const struct follow_place *p, const struct follow_scan *s, struct follow_id *id)
{
	int dir = open(p->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd;

	if (dir < 0)
		return -errno;
	fd = follow_open_at(dir, s->name, O_NOFOLLOW, id);
	(void)close(dir);
	if (fd < 0 && fd != -ENOENT)
		return fd;
	if (fd >= 0 && follow_same(id, s->best.dev, s->best.ino))
		return fd;
	if (fd >= 0)
		(void)close(fd);
	return -EAGAIN;
}

/* Two scans that agree: none was led astray by a name that moved while it read. */
static int
follow_choose(struct follow_scan *s, const struct follow_place *p, const struct follow_ask *ask)
{
	struct follow_scan again;
	int err = follow_scan(s, p, ask);

	if (err == 0)
		err = follow_scan(&again, p, ask);
	if (err != 0)
		return err;
	return s->found == again.found && (!s->found || follow_same(&again.best, s->best.dev, s->best.ino)) ? 0
													    : -EAGAIN;
}

/* The folder holds nothing in between: what the path names, if it still names what it did before the scan. */
static int
follow_in_place(const char *path, const struct follow_id *before, int looked, struct follow_answer *a)
{
	struct follow_id id;
	int fd;

	if (looked != 0)
		return follow_none(a, looked);
	fd = follow_open_path(path, &id);
	if (fd < 0)
		return follow_none(a, fd);
	if (follow_same(&id, before->dev, before->ino))
		return follow_opened(a, fd, &id, true);
	(void)close(fd);
	return follow_none(a, -EAGAIN);
}

/* One try; a generation that may not be opened is counted, and the question goes on behind it. */
static int
follow_try_next(const char *path, const struct follow_place *p, struct follow_ask *ask, struct follow_answer *a)
{
	struct follow_id before = { 0 }, id = { 0 };
	struct follow_scan s;
	int looked = follow_stat(AT_FDCWD, path, 0, &before), fd;

	if (looked == 0 && follow_same(&before, ask->dev, ask->ino)) {
		a->what = FOLLOW_SAME;
		return -1;
	}
	fd = follow_choose(&s, p, ask);
	if (fd != 0)
		return follow_none(a, fd);
	if (!s.found) {
		fd = follow_in_place(path, &before, looked, a);
		a->missed += fd >= 0 ? s.missed : 0;
		return fd;
	}
	fd = follow_open_sibling(p, &s, &id);
	if (fd >= 0)
		return follow_opened(a, fd, &id, false);
	if (fd != -EAGAIN) {
		a->missed++;
		*ask = (struct follow_ask){ .dev = s.best.dev,
			.ino = s.best.ino,
			.born_ns = s.best.born_ns,
			.mtime_ns = s.best.mtime_ns,
			.since_ns = ask->since_ns,
			.now_ns = ask->now_ns };
	}
	return follow_none(a, -EAGAIN);
}

static int
follow_next(const char *path, const struct follow_ask *ask, struct follow_answer *a)
{
	struct follow_ask at = *ask;
	struct follow_place p;
	int fd = -1, err = follow_place(&p, path);

	if (err != 0)
		return follow_none(a, err);
	follow_none(a, -EAGAIN);
	for (int i = 0; i < FOLLOW_TRIES && a->what == FOLLOW_NONE && a->err == -EAGAIN; i++)
		fd = follow_try_next(path, &p, &at, a);
	return fd;
}

static int
follow_first(const char *path, struct follow_answer *a)
{
	struct follow_id id;
	int fd = follow_open_path(path, &id);

	return fd >= 0 ? follow_opened(a, fd, &id, true) : follow_none(a, fd);
}

static int
follow_check(const char *path, const struct follow_ask *ask, struct follow_answer *a)
{
	struct follow_id id;

	a->what = follow_stat(AT_FDCWD, path, 0, &id) == 0 && follow_same(&id, ask->dev, ask->ino) ? FOLLOW_SAME
												   : FOLLOW_OTHER;
	return -1;
}

/* Among the siblings, by number: a descriptor or negative errno. */
static int
follow_find_sibling(const struct follow_place *p, const struct follow_ask *ask, struct follow_id *id)
{
	DIR *d = opendir(p->dir);
	struct dirent *e;
	int fd = -ENOENT;

	if (d == NULL)
		return -errno;
	while (fd < 0 && (e = readdir(d)) != NULL) {
		if (e->d_ino != ask->ino || !follow_is_sibling(p->base, e->d_name) || follow_packed(e->d_name) > 0)
			continue;
		fd = follow_open_at(dirfd(d), e->d_name, O_NOFOLLOW, id);
		if (fd >= 0 && (id->ino != ask->ino || id->size < ask->size)) {
			(void)close(fd);
			fd = -ENOENT;
		}
	}
	(void)closedir(d);
	return fd;
}

static int
follow_find(const char *path, const struct follow_ask *ask, struct follow_answer *a)
{
	struct follow_place p;
	struct follow_id id;
	int fd = follow_first(path, a), err;

	if (fd >= 0 && a->ino == ask->ino && follow_stat(fd, "", AT_EMPTY_PATH, &id) == 0 && id.size >= ask->size)
		return fd;
	if (fd >= 0)
		(void)close(fd);
	err = follow_place(&p, path);
	fd = err == 0 ? follow_find_sibling(&p, ask, &id) : err;
	return fd >= 0 ? follow_opened(a, fd, &id, false) : follow_none(a, fd);
}

int
follow_open(const char *path, const struct follow_ask *ask, struct follow_answer *a)
{
	*a = (struct follow_answer){ .serial = ask->serial };
	switch (ask->kind) {
	case FOLLOW_FIRST:
		return follow_first(path, a);
	case FOLLOW_NEXT:
		return follow_next(path, ask, a);
	case FOLLOW_CHECK:
		return follow_check(path, ask, a);
	case FOLLOW_FIND:
		return follow_find(path, ask, a);
	default:
		return follow_none(a, -EINVAL);
	}
}
