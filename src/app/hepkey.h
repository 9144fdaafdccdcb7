/* hepkey - the key that HEP has to carry (chunk 0x0e), out of a file. */
#ifndef APP_HEPKEY_H
#define APP_HEPKEY_H

#include <stddef.h>

#include "sipwhy/errmsg.h"

/* Bytes of a key at most. */
enum { HEPKEY_MAX = 255 };

/*
 * The first line of the file into key[HEPKEY_MAX], its length into *n.  0, or negative errno with a sentence: no
 * regular file, one that others can read or change, one of another user, an empty or too long line, or what open(2)
 * says.
 */
int hepkey_read(char *key, size_t *n, const char *path, struct errmsg *em);

#endif
