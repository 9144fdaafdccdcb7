/*
 * decode - lines to records (`sipwhy.record/1`, doc/records.md), from a stream that may lie.
 * The one thing to know: depth is looked at before the JSON library sees a byte, and a line that holds anything
 * wrong is refused whole, so that no half of it is ever counted.
 */
#include <errno.h>
#include <string.h>

#include "record/decode.h"
#include "record/fields.h"
#include "sipwhy/mem.h"

enum { DECODE_DEPTH = 8, DECODE_ARENA = 64 * 1024, DECODE_ARENA_MAX = 1024 * 1024 };

struct record_decoder *
record_decoder_new(void)
{
	struct record_decoder *d = mem_zalloc(sizeof *d);

	if (d == NULL)
		return NULL;
	d->arena = arena_new(DECODE_ARENA, DECODE_ARENA_MAX);
	if (d->arena == NULL) {
		mem_free(d);
		return NULL;
	}
	return d;
}

void
record_decoder_free(struct record_decoder *d)
{
	if (d == NULL)
		return;
	json_decref(d->tree);
	arena_free(d->arena);
	mem_free(d);
}

/* False when brackets outside strings nest deeper than any record does. */
static bool
decode_shallow(const char *p, size_t n)
{
	unsigned depth = 0;
	bool text = false;

	for (size_t i = 0; i < n; i++) {
		if (text && p[i] == '\\')
			i++;
		else if (p[i] == '"')
			text = !text;
		else if (!text && (p[i] == '{' || p[i] == '[') && ++depth > DECODE_DEPTH)
			return false;
		else if (!text && (p[i] == '}' || p[i] == ']') && depth > 0)
			depth--;
	}
	return true;
}

static int
decode_type(json_t *o)
{
	const char *name = json_string_value(json_object_get(o, "type"));

	if (name == NULL)
		return -EINVAL;
	for (int i = 0; i < RECORD_TYPE_N; i++)
		if (strcmp(fields_type[i], name) == 0)
			return i;
	return RECORD_TYPE_N;
}

static void
decode_hello(struct reader *r, json_t *o, struct record_hello *h)
{
	if (strcmp(reader_string(r, o, "schema", RECORD_TEXT_MAX), RECORD_SCHEMA) != 0)
		reader_fail(r, -EINVAL);
	h->version = reader_string(r, o, "version", RECORD_TEXT_MAX);
	h->start_ns = reader_time(r, o, "start");
	h->engine = (uint32_t)reader_u64(r, o, "engine", UINT32_MAX, 1);
	h->live = reader_bool(r, o, "live");
}

static void
decode_source_state(struct reader *r, json_t *o, struct record_source *s)
{
	s->name = reader_string(r, o, "name", SOURCE_NAME - 1);
	s->kind = reader_string(r, o, "kind", RECORD_TEXT_MAX);
	s->state = reader_string(r, o, "state", RECORD_TEXT_MAX);
	s->sentence = reader_string(r, o, "sentence", RECORD_TEXT_MAX);
}

static int
decode_members(struct reader *r, struct record_decoder *d, json_t *o, struct record *out)
{
	switch (out->type) {
	case RECORD_HELLO:
		decode_hello(r, o, &out->hello);
		break;
	case RECORD_TICK:
		decode_tick(r, o, d, &out->tick);
		break;
	case RECORD_EVENT:
		decode_event(r, o, out->t_ns, &out->event);
		break;
	case RECORD_UPDATE:
		decode_update(r, o, out->t_ns, &out->update);
		break;
	case RECORD_INCIDENT:
		decode_incident(r, o, out->t_ns, &out->incident);
		break;
	case RECORD_SOURCE:
		decode_source_state(r, o, &out->source);
		break;
	case RECORD_BYE:
		decode_totals(r, o, d, &out->tick);
		break;
	case RECORD_NOTICE:
		decode_notice(r, o, out->t_ns, &out->notice);
		break;
	case RECORD_MESSAGE:
		decode_message(r, o, out->t_ns, &out->message);
		break;
	case RECORD_GOOD:
		decode_good(r, o, out->t_ns, &out->good);
		break;
	case RECORD_TYPE_N:
		return r->err == 0 ? 1 : r->err;
	}
	return r->err;
}

static int
decode_content(struct record_decoder *d, json_t *o, int type, struct record *out)
{
	struct reader r = { d->arena, 0 };

	*out = (struct record){ .type = (enum record_type)type };
	out->t_ns = reader_time(&r, o, "t");
	out->host = reader_string(&r, o, "host", RECORD_TEXT_MAX);
	return decode_members(&r, d, o, out);
}

int
record_decode(struct record_decoder *d, const char *line, size_t n, struct record *out)
{
	json_error_t why;
	int type;

	arena_reset(d->arena);
	json_decref(d->tree);
	d->tree = NULL;
	if (n > RECORD_LINE_MAX)
		return -EMSGSIZE;
	if (!decode_shallow(line, n))
		return -EINVAL;
	d->tree = json_loadb(line, n, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &why);
	if (d->tree == NULL)
		return json_error_code(&why) == json_error_out_of_memory ? -ENOMEM : -EINVAL;
	if (!json_is_object(d->tree) || (type = decode_type(d->tree)) < 0)
		return -EINVAL;
	return type == RECORD_TYPE_N ? 1 : decode_content(d, d->tree, type, out);
}
