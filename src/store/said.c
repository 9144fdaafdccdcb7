/*
 * said - what the user said about incidents: dismissed until they end, muted for a while; see sipwhy/store.h.
 * The one thing to know: it is the store's, not a moment's, so it holds for what is shown whether frozen or not.
 */
#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/store.h"
#include "store/moment.h"

static bool
said_dismissed(const struct store_said *said, uint64_t id)
{
	for (size_t i = 0; i < STORE_INCIDENTS_MAX; i++)
		if (said->dismissed[i] == id)
			return true;
	return false;
}

/* As a list has it, whichever is shown. */
static const struct incident *
said_find(const struct store *s, uint64_t id)
{
	const struct moment *moments[] = { &s->now, s->frozen };

	for (unsigned m = 0; m < 2 && moments[m] != NULL; m++)
		for (size_t i = 0; i < moments[m]->incidents->n; i++)
			if (moments[m]->incidents->row[i].i.id == id)
				return &moments[m]->incidents->row[i].i;
	return NULL;
}

/* A place that says nothing any more: free, or of one that the list no longer has. */
static size_t
said_place(const struct store *s)
{
	for (size_t i = 0; i < STORE_INCIDENTS_MAX; i++)
		if (s->said.dismissed[i] == 0 || said_find(s, s->said.dismissed[i]) == NULL)
			return i;
	return 0;
}

void
store_incident_dismiss(struct store *s, uint64_t id)
{
	const struct incident *i = id != 0 ? said_find(s, id) : NULL;

	if (i == NULL || i->ended || said_dismissed(&s->said, id))
		return;
	s->said.dismissed[said_place(s)] = id;
	s->revision++;
}

void
store_incident_over(struct store *s, uint64_t id)
{
	for (size_t i = 0; i < STORE_INCIDENTS_MAX; i++)
		if (s->said.dismissed[i] == id)
			s->said.dismissed[i] = 0;
}

/* Never 0, which is a free place. */
static uint64_t
said_key(const struct store *s, const struct incident *i)
{
	uint64_t seed = s->seed + i->pattern;

	/* Rules have no number, they have a name; and a value that may be no peer. */
	if (i->pattern == 0)
		seed = hash64(i->kind.p, i->kind.n, hash64(i->what.n > 0 ? i->what.p : "", i->what.n, seed));
	return hash64(i->peer.n > 0 ? i->peer.p : "", i->peer.n, seed) | 1;
}

void
store_incident_mute(struct store *s, uint64_t id, int64_t until_ns)
{
	const struct incident *i = said_find(s, id);
	uint64_t key;
	size_t at = 0;

	if (i == NULL)
		return;
	key = said_key(s, i);
	for (size_t k = 1; k < STORE_MUTES_MAX && s->said.mute[at].key != key; k++)
		if (s->said.mute[k].key == key || s->said.mute[k].until_ns < s->said.mute[at].until_ns)
			at = k;
	if (until_ns == 0 && s->said.mute[at].key == key)
		s->said.mute[at].key = s->said.mute[at].until_ns = 0;
	if (until_ns != 0) {
		s->said.mute[at].key = key;
		s->said.mute[at].until_ns = until_ns;
	}
	s->revision++;
}

struct store_incident_word
store_incident_said(const struct store *s, const struct incident *i)
{
	uint64_t key = said_key(s, i);
	struct store_incident_word out = { .dismissed = i->id != 0 && !i->ended && said_dismissed(&s->said, i->id) };

	for (size_t k = 0; k < STORE_MUTES_MAX; k++)
		if (s->said.mute[k].key == key && s->said.mute[k].until_ns > moment_now(&s->now)) {
			out.muted = true;
			out.until_ns = s->said.mute[k].until_ns;
		}
	return out;
}

size_t
store_incident_levels(const struct store *s, size_t levels[INCIDENT_LEVEL_N])
{
	size_t aside = 0;

	memset(levels, 0, INCIDENT_LEVEL_N * sizeof *levels);
	for (size_t k = 0; k < store_incident_open(s); k++) {
		const struct incident *i = store_incident_at(s, k);
		struct store_incident_word said = store_incident_said(s, i);

		if (said.dismissed || said.muted)
			aside++;
		else if (i->level < INCIDENT_LEVEL_N)
			levels[i->level]++;
	}
	return aside;
}
