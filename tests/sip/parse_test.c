/* parse_test - fields of realistic messages, truncation at every length, memory that runs out. */
#include "fixture.h"
#include "sip/parse.h"
#include "sipwhy/mem.h"
#include "sipwhy/sip.h"

/* What a fixture must yield; NULL stands for "not looked at". */
struct parse_case {
	const char *file;
	unsigned code;
	enum sip_method method;
	uint32_t cseq;
	const char *sent_by, *branch, *from, *from_tag, *to, *to_tag, *call_id;
};

static const struct parse_case parse_cases[] = {
	{ "200-invite-sdp.sip", 200, METHOD_INVITE, 102, "198.51.100.7:5060", "z9hG4bK-77a1", "1001", "a73kszlfl",
	    "+4930123456", "as5f21b0c3", "3848276298220188511@198.51.100.7" },
	{ "404-compact.sip", 404, METHOD_SUBSCRIBE, 7, "192.0.2.4", "z9hG4bKabc", "bob", "f1", "1234", "t1",
	    "compact-1" },
	{ "407-folded.sip", 407, METHOD_INVITE, 1, "proxy.example.com:5060", "z9hG4bKfold", "fold", "ff", "to", "",
	    "folded@example.com" },
	{ "408-ipv6.sip", 408, METHOD_INVITE, 3, "[2001:db8::9:1]:5062", "z9hG4bKv6", "alice", "1", "2001:db8::2", "",
	    "v6@[2001:db8::1]" },
	{ "480-no-port-v6.sip", 480, METHOD_INVITE, 3, "[2001:db8::77]", "z9hG4bKn", "a", "1", "b", "2", "q" },
	{ "486-many-vias.sip", 486, METHOD_INVITE, 102, "192.0.2.1", "z9hG4bK1.1", "1001", NULL, NULL, NULL, NULL },
	{ "486-no-phrase.sip", 486, METHOD_INVITE, 102, "198.51.100.7:5060", "z9hG4bK-77a1", "1001", NULL, NULL, NULL,
	    NULL },
	{ "487-comma-name.sip", 487, METHOD_INVITE, 5, NULL, NULL, "jdoe", "99", "b\xc3\xbcro", "t", NULL },
	{ "500-tel.sip", 500, METHOD_INVITE, 9, NULL, NULL, "+331234", "1", "911", "", NULL },
	{ "603-percent-user.sip", 603, METHOD_INVITE, 102, NULL, NULL, "+4930 x", "1", "a@b", "2", NULL },
	{ "404-blank-before-colon.sip", 404, METHOD_INVITE, 9, "first.example.com:4000", "z9hG4bKblank", "a", "x", "c",
	    "y", "blanks@x" },
	{ "200-password-userparams.sip", 200, METHOD_OPTIONS, UINT32_MAX, NULL, NULL, "alice;day=tue", "1", "bob", "",
	    NULL },
	{ "202-notify-newmethod.sip", 202, METHOD_OTHER, 8, NULL, NULL, "1001", NULL, NULL, NULL, NULL },
	{ "404-lf.sip", 404, METHOD_INVITE, 102, "198.51.100.7:5060", NULL, "1001", NULL, NULL, "as5f21b0c3", NULL },
	{ "404-cr.sip", 404, METHOD_INVITE, 102, "198.51.100.7:5060", NULL, "1001", NULL, NULL, "as5f21b0c3", NULL },
	{ "404-leading-crlf.sip", 404, METHOD_INVITE, 102, "198.51.100.7:5060", NULL, "1001", NULL, NULL, NULL, NULL },
	{ "invite.sip", 0, METHOD_INVITE, 102, "198.51.100.7:5060", "z9hG4bK-77a1", "1001", "a73kszlfl", "+4930123456",
	    "", "3848276298220188511@198.51.100.7" },
	{ "register-v6.sip", 0, METHOD_REGISTER, 1, "[2001:db8::9]:5060", "z9hG4bKr6", "1001", "1", "1001", "", "r6" },
	{ "options-compact-folded.sip", 0, METHOD_OPTIONS, 42, "nm", "foo", "nm", "root", "nm2", "", "50000" },
	{ "bye-noangle.sip", 0, METHOD_BYE, 103, NULL, NULL, "a", "x", "c", "y", NULL },
	{ "invite-tel.sip", 0, METHOD_INVITE, 1, NULL, NULL, "+331234", "a73kszlfl", "+4930123456", "", NULL },
	{ "message-unknown-method.sip", 0, METHOD_OTHER, 1, NULL, NULL, "1001", NULL, NULL, NULL, NULL },
};

