/*
 * config_pairs - sections that give names a text: [filters], [alerts], [columns]; see config_int.h.
 * A text may go on in indented lines, joined by a blank; the dump breaks at blanks so that the same comes back.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/config_int.h"
#include "sipwhy/store.h"
#include "sipwhy/filter.h"
#include "sipwhy/text.h"
#include "sipwhy/view.h"

static struct options_pairs *
config_pairs_of(struct options *o, enum config_section section)
{
	return section == SECTION_FILTERS ? &o->filters : section == SECTION_ALERTS ? &o->alerts : &o->columns;
}

static unsigned *
config_pairs_lines(struct config *c)
{
	return c->section == SECTION_FILTERS ? c->filter_line
	    : c->section == SECTION_ALERTS   ? c->alert_line
					     : c->column_line;
}

/* Letters, digits, - and _: what may stand behind the @ of a filter. */
static bool
config_pair_is_name(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char b = (unsigned char)s.p[i];

		if (!((b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') || b == '-' ||
			b == '_'))
			return false;
	}
	return s.n > 0 && s.n < OPTIONS_PAIR_NAME;
}

/* Shown as it is, where that can be known: without a locale of UTF-8 every letter beyond ASCII would be refused. */
static bool
config_pair_is_text(struct slice s)
{
	uint32_t cp;

	if (MB_CUR_MAX > 1)
		return config_is_shown(s);
	for (size_t n; s.n > 0; s = (struct slice){ s.p + n, s.n - n })
		if ((n = text_utf8(s.p, s.n, &cp)) == 0 || (cp >= 0x7f && cp < 0xa0))
			return false;
	return true;
}

/* "events.80": a view and the width from which the layout holds. */
static int
config_pair_columns(struct config *c, struct slice name)
{
	char names[96] = "";
	size_t at = 0;

	for (size_t i = 0; view_layout_name(i) != NULL; i++) {
		if (slice_eq(name, slice_str(view_layout_name(i))))
			return 0;
		if (at < sizeof names)
			at += (size_t)snprintf(
			    names + at, sizeof names - at, "%s%s", i > 0 ? ", " : "", view_layout_name(i));
	}
	return config_wrong(
	    c, -EINVAL, "there is no layout %.*s; say %s", (int)(name.n < 64 ? name.n : 64), name.p, names);
}

static int
config_pair_name(struct config *c, struct slice name)
{
	if (c->section == SECTION_COLUMNS)
		return config_pair_columns(c, name);
	if (config_pair_is_name(name))
		return 0;
	return config_wrong(
	    c, -EINVAL, "%.*s: a name is 1 to %d letters, digits, - and _", (int)name.n, name.p, OPTIONS_PAIR_NAME - 1);
}

/* Words are names of columns: what a view does not know it can only leave out, so a slip is told here. */
static int
config_pair_words(struct config *c, const char *name, struct slice value)
{
	while (value.n > 0) {
		struct slice word = config_word(&value), width = word, column = slice_cut(&width, ':');
		struct config_guess g = { .word = column };
		char hint[64];

		if (view_layout_word(word))
			continue;
		for (size_t i = 0; view_layout_column(i) != NULL; i++)
			config_guess(&g, view_layout_column(i));
		return config_wrong(c, -EINVAL, "%s: %.*s is no column; %s", name, (int)word.n, word.p,
		    config_hint(hint, sizeof hint, &g, "the chooser (F10) shows their names"));
	}
	return 0;
}

/* Append to what stands there, behind a blank. */
static int
config_pair_put(struct config *c, struct options_pair *p, struct slice value)
{
	size_t at = strlen(p->text), most = c->section == SECTION_FILTERS ? FILTER_TEXT_MAX : OPTIONS_PAIR_TEXT - 1;

	if (!config_pair_is_text(value))
		return config_wrong(c, -EINVAL, "%s: there is a character that can't be shown", p->name);
	if (c->section == SECTION_COLUMNS && config_pair_words(c, p->name, value) != 0)
		return c->err;
	if (at + 1 + value.n > most)
		return config_wrong(c, -EINVAL, "%s is longer than %zu characters", p->name, most);
	if (at > 0)
		p->text[at++] = ' ';
	(void)slice_copy(p->text + at, sizeof p->text - at, value);
	return 0;
}

int
config_pair(struct config *c, const char *name, struct slice value, bool more)
{
	struct options_pairs *all = config_pairs_of(c->o, c->section);
	struct options_pair *p = options_pair(all, slice_str(name));
	unsigned *line = config_pairs_lines(c);

	if (value.n == 0)
		return config_wrong(c, -EINVAL, "%s has no value", name);
	if (more)
		return p == NULL ? 0 : config_pair_put(c, p, value);
	if (config_pair_name(c, slice_str(name)) != 0)
		return c->err;
	if (p == NULL && all->n == OPTIONS_PAIRS_MAX)
		return config_wrong(c, -EINVAL, "%s: more than %d of this section", name, OPTIONS_PAIRS_MAX);
	if (p == NULL) {
		p = &all->rows[all->n++];
		(void)slice_copy(p->name, sizeof p->name, slice_str(name));
	}
	if (line[p - all->rows] != 0)
		return config_wrong(c, -EINVAL, "%s is set already, in line %u", name, line[p - all->rows]);
	line[p - all->rows] = c->line;
	/* A layout goes to the view as one text. */
	(void)snprintf(p->text, sizeof p->text, "%s%s", c->section == SECTION_COLUMNS ? name : "",
	    c->section == SECTION_COLUMNS ? " =" : "");
	return config_pair_put(c, p, value);
}

