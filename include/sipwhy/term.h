/*
 * term - the terminal: shows a canvas, gives keys, puts everything back.  curses.c is the one file that knows curses;
 * dump.c shows a canvas as text without a terminal.
 */
#ifndef SIPWHY_TERM_H
#define SIPWHY_TERM_H

#include <stdbool.h>
#include <stdint.h>

#include "sipwhy/buf.h"
#include "sipwhy/errmsg.h"
#include "sipwhy/ui.h"

struct term;

/*
 * Take the terminal on descriptors in_fd and out_fd (the same tty).  mono: no colour (NO_COLOR, TERM without colours
 * imply it). stderr output of libraries must not reach the screen: app redirects it.  -ENOTTY, -EINVAL (TERM unknown)
 * with a sentence.
 */
int term_open(struct term **out, int in_fd, int out_fd, const struct theme *theme, bool mono, struct errmsg *em);

/* Present the canvas: only what changed is sent.  0, or -EIO when the terminal is gone. */
int term_present(struct term *t, const struct canvas *c);

/* True when bytes of an earlier frame still wait in the terminal's queue or it would block: skip this frame. */
bool term_busy(const struct term *t);

/* Next key without waiting: UI_KEY_NONE when there is none; -EIO when the terminal hung up (EOF). */
int64_t term_key(struct term *t);

/* Size now. */
void term_size(const struct term *t, int *rows, int *cols);
/* The window changed: learn the new size (next present repaints all). */
void term_resize(struct term *t);
/* Send everything again at the next present. */
void term_repaint(struct term *t);
/* Restore the terminal and free; NULL is allowed.  hungup: do not write to it any more. */
void term_close(struct term *t, bool hungup);

/*
 * Canvas as text: one line a row, trailing blanks cut; with roles true each line is followed by a line that marks
 * the role of each cell with a letter (for tests).
 */
void term_dump(struct buf *b, const struct canvas *c, bool roles);

#endif
