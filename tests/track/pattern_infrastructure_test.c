/* pattern_infrastructure: names, certificates, subscriptions, relays that hide a code. */
#include "facts.h"

enum { DNS = 12, TLS = 23, SUBSCRIPTION = 24, MASKED = 25 };

static struct fact
unresolved(const char *to, uint16_t code, const char *phrase)
{
	struct fact f = facts_end(METHOD_INVITE, &facts_phone, &facts_pbx, code);

	f.to = slice_str(to);
	f.phrase = slice_str(phrase);
	return f;
}

static void
test_dns(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	facts_see(&t, 0, unresolved("+4930111", 478, "Unresolvable destination (478/SL)"));
	facts_see(&t, 70000, unresolved("+4930222", 503, "DNS Error"));
	facts_none(&t, DNS);
	facts_see(&t, 20000, unresolved("+4930333", 503, "No DNS Results"));
	facts_up(&t, DNS, INCIDENT_ERROR);
	assert_string_equal(t.sentence[DNS],
	    "pbx could not resolve a name for 2 requests within 1 minute (newest: INVITE to "
	    "+4930333, 503 No DNS Results)");
	facts_see(&t, 200000, unresolved("+4930333", 476, "Unresolvable destination"));
	facts_wait(&t, 200000);
	facts_up(&t, DNS, INCIDENT_ERROR);
	facts_wait(&t, 101000);
	facts_over(&t, DNS, 1);
	facts_close(&t);
}

/* Two callers, one word: does it start the pattern? */
static bool
dns_fires(struct fact f)
{
	struct facts t;
	bool fired;

	facts_open(&t);
	facts_see(&t, 0, f);
	f.to = slice_str("+4930999");
	facts_see(&t, 0, f);
	fired = t.starts[DNS] > 0;
	facts_close(&t);
	return fired;
}

static void
test_dns_words(void **state)
{
	struct fact f = unresolved("+4930111", 503, "Service Unavailable");

	(void)state;
	assert_false(dns_fires(f));
	f.warning = slice_str("399 proxy \"No DNS results for sip.example\"");
	assert_true(dns_fires(f));
	assert_true(dns_fires(unresolved("+4930111", 503, "DNS timeout")));
	assert_true(dns_fires(unresolved("+4930111", 480, "No DNS results")));
	assert_true(dns_fires(unresolved("+4930111", 476, "")));
	assert_false(dns_fires(unresolved("+4930111", 404, "DNS error")));
	f = unresolved("+4930111", 478, "");
	f.leg = false;
	assert_false(dns_fires(f));
	f.leg = true;
	f.outcome = OUTCOME_CANCELLED;
	assert_false(dns_fires(f));
}

static void
test_dns_harmless(void **state)
{
	struct fact browser = facts_make(FACT_REQUEST, METHOD_REGISTER, &facts_phone, &facts_pbx);
	struct fact call = facts_make(FACT_REQUEST, METHOD_INVITE, &facts_phone, &facts_pbx);
	struct facts t;

	(void)state;
	facts_open(&t);
	browser.from = browser.to = slice_str("web1");
	browser.contact = slice_str("c2v8h1m0.invalid");
	facts_see(&t, 0, browser);
	call.to = slice_str("web2");
	call.uri = slice_str("sip:web2@x9d8f7.invalid;transport=ws");
	facts_see(&t, 0, call);
	for (int i = 0; i < 10; i++) {
		/* Two browsers that are gone; one domain that somebody mistyped; 503 over something else. */
		facts_see(&t, 1000, unresolved(i % 2 ? "web1" : "web2", 478, "Unresolvable destination"));
		facts_see(&t, 1000, unresolved("bob", 478, "Unresolvable destination"));
		facts_see(&t, 1000, unresolved(i % 2 ? "web3" : "web4", 503, "Service Unavailable"));
	}
	facts_none(&t, DNS);
	facts_close(&t);
}

static struct fact
over_tcp(const struct endpoint *server, uint16_t code)
{
	struct fact f = facts_end(METHOD_OPTIONS, &facts_pbx, server, code);

	f.transport = TRANSPORT_TCP;
	return f;
}