static int
config_filter_check(struct config *c, const struct options_pair *p)
{
	struct filter_env env = { .ctx = c->o, .named = options_named };
	struct errmsg why = { "" };
	struct filter *f = NULL;
	int err = filter_new(&f, slice_str(p->text), &env, &why, NULL);

	filter_free(f);
	if (err == -ENOMEM)
		return config_wrong(c, err, "out of memory");
	return err == 0 ? 0 : config_wrong(c, -EINVAL, "%s: %s", p->name, why.text);
}

/* The text of a built-in rule, NULL when there is none of that name. */
static const char *
config_rule_builtin(const char *name)
{
	const char *other, *text;

	for (size_t i = 0; rule_builtin(i, &other, &text); i++)
		if (strcmp(name, other) == 0)
			return text;
	return NULL;
}

int
config_rule(struct rule **out, const struct options *o, const char *name, const char *text, struct errmsg *em)
{
	struct filter_env env = { .ctx = (void *)(uintptr_t)o, .named = options_named };
	const char *builtin = config_rule_builtin(name);
	int err;

	*out = NULL;
	if (strcmp(text, "off") == 0)
		return 0;
	if (strcmp(text, "on") == 0 && builtin == NULL)
		return errmsg_set(em, -EINVAL, "no rule of that name is built in: give it one");
	err = rule_new(out, slice_str(name), slice_str(strcmp(text, "on") == 0 ? builtin : text), &env, em);
	if (err == 0 && (err = store_rule_check(*out, em)) != 0) {
		rule_free(*out);
		*out = NULL;
	}
	return err;
}

static int
config_alert_check(struct config *c, const struct options_pair *p)
{
	struct errmsg why = { "" };
	struct rule *r = NULL;
	int err = config_rule(&r, c->o, p->name, p->text, &why);

	rule_free(r);
	if (err == -ENOMEM)
		return config_wrong(c, err, "out of memory");
	return err == 0 ? 0 : config_wrong(c, -EINVAL, "%s: %s", p->name, why.text);
}

int
config_pairs_check(struct config *c)
{
	for (size_t i = 0; i < c->o->filters.n; i++) {
		c->line = c->filter_line[i];
		if (c->line != 0 && config_filter_check(c, &c->o->filters.rows[i]) != 0 && config_stops(c))
			return c->err;
	}
	for (size_t i = 0; i < c->o->alerts.n; i++) {
		c->line = c->alert_line[i];
		if (c->line != 0 && config_alert_check(c, &c->o->alerts.rows[i]) != 0 && config_stops(c))
			return c->err;
	}
	return c->err;
}

/* The dump. */

/* Where the next line may begin: a single blank, behind which no comment would begin. */
static bool
config_pair_breaks(const char *s, size_t at)
{
	return s[at] == ' ' && at > 0 && strchr(" \t", s[at - 1]) == NULL && s[at + 1] != '\0' &&
	    strchr(" \t#;", s[at + 1]) == NULL;
}

/* The text of `whole` from `at` on, at the first of the breaks beyond which a line would be too long. */
static size_t
config_pair_end(const char *whole, size_t at, size_t room)
{
	size_t end = at;

	for (size_t i = at + 1;; i++) {
		if (whole[i] != '\0' && !config_pair_breaks(whole, i))
			continue;
		if (end == at || i - at <= room)
			end = i;
		if (whole[i] == '\0' || i - at > room)
			return end;
	}
}

static void
config_pair_dump(FILE *out, const char *name, const char *text)
{
	/* A first word that filled its line leaves no room for blanks. */
	bool tight = strlen(name) + 3 + config_pair_end(text, 0, 1) > CONFIG_LINE;
	size_t room = CONFIG_LINE - (strlen(name) + (tight ? 1 : 3)), at = 0;

	if (!config_is_shown(slice_str(text))) {
		(void)fprintf(out, "# %s", name);
		options_dump_text(out, " = ", text);
		return;
	}
	(void)fprintf(out, tight ? "%s=" : "%s = ", name);
	for (;;) {
		size_t end = config_pair_end(text, at, room);

		(void)fprintf(out, "%.*s\n", (int)(end - at), text + at);
		if (text[end] == '\0')
			return;
		at = end + 1;
		room = CONFIG_LINE - 1;
		(void)fputc('\t', out);
	}
}

void
config_pairs_dump(FILE *out, const struct options *o)
{
	const struct {
		const char *section;
		const struct options_pairs *pairs;
	} all[] = { { "filters", &o->filters }, { "alerts", &o->alerts }, { "columns", &o->columns } };

	for (size_t s = 0; s < sizeof all / sizeof all[0]; s++) {
		(void)fprintf(out, "\n[%s]\n", all[s].section);
		for (size_t i = 0; i < all[s].pairs->n; i++) {
			const struct options_pair *p = &all[s].pairs->rows[i];
			const char *text = p->text;

			/* That of a layout begins with its name. */
			if (all[s].pairs == &o->columns)
				text += strlen(p->name) + 3;
			config_pair_dump(out, p->name, text);
		}
	}
}
