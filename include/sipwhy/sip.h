/*
 * sip - one message to fields (RFC 3261), and what codes, causes, warnings and phrases mean.
 * The parser stands behind a gate and a shield: libosip2 never sees more than limits allow and never a body.
 */
#ifndef SIPWHY_SIP_H
#define SIPWHY_SIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/sipmsg.h"
#include "sipwhy/slice.h"

enum sip_verdict {
	SIP_OK,        /* decoded */
	SIP_PARTIAL,   /* counts (code, kind stand) but something was unreadable, refused or cut */
	SIP_MALFORMED, /* looks like SIP but the start line is wrong (code outside 100..699, other version) */
	SIP_NOT_SIP    /* no SIP start line */
};

struct sip_parser;

/*
 * A parser with its arena.  One per thread; libosip2's allocator hooks and trace settings are process-wide
 * and set by the first call.  NULL when memory is short.  Free with sip_parser_free.
 */
struct sip_parser *sip_parser_new(void);

/* NULL is allowed. */
void sip_parser_free(struct sip_parser *p);

/*
 * Decode one message (RFC 3261 7; compact forms 7.3.3; bare LF and leading CRLF tolerated).
 *
 * bytes  the message, borrowed; at most 65,535 bytes are looked at
 * cut    the capture lost its end: counts as partial unless the header block is whole
 * out    set on SIP_OK and SIP_PARTIAL; slices live until the next sip_parse with p or until bytes go
 *
 * Responses go through libosip2 (headers that matching needs; all shown headers from 300 on), requests through a
 * scan.  Whatever libosip2 refuses is retried header by header and then scanned: a response with a good start
 * line is never lost.  Cost is bounded whatever the input.  Keeps no state between calls.
 */
enum sip_verdict sip_parse(struct sip_parser *p, struct slice bytes, bool cut, struct sipmsg *out);

/* True when bytes begin (after CR, LF) like a SIP request or response start line; the gate, a few compares. */
bool sip_gate(struct slice bytes);

/*
 * True when sip_parse, given these bytes, is sure to say SIP_OK or SIP_PARTIAL: the start line alone decides that.
 * False says nothing.  For whoever must know now and parses later.
 */
bool sip_sure(struct slice bytes);

/*
 * One row of the code table (reference: IANA registry, RFC numbers in the row).  Lists end in NULL; text is plain.
 * In this and the other tables a string or list is NULL where nothing is known.
 */
struct sip_code {
	uint16_t code;
	const char *phrase, *rfc, *seed_note, *expected, *expected_when, *retryable, *retry_note, *generated_by;
	const char *meaning, *q850_mapping, *severity, *bucket, *detail_headers;
	const char *const *causes, *const *checks;
};

/* One of the six classes. */
struct sip_class {
	uint16_t first;   /* 100, 200, ... */
	const char *name; /* "Server failure" */
	const char *seed_note, *meaning, *operator_rule;
};

/* One Q.850 cause, or one of the internal numbers of Asterisk and FreeSWITCH. */
struct q850_cause {
	uint16_t cause;
	const char *name, *kind, *meaning, *to_sip, *asterisk_name, *freeswitch_name, *note;
};

/* One Warning code (RFC 3261 20.43). */
struct sip_warning {
	uint16_t code;
	const char *name, *meaning;
	const char *const *causes, *const *checks;
};

/* One phrase or header text that refines a code; code 0 matches any. */
struct sip_phrase {
	uint16_t code;
	const char *pattern, *field, *meaning, *check_next, *product, *evidence;
};

/* Rows by number; NULL when unknown.  sip_class_find never fails for 100..699. */
const struct sip_code *sip_code_find(unsigned code);
const struct sip_class *sip_class_find(unsigned code);
const struct q850_cause *q850_find(unsigned cause);
const struct sip_warning *sip_warning_find(unsigned code);

/* Whole tables, for tests and listings: pointer to the first row, *n rows. */
const struct sip_code *sip_codes(size_t *n);
const struct q850_cause *q850_causes(size_t *n);
const struct sip_warning *sip_warnings(size_t *n);
const struct sip_phrase *sip_phrases(size_t *n);

/* The class rows, 1xx to 6xx. */
const struct sip_class *sip_classes(size_t *n);

/* The registered phrase of a code, else the class name ("Server failure"); "-" outside 100..699. */
const char *sip_code_phrase(unsigned code);

