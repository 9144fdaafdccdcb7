/*
 * local - this machine's addresses, to tell "we sent it" from "we got it".
 */
#ifndef APP_LOCAL_H
#define APP_LOCAL_H

#include <stddef.h>

#include "sipwhy/frame.h"

enum { LOCAL_MAX = 256 };

/* At most `max` addresses without loopback (there both ends are ours); returns how many, 0 when they can't be had. */
size_t local_addresses(struct endpoint *out, size_t max);

/*
 * The interfaces of this machine but the one named `but`, with state and first address: "lo  eth1 (up, 10.20.4.1)
 * docker0 (down)".  What does not fit goes whole; "" when they can't be had.
 */
void local_interfaces(char *out, size_t cap, const char *but);

#endif
