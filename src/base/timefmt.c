/* timefmt - nanoseconds since the epoch as text, and back; see sipwhy/timefmt.h. */
#include "sipwhy/timefmt.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

static int64_t
timefmt_split(int64_t t_ns, int64_t *frac_ns)
{
	int64_t s = t_ns / NS_PER_S;

	*frac_ns = t_ns % NS_PER_S;
	if (*frac_ns < 0) {
		*frac_ns += NS_PER_S;
		s--;
	}
	return s;
}

char *
timefmt_rfc3339(char *out, size_t cap, int64_t t_ns)
{
	int64_t frac;
	time_t s = (time_t)timefmt_split(t_ns, &frac);
	struct tm tm;

	if (gmtime_r(&s, &tm) == NULL)
		(void)snprintf(out, cap, "-");
	else
		(void)snprintf(out, cap, "%04d-%02d-%02dT%02d:%02d:%02d.%06dZ", tm.tm_year + 1900, tm.tm_mon + 1,
		    tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(frac / 1000));
	return out;
}

/* Exactly `digits` decimal digits at *s; -1 when they are not there. */
static int
timefmt_digits(const char **s, const char *end, int digits)
{
	int v = 0;

	for (int i = 0; i < digits; i++, (*s)++) {
		if (*s >= end || **s < '0' || **s > '9')
			return -1;
		v = v * 10 + (**s - '0');
	}
	return v;
}

static int
timefmt_fraction(const char **s, const char *end)
{
	int v = 0, scale = 100000000;

	if (*s >= end || **s != '.')
		return 0;
	for ((*s)++; *s < end && **s >= '0' && **s <= '9'; (*s)++, scale /= 10) {
		if (scale == 0)
			return -1;
		v += (**s - '0') * scale;
	}
	return v;
}

int
timefmt_parse_rfc3339(const char *s, size_t n, int64_t *t_ns)
{
	static const char seps[] = "--T::";
	static const int widths[] = { 4, 2, 2, 2, 2, 2 };
	const char *end = s + n;
	int part[6], frac;
	struct tm tm = { 0 };

	for (int i = 0; i < 6; i++) {
		if (i > 0 && (s >= end || *s++ != seps[i - 1]))
			return -EINVAL;
		if ((part[i] = timefmt_digits(&s, end, widths[i])) < 0)
			return -EINVAL;
	}
	if ((frac = timefmt_fraction(&s, end)) < 0 || end - s != 1 || *s != 'Z')
		return -EINVAL;
	/* What 64 bits of nanoseconds hold, and months that localtime knows. */
	if (part[0] < 1678 || part[0] > 2261 || part[1] < 1 || part[1] > 12)
		return -EINVAL;
	tm.tm_year = part[0] - 1900;
	tm.tm_mon = part[1] - 1;
	tm.tm_mday = part[2];
	tm.tm_hour = part[3];
	tm.tm_min = part[4];
	tm.tm_sec = part[5];
	*t_ns = (int64_t)timegm(&tm) * NS_PER_S + frac;
	return 0;
}

static struct tm
timefmt_local(int64_t t_ns, int *ms)
{
	int64_t frac;
	time_t s = (time_t)timefmt_split(t_ns, &frac);
	struct tm tm = { .tm_mday = 1, .tm_year = 70 };

	(void)localtime_r(&s, &tm);
	*ms = (int)(frac / NS_PER_MS);
	return tm;
}

char *
timefmt_clock(char *out, size_t cap, int64_t t_ns)
{
	int ms;
	struct tm tm = timefmt_local(t_ns, &ms);

	(void)snprintf(out, cap, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
	return out;
}

char *
timefmt_clock_ms(char *out, size_t cap, int64_t t_ns)
{
	int ms;
	struct tm tm = timefmt_local(t_ns, &ms);

	(void)snprintf(out, cap, "%02d:%02d:%02d.%03d", tm.tm_hour, tm.tm_min, tm.tm_sec, ms);
	return out;
}

char *
timefmt_date_ms(char *out, size_t cap, int64_t t_ns)
{
	int ms;
	struct tm tm = timefmt_local(t_ns, &ms);

	(void)snprintf(out, cap, "%04d-%02d-%02d %02d:%02d:%02d.%03d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
	    tm.tm_hour, tm.tm_min, tm.tm_sec, ms);
	return out;
}

char *
timefmt_about(char *out, size_t cap, int64_t ms)
{
	if (ms > -500 && ms < 500)
		(void)snprintf(out, cap, "<1s");
	else
		(void)snprintf(out, cap, "%s~%" PRId64 "s", ms < 0 ? "-" : "", ((ms < 0 ? -ms : ms) + 500) / 1000);
	return out;
}
