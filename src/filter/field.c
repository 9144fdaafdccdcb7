/*
 * field - the fields of the filter language and what an event has of each; see sipwhy/filter.h and doc/filter.md.
 * The one thing to know: "-" is how the screen writes what is absent, so as a whole text it is absent.
 */
#include "filter/filter_int.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/sipmsg.h"

static const struct filter_field field_table[FILTER_IDS] = {
	[FILTER_ID_CODE] = { "code", "code", "final code: 503, 5xx, 480..488, silence", FILTER_CODE },
	[FILTER_ID_CLASS] = { "class", "code", "class of the code: 5xx", FILTER_CODE },
	[FILTER_ID_SIP] = { "sip", "code", "SIP cause in the Reason header", FILTER_CODE },
	[FILTER_ID_REASON] = { "reason", "reply", "the most telling thing known", FILTER_TEXT },
	[FILTER_ID_PHRASE] = { "phrase", "reply", "reason phrase as received", FILTER_TEXT },
	[FILTER_ID_Q850] = { "q850", "reply", "Q.850 cause in the Reason header", FILTER_NUMBER },
	[FILTER_ID_WARN] = { "warn", "reply", "Warning: its code, or part of its text", FILTER_NUMBER },
	[FILTER_ID_RETRY] = { "retry", "reply", "Retry-After in seconds", FILTER_NUMBER },
	[FILTER_ID_STALE] = { "stale", "reply", "challenge for a nonce too old: yes, no", FILTER_FLAG },
	[FILTER_ID_PEER] = { "peer", "who", "the other side: name, address or network", FILTER_ADDRESS },
	[FILTER_ID_SRC] = { "src", "who", "who sent the response", FILTER_ADDRESS },
	[FILTER_ID_DST] = { "dst", "who", "who got the response", FILTER_ADDRESS },
	[FILTER_ID_USER] = { "user", "who", "From or To", FILTER_TEXT },
	[FILTER_ID_FROM] = { "from", "who", "From user", FILTER_TEXT },
	[FILTER_ID_TO] = { "to", "who", "To user", FILTER_TEXT },
	[FILTER_ID_PREFIX] = { "prefix", "who", "beginning of the number in To", FILTER_TEXT },
	[FILTER_ID_UA] = { "ua", "who", "User-Agent or Server", FILTER_TEXT },
	[FILTER_ID_PRODUCT] = { "product", "who", "User-Agent or Server without its version", FILTER_TEXT },
	[FILTER_ID_SAIDBY] = { "saidby", "who", "who gave the code first, if it was passed on", FILTER_ADDRESS },
	[FILTER_ID_DIR] = { "dir", "who", "way of the response: in, out", FILTER_TEXT },
	[FILTER_ID_SOURCE] = { "source", "who", "capture device, file or log", FILTER_TEXT },
	[FILTER_ID_SITE] = { "site", "who", "host that told it", FILTER_TEXT },
	[FILTER_ID_METHOD] = { "method", "call", "INVITE, REGISTER, OPTIONS ...", FILTER_TEXT },
	[FILTER_ID_CID] = { "cid", "call", "Call-ID", FILTER_TEXT },
	[FILTER_ID_BRANCH] = { "branch", "call", "branch of the topmost Via", FILTER_TEXT },
	[FILTER_ID_TRANSPORT] = { "transport", "call", "udp, tcp, tls, ws, wss, sctp", FILTER_TEXT },
	[FILTER_ID_SETUP] = { "setup", "call", "first request to final answer: >5s", FILTER_SPAN },
	[FILTER_ID_LEG] = { "leg", "call", "Call-ID of the joined leg; * any", FILTER_TEXT },
	[FILTER_ID_N] = { "n", "call", "times seen, repeats and copies included", FILTER_NUMBER },
	[FILTER_ID_SINCE] = { "since", "time", "10m, 14:05, 2026-11-22T14:05", FILTER_TIME },
	[FILTER_ID_UNTIL] = { "until", "time", "10m, 14:05, 2026-11-22T14:05", FILTER_TIME },
	[FILTER_ID_AT] = { "at", "time", "14:05..14:10, on any day", FILTER_TIME },
	[FILTER_ID_IS] = { "is", "flags", "new, muted, marked, relayed ...", FILTER_FLAG },
};

