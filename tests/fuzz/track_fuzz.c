/*
 * track_fuzz - random messages at random times through track's door: memory stays within its purse, every message and
 * every attempt is accounted for, at each step and at the end. A step is eight bytes; few values for each field, so
 * that what comes together belongs together.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "sipwhy/track.h"

enum { STEP = 8, EVENTS = 4096, TOLD = 65536 };

/* What a run came by; printed at the end of all. */
enum reach {
	REACH_OK,
	REACH_FAILED,
	REACH_CANCELLED,
	REACH_CHALLENGED,
	REACH_NO_RESPONSE,
	REACH_REDIRECTED,
	REACH_EVICTED,
	REACH_UNDONE,
	REACH_COMPLETED,
	REACH_ANSWER_UNSEEN,
	REACH_UNKNOWN,
	REACH_RECOVERED,
	REACH_HEALED,
	REACH_RECODED,
	REACH_ACK_MISSING,
	REACH_IN_CALL,
	REACH_ORPHAN,
	REACH_RELAYED,
	REACH_REWRITTEN,
	REACH_LEG,
	REACH_HOPS,
	REACH_INCIDENT,
	REACH_MESSAGE,
	REACH_AGAIN,
	REACH_JOINED,
	REACH_GOOD,
	REACH_N
};
static const char *const reach_names[REACH_N] = { "ok", "failed", "cancelled", "challenged", "no response",
	"redirected", "evicted", "undone", "completed", "answer not seen", "final not seen", "event of recovered",
	"recovered later", "code changed", "ACK missing", "in call", "orphan", "relayed", "rewritten", "leg",
	"eight hops", "incident", "message", "message again", "message of a leg",
	"good call" };
static uint64_t reached[REACH_N];

struct seen_event {
	uint64_t id;
	uint16_t code;
	bool recovered, failure;
};

/* What was told of an id. */
struct seen_messages {
	uint64_t of;
	uint32_t n, bytes;
	bool refused;
};

struct sums {
	uint64_t attempts, events, recovered;
	int64_t whole[OUTCOME_N];
	uint64_t last_id;
	struct seen_event event[EVENTS];
	uint16_t told[TOLD]; /* whole outcomes that stand, by what they said */
	struct seen_messages messages[EVENTS];
	uint64_t text;
	bool roomy;
};

static void
on_attempt(void *ctx, enum sip_method method, int64_t t_ns)
{
	(void)method;
	(void)t_ns;
	((struct sums *)ctx)->attempts++;
}

static void
on_completed(void *ctx, const struct endpoint *peer, int64_t t_ns)
{
	(void)ctx;
	(void)t_ns;
	assert(peer != NULL);
	reached[REACH_COMPLETED]++;
}

/* What is taken back must be what was told, or sums of it drift. */
static void
outcome_standing(struct sums *s, const struct outcome *o)
{
	const int64_t said[] = { o->kind, o->method, o->code, o->q850, o->in_call, o->seized, o->rang, o->auth,
		o->recovered, o->unregister, o->blocked, o->user_released, o->t_ns, o->pdd_ms, o->srd_ms, o->rrd_ms };
	uint16_t *told = &s->told[hash64(said, sizeof said, 1) % TOLD];

	if (o->undo) {
		assert(*told > 0);
		--*told;
	} else {
		++*told;
	}
}

static void
on_outcome(void *ctx, const struct outcome *o)
{
	struct sums *s = ctx;

	assert(o->kind < OUTCOME_N && o->method < METHOD_N && o->peer != NULL);
	assert(o->code == 0 || (o->code >= 200 && o->code <= SIP_CODE_MAX));
	assert(o->whole || o->leg);
	assert(!(o->undo && o->leg && o->peer->family > 1) && o->pdd_ms >= -1 && o->srd_ms >= -1 && o->rrd_ms >= -1);
	if (o->whole)
		outcome_standing(s, o);
	if (!o->whole || o->in_call)
		return;
	reached[o->kind]++;
	reached[REACH_UNDONE] += o->undo;
	reached[REACH_ANSWER_UNSEEN] += o->kind == OUTCOME_OK && o->code == 0;
	reached[REACH_UNKNOWN] += o->kind == OUTCOME_EVICTED && s->roomy;
	s->whole[o->kind] += o->undo ? -1 : 1;
	assert(s->whole[o->kind] >= 0);
}

