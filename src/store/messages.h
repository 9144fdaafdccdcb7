/*
 * messages - the messages of attempts by the id of their event or good call, and the good calls, in bounded memory:
 * those of the oldest id make room, of good calls last of all.
 */
#ifndef STORE_MESSAGES_H
#define STORE_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/callmsg.h"

struct messages;

/* NULL when memory is short. */
struct messages *messages_new(size_t bytes_max, uint64_t seed);
void messages_free(struct messages *m);

/*
 * Take a message, texts copied; one whose number is known changes `seen` alone.  0; -EINVAL without an id; -EMSGSIZE
 * when the attempt has CALLMSG_MAX already or the message alone is above the limit; -ENOMEM.
 */
int messages_add(struct messages *m, const struct callmsg *c);
/* Take a good call: the one before with its peer and method goes with its messages.  0, -EINVAL without an id, or
 * -ENOMEM. */
int messages_good(struct messages *m, const struct goodcall *g);

/* Events with an id above `id` will be told once more, under other ids. */
void messages_drop_after(struct messages *m, uint64_t id);

/* As store_messages, store_messages_gone and store_goodcall. */
size_t messages_of(const struct messages *m, uint64_t of, struct callmsg *out, size_t n);
bool messages_gone(const struct messages *m, uint64_t of);
bool messages_goodcall(const struct messages *m, struct slice peer, struct slice method, struct goodcall *out);

/* What all of them take now. */
size_t messages_bytes(const struct messages *m);
/* And what they may. */
size_t messages_max(const struct messages *m);

#endif
