/*
 * timefmt - times as text.  Time is always given: nanoseconds since 1970-01-01 UTC, int64_t `t_ns`.
 */
#ifndef SIPWHY_TIMEFMT_H
#define SIPWHY_TIMEFMT_H

#include <stddef.h>
#include <stdint.h>

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)

/* "2026-11-22T14:32:07.123456Z" (RFC 3339, UTC, microseconds) into out[28 or more]; returns out. */
char *timefmt_rfc3339(char *out, size_t cap, int64_t t_ns);

/* The reverse of timefmt_rfc3339 for exactly that form (0 to 9 digits of fraction); 0, or -EINVAL. */
int timefmt_parse_rfc3339(const char *s, size_t n, int64_t *t_ns);

/* "14:32:07" in local time into out[9 or more]; returns out. */
char *timefmt_clock(char *out, size_t cap, int64_t t_ns);

/* "14:32:07.123" in local time into out[13 or more]; returns out. */
char *timefmt_clock_ms(char *out, size_t cap, int64_t t_ns);

/* "2026-11-22 14:32:07.123" in local time into out[24 or more]; returns out. */
char *timefmt_date_ms(char *out, size_t cap, int64_t t_ns);

/* "<1s", "~32s": a delay between two times of whole seconds, either sign; out[24 or more]; returns out. */
char *timefmt_about(char *out, size_t cap, int64_t ms);

#endif
