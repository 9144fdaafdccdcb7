/*
 * detail_test - every row of the tables, as its product would send it: the detail view, the composed sentences and
 * --explain must all give the text made for the case.  And what stands on the first screenful.
 *
 * One rule is known where a row is not the headline: a Reason with a cause that says something goes first (reference:
 * decode order).  Even then meaning and check of the row must be told.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/explain.h"
#include "sip/tables.h"
#include "sipwhy/sip.h"
#include "sipwhy/store.h"
#include "sipwhy/term.h"
#include "sipwhy/timefmt.h"
#include "sipwhy/view.h"

enum { ROWS = 24, COLS = 80, HEAD = 2, FOOT = 2, PAGE_LINES = 1000, LINE_BYTES = 16384, FIELDS_MAX = 24 };

#define NOW (INT64_C(1795357927) * INT64_C(1000000000))

struct desk {
	struct store *store;
	struct viewer *viewer;
	struct canvas *canvas;
	struct theme theme;
};

static void
desk_open(struct desk *d, const struct event *ev)
{
	struct record hello = { .type = RECORD_HELLO,
		.t_ns = NOW,
		.host = "pbx",
		.hello = { .version = "0", .start_ns = NOW, .engine = 1, .live = true } };
	struct record r = { .type = RECORD_EVENT, .t_ns = NOW, .host = "pbx", .event = *ev };

	r.event.id = 1;
	r.event.t_ns = NOW;
	theme_default(&d->theme);
	d->store = store_new(NULL);
	assert_non_null(d->store);
	assert_int_equal(store_apply(d->store, &hello), 0);
	assert_int_equal(store_apply(d->store, &r), 0);
	d->canvas = canvas_new(ROWS, COLS);
	d->viewer = viewer_new(d->store, &d->theme, NULL);
	assert_non_null(d->canvas);
	assert_non_null(d->viewer);
	viewer_draw(d->viewer, d->canvas);
	(void)viewer_key(d->viewer, '\r');
	viewer_draw(d->viewer, d->canvas);
}

static void
desk_close(struct desk *d)
{
	viewer_free(d->viewer);
	canvas_free(d->canvas);
	store_free(d->store);
}

/* A row of the canvas as text without blanks at its end. */
static void
desk_row(const struct desk *d, int row, char *out)
{
	size_t n = 0;

	for (int col = 0; col < COLS; col++) {
		const struct cell *cell = canvas_at(d->canvas, row, col);

		if (cell != NULL && cell->width > 0)
			out[n++] = cell->ch[0] >= ' ' && cell->ch[0] < 127 ? (char)cell->ch[0] : '#';
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
}

/* What is in sight between the head and the key bar. */
static size_t
desk_screen(const struct desk *d, char lines[ROWS][COLS + 1])
{
	for (int i = HEAD; i < ROWS - FOOT; i++)
		desk_row(d, i, lines[i - HEAD]);
	return ROWS - HEAD - FOOT;
}

/* How many of the first lines of a screen are known as the last of the page. */
static size_t
page_overlap(char (*page)[COLS + 1], size_t n, char (*screen)[COLS + 1], size_t rows)
{
	for (size_t k = n < rows ? n : rows; k > 0; k--) {
		size_t i = 0;

		while (i < k && strcmp(page[n - k + i], screen[i]) == 0)
			i++;
		if (i == k)
			return k;
	}
	return 0;
}

/* Text with single blanks, so that where lines end does not matter; free with free(3). */
static char *
squeeze(const char *in)
{
	char *out = malloc(strlen(in) + 1), *at = out;

	assert_non_null(out);
	for (; *in != '\0'; in++) {
		bool blank = *in == ' ' || *in == '\n';

		if (!blank)
			*at++ = *in;
		else if (at > out && at[-1] != ' ')
			*at++ = ' ';
	}
	*at = '\0';
	return out;
}

/* All the page, scrolled through by PgDn; free with free(3). */
static char *
desk_page(struct desk *d)
{
	static char page[PAGE_LINES][COLS + 1], text[PAGE_LINES * (COLS + 2)];
	char screen[ROWS][COLS + 1];
	size_t n = desk_screen(d, page), at = 0;

	for (;;) {
		size_t rows, known;

		(void)viewer_key(d->viewer, UI_KEY_PGDN);
		viewer_draw(d->viewer, d->canvas);
		rows = desk_screen(d, screen);
		known = page_overlap(page, n, screen, rows);
		assert_true(known > 0);
		if (known == rows)
			break;
		assert_true(n + rows < PAGE_LINES);
		for (size_t i = known; i < rows; i++)
			memcpy(page[n++], screen[i], sizeof screen[i]);
	}
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, sizeof text - at, "%s\n", page[i]);
	return squeeze(text);
}

