/*
 * thread - how this program starts a thread (POSIX threads): with every signal blocked but those that a fault raises in
 * the thread itself, so that the others stay where the loop waits for them.
 *
 * Know: it runs when thread_start returns.  A filter of system calls that is laid over all threads afterwards finds it
 * past what a start asks of the kernel.
 */
#ifndef SIPWHY_THREAD_H
#define SIPWHY_THREAD_H

#include <pthread.h>

/*
 * Run run(arg) in a thread of its own, to be joined with pthread_join.  It has the rights of the caller; the caller's
 * signal mask is as before.  0 and *out, or the negative errno of what was refused: then nothing runs.
 */
int thread_start(pthread_t *out, void *(*run)(void *), void *arg);

#endif