/* As parse_case, for what the other headers say.  needs: see needs_of_each_code. */
struct parse_more {
	const char *file;
	bool sdp, stale;
	int32_t expires, session_expires, max_forwards;
	unsigned n_realms;
	const char *realm[2], *contact, *link, *reason;
	int q850, reason_sip;
};

static const struct parse_more parse_mores[] = {
	{ "invite.sip", false, false, -1, -1, 70, 0, { "", "" }, "198.51.100.7:5060", "", "", -1, -1 },
	{ "register-authorization.sip", false, false, 600, -1, -1, 1, { "Example \\\"PBX\\\", realm=no", "" },
	    "192.0.2.31:5062", "", "", -1, -1 },
	{ "register-star.sip", false, false, 0, -1, -1, 0, { "", "" }, "", "", "", -1, -1 },
	{ "register-expires-0.sip", false, false, 0, -1, -1, 0, { "", "" }, "[2001:db8::31]:5062", "", "", -1, -1 },
	{ "invite-two-credentials.sip", false, false, -1, 1800, 69, 2, { "proxy.example.com", "uas.example.com" },
	    "198.51.100.7", "", "", -1, -1 },
	{ "401-two-challenges.sip", false, true, -1, -1, -1, 2, { "first.example.com", "second, \\\"quoted\\\"" }, "",
	    "", "", -1, -1 },
	{ "407-proxy-authenticate.sip", false, false, -1, -1, -1, 1, { "asterisk", "" }, "", "", "", -1, -1 },
	{ "183-sdp-reason.sip", true, false, -1, -1, -1, 0, { "", "" }, "", "", "SIP;cause=404;text=\"Not Found\"", 1,
	    404 },
	{ "bye-reason-q850.sip", false, false, -1, -1, -1, 0, { "", "" }, "", "",
	    "Q.850 ;cause=102 ;text=\"Recovery on timer expiry\"", 102, -1 },
	{ "cancel-reason.sip", false, false, -1, -1, -1, 0, { "", "" }, "", "", NULL, -1, 200 },
	{ "invite-x-cid.sip", false, false, -1, -1, 68, 0, { "", "" }, "192.0.2.8:5060", "leg-a@192.0.2.7", "", -1,
	    -1 },
	{ "invite-session-id.sip", false, false, -1, -1, 68, 0, { "", "" }, "192.0.2.8:5060",
	    "ab30317f1a784dc48ff824d0d3715d86", "", -1, -1 },
	{ "invite-charging.sip", false, false, -1, -1, 68, 0, { "", "" }, "192.0.2.8:5060", "1234bc;9876e", "", -1,
	    -1 },
	{ "200-session-expires.sip", false, false, -1, 1800, -1, 0, { "", "" }, "", "", "", -1, -1 },
	{ "200-register.sip", false, false, 120, -1, -1, 0, { "", "" }, "192.0.2.31:5062", "", "", -1, -1 },
	{ "302-contacts.sip", false, false, -1, -1, -1, 0, { "", "" }, "", "", "", -1, -1 },
};

