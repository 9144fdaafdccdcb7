/*
 * overview_empty - why nothing is shown yet, and what to do about it.  A blank page would leave three readings
 * open: all is well, nothing arrives, or something is broken; each has its own words here.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/timefmt.h"
#include "overview.h"

/* Groups of notices that are named at most, and rows of a canvas that give them room. */
enum { EMPTY_GROUPS = 4, EMPTY_FEW_ROWS = 14, EMPTY_MANY_ROWS = 20, EMPTY_SINCE_S = 10 };
/* What all choices of a first start, and a note beside a figure, need. */
enum { EMPTY_CHOICE_ROWS = 17, EMPTY_NOTE_COLS = 60 };

/* What the sources have seen, summed.  logs: how many of them are logs. */
struct empty_sum {
	uint64_t frames, sip, not_sip, filtered, malformed, dropped;
	uint64_t requests, responses, found, notices, refused, closed;
	size_t sources, logs, mirrors; /* mirrors: receivers that are no logs */
	struct store_status st;
};

static void
empty_sum(const struct store *s, struct empty_sum *sum)
{
	*sum = (struct empty_sum){ .sources = store_source_count(s) };
	store_status(s, &sum->st);
	sum->requests = counts_requests(store_counts(s));
	sum->responses = counts_responses(store_counts(s));
	sum->notices = store_notice_total(s);
	for (size_t i = 0; i < sum->sources; i++) {
		const struct source_stat *src = &store_source_at(s, i)->stat;
		bool log = view_source_is_log(src);

		sum->logs += log;
		sum->mirrors += !log && view_source_listens(src);
		sum->frames += src->frames;
		/* Packets that carried SIP, messages and statements of logs. */
		sum->found += log ? src->messages + src->statements : src->verdict[WIRE_SIP];
		sum->sip += src->verdict[WIRE_SIP];
		sum->not_sip += src->verdict[WIRE_NOT_SIP];
		sum->filtered += src->verdict[WIRE_FILTERED] + src->filtered_input;
		sum->malformed += src->verdict[WIRE_MALFORMED];
		sum->dropped += src->verdict[WIRE_DROPPED];
		sum->refused += src->refused;
		sum->closed += src->closed;
	}
}

static void
empty_figure(struct page *p, const char *what, uint64_t n, const char *note)
{
	char number[32], text[160];

	(void)snprintf(text, sizeof text, "  %-22s %11s   %s", what, view_number(number, sizeof number, n, 11), note);
	page_text(p, ROLE_TEXT, 2, 4, slice_str(text));
}

static void
empty_figures(struct page *p, const struct empty_sum *sum)
{
	const char *seen = sum->logs == 0 ? "frames seen"
	    : sum->logs == sum->sources   ? "lines seen"
					  : "frames and lines";

	empty_figure(p, seen, sum->frames,
	    sum->frames == 0 && sum->refused + sum->closed > 0 ? "what comes is turned away"
		: sum->frames == 0                             ? "nothing arrives at all"
		: p->width >= EMPTY_NOTE_COLS                  ? "bytes do arrive"
							       : "");
	if (sum->filtered > 0)
		empty_figure(p, "hidden by the filter", sum->filtered, "");
	if (sum->not_sip > 0)
		empty_figure(p, "not SIP", sum->not_sip, "");
	if (sum->malformed > 0)
		empty_figure(p, "malformed", sum->malformed, "look like SIP and are not");
	if (sum->dropped > 0)
		empty_figure(
		    p, "given up", sum->dropped, sum->logs > 0 ? "for lack of room" : "cut, or fragments missing");
	if (sum->refused > 0)
		empty_figure(p, "senders refused", sum->refused, "not in --allow, or too many: 6");
	if (sum->closed > 0)
		empty_figure(p, "connections ended", sum->closed, "from here: framing or TLS: 6");
	if (sum->notices > 0)
		empty_figure(p, "notices", sum->notices, "no code in them: 8");
	if (sum->logs > 0 && sum->logs == sum->sources && sum->found == 0) {
		empty_figure(p, "SIP messages", 0, "");
		return;
	}
	empty_figure(p, "SIP requests", sum->requests, "");
	empty_figure(p, "SIP responses", sum->responses, "");
}

static void
empty_advice(struct page *p, const char *const *lines)
{
	page_blank(p);
	for (; *lines != NULL; lines++) {
		page_text(p, ROLE_TEXT_DIM, 2, 4, slice_str(*lines));
	}
}

