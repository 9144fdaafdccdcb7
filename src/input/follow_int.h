/*
 * follow_int - a followed file: what its reading side (follow.c) and its looking side (follow_look.c) share.
 */
#ifndef INPUT_FOLLOW_INT_H
#define INPUT_FOLLOW_INT_H

#include <uv.h>

#include "follow_open.h"
#include "input_int.h"
#include "textcut.h"

enum {
	FOLLOW_CHUNK = 256 << 10,
	FOLLOW_WINDOW = FOLLOW_CHUNK + 2 * TEXT_MAX,
	FOLLOW_TURN = 4 << 20,         /* bytes in one turn of the loop */
	FOLLOW_SLICE_NS = 5 * 1000000, /* and time; the listener's work is in it */
	FOLLOW_TICK_MS = 250,
	FOLLOW_SLACK_NS = 20 * 1000000, /* file systems stamp with a clock that ticks every few milliseconds */
	FOLLOW_SOON_MS = 10, /* writes of so long are read together */
	FOLLOW_LINGER_MS = 100,
	FOLLOW_ANSWER_MS = 2000, /* then it is asked again */
	FOLLOW_GONE_TICKS = 4    /* before it is told that the path names nothing: rotation takes a moment */
};

/* The file in hand, or the one that waits behind it. */
struct follow_file {
	int fd;
	bool fifo;
	bool in_place; /* the path named it when we looked last */
	uint64_t dev, ino;
	int64_t born_ns;
};

struct follow {
	struct input in;
	char *path;
	const char *base; /* last part of path */
	struct follow_file cur, next;

	/* Reading. */
	uint8_t *buf;
	size_t pos, end; /* window */
	uint64_t at;     /* offset of buf[end] in the file */
	size_t turn;     /* bytes read in this turn */
	struct textcut cut;
	uint32_t origin;
	bool live;
	uint64_t old_end; /* while not live: what was there when the file was opened */
	bool nuls;        /* after a truncation: leave out the hole a writer may have left */
	uint64_t fed_ms;  /* when bytes came last */
	uint64_t next_ms; /* when the next file was first seen with bytes, 0 not yet */

	/* Looking. */
	int opener, notify;
	bool asked, again, refresh; /* refresh: a FIFO ended and is to be opened anew */
	struct follow_ask ask;
	int64_t ask_ns;
	int64_t since_ns, next_since_ns; /* when the path was last known to name cur, and next */
	uint64_t ask_ms;
	int complained;      /* errno of the sentence that stands, 0 none */
	unsigned gone;       /* ticks in which the path named nothing */
	struct errmsg first; /* to be said at the start */

	uv_idle_t idle;
	uv_timer_t tick, soon;
	uv_poll_t notify_poll, opener_poll;
	uv_poll_t *fifo_poll;
	unsigned handles;
	bool has_notify, has_opener, opener_open; /* opener_open: its handle is to be closed */
};

/* follow.c */
int64_t follow_now_ns(void);
uint64_t follow_now_ms(void);
/* Read when the loop comes by; in ms from now at the latest. */
void follow_wake(struct follow *f);
void follow_wake_in(struct follow *f, unsigned ms);
/* Take a file in hand; skip to `at`. */
void follow_adopt(struct follow *f, const struct follow_file *file, uint64_t at);
/* The file in hand is done with: hand over its unended line and go on with the next one. */
void follow_switch(struct follow *f);
/* A FIFO in hand: let the loop say when there is something to read. */
void follow_fifo_watch(struct follow *f);
void follow_fifo_unwatch(struct follow *f);

/* follow_look.c */
/* Watch the folder (inotify(7)); without that the tick does it alone. */
void follow_notify_open(struct follow *f);
int follow_look_start(struct follow *f, struct errmsg *em);
/* What does the path name now?  The answer may come later. */
void follow_look(struct follow *f);
/* Say why the path cannot be read (once), or with 0 that it can again. */
void follow_complain(struct follow *f, int err);
/* The same as a sentence. */
void follow_sentence(const struct follow *f, int err, struct errmsg *em);
void follow_file_of(struct follow_file *file, const struct follow_answer *a, int fd);

#endif
