/*
 * save: new files only, never through a link, nothing left of half ones; and saver: a console that asks for anything
 * but a new plain file gets an errno, whatever it sends.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/save.h"
#include "app/saver.h"
#include "sipwhy/mem.h"

enum { BIG = 9 * 1024 * 1024 + 7, SEALS = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE };
static const int64_t second = INT64_C(1000000000);

struct place {
	char start[4096], folder[64];
	struct saver saver;
	int client;
};

static int
open_place(void **state)
{
	struct place *p = calloc(1, sizeof *p);

	if (p == NULL || getcwd(p->start, sizeof p->start) == NULL)
		return -1;
	(void)strncpy(p->folder, "/tmp/save_test.XXXXXX", sizeof p->folder - 1);
	if (mkdtemp(p->folder) == NULL || chdir(p->folder) != 0 || saver_open(&p->saver, &p->client) != 0)
		return -1;
	*state = p;
	return 0;
}

static int
close_place(void **state)
{
	struct place *p = *state;
	DIR *d;

	saver_close(&p->saver);
	(void)close(p->client);
	d = opendir(p->folder);
	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;)
		(void)unlinkat(dirfd(d), e->d_name, 0);
	if (d != NULL)
		(void)closedir(d);
	if (chdir(p->start) != 0)
		return -1;
	(void)rmdir(p->folder);
	free(p);
	return 0;
}

static size_t
entries(const char *folder)
{
	DIR *d = opendir(folder);
	size_t n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	(void)closedir(d);
	return n;
}

/* Files of at most n bytes from here on; RLIM_INFINITY again. */
static void
limit(rlim_t n)
{
	struct rlimit r;

	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &r), 0);
	r.rlim_cur = n < r.rlim_max ? n : r.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &r), 0);
}

static size_t
size_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 ? (size_t)st.st_size : SIZE_MAX;
}