static void
test_tls_phrase(void **state)
{
	struct fact f = facts_end(METHOD_INVITE, &facts_phone, &facts_pbx, 503), identity;
	struct facts t;

	(void)state;
	facts_open(&t);
	identity = f;
	identity.code = 437;
	identity.phrase = slice_str("Unsupported Certificate");
	facts_see(&t, 0, identity);
	facts_none(&t, TLS);
	f.phrase = slice_str("Certificate Validation Failure");
	facts_see(&t, 0, f);
	facts_up(&t, TLS, INCIDENT_ERROR);
	facts_wait(&t, 601000);
	facts_over(&t, TLS, 1);
	facts_close(&t);
}

static void
test_tls_connection(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	facts_see(&t, 0, over_tcp(&facts_trunk, 200));
	for (int i = 0; i < 3; i++)
		facts_see(&t, 50000, over_tcp(&facts_trunk, 0));
	facts_none(&t, TLS);
	facts_see(&t, 30000, over_tcp(&facts_trunk, 0));
	facts_up(&t, TLS, INCIDENT_ERROR);
	assert_string_equal(t.sentence[TLS],
	    "all 4 requests to carrier-a over TCP or TLS failed since its last answer 180 s ago: look at certificates");
	facts_see(&t, 60000, over_tcp(&facts_trunk, 404));
	facts_over(&t, TLS, 1);
	facts_close(&t);
}

static void
test_tls_signs(void **state)
{
	static const struct {
		uint16_t code;
		uint8_t outcome;
		bool fires;
	} rows[] = { { 0, OUTCOME_NO_RESPONSE, true }, { 503, OUTCOME_FAILED, true }, { 477, OUTCOME_FAILED, true },
		{ 486, OUTCOME_FAILED, false }, { 0, OUTCOME_EVICTED, false }, { 487, OUTCOME_CANCELLED, false } };
	struct fact phone = facts_end(METHOD_INVITE, &facts_phone, &facts_pbx, 403), leg;
	struct facts t;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct fact f = over_tcp(&facts_trunk, rows[i].code);

		f.outcome = rows[i].outcome;
		facts_open(&t);
		facts_see(&t, 0, over_tcp(&facts_trunk, 200));
		facts_repeat(&t, 2, 40000, over_tcp(&facts_trunk, 0));
		facts_repeat(&t, 5, 40000, f);
		assert_int_equal(t.starts[TLS], rows[i].fires);
		facts_close(&t);
	}
	phone.phrase = slice_str("Mutual TLS required");
	assert_true(facts_fires(TLS, 1, phone));
	leg = phone;
	leg.leg = false;
	assert_false(facts_fires(TLS, 1, leg));
	phone.code = 404;
	assert_false(facts_fires(TLS, 1, phone));
	phone.code = 403;
	phone.phrase = slice_str("Forbidden");
	assert_false(facts_fires(TLS, 1, phone));
	/* Telephones over TCP come and go. */
	facts_open(&t);
	facts_see(&t, 0, facts_end(METHOD_REGISTER, &facts_phone, &facts_pbx, 200));
	facts_see(&t, 0, over_tcp(&facts_phone, 200));
	facts_repeat(&t, 10, 40000, over_tcp(&facts_phone, 0));
	facts_none(&t, TLS);
	facts_close(&t);
}

static void
test_tls_harmless(void **state)
{
	struct fact udp = over_tcp(&facts_trunk, 0);
	struct facts t;

	(void)state;
	facts_open(&t);
	udp.transport = TRANSPORT_UDP;
	/* It worked two hours ago, and never since. */
	facts_see(&t, 0, over_tcp(&facts_trunk, 200));
	facts_wait(&t, 7200000);
	facts_repeat(&t, 10, 30000, over_tcp(&facts_trunk, 0));
	facts_none(&t, TLS);
	facts_see(&t, 0, over_tcp(&facts_trunk, 200));
	for (int round = 0; round < 5; round++) {
		/* A restart of a minute; a peer over UDP; one that never worked. */
		for (int i = 0; i < 5; i++) {
			facts_see(&t, 15000, over_tcp(&facts_trunk, 0));
			facts_see(&t, 1000, udp);
			facts_see(&t, 1000, over_tcp(&facts_site2, 0));
		}
		facts_see(&t, 15000, over_tcp(&facts_trunk, 200));
	}
	facts_none(&t, TLS);
	facts_close(&t);
}

