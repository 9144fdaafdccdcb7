/*
 * fixture - reads the files of a fixture folder for the tests of room sip.
 * The one thing to know: each file is handed over in a heap block of exactly its size, so that a sanitizer sees the
 * first byte read behind the end.
 */
#ifndef SIP_TEST_FIXTURE_H
#define SIP_TEST_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>

#include "sipwhy/slice.h"

enum { FIXTURE_MAX = 70000 };

typedef void fixture_fn(const char *name, struct slice bytes, void *arg);

/* The folder tests/fixtures/<sub> of the source tree, into path[512]. */
static inline void
fixture_dir(char *path, const char *sub)
{
	const char *top = getenv("srcdir");

	snprintf(path, 512, "%s/tests/fixtures/%s", top && *top ? top : ".", sub);
}

/* A file as a block of its size, to be freed; fails the test when it cannot be read. */
static inline struct slice
fixture_read(const char *path)
{
	static char space[FIXTURE_MAX];
	FILE *f = fopen(path, "rb");
	size_t n;
	char *block;

	if (!f)
		fail_msg("cannot open %s", path);
	n = fread(space, 1, sizeof space, f);
	fclose(f);
	block = malloc(n ? n : 1);
	assert_non_null(block);
	memcpy(block, space, n);
	return (struct slice){ block, n };
}

static inline struct slice
fixture_file(const char *sub, const char *name)
{
	char dir[512], path[1024];

	fixture_dir(dir, sub);
	snprintf(path, sizeof path, "%s/%s", dir, name);
	return fixture_read(path);
}

/* Call fn for each plain file of a fixture folder; returns how many there were. */
static inline unsigned
fixture_each(const char *sub, fixture_fn *fn, void *arg)
{
	char dir[512];
	struct dirent *e;
	unsigned n = 0;
	DIR *d;

	fixture_dir(dir, sub);
	d = opendir(dir);
	if (!d)
		fail_msg("cannot open folder %s", dir);
	while ((e = readdir(d))) {
		struct slice bytes;

		if (e->d_name[0] == '.' || !strchr(e->d_name, '.'))
			continue;
		bytes = fixture_file(sub, e->d_name);
		fn(e->d_name, bytes, arg);
		free((void *)bytes.p);
		n++;
	}
	closedir(d);
	return n;
}

/* A slice equals a C string. */
#define assert_slice(s, text) assert_slice_at((s), (text), __FILE__, __LINE__)

static inline void
assert_slice_at(struct slice s, const char *text, const char *file, int line)
{
	if (s.n == strlen(text) && (s.n == 0 || memcmp(s.p, text, s.n) == 0))
		return;
	print_error("got \"%.*s\", expected \"%s\"\n", (int)s.n, s.p ? s.p : "", text);
	_fail(file, line);
}

#endif
