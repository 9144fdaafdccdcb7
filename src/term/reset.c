/*
 * reset - a terminal that a crash left unusable; see sipwhy/term.h.
 * Sequences of xterm and its kin, without terminfo: who calls for help may have no usable TERM, and others pass them
 * over.
 */
#include <errno.h>
#include <termios.h>
#include <unistd.h>

#include "sipwhy/term.h"

/* As stty sane: what a person at a prompt needs. */
static int
reset_modes(int fd)
{
	struct termios m;

	if (tcgetattr(fd, &m) != 0)
		return -errno;
	m.c_iflag &= (tcflag_t) ~(IGNBRK | INLCR | IGNCR | IXOFF | PARMRK | ISTRIP);
	m.c_iflag |= BRKINT | ICRNL | IXON | IMAXBEL | IUTF8;
	m.c_oflag &= (tcflag_t) ~(OCRNL | ONOCR | ONLRET);
	m.c_oflag |= OPOST | ONLCR;
	m.c_lflag |= ISIG | ICANON | IEXTEN | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE;
	m.c_lflag &= (tcflag_t) ~(ECHONL | NOFLSH | TOSTOP);
	m.c_cflag |= CREAD;
	m.c_cc[VMIN] = 1;
	m.c_cc[VTIME] = 0;
	return tcsetattr(fd, TCSANOW, &m) == 0 ? 0 : -errno;
}

int
term_reset(int fd, struct errmsg *em)
{
	/* First screen, no mouse, cursor and its keys, plain text, the usual charset. */
	static const char plain[] = "\030\033[?1049l\033[?1000l\033[?1002l\033[?1003l\033[?1006l\033[?2004l"
				    "\033[?1l\033>\033[?25h\033[0m\033(B\017";

	if (reset_modes(fd) != 0)
		return errmsg_set(em, -ENOTTY, "this is no terminal: nothing to put back");
	return write(fd, plain, sizeof plain - 1) == (ssize_t)sizeof plain - 1
	    ? 0
	    : errmsg_set(em, -EIO, "the terminal takes nothing; its modes were put back");
}