static void
parse_expect(struct slice got, const char *want)
{
	if (want)
		assert_slice(got, want);
}

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
fields_of_the_fixtures(void **state)
{
	for (size_t i = 0; i < sizeof parse_cases / sizeof *parse_cases; i++) {
		const struct parse_case *c = &parse_cases[i];
		struct slice bytes = fixture_file("sip", c->file);
		struct sipmsg m;

		assert_int_equal(sip_parse(*state, bytes, false, &m), SIP_OK);
		assert_int_equal(m.kind, c->code ? SIP_RESPONSE : SIP_REQUEST);
		assert_int_equal(m.code, c->code);
		assert_int_equal(m.method, c->method);
		assert_int_equal(m.cseq, c->cseq);
		parse_expect(m.sent_by, c->sent_by);
		parse_expect(m.branch, c->branch);
		parse_expect(m.from, c->from);
		parse_expect(m.from_tag, c->from_tag);
		parse_expect(m.to, c->to);
		parse_expect(m.to_tag, c->to_tag);
		parse_expect(m.call_id, c->call_id);
		free((void *)bytes.p);
	}
}

static void
request_fields(void **state)
{
	struct slice bytes = fixture_file("sip", "invite.sip");
	struct sipmsg m;

	assert_int_equal(sip_parse(*state, bytes, false, &m), SIP_OK);
	assert_slice(m.uri, "sip:+4930123456@pbx.example.com;user=phone");
	assert_slice(m.method_name, "INVITE");
	assert_slice(m.server, "Yealink SIP-T46S 66.86.0.15");
	assert_int_equal(m.q850, -1);
	free((void *)bytes.p);
	/* Both stand in it, and what sends requests is a user agent. */
	bytes = fixture_file("sip", "register-authorization.sip");
	assert_int_equal(sip_parse(*state, bytes, false, &m), SIP_OK);
	assert_slice(m.server, "Snom D785/10.1.64");
	free((void *)bytes.p);
}

static void
failure_fields(void **state)
{
	struct slice bytes = fixture_file("sip", "503-reason-retry.sip");
	struct sipmsg m;

	assert_int_equal(sip_parse(*state, bytes, false, &m), SIP_OK);
	assert_slice(m.phrase, "Service Unavailable");
	assert_slice(m.reason, "SIP;cause=503;text=\"busy\", Q.850;cause=34;text=\"NORMAL_CIRCUIT_CONGESTION\"");
	assert_slice(m.retry_after, "300 (maintenance)");
	assert_slice(m.server, "carrier-sbc/7");
	assert_int_equal(m.q850, 34);
	assert_int_equal(m.reason_sip, 503);
	free((void *)bytes.p);
	bytes = fixture_file("sip", "503-two-reasons.sip");
	assert_int_equal(sip_parse(*state, bytes, false, &m), SIP_OK);
	assert_slice(m.reason, "STIR;cause=436");
	assert_int_equal(m.q850, 41);
	free((void *)bytes.p);
	bytes = fixture_file("sip", "488-warning.sip");
	assert_int_equal(sip_parse(*state, bytes, false, &m), SIP_OK);
	assert_int_equal(m.warn_code, 304);
	assert_slice(m.warning, "304 pbx.example.com \"Media type not available\", 399 x \"more\"");
	free((void *)bytes.p);
	bytes = fixture_file("sip", "603-percent-user.sip");
	assert_int_equal(sip_parse(*state, bytes, false, &m), SIP_OK);
	assert_slice(m.detail, "X-Asterisk-HangupCause: Call Rejected");
	free((void *)bytes.p);
}

/* User-Agent stands in for a missing Server, and a success is not asked for the fields of failures. */
static void
server_and_success_fields(void **state)
{
	static const char text[] = "SIP/2.0 200 OK\r\nUser-Agent: ua\r\nReason: Q.850;cause=16\r\n"
				   "Warning: 399 a \"b\"\r\nWWW-Authenticate: Digest realm=\"a\"\r\n\r\n";
	struct slice bytes = fixture_file("sip", "480-no-port-v6.sip");
	struct sipmsg m;

	assert_int_equal(sip_parse(*state, bytes, false, &m), SIP_OK);
	assert_slice(m.server, "FreeSWITCH-mod_sofia/1.10.9");
	free((void *)bytes.p);
	assert_int_equal(sip_parse(*state, slice_str(text), false, &m), SIP_PARTIAL);
	assert_slice(m.server, "ua");
	assert_int_equal(m.warning.n + m.n_realms, 0);
	assert_int_equal(m.q850, 16);
}

