/* keys - which keys do what: what the configuration changes, and lists of what is in force. */
#ifndef APP_KEYS_H
#define APP_KEYS_H

#include <stdio.h>

#include "app/options.h"

/* Bytes of the names of an action's keys. */
enum { KEYS_TEXT = 256 };

/* The name of the action, as the views have it; NULL when there is none. */
const char *keys_action(struct slice name);

/* Action number `at`, each once; NULL behind the last. */
const char *keys_action_at(size_t at);

/* Give the action a key, or take it away (remove; key 0: all of its keys).  action: of keys_action.  0; -ENOSPC. */
int keys_change(struct options *o, const char *action, uint32_t key, bool remove);

/* The keys in force, "F5 x"; empty when it has none.  Returns out. */
const char *keys_in_force(char *out, size_t cap, const struct options *o, const char *action);

/* Section [keys]: what was changed, and as comments what was not. */
void keys_dump(FILE *out, const struct options *o);

/* The manual's list of keys, in mdoc. */
void keys_man(FILE *out);

#endif
