/*
 * incidents - which patterns are up: hands each fact to all of them, keeps what they raise, ends what is quiet.
 * One thing to know: everything here is bounded, rows, texts, how often they are written and how often they are told,
 * because the facts come from strangers.
 */
#include "track/incidents.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "track/incidents_int.h"
#include "track/known.h"

enum {
	INCIDENTS_TICK_MS = 1000,
	INCIDENTS_TELL_MS = 5000,    /* changes of one incident are told no closer, but a rise in level at once */
	INCIDENTS_STARTS = 8,        /* of one pattern in a second */
	INCIDENTS_SENTENCES_MAX = 64 /* written in a second; then one may be older than its count, by a second */
};

static const struct pattern *const incidents_patterns[] = { &pattern_trunk_down, &pattern_congestion, &pattern_refused,
	&pattern_register_storm, &pattern_brute_force, &pattern_scan, &pattern_codec, &pattern_nat, &pattern_loop,
	&pattern_fraud, &pattern_stir, &pattern_dns, &pattern_session_timer, &pattern_early_media, &pattern_credentials,
	&pattern_number_format, &pattern_inbound_route, &pattern_too_big, &pattern_overload, &pattern_ack_missing,
	&pattern_alg, &pattern_analytics, &pattern_tls, &pattern_subscription, &pattern_masked };

enum { INCIDENTS_PATTERNS = sizeof incidents_patterns / sizeof incidents_patterns[0] };

_Static_assert((int)INCIDENTS_PATTERNS == (int)PATTERN_MAX, "a pattern is missing in the table");

static unsigned
topic_of_request(const struct incidents_ask *f)
{
	if (f->in_dialog || f->method == METHOD_ACK || f->method == METHOD_CANCEL)
		return 0;
	return f->method == METHOD_INVITE  ? TOPIC_INVITE
	    : f->method == METHOD_REGISTER ? TOPIC_REGISTER
					   : TOPIC_REQUEST;
}

static unsigned
topic_of_response(const struct incidents_ask *f)
{
	if (f->code >= 300)
		return TOPIC_REFUSAL;
	/* That a BYE or a NOTIFY was taken is no sign of anything. */
	if (f->code >= 200)
		return f->method == METHOD_INVITE || f->method == METHOD_REGISTER || f->method == METHOD_OPTIONS
		    ? TOPIC_SUCCESS
		    : 0;
	if (f->method != METHOD_INVITE)
		return 0;
	if (f->code == 100)
		return f->own_server && !f->own_client ? TOPIC_TRYING : 0;
	return f->orphan || f->rang ? 0 : TOPIC_PROVISIONAL;
}

static unsigned
topic_of_outcome(const struct incidents_ask *f)
{
	bool good = f->outcome == OUTCOME_OK;

	if (f->in_dialog && good)
		return f->transport == TRANSPORT_TCP || f->code >= 300 ? TOPIC_INNER_GOOD : 0;
	if (f->in_dialog)
		return TOPIC_INNER_BAD;
	if (f->method == METHOD_INVITE)
		return good ? TOPIC_CALL_GOOD : TOPIC_CALL_BAD;
	return good ? TOPIC_OTHER_GOOD : TOPIC_OTHER_BAD;
}

unsigned
incidents_topic(const struct incidents_ask *f)
{
	switch (f->kind) {
	case FACT_REQUEST:
		return topic_of_request(f);
	case FACT_RESPONSE:
		return topic_of_response(f);
	case FACT_OUTCOME:
		return topic_of_outcome(f);
	default:
		return TOPIC_LATER;
	}
}

static unsigned
topic_of(const struct fact *f)
{
	return incidents_topic(&(struct incidents_ask){ .kind = f->kind,
	    .method = f->method,
	    .code = f->code,
	    .outcome = f->outcome,
	    .transport = f->transport,
	    .own_client = f->own_client,
	    .own_server = f->own_server,
	    .in_dialog = f->in_dialog,
	    .orphan = f->orphan,
	    .rang = f->rang });
}

static void
incidents_wants(struct incidents *in)
{
	for (unsigned topic = 0; topic < TOPIC_N; topic++)
		for (uint8_t i = 0; i < INCIDENTS_PATTERNS; i++)
			if (incidents_patterns[i]->wants >> topic & 1)
				in->wanted[topic][in->n_wanted[topic]++] = incidents_patterns[i];
}

