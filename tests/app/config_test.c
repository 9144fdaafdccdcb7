/*
 * config: what a configuration file says and what it comes to, each slip told by file and line with the nearest name,
 * files that are none, and the dump, which reads back as itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/config.h"
#include "app/keys.h"
#include "sipwhy/peers.h"
#include "sipwhy/track.h"

static void
begin(struct options *o)
{
	options_init(o);
}

static const char *
name_of(const struct options *o, const char *address)
{
	struct endpoint e = { .family = strchr(address, ':') != NULL ? 6 : 4 };
	const struct peers_row *row;

	assert_int_equal(inet_pton(e.family == 6 ? AF_INET6 : AF_INET, address, e.addr), 1);
	row = peers_find(o->peers, &e);
	return row != NULL ? row->name : "";
}

static void
test_peers(void **state)
{
	static const char text[] = "\xef\xbb\xbf# names\n\n[peers]\r\n"
				   "carrier-a = trunk 198.51.100.0/24, 203.0.113.7   ; two\r\n"
				   "carrier a: trunk\t192.0.2.0/25,\n"
				   "	192.0.2.128/32 ; one more,\n"
				   "  # a comment between\n"
				   "\n"
				   "  2001:db8::/32,\n"
				   "phones = phones 10.20.0.0/16\n"
				   "pbx = pbx 10.20.0.10\n"
				   "monitor = - 10.9.9.9\n"
				   "dns=none 10.9.9.53\n"
				   "carrier-a = trunk 203.0.113.8";
	struct options o;
	struct errmsg em = { "" };

	(void)state;
	begin(&o);
	assert_int_equal(config_parse(&o, "f", slice_str(text), &em), 0);
	assert_string_equal(name_of(&o, "198.51.100.200"), "carrier-a");
	assert_string_equal(name_of(&o, "203.0.113.7"), "carrier-a");
	assert_string_equal(name_of(&o, "203.0.113.8"), "carrier-a");
	assert_string_equal(name_of(&o, "192.0.2.3"), "carrier a");
	assert_string_equal(name_of(&o, "192.0.2.128"), "carrier a");
	assert_string_equal(name_of(&o, "2001:db8::77"), "carrier a");
	assert_string_equal(name_of(&o, "10.20.0.10"), "pbx");
	assert_string_equal(name_of(&o, "10.20.0.11"), "phones");
	assert_string_equal(name_of(&o, "10.9.9.53"), "dns");
	assert_int_equal(peers_at(o.peers, 0)->role, PEER_ROLE_TRUNK);
	assert_int_equal(peers_at(o.peers, 4)->role, PEER_ROLE_TRUNK);
	assert_int_equal(peers_at(o.peers, 7)->role, PEER_ROLE_UNKNOWN);
	assert_false(o.has_limits);
	config_free(&o);
	assert_null(o.peers);
}

static void
test_limits(void **state)
{
	size_t n;
	const struct track_limit *rows = track_limits(&n);
	struct options o;
	struct errmsg em = { "" };
	char text[200];

	(void)state;
	assert_true(n > 1 && n <= OPTIONS_LIMITS_MAX);
	begin(&o);
	(void)snprintf(text, sizeof text, "[incidents]\n%s = %u\n", rows[1].name, (unsigned)rows[1].max);
	assert_int_equal(config_parse(&o, "f", slice_str(text), &em), 0);
	assert_true(o.has_limits);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(o.limits[i], i == 1 ? rows[i].max : rows[i].value);
	/* A second file overrules what it names and leaves the rest. */
	(void)snprintf(text, sizeof text, "[incidents]\n%s = %u\n", rows[0].name, (unsigned)rows[0].min);
	assert_int_equal(config_parse(&o, "g", slice_str(text), &em), 0);
	assert_int_equal(o.limits[0], rows[0].min);
	assert_int_equal(o.limits[1], rows[1].max);
	(void)snprintf(
	    text, sizeof text, "[incidents]\n%s = %llu\n", rows[0].name, (unsigned long long)rows[0].max + 1);
	assert_int_equal(config_parse(&o, "f", slice_str(text), &em), -EINVAL);
	assert_non_null(strstr(em.text, "a whole number from"));
	assert_int_equal(o.limits[0], rows[0].min);
	(void)snprintf(text, sizeof text, "[incidents]\n%s = %u\n%s = %u\n", rows[0].name, (unsigned)rows[0].min,
	    rows[0].name, (unsigned)rows[0].min);
	assert_int_equal(config_parse(&o, "f", slice_str(text), &em), -EINVAL);
	assert_non_null(strstr(em.text, "f:3: "));
	assert_non_null(strstr(em.text, "set already, in line 2"));
	config_free(&o);
}

