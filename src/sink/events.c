/*
 * events - the newest events for a report, packed into one ring of bytes; see sipwhy/sink.h and events.h.
 * The one thing to know: an event is a fixed head, small numbers in one or two bytes each, the lengths of its texts,
 * and the texts, about 170 bytes in all; it never lies across the ring's end.  Texts that many events have stand apart,
 * once, and the event has their numbers; addresses that a path repeats from the event stand there as one character.
 */
#include "sink/events.h"

#include "sink/words.h"

#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/record.h"
#include "sipwhy/sip.h"

/* The ring begins with SINK_BYTES_MIN, in which the longest event has room, and grows by an eighth or by that much. */
enum { SINK_EVENTS = 10000, SINK_BYTES_EVENT = 320, SINK_BYTES_MIN = 64 * 1024, SINK_TEXTS = 23, SINK_VARINT = 5 };
/* A path that grows moves what is packed behind it; not if that is more than this. */
enum { SINK_SHIFT_MAX = 128 * 1024 };
enum { SINK_NUMBERS = 11, SINK_PACKED_MAX = SINK_NUMBERS * SINK_VARINT + (SINK_TEXTS + 1) * (RECORD_TEXT_MAX + 2) };

/*
 * How a text is told: below SINK_WORD its length, which stands behind the others.  From there on two bytes, of which
 * the low 14 bits are a word's number, or from SINK_LONG on a length again.
 */
enum { SINK_WORD = 0x80, SINK_LONG = 0xc0 };

enum sink_flag {
	SINK_PARTIAL = 1,
	SINK_CUT = 2,
	SINK_RECOVERED = 4,
	SINK_IN_CALL = 8,
	SINK_AUTH = 16,
	SINK_RANG = 32,
	SINK_ORPHAN = 64,
	SINK_ACK_MISSING = 128
};

/* What an update changes, and what every look needs.  Copied in and out, so that places need no alignment. */
struct sink_head {
	uint64_t id;
	int64_t t_ns;
	uint32_t repeats, copies;
	uint16_t size, code;
	uint8_t flags, outcome;
};

/*
 * The ring has `cap` bytes, and may have `size`.  Filled: [head, tail), or, when wrapped, [head, end) and then
 * [0, tail).  at[(first + i) % max]: where the i-th of n events stands.
 */
struct sink_events {
	char *ring;
	uint32_t *at;
	struct words *words;
	size_t size, cap, head, tail, end;
	bool wrapped;
	size_t first, n, max;
	uint64_t dropped;
};

struct sink_events *
sink_events_new(size_t events, size_t bytes)
{
	struct sink_events *l = mem_zalloc(sizeof *l);

	if (l == NULL)
		return NULL;
	l->max = events > 0 ? events : SINK_EVENTS;
	/* Places are told in 32 bits. */
	if (bytes == 0)
		bytes = l->max < UINT32_MAX / SINK_BYTES_EVENT ? l->max * SINK_BYTES_EVENT : UINT32_MAX;
	l->size = bytes < UINT32_MAX ? bytes : UINT32_MAX;
	/* The longest event must fit. */
	if (l->size < SINK_BYTES_MIN)
		l->size = SINK_BYTES_MIN;
	if (l->max > l->size / sizeof(struct sink_head))
		l->max = l->size / sizeof(struct sink_head);
	return l;
}

void
sink_events_free(struct sink_events *l)
{
	if (l == NULL)
		return;
	words_free(l->words);
	mem_free(l->ring);
	mem_free(l->at);
	mem_free(l);
}

static uint32_t *
sink_place(const struct sink_events *l, size_t index)
{
	return &l->at[(l->first + index) % l->max];
}

static struct sink_head
sink_head_at(const struct sink_events *l, size_t offset)
{
	struct sink_head h;

	memcpy(&h, l->ring + offset, sizeof h);
	return h;
}

