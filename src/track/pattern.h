/*
 * pattern - what a pattern is written with: meters that count lately, and raise and clear.
 */
#ifndef TRACK_PATTERN_H
#define TRACK_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "track/fact.h"
#include "track/incidents.h"
#include "track/limits.h"

/*
 * What a fact is about, a bit each: a pattern is only asked about what it wants.  Requests inside a dialog, ACK and
 * CANCEL are nobody's.
 */
enum topic {
	TOPIC_INVITE = 1 << 0,      /* request outside a dialog */
	TOPIC_REGISTER = 1 << 1,    /* request */
	TOPIC_REQUEST = 1 << 2,     /* any other request outside a dialog */
	TOPIC_TRYING = 1 << 3,      /* 100 from ours to a far client */
	TOPIC_PROVISIONAL = 1 << 4, /* the first 101-199 */
	TOPIC_SUCCESS = 1 << 5,     /* 2xx */
	TOPIC_REFUSAL = 1 << 6,     /* 300 and above */
	/* FACT_OUTCOME, OK and any other: of an INVITE outside a dialog, of another request there, of one inside. */
	TOPIC_CALL_GOOD = 1 << 7,
	TOPIC_CALL_BAD = 1 << 8,
	TOPIC_OTHER_GOOD = 1 << 9,
	TOPIC_OTHER_BAD = 1 << 10,
	TOPIC_INNER_GOOD = 1 << 11, /* over TCP, or not by a 2xx */
	TOPIC_INNER_BAD = 1 << 12,
	TOPIC_LATER = 1 << 13 /* FACT_REPEAT_2XX, FACT_CALL_ENDED, FACT_SESSION_LOST */
};
enum {
	TOPIC_CALL = TOPIC_CALL_GOOD | TOPIC_CALL_BAD,
	TOPIC_OUTER = TOPIC_CALL | TOPIC_OTHER_GOOD | TOPIC_OTHER_BAD,
	TOPIC_BAD = TOPIC_CALL_BAD | TOPIC_OTHER_BAD | TOPIC_INNER_BAD,
	TOPIC_N = 14
};

/*
 * A pattern: one const struct at the end of its file, named in incidents.c's table.  see is given each fact of the
 * topics that it wants; tick comes once a second of stream time (NULL: none).  Patterns keep nothing of their own:
 * their memory is meters.
 */
struct pattern {
	uint8_t number;   /* of doc/incidents.md, PATTERN_MIN to PATTERN_MAX */
	const char *kind; /* "trunk-down": as sip_pattern has it */
	unsigned wants;   /* enum topic, or-ed */
	void (*see)(struct incidents *in, const struct fact *f);
	void (*tick)(struct incidents *in, uint64_t now_ms);
};

extern const struct pattern pattern_trunk_down, pattern_congestion, pattern_refused, pattern_register_storm,
    pattern_brute_force, pattern_scan, pattern_codec, pattern_nat, pattern_loop, pattern_fraud, pattern_stir,
    pattern_dns, pattern_session_timer, pattern_early_media, pattern_credentials, pattern_number_format,
    pattern_inbound_route, pattern_too_big, pattern_overload, pattern_ack_missing, pattern_alg, pattern_analytics,
    pattern_tls, pattern_subscription, pattern_masked;

/* Slots of a meter; its window is cut into as many. */
enum { METER_SLOTS = 12 };

/*
 * A count in a sliding window, for one pattern, one `which` (a pattern's own number for one of its meters) and one
 * key.  value and value2: the pattern's own memory beside it, 0 at first.  Good until the next meter_at.
 */
struct meter {
	uint64_t value, value2;
	/* The rest is meter.c's. */
	uint64_t key, id, slot_at, slot_end_ms, sum, seen[3][4];
	uint32_t window_ms, values, slot[METER_SLOTS];
	uint16_t number;
};

/* The name of a fact's client or server: the user's, else its address, good until the next call for the same side; and
 * the key of that name. */
struct slice name_client(struct incidents *in, const struct fact *f);
struct slice name_server(struct incidents *in, const struct fact *f);
uint64_t key_client(const struct incidents *in, const struct fact *f);
uint64_t key_server(const struct incidents *in, const struct fact *f);

