/* options: what stands on a command line, what it comes to, and what is refused with which words. */
#include <errno.h>
#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#include "app/config.h"
#include "app/options.h"
#include "app/options_log.h"
#include "app/options_table.h"
#include "sipwhy/peers.h"
#include "sipwhy/slice.h"

enum { WORDS = 14 };

static int
parse(struct options *o, struct errmsg *em, const char *line)
{
	static char text[512];
	static char *argv[WORDS + 1] = { (char *)"sipwhy" };
	int argc = 1;

	/* Words are parted by | because filters hold blanks. */
	slice_copy(text, sizeof text, slice_str(line));
	for (char *at = text; *at != '\0' && argc < WORDS; argc++) {
		argv[argc] = at;
		at += strcspn(at, "|");
		if (*at == '|')
			*at++ = '\0';
	}
	argv[argc] = NULL;
	optind = 0;
	em->text[0] = '\0';
	return options_parse(o, argc, argv, em);
}

static void
test_inputs(void **state)
{
	struct options o;
	struct errmsg em;

	(void)state;
	assert_int_equal(parse(&o, &em, ""), 0);
	assert_int_equal(o.n_inputs, 1);
	assert_int_equal(o.inputs[0].kind, INPUT_PCAP_LIVE);
	assert_string_equal(o.inputs[0].arg, "any");
	assert_int_equal(parse(&o, &em, "-d|eth0,lo|-I|a.pcap|--input=b.pcap"), 0);
	assert_int_equal(o.n_inputs, 4);
	assert_string_equal(o.inputs[1].arg, "lo");
	assert_int_equal(o.inputs[3].kind, INPUT_FILE);
	assert_int_equal(parse(&o, &em, "-d|eth0,"), -EINVAL);
	assert_int_equal(parse(&o, &em, "--demo|-d|lo"), -EINVAL);
	assert_int_equal(parse(&o, &em, "--demo"), 0);
	assert_true(o.demo);
}

static void
test_words(void **state)
{
	struct options o;
	struct errmsg em;

	(void)state;
	assert_int_equal(parse(&o, &em, "-N|udp port 5060"), 0);
	assert_null(o.match);
	assert_string_equal(o.bpf, "udp port 5060");
	assert_int_equal(parse(&o, &em, "udp|port|5060"), 0);
	assert_string_equal(o.bpf, "udp port 5060");
	assert_int_equal(parse(&o, &em, "-i|insufficient|host 192.0.2.1"), 0);
	assert_string_equal(o.match, "insufficient");
	assert_string_equal(o.bpf, "host 192.0.2.1");
	assert_true(o.icase);
	assert_int_equal(parse(&o, &em, "a.*b"), 0);
	assert_string_equal(o.match, "a.*b");
	assert_null(o.bpf);
	/* A slip in a filter stays a filter, to be told when it is compiled. */
	assert_int_equal(parse(&o, &em, "port abc"), 0);
	assert_null(o.match);
	assert_string_equal(o.bpf, "port abc");
	assert_int_equal(parse(&o, &em, "-v"), -EINVAL);
}

static void
test_forms(void **state)
{
	struct options o;
	struct errmsg em;

	(void)state;
	assert_int_equal(parse(&o, &em, "--json"), 0);
	assert_true(o.headless);
	assert_int_equal(o.output, OUTPUT_RECORDS);
	assert_int_equal(parse(&o, &em, "--json=report|--events|-l|50|--duration|30|-B|64"), 0);
	assert_int_equal(o.output, OUTPUT_REPORT);
	assert_int_equal(o.limit, 50);
	assert_int_equal(o.duration_s, 30);
	assert_int_equal(o.buffer_mib, 64);
	assert_int_equal(parse(&o, &em, "--json=xml"), -EINVAL);
	assert_int_equal(parse(&o, &em, "--explain|403|Insufficient funds"), 0);
	assert_int_equal(o.action, ACTION_EXPLAIN);
	assert_string_equal(o.explain_words[0], "Insufficient funds");
	assert_int_equal(parse(&o, &em, "--explain|403|Not Here|Server: Kamailio"), 0);
	assert_string_equal(o.explain_words[1], "Server: Kamailio");
	assert_null(o.explain_words[2]);
	assert_int_equal(parse(&o, &em, "--json|--messages"), 0);
	assert_true(o.messages);
}

