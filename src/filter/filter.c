/*
 * filter - make one, and ask it whether an event is meant; see sipwhy/filter.h and filter_int.h.
 * The one thing to know: matching allocates nothing and is bounded by the texts looked at (FILTER_FIELD_TEXT) and by
 * regex.c's share of work, whatever stands in filter and event.
 */
#include "filter/filter_int.h"

#include <errno.h>
#include <string.h>

#include "sipwhy/mem.h"

static void
filter_fini_terms(struct filter *f)
{
	f->whole = slice_trim((struct slice){ f->text, f->text_n });
	if (f->n_terms != SIZE_MAX)
		return;
	f->n_terms = 1;
	f->terms[0] = f->whole;
}

int
filter_new(struct filter **out, struct slice text, const struct filter_env *env, struct errmsg *em, size_t *at)
{
	struct filter_reader r = { .at = at, .em = em, .said_at = SIZE_MAX };
	struct filter *f;
	int err;

	*out = NULL;
	if (at != NULL)
		*at = 0;
	if (text.n > FILTER_TEXT_MAX) {
		if (at != NULL)
			*at = FILTER_TEXT_MAX;
		return errmsg_set(em, -E2BIG, "a filter has at most %d characters", FILTER_TEXT_MAX);
	}
	if ((f = mem_zalloc(sizeof *f)) == NULL)
		return errmsg_set(em, -ENOMEM, "out of memory");
	if (text.n > 0)
		memcpy(f->text, text.p, text.n);
	f->text_n = text.n;
	if (env != NULL)
		f->env = *env;
	buf_init(&f->texts, (size_t)(FILTER_NAMED_MAX + 1) * FILTER_TEXT_MAX);
	r.f = f;
	r.text = (struct slice){ f->text, f->text_n };
	err = filter_read(&r);
	if (err != 0) {
		filter_free(f);
		return err == -ENOMEM ? errmsg_set(em, err, "out of memory") : err;
	}
	filter_fini_terms(f);
	*out = f;
	return 0;
}

void
filter_free(struct filter *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->n_atoms; i++)
		if (f->atoms[i].test == FILTER_TEST_REGEX)
			regex_free(f->atoms[i].u.regex);
	buf_fini(&f->texts);
	mem_free(f->atoms);
	mem_free(f->nodes);
	mem_free(f);
}

static bool
filter_same(const char *lower, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (filter_lower((unsigned char)s[i]) != (unsigned char)lower[i])
			return false;
	return true;
}

/* Is the needle, lower case and not empty, in s? */
static bool
filter_has(struct slice s, const char *needle, size_t n)
{
	unsigned char first = (unsigned char)needle[0];

	for (size_t i = 0; i + n <= s.n; i++)
		if (filter_lower((unsigned char)s.p[i]) == first && filter_same(needle + 1, s.p + i + 1, n - 1))
			return true;
	return false;
}

/* All of s, where a star stands for anything; on a mismatch only the last star takes more, which is enough. */
static bool
filter_glob(struct slice s, const char *p, size_t n)
{
	size_t i = 0, j = 0, star = SIZE_MAX, from = 0;

	while (i < s.n) {
		if (j < n && p[j] == '*') {
			star = ++j;
			from = i;
		} else if (j < n && (unsigned char)p[j] == filter_lower((unsigned char)s.p[i])) {
			i++;
			j++;
		} else if (star != SIZE_MAX) {
			i = ++from;
			j = star;
		} else {
			return false;
		}
	}
	while (j < n && p[j] == '*')
		j++;
	return j == n;
}

static bool
filter_text_is(const struct filter *f, const struct filter_atom *a, struct slice s)
{
	size_t n = a->u.text.n;
	/* Where all texts are empty there is no block of them. */
	const char *needle = n > 0 ? f->texts.data + a->u.text.at : "";

	switch ((enum filter_how)a->how) {
	case FILTER_HOW_EQUAL:
		return s.n == n && filter_same(needle, s.p, n);
	case FILTER_HOW_STARTS:
		return s.n >= n && filter_same(needle, s.p, n);
	case FILTER_HOW_GLOB:
		return filter_glob(s, needle, n);
	default:
		return s.n >= n && filter_has(s, needle, n);
	}
}

static bool
filter_address_is(const struct filter_atom *a, struct slice s)
{
	struct endpoint e;

	return s.n > 0 && s.n < ENDPOINT_TEXT && endpoint_parse(s, false, &e) && e.family == a->u.address.family &&
	    (a->u.address.port == 0 || a->u.address.port == e.port) &&
	    memcmp(e.addr, a->u.address.from, sizeof e.addr) >= 0 &&
	    memcmp(e.addr, a->u.address.to, sizeof e.addr) <= 0;
}

static bool
filter_text_test(const struct filter *f, const struct filter_atom *a, struct slice s)
{
	if (a->test == FILTER_TEST_TEXT)
		return filter_text_is(f, a, s);
	if (a->test == FILTER_TEST_ADDRESS)
		return filter_address_is(a, s);
	s.n = s.n < FILTER_FIELD_TEXT ? s.n : FILTER_FIELD_TEXT;
	return regex_match(a->u.regex, s, FILTER_REGEX_WORK / f->n_regexes);
}

/* A peer that has a name still has an address: that of the far end. */
static struct slice
filter_far(const struct event *e)
{
	return e->direction == DIRECTION_SENT ? e->dst : e->src;
}

