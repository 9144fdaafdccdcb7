/*
 * decode_event - events, what changes them, their messages, good calls, notices and incidents out of a line
 * (doc/records.md).
 * The one thing to know: names of enums may come from a later version, so an unknown one is taken for the plainest and
 * is no error; a number out of its range is.
 */
#include <errno.h>
#include <string.h>

#include "record/decode.h"
#include "record/fields.h"

enum { DECODE_HOP_TEXT = 2 * ENDPOINT_TEXT + 32 };

int32_t
decode_known(struct reader *r, json_t *o, const char *name, int32_t max)
{
	uint64_t v = reader_u64(r, o, name, (uint64_t)max, UINT64_MAX);

	return v == UINT64_MAX ? -1 : (int32_t)v;
}

static uint8_t
decode_transport(struct reader *r, json_t *o)
{
	const char *name = reader_string(r, o, "transport", RECORD_TEXT_MAX);
	uint8_t t = 0;

	while (t < TRANSPORT_N && strcmp(name, transport_name(t)) != 0)
		t++;
	return t;
}

uint8_t
decode_direction(struct reader *r, json_t *o)
{
	const char *name = reader_string(r, o, "direction", RECORD_TEXT_MAX);

	if (strcmp(name, direction_name(DIRECTION_SENT)) == 0)
		return DIRECTION_SENT;
	return strcmp(name, direction_name(DIRECTION_RECEIVED)) == 0 ? DIRECTION_RECEIVED : DIRECTION_UNKNOWN;
}

uint8_t
decode_role(struct reader *r, json_t *o)
{
	enum peer_role role = peer_role_find(reader_text(r, o, "role", RECORD_TEXT_MAX));

	return role < PEER_ROLE_N ? (uint8_t)role : PEER_ROLE_UNKNOWN;
}

static uint8_t
decode_outcome(struct reader *r, json_t *o, unsigned code)
{
	const char *name = reader_string(r, o, "outcome", RECORD_TEXT_MAX);
	uint8_t kind = 0;

	while (kind < OUTCOME_N && strcmp(name, outcome_name(kind)) != 0)
		kind++;
	if (kind < OUTCOME_N)
		return kind;
	return code == 0 ? OUTCOME_NO_RESPONSE : OUTCOME_FAILED;
}

static uint8_t
decode_joined_by(struct reader *r, json_t *o)
{
	const char *name = reader_string(r, o, "evidence", RECORD_TEXT_MAX);
	uint8_t e = CALLMSG_EVIDENCE_N - 1;

	while (e > 0 && strcmp(name, callmsg_evidence_name(e)) != 0)
		e--;
	return e;
}

static uint8_t
decode_level(struct reader *r, json_t *o)
{
	const char *name = reader_string(r, o, "level", RECORD_TEXT_MAX);
	uint8_t level = INCIDENT_LEVEL_N - 1;

	while (level > 0 && strcmp(name, incident_level_name(level)) != 0)
		level--;
	return level;
}

static void
decode_hop(struct reader *r, json_t *o, char *out, size_t cap, size_t *used)
{
	struct event_hop h = { 0 };
	size_t before = *used;

	if (!json_is_object(o)) {
		reader_fail(r, -EINVAL);
		return;
	}
	h.src = reader_text(r, o, "src", ENDPOINT_TEXT - 1);
	h.dst = reader_text(r, o, "dst", ENDPOINT_TEXT - 1);
	h.code = reader_code(r, o, "code");
	h.at_ms = (uint32_t)reader_u64(r, o, "at_ms", UINT32_MAX, 0);
	h.seen = (uint32_t)reader_u64(r, o, "seen", UINT32_MAX, 0);
	/* What can't stand in a path is no address. */
	*used = event_hop_put(out, cap, before, &h);
	if (*used == before)
		reader_fail(r, -EINVAL);
}

static struct slice
decode_path(struct reader *r, json_t *o)
{
	json_t *hops = reader_array(r, o, "path", EVENT_HOPS_MAX);
	size_t n = json_array_size(hops), used = 0;
	char *text;

	if (r->err != 0 || n == 0)
		return (struct slice){ "", 0 };
	text = arena_alloc(r->arena, n * DECODE_HOP_TEXT);
	if (text == NULL) {
		reader_fail(r, -ENOMEM);
		return (struct slice){ "", 0 };
	}
	for (size_t i = 0; i < n && r->err == 0; i++)
		decode_hop(r, json_array_get(hops, i), text, n * DECODE_HOP_TEXT, &used);
	return (struct slice){ text, used };
}

static void
decode_event_numbers(struct reader *r, json_t *o, struct event *e)
{
	e->code = reader_code(r, o, "code");
	e->said_code = reader_code(r, o, "said_code");
	e->q850 = (int16_t)decode_known(r, o, "q850", INT16_MAX);
	e->reason_sip = (int16_t)decode_known(r, o, "reason_sip", INT16_MAX);
	e->warn_code = (int16_t)decode_known(r, o, "warn_code", INT16_MAX);
	e->raw_len = (uint32_t)reader_u64(r, o, "raw_len", UINT32_MAX, 0);
	e->setup_ms = decode_known(r, o, "setup_ms", INT32_MAX);
	e->hop_ms = decode_known(r, o, "hop_ms", INT32_MAX);
	e->repeats = (uint32_t)reader_u64(r, o, "repeats", UINT32_MAX, 0);
	e->copies = (uint32_t)reader_u64(r, o, "copies", UINT32_MAX, 0);
	e->tries = (uint32_t)reader_u64(r, o, "tries", UINT32_MAX, 1);
	if (e->tries == 0)
		reader_fail(r, -EINVAL);
}

