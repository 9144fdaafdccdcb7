/*
 * raw_text - one message as received, in lines with numbers and colours; see detail.h.
 * One thing to know: a line is cleaned whole first (every byte outside printable UTF-8 becomes \xNN), then wrapped, so
 * that what a number stands for is always the line of the message, and nothing of it reaches the screen unseen.
 */
#include <stdio.h>
#include <string.h>

#include "detail.h"
#include "sipwhy/text.h"

/* A line of the message may be all of it, each byte as \xNN. */
enum { RAW_CLEAN = EVENT_RAW_MAX * 4, RAW_NUMBER = 4 };

/* One cleaned line, with a role for each byte. */
struct raw_line {
	char text[RAW_CLEAN];
	uint8_t role[RAW_CLEAN];
	size_t n;
};

/* A glyph range of a cleaned line that one screen line has. */
struct raw_piece {
	size_t at, n, line; /* line: of the message, from 0 */
	bool first;
};

static void
raw_put(struct raw_line *l, struct slice s, enum ui_role role, bool ascii)
{
	size_t n = message_clean(l->text + l->n, sizeof l->text - l->n, s, ascii, NULL);

	memset(l->role + l->n, role, n);
	l->n += n;
}

/* Is it a header with credentials in it? */
static bool
raw_is_digest(struct slice line)
{
	static const char *const names[] = { "Authorization", "Proxy-Authorization", "WWW-Authenticate",
		"Proxy-Authenticate", "Authentication-Info", "Proxy-Authentication-Info" };
	struct slice name = slice_trim((struct slice){ line.p, message_name(line) });

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (slice_ieq(name, slice_str(names[i])))
			return true;
	return false;
}

/* Bytes of a secret's name at the front ("nonce="), 0 none. */
static size_t
raw_secret(struct slice s)
{
	static const char *const names[] = {
		"nonce=", "cnonce=", "response=", "opaque=", "rspauth=", "nextnonce=", "auts="
	};

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (slice_istarts(s, slice_str(names[i])))
			return strlen(names[i]);
	return 0;
}

/* Bytes of a value: quoted, or to the comma. */
static size_t
raw_value(struct slice s)
{
	size_t i = 0;

	if (s.n > 0 && s.p[0] == '"') {
		for (i = 1; i < s.n && s.p[i] != '"'; i++)
			i += s.p[i] == '\\' && i + 1 < s.n;
		return i < s.n ? i + 1 : s.n;
	}
	while (i < s.n && s.p[i] != ',' && s.p[i] != ' ' && s.p[i] != ';')
		i++;
	return i;
}

/* Credentials in basic form have no names at all. */
static bool
raw_is_bare(struct slice value)
{
	struct slice scheme = slice_cut(&value, ' ');

	return !slice_ieq(scheme, slice_str("Digest")) && memchr(value.p != NULL ? value.p : "", '=', value.n) == NULL;
}

static size_t
raw_uri(struct slice s)
{
	static const char *const schemes[] = { "sip:", "sips:", "tel:", "urn:" };

	for (size_t k = 0; k < sizeof schemes / sizeof schemes[0]; k++)
		if (slice_istarts(s, slice_str(schemes[k]))) {
			size_t i = 0;

			while (i < s.n && s.p[i] != '>' && s.p[i] != ' ' && s.p[i] != '"' && s.p[i] != ',')
				i++;
			return i;
		}
	return 0;
}

static size_t
raw_mark(struct slice s)
{
	static const char *const marks[] = { ";tag=", ";branch=" };

	for (size_t k = 0; k < sizeof marks / sizeof marks[0]; k++)
		if (slice_istarts(s, slice_str(marks[k]))) {
			size_t i = 1;

			while (i < s.n && s.p[i] != ';' && s.p[i] != ' ' && s.p[i] != ',')
				i++;
			return i;
		}
	return 0;
}