/* Seven bits a byte, the lowest first. */
static char *
sink_put_number(char *p, uint32_t v)
{
	for (; v >= 0x80; v >>= 7)
		*p++ = (char)(0x80 | (v & 0x7f));
	*p++ = (char)v;
	return p;
}

static const char *
sink_get_number(const char *p, uint32_t *v)
{
	unsigned shift = 0;

	for (*v = 0; ((unsigned char)*p & 0x80) != 0; shift += 7)
		*v |= (uint32_t)((unsigned char)*p++ & 0x7f) << shift;
	*v |= (uint32_t)(unsigned char)*p++ << shift;
	return p;
}

/* The next text as it is told: its length, and a word's number or WORDS_NONE. */
static const char *
sink_get_text(const char *p, size_t *n, int *word)
{
	unsigned first = (unsigned char)*p++;

	*n = first;
	*word = WORDS_NONE;
	if (first < SINK_WORD)
		return p;
	*n = (first & 0x3f) << 8 | (unsigned char)*p++;
	if (first < SINK_LONG) {
		*word = (int)*n;
		*n = 0;
	}
	return p;
}

static char *
sink_put_text(char *p, size_t n, int word)
{
	if (word == WORDS_NONE && n < SINK_WORD) {
		*p++ = (char)n;
		return p;
	}
	if (word != WORDS_NONE)
		n = (size_t)word;
	*p++ = (char)((word != WORDS_NONE ? SINK_WORD : SINK_LONG) | n >> 8);
	*p++ = (char)(n & 0xff);
	return p;
}

/* The words of what was packed are needed once less. */
static void
sink_forget_packed(struct sink_events *l, const char *p)
{
	uint32_t number;
	size_t n;
	int word;

	for (unsigned i = 0; i < SINK_NUMBERS; i++)
		p = sink_get_number(p, &number);
	for (unsigned i = 0; i < SINK_TEXTS; i++) {
		p = sink_get_text(p, &n, &word);
		if (word != WORDS_NONE)
			words_give(l->words, (unsigned)word);
	}
}

static void
sink_forget(struct sink_events *l, size_t offset)
{
	sink_forget_packed(l, l->ring + offset + sizeof(struct sink_head));
}

static void
sink_drop_oldest(struct sink_events *l)
{
	sink_forget(l, l->head);
	l->head += sink_head_at(l, l->head).size;
	l->first = (l->first + 1) % l->max;
	l->n--;
	l->dropped++;
	if (l->wrapped && l->head == l->end) {
		l->head = 0;
		l->wrapped = false;
	}
}

/* A larger ring; the piece with the oldest events stays at its end.  False when it may not grow, or memory is short. */
static bool
sink_grow(struct sink_events *l)
{
	size_t more = l->cap / 8 > SINK_BYTES_MIN ? l->cap / 8 : SINK_BYTES_MIN;
	char *ring;

	if (more > l->size - l->cap)
		more = l->size - l->cap;
	if (more == 0 || (ring = mem_realloc(l->ring, l->cap + more)) == NULL)
		return false;
	l->ring = ring;
	l->cap += more;
	if (!l->wrapped)
		return true;
	memmove(ring + l->head + more, ring + l->head, l->end - l->head);
	for (size_t i = 0; i < l->n && *sink_place(l, i) >= l->head; i++)
		*sink_place(l, i) += (uint32_t)more;
	l->head += more;
	l->end += more;
	return true;
}

/* The memory is taken with the first event. */
static bool
sink_events_ready(struct sink_events *l)
{
	if (l->words == NULL)
		l->words = words_new();
	if (l->at == NULL)
		l->at = mem_alloc(l->max * sizeof *l->at);
	return l->words != NULL && l->at != NULL && (l->cap > 0 || sink_grow(l));
}

