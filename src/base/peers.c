/*
 * peers - sets of addresses with names (CIDR: RFC 4632, RFC 4291 2.3); see sipwhy/peers.h.  Asked for every message:
 * prefixes of one length stand together in the order of their bits, and each length is one binary search.
 */
#include "sipwhy/peers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "sipwhy/mem.h"

/* One slice of `sorted`: the prefixes of one family and length. */
struct peers_length {
	uint8_t family, bits;
	uint16_t first, n;
};

struct peers {
	size_t n, n_lengths;
	struct peers_row rows[PEERS_MAX];
	struct peers_row *sorted[PEERS_MAX]; /* by family, then longest first, then address */
	struct peers_length lengths[PEERS_MAX];
};

struct peers *
peers_new(void)
{
	return mem_zalloc(sizeof(struct peers));
}

void
peers_free(struct peers *p)
{
	mem_free(p);
}

/* addr without what stands behind its first bits. */
static void
peers_mask(uint8_t *out, const uint8_t *addr, unsigned bits)
{
	for (unsigned i = 0; i < 16; i++, bits -= bits < 8 ? bits : 8)
		out[i] = (uint8_t)(bits >= 8 ? addr[i] : addr[i] & 0xff00U >> bits);
}

static bool
peers_name_ok(struct slice name)
{
	if (name.n == 0 || name.n >= PEERS_NAME || name.p[0] == ' ' || name.p[name.n - 1] == ' ')
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] < ' ' || name.p[i] > '~')
			return false;
	return true;
}

/* How much of a text a sentence shows. */
static int
peers_shown(struct slice s)
{
	return s.n < 64 ? (int)s.n : 64;
}

static int
peers_cidr(struct peers_row *row, struct slice cidr, struct errmsg *em)
{
	struct slice bits = cidr, host = slice_cut(&bits, '/');
	uint8_t net[16];
	char text[INET6_ADDRSTRLEN];
	uint64_t n;
	int err = -EINVAL;

	/* A NUL inside would hide the rest from inet_pton. */
	if (host.n > 0 && host.n < sizeof text && memchr(host.p, '\0', host.n) == NULL) {
		bool v6 = memchr(host.p, ':', host.n) != NULL;

		(void)slice_copy(text, sizeof text, host);
		row->family = v6 ? 6 : 4;
		n = v6 ? 128 : 32;
		if (inet_pton(v6 ? AF_INET6 : AF_INET, text, row->addr) == 1)
			err = bits.p == NULL ? 0 : slice_u64(bits, n, &n);
	}
	if (err != 0)
		return errmsg_set(em, -EINVAL,
		    "\"%.*s\" is no address and no CIDR: 192.0.2.1, 10.20.0.0/16, 2001:db8::/32", peers_shown(cidr),
		    cidr.n > 0 ? cidr.p : "");
	row->bits = (uint8_t)n;
	peers_mask(net, row->addr, row->bits);
	if (memcmp(net, row->addr, sizeof net) != 0) {
		struct endpoint e = { .family = row->family };

		memcpy(e.addr, net, sizeof net);
		(void)endpoint_format(text, sizeof text, &e, false);
		return errmsg_set(em, -EINVAL, "\"%.*s\" has bits set behind its prefix: %s/%u is the network",
		    peers_shown(cidr), cidr.p, text, row->bits);
	}
	return 0;
}

static int
peers_order(const struct peers_row *a, const struct peers_row *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	if (a->bits != b->bits)
		return a->bits > b->bits ? -1 : 1;
	return memcmp(a->addr, b->addr, sizeof a->addr);
}

/* Where row belongs in sorted; its like may stand there. */
static size_t
peers_place(const struct peers *p, const struct peers_row *row)
{
	size_t at = 0;

	while (at < p->n && peers_order(p->sorted[at], row) < 0)
		at++;
	return at;
}

static void
peers_measure(struct peers *p)
{
	struct peers_length *l = NULL;

	p->n_lengths = 0;
	for (size_t i = 0; i < p->n; i++) {
		const struct peers_row *row = p->sorted[i];

		if (l == NULL || l->family != row->family || l->bits != row->bits) {
			l = &p->lengths[p->n_lengths++];
			*l = (struct peers_length){ row->family, row->bits, (uint16_t)i, 0 };
		}
		l->n++;
	}
}

int
peers_add(struct peers *p, struct slice name, enum peer_role role, struct slice cidr, struct errmsg *em)
{
	struct peers_row row = { .role = role };
	size_t at;
	int err;

	if (!peers_name_ok(name))
		return errmsg_set(
		    em, -EINVAL, "a peer's name has 1 to %d characters of printable ASCII", PEERS_NAME - 1);
	if (p->n == PEERS_MAX)
		return errmsg_set(em, -ENOSPC, "more than %d addresses of peers", PEERS_MAX);
	if ((err = peers_cidr(&row, cidr, em)) != 0)
		return err;
	at = peers_place(p, &row);
	if (at < p->n && peers_order(p->sorted[at], &row) == 0)
		return errmsg_set(
		    em, -EEXIST, "%.*s is named already: %s", peers_shown(cidr), cidr.p, p->sorted[at]->name);
	(void)slice_copy(row.name, sizeof row.name, name);
	p->rows[p->n] = row;
	memmove(&p->sorted[at + 1], &p->sorted[at], (p->n - at) * sizeof p->sorted[0]);
	p->sorted[at] = &p->rows[p->n++];
	peers_measure(p);
	return 0;
}

static const struct peers_row *
peers_search(const struct peers *p, const struct peers_length *l, const struct endpoint *e)
{
	size_t low = l->first, high = low + l->n;
	uint8_t net[16];

	peers_mask(net, e->addr, l->bits);
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = memcmp(p->sorted[mid]->addr, net, sizeof net);

		if (order == 0)
			return p->sorted[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

const struct peers_row *
peers_find(const struct peers *p, const struct endpoint *e)
{
	const struct peers_row *row = NULL;

	for (size_t i = 0; p != NULL && row == NULL && i < p->n_lengths; i++)
		if (p->lengths[i].family == e->family)
			row = peers_search(p, &p->lengths[i], e);
	return row;
}

const struct peers_row *
peers_at(const struct peers *p, size_t index)
{
	return p != NULL && index < p->n ? &p->rows[index] : NULL;
}
