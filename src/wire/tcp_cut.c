/*
 * tcp_cut - what is in a stream: SIP as such, HEP, WebSocket, TLS, HTTP; and the cutting of messages out of it.
 * What begins first in the bytes decides, and while that cannot be told nothing behind it is looked at: so it does not
 * matter how the bytes were cut into segments.
 */
#include "tcp_int.h"

#include <string.h>

enum { CUT_TLS_LOOK = 6, CUT_TLS_HANDSHAKE = 22, CUT_TLS_RECORD_MAX = 16384 + 256 };

/* Something else than SIP as such. */
enum cut_kind { CUT_NOTHING, CUT_PERHAPS, CUT_HEP, CUT_WS, CUT_TLS, CUT_HTTP };

void
stream_cut_reset(struct tcp *t, struct stream *s)
{
	if (s->proto == STREAM_AS_HEP) {
		stream_discharge(t, s, hepcut_bytes(&s->as.hep));
		hepcut_fini(&s->as.hep);
	}
	memset(&s->as, 0, sizeof s->as);
	s->proto = STREAM_AS_OPEN;
}

/* A handshake record with a hello in it (RFC 8446 5.1), which only the first bytes of a connection are. */
static enum cut_kind
cut_tls(struct slice s)
{
	static const uint8_t least[CUT_TLS_LOOK] = { CUT_TLS_HANDSHAKE, 3, 0, 0, 0, 1 };
	static const uint8_t most[CUT_TLS_LOOK] = { CUT_TLS_HANDSHAKE, 3, 4, 0xff, 0xff, 2 };
	unsigned len;

	for (size_t i = 0; i < s.n && i < CUT_TLS_LOOK; i++)
		if ((uint8_t)s.p[i] < least[i] || (uint8_t)s.p[i] > most[i])
			return CUT_NOTHING;
	if (s.n < CUT_TLS_LOOK)
		return CUT_PERHAPS;
	len = (unsigned)(uint8_t)s.p[3] << 8 | (uint8_t)s.p[4];
	return len >= 4 && len <= CUT_TLS_RECORD_MAX ? CUT_TLS : CUT_NOTHING;
}

/*
 * HTTP with a body, which no upgrade can follow.  SIP that stands in it - a page about it, a log on its way - was not
 * sent here.
 */
static enum cut_kind
cut_http(struct slice s)
{
	static const char *const heads[] = { "HTTP/1.1 2", "HTTP/1.0 2", "POST /", "PUT /" };
	enum cut_kind kind = CUT_NOTHING;

	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		size_t n = strlen(heads[i]);

		if (memcmp(s.p, heads[i], s.n < n ? s.n : n) == 0)
			kind = s.n < n ? CUT_PERHAPS : CUT_HTTP;
	}
	return kind;
}

static enum cut_kind
cut_at_begin(struct slice s)
{
	enum cut_kind tls = cut_tls(s), http = cut_http(s);
	bool zip = memcmp(s.p, "\x1f\x8b\x08", s.n < 3 ? s.n : 3) == 0;

	if (tls != CUT_NOTHING || http != CUT_NOTHING)
		return tls != CUT_NOTHING ? tls : http;
	if (zip)
		return s.n < 3 ? CUT_PERHAPS : CUT_HEP;
	switch (ws_upgrade(s)) {
	case WS_YES:
		return CUT_WS;
	case WS_PERHAPS:
		return CUT_PERHAPS;
	case WS_NO:
		break;
	}
	return CUT_NOTHING;
}

/*
 * What can begin at any place: HEP, or a WebSocket frame.  Their first bytes have nothing in common, and most bytes of
 * a stream are neither.
 */
static enum cut_kind
cut_anywhere(struct slice s)
{
	static const enum cut_kind of_hep[] = {
		[HEPCUT_NO] = CUT_NOTHING, [HEPCUT_PERHAPS] = CUT_PERHAPS, [HEPCUT_YES] = CUT_HEP
	};
	static const enum cut_kind of_ws[] = { [WS_NO] = CUT_NOTHING, [WS_PERHAPS] = CUT_PERHAPS, [WS_YES] = CUT_WS };

	unsigned op = (uint8_t)*s.p & 0x7f;

	if (*s.p == 'H' || *s.p == 'E')
		return of_hep[hepcut_start(s)];
	return op == 1 || op == 2 ? of_ws[ws_frame(s)] : CUT_NOTHING;
}

