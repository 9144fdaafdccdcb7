/*
 * stamp - times in log lines: RFC 3339 and ISO 8601, RFC 3164 and its relatives, product forms (see stamp.h).
 * Know: reading never needs a clock or a zone; placing a local time asks localtime_r for the offset that was in force,
 * which is right in the hour that stands twice as well as in the one that never was.
 */
#include <string.h>
#include <time.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "logfmt/stamp.h"
#include "sipwhy/timefmt.h"

enum { STAMP_DAY_S = 86400, STAMP_LEAP_YEARS = 8, STAMP_AHEAD_S = 60 };

/* Reading goes forward through the text; ok says whether all fitted so far. */
struct stamp_reader {
	const char *p, *end;
	bool ok;
};

static bool
stamp_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
stamp_is_alnum(char c)
{
	return stamp_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
stamp_peek(const struct stamp_reader *r, char c)
{
	return r->p < r->end && *r->p == c;
}

static bool
stamp_skip(struct stamp_reader *r, char c)
{
	if (!stamp_peek(r, c))
		return false;
	r->p++;
	return true;
}

static void
stamp_want(struct stamp_reader *r, char c)
{
	if (r->ok)
		r->ok = stamp_skip(r, c);
}

/* Exactly n digits, min <= value <= max. */
static unsigned
stamp_number(struct stamp_reader *r, unsigned n, unsigned min, unsigned max)
{
	unsigned v = 0;

	if (!r->ok || (size_t)(r->end - r->p) < n) {
		r->ok = false;
		return 0;
	}
	for (unsigned i = 0; i < n; i++) {
		if (!stamp_is_digit(r->p[i])) {
			r->ok = false;
			return 0;
		}
		v = v * 10 + (unsigned)(r->p[i] - '0');
	}
	r->p += n;
	r->ok = v >= min && v <= max;
	return v;
}

/* ".123456" or ",123": nanoseconds; 0 and nothing read when no digit follows.  Digits beyond the ninth count for
 * nothing. */
static uint32_t
stamp_fraction(struct stamp_reader *r)
{
	uint32_t ns = 0, unit = 100000000;

	if (r->end - r->p < 2 || (*r->p != '.' && *r->p != ',') || !stamp_is_digit(r->p[1]))
		return 0;
	for (r->p++; r->p < r->end && stamp_is_digit(*r->p); r->p++) {
		ns += unit * (uint32_t)(*r->p - '0');
		unit /= 10;
	}
	return ns;
}

static void
stamp_time(struct stamp_reader *r, struct stamp *s, bool colons)
{
	s->hour = (uint8_t)stamp_number(r, 2, 0, 23);
	if (colons)
		stamp_want(r, ':');
	s->minute = (uint8_t)stamp_number(r, 2, 0, 59);
	if (colons)
		stamp_want(r, ':');
	s->second = (uint8_t)stamp_number(r, 2, 0, 60);
	if (!r->ok)
		return;
	s->has_time = true;
	/* A further digit means this was a longer number. */
	if (r->p < r->end && stamp_is_digit(*r->p))
		r->ok = false;
	else
		s->ns = stamp_fraction(r);
}

/* "+01:00", "-0500", "+05"; nothing read when there is none. */
static bool
stamp_offset(struct stamp_reader *r, struct stamp *s)
{
	struct stamp_reader t = *r;
	bool west = stamp_peek(&t, '-');
	unsigned hours, minutes = 0;

	if (!west && !stamp_peek(&t, '+'))
		return false;
	t.p++;
	hours = stamp_number(&t, 2, 0, 15);
	if (!t.ok)
		return false;
	*r = t;
	(void)stamp_skip(&t, ':');
	minutes = stamp_number(&t, 2, 0, 59);
	if (t.ok)
		*r = t;
	else
		minutes = 0;
	s->offset_s = (int32_t)(hours * 3600 + minutes * 60) * (west ? -1 : 1);
	s->has_zone = true;
	return true;
}

/* Names that mean one offset wherever they are printed; the others (IST, BST of Asia ...) are taken as local time. */
static bool
stamp_zone_name(struct stamp_reader *r, struct stamp *s)
{
	static const struct {
		const char *name;
		int quarters;
	} zones[] = { { "UTC", 0 }, { "GMT", 0 }, { "WET", 0 }, { "WEST", 4 }, { "CET", 4 }, { "CEST", 8 },
		{ "EET", 8 }, { "EEST", 12 }, { "MSK", 12 }, { "JST", 36 }, { "AEST", 40 }, { "AEDT", 44 },
		{ "NZST", 48 }, { "NZDT", 52 }, { "EST", -20 }, { "EDT", -16 }, { "CDT", -20 }, { "MST", -28 },
		{ "MDT", -24 }, { "PST", -32 }, { "PDT", -28 } };
	size_t n = 0, left = (size_t)(r->end - r->p);

	if (left == 0 || *r->p < 'A' || *r->p > 'Z')
		return false;
	while (n < left && n < 6 && stamp_is_alnum(r->p[n]))
		n++;
	if (n < left && r->p[n] != ':' && r->p[n] != ' ' && r->p[n] != ']')
		return false;
	for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++)
		if (strlen(zones[i].name) == n && memcmp(zones[i].name, r->p, n) == 0) {
			s->offset_s = zones[i].quarters * 900;
			s->has_zone = true;
			r->p += n;
			return true;
		}
	return false;
}

