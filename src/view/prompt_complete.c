/*
 * prompt_complete - what Tab offers: names of fields, values that were seen, commands; see prompt_int.h.
 * One thing to know: values are counted in steps while the prompt is open, so what is offered first may be few; the
 * most frequent come first.
 */
#include <stdio.h>
#include <string.h>

#include "prompt_int.h"

/* Failures that are looked at for one key or frame. */
enum { COMPLETE_STEP = 20000 };

static void
complete_add(struct prompt_choices *out, struct slice part, const char *text, const char *tail, uint64_t count)
{
	struct prompt_choice *c = &out->choice[out->n];

	if (out->n == PROMPT_CHOICES || !slice_istarts(slice_str(text), part))
		return;
	(void)snprintf(c->text, sizeof c->text, "%s%s", text, tail);
	c->count = count;
	out->n++;
}

/* Fields; of an empty line the ones that are asked for most come first, as the table has them. */
static void
complete_fields(struct prompt_choices *out, struct slice part)
{
	size_t n;
	const struct filter_field *f = filter_fields(&n);

	/* "-peer": the sign stays. */
	while (part.n > 0 && (part.p[0] == '-' || part.p[0] == '!' || part.p[0] == '(')) {
		part.p++;
		part.n--;
		out->from++;
	}
	for (size_t i = 0; i < n; i++)
		complete_add(out, part, f[i].name, ":", 0);
}

/* A value as one writes it behind the colon; false when it can't be written. */
static bool
complete_value(const struct filter_field *field, const char *value, char *out, size_t cap)
{
	char term[FILTER_VALUE_MAX];
	size_t n = strlen(field->name) + 1;

	if (filter_term_put(term, sizeof term, false, field->name, slice_str(value)) <= n)
		return false;
	(void)snprintf(out, cap, "%s", term + n);
	return true;
}

static void
complete_values(struct viewer *v, struct prompt *p, struct prompt_choices *out, struct slice part)
{
	struct sift_group group[PROMPT_CHOICES];
	char value[FILTER_VALUE_MAX];
	size_t n;

	if (out->field->kind == FILTER_FLAG) {
		for (size_t i = 0; filter_flag_name(i) != NULL; i++)
			complete_add(out, part, filter_flag_name(i), "", 0);
		return;
	}
	if (p->seen == NULL)
		p->seen = sift_groups_new(v->store, &v->sift_env);
	if (p->seen == NULL)
		return;
	if (p->field != out->field) {
		p->field = out->field;
		sift_groups_set(p->seen, NULL, p->field, 0);
	}
	out->more = !sift_groups_step(p->seen, COMPLETE_STEP);
	n = sift_groups_top(p->seen, group, PROMPT_CHOICES, NULL);
	for (size_t i = 0; i < n; i++)
		if (strcmp(group[i].value, "-") != 0 && complete_value(out->field, group[i].value, value, sizeof value))
			complete_add(out, part, value, "", group[i].count);
}

static void
complete_commands(const struct viewer *v, const struct edit *e, struct prompt_choices *out)
{
	struct slice rest = { e->text, e->at }, first = slice_cut(&rest, ' ');

	if (rest.p == NULL) {
		out->from = 0;
		for (size_t i = 0; command_name(i) != NULL; i++)
			complete_add(out, first, command_name(i), " ", 0);
		return;
	}
	while (rest.n > 0 && memchr(rest.p, ' ', rest.n) != NULL)
		(void)slice_cut(&rest, ' ');
	out->from = rest.p != NULL ? (size_t)(rest.p - e->text) : e->at;
	for (size_t i = 0; command_word(v, first, i) != NULL; i++)
		complete_add(out, rest, command_word(v, first, i), "", 0);
}

void
prompt_choices(struct viewer *v, struct prompt *p, struct prompt_choices *out)
{
	struct filter_hint h;

	out->n = 0;
	out->field = NULL;
	out->more = false;
	out->from = p->edit.at;
	if (p->kind == PROMPT_COMMAND)
		complete_commands(v, &p->edit, out);
	if (p->kind != PROMPT_FILTER)
		return;
	filter_hint(edit_slice(&p->edit), p->edit.at, &h);
	out->from = h.typing != FILTER_TYPING_NOTHING ? h.from : p->edit.at;
	if (h.typing == FILTER_TYPING_VALUE && h.field != NULL) {
		out->field = h.field;
		complete_values(v, p, out, h.part);
	} else {
		complete_fields(out, h.typing == FILTER_TYPING_FIELD ? h.part : (struct slice){ "", 0 });
	}
}

/* Bytes that all choices begin with, letter case ignored. */
static size_t
complete_common(const struct prompt_choices *c)
{
	size_t n = strlen(c->choice[0].text);

	for (size_t i = 1; i < c->n; i++) {
		size_t same = 0;

		while (same < n && slice_imemeq(c->choice[0].text + same, c->choice[i].text + same, 1))
			same++;
		n = same;
	}
	return n;
}

static void
complete_put(struct prompt *p, size_t from, struct slice text)
{
	edit_remove(&p->edit, p->edit.at - from);
	edit_insert(&p->edit, text);
}

bool
prompt_complete(struct viewer *v, struct prompt *p, bool forward)
{
	struct prompt_choices *c = &p->choices;
	size_t common;

	if (p->cycling && c->n > 0) {
		p->cycle = forward ? (p->cycle + 1) % c->n : (p->cycle + c->n - 1) % c->n;
		complete_put(p, c->from, slice_str(c->choice[p->cycle].text));
		return true;
	}
	prompt_choices(v, p, c);
	if (c->n == 0)
		return false;
	common = complete_common(c);
	if (common > p->edit.at - c->from && c->n > 1) {
		complete_put(p, c->from, (struct slice){ c->choice[0].text, common });
		return true;
	}
	p->cycle = forward ? 0 : c->n - 1;
	p->cycling = c->n > 1;
	complete_put(p, c->from, slice_str(c->choice[p->cycle].text));
	return true;
}
