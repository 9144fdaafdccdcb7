/*
 * wire_int - a look inside for tests and the fuzzer; the program does not need it.
 */
#ifndef WIRE_INT_H
#define WIRE_INT_H

#include <stddef.h>

struct wire;

/* Bytes held back in reassembly, fragments and streams together. */
size_t wire_bytes(const struct wire *w);

#endif
