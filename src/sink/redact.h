/*
 * redact - users and secrets made unreadable, see struct sink_evidence.  redact_message.c takes whole messages,
 * redact.c lines and fields of them, redact_parts.c what they are made of: URIs, parameters, words.
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

/* One user or number; the same one in other letters' case or with %-escapes has the same hash. */
void redact_user(struct buf *out, const struct redact *r, struct slice user);
/* A digest, a nonce, a key. */
void redact_secret(struct buf *out, const struct redact *r, struct slice secret);
/* A field, or a sentence about one. */
void redact_text(struct buf *out, const struct redact *r, struct slice text);
/*
 * A message as received, or the beginning of one.  What its header or its kind of body is not known to be harmless
 * is hidden; Content-Length becomes that of the body as written, so it is as right or wrong as it was.
 */
void redact_message(struct buf *out, const struct redact *r, struct slice raw);

/* redact_parts.c */

/* White space, line ends included. */
bool redact_is_space(char c);
/* A URI, all of it. */
void redact_uri(struct buf *out, const struct redact *r, struct slice uri);
/* Bytes of a scheme of SIP or telephony at the front ("sip:"), 0 none. */
size_t redact_scheme(struct slice s);
/* Bytes of a URI without brackets at the front, 0 none. */
size_t redact_bare_uri(struct slice s);
/* Bytes of what is in quotes at the front, quotes included; 0 it has none. */
size_t redact_quoted(struct slice s);
/* ";tag=1;expires=60": values of names that are not known to be harmless are hidden. */
void redact_params(struct buf *out, const struct redact *r, struct slice s);
/* Nothing of it is known to be harmless: only addresses, small numbers and common words stay. */
void redact_tokens(struct buf *out, const struct redact *r, struct slice s);
/* Is it in a list that ends with NULL? */
bool redact_is_in(const char *const *list, struct slice s);

#endif
