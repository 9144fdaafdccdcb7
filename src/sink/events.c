/*
 * events - the newest events for a report, packed into one ring of bytes; see sipwhy/sink.h and events.h.
 * The one thing to know: an event is a fixed head, the lengths of its texts in one or two bytes each, and the
 * texts, about 260 bytes in all; it never lies across the ring's end.
 */
#include "sink/events.h"

#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/record.h"

enum { SINK_EVENTS = 10000, SINK_BYTES_EVENT = 320, SINK_BYTES_MIN = 64 * 1024, SINK_TEXTS = 15 };

/* Copied in and out, so that places in the ring need no alignment. */
struct sink_head {
	uint64_t id;
	int64_t t_ns;
	uint32_t size, raw_len;
	int16_t q850, reason_sip, warn_code;
	uint16_t code;
	uint8_t transport, direction, partial, cut;
};

/* Filled: [head, tail), or, when wrapped, [head, end) and then [0, tail). */
struct sink_events {
	char *ring;
	size_t size, head, tail, end;
	bool wrapped;
	size_t n, max;
	uint64_t dropped;
};

struct sink_events *
sink_events_new(size_t events, size_t bytes)
{
	struct sink_events *l = mem_zalloc(sizeof *l);

	if (l == NULL)
		return NULL;
	l->max = events > 0 ? events : SINK_EVENTS;
	l->size = bytes == 0 ? l->max * SINK_BYTES_EVENT : bytes;
	/* The longest event must fit. */
	if (l->size < SINK_BYTES_MIN)
		l->size = SINK_BYTES_MIN;
	return l;
}

void
sink_events_free(struct sink_events *l)
{
	if (l == NULL)
		return;
	mem_free(l->ring);
	mem_free(l);
}

static struct sink_head
sink_head_at(const struct sink_events *l, size_t offset)
{
	struct sink_head h;

	memcpy(&h, l->ring + offset, sizeof h);
	return h;
}

static void
sink_drop_oldest(struct sink_events *l)
{
	l->head += sink_head_at(l, l->head).size;
	l->n--;
	l->dropped++;
	if (l->wrapped && l->head == l->end) {
		l->head = 0;
		l->wrapped = false;
	}
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
			if (l->size - l->tail >= need)
				return;
			l->end = l->tail;
			l->tail = 0;
			l->wrapped = true;
		} else {
			if (l->head - l->tail >= need)
				return;
			sink_drop_oldest(l);
		}
	}
}

/* The texts that are kept; the order is that of the packed form. */
static void
sink_texts(struct event *e, struct slice *out[SINK_TEXTS])
{
	struct slice *all[SINK_TEXTS] = { &e->method, &e->phrase, &e->call_id, &e->from, &e->to, &e->peer, &e->src,
		&e->dst, &e->agent, &e->reason, &e->warning, &e->retry_after, &e->detail, &e->explain, &e->source };

	memcpy(out, all, sizeof all);
}

/* Lengths below 128 take one byte, others two. */
static char *
sink_put_length(char *p, size_t n)
{
	if (n >= 128)
		*p++ = (char)(0x80 | n >> 8);
	*p++ = (char)(n & 0xff);
	return p;
}

static const char *
sink_get_length(const char *p, size_t *n)
{
	*n = (unsigned char)*p++;
	if (*n >= 128)
		*n = (*n & 0x7f) << 8 | (unsigned char)*p++;
	return p;
}

/* Cuts the texts to what a record carries; returns the bytes of the packed form. */
static size_t
sink_measure(struct slice *const text[SINK_TEXTS])
{
	size_t size = sizeof(struct sink_head);

	for (unsigned i = 0; i < SINK_TEXTS; i++) {
		if (text[i]->n > RECORD_TEXT_MAX)
			text[i]->n = RECORD_TEXT_MAX;
		size += text[i]->n + (text[i]->n >= 128 ? 2 : 1);
	}
	return size;
}

static void
sink_pack(char *p, const struct event *e, struct slice *const text[SINK_TEXTS], size_t size)
{
	struct sink_head h = { .id = e->id,
		.t_ns = e->t_ns,
		.size = (uint32_t)size,
		.raw_len = e->raw_len,
		.q850 = e->q850,
		.reason_sip = e->reason_sip,
		.warn_code = e->warn_code,
		.code = e->code,
		.transport = e->transport,
		.direction = e->direction,
		.partial = e->partial,
		.cut = e->cut };

	memcpy(p, &h, sizeof h);
	p += sizeof h;
	for (unsigned i = 0; i < SINK_TEXTS; i++)
		p = sink_put_length(p, text[i]->n);
	for (unsigned i = 0; i < SINK_TEXTS; i++) {
		if (text[i]->n > 0)
			memcpy(p, text[i]->p, text[i]->n);
		p += text[i]->n;
	}
}

void
sink_events_add(struct sink_events *l, const struct event *e)
{
	struct event copy = *e;
	struct slice *text[SINK_TEXTS];
	size_t size;

	if (l->ring == NULL && (l->ring = mem_alloc(l->size)) == NULL) {
		l->dropped++;
		return;
	}
	sink_texts(&copy, text);
	size = sink_measure(text);
	sink_make_room(l, size);
	sink_pack(l->ring + l->tail, &copy, text, size);
	l->tail += size;
	l->n++;
}

bool
sink_events_next(const struct sink_events *l, struct sink_events_at *at, struct event *out)
{
	struct slice *text[SINK_TEXTS];
	struct sink_head h;
	const char *p;

	if (at->index == l->n)
		return false;
	if (at->index == 0)
		at->offset = l->head;
	else if (l->wrapped && at->offset == l->end)
		at->offset = 0;
	h = sink_head_at(l, at->offset);
	*out = (struct event){ .id = h.id,
		.t_ns = h.t_ns,
		.code = h.code,
		.q850 = h.q850,
		.reason_sip = h.reason_sip,
		.warn_code = h.warn_code,
		.transport = h.transport,
		.direction = h.direction,
		.partial = h.partial,
		.cut = h.cut,
		.raw_len = h.raw_len };
	sink_texts(out, text);
	p = l->ring + at->offset + sizeof h;
	for (unsigned i = 0; i < SINK_TEXTS; i++)
		p = sink_get_length(p, &text[i]->n);
	for (unsigned i = 0; i < SINK_TEXTS; i++) {
		text[i]->p = p;
		p += text[i]->n;
	}
	at->offset += h.size;
	at->index++;
	return true;
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