static void
test_options(void **state)
{
	static const char text[] =
	    "[options]\nlimit = 500\nbuffer: 64\ncalls = yes\nquiet = no\ntheme = /t/a b.theme\n";
	struct options o;
	struct errmsg em = { "" };

	(void)state;
	begin(&o);
	assert_int_equal(config_parse(&o, "f", slice_str(text), &em), 0);
	assert_int_equal(o.limit, 500);
	assert_int_equal(o.buffer_mib, 64);
	assert_true(o.calls_only);
	assert_false(o.quiet);
	assert_string_equal(o.theme, "/t/a b.theme");
	assert_null(o.peers);
	assert_null(o.log_heads);
	config_free(&o);
}

static void
test_screen(void **state)
{
	static const char text[] = "[options]\ncolor = 256\nglyphs = ascii\ntheme = light\nmouse = yes\nrefresh = 2.5\n"
				   "window = 15m\nconfirm-quit = always\nbell = crit\n";
	struct options o;
	struct errmsg em = { "" };

	(void)state;
	begin(&o);
	assert_int_equal(config_parse(&o, "f", slice_str(text), &em), 0);
	assert_int_equal(o.color, COLOR_256);
	assert_int_equal(o.glyphs, GLYPHS_ASCII);
	assert_string_equal(o.theme, "light");
	assert_true(o.mouse);
	assert_int_equal(o.refresh_ms, 2500);
	assert_int_equal(options_window_s(&o), 900);
	assert_int_equal(o.confirm_quit, VIEW_QUIT_ALWAYS);
	assert_int_equal(o.bell, BELL_CRIT);
	config_free(&o);
}

static const char *
keys_of(const struct options *o, const char *action)
{
	static char keys[KEYS_TEXT];

	return keys_in_force(keys, sizeof keys, o, action);
}

/* Both forms; one that gives a key to an action takes it from all others. */
static void
test_keys(void **state)
{
	struct options o;
	struct errmsg em = { "" };

	(void)state;
	begin(&o);
	assert_string_equal(keys_of(&o, "help"), "F1 ? H");
	assert_int_equal(config_parse(&o, "f",
			     slice_str("[keys]\n# none\nhelp = F1 ^t Space ; more\n\tkey help S\t; and this\n"
				       "unkey help ^T\ncommand: : ?\n"),
			     &em),
	    0);
	assert_string_equal(keys_of(&o, "help"), "F1 Space S");
	assert_string_equal(keys_of(&o, "command"), ": ?");
	/* A later file. */
	assert_int_equal(config_parse(&o, "g", slice_str("[keys]\ncommand = F1\nunkey help\nkey help ?"), &em), 0);
	assert_string_equal(keys_of(&o, "command"), "F1");
	assert_string_equal(keys_of(&o, "help"), "?");
	assert_int_equal(config_parse(&o, "h", slice_str("[keys]\nhelp = none"), &em), 0);
	assert_string_equal(keys_of(&o, "help"), "");
	config_free(&o);
}

