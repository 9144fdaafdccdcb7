/* config_word - words of a configuration, and sentences about those that are wrong; see config_int.h. */
#include "app/config_int.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "sipwhy/text.h"

/* A path may be long: its end tells more than its beginning. */
int
config_wrong(struct config *c, int err, const char *fmt, ...)
{
	enum { SHOWN = 100 };
	size_t n = strlen(c->name);
	struct errmsg what;
	va_list ap;

	/* Of a line the first, and none before it unheard. */
	if (c->err == -EINVAL && c->o->wrong != NULL) {
		if (c->wrong_line == c->line)
			return c->err;
		c->o->wrong(c->em->text);
	}
	c->wrong_line = c->line;
	va_start(ap, fmt);
	(void)vsnprintf(what.text, sizeof what.text, fmt, ap);
	va_end(ap);
	c->err = err;
	return errmsg_set(c->em, err, "%s%s:%u: %s", n > SHOWN ? "..." : "", c->name + (n > SHOWN ? n - SHOWN : 0),
	    c->line, what.text);
}

bool
config_stops(const struct config *c)
{
	return c->err != 0 && (c->err != -EINVAL || c->o->wrong == NULL);
}

/* Edits (insert, delete, replace a character) from one word to another; words longer than the row are far from all. */
static size_t
config_distance(struct slice a, struct slice b)
{
	enum { LONGEST = 64 };
	size_t row[LONGEST + 1];

	if (a.n > LONGEST || b.n > LONGEST)
		return SIZE_MAX;
	for (size_t j = 0; j <= b.n; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t best = corner + !slice_imemeq(&a.p[i - 1], &b.p[j - 1], 1);

			corner = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[b.n];
}

void
config_guess(struct config_guess *g, const char *name)
{
	size_t d = config_distance(g->word, slice_str(name));

	/* A third of the letters may be wrong; beyond that a hint misleads. */
	if (d <= 1 + strlen(name) / 3 && (g->best == NULL || d < g->distance)) {
		g->best = name;
		g->distance = d;
	}
}

const char *
config_hint(char *out, size_t cap, const struct config_guess *g, const char *otherwise)
{
	if (g->best != NULL)
		(void)snprintf(out, cap, "did you mean %s?", g->best);
	else
		(void)snprintf(out, cap, "%s", otherwise);
	return out;
}

struct slice
config_word(struct slice *s)
{
	struct slice word = { s->p, 0 };

	while (word.n < s->n && s->p[word.n] != ' ' && s->p[word.n] != '\t')
		word.n++;
	*s = slice_trim((struct slice){ s->p + word.n, s->n - word.n });
	return word;
}

/* inih takes it off itself, but not off a line that goes on with a value. */
struct slice
config_uncomment(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == ';' && (i == 0 || s.p[i - 1] == ' ' || s.p[i - 1] == '\t'))
			s.n = i;
	return slice_trim(s);
}

bool
config_is_shown(struct slice s)
{
	char shown[2 * OPTIONS_PAIR_TEXT];
	size_t n = text_clean(shown, sizeof shown, s, sizeof shown - 1, false, NULL);

	return slice_eq((struct slice){ shown, n }, s);
}
