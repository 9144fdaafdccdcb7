/*
 * radio - 802.11 frames and the headers that capture programs put before them, down to LLC.
 */
#ifndef WIRE_RADIO_H
#define WIRE_RADIO_H

#include "sipwhy/cursor.h"
#include "wire/link.h"

/* link: LINK_IEEE802_11, LINK_PRISM, LINK_RADIOTAP or LINK_AVS.  LINK_IP when c stands at LLC. */
enum link_verdict radio_skip(struct cursor *c, uint16_t link);

#endif
