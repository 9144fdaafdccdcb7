/*
 * rule - alert rules: read from their line, and held against figures; see sipwhy/rule.h.
 * The one thing to know: one that fires has two limits and two times, so that a figure that dances about one limit
 * rings once.
 */
#include "sipwhy/rule.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "filter/filter_int.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"

static const char *const rule_levels[RULE_LEVELS] = { "info", "warn", "crit" };
static const char *const rule_measures[RULE_MEASURES] = { "rate", "share", "asr", "count", "silence", "loss" };
static const char *const rule_compares[] = {
	[RULE_ABOVE] = ">", [RULE_AT_LEAST] = ">=", [RULE_BELOW] = "<", [RULE_AT_MOST] = "<="
};

/* Seconds of a `for` at most; digits of a limit. */
enum { RULE_SPAN_MAX = 86400, RULE_DIGITS = 9 };

static const char *const rule_builtins[][2] = {
	{ "peer-5xx", "crit rate > 0.2/s in 5m for 60s clear 0.1/s for 2m per peer, filter class:5xx" },
	{ "asr-drop", "warn asr < usual*0.5 in 5m for 60s clear usual*0.7 for 2m min 20 per peer" },
	{ "no-traffic", "warn silence > 45s per source" },
	{ "loss", "warn loss > 1% in 1m for 10s clear 0.1% for 60s" },
	{ "new-signature", "info count > 0 in 5m per signature, filter is:new" },
	{ "reg-bruteforce",
	    "crit count >= 30 in 1m clear 10 for 2m per peer, filter method:REGISTER code:401,403,404,407" }
};

const char *
rule_level_name(unsigned level)
{
	return level < RULE_LEVELS ? rule_levels[level] : "-";
}

const char *
rule_measure_name(unsigned measure)
{
	return measure < RULE_MEASURES ? rule_measures[measure] : "-";
}

bool
rule_builtin(size_t i, const char **name, const char **text)
{
	if (i >= sizeof rule_builtins / sizeof rule_builtins[0])
		return false;
	*name = rule_builtins[i][0];
	*text = rule_builtins[i][1];
	return true;
}

/* The next word of *rest; empty at the end.  A comma is a blank here: it parts the filter from the rest. */
static struct slice
rule_word(struct slice *rest)
{
	struct slice word;
	size_t n = 0;

	while (rest->n > 0 && (filter_is_blank(*rest->p) || *rest->p == ',')) {
		rest->p++;
		rest->n--;
	}
	while (n < rest->n && !filter_is_blank(rest->p[n]) && rest->p[n] != ',')
		n++;
	word = (struct slice){ rest->p, n };
	if (n > 0) {
		rest->p += n;
		rest->n -= n;
	}
	return word;
}

/* Take the word when it is this one. */
static bool
rule_take(struct slice *rest, const char *word)
{
	struct slice after = *rest;

	if (!slice_ieq(rule_word(&after), slice_str(word)))
		return false;
	*rest = after;
	return true;
}

/* Its number in the list; n when it is not there. */
static size_t
rule_index(struct slice word, const char *const *names, size_t n)
{
	size_t i = 0;

	while (i < n && !slice_ieq(word, slice_str(names[i])))
		i++;
	return i;
}

/* Decimal number at the head of *s, taken off. */
static bool
rule_decimal(struct slice *s, double *out)
{
	double scale = 1;
	size_t digits = 0;
	bool point = false;

	for (*out = 0; s->n > 0 && digits <= RULE_DIGITS; s->p++, s->n--) {
		if (*s->p == '.' && !point && digits > 0) {
			point = true;
			continue;
		}
		if (*s->p < '0' || *s->p > '9')
			break;
		*out = *out * 10 + (*s->p - '0');
		scale *= point ? 10 : 1;
		digits++;
	}
	*out /= scale;
	return digits > 0 && digits <= RULE_DIGITS;
}

static bool
rule_rate(struct slice unit, double *value)
{
	static const struct {
		const char *name;
		double s;
	} units[] = { { "/s", 1 }, { "/m", 60 }, { "/min", 60 }, { "/h", 3600 } };

	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (slice_ieq(unit, slice_str(units[i].name))) {
			*value /= units[i].s;
			return true;
		}
	return false;
}

