/*
 * pdu - messages that Wireshark exported without the packets around them (LINK_UPPER_PDU).
 */
#ifndef WIRE_PDU_H
#define WIRE_PDU_H

#include "sipwhy/frame.h"
#include "wire/count.h"

/* WIRE_SIP: *out is set whole, borrowed from f; else what becomes of the frame. */
struct fate pdu_read(const struct frame *f, struct message *out);

#endif
