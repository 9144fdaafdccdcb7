/*
 * track - which messages repeat others, and which final responses are events (RFC 3261 17.1.3, 17.2.3).
 *
 * A message is remembered by a keyed hash of what names it: transaction (top Via branch, sent-by, CSeq), first line and
 * To-tag.  64 bits of a seeded hash stand for the key itself: two of a million messages collide with a chance of 3e-8.
 */
#include "sipwhy/track.h"

#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "track/callids.h"

enum {
	TRACK_WAYS = 8, /* slots a key may stand in: bounded look-up, oldest of eight gives way */
	TRACK_ENTRIES = 65536,
	TRACK_KEEP_MS = 32000, /* 64*T1, RFC 3261 17.1.1.2 */
	TRACK_COPY_MS = 100    /* below T1/5 no timer repeats anything: it is the same packet at another tap */
};

/* ms runs from the first message on, so that 32 bits last for 49 days and then wrap without harm. */
struct track_slot {
	uint64_t key; /* 0: free */
	uint32_t ms;
	uint32_t sights;
};

struct track {
	uint64_t seed;
	size_t mask; /* sets - 1 */
	struct track_slot *slots;
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

static size_t
track_key_add(char *key, size_t at, size_t cap, struct slice s)
{
	size_t n = s.n < cap - at - 1 ? s.n : cap - at - 1;

	if (n > 0)
		memcpy(key + at, s.p, n);
	key[at + n] = '\n';
	return at + n + 1;
}

/*
 * Without the branch cookie (RFC 2543 peers) or without any Via the Call-ID and From-tag stand in for the transaction,
 * as 17.2.3 has it; with it they would only cost time.
 */
static uint64_t
track_key(const struct track *t, const struct sipmsg *s)
{
	char key[768];
	uint32_t head[2] = { (uint32_t)s->code << 16 | (uint32_t)s->method << 1 | (s->kind == SIP_RESPONSE), s->cseq };
	size_t at = sizeof head;
	bool cookie = s->branch.n > 7 && memcmp(s->branch.p, "z9hG4bK", 7) == 0;

	memcpy(key, head, sizeof head);
	at = track_key_add(key, at, 256, s->branch);
	at = track_key_add(key, at, 384, s->sent_by);
	at = track_key_add(key, at, 512, s->to_tag);
	if (s->method == METHOD_OTHER)
		at = track_key_add(key, at, 560, s->method_name);
	if (!cookie) {
		at = track_key_add(key, at, 672, s->call_id);
		at = track_key_add(key, at, 768, s->from_tag);
	}
	return hash64(key, at, t->seed) | 1;
}

static uint32_t
track_ms(struct track *t, int64_t t_ns)
{
	if (!t->started) {
		t->started = true;
		t->epoch_ns = t_ns;
	}
	/* Unsigned: a file may claim any two times. */
	return (uint32_t)((int64_t)((uint64_t)t_ns - (uint64_t)t->epoch_ns) / NS_PER_MS);
}

/* Time may step back a little between taps: a sight before the last one is as near as one after it. */
static uint32_t
track_age(uint32_t now_ms, uint32_t then_ms)
{
	uint32_t age = now_ms - then_ms;

	return age > UINT32_MAX / 2 ? -age : age;
}

static enum seen
track_sight(struct track *t, uint64_t key, uint32_t ms)
{
	struct track_slot *set = &t->slots[(key >> 1 & t->mask) * TRACK_WAYS], *oldest = set;

	for (int i = 0; i < TRACK_WAYS; i++) {
		uint32_t age = track_age(ms, set[i].ms);

		if (set[i].key == key && age <= TRACK_KEEP_MS) {
			set[i].ms = ms;
			set[i].sights++;
			return age < TRACK_COPY_MS ? SEEN_COPY : SEEN_RETRANSMISSION;
		}
		if (oldest->key != 0 && (set[i].key == 0 || age > track_age(ms, oldest->ms)))
			oldest = &set[i];
	}
	if (oldest->key != 0 && track_age(ms, oldest->ms) <= TRACK_KEEP_MS)
		t->evictions++;
	*oldest = (struct track_slot){ key, ms, 1 };
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
	uint32_t ms = track_ms(t, m->t_ns);
	/* Nothing names a message without transaction or call: two of them can't be told to be the same one. */
	bool named = s->branch.n > 0 || s->call_id.n > 0;
	enum seen seen = named ? track_sight(t, track_key(t, s), ms) : SEEN_NEW;

	if (s->call_id.n > 0)
		callids_add(t->callids, hash64(s->call_id.p, s->call_id.n, t->seed));
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
