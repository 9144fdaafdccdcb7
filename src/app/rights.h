/*
 * rights - giving up what a process does not need, for good.  Every failure is an error: nobody goes on with more.
 */
#ifndef APP_RIGHTS_H
#define APP_RIGHTS_H

#include <sys/types.h>

#include "sipwhy/errmsg.h"

/*
 * Become an ordinary user with no capability: SUDO_UID when it names one, else nobody; for a start without root the
 * user stays and file capabilities go.  Sets no_new_privs, forbids core dumps, then proves that root can't be had back.
 * 0 or negative errno with a sentence.
 */
int rights_drop(struct errmsg *em);

/* The supervisor's share: to open inputs and to make unprivileged children.  0 or negative errno with a sentence. */
int rights_keep_opening(struct errmsg *em);

/* Only the system calls an engine needs after its inputs are open (seccomp).  0 or negative errno with a sentence. */
int rights_seal_engine(struct errmsg *em);

/* End this process when `parent` ends; call after rights_drop, which clears it. */
void rights_end_with_parent(pid_t parent, int signo);

#endif