/* The first place up to `last` where something else begins, or may begin. */
static enum cut_kind
cut_find(const struct stream *s, struct slice u, size_t last, bool end, size_t *at)
{
	for (*at = 0; *at < u.n && *at <= last; ++*at) {
		struct slice rest = { u.p + *at, u.n - *at };
		enum cut_kind kind = *at == 0 && !s->begun ? cut_at_begin(rest) : CUT_NOTHING;

		if (kind == CUT_NOTHING || (kind == CUT_PERHAPS && end))
			kind = cut_anywhere(rest);
		if (kind != CUT_NOTHING && !(kind == CUT_PERHAPS && end))
			return kind;
	}
	return CUT_NOTHING;
}

static void
cut_become(struct tcp *t, struct stream *s, enum cut_kind kind)
{
	memset(&s->as, 0, sizeof s->as);
	switch (kind) {
	case CUT_HEP:
		s->proto = STREAM_AS_HEP;
		s->as.hep.max = t->cfg.inflate_bytes < HEPCUT_MAX ? t->cfg.inflate_bytes : HEPCUT_MAX;
		break;
	case CUT_WS:
		s->proto = STREAM_AS_WS;
		break;
	case CUT_TLS:
		t->st->tls += !tcp_peer_is_tls(t, s);
		s->tls = s->other = true;
		break;
	default:
		s->other = true;
	}
}

static struct stream_cut
cut_of_sip(struct tcp *t, struct stream *s, struct sipframe_step step)
{
	t->st->tcp_resyncs += s->as.sip.resyncs;
	t->st->tcp_oversize += s->as.sip.oversize;
	s->as.sip.resyncs = s->as.sip.oversize = 0;
	s->found = s->found || s->as.sip.found;
	if (s->found)
		s->proto = STREAM_AS_SIP;
	return (struct stream_cut){ step.eat, step.len, step.len, step.ready, step.cut };
}

/* Nothing is recognised yet.  *more: now it is, look again. */
static struct stream_cut
cut_open(struct tcp *t, struct stream *s, struct slice u, bool end, bool *more)
{
	struct sipframe try = s->as.sip;
	struct sipframe_step step = sipframe_next(&try, u, end);
	struct stream_cut cut;
	enum cut_kind kind;
	size_t at;

	*more = false;
	kind = cut_find(s, u, step.eat, end, &at);
	if (kind == CUT_NOTHING) {
		s->as.sip = try;
		cut = cut_of_sip(t, s, step);
	} else {
		/* What stands before it is no SIP, or sipframe would have stopped there. */
		cut = cut_of_sip(t, s, sipframe_next(&s->as.sip, (struct slice){ u.p, at }, false));
	}
	if (kind > CUT_PERHAPS) {
		cut.eat = at;
		cut_become(t, s, kind);
		*more = true;
	}
	s->begun = s->begun || cut.eat > 0 || *more;
	return cut;
}

/* The limit leaves no room to inflate: nothing more is read of this stream. */
static void
cut_give_up(struct tcp *t, struct stream *s)
{
	stream_discharge(t, s, hepcut_bytes(&s->as.hep));
	hepcut_fini(&s->as.hep);
	s->other = s->found = s->judged = true;
	s->fate = fate_drop(WIRE_DROP_TCP_LIMIT);
}

/* gzip members are inflated to find their ends; what that holds is charged like buffers. */
static struct hepcut_step
cut_packet(struct tcp *t, struct stream *s, struct slice u, bool end, uint64_t lost)
{
	size_t held = hepcut_bytes(&s->as.hep), now;
	struct hepcut_step step = lost > 0 ? hepcut_gap(&s->as.hep, u, lost) : hepcut_next(&s->as.hep, u, end);

	now = hepcut_bytes(&s->as.hep);
	if (now > held) {
		stream_charge(t, s, now - held);
		if (!s->gone && !tcp_make_room(t, s, 0))
			cut_give_up(t, s);
	} else {
		stream_discharge(t, s, held - now);
	}
	if (s->as.hep.foreign) {
		/* It was never HEP; what looked like it behind that is not either. */
		s->other = true;
		return (struct hepcut_step){ .eat = u.n };
	}
	t->st->tcp_resyncs += s->as.hep.lost;
	if (s->as.hep.damaged > 0 && !s->judged) {
		s->fate = fate_drop(WIRE_DROP_INFLATE);
		s->judged = s->found = true;
	}
	s->as.hep.lost = s->as.hep.damaged = 0;
	return step;
}

