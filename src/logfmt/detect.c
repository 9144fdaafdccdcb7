/*
 * detect - text to messages, statements and notices; see detect.h.
 *
 * Where nothing is open a run jumps from one "SIP/2.0" to the next and looks at the lines between only for statements;
 * a message that lies whole in it is given as it lies there (detect_fast.c).  All else goes line by line through
 * collect.c, and must come to the same.
 */
#include "logfmt/detect.h"

#include <string.h>

#include "logfmt/back.h"
#include "logfmt/seek.h"
#include "logfmt/syslog_head.h"
#include "logfmt/unescape.h"
#include "sipwhy/hash.h"
#include "sipwhy/timefmt.h"

/* A writer with a buffer may pause behind a start line, of which nothing is shown yet. */
#define DETECT_START_NS (30 * NS_PER_S)

/* indent: that much is a carrier's layout, not a product's.  short: a piece that does not show what comes. */
enum { DETECT_INDENT = 8, DETECT_SHORT = 16384 };

const char *
detect_eol(const char *p, const char *end)
{
	const char *lf = memchr(p, '\n', (size_t)(end - p));

	return lf != NULL ? lf : end;
}

const char *
detect_next(const char *eol, const char *end)
{
	return eol < end ? eol + 1 : end;
}

struct slice
detect_slice(const char *from, const char *to)
{
	return (struct slice){ from, (size_t)(to - from) };
}

/* Lines of this push that belong to something; a record is one line however many it holds. */
uint32_t
detect_claim(struct logfmt *l, struct run *r, uint32_t n)
{
	if (r->record) {
		n = !r->claimed;
		r->claimed = true;
	}
	if (n > l->pending)
		n = l->pending;
	l->pending -= n;
	return n;
}

/* Move claimed lines out of the held ones. */
void
detect_settle(struct logfmt *l, uint64_t n, enum logfmt_verdict to)
{
	l->st.verdict[LOGFMT_HELD] -= n;
	l->st.verdict[to] += n;
}

uint64_t
detect_key(const struct logfmt *l, uint32_t origin, struct slice a, struct slice b)
{
	uint64_t part[3] = { origin, a.n > 0 ? hash64(a.p, a.n, l->seed) : 0, b.n > 0 ? hash64(b.p, b.n, l->seed) : 0 };

	return hash64(part, sizeof part, l->seed);
}

/* The program that wrote a line, where the line has the head of a syslog: false when it has none. */
bool
detect_program(const struct logfmt *l, struct slice line, uint64_t *key)
{
	struct syslog_head h;

	if (line.n == 0 || line.p[0] == '[' || !syslog_head_read(line, &h) || h.tag.n == 0)
		return false;
	*key = detect_key(l, l->now.origin, h.host, h.tag);
	return true;
}

bool
detect_must_wait(struct logfmt *l)
{
	l->waits = l->ahead;
	return l->waits;
}

void
detect_message_item(struct logfmt *l, const struct about *about, struct slice bytes, int64_t t_ns, bool cut)
{
	struct message *m = &l->item.m;

	/* The other members are of other kinds, and large. */
	l->item.kind = LOGFMT_MESSAGE;
	l->item.head = "";
	*m = (struct message){
		.bytes = bytes, .t_ns = t_ns, .stamp = about->stamp.text, .transport = TRANSPORT_N, .cut = cut
	};
	if (about->has_head) {
		m->src = about->head.src;
		m->dst = about->head.dst;
		m->transport = about->head.transport;
		m->flow = about->head.flow;
		l->item.head = about->head.name;
	}
	l->st.messages++;
	l->st.cut += cut;
	l->have_item = true;
}

/* ---- messages ---- */

uint64_t
detect_shows(struct logfmt *l, struct run *r)
{
	uint64_t key = r->key;

	if (key == 0 && !detect_program(l, r->stamp_line, &key))
		key = detect_key(l, l->now.origin, (struct slice){ NULL, 0 }, (struct slice){ NULL, 0 });
	return key;
}

