/*
 * syslog_head - the head of a syslog record: RFC 5424, RFC 3164 and what is really sent (no PRI, no host, ISO stamps,
 * years, tags with slashes); also the same heads in files that a syslog daemon wrote.
 */
#ifndef LOGFMT_SYSLOG_HEAD_H
#define LOGFMT_SYSLOG_HEAD_H

#include <stdbool.h>

#include "logfmt/stamp.h"
#include "sipwhy/slice.h"

/* Slices point into the record; empty = absent or "-".  text: what the sender's program wrote, BOM removed. */
struct syslog_head {
	struct stamp stamp;
	struct slice host, tag, pid, text;
	int pri; /* -1 absent */
	bool rfc5424;
};

/*
 * Read the head of `line`.  False when there is none that makes sense (then text is the whole line and all else is
 * absent).  Never reads beyond the line; time in proportion to the head's length.
 */
bool syslog_head_read(struct slice line, struct syslog_head *out);

#endif