static void
test_screen(void **state)
{
	struct options o;
	struct errmsg em;

	(void)state;
	assert_int_equal(parse(&o, &em, ""), 0);
	assert_int_equal(options_refresh_ms(&o), 1000);
	assert_int_equal(options_window_s(&o), -1);
	assert_int_equal(o.color, COLOR_AUTO);
	assert_int_equal(o.glyphs, GLYPHS_AUTO);
	assert_int_equal(o.confirm_quit, VIEW_QUIT_AUTO);
	assert_int_equal(o.bell, BELL_NEVER);
	assert_int_equal(parse(&o, &em,
			     "--color=true|--glyphs|utf8|--theme|solarized|--mouse|--refresh|0.25|--window|24h|"
			     "--confirm-quit=never|--bell=crit|--no-redact"),
	    0);
	assert_int_equal(o.color, COLOR_TRUE);
	assert_int_equal(o.glyphs, GLYPHS_UTF8);
	assert_string_equal(o.theme, "solarized");
	assert_true(o.mouse && o.no_redact);
	assert_int_equal(options_refresh_ms(&o), 250);
	assert_int_equal(options_window_s(&o), 86400);
	assert_int_equal(o.confirm_quit, VIEW_QUIT_NEVER);
	assert_int_equal(o.bell, BELL_CRIT);
	assert_int_equal(parse(&o, &em, "--window=all|--refresh=12.5|--glyphs=ascii|--color=never"), 0);
	assert_int_equal(options_window_s(&o), 0);
	assert_int_equal(options_refresh_ms(&o), 12500);
	assert_int_equal(o.glyphs, GLYPHS_ASCII);
	assert_int_equal(o.color, COLOR_NEVER);
	assert_int_equal(parse(&o, &em, "--fast"), 0);
	assert_int_equal(options_refresh_ms(&o), 250);
	assert_int_equal(parse(&o, &em, "--command|:goto 14:05|--command|theme light"), 0);
	assert_int_equal(o.n_commands, 2);
	assert_string_equal(o.commands[0], "goto 14:05");
	assert_string_equal(o.commands[1], "theme light");
}

/* What is done instead of running; the last one counts. */
static void
test_actions(void **state)
{
	static const struct {
		const char *line;
		enum options_action action;
	} rows[] = { { "-D", ACTION_DUMP }, { "--check-config", ACTION_CHECK }, { "--reset", ACTION_RESET },
		{ "--howto|asterisk", ACTION_HOWTO }, { "-V", ACTION_VERSION }, { "--print|bash", ACTION_PRINT },
		{ "-D|-h", ACTION_HELP }, { "--demo", ACTION_RUN } };
	struct options o;
	struct errmsg em;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(parse(&o, &em, rows[i].line), 0);
		assert_int_equal(o.action, rows[i].action);
	}
}

/* The table itself: each row can be said, found, and told of. */
static void
test_table(void **state)
{
	const struct option_row *r;

	(void)state;
	assert_true(option_rows() <= 64);
	for (size_t i = 0; (r = option_row(i)) != NULL; i++) {
		assert_true(r->letter != 0 || r->name != NULL);
		assert_true(r->type != TYPE_CALL || r->call != NULL);
		assert_true(r->type != TYPE_CHOICE || (r->choices != NULL && r->standard != NULL));
		assert_true(r->complete != COMPLETE_CHOICE || r->choices != NULL);
		assert_true(!option_is_shown(r) || r->help[0] != '\0');
		for (size_t k = 0; k < i; k++) {
			assert_false(r->letter != 0 && r->letter == option_row(k)->letter);
			assert_false(r->name != NULL && option_find(r->name) != r);
		}
	}
}

