/*
 * limits - the thresholds of the patterns, by name, for the configuration and for limit(); see sipwhy/track.h.
 * A name is "kind.what"; the defaults suit a PBX with up to a few hundred users.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/mem.h"
#include "track/incidents_int.h"

static const struct track_limit limits_table[] = {
	/* Outages, capacity and security. */
	{ "trunk-down.attempts", 3, 1, 10000, "failed calls to a trunk that make it down" },
	{ "trunk-down.percent", 80, 1, 100, "share of the calls to it that failed" },
	{ "trunk-down.seconds", 60, 10, 3600, "within so many seconds" },
	{ "trunk-down.options", 2, 1, 1000, "OPTIONS or own registrations in a row without a good answer" },
	{ "trunk-down.clear", 3, 1, 1000, "good answers that end it" },
	{ "congestion.percent", 10, 1, 100, "share of calls to a peer that got 503" },
	{ "congestion.attempts", 20, 1, 100000, "calls to it at least" },
	{ "congestion.phrases", 5, 1, 10000, "answers that name a limit" },
	{ "congestion.seconds", 300, 10, 3600, "within so many seconds" },
	{ "refused.row", 3, 1, 10000, "refusals of a trunk in a row" },
	{ "refused.percent", 50, 1, 100, "or share of its calls that it refused" },
	{ "refused.attempts", 10, 1, 100000, "of so many calls at least" },
	{ "refused.seconds", 300, 10, 3600, "within so many seconds" },
	{ "register-storm.per-second", 10, 1, 1000000, "registrations in a second, over ten seconds" },
	{ "register-storm.times", 5, 2, 1000, "times the usual" },
	{ "register-storm.users", 20, 1, 200, "from so many users" },
	{ "register-storm.hosts", 10, 1, 200, "and addresses" },
	{ "register-storm.warmup-seconds", 60, 0, 3600, "to learn what is usual" },
	{ "brute-force.logins", 10, 1, 100000, "failed logins from one source in a minute" },
	{ "brute-force.logins-slow", 30, 1, 100000, "or in ten minutes, to more than one account" },
	{ "brute-force.taken", 5, 1, 100000, "failed logins before one that works" },
	{ "scan.targets", 5, 2, 200, "users or numbers tried from one source" },
	{ "scan.seconds", 5, 1, 3600, "within so many seconds" },
	{ "scan.targets-slow", 20, 2, 200, "or users or numbers tried" },
	{ "scan.seconds-slow", 600, 10, 86400, "within so many seconds" },
	{ "fraud.parallel", 3, 1, 10000, "international calls of one user at a time that are still usual" },
	{ "fraud.times", 5, 2, 1000, "times the international calls that a user makes in an hour" },
	{ "fraud.calls", 20, 1, 100000, "and at least so many in an hour" },
	{ "fraud.from-hour", 20, 0, 23, "hour after which calls to dear countries are odd, local time" },
	{ "fraud.to-hour", 6, 0, 23, "hour before which they are" },
	{ "fraud.weekend", 1, 0, 1, "1: Saturday and Sunday are odd too" },
	{ "fraud.country-code", 0, 0, 999, "the country code that is not international; 0: learn it from calls" },
	{ "overload.rejects", 5, 1, 100000, "503 from the own PBX in a minute, or requests it left unanswered" },
	{ "overload.lost-calls", 20, 1, 100000, "481 from the own PBX in a minute that are still usual" },
	{ "overload.slow-ms", 1000, 10, 30000, "a 100 that comes later is slow; 5 percent of them in two minutes" },

	/* Routing, negotiation, registration, identity and infrastructure. */
	{ "codec.rejections", 3, 1, 10000, "calls between two hosts that failed over media settings" },
	{ "codec.seconds", 600, 10, 86400, "within so many seconds" },
	{ "codec.answered-ms", 2000, 0, 60000, "answered calls that end sooner, with cause 65 or 88, count too" },
	{ "nat.attempts", 2, 1, 10000, "calls in a row to a registered user without an answer" },
	{ "nat.seconds", 900, 10, 86400, "within so many seconds" },
	{ "nat.fresh-seconds", 900, 10, 86400, "its registration is no older" },
	{ "nat.busy-ms", 2000, 0, 60000, "a 480 that comes sooner is do not disturb" },
	{ "nat.users", 3, 2, 200, "such users behind one address that make it the site's router" },
	{ "nat.qualify-seconds", 120, 10, 3600, "OPTIONS to the telephones there are judged over so many seconds" },
	{ "nat.lost-percent", 30, 1, 100, "share of its telephones that do not answer them" },
	{ "nat.contacts", 3, 2, 200, "telephones there at least" },
	{ "loop.detected", 3, 1, 10000, "482 that speak of no merged request" },
	{ "loop.seconds", 300, 10, 86400, "within so many seconds" },
	{ "loop.max-forwards", 20, 0, 255, "calls with no more forwards left are looked at" },
	{ "loop.passes", 3, 1, 255, "times that such a call comes back over the same hop" },
	{ "stir.calls", 3, 1, 10000, "calls refused over their identity that make an error of the notice" },
	{ "stir.seconds", 900, 10, 86400, "within so many seconds" },
	{ "dns.failures", 2, 1, 10000, "requests for which a name could not be resolved" },
	{ "dns.seconds", 60, 10, 3600, "within so many seconds" },
	{ "dns.quiet-seconds", 300, 10, 86400, "it ends after so many seconds without one" },
	{ "session-timer.unfinished", 2, 1, 10000, "422 that no retry healed" },
	{ "session-timer.calls", 3, 2, 10000, "or calls that ended after the same time" },
	{ "session-timer.refreshes", 3, 1, 10000, "or refreshes that failed or never came" },
	{ "session-timer.seconds", 3600, 60, 86400, "within so many seconds" },
	{ "session-timer.longest-seconds", 3600, 61, 86400, "longer calls without a timer end for other reasons" },
	{ "early-media.calls", 6, 1, 10000, "calls to one prefix that ended soon after early media" },
	{ "early-media.seconds", 900, 10, 86400, "within so many seconds" },
	{ "early-media.answer-seconds", 15, 1, 300, "soon: so many seconds after they began" },
	{ "credentials.failures", 3, 1, 10000, "logins in a row of one account and address that were refused" },
	{ "credentials.seconds", 3600, 60, 86400, "within so many seconds" },
	{ "credentials.users", 10, 2, 200, "accounts from one address that make it guessing" },
	{ "number-format.calls", 5, 1, 10000, "calls to one prefix that failed, none got through" },
	{ "number-format.numbers", 2, 1, 200, "to so many numbers" },
	{ "number-format.seconds", 900, 10, 86400, "within so many seconds" },
	{ "inbound-route.calls", 2, 1, 10000, "calls of a trunk to one number that we refused" },
	{ "inbound-route.seconds", 86400, 60, 604800, "within so many seconds" },
	{ "inbound-route.quiet-seconds", 3600, 60, 604800, "it ends after so many seconds without one" },
	{ "too-big.bytes", 1300, 200, 65535, "an INVITE over UDP with more bytes is big" },
	{ "too-big.attempts", 3, 1, 10000, "big ones that vanished while small requests are answered" },
	{ "too-big.seconds", 600, 60, 86400, "within so many seconds" },
	{ "ack-missing.repeats", 3, 1, 11, "repeats of a 200 that are still usual" },
	{ "ack-missing.calls", 2, 1, 10000, "calls with more" },
	{ "ack-missing.seconds", 600, 10, 86400, "within so many seconds" },
	{ "alg.errors", 3, 1, 10000, "400 and 481 with one public address" },
	{ "alg.seconds", 600, 10, 86400, "within so many seconds" },
	{ "alg.sites", 2, 2, 200, "addresses at which the same device makes them, so that it is the device" },
	{ "analytics.percent", 2, 1, 100, "share of blocked calls that makes an error of the warning" },
	{ "analytics.attempts", 50, 1, 100000, "of so many calls at least" },
	{ "analytics.seconds", 86400, 60, 604800, "within so many seconds" },
	{ "tls.phrases", 1, 1, 10000, "answers that name a certificate" },
	{ "tls.attempts", 3, 1, 10000, "requests over TCP in a row without an answer, after it worked" },
	{ "tls.seconds", 3600, 60, 86400, "within so many seconds" },
	{ "tls.restart-seconds", 120, 0, 3600, "so long a peer may take to restart" },
	{ "subscription.per-second", 1, 0, 100000, "refused subscriptions in a second that are still usual" },
	{ "subscription.seconds", 60, 10, 3600, "on the average of so many seconds" },
	{ "masked.calls", 1, 1, 10000, "failures that a relay gave another code" },
	{ "masked.seconds", 600, 10, 86400, "within so many seconds" },
};

