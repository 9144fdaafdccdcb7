/*
 * options_log - what is said about logs and receivers: who may send to them, certificates, and what goes with what.
 */
#ifndef APP_OPTIONS_LOG_H
#define APP_OPTIONS_LOG_H

#include "app/options.h"
#include "sipwhy/errmsg.h"
#include "sipwhy/slice.h"

/*
 * Is `arg` the place of a receiver of this kind: "udp:PORT", "udp:ADDR:PORT" (tcp, tls likewise; ADDR IPv4 or [IPv6])
 * or of syslog "unix:PATH" (unix-stream likewise)?  0, or -EINVAL with a sentence.  Whether it can be had is
 * input_open's to say.
 */
int options_log_place(enum input_kind kind, const char *arg, struct errmsg *em);

/* Its port; 0 for a path, for what is no place, and where none was said. */
unsigned options_log_port(const char *arg);

/*
 * Who may send, of the one list *peers and *any: networks parted by commas, or "any".  *peers is made when it is NULL.
 * name: of the option, for sentences.  0, -EINVAL or -ENOMEM, with a sentence.
 */
int options_log_allow(struct peers **peers, bool *any, const char *name, struct slice list, struct errmsg *em);

/* What was said of logs fits together.  0, or -EINVAL with a sentence. */
int options_log_check(const struct options *o, struct errmsg *em);

#endif
