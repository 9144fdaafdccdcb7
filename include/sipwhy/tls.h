/*
 * tls - TLS on memory, either side: bytes of the network in, plain bytes out, and back.  The one door to OpenSSL.
 * TLS 1.2 or newer (RFC 5425, RFC 9662); no renegotiation, compression, early data, tickets or resumption.
 *
 * Know: files are read by tls_ctx_new and tls_client_ctx_new alone.  Afterwards nothing is opened, so that a sealed
 * process can go on.
 */
#ifndef SIPWHY_TLS_H
#define SIPWHY_TLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/errmsg.h"

struct tls_ctx;
struct tls;

/*
 * cert: chain (PEM), own certificate first; key: private key (PEM), a regular file of root's or the user's that
 * nobody else may write and only its group may read; ca: NULL, or certificates (PEM) of which one must have signed
 * the client's.
 * 0 and *out; -EINVAL, -EACCES, -ENOENT, -ENOMEM or another errno with a sentence; -ENOTSUP in a build without TLS.
 */
int tls_ctx_new(struct tls_ctx **out, const char *cert, const char *key, const char *ca, struct errmsg *em);

/*
 * The client's side.  ca: certificates (PEM) of which one must have signed the server's, or be it.  Errors as above.
 */
int tls_client_ctx_new(struct tls_ctx **out, const char *ca, struct errmsg *em);

/* NULL is allowed.  After the last tls_free. */
void tls_ctx_free(struct tls_ctx *c);

/* One connection; ctx is borrowed for its life.  NULL when memory is short. */
struct tls *tls_new(struct tls_ctx *c);

/* The same from the client's side, to a server whose certificate must be for host, a name or an address. */
struct tls *tls_client_new(struct tls_ctx *c, const char *host);

/* NULL is allowed. */
void tls_free(struct tls *t);

enum tls_verdict {
	TLS_DATA,  /* plain bytes came out */
	TLS_MORE,  /* bytes of the network are wanted */
	TLS_ENDED, /* the peer said that nothing more comes */
	TLS_FAILED /* it cannot go on; tls_reason */
};

/* Bytes of the network, copied.  False when memory is short. */
bool tls_push(struct tls *t, const uint8_t *p, size_t n);

/* Go on with the handshake or take up to cap plain bytes; *n is theirs, 0 without. */
enum tls_verdict tls_read(struct tls *t, uint8_t *out, size_t cap, size_t *n);

/* Plain bytes, which tls_out then has for the network.  Only when tls_ready; false when it cannot go on. */
bool tls_write(struct tls *t, const uint8_t *p, size_t n);

/* Bytes for the network, moved to out; 0 when there are none. */
size_t tls_out(struct tls *t, uint8_t *out, size_t cap);

/* Say that nothing more is read or written; tls_out may then have bytes. */
void tls_close(struct tls *t);

/* The handshake is over. */
bool tls_ready(const struct tls *t);

/* After TLS_FAILED: a few words of the library's, static, none of the peer's. */
const char *tls_reason(const struct tls *t);

#endif