/* What the lines above a start line say of the message. */
static void
detect_about(struct logfmt *l, struct run *r)
{
	struct slice prefix = detect_slice(r->line, r->line + r->anchor.at);
	struct back b = { .at = r->line, .floor = r->floor, .prefix = &r->prefix };

	if (!r->record || r->session)
		b.tail = r->floor == r->begin ? buf_slice(&r->src->tail) : (struct slice){ NULL, 0 };
	back_about(&b, l->heads, prefix, &r->about);
	if (r->about.stamp.text.n == 0)
		r->about.stamp = r->stamp;
	else if (!r->about.date.stamp.has_date && r->record)
		r->about.date = (struct when_date){ r->stamp, true };
	r->stamp_line = b.stamp_line;
	r->gap_end = b.first != NULL && b.first >= r->p ? b.first : r->line;
}

/* Where the next text of SIP may be: its own, or the same as numbers (journald, of text with bytes below a blank). */
static const char *
detect_look(const struct run *r, const char *from, const char *limit)
{
	const char *eol, *at = NULL;

	if (!r->json)
		return anchor_scan(from, limit);
	for (; at == NULL && from < limit; from = detect_next(eol, limit)) {
		eol = detect_eol(from, limit);
		at = anchor_scan(from, eol);
		if (at == NULL)
			at = memmem(from, (size_t)(eol - from), "83,73,80,47,50", 14);
		if (at == NULL)
			at = memmem(from, (size_t)(eol - from), "83, 73, 80, 47, 50", 18);
	}
	return at;
}

/* Find what comes next up to `limit`. */
static void
detect_scan(struct logfmt *l, struct run *r, const char *limit)
{
	const char *from = r->p;

	r->scanned = true;
	r->hit = HIT_NONE;
	r->gap_end = limit;
	while (from < limit && (from = detect_look(r, from, limit)) != NULL) {
		const char *lf = memrchr(r->p, '\n', (size_t)(from - r->p));
		struct slice line;
		bool escaped;

		r->line = lf != NULL ? lf + 1 : r->p;
		escaped = detect_start_line(r, r != &l->run[1]);
		line = detect_slice(r->line, r->line_end);
		if (escaped) {
			r->hit = HIT_RECORD;
			r->gap_end = r->line;
			return;
		}
		if (detect_anchor(l, r, line, (size_t)(from - r->line))) {
			r->hit = HIT_MESSAGE;
			detect_about(l, r);
			return;
		}
		from = detect_next(r->line_end, r->end);
	}
}

/* Open a collection at the hit. */
static void
detect_open(struct logfmt *l, struct run *r)
{
	struct collect *c = pool_open(&l->pool, r->src);
	uint32_t n = detect_claim(l, r, 1);

	if (c != NULL && collect_begin(c, &r->anchor, &r->about)) {
		c->heads = l->heads;
		c->prefix = r->prefix;
		c->origin = l->now.origin;
		c->near_ns = c->last_ns = l->now.t_ns;
		c->live = l->now.live;
		c->quiet_key = detect_shows(l, r);
		/* AudioCodes: "[Time:" is the last line; of a record it is known already. */
		c->waits = !r->record && r->about.has_head && strncmp(r->about.head.name, "audiocodes", 10) == 0;
		c->lines = n;
	} else {
		if (c != NULL) {
			c->lines = 0;
			pool_close(&l->pool, r->src, c);
		}
		detect_settle(l, n, LOGFMT_DROPPED);
	}
	r->p = r->floor = detect_next(r->line_end, r->end);
}

/* ---- records ---- */

static bool
detect_find(struct slice s, const char *what, size_t *at)
{
	const char *hit = s.n > 0 ? memmem(s.p, s.n, what, strlen(what)) : NULL;

	*at = hit != NULL ? (size_t)(hit - s.p) : s.n;
	return hit != NULL;
}

