/*
 * supervisor - three processes and one stream; see supervisor.h.
 *
 *   supervisor --fork--> engine (no terminal, no rights, sealed) ==records==> console (terminal, no rights)
 *
 * Once the engine is ready the console is made, not before, so that a sentence about a missing file stands on a clean
 * terminal.  An engine that follows logs has an opener beside it (opener.c).
 */
#include "app/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "app/child.h"
#include "app/clock.h"
#include "app/engine.h"
#include "app/history.h"
#include "app/opener.h"
#include "app/options_log.h"
#include "app/rights.h"
#include "app/saver.h"
#include "app/version.h"
#include "sipwhy/buf.h"
#include "sipwhy/input.h"
#include "sipwhy/record.h"
#include "sipwhy/timefmt.h"

enum {
	SUPERVISOR_STREAM_KIB = 1024,
	SUPERVISOR_DEATHS = 10, /* within the window: then it waits */
	SUPERVISOR_WINDOW_S = 10,
	SUPERVISOR_WAIT_S = 5,
	SUPERVISOR_SOON_MS = 50,
	SUPERVISOR_AGAIN_S = 2, /* between tries to open an interface that went away */
	SUPERVISOR_LEAVE_S = 3  /* for a console that was asked to end */
};

struct supervisor {
	const struct options *o;
	struct options demo; /* *o once the demo was asked for in place of what was refused */
	int stream[2];       /* 0: console reads, 1: engines write */
	int signals;   /* signalfd(2) */
	struct saver saver;
	struct engine_share *share;
	pid_t engine, opener, console; /* opener: 0 none */
	unsigned number;
	bool poisoned, ending;
	bool refused; /* no engine may open its captures: the screen tells, and asks for another try */
	int64_t deaths[SUPERVISOR_DEATHS];
	unsigned n_deaths;
	int64_t restart_at_ns; /* 0: no restart wanted */
	int64_t probe_at_ns;   /* when to look again for an interface that is missing */
	const char *replacing; /* why the engine was told to end for a better one, NULL it was not */
	int64_t kill_at_ns;    /* when the console's time to leave is over, 0: it may stay */
	int engine_status;     /* exit status of the last engine that came to its end */
	struct termios tty;
	bool have_tty;
	struct history *history; /* of prompts, shared with the console; NULL: memory is short */
	char history_path[PATH_MAX];
};

static int
supervisor_start_engine(struct supervisor *s, struct errmsg *em)
{
	struct engine_cfg cfg = {
		.options = s->o, .fd = s->stream[1], .number = ++s->number, .share = s->share, .poisoned = s->poisoned
	};

	const int others[] = { s->stream[0], s->signals, s->saver.fd, s->saver.folder, s->saver.from, s->saver.to };

	return child_engine(&s->engine, &s->opener, &cfg, others, sizeof others / sizeof others[0], em);
}

static int
supervisor_start_console(struct supervisor *s)
{
	struct console_fds fds = { s->stream[0], -1 };
	int err;

	/* Whoever is not root keeps the right to write; without memory for this the console says what it may not. */
	if (rights_root_itself())
		(void)saver_open(&s->saver, &fds.saver);
	err = child_console(&s->console, s->o, &fds, s->history,
	    (const int[]){ s->stream[1], s->signals, s->saver.fd, s->saver.folder }, 4);
	if (fds.saver >= 0)
		(void)close(fds.saver);
	if (err != 0)
		return err;
	(void)close(s->stream[0]);
	s->stream[0] = -1;
	return 0;
}

/* A word for the screen, by the same stream; first it spoils and closes what a dead engine left half written. */
static void
supervisor_record(struct supervisor *s, const struct record *r)
{
	struct buf b;

	buf_init(&b, RECORD_LINE_MAX + 2);
	buf_puts(&b, "-\n");
	if (record_encode(&b, r) == 0 && buf_ok(&b))
		(void)!write(s->stream[1], b.data, b.len);
	buf_fini(&b);
}

static void
supervisor_tell(struct supervisor *s, const char *state, const char *sentence)
{
	struct record r = { .type = RECORD_SOURCE,
		.t_ns = clock_wall_ns(),
		.host = "",
		.source = { "engine", "engine", state, sentence } };

	supervisor_record(s, &r);
}

