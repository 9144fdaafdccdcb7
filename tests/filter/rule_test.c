/* rule: what a line means, what is refused, and when it rings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <string.h>

#include "scene.h"
#include "sipwhy/mem.h"
#include "sipwhy/rule.h"
#include "sipwhy/timefmt.h"

static struct rule *
rule_of(const char *text)
{
	struct rule *r;
	struct errmsg em = { "" };

	if (rule_new(&r, slice_str("test"), slice_str(text), &scene_env, &em) != 0)
		fail_msg("%s: %s", text, em.text);
	return r;
}

static void
test_read(void **state)
{
	struct rule *r = rule_of("crit rate > 0.2/s in 5m for 60s clear 6/m for 2m min 10 per peer, filter class:5xx");
	struct event e = scene_event();

	(void)state;
	assert_int_equal(r->level, RULE_CRIT);
	assert_int_equal(r->measure, RULE_RATE);
	assert_int_equal(r->compare, RULE_ABOVE);
	assert_true(fabs(r->limit.value - 0.2) < 1e-9 && fabs(r->clear.value - 0.1) < 1e-9);
	assert_int_equal(r->window_s, 300);
	assert_int_equal(r->for_s, 60);
	assert_int_equal(r->clear_s, 120);
	assert_int_equal(r->min, 10);
	assert_int_equal(r->per, RULE_PER_FIELD);
	assert_string_equal(r->field->name, "peer");
	assert_true(filter_match(r->filter, &e, NULL));
	e.code = 404;
	assert_false(filter_match(r->filter, &e, NULL));
	rule_free(r);

	r = rule_of("INFO count >= 3");
	assert_null(r->filter);
	assert_int_equal(r->window_s, RULE_WINDOW);
	assert_true(r->clear.value == 3 && r->per == RULE_PER_ALL && r->for_s == 0);
	rule_free(r);

	r = rule_of("warn asr <= usual*0.5 per signature");
	assert_true(r->limit.usual && r->clear.usual && r->per == RULE_PER_SIGNATURE);
	rule_free(r);
}

static void
test_builtins(void **state)
{
	const char *name, *text;
	size_t n = 0;

	(void)state;
	for (; rule_builtin(n, &name, &text); n++) {
		struct rule *r = rule_of(text);

		assert_string_equal(r->text, text);
		/* A line of a file has room for it. */
		assert_true(strlen(name) < RULE_NAME && strlen(name) + strlen(text) < 195);
		rule_free(r);
	}
	assert_int_equal(n, 6);
}

static void
test_refused(void **state)
{
	static const char *const texts[][2] = { { "", "no level" }, { "bad rate > 1/s", "no level" },
		{ "warn speed > 1", "no measure" }, { "warn rate 1/s", "behind rate must stand" },
		{ "warn rate > 1", "say 0.2/s or usual*3" }, { "warn rate >", "no limit" },
		{ "warn share > 101%", "no limit of share" }, { "warn count > 1.5x", "no limit" },
		{ "warn silence > usual*2", "say 45s" }, { "warn silence < 45s", "too long or fine" },
		{ "warn count > 3 in 5s", "10s to 3600s" }, { "warn count > 3 in x", "say 10s" },
		{ "warn count > 3 for", "\"for \"" }, { "warn count > 3 clear 4", "better than" },
		{ "warn asr < 40% clear 30%", "better than" }, { "warn count > 3 per moon", "say per peer" },
		{ "warn count > 3 per since", "say per peer" }, { "warn count > 3 when x", "here may stand" },
		{ "warn count > 3 filter", "which events" },
		{ "warn count > 3, filter colour:red", "filter: there is no field" },
		{ "warn asr < 3% filter 503", "takes no filter" }, { "warn count > 3 min x", "least number" },
		{ "warn count > 12345678901", "no limit" } };
	struct rule *r;
	struct errmsg em = { "" };

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
		if (rule_new(&r, slice_str("x"), slice_str(texts[i][0]), NULL, &em) != -EINVAL || r != NULL ||
		    strstr(em.text, texts[i][1]) == NULL)
			fail_msg("%s: %s", texts[i][0], em.text);
	assert_int_equal(rule_new(&r, slice_str("A b"), slice_str("warn count > 3"), NULL, &em), -EINVAL);
	assert_int_equal(rule_new(&r, slice_str(""), slice_str("warn count > 3"), NULL, &em), -EINVAL);
}

static void
test_memory(void **state)
{
	struct rule *r;
	struct errmsg em = { "" };
	long n = 1;

	(void)state;
	for (;; n++) {
		int err;

		mem_fail_at(n);
		err = rule_new(&r, slice_str("x"), slice_str("warn count > 3 filter 503 ua~x"), NULL, &em);
		if (err == 0)
			break;
		assert_int_equal(err, -ENOMEM);
		assert_string_equal(em.text, "out of memory");
	}
	mem_fail_at(0);
	assert_true(n > 4);
	rule_free(r);
}

