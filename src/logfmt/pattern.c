/*
 * pattern - compile and match (see pattern.h; the language is told in doc/logs.md).
 * Know: there is no backtracking.  A field without a shape of its own ends at the first place where the text behind it
 * stands; an optional part is taken when it fits where it stands.  A match that fails is tried again at most
 * PATTERN_TRIES times further right, so time is bounded by that many passes over the line.
 */
#include <errno.h>
#include <string.h>

#include "logfmt/pattern.h"
#include "logfmt/seek.h"

enum { PATTERN_TRIES = 16, PATTERN_NAME_MAX = 16 };
enum { OP_LITERAL, OP_WORDS, OP_CLOSED, OP_OPEN, OP_TIGHT, OP_OPTION, OP_OPTION_END };

struct pattern_name {
	const char *name;
	uint8_t field, kind;
};

/* OP_CLOSED fields know where they end; OP_OPEN ones go to the text behind them, OP_TIGHT ones to a blank at most. */
static const struct pattern_name pattern_names[] = { { "*", PATTERN_ANY, OP_OPEN }, { "src", PATTERN_SRC, OP_CLOSED },
	{ "dst", PATTERN_DST, OP_CLOSED }, { "peer", PATTERN_PEER, OP_CLOSED }, { "own", PATTERN_OWN, OP_CLOSED },
	{ "src_ip", PATTERN_SRC_IP, OP_CLOSED }, { "dst_ip", PATTERN_DST_IP, OP_CLOSED },
	{ "peer_ip", PATTERN_PEER_IP, OP_CLOSED }, { "own_ip", PATTERN_OWN_IP, OP_CLOSED },
	{ "src_port", PATTERN_SRC_PORT, OP_CLOSED }, { "dst_port", PATTERN_DST_PORT, OP_CLOSED },
	{ "peer_port", PATTERN_PEER_PORT, OP_CLOSED }, { "own_port", PATTERN_OWN_PORT, OP_CLOSED },
	{ "peer_uri", PATTERN_PEER_URI, OP_TIGHT }, { "transport", PATTERN_TRANSPORT, OP_CLOSED },
	{ "size", PATTERN_SIZE, OP_CLOSED }, { "time", PATTERN_TIME, OP_CLOSED }, { "code", PATTERN_CODE, OP_CLOSED },
	{ "phrase", PATTERN_PHRASE, OP_OPEN }, { "method", PATTERN_METHOD, OP_CLOSED },
	{ "call_id", PATTERN_CALL_ID, OP_TIGHT }, { "cseq", PATTERN_CSEQ, OP_CLOSED },
	{ "from_tag", PATTERN_FROM_TAG, OP_TIGHT }, { "to_tag", PATTERN_TO_TAG, OP_TIGHT },
	{ "user", PATTERN_USER, OP_OPEN }, { "detail", PATTERN_DETAIL, OP_OPEN },
	{ "number", PATTERN_NUMBER, OP_CLOSED }, { "word", PATTERN_WORD, OP_TIGHT }, { "flow", PATTERN_FLOW, OP_WORDS },
	{ "of", PATTERN_OF, OP_WORDS } };

/* --- compile --- */

struct pattern_compiler {
	struct pattern *p;
	struct slice text;
	size_t i;
	int option; /* op of the optional part we are in, -1 outside */
	struct errmsg *em;
};

static int
pattern_bad(const struct pattern_compiler *c, const char *what)
{
	struct errmsg unused = { { 0 } };

	return errmsg_set(c->em != NULL ? c->em : &unused, -EINVAL, "pattern, position %zu: %s", c->i + 1, what);
}

static struct pattern_op *
pattern_op_new(struct pattern_compiler *c, uint8_t kind)
{
	struct pattern_op *op;

	if (c->p->n_ops >= PATTERN_OPS)
		return NULL;
	op = &c->p->ops[c->p->n_ops++];
	*op = (struct pattern_op){ .kind = kind, .at = c->p->n_text };
	return op;
}