static void
empty_sentences(struct page *p, const struct store *s)
{
	for (size_t i = 0; i < store_source_count(s); i++) {
		const struct store_source *src = store_source_at(s, i);
		char text[400];

		if (src->stat.turned_away[0] != '\0') {
			(void)snprintf(
			    text, sizeof text, "%s: turned away last: %s", src->stat.name, src->stat.turned_away);
			page_text(p, ROLE_TEXT, 2, 4, slice_str(text));
		}
		if (src->sentence[0] == '\0')
			continue;
		(void)snprintf(text, sizeof text, "%s: %s", src->stat.name, src->sentence);
		page_text(p, ROLE_TEXT, 2, 4, slice_str(text));
	}
}

/* What most notices are, and what that means: of a log without codes this is the answer. */
static void
empty_groups(struct page *p, const struct store *s, size_t n)
{
	struct store_notice_group row[EMPTY_GROUPS];
	struct slice before = slice_str("");

	n = store_notice_groups(s, row, n < EMPTY_GROUPS ? n : EMPTY_GROUPS);
	for (size_t i = 0; i < n; i++) {
		const struct notice *newest = notice_list_find(store_notices(s), row[i].newest);
		char text[512], count[32], last[16];

		(void)snprintf(text, sizeof text, "%6s x %s%s%s, last %s",
		    view_number(count, sizeof count, row[i].count, 6), row[i].kind,
		    row[i].peer[0] != '\0' ? " from " : "", row[i].peer,
		    timefmt_clock(last, sizeof last, row[i].last_ns));
		page_text(p, ROLE_TEXT, 2, 11, slice_str(text));
		if (newest == NULL || slice_eq(newest->means, before))
			continue;
		before = newest->means;
		if (before.n > 0)
			page_text(p, ROLE_TEXT_DIM, 11, 11, before);
	}
}

static void
empty_good(struct page *p, const struct store *s, const struct empty_sum *sum)
{
	char n[32], text[160];

	(void)snprintf(text, sizeof text, "%so failure among %s response%s.", sum->notices > 0 ? "N" : "Good news: n",
	    view_number(n, sizeof n, sum->responses, 13), sum->responses == 1 ? "" : "s");
	page_text(p, sum->notices > 0 ? ROLE_TEXT_STRONG : ROLE_CLASS_2XX, 2, 2, slice_str(text));
	page_text(p, ROLE_TEXT_DIM, 2, 2,
	    slice_str(sum->st.ended ? "That is all there was to read.  q quits."
				    : "The first final response of 400 or above will stand here."));
	if (sum->notices == 0)
		return;
	page_blank(p);
	page_text(
	    p, ROLE_TEXT, 2, 2, slice_str("But lines of the log tell of failures without a code.  8 shows them:"));
	empty_groups(p, s, EMPTY_GROUPS);
}

/* By the first source: who reads several knows what they are. */
static const char *const *
empty_log_advice(const struct store *s)
{
	static const char *const follow[] = {
		"- Does the PBX write to this file now?  It is read from its end on; --from-start reads all of it.",
		"- A quiet PBX: make a test call.",
		NULL,
	};
	static const char *const syslog[] = {
		"- Does the PBX send its syslog to this address and port?",
		"- Without an address -S hears this machine only: -S udp:0.0.0.0:5514 --allow PBX hears others.",
		"- A quiet PBX: make a test call, or say: logger -n 127.0.0.1 -P PORT -d hello",
		NULL,
	};

	return strcmp(store_source_at(s, 0)->stat.kind, "syslog") == 0 ? syslog : follow;
}

/* By tens of seconds, later by minutes: a screen that waits costs the line to it next to nothing. */
static void
empty_since(const struct store *s, const struct empty_sum *sum, char *out, size_t cap)
{
	int64_t age = (store_now(s) - sum->st.start_ns) / NS_PER_S;

	if (sum->st.start_ns == 0 || age < EMPTY_SINCE_S)
		(void)snprintf(out, cap, "yet");
	else if (age < 120)
		(void)snprintf(out, cap, "for %d s", (int)(age / 10 * 10));
	else
		(void)snprintf(out, cap, "for %d min", (int)(age / 60));
}