/*
 * What is known of a failure when it is to be explained; absent: empty slice, -1.  The slices are members of
 * struct sipmsg of the same names; reason_sip is read out of reason, and what of q850 and warn_code is absent out of
 * reason and warning.
 */
struct sip_explain_in {
	unsigned code; /* 0 when only a cause is asked for */
	struct slice phrase, reason, warning, server;
	struct slice detail; /* as in struct sipmsg */
	int q850, warn_code;
	bool own; /* the response was sent by this machine */
};

/*
 * The explanation, most specific first; pointers into the tables, NULL where nothing is known.
 * headline: one line, what it means in this case.  causes, checks: what is likely and what to look at in this case (its
 * own, else those of the Warning, else those of the code); lists end in NULL.
 * key: stable name of what decided ("q850:34", "reason:503" for the SIP cause of a Reason, "warning:304",
 * "phrase:403:insufficient funds" with "*" for rows of any code, "code:404", "class:5xx"; empty when nothing is
 * known).  Of an event also "silence", "silence:rang" (it rang before), "silence:own" (this machine was to answer),
 * "ack-missing", "auth:401" and "auth:407" (credentials refused), "challenge:401" and "challenge:407", "said:503" (the
 * code that a relay made another one of), "route:inbound", "route:dialplan" (this machine has no way for the number),
 * "number:trunk" (the trunk does not take it).
 */
struct sip_explanation {
	const struct sip_code *code;
	const struct sip_class *cls;
	const struct q850_cause *q850;
	const struct sip_warning *warning;
	const struct sip_phrase *phrase;
	const char *headline;
	const char *const *causes, *const *checks;
	char key[96];
};

/*
 * Decide what explains (order: Reason/Q.850, Warning, phrase, code, class).  Causes that only say "normal" or
 * "unspecified" (0, 16, 31, 127) and Warning 399 (free text) stand back behind a phrase or code that is known.
 * phrase is the longest row found in phrase, reason, warning or detail; among equals the one made for the sender
 * that server names.  Never fails; out is caller's memory.
 */
void sip_explain(const struct sip_explain_in *in, struct sip_explanation *out);

/* What an incident of a pattern means and what to check (PATTERN_MIN to PATTERN_MAX of incident.h). */
struct sip_pattern {
	uint8_t number;
	uint8_t rank;         /* order of display, 1 first */
	const char *kind;     /* "trunk-down": name in records, configuration and tests */
	const char *title;    /* "Trunk down" */
	const char *meaning;  /* one or two sentences for an operator */
	const char *harmless; /* what looks similar but is not this */
	const char *const *checks; /* ends in NULL */
};
const struct sip_pattern *sip_pattern_find(unsigned number);
/* The whole table, 25 rows by number. */
const struct sip_pattern *sip_patterns(size_t *n);

/* The key of a case ("silence", "auth:401" ...) explained as sip_explain_event would; false when it is none. */
bool sip_explain_key(struct slice key, struct sip_explanation *out);

/*
 * True when a phrase row fits whoever sent a message: no product is told in the row, or the sender (Server or
 * User-Agent, may be empty) does not name itself, or names a product of the row.  row: of sip_phrases.
 */
bool sip_phrase_fits(const struct sip_phrase *row, struct slice sender);

/* The cause that a phrase row is named after ("no answer": NO_ANSWER, 19); NULL when it is none. */
const struct q850_cause *sip_phrase_cause(const struct sip_phrase *row);

/*
 * The explanation of an event: as sip_explain, from its members, with the cases that no code tells: see the keys of
 * struct sip_explanation.  "own" holds for an INVITE that this machine itself refused to whoever is no phone: the event
 * was sent, not passed on (said_by), and is not the outcome of another leg.
 */
struct event;
void sip_explain_event(const struct event *ev, struct sip_explanation *out);

/* Room for the text of sip_compose; hostile events may have a longer one, which is cut. */
enum { SIP_COMPOSE_MAX = 1536 };

/*
 * The case in plain sentences: what it means *here* (headline first, then what time, side, relay, earlier ringing,
 * credentials and the headers of the answer add), at most out[cap], always terminated when cap > 0, cut at a word.
 * Texts of the event are made printable (text_clean) and shortened.  No sentence twice; nothing that the event does
 * not know.  Returns the length.
 */
size_t sip_compose(const struct event *ev, const struct sip_explanation *why, char *out, size_t cap);

#endif