static int
pattern_literal(struct pattern_compiler *c, char ch)
{
	struct pattern *p = c->p;
	struct pattern_op *op = p->n_ops > 0 ? &p->ops[p->n_ops - 1] : NULL;

	if (op == NULL || op->kind != OP_LITERAL)
		op = pattern_op_new(c, OP_LITERAL);
	if (op == NULL || p->n_text >= PATTERN_TEXT)
		return pattern_bad(c, "the pattern is too long");
	p->text[p->n_text++] = ch;
	op->n++;
	return 0;
}

static const struct pattern_name *
pattern_name_find(struct slice name)
{
	for (size_t i = 0; i < sizeof pattern_names / sizeof pattern_names[0]; i++) {
		const char *s = pattern_names[i].name;

		if (s[0] == name.p[0] && strlen(s) == name.n && memcmp(s, name.p, name.n) == 0)
			return &pattern_names[i];
	}
	return NULL;
}

/* Numbers that the values of words stand for; -1 for a word that means nothing. */
static int
pattern_word_value(uint8_t field, struct slice value)
{
	unsigned t = TRANSPORT_UDP;

	if (field == PATTERN_FLOW)
		return slice_eq(value, slice_str("in")) ? FLOW_IN : slice_eq(value, slice_str("out")) ? FLOW_OUT : -1;
	if (field == PATTERN_OF)
		return slice_eq(value, slice_str("q")) ? 'q' : slice_eq(value, slice_str("p")) ? 'p' : -1;
	if (field != PATTERN_TRANSPORT)
		return 0;
	while (t < TRANSPORT_N && !slice_eq(value, slice_str(transport_name(t))))
		t++;
	return t < TRANSPORT_N ? (int)t : -1;
}

static int
pattern_words(struct pattern_compiler *c, const struct pattern_name *name, struct slice words)
{
	struct pattern *p = c->p;
	struct pattern_op *op = pattern_op_new(c, OP_WORDS);
	struct slice rest = words, word, value;
	int v;

	if (op == NULL)
		return pattern_bad(c, "the pattern is too long");
	op->field = name->field;
	op->at = p->n_words;
	while (rest.n > 0) {
		value = slice_cut(&rest, ',');
		word = slice_cut(&value, '=');
		v = pattern_word_value(name->field, value);
		if (word.n == 0)
			return pattern_bad(c, "there is a word without letters");
		if (v < 0)
			return pattern_bad(c,
			    name->field == PATTERN_FLOW     ? "a word of {flow:} needs =in or =out"
				: name->field == PATTERN_OF ? "a word of {of:} needs =q or =p"
							    : "a word of {transport:} needs =udp, =tcp, =tls, "
							      "=sctp, =ws or =wss");
		if (p->n_words >= PATTERN_WORDS)
			return pattern_bad(c, "the pattern is too long");
		p->words[p->n_words++] = (struct pattern_word){ word.p, (uint16_t)word.n, (uint8_t)v };
		op->n++;
	}
	return 0;
}

