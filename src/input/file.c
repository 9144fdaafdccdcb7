/*
 * file - capture files, log files and standard input on the loop: read(2), capfile, frames or text out.
 *
 * Know: a regular file is read from an idle handle in slices, so that timers and sockets of the loop go on meanwhile;
 * a pipe is polled and read until it would block.  Both share one slice.
 */
#include "input_int.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "capfile.h"
#include "sipwhy/mem.h"

/* The clock is asked once in so many frames; half of the 10 ms that a slice may take is left to them. */
enum { FILE_CLOCK_EVERY = 64, FILE_SLICE_NS = 5 * 1000 * 1000 };

/* How long a pipe may keep us from saying what it carries, counted from its first bytes. */
enum { FILE_SETTLE_MS = 700 };

/* One file is one stream. */
enum { FILE_ORIGIN = 1 };

struct file {
	struct input in;
	struct capfile *cap;
	uv_idle_t idle;
	uv_poll_t poll;
	uv_timer_t settle;
	unsigned handles; /* open uv handles that hold this memory */
	bool has_poll, has_settle;
	bool head; /* the head was judged */
	bool text; /* and it is text */
	int64_t mtime_ns;
	int fd;
	int flags; /* of fd as it was found: standard input is shared with whoever started us */
};

static int
file_stdin(const struct stat *st, struct errmsg *em)
{
	if (S_ISCHR(st->st_mode) && isatty(STDIN_FILENO))
		return errmsg_set(em, -EINVAL,
		    "standard input is a terminal: pipe a capture into it, "
		    "as in ssh HOST tcpdump -U -w - | sipwhy -I -");
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		return errmsg_set(
		    em, -EINVAL, "standard input is a device: pipe a capture or a log into it, or name a file");
	if (S_ISDIR(st->st_mode))
		return errmsg_set(
		    em, -EISDIR, "standard input is a directory: pipe a capture or a log into it, or name a file");
	return 0;
}

static int
file_path(const struct stat *st, const char *path, struct errmsg *em)
{
	if (S_ISDIR(st->st_mode))
		return errmsg_set(em, -EISDIR, "%.200s is a directory: name a capture or log file in it", path);
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode))
		return errmsg_set(em, -EINVAL, "%.200s is a device, not a capture or log file", path);
	if (S_ISSOCK(st->st_mode))
		return errmsg_set(em, -EINVAL, "%.200s is a socket, not a capture or log file", path);
	return 0;
}

/* "/dev/fd/63" of a shell's <(...) is a pipe that is open already: opening it anew would miss its end. */
static int
file_dup(const char *path)
{
	int n = -1, end = 0;

	if (sscanf(path, "/dev/fd/%d%n", &n, &end) != 1 || path[end] != '\0' || n < 0)
		return -1;
	return fcntl(n, F_DUPFD_CLOEXEC, 3);
}

static int
file_open_fd(const char *path, struct stat *st, struct errmsg *em)
{
	bool std = strcmp(path, "-") == 0;
	int fd = std ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : file_dup(path);
	int rc;

	if (fd < 0 && std)
		return errmsg_set(em, -errno, "standard input cannot be read: %s", strerror(errno));
	/* Not blocking, so that a named pipe without a writer does not hold us here. */
	if (fd < 0)
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return errmsg_set(em, -errno, "%.200s cannot be opened: %s", path, strerror(errno));
	if (fstat(fd, st) != 0)
		rc = errmsg_set(em, -errno, "%.200s cannot be looked at: %s", path, strerror(errno));
	else
		rc = std ? file_stdin(st, em) : file_path(st, path, em);
	if (rc == 0)
		return fd;
	(void)close(fd);
	return rc;
}

static const char *
file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (strcmp(path, "-") == 0)
		return "stdin";
	return slash != NULL && slash[1] != '\0' ? slash + 1 : path;
}

static void
file_free(struct file *f)
{
	if (f->fd >= 0) {
		(void)fcntl(f->fd, F_SETFL, f->flags);
		(void)close(f->fd);
	}
	capfile_free(f->cap);
	input_bpf_free(f->in.bpf);
	mem_free(f);
}

