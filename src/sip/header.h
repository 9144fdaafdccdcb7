/*
 * header - the header block of a message cut into the few headers that are looked at (RFC 3261 7.3).
 */
#ifndef SIP_HEADER_H
#define SIP_HEADER_H

#include <stdbool.h>
#include <stdint.h>

#include "sipwhy/slice.h"

/*
 * The allow-list: whatever is not here is walked over and forgotten.  First those of which several values are kept,
 * last those that are shown, of which the whole line is kept.
 */
enum header_id {
	HEADER_REASON,
	HEADER_CHALLENGE,   /* WWW-Authenticate, Proxy-Authenticate */
	HEADER_CREDENTIALS, /* Authorization, Proxy-Authorization */
	HEADER_LISTS,
	HEADER_VIA = HEADER_LISTS,
	HEADER_FROM,
	HEADER_TO,
	HEADER_CALL_ID,
	HEADER_CSEQ,
	HEADER_CONTACT,
	HEADER_WARNING,
	HEADER_RETRY_AFTER,
	HEADER_SERVER,
	HEADER_USER_AGENT,
	HEADER_CONTENT_LENGTH,
	HEADER_CONTENT_TYPE,
	HEADER_MAX_FORWARDS,
	HEADER_EXPIRES,
	HEADER_SESSION_EXPIRES,
	HEADER_X_CID, /* or X-Call-ID */
	HEADER_SESSION_ID,
	HEADER_CHARGING, /* P-Charging-Vector */
	HEADER_LINES,
	HEADER_DETAIL = HEADER_LINES,
	HEADER_ALLOW,
	HEADER_ACCEPT,
	HEADER_ACCEPT_ENCODING,
	HEADER_UNSUPPORTED,
	HEADER_REQUIRE,
	HEADER_MIN_SE,
	HEADER_MIN_EXPIRES,
	HEADER_ALLOW_EVENTS,
	HEADER_SECURITY_SERVER,
	HEADER_CALL_INFO,
	HEADER_N,
	HEADER_OTHER = HEADER_N
};

/* Physical lines looked at, the start line and folds included. */
enum { HEADER_LINES_MAX = 256 };

/* Values kept of the ids below HEADER_LISTS; the others keep their first. */
enum { HEADER_LIST_MAX = 4 };

/*
 * Slices point into the message.  value: trimmed, a fold's CR and LF still in it; from HEADER_LINES on the whole line.
 * The first of each id, and only set where one was seen: header_value has the others empty.
 */
struct header_block {
	struct slice start;     /* the start line */
	uint8_t seen[HEADER_N]; /* how many there were, at most 255 */
	uint64_t unclean;       /* bit per id: a value of it is folded or stands behind the first HT or worse */
	bool control;           /* a control byte other than HT, CR and LF stood in the block */
	bool bad_line;          /* a line without a name and a colon */
	bool duplicate;         /* a second From, To, Call-ID, CSeq or Content-Length */
	bool over;              /* more lines than are looked at */
	bool whole;             /* the empty line that ends the block was seen */
	struct slice value[HEADER_N];
	/* list[id][0] is value[id]; only as many are set as were seen. */
	struct slice list[HEADER_LISTS][HEADER_LIST_MAX];
};

/*
 * Cut `bytes` (start line first) into lines that end in CRLF, LF or CR.  cut: the bytes end where the message did
 * not, so a last line without an end is dropped.
 */
void header_split(struct slice bytes, bool cut, struct header_block *out);

/* The first value of an id; empty when absent. */
static inline struct slice
header_value(const struct header_block *block, enum header_id id)
{
	return block->seen[id] ? block->value[id] : (struct slice){ NULL, 0 };
}

/* True only when no value of this id holds a fold or a control byte, HT included. */
static inline bool
header_is_clean(const struct header_block *block, enum header_id id)
{
	return !block->control && !(block->unclean >> id & 1);
}

/* The id of a header name, long or compact (RFC 3261 7.3.3), in any letter case. */
enum header_id header_find(struct slice name);

#endif
