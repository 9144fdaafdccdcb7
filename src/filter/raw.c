/*
 * raw - the few header values that an event has only inside its message: the branch of the topmost Via and a stale
 * challenge (RFC 3261 8.1.1.7, 22.2).  Hostile bytes: one pass over at most EVENT_RAW_MAX, lines as they stand, folds
 * not joined.
 */
#include "filter/filter_int.h"

/* The next header line of *rest without its end; false at the blank line, or the end. */
static bool
raw_line(struct slice *rest, struct slice *line)
{
	*line = slice_trim(slice_cut(rest, '\n'));
	return line->n > 0;
}

/* What stands behind the colon when the line's name is this one, long or short (0: none). */
static bool
raw_named(struct slice line, const char *name, char compact, struct slice *value)
{
	struct slice head = slice_trim(slice_cut(&line, ':'));

	if (!slice_ieq(head, slice_str(name)) &&
	    !(compact != 0 && head.n == 1 && filter_lower((unsigned char)head.p[0]) == (unsigned char)compact))
		return false;
	*value = slice_trim(line);
	return true;
}

static struct slice
raw_head(const struct event *e)
{
	struct slice s = e->raw;

	if (s.n > EVENT_RAW_MAX)
		s.n = EVENT_RAW_MAX;
	(void)slice_cut(&s, '\n');
	return s;
}

/* "name=value" among what semicolons (or commas) part. */
static struct slice
raw_param(struct slice value, char sep, const char *name)
{
	while (value.p != NULL) {
		struct slice param = slice_cut(&value, sep), key = slice_cut(&param, '=');

		if (slice_ieq(slice_trim(key), slice_str(name)))
			return slice_trim(param);
	}
	return (struct slice){ NULL, 0 };
}

struct slice
filter_raw_branch(const struct event *e)
{
	struct slice rest = raw_head(e), line, value;

	while (raw_line(&rest, &line))
		if (raw_named(line, "via", 'v', &value))
			return raw_param(slice_cut(&value, ','), ';', "branch");
	return (struct slice){ NULL, 0 };
}

bool
filter_raw_stale(const struct event *e)
{
	struct slice rest = raw_head(e), line, value;

	if (e->code != 401 && e->code != 407)
		return false;
	while (raw_line(&rest, &line)) {
		if (!raw_named(line, "www-authenticate", 0, &value) &&
		    !raw_named(line, "proxy-authenticate", 0, &value))
			continue;
		/* The scheme stands before the first parameter. */
		while (value.n > 0 && !filter_is_blank(*value.p)) {
			value.p++;
			value.n--;
		}
		value = raw_param(value, ',', "stale");
		if (value.n >= 2 && value.p[0] == '"') {
			value.p++;
			value.n -= 2;
		}
		if (slice_ieq(value, slice_str("true")))
			return true;
	}
	return false;
}
