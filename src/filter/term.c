/*
 * term - a condition written from a field and a value, and what is being typed where the cursor stands; see
 * sipwhy/filter.h.  Both go by read.c's notion of a word.
 */
#include "filter/filter_int.h"

#include <string.h>

struct term_out {
	char *p;
	size_t n, cap;
};

static void
term_put(struct term_out *o, const char *p, size_t n)
{
	if (o->n < o->cap && n < o->cap - o->n)
		memcpy(o->p + o->n, p, n);
	else
		o->cap = 0;
	o->n += n;
}

/* Would the value be read as something else without quotes? */
static bool
term_wants_quotes(struct slice v)
{
	for (size_t i = 0; i < v.n; i++)
		if (filter_is_blank(v.p[i]) || strchr("\"\\(),*&|/", v.p[i]) != NULL ||
		    (v.p[i] == '.' && i + 1 < v.n && v.p[i + 1] == '.'))
			return true;
	return v.n == 0;
}

size_t
filter_term_put(char *out, size_t cap, bool negate, const char *field, struct slice value)
{
	struct term_out o = { out, 0, cap };
	bool quotes = term_wants_quotes(value);

	term_put(&o, "-", negate);
	term_put(&o, field, strlen(field));
	term_put(&o, ":\"", quotes ? 2 : 1);
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '"' || value.p[i] == '\\')
			term_put(&o, "\\", 1);
		term_put(&o, &value.p[i], 1);
	}
	term_put(&o, "\"", quotes);
	if (o.cap == 0)
		return 0;
	out[o.n] = '\0';
	return o.n;
}

/* What stands open where the text was cut. */
struct term_typing {
	size_t word, value; /* where the word and its value begin */
	const struct filter_field *field;
	bool op, quoted;
};

static size_t
term_op(struct slice text, size_t i)
{
	static const char *const ops[] = { "!:", "!=", "!~", "<=", ">=", "==", "=~", ":", "=", "<", ">", "~" };

	for (size_t k = 0; k < sizeof ops / sizeof ops[0]; k++)
		if (slice_istarts((struct slice){ text.p + i, text.n - i }, slice_str(ops[k])))
			return strlen(ops[k]);
	return 0;
}

/* A word begins behind blanks, parentheses and signs that turn it. */
static void
term_begin(struct term_typing *t, size_t i)
{
	*t = (struct term_typing){ .word = i, .value = i };
}

/* One step over text[i]; returns how far. */
static size_t
term_step(struct term_typing *t, struct slice text, size_t i)
{
	char c = text.p[i];
	size_t n;

	if (t->quoted) {
		t->quoted = c != '"';
		return c == '\\' && i + 1 < text.n ? 2 : 1;
	}
	if (c == '"') {
		t->quoted = true;
		t->value = i + 1;
	} else if (filter_is_blank(c) || (!t->op && (c == '(' || c == ')'))) {
		term_begin(t, i + 1);
	} else if (i == t->word && !t->op && (c == '-' || c == '!')) {
		term_begin(t, i + 1);
	} else if (!t->op && (n = term_op(text, i)) > 0) {
		t->op = true;
		t->field = filter_field_find((struct slice){ text.p + t->word, i - t->word });
		t->value = i + n;
		return n;
	} else if (t->op && c == ',') {
		t->value = i + 1;
	} else if (t->op && c == '.' && i + 1 < text.n && text.p[i + 1] == '.') {
		t->value = i + 2;
		return 2;
	}
	return 1;
}

/* The beginning of a field's name is letters, and of q850 a digit behind them. */
static bool
term_is_name(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned)(filter_lower((unsigned char)s.p[i]) - 'a') > 25u &&
		    (i == 0 || (unsigned)((unsigned char)s.p[i] - '0') > 9u))
			return false;
	return s.n > 0;
}

void
filter_hint(struct slice text, size_t cursor, struct filter_hint *out)
{
	struct term_typing t;
	size_t from;

	if (text.n > FILTER_TEXT_MAX)
		text.n = FILTER_TEXT_MAX;
	if (cursor > text.n)
		cursor = text.n;
	text.n = cursor;
	term_begin(&t, 0);
	for (size_t i = 0; i < text.n;)
		i += term_step(&t, text, i);
	from = t.op ? t.value : t.word;
	from = from < cursor ? from : cursor;
	*out = (struct filter_hint){ .typing = FILTER_TYPING_NOTHING,
		.field = t.field,
		.part = { text.p + from, cursor - from },
		.from = from };
	if (t.op && t.field != NULL)
		out->typing = FILTER_TYPING_VALUE;
	else if (!t.op && !t.quoted && term_is_name(out->part))
		out->typing = FILTER_TYPING_FIELD;
	if (text.n == 0)
		out->part.p = NULL;
}
