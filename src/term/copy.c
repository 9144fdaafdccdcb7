/*
 * copy - OSC 52 of xterm, base64 of RFC 4648.
 * One thing to know: a line that takes nothing must not hold the program, so the text goes in pieces that are given up
 * after two seconds, with CAN so that the terminal leaves the sequence.
 */
#include "term/copy.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "sipwhy/buf.h"
#include "sipwhy/term.h"

enum { COPY_PIECE = 256, COPY_WAIT_MS = 2000, COPY_STEP_MS = 20 };

static void
copy_base64(struct buf *b, struct slice s)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < s.n; i += 3) {
		size_t have = s.n - i < 3 ? s.n - i : 3;
		uint32_t v = 0;

		for (size_t k = 0; k < 3; k++)
			v = v << 8 | (k < have ? (unsigned char)s.p[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			buf_putc(b, k <= have ? digits[v >> (18 - 6 * k) & 63] : '=');
	}
}

static int
copy_write(int fd, const char *p, size_t n)
{
	struct pollfd out = { .fd = fd, .events = POLLOUT };
	int waited = 0;

	while (n > 0) {
		ssize_t done = 0;

		if (poll(&out, 1, COPY_STEP_MS) > 0) {
			if ((out.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
				return -EIO;
			done = write(fd, p, n < COPY_PIECE ? n : COPY_PIECE);
			if (done < 0 && errno != EAGAIN && errno != EINTR)
				return -EIO;
		}
		waited += done > 0 ? 0 : COPY_STEP_MS;
		if (waited > COPY_WAIT_MS)
			return -EAGAIN;
		p += done > 0 ? done : 0;
		n -= done > 0 ? (size_t)done : 0;
	}
	return 0;
}

int
copy_send(int fd, struct slice text)
{
	struct buf b;
	int err;

	if (text.n > TERM_COPY_MAX)
		return -EMSGSIZE;
	buf_init(&b, TERM_COPY_MAX * 2);
	buf_puts(&b, "\033]52;c;");
	copy_base64(&b, text);
	buf_putc(&b, '\a');
	err = buf_ok(&b) ? copy_write(fd, b.data, b.len) : -ENOMEM;
	buf_fini(&b);
	if (err == -EAGAIN)
		(void)copy_write(fd, "\030", 1);
	return err;
}
