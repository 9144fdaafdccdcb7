/*
 * demo_traffic - who calls whom and when: arrivals that rise and fall, registrations, pings, an account with a wrong
 * password, a scanner, and a carrier that runs out of channels from 90 s before the start on; see demo_traffic.h.
 *
 * Know: everything is drawn from one generator of random numbers in the order of time, so the frames depend on the seed
 * and the start only, not on how often demo_next is called.
 */
#include "demo_int.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/mem.h"

#define DEMO_MS INT64_C(1000000)
#define DEMO_S (1000 * DEMO_MS)

/* Trouble begins 90 s before the start, lasts 6 minutes, and comes back every 11. */
#define DEMO_TROUBLE_AT (DEMO_PAST_NS - 90 * DEMO_S)
#define DEMO_TROUBLE_LASTS (360 * DEMO_S)
#define DEMO_TROUBLE_EVERY (660 * DEMO_S)

enum { DEMO_WRONG_PHONE = 36, DEMO_LEFT_OFF_DID = 77 };

enum demo_source {
	DEMO_SRC_CALLS,
	DEMO_SRC_REGISTER,
	DEMO_SRC_WRONG,
	DEMO_SRC_PING_PHONE,
	DEMO_SRC_PING_CARRIER,
	DEMO_SRC_SCAN,
	DEMO_SRC_N
};

struct demo {
	int64_t t0_ns; /* the beginning of the past */
	uint64_t random;
	uint64_t calls_made;
	int64_t source_ns[DEMO_SRC_N]; /* when each source makes its next call */
	uint64_t source_n[DEMO_SRC_N];
	unsigned high; /* places of call[] that were ever used */
	uint16_t ip_id;
	struct buf text;
	struct demo_call call[DEMO_CALLS];
	uint8_t pkt[DEMO_TEXT_MAX + 48];
};

static uint64_t
demo_random(struct demo *d)
{
	d->random += UINT64_C(0x9e3779b97f4a7c15);
	return demo_mix(d->random);
}

/* lo..hi, both included. */
static uint64_t
demo_between(struct demo *d, uint64_t lo, uint64_t hi)
{
	return lo + demo_random(d) % (hi - lo + 1);
}

static bool
demo_chance(struct demo *d, unsigned percent)
{
	return demo_random(d) % 100 < percent;
}

struct demo *
demo_new(uint64_t seed, int64_t start_ns)
{
	struct demo *d = mem_zalloc(sizeof *d);

	if (d == NULL)
		return NULL;
	d->t0_ns = start_ns - DEMO_PAST_NS;
	d->random = demo_mix(seed ^ UINT64_C(0x5157485944454d4f));
	buf_init(&d->text, DEMO_TEXT_MAX);
	for (unsigned i = 0; i < DEMO_SRC_N; i++)
		d->source_ns[i] = d->t0_ns + (int64_t)demo_between(d, 0, 900) * DEMO_MS;
	d->source_ns[DEMO_SRC_SCAN] += 40 * DEMO_S;
	return d;
}

void
demo_free(struct demo *d)
{
	if (d == NULL)
		return;
	buf_fini(&d->text);
	mem_free(d);
}

/* A free place, with what all calls have in common; NULL when 512 are on their way. */
static struct demo_call *
demo_place(struct demo *d, const struct demo_script *script, int64_t t_ns)
{
	unsigned i = 0;
	struct demo_call *call;

	while (i < d->high && d->call[i].step != NULL)
		i++;
	if (i == DEMO_CALLS)
		return NULL;
	if (i == d->high)
		d->high++;
	call = &d->call[i];
	memset(call, 0, sizeof *call);
	call->script = script;
	call->step = script->step;
	call->t_ns = t_ns + (int64_t)demo_between(d, script->step->lo_ms, script->step->hi_ms) * DEMO_MS;
	/* The generator's state makes the texts of two seeds differ. */
	call->id = demo_mix(d->random ^ ++d->calls_made);
	call->cseq = (uint32_t)demo_between(d, 100, 30000);
	return call;
}

static const struct demo_script *
demo_draw(struct demo *d, const struct demo_scripts *list)
{
	unsigned sum = 0, at;

	for (unsigned i = 0; i < list->n; i++)
		sum += list->script[i].weight;
	at = (unsigned)demo_between(d, 0, sum - 1);
	for (unsigned i = 0;; i++) {
		assert(i < list->n);
		if (at < list->script[i].weight)
			return &list->script[i];
		at -= list->script[i].weight;
	}
}

static void
demo_extension(char *out, size_t cap, unsigned n)
{
	(void)snprintf(out, cap, "%u", 201 + n % DEMO_PHONES);
}

