/* scan_test - Via, From, To and CSeq read without libosip2. */
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
	};

	return cmocka_run_group_tests_name("sip/scan", tests, NULL, NULL);
}