static char *
page_of(const struct event *ev)
{
	struct desk d;
	char *page;

	desk_open(&d, ev);
	page = desk_page(&d);
	desk_close(&d);
	return page;
}

/* What --explain prints; free with free(3). */
static char *
explained(const char *what, char *const *words)
{
	char *text = NULL, *out;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	assert_non_null(f);
	assert_int_equal(explain_print(f, what, words), 0);
	assert_int_equal(fclose(f), 0);
	out = squeeze(text);
	free(text);
	return out;
}

static void
wants(const char *where, const char *what, const char *text, const char *want)
{
	char *squeezed;

	if (want == NULL)
		return;
	squeezed = squeeze(want);
	if (strstr(text, squeezed) == NULL)
		fail_msg("%s: %s lacks \"%s\":\n%s", what, where, want, text);
	free(squeezed);
}

static struct event
failure(unsigned code, const char *phrase)
{
	return (struct event){
		.code = (uint16_t)code,
		.q850 = -1,
		.reason_sip = -1,
		.warn_code = -1,
		.transport = TRANSPORT_UDP,
		.direction = DIRECTION_RECEIVED,
		.outcome = OUTCOME_FAILED,
		.setup_ms = 72,
		.hop_ms = 72,
		.tries = 1,
		.method = slice_str("INVITE"),
		.phrase = slice_str(phrase),
		.call_id = slice_str("a@example.net"),
		.from = slice_str("1037"),
		.to = slice_str("+4930123456"),
		.peer = slice_str("203.0.113.40"),
		.src = slice_str("203.0.113.40:5060"),
		.dst = slice_str("10.20.0.10:5060"),
		.raw = slice_str("SIP/2.0 4\r\nVia: x\r\n\r\n"),
		.raw_len = 21,
	};
}

/* An answer as the product of a row sends it, and the words that say the same to --explain. */
struct sent {
	struct event ev;
	unsigned code;
	char what[16], line[256], server[256];
	char *words[5];
	size_t n;
};

static void
sent_word(struct sent *s, char *word)
{
	s->words[s->n++] = word;
	s->words[s->n] = NULL;
}

/* FreeSWITCH names its causes in the text of a Reason, with the number before it; others name a SIP status. */
static void
sent_reason(struct sent *s, const struct sip_phrase *row)
{
	const struct q850_cause *cause = sip_phrase_cause(row);
	int n;

	if (strncmp(row->pattern, "cause=", 6) == 0)
		n = snprintf(s->line, sizeof s->line, "Reason: Q.850;%s", row->pattern);
	else if (strchr(row->pattern, ';') != NULL)
		n = snprintf(s->line, sizeof s->line, "Reason: %scause=%u", row->pattern, s->code);
	else if (cause != NULL && cause->cause < 128)
		n = snprintf(s->line, sizeof s->line, "Reason: Q.850;cause=%u;text=\"%s\"", cause->cause, row->pattern);
	else
		n = snprintf(s->line, sizeof s->line, "Reason: SIP;cause=%u;text=\"%s\"",
		    cause != NULL ? cause->cause : s->code, row->pattern);
	assert_true(n > 0 && (size_t)n < sizeof s->line);
	s->ev.reason = slice_str(s->line + strlen("Reason: "));
	s->ev.q850 = cause != NULL && cause->cause < 128 ? (int16_t)cause->cause : -1;
	sent_word(s, s->line);
}

