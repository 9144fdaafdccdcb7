/*
 * receiver_harness - a receiver on a real loop, with all that it hands over kept, and sockets to send to it.
 * Timers of receivers are shortened through their limits; waiting is turns of the loop, never a sleep.
 */
#ifndef TESTS_INPUT_RECEIVER_HARNESS_H
#define TESTS_INPUT_RECEIVER_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include "input/receiver_int.h"
#include "sipwhy/input.h"
#include "sipwhy/mem.h"

enum { HARNESS_TEXTS = 8192, HARNESS_TURNS = 3000, HARNESS_TICK_MS = 2 };

struct heard_text {
	char *data;
	size_t len;
	uint32_t origin;
	struct endpoint from, to; /* to, link: of frames */
	uint16_t link;
	bool cut;
};

struct harness {
	uv_loop_t loop;
	struct input *in;
	struct input_cfg cfg;
	struct input_stats st;
	struct errmsg em;
	struct heard_text *texts;
	unsigned n, ends, batches, states;
	uint32_t ended[HARNESS_TEXTS];
	char sentence[320];
	char dir[64], path[96];
};

static inline void
harness_keep(struct harness *h, struct heard_text x, const uint8_t *data)
{
	assert_true(h->n < HARNESS_TEXTS);
	x.data = malloc(x.len + 1);
	assert_non_null(x.data);
	memcpy(x.data, data, x.len);
	x.data[x.len] = '\0';
	h->texts[h->n++] = x;
}

/* Of mirrors. */
static inline void
harness_frame(void *ctx, const struct frame *f)
{
	struct harness *h = ctx;

	assert_int_not_equal(h->cfg.kind, INPUT_SYSLOG);
	assert_true(f->t_ns > 0 && f->caplen <= FRAME_MAX && f->from.family != 0 && f->to.family != 0);
	harness_keep(h,
	    (struct heard_text){ .len = f->caplen,
		.from = f->from,
		.to = f->to,
		.link = f->link,
		.cut = f->origlen > f->caplen },
	    f->data);
}

static inline void
harness_text(void *ctx, const struct text *t)
{
	struct harness *h = ctx;

	assert_true(t->whole && t->live && t->lines == 1 && t->origin != 0 && t->t_ns > 0 && t->len <= TEXT_MAX);
	harness_keep(h,
	    (struct heard_text){ .len = t->len, .origin = t->origin, .from = t->from, .cut = t->cut }, t->data);
}

static inline void
harness_text_end(void *ctx, uint32_t origin)
{
	struct harness *h = ctx;

	assert_true(h->ends < HARNESS_TEXTS);
	h->ended[h->ends++] = origin;
}

static inline void
harness_batch(void *ctx)
{
	((struct harness *)ctx)->batches++;
}

static inline void
harness_state(void *ctx, enum input_state s, const char *sentence)
{
	struct harness *h = ctx;

	assert_int_equal(s, INPUT_READING);
	h->states++;
	(void)snprintf(h->sentence, sizeof h->sentence, "%s", sentence);
}

static inline int
harness_setup(void **state)
{
	struct harness *h = calloc(1, sizeof *h);

	assert_non_null(h);
	h->texts = calloc(HARNESS_TEXTS, sizeof *h->texts);
	assert_non_null(h->texts);
	(void)snprintf(h->dir, sizeof h->dir, "/tmp/sipwhy-syslog-XXXXXX");
	assert_non_null(mkdtemp(h->dir));
	(void)snprintf(h->path, sizeof h->path, "%s/log", h->dir);
	assert_int_equal(uv_loop_init(&h->loop), 0);
	h->cfg.kind = INPUT_SYSLOG;
	h->cfg.opener = -1;
	*state = h;
	return 0;
}

/* Figures, then close and run the loop dry. */
static inline void
harness_close(struct harness *h)
{
	unsigned heard = h->n, ends = h->ends;

	if (h->in == NULL)
		return;
	input_stats(h->in, &h->st);
	assert_int_equal(h->st.frames, h->n + h->st.skipped);
	input_close(h->in);
	h->in = NULL;
	while (uv_run(&h->loop, UV_RUN_DEFAULT) != 0)
		;
	assert_int_equal(h->n, heard);
	assert_int_equal(h->ends, ends);
}

