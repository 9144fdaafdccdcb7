/*
 * scan - reads the few fields that matching needs straight from header values, without libosip2.
 */
#ifndef SIP_SCAN_H
#define SIP_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "sipwhy/arena.h"
#include "sipwhy/sipmsg.h"
#include "sip/header.h"

/* The first value of a Via header (RFC 3261 20.42).  Absent members are empty. */
struct scan_via {
	struct slice host, port, branch;
};

/* A From or To (RFC 3261 20.20).  user as it stands, percent codes and all; absent members are empty. */
struct scan_address {
	struct slice user, host, tag;
};

/* The first value of a Contact (RFC 3261 20.10).  host keeps the brackets of an IPv6 address; expires as scan_seconds.
 */
struct scan_contact {
	struct slice host, port;
	int32_t expires;
	bool star; /* "*": all of them */
};

/* Position of the first `stop` outside quoted strings, s.n when there is none. */
size_t scan_find(struct slice s, char stop);

/* What stands before the first comma outside quotes: the first value of a header that lists several. */
struct slice scan_first(struct slice s);

/*
 * The next ";name=value" of *params (which begins with ";" or is empty).  False at the end.  A value in quotes keeps
 * them; no "=" gives an empty value.
 */
bool scan_param(struct slice *params, struct slice *name, struct slice *value);

/* 0, or -EINVAL when no host can be told. */
int scan_via(struct slice value, struct scan_via *out);

/* 0, or -EINVAL when neither user nor host can be told. */
int scan_address(struct slice value, struct scan_address *out);

/*
 * "4711 INVITE".  0; -EINVAL when number or method is missing or wrong: what could be read is set, the rest is 0 and
 * empty.
 */
int scan_cseq(struct slice value, uint32_t *number, struct slice *method);

/* No error: what cannot be told is empty or -1. */
void scan_contact(struct slice value, struct scan_contact *out);

/*
 * The number before the parameters, INT32_MAX when it is larger (RFC 3261 25.1 delta-seconds; also for other counts);
 * -1 when there is none.
 */
int32_t scan_seconds(struct slice value);

/* A Content-Type that is application/sdp, or multipart, which may have it within. */
bool scan_has_sdp(struct slice value);

/*
 * The realm of the first challenge or credentials in a value (RFC 3261 25.1), without its quotes, escapes left as they
 * are; empty when there is none.  *stale is set when one of the challenges says so; NULL: not asked.
 */
struct slice scan_realm(struct slice value, bool *stale);

/* The icid-value of a P-Charging-Vector (RFC 7315 5.6) without quotes; empty when there is none. */
struct slice scan_icid(struct slice value);

/* RFC 3261 25.1: a token character. */
static inline bool
scan_is_token_char(char c)
{
	/* One bit a character: 0x00-0x1f, 0x20-0x3f, 0x40-0x5f, 0x60-0x7f. */
	static const uint32_t set[8] = { 0, 0x03ff6ca2, 0x87fffffe, 0x47ffffff };
	unsigned char u = (unsigned char)c;

	return set[u >> 5] >> (u & 31) & 1;
}

/* A slice of token characters, at least one. */
bool scan_is_token(struct slice s);

/* Percent codes decoded, into the arena when there are any; s itself when there are none or memory is short. */
struct slice scan_decode(struct arena *a, struct slice s);

/* host[:port] as one slice: borrowed when they stand together in the message, else composed in the arena. */
struct slice scan_sent_by(struct arena *a, struct slice host, struct slice port);

/* The user, else the host, else `raw`. */
struct slice scan_who(struct arena *a, const struct scan_address *address, struct slice raw);

/* Fill the fields of one header from its value (no folds, no control bytes); 0 or -EINVAL as the functions above. */
int scan_header(struct arena *a, enum header_id id, struct slice value, struct sipmsg *out);

/*
 * A value of `id` fit to be read: cut to SHIELD_VALUE_MAX, which makes the message partial, and without folds and
 * control bytes unless memory is short.
 */
struct slice scan_value(
    struct arena *a, const struct header_block *block, enum header_id id, struct slice value, struct sipmsg *out);

/*
 * Fill what requests and responses have alike: reason and its causes, realm, stale, sdp, expires, session_expires,
 * max_forwards, contact, link, each where sipmsg.h says.  kind, code and method are set.
 */
void scan_common(struct arena *a, const struct header_block *block, struct sipmsg *out);

/* Fill out from the block of a request; sets out->partial when something that every message has is missing or wrong. */
void scan_request(struct arena *a, const struct header_block *block, struct sipmsg *out);

#endif
