/*
 * host - what is known of an address: ours or not, the user's name and role for it.
 */
#ifndef TRACK_HOST_H
#define TRACK_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/frame.h"
#include "sipwhy/peers.h"

struct hosts;

/*
 * The family of the one address that a log need not tell: that of the machine which wrote it.  It is printed as unknown
 * and is the same host as itself; two unknown ones (family 0) are not.
 */
enum { HOST_SELF = 1 };

static inline bool
host_is_known(const struct endpoint *e)
{
	return e->family > HOST_SELF;
}

static inline bool
host_same(const struct endpoint *a, const struct endpoint *b)
{
	return a->family != 0 && endpoint_same_host(a, b);
}

struct host {
	const struct peers_row *row; /* NULL: the user said nothing of it */
	bool own;
	uint8_t role; /* enum peer_role */
};

/* local is copied, peers borrowed.  NULL when memory is short. */
struct hosts *hosts_new(uint64_t seed, const struct endpoint *local, size_t n_local, const struct peers *peers);
void hosts_free(struct hosts *h);

struct host host_of(struct hosts *h, const struct endpoint *e);

/* The user's name; empty without one. */
static inline struct slice
host_name(struct host h)
{
	return h.row != NULL ? slice_str(h.row->name) : (struct slice){ NULL, 0 };
}

#endif
