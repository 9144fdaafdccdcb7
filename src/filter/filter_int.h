/*
 * filter_int - a filter as its files share it: a flat array of conditions, each with the place to go on at when it
 * holds and when it does not, so that a match is one walk without a stack (filter.c).  read.c makes it, value.c what a
 * value means, field.c and raw.c say what an event has of a field.
 */
#ifndef FILTER_FILTER_INT_H
#define FILTER_FILTER_INT_H

#include "sipwhy/buf.h"
#include "sipwhy/filter.h"
#include "sipwhy/regex.h"

enum filter_id {
	FILTER_ID_CODE,
	FILTER_ID_CLASS,
	FILTER_ID_SIP,
	FILTER_ID_REASON,
	FILTER_ID_PHRASE,
	FILTER_ID_Q850,
	FILTER_ID_WARN,
	FILTER_ID_RETRY,
	FILTER_ID_STALE,
	FILTER_ID_PEER,
	FILTER_ID_SRC,
	FILTER_ID_DST,
	FILTER_ID_USER,
	FILTER_ID_FROM,
	FILTER_ID_TO,
	FILTER_ID_PREFIX,
	FILTER_ID_UA,
	FILTER_ID_PRODUCT,
	FILTER_ID_SAIDBY,
	FILTER_ID_DIR,
	FILTER_ID_SOURCE,
	FILTER_ID_SITE,
	FILTER_ID_METHOD,
	FILTER_ID_CID,
	FILTER_ID_BRANCH,
	FILTER_ID_TRANSPORT,
	FILTER_ID_SETUP,
	FILTER_ID_LEG,
	FILTER_ID_N,
	FILTER_ID_SINCE,
	FILTER_ID_UNTIL,
	FILTER_ID_AT,
	FILTER_ID_IS,
	FILTER_IDS,
	FILTER_ID_ANY = FILTER_IDS /* text in any field */
};

enum filter_op { FILTER_OP_HAS, FILTER_OP_IS, FILTER_OP_LT, FILTER_OP_LE, FILTER_OP_GT, FILTER_OP_GE, FILTER_OP_REGEX };

enum filter_test {
	FILTER_TEST_CODES,
	FILTER_TEST_NUMBER,
	FILTER_TEST_TEXT,
	FILTER_TEST_ADDRESS,
	FILTER_TEST_ABSENT,
	FILTER_TEST_REGEX,
	FILTER_TEST_FLAG,
	FILTER_TEST_TIME
};

enum filter_how { FILTER_HOW_PART, FILTER_HOW_EQUAL, FILTER_HOW_STARTS, FILTER_HOW_GLOB };
enum filter_flag {
	FILTER_FLAG_NEW,
	FILTER_FLAG_MUTED,
	FILTER_FLAG_MARKED,
	FILTER_FLAG_RELAYED,
	FILTER_FLAG_RETRANSMITTED,
	FILTER_FLAG_CHALLENGE,
	FILTER_FLAG_RECOVERED,
	FILTER_FLAG_STALE, /* no name: it is a field */
	FILTER_FLAGS = FILTER_FLAG_STALE
};

/*
 * Bounds.  Nodes of a filter, @names taken in; @names looked up for one filter, and inside each other; bytes of an
 * event's text that are looked at, which is what a record carries of it; texts of one event.
 */
enum {
	FILTER_NODES_MAX = 2048,
	FILTER_NAMED_MAX = 64,
	FILTER_NAMED_DEPTH = 8,
	FILTER_FIELD_TEXT = 1024,
	FILTER_REGEX_WORK = 1 << 20, /* bytes that all patterns of a filter may run over, an event */
	FILTER_TEXTS = 22,
	FILTER_CODES_WORDS = 11
};

/* A moment: as it is, before now, or a time of day.  unit_ns: how long the smallest part that was written lasts. */
enum filter_moment_kind { FILTER_MOMENT_DATE, FILTER_MOMENT_AGO, FILTER_MOMENT_OF_DAY };
struct filter_moment {
	uint8_t kind;
	int64_t ns, unit_ns;
};

struct regex;

