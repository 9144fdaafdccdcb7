/*
 * saver - see saver.h.  One datagram of a SOCK_SEQPACKET pair is one request: a number, the name, and one descriptor;
 * the answer is the number again and an errno.
 * One thing to know: the content is a sealed memfd (memfd_create(2)).  It can't change while it is copied, and reading
 * it never waits for anybody, which a file on somebody's own file system could make us do.
 */
#include "app/saver.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/save.h"
#include "sipwhy/timefmt.h"

enum {
	SAVER_SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE,
	SAVER_PIECE = 64 * 1024,
	SAVER_STEP = 4 * 1024 * 1024,
	SAVER_MINUTE_S = 60,
	SAVER_PATIENCE_MS = 10000,
	SAVER_FDS = 8 /* room for those that nobody asked for, so that they are closed */
};

/* Only as much of the name as there is, without a NUL, is sent. */
struct saver_request {
	uint32_t number;
	char name[SAVER_NAME];
};

struct saver_answer {
	uint32_t number;
	int32_t err; /* 0 or an errno, positive */
};

union saver_control {
	struct cmsghdr align;
	char room[CMSG_SPACE(SAVER_FDS * sizeof(int))];
};

static bool
saver_ending_ok(struct slice name)
{
	static const char *const endings[] = { ".txt", ".pcap", ".json", ".jsonl", ".csv" };

	for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
		size_t n = strlen(endings[i]);

		if (name.n > n && memcmp(name.p + name.n - n, endings[i], n) == 0)
			return true;
	}
	return false;
}

bool
saver_name_ok(struct slice name)
{
	if (name.n == 0 || name.n >= SAVER_NAME || name.p[0] == '.' || name.p[0] == '-')
		return false;
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
			c == '_' || c == '-'))
			return false;
	}
	return saver_ending_ok(name);
}

enum saver_folder
saver_folder_kind(const char *path)
{
	static const char *const system[] = { "/etc", "/usr", "/boot", "/run", "/opt", "/var/lib", "/var/spool" };
	size_t n = strlen(path);

	for (size_t i = 0; i < sizeof system / sizeof system[0]; i++) {
		size_t k = strlen(system[i]);

		if (strncmp(path, system[i], k) != 0 || (path[k] != '/' && path[k] != '\0'))
			continue;
		return n > 2 && strcmp(path + n - 2, ".d") == 0 ? SAVER_NOTHING : SAVER_OWN_NAMES;
	}
	return SAVER_ANY;
}

/* The supervisor's side. */

static void
saver_shut(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

void
saver_init(struct saver *s)
{
	*s = (struct saver){ .fd = -1, .folder = -1, .from = -1, .to = -1 };
}

int
saver_open(struct saver *s, int *client)
{
	char path[PATH_MAX];
	int pair[2], err;

	saver_init(s);
	/* One that is not to be found from the root on is nobody's settings. */
	s->kind = getcwd(path, sizeof path) != NULL ? saver_folder_kind(path) : SAVER_OWN_NAMES;
	s->folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->folder >= 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0) {
		s->fd = pair[0];
		*client = pair[1];
		return 0;
	}
	err = -errno;
	saver_shut(&s->folder);
	return err;
}

bool
saver_busy(const struct saver *s)
{
	return s->to >= 0;
}

