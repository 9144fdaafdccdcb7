/*
 * rights - dropping privileges (capabilities(7), seccomp(2)).
 * The order matters: groups, user, capabilities, no_new_privs, and then the proof that there is no way back.
 */
#include "app/rights.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "sipwhy/slice.h"

/* The sanitizers' runtimes need calls that no release build makes; profilers do too (--disable-seal). */
#if !defined(RIGHTS_SEAL) && defined(__SANITIZE_ADDRESS__)
#define RIGHTS_SEAL 0
#elif !defined(RIGHTS_SEAL) && defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define RIGHTS_SEAL 0
#endif
#endif
#ifndef RIGHTS_SEAL
#define RIGHTS_SEAL 1
#endif

/* SUDO_UID is text anybody may have written: a number that is not root's, or it does not count. */
static int
rights_env_id(const char *name, uint64_t *id)
{
	const char *s = getenv(name);

	return s != NULL && slice_u64(slice_str(s), UINT32_MAX - 1, id) == 0 && *id != 0 ? 0 : -1;
}

static bool
rights_sudo(uint64_t *uid, uint64_t *gid)
{
	return rights_env_id("SUDO_UID", uid) == 0 && rights_env_id("SUDO_GID", gid) == 0;
}

bool
rights_root_itself(void)
{
	uint64_t u, g;

	return (geteuid() == 0 || getuid() == 0) && !rights_sudo(&u, &g);
}

static int
rights_target(uid_t *uid, gid_t *gid, struct errmsg *em)
{
	uint64_t u, g;
	const struct passwd *pw;

	if (rights_sudo(&u, &g)) {
		*uid = (uid_t)u;
		*gid = (gid_t)g;
		return 0;
	}
	pw = getpwnam("nobody");
	if (pw == NULL || pw->pw_uid == 0)
		return errmsg_set(em, -EPERM,
		    "started as root, and there is no account \"nobody\" to become: "
		    "start it with sudo from an ordinary account");
	*uid = pw->pw_uid;
	*gid = pw->pw_gid;
	return 0;
}

static int
rights_change_id(struct errmsg *em)
{
	uid_t uid = (uid_t)-1;
	gid_t gid = (gid_t)-1;

	if (rights_target(&uid, &gid, em) != 0)
		return -EPERM;
	if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0)
		return errmsg_set(em, -errno,
		    "can't become user %u to drop root's rights (%s): refusing to go on as root", (unsigned)uid,
		    strerror(errno));
	return 0;
}

static int
rights_prove(bool was_root, struct errmsg *em)
{
	if (was_root && (capng_get_caps_process() != 0 || capng_have_capabilities(CAPNG_SELECT_BOUNDS) != CAPNG_NONE))
		return errmsg_set(em, -EPERM, "can't drop the capability bounding set: refusing to go on as root");
	if (getuid() == 0 || geteuid() == 0 || setuid(0) == 0 || seteuid(0) == 0 || capng_get_caps_process() != 0 ||
	    capng_have_capabilities(CAPNG_SELECT_CAPS) != CAPNG_NONE)
		return errmsg_set(em, -EPERM, "rights were dropped but are still there: refusing to go on");
	return 0;
}

int
rights_drop(struct errmsg *em)
{
	struct rlimit none = { 0, 0 };
	bool was_root = geteuid() == 0 || getuid() == 0;

	/* The bounding set goes while setpcap is still held; a start without root has none to lose. */
	capng_clear(CAPNG_SELECT_BOTH);
	if (was_root && capng_apply(CAPNG_SELECT_BOUNDS) != 0)
		return errmsg_set(em, -EPERM, "can't drop the capability bounding set: refusing to go on as root");
	if (was_root && rights_change_id(em) != 0)
		return -EPERM;
	capng_clear(CAPNG_SELECT_CAPS);
	if (capng_apply(CAPNG_SELECT_CAPS) != 0)
		return errmsg_set(em, -EPERM, "can't drop capabilities: refusing to go on");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return errmsg_set(em, -errno, "can't set no_new_privs (%s)", strerror(errno));
	(void)setrlimit(RLIMIT_CORE, &none);
	return rights_prove(was_root, em);
}

/*
 * As little as opens any log: reading and searching, or where a container withholds that, what else stands above
 * permissions (the seal lets it open files for reading only).  -1: neither is there.
 */
static int
rights_reader(void)
{
	if (capng_get_caps_process() != 0)
		return -1;
	if (capng_have_capability(CAPNG_PERMITTED, CAP_DAC_READ_SEARCH))
		return CAP_DAC_READ_SEARCH;
	return capng_have_capability(CAPNG_PERMITTED, CAP_DAC_OVERRIDE) ? CAP_DAC_OVERRIDE : -1;
}

int
rights_keep_reading(struct errmsg *em)
{
	struct rlimit none = { 0, 0 };
	uid_t uid;
	gid_t gid;
	int reader;

	/* Whoever is not root may have file capabilities, which were not given to read other people's files. */
	if (geteuid() != 0 || (reader = rights_reader()) < 0)
		return rights_drop(em);
	if (rights_target(&uid, &gid, em) != 0)
		return -EPERM;
	capng_clear(CAPNG_SELECT_BOTH);
	if (capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, (unsigned)reader) != 0 ||
	    capng_change_id((int)uid, (int)gid, CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING) != 0)
		return errmsg_set(
		    em, -EPERM, "can't drop root's rights but that to read logs: refusing to go on as root");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return errmsg_set(em, -errno, "can't set no_new_privs (%s)", strerror(errno));
	(void)setrlimit(RLIMIT_CORE, &none);
	if (getuid() == 0 || geteuid() == 0 || setuid(0) == 0 || seteuid(0) == 0)
		return errmsg_set(em, -EPERM, "rights were dropped but are still there: refusing to go on");
	return 0;
}