static bool
rule_limit_parse(enum rule_measure m, struct slice s, struct rule_limit *out)
{
	int64_t ms, unit;

	if (slice_istarts(s, slice_str("usual*")) && m != RULE_SILENCE) {
		s.p += 6;
		s.n -= 6;
		out->usual = true;
		return rule_decimal(&s, &out->value) && s.n == 0;
	}
	out->usual = false;
	if (m == RULE_SILENCE) {
		if (!filter_span_parse(s, false, &ms, &unit))
			return false;
		out->value = (double)ms / 1000;
		return ms > 0;
	}
	if (!rule_decimal(&s, &out->value))
		return false;
	if (m == RULE_RATE)
		return rule_rate(s, &out->value);
	if (m == RULE_COUNT)
		return s.n == 0;
	return slice_eq(s, slice_str("%")) && out->value <= 100;
}

static int
rule_limit_read(const struct rule *r, struct slice *rest, struct rule_limit *out, struct errmsg *em)
{
	static const char *const examples[RULE_MEASURES] = { "0.2/s", "5%", "40%", "100", "45s", "1%" };
	struct slice word = rule_word(rest);

	if (rule_limit_parse(r->measure, word, out))
		return 0;
	return errmsg_set(em, -EINVAL, "\"%.*s\" is no limit of %s: say %s%s", filter_shown(word),
	    word.n > 0 ? word.p : "", rule_measure_name(r->measure), examples[r->measure],
	    r->measure == RULE_SILENCE ? "" : " or usual*3");
}

/* Whole seconds from min to max. */
static int
rule_span(struct slice *rest, const char *what, uint32_t min, uint32_t max, uint32_t *out, struct errmsg *em)
{
	struct slice word = rule_word(rest);
	int64_t ms, unit;

	if (!filter_span_parse(word, false, &ms, &unit) || ms % 1000 != 0 || ms < min * INT64_C(1000) ||
	    ms > max * INT64_C(1000))
		return errmsg_set(em, -EINVAL, "\"%s %.*s\": say %us to %us", what, filter_shown(word),
		    word.n > 0 ? word.p : "", (unsigned)min, (unsigned)max);
	*out = (uint32_t)(ms / 1000);
	return 0;
}

static int
rule_read_clear(struct rule *r, struct slice *rest, bool *cleared, struct errmsg *em)
{
	int err = rule_limit_read(r, rest, &r->clear, em);

	*cleared = true;
	if (err == 0 && rule_take(rest, "for"))
		err = rule_span(rest, "for", 0, RULE_SPAN_MAX, &r->clear_s, em);
	return err;
}

static int
rule_read_per(struct rule *r, struct slice *rest, struct errmsg *em)
{
	struct slice word = rule_word(rest);

	r->per = slice_ieq(word, slice_str("signature")) ? RULE_PER_SIGNATURE : RULE_PER_FIELD;
	r->field = filter_field_find(word);
	if (r->per == RULE_PER_SIGNATURE ||
	    (r->field != NULL && r->field->kind != FILTER_TIME && r->field->kind != FILTER_FLAG))
		return 0;
	return errmsg_set(em, -EINVAL, "\"per %.*s\": say per peer, per source, per code ... or per signature",
	    filter_shown(word), word.n > 0 ? word.p : "");
}

static int
rule_read_min(struct rule *r, struct slice *rest, struct errmsg *em)
{
	struct slice word = rule_word(rest);
	uint64_t n;

	if (slice_u64(word, 1000000000, &n) != 0)
		return errmsg_set(em, -EINVAL, "\"min %.*s\": say the least number of attempts that tells something",
		    filter_shown(word), word.n > 0 ? word.p : "");
	r->min = (uint32_t)n;
	return 0;
}

static int
rule_read_filter(struct rule *r, struct slice rest, const struct filter_env *env, struct errmsg *em)
{
	struct errmsg why = { "" };
	int err;

	rest = slice_trim(rest);
	if (rest.n == 0)
		return errmsg_set(em, -EINVAL, "filter: which events?");
	/* Answered calls are no events, so no filter can choose among them. */
	if (r->measure == RULE_ASR || r->measure == RULE_LOSS)
		return errmsg_set(em, -EINVAL, "%s takes no filter: say \"per peer\", or measure share",
		    rule_measure_name(r->measure));
	if ((err = filter_new(&r->filter, rest, env, &why, NULL)) != 0)
		return errmsg_set(em, err, "%s%s", err == -ENOMEM ? "" : "filter: ", why.text);
	return 0;
}

/* One clause; *last: it took all that was left. */
static int
rule_read_clause(
    struct rule *r, struct slice *rest, const struct filter_env *env, bool *cleared, bool *last, struct errmsg *em)
{
	struct slice word = rule_word(rest);