/* Other names that fingers know, most of them of the records. */
static const struct {
	const char *name;
	enum filter_id id;
} field_aliases[] = { { "said_by", FILTER_ID_SAIDBY }, { "call_id", FILTER_ID_CID }, { "callid", FILTER_ID_CID },
	{ "call-id", FILTER_ID_CID }, { "agent", FILTER_ID_UA }, { "user-agent", FILTER_ID_UA },
	{ "user_agent", FILTER_ID_UA }, { "warning", FILTER_ID_WARN }, { "direction", FILTER_ID_DIR } };

const struct filter_field *
filter_fields(size_t *n)
{
	*n = FILTER_IDS;
	return field_table;
}

const struct filter_field *
filter_field_find(struct slice name)
{
	for (size_t i = 0; i < FILTER_IDS; i++)
		if (slice_ieq(name, slice_str(field_table[i].name)))
			return &field_table[i];
	for (size_t i = 0; i < sizeof field_aliases / sizeof field_aliases[0]; i++)
		if (slice_ieq(name, slice_str(field_aliases[i].name)))
			return &field_table[field_aliases[i].id];
	return NULL;
}

/* Letters to add, drop or change to make one of the other (Levenshtein); 255 for what is far too long. */
static unsigned
field_distance(struct slice a, struct slice b)
{
	unsigned char row[32];

	if (a.n >= sizeof row || b.n >= sizeof row)
		return 255;
	for (size_t j = 0; j <= b.n; j++)
		row[j] = (unsigned char)j;
	for (size_t i = 1; i <= a.n; i++) {
		unsigned char left_up = row[0];

		row[0] = (unsigned char)i;
		for (size_t j = 1; j <= b.n; j++) {
			unsigned char up = row[j];
			bool same = filter_lower((unsigned char)a.p[i - 1]) == filter_lower((unsigned char)b.p[j - 1]);
			unsigned best = left_up + !same;

			best = up + 1u < best ? up + 1u : best;
			best = row[j - 1] + 1u < best ? row[j - 1] + 1u : best;
			row[j] = (unsigned char)best;
			left_up = up;
		}
	}
	return row[b.n];
}

const char *
filter_near(struct slice word, const char *const *names, size_t n)
{
	unsigned best = UINT_MAX, half = (unsigned)(word.n / 2);
	const char *near = NULL;

	for (size_t i = 0; i < n; i++) {
		unsigned d = field_distance(word, slice_str(names[i]));
		bool head = word.n > 0 && filter_lower((unsigned char)word.p[0]) == (unsigned char)names[i][0];

		if (d < best && d < word.n && d <= half + head) {
			best = d;
			near = names[i];
		}
	}
	return near;
}

const char *
filter_field_near(struct slice word)
{
	const char *names[FILTER_IDS];

	for (size_t i = 0; i < FILTER_IDS; i++)
		names[i] = field_table[i].name;
	return filter_near(word, names, FILTER_IDS);
}

bool
filter_is_challenge(const struct event *e)
{
	return e->outcome == OUTCOME_CHALLENGED || ((e->code == 401 || e->code == 407) && !e->auth);
}

/* A number that a text begins with. */
static bool
field_leading(struct slice s, int64_t *out)
{
	size_t n = 0;
	uint64_t v;

	s = slice_trim(s);
	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	if (slice_u64((struct slice){ s.p, n }, UINT32_MAX, &v) != 0)
		return false;
	*out = (int64_t)v;
	return true;
}

