/*
 * lots - a ring of lots between two threads, and one that helps; see lots.h.
 * head and tail only grow; lots from tail to head are the taker's, the one at head is the owner's alone.  Between them
 * the helper may hold one.  Everything in a lot changes hands under the lock, with head, tail or held.
 */
#include "app/lots.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "sipwhy/mem.h"

_Static_assert((LOTS_N & (LOTS_N - 1)) == 0, "head and tail may wrap");

struct lots_item {
	struct message m;
	struct sipmsg s;
	struct lots_from from;
	bool has_m, has_s;
};

struct lot {
	size_t n, used;
	size_t raw; /* of the items: to be parsed */
	struct lots_item item[LOTS_ITEMS];
	char text[LOTS_TEXT];
};

enum { TAKER, HELPER, THREADS };

struct lots {
	struct lots_cfg cfg;
	pthread_t thread[THREADS];
	unsigned n_threads;
	pthread_mutex_t lock;
	pthread_cond_t filled, emptied, began, behind, parsed;
	unsigned head, tail; /* how many lots were sent, and how many taken */
	unsigned next;       /* the first that the helper has not looked at */
	unsigned running;
	bool held, ending; /* held: the lot before next is the helper's */
	bool hungry;       /* the owner's */
	struct lot *lot[LOTS_N];
};

/* The slices of a decoded message that are not an array. */
static const size_t lots_slices[] = { offsetof(struct sipmsg, method_name), offsetof(struct sipmsg, phrase),
	offsetof(struct sipmsg, uri), offsetof(struct sipmsg, branch), offsetof(struct sipmsg, sent_by),
	offsetof(struct sipmsg, call_id), offsetof(struct sipmsg, from_tag), offsetof(struct sipmsg, to_tag),
	offsetof(struct sipmsg, from), offsetof(struct sipmsg, to), offsetof(struct sipmsg, server),
	offsetof(struct sipmsg, contact), offsetof(struct sipmsg, link), offsetof(struct sipmsg, reason),
	offsetof(struct sipmsg, warning), offsetof(struct sipmsg, retry_after), offsetof(struct sipmsg, detail),
	offsetof(struct sipmsg, needs), offsetof(struct sipmsg, peer_name) };

enum { LOTS_SLICES = sizeof lots_slices / sizeof lots_slices[0] };

static struct slice *
lots_slice(struct sipmsg *s, size_t i)
{
	return (struct slice *)(void *)((char *)s + lots_slices[i]);
}

/* Copies. */

/* True when s is a part of the message, which is copied in one piece. */
static bool
lots_inside(struct slice s, struct slice bytes)
{
	uintptr_t p = (uintptr_t)s.p, from = (uintptr_t)bytes.p;

	return p >= from && p - from <= bytes.n && s.n <= bytes.n - (p - from);
}

/* Bytes that an item takes: of the message, and of what was decoded of it. */
static size_t
lots_size_raw(const struct message *m)
{
	return m->bytes.n + m->stamp.n + m->agent.n + m->correlation.n;
}

static size_t
lots_size_parsed(const struct sipmsg *s, struct slice bytes)
{
	size_t n = 0;

	for (size_t i = 0; i < LOTS_SLICES; i++) {
		const struct slice *at = (const struct slice *)(const void *)((const char *)s + lots_slices[i]);

		if (!lots_inside(*at, bytes))
			n += at->n;
	}
	for (unsigned i = 0; i < s->n_realms; i++)
		if (!lots_inside(s->realm[i], bytes))
			n += s->realm[i].n;
	return n;
}

/* Copy *s, and make it stand for its copy.  An absent one stays as it is, an empty one stays empty. */
static void
lots_keep(struct lot *lot, struct slice *s)
{
	char *to = lot->text + lot->used;

	if (s->n > 0)
		memcpy(to, s->p, s->n);
	if (s->p != NULL)
		s->p = s->n > 0 ? to : "";
	lot->used += s->n;
}

static void
lots_move(struct lot *lot, struct slice *s, struct slice old, const char *now)
{
	if (s->n > 0 && lots_inside(*s, old))
		s->p = now + (s->p - old.p);
	else
		lots_keep(lot, s);
}

static void
lots_copy_raw(struct lot *lot, struct message *m)
{
	lots_keep(lot, &m->bytes);
	lots_keep(lot, &m->stamp);
	lots_keep(lot, &m->agent);
	lots_keep(lot, &m->correlation);
}

/* old: the bytes of which s was decoded, which stand at `now` now. */
static void
lots_copy_parsed(struct lot *lot, struct sipmsg *s, struct slice old, const char *now)
{
	for (size_t i = 0; i < LOTS_SLICES; i++)
		lots_move(lot, lots_slice(s, i), old, now);
	for (unsigned i = 0; i < s->n_realms; i++)
		lots_move(lot, &s->realm[i], old, now);
}

/* The taker. */

static void
lots_take(struct lots *l, const struct lot *lot)
{
	for (size_t i = 0; i < lot->n; i++) {
		const struct lots_item *it = &lot->item[i];

		l->cfg.take(l->cfg.ctx, it->has_m ? &it->m : NULL, it->has_s ? &it->s : NULL, &it->from);
	}
}

