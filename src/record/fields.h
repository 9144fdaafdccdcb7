/*
 * fields - the members of an event, a notice, a message, a good call and a source as one table each, so that encoder
 * and decoder cannot drift apart.
 */
#ifndef RECORD_FIELDS_H
#define RECORD_FIELDS_H

#include <stddef.h>

/* A slice of a struct at `offset`, at most `max` bytes. */
struct fields_text {
	const char *name;
	size_t offset, max;
};

/* In the order they stand in a line; a NULL name ends. */
extern const struct fields_text fields_event_text[];
extern const struct fields_text fields_notice[];
extern const struct fields_text fields_message[];
extern const struct fields_text fields_good[];

/* A bool of struct event at `offset`; written only when true. */
struct fields_flag {
	const char *name;
	size_t offset;
};

extern const struct fields_flag fields_event_flag[];

/* A uint64_t of struct source_stat at `offset`. */
struct fields_count {
	const char *name;
	size_t offset;
};

/* Members of a source, of its "drops" that wire does not name, and of a tick's struct counts. */
extern const struct fields_count fields_source[];
extern const struct fields_count fields_source_drops[];
extern const struct fields_count fields_counts[];

/* The name that silence has among codes. */
#define FIELDS_SILENCE "no_response"

/* Names by index. */
extern const char *const fields_type[];

/* The kind of a method by its name in a record; what is not known is METHOD_OTHER. */
unsigned fields_method(const char *name);

#endif
