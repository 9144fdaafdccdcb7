/*
 * journal - see journal.h.  A ring: what is full forgets its oldest.
 * One thing to know: it goes on while the display is frozen, because it is about the program and not the traffic.
 */
#include "store/journal.h"

#include <stdio.h>
#include <string.h>

#include "sipwhy/mem.h"

struct journal {
	struct store_sentence row[STORE_SENTENCES_MAX];
	size_t first, n;
};

struct journal *
journal_new(void)
{
	return mem_zalloc(sizeof(struct journal));
}

void
journal_free(struct journal *j)
{
	mem_free(j);
}

const struct store_sentence *
journal_at(const struct journal *j, size_t index)
{
	if (j == NULL || index >= j->n)
		return NULL;
	return &j->row[(j->first + index) % STORE_SENTENCES_MAX];
}

size_t
journal_count(const struct journal *j)
{
	return j != NULL ? j->n : 0;
}

static void
journal_put(struct journal *j, const struct store_sentence *s)
{
	j->row[(j->first + j->n) % STORE_SENTENCES_MAX] = *s;
	if (j->n < STORE_SENTENCES_MAX)
		j->n++;
	else
		j->first = (j->first + 1) % STORE_SENTENCES_MAX;
}

void
journal_add(struct journal *j, int64_t t_ns, const char *name, const char *state, const char *sentence)
{
	struct store_sentence s = { .t_ns = t_ns, .times = 1 };
	size_t newest;

	if (j == NULL || sentence[0] == '\0')
		return;
	(void)snprintf(s.name, sizeof s.name, "%s", name);
	(void)snprintf(s.state, sizeof s.state, "%s", state);
	(void)snprintf(s.sentence, sizeof s.sentence, "%s", sentence);
	newest = (j->first + j->n + STORE_SENTENCES_MAX - 1) % STORE_SENTENCES_MAX;
	if (j->n > 0 && strcmp(j->row[newest].sentence, s.sentence) == 0 && strcmp(j->row[newest].name, s.name) == 0) {
		j->row[newest].t_ns = t_ns;
		j->row[newest].times++;
		return;
	}
	journal_put(j, &s);
}
