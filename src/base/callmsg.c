/* callmsg - names of what joins two legs, and the message of an event; see sipwhy/callmsg.h. */
#include "sipwhy/callmsg.h"

#include "sipwhy/event.h"

const char *
callmsg_evidence_name(unsigned e)
{
	static const char *const names[CALLMSG_EVIDENCE_N] = { [CALLMSG_EVIDENCE_NONE] = "-",
		[CALLMSG_EVIDENCE_CALL_ID] = "Call-ID",
		[CALLMSG_EVIDENCE_HEADER] = "header",
		[CALLMSG_EVIDENCE_NUMBERS] = "numbers" };

	return e < CALLMSG_EVIDENCE_N ? names[e] : "-";
}

struct callmsg
callmsg_of_event(const struct event *e)
{
	return (struct callmsg){
		.of = e->id,
		.t_ns = e->t_ns,
		.code = e->code,
		.transport = e->transport,
		.cut = e->cut,
		.seen = 1 + e->repeats + e->copies,
		.raw_len = e->raw_len,
		.method = e->method,
		.phrase = e->phrase,
		.src = e->code == 0 ? e->dst : e->src,
		.dst = e->code == 0 ? e->src : e->dst,
		.call_id = e->call_id,
		.raw = e->raw,
	};
}
