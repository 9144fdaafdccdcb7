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

unsigned
view_rank(unsigned code)
{
	const struct sip_code *row = sip_code_find(code);

	if (row == NULL || row->bucket == NULL)
		return 0;
	return strcmp(row->bucket, "challenge") == 0 ? 2 : strcmp(row->bucket, "caller") == 0 ? 1 : 0;
}

enum ui_role
view_code_role(unsigned code)
{
	return view_rank(code) > 0 ? ROLE_TEXT_DIM : view_class_role(code);
}

void
view_name(struct canvas *c, int row, int col, int width, enum ui_role role, struct slice name)
{
	size_t number = 0;

	while (number < name.n && name.p[number] > 0 && strchr("+0123456789abcdefABCDEF:.%", name.p[number]) != NULL)
		number++;
	if (number < name.n || width < 4 || name.n <= (size_t)width) {
		(void)canvas_text(c, row, col, width, role, name);
		return;
	}
	name.p += name.n - (size_t)width + 1;
	name.n = (size_t)width - 1;
	(void)canvas_printf(c, row, col, 1, role, "~");
	(void)canvas_text(c, row, col + 1, width - 1, role, name);
}

struct slice
view_phrase(const struct event *e)
{
	struct slice phrase = slice_trim(e->phrase);

	return phrase.n > 0 ? phrase : slice_str(sip_code_phrase(e->code));
}

/* A challenge in its usual words, with no cause of its own. */
static bool
view_is_plain_challenge(const struct event *e)
{
	struct slice phrase = view_phrase(e), usual = slice_str(sip_code_phrase(e->code));

	return view_rank(e->code) == 2 && e->q850 < 0 && e->warn_code < 0 && phrase.n == usual.n &&
	    slice_istarts(phrase, usual);
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
	if (view_is_plain_challenge(e))
		out->headline = "A challenge, normal once: the next try must carry credentials.";
}
