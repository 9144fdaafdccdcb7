/*
 * value - what a value means for its field: codes, a range, an address or network, a moment, a text to look for; see
 * filter_int.h.  Whatever a field cannot mean is refused here, with a sentence, so that nothing is silently never true.
 */
#include "filter/filter_int.h"

#include <errno.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/sipmsg.h"

static const char *const value_flags[FILTER_FLAGS] = { [FILTER_FLAG_NEW] = "new",
	[FILTER_FLAG_MUTED] = "muted",
	[FILTER_FLAG_MARKED] = "marked",
	[FILTER_FLAG_RELAYED] = "relayed",
	[FILTER_FLAG_RETRANSMITTED] = "retransmitted",
	[FILTER_FLAG_CHALLENGE] = "challenge",
	[FILTER_FLAG_RECOVERED] = "recovered" };

const char *
filter_flag_name(size_t i)
{
	return i < FILTER_FLAGS ? value_flags[i] : NULL;
}

static const char *
value_field(const struct filter_node *leaf)
{
	size_t n;

	return leaf->id < FILTER_IDS ? filter_fields(&n)[leaf->id].name : "text";
}

/* A new atom of the leaf; NULL and *err when there is none. */
static struct filter_atom *
value_atom(struct filter_reader *r, struct filter_node *leaf, enum filter_test test, int *err)
{
	struct filter *f = r->f;
	struct filter_atom *grown;

	if (f->n_atoms == FILTER_NODES_MAX) {
		*err = filter_wrong(r, r->i, -E2BIG, "the filter has more than %d conditions", FILTER_NODES_MAX);
		return NULL;
	}
	if (f->n_atoms == f->cap_atoms) {
		size_t cap = f->cap_atoms > 0 ? 2 * f->cap_atoms : 4;

		if ((grown = mem_realloc(f->atoms, cap * sizeof *grown)) == NULL) {
			*err = -ENOMEM;
			return NULL;
		}
		f->atoms = grown;
		f->cap_atoms = cap;
	}
	grown = &f->atoms[f->n_atoms++];
	*grown = (struct filter_atom){ .test = (uint8_t)test };
	leaf->n++;
	*err = 0;
	return grown;
}

/* Cut "a..b" in two; false when it is no range. */
static bool
value_range(struct slice s, struct slice *from, struct slice *to)
{
	for (size_t i = 0; i + 1 < s.n; i++)
		if (s.p[i] == '.' && s.p[i + 1] == '.') {
			*from = (struct slice){ s.p, i };
			*to = (struct slice){ s.p + i + 2, s.n - i - 2 };
			return true;
		}
	return false;
}

/* "503": one, "5xx": a hundred. */
static bool
value_code(struct slice s, unsigned *from, unsigned *to)
{
	uint64_t v;

	if (s.n == 3 && (s.p[1] | 32) == 'x' && (s.p[2] | 32) == 'x' && s.p[0] >= '1' && s.p[0] <= '6') {
		*from = (unsigned)(s.p[0] - '0') * 100;
		*to = *from + 99;
		return true;
	}
	if (s.n != 3 || slice_u64(s, SIP_CODE_MAX, &v) != 0 || v < SIP_CODE_MIN)
		return false;
	*from = *to = (unsigned)v;
	return true;
}

/* All that may stand for codes.  bare: as a word of its own, where 5 alone is no class. */
static bool
value_codes(struct slice s, bool is_class, unsigned *from, unsigned *to)
{
	struct slice a, b;
	unsigned low, high;

	if (slice_ieq(s, slice_str("silence")) || slice_eq(s, slice_str("---"))) {
		*from = *to = 0;
		return true;
	}
	if (is_class && s.n == 1 && s.p[0] >= '1' && s.p[0] <= '6') {
		*from = (unsigned)(s.p[0] - '0') * 100;
		*to = *from + 99;
		return true;
	}
	if (!value_range(s, &a, &b))
		return value_code(s, from, to);
	low = SIP_CODE_MIN;
	high = SIP_CODE_MAX;
	if ((a.n > 0 && !value_code(a, from, &high)) || (a.n == 0 && b.n == 0))
		return false;
	if (a.n == 0)
		*from = low;
	*to = SIP_CODE_MAX;
	return (b.n == 0 || value_code(b, &low, to)) && *from <= *to;
}

