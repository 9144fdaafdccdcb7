/*
 * evidence - one failure with its messages as text, JSON or a line of a table; see sipwhy/sink.h.
 * One thing to know: everything from the network is redacted first and cleaned then, line by line, so no raw control,
 * bidi or zero-width character leaves.
 */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "sink/redact.h"
#include "sipwhy/mem.h"
#include "sipwhy/sink.h"
#include "sipwhy/sip.h"
#include "sipwhy/text.h"
#include "sipwhy/timefmt.h"

enum { EVIDENCE_RAW = CALLMSG_BYTES_MAX * 8, EVIDENCE_CLEAN = 4096 };

static struct redact
evidence_redact(const struct sink_evidence *x)
{
	return (struct redact){ .seed = x->seed, .user = { x->event->from, x->event->to } };
}

/* Foreign text on one line, redacted and clean.  words: see struct redact. */
static void
evidence_put_as(struct buf *b, const struct sink_evidence *x, struct slice s, bool words)
{
	struct redact r = evidence_redact(x);
	char clean[EVIDENCE_CLEAN];
	struct buf hidden;

	r.words = words;
	buf_init(&hidden, EVIDENCE_RAW);
	if (x->redact) {
		redact_text(&hidden, &r, s);
		b->failed |= !buf_ok(&hidden);
		s = buf_slice(&hidden);
	}
	/* Piecewise: a line may be longer than any field. */
	while (s.n > 0) {
		size_t n = s.n < EVIDENCE_CLEAN / 4 - 8 ? s.n : EVIDENCE_CLEAN / 4 - 8;

		/* Not within a glyph. */
		while (n < s.n && n > 1 && ((unsigned char)s.p[n] & 0xc0) == 0x80 && n > EVIDENCE_CLEAN / 4 - 12)
			n--;
		buf_add(b, clean, text_clean(clean, sizeof clean, (struct slice){ s.p, n }, SIZE_MAX, false, NULL));
		s.p += n;
		s.n -= n;
	}
	buf_fini(&hidden);
}

static void
evidence_put(struct buf *b, const struct sink_evidence *x, struct slice s)
{
	evidence_put_as(b, x, s, false);
}

/* A user or number, which is all to be hidden. */
static void
evidence_user(struct buf *b, const struct sink_evidence *x, struct slice s)
{
	struct redact r = evidence_redact(x);
	char clean[512];

	if (x->redact)
		redact_user(b, &r, s);
	else
		buf_add(b, clean, text_clean(clean, sizeof clean, s, 100, false, NULL));
}

static void
evidence_line(struct buf *b, const struct sink_evidence *x, const char *label, struct slice s)
{
	if (s.n == 0)
		return;
	buf_printf(b, "%-12s ", label);
	evidence_put_as(b, x, s, slice_eq(s, x->event->reason) || slice_eq(s, x->event->warning));
	buf_putc(b, '\n');
}

static void
evidence_list(struct buf *b, const char *title, const char *const *lines)
{
	if (lines == NULL || lines[0] == NULL)
		return;
	buf_printf(b, "\n%s\n", title);
	for (size_t i = 0; lines[i] != NULL; i++)
		buf_printf(b, "  %zu. %s\n", i + 1, lines[i]);
}

/* "503 Service Unavailable", "no response". */
static void
evidence_headline(struct buf *b, const struct sink_evidence *x)
{
	const struct event *e = x->event;

	if (e->code == 0) {
		buf_puts(b, "no response");
		return;
	}
	buf_printf(b, "%u ", e->code);
	evidence_put_as(b, x, e->phrase.n > 0 ? e->phrase : slice_str(sip_code_phrase(e->code)), true);
	if (e->ack_missing)
		buf_puts(b, ", never acknowledged");
}

