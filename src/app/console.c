/*
 * console - store, viewer and terminal on one loop; see console.h.
 * Keys draw at once, the rest when console_pace says so; a slow terminal costs frames, never keys.  One timer wakes us:
 * for the next frame that somebody wants, else for the next look at what time alone may change.
 */
#include "app/console.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/console_int.h"
#include "sipwhy/mem.h"
#include "sipwhy/record.h"
#include "sipwhy/sip.h"
#include "sipwhy/timefmt.h"

enum {
	CONSOLE_BUSY_MS = 50, /* between looks at a terminal that takes nothing */
	CONSOLE_PART_MS = 100,
	CONSOLE_MORE_MS = 1,  /* a view that is not done with its list */
	CONSOLE_DOUBLE_MS = 400,
	CONSOLE_READ = 8 * 1024, /* a key waits for so many bytes of records at most */
	CONSOLE_TURN_MS = 2,     /* of records, when no key comes */
	CONSOLE_GATHER = 8, /* reads before the first frame, and how long to wait for each */
	CONSOLE_GATHER_MS = 25
};

void
console_leave(struct console *c)
{
	c->quit = true;
	uv_stop(&c->loop);
}

static void
console_hung_up(struct console *c)
{
	c->hungup = true;
	console_leave(c);
}

static void
console_resize(struct console *c)
{
	int rows, cols;

	c->resized = false;
	term_resize(c->term);
	term_size(c->term, &rows, &cols);
	if (canvas_resize(c->canvas, rows, cols) != 0)
		viewer_say(c->viewer, "out of memory: the old size stays");
}

static void console_on_frame(uv_timer_t *h);

static void
console_wake(struct console *c, uint64_t ms)
{
	(void)uv_timer_start(&c->frame, console_on_frame, ms, 0);
}

static uint64_t
console_minute_ms(void)
{
	return (uint64_t)(60000 - clock_wall_ns() / NS_PER_MS % 60000);
}

/* All that there is has come: whoever opened a file waits for this, and it comes once. */
static bool
console_ended(const struct console *c)
{
	struct store_status st;

	store_status(c->store, &st);
	return st.ended;
}

/* What comes is not all there was any more: the first loss does not wait for the next figures. */
static bool
console_losing(const struct console *c)
{
	struct store_status st;

	store_status(c->store, &st);
	return st.lost > 0;
}

static void
console_draw(struct console *c, bool free)
{
	uint64_t now_ms = uv_now(&c->loop);
	size_t cost = 0;
	int64_t wall_ns = clock_wall_ns();

	if (c->resized)
		console_resize(c);
	store_advance(c->store, wall_ns);
	viewer_clock(c->viewer, wall_ns);
	viewer_quiet(c->viewer, console_pace_quiet(&c->pace, now_ms));
	canvas_clear(c->canvas);
	viewer_draw(c->viewer, c->canvas);
	/* What is looked at in steps is shown at once, ten times a second, and when it is done. */
	if (viewer_busy(c->viewer) && !c->asked && now_ms - c->pace.drawn_ms < CONSOLE_PART_MS) {
		console_wake(c, CONSOLE_MORE_MS);
		return;
	}
	c->drawn_revision = store_revision(c->store);
	c->failures = store_event_total(c->store);
	c->ended = console_ended(c);
	c->losing = console_losing(c);
	c->asked = false;
	if (term_present(c->term, c->canvas, &cost) != 0) {
		console_hung_up(c);
		return;
	}
	console_pace_drew(&c->pace, now_ms, cost, free);
	console_wake(
	    c, viewer_busy(c->viewer) ? CONSOLE_MORE_MS : console_pace_idle(&c->pace, now_ms, console_minute_ms()));
}

/* Draw now, or when it is due and the last frame is out of the terminal's queue. */
static void
console_want(struct console *c, enum console_why why)
{
	uint64_t wait_ms = console_pace_wait(&c->pace, why, uv_now(&c->loop));
	bool busy;

	if (c->quit)
		return;
	busy = wait_ms == 0 && term_busy(c->term);
	c->asked = c->asked || why == WHY_KEY;
	if (wait_ms == 0 && !busy)
		console_draw(c, why == WHY_KEY);
	else if (busy || !uv_is_active((uv_handle_t *)&c->frame) || uv_timer_get_due_in(&c->frame) > wait_ms)
		console_wake(c, busy ? CONSOLE_BUSY_MS : wait_ms);
}

static void
console_on_frame(uv_timer_t *h)
{
	struct console *c = h->data;

	if (term_busy(c->term))
		console_wake(c, CONSOLE_BUSY_MS);
	else
		console_draw(c, c->asked || viewer_busy(c->viewer));
}

