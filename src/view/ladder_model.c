/*
 * ladder_model - parties and arrows of one failure, and what became of its code on the way; see detail.h.
 * One thing to know: parties are hosts, but where a host talks to itself (a proxy beside a PBX) its ports are told
 * apart.  Where a log told no address at all, the messages' own words for them (RFC 3261 18.1.1, 18.2.2) stand for both
 * ends.
 */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "detail.h"

/* From whom each of the messages came and to whom it went. */
struct ladder_ends {
	struct slice src[CALLMSG_MAX], dst[CALLMSG_MAX];
	size_t n;
};

static bool
ladder_is_told(struct slice address)
{
	return address.n > 0 && !slice_eq(address, slice_str("-"));
}

/* "192.0.2.40:5060" or a name, whose port is left out, at the start of `s`; empty when there is none. */
static struct slice
ladder_end(struct slice s)
{
	struct endpoint e;

	s = slice_trim(s);
	for (size_t i = 0; i < s.n; i++)
		if (strchr(";,>? \t\r\n", s.p[i]) != NULL)
			s.n = i;
	if (!endpoint_parse(s, false, &e))
		return slice_cut(&s, ':');
	if (e.port == 0 && s.p[0] == '[')
		s = (struct slice){ s.p + 1, s.n - 2 };
	return s;
}

/* The sent-by of "SIP/2.0/UDP 192.0.2.40:5060;branch=...". */
static struct slice
ladder_sent_by(struct slice raw)
{
	struct slice via = message_header(raw, "Via", "v");

	(void)slice_cut(&via, '/');
	(void)slice_cut(&via, '/');
	for (via = slice_trim(via); via.n > 0 && *via.p != ' ' && *via.p != '\t'; via.p++, via.n--)
		;
	return ladder_end(via);
}

/* The host of "sip:+442066627625@203.0.113.5:5060;user=phone", with something before it or not. */
static struct slice
ladder_uri_host(struct slice s)
{
	ptrdiff_t at = slice_ifind(s, slice_str("sip:"));

	if (at < 0 && (at = slice_ifind(s, slice_str("sips:"))) >= 0)
		at++;
	if (at < 0)
		return (struct slice){ NULL, 0 };
	s.p += at + 4;
	s.n -= (size_t)at + 4;
	for (size_t i = 0; i < s.n && s.p[i] != ' ' && s.p[i] != '>'; i++)
		if (s.p[i] == '@') {
			s.p += i + 1;
			s.n -= i + 1;
			break;
		}
	return ladder_end(s);
}

/* Is that the branch of one of its Vias? */
static bool
ladder_has_branch(struct slice raw, struct slice branch)
{
	ptrdiff_t at;

	while (branch.n > 0 && (at = slice_ifind(raw, branch)) >= 0) {
		bool begins = at > 0 && raw.p[at - 1] == '=';

		raw.p += (size_t)at + branch.n;
		raw.n -= (size_t)at + branch.n;
		if (begins && (raw.n == 0 || strchr(";, \t\r\n", *raw.p) != NULL))
			return true;
	}
	return false;
}

/* To whom a request went: who passed it on, with its Via below an own one, else whom its first line names. */
static struct slice
ladder_asked(const struct detail_messages *msgs, size_t i)
{
	struct slice rest = msgs->m[i].raw, line, branch = message_branch(rest);
	struct slice route = ladder_uri_host(message_header(rest, "Route", NULL));

	for (size_t k = 0; k < msgs->n; k++)
		if (msgs->m[k].code == 0 && !slice_eq(message_branch(msgs->m[k].raw), branch) &&
		    ladder_has_branch(msgs->m[k].raw, branch))
			return ladder_sent_by(msgs->m[k].raw);
	return route.n > 0 ? route : message_line(&rest, &line) ? ladder_uri_host(line) : rest;
}

/* The row of the request that an answer is to, by its branch or else by its CSeq; n none. */
static size_t
ladder_request(const struct detail_messages *msgs, size_t i)
{
	const struct callmsg *m = &msgs->m[i];
	struct slice branch = message_branch(m->raw), cseq = message_header(m->raw, "CSeq", NULL);
	size_t loose = msgs->n;

	for (size_t k = msgs->n; k-- > 0;) {
		const struct callmsg *r = &msgs->m[k];

		if (r->code != 0 || r->leg != m->leg || r->raw.n == 0)
			continue;
		if (branch.n > 0 && slice_eq(message_branch(r->raw), branch))
			return k;
		if (cseq.n > 0 && slice_eq(message_header(r->raw, "CSeq", NULL), cseq) &&
		    slice_ieq(ladder_sent_by(r->raw), ladder_sent_by(m->raw)))
			loose = k;
	}
	return loose;
}

