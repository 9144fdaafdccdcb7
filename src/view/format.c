/* format - numbers and the words of an event as the screens write them; see view_int.h. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "view_int.h"

static void
view_group(char *out, size_t cap, uint64_t n)
{
	char digits[24];
	size_t len = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, n), at = 0;

	for (size_t i = 0; i < len && at + 2 < cap; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			out[at++] = ',';
		out[at++] = digits[i];
	}
	out[at] = '\0';
}

char *
view_number(char *out, size_t cap, uint64_t n, size_t width)
{
	static const char units[] = "kMGTPE";
	char text[32];
	double v = (double)n;
	size_t unit = 0;

	view_group(text, sizeof text, n);
	if (strlen(text) <= width) {
		(void)snprintf(out, cap, "%s", text);
		return out;
	}
	/* 999.95 would round to four digits before the point. */
	for (v /= 1000; v >= 999.5 && unit + 1 < sizeof units - 1; unit++)
		v /= 1000;
	(void)snprintf(out, cap, v < 99.95 && width >= 5 ? "%.1f%c" : "%.0f%c", v, units[unit]);
	return out;
}

char *
view_rate(char *out, size_t cap, double per_s)
{
	if (per_s > 0 && per_s < 0.05)
		(void)snprintf(out, cap, "<0.1");
	else if (per_s < 999.95)
		(void)snprintf(out, cap, "%.1f", per_s > 0 ? per_s : 0.0);
	else
		(void)view_number(out, cap, per_s < 1e18 ? (uint64_t)(per_s + 0.5) : UINT64_C(1000000000000000000), 6);
	return out;
}

char *
view_share(char *out, size_t cap, uint64_t part, uint64_t whole)
{
	double share;

	if (whole == 0) {
		(void)snprintf(out, cap, "-");
		return out;
	}
	share = 100.0 * (double)part / (double)whole;
	if (part > 0 && share < 0.05)
		(void)snprintf(out, cap, "<0.1%%");
	else
		(void)snprintf(out, cap, "%.1f%%", share);
	return out;
}

enum ui_role
view_class_role(unsigned code)
{
	static const enum ui_role roles[] = {
		ROLE_CLASS_1XX,
		ROLE_CLASS_2XX,
		ROLE_CLASS_3XX,
		ROLE_CLASS_4XX,
		ROLE_CLASS_5XX,
		ROLE_CLASS_6XX,
	};

	return code >= SIP_CODE_MIN && code <= SIP_CODE_MAX ? roles[code / 100 - 1] : ROLE_TEXT;
}

struct slice
view_phrase(const struct event *e)
{
	struct slice phrase = slice_trim(e->phrase);

	return phrase.n > 0 ? phrase : slice_str(sip_code_phrase(e->code));
}

void
view_explain(const struct event *e, struct sip_explanation *out)
{
	struct sip_explain_in in = {
		.code = e->code,
		.phrase = e->phrase,
		.reason = e->reason,
		.warning = e->warning,
		.server = e->agent,
		.q850 = e->q850,
		.warn_code = e->warn_code,
		.detail = e->detail,
		.own = e->direction == DIRECTION_SENT,
	};

	sip_explain(&in, out);
}