static void
sent_make(struct sent *s, const struct sip_phrase *row, const struct phrase_rule *rule)
{
	static char sent_word_direction[] = "Direction: sent", role[] = "Role: trunk";

	memset(s, 0, sizeof *s);
	/* Rows of any code come with whatever code; 500 has no row of its own for these texts. */
	s->code = row->code != 0 ? row->code : 500;
	s->ev = failure(s->code, "");
	(void)snprintf(s->what, sizeof s->what, "%u", s->code);
	(void)snprintf(s->server, sizeof s->server, "Server: %s", rule->need != NULL ? rule->need[0] : row->product);
	s->ev.agent = slice_str(s->server + strlen("Server: "));
	sent_word(s, s->server);
	if (rule->own) {
		s->ev.direction = DIRECTION_SENT;
		s->ev.role = PEER_ROLE_TRUNK;
		sent_word(s, sent_word_direction);
		sent_word(s, role);
	}
	if (rule->field == PHRASE_IN_REASON) {
		sent_reason(s, row);
		return;
	}
	(void)snprintf(s->line, sizeof s->line,
	    rule->field == PHRASE_IN_WARNING             ? "Warning: 399 host \"%s\""
		: rule->field == PHRASE_IN_STATUS        ? "%s"
		: strcmp(row->field, "header name") == 0 ? "%s: 1"
							 : "P-Registrar-Error: %s",
	    row->pattern);
	sent_word(s, s->line);
	if (rule->field == PHRASE_IN_WARNING) {
		s->ev.warning = slice_str(s->line + strlen("Warning: "));
		s->ev.warn_code = 399;
	} else if (rule->field == PHRASE_IN_STATUS) {
		s->ev.phrase = slice_str(s->line);
	} else {
		s->ev.detail = slice_str(s->line);
	}
}

/*
 * A Reason with a cause that says something, or with a SIP status other than the answer's, goes before any wording;
 * else the row itself is the headline.
 */
static void
check_rank(const struct sip_phrase *row, const struct sip_explanation *why, const char *name)
{
	const struct q850_cause *q = why->q850;
	bool telling = q != NULL && q->cause != 0 && q->cause != 16 && q->cause != 31 && q->cause != 127;
	const char *want = telling && strncmp(why->key, "q850:", 5) == 0 ? q->meaning
	    : strncmp(why->key, "reason:", 7) == 0 ? sip_code_find((unsigned)strtoul(why->key + 7, NULL, 10))->meaning
						   : row->meaning;

	if (why->phrase != row)
		fail_msg("%s: found %u %s instead", name, why->phrase != NULL ? why->phrase->code : 0,
		    why->phrase != NULL ? why->phrase->pattern : "nothing");
	/* What a challenge is decides whether credentials were sent (RFC 3261 22), whoever words it. */
	if ((row->code == 401 || row->code == 407) && strncmp(why->key, "challenge:", 10) == 0)
		return;
	if (why->headline != want)
		fail_msg("%s: %s decided: %s", name, why->key, why->headline);
}

static void
test_every_phrase(void **state)
{
	size_t n;
	const struct sip_phrase *rows = sip_phrases(&n);

	(void)state;
	assert_true(n >= 280);
	for (size_t i = 0; i < n; i++) {
		struct sip_explanation why;
		struct sent s;
		char name[160], text[SIP_COMPOSE_MAX], *page, *out, *said;

		sent_make(&s, &rows[i], &tables_rules[i]);
		(void)snprintf(name, sizeof name, "%u %s (%s)", rows[i].code, rows[i].pattern, rows[i].product);
		sip_explain_event(&s.ev, &why);
		check_rank(&rows[i], &why, name);
		(void)sip_compose(&s.ev, &why, text, sizeof text);
		said = squeeze(text);
		wants("the text", name, said, rows[i].meaning);
		page = page_of(&s.ev);
		wants("the detail view", name, page, rows[i].meaning);
		wants("the detail view", name, page, rows[i].check_next);
		out = explained(s.what, s.words);
		wants("--explain", name, out, rows[i].meaning);
		wants("--explain", name, out, rows[i].check_next);
		free(said);
		free(page);
		free(out);
	}
}

