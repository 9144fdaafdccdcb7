/*
 * keep - what was said in an attempt, for as long as a ring of bytes holds it; see keep.h.
 *
 * The one thing to know: places in the ring are counted from its first byte ever and never come again, so a place that
 * the ring's end has passed is gone, and no chain has to be repaired when its oldest messages are overwritten.  The
 * legs of a call and what happens inside of it share the chain of the call's first attempt.
 */
#include "track/keep.h"

#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/mem.h"

enum {
	KEEP_CHUNK = 256,
	KEEP_LINE = 64, /* of the processor's caches */
	KEEP_AHEAD = 1024,
	KEEP_LOOK = 128, /* messages looked back at for the one that is repeated */
	/* Of one event; what comes after it has the rest. */
	KEEP_TOLD_MAX = CALLMSG_MAX,
	KEEP_TOLD_FIRST = CALLMSG_MAX - 16,
	KEEP_TOLD_BYTES = 64 * 1024,
	KEEP_TOLD_BYTES_FIRST = 48 * 1024,
	KEEP_SEEN_EACH = 16, /* above that only powers of two are told */
	KEEP_GOODS = 64,
	KEEP_GOOD_MS = 30000,
	KEEP_METHOD_MAX = 32,
	KEEP_TEXT_MAX = 255
};

/* Texts stand behind it: method, phrase, Call-ID, raw.  Of a gap at the ring's end there is only its size. */
struct keep_entry {
	uint32_t size;
	bool cut;
	uint8_t leg, evidence;
	uint64_t before; /* place + 1 of the one before it in its chain, 0 none */
	uint64_t sight;  /* what names it, 0 nothing */
	uint64_t of;     /* what it was told for, 0 nothing yet */
	int64_t t_ns;
	uint32_t at, seen, raw_len;
	struct endpoint src, dst;
	uint16_t code, n_raw;
	uint8_t n_method, n_phrase, n_call_id, transport;
};

enum { KEEP_ALIGN = 8 };

/*
 * What is known of an attempt, by its number.  call: the number of that whose chain its messages stand in, 0 its own.
 * Of a chain: its newest message, legs joined so far, what its messages are told for, and how much of that was told;
 * own: the leg that is number 0 there, and the evidence that joined it.
 */
struct keep_row {
	uint64_t newest, of;
	uint32_t call, told_bytes;
	uint8_t told, leg, evidence, n_legs, own, own_evidence;
};

struct keep_good {
	uint64_t key; /* 0: free */
	track_ms at;
};

struct keep {
	char *ring;
	size_t cap;
	uint64_t head, tail; /* where the next one goes; the oldest that is there */
	struct keep_row **chunks;
	size_t n_chunks;
	uint64_t left;
	struct keep_good good[KEEP_GOODS];
	char src[ENDPOINT_TEXT], dst[ENDPOINT_TEXT];
};

struct keep *
keep_new(size_t bytes)
{
	struct keep *k = mem_zalloc(sizeof *k);

	if (k == NULL)
		return NULL;
	k->cap = (bytes > KEEP_BYTES_MIN ? bytes : KEEP_BYTES_MIN) & ~(size_t)(KEEP_ALIGN - 1);
	k->ring = mem_alloc(k->cap);
	if (k->ring == NULL) {
		mem_free(k);
		return NULL;
	}
	return k;
}

void
keep_free(struct keep *k)
{
	if (k == NULL)
		return;
	for (size_t i = 0; i < k->n_chunks; i++)
		mem_free(k->chunks[i]);
	mem_free(k->chunks);
	mem_free(k->ring);
	mem_free(k);
}

uint64_t
keep_left(const struct keep *k)
{
	return k->left;
}

/* Rows. */

static bool
keep_rows_grow(struct keep *k, size_t n)
{
	struct keep_row **chunks = mem_realloc(k->chunks, n * sizeof *chunks);

	if (chunks == NULL)
		return false;
	k->chunks = chunks;
	while (k->n_chunks < n)
		k->chunks[k->n_chunks++] = NULL;
	return true;
}

/* NULL when memory is short: such an attempt keeps nothing. */
static struct keep_row *
keep_row(struct track *t, const struct attempt *a)
{
	struct keep *k = t->keep;
	uint32_t number = attempt_number(t->attempts, a);
	size_t chunk = number / KEEP_CHUNK;

	if (chunk >= k->n_chunks && !keep_rows_grow(k, chunk + 1))
		return NULL;
	if (k->chunks[chunk] == NULL)
		k->chunks[chunk] = mem_zalloc(KEEP_CHUNK * sizeof(struct keep_row));
	return k->chunks[chunk] != NULL ? &k->chunks[chunk][number % KEEP_CHUNK] : NULL;
}

