/* when - stamps of log lines to times; see when.h. */
#include "logfmt/when.h"

#include <string.h>

#include "sipwhy/timefmt.h"

/* late: a writer's delay between a time and the date that it is written under. */
enum { WHEN_WITHIN = 96, WHEN_BETWEEN = 64, WHEN_LATE_S = 600 };

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

static bool
when_dated(const struct stamp *s)
{
	return s->has_date;
}

bool
when_is_untimed(const struct stamp *s)
{
	return s->text.n == 0 || !(s->has_time || s->is_epoch);
}

/* d: the stamp that gives the date, which may be the same. */
static void
when_count(const struct stamp *s, const struct stamp *d, struct logfmt_stats *st)
{
	if (when_is_untimed(s)) {
		st->no_time++;
		return;
	}
	if (d->is_epoch)
		return;
	st->no_date += !d->has_date;
	st->no_year += d->has_date && !d->has_year;
	st->no_zone += !s->has_zone;
}

static int64_t
when_place(struct when *w, const struct stamp *s, int64_t near_ns)
{
	int64_t t_ns;

	if (s->is_epoch || !s->has_time)
		return stamp_resolve(s, near_ns, w->last_ns);
	if (w->valid && w->near_ns == near_ns && when_same_minute(s, &w->key))
		return w->minute_ns + when_in_minute(s);
	t_ns = stamp_resolve(s, near_ns, w->last_ns);
	w->key = *s;
	w->near_ns = near_ns;
	w->minute_ns = t_ns - when_in_minute(s);
	w->valid = s->has_date;
	return t_ns;
}

/*
 * The first such time of day that is not long before the date's own time.  Of the same line it is the same moment; what
 * looks otherwise is a clock in another zone, or a log that was sent later.  Then the first goes by the date, and those
 * behind it by their distance from it, as long as the dates go along.
 */
static int64_t
when_by_date(struct when *w, const struct stamp *s, const struct when_date *date, int64_t near_ns)
{
	int64_t d_ns = when_place(w, &date->stamp, near_ns);
	int64_t t_ns = stamp_resolve(s, near_ns, d_ns + (STAMP_BACK_S - WHEN_LATE_S) * NS_PER_S);

	int64_t ahead_ns = t_ns - d_ns, drift_ns = ahead_ns - w->ahead_ns;

	if (!date->beside || ahead_ns <= WHEN_LATE_S * NS_PER_S)
		return t_ns;
	if (drift_ns > WHEN_LATE_S * NS_PER_S || drift_ns < -WHEN_LATE_S * NS_PER_S)
		w->ahead_ns = ahead_ns;
	return t_ns - w->ahead_ns;
}

int64_t
when_resolve(struct when *w, const struct stamp *s, const struct when_date *date, int64_t near_ns, bool live,
    struct logfmt_stats *st)
{
	bool by_date = s->has_time && !when_dated(s) && when_dated(&date->stamp);

	if (live)
		return near_ns;
	when_count(s, by_date ? &date->stamp : s, st);
	if (s->text.n == 0)
		return w->last_ns != 0 ? w->last_ns : near_ns;
	w->last_ns = by_date ? when_by_date(w, s, date, near_ns) : when_place(w, s, near_ns);
	return w->last_ns;
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
when_last_stamp(struct slice line, struct stamp *out, struct when_date *date, bool *leads)
{
	struct stamp further;
	struct slice rest;
	size_t behind;
	char before;

	*leads = false;
	date->stamp.has_date = date->stamp.is_epoch = false;
	date->beside = true;
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
	if (before != ' ' && before != '[' && before != '\t')
		return true;
	if (!when_dated(&further))
		date->stamp = *out;
	*out = further;
	return true;
}

bool
when_first_date(struct slice text, struct stamp *out)
{
	while (text.n > 0) {
		struct slice line = slice_cut(&text, '\n');

		if (line.n > 0 && stamp_find(line, WHEN_WITHIN, out) && when_dated(out))
			return true;
	}
	return false;
}

static bool
when_leads_with(struct slice line, struct stamp *out)
{
	size_t within = when_lead(line);

	return within > 0 && stamp_find(line, within, out);
}

bool
when_leads(struct slice line)
{
	struct stamp s;

	return when_leads_with(line, &s);
}

bool
when_leading_stamp(struct slice text, struct stamp *out)
{
	while (text.n > 0) {
		struct slice line = slice_cut(&text, '\n');

		if (line.n > 0 && line.p[0] == '{' ? stamp_find(line, line.n, out) && when_dated(out)
						   : when_leads_with(line, out))
			return true;
	}
	return false;
}