/* The value of a header, in colours. */
static void
raw_header_value(struct raw_line *l, struct slice s, bool digest, bool shown, bool ascii)
{
	char before = ' ';
	size_t begun = 0, i = 0;

	while (i < s.n) {
		struct slice rest = { s.p + i, s.n - i };
		bool edge = before == ' ' || before == ',' || before == '<' || before == '\t';
		size_t secret = digest && !shown && edge ? raw_secret(rest) : 0, uri = edge ? raw_uri(rest) : 0;
		size_t mark = raw_mark(rest), n = secret > 0 ? secret : uri > 0 ? uri : mark;

		if (n == 0) {
			before = s.p[i++];
			continue;
		}
		raw_put(l, (struct slice){ s.p + begun, i - begun }, ROLE_SYNTAX_TEXT, ascii);
		raw_put(l, (struct slice){ rest.p, n },
		    secret > 0    ? ROLE_SYNTAX_TEXT
			: uri > 0 ? ROLE_SYNTAX_URI
				  : ROLE_SYNTAX_TAG,
		    ascii);
		i += n;
		if (secret > 0) {
			i += raw_value((struct slice){ s.p + i, s.n - i });
			raw_put(l, slice_str(ascii ? "..." : "\xe2\x80\xa6"), ROLE_TEXT_DIM, ascii);
		}
		begun = i;
		before = i > 0 ? s.p[i - 1] : ' ';
	}
	raw_put(l, (struct slice){ s.p + begun, s.n - begun }, ROLE_SYNTAX_TEXT, ascii);
}

/* Where in the message a line stands. */
struct raw_place {
	bool begun, body, digest;
};

static void
raw_line_make(struct raw_line *l, struct raw_place *at, const struct callmsg *m, struct slice line,
    const struct raw_look *look, bool ascii)
{
	size_t name = at->begun && !at->body ? message_name(line) : 0;
	bool fold = line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
	struct slice value = { line.p + name, line.n - name };

	l->n = 0;
	if (!at->begun) {
		raw_put(l, line, m->code > 0 ? view_code_role(m->code) : ROLE_SYNTAX_START, ascii);
		at->begun = line.n > 0;
		return;
	}
	at->body = at->body || line.n == 0;
	if (at->body) {
		raw_put(l, line, ROLE_SYNTAX_BODY, ascii);
		return;
	}
	at->digest = fold ? at->digest : raw_is_digest(line);
	raw_put(l, (struct slice){ line.p, name }, ROLE_SYNTAX_HEADER, ascii);
	if (at->digest && !fold && !look->fold_shown && name < line.n && name > 0 &&
	    raw_is_bare(slice_trim((struct slice){ line.p + name + 1, line.n - name - 1 }))) {
		raw_put(l, slice_str(ascii ? ": ..." : ": \xe2\x80\xa6"), ROLE_TEXT_DIM, ascii);
		return;
	}
	raw_header_value(l, value, at->digest, look->fold_shown, ascii);
}

/* Bytes of l from `at` that fill `width` columns. */
static size_t
raw_fit(const struct raw_line *l, size_t at, int width)
{
	size_t n = 0;
	int cols = 0;

	while (at + n < l->n) {
		uint32_t cp;
		size_t k = text_utf8(l->text + at + n, l->n - at - n, &cp);
		int w = k > 0 ? text_width(cp) : 1;

		k = k > 0 ? k : 1;
		w = w > 0 ? w : 0;
		if (cols + w > width && n > 0)
			break;
		cols += w;
		n += k;
	}
	return n;
}

typedef bool (*raw_visit_fn)(void *ctx, const struct raw_line *l, const struct raw_piece *piece);

/* All screen lines, until the visitor has seen enough. */
static void
raw_walk(const struct callmsg *m, const struct raw_look *look, int width, bool ascii, raw_visit_fn visit, void *ctx)
{
	struct raw_line l;
	struct raw_place at = { false, false, false };
	struct slice rest = m->raw, line;
	int room = width - (look->numbers ? RAW_NUMBER : 0);

	room = room > 1 ? room : 1;
	for (size_t number = 0; message_line(&rest, &line); number++) {
		struct raw_piece piece = { .line = number, .first = true };

		raw_line_make(&l, &at, m, line, look, ascii);
		do {
			piece.n = raw_fit(&l, piece.at, piece.first ? room : room > 4 ? room - 2 : room);
			if (!visit(ctx, &l, &piece))
				return;
			piece.at += piece.n;
			piece.first = false;
		} while (piece.at < l.n && piece.n > 0);
	}
}