static void
test_write(void **state)
{
	static char big[1 << 20];
	struct errmsg em = { "" };
	struct stat st;

	(void)state;
	assert_int_equal(save_write("a.txt", slice_str("one"), &em), 0);
	assert_int_equal(stat("a.txt", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(save_write("a.txt", slice_str("other"), &em), -EEXIST);
	assert_non_null(strstr(em.text, "exists already"));
	assert_int_equal(size_of("a.txt"), 3);
	/* A link is never followed, wherever it points. */
	assert_int_equal(symlink("new.txt", "link.txt"), 0);
	assert_int_equal(save_write("link.txt", slice_str("x"), &em), -EEXIST);
	assert_int_equal(size_of("new.txt"), SIZE_MAX);
	assert_int_equal(save_write("none/a.txt", slice_str("x"), &em), -ENOENT);
	assert_non_null(strstr(em.text, "none/a.txt"));
	limit(1000);
	assert_int_equal(save_write("full.txt", (struct slice){ big, sizeof big }, &em), -EFBIG);
	limit(RLIM_INFINITY);
	assert_non_null(strstr(em.text, "nothing of it was left"));
	assert_int_equal(size_of("full.txt"), SIZE_MAX);
}

static void
test_names(void **state)
{
	static const char *const good[] = { "a.txt", "A-9_b.pcap", "x.json", "x.jsonl", "two.dots.csv", "x.pcap.txt" };
	static const char *const bad[] = { "", "a", ".txt", "..", ".a.txt", "-a.txt", "a/b.txt", "/a.txt", "../a.txt",
		"a b.txt", "a\n.txt", "a.txt\n", "a.sh", "a.txt.so", "a.TXT", "a.txtx", "\xc3\xa4.txt", "a*.csv" };
	char text[SAVER_NAME + 1];

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
		assert_true(saver_name_ok(slice_str(good[i])));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(saver_name_ok(slice_str(bad[i])));
	assert_false(saver_name_ok((struct slice){ "a\0b.txt", 7 }));
	memset(text, 'a', sizeof text);
	memcpy(text + SAVER_NAME - 5, ".txt", 4);
	assert_true(saver_name_ok((struct slice){ text, SAVER_NAME - 1 }));
	memcpy(text + SAVER_NAME - 5, "a.txt", 5);
	assert_false(saver_name_ok((struct slice){ text, SAVER_NAME }));
}

/* The console's side in a process of its own; its result. */
static int
ask(struct place *p, const char *name, struct slice content, int64_t now_ns)
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(-saver_ask(p->client, name, content));
	while (waitpid(pid, &status, WNOHANG) == 0) {
		saver_hear(&p->saver, now_ns);
		saver_step(&p->saver);
	}
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static void
test_ask(void **state)
{
	struct place *p = *state;
	char *big = malloc(BIG), *back = malloc(BIG);
	uint32_t stale[2] = { 1, EIO };
	size_t n_fds = entries("/proc/self/fd");
	struct stat st;
	int fd;

	assert_true(big != NULL && back != NULL);
	for (size_t i = 0; i < BIG; i++)
		big[i] = (char)(i * 2654435761u >> 13);
	assert_int_equal(send(p->saver.fd, stale, sizeof stale, 0), sizeof stale);
	assert_int_equal(ask(p, "big.pcap", (struct slice){ big, BIG }, second), 0);
	fd = open("big.pcap", O_RDONLY | O_CLOEXEC);
	assert_int_equal(read(fd, back, BIG), BIG);
	assert_memory_equal(big, back, BIG);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, BIG);
	assert_int_equal(st.st_mode & 07777, 0600);
	(void)close(fd);
	assert_int_equal(ask(p, "big.pcap", slice_str("x"), second), -EEXIST);
	assert_int_equal(size_of("big.pcap"), BIG);
	assert_int_equal(symlink("/tmp/save_test.never.txt", "link.txt"), 0);
	assert_int_equal(ask(p, "link.txt", slice_str("x"), second), -EEXIST);
	assert_int_equal(size_of("/tmp/save_test.never.txt"), SIZE_MAX);
	/* It is the folder of the start, wherever the process is now. */
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(ask(p, "here.txt", slice_str("x"), second), 0);
	assert_int_equal(chdir(p->folder), 0);
	assert_int_equal(size_of("here.txt"), 1);
	assert_int_equal(entries("/proc/self/fd"), n_fds);
	free(big);
	free(back);
}

static void
test_hand(void **state)
{
	struct place *p = *state;
	struct errmsg em = { "" };

	assert_int_equal(save_hand(p->client, "/root/a.txt", slice_str("x"), &em), -EINVAL);
	assert_non_null(strstr(em.text, "the folder where sipwhy was started"));
	assert_int_equal(save_hand(p->client, "calls", slice_str("x"), &em), -EINVAL);
	assert_non_null(strstr(em.text, "calls.txt"));
	assert_int_equal(save_hand(p->client, "-rf", slice_str("x"), &em), -EINVAL);
	assert_null(strstr(em.text, "-rf"));
	saver_close(&p->saver);
	assert_int_equal(save_hand(p->client, "a.txt", slice_str("x"), &em), -EPIPE);
	assert_non_null(strstr(em.text, "is gone"));
}

/* Any request at all; the errno that comes back, -1 when none does. */
static int
hostile(struct place *p, const void *bytes, size_t n, const int *fds, size_t n_fds, int64_t now_ns)
{
	union {
		struct cmsghdr align;
		char room[CMSG_SPACE(16 * sizeof(int))];
	} control = { 0 };
	struct iovec part = { (void *)bytes, n };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
	int32_t answer[2];

	if (n_fds > 0) {
		struct cmsghdr *c = &control.align;

		m.msg_control = &control;
		m.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(c), fds, n_fds * sizeof(int));
	}
	assert_int_equal(sendmsg(p->client, &m, MSG_NOSIGNAL), n);
	saver_hear(&p->saver, now_ns);
	while (saver_busy(&p->saver))
		saver_step(&p->saver);
	return recv(p->client, answer, sizeof answer, MSG_DONTWAIT) == sizeof answer ? answer[1] : -1;
}

static int
content(off_t n, int seals)
{
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, n), 0);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

