/* ledger - how many events there were, and what became of them. */
#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "sipwhy/sipmsg.h"

/* codes: failures by final code without what recovered; silence at 0, code 100 at 1 ... */
struct ledger {
	uint64_t total, folded, recovered;
	uint64_t codes[SIP_CODE_N + 1];
};

/* Failures of a code; code is 0 or a status code. */
uint64_t ledger_code(const struct ledger *l, unsigned code);

/* n more were told; recovered: they are no failures (any more). */
void ledger_told(struct ledger *l, unsigned code, uint64_t n, bool recovered);

/* One that was told before has another code now, or recovered. */
void ledger_moved(struct ledger *l, unsigned old, unsigned code, bool recovered);

#endif
