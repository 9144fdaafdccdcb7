/*
 * hep - SIP messages out of HEP packets, versions 1, 2 and 3 (EEP3 alike), as datagrams, captures and streams carry
 * them.  One push takes a whole datagram, one packet of a stream, or one gzip member; next hands out what was in it.
 */
#ifndef WIRE_HEP_H
#define WIRE_HEP_H

#include <stdbool.h>
#include <stdint.h>

#include "sipwhy/frame.h"
#include "sipwhy/wire.h"
#include "wire/count.h"

/*
 * Who brought the bytes, and when.  from: the sender of the datagram, family 0 when not known; it is the agent of a
 * packet that names none.  t_ns, ifindex: of the frame.
 * always: a listener received it, so it is read whatever wire_cfg.hep says, and a version 1 or 2 header is enough.
 * cut: the capture lost the end of the bytes.  quiet: counts nothing, for what was pushed before.
 */
struct hep_outer {
	struct endpoint from;
	int64_t t_ns;
	uint32_t ifindex;
	bool always, cut, quiet;
};

struct hep;

/* Do these bytes begin like HEP (of 1 and 2 up to the SIP start line), or like gzip, where only hep_push can tell? */
bool hep_is(struct slice bytes);

/* Takes limits, cfg->hep and cfg->hep_key (no zeros left in cfg); counts hep* in st.  NULL when memory is short. */
struct hep *hep_new(const struct wire_cfg *cfg, struct wire_stats *st);

/* NULL is allowed. */
void hep_free(struct hep *h);

/*
 * Begin with bytes, borrowed until hep_next has returned 0 or the next push; messages not taken are lost, uncounted.
 * WIRE_SIP: hep_next has at least one message.  WIRE_NOT_SIP: HEP that carries something else, HEP that is left alone
 * for want of cfg->hep (counted), or no HEP.  WIRE_MALFORMED, or WIRE_DROPPED with its reason.
 */
struct fate hep_push(struct hep *h, struct slice bytes, const struct hep_outer *outer);

/* Next message: 1 and *out set whole (all members), 0 when there is none.  Borrowed until the next call or push. */
int hep_next(struct hep *h, struct message *out);

#endif
