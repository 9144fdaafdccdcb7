/*
 * help_int - what the three pages of help are written with.
 */
#ifndef VIEW_HELP_INT_H
#define VIEW_HELP_INT_H

#include "view_int.h"

/*
 * Lines that are written whole each time; only those from `top` on reach the canvas.  find: what is searched ("" not
 * at all); hit: the first line at or after `from` that has it, before: the last one before that, SIZE_MAX none.
 */
struct help_pen {
	const struct viewer *v;
	struct canvas *c;
	int row, height;
	size_t top, lines;
	const char *find;
	size_t from, hit, before;
};

/* A piece of a line, in so many columns. */
void help_put(struct help_pen *p, size_t line, int col, int width, enum ui_role role, const char *text);
/* A paragraph from a line on, broken at blanks; returns how many lines it has. */
size_t help_wrap(struct help_pen *p, size_t line, int col, int width, enum ui_role role, const char *text);
void help_heading(struct help_pen *p, size_t line, int col, int width, const char *text);

/* The pages.  about: the view below. */
void help_keys_page(struct help_pen *p, const struct view_ops *about);
void help_codes_page(struct help_pen *p);
void help_signs_page(struct help_pen *p);

#endif