enum { LIMITS_N = sizeof limits_table / sizeof limits_table[0] };

_Static_assert(LIMITS_N * 2 <= LIMIT_BUCKETS, "the table that finds a threshold is too small");

const struct track_limit *
track_limits(size_t *n)
{
	*n = LIMITS_N;
	return limits_table;
}

int
track_limit_find(struct slice name)
{
	for (int i = 0; i < LIMITS_N; i++)
		if (slice_eq(name, slice_str(limits_table[i].name)))
			return i;
	return -1;
}

/* Patterns ask for names with each fact: a look in a table, not a walk. */
static unsigned
limits_bucket(const char *name)
{
	return (unsigned)hash64(name, strlen(name), 0) % LIMIT_BUCKETS;
}

int
limits_init(struct incidents *in)
{
	in->limits = mem_alloc(sizeof *in->limits * LIMITS_N);
	if (in->limits == NULL)
		return -ENOMEM;
	for (uint16_t i = 0; i < LIMITS_N; i++) {
		unsigned at = limits_bucket(limits_table[i].name);

		in->limits[i] = in->cfg.limits != NULL ? in->cfg.limits[i] : limits_table[i].value;
		while (in->limit_bucket[at] != 0)
			at = (at + 1) % LIMIT_BUCKETS;
		in->limit_bucket[at] = i + 1;
	}
	/* The caller's array may go. */
	in->cfg.limits = NULL;
	return 0;
}

uint32_t
limit(const struct incidents *in, const char *name)
{
	unsigned at = limits_bucket(name);

	while (in->limit_bucket[at] != 0) {
		unsigned row = in->limit_bucket[at] - 1u;

		if (strcmp(limits_table[row].name, name) == 0)
			return in->limits[row];
		at = (at + 1) % LIMIT_BUCKETS;
	}
	assert(!"a threshold that no row names");
	return 0;
}