/* Journald's own time, in microseconds. */
static void
detect_journal_time(struct slice text, struct stamp *out)
{
	size_t at, n = 0;
	uint64_t us;

	if (!detect_find(text, "\"__REALTIME_TIMESTAMP\"", &at))
		return;
	at += sizeof "\"__REALTIME_TIMESTAMP\"" - 1;
	while (at < text.n && (text.p[at] == ':' || text.p[at] == ' ' || text.p[at] == '"'))
		at++;
	while (at + n < text.n && text.p[at + n] >= '0' && text.p[at + n] <= '9')
		n++;
	if (slice_u64((struct slice){ text.p + at, n }, INT64_MAX / 1000, &us) != 0)
		return;
	*out = (struct stamp){ .text = { text.p + at, n }, .is_epoch = true, .epoch_ns = (int64_t)us * 1000 };
}

/* "[S=1] [SID=x]  " of an AudioCodes record: its number, its session, and what follows. */
static bool
detect_session(struct slice *text, uint64_t *number, struct slice *sid)
{
	struct slice head = { text->p, text->n < 256 ? text->n : 256 };
	size_t at, end;

	if (!detect_find(head, "[S=", &at))
		return false;
	head = (struct slice){ head.p + at + 3, head.n - at - 3 };
	if (!detect_find(head, "]", &end) || slice_u64((struct slice){ head.p, end }, UINT32_MAX, number) != 0)
		return false;
	head = (struct slice){ head.p + end + 1, head.n - end - 1 };
	if (!detect_find(head, "ID", &at) || at > 4 || !detect_find(head, "]", &end) || end < at)
		return false;
	*sid = (struct slice){ head.p + at, end - at };
	head.p += end + 1;
	text->n -= (size_t)(head.p - text->p);
	text->p = head.p;
	while (text->n > 0 && *text->p == ' ') {
		text->p++;
		text->n--;
	}
	return true;
}

/* A record of a session goes on where the one before stopped, or what that left open ends. */
static void
detect_session_go_on(struct logfmt *l, struct run *r, uint64_t number)
{
	struct collect *c = r->src->open;
	struct slice line = detect_slice(r->p, detect_eol(r->p, r->end));
	struct anchor a;

	if (c != NULL && (r->src->next_s != (uint32_t)number || (line.n > 0 && line.p[0] == '('))) {
		pool_close(&l->pool, r->src, c);
	} else if (c != NULL && c->state == COLLECT_HEADERS && !anchor_is_header(line) && slice_trim(line).n > 0 &&
	    !anchor_find(line, &a)) {
		collect_go_on(c, line);
		r->p = detect_next(line.p + line.n, r->end);
	}
	r->src->next_s = (uint32_t)number + 1;
}

/* The source of this stream, or of a session in it. */
static struct source *
detect_source(struct logfmt *l, struct slice session)
{
	struct source *s = pool_source(&l->pool, detect_key(l, l->now.origin, session, session), l->now.origin);

	detect_settle(l, l->pool.lost_pends, LOGFMT_DROPPED);
	l->pool.lost_pends = 0;
	return s;
}

/* Begin to read the lines of one record. */
static void
detect_begin_record(struct logfmt *l, struct run *r, struct slice text)
{
	struct syslog_head h;
	struct stamp behind;
	struct slice sid;
	uint64_t number;
	size_t at;

	*r = (struct run){ .record = true, .src = &l->record };
	detect_journal_time(text, &r->stamp);
	if (syslog_head_read(text, &h)) {
		text = h.text;
		if (r->stamp.text.n == 0)
			r->stamp = h.stamp;
		if (h.tag.n > 0)
			r->key = detect_key(l, l->now.origin, h.host, h.tag);
	}
	if (detect_session(&text, &number, &sid)) {
		struct source *s = detect_source(l, sid);

		r->session = s != NULL;
		r->src = s != NULL ? s : r->src;
	}
	if (text.n == 0)
		text.p = "";
	r->begin = r->p = r->floor = text.p;
	r->end = text.p + text.n;
	r->json = text.n > 0 && *text.p == '{';
	r->colours = memchr(text.p, DETECT_ESC, text.n) != NULL;
	if (text.n > 0 && detect_find(text, "\n[Time:", &at)) {
		if (stamp_find((struct slice){ text.p + at + 1, text.n - at - 1 }, 16, &behind))
			r->stamp = behind;
		if (r->session)
			r->end = text.p + at + 1;
	}
	if (r->session)
		detect_session_go_on(l, r, number);
}

