/*
 * event - names of an event's enums, and the path of an event as text; see sipwhy/event.h.  A path comes back from the
 * record stream, so it is read as strictly as it is written.
 */
#include "sipwhy/event.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/timefmt.h"

const char *
direction_name(enum direction d)
{
	static const char *const names[] = {
		[DIRECTION_UNKNOWN] = "-", [DIRECTION_SENT] = "sent", [DIRECTION_RECEIVED] = "received"
	};

	return (unsigned)d < sizeof names / sizeof names[0] ? names[d] : "-";
}

const char *
outcome_name(unsigned kind)
{
	static const char *const names[OUTCOME_N] = { [OUTCOME_OK] = "ok",
		[OUTCOME_FAILED] = "failed",
		[OUTCOME_CANCELLED] = "cancelled",
		[OUTCOME_CHALLENGED] = "challenged",
		[OUTCOME_NO_RESPONSE] = "no_response",
		[OUTCOME_REDIRECTED] = "redirected",
		[OUTCOME_EVICTED] = "evicted" };

	return kind < OUTCOME_N ? names[kind] : "-";
}

const char *
peer_role_name(unsigned role)
{
	static const char *const names[PEER_ROLE_N] = { [PEER_ROLE_UNKNOWN] = "-",
		[PEER_ROLE_TRUNK] = "trunk",
		[PEER_ROLE_PHONES] = "phones",
		[PEER_ROLE_PBX] = "pbx" };

	return role < PEER_ROLE_N ? names[role] : "-";
}

enum peer_role
peer_role_find(struct slice name)
{
	unsigned role = 0;

	while (role < PEER_ROLE_N && !slice_eq(name, slice_str(peer_role_name(role))))
		role++;
	return (enum peer_role)role;
}

/* Visible ASCII of the length that an address has: nothing that could part a hop's fields. */
static bool
event_hop_text_ok(struct slice s)
{
	if (s.n == 0 || s.n >= ENDPOINT_TEXT)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return true;
}

size_t
event_hop_put(char *out, size_t cap, size_t used, const struct event_hop *h)
{
	char line[2 * ENDPOINT_TEXT + 32];
	int n;

	if (!event_hop_text_ok(h->src) || !event_hop_text_ok(h->dst))
		return used;
	n = snprintf(line, sizeof line, "%.*s %.*s %u %" PRIu32 " %" PRIu32 "\n", (int)h->src.n, h->src.p,
	    (int)h->dst.n, h->dst.p, (unsigned)h->code, h->at_ms, h->seen);
	if (used > cap || (size_t)n > cap - used)
		return used;
	memcpy(out + used, line, (size_t)n);
	return used + (size_t)n;
}

static bool
event_hop_parse(struct slice line, struct event_hop *out)
{
	uint64_t code, at_ms, seen;

	out->src = slice_cut(&line, ' ');
	out->dst = slice_cut(&line, ' ');
	if (!event_hop_text_ok(out->src) || !event_hop_text_ok(out->dst) ||
	    slice_u64(slice_cut(&line, ' '), 699, &code) != 0 || (code > 0 && code < 100) ||
	    slice_u64(slice_cut(&line, ' '), UINT32_MAX, &at_ms) != 0 || slice_u64(line, UINT32_MAX, &seen) != 0)
		return false;
	out->code = (uint16_t)code;
	out->at_ms = (uint32_t)at_ms;
	out->seen = (uint32_t)seen;
	return true;
}

bool
event_hop_next(struct slice *path, struct event_hop *out)
{
	struct slice rest = *path, line = slice_cut(&rest, '\n');

	/* No newline leaves p NULL: a hop that was cut is none. */
	if (rest.p == NULL || !event_hop_parse(line, out))
		return false;
	*path = rest;
	return true;
}

bool
event_stamp_is_coarse(struct slice s)
{
	bool clock = s.n == 0 || memchr(s.p, ':', s.n) == NULL;

	/* A fraction stands behind the clock, "10:15:01.25": dots before it are a date's. */
	for (size_t i = 0; i + 1 < s.n; i++) {
		clock |= s.p[i] == ':';
		if (clock && (s.p[i] == '.' || s.p[i] == ',') && s.p[i + 1] >= '0' && s.p[i + 1] <= '9')
			return false;
	}
	return s.n > 0;
}

bool
event_is_coarse(const struct event *ev)
{
	return event_stamp_is_coarse(ev->stamp) && ev->t_ns % NS_PER_S == 0;
}

struct slice
event_said_phrase(const struct event *e, const struct event_update *u)
{
	if (u->said_code == 0)
		return (struct slice){ NULL, 0 };
	if (u->said_code == e->code)
		return e->phrase;
	return u->said_code == e->said_code ? e->said_phrase : (struct slice){ NULL, 0 };
}