static void
fields_of_the_other_headers(void **state)
{
	for (size_t i = 0; i < sizeof parse_mores / sizeof *parse_mores; i++) {
		const struct parse_more *c = &parse_mores[i];
		struct slice bytes = fixture_file("sip", c->file);
		struct sipmsg m;

		assert_int_equal(sip_parse(*state, bytes, false, &m), SIP_OK);
		assert_int_equal(m.sdp, c->sdp);
		assert_int_equal(m.stale, c->stale);
		assert_int_equal(m.expires, c->expires);
		assert_int_equal(m.session_expires, c->session_expires);
		assert_int_equal(m.max_forwards, c->max_forwards);
		assert_int_equal(m.n_realms, c->n_realms);
		parse_expect(m.realm[0], c->realm[0]);
		parse_expect(m.realm[1], c->realm[1]);
		parse_expect(m.contact, c->contact);
		parse_expect(m.link, c->link);
		parse_expect(m.reason, c->reason);
		assert_int_equal(m.q850, c->q850);
		assert_int_equal(m.reason_sip, c->reason_sip);
		free((void *)bytes.p);
	}
}

/* Each line stands in every message; only the code decides which one it needs. */
static void
needs_of_each_code(void **state)
{
	static const char lines[] = "Accept-Encoding: gzip\nAllow: A,\n\tB\nUnsupported: u\nRequire: r\nMin-SE: 90\n"
				    "Min-Expires: 60\nu: presence\nSecurity-Server: s\nCall-Info: <c>\n <d>\n";
	static const struct {
		unsigned code;
		const char *more, *needs;
	} cases[] = {
		{ 405, "", "Allow: A,  B" },
		{ 406, "", "Accept-Encoding: gzip" },
		{ 415, "Accept: application/sdp\n", "Accept: application/sdp" },
		{ 420, "", "Unsupported: u" },
		{ 421, "", "Require: r" },
		{ 422, "", "Min-SE: 90" },
		{ 423, "", "Min-Expires: 60" },
		{ 489, "", "u: presence" },
		{ 494, "", "Security-Server: s" },
		{ 608, "", "Call-Info: <c>  <d>" },
		{ 404, "", "" },
		{ 200, "", "" },
	};
	struct slice bytes = fixture_file("sip", "422-min-se.sip");
	struct sipmsg m;

	assert_int_equal(sip_parse(*state, bytes, false, &m), SIP_OK);
	assert_slice(m.needs, "Min-SE :  1800");
	free((void *)bytes.p);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[512];

		snprintf(text, sizeof text, "SIP/2.0 %u x\n%s%s\n", cases[i].code, lines, cases[i].more);
		assert_true(sip_parse(*state, slice_str(text), false, &m) <= SIP_PARTIAL);
		assert_slice(m.needs, cases[i].needs);
	}
	assert_true(sip_parse(*state, slice_str("SIP/2.0 420 x\n\n"), false, &m) <= SIP_PARTIAL);
	assert_int_equal(m.needs.n, 0);
}

