/*
 * tcp_int - what tcp.c (the table of streams), tcp_stream.c (one stream put in order) and tcp_cut.c (what is in it)
 * share.
 */
#ifndef WIRE_TCP_INT_H
#define WIRE_TCP_INT_H

#include "sipwhy/hepcut.h"
#include "sipwhy/mem.h"
#include "wire/hep.h"
#include "wire/sipframe.h"
#include "wire/tcp.h"
#include "wire/ws.h"

#define HASH_NONFATAL_OOM 1
#define uthash_malloc(sz) mem_alloc(sz)
#define uthash_free(p, sz) mem_free(p)
#include <uthash.h>

enum {
	STREAM_UNDECIDED_MAX = 8192, /* bytes without a SIP start line that make a stream something else */
	STREAM_CARRIER_MAX = 524288, /* the same, of a stream that is HEP or WebSocket */
	STREAM_PIECES_MAX = 64,      /* how long a gap may stay open */
	STREAM_PIECE_BYTES_MAX = 262144,
	STREAM_GAP_WAIT_S = 2
};

enum stream_state { STREAM_UNDECIDED, STREAM_SIP, STREAM_OTHER };

/* How the bytes are cut.  OPEN: as SIP, while the others are still looked for. */
enum stream_proto { STREAM_AS_OPEN, STREAM_AS_SIP, STREAM_AS_HEP, STREAM_AS_WS };

/* One direction of a connection.  Compared and hashed as bytes: always zeroed first. */
struct stream_key {
	uint8_t src[16], dst[16];
	uint32_t vlan, path;
	uint16_t sport, dport;
	uint8_t family, pad[3];
};

/* A segment that waits for those before it. */
struct stream_piece {
	struct stream_piece *next;
	uint32_t seq;
	uint32_t n, lost;
	uint8_t data[];
};

/*
 * Unread bytes are buf[off, len); next_seq follows them, after `lost` bytes that will never come.  pieces: sorted, all
 * behind next_seq.  ready: the first out_len unread bytes are a message (of HEP a packet with messages) not yet handed
 * out; eat: bytes handed out and to be dropped.  gone: out of the table, only its messages are still wanted.
 * found: it is known for sure what is in it; begun: bytes of it were dropped or lost.  other: it cannot be SIP.
 * fate: of the HEP packets that the last segment ended, the best; judged: it ended one.
 */
struct stream {
	UT_hash_handle hh;
	struct stream_key key;
	struct stream *prev, *next;           /* idle list, oldest first */
	struct stream *gap_prev, *gap_next;   /* streams with a gap, longest wait first */
	struct stream *full_prev, *full_next; /* streams that buffer bytes, oldest first */
	struct stream *ready_next;
	union {
		struct sipframe sip;
		struct hepcut hep;
		struct ws ws;
	} as;
	char *buf;
	size_t off, len, cap;
	struct stream_piece *pieces;
	size_t piece_bytes;
	size_t bytes;
	uint64_t lost, seen;
	uint64_t held, held_cut;
	int64_t t_ns, active_ns, gap_ns;
	size_t out_len, eat;
	uint32_t next_seq, base_seq, syn_seq, fin_seq;
	uint32_t ifindex;
	unsigned npieces;
	struct fate fate;
	uint8_t state, proto;
	bool found, begun, other, tls, judged;
	bool have_syn, have_fin;
	bool in_sip_list, in_gap_list, in_full_list, in_ready_list;
	bool skip_gap, ending, gone;
	bool ready, out_cut;
};

struct tcp {
	struct wire_cfg cfg;
	struct wire_stats *st;
	struct hep *hep;
	struct stream *draining; /* whose packet hep hands out */
	struct stream *table;
	struct stream *fresh, *sip, *gaps, *full;
	struct stream *ready, *ready_last;
	size_t bytes;
	unsigned n;
	int64_t now_ns;
};

/* Give back all memory of s but s itself. */
void stream_fini(struct tcp *t, struct stream *s);

/* Charge and give back memory that s holds. */
void stream_charge(struct tcp *t, struct stream *s, size_t n);
void stream_discharge(struct tcp *t, struct stream *s, size_t n);

/* The bytes at the front that are in order and not dropped. */
struct slice stream_unread(const struct stream *s);

/* Stop charging s to the table's budget. */
void stream_uncharge(struct tcp *t, struct stream *s);

/*
 * Take payload that begins at or behind next_seq, or overlaps it.  0, or what was short: WIRE_DROP_MEMORY or
 * WIRE_DROP_TCP_LIMIT, negative; the bytes then count as lost.
 */
int stream_add(struct tcp *t, struct stream *s, const struct tcp_segment *seg);

/* Move s on until a message is ready (true) or more segments are needed. */
bool stream_step(struct tcp *t, struct stream *s);

/* Begin again at seq, for an undecided stream that has dropped nothing yet: what it holds becomes a waiting piece. */
bool stream_rebase(struct tcp *t, struct stream *s, uint32_t seq);

/* One step of whatever framing the stream has; as the steps of sipframe, and of what follows the message `drop` goes.
 */
struct stream_cut {
	size_t eat, len, drop;
	bool ready, cut;
};

/* tcp_cut.c: look at the unread bytes; not ready: more are needed.  end: there will be none. */
struct stream_cut stream_cut_next(struct tcp *t, struct stream *s, bool end);

/* tcp_cut.c: `lost` bytes behind the unread ones will never come; the caller drops all of them behind the message. */
struct stream_cut stream_cut_gap(struct tcp *t, struct stream *s, uint64_t lost);

/* tcp_cut.c: begin anew as an OPEN stream; gives back what the framing held. */
void stream_cut_reset(struct tcp *t, struct stream *s);

/* tcp.c: is the other direction known to be TLS? */
bool tcp_peer_is_tls(const struct tcp *t, const struct stream *s);

/* tcp.c: make room for n more bytes at the cost of other streams.  False when the limit leaves none. */
bool tcp_make_room(struct tcp *t, const struct stream *keep, size_t n);

#endif
