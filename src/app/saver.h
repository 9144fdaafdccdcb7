/*
 * saver - files for a console that may not write them: it hands over a name and the content (unix(7), SCM_RIGHTS), and
 * the supervisor makes the file in the folder where sipwhy was started.
 *
 * The console shows what strangers sent, so nothing of a request is believed: not its length, not its name, not what
 * the descriptor is.  Only new plain files come of it, in that one folder, and not many.
 */
#ifndef APP_SAVER_H
#define APP_SAVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "sipwhy/slice.h"

/* Bytes of a name with its NUL; files begun in a minute, and MiB in a run at most: nobody fills a disk through us. */
enum { SAVER_NAME = 128, SAVER_A_MINUTE = 10, SAVER_RUN_MIB = 1024 };

/*
 * What is in a folder may be somebody's settings: any name, one that nobody else looks for ("sipwhy..."), none at all
 * (a folder "x.d" of the system, where every file is read).
 */
enum saver_folder { SAVER_ANY, SAVER_OWN_NAMES, SAVER_NOTHING };

/*
 * The supervisor's side.  Descriptors are -1 when closed; from, to: of the file that is being written, `left` bytes of
 * it are missing.  begun: when the last files were begun, the oldest at n_begun % SAVER_A_MINUTE.  spent: bytes of all
 * files begun in this run.
 */
struct saver {
	int fd, folder, from, to;
	enum saver_folder kind;
	uint64_t at, left, spent;
	uint32_t number;
	char name[SAVER_NAME];
	dev_t dev;
	ino_t ino;
	int64_t begun[SAVER_A_MINUTE];
	unsigned n_begun;
};

/* One without anything open; saver_close may be called. */
void saver_init(struct saver *s);

/* Open the folder of the process, and the sockets: *client is the console's end.  0 or negative errno. */
int saver_open(struct saver *s, int *client);

/* What was being written is removed. */
void saver_close(struct saver *s);

/* Is a file being written?  Then saver_step wants to be called, and saver_hear is of no use. */
bool saver_busy(const struct saver *s);

/* Take one request if there is any; never waits.  now_ns: steady clock. */
void saver_hear(struct saver *s, int64_t now_ns);

/* Write on, at most 4 MiB; answers when the file is whole or can't be. */
void saver_step(struct saver *s);

/*
 * Letters, digits, '.', '_' and '-', not beginning with '.' or '-', ending in .txt, .pcap, .json, .jsonl or .csv, and
 * shorter than SAVER_NAME: what a file may be named.
 */
bool saver_name_ok(struct slice name);

/* What may be made in the folder of this path, which is absolute and without links. */
enum saver_folder saver_folder_kind(const char *path);

/*
 * The console's side: have a file made, and wait until it is (10 s at most).  0, or negative errno: -EINVAL the name is
 * none, -EEXIST, -EACCES the folder is not ours, -EPERM it is for settings (-EADDRNOTAVAIL: other names only), -EBUSY
 * too many files in a minute, -EDQUOT too much in this run, -EPIPE the other side is gone, -ETIMEDOUT no answer.
 */
int saver_ask(int fd, const char *name, struct slice content);

#endif