/* Critical ones that were not there before; ids rise. */
static void
console_ring(struct console *c)
{
	uint64_t newest[2] = { c->rung[0], c->rung[1] };

	for (size_t i = 0; i < store_incident_count(c->store); i++) {
		const struct incident *in = store_incident_at(c->store, i);

		bool rule = (in->id & INCIDENT_IS_RULE) != 0;

		if (in->level == INCIDENT_CRITICAL && !in->ended && in->id > newest[rule])
			newest[rule] = in->id;
	}
	if ((newest[0] > c->rung[0] || newest[1] > c->rung[1]) && c->bell)
		term_bell(c->term);
	memcpy(c->rung, newest, sizeof newest);
}

/* A double click is two presses at one place. */
static struct ui_mouse
console_mouse(struct console *c)
{
	struct ui_mouse m = term_mouse_event(c->term);
	uint64_t now_ms = uv_now(&c->loop);

	if (m.kind == MOUSE_CLICK && c->click.row == m.row && c->click.col == m.col && c->click_ms > 0 &&
	    now_ms - c->click_ms <= CONSOLE_DOUBLE_MS)
		m.kind = MOUSE_DOUBLE;
	c->click = m;
	c->click_ms = m.kind == MOUSE_CLICK ? now_ms : 0;
	return m;
}

static void
console_key(struct console *c, uint32_t key)
{
	if (key == UI_CTRL('c')) {
		console_leave(c);
		return;
	}
	if (key == UI_CTRL('z')) {
		console_suspend(c);
		return;
	}
	if (key == UI_KEY_MOUSE) {
		struct ui_mouse m = console_mouse(c);

		console_command(c, viewer_mouse(c->viewer, &m));
	} else {
		console_command(c, viewer_key(c->viewer, key));
	}
	console_keep_history(c);
}

static void
console_on_keys(uv_poll_t *h, int status, int events)
{
	struct console *c = h->data;
	int64_t key = UI_KEY_NONE;
	bool any = false;

	(void)events;
	viewer_clock(c->viewer, clock_wall_ns());
	while (!c->quit && status == 0 && (key = term_key(c->term)) > UI_KEY_NONE) {
		console_key(c, (uint32_t)key);
		any = true;
	}
	if (status != 0 || key < 0)
		console_hung_up(c);
	if (any)
		console_want(c, WHY_KEY);
}

/* Is there something to read for term_key? */
static bool
console_typed(const struct console *c)
{
	struct pollfd p = { .fd = c->tty_in, .events = POLLIN };

	return uv_is_active((const uv_handle_t *)&c->keys) && poll(&p, 1, 0) > 0;
}

/* A bounded time a turn, and no more than one read while a key waits: how long a record takes nobody knows. */
static void
console_read(struct console *c)
{
	uint64_t stop = uv_hrtime() + CONSOLE_TURN_MS * (uint64_t)1000000;
	ssize_t n = 0;

	do {
		n = read(c->in_fd, c->read_buf, CONSOLE_READ);
		if (n > 0)
			store_feed(c->store, c->read_buf, (size_t)n);
	} while (n > 0 && uv_hrtime() < stop && !console_typed(c));
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		(void)uv_poll_stop(&c->stream);
		store_note(c->store, false, "the supervisor is gone: nothing new will come");
	}
}

static void
console_on_stream(uv_poll_t *h, int status, int events)
{
	struct console *c = h->data;

	(void)status;
	(void)events;
	/* The loop may come here first, though a key waits. */
	if (console_typed(c))
		console_on_keys(&c->keys, 0, UV_READABLE);
	if (c->quit)
		return;
	console_read(c);
	console_ring(c);
	if (console_ended(c) != c->ended || console_losing(c) != c->losing)
		console_want(c, WHY_RESIZE);
	else if (store_event_total(c->store) != c->failures && !store_frozen(c->store))
		console_want(c, WHY_FAILURE);
	else if (store_revision(c->store) != c->drawn_revision)
		console_want(c, WHY_FIGURES);
}

static void
console_on_signal(uv_signal_t *h, int signo)
{
	struct console *c = h->data;

	switch (signo) {
	case SIGWINCH:
		c->resized = true;
		console_want(c, WHY_RESIZE);
		break;
	case SIGTSTP:
		console_suspend(c);
		console_want(c, WHY_KEY);
		break;
	default:
		console_leave(c);
		break;
	}
}

static void
console_on_duration(uv_timer_t *h)
{
	console_leave(h->data);
}

