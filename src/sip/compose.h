/*
 * compose - what compose.c (the frame of the text) and compose_case.c (what one code, or silence, adds) share.
 */
#ifndef SIP_COMPOSE_H
#define SIP_COMPOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sip/tables.h"
#include "sipwhy/event.h"

/*
 * Columns of a text of the event inside a sentence; bytes of it made printable, COMPOSE_SPARE of them kept for a word
 * before it; bytes of a whole sentence.
 */
enum {
	COMPOSE_COLS = 64,
	COMPOSE_SPARE = 16,
	COMPOSE_TEXT = COMPOSE_COLS * 4 + COMPOSE_SPARE,
	COMPOSE_SENTENCE = 1536
};

/* A text being written. */
struct compose {
	const struct event *ev;
	const struct sip_explanation *why;
	char *out;
	size_t cap, n;
	unsigned sentences;
	bool full;
	bool ours_told; /* a sentence already said that this machine itself gave the answer */
};

/* A text of the event, printable; a role's word may stand before it. */
struct compose_text {
	char s[COMPOSE_TEXT];
};

/* `in` made printable; `otherwise` when it is empty. */
struct compose_text compose_clean(struct slice in, const char *otherwise);
/* "20 ms", "1.2 s", "32 s". */
struct compose_text compose_span(int32_t ms);
/* An end whose address is known: a log need not tell it. */
bool compose_has(struct slice end);
/* That end, `otherwise` when it is not known. */
struct compose_text compose_end(struct slice end, const char *otherwise);
/* Who gave the answer that is told of. */
struct compose_text compose_src(const struct event *ev);
/* A delay of a log with whole seconds (event_is_coarse) may be wrong by this. */
enum { COMPOSE_GRAIN_MS = 1000 };
/* When that answer came: "after 20 ms", "within a second", "after about 32 s". */
struct compose_text compose_after(const struct event *ev);

/* One sentence more, unless it stands there already or there are enough; its stop may be left out. */
void compose_say(struct compose *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

bool compose_is(const struct event *ev, const char *method);
/* Said by this machine itself, not passed on. */
bool compose_is_ours(const struct event *ev);
/* The key of the explanation begins so. */
bool compose_decided(const struct compose *c, const char *kind);
bool compose_is_silence(const struct compose *c);

/* What the code of the answer, silence or a missing ACK add by the way they came. */
void compose_case(struct compose *c);

#endif