/* What a header says counts only where it has that meaning. */
static void
fields_of_some_messages_only(void **state)
{
	static const char lines[] = "Max-Forwards: 5\nX-CID: c\nContact: <sip:a@b>;expires=9\nExpires: 8\n"
				    "WWW-Authenticate: Digest realm=w,stale=true\n"
				    "Authorization: Digest realm=a,stale=true\n"
				    "Session-Expires: 90\nContent-Type: application/sdp\n";
	static const struct {
		const char *start;
		int32_t expires, session_expires, max_forwards;
		const char *contact, *link, *realm;
	} cases[] = {
		{ "INVITE sip:a SIP/2.0\nCSeq: 1 INVITE", -1, 90, 5, "b", "c", "a" },
		{ "UPDATE sip:a SIP/2.0\nCSeq: 1 UPDATE", -1, 90, -1, "", "", "a" },
		{ "REGISTER sip:a SIP/2.0\nCSeq: 1 REGISTER", 9, -1, -1, "b", "", "a" },
		{ "SUBSCRIBE sip:a SIP/2.0\nCSeq: 1 SUBSCRIBE", -1, -1, -1, "", "", "a" },
		{ "BYE sip:a SIP/2.0\nCSeq: 1 BYE", -1, -1, -1, "", "", "a" },
		{ "ACK sip:a SIP/2.0\nCSeq: 1 ACK", -1, -1, -1, "", "", "" },
		{ "CANCEL sip:a SIP/2.0\nCSeq: 1 CANCEL", -1, -1, -1, "", "", "" },
		{ "SIP/2.0 180 x\nCSeq: 1 INVITE", -1, -1, -1, "", "", "" },
		{ "SIP/2.0 183 x\nCSeq: 1 INVITE", -1, -1, -1, "", "", "" },
		{ "SIP/2.0 200 x\nCSeq: 1 INVITE", -1, 90, -1, "", "", "" },
		{ "SIP/2.0 200 x\nCSeq: 1 REGISTER", 9, -1, -1, "b", "", "" },
		{ "SIP/2.0 200 x\nCSeq: 1 SUBSCRIBE", -1, -1, -1, "", "", "" },
		{ "SIP/2.0 302 x\nCSeq: 1 INVITE", -1, 90, -1, "", "", "" },
		{ "SIP/2.0 302 x\nCSeq: 1 REGISTER", -1, -1, -1, "", "", "" },
		{ "SIP/2.0 407 x\nCSeq: 1 INVITE", -1, 90, -1, "", "", "w" },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[512];
		struct sipmsg m;

		snprintf(text, sizeof text, "%s\n%s\n", cases[i].start, lines);
		assert_true(sip_parse(*state, slice_str(text), false, &m) <= SIP_PARTIAL);
		assert_int_equal(m.expires, cases[i].expires);
		assert_int_equal(m.session_expires, cases[i].session_expires);
		assert_int_equal(m.sdp, m.code == 183);
		assert_int_equal(m.max_forwards, cases[i].max_forwards);
		assert_slice(m.contact, cases[i].contact);
		assert_slice(m.link, cases[i].link);
		assert_slice(m.realm[0], cases[i].realm);
		assert_int_equal(m.stale, m.code == 407);
	}
}

/* "*" takes all away, with or without the Expires of 0 that belongs to it. */
static void
star_is_no_time_at_all(void **state)
{
	struct sipmsg m;

	assert_int_equal(sip_parse(*state, slice_str("REGISTER sip:a SIP/2.0\nm: *\n\n"), false, &m), SIP_PARTIAL);
	assert_int_equal(m.expires, 0);
	assert_int_equal(m.contact.n, 0);
}

static void
cut_is_partial_unless_the_block_is_whole(void **state)
{
	struct slice bytes = fixture_file("sip", "200-invite-sdp.sip");
	struct slice body = { bytes.p, bytes.n - 20 };
	struct sipmsg m;

	assert_int_equal(sip_parse(*state, body, true, &m), SIP_OK);
	body.n = (size_t)(strstr(bytes.p, "\r\nCSeq") - bytes.p) + 7;
	assert_int_equal(sip_parse(*state, body, true, &m), SIP_PARTIAL);
	assert_int_equal(m.code, 200);
	assert_slice(m.call_id, "3848276298220188511@198.51.100.7");
	assert_int_equal(m.method, METHOD_NONE);
	free((void *)bytes.p);
}

/* Reads every byte that a message gave, so that a sanitizer sees a slice that points elsewhere. */
static unsigned
touch(const struct sipmsg *m)
{
	const struct slice fields[] = { m->method_name, m->phrase, m->uri, m->branch, m->sent_by, m->call_id,
		m->from_tag, m->to_tag, m->from, m->to, m->server, m->contact, m->link, m->reason, m->warning,
		m->retry_after, m->detail, m->needs, m->realm[0], m->realm[1], m->realm[2], m->realm[3] };
	unsigned sum = 0;

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		assert_true(fields[i].n <= 65535 && (fields[i].p || !fields[i].n));
		for (size_t at = 0; at < fields[i].n; at++)
			sum += (unsigned char)fields[i].p[at];
	}
	return sum;
}

