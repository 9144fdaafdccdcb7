/*
 * console - store, viewer and terminal on one loop; see console.h.
 * Draws at most ten times a second and only when something moved; keys draw at once; a slow terminal costs frames,
 * never keys.
 */
#include "app/console.h"

#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "app/clock.h"
#include "sipwhy/mem.h"
#include "sipwhy/record.h"
#include "sipwhy/sip.h"
#include "sipwhy/store.h"
#include "sipwhy/term.h"
#include "sipwhy/view.h"

enum { CONSOLE_FRAME_MS = 100, CONSOLE_SECOND_MS = 1000, CONSOLE_READ = 256 * 1024, CONSOLE_READS = 8 };

struct console {
	uv_loop_t loop;
	const struct options *o;
	struct store *store;
	struct theme theme;
	struct viewer *viewer;
	struct canvas *canvas;
	struct term *term;
	int tty_in, tty_out, in_fd;
	bool loop_ok, hungup, quit;
	uv_poll_t keys, stream;
	uv_timer_t frame, second, duration;
	uv_signal_t signals[4];
	uint64_t drawn_ms, drawn_revision;
	bool drawn, wanted;
	char *read_buf;
};

static void
console_leave(struct console *c)
{
	c->quit = true;
	uv_stop(&c->loop);
}

static void
console_draw(struct console *c)
{
	store_advance(c->store, clock_wall_ns());
	canvas_clear(c->canvas);
	viewer_draw(c->viewer, c->canvas);
	c->drawn_ms = uv_now(&c->loop);
	c->drawn_revision = store_revision(c->store);
	c->wanted = false;
	if (term_present(c->term, c->canvas) != 0) {
		c->hungup = true;
		console_leave(c);
	}
}

static void console_on_frame(uv_timer_t *h);

/* Draw now, or as soon as the last frame is old enough and out of the terminal's queue. */
static void
console_want(struct console *c, bool now)
{
	uint64_t age = uv_now(&c->loop) - c->drawn_ms;

	if ((now || age >= CONSOLE_FRAME_MS) && !term_busy(c->term)) {
		console_draw(c);
		return;
	}
	if (!c->wanted)
		(void)uv_timer_start(
		    &c->frame, console_on_frame, age < CONSOLE_FRAME_MS ? CONSOLE_FRAME_MS - age : CONSOLE_FRAME_MS, 0);
	c->wanted = true;
}

static void
console_on_frame(uv_timer_t *h)
{
	struct console *c = h->data;

	c->wanted = false;
	console_want(c, false);
}

/* Rates fall and the clock goes on although nothing comes. */
static void
console_on_second(uv_timer_t *h)
{
	console_want(h->data, false);
}

static void
console_command(struct console *c, enum command command)
{
	switch (command) {
	case COMMAND_NONE:
		break;
	case COMMAND_QUIT:
		console_leave(c);
		break;
	case COMMAND_PAUSE:
		if (store_freeze(c->store, !store_frozen(c->store)) != 0)
			viewer_say(c->viewer, "not paused: out of memory");
		break;
	case COMMAND_REPAINT:
		term_repaint(c->term);
		break;
	case COMMAND_GROUP_ACK:
		store_group_ack(c->store, viewer_group(c->viewer));
		break;
	case COMMAND_GROUP_MUTE:
		store_group_mute(c->store, viewer_group(c->viewer), true);
		break;
	case COMMAND_GROUP_UNMUTE:
		store_group_mute(c->store, viewer_group(c->viewer), false);
		break;
	}
}

static void
console_resize(struct console *c)
{
	int rows, cols;

	term_resize(c->term);
	term_size(c->term, &rows, &cols);
	if (canvas_resize(c->canvas, rows, cols) != 0)
		viewer_say(c->viewer, "out of memory: the old size stays");
}

static void
console_on_keys(uv_poll_t *h, int status, int events)
{
	struct console *c = h->data;
	int64_t key = UI_KEY_NONE;

	(void)events;
	while (!c->quit && status == 0 && (key = term_key(c->term)) > UI_KEY_NONE) {
		console_command(c, viewer_key(c->viewer, (uint32_t)key));
	}
	if (status != 0 || key < 0) {
		c->hungup = true;
		console_leave(c);
	}
	if (!c->quit)
		console_want(c, true);
}

/* A bounded number of reads a turn: keys come first even when records pour in. */
static void
console_on_stream(uv_poll_t *h, int status, int events)
{
	struct console *c = h->data;
	ssize_t n = 0;

	(void)status;
	(void)events;
	for (int i = 0; i < CONSOLE_READS; i++) {
		n = read(c->in_fd, c->read_buf, CONSOLE_READ);
		if (n <= 0)
			break;
		store_feed(c->store, c->read_buf, (size_t)n);
	}
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		(void)uv_poll_stop(&c->stream);
		store_note(c->store, false, "the supervisor is gone: nothing new will come");
	}
	if (store_revision(c->store) != c->drawn_revision)
		console_want(c, false);
}

static void
console_on_signal(uv_signal_t *h, int signo)
{
	struct console *c = h->data;

	if (signo == SIGWINCH) {
		console_resize(c);
		console_want(c, false);
		return;
	}
	console_leave(c);
}

static void
console_on_duration(uv_timer_t *h)
{
	console_leave(h->data);
}

/*
 * Keys come through a descriptor of our own: polling makes it non-blocking, and that must not stick to the one that the
 * shell and our output share.  It is also the only way to keys when packets come on stdin.
 */