/* One line of a table, cut at its tabs in place; false at the end. */
static bool
table_line(FILE *f, char *line, char **field, size_t *n)
{
	struct slice rest;

	if (fgets(line, LINE_BYTES, f) == NULL)
		return false;
	line[strcspn(line, "\n")] = '\0';
	rest = slice_str(line);
	for (*n = 0; *n < FIELDS_MAX && rest.p != NULL; ++*n) {
		struct slice cell = slice_cut(&rest, '\t');

		field[*n] = line + (cell.p - line);
		field[*n][cell.n] = '\0';
	}
	return true;
}

static size_t
table_column(char **field, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(field[i], name) == 0)
			return i;
	fail_msg("no column %s", name);
	return 0;
}

static FILE *
table_open(const char *root, const char *path)
{
	char full[1024];

	(void)snprintf(full, sizeof full, "%s/%s", root, path);
	return fopen(full, "r");
}

/* The rows that the program knows are those of the reference, word for word. */
static void
test_phrases_are_the_reference(void **state)
{
	static char line[LINE_BYTES];
	const char *shared = getenv("SIPWHY_SHARED"), *top = getenv("srcdir");
	char root[512], *field[FIELDS_MAX];
	size_t n, rows = 0, total;
	const struct sip_phrase *all = sip_phrases(&total);
	FILE *f;

	(void)state;
	(void)snprintf(root, sizeof root, "%s%s",
	    shared != NULL    ? ""
		: top != NULL ? top
			      : ".",
	    shared != NULL ? shared : "/../shared");
	f = table_open(root, "reference/reason-phrases.tsv");
	if (f == NULL) {
		/* The TAP of the test library calls a skipped test a failed one. */
		print_message("# no reference/reason-phrases.tsv in %s, nothing compared\n", root);
		return;
	}
	assert_true(table_line(f, line, field, &n));
	while (table_line(f, line, field, &n)) {
		unsigned code = field[0][0] == '*' ? 0 : (unsigned)strtoul(field[0], NULL, 10);
		size_t i = 0;

		while (i < total &&
		    (all[i].code != code || strcmp(all[i].pattern, field[1]) != 0 ||
			strcmp(all[i].field, field[2]) != 0))
			i++;
		if (i == total)
			fail_msg("%s %s (%s) is in no table", field[0], field[1], field[2]);
		assert_string_equal(all[i].meaning, field[3]);
		assert_string_equal(all[i].check_next != NULL ? all[i].check_next : "-", field[4]);
		rows++;
	}
	fclose(f);
	assert_int_equal(rows, total);
}

static void
check_seed(unsigned code, const char *phrase, const char *note)
{
	struct event ev = failure(code, phrase);
	const struct sip_code *row = sip_code_find(code);
	char what[16], name[64], *words[2] = { NULL, NULL }, *copy = strdup(phrase), *page = page_of(&ev), *out;

	assert_non_null(row);
	(void)snprintf(what, sizeof what, "%u", code);
	(void)snprintf(name, sizeof name, "%u %s", code, phrase);
	words[0] = copy;
	out = explained(what, words);
	wants("the detail view", name, page, row->meaning);
	wants("--explain", name, out, row->meaning);
	wants("the detail view", name, page, note);
	wants("--explain", name, out, note);
	wants("the detail view", name, page, row->checks[0]);
	wants("--explain", name, out, row->checks[0]);
	free(copy);
	free(page);
	free(out);
}