void
keep_prefetch(const struct track *t, uint32_t number)
{
	const struct keep *k = t->keep;
	size_t chunk = number / KEEP_CHUNK;

	if (k != NULL && number != 0 && chunk < k->n_chunks && k->chunks[chunk] != NULL)
		__builtin_prefetch(&k->chunks[chunk][number % KEEP_CHUNK], 1);
}

/* The row of the chain that an attempt's messages stand in.  A call that was forgotten leaves its parts alone. */
static struct keep_row *
keep_chain(struct track *t, const struct attempt *a)
{
	struct keep_row *row = keep_row(t, a), *chain;
	const struct attempt *call;

	if (row == NULL || row->call == 0)
		return row;
	call = attempt_at(t->attempts, row->call);
	/* Its number may be another one's by now. */
	if (call != NULL && call != a && call->method == METHOD_INVITE && (int32_t)(call->first - a->first) <= 0 &&
	    (chain = keep_row(t, call)) != NULL && chain->call == 0)
		return chain;
	*row = (struct keep_row){ 0 };
	return row;
}

void
keep_begin(struct track *t, const struct attempt *a)
{
	struct keep_row *row = t->keep != NULL ? keep_row(t, a) : NULL;

	if (row != NULL)
		*row = (struct keep_row){ 0 };
}

void
keep_join(struct track *t, const struct attempt *a, const struct attempt *call, enum callmsg_evidence by)
{
	struct keep_row *row, *of, *chain;

	if (t->keep == NULL || call == NULL || call == a)
		return;
	row = keep_row(t, a);
	of = keep_row(t, call);
	chain = of != NULL ? keep_chain(t, call) : NULL;
	if (row == NULL || chain == NULL)
		return;
	row->call = of->call != 0 ? of->call : attempt_number(t->attempts, call);
	row->leg = of->leg;
	row->evidence = of->evidence;
	if (by == CALLMSG_EVIDENCE_NONE)
		return;
	chain->n_legs += chain->n_legs < UINT8_MAX;
	row->leg = chain->n_legs;
	row->evidence = (uint8_t)by;
}

/* The ring. */

static struct keep_entry *
keep_at(const struct keep *k, uint64_t place)
{
	return (struct keep_entry *)(void *)(k->ring + place % k->cap);
}

/* What a chain's link points to; NULL when that is gone. */
static struct keep_entry *
keep_linked(const struct keep *k, uint64_t link)
{
	return link > k->tail ? keep_at(k, link - 1) : NULL;
}

/* Forget the oldest until `need` bytes are free. */
static void
keep_room(struct keep *k, size_t need)
{
	while (k->head + need - k->tail > k->cap)
		k->tail += keep_at(k, k->tail)->size;
}

/* The part between head and the ring's end is too small: nothing stands there.  A size always fits. */
static void
keep_skip(struct keep *k, size_t rest)
{
	struct keep_entry *gap;

	keep_room(k, rest);
	gap = keep_at(k, k->head);
	gap->size = (uint32_t)rest;
	k->head += rest;
}

/* The place of a new entry of this size, a multiple of KEEP_ALIGN and no more than half the ring. */
static uint64_t
keep_take(struct keep *k, size_t size)
{
	size_t rest = k->cap - (size_t)(k->head % k->cap);
	uint64_t place;

	if (rest < size)
		keep_skip(k, rest);
	keep_room(k, size);
	place = k->head;
	k->head += size;
	return place;
}

/* The ring is larger than the caches near by: the place of the next one comes in while that is parsed. */
static void
keep_prefetch_ring(const struct keep *k)
{
	size_t at = (size_t)(k->head % k->cap);

	for (size_t i = 0; i < KEEP_AHEAD; i += KEEP_LINE)
		if (at + i < k->cap)
			__builtin_prefetch(k->ring + at + i, 1);
}

static size_t
keep_least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static char *
keep_put(char *out, struct slice s, size_t n)
{
	if (n > 0)
		memcpy(out, s.p, n);
	return out + n;
}

static struct slice
keep_method(const struct sipmsg *s)
{
	if (s->method_name.n > 0 || s->method >= METHOD_OTHER)
		return s->method_name;
	return slice_str(sip_method_name(s->method));
}