bool
filter_value_is_codes(struct slice word)
{
	unsigned from, to;

	if (word.n == 0 || word.p[word.n - 1] == ',')
		return false;
	while (word.p != NULL)
		if (!value_codes(slice_cut(&word, ','), false, &from, &to))
			return false;
	return true;
}

static int
value_add_codes(struct filter_reader *r, struct filter_node *leaf, enum filter_op op, const struct filter_item *item)
{
	unsigned from, to;
	struct filter_atom *a;
	int err;

	if (!value_codes(item->text, leaf->id == FILTER_ID_CLASS, &from, &to))
		return filter_wrong(r, item->at, -EINVAL, "\"%.*s\" is no code: say 503, 5xx, 480..488 or silence",
		    filter_shown(item->text), item->text.p);
	if (op != FILTER_OP_HAS && op != FILTER_OP_IS) {
		if (from == 0)
			return filter_wrong(r, item->at, -EINVAL, "silence is neither more nor less than a code");
		if (op == FILTER_OP_LT || op == FILTER_OP_LE) {
			to = op == FILTER_OP_LT ? from - 1 : to;
			from = SIP_CODE_MIN;
		} else {
			from = op == FILTER_OP_GT ? to + 1 : from;
			to = SIP_CODE_MAX;
		}
	}
	a = leaf->n > 0 ? &r->f->atoms[leaf->first + leaf->n - 1] : NULL;
	if ((a == NULL || a->test != FILTER_TEST_CODES) && (a = value_atom(r, leaf, FILTER_TEST_CODES, &err)) == NULL)
		return err;
	for (unsigned c = from; c <= to; c++)
		a->u.codes[c / 64] |= UINT64_C(1) << c % 64;
	return 0;
}

/* A number or a span of time in ms; last: the largest that reads the same, as 5s is up to 5.999 s. */
static bool
value_amount(enum filter_id id, struct slice s, int64_t *v, int64_t *last)
{
	uint64_t u;
	int64_t unit;

	if (id == FILTER_ID_SETUP) {
		if (!filter_span_parse(s, true, v, &unit))
			return false;
		*last = *v + unit - 1;
		return true;
	}
	if (slice_u64(s, INT64_MAX / 2, &u) != 0)
		return false;
	*v = *last = (int64_t)u;
	return true;
}

static bool
value_amounts(enum filter_id id, enum filter_op op, struct slice s, int64_t *from, int64_t *to)
{
	struct slice a, b;
	int64_t v, last, ignored;

	*from = 0;
	*to = INT64_MAX;
	if ((op == FILTER_OP_HAS || op == FILTER_OP_IS) && value_range(s, &a, &b))
		return (a.n > 0 || b.n > 0) && (a.n == 0 || value_amount(id, a, from, &ignored)) &&
		    (b.n == 0 || value_amount(id, b, to, &ignored)) && *from <= *to;
	if (!value_amount(id, s, &v, &last))
		return false;
	if (op == FILTER_OP_HAS || op == FILTER_OP_IS || op == FILTER_OP_GE)
		*from = v;
	else if (op == FILTER_OP_GT)
		*from = v + 1;
	if (op == FILTER_OP_HAS || op == FILTER_OP_IS)
		*to = last;
	else if (op == FILTER_OP_LT || op == FILTER_OP_LE)
		*to = op == FILTER_OP_LT ? v - 1 : v;
	return true;
}

static int
value_add_text(struct filter_reader *r, struct filter_node *leaf, enum filter_how how, struct slice s)
{
	struct buf *b = &r->f->texts;
	struct filter_atom *a;
	int err;

	if (how == FILTER_HOW_PART && s.n == 0)
		return value_atom(r, leaf, FILTER_TEST_ABSENT, &err) != NULL ? 0 : err;
	if ((a = value_atom(r, leaf, FILTER_TEST_TEXT, &err)) == NULL)
		return err;
	a->how = (uint8_t)how;
	a->u.text.at = (uint32_t)b->len;
	a->u.text.n = (uint32_t)s.n;
	for (size_t i = 0; i < s.n; i++)
		buf_putc(b, (char)filter_lower((unsigned char)s.p[i]));
	return buf_ok(b) ? 0 : -ENOMEM;
}