static int
file_open(struct input **out, const struct input_cfg *cfg, struct errmsg *em)
{
	struct file *f = mem_zalloc(sizeof *f);
	struct stat st;
	int rc = 0;

	if (f == NULL)
		return errmsg_set(em, -ENOMEM, "%.200s cannot be opened: memory is short", cfg->arg);
	input_init(&f->in, &input_file_ops, cfg, file_name(cfg->arg));
	f->fd = file_open_fd(cfg->arg, &st, em);
	if (f->fd < 0) {
		rc = f->fd;
	} else {
		f->flags = fcntl(f->fd, F_GETFL);
		f->in.live = !S_ISREG(st.st_mode);
		/* What comes through a pipe comes once. */
		if (f->in.live)
			f->in.skip = f->in.poison = 0;
		f->mtime_ns = st.st_mtim.tv_sec * INT64_C(1000000000) + st.st_mtim.tv_nsec;
		f->in.st.total = f->in.live ? 0 : (uint64_t)st.st_size;
		f->cap = capfile_new(f->in.live || strcmp(cfg->arg, "-") == 0);
		if (f->cap == NULL)
			rc = errmsg_set(em, -ENOMEM, "%.200s cannot be opened: memory is short", cfg->arg);
	}
	if (rc == 0 && cfg->bpf != NULL && cfg->bpf[0] != '\0')
		rc = input_bpf_new(&f->in.bpf, cfg->bpf, em);
	if (rc != 0) {
		file_free(f);
		return rc;
	}
	*out = &f->in;
	return 0;
}

static void file_settle(uv_timer_t *h);
static void file_idle(uv_idle_t *h);

/* Who sends little is not made to wait for the 4 KiB in which a capture could still begin. */
static void
file_settle_soon(struct file *f)
{
	if (f->has_settle && !f->head && f->in.st.done > 0 && !uv_is_active((uv_handle_t *)&f->settle))
		(void)uv_timer_start(&f->settle, file_settle, FILE_SETTLE_MS, 0);
}

/* Read once into capfile: 1 bytes came, 0 the end, -EAGAIN, or another negative errno. */
static int
file_read(struct file *f)
{
	size_t room;
	uint8_t *p = capfile_space(f->cap, &room);
	ssize_t n;

	do
		n = read(f->fd, p, room);
	while (n < 0 && errno == EINTR);
	/* A regular file that would wait (in /proc) cannot be polled for. */
	if (n < 0)
		return errno == EAGAIN && !f->in.live ? -ENODATA : -errno;
	if (n == 0) {
		capfile_finish(f->cap);
		return 0;
	}
	f->in.st.done += (uint64_t)n;
	if (f->in.st.done > f->in.st.total && f->in.st.total > 0)
		f->in.st.total = f->in.st.done;
	capfile_filled(f->cap, (size_t)n);
	file_settle_soon(f);
	return 1;
}

static int
file_read_failed(const struct file *f, int err, struct errmsg *em)
{
	return errmsg_set(
	    em, err, "%s: reading failed at offset %" PRIu64 ": %s", f->in.name, f->in.st.done, strerror(-err));
}

static int
file_damaged(const struct file *f, struct errmsg *em)
{
	const char *why = capfile_error(f->cap);

	if (!f->head)
		return errmsg_set(em, -EINVAL, "%s %s", f->in.name, why);
	return errmsg_set(em, -EINVAL, "%s: %s; %" PRIu64 " %s%s before it %s used", f->in.name, why, f->in.st.frames,
	    f->text ? "line" : "packet", f->in.st.frames == 1 ? "" : "s", f->in.st.frames == 1 ? "was" : "were");
}

/* The head is understood: can its link type be used? */
static int
file_accept(struct file *f, struct errmsg *em)
{
	int link = capfile_link(f->cap);
	struct errmsg why = { "" };

	f->in.st.trimmed = capfile_trimmed(f->cap);
	if (link >= 0 && !capfile_link_known((uint16_t)link))
		return errmsg_set(em, -EINVAL,
		    "%s has link type %d, which is not understood (Ethernet, Linux cooked, raw IP, PPP and "
		    "loopback are)",
		    f->in.name, link);
	if (link >= 0 && f->in.bpf != NULL && input_bpf_usable(f->in.bpf, (uint16_t)link, &why) != 0)
		return errmsg_set(em, -EINVAL, "%s %.230s", f->in.name, why.text);
	f->head = true;
	return 0;
}