/* One value of a condition. */
struct filter_atom {
	uint8_t test; /* enum filter_test */
	uint8_t how;  /* enum filter_how of text; enum filter_flag; enum filter_id of time */
	union {
		uint64_t codes[FILTER_CODES_WORDS]; /* a bit for each code, 0 is silence */
		struct {
			int64_t from, to;
		} number;
		struct {
			uint32_t at, n; /* in the filter's texts, lower case */
		} text;
		struct {
			uint8_t from[16], to[16], family;
			uint16_t port; /* 0: any */
		} address;
		struct regex *regex;
		bool want;
		struct {
			struct filter_moment from, to;
		} time;
	} u;
};

/* A leaf holds when one of its atoms does.  left, right: of AND and OR; left of NOT.  yes, no: of a leaf. */
enum filter_node_kind { FILTER_LEAF, FILTER_ALL, FILTER_AND, FILTER_OR, FILTER_NOT };
struct filter_node {
	uint8_t kind, id;
	uint16_t first, n;
	uint16_t left, right, yes, no;
};
enum { FILTER_YES = UINT16_MAX, FILTER_NO = UINT16_MAX - 1, FILTER_NONE = UINT16_MAX - 2 };

struct filter {
	char text[FILTER_TEXT_MAX];
	size_t text_n;
	struct filter_env env;
	struct filter_node *nodes;
	size_t n_nodes, cap_nodes;
	struct filter_atom *atoms;
	size_t n_atoms, cap_atoms;
	size_t n_regexes;
	struct buf texts;
	uint16_t root, start;
	bool fickle;
	struct slice whole;                      /* the text without blanks at its ends */
	struct slice terms[FILTER_TEXT_MAX / 2]; /* of the uppermost "and" */
	size_t n_terms;
};

/* What was asked for where: text, the place in it, and what becomes of it. */
struct filter_reader {
	struct filter *f;
	struct slice text;
	size_t i;
	unsigned depth, named_depth, named;
	size_t *at;
	size_t said_at; /* place that an error inside an @name is told at; SIZE_MAX: where it is */
	struct errmsg *em;
};

/* A value as written, quotes and escapes gone; of a list one of them. */
struct filter_item {
	struct slice text;
	bool quoted;
	size_t at; /* where it stands */
};

/* read.c */
int filter_read(struct filter_reader *r);
/* Sentence and place of what is wrong at `where`; returns err. */
int filter_wrong(struct filter_reader *r, size_t where, int err, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* A sentence that quotes what was typed, made printable. */
void filter_clean(struct errmsg *em);
/* A text of the filter as the arguments of "%.*s" in a sentence. */
int filter_shown(struct slice s);

/* value.c: add what an item means to a leaf of field `id`; codes gather in one atom.  0 or as filter_new. */
int
filter_value_add(struct filter_reader *r, struct filter_node *leaf, enum filter_op op, const struct filter_item *item);
/* Is the whole word a code, or several, as 503, 5xx, 480..488, 404,410, silence, ---? */
bool filter_value_is_codes(struct slice word);

/* time.c */
bool filter_moment_parse(struct slice s, int32_t utc_offset_s, struct filter_moment *out);
/* "5s", "200ms", "1.5m"; bare: seconds where there is no unit.  unit_ms: that of the unit. */
bool filter_span_parse(struct slice s, bool bare, int64_t *ms, int64_t *unit_ms);
bool filter_time_match(const struct filter *f, const struct filter_atom *a, int64_t t_ns, int64_t now_ns);

/* field.c */
/* The name in the list that was probably meant; NULL when none is near. */
const char *filter_near(struct slice word, const char *const *names, size_t n);
const char *filter_field_near(struct slice word);
/* Texts of a field, without those that are absent; buf holds what is composed.  ANY: all but the composed reason. */
size_t filter_texts(const struct filter_env *env, enum filter_id id, const struct event *e, struct slice site,
    char buf[FILTER_FIELD_TEXT], struct slice out[FILTER_TEXTS]);
/* The number of a field; false when it has none. */
bool filter_number(enum filter_id id, const struct event *e, int64_t *out);
bool filter_is_challenge(const struct event *e);

/* raw.c: of the message's header lines, bounded by EVENT_RAW_MAX. */
struct slice filter_raw_branch(const struct event *e);
bool filter_raw_stale(const struct event *e);

static inline unsigned char
filter_lower(unsigned char c)
{
	return (unsigned)(c - 'A') < 26u ? c | 32 : c;
}

static inline bool
filter_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

#endif