/* A zone right behind the time, or after one blank. */
static void
stamp_zone(struct stamp_reader *r, struct stamp *s)
{
	struct stamp_reader t = *r;

	if (stamp_peek(r, 'Z') && (r->end - r->p == 1 || !stamp_is_alnum(r->p[1]))) {
		r->p++;
		s->has_zone = true;
		return;
	}
	if (stamp_offset(r, s))
		return;
	if (stamp_skip(&t, ' ') && (stamp_offset(&t, s) || stamp_zone_name(&t, s)))
		*r = t;
}

/* "2026-03-03T10:15:01.5+01:00", "2026/03/03 10:15:01", a comma before the fraction, a tab between (SIPp). */
static void
stamp_iso(struct stamp_reader *r, struct stamp *s)
{
	char sep;

	s->year = (int32_t)stamp_number(r, 4, 1970, 2261);
	if (!r->ok || r->p == r->end || (*r->p != '-' && *r->p != '/')) {
		r->ok = false;
		return;
	}
	sep = *r->p++;
	s->month = (uint8_t)stamp_number(r, 2, 1, 12);
	stamp_want(r, sep);
	s->day = (uint8_t)stamp_number(r, 2, 1, 31);
	s->has_date = s->has_year = true;
	if (r->ok && !stamp_skip(r, 'T') && !stamp_skip(r, ' ') && !stamp_skip(r, '\t'))
		r->ok = false;
	stamp_time(r, s, true);
	if (r->ok)
		stamp_zone(r, s);
}

static unsigned
stamp_month_name(const struct stamp_reader *r)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	if (r->end - r->p < 3)
		return 0;
	for (unsigned m = 0; m < 12; m++)
		if (memcmp(r->p, names + 3 * m, 3) == 0)
			return m + 1;
	return 0;
}

/* " 2026" behind the time, as asctime has it: only where a name of a day stood in front. */
static void
stamp_asctime_year(struct stamp_reader *r, struct stamp *s, const char *begin, const char *month)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	struct stamp_reader t = *r;
	bool weekday = false;
	unsigned year;

	if (s->has_year || month - begin < 4 || month[-1] != ' ')
		return;
	for (unsigned d = 0; d < 7; d++)
		weekday = weekday || memcmp(month - 4, days + 3 * d, 3) == 0;
	stamp_want(&t, ' ');
	year = stamp_number(&t, 4, 1970, 2261);
	if (!weekday || !t.ok || (t.p < t.end && stamp_is_digit(*t.p)))
		return;
	s->year = (int32_t)year;
	s->has_year = true;
	*r = t;
}

/* "Mar  3 10:15:01", "Mar 03 2026 10:15:01.123 UTC", "Mar 3, 2026 10:15:01", "Tue Mar  3 10:15:01 2026". */
static void
stamp_mmm(struct stamp_reader *r, struct stamp *s, const char *begin)
{
	const char *month = r->p;
	struct stamp_reader t;
	unsigned year;

	s->month = (uint8_t)stamp_month_name(r);
	if (s->month == 0) {
		r->ok = false;
		return;
	}
	r->p += 3;
	stamp_want(r, ' ');
	(void)stamp_skip(r, ' ');
	t = *r;
	s->day = (uint8_t)stamp_number(&t, 2, 1, 31);
	if (!t.ok) {
		t = *r;
		s->day = (uint8_t)stamp_number(&t, 1, 1, 9);
	}
	*r = t;
	s->has_date = true;
	(void)(r->ok && stamp_skip(r, ','));
	stamp_want(r, ' ');
	t = *r;
	year = stamp_number(&t, 4, 1970, 2261);
	stamp_want(&t, ' ');
	if (t.ok) {
		s->year = (int32_t)year;
		s->has_year = true;
		*r = t;
	}
	stamp_time(r, s, true);
	if (!r->ok)
		return;
	stamp_asctime_year(r, s, begin, month);
	stamp_zone(r, s);
}