/* Said once reading has begun: the head of a file is judged before, that of a pipe after. */
static void
file_text_begins(struct file *f)
{
	struct errmsg em = { "" };

	if (!f->text || f->in.bpf == NULL || f->in.state != INPUT_READING)
		return;
	(void)errmsg_set(&em, 0, "%s is a log: the capture filter has no say in it", f->in.name);
	input_say(&f->in, em.text);
}

static int
file_accept_text(struct file *f)
{
	f->head = f->text = true;
	if (f->has_settle)
		(void)uv_timer_stop(&f->settle);
	file_text_begins(f);
	return 1;
}

/* One step towards the head: 0 go on, 1 done, negative errno. */
static int
file_head_step(struct file *f, struct errmsg *em)
{
	int rc;

	switch (capfile_head(f->cap)) {
	case CAPFILE_READY:
		rc = file_accept(f, em);
		return rc == 0 ? 1 : rc;
	case CAPFILE_TEXT:
		return file_accept_text(f);
	case CAPFILE_MORE:
		rc = file_read(f);
		return rc == -EAGAIN ? rc : rc < 0 ? file_read_failed(f, rc, em) : 0;
	case CAPFILE_DAMAGED:
		return file_damaged(f, em);
	default:
		return 0;
	}
}

static void
file_stop(struct file *f)
{
	(void)uv_idle_stop(&f->idle);
	if (f->has_poll)
		(void)uv_poll_stop(&f->poll);
	if (f->has_settle)
		(void)uv_timer_stop(&f->settle);
}

/* The last batch is out; now the state, so that it comes after the last good frame. */
static void
file_finish(struct file *f, enum input_state s, const char *sentence)
{
	file_stop(f);
	if (f->text)
		input_text_end(&f->in, FILE_ORIGIN);
	input_batch(&f->in);
	input_become(&f->in, s, sentence);
}

static void file_readable(uv_poll_t *h, int status, int events);

/* Nothing to read now: let the loop sleep until there is. */
static void
file_wait(struct file *f)
{
	(void)uv_idle_stop(&f->idle);
	(void)uv_poll_start(&f->poll, UV_READABLE | UV_DISCONNECT, file_readable);
}

enum file_step { FILE_ON, FILE_WAIT, FILE_OVER };

static enum file_step
file_more(struct file *f)
{
	struct errmsg em = { "" };
	int rc = file_read(f);

	if (rc >= 0)
		return FILE_ON;
	if (rc == -EAGAIN)
		return FILE_WAIT;
	(void)file_read_failed(f, rc, &em);
	file_finish(f, INPUT_FAILED, em.text);
	return FILE_OVER;
}

static enum file_step
file_judge(struct file *f)
{
	struct errmsg em = { "" };
	int rc = file_head_step(f, &em);

	if (rc >= 0)
		return FILE_ON;
	if (rc == -EAGAIN)
		return FILE_WAIT;
	file_finish(f, rc == -EINVAL ? INPUT_DAMAGED : INPUT_FAILED, em.text);
	return FILE_OVER;
}

