/*
 * detect_say - lines between messages: statements and notices.  A source that shows its SIP text is believed there, so
 * that what its lines say of the same responses does not count again.
 * Know: reading such a line (say_read, say_tell) touches a struct say and nothing else, for another thread may do it.
 */
#include <string.h>

#include "logfmt/detect.h"
#include "logfmt/syslog_head.h"
#include "logfmt/unescape.h"
#include "sipwhy/mem.h"

enum { DETECT_PEND_LINES = 3 };

_Static_assert((int)DETECT_PEND_LINES <= (int)COLLECT_FOREIGN_NEAR, "as many lines are behind those before last_near");

/* A line that was read: what it is, by which row, its own time, and what that lacks. */
struct said {
	enum statement_kind kind;
	unsigned row;
	struct stamp stamp;
	struct when_date date;
	struct logfmt_stats lacks;
};

bool
say_init(struct say *y, uint64_t seed, size_t text_max)
{
	y->rows = statement_rows_new();
	y->table = statement_table_new(seed);
	buf_init(&y->text, text_max);
	return y->rows != NULL && y->table != NULL;
}

void
say_fini(struct say *y)
{
	mem_free(y->rows);
	statement_table_free(y->table);
	buf_fini(&y->text);
}

/* One stream is resolved at a time: another one starts afresh. */
struct when *
say_when(struct say *y, uint32_t origin)
{
	if (y->when_origin != origin) {
		y->when_origin = origin;
		y->when = (struct when){ .last_ns = 0 };
	}
	return &y->when;
}

/* A statement inside JSON or escapes: the line that holds it, out of y->text. */
static struct slice
say_unwrap(struct say *y, struct slice line)
{
	struct slice rest, one;

	if (line.n == 0 || memchr(line.p, '{', line.n) == NULL || !unescape_wanted(line))
		return line;
	buf_clear(&y->text);
	if (!unescape_record(line, &y->text))
		return line;
	rest = buf_slice(&y->text);
	while (rest.n > 0) {
		one = slice_cut(&rest, '\n');
		if (statement_maybe(y->rows, one))
			return one;
	}
	return line;
}

static struct slice
say_trim(struct slice line)
{
	while (line.n > 0 && (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == '\0'))
		line.n--;
	return line;
}

/* Read a line that came with `now`.  text: it without escapes.  record: its time if it shows none. */
static void
say_read(struct say *y, const struct text *now, struct slice line, struct slice text, const struct stamp *record,
    struct logfmt_item *item, struct said *out)
{
	bool leads;

	out->kind = statement_read(y->rows, text, item, &out->row);
	if (out->kind != STATEMENT_CODE && out->kind != STATEMENT_NOTICE)
		return;
	if (!when_last_stamp(line, &out->stamp, &out->date, &leads))
		out->stamp = *record;
	else if (!out->date.stamp.has_date)
		out->date.stamp = *record;
	out->lacks = (struct logfmt_stats){ .lines = 0 };
	/* Lines that do not count move the time of the log as well. */
	item->m.t_ns =
	    when_resolve(say_when(y, now->origin), &out->stamp, &out->date, now->t_ns, now->live, &out->lacks);
	item->m.stamp = out->stamp.text;
	item->m.untimed = !now->live && when_is_untimed(&out->stamp);
}

/* Does it count?  Then in *st too. */
static enum statement_kind
say_tell(struct say *y, const struct said *said, struct logfmt_item *item, struct logfmt_stats *st)
{
	if (said->kind != STATEMENT_CODE && said->kind != STATEMENT_NOTICE)
		return said->kind;
	if (said->kind == STATEMENT_CODE && statement_again(y->table, said->row, item)) {
		st->again++;
		return STATEMENT_NOT;
	}
	st->no_time += said->lacks.no_time;
	st->no_date += said->lacks.no_date;
	st->no_year += said->lacks.no_year;
	st->no_zone += said->lacks.no_zone;
	if (said->kind == STATEMENT_CODE) {
		st->statements++;
	} else {
		st->notices++;
		item->notice.t_ns = item->m.t_ns;
		item->notice.stamp = item->m.stamp;
	}
	return said->kind;
}

/* Has the source of this line shown SIP text lately? */
static bool
detect_quiet(struct logfmt *l, const struct run *r, struct slice line, int64_t t_ns)
{
	uint64_t key;

	if (l->st.messages == 0)
		return false;
	if (pool_was_shown(
		&l->pool, detect_key(l, l->now.origin, (struct slice){ NULL, 0 }, (struct slice){ NULL, 0 }), t_ns) ||
	    (r->key != 0 && pool_was_shown(&l->pool, r->key, t_ns)))
		return true;
	return detect_program(l, line, &key) && pool_was_shown(&l->pool, key, t_ns);
}

