/* stream - see stream.h. */
#include "stream.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sipwhy/timefmt.h"

#define STREAM_EPOCH_NS (INT64_C(1700000000) * NS_PER_S)

static void
text(char *out, size_t cap, struct slice s)
{
	(void)slice_copy(out, cap, s);
}

static void
on_attempt(void *ctx, enum sip_method method, int64_t t_ns)
{
	(void)method;
	(void)t_ns;
	((struct stream *)ctx)->attempts++;
}

static void
on_outcome(void *ctx, const struct outcome *o)
{
	struct stream *st = ctx;
	char peer[ENDPOINT_TEXT];

	assert_non_null(o->peer);
	assert_true(o->kind < OUTCOME_N);
	assert_true(o->pdd_ms >= -1 && o->srd_ms >= -1 && o->rrd_ms >= -1);
	(void)endpoint_format(peer, sizeof peer, o->peer, false);
	if (st->outcomes_n < sizeof st->outcomes)
		st->outcomes_n += (size_t)snprintf(st->outcomes + st->outcomes_n, sizeof st->outcomes - st->outcomes_n,
		    "%s %u %u %d%d%d %d%d%d%d%d%d %s\n", outcome_name(o->kind), o->method, o->code, o->whole, o->leg,
		    o->undo, o->in_call, o->seized, o->rang, o->auth, o->recovered, o->lone,
		    st->mode == STREAM_LOG_FLOW ? "" : peer);
	if (o->leg) {
		st->legs[o->kind] += o->undo ? -1 : 1;
		(void)endpoint_format(peer, sizeof peer, o->peer, false);
		text(st->last_peer, sizeof st->last_peer, slice_str(peer));
	}
	if (!o->whole || o->in_call)
		return;
	st->whole[o->kind] += o->undo ? -1 : 1;
	st->last_whole = *o;
	st->last_whole.peer = NULL;
}

static void
on_completed(void *ctx, const struct endpoint *peer, int64_t t_ns)
{
	(void)peer;
	(void)t_ns;
	((struct stream *)ctx)->completed++;
}

static void
on_event(void *ctx, const struct event *ev)
{
	struct stream *st = ctx;
	struct stream_event *e;

	st->n_events++;
	if (st->n_events > STREAM_KEPT)
		return;
	e = &st->events[st->n_events - 1];
	*e = (struct stream_event){ .id = ev->id,
		.code = ev->code,
		.said_code = ev->said_code,
		.outcome = ev->outcome,
		.repeats = ev->repeats,
		.copies = ev->copies,
		.tries = ev->tries,
		.q850 = ev->q850,
		.setup_ms = ev->setup_ms,
		.hop_ms = ev->hop_ms,
		.direction = ev->direction,
		.role = ev->role,
		.t_ns = ev->t_ns,
		.recovered = ev->recovered,
		.in_call = ev->in_call,
		.auth = ev->auth,
		.rang = ev->rang,
		.orphan = ev->orphan,
		.ack_missing = ev->ack_missing,
		.partial = ev->partial,
		.statement = ev->statement,
		.transport = ev->transport,
		.raw_len = ev->raw_len };
	text(e->dst, sizeof e->dst, ev->dst);
	text(e->stamp, sizeof e->stamp, ev->stamp);
	text(e->tap, sizeof e->tap, ev->tap);
	text(e->call_id, sizeof e->call_id, ev->call_id);
	text(e->from, sizeof e->from, ev->from);
	text(e->to, sizeof e->to, ev->to);
	text(e->method, sizeof e->method, ev->method);
	text(e->phrase, sizeof e->phrase, ev->phrase);
	text(e->peer, sizeof e->peer, ev->peer);
	text(e->src, sizeof e->src, ev->src);
	text(e->said_by, sizeof e->said_by, ev->said_by);
	text(e->leg, sizeof e->leg, ev->leg);
	text(e->path, sizeof e->path, ev->path);
	text(e->user_agent, sizeof e->user_agent, ev->user_agent);
	text(e->raw, sizeof e->raw, ev->raw);
}

