/*
 * sink - where results go besides the console: the report (JSON, text), and a capture file.
 */
#ifndef SIPWHY_SINK_H
#define SIPWHY_SINK_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "sipwhy/errmsg.h"
#include "sipwhy/event.h"
#include "sipwhy/frame.h"
#include "sipwhy/tally.h"

struct sink_events;

/* A list of the newest events for a report: at most `events` [10000] and `bytes` [320 an event], oldest first out,
 * counted. */
struct sink_events *sink_events_new(size_t events, size_t bytes);
void sink_events_free(struct sink_events *l);
/* Copy one (without its raw message). */
void sink_events_add(struct sink_events *l, const struct event *e);

/* All a report tells; borrowed for the call.  events NULL: without the list. */
struct sink_report {
	const char *host, *version;
	int64_t start_ns, end_ns; /* stream time of the first and last message, 0 none */
	const struct tally *tally;
	const struct source_stat *sources;
	size_t n_sources;
	uint64_t call_ids, evictions;
	int call_ids_exact;
	const struct sink_events *events;
};

/*
 * sipwhy.report/1 as one JSON object and a newline (doc/records.md, "The report": the first members are fixed).
 * 0 or negative errno (-EPIPE, -ENOSPC, -ENOMEM ...).
 */
int sink_report_json(FILE *out, const struct sink_report *r);

/*
 * The same for people: classes, codes with phrase, share and rate, top failing peers, sources with every drop.
 * `quiet` leaves out the sources of which nothing was lost.
 */
int sink_report_text(FILE *out, const struct sink_report *r, int quiet);

struct sink_pcap;

/*
 * Open a capture file for writing (new file, 0600, never through a link; refuses to overwrite).  Classic pcap with
 * nanoseconds: all frames must have the link type of the first, others are counted.
 * -EEXIST, -EACCES ... with a sentence.
 */
int sink_pcap_open(struct sink_pcap **out, const char *path, struct errmsg *em);
/* Write one frame; buffered.  0, -EMEDIUMTYPE (other link type, counted), or negative errno when the disk refuses. */
int sink_pcap_write(struct sink_pcap *p, const struct frame *f);
/* Flush and close.  0 or negative errno of any write since open; em tells, also what a 0 left out. */
int sink_pcap_close(struct sink_pcap *p, struct errmsg *em);

#endif
