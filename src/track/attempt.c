/*
 * attempt - tables of attempts and hops; see attempt.h.
 *
 * The one thing to know: strangers decide how many attempts there are, so everything that hangs on them is paid from
 * one purse of bytes; when it is empty the oldest of the least telling list gives way.  Records stand in chunks and
 * have numbers, which need half the room of pointers; a hash handle of uthash alone would be a quarter of a record.
 */
#include "track/attempt.h"

#include <assert.h>
#include <string.h>

#include "sipwhy/mem.h"

enum {
	CHUNK_BITS = 8,
	CHUNK = 1 << CHUNK_BITS,
	BUCKETS_FIRST = 4096,
	WHEEL_SLOTS = 1024, /* 256 s; a later deadline waits more than one turn */
	WHEEL_NONE = UINT16_MAX,
	ATTEMPT_LINE = 64 /* of the processor's caches */
};

/* Records of one size in chunks; number 0 is nobody. */
struct pool {
	char **chunks;
	size_t size, n_chunks, cap_chunks;
	uint32_t free; /* list through the first four bytes */
	uint32_t used; /* numbers given out so far, freed ones included */
};

struct attempts {
	struct attempts_cfg cfg;
	struct pool attempts, hops;
	size_t bytes, bytes_most, n, buckets_n;
	uint32_t *buckets;
	uint32_t wheel[WHEEL_SLOTS];
	uint32_t tick; /* counted, not made of the time: that wraps at another place */
	track_ms tick_at;
	uint32_t head[AGE_N], tail[AGE_N];
};

struct kept {
	size_t size;
	struct event ev;
	char text[];
};

/* The purse.  False when it is empty. */
static bool
attempts_pay(struct attempts *t, size_t bytes)
{
	if (t->bytes > t->cfg.bytes || bytes > t->cfg.bytes - t->bytes)
		return false;
	t->bytes += bytes;
	if (t->bytes > t->bytes_most)
		t->bytes_most = t->bytes;
	return true;
}

static void *
pool_at(const struct pool *p, uint32_t number)
{
	return p->chunks[(number - 1) >> CHUNK_BITS] + ((number - 1) & (CHUNK - 1)) * p->size;
}

static int
pool_grow(struct attempts *t, struct pool *p)
{
	char *chunk;

	if (p->n_chunks == p->cap_chunks) {
		size_t cap = p->cap_chunks > 0 ? 2 * p->cap_chunks : 16;
		char **chunks = mem_realloc(p->chunks, cap * sizeof *chunks);

		if (chunks == NULL)
			return -1;
		p->chunks = chunks;
		p->cap_chunks = cap;
	}
	if (!attempts_pay(t, CHUNK * p->size))
		return -1;
	chunk = mem_alloc(CHUNK * p->size);
	if (chunk == NULL) {
		t->bytes -= CHUNK * p->size;
		return -1;
	}
	p->chunks[p->n_chunks++] = chunk;
	return 0;
}

/* 0 when there is no room. */
static uint32_t
pool_take(struct attempts *t, struct pool *p)
{
	uint32_t number = p->free;

	if (number != 0) {
		memcpy(&p->free, pool_at(p, number), sizeof p->free);
		return number;
	}
	if (p->used == p->n_chunks * CHUNK && pool_grow(t, p) != 0)
		return 0;
	return ++p->used;
}

static void
pool_give(struct pool *p, uint32_t number)
{
	memcpy(pool_at(p, number), &p->free, sizeof p->free);
	p->free = number;
}

static void
pool_fini(struct pool *p)
{
	for (size_t i = 0; i < p->n_chunks; i++)
		mem_free(p->chunks[i]);
	mem_free(p->chunks);
}

struct attempts *
attempts_new(const struct attempts_cfg *cfg)
{
	struct attempts *t = mem_zalloc(sizeof *t);

	if (t == NULL)
		return NULL;
	t->cfg = *cfg;
	t->attempts.size = sizeof(struct attempt) + sizeof(uint32_t);
	t->attempts.size += -t->attempts.size & 7;
	t->hops.size = sizeof(struct hop);
	t->buckets_n = BUCKETS_FIRST;
	t->buckets = mem_zalloc(t->buckets_n * sizeof *t->buckets);
	if (t->buckets == NULL) {
		mem_free(t);
		return NULL;
	}
	t->bytes = t->buckets_n * sizeof *t->buckets;
	return t;
}