static struct slice
incidents_name(struct incidents *in, unsigned side, const struct endpoint *e)
{
	if (in->name[side][0] == '\0' || !endpoint_same_host(&in->named[side], e)) {
		in->named[side] = *e;
		(void)endpoint_format(in->name[side], sizeof in->name[side], e, false);
	}
	return slice_str(in->name[side]);
}

struct slice
name_client(struct incidents *in, const struct fact *f)
{
	return f->name_client.n > 0 ? f->name_client : incidents_name(in, 0, f->client);
}

struct slice
name_server(struct incidents *in, const struct fact *f)
{
	return f->name_server.n > 0 ? f->name_server : incidents_name(in, 1, f->server);
}

uint64_t
key_client(const struct incidents *in, const struct fact *f)
{
	return f->name_client.n > 0 ? key_text(in, f->name_client) : key_host(in, f->client);
}

uint64_t
key_server(const struct incidents *in, const struct fact *f)
{
	return f->name_server.n > 0 ? key_text(in, f->name_server) : key_host(in, f->server);
}

struct incidents *
incidents_new(const struct incidents_cfg *cfg)
{
	struct incidents *in = mem_zalloc(sizeof *in);

	if (in == NULL)
		return NULL;
	in->cfg = *cfg;
	in->next_id = cfg->first_id;
	in->key_seed = hash64(&cfg->seed, sizeof cfg->seed, cfg->seed);
	in->meters = meters_new(cfg->seed);
	incidents_wants(in);
	limits_init(in, cfg->limits);
	/* The caller's array may go. */
	in->cfg.limits = NULL;
	if (in->meters == NULL) {
		incidents_free(in);
		return NULL;
	}
	return in;
}

void
incidents_free(struct incidents *in)
{
	if (in == NULL)
		return;
	meters_free(in->meters);
	mem_free(in);
}

static unsigned
incidents_bucket(const struct pattern *p, uint64_t key)
{
	return (unsigned)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32 ^ p->number) % INCIDENTS_BUCKETS;
}

/* Number of the row, 0 when there is none. */
static uint16_t
incidents_find(const struct incidents *in, const struct pattern *p, uint64_t key)
{
	uint16_t number;

	if (in->rows_held[p->number] == 0)
		return 0;
	number = in->bucket[incidents_bucket(p, key)];
	while (number != 0 && (in->row[number - 1].key != key || in->row[number - 1].pattern != p))
		number = in->row[number - 1].next;
	return number;
}

static void
incidents_tell(struct incidents *in, struct incidents_row *r, bool ended)
{
	struct incident out = { .id = r->id,
		.t_ns = in->now_ns,
		.since_ns = r->since_ns,
		.last_ns = r->last_ns,
		.pattern = r->pattern->number,
		.level = r->level,
		.ended = ended,
		.count = r->count,
		.kind = slice_str(r->pattern->kind),
		.peer = slice_str(r->peer),
		.what = slice_str(r->what),
		.sentence = slice_str(r->sentence) };

	for (int i = 0; i < INCIDENT_EVIDENCE; i++) {
		out.events[i] = r->events[i];
		out.call_ids[i] = slice_str(r->call_id[i]);
	}
	r->told_ms = in->now_ms;
	r->news = false;
	if (in->cfg.incident != NULL)
		in->cfg.incident(in->cfg.ctx, &out);
}

static void
incidents_end(struct incidents *in, struct incidents_row *r)
{
	uint16_t number = (uint16_t)(r - in->row + 1), *at = &in->bucket[incidents_bucket(r->pattern, r->key)];

	incidents_tell(in, r, true);
	while (*at != number)
		at = &in->row[*at - 1].next;
	*at = r->next;
	in->rows_held[r->pattern->number]--;
	in->rows_up--;
	r->pattern = NULL;
}

/* No row is free: the oldest of the pattern that has most must go, so that a flood of one kind hides no other. */
static struct incidents_row *
incidents_make_room(struct incidents *in)
{
	struct incidents_row *oldest = NULL;
	unsigned most = 0;

	for (unsigned i = 1; i <= PATTERN_MAX; i++)
		if (in->rows_held[i] > in->rows_held[most])
			most = i;
	for (int i = 0; i < INCIDENTS_ROWS; i++) {
		struct incidents_row *r = &in->row[i];

		if (r->pattern->number == most && (oldest == NULL || r->raised_ms < oldest->raised_ms))
			oldest = r;
	}
	incidents_end(in, oldest);
	return oldest;
}