bool
filter_number(enum filter_id id, const struct event *e, int64_t *out)
{
	switch (id) {
	case FILTER_ID_CODE:
	case FILTER_ID_CLASS:
		*out = e->code;
		return true;
	case FILTER_ID_SIP:
		*out = e->reason_sip;
		return e->reason_sip >= SIP_CODE_MIN && e->reason_sip <= SIP_CODE_MAX;
	case FILTER_ID_Q850:
		*out = e->q850;
		return e->q850 >= 0;
	case FILTER_ID_WARN:
		*out = e->warn_code;
		return e->warn_code >= 0;
	case FILTER_ID_RETRY:
		return field_leading(e->retry_after, out);
	case FILTER_ID_SETUP:
		*out = e->setup_ms;
		return e->setup_ms >= 0;
	case FILTER_ID_N:
		*out = 1 + (int64_t)e->repeats + e->copies;
		return true;
	default:
		return false;
	}
}

/* The number in To as far as a prefix of it goes: with its plus and five digits; empty when it is none. */
static struct slice
field_prefix(const struct event *e)
{
	struct slice s = e->to;
	size_t plus = s.n > 0 && s.p[0] == '+', n = plus;

	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	if (n == plus || n < s.n)
		return (struct slice){ NULL, 0 };
	return (struct slice){ s.p, n < plus + 5 ? n : plus + 5 };
}