/* Make room for `need` bytes in one piece (need is far below the ring's size); the place is l->tail. */
static void
sink_make_room(struct sink_events *l, size_t need)
{
	for (;;) {
		if (l->n == 0) {
			l->head = l->tail = 0;
			l->wrapped = false;
		}
		if (l->n == l->max) {
			sink_drop_oldest(l);
		} else if (!l->wrapped) {
			if (l->cap - l->tail >= need)
				return;
			/* What the oldest left is used before more memory is. */
			if (l->head < need && sink_grow(l))
				continue;
			l->end = l->tail;
			l->tail = 0;
			l->wrapped = true;
		} else {
			if (l->head - l->tail >= need)
				return;
			if (!sink_grow(l))
				sink_drop_oldest(l);
		}
	}
}

/* The texts that are kept, the path apart; the order is that of the packed form. */
static void
sink_texts(struct event *e, struct slice *out[SINK_TEXTS])
{
	struct slice *all[SINK_TEXTS] = { &e->method, &e->phrase, &e->call_id, &e->from, &e->to, &e->peer, &e->src,
		&e->dst, &e->said_by, &e->agent, &e->user_agent, &e->reason, &e->warning, &e->retry_after, &e->detail,
		&e->needs, &e->leg, &e->explain, &e->source, &e->tap, &e->stamp, &e->peer_name, &e->said_phrase };

	memcpy(out, all, sizeof all);
}

/* Has this text of an event something of its own to say, so that no other event will have it? */
static bool
sink_is_own(const struct event *e, const struct slice *text)
{
	return text == &e->call_id || text == &e->from || text == &e->to || text == &e->src || text == &e->dst ||
	    text == &e->leg || text == &e->stamp;
}

/* Small numbers; -1 becomes 0, and a flag without a bit of its own stands beside the transport.  The order is that of
 * the packed form. */
static void
sink_numbers(const struct event *e, uint32_t out[SINK_NUMBERS])
{
	const uint32_t all[SINK_NUMBERS] = { e->transport * 2u + e->statement, e->direction, e->role, e->said_code,
		(uint16_t)(e->q850 + 1), (uint16_t)(e->reason_sip + 1), (uint16_t)(e->warn_code + 1), e->raw_len,
		(uint32_t)e->setup_ms + 1, (uint32_t)e->hop_ms + 1, e->tries };

	memcpy(out, all, sizeof all);
}

static void
sink_set_numbers(struct event *e, const uint32_t in[SINK_NUMBERS])
{
	e->transport = (uint8_t)(in[0] / 2);
	e->statement = in[0] % 2 == 1;
	e->direction = (uint8_t)in[1];
	e->role = (uint8_t)in[2];
	e->said_code = (uint16_t)in[3];
	e->q850 = (int16_t)(in[4] - 1);
	e->reason_sip = (int16_t)(in[5] - 1);
	e->warn_code = (int16_t)(in[6] - 1);
	e->raw_len = in[7];
	e->setup_ms = (int32_t)(in[8] - 1);
	e->hop_ms = (int32_t)(in[9] - 1);
	e->tries = in[10];
}

/* One character for an address that is known anyhow, the address itself for others.  last: where the hop before went.
 */
static struct slice
sink_address_pack(struct slice a, const struct event *e, struct slice last)
{
	if (a.n == 0)
		return a;
	if (slice_eq(a, last))
		return slice_str("^");
	if (slice_eq(a, e->src))
		return slice_str("<");
	if (slice_eq(a, e->dst))
		return slice_str(">");
	return slice_eq(a, e->said_by) ? slice_str("!") : a;
}

static struct slice
sink_address_unpack(struct slice a, const struct event *e, struct slice last)
{
	if (a.n != 1)
		return a;
	switch (a.p[0]) {
	case '^':
		return last;
	case '<':
		return e->src;
	case '>':
		return e->dst;
	case '!':
		return e->said_by;
	default:
		return a;
	}
}

