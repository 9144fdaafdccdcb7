/*
 * page - text that wraps and scrolls; see view_int.h.
 * One thing to know: the text is cleaned before it is wrapped, so a break never falls inside what the sanitiser wrote
 * except where a single word is wider than the page.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/text.h"
#include "view_int.h"

/* Longest paragraph kept, cleaned: a raw message of which each byte became \xHH. */
enum { PAGE_CLEAN = EVENT_RAW_MAX * 4 + 64, PAGE_LABEL = 15 };

void
page_begin(struct page *p, struct canvas *c, int row, int height, size_t top)
{
	*p = (struct page){ .c = c, .row = row, .height = height, .width = canvas_cols(c), .top = top };
	if (p->width > 160)
		p->width = 160;
}

/* Canvas row of the line written next, -1 out of sight; goes on to the line after. */
static int
page_next(struct page *p)
{
	size_t line = p->line++;

	if (line < p->top || line - p->top >= (size_t)(p->height > 0 ? p->height : 0))
		return -1;
	return p->row + (int)(line - p->top);
}

void
page_blank(struct page *p)
{
	(void)page_next(p);
}

void
page_frame(struct page *p, const char *title)
{
	int row = page_next(p);

	if (row >= 0)
		(void)view_frame(p->c, row, 0, canvas_cols(p->c), title);
}

/* Bytes of s that fit into width columns (at least one glyph), ended at a blank when `words` and there is one. */
static size_t
page_fit(struct slice s, int width, bool words)
{
	size_t at = 0, blank = 0;
	int cols = 0;

	while (at < s.n) {
		uint32_t cp;
		size_t n = text_utf8(s.p + at, s.n - at, &cp);
		int w = text_width(cp);

		if (n == 0)
			return at > 0 ? at : 1;
		if (cols + w > width && at > 0)
			return words && blank > 0 ? blank : at;
		if (cp == ' ')
			blank = at;
		cols += w;
		at += n;
	}
	return at;
}

static struct slice
page_skip_blanks(struct slice s)
{
	while (s.n > 0 && s.p[0] == ' ') {
		s.p++;
		s.n--;
	}
	return s;
}

/* Clean text at col, further lines at hang; the first head bytes have their own role. */
static void
page_wrap(
    struct page *p, int row, int col, int hang, struct slice s, bool words, size_t head, const enum ui_role roles[2])
{
	int at = col;

	do {
		int room = p->width - at > 1 ? p->width - at : 1;
		size_t n = page_fit(s, room, words);
		size_t first = head < n ? head : n;

		if (row >= 0) {
			int used = canvas_text(p->c, row, at, room, roles[0], (struct slice){ s.p, first });

			(void)canvas_text(
			    p->c, row, at + used, room - used, roles[1], (struct slice){ s.p + first, n - first });
		}
		head -= first;
		s.p += n;
		s.n -= n;
		if (words)
			s = page_skip_blanks(s);
		at = hang;
		if (s.n > 0)
			row = page_next(p);
	} while (s.n > 0);
}

void
page_text(struct page *p, enum ui_role role, int indent, int hang, struct slice text)
{
	char clean[PAGE_CLEAN];
	size_t n = text_clean(clean, sizeof clean, text, SIZE_MAX, canvas_ascii(p->c), NULL);

	page_wrap(
	    p, page_next(p), indent, hang, (struct slice){ clean, n }, true, 0, (const enum ui_role[2]){ role, role });
}

void
page_label(struct page *p, const char *label, enum ui_role role, struct slice text)
{
	int row, hang = canvas_cols(p->c) >= VIEW_COLS_MIN ? PAGE_LABEL : 2;
	char clean[PAGE_CLEAN];
	size_t n = text_clean(clean, sizeof clean, text, SIZE_MAX, canvas_ascii(p->c), NULL);

	if (n == 0)
		return;
	row = page_next(p);
	if (row >= 0)
		(void)canvas_printf(p->c, row, 1, PAGE_LABEL, ROLE_TEXT_DIM, "%s", label);
	if (hang != PAGE_LABEL)
		row = page_next(p);
	page_wrap(p, row, hang, hang, (struct slice){ clean, n }, true, 0, (const enum ui_role[2]){ role, role });
}

void
page_labelf(struct page *p, const char *label, enum ui_role role, const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(text, sizeof text, fmt, ap) < 0)
		text[0] = '\0';
	va_end(ap);
	page_label(p, label, role, slice_str(text));
}

void
page_raw(struct page *p, enum ui_role head_role, size_t head_len, enum ui_role role, struct slice text)
{
	char clean[PAGE_CLEAN];
	size_t n, head;
	struct slice first = { text.p, head_len < text.n ? head_len : text.n };

	head = text_clean(clean, sizeof clean, first, SIZE_MAX, canvas_ascii(p->c), NULL);
	n = text_clean(clean, sizeof clean, text, SIZE_MAX, canvas_ascii(p->c), NULL);
	page_wrap(p, page_next(p), 1, 3, (struct slice){ clean, n }, false, head < n ? head : n,
	    (const enum ui_role[2]){ head_role, role });
}

/* The largest top that makes sense for what was written. */
static size_t
page_last_top(const struct page *p)
{
	size_t height = p->height > 0 ? (size_t)p->height : 0;

	return p->line > height ? p->line - height : 0;
}

void
page_show(struct page *p, struct canvas *c, int row, int height, struct page_scroll *at, page_write_fn write,
    const void *what)
{
	/* Out of sight first: only then its length is known. */
	page_begin(p, c, -1, 0, 0);
	write(p, what);
	p->height = height;
	if (at->top > page_last_top(p))
		at->top = page_last_top(p);
	at->height = (size_t)(height > 0 ? height : 0);
	page_begin(p, c, row, height, at->top);
	write(p, what);
}

void
page_place_draw(const struct page *p, struct canvas *c, int row, enum ui_role role)
{
	char text[32];
	int n;

	if (page_last_top(p) == 0)
		return;
	n = snprintf(text, sizeof text, " %zu%% ", 100 * (p->top + (size_t)p->height) / p->line);
	canvas_fill(c, row, canvas_cols(c) - n - 1, n, role, ' ');
	(void)canvas_printf(c, row, canvas_cols(c) - n - 1, n, role, "%s", p->top >= page_last_top(p) ? " end" : text);
}

bool
page_move(struct page_scroll *at, enum view_action action)
{
	size_t page = at->height > 1 ? at->height - 1 : 1, half = at->height > 1 ? at->height / 2 : 1, *top = &at->top;

	switch (action) {
	case ACTION_UP:
		*top -= *top > 0 ? 1 : 0;
		return true;
	case ACTION_DOWN:
		*top += 1;
		return true;
	case ACTION_PAGE_UP:
		*top = *top > page ? *top - page : 0;
		return true;
	case ACTION_PAGE_DOWN:
		*top += page;
		return true;
	case ACTION_HALF_UP:
		*top = *top > half ? *top - half : 0;
		return true;
	case ACTION_HALF_DOWN:
		*top += half;
		return true;
	case ACTION_HOME:
		*top = 0;
		return true;
	case ACTION_END:
		*top = SIZE_MAX / 2;
		return true;
	default:
		return false;
	}
}
