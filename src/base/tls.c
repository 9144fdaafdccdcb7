/*
 * tls - OpenSSL behind memory BIOs; see sipwhy/tls.h.
 *
 * Know: no configuration file is read (it could load engines and open files later), error strings and the random
 * generator are set up in tls_ctx_start, and a key with a passphrase is refused, for nobody is there to type it.
 */
#include "sipwhy/tls.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sipwhy/mem.h"

#ifdef HAVE_OPENSSL

#include <limits.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>

enum { TLS_DEPTH = 8, TLS_CHAIN_MAX = 32 << 10, TLS_LEVEL = 2 };

struct tls_ctx {
	SSL_CTX *ctx;
};

struct tls {
	SSL *ssl;
	BIO *net_in, *net_out; /* owned by ssl */
	const char *reason;
};

/* The first is what is wrong; those behind it say which part of the library had to do with it. */
static const char *
tls_why(void)
{
	unsigned long e = ERR_peek_error();
	const char *why = e != 0 ? ERR_reason_error_string(e) : NULL;

	return why != NULL ? why : "no reason is told";
}

/* A file of certificates was of no use.  That it could not be read the library calls "system lib", and no more. */
static int
tls_refuse_file(const char *what, const char *path, const char *use, struct errmsg *em)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat st;
	bool dir;

	if (fd < 0)
		return errmsg_set(em, -errno, "can't open the %s %.160s: %s", what, path, strerror(errno));
	dir = fstat(fd, &st) == 0 && S_ISDIR(st.st_mode);
	(void)close(fd);
	if (dir)
		return errmsg_set(em, -EISDIR, "%.160s is a directory: name the file of the %s", path, what);
	return errmsg_set(em, -EINVAL, "can't use %.160s as %s: %s", path, use, tls_why());
}

static int
tls_no_passphrase(char *buf, int size, int writing, void *ctx)
{
	(void)buf;
	(void)size;
	(void)writing;
	(void)ctx;
	return -1;
}

static int
tls_key_judge(const struct stat *st, const char *key, struct errmsg *em)
{
	if (!S_ISREG(st->st_mode))
		return errmsg_set(em, -EINVAL, "the TLS key %.160s is no regular file", key);
	if (st->st_uid != 0 && st->st_uid != geteuid() && st->st_uid != getuid())
		return errmsg_set(em, -EACCES,
		    "the TLS key %.120s belongs to user %u: only a key of root's or your own is used", key,
		    (unsigned)st->st_uid);
	if ((st->st_mode & (S_IWGRP | S_IRWXO)) != 0)
		return errmsg_set(
		    em, -EACCES, "the TLS key %.120s can be read or changed by others: chmod 600 it", key);
	return 0;
}

/* What is judged is what is read: one descriptor for both. */
static int
tls_load_key(SSL_CTX *ctx, const char *key, struct errmsg *em)
{
	int fd = open(key, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), err = 0;
	EVP_PKEY *pkey = NULL;
	struct stat st;
	BIO *bio;

	if (fd < 0)
		return errmsg_set(em, -errno, "can't open the TLS key %.160s: %s", key, strerror(errno));
	err = fstat(fd, &st) != 0 ? errmsg_set(em, -errno, "can't look at the TLS key %.160s: %s", key, strerror(errno))
				  : tls_key_judge(&st, key, em);
	if (err == 0) {
		bio = BIO_new_fd(fd, BIO_NOCLOSE);
		pkey = bio != NULL ? PEM_read_bio_PrivateKey(bio, NULL, tls_no_passphrase, NULL) : NULL;
		if (pkey == NULL || SSL_CTX_use_PrivateKey(ctx, pkey) != 1)
			err = errmsg_set(em, -EINVAL,
			    "the TLS key %.120s is no private key in PEM without a passphrase, or not that of the "
			    "certificate (%s)",
			    key, tls_why());
		EVP_PKEY_free(pkey);
		BIO_free(bio);
	}
	(void)close(fd);
	return err;
}

static int
tls_load_ca(SSL_CTX *ctx, const char *ca, struct errmsg *em)
{
	STACK_OF(X509_NAME) * names;

	if (SSL_CTX_load_verify_locations(ctx, ca, NULL) != 1 || (names = SSL_load_client_CA_file(ca)) == NULL)
		return tls_refuse_file("TLS authority", ca, "certificates (PEM) that sign senders", em);
	SSL_CTX_set_client_CA_list(ctx, names);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_verify_depth(ctx, TLS_DEPTH);
	return 0;
}

