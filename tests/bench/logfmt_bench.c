/*
 * logfmt_bench - what the detector alone costs: reads a log in blocks of whole lines, as a source of files does, and
 * prints nanoseconds a byte and an item, and the highest resident size.  The file should be in the page cache.
 *
 * logfmt_bench FILE [BLOCK]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "sipwhy/logfmt.h"
#include "sipwhy/timefmt.h"

static int64_t
bench_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

/* The input room knows how many lines it cut; here they are counted outside of the clock. */
static uint32_t
bench_lines(const char *p, const char *end)
{
	uint32_t n = 0;

	for (; p < end; p++)
		n += *p == '\n';
	return n;
}

int
main(int argc, char **argv)
{
	size_t block = argc > 2 ? strtoul(argv[2], NULL, 10) : 65536, have = 0, got, bytes = 0;
	FILE *f = argc > 1 ? fopen(argv[1], "rb") : NULL;
	struct logfmt *l = logfmt_new(NULL);
	char *buf = malloc(block);
	uint64_t items[3] = { 0 }, sum = 0;
	int64_t spent = 0, began;
	struct logfmt_item it;
	struct rusage ru;

	if (f == NULL || l == NULL || buf == NULL) {
		(void)fprintf(stderr, "logfmt_bench FILE [BLOCK]\n");
		return 1;
	}
	while ((got = fread(buf + have, 1, block - have, f)) > 0) {
		const char *lf = memrchr(buf, '\n', have + got);
		size_t n = lf != NULL ? (size_t)(lf + 1 - buf) : have + got;
		struct text t = { .t_ns = INT64_C(1795500000) * NS_PER_S,
			.data = (const uint8_t *)buf,
			.len = n,
			.origin = 1,
			.lines = bench_lines(buf, buf + n) };

		began = bench_now();
		logfmt_push(l, &t);
		while (logfmt_next(l, &it)) {
			items[it.kind]++;
			sum += it.m.bytes.n;
		}
		spent += bench_now() - began;
		bytes += n;
		have = have + got - n;
		memmove(buf, buf + n, have);
	}
	logfmt_flush(l);
	while (logfmt_next(l, &it))
		items[it.kind]++;
	(void)getrusage(RUSAGE_SELF, &ru);
	(void)printf(
	    "%zu bytes, %.3f s, %.3f ns a byte\nmessages %llu (%llu bytes), statements %llu, notices %llu, cut %llu, "
	    "again %llu, quiet %llu\n%.0f ns an item, resident %ld KiB\n",
	    bytes, (double)spent / 1e9, (double)spent / (double)(bytes > 0 ? bytes : 1), (unsigned long long)items[0],
	    (unsigned long long)sum, (unsigned long long)items[1], (unsigned long long)items[2],
	    (unsigned long long)logfmt_stats(l)->cut, (unsigned long long)logfmt_stats(l)->again,
	    (unsigned long long)logfmt_stats(l)->quiet,
	    (double)spent / (double)(items[0] + items[1] + items[2] > 0 ? items[0] + items[1] + items[2] : 1),
	    ru.ru_maxrss);
	logfmt_free(l);
	free(buf);
	(void)fclose(f);
	return 0;
}