static int
console_open_tty(struct console *c, struct errmsg *em)
{
	c->tty_in = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (c->tty_in < 0)
		return errmsg_set(
		    em, -ENOTTY, "no terminal to draw on: run it in one, or use -N for a report without a screen");
	c->tty_out = isatty(STDOUT_FILENO) ? dup(STDOUT_FILENO) : open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	return c->tty_out >= 0 ? 0 : errmsg_set(em, -errno, "the terminal can't be opened: %s", strerror(errno));
}

/* The user's file, the installed one, the one beside the sources; the built-in colours are the same as the last two. */
static int
console_theme(struct console *c, struct errmsg *em)
{
	theme_default(&c->theme);
	if (c->o->theme != NULL)
		return theme_load(&c->theme, c->o->theme, em);
	(void)theme_load(&c->theme, PKGDATADIR "/themes/default.theme", em);
	em->text[0] = '\0';
	return 0;
}

static int
console_open_term(struct console *c, struct errmsg *em)
{
	bool mono = getenv("NO_COLOR") != NULL && getenv("NO_COLOR")[0] != '\0';
	int rows, cols, err = term_open(&c->term, c->tty_in, c->tty_out, &c->theme, mono, em);

	if (err != 0)
		return err;
	term_size(c->term, &rows, &cols);
	c->canvas = canvas_new(rows, cols);
	c->viewer = viewer_new(c->store, &c->theme);
	if (c->canvas == NULL || c->viewer == NULL)
		return errmsg_set(em, -ENOMEM, "out of memory");
	canvas_set_ascii(c->canvas, strcmp(nl_langinfo(CODESET), "UTF-8") != 0);
	return 0;
}

static int
console_open(struct console *c, struct errmsg *em)
{
	struct store_cfg cfg = { .events = c->o->limit, .seed = clock_seed(), .phrase = sip_code_phrase };
	int err;

	c->store = store_new(&cfg);
	c->read_buf = mem_alloc(CONSOLE_READ);
	if (c->store == NULL || c->read_buf == NULL)
		return errmsg_set(em, -ENOMEM, "out of memory");
	err = uv_loop_init(&c->loop);
	if (err != 0)
		return errmsg_set(em, err, "can't start an event loop: %s", uv_strerror(err));
	c->loop_ok = true;
	if ((err = console_open_tty(c, em)) != 0 || (err = console_theme(c, em)) != 0)
		return err;
	return console_open_term(c, em);
}

int
console_new(struct console **out, const struct options *o, int in_fd, struct errmsg *em)
{
	struct console *c = mem_zalloc(sizeof *c);
	int err;

	if (c == NULL)
		return errmsg_set(em, -ENOMEM, "out of memory");
	c->o = o;
	c->in_fd = in_fd;
	c->tty_in = c->tty_out = -1;
	err = console_open(c, em);
	if (err != 0) {
		console_free(c);
		return err;
	}
	*out = c;
	return 0;
}

static void
console_start(struct console *c)
{
	static const int signals[] = { SIGWINCH, SIGHUP, SIGTERM, SIGINT };
	uv_timer_t *timers[] = { &c->frame, &c->second, &c->duration };

	for (size_t i = 0; i < sizeof timers / sizeof timers[0]; i++) {
		(void)uv_timer_init(&c->loop, timers[i]);
		timers[i]->data = c;
	}
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
		(void)uv_signal_init(&c->loop, &c->signals[i]);
		c->signals[i].data = c;
		(void)uv_signal_start(&c->signals[i], console_on_signal, signals[i]);
	}
	(void)uv_poll_init(&c->loop, &c->keys, c->tty_in);
	(void)uv_poll_init(&c->loop, &c->stream, c->in_fd);
	c->keys.data = c->stream.data = c;
	(void)uv_poll_start(&c->keys, UV_READABLE | UV_DISCONNECT, console_on_keys);
	(void)uv_poll_start(&c->stream, UV_READABLE, console_on_stream);
	(void)uv_timer_start(&c->second, console_on_second, CONSOLE_SECOND_MS, CONSOLE_SECOND_MS);
	if (c->o->duration_s > 0)
		(void)uv_timer_start(&c->duration, console_on_duration, c->o->duration_s * 1000, 0);
}

int
console_run(struct console *c)
{
	int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);

	/* Libraries complain on stderr; there the screen is. */
	if (quiet >= 0)
		(void)dup2(quiet, STDERR_FILENO);
	console_start(c);
	console_draw(c);
	if (!c->quit)
		(void)uv_run(&c->loop, UV_RUN_DEFAULT);
	return 0;
}

static void
console_close_handle(uv_handle_t *h, void *arg)
{
	(void)arg;
	if (!uv_is_closing(h))
		uv_close(h, NULL);
}

void
console_free(struct console *c)
{
	if (c == NULL)
		return;
	if (c->term != NULL)
		term_close(c->term, c->hungup);
	if (c->loop_ok) {
		uv_walk(&c->loop, console_close_handle, NULL);
		(void)uv_run(&c->loop, UV_RUN_DEFAULT);
		(void)uv_loop_close(&c->loop);
	}
	viewer_free(c->viewer);
	canvas_free(c->canvas);
	store_free(c->store);
	mem_free(c->read_buf);
	if (c->tty_in >= 0)
		(void)close(c->tty_in);
	if (c->tty_out >= 0)
		(void)close(c->tty_out);
	mem_free(c);
}