static void
on_event(void *ctx, const struct event *ev)
{
	struct sums *s = ctx;
	struct slice path = ev->path;
	struct event_hop hop;
	size_t hops = 0;

	assert(ev->id > s->last_id);
	s->last_id = ev->id;
	assert(ev->code == 0 || (ev->code >= 200 && ev->code <= SIP_CODE_MAX));
	assert(ev->code != 0 || ev->outcome == OUTCOME_NO_RESPONSE || (ev->recovered && ev->outcome == OUTCOME_OK));
	assert(ev->tries >= 1 && ev->setup_ms >= -1 && ev->hop_ms >= -1);
	assert(ev->repeats <= UINT16_MAX && ev->copies <= UINT16_MAX);
	while (event_hop_next(&path, &hop))
		hops++;
	assert(path.n == 0 && hops <= EVENT_HOPS_MAX);
	reached[REACH_RECOVERED] += ev->recovered;
	reached[REACH_ACK_MISSING] += ev->ack_missing;
	reached[REACH_IN_CALL] += ev->in_call;
	reached[REACH_ORPHAN] += ev->orphan;
	reached[REACH_RELAYED] += ev->said_by.n > 0;
	reached[REACH_REWRITTEN] += ev->said_code != 0;
	reached[REACH_LEG] += ev->leg.n > 0;
	reached[REACH_HOPS] += hops == EVENT_HOPS_MAX;
	s->events++;
	s->recovered += ev->recovered;
	s->event[ev->id % EVENTS] =
	    (struct seen_event){ ev->id, ev->code, ev->recovered, !ev->in_call && !ev->ack_missing };
}

static void
on_update(void *ctx, const struct event_update *u)
{
	struct sums *s = ctx;
	struct seen_event *e = &s->event[u->id % EVENTS];

	s->recovered += u->recovered;
	reached[REACH_HEALED] += u->recovered;
	reached[REACH_RECODED] += u->code != 0;
	assert(u->repeats <= UINT16_MAX && u->copies <= UINT16_MAX);
	if (e->id != u->id)
		return;
	assert(u->old_code == e->code);
	/* What worked after all stays so. */
	assert(!(u->recovered && e->recovered));
	if (u->code != 0)
		e->code = u->code;
	e->recovered |= u->recovered;
}

static void
on_incident(void *ctx, const struct incident *i)
{
	(void)ctx;
	reached[REACH_INCIDENT]++;
	assert(i->pattern >= PATTERN_MIN && i->pattern <= PATTERN_MAX && i->level < INCIDENT_LEVEL_N);
	assert(i->kind.n > 0 && i->sentence.n > 0 && i->sentence.n < 256);
}

/* Of an id that was told, in order, within its bounds; none after it was refused. */
static bool
on_message(void *ctx, const struct callmsg *c)
{
	struct sums *s = ctx;
	struct seen_messages *m = &s->messages[c->of % EVENTS];

	assert(c->of > 0 && c->of <= s->last_id);
	if (m->of != c->of)
		*m = (struct seen_messages){ .of = c->of };
	assert(!m->refused && c->seen > 0 && c->raw.n <= CALLMSG_BYTES_MAX && c->raw.n <= c->raw_len);
	assert((c->leg > 0) == (c->evidence != CALLMSG_EVIDENCE_NONE) && c->evidence < CALLMSG_EVIDENCE_N);
	for (const struct slice *t = &c->method; t <= &c->raw; t++)
		for (size_t i = 0; i < t->n; i++)
			s->text += (unsigned char)t->p[i];
	reached[c->raw.n > 0 ? REACH_MESSAGE : REACH_AGAIN]++;
	reached[REACH_JOINED] += c->leg > 0;
	if (c->raw.n == 0) {
		assert(c->at < m->n && c->seen > 1);
		return true;
	}
	assert(c->at == m->n && c->raw.p[0] == 'x' && c->raw.p[c->raw.n - 1] == 'x');
	m->n++;
	m->bytes += (uint32_t)c->raw.n;
	assert(m->n <= CALLMSG_MAX && m->bytes <= 64 * 1024);
	m->refused = c->of % 7 == 0 && m->n == c->of % 5 + 1;
	return !m->refused;
}