/* Numbers kept for drama: Berlin, London, Washington. */
static void
demo_number(struct demo *d, char *out, size_t cap)
{
	unsigned n = (unsigned)demo_between(d, 0, 999);

	switch (demo_between(d, 0, 3)) {
	case 0:
		(void)snprintf(out, cap, "+442079460%03u", n);
		break;
	case 1:
		(void)snprintf(out, cap, "+120255501%02u", n % 100);
		break;
	default:
		(void)snprintf(out, cap, "+493023125%03u", n);
		break;
	}
}

static bool
demo_in_trouble(const struct demo *d, int64_t t_ns)
{
	int64_t since = t_ns - d->t0_ns - DEMO_TROUBLE_AT;

	return since >= 0 && since % DEMO_TROUBLE_EVERY < DEMO_TROUBLE_LASTS;
}

/* In trouble, 9 of each 20 s refuse nearly all, the rest half. */
static bool
demo_refused(struct demo *d, int64_t t_ns)
{
	int64_t phase = (t_ns - d->t0_ns) % (20 * DEMO_S);

	return demo_in_trouble(d, t_ns) && demo_chance(d, phase < 9 * DEMO_S ? 96 : 50);
}

static void
demo_over(struct demo_call *call, unsigned carrier)
{
	demo_end_pbx(&call->a, carrier == DEMO_GLOBALVOICE);
	demo_end_carrier(&call->b, carrier);
}

/* The phone's leg of a call that the PBX sends on: that waits until this one was taken, which waits for its end. */
static void
demo_leg(struct demo *d, struct demo_call *call, unsigned phone)
{
	struct demo_call *leg = demo_place(d, &demo_refused_leg, call->t_ns);

	if (leg == NULL)
		return;
	demo_end_phone(&leg->a, phone);
	demo_end_pbx(&leg->b, false);
	demo_extension(leg->from, sizeof leg->from, phone);
	memcpy(leg->to, call->to, sizeof leg->to);
	leg->other = (uint16_t)(call - d->call + 1);
	call->other = (uint16_t)(leg - d->call + 1);
	(void)demo_call_id(leg, call->cid, sizeof call->cid);
	call->t_ns = INT64_MAX;
}

/* What this answer makes the other leg do. */
static void
demo_leg_answer(struct demo *d, struct demo_call *call, unsigned code)
{
	struct demo_call *other = call->other > 0 ? &d->call[call->other - 1] : NULL;

	if (other == NULL || code != (call->script == &demo_refused_leg ? 100 : 503))
		return;
	other->t_ns = call->t_ns + 2 * DEMO_MS + (int64_t)(call->id % 1000) * 1000;
	/* A place is another call's when this one is over. */
	if (code == 503)
		call->other = other->other = 0;
}

/* The phone's leg is refused when the other one was. */
static bool
demo_leg_waits(const struct demo_call *call)
{
	return call->other > 0 && call->script == &demo_refused_leg && call->step->code == 503;
}

static void
demo_call_out(struct demo *d, int64_t t_ns)
{
	static const uint8_t share[20] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 3 };
	unsigned carrier = share[demo_between(d, 0, 19)];
	const struct demo_script *script = demo_draw(d, &demo_out);
	struct demo_call *call;
	unsigned phone;

	if (carrier == DEMO_WHOLESALE && demo_refused(d, t_ns))
		script = demo_chance(d, 50) ? &demo_congested : &demo_congested_silent;
	if (carrier == DEMO_CITYTEL && demo_chance(d, 12))
		script = &demo_no_funds;
	call = demo_place(d, script, t_ns);
	if (call == NULL)
		return;
	demo_over(call, carrier);
	phone = (unsigned)demo_between(d, 1, DEMO_PHONES);
	(void)snprintf(call->from, sizeof call->from, "+4930231250%02u", phone);
	demo_number(d, call->to, sizeof call->to);
	/* Of some both legs are seen; were it all, the PBX would look as bad as the carrier. */
	if (script == &demo_congested_silent && call->id % 3 == 0)
		demo_leg(d, call, phone - 1);
}

static void
demo_call_in(struct demo *d, int64_t t_ns)
{
	unsigned carrier = demo_chance(d, 70) ? DEMO_NORTHLINK : DEMO_CITYTEL;
	bool lost = demo_chance(d, 7);
	struct demo_call *call = demo_place(d, lost ? &demo_no_route : demo_draw(d, &demo_in), t_ns);

	if (call == NULL)
		return;
	demo_end_carrier(&call->a, carrier);
	demo_end_pbx(&call->b, false);
	demo_number(d, call->from, sizeof call->from);
	(void)snprintf(call->to, sizeof call->to, "+4930231250%02u",
	    lost ? DEMO_LEFT_OFF_DID : (unsigned)demo_between(d, 1, DEMO_PHONES));
}