static void
lots_begin(struct lots *l)
{
	(void)pthread_mutex_lock(&l->lock);
	l->running++;
	(void)pthread_cond_signal(&l->began);
}

static void *
lots_run(void *arg)
{
	struct lots *l = arg;

	lots_begin(l);
	for (;;) {
		struct lot *lot = l->lot[l->tail % LOTS_N];

		while (l->head == l->tail && !l->ending)
			(void)pthread_cond_wait(&l->filled, &l->lock);
		if (l->head == l->tail)
			break;
		while (l->held && l->next == l->tail + 1)
			(void)pthread_cond_wait(&l->parsed, &l->lock);
		(void)pthread_mutex_unlock(&l->lock);
		lots_take(l, lot);
		(void)pthread_mutex_lock(&l->lock);
		l->tail++;
		(void)pthread_cond_signal(&l->emptied);
	}
	(void)pthread_mutex_unlock(&l->lock);
	return NULL;
}

/* The helper. */

/* Two behind the taker it has parsed a lot before that one comes to it. */
enum { LOTS_BEHIND = 2 };

/* What finds no room for what was decoded is left to the taker. */
static void
lots_parse_one(const struct lots *l, struct lot *lot, struct lots_item *it)
{
	if (!l->cfg.parse(l->cfg.ctx, &it->m, &it->s)) {
		it->has_m = false;
		return;
	}
	if (lots_size_parsed(&it->s, it->m.bytes) > LOTS_TEXT - lot->used)
		return;
	lots_copy_parsed(lot, &it->s, it->m.bytes, it->m.bytes.p);
	it->has_s = true;
}

static bool
lots_is_raw(const struct lots_item *it)
{
	return it->has_m && !it->has_s && it->from.line_of == NULL;
}

static void
lots_parse(const struct lots *l, struct lot *lot)
{
	for (size_t i = 0; i < lot->n; i++)
		if (lots_is_raw(&lot->item[i]))
			lots_parse_one(l, lot, &lot->item[i]);
}

/* The next lot with something to parse, which is held then; NULL: none yet. */
static struct lot *
lots_hold(struct lots *l)
{
	if (l->head - l->tail <= LOTS_BEHIND)
		return NULL;
	/* The taker may have overtaken it. */
	if (l->next - l->tail < LOTS_BEHIND || l->next - l->tail > LOTS_N)
		l->next = l->tail + LOTS_BEHIND;
	while (l->next != l->head && !l->held)
		l->held = l->lot[l->next++ % LOTS_N]->raw > 0;
	return l->held ? l->lot[(l->next - 1) % LOTS_N] : NULL;
}

static void *
lots_help(void *arg)
{
	struct lots *l = arg;

	lots_begin(l);
	while (!l->ending) {
		struct lot *lot = lots_hold(l);

		if (lot == NULL) {
			(void)pthread_cond_wait(&l->behind, &l->lock);
			continue;
		}
		(void)pthread_mutex_unlock(&l->lock);
		lots_parse(l, lot);
		(void)pthread_mutex_lock(&l->lock);
		l->held = false;
		(void)pthread_cond_signal(&l->parsed);
	}
	(void)pthread_mutex_unlock(&l->lock);
	return NULL;
}

/* Life. */

static void
lots_clear(struct lot *lot)
{
	lot->n = lot->used = lot->raw = 0;
}

static int
lots_memory(struct lots *l)
{
	for (size_t i = 0; i < LOTS_N; i++) {
		l->lot[i] = mem_alloc(sizeof *l->lot[i]);
		if (l->lot[i] == NULL)
			return -ENOMEM;
		lots_clear(l->lot[i]);
	}
	return 0;
}

static void
lots_forget(struct lots *l)
{
	for (size_t i = 0; i < LOTS_N; i++)
		mem_free(l->lot[i]);
	mem_free(l);
}

static int
lots_locks(struct lots *l)
{
	pthread_cond_t *conds[] = { &l->filled, &l->emptied, &l->began, &l->behind, &l->parsed };
	size_t n = 0, all = sizeof conds / sizeof conds[0];
	int err = pthread_mutex_init(&l->lock, NULL);

	if (err != 0)
		return -err;
	while (n < all && (err = pthread_cond_init(conds[n], NULL)) == 0)
		n++;
	if (n == all)
		return 0;
	while (n > 0)
		(void)pthread_cond_destroy(conds[--n]);
	(void)pthread_mutex_destroy(&l->lock);
	return -err;
}

static void
lots_unlock_all(struct lots *l)
{
	(void)pthread_cond_destroy(&l->parsed);
	(void)pthread_cond_destroy(&l->behind);
	(void)pthread_cond_destroy(&l->began);
	(void)pthread_cond_destroy(&l->emptied);
	(void)pthread_cond_destroy(&l->filled);
	(void)pthread_mutex_destroy(&l->lock);
}

/* All but those that a fault raises in the thread itself. */
static void
lots_signals(sigset_t *set)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS };

	(void)sigfillset(set);
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		(void)sigdelset(set, faults[i]);
}