static void
attempts_free_kept(void *ctx, struct attempt *a)
{
	(void)ctx;
	mem_free(a->kept);
	mem_free(a->text);
	mem_free(a->event_peer);
}

void
attempts_free(struct attempts *t)
{
	if (t == NULL)
		return;
	attempts_each(t, attempts_free_kept, NULL);
	pool_fini(&t->attempts);
	pool_fini(&t->hops);
	mem_free(t->buckets);
	mem_free(t);
}

static struct attempt *
attempts_get(const struct attempts *t, uint32_t number)
{
	return pool_at(&t->attempts, number);
}

/* A record carries its own number behind it. */
uint32_t
attempt_number(const struct attempts *t, const struct attempt *a)
{
	uint32_t number;

	(void)t;
	memcpy(&number, a + 1, sizeof number);
	return number;
}

struct attempt *
attempt_at(struct attempts *t, uint32_t number)
{
	struct attempt *a;

	if (number == 0 || number > t->attempts.used)
		return NULL;
	a = attempts_get(t, number);
	return attempt_number(t, a) == number ? a : NULL;
}

static uint32_t *
attempts_bucket(const struct attempts *t, uint64_t key)
{
	return &t->buckets[key & (t->buckets_n - 1)];
}

void
attempt_prefetch(const struct attempts *t, uint64_t key)
{
	__builtin_prefetch(attempts_bucket(t, key));
}

static void
attempts_prefetch_number(const struct attempts *t, uint32_t number)
{
	const char *a = pool_at(&t->attempts, number);

	for (size_t at = 0; at < sizeof(struct attempt); at += ATTEMPT_LINE)
		__builtin_prefetch(a + at);
}

uint32_t
attempt_prefetch_record(const struct attempts *t, uint64_t key)
{
	uint32_t number = *attempts_bucket(t, key);

	if (number != 0)
		attempts_prefetch_number(t, number);
	return number;
}

struct attempt *
attempt_find(struct attempts *t, uint64_t key)
{
	uint32_t number = *attempts_bucket(t, key);

	while (number != 0) {
		struct attempt *a = attempts_get(t, number);

		if (a->key == key)
			return a;
		number = a->chain;
	}
	return NULL;
}

/* Twice the buckets; without room or memory chains grow longer, which costs time only. */
static void
attempts_rehash(struct attempts *t)
{
	size_t n = 2 * t->buckets_n;
	uint32_t *old = t->buckets, *buckets;

	if (!attempts_pay(t, t->buckets_n * sizeof *buckets))
		return;
	buckets = mem_zalloc(n * sizeof *buckets);
	if (buckets == NULL) {
		t->bytes -= t->buckets_n * sizeof *buckets;
		return;
	}
	t->buckets = buckets;
	t->buckets_n = n;
	for (size_t i = 0; i < n / 2; i++)
		for (uint32_t number = old[i], next; number != 0; number = next) {
			struct attempt *a = attempts_get(t, number);
			uint32_t *bucket = attempts_bucket(t, a->key);

			next = a->chain;
			a->chain = *bucket;
			*bucket = number;
		}
	mem_free(old);
}

/* Lists. */

static void
wheel_unlink(struct attempts *t, struct attempt *a)
{
	if (a->wheel_slot == WHEEL_NONE)
		return;
	if (a->wheel[0] != 0)
		attempts_get(t, a->wheel[0])->wheel[1] = a->wheel[1];
	else
		t->wheel[a->wheel_slot] = a->wheel[1];
	if (a->wheel[1] != 0)
		attempts_get(t, a->wheel[1])->wheel[0] = a->wheel[0];
	a->wheel_slot = WHEEL_NONE;
}