int
rights_keep_opening(bool low_ports, struct errmsg *em)
{
	static const unsigned keep[] = { CAP_NET_RAW, CAP_NET_ADMIN, CAP_DAC_READ_SEARCH, CAP_SETUID, CAP_SETGID,
		CAP_SETPCAP, CAP_KILL };

	if (geteuid() != 0)
		return 0;
	if (capng_get_caps_process() != 0)
		return errmsg_set(em, -EPERM, "can't read this process's capabilities");
	for (unsigned c = 0; c <= CAP_LAST_CAP; c++) {
		int wanted = low_ports && c == CAP_NET_BIND_SERVICE;

		for (size_t i = 0; i < sizeof keep / sizeof keep[0]; i++)
			wanted |= keep[i] == c;
		if (!wanted)
			(void)capng_update(CAPNG_DROP, CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_INHERITABLE, c);
	}
	if (capng_apply(CAPNG_SELECT_CAPS) != 0)
		return errmsg_set(em, -EPERM, "can't give up the rights the supervisor does not need");
	return 0;
}

#if RIGHTS_SEAL
static const int rights_engine_calls[] = { SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(write), SCMP_SYS(writev),
	SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(recvmmsg), SCMP_SYS(sendto), SCMP_SYS(sendmsg),
	SCMP_SYS(sendmmsg), SCMP_SYS(accept4), SCMP_SYS(close), SCMP_SYS(lseek), SCMP_SYS(ftruncate), SCMP_SYS(fstat),
	SCMP_SYS(newfstatat), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_create1), SCMP_SYS(eventfd2), SCMP_SYS(pipe2), SCMP_SYS(getsockopt),
	SCMP_SYS(ioctl), SCMP_SYS(fcntl), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
	SCMP_SYS(brk), SCMP_SYS(mprotect), SCMP_SYS(futex), SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep),
	SCMP_SYS(nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(getpid), SCMP_SYS(gettid),
	SCMP_SYS(getppid), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack), SCMP_SYS(tgkill), SCMP_SYS(restart_syscall), SCMP_SYS(getrandom), SCMP_SYS(sched_yield),
	SCMP_SYS(exit), SCMP_SYS(exit_group) };

static const int rights_opener_calls[] = { SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(poll),
	SCMP_SYS(ppoll), SCMP_SYS(close), SCMP_SYS(newfstatat), SCMP_SYS(fstat), SCMP_SYS(statx), SCMP_SYS(getdents64),
	SCMP_SYS(geteuid), SCMP_SYS(lseek), SCMP_SYS(fcntl), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap),
	SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(mprotect), SCMP_SYS(futex), SCMP_SYS(clock_gettime),
	SCMP_SYS(getrandom), SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall), SCMP_SYS(exit), SCMP_SYS(exit_group) };

/* Opening for reading, and nothing that makes or empties a file. */
static int
rights_allow_reading(scmp_filter_ctx ctx)
{
	return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, O_RDONLY));
}

/* One socket, which is there already, and no other. */
static int
rights_allow_connecting(scmp_filter_ctx ctx, int fd)
{
	return seccomp_rule_add(
	    ctx, SCMP_ACT_ALLOW, SCMP_SYS(connect), 1, SCMP_A0_32(SCMP_CMP_EQ, (scmp_datum_t)(unsigned)fd));
}

static int
rights_seal(const int *calls, size_t n, bool reading, int connects, struct errmsg *em)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int err = ctx == NULL ? -ENOMEM : 0;

	/* All threads there are, or none. */
	if (err == 0)
		err = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_TSYNC, 1);
	for (size_t i = 0; err == 0 && i < n; i++)
		err = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0);
	if (err == 0 && reading)
		err = rights_allow_reading(ctx);
	if (err == 0 && connects >= 0)
		err = rights_allow_connecting(ctx, connects);
	if (err == 0)
		err = seccomp_load(ctx);
	if (ctx != NULL)
		seccomp_release(ctx);
	return err != 0 ? errmsg_set(em, err, "can't seal the process (seccomp: %s)", strerror(-err)) : 0;
}
#endif

int
rights_seal_engine(int connects, struct errmsg *em)
{
#if RIGHTS_SEAL
	return rights_seal(
	    rights_engine_calls, sizeof rights_engine_calls / sizeof rights_engine_calls[0], false, connects, em);
#else
	(void)connects;
	(void)em;
	return 0;
#endif
}

int
rights_seal_opener(struct errmsg *em)
{
#if RIGHTS_SEAL
	return rights_seal(
	    rights_opener_calls, sizeof rights_opener_calls / sizeof rights_opener_calls[0], true, -1, em);
#else
	(void)em;
	return 0;
#endif
}

void
rights_end_with_parent(pid_t parent, int signo)
{
	(void)prctl(PR_SET_PDEATHSIG, signo, 0, 0, 0);
	/* It may have ended between fork and here; then nobody would tell us. */
	if (getppid() != parent)
		(void)raise(signo);
}
