/*
 * dump - a canvas as text, for tests and for screens without a terminal; see sipwhy/term.h.
 */
#include "sipwhy/term.h"

static void
dump_scalar(struct buf *b, uint32_t cp)
{
	if (cp < 0x80) {
		buf_putc(b, (char)cp);
	} else if (cp < 0x800) {
		buf_putc(b, (char)(0xc0 | cp >> 6));
		buf_putc(b, (char)(0x80 | (cp & 63)));
	} else if (cp < 0x10000) {
		buf_putc(b, (char)(0xe0 | cp >> 12));
		buf_putc(b, (char)(0x80 | (cp >> 6 & 63)));
		buf_putc(b, (char)(0x80 | (cp & 63)));
	} else {
		buf_putc(b, (char)(0xf0 | cp >> 18));
		buf_putc(b, (char)(0x80 | (cp >> 12 & 63)));
		buf_putc(b, (char)(0x80 | (cp >> 6 & 63)));
		buf_putc(b, (char)(0x80 | (cp & 63)));
	}
}

/* Columns up to the last that is no blank. */
static int
dump_end(const struct canvas *c, int row)
{
	int end = canvas_cols(c);

	while (end > 0 && canvas_at(c, row, end - 1)->ch[0] == ' ')
		end--;
	return end;
}

static void
dump_row(struct buf *b, const struct canvas *c, int row)
{
	int end = dump_end(c, row);

	for (int col = 0; col < end; col++) {
		const struct cell *cell = canvas_at(c, row, col);

		if (cell->width == 0)
			continue;
		for (size_t i = 0; i < 3 && (i == 0 || cell->ch[i] != 0); i++)
			dump_scalar(b, cell->ch[i]);
	}
	buf_putc(b, '\n');
}

/* Roles as signs, in the order of UI_ROLES: letters, capitals, figures, signs; '.' for plain text, so that pages stay
 * readable. */
static void
dump_roles(struct buf *b, const struct canvas *c, int row)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&*+-/:;<=>?@^_|~";
	int end = canvas_cols(c);

	_Static_assert(ROLE_N < sizeof letters, "a sign for each role");
	while (end > 0 && canvas_at(c, row, end - 1)->role == ROLE_TEXT)
		end--;
	for (int col = 0; col < end; col++) {
		unsigned role = canvas_at(c, row, col)->role;

		buf_putc(b, role == ROLE_TEXT ? '.' : letters[role]);
	}
	buf_putc(b, '\n');
}

void
term_dump(struct buf *b, const struct canvas *c, bool roles)
{
	for (int row = 0; row < canvas_rows(c); row++) {
		dump_row(b, c, row);
		if (roles)
			dump_roles(b, c, row);
	}
}
