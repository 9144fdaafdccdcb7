/*
 * guess - what a mirror did not tell about the way of a message, read from the message itself: its topmost Via, its
 * Contact, its Request-URI (RFC 3261 18.2, RFC 3581).  Nothing but text is looked at, and no name is asked for.
 */
#ifndef WIRE_GUESS_H
#define WIRE_GUESS_H

#include <stdbool.h>
#include <stdint.h>

#include "sipwhy/frame.h"

/* The value of the first header called name (lower case) or by its one-letter form, trimmed; empty when absent. */
struct slice guess_header(struct slice message, const char *name, char compact);

/* The transport that the topmost Via names; TRANSPORT_N when none. */
enum transport guess_transport(struct slice message);

/* Is the time that a mirror tells within 2 s of when its frame came?  A clock further off says nothing. */
bool guess_clock_is_right(int64_t told_ns, int64_t frame_ns);

/* No address that anybody could have: none, 0.0.0.0 or ::. */
bool guess_is_nobody(const struct endpoint *e);

/*
 * Fill the ends of *m that are nobody, where the message names an address; a port that stands there already is kept.
 * An end that nothing tells becomes family 0.  Sets m->guessed when one was nobody.
 */
void guess_ends(struct message *m);

#endif