static void
empty_waiting(struct page *p, const struct store *s, const struct empty_sum *sum)
{
	static const char *const advice[] = {
		"What is usual here:",
		"- SIP on another port: a filter on the command line may be too narrow.",
		"- The mirror port or the interface does not carry the PBX's SIP.  Try: tcpdump -ni any port 5060",
		"- TLS or WSS: packets cannot be read.  Read the PBX's log instead: --follow FILE",
		"- The mirror sends one direction only: requests are counted above, if any.",
		"- A quiet PBX: make a test call, or look at sipwhy --demo in another window.",
		NULL,
	};
	static const char *const mirror[] = {
		"What is usual here:",
		"- Does the PBX send its HEP, or the router its TZSP, to this address and port, by UDP or TCP as here?",
		"- Without an address -L hears this machine only: -L udp:0.0.0.0:9060 --allow PBX hears others.",
		"- Turned away (6 shows how many): who sends is not in --allow, or the key is another one.",
		"- A quiet PBX: make a test call.  What to switch on over there: sipwhy --howto hep",
		NULL,
	};
	char since[48], text[96];

	empty_since(s, sum, since, sizeof since);
	if (sum->st.live && strcmp(since, "yet") != 0)
		(void)snprintf(text, sizeof text, "Listening.  No SIP response has been seen %s.", since);
	else
		(void)snprintf(text, sizeof text, "%s",
		    sum->st.live ? "Listening.  No SIP response has been seen yet."
				 : "Reading.  No SIP response so far.");
	page_text(p, ROLE_TEXT_STRONG, 2, 2, slice_str(text));
	page_blank(p);
	empty_figures(p, sum);
	empty_sentences(p, s);
	if (!sum->st.live)
		return;
	if (sum->logs == sum->sources)
		empty_advice(p, empty_log_advice(s));
	else if (sum->mirrors == sum->sources)
		empty_advice(p, mirror);
	else
		empty_advice(p, advice);
}

/* The same where there is no room for more than what to type. */
static void
empty_refused_small(struct page *p, const struct store *s)
{
	static const char *const choices[] = { "1 setcap cap_net_raw+ep PATH-OF-sipwhy", "2 sudo sipwhy -d INTERFACE",
		"3 sipwhy -L udp:... --allow PBX", "4 sipwhy --follow LOG-OF-PBX", "5 sipwhy --demo" };

	page_text(p, ROLE_STATE_CRIT, 1, 1, slice_str(store_source_at(s, 0)->sentence));
	for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++)
		page_text(p, ROLE_TEXT, 1, 3, slice_str(choices[i]));
}

/* Nothing may be captured: the exact words, and the ways out. */
static void
empty_refused(struct page *p, const struct viewer *v)
{
	static const char *const choices[] = {
		"1  Let this program capture, once, as root; then start it again without root:",
		"     setcap cap_net_raw+ep $(command -v sipwhy)",
		"2  Run it as root; it gives root up once the interface is open:",
		"     sudo sipwhy -d INTERFACE",
		"3  No root at all: let the PBX send its SIP here by HEP, port 9060:",
		"     sipwhy -L udp:0.0.0.0:9060 --allow ADDRESS-OF-PBX",
		"4  No root at all: read the log that the PBX writes already:",
		"     sipwhy --follow /var/log/asterisk/full",
		"5  Look around with made-up calls:",
		"     sipwhy --demo",
	};
	const struct store *s = v->store;
	const char *name = store_source_at(s, 0)->stat.name;
	char text[160], others[200] = "";

	if (p->height < EMPTY_CHOICE_ROWS) {
		empty_refused_small(p, s);
		return;
	}
	(void)snprintf(text, sizeof text, "Nothing to read yet: capture on %.60s was refused.", name);
	page_text(p, ROLE_TEXT_STRONG, 2, 2, slice_str(text));
	page_blank(p);
	for (size_t i = 0; i < store_source_count(s); i++)
		page_text(p, ROLE_STATE_CRIT, 4, 4, slice_str(store_source_at(s, i)->sentence));
	page_blank(p);
	page_text(p, ROLE_TEXT, 2, 2, slice_str("Choose one:"));
	for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++)
		page_text(p, i % 2 == 0 ? ROLE_TEXT : ROLE_TEXT_KEY, i % 2 == 0 ? 2 : 7, 5,
		    slice_str(choices[i] + (i % 2) * 5));
	if (v->cfg->value != NULL && v->cfg->value(v->cfg->value_ctx, "interfaces", others, sizeof others) != NULL &&
	    others[0] != '\0') {
		char line[240];

		page_blank(p);
		(void)snprintf(line, sizeof line, "Other interfaces here: %s", others);
		page_text(p, ROLE_TEXT, 2, 4, slice_str(line));
	}
	page_blank(p);
	page_text(p, ROLE_TEXT_DIM, 2, 2, slice_str("1-5 shows more   d demo now   r try again   q quit"));
}