/* True: of no message an address is known, and what some say stands for it. */
static bool
ladder_ends(struct ladder_ends *ends, const struct detail_messages *msgs)
{
	bool told = false, said = false;

	ends->n = msgs->n;
	for (size_t i = 0; i < msgs->n; i++) {
		ends->src[i] = msgs->m[i].src;
		ends->dst[i] = msgs->m[i].dst;
		told = told || ladder_is_told(ends->src[i]) || ladder_is_told(ends->dst[i]);
	}
	for (size_t i = 0; i < msgs->n && !told; i++) {
		struct slice by = ladder_sent_by(msgs->m[i].raw);
		bool asks = msgs->m[i].code == 0;

		ends->src[i] = asks ? by : (struct slice){ NULL, 0 };
		ends->dst[i] = asks ? ladder_asked(msgs, i) : by;
		said = said || by.n > 0 || ends->dst[i].n > 0;
	}
	for (size_t i = 0; i < msgs->n && said; i++) {
		size_t asked = msgs->m[i].code != 0 ? ladder_request(msgs, i) : msgs->n;

		if (asked < msgs->n)
			ends->src[i] = ends->dst[asked];
	}
	return said;
}

/* Hosts that a message goes to from themselves. */
static bool
ladder_is_split(const struct ladder_ends *ends, struct slice host)
{
	for (size_t i = 0; i < ends->n; i++)
		if (slice_eq(message_host(ends->src[i]), host) && slice_eq(message_host(ends->dst[i]), host) &&
		    !slice_eq(ends->src[i], ends->dst[i]))
			return true;
	return false;
}

static size_t
ladder_party(struct ladder *l, const struct ladder_ends *ends, struct slice address)
{
	struct slice host = message_host(address), key = ladder_is_split(ends, host) ? address : host;
	char text[ENDPOINT_TEXT];

	(void)slice_copy(text, sizeof text, key.n > 0 ? key : slice_str("-"));
	for (size_t i = 0; i < l->parties; i++)
		if (slice_ieq(slice_str(l->party[i].address), slice_str(text)))
			return i;
	/* More parties than anybody can look at share the last column. */
	if (l->parties == LADDER_PARTIES)
		return LADDER_PARTIES - 1;
	l->party[l->parties] = (struct ladder_party){ .own = false };
	(void)snprintf(l->party[l->parties].address, sizeof l->party[0].address, "%s", text);
	return l->parties++;
}

/* What an event says of an address: it is its peer, or this machine's own. */
static bool
ladder_ask(struct ladder_party *p, const struct viewer *v, const struct event *e)
{
	bool sent = e->direction == DIRECTION_SENT;
	struct slice peer = sent ? e->dst : e->src, own = sent ? e->src : e->dst, is = slice_str(p->address);
	struct store_status st;

	if (e->direction == DIRECTION_UNKNOWN)
		return false;
	if ((slice_eq(message_host(peer), is) || slice_eq(peer, is)) && view_peer_known(e) &&
	    !slice_eq(message_host(e->peer), is)) {
		(void)slice_copy(p->name, sizeof p->name, e->peer);
		return true;
	}
	if (!slice_eq(message_host(own), is) && !slice_eq(own, is))
		return false;
	store_status(v->store, &st);
	(void)snprintf(p->name, sizeof p->name, "%.63s", st.host);
	p->own = true;
	return true;
}

static void
ladder_name(struct ladder_party *p, const struct viewer *v, const struct event *e)
{
	size_t n = store_event_count(v->store);

	/* A log that tells one end of each message was written by the other. */
	if (strcmp(p->address, "-") == 0) {
		p->own = e->direction != DIRECTION_UNKNOWN &&
		    !ladder_is_told(e->direction == DIRECTION_SENT ? e->src : e->dst);
		return;
	}
	if (ladder_ask(p, v, e))
		return;
	for (size_t i = 0; i < VIEW_LOOK_BACK && i < n; i++) {
		const struct event *other = store_event_at(v->store, n - 1 - i);

		if (other != NULL && ladder_ask(p, v, other))
			return;
	}
}

static bool
ladder_is_telling(unsigned code)
{
	return code >= 300;
}

