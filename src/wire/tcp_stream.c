/*
 * tcp_stream - one direction of one TCP connection put in order (RFC 9293 3.4, 3.10), feeding the framing of what is in
 * it. Sequence numbers are compared by their signed distance, so they may wrap.  The first copy of a byte wins.
 */
#include "tcp_int.h"

#include <assert.h>
#include <string.h>

#include "sipwhy/timefmt.h"

enum { STREAM_BUF_MIN = 512 };

void
stream_charge(struct tcp *t, struct stream *s, size_t n)
{
	s->bytes += n;
	if (!s->gone)
		t->bytes += n;
}

void
stream_discharge(struct tcp *t, struct stream *s, size_t n)
{
	s->bytes -= n;
	if (!s->gone)
		t->bytes -= n;
}

void
stream_uncharge(struct tcp *t, struct stream *s)
{
	t->bytes -= s->bytes;
	s->gone = true;
}

struct slice
stream_unread(const struct stream *s)
{
	return s->buf ? (struct slice){ s->buf + s->off, s->len - s->off } : (struct slice){ "", 0 };
}

static void
stream_release_buf(struct tcp *t, struct stream *s)
{
	stream_discharge(t, s, s->cap);
	mem_free(s->buf);
	s->buf = NULL;
	s->off = s->len = s->cap = 0;
}

static void
stream_drop_piece(struct tcp *t, struct stream *s)
{
	struct stream_piece *p = s->pieces;

	s->pieces = p->next;
	s->npieces--;
	s->piece_bytes -= p->n;
	stream_discharge(t, s, sizeof(*p) + p->n);
	mem_free(p);
}

void
stream_fini(struct tcp *t, struct stream *s)
{
	while (s->pieces)
		stream_drop_piece(t, s);
	stream_release_buf(t, s);
	stream_cut_reset(t, s);
	s->eat = 0;
}

/* Room for n more bytes behind len: by moving what is unread to the front, else by doubling. */
static int
stream_reserve(struct tcp *t, struct stream *s, size_t n)
{
	size_t unread = s->len - s->off, cap = s->cap ? s->cap : STREAM_BUF_MIN;
	char *buf;

	if (s->len + n <= s->cap)
		return 0;
	if (s->off && s->off >= unread) {
		memmove(s->buf, s->buf + s->off, unread);
		s->off = 0;
		s->len = unread;
		if (s->len + n <= s->cap)
			return 0;
	}
	while (cap < s->len + n)
		cap *= 2;
	if (!s->gone && !tcp_make_room(t, s, cap - s->cap))
		return -WIRE_DROP_TCP_LIMIT;
	buf = mem_realloc(s->buf, cap);
	if (!buf)
		return -WIRE_DROP_MEMORY;
	stream_charge(t, s, cap - s->cap);
	s->buf = buf;
	s->cap = cap;
	return 0;
}

/* The next bytes in order.  When they cannot be kept they are lost, and the gap is dealt with like any other. */
static int
stream_append(struct tcp *t, struct stream *s, const uint8_t *p, size_t n, size_t lost)
{
	int err = 0;

	assert(!s->lost);
	if (n)
		err = stream_reserve(t, s, n);
	if (n && !err) {
		memcpy(s->buf + s->len, p, n);
		s->len += n;
	}
	s->next_seq += (uint32_t)(n + lost);
	s->lost += lost + (err ? n : 0);
	return err;
}

static int32_t
stream_distance(uint32_t from, uint32_t to)
{
	return (int32_t)(to - from);
}

/* Is [seq, seq + n + lost) already waiting as it stands? */
static bool
stream_has_piece(const struct stream *s, const struct tcp_segment *seg)
{
	for (const struct stream_piece *p = s->pieces; p; p = p->next) {
		int32_t d = stream_distance(p->seq, seg->seq);

		if (d >= 0 && (uint64_t)d + seg->n + seg->lost <= p->n && p->n)
			return true;
	}
	return false;
}

static int
stream_wait(struct tcp *t, struct stream *s, const struct tcp_segment *seg)
{
	struct stream_piece **at = &s->pieces, *p;
	size_t size = sizeof(*p) + seg->n;

	if (stream_has_piece(s, seg))
		return 0;
	if (!tcp_make_room(t, s, size))
		return -WIRE_DROP_TCP_LIMIT;
	p = mem_alloc(size);
	if (!p)
		return -WIRE_DROP_MEMORY;
	if (!s->pieces)
		s->gap_ns = t->now_ns;
	p->seq = seg->seq;
	p->n = (uint32_t)seg->n;
	p->lost = (uint32_t)seg->lost;
	if (seg->n)
		memcpy(p->data, seg->p, seg->n);
	while (*at && stream_distance((*at)->seq, p->seq) >= 0)
		at = &(*at)->next;
	p->next = *at;
	*at = p;
	s->npieces++;
	s->piece_bytes += p->n;
	stream_charge(t, s, size);
	return 0;
}