static struct keep_entry *
keep_store(struct keep *k, struct keep_row *chain, const struct keep_row *row, const struct track_in *in)
{
	const struct message *m = in->m;
	const struct sipmsg *s = in->s;
	struct slice method = keep_method(s);
	uint8_t n_method = (uint8_t)keep_least(method.n, KEEP_METHOD_MAX),
		n_phrase = (uint8_t)keep_least(s->phrase.n, KEEP_TEXT_MAX),
		n_call_id = (uint8_t)keep_least(s->call_id.n, KEEP_TEXT_MAX);
	size_t n_raw = keep_least(m->bytes.n, CALLMSG_BYTES_MAX), size = sizeof(struct keep_entry);
	struct keep_entry *out;
	uint64_t place;
	char *text;

	size = (size + n_method + n_phrase + n_call_id + n_raw + KEEP_ALIGN - 1) & ~(size_t)(KEEP_ALIGN - 1);
	place = keep_take(k, size);
	out = keep_at(k, place);
	out->size = (uint32_t)size;
	out->cut = m->cut;
	out->leg = row->leg;
	out->evidence = row->evidence;
	out->before = chain->newest;
	out->sight = in->sight;
	out->of = 0;
	out->t_ns = m->t_ns;
	out->at = 0;
	out->seen = 1;
	out->raw_len = (uint32_t)m->bytes.n;
	out->src = m->src;
	out->dst = m->dst;
	out->code = s->kind == SIP_RESPONSE ? s->code : 0;
	out->n_raw = (uint16_t)n_raw;
	out->n_method = n_method;
	out->n_phrase = n_phrase;
	out->n_call_id = n_call_id;
	out->transport = m->transport;
	text = keep_put((char *)(out + 1), method, n_method);
	text = keep_put(text, s->phrase, n_phrase);
	text = keep_put(text, s->call_id, n_call_id);
	(void)keep_put(text, m->bytes, n_raw);
	chain->newest = place + 1;
	keep_prefetch_ring(k);
	return out;
}

/* Telling. */

/* Its leg as the event sees it: the leg that failed is 0, and what was 0 takes its place. */
static void
keep_leg(const struct keep_row *chain, const struct keep_entry *e, struct callmsg *c)
{
	c->leg = e->leg;
	c->evidence = e->evidence;
	if (e->leg == chain->own) {
		c->leg = 0;
		c->evidence = CALLMSG_EVIDENCE_NONE;
	} else if (e->leg == 0) {
		c->leg = chain->own;
		c->evidence = chain->own_evidence;
	}
}

/* False when nobody wants more of this id. */
static bool
keep_say(struct track *t, const struct keep_row *chain, const struct keep_entry *e, bool again)
{
	struct keep *k = t->keep;
	const char *text = (const char *)(e + 1);
	struct callmsg c = { .of = e->of,
		.at = e->at,
		.t_ns = e->t_ns,
		.code = e->code,
		.transport = e->transport,
		.cut = e->cut,
		.seen = e->seen,
		.raw_len = e->raw_len };

	if (t->sink.message == NULL)
		return false;
	keep_leg(chain, e, &c);
	c.src = slice_str(endpoint_format(k->src, sizeof k->src, &e->src, e->src.port > 0));
	c.dst = slice_str(endpoint_format(k->dst, sizeof k->dst, &e->dst, e->dst.port > 0));
	c.method = (struct slice){ text, e->n_method };
	c.phrase = (struct slice){ c.method.p + c.method.n, e->n_phrase };
	c.call_id = (struct slice){ c.phrase.p + c.phrase.n, e->n_call_id };
	c.raw = (struct slice){ c.call_id.p + c.call_id.n, again ? 0 : e->n_raw };
	return t->sink.message(t->sink.ctx, &c);
}

/* A message for the first time. */
static void
keep_tell(struct track *t, struct keep_row *chain, struct keep_entry *e)
{
	if (chain->told >= KEEP_TOLD_MAX || chain->told_bytes + e->n_raw > KEEP_TOLD_BYTES) {
		t->keep->left++;
		return;
	}
	e->of = chain->of;
	e->at = chain->told++;
	chain->told_bytes += e->n_raw;
	if (!keep_say(t, chain, e, false))
		chain->of = 0;
}

/* The newest ones of a chain, as many as may be told at first; returns how many. */
static size_t
keep_collect(struct keep *k, const struct keep_row *chain, struct keep_entry *out[KEEP_TOLD_FIRST])
{
	struct keep_entry *e = keep_linked(k, chain->newest);
	size_t n = 0, bytes = 0;

	while (e != NULL && n < KEEP_TOLD_FIRST && bytes + e->n_raw <= KEEP_TOLD_BYTES_FIRST) {
		out[n++] = e;
		bytes += e->n_raw;
		e = keep_linked(k, e->before);
	}
	k->left += e != NULL;
	return n;
}

