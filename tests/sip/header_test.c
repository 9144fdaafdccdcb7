/* header_test - line ends, folds, names, doubles and limits of a header block (RFC 3261 7.3). */
#include "fixture.h"
#include "sip/header.h"

static struct header_block
split(const char *text, bool cut)
{
	struct header_block b;

	header_split(slice_str(text), cut, &b);
	return b;
}

static void
names_are_found_in_every_form(void **state)
{
	static const struct {
		const char *name;
		enum header_id id;
	} cases[] = {
		{ "Via", HEADER_VIA },
		{ "v", HEADER_VIA },
		{ "V", HEADER_VIA },
		{ "FROM", HEADER_FROM },
		{ "f", HEADER_FROM },
		{ "to", HEADER_TO },
		{ "t", HEADER_TO },
		{ "Call-ID", HEADER_CALL_ID },
		{ "i", HEADER_CALL_ID },
		{ "cSeQ", HEADER_CSEQ },
		{ "m", HEADER_CONTACT },
		{ "Contact", HEADER_CONTACT },
		{ "Reason", HEADER_REASON },
		{ "Warning", HEADER_WARNING },
		{ "Retry-After", HEADER_RETRY_AFTER },
		{ "Server", HEADER_SERVER },
		{ "User-Agent", HEADER_USER_AGENT },
		{ "l", HEADER_CONTENT_LENGTH },
		{ "Content-Length", HEADER_CONTENT_LENGTH },
		{ "X-Asterisk-HangupCause", HEADER_DETAIL },
		{ "x-twilio-error", HEADER_DETAIL },
		{ "P-Registrar-Error", HEADER_DETAIL },
		{ "WWW-Authenticate", HEADER_CHALLENGE },
		{ "Proxy-Authenticate", HEADER_CHALLENGE },
		{ "Authorization", HEADER_CREDENTIALS },
		{ "proxy-authorization", HEADER_CREDENTIALS },
		{ "c", HEADER_CONTENT_TYPE },
		{ "Content-Type", HEADER_CONTENT_TYPE },
		{ "Max-Forwards", HEADER_MAX_FORWARDS },
		{ "Expires", HEADER_EXPIRES },
		{ "x", HEADER_SESSION_EXPIRES },
		{ "Session-Expires", HEADER_SESSION_EXPIRES },
		{ "X-CID", HEADER_X_CID },
		{ "x-call-id", HEADER_X_CID },
		{ "Session-ID", HEADER_SESSION_ID },
		{ "P-Charging-Vector", HEADER_CHARGING },
		{ "Allow", HEADER_ALLOW },
		{ "Accept", HEADER_ACCEPT },
		{ "Accept-Encoding", HEADER_ACCEPT_ENCODING },
		{ "Unsupported", HEADER_UNSUPPORTED },
		{ "Require", HEADER_REQUIRE },
		{ "Min-SE", HEADER_MIN_SE },
		{ "Min-Expires", HEADER_MIN_EXPIRES },
		{ "u", HEADER_ALLOW_EVENTS },
		{ "Allow-Events", HEADER_ALLOW_EVENTS },
		{ "Security-Server", HEADER_SECURITY_SERVER },
		{ "Call-Info", HEADER_CALL_INFO },
		{ "k", HEADER_OTHER },
		{ "", HEADER_OTHER },
		{ "Proxy-Require", HEADER_OTHER },
		{ "Accept-Language", HEADER_OTHER },
		{ "X-Asterisk-HangupCauseCode", HEADER_OTHER },
		{ "Subject", HEADER_OTHER },
		{ "Froms", HEADER_OTHER },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(header_find(slice_str(cases[i].name)), cases[i].id);
}

static void
every_line_end_ends_a_line(void **state)
{
	static const char *const texts[] = {
		"S\r\nFrom: a\r\nTo : b\r\n\r\nTo: body",
		"S\nFrom: a\nTo : b\n\nTo: body",
		"S\rFrom: a\rTo : b\r\rTo: body",
		"S\r\nFrom: a\rTo : b\n\r\nTo: body",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct header_block b = split(texts[i], false);

		assert_slice(b.start, "S");
		assert_slice(b.value[HEADER_FROM], "a");
		assert_slice(b.value[HEADER_TO], "b");
		assert_true(b.whole);
		assert_false(b.control || b.bad_line || b.duplicate || b.over);
	}
}

static void
folds_belong_to_their_header(void **state)
{
	struct header_block b = split("S\r\nFrom: a\r\n b\r\n  c\r\nTo: d\r\n\te\r\n\r\n", false);

	(void)state;
	assert_slice(b.value[HEADER_FROM], "a\r\n b\r\n  c");
	assert_slice(b.value[HEADER_TO], "d\r\n\te");
	assert_false(header_is_clean(&b, HEADER_FROM));
	b = split("S\r\nFrom: a\r\n b\r\nTo: d\r\n\r\n", false);
	assert_true(header_is_clean(&b, HEADER_TO));
	b = split("S\r\n folded start\r\nTo: d\r\n\r\n", false);
	assert_true(b.bad_line);
	assert_slice(b.value[HEADER_TO], "d");
}

static void
what_is_wrong_is_flagged(void **state)
{
	struct header_block b = split("S\r\nno colon\r\n\r\n", false);

	(void)state;
	assert_true(b.bad_line);
	assert_true(split("S\r\n: x\r\n\r\n", false).bad_line);
	assert_true(split("S\r\nCSeq: 1\r\nCSeq: 1\r\n\r\n", false).duplicate);
	assert_true(split("S\r\nl: 0\r\nContent-Length: 0\r\n\r\n", false).duplicate);
	assert_false(split("S\r\nVia: a\r\nVia: b\r\nSubject: x\r\nSubject: y\r\n\r\n", false).duplicate);
	assert_true(split("S\r\nSubject: a\x01 long enough for a vector\r\nTo: b\r\n\r\n", false).control);
	assert_slice(split("S\r\nSubject: \x7f\r\nTo: b\r\n\r\n", false).value[HEADER_TO], "b");
	header_split((struct slice){ "S\nX: \0\nTo: b\n\n", 14 }, false, &b);
	assert_true(b.control);
	assert_slice(b.value[HEADER_TO], "b");
	assert_false(split("S\r\nTo: a\tb\xc3\xa9\r\n\r\n\x01", false).control);
}

/* HT is legal and yet not clean, nor is what comes behind one; a fold stains a Reason that is not the first. */
static void
unclean_values_are_told(void **state)
{
	struct header_block b = split("S\r\nFrom: a\r\nTo: b\tc\r\n\r\n", false);

	(void)state;
	assert_false(b.control);
	assert_true(header_is_clean(&b, HEADER_FROM));
	assert_false(header_is_clean(&b, HEADER_TO));
	b = split("S\nVia: a\nVia: b\n c\nReason: d\nReason: e\n f\n\n", false);
	assert_true(header_is_clean(&b, HEADER_VIA));
	assert_false(header_is_clean(&b, HEADER_REASON));
	assert_slice(b.list[HEADER_REASON][1], "e\n f");
	b = split("S\nTo: a\t\tb\t\x01\nFrom: c\t\x01\n\n", false);
	assert_true(b.control && b.whole);
	assert_slice(b.value[HEADER_TO], "a\t\tb\t\x01");
	assert_slice(b.value[HEADER_FROM], "c\t\x01");
}

/* A line may begin and end anywhere in the 64 bytes that are looked at together, CR and LF in two of them. */
static void
every_place_in_a_step(void **state)
{
	(void)state;
	for (int pad = 0; pad < 140; pad++) {
		char text[256];
		struct header_block b;

		snprintf(text, sizeof text, "S\r\nSubject: %*s\r\nTo: a\r\n\tb\r\nFrom: c\r\n\r\nCSeq: 1\r\n", pad, "");
		b = split(text, false);
		assert_slice(b.value[HEADER_TO], "a\r\n\tb");
		assert_slice(b.value[HEADER_FROM], "c");
		assert_true(b.whole && !b.control && !b.bad_line);
		assert_int_equal(b.seen[HEADER_CSEQ], 0);
	}
}

static void
first_value_is_kept_and_of_lists_four(void **state)
{
	struct header_block b = split("S\nReason: a\nReason: b\nReason: c\nReason: d\nReason: e\n"
				      "Warning: x\nWarning: y\n"
				      "WWW-Authenticate: p\nAuthorization: q\nProxy-Authenticate: r\n\n",
	    false);

	(void)state;
	assert_slice(b.value[HEADER_REASON], "a");
	assert_int_equal(b.seen[HEADER_REASON], 5);
	assert_slice(b.list[HEADER_REASON][0], "a");
	assert_slice(b.list[HEADER_REASON][3], "d");
	assert_slice(b.value[HEADER_WARNING], "x");
	assert_int_equal(b.seen[HEADER_CHALLENGE], 2);
	assert_slice(b.list[HEADER_CHALLENGE][1], "r");
	assert_slice(b.list[HEADER_CREDENTIALS][0], "q");
}

static void
shown_headers_are_kept_as_lines(void **state)
{
	struct header_block b = split("S\nX-Twilio-Error: 32204 no\nAllow :  A,\n B \nAccept:\n\n", false);

	(void)state;
	assert_slice(b.value[HEADER_DETAIL], "X-Twilio-Error: 32204 no");
	assert_slice(b.value[HEADER_ALLOW], "Allow :  A,\n B");
	assert_slice(b.value[HEADER_ACCEPT], "Accept:");
}

static void
cut_drops_the_broken_line(void **state)
{
	struct header_block b = split("S\r\nFrom: a\r\nTo: hal", true);

	(void)state;
	assert_slice(b.value[HEADER_FROM], "a");
	assert_int_equal(b.seen[HEADER_TO], 0);
	assert_false(b.whole);
	b = split("S\r\nFrom: a\r\nTo: b\r\n fol", true);
	assert_slice(b.value[HEADER_FROM], "a");
	assert_int_equal(b.seen[HEADER_TO], 0);
	assert_slice(split("S\r\nTo: b", false).value[HEADER_TO], "b");
	assert_slice(split("S\r\nTo: b\r\n", true).value[HEADER_TO], "b");
	assert_true(split("S\r\nTo: b\r\n\r\nbody cut", true).whole);
}

static void
lines_are_limited(void **state)
{
	static char text[8 * HEADER_LINES_MAX];
	struct header_block b;
	size_t n;

	(void)state;
	n = (size_t)snprintf(text, sizeof text, "S\n");
	for (unsigned i = 0; i < HEADER_LINES_MAX - 2; i++)
		n += (size_t)snprintf(text + n, sizeof text - n, "x:y\n");
	snprintf(text + n, sizeof text - n, "t:a\n");
	b = split(text, false);
	assert_false(b.over);
	assert_slice(b.value[HEADER_TO], "a");
	snprintf(text + n, sizeof text - n, "x:y\nt:a\n");
	b = split(text, false);
	assert_true(b.over);
	assert_int_equal(b.seen[HEADER_TO], 0);
}

static void
nothing_is_an_empty_block(void **state)
{
	struct header_block b;

	(void)state;
	header_split((struct slice){ NULL, 0 }, false, &b);
	assert_int_equal(b.start.n, 0);
	assert_false(b.whole);
}

/*
 * A block in which all is as it should be has a way of its own: wherever its line ends stand, it tells what the other
 * way does of the same block with one odd line, and of a block that is cut no more than stands in it.
 */
static void
plain_blocks_are_as_odd_ones(void **state)
{
	static const char pad[] = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";

	(void)state;
	for (int i = 0; i < 200; i++) {
		struct header_block plain, odd;
		char text[2][600];
		int n[2];

		for (int k = 0; k < 2; k++)
			n[k] = snprintf(text[k], sizeof text[k],
			    "SIP/2.0 200 %.*s\r\nFrom:  a %.*s\r\nt :b \r\nZ: %.*s\r\nTo: c\r\n"
			    "%sCall-ID:%.*s\r\n%s\r\nCSeq: 1\tA\r\n",
			    i % 80, pad, i * 7 % 80, pad, i * 3 % 80, pad, i % 3 == 0 ? "no name\r\n" : "", i % 80, pad,
			    k == 0 ? "" : "Z:\t\r\n");
		header_split((struct slice){ text[0], (size_t)n[0] }, false, &plain);
		header_split((struct slice){ text[1], (size_t)n[1] }, false, &odd);
		assert_true(plain.whole && odd.whole && plain.duplicate && odd.duplicate);
		assert_int_equal(plain.start.n, odd.start.n);
		assert_true(!plain.control && !plain.over && !plain.unclean);
		assert_int_equal(plain.bad_line, odd.bad_line);
		for (unsigned id = 0; id < HEADER_N; id++) {
			assert_int_equal(plain.seen[id], odd.seen[id]);
			assert_int_equal(header_value(&plain, id).n, header_value(&odd, id).n);
			if (header_value(&plain, id).n)
				assert_memory_equal(
				    header_value(&plain, id).p, header_value(&odd, id).p, header_value(&plain, id).n);
		}
		for (int cut = 0; cut < n[0]; cut++) {
			char *copy = malloc((size_t)cut + 1);
			const char *end = strstr(text[0], "\r\n\r\n");

			assert_non_null(copy);
			memcpy(copy, text[0], (size_t)cut);
			header_split((struct slice){ copy, (size_t)cut }, true, &plain);
			assert_int_equal(plain.whole, cut > end + 2 - text[0]);
			for (unsigned id = 0; id < HEADER_N; id++)
				assert_true(header_value(&plain, id).n == 0 ||
				    header_value(&plain, id).p + header_value(&plain, id).n <= copy + cut);
			free(copy);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_found_in_every_form),
		cmocka_unit_test(every_line_end_ends_a_line),
		cmocka_unit_test(folds_belong_to_their_header),
		cmocka_unit_test(what_is_wrong_is_flagged),
		cmocka_unit_test(unclean_values_are_told),
		cmocka_unit_test(every_place_in_a_step),
		cmocka_unit_test(first_value_is_kept_and_of_lists_four),
		cmocka_unit_test(shown_headers_are_kept_as_lines),
		cmocka_unit_test(cut_drops_the_broken_line),
		cmocka_unit_test(lines_are_limited),
		cmocka_unit_test(nothing_is_an_empty_block),
		cmocka_unit_test(plain_blocks_are_as_odd_ones),
	};

	return cmocka_run_group_tests_name("sip/header", tests, NULL, NULL);
}