static void
test_pairs(void **state)
{
	static const char text[] =
	    "[filters]\nproblems = @server or\n  code:silence,408  ; what hurts\nserver = class:5xx\n"
	    "[alerts]\nbusy = warn count > 5\n\tin 1m\nloss = off\n[columns]\nevents.80 = mark time\n code reason:30\n";
	struct options o;
	struct errmsg em = { "" };

	(void)state;
	begin(&o);
	if (config_parse(&o, "f", slice_str(text), &em) != 0)
		fail_msg("%s", em.text);
	assert_string_equal(options_named(&o, slice_str("problems")), "@server or code:silence,408");
	assert_null(options_named(&o, slice_str("problem")));
	assert_string_equal(o.alerts.rows[0].name, "busy");
	assert_string_equal(o.alerts.rows[0].text, "warn count > 5 in 1m");
	/* What is no rule is refused by its line; nor may "on" stand for what is not built in. */
	assert_int_equal(
	    config_parse(&o, "a", slice_str("[alerts]\npeer-5xx = on\nx = warn asr < 5% per code"), &em), -EINVAL);
	assert_non_null(strstr(em.text, "a:3: x: asr is known of"));
	assert_int_equal(config_parse(&o, "a", slice_str("[alerts]\nx = on"), &em), -EINVAL);
	assert_int_equal(config_parse(&o, "a", slice_str("[alerts]\nx = off"), &em), 0);
	assert_string_equal(o.columns.rows[0].text, "events.80 = mark time code reason:30");
	/* A later file overrules by name, and may use what is there. */
	assert_int_equal(config_parse(&o, "g", slice_str("[filters]\nserver = 503\nmine = @problems"), &em), 0);
	assert_int_equal(o.filters.n, 3);
	assert_string_equal(options_named(&o, slice_str("server")), "503");
	/* And may not make a ring of two that were right. */
	assert_int_equal(config_parse(&o, "h", slice_str("[filters]\nserver = @problems"), &em), -EINVAL);
	assert_non_null(strstr(em.text, "h:2: server: "));
	config_free(&o);
}

static void
test_too_many_pairs(void **state)
{
	struct options o;
	struct errmsg em = { "" };
	char text[4096];
	int n = snprintf(text, sizeof text, "[filters]\nx = a");

	(void)state;
	for (int i = 0; i < 6; i++)
		n += snprintf(text + n, sizeof text - (size_t)n, "\n %0100d", i);
	begin(&o);
	assert_int_equal(config_parse(&o, "f", slice_str(text), &em), -EINVAL);
	assert_non_null(strstr(em.text, "f:8: x is longer than 512 characters"));
	n = snprintf(text, sizeof text, "[alerts]\n");
	for (int i = 0; i <= OPTIONS_PAIRS_MAX; i++)
		n += snprintf(text + n, sizeof text - (size_t)n, "a%d = 503\n", i);
	begin(&o);
	assert_int_equal(config_parse(&o, "f", slice_str(text), &em), -EINVAL);
	assert_non_null(strstr(em.text, "f:34: a32: more than 32 of this section"));
	n = snprintf(text, sizeof text, "[keys]\n");
	for (int i = 0; i <= OPTIONS_KEYS_MAX; i++)
		n += snprintf(text + n, sizeof text - (size_t)n, "key help a\n");
	begin(&o);
	assert_int_equal(config_parse(&o, "f", slice_str(text), &em), -EINVAL);
	assert_non_null(strstr(em.text, "f:130: more than 128 changes of keys"));
}

static bool
allows(const struct options *o, uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
	struct endpoint e = { .family = 4, .addr = { a, b, c, d } };

	return peers_find(o->allow, &e) != NULL;
}

/* A later file overrules an earlier one as a whole: whoever takes a network off the list means it. */
static void
test_receivers(void **state)
{
	struct options o;
	struct errmsg em = { "" };

	(void)state;
	begin(&o);
	assert_int_equal(config_parse(&o, "f",
			     slice_str("[options]\nallow = 10.1.0.0/16, 192.0.2.1, 10.1.0.0/16\n"
				       "tls-cert = /c.pem\ntls-key = /k.pem\n"),
			     &em),
	    0);
	assert_true(allows(&o, 10, 1, 2, 3) && allows(&o, 192, 0, 2, 1));
	assert_false(allows(&o, 10, 2, 2, 3) || o.allow_any);
	assert_string_equal(o.tls_cert, "/c.pem");
	assert_string_equal(o.tls_key, "/k.pem");
	assert_null(o.tls_ca);
	assert_int_equal(config_parse(&o, "g", slice_str("[options]\nallow = 10.2.0.0/16\n"), &em), 0);
	assert_true(allows(&o, 10, 2, 2, 3));
	assert_false(allows(&o, 10, 1, 2, 3));
	assert_int_equal(config_parse(&o, "h", slice_str("[options]\nallow = any"), &em), 0);
	assert_true(o.allow_any);
	config_free(&o);
	assert_null(o.allow);
}