static void
demo_call_internal(struct demo *d, int64_t t_ns)
{
	unsigned phone = (unsigned)demo_between(d, 0, DEMO_PHONES - 1);
	struct demo_call *call = demo_place(d, demo_draw(d, &demo_internal), t_ns);

	if (call == NULL)
		return;
	demo_end_phone(&call->a, phone);
	demo_end_pbx(&call->b, false);
	demo_extension(call->from, sizeof call->from, phone);
	demo_extension(call->to, sizeof call->to, phone + 1 + (unsigned)demo_between(d, 0, DEMO_PHONES - 2));
}

/* Microseconds to the next call: 350 to 850 ms on average, a wave of four minutes. */
static int64_t
demo_call_gap(struct demo *d, int64_t t_ns)
{
	int64_t period = 240 * DEMO_S;
	int64_t phase = (t_ns - d->t0_ns) % period;
	int64_t from_top = phase < period / 2 ? phase : period - phase;
	int64_t mean_ms = 350 + 500 * from_top / (period / 2);

	return (int64_t)demo_between(d, (uint64_t)mean_ms * 200, (uint64_t)mean_ms * 1800) * 1000;
}

static void
demo_source_calls(struct demo *d, int64_t t_ns)
{
	uint64_t kind = demo_between(d, 0, 99);

	if (kind < 57)
		demo_call_out(d, t_ns);
	else if (kind < 84)
		demo_call_in(d, t_ns);
	else
		demo_call_internal(d, t_ns);
	d->source_ns[DEMO_SRC_CALLS] = t_ns + demo_call_gap(d, t_ns);
}

static void
demo_registration(struct demo *d, const struct demo_script *script, unsigned phone, int64_t t_ns)
{
	struct demo_call *call = demo_place(d, script, t_ns);

	if (call == NULL)
		return;
	demo_end_phone(&call->a, phone);
	demo_end_pbx(&call->b, false);
	demo_extension(call->from, sizeof call->from, phone);
	demo_extension(call->to, sizeof call->to, phone);
}

/* Phones in turn, each once a minute; the one with the wrong password has a source of its own. */
static void
demo_source_register(struct demo *d, int64_t t_ns)
{
	unsigned phone = (unsigned)(d->source_n[DEMO_SRC_REGISTER]++ % DEMO_PHONES);

	if (phone != DEMO_WRONG_PHONE)
		demo_registration(d, &demo_register, phone, t_ns);
	d->source_ns[DEMO_SRC_REGISTER] = t_ns + (int64_t)demo_between(d, 1300, 1700) * DEMO_MS;
}

static void
demo_source_wrong(struct demo *d, int64_t t_ns)
{
	bool banned = d->source_n[DEMO_SRC_WRONG]++ % 4 == 3;

	demo_registration(d, banned ? &demo_register_banned : &demo_register_wrong, DEMO_WRONG_PHONE, t_ns);
	d->source_ns[DEMO_SRC_WRONG] = t_ns + (int64_t)demo_between(d, 28000, 32000) * DEMO_MS;
}

static void
demo_ping(struct demo *d, bool carrier, unsigned n, int64_t t_ns)
{
	struct demo_call *call = demo_place(d, &demo_options, t_ns);

	if (call == NULL)
		return;
	(void)snprintf(call->from, sizeof call->from, "qualify");
	if (carrier) {
		demo_over(call, n);
		(void)snprintf(call->to, sizeof call->to, "ping");
		return;
	}
	demo_end_pbx(&call->a, false);
	demo_end_phone(&call->b, n);
	demo_extension(call->to, sizeof call->to, n);
}

static void
demo_source_ping(struct demo *d, enum demo_source source, int64_t t_ns)
{
	bool carrier = source == DEMO_SRC_PING_CARRIER;
	unsigned n = (unsigned)(d->source_n[source]++ % (carrier ? (unsigned)DEMO_CARRIERS : (unsigned)DEMO_PHONES));

	demo_ping(d, carrier, n, t_ns);
	d->source_ns[source] = t_ns + (int64_t)demo_between(d, carrier ? 7000 : 1400, carrier ? 8000 : 1600) * DEMO_MS;
}

