/*
 * known - which hosts are no strangers; see known.h.
 * A scanner gets challenges and refusals; who got a 2xx to a registration or a call has shown a password or is served.
 */
#include "track/known.h"
#include "track/incidents_int.h"

#include <string.h>

/* A host takes one of so many places; the one unseen for longest gives way. */
enum { KNOWN_WAYS = 4, KNOWN_SETS = KNOWN_SLOTS / KNOWN_WAYS, KNOWN_HOUR_MS = 3600000 };

static struct known_slot *
known_find(struct incidents *in, uint64_t key)
{
	struct known_slot *set = &in->known[key % KNOWN_SETS * KNOWN_WAYS];

	for (int i = 0; i < KNOWN_WAYS; i++)
		if (set[i].tag == (uint32_t)(key >> 32) && set[i].bits != 0)
			return &set[i];
	return NULL;
}

static uint32_t
known_hour(const struct incidents *in)
{
	return (uint32_t)(in->now_ms / KNOWN_HOUR_MS);
}

static struct known_slot *
known_make(struct incidents *in, uint64_t key)
{
	struct known_slot *set = &in->known[key % KNOWN_SETS * KNOWN_WAYS], *old = set;

	for (int i = 1; i < KNOWN_WAYS; i++)
		if (set[i].seen_s < old->seen_s)
			old = &set[i];
	*old = (struct known_slot){ .tag = (uint32_t)(key >> 32), .hour = known_hour(in) };
	return old;
}

static void
known_mark(struct incidents *in, const struct endpoint *e, unsigned bits)
{
	uint64_t key = key_host(in, e);
	struct known_slot *s = known_find(in, key);
	uint32_t hour = known_hour(in);

	if (s == NULL)
		s = known_make(in, key);
	if (s->hour != hour) {
		s->before = s->hour + 1 == hour ? s->now : 0;
		s->now = 0;
		s->hour = hour;
	}
	s->bits |= (uint8_t)bits;
	if (s->now < UINT16_MAX)
		s->now++;
	s->seen_s = (uint32_t)(in->now_ms / 1000) + 1;
}

void
known_see(struct incidents *in, const struct fact *f)
{
	if (f->kind != FACT_OUTCOME || f->outcome != OUTCOME_OK || f->in_dialog)
		return;
	if (f->method == METHOD_REGISTER) {
		known_mark(in, f->client, KNOWN_REGISTERED);
		known_mark(in, f->server, KNOWN_REGISTRAR);
	} else if (f->method == METHOD_INVITE) {
		known_mark(in, f->client, KNOWN_CALLED);
	}
}

unsigned
known_host(struct incidents *in, const struct endpoint *e)
{
	const struct known_slot *s = known_find(in, key_host(in, e));

	return s != NULL ? s->bits : 0;
}

uint32_t
known_successes(struct incidents *in, const struct endpoint *e)
{
	const struct known_slot *s = known_find(in, key_host(in, e));
	uint32_t hour = known_hour(in);

	if (s == NULL || s->hour + 1 < hour)
		return 0;
	return s->hour == hour ? (uint32_t)s->now + s->before : s->now;
}

bool
known_house(const struct incidents *in)
{
	return in->house_seen;
}

bool
known_role(uint8_t role)
{
	return role == PEER_ROLE_TRUNK || role == PEER_ROLE_PHONES || role == PEER_ROLE_PBX;
}

static bool
known_private4(const uint8_t *a)
{
	return a[0] == 10 || a[0] == 127 || (a[0] == 172 && (a[1] & 0xf0) == 16) || (a[0] == 192 && a[1] == 168) ||
	    (a[0] == 169 && a[1] == 254) || (a[0] == 100 && (a[1] & 0xc0) == 64);
}

bool
known_private(const struct endpoint *e)
{
	static const uint8_t loopback[16] = { [15] = 1 };

	if (e->family == 4)
		return known_private4(e->addr);
	return e->family == 6 &&
	    ((e->addr[0] & 0xfe) == 0xfc || (e->addr[0] == 0xfe && (e->addr[1] & 0xc0) == 0x80) ||
		memcmp(e->addr, loopback, sizeof loopback) == 0);
}

static bool
known_is_outbound(struct incidents *in, const struct fact *f)
{
	unsigned client, server;

	if (f->own_server || f->role_server == PEER_ROLE_PHONES || f->role_server == PEER_ROLE_PBX)
		return false;
	if (f->role_server == PEER_ROLE_TRUNK)
		return true;
	server = known_host(in, f->server);
	/* A host that registers is somebody's phone. */
	if ((server & KNOWN_REGISTERED) != 0)
		return false;
	if (f->own_client || f->role_client == PEER_ROLE_PBX)
		return true;
	/* Without a word from the user: who takes registrations is the PBX, who was served before is of the house. */
	client = known_host(in, f->client);
	return (client & KNOWN_REGISTRAR) != 0 || ((client & KNOWN_CALLED) != 0 && (server & KNOWN_REGISTRAR) == 0);
}

bool
known_outbound(struct incidents *in, const struct fact *f)
{
	if (in->outbound == OUTBOUND_UNASKED)
		in->outbound = known_is_outbound(in, f) ? OUTBOUND_YES : OUTBOUND_NO;
	return in->outbound == OUTBOUND_YES;
}

uint64_t
known_source(const struct incidents *in, const struct endpoint *e)
{
	struct endpoint net = *e;

	if (net.family == 6)
		memset(net.addr + 8, 0, 8);
	return key_host(in, &net);
}
