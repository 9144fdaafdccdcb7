/*
 * host - addresses to names, roles and ours; see host.h.
 * The one thing to know: it only remembers answers of peers_find and of the list of local addresses, so whoever pushes
 * an entry out costs a look-up, never knowledge.
 */
#include "track/host.h"

#include <string.h>

#include "sipwhy/mem.h"

enum { HOST_BITS = 9, HOST_SLOTS = 1 << HOST_BITS };

struct host_slot {
	struct endpoint e; /* port of no meaning */
	bool known;
	struct host host;
};

struct hosts {
	uint64_t key;
	struct endpoint *local;
	size_t n_local;
	const struct peers *peers;
	struct host_slot slot[HOST_SLOTS];
};

struct hosts *
hosts_new(uint64_t seed, const struct endpoint *local, size_t n_local, const struct peers *peers)
{
	struct hosts *h = mem_zalloc(sizeof *h);

	if (h == NULL)
		return NULL;
	h->key = seed | 1;
	h->peers = peers;
	if (n_local > 0 && (h->local = mem_alloc(n_local * sizeof *local)) == NULL) {
		mem_free(h);
		return NULL;
	}
	if (n_local > 0)
		memcpy(h->local, local, n_local * sizeof *local);
	h->n_local = n_local;
	return h;
}

void
hosts_free(struct hosts *h)
{
	if (h == NULL)
		return;
	mem_free(h->local);
	mem_free(h);
}

static bool
host_is_local(const struct hosts *h, const struct endpoint *e)
{
	for (size_t i = 0; i < h->n_local; i++)
		if (endpoint_same_host(&h->local[i], e))
			return true;
	return false;
}

static void
host_learn(const struct hosts *h, struct host_slot *s, const struct endpoint *e)
{
	s->e = *e;
	s->known = true;
	s->host.row = host_is_known(e) ? peers_find(h->peers, e) : NULL;
	s->host.role = (uint8_t)(s->host.row != NULL ? s->host.row->role : PEER_ROLE_UNKNOWN);
	s->host.own = s->host.role == PEER_ROLE_PBX || (host_is_known(e) && host_is_local(h, e));
}

struct host
host_of(struct hosts *h, const struct endpoint *e)
{
	uint64_t word[2];
	struct host_slot *s;

	/* Nobody said anything of any address. */
	if (h->n_local == 0 && h->peers == NULL)
		return (struct host){ .row = NULL };
	memcpy(word, e->addr, sizeof word);
	s = &h->slot[((word[0] ^ word[1] >> 1) * h->key * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - HOST_BITS)];
	if (!s->known || !endpoint_same_host(&s->e, e))
		host_learn(h, s, e);
	return s->host;
}