static void
test_heads(void **state)
{
	static const char text[] = "[heads]\nour-proxy = trace from {src} to {dst}:  ; ours\nin = <- {src}\n";
	struct options o;
	struct errmsg em = { "" };

	(void)state;
	begin(&o);
	assert_int_equal(config_parse(&o, "f", slice_str(text), &em), 0);
	assert_non_null(o.log_heads);
	assert_int_equal(o.n_heads, 2);
	assert_string_equal(o.heads[0].name, "our-proxy");
	assert_string_equal(o.heads[0].pattern, "trace from {src} to {dst}:");
	config_free(&o);
	assert_null(o.log_heads);
}

static void
test_too_many_heads(void **state)
{
	struct options o;
	struct errmsg em = { "" };
	char text[4096];
	int n = snprintf(text, sizeof text, "[heads]\n");

	(void)state;
	for (int i = 0; i <= OPTIONS_HEADS_MAX; i++)
		n += snprintf(text + n, sizeof text - (size_t)n, "h%d = word%d {src}:\n", i, i);
	begin(&o);
	assert_int_equal(config_parse(&o, "f", slice_str(text), &em), -EINVAL);
	assert_non_null(strstr(em.text, "f:34: h32: more than 32 heads"));
	config_free(&o);
}

static void
test_refused(void **state)
{
	static const struct {
		const char *text, *says;
	} rows[] = { { "[peer]\n", "f:1: there is no section [peer]; did you mean peers?" },
		{ "\n\n[weather]",
		    "f:3: there is no section [weather]; say [peers], [incidents], [heads], [options], [keys], "
		    "[filters], [alerts] or [columns]" },
		{ "[peers", "f:1: a section is [name]" }, { "[]", "f:1: there is no section []" },
		{ "[peers] a = trunk 192.0.2.1\n", "f:1: nothing may stand behind [peers]" },
		{ "a = trunk 192.0.2.1\n", "f:1: a stands before any section" },
		{ "[peers]\na = trnk 192.0.2.1",
		    "f:2: a: the first word is a role, and \"trnk\" is none; did you mean trunk?" },
		{ "[peers]\na = 192.0.2.1", "\"192.0.2.1\" is none; say trunk, phones, pbx or -" },
		{ "[peers]\na = Trunk 192.0.2.1", "did you mean trunk?" },
		{ "[peers]\na = trunk", "an address or network" }, { "[peers]\na =", "is none" },
		{ "[peers]\na", "f:2: this is no [section], no name = value" },
		{ "[peers]\n = trunk 192.0.2.1", "f:2: a name is wanted" },
		{ "[peers]\na = trunk 192.0.2.1, 192.0.2.1/24", "192.0.2.0/24 is the network" },
		{ "[peers]\na = trunk 192.0.2.1,, 192.0.2.2", "\"\" is no address" },
		{ "[peers]\na = trunk 192.0.2.1 192.0.2.2", "\"192.0.2.1 192.0.2.2\" is no address" },
		{ "[peers]\na = trunk 192.0.2.1\n\n  host.example", "f:4: a: \"host.example\" is no address" },
		{ "[peers]\na = trunk 192.0.2.1\nb = pbx 192.0.2.1", "f:3: b: 192.0.2.1 is named already: a" },
		{ "[peers]\na = trunk 192.0.2.1\na = pbx 192.0.2.2", "f:3: a has another role already: trunk" },
		{ "[peers]\na = trunk 192.0.2.1\n  [options]\n", "f:3: a: \"[options]\" is no address" },
		{ "[peers]\na-name-that-is-longer-than-31-bytes = pbx 192.0.2.1", "1 to 31" },
		{ "[incidents]\ntrunkdown.attempts = 5",
		    "f:2: there is no threshold trunkdown.attempts; did you mean trunk-down.attempts?" },
		{ "[incidents]\nxyzzy = 5", "there is no threshold xyzzy; sipwhy -D lists them" },
		{ "[incidents]\ntrunk-down.attempts = many", "f:2: trunk-down.attempts = many: a whole number" },
		{ "[incidents]\ntrunk-down.attempts =", "trunk-down.attempts has no value" },
		{ "[incidents]\ntrunk-down.attempts = 5\n  x = 4",
		    "f:3: an indented line goes on with trunk-down.attempts" },
		{ "[options]\nlimt = 50", "f:2: there is no option limt; did you mean limit?" },
		{ "[options]\nzzzzzz = 50", "there is no option zzzzzz; doc/config.md" },
		{ "[options]\ninput = x.pcap", "input is for the command line only" },
		{ "[options]\nattach = x", "there is no option attach" },
		{ "[options]\nlimit = 5", "limit = 5: a number from 10" }, { "[options]\ncalls = maybe", "yes or no" },
		{ "[options]\ntheme = x/y", "the name of a theme or the full path" },
		{ "[options]\ncolor = red", "f:2: color = red: auto, never, 16, 256 or true is wanted" },
		{ "[options]\nrefresh = 0", "f:2: refresh = 0: seconds from 0.1 to 60" },
		{ "[options]\nconfirm_quit = auto", "did you mean confirm-quit?" },
		{ "[options]\nprint = man", "there is no option print" },
		{ "[options]\nfast = yes", "fast is for the command line only: --fast" },
		{ "[keys]\nhlep = F1", "f:2: there is no action hlep; did you mean help?" },
		{ "[keys]\nhelp = F1 Fx", "f:2: Fx is no key" }, { "[keys]\nhelp = none F1", "f:2: none is no key" },
		{ "[keys]\nhelp =", "f:2: help has no value" },
		{ "[keys]\nhelp = F1\nhelp = F2", "f:3: help is set already, in line 2" },
		{ "[keys]\nhelp = F1\n F2", "f:3: no line goes on with keys" },
		{ "[keys]\nkey help", "f:2: say key ACTION KEY" },
		{ "[keys]\nkey help F1 F2", "f:2: say key ACTION KEY" }, { "[keys]\nunkey", "f:2: say key ACTION KEY" },
		{ "[keys]\nunkey hepl", "did you mean help?" }, { "[keys]\nset save yes", "f:2: this is no [section]" },
		{ "[filters]\nbad name = 503", "f:2: bad name: a name is" },
		{ "[filters]\nx =", "f:2: x has no value" }, { "[filters]\nok = 404\nx = (503", "f:3: x: " },
		{ "[filters]\nx = @gone", "f:2: x: " }, { "[filters]\nx = @y\ny = @x", "f:2: x: " },
		{ "[filters]\nx = 503\nx = 404", "f:3: x is set already, in line 2" },
		{ "[filters]\nx = \"\xe2\x80\xae\"", "f:2: x: there is a character" },
		{ "limit = 50", "f:1: limit stands before any section; begin with [options]" },
		{ "limits = 50", "f:1: limits stands before any section; begin with [peers]," },
		{ "[keys]\nF5 = quit", "f:2: the action comes first: quit = F5" },
		{ "[columns]\nevents = time", "f:2: there is no layout events; say events.80, events.100, events.140" },
		{ "[columns]\nevents.120 = time", "there is no layout events.120" },
		{ "[columns]\nevents.80 = time, code", "f:2: events.80: time, is no column; did you mean time?" },
		{ "[columns]\nevents.80 = time code\n resaon:30",
		    "f:3: events.80: resaon:30 is no column; did you mean reason?" },
		{ "[columns]\nevents.80 = reason:0", "reason:0 is no column" },
		{ "[columns]\nevents.80 = reason:999", "reason:999 is no column" },
		{ "[options]\nlimit = 50\nlimit = 60", "f:3: limit is set already, in line 2" },
		{ "[options]\nallow = 10.0.0.1/8", "f:2: allow: \"10.0.0.1/8\" has bits set behind its prefix" },
		{ "[options]\nallow = everybody", "f:2: allow: \"everybody\" is no address" },
		{ "[options]\ntls-key = key.pem", "f:2: tls-key = key.pem: the full path" },
		{ "[options]\nfollow = /var/log/asterisk/full", "follow is for the command line only: --follow" },
		{ "[heads]\nx =", "f:2: x has no value" }, { "[heads]\nx = from {nowhere}:", "f:2: x: " },
		{ "[heads]\nx = got from {src}:\nx = sent to {dst}:", "f:3: there is a head x already" },
		{ "[heads]\nx = got from {src}:\n  and more", "f:3: an indented line goes on with" },
		{ "[options]\nlimit = 5\x1b[2J", "f:2: there is a control character" },
		{ "\v[peers]\n", "f:1: there is a control character" },
		{ "[peers]\ra = pbx 192.0.2.1", "control character" } };
	struct options o;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct errmsg em = { "" };

		begin(&o);
		if (config_parse(&o, "f", slice_str(rows[i].text), &em) != -EINVAL ||
		    strstr(em.text, rows[i].says) == NULL)
			fail_msg("\"%s\" gave \"%s\", wanted \"%s\"", rows[i].text, em.text, rows[i].says);
		config_free(&o);
	}
}