/* Was every input refused for want of a right?  Then there is a screen for it. */
static bool
supervisor_is_refused(const struct supervisor *s)
{
	return s->share->refused == (UINT64_C(1) << s->o->n_inputs) - 1;
}

/* No engine lived long enough to say so itself; the one that opens them will be the first. */
static void
supervisor_tell_refused(struct supervisor *s, const char *sentence)
{
	struct record r = { .type = RECORD_HELLO, .t_ns = clock_wall_ns() };
	char host[64] = "", other[320];

	(void)gethostname(host, sizeof host - 1);
	r.host = host;
	r.hello = (struct record_hello){ SIPWHY_VERSION, r.t_ns, 1, true };
	supervisor_record(s, &r);
	r.type = RECORD_SOURCE;
	for (size_t i = 0; i < s->o->n_inputs; i++) {
		const char *name = s->o->inputs[i].arg;

		(void)snprintf(other, sizeof other, "no right to capture on %.32s either", name);
		r.source = (struct record_source){ name, input_kind_name(s->o->inputs[i].kind),
			input_state_name(INPUT_FAILED), i == 0 ? sentence : other };
		supervisor_record(s, &r);
	}
}

/* The first engine, or another try at it. */
static int
supervisor_first_engine(struct supervisor *s, struct errmsg *em)
{
	int err;

	s->number = 0;
	s->share->refused = 0;
	err = supervisor_start_engine(s, em);
	if (err == 0 || s->refused || supervisor_is_refused(s)) {
		s->refused = err != 0;
		if (err != 0)
			supervisor_tell_refused(s, em->text);
		return 0;
	}
	return err;
}

/* What the console sends back are wishes: to try again, or the demo instead. */
static void
supervisor_try_again(struct supervisor *s)
{
	struct errmsg em = { "" };
	char wishes[64];
	ssize_t n = s->refused ? recv(s->stream[1], wishes, sizeof wishes, MSG_DONTWAIT) : 0;

	if (n <= 0)
		return;
	if (memchr(wishes, SUPERVISOR_DEMO, (size_t)n) != NULL) {
		options_demo(&s->demo, s->o);
		s->o = &s->demo;
	}
	(void)supervisor_first_engine(s, &em);
}

static bool
supervisor_too_often(struct supervisor *s, int64_t now_ns)
{
	int64_t oldest = s->deaths[s->n_deaths % SUPERVISOR_DEATHS];

	s->deaths[s->n_deaths++ % SUPERVISOR_DEATHS] = now_ns;
	return oldest != 0 && now_ns - oldest < SUPERVISOR_WINDOW_S * NS_PER_S;
}

static bool
supervisor_is_crash(int signo)
{
	return signo == SIGSEGV || signo == SIGABRT || signo == SIGBUS || signo == SIGILL || signo == SIGFPE ||
	    signo == SIGSYS;
}

/* Inputs that come once: another engine would find nothing on standard input. */
static size_t
supervisor_once(const struct supervisor *s)
{
	size_t once = 0;

	for (size_t i = 0; i < s->o->n_inputs; i++)
		once += s->o->inputs[i].kind == INPUT_FILE && strcmp(s->o->inputs[i].arg, "-") == 0;
	return once;
}

static bool
supervisor_can_restart(const struct supervisor *s)
{
	return supervisor_once(s) < s->o->n_inputs;
}

