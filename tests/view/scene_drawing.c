/*
 * scene_drawing - see scene_drawing.h.
 */
#include "scene_drawing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "sipwhy/timefmt.h"

/* ago: seconds before SCENE_NOW. */
static const struct {
	unsigned ago, code;
	int q850, warn;
	const char *phrase, *method, *peer, *from, *to;
	unsigned repeats;
	bool auth;
	const char *needs, *said_by;
	int setup_ms;
} drawing_rows[] = {
	{ 23, 486, -1, -1, "Busy Here", "INVITE", "carrier-a", "1052", "+442020011122", 0, false, "", "", 900 },
	{ 20, 503, 34, -1, "Service Unavailable", "INVITE", "wholesale-c", "1027", "+442063667109", 0, false, "", "",
	    72 },
	{ 19, 423, -1, -1, "Interval Too Brief", "REGISTER", "10.20.4.19", "1009", "1009", 1, false,
	    "Min-Expires: 3600", "", 4 },
	{ 17, 408, -1, -1, "Request Timeout", "INVITE", "trunk-de", "1051", "+493055530007", 0, false, "",
	    "10.20.0.10:5060", 5000 },
	{ 16, 503, -1, -1, "Service Unavailable", "INVITE", "wholesale-c", "1016", "+442067330777", 0, false, "", "",
	    72 },
	{ 15, 603, -1, -1, "Decline", "INVITE", "carrier-a", "1021", "+442008812345", 0, false, "", "", 2000 },
	{ 12, 404, 1, -1, "Not Found", "INVITE", "carrier-b", "1043", "+442067330181", 0, false, "", "", 80 },
	{ 12, 480, -1, -1, "Temporarily Unavailable", "INVITE", "carrier-a", "1054", "+442057917877", 0, false, "", "",
	    90 },
	{ 10, 503, -1, -1, "Service Unavailable", "INVITE", "wholesale-c", "1046", "+442018422000", 0, false, "", "",
	    72 },
	{ 9, 487, -1, -1, "Request Terminated", "INVITE", "carrier-b", "1033", "+442034841887", 0, false, "", "",
	    4000 },
	{ 8, 488, -1, 304, "media type", "INVITE", "carrier-a", "1034", "+442075201674", 0, false, "", "", 70 },
	{ 6, 0, -1, -1, "", "INVITE", "trunk-de", "1055", "+493055530001", 0, false, "", "", 32000 },
	{ 5, 503, 34, -1, "Service Unavailable", "INVITE", "wholesale-c", "1014", "+442033234300", 1, false, "", "",
	    72 },
	{ 3, 486, -1, -1, "Busy Here", "INVITE", "carrier-a", "1029", "+442089745048", 0, false, "", "", 800 },
	{ 3, 401, -1, -1, "Unauthorized", "REGISTER", "10.20.4.41", "1031", "1031", 6, true, "", "", 3 },
	{ 2, 404, 1, -1, "Not Found", "INVITE", "carrier-b", "1057", "+442038646352", 0, false, "", "", 70 },
	{ 1, 503, -1, -1, "Service Unavailable", "INVITE", "wholesale-c", "1003", "+442009375836", 0, false, "", "",
	    72 },
	{ 1, 503, -1, -1, "Service Unavailable", "INVITE", "wholesale-c", "1037", "+442066627625", 0, false, "", "",
	    72 },
};

void
scene_drawing_hello(struct scene *s)
{
	struct record r = {
		.type = RECORD_HELLO,
		.t_ns = SCENE_NOW,
		.host = "pbx-lon-1",
		.hello = { .version = "0.1.0",
		    .start_ns = SCENE_NOW - (3 * 86400 + 4 * 3600) * NS_PER_S,
		    .engine = 1,
		    .live = true },
	};

	assert_int_equal(store_apply(s->store, &r), 0);
	scene_source(s, "eth0", "reading", "capturing on eth0");
	store_advance(s->store, SCENE_NOW);
}

void
scene_drawing_events(struct scene *s)
{
	for (size_t i = 0; i < sizeof drawing_rows / sizeof drawing_rows[0]; i++) {
		struct event e = scene_failure(SCENE_NOW - (int64_t)drawing_rows[i].ago * NS_PER_S,
		    drawing_rows[i].code, drawing_rows[i].phrase, drawing_rows[i].peer);

		e.q850 = (int16_t)drawing_rows[i].q850;
		e.warn_code = (int16_t)drawing_rows[i].warn;
		e.method = slice_str(drawing_rows[i].method);
		e.from = slice_str(drawing_rows[i].from);
		e.to = slice_str(drawing_rows[i].to);
		e.repeats = drawing_rows[i].repeats;
		e.auth = drawing_rows[i].auth;
		e.needs = slice_str(drawing_rows[i].needs);
		e.said_by = slice_str(drawing_rows[i].said_by);
		e.src = slice_str(drawing_rows[i].said_by[0] != '\0' ? "203.0.113.9:5060" : "");
		e.setup_ms = drawing_rows[i].setup_ms;
		e.retry_after = slice_str(strcmp(drawing_rows[i].peer, "wholesale-c") == 0 ? "30" : "");
		e.source = slice_str("eth0");
		scene_put(s, &e);
	}
	store_advance(s->store, SCENE_NOW);
}

void
scene_drawing_wide(struct scene *s)
{
	static const unsigned agos[] = { 47, 46, 45, 42, 41, 39, 37, 36, 34, 32, 30, 29, 27, 26, 24, 20, 16, 10, 5, 1,
		1 };

	for (size_t i = 0; i < sizeof agos / sizeof agos[0]; i++) {
		unsigned code = i == 5 ? 502 : i == 11 ? 500 : 503;
		struct event e = scene_failure(SCENE_NOW - (int64_t)agos[i] * NS_PER_S, code,
		    code == 502       ? "Bad Gateway"
			: code == 500 ? "Server Internal Error"
				      : "Service Unavailable",
		    code == 503 ? "wholesale-c" : "carrier-a");
		bool last = i + 1 == sizeof agos / sizeof agos[0];

		e.q850 = (int16_t)(code == 503 && i % 3 == 0 ? 34 : -1);
		e.from = slice_str(last ? "1037" : "1014");
		e.to = slice_str("+442066627625");
		e.retry_after = slice_str("30");
		e.src = slice_str("203.0.113.40:5060");
		e.dst = slice_str("10.20.0.10:5060");
		e.setup_ms = 72;
		e.raw = slice_str("SIP/2.0 503 Service Unavailable\r\n"
				  "Via: SIP/2.0/UDP 10.20.0.10;branch=z9hG4bK8c38fb29\r\n"
				  "From: \"Ext 1037\" <sip:1037@pbx.example.net>;tag=i3\r\n"
				  "To: <sip:+442066627625@203.0.113.40>;tag=t3\r\n"
				  "Call-ID: 8c38fb290003@10.20.0.10\r\nCSeq: 1 INVITE\r\n"
				  "Server: Wholesale-C\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n");
		e.raw_len = (uint32_t)e.raw.n;
		scene_put(s, &e);
	}
	store_advance(s->store, SCENE_NOW);
}