static struct incidents_row *
incidents_start(struct incidents *in, const struct pattern *p, const struct raise *r)
{
	struct incidents_row *row = NULL;
	uint16_t *bucket = &in->bucket[incidents_bucket(p, r->key)];

	if (in->starts[p->number] >= INCIDENTS_STARTS)
		return NULL;
	in->starts[p->number]++;
	for (int i = 0; i < INCIDENTS_ROWS && row == NULL; i++)
		if (in->row[i].pattern == NULL)
			row = &in->row[i];
	if (row == NULL)
		row = incidents_make_room(in);
	*row = (struct incidents_row){ .pattern = p,
		.key = r->key,
		.id = in->next_id++,
		.count = r->signs > 0 ? r->signs - 1 : 0,
		.since_ns = in->now_ns - (int64_t)r->since_ms * NS_PER_MS,
		.level = r->level,
		.next = *bucket };
	*bucket = (uint16_t)(row - in->row + 1);
	in->rows_held[p->number]++;
	in->rows_up++;
	return row;
}

/* The first sample stays; behind it the newest ones. */
static void
incidents_evidence(struct incidents_row *row, const struct fact *f)
{
	int at = 0;

	while (at < INCIDENT_EVIDENCE && (row->events[at] != 0 || row->call_id[at][0] != '\0')) {
		char same[INCIDENTS_CALL_ID];

		(void)slice_copy(same, sizeof same, f->call_id);
		if (strcmp(same, row->call_id[at]) == 0) {
			row->events[at] = row->events[at] != 0 ? row->events[at] : f->event_id;
			return;
		}
		at++;
	}
	if (at == INCIDENT_EVIDENCE) {
		at = INCIDENT_EVIDENCE - 1;
		row->events[at - 1] = row->events[at];
		memcpy(row->call_id[at - 1], row->call_id[at], sizeof row->call_id[at]);
	}
	row->events[at] = f->event_id;
	(void)slice_copy(row->call_id[at], sizeof row->call_id[at], f->call_id);
}

static void
incidents_sign(struct incidents *in, struct incidents_row *row, const struct raise *r)
{
	row->count++;
	row->raised_ms = in->now_ms;
	row->quiet_ms = r->quiet_ms;
	row->last_ns = in->now_ns;
	if (r->level > row->level)
		row->level = r->level;
	if (r->fact != NULL)
		incidents_evidence(row, r->fact);
	if (r->peer.n > 0)
		(void)slice_copy(row->peer, sizeof row->peer, r->peer);
	if (r->what.n > 0)
		(void)slice_copy(row->what, sizeof row->what, r->what);
}

void
raise_incident(struct incidents *in, const struct pattern *p, const struct raise *r, const char *fmt, ...)
{
	uint16_t number = incidents_find(in, p, r->key);
	struct incidents_row *row = number != 0 ? &in->row[number - 1] : incidents_start(in, p, r);
	bool first;
	va_list ap;

	if (row == NULL)
		return;
	/* New, or worse than before. */
	first = number == 0 || r->level > row->level;
	incidents_sign(in, row, r);
	if (first || in->sentences++ < INCIDENTS_SENTENCES_MAX) {
		va_start(ap, fmt);
		(void)vsnprintf(row->sentence, sizeof row->sentence, fmt, ap);
		va_end(ap);
	}
	row->news = true;
	if (first || in->now_ms - row->told_ms >= INCIDENTS_TELL_MS)
		incidents_tell(in, row, false);
}

void
clear_incident(struct incidents *in, const struct pattern *p, uint64_t key)
{
	uint16_t number = incidents_find(in, p, key);

	if (number != 0)
		incidents_end(in, &in->row[number - 1]);
}

bool
incident_is_up(const struct incidents *in, const struct pattern *p, uint64_t key)
{
	return incidents_find(in, p, key) != 0;
}

/* One second's work. */
static void
incidents_tick(struct incidents *in)
{
	memset(in->starts, 0, sizeof in->starts);
	in->sentences = 0;
	for (int i = 0; i < INCIDENTS_PATTERNS; i++)
		if (incidents_patterns[i]->tick != NULL)
			incidents_patterns[i]->tick(in, in->now_ms);
	for (int i = 0; i < INCIDENTS_ROWS; i++) {
		struct incidents_row *r = &in->row[i];

		if (r->pattern == NULL)
			continue;
		if (in->now_ms - r->raised_ms >= r->quiet_ms)
			incidents_end(in, r);
		else if (r->news && in->now_ms - r->told_ms >= INCIDENTS_TELL_MS)
			incidents_tell(in, r, false);
	}
}

