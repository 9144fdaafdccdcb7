/*
 * lots: what one thread puts in, the other takes: whole, in order, soon, and never more of it waiting than the ring
 * holds; with a third that parses some of it on the way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/lots.h"
#include "sipwhy/mem.h"
#include "sipwhy/sip.h"

enum { PUTS = 5000, STARTS = 7, SIGNALS = 7, FULL = LOTS_ITEMS * LOTS_N };

static const struct lots_from none = { "none", NULL }, some = { "some", NULL }, one = { "one", NULL },
			      many = { "many", NULL };

/* gate: the taker waits there; arrived: it has taken one; parsed: the helper has one. */
struct taken {
	pthread_t owner;
	pthread_mutex_t gate;
	sem_t arrived, parsed;
	bool helped;
	unsigned n, wrong, by_owner, blocked;
	atomic_uint seen;
	struct message m[STARTS]; /* as they were put */
	struct sipmsg s[STARTS];
};

static void
taken_init(struct taken *t)
{
	memset(t, 0, sizeof *t);
	t->owner = pthread_self();
	assert_int_equal(pthread_mutex_init(&t->gate, NULL), 0);
	assert_int_equal(sem_init(&t->arrived, 0, 0), 0);
	assert_int_equal(sem_init(&t->parsed, 0, 0), 0);
}

static void
taken_fini(struct taken *t)
{
	(void)sem_destroy(&t->parsed);
	(void)sem_destroy(&t->arrived);
	(void)pthread_mutex_destroy(&t->gate);
}

static struct lots *
lots_of(struct taken *t, lots_take_fn take, lots_parse_fn parse)
{
	struct lots_cfg cfg = { take, parse, t };
	struct lots *l;

	t->helped = parse != NULL;
	assert_int_equal(lots_new(&l, &cfg), 0);
	return l;
}

/* Every third is none, every fourth not parsed, every fifth a statement; sizes come round to all places in a lot. */
static bool
is_none(unsigned i)
{
	return i % 3 == 2;
}

static bool
is_raw(unsigned i)
{
	return i % 4 == 3;
}

static size_t
size_of(unsigned i)
{
	return i % 5 == 0 ? 0 : 20 + i % 4999;
}

/* What one decodes of bytes: something in them, and something beside them. */
static void
decode(unsigned i, struct slice bytes, char *stray, size_t cap, struct sipmsg *s)
{
	(void)snprintf(stray, cap, "stray %u", i);
	*s = (struct sipmsg){ .cseq = i, .call_id = slice_str(stray), .to_tag = { stray, 0 } };
	if (bytes.n > 0)
		s->needs = (struct slice){ bytes.p + bytes.n - 7, 7 };
}

static void
put(struct lots *l, unsigned i)
{
	static char bytes[8192], stray[64], stamp[32];
	struct message m = { .t_ns = i, .bytes = { bytes, size_of(i) } };
	struct sipmsg s;

	if (is_none(i)) {
		lots_put(l, NULL, NULL, &none);
		return;
	}
	memset(bytes, 'a' + (int)(i % 26), sizeof bytes);
	(void)snprintf(stamp, sizeof stamp, "stamp %u", i);
	m.stamp = slice_str(stamp);
	decode(i, m.bytes, stray, sizeof stray, &s);
	s.realm[1] = slice_str(stamp);
	s.n_realms = 2;
	lots_put(l, &m, is_raw(i) ? NULL : &s, &some);
	/* The owner's memory is its own again. */
	memset(bytes, '#', sizeof bytes);
	memset(stray, '#', sizeof stray);
	memset(stamp, '#', sizeof stamp);
}

/* The helper's: what it decoded last is gone with the next. */
static bool
parse(void *ctx, const struct message *m, struct sipmsg *s)
{
	static char stray[64];

	memset(stray, '#', sizeof stray);
	decode((unsigned)m->t_ns, m->bytes, stray, sizeof stray, s);
	(void)sem_post(&((struct taken *)ctx)->parsed);
	return true;
}

