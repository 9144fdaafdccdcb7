/*
 * stamp - the times that logs print: found in the text, and placed on the time line when year, zone or date lack.
 */
#ifndef LOGFMT_STAMP_H
#define LOGFMT_STAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "sipwhy/slice.h"

/* What a stamp says.  text: its bytes in the line.  Fields that lack are 0 and their has_ flag is false. */
struct stamp {
	struct slice text;
	int32_t year;
	uint8_t month, day, hour, minute, second; /* month 1..12, day 1..31 */
	uint32_t ns;
	int32_t offset_s; /* east of UTC */
	bool has_date, has_year, has_zone, has_time, is_epoch;
	int64_t epoch_ns; /* is_epoch: all of it */
};

/* A time of day behind another line may be that much before it. */
enum { STAMP_BACK_S = 2 * 3600 };

/*
 * The first stamp in `text` that begins within its first `within` bytes: RFC 3339 and ISO (T or blank, comma or point
 * before the fraction, Z or offset), "Mmm dd[ yyyy] hh:mm:ss[.frac][ ZONE]", "yyyy/mm/dd", "DD-MM@hh:mm:ss.mmm", US
 * "MMDDYYYY hhmmss.us", epoch "1772532901[.us]" behind "timestamp=" or "time: " and 16 digits of microseconds behind
 * journald's TIMESTAMP key, and "hh:mm:ss[.frac]" alone.  False and *out all zero when there is none.
 */
bool stamp_find(struct slice text, size_t within, struct stamp *out);

/*
 * Where it stands in time.  near_ns: the time the text came with; last_ns: the newest time resolved before in this
 * stream, 0 none.  Without a year: the latest year that is not more than a day behind near_ns's future.  Without a
 * date: the first such time that is not more than two hours before last_ns, else the latest not more than a minute
 * after near_ns.  Without a zone: local time (TZ); an hour that stands twice at the end of summer time goes with
 * last_ns.  Never fails; a date that does not exist gives near_ns.
 */
int64_t stamp_resolve(const struct stamp *s, int64_t near_ns, int64_t last_ns);

#endif
