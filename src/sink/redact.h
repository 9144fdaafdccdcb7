/*
 * redact - users and secrets made unreadable, see struct sink_evidence.
 */
#ifndef SINK_REDACT_H
#define SINK_REDACT_H

#include "sipwhy/buf.h"

/* Users that are hashed wherever they stand as a word of their own, not only in URIs. */
struct redact {
	uint64_t seed;
	struct slice user[2];
	bool words; /* all of it is words for people: a long number in it is somebody's */
};

/* One user or number. */
void redact_user(struct buf *out, const struct redact *r, struct slice user);
/* A message, or a line of one. */
void redact_text(struct buf *out, const struct redact *r, struct slice text);

#endif
