/*
 * receiver_int - what the files of the receivers share: one receiver with its sockets, its connections and limits, and
 * the dialects (syslog, mirrors of SIP traffic, TZSP) that say what its bytes are.
 *
 * Know: the loop only says which sockets can be read (struct receiver_port); they stand in a queue and are served from
 * its head until the slice is over, so that a loud sender waits its turn behind the others.
 */
#ifndef INPUT_RECEIVER_INT_H
#define INPUT_RECEIVER_INT_H

#include <uv.h>

#include "copycut.h"
#include "frame6587.h"
#include "input_int.h"
#include "sipwhy/hepcut.h"
#include "sipwhy/sockaddr.h"
#include "sipwhy/tls.h"

enum {
	RECEIVER_CONNS = 256,
	RECEIVER_CONNS_ADDR = 16,
	RECEIVER_CONNS_LOCAL = 64, /* many programs of one machine share its loopback address */
	RECEIVER_HANDSHAKES = 64,
	RECEIVER_HANDSHAKE_MS = 10 * 1000,
	RECEIVER_FRAME_MS = 30 * 1000,
	RECEIVER_SETTLE_MS = 1000,
	RECEIVER_TICK_MS = 1000,
	RECEIVER_MEMORY = 16 << 20,
	RECEIVER_TLS_COST = 32 << 10, /* what a TLS connection holds in its library, about */
	RECEIVER_SLICE_NS = 5 * 1000 * 1000,
	RECEIVER_READ = 64 << 10,
	RECEIVER_TURN = 256 << 10, /* bytes of one connection before the others have their turn */
	RECEIVER_LISTENERS = 2,
	RECEIVER_SENDERS = 1024,
	RECEIVER_RCVBUF_MIB = 8,
	RECEIVER_RCVBUF_MIRROR_MIB = 32,
	RECEIVER_RCVBUF_MIB_MAX = 1023 /* the kernel doubles it, and has an int for it */
};

enum receiver_carrier {
	RECEIVER_UDP,
	RECEIVER_TCP,
	RECEIVER_TLS,
	RECEIVER_UNIX,
	RECEIVER_UNIX_STREAM,
	RECEIVER_CARRIER_N
};

/* Tests make them small. */
struct receiver_limits {
	unsigned conns, conns_addr, conns_local, handshakes;
	unsigned handshake_ms, frame_ms, settle_ms, tick_ms;
};

#define RECEIVER_NOT_ALLOWED "not in --allow"

struct receiver;
struct receiver_batch;
struct receiver_conn;
struct receiver_listener;
struct receiver_senders;

/* A descriptor that the loop waits for.  serve: read what is there, but not for long. */
struct receiver_port {
	uv_poll_t poll;
	struct receiver *s;
	struct receiver_port *next;
	void (*serve)(struct receiver_port *p);
	int fd;
	bool queued;
	bool broken; /* of a connection: libuv stopped the handle over an error, so it is read to its end unasked */
	bool open;   /* the handle is the loop's */
};

struct receiver_listener {
	struct receiver_port port;
	struct endpoint at; /* where it listens; family 0 of unix sockets */
	uint32_t drops;     /* the kernel's 32-bit counter when last asked */
	bool resting;       /* out of descriptors, or its handle stopped: the next tick goes on */
};

enum mirror_form { MIRROR_UNKNOWN, MIRROR_HEP, MIRROR_COPY };

/*
 * A stream of HEP packets or plain copies.  buf[0..len): bytes of one that has not ended.  z: bytes that the cutter
 * holds beside it.  astray: bytes thrown away since the last packet.  begun: something was seen on this connection.
 */
struct receiver_mirror_conn {
	enum mirror_form form;
	struct hepcut cut;
	struct copycut copy;
	uint8_t *buf;
	size_t len, cap, z;
	uint64_t astray;
	bool begun;
};

/*
 * How the bytes of connections become messages.  begin: c is new.  take: bytes came; false when the connection is gone.
 * open: a message began and has not ended.  held: memory held of it.  settle: nothing came for a while; may be NULL.
 * end: the connection is over: hand over what is left if deliver, and give back all memory.
 */
struct receiver_stream {
	void (*begin)(struct receiver_conn *c);
	bool (*take)(struct receiver_conn *c, const uint8_t *p, size_t n);
	bool (*open)(const struct receiver_conn *c);
	size_t (*held)(const struct receiver_conn *c);
	void (*settle)(struct receiver_conn *c);
	void (*end)(struct receiver_conn *c, bool deliver);
};

/*
 * What a receiver is for.  what, forms, rival: for sentences; carriers: a bit for each enum receiver_carrier;
 * buffer: its socket buffer is the user's to choose; link: of frames, 0 when it hands over texts.
 */
struct receiver_dialect {
	const char *what, *forms, *rival;
	unsigned carriers;
	uint16_t port, tls_port; /* where it listens by custom */
	uint16_t link;
	bool buffer;
	const struct receiver_stream *stream;
	void (*datagram)(struct receiver *s, const struct receiver_listener *l, const struct endpoint *from,
	    const struct frame6587_record *record);
};