static void
wheel_link(struct attempts *t, struct attempt *a, unsigned slot)
{
	uint32_t number = attempt_number(t, a);

	a->wheel_slot = (uint16_t)slot;
	a->wheel[0] = 0;
	a->wheel[1] = t->wheel[slot];
	if (a->wheel[1] != 0)
		attempts_get(t, a->wheel[1])->wheel[0] = number;
	t->wheel[slot] = number;
}

static void
age_unlink(struct attempts *t, struct attempt *a)
{
	if (a->age_list == AGE_N)
		return;
	if (a->age[0] != 0)
		attempts_get(t, a->age[0])->age[1] = a->age[1];
	else
		t->head[a->age_list] = a->age[1];
	if (a->age[1] != 0)
		attempts_get(t, a->age[1])->age[0] = a->age[0];
	else
		t->tail[a->age_list] = a->age[0];
	a->age_list = AGE_N;
}

void
attempt_age(struct attempts *t, struct attempt *a, enum attempt_age age)
{
	uint32_t number = attempt_number(t, a);

	if (a->age_list == age)
		return;
	age_unlink(t, a);
	a->age_list = (uint8_t)age;
	a->age[0] = t->tail[age];
	a->age[1] = 0;
	if (a->age[0] != 0)
		attempts_get(t, a->age[0])->age[1] = number;
	else
		t->head[age] = number;
	t->tail[age] = number;
}

void
attempt_due(struct attempts *t, struct attempt *a, track_ms now, uint32_t in_ms)
{
	uint32_t due = t->tick + (now - t->tick_at + in_ms + ATTEMPT_TICK_MS - 1) / ATTEMPT_TICK_MS;

	/* A later one is found when the earlier slot comes up: most deadlines are only ever put off. */
	if (a->wheel_slot != WHEEL_NONE && (int32_t)(due - a->due) >= 0) {
		a->due = due;
		return;
	}
	wheel_unlink(t, a);
	a->due = due;
	wheel_link(t, a, due % WHEEL_SLOTS);
}

track_ms
attempt_deadline(const struct attempts *t, const struct attempt *a)
{
	return t->tick_at - (t->tick - a->due) * ATTEMPT_TICK_MS;
}

static void
attempts_slot(struct attempts *t, unsigned slot)
{
	uint32_t number = t->wheel[slot], next;

	for (; number != 0; number = next) {
		struct attempt *a = attempts_get(t, number);

		next = a->wheel[1];
		if ((int32_t)(a->due - t->tick) <= 0) {
			wheel_unlink(t, a);
			t->cfg.due(t->cfg.ctx, a);
		} else if (a->due % WHEEL_SLOTS != slot) {
			wheel_unlink(t, a);
			wheel_link(t, a, a->due % WHEEL_SLOTS);
		}
	}
}

void
attempts_advance(struct attempts *t, track_ms now)
{
	uint32_t steps = (now - t->tick_at) / ATTEMPT_TICK_MS;

	if (steps > WHEEL_SLOTS) {
		t->tick += steps - WHEEL_SLOTS;
		t->tick_at += (steps - WHEEL_SLOTS) * ATTEMPT_TICK_MS;
		steps = WHEEL_SLOTS;
	}
	while (steps-- > 0) {
		t->tick++;
		t->tick_at += ATTEMPT_TICK_MS;
		attempts_slot(t, t->tick % WHEEL_SLOTS);
	}
}

void
attempts_each(struct attempts *t, void (*fn)(void *ctx, struct attempt *a), void *ctx)
{
	for (uint32_t number = 1; number <= t->attempts.used; number++) {
		struct attempt *a = attempt_at(t, number);

		if (a != NULL)
			fn(ctx, a);
	}
}

/* Making and dropping. */

/*
 * What goes next was not touched for long, nor was what hangs on it: both come in while other things are done, its
 * record when it is the one after the next, the rest when it is the next.
 */
