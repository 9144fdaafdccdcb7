/*
 * follow - a log file that is written while it is read: its lines as they come, through rotation and truncation.
 *
 * Know: a generation is read to its end before the next one is begun.  While that next one stands in its place and is
 * empty, the writer has not changed over yet; when it has bytes, the old one may stay quiet for a moment before it is
 * left; and when it was itself replaced, nothing more comes of the old one and there is no waiting.
 */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "follow_int.h"
#include "sipwhy/mem.h"

int64_t
follow_now_ns(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

uint64_t
follow_now_ms(void)
{
	return uv_hrtime() / 1000000;
}

static bool
follow_may_read(const struct follow *f)
{
	return !f->in.paused && !f->in.closing && (f->in.state == INPUT_OPEN || f->in.state == INPUT_READING);
}

static void follow_turn(uv_idle_t *h);

void
follow_wake(struct follow *f)
{
	if (follow_may_read(f))
		(void)uv_idle_start(&f->idle, follow_turn);
}

static void
follow_soon(uv_timer_t *h)
{
	follow_wake(h->data);
}

void
follow_wake_in(struct follow *f, unsigned ms)
{
	if (!uv_is_active((uv_handle_t *)&f->soon) || uv_timer_get_due_in(&f->soon) > ms)
		(void)uv_timer_start(&f->soon, follow_soon, ms, 0);
}

/* Lines out. */

static void
follow_place_told(struct follow *f)
{
	f->in.st.ino = f->cur.fd >= 0 ? f->cur.ino : 0;
	f->in.st.offset = f->at - (f->end - f->pos);
}

/* The next block out of the window; false when there is none. */
static bool
follow_hand_over(struct follow *f, enum textcut_mode mode)
{
	struct textcut_block b;
	struct text t = { .origin = f->origin, .live = f->live };

	if (!textcut_next(&f->cut, f->buf + f->pos, f->end - f->pos, mode, &b))
		return false;
	f->pos += b.take;
	follow_place_told(f);
	if (b.len == 0)
		return true;
	t.t_ns = follow_now_ns();
	t.data = b.data;
	t.len = b.len;
	t.lines = b.lines;
	t.plain = b.plain;
	t.cut = b.cut;
	input_deliver_text(&f->in, &t);
	return true;
}

/* Nothing more comes of these bytes. */
static void
follow_flush(struct follow *f)
{
	while (follow_hand_over(f, TEXTCUT_LAST))
		;
	f->cut.skipping = false;
	f->nuls = false;
}

/* Files in hand. */

void
follow_adopt(struct follow *f, const struct follow_file *file, uint64_t at)
{
	struct stat st;

	f->cur = *file;
	f->pos = f->end = 0;
	f->at = at;
	f->old_end = fstat(file->fd, &st) == 0 && !file->fifo ? (uint64_t)st.st_size : 0;
	f->fed_ms = follow_now_ms();
	follow_place_told(f);
}

/*
 * A file that is not in its place any more: what came after it was born after it, and not long before its last byte
 * (the new file stands there before the writer changes over).
 */
static int64_t
follow_since(const struct follow_file *file)
{
	struct stat st;
	int64_t last_ns;

	if (fstat(file->fd, &st) != 0)
		return file->born_ns;
	last_ns = (st.st_mtim.tv_sec - 10) * INT64_C(1000000000) + st.st_mtim.tv_nsec;
	return last_ns > file->born_ns ? last_ns : file->born_ns;
}

void
follow_switch(struct follow *f)
{
	struct follow_file next = f->next;
	bool in_place = next.in_place;

	follow_flush(f);
	follow_fifo_unwatch(f);
	(void)close(f->cur.fd);
	f->next.fd = -1;
	f->next_ms = 0;
	f->in.st.rotations++;
	f->since_ns = in_place ? f->next_since_ns : follow_since(&next);
	follow_adopt(f, &next, 0);
	if (!in_place)
		follow_look(f);
}

/* Smaller than what was read of it: it was truncated, and the writer begins anew. */
static void
follow_check_size(struct follow *f)
{
	struct stat st;
	off_t data;

	if (f->cur.fifo || fstat(f->cur.fd, &st) != 0 || (uint64_t)st.st_size >= f->at)
		return;
	follow_flush(f);
	input_text_end(&f->in, f->origin++);
	f->in.st.rotations++;
	/* A writer that does not append goes on where it was: before that there is nothing, not even blocks. */
	data = lseek(f->cur.fd, 0, SEEK_DATA);
	if (data < 0)
		data = 0;
	(void)lseek(f->cur.fd, data, SEEK_SET);
	f->pos = f->end = 0;
	f->at = (uint64_t)data;
	f->nuls = true;
	follow_place_told(f);
}

/* Reading. */

static size_t
follow_room(struct follow *f)
{
	size_t room;

	if (f->pos == f->end)
		f->pos = f->end = 0;
	if (FOLLOW_WINDOW - f->end < TEXT_MAX) {
		memmove(f->buf, f->buf + f->pos, f->end - f->pos);
		f->end -= f->pos;
		f->pos = 0;
	}
	room = FOLLOW_WINDOW - f->end;
	room = room < FOLLOW_CHUNK ? room : FOLLOW_CHUNK;
	/* What was there before is handed over apart from what is new. */
	if (!f->live && f->old_end > f->at && f->old_end - f->at < room)
		room = (size_t)(f->old_end - f->at);
	assert(room > 0);
	return room;
}

static void
follow_skip_nuls(struct follow *f)
{
	while (f->pos < f->end && f->buf[f->pos] == 0)
		f->pos++;
	f->nuls = f->pos == f->end;
}

/* Read once: bytes that came, 0 the end for now, negative errno. */
static ssize_t
follow_read(struct follow *f)
{
	size_t room = follow_room(f);
	ssize_t n;

	if (!f->live && f->cur.in_place && f->at >= f->old_end)
		f->live = true;
	do
		n = read(f->cur.fd, f->buf + f->end, room);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	f->end += (size_t)n;
	f->at += (uint64_t)n;
	f->turn += (size_t)n;
	if (n > 0)
		f->fed_ms = follow_now_ms();
	if (f->nuls)
		follow_skip_nuls(f);
	return n;
}

/* All is read and a next file is there: is it time for it?  If not, look again in a while. */
static bool
follow_is_time(struct follow *f)
{
	uint64_t now_ms = follow_now_ms(), from_ms;
	struct stat st;

	if (!f->next.in_place)
		return true;
	if (f->next_ms == 0 && (f->next.fifo || (fstat(f->next.fd, &st) == 0 && st.st_size > 0)))
		f->next_ms = now_ms;
	if (f->next_ms == 0)
		return false;
	from_ms = f->next_ms > f->fed_ms ? f->next_ms : f->fed_ms;
	if (now_ms - from_ms >= FOLLOW_LINGER_MS)
		return true;
	follow_wake_in(f, (unsigned)(FOLLOW_LINGER_MS - (now_ms - from_ms)));
	return false;
}

/* The end for now; true when there is something to read after all. */
static bool
follow_at_end(struct follow *f)
{
	if (f->next.fd >= 0 && follow_is_time(f)) {
		follow_switch(f);
		return true;
	}
	if (f->cur.fifo && f->next.fd < 0) {
		f->refresh = true;
		follow_look(f);
	}
	return false;
}

static void
follow_fifo_closed(uv_handle_t *h)
{
	mem_free(h);
}

void
follow_fifo_unwatch(struct follow *f)
{
	if (f->fifo_poll != NULL)
		uv_close((uv_handle_t *)f->fifo_poll, follow_fifo_closed);
	f->fifo_poll = NULL;
}

static void
follow_fifo_readable(uv_poll_t *h, int status, int events)
{
	struct follow *f = h->data;

	(void)status;
	(void)events;
	(void)uv_poll_stop(h);
	follow_wake(f);
}

/* Without memory for the handle the tick looks into the FIFO. */
void
follow_fifo_watch(struct follow *f)
{
	if (f->fifo_poll == NULL) {
		f->fifo_poll = mem_zalloc(sizeof *f->fifo_poll);
		if (f->fifo_poll == NULL)
			return;
		if (uv_poll_init(f->in.loop, f->fifo_poll, f->cur.fd) != 0) {
			mem_free(f->fifo_poll);
			f->fifo_poll = NULL;
			return;
		}
		f->fifo_poll->data = f;
	}
	(void)uv_poll_start(f->fifo_poll, UV_READABLE | UV_DISCONNECT, follow_fifo_readable);
}

static void
follow_failed(struct follow *f, int err)
{
	struct errmsg em = { "" };

	(void)uv_idle_stop(&f->idle);
	(void)uv_timer_stop(&f->tick);
	(void)uv_timer_stop(&f->soon);
	follow_flush(f);
	input_text_end(&f->in, f->origin);
	input_batch(&f->in);
	(void)errmsg_set(&em, err, "%s: reading failed at offset %" PRIu64 ": %s", f->in.name, f->at, strerror(-err));
	input_become(&f->in, INPUT_FAILED, em.text);
}

/* The window is empty of lines: read; false when there is nothing to read now. */
static bool
follow_more(struct follow *f)
{
	ssize_t n = follow_read(f);

	if (n > 0 || (n == 0 && follow_at_end(f)))
		return true;
	(void)uv_idle_stop(&f->idle);
	if (n == -EAGAIN && f->cur.fifo) {
		if (f->next.fd >= 0 && follow_is_time(f)) {
			follow_switch(f);
			follow_wake(f);
			return true;
		}
		follow_fifo_watch(f);
	} else if (n < 0 && n != -EAGAIN) {
		follow_failed(f, (int)n);
	}
	return false;
}

static void
follow_begin(struct follow *f)
{
	input_become(&f->in, INPUT_READING, f->first.text);
	follow_look(f);
}

static void
follow_turn(uv_idle_t *h)
{
	struct follow *f = h->data;
	uint64_t until = uv_hrtime() + FOLLOW_SLICE_NS;

	if (f->in.state == INPUT_OPEN)
		follow_begin(f);
	if (f->cur.fd < 0) {
		(void)uv_idle_stop(&f->idle);
		return;
	}
	follow_check_size(f);
	f->turn = 0;
	while (follow_may_read(f) && uv_hrtime() < until)
		if (!follow_hand_over(f, TEXTCUT_EAGER) && (f->turn >= FOLLOW_TURN || !follow_more(f)))
			break;
	if (f->in.state == INPUT_READING)
		input_batch(&f->in);
}

static void
follow_tick(uv_timer_t *h)
{
	struct follow *f = h->data;

	if (f->in.state == INPUT_READING)
		follow_look(f);
	/* A FIFO that nobody writes to reads as ended: its poll says when there is something. */
	if (f->fifo_poll == NULL || !uv_is_active((uv_handle_t *)f->fifo_poll))
		follow_wake(f);
}

/* Life. */

static void
follow_free(struct follow *f)
{
	if (f->cur.fd >= 0)
		(void)close(f->cur.fd);
	if (f->next.fd >= 0)
		(void)close(f->next.fd);
	if (f->notify >= 0)
		(void)close(f->notify);
	if (f->opener >= 0)
		(void)close(f->opener);
	mem_free(f->buf);
	mem_free(f->path);
	mem_free(f);
}

/* The file as it is now: in hand, waited for, or refused. */
static int
follow_open_first(struct follow *f, const struct input_cfg *cfg, struct errmsg *em)
{
	struct follow_ask ask = { .kind = FOLLOW_FIRST };
	struct follow_answer a;
	struct follow_file file;
	int64_t now_ns = follow_now_ns();
	int fd = follow_open(f->path, &ask, &a);
	off_t at = 0;

	f->since_ns = now_ns - FOLLOW_SLACK_NS;
	f->complained = a.err;
	if (fd < 0) {
		follow_sentence(f, a.err, &f->first);
		f->live = true;
		if (a.err == -EISDIR)
			return errmsg_set(em, a.err, "%.200s is a directory: name a log file in it", f->path);
		if (a.err == -ENODEV || a.err == -ENOTSOCK)
			return errmsg_set(em, a.err, "%.200s is a %s, not a log file", f->path,
			    a.err == -ENODEV ? "device" : "socket");
		return a.err == -ENOENT
		    ? 0
		    : errmsg_set(em, a.err, "%.200s cannot be opened: %s", f->path, strerror(-a.err));
	}
	follow_file_of(&file, &a, fd);
	if (!cfg->from_start && !file.fifo)
		at = lseek(fd, 0, SEEK_END);
	follow_adopt(f, &file, at > 0 ? (uint64_t)at : 0);
	f->live = !cfg->from_start || file.fifo;
	return 0;
}

/* Go on where another engine stopped; 0 when there is nothing to go on with. */
static int
follow_resume(struct follow *f, const struct input_cfg *cfg)
{
	struct follow_ask ask = { .kind = FOLLOW_FIND, .ino = cfg->resume_ino, .size = cfg->resume_offset };
	struct follow_answer a;
	struct follow_file file;
	int64_t now_ns = follow_now_ns();
	int fd = follow_open(f->path, &ask, &a);

	if (fd < 0)
		return 0;
	follow_file_of(&file, &a, fd);
	if (!file.fifo)
		(void)lseek(fd, (off_t)cfg->resume_offset, SEEK_SET);
	follow_adopt(f, &file, file.fifo ? 0 : cfg->resume_offset);
	f->live = file.fifo;
	f->since_ns = file.in_place ? now_ns - FOLLOW_SLACK_NS : follow_since(&file);
	return 1;
}

/* What was in hand is gone: what stands there now is new from its first byte. */
static int
follow_open_resumed(struct follow *f, const struct input_cfg *cfg, struct errmsg *em)
{
	struct input_cfg all = *cfg;
	int err;

	if (follow_resume(f, cfg) > 0)
		return 0;
	all.from_start = true;
	err = follow_open_first(f, &all, em);
	if (err == 0 && f->cur.fd >= 0)
		(void)errmsg_set(&f->first, 0,
		    "%.200s was replaced or truncated while nobody read it: its lines are read from the first on",
		    f->path);
	/* It was a log file before, so it may become one again. */
	return 0;
}

static int
follow_open_input(struct input **out, const struct input_cfg *cfg, struct errmsg *em)
{
	struct follow *f = mem_zalloc(sizeof *f);
	const char *slash = strrchr(cfg->arg, '/');
	size_t packed;
	int rc;

	if (f == NULL)
		return errmsg_set(em, -ENOMEM, "%.200s cannot be followed: memory is short", cfg->arg);
	/* By its name: nothing is read before the rights are dropped. */
	if ((packed = follow_packed(cfg->arg)) > 0) {
		mem_free(f);
		return errmsg_set(em, -EINVAL, "%.200s is compressed, which is not written line by line: %s", cfg->arg,
		    strcmp(cfg->arg + packed, ".gz") == 0 ? "read it with -I" : "unpack it, and read that with -I");
	}
	input_init(&f->in, &input_follow_ops, cfg, slash != NULL && slash[1] != '\0' ? slash + 1 : cfg->arg);
	f->cur.fd = f->next.fd = f->notify = f->opener = -1;
	f->origin = 1;
	f->buf = mem_alloc(FOLLOW_WINDOW);
	f->path = mem_strndup(cfg->arg, strlen(cfg->arg));
	if (f->buf == NULL || f->path == NULL) {
		follow_free(f);
		return errmsg_set(em, -ENOMEM, "%.200s cannot be followed: memory is short", cfg->arg);
	}
	slash = strrchr(f->path, '/');
	f->base = slash != NULL ? slash + 1 : f->path;
	/* Watched before it is looked at, so that nothing happens in between unseen. */
	follow_notify_open(f);
	rc = cfg->resume_ino != 0 ? follow_open_resumed(f, cfg, em) : follow_open_first(f, cfg, em);
	if (rc != 0) {
		follow_free(f);
		return rc;
	}
	f->opener = cfg->opener;
	*out = &f->in;
	return 0;
}

static int
follow_start(struct input *in, struct errmsg *em)
{
	struct follow *f = (struct follow *)in;

	(void)uv_idle_init(in->loop, &f->idle);
	(void)uv_timer_init(in->loop, &f->tick);
	(void)uv_timer_init(in->loop, &f->soon);
	f->idle.data = f->tick.data = f->soon.data = f;
	f->handles = 3;
	if (in->sink.text == NULL)
		return errmsg_set(em, -EINVAL, "%s is a log, and only captures are wanted here", in->name);
	if (follow_look_start(f, em) != 0)
		return -EIO;
	(void)uv_timer_start(&f->tick, follow_tick, FOLLOW_TICK_MS, FOLLOW_TICK_MS);
	follow_wake(f);
	return 0;
}

static void
follow_pause(struct input *in)
{
	struct follow *f = (struct follow *)in;

	if (in->paused)
		(void)uv_idle_stop(&f->idle);
	else
		follow_wake(f);
}

static void
follow_closed(uv_handle_t *h)
{
	struct follow *f = h->data;

	if (--f->handles == 0)
		follow_free(f);
}

static void
follow_close(struct input *in)
{
	struct follow *f = (struct follow *)in;

	if (f->handles == 0) {
		follow_free(f);
		return;
	}
	if (in->state == INPUT_READING)
		follow_flush(f);
	follow_fifo_unwatch(f);
	if (f->has_notify)
		uv_close((uv_handle_t *)&f->notify_poll, follow_closed);
	if (f->opener_open)
		uv_close((uv_handle_t *)&f->opener_poll, follow_closed);
	uv_close((uv_handle_t *)&f->tick, follow_closed);
	uv_close((uv_handle_t *)&f->soon, follow_closed);
	uv_close((uv_handle_t *)&f->idle, follow_closed);
}

const struct input_ops input_follow_ops = {
	.open = follow_open_input,
	.start = follow_start,
	.pause = follow_pause,
	.close = follow_close,
	.live = true,
};