/* The page of codes that the project started from: 52 codes, and 403 once more with words about money. */
static void
test_every_seed_code(void **state)
{
	static char line[LINE_BYTES];
	const char *top = getenv("srcdir");
	char *field[FIELDS_MAX];
	size_t n, code, phrase, seed, note, rows = 0;
	FILE *f = table_open(top != NULL ? top : ".", "src/sip/data/sip-codes.tsv");

	(void)state;
	assert_non_null(f);
	assert_true(table_line(f, line, field, &n));
	code = table_column(field, n, "code");
	phrase = table_column(field, n, "reason_phrase");
	seed = table_column(field, n, "in_seed");
	note = table_column(field, n, "seed_note");
	while (table_line(f, line, field, &n)) {
		if (strcmp(field[seed], "yes") != 0)
			continue;
		check_seed((unsigned)strtoul(field[code], NULL, 10), field[phrase],
		    strcmp(field[note], "-") != 0 ? field[note] : NULL);
		rows++;
	}
	fclose(f);
	check_seed(403, "Insufficient funds", "fraud-control settings covering the destination number");
	assert_int_equal(rows + 1, 53);
}

static void
test_every_class(void **state)
{
	static const unsigned unregistered[] = { 150, 250, 350, 450, 550, 650 };
	size_t n;
	const struct sip_class *rows = sip_classes(&n);

	(void)state;
	assert_int_equal(n, sizeof unregistered / sizeof unregistered[0]);
	for (size_t i = 0; i < n; i++) {
		struct event ev = failure(unregistered[i], "Whatever");
		char what[16], *page = page_of(&ev), *out;

		(void)snprintf(what, sizeof what, "%uxx", (unsigned)rows[i].first / 100);
		out = explained(what, NULL);
		wants("the detail view", what, page, rows[i].seed_note);
		wants("the detail view", what, page, rows[i].meaning);
		wants("the detail view", what, page, rows[i].operator_rule);
		wants("--explain", what, out, rows[i].seed_note);
		wants("--explain", what, out, rows[i].meaning);
		free(page);
		free(out);
	}
}

static void
test_every_pattern(void **state)
{
	size_t n;
	const struct sip_pattern *rows = sip_patterns(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		char what[64], *out, *again;

		(void)snprintf(what, sizeof what, "pattern:%s", rows[i].kind);
		out = explained(what, NULL);
		again = explained(rows[i].kind, NULL);
		wants("--explain", rows[i].kind, again, out);
		wants("--explain", what, out, rows[i].meaning);
		wants("--explain", what, out, rows[i].harmless);
		for (const char *const *c = rows[i].checks; *c != NULL; c++)
			wants("--explain", what, out, *c);
		free(out);
		free(again);
	}
}

static int
refused(const char *what, char *const *words)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);
	int status;

	assert_non_null(f);
	status = explain_print(f, what, words);
	fclose(f);
	free(text);
	return status;
}

static void
test_explain_refuses(void **state)
{
	char one[] = "Insufficient", two[] = "funds";

	(void)state;
	assert_int_equal(refused("99", NULL), 2);
	assert_int_equal(refused("700", NULL), 2);
	assert_int_equal(refused("7xx", NULL), 2);
	assert_int_equal(refused("", NULL), 2);
	assert_int_equal(refused("pattern:", NULL), 2);
	assert_int_equal(refused("auth:404", NULL), 2);
	assert_int_equal(refused("q850:999", NULL), 1);
	assert_int_equal(refused("warning:398", NULL), 1);
	assert_int_equal(refused("403", (char *const[]){ one, two, NULL }), 2);
}

/* Headers may stand in one word, a line each, and in any order. */
static void
test_explain_words(void **state)
{
	char lines[] = "Server: Kamailio\nNot here\r\nReason: Q.850;cause=3", warning[] = "warning: 305 x \"y\"", *out;

	(void)state;
	out = explained("404", (char *const[]){ warning, lines, NULL });
	wants("--explain", "404", out, "404 Not here");
	wants("--explain", "404", out, q850_find(3)->meaning);
	wants("--explain", "404", out, sip_warning_find(305)->meaning);
	wants("--explain", "404", out, "In-dialog request that matches no route or dialog on the proxy.");
	free(out);
	out = explained("silence", NULL);
	wants("--explain", "silence", out, "does the next hop answer OPTIONS and ping");
	free(out);
}