static uint64_t
decode_id(struct reader *r, json_t *o, const char *name)
{
	uint64_t id = reader_u64(r, o, name, INT64_MAX, 0);

	if (id == 0)
		reader_fail(r, -EINVAL);
	return id;
}

static void
decode_slices(struct reader *r, json_t *o, const struct fields_text *f, void *base)
{
	for (; f->name != NULL; f++)
		*(struct slice *)((char *)base + f->offset) = reader_text(r, o, f->name, f->max);
}

void
decode_event(struct reader *r, json_t *o, int64_t t_ns, struct event *e)
{
	e->id = decode_id(r, o, "id");
	e->t_ns = t_ns;
	decode_event_numbers(r, o, e);
	e->transport = decode_transport(r, o);
	e->direction = decode_direction(r, o);
	e->outcome = decode_outcome(r, o, e->code);
	e->role = decode_role(r, o);
	for (const struct fields_flag *f = fields_event_flag; f->name != NULL; f++)
		*(bool *)((char *)e + f->offset) = reader_bool(r, o, f->name);
	e->path = decode_path(r, o);
	decode_slices(r, o, fields_event_text, e);
}

void
decode_notice(struct reader *r, json_t *o, int64_t t_ns, struct notice *n)
{
	n->t_ns = t_ns;
	decode_slices(r, o, fields_notice, n);
	if (n->kind.n == 0)
		reader_fail(r, -EINVAL);
}

void
decode_message(struct reader *r, json_t *o, int64_t t_ns, struct callmsg *m)
{
	m->of = decode_id(r, o, "of");
	m->at = (uint32_t)reader_u64(r, o, "at", UINT32_MAX, 0);
	m->t_ns = t_ns;
	m->code = reader_code(r, o, "code");
	m->transport = decode_transport(r, o);
	m->leg = (uint8_t)reader_u64(r, o, "leg", UINT8_MAX, 0);
	m->evidence = decode_joined_by(r, o);
	m->cut = reader_bool(r, o, "cut");
	m->seen = (uint32_t)reader_u64(r, o, "seen", UINT32_MAX, 1);
	m->raw_len = (uint32_t)reader_u64(r, o, "raw_len", UINT32_MAX, 0);
	decode_slices(r, o, fields_message, m);
	if (m->seen == 0)
		reader_fail(r, -EINVAL);
}

void
decode_good(struct reader *r, json_t *o, int64_t t_ns, struct goodcall *g)
{
	g->id = decode_id(r, o, "id");
	g->t_ns = t_ns;
	g->code = reader_code(r, o, "code");
	decode_slices(r, o, fields_good, g);
}

void
decode_update(struct reader *r, json_t *o, int64_t t_ns, struct event_update *u)
{
	u->id = decode_id(r, o, "id");
	u->t_ns = t_ns;
	u->code = reader_code(r, o, "code");
	u->old_code = reader_code(r, o, "old_code");
	u->recovered = reader_bool(r, o, "recovered");
	u->repeats = (uint32_t)reader_u64(r, o, "repeats", UINT32_MAX, 0);
	u->copies = (uint32_t)reader_u64(r, o, "copies", UINT32_MAX, 0);
	u->said_code = reader_code(r, o, "said_code");
	u->phrase = reader_text(r, o, "phrase", RECORD_TEXT_MAX);
	u->said_by = reader_text(r, o, "said_by", RECORD_TEXT_MAX);
	u->path = decode_path(r, o);
}

static void
decode_evidence(struct reader *r, json_t *o, uint64_t *ids)
{
	json_t *array = reader_array(r, o, "events", INCIDENT_EVIDENCE);

	for (size_t i = 0; i < json_array_size(array); i++) {
		json_t *v = json_array_get(array, i);

		if (!json_is_integer(v) || json_integer_value(v) <= 0)
			reader_fail(r, -EINVAL);
		else
			ids[i] = (uint64_t)json_integer_value(v);
	}
}

void
decode_incident(struct reader *r, json_t *o, int64_t t_ns, struct incident *i)
{
	i->id = decode_id(r, o, "id");
	i->t_ns = t_ns;
	i->kind = reader_text(r, o, "kind", RECORD_TEXT_MAX);
	i->pattern = (uint8_t)reader_u64(r, o, "pattern", PATTERN_MAX, 0);
	if (i->pattern < PATTERN_MIN)
		reader_fail(r, -EINVAL);
	i->level = decode_level(r, o);
	i->ended = reader_bool(r, o, "ended");
	i->since_ns = reader_time(r, o, "since");
	i->last_ns = reader_time(r, o, "last");
	i->count = reader_u64(r, o, "count", READER_COUNT_MAX, 0);
	i->peer = reader_text(r, o, "peer", RECORD_TEXT_MAX);
	i->what = reader_text(r, o, "what", RECORD_TEXT_MAX);
	i->sentence = reader_text(r, o, "sentence", RECORD_TEXT_MAX);
	decode_evidence(r, o, i->events);
	reader_texts(r, o, "call_ids", RECORD_TEXT_MAX, i->call_ids, INCIDENT_EVIDENCE);
}
