/*
 * ask - the terminal's background (xterm's OSC 11), with device attributes (ECMA-48 DA) asked behind it.
 * One thing to know: answers come on the line of the keys, maybe late.  What looks like one is swallowed as long as
 * one is owed, and no longer.
 */
#include "term/ask.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static size_t
ask_keys(uint32_t keys[3], uint32_t first, uint32_t second, uint32_t third, size_t n)
{
	keys[0] = first;
	keys[1] = second;
	keys[2] = third;
	return n;
}

static size_t
ask_osc(struct ask *a, uint32_t ch)
{
	if (ch == 7)
		a->state = ASK_TEXT;
	else if (ch == 27)
		a->state = ASK_OSC_ESC;
	else if (ch < 0x80 && a->n + 1 < sizeof a->answer) {
		a->answer[a->n++] = (char)ch;
		a->answer[a->n] = '\0';
	}
	return 0;
}

static size_t
ask_step(struct ask *a, uint32_t ch, uint32_t keys[3])
{
	switch (a->state) {
	case ASK_TEXT:
		if (ch != 27)
			return ask_keys(keys, ch, 0, 0, 1);
		a->state = ASK_ESC;
		return 0;
	case ASK_ESC:
		a->state = ch == ']' ? ASK_OSC : ch == '[' ? ASK_CSI : ASK_TEXT;
		if (ch == ']')
			a->n = 0;
		return a->state == ASK_TEXT ? ask_keys(keys, 27, ch, 0, 2) : 0;
	case ASK_OSC:
		return ask_osc(a, ch);
	case ASK_OSC_ESC:
		a->state = ASK_TEXT;
		return 0;
	case ASK_CSI:
		a->state = ch == '?' ? ASK_CSI_ANSWER : ASK_TEXT;
		return ch == '?' ? 0 : ask_keys(keys, 27, '[', ch, 3);
	case ASK_CSI_ANSWER:
		if (ch < 0x40 || ch > 0x7e)
			return 0;
		a->done = a->done || ch == 'c';
		a->state = ASK_TEXT;
		return 0;
	}
	return 0;
}

size_t
ask_feed(struct ask *a, uint32_t ch, uint32_t keys[3])
{
	/* Nobody's answer is that long: whoever typed this gets the keyboard back. */
	a->swallowed = a->state == ASK_TEXT ? 0 : a->swallowed + 1;
	if (a->swallowed > ASK_SWALLOW_MAX)
		a->state = ASK_TEXT;
	return ask_step(a, ch, keys);
}

/* Bytes of a sequence that is no answer are no keys either: nobody presses an arrow in the first tenth of a second. */
static size_t
ask_take(struct ask *a, const char *p, size_t n, uint32_t *keys, size_t cap)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t out[3];
		size_t got = ask_feed(a, (unsigned char)p[i], out);

		if (got == 1 && out[0] < 0x80 && kept < cap)
			keys[kept++] = out[0];
	}
	return kept;
}

size_t
ask_background(struct ask *a, int in_fd, int out_fd, unsigned timeout_ms, uint32_t *keys, size_t cap)
{
	static const char question[] = "\033]11;?\033\\\033[c";
	struct pollfd p = { .fd = in_fd, .events = POLLIN };
	unsigned waited = 0;
	size_t kept = 0;

	if (write(out_fd, question, sizeof question - 1) != (ssize_t)sizeof question - 1)
		return 0;
	/* Small steps instead of a clock: each costs at least its time. */
	while (!a->done && waited < timeout_ms) {
		char bytes[128];
		int ready = poll(&p, 1, 10);
		ssize_t n;

		if (ready <= 0) {
			waited += 10;
			continue;
		}
		n = read(in_fd, bytes, sizeof bytes);
		if (n <= 0)
			break;
		waited++;
		kept += ask_take(a, bytes, (size_t)n, keys + kept, cap - kept);
	}
	return kept;
}

/* One to four hexadecimal digits as a share of the largest such number, in thousandths; -1: none. */
static int
ask_channel(const char **s)
{
	unsigned long v = 0, max = 0;

	for (; max < 0xffff; (*s)++) {
		static const char digits[] = "0123456789abcdef";
		const char *d = **s != '\0' ? strchr(digits, **s | 0x20) : NULL;

		if (d == NULL)
			break;
		v = v << 4 | (unsigned long)(d - digits);
		max = max << 4 | 15;
	}
	return max > 0 ? (int)(v * 1000 / max) : -1;
}

int
ask_is_light(const char *answer)
{
	static const int weights[3] = { 299, 587, 114 };
	const char *s = strstr(answer, "rgb");
	int sum = 0;

	s = s != NULL ? strchr(s, ':') : NULL;
	for (int i = 0; i < 3; i++) {
		int v;

		if (s == NULL || *s != (i == 0 ? ':' : '/'))
			return -1;
		s++;
		v = ask_channel(&s);
		if (v < 0)
			return -1;
		sum += v * weights[i];
	}
	return sum > 500 * 1000;
}

/* "15;0", "0;default;15": the last is the background. */
int
ask_colorfgbg(const char *value)
{
	const char *last = value != NULL ? strrchr(value, ';') : NULL;
	char *end;
	long v;

	if (last == NULL || last[1] < '0' || last[1] > '9')
		return -1;
	v = strtol(last + 1, &end, 10);
	if (*end != '\0' || v > 15)
		return -1;
	return v == 7 || v > 8;
}

bool
ask_may(const char *type)
{
	static const char *const types[] = { "xterm", "tmux", "screen", "rxvt", "alacritty", "foot", "kitty", "st-",
		"konsole", "gnome", "vte", "wezterm", "ghostty", "contour", "mlterm", "iterm", "putty", "mintty" };

	for (size_t i = 0; type != NULL && i < sizeof types / sizeof types[0]; i++)
		if (strncmp(type, types[i], strlen(types[i])) == 0)
			return true;
	return false;
}
