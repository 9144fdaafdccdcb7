/* scan_test - header values read without libosip2. */
#include "fixture.h"
#include "sip/scan.h"

static void
via_in_all_its_forms(void **state)
{
	static const struct {
		const char *value, *host, *port, *branch;
	} cases[] = {
		{ "SIP/2.0/UDP h:5060;branch=z9;rport", "h", "5060", "z9" },
		{ "SIP / 2.0 / UDP  h : 4000 ; ttl=1 ;Branch = z9 ", "h", "4000", "z9" },
		{ "SIP/2.0/TLS [2001:db8::1]:5061;branch=x", "[2001:db8::1]", "5061", "x" },
		{ "SIP/2.0/TLS [2001:db8::1];branch=x", "[2001:db8::1]", "", "x" },
		{ "SIP/2.0/UDP a;branch=1, SIP/2.0/UDP b;branch=2", "a", "", "1" },
		{ "SIP/2.0/UDP a;x=\"y;branch=no, z\";branch=yes", "a", "", "yes" },
		{ "SIP/2.0/UDP a", "a", "", "" },
	};
	struct scan_via via;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(scan_via(slice_str(cases[i].value), &via), 0);
		assert_slice(via.host, cases[i].host);
		assert_slice(via.port, cases[i].port);
		assert_slice(via.branch, cases[i].branch);
	}
	assert_int_not_equal(scan_via(slice_str("x"), &via), 0);
	assert_int_not_equal(scan_via(slice_str("SIP/2.0"), &via), 0);
	assert_int_not_equal(scan_via(slice_str("SIP/2.0/UDP"), &via), 0);
	assert_int_not_equal(scan_via((struct slice){ NULL, 0 }, &via), 0);
}

static void
addresses_in_all_their_forms(void **state)
{
	static const struct {
		const char *value, *user, *host, *tag;
	} cases[] = {
		{ "<sip:a@b>;tag=1", "a", "b", "1" },
		{ "sip:a@b;tag=1", "a", "b", "1" },
		{ "\"x <sip:no@no>;tag=0\" <sip:a@b:5060;tag=no>;x=y;TAG=1", "a", "b", "1" },
		{ "\"q\\\"<\" <sip:a:secret@b>", "a", "b", "" },
		{ "<sip:[2001:db8::1]:5060>;tag=1", "", "2001:db8::1", "1" },
		{ "<sips:b;transport=tls?x=y>", "", "b", "" },
		{ "<tel:+4930;phone-context=x>;tag=7", "+4930", "", "7" },
		{ "<urn:service:sos>", "service:sos", "", "" },
		{ "Alice<sip:a@b>", "a", "b", "" },
	};
	struct scan_address address;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(scan_address(slice_str(cases[i].value), &address), 0);
		assert_slice(address.user, cases[i].user);
		assert_slice(address.host, cases[i].host);
		assert_slice(address.tag, cases[i].tag);
	}
	assert_int_not_equal(scan_address(slice_str("<sip:a@b;tag=1"), &address), 0);
	assert_int_not_equal(scan_address(slice_str("<"), &address), 0);
	assert_int_not_equal(scan_address(slice_str("alice"), &address), 0);
	assert_int_not_equal(scan_address((struct slice){ NULL, 0 }, &address), 0);
}

static void
cseq_gives_what_it_has(void **state)
{
	uint32_t number;
	struct slice method;

	(void)state;
	assert_int_equal(scan_cseq(slice_str("0102 \t INVITE"), &number, &method), 0);
	assert_int_equal(number, 102);
	assert_slice(method, "INVITE");
	assert_int_not_equal(scan_cseq(slice_str("7"), &number, &method), 0);
	assert_int_equal(number, 7);
	assert_int_equal(method.n, 0);
	assert_int_not_equal(scan_cseq(slice_str("4294967296 BYE"), &number, &method), 0);
	assert_int_equal(number, 0);
	assert_slice(method, "BYE");
	assert_int_not_equal(scan_cseq(slice_str("1 IN VITE"), &number, &method), 0);
	assert_int_not_equal(scan_cseq((struct slice){ NULL, 0 }, &number, &method), 0);
}

static void
percent_codes_are_decoded_once(void **state)
{
	struct arena *a = arena_new(1024, 1024);

	(void)state;
	assert_non_null(a);
	assert_slice(scan_decode(a, slice_str("%2B49%2541%4")), "+49%41%4");
	assert_slice(scan_decode(a, slice_str("plain%zz")), "plain%zz");
	assert_int_equal(scan_decode(a, slice_str("%00")).n, 1);
	arena_free(a);
}

static void
sent_by_is_one_text(void **state)
{
	struct arena *a = arena_new(1024, 1024);
	const char *text = "host:5060";

	(void)state;
	assert_non_null(a);
	assert_ptr_equal(scan_sent_by(a, (struct slice){ text, 4 }, (struct slice){ text + 5, 4 }).p, text);
	assert_slice(scan_sent_by(a, slice_str("h"), slice_str("1")), "h:1");
	assert_slice(scan_sent_by(a, slice_str("h"), (struct slice){ NULL, 0 }), "h");
	arena_free(a);
}

static void
parameters_are_limited(void **state)
{
	static char text[2000] = "<sip:a@b>";
	struct scan_address address;
	size_t n = strlen(text);

	(void)state;
	for (unsigned i = 0; i < 300; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, ";x");
	snprintf(text + n, sizeof text - n, ";tag=1");
	assert_int_equal(scan_address(slice_str(text), &address), 0);
	assert_int_equal(address.tag.n, 0);
}

