/*
 * detect_say - lines between messages: statements and notices.  A source that shows its SIP text is believed there, so
 * that what its lines say of the same responses does not count again.
 */
#include <string.h>

#include "logfmt/detect.h"
#include "logfmt/syslog_head.h"
#include "logfmt/unescape.h"

enum { DETECT_PEND_LINES = 3 };

_Static_assert((int)DETECT_PEND_LINES <= (int)COLLECT_FOREIGN_NEAR, "as many lines are behind those before last_near");

/* A statement inside JSON or escapes: the line that holds it, out of l->text. */
static struct slice
detect_unwrap(struct logfmt *l, struct slice line)
{
	struct slice rest, one;

	if (l->depth > 1 || line.n == 0 || memchr(line.p, '{', line.n) == NULL || !unescape_wanted(line))
		return line;
	buf_clear(&l->text);
	if (!unescape_record(line, &l->text))
		return line;
	rest = buf_slice(&l->text);
	while (rest.n > 0) {
		one = slice_cut(&rest, '\n');
		if (statement_maybe(l->statements, one))
			return one;
	}
	return line;
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
	struct logfmt_item *item = &l->item;
	struct logfmt_stats unused = { .lines = 0 };
	struct when before = *detect_when(l, l->now.origin);
	struct stamp stamp;
	enum statement_kind kind;
	unsigned row;
	bool leads;

	while (line.n > 0 && (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == '\0'))
		line.n--;
	kind = statement_read(l->statements, detect_unwrap(l, line), item, &row);
	if (kind == STATEMENT_CODE || kind == STATEMENT_NOTICE) {
		if (!when_last_stamp(line, &stamp, &leads))
			stamp = r->stamp;
		item->m.t_ns = when_resolve(detect_when(l, l->now.origin), &stamp, l->now.t_ns, l->now.live, &unused);
		item->m.stamp = stamp.text;
	}
	if (kind == STATEMENT_CODE && detect_quiet(l, r, line, item->m.t_ns)) {
		l->st.quiet++;
		kind = STATEMENT_NOT;
	}
	if (kind == STATEMENT_CODE && l->said != NULL && statement_again(l->said, row, item)) {
		l->st.again++;
		kind = STATEMENT_NOT;
	}
	if (kind != STATEMENT_CODE && kind != STATEMENT_NOTICE) {
		detect_settle(l, held, LOGFMT_NOT_SIP);
		return false;
	}
	l->when = before;
	(void)when_resolve(detect_when(l, l->now.origin), &stamp, l->now.t_ns, l->now.live, &l->st);
	if (kind == STATEMENT_CODE) {
		held += held == 0 ? detect_claim(l, r, 1) : 0;
		l->st.statements++;
		l->last_lines = held;
		detect_settle(l, held, LOGFMT_SIP);
	} else {
		detect_settle(l, held, LOGFMT_NOT_SIP);
		l->st.notices++;
		item->notice.t_ns = item->m.t_ns;
		item->notice.stamp = item->m.stamp;
	}
	l->have_item = true;
	return true;
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
	size_t at = statement_scan(l->statements, gap);
	const char *eol;

	if (at >= gap.n) {
		r->p = r->gap_end;
		return false;
	}
	eol = detect_eol(r->p + at, r->end);
	gap = detect_slice(r->p + at, eol);
	r->p = detect_next(eol, r->end);
	return !detect_put_off(l, r, gap, r->p) && detect_say(l, r, gap, 0);
}
