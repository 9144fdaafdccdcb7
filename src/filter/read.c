/*
 * read - text to a filter's conditions, by recursive descent over the grammar of sipwhy/filter.h.
 * The one thing to know: a word is one token up to a blank or the parenthesis that closes what is outside it, so that
 * addresses, Call-IDs and regular expressions need no quotes.
 */
#include "filter/filter_int.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/text.h"

static int read_or(struct filter_reader *r, uint16_t *out);

int
filter_shown(struct slice s)
{
	return s.n < 40 ? (int)s.n : 40;
}

void
filter_clean(struct errmsg *em)
{
	struct errmsg raw = *em;

	(void)text_clean(em->text, sizeof em->text, slice_str(raw.text), sizeof em->text, MB_CUR_MAX == 1, NULL);
}

int
filter_wrong(struct filter_reader *r, size_t where, int err, const char *fmt, ...)
{
	char text[sizeof r->em->text];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (r->at != NULL)
		*r->at = r->said_at != SIZE_MAX ? r->said_at : where;
	(void)errmsg_set(r->em, err, "%s", text);
	filter_clean(r->em);
	return err;
}

static int
read_node(struct filter_reader *r, const struct filter_node *node, uint16_t *out)
{
	struct filter *f = r->f;

	if (f->n_nodes == FILTER_NODES_MAX)
		return filter_wrong(r, r->i, -E2BIG, "the filter has more than %d conditions", FILTER_NODES_MAX);
	if (f->n_nodes == f->cap_nodes) {
		size_t cap = f->cap_nodes > 0 ? 2 * f->cap_nodes : 8;
		struct filter_node *grown = mem_realloc(f->nodes, cap * sizeof *grown);

		if (grown == NULL)
			return -ENOMEM;
		f->nodes = grown;
		f->cap_nodes = cap;
	}
	*out = (uint16_t)f->n_nodes;
	f->nodes[f->n_nodes++] = *node;
	return 0;
}

static int
read_join(struct filter_reader *r, enum filter_node_kind kind, uint16_t left, uint16_t right, uint16_t *out)
{
	struct filter_node node = { .kind = (uint8_t)kind, .left = left, .right = right };

	return read_node(r, &node, out);
}

static bool
read_more(struct filter_reader *r)
{
	while (r->i < r->text.n && filter_is_blank(r->text.p[r->i]))
		r->i++;
	return r->i < r->text.n;
}

static bool
read_is_stop(const struct filter_reader *r, size_t i)
{
	return i >= r->text.n || filter_is_blank(r->text.p[i]) || r->text.p[i] == '(' || r->text.p[i] == ')';
}

/* Is this word, or this pair of signs, next?  Takes it with `take`. */
static bool
read_word(struct filter_reader *r, const char *word, const char *signs, bool take)
{
	struct slice rest;
	size_t n = strlen(word);

	if (!read_more(r))
		return false;
	rest = (struct slice){ r->text.p + r->i, r->text.n - r->i };
	if (signs != NULL && slice_istarts(rest, slice_str(signs)))
		n = strlen(signs);
	else if (!slice_istarts(rest, slice_str(word)) || !read_is_stop(r, r->i + n))
		return false;
	r->i += take ? n : 0;
	return true;
}

/* The operator at i: its length, 0 for none. */
static size_t
read_op(const struct filter_reader *r, size_t i, enum filter_op *op, bool *negate)
{
	static const struct {
		const char *sign;
		enum filter_op op;
		bool negate;
	} ops[] = { { "!:", FILTER_OP_HAS, true }, { "!=", FILTER_OP_IS, true }, { "!~", FILTER_OP_REGEX, true },
		{ "<=", FILTER_OP_LE, false }, { ">=", FILTER_OP_GE, false }, { "==", FILTER_OP_IS, false },
		{ "=~", FILTER_OP_REGEX, false }, { ":", FILTER_OP_HAS, false }, { "=", FILTER_OP_IS, false },
		{ "<", FILTER_OP_LT, false }, { ">", FILTER_OP_GT, false }, { "~", FILTER_OP_REGEX, false } };
	struct slice rest = { r->text.p + i, r->text.n - i };

	for (size_t k = 0; k < sizeof ops / sizeof ops[0]; k++)
		if (slice_istarts(rest, slice_str(ops[k].sign))) {
			*op = ops[k].op;
			*negate = ops[k].negate;
			return strlen(ops[k].sign);
		}
	return 0;
}