static void
contacts_in_all_their_forms(void **state)
{
	static const struct {
		const char *value, *host, *port;
		int32_t expires;
		bool star;
	} cases[] = {
		{ "<sip:a@b:5070>;expires=60", "b", "5070", 60, false },
		{ "sip:a@b;expires=60", "b", "", 60, false },
		{ "<sip:a@b;expires=60>", "b", "", -1, false },
		{ "<sip:a@b>;q=1;EXPIRES = 0 ;x", "b", "", 0, false },
		{ "<sip:a@b>;expires=\"90\"", "b", "", 90, false },
		{ "<sip:a@b>;expires", "b", "", -1, false },
		{ "<sip:a@b>;expires=-1", "b", "", -1, false },
		{ "<sip:a@b>;expires=99999999999999999999", "b", "", INT32_MAX, false },
		{ "<sip:a@b>, <sip:c@d>;expires=60", "b", "", -1, false },
		{ "<sip:a,b@c>;expires=60", "c", "", 60, false },
		{ "sip:a@b, <sip:c@d>;expires=60", "b", "", -1, false },
		{ "\"x, <y>\" <sips:a@[2001:db8::1]:5061;transport=tls>;+x=\",;expires=1\";expires=2", "[2001:db8::1]",
		    "5061", 2, false },
		{ "<sip:[2001:db8::1]>", "[2001:db8::1]", "", -1, false },
		{ "<tel:+49>;expires=60", "", "", 60, false },
		{ "<sip:a@b;expires=60", "", "", -1, false },
		{ "*", "", "", -1, true },
		{ "*x", "", "", -1, false },
		{ "", "", "", -1, false },
	};
	struct scan_contact contact;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		scan_contact(slice_str(cases[i].value), &contact);
		assert_slice(contact.host, cases[i].host);
		assert_slice(contact.port, cases[i].port);
		assert_int_equal(contact.expires, cases[i].expires);
		assert_int_equal(contact.star, cases[i].star);
	}
	scan_contact((struct slice){ NULL, 0 }, &contact);
	assert_int_equal(contact.host.n, 0);
}

static void
seconds_end_where_a_number_ends(void **state)
{
	static const struct {
		const char *value;
		int32_t seconds;
	} cases[] = {
		{ "0", 0 },
		{ "0070", 70 },
		{ "1800;refresher=uac", 1800 },
		{ " 60 (a minute)", 60 },
		{ "60(a minute)", 60 },
		{ "2147483646", INT32_MAX - 1 },
		{ "2147483648", INT32_MAX },
		{ "18446744073709551617", INT32_MAX },
		{ "", -1 },
		{ "-1", -1 },
		{ "+1", -1 },
		{ "6e3", -1 },
		{ "3600.5", -1 },
		{ "Thu, 01 Dec 1994", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(scan_seconds(slice_str(cases[i].value)), cases[i].seconds);
}

static void
types_that_may_hold_sdp(void **state)
{
	static const char *const yes[] = { "application/sdp", "Application / SDP ;charset=x", "multipart/mixed;b=c" };
	static const char *const no[] = { "", "application", "application/sdpx", "application/dtmf-relay", "text/sdp",
		"multipart", "x/application/sdp" };

	(void)state;
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		assert_true(scan_has_sdp(slice_str(yes[i])));
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		assert_false(scan_has_sdp(slice_str(no[i])));
}

static void
realms_in_all_their_forms(void **state)
{
	static const struct {
		const char *value, *realm;
		bool stale;
	} cases[] = {
		{ "Digest realm=\"a\"", "a", false },
		{ "Digest username=\"u\",REALM = \"a b\" ,stale = True", "a b", true },
		{ "Digest nonce=\"realm=x, stale=true\", realm=a, opaque=\"\"", "a", false },
		{ "Digest realm=\"a\\\"b\\\\\", stale=\"TRUE\"", "a\\\"b\\\\", true },
		{ "Negotiate, Basic realm=\"a\", Digest realm=\"b\", stale=true", "a", true },
		{ "Digest xrealm=\"a\", real=m, realm=\"\", realm=\"b\", stale=false", "", false },
		{ "Digest realm=\"open, stale=true", "", false },
		{ "Digest realm=\"open\\\", stale=true", "", false },
		{ "Digest realm=", "", false },
		{ "realm", "", false },
		{ "=\"realm=x\"", "", false },
		{ "", "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool stale = false;

		assert_slice(scan_realm(slice_str(cases[i].value), &stale), cases[i].realm);
		assert_int_equal(stale, cases[i].stale);
		assert_slice(scan_realm(slice_str(cases[i].value), NULL), cases[i].realm);
	}
}

static void
icids_in_all_their_forms(void **state)
{
	static const struct {
		const char *value, *icid;
	} cases[] = {
		{ "icid-value=1a;icid-generated-at=h", "1a" },
		{ "orig-ioi=\"icid-value=no\" ; ICID-Value = \"1;a\" ; x", "1;a" },
		{ "icid-value=\"1a", "" },
		{ "icid-generated-at=h", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_slice(scan_icid(slice_str(cases[i].value)), cases[i].icid);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(via_in_all_its_forms),
		cmocka_unit_test(addresses_in_all_their_forms),
		cmocka_unit_test(cseq_gives_what_it_has),
		cmocka_unit_test(percent_codes_are_decoded_once),
		cmocka_unit_test(sent_by_is_one_text),
		cmocka_unit_test(parameters_are_limited),
		cmocka_unit_test(contacts_in_all_their_forms),
		cmocka_unit_test(seconds_end_where_a_number_ends),
		cmocka_unit_test(types_that_may_hold_sdp),
		cmocka_unit_test(realms_in_all_their_forms),
		cmocka_unit_test(icids_in_all_their_forms),
	};

	return cmocka_run_group_tests_name("sip/scan", tests, NULL, NULL);
}