static void
tls_settle(SSL_CTX *ctx)
{
	(void)SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	(void)SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_NO_TICKET);
	(void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_num_tickets(ctx, 0);
	(void)SSL_CTX_set_max_early_data(ctx, 0);
	(void)SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_max_cert_list(ctx, TLS_CHAIN_MAX);
	SSL_CTX_set_default_passwd_cb(ctx, tls_no_passphrase);
	SSL_CTX_set_security_level(ctx, TLS_LEVEL);
}

static int
tls_load(SSL_CTX *ctx, const char *cert, const char *key, const char *ca, struct errmsg *em)
{
	int err;

	tls_settle(ctx);
	if (SSL_CTX_use_certificate_chain_file(ctx, cert) != 1)
		return tls_refuse_file("TLS certificate", cert, "the TLS certificate (PEM)", em);
	if ((err = tls_load_key(ctx, key, em)) != 0)
		return err;
	if (SSL_CTX_check_private_key(ctx) != 1)
		return errmsg_set(em, -EINVAL, "the TLS key %.120s is not that of the certificate %.120s", key, cert);
	return ca != NULL ? tls_load_ca(ctx, ca, em) : 0;
}

/* The library, and a context of one side; nothing is loaded into it yet. */
static int
tls_ctx_start(struct tls_ctx **out, const SSL_METHOD *method, struct errmsg *em)
{
	struct tls_ctx *c = mem_zalloc(sizeof *c);
	unsigned char drawn;

	*out = NULL;
	if (c == NULL)
		return errmsg_set(em, -ENOMEM, "memory is short for TLS");
	/* The dates of certificates go through gmtime(3), whose first call would read the zone's file. */
	tzset();
	if (OPENSSL_init_ssl(
		OPENSSL_INIT_LOAD_SSL_STRINGS | OPENSSL_INIT_LOAD_CRYPTO_STRINGS | OPENSSL_INIT_NO_LOAD_CONFIG, NULL) !=
		1 ||
	    RAND_bytes(&drawn, 1) != 1 || (c->ctx = SSL_CTX_new(method)) == NULL) {
		(void)errmsg_set(em, -ENOMEM, "the TLS library does not start: %s", tls_why());
		ERR_clear_error();
		mem_free(c);
		return -ENOMEM;
	}
	ERR_clear_error();
	*out = c;
	return 0;
}

/* What was loaded went well, or c goes. */
static int
tls_ctx_end(struct tls_ctx **out, struct tls_ctx *c, int err)
{
	ERR_clear_error();
	if (err != 0)
		tls_ctx_free(c);
	*out = err == 0 ? c : NULL;
	return err;
}

int
tls_ctx_new(struct tls_ctx **out, const char *cert, const char *key, const char *ca, struct errmsg *em)
{
	struct tls_ctx *c;
	int err = tls_ctx_start(&c, TLS_server_method(), em);

	*out = NULL;
	return err != 0 ? err : tls_ctx_end(out, c, tls_load(c->ctx, cert, key, ca, em));
}

static int
tls_load_server(SSL_CTX *ctx, const char *ca, struct errmsg *em)
{
	tls_settle(ctx);
	if (SSL_CTX_load_verify_locations(ctx, ca, NULL) != 1)
		return tls_refuse_file("TLS authority", ca, "certificates (PEM) that sign a server's", em);
	/* The server's own certificate may be the one that is trusted. */
	(void)X509_STORE_set_flags(SSL_CTX_get_cert_store(ctx), X509_V_FLAG_PARTIAL_CHAIN);
	SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_verify_depth(ctx, TLS_DEPTH);
	return 0;
}

int
tls_client_ctx_new(struct tls_ctx **out, const char *ca, struct errmsg *em)
{
	struct tls_ctx *c;
	int err = tls_ctx_start(&c, TLS_client_method(), em);

	*out = NULL;
	return err != 0 ? err : tls_ctx_end(out, c, tls_load_server(c->ctx, ca, em));
}

void
tls_ctx_free(struct tls_ctx *c)
{
	if (c == NULL)
		return;
	SSL_CTX_free(c->ctx);
	mem_free(c);
}

static struct tls *
tls_make(struct tls_ctx *c)
{
	struct tls *t = mem_zalloc(sizeof *t);

	if (t == NULL)
		return NULL;
	t->reason = "";
	t->ssl = SSL_new(c->ctx);
	t->net_in = BIO_new(BIO_s_mem());
	t->net_out = BIO_new(BIO_s_mem());
	if (t->ssl == NULL || t->net_in == NULL || t->net_out == NULL) {
		BIO_free(t->net_in);
		BIO_free(t->net_out);
		SSL_free(t->ssl);
		mem_free(t);
		ERR_clear_error();
		return NULL;
	}
	SSL_set_bio(t->ssl, t->net_in, t->net_out);
	return t;
}

