/* hepkey: the first line of a file that nobody else reads, and why others are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/hepkey.h"

static char path[] = "/tmp/sipwhy-hepkey-XXXXXX";

static void
put(const char *text, size_t n, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void
gives(const char *text, int err, const char *wanted)
{
	char key[HEPKEY_MAX];
	struct errmsg em = { "" };
	size_t n = 0;

	put(text, strlen(text), 0600);
	assert_int_equal(hepkey_read(key, &n, path, &em), err);
	if (err == 0) {
		assert_int_equal(n, strlen(wanted));
		assert_memory_equal(key, wanted, n);
	} else {
		assert_non_null(strstr(em.text, wanted));
	}
}

static void
test_line(void **state)
{
	char longest[HEPKEY_MAX + 3] = "";

	(void)state;
	gives("secret", 0, "secret");
	gives("secret\n", 0, "secret");
	gives("two words\r\nmore\n", 0, "two words");
	gives("", -EINVAL, "1 to 255 characters");
	gives("\nsecret\n", -EINVAL, "1 to 255 characters");
	memset(longest, 'k', HEPKEY_MAX);
	gives(longest, 0, longest);
	longest[HEPKEY_MAX] = 'k';
	gives(longest, -EINVAL, "1 to 255 characters");
	longest[HEPKEY_MAX] = '\n';
	longest[HEPKEY_MAX + 1] = 'x';
	put(longest, sizeof longest - 1, 0600);
	longest[HEPKEY_MAX] = '\0';
	gives(longest, 0, longest);
}

static void
test_file(void **state)
{
	char key[HEPKEY_MAX];
	struct errmsg em = { "" };
	size_t n;

	(void)state;
	put("secret\n", 7, 0640);
	assert_int_equal(hepkey_read(key, &n, path, &em), 0);
	put("secret\n", 7, 0604);
	assert_int_equal(hepkey_read(key, &n, path, &em), -EACCES);
	assert_non_null(strstr(em.text, "chmod 600"));
	put("secret\n", 7, 0660);
	assert_int_equal(hepkey_read(key, &n, path, &em), -EACCES);
	assert_int_equal(hepkey_read(key, &n, "/tmp", &em), -EINVAL);
	assert_non_null(strstr(em.text, "no regular file"));
	assert_int_equal(hepkey_read(key, &n, "/nowhere/key", &em), -ENOENT);
	assert_non_null(strstr(em.text, "can't open the HEP key /nowhere/key"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_file),
	};
	int fd = mkstemp(path), rc;

	if (fd < 0)
		return 1;
	(void)close(fd);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(path);
	return rc;
}
