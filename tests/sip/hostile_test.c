/* hostile_test - verdicts on crafted messages, and messages that are costly to others (sizes: 64 KiB). */
#include "fixture.h"
#include "sipwhy/sip.h"

static const struct {
	const char *file;
	enum sip_verdict verdict;
	unsigned code;
} hostile_cases[] = {
	{ "bad-contact.sip", SIP_PARTIAL, 403 },
	{ "bad-via.sip", SIP_PARTIAL, 403 },
	{ "bigcode-aliases-403.sip", SIP_MALFORMED, 0 },
	{ "challenge-params.sip", SIP_OK, 401 },
	{ "code-099.sip", SIP_MALFORMED, 0 },
	{ "code-700.sip", SIP_MALFORMED, 0 },
	{ "code-99999.sip", SIP_MALFORMED, 0 },
	{ "code-glued.sip", SIP_MALFORMED, 0 },
	{ "code-minus-5.sip", SIP_MALFORMED, 0 },
	{ "code-tab.sip", SIP_MALFORMED, 0 },
	{ "contact-open.sip", SIP_OK, 0 },
	{ "contact-star.sip", SIP_OK, 403 },
	{ "content-length-negative.sip", SIP_OK, 403 },
	{ "cr-only.sip", SIP_OK, 403 },
	{ "cseq-too-large.sip", SIP_PARTIAL, 403 },
	{ "cseq-without-method.sip", SIP_PARTIAL, 403 },
	{ "cut-mid-header.sip", SIP_PARTIAL, 403 },
	{ "duplicate-call-id.sip", SIP_PARTIAL, 403 },
	{ "duplicate-content-length.sip", SIP_PARTIAL, 403 },
	{ "duplicate-cseq.sip", SIP_PARTIAL, 403 },
	{ "duplicate-from.sip", SIP_PARTIAL, 403 },
	{ "empty-from.sip", SIP_PARTIAL, 403 },
	{ "fold-first.sip", SIP_PARTIAL, 403 },
	{ "from-tel-uri.sip", SIP_OK, 403 },
	{ "http-get.sip", SIP_NOT_SIP, 0 },
	{ "leak-mime-realistic.sip", SIP_OK, 200 },
	{ "leak-mime-two-content-type.sip", SIP_PARTIAL, 200 },
	{ "lf-only.sip", SIP_OK, 403 },
	{ "line-without-colon.sip", SIP_PARTIAL, 403 },
	{ "long-call-id-4096.sip", SIP_OK, 403 },
	{ "method-digit.sip", SIP_NOT_SIP, 0 },
	{ "missing-all.sip", SIP_PARTIAL, 403 },
	{ "missing-from.sip", SIP_PARTIAL, 403 },
	{ "multipart-no-boundary.sip", SIP_OK, 403 },
	{ "no-space-after-code.sip", SIP_OK, 403 },
	{ "nul-in-header.sip", SIP_PARTIAL, 403 },
	{ "nul-in-reason.sip", SIP_PARTIAL, 403 },
	{ "only-colons.sip", SIP_PARTIAL, 403 },
	{ "overread-sdp-media.sdp", SIP_NOT_SIP, 0 },
	{ "realm-unterminated.sip", SIP_OK, 401 },
	{ "reason-text-lone-quote.sip", SIP_OK, 403 },
	{ "register-expires-overflow.sip", SIP_OK, 0 },
	{ "request-no-uri.sip", SIP_MALFORMED, 0 },
	{ "request-version-7.sip", SIP_MALFORMED, 0 },
	{ "scanner-ping.sip", SIP_NOT_SIP, 0 },
	{ "stun-like.sip", SIP_NOT_SIP, 0 },
	{ "three-hundred-lines.sip", SIP_PARTIAL, 403 },
	{ "two-spaces.sip", SIP_MALFORMED, 0 },
	{ "unbalanced-quote.sip", SIP_PARTIAL, 403 },
	{ "underflow-strdup-without-quote.txt", SIP_NOT_SIP, 0 },
	{ "version-9.9.sip", SIP_MALFORMED, 0 },
	{ "warning-empty.sip", SIP_OK, 403 },
	{ "warning-not-numeric.sip", SIP_OK, 403 },
	/* What a terminal must not get is carried, not judged; raw control bytes alone make a message partial. */
	{ "backspace-overwrite.sip", SIP_PARTIAL, 403 },
	{ "combining-stack.sip", SIP_OK, 403 },
	{ "format-string.sip", SIP_OK, 403 },
	{ "line-separator.sip", SIP_OK, 403 },
	{ "pct-esc-from-user.sip", SIP_OK, 403 },
	{ "raw-osc-title-reason.sip", SIP_PARTIAL, 403 },
	{ "shell-meta.sip", SIP_OK, 403 },
	{ "wide-and-emoji.sip", SIP_OK, 403 },
};

