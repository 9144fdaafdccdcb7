/* thread: it runs before the starter goes on, hears no signal but faults, and leaves the starter's mask alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <signal.h>
#include <stdbool.h>

#include "sipwhy/thread.h"

static void *
look(void *arg)
{
	(void)pthread_sigmask(SIG_SETMASK, NULL, arg);
	return arg;
}

static void
test_signals(void **state)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS };
	static const int ours[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD, SIGALRM, SIGWINCH };
	sigset_t blocked, before, after;
	pthread_t thread;
	void *got = NULL;

	(void)state;
	(void)pthread_sigmask(SIG_SETMASK, NULL, &before);
	assert_int_equal(thread_start(&thread, look, &blocked), 0);
	(void)pthread_sigmask(SIG_SETMASK, NULL, &after);
	assert_int_equal(pthread_join(thread, &got), 0);
	assert_ptr_equal(got, &blocked);
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
		assert_int_equal(sigismember(&blocked, ours[i]), 1);
		assert_int_equal(sigismember(&after, ours[i]), sigismember(&before, ours[i]));
	}
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
		assert_int_equal(sigismember(&blocked, faults[i]), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
