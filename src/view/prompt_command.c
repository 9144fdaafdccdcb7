/*
 * prompt_command - the lines after ":"; see view_int.h.
 * One thing to know: one table makes what they do, their help and their completion; what a view cannot do itself goes
 * back as a command for app.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "sipwhy/timefmt.h"
#include "view_int.h"

enum { COMMAND_WORD_MAX = 24, COMMAND_FAR = 99 };
/* Failures that one command looks at: as long as a key may wait. */
enum { COMMAND_LOOK_BACK = 20000 };

struct command_row {
	const char *name, *args, *help;
	const char *const *words;
	enum command (*run)(struct viewer *v, struct slice args);
};

static const char *const command_forms[] = { "text", "pcap", "json", "csv", "evidence", NULL };
static const char *const command_options[] = { "mouse", "refresh", "fast", "glyphs", "color", "window", "time",
	"redact", "letters", "bell", "theme", NULL };

/* The last word, taken off; empty when there is but one. */
static struct slice
command_last(struct slice *args)
{
	size_t n = args->n;
	struct slice word;

	while (n > 0 && args->p[n - 1] != ' ')
		n--;
	if (n == 0)
		return (struct slice){ NULL, 0 };
	word = (struct slice){ args->p + n, args->n - n };
	args->n = n;
	*args = slice_trim(*args);
	return word;
}

/* Text that stays until the next key. */
static const char *
command_keep(struct viewer *v, struct slice s)
{
	(void)slice_copy(v->request_text, sizeof v->request_text, s);
	return v->request_text;
}

static enum view_save
command_form_of(struct slice path)
{
	static const struct {
		const char *end;
		enum view_save save;
	} ends[] = { { ".pcap", VIEW_SAVE_PCAP }, { ".json", VIEW_SAVE_JSON }, { ".jsonl", VIEW_SAVE_JSON },
		{ ".ndjson", VIEW_SAVE_JSON }, { ".csv", VIEW_SAVE_CSV } };

	for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
		size_t n = strlen(ends[i].end);

		if (path.n > n && slice_imemeq(path.p + path.n - n, ends[i].end, n))
			return ends[i].save;
	}
	return VIEW_SAVE_TEXT;
}

/* w FILE [text|pcap|json|csv|evidence]: without a form the name's ending says it. */
static enum command
command_write(struct viewer *v, struct slice args)
{
	struct slice rest = args, word = command_last(&rest);
	enum view_save save = command_form_of(args);

	for (unsigned i = 0; command_forms[i] != NULL; i++) {
		if (!slice_ieq(word, slice_str(command_forms[i])))
			continue;
		save = (enum view_save)i;
		args = rest;
	}
	if (args.n == 0) {
		viewer_say(v, "w FILE [text|pcap|json|csv|evidence]: which file?");
		return COMMAND_NONE;
	}
	v->request = (struct view_request){ .save = save };
	if (save == VIEW_SAVE_EVIDENCE) {
		if (v->event_id == 0) {
			viewer_say(v, "no failure to save: put the cursor on one");
			return COMMAND_NONE;
		}
		v->save_ids[0] = v->event_id;
		v->request.ids = v->save_ids;
		v->request.n_ids = 1;
	} else {
		(void)lens_save_ids(v);
	}
	v->request.path = command_keep(v, args);
	return COMMAND_SAVE;
}

static enum command
command_theme(struct viewer *v, struct slice args)
{
	if (args.n == 0) {
		viewer_say(v, "theme NAME: Tab shows the names");
		return COMMAND_NONE;
	}
	v->request.text = command_keep(v, args);
	return COMMAND_THEME;
}

static enum command
command_set_window(struct viewer *v, struct slice value)
{
	static const struct {
		const char *name;
		int window_s;
	} windows[] = { { "1m", 60 }, { "5m", 300 }, { "15m", 900 }, { "1h", 3600 }, { "24h", 86400 }, { "all", 0 } };

	for (size_t i = 0; i < sizeof windows / sizeof windows[0]; i++)
		if (slice_ieq(value, slice_str(windows[i].name))) {
			view_window_set(v, windows[i].window_s);
			return COMMAND_NONE;
		}
	viewer_say(v, "window: use 1m, 5m, 15m, 1h, 24h or all");
	return COMMAND_NONE;
}

static enum command
command_set_time(struct viewer *v, struct slice value)
{
	static const char *const forms[TIME_FORM_N] = { "local", "utc", "delta", "first" };

	for (unsigned i = 0; i < TIME_FORM_N; i++)
		if (slice_ieq(value, slice_str(forms[i]))) {
			v->time_form = (enum view_time_form)i;
			return COMMAND_NONE;
		}
	viewer_say(v, "time: use local, utc, delta or first");
	return COMMAND_NONE;
}