static void
on_good(void *ctx, const struct goodcall *g)
{
	struct sums *s = ctx;

	assert(g->id > s->last_id && g->code >= 200 && g->code < 300 && g->method.n > 0 && g->peer.n > 0);
	s->last_id = g->id;
	reached[REACH_GOOD]++;
}

static struct endpoint
host(unsigned v)
{
	struct endpoint e = { .family = v & 8 ? 6 : 4, .port = (uint16_t)(5060 + (v >> 4 & 1)) };

	e.addr[0] = (uint8_t)(v & 4 ? 198 : 10);
	e.addr[3] = (uint8_t)(v & 7);
	return e;
}

/* What a log leaves out: an end of the message, or all of it but its code. */
static void
as_log(const uint8_t *b, struct message *m, struct sipmsg *s)
{
	m->flow = (uint8_t)((b[3] >> 6) % 3);
	m->stamp = slice_str(m->flow != FLOW_UNKNOWN ? "10:15:01" : "");
	if (m->flow == FLOW_IN || (b[4] >> 6) == 2)
		m->dst = (struct endpoint){ 0 };
	if (m->flow == FLOW_OUT || (b[4] >> 6) == 2)
		m->src = (struct endpoint){ 0 };
	if ((b[4] >> 6) != 3 || s->kind != SIP_RESPONSE)
		return;
	m->bytes = slice_str("");
	m->transport = TRANSPORT_N;
	*s = (struct sipmsg){ .kind = SIP_RESPONSE,
		.method = s->method,
		.method_name = s->method_name,
		.code = s->code,
		.phrase = s->phrase,
		.call_id = s->call_id,
		.from_tag = s->from_tag,
		.cseq = b[2] & 0x20 ? s->cseq : 0,
		.q850 = -1,
		.reason_sip = -1,
		.warn_code = -1,
		.expires = -1,
		.session_expires = -1,
		.max_forwards = -1 };
}

static void
step(struct track *t, const uint8_t *b, int64_t *now_ns)
{
	static const uint16_t codes[] = { 100, 180, 183, 200, 302, 401, 403, 404, 407, 408, 415, 422, 480, 481, 486,
		487, 488, 491, 500, 503, 603, 606, 699, 413 };
	static const char *const texts[] = { "", "a", "b", "1001", "4930123456", "+4930123457", "insufficient funds",
		"Network Blocked v=analytics1", "friendly-scanner", "Asterisk PBX 20" };
	static const int64_t gaps_ms[] = { 0, 1, 20, 150, 500, 4000, 33000, 400000 };
	char call[16], tag[16], branch[32];
	struct sipmsg s = { .cseq = 1 + (b[2] >> 6),
		.q850 = -1,
		.reason_sip = -1,
		.warn_code = -1,
		.expires = -1,
		.session_expires = -1,
		.max_forwards = -1 };
	static char raw[9000];
	struct message m = { .bytes = { raw, 1 }, .src = host(b[3]), .dst = host(b[4]), .transport = b[5] & 1 };

	if (raw[0] == '\0')
		memset(raw, 'x', sizeof raw);
	m.bytes.n += (size_t)(b[7] * b[6]) % (sizeof raw - 1);
	*now_ns += gaps_ms[b[0] & 7] * NS_PER_MS;
	m.t_ns = *now_ns - (b[0] & 8 ? 3 * NS_PER_MS : 0);
	if ((b[0] & 0xf0) == 0xf0) {
		track_advance(t, *now_ns);
		return;
	}
	s.kind = b[1] & 1 ? SIP_RESPONSE : SIP_REQUEST;
	s.method = (enum sip_method)((b[1] >> 1) % METHOD_N);
	if (b[1] & 0x80)
		s.method = METHOD_INVITE;
	s.method_name = slice_str(sip_method_name(s.method));
	s.code = s.kind == SIP_RESPONSE ? codes[b[2] % (sizeof codes / sizeof codes[0])] : 0;
	(void)snprintf(call, sizeof call, "call%u", b[5] >> 1 & 7);
	(void)snprintf(tag, sizeof tag, "tag%u", b[5] >> 4 & 1);
	(void)snprintf(branch, sizeof branch, b[6] & 0x80 ? "%u" : "z9hG4bK%u", b[6] & 7);
	s.call_id = (b[5] >> 5) == 7 ? slice_str("") : slice_str(call);
	s.from_tag = slice_str(tag);
	s.to_tag = slice_str(s.kind == SIP_RESPONSE || (b[6] & 0x40) ? (b[6] & 0x20 ? "tag1" : "to") : "");
	s.branch = slice_str(branch);
	s.sent_by = slice_str(b[6] & 8 ? "h1" : "h2");
	s.from = slice_str(texts[b[7] % 10]);
	s.to = slice_str(texts[(b[7] >> 3) % 10]);
	s.phrase = slice_str(texts[(b[7] >> 4) % 10]);
	s.server = slice_str(texts[(b[7] >> 2) % 10]);
	s.link = slice_str(b[7] & 0x40 ? "call1" : "");
	s.n_realms = (uint8_t)(b[7] & 3);
	for (unsigned i = 0; i < s.n_realms; i++)
		s.realm[i] = slice_str(i == 0 ? "x" : "y");
	s.stale = b[7] & 0x80;
	s.sdp = b[7] & 1;
	s.session_expires = b[7] & 0x20 ? 90 : -1;
	s.expires = b[7] & 0x10 ? 0 : 3600;
	s.retry_after = slice_str(b[7] & 8 ? "5" : "");
	as_log(b, &m, &s);
	(void)track_push(t, &m, &s);
}

