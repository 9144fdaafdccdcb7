/*
 * encode_event - events, what changes them, their messages, good calls, notices and incidents as members of a line
 * (doc/records.md).
 * The one thing to know: what is absent is left out, so a number that may be absent is -1 in memory and 0 is told.
 */
#include "record/encode.h"
#include "record/bytes.h"
#include "record/fields.h"

static void
encode_hop(struct writer *w, const struct event_hop *h)
{
	writer_open(w, NULL, '{');
	writer_text(w, "src", h->src, ENDPOINT_TEXT - 1);
	writer_text(w, "dst", h->dst, ENDPOINT_TEXT - 1);
	writer_count(w, "code", h->code);
	writer_count(w, "at_ms", h->at_ms);
	writer_count(w, "seen", h->seen);
	writer_close(w, '}');
}

static void
encode_path(struct writer *w, struct slice path)
{
	struct event_hop h;
	unsigned n = 0;

	for (; n < EVENT_HOPS_MAX && event_hop_next(&path, &h); n++) {
		if (n == 0)
			writer_open(w, "path", '[');
		encode_hop(w, &h);
	}
	if (n > 0)
		writer_close(w, ']');
}

static void
encode_flags(struct writer *w, const struct event *e)
{
	for (const struct fields_flag *f = fields_event_flag; f->name != NULL; f++)
		if (*(const bool *)((const char *)e + f->offset))
			writer_bool(w, f->name, true);
}

static void
encode_slices(struct writer *w, const struct fields_text *f, const void *base)
{
	for (; f->name != NULL; f++)
		writer_some(w, f->name, *(const struct slice *)((const char *)base + f->offset), f->max);
}

void
encode_event(struct writer *w, const struct event *e)
{
	writer_u64(w, "id", e->id);
	writer_count(w, "code", e->code);
	writer_count(w, "said_code", e->said_code);
	writer_known(w, "q850", e->q850);
	writer_known(w, "reason_sip", e->reason_sip);
	writer_known(w, "warn_code", e->warn_code);
	writer_text(w, "transport", slice_str(transport_name(e->transport)), RECORD_TEXT_MAX);
	writer_text(w, "direction", slice_str(direction_name((enum direction)e->direction)), RECORD_TEXT_MAX);
	writer_text(w, "outcome", slice_str(outcome_name(e->outcome)), RECORD_TEXT_MAX);
	writer_word(w, "role", peer_role_name(e->role));
	encode_flags(w, e);
	writer_count(w, "raw_len", e->raw_len);
	writer_known(w, "setup_ms", e->setup_ms);
	writer_known(w, "hop_ms", e->hop_ms);
	writer_count(w, "repeats", e->repeats);
	writer_count(w, "copies", e->copies);
	writer_count(w, "tries", e->tries > 1 ? e->tries : 0);
	encode_path(w, e->path);
	encode_slices(w, fields_event_text, e);
}

void
encode_notice(struct writer *w, const struct notice *n)
{
	encode_slices(w, fields_notice, n);
}

void
encode_message(struct writer *w, const struct callmsg *m)
{
	writer_u64(w, "of", m->of);
	writer_u64(w, "at", m->at);
	writer_count(w, "code", m->code);
	writer_text(w, "transport", slice_str(transport_name(m->transport)), RECORD_TEXT_MAX);
	writer_count(w, "leg", m->leg);
	writer_word(w, "evidence", callmsg_evidence_name(m->evidence));
	if (m->cut)
		writer_bool(w, "cut", true);
	writer_count(w, "seen", m->seen > 1 ? m->seen : 0);
	writer_count(w, "raw_len", m->raw_len);
	encode_slices(w, fields_message, m);
}

void
encode_good(struct writer *w, const struct goodcall *g)
{
	writer_u64(w, "id", g->id);
	writer_count(w, "code", g->code);
	encode_slices(w, fields_good, g);
}

void
encode_update(struct writer *w, const struct event_update *u)
{
	writer_u64(w, "id", u->id);
	writer_count(w, "code", u->code);
	writer_count(w, "old_code", u->old_code);
	if (u->recovered)
		writer_bool(w, "recovered", true);
	writer_count(w, "repeats", u->repeats);
	writer_count(w, "copies", u->copies);
	writer_count(w, "said_code", u->said_code);
	writer_some(w, "phrase", u->phrase, RECORD_TEXT_MAX);
	writer_some(w, "said_by", u->said_by, RECORD_TEXT_MAX);
	encode_path(w, u->path);
}

/* An array of those texts that are UTF-8 once they are cut, or of those that are not. */
static void
encode_texts(struct writer *w, const char *name, const struct slice *s, size_t n, bool utf8)
{
	bool open = false;

	for (size_t i = 0; i < n; i++) {
		struct slice cut = bytes_cut(s[i], RECORD_TEXT_MAX);

		if (cut.n == 0 || bytes_utf8(cut) != utf8)
			continue;
		if (!open)
			writer_open(w, name, '[');
		open = true;
		writer_value(w, cut);
	}
	if (open)
		writer_close(w, ']');
}

static void
encode_evidence(struct writer *w, const uint64_t *ids)
{
	bool open = false;

	for (unsigned i = 0; i < INCIDENT_EVIDENCE; i++) {
		if (ids[i] == 0)
			continue;
		if (!open)
			writer_open(w, "events", '[');
		open = true;
		writer_u64(w, NULL, ids[i]);
	}
	if (open)
		writer_close(w, ']');
}

void
encode_incident(struct writer *w, const struct incident *i)
{
	writer_u64(w, "id", i->id);
	writer_text(w, "kind", i->kind, RECORD_TEXT_MAX);
	writer_u64(w, "pattern", i->pattern);
	writer_text(w, "level", slice_str(incident_level_name(i->level)), RECORD_TEXT_MAX);
	if (i->ended)
		writer_bool(w, "ended", true);
	writer_time(w, "since", i->since_ns);
	writer_time(w, "last", i->last_ns);
	writer_count(w, "count", i->count);
	writer_some(w, "peer", i->peer, RECORD_TEXT_MAX);
	writer_some(w, "what", i->what, RECORD_TEXT_MAX);
	writer_some(w, "sentence", i->sentence, RECORD_TEXT_MAX);
	encode_evidence(w, i->events);
	encode_texts(w, "call_ids", i->call_ids, INCIDENT_EVIDENCE, true);
	encode_texts(w, "call_ids_b64", i->call_ids, INCIDENT_EVIDENCE, false);
}