/* Back from an answer along those that it was made of: who said it last had it from somebody. */
static size_t
ladder_first_said(const struct ladder *l, size_t last)
{
	size_t at = last;

	for (size_t i = last < l->n ? last : 0; i-- > 0;) {
		const struct ladder_row *r = &l->row[i];

		if (r->m->code == l->row[at].m->code && slice_eq(r->m->method, l->row[at].m->method) &&
		    r->to == l->row[at].from && r->from != r->to)
			at = i;
	}
	return at;
}

/*
 * The answer with the code that ended it, from who gave it where that is known.  Of several tries the last that was not
 * after the failure's own answer: what came before was not the end yet.
 */
static size_t
ladder_said(const struct ladder *l, const struct event *e, size_t answer)
{
	unsigned code = e->said_code != 0 ? e->said_code : e->code;
	struct slice by = e->said_by.n > 0 ? e->said_by : e->src;
	size_t loose = l->n, said = l->n;

	for (size_t i = 0; i < l->n; i++) {
		const struct callmsg *m = l->row[i].m;

		if (m->code != code || code < 300 || (e->method.n > 0 && !slice_eq(m->method, e->method)))
			continue;
		loose = loose == l->n || l->row[i].index == answer ? i : loose;
		if (slice_eq(m->src, by) && (said == l->n || l->row[i].index <= answer))
			said = i;
	}
	if (l->by_text)
		return ladder_first_said(l, loose);
	return said < l->n ? said : loose;
}

static char
ladder_letter(unsigned leg)
{
	return leg < 26 ? (char)('A' + leg) : '+';
}

static void
ladder_add(struct ladder_row *r, const char *text)
{
	size_t n = strlen(r->note);

	(void)snprintf(r->note + n, sizeof r->note - n, "%s%s", n > 0 ? ", " : "", text);
}

/* "leg B", once for each leg; "leg B ?" where only the numbers join it. */
static void
ladder_note_legs(struct ladder *l)
{
	bool known[256] = { [0] = true };
	char text[32];

	for (size_t i = 0; i < l->n; i++) {
		const struct callmsg *m = l->row[i].m;

		if (known[m->leg])
			continue;
		known[m->leg] = true;
		l->legs++;
		if (m->evidence > l->evidence)
			l->evidence = m->evidence;
		(void)snprintf(text, sizeof text, "leg %c%s", ladder_letter(m->leg),
		    m->evidence == CALLMSG_EVIDENCE_NUMBERS ? " ?" : "");
		ladder_add(&l->row[i], text);
	}
}

/* Does `m` carry the same answer on, though it comes to who said it?  Its CSeq and caller are the same. */
static bool
ladder_is_same(const struct callmsg *said, const struct callmsg *m)
{
	struct slice cseq = message_header(said->raw, "CSeq", NULL), from = message_header(said->raw, "From", "f");

	return cseq.n > 0 && from.n > 0 && slice_eq(cseq, message_header(m->raw, "CSeq", NULL)) &&
	    slice_eq(from, message_header(m->raw, "From", "f"));
}

/* Beside the answers that followed the one that was said first. */
static void
ladder_note_answers(struct ladder *l)
{
	const struct callmsg *said = l->said < l->n ? l->row[l->said].m : NULL;
	size_t at = said != NULL ? l->row[l->said].to : 0;
	char text[40];

	l->passed = l->n;
	if (said == NULL)
		return;
	ladder_add(&l->row[l->said], "! said here");
	for (size_t i = l->said + 1; i < l->n; i++) {
		const struct callmsg *m = l->row[i].m;

		/* It goes on from where the answer before it came to. */
		if (!ladder_is_telling(m->code) || l->row[i].from != at || !slice_eq(m->method, said->method) ||
		    (l->row[i].to == l->row[l->said].from && !ladder_is_same(said, m)))
			continue;
		if (m->code == said->code) {
			ladder_add(&l->row[i], "passed on");
		} else {
			(void)snprintf(text, sizeof text, "%u became %u here", said->code, m->code);
			ladder_add(&l->row[i], text);
		}
		l->passed = i;
		at = l->row[i].to;
	}
}

