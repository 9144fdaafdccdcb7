/*
 * method - the methods of the IANA registry (RFC 3261 7.1 and the RFCs that add to it).
 * The one thing to know: methods are case-sensitive, "invite" is METHOD_OTHER.
 */
#include <string.h>

#include "sipwhy/sipmsg.h"

static const struct {
	const char *name;
	size_t n;
} method_names[METHOD_N] = {
	[METHOD_INVITE] = { "INVITE", 6 },
	[METHOD_ACK] = { "ACK", 3 },
	[METHOD_BYE] = { "BYE", 3 },
	[METHOD_CANCEL] = { "CANCEL", 6 },
	[METHOD_OPTIONS] = { "OPTIONS", 7 },
	[METHOD_REGISTER] = { "REGISTER", 8 },
	[METHOD_PRACK] = { "PRACK", 5 },
	[METHOD_SUBSCRIBE] = { "SUBSCRIBE", 9 },
	[METHOD_NOTIFY] = { "NOTIFY", 6 },
	[METHOD_PUBLISH] = { "PUBLISH", 7 },
	[METHOD_INFO] = { "INFO", 4 },
	[METHOD_REFER] = { "REFER", 5 },
	[METHOD_MESSAGE] = { "MESSAGE", 7 },
	[METHOD_UPDATE] = { "UPDATE", 6 },
	[METHOD_OTHER] = { "OTHER", 5 },
	[METHOD_NONE] = { "-", 1 },
};

const char *
sip_method_name(enum sip_method m)
{
	if ((unsigned)m >= METHOD_N)
		return "-";
	return method_names[m].name;
}

enum sip_method
sip_method_find(struct slice token)
{
	if (token.n == 0)
		return METHOD_NONE;
	for (unsigned m = 0; m < METHOD_OTHER; m++) {
		if (method_names[m].n == token.n && memcmp(method_names[m].name, token.p, token.n) == 0)
			return (enum sip_method)m;
	}
	return METHOD_OTHER;
}
