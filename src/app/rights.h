/*
 * rights - giving up what a process does not need, for good.  Every failure is an error: nobody goes on with more.
 */
#ifndef APP_RIGHTS_H
#define APP_RIGHTS_H

#include <stdbool.h>
#include <sys/types.h>

#include "sipwhy/errmsg.h"

/*
 * Become an ordinary user with no capability: SUDO_UID when it names one, else nobody; for a start without root the
 * user stays and file capabilities go.  Sets no_new_privs, forbids core dumps, then proves that root can't be had back.
 * 0 or negative errno with a sentence.
 */
int rights_drop(struct errmsg *em);

/* Started by root itself, so that rights_drop ends at nobody: not by sudo, and not by an ordinary user. */
bool rights_root_itself(void);

/*
 * The supervisor's share: to open inputs and to make unprivileged children.  low_ports: a receiver is bound below port
 * 1024.  0 or negative errno with a sentence.
 */
int rights_keep_opening(bool low_ports, struct errmsg *em);

/*
 * The opener's share: as rights_drop, but started by root it may read any file; started by anybody else it may read
 * what its user may.  0 or negative errno with a sentence.
 */
int rights_keep_reading(struct errmsg *em);

/* Only the system calls of an opener (seccomp): files are opened for reading, and nothing is read or written. */
int rights_seal_opener(struct errmsg *em);

/*
 * Only the system calls an engine needs after its inputs are open (seccomp).  connects: the one socket that it may
 * connect, again and again; -1 none.  0 or negative errno with a sentence.
 */
int rights_seal_engine(int connects, struct errmsg *em);

/* End this process when `parent` ends; call after rights_drop, which clears it. */
void rights_end_with_parent(pid_t parent, int signo);

#endif
