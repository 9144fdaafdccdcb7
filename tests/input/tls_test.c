/*
 * tls: syslog over TLS through a receiver on loopback, with keys and certificates made here; which files are refused,
 * who is let in, and what a connection that is no TLS, says nothing or breaks the rules costs.
 */
#include "receiver_harness.h"

#ifndef HAVE_OPENSSL

int
main(void)
{
	struct tls_ctx *c;
	struct errmsg em = { "" };

	(void)printf("1..1\n%s 1 - a build without TLS says so\n",
	    tls_ctx_new(&c, "a", "b", NULL, &em) == -ENOTSUP && em.text[0] != '\0' ? "ok" : "not ok");
	return 0;
}

#else

#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

struct identity {
	EVP_PKEY *key;
	X509 *cert;
};

/* Made once: they are slow. */
static struct identity ca, other_ca, server, client, stranger, expired;

static void
identity_make(struct identity *id, const char *name, const struct identity *issuer, long from_s, long to_s)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
	X509_NAME *subject;
	X509V3_CTX v3;
	X509_EXTENSION *ca_ext;

	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_ec_paramgen_curve_nid(ctx, NID_X9_62_prime256v1), 1);
	assert_int_equal(EVP_PKEY_keygen(ctx, &id->key), 1);
	EVP_PKEY_CTX_free(ctx);
	id->cert = X509_new();
	assert_non_null(id->cert);
	(void)X509_set_version(id->cert, 2);
	(void)ASN1_INTEGER_set(X509_get_serialNumber(id->cert), (long)(uintptr_t)id & 0xffffff);
	(void)X509_gmtime_adj(X509_getm_notBefore(id->cert), from_s);
	(void)X509_gmtime_adj(X509_getm_notAfter(id->cert), to_s);
	(void)X509_set_pubkey(id->cert, id->key);
	subject = X509_get_subject_name(id->cert);
	(void)X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
	(void)X509_set_issuer_name(id->cert, issuer != NULL ? X509_get_subject_name(issuer->cert) : subject);
	X509V3_set_ctx_nodb(&v3);
	ca_ext =
	    X509V3_EXT_conf_nid(NULL, &v3, NID_basic_constraints, issuer == NULL ? "critical,CA:TRUE" : "CA:FALSE");
	(void)X509_add_ext(id->cert, ca_ext, -1);
	X509_EXTENSION_free(ca_ext);
	assert_true(X509_sign(id->cert, issuer != NULL ? issuer->key : id->key, EVP_sha256()) > 0);
}

static void
identity_free(struct identity *id)
{
	EVP_PKEY_free(id->key);
	X509_free(id->cert);
}

static struct identity *const identities[] = { &ca, &other_ca, &server, &client, &stranger, &expired };

static int
group_setup(void **state)
{
	(void)state;
	identity_make(&ca, "ca", NULL, -3600, 86400);
	identity_make(&other_ca, "other", NULL, -3600, 86400);
	identity_make(&server, "server", &ca, -3600, 86400);
	identity_make(&client, "client", &ca, -3600, 86400);
	identity_make(&stranger, "stranger", &other_ca, -3600, 86400);
	identity_make(&expired, "expired", &ca, -7200, -3600);
	return 0;
}

static int
group_teardown(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof identities / sizeof identities[0]; i++)
		identity_free(identities[i]);
	return 0;
}

/* Files of one test. */
static struct {
	char cert[96], key[96], ca[96];
} path;

static FILE *
file_new(char *to, size_t cap, const char *dir, const char *name, mode_t mode)
{
	int fd;
	FILE *f;

	(void)snprintf(to, cap, "%s/%s", dir, name);
	(void)unlink(to);
	fd = open(to, O_CREAT | O_WRONLY | O_CLOEXEC | O_EXCL, mode);
	assert_true(fd >= 0);
	f = fdopen(fd, "w");
	assert_non_null(f);
	return f;
}

static void
file_cert(char *to, size_t cap, const char *dir, const char *name, const struct identity *id)
{
	FILE *f = file_new(to, cap, dir, name, 0644);

	assert_int_equal(PEM_write_X509(f, id->cert), 1);
	assert_int_equal(fclose(f), 0);
}

static void
file_key(const char *dir, const struct identity *id, const char *passphrase)
{
	FILE *f = file_new(path.key, sizeof path.key, dir, "key.pem", 0600);

	assert_int_equal(
	    PEM_write_PrivateKey(f, id->key, passphrase != NULL ? EVP_aes_128_cbc() : NULL,
		(const unsigned char *)passphrase, passphrase != NULL ? (int)strlen(passphrase) : 0, NULL, NULL),
	    1);
	assert_int_equal(fclose(f), 0);
}