static inline int
harness_teardown(void **state)
{
	struct harness *h = *state;

	harness_close(h);
	assert_int_equal(uv_loop_close(&h->loop), 0);
	for (unsigned i = 0; i < h->n; i++)
		free(h->texts[i].data);
	free(h->texts);
	(void)unlink(h->path);
	(void)rmdir(h->dir);
	free(h);
	return 0;
}

static inline struct receiver *
harness_receiver(struct harness *h)
{
	return (struct receiver *)h->in;
}

static inline void
harness_open(struct harness *h, const char *arg)
{
	int err;

	h->cfg.arg = arg;
	err = input_open(&h->in, &h->cfg, &h->em);
	if (err != 0)
		fail_msg("%s: %s", arg, h->em.text);
	assert_true(input_is_live(h->in));
	harness_receiver(h)->lim.tick_ms = HARNESS_TICK_MS;
}

static inline void
harness_start(struct harness *h)
{
	const struct input_sink sink = { h, harness_frame, harness_text, harness_text_end, harness_batch,
		harness_state };

	assert_int_equal(input_start(h->in, &h->loop, &sink, &h->em), 0);
}

static inline void
harness_run(struct harness *h, const char *arg)
{
	harness_open(h, arg);
	harness_start(h);
}

static inline void
harness_refused(struct harness *h, const char *arg, int err, const char *words)
{
	h->cfg.arg = arg;
	h->em.text[0] = '\0';
	assert_int_equal(input_open(&h->in, &h->cfg, &h->em), err);
	assert_null(h->in);
	if (strstr(h->em.text, words) == NULL)
		fail_msg("%s: \"%s\" does not say \"%s\"", arg, h->em.text, words);
}

/* Turns of the loop until there are n texts; a few more, so that one too many is seen. */
static inline void
harness_wait(struct harness *h, unsigned n)
{
	for (unsigned i = 0; h->n < n && i < HARNESS_TURNS; i++)
		(void)uv_run(&h->loop, UV_RUN_ONCE);
	for (unsigned i = 0; i < 3; i++)
		(void)uv_run(&h->loop, UV_RUN_NOWAIT);
	assert_int_equal(h->n, n);
}

/* Until a figure of the receiver has grown to n. */
static inline void
harness_wait_for(struct harness *h, const uint64_t *figure, uint64_t n)
{
	for (unsigned i = 0; *figure != n && i < HARNESS_TURNS; i++)
		(void)uv_run(&h->loop, UV_RUN_ONCE);
	for (unsigned i = 0; i < 3; i++)
		(void)uv_run(&h->loop, UV_RUN_NOWAIT);
	assert_int_equal(*figure, n);
}

static inline void
harness_heard(const struct harness *h, unsigned i, const char *text, bool cut)
{
	assert_true(i < h->n);
	assert_string_equal(h->texts[i].data, text);
	assert_int_equal(h->texts[i].len, strlen(text));
	assert_int_equal(h->texts[i].cut, cut);
}

static inline uint16_t
harness_port(const struct harness *h)
{
	return (uint16_t)strtoul(strrchr(input_name(h->in), ':') + 1, NULL, 10);
}

/* A socket to 127.0.0.1 (family 4), ::1 (6) or the path (0) of the receiver. */
static inline int
harness_connect(const struct harness *h, int family, int type)
{
	struct endpoint e = { .addr = { 127, 0, 0, 1 }, .port = family != 0 ? harness_port(h) : 0, .family = 4 };
	struct sockaddr_storage ss = { .ss_family = AF_UNIX };
	socklen_t len = sizeof(struct sockaddr_un);
	int fd;

	if (family == 0) {
		(void)snprintf(((struct sockaddr_un *)&ss)->sun_path, 96, "%s", h->path);
	} else if (family == 4) {
		struct sockaddr_in *in = (struct sockaddr_in *)&ss;

		in->sin_family = AF_INET;
		in->sin_port = htons(e.port);
		memcpy(&in->sin_addr, e.addr, 4);
		len = sizeof *in;
	} else {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&ss;

		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(e.port);
		in6->sin6_addr.s6_addr[15] = 1;
		len = sizeof *in6;
	}
	fd = socket(ss.ss_family, type | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&ss, len), 0);
	return fd;
}

static inline void
harness_send(int fd, const void *p, size_t n)
{
	assert_int_equal(send(fd, p, n, MSG_NOSIGNAL), (ssize_t)n);
}

static inline void
harness_say(int fd, const char *text)
{
	harness_send(fd, text, strlen(text));
}

#endif
