/*
 * track - which messages repeat others, and which final responses are events (RFC 3261 17.1.3, 17.2.3).
 *
 * A message is remembered by a keyed hash of what names it: transaction (top Via branch, sent-by, CSeq), first line and
 * To-tag.  39 bits of a seeded hash, beside the 14 that choose its set, stand for the key itself: a message is taken
 * for another one with a chance of 1.5e-11, so a set of eight fits one line of the processor's cache.
 */
#include "sipwhy/track.h"

#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "track/callids.h"

enum {
	TRACK_WAYS = 8, /* slots a key may stand in: bounded look-up, oldest of eight gives way */
	TRACK_ENTRIES = 131072,
	TRACK_TICK_MS = 4,
	TRACK_TICK_BITS = 24,               /* wraps after 18 hours without harm: sights are told apart within 32 s */
	TRACK_KEEP = 32000 / TRACK_TICK_MS, /* 64*T1, RFC 3261 17.1.1.2 */
	TRACK_COPY =
	    100 / TRACK_TICK_MS /* below T1/5 no timer repeats anything: it is the same packet at another tap */
};

#define TRACK_TICK_MASK ((UINT64_C(1) << TRACK_TICK_BITS) - 1)

struct track {
	uint64_t seed;
	size_t mask;     /* sets - 1 */
	uint64_t *slots; /* upper bits of the key, below them the tick of the last sight; 0 is free */
	uint64_t evictions;
	int64_t epoch_ns;
	bool started;
	struct endpoint *local;
	size_t n_local;
	struct callids *callids;
	char src[ENDPOINT_TEXT], dst[ENDPOINT_TEXT], peer[ENDPOINT_TEXT];
};

static int
track_copy_local(struct track *t, const struct track_cfg *cfg)
{
	if (cfg == NULL || cfg->n_local == 0)
		return 0;
	t->local = mem_alloc(cfg->n_local * sizeof *t->local);
	if (t->local == NULL)
		return -1;
	memcpy(t->local, cfg->local, cfg->n_local * sizeof *t->local);
	t->n_local = cfg->n_local;
	return 0;
}

struct track *
track_new(const struct track_cfg *cfg)
{
	struct track *t = mem_zalloc(sizeof *t);
	size_t want = cfg != NULL && cfg->entries > 0 ? cfg->entries : TRACK_ENTRIES, sets = 1;

	if (t == NULL)
		return NULL;
	t->seed = cfg != NULL ? cfg->seed : 0;
	while (sets * TRACK_WAYS < want)
		sets *= 2;
	t->mask = sets - 1;
	t->slots = mem_zalloc(sets * TRACK_WAYS * sizeof *t->slots);
	t->callids = callids_new();
	if (t->slots == NULL || t->callids == NULL || track_copy_local(t, cfg) != 0) {
		track_free(t);
		return NULL;
	}
	return t;
}

void
track_free(struct track *t)
{
	if (t == NULL)
		return;
	callids_free(t->callids);
	mem_free(t->local);
	mem_free(t->slots);
	mem_free(t);
}

/* The hash goes on from `h`, its seed, with one field more; the length counts, so fields do not run together. */
static uint64_t
track_mix(uint64_t h, struct slice s)
{
	return hash64(s.n > 0 ? s.p : "", s.n, h);
}

/*
 * Without the branch cookie (RFC 2543 peers) or without any Via the Call-ID and From-tag stand in for the transaction,
 * as 17.2.3 has it; with it they would only cost time.
 */
static uint64_t
track_key(const struct track *t, const struct sipmsg *s)
{
	bool cookie = s->branch.n > 7 && memcmp(s->branch.p, "z9hG4bK", 7) == 0;
	uint64_t h = track_mix(track_mix(track_mix(t->seed, s->branch), s->sent_by), s->to_tag), last[2];

	if (s->method == METHOD_OTHER)
		h = track_mix(h, s->method_name);
	if (!cookie)
		h = track_mix(track_mix(h, s->call_id), s->from_tag);
	last[0] = h;
	last[1] =
	    (uint64_t)s->cseq << 32 | (uint64_t)s->code << 16 | (uint64_t)s->method << 1 | (s->kind == SIP_RESPONSE);
	return hash64(last, sizeof last, t->seed) | 1;
}

/* Time in ticks from the first message on. */
static uint64_t
track_tick(struct track *t, int64_t t_ns)
{
	if (!t->started) {
		t->started = true;
		t->epoch_ns = t_ns;
	}
	/* Unsigned: a file may claim any two times. */
	return (uint64_t)((int64_t)((uint64_t)t_ns - (uint64_t)t->epoch_ns) / (TRACK_TICK_MS * NS_PER_MS)) &
	    TRACK_TICK_MASK;
}