static int
setup(void **state)
{
	struct harness *h;
	int rc = harness_setup(state);

	h = *state;
	file_cert(path.cert, sizeof path.cert, h->dir, "cert.pem", &server);
	file_cert(path.ca, sizeof path.ca, h->dir, "ca.pem", &ca);
	file_key(h->dir, &server, NULL);
	h->cfg.tls_cert = path.cert;
	h->cfg.tls_key = path.key;
	return rc;
}

static int
teardown(void **state)
{
	(void)unlink(path.cert);
	(void)unlink(path.key);
	(void)unlink(path.ca);
	return harness_teardown(state);
}

static void
test_files(void **state)
{
	struct harness *h = *state;
	static const char arg[] = "tls:127.0.0.1:0";

	h->cfg.tls_key = "/nonexistent/key.pem";
	harness_refused(h, arg, -ENOENT, "can't open the TLS key");
	h->cfg.tls_key = h->dir;
	harness_refused(h, arg, -EINVAL, "no regular file");
	h->cfg.tls_key = path.key;
	assert_int_equal(chmod(path.key, 0644), 0);
	harness_refused(h, arg, -EACCES, "chmod 600");
	assert_int_equal(chmod(path.key, 0660), 0);
	harness_refused(h, arg, -EACCES, "chmod 600");
	/* As Debian keeps keys for a group of servers. */
	assert_int_equal(chmod(path.key, 0640), 0);
	harness_open(h, arg);
	harness_close(h);
	file_key(h->dir, &client, NULL);
	harness_refused(h, arg, -EINVAL, "not that of the certificate");
	file_key(h->dir, &server, "secret");
	harness_refused(h, arg, -EINVAL, "without a passphrase");
	if (geteuid() == 0) {
		file_key(h->dir, &server, NULL);
		assert_int_equal(chown(path.key, 12345, 0), 0);
		harness_refused(h, arg, -EACCES, "user 12345");
	}
	h->cfg.tls_cert = path.key;
	harness_refused(h, arg, -EINVAL, "as the TLS certificate (PEM): no start line");
	/* Not "system lib": what is wrong, and with which of the files. */
	h->cfg.tls_cert = "/nonexistent/cert.pem";
	harness_refused(
	    h, arg, -ENOENT, "can't open the TLS certificate /nonexistent/cert.pem: No such file or directory");
	h->cfg.tls_cert = h->dir;
	harness_refused(h, arg, -EISDIR, "is a directory");
	h->cfg.tls_cert = path.cert;
	file_key(h->dir, &server, NULL);
	h->cfg.tls_ca = path.key;
	harness_refused(h, arg, -EINVAL, "that sign senders");
	h->cfg.tls_ca = "/nonexistent/ca.pem";
	harness_refused(h, arg, -ENOENT, "can't open the TLS authority /nonexistent/ca.pem: No such file");
	/* A list of nobody is not asked for when certificates are. */
	h->cfg.tls_ca = NULL;
	harness_refused(h, "tls:0.0.0.0:0", -EINVAL, "--tls-ca");
	h->cfg.tls_ca = path.ca;
	harness_open(h, "tls:0.0.0.0:0");
}

/* The other end: TLS on memory, its bytes sent `step` at a time while the loop turns. */
struct peer {
	SSL_CTX *ctx;
	SSL *ssl;
	BIO *in, *out;
	int fd;
	size_t step;
	bool gone;
};

static void
peer_pump(struct harness *h, struct peer *p)
{
	char buf[16384];
	int n, k;

	while ((n = BIO_read(p->out, buf, sizeof buf)) > 0) {
		for (int at = 0; at < n; at += k) {
			k = (size_t)(n - at) < p->step ? n - at : (int)p->step;
			if (send(p->fd, buf + at, (size_t)k, MSG_NOSIGNAL) != k)
				p->gone = true;
			(void)uv_run(&h->loop, UV_RUN_NOWAIT);
		}
	}
	(void)uv_run(&h->loop, UV_RUN_NOWAIT);
	n = (int)recv(p->fd, buf, sizeof buf, MSG_DONTWAIT);
	if (n > 0)
		(void)BIO_write(p->in, buf, n);
	else if (n == 0)
		p->gone = true;
}

