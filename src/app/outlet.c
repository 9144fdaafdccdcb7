/* outlet - the engine's end of the record stream; see outlet.h. */
#include "app/outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "sipwhy/buf.h"
#include "sipwhy/mem.h"

enum {
	OUTLET_MAX = 16 << 20,
	OUTLET_TICK_ROOM = 12 << 20, /* events stop here, ticks go on */
	OUTLET_MESSAGE_ROOM = 8 << 20, /* a file is not read above OUTLET_FULL, so that its messages are all told */
	OUTLET_FULL = 4 << 20,
	OUTLET_LATE = 64 << 10, /* messages go out by so many */
	OUTLET_END = 2, /* without its last two bytes a line is no JSON */
	OUTLET_FOLDS = 64,
	OUTLET_TEXT = 64,
	OUTLET_NOTICES = 200 /* a second */
};

struct outlet_fold {
	char phrase[OUTLET_TEXT], method[32], peer[OUTLET_TEXT];
};

struct outlet {
	uv_poll_t poll;
	bool polled, polling;
	int fd, err;
	int flags; /* of fd as it was found: others may share it */
	const char *host;
	struct buf buf;
	size_t sent;            /* bytes of buf already written */
	uint64_t written, next; /* next: where the watcher waits */
	outlet_written_fn watch;
	void *watch_ctx;
	unsigned rate, tokens, notices; /* the last two: left of this second */
	uint64_t second;
	uint64_t drops, message_drops;
	uint64_t folded; /* id of the last event when that was folded */
	size_t n_folds;
	struct record_fold folds[OUTLET_FOLDS];
	struct outlet_fold text[OUTLET_FOLDS];
};

static void outlet_arm(struct outlet *o);

/* How much of what waits may go at once. */
static size_t
outlet_piece(const struct outlet *o)
{
	size_t n = o->buf.len - o->sent;
	uint64_t left = o->next > o->written ? o->next - o->written : UINT64_MAX;

	if (left > OUTLET_END && left != UINT64_MAX)
		left -= OUTLET_END;
	return n < left ? n : (size_t)left;
}

static void
outlet_write(struct outlet *o)
{
	if (o->watch != NULL)
		o->next = o->watch(o->watch_ctx, o->written);
	while (o->err == 0 && o->sent < o->buf.len) {
		ssize_t n = write(o->fd, o->buf.data + o->sent, outlet_piece(o));

		if (n >= 0) {
			o->sent += (size_t)n;
			o->written += (uint64_t)n;
			if (o->watch != NULL)
				o->next = o->watch(o->watch_ctx, o->written);
		} else if (errno == EAGAIN) {
			break;
		} else if (errno != EINTR) {
			o->err = -errno;
		}
	}
	/* Moving the rest to the front is worth it only when much was sent. */
	if (o->sent == o->buf.len) {
		buf_clear(&o->buf);
		o->sent = 0;
	} else if (o->sent > OUTLET_FULL / 4) {
		buf_drop(&o->buf, o->sent);
		o->sent = 0;
	}
}

static void
outlet_writable(uv_poll_t *h, int status, int events)
{
	struct outlet *o = h->data;

	(void)status;
	(void)events;
	outlet_write(o);
	outlet_arm(o);
}

static void
outlet_arm(struct outlet *o)
{
	bool want = o->polled && o->err == 0 && o->sent < o->buf.len;

	if (want == o->polling)
		return;
	o->polling = want;
	if (want)
		(void)uv_poll_start(&o->poll, UV_WRITABLE, outlet_writable);
	else
		(void)uv_poll_stop(&o->poll);
}

struct outlet *
outlet_new(struct uv_loop_s *loop, int fd, const char *host, unsigned rate)
{
	struct outlet *o = mem_zalloc(sizeof *o);
	struct stat st;

	if (o == NULL)
		return NULL;
	o->fd = fd;
	o->host = host;
	o->rate = rate;
	o->next = UINT64_MAX;
	buf_init(&o->buf, OUTLET_MAX);
	/* A regular file is always ready, and epoll refuses it. */
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode)) {
		o->flags = fcntl(fd, F_GETFL);
		o->polled = uv_poll_init(loop, &o->poll, fd) == 0;
		o->poll.data = o;
	}
	return o;
}

void
outlet_rate(struct outlet *o, unsigned rate)
{
	o->rate = rate;
}

static void
outlet_closed(uv_handle_t *h)
{
	struct outlet *o = h->data;

	buf_fini(&o->buf);
	mem_free(o);
}

void
outlet_close(struct outlet *o)
{
	if (o == NULL)
		return;
	if (o->polled) {
		(void)fcntl(o->fd, F_SETFL, o->flags);
		uv_close((uv_handle_t *)&o->poll, outlet_closed);
		return;
	}
	buf_fini(&o->buf);
	mem_free(o);
}

static size_t
outlet_waiting(const struct outlet *o)
{
	return o->buf.len - o->sent;
}

bool
outlet_ready(const struct outlet *o)
{
	return o->err != 0 || o->buf.len + RECORD_LINE_MAX <= OUTLET_MAX;
}

bool
outlet_full(const struct outlet *o)
{
	return outlet_waiting(o) > OUTLET_FULL;
}

bool
outlet_broken(const struct outlet *o)
{
	return o->err != 0;
}

int
outlet_error(const struct outlet *o)
{
	return o->err;
}

uint64_t
outlet_taken(const struct outlet *o)
{
	return o->written + outlet_waiting(o);
}

void
outlet_watch(struct outlet *o, outlet_written_fn fn, void *ctx)
{
	o->watch = fn;
	o->watch_ctx = ctx;
}

