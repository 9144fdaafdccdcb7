/*
 * windows - top codes, peers and texts of a window, and what they had in the one before; see sipwhy/store.h.
 * The one thing to know: window 0 asks the totals, less what came after the moment that is looked at.
 */
#include <string.h>

#include "sipwhy/store.h"
#include "sipwhy/timefmt.h"
#include "store/moment.h"

enum { WINDOWS_CODES = SIP_CODE_MAX + 1, WINDOWS_FAILED = 400, WINDOWS_KEPT_S = 259200 };

/* n: failures, then responses. */
struct windows_codes {
	uint64_t n[2][WINDOWS_CODES];
};

static void
windows_code(void *ctx, uint32_t key, uint64_t n)
{
	struct windows_codes *sum = ctx;
	unsigned code;
	bool responses;

	if (trend_code_of(key, &code, &responses))
		sum->n[responses][code] += n;
}

static void
windows_less(uint64_t *of, uint64_t n)
{
	*of = *of > n ? *of - n : 0;
}

static void
windows_codes_total(const struct store *s, struct windows_codes *out)
{
	const struct moment *m = store_moment(s);
	struct windows_codes later;

	memset(&later, 0, sizeof later);
	if (s->look.at_ns != 0)
		book_after(m->trend.codes, s->look.at_ns, windows_code, &later);
	for (unsigned code = 0; code < WINDOWS_CODES; code = code == 0 ? WINDOWS_FAILED : code + 1) {
		out->n[0][code] = ledger_code(&m->ledger, code);
		out->n[1][code] = code > 0 ? counts_code(&m->counts, code) : 0;
		windows_less(&out->n[0][code], later.n[0][code]);
		windows_less(&out->n[1][code], later.n[1][code]);
	}
}

static bool
windows_code_before(const struct store_code *a, const struct store_code *b)
{
	if (a->events != b->events)
		return a->events > b->events;
	return a->responses != b->responses ? a->responses > b->responses : a->code < b->code;
}

size_t
store_window_codes(const struct store *s, unsigned window_s, struct store_code *out, size_t n)
{
	const struct book *codes = store_moment(s)->trend.codes;
	struct windows_codes sum, before;
	size_t used = 0, at;

	memset(&sum, 0, sizeof sum);
	memset(&before, 0, sizeof before);
	if (window_s == 0)
		windows_codes_total(s, &sum);
	else {
		book_window(codes, store_now(s), window_s, windows_code, &sum);
		book_window(codes, moment_before(store_now(s), window_s), window_s, windows_code, &before);
	}
	for (unsigned code = 0; code < WINDOWS_CODES; code = code == 0 ? WINDOWS_FAILED : code + 1) {
		struct store_code c = { (uint16_t)code, sum.n[1][code], sum.n[0][code], before.n[0][code] };

		if (c.responses + c.events == 0 || n == 0 || (used == n && !windows_code_before(&c, &out[n - 1])))
			continue;
		used += used < n;
		for (at = used - 1; at > 0 && windows_code_before(&c, &out[at - 1]); at--)
			out[at] = out[at - 1];
		out[at] = c;
	}
	return used;
}

size_t
store_top_codes(const struct store *s, struct store_code *out, size_t n)
{
	return store_window_codes(s, 0, out, n);
}

struct windows_cell {
	uint32_t key;
	uint64_t n;
};

static void
windows_one(void *ctx, uint32_t key, uint64_t n)
{
	struct windows_cell *c = ctx;

	c->n += key == c->key ? n : 0;
}

void
store_code_history(const struct store *s, unsigned code, bool responses, unsigned step_s, uint64_t *out, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct windows_cell c = { trend_code_key(code, responses), 0 };

		book_column(store_moment(s)->trend.codes, store_now(s), step_s, n - 1 - i, windows_one, &c);
		out[i] = c.n;
	}
}

static bool
windows_peer_before(const struct store_peer *a, const struct store_peer *b)
{
	return a->events != b->events ? a->events > b->events : strcmp(a->name, b->name) < 0;
}

static void
windows_peer_class(struct store_peer *p, unsigned code, uint64_t n)
{
	if (code <= SIP_CODE_MAX)
		p->by_class[code / 100] += n;
}

/* Classes of the codes that a total does not keep apart, from those that are kept in time. */
static void
windows_peer_rest(const struct store *s, const struct peer_stat *stat, struct topic_sum *kept, struct store_peer *out)
{
	const struct topic *peers = store_moment(s)->trend.peers;
	size_t row = topic_find(peers, slice_str(stat->name));

	if (kept->topic == NULL)
		topic_window(peers, store_now(s), WINDOWS_KEPT_S, kept);
	for (unsigned i = 0; row < peers->n && i < peers->row[row].n_codes; i++) {
		unsigned at = 0;

		while (at < PEER_CODES && (stat->codes[at].n == 0 || stat->codes[at].code != peers->row[row].code[i]))
			at++;
		if (at == PEER_CODES)
			windows_peer_class(out, peers->row[row].code[i], kept->n[row][i]);
	}
}

/* Into its place among the n most; what is none has no place. */
static size_t
windows_peer_put(struct store_peer *out, size_t used, size_t n, const struct store_peer *p)
{
	size_t at;

	if (p->events == 0 || n == 0 || (used == n && !windows_peer_before(p, &out[n - 1])))
		return used;
	used += used < n;
	for (at = used - 1; at > 0 && windows_peer_before(p, &out[at - 1]); at--)
		out[at] = out[at - 1];
	out[at] = *p;
	return used;
}