/* Take a quoted text to out.  In a regular expression an escaped backslash stays escaped. */
static int
read_quoted(struct filter_reader *r, bool regex, char out[FILTER_TEXT_MAX], size_t *n)
{
	size_t from = r->i++;

	for (*n = 0; r->i < r->text.n; r->i++) {
		char c = r->text.p[r->i];

		if (c == '"') {
			r->i++;
			return 0;
		}
		if (c == '\\' && r->i + 1 < r->text.n && (r->text.p[r->i + 1] == '"' || r->text.p[r->i + 1] == '\\')) {
			r->i++;
			if (regex && r->text.p[r->i] == '\\')
				out[(*n)++] = '\\';
			c = r->text.p[r->i];
		}
		out[(*n)++] = c;
	}
	return filter_wrong(r, from, -EINVAL, "the quotation mark is never closed");
}

/* Take a word to out, as it is.  list: it ends at a comma too; joins: and at signs that join conditions. */
static void
read_bare(struct filter_reader *r, bool list, bool joins, char out[FILTER_TEXT_MAX], size_t *n)
{
	unsigned open = 0;

	for (*n = 0; r->i < r->text.n && !filter_is_blank(r->text.p[r->i]); r->i++) {
		char c = r->text.p[r->i];

		if ((c == ')' && open == 0) || (list && c == ','))
			break;
		if (joins && open == 0 && (c == '&' || c == '|') && r->i + 1 < r->text.n && r->text.p[r->i + 1] == c)
			break;
		open += c == '(';
		open -= c == ')';
		out[(*n)++] = c;
	}
}

static bool
read_is_quote(const struct filter_reader *r)
{
	return r->i < r->text.n && r->text.p[r->i] == '"';
}

/* One item of a value. */
static int
read_item(struct filter_reader *r, struct filter_node *leaf, enum filter_op op, const char *name)
{
	char out[FILTER_TEXT_MAX];
	bool regex = op == FILTER_OP_REGEX;
	struct filter_item item = { { out, 0 }, read_is_quote(r), r->i };
	int err = 0;

	if (item.quoted)
		err = read_quoted(r, regex, out, &item.text.n);
	else
		read_bare(r, !regex, !regex, out, &item.text.n);
	if (err != 0)
		return err;
	if (item.text.n == 0 && (!item.quoted || regex))
		return filter_wrong(r, item.at, -EINVAL, "%s: what should it be?", name);
	if (item.quoted && !read_is_stop(r, r->i) && (regex || r->text.p[r->i] != ',') && r->text.p[r->i] != '|' &&
	    r->text.p[r->i] != '&')
		return filter_wrong(r, r->i, -EINVAL, "a blank must stand behind the quotation mark");
	return filter_value_add(r, leaf, op, &item);
}

/* field op value */
static int
read_field(struct filter_reader *r, const struct filter_field *field, enum filter_op op, uint16_t *out)
{
	size_t n;
	struct filter_node leaf = {
		.kind = FILTER_LEAF, .id = (uint8_t)(field - filter_fields(&n)), .first = (uint16_t)r->f->n_atoms
	};
	size_t items = 0;
	int err;

	for (;;) {
		if ((err = read_item(r, &leaf, op, field->name)) != 0)
			return err;
		if (items++ > 0 && op >= FILTER_OP_LT && op <= FILTER_OP_GE)
			return filter_wrong(
			    r, r->i, -EINVAL, "%s is compared with one value, not with a list", field->name);
		if (op == FILTER_OP_REGEX || r->i >= r->text.n || r->text.p[r->i] != ',')
			return read_node(r, &leaf, out);
		r->i++;
	}
}

/* A word that is no condition on a field: a code, or text. */
static int
read_text(struct filter_reader *r, uint16_t *out)
{
	char text[FILTER_TEXT_MAX];
	struct filter_node leaf = { .kind = FILTER_LEAF, .id = FILTER_ID_ANY, .first = (uint16_t)r->f->n_atoms };
	struct filter_item item = { { text, 0 }, read_is_quote(r), r->i };
	int err = 0;

	if (item.quoted)
		err = read_quoted(r, false, text, &item.text.n);
	else
		read_bare(r, false, true, text, &item.text.n);
	if (err != 0)
		return err;
	if (item.quoted && item.text.n == 0)
		return filter_wrong(r, item.at, -EINVAL, "there is nothing between the quotation marks");
	if (item.quoted && !read_is_stop(r, r->i) && r->text.p[r->i] != '|' && r->text.p[r->i] != '&')
		return filter_wrong(r, r->i, -EINVAL, "a blank must stand behind the quotation mark");
	if (!item.quoted && filter_value_is_codes(item.text)) {
		r->i = item.at;
		return read_field(r, filter_field_find(slice_str("code")), FILTER_OP_HAS, out);
	}
	if ((err = filter_value_add(r, &leaf, FILTER_OP_HAS, &item)) != 0)
		return err;
	return read_node(r, &leaf, out);
}

