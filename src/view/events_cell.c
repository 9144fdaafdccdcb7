/*
 * events_cell - one failure in the cells of a row; see events_int.h.
 * One thing to know: colour never tells alone: what recovered, was passed on or belongs to a call says so in a word.
 */
#include <stdio.h>
#include <string.h>

#include "events_int.h"
#include "sipwhy/timefmt.h"

enum { CELL_TEXT = 192 };

static struct slice
cell_or_dash(struct slice s)
{
	return s.n > 0 ? s : slice_str("-");
}

static bool
cell_is_relayed(const struct event *e)
{
	return e->said_by.n > 0 && !slice_eq(e->said_by, e->src);
}

/* An address without its port. */
static struct slice
cell_host(struct slice s)
{
	size_t n = s.n;

	while (n > 0 && s.p[n - 1] != ':')
		n--;
	if (n > 1 && (s.p[0] == '[' || memchr(s.p, ':', n - 1) == NULL))
		s.n = n - 1;
	return s;
}

/* "Min-Expires 3600" of "Min-Expires: 3600". */
static void
cell_needs(struct slice line, char *out, size_t cap)
{
	struct slice value = line, name = slice_cut(&value, ':');

	value = slice_trim(value);
	(void)snprintf(out, cap, "%.*s %.*s", (int)(name.n < 24 ? name.n : 24), name.p,
	    (int)(value.n < 40 ? value.n : 40), value.n > 0 ? value.p : "");
}

/* As view_reason, and what only a list has room to find: who said it, how long nobody spoke. */
static void
cell_reason(const struct event *e, char *out, size_t cap)
{
	const char *word = e->recovered ? "recovered " : e->in_call ? "in call " : "";
	size_t at = (size_t)snprintf(out, cap, "%s", word);
	bool causes = e->q850 >= 0 || e->warn_code >= 0 || e->auth || e->ack_missing;
	struct slice host = cell_host(e->said_by);

	out += at;
	cap -= at;
	if (e->code == 0 && !causes && e->setup_ms >= 1000)
		(void)snprintf(out, cap, "%s %ds", e->rang ? "rang, no answer" : "no final answer", e->setup_ms / 1000);
	else if (!causes && (e->code == 423 || e->code == 422) && e->needs.n > 0)
		cell_needs(e->needs, out, cap);
	else if (!causes && cell_is_relayed(e))
		(void)snprintf(out, cap, "said by %.*s", (int)(host.n < 64 ? host.n : 64), host.p);
	else
		(void)view_reason(e, out, cap);
}

static void
cell_time(const struct viewer *v, const struct event *e, const struct event *before, char *out, size_t cap)
{
	const struct event *first = sift_at(v->sift, v->ascending ? 0 : sift_count(v->sift) - 1);
	int64_t from = v->time_form == TIME_IS_DELTA ? before != NULL ? before->t_ns : e->t_ns
	    : first != NULL                          ? first->t_ns
						     : e->t_ns;
	int64_t ms = (e->t_ns - from) / 1000000;
	char span[24];

	if (v->time_form == TIME_IS_LOCAL || v->time_form == TIME_IS_UTC)
		(void)lens_row_time(v, out, cap, e->t_ns, 9);
	else if (event_is_coarse(e) && from % NS_PER_S == 0 && ms > -60000 && ms < 60000)
		(void)timefmt_about(out, cap, ms);
	else if (ms > -60000 && ms < 60000)
		(void)snprintf(out, cap, "%c%d.%03d", ms < 0 ? '-' : '+', (int)(ms < 0 ? -ms : ms) / 1000,
		    (int)(ms < 0 ? -ms : ms) % 1000);
	else
		(void)snprintf(
		    out, cap, "%c%s", ms < 0 ? '-' : '+', view_span(span, sizeof span, (ms < 0 ? -ms : ms) * 1000000));
}

static void
cell_seen(const struct event *e, char *out, size_t cap)
{
	char n[16];

	out[0] = '\0';
	if (view_seen(e) > 1)
		(void)snprintf(out, cap, "x%s", view_number(n, sizeof n, view_seen(e), 5));
}