/* What an answer is to, where it is to another request of the attempt than the one that failed. */
static void
ladder_note_rest(struct ladder *l, const struct event *e)
{
	char text[32];

	for (size_t i = 0; i < l->n; i++) {
		const struct callmsg *m = l->row[i].m;

		if ((m->code == 401 || m->code == 407) && i != l->said && l->row[i].note[0] == '\0')
			ladder_add(&l->row[i], "challenge");
		if (m->code > 0 && m->method.n > 0 && e->method.n > 0 && !slice_eq(m->method, e->method) &&
		    !slice_eq(m->method, slice_str("INVITE"))) {
			(void)snprintf(
			    text, sizeof text, "to %.*s", (int)(m->method.n < 16 ? m->method.n : 16), m->method.p);
			ladder_add(&l->row[i], text);
		}
		if (m->raw.n > 0 && message_is_cut(m))
			ladder_add(&l->row[i], "cut");
		if (m->seen > 1) {
			(void)snprintf(text, sizeof text, "x%" PRIu32, m->seen);
			ladder_add(&l->row[i], text);
		}
	}
}

/* The first message of the leg that has this header; NULL none. */
static const struct callmsg *
ladder_first_with(const struct ladder *l, unsigned leg, const char *name, struct slice *value)
{
	for (size_t i = 0; i < l->n; i++) {
		if (l->row[i].m->leg != leg)
			continue;
		*value = message_header(l->row[i].m->raw, name, NULL);
		*value = slice_trim(slice_cut(value, ';'));
		if (value->n > 0)
			return l->row[i].m;
	}
	return NULL;
}

/* One of them names the Call-ID of the other, or both carry the same. */
static bool
ladder_is_joined(const struct ladder *l, unsigned leg, const char *name)
{
	struct slice mine, theirs, call;

	if (ladder_first_with(l, leg, name, &mine) == NULL)
		return ladder_first_with(l, 0, name, &theirs) != NULL &&
		    ladder_first_with(l, leg, "Call-ID", &call) != NULL && slice_eq(theirs, call);
	return (ladder_first_with(l, 0, "Call-ID", &call) != NULL && slice_eq(mine, call)) ||
	    (ladder_first_with(l, 0, name, &theirs) != NULL && slice_eq(mine, theirs));
}

const char *
ladder_join(const struct ladder *l, size_t row)
{
	static const char *const names[] = { "X-Call-ID", "X-CID", "Session-ID", "P-Charging-Vector" };
	const struct callmsg *m = l->row[row].m;

	if (m->leg == 0)
		return "";
	for (size_t i = 0; m->evidence == CALLMSG_EVIDENCE_HEADER && i < sizeof names / sizeof names[0]; i++)
		if (ladder_is_joined(l, m->leg, names[i]))
			return names[i];
	return callmsg_evidence_name(m->evidence);
}

/* What joins the legs, where that is one thing for all. */
static void
ladder_note_join(struct ladder *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const char *by = ladder_join(l, i);

		if (by[0] == '\0' || strcmp(by, l->joined_by) == 0)
			continue;
		(void)snprintf(l->joined_by, sizeof l->joined_by, "%s", l->joined_by[0] == '\0' ? by : "");
		if (l->joined_by[0] == '\0')
			return;
	}
}

void
ladder_build(
    struct ladder *l, const struct viewer *v, const struct event *e, const struct detail_messages *msgs, int leg)
{
	struct ladder_ends ends;

	*l = (struct ladder){ .legs = 1 };
	l->by_text = ladder_ends(&ends, msgs);
	for (size_t i = 0; i < msgs->n; i++) {
		struct ladder_row *r = &l->row[l->n];

		if (leg >= 0 && msgs->m[i].leg != leg)
			continue;
		*r = (struct ladder_row){ .m = &msgs->m[i], .index = i };
		r->from = ladder_party(l, &ends, ends.src[i]);
		r->to = ladder_party(l, &ends, ends.dst[i]);
		l->n++;
	}
	for (size_t i = 0; i < l->parties; i++)
		ladder_name(&l->party[i], v, e);
	/* Who called is known by the number, where nothing else is. */
	if (l->n > 0 && l->row[0].m->code == 0 && l->party[l->row[0].from].name[0] == '\0' &&
	    strcmp(l->party[l->row[0].from].address, "-") != 0)
		(void)slice_copy(l->party[l->row[0].from].name, sizeof l->party[0].name, e->from);
	l->said = ladder_said(l, e, msgs->answer);
	ladder_note_legs(l);
	ladder_note_join(l);
	ladder_note_answers(l);
	ladder_note_rest(l, e);
}

/* Requests of the failed kind to others than who said no, after it did. */
static bool
ladder_other_route(const struct ladder *l, const struct event *e)
{
	const struct ladder_row *said = &l->row[l->said];

	for (size_t i = l->said + 1; i < l->n; i++)
		if (l->row[i].m->code == 0 && slice_eq(l->row[i].m->method, e->method) && l->row[i].from == said->to &&
		    l->row[i].to != said->from)
			return true;
	return false;
}

