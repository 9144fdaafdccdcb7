/*
 * sift_look - one look at an event; see sift_look.h.
 * The one thing to know: what a group knows of an event costs more than the rest, so it is asked for only when the
 * filter's answer may depend on it.
 */
#include "store/sift_look.h"

#include "sipwhy/timefmt.h"
#include "store/moment.h"

/* Events that a look each second may cost; of more of them the seconds are more. */
enum { LOOK_EACH_S = 100000, LOOK_LINE = 64 };

void
sift_look_set(struct sift_look *l, const struct filter *f)
{
	l->filter = f != NULL && !filter_is_all(f) ? f : NULL;
	l->fickle = l->filter != NULL && filter_is_fickle(l->filter);
}

static struct filter_facts
look_facts(const struct sift_look *l, const struct event *e)
{
	const struct moment *m = store_moment(l->store);
	struct filter_facts facts = { .now_ns = store_now(l->store), .site = slice_str(m->status.host) };
	const struct group *g;

	if (!l->fickle)
		return facts;
	g = groups_find(m->groups, store_group_key(l->store, e));
	facts.fresh = g != NULL && groups_fresh(g, m->first_ns, facts.now_ns);
	facts.muted = g != NULL && g->muted;
	facts.marked = l->env.marked != NULL && l->env.marked(l->env.ctx, e->id);
	return facts;
}

bool
sift_look_wants(const struct sift_look *l, const struct event *e)
{
	struct filter_facts facts;

	if (l->env.hidden != NULL && l->env.hidden(l->env.ctx, e))
		return false;
	if (l->filter == NULL)
		return true;
	facts = look_facts(l, e);
	return filter_match(l->filter, e, &facts);
}

void
sift_look_ahead(const struct event *e)
{
	const char *p = (const char *)e;

	if (e == NULL)
		return;
	/* Its texts stand behind it in the same block. */
	for (size_t at = 0; at < sizeof *e + 2 * LOOK_LINE; at += LOOK_LINE)
		__builtin_prefetch(p + at);
}

void
sift_when_set(struct sift_when *w, const struct store *s)
{
	w->wall_ns = s->now.wall_ns;
	w->revision = store_revision(s);
}

bool
sift_when_due(const struct sift_when *w, const struct store *s, unsigned least_s, size_t n)
{
	int64_t wait_ns = ((int64_t)least_s + (int64_t)(n / LOOK_EACH_S)) * NS_PER_S;

	if (s->now.wall_ns == 0)
		return store_revision(s) != w->revision;
	return s->now.wall_ns - w->wall_ns >= wait_ns || s->now.wall_ns < w->wall_ns;
}