static char wrong_lines[800];

static void
wrong(const char *sentence)
{
	size_t n = strlen(wrong_lines);

	(void)snprintf(wrong_lines + n, sizeof wrong_lines - n, "%s\n", sentence);
}

/* Who asks for all that is wrong hears of each line, the last by the sentence; lines of a section that is none are not
 * judged by another's rules. */
static void
test_all_wrong(void **state)
{
	static const char text[] = "limit = 50\n[options]\ncolour = 16\nlimit = 60\nrefresh = abc\nnothing\n"
				   "[filter]\nx = y\nz\n[filters]\nbad = (\ngood = 5xx\n[peers\na = b\n[peers]\n"
				   "c = trunk 300.1.1.1\nd = trunk 192.0.2.1\n";
	struct errmsg em = { "" };
	struct options o;

	(void)state;
	begin(&o);
	o.wrong = wrong;
	assert_int_equal(config_parse(&o, "f", slice_str(text), &em), -EINVAL);
	wrong(em.text);
	assert_string_equal(wrong_lines,
	    "f:1: limit stands before any section; begin with [options]\n"
	    "f:3: there is no option colour; did you mean color?\n"
	    "f:5: refresh = abc: seconds from 0.1 to 60 are wanted\n"
	    "f:6: this is no [section], no name = value and no comment\n"
	    "f:7: there is no section [filter]; did you mean filters?\n"
	    "f:13: a section is [name] on a line of its own\n"
	    "f:16: c: \"300.1.1.1\" is no address and no CIDR: 192.0.2.1, 10.20.0.0/16, 2001:db8::/32\n"
	    "f:11: bad: a condition is missing at the end\n");
	assert_int_equal(o.limit, 60);
	assert_string_equal(name_of(&o, "192.0.2.1"), "d");
	config_free(&o);
}

