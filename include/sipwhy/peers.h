/*
 * peers - names and roles that the user gave to sets of addresses ([peers] in the configuration).
 */
#ifndef SIPWHY_PEERS_H
#define SIPWHY_PEERS_H

#include <stddef.h>

#include "sipwhy/errmsg.h"
#include "sipwhy/event.h"
#include "sipwhy/frame.h"
#include "sipwhy/slice.h"

/* Longest name with its NUL; sets of addresses at most. */
enum { PEERS_NAME = 32, PEERS_MAX = 256 };

struct peers_row {
	char name[PEERS_NAME];
	enum peer_role role;
	uint8_t addr[16];
	uint8_t family;
	uint8_t bits; /* prefix length in bits of addr */
};

struct peers;

/* Empty.  NULL when memory is short.  Free with peers_free. */
struct peers *peers_new(void);
void peers_free(struct peers *p);

/*
 * Add one address or CIDR ("192.0.2.1", "10.20.0.0/16", "2001:db8::/32", RFC 4632).  Copied.  0; -EINVAL with a
 * sentence for what is no address, for host bits that are set and for a name that is empty, too long, not printable
 * ASCII or has blanks at its ends; -EEXIST with a sentence when this very set has a name already; -ENOSPC with a
 * sentence.
 */
int peers_add(struct peers *p, struct slice name, enum peer_role role, struct slice cidr, struct errmsg *em);

/* The row with the longest prefix that holds e; NULL for none, or p NULL.  Good as long as p. */
const struct peers_row *peers_find(const struct peers *p, const struct endpoint *e);

/* Rows in the order they were added; NULL behind the last, or p NULL. */
const struct peers_row *peers_at(const struct peers *p, size_t index);

#endif