static void
supervisor_engine_died(struct supervisor *s, int status)
{
	int64_t now_ns = clock_steady_ns(), wait_s = 0;
	char text[400];

	s->engine = 0;
	if (WIFEXITED(status))
		s->engine_status = WEXITSTATUS(status);
	if (s->ending || (WIFEXITED(status) && WEXITSTATUS(status) != ENGINE_AGAIN && s->replacing == NULL))
		return;
	if (WIFEXITED(status)) {
		wait_s = supervisor_too_often(s, now_ns) ? SUPERVISOR_WAIT_S : 0;
		(void)snprintf(text, sizeof text, "%s", s->replacing != NULL ? s->replacing : "an input went away");
	} else if (!supervisor_can_restart(s)) {
		(void)snprintf(text, sizeof text,
		    "engine ended by signal %d (%s); counters are kept, the rest of standard input is lost",
		    WTERMSIG(status), strsignal(WTERMSIG(status)));
		s->engine_status = ENGINE_FAILED;
		supervisor_tell(s, "died", text);
		return;
	} else {
		s->poisoned = supervisor_is_crash(WTERMSIG(status));
		wait_s = supervisor_too_often(s, now_ns) ? SUPERVISOR_WAIT_S : 0;
		(void)snprintf(text, sizeof text,
		    "engine ended by signal %d (%s)%s; counters are kept, %sstarting another%s", WTERMSIG(status),
		    strsignal(WTERMSIG(status)), s->poisoned ? ", over one message" : "",
		    s->o->out_pcap != NULL ? "the capture file of -O ends here, " : "",
		    wait_s > 0 ? " in 5 s: it dies too often" : "");
	}
	s->replacing = NULL;
	supervisor_tell(s, "died", text);
	s->restart_at_ns = now_ns + wait_s * NS_PER_S;
}

static void
supervisor_restart(struct supervisor *s)
{
	struct errmsg em = { "" };

	if (s->restart_at_ns == 0 || clock_steady_ns() < s->restart_at_ns)
		return;
	s->restart_at_ns = 0;
	if (supervisor_start_engine(s, &em) == 0)
		return;
	supervisor_tell(s, "died", em.text);
	s->restart_at_ns = clock_steady_ns() + SUPERVISOR_AGAIN_S * NS_PER_S;
}

/* An interface that is missing is tried every two seconds; when it opens, an engine that has it takes over. */
static void
supervisor_probe(struct supervisor *s)
{
	int64_t now_ns = clock_steady_ns();

	if (s->engine == 0 || s->replacing != NULL || s->share->missing == 0 || now_ns < s->probe_at_ns)
		return;
	s->probe_at_ns = now_ns + SUPERVISOR_AGAIN_S * NS_PER_S;
	for (size_t i = 0; i < s->o->n_inputs; i++) {
		struct input_cfg cfg = { .kind = s->o->inputs[i].kind, .arg = s->o->inputs[i].arg, .buffer_mib = 1 };
		struct errmsg em;
		struct input *in;

		if ((s->share->missing >> i & 1) == 0 || input_open(&in, &cfg, &em) != 0)
			continue;
		input_close(in);
		s->replacing = "an interface came back";
		(void)kill(s->engine, SIGTERM);
		return;
	}
}

/* A console that could not say good-bye leaves the terminal raw, on its second screen and without cursor. */
static void
supervisor_restore_terminal(const struct supervisor *s, int status)
{
	struct pollfd out = { .fd = STDOUT_FILENO, .events = POLLOUT };
	static const char plain[] = "\033[?1049l\033[?25h\033[0m\r\n";

	if (!WIFSIGNALED(status) || !s->have_tty)
		return;
	(void)tcsetattr(STDOUT_FILENO, TCSANOW, &s->tty);
	/* One that takes nothing would hold us as it held the console. */
	if (poll(&out, 1, 0) <= 0)
		return;
	(void)!write(STDOUT_FILENO, plain, sizeof plain - 1);
	(void)fprintf(
	    stderr, "sipwhy: the console ended by signal %d (%s)\n", WTERMSIG(status), strsignal(WTERMSIG(status)));
}

/* It gets a second to finish what it writes (-O); after that nobody waits for it. */
static void
supervisor_end_engine(struct supervisor *s)
{
	struct timespec step = { 0, 10 * NS_PER_MS };

	if (s->engine <= 0)
		return;
	(void)kill(s->engine, SIGTERM);
	for (int i = 0; i < 100 && s->engine > 0; i++) {
		/* Once reaped, its number may be somebody else's. */
		if (waitpid(s->engine, NULL, WNOHANG) != 0)
			s->engine = 0;
		else
			(void)nanosleep(&step, NULL);
	}
	if (s->engine > 0) {
		(void)kill(s->engine, SIGKILL);
		(void)waitpid(s->engine, NULL, 0);
	}
	s->engine = 0;
}

