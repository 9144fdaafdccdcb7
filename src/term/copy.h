/*
 * copy - text to the clipboard of whoever sits before the terminal.
 */
#ifndef TERM_COPY_H
#define TERM_COPY_H

#include "sipwhy/slice.h"

/* As term_copy, on a descriptor. */
int copy_send(int fd, struct slice text);

#endif