static bool
field_is_digit(struct slice s, size_t i)
{
	return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

/* Does a version begin here: "18.10", "v2", "2"; digits up to a dot or the end of the word? */
static bool
field_is_version(struct slice s, size_t i)
{
	if (i < s.n && (s.p[i] == 'v' || s.p[i] == 'V'))
		i++;
	if (!field_is_digit(s, i))
		return false;
	while (field_is_digit(s, i))
		i++;
	return i == s.n || s.p[i] == '.' || s.p[i] == ' ' || s.p[i] == '(';
}

/* "Asterisk PBX 18.10.0", "kamailio (5.6.3 (x86_64/linux))", "FPBX-16.0.40(18.2)": what stands before the version. */
static struct slice
field_product(struct slice s)
{
	size_t n = 0;

	if (s.n > FILTER_FIELD_TEXT)
		s.n = FILTER_FIELD_TEXT;
	while (n < s.n && s.p[n] != '/' && s.p[n] != '(' &&
	    !((s.p[n] == ' ' || s.p[n] == '-' || s.p[n] == '_') && field_is_version(s, n + 1)))
		n++;
	return n > 0 ? slice_trim((struct slice){ s.p, n }) : s;
}

static size_t
field_add(struct slice *out, size_t n, struct slice s)
{
	if (s.n == 0 || (s.n == 1 && *s.p == '-'))
		return n;
	if (s.n > FILTER_FIELD_TEXT)
		s.n = FILTER_FIELD_TEXT;
	out[n] = s;
	return n + 1;
}

static struct slice
field_direction(const struct event *e)
{
	if (e->direction == DIRECTION_UNKNOWN)
		return (struct slice){ NULL, 0 };
	return slice_str(e->direction == DIRECTION_RECEIVED ? "in" : "out");
}

static size_t
field_reason(const struct filter_env *env, const struct event *e, char buf[FILTER_FIELD_TEXT], struct slice *out)
{
	size_t n = 0, len;

	if (env != NULL && env->reason != NULL && (len = env->reason(env->ctx, e, buf, FILTER_FIELD_TEXT)) > 0)
		n = field_add(out, n, (struct slice){ buf, len < FILTER_FIELD_TEXT ? len : FILTER_FIELD_TEXT });
	return field_add(out, n, e->phrase);
}

/* "503", "5xx", "silence", "1.234s", "30". */
static size_t
field_compose(enum filter_id id, const struct event *e, char buf[FILTER_FIELD_TEXT])
{
	int64_t v;
	int n;

	if (!filter_number(id, e, &v))
		return 0;
	if (id <= FILTER_ID_CLASS && v != 0 && (v < SIP_CODE_MIN || v > SIP_CODE_MAX))
		return 0;
	if (v == 0 && id <= FILTER_ID_CLASS)
		n = snprintf(buf, FILTER_FIELD_TEXT, "silence");
	else if (id == FILTER_ID_CLASS)
		n = snprintf(buf, FILTER_FIELD_TEXT, "%dxx", (int)(v / 100));
	else
		n = snprintf(buf, FILTER_FIELD_TEXT, id == FILTER_ID_SETUP ? "%jdms" : "%jd", (intmax_t)v);
	return (size_t)n;
}

/* All that is text, as it stands in the event. */
static size_t
field_all(const struct event *e, struct slice site, struct slice out[FILTER_TEXTS])
{
	const struct slice all[] = { e->phrase, e->said_phrase, e->peer, e->peer_name, e->from, e->to, e->call_id,
		e->method, e->src, e->dst, e->said_by, e->agent, e->user_agent, e->reason, e->warning, e->retry_after,
		e->detail, e->needs, e->leg, e->source, site, slice_str(transport_name(e->transport)) };
	size_t n = 0;

	_Static_assert(sizeof all / sizeof all[0] == FILTER_TEXTS, "room for all");
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		n = field_add(out, n, all[i]);
	return n;
}

/* Fields that are one text of the event. */
static struct slice
field_plain(enum filter_id id, const struct event *e)
{
	switch (id) {
	case FILTER_ID_PHRASE:
		return e->phrase;
	case FILTER_ID_SRC:
		return e->src;
	case FILTER_ID_DST:
		return e->dst;
	case FILTER_ID_FROM:
		return e->from;
	case FILTER_ID_TO:
		return e->to;
	case FILTER_ID_PREFIX:
		return field_prefix(e);
	case FILTER_ID_SAIDBY:
		return e->said_by;
	case FILTER_ID_DIR:
		return field_direction(e);
	case FILTER_ID_SOURCE:
		return e->source;
	case FILTER_ID_METHOD:
		return e->method;
	case FILTER_ID_CID:
		return e->call_id;
	case FILTER_ID_BRANCH:
		return filter_raw_branch(e);
	case FILTER_ID_TRANSPORT:
		return slice_str(transport_name(e->transport));
	case FILTER_ID_LEG:
		return e->leg;
	default:
		return (struct slice){ NULL, 0 };
	}
}

size_t
filter_texts(const struct filter_env *env, enum filter_id id, const struct event *e, struct slice site,
    char buf[FILTER_FIELD_TEXT], struct slice out[FILTER_TEXTS])
{
	/* What was mirrored here happened where it was mirrored from. */
	if (e->tap.n > 0)
		site = e->tap;
	switch (id) {
	case FILTER_ID_ANY:
		return field_all(e, site, out);
	case FILTER_ID_REASON:
		return field_reason(env, e, buf, out);
	case FILTER_ID_PEER:
		return field_add(out, field_add(out, 0, e->peer), e->peer_name);
	case FILTER_ID_USER:
		return field_add(out, field_add(out, 0, e->from), e->to);
	case FILTER_ID_UA:
		return field_add(out, field_add(out, 0, e->user_agent), e->agent);
	case FILTER_ID_PRODUCT:
		return field_add(out, field_add(out, 0, field_product(e->user_agent)), field_product(e->agent));
	case FILTER_ID_SITE:
		return field_add(out, 0, site);
	case FILTER_ID_STALE:
		return field_add(out, 0, slice_str(filter_raw_stale(e) ? "yes" : ""));
	case FILTER_ID_CODE:
	case FILTER_ID_CLASS:
	case FILTER_ID_SIP:
	case FILTER_ID_Q850:
	case FILTER_ID_WARN:
	case FILTER_ID_RETRY:
	case FILTER_ID_SETUP:
	case FILTER_ID_N:
		return field_add(out, 0, (struct slice){ buf, field_compose(id, e, buf) });
	default:
		return field_add(out, 0, field_plain(id, e));
	}
}

size_t
filter_value(
    const struct filter_field *field, const struct event *e, const struct filter_env *env, char *out, size_t cap)
{
	struct slice texts[FILTER_TEXTS];
	char buf[FILTER_FIELD_TEXT];
	size_t n = 0;

	if (field != NULL)
		n = filter_texts(env, (enum filter_id)(field - field_table), e, (struct slice){ NULL, 0 }, buf, texts);
	return slice_copy(out, cap, n > 0 ? texts[0] : (struct slice){ NULL, 0 });
}
