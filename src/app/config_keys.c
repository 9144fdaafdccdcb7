/*
 * config_keys - section [keys]: `action = key key` says which keys an action has; sngrep's lines `key action key` and
 * `unkey action [key]` add one and take one away, so that a part of a sngreprc can be pasted.
 */
#include "app/config_int.h"

#include <errno.h>
#include <string.h>

#include "app/keys.h"
#include "sipwhy/ui.h"

static int
config_keys_unknown(struct config *c, struct slice name)
{
	struct config_guess g = { .word = name };
	const char *action;
	char hint[64];

	for (size_t i = 0; (action = keys_action_at(i)) != NULL; i++)
		config_guess(&g, action);
	return config_wrong(c, -EINVAL, "there is no action %.*s; %s", (int)name.n, name.p,
	    config_hint(hint, sizeof hint, &g, "sipwhy -D lists them"));
}

static int
config_keys_key(struct config *c, struct slice word, uint32_t *key)
{
	if (ui_key_parse(word, key))
		return 0;
	return config_wrong(c, -EINVAL,
	    "%.*s is no key; say a character, ^L, F5, Space, Enter, Esc, Tab, PgUp and so on", (int)word.n, word.p);
}

static int
config_keys_change(struct config *c, const char *action, uint32_t key, bool remove)
{
	if (keys_change(c->o, action, key, remove) == 0)
		return 0;
	return config_wrong(c, -EINVAL, "more than %d changes of keys", OPTIONS_KEYS_MAX);
}

/* Said twice, the second would take the first away in silence. */
static int
config_keys_once(struct config *c, const char *action)
{
	for (size_t i = 0; i < c->n_keys; i++)
		if (c->keys[i].action == action)
			return config_wrong(c, -EINVAL, "%s is set already, in line %u", action, c->keys[i].line);
	if (c->n_keys < OPTIONS_KEYS_MAX)
		c->keys[c->n_keys++] = (struct config_key){ action, c->line };
	return 0;
}

int
config_keys(struct config *c, const char *name, struct slice value)
{
	const char *action = keys_action(slice_str(name));
	bool none = slice_eq(value, slice_str("none"));
	uint32_t key;

	if (action == NULL && keys_action(value) != NULL && ui_key_parse(slice_str(name), &key))
		return config_wrong(c, -EINVAL, "the action comes first: %.*s = %s", (int)value.n, value.p, name);
	if (action == NULL)
		return config_keys_unknown(c, slice_str(name));
	if (config_keys_once(c, action) != 0 || config_keys_change(c, action, 0, true) != 0)
		return c->err;
	while (!none && value.n > 0)
		if (config_keys_key(c, config_word(&value), &key) != 0 ||
		    config_keys_change(c, action, key, false) != 0)
			return c->err;
	return 0;
}

int
config_keys_line(struct config *c, struct slice line, bool *done)
{
	struct slice rest = line, verb = config_word(&rest), name = config_word(&rest), word = config_word(&rest);
	bool remove = slice_eq(verb, slice_str("unkey"));
	const char *action;
	uint32_t key = 0;

	if ((!remove && !slice_eq(verb, slice_str("key"))) || slice_eq(name, slice_str("="))) {
		if (c->indented)
			return config_wrong(c, -EINVAL, "no line goes on with keys: begin it in the first column");
		return 0;
	}
	*done = true;
	c->open = false;
	if (name.n == 0 || rest.n > 0 || (word.n == 0 && !remove))
		return config_wrong(c, -EINVAL, "say key ACTION KEY or unkey ACTION [KEY], or ACTION = KEY ...");
	if ((action = keys_action(name)) == NULL)
		return config_keys_unknown(c, name);
	if (word.n > 0 && config_keys_key(c, word, &key) != 0)
		return c->err;
	return config_keys_change(c, action, key, remove);
}
