/*
 * help_words - the pages of codes, and of colours, signs and words; see help_int.h.
 * One thing to know: colours are shown by the roles themselves, so the page tells what this terminal makes of them.
 */
#include <stdio.h>
#include <string.h>

#include "help_int.h"

enum { WORDS_TEXT = 15, WORDS_CODE = 36 };

static const struct {
	const char *word, *text;
	enum ui_role role;
} words_list[] = {
	{ "1xx", "progress: the request is being worked on", ROLE_CLASS_1XX },
	{ "2xx", "success", ROLE_CLASS_2XX },
	{ "3xx", "redirect: try elsewhere", ROLE_CLASS_3XX },
	{ "4xx", "the request was refused by this server", ROLE_CLASS_4XX },
	{ "5xx", "the server failed", ROLE_CLASS_5XX },
	{ "6xx", "refused everywhere", ROLE_CLASS_6XX },
	{ "---", "silence: no final answer within 64*T1, which is 32 s", ROLE_CLASS_SILENCE },
	{ "failures",
	    "attempts that failed, each once: repeats, copies, relays and tries are one; challenges answered and "
	    "calls that their caller cancelled are none",
	    ROLE_TEXT_STRONG },
	{ "recovered", "it worked after all, over another way or in a later try; no failure any more", ROLE_TEXT_DIM },
	{ "in call", "a request inside a call failed, such as BYE or a new offer; the call itself had been set up",
	    ROLE_TEXT_DIM },
	{ "no ACK", "the call was answered, and the answer was never acknowledged", ROLE_TEXT_DIM },
	{ "x7", "the answer was seen seven times: sent again, or seen at several places", ROLE_TEXT_DIM },
	{ "first lines",
	    "the commonest failure of the last minute (of a file: of all of it) and what it means; what happened "
	    "in calls, and busy lines and the like, only when there is nothing else.  since: "
	    "its first of a series without a pause of 5 minutes",
	    ROLE_TEXT },
	{ "! - i", "an incident: error or critical, warning, notice.  While any goes on, they come first",
	    ROLE_STATE_CRIT },
	{ "TOTAL", "responses since the start, as captured or logged, repeats and copies included", ROLE_TEXT },
	{ "/s", "a second, over the last minute", ROLE_TEXT },
	{ "share", "of all responses since the start", ROLE_TEXT },
	{ "INVITE ... /s",
	    "calls tried, retries and challenges taken off, over the window: 1, 5 or 15 minutes, or all so far.  "
	    "Ratios over fewer than 20 calls are dim; - is not known",
	    ROLE_TEXT },
	{ "ASR ABR", "answered, of calls that got any response; of all calls offered (ITU-T E.411)", ROLE_TEXT },
	{ "NER",
	    "the network did its part (answered, busy, no answer, refused by the user), of those with a response "
	    "(E.425)",
	    ROLE_TEXT },
	{ "SER SEER",
	    "answered, of calls without redirects and challenges; SEER takes 480, 486, 600 and 603 as good (RFC 6076)",
	    ROLE_TEXT },
	{ "ISA", "408, 500, 503, 504 or silence, of all calls (RFC 6076)", ROLE_TEXT },
	{ "PDD SRD RRD",
	    "time until it rings, until the first sign of the last try, until a registration is confirmed; half "
	    "were faster than p50, 95 % than p95",
	    ROLE_TEXT },
	{ "REG", "registrations that were accepted, of all that were tried", ROLE_TEXT },
	{ "repeats", "requests that were sent again, of all", ROLE_TEXT },
	{ "top lists", "failures since the start; busy lines and the like in dim", ROLE_TEXT },
	{ "groups",
	    "failures with one code, cause or phrase, method, peer and direction.  N: new in this run; d: done "
	    "with, until it comes again after 5 minutes of quiet; M: muted.  ~: about",
	    ROLE_TEXT },
	{ "loss",
	    "packets, lines or records that never got here whole: kernel, interface, reassembly, broken framing, lines "
	    "too long, engine, stream; 6 shows where",
	    ROLE_TEXT },
	{ "refused",
	    "connections and messages of senders that a receiver turned away; 6 shows who it was last, and why",
	    ROLE_TEXT },
	{ "waiting", "followed logs that are not there, or cannot be opened, now; 6 shows which", ROLE_TEXT },
	{ "notices",
	    "lines of a log that tell of a failure without its code: listed apart (8), never counted as responses",
	    ROLE_TEXT },
	{ "statements", "lines of a log that name a code, where the log does not have the SIP message", ROLE_TEXT },
	{ "Time in log", "of an event from a log: the time as the log has it; - is what the log does not tell",
	    ROLE_TEXT },
	{ "folded",
	    "failures counted but not listed one by one, because too many came at once.  +9 more 503: failures of the "
	    "last second without room on the page, while the list follows what comes",
	    ROLE_TEXT },
	{ "pushed out",
	    "failures no longer listed: only the newest are kept (-l); counters keep all.  of the 10,000 kept: counted "
	    "among those, as groups by a field are and all that has a filter; peers (4) without one are told whole",
	    ROLE_TEXT },
	{ "peer",
	    "the other side's address: < the peer said no, > this machine said no to it.  Without a mark neither end "
	    "is known to be this machine, and the peer is who said no.  Of a log this machine is the one that wrote it",
	    ROLE_TEXT },
	{ "LIVE FILE", "reads traffic as it comes; reads a file.  ENDED: all is read", ROLE_TEXT },
	{ "follow", "the cursor stays on the newest failure; moving up ends that, G or A goes on.  +4 new: came since",
	    ROLE_TEXT },
	{ "PAUSED", "the screen stands still, counting goes on; p shows what came", ROLE_TEXT },
	{ "lag", "how far the screen is behind the traffic", ROLE_TEXT },
	{ "503?", "decoded in part: the code is sure, other fields may be missing", ROLE_TEXT },
	{ "\\x1b <U+202E>", "bytes and characters that must not reach a terminal, written out", ROLE_TEXT },
	{ "~", "text was cut here; a wider window shows more", ROLE_TEXT },
};

