/*
 * look - which moment is shown, and what classes of messages did up to it; see sipwhy/store.h.
 * The one thing to know: looking back needs no copy, because buckets and events know their time; it only moves the end
 * of what is summed.
 */
#include <string.h>

#include "sipwhy/store.h"
#include "sipwhy/timefmt.h"
#include "store/moment.h"

/* How long buckets are kept, and those of one second; what "usual" is taken from, and how much of it must be known. */
enum { LOOK_KEPT_S = 259200, LOOK_USUAL_S = 3600, LOOK_USUAL_MIN_S = 600, LOOK_SECONDS = 600 };

int64_t
moment_now(const struct moment *m)
{
	return m->status.live && m->wall_ns > 0 ? m->wall_ns : m->newest_ns;
}

int64_t
moment_before(int64_t t_ns, int64_t s)
{
	int64_t out;

	if (__builtin_sub_overflow(t_ns, s * NS_PER_S, &out))
		return s > 0 ? INT64_MIN : INT64_MAX;
	return out;
}

int64_t
moment_span_s(int64_t from_ns, int64_t to_ns)
{
	return to_ns / NS_PER_S - from_ns / NS_PER_S - (to_ns % NS_PER_S < from_ns % NS_PER_S);
}

int64_t
store_now(const struct store *s)
{
	return s->look.at_ns != 0 ? s->look.at_ns : moment_now(store_moment(s));
}

int64_t
store_looking(const struct store *s)
{
	return s->look.at_ns;
}

int64_t
store_oldest(const struct store *s)
{
	const struct moment *m = store_moment(s);
	int64_t kept_ns = moment_before(m->newest_ns, LOOK_KEPT_S);

	return m->first_ns != 0 && kept_ns > m->first_ns ? kept_ns : m->first_ns;
}

void
store_look_again(struct store *s)
{
	int64_t second;

	if (s->look.at_ns == 0)
		return;
	/* All of its second, as the buckets have it. */
	second = s->look.at_ns - s->look.at_ns % NS_PER_S;
	s->look.shown = event_list_until(&store_moment(s)->events, moment_before(second, -1) - 1);
}

void
store_look(struct store *s, int64_t at_ns)
{
	int64_t oldest = store_oldest(s);

	if (oldest == 0 || at_ns >= moment_now(store_moment(s)))
		at_ns = 0;
	else if (at_ns != 0 && at_ns < oldest)
		at_ns = oldest;
	s->look.at_ns = at_ns;
	store_look_again(s);
	s->revision++;
}

/* Sum since the start of what the buckets of a class count. */
static uint64_t
look_total(const struct store *s, unsigned cls)
{
	const struct moment *m = store_moment(s);
	uint64_t all = cls < STORE_CLASS_EVENTS ? counts_class(&m->counts, cls)
	    : cls == STORE_CLASS_EVENTS         ? m->counts.events
						: ledger_code(&m->ledger, 0);
	uint64_t later = s->look.at_ns != 0 ? series_after(m->trend.series, cls - 1, s->look.at_ns) : 0;

	return all > later ? all - later : 0;
}

uint64_t
store_window(const struct store *s, unsigned cls, unsigned window_s)
{
	if (cls == 0 || cls >= STORE_CLASS_N)
		return 0;
	return window_s > 0 ? series_sum(store_moment(s)->trend.series, cls - 1, store_now(s), window_s)
			    : look_total(s, cls);
}

double
store_rate(const struct store *s, unsigned cls, unsigned window_s)
{
	const struct moment *m = store_moment(s);
	double span_s = (double)window_s;

	/* A young run has no full window yet; dividing by it would tell a rate that never was. */
	if (m->first_ns != 0) {
		double age_s = ((double)store_now(s) - (double)m->first_ns) / (double)NS_PER_S + 1;

		if (age_s >= 1 && (age_s < span_s || window_s == 0))
			span_s = age_s;
	}
	return span_s > 0 ? (double)store_window(s, cls, window_s) / span_s : 0;
}

void
store_history(const struct store *s, unsigned cls, unsigned step_s, uint64_t *out, size_t n)
{
	series_get(store_moment(s)->trend.series, cls - 1, store_now(s), step_s, out, n);
}

static int64_t
look_floor(int64_t v, int64_t by)
{
	return v / by - (v % by < 0);
}

