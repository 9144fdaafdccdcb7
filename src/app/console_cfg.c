/*
 * console_cfg - what the configuration means for a console beyond its screen: alert rules, the history of prompts, and
 * the settings as they stand now; see console_int.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/config.h"
#include "app/console_int.h"
#include "app/history.h"
#include "app/local.h"
#include "sipwhy/mem.h"

/* The built-in ones that tell what no incident does; the others are on when the user says so. */
static bool
console_rule_is_standard(const char *name)
{
	static const char *const on[] = { "no-traffic", "loss", "new-signature" };

	for (size_t i = 0; i < sizeof on / sizeof on[0]; i++)
		if (strcmp(name, on[i]) == 0)
			return true;
	return false;
}

static int
console_rule_add(struct console *c, const char *name, const char *text, struct errmsg *em)
{
	int err = c->n_rules < RULE_MAX ? config_rule(&c->rules[c->n_rules], c->o, name, text, em) : 0;

	c->n_rules += c->n_rules < RULE_MAX && c->rules[c->n_rules] != NULL;
	return err;
}

int
console_open_rules(struct console *c, struct errmsg *em)
{
	struct options_pairs *given = (struct options_pairs *)(uintptr_t)&c->o->alerts;
	const char *name, *text;
	int err = 0;

	for (size_t i = 0; err == 0 && rule_builtin(i, &name, &text); i++)
		if (console_rule_is_standard(name) && options_pair(given, slice_str(name)) == NULL)
			err = console_rule_add(c, name, text, em);
	for (size_t i = 0; err == 0 && i < given->n; i++)
		err = console_rule_add(c, given->rows[i].name, given->rows[i].text, em);
	if (err == 0 && store_rules(c->store, c->rules, c->n_rules) != 0)
		err = errmsg_set(em, -ENOMEM, "out of memory");
	return err;
}

void
console_close_rules(struct console *c)
{
	while (c->n_rules > 0)
		rule_free(c->rules[--c->n_rules]);
}

/* The prompt keeps what it was given for its life, and the shared lines move with each one that is added. */
int
console_open_history(struct console *c)
{
	if (c->history == NULL)
		return 0;
	c->past = mem_alloc(sizeof *c->past);
	if (c->past == NULL)
		return -ENOMEM;
	memcpy(c->past, c->history, sizeof *c->past);
	c->past->n = c->past->n < HISTORY_LINES ? c->past->n : HISTORY_LINES;
	for (size_t i = 0; i < c->past->n; i++)
		c->lines[i] = c->past->line[i];
	c->cfg.history = c->lines;
	c->cfg.n_history = c->past->n;
	return 0;
}

void
console_keep_history(struct console *c)
{
	const char *line;

	while (c->history != NULL && (line = viewer_history_line(c->viewer)) != NULL)
		(void)history_add(c->history, slice_str(line));
}

static const char *
console_word(char *out, size_t cap, const char *const *words, unsigned at)
{
	(void)snprintf(out, cap, "%s", words[at]);
	return out;
}

const char *
console_value(void *ctx, const char *name, char *out, size_t cap)
{
	static const char *const colors[] = { "auto", "never", "16", "256", "true" };
	static const char *const glyphs[] = { "auto", "ascii", "cp437", "utf8" };
	static const char *const quits[] = { "auto", "always", "never" };
	static const char *const flags[] = { "no", "yes" };
	const struct console *c = ctx;

	if (strcmp(name, "theme") == 0)
		(void)snprintf(out, cap, "%s", c->theme.name);
	else if (strcmp(name, "color") == 0)
		return console_word(out, cap, colors, c->o->color);
	else if (strcmp(name, "glyphs") == 0)
		return console_word(out, cap, glyphs, canvas_glyphs(c->canvas));
	else if (strcmp(name, "refresh") == 0)
		(void)snprintf(
		    out, cap, "%g", (double)(c->refresh_ms != 0 ? c->refresh_ms : options_refresh_ms(c->o)) / 1000);
	else if (strcmp(name, "mouse") == 0)
		return console_word(out, cap, flags, c->mouse);
	else if (strcmp(name, "bell") == 0)
		(void)snprintf(out, cap, "%s", c->bell ? "crit" : "never");
	else if (strcmp(name, "confirm-quit") == 0)
		return console_word(out, cap, quits, c->cfg.confirm_quit);
	else if (strcmp(name, "redact") == 0)
		return console_word(out, cap, flags, c->cfg.redact);
	else if (strcmp(name, "interfaces") == 0)
		local_interfaces(out, cap, c->o->inputs[0].arg);
	else
		return NULL;
	return out;
}

bool
console_set_quit(struct console *c, struct slice value)
{
	static const char *const words[] = { "auto", "always", "never" };

	for (unsigned i = 0; i < 3; i++)
		if (slice_ieq(value, slice_str(words[i]))) {
			c->cfg.confirm_quit = (enum view_quit)i;
			return true;
		}
	return false;
}
