/*
 * ask - a question to the terminal and its answer among the keys.
 */
#ifndef TERM_ASK_H
#define TERM_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ASK_ANSWER = 64, ASK_SWALLOW_MAX = 256 };

/*
 * Tells answers from keys, a character at a time.  answer: of OSC 11, terminated, empty when none came; done: the
 * second answer (device attributes) came, which every terminal sends, so nothing is owed any more.
 */
struct ask {
	enum ask_state { ASK_TEXT, ASK_ESC, ASK_OSC, ASK_OSC_ESC, ASK_CSI, ASK_CSI_ANSWER } state;
	bool done;
	size_t n, swallowed;
	char answer[ASK_ANSWER];
};

/* Takes a character.  Those that are keys come out, in order, at most 3: their number. */
size_t ask_feed(struct ask *a, uint32_t ch, uint32_t keys[3]);

/* Send the questions and read at most timeout_ms; keys typed meanwhile: at most cap of them.  Returns how many. */
size_t ask_background(struct ask *a, int in_fd, int out_fd, unsigned timeout_ms, uint32_t *keys, size_t cap);

/* 1 light, 0 dark, -1 no colour. */
int ask_is_light(const char *answer);
/* The same of $COLORFGBG, which may be NULL. */
int ask_colorfgbg(const char *value);

/* Terminal types that are known to answer, or at least to swallow the question. */
bool ask_may(const char *type);

#endif
