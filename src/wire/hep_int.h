/*
 * hep_int - what hep.c (packets to messages), hep_read.c (one packet to fields) and hep_json.c share.
 */
#ifndef WIRE_HEP_INT_H
#define WIRE_HEP_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/buf.h"
#include "sipwhy/frame.h"

enum { HEP_TYPE_SIP = 1 };

enum hep_version { HEP_NONE, HEP_OLD, HEP_3 };

/*
 * The fields of one packet, borrowed from it.  Ends that are not told have family 0.  time_ns: as the packet means it,
 * near the frame's.  cut: the capture took bytes from the end.
 */
struct hep_packet {
	struct slice name, key, correlation, payload, zipped;
	struct endpoint src, dst;
	int64_t time_ns;
	uint32_t id;
	uint8_t proto, type;
	bool have_time, have_id, have_payload, have_zipped, cut;
};

enum hep_verdict {
	HEP_READ,      /* *out is set */
	HEP_BAD,       /* its own lengths contradict it, before a payload was seen */
	HEP_TRUNCATED, /* the capture cut it too early */
	HEP_LOST       /* as BAD, and nothing behind it can be trusted either */
};

/* Which HEP begins here.  strict: of 1 and 2 the SIP start line must be seen; else the header alone will do. */
enum hep_version hep_version(struct slice s, bool strict);

/* Read the packet of version 3 at the front; *size gets its length.  cut: the end of s was taken by the capture. */
enum hep_verdict hep_read_3(struct slice s, bool cut, int64_t frame_ns, struct hep_packet *out, size_t *size);

/* Read a packet of version 1 or 2, which is all of s. */
enum hep_verdict hep_read_old(struct slice s, bool cut, int64_t frame_ns, struct hep_packet *out);

/*
 * Replace the JSON in b by the string that stands in it under "payload", its escapes undone.  False when there is none
 * (b is then as it was).  *cut: the string has no end.
 */
bool hep_json(struct buf *b, bool *cut);

#endif
