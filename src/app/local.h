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

#endif