static int
value_add_number(struct filter_reader *r, struct filter_node *leaf, enum filter_op op, const struct filter_item *item)
{
	int64_t from, to;
	struct filter_atom *a;
	int err;

	if (!value_amounts((enum filter_id)leaf->id, op, item->text, &from, &to)) {
		if ((leaf->id == FILTER_ID_Q850 || leaf->id == FILTER_ID_WARN) && op <= FILTER_OP_IS)
			return value_add_text(r, leaf, FILTER_HOW_PART, item->text);
		if (leaf->id == FILTER_ID_SETUP)
			return filter_wrong(r, item->at, -EINVAL,
			    "\"%.*s\" is no span of time: say 5s, 200ms or 1m..2m", filter_shown(item->text),
			    item->text.p);
		return filter_wrong(r, item->at, -EINVAL, "\"%.*s\" is no number: %s takes 3, 1..5 or 1,2",
		    filter_shown(item->text), item->text.p, value_field(leaf));
	}
	if ((a = value_atom(r, leaf, FILTER_TEST_NUMBER, &err)) == NULL)
		return err;
	a->u.number.from = from;
	a->u.number.to = to;
	return 0;
}

/* The addresses of a CIDR, a range or one address; 0 when it is none of these, -1 when it is a wrong one. */
static int
value_addresses(struct slice s, struct filter_atom *a)
{
	struct slice bits = s, host = slice_cut(&bits, '/'), first, last;
	struct endpoint e, to;
	uint64_t n;

	if (value_range(s, &first, &last)) {
		if (!endpoint_parse(first, false, &e) || !endpoint_parse(last, false, &to))
			return 0;
		if (e.family != to.family || memcmp(e.addr, to.addr, sizeof e.addr) > 0 || e.port != 0 || to.port != 0)
			return -1;
		memcpy(a->u.address.to, to.addr, sizeof to.addr);
	} else {
		if (!endpoint_parse(host, false, &e))
			return 0;
		n = e.family == 4 ? 32 : 128;
		if (bits.p != NULL && (slice_u64(bits, n, &n) != 0 || e.port != 0))
			return -1;
		memcpy(a->u.address.to, e.addr, sizeof e.addr);
		for (size_t i = (size_t)n; i < (e.family == 4 ? 32u : 128u); i++) {
			e.addr[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
			a->u.address.to[i / 8] |= (uint8_t)(0x80u >> i % 8);
		}
	}
	memcpy(a->u.address.from, e.addr, sizeof e.addr);
	a->u.address.family = e.family;
	a->u.address.port = e.port;
	return 1;
}

static int
value_add_address(struct filter_reader *r, struct filter_node *leaf, const struct filter_item *item, bool *done)
{
	struct filter_atom address = { .test = FILTER_TEST_ADDRESS }, *a;
	int is = value_addresses(item->text, &address), err = 0;

	*done = is != 0;
	if (is < 0)
		return filter_wrong(r, item->at, -EINVAL, "\"%.*s\" is no network: say 10.0.0.0/8 or 2001:db8::/32",
		    filter_shown(item->text), item->text.p);
	if (is > 0 && (a = value_atom(r, leaf, FILTER_TEST_ADDRESS, &err)) != NULL)
		*a = address;
	return err;
}

static int
value_add_flag(struct filter_reader *r, struct filter_node *leaf, enum filter_flag flag, bool want)
{
	struct filter_atom *a;
	int err;

	if ((a = value_atom(r, leaf, FILTER_TEST_FLAG, &err)) == NULL)
		return err;
	a->how = (uint8_t)flag;
	a->u.want = want;
	r->f->fickle |= flag <= FILTER_FLAG_MARKED;
	return 0;
}

static int
value_add_is(struct filter_reader *r, struct filter_node *leaf, const struct filter_item *item)
{
	const char *near = filter_near(item->text, value_flags, FILTER_FLAGS);

	for (size_t i = 0; i < FILTER_FLAGS; i++)
		if (slice_ieq(item->text, slice_str(value_flags[i])))
			return value_add_flag(r, leaf, (enum filter_flag)i, true);
	if (near != NULL)
		return filter_wrong(r, item->at, -EINVAL, "is:%.*s is none; did you mean is:%s?",
		    filter_shown(item->text), item->text.p, near);
	return filter_wrong(r, item->at, -EINVAL,
	    "is:%.*s is none: say new, muted, marked, relayed, retransmitted, challenge or recovered",
	    filter_shown(item->text), item->text.p);
}

static int
value_add_stale(struct filter_reader *r, struct filter_node *leaf, const struct filter_item *item)
{
	static const char *const yes[] = { "yes", "true", "1" }, *const no[] = { "no", "false", "0" };

	for (size_t i = 0; i < 3; i++) {
		if (slice_ieq(item->text, slice_str(yes[i])))
			return value_add_flag(r, leaf, FILTER_FLAG_STALE, true);
		if (slice_ieq(item->text, slice_str(no[i])))
			return value_add_flag(r, leaf, FILTER_FLAG_STALE, false);
	}
	return filter_wrong(r, item->at, -EINVAL, "stale:%.*s: say yes or no", filter_shown(item->text), item->text.p);
}

static int
value_add_time(struct filter_reader *r, struct filter_node *leaf, const struct filter_item *item)
{
	struct slice from = item->text, to = item->text;
	struct filter_moment a_from = { 0 }, a_to = { 0 };
	struct filter_atom *a;
	bool range = value_range(item->text, &from, &to);
	int err;

	if (range && leaf->id != FILTER_ID_AT)
		return filter_wrong(r, item->at, -EINVAL, "%s takes one time; at: takes a range", value_field(leaf));
	if (!filter_moment_parse(from, r->f->env.utc_offset_s, &a_from) ||
	    !filter_moment_parse(to, r->f->env.utc_offset_s, &a_to))
		return filter_wrong(r, item->at, -EINVAL, "\"%.*s\" is no time: say 10m, 14:05 or 2026-11-22T14:05",
		    filter_shown(item->text), item->text.p);
	if ((a_from.kind == FILTER_MOMENT_OF_DAY) != (a_to.kind == FILTER_MOMENT_OF_DAY))
		return filter_wrong(
		    r, item->at, -EINVAL, "a time of day goes with a time of day only: say 14:05..14:10");
	if (leaf->id == FILTER_ID_AT && !range && a_from.kind == FILTER_MOMENT_AGO)
		return filter_wrong(r, item->at, -EINVAL, "at:%.*s is a moment nothing happens in: say since:%.*s",
		    filter_shown(item->text), item->text.p, filter_shown(item->text), item->text.p);
	if ((a = value_atom(r, leaf, FILTER_TEST_TIME, &err)) == NULL)
		return err;
	a->how = leaf->id;
	a->u.time.from = a_from;
	a->u.time.to = a_to;
	r->f->fickle |= a_from.kind == FILTER_MOMENT_AGO || a_to.kind == FILTER_MOMENT_AGO ||
	    (a_from.kind == FILTER_MOMENT_OF_DAY && leaf->id != FILTER_ID_AT);
	return 0;
}

static int
value_add_regex(struct filter_reader *r, struct filter_node *leaf, const struct filter_item *item)
{
	static const struct regex_cfg cfg = {
		.icase = true, .work = true, .steps = 20000, .depth = 500, .heap_kib = 256, .nest = 50
	};
	struct filter_atom *a;
	struct errmsg em = { "" };
	size_t at = 0;
	int err;

	if ((a = value_atom(r, leaf, FILTER_TEST_REGEX, &err)) == NULL)
		return err;
	r->f->n_regexes++;
	err = regex_new(&a->u.regex, item->text, &cfg, &em, &at);
	if (err == -EINVAL)
		return filter_wrong(
		    r, item->at + at + item->quoted, err, "the regular expression is wrong: %s", em.text);
	return err;
}

/* How a text is looked for: the whole of it where it has few values or a star, the head of a prefix, else a part. */
static enum filter_how
value_how(const struct filter_node *leaf, enum filter_op op, const struct filter_item *item)
{
	if (!item->quoted && memchr(item->text.p, '*', item->text.n) != NULL)
		return FILTER_HOW_GLOB;
	if (leaf->id == FILTER_ID_PREFIX && op == FILTER_OP_HAS)
		return FILTER_HOW_STARTS;
	if (op == FILTER_OP_IS || leaf->id == FILTER_ID_TRANSPORT || leaf->id == FILTER_ID_DIR)
		return FILTER_HOW_EQUAL;
	return FILTER_HOW_PART;
}

static int
value_direction(struct filter_reader *r, const struct filter_item *item, struct slice *out)
{
	static const struct {
		const char *name, *means;
	} names[] = { { "in", "in" }, { "out", "out" }, { "received", "in" }, { "sent", "out" } };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (slice_ieq(item->text, slice_str(names[i].name))) {
			*out = slice_str(names[i].means);
			return 0;
		}
	return filter_wrong(
	    r, item->at, -EINVAL, "dir:%.*s is none: say in, out or -", filter_shown(item->text), item->text.p);
}

static int
value_add_word(struct filter_reader *r, struct filter_node *leaf, enum filter_op op, enum filter_kind kind,
    const struct filter_item *item)
{
	enum filter_how how = value_how(leaf, op, item);
	struct slice text = item->text;
	bool done = false;
	int err = 0;

	if (kind == FILTER_ADDRESS && how != FILTER_HOW_GLOB && !item->quoted)
		err = value_add_address(r, leaf, item, &done);
	if (err == 0 && leaf->id == FILTER_ID_DIR && how != FILTER_HOW_GLOB)
		err = value_direction(r, item, &text);
	return err != 0 || done ? err : value_add_text(r, leaf, how, text);
}

/* Comparing wants something that has an order. */
static int
value_check(struct filter_reader *r, const struct filter_node *leaf, enum filter_op op, enum filter_kind kind,
    const struct filter_item *item)
{
	if (op == FILTER_OP_REGEX && (kind == FILTER_TIME || kind == FILTER_FLAG))
		return filter_wrong(r, item->at, -EINVAL, "%s takes no regular expression", value_field(leaf));
	if (op >= FILTER_OP_LT && op <= FILTER_OP_GE && kind != FILTER_CODE && kind != FILTER_NUMBER &&
	    kind != FILTER_SPAN)
		return filter_wrong(r, item->at, -EINVAL, "%s is neither more nor less: say %s:VALUE",
		    value_field(leaf), value_field(leaf));
	return 0;
}

int
filter_value_add(struct filter_reader *r, struct filter_node *leaf, enum filter_op op, const struct filter_item *item)
{
	size_t n;
	enum filter_kind kind = leaf->id < FILTER_IDS ? filter_fields(&n)[leaf->id].kind : FILTER_TEXT;
	int err = value_check(r, leaf, op, kind, item);
	bool absent = !item->quoted && leaf->id > FILTER_ID_CLASS && slice_eq(item->text, slice_str("-"));

	if (err != 0)
		return err;
	if (op == FILTER_OP_REGEX)
		return value_add_regex(r, leaf, item);
	if (op <= FILTER_OP_IS && absent && leaf->id < FILTER_IDS && kind != FILTER_TIME && kind != FILTER_FLAG)
		return value_atom(r, leaf, FILTER_TEST_ABSENT, &err) != NULL ? 0 : err;
	if (op <= FILTER_OP_IS && !item->quoted && slice_eq(item->text, slice_str("*")) && kind != FILTER_TIME &&
	    kind != FILTER_FLAG)
		return value_add_text(r, leaf, FILTER_HOW_GLOB, item->text);
	switch (kind) {
	case FILTER_CODE:
		return value_add_codes(r, leaf, op, item);
	case FILTER_NUMBER:
	case FILTER_SPAN:
		return value_add_number(r, leaf, op, item);
	case FILTER_TIME:
		return value_add_time(r, leaf, item);
	case FILTER_FLAG:
		return leaf->id == FILTER_ID_STALE ? value_add_stale(r, leaf, item) : value_add_is(r, leaf, item);
	default:
		return value_add_word(r, leaf, op, kind, item);
	}
}