/* Letters, digits, "-", "_", "." at i. */
static size_t
read_name(const struct filter_reader *r, size_t i)
{
	size_t n = 0;

	for (; i + n < r->text.n; n++) {
		unsigned char c = (unsigned char)r->text.p[i + n];

		if ((unsigned)(filter_lower(c) - 'a') > 25u && (unsigned)(c - '0') > 9u && c != '-' && c != '_' &&
		    c != '.')
			break;
	}
	return n;
}

/* Something that was meant as a field: letters, parted by signs perhaps; "fe80" and "10.0.0.1" are none. */
static bool
read_is_letters(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned)(filter_lower((unsigned char)s.p[i]) - 'a') > 25u &&
		    (i == 0 || (s.p[i] != '-' && s.p[i] != '_')))
			return false;
	return s.n > 0;
}

static int
read_unknown(struct filter_reader *r, struct slice name)
{
	const char *near = filter_field_near(name);

	if (near != NULL)
		return filter_wrong(
		    r, r->i, -EINVAL, "there is no field \"%.*s\"; did you mean %s?", filter_shown(name), name.p, near);
	return filter_wrong(r, r->i, -EINVAL, "there is no field \"%.*s\"; put it in quotes to look for the text",
	    filter_shown(name), name.p);
}

/* Blanks may stand around an operator that is not made of a colon: fingers put them there. */
static size_t
read_spaced_op(const struct filter_reader *r, size_t i, enum filter_op *op, bool *negate)
{
	size_t from = i, n;

	while (i < r->text.n && filter_is_blank(r->text.p[i]))
		i++;
	n = i < r->text.n ? read_op(r, i, op, negate) : 0;
	if (n == 0 || (*op == FILTER_OP_HAS && i > from))
		return 0;
	n += i - from;
	while (*op != FILTER_OP_HAS && from + n < r->text.n && filter_is_blank(r->text.p[from + n]))
		n++;
	return n;
}

static int
read_term(struct filter_reader *r, uint16_t *out)
{
	struct slice name = { r->text.p + r->i, read_name(r, r->i) };
	const struct filter_field *field = filter_field_find(name);
	enum filter_op op;
	bool negate;
	size_t n;
	int err;

	if (field != NULL) {
		if ((n = read_spaced_op(r, r->i + name.n, &op, &negate)) == 0)
			return read_text(r, out);
		r->i += name.n + n;
		err = read_field(r, field, op, out);
		return err == 0 && negate ? read_join(r, FILTER_NOT, *out, 0, out) : err;
	}
	if (read_is_letters(name) && read_op(r, r->i + name.n, &op, &negate) > 0)
		return read_unknown(r, name);
	if (name.n == 0 && read_op(r, r->i, &op, &negate) > 0)
		return filter_wrong(r, r->i, -EINVAL, "a field must stand before \"%c\"", r->text.p[r->i]);
	return read_text(r, out);
}

/* @name: the filter that is called so, as if it stood in parentheses. */
static int
read_named(struct filter_reader *r, uint16_t *out)
{
	size_t at = r->i, n = read_name(r, r->i + 1);
	struct slice name = { r->text.p + at + 1, n };
	const struct filter_env *env = &r->f->env;
	const char *text = n > 0 && env->named != NULL ? env->named(env->ctx, name) : NULL;
	struct filter_reader inner = *r;
	int err;

	if (text == NULL)
		return filter_wrong(r, at, -EINVAL, "there is no filter named \"%.*s\"", filter_shown(name), name.p);
	if (r->named_depth == FILTER_NAMED_DEPTH || r->named == FILTER_NAMED_MAX)
		return filter_wrong(r, at, -E2BIG, "@%.*s: named filters are too deep in each other, or go in a circle",
		    filter_shown(name), name.p);
	inner.text = slice_str(text);
	if (inner.text.n > FILTER_TEXT_MAX)
		return filter_wrong(
		    r, at, -E2BIG, "@%.*s is longer than %d characters", filter_shown(name), name.p, FILTER_TEXT_MAX);
	inner.i = 0;
	inner.named_depth++;
	inner.named++;
	inner.said_at = r->said_at != SIZE_MAX ? r->said_at : at;
	if (read_more(&inner))
		err = read_or(&inner, out);
	else
		err = read_join(r, FILTER_ALL, 0, 0, out);
	r->named = inner.named;
	if (err == 0 && read_more(&inner))
		err = filter_wrong(&inner, inner.i, -EINVAL, "@%.*s: nothing is open that \")\" could close",
		    filter_shown(name), name.p);
	r->i = at + 1 + n;
	return err;
}

static int
read_group(struct filter_reader *r, uint16_t *out)
{
	size_t at = r->i++;
	int err = read_or(r, out);

	if (err != 0)
		return err;
	if (!read_more(r))
		return filter_wrong(r, at, -EINVAL, "the parenthesis is never closed");
	r->i++;
	return 0;
}