/* The path of an event in its short form, or back (`pack` false), in out[RECORD_TEXT_MAX]. */
static struct slice
sink_path(char *out, const struct event *e, struct slice path, bool pack)
{
	struct slice last = { NULL, 0 };
	struct event_hop h;
	size_t used = 0;

	while (event_hop_next(&path, &h)) {
		struct slice went = h.dst;

		if (pack) {
			h.src = sink_address_pack(h.src, e, last);
			h.dst = sink_address_pack(h.dst, e, (struct slice){ NULL, 0 });
		} else {
			h.src = sink_address_unpack(h.src, e, last);
			h.dst = went = sink_address_unpack(h.dst, e, (struct slice){ NULL, 0 });
		}
		used = event_hop_put(out, RECORD_TEXT_MAX, used, &h);
		last = went;
	}
	return (struct slice){ out, used };
}

/* Numbers, what tells of the texts, the texts, and the path last: SINK_PACKED_MAX bytes at most; texts are cut to what
 * a record carries. */
static size_t
sink_pack(struct sink_events *l, char *out, struct event *e)
{
	uint32_t number[SINK_NUMBERS];
	struct slice *text[SINK_TEXTS];
	int word[SINK_TEXTS];
	char short_path[RECORD_TEXT_MAX], *p = out;
	struct slice path;

	sink_texts(e, text);
	for (unsigned i = 0; i < SINK_TEXTS; i++)
		if (text[i]->n > RECORD_TEXT_MAX)
			text[i]->n = RECORD_TEXT_MAX;
	path = sink_path(short_path, e, e->path, true);
	sink_numbers(e, number);
	for (unsigned i = 0; i < SINK_NUMBERS; i++)
		p = sink_put_number(p, number[i]);
	for (unsigned i = 0; i < SINK_TEXTS; i++) {
		word[i] = sink_is_own(e, text[i]) ? WORDS_NONE : words_take(l->words, *text[i]);
		p = sink_put_text(p, text[i]->n, word[i]);
	}
	for (unsigned i = 0; i < SINK_TEXTS; i++) {
		if (word[i] != WORDS_NONE || text[i]->n == 0)
			continue;
		memcpy(p, text[i]->p, text[i]->n);
		p += text[i]->n;
	}
	if (path.n > 0)
		memcpy(p, path.p, path.n);
	return (size_t)(p - out) + path.n;
}

/* What was packed; the path in its short form. */
static void
sink_unpack(const struct sink_events *l, const char *p, const struct sink_head *h, struct event *out)
{
	struct slice *text[SINK_TEXTS];
	const char *end = p + h->size - sizeof *h;
	uint32_t number[SINK_NUMBERS];
	int word[SINK_TEXTS];

	*out = (struct event){ .id = h->id,
		.t_ns = h->t_ns,
		.code = h->code,
		.outcome = h->outcome,
		.repeats = h->repeats,
		.copies = h->copies,
		.partial = (h->flags & SINK_PARTIAL) != 0,
		.cut = (h->flags & SINK_CUT) != 0,
		.recovered = (h->flags & SINK_RECOVERED) != 0,
		.in_call = (h->flags & SINK_IN_CALL) != 0,
		.auth = (h->flags & SINK_AUTH) != 0,
		.rang = (h->flags & SINK_RANG) != 0,
		.orphan = (h->flags & SINK_ORPHAN) != 0,
		.ack_missing = (h->flags & SINK_ACK_MISSING) != 0 };
	for (unsigned i = 0; i < SINK_NUMBERS; i++)
		p = sink_get_number(p, &number[i]);
	sink_set_numbers(out, number);
	sink_texts(out, text);
	for (unsigned i = 0; i < SINK_TEXTS; i++)
		p = sink_get_text(p, &text[i]->n, &word[i]);
	for (unsigned i = 0; i < SINK_TEXTS; i++) {
		if (word[i] != WORDS_NONE) {
			*text[i] = words_text(l->words, (unsigned)word[i]);
			continue;
		}
		text[i]->p = p;
		p += text[i]->n;
	}
	out->path = (struct slice){ p, (size_t)(end - p) };
}

