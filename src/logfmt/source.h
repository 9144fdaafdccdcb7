/*
 * source - what is remembered between pieces of text: for each stream, or AudioCodes session, the messages that are
 * open and the last lines, in which a head may stand.  All of it is bounded; the oldest gives way.
 */
#ifndef LOGFMT_SOURCE_H
#define LOGFMT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "logfmt/collect.h"
#include "sipwhy/buf.h"

enum {
	SOURCE_MAX = 64,
	SOURCE_OPEN_MAX = 16,
	SOURCE_COLLECT_MAX = 96,
	SOURCE_TAIL_MAX = 4096,
	SOURCE_SPARE_MAX = 4,
	SOURCE_SHOWN = 256,
	SOURCE_WAYS = 4
};

/*
 * tail: the last lines of the stream, at most twice SOURCE_TAIL_MAX.  pend: a line that is a statement unless SIP text
 * follows within pend_left lines; due: it is one.  next_s: number that the next record of a session has.
 */
struct source {
	struct source *next;
	uint64_t key;
	uint32_t origin, next_s;
	struct collect *open; /* newest first */
	unsigned n_open;
	struct buf tail, pend;
	unsigned pend_left;
	bool pend_due, pend_live;
	int64_t pend_ns;
};

/* When a key last showed SIP text. */
struct shown {
	uint64_t key;
	int64_t t_ns;
};

/* in_use: the stream that is being read, which never gives way.  lost_pends: lines that went with their sources. */
struct pool {
	struct source *sources; /* last used first */
	const struct source *in_use;
	unsigned lost_pends;
	unsigned n_sources, n_open, n_spare;
	struct collect *spare;
	struct collect *ready, **ready_end; /* ended, in the order they did; not all are messages */
	uint64_t ages, forgotten;
	struct shown shown[SOURCE_SHOWN / SOURCE_WAYS][SOURCE_WAYS];
};

void pool_init(struct pool *p);
void pool_fini(struct pool *p);

/* The source of a key, made when new.  NULL when memory is short. */
struct source *pool_source(struct pool *p, uint64_t key, uint32_t origin);

/* A collection, open in s.  NULL when memory is short. */
struct collect *pool_open(struct pool *p, struct source *s);

/* It ends, as a message or not: it goes to the ready ones. */
void pool_close(struct pool *p, struct source *s, struct collect *c);

/* The first that is ready, NULL none; give it back with pool_free. */
struct collect *pool_take(struct pool *p);
void pool_free(struct pool *p, struct collect *c);

/* SIP text was shown; was it lately (within five minutes)?  Of the few places for a key the oldest gives way. */
void pool_show(struct pool *p, uint64_t key, int64_t t_ns);
bool pool_was_shown(const struct pool *p, uint64_t key, int64_t t_ns);

/* The oldest open one, NULL none. */
struct collect *source_oldest(const struct source *s);

/* Remember the end of what went by. */
void source_keep_tail(struct source *s, struct slice text);

/* One that is not in the pool. */
void source_init(struct source *s, uint64_t key, uint32_t origin);
void source_fini(struct source *s);

#endif
