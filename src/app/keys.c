/*
 * keys - the keys of the configuration over those that the views' tables have; see keys.h.
 * An action may stand in several views; its name is one, and so is what the user gives it.
 */
#include "app/keys.h"

#include <errno.h>
#include <string.h>

#include "app/man.h"
#include "sipwhy/view.h"

/* Keys of an action that are told apart; the tables have a few each. */
enum { KEYS_EACH = 16 };

struct keys_set {
	uint32_t key[KEYS_EACH];
	size_t n;
};

const char *
keys_action(struct slice name)
{
	struct view_action_name row;

	for (size_t i = 0; view_action_row(i, &row); i++)
		if (slice_eq(slice_str(row.name), name))
			return row.name;
	return NULL;
}

/* Does it stand in an earlier row? */
static bool
keys_seen(size_t at, const char *name)
{
	struct view_action_name row;

	for (size_t i = 0; i < at && view_action_row(i, &row); i++)
		if (strcmp(row.name, name) == 0)
			return true;
	return false;
}

const char *
keys_action_at(size_t at)
{
	struct view_action_name row;

	for (size_t i = 0; view_action_row(i, &row); i++)
		if (!keys_seen(i, row.name) && at-- == 0)
			return row.name;
	return NULL;
}

int
keys_change(struct options *o, const char *action, uint32_t key, bool remove)
{
	if (o->n_keys == OPTIONS_KEYS_MAX)
		return -ENOSPC;
	o->keys[o->n_keys++] = (struct view_keymap){ action, key, remove };
	return 0;
}

static void
keys_add(struct keys_set *s, uint32_t key)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->key[i] == key)
			return;
	if (s->n < KEYS_EACH)
		s->key[s->n++] = key;
}

static void
keys_remove(struct keys_set *s, uint32_t key)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		if (key != 0 && s->key[i] != key)
			s->key[n++] = s->key[i];
	s->n = n;
}

/* Those that the tables give it, in any view. */
static void
keys_standard(struct keys_set *s, const char *action)
{
	struct view_action_name row;
	uint32_t key;

	for (size_t i = 0; view_action_row(i, &row); i++) {
		struct slice rest = slice_str(row.keys);

		while (strcmp(row.name, action) == 0 && rest.p != NULL)
			if (ui_key_parse(slice_cut(&rest, ' '), &key))
				keys_add(s, key);
	}
}

/* A key that another action was given is no longer this one's, but for one that the other has anyway. */
static void
keys_apply(struct keys_set *s, const struct options *o, const char *action)
{
	for (size_t i = 0; i < o->n_keys; i++) {
		const struct view_keymap *m = &o->keys[i];
		bool own = strcmp(m->action, action) == 0;

		if (own && !m->remove)
			keys_add(s, m->key);
		else if (own || (!m->remove && !view_action_has(m->action, m->key)))
			keys_remove(s, m->key);
	}
}

const char *
keys_in_force(char *out, size_t cap, const struct options *o, const char *action)
{
	struct keys_set s = { .n = 0 };
	char name[16];
	size_t used = 0;

	keys_standard(&s, action);
	keys_apply(&s, o, action);
	out[0] = '\0';
	for (size_t i = 0; i < s.n && used < cap; i++)
		used += (size_t)snprintf(
		    out + used, cap - used, "%s%s", i > 0 ? " " : "", ui_key_name(s.key[i], name, sizeof name));
	return out;
}

static bool
keys_changed(const struct options *o, const char *action)
{
	for (size_t i = 0; i < o->n_keys; i++)
		if (strcmp(o->keys[i].action, action) == 0)
			return true;
	return false;
}

void
keys_dump(FILE *out, const struct options *o)
{
	char keys[KEYS_TEXT];
	const char *action;

	(void)fputs("\n[keys]\n", out);
	for (size_t i = 0; (action = keys_action_at(i)) != NULL; i++) {
		(void)keys_in_force(keys, sizeof keys, o, action);
		(void)fprintf(
		    out, "%s%s = %s\n", keys_changed(o, action) ? "" : "# ", action, keys[0] != '\0' ? keys : "none");
	}
}

void
keys_man(FILE *out)
{
	struct view_action_name row;
	const char *view = "";
	char text[256];

	for (size_t i = 0; view_action_row(i, &row); i++) {
		const char *title = row.view != NULL ? row.view : "";

		/* One more key of an action that has its own row, or the way back of one. */
		if (row.help == NULL)
			continue;
		if (i == 0 || strcmp(title, view) != 0) {
			if (i > 0)
				(void)fputs(".El\n", out);
			if (title[0] == '\0')
				man_line(out, ".Ss", "In every view");
			else
				man_line(out, ".Ss", title);
			(void)fputs(".Bl -tag -width 14n -compact\n", out);
			view = title;
		}
		man_item(out, row.keys);
		(void)snprintf(text, sizeof text, "%s (%s)", row.help, row.name);
		man_sentence(out, text);
	}
	(void)fputs(".El\n", out);
}