static int64_t
file_now_ns(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void
file_hand_over(struct file *f, const struct textcut_block *b)
{
	const struct text t = { .t_ns = f->in.live ? file_now_ns() : f->mtime_ns,
		.data = b->data,
		.len = b->len,
		.lines = b->lines,
		.origin = FILE_ORIGIN,
		.live = f->in.live,
		.cut = b->cut,
		.plain = b->plain };

	input_deliver_text(&f->in, &t);
}

/* The next frame or block of lines, and whether it was a frame: those are small and many. */
static enum capfile_verdict
file_next(struct file *f, bool *framed)
{
	struct textcut_block b;
	struct frame fr;
	enum capfile_verdict v = f->text ? capfile_lines(f->cap, f->in.live, &b) : capfile_next(f->cap, &fr);

	*framed = v == CAPFILE_FRAME;
	if (v == CAPFILE_FRAME)
		input_deliver(&f->in, &fr);
	else if (v == CAPFILE_TEXT)
		file_hand_over(f, &b);
	return v;
}

static enum file_step
file_step(struct file *f, bool *framed)
{
	struct errmsg em = { "" };

	*framed = false;
	if (!f->head)
		return file_judge(f);
	switch (file_next(f, framed)) {
	case CAPFILE_MORE:
		return file_more(f);
	case CAPFILE_END:
		file_finish(f, INPUT_ENDED, "");
		return FILE_OVER;
	case CAPFILE_DAMAGED:
		(void)file_damaged(f, &em);
		file_finish(f, INPUT_DAMAGED, em.text);
		return FILE_OVER;
	default:
		return FILE_ON;
	}
}

/* Work until the time is up, the pipe is empty, somebody pauses, or the end. */
static void
file_slice(struct file *f)
{
	uint64_t until = uv_hrtime() + FILE_SLICE_NS;
	unsigned n = 0;

	if (f->in.state == INPUT_OPEN) {
		input_become(&f->in, INPUT_READING, "");
		file_text_begins(f);
		/* A named pipe that nobody writes to yet reads as ended: wait for its first byte. */
		if (f->in.live && !f->in.paused) {
			file_wait(f);
			return;
		}
	}
	while (!f->in.paused) {
		bool framed;
		enum file_step step = file_step(f, &framed);

		if (step == FILE_OVER)
			return;
		if (step == FILE_WAIT) {
			file_wait(f);
			break;
		}
		if ((!framed || ++n % FILE_CLOCK_EVERY == 0) && uv_hrtime() >= until)
			break;
	}
	input_batch(&f->in);
}

/* The sender fell silent: what came is judged as it is. */
static void
file_settle(uv_timer_t *h)
{
	struct file *f = h->data;

	if (!f->head && capfile_settle(f->cap))
		(void)uv_idle_start(&f->idle, file_idle);
}

static void
file_idle(uv_idle_t *h)
{
	file_slice(h->data);
}

/* A hang-up is found by read(2) as the end, after what is still in the pipe. */
static void
file_readable(uv_poll_t *h, int status, int events)
{
	struct file *f = h->data;

	(void)status;
	(void)events;
	(void)uv_poll_stop(&f->poll);
	(void)uv_idle_start(&f->idle, file_idle);
	file_slice(f);
}

static int
file_handles(struct file *f, struct errmsg *em)
{
	int rc;

	if (f->in.sink.text != NULL)
		capfile_allow_text(f->cap);

	(void)uv_idle_init(f->in.loop, &f->idle);
	f->idle.data = f;
	f->handles++;
	if (!f->in.live)
		return 0;
	/* libuv sets the descriptor to non-blocking here. */
	rc = uv_poll_init(f->in.loop, &f->poll, f->fd);
	if (rc != 0)
		return errmsg_set(em, rc, "%s cannot be waited for: %s", f->in.name, uv_strerror(rc));
	f->poll.data = f;
	f->has_poll = true;
	f->handles++;
	if (f->in.sink.text != NULL) {
		(void)uv_timer_init(f->in.loop, &f->settle);
		f->settle.data = f;
		f->has_settle = true;
		f->handles++;
	}
	return 0;
}

static int
file_start(struct input *in, struct errmsg *em)
{
	struct file *f = (struct file *)in;
	int rc = file_handles(f, em);

	while (rc == 0 && !in->live && !f->head) {
		rc = file_head_step(f, em);
		if (rc > 0)
			rc = 0;
	}
	if (rc == 0 && !in->paused)
		(void)uv_idle_start(&f->idle, file_idle);
	return rc;
}

static void
file_pause(struct input *in)
{
	struct file *f = (struct file *)in;

	if (in->state != INPUT_OPEN && in->state != INPUT_READING)
		return;
	if (in->paused) {
		file_stop(f);
		return;
	}
	(void)uv_idle_start(&f->idle, file_idle);
	file_settle_soon(f);
}

static void
file_closed(uv_handle_t *h)
{
	struct file *f = h->data;

	if (--f->handles == 0)
		file_free(f);
}

static void
file_close(struct input *in)
{
	struct file *f = (struct file *)in;

	if (f->handles == 0) {
		file_free(f);
		return;
	}
	/* Closed before the descriptor, so that epoll never holds a dead one. */
	if (f->has_poll)
		uv_close((uv_handle_t *)&f->poll, file_closed);
	if (f->has_settle)
		uv_close((uv_handle_t *)&f->settle, file_closed);
	uv_close((uv_handle_t *)&f->idle, file_closed);
}

const struct input_ops input_file_ops = {
	.open = file_open,
	.start = file_start,
	.pause = file_pause,
	.close = file_close,
};