static int
parse_bytes(const char *text, size_t n, struct errmsg *em)
{
	struct options o;
	int err;

	begin(&o);
	err = config_parse(&o, "f", (struct slice){ text, n }, em);
	config_free(&o);
	return err;
}

/* inih would cut a long line in two and take the rest for another one. */
static void
test_lines(void **state)
{
	struct errmsg em = { "" };
	char text[400];
	size_t longest = 0;

	(void)state;
	for (size_t n = 150; n < 300; n++) {
		int at = snprintf(text, sizeof text, "[options]\n#%*s\nlimit = 5", (int)n, "");

		if (parse_bytes(text, (size_t)at, &em) != -EINVAL)
			fail_msg("the bad limit behind a comment of %zu was not seen", n);
		if (strstr(em.text, "f:3: limit = 5") != NULL)
			longest = n;
		else if (strstr(em.text, "f:2: the line is longer than") == NULL)
			fail_msg("a comment of %zu gave %s", n, em.text);
	}
	assert_in_range(longest, 180, 298);
	assert_int_equal(parse_bytes("[options]\n\0\n", 12, &em), -EINVAL);
	assert_string_equal(em.text, "f holds a NUL: that is no text");
	assert_int_equal(parse_bytes(NULL, 0, &em), 0);
	assert_int_equal(parse_bytes("\xef\xbb\xbf", 3, &em), 0);
	assert_int_equal(parse_bytes("[peers]", 7, &em), 0);
}

