/*
 * ladder_model - parties and arrows of one failure, and what became of its code on the way; see detail.h.
 * One thing to know: parties are hosts, but where a host talks to itself (a proxy beside a PBX) its ports are told
 * apart.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "detail.h"

/* Hosts that a message goes to from themselves. */
static bool
ladder_is_split(const struct detail_messages *msgs, struct slice host)
{
	for (size_t i = 0; i < msgs->n; i++)
		if (slice_eq(message_host(msgs->m[i].src), host) && slice_eq(message_host(msgs->m[i].dst), host) &&
		    !slice_eq(msgs->m[i].src, msgs->m[i].dst))
			return true;
	return false;
}

static size_t
ladder_party(struct ladder *l, const struct detail_messages *msgs, struct slice address)
{
	struct slice host = message_host(address), key = ladder_is_split(msgs, host) ? address : host;
	char text[ENDPOINT_TEXT];

	(void)slice_copy(text, sizeof text, key.n > 0 ? key : slice_str("-"));
	for (size_t i = 0; i < l->parties; i++)
		if (strcmp(l->party[i].address, text) == 0)
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

	if (strcmp(p->address, "-") == 0) {
		(void)snprintf(p->name, sizeof p->name, "?");
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
	*l = (struct ladder){ .legs = 1 };
	for (size_t i = 0; i < msgs->n; i++) {
		struct ladder_row *r = &l->row[l->n];

		if (leg >= 0 && msgs->m[i].leg != leg)
			continue;
		*r = (struct ladder_row){ .m = &msgs->m[i], .index = i };
		r->from = ladder_party(l, msgs, msgs->m[i].src);
		r->to = ladder_party(l, msgs, msgs->m[i].dst);
		l->n++;
	}
	for (size_t i = 0; i < l->parties; i++)
		ladder_name(&l->party[i], v, e);
	/* Who called is known by the number, where nothing else is. */
	if (l->n > 0 && l->row[0].m->code == 0 && l->party[l->row[0].from].name[0] == '\0')
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
		return "a party that the log does not name";
	return p->name[0] != '\0' ? p->name : p->address;
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
	if (last == NULL)
		at = (size_t)snprintf(
		    out, cap, "%s said %u; no other hop passed it on.", ladder_who(l, l->said), said->code);
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
	/* Routes are chosen for calls. */
	if (at < cap && ladder_other_route(l, e))
		(void)snprintf(out + at, cap - at, " %s",
		    ladder_worked(l, e) ? "Another route was tried, and it took the call."
					: "Another route was tried.");
	else if (at < cap && call)
		(void)snprintf(out + at, cap - at, " No second route was tried.");
	return out;
}