/* The first screenful of 80x24 answers alone. */
static void
first_screen_has(const struct event *ev, const char *const *wanted)
{
	char screen[ROWS][COLS + 1], text[ROWS * (COLS + 2)] = "", *squeezed;
	struct desk d;
	size_t n, at = 0;

	desk_open(&d, ev);
	n = desk_screen(&d, screen);
	for (size_t i = 0; i < n; i++)
		at += (size_t)snprintf(text + at, sizeof text - at, "%s\n", screen[i]);
	desk_close(&d);
	squeezed = squeeze(text);
	for (; *wanted != NULL; wanted++)
		wants("the first screen", wanted[0], squeezed, *wanted);
	free(squeezed);
}

static struct event
rich(void)
{
	struct event ev = failure(500, "Server Internal Error");

	ev.role = PEER_ROLE_TRUNK;
	ev.peer = slice_str("carrier-a");
	ev.said_by = slice_str("198.51.100.7:5060");
	ev.said_code = 503;
	ev.q850 = 34;
	ev.reason = slice_str("Q.850;cause=34;text=\"No circuit available\"");
	ev.retry_after = slice_str("30");
	ev.needs = slice_str("Require: 100rel");
	ev.warning = slice_str("399 x \"out of channels\"");
	ev.agent = slice_str("Carrier SBC");
	ev.user_agent = slice_str("Yealink T46");
	ev.recovered = true;
	ev.tries = 3;
	ev.repeats = 6;
	ev.copies = 2;
	ev.setup_ms = 1240;
	ev.leg = slice_str("leg-b@pbx");
	ev.path =
	    slice_str("192.0.2.10:5060 203.0.113.40:5060 500 72 7\n203.0.113.40:5060 198.51.100.7:5060 503 60 1\n");
	return ev;
}

static void
test_first_screen(void **state)
{
	struct event ev = rich();

	(void)state;
	first_screen_has(&ev,
	    (const char *const[]){ "500 Server Internal Error", "Means All channels to that destination are in use.",
		"Said by 198.51.100.7:5060 with 503; 203.0.113.40:5060 (carrier-a, trunk) made 500 of it",
		"Likely, most likely first", " 1 ", NULL });
	ev = failure(0, "");
	ev.outcome = OUTCOME_NO_RESPONSE;
	ev.repeats = 6;
	ev.setup_ms = 32000;
	first_screen_has(&ev,
	    (const char *const[]){ "--- no response", "Means No final answer came at all",
		"Silent was 203.0.113.40:5060", "Likely, most likely first", "1 the next hop is down", "3 ", NULL });
	ev = failure(404, "Not Found");
	ev.direction = DIRECTION_SENT;
	ev.role = PEER_ROLE_TRUNK;
	ev.peer = slice_str("carrier");
	first_screen_has(&ev,
	    (const char *const[]){ "carrier asked this PBX for +4930123456", "Said by", "this machine",
		"Likely, most likely first", "1 no inbound route for this number as it is delivered", NULL });
}

/* All that an event knows stands somewhere on its page. */
static void
test_whole_page(void **state)
{
	static const char *const wanted[] = { "72 ms after the request", "1.2 s since the attempt began", "in 3 tries",
		"repeated 6 times", "seen again at 2 places", "recovered", "leg-b@pbx", "Require: 100rel",
		"Yealink T46", "Carrier SBC", "192.0.2.10:5060 -> 203.0.113.40:5060 at +72 ms 500 x7",
		"203.0.113.40:5060 -> 198.51.100.7:5060 at +60 ms 503", "Message as received" };
	struct event ev = rich();
	char *page = page_of(&ev);

	(void)state;
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++)
		wants("the page", "500", page, wanted[i]);
	free(page);
	ev = failure(0, "");
	page = page_of(&ev);
	wants("the page", "silence", page, "Request as captured");
	free(page);
	/* A path that is none must not hide the rest, nor loop. */
	ev = rich();
	ev.path = slice_str("nonsense");
	page = page_of(&ev);
	wants("the page", "bad path", page, "(the rest cannot be read)");
	wants("the page", "bad path", page, "Message as received");
	free(page);
}

