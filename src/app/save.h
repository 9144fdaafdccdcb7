/*
 * save - files that the user asked for: evidence of failures as text, pcap, JSON lines or CSV.
 */
#ifndef APP_SAVE_H
#define APP_SAVE_H

#include <stdint.h>

#include "sipwhy/buf.h"
#include "sipwhy/errmsg.h"
#include "sipwhy/store.h"
#include "sipwhy/view.h"

/* Bytes of a file at most; text that stays in memory until it is written. */
enum { SAVE_MAX = 64 * 1024 * 1024, SAVE_NAME = 80 };

/*
 * viewer: whose filter is meant when the request names no failure.  saver: the console's end of saver.h, -1: this
 * process writes the file itself.
 */
struct save_cfg {
	const struct store *store;
	const struct viewer *viewer;
	const struct view_request *request;
	bool redact;
	uint64_t seed;
	int64_t now_ns;
	int saver;
};

/* The form that a path's ending means, else `other`. */
enum view_save save_form(const char *path, enum view_save other);
/* The file's content; *n: failures in it.  0; -ENOENT nothing to save, -ENOMEM too much, with a sentence. */
int save_make(struct buf *out, const struct save_cfg *cfg, enum view_save form, size_t *n, struct errmsg *em);
/* "sipwhy-20261122-143207-1a2b3c4d.txt" by local time; the hash is of the first failure's Call-ID.  Returns out. */
char *save_name(char *out, size_t cap, const struct save_cfg *cfg, enum view_save form);
/*
 * Write a new file, 0600, with the rights of this process: never through a link, never over another file.  What could
 * not be written whole is removed.  0 or negative errno with a sentence.
 */
int save_write(const char *path, struct slice content, struct errmsg *em);
/* The same by the supervisor, in the folder where sipwhy was started; name: see saver_name_ok. */
int save_hand(int saver, const char *name, struct slice content, struct errmsg *em);

/* All of it: content, name, file.  said: the sentence for the screen.  0 or negative errno. */
int save_request(const struct save_cfg *cfg, struct buf *content, char *said, size_t cap);

#endif
