/*
 * time - moments and spans of time in a filter; see filter_int.h.  A moment is a date, so long ago, or a time of day;
 * the latter two are worked out when an event is matched, because now moves on.
 */
#include "filter/filter_int.h"

#include <stdio.h>

#include "sipwhy/timefmt.h"

/* Far inside int64_t, so that sums of a few times never leave it. */
#define TIME_FAR (INT64_C(4) * 1000000000 * NS_PER_S)
#define TIME_DAY (86400 * NS_PER_S)
enum { TIME_SPAN_DAYS = 10000 };

struct time_unit {
	const char *name;
	int64_t ms;
};

static int64_t
time_unit(struct slice name)
{
	static const struct time_unit units[] = { { "ms", 1 }, { "s", 1000 }, { "sec", 1000 }, { "m", 60000 },
		{ "min", 60000 }, { "h", 3600000 }, { "d", 86400000 } };

	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (slice_ieq(name, slice_str(units[i].name)))
			return units[i].ms;
	return 0;
}

bool
filter_span_parse(struct slice s, bool bare, int64_t *ms, int64_t *unit_ms)
{
	size_t digits = 0;
	uint64_t whole, part = 0;
	int64_t scale = 1;
	struct slice head, frac;

	while (digits < s.n && ((s.p[digits] >= '0' && s.p[digits] <= '9') || s.p[digits] == '.'))
		digits++;
	head = (struct slice){ s.p, digits };
	frac = head;
	head = slice_cut(&frac, '.');
	*unit_ms = digits == s.n && bare ? 1000 : time_unit((struct slice){ s.p + digits, s.n - digits });
	if (*unit_ms == 0 || slice_u64(head, TIME_SPAN_DAYS * INT64_C(86400000), &whole) != 0)
		return false;
	if (frac.p != NULL && (frac.n > 3 || slice_u64(frac, 999, &part) != 0))
		return false;
	for (size_t i = 0; i < frac.n; i++)
		scale *= 10;
	if (whole > (uint64_t)(TIME_SPAN_DAYS * INT64_C(86400000) / *unit_ms))
		return false;
	*ms = (int64_t)whole * *unit_ms + (int64_t)part * *unit_ms / scale;
	if (frac.n > 0)
		*unit_ms = *unit_ms / scale > 0 ? *unit_ms / scale : 1;
	return true;
}

/* Two digits below `max` at the head of *s, and then `sep` when there is more. */
static bool
time_two(struct slice *s, uint64_t max, char sep, int64_t *out)
{
	uint64_t v;

	if (s->n < 2 || slice_u64((struct slice){ s->p, 2 }, max, &v) != 0 || (s->n > 2 && s->p[2] != sep))
		return false;
	*out = (int64_t)v;
	s->p += s->n > 2 ? 3 : 2;
	s->n -= s->n > 2 ? 3 : 2;
	return true;
}

/* "14:05" or "14:05:07". */
static bool
time_clock(struct slice s, int64_t *ns, int64_t *unit_ns)
{
	int64_t h, m, sec = 0;

	if (s.n != 5 && s.n != 8)
		return false;
	*unit_ns = (s.n == 5 ? 60 : 1) * NS_PER_S;
	if (!time_two(&s, 23, ':', &h) || !time_two(&s, 59, ':', &m) || (s.n > 0 && !time_two(&s, 59, ':', &sec)))
		return false;
	*ns = ((h * 60 + m) * 60 + sec) * NS_PER_S;
	return true;
}

/* "2026-11-22", and with a blank or a T behind it a time of day, and then a Z for UTC. */
static bool
time_date(struct slice s, int32_t utc_offset_s, struct filter_moment *out)
{
	char midnight[32] = "";
	int64_t clock = 0;
	bool utc = s.n > 0 && (s.p[s.n - 1] == 'Z' || s.p[s.n - 1] == 'z');

	s.n -= utc;
	if (s.n < 10)
		return false;
	(void)snprintf(midnight, sizeof midnight, "%.10sT00:00:00Z", s.p);
	if (timefmt_parse_rfc3339(midnight, 20, &out->ns) != 0)
		return false;
	out->unit_ns = TIME_DAY;
	if (s.n > 10 &&
	    ((s.p[10] != 'T' && s.p[10] != 't' && s.p[10] != ' ') ||
		!time_clock((struct slice){ s.p + 11, s.n - 11 }, &clock, &out->unit_ns)))
		return false;
	if (out->ns > TIME_FAR || out->ns < -TIME_FAR)
		return false;
	out->ns += clock - (utc ? 0 : utc_offset_s * NS_PER_S);
	return true;
}

bool
filter_moment_parse(struct slice s, int32_t utc_offset_s, struct filter_moment *out)
{
	int64_t ms, unit_ms;

	if (filter_span_parse(s, false, &ms, &unit_ms)) {
		*out = (struct filter_moment){ FILTER_MOMENT_AGO, ms * NS_PER_MS, 0 };
		return true;
	}
	out->kind = FILTER_MOMENT_OF_DAY;
	if (time_clock(s, &out->ns, &out->unit_ns))
		return true;
	out->kind = FILTER_MOMENT_DATE;
	return time_date(s, utc_offset_s, out);
}

static int64_t
time_bound(int64_t t)
{
	return t > TIME_FAR ? TIME_FAR : t < -TIME_FAR ? -TIME_FAR : t;
}

/* Local time since midnight. */
static int64_t
time_of_day(const struct filter *f, int64_t t)
{
	int64_t ns = (t + f->env.utc_offset_s * NS_PER_S) % TIME_DAY;

	return ns < 0 ? ns + TIME_DAY : ns;
}

/* When it was, or will be; of a time of day the newest one that is not later than `latest`. */
static int64_t
time_when(const struct filter *f, const struct filter_moment *m, int64_t now, int64_t latest)
{
	int64_t t;

	if (m->kind == FILTER_MOMENT_DATE)
		return m->ns;
	if (m->kind == FILTER_MOMENT_AGO)
		return now - m->ns;
	t = latest - time_of_day(f, latest) + m->ns;
	return t > latest ? t - TIME_DAY : t;
}

/* Times of day hold on every day, and may run over midnight. */
static bool
time_within(const struct filter *f, const struct filter_atom *a, int64_t t, int64_t now)
{
	const struct filter_moment *from = &a->u.time.from, *to = &a->u.time.to;
	int64_t end = to->ns + to->unit_ns;

	if (from->kind != FILTER_MOMENT_OF_DAY)
		return t >= time_when(f, from, now, now) &&
		    t < time_when(f, to, now, now) + (to->unit_ns > 0 ? to->unit_ns : 1);
	t = time_of_day(f, t);
	return from->ns < end ? t >= from->ns && t < end : t >= from->ns || t < end;
}

bool
filter_time_match(const struct filter *f, const struct filter_atom *a, int64_t t_ns, int64_t now_ns)
{
	const struct filter_moment *m = &a->u.time.from;
	int64_t t = time_bound(t_ns), now = time_bound(now_ns);

	switch (a->how) {
	case FILTER_ID_SINCE:
		return t >= time_when(f, m, now, now);
	case FILTER_ID_UNTIL:
		return t < time_when(f, m, now, now + TIME_DAY / 2) + (m->unit_ns > 0 ? m->unit_ns : 1);
	default:
		return time_within(f, a, t, now);
	}
}