static uint8_t
sink_flags(const struct event *e)
{
	return (uint8_t)(e->partial * SINK_PARTIAL + e->cut * SINK_CUT + e->recovered * SINK_RECOVERED +
	    e->in_call * SINK_IN_CALL + e->auth * SINK_AUTH + e->rang * SINK_RANG + e->orphan * SINK_ORPHAN +
	    e->ack_missing * SINK_ACK_MISSING);
}

static void
sink_put(struct sink_events *l, size_t offset, const struct sink_head *h, const char *packed)
{
	memcpy(l->ring + offset, h, sizeof *h);
	memcpy(l->ring + offset + sizeof *h, packed, h->size - sizeof *h);
}

void
sink_events_add(struct sink_events *l, const struct event *e)
{
	struct event copy = *e;
	char packed[SINK_PACKED_MAX];
	struct sink_head h = { .id = e->id,
		.t_ns = e->t_ns,
		.repeats = e->repeats,
		.copies = e->copies,
		.code = e->code,
		.flags = sink_flags(e),
		.outcome = e->outcome };

	if (!sink_events_ready(l)) {
		l->dropped++;
		return;
	}
	h.size = (uint16_t)(sizeof h + sink_pack(l, packed, &copy));
	sink_make_room(l, h.size);
	sink_put(l, l->tail, &h, packed);
	*sink_place(l, l->n) = (uint32_t)l->tail;
	l->tail += h.size;
	l->n++;
}

/* Ids rise. */
static bool
sink_find(const struct sink_events *l, uint64_t id, size_t *index)
{
	size_t from = 0, to = l->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (sink_head_at(l, *sink_place(l, middle)).id < id)
			from = middle + 1;
		else
			to = middle;
	}
	*index = from;
	return from < l->n && sink_head_at(l, *sink_place(l, from)).id == id;
}

/* The end of the piece of the ring in which an event stands, and where that piece may end. */
static size_t *
sink_piece(struct sink_events *l, size_t offset, size_t *limit)
{
	bool older = l->wrapped && offset >= l->head;

	*limit = l->wrapped && !older ? l->head : l->cap;
	return older ? &l->end : &l->tail;
}

/* Make `more` bytes of room behind the i-th event; its index becomes less when the oldest ones go for it. */
static bool
sink_make_room_behind(struct sink_events *l, size_t *index, size_t more)
{
	for (;;) {
		size_t offset = *sink_place(l, *index), limit, end = *sink_piece(l, offset, &limit);

		if (end - offset > SINK_SHIFT_MAX)
			return false;
		if (limit - end >= more)
			return true;
		/* The piece with the oldest events would take a larger ring's room with it. */
		if (l->wrapped && offset >= l->head)
			return false;
		if (sink_grow(l))
			continue;
		if (!l->wrapped)
			return false;
		sink_drop_oldest(l);
		--*index;
	}
}

/* The i-th event takes `size` bytes from now on; what stands behind it in its piece of the ring moves. */
static void
sink_resize(struct sink_events *l, size_t index, size_t size)
{
	size_t offset = *sink_place(l, index), old = sink_head_at(l, offset).size;
	size_t limit, *end = sink_piece(l, offset, &limit);

	memmove(l->ring + offset + size, l->ring + offset + old, *end - offset - old);
	for (size_t i = index + 1; i<l->n && * sink_place(l, i)> offset; i++)
		*sink_place(l, i) += (uint32_t)(size - old);
	*end += size - old;
}

/* Pack the i-th event anew.  A list that is full gives its oldest events for one that has become longer; false: it
 * finds no place, and is what it was. */
