/*
 * oom - stands in every unit test: with SIPWHY_FAIL_AT=n in the environment its n-th allocation fails, so that
 * check/oom.sh can run each test once more for every n.  Only the tests have it; the program reads no such variable.
 */
#include <stdlib.h>

#include "sipwhy/mem.h"

__attribute__((constructor)) static void
oom_arm(void)
{
	const char *n = getenv("SIPWHY_FAIL_AT");

	if (n != NULL)
		mem_fail_at(strtol(n, NULL, 10));
}