struct tls *
tls_new(struct tls_ctx *c)
{
	struct tls *t = tls_make(c);

	if (t != NULL)
		SSL_set_accept_state(t->ssl);
	return t;
}

/* An address has no place in the name that is asked for. */
static bool
tls_expect(SSL *ssl, const char *host)
{
	X509_VERIFY_PARAM *p = SSL_get0_param(ssl);

	if (X509_VERIFY_PARAM_set1_ip_asc(p, host) == 1)
		return true;
	return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

struct tls *
tls_client_new(struct tls_ctx *c, const char *host)
{
	struct tls *t = tls_make(c);

	if (t == NULL)
		return NULL;
	SSL_set_connect_state(t->ssl);
	if (!tls_expect(t->ssl, host)) {
		tls_free(t);
		t = NULL;
	}
	ERR_clear_error();
	return t;
}

void
tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	SSL_free(t->ssl);
	mem_free(t);
}

bool
tls_push(struct tls *t, const uint8_t *p, size_t n)
{
	return n <= INT_MAX && BIO_write(t->net_in, p, (int)n) == (int)n;
}

enum tls_verdict
tls_read(struct tls *t, uint8_t *out, size_t cap, size_t *n)
{
	int rc;

	*n = 0;
	ERR_clear_error();
	rc = SSL_read_ex(t->ssl, out, cap, n);
	if (rc == 1)
		return TLS_DATA;
	switch (SSL_get_error(t->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return TLS_MORE;
	case SSL_ERROR_ZERO_RETURN:
		return TLS_ENDED;
	default:
		t->reason = tls_why();
		ERR_clear_error();
		return TLS_FAILED;
	}
}

bool
tls_write(struct tls *t, const uint8_t *p, size_t n)
{
	size_t done = 0;
	int rc;

	ERR_clear_error();
	rc = SSL_write_ex(t->ssl, p, n, &done);
	if (rc != 1)
		t->reason = tls_why();
	ERR_clear_error();
	return rc == 1 && done == n;
}

size_t
tls_out(struct tls *t, uint8_t *out, size_t cap)
{
	int n = BIO_read(t->net_out, out, cap < INT_MAX ? (int)cap : INT_MAX);

	return n > 0 ? (size_t)n : 0;
}

void
tls_close(struct tls *t)
{
	if (SSL_is_init_finished(t->ssl) && t->reason[0] == '\0')
		(void)SSL_shutdown(t->ssl);
	ERR_clear_error();
}

bool
tls_ready(const struct tls *t)
{
	return SSL_is_init_finished(t->ssl);
}

const char *
tls_reason(const struct tls *t)
{
	return t->reason;
}

#else

int
tls_ctx_new(struct tls_ctx **out, const char *cert, const char *key, const char *ca, struct errmsg *em)
{
	(void)cert;
	(void)key;
	(void)ca;
	*out = NULL;
	return errmsg_set(
	    em, -ENOTSUP, "this build has no TLS: build it with OpenSSL, or let stunnel stand in front of tcp:");
}

int
tls_client_ctx_new(struct tls_ctx **out, const char *ca, struct errmsg *em)
{
	(void)ca;
	*out = NULL;
	return errmsg_set(
	    em, -ENOTSUP, "this build has no TLS: build it with OpenSSL, or let stunnel take what is sent by tcp:");
}

void
tls_ctx_free(struct tls_ctx *c)
{
	(void)c;
}

struct tls *
tls_new(struct tls_ctx *c)
{
	(void)c;
	return NULL;
}

struct tls *
tls_client_new(struct tls_ctx *c, const char *host)
{
	(void)c;
	(void)host;
	return NULL;
}

void
tls_free(struct tls *t)
{
	(void)t;
}

bool
tls_push(struct tls *t, const uint8_t *p, size_t n)
{
	(void)t;
	(void)p;
	(void)n;
	return false;
}

enum tls_verdict
tls_read(struct tls *t, uint8_t *out, size_t cap, size_t *n)
{
	(void)t;
	(void)out;
	(void)cap;
	*n = 0;
	return TLS_FAILED;
}

bool
tls_write(struct tls *t, const uint8_t *p, size_t n)
{
	(void)t;
	(void)p;
	(void)n;
	return false;
}

size_t
tls_out(struct tls *t, uint8_t *out, size_t cap)
{
	(void)t;
	(void)out;
	(void)cap;
	return 0;
}

void
tls_close(struct tls *t)
{
	(void)t;
}

bool
tls_ready(const struct tls *t)
{
	(void)t;
	return false;
}

const char *
tls_reason(const struct tls *t)
{
	(void)t;
	return "";
}

#endif
