/*
 * reason - numbers out of Reason (RFC 3326) and Warning (RFC 3261 20.43) values.
 */
#ifndef SIP_REASON_H
#define SIP_REASON_H

#include "sipwhy/slice.h"

/*
 * Read the causes of one Reason value, which may list several reasons.  *q850 and *sip are set by the first reason of
 * their protocol with a readable cause and left alone when they are not -1.
 */
void reason_read(struct slice value, int *q850, int *sip);

/* The first warn-code, 100..999; -1 when there is none. */
int reason_warn_code(struct slice value);

#endif