static int
supervisor_console_ended(struct supervisor *s, int status)
{
	s->console = 0;
	s->ending = true;
	supervisor_restore_terminal(s, status);
	supervisor_end_engine(s);
	if (!WIFEXITED(status))
		return 1;
	/* What the engine found damaged was on the screen; scripts look at the status. */
	return WEXITSTATUS(status) == 0 && s->engine_status == ENGINE_FAILED ? 1 : WEXITSTATUS(status);
}

/*
 * An opener ends by itself when its engine has closed its sockets.  When it was ended, rotation would go by unseen: an
 * engine that has another one takes over, unless that would cost what comes once.
 */
static void
supervisor_opener_ended(struct supervisor *s, int status)
{
	s->opener = 0;
	if ((WIFEXITED(status) && WEXITSTATUS(status) == 0) || s->ending || s->engine <= 0 || s->replacing != NULL ||
	    supervisor_once(s) > 0)
		return;
	s->replacing = "the process that opens rotated logs had ended";
	(void)kill(s->engine, SIGTERM);
}

/*
 * A console that stopped has given the terminal back: the shell must see us stop too.  Capture goes on meanwhile.  When
 * the shell says "go on" it says so to its job, and the console may have another owner than whoever says it.
 */
static void
supervisor_stopped(const struct supervisor *s, pid_t pid)
{
	/* Whoever leads the session has no shell that would wake it. */
	if (pid != s->console || getpgrp() == getsid(0))
		return;
	(void)raise(SIGSTOP);
	(void)kill(s->console, SIGCONT);
}

/* Returns the exit status once the console ended, -1 before. */
static int
supervisor_reap(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
		if (WIFSTOPPED(status)) {
			supervisor_stopped(s, pid);
			continue;
		}
		if (pid == s->console)
			return supervisor_console_ended(s, status);
		if (pid == s->engine)
			supervisor_engine_died(s, status);
		else if (pid == s->opener)
			supervisor_opener_ended(s, status);
	}
	return -1;
}

/* A console that is stopped, or writes to a terminal that takes nothing, does not hear; it must not keep us for ever.
 */
static void
supervisor_ask(struct supervisor *s, int signo)
{
	(void)kill(s->console, signo);
	if (s->kill_at_ns == 0)
		s->kill_at_ns = clock_steady_ns() + SUPERVISOR_LEAVE_S * NS_PER_S;
}

static void
supervisor_insist(struct supervisor *s)
{
	if (s->kill_at_ns == 0 || clock_steady_ns() < s->kill_at_ns)
		return;
	(void)kill(s->console, SIGKILL);
	s->kill_at_ns = 0;
}

/* The signal that came, 0 none; files that the console wants are written meanwhile. */
static int
supervisor_wait(struct supervisor *s)
{
	bool soon = s->restart_at_ns != 0 || s->share->missing != 0 || s->kill_at_ns != 0 || s->refused;
	struct pollfd p[] = { { .fd = s->signals, .events = POLLIN },
		{ .fd = saver_busy(&s->saver) ? -1 : s->saver.fd, .events = POLLIN } };
	struct signalfd_siginfo info;

	(void)poll(p, 2, saver_busy(&s->saver) ? 0 : soon ? SUPERVISOR_SOON_MS : -1);
	if (p[1].revents != 0)
		saver_hear(&s->saver, clock_steady_ns());
	saver_step(&s->saver);
	return read(s->signals, &info, sizeof info) == (ssize_t)sizeof info ? (int)info.ssi_signo : 0;
}

static int
supervisor_watch(struct supervisor *s)
{
	int status = -1;

	while (status < 0) {
		int signo;

		supervisor_restart(s);
		supervisor_probe(s);
		supervisor_try_again(s);
		signo = supervisor_wait(s);
		if (signo == SIGTERM || signo == SIGHUP || signo == SIGINT)
			supervisor_ask(s, signo == SIGHUP ? SIGHUP : SIGTERM);
		else if (signo == SIGTSTP)
			(void)kill(s->console, SIGTSTP);
		supervisor_insist(s);
		status = supervisor_reap(s);
	}
	return status;
}

