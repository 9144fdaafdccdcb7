/*
 * head - reads the lines above a message by the rows of rows_head.c and by those that users add.
 * Know: most rows need a text that one pass over the line finds for all of them (seek.h), so that hardly any pattern
 * is tried in vain; what a row needs is a part of its pattern, so this never changes what is read.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "logfmt/head.h"
#include "logfmt/pattern.h"
#include "logfmt/rows.h"
#include "logfmt/seek.h"
#include "sipwhy/mem.h"

struct head_user {
	char *name, *text;
	struct pattern pattern;
};

struct logfmt_heads {
	struct head_user row[LOGFMT_HEADS_MAX];
	size_t n;
};

struct logfmt_heads *
logfmt_heads_new(void)
{
	return mem_zalloc(sizeof(struct logfmt_heads));
}

void
logfmt_heads_free(struct logfmt_heads *h)
{
	if (h == NULL)
		return;
	for (size_t i = 0; i < h->n; i++) {
		mem_free(h->row[i].name);
		mem_free(h->row[i].text);
	}
	mem_free(h);
}

static bool
head_is_taken(const struct logfmt_heads *h, struct slice name)
{
	size_t n;
	const struct row_head *rows = rows_head(&n);

	for (size_t i = 0; i < n; i++)
		if (slice_eq(slice_str(rows[i].row.name), name))
			return true;
	for (size_t i = 0; i < h->n; i++)
		if (slice_eq(slice_str(h->row[i].name), name))
			return true;
	return false;
}

int
logfmt_heads_add(struct logfmt_heads *h, struct slice name, struct slice pattern, struct errmsg *em)
{
	struct head_user *u;
	int err;

	if (head_is_taken(h, name))
		return errmsg_set(em, -EEXIST, "a head named \"%.*s\" is there already", (int)name.n, name.p);
	if (h->n == LOGFMT_HEADS_MAX)
		return errmsg_set(em, -ENOSPC, "at most %d heads can be added", LOGFMT_HEADS_MAX);
	u = &h->row[h->n];
	u->name = mem_strndup(name.p, name.n);
	u->text = mem_strndup(pattern.p, pattern.n);
	if (u->name == NULL || u->text == NULL)
		err = errmsg_set(em, -ENOMEM, "out of memory");
	else
		err = pattern_compile(&u->pattern, (struct slice){ u->text, pattern.n }, em);
	if (err == 0) {
		h->n++;
		return 0;
	}
	mem_free(u->name);
	mem_free(u->text);
	u->name = u->text = NULL;
	return err;
}

/*
 * need[i]: rows (as bits) that text i of the set stands for; always: rows whose own text is too short for it.
 * last: the row that read a line last.
 */
struct head_rows {
	const struct logfmt_heads *users;
	struct seek_set needs;
	size_t last;
	uint64_t need[SEEK_TEXTS_MAX], always;
	struct pattern pattern[];
};

static void
head_rows_need(struct head_rows *r, const char *need, uint64_t bit)
{
	unsigned i = 0;

	while (need != NULL && i < r->needs.n && strcmp(r->needs.member[i].text, need) != 0)
		i++;
	if (need == NULL || (i == r->needs.n && !seek_set_add(&r->needs, need)))
		r->always |= bit;
	else
		r->need[i] |= bit;
}

struct head_rows *
head_rows_new(const struct logfmt_heads *users)
{
	size_t n;
	const struct row_head *rows = rows_head(&n);
	struct head_rows *r = mem_zalloc(sizeof *r + n * sizeof r->pattern[0]);

	if (r == NULL)
		return NULL;
	assert(n <= 64);
	r->users = users;
	seek_set_init(&r->needs);
	for (size_t i = 0; i < n; i++) {
		int err = pattern_compile(&r->pattern[i], slice_str(rows[i].row.pattern), NULL);

		assert(err == 0);
		head_rows_need(r, rows[i].need, err == 0 ? UINT64_C(1) << i : 0);
	}
	return r;
}