/* True when both are through with the handshake. */
static bool
peer_connect(struct harness *h, struct peer *p, const struct identity *id, int version, size_t step)
{
	static const int on = 1;

	*p = (struct peer){ .fd = harness_connect(h, 4, SOCK_STREAM), .step = step };
	assert_int_equal(setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), 0);
	p->ctx = SSL_CTX_new(TLS_client_method());
	assert_non_null(p->ctx);
	SSL_CTX_set_security_level(p->ctx, 0);
	if (version != 0) {
		(void)SSL_CTX_set_min_proto_version(p->ctx, version);
		(void)SSL_CTX_set_max_proto_version(p->ctx, version);
	}
	if (id != NULL) {
		assert_int_equal(SSL_CTX_use_certificate(p->ctx, id->cert), 1);
		assert_int_equal(SSL_CTX_use_PrivateKey(p->ctx, id->key), 1);
	}
	p->ssl = SSL_new(p->ctx);
	p->in = BIO_new(BIO_s_mem());
	p->out = BIO_new(BIO_s_mem());
	assert_true(p->ssl != NULL && p->in != NULL && p->out != NULL);
	SSL_set_bio(p->ssl, p->in, p->out);
	SSL_set_connect_state(p->ssl);
	for (unsigned i = 0; i < HARNESS_TURNS && !p->gone; i++) {
		bool done = SSL_do_handshake(p->ssl) == 1;

		peer_pump(h, p);
		if (done && harness_receiver(h)->n_shaking == 0)
			return true;
	}
	return false;
}

static void
peer_say(struct harness *h, struct peer *p, const void *data, size_t n)
{
	assert_int_equal(SSL_write(p->ssl, data, (int)n), (int)n);
	peer_pump(h, p);
}

static void
peer_close(struct peer *p)
{
	SSL_free(p->ssl);
	SSL_CTX_free(p->ctx);
	(void)close(p->fd);
	ERR_clear_error();
}

static void
test_records(void **state)
{
	struct harness *h = *state;
	static char big[60000];
	struct peer p;

	harness_run(h, "tls:127.0.0.1:0");
	assert_true(peer_connect(h, &p, NULL, 0, 100000));
	assert_string_equal(SSL_get_version(p.ssl), "TLSv1.3");
	peer_say(h, &p, "5 <1>ab6 <1>", 12);
	harness_wait(h, 1);
	peer_say(h, &p, "abc<1>line\n4 abcd", 17);
	harness_wait(h, 3);
	harness_heard(h, 0, "<1>ab", false);
	harness_heard(h, 1, "<1>abc", false);
	harness_heard(h, 2, "<1>line", false);
	memset(big, 'x', sizeof big);
	/* A line ends what "4 abcd" began: no priority stands behind that count. */
	peer_say(h, &p, big, sizeof big);
	peer_say(h, &p, "\n5 <1>", 6);
	harness_wait(h, 4);
	assert_int_equal(h->texts[3].len, sizeof big + 6);
	assert_int_equal(h->in->st.senders, 1);
	(void)SSL_shutdown(p.ssl);
	peer_pump(h, &p);
	harness_wait(h, 5);
	harness_heard(h, 4, "<1>", true);
	harness_wait_for(h, &h->in->st.senders, 0);
	assert_int_equal(h->in->st.closed, 0);
	assert_int_equal(h->ends, 1);
	assert_int_equal(harness_receiver(h)->purse.used, 0);
	peer_close(&p);
}

/* Every byte of the handshake and of what follows in a segment of its own. */
static void
test_byte_by_byte(void **state)
{
	struct harness *h = *state;
	struct peer p;

	harness_run(h, "tls:127.0.0.1:0");
	assert_true(peer_connect(h, &p, NULL, TLS1_2_VERSION, 1));
	peer_say(h, &p, "5 <1>ab", 7);
	harness_wait(h, 1);
	peer_close(&p);
}

static void
test_old_versions(void **state)
{
	struct harness *h = *state;
	struct peer p;

	harness_run(h, "tls:127.0.0.1:0");
	assert_false(peer_connect(h, &p, NULL, TLS1_1_VERSION, 100000));
	peer_close(&p);
	harness_wait_for(h, &h->in->st.closed, 1);
	assert_int_equal(h->in->st.senders, 0);
}