static void
attempts_prefetch_evict(const struct attempts *t, const struct attempt *going)
{
	const struct attempt *a;

	if (going->age[1] == 0)
		return;
	a = attempts_get(t, going->age[1]);
	attempt_prefetch(t, a->key);
	if (a->text != NULL)
		__builtin_prefetch(a->text);
	for (int i = 0; i < 2 && a->wheel_slot != WHEEL_NONE; i++)
		if (a->wheel[i] != 0)
			__builtin_prefetch(&attempts_get(t, a->wheel[i])->wheel, 1);
	if (a->age[1] != 0)
		attempts_prefetch_number(t, a->age[1]);
}

static bool
attempts_evict(struct attempts *t)
{
	for (int age = 0; age < AGE_N; age++) {
		struct attempt *a;

		if (t->head[age] == 0)
			continue;
		a = attempts_get(t, t->head[age]);
		attempts_prefetch_evict(t, a);
		t->cfg.evict(t->cfg.ctx, a);
		attempt_drop(t, a);
		return true;
	}
	return false;
}

struct attempt *
attempt_make(struct attempts *t, uint64_t key)
{
	uint32_t number, *bucket;
	struct attempt *a;

	/* Most look-ups are of calls that are new: their bucket should be empty. */
	if (2 * t->n >= t->buckets_n)
		attempts_rehash(t);
	while ((number = pool_take(t, &t->attempts)) == 0)
		if (!attempts_evict(t))
			return NULL;
	a = attempts_get(t, number);
	memset(a, 0, sizeof *a);
	memcpy(a + 1, &number, sizeof number);
	a->key = key;
	a->wheel_slot = WHEEL_NONE;
	a->age_list = AGE_N;
	bucket = attempts_bucket(t, key);
	a->chain = *bucket;
	*bucket = number;
	t->n++;
	return a;
}

void
attempt_drop(struct attempts *t, struct attempt *a)
{
	uint32_t number = attempt_number(t, a), *at = attempts_bucket(t, a->key);
	static const uint32_t nobody = 0;

	wheel_unlink(t, a);
	age_unlink(t, a);
	attempt_unkeep(t, a);
	attempt_unname(t, a);
	attempt_event_peer(t, a, (struct slice){ NULL, 0 });
	hop_drop_rest(t, a);
	while (*at != number)
		at = &attempts_get(t, *at)->chain;
	*at = a->chain;
	memcpy(a + 1, &nobody, sizeof nobody);
	pool_give(&t->attempts, number);
	t->n--;
}

/* Hops. */

struct hop *
hop_next(struct attempts *t, const struct hop *h)
{
	return h->next != 0 ? pool_at(&t->hops, h->next) : NULL;
}

struct hop *
hop_add(struct attempts *t, struct attempt *a)
{
	struct hop *last = &a->hop, *h;
	unsigned n = 1;
	uint32_t number;

	for (; last->next != 0; n++)
		last = hop_next(t, last);
	if (n >= EVENT_HOPS_MAX || (number = pool_take(t, &t->hops)) == 0)
		return NULL;
	last->next = number;
	h = pool_at(&t->hops, number);
	memset(h, 0, sizeof *h);
	return h;
}

void
hop_drop_rest(struct attempts *t, struct attempt *a)
{
	for (uint32_t number = a->hop.next, next; number != 0; number = next) {
		next = ((struct hop *)pool_at(&t->hops, number))->next;
		pool_give(&t->hops, number);
	}
	a->hop.next = 0;
}

/* Names. */

static char *
attempt_put(char *out, struct slice s, uint8_t *n, size_t max)
{
	*n = (uint8_t)(s.n < max ? s.n : max);
	if (*n > 0)
		memcpy(out, s.p, *n);
	return out + *n;
}

static size_t
attempt_least(size_t a, size_t b)
{
	return a < b ? a : b;
}

void
attempt_name(struct attempts *t, struct attempt *a, struct slice call_id, struct slice from, struct slice to,
    struct slice agent, struct slice tap)
{
	size_t n = attempt_least(call_id.n, ATTEMPT_CALL_ID_MAX) + attempt_least(from.n, ATTEMPT_USER_MAX) +
	    attempt_least(to.n, ATTEMPT_USER_MAX) + attempt_least(agent.n, ATTEMPT_AGENT_MAX) +
	    attempt_least(tap.n, ATTEMPT_TAP_MAX);
	char *out;

