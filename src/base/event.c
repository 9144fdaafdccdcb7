/* event - names of an event's enums; see sipwhy/event.h. */
#include "sipwhy/event.h"

const char *
direction_name(enum direction d)
{
	static const char *const names[] = {
		[DIRECTION_UNKNOWN] = "-", [DIRECTION_SENT] = "sent", [DIRECTION_RECEIVED] = "received"
	};

	return (unsigned)d < sizeof names / sizeof names[0] ? names[d] : "-";
}