/* Time may step back a little between taps: a sight before the last one is as near as one after it. */
static unsigned
track_age(uint64_t now, uint64_t slot)
{
	uint64_t age = (now - slot) & TRACK_TICK_MASK;

	return (unsigned)(age > TRACK_TICK_MASK / 2 ? TRACK_TICK_MASK + 1 - age : age);
}

static uint64_t *
track_set(const struct track *t, uint64_t key)
{
	return &t->slots[(key >> 1 & t->mask) * TRACK_WAYS];
}

/* The slot that gives way: the first free one, else that of the oldest sight. */
static uint64_t *
track_oldest(uint64_t *set, uint64_t now)
{
	uint64_t *oldest = set;
	unsigned most = 0;

	for (int i = 0; i < TRACK_WAYS; i++) {
		unsigned age = track_age(now, set[i]);

		if (set[i] == 0)
			return &set[i];
		if (age > most) {
			most = age;
			oldest = &set[i];
		}
	}
	return oldest;
}

static enum seen
track_sight(struct track *t, uint64_t key, uint64_t now)
{
	uint64_t *set = track_set(t, key), *oldest, tag = (key & ~TRACK_TICK_MASK) | (TRACK_TICK_MASK + 1);

	for (int i = 0; i < TRACK_WAYS; i++) {
		unsigned age;

		if ((set[i] & ~TRACK_TICK_MASK) != tag || (age = track_age(now, set[i])) > TRACK_KEEP)
			continue;
		set[i] = tag | now;
		return age < TRACK_COPY ? SEEN_COPY : SEEN_RETRANSMISSION;
	}
	oldest = track_oldest(set, now);
	t->evictions += *oldest != 0 && track_age(now, *oldest) <= TRACK_KEEP;
	*oldest = tag | now;
	return SEEN_NEW;
}

static bool
track_is_local(const struct track *t, const struct endpoint *e)
{
	for (size_t i = 0; i < t->n_local; i++)
		if (endpoint_same_host(&t->local[i], e))
			return true;
	return false;
}

const struct endpoint *
track_peer(const struct track *t, const struct message *m, const struct sipmsg *s, enum direction *dir)
{
	bool from_us = track_is_local(t, &m->src), to_us = track_is_local(t, &m->dst);

	if (from_us != to_us) {
		*dir = from_us ? DIRECTION_SENT : DIRECTION_RECEIVED;
		return from_us ? &m->dst : &m->src;
	}
	*dir = DIRECTION_UNKNOWN;
	return s->kind == SIP_RESPONSE ? &m->src : &m->dst;
}

static void
track_event(struct track *t, const struct message *m, const struct sipmsg *s, struct event *ev)
{
	enum direction dir;
	const struct endpoint *peer = track_peer(t, m, s, &dir);

	*ev = (struct event){ .t_ns = m->t_ns,
		.code = s->code,
		.q850 = (int16_t)s->q850,
		.reason_sip = (int16_t)s->reason_sip,
		.warn_code = (int16_t)s->warn_code,
		.transport = m->transport,
		.direction = (uint8_t)dir,
		.partial = s->partial,
		.cut = m->cut,
		.raw_len = (uint32_t)m->bytes.n,
		.method = s->method_name,
		.phrase = s->phrase,
		.call_id = s->call_id,
		.from = s->from,
		.to = s->to,
		.peer = slice_str(endpoint_format(t->peer, sizeof t->peer, peer, false)),
		.src = slice_str(endpoint_format(t->src, sizeof t->src, &m->src, true)),
		.dst = slice_str(endpoint_format(t->dst, sizeof t->dst, &m->dst, true)),
		.agent = s->server,
		.reason = s->reason,
		.warning = s->warning,
		.retry_after = s->retry_after,
		.detail = s->detail,
		.raw = { m->bytes.p, m->bytes.n < EVENT_RAW_MAX ? m->bytes.n : EVENT_RAW_MAX } };
}

enum seen
track_push(struct track *t, const struct message *m, const struct sipmsg *s, struct event *ev, bool *is_event)
{
	uint64_t now = track_tick(t, m->t_ns);
	/* Nothing names a message without transaction or call: two of them can't be told to be the same one. */
	bool named = s->branch.n > 0 || s->call_id.n > 0;
	uint64_t key = named ? track_key(t, s) : 0;
	enum seen seen;

	/* The table is larger than the caches near by: its line comes in while the Call-ID is looked at. */
	__builtin_prefetch(track_set(t, key), 1);
	if (s->call_id.n > 0)
		callids_add(t->callids, hash64(s->call_id.p, s->call_id.n, t->seed));
	seen = named ? track_sight(t, key, now) : SEEN_NEW;
	*is_event = s->kind == SIP_RESPONSE && s->code >= 400 && seen == SEEN_NEW;
	if (*is_event && ev != NULL)
		track_event(t, m, s, ev);
	return seen;
}

uint64_t
track_evictions(const struct track *t)
{
	return t->evictions;
}

uint64_t
track_call_ids(const struct track *t, bool *exact)
{
	return callids_count(t->callids, exact);
}
