/* when - stamps of log lines to times; see when.h. */
#include "logfmt/when.h"

#include <string.h>

#include "sipwhy/timefmt.h"

enum { WHEN_WITHIN = 96, WHEN_BETWEEN = 64 };

static bool
when_same_minute(const struct stamp *a, const struct stamp *b)
{
	return a->minute == b->minute && a->hour == b->hour && a->day == b->day && a->month == b->month &&
	    a->year == b->year && a->offset_s == b->offset_s && a->has_date == b->has_date &&
	    a->has_year == b->has_year && a->has_zone == b->has_zone;
}

static int64_t
when_in_minute(const struct stamp *s)
{
	return (int64_t)s->second * NS_PER_S + (int64_t)s->ns;
}

static void
when_count(const struct stamp *s, struct logfmt_stats *st)
{
	if (s->text.n == 0 || !(s->has_time || s->is_epoch)) {
		st->no_time++;
		return;
	}
	if (s->is_epoch)
		return;
	st->no_date += !s->has_date;
	st->no_year += s->has_date && !s->has_year;
	st->no_zone += !s->has_zone;
}

int64_t
when_resolve(struct when *w, const struct stamp *s, int64_t near_ns, bool live, struct logfmt_stats *st)
{
	int64_t t_ns;

	if (live)
		return near_ns;
	when_count(s, st);
	if (s->text.n == 0)
		return w->last_ns != 0 ? w->last_ns : near_ns;
	if (s->is_epoch || !s->has_time) {
		t_ns = stamp_resolve(s, near_ns, w->last_ns);
	} else if (w->valid && w->near_ns == near_ns && when_same_minute(s, &w->key)) {
		t_ns = w->minute_ns + when_in_minute(s);
	} else {
		t_ns = stamp_resolve(s, near_ns, w->last_ns);
		w->key = *s;
		w->near_ns = near_ns;
		w->minute_ns = t_ns - when_in_minute(s);
		w->valid = s->has_date;
	}
	w->last_ns = t_ns;
	return t_ns;
}

/* How far into a line its stamp may stand that it leads; 0: a line that begins like this has none in front. */
static size_t
when_lead(struct slice line)
{
	char c = line.n > 0 ? line.p[0] : '\0';

	if (c == '<')
		return 8;
	if (c == '[' || c == '*' || c == '.')
		return 2;
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ? 1 : 0;
}

bool
when_last_stamp(struct slice line, struct stamp *out, bool *leads)
{
	struct stamp further;
	struct slice rest;
	size_t behind;
	char before;

	*leads = false;
	if (!stamp_find(line, WHEN_WITHIN, out))
		return false;
	/* The text of one that is an epoch may stand behind its name. */
	*leads = out->is_epoch ? when_leads(line) : (size_t)(out->text.p - line.p) < when_lead(line);
	/* A line that opens with its own time in brackets has no other in front of its text. */
	if (line.p[0] == '[' && out->text.p == line.p + 1)
		return true;
	behind = (size_t)(out->text.p - line.p) + out->text.n;
	rest = (struct slice){ line.p + behind, line.n - behind };
	if (!stamp_find(rest, WHEN_BETWEEN, &further) || further.is_epoch)
		return true;
	/* A value of something is not the time of the line. */
	before = further.text.p > rest.p ? further.text.p[-1] : ' ';
	if (before == ' ' || before == '[' || before == '\t')
		*out = further;
	return true;
}

bool
when_leads(struct slice line)
{
	struct stamp s;
	size_t within = when_lead(line);

	return within > 0 && stamp_find(line, within, &s);
}