/* A packet: does it hold messages?  All of them are counted here; they are handed out when somebody asks. */
static bool
cut_judge(struct tcp *t, struct stream *s, struct slice packet, bool cut)
{
	struct hep_outer outer = { .t_ns = s->t_ns, .ifindex = s->ifindex, .cut = cut };
	struct message m;
	struct fate f;

	f = hep_push(t->hep, packet, &outer);
	while (f.verdict == WIRE_SIP && hep_next(t->hep, &m))
		continue;
	if (!s->judged || f.verdict == WIRE_SIP)
		s->fate = f;
	s->judged = s->found = true;
	return f.verdict == WIRE_SIP;
}

static struct stream_cut
cut_hep(struct tcp *t, struct stream *s, struct slice u, bool end, uint64_t lost)
{
	struct stream_cut cut = { 0 };

	for (;;) {
		struct hepcut_step step = { .eat = u.n };

		if (!s->other)
			step = cut_packet(t, s, u, end, lost);
		cut.eat += step.eat;
		if (!step.ready)
			return cut;
		u = (struct slice){ u.p + step.eat, u.n - step.eat };
		if (cut_judge(t, s, (struct slice){ u.p, step.len }, step.cut)) {
			cut.len = cut.drop = step.len;
			cut.ready = true;
			cut.cut = step.cut;
			return cut;
		}
		cut.eat += step.len;
		u = (struct slice){ u.p + step.len, u.n - step.len };
		if (lost > 0)
			return cut;
	}
}

static struct stream_cut
cut_of_ws(struct tcp *t, struct stream *s, struct ws_step step)
{
	t->st->tcp_resyncs += s->as.ws.resyncs;
	t->st->tcp_oversize += s->as.ws.oversize;
	s->as.ws.resyncs = s->as.ws.oversize = 0;
	s->found = s->found || s->as.ws.found;
	s->other = s->as.ws.other;
	return (struct stream_cut){ step.eat, step.len, step.drop, step.ready, step.cut };
}

struct stream_cut
stream_cut_next(struct tcp *t, struct stream *s, bool end)
{
	struct slice u = stream_unread(s);
	struct stream_cut cut = { 0 };
	size_t eat = 0;
	bool more = s->proto == STREAM_AS_OPEN && !s->other;

	if (more) {
		cut = cut_open(t, s, u, end, &more);
		if (!more)
			return cut;
		eat = cut.eat;
		u = (struct slice){ u.p + eat, u.n - eat };
	}
	switch (s->proto) {
	case STREAM_AS_SIP:
		cut = cut_of_sip(t, s, sipframe_next(&s->as.sip, u, end));
		break;
	case STREAM_AS_HEP:
		cut = cut_hep(t, s, u, end, 0);
		break;
	case STREAM_AS_WS:
		cut = cut_of_ws(t, s, ws_next(&s->as.ws, s->buf ? s->buf + s->off + eat : NULL, u.n, end));
		break;
	default:
		cut = (struct stream_cut){ .eat = u.n };
	}
	cut.eat += eat;
	return cut;
}

struct stream_cut
stream_cut_gap(struct tcp *t, struct stream *s, uint64_t lost)
{
	struct slice u = stream_unread(s);
	struct stream_cut cut;

	s->begun = true;
	switch (s->proto) {
	case STREAM_AS_HEP:
		cut = cut_hep(t, s, u, false, lost);
		break;
	case STREAM_AS_WS:
		cut = cut_of_ws(t, s, ws_gap(&s->as.ws, s->buf ? s->buf + s->off : NULL, u.n, lost));
		break;
	default:
		cut = cut_of_sip(t, s, sipframe_gap(&s->as.sip, u, lost));
	}
	cut.drop = cut.len;
	return cut;
}
