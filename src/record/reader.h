/* reader - members of a JSON object with their types and ranges checked; the decoder's tools. */
#ifndef RECORD_READER_H
#define RECORD_READER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "sipwhy/arena.h"
#include "sipwhy/slice.h"

/* Numbers that every JSON reader keeps exact. */
#define READER_COUNT_MAX (UINT64_C(1) << 53)

/*
 * Errors stick: after the first wrong member err is set (-EINVAL, -ENOMEM) and what is read later does not count.
 * Texts that came as base64 are kept in the arena.
 */
struct reader {
	struct arena *arena;
	int err;
};

void reader_fail(struct reader *r, int err);

/* A number 0..max, or `absent` when the member is not there. */
uint64_t reader_u64(struct reader *r, json_t *o, const char *name, uint64_t max, uint64_t absent);
/* A number -max..max, 0 when absent. */
int64_t reader_i64(struct reader *r, json_t *o, const char *name, int64_t max);
/* A status code, 0 when absent. */
uint16_t reader_code(struct reader *r, json_t *o, const char *name);
bool reader_bool(struct reader *r, json_t *o, const char *name);
/* Text of at most max bytes by the rule for bytes; empty when absent. */
struct slice reader_text(struct reader *r, json_t *o, const char *name, size_t max);
/* The texts of array `name`, then those of array `name`_b64, into out[n]; more than n are wrong, the rest is empty. */
void reader_texts(struct reader *r, json_t *o, const char *name, size_t max, struct slice *out, size_t n);
/* A text without NUL inside, as a C string; "" when absent. */
const char *reader_string(struct reader *r, json_t *o, const char *name, size_t max);
/* The same into a field of fixed size. */
void reader_copy(struct reader *r, json_t *o, const char *name, char *out, size_t cap);
int64_t reader_time(struct reader *r, json_t *o, const char *name);
/* An object or array, NULL when absent. */
json_t *reader_object(struct reader *r, json_t *o, const char *name);
json_t *reader_array(struct reader *r, json_t *o, const char *name, size_t max);

#endif
