/*
 * follow_look - the looking side of a followed file: inotify(7) on its folder, questions to the opener, what an answer
 * changes.
 *
 * Know: one question is on its way at a time; what happens meanwhile is asked about once it is answered.  Answers to
 * older questions (they have other serials) are closed and forgotten.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "follow_int.h"
#include "sipwhy/mem.h"

enum { FOLLOW_NOTIFY_READS = 16 };

void
follow_sentence(const struct follow *f, int err, struct errmsg *em)
{
	if (err == -ENOENT)
		(void)errmsg_set(em, err, "waiting for %.200s to appear", f->path);
	else if (err == -EISDIR)
		(void)errmsg_set(em, err, "%.200s is a directory: waiting for a log file in its place", f->path);
	else if (err == -ENODEV)
		(void)errmsg_set(em, err, "%.200s is a device: waiting for a log file in its place", f->path);
	else if (err == -ENOTSOCK)
		(void)errmsg_set(em, err, "%.200s is a socket: waiting for a log file in its place", f->path);
	else
		(void)errmsg_set(
		    em, err, "%.200s cannot be opened (%s): waiting until it can", f->path, strerror(-err));
}

void
follow_complain(struct follow *f, int err)
{
	struct errmsg em = { "" };

	if (f->complained == err)
		return;
	f->complained = err;
	if (err != 0)
		follow_sentence(f, err, &em);
	input_say(&f->in, em.text);
}

void
follow_file_of(struct follow_file *file, const struct follow_answer *a, int fd)
{
	struct stat st;

	*file = (struct follow_file){
		.fd = fd, .in_place = a->in_place != 0, .dev = a->dev, .ino = a->ino, .born_ns = a->born_ns
	};
	file->fifo = fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode);
}

static void
follow_missed(struct follow *f, uint32_t n)
{
	struct errmsg em = { "" };

	if (n == 0)
		return;
	f->in.st.missed += n;
	(void)errmsg_set(&em, 0, "%" PRIu32 " rotated file%s of %.200s could not be read (packed, or not ours to open)",
	    n, n == 1 ? "" : "s", f->path);
	input_say(&f->in, em.text);
}

/* The path named nothing of use: told when that lasts, or at once when it is not the moment of a rotation. */
static void
follow_nothing(struct follow *f, int err)
{
	if (err == -EAGAIN || (err == -ENOENT && f->cur.fd >= 0 && ++f->gone < FOLLOW_GONE_TICKS))
		return;
	follow_complain(f, err);
}

static void
follow_found_first(struct follow *f, const struct follow_answer *a, int fd)
{
	struct follow_file file;

	f->refresh = false;
	if (a->what != FOLLOW_OPENED) {
		follow_nothing(f, a->err);
		return;
	}
	follow_complain(f, 0);
	follow_file_of(&file, a, fd);
	f->since_ns = f->ask_ns - FOLLOW_SLACK_NS;
	if (f->cur.fd < 0) {
		follow_adopt(f, &file, 0);
	} else if (file.dev == f->cur.dev && file.ino == f->cur.ino) {
		/* The same FIFO, ready for its next writer; the unended line goes on. */
		follow_fifo_unwatch(f);
		(void)close(f->cur.fd);
		f->cur = file;
		follow_fifo_watch(f);
		return;
	} else {
		f->next = file;
		f->next_since_ns = f->since_ns;
		follow_switch(f);
	}
	follow_wake(f);
}

static void
follow_found_next(struct follow *f, const struct follow_answer *a, int fd)
{
	if (a->what == FOLLOW_OPENED) {
		follow_file_of(&f->next, a, fd);
		f->next_ms = 0;
		f->next_since_ns = f->ask_ns - FOLLOW_SLACK_NS;
		f->cur.in_place = false;
		f->gone = 0;
		follow_complain(f, 0);
		follow_missed(f, a->missed);
		follow_wake(f);
	} else if (a->what == FOLLOW_SAME) {
		f->cur.in_place = true;
		f->gone = 0;
		f->since_ns = f->ask_ns - FOLLOW_SLACK_NS;
		follow_complain(f, 0);
	} else {
		f->cur.in_place = false;
		follow_nothing(f, a->err);
	}
}

static void
follow_answered(struct follow *f, const struct follow_answer *a, int fd)
{
	f->asked = false;
	if (f->ask.kind == FOLLOW_FIRST) {
		follow_found_first(f, a, fd);
	} else if (f->ask.kind == FOLLOW_NEXT) {
		follow_found_next(f, a, fd);
	} else if (a->what == FOLLOW_SAME) {
		f->next_since_ns = f->ask_ns - FOLLOW_SLACK_NS;
	} else if (f->next.fd >= 0) {
		f->next.in_place = false;
		follow_wake(f);
	} else {
		/* It was taken in hand while the answer was on its way: ask what came after it. */
		f->again = true;
	}
	if (f->again) {
		f->again = false;
		follow_look(f);
	}
}

