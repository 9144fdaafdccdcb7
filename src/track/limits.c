/*
 * limits - the thresholds of the patterns, by name, for the configuration and for limit(); see sipwhy/track.h,
 * limits.h. A name is "kind.what"; the defaults suit a PBX with up to a few hundred users.
 */
#include "track/incidents_int.h"

static const struct track_limit limits_table[] = {
	/* Outages, capacity and security. */
	[LIMIT_TRUNK_DOWN_ATTEMPTS] = { "trunk-down.attempts", 3, 1, 10000,
	    "failed calls to a trunk that make it down" },
	[LIMIT_TRUNK_DOWN_PERCENT] = { "trunk-down.percent", 80, 1, 100, "share of the calls to it that failed" },
	[LIMIT_TRUNK_DOWN_SECONDS] = { "trunk-down.seconds", 60, 10, 3600, "within so many seconds" },
	[LIMIT_TRUNK_DOWN_OPTIONS] = { "trunk-down.options", 2, 1, 1000,
	    "OPTIONS or own registrations in a row without a good answer" },
	[LIMIT_TRUNK_DOWN_CLEAR] = { "trunk-down.clear", 3, 1, 1000, "good answers that end it" },
	[LIMIT_CONGESTION_PERCENT] = { "congestion.percent", 10, 1, 100, "share of calls to a peer that got 503" },
	[LIMIT_CONGESTION_ATTEMPTS] = { "congestion.attempts", 20, 1, 100000, "calls to it at least" },
	[LIMIT_CONGESTION_PHRASES] = { "congestion.phrases", 5, 1, 10000, "answers that name a limit" },
	[LIMIT_CONGESTION_SECONDS] = { "congestion.seconds", 300, 10, 3600, "within so many seconds" },
	[LIMIT_REFUSED_ROW] = { "refused.row", 3, 1, 10000, "refusals of a trunk in a row" },
	[LIMIT_REFUSED_PERCENT] = { "refused.percent", 50, 1, 100, "or share of its calls that it refused" },
	[LIMIT_REFUSED_ATTEMPTS] = { "refused.attempts", 10, 1, 100000, "of so many calls at least" },
	[LIMIT_REFUSED_SECONDS] = { "refused.seconds", 300, 10, 3600, "within so many seconds" },
	[LIMIT_REGISTER_STORM_PER_SECOND] = { "register-storm.per-second", 10, 1, 1000000,
	    "registrations in a second, over ten seconds" },
	[LIMIT_REGISTER_STORM_TIMES] = { "register-storm.times", 5, 2, 1000, "times the usual" },
	[LIMIT_REGISTER_STORM_USERS] = { "register-storm.users", 20, 1, 200, "from so many users" },
	[LIMIT_REGISTER_STORM_HOSTS] = { "register-storm.hosts", 10, 1, 200, "and addresses" },
	[LIMIT_REGISTER_STORM_WARMUP_SECONDS] = { "register-storm.warmup-seconds", 60, 0, 3600,
	    "to learn what is usual" },
	[LIMIT_BRUTE_FORCE_LOGINS] = { "brute-force.logins", 10, 1, 100000,
	    "failed logins from one source in a minute" },
	[LIMIT_BRUTE_FORCE_LOGINS_SLOW] = { "brute-force.logins-slow", 30, 1, 100000,
	    "or in ten minutes, to more than one account" },
	[LIMIT_BRUTE_FORCE_TAKEN] = { "brute-force.taken", 5, 1, 100000, "failed logins before one that works" },
	[LIMIT_SCAN_TARGETS] = { "scan.targets", 5, 2, 200, "users or numbers tried from one source" },
	[LIMIT_SCAN_SECONDS] = { "scan.seconds", 5, 1, 3600, "within so many seconds" },
	[LIMIT_SCAN_TARGETS_SLOW] = { "scan.targets-slow", 20, 2, 200, "or users or numbers tried" },
	[LIMIT_SCAN_SECONDS_SLOW] = { "scan.seconds-slow", 600, 10, 86400, "within so many seconds" },
	[LIMIT_FRAUD_PARALLEL] = { "fraud.parallel", 3, 1, 10000,
	    "international calls of one user at a time that are still usual" },
	[LIMIT_FRAUD_TIMES] = { "fraud.times", 5, 2, 1000,
	    "times the international calls that a user makes in an hour" },
	[LIMIT_FRAUD_CALLS] = { "fraud.calls", 20, 1, 100000, "and at least so many in an hour" },
	[LIMIT_FRAUD_FROM_HOUR] = { "fraud.from-hour", 20, 0, 23,
	    "hour after which calls to dear countries are odd, local time" },
	[LIMIT_FRAUD_TO_HOUR] = { "fraud.to-hour", 6, 0, 23, "hour before which they are" },
	[LIMIT_FRAUD_WEEKEND] = { "fraud.weekend", 1, 0, 1, "1: Saturday and Sunday are odd too" },
	[LIMIT_FRAUD_COUNTRY_CODE] = { "fraud.country-code", 0, 0, 999,
	    "the country code that is not international; 0: learn it from calls" },
	[LIMIT_OVERLOAD_REJECTS] = { "overload.rejects", 5, 1, 100000,
	    "503 from the own PBX in a minute, or requests it left unanswered" },
	[LIMIT_OVERLOAD_LOST_CALLS] = { "overload.lost-calls", 20, 1, 100000,
	    "481 from the own PBX in a minute that are still usual" },
	[LIMIT_OVERLOAD_SLOW_MS] = { "overload.slow-ms", 1000, 10, 30000,
	    "a 100 that comes later is slow; 5 percent of them in two minutes" },

	/* Routing, negotiation, registration, identity and infrastructure. */
	[LIMIT_CODEC_REJECTIONS] = { "codec.rejections", 3, 1, 10000,
	    "calls between two hosts that failed over media settings" },
	[LIMIT_CODEC_SECONDS] = { "codec.seconds", 600, 10, 86400, "within so many seconds" },
	[LIMIT_CODEC_ANSWERED_MS] = { "codec.answered-ms", 2000, 0, 60000,
	    "answered calls that end sooner, with cause 65 or 88, count too" },
	[LIMIT_NAT_ATTEMPTS] = { "nat.attempts", 2, 1, 10000, "calls in a row to a registered user without an answer" },
	[LIMIT_NAT_SECONDS] = { "nat.seconds", 900, 10, 86400, "within so many seconds" },
	[LIMIT_NAT_FRESH_SECONDS] = { "nat.fresh-seconds", 900, 10, 86400, "its registration is no older" },
	[LIMIT_NAT_BUSY_MS] = { "nat.busy-ms", 2000, 0, 60000, "a 480 that comes sooner is do not disturb" },
	[LIMIT_NAT_USERS] = { "nat.users", 3, 2, 200, "such users behind one address that make it the site's router" },
	[LIMIT_NAT_QUALIFY_SECONDS] = { "nat.qualify-seconds", 120, 10, 3600,
	    "OPTIONS to the telephones there are judged over so many seconds" },
	[LIMIT_NAT_LOST_PERCENT] = { "nat.lost-percent", 30, 1, 100,
	    "share of its telephones that do not answer them" },
	[LIMIT_NAT_CONTACTS] = { "nat.contacts", 3, 2, 200, "telephones there at least" },
	[LIMIT_LOOP_DETECTED] = { "loop.detected", 3, 1, 10000, "482 that speak of no merged request" },
	[LIMIT_LOOP_SECONDS] = { "loop.seconds", 300, 10, 86400, "within so many seconds" },
	[LIMIT_LOOP_MAX_FORWARDS] = { "loop.max-forwards", 20, 0, 255,
	    "calls with no more forwards left are looked at" },
	[LIMIT_LOOP_PASSES] = { "loop.passes", 3, 1, 255, "times that such a call comes back over the same hop" },
	[LIMIT_STIR_CALLS] = { "stir.calls", 3, 1, 10000,
	    "calls refused over their identity that make an error of the notice" },
	[LIMIT_STIR_SECONDS] = { "stir.seconds", 900, 10, 86400, "within so many seconds" },
	[LIMIT_DNS_FAILURES] = { "dns.failures", 2, 1, 10000, "requests for which a name could not be resolved" },
	[LIMIT_DNS_SECONDS] = { "dns.seconds", 60, 10, 3600, "within so many seconds" },
	[LIMIT_DNS_QUIET_SECONDS] = { "dns.quiet-seconds", 300, 10, 86400,
	    "it ends after so many seconds without one" },
	[LIMIT_SESSION_TIMER_UNFINISHED] = { "session-timer.unfinished", 2, 1, 10000, "422 that no retry healed" },
	[LIMIT_SESSION_TIMER_CALLS] = { "session-timer.calls", 3, 2, 10000, "or calls that ended after the same time" },
	[LIMIT_SESSION_TIMER_REFRESHES] = { "session-timer.refreshes", 3, 1, 10000,
	    "or refreshes that failed or never came" },
	[LIMIT_SESSION_TIMER_SECONDS] = { "session-timer.seconds", 3600, 60, 86400, "within so many seconds" },
	[LIMIT_SESSION_TIMER_LONGEST_SECONDS] = { "session-timer.longest-seconds", 3600, 61, 86400,
	    "longer calls without a timer end for other reasons" },
	[LIMIT_EARLY_MEDIA_CALLS] = { "early-media.calls", 6, 1, 10000,
	    "calls to one prefix that ended soon after early media" },
	[LIMIT_EARLY_MEDIA_SECONDS] = { "early-media.seconds", 900, 10, 86400, "within so many seconds" },
	[LIMIT_EARLY_MEDIA_ANSWER_SECONDS] = { "early-media.answer-seconds", 15, 1, 300,
	    "soon: so many seconds after they began" },
	[LIMIT_CREDENTIALS_FAILURES] = { "credentials.failures", 3, 1, 10000,
	    "logins in a row of one account and address that were refused" },
	[LIMIT_CREDENTIALS_SECONDS] = { "credentials.seconds", 3600, 60, 86400, "within so many seconds" },
	[LIMIT_CREDENTIALS_USERS] = { "credentials.users", 10, 2, 200,
	    "accounts from one address that make it guessing" },
	[LIMIT_NUMBER_FORMAT_CALLS] = { "number-format.calls", 5, 1, 10000,
	    "calls to one prefix that failed, none got through" },
	[LIMIT_NUMBER_FORMAT_NUMBERS] = { "number-format.numbers", 2, 1, 200, "to so many numbers" },
	[LIMIT_NUMBER_FORMAT_SECONDS] = { "number-format.seconds", 900, 10, 86400, "within so many seconds" },
	[LIMIT_INBOUND_ROUTE_CALLS] = { "inbound-route.calls", 2, 1, 10000,
	    "calls of a trunk to one number that we refused" },
	[LIMIT_INBOUND_ROUTE_SECONDS] = { "inbound-route.seconds", 86400, 60, 604800, "within so many seconds" },
	[LIMIT_INBOUND_ROUTE_QUIET_SECONDS] = { "inbound-route.quiet-seconds", 3600, 60, 604800,
	    "it ends after so many seconds without one" },
	[LIMIT_TOO_BIG_BYTES] = { "too-big.bytes", 1300, 200, 65535, "an INVITE over UDP with more bytes is big" },
	[LIMIT_TOO_BIG_ATTEMPTS] = { "too-big.attempts", 3, 1, 10000,
	    "big ones that vanished while small requests are answered" },
	[LIMIT_TOO_BIG_SECONDS] = { "too-big.seconds", 600, 60, 86400, "within so many seconds" },
	[LIMIT_ACK_MISSING_REPEATS] = { "ack-missing.repeats", 3, 1, 11, "repeats of a 200 that are still usual" },
	[LIMIT_ACK_MISSING_CALLS] = { "ack-missing.calls", 2, 1, 10000, "calls with more" },
	[LIMIT_ACK_MISSING_SECONDS] = { "ack-missing.seconds", 600, 10, 86400, "within so many seconds" },
	[LIMIT_ALG_ERRORS] = { "alg.errors", 3, 1, 10000, "400 and 481 with one public address" },
	[LIMIT_ALG_SECONDS] = { "alg.seconds", 600, 10, 86400, "within so many seconds" },
	[LIMIT_ALG_SITES] = { "alg.sites", 2, 2, 200,
	    "addresses at which the same device makes them, so that it is the device" },
	[LIMIT_ANALYTICS_PERCENT] = { "analytics.percent", 2, 1, 100,
	    "share of blocked calls that makes an error of the warning" },
	[LIMIT_ANALYTICS_ATTEMPTS] = { "analytics.attempts", 50, 1, 100000, "of so many calls at least" },
	[LIMIT_ANALYTICS_SECONDS] = { "analytics.seconds", 86400, 60, 604800, "within so many seconds" },
	[LIMIT_TLS_PHRASES] = { "tls.phrases", 1, 1, 10000, "answers that name a certificate" },
	[LIMIT_TLS_ATTEMPTS] = { "tls.attempts", 3, 1, 10000,
	    "requests over TCP in a row without an answer, after it worked" },
	[LIMIT_TLS_SECONDS] = { "tls.seconds", 3600, 60, 86400, "within so many seconds" },
	[LIMIT_TLS_RESTART_SECONDS] = { "tls.restart-seconds", 120, 0, 3600, "so long a peer may take to restart" },
	[LIMIT_SUBSCRIPTION_PER_SECOND] = { "subscription.per-second", 1, 0, 100000,
	    "refused subscriptions in a second that are still usual" },
	[LIMIT_SUBSCRIPTION_SECONDS] = { "subscription.seconds", 60, 10, 3600, "on the average of so many seconds" },
	[LIMIT_MASKED_CALLS] = { "masked.calls", 1, 1, 10000, "failures that a relay gave another code" },
	[LIMIT_MASKED_SECONDS] = { "masked.seconds", 600, 10, 86400, "within so many seconds" },
};

_Static_assert(sizeof limits_table / sizeof limits_table[0] == LIMIT_N, "a threshold has no row");

const struct track_limit *
track_limits(size_t *n)
{
	*n = LIMIT_N;
	return limits_table;
}

int
track_limit_find(struct slice name)
{
	for (int i = 0; i < LIMIT_N; i++)
		if (slice_eq(name, slice_str(limits_table[i].name)))
			return i;
	return -1;
}

void
limits_init(struct incidents *in, const uint32_t *values)
{
	for (int i = 0; i < LIMIT_N; i++)
		in->limits[i] = values != NULL ? values[i] : limits_table[i].value;
}

uint32_t
limit(const struct incidents *in, enum limit_row row)
{
	return in->limits[row];
}