/* Texts in place of numbers: of q850 and warn what their headers say. */
static size_t
filter_words(const struct filter *f, enum filter_id id, const struct filter_atom *a, const struct event *e,
    struct slice site, char buf[FILTER_FIELD_TEXT], struct slice out[FILTER_TEXTS])
{
	bool word = a->test == FILTER_TEST_TEXT && a->how == FILTER_HOW_PART;

	if (id == FILTER_ID_PEER && a->test == FILTER_TEST_ADDRESS) {
		out[0] = e->peer;
		out[1] = filter_far(e);
		return 2;
	}
	if (word && (id == FILTER_ID_Q850 || id == FILTER_ID_WARN)) {
		out[0] = id == FILTER_ID_Q850 ? e->reason : e->warning;
		if (out[0].n > FILTER_FIELD_TEXT)
			out[0].n = FILTER_FIELD_TEXT;
		return out[0].n > 0;
	}
	return filter_texts(&f->env, id, e, site, buf, out);
}

static bool
filter_in_text(const struct filter *f, enum filter_id id, const struct filter_atom *a, const struct event *e,
    const struct filter_facts *facts)
{
	struct slice texts[FILTER_TEXTS], site = facts != NULL ? facts->site : (struct slice){ NULL, 0 };
	char buf[FILTER_FIELD_TEXT];
	size_t n = filter_words(f, id, a, e, site, buf, texts);

	if (a->test == FILTER_TEST_ABSENT)
		return n == 0;
	for (size_t i = 0; i < n; i++)
		if (filter_text_test(f, a, texts[i]))
			return true;
	/* What env says of the reason is composed: looked at last. */
	return id == FILTER_ID_ANY && f->env.reason != NULL &&
	    filter_texts(&f->env, FILTER_ID_REASON, e, site, buf, texts) > 0 && filter_text_test(f, a, texts[0]);
}

static bool
filter_flag_is(enum filter_flag flag, const struct event *e, const struct filter_facts *facts)
{
	switch (flag) {
	case FILTER_FLAG_NEW:
		return facts != NULL && facts->fresh;
	case FILTER_FLAG_MUTED:
		return facts != NULL && facts->muted;
	case FILTER_FLAG_MARKED:
		return facts != NULL && facts->marked;
	case FILTER_FLAG_RELAYED:
		return e->said_by.n > 0;
	case FILTER_FLAG_RETRANSMITTED:
		return e->repeats > 0;
	case FILTER_FLAG_CHALLENGE:
		return filter_is_challenge(e);
	case FILTER_FLAG_RECOVERED:
		return e->recovered;
	default:
		return filter_raw_stale(e);
	}
}

static bool
filter_code_is(enum filter_id id, const struct filter_atom *a, const struct event *e)
{
	int64_t code;

	return filter_number(id, e, &code) && code < FILTER_CODES_WORDS * 64 &&
	    (a->u.codes[code / 64] >> code % 64 & 1) != 0;
}

static bool
filter_atom_is(const struct filter *f, enum filter_id id, const struct filter_atom *a, const struct event *e,
    const struct filter_facts *facts)
{
	int64_t v;

	switch ((enum filter_test)a->test) {
	case FILTER_TEST_CODES:
		return filter_code_is(id, a, e);
	case FILTER_TEST_NUMBER:
		return filter_number(id, e, &v) && v >= a->u.number.from && v <= a->u.number.to;
	case FILTER_TEST_FLAG:
		return filter_flag_is((enum filter_flag)a->how, e, facts) == a->u.want;
	case FILTER_TEST_TIME:
		return filter_time_match(f, a, e->t_ns, facts != NULL && facts->now_ns != 0 ? facts->now_ns : e->t_ns);
	default:
		return filter_in_text(f, id, a, e, facts);
	}
}

bool
filter_match(const struct filter *f, const struct event *e, const struct filter_facts *facts)
{
	uint16_t i = f != NULL ? f->start : FILTER_YES;

	while (i < FILTER_NONE) {
		const struct filter_node *leaf = &f->nodes[i];
		bool holds = false;

		for (size_t k = 0; k < leaf->n && !holds; k++)
			holds = filter_atom_is(f, (enum filter_id)leaf->id, &f->atoms[leaf->first + k], e, facts);
		i = holds ? leaf->yes : leaf->no;
	}
	return i == FILTER_YES;
}

struct slice
filter_text(const struct filter *f)
{
	return f != NULL ? (struct slice){ f->text, f->text_n } : (struct slice){ NULL, 0 };
}

bool
filter_is_all(const struct filter *f)
{
	return f == NULL || f->start == FILTER_YES;
}

bool
filter_is_fickle(const struct filter *f)
{
	return f != NULL && f->fickle;
}

bool
filter_wants_raw(const struct filter *f)
{
	for (size_t i = 0; f != NULL && i < f->n_nodes; i++)
		if (f->nodes[i].kind == FILTER_LEAF &&
		    (f->nodes[i].id == FILTER_ID_BRANCH || f->nodes[i].id == FILTER_ID_STALE))
			return true;
	return false;
}

size_t
filter_terms(const struct filter *f, struct slice *out, size_t n)
{
	size_t have = f != NULL ? f->n_terms : 0;

	for (size_t i = 0; i < have && i < n; i++)
		out[i] = f->terms[i];
	return have;
}