static void
test_measured(void **state)
{
	struct rule_figures f = { .matched = 60,
		.attempts = 240,
		.seized = 200,
		.answered = 150,
		.frames = 990,
		.lost = 10,
		.last_ns = 5 * NS_PER_S,
		.usual = NAN };
	static const struct {
		const char *text;
		double value;
	} cases[] = { { "warn rate > 1/s in 60s", 1 }, { "warn share > 1%", 25 }, { "warn asr < 1%", 75 },
		{ "warn count > 1", 60 }, { "warn silence > 1s", 15 }, { "warn loss > 1%", 1 } };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct rule *r = rule_of(cases[i].text);

		assert_true(fabs(rule_measured(r, &f, 20 * NS_PER_S) - cases[i].value) < 1e-9);
		r->min = 1000;
		assert_true(isnan(rule_measured(r, &f, 20 * NS_PER_S)) == (r->measure != RULE_SILENCE));
		rule_free(r);
	}
	f = (struct rule_figures){ .last_ns = 99 * NS_PER_S };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct rule *r = rule_of(cases[i].text);
		bool divides = r->measure == RULE_SHARE || r->measure == RULE_ASR || r->measure == RULE_LOSS;
		double v = rule_measured(r, &f, 20 * NS_PER_S);

		assert_true(divides ? isnan(v) : v == 0);
		rule_free(r);
	}
}

/* A second each, with so many matching events in the window. */
static enum rule_news
rule_at(const struct rule *r, struct rule_state *s, int second, uint64_t matched, double usual)
{
	struct rule_figures f = { .matched = matched, .attempts = 100, .usual = usual };

	return rule_step(r, s, &f, second * NS_PER_S);
}

static void
test_for_and_clear(void **state)
{
	struct rule *r = rule_of("warn count > 10 for 5s clear 4 for 3s");
	struct rule_state s = { 0 };
	char text[64];

	(void)state;
	assert_int_equal(rule_at(r, &s, 100, 11, NAN), RULE_SAME);
	assert_int_equal(rule_at(r, &s, 104, 12, NAN), RULE_SAME);
	/* A dip begins it anew. */
	assert_int_equal(rule_at(r, &s, 105, 10, NAN), RULE_SAME);
	assert_int_equal(rule_at(r, &s, 106, 20, NAN), RULE_SAME);
	assert_int_equal(rule_at(r, &s, 110, 20, NAN), RULE_SAME);
	assert_int_equal(rule_at(r, &s, 111, 30, NAN), RULE_FIRED);
	assert_true(s.firing && s.since_ns == 106 * NS_PER_S);
	assert_int_equal(rule_say(r, &s, text, sizeof text), strlen("count 30 > 10"));
	assert_string_equal(text, "count 30 > 10");
	/* Between the limits it goes on, and what it is now is above no limit. */
	assert_int_equal(rule_at(r, &s, 120, 5, NAN), RULE_SAME);
	(void)rule_say(r, &s, text, sizeof text);
	assert_string_equal(text, "count 30 > 10 at worst, 5 now");
	assert_int_equal(rule_at(r, &s, 130, 4, NAN), RULE_SAME);
	assert_int_equal(rule_at(r, &s, 132, 5, NAN), RULE_SAME);
	assert_int_equal(rule_at(r, &s, 133, 1, NAN), RULE_SAME);
	assert_int_equal(rule_at(r, &s, 136, 1, NAN), RULE_CLEARED);
	assert_true(!s.firing && s.until_ns == 136 * NS_PER_S && s.worst == 30);
	/* Cleared is not fired: the whole "for" again. */
	assert_int_equal(rule_at(r, &s, 137, 11, NAN), RULE_SAME);
	assert_int_equal(rule_at(r, &s, 142, 11, NAN), RULE_FIRED);
	rule_free(r);
}

static void
test_usual(void **state)
{
	struct rule *r = rule_of("warn count > usual*3");
	struct rule_state s = { 0 };
	char text[64];

	(void)state;
	assert_int_equal(rule_at(r, &s, 1, 1000, NAN), RULE_SAME);
	assert_int_equal(rule_at(r, &s, 2, 30, 10), RULE_SAME);
	assert_int_equal(rule_at(r, &s, 3, 31, 10), RULE_FIRED);
	/* Not knowing is not being well. */
	assert_int_equal(rule_at(r, &s, 4, 0, NAN), RULE_SAME);
	assert_true(s.firing);
	(void)rule_say(r, &s, text, sizeof text);
	assert_string_equal(text, "count 0 > -");
	assert_int_equal(rule_at(r, &s, 5, 30, 10), RULE_CLEARED);
	rule_free(r);
}

static void
test_clock_back(void **state)
{
	struct rule *r = rule_of("warn share >= 11% for 5s");
	struct rule_state s = { 0 };
	char text[64];

	(void)state;
	assert_int_equal(rule_at(r, &s, 100, 11, NAN), RULE_SAME);
	assert_int_equal(rule_at(r, &s, 50, 11, NAN), RULE_SAME);
	assert_int_equal(rule_at(r, &s, 54, 11, NAN), RULE_SAME);
	assert_int_equal(rule_at(r, &s, 55, 11, NAN), RULE_FIRED);
	(void)rule_say(r, &s, text, sizeof text);
	assert_string_equal(text, "share 11.0% >= 11.0%");
	assert_int_equal(rule_say(r, &s, text, 6), 5);
	assert_string_equal(text, "share");
	rule_free(r);
}

static void
test_names(void **state)
{
	(void)state;
	assert_string_equal(rule_level_name(RULE_CRIT), "crit");
	assert_string_equal(rule_level_name(RULE_LEVELS), "-");
	assert_string_equal(rule_measure_name(RULE_SILENCE), "silence");
	assert_string_equal(rule_measure_name(99), "-");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_read), cmocka_unit_test(test_builtins),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_memory), cmocka_unit_test(test_measured),
		cmocka_unit_test(test_for_and_clear), cmocka_unit_test(test_usual), cmocka_unit_test(test_clock_back),
		cmocka_unit_test(test_names) };

	return cmocka_run_group_tests_name("filter/rule", tests, NULL, NULL);
}
