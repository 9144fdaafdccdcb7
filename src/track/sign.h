/*
 * sign - what several patterns ask of a fact: which side is the far one, which number was called, is that address a
 * private one.  Nothing is kept here.
 */
#ifndef TRACK_SIGN_H
#define TRACK_SIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "track/fact.h"
#include "track/pattern.h"

enum { SIGN_DIGITS = 32, SIGN_SPAN = 24, SIGN_CODE = 16 };

/* The side that is not ours; the one that answers when neither or both are. */
struct sign_far {
	const struct endpoint *host;
	uint8_t role;   /* enum peer_role */
	bool is_client; /* it sent the request */
};
struct sign_far sign_far(const struct fact *f);
/* Its name, as name_client and name_server. */
struct slice sign_far_name(struct incidents *in, const struct fact *f, const struct sign_far *far);

/* The end of a hop, or of the whole, of a call attempt: INVITE outside a dialog. */
bool sign_call_leg(const struct fact *f);
bool sign_call_whole(const struct fact *f);
/* An outcome that is a failure or silence. */
bool sign_failed(const struct fact *f);
/* The end of a hop by a failure that the one who answered made itself: what is passed on is told where it began. */
bool sign_failed_here(const struct fact *f);

/*
 * One more in the window of the meter that r->key names; returns the sum.  Sets signs and since_ms of r, and quiet_ms
 * to the window when it is 0.
 */
uint32_t sign_count(struct incidents *in, const struct pattern *p, unsigned which, uint32_t seconds, struct raise *r);
/* Enough to start, or any sign at all while the incident lasts. */
bool sign_holds(const struct incidents *in, const struct pattern *p, uint64_t key, uint32_t sum, uint32_t enough);
/* Forget what a meter counted, if there is one. */
void sign_reset(struct incidents *in, const struct pattern *p, unsigned which, uint64_t key);

/*
 * The digits of a called or calling number without +, 00 and the separators of RFC 3966; empty when it is a name.
 * Points into out.
 */
struct slice sign_number(char out[SIGN_DIGITS], struct slice user);

/* Where an address is good: a name is none.  Private is what known_private says. */
enum sign_scope { SIGN_SCOPE_NAME, SIGN_SCOPE_PRIVATE, SIGN_SCOPE_PUBLIC };
enum sign_scope sign_scope(const struct endpoint *e);
/* The same of host[:port] in a header. */
enum sign_scope sign_scope_text(struct slice host_port);

/* For sentences: "10 minutes"; "404", "no response"; "s" unless n is 1. */
const char *sign_span(char out[SIGN_SPAN], uint32_t seconds);
const char *sign_code(char out[SIGN_CODE], const struct fact *f);
const char *sign_plural(uint32_t n);

#endif