bool
overview_refused(const struct viewer *v)
{
	size_t n = store_source_count(v->store);

	for (size_t i = 0; i < n; i++) {
		const struct source_stat *s = &store_source_at(v->store, i)->stat;

		if (strcmp(s->state, "failed") != 0 || strcmp(s->kind, "live") != 0 || s->frames > 0)
			return false;
	}
	return n > 0 && overview_is_empty(v);
}

const char *
overview_refused_more(unsigned choice)
{
	static const char *const more[] = { "", "1: again after each upgrade; getcap shows it, setcap -r takes it back",
		"2: with -p FILE as well the capture can be kept for later",
		"3: sipwhy --howto hep has the lines for your PBX; --allow keeps strangers out",
		"4: pjsip set logger on (or sip set debug on) writes the SIP messages into it; --from-start reads all",
		"5: d does that now; nothing of this machine is read then" };

	return choice < sizeof more / sizeof more[0] ? more[choice] : "";
}

bool
overview_is_empty(const struct viewer *v)
{
	const struct store *s = v->store;

	return counts_responses(store_counts(s)) == 0 && store_event_total(s) == 0 && incidents_count(s) == 0 &&
	    store_looking(s) == 0;
}

static void
empty_ended(struct page *p, const struct store *s, const struct empty_sum *sum)
{
	static const char *const advice[] = {
		"- Is it the right file, taken on the PBX's SIP side?",
		"- TLS and WSS cannot be read from a capture.",
		"- A filter on the command line may be too narrow.",
		NULL,
	};

	page_text(p, ROLE_TEXT_STRONG, 2, 2, slice_str("The end: there was no SIP response in it.  q quits."));
	page_blank(p);
	empty_figures(p, sum);
	empty_sentences(p, s);
	empty_advice(p, advice);
}

/* A log that was read and shows no SIP: what it has instead, and what would make it tell more. */
static void
empty_log(struct page *p, const struct store *s, const struct empty_sum *sum)
{
	static const char *const advice[] = {
		"Let the PBX write its SIP messages, then the codes are counted here:",
		"- Asterisk, pjsip: pjsip set logger on   (logger.conf: verbose in that file)",
		"- Asterisk, chan_sip: sip set debug on   (the same)",
		"- FreeSWITCH: sofia global siptrace on",
		"- Kamailio, OpenSIPS: acc lines name codes; sipdump or tracer has all",
		NULL,
	};

	char text[128];
	bool high = p->height >= EMPTY_MANY_ROWS;

	(void)snprintf(text, sizeof text, "There is no SIP text in this log%s, %s", sum->st.ended ? "" : " so far",
	    sum->notices > 0 ? "only notices.  8 shows them:" : "nor a line that names a code.");
	page_text(p, ROLE_TEXT_STRONG, 2, 2, slice_str(text));
	if (sum->notices > 0)
		empty_groups(p, s, EMPTY_GROUPS - !high - (p->height < EMPTY_FEW_ROWS));
	if (sum->notices == 0 || high || sum->refused + sum->closed > 0) {
		page_blank(p);
		empty_figures(p, sum);
	}
	empty_sentences(p, s);
	empty_advice(p, advice);
	if (sum->st.ended)
		page_text(p, ROLE_TEXT_DIM, 2, 2, slice_str("That is all there was to read.  q quits."));
}

/* Nothing but logs, of which something was read, and no SIP in them. */
static bool
empty_is_log(const struct empty_sum *sum)
{
	return sum->frames > 0 && sum->logs == sum->sources && sum->found == 0 &&
	    (sum->st.ended || sum->st.live || sum->notices > 0);
}

void
overview_empty_draw(const struct viewer *v, struct canvas *c, int row, int height)
{
	struct empty_sum sum;
	struct page p;

	empty_sum(v->store, &sum);
	page_begin(&p, c, row, height, 0);
	if (height > 8)
		page_blank(&p);
	if (sum.responses > 0)
		empty_good(&p, v->store, &sum);
	else if (empty_is_log(&sum))
		empty_log(&p, v->store, &sum);
	else if (sum.st.ended)
		empty_ended(&p, v->store, &sum);
	else if (overview_refused(v))
		empty_refused(&p, v);
	else if (!sum.st.engine_alive)
		page_text(&p, ROLE_TEXT_STRONG, 2, 2, slice_str("The engine is not running yet; nothing is read."));
	else if (store_source_count(v->store) == 0)
		page_text(&p, ROLE_TEXT_STRONG, 2, 2, slice_str("Starting: no source has answered yet."));
	else
		empty_waiting(&p, v->store, &sum);
}
