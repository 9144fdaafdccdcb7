/*
 * host - addresses to names, roles and ours; see host.h.
 * The one thing to know: it only remembers answers of peers_find and of the list of local addresses, so whoever pushes
 * an entry out costs a look-up, never knowledge.
 */
#include "track/host.h"

#include <string.h>

#include "sipwhy/mem.h"

enum { HOST_BITS = 9, HOST_SLOTS = 1 << HOST_BITS };

struct hosts {
	uint64_t key;
	struct endpoint *local;
	size_t n_local;
	const struct peers *peers;
	struct host spare; /* for two addresses that want one place */
	struct host slot[HOST_SLOTS];
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
host_learn(const struct hosts *h, struct host *out, const struct endpoint *e)
{
	const struct peers_row *row = peers_find(h->peers, e);
	struct slice name;

	out->e = *e;
	out->known = true;
	out->role = (uint8_t)(row != NULL ? row->role : PEER_ROLE_UNKNOWN);
	out->own = out->role == PEER_ROLE_PBX || host_is_local(h, e);
	if (row != NULL) {
		name = slice_str(row->name);
		out->n_name = (uint8_t)name.n;
		memcpy(out->name, name.p, name.n);
	} else {
		out->n_name = (uint8_t)strlen(endpoint_format(out->name, sizeof out->name, e, false));
	}
}

static struct host *
host_slot(struct hosts *h, const struct endpoint *e)
{
	uint64_t word[2];

	memcpy(word, e->addr, sizeof word);
	return &h->slot[((word[0] ^ word[1] >> 1) * h->key * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - HOST_BITS)];
}

const struct host *
host_of(struct hosts *h, const struct endpoint *e)
{
	struct host *slot = host_slot(h, e);

	if (!slot->known || !endpoint_same_host(&slot->e, e))
		host_learn(h, slot, e);
	return slot;
}

void
host_both(struct hosts *h, const struct endpoint *a, const struct endpoint *b, const struct host *out[2])
{
	out[0] = host_of(h, a);
	if (host_slot(h, b) == out[0] && !endpoint_same_host(a, b)) {
		h->spare = *out[0];
		out[0] = &h->spare;
	}
	out[1] = host_of(h, b);
}