static struct slice
cell_peer(const struct viewer *v, const struct event *e)
{
	struct slice address = e->direction == DIRECTION_SENT ? e->dst : e->src;

	return v->addresses && address.n > 0 ? cell_host(address) : e->peer;
}

/* A field of the filter language, as one would write it there. */
static void
cell_value(const struct viewer *v, const struct event *e, const char *field, char *out, size_t cap)
{
	const struct filter_field *f = filter_field_find(slice_str(field));

	if (f == NULL || filter_value(f, e, &v->filter_env, out, cap) == 0)
		(void)snprintf(out, cap, "-");
}

char *
events_cell(
    const struct viewer *v, const struct event *e, const struct event *before, size_t column, char *out, size_t cap)
{
	struct slice s = { NULL, 0 };

	switch (column) {
	case EVENTS_TIME:
		cell_time(v, e, before, out, cap);
		return out;
	case EVENTS_CODE:
		return view_code(out, cap, e->code);
	case EVENTS_REASON:
		cell_reason(e, out, cap);
		return out;
	case EVENTS_N:
		cell_seen(e, out, cap);
		return out;
	case EVENTS_SETUP:
		return view_delay(out, cap, e, e->setup_ms);
	case EVENTS_METHOD:
		s = e->method;
		break;
	case EVENTS_PEER:
		s = cell_peer(v, e);
		break;
	case EVENTS_FROM:
		s = e->from;
		break;
	case EVENTS_TO:
		s = slice_eq(e->method, slice_str("REGISTER")) && slice_eq(e->to, e->from) ? s : e->to;
		break;
	case EVENTS_SAID_BY:
		s = cell_host(e->said_by.n > 0 ? e->said_by : e->src);
		break;
	case EVENTS_UA:
		s = e->agent.n > 0 ? e->agent : e->user_agent;
		break;
	case EVENTS_SOURCE:
		s = e->source;
		break;
	case EVENTS_CALL_ID:
		s = e->call_id;
		break;
	case EVENTS_WARNING:
		s = e->warning;
		break;
	default:
		cell_value(v, e, events_column(column)->field, out, cap);
		return out;
	}
	s = cell_or_dash(s);
	(void)slice_copy(out, cap, s);
	return out;
}

void
events_header_draw(
    const struct viewer *v, const struct events *s, const struct events_place *p, struct canvas *c, int row, int width)
{
	canvas_fill(c, row, 0, width, ROLE_LIST_HEADER, ' ');
	for (size_t i = 0; i < p->n; i++) {
		const struct events_column_info *info = events_column(p->column[i]);
		bool sorted = info->order == v->order;
		enum ui_role role = s->chosen && s->column == p->column[i] ? ROLE_LIST_CURSOR
		    : sorted                                               ? ROLE_LIST_HEADER_SORTED
									   : ROLE_LIST_HEADER;
		int used = (int)strlen(info->title), room = p->width[i], at = p->at[i];

		at += info->right && used < room ? room - used : 0;
		(void)canvas_text(c, row, at, room, role, slice_str(info->title));
		if (info->order != SIFT_ORDER_N)
			view_spots_column(v, row, p->at[i], room, p->column[i]);
		/* Newest first goes without saying; line 2 has it in words. */
		if (sorted && (info->order != SIFT_TIME || v->ascending) && used + 2 <= room)
			(void)canvas_text(c, row, info->right ? p->at[i] : at + used + 1, 1, role,
			    slice_str(v->ascending ? "^" : "v"));
	}
}

/* One of the eight colours that tell calls apart; names that share one are still told by their text. */
static enum ui_role
cell_hue(struct slice s)
{
	unsigned h = 5381;

	for (size_t i = 0; i < s.n; i++)
		h = h * 33 + (unsigned char)s.p[i];
	return (enum ui_role)(ROLE_CALL_0 + h % 8);
}

