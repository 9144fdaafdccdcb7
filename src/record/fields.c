/* fields - names of members and where they live; see fields.h.  Order here is order in a line (doc/records.md). */
#include "record/fields.h"

#include <stdint.h>
#include <string.h>

#include "sipwhy/record.h"

#define FIELD(m)                                                                                                       \
	{                                                                                                              \
#m, offsetof(struct event, m), RECORD_TEXT_MAX                                                         \
	}

const struct fields_text fields_event_text[] = {
	FIELD(method),
	FIELD(phrase),
	FIELD(peer),
	FIELD(peer_name),
	FIELD(src),
	FIELD(dst),
	FIELD(said_by),
	FIELD(said_phrase),
	FIELD(from),
	FIELD(to),
	FIELD(call_id),
	FIELD(agent),
	FIELD(user_agent),
	FIELD(reason),
	FIELD(warning),
	FIELD(retry_after),
	FIELD(detail),
	FIELD(needs),
	FIELD(leg),
	FIELD(explain),
	FIELD(source),
	FIELD(tap),
	FIELD(stamp),
	{ "raw", offsetof(struct event, raw), EVENT_RAW_MAX },
	{ NULL, 0, 0 },
};

#undef FIELD
#define FIELD(m)                                                                                                       \
	{                                                                                                              \
#m, offsetof(struct event, m)                                                                          \
	}

const struct fields_flag fields_event_flag[] = {
	FIELD(partial),
	FIELD(cut),
	FIELD(recovered),
	FIELD(in_call),
	FIELD(auth),
	FIELD(rang),
	FIELD(orphan),
	FIELD(ack_missing),
	FIELD(statement),
	{ NULL, 0 },
};

#undef FIELD
#define FIELD(m)                                                                                                       \
	{                                                                                                              \
#m, offsetof(struct notice, m), RECORD_TEXT_MAX                                                        \
	}

const struct fields_text fields_notice[] = {
	FIELD(kind),
	FIELD(means),
	FIELD(method),
	FIELD(peer),
	FIELD(user),
	FIELD(call_id),
	FIELD(source),
	FIELD(stamp),
	FIELD(text),
	{ NULL, 0, 0 },
};

#undef FIELD
#define FIELD(m)                                                                                                       \
	{                                                                                                              \
#m, offsetof(struct callmsg, m), RECORD_TEXT_MAX                                                       \
	}

const struct fields_text fields_message[] = {
	FIELD(method),
	FIELD(phrase),
	FIELD(src),
	FIELD(dst),
	FIELD(call_id),
	{ "raw", offsetof(struct callmsg, raw), CALLMSG_BYTES_MAX },
	{ NULL, 0, 0 },
};

#undef FIELD
#define FIELD(m)                                                                                                       \
	{                                                                                                              \
#m, offsetof(struct goodcall, m), RECORD_TEXT_MAX                                                      \
	}

const struct fields_text fields_good[] = {
	FIELD(method),
	FIELD(call_id),
	FIELD(from),
	FIELD(to),
	FIELD(peer),
	FIELD(source),
	{ NULL, 0, 0 },
};

#undef FIELD
#define FIELD(m)                                                                                                       \
	{                                                                                                              \
#m, offsetof(struct source_stat, m)                                                                    \
	}

const struct fields_count fields_source[] = {
	FIELD(frames),
	FIELD(bytes),
	FIELD(filtered_input),
	FIELD(skipped),
	FIELD(truncated),
	FIELD(tcp_gaps),
	FIELD(tcp_oversize),
	FIELD(done),
	FIELD(total),
	FIELD(buffer),
	FIELD(tunnels),
	FIELD(hep),
	FIELD(hep_other),
	FIELD(hep_left),
	FIELD(hep_clock),
	FIELD(tls),
	FIELD(messages),
	FIELD(statements),
	FIELD(notices),
	FIELD(cut),
	FIELD(again),
	FIELD(quiet),
	FIELD(long_records),
	FIELD(rotations),
	FIELD(forgotten),
	FIELD(senders),
	FIELD(connected),
	FIELD(refused),
	FIELD(closed),
	FIELD(bad_frames),
	FIELD(no_year),
	FIELD(no_zone),
	FIELD(no_date),
	FIELD(no_time),
	{ NULL, 0 },
};

const struct fields_count fields_source_drops[] = {
	{ "kernel", offsetof(struct source_stat, kernel_drops) },
	{ "interface", offsetof(struct source_stat, if_drops) },
	{ NULL, 0 },
};

#undef FIELD
#define FIELD(m)                                                                                                       \
	{                                                                                                              \
#m, offsetof(struct counts, m)                                                                         \
	}

const struct fields_count fields_counts[] = {
	FIELD(retransmissions),
	FIELD(copies),
	FIELD(malformed),
	FIELD(partial),
	FIELD(events),
	FIELD(recovered),
	{ NULL, 0 },
};

#undef FIELD

const char *const fields_type[RECORD_TYPE_N] = {
	[RECORD_HELLO] = "hello",
	[RECORD_TICK] = "tick",
	[RECORD_EVENT] = "event",
	[RECORD_UPDATE] = "update",
	[RECORD_INCIDENT] = "incident",
	[RECORD_NOTICE] = "notice",
	[RECORD_SOURCE] = "source",
	[RECORD_BYE] = "bye",
	[RECORD_MESSAGE] = "message",
	[RECORD_GOOD] = "good",
};

unsigned
fields_method(const char *name)
{
	for (unsigned m = 0; m < METHOD_N; m++)
		if (strcmp(name, sip_method_name((enum sip_method)m)) == 0)
			return m;
	return METHOD_OTHER;
}