/* The sentence ends where its buffer does, whatever the file is called. */
static void
test_long_name(void **state)
{
	struct options o;
	struct errmsg em = { "" };
	char name[4096];

	(void)state;
	memset(name, 'n', sizeof name);
	memcpy(name + sizeof name - 10, "/the-file", 10);
	begin(&o);
	assert_int_equal(config_parse(&o, name, slice_str("[weather]"), &em), -EINVAL);
	assert_non_null(strstr(em.text, "/the-file:1: there is no section [weather]"));
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	(void)fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static int
load(struct options *o, const char *config, bool no_config, struct errmsg *em)
{
	begin(o);
	em->text[0] = '\0';
	o->config = config;
	o->no_config = no_config;
	return config_load(o, em);
}

static void
test_files(void **state)
{
	char dir[] = "/tmp/sipwhy-config.XXXXXX", path[64], users[96];
	struct options o;
	struct errmsg em;

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof path, "%s/c", dir);
	assert_int_equal(load(&o, path, false, &em), -ENOENT);
	assert_non_null(strstr(em.text, path));
	config_free(&o);
	write_file(path, "[options]\nlimit = 77\n");
	assert_int_equal(load(&o, path, true, &em), 0);
	assert_int_equal(o.limit, 77);
	assert_int_equal(o.n_files, 1);
	assert_string_equal(o.files[0], path);
	config_free(&o);
	assert_int_equal(truncate(path, CONFIG_MAX + 1), 0);
	assert_int_equal(load(&o, path, false, &em), -EFBIG);
	config_free(&o);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(load(&o, path, false, &em), -ENOTSUP);
	assert_non_null(strstr(em.text, "no plain file"));
	config_free(&o);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(load(&o, dir, false, &em), -ENOTSUP);
	assert_int_equal(load(&o, "/dev/zero", false, &em), -ENOTSUP);
	config_free(&o);
	/* The user's own file; a relative XDG_CONFIG_HOME is none. */
	(void)snprintf(users, sizeof users, "%s/sipwhy", dir);
	assert_int_equal(mkdir(users, 0700), 0);
	(void)snprintf(users, sizeof users, "%s/sipwhy/config", dir);
	write_file(users, "[options]\nlimit = 88\n[peers]\nme = pbx 192.0.2.77\n");
	assert_int_equal(setenv("XDG_CONFIG_HOME", dir, 1), 0);
	assert_int_equal(load(&o, NULL, false, &em), 0);
	assert_int_equal(o.limit, 88);
	assert_string_equal(name_of(&o, "192.0.2.77"), "me");
	config_free(&o);
	assert_int_equal(load(&o, NULL, true, &em), 0);
	assert_int_equal(o.limit, 10000);
	assert_int_equal(o.n_files, 0);
	config_free(&o);
	assert_int_equal(setenv("XDG_CONFIG_HOME", "sipwhy-config", 1), 0);
	assert_int_equal(setenv("HOME", dir, 1), 0);
	assert_int_equal(load(&o, NULL, false, &em), 0);
	assert_int_not_equal(o.limit, 88);
	config_free(&o);
	assert_int_equal(unlink(users), 0);
	(void)snprintf(users, sizeof users, "%s/sipwhy", dir);
	assert_int_equal(rmdir(users), 0);
	assert_int_equal(rmdir(dir), 0);
}

/* Root does what such a file says; the user whom it belongs to may write it as he likes. */
static void
test_trusted(void **state)
{
	char path[] = "/tmp/sipwhy-config.XXXXXX";
	int fd = mkstemp(path);
	struct options o;
	struct errmsg em;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(chmod(path, 0664), 0);
	assert_int_equal(load(&o, path, false, &em), geteuid() == 0 ? -EPERM : 0);
	assert_true(geteuid() != 0 || strstr(em.text, "may be written by others") != NULL);
	assert_int_equal(chmod(path, 0604), 0);
	assert_int_equal(load(&o, path, false, &em), 0);
	if (geteuid() == 0) {
		assert_int_equal(chown(path, 65534, 0), 0);
		assert_int_equal(load(&o, path, false, &em), -EPERM);
		assert_non_null(strstr(em.text, path));
		assert_non_null(strstr(em.text, "belongs to another user"));
	}
	config_free(&o);
	assert_int_equal(unlink(path), 0);
}

static char *
dump(const struct options *o)
{
	char *text = NULL;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	assert_non_null(f);
	config_dump(f, o);
	assert_int_equal(fclose(f), 0);
	return text;
}