static void
detect_record(struct logfmt *l, struct run *r)
{
	struct slice line = detect_slice(r->line, r->line_end);

	r->p = detect_next(r->line_end, r->end);
	buf_clear(&l->text);
	if (!unescape_record(line, &l->text)) {
		/* Looks escaped and is not, or memory is short: its own line, as it stands. */
		if (!buf_ok(&l->text))
			detect_settle(l, detect_claim(l, r, 1), LOGFMT_DROPPED);
		return;
	}
	detect_begin_record(l, &l->run[1], buf_slice(&l->text));
	l->depth = 2;
}

/* ---- line by line ---- */

/* A statement, a start line or a record in the line at p, while other messages are open. */
static void
detect_single(struct logfmt *l, struct run *r, const char *next)
{
	detect_scan(l, r, next);
	r->scanned = false;
	if (r->hit == HIT_MESSAGE) {
		r->gap_end = r->line;
		detect_open(l, r);
	} else if (r->hit == HIT_RECORD) {
		detect_record(l, r);
	} else {
		(void)detect_gap(l, r);
		r->p = next;
	}
}

/*
 * A message that was cut has the next entry in its last line: a head there whose time begins before the body would end.
 */
static bool
detect_glued(struct logfmt *l, const struct collect *c, struct slice content)
{
	size_t left = (size_t)(c->canon.length > 0 ? c->canon.length : 0) - c->canon.body.len;
	struct stamp s;
	struct head h;

	return content.n > left && stamp_find(content, left < 512 ? left : 512, &s) && head_read(l->heads, content, &h);
}

/* Does this line begin something else, though the message still waits for more? */
static bool
detect_stops(struct logfmt *l, struct run *r, struct collect *c, const char *line, struct slice content)
{
	struct anchor a;
	struct about about;
	struct back b = { .at = line, .floor = r->floor, .prefix = &c->prefix, .tail = { NULL, 0 } };

	if (c->state == COLLECT_START || c->state == COLLECT_AFTER)
		return false;
	if (c->state == COLLECT_BODY && detect_glued(l, c, content))
		return true;
	if (c->prefix.n == 0 && c->about.leads && when_leads(content) && !anchor_is_header(content))
		return true;
	if (!anchor_find(content, &a) || anchor_is_header(content))
		return false;
	/* No line of a session description is one; programs that leave it out go on with the next message. */
	if (c->state == COLLECT_BODY && c->sdp && a.at == 0)
		return true;
	if ((!r->record || r->session) && r->floor == r->begin)
		b.tail = buf_slice(&r->src->tail);
	back_about(&b, l->heads, (struct slice){ content.p, a.at }, &about);
	return about.has_head;
}

static void
detect_close(struct logfmt *l, struct run *r, struct collect *c)
{
	pool_close(&l->pool, r->src, c);
	r->scanned = false;
}

/* How many lines of others a message waits through; a short piece does not show what comes. */
static unsigned
detect_patience(struct run *r, const struct collect *c)
{
	if (c->state != COLLECT_START)
		return COLLECT_FOREIGN_MAX;
	return r->end - r->begin < DETECT_SHORT ? COLLECT_FOREIGN_START : detect_reach(r, r->p);
}

/* Offer a line to one open message.  True when that settles where to go on. */
static bool
detect_offer(struct logfmt *l, struct run *r, struct collect *c, struct slice line, const char *next)
{
	ptrdiff_t n = prefix_match(&c->prefix, line);
	struct slice content, rest;
	enum collect_got got;

	if (n < 0 && c->state == COLLECT_START && c->foreign == 0 && collect_adapts(&c->prefix, line))
		n = prefix_match(&c->prefix, line);
	if (n < 0) {
		c->foreign++;
		if (c->foreign >= detect_patience(r, c) || prefix_indent(&c->prefix) >= DETECT_INDENT)
			detect_close(l, r, c);
		return false;
	}
	content = (struct slice){ line.p + n, line.n - (size_t)n };
	if (detect_stops(l, r, c, r->p, content)) {
		detect_close(l, r, c);
		return true;
	}
	c->torn = next >= r->end && r->end[-1] != '\n';
	got = collect_line(c, content, &rest);
	if (got == COLLECT_OVER || got == COLLECT_NOT) {
		detect_close(l, r, c);
		return true;
	}
	c->lines += detect_claim(l, r, 1);
	c->last_ns = l->now.t_ns;
	r->p = next;
	if (got == COLLECT_DONE) {
		detect_close(l, r, c);
		/* The next entry may begin on the body's last line. */
		if (rest.n > 0 && rest.p >= r->begin && rest.p < r->end && next <= r->end)
			r->p = rest.p;
		r->floor = r->p;
	}
	return true;
}

