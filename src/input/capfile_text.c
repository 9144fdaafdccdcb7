/*
 * capfile_text - log text in the place of a capture: what counts as text, and its lines out of capfile's window.
 *
 * Know: a capture comes first.  Text is what no format wanted in the first 4,096 bytes (or in all there is, or in all
 * that came before the sender fell silent), and looks like writing in some encoding.
 */
#include "capfile_int.h"
#include "sipwhy/frame.h"

/* How many blocks of lines go as one, and the most that they hold: what the window takes, and a cache. */
enum { CAPFILE_BLOCKS = 4, CAPFILE_JOINED = CAPFILE_BLOCKS * TEXT_MAX };

_Static_assert((int)CAPFILE_JOINED <= (int)CAPFILE_CARRY, "the window holds what is asked for");

/* Bytes of the UTF-8 sequence at p[0..n), a cut one at the end of it included; 0 when it is none. */
static size_t
capfile_utf8(const uint8_t *p, size_t n)
{
	size_t len = p[0] >= 0xc2 && p[0] < 0xe0 ? 2 : (p[0] & 0xf0) == 0xe0 ? 3 : p[0] >= 0xf0 && p[0] < 0xf5 ? 4 : 0;
	size_t i = 1;

	while (i < len && i < n && (p[i] & 0xc0) == 0x80)
		i++;
	return i == len || (len > 0 && i == n) ? i : 0;
}

static bool
capfile_is_control(uint8_t b)
{
	return (b < 0x20 && (b < '\a' || b > '\r') && b != 0x1b) || b == 0x7f;
}

bool
capfile_is_log(const uint8_t *p, size_t n)
{
	size_t odd = 0, high = 0, zeros = 0;

	if (n > CAPFILE_SEARCH)
		n = CAPFILE_SEARCH;
	for (size_t i = 0, len; i < n; i += len) {
		len = 1;
		/* A run of zeros is a keepalive that was logged, or the hole of a truncated file: one odd byte. */
		odd += capfile_is_control(p[i]) && (p[i] != 0 || i == 0 || p[i - 1] != 0);
		zeros += p[i] == 0;
		if (p[i] >= 0x80 && (len = capfile_utf8(p + i, n - i)) == 0) {
			high++;
			len = 1;
		}
	}
	/* Bytes of old 8-bit encodings may be many, control bytes may not: random ones have three times as many. */
	return zeros < n && odd * 32 <= n - zeros && high * 3 <= n * 2;
}

enum capfile_verdict
capfile_text_enter(struct capfile *c)
{
	c->phase = CAPFILE_AT_TEXT;
	c->search = false;
	return CAPFILE_TEXT;
}

void
capfile_allow_text(struct capfile *c)
{
	c->text_ok = true;
}

bool
capfile_settle(struct capfile *c)
{
	/* Fewer than four bytes may be the first of any magic. */
	if (!c->text_ok || c->phase != CAPFILE_AT_HEAD || c->end - c->pos < 4 || capfile_may_be(c) ||
	    !capfile_is_log(c->buf + c->pos, c->end - c->pos))
		return false;
	(void)capfile_text_enter(c);
	return true;
}

/*
 * Blocks that follow each other go as one: who reads them has work to do at every end.  A line that is cut goes alone.
 */
static void
capfile_join(struct capfile *c, enum textcut_mode mode, struct textcut_block *b)
{
	struct textcut before = c->cut;
	struct textcut_block next;

	for (unsigned joined = 1; joined < CAPFILE_BLOCKS && b->len > 0 && !b->cut; joined++) {
		if (!textcut_next(&c->cut, c->buf + c->pos + b->take, c->end - c->pos - b->take, mode, &next))
			return;
		if (next.cut) {
			c->cut = before;
			return;
		}
		b->len += next.len;
		b->take += next.take;
		b->lines += next.lines;
		b->plain = b->plain && next.plain;
	}
}

/* In FULL mode only the text may decide how many blocks are joined, and not how much of it there is: all or more. */
static bool
capfile_cut(struct capfile *c, enum textcut_mode mode, struct textcut_block *b)
{
	size_t n = c->end - c->pos;

	if ((mode == TEXTCUT_FULL && n < CAPFILE_JOINED) || !textcut_next(&c->cut, c->buf + c->pos, n, mode, b))
		return false;
	capfile_join(c, mode, b);
	return true;
}

enum capfile_verdict
capfile_lines(struct capfile *c, bool eager, struct textcut_block *b)
{
	for (;;) {
		bool over = c->phase == CAPFILE_AT_END;
		enum textcut_mode mode = over ? TEXTCUT_LAST : eager ? TEXTCUT_EAGER : TEXTCUT_FULL;
		enum capfile_verdict v;

		if (capfile_cut(c, mode, b)) {
			capfile_take(c, b->take);
			if (b->len > 0)
				return CAPFILE_TEXT;
			continue;
		}
		if (over)
			return c->verdict;
		c->need = mode == TEXTCUT_FULL ? CAPFILE_JOINED : textcut_need(c->end - c->pos, mode);
		v = capfile_feed(c);
		/* At the end, and before damage, what is left in the window is text too. */
		if (v != CAPFILE_END && v != CAPFILE_DAMAGED)
			return v;
	}
}
