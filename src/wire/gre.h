/*
 * gre - GRE and what rides on it: PPTP, NVGRE, EoIP, ERSPAN.
 */
#ifndef WIRE_GRE_H
#define WIRE_GRE_H

#include "wire/tunnel.h"

/* pkt: protocol 47. */
enum tunnel_verdict gre_decode(const struct ip_packet *pkt, struct link_layer *in);

#endif