static void
on_update(void *ctx, const struct event_update *u)
{
	struct stream *st = ctx;

	st->n_updates++;
	st->last_update = *u;
	for (size_t i = 0; i < st->n_events && i < STREAM_KEPT; i++) {
		struct stream_event *e = &st->events[i];

		if (e->id != u->id)
			continue;
		assert_int_equal(u->old_code, e->code);
		assert_true(u->peer.n == 0 || slice_eq(u->peer, slice_str(e->peer)));
		st->last_update.peer = u->peer.n > 0 ? slice_str(e->peer) : u->peer;
		if (u->code != 0) {
			e->code = u->code;
			e->said_code = u->said_code;
			text(e->phrase, sizeof e->phrase, u->phrase);
			text(e->said_by, sizeof e->said_by, u->said_by);
		}
		e->recovered |= u->recovered;
		e->repeats = u->repeats;
		e->copies = u->copies;
		if (u->path.n > 0)
			text(e->path, sizeof e->path, u->path);
	}
}

static void
on_incident(void *ctx, const struct incident *i)
{
	struct stream *st = ctx;
	struct stream_incident *row = NULL;

	st->n_words++;
	for (size_t k = 0; k < st->n_incidents; k++)
		if (st->incidents[k].id == i->id)
			row = &st->incidents[k];
	if (row == NULL && st->n_incidents == STREAM_KEPT)
		return;
	if (row == NULL)
		row = &st->incidents[st->n_incidents++];
	row->id = i->id;
	row->pattern = i->pattern;
	row->level = i->level;
	row->count = i->count;
	row->ended = i->ended;
	text(row->kind, sizeof row->kind, i->kind);
	text(row->peer, sizeof row->peer, i->peer);
	text(row->what, sizeof row->what, i->what);
	text(row->sentence, sizeof row->sentence, i->sentence);
	text(row->call_id, sizeof row->call_id, i->call_ids[0]);
	for (int k = 0; k < INCIDENT_EVIDENCE; k++) {
		row->events[k] = i->events[k];
		text(row->call_ids[k], sizeof row->call_ids[k], i->call_ids[k]);
	}
}

/* The last number of an address. */
static int
last_of(struct slice address)
{
	int number = 0;

	for (size_t i = 0; i < address.n && address.p[i] != ':'; i++) {
		if (address.p[i] == '.')
			number = 0;
		else
			number = 10 * number + address.p[i] - '0';
	}
	return address.n == 1 ? -1 : number;
}

static void
tell(struct stream *st, const char *fmt, ...)
{
	size_t room = sizeof st->told - st->told_n;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(st->told + st->told_n, room, fmt, ap);
	va_end(ap);
	if (n > 0 && (size_t)n < room)
		st->told_n += (size_t)n;
}

static unsigned
of(struct stream *st, uint64_t id)
{
	if (st->first_of == 0)
		st->first_of = id;
	return (unsigned)(id - st->first_of);
}

static bool
on_message(void *ctx, const struct callmsg *c)
{
	struct stream *st = ctx;

	assert_true(c->of > 0 && c->at < CALLMSG_MAX && c->seen > 0);
	assert_true(c->raw.n <= CALLMSG_BYTES_MAX && c->raw.n <= c->raw_len);
	assert_true(c->leg > 0 || c->evidence == CALLMSG_EVIDENCE_NONE);
	if (c->of == st->refuse)
		return false;
	st->n_told++;
	tell(st, "%u.%u %u %s %u %.*s %d>%d x%u%s\n", of(st, c->of), c->at, c->leg, callmsg_evidence_name(c->evidence),
	    c->code, (int)c->method.n, c->method.p, last_of(c->src), last_of(c->dst), c->seen,
	    c->raw.n == 0 ? " -" : "");
	return true;
}

static void
on_good(void *ctx, const struct goodcall *g)
{
	struct stream *st = ctx;

	st->n_good++;
	tell(st, "%u good %u %.*s %.*s %.*s\n", of(st, g->id), g->code, (int)g->method.n, g->method.p, (int)g->peer.n,
	    g->peer.p, (int)g->call_id.n, g->call_id.p);
}

void
stream_open(struct stream *st, const struct track_cfg *cfg)
{
	static const struct endpoint pbx = { .family = 4, .addr = { 192, 0, 2, 10 } };
	struct track_cfg c = { .local = &pbx, .n_local = 1 };

	memset(st, 0, sizeof *st);
	if (cfg != NULL)
		c = *cfg;
	c.sink = (struct track_sink){ st, on_attempt, on_outcome, on_completed, on_event, on_update, on_incident,
		on_message, on_good };
	st->t = track_new(&c);
}

