/*
 * demo - the made-up traffic of demo_traffic as an input: ten minutes of past at once, then in real time.
 *
 * Know: wall time is read once, at the start; from there the loop's monotonic clock counts, so that a clock that is set
 * meanwhile does not stop or flood the demo.
 */
#include "input_int.h"

#include <errno.h>
#include <uv.h>

#include "demo_traffic.h"
#include "sipwhy/mem.h"

enum { DEMO_SLICE_NS = 5 * 1000 * 1000, DEMO_CLOCK_EVERY = 16, DEMO_WAIT_MAX_MS = 250 };

/* Names for the addresses in demo_msg.c. */
static const struct input_demo_peer demo_peers[] = {
	{ "198.51.100.20", "wholesale" },
	{ "198.51.100.40", "northlink" },
	{ "203.0.113.15", "citytel" },
	{ "2001:db8:40::15", "globalvoice" },
	{ "192.0.2.10", "pbx-demo" },
	{ "2001:db8:10::10", "pbx-demo" },
};

struct demo_input {
	struct input in;
	struct demo *demo;
	uv_timer_t timer;
	uint64_t seed;
	uint64_t now_mono_ns;
	int64_t start_ns, now_ns;
};

const struct input_demo_peer *
input_demo_peers(size_t *n)
{
	*n = sizeof demo_peers / sizeof demo_peers[0];
	return demo_peers;
}

int64_t
input_demo_past_ns(void)
{
	return DEMO_PAST_NS;
}

static int
demo_open(struct input **out, const struct input_cfg *cfg, struct errmsg *em)
{
	struct demo_input *d = mem_zalloc(sizeof *d);
	int rc = 0;

	if (d == NULL)
		return errmsg_set(em, -ENOMEM, "demo: memory is short");
	input_init(&d->in, &input_demo_ops, cfg, "demo");
	d->seed = cfg->seed;
	d->start_ns = cfg->start_ns != 0 ? cfg->start_ns : cfg->now_ns;
	d->now_ns = cfg->now_ns;
	d->now_mono_ns = uv_hrtime();
	if (cfg->bpf != NULL && cfg->bpf[0] != '\0')
		rc = input_bpf_new(&d->in.bpf, cfg->bpf, em);
	if (rc != 0) {
		mem_free(d);
		return rc;
	}
	*out = &d->in;
	return 0;
}

static int64_t
demo_now(const struct demo_input *d)
{
	return d->now_ns + (int64_t)(uv_hrtime() - d->now_mono_ns);
}

static void demo_tick(uv_timer_t *h);

static void
demo_arm(struct demo_input *d, bool more)
{
	int64_t wait_ms = (demo_due(d->demo) - demo_now(d)) / 1000000 + 1;

	if (more || wait_ms < 0)
		wait_ms = 0;
	if (wait_ms > DEMO_WAIT_MAX_MS)
		wait_ms = DEMO_WAIT_MAX_MS;
	(void)uv_timer_start(&d->timer, demo_tick, (uint64_t)wait_ms, 0);
}

static void
demo_tick(uv_timer_t *h)
{
	struct demo_input *d = h->data;
	int64_t now = demo_now(d);
	uint64_t until = uv_hrtime() + DEMO_SLICE_NS;
	struct frame f;
	bool more = true;

	input_become(&d->in, INPUT_READING, "");
	for (unsigned n = 1; more && !d->in.paused; n++) {
		more = demo_next(d->demo, now, &f) == 1;
		if (more)
			input_deliver(&d->in, &f);
		if (n % DEMO_CLOCK_EVERY == 0 && uv_hrtime() >= until)
			break;
	}
	input_batch(&d->in);
	if (!d->in.paused && !d->in.closing)
		demo_arm(d, more);
}

static int
demo_start(struct input *in, struct errmsg *em)
{
	struct demo_input *d = (struct demo_input *)in;
	d->demo = demo_new(d->seed, d->start_ns);
	if (d->demo == NULL)
		return errmsg_set(em, -ENOMEM, "demo: memory is short");
	(void)uv_timer_init(in->loop, &d->timer);
	d->timer.data = d;
	if (!in->paused)
		(void)uv_timer_start(&d->timer, demo_tick, 0, 0);
	return 0;
}

static void
demo_pause(struct input *in)
{
	struct demo_input *d = (struct demo_input *)in;

	if (in->paused)
		(void)uv_timer_stop(&d->timer);
	else
		(void)uv_timer_start(&d->timer, demo_tick, 0, 0);
}

static void
demo_closed(uv_handle_t *h)
{
	struct demo_input *d = h->data;

	demo_free(d->demo);
	input_bpf_free(d->in.bpf);
	mem_free(d);
}

static void
demo_close(struct input *in)
{
	struct demo_input *d = (struct demo_input *)in;

	if (d->demo == NULL) {
		input_bpf_free(in->bpf);
		mem_free(d);
		return;
	}
	uv_close((uv_handle_t *)&d->timer, demo_closed);
}

const struct input_ops input_demo_ops = {
	.open = demo_open,
	.start = demo_start,
	.pause = demo_pause,
	.close = demo_close,
	.live = true,
};
