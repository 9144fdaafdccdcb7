/*
 * reason - Reason and Warning values to numbers (RFC 3326 2, RFC 3261 20.43).
 * The one thing to know: FreeSWITCH sends its own causes above 127 as protocol SIP, so the number behind SIP
 * is not always a status; whoever shows it looks it up in both tables.
 */
#include "sip/reason.h"
#include "sip/scan.h"
#include "sip/shield.h"

/* The largest cause that any product is known to send has three digits. */
enum { REASON_CAUSE_MAX = 999 };

/* Reasons looked at in one value, and parameters in one reason. */
enum { REASON_VALUES_MAX = 16, REASON_PARAMS_MAX = 16 };

static int
reason_cause(struct slice params)
{
	struct slice name, value;
	uint64_t cause;

	for (unsigned n = 0; n < REASON_PARAMS_MAX && scan_param(&params, &name, &value); n++) {
		if (!slice_ieq(name, (struct slice){ "cause", 5 }))
			continue;
		if (value.n >= 2 && value.p[0] == '"' && value.p[value.n - 1] == '"')
			value = (struct slice){ value.p + 1, value.n - 2 };
		return slice_u64(value, REASON_CAUSE_MAX, &cause) == 0 ? (int)cause : -1;
	}
	return -1;
}

/* One reason-value: protocol *(SEMI params). */
static void
reason_one(struct slice value, int *q850, int *sip)
{
	size_t end = scan_find(value, ';');
	struct slice protocol = slice_trim((struct slice){ value.p, end });
	struct slice params = { value.p + end, value.n - end };
	int *out = NULL;

	if (slice_ieq(protocol, (struct slice){ "Q.850", 5 }))
		out = q850;
	else if (slice_ieq(protocol, (struct slice){ "SIP", 3 }))
		out = sip;
	if (out && *out == -1)
		*out = reason_cause(params);
}

void
reason_read(struct slice value, int *q850, int *sip)
{
	if (value.n > SHIELD_VALUE_MAX)
		value.n = SHIELD_VALUE_MAX;
	for (unsigned n = 0; n < REASON_VALUES_MAX && value.n > 0; n++) {
		size_t end = scan_find(value, ',');

		reason_one((struct slice){ value.p, end }, q850, sip);
		if (end == value.n)
			return;
		value = (struct slice){ value.p + end + 1, value.n - end - 1 };
	}
}

int
reason_warn_code(struct slice value)
{
	int code = 0;

	value = slice_trim(value);
	if (value.n < 3 || (value.n > 3 && value.p[3] != ' ' && value.p[3] != '\t'))
		return -1;
	for (size_t i = 0; i < 3; i++) {
		if (value.p[i] < '0' || value.p[i] > '9')
			return -1;
		code = code * 10 + (value.p[i] - '0');
	}
	return code >= 100 ? code : -1;
}