bool
store_peak(const struct store *s, unsigned cls, unsigned step_s, size_t n, uint64_t *most)
{
	const struct moment *m = store_moment(s);
	uint64_t second[LOOK_SECONDS];
	int64_t last = look_floor(store_now(s), NS_PER_S), first;

	*most = 0;
	if (step_s == 0 || n == 0 || n > LOOK_KEPT_S / step_s)
		return false;
	first = (look_floor(last, step_s) - (int64_t)n + 1) * step_s;
	/* Minutes that are half outside would tell of what is not drawn. */
	if (look_floor(m->newest_ns, NS_PER_S) - first >= LOOK_SECONDS || last - first >= LOOK_SECONDS)
		return trend_most(&m->trend, cls - 1, look_floor(first, 60), look_floor(last, 60), most);
	series_get(m->trend.series, cls - 1, store_now(s), 1, second, (size_t)(last - first + 1));
	for (int64_t i = 0; i <= last - first; i++)
		*most = second[i] > *most ? second[i] : *most;
	return true;
}

int64_t
moment_usual(const struct moment *m, int64_t now_ns, unsigned window_s, int64_t *end_ns)
{
	int64_t known_s;

	*end_ns = moment_before(now_ns, window_s);
	if (window_s == 0 || m->first_ns == 0)
		return 0;
	known_s = moment_span_s(m->first_ns, *end_ns);
	if (known_s < LOOK_USUAL_MIN_S)
		return 0;
	return known_s < LOOK_USUAL_S ? known_s : LOOK_USUAL_S;
}

bool
store_usual(const struct store *s, unsigned cls, unsigned window_s, double *per_s)
{
	const struct moment *m = store_moment(s);
	int64_t end_ns, known_s = moment_usual(m, store_now(s), window_s, &end_ns);

	*per_s = 0;
	if (known_s > 0)
		*per_s = (double)series_sum(m->trend.series, cls - 1, end_ns, LOOK_USUAL_S) / (double)known_s;
	return known_s > 0;
}

bool
store_before_known(const struct store *s, unsigned window_s)
{
	const struct moment *m = store_moment(s);

	return window_s > 0 && m->first_ns != 0 &&
	    moment_span_s(m->first_ns, store_now(s)) >= 2 * (int64_t)window_s - 1;
}

static bool
store_usual_row(const struct store *s, const struct kpi_row *r, unsigned window_s, struct kpi_counts *out)
{
	int64_t end_ns;

	memset(out, 0, sizeof *out);
	if (r == NULL || moment_usual(store_moment(s), store_now(s), window_s, &end_ns) == 0)
		return false;
	/* The minute in which the window begins is left out: it is the window's. */
	kpi_past_sum(r->past, moment_before(end_ns, 60), LOOK_USUAL_S, out);
	return true;
}

bool
store_kpi_usual(const struct store *s, unsigned window_s, struct kpi_counts *out)
{
	return store_usual_row(s, store_moment(s)->kpi->all, window_s, out);
}

bool
store_kpi_peer_usual(const struct store *s, const char *name, unsigned window_s, struct kpi_counts *out)
{
	const struct kpi_row *r = kpi_list_row_of(store_moment(s)->kpi, name);

	return store_usual_row(s, r, window_s, out) && !kpi_is_zero(out);
}

void
store_since(const struct store *s, int64_t t_ns, struct store_away *out)
{
	const struct moment *m = store_moment(s);
	int64_t now_ns = store_now(s), span_s = moment_span_s(t_ns, now_ns) + 1;
	unsigned window_s = span_s < LOOK_KEPT_S ? (unsigned)span_s : LOOK_KEPT_S;

	*out = (struct store_away){ 0 };
	if (t_ns > now_ns)
		return;
	out->failures = series_sum(m->trend.series, STORE_CLASS_EVENTS - 1, now_ns, window_s);
	for (size_t i = 0; i < m->groups->n; i++) {
		const struct group *g = &m->groups->row[i];

		out->groups += g->count > 0 && g->first_ns >= t_ns && g->first_ns <= now_ns;
	}
	for (size_t i = 0; i < store_incident_count(s); i++)
		out->incidents += store_incident_at(s, i)->since_ns >= t_ns;
}

void
store_memory(const struct store *s, size_t *used, size_t *max)
{
	size_t held = s->now.events.bytes + (s->frozen != NULL ? s->frozen->events.bytes : 0);

	if (used != NULL)
		*used = held + messages_bytes(s->messages);
	if (max != NULL)
		*max = s->bytes_max + messages_max(s->messages);
}