static int
console_open(struct console *c, struct errmsg *em)
{
	struct store_cfg cfg = { .events = c->o->limit, .seed = clock_seed(), .phrase = sip_code_phrase };
	int err;

	c->seed = clock_seed();
	c->store = store_new(&cfg);
	c->read_buf = mem_alloc(CONSOLE_READ);
	if (c->store == NULL || c->read_buf == NULL)
		return errmsg_set(em, -ENOMEM, "out of memory");
	err = uv_loop_init(&c->loop);
	if (err != 0)
		return errmsg_set(em, err, "can't start an event loop: %s", uv_strerror(err));
	c->loop_ok = true;
	err = console_open_rules(c, em);
	return err != 0 ? err : console_open_screen(c, em);
}

int
console_new(struct console **out, const struct options *o, const struct console_fds *fds, struct history *history,
    struct errmsg *em)
{
	struct console *c = mem_zalloc(sizeof *c);
	int err;

	if (c == NULL)
		return errmsg_set(em, -ENOMEM, "out of memory");
	c->o = o;
	c->in_fd = fds->records;
	c->saver_fd = fds->saver;
	c->tty_in = c->tty_out = -1;
	c->history = history;
	c->bell = o->bell == BELL_CRIT;
	c->mouse = o->mouse;
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
	static const int signals[CONSOLE_SIGNALS] = { SIGWINCH, SIGHUP, SIGTERM, SIGINT, SIGTSTP };
	uv_timer_t *timers[] = { &c->frame, &c->duration };

	for (size_t i = 0; i < sizeof timers / sizeof timers[0]; i++) {
		(void)uv_timer_init(&c->loop, timers[i]);
		timers[i]->data = c;
	}
	for (size_t i = 0; i < CONSOLE_SIGNALS; i++) {
		(void)uv_signal_init(&c->loop, &c->signals[i]);
		c->signals[i].data = c;
		(void)uv_signal_start(&c->signals[i], console_on_signal, signals[i]);
	}
	(void)uv_poll_init(&c->loop, &c->keys, c->tty_in);
	(void)uv_poll_init(&c->loop, &c->stream, c->in_fd);
	c->keys.data = c->stream.data = c;
	(void)uv_poll_start(&c->keys, UV_READABLE | UV_DISCONNECT, console_on_keys);
	(void)uv_poll_start(&c->stream, UV_READABLE, console_on_stream);
	console_pace_init(&c->pace, options_refresh_ms(c->o), uv_now(&c->loop));
	if (c->o->duration_s > 0)
		(void)uv_timer_start(&c->duration, console_on_duration, c->o->duration_s * 1000, 0);
}

/* What the engine says at its start belongs on the first screen: else it is painted twice, and "no engine" at first. */
static void
console_gather(struct console *c)
{
	struct pollfd p = { .fd = c->in_fd, .events = POLLIN };

	for (int i = 0; i < CONSOLE_GATHER && uv_is_active((uv_handle_t *)&c->stream); i++) {
		if (poll(&p, 1, store_source_count(c->store) > 0 ? CONSOLE_GATHER_MS : 4 * CONSOLE_GATHER_MS) <= 0)
			break;
		console_read(c);
	}
}

/* Lines of -c and of the like, as if they were typed after ":". */
static void
console_begin(struct console *c)
{
	for (size_t i = 0; i < c->o->n_commands && !c->quit; i++)
		console_command(c, viewer_command(c->viewer, slice_str(c->o->commands[i])));
	console_gather(c);
	/* The window may have changed before anybody listened; keys typed early are already read. */
	c->resized = true;
	console_draw(c, true);
	if (!c->quit)
		console_on_keys(&c->keys, 0, UV_READABLE);
}

int
console_run(struct console *c)
{
	int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);

	/* Libraries complain on stderr; there the screen is. */
	if (quiet >= 0)
		(void)dup2(quiet, STDERR_FILENO);
	console_start(c);
	console_begin(c);
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

/* A hang-up comes from the kernel and from the supervisor: the second one must not end us half way out. */
static void
console_no_more_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTSTP);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

void
console_free(struct console *c)
{
	if (c == NULL)
		return;
	console_no_more_signals();
	/* The terminal first: what comes after it may fail. */
	if (c->term != NULL)
		term_close(c->term, c->hungup);
	if (c->loop_ok) {
		uv_walk(&c->loop, console_close_handle, NULL);
		(void)uv_run(&c->loop, UV_RUN_DEFAULT);
		(void)uv_loop_close(&c->loop);
	}
	console_close_screen(c);
	store_free(c->store);
	console_close_rules(c);
	mem_free(c->past);
	mem_free(c->read_buf);
	mem_free(c);
}