void
incidents_advance(struct incidents *in, uint64_t now_ms, int64_t t_ns)
{
	if (!in->started) {
		in->started = true;
		in->tick_ms = in->now_ms = in->start_ms = now_ms;
		in->now_ns = t_ns;
		return;
	}
	if (now_ms >= in->now_ms) {
		in->now_ms = now_ms;
		in->now_ns = t_ns;
	}
	if (in->now_ms - in->tick_ms >= INCIDENTS_TICK_MS) {
		in->tick_ms = in->now_ms;
		incidents_tick(in);
	}
}

void
incidents_see(struct incidents *in, const struct fact *f)
{
	unsigned topic = f->topic != 0 ? f->topic : topic_of(f), at;

	/* What is told late has a t_ns of before; the present is what advance said. */
	if (!in->started || f->now_ms > in->now_ms)
		incidents_advance(in, f->now_ms, f->t_ns);
	if (topic == 0)
		return;
	in->outbound = OUTBOUND_UNASKED;
	in->house_seen |= f->own_client || f->own_server;
	at = (unsigned)__builtin_ctz(topic);
	for (unsigned i = 0; i < in->n_wanted[at]; i++)
		in->wanted[at][i]->see(in, f);
	/* Behind the patterns: they ask what was known before this fact. */
	if (topic & (TOPIC_CALL_GOOD | TOPIC_OTHER_GOOD))
		known_see(in, f);
}

static struct incidents_kept *
incidents_kept(struct incidents *in, const struct pattern *p, uint64_t key)
{
	return &in->kept[incidents_bucket(p, key) % INCIDENTS_KEPT];
}

void
fact_keep(struct incidents *in, const struct pattern *p, uint64_t key, const struct fact *f)
{
	struct incidents_kept *k = incidents_kept(in, p, key);

	k->pattern = p;
	k->key = key;
	k->event_id = f->event_id;
	(void)slice_copy(k->call_id, sizeof k->call_id, f->call_id);
	(void)slice_copy(k->to, sizeof k->to, f->to);
}

bool
fact_kept(struct incidents *in, const struct pattern *p, uint64_t key, struct fact *out)
{
	const struct incidents_kept *k = incidents_kept(in, p, key);

	if (k->pattern != p || k->key != key)
		return false;
	*out = (struct fact){ .event_id = k->event_id, .call_id = slice_str(k->call_id), .to = slice_str(k->to) };
	return true;
}

void
incidents_event(struct incidents *in, struct slice call_id, uint64_t event_id)
{
	unsigned left = in->rows_up;

	if (call_id.n >= INCIDENTS_CALL_ID)
		call_id.n = INCIDENTS_CALL_ID - 1;
	for (int i = 0; i < INCIDENTS_ROWS && left > 0 && call_id.n > 0; i++) {
		struct incidents_row *r = &in->row[i];

		left -= r->pattern != NULL;
		for (int k = 0; r->pattern != NULL && k < INCIDENT_EVIDENCE; k++)
			if (r->events[k] == 0 && slice_eq(call_id, slice_str(r->call_id[k]))) {
				r->events[k] = event_id;
				r->news = true;
			}
	}
	for (int i = 0; i < INCIDENTS_KEPT && call_id.n > 0; i++)
		if (in->kept[i].event_id == 0 && slice_eq(call_id, slice_str(in->kept[i].call_id)))
			in->kept[i].event_id = event_id;
}

void
incidents_flush(struct incidents *in)
{
	for (int i = 0; i < INCIDENTS_ROWS; i++)
		if (in->row[i].pattern != NULL && in->row[i].news)
			incidents_tell(in, &in->row[i], false);
}

static uint64_t
incidents_text_key(const struct incidents *in, struct slice text)
{
	return key_text(in, text) | 1;
}

uint64_t
run_ms(const struct incidents *in)
{
	return in->now_ms - in->start_ms;
}

bool
text_is_known(const struct incidents *in, struct slice text)
{
	uint64_t key = incidents_text_key(in, text);

	return in->texts[key / 2 % INCIDENTS_TEXTS] == key;
}

void
text_know(struct incidents *in, struct slice text)
{
	uint64_t key = incidents_text_key(in, text);

	in->texts[key / 2 % INCIDENTS_TEXTS] = key;
}

bool
text_has(struct slice text, const char *word)
{
	/* Nobody writes a longer phrase, and somebody might send one. */
	if (text.n > 512)
		text.n = 512;
	return slice_ifind(text, slice_str(word)) >= 0;
}