/* n refusals, so many ms apart. */
static void
watch(struct facts *t, int n, uint64_t apart_ms)
{
	for (int i = 0; i < n; i++) {
		struct fact f = facts_end(METHOD_SUBSCRIBE, &facts_phone, &facts_pbx, i % 2 ? 404 : 489);

		facts_see(t, apart_ms, f);
	}
}

static void
test_subscription(void **state)
{
	struct facts t;

	(void)state;
	facts_open(&t);
	/* A telephone that restarted is told of a hundred lamps; then one each second: as much as is usual. */
	watch(&t, 100, 5);
	facts_wait(&t, 60000);
	watch(&t, 200, 1100);
	facts_none(&t, SUBSCRIPTION);
	watch(&t, 200, 500);
	facts_up(&t, SUBSCRIPTION, INCIDENT_NOTICE);
	assert_string_equal(t.peer[SUBSCRIPTION], "10.0.0.5");
	facts_wait(&t, 301000);
	facts_over(&t, SUBSCRIPTION, 1);
	facts_close(&t);
}

static void
test_subscription_signs(void **state)
{
	static const struct {
		enum sip_method method;
		uint16_t code;
		bool fires;
	} rows[] = { { METHOD_SUBSCRIBE, 489, true }, { METHOD_NOTIFY, 481, true }, { METHOD_PUBLISH, 403, true },
		{ METHOD_NOTIFY, 404, true }, { METHOD_SUBSCRIBE, 503, false }, { METHOD_INVITE, 404, false },
		{ METHOD_OPTIONS, 489, false } };
	struct fact f;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct facts t;

		f = facts_end(rows[i].method, &facts_phone, &facts_pbx, rows[i].code);
		facts_open(&t);
		facts_repeat(&t, 200, 400, f);
		assert_int_equal(t.starts[SUBSCRIPTION] > 0, rows[i].fires);
		facts_close(&t);
		f.leg = false;
		facts_open(&t);
		facts_repeat(&t, 200, 400, f);
		facts_none(&t, SUBSCRIPTION);
		facts_close(&t);
		f.leg = true;
		f.outcome = OUTCOME_OK;
		facts_open(&t);
		facts_repeat(&t, 200, 400, f);
		facts_none(&t, SUBSCRIPTION);
		facts_close(&t);
	}
}

static void
test_masked(void **state)
{
	struct fact f = facts_end(METHOD_INVITE, &facts_phone, &facts_pbx, 500), far;
	struct facts t;

	(void)state;
	facts_open(&t);
	/* Two failures of their own; the relay's far leg; one that went well in the end. */
	facts_see(&t, 0, f);
	facts_see(&t, 0, facts_end(METHOD_INVITE, &facts_pbx, &facts_trunk, 503));
	f.said_code = 500;
	facts_see(&t, 0, f);
	far = f;
	far.said_code = 503;
	far.whole = false;
	facts_see(&t, 0, far);
	far.whole = true;
	far.outcome = OUTCOME_OK;
	far.code = 200;
	facts_see(&t, 0, far);
	facts_none(&t, MASKED);
	f.said_code = 503;
	facts_see(&t, 0, f);
	facts_up(&t, MASKED, INCIDENT_NOTICE);
	assert_string_equal(
	    t.sentence[MASKED], "pbx told 500 to 10.0.0.5, caused by 503 from the next hop, 1 time within 10 minutes");
	facts_wait(&t, 601000);
	facts_over(&t, MASKED, 1);
	facts_close(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_dns), cmocka_unit_test(test_dns_words),
		cmocka_unit_test(test_tls_signs), cmocka_unit_test(test_subscription_signs),
		cmocka_unit_test(test_dns_harmless), cmocka_unit_test(test_tls_phrase),
		cmocka_unit_test(test_tls_connection), cmocka_unit_test(test_tls_harmless),
		cmocka_unit_test(test_subscription), cmocka_unit_test(test_masked) };

	return cmocka_run_group_tests_name("pattern_infrastructure", tests, NULL, NULL);
}
