/*
 * term - the terminal: shows a canvas, gives keys, puts everything back.  curses.c is the one file that knows curses;
 * dump.c shows a canvas as text without a terminal.
 */
#ifndef SIPWHY_TERM_H
#define SIPWHY_TERM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/buf.h"
#include "sipwhy/errmsg.h"
#include "sipwhy/ui.h"

struct term;

/*
 * Colours wanted.  AUTO: none with NO_COLOR set and not empty or with fewer than 8 in terminfo, 16 of 8 to 255, else
 * 256, and direct colour where terminfo says that the terminal takes it (RGB).  A number is never exceeded, and what
 * the terminal type has not is not sent: the user's palette is never redefined.  The others win over NO_COLOR.
 */
enum term_color { TERM_COLOR_AUTO, TERM_COLOR_NEVER, TERM_COLOR_16, TERM_COLOR_256, TERM_COLOR_TRUE };

/*
 * Take the terminal on descriptors in_fd and out_fd (the same tty).  stderr output of libraries must not reach the
 * screen: app redirects it.  theme is borrowed until term_theme gives another, or term_close.  0, and *out is to be
 * closed; -ENOTTY, -EINVAL (TERM unknown, or without a way to place the cursor), -EMFILE, -ENOMEM with a sentence.
 */
int term_open(
    struct term **out, int in_fd, int out_fd, const struct theme *theme, enum term_color color, struct errmsg *em);

/* Other colours from the next present on, which sends all. */
void term_theme(struct term *t, const struct theme *theme);
/* How many colours are in use. */
enum theme_depth term_depth(const struct term *t);

/*
 * Ask the terminal for its background (OSC 11) and wait at most timeout_ms for the answer; else COLORFGBG says it.
 * 1 light, 0 dark, -1 not known.  Bytes of an answer that comes later are not given as keys; keys pressed meanwhile
 * are kept.  Before the first present.
 */
int term_background(struct term *t, unsigned timeout_ms);

/* Glyphs by the locale and TERM: what --glyphs=auto means; anything else is given back as it is. */
enum ui_glyphs term_glyphs(enum ui_glyphs wanted);

/*
 * Present the canvas: only what changed is sent.  0, or -EIO when the terminal is gone.  *cost (may be NULL): about how
 * many bytes that was, 0 when nothing changed.
 */
int term_present(struct term *t, const struct canvas *c, size_t *cost);

/* True when bytes of an earlier frame still wait in the terminal's queue or it would block: skip this frame. */
bool term_busy(const struct term *t);

/*
 * Next key (ui.h) without waiting: UI_KEY_NONE when there is none, UI_KEY_MOUSE for what term_mouse_event tells; -EIO
 * when the terminal hung up (EOF).
 */
int64_t term_key(struct term *t);

/* The mouse: off at first, and then nothing about it is ever sent. */
void term_mouse(struct term *t, bool on);
/* Of the last UI_KEY_MOUSE; a press is MOUSE_CLICK always: what makes two of them a double click knows the time. */
struct ui_mouse term_mouse_event(const struct term *t);

/* Ring: nothing where the terminal has no bell. */
void term_bell(struct term *t);
/*
 * Text to the terminal's clipboard (OSC 52).  -EMSGSIZE above TERM_COPY_MAX bytes, -EAGAIN when it takes nothing now,
 * -EIO when it is gone, -ENOMEM.  Whether the terminal does it cannot be known.
 */
enum { TERM_COPY_MAX = 74994 };
int term_copy(struct term *t, struct slice text);

/* Size as of term_open, or of the last term_resize or term_resume. */
void term_size(const struct term *t, int *rows, int *cols);
/* The window changed: learn the new size (next present repaints all). */
void term_resize(struct term *t);
/* Send everything again at the next present. */
void term_repaint(struct term *t);
/* Give the terminal back for a while, as it was; and take it again (next present repaints all). */
void term_suspend(struct term *t);
void term_resume(struct term *t);
/* Restore the terminal and free; NULL is allowed.  hungup: do not write to it any more. */
void term_close(struct term *t, bool hungup);

/*
 * After a crash: put the terminal on fd into a usable state (as stty sane, first screen, cursor, no mouse, plain text).
 * 0; -ENOTTY with a sentence.
 */
int term_reset(int fd, struct errmsg *em);

/*
 * Canvas as text: one line a row, trailing blanks cut; with roles true each line is followed by a line that marks
 * the role of each cell with a letter (for tests).
 */
void term_dump(struct buf *b, const struct canvas *c, bool roles);

#endif