static bool
is_whole(
    const struct taken *t, unsigned i, const struct message *m, const struct sipmsg *s, const struct lots_from *from)
{
	char want[32];
	bool ok = m->t_ns == i && strcmp(from->name, "some") == 0 && m->bytes.n == size_of(i) &&
	    ((s == NULL) == is_raw(i) || t->helped);

	for (size_t k = 0; ok && k < m->bytes.n; k++)
		ok = m->bytes.p[k] == 'a' + (char)(i % 26);
	(void)snprintf(want, sizeof want, "stamp %u", i);
	ok = ok && slice_eq(m->stamp, slice_str(want));
	if (!ok || s == NULL)
		return ok;
	ok = s->cseq == i && (is_raw(i) ? s->n_realms == 0 : slice_eq(s->realm[1], slice_str(want)));
	(void)snprintf(want, sizeof want, "stray %u", i);
	ok = ok && slice_eq(s->call_id, slice_str(want)) && s->to_tag.n == 0 && s->phrase.p == NULL;
	if (m->bytes.n > 0)
		ok = ok && s->needs.n == 7 && s->needs.p == m->bytes.p + m->bytes.n - 7;
	return ok;
}

static void
take(void *ctx, const struct message *m, const struct sipmsg *s, const struct lots_from *from)
{
	struct taken *t = ctx;
	unsigned i = t->n++;

	(void)pthread_mutex_lock(&t->gate);
	(void)pthread_mutex_unlock(&t->gate);
	if (m == NULL)
		t->wrong += s != NULL || !is_none(i) || strcmp(from->name, "none") != 0;
	else
		t->wrong += is_none(i) || !is_whole(t, i, m, s, from);
	t->by_owner += pthread_equal(pthread_self(), t->owner) != 0;
	atomic_fetch_add(&t->seen, 1);
}

/* Plain counters on both sides: a thread checker finds what lots_sync does not order. */
static void
order_with(lots_parse_fn helper)
{
	struct taken t;
	struct lots *l;

	taken_init(&t);
	l = lots_of(&t, take, helper);
	for (unsigned i = 0; i < PUTS; i++) {
		put(l, i);
		assert_true(i + 1 - atomic_load(&t.seen) <= FULL);
		if (i % 977 == 0) {
			lots_sync(l);
			assert_int_equal(t.n, i + 1);
		}
	}
	lots_free(l);
	assert_int_equal(t.n, PUTS);
	assert_int_equal(t.wrong, 0);
	assert_int_equal(t.by_owner, 0);
	taken_fini(&t);
}

static void
test_order(void **state)
{
	(void)state;
	order_with(NULL);
	order_with(parse);
}

/* The first two lots are the taker's; what can't be comes as nothing, and what finds no room as it was put. */
static bool
parse_some(void *ctx, const struct message *m, struct sipmsg *s)
{
	static char much[LOTS_TEXT];
	struct taken *t = ctx;

	*s = (struct sipmsg){ .cseq = (uint32_t)m->t_ns, .phrase = { much, m->t_ns % 3 == 1 ? sizeof much : 1 } };
	(void)sem_post(&t->parsed);
	return m->t_ns % 3 != 2;
}

static void
take_some(void *ctx, const struct message *m, const struct sipmsg *s, const struct lots_from *from)
{
	struct taken *t = ctx;
	unsigned i = t->n++;

	(void)from;
	if (i == 0) {
		(void)sem_post(&t->arrived);
		(void)pthread_mutex_lock(&t->gate);
		(void)pthread_mutex_unlock(&t->gate);
	}
	if (i < 2 * LOTS_ITEMS || i % 3 == 1)
		t->wrong += m == NULL || m->t_ns != i || s != NULL;
	else if (i % 3 == 2)
		t->wrong += m != NULL || s != NULL;
	else
		t->wrong += m == NULL || m->t_ns != i || s == NULL || s->cseq != i || s->phrase.n != 1;
}

