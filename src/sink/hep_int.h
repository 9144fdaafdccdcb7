/*
 * hep_int - the sender of HEP as its files share it: hep.c makes packets and keeps them, hep_open.c finds the
 * collector, hep_conn.c has connections.
 *
 * Know: what waits is whole packets, one behind the other, which tell their own length.
 */
#ifndef SINK_HEP_INT_H
#define SINK_HEP_INT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <uv.h>

#include "sipwhy/sink.h"
#include "sipwhy/sockaddr.h"

enum {
	HEP_PORT = 9060,
	HEP_QUEUE_MAX = 4 << 20,  /* bytes that wait at most */
	HEP_QUEUE_FULL = 1 << 20, /* from here on files are read no further */
	HEP_PACKET_MAX = 65535,   /* its length has 16 bits */
	HEP_DATAGRAM_MAX = 65507, /* what IPv4 carries */
	HEP_BATCH = 64,           /* datagrams in one system call, at most */
	HEP_BACKOFF_MS = 1000,    /* then twice as long each time */
	HEP_BACKOFF_MAX_MS = 30000,
	HEP_SETTLED_MS = 10000, /* a connection that lasts so long is one */
	HEP_CONNECT_MS = 10000, /* for a connection to come about */
	HEP_STALL_MS = 10000,   /* for a connection to take something */
	HEP_TICK_MS = 250,
	HEP_TELL_MS = 30000,     /* from one sentence about losses to the next */
	HEP_TLS_CHUNK = 16 << 10 /* plain bytes that are encrypted at once, or one packet */
};

enum hep_carrier { HEP_UDP, HEP_TCP, HEP_TLS, HEP_CARRIER_N };

/* UDP is always UP. */
enum hep_state { HEP_DOWN, HEP_CONNECTING, HEP_SHAKING, HEP_UP };

struct tls;
struct tls_ctx;

struct sink_hep {
	struct sink_hep_cfg cfg;
	enum hep_carrier carrier;
	struct endpoint to;
	char name[ENDPOINT_TEXT + 8]; /* "udp:192.0.2.1:9060" */
	char host[256];               /* as it was written, for its certificate */
	int fd;
	struct buf one; /* the packet at hand */
	uint8_t *queue;
	size_t cap, head, tail; /* of the queue */
	size_t part;            /* bytes behind head that a connection took */
	struct sink_hep_stats st;

	uint64_t now_ms; /* since the start, by the timer */
	bool draining;
	enum hep_state state;
	uint64_t since_ms; /* of the state, or of the last bytes taken */
	uint64_t up_ms;    /* since when it is UP */
	uint64_t retry_ms; /* when to connect again */
	unsigned backoff_ms;
	bool told_down;              /* the collector's absence was told */
	uint64_t told_lost, told_ms; /* drops when they were last told, and when */
	struct tls_ctx *tls_ctx;
	struct tls *tls;
	struct buf cipher;       /* encrypted, not yet sent */
	size_t cipher_at, chunk; /* sent of it; plain bytes it stands for */

	uv_loop_t *loop; /* NULL before sink_hep_start */
	uv_poll_t poll;
	uv_timer_t timer;
	int events; /* what poll waits for */
	unsigned open_handles;
	sink_hep_say_fn say;
	void *say_ctx;
};

/* A sentence behind the collector's name. */
void hep_say(struct sink_hep *h, bool trouble, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The packet at `at` of the queue. */
size_t hep_packet_len(const struct sink_hep *h, size_t at);
/* The first n bytes of the queue are sent, and with them the packets that end there. */
void hep_taken(struct sink_hep *h, size_t n);
/* The packet in front is given up. */
void hep_give_up(struct sink_hep *h, enum sink_hep_drop why);
/* Wait for these uv_poll_event on the loop; 0 for none. */
void hep_watch(struct sink_hep *h, int events);
uint64_t hep_now_ms(const struct sink_hep *h);

/* Connections: start one, go on with it as far as that goes without waiting, look at the time. */
void hep_conn_start(struct sink_hep *h);
void hep_conn_serve(struct sink_hep *h);
void hep_conn_tick(struct sink_hep *h);
/* The end is near: one that waits to be tried again is tried now. */
void hep_conn_again(struct sink_hep *h);
/* Say goodbye, and let the other side read what is on its way. */
void hep_conn_end(struct sink_hep *h);
/* What poll(2) should wait for: POLLIN and POLLOUT. */
short hep_conn_wants(const struct sink_hep *h);

#endif
