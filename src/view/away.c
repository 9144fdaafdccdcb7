/*
 * away - "while you were away": what came during two minutes or more without a key.
 * One thing to know: it is told while nobody is there, and after the key that ends the absence until the next one, so
 * whoever comes back reads it whatever key they press first.
 */
#include <stdio.h>

#include "sipwhy/timefmt.h"
#include "view_int.h"

enum { AWAY_S = 120 };

static size_t
away_add(char *out, size_t cap, size_t at, uint64_t n, const char *one, const char *many)
{
	char number[32];
	int used;

	if (n == 0 || at >= cap)
		return at;
	used = snprintf(out + at, cap - at, "%s%s %s", at > 0 ? ", " : "", view_number(number, sizeof number, n, 9),
	    n == 1 ? one : many);
	return at + (used > 0 ? (size_t)used : 0);
}

/* From when on, and until when: the absence that goes on, or the one that the last key ended. */
static bool
away_span(const struct viewer *v, int64_t *from_ns, int64_t *to_ns)
{
	*to_ns = v->now_ns;
	*from_ns = v->key_ns;
	if (v->key_ns > 0 && v->now_ns - v->key_ns >= AWAY_S * NS_PER_S)
		return true;
	*to_ns = v->key_ns;
	*from_ns = v->away_ns;
	return v->away_ns > 0;
}

bool
view_away(const struct viewer *v, char *out, size_t cap)
{
	struct store_status st;
	struct store_away came;
	char what[160] = "";
	int64_t from_ns, to_ns;
	size_t at;

	store_status(v->store, &st);
	if (!st.live || store_looking(v->store) != 0 || !away_span(v, &from_ns, &to_ns))
		return false;
	store_since(v->store, from_ns, &came);
	at = away_add(what, sizeof what, 0, came.failures, "failure", "failures");
	at = away_add(what, sizeof what, at, came.groups, "new group", "new groups");
	at = away_add(what, sizeof what, at, came.incidents, "alert", "alerts");
	if (at == 0)
		return false;
	(void)snprintf(out, cap, "while you were away (%d min): %s", (int)((to_ns - from_ns) / (60 * NS_PER_S)), what);
	return true;
}

void
view_away_key(struct viewer *v)
{
	v->away_ns = v->key_ns > 0 && v->now_ns - v->key_ns >= AWAY_S * NS_PER_S ? v->key_ns : 0;
}
