/*
 * relay - between the pipeline and the sender of HEP; see relay.h.
 * What would come back to us is refused: a target on which one of our own receivers listens.
 */
#include "app/relay.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/engine_int.h"
#include "app/tell.h"
#include "sipwhy/input.h"
#include "sipwhy/sink.h"

enum { RELAY_END_MS = 10000, RELAY_HURRY_MS = 2000 };

int
relay_check(const struct options *o, struct errmsg *em)
{
	static const char *const of_sender[] = { "hep-id", "hep-ca" };
	bool tls = o->hep_send != NULL && strncmp(o->hep_send, "tls:", 4) == 0;

	if (o->hep_send != NULL && sink_hep_judge(o->hep_send, em) != 0)
		return -EINVAL;
	for (size_t i = 0; o->hep_send == NULL && i < sizeof of_sender / sizeof of_sender[0]; i++)
		if (options_given(o, of_sender[i]))
			return errmsg_set(em, -EINVAL, "--%s is for --hep-send, and there is none", of_sender[i]);
	if (tls && o->hep_ca == NULL)
		return errmsg_set(em, -EINVAL,
		    "--hep-send tls: needs --hep-ca FILE: the authority that signed the collector's certificate, or "
		    "that certificate");
	if (!tls && options_given(o, "hep-ca"))
		return errmsg_set(em, -EINVAL, "--hep-ca is for --hep-send tls:...");
	return 0;
}

static bool
relay_meets(const struct sink_hep *h, bool stream, uint16_t port, struct slice rest)
{
	struct endpoint both[2] = { { .addr = { 127, 0, 0, 1 }, .port = port, .family = 4 },
		{ .addr = { [15] = 1 }, .port = port, .family = 6 } };

	if (port == 0)
		return endpoint_parse(rest, false, &both[0]) && sink_hep_reaches(h, stream, &both[0]);
	return sink_hep_reaches(h, stream, &both[0]) || sink_hep_reaches(h, stream, &both[1]);
}

/* A receiver's name says where it listens: "udp:192.0.2.1:9060", or "udp:9060" on both loopbacks. */
static int
relay_refuse_loop(const struct engine *e, struct errmsg *em)
{
	for (size_t i = 0; i < e->n_sources; i++) {
		struct slice rest = slice_str(input_name(e->sources[i].in)), scheme = slice_cut(&rest, ':');
		uint64_t port = 0;

		if (!input_kind_listens(input_kind(e->sources[i].in)) || rest.p == NULL)
			continue;
		(void)slice_u64(rest, UINT16_MAX, &port);
		if (relay_meets(e->hep, !slice_eq(scheme, slice_str("udp")), (uint16_t)port, rest))
			return errmsg_set(em, -ELOOP, "--hep-send %.80s is where this sipwhy itself listens (%.64s)",
			    e->o->hep_send, input_name(e->sources[i].in));
	}
	return 0;
}

int
relay_open(struct engine *e, struct slice key, struct errmsg *em)
{
	struct engine_share *share = e->cfg.share;
	struct sink_hep_cfg cfg = { .where = e->o->hep_send,
		.ca = e->o->hep_ca,
		.id = (uint32_t)e->o->hep_id,
		.agent = slice_str(e->host),
		.key = key };
	int err;

	if (cfg.where == NULL)
		return 0;
	/* Engines that come later must not hang on a name server. */
	if (share != NULL && e->cfg.number > 1)
		cfg.to = share->collector;
	err = sink_hep_open(&e->hep, &cfg, em);
	if (err == 0)
		err = relay_refuse_loop(e, em);
	if (err == 0 && share != NULL)
		share->collector = *sink_hep_to(e->hep);
	return err;
}

int
relay_socket(const struct engine *e)
{
	return e->hep != NULL ? sink_hep_socket(e->hep) : -1;
}

/* A sink_hep_say_fn. */
static void
relay_say(void *ctx, bool trouble, const char *sentence)
{
	struct engine *e = ctx;

	if (e->outlet != NULL)
		tell_relay(e, trouble, sentence);
	if (e->cfg.share == NULL)
		(void)fprintf(stderr, "sipwhy: %s\n", sentence);
}

void
relay_start(struct engine *e)
{
	if (e->hep != NULL)
		sink_hep_start(e->hep, &e->loop, relay_say, e);
}

void
relay_message(void *ctx, const struct message *m, const struct sipmsg *s)
{
	struct engine *e = ctx;

	if (e->hep != NULL)
		sink_hep_put(e->hep, m, s->call_id);
}

void
relay_end(struct engine *e)
{
	if (e->hep != NULL)
		sink_hep_drain(e->hep, e->hurry ? RELAY_HURRY_MS : RELAY_END_MS);
}