static enum command
command_set(struct viewer *v, struct slice args)
{
	struct slice value = args, name = slice_cut(&value, args.n > 0 && memchr(args.p, '=', args.n) ? '=' : ' ');
	size_t n;

	name = slice_trim(name);
	value = slice_trim(value);
	if (name.n == 0 || value.n == 0) {
		viewer_say(v, "set NAME VALUE: Tab shows the names");
		return COMMAND_NONE;
	}
	if (slice_ieq(name, slice_str("window")))
		return command_set_window(v, value);
	if (slice_ieq(name, slice_str("time")))
		return command_set_time(v, value);
	if (slice_ieq(name, slice_str("letters"))) {
		v->letters = slice_ieq(value, slice_str("on")) || slice_ieq(value, slice_str("yes"));
		return COMMAND_NONE;
	}
	n = slice_copy(v->request_text, sizeof v->request_text / 2, name);
	v->request.text = v->request_text;
	v->request.body.p = v->request_text + n + 1;
	v->request.body.n = slice_copy(v->request_text + n + 1, sizeof v->request_text - n - 1, value);
	return COMMAND_SET;
}

/* "14:05" or "14:05:30" of today or, when that is to come, of yesterday. */
static bool
command_clock(const struct viewer *v, struct slice text, int64_t *t_ns)
{
	struct slice rest = text, h = slice_cut(&rest, ':'), m = slice_cut(&rest, ':');
	uint64_t hour, minute, second = 0;
	time_t now = (time_t)(store_now(v->store) / NS_PER_S), t;
	bool utc = v->time_form == TIME_IS_UTC;
	struct tm tm;

	if (slice_u64(h, 23, &hour) != 0 || slice_u64(m, 59, &minute) != 0 ||
	    (rest.n > 0 && slice_u64(rest, 59, &second) != 0) ||
	    (utc ? gmtime_r(&now, &tm) : localtime_r(&now, &tm)) == NULL)
		return false;
	tm.tm_hour = (int)hour;
	tm.tm_min = (int)minute;
	tm.tm_sec = (int)second;
	tm.tm_isdst = -1;
	t = utc ? timegm(&tm) : mktime(&tm);
	*t_ns = (int64_t)(t > now ? t - 86400 : t) * NS_PER_S;
	return true;
}

