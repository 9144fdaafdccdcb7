/* scene - see scene.h. */
#include "scene.h"

#include <stdio.h>
#include <string.h>

struct event
scene_event(void)
{
	struct event e = { .id = 7,
		.t_ns = SCENE_T,
		.code = 503,
		.q850 = 34,
		.reason_sip = -1,
		.warn_code = 399,
		.transport = TRANSPORT_TCP,
		.direction = DIRECTION_RECEIVED,
		.outcome = OUTCOME_FAILED,
		.setup_ms = 5400,
		.hop_ms = 90,
		.repeats = 2,
		.copies = 1,
		.tries = 1,
		.method = slice_str("INVITE"),
		.phrase = slice_str("Service Unavailable"),
		.call_id = slice_str("a84b4c76e66710@pc33.example.com"),
		.from = slice_str("1037"),
		.to = slice_str("+442066627625"),
		.peer = slice_str("carrier-a"),
		.src = slice_str("203.0.113.7:5060"),
		.dst = slice_str("10.20.0.10:5080"),
		.said_by = slice_str("[2001:db8::9]:5060"),
		.agent = slice_str("Asterisk PBX 18.10.0"),
		.user_agent = slice_str("Yealink SIP-T46S 66.86.0.15"),
		.reason = slice_str("Q.850;cause=34;text=\"no circuit\""),
		.warning = slice_str("399 carrier \"Media (all) busy\""),
		.retry_after = slice_str("30 (maintenance)"),
		.leg = slice_str("leg-b@203.0.113.7"),
		.source = slice_str("eth0"),
		.raw = slice_str(
		    "SIP/2.0 503 Service Unavailable\r\nv: SIP/2.0/TCP 10.20.0.10:5080;rport;Branch=z9hG4bKnashds8, "
		    "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKother\r\nFrom: <sip:1037@example.com>;tag=1\r\n\r\nbody") };

	e.raw_len = (uint32_t)e.raw.n;
	return e;
}

static size_t
scene_reason(void *ctx, const struct event *e, char *out, size_t cap)
{
	(void)ctx;
	return e->q850 == 34 ? slice_copy(out, cap, slice_str("Q.850/34 no circuit")) : 0;
}

static const char *
scene_named(void *ctx, struct slice name)
{
	static const char *const names[][2] = { { "problems", "class:5xx,6xx or code:silence,408" },
		{ "loop", "@loop" }, { "blank", " " }, { "bad", "colour:red" }, { "twice", "@twice @twice" },
		{ "close", "code:503)" } };

	(void)ctx;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (slice_eq(name, slice_str(names[i][0])))
			return names[i][1];
	return NULL;
}

const struct filter_env scene_env = { .reason = scene_reason, .named = scene_named };

int
scene_match(const char *text, const struct event *e, const struct filter_facts *facts)
{
	struct filter *f;
	struct errmsg em = { "" };
	bool is;

	if (filter_new(&f, slice_str(text), &scene_env, &em, NULL) != 0) {
		(void)printf("# %s: %s\n", text, em.text);
		return -1;
	}
	is = filter_match(f, e, facts);
	filter_free(f);
	return is;
}

int
scene(const char *text)
{
	struct event e = scene_event();

	return scene_match(text, &e, NULL);
}
