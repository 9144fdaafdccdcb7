/*
 * frag - IP datagrams from their fragments, in a bounded table.
 */
#ifndef WIRE_FRAG_H
#define WIRE_FRAG_H

#include <stddef.h>
#include <stdint.h>

#include "sipwhy/wire.h"
#include "wire/count.h"
#include "wire/ip.h"
#include "wire/path.h"

struct frag;

/* Takes its limits and seed from cfg (no zeros left in it); settles held frames in st.  NULL when memory is short. */
struct frag *frag_new(const struct wire_cfg *cfg, struct wire_stats *st);

/* NULL is allowed. */
void frag_free(struct frag *fr);

enum frag_result {
	FRAG_HELD,   /* kept; the frame counts as held */
	FRAG_WHOLE,  /* pkt is now the datagram, frames the held ones that belong to it */
	FRAG_REFUSED /* why is set */
};

/*
 * Take a fragment (IP_FRAGMENT), captured in full.  at: where it was found; keeps copies and mirrors of one datagram
 * apart, and says how many frames are held with it.  On FRAG_WHOLE pkt->p, src and dst are borrowed until the next
 * call.  now_ns never goes back.
 */
enum frag_result frag_push(
    struct frag *fr, struct ip_packet *pkt, const struct path *at, int64_t now_ns, uint64_t *frames, struct fate *why);

/* Give up what is too old, a few datagrams per call. */
void frag_expire(struct frag *fr, int64_t now_ns);

/* Give up everything. */
void frag_flush(struct frag *fr);

/* Bytes held, for tests of the limit. */
size_t frag_bytes(const struct frag *fr);

#endif