static void
evidence_decoded(struct buf *b, const struct sink_evidence *x)
{
	const struct event *e = x->event;
	struct sip_explanation why;
	char text[SIP_COMPOSE_MAX], date[32], after[32];

	sip_explain_event(e, &why);
	(void)sip_compose(e, &why, text, sizeof text);
	evidence_headline(b, x);
	buf_printf(b, "\n\n%-12s %s\n", "Time", timefmt_rfc3339(date, sizeof date, e->t_ns));
	evidence_line(b, x, "Time in log", e->stamp);
	evidence_line(b, x, "Method", e->method);
	buf_printf(b, "%-12s ", "From");
	evidence_user(b, x, e->from);
	buf_printf(b, "\n%-12s ", "To");
	evidence_user(b, x, e->to);
	buf_putc(b, '\n');
	evidence_line(b, x, "Peer", e->peer);
	evidence_line(b, x, "Answer from", e->src);
	evidence_line(b, x, "Answer to", e->dst);
	evidence_line(b, x, "Said first by", e->said_by);
	evidence_line(b, x, "Call-ID", e->call_id);
	evidence_line(b, x, "Reason", e->reason);
	evidence_line(b, x, "Warning", e->warning);
	evidence_line(b, x, "Retry-After", e->retry_after);
	evidence_line(b, x, "Server", e->agent);
	evidence_line(b, x, "Seen by", e->tap);
	if (e->setup_ms >= 0 && event_is_coarse(e))
		buf_printf(b, "%-12s %s\n", "After", timefmt_about(after, sizeof after, e->setup_ms));
	else if (e->setup_ms >= 0)
		buf_printf(b, "%-12s %" PRId32 " ms\n", "After", e->setup_ms);
	buf_puts(b, "\nMeans\n  ");
	evidence_put_as(b, x, slice_str(text), true);
	buf_putc(b, '\n');
	evidence_list(b, "Likely, most likely first", why.causes);
	evidence_list(b, "Check next", why.checks);
}

/* The messages there are, else the event's own. */
static const struct callmsg *
evidence_messages(const struct sink_evidence *x, struct callmsg *own, size_t *n)
{
	*n = x->n;
	if (x->n > 0)
		return x->messages;
	*own = callmsg_of_event(x->event);
	*n = own->raw.n > 0;
	return own;
}

/* Its lines, "| " before each, or as they are. */
static void
evidence_raw(struct buf *b, const struct sink_evidence *x, struct slice raw, const char *before)
{
	struct redact r = evidence_redact(x);
	struct sink_evidence plain = *x;
	struct buf hidden;

	buf_init(&hidden, EVIDENCE_RAW);
	if (x->redact) {
		redact_message(&hidden, &r, raw);
		b->failed |= !buf_ok(&hidden);
		raw = buf_slice(&hidden);
	}
	plain.redact = false;
	while (raw.n > 0) {
		struct slice line = slice_cut(&raw, '\n');

		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		buf_puts(b, before);
		evidence_put(b, &plain, line);
		buf_putc(b, '\n');
	}
	buf_fini(&hidden);
}

int
sink_evidence_text(struct buf *b, const struct sink_evidence *x)
{
	struct callmsg own;
	size_t n;
	const struct callmsg *m = evidence_messages(x, &own, &n);
	char date[32];

	evidence_decoded(b, x);
	for (size_t i = 0; i < n; i++) {
		buf_printf(b, "\nMessage %zu of %zu  %s  ", i + 1, n, timefmt_rfc3339(date, sizeof date, m[i].t_ns));
		evidence_put(b, x, m[i].src);
		buf_puts(b, " > ");
		evidence_put(b, x, m[i].dst);
		buf_printf(b, "  %s  %" PRIu32 " bytes  seen %" PRIu32 "%s\n", transport_name(m[i].transport),
		    m[i].raw_len, m[i].seen, m[i].cut || m[i].raw_len > m[i].raw.n ? "  (not kept whole)" : "");
		evidence_raw(b, x, m[i].raw, "| ");
	}
	if (n == 0)
		buf_puts(b, "\nNo message is kept of it.\n");
	buf_puts(b, x->redact ? "\nUsers and digests are hashed; the same hash is the same user.\n\n" : "\n\n");
	return buf_ok(b) ? 0 : -ENOMEM;
}

/* How a field is hidden: all of it is a user; words for people; another text. */
enum evidence_kind { EVIDENCE_TEXT, EVIDENCE_USER, EVIDENCE_WORDS };

static void
evidence_put_kind(struct buf *b, const struct sink_evidence *x, struct slice s, enum evidence_kind kind)
{
	if (kind == EVIDENCE_USER)
		evidence_user(b, x, s);
	else
		evidence_put_as(b, x, s, kind == EVIDENCE_WORDS);
}