/* Was one of the answers behind who said no a success? */
static bool
ladder_worked(const struct ladder *l, const struct event *e)
{
	for (size_t i = l->said + 1; i < l->n; i++)
		if (l->row[i].m->code >= 200 && l->row[i].m->code < 300 && slice_eq(l->row[i].m->method, e->method))
			return true;
	return false;
}

/* Name of who a row's message came from, else the address. */
static const char *
ladder_who(const struct ladder *l, size_t row)
{
	const struct ladder_party *p = &l->party[l->row[row].from];

	if (strcmp(p->address, "-") == 0)
		return p->own && !l->by_text && l->row[row].from != l->row[row].to ? "this machine"
										   : "somebody (no address is known)";
	return p->name[0] != '\0' ? p->name : p->address;
}

char *
ladder_to(const struct ladder *l, size_t row, char *out, size_t cap)
{
	struct slice to = slice_str(l->party[l->row[row].to].address);

	/* Without its port, though that may tell two lanes apart. */
	if (!l->by_text)
		to = message_host(l->row[row].m->dst);
	(void)snprintf(out, cap, "%s%.*s", ladder_is_told(to) ? ", to " : "", ladder_is_told(to) ? (int)to.n : 0, to.p);
	return out;
}

/* No answer that failed: silence, or a success whose ACK did not come in time. */
static void
ladder_unsaid(const struct ladder *l, const struct event *e, char *out, size_t cap)
{
	bool provisional = false, ack = false;

	for (size_t i = 0; i < l->n; i++) {
		provisional = provisional || (l->row[i].m->code >= 100 && l->row[i].m->code < 200);
		ack = ack || (l->row[i].m->code == 0 && slice_eq(l->row[i].m->method, slice_str("ACK")));
	}
	(void)snprintf(out, cap, "%s",
	    e->ack_missing && ack ? "It was answered, but the ACK came late: the answer was repeated until then."
		: e->ack_missing  ? "It was answered, but no ACK followed."
		: e->code != 0    ? "The answer that failed is not among the messages kept."
		: provisional     ? "No final answer came, only provisional ones."
				  : "Nobody answered: the request stands alone.");
}

char *
ladder_verdict(const struct ladder *l, const struct event *e, char *out, size_t cap)
{
	const struct callmsg *said = l->said < l->n ? l->row[l->said].m : NULL, *last;
	bool call = slice_eq(e->method, slice_str("INVITE"));
	size_t at = 0;

	out[0] = '\0';
	if (said == NULL) {
		ladder_unsaid(l, e, out, cap);
		return out;
	}
	last = l->passed < l->n ? l->row[l->passed].m : NULL;
	/* One host may go by its name in one message and by its address in another. */
	if (last == NULL)
		at = (size_t)snprintf(out, cap, "%s said %u%s.", ladder_who(l, l->said), said->code,
		    l->by_text ? "" : "; no other hop passed it on");
	else if (last->leg == said->leg && last->code == said->code)
		at = (size_t)snprintf(out, cap, "%s said %u, and %s passed it on unchanged.", ladder_who(l, l->said),
		    said->code, ladder_who(l, l->passed));
	else if (last->leg == said->leg)
		at = (size_t)snprintf(out, cap, "%s said %u, and %s made %u of it.", ladder_who(l, l->said), said->code,
		    ladder_who(l, l->passed), last->code);
	else if (last->code == said->code)
		at = (size_t)snprintf(out, cap, "Code unchanged from leg %c to leg %c.", ladder_letter(said->leg),
		    ladder_letter(last->leg));
	else
		at = (size_t)snprintf(out, cap, "%u became %u on the way from leg %c to leg %c.", said->code,
		    last->code, ladder_letter(said->leg), ladder_letter(last->leg));
	/* It may begin with words that are not a name. */
	if (strcmp(l->party[l->row[l->said].from].address, "-") == 0 && islower((unsigned char)out[0]))
		out[0] = (char)toupper((unsigned char)out[0]);
	/* Routes are chosen for calls. */
	if (at < cap && ladder_other_route(l, e))
		(void)snprintf(out + at, cap - at, " %s",
		    ladder_worked(l, e) ? "Another route was tried, and it took the call."
					: "Another route was tried.");
	else if (at < cap && call)
		(void)snprintf(out + at, cap - at, " No second route was tried.");
	return out;
}