static void
test_refused(void **state)
{
	static const struct {
		const char *line, *says;
	} rows[] = { { "-r|x.pcap", "-I" },
		{ "-L|udp:x:9060", "--hep-listen udp:x:9060: a port is wanted" },
		{ "-S|udp:x", "--syslog udp:x: a port is wanted" }, { "-f", "needs a value" },
		{ "-S|udp:0", "a port is wanted" }, { "-S|tcp:65536", "a port is wanted" },
		{ "-S|tcp:192.0.2.1", "a port is wanted" }, { "-S|tcp:2001:db8::1:514", "[2001:db8::1]:514" },
		{ "-L|unix:/run/s", "--hep-listen unix:/run/s: say udp:PORT" }, { "-L|9060", "say udp:PORT" },
		{ "--tzsp|tcp:37008", "--tzsp tcp:37008: say udp:PORT" },
		{ "-S|udp:", "--syslog udp:: a port is wanted" },
		{ "-S|5514", "--syslog 5514: say udp:PORT" }, { "-S|http:80", "say udp:PORT" },
		{ "-S|udp", "say udp:PORT" }, { "-S|unix:", "a path of 1 to 107 characters" },
		{ "-S|unix-stream:", "wanted behind unix-stream:" }, { "-S|unix-streams:/x", "say udp:PORT" },
		{ "-S|unix", "say udp:PORT" }, { "--follow|-", "standard input is read by -I -" },
		{ "--allow|10.0.0.0/33", "--allow: \"10.0.0.0/33\" is no address" },
		{ "--allow|10.0.0.1/8", "10.0.0.0/8 is the network" }, { "-k|x", "not in this build" },
		{ "--bogus", "unknown option --bogus" }, { "-Z", "unknown option" }, { "-I", "needs a value" },
		{ "-l|5", "from 10 to 1000000" }, { "-l|many", "a number" }, { "-B|0", "from 1 to 2048" },
		{ "--duration|-1", "a number" },
		{ "--color|red", "--color red: auto, never, 16, 256 or true is wanted" },
		{ "--window|2m", "auto, 1m, 5m, 15m, 1h, 24h or all" },
		{ "--glyphs|UTF8", "auto, ascii, cp437 or utf8" },
		{ "--refresh|0.05", "--refresh 0.05: seconds from 0.1 to 60" }, { "--refresh|61", "from 0.1 to 60" },
		{ "--refresh|1.", "seconds from" }, { "--refresh|1.2345", "seconds from" },
		{ "--refresh|.5", "seconds from" }, { "--fast|--refresh|2", "--fast and --refresh contradict" },
		{ "--messages", "--messages is for --json" },
		{ "--json=report|--messages", "--messages is for --json" },
		{ "-N|--command|q", "--command is for the screen" }, { "--daemon", "--daemon is not in this build" } };
	struct options o;
	struct errmsg em;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(parse(&o, &em, rows[i].line), -EINVAL);
		config_free(&o);
		if (strstr(em.text, rows[i].says) == NULL)
			fail_msg("%s said \"%s\", wanted \"%s\"", rows[i].line, em.text, rows[i].says);
	}
}

/* Numbers of the options that a file may set, by name. */
static size_t
in_file(const char *name)
{
	size_t i = 0;

	while (options_file_name(i) != NULL && strcmp(options_file_name(i), name) != 0)
		i++;
	return i;
}

static void
test_logs(void **state)
{
	struct options o;
	struct errmsg em;

	(void)state;
	assert_int_equal(parse(&o, &em,
			     "-S|udp:5514|--syslog=tcp:[2001:db8::1]:514|-S|tls:127.0.0.1:6514|-S|unix:/run/s|"
			     "--follow|/var/log/a|--from-start|-S|unix-stream:/run/t"),
	    0);
	assert_int_equal(o.n_inputs, 6);
	assert_int_equal(o.inputs[1].kind, INPUT_SYSLOG);
	assert_int_equal(o.inputs[5].kind, INPUT_SYSLOG);
	assert_string_equal(o.inputs[1].arg, "tcp:[2001:db8::1]:514");
	assert_int_equal(o.inputs[4].kind, INPUT_FOLLOW);
	assert_true(o.from_start);
	assert_int_equal(options_log_port(o.inputs[0].arg), 5514);
	assert_int_equal(options_log_port(o.inputs[1].arg), 514);
	assert_int_equal(options_log_port(o.inputs[3].arg), 0);
	assert_int_equal(options_log_port("udp:x"), 0);
	assert_null(o.allow);
	assert_int_equal(parse(&o, &em, "-S|udp:0.0.0.0:514|--allow|10.0.0.0/8,192.0.2.1|--allow|2001:db8::/32"), 0);
	assert_non_null(peers_at(o.allow, 2));
	assert_false(o.allow_any);
	/* What stands on the command line stays. */
	assert_int_equal(options_set(&o, in_file("allow"), slice_str("any"), &em), 0);
	assert_false(o.allow_any);
	config_free(&o);
	assert_int_equal(parse(&o, &em, "-S|udp:0.0.0.0:514|--allow|any"), 0);
	assert_true(o.allow_any);
	config_free(&o);
}

