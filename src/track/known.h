/*
 * known - hosts that we have reason to trust a little: what they asked for worked before.
 */
#ifndef TRACK_KNOWN_H
#define TRACK_KNOWN_H

#include <stdbool.h>

#include "track/pattern.h"

/* What worked for a host: it registered, called, or took a registration. */
enum known { KNOWN_REGISTERED = 1, KNOWN_CALLED = 2, KNOWN_REGISTRAR = 4 };

/* Learn from a fact. */
void known_see(struct incidents *in, const struct fact *f);
/* Bits of enum known, 0 for a stranger; of before the present fact. */
unsigned known_host(struct incidents *in, const struct endpoint *e);
/* How often something worked for it in this hour of the clock and the one before. */
uint32_t known_successes(struct incidents *in, const struct endpoint *e);
/* Did one of ours take part in anything yet?  Without a word from the user nobody is. */
bool known_house(const struct incidents *in);
/* Told by the user to be one of the house: phones, a trunk or the PBX. */
bool known_role(uint8_t role);
/* Addresses that are not routed in public: RFC 1918, RFC 6598, RFC 4193, link-local and loopback. */
bool known_private(const struct endpoint *e);
/* The leg of an outcome went to a far peer, not to ours, and somebody of the house sent it. */
bool known_outbound(struct incidents *in, const struct fact *f);
/* Key of a source that attacks: a host, of IPv6 its /64, which is what one subscriber has. */
uint64_t known_source(const struct incidents *in, const struct endpoint *e);

#endif
