/*
 * filter - one language for which events are meant, wherever that is asked: the prompt, --filter, the configuration,
 * alert rules (doc/filter.md).
 *
 *     filter = or ;  or = and {"or" and} ;  and = not {["and"] not} ;  not = ["-"|"!"|"not"] atom
 *     atom   = "(" filter ")" | field op value | "@"name | word
 *     op     = ":" "!:" "=" "!=" "<" "<=" ">" ">=" "~" "!~"          also == =~ && ||
 *     word   = 503 is code:503, 5xx is class:5xx; anything else is text in any field, letter case ignored
 *     value  = word | "quoted" | a..b | v1,v2,v3
 *
 * A code is a number with a meaning, never a string: 503 does not match a telephone number.  What is matched is the
 * event, never what of it fits on a screen; of each text the first 1,024 bytes, as many as a record carries.  A match
 * allocates nothing that it keeps and takes a bounded time, about a millisecond for the worst regular expression, which
 * then does not match.  One filter is for one thread at a time.
 */
#ifndef SIPWHY_FILTER_H
#define SIPWHY_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/errmsg.h"
#include "sipwhy/event.h"
#include "sipwhy/slice.h"

/* Bytes of a filter without a NUL; levels of parentheses and signs; bytes that hold any value of filter_value. */
enum { FILTER_TEXT_MAX = 512, FILTER_DEPTH_MAX = 50, FILTER_VALUE_MAX = 256 };

struct filter;

/*
 * What a filter needs that an event does not have.  reason: the most telling thing known of an event ("Q.850/34 no
 * circuit"), written to out without a NUL, returns its length; NULL: the phrase stands in.  named: filters that @name
 * means, looked up when the filter is made; returns NULL for none, else text that stays until filter_new returns; may
 * be NULL.  The struct is copied; what it points to is borrowed for the filter's life.
 */
struct filter_env {
	void *ctx;
	size_t (*reason)(void *ctx, const struct event *e, char *out, size_t cap);
	const char *(*named)(void *ctx, struct slice name);
	int32_t utc_offset_s; /* of the local time that at:, since: and until: with a time of day mean */
};

/* What belongs to the moment and to the user.  now_ns: of since:10m; 0: the event's own time.  site: its host. */
struct filter_facts {
	int64_t now_ns;
	bool fresh, muted, marked;
	struct slice site;
};

/*
 * Make one from text (copied).  Blank text makes a filter that all match.  env may be NULL.
 * 0; -EINVAL, -E2BIG (longer than FILTER_TEXT_MAX, deeper than FILTER_DEPTH_MAX, too many conditions, or named filters
 * too deep in each other or in a ring) with a sentence in em and in *at the byte of text where it goes wrong (at may be
 * NULL; inside a named filter: at its @); -ENOMEM with a sentence.  *out is NULL then.
 */
int filter_new(struct filter **out, struct slice text, const struct filter_env *env, struct errmsg *em, size_t *at);
void filter_free(struct filter *f);

/* Is this event meant?  f NULL: every event is.  facts NULL: all zero. */
bool filter_match(const struct filter *f, const struct event *e, const struct filter_facts *facts);

/* The text it was made of; empty for NULL. */
struct slice filter_text(const struct filter *f);
/* Does every event match, whatever it is? */
bool filter_is_all(const struct filter *f);
/* Does its answer for one event change as time goes by, or with new, muted, marked? */
bool filter_is_fickle(const struct filter *f);
/* Does its answer need the message itself (branch, stale)? */
bool filter_wants_raw(const struct filter *f);
/* The terms that all must match ("code:503 peer:a" has two), as written, slices of filter_text; one that is all of it
 * where "or" stands between them; returns how many, fills at most n. */
size_t filter_terms(const struct filter *f, struct slice *out, size_t n);

/*
 * What a field's natural value is: a status code or class, a text, a whole number, an address or name, a moment, a span
 * of time, one of a few words.
 */
enum filter_kind { FILTER_CODE, FILTER_TEXT, FILTER_NUMBER, FILTER_ADDRESS, FILTER_TIME, FILTER_SPAN, FILTER_FLAG };
struct filter_field {
	const char *name;  /* "peer" */
	const char *group; /* "who" */
	const char *help;  /* one short phrase */
	enum filter_kind kind;
};
/* All of them, in the order of doc/filter.md. */
const struct filter_field *filter_fields(size_t *n);
/* Letter case ignored; also by another name that fingers know ("call-id", "user-agent").  NULL when there is none. */
const struct filter_field *filter_field_find(struct slice name);
/* What `is:` may be followed by: "new", "muted" ...; NULL behind the last. */
const char *filter_flag_name(size_t i);
/* The event's value of a field as one would write it in a filter ("503", "carrier-a", "silence"); length without NUL,
 * cut at cap - 1; 0 when the event has none. */
size_t filter_value(
    const struct filter_field *field, const struct event *e, const struct filter_env *env, char *out, size_t cap);
/* Write `field:value`, quoted when the value needs it, or -field:value; length without NUL, 0 when cap is short.  The
 * value "-" is what the screen writes for none, and means that. */
size_t filter_term_put(char *out, size_t cap, bool negate, const char *field, struct slice value);

/* What is being typed at `cursor` in text: a field's name, or a value of `field`; part: as far as it stands there;
 * from: byte where it begins. */
enum filter_typing { FILTER_TYPING_NOTHING, FILTER_TYPING_FIELD, FILTER_TYPING_VALUE };
struct filter_hint {
	enum filter_typing typing;
	const struct filter_field *field;
	struct slice part;
	size_t from;
};
void filter_hint(struct slice text, size_t cursor, struct filter_hint *out);

#endif