int
stream_add(struct tcp *t, struct stream *s, const struct tcp_segment *seg)
{
	int32_t ahead = stream_distance(s->next_seq, seg->seq);
	size_t n = seg->n, lost = seg->lost, old;

	s->seen += n + lost;
	/* A stream that was woken by the clock just now may not be at rest. */
	if (ahead > 0 || s->ready || s->lost)
		return stream_wait(t, s, seg);
	old = (size_t) - (int64_t)ahead;
	if (old < n)
		return stream_append(t, s, seg->p + old, n - old, lost);
	return old < n + lost ? stream_append(t, s, NULL, 0, n + lost - old) : 0;
}

/* Move the first waiting piece to the buffer when nothing is missing before it. */
static bool
stream_splice(struct tcp *t, struct stream *s)
{
	struct stream_piece *p = s->pieces;
	int64_t old = p ? -(int64_t)stream_distance(s->next_seq, p->seq) : -1;

	if (old < 0)
		return false;
	if (old < p->n)
		stream_append(t, s, p->data + old, p->n - (size_t)old, p->lost);
	else if (old < (int64_t)p->n + p->lost)
		stream_append(t, s, NULL, 0, (size_t)((int64_t)p->n + p->lost - old));
	stream_drop_piece(t, s);
	/* What is still missing behind this piece has not been waited for yet. */
	s->gap_ns = t->now_ns;
	s->skip_gap = false;
	return true;
}

static bool
stream_gap_is_over(const struct tcp *t, const struct stream *s)
{
	if (!s->pieces)
		return false;
	return s->gone || s->skip_gap || s->npieces > STREAM_PIECES_MAX || s->piece_bytes > STREAM_PIECE_BYTES_MAX ||
	    t->now_ns - s->gap_ns > STREAM_GAP_WAIT_S * NS_PER_S;
}

static void
stream_skip_gap(struct tcp *t, struct stream *s)
{
	s->lost += (uint32_t)stream_distance(s->next_seq, s->pieces->seq);
	s->next_seq = s->pieces->seq;
	t->st->tcp_gaps++;
}

/* Take over what the framing says.  True when a message is ready. */
static bool
stream_take(struct stream *s, struct stream_cut step)
{
	s->off += step.eat;
	s->ready = step.ready;
	s->out_len = step.len;
	s->out_cut = step.cut;
	s->eat = step.ready ? step.drop : 0;
	return step.ready;
}

/* Bytes are missing behind the unread ones, or none will follow: hand out the begun message, drop the rest. */
static bool
stream_break(struct tcp *t, struct stream *s)
{
	struct stream_cut step;

	if (s->lost) {
		step = stream_cut_gap(t, s, s->lost);
		s->lost = 0;
	} else {
		step = stream_cut_next(t, s, true);
		s->ending = step.ready;
	}
	return stream_take(s, step);
}

/* One message or one move forward; *more is false when the stream has come to rest. */
static bool
stream_move(struct tcp *t, struct stream *s, bool *more)
{
	if (stream_take(s, stream_cut_next(t, s, false)))
		return true;
	if (s->lost) {
		bool ready = stream_break(t, s);

		s->len = s->off + (ready ? s->out_len : 0);
		return ready;
	}
	if (stream_splice(t, s))
		return false;
	if (stream_gap_is_over(t, s)) {
		stream_skip_gap(t, s);
		return false;
	}
	if (s->have_fin && s->next_seq == s->fin_seq)
		s->ending = true;
	s->have_fin = s->have_fin && !s->ending;
	*more = s->ending;
	return s->ending && stream_break(t, s);
}

bool
stream_step(struct tcp *t, struct stream *s)
{
	bool more = true;

	s->off += s->eat;
	s->eat = 0;
	s->ready = false;
	while (more && !stream_move(t, s, &more))
		continue;
	if (!s->ready && s->off == s->len)
		stream_release_buf(t, s);
	return s->ready;
}

bool
stream_rebase(struct tcp *t, struct stream *s, uint32_t seq)
{
	struct slice unread = stream_unread(s);
	struct tcp_segment held = { .p = (const uint8_t *)unread.p, .n = unread.n, .seq = s->base_seq };

	if (s->state != STREAM_UNDECIDED || s->proto != STREAM_AS_OPEN || s->lost ||
	    s->next_seq - s->base_seq != held.n)
		return false;
	if (held.n && stream_wait(t, s, &held) < 0)
		return false;
	if (held.n)
		stream_release_buf(t, s);
	stream_cut_reset(t, s);
	s->next_seq = s->base_seq = seq;
	return true;
}