/* Delays of a log with whole seconds, and of one without times. */
static void
test_coarse(void **state)
{
	struct event ev = rich();
	char *page;

	(void)state;
	ev.stamp = slice_str("Nov 22 14:32:07");
	ev.hop_ms = 0;
	ev.setup_ms = 32000;
	ev.path = slice_str("192.0.2.10:5060 203.0.113.40:5060 500 1000 1\n");
	page = page_of(&ev);
	wants("the page", "coarse", page, "<1s after the request, ~32s since the attempt began");
	wants("the page", "coarse", page, "203.0.113.40:5060 at ~1s 500");
	free(page);
	first_screen_has(&ev, (const char *const[]){ "When <1s after the request", NULL });
	ev.stamp = slice_str("");
	ev.hop_ms = ev.setup_ms = -1;
	ev.path = slice_str("192.0.2.10:5060 203.0.113.40:5060 500 0 1\n");
	page = page_of(&ev);
	wants("the page", "untimed", page, "192.0.2.10:5060 -> 203.0.113.40:5060 500");
	free(page);
}

/* Any bytes in any member, at any size: drawn without a step outside. */
static void
test_hostile(void **state)
{
	static const int sizes[] = { 1, 2, 7, 8, 16, 39, 40, 80, 161, 300 };
	const size_t n = sizeof sizes / sizeof sizes[0];
	static char evil[2000], path[4000];
	struct slice bad = { evil, sizeof evil };
	struct event ev = rich();
	struct desk d;

	(void)state;
	for (size_t i = 0; i < sizeof evil; i++)
		evil[i] = (char)(i * 11);
	memset(path, 'x', sizeof path);
	for (size_t i = 0, at = 0; i < 2 * EVENT_HOPS_MAX; i++)
		at += (size_t)snprintf(
		    path + at, sizeof path - at, "a\x1b[3%zum b\xff 4%zu 4294967295 4294967295\n", i, i);
	ev.method = ev.phrase = ev.call_id = ev.from = ev.to = ev.peer = ev.src = ev.dst = ev.said_by = bad;
	ev.agent = ev.user_agent = ev.reason = ev.warning = ev.retry_after = ev.detail = ev.needs = ev.leg = bad;
	ev.explain = ev.source = ev.raw = bad;
	ev.path = (struct slice){ path, sizeof path };
	ev.role = ev.direction = ev.outcome = ev.transport = UINT8_MAX;
	ev.hop_ms = ev.setup_ms = INT32_MAX;
	ev.tries = ev.repeats = ev.copies = ev.raw_len = UINT32_MAX;
	for (unsigned code = 0; code <= SIP_CODE_MAX; code += code == 0 ? 300 : 101) {
		ev.code = (uint16_t)code;
		desk_open(&d, &ev);
		for (size_t i = 0; i < n * n; i++) {
			assert_int_equal(canvas_resize(d.canvas, sizes[i / n], sizes[i % n]), 0);
			canvas_set_glyphs(d.canvas, i % 2 ? GLYPHS_ASCII : GLYPHS_UTF8);
			viewer_draw(d.viewer, d.canvas);
			(void)viewer_key(d.viewer, i % 3 == 0 ? 'G' : UI_KEY_PGDN);
		}
		desk_close(&d);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_phrase),
		cmocka_unit_test(test_phrases_are_the_reference),
		cmocka_unit_test(test_every_seed_code),
		cmocka_unit_test(test_every_class),
		cmocka_unit_test(test_every_pattern),
		cmocka_unit_test(test_explain_refuses),
		cmocka_unit_test(test_explain_words),
		cmocka_unit_test(test_first_screen),
		cmocka_unit_test(test_whole_page),
		cmocka_unit_test(test_coarse),
		cmocka_unit_test(test_hostile),
	};

	setenv("TZ", "UTC", 1);
	tzset();
	if (setlocale(LC_CTYPE, "C.UTF-8") == NULL)
		return 99;
	return cmocka_run_group_tests_name("view/detail", tests, NULL, NULL);
}
