/* pcap_out: byte for byte what goes into a file, and what happens when it cannot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sipwhy/sink.h"
#include "sipwhy/timefmt.h"

struct place {
	char dir[64];
	char path[96];
};

static int
setup(void **state)
{
	struct place *p = calloc(1, sizeof *p);

	if (p == NULL)
		return -1;
	(void)snprintf(p->dir, sizeof p->dir, "/tmp/sipwhy_pcap_XXXXXX");
	if (mkdtemp(p->dir) == NULL) {
		free(p);
		return -1;
	}
	(void)snprintf(p->path, sizeof p->path, "%s/out.pcap", p->dir);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	struct place *p = *state;

	(void)unlink(p->path);
	(void)rmdir(p->dir);
	free(p);
	return 0;
}

static size_t
content(const struct place *p, unsigned char **out)
{
	struct stat st;
	int fd = open(p->path, O_RDONLY);

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	*out = malloc((size_t)st.st_size + 1);
	assert_non_null(*out);
	assert_int_equal(read(fd, *out, (size_t)st.st_size), st.st_size);
	assert_int_equal(close(fd), 0);
	return (size_t)st.st_size;
}

static uint32_t
u32(const unsigned char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
	return v;
}

static void
test_bytes(void **state)
{
	struct place *p = *state;
	static const uint8_t bytes[] = { 1, 2, 3, 4, 5 };
	struct frame f = {
		.t_ns = 1700000000 * NS_PER_S + 123456789, .data = bytes, .caplen = 5, .origlen = 60, .link = LINK_RAW
	};
	struct frame other = f, past = f;
	struct sink_pcap *out;
	struct errmsg em = { "" };
	unsigned char *got;
	const uint16_t version[2] = { 2, 4 };

	other.link = LINK_ETHERNET;
	past.t_ns = -5;
	past.caplen = 0;
	past.data = NULL;
	past.origlen = 0;
	assert_int_equal(sink_pcap_open(&out, p->path, &em), 0);
	assert_int_equal(sink_pcap_write(out, &f), 0);
	assert_int_equal(sink_pcap_write(out, &other), -EMEDIUMTYPE);
	assert_int_equal(sink_pcap_write(out, &past), 0);
	assert_int_equal(sink_pcap_close(out, &em), 0);
	assert_non_null(strstr(em.text, "1 frames of another link type"));
	assert_int_equal(content(p, &got), 24 + 16 + 5 + 16);
	assert_int_equal(u32(got), 0xa1b23c4d);
	assert_memory_equal(got + 4, version, 4);
	assert_int_equal(u32(got + 16), FRAME_MAX);
	assert_int_equal(u32(got + 20), LINK_RAW);
	assert_int_equal(u32(got + 24), 1700000000);
	assert_int_equal(u32(got + 28), 123456789);
	assert_int_equal(u32(got + 32), 5);
	assert_int_equal(u32(got + 36), 60);
	assert_memory_equal(got + 40, bytes, 5);
	assert_int_equal(u32(got + 45) + u32(got + 49), 0);
	free(got);
}

/* The largest frames, and a claim of a length below the captured one. */
static void
test_large_frames(void **state)
{
	struct place *p = *state;
	static uint8_t bytes[FRAME_MAX + 1];
	struct frame f = { .data = bytes, .caplen = FRAME_MAX, .origlen = 1, .link = LINK_ETHERNET };
	struct sink_pcap *out;
	struct errmsg em = { "" };
	unsigned char *got;

	assert_int_equal(sink_pcap_open(&out, p->path, &em), 0);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(sink_pcap_write(out, &f), 0);
	f.caplen = FRAME_MAX + 1;
	assert_int_equal(sink_pcap_write(out, &f), -EMSGSIZE);
	assert_int_equal(sink_pcap_close(out, &em), 0);
	assert_int_equal(content(p, &got), 24 + 3 * (16 + FRAME_MAX));
	assert_int_equal(u32(got + 36), FRAME_MAX);
	free(got);
}

static void
test_empty_file_is_a_capture(void **state)
{
	struct place *p = *state;
	struct sink_pcap *out;
	struct errmsg em = { "" };
	unsigned char *got;

	assert_int_equal(sink_pcap_open(&out, p->path, &em), 0);
	assert_int_equal(sink_pcap_close(out, &em), 0);
	assert_int_equal(content(p, &got), 24);
	assert_int_equal(u32(got + 20), LINK_ETHERNET);
	assert_string_equal(em.text, "");
	free(got);
}

static void
test_refuses_what_is_there(void **state)
{
	struct place *p = *state;
	struct sink_pcap *out;
	struct errmsg em = { "" };

	assert_int_equal(symlink("/nonexistent/elsewhere", p->path), 0);
	assert_int_equal(sink_pcap_open(&out, p->path, &em), -EEXIST);
	assert_non_null(strstr(em.text, "exists already"));
	assert_int_equal(unlink(p->path), 0);
	assert_int_equal(sink_pcap_open(&out, "/nonexistent/dir/x.pcap", &em), -ENOENT);
	assert_non_null(strstr(em.text, "/nonexistent/dir/x.pcap"));
}

/* A limit on the file's size stands for a full disk: the error sticks, and what is left is whole records. */
static void
test_disk_full(void **state)
{
	struct place *p = *state;
	static uint8_t bytes[100000];
	struct frame f = { .data = bytes, .caplen = sizeof bytes, .origlen = sizeof bytes, .link = LINK_ETHERNET };
	struct rlimit old, limit;
	struct sink_pcap *out;
	struct errmsg em = { "" };
	unsigned char *got;
	size_t n;
	int err = 0;

	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	limit = old;
	limit.rlim_cur = 1000000;
	assert_int_equal(sink_pcap_open(&out, p->path, &em), 0);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	for (unsigned i = 0; i < 30; i++)
		err = sink_pcap_write(out, &f);
	assert_int_equal(err, -EFBIG);
	assert_int_equal(sink_pcap_close(out, &em), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_non_null(strstr(em.text, p->path));
	n = content(p, &got);
	assert_in_range(n, 24 + 16 + sizeof bytes, 1000000);
	assert_int_equal((n - 24) % (16 + sizeof bytes), 0);
	free(got);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_bytes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_large_frames, setup, teardown),
		cmocka_unit_test_setup_teardown(test_empty_file_is_a_capture, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refuses_what_is_there, setup, teardown),
		cmocka_unit_test_setup_teardown(test_disk_full, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
