/*
 * reader - checked access to a JSON tree (RFC 8259); see reader.h.
 * The one thing to know: a member that is there but wrong makes the whole line wrong; a member that is not there
 * is absent.
 */
#include "record/reader.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "record/bytes.h"
#include "sipwhy/sipmsg.h"
#include "sipwhy/timefmt.h"

enum { READER_NAME = 48 };

void
reader_fail(struct reader *r, int err)
{
	if (r->err == 0)
		r->err = err;
}

uint64_t
reader_u64(struct reader *r, json_t *o, const char *name, uint64_t max, uint64_t absent)
{
	json_t *v = json_object_get(o, name);

	if (v == NULL)
		return absent;
	if (!json_is_integer(v) || json_integer_value(v) < 0 || (uint64_t)json_integer_value(v) > max) {
		reader_fail(r, -EINVAL);
		return absent;
	}
	return (uint64_t)json_integer_value(v);
}

int64_t
reader_i64(struct reader *r, json_t *o, const char *name, int64_t max)
{
	json_t *v = json_object_get(o, name);

	if (v == NULL)
		return 0;
	if (!json_is_integer(v) || json_integer_value(v) < -max || json_integer_value(v) > max) {
		reader_fail(r, -EINVAL);
		return 0;
	}
	return json_integer_value(v);
}

uint16_t
reader_code(struct reader *r, json_t *o, const char *name)
{
	uint64_t code = reader_u64(r, o, name, SIP_CODE_MAX, 0);

	if (code != 0 && code < SIP_CODE_MIN)
		reader_fail(r, -EINVAL);
	return (uint16_t)code;
}

bool
reader_bool(struct reader *r, json_t *o, const char *name)
{
	json_t *v = json_object_get(o, name);

	if (v != NULL && !json_is_boolean(v))
		reader_fail(r, -EINVAL);
	return json_is_true(v);
}

/* The bytes behind a base64 member, with a NUL after them. */
static struct slice
reader_base64(struct reader *r, json_t *v, size_t max)
{
	struct slice in = { json_string_value(v), json_string_length(v) };
	char *out;
	size_t n;

	if (in.n / 4 > max / 3 + 1) {
		reader_fail(r, -EINVAL);
		return (struct slice){ "", 0 };
	}
	out = arena_alloc(r->arena, bytes_plain_max(in.n) + 1);
	if (out == NULL) {
		reader_fail(r, -ENOMEM);
		return (struct slice){ "", 0 };
	}
	if (bytes_plain(in, out, &n) != 0 || n > max) {
		reader_fail(r, -EINVAL);
		return (struct slice){ "", 0 };
	}
	out[n] = '\0';
	return (struct slice){ out, n };
}

struct slice
reader_text(struct reader *r, json_t *o, const char *name, size_t max)
{
	char coded[READER_NAME];
	json_t *v = json_object_get(o, name);

	if (json_is_string(v) && json_string_length(v) <= max)
		return (struct slice){ json_string_value(v), json_string_length(v) };
	if (v != NULL)
		reader_fail(r, -EINVAL);
	(void)snprintf(coded, sizeof coded, "%s_b64", name);
	v = json_object_get(o, coded);
	if (json_is_string(v))
		return reader_base64(r, v, max);
	if (v != NULL)
		reader_fail(r, -EINVAL);
	return (struct slice){ "", 0 };
}

/* What out[n] still has room for is filled from one array; returns how many texts are there then. */
static size_t
reader_array_texts(struct reader *r, json_t *array, bool coded, size_t max, struct slice *out, size_t used, size_t n)
{
	if (array != NULL && (!json_is_array(array) || json_array_size(array) > n - used)) {
		reader_fail(r, -EINVAL);
		return used;
	}
	for (size_t i = 0; i < json_array_size(array); i++) {
		json_t *v = json_array_get(array, i);

		if (!json_is_string(v) || (!coded && json_string_length(v) > max))
			reader_fail(r, -EINVAL);
		else if (coded)
			out[used++] = reader_base64(r, v, max);
		else
			out[used++] = (struct slice){ json_string_value(v), json_string_length(v) };
	}
	return used;
}

void
reader_texts(struct reader *r, json_t *o, const char *name, size_t max, struct slice *out, size_t n)
{
	char coded[READER_NAME];
	size_t used = reader_array_texts(r, json_object_get(o, name), false, max, out, 0, n);

	(void)snprintf(coded, sizeof coded, "%s_b64", name);
	used = reader_array_texts(r, json_object_get(o, coded), true, max, out, used, n);
	while (used < n)
		out[used++] = (struct slice){ "", 0 };
}

const char *
reader_string(struct reader *r, json_t *o, const char *name, size_t max)
{
	struct slice s = reader_text(r, o, name, max);

	if (memchr(s.p, '\0', s.n) == NULL)
		return s.p;
	reader_fail(r, -EINVAL);
	return "";
}

void
reader_copy(struct reader *r, json_t *o, const char *name, char *out, size_t cap)
{
	(void)snprintf(out, cap, "%s", reader_string(r, o, name, cap - 1));
}

/* Years of which any two are less apart than what int64_t nanoseconds hold: whoever reads subtracts times. */
static bool
reader_year_fits(struct slice s)
{
	uint64_t year;

	return s.n > 4 && slice_u64((struct slice){ s.p, 4 }, 9999, &year) == 0 && year >= 1900 && year <= 2190;
}

int64_t
reader_time(struct reader *r, json_t *o, const char *name)
{
	struct slice s = reader_text(r, o, name, 64);
	int64_t t_ns = 0;

	if (!reader_year_fits(s) || timefmt_parse_rfc3339(s.p, s.n, &t_ns) != 0)
		reader_fail(r, -EINVAL);
	return t_ns;
}

json_t *
reader_object(struct reader *r, json_t *o, const char *name)
{
	json_t *v = json_object_get(o, name);

	if (v != NULL && !json_is_object(v)) {
		reader_fail(r, -EINVAL);
		return NULL;
	}
	return v;
}

json_t *
reader_array(struct reader *r, json_t *o, const char *name, size_t max)
{
	json_t *v = json_object_get(o, name);

	if (v != NULL && (!json_is_array(v) || json_array_size(v) > max)) {
		reader_fail(r, -EINVAL);
		return NULL;
	}
	return v;
}