static void
check(const struct track *t, const struct sums *sums)
{
	struct track_stats s;
	uint64_t ended = 0;

	track_stats(t, &s);
	for (unsigned k = 0; k < OUTCOME_N; k++) {
		assert((int64_t)s.outcomes[k] == sums->whole[k]);
		ended += s.outcomes[k];
	}
	assert(s.attempts == sums->attempts && s.attempts == s.open + ended);
	assert(s.events == sums->events && s.recovered == sums->recovered && s.recovered <= s.events);
	assert(s.bytes <= s.bytes_max);
}

/* Every failure that stands has an event that stands: of an attempt, or of the first sight of it. */
static void
check_events(const struct sums *sums)
{
	int64_t failures = 0;

	if (sums->last_id >= EVENTS)
		return;
	for (uint64_t id = 1; id <= sums->last_id; id++)
		failures += sums->event[id].failure && !sums->event[id].recovered;
	assert(failures >= sums->whole[OUTCOME_FAILED] + sums->whole[OUTCOME_NO_RESPONSE]);
}

static void
print_reached(void)
{
	for (int i = 0; i < REACH_N; i++)
		(void)fprintf(stderr, "reached %s: %llu\n", reach_names[i], (unsigned long long)reached[i]);
}

int LLVMFuzzerInitialize(int *argc, char ***argv);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return atexit(print_reached);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sums sums;
	static const struct endpoint local = { .family = 4, .addr = { 10, 0, 0, 1 } };
	struct track_cfg cfg = { .seed = size, .entries = 1024, .local = &local, .n_local = 1 };
	int64_t now_ns = 1700000000 * NS_PER_S;
	struct track *t;

	if (size < 1)
		return 0;
	memset(&sums, 0, sizeof sums);
	/* Half of the runs have room for a few dozen attempts only. */
	cfg.bytes = data[0] & 1 ? 160 * 1024 : 0;
	sums.roomy = cfg.bytes == 0;
	/* The ring runs over, has room, or is not there. */
	cfg.messages = data[0] & 2 ? data[0] & 4 ? 1 : 1 << 20 : 0;
	cfg.sink = (struct track_sink){ .ctx = &sums,
		.attempt = on_attempt,
		.outcome = on_outcome,
		.completed = on_completed,
		.event = on_event,
		.update = on_update,
		.incident = on_incident,
		.message = on_message,
		.good = on_good };
	t = track_new(&cfg);
	if (t == NULL)
		return 0;
	for (size_t at = 1; at + STEP <= size; at += STEP) {
		step(t, data + at, &now_ns);
		check(t, &sums);
	}
	track_finish(t);
	check(t, &sums);
	check_events(&sums);
	track_free(t);
	return 0;
}