/* Foreign text as a JSON string. */
static void
evidence_set(
    json_t *o, const char *name, const struct sink_evidence *x, struct slice s, enum evidence_kind kind, bool *ok)
{
	struct buf text;
	json_t *value;

	if (s.n == 0)
		return;
	buf_init(&text, EVIDENCE_RAW * 4);
	evidence_put_kind(&text, x, s, kind);
	value = buf_ok(&text) ? json_stringn(text.data != NULL ? text.data : "", text.len) : NULL;
	*ok &= json_object_set_new(o, name, value) == 0;
	buf_fini(&text);
}

static void
evidence_set_raw(json_t *o, const struct sink_evidence *x, struct slice raw, bool *ok)
{
	struct buf text;

	buf_init(&text, EVIDENCE_RAW * 4);
	evidence_raw(&text, x, raw, "");
	*ok &= buf_ok(&text) &&
	    json_object_set_new(o, "raw", json_stringn(text.data != NULL ? text.data : "", text.len)) == 0;
	buf_fini(&text);
}

static void
evidence_set_number(json_t *o, const char *name, json_int_t n, bool *ok)
{
	if (n >= 0)
		*ok &= json_object_set_new(o, name, json_integer(n)) == 0;
}

static json_t *
evidence_message(const struct sink_evidence *x, const struct callmsg *m, bool *ok)
{
	json_t *o = json_object();
	char date[32];

	*ok &= json_object_set_new(o, "t", json_string(timefmt_rfc3339(date, sizeof date, m->t_ns))) == 0;
	evidence_set_number(o, "code", m->code, ok);
	evidence_set(o, "method", x, m->method, EVIDENCE_TEXT, ok);
	evidence_set(o, "src", x, m->src, EVIDENCE_TEXT, ok);
	evidence_set(o, "dst", x, m->dst, EVIDENCE_TEXT, ok);
	*ok &= json_object_set_new(o, "transport", json_string(transport_name(m->transport))) == 0;
	evidence_set_number(o, "leg", m->leg, ok);
	evidence_set_number(o, "seen", m->seen, ok);
	evidence_set_number(o, "bytes", m->raw_len, ok);
	if (m->cut)
		*ok &= json_object_set_new(o, "cut", json_true()) == 0;
	evidence_set_raw(o, x, m->raw, ok);
	return o;
}

static void
evidence_set_event(json_t *o, const struct sink_evidence *x, bool *ok)
{
	const struct event *e = x->event;
	char date[32];

	*ok &= json_object_set_new(o, "schema", json_string("sipwhy.evidence/1")) == 0;
	evidence_set_number(o, "id", (json_int_t)e->id, ok);
	*ok &= json_object_set_new(o, "t", json_string(timefmt_rfc3339(date, sizeof date, e->t_ns))) == 0;
	evidence_set_number(o, "code", e->code, ok);
	evidence_set(o, "phrase", x, e->phrase, EVIDENCE_WORDS, ok);
	evidence_set(o, "method", x, e->method, EVIDENCE_TEXT, ok);
	evidence_set(o, "from", x, e->from, EVIDENCE_USER, ok);
	evidence_set(o, "to", x, e->to, EVIDENCE_USER, ok);
	evidence_set(o, "peer", x, e->peer, EVIDENCE_TEXT, ok);
	evidence_set(o, "src", x, e->src, EVIDENCE_TEXT, ok);
	evidence_set(o, "dst", x, e->dst, EVIDENCE_TEXT, ok);
	evidence_set(o, "said_by", x, e->said_by, EVIDENCE_TEXT, ok);
	evidence_set(o, "call_id", x, e->call_id, EVIDENCE_TEXT, ok);
	evidence_set(o, "reason", x, e->reason, EVIDENCE_WORDS, ok);
	evidence_set(o, "warning", x, e->warning, EVIDENCE_WORDS, ok);
	evidence_set(o, "server", x, e->agent, EVIDENCE_TEXT, ok);
	evidence_set(o, "source", x, e->source, EVIDENCE_TEXT, ok);
	evidence_set(o, "tap", x, e->tap, EVIDENCE_TEXT, ok);
	evidence_set_number(o, "q850", e->q850, ok);
	evidence_set_number(o, "setup_ms", e->setup_ms, ok);
	evidence_set_number(o, "hop_ms", e->hop_ms, ok);
	*ok &= json_object_set_new(o, "redacted", json_boolean(x->redact)) == 0;
}

