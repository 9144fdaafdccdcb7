/*
 * errmsg - the one sentence that goes with an error code: what thing, what is wrong, what cures it.
 */
#ifndef SIPWHY_ERRMSG_H
#define SIPWHY_ERRMSG_H

/* Caller's memory; text is always terminated.  Start with text[0] == 0. */
struct errmsg {
	char text[320];
};

/* Set the sentence (cut to fit) and return `err`, so that a failing function can end in one line. */
int errmsg_set(struct errmsg *em, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#endif
