/*
 * syslog_int - what the files of the syslog receivers share: one receiver with its sockets, its connections and limits.
 *
 * Know: the loop only says which sockets can be read (struct syslog_port); they stand in a queue and are served from
 * its head until the slice is over, so that a loud sender waits its turn behind the others.
 */
#ifndef INPUT_SYSLOG_INT_H
#define INPUT_SYSLOG_INT_H

#include <uv.h>

#include "frame6587.h"
#include "input_int.h"
#include "tls.h"

enum {
	SYSLOG_CONNS = 256,
	SYSLOG_CONNS_ADDR = 16,
	SYSLOG_CONNS_LOCAL = 64, /* many programs of one machine share its loopback address */
	SYSLOG_HANDSHAKES = 64,
	SYSLOG_HANDSHAKE_MS = 10 * 1000,
	SYSLOG_FRAME_MS = 30 * 1000,
	SYSLOG_SETTLE_MS = 1000,
	SYSLOG_TICK_MS = 1000,
	SYSLOG_MEMORY = 16 << 20,
	SYSLOG_TLS_COST = 32 << 10, /* what a TLS connection holds in its library, about */
	SYSLOG_SLICE_NS = 5 * 1000 * 1000,
	SYSLOG_READ = 64 << 10,
	SYSLOG_TURN = 256 << 10, /* bytes of one connection before the others have their turn */
	SYSLOG_LISTENERS = 2,
	SYSLOG_SENDERS = 1024,
	SYSLOG_RCVBUF = 8 << 20
};

enum syslog_carrier { SYSLOG_UDP, SYSLOG_TCP, SYSLOG_TLS, SYSLOG_UNIX, SYSLOG_UNIX_STREAM, SYSLOG_CARRIER_N };

/* Tests make them small. */
struct syslog_limits {
	unsigned conns, conns_addr, conns_local, handshakes;
	unsigned handshake_ms, frame_ms, settle_ms, tick_ms;
};

struct syslog;
struct syslog_batch;
struct syslog_senders;

/* A descriptor that the loop waits for.  serve: read what is there, but not for long. */
struct syslog_port {
	uv_poll_t poll;
	struct syslog *s;
	struct syslog_port *next;
	void (*serve)(struct syslog_port *p);
	int fd;
	bool queued;
	bool broken; /* of a connection: libuv stopped the handle over an error, so it is read to its end unasked */
	bool open;   /* the handle is the loop's */
};

struct syslog_listener {
	struct syslog_port port;
	uint32_t drops; /* the kernel's 32-bit counter when last asked */
	bool resting;   /* out of descriptors, or its handle stopped: the next tick goes on */
};

struct syslog_conn {
	struct syslog_port port;
	struct frame6587 frame;
	struct tls *tls;
	struct endpoint from;
	uint32_t origin;
	unsigned index;    /* in conns */
	uint64_t since_ms; /* the message at hand began then (loop time); 0 none */
	uint64_t born_ms, heard_ms;
	bool shaking; /* its TLS handshake is not over */
};

struct syslog {
	struct input in;
	enum syslog_carrier carrier;
	struct syslog_limits lim;
	struct syslog_listener listener[SYSLOG_LISTENERS];
	unsigned n_listeners;
	struct syslog_conn *conns[SYSLOG_CONNS];
	unsigned n_conns, n_shaking;
	struct syslog_port *first, **last; /* those that can be read */
	struct frame6587_purse purse;
	uint8_t *rx, *plain;        /* SYSLOG_READ bytes each; plain of TLS only */
	struct syslog_batch *batch; /* of datagrams */
	struct syslog_senders *senders;
	struct tls_ctx *tls;
	const struct peers *allow; /* NULL: everybody */
	int spare;                 /* a descriptor to give up when there are no others */
	uint32_t origin;           /* the last one that was given */
	int64_t now_ns;            /* wall clock's time of what is being read */
	uv_check_t check;
	uv_timer_t tick;
	unsigned handles;
	bool tls_told;
};

/* syslog_open.c: bind what cfg says, and name the receiver by it.  0 or negative errno with a sentence. */
int syslog_bind(struct syslog *s, const struct input_cfg *cfg, struct errmsg *em);

/* syslog.c */
/* Put p behind those that are to be served. */
void syslog_queue(struct syslog_port *p);
void syslog_unqueue(struct syslog_port *p);
/* The loop's callback of every port. */
void syslog_readable(uv_poll_t *h, int status, int events);
/* Hand one message over. */
void
syslog_deliver(struct syslog *s, uint32_t origin, const struct endpoint *from, const struct frame6587_record *record);
void syslog_origin_ends(struct syslog *s, uint32_t origin);
uint32_t syslog_origin_new(struct syslog *s);
/* Take the wall clock's time for what is read next. */
void syslog_stamp(struct syslog *s);
/* May this one send? */
bool syslog_allowed(const struct syslog *s, const struct endpoint *from);
/* A socket address as an endpoint; family 0 for unix sockets. */
void syslog_endpoint(struct endpoint *out, const struct sockaddr_storage *ss);
bool syslog_is_loopback(const struct endpoint *e);
/* One handle is gone; the last one takes the receiver with it. */
void syslog_handle_closed(struct syslog *s);

/* syslog_conn.c: streams. */
void syslog_accept(struct syslog_port *p);
/* Timers of all connections. */
void syslog_conns_tick(struct syslog *s);
/* ours: it is we who end it, which is counted. */
void syslog_conn_close(struct syslog_conn *c, bool ours);
void syslog_conns_pause(struct syslog *s, bool pause);

/* syslog_dgram.c: datagrams. */
struct syslog_batch *syslog_batch_new(void);
void syslog_batch_free(struct syslog_batch *b);
void syslog_receive(struct syslog_port *p);

/*
 * syslog_senders.c: numbers for those who send datagrams, by address.  A table that is full forgets the one that was
 * silent for longest.
 */
struct syslog_senders *syslog_senders_new(void);
void syslog_senders_free(struct syslog_senders *t);
/* The number of this address; 0 when it is new: then say it with syslog_senders_add. */
uint32_t syslog_senders_find(struct syslog_senders *t, const struct endpoint *from);
/* An address that was not found.  Returns the number that was forgotten for it, 0 none. */
uint32_t syslog_senders_add(struct syslog_senders *t, const struct endpoint *from, uint32_t origin);
size_t syslog_senders_count(const struct syslog_senders *t);

#endif
