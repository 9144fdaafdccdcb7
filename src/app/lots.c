/*
 * lots - a ring of lots between two threads; see lots.h.
 * head and tail only grow; lots from tail to head are the taker's, the one at head is the owner's alone.  Everything in
 * a lot changes hands under the lock, with head or tail.
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
	struct lots_item item[LOTS_ITEMS];
	char text[LOTS_TEXT];
};

struct lots {
	lots_take_fn take;
	void *ctx;
	pthread_t taker;
	pthread_mutex_t lock;
	pthread_cond_t filled, emptied, began;
	unsigned head, tail; /* how many lots were sent, and how many taken */
	bool running, ending;
	bool hungry; /* the owner's */
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

/* The taker. */

static void
lots_take(struct lots *l, const struct lot *lot)
{
	for (size_t i = 0; i < lot->n; i++) {
		const struct lots_item *it = &lot->item[i];

		l->take(l->ctx, it->has_m ? &it->m : NULL, it->has_s ? &it->s : NULL, &it->from);
	}
}

static void *
lots_run(void *arg)
{
	struct lots *l = arg;

	(void)pthread_mutex_lock(&l->lock);
	l->running = true;
	(void)pthread_cond_signal(&l->began);
	for (;;) {
		struct lot *lot = l->lot[l->tail % LOTS_N];

		while (l->head == l->tail && !l->ending)
			(void)pthread_cond_wait(&l->filled, &l->lock);
		if (l->head == l->tail)
			break;
		(void)pthread_mutex_unlock(&l->lock);
		lots_take(l, lot);
		(void)pthread_mutex_lock(&l->lock);
		l->tail++;
		(void)pthread_cond_signal(&l->emptied);
	}
	(void)pthread_mutex_unlock(&l->lock);
	return NULL;
}

/* Life. */

static int
lots_memory(struct lots *l)
{
	for (size_t i = 0; i < LOTS_N; i++) {
		l->lot[i] = mem_alloc(sizeof *l->lot[i]);
		if (l->lot[i] == NULL)
			return -ENOMEM;
		l->lot[i]->n = l->lot[i]->used = 0;
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
	pthread_cond_t *conds[] = { &l->filled, &l->emptied, &l->began };
	size_t n = 0;
	int err = pthread_mutex_init(&l->lock, NULL);

	if (err != 0)
		return -err;
	while (n < 3 && (err = pthread_cond_init(conds[n], NULL)) == 0)
		n++;
	if (n == 3)
		return 0;
	while (n > 0)
		(void)pthread_cond_destroy(conds[--n]);
	(void)pthread_mutex_destroy(&l->lock);
	return -err;
}

static void
lots_unlock_all(struct lots *l)
{
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

/* A filter that is loaded next must find the thread past what its start asks of the kernel: so wait until it runs. */
static int
lots_start(struct lots *l)
{
	sigset_t all, before;
	int err;

	lots_signals(&all);
	err = pthread_sigmask(SIG_SETMASK, &all, &before);
	if (err != 0)
		return -err;
	err = pthread_create(&l->taker, NULL, lots_run, l);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err != 0)
		return -err;
	(void)pthread_mutex_lock(&l->lock);
	while (!l->running)
		(void)pthread_cond_wait(&l->began, &l->lock);
	(void)pthread_mutex_unlock(&l->lock);
	return 0;
}

int
lots_new(struct lots **out, lots_take_fn take, void *ctx)
{
	struct lots *l = mem_zalloc(sizeof *l);
	int err;

	*out = NULL;
	if (l == NULL)
		return -ENOMEM;
	l->take = take;
	l->ctx = ctx;
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
	(void)pthread_mutex_unlock(&l->lock);
	(void)pthread_join(l->taker, NULL);
	lots_unlock_all(l);
	lots_forget(l);
}

/* The owner. */

/* The lot at head goes; the next one is empty when this returns.  now: somebody may wait for it. */
static void
lots_send(struct lots *l, bool now)
{
	struct lot *next;

	(void)pthread_mutex_lock(&l->lock);
	l->head++;
	/* To be woken costs more than half a lot: a taker that is ahead sleeps until there are two. */
	if (now || l->head - l->tail >= LOTS_N / 2)
		(void)pthread_cond_signal(&l->filled);
	while (l->head - l->tail >= LOTS_N)
		(void)pthread_cond_wait(&l->emptied, &l->lock);
	l->hungry = l->head - l->tail < LOTS_N / 2;
	(void)pthread_mutex_unlock(&l->lock);
	next = l->lot[l->head % LOTS_N];
	next->n = next->used = 0;
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

/* True when s is a part of the message, which is copied in one piece. */
static bool
lots_inside(struct slice s, struct slice bytes)
{
	uintptr_t p = (uintptr_t)s.p, from = (uintptr_t)bytes.p;

	return p >= from && p - from <= bytes.n && s.n <= bytes.n - (p - from);
}

/* Bytes that an item takes. */
static size_t
lots_size(const struct message *m, const struct sipmsg *s)
{
	size_t n = m->bytes.n + m->stamp.n + m->agent.n + m->correlation.n;

	for (size_t i = 0; s != NULL && i < LOTS_SLICES; i++) {
		const struct slice *at = (const struct slice *)(const void *)((const char *)s + lots_slices[i]);

		if (!lots_inside(*at, m->bytes))
			n += at->n;
	}
	for (unsigned i = 0; s != NULL && i < s->n_realms; i++)
		if (!lots_inside(s->realm[i], m->bytes))
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
lots_copy(struct lot *lot, struct lots_item *it)
{
	struct slice old = it->m.bytes;

	lots_keep(lot, &it->m.bytes);
	lots_keep(lot, &it->m.stamp);
	lots_keep(lot, &it->m.agent);
	lots_keep(lot, &it->m.correlation);
	if (!it->has_s)
		return;
	for (size_t i = 0; i < LOTS_SLICES; i++)
		lots_move(lot, lots_slice(&it->s, i), old, it->m.bytes.p);
	for (unsigned i = 0; i < it->s.n_realms; i++)
		lots_move(lot, &it->s.realm[i], old, it->m.bytes.p);
}

void
lots_put(struct lots *l, const struct message *m, const struct sipmsg *s, const struct lots_from *from)
{
	struct lot *lot = l->lot[l->head % LOTS_N];
	size_t size = m != NULL ? lots_size(m, s) : 0;
	struct lots_item *it;

	if (size > LOTS_TEXT) {
		lots_sync(l);
		l->take(l->ctx, m, s, from);
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
	lots_copy(lot, it);
}
