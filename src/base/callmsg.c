/* callmsg - names of what joins two legs; see sipwhy/callmsg.h. */
#include "sipwhy/callmsg.h"

const char *
callmsg_evidence_name(unsigned e)
{
	static const char *const names[CALLMSG_EVIDENCE_N] = { [CALLMSG_EVIDENCE_NONE] = "-",
		[CALLMSG_EVIDENCE_CALL_ID] = "Call-ID",
		[CALLMSG_EVIDENCE_HEADER] = "header",
		[CALLMSG_EVIDENCE_NUMBERS] = "numbers" };

	return e < CALLMSG_EVIDENCE_N ? names[e] : "-";
}