struct receiver_conn {
	struct receiver_port port;
	union {
		struct frame6587 frame;
		struct receiver_mirror_conn mirror;
	} in; /* by dialect */
	struct tls *tls;
	struct endpoint from, to;
	uint32_t origin;
	unsigned index;    /* in conns */
	uint64_t since_ms; /* the message at hand began then (loop time); 0 none */
	uint64_t born_ms, heard_ms;
	bool shaking; /* its TLS handshake is not over */
};

struct receiver {
	struct input in;
	const struct receiver_dialect *dialect;
	enum receiver_carrier carrier;
	struct receiver_limits lim;
	struct receiver_listener listener[RECEIVER_LISTENERS];
	unsigned n_listeners;
	struct receiver_conn *conns[RECEIVER_CONNS];
	unsigned n_conns, n_shaking;
	struct receiver_port *first, **last; /* those that can be read */
	struct frame6587_purse purse;
	uint8_t *rx, *plain;          /* RECEIVER_READ bytes each; plain of TLS only */
	struct receiver_batch *batch; /* of datagrams */
	struct receiver_senders *senders;
	struct tls_ctx *tls;
	const struct peers *allow; /* NULL: everybody */
	int spare;                 /* a descriptor to give up when there are no others */
	uint32_t origin;           /* the last one that was given */
	struct endpoint heard;     /* of mirrors: who sent the last datagram */
	struct endpoint turned;    /* who was turned away last */
	const char *turned_why;    /* NULL once it stands in the figures, or nobody was */
	bool turned_shaking;       /* in its TLS handshake */
	int64_t now_ns;            /* wall clock's time of what is being read */
	uv_check_t check;
	uv_timer_t tick;
	unsigned handles;
	unsigned rcvbuf_mib;
	bool tls_told;
};

/* receiver_open.c: bind what cfg says, and name the receiver by it.  0 or negative errno with a sentence. */
int receiver_bind(struct receiver *s, const struct input_cfg *cfg, struct errmsg *em);

/* receiver.c */
/* Put p behind those that are to be served. */
void receiver_queue(struct receiver_port *p);
void receiver_unqueue(struct receiver_port *p);
/* The loop's callback of every port. */
void receiver_readable(uv_poll_t *h, int status, int events);
uint32_t receiver_origin_new(struct receiver *s);
void receiver_origin_ends(struct receiver *s, uint32_t origin);
/* Take the wall clock's time for what is read next. */
void receiver_stamp(struct receiver *s);
/* This one was refused or closed, and why: static words. */
void receiver_turn_away(struct receiver *s, const struct endpoint *from, const char *why);
/* May this one send? */
bool receiver_allowed(const struct receiver *s, const struct endpoint *from);
bool receiver_is_loopback(const struct endpoint *e);
/* One handle is gone; the last one takes the receiver with it. */
void receiver_handle_closed(struct receiver *s);

/* receiver_text.c: syslog. */
extern const struct receiver_dialect receiver_syslog;

/* receiver_mirror.c: HEP, plain copies of messages, TZSP. */
extern const struct receiver_dialect receiver_mirror, receiver_tzsp;

/* receiver_conn.c: streams. */
void receiver_accept(struct receiver_port *p);
/* Timers of all connections. */
void receiver_conns_tick(struct receiver *s);
/* why: it is we who end it for this, which is counted (static words); NULL: it is not. */
void receiver_conn_close(struct receiver_conn *c, const char *why);
void receiver_conns_pause(struct receiver *s, bool pause);
/* Framing that makes no sense ends the connection.  tls: it speaks TLS, and should not. */
void receiver_conn_bad(struct receiver_conn *c, bool tls);
/* Memory is short: the connection that holds most gives way.  False when that is c itself, which is closed then. */
bool receiver_conn_make_room(struct receiver_conn *c);

/* receiver_dgram.c: datagrams. */
struct receiver_batch *receiver_batch_new(void);
void receiver_batch_free(struct receiver_batch *b);
void receiver_receive(struct receiver_port *p);
/* The number of who sent it.  Programs that share a unix socket are one stream: nothing tells them apart. */
uint32_t receiver_origin(struct receiver *s, const struct endpoint *from);

/*
 * receiver_senders.c: numbers for those who send datagrams, by address.  A table that is full forgets the one that was
 * silent for longest.
 */
struct receiver_senders *receiver_senders_new(void);
void receiver_senders_free(struct receiver_senders *t);
/* The number of this address; 0 when it is new: then say it with receiver_senders_add. */
uint32_t receiver_senders_find(struct receiver_senders *t, const struct endpoint *from);
/* An address that was not found.  Returns the number that was forgotten for it, 0 none. */
uint32_t receiver_senders_add(struct receiver_senders *t, const struct endpoint *from, uint32_t origin);
size_t receiver_senders_count(const struct receiver_senders *t);

#endif