/* Whoever does not take its answers gets none. */
static void
saver_reply(struct saver *s, uint32_t number, int err)
{
	struct saver_answer a = { number, -err };

	(void)!send(s->fd, &a, sizeof a, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Only what we made: somebody may have put another file there. */
static void
saver_remove(const struct saver *s)
{
	struct stat now;

	if (fstatat(s->folder, s->name, &now, AT_SYMLINK_NOFOLLOW) == 0 && now.st_dev == s->dev && now.st_ino == s->ino)
		(void)unlinkat(s->folder, s->name, 0);
}

static void
saver_end(struct saver *s, int err)
{
	if (close(s->to) != 0 && err == 0)
		err = -errno;
	s->to = -1;
	saver_shut(&s->from);
	if (err != 0)
		saver_remove(s);
	saver_reply(s, s->number, err);
}

void
saver_close(struct saver *s)
{
	if (saver_busy(s))
		saver_end(s, -ECANCELED);
	saver_shut(&s->fd);
	saver_shut(&s->folder);
}

static bool
saver_too_often(struct saver *s, int64_t now_ns)
{
	int64_t *oldest = &s->begun[s->n_begun % SAVER_A_MINUTE];

	if (s->n_begun >= SAVER_A_MINUTE && now_ns - *oldest < SAVER_MINUTE_S * NS_PER_S)
		return true;
	*oldest = now_ns;
	/* Stays at or above the limit when it wraps. */
	s->n_begun = s->n_begun + 1 < 2 * SAVER_A_MINUTE ? s->n_begun + 1 : SAVER_A_MINUTE;
	return false;
}

static int
saver_create(struct saver *s)
{
	struct stat st;
	int err = 0;

	s->to = openat(s->folder, s->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (s->to < 0)
		return -errno;
	if (fstat(s->to, &st) != 0) {
		err = -errno;
		saver_shut(&s->to);
		return err;
	}
	s->dev = st.st_dev;
	s->ino = st.st_ino;
	return 0;
}

static int
saver_folder_takes(const struct saver *s, struct slice name)
{
	struct slice own = slice_str("sipwhy");

	if (s->kind == SAVER_NOTHING)
		return -EPERM;
	return s->kind == SAVER_ANY || (name.n > own.n && memcmp(name.p, own.p, own.n) == 0) ? 0 : -EADDRNOTAVAIL;
}

/* 0: `from` is ours now, and saver_step goes on. */
static int
saver_begin(struct saver *s, struct slice name, int from, int64_t now_ns)
{
	int seals = fcntl(from, F_GET_SEALS), err;
	struct stat st;

	if (!saver_name_ok(name))
		return -EINVAL;
	if (seals < 0 || (seals & SAVER_SEALS) != SAVER_SEALS || fstat(from, &st) != 0 || !S_ISREG(st.st_mode))
		return -EBADF;
	if (st.st_size > SAVE_MAX)
		return -EFBIG;
	if ((err = saver_folder_takes(s, name)) != 0)
		return err;
	if (saver_too_often(s, now_ns))
		return -EBUSY;
	if (s->spent + (uint64_t)st.st_size > (uint64_t)SAVER_RUN_MIB * 1024 * 1024)
		return -EDQUOT;
	(void)slice_copy(s->name, sizeof s->name, name);
	err = saver_create(s);
	if (err != 0)
		return err;
	s->from = from;
	s->at = 0;
	s->left = (uint64_t)st.st_size;
	s->spent += s->left;
	return 0;
}

/* The first descriptor that came, -1 none; *n: how many did.  All others are closed. */
static int
saver_descriptor(struct msghdr *m, size_t *n)
{
	int first = -1;

	*n = 0;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < (c->cmsg_len - CMSG_LEN(0)) / sizeof(int); i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof fd, sizeof fd);
			if ((*n)++ == 0)
				first = fd;
			else
				(void)close(fd);
		}
	}
	return first;
}