static int
read_atom(struct filter_reader *r, uint16_t *out)
{
	if (!read_more(r))
		return filter_wrong(r, r->i, -EINVAL, "a condition is missing at the end");
	if (r->text.p[r->i] == ')')
		return filter_wrong(r, r->i, -EINVAL, "a condition is missing before \")\"");
	if (read_word(r, "and", "&&", false) || read_word(r, "or", "||", false))
		return filter_wrong(r, r->i, -EINVAL, "a condition is missing before \"%.*s\"",
		    r->text.p[r->i] == '&' || r->text.p[r->i] == '|' || (r->text.p[r->i] | 32) == 'o' ? 2 : 3,
		    r->text.p + r->i);
	if (r->text.p[r->i] == '(')
		return read_group(r, out);
	if (r->text.p[r->i] == '@')
		return read_named(r, out);
	return read_term(r, out);
}

/* A sign that turns what stands right behind it; "---" is silence. */
static bool
read_is_minus(const struct filter_reader *r)
{
	struct slice rest = { r->text.p + r->i, r->text.n - r->i };

	if (*rest.p != '-' && *rest.p != '!')
		return false;
	if (slice_istarts(rest, slice_str("---")) && (read_is_stop(r, r->i + 3) || rest.p[3] == ','))
		return false;
	return rest.n > 1 && !filter_is_blank(rest.p[1]) && rest.p[1] != ')';
}

static int
read_not(struct filter_reader *r, uint16_t *out)
{
	bool negate = false;
	int err;

	if (r->depth == FILTER_DEPTH_MAX)
		return filter_wrong(r, r->i, -E2BIG, "the filter is more than %d levels deep", FILTER_DEPTH_MAX);
	r->depth++;
	if (read_more(r))
		negate = read_is_minus(r) ? r->i++, true : read_word(r, "not", NULL, true);
	err = negate ? read_not(r, out) : read_atom(r, out);
	r->depth--;
	return err == 0 && negate ? read_join(r, FILTER_NOT, *out, 0, out) : err;
}

/* Terms are those of the text itself, outside all parentheses. */
static void
read_keep_term(struct filter_reader *r, size_t from)
{
	struct filter *f = r->f;

	if (r->depth == 0 && r->named_depth == 0 && f->n_terms < sizeof f->terms / sizeof f->terms[0])
		f->terms[f->n_terms++] = (struct slice){ f->text + from, r->i - from };
}

static int
read_and(struct filter_reader *r, uint16_t *out)
{
	uint16_t right;
	size_t from = (read_more(r), r->i);
	int err = read_not(r, out);

	if (err == 0)
		read_keep_term(r, from);
	while (err == 0 && read_more(r) && r->text.p[r->i] != ')' && !read_word(r, "or", "||", false)) {
		(void)read_word(r, "and", "&&", true);
		(void)read_more(r);
		from = r->i;
		if ((err = read_not(r, &right)) == 0) {
			read_keep_term(r, from);
			err = read_join(r, FILTER_AND, *out, right, out);
		}
	}
	return err;
}

static int
read_or(struct filter_reader *r, uint16_t *out)
{
	uint16_t right;
	int err = read_and(r, out);

	while (err == 0 && read_word(r, "or", "||", true)) {
		if ((err = read_and(r, &right)) != 0)
			break;
		if (r->depth == 0 && r->named_depth == 0)
			r->f->n_terms = SIZE_MAX;
		err = read_join(r, FILTER_OR, *out, right, out);
	}
	return err;
}

/* Give each leaf the places to go on at; returns the one to begin with. */
static uint16_t
read_link(struct filter *f, uint16_t i, uint16_t yes, uint16_t no)
{
	struct filter_node *node = &f->nodes[i];

	switch ((enum filter_node_kind)node->kind) {
	case FILTER_ALL:
		return yes;
	case FILTER_NOT:
		return read_link(f, node->left, no, yes);
	case FILTER_AND:
		return read_link(f, node->left, read_link(f, node->right, yes, no), no);
	case FILTER_OR:
		return read_link(f, node->left, yes, read_link(f, node->right, yes, no));
	default:
		node->yes = yes;
		node->no = no;
		return i;
	}
}

int
filter_read(struct filter_reader *r)
{
	struct filter *f = r->f;
	int err;

	f->start = FILTER_YES;
	if (!read_more(r))
		return 0;
	if ((err = read_or(r, &f->root)) != 0)
		return err;
	if (read_more(r))
		return filter_wrong(r, r->i, -EINVAL, "nothing is open that \")\" could close");
	f->start = read_link(f, f->root, FILTER_YES, FILTER_NO);
	return 0;
}
