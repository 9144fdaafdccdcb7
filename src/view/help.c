/*
 * help - the keys of the view below, from its own table, and what the figures and words mean.
 */
#include <stdio.h>
#include <string.h>

#include "view_int.h"

enum { HELP_KEYS = 40, HELP_KEY = 14, HELP_COLUMN = 40, HELP_TWO_COLS = 78 };

static const struct view_key help_keys[] = {
	VIEW_PAGE_KEYS("last line"),
	{ ACTION_BACK, { UI_KEY_ESC, 'q', UI_KEY_ENTER, UI_KEY_BACKSPACE }, "Esc q", "close this page", "Esc", "Back",
	    255 },
};

static const struct {
	const char *word, *text;
	enum ui_role role;
} help_words[] = {
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
	{ "refused", "connections and messages of senders that a receiver turned away; 6 shows them", ROLE_TEXT },
	{ "waiting", "followed logs that are not there, or cannot be opened, now; 6 shows which", ROLE_TEXT },
	{ "notices",
	    "lines of a log that tell of a failure without its code: listed apart (8), never counted as responses",
	    ROLE_TEXT },
	{ "statements", "lines of a log that name a code, where the log does not have the SIP message", ROLE_TEXT },
	{ "Time in log", "of an event from a log: the time as the log has it; - is what the log does not tell",
	    ROLE_TEXT },
	{ "folded", "failures counted but not listed one by one, because too many came at once", ROLE_TEXT },
	{ "pushed out", "failures no longer listed: only the newest are kept; counters keep all", ROLE_TEXT },
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

/* Two entries a line where there is room. */
static void
help_keys_write(struct page *p, const struct view_key *table, size_t n_table)
{
	struct view_key keys[HELP_KEYS];
	bool two = canvas_cols(p->c) >= HELP_TWO_COLS;
	size_t n = 0, half;

	for (size_t i = 0; i < n_table && n < HELP_KEYS; i++)
		if (table[i].help != NULL)
			keys[n++] = table[i];
	half = two ? (n + 1) / 2 : n;

	for (size_t i = 0; i < half; i++) {
		char text[160], key[32], other[32];
		bool right = two && i + half < n;

		(void)snprintf(key, sizeof key, "%s", keys[i].shown);
		(void)snprintf(other, sizeof other, "%s", right ? keys[i + half].shown : "");
		if (two)
			(void)snprintf(text, sizeof text, "%-*s%-*s%-*s%s", HELP_KEY, key, HELP_COLUMN - HELP_KEY,
			    keys[i].help, HELP_KEY, other, right ? keys[i + half].help : "");
		else
			(void)snprintf(text, sizeof text, "%-*s%s", HELP_KEY, key, keys[i].help);
		page_text(p, ROLE_TEXT, 1, HELP_KEY + 1, slice_str(text));
	}
}

static void
help_page(struct page *p, const void *what)
{
	const struct view_ops *about = what;
	char title[64];
	size_t n;
	const struct view_key *common = viewer_common_keys(&n);

	(void)snprintf(title, sizeof title, "Keys: %s", about->title);
	page_frame(p, title);
	help_keys_write(p, about->keys, about->n_keys);
	page_frame(p, "Keys everywhere");
	help_keys_write(p, common, n);
	page_frame(p, "Words and figures");
	for (size_t i = 0; i < sizeof help_words / sizeof help_words[0]; i++)
		page_label(p, help_words[i].word, help_words[i].role, slice_str(help_words[i].text));
}

static void
help_draw(struct viewer *v, void *state, struct canvas *c)
{
	const struct view_ops *about = v->stack[v->depth > 1 ? v->depth - 2 : 0].ops;
	int rows = canvas_rows(c), head = rows >= VIEW_ROWS_MIN ? 1 : 0, foot = head;
	struct page p;

	page_show(&p, c, head, rows - head - foot, state, help_page, about);
	if (head == 0)
		return;
	view_status_line(v, c, 0, (struct view_follow){ .shown = false });
	view_key_bar(v, c, rows - 1);
	if (canvas_cols(c) >= HELP_TWO_COLS)
		page_place_draw(&p, c, rows - 1, ROLE_BAR);
}

static enum command
help_key(struct viewer *v, void *state, enum view_action action)
{
	if (!page_move(state, action) && action == ACTION_BACK)
		viewer_pop(v);
	return COMMAND_NONE;
}

const struct view_ops view_help = {
	.name = "help",
	.title = "Help",
	.keys = help_keys,
	.n_keys = sizeof help_keys / sizeof help_keys[0],
	.state_size = sizeof(struct page_scroll),
	.draw = help_draw,
	.key = help_key,
};