void
head_rows_free(struct head_rows *r)
{
	mem_free(r);
}

/* Rows that may read the line. */
static uint64_t
head_rows_for(const struct head_rows *r, struct slice line)
{
	uint64_t rows = r->always, texts = seek_all(&r->needs, line.p, line.p + line.n);

	for (; texts != 0; texts &= texts - 1)
		rows |= r->need[__builtin_ctzll(texts)];
	return rows;
}

static uint32_t
head_size(struct slice digits)
{
	uint64_t v;

	return slice_u64(digits, UINT32_MAX, &v) == 0 ? (uint32_t)v : 0;
}

/* What the fields of a match say about the message.  A peer without a direction could be either end, so it is dropped.
 */
static void
head_from_values(const struct pattern_values *v, struct head *h)
{
	if (v->flow != FLOW_UNKNOWN)
		h->flow = v->flow;
	if (v->of != 0)
		h->of = v->of;
	h->src = v->end[PATTERN_END_SRC];
	h->dst = v->end[PATTERN_END_DST];
	if (h->flow == FLOW_IN && v->end[PATTERN_END_PEER].family != 0)
		h->src = v->end[PATTERN_END_PEER];
	if (h->flow == FLOW_OUT && v->end[PATTERN_END_PEER].family != 0)
		h->dst = v->end[PATTERN_END_PEER];
	if (h->flow == FLOW_IN && v->end[PATTERN_END_OWN].family != 0)
		h->dst = v->end[PATTERN_END_OWN];
	if (h->flow == FLOW_OUT && v->end[PATTERN_END_OWN].family != 0)
		h->src = v->end[PATTERN_END_OWN];
	h->transport = v->transport;
	h->size = head_size(v->text[PATTERN_SIZE]);
	h->stamp = v->time;
}

/* Step over a text; false when it does not stand there. */
static bool
head_eat(struct slice *s, const char *text, size_t n)
{
	if (s->n < n || memcmp(s->p, text, n) != 0)
		return false;
	s->p += n;
	s->n -= n;
	return true;
}

/*
 * The first row by hand, for the log with the most text of all: what it reads the row reads the same; false says
 * nothing.
 */
static bool
head_try_pjsip(struct slice line, struct head *out)
{
	const char *at = seek_text(line.p, line.p + line.n, "<--- ", 5);
	struct slice s = { at, at != NULL ? (size_t)(line.p + line.n - at) : 0 };
	size_t n = 0;

	if (!head_eat(&s, "<--- ", 5))
		return false;
	out->flow = head_eat(&s, "Received", 8) ? FLOW_IN : FLOW_OUT;
	if (out->flow == FLOW_OUT && !head_eat(&s, "Transmitting", 12))
		return false;
	out->of = head_eat(&s, " SIP request (", 14) ? 'q' : 'p';
	if (out->of == 'p' && !head_eat(&s, " SIP response (", 15))
		return false;
	for (; n < s.n && n < 9 && s.p[n] >= '0' && s.p[n] <= '9'; n++)
		out->size = out->size * 10 + (uint32_t)(s.p[n] - '0');
	s = (struct slice){ s.p + n, s.n - n };
	if (n == 0 || !head_eat(&s, " bytes) ", 8) || !(head_eat(&s, "from ", 5) || head_eat(&s, "to ", 3)) ||
	    !head_eat(&s, "UDP:", 4))
		return false;
	out->transport = TRANSPORT_UDP;
	n = pattern_quad(s, out->flow == FLOW_IN ? &out->src : &out->dst);
	s = (struct slice){ s.p + n, s.n - n };
	if (n == 0 || !head_eat(&s, ":", 1))
		return false;
	n = pattern_port(s, out->flow == FLOW_IN ? &out->src.port : &out->dst.port);
	s = (struct slice){ s.p + n, s.n - n };
	return n > 0 && head_eat(&s, " --->", 5);
}

