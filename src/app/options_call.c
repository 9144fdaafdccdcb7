/*
 * options_call - options that are more than a value; see options_call.h.
 * Only takes and judges words: nothing is opened and nothing is printed here.
 */
#include "app/options_call.h"

#include <errno.h>
#include <string.h>

#include "app/options_log.h"

static int
options_call_input(struct options *o, enum input_kind kind, struct slice arg, struct errmsg *em)
{
	if (o->n_inputs == OPTIONS_INPUTS_MAX)
		return errmsg_set(em, -EINVAL, "more than %d inputs", OPTIONS_INPUTS_MAX);
	if (arg.n == 0 || arg.n >= sizeof o->inputs[0].arg)
		return errmsg_set(
		    em, -EINVAL, "an input's name must have 1 to %zu characters", sizeof o->inputs[0].arg - 1);
	o->inputs[o->n_inputs].kind = kind;
	slice_copy(o->inputs[o->n_inputs].arg, sizeof o->inputs[0].arg, arg);
	o->n_inputs++;
	return 0;
}

int
options_call_device(struct options *o, const char *arg, struct errmsg *em)
{
	struct slice rest = slice_str(arg);
	int err = 0;

	while (err == 0 && rest.p != NULL)
		err = options_call_input(o, INPUT_PCAP_LIVE, slice_cut(&rest, ','), em);
	return err;
}

int
options_call_file(struct options *o, const char *arg, struct errmsg *em)
{
	return options_call_input(o, INPUT_FILE, slice_str(arg), em);
}

static int
options_call_receiver(struct options *o, enum input_kind kind, const char *arg, struct errmsg *em)
{
	int err = options_log_place(kind, arg, em);

	return err != 0 ? err : options_call_input(o, kind, slice_str(arg), em);
}

int
options_call_syslog(struct options *o, const char *arg, struct errmsg *em)
{
	return options_call_receiver(o, INPUT_SYSLOG, arg, em);
}

int
options_call_mirror(struct options *o, const char *arg, struct errmsg *em)
{
	return options_call_receiver(o, INPUT_MIRROR, arg, em);
}

int
options_call_tzsp(struct options *o, const char *arg, struct errmsg *em)
{
	return options_call_receiver(o, INPUT_TZSP, arg, em);
}

int
options_call_follow(struct options *o, const char *arg, struct errmsg *em)
{
	if (strcmp(arg, "-") == 0)
		return errmsg_set(em, -EINVAL, "--follow -: standard input is read by -I -, for as long as it lasts");
	return options_call_input(o, INPUT_FOLLOW, slice_str(arg), em);
}

int
options_call_allow(struct options *o, const char *arg, struct errmsg *em)
{
	return options_log_allow(&o->allow, &o->allow_any, "--allow", slice_str(arg), em);
}

int
options_call_demo(struct options *o, const char *arg, struct errmsg *em)
{
	(void)arg;
	return options_call_input(o, INPUT_DEMO, slice_str("demo"), em);
}

int
options_call_json(struct options *o, const char *arg, struct errmsg *em)
{
	o->headless = true;
	if (arg == NULL || strcmp(arg, "records") == 0)
		o->output = OUTPUT_RECORDS;
	else if (strcmp(arg, "report") == 0)
		o->output = OUTPUT_REPORT;
	else
		return errmsg_set(em, -EINVAL, "--json=%s: say --json (records) or --json=report", arg);
	return 0;
}

int
options_call_command(struct options *o, const char *arg, struct errmsg *em)
{
	if (o->n_commands == OPTIONS_COMMANDS_MAX)
		return errmsg_set(em, -EINVAL, "--command: more than %d", OPTIONS_COMMANDS_MAX);
	/* Typed with its colon it means the same. */
	o->commands[o->n_commands++] = arg + (arg[0] == ':');
	return 0;
}

int
options_call_explain(struct options *o, const char *arg, struct errmsg *em)
{
	(void)em;
	o->action = ACTION_EXPLAIN;
	o->explain = arg;
	return 0;
}

int
options_call_howto(struct options *o, const char *arg, struct errmsg *em)
{
	(void)em;
	o->action = ACTION_HOWTO;
	o->howto = arg;
	return 0;
}

int
options_call_print(struct options *o, const char *arg, struct errmsg *em)
{
	(void)em;
	o->action = ACTION_PRINT;
	o->print = arg;
	return 0;
}

static int
options_call_action(struct options *o, enum options_action action)
{
	o->action = action;
	return 0;
}

int
options_call_help(struct options *o, const char *arg, struct errmsg *em)
{
	(void)arg;
	(void)em;
	return options_call_action(o, ACTION_HELP);
}

int
options_call_version(struct options *o, const char *arg, struct errmsg *em)
{
	(void)arg;
	(void)em;
	return options_call_action(o, ACTION_VERSION);
}

int
options_call_dump(struct options *o, const char *arg, struct errmsg *em)
{
	(void)arg;
	(void)em;
	return options_call_action(o, ACTION_DUMP);
}

int
options_call_check(struct options *o, const char *arg, struct errmsg *em)
{
	(void)arg;
	(void)em;
	return options_call_action(o, ACTION_CHECK);
}

int
options_call_reset(struct options *o, const char *arg, struct errmsg *em)
{
	(void)arg;
	(void)em;
	return options_call_action(o, ACTION_RESET);
}
