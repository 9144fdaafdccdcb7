/*
 * ahead - one thread, one spare buffer; see ahead.h.
 * The spare one is the thread's while reading is set.
 */
#include "ahead.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

#include "sipwhy/mem.h"
#include "sipwhy/thread.h"

struct ahead {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wanted, done;
	uint8_t *spare;
	size_t front, piece;
	ssize_t got;
	int fd;
	bool reading, ending;
};

static ssize_t
ahead_read(const struct ahead *a)
{
	ssize_t n;

	do
		n = read(a->fd, a->spare + a->front, a->piece);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

static void *
ahead_run(void *arg)
{
	struct ahead *a = arg;
	ssize_t got;

	(void)pthread_mutex_lock(&a->lock);
	for (;;) {
		while (!a->reading && !a->ending)
			(void)pthread_cond_wait(&a->wanted, &a->lock);
		if (a->ending)
			break;
		(void)pthread_mutex_unlock(&a->lock);
		got = ahead_read(a);
		(void)pthread_mutex_lock(&a->lock);
		a->got = got;
		a->reading = false;
		(void)pthread_cond_signal(&a->done);
	}
	(void)pthread_mutex_unlock(&a->lock);
	return NULL;
}

static int
ahead_locks(struct ahead *a)
{
	int err = pthread_mutex_init(&a->lock, NULL);

	if (err != 0)
		return -err;
	err = pthread_cond_init(&a->wanted, NULL);
	if (err == 0 && (err = pthread_cond_init(&a->done, NULL)) != 0)
		(void)pthread_cond_destroy(&a->wanted);
	if (err != 0)
		(void)pthread_mutex_destroy(&a->lock);
	return -err;
}

static void
ahead_unlock_all(struct ahead *a)
{
	(void)pthread_cond_destroy(&a->done);
	(void)pthread_cond_destroy(&a->wanted);
	(void)pthread_mutex_destroy(&a->lock);
}

int
ahead_new(struct ahead **out, size_t front, size_t piece)
{
	struct ahead *a = mem_zalloc(sizeof *a);
	int err;

	*out = NULL;
	if (a == NULL)
		return -ENOMEM;
	a->front = front;
	a->piece = piece;
	a->spare = mem_alloc(front + piece);
	err = a->spare != NULL ? ahead_locks(a) : -ENOMEM;
	if (err == 0 && (err = thread_start(&a->thread, ahead_run, a)) != 0)
		ahead_unlock_all(a);
	if (err != 0) {
		mem_free(a->spare);
		mem_free(a);
		return err;
	}
	*out = a;
	return 0;
}

void
ahead_free(struct ahead *a)
{
	if (a == NULL)
		return;
	(void)pthread_mutex_lock(&a->lock);
	a->ending = true;
	(void)pthread_cond_signal(&a->wanted);
	(void)pthread_mutex_unlock(&a->lock);
	(void)pthread_join(a->thread, NULL);
	ahead_unlock_all(a);
	mem_free(a->spare);
	mem_free(a);
}

static void
ahead_want(struct ahead *a)
{
	a->reading = true;
	(void)pthread_cond_signal(&a->wanted);
}

void
ahead_begin(struct ahead *a, int fd)
{
	(void)pthread_mutex_lock(&a->lock);
	a->fd = fd;
	ahead_want(a);
	(void)pthread_mutex_unlock(&a->lock);
}

ssize_t
ahead_take(struct ahead *a, uint8_t **buf)
{
	ssize_t got;

	(void)pthread_mutex_lock(&a->lock);
	while (a->reading)
		(void)pthread_cond_wait(&a->done, &a->lock);
	got = a->got;
	if (got > 0) {
		*buf = a->spare;
		a->spare = NULL;
	}
	(void)pthread_mutex_unlock(&a->lock);
	return got;
}

void
ahead_give(struct ahead *a, uint8_t *buf)
{
	(void)pthread_mutex_lock(&a->lock);
	a->spare = buf;
	ahead_want(a);
	(void)pthread_mutex_unlock(&a->lock);
}