static bool
head_try(const struct row_head *row, const struct pattern *p, struct slice line, struct head *out)
{
	struct pattern_values v;

	if (!pattern_match(p, line, &v))
		return false;
	*out = (struct head){ .name = row->row.name, .flow = row->flow, .of = row->of, .transport = TRANSPORT_N };
	head_from_values(&v, out);
	return true;
}

static bool
head_try_users(const struct logfmt_heads *users, struct slice line, struct head *out)
{
	struct pattern_values v;

	for (size_t i = 0; users != NULL && i < users->n; i++) {
		if (!pattern_match(&users->row[i].pattern, line, &v))
			continue;
		*out = (struct head){ .name = users->row[i].name, .transport = TRANSPORT_N };
		head_from_values(&v, out);
		return true;
	}
	return false;
}

/* Lines longer than this are no heads; what a line of a megabyte holds is not looked at row by row. */
enum { HEAD_LINE_MAX = 4096 };

static bool
head_may_be(struct slice line)
{
	return line.n >= 5 && line.n <= HEAD_LINE_MAX;
}

static bool
head_read_built_in(struct head_rows *r, struct slice line, struct head *out)
{
	size_t n;
	const struct row_head *rows = rows_head(&n);

	if (head_may_be(line)) {
		/* Nothing stands before the first row: it needs no more when it was the one all along. */
		if (r->last == 0) {
			*out = (struct head){ .name = rows[0].row.name };
			if (head_try_pjsip(line, out) || head_try(&rows[0], &r->pattern[0], line, out))
				return true;
		}
		for (uint64_t left = head_rows_for(r, line); left != 0; left &= left - 1) {
			unsigned i = (unsigned)__builtin_ctzll(left);

			if (head_try(&rows[i], &r->pattern[i], line, out)) {
				r->last = i;
				return true;
			}
		}
	}
	*out = (struct head){ .transport = TRANSPORT_N };
	return false;
}

bool
head_read(struct head_rows *r, struct slice line, struct head *out)
{
	if (r->users != NULL && head_may_be(line) && head_try_users(r->users, line, out))
		return true;
	return head_read_built_in(r, line, out);
}

static bool
head_starts(struct slice line, const char *with)
{
	size_t n = strlen(with);

	return line.n >= n && memcmp(line.p, with, n) == 0;
}

/* A line of one byte and nothing else, `min` times or more, blanks around it left out. */
static bool
head_is_ruler(struct slice line, char c, size_t min)
{
	line = slice_trim(line);
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] != c)
			return false;
	return line.n >= min;
}

static void
head_put_port(struct slice value, struct endpoint *e)
{
	uint64_t v;

	if (slice_u64(value, UINT16_MAX, &v) == 0)
		e->port = (uint16_t)v;
}

/* "192.0.2.1", with the port that a line before may have given. */
static void
head_put_address(struct slice value, struct endpoint *e)
{
	uint16_t port = e->port;

	if (endpoint_parse(value, false, e) && e->port == 0)
		e->port = port;
}

static void
head_put_proto(struct slice value, struct head *h)
{
	struct slice name = slice_cut(&value, ' ');

	for (unsigned t = 0; t < TRANSPORT_N; t++)
		if (slice_ieq(name, slice_str(transport_name(t))))
			h->transport = (uint8_t)t;
}