static int
pattern_field(struct pattern_compiler *c)
{
	const char *begin = c->text.p + c->i + 1, *close = memchr(begin, '}', c->text.n - c->i - 1);
	struct slice words, name;
	const struct pattern_name *known;
	struct pattern_op *op, *last = c->p->n_ops > 0 ? &c->p->ops[c->p->n_ops - 1] : NULL;
	bool has_words;
	int err = 0;

	if (close == NULL)
		return pattern_bad(c, "this { has no }");
	words = (struct slice){ begin, (size_t)(close - begin) };
	has_words = words.n > 0 && memchr(words.p, ':', words.n) != NULL;
	name = slice_cut(&words, ':');
	known = name.n > 0 && name.n <= PATTERN_NAME_MAX ? pattern_name_find(name) : NULL;
	if (known == NULL)
		return pattern_bad(c, "no field has this name");
	if (has_words ? words.n == 0 || words.n > UINT16_MAX : known->kind == OP_WORDS)
		return pattern_bad(c, "this field needs words, as in {flow:Received=in,Sent=out}");
	if (has_words && known->field != PATTERN_ANY && known->field != PATTERN_TRANSPORT && known->kind != OP_WORDS)
		return pattern_bad(c, "this field takes no words");
	if (last != NULL && (last->kind == OP_OPEN || last->kind == OP_TIGHT) && !has_words)
		return pattern_bad(c, "text is needed between the field before and this one");
	if (has_words)
		err = pattern_words(c, known, words);
	else if ((op = pattern_op_new(c, known->kind)) != NULL)
		op->field = known->field;
	else
		err = pattern_bad(c, "the pattern is too long");
	c->i = (size_t)(close - c->text.p);
	return err;
}

static int
pattern_option(struct pattern_compiler *c, bool open)
{
	struct pattern_op *op;

	if (open == (c->option >= 0))
		return pattern_bad(c, open ? "optional parts cannot hold optional parts" : "this ] has no [");
	op = pattern_op_new(c, open ? OP_OPTION : OP_OPTION_END);
	if (op == NULL)
		return pattern_bad(c, "the pattern is too long");
	if (open) {
		c->option = c->p->n_ops - 1;
		return 0;
	}
	if (c->option == c->p->n_ops - 2)
		return pattern_bad(c, "this optional part is empty");
	if (c->p->ops[c->option + 1].kind != OP_LITERAL && c->p->ops[c->option + 1].kind != OP_WORDS)
		return pattern_bad(c, "an optional part has to begin with text");
	c->p->ops[c->option].n = c->p->n_ops;
	c->option = -1;
	return 0;
}

static int
pattern_step(struct pattern_compiler *c)
{
	char ch = c->text.p[c->i];

	switch (ch) {
	case '{':
		return pattern_field(c);
	case '}':
		return pattern_bad(c, "this } has no {");
	case '[':
	case ']':
		return pattern_option(c, ch == '[');
	case '\\':
		if (c->i + 1 == c->text.n)
			return pattern_bad(c, "there is nothing behind this \\");
		ch = c->text.p[++c->i];
		return pattern_literal(c, ch == 't' ? '\t' : ch);
	case '^':
		if (c->i == 0) {
			c->p->from_start = true;
			return 0;
		}
		break;
	case '$':
		if (c->i + 1 == c->text.n) {
			c->p->to_end = true;
			return 0;
		}
		break;
	}
	return pattern_literal(c, ch);
}

/* The longest literal outside optional parts, blanks at its ends apart: a line without it is left at once. */
static void
pattern_find_longest(struct pattern *p)
{
	size_t best = 0;

	p->longest = p->n_ops;
	for (size_t i = 0; i < p->n_ops; i++) {
		const struct pattern_op *op = &p->ops[i];
		size_t n = op->kind == OP_LITERAL ? slice_trim((struct slice){ p->text + op->at, op->n }).n : 0;

		if (op->kind == OP_OPTION)
			i = op->n - 1U;
		else if (n > best) {
			best = n;
			p->longest = (uint16_t)i;
		}
	}
}

int
pattern_compile(struct pattern *p, struct slice text, struct errmsg *em)
{
	struct pattern_compiler c = { .p = p, .text = text, .option = -1, .em = em };
	int err;

	p->n_ops = p->n_text = p->n_words = 0;
	p->from_start = p->to_end = false;
	for (; c.i < text.n; c.i++)
		if ((err = pattern_step(&c)) != 0)
			return err;
	if (c.option >= 0)
		return pattern_bad(&c, "a [ before has no ]");
	pattern_find_longest(p);
	if (p->longest == p->n_ops)
		return pattern_bad(&c, "a pattern needs some text that every line has");
	return 0;
}