/* Key of an address (ports ignored), of a text (cut nowhere), and of two keys together.  Seeded. */
uint64_t key_host(const struct incidents *in, const struct endpoint *e);
uint64_t key_text(const struct incidents *in, struct slice text);
uint64_t key_both(uint64_t a, uint64_t b);

/*
 * The meter of this name, made when there is none.  The table is bounded: of the pattern that holds most, the one
 * unused for longest gives way.  Never NULL.  window_ms: whole seconds, the same on every call for one `which`.
 */
struct meter *meter_at(struct incidents *in, unsigned pattern, unsigned which, uint64_t key, uint32_t window_ms);
/* The meter of this name, NULL when there is none: for asking without making. */
struct meter *meter_find(struct incidents *in, unsigned pattern, unsigned which, uint64_t key);
/* Is there any meter of this pattern?  When there is none, nobody needs to make a key to ask for one. */
bool meter_any(const struct incidents *in, unsigned pattern);
/* Count n more at the incidents' present time; returns the sum over the window. */
uint32_t meter_add(struct incidents *in, struct meter *m, uint32_t n);
uint32_t meter_sum(struct incidents *in, struct meter *m);
/* Note a value (a key); returns about how many different ones were noted (linear counting over 256 bits, within 15 %
 * up to 200).  They are forgotten when the window passed without any count, one by one after one to one and a half
 * windows, or by meter_reset. */
uint32_t meter_distinct(struct incidents *in, struct meter *m, uint64_t value);
/* How many are noted now. */
uint32_t meter_values(struct incidents *in, struct meter *m);
/* Milliseconds since the oldest count in the window, to a slot; 0 when there is none. */
uint32_t meter_age(struct incidents *in, struct meter *m);
/* Forget counts and values; value and value2 too. */
void meter_reset(struct meter *m);

/* What raise() wants to know besides the sentence; members not set are empty. */
struct raise {
	uint64_t key;            /* one incident of the pattern for each key */
	uint8_t level;           /* enum incident_level; it only rises while the incident lasts */
	const struct fact *fact; /* evidence: its event and Call-ID are kept, the first and the newest; NULL: none */
	struct slice peer, what;
	uint32_t quiet_ms; /* it ends when it is not raised again for so long */
	uint32_t signs;    /* at its start: signs that led to it, this one included; 0: one */
	uint32_t since_ms; /* at its start: how long ago the first of them was */
};

/*
 * The pattern's condition holds: start an incident, or say that it goes on (a row of the table of at most 256; of the
 * pattern with most rows, the one raised longest ago gives way).  A pattern starts at most 8 in a second; more are
 * not taken then, and start when they are raised again.  The sentence is cut at 255 bytes.
 */
void raise_incident(struct incidents *in, const struct pattern *p, const struct raise *r, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* A good sign: end the incident with this key, if there is one. */
void clear_incident(struct incidents *in, const struct pattern *p, uint64_t key);
/* Is there one with this key? */
bool incident_is_up(const struct incidents *in, const struct pattern *p, uint64_t key);

/* Keep a fact for later as evidence: of each key the newest, of all keys a few.  What comes back has its call_id, to
 * and event_id, good until the next fact_keep; false when it is not kept. */
void fact_keep(struct incidents *in, const struct pattern *p, uint64_t key, const struct fact *f);
bool fact_kept(struct incidents *in, const struct pattern *p, uint64_t key, struct fact *out);

/* How long facts came by now. */
uint64_t run_ms(const struct incidents *in);

/* A text that was looked through already and is harmless; a few dozen are remembered. */
bool text_is_known(const struct incidents *in, struct slice text);
void text_know(struct incidents *in, struct slice text);
/* Case-insensitive search of a word in the first 512 bytes of a text. */
bool text_has(struct slice text, const char *word);
/* A printf argument pair for "%.*s". */
#define SLICE_ARG(s) (int)((s).n < 80 ? (s).n : 80), (s).n > 0 ? (s).p : ""

#endif