void
stream_close(struct stream *st)
{
	track_free(st->t);
	st->t = NULL;
}

static struct endpoint
host(const char *name, size_t n)
{
	static const struct {
		const char *name;
		uint8_t a[4];
	} hosts[] = { { "phone", { 10, 0, 0, 1 } }, { "phone2", { 10, 0, 0, 2 } }, { "phone3", { 10, 0, 0, 3 } },
		{ "pbx", { 192, 0, 2, 10 } }, { "proxy", { 192, 0, 2, 20 } }, { "carrier", { 198, 51, 100, 7 } },
		{ "carrier2", { 198, 51, 100, 20 } }, { "scan", { 203, 0, 113, 66 } } };
	struct endpoint e = { .family = 4, .port = 5060 };
	const char *bracket = name[0] == '[' ? memchr(name, ']', n) : NULL;
	const char *colon = bracket != NULL ? memchr(bracket, ':', n - (size_t)(bracket - name)) : memchr(name, ':', n);
	size_t len = colon != NULL ? (size_t)(colon - name) : n;
	unsigned a[4];

	if (colon != NULL)
		e.port = (uint16_t)strtoul(colon + 1, NULL, 10);
	if (bracket != NULL) {
		char address[INET6_ADDRSTRLEN];

		text(address, sizeof address, (struct slice){ name + 1, (size_t)(bracket - name) - 1 });
		e.family = 6;
		assert_int_equal(inet_pton(AF_INET6, address, e.addr), 1);
		return e;
	}
	if (len == 1 && name[0] == '-')
		return (struct endpoint){ .family = 0 };
	for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
		if (strlen(hosts[i].name) == len && memcmp(hosts[i].name, name, len) == 0) {
			memcpy(e.addr, hosts[i].a, 4);
			return e;
		}
	assert_int_equal(sscanf(name, "%u.%u.%u.%u", &a[0], &a[1], &a[2], &a[3]), 4);
	for (int i = 0; i < 4; i++)
		e.addr[i] = (uint8_t)a[i];
	return e;
}

/* One line being read: its texts live here. */
struct line {
	struct message m;
	struct sipmsg s;
	char text[1024];
	char branch[192], sent_by[64], raw[256];
	size_t length;
	int stated;
};

static int
key(const char *word, const char *name, struct slice *value)
{
	size_t n = strlen(name);

	if (strncmp(word, name, n) != 0 || word[n] != '=')
		return 0;
	*value = slice_str(word + n + 1);
	return 1;
}

static int
number(const char *word, const char *name, long *out)
{
	struct slice v;

	if (!key(word, name, &v))
		return 0;
	*out = strtol(v.p, NULL, 10);
	return 1;
}

static void
word(struct line *l, char *w)
{
	struct sipmsg *s = &l->s;
	struct slice v;
	long n;

	for (char *p = w; *p != '\0'; p++)
		if (*p == '_')
			*p = ' ';
	if (key(w, "c", &s->call_id) || key(w, "f", &s->from_tag) || key(w, "t", &s->to_tag) ||
	    key(w, "b", &s->branch) || key(w, "from", &s->from) || key(w, "to", &s->to) || key(w, "ua", &s->server) ||
	    key(w, "phrase", &s->phrase) || key(w, "reason", &s->reason) || key(w, "retry", &s->retry_after) ||
	    key(w, "needs", &s->needs) || key(w, "link", &s->link) || key(w, "contact", &s->contact) ||
	    key(w, "warning", &s->warning) || key(w, "uri", &s->uri) || key(w, "via", &s->sent_by))
		return;
	if (key(w, "stamp", &l->m.stamp) || key(w, "tap", &l->m.agent) || key(w, "corr", &l->m.correlation))
		return;
	if (key(w, "realm", &v))
		s->realm[s->n_realms++] = v;
	else if (number(w, "n", &n))
		s->cseq = (uint32_t)n;
	else if (number(w, "exp", &n))
		s->expires = (int32_t)n;
	else if (number(w, "se", &n))
		s->session_expires = (int32_t)n;
	else if (number(w, "q850", &n))
		s->q850 = (int)n;
	else if (number(w, "sip", &n))
		s->reason_sip = (int)n;
	else if (number(w, "warn", &n))
		s->warn_code = (int)n;
	else if (number(w, "maxf", &n))
		s->max_forwards = (int16_t)n;
	else if (number(w, "len", &n))
		l->length = (size_t)n;
	else if (strcmp(w, "stale") == 0)
		s->stale = true;
	else if (strcmp(w, "sdp") == 0)
		s->sdp = true;
	else if (strcmp(w, "part") == 0)
		s->partial = true;
	else if (strcmp(w, "in") == 0)
		l->m.flow = FLOW_IN;
	else if (strcmp(w, "out") == 0)
		l->m.flow = FLOW_OUT;
	else if (strcmp(w, "stated") == 0)
		l->stated = 1;
	else if (strcmp(w, "untimed") == 0)
		l->m.untimed = true;
	else if (strcmp(w, "upstream") == 0)
		s->upstream = true;
	else if (strcmp(w, "tcp") == 0)
		l->m.transport = TRANSPORT_TCP;
	else
		fail_msg("no such word: %s", w);
}