int
outlet_after(struct outlet *o)
{
	buf_puts(&o->buf, "-\n");
	if (buf_ok(&o->buf))
		return 0;
	/* A buffer that failed takes no record any more. */
	o->buf.failed = false;
	return -ENOMEM;
}

int
outlet_put(struct outlet *o, const struct record *r)
{
	return o->err != 0 ? 0 : record_encode(&o->buf, r);
}

void
outlet_flush(struct outlet *o)
{
	outlet_write(o);
	outlet_arm(o);
}

int
outlet_record(struct outlet *o, const struct record *r)
{
	int err = outlet_put(o, r);

	if (err == 0)
		outlet_flush(o);
	else
		o->drops++;
	return err;
}

/* One that gives way to ticks. */
static int
outlet_spare(struct outlet *o, const struct record *r)
{
	if (o->buf.len <= OUTLET_TICK_ROOM)
		return outlet_record(o, r);
	o->drops++;
	return -ENOBUFS;
}

static bool
outlet_fold_is(const struct record_fold *f, const struct event *ev)
{
	return f->code == ev->code && f->q850 == ev->q850 && f->direction == ev->direction &&
	    f->recovered == ev->recovered &&
	    slice_eq(slice_str(f->phrase),
		(struct slice){ ev->phrase.p, ev->phrase.n < OUTLET_TEXT - 1 ? ev->phrase.n : OUTLET_TEXT - 1 }) &&
	    slice_eq(slice_str(f->peer), ev->peer) && slice_eq(slice_str(f->method), ev->method);
}

static void
outlet_fold(struct outlet *o, const struct event *ev)
{
	struct record_fold *f;
	struct outlet_fold *text;
	size_t i;

	for (i = 0; i < o->n_folds; i++)
		if (outlet_fold_is(&o->folds[i], ev)) {
			o->folds[i].n++;
			return;
		}
	/* The last row stands for all signatures that found no row. */
	if (i == OUTLET_FOLDS) {
		f = &o->folds[OUTLET_FOLDS - 1];
		*f = (struct record_fold){ .n = f->n + 1, .phrase = "", .method = "", .peer = "", .q850 = -1 };
		return;
	}
	text = &o->text[i];
	slice_copy(text->phrase, sizeof text->phrase, ev->phrase);
	slice_copy(text->method, sizeof text->method, ev->method);
	slice_copy(text->peer, sizeof text->peer, ev->peer);
	o->folds[i] = (struct record_fold){ .code = ev->code,
		.n = 1,
		.phrase = text->phrase,
		.method = text->method,
		.peer = text->peer,
		.q850 = ev->q850,
		.direction = ev->direction,
		.recovered = ev->recovered };
	o->n_folds++;
}

/* Take one of *left, which is filled anew each second. */
static bool
outlet_token(struct outlet *o, unsigned *left, uint64_t now_ms)
{
	if (o->rate == 0)
		return true;
	if (now_ms / 1000 != o->second) {
		o->second = now_ms / 1000;
		o->tokens = o->rate;
		o->notices = OUTLET_NOTICES;
	}
	if (*left == 0)
		return false;
	--*left;
	return true;
}

void
outlet_event(struct outlet *o, const struct event *ev, uint64_t now_ms)
{
	struct record r = { .type = RECORD_EVENT, .t_ns = ev->t_ns, .host = o->host, .event = *ev };

	o->folded = ev->id;
	if (!outlet_token(o, &o->tokens, now_ms)) {
		outlet_fold(o, ev);
		return;
	}
	if (outlet_spare(o, &r) != 0) {
		outlet_fold(o, ev);
		return;
	}
	o->folded = 0;
}

bool
outlet_message(struct outlet *o, const struct callmsg *c)
{
	struct record r = { .type = RECORD_MESSAGE, .t_ns = c->t_ns, .host = o->host, .message = *c };

	if (c->of == o->folded)
		return false;
	if (o->buf.len > OUTLET_MESSAGE_ROOM || outlet_put(o, &r) != 0)
		o->message_drops++;
	else if (outlet_waiting(o) > OUTLET_LATE)
		outlet_flush(o);
	return true;
}

uint64_t
outlet_message_drops(const struct outlet *o)
{
	return o->message_drops;
}

void
outlet_update(struct outlet *o, const struct event_update *u, uint64_t now_ms)
{
	struct record r = { .type = RECORD_UPDATE, .t_ns = u->t_ns, .host = o->host, .update = *u };

	/* A count that grew may wait for nobody; a failure that was none must be told. */
	if (!u->recovered && u->code == 0 && !outlet_token(o, &o->tokens, now_ms))
		return;
	(void)outlet_spare(o, &r);
}

void
outlet_notice(struct outlet *o, const struct notice *n, uint64_t now_ms)
{
	struct record r = { .type = RECORD_NOTICE, .t_ns = n->t_ns, .host = o->host, .notice = *n };

	if (!outlet_token(o, &o->notices, now_ms))
		return;
	(void)outlet_spare(o, &r);
}

const struct record_fold *
outlet_folds(const struct outlet *o, size_t *n)
{
	*n = o->n_folds;
	return o->folds;
}

void
outlet_folds_taken(struct outlet *o)
{
	o->n_folds = 0;
}

uint64_t
outlet_drops(const struct outlet *o)
{
	return o->drops;
}

bool
outlet_drain(struct outlet *o, int timeout_ms)
{
	struct pollfd p = { .fd = o->fd, .events = POLLOUT };

	outlet_write(o);
	while (o->err == 0 && o->sent < o->buf.len && poll(&p, 1, timeout_ms) > 0)
		outlet_write(o);
	return o->sent == o->buf.len;
}