struct truncate {
	struct sip_parser *parser;
	unsigned sum;
};

/* Every prefix, cut and not, from a block of exactly its size: a read too far is a sanitizer's report. */
static void
truncate_one(const char *name, struct slice bytes, void *arg)
{
	struct truncate *t = arg;

	(void)name;
	for (size_t n = 0; n <= bytes.n; n++) {
		char *block = malloc(n ? n : 1);
		struct sipmsg m;
		enum sip_verdict whole, cut;

		assert_non_null(block);
		memcpy(block, bytes.p, n);
		whole = sip_parse(t->parser, (struct slice){ block, n }, false, &m);
		t->sum += whole <= SIP_PARTIAL ? touch(&m) : 0;
		cut = sip_parse(t->parser, (struct slice){ block, n }, true, &m);
		t->sum += cut <= SIP_PARTIAL ? touch(&m) : 0;
		/* Knowing of the cut never makes a message better, nor less of a message. */
		assert_true(cut >= whole);
		assert_int_equal(cut <= SIP_PARTIAL, whole <= SIP_PARTIAL);
		assert_true(whole <= SIP_PARTIAL || !sip_sure((struct slice){ block, n }));
		free(block);
	}
}

static void
every_truncation(void **state)
{
	struct truncate t = { .parser = *state };

	assert_true(fixture_each("sip", truncate_one, &t) >= 45);
	assert_true(fixture_each("sip/hostile", truncate_one, &t) >= 60);
	assert_true(t.sum > 0);
}

/* Memory fails at each allocation in turn, the parser's own and those that libosip2 makes in a starved arena. */
static void
starve_one(const char *name, struct slice bytes, void *arg)
{
	unsigned *seen = arg;

	(void)name;
	for (long at = 1;; at++) {
		struct sip_parser *p;
		struct sipmsg m;
		enum sip_verdict v = SIP_NOT_SIP;
		long calls;

		mem_fail_at(at);
		p = sip_parser_new_sized(64, 1024 * 1024);
		if (p)
			v = sip_parse(p, bytes, false, &m);
		calls = mem_calls();
		mem_fail_at(0);
		assert_true(p || at <= 2);
		if (p) {
			assert_true(v <= SIP_PARTIAL);
			*seen += v == SIP_PARTIAL;
		}
		sip_parser_free(p);
		if (calls < at)
			break;
	}
}

static void
every_allocation_failing(void **state)
{
	static const char *const files[] = { "503-reason-retry.sip", "408-ipv6.sip", "407-folded.sip",
		"603-percent-user.sip", "404-blank-before-colon.sip", "486-many-vias.sip", "302-contacts.sip",
		"401-two-challenges.sip", "invite-two-credentials.sip", "422-min-se.sip" };
	unsigned seen = 0;

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct slice bytes = fixture_file("sip", files[i]);

		starve_one(files[i], bytes, &seen);
		free((void *)bytes.p);
	}
	assert_true(seen > 100);
}

static void
no_memory_at_all_still_counts(void **state)
{
	struct sip_parser *p = sip_parser_new_sized(16, 16);
	struct slice bytes = fixture_file("sip", "503-reason-retry.sip");
	struct sipmsg m;

	(void)state;
	assert_non_null(p);
	assert_int_equal(sip_parse(p, bytes, false, &m), SIP_PARTIAL);
	assert_int_equal(m.code, 503);
	assert_slice(m.branch, "z9hG4bK-77a1");
	assert_int_equal(m.method, METHOD_INVITE);
	sip_parser_free(p);
	free((void *)bytes.p);
}

