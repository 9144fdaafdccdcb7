/*
 * follow_open - which file comes next at a followed path: one question, one answer, one descriptor.
 * Asked in the same process, or over a socket of a process that kept the right to open (input_opener_run).
 *
 * Know: a file that was rotated is found among its siblings, the files whose names begin with the path's last part and
 * go on as rotation makes it (".1", "-20260303", ".old", and packed).  Only what was born after the file in hand, and
 * after the moment when that was last seen in its place, is a generation: copies that somebody keeps beside a log are
 * older than that, and are not read a second time.
 */
#ifndef INPUT_FOLLOW_OPEN_H
#define INPUT_FOLLOW_OPEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum follow_kind {
	FOLLOW_FIRST, /* open what is there */
	FOLLOW_NEXT,  /* open what came after (dev, ino): FOLLOW_SAME while that is in its place */
	FOLLOW_CHECK, /* is (dev, ino) in its place?  Opens nothing */
	FOLLOW_FIND   /* open ino (of any device), under any name, if it has at least `size` bytes */
};

/*
 * serial: comes back in the answer.  Times are of the file in hand; since_ns: it was seen in its place then.
 * now_ns: when it is asked.
 */
struct follow_ask {
	uint32_t kind, serial;
	uint64_t dev, ino, size;
	int64_t born_ns, mtime_ns, since_ns, now_ns;
};

enum follow_what {
	FOLLOW_SAME,   /* nothing has changed */
	FOLLOW_OPENED, /* a descriptor comes with it */
	FOLLOW_OTHER,  /* CHECK only: something else is in its place, or nothing */
	FOLLOW_NONE    /* err says why */
};

/*
 * err: 0 or negative errno; -EISDIR, -ENODEV (a device), -ENOTSOCK (a socket), -ENOENT, -EACCES, -EAGAIN (the folder
 * changed faster than it could be read; ask again).  in_place: what was opened is what the path names now.
 * born_ns: birth time, 0 when the file system has none.  missed: generations in between that cannot be read
 * (compressed, or not ours to open).
 */
struct follow_answer {
	uint32_t serial, what;
	int32_t err;
	uint32_t in_place, missed;
	uint64_t dev, ino;
	int64_t born_ns;
};

/* Answer one question; the descriptor (close-on-exec, not blocking) when *a says FOLLOW_OPENED, else -1. */
int follow_open(const char *path, const struct follow_ask *ask, struct follow_answer *a);

/* Length of the name without ".gz" and the like; 0 when it has none. */
size_t follow_packed(const char *name);

/* Over a socket.  0 or negative errno; -EAGAIN when it would block, -EPIPE when the other side is gone. */
int follow_send_ask(int sock, const struct follow_ask *ask);
int follow_take_answer(int sock, struct follow_answer *a, int *fd);

#endif