static int
evidence_json_put(const char *p, size_t n, void *ctx)
{
	buf_add(ctx, p, n);
	return 0;
}

int
sink_evidence_json(struct buf *b, const struct sink_evidence *x)
{
	struct callmsg own;
	size_t n;
	const struct callmsg *m = evidence_messages(x, &own, &n);
	json_t *o = json_object(), *list = json_array();
	struct sip_explanation why;
	char text[SIP_COMPOSE_MAX];
	size_t from = b->len;
	bool ok = o != NULL && list != NULL;

	sip_explain_event(x->event, &why);
	(void)sip_compose(x->event, &why, text, sizeof text);
	evidence_set_event(o, x, &ok);
	evidence_set(o, "means", x, slice_str(text), EVIDENCE_WORDS, &ok);
	for (size_t i = 0; i < n; i++)
		ok &= json_array_append_new(list, evidence_message(x, &m[i], &ok)) == 0;
	ok &= json_object_set_new(o, "messages", list) == 0;
	ok = ok && json_dump_callback(o, evidence_json_put, b, JSON_COMPACT | JSON_ENSURE_ASCII) == 0;
	buf_putc(b, '\n');
	json_decref(o);
	if (ok && buf_ok(b))
		return 0;
	b->len = from;
	return -ENOMEM;
}

int
sink_evidence_csv_head(struct buf *b)
{
	buf_puts(b,
	    "id,time,code,phrase,method,from,to,peer,src,dst,said_by,q850,reason,warning,setup_ms,hop_ms,server,"
	    "call_id,source\r\n");
	return buf_ok(b) ? 0 : -ENOMEM;
}

/* Cleaned text as a field: what would run as a formula is text, and quotes are doubled (RFC 4180 2.7). */
static void
evidence_field(struct buf *b, const struct sink_evidence *x, struct slice s, enum evidence_kind kind)
{
	struct buf text;
	char c;

	buf_init(&text, EVIDENCE_RAW * 4);
	evidence_put_kind(&text, x, s, kind);
	b->failed |= !buf_ok(&text);
	c = text.len > 0 ? text.data[0] : ' ';
	buf_puts(b, ",\"");
	if (c == '=' || c == '+' || c == '-' || c == '@')
		buf_putc(b, '\'');
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '"')
			buf_putc(b, '"');
		buf_putc(b, text.data[i]);
	}
	buf_putc(b, '"');
	buf_fini(&text);
}

static void
evidence_number(struct buf *b, int n)
{
	buf_putc(b, ',');
	if (n >= 0)
		buf_printf(b, "%d", n);
}

int
sink_evidence_csv(struct buf *b, const struct sink_evidence *x)
{
	const struct event *e = x->event;
	char date[32];

	buf_printf(b, "%" PRIu64 ",%s,%u", e->id, timefmt_rfc3339(date, sizeof date, e->t_ns), e->code);
	evidence_field(b, x, e->phrase, EVIDENCE_WORDS);
	evidence_field(b, x, e->method, EVIDENCE_TEXT);
	evidence_field(b, x, e->from, EVIDENCE_USER);
	evidence_field(b, x, e->to, EVIDENCE_USER);
	evidence_field(b, x, e->peer, EVIDENCE_TEXT);
	evidence_field(b, x, e->src, EVIDENCE_TEXT);
	evidence_field(b, x, e->dst, EVIDENCE_TEXT);
	evidence_field(b, x, e->said_by, EVIDENCE_TEXT);
	evidence_number(b, e->q850);
	evidence_field(b, x, e->reason, EVIDENCE_WORDS);
	evidence_field(b, x, e->warning, EVIDENCE_WORDS);
	evidence_number(b, e->setup_ms);
	evidence_number(b, e->hop_ms);
	evidence_field(b, x, e->agent, EVIDENCE_TEXT);
	evidence_field(b, x, e->call_id, EVIDENCE_TEXT);
	evidence_field(b, x, e->source, EVIDENCE_TEXT);
	buf_puts(b, "\r\n");
	return buf_ok(b) ? 0 : -ENOMEM;
}
