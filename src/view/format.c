/* format - numbers and the words of an event as the screens write them; see view_int.h. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/timefmt.h"
#include "view_int.h"

/* Distinct values are exact to here (store.h). */
enum { FORMAT_EXACT = 64 };

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
	(void)snprintf(
	    out, cap, (v < 9.95 && width >= 4) || (v < 99.95 && width >= 5) ? "%.1f%c" : "%.0f%c", v, units[unit]);
	return out;
}

char *
view_about(unsigned n, uint64_t most, char *out, size_t cap)
{
	char text[24];

	/* An estimate may be more than there were at all. */
	n = n > most ? (unsigned)most : n;
	(void)snprintf(
	    out, cap, "%s%s", n > FORMAT_EXACT ? "~" : "", n > 0 ? view_number(text, sizeof text, n, 4) : "-");
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

char *
view_percent(char *out, size_t cap, double percent)
{
	if (isnan(percent))
		(void)snprintf(out, cap, "-");
	else if (percent > 0 && percent < 0.05)
		(void)snprintf(out, cap, "<0.1%%");
	else if (percent < 100 && percent >= 99.95)
		(void)snprintf(out, cap, ">99.9%%");
	else
		(void)snprintf(out, cap, "%.1f%%", percent < 0 ? 0.0 : percent < 1e6 ? percent : 1e6);
	return out;
}

char *
view_ms(char *out, size_t cap, double ms)
{
	if (isnan(ms) || ms < 0)
		(void)snprintf(out, cap, "-");
	else if (ms < 999.5)
		(void)snprintf(out, cap, "%.0fms", ms);
	else if (ms < 9950)
		(void)snprintf(out, cap, "%.1fs", ms / 1000);
	else
		(void)snprintf(out, cap, "%.0fs", ms < 1e9 ? ms / 1000 : 1e6);
	return out;
}

char *
view_delay(char *out, size_t cap, const struct event *e, int32_t ms)
{
	return ms >= 0 && event_is_coarse(e) ? timefmt_about(out, cap, ms) : view_ms(out, cap, ms);
}

char *
view_span(char *out, size_t cap, int64_t ns)
{
	int64_t s = ns > 0 ? ns / NS_PER_S : 0, m = s / 60, h = m / 60;

	if (h >= 24)
		(void)snprintf(out, cap, "%" PRId64 "d %02" PRId64 "h", h / 24, h % 24);
	else if (h > 0)
		(void)snprintf(out, cap, "%" PRId64 ":%02" PRId64 ":%02" PRId64, h, m % 60, s % 60);
	else
		(void)snprintf(out, cap, "%" PRId64 ":%02" PRId64, m, s % 60);
	return out;
}

char *
view_code(char *out, size_t cap, unsigned code)
{
	if (code == 0)
		(void)snprintf(out, cap, "---");
	else
		(void)snprintf(out, cap, "%u", code);
	return out;
}

const char *
view_code_words(unsigned code)
{
	return code == 0 ? "no response" : sip_code_phrase(code);
}

bool
view_is_minor(unsigned code)
{
	const struct sip_code *row = sip_code_find(code);
	const char *bucket = row != NULL && row->bucket != NULL ? row->bucket : "";
	const char *severity = row != NULL && row->severity != NULL ? row->severity : "";

	/* What an answered challenge is, one that was refused or left is not; nor is a call without its ACK. */
	if (code < 300 || strcmp(bucket, "challenge") == 0)
		return false;
	return strcmp(severity, "info") == 0 || strcmp(bucket, "callee") == 0;
}

unsigned
view_rank(const struct event *e)
{
	return e->recovered ? 2 : e->in_call || view_is_minor(e->code) ? 1 : 0;
}

enum ui_role
view_code_role(unsigned code)
{
	static const enum ui_role roles[] = {
		ROLE_CLASS_1XX,
		ROLE_CLASS_2XX,
		ROLE_CLASS_3XX,
		ROLE_CLASS_4XX,
		ROLE_CLASS_5XX,
		ROLE_CLASS_6XX,
	};

	if (code == 0)
		return ROLE_CLASS_SILENCE;
	return code >= SIP_CODE_MIN && code <= SIP_CODE_MAX ? roles[code / 100 - 1] : ROLE_TEXT;
}

enum ui_role
view_event_role(const struct event *e)
{
	return e->recovered ? ROLE_TEXT_DIM : view_code_role(e->code);
}

uint64_t
view_seen(const struct event *e)
{
	return 1 + (uint64_t)e->repeats + e->copies;
}

uint64_t
view_failures(const struct store *s)
{
	uint64_t total = store_event_total(s), recovered = store_event_recovered(s);

	return total > recovered ? total - recovered : 0;
}

char *
view_when(char *out, size_t cap, int64_t t_ns, int64_t than_ns)
{
	char date[32], than[32];

	(void)timefmt_date_ms(date, sizeof date, t_ns);
	(void)timefmt_date_ms(than, sizeof than, than_ns);
	if (strlen(date) < 19 || strncmp(date, than, 10) == 0)
		return timefmt_clock(out, cap, t_ns);
	(void)snprintf(out, cap, "%.19s", date);
	return out;
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

	return phrase.n > 0 ? phrase : slice_str(view_code_words(e->code));
}

bool
view_peer_known(const struct event *e)
{
	return e->peer.n > 0 && !slice_eq(e->peer, slice_str("-"));
}

bool
view_source_is_log(const struct source_stat *s)
{
	return s->text || strcmp(s->kind, "follow") == 0 || strcmp(s->kind, "syslog") == 0;
}

bool
view_source_listens(const struct source_stat *s)
{
	return strcmp(s->kind, "syslog") == 0 || strcmp(s->kind, "mirror") == 0 || strcmp(s->kind, "tzsp") == 0;
}

char *
view_source_name(const struct source_stat *s, char *out, size_t cap)
{
	size_t n = strlen(s->name);
	bool said = strcmp(s->kind, "syslog") == 0 || (n > 4 && strcmp(s->name + n - 4, ".log") == 0);

	(void)snprintf(out, cap, "%s%s", s->name, view_source_is_log(s) && !said ? " (log)" : "");
	return out;
}

const char *
view_source_unit(const struct source_stat *s)
{
	if (view_source_is_log(s))
		return s->frames == 1 ? "line" : "lines";
	return s->frames == 1 ? "packet" : "packets";
}

/* The input has no state for it: it goes on reading, of what may come.  Its sentence says so. */
bool
view_source_waits(const struct store_source *s)
{
	return strcmp(s->stat.kind, "follow") == 0 && strcmp(s->stat.state, "reading") == 0 &&
	    strstr(s->sentence, "waiting ") != NULL;
}

const char *
view_source_state(const struct store_source *s)
{
	return view_source_waits(s) ? "waiting" : s->stat.state;
}

const char *
view_cause(unsigned q850)
{
	static const struct {
		uint8_t cause;
		const char *words;
	} words[] = { { 1, "unallocated" }, { 2, "no transit" }, { 3, "no route" }, { 6, "bad channel" },
		{ 16, "cleared" }, { 17, "busy" }, { 18, "no user" }, { 19, "no answer" }, { 20, "absent" },
		{ 21, "rejected" }, { 22, "new number" }, { 25, "loop" }, { 26, "not chosen" }, { 27, "out of order" },
		{ 28, "bad number" }, { 29, "facility" }, { 31, "unspecified" }, { 34, "no circuit" },
		{ 38, "network down" }, { 41, "temporary" }, { 42, "congestion" }, { 43, "info lost" },
		{ 44, "no such chan" }, { 47, "no resource" }, { 50, "unsubscribed" }, { 55, "barred in" },
		{ 57, "bearer barred" }, { 58, "no bearer now" }, { 63, "no service" }, { 65, "bearer type" },
		{ 66, "chan. type" }, { 69, "facility type" }, { 79, "not built" }, { 87, "no group user" },
		{ 88, "incompatible" }, { 95, "bad message" }, { 96, "IE missing" }, { 97, "message type" },
		{ 98, "wrong state" }, { 99, "IE unknown" }, { 100, "IE wrong" }, { 101, "wrong state" },
		{ 102, "timer expired" }, { 111, "protocol" }, { 127, "interworking" } };

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (words[i].cause == q850)
			return words[i].words;
	return NULL;
}

/* "Q.850/34 no circuit", "Warn 304 Media type not available", a finding, the phrase. */
char *
view_reason(const struct event *e, char *out, size_t cap)
{
	const char *cause = e->q850 >= 0 ? view_cause((unsigned)e->q850) : NULL;
	struct slice phrase = view_phrase(e);

	if (cause != NULL)
		(void)snprintf(out, cap, "Q.850/%d %s", e->q850, cause);
	else if (e->q850 >= 0)
		(void)snprintf(out, cap, "Q.850/%d", e->q850);
	else if (e->warn_code >= 0)
		(void)snprintf(out, cap, "Warn %d %.*s", e->warn_code, (int)(phrase.n < 40 ? phrase.n : 40), phrase.p);
	else if (e->auth)
		(void)snprintf(out, cap, "credentials refused");
	else if (e->ack_missing)
		(void)snprintf(out, cap, "answer not acknowledged");
	else
		(void)snprintf(out, cap, "%.*s", (int)(phrase.n < 100 ? phrase.n : 100), phrase.n > 0 ? phrase.p : "");
	return out;
}

void
view_explain(const struct event *e, struct sip_explanation *out)
{
	sip_explain_event(e, out);
	if (out->headline == NULL)
		out->headline = "";
}

char *
view_transport(char *out, size_t cap, unsigned transport)
{
	(void)snprintf(out, cap, "%s", transport_name(transport));
	for (char *p = out; *p != '\0'; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
	return out;
}