static void
test_renegotiation(void **state)
{
	struct harness *h = *state;
	struct peer p;
	int rc = -1;

	harness_run(h, "tls:127.0.0.1:0");
	assert_true(peer_connect(h, &p, NULL, TLS1_2_VERSION, 100000));
	(void)SSL_renegotiate(p.ssl);
	for (unsigned i = 0; i < 50 && !p.gone; i++) {
		rc = SSL_do_handshake(p.ssl);
		peer_pump(h, &p);
	}
	assert_int_not_equal(rc, 1);
	peer_close(&p);
	assert_true(peer_connect(h, &p, NULL, 0, 100000));
	peer_say(h, &p, "5 <1>ab", 7);
	harness_wait(h, 1);
	peer_close(&p);
}

/* Who has no certificate of the right signer sends nothing. */
static void
test_client_certificates(void **state)
{
	struct harness *h = *state;
	static const struct {
		const struct identity *id;
		bool good;
	} who[] = { { NULL, false }, { &stranger, false }, { &expired, false }, { &client, true } };
	static const int version[] = { TLS1_2_VERSION, TLS1_3_VERSION };
	unsigned closed = 0, heard = 0;

	h->cfg.tls_ca = path.ca;
	harness_run(h, "tls:127.0.0.1:0");
	for (unsigned v = 0; v < 2; v++)
		for (unsigned i = 0; i < sizeof who / sizeof who[0]; i++) {
			struct peer p;
			bool in = peer_connect(h, &p, who[i].id, version[v], 100000);

			if (who[i].good) {
				assert_true(in);
				peer_say(h, &p, "5 <1>ab", 7);
				harness_wait(h, ++heard);
			} else {
				/* In TLS 1.3 the client is through before it is judged. */
				(void)SSL_write(p.ssl, "5 <1>ab", 7);
				if (!p.gone)
					peer_pump(h, &p);
				harness_wait_for(h, &h->in->st.closed, ++closed);
				harness_wait(h, heard);
			}
			peer_close(&p);
			harness_wait_for(h, &h->in->st.senders, 0);
		}
	assert_int_equal(h->in->st.closed, 6);
	input_stats(h->in, &h->st);
	/* Why is in the words of the library. */
	assert_int_equal(strncmp(h->st.turned_away, "127.0.0.1: TLS handshake: ", 26), 0);
	assert_true(strlen(h->st.turned_away) > 26);
}

static void
test_plain_on_tls(void **state)
{
	static const char *const said[] = { "<1>no TLS at all\n", "5 <1>ab", "GET / HTTP/1.1\r\n\r\n",
		"\x16\x03\x01\xff\xff" };
	struct harness *h = *state;

	harness_open(h, "tls:127.0.0.1:0");
	harness_receiver(h)->lim.handshake_ms = 50;
	harness_start(h);
	for (unsigned i = 0; i < sizeof said / sizeof said[0]; i++) {
		int fd = harness_connect(h, 4, SOCK_STREAM);

		harness_say(fd, said[i]);
		harness_wait_for(h, &h->in->st.closed, i + 1);
		(void)close(fd);
	}
	assert_int_equal(h->n, 0);
	assert_int_equal(h->in->st.senders, 0);
	assert_int_equal(harness_receiver(h)->n_shaking, 0);
}

/* Those who connect and say nothing hold a few places for a while, and then none. */
static void
test_silent(void **state)
{
	struct harness *h = *state;
	int fd[4];
	struct peer p;

	harness_open(h, "tls:127.0.0.1:0");
	harness_receiver(h)->lim.handshake_ms = 40;
	harness_receiver(h)->lim.handshakes = 2;
	harness_start(h);
	for (unsigned i = 0; i < 4; i++)
		fd[i] = harness_connect(h, 4, SOCK_STREAM);
	harness_wait_for(h, &h->in->st.refused, 2);
	harness_wait_for(h, &h->in->st.closed, 2);
	input_stats(h->in, &h->st);
	assert_string_equal(h->st.turned_away, "127.0.0.1: TLS handshake: it takes too long");
	assert_true(peer_connect(h, &p, NULL, 0, 100000));
	/* The timer was that of the handshake. */
	for (unsigned i = 0; i < 40; i++)
		(void)uv_run(&h->loop, UV_RUN_ONCE);
	peer_say(h, &p, "5 <1>ab", 7);
	harness_wait(h, 1);
	assert_int_equal(h->in->st.closed, 2);
	peer_close(&p);
	for (unsigned i = 0; i < 4; i++)
		(void)close(fd[i]);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_files),
		TEST(test_records),
		TEST(test_byte_by_byte),
		TEST(test_old_versions),
		TEST(test_renegotiation),
		TEST(test_client_certificates),
		TEST(test_plain_on_tls),
		TEST(test_silent),
	};

	return cmocka_run_group_tests(tests, group_setup, group_teardown);
}

#endif