/* A write that finds no reader or no room tells so by its result. */
static void
supervisor_write_errors(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
}

static int
supervisor_prepare(struct supervisor *s, struct errmsg *em)
{
	int size = SUPERVISOR_STREAM_KIB * 1024;
	sigset_t set;
	void *page = mmap(NULL, sizeof *s->share, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, s->stream) != 0)
		return errmsg_set(em, -errno, "can't set up the record stream: %s", strerror(errno));
	s->share = page;
	(void)setsockopt(s->stream[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	s->have_tty = tcgetattr(STDOUT_FILENO, &s->tty) == 0;
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTSTP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return errmsg_set(em, -errno, "can't block signals: %s", strerror(errno));
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signals < 0)
		return errmsg_set(em, -errno, "can't wait for signals: %s", strerror(errno));
	supervisor_write_errors();
	return 0;
}

/* Packets on stdin are the engine's alone. */
static void
supervisor_let_stdin_go(void)
{
	int null;

	if (isatty(STDIN_FILENO) || (null = open("/dev/null", O_RDONLY | O_CLOEXEC)) < 0)
		return;
	(void)dup2(null, STDIN_FILENO);
	(void)close(null);
}

/* A receiver at a port below 1024: another engine has to be able to bind it again. */
static bool
supervisor_has_low_port(const struct options *o)
{
	bool low = false;

	for (size_t i = 0; i < o->n_inputs; i++)
		if (input_kind_listens(o->inputs[i].kind)) {
			unsigned port = options_log_port(o->inputs[i].arg);

			low |= port > 0 && port < 1024;
		}
	return low;
}

/* Not before the first engine is there, which has no use for it.  A file that can't be read is written anew. */
static void
supervisor_open_history(struct supervisor *s)
{
	s->history = history_map();
	if (!history_path(s->history_path, sizeof s->history_path))
		s->history_path[0] = '\0';
	if (s->history != NULL && s->history_path[0] != '\0')
		(void)history_load(s->history, s->history_path);
}

/* That it could not be kept is no reason to fail; --check-config tells why. */
static void
supervisor_close_history(struct supervisor *s)
{
	struct errmsg em;

	if (s->history != NULL && s->history->n > 0 && s->history_path[0] != '\0')
		(void)history_save(s->history, s->history_path, &em);
	history_unmap(s->history);
}

int
supervisor_run(const struct options *o)
{
	struct supervisor s = { .o = o, .signals = -1 };
	struct errmsg em = { "" };
	int status;

	saver_init(&s.saver);
	if (supervisor_prepare(&s, &em) != 0 || supervisor_first_engine(&s, &em) != 0)
		return child_fail(em.text);
	supervisor_let_stdin_go();
	supervisor_open_history(&s);
	if (supervisor_start_console(&s) != 0 || rights_keep_opening(supervisor_has_low_port(o), &em) != 0) {
		s.ending = true;
		if (s.engine > 0)
			(void)kill(s.engine, SIGKILL);
		if (s.console > 0)
			(void)kill(s.console, SIGTERM);
		while (wait(NULL) > 0)
			;
		return child_fail(em.text[0] != '\0' ? em.text : "can't start the console");
	}
	status = supervisor_watch(&s);
	saver_close(&s.saver);
	supervisor_close_history(&s);
	return status;
}

int
supervisor_headless(const struct options *o)
{
	struct engine_cfg cfg = { .options = o, .fd = o->output == OUTPUT_RECORDS ? STDOUT_FILENO : -1, .number = 1 };
	struct errmsg em = { "" };
	struct engine *e = NULL;
	struct opener op;
	int status = 1;

	supervisor_write_errors();
	if (opener_start(&op, o, &em) != 0)
		return child_fail(em.text);
	/* From here on the sockets are the inputs' to close. */
	cfg.openers = op.fd;
	if (child_engine_ready(&e, &cfg, 0, &em) == 0)
		status = engine_run(e);
	else
		(void)child_fail(em.text);
	engine_free(e);
	return status == ENGINE_AGAIN ? 1 : status;
}