static bool
sink_repack(struct sink_events *l, size_t index, const struct sink_head *was, struct event *e)
{
	char packed[SINK_PACKED_MAX];
	struct sink_head h = *was;
	size_t size = sizeof h + sink_pack(l, packed, e);

	if (size > h.size && !sink_make_room_behind(l, &index, size - h.size)) {
		sink_forget_packed(l, packed);
		return false;
	}
	sink_forget(l, *sink_place(l, index));
	sink_resize(l, index, size);
	h.size = (uint16_t)size;
	sink_put(l, *sink_place(l, index), &h, packed);
	return true;
}

/* old: its code until now.  bare: without a path and an explanation.  False: the texts are what they were. */
static bool
sink_update_texts(struct sink_events *l, const struct event_update *u, uint16_t old, bool bare)
{
	struct sip_explanation why;
	char path[RECORD_TEXT_MAX];
	struct sink_head h;
	struct event e;
	size_t index;

	if (!sink_find(l, u->id, &index))
		return true;
	h = sink_head_at(l, *sink_place(l, index));
	sink_unpack(l, l->ring + *sink_place(l, index) + sizeof h, &h, &e);
	e.path = u->path.n > 0 || bare ? u->path : sink_path(path, &e, e.path, false);
	if (u->code != 0) {
		e.code = old;
		e.said_phrase = event_said_phrase(&e, u);
		e.code = u->code;
		e.phrase = u->phrase;
		e.said_by = u->said_by;
		e.said_code = u->said_code;
		sip_explain_event(&e, &why);
		e.explain = slice_str(bare ? NULL : why.key);
	}
	return sink_repack(l, index, &h, &e);
}

void
sink_events_update(struct sink_events *l, const struct event_update *u)
{
	struct sink_head h;
	size_t index;
	uint16_t old;

	if (!sink_find(l, u->id, &index))
		return;
	h = sink_head_at(l, *sink_place(l, index));
	old = h.code;
	h.repeats = u->repeats;
	h.copies = u->copies;
	if (u->code != 0)
		h.code = u->code;
	if (u->code >= 300 && h.outcome == OUTCOME_NO_RESPONSE)
		h.outcome = OUTCOME_FAILED;
	if (u->recovered) {
		h.flags |= SINK_RECOVERED;
		h.outcome = OUTCOME_OK;
	}
	memcpy(l->ring + *sink_place(l, index), &h, sizeof h);
	if (u->path.n == 0 && u->code == 0)
		return;
	/* What cannot keep a longer path keeps the shorter one; but no code may have the words of another, and a path
	 * may be longer without the address that said it. */
	if (!sink_update_texts(l, u, old, false) && u->code != 0)
		(void)sink_update_texts(l, &(struct event_update){ .id = u->id, .code = u->code }, old, true);
}

bool
sink_events_next(const struct sink_events *l, struct sink_events_at *at, struct event *out)
{
	struct sink_head h;
	size_t offset;

	if (at->index == l->n)
		return false;
	offset = *sink_place(l, at->index++);
	h = sink_head_at(l, offset);
	sink_unpack(l, l->ring + offset + sizeof h, &h, out);
	out->path = sink_path(at->path, out, out->path, false);
	return true;
}

bool
sink_events_next_of(const struct sink_report *r, struct sink_events_at *at, struct event *out)
{
	struct filter_facts facts = { .now_ns = r->end_ns, .site = slice_str(r->host) };
	const struct filter *f = filter_wants_raw(r->filter) ? NULL : r->filter;

	while (sink_events_next(r->events, at, out))
		if (filter_match(f, out, &facts))
			return true;
	return false;
}

uint64_t
sink_events_filtered(const struct sink_report *r)
{
	struct sink_events_at at = { .index = 0 };
	struct event e;
	size_t listed = 0;

	while (sink_events_next_of(r, &at, &e))
		listed++;
	return r->filtered + (sink_events_count(r->events) - listed);
}

size_t
sink_events_count(const struct sink_events *l)
{
	return l->n;
}

uint64_t
sink_events_dropped(const struct sink_events *l)
{
	return l->dropped;
}