void
saver_hear(struct saver *s, int64_t now_ns)
{
	struct saver_request r = { 0 };
	union saver_control control;
	struct iovec part = { &r, sizeof r };
	struct msghdr m = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
	};
	size_t n_fds, head = offsetof(struct saver_request, name);
	int from, err = -EINVAL;
	ssize_t n;

	if (s->fd < 0 || saver_busy(s))
		return;
	n = recvmsg(s->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	from = n >= 0 ? saver_descriptor(&m, &n_fds) : -1;
	if (n <= 0) {
		/* The console is gone. */
		saver_shut(&from);
		saver_shut(&s->fd);
		return;
	}
	if (from >= 0 && n_fds == 1 && (m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0 && (size_t)n > head)
		err = saver_begin(s, (struct slice){ r.name, (size_t)n - head }, from, now_ns);
	s->number = r.number;
	if (err == 0)
		return;
	saver_shut(&from);
	saver_reply(s, s->number, err);
}

static int
saver_piece(struct saver *s)
{
	char piece[SAVER_PIECE];
	size_t want = s->left < sizeof piece ? (size_t)s->left : sizeof piece;
	ssize_t got = pread(s->from, piece, want, (off_t)s->at), done;

	if (got <= 0)
		return got < 0 && errno == EINTR ? 0 : got < 0 ? -errno : -EIO;
	done = write(s->to, piece, (size_t)got);
	if (done <= 0)
		return done < 0 && errno == EINTR ? 0 : done < 0 ? -errno : -EIO;
	s->at += (uint64_t)done;
	s->left -= (uint64_t)done;
	return 0;
}

void
saver_step(struct saver *s)
{
	uint64_t stop = s->at + SAVER_STEP;
	int err = 0;

	if (!saver_busy(s))
		return;
	while (err == 0 && s->left > 0 && s->at < stop)
		err = saver_piece(s);
	/* Each step for itself: the whole of it at the end could take long. */
	if (err == 0 && fdatasync(s->to) != 0 && errno != EINVAL && errno != EROFS)
		err = -errno;
	if (err != 0 || s->left == 0)
		saver_end(s, err);
}

/* The console's side. */

/* The content where the other side can read it; negative errno. */
static int
saver_content(struct slice content)
{
	int fd = memfd_create("sipwhy", MFD_CLOEXEC | MFD_ALLOW_SEALING), err = 0;

	if (fd < 0)
		return -errno;
	while (err == 0 && content.n > 0) {
		ssize_t n = write(fd, content.p, content.n);

		if (n <= 0) {
			err = n < 0 && errno == EINTR ? 0 : n < 0 ? -errno : -EIO;
			continue;
		}
		content.p += n;
		content.n -= (size_t)n;
	}
	if (err == 0 && fcntl(fd, F_ADD_SEALS, SAVER_SEALS) != 0)
		err = -errno;
	if (err == 0)
		return fd;
	(void)close(fd);
	return err;
}

static int
saver_send(int fd, const struct saver_request *r, size_t name_n, int content)
{
	union saver_control control = { 0 };
	struct iovec part = { (void *)r, offsetof(struct saver_request, name) + name_n };
	struct msghdr m = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = CMSG_SPACE(sizeof content) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof content);
	memcpy(CMSG_DATA(c), &content, sizeof content);
	return sendmsg(fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0 ? 0 : -errno;
}

/* Answers to what was asked before and not waited for are passed over. */
static int
saver_wait(int fd, uint32_t number)
{
	int64_t end_ns = clock_steady_ns() + SAVER_PATIENCE_MS * NS_PER_MS, left_ns;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	struct saver_answer a;

	while ((left_ns = end_ns - clock_steady_ns()) > 0) {
		ssize_t n;

		if (poll(&p, 1, (int)(left_ns / NS_PER_MS) + 1) < 0 && errno != EINTR)
			return -errno;
		n = recv(fd, &a, sizeof a, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
			return -EPIPE;
		if (n == (ssize_t)sizeof a && a.number == number)
			return -a.err;
	}
	return -ETIMEDOUT;
}

int
saver_ask(int fd, const char *name, struct slice content)
{
	struct saver_request r = { .number = (uint32_t)clock_steady_ns() };
	size_t n = strlen(name);
	int from, err;

	if (!saver_name_ok(slice_str(name)))
		return -EINVAL;
	from = saver_content(content);
	if (from < 0)
		return from;
	memcpy(r.name, name, n);
	err = saver_send(fd, &r, n, from);
	(void)close(from);
	return err != 0 ? err : saver_wait(fd, r.number);
}