void
help_codes_page(struct help_pen *p)
{
	int cols = canvas_cols(p->c), at = cols >= 76 ? WORDS_CODE : cols;
	size_t n, line = 0;
	const struct sip_code *codes = sip_codes(&n);

	help_put(p, line, 1, 3, ROLE_CLASS_SILENCE, "---");
	help_put(p, line++, 5, cols - 6, ROLE_TEXT, "silence: no final answer within 64*T1 (32 s)");
	for (size_t i = 0; i < n; i++) {
		const struct sip_class *cls = sip_class_find(codes[i].code);
		char text[8];

		if (cls != NULL && (i == 0 || codes[i].code / 100 != codes[i - 1].code / 100)) {
			(void)snprintf(text, sizeof text, "%uxx", codes[i].code / 100u);
			help_put(p, ++line, 1, 3, view_code_role(codes[i].code), text);
			help_put(p, line++, 5, cols - 6, ROLE_TEXT_STRONG, cls->name);
		}
		help_put(p, line, 1, 3, view_code_role(codes[i].code), view_code(text, sizeof text, codes[i].code));
		help_put(p, line, 5, at - 6, ROLE_TEXT, codes[i].phrase != NULL ? codes[i].phrase : "");
		if (at < cols)
			help_put(p, line, at, cols - at - 1, ROLE_TEXT_DIM,
			    codes[i].meaning != NULL ? codes[i].meaning : "");
		line++;
	}
}

/* Names of roles in their own colours, as many in a line as fit. */
static size_t
words_roles_put(struct help_pen *p, size_t line)
{
	int cols = canvas_cols(p->c), width = 22, each = cols / width > 0 ? cols / width : 1;

	for (unsigned r = 0; r < ROLE_N; r++)
		help_put(p, line + r / (unsigned)each, 1 + (int)(r % (unsigned)each) * width, width - 1,
		    (enum ui_role)r, ui_role_name((enum ui_role)r));
	return line + (ROLE_N + (unsigned)each - 1) / (unsigned)each;
}

static size_t
words_glyphs_put(struct help_pen *p, size_t line)
{
	static const uint64_t wave[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8 };
	int row = line >= p->top && line - p->top < (size_t)(p->height > 0 ? p->height : 0)
	    ? p->row + (int)(line - p->top)
	    : -1;

	help_put(p, line, 1, 40, ROLE_TEXT, "sparkline");
	help_put(p, line, 26, 40, ROLE_TEXT, "share of all");
	if (row >= 0) {
		spark_draw(p->c, row, 11, 9, ROLE_SPARK, wave, 9);
		meter_draw(p->c, row, 39, 12, ROLE_METER, 5, 8);
		canvas_fill(p->c, row, 54, 12, ROLE_FRAME, 0x2500);
	}
	return line + 1;
}

void
help_signs_page(struct help_pen *p)
{
	int cols = canvas_cols(p->c), hang = cols >= VIEW_COLS_MIN ? WORDS_TEXT + 1 : 3;
	char title[96];
	size_t line = 0;

	help_heading(p, line++, 1, cols - 2, "SIGNS");
	line = words_glyphs_put(p, line) + 1;
	help_heading(p, line++, 1, cols - 2, "WORDS AND FIGURES");
	for (size_t i = 0; i < sizeof words_list / sizeof words_list[0]; i++) {
		help_put(p, line, 1, hang - 2, words_list[i].role, words_list[i].word);
		line += help_wrap(p, line, hang, cols - hang - 1, ROLE_TEXT, words_list[i].text);
	}
	(void)snprintf(title, sizeof title, "COLOURS of the theme %s, by what they mean", p->v->theme->name);
	help_heading(p, ++line, 1, cols - 2, title);
	(void)words_roles_put(p, line + 1);
}