static void
finish_line(struct line *l)
{
	struct sipmsg *s = &l->s;
	const struct endpoint *client = s->kind == SIP_REQUEST ? &l->m.src : &l->m.dst;
	const struct endpoint *server = s->kind == SIP_REQUEST ? &l->m.dst : &l->m.src;
	bool invite = s->method == METHOD_CANCEL || (s->method == METHOD_ACK && s->to_tag.p == NULL);
	char a[ENDPOINT_TEXT], b[ENDPOINT_TEXT];

	(void)endpoint_format(a, sizeof a, client, true);
	(void)endpoint_format(b, sizeof b, server, true);
	(void)snprintf(l->sent_by, sizeof l->sent_by, "%s", a);
	if (s->sent_by.p == NULL)
		s->sent_by = slice_str(l->sent_by);
	if (s->branch.p == NULL) {
		(void)snprintf(l->branch, sizeof l->branch, "z9hG4bK-%.*s-%u-%s-%s-%.*s", (int)s->call_id.n,
		    s->call_id.p, s->cseq, invite ? "INVITE" : sip_method_name(s->method), a, (int)s->from_tag.n,
		    s->from_tag.p);
		(void)snprintf(l->branch + strlen(l->branch), sizeof l->branch - strlen(l->branch), "%s", b);
		s->branch = slice_str(l->branch);
	}
	if (s->kind == SIP_RESPONSE && s->code > 100 && s->to_tag.p == NULL)
		s->to_tag = slice_str("t1");
	(void)snprintf(l->raw, sizeof l->raw, "%.*s %u\r\n\r\n", (int)s->method_name.n, s->method_name.p, s->code);
	l->m.bytes = slice_str(l->raw);
	if (l->length > 0)
		l->m.bytes.n = l->length < sizeof l->raw ? l->length : sizeof l->raw;
}

/* What a line of a log knows: what was given. */
static void
state_line(struct line *l, const char *at)
{
	static const char *const names[] = { " c=", " f=", " n=", " from=", " to=" };
	struct slice *texts[] = { &l->s.call_id, &l->s.from_tag, NULL, &l->s.from, &l->s.to };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *found = strstr(at, names[i]), *end = strchr(at, '\n');

		if (found != NULL && (end == NULL || found < end))
			continue;
		if (texts[i] != NULL)
			*texts[i] = (struct slice){ NULL, 0 };
		else
			l->s.cseq = 0;
	}
	l->m.transport = TRANSPORT_N;
}

/* The same message as the log of 192.0.2.10 has it. */
static void
log_line(const struct stream *st, struct line *l)
{
	static const struct endpoint pbx = { .family = 4, .addr = { 192, 0, 2, 10 } };
	bool in = endpoint_same_host(&l->m.dst, &pbx);

	assert_true(in != endpoint_same_host(&l->m.src, &pbx));
	l->m.flow = in ? FLOW_IN : FLOW_OUT;
	if (st->mode == STREAM_LOG_FAR || st->mode == STREAM_LOG_FLOW)
		*(in ? &l->m.dst : &l->m.src) = (struct endpoint){ .family = 0 };
	if (st->mode == STREAM_LOG_FLOW)
		*(in ? &l->m.src : &l->m.dst) = (struct endpoint){ .family = 0 };
	l->m.stamp = slice_str(st->grain_ms >= 1000 ? "10:15:01" : "10:15:01.000");
	l->m.t_ns -= l->m.t_ns % (st->grain_ms * NS_PER_MS);
}