static void
test_helper(void **state)
{
	const unsigned all = (LOTS_N - 1) * LOTS_ITEMS;
	struct taken t;
	struct lots *l;

	(void)state;
	taken_init(&t);
	l = lots_of(&t, take_some, parse_some);
	assert_int_equal(pthread_mutex_lock(&t.gate), 0);
	(void)alarm(60);
	for (unsigned i = 0; i < all; i++) {
		struct message m = { .t_ns = i, .bytes = { "m", 1 } };

		assert_true(lots_hungry(l));
		lots_put(l, &m, NULL, &some);
	}
	lots_submit(l);
	assert_false(lots_hungry(l));
	assert_int_equal(sem_wait(&t.arrived), 0);
	for (unsigned i = 2 * LOTS_ITEMS; i < all; i++)
		assert_int_equal(sem_wait(&t.parsed), 0);
	assert_int_equal(pthread_mutex_unlock(&t.gate), 0);
	lots_free(l);
	(void)alarm(0);
	assert_int_equal(t.n, all);
	assert_int_equal(t.wrong, 0);
	assert_int_equal(sem_trywait(&t.parsed), -1);
	taken_fini(&t);
}

/* A taker that stands still holds up nobody while there is room, and then takes all. */
static void
test_room(void **state)
{
	struct taken t;
	struct lots *l;

	(void)state;
	taken_init(&t);
	l = lots_of(&t, take, NULL);
	assert_int_equal(pthread_mutex_lock(&t.gate), 0);
	for (unsigned i = 0; i < LOTS_N; i++) {
		lots_put(l, NULL, NULL, &none);
		if (i + 1 < LOTS_N)
			lots_submit(l);
	}
	assert_int_equal(atomic_load(&t.seen), 0);
	assert_int_equal(pthread_mutex_unlock(&t.gate), 0);
	lots_sync(l);
	assert_int_equal(t.n, LOTS_N);
	lots_free(l);
	taken_fini(&t);
}

static void
take_and_tell(void *ctx, const struct message *m, const struct sipmsg *s, const struct lots_from *from)
{
	struct taken *t = ctx;
	static const int ours[SIGNALS] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGCHLD, SIGALRM, SIGWINCH };
	sigset_t blocked;

	(void)m;
	(void)s;
	(void)from;
	t->n++;
	(void)pthread_sigmask(SIG_SETMASK, NULL, &blocked);
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
		t->blocked += sigismember(&blocked, ours[i]) == 1;
	(void)sem_post(&t->arrived);
}

/* One alone is taken once it is submitted: nothing waits for a lot to be full. */
static void
test_submit(void **state)
{
	struct taken t;
	struct lots *l;

	(void)state;
	taken_init(&t);
	l = lots_of(&t, take_and_tell, NULL);
	(void)alarm(60);
	for (unsigned i = 0; i < 3; i++) {
		lots_put(l, NULL, NULL, &one);
		lots_submit(l);
		assert_int_equal(sem_wait(&t.arrived), 0);
	}
	/* A lot that went because it was full is not held back either. */
	for (unsigned i = 0; i <= LOTS_ITEMS; i++)
		lots_put(l, NULL, NULL, &many);
	lots_submit(l);
	for (unsigned i = 0; i <= LOTS_ITEMS; i++)
		assert_int_equal(sem_wait(&t.arrived), 0);
	(void)alarm(0);
	lots_free(l);
	assert_int_equal(t.blocked, t.n * SIGNALS);
	taken_fini(&t);
}

static void
test_too_large(void **state)
{
	static char big[LOTS_TEXT + 1];
	struct message m = { .bytes = { big, sizeof big } };
	struct sipmsg s = { .cseq = 0 };
	struct taken t;
	struct lots *l;

	(void)state;
	taken_init(&t);
	l = lots_of(&t, take, NULL);
	/* Numbers 0 to 2 go by the ring, 3 does not, 4 and 5 do. */
	for (unsigned i = 0; i < 3; i++)
		put(l, i);
	lots_put(l, &m, &s, &some);
	assert_int_equal(t.n, 4);
	assert_int_equal(t.by_owner, 1);
	assert_int_equal(t.wrong, 1); /* by its content: it came as the fourth, whole, and is not what put makes */
	put(l, 4);
	put(l, 5);
	lots_sync(l);
	assert_int_equal(t.n, 6);
	assert_int_equal(t.wrong, 1);
	/* One that fills a lot to its last byte goes by the ring. */
	m.bytes.n = LOTS_TEXT;
	lots_put(l, &m, &s, &some);
	lots_sync(l);
	assert_int_equal(t.n, 7);
	assert_int_equal(t.by_owner, 1);
	lots_free(l);
	taken_fini(&t);
}