/* A response matches its request by these, so libosip2's reading and the scan's must give the same bytes. */
static void
requests_and_responses_match(void **state)
{
	static const char *const vias[] = {
		"SIP/2.0/UDP [2001:db8::1]:5060;branch=b1",
		"SIP/2.0/UDP [2001:db8::1];branch=b2",
		"SIP / 2.0 / TCP h.example : 5060 ; branch = b3 ;x",
		"SIP/2.0/TLS a;branch=b4, SIP/2.0/UDP c",
		"SIP/2.0/UDP 192.0.2.1:5060;rport;branch=b5;received=192.0.2.2",
	};

	for (size_t i = 0; i < sizeof vias / sizeof *vias; i++) {
		char text[512], sent_by[128], branch[128];
		struct sipmsg m;

		snprintf(text, sizeof text, "BYE sip:a SIP/2.0\nVia: %s\nCSeq: 1 BYE\n\n", vias[i]);
		assert_int_equal(sip_parse(*state, slice_str(text), false, &m), SIP_PARTIAL);
		slice_copy(sent_by, sizeof sent_by, m.sent_by);
		slice_copy(branch, sizeof branch, m.branch);
		snprintf(text, sizeof text, "SIP/2.0 481 x\nVia: %s\nCSeq: 1 BYE\n\n", vias[i]);
		assert_int_equal(sip_parse(*state, slice_str(text), false, &m), SIP_PARTIAL);
		assert_slice(m.sent_by, sent_by);
		assert_slice(m.branch, branch);
		assert_int_equal(branch[0], 'b');
		assert_int_equal(branch[1], '1' + (int)i);
	}
}

static void
only_the_first_65535_bytes_count(void **state)
{
	static char text[70000];
	size_t n = (size_t)snprintf(text, sizeof text, "SIP/2.0 404 x\r\nSubject: ");
	struct sipmsg m;

	memset(text + n, 'a', 66000);
	snprintf(text + n + 66000, 1000, "\r\nCall-ID: far\r\n\r\n");
	assert_int_equal(sip_parse(*state, slice_str(text), false, &m), SIP_PARTIAL);
	assert_int_equal(m.call_id.n, 0);
}

/* Whoever is told "sure" is never told otherwise later: each byte of a start line becomes every other. */
static void
sure_is_sure(void **state)
{
	static const char *const lines[] = { "SIP/2.0 404 Not Found", "INVITE sip:1@a SIP/2.0", "\r\nSIP/2.0 180 x" };
	unsigned sure = 0, of = 0;

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		for (size_t at = 0; at < 256 * strlen(lines[i]); at++) {
			char text[128];
			int n = snprintf(text, sizeof text, "%s\r\nCSeq: 1 INVITE\r\n\r\n", lines[i]);
			struct slice bytes = { text, (size_t)n };
			struct sipmsg m;
			bool good;

			text[at / 256] = (char)at;
			good = sip_parse(*state, bytes, false, &m) <= SIP_PARTIAL;
			assert_true(good || !sip_sure(bytes));
			sure += sip_sure(bytes);
			of += good;
		}
	/* Nearly all that are good: only odd ones are left to sip_parse. */
	assert_true(sure > 3000 && sure >= of - of / 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_of_the_fixtures),
		cmocka_unit_test(request_fields),
		cmocka_unit_test(failure_fields),
		cmocka_unit_test(server_and_success_fields),
		cmocka_unit_test(fields_of_the_other_headers),
		cmocka_unit_test(needs_of_each_code),
		cmocka_unit_test(fields_of_some_messages_only),
		cmocka_unit_test(star_is_no_time_at_all),
		cmocka_unit_test(cut_is_partial_unless_the_block_is_whole),
		cmocka_unit_test(every_truncation),
		cmocka_unit_test(every_allocation_failing),
		cmocka_unit_test(no_memory_at_all_still_counts),
		cmocka_unit_test(requests_and_responses_match),
		cmocka_unit_test(only_the_first_65535_bytes_count),
		cmocka_unit_test(sure_is_sure),
	};

	return cmocka_run_group_tests_name("sip/parse", tests, setup, teardown);
}