/* The next word of a line, NULL at its end; blanks in front are passed over. */
static char *
next_word(char **rest)
{
	char *w = *rest + strspn(*rest, " \t");
	size_t n = strcspn(w, " \t");

	if (n == 0)
		return NULL;
	*rest = w + n + (w[n] != '\0');
	w[n] = '\0';
	return w;
}

static void
play_line(struct stream *st, const char *at, size_t n)
{
	struct line l = { .s = { .method = METHOD_INVITE,
			      .cseq = 1,
			      .q850 = -1,
			      .reason_sip = -1,
			      .warn_code = -1,
			      .expires = -1,
			      .session_expires = -1,
			      .max_forwards = -1,
			      .call_id = slice_str("c1"),
			      .from_tag = slice_str("f1"),
			      .from = slice_str("1001"),
			      .to = slice_str("4930123456") } };
	char *rest = l.text, *w, *arrow;
	static char big[65536];

	assert_true(n < sizeof l.text);
	memcpy(l.text, at, n);
	l.text[n] = '\0';
	w = next_word(&rest);
	if (w == NULL)
		return;
	if (strcmp(w, "finish") == 0) {
		track_finish(st->t);
		return;
	}
	st->now_ms = w[0] == '+' ? st->now_ms + strtol(w + 1, NULL, 10) : strtol(w, NULL, 10);
	w = next_word(&rest);
	l.m.t_ns = STREAM_EPOCH_NS + st->now_ms * NS_PER_MS;
	if (strcmp(w, "tick") == 0) {
		track_advance(st->t, l.m.t_ns);
		return;
	}
	arrow = strchr(w, '>');
	assert_non_null(arrow);
	l.m.src = host(w, (size_t)(arrow - w));
	l.m.dst = host(arrow + 1, strlen(arrow + 1));
	w = next_word(&rest);
	if (w[0] >= '1' && w[0] <= '6') {
		l.s.kind = SIP_RESPONSE;
		l.s.code = (uint16_t)strtoul(w, NULL, 10);
		w = next_word(&rest);
	}
	l.s.method_name = slice_str(strcmp(w, "-") != 0 ? w : "");
	l.s.method = sip_method_find(l.s.method_name);
	while ((w = next_word(&rest)) != NULL)
		word(&l, w);
	if (l.stated)
		state_line(&l, at);
	else
		finish_line(&l);
	if (st->mode != STREAM_WIRE)
		log_line(st, &l);
	if (l.length > sizeof l.raw) {
		memset(big, 'x', sizeof big);
		l.m.bytes = (struct slice){ big, l.length < sizeof big ? l.length : sizeof big };
	}
	st->seen = track_push(st->t, &l.m, &l.s);
}

void
stream_play(struct stream *st, const char *lines)
{
	while (*lines != '\0') {
		size_t n = strcspn(lines, "\n");

		play_line(st, lines, n);
		lines += n + (lines[n] == '\n');
	}
}

void
stream_line(struct stream *st, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	play_line(st, line, strlen(line));
}

const struct stream_incident *
stream_incident(const struct stream *st, const char *kind)
{
	for (size_t i = 0; i < st->n_incidents; i++)
		if (strcmp(st->incidents[i].kind, kind) == 0)
			return &st->incidents[i];
	return NULL;
}

void
stream_check(const struct stream *st, int finished)
{
	struct track_stats s;
	uint64_t sum = 0;

	track_stats(st->t, &s);
	for (unsigned k = 0; k < OUTCOME_N; k++) {
		assert_int_equal(s.outcomes[k], st->whole[k]);
		sum += s.outcomes[k];
	}
	assert_int_equal(s.attempts, st->attempts);
	assert_int_equal(s.attempts, s.open + sum);
	assert_int_equal(s.events, st->n_events);
	assert_true(s.bytes <= s.bytes_max);
	if (finished && st->n_events <= STREAM_KEPT) {
		uint64_t failures = 0;

		for (size_t i = 0; i < st->n_events; i++) {
			const struct stream_event *e = &st->events[i];

			failures += !e->recovered && !e->in_call && !e->ack_missing;
		}
		assert_true(failures >= s.outcomes[OUTCOME_FAILED] + s.outcomes[OUTCOME_NO_RESPONSE]);
	}
}