static size_t
windows_peers_total(const struct store *s, struct store_peer *out, size_t n)
{
	const struct moment *m = store_moment(s);
	struct peer_stat all[STORE_PEERS_MAX];
	struct topic_sum later, kept = { .topic = NULL };
	bool past = s->look.at_ns != 0;
	/* Only what is taken off can change the order. */
	size_t rows = peer_table_top(m->peers, all, past || n > STORE_PEERS_MAX ? STORE_PEERS_MAX : n), used = 0;

	if (past)
		topic_after(m->trend.peers, s->look.at_ns, &later);
	for (size_t i = 0; i < rows; i++) {
		size_t row = past ? topic_find(m->trend.peers, slice_str(all[i].name)) : m->trend.peers->n;
		struct store_peer p = { .role = all[i].role,
			.code = all[i].codes[0].code,
			.events = all[i].events,
			.code_events = all[i].codes[0].n };

		memcpy(p.name, all[i].name, sizeof p.name);
		if (row < m->trend.peers->n) {
			windows_less(&p.events, topic_row_sum(&later, row));
			windows_less(&p.code_events, topic_code_sum(&later, row, p.code));
		}
		for (unsigned k = 0; k < PEER_CODES && all[i].codes[k].n > 0; k++) {
			uint64_t of = all[i].codes[k].n;

			if (row < m->trend.peers->n)
				windows_less(&of, topic_code_sum(&later, row, all[i].codes[k].code));
			windows_peer_class(&p, all[i].codes[k].code, of);
		}
		if (all[i].other > 0)
			windows_peer_rest(s, &all[i], &kept, &p);
		used = windows_peer_put(out, used, n, &p);
	}
	return used;
}

/* What names that made room counted stands under "other", which may be a name of its own too. */
static struct store_peer
windows_peer(const struct topic_sum *sum, const struct topic_sum *before, size_t row)
{
	static const char other[] = "other";
	struct store_peer p = { .name = "other", .events = sum->rest, .before = before->rest };
	size_t at = row < sum->topic->n ? row : topic_find(sum->topic, slice_str(other));

	if (at == sum->topic->n)
		return p;
	if (strcmp(sum->topic->row[at].name, other) != 0)
		p.events = p.before = 0;
	else if (row < sum->topic->n)
		return (struct store_peer){ .events = 0 };
	memcpy(p.name, sum->topic->row[at].name, sizeof p.name);
	p.role = sum->topic->row[at].role;
	p.events += topic_row_sum(sum, at);
	p.before += topic_row_sum(before, at);
	p.code = topic_row_code(sum, at, &p.code_events);
	for (unsigned i = 0; i < sum->topic->row[at].n_codes; i++)
		windows_peer_class(&p, sum->topic->row[at].code[i], sum->n[at][i]);
	return p;
}

size_t
store_window_peers(const struct store *s, unsigned window_s, struct store_peer *out, size_t n)
{
	const struct topic *peers = store_moment(s)->trend.peers;
	struct topic_sum sum, before;
	size_t used = 0;

	if (window_s == 0)
		return windows_peers_total(s, out, n);
	topic_window(peers, store_now(s), window_s, &sum);
	topic_window(peers, moment_before(store_now(s), window_s), window_s, &before);
	for (size_t row = 0; row <= peers->n; row++) {
		struct store_peer p = windows_peer(&sum, &before, row);

		used = windows_peer_put(out, used, n, &p);
	}
	return used;
}

void
store_peer_history(const struct store *s, const char *name, unsigned step_s, uint64_t *out, size_t n)
{
	const struct topic *peers = store_moment(s)->trend.peers;
	size_t row = topic_find(peers, slice_str(name));

	for (size_t i = 0; i < n; i++)
		out[i] = row < peers->n ? topic_column(peers, row, store_now(s), step_s, n - 1 - i) : 0;
}

static bool
windows_value_before(const struct store_facet_row *a, const struct store_facet_row *b)
{
	if (a->count != b->count)
		return a->count > b->count;
	return a->last_ns != b->last_ns ? a->last_ns > b->last_ns : strcmp(a->value, b->value) < 0;
}

static struct store_facet_row
windows_value(const struct topic_sum *sum, size_t row, int64_t now_ns)
{
	const struct topic_row *r = &sum->topic->row[row];
	struct store_facet_row v = { .count = topic_row_sum(sum, row) };

	v.last_ns = r->last_ns < now_ns ? r->last_ns : now_ns;
	v.code = topic_row_code(sum, row, &v.code_count);
	(void)slice_copy(v.value, sizeof v.value, slice_str(r->name));
	(void)slice_copy(v.peer, sizeof v.peer, slice_str(r->peer));
	(void)slice_copy(v.agent, sizeof v.agent, slice_str(r->agent));
	return v;
}

size_t
store_top_values(
    const struct store *s, enum store_facet facet, unsigned window_s, struct store_facet_row *out, size_t n)
{
	const struct topic *t = store_moment(s)->trend.facets[facet];
	struct topic_sum sum;
	size_t used = 0, at;

	topic_window(t, store_now(s), window_s > 0 ? window_s : WINDOWS_KEPT_S, &sum);
	for (size_t row = 0; row < t->n; row++) {
		struct store_facet_row v = windows_value(&sum, row, store_now(s));

		if (v.count == 0 || n == 0 || (used == n && !windows_value_before(&v, &out[n - 1])))
			continue;
		used += used < n;
		for (at = used - 1; at > 0 && windows_value_before(&v, &out[at - 1]); at--)
			out[at] = out[at - 1];
		out[at] = v;
	}
	return used;
}