/* --- match --- */

struct pattern_matcher {
	const struct pattern *p;
	struct slice line;
	struct pattern_values *v;
};

static const char *
pattern_find(struct slice line, size_t from, const char *what, size_t n)
{
	return from <= line.n ? seek_text(line.p + from, line.p + line.n, what, n) : NULL;
}

static bool
pattern_is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool
pattern_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
pattern_is_alnum(char c)
{
	return pattern_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static size_t
pattern_digits(struct slice s, size_t max)
{
	size_t n = 0;

	while (n < s.n && n < max && pattern_is_digit(s.p[n]))
		n++;
	return n;
}

size_t
pattern_port(struct slice s, uint16_t *out)
{
	size_t n = pattern_digits(s, 6);
	unsigned v = 0;

	for (size_t i = 0; i < n; i++)
		v = v * 10 + (unsigned)(s.p[i] - '0');
	if (n == 0 || v > UINT16_MAX)
		return 0;
	*out = (uint16_t)v;
	return n;
}

static struct slice
pattern_rest(struct slice s, size_t n)
{
	return (struct slice){ s.p + n, s.n - n };
}

/* Behind an address: ":5060", ":[5060]", "/5060", " on port 5060".  Its length, 0 when there is no port. */
static size_t
pattern_port_form(struct slice s, uint16_t *out)
{
	static const char on_port[] = " on port ";
	size_t skip = 0, n;

	if (s.n > sizeof on_port && memcmp(s.p, on_port, sizeof on_port - 1) == 0)
		skip = sizeof on_port - 1;
	else if (s.n > 2 && s.p[0] == ':' && s.p[1] == '[')
		skip = 2;
	else if (s.n > 1 && (s.p[0] == ':' || s.p[0] == '/'))
		skip = 1;
	n = skip > 0 ? pattern_port(pattern_rest(s, skip), out) : 0;
	if (n == 0)
		return 0;
	if (skip != 2)
		return skip + n;
	return skip + n < s.n && s.p[skip + n] == ']' ? skip + n + 1 : 0;
}

/* May a byte be part of an address or its port? */
static bool
pattern_in_address(char c)
{
	return pattern_is_hex(c) || c == ':' || c == '.';
}

/* "[192.0.2.1]" or "[2001:db8::1]": its length. */
static size_t
pattern_bracketed(struct slice s, struct endpoint *out)
{
	size_t n = 1;

	while (n < s.n && n < 50 && pattern_in_address(s.p[n]))
		n++;
	if (n >= s.n || s.p[n] != ']' || !endpoint_parse((struct slice){ s.p + 1, n - 1 }, false, out))
		return 0;
	return n + 1;
}

/* Nearly all addresses are this; what it leaves is looked at in full. */
size_t
pattern_quad(struct slice s, struct endpoint *out)
{
	uint8_t addr[4];
	size_t n = 0, behind;

	for (int i = 0; i < 4; i++) {
		size_t digits = pattern_digits(pattern_rest(s, n), 3);
		unsigned v = 0;

		for (size_t k = n; k < n + digits; k++)
			v = v * 10 + (unsigned)(s.p[k] - '0');
		if (digits == 0 || v > 255 || (digits > 1 && s.p[n] == '0'))
			return 0;
		addr[i] = (uint8_t)v;
		n += digits;
		if (i < 3 && (n >= s.n || s.p[n++] != '.'))
			return 0;
	}
	behind = n;
	if (behind < s.n && s.p[behind] == ':')
		behind += 1 + pattern_digits(pattern_rest(s, behind + 1), 5);
	if (behind == n + 1 || (behind < s.n && pattern_in_address(s.p[behind])))
		return 0;
	out->family = 4;
	memcpy(out->addr, addr, sizeof addr);
	return n;
}

/*
 * An address that begins at s, with its port unless `bare`.  A v6 address without brackets has its port behind the last
 * colon, as all who print it so do.
 */
static size_t
pattern_address(struct slice s, bool bare, struct endpoint *out)
{
	size_t n = 0, port;
	bool v6;

	*out = (struct endpoint){ 0 };
	if (s.n > 0 && s.p[0] == '[') {
		n = pattern_bracketed(s, out);
	} else if ((n = pattern_quad(s, out)) == 0) {
		while (n < s.n && n < 56 && pattern_in_address(s.p[n]))
			n++;
		while (n > 0 && (s.p[n - 1] == '.' || (s.p[n - 1] == ':' && !(n > 1 && s.p[n - 2] == ':'))))
			n--;
		v6 = n > 0 && memchr(s.p, ':', n) != memrchr(s.p, ':', n);
		if (!v6 && n > 0 && memchr(s.p, ':', n) != NULL)
			n = (size_t)((const char *)memchr(s.p, ':', n) - s.p);
		if (n == 0)
			return 0;
		/* Behind "/" or " on port " the port is told apart, and the last group is part of the address. */
		if (v6 && !bare && pattern_port_form(pattern_rest(s, n), &out->port) == 0 &&
		    endpoint_parse((struct slice){ s.p, n }, true, out))
			return n;
		if (!endpoint_parse((struct slice){ s.p, n }, false, out))
			return 0;
	}
	if (n == 0 || bare)
		return n;
	port = pattern_port_form(pattern_rest(s, n), &out->port);
	return n + port;
}

/* A transport's name, in any case, that no letter follows. */
static size_t
pattern_transport(struct slice s, uint8_t *out)
{
	for (unsigned t = 0; t < TRANSPORT_N; t++) {
		size_t n = strlen(transport_name(t));

		if (s.n >= n && slice_imemeq(s.p, transport_name(t), n) && (s.n == n || !pattern_is_alnum(s.p[n]))) {
			*out = (uint8_t)t;
			return n;
		}
	}
	return 0;
}

/* "486", "-1", and nothing: what the number is worth is the caller's business. */
static size_t
pattern_code(struct slice s)
{
	size_t sign = s.n > 0 && s.p[0] == '-' ? 1 : 0;

	return sign + pattern_digits(pattern_rest(s, sign), 9);
}

static size_t
pattern_token(struct slice s)
{
	size_t n = 0;

	while (
	    n < s.n && n < 64 && (pattern_is_alnum(s.p[n]) || (s.p[n] != '\0' && strchr("-.!%*_+`'~", s.p[n]) != NULL)))
		n++;
	/* A quote that closes is no part of the method it follows. */
	while (n > 0 && (s.p[n - 1] == '\'' || s.p[n - 1] == '.'))
		n--;
	return n;
}

/* A field that knows its own end: true and its length in *n. */
static bool
pattern_closed(const struct pattern_matcher *m, uint8_t field, size_t at, size_t *n)
{
	struct slice s = pattern_rest(m->line, at);

	if (field >= PATTERN_SRC && field <= PATTERN_OWN) {
		*n = pattern_address(s, false, &m->v->end[field - PATTERN_SRC]);
	} else if (field >= PATTERN_SRC_IP && field <= PATTERN_OWN_IP) {
		*n = pattern_address(s, true, &m->v->end[field - PATTERN_SRC_IP]);
	} else if (field >= PATTERN_SRC_PORT && field <= PATTERN_OWN_PORT) {
		*n = pattern_port(s, &m->v->end[field - PATTERN_SRC_PORT].port);
	} else if (field == PATTERN_TRANSPORT) {
		*n = pattern_transport(s, &m->v->transport);
	} else if (field == PATTERN_TIME) {
		*n = stamp_find(s, 1, &m->v->time) ? m->v->time.text.n : 0;
	} else if (field == PATTERN_METHOD) {
		*n = pattern_token(s);
	} else if (field == PATTERN_CODE) {
		*n = pattern_code(s);
		return true;
	} else {
		*n = pattern_digits(s, 20);
	}
	return *n > 0;
}

static bool
pattern_take_word(const struct pattern_matcher *m, const struct pattern_op *op, size_t at, size_t *n)
{
	for (size_t i = op->at; i < op->at + (size_t)op->n; i++) {
		const struct pattern_word *word = &m->p->words[i];

		if (m->line.n - at < word->n || !seek_same(m->line.p + at, word->p, word->n))
			continue;
		if (op->field == PATTERN_FLOW)
			m->v->flow = word->value;
		else if (op->field == PATTERN_OF)
			m->v->of = (char)word->value;
		else if (op->field == PATTERN_TRANSPORT)
			m->v->transport = word->value;
		*n = word->n;
		return true;
	}
	return false;
}

static void
pattern_nearest(const char *found, const char **best)
{
	if (found != NULL && (*best == NULL || found < *best))
		*best = found;
}

static void
pattern_find_stop(const struct pattern_matcher *m, const struct pattern_op *op, size_t at, const char **best)
{
	if (op->kind == OP_LITERAL) {
		pattern_nearest(pattern_find(m->line, at, m->p->text + op->at, op->n), best);
		return;
	}
	for (size_t i = op->at; op->kind == OP_WORDS && i < op->at + (size_t)op->n; i++)
		pattern_nearest(pattern_find(m->line, at, m->p->words[i].p, m->p->words[i].n), best);
}

/* Where an open field that begins at `at` ends; SIZE_MAX when what must follow it does not stand in the line. */
static size_t
pattern_open_end(const struct pattern_matcher *m, size_t i, size_t at)
{
	const struct pattern *p = m->p;
	const char *best = NULL;
	size_t end;

	for (i++; i < p->n_ops; i++) {
		if (p->ops[i].kind == OP_OPTION_END)
			continue;
		if (p->ops[i].kind != OP_OPTION) {
			pattern_find_stop(m, &p->ops[i], at, &best);
			if (best == NULL)
				return SIZE_MAX;
			break;
		}
		pattern_find_stop(m, &p->ops[i + 1], at, &best);
		i = p->ops[i].n - 1U;
	}
	end = best != NULL ? (size_t)(best - m->line.p) : m->line.n;
	return end;
}

/* Call-IDs, tags and words hold no blanks; an empty one stands for nothing. */
static size_t
pattern_tight_end(const struct pattern_matcher *m, size_t at, size_t end)
{
	const char *p = m->line.p + at, *blank = memchr(p, ' ', end - at), *tab;

	if (blank != NULL)
		end = (size_t)(blank - m->line.p);
	tab = memchr(p, '\t', end - at);
	return tab != NULL ? (size_t)(tab - m->line.p) : end;
}

static bool
pattern_run_field(const struct pattern_matcher *m, size_t i, size_t at, size_t *n)
{
	const struct pattern_op *op = &m->p->ops[i];
	size_t end;

	if (op->kind == OP_CLOSED)
		return pattern_closed(m, op->field, at, n);
	end = pattern_open_end(m, i, at);
	if (end == SIZE_MAX)
		return false;
	if (op->kind == OP_TIGHT)
		end = pattern_tight_end(m, at, end);
	*n = end - at;
	return true;
}

static bool
pattern_run_op(const struct pattern_matcher *m, size_t i, size_t *at)
{
	const struct pattern_op *op = &m->p->ops[i];
	size_t n = 0;

	if (op->kind == OP_LITERAL) {
		n = op->n;
		if (m->line.n - *at < n || !seek_same(m->line.p + *at, m->p->text + op->at, n))
			return false;
	} else if (op->kind == OP_WORDS) {
		if (!pattern_take_word(m, op, *at, &n))
			return false;
		m->v->text[op->field] = (struct slice){ m->line.p + *at, n };
	} else if (op->kind != OP_OPTION_END) {
		if (!pattern_run_field(m, i, *at, &n))
			return false;
		m->v->text[op->field] = (struct slice){ m->line.p + *at, n };
	}
	*at += n;
	return true;
}

/* What an optional part gave before it failed is taken back. */
static void
pattern_forget(const struct pattern_matcher *m, size_t begin, size_t end)
{
	for (size_t i = begin; i < end; i++) {
		uint8_t field = m->p->ops[i].field;

		if (m->p->ops[i].kind == OP_LITERAL || field == PATTERN_ANY)
			continue;
		m->v->text[field] = (struct slice){ NULL, 0 };
		if (field == PATTERN_FLOW)
			m->v->flow = FLOW_UNKNOWN;
		else if (field == PATTERN_TRANSPORT)
			m->v->transport = TRANSPORT_N;
		else if (field == PATTERN_OF)
			m->v->of = 0;
		else if (field == PATTERN_TIME)
			m->v->time = (struct stamp){ 0 };
		else if (field >= PATTERN_SRC && field <= PATTERN_OWN)
			m->v->end[field - PATTERN_SRC] = (struct endpoint){ 0 };
	}
}

static bool
pattern_try(const struct pattern_matcher *m, size_t begin)
{
	const struct pattern *p = m->p;
	size_t at = begin, inside, k;

	for (size_t i = 0; i < p->n_ops; i++) {
		if (p->ops[i].kind != OP_OPTION) {
			if (!pattern_run_op(m, i, &at))
				return false;
			continue;
		}
		inside = at;
		for (k = i + 1; k < p->ops[i].n && pattern_run_op(m, k, &inside); k++)
			continue;
		if (k == p->ops[i].n)
			at = inside;
		else
			pattern_forget(m, i + 1, k);
		i = p->ops[i].n - 1U;
	}
	m->v->begin = begin;
	m->v->behind = at;
	return !p->to_end || at == m->line.n;
}

static void
pattern_clear(struct pattern_values *v)
{
	memset(v, 0, sizeof *v);
	v->transport = TRANSPORT_N;
}

/* Where a match may begin next, from `from` on: at the first text, or at a word when the pattern begins with a field.
 */
static size_t
pattern_next_begin(const struct pattern_matcher *m, size_t from)
{
	const struct pattern_op *first = &m->p->ops[0];
	const char *best = NULL;

	if (first->kind == OP_LITERAL || first->kind == OP_WORDS) {
		pattern_find_stop(m, first, from, &best);
		return best != NULL ? (size_t)(best - m->line.p) : SIZE_MAX;
	}
	for (size_t i = from; i < m->line.n; i++)
		if (i == 0 || strchr(" \t:>]\"'(*|", m->line.p[i - 1]) != NULL)
			return i;
	return SIZE_MAX;
}

bool
pattern_match(const struct pattern *p, struct slice line, struct pattern_values *out)
{
	struct pattern_matcher m = { p, line, out };
	const struct pattern_op *need = &p->ops[p->longest];
	size_t begin = 0;

	while (m.line.n > 0 && (m.line.p[m.line.n - 1] == ' ' || m.line.p[m.line.n - 1] == '\r'))
		m.line.n--;
	if (m.line.n == 0)
		return false;
	for (int tries = 0; tries < PATTERN_TRIES; tries++) {
		/* A pattern that begins with a text is mostly found at the first place, and then needs no more. */
		if (tries == (p->ops[0].kind == OP_LITERAL) &&
		    pattern_find(m.line, 0, p->text + need->at, need->n) == NULL)
			return false;
		if (!p->from_start)
			begin = pattern_next_begin(&m, begin);
		if (begin == SIZE_MAX)
			return false;
		pattern_clear(out);
		if (pattern_try(&m, begin))
			return true;
		if (p->from_start)
			return false;
		begin++;
	}
	return false;
}