/* "DD-MM@hh:mm:ss.mmm" (AudioCodes). */
static void
stamp_at(struct stamp_reader *r, struct stamp *s)
{
	s->day = (uint8_t)stamp_number(r, 2, 1, 31);
	stamp_want(r, '-');
	s->month = (uint8_t)stamp_number(r, 2, 1, 12);
	stamp_want(r, '@');
	s->has_date = true;
	stamp_time(r, s, true);
}

/* "MMDDYYYY hhmmss.uuuuuu" (Ribbon); the fraction must be there, or any two numbers would do. */
static void
stamp_us(struct stamp_reader *r, struct stamp *s)
{
	s->month = (uint8_t)stamp_number(r, 2, 1, 12);
	s->day = (uint8_t)stamp_number(r, 2, 1, 31);
	s->year = (int32_t)stamp_number(r, 4, 1970, 2261);
	s->has_date = s->has_year = true;
	stamp_want(r, ' ');
	stamp_time(r, s, false);
	if (r->ok && memchr(r->p - 7, '.', 7) == NULL)
		r->ok = false;
}

static void
stamp_clock(struct stamp_reader *r, struct stamp *s)
{
	stamp_time(r, s, true);
	/* "10:15:01:aa" is no time, but "10:15:01:" ends one. */
	if (r->ok && r->end - r->p >= 2 && r->p[0] == ':' && stamp_is_alnum(r->p[1]))
		r->ok = false;
}

/* Seconds that still fit as nanoseconds. */
#define STAMP_EPOCH_MAX_S INT64_C(9000000000)

/* 9 or 10 digits of seconds with a fraction, or 16 digits of microseconds (journald). */
static void
stamp_epoch(struct stamp_reader *r, struct stamp *s)
{
	int64_t v = 0;
	unsigned n = 0;

	for (; r->p < r->end && stamp_is_digit(*r->p) && n < 17; r->p++, n++)
		v = v * 10 + (*r->p - '0');
	if (n == 16 && v < STAMP_EPOCH_MAX_S * 1000000)
		s->epoch_ns = v * 1000;
	else if ((n == 9 || n == 10) && v < STAMP_EPOCH_MAX_S)
		s->epoch_ns = v * NS_PER_S + stamp_fraction(r);
	else
		r->ok = false;
	s->is_epoch = s->has_date = s->has_year = s->has_zone = s->has_time = true;
}

typedef void stamp_form_fn(struct stamp_reader *r, struct stamp *s);

static bool
stamp_try(stamp_form_fn *form, const char *at, const char *end, struct stamp *out)
{
	struct stamp_reader r = { at, end, true };

	*out = (struct stamp){ 0 };
	form(&r, out);
	if (!r.ok) {
		*out = (struct stamp){ 0 };
		return false;
	}
	out->text = (struct slice){ at, (size_t)(r.p - at) };
	return true;
}

static bool
stamp_try_digits(const char *begin, const char *at, const char *end, struct stamp *out)
{
	size_t left = (size_t)(end - at);
	char before = at > begin ? at[-1] : ' ';

	if (left < 8 || stamp_is_alnum(before) || before == '.')
		return false;
	if (at[4] == '-' || at[4] == '/')
		return stamp_try(stamp_iso, at, end, out);
	if (at[2] == '-' && at[5] == '@')
		return stamp_try(stamp_at, at, end, out);
	if (at[2] == ':' && at[5] == ':' && before != ':' && before != '-')
		return stamp_try(stamp_clock, at, end, out);
	return left > 8 && at[8] == ' ' && stamp_try(stamp_us, at, end, out);
}

static bool
stamp_try_month(const char *begin, const char *at, const char *end, struct stamp *out)
{
	struct stamp_reader r = { at, end, true };

	if (end - at < 4 || at[3] != ' ' || (at > begin && stamp_is_alnum(at[-1])))
		return false;
	*out = (struct stamp){ 0 };
	stamp_mmm(&r, out, begin);
	if (!r.ok) {
		*out = (struct stamp){ 0 };
		return false;
	}
	out->text = (struct slice){ at, (size_t)(r.p - at) };
	return true;
}

