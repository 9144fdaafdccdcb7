/*
 * engine_text - log text as inputs hand it over, down the pipeline; see engine_int.h.
 * The one thing to know: what is told must end where a piece ends, because the next engine goes on there; so a log that
 * is read at its own speed goes down in pieces that are short in time.
 */
#include <stdio.h>
#include <string.h>

#include "app/child.h"
#include "app/clock.h"
#include "app/engine_int.h"
#include "app/pipeline.h"
#include "app/tell.h"
#include "sipwhy/logfmt.h"
#include "sipwhy/timefmt.h"

enum { ENGINE_PIECE = 512, ENGINE_PIECE_MIN = 128 /* less than a message */ };

/* A word about a source that goes on: to the screen, or to whoever waits for a report. */
void
engine_say(struct engine_source *s)
{
	/* Once: a log that is made anew every minute is waited for every minute. */
	if (s->e->outlet == NULL && s->sentence[0] != '\0' && strcmp(s->sentence, s->said) != 0) {
		(void)child_fail(s->sentence);
		memcpy(s->said, s->sentence, sizeof s->said);
	}
	tell_source(s);
}

/* It is a log, and that is news to whoever asked for what only packets have. */
static void
engine_is_log(struct engine_source *s)
{
	const struct options *o = s->e->o;

	if (s->piece != 0)
		return;
	s->piece = ENGINE_PIECE;
	if (o->bpf == NULL && s->e->pcap == NULL)
		return;
	(void)snprintf(s->sentence, sizeof s->sentence, "%s is a log: %s%s%s", s->name,
	    o->bpf != NULL ? "the filter is for packets and does not apply to it" : "",
	    o->bpf != NULL && s->e->pcap != NULL ? ", and " : "",
	    s->e->pcap != NULL ? "it has no packets for -O to save" : "");
	engine_say(s);
}

/* Is this text to go by the time it came, and not by the times in it? */
static bool
engine_text_is_live(struct engine_source *s, const struct text *t)
{
	int64_t t_ns;

	if (t->live && s->age != AGE_NEW) {
		if (logfmt_time(t, &t_ns))
			engine_shows_time(s, t_ns, false);
		else if (s->age == AGE_UNKNOWN)
			s->age = AGE_NEW;
	}
	return t->live && s->age == AGE_NEW;
}

/* One piece of a block; lines and bytes of the block that are left hold it until it goes down. */
static void
engine_down(struct engine_source *s, const struct text *t)
{
	struct engine *e = s->e;

	tell_piece(s);
	s->left -= t->lines;
	s->left_bytes -= t->len;
	s->piece_bytes = t->len;
	pipeline_text(e->pipe, s->lane, s->name, t);
	s->fresh = false;
	e->speaking = NULL;
}

/* The first piece of t, of about s->piece bytes: whole lines. */
static struct text
engine_cut(const struct engine_source *s, const struct text *t)
{
	struct text piece = *t;
	const uint8_t *lf = NULL;

	if (s->piece < t->len)
		lf = memchr(t->data + s->piece - 1, '\n', t->len - (s->piece - 1));
	if (lf == NULL || lf == t->data + t->len - 1)
		return piece;
	piece.len = (size_t)(lf - t->data) + 1;
	piece.cut = false;
	piece.lines = 0;
	for (const uint8_t *at = t->data; at <= lf; piece.lines++)
		at = (const uint8_t *)memchr(at, '\n', (size_t)(lf - at) + 1) + 1;
	return piece;
}

/*
 * Rates are drawn by the time of the messages, and a block of a quiet log may span an hour: it goes down in pieces that
 * span about a second, so that each can be told by itself.
 */
static void
engine_pieces(struct engine_source *s, const struct text *t)
{
	struct engine *e = s->e;
	struct text rest = *t;

	while (rest.len > 0) {
		struct text piece = engine_cut(s, &rest);
		int64_t before_ns = pipeline_last_ns(e->pipe), span_ns;

		engine_down(s, &piece);
		rest.data += piece.len;
		rest.len -= piece.len;
		rest.lines -= piece.lines;
		span_ns = pipeline_last_ns(e->pipe) - before_ns;
		if (span_ns > NS_PER_S && s->piece > ENGINE_PIECE_MIN)
			s->piece /= 2;
		else if (span_ns < NS_PER_S / 4 && s->piece < TEXT_MAX)
			s->piece *= 2;
	}
}

void
engine_text(void *ctx, const struct text *text)
{
	struct engine_source *s = ctx;
	struct engine *e = s->e;
	struct text block = *text, *t = &block;

	/* What an input lets go of when it is closed comes too late. */
	if (e->finished)
		return;
	s->left = t->lines;
	s->left_bytes = t->len;
	s->came = true;
	t->live = engine_text_is_live(s, text);
	if (s->piece == 0 && !t->live && !t->whole)
		pipeline_foresee(e->pipe, s->lane, t);
	engine_is_log(s);
	if (t->live)
		tell_by_clock(e);
	tell_block(s);
	if (e->by_clock || e->outlet == NULL || t->whole)
		engine_down(s, t);
	else
		engine_pieces(s, t);
	s->left = s->left_bytes = 0;
	if (t->live)
		e->lag_ms = (uint32_t)clock_lag_ms(t->t_ns);
}

void
engine_text_end(void *ctx, uint32_t origin)
{
	struct engine_source *s = ctx;

	if (!s->e->finished)
		pipeline_text_end(s->e->pipe, s->lane, s->name, origin);
}
