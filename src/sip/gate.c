/*
 * gate - the first look at bytes that may be SIP (RFC 3261 7.1, 7.2).
 * The one thing to know: it says yes to whatever has the shape of a SIP start line, right or wrong; sip_parse
 * decides between decoded and malformed.
 */
#include <string.h>

#include "sip/startline.h"

/* A request line of which the end is missing is believed when its URI has a scheme of telephony. */
static bool
gate_cut_request(struct slice s)
{
	struct slice method = slice_cut(&s, ' ');

	return method.n > 0 && method.n <= 32 &&
	    (slice_istarts(s, slice_str("sip:")) || slice_istarts(s, slice_str("sips:")) ||
		slice_istarts(s, slice_str("tel:")));
}

bool
sip_gate(struct slice bytes)
{
	struct slice s = startline_skip(bytes), line = s;
	struct startline sl;
	const char *end, *cr;

	if (startline_is_response(s))
		return true;
	/* A method starts with a letter, so most of what is not SIP ends here. */
	if (s.n == 0 || (s.p[0] | 32) < 'a' || (s.p[0] | 32) > 'z' || !memchr(s.p, ' ', s.n < 33 ? s.n : 33))
		return false;
	end = memchr(s.p, '\n', s.n);
	if (end)
		line.n = (size_t)(end - s.p);
	cr = memchr(s.p, '\r', line.n);
	if (cr)
		line.n = (size_t)(cr - s.p);
	if (startline_request(line, &sl) != SIP_NOT_SIP)
		return true;
	return !end && !cr && gate_cut_request(s);
}