static bool
stamp_try_epoch(const char *begin, const char *at, const char *end, struct stamp *out)
{
	static const char *const keys[] = { "timestamp=", "time: ", "TIMESTAMP\": \"", "TIMESTAMP\":\"" };
	static const char real[] = "REALTIME_";
	size_t n;

	/* The second letter of all of them. */
	if (end - at < 2 || (at[1] != 'i' && at[1] != 'I'))
		return false;
	/* Journald's other clocks count from the start of the machine. */
	n = sizeof real - 1;
	if (*at == 'T' && ((size_t)(at - begin) < n || memcmp(at - n, real, n) != 0))
		return false;
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		n = strlen(keys[i]);
		if ((size_t)(end - at) > n && memcmp(at, keys[i], n) == 0)
			return stamp_try(stamp_epoch, at + n, end, out);
	}
	return false;
}

/* A stamp that begins at this byte. */
static bool
stamp_try_any(const char *begin, const char *at, const char *end, struct stamp *out)
{
	if (stamp_is_digit(*at))
		return stamp_try_digits(begin, at, end, out);
	if (*at >= 'A' && *at <= 'S' && stamp_try_month(begin, at, end, out))
		return true;
	return (*at == 't' || *at == 'T') && stamp_try_epoch(begin, at, end, out);
}

enum { STAMP_BLOCK = 16 };

/*
 * Bit i: a stamp may begin at p[i], behind a byte that *behind (0 or 1) tells to be a letter or a digit, as it does of
 * the last one on return.  No number or month begins behind one; the second letter of the names of epochs is an i.
 */
static unsigned
stamp_begins(const char *p, unsigned *behind)
{
	unsigned letters = 0, digits = 0, months = 0, names = 0, begins;

#ifdef __SSE2__
	const __m128i blank = _mm_set1_epi8(' ');
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)p), low = _mm_or_si128(bytes, blank);
	__m128i next = _mm_or_si128(_mm_loadu_si128((const __m128i *)(const void *)(p + 1)), blank);
	__m128i letter = _mm_sub_epi8(low, _mm_set1_epi8('a')), digit = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
	__m128i month = _mm_sub_epi8(bytes, _mm_set1_epi8('A'));

	letters = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(letter, _mm_set1_epi8(25)), letter));
	digits = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(digit, _mm_set1_epi8(9)), digit));
	months = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(month, _mm_set1_epi8('S' - 'A')), month));
	names = (unsigned)_mm_movemask_epi8(_mm_and_si128(
	    _mm_cmpeq_epi8(low, _mm_set1_epi8('t')), _mm_cmpeq_epi8(next, _mm_set1_epi8('i'))));
#else
	for (unsigned i = 0; i < STAMP_BLOCK; i++) {
		letters |= (unsigned)(stamp_is_alnum(p[i]) && !stamp_is_digit(p[i])) << i;
		digits |= (unsigned)stamp_is_digit(p[i]) << i;
		months |= (unsigned)(p[i] >= 'A' && p[i] <= 'S') << i;
		names |= (unsigned)((p[i] | ' ') == 't' && (p[i + 1] | ' ') == 'i') << i;
	}
#endif
	begins = ~((letters | digits) << 1 | *behind);
	*behind = (letters | digits) >> (STAMP_BLOCK - 1);
	return ((digits | months) & begins) | names;
}

bool
stamp_find(struct slice text, size_t within, struct stamp *out)
{
	const char *p = text.p, *end = text.n > 0 ? p + text.n : p;
	const char *limit = text.n <= within ? end : p + within;
	unsigned behind = 0;

	for (; limit - p >= STAMP_BLOCK && end - p > STAMP_BLOCK; p += STAMP_BLOCK) {
		for (unsigned bits = stamp_begins(p, &behind); bits != 0; bits &= bits - 1) {
			if (stamp_try_any(text.p, p + __builtin_ctz(bits), end, out))
				return true;
		}
	}
	for (; p < limit; p++) {
		if (stamp_try_any(text.p, p, end, out))
			return true;
	}
	*out = (struct stamp){ 0 };
	return false;
}

/* Days from 1970-01-01 in the Gregorian calendar (years are counted from March, so that the leap day is the last). */
static int64_t
stamp_days(int32_t year, unsigned month, unsigned day)
{
	int64_t y = month <= 2 ? year - 1 : year, era = y / 400, of_era = y - era * 400;
	unsigned of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool
stamp_date_exists(int32_t year, unsigned month, unsigned day)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] + (month == 2 && leap ? 1U : 0U);
}