static void
test_hostile(void **state)
{
	static const char name[] = "\1\2\3\4a.txt";
	struct place *p = *state;
	char text[600];
	int sealed = content(5, SEALS), many[16], bad[5];
	size_t n = sizeof name - 1, n_fds, n_files;

	bad[0] = content(5, F_SEAL_SHRINK | F_SEAL_GROW);
	bad[1] = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bad[2] = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	bad[3] = open("plain", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	bad[4] = dup(p->client);
	for (size_t i = 0; i < 16; i++)
		many[i] = sealed;
	n_fds = entries("/proc/self/fd");
	n_files = entries(".");
	assert_int_equal(hostile(p, name, n, NULL, 0, second), EINVAL);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(hostile(p, name, n, &bad[i], 1, second), EBADF);
	assert_int_equal(hostile(p, name, n, many, 2, second), EINVAL);
	assert_int_equal(hostile(p, name, n, many, 8, second), EINVAL);
	assert_int_equal(hostile(p, name, n, many, 16, second), EINVAL);
	for (size_t i = 1; i <= 4; i++)
		assert_int_equal(hostile(p, name, i, &sealed, 1, second), EINVAL);
	/* Each truncation of the name; whole it is a file. */
	for (size_t i = 5; i < n; i++)
		assert_int_equal(hostile(p, name, i, &sealed, 1, second), EINVAL);
	assert_int_equal(hostile(p, "\1\2\3\4../a.txt", 12, &sealed, 1, second), EINVAL);
	assert_int_equal(hostile(p, "\1\2\3\4a.txt\0", 10, &sealed, 1, second), EINVAL);
	memset(text, 'a', sizeof text);
	memcpy(text + sizeof text - 4, ".txt", 4);
	assert_int_equal(hostile(p, text, sizeof text, &sealed, 1, second), EINVAL);
	/* Its name would be whole where the rest is cut off. */
	memcpy(text + SAVER_NAME, ".txt", 4);
	assert_int_equal(hostile(p, text, sizeof text, &sealed, 1, second), EINVAL);
	bad[0] = (close(bad[0]), content((off_t)SAVE_MAX + 1, SEALS));
	assert_int_equal(hostile(p, name, n, &bad[0], 1, second), EFBIG);
	assert_int_equal(entries("/proc/self/fd"), n_fds);
	assert_int_equal(entries("."), n_files);
	assert_int_equal(hostile(p, name, n, &sealed, 1, second), 0);
	assert_int_equal(size_of("a.txt"), 5);
	assert_int_equal(entries("/proc/self/fd"), n_fds);
	for (size_t i = 0; i < 5; i++)
		(void)close(bad[i]);
	(void)close(sealed);
}

static void
test_rate(void **state)
{
	struct place *p = *state;
	int sealed = content(1, SEALS);
	char name[32];

	/* Twice over, since places are used again. */
	for (int minute = 0; minute < 4; minute++) {
		int64_t t_ns = (1 + 60 * minute) * second;

		for (int i = 0; i < SAVER_A_MINUTE; i++) {
			int n = snprintf(name, sizeof name, "....%d-%d.txt", minute, i);

			assert_int_equal(hostile(p, name, (size_t)n, &sealed, 1, t_ns), 0);
		}
		assert_int_equal(hostile(p, "....x.txt", 9, &sealed, 1, t_ns + 60 * second - 1), EBUSY);
	}
	assert_int_equal(size_of("x.txt"), SIZE_MAX);
	(void)close(sealed);
}

/* Who fills the disk slowly is stopped, too; what is not made costs nothing. */
static void
test_run(void **state)
{
	struct place *p = *state;
	int sealed = content(1024 * 1024 + 1, SEALS), small = content(1024 * 1024, SEALS);

	p->saver.spent = (uint64_t)(SAVER_RUN_MIB - 1) * 1024 * 1024;
	assert_int_equal(hostile(p, "....a.txt", 9, &sealed, 1, second), EDQUOT);
	assert_int_equal(size_of("a.txt"), SIZE_MAX);
	assert_int_equal(save_write("b.txt", slice_str("x"), &(struct errmsg){ "" }), 0);
	assert_int_equal(hostile(p, "....b.txt", 9, &small, 1, second), EEXIST);
	assert_int_equal(hostile(p, "....c.txt", 9, &small, 1, second), 0);
	assert_int_equal(hostile(p, "....d.txt", 9, &small, 1, second), EDQUOT);
	(void)close(sealed);
	(void)close(small);
}

/* A daemon.json in /etc/docker or any file in /etc/logrotate.d would be root's word. */
static void
test_settings(void **state)
{
	static const struct {
		const char *path;
		enum saver_folder kind;
	} rows[] = { { "/", SAVER_ANY }, { "/root", SAVER_ANY }, { "/home/etc", SAVER_ANY }, { "/etcetera", SAVER_ANY },
		{ "/var/log/asterisk.d", SAVER_ANY }, { "/etc", SAVER_OWN_NAMES }, { "/etc/docker", SAVER_OWN_NAMES },
		{ "/usr/lib/x", SAVER_OWN_NAMES }, { "/var/spool/cron", SAVER_OWN_NAMES },
		{ "/etc/logrotate.d", SAVER_NOTHING }, { "/usr/lib/a.d", SAVER_NOTHING } };
	struct place *p = *state;
	int small = content(1, SEALS);

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(saver_folder_kind(rows[i].path), rows[i].kind);
	assert_int_equal(p->saver.kind, SAVER_ANY);
	p->saver.kind = SAVER_OWN_NAMES;
	assert_int_equal(hostile(p, "....daemon.json", 15, &small, 1, second), EADDRNOTAVAIL);
	assert_int_equal(hostile(p, "....sipwhy-1.json", 17, &small, 1, second), 0);
	p->saver.kind = SAVER_NOTHING;
	assert_int_equal(hostile(p, "....sipwhy-2.txt", 16, &small, 1, second), EPERM);
	assert_int_equal(size_of("sipwhy-2.txt") & size_of("daemon.json"), SIZE_MAX);
	assert_int_equal(ask(p, "sipwhy-3.txt", slice_str("x"), second), -EPERM);
	(void)close(small);
}

static void
test_full(void **state)
{
	struct place *p = *state;
	int sealed = content(SAVE_MAX, SEALS), answer;

	limit(100000);
	answer = hostile(p, "....full.txt", 12, &sealed, 1, second);
	limit(RLIM_INFINITY);
	assert_int_equal(answer, EFBIG);
	assert_int_equal(size_of("full.txt"), SIZE_MAX);
	(void)close(sealed);
}

/* The end comes while a file is written, and only what we made of it may go. */
static void
test_end(void **state)
{
	struct place *p = *state;
	int sealed = content(SAVE_MAX, SEALS);
	struct iovec part = { "....half.txt", 12 };
	union {
		struct cmsghdr c;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
	struct msghdr m = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
	};

	memcpy(CMSG_DATA(&control.c), &sealed, sizeof sealed);
	assert_int_equal(sendmsg(p->client, &m, 0), 12);
	part.iov_base = "....held.txt";
	assert_int_equal(sendmsg(p->client, &m, 0), 12);
	saver_hear(&p->saver, second);
	saver_step(&p->saver);
	assert_true(saver_busy(&p->saver));
	assert_in_range(size_of("half.txt"), 1, 8 * 1024 * 1024);
	/* One at a time: the next waits. */
	saver_hear(&p->saver, second);
	assert_int_equal(size_of("held.txt"), SIZE_MAX);
	assert_int_equal(unlink("half.txt"), 0);
	assert_int_equal(save_write("half.txt", slice_str("another's"), &(struct errmsg){ "" }), 0);
	saver_close(&p->saver);
	assert_int_equal(size_of("half.txt"), 9);
	(void)close(sealed);
}

static void
test_gone(void **state)
{
	struct place *p = *state;
	int sealed = content(5, SEALS);

	assert_int_equal(rmdir(p->folder), 0);
	assert_int_equal(hostile(p, "....a.txt", 9, &sealed, 1, second), ENOENT);
	(void)close(sealed);
	(void)shutdown(p->client, SHUT_RDWR);
	saver_hear(&p->saver, second);
	assert_int_equal(p->saver.fd, -1);
	saver_hear(&p->saver, second);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test_setup_teardown(test_write, open_place, close_place),
		cmocka_unit_test_setup_teardown(test_ask, open_place, close_place),
		cmocka_unit_test_setup_teardown(test_hand, open_place, close_place),
		cmocka_unit_test_setup_teardown(test_hostile, open_place, close_place),
		cmocka_unit_test_setup_teardown(test_rate, open_place, close_place),
		cmocka_unit_test_setup_teardown(test_run, open_place, close_place),
		cmocka_unit_test_setup_teardown(test_settings, open_place, close_place),
		cmocka_unit_test_setup_teardown(test_full, open_place, close_place),
		cmocka_unit_test_setup_teardown(test_end, open_place, close_place),
		cmocka_unit_test_setup_teardown(test_gone, open_place, close_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