static bool
raw_count(void *ctx, const struct raw_line *l, const struct raw_piece *piece)
{
	(void)l;
	(void)piece;
	*(size_t *)ctx += 1;
	return true;
}

size_t
raw_lines(const struct callmsg *m, const struct raw_look *look, int width, bool ascii)
{
	size_t n = 0;

	raw_walk(m, look, width, ascii, raw_count, &n);
	return n;
}

struct raw_drawing {
	const struct raw_look *look;
	struct canvas *c;
	int row, col, width, height;
	size_t top, line;
};

/* Hits of the search in this piece; one that a break cuts is marked in part. */
static void
raw_match_paint(const struct raw_drawing *d, const struct raw_line *l, const struct raw_piece *piece, int row, int col)
{
	struct slice all = { l->text, l->n }, want = slice_str(d->look->search);
	size_t from = 0;
	ptrdiff_t at;

	while (from < l->n && (at = slice_ifind((struct slice){ all.p + from, all.n - from }, want)) >= 0) {
		size_t hit = from + (size_t)at, end = hit + want.n;
		size_t a = hit > piece->at ? hit : piece->at,
		       b = end < piece->at + piece->n ? end : piece->at + piece->n;

		if (a < b) {
			size_t cols = 0, before = 0;
			char scratch[RAW_CLEAN];

			(void)text_clean(scratch, sizeof scratch, (struct slice){ l->text + piece->at, a - piece->at },
			    SIZE_MAX, false, &before);
			(void)text_clean(
			    scratch, sizeof scratch, (struct slice){ l->text + a, b - a }, SIZE_MAX, false, &cols);
			canvas_paint(d->c, row, col + (int)before, (int)cols, ROLE_MATCH);
		}
		from = end;
	}
}

static bool
raw_draw_piece(void *ctx, const struct raw_line *l, const struct raw_piece *piece)
{
	struct raw_drawing *d = ctx;
	size_t line = d->line++, at = piece->at, end = piece->at + piece->n;
	int row = d->row + (int)(line - d->top), col = d->col, start;

	if (line < d->top)
		return true;
	if (line - d->top >= (size_t)d->height)
		return false;
	if (d->look->numbers) {
		if (piece->first)
			(void)canvas_printf(d->c, row, col, 3, ROLE_TEXT_DIM, "%3zu", piece->line + 1);
		col += RAW_NUMBER;
	}
	col += piece->first ? 0 : 2;
	start = col;
	while (at < end && col < d->col + d->width) {
		size_t n = 1;

		while (at + n < end && l->role[at + n] == l->role[at])
			n++;
		col += canvas_text(d->c, row, col, d->col + d->width - col,
		    d->look->plain ? ROLE_TEXT : (enum ui_role)l->role[at], (struct slice){ l->text + at, n });
		at += n;
	}
	if (d->look->search[0] != '\0')
		raw_match_paint(d, l, piece, row, start);
	return true;
}

void
raw_draw_text(const struct callmsg *m, const struct raw_look *look, struct canvas *c, int row, int col, int width,
    int height, size_t top)
{
	struct raw_drawing d = { look, c, row, col, width, height, top, 0 };

	if (height > 0 && width > 0)
		raw_walk(m, look, width, canvas_ascii(c), raw_draw_piece, &d);
}

struct raw_search {
	struct slice want;
	size_t line, from, found;
	bool forward;
};

/* The screen line on which a hit begins. */
static bool
raw_search_piece(void *ctx, const struct raw_line *l, const struct raw_piece *piece)
{
	struct raw_search *s = ctx;
	size_t line = s->line++, reach = piece->at + piece->n + s->want.n - 1;
	struct slice part = { l->text + piece->at, (reach < l->n ? reach : l->n) - piece->at };

	if (!s->forward && line >= s->from)
		return false;
	if (s->forward && line < s->from)
		return true;
	if (slice_ifind(part, s->want) < 0)
		return true;
	s->found = line;
	return !s->forward;
}

size_t
raw_find(const struct callmsg *m, const struct raw_look *look, int width, bool ascii, size_t from, bool forward)
{
	struct raw_search s = { slice_str(look->search), 0, from, SIZE_MAX, forward };

	if (s.want.n > 0)
		raw_walk(m, look, width, ascii, raw_search_piece, &s);
	return s.found;
}
