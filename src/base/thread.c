/*
 * thread - a thread without signals, begun; see sipwhy/thread.h.
 */
#include "sipwhy/thread.h"

#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stddef.h>

/* The starter's, until the thread has posted. */
struct thread_begin {
	void *(*run)(void *);
	void *arg;
	sem_t running;
};

static void *
thread_run(void *p)
{
	struct thread_begin *b = p;
	void *(*run)(void *) = b->run;
	void *arg = b->arg;

	(void)sem_post(&b->running);
	return run(arg);
}

/* All but those that a fault raises in the thread itself. */
static void
thread_signals(sigset_t *set)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS };

	(void)sigfillset(set);
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		(void)sigdelset(set, faults[i]);
}

int
thread_start(pthread_t *out, void *(*run)(void *), void *arg)
{
	struct thread_begin b = { .run = run, .arg = arg };
	sigset_t all, before;
	int err;

	thread_signals(&all);
	err = pthread_sigmask(SIG_SETMASK, &all, &before);
	if (err != 0)
		return -err;
	(void)sem_init(&b.running, 0, 0);
	err = pthread_create(out, NULL, thread_run, &b);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	while (err == 0 && sem_wait(&b.running) != 0)
		;
	(void)sem_destroy(&b.running);
	return -err;
}