	attempt_unname(t, a);
	if (n == 0 || !attempts_pay(t, n))
		return;
	a->text = mem_alloc(n);
	if (a->text == NULL) {
		t->bytes -= n;
		return;
	}
	out = attempt_put(a->text, call_id, &a->n_call_id, ATTEMPT_CALL_ID_MAX);
	out = attempt_put(out, from, &a->n_from, ATTEMPT_USER_MAX);
	out = attempt_put(out, to, &a->n_to, ATTEMPT_USER_MAX);
	out = attempt_put(out, agent, &a->n_agent, ATTEMPT_AGENT_MAX);
	(void)attempt_put(out, tap, &a->n_tap, ATTEMPT_TAP_MAX);
}

void
attempt_unname(struct attempts *t, struct attempt *a)
{
	if (a->text == NULL)
		return;
	t->bytes -= (size_t)a->n_call_id + a->n_from + a->n_to + a->n_agent + a->n_tap;
	mem_free(a->text);
	a->text = NULL;
	a->n_call_id = a->n_from = a->n_to = a->n_agent = a->n_tap = 0;
}

/* What is kept of an event. */

enum { KEPT_SLICES = 19 };

static void
kept_slices(struct event *e, struct slice *out[KEPT_SLICES])
{
	struct slice *all[KEPT_SLICES] = { &e->method, &e->phrase, &e->call_id, &e->from, &e->to, &e->peer, &e->src,
		&e->dst, &e->agent, &e->user_agent, &e->reason, &e->warning, &e->retry_after, &e->detail, &e->needs,
		&e->peer_name, &e->tap, &e->stamp, &e->raw };

	memcpy(out, all, sizeof all);
}

/* Longer texts than anybody writes are cut, so that one message cannot empty the purse. */
static size_t
kept_length(const struct event *e, const struct slice *s)
{
	size_t max = s == &e->raw ? KEPT_RAW : 512;

	return s->n < max ? s->n : max;
}

void
attempt_keep(struct attempts *t, struct attempt *a, const struct event *ev)
{
	struct slice *s[KEPT_SLICES];
	struct event copy = *ev;
	size_t size = sizeof *a->kept, at = 0;
	struct kept *k;

	attempt_unkeep(t, a);
	kept_slices(&copy, s);
	for (int i = 0; i < KEPT_SLICES; i++)
		size += kept_length(&copy, s[i]);
	if (!attempts_pay(t, size))
		return;
	k = mem_alloc(size);
	if (k == NULL) {
		t->bytes -= size;
		return;
	}
	for (int i = 0; i < KEPT_SLICES; i++) {
		size_t n = kept_length(&copy, s[i]);

		if (n > 0)
			memcpy(k->text + at, s[i]->p, n);
		*s[i] = (struct slice){ k->text + at, n };
		at += n;
	}
	k->size = size;
	k->ev = copy;
	a->kept = k;
}

const struct event *
attempt_kept(const struct attempt *a)
{
	return a->kept != NULL ? &a->kept->ev : NULL;
}

void
attempt_unkeep(struct attempts *t, struct attempt *a)
{
	if (a->kept == NULL)
		return;
	t->bytes -= a->kept->size;
	mem_free(a->kept);
	a->kept = NULL;
}

void
attempt_event_peer(struct attempts *t, struct attempt *a, struct slice peer)
{
	size_t n = attempt_least(peer.n, ENDPOINT_TEXT - 1) + 1;

	if (a->event_peer != NULL)
		t->bytes -= strlen(a->event_peer) + 1;
	mem_free(a->event_peer);
	a->event_peer = NULL;
	if (peer.n == 0 || !attempts_pay(t, n))
		return;
	a->event_peer = mem_alloc(n);
	if (a->event_peer == NULL)
		t->bytes -= n;
	else
		(void)slice_copy(a->event_peer, n, peer);
}

size_t
attempts_bytes(const struct attempts *t, size_t *most)
{
	*most = t->bytes_most;
	return t->bytes;
}