/* A filter that is loaded next must find the threads past what their start asks of the kernel: so wait until they run.
 */
static int
lots_start(struct lots *l)
{
	void *(*const run[THREADS])(void *) = { [TAKER] = lots_run, [HELPER] = lots_help };
	unsigned n = l->cfg.parse != NULL ? THREADS : HELPER;
	sigset_t all, before;
	int err;

	lots_signals(&all);
	err = pthread_sigmask(SIG_SETMASK, &all, &before);
	if (err != 0)
		return -err;
	while (l->n_threads < n && err == 0)
		if ((err = pthread_create(&l->thread[l->n_threads], NULL, run[l->n_threads], l)) == 0)
			l->n_threads++;
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	/* It goes without the helper. */
	if (l->n_threads == 0)
		return -err;
	(void)pthread_mutex_lock(&l->lock);
	while (l->running < l->n_threads)
		(void)pthread_cond_wait(&l->began, &l->lock);
	(void)pthread_mutex_unlock(&l->lock);
	return 0;
}

int
lots_new(struct lots **out, const struct lots_cfg *cfg)
{
	struct lots *l = mem_zalloc(sizeof *l);
	int err;

	*out = NULL;
	if (l == NULL)
		return -ENOMEM;
	l->cfg = *cfg;
	l->hungry = true;
	err = lots_memory(l);
	if (err == 0)
		err = lots_locks(l);
	if (err == 0 && (err = lots_start(l)) != 0)
		lots_unlock_all(l);
	if (err != 0) {
		lots_forget(l);
		return err;
	}
	*out = l;
	return 0;
}

void
lots_free(struct lots *l)
{
	if (l == NULL)
		return;
	lots_sync(l);
	(void)pthread_mutex_lock(&l->lock);
	l->ending = true;
	(void)pthread_cond_signal(&l->filled);
	(void)pthread_cond_signal(&l->behind);
	(void)pthread_mutex_unlock(&l->lock);
	for (unsigned i = 0; i < l->n_threads; i++)
		(void)pthread_join(l->thread[i], NULL);
	lots_unlock_all(l);
	lots_forget(l);
}

/* The owner. */

/* The lot at head goes; the next one is empty when this returns.  now: somebody may wait for it. */
static void
lots_send(struct lots *l, bool now)
{
	unsigned enough = l->n_threads > HELPER ? LOTS_N - 1 : LOTS_N / 2;
	bool raw = l->lot[l->head % LOTS_N]->raw > 0;

	(void)pthread_mutex_lock(&l->lock);
	l->head++;
	/* To be woken costs more than half a lot: a taker that is ahead sleeps until there are some. */
	if (now || l->head - l->tail >= LOTS_N / 2)
		(void)pthread_cond_signal(&l->filled);
	if (raw && l->head - l->tail > LOTS_BEHIND)
		(void)pthread_cond_signal(&l->behind);
	while (l->head - l->tail >= LOTS_N)
		(void)pthread_cond_wait(&l->emptied, &l->lock);
	l->hungry = l->head - l->tail < enough;
	(void)pthread_mutex_unlock(&l->lock);
	lots_clear(l->lot[l->head % LOTS_N]);
}

void
lots_submit(struct lots *l)
{
	if (l->lot[l->head % LOTS_N]->n > 0) {
		lots_send(l, true);
		return;
	}
	(void)pthread_mutex_lock(&l->lock);
	if (l->head != l->tail)
		(void)pthread_cond_signal(&l->filled);
	(void)pthread_mutex_unlock(&l->lock);
}

void
lots_sync(struct lots *l)
{
	lots_submit(l);
	(void)pthread_mutex_lock(&l->lock);
	while (l->head != l->tail)
		(void)pthread_cond_wait(&l->emptied, &l->lock);
	(void)pthread_mutex_unlock(&l->lock);
}

bool
lots_hungry(const struct lots *l)
{
	return l->hungry;
}

void
lots_put(struct lots *l, const struct message *m, const struct sipmsg *s, const struct lots_from *from)
{
	struct lot *lot = l->lot[l->head % LOTS_N];
	size_t size = m != NULL ? lots_size_raw(m) : 0;
	struct lots_item *it;

	if (s != NULL)
		size += lots_size_parsed(s, m->bytes);
	if (size > LOTS_TEXT) {
		lots_sync(l);
		l->cfg.take(l->cfg.ctx, m, s, from);
		return;
	}
	if (lot->n == LOTS_ITEMS || size > LOTS_TEXT - lot->used) {
		lots_send(l, false);
		lot = l->lot[l->head % LOTS_N];
	}
	it = &lot->item[lot->n++];
	it->from = *from;
	it->has_m = m != NULL;
	it->has_s = s != NULL;
	if (s != NULL)
		it->s = *s;
	if (m == NULL)
		return;
	it->m = *m;
	lots_copy_raw(lot, &it->m);
	if (s != NULL)
		lots_copy_parsed(lot, &it->s, m->bytes, it->m.bytes.p);
	lot->raw += lots_is_raw(it);
}