static void
test_dump(void **state)
{
	static const char text[] =
	    "[peers]\ncarrier a = trunk 198.51.100.0/24,\n 2001:db8::/33\nx = - 0.0.0.0/0\n"
	    "[options]\nlimit = 77\ncalls = yes\ntheme = /a.theme\nallow = 10.0.0.0/8, 2001:db8::/32\n"
	    "[incidents]\ntrunk-down.attempts = 9\n[heads]\nours = trace from {src}:\n"
	    "[keys]\nhelp = F5\nkey help ^g\n[columns]\nevents.80 = mark time\n[filters]\n"
	"long = 500,501,502,503,504,505,506,507,508,509,510,511,512,513,514,515,516,517,518,519,520,521,522,523,524\n"
	"  or 400,401,402,403,404,405,406,407,408,409,410,411,412,413,414,415,416,417,418,419,420,421,422,423,424\n";
	struct options a, b;
	struct errmsg em = { "" };
	char *first, *second, longest[OPTIONS_TEXT];

	(void)state;
	begin(&a);
	begin(&b);
	assert_int_equal(config_parse(&a, "f", slice_str(text), &em), 0);
	/* What stands on the command line may be anything, and stays a comment of one line. */
	a.match = "x\n[peers]\n\x1b[2J";
	memset(longest, '\xff', sizeof longest);
	longest[sizeof longest - 1] = '\0';
	a.bpf = longest;
	first = dump(&a);
	assert_null(strchr(first, '\x1b'));
	if (config_parse(&b, "dump", slice_str(first), &em) != 0)
		fail_msg("%s in:\n%s", em.text, first);
	b.match = a.match;
	b.bpf = a.bpf;
	second = dump(&b);
	assert_string_equal(first, second);
	assert_non_null(strstr(first, "\ncarrier a = trunk 2001:db8::/33\n"));
	assert_non_null(strstr(first, "\ntrunk-down.attempts = 9\n"));
	assert_non_null(strstr(first, "\nallow = 10.0.0.0/8, 2001:db8::/32\n"));
	assert_non_null(strstr(first, "\n[heads]\nours = trace from {src}:\n"));
	assert_non_null(strstr(first, "\n# no-interface = no\n"));
	assert_non_null(strstr(first, "\n[columns]\nevents.80 = mark time\n"));
	assert_non_null(strstr(first, "\nhelp = F5 ^G\n"));
	assert_non_null(strstr(first, "\n# command = :\n"));
	free(first);
	/* A path that would not come back as it is. */
	a.theme = "/a ;b";
	first = dump(&a);
	assert_non_null(strstr(first, "\n# theme = /a ;b\n"));
	free(first);
	free(second);
	config_free(&a);
	config_free(&b);
}

static const char *
manual(void)
{
	static char text[128 * 1024];
	const char *root = getenv("srcdir");
	char path[256];
	FILE *f;

	(void)snprintf(path, sizeof path, "%s/doc/config.md", root != NULL ? root : ".");
	assert_non_null(f = fopen(path, "r"));
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	(void)fclose(f);
	return text;
}

/* Each threshold stands in the manual as the program has it, and no other; each option stands there. */
static void
test_manual(void **state)
{
	const char *text = manual(), *table = strstr(text, "\n## [incidents]\n");
	size_t n, rows = 0;
	const struct track_limit *limits = track_limits(&n);
	char row[512];

	(void)state;
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(row, sizeof row, "\n| `%s` | %u | %u to %u | %s |\n", limits[i].name,
		    (unsigned)limits[i].value, (unsigned)limits[i].min, (unsigned)limits[i].max, limits[i].help);
		if (strstr(text, row) == NULL)
			fail_msg("doc/config.md lacks the row%s", row);
	}
	assert_non_null(table);
	while ((table = strstr(table, "\n| `")) != NULL) {
		table++;
		rows++;
	}
	assert_int_equal(rows, n);
	for (size_t i = 0; options_file_name(i) != NULL; i++) {
		(void)snprintf(row, sizeof row, "\n| `%s` | ", options_file_name(i));
		if (strstr(text, row) == NULL)
			fail_msg("doc/config.md lacks a row for the option %s", options_file_name(i));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_peers), cmocka_unit_test(test_limits),
		cmocka_unit_test(test_options), cmocka_unit_test(test_screen), cmocka_unit_test(test_keys),
		cmocka_unit_test(test_pairs), cmocka_unit_test(test_too_many_pairs), cmocka_unit_test(test_trusted),
		cmocka_unit_test(test_receivers), cmocka_unit_test(test_heads), cmocka_unit_test(test_too_many_heads),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_all_wrong), cmocka_unit_test(test_lines),
		cmocka_unit_test(test_long_name), cmocka_unit_test(test_files), cmocka_unit_test(test_dump),
		cmocka_unit_test(test_manual) };

	/* What can be shown hangs on it. */
	(void)setlocale(LC_ALL, "C.UTF-8");
	return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
