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
}

static void
test_refused(void **state)
{
	static const struct {
		const char *line, *says;
	} rows[] = { { "-r|x.pcap", "-I" }, { "-E", "-E (--hep-parse) is not in this build" },
		{ "-L|udp:x:9060", "not in this build" }, { "-H|udp:x:9060", "not in this build" },
		{ "-S|udp:x", "--syslog udp:x: a port is wanted" }, { "-f", "needs a value" },
		{ "-S|udp:0", "a port is wanted" }, { "-S|tcp:65536", "a port is wanted" },
		{ "-S|tcp:192.0.2.1", "a port is wanted" }, { "-S|tcp:2001:db8::1:514", "[2001:db8::1]:514" },
		{ "-S|5514", "--syslog 5514: say udp:PORT" }, { "-S|http:80", "say udp:PORT" },
		{ "-S|udp", "say udp:PORT" }, { "-S|unix:", "a path of 1 to 107 characters" },
		{ "-S|unix-stream:", "wanted behind unix-stream:" }, { "-S|unix-streams:/x", "say udp:PORT" },
		{ "-S|unix", "say udp:PORT" }, { "--follow|-", "standard input is read by -I -" },
		{ "--allow|10.0.0.0/33", "--allow: \"10.0.0.0/33\" is no address" },
		{ "--allow|10.0.0.1/8", "10.0.0.0/8 is the network" }, { "-k|x", "not in this build" },
		{ "--bogus", "unknown option --bogus" }, { "-Z", "unknown option" }, { "-I", "needs a value" },
		{ "-l|5", "from 10 to 1000000" }, { "-l|many", "a number" }, { "-B|0", "from 1 to 2048" },
		{ "--duration|-1", "a number" } };
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
		{ "-d|lo|--allow|any", "--allow is for --syslog" },
		{ "-S|tls:6514|--tls-cert|c.pem|--tls-key|k.pem", NULL }, { "-S|udp:514|-d|lo|udp port 5060", NULL },
		{ "-I|x|-O|y.pcap|udp", NULL }, { "--follow|x|404", NULL } };
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
	/* Inputs, actions and what belongs to one run have no number. */
	assert_int_equal(in_file("input"), n);
	assert_int_equal(in_file("duration"), n);
	assert_int_equal(in_file("config"), n);
	assert_true(options_is_name("input"));
	assert_false(options_is_name("inputs"));
	assert_false(options_is_name("tzsp"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_inputs), cmocka_unit_test(test_words),
		cmocka_unit_test(test_forms), cmocka_unit_test(test_refused), cmocka_unit_test(test_logs),
		cmocka_unit_test(test_check), cmocka_unit_test(test_file) };

	return cmocka_run_group_tests_name("options", tests, NULL, NULL);
}
