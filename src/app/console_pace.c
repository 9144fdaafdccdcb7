/*
 * console_pace - when to draw; see console_pace.h.
 * One thing to know: figures cost about 500 bytes a frame and a list that scrolls 1,500, so a slow line (2 kB/s) bears
 * one frame a second and some more.  Credit is what it has left: a failure on a quiet screen finds plenty and shows at
 * once, fifty a second soon wait for the next second.
 */
#include "app/console_pace.h"

enum {
	PACE_FRAME_MS = 100,    /* between two frames that no key asked for */
	PACE_SLOW_BYTES = 1400, /* a second, and no more than two seconds of it at once */
	PACE_FAST_BYTES = 8000,
	PACE_SLOW_MS = 1000, /* refresh from which on the line counts as slow */
	PACE_CLOCK_BYTES = 96, /* the clock's form, and for how long nothing came */
	PACE_QUIET_MS = 10000,
	PACE_STILL = 3,
	PACE_IDLE_MS = 5000
};

static int64_t
pace_rate(const struct console_pace *p)
{
	return p->refresh_ms >= PACE_SLOW_MS ? PACE_SLOW_BYTES : PACE_FAST_BYTES;
}

static void
pace_earn(struct console_pace *p, uint64_t now_ms)
{
	uint64_t ms = now_ms - p->credit_ms < 10000 ? now_ms - p->credit_ms : 10000;

	p->credit += (int64_t)ms * pace_rate(p) / 1000;
	if (p->credit > 2 * pace_rate(p))
		p->credit = 2 * pace_rate(p);
	p->credit_ms = now_ms;
}

void
console_pace_init(struct console_pace *p, uint64_t refresh_ms, uint64_t now_ms)
{
	*p = (struct console_pace){
		.refresh_ms = refresh_ms > PACE_FRAME_MS ? refresh_ms : PACE_FRAME_MS,
		.drawn_ms = now_ms,
		.credit_ms = now_ms,
		.changed_ms = now_ms,
	};
	/* The first screen has just gone out; no more for a second. */
	p->credit = -pace_rate(p);
}

static uint64_t
pace_left(uint64_t age_ms, uint64_t want_ms)
{
	return age_ms >= want_ms ? 0 : want_ms - age_ms;
}

uint64_t
console_pace_wait(struct console_pace *p, enum console_why why, uint64_t now_ms)
{
	uint64_t age_ms = now_ms - p->drawn_ms;

	pace_earn(p, now_ms);
	switch (why) {
	case WHY_KEY:
		return 0;
	case WHY_RESIZE:
		return pace_left(age_ms, PACE_FRAME_MS);
	case WHY_FAILURE:
		return pace_left(age_ms, p->credit > 0 ? PACE_FRAME_MS : p->refresh_ms);
	case WHY_FIGURES:
		break;
	}
	return pace_left(age_ms, p->refresh_ms);
}

void
console_pace_drew(struct console_pace *p, uint64_t now_ms, size_t cost, bool free)
{
	pace_earn(p, now_ms);
	p->drawn_ms = now_ms;
	if (!free)
		p->credit -= (int64_t)cost;
	/* A debt of one full screen is forgotten in time, but not of many. */
	if (p->credit < -4 * pace_rate(p))
		p->credit = -4 * pace_rate(p);
	if (cost > PACE_CLOCK_BYTES || free)
		p->changed_ms = now_ms;
	p->still = cost == 0 ? p->still + 1 : 0;
}

bool
console_pace_quiet(const struct console_pace *p, uint64_t now_ms)
{
	return now_ms - p->changed_ms >= PACE_QUIET_MS;
}

uint64_t
console_pace_idle(const struct console_pace *p, uint64_t now_ms, uint64_t minute_ms)
{
	if (p->still < PACE_STILL || !console_pace_quiet(p, now_ms))
		return pace_left(now_ms - p->drawn_ms, p->refresh_ms);
	return minute_ms < PACE_IDLE_MS ? minute_ms + 1 : PACE_IDLE_MS;
}