	if (slice_ieq(word, slice_str("filter"))) {
		*last = true;
		return rule_read_filter(r, *rest, env, em);
	}
	if (slice_ieq(word, slice_str("in")))
		return rule_span(rest, "in", RULE_WINDOW_MIN, RULE_WINDOW_MAX, &r->window_s, em);
	if (slice_ieq(word, slice_str("for")))
		return rule_span(rest, "for", 0, RULE_SPAN_MAX, &r->for_s, em);
	if (slice_ieq(word, slice_str("clear")))
		return rule_read_clear(r, rest, cleared, em);
	if (slice_ieq(word, slice_str("min")))
		return rule_read_min(r, rest, em);
	if (slice_ieq(word, slice_str("per")))
		return rule_read_per(r, rest, em);
	return errmsg_set(
	    em, -EINVAL, "\"%.*s\": here may stand in, for, clear, min, per or filter", filter_shown(word), word.p);
}

static int
rule_read_head(struct rule *r, struct slice *rest, struct errmsg *em)
{
	struct slice word = rule_word(rest);
	size_t i = rule_index(word, rule_levels, RULE_LEVELS);

	if (i == RULE_LEVELS)
		return errmsg_set(em, -EINVAL, "\"%.*s\" is no level: a rule begins with info, warn or crit",
		    filter_shown(word), word.n > 0 ? word.p : "");
	r->level = (enum rule_level)i;
	word = rule_word(rest);
	if ((i = rule_index(word, rule_measures, RULE_MEASURES)) == RULE_MEASURES)
		return errmsg_set(em, -EINVAL, "\"%.*s\" is no measure: say rate, share, asr, count, silence or loss",
		    filter_shown(word), word.n > 0 ? word.p : "");
	r->measure = (enum rule_measure)i;
	word = rule_word(rest);
	if ((i = rule_index(word, rule_compares, 4)) == 4)
		return errmsg_set(em, -EINVAL, "\"%.*s\": behind %s must stand >, >=, < or <=", filter_shown(word),
		    word.n > 0 ? word.p : "", rule_measure_name(r->measure));
	r->compare = (enum rule_compare)i;
	return rule_limit_read(r, rest, &r->limit, em);
}

static bool
rule_is_upward(const struct rule *r)
{
	return r->compare == RULE_ABOVE || r->compare == RULE_AT_LEAST;
}

static int
rule_read(struct rule *r, struct slice text, const struct filter_env *env, struct errmsg *em)
{
	struct slice rest = slice_trim(text), look;
	bool cleared = false, last = false;
	int err = rule_read_head(r, &rest, em);

	while (err == 0 && !last && (look = rest, rule_word(&look).n > 0))
		err = rule_read_clause(r, &rest, env, &cleared, &last, em);
	if (err != 0)
		return err;
	if (!cleared)
		r->clear = r->limit;
	if (r->measure == RULE_SILENCE && !rule_is_upward(r))
		return errmsg_set(em, -EINVAL, "silence is too long or fine: say silence > 45s");
	if (r->clear.usual == r->limit.usual &&
	    (rule_is_upward(r) ? r->clear.value > r->limit.value : r->clear.value < r->limit.value))
		return errmsg_set(em, -EINVAL, "the clear limit must be better than the limit");
	return 0;
}

static bool
rule_name_ok(struct slice name)
{
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned)(filter_lower((unsigned char)name.p[i]) - 'a') > 25u &&
		    (unsigned)(name.p[i] - '0') > 9u && name.p[i] != '-' && name.p[i] != '_')
			return false;
	return name.n > 0 && name.n < RULE_NAME;
}

int
rule_new(struct rule **out, struct slice name, struct slice text, const struct filter_env *env, struct errmsg *em)
{
	struct rule *r;
	int err;

	*out = NULL;
	if (!rule_name_ok(name))
		return errmsg_set(
		    em, -EINVAL, "a rule's name has 1 to %d letters, digits, \"-\" and \"_\"", RULE_NAME - 1);
	if ((r = mem_zalloc(sizeof *r)) == NULL || (r->text = mem_strndup(text.n > 0 ? text.p : "", text.n)) == NULL) {
		rule_free(r);
		return errmsg_set(em, -ENOMEM, "out of memory");
	}
	(void)slice_copy(r->name, sizeof r->name, name);
	r->window_s = RULE_WINDOW;
	if ((err = rule_read(r, text, env, em)) != 0) {
		rule_free(r);
		filter_clean(em);
		return err;
	}
	*out = r;
	return 0;
}

void
rule_free(struct rule *r)
{
	if (r == NULL)
		return;
	filter_free(r->filter);
	mem_free(r->text);
	mem_free(r);
}