static void
detect_line(struct logfmt *l, struct run *r)
{
	const char *eol = detect_eol(r->p, r->end), *next = detect_next(eol, r->end);
	struct slice line = detect_slice(r->p, eol);
	struct collect *c = r->src->open, *after;

	if (line.n > 0 && memchr(line.p, DETECT_ESC, line.n) != NULL && back_plain(line, &l->line))
		line = l->line.len > 0 ? buf_slice(&l->line) : (struct slice){ "", 0 };
	for (; c != NULL; c = after) {
		after = c->next;
		if (detect_offer(l, r, c, line, next))
			return;
	}
	/* Those that ended on this line come first. */
	if (l->pool.ready == NULL)
		detect_single(l, r, next);
}

/* Nothing is open: what comes next? */
static void
detect_free(struct logfmt *l, struct run *r)
{
	if (!r->scanned)
		detect_scan(l, r, r->end);
	if (r->p < r->gap_end) {
		(void)detect_gap(l, r);
		return;
	}
	r->scanned = false;
	if (r->hit == HIT_NONE) {
		r->p = r->end;
	} else if (r->hit == HIT_RECORD) {
		detect_record(l, r);
	} else if (!detect_fast(l, r)) {
		detect_open(l, r);
	}
}

/* ---- pieces ---- */

static void
detect_end_run(struct logfmt *l, struct run *r)
{
	if (r->record && !r->session) {
		while (r->src->open != NULL)
			pool_close(&l->pool, r->src, r->src->open);
	} else {
		if (r->floor != r->begin)
			buf_clear(&r->src->tail);
		source_keep_tail(r->src, detect_slice(r->floor, r->end));
		if (r->src->tail.len > 0 && r->src->tail.data[r->src->tail.len - 1] != '\n')
			source_keep_tail(r->src, (struct slice){ "\n", 1 });
	}
	l->depth--;
	if (l->depth == 0) {
		detect_settle(l, l->pending, LOGFMT_NOT_SIP);
		l->pending = 0;
	}
}

/* A line was put off: do these lines hold the message it belongs to? */
static void
detect_pended(struct logfmt *l, struct run *r)
{
	struct source *s = r->src;
	struct anchor a;

	for (const char *p = r->p; p < r->end && s->pend_left > 0; s->pend_left--) {
		const char *eol = detect_eol(p, r->end);

		if (anchor_find(detect_slice(p, eol), &a)) {
			s->pend_left = 0;
			buf_clear(&s->pend);
			detect_settle(l, 1, LOGFMT_NOT_SIP);
			return;
		}
		p = detect_next(eol, r->end);
	}
	s->pend_due = s->pend_left == 0;
}

/*
 * Is one of the first lines an object?  What a log has in one place it has in all; a piece may begin with what was cut
 * or with a line of another writer.
 */
static void
detect_objects(struct logfmt *l, struct slice text)
{
	for (unsigned i = 0; i < DETECT_BEGINS && text.n > 0 && !l->by_docker; i++) {
		struct slice line = slice_trim(slice_cut(&text, '\n'));

		l->json = l->json || (line.n > 0 && *line.p == '{');
		l->by_docker = unescape_docker_wanted(line);
	}
}