static void
follow_phrase(struct follow *f)
{
	const struct follow_file *about = f->next.fd >= 0 ? &f->next : &f->cur;
	uint32_t serial = f->ask.serial + 1;
	struct stat st;

	f->ask = (struct follow_ask){ .kind = FOLLOW_FIRST, .serial = serial };
	f->ask_ns = follow_now_ns();
	if (about->fd < 0 || (f->refresh && f->next.fd < 0))
		return;
	f->ask.kind = f->next.fd >= 0 ? FOLLOW_CHECK : FOLLOW_NEXT;
	f->ask.dev = about->dev;
	f->ask.ino = about->ino;
	f->ask.born_ns = about->born_ns;
	f->ask.since_ns = f->since_ns;
	f->ask.now_ns = f->ask_ns;
	if (fstat(about->fd, &st) == 0)
		f->ask.mtime_ns = st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec;
}

static void
follow_opener_gone(struct follow *f)
{
	struct errmsg em = { "" };

	(void)uv_poll_stop(&f->opener_poll);
	(void)errmsg_set(
	    &em, 0, "%.200s is not watched for rotation any more: what opens files for the engine has ended", f->path);
	input_say(&f->in, em.text);
	f->has_opener = false;
}

static void
follow_send(struct follow *f)
{
	int err = follow_send_ask(f->opener, &f->ask);

	if (err == 0) {
		f->asked = true;
		f->ask_ms = follow_now_ms();
	} else if (err == -EPIPE || err == -ECONNRESET || err == -ENOTCONN) {
		follow_opener_gone(f);
	}
}

void
follow_look(struct follow *f)
{
	struct follow_answer a;
	int fd;

	if (f->in.state != INPUT_READING)
		return;
	if (f->asked && follow_now_ms() - f->ask_ms < FOLLOW_ANSWER_MS) {
		f->again = true;
		return;
	}
	follow_phrase(f);
	if (f->has_opener) {
		follow_send(f);
	} else if (f->opener < 0) {
		fd = follow_open(f->path, &f->ask, &a);
		follow_answered(f, &a, fd);
	}
}

static void
follow_opener_readable(uv_poll_t *h, int status, int events)
{
	struct follow *f = h->data;
	struct follow_answer a;
	int fd, err = follow_take_answer(f->opener, &a, &fd);

	(void)status;
	(void)events;
	if (err == -EPIPE || err == -ECONNRESET) {
		follow_opener_gone(f);
	} else if (err == 0 && f->asked && a.serial == f->ask.serial) {
		follow_answered(f, &a, fd);
	} else if (fd >= 0) {
		(void)close(fd);
	}
}

/* One event: may it be about our file, and has a name moved? */
static bool
follow_event(const struct follow *f, const struct inotify_event *e, bool *moved)
{
	size_t n = strlen(f->base);

	if ((e->mask & IN_Q_OVERFLOW) != 0)
		return *moved = true;
	if (e->len == 0 || strncmp(e->name, f->base, n) != 0)
		return false;
	if ((e->mask & IN_MODIFY) == 0 && e->name[n] == '\0')
		*moved = true;
	return true;
}

static void
follow_notified(uv_poll_t *h, int status, int events)
{
	struct follow *f = h->data;
	union {
		struct inotify_event align;
		char b[8192];
	} buf;
	bool ours = false, moved = false;
	ssize_t n = 0;

	(void)status;
	(void)events;
	for (int i = 0; i < FOLLOW_NOTIFY_READS && (n = read(f->notify, buf.b, sizeof buf.b)) > 0; i++)
		for (ssize_t at = 0; at < n;) {
			const struct inotify_event *e = (const void *)(buf.b + at);

			ours |= follow_event(f, e, &moved);
			at += (ssize_t)(sizeof *e + e->len);
		}
	if (moved)
		follow_look(f);
	if (ours)
		follow_wake_in(f, FOLLOW_SOON_MS);
}

void
follow_notify_open(struct follow *f)
{
	size_t dir = (size_t)(f->base - f->path);
	char *path = mem_strndup(dir > 0 ? f->path : ".", dir > 0 ? dir : 1);

	f->notify = path != NULL ? inotify_init1(IN_NONBLOCK | IN_CLOEXEC) : -1;
	if (f->notify >= 0 &&
	    inotify_add_watch(
		f->notify, path, IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR) < 0) {
		(void)close(f->notify);
		f->notify = -1;
	}
	mem_free(path);
}

int
follow_look_start(struct follow *f, struct errmsg *em)
{
	int rc = 0;

	if (f->notify >= 0) {
		rc = uv_poll_init(f->in.loop, &f->notify_poll, f->notify);
		if (rc == 0) {
			f->notify_poll.data = f;
			f->handles++;
			f->has_notify = true;
			rc = uv_poll_start(&f->notify_poll, UV_READABLE, follow_notified);
		}
	}
	if (rc == 0 && f->opener >= 0) {
		rc = uv_poll_init(f->in.loop, &f->opener_poll, f->opener);
		if (rc == 0) {
			f->opener_poll.data = f;
			f->handles++;
			f->has_opener = f->opener_open = true;
			rc = uv_poll_start(&f->opener_poll, UV_READABLE | UV_DISCONNECT, follow_opener_readable);
		}
	}
	return rc == 0 ? 0 : errmsg_set(em, rc, "%s cannot be watched: %s", f->in.name, uv_strerror(rc));
}