static int64_t
stamp_local_offset(int64_t utc_s)
{
	time_t t = (time_t)utc_s;
	struct tm tm;

	return localtime_r(&t, &tm) != NULL ? (int64_t)tm.tm_gmtoff : 0;
}

static int64_t
stamp_distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

/* Seconds since 1970 of a wall clock reading (as if it were UTC); hint_s tells the two readings of one hour apart. */
static int64_t
stamp_utc(const struct stamp *s, int64_t wall_s, int64_t hint_s)
{
	int64_t early, late;

	if (s->has_zone)
		return wall_s - s->offset_s;
	early = wall_s - stamp_local_offset(wall_s - STAMP_DAY_S);
	late = wall_s - stamp_local_offset(wall_s + STAMP_DAY_S);
	if (early == late)
		return early;
	if (early + stamp_local_offset(early) != wall_s)
		return late;
	if (late + stamp_local_offset(late) != wall_s)
		return early;
	return stamp_distance(late, hint_s) <= stamp_distance(early, hint_s) ? late : early;
}

static int64_t
stamp_of_day(const struct stamp *s)
{
	return s->hour * 3600 + s->minute * 60 + s->second;
}

static int64_t
stamp_floor_s(int64_t t_ns)
{
	int64_t s = t_ns / NS_PER_S;

	return t_ns % NS_PER_S < 0 ? s - 1 : s;
}

/* The day on which t falls where the stamp was written. */
static int64_t
stamp_day_of(const struct stamp *s, int64_t t_s)
{
	int64_t wall_s = t_s + (s->has_zone ? s->offset_s : stamp_local_offset(t_s));
	int64_t day = wall_s / STAMP_DAY_S;

	return wall_s % STAMP_DAY_S < 0 ? day - 1 : day;
}

/*
 * A time of day alone.  Logs go forward, and may be silent for most of a day: behind another line it is the first such
 * time that is not before that line, but for lines that come out of order and clocks that are set back.
 */
static int64_t
stamp_without_date(const struct stamp *s, int64_t near_s, int64_t last_s, bool has_last)
{
	int64_t anchor_s = has_last ? last_s : near_s, day = stamp_day_of(s, anchor_s), t = near_s;

	for (int64_t k = -1; k <= 1; k++) {
		int64_t d = has_last ? day + k : day - k;

		t = stamp_utc(s, d * STAMP_DAY_S + stamp_of_day(s), anchor_s);
		if (has_last ? t >= last_s - STAMP_BACK_S : t <= near_s + STAMP_AHEAD_S)
			break;
	}
	return t;
}

/* Year of a day counted from 1970. */
static int32_t
stamp_year_of(int64_t day)
{
	int32_t year = (int32_t)(1970 + day / 366);

	while (stamp_days(year + 1, 1, 1) <= day)
		year++;
	return year;
}

static bool
stamp_without_year(const struct stamp *s, int64_t near_s, int64_t hint_s, int64_t *out)
{
	int32_t newest = stamp_year_of(stamp_day_of(s, near_s)) + 1;

	for (int32_t y = newest; y >= newest - STAMP_LEAP_YEARS - 1; y--) {
		if (!stamp_date_exists(y, s->month, s->day))
			continue;
		*out = stamp_utc(s, stamp_days(y, s->month, s->day) * STAMP_DAY_S + stamp_of_day(s), hint_s);
		if (*out <= near_s + STAMP_DAY_S)
			return true;
	}
	return false;
}

int64_t
stamp_resolve(const struct stamp *s, int64_t near_ns, int64_t last_ns)
{
	int64_t near_s = stamp_floor_s(near_ns), last_s = stamp_floor_s(last_ns), t;
	int64_t hint_s = last_ns != 0 ? last_s : near_s;

	if (s->is_epoch)
		return s->epoch_ns;
	if (!s->has_time)
		return near_ns;
	if (!s->has_date)
		t = stamp_without_date(s, near_s, last_s, last_ns != 0);
	else if (!s->has_year) {
		if (!stamp_without_year(s, near_s, hint_s, &t))
			return near_ns;
	} else {
		if (!stamp_date_exists(s->year, s->month, s->day))
			return near_ns;
		t = stamp_utc(s, stamp_days(s->year, s->month, s->day) * STAMP_DAY_S + stamp_of_day(s), hint_s);
	}
	return t * NS_PER_S + s->ns;
}
