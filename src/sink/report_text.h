/* report_text - what the parts of the report for people share. */
#ifndef SINK_REPORT_TEXT_H
#define SINK_REPORT_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "sipwhy/sink.h"

enum { TEXT_NAME = 40, TEXT_NUMBER = 32 };

/* 1234567 as "1,234,567"; returns out. */
const char *report_text_number(char out[TEXT_NUMBER], uint64_t v);
/* A name from outside, made printable; returns out. */
const char *report_text_name(char out[4 * TEXT_NAME], const char *name);

/* "    label 12", then ", label 3": figures of a line of their own; nothing for 0. */
void report_text_part(FILE *out, const char *label, uint64_t v, bool *first);

/* Sources with every drop; the notices of logs by kind, and one by one. */
void report_text_sources(FILE *out, const struct sink_report *r, bool quiet);
/* What was sent on as HEP. */
void report_text_hep(FILE *out, const struct sink_report *r, bool quiet);
void report_text_notice_kinds(FILE *out, const struct sink_report *r);
void report_text_notices(FILE *out, const struct sink_report *r);

/* The blocks that come of attempts: by method, KPIs, failures by code, and peers. */
void report_text_attempts(FILE *out, const struct sink_report *r);
void report_text_kpi(FILE *out, const struct sink_report *r);
void report_text_failures(FILE *out, const struct sink_report *r);
void report_text_peers(FILE *out, const struct sink_report *r);

#endif
