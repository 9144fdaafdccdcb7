/*
 * history - lines typed at the prompts, kept from run to run.  A line begins with "/" (filter, search) or ":"
 * (command).
 *
 * The console that hears the lines has no rights to write where the user started; whoever started it has.  So a history
 * is one block without pointers, which history_map puts where a child sees it: the console adds, the parent saves.
 */
#ifndef APP_HISTORY_H
#define APP_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "sipwhy/errmsg.h"
#include "sipwhy/slice.h"

/* Lines kept, and bytes of one with its NUL. */
enum { HISTORY_LINES = 200, HISTORY_TEXT = 512 };

/* n counts lines, oldest first, each at most HISTORY_TEXT - 1 bytes and terminated. */
struct history {
	size_t n;
	char line[HISTORY_LINES][HISTORY_TEXT];
};

/* One that is empty and shared with children that are made later; NULL when memory is short.  history_unmap. */
struct history *history_map(void);
void history_unmap(struct history *h);

/*
 * Keep a line; one that is there already becomes the newest, and of too many the oldest goes.  What is no line of a
 * prompt (other beginning, blank, too long, not printable UTF-8) is left out: false.
 */
bool history_add(struct history *h, struct slice line);

/* The lines of a file's text, tolerantly: what is none is passed over. */
void history_parse(struct history *h, struct slice text);

/*
 * The file: $XDG_STATE_HOME/sipwhy/history, or ~/.local/state/sipwhy/history without it; started by root, root's own,
 * whatever HOME says.  False when there is no such place.
 */
bool history_path(char *out, size_t cap);

/* Read the file at path.  0, also when there is none; negative errno, and h has what was there before. */
int history_load(struct history *h, const char *path);

/*
 * Write it: a new file of mode 0600 in the same folder, which is made when it is missing (0700), and renamed.  Never
 * through a link, and never over what is no plain file of ours.  What a child wrote into h is judged again.
 * 0; negative errno with a sentence.
 */
int history_save(const struct history *h, const char *path, struct errmsg *em);

/* Could history_save write there?  Makes nothing but the folder.  0; negative errno with a sentence. */
int history_try(const char *path, struct errmsg *em);

#endif