/* Bursts of 14 tries: accounts, then numbers abroad, then a ping; then half a minute of rest. */
static void
demo_source_scan(struct demo *d, int64_t t_ns)
{
	unsigned n = (unsigned)(d->source_n[DEMO_SRC_SCAN]++ % 14);
	const struct demo_script *script = n < 9 ? &demo_scan_register
	    : n < 13                             ? &demo_scan_invite
						 : &demo_scan_options;
	struct demo_call *call = demo_place(d, script, t_ns);

	d->source_ns[DEMO_SRC_SCAN] =
	    t_ns + (int64_t)(n == 13 ? demo_between(d, 20000, 45000) : demo_between(d, 90, 240)) * DEMO_MS;
	if (call == NULL)
		return;
	demo_end_scanner(&call->a);
	demo_end_pbx(&call->b, false);
	call->b.domain = "192.0.2.10";
	(void)snprintf(call->from, sizeof call->from, "%u", (unsigned)demo_between(d, 100, 1999));
	if (script == &demo_scan_invite)
		(void)snprintf(call->to, sizeof call->to, "00%u442079460%03u", n, (unsigned)demo_between(d, 0, 999));
	else
		(void)snprintf(call->to, sizeof call->to, "%s", call->from);
}

static void
demo_source_run(struct demo *d, enum demo_source s)
{
	int64_t t_ns = d->source_ns[s];

	switch (s) {
	case DEMO_SRC_CALLS:
		demo_source_calls(d, t_ns);
		break;
	case DEMO_SRC_REGISTER:
		demo_source_register(d, t_ns);
		break;
	case DEMO_SRC_WRONG:
		demo_source_wrong(d, t_ns);
		break;
	case DEMO_SRC_SCAN:
		demo_source_scan(d, t_ns);
		break;
	default:
		demo_source_ping(d, s, t_ns);
		break;
	}
}

/* The call is over; perhaps the PBX tries the same number over the next carrier. */
static void
demo_call_over(struct demo *d, struct demo_call *call)
{
	struct demo_call old = *call;

	call->step = NULL;
	if (!old.script->fail_over)
		return;
	call = demo_place(d, &demo_answered, old.t_ns + 40 * DEMO_MS);
	if (call == NULL)
		return;
	demo_over(call, DEMO_NORTHLINK);
	memcpy(call->from, old.from, sizeof call->from);
	memcpy(call->to, old.to, sizeof call->to);
}

/* Write the call's frame and move it on.  False when memory was short. */
static bool
demo_emit(struct demo *d, struct demo_call *call, struct frame *out)
{
	bool from_a, ok;

	buf_clear(&d->text);
	demo_text(&d->text, call, call->step, &from_a);
	ok = buf_ok(&d->text);
	out->t_ns = call->t_ns;
	out->data = d->pkt;
	out->link = LINK_RAW;
	out->ifindex = 0;
	out->caplen = 0;
	if (ok)
		out->caplen = (uint32_t)demo_packet(d->pkt, sizeof d->pkt, from_a ? &call->a : &call->b,
		    from_a ? &call->b : &call->a, d->ip_id++, buf_slice(&d->text));
	out->origlen = out->caplen;
	demo_leg_answer(d, call, call->step->op == DEMO_OP_RESPOND ? call->step->code : 0);
	call->step++;
	if (call->step->op == DEMO_OP_END)
		demo_call_over(d, call);
	else
		call->t_ns += (int64_t)demo_between(d, call->step->lo_ms, call->step->hi_ms) * DEMO_MS +
		    (int64_t)demo_between(d, 0, 999) * 1000;
	if (call->step != NULL && demo_leg_waits(call))
		call->t_ns = INT64_MAX;
	return ok;
}

/* The earliest thing to happen: a source (0..DEMO_SRC_N) or a call (behind them). */
static unsigned
demo_first(const struct demo *d, int64_t *t_ns)
{
	unsigned first = 0;

	*t_ns = d->source_ns[0];
	for (unsigned i = 1; i < DEMO_SRC_N; i++)
		if (d->source_ns[i] < *t_ns) {
			*t_ns = d->source_ns[i];
			first = i;
		}
	for (unsigned i = 0; i < d->high; i++)
		if (d->call[i].step != NULL && d->call[i].t_ns < *t_ns) {
			*t_ns = d->call[i].t_ns;
			first = DEMO_SRC_N + i;
		}
	return first;
}

int64_t
demo_due(const struct demo *d)
{
	int64_t t_ns;

	(void)demo_first(d, &t_ns);
	return t_ns;
}

int
demo_next(struct demo *d, int64_t until_ns, struct frame *out)
{
	int64_t t_ns;

	for (;;) {
		unsigned first = demo_first(d, &t_ns);

		if (t_ns > until_ns)
			return 0;
		if (first < DEMO_SRC_N)
			demo_source_run(d, (enum demo_source)first);
		else if (demo_emit(d, &d->call[first - DEMO_SRC_N], out))
			return 1;
	}
}