/* What looks like a pointer (the numbers of the test do not) and is the same as before the copy. */
static unsigned
borrowed(const void *now, const void *before, size_t n)
{
	unsigned found = 0;

	for (size_t at = 0; at + sizeof(uint64_t) <= n; at += sizeof(uint64_t)) {
		uint64_t a, b;

		memcpy(&a, (const char *)now + at, sizeof a);
		memcpy(&b, (const char *)before + at, sizeof b);
		found += a == b && a >> 40 != 0 && a >> 48 == 0 && (uint32_t)a != UINT32_MAX;
	}
	return found;
}

static void
take_and_search(void *ctx, const struct message *m, const struct sipmsg *s, const struct lots_from *from)
{
	struct taken *t = ctx;

	(void)from;
	t->wrong += borrowed(m, &t->m[t->n], sizeof *m) + borrowed(s, &t->s[t->n], sizeof *s);
	t->n++;
}

/* Whatever members a decoded message has: none points to where it was made. */
static void
test_nothing_borrowed(void **state)
{
	static const char *const starts[STARTS] = { "INVITE sip:2@b SIP/2.0\r\n", "REGISTER sip:b SIP/2.0\r\n",
		"SIP/2.0 183 Session Progress\r\n", "SIP/2.0 200 OK\r\n", "SIP/2.0 401 Unauthorized\r\n",
		"SIP/2.0 405 Method Not Allowed\r\n", "SIP/2.0 503 Service Unavailable\r\n" };
	struct sip_parser *parser = sip_parser_new();
	static struct taken t;
	struct lots *l;
	char bytes[2048];

	(void)state;
	assert_non_null(parser);
	taken_init(&t);
	l = lots_of(&t, take_and_search, NULL);
	for (size_t i = 0; i < STARTS; i++) {
		int n = snprintf(bytes, sizeof bytes,
		    "%sVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: \"x\" <sip:1@a>;tag=f\r\nTo: <sip:2@b>;tag=t\r\n"
		    "Call-ID: c@a\r\nCSeq: 1 %s\r\nContact: <sip:1@192.0.2.1>;expires=60\r\nServer: one\r\n"
		    "User-Agent: two\r\n"
		    "Reason: Q.850;cause=34\r\nWarning: 399 a \"w\"\r\nRetry-After: 5\r\nAllow: INVITE\r\n"
		    "X-Asterisk-HangupCause: Busy\r\nSession-ID: ab;remote=cd\r\n"
		    "WWW-Authenticate: Digest realm=\"r\"\r\n"
		    "Authorization: Digest realm=\"r\", username=\"u\"\r\nContent-Length: 0\r\n\r\n",
		    starts[i], i == 1 ? "REGISTER" : "INVITE");
		struct message *m = &t.m[i];
		struct sipmsg *s = &t.s[i];

		*m = (struct message){ .bytes = { bytes, (size_t)n }, .stamp = { bytes, 4 } };
		assert_int_equal(sip_parse(parser, m->bytes, false, s), SIP_OK);
		assert_true(borrowed(s, s, sizeof *s) > 8);
		lots_put(l, m, s, &some);
	}
	lots_free(l);
	assert_int_equal(t.n, STARTS);
	assert_int_equal(t.wrong, 0);
	taken_fini(&t);
	sip_parser_free(parser);
}

static void
test_no_memory(void **state)
{
	struct taken t;
	struct lots_cfg cfg = { take, parse, &t };
	struct lots *l;
	long n = 0;
	int err;

	(void)state;
	taken_init(&t);
	do {
		mem_fail_at(++n);
		err = lots_new(&l, &cfg);
		assert_true(err == 0 ? l != NULL : err == -ENOMEM && l == NULL);
	} while (err != 0);
	mem_fail_at(0);
	assert_int_equal(n, LOTS_N + 2);
	lots_free(l);
	lots_free(NULL);
	taken_fini(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_order), cmocka_unit_test(test_helper),
		cmocka_unit_test(test_room), cmocka_unit_test(test_submit), cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_nothing_borrowed), cmocka_unit_test(test_no_memory) };

	return cmocka_run_group_tests_name("lots", tests, NULL, NULL);
}
