/*
 * why - the operator's question in one line: what do most failures of the last minute have in common?
 * It looks at the newest events kept, at most WHY_EVENTS of them, so its cost does not grow with the traffic.
 */
#include <stdio.h>
#include <string.h>

#include "sipwhy/timefmt.h"
#include "view_int.h"

enum { WHY_EVENTS = 1000, WHY_KINDS = 64, WHY_WINDOW_S = 60 };

/* Failures of one code and peer. */
struct why_kind {
	const struct event *first;
	unsigned n;
};

static struct why_kind *
why_find(struct why_kind *kinds, size_t *n, const struct event *e)
{
	for (size_t i = 0; i < *n; i++)
		if (kinds[i].first->code == e->code && slice_eq(kinds[i].first->peer, e->peer))
			return &kinds[i];
	if (*n == WHY_KINDS)
		return NULL;
	kinds[*n].first = e;
	kinds[*n].n = 0;
	return &kinds[(*n)++];
}

/* A file is looked at as a whole: its last minute is of no special interest. */
static bool
why_is_live(const struct store *s)
{
	struct store_status st;

	store_status(s, &st);
	return st.live;
}

/* The commonest kind of the last minute; *seen events were looked at. */
static struct why_kind
why_commonest(const struct store *s, unsigned *seen)
{
	struct why_kind kinds[WHY_KINDS], best = { NULL, 0 };
	size_t n = 0, at = store_event_count(s);
	int64_t since = why_is_live(s) ? store_now(s) - WHY_WINDOW_S * NS_PER_S : INT64_MIN;

	for (*seen = 0; at > 0 && *seen < WHY_EVENTS; at--, (*seen)++) {
		const struct event *e = store_event_at(s, at - 1);
		struct why_kind *kind;

		if (e == NULL || e->t_ns <= since)
			break;
		kind = why_find(kinds, &n, e);
		if (kind != NULL)
			kind->n++;
	}
	for (size_t i = 0; i < n; i++)
		if (kinds[i].n > best.n)
			best = kinds[i];
	return best;
}

static void
why_quiet(const struct store *s, char *out, size_t cap)
{
	size_t n = store_event_count(s);
	const struct event *last = n > 0 ? store_event_at(s, n - 1) : NULL;
	char clock[16], total[32];

	if (last == NULL)
		(void)snprintf(out, cap, "No failure seen so far");
	else
		(void)snprintf(out, cap, "No failure in the last minute; the last of %s was %u at %s",
		    view_number(total, sizeof total, store_event_total(s), 11), last->code,
		    timefmt_clock(clock, sizeof clock, last->t_ns));
}

/* "Last minute: 82 failures" or "Newest 1,000 of 4,711 failures". */
static void
why_scope(const struct store *s, unsigned seen, char *out, size_t cap)
{
	uint64_t n = why_is_live(s) ? store_window(s, 7, WHY_WINDOW_S) : store_event_total(s);
	char all[32], part[32];

	n = n < seen ? seen : n;
	(void)view_number(all, sizeof all, n, 9);
	if (why_is_live(s))
		(void)snprintf(out, cap, "Last minute: %s failure%s", all, n == 1 ? "" : "s");
	else if (n > seen)
		(void)snprintf(out, cap, "Newest %s of %s failures", view_number(part, sizeof part, seen, 9), all);
	else
		(void)snprintf(out, cap, "%s failure%s", all, n == 1 ? "" : "s");
}

enum ui_role
why_sentence(const struct store *s, char *out, size_t cap)
{
	unsigned seen;
	struct why_kind best = why_commonest(s, &seen);
	struct slice phrase, peer;
	char scope[96];

	if (best.first == NULL) {
		why_quiet(s, out, cap);
		return ROLE_TEXT_DIM;
	}
	why_scope(s, seen, scope, sizeof scope);
	phrase = view_phrase(best.first);
	peer = best.first->peer.n > 0 ? best.first->peer : slice_str("unknown");
	(void)snprintf(out, cap, "%s, %u%% are %u %.*s, peer %.*s", scope, (100u * best.n + seen / 2) / seen,
	    best.first->code, (int)(phrase.n < 30 ? phrase.n : 30), phrase.p, (int)(peer.n < 60 ? peer.n : 60), peer.p);
	return best.first->code >= 500 ? ROLE_CLASS_5XX : ROLE_TEXT_STRONG;
}