/* Read one line as a statement.  True when it gave an item; held: lines claimed for it before. */
static bool
detect_say(struct logfmt *l, struct run *r, struct slice line, uint32_t held)
{
	struct said said;
	enum statement_kind kind;

	line = say_trim(line);
	say_read(&l->say, &l->now, line, l->depth > 1 ? line : say_unwrap(&l->say, line), &r->stamp, &l->item, &said);
	if (said.kind == STATEMENT_CODE && detect_quiet(l, r, line, l->item.m.t_ns)) {
		l->st.quiet++;
		said.kind = STATEMENT_NOT;
	}
	kind = say_tell(&l->say, &said, &l->item, &l->st);
	if (kind == STATEMENT_CODE) {
		held += held == 0 ? detect_claim(l, r, 1) : 0;
		l->last_lines = held;
	}
	detect_settle(l, held, kind == STATEMENT_CODE ? LOGFMT_SIP : LOGFMT_NOT_SIP);
	l->have_item = kind == STATEMENT_CODE || kind == STATEMENT_NOTICE;
	return l->have_item;
}

/* The line goes to whoever calls say_ahead, and is held until detect_together. */
static void
detect_say_later(struct logfmt *l, struct run *r, struct slice line)
{
	l->ahead_lines += detect_claim(l, r, 1);
	l->item.kind = LOGFMT_LINE;
	l->item.head = "";
	l->item.m = (struct message){ .bytes = line, .t_ns = l->now.t_ns, .transport = TRANSPORT_N };
	l->have_item = true;
}

bool
say_ahead(struct say *y, const struct message *line, struct logfmt_item *item)
{
	static const struct stamp none;
	const struct text now = { .t_ns = line->t_ns, .origin = y->ahead_origin };
	struct slice bytes = say_trim(line->bytes);
	struct said said;
	enum statement_kind kind;

	say_read(y, &now, bytes, say_unwrap(y, bytes), &none, item, &said);
	kind = say_tell(y, &said, item, &y->st);
	y->st.verdict[LOGFMT_SIP] += kind == STATEMENT_CODE;
	return kind == STATEMENT_CODE || kind == STATEMENT_NOTICE;
}

void
detect_together(struct logfmt *l)
{
	const struct logfmt_stats *said = &l->say.st;
	uint64_t sip = said->verdict[LOGFMT_SIP] < l->ahead_lines ? said->verdict[LOGFMT_SIP] : l->ahead_lines;

	detect_settle(l, sip, LOGFMT_SIP);
	detect_settle(l, l->ahead_lines - sip, LOGFMT_NOT_SIP);
	l->ahead_lines = 0;
	l->st.statements += said->statements;
	l->st.notices += said->notices;
	l->st.again += said->again;
	l->st.no_time += said->no_time;
	l->st.no_date += said->no_date;
	l->st.no_year += said->no_year;
	l->st.no_zone += said->no_zone;
	l->say.st = (struct logfmt_stats){ .lines = 0 };
	l->ahead = l->waits = false;
}

bool
detect_pend(struct logfmt *l, struct source *s)
{
	struct run r = { .record = false };
	struct text now = l->now;
	bool said;

	s->pend_due = false;
	s->pend_left = 0;
	l->now.origin = s->origin;
	l->now.t_ns = s->pend_ns;
	l->now.live = s->pend_live;
	/* The bytes stay in s->pend until the next line is put there, which is after this item was given. */
	said = detect_say(l, &r, buf_slice(&s->pend), 1);
	l->now = now;
	if (!said)
		buf_clear(&s->pend);
	return said;
}

/* A statement that is the head of a message too, at the end of a piece: what follows decides. */
static bool
detect_put_off(struct logfmt *l, struct run *r, struct slice line, const char *next)
{
	struct head h;
	unsigned follow = 0;

	if (r->record || r->hit != HIT_NONE || r->src->pend_left > 0)
		return false;
	/* Known without a look: more lines follow. */
	if (r->last_near != NULL && line.p < r->last_near)
		return false;
	for (const char *p = next; p < r->end && follow < DETECT_PEND_LINES; follow++)
		p = detect_next(detect_eol(p, r->end), r->end);
	if (follow >= DETECT_PEND_LINES || !head_read(l->heads, line, &h) || h.of != 'p')
		return false;
	buf_clear(&r->src->pend);
	buf_add(&r->src->pend, line.p, line.n);
	if (!buf_ok(&r->src->pend) || detect_claim(l, r, 1) == 0) {
		buf_clear(&r->src->pend);
		return false;
	}
	r->src->pend_left = DETECT_PEND_LINES - follow;
	r->src->pend_ns = l->now.t_ns;
	r->src->pend_live = l->now.live;
	return true;
}

/* The next statement in the gap: true when it gave an item. */
bool
detect_gap(struct logfmt *l, struct run *r)
{
	struct slice gap = detect_slice(r->p, r->gap_end);
	size_t at = statement_scan(l->say.rows, gap);
	const char *eol;

	if (at >= gap.n) {
		r->p = r->gap_end;
		return false;
	}
	eol = detect_eol(r->p + at, r->end);
	gap = detect_slice(r->p + at, eol);
	r->p = detect_next(eol, r->end);
	if (detect_put_off(l, r, gap, r->p))
		return false;
	if (!l->ahead)
		return detect_say(l, r, gap, 0);
	detect_say_later(l, r, gap);
	return true;
}