/* "-10m": seconds, minutes, hours, days from the moment that is looked at. */
static bool
command_span(struct slice text, int64_t *s)
{
	static const struct {
		char unit;
		int64_t s;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	uint64_t n;

	if (text.n < 2)
		return false;
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (text.p[text.n - 1] == units[i].unit &&
		    slice_u64((struct slice){ text.p, text.n - 1 }, 1000000, &n) == 0) {
			*s = (int64_t)n * units[i].s;
			return true;
		}
	return false;
}

bool
command_moment(const struct viewer *v, struct slice text, int64_t *t_ns)
{
	int64_t s;
	bool back = text.n > 0 && text.p[0] == '-';

	*t_ns = 0;
	if (slice_ieq(text, slice_str("now")))
		return true;
	if (back || (text.n > 0 && text.p[0] == '+')) {
		if (!command_span((struct slice){ text.p + 1, text.n - 1 }, &s))
			return false;
		*t_ns = store_now(v->store) + (back ? -s : s) * NS_PER_S;
		/* 0 would be the present. */
		*t_ns = *t_ns > 0 ? *t_ns : 1;
		return true;
	}
	return command_clock(v, text, t_ns);
}

static enum command
command_goto(struct viewer *v, struct slice args)
{
	int64_t t_ns;

	if (!command_moment(v, args, &t_ns)) {
		viewer_say(v, "goto 14:05, 14:05:30, -10m or now");
		return COMMAND_NONE;
	}
	v->request.t_ns = t_ns;
	return COMMAND_LOOK;
}

static enum command
command_filter(struct viewer *v, struct slice args)
{
	char text[FILTER_TEXT_MAX + 2];
	struct errmsg em;

	/* One byte more than is allowed, so that what is too long is told. */
	(void)slice_copy(text, sizeof text, args);
	if (lens_filter(v, text, &em, NULL) != 0)
		viewer_say(v, em.text);
	return COMMAND_NONE;
}

static enum command
command_named(struct viewer *v, struct slice args)
{
	char text[64];

	if (args.n > 0 && args.p[0] == '@')
		args = (struct slice){ args.p + 1, args.n - 1 };
	(void)snprintf(text, sizeof text, "@%.*s", (int)(args.n < 40 ? args.n : 40), args.n > 0 ? args.p : "");
	return command_filter(v, args.n > 0 ? slice_str(text) : args);
}

static void
command_key_add(struct viewer *v, size_t *n, uint64_t key)
{
	for (size_t i = 0; i < *n; i++)
		if (v->save_ids[i] == key)
			return;
	if (*n < VIEW_MARKS_MAX)
		v->save_ids[(*n)++] = key;
}

/* Keys of the signatures of all that a filter means, of the newest failures; how many. */
static size_t
command_signatures(struct viewer *v, struct slice text)
{
	struct filter *f = NULL;
	struct errmsg em;
	size_t events = store_event_count(v->store), n = 0;

	if (filter_new(&f, text, &v->filter_env, &em, NULL) != 0) {
		viewer_say(v, em.text);
		return 0;
	}
	for (size_t i = 0; i < events && i < COMMAND_LOOK_BACK; i++) {
		const struct event *e = store_event_at(v->store, events - 1 - i);
		struct filter_facts facts = lens_facts(v, e);

		if (!e->recovered && filter_match(f, e, &facts))
			command_key_add(v, &n, store_group_key(v->store, e));
	}
	filter_free(f);
	if (n == 0)
		viewer_say(v, "no failure like that is kept");
	return n;
}

static void
command_mute_say(struct viewer *v, size_t n, int64_t until_ns)
{
	char text[128], clock[16], until[40] = "";

	if (until_ns != 0)
		(void)snprintf(until, sizeof until, " until %s", lens_time(v, clock, sizeof clock, until_ns));
	(void)snprintf(text, sizeof text, "%zu signature%s muted%s; M in the groups shows %s", n,
	    n == 1 ? " is" : "s are", until, n == 1 ? "it" : "them");
	viewer_say(v, text);
}

/* mute [FILTER] [1h]: signatures of what a filter means, else the one under the cursor; for a while or for good. */
static enum command
command_mute(struct viewer *v, struct slice args)
{
	struct slice filter = args, word = command_last(&filter);
	const struct event *e = store_event_at(v->store, store_event_index(v->store, v->event_id));
	int64_t s = 0;
	size_t n = 1;

	if (command_span(args, &s))
		filter.n = 0;
	else if (word.n == 0 || !command_span(word, &s))
		filter = args;
	if (filter.n > 0)
		n = command_signatures(v, filter);
	else if (e != NULL && e->id == v->event_id)
		v->save_ids[0] = store_group_key(v->store, e);
	else
		viewer_say(v, "mute FILTER [1h], or put the cursor on a failure");
	if (n == 0 || (filter.n == 0 && (e == NULL || e->id != v->event_id)))
		return COMMAND_NONE;
	v->request = (struct view_request){ .ids = v->save_ids, .n_ids = n };
	/* The clock that goes on, while an earlier moment is looked at too. */
	v->request.t_ns = s > 0 ? (store_looking(v->store) != 0 ? v->now_ns : store_now(v->store)) + s * NS_PER_S : 0;
	command_mute_say(v, n, v->request.t_ns);
	return COMMAND_GROUPS_MUTE;
}

static enum command
command_source(struct viewer *v, struct slice args)
{
	(void)args;
	viewer_say(v, "sources are named at the start: sipwhy -d eth0, -S udp:5514, --follow FILE");
	return COMMAND_NONE;
}

static enum command
command_explain(struct viewer *v, struct slice args)
{
	struct sip_explain_in in = { .q850 = -1, .warn_code = -1 };
	struct sip_explanation why = { 0 };
	uint64_t code;
	char text[300];

	if (slice_u64(args, 699, &code) != 0 || code < 100) {
		viewer_say(v, "explain CODE: a status code from 100 to 699");
		return COMMAND_NONE;
	}
	in.code = (unsigned)code;
	sip_explain(&in, &why);
	(void)snprintf(text, sizeof text, "%u %s: %s", in.code, view_code_words(in.code),
	    why.headline != NULL ? why.headline : "nothing is known of it");
	viewer_say(v, text);
	return COMMAND_NONE;
}

static enum command
command_quit(struct viewer *v, struct slice args)
{
	(void)v;
	(void)args;
	return COMMAND_QUIT;
}

static enum command command_help_run(struct viewer *v, struct slice args);

static const struct command_row command_rows[] = {
	{ "w", "FILE [text|pcap|json|csv|evidence]", "save marked, else shown", command_forms, command_write },
	{ "filter", "EXPRESSION", "put a filter in force", NULL, command_filter },
	{ "f", "NAME", "a named filter", NULL, command_named },
	{ "goto", "14:05 | -10m | now", "look at a moment", NULL, command_goto },
	{ "theme", "NAME", "other colours", NULL, command_theme },
	{ "set", "NAME VALUE", "an option while it runs", command_options, command_set },
	{ "mute", "[FILTER] [1h]", "mute signatures", NULL, command_mute },
	{ "explain", "CODE", "what a code means", NULL, command_explain },
	{ "source", "", "how sources are added", NULL, command_source },
	{ "help", "[WORD]", "keys, or one word", NULL, command_help_run },
	{ "q", "", "quit", NULL, command_quit },
};

enum { COMMAND_ROWS = sizeof command_rows / sizeof command_rows[0] };

static const struct command_row *
command_find(struct slice name)
{
	for (size_t i = 0; i < COMMAND_ROWS; i++)
		if (slice_ieq(name, slice_str(command_rows[i].name)))
			return &command_rows[i];
	return NULL;
}

const char *
command_name(size_t i)
{
	return i < COMMAND_ROWS ? command_rows[i].name : NULL;
}

const char *
command_args(struct slice name)
{
	const struct command_row *row = command_find(name);

	return row != NULL ? row->args : NULL;
}

const char *
command_help(size_t i)
{
	return i < COMMAND_ROWS ? command_rows[i].help : NULL;
}

const char *
command_word(const struct viewer *v, struct slice command, size_t i)
{
	const struct command_row *row = command_find(command);

	if (row == NULL)
		return NULL;
	if (row->run == command_theme)
		return v->cfg->themes != NULL ? v->cfg->themes[i] : NULL;
	if (row->run == command_help_run)
		return command_name(i);
	/* Every row of words ends with NULL, and who asks stops there. */
	return row->words != NULL ? row->words[i] : NULL;
}

/* A command, or an action by its name. */
static enum command
command_help_run(struct viewer *v, struct slice args)
{
	const struct command_row *row = command_find(args);
	struct view_action_name action;
	char text[200];

	if (args.n == 0) {
		if (v->stack[v->depth - 1].ops != &view_help)
			viewer_push(v, &view_help);
		return COMMAND_NONE;
	}
	(void)snprintf(
	    text, sizeof text, "no help on %.*s: ? shows all keys", (int)(args.n < 40 ? args.n : 40), args.p);
	for (size_t i = 0; view_action_row(i, &action); i++)
		if (slice_ieq(args, slice_str(action.name)) && action.help != NULL)
			(void)snprintf(text, sizeof text, "%s: key %s, %s", action.name, action.keys, action.help);
	if (row != NULL)
		(void)snprintf(text, sizeof text, ":%s %s  %s", row->name, row->args, row->help);
	viewer_say(v, text);
	return COMMAND_NONE;
}

static char
word_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static unsigned
word_least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

unsigned
word_distance(struct slice a, struct slice b)
{
	unsigned row[2][COMMAND_WORD_MAX * 2 + 1];
	unsigned now = 0;

	if (a.n > COMMAND_WORD_MAX * 2 || b.n > COMMAND_WORD_MAX * 2)
		return COMMAND_FAR;
	for (unsigned j = 0; j <= b.n; j++)
		row[0][j] = j;
	for (unsigned i = 1; i <= a.n; i++, now = 1 - now) {
		row[1 - now][0] = i;
		for (unsigned j = 1; j <= b.n; j++) {
			unsigned other = word_lower(a.p[i - 1]) != word_lower(b.p[j - 1]);

			row[1 - now][j] =
			    word_least(word_least(row[now][j] + 1, row[1 - now][j - 1] + 1), row[now][j - 1] + other);
		}
	}
	return row[now][b.n];
}

static void
command_unknown(struct viewer *v, struct slice name)
{
	unsigned best = 3;
	const char *likely = NULL;
	char text[120];

	for (size_t i = 0; i < COMMAND_ROWS; i++) {
		unsigned d = word_distance(name, slice_str(command_rows[i].name));

		if (d < best && d < name.n) {
			best = d;
			likely = command_rows[i].name;
		}
	}
	(void)snprintf(text, sizeof text, "no command %.*s%s%s%s", (int)(name.n < 40 ? name.n : 40), name.p,
	    likely != NULL ? ": did you mean " : ": Tab shows them all", likely != NULL ? likely : "",
	    likely != NULL ? "?" : "");
	viewer_say(v, text);
}

enum command
viewer_command(struct viewer *v, struct slice line)
{
	struct slice args = slice_trim(line), name;
	const struct command_row *row;

	if (args.n > 0 && args.p[0] == ':')
		args = slice_trim((struct slice){ args.p + 1, args.n - 1 });
	name = slice_cut(&args, ' ');
	if (name.n == 0)
		return COMMAND_NONE;
	row = command_find(name);
	if (row != NULL)
		return row->run(v, slice_trim(args));
	command_unknown(v, name);
	return COMMAND_NONE;
}