static double
rule_percent(uint64_t part, uint64_t all)
{
	return all > 0 ? 100.0 * (double)part / (double)all : NAN;
}

static uint64_t
rule_sample(const struct rule *r, const struct rule_figures *f)
{
	switch (r->measure) {
	case RULE_SHARE:
		return f->attempts;
	case RULE_ASR:
		return f->seized;
	case RULE_LOSS:
		return f->frames;
	default:
		return f->matched;
	}
}

double
rule_measured(const struct rule *r, const struct rule_figures *f, int64_t now_ns)
{
	if (r->measure != RULE_SILENCE && rule_sample(r, f) < r->min)
		return NAN;
	switch (r->measure) {
	case RULE_RATE:
		return (double)f->matched / r->window_s;
	case RULE_SHARE:
		return rule_percent(f->matched, f->attempts);
	case RULE_ASR:
		return rule_percent(f->answered, f->seized);
	case RULE_SILENCE:
		return now_ns > f->last_ns ? ((double)now_ns - (double)f->last_ns) / 1e9 : 0;
	case RULE_LOSS:
		return rule_percent(f->lost, f->frames + f->lost);
	default:
		return (double)f->matched;
	}
}

static double
rule_limit_of(const struct rule_limit *l, double usual)
{
	return l->usual ? l->value * usual : l->value;
}

/* Comparing with NAN is false. */
static bool
rule_passes(const struct rule *r, double value, double limit)
{
	switch (r->compare) {
	case RULE_ABOVE:
		return value > limit;
	case RULE_AT_LEAST:
		return value >= limit;
	case RULE_BELOW:
		return value < limit;
	default:
		return value <= limit;
	}
}

/* Does it hold, and since `span_s`?  *since: 0 while it does not. */
static bool
rule_lasts(bool holds, int64_t *since, uint32_t span_s, int64_t now_ns)
{
	if (!holds) {
		*since = 0;
		return false;
	}
	if (*since == 0 || *since > now_ns)
		*since = now_ns;
	return now_ns - *since >= span_s * NS_PER_S;
}

enum rule_news
rule_step(const struct rule *r, struct rule_state *s, const struct rule_figures *f, int64_t now_ns)
{
	double value = rule_measured(r, f, now_ns), clear = rule_limit_of(&r->clear, f->usual);
	bool known;

	s->value = value;
	s->limit = rule_limit_of(&r->limit, f->usual);
	known = !isnan(value) && !isnan(s->limit) && !isnan(clear);
	if (!s->firing) {
		if (!rule_lasts(known && rule_passes(r, value, s->limit), &s->over_ns, r->for_s, now_ns))
			return RULE_SAME;
		s->firing = true;
		s->since_ns = s->over_ns;
		s->worst = value;
		s->good_ns = 0;
		return RULE_FIRED;
	}
	if (known && (rule_is_upward(r) ? value > s->worst : value < s->worst))
		s->worst = value;
	if (!rule_lasts(known && !rule_passes(r, value, clear), &s->good_ns, r->clear_s, now_ns))
		return RULE_SAME;
	s->firing = false;
	s->until_ns = now_ns;
	s->over_ns = 0;
	return RULE_CLEARED;
}

/* A figure with the unit of its measure. */
static void
rule_figure(char out[32], enum rule_measure m, double v)
{
	static const char *const units[RULE_MEASURES] = { "/s", "%", "%", "", " s", "%" };

	if (isnan(v))
		(void)snprintf(out, 32, "-");
	else
		(void)snprintf(out, 32, "%.*f%s",
		    m == RULE_COUNT || m == RULE_SILENCE ? 0
			: v < 1 && v > 0                 ? 2
							 : 1,
		    v, units[m]);
}

bool
rule_is_back(const struct rule *r, const struct rule_state *s)
{
	return s->firing && !isnan(s->value) && !isnan(s->limit) && !rule_passes(r, s->value, s->limit);
}

size_t
rule_say(const struct rule *r, const struct rule_state *s, char *out, size_t cap)
{
	bool back = rule_is_back(r, s);
	char value[32], limit[32], now[32], text[160];
	int n;

	rule_figure(value, r->measure, back ? s->worst : s->value);
	rule_figure(limit, r->measure, s->limit);
	rule_figure(now, r->measure, s->value);
	n = snprintf(text, sizeof text, "%s %s %s %s%s%s%s", rule_measure_name(r->measure), value,
	    rule_compares[r->compare], limit, back ? " at worst, " : "", back ? now : "", back ? " now" : "");
	return slice_copy(out, cap, (struct slice){ text, (size_t)n });
}