void
detect_push(struct logfmt *l, const struct text *t)
{
	struct slice text = { (const char *)t->data, t->len };
	struct run *r = &l->run[0];
	uint32_t lines = t->whole ? 1 : t->lines;
	bool plain = t->plain;

	if (l->st.lines == 0)
		l->say.ahead_origin = t->origin;
	l->st.lines += lines;
	l->st.bytes += t->len;
	l->st.verdict[LOGFMT_HELD] += lines;
	l->pending = lines;
	l->now = *t;
	l->now.data = NULL;
	l->depth = 1;
	detect_objects(l, text);
	if (!t->whole && l->by_docker) {
		buf_clear(&l->docker);
		if (!unescape_docker(text, &l->docker)) {
			l->depth = 0;
			detect_settle(l, lines, LOGFMT_DROPPED);
			l->pending = 0;
			return;
		}
		text = buf_slice(&l->docker);
		plain = false;
	}
	if (t->whole && text.n > 0 && memchr(text.p, '\n', text.n - 1) != NULL) {
		detect_begin_record(l, r, text);
		return;
	}
	*r = (struct run){ .begin = text.p, .p = text.p, .floor = text.p, .end = text.p, .json = l->json };
	l->pool.in_use = r->src = detect_source(l, (struct slice){ NULL, 0 });
	if (r->src == NULL || text.n == 0) {
		detect_settle(l, l->pending, r->src == NULL ? LOGFMT_DROPPED : LOGFMT_NOT_SIP);
		l->pending = 0;
		l->depth = 0;
		return;
	}
	r->end = text.p + text.n;
	r->colours = !plain && memchr(text.p, DETECT_ESC, text.n) != NULL;
	if (r->src->pend_left > 0)
		detect_pended(l, r);
}

bool
detect_step(struct logfmt *l)
{
	struct run *r;

	if (l->depth == 0)
		return false;
	r = &l->run[l->depth - 1];
	if ((r->record || l->now.whole || l->now.live || l->now.origin != l->say.ahead_origin || r->src->pend_due) &&
	    detect_must_wait(l))
		return true;
	if (l->depth == 1 && r->src->pend_due) {
		(void)detect_pend(l, r->src);
		return true;
	}
	if (r->p >= r->end)
		detect_end_run(l, r);
	else if (r->src->open != NULL)
		detect_line(l, r);
	else
		detect_free(l, r);
	return true;
}

bool
detect_due(struct logfmt *l)
{
	for (struct source *s = l->pool.sources; s != NULL; s = s->next) {
		if (s->pend_due && detect_must_wait(l))
			return true;
		if (s->pend_due) {
			(void)detect_pend(l, s);
			return true;
		}
	}
	return false;
}

void
detect_collected(struct logfmt *l, struct collect *c, struct slice bytes)
{
	int64_t t_ns =
	    when_resolve(say_when(&l->say, c->origin), &c->about.stamp, &c->about.date, c->near_ns, c->live, &l->st);

	/* Its text was kept with the collection, which may have moved since. */
	detect_message_item(l, &c->about, bytes, t_ns, !c->whole);
	l->item.m.untimed = !c->live && when_is_untimed(&c->about.stamp);
	pool_show(&l->pool, c->quiet_key, t_ns);
}

void
detect_silence(struct logfmt *l, int64_t t_ns)
{
	for (struct source *s = l->pool.sources; s != NULL; s = s->next) {
		struct collect *c = s->open, *after;

		for (; c != NULL; c = after) {
			after = c->next;
			if (c->last_ns <= t_ns - (c->state == COLLECT_START ? DETECT_START_NS : 0))
				pool_close(&l->pool, s, c);
		}
		s->pend_due = s->pend_due || (s->pend_left > 0 && s->pend_ns <= t_ns);
	}
}

void
detect_end(struct logfmt *l, const uint32_t *origin)
{
	for (struct source *s = l->pool.sources; s != NULL; s = s->next) {
		if (origin != NULL && s->origin != *origin)
			continue;
		while (s->open != NULL)
			pool_close(&l->pool, s, source_oldest(s));
		s->pend_due = s->pend_due || s->pend_left > 0;
		buf_clear(&s->tail);
	}
}

void
detect_abandon(struct logfmt *l)
{
	while (l->record.open != NULL)
		pool_close(&l->pool, &l->record, l->record.open);
	if (l->depth == 0)
		return;
	detect_settle(l, l->pending, LOGFMT_DROPPED);
	l->pending = 0;
	l->depth = 0;
}
