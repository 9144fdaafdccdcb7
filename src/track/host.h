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

struct host {
	struct endpoint e; /* port of no meaning */
	bool known, own;
	uint8_t role;   /* enum peer_role */
	uint8_t n_name; /* of name, the user's, else the address without port */
	char name[ENDPOINT_TEXT];
};

/* local is copied, peers borrowed.  NULL when memory is short. */
struct hosts *hosts_new(uint64_t seed, const struct endpoint *local, size_t n_local, const struct peers *peers);
void hosts_free(struct hosts *h);

/* Never NULL; good until the next call. */
const struct host *host_of(struct hosts *h, const struct endpoint *e);
/* Both at a time; good until the next call. */
void host_both(struct hosts *h, const struct endpoint *a, const struct endpoint *b, const struct host *out[2]);

#endif