/* Kamailio's sipdump: "key: value" lines and the line of tildes below them. */
static bool
head_continue_sipdump(struct slice line, struct head *h)
{
	static const char *const ignored[] = { "pid", "process", "date" };
	struct slice value = line, key = slice_cut(&value, ':');

	if (head_is_ruler(line, '~', 10))
		return true;
	if (value.p == NULL)
		return false;
	value = slice_trim(value);
	if (slice_eq(key, slice_str("time")))
		return stamp_find(line, 1, &h->stamp) || value.n > 0;
	if (slice_eq(key, slice_str("proto")))
		head_put_proto(value, h);
	else if (slice_eq(key, slice_str("srcip")))
		head_put_address(value, &h->src);
	else if (slice_eq(key, slice_str("dstip")))
		head_put_address(value, &h->dst);
	else if (slice_eq(key, slice_str("srcport")))
		head_put_port(value, &h->src);
	else if (slice_eq(key, slice_str("dstport")))
		head_put_port(value, &h->dst);
	else {
		for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
			if (slice_eq(key, slice_str(ignored[i])))
				return true;
		return false;
	}
	return true;
}

/* The line with the direction below the line with the time. */
static bool
head_continue_after_time(struct head_rows *r, struct slice line, struct head *h, const char *with)
{
	struct head more;

	if (!head_read_built_in(r, line, &more) || !head_starts(slice_str(more.name), with) || more.stamp.text.n > 0)
		return false;
	more.stamp = h->stamp;
	*h = more;
	return true;
}

/* CUCM: "[4201,NET]". */
static bool
head_is_net(struct slice line)
{
	size_t i = 1;

	if (line.n < 7 || line.p[0] != '[')
		return false;
	while (i < line.n && line.p[i] >= '0' && line.p[i] <= '9')
		i++;
	return i > 1 && slice_eq(slice_trim((struct slice){ line.p + i, line.n - i }), slice_str(",NET]"));
}

bool
head_continue(struct head_rows *r, struct slice line, struct head *h)
{
	struct slice name = slice_str(h->name);

	if (head_starts(name, "kamailio-sipdump"))
		return head_continue_sipdump(line, h);
	if (head_starts(name, "cisco-cucm"))
		return head_is_net(line);
	if (head_starts(name, "ribbon"))
		return slice_eq(slice_trim(line), slice_str("RAW PDU:"));
	if (head_starts(name, "freeswitch"))
		return head_is_ruler(line, '-', 60);
	if (head_starts(name, "cisco-ios-time"))
		return head_continue_after_time(r, line, h, "cisco-");
	if (head_starts(name, "sipp-time"))
		return head_continue_after_time(r, line, h, "sipp");
	return false;
}

/* Lines that only ever stand below a message. */
static bool
head_is_mark(struct slice line)
{
	struct slice s = slice_trim(line);

	if (s.n == 0)
		return false;
	switch (s.p[0]) {
	case '-':
		return head_is_ruler(s, '-', 3) || slice_eq(s, slice_str("--end msg--")) ||
		    (head_starts(s, "--- (") && s.p[s.n - 1] == '-');
	case '<':
		return (s.n >= 14 && s.p[s.n - 1] == '>' &&
			   head_is_ruler((struct slice){ s.p + 1, s.n - 2 }, '-', 12)) ||
		    (s.n > 8 && head_starts(s, "<--- "));
	case '|':
		return head_is_ruler(s, '|', 3);
	case '=':
		return head_is_ruler(s, '=', 10);
	case ']':
		return head_is_ruler(s, ']', 2);
	case '[':
		return head_starts(s, "[Time:");
	default:
		return false;
	}
}

bool
head_is_end(struct head_rows *r, struct slice line)
{
	struct head h;

	/* Session descriptions are nearly all of what is asked about here. */
	if (line.n < 2 || (line.p[1] == '=' && line.p[0] >= 'a' && line.p[0] <= 'z'))
		return false;
	return head_is_mark(line) || head_read_built_in(r, line, &h);
}

const struct logfmt_row *
logfmt_row_at(size_t index)
{
	size_t heads, statements;
	const struct row_head *h = rows_head(&heads);
	const struct row_statement *s = rows_statement(&statements);

	if (index < heads)
		return &h[index].row;
	return index - heads < statements ? &s[index - heads].row : NULL;
}