static enum ui_role
cell_role(const struct viewer *v, const struct event *e, size_t column)
{
	bool away = v->away_ns != 0 && e->t_ns > v->away_ns;

	if (column == EVENTS_CODE)
		return view_event_role(e);
	if (e->recovered)
		return ROLE_TEXT_DIM;
	if (v->color_by == 1 && column == EVENTS_PEER)
		return cell_hue(e->peer);
	if (v->color_by == 2 && (column == EVENTS_FROM || column == EVENTS_TO || column == EVENTS_CALL_ID))
		return cell_hue(e->call_id);
	if (away)
		return ROLE_LIST_NEW;
	if (cell_is_relayed(e))
		return ROLE_LIST_RELAYED;
	if (column == EVENTS_REASON && view_rank(e) > 0)
		return ROLE_TEXT_DIM;
	return ROLE_TEXT;
}

void
view_shorten(char *text, int width)
{
	static const char *const forms[][2] = { { "Temporarily ", "Temp. " }, { "Unauthorized", "Unauth." },
		{ "Not Acceptable ", "Not Accept. " }, { "Transaction", "Trans." }, { "Internal ", "Int. " } };

	for (size_t i = 0; i < sizeof forms / sizeof forms[0] && (int)strlen(text) > width; i++) {
		size_t from = strlen(forms[i][0]), to = strlen(forms[i][1]);
		char *at = strstr(text, forms[i][0]);

		if (at == NULL)
			continue;
		memcpy(at, forms[i][1], to);
		memmove(at + to, at + from, strlen(at + from) + 1);
	}
}

static void
cell_draw(const struct viewer *v, const struct event *e, const struct event *before, size_t column, struct canvas *c,
    int row, int col, int width)
{
	char text[CELL_TEXT];
	enum ui_role role = cell_role(v, e, column);
	int used;

	(void)events_cell(v, e, before, column, text, sizeof text);
	if (column == EVENTS_REASON)
		view_shorten(text, width);
	used = (int)strlen(text);
	/* A number that is cut would be a wrong one. */
	if (column == EVENTS_N && used > width)
		(void)canvas_text(c, row, col, width, role, slice_str(used - 1 <= width ? text + 1 : "9+"));
	else if (column == EVENTS_PEER || column == EVENTS_FROM || column == EVENTS_TO || column == EVENTS_SAID_BY)
		view_name(c, row, col, width, role, slice_str(text));
	else if (events_column(column)->right && used < width)
		(void)canvas_text(c, row, col + width - used, used, role, slice_str(text));
	else
		(void)canvas_text(c, row, col, width, role, slice_str(text));
}

void
events_row_draw(const struct viewer *v, const struct event *e, const struct event *before, const struct events_place *p,
    struct canvas *c, int row, int width, bool cursor)
{
	bool marked = lens_is_marked(v, e->id);
	enum ui_role role = ROLE_LIST_CURSOR;

	for (size_t i = 0; i < p->n; i++)
		if (p->column[i] != EVENTS_MARK)
			cell_draw(v, e, before, p->column[i], c, row, p->at[i], p->width[i]);
	if (marked)
		canvas_paint(c, row, 0, width, ROLE_LIST_MARKED);
	if (cursor)
		canvas_paint(c, row, 0, width, role);
	if (cursor || marked)
		(void)canvas_text(c, row, 0, 1, cursor ? role : ROLE_LIST_MARKED, slice_str(marked ? "*" : ">"));
}

char *
events_line(const struct event *e, char *out, size_t cap)
{
	char time[32], code[8], reason[CELL_TEXT];
	struct slice part[] = { e->method, e->peer, e->from, e->to, e->call_id };
	size_t at;

	cell_reason(e, reason, sizeof reason);
	at = (size_t)snprintf(out, cap, "%s %s %s", timefmt_rfc3339(time, sizeof time, e->t_ns),
	    view_code(code, sizeof code, e->code), reason);
	for (size_t i = 0; i < sizeof part / sizeof part[0] && at < cap; i++) {
		struct slice s = cell_or_dash(part[i]);

		at += (size_t)snprintf(out + at, cap - at, " %.*s", (int)(s.n < 128 ? s.n : 128), s.p);
	}
	return out;
}