enum { HOSTILE_CASES = sizeof hostile_cases / sizeof *hostile_cases };

static int
setup(void **state)
{
	*state = sip_parser_new();
	return *state ? 0 : -1;
}

static int
teardown(void **state)
{
	sip_parser_free(*state);
	return 0;
}

static void
check_one(const char *name, struct slice bytes, void *arg)
{
	struct sipmsg m;
	size_t i = 0;
	enum sip_verdict v;

	while (i < HOSTILE_CASES && strcmp(hostile_cases[i].file, name) != 0)
		i++;
	if (i == HOSTILE_CASES)
		fail_msg("%s has no expected verdict", name);
	v = sip_parse(arg, bytes, false, &m);
	if (v != hostile_cases[i].verdict)
		fail_msg("%s: verdict %d, expected %d", name, (int)v, (int)hostile_cases[i].verdict);
	if (v <= SIP_PARTIAL)
		assert_int_equal(m.code, hostile_cases[i].code);
}

static void
verdicts(void **state)
{
	assert_int_equal(fixture_each("sip/hostile", check_one, *state), HOSTILE_CASES);
}

static struct sipmsg
parse_hostile(struct sip_parser *p, const char *name, struct slice *bytes)
{
	struct sipmsg m;

	*bytes = fixture_file("sip/hostile", name);
	assert_true(sip_parse(p, *bytes, false, &m) <= SIP_PARTIAL);
	return m;
}

/* What libosip2 alone gets wrong although it accepts the message. */
static void
fields_survive(void **state)
{
	struct slice bytes;
	struct sipmsg m = parse_hostile(*state, "no-space-after-code.sip", &bytes);

	assert_int_equal(m.phrase.n, 0);
	assert_slice(m.sent_by, "192.0.2.2:5060");
	free((void *)bytes.p);
	m = parse_hostile(*state, "from-tel-uri.sip", &bytes);
	assert_slice(m.from, "+331234");
	free((void *)bytes.p);
	m = parse_hostile(*state, "reason-text-lone-quote.sip", &bytes);
	assert_int_equal(m.q850, 16);
	free((void *)bytes.p);
	m = parse_hostile(*state, "nul-in-header.sip", &bytes);
	assert_slice(m.call_id, "crasher-1@192.0.2.2");
	free((void *)bytes.p);
	m = parse_hostile(*state, "long-call-id-4096.sip", &bytes);
	assert_true(m.call_id.n >= 4096);
	free((void *)bytes.p);
	m = parse_hostile(*state, "cseq-without-method.sip", &bytes);
	assert_int_equal(m.cseq, 1);
	assert_int_equal(m.method, METHOD_NONE);
	free((void *)bytes.p);
	m = parse_hostile(*state, "unbalanced-quote.sip", &bytes);
	assert_slice(m.to, "bob");
	assert_int_equal(m.method, METHOD_INVITE);
	free((void *)bytes.p);
}

/* Challenges, numbers and Contacts that are none: absent, or the largest number there is. */
static void
what_cannot_be_told_is_absent(void **state)
{
	struct slice bytes;
	struct sipmsg m = parse_hostile(*state, "challenge-params.sip", &bytes);

	assert_int_equal(m.n_realms, 1);
	assert_int_equal(m.realm[0].n, 0);
	assert_false(m.stale);
	free((void *)bytes.p);
	m = parse_hostile(*state, "realm-unterminated.sip", &bytes);
	assert_int_equal(m.n_realms, 2);
	assert_int_equal(m.realm[0].n, 0);
	assert_slice(m.realm[1], "\\\"x\\\"");
	assert_false(m.stale);
	free((void *)bytes.p);
	m = parse_hostile(*state, "register-expires-overflow.sip", &bytes);
	assert_int_equal(m.expires, INT32_MAX);
	assert_int_equal(m.session_expires, -1);
	free((void *)bytes.p);
	assert_int_equal(
	    sip_parse(*state, slice_str("INVITE sip:a SIP/2.0\nMax-Forwards: 4294967366\n\n"), false, &m), SIP_PARTIAL);
	assert_int_equal(m.max_forwards, INT16_MAX);
	m = parse_hostile(*state, "contact-open.sip", &bytes);
	assert_int_equal(m.contact.n + m.link.n, 0);
	assert_int_equal(m.expires, -1);
	assert_int_equal(m.max_forwards, -1);
	free((void *)bytes.p);
}

#define HEAD "SIP/2.0 404 Not Found\r\n"
#define REST "\r\nTo: <sip:c@d>\r\nCall-ID: x\r\nCSeq: 1 INVITE\r\n\r\n"