static void
keep_tell_all(struct track *t, struct keep_row *chain, const struct keep_row *row, uint64_t id)
{
	struct keep_entry *e[KEEP_TOLD_FIRST];
	size_t n = keep_collect(t->keep, chain, e);

	chain->of = id;
	chain->told = 0;
	chain->told_bytes = 0;
	chain->own = row->leg;
	chain->own_evidence = row->evidence;
	while (n > 0 && chain->of != 0)
		keep_tell(t, chain, e[--n]);
}

void
keep_event(struct track *t, const struct attempt *a, uint64_t id)
{
	struct keep_row *chain = t->keep != NULL ? keep_chain(t, a) : NULL;

	if (chain != NULL)
		keep_tell_all(t, chain, keep_row(t, a), id);
}

static void
keep_again(struct track *t, const struct keep_row *chain, uint64_t sight)
{
	struct keep_entry *e = keep_linked(t->keep, chain->newest);

	for (unsigned i = 0; e != NULL && e->sight != sight && i < KEEP_LOOK; i++)
		e = keep_linked(t->keep, e->before);
	if (e == NULL || e->sight != sight)
		return;
	e->seen += e->seen < UINT32_MAX;
	if (e->of != 0 && e->of == chain->of && (e->seen <= KEEP_SEEN_EACH || (e->seen & (e->seen - 1)) == 0))
		(void)keep_say(t, chain, e, true);
}

void
keep_message(struct track *t, const struct attempt *a, const struct track_in *in)
{
	struct keep_row *chain;
	struct keep_entry *e;

	/* A line of a log that names a code is no message. */
	if (t->keep == NULL || a == NULL || in->m->bytes.n == 0)
		return;
	chain = keep_chain(t, a);
	if (chain == NULL)
		return;
	if (in->seen != SEEN_NEW) {
		keep_again(t, chain, in->sight);
		return;
	}
	e = keep_store(t->keep, chain, keep_row(t, a), in);
	if (chain->of != 0)
		keep_tell(t, chain, e);
}

void
keep_lone(struct track *t, const struct track_in *in, uint64_t id)
{
	struct keep_row chain = { .of = id };

	if (t->keep != NULL && in->m->bytes.n > 0)
		keep_tell(t, &chain, keep_store(t->keep, &chain, &chain, in));
}

/* Good calls. */

static uint64_t
keep_good_key(struct track *t, const struct attempt *a, const struct endpoint *peer)
{
	struct slice name = host_name(host_of(t->hosts, peer));
	uint64_t seed = t->seed + a->method;

	return (name.n > 0 ? hash64(name.p, name.n, seed) : hash64(peer->addr, sizeof peer->addr, seed)) | 1;
}

/* One like it is due: none was told within the last 30 s, and there is room to remember this one. */
static bool
keep_good_is_due(struct track *t, uint64_t key)
{
	struct keep_good *free = NULL;

	for (unsigned i = 0; i < KEEP_GOODS; i++) {
		struct keep_good *g = &t->keep->good[i];
		bool over = g->key == 0 || t->now - g->at >= KEEP_GOOD_MS;

		if (g->key == key && !over)
			return false;
		if (over && (free == NULL || g->key == key))
			free = g;
	}
	if (free == NULL)
		return false;
	*free = (struct keep_good){ key, t->now };
	return true;
}

static bool
keep_is_good(const struct attempt *a)
{
	if (a->code < 200 || a->code > 299 ||
	    (a->flags & (ATTEMPT_STUMBLED | ATTEMPT_IN_CALL | ATTEMPT_LEG | ATTEMPT_ORPHAN | ATTEMPT_STATED)) ||
	    a->event_id != 0)
		return false;
	return a->method == METHOD_INVITE || (a->method == METHOD_REGISTER && !(a->flags & ATTEMPT_GONE));
}

void
keep_good(struct track *t, const struct attempt *a, const struct hop *h)
{
	const struct endpoint *peer;
	struct keep_row *chain;
	struct goodcall g;

	if (t->keep == NULL || t->sink.good == NULL || !keep_is_good(a))
		return;
	chain = keep_chain(t, a);
	if (chain == NULL || chain->of != 0 || keep_linked(t->keep, chain->newest) == NULL)
		return;
	peer = say_peer(t, h);
	if (peer->family == 0 || !keep_good_is_due(t, keep_good_key(t, a, peer)))
		return;
	say_good(t, a, h, &g);
	g.id = t->next_id++;
	t->sink.good(t->sink.ctx, &g);
	keep_tell_all(t, chain, keep_row(t, a), g.id);
}