/* What goes with what is judged when the files were read, too. */
static void
test_check(void **state)
{
	static const struct {
		const char *line, *says;
	} rows[] = { { "-S|udp:514|udp port 5060", "the filter \"udp port 5060\" is for packets" },
		{ "--follow|x|-O|y.pcap", "-O saves packets" }, { "-I|x|--from-start", "--from-start is for --follow" },
		{ "-S|tls:6514|--tls-cert|c.pem", "--syslog tls:6514 needs a certificate" },
		{ "-I|x|--tls-ca|ca.pem", "--tls-ca is for --syslog" },
		{ "-S|udp:514|-S|tcp:514|--tls-ca|ca.pem",
		    "--tls-ca is for --syslog tls: and --hep-listen tls:, and there is none: nobody would be asked" },
		{ "-L|udp:9060|--tls-key|k.pem", "--tls-key is for --syslog tls: and --hep-listen tls:" },
		{ "-S|udp:514|-S|udp:514", "--syslog udp:514 is given twice" },
		{ "-S|unix:/run/s|-S|unix:/run/s", "--syslog unix:/run/s is given twice" },
		{ "-L|udp:9060|-S|udp:9060", "--hep-listen and --syslog can't both listen on udp:9060" },
		{ "-S|udp:514|-S|tcp:514|-S|udp:515", NULL }, { "-d|lo|--allow|any", "--allow is for --syslog" },
		{ "-L|tls:9060", "--hep-listen tls:9060 needs a certificate" },
		{ "-d|lo|--hep-key|/k", "--hep-key is for --hep-listen" }, { "-I|x|-E|--hep-key|/k", NULL },
		{ "-L|udp:9060|--hep-key|/k", NULL },
		{ "-L|udp:9060|udp port 5060", "is for captures, and there is none" },
		{ "-L|udp:9060|-O|x.pcap", "-O saves captured packets" }, { "-L|udp:9060|-d|lo|-O|x.pcap", NULL },
		{ "--tzsp|udp:|--allow|any", NULL }, { "-S|tls:6514|--tls-cert|c.pem|--tls-key|k.pem", NULL },
		{ "-S|udp:514|-d|lo|udp port 5060", NULL }, { "-I|x|-O|y.pcap|udp", NULL }, { "--follow|x|404", NULL },
		{ "-I|x|--filter|class:5xx", NULL }, { "-I|x|--filter|class:5xx (", "--filter, character " },
		{ "-I|x|--filter|@gone", "--filter, character " },
		{ "-I|x|-H|udp:9060", "\"udp:9060\" is no place to send HEP to" }, { "-I|x|-H|udp:homer:9060", NULL },
		{ "-I|x|-H|tls:homer", "needs --hep-ca FILE" }, { "-I|x|-H|tls:homer|--hep-ca|c.pem", NULL },
		{ "-I|x|-H|tcp:homer|--hep-ca|c.pem", "--hep-ca is for --hep-send tls:" },
		{ "-I|x|--hep-id|7", "--hep-id is for --hep-send" }, { "-I|x|-H|udp:homer|--hep-key|/k", NULL } };
	struct options o;
	struct errmsg em;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(parse(&o, &em, rows[i].line), 0);
		assert_int_equal(options_check(&o, &em), rows[i].says == NULL ? 0 : -EINVAL);
		if (rows[i].says != NULL && strstr(em.text, rows[i].says) == NULL)
			fail_msg("%s said \"%s\", wanted \"%s\"", rows[i].line, em.text, rows[i].says);
		config_free(&o);
	}
	assert_int_equal(parse(&o, &em, "-S|tls:6514"), 0);
	assert_int_equal(options_set(&o, in_file("tls-cert"), slice_str("/c.pem"), &em), 0);
	assert_int_equal(options_check(&o, &em), -EINVAL);
	assert_int_equal(options_set(&o, in_file("tls-key"), slice_str("/k.pem"), &em), 0);
	assert_int_equal(options_check(&o, &em), 0);
	/* A file may name who may send although this run has no receiver. */
	assert_int_equal(parse(&o, &em, "-I|x"), 0);
	assert_int_equal(options_set(&o, in_file("allow"), slice_str("any"), &em), 0);
	assert_int_equal(options_check(&o, &em), 0);
	config_free(&o);
}