/* A challenge that is longer than what is looked at has no end and makes the message partial. */
static void
long_challenges_have_no_end(void **state)
{
	static const char via[] = "Via: SIP/2.0/UDP h;branch=z9\r\nFrom: <sip:a@b>";
	static char text[40000];

	for (size_t len = 8000; len <= 9000; len += 1000) {
		size_t n = (size_t)snprintf(text, sizeof text, "SIP/2.0 401 x\r\nWWW-Authenticate: Digest realm=\"");
		struct sipmsg m;

		memset(text + n, 'r', len);
		snprintf(text + n + len, 200, "\", stale=true\r\n%s" REST, via);
		assert_int_equal(sip_parse(*state, slice_str(text), false, &m), len > 8192 ? SIP_PARTIAL : SIP_OK);
		assert_int_equal(m.n_realms, 1);
		assert_int_equal(m.realm[0].n, len > 8192 ? 0 : len);
		assert_int_equal(m.stale, len <= 8192);
	}
}

static void
challenges_are_four_at_most(void **state)
{
	static char text[40000];
	size_t n = (size_t)snprintf(text, sizeof text, "SIP/2.0 401 x\n");
	struct sipmsg m;

	for (unsigned i = 0; i < 300; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "WWW-Authenticate: Digest realm=\"r%u\", stale=%s\n",
		    i, i < 4 ? "no" : "true");
	assert_int_equal(sip_parse(*state, slice_str(text), false, &m), SIP_PARTIAL);
	assert_int_equal(m.n_realms, SIPMSG_REALMS);
	assert_slice(m.realm[3], "r3");
	assert_false(m.stale);
}

/* Shapes on which libosip2 alone spends up to 1.4 s each; counted here, timed in hostile_bench. */
static void
costly_shapes_are_counted(void **state)
{
	static const struct {
		const char *before, *unit, *after;
	} shapes[] = {
		{ HEAD "Via: SIP/2.0/UDP h", ";a", REST },
		{ HEAD "Via: SIP/2.0/", " ", "UDP h" REST },
		{ HEAD "From: <sip:a@b>", ";a", REST },
		{ HEAD "From: <sip:a@b", ";a", ">" REST },
		{ HEAD "From: <sip:a@b?a=b", "&a=b", ">" REST },
		{ HEAD "From: <sip:", "%41", "@b>" REST },
		{ HEAD "From: \"", "\\", "\" <sip:a@b>" REST },
		{ HEAD "From: ", "\"", "<sip:a@b>" REST },
		{ HEAD "Contact: <sip:a@b>", ",<sip:a@b>", REST },
		{ HEAD "Allow: a", ",a", REST },
		{ HEAD "Warning: 399 a \"b\"", ",399 a \"b\"", REST },
		{ HEAD "Reason: Q", ",Q", REST },
		{ "SIP/2.0 401 x\r\nWWW-Authenticate: Digest a=b", ",a=b", REST },
		{ "SIP/2.0 401 x\r\nWWW-Authenticate: Digest realm=\"", "\\", "\"" REST },
		{ "SIP/2.0 420 x\r\nUnsupported: a", ",a", REST },
		{ "SIP/2.0 302 x\r\nContact: <sip:a@b>", ";a=\",\"", REST },
		{ HEAD "Content-Type: a", "/", REST },
		{ HEAD "Session-Expires: 1", "1", REST },
		{ HEAD, "x:y\n", REST },
		{ HEAD, "v:SIP/2.0/UDP h\r\n", REST },
		{ HEAD "Subject: a", "\r\n a", REST },
		{ HEAD "Call-ID: ", "@", REST },
		{ "SIP/2.0 404 ", "a", REST },
		{ HEAD "Subject: a", "\001", REST },
	};
	static char text[66000];

	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		size_t n = strlen(shapes[i].before), unit = strlen(shapes[i].unit), after = strlen(shapes[i].after);
		struct sipmsg m;

		memcpy(text, shapes[i].before, n);
		for (; n + unit + after <= 65507; n += unit)
			memcpy(text + n, shapes[i].unit, unit);
		memcpy(text + n, shapes[i].after, after);
		assert_int_equal(sip_parse(*state, (struct slice){ text, n + after }, false, &m), SIP_PARTIAL);
		assert_true(m.code >= 300 && m.code <= 420);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts),
		cmocka_unit_test(fields_survive),
		cmocka_unit_test(what_cannot_be_told_is_absent),
		cmocka_unit_test(long_challenges_have_no_end),
		cmocka_unit_test(challenges_are_four_at_most),
		cmocka_unit_test(costly_shapes_are_counted),
	};

	return cmocka_run_group_tests_name("sip/hostile", tests, setup, teardown);
}
