/*
 * ledger - sums of events; see ledger.h.
 * The one thing to know: what takes back may stand for what we never saw, so no sum falls below 0.
 */
#include "store/ledger.h"

#include <stddef.h>

/* NULL for what is no status code. */
static uint64_t *
ledger_slot(struct ledger *l, unsigned code)
{
	if (code == 0)
		return &l->codes[0];
	return code >= SIP_CODE_MIN && code <= SIP_CODE_MAX ? &l->codes[code - SIP_CODE_MIN + 1] : NULL;
}

uint64_t
ledger_code(const struct ledger *l, unsigned code)
{
	if (code == 0)
		return l->codes[0];
	return code >= SIP_CODE_MIN && code <= SIP_CODE_MAX ? l->codes[code - SIP_CODE_MIN + 1] : 0;
}

void
ledger_told(struct ledger *l, unsigned code, uint64_t n, bool recovered)
{
	uint64_t *slot = ledger_slot(l, code);

	l->total += n;
	if (recovered)
		l->recovered += n;
	else if (slot != NULL)
		*slot += n;
}

void
ledger_moved(struct ledger *l, unsigned old, unsigned code, bool recovered)
{
	uint64_t *from = ledger_slot(l, old), *to = ledger_slot(l, code);

	if (from != NULL && *from > 0)
		--*from;
	if (recovered)
		l->recovered++;
	else if (to != NULL)
		++*to;
}