static void
test_file(void **state)
{
	struct options o;
	struct errmsg em;
	size_t n = 0;

	(void)state;
	while (options_file_name(n) != NULL)
		n++;
	assert_true(n > 0 && n <= OPTIONS_NAMES_MAX);
	assert_int_equal(parse(&o, &em, "-l|50|-q"), 0);
	/* The command line stays, the rest follows the file. */
	assert_int_equal(options_set(&o, in_file("limit"), slice_str("99"), &em), 0);
	assert_int_equal(o.limit, 50);
	assert_int_equal(options_set(&o, in_file("quiet"), slice_str("no"), &em), 0);
	assert_true(o.quiet);
	assert_int_equal(options_set(&o, in_file("buffer"), slice_str("99"), &em), 0);
	assert_int_equal(o.buffer_mib, 99);
	assert_int_equal(options_set(&o, in_file("calls"), slice_str("yes"), &em), 0);
	assert_true(o.calls_only);
	assert_int_equal(options_set(&o, in_file("calls"), slice_str("no"), &em), 0);
	assert_false(o.calls_only);
	/* What stood on the command line is judged all the same. */
	assert_int_equal(options_set(&o, in_file("limit"), slice_str("9"), &em), -EINVAL);
	assert_non_null(strstr(em.text, "limit = 9: a number from 10"));
	assert_int_equal(options_set(&o, in_file("calls"), slice_str("YES"), &em), -EINVAL);
	assert_int_equal(options_set(&o, in_file("theme"), slice_str("x.theme"), &em), -EINVAL);
	assert_int_equal(options_set(&o, in_file("theme"), slice_str("/x.theme"), &em), 0);
	assert_string_equal(o.theme, "/x.theme");
	assert_int_equal(options_set(&o, in_file("theme"), slice_str("light"), &em), 0);
	assert_string_equal(o.theme, "light");
	assert_int_equal(options_set(&o, in_file("refresh"), slice_str("0.5"), &em), 0);
	assert_int_equal(o.refresh_ms, 500);
	assert_int_equal(options_set(&o, in_file("bell"), slice_str("crit"), &em), 0);
	assert_int_equal(o.bell, BELL_CRIT);
	assert_int_equal(options_set(&o, in_file("bell"), slice_str("loud"), &em), -EINVAL);
	assert_string_equal(em.text, "bell = loud: never or crit is wanted");
	/* Inputs, actions and what belongs to one run have no number. */
	assert_int_equal(in_file("input"), n);
	assert_int_equal(in_file("duration"), n);
	assert_int_equal(in_file("config"), n);
	assert_true(options_is_name("input"));
	assert_false(options_is_name("inputs"));
	assert_false(options_is_name("attach"));
	assert_false(options_is_name("print"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_inputs), cmocka_unit_test(test_words),
		cmocka_unit_test(test_forms), cmocka_unit_test(test_screen), cmocka_unit_test(test_actions),
		cmocka_unit_test(test_table), cmocka_unit_test(test_refused), cmocka_unit_test(test_logs),
		cmocka_unit_test(test_check), cmocka_unit_test(test_file) };

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
