/*
 * sipwhy - why are calls failing, right now?  Options, then one of the conductors.
 */
#include <locale.h>
#include <stdio.h>
#include <time.h>

#include "app/explain.h"
#include "app/options.h"
#include "app/supervisor.h"
#include "app/version.h"

static int
main_act(const struct options *o)
{
	switch (o->action) {
	case ACTION_HELP:
		options_help(stdout);
		return 0;
	case ACTION_VERSION:
		(void)printf("sipwhy %s\n", SIPWHY_VERSION);
		return 0;
	case ACTION_DUMP:
		options_dump(stdout, o);
		return 0;
	case ACTION_EXPLAIN:
		return explain_print(stdout, o->explain, o->explain_phrase);
	case ACTION_RUN:
		break;
	}
	return o->headless ? supervisor_headless(o) : supervisor_run(o);
}

int
main(int argc, char **argv)
{
	struct errmsg em = { "" };
	struct options o;

	(void)setlocale(LC_CTYPE, "");
	/* The zone is read now: an engine may open no file later. */
	tzset();
	if (options_parse(&o, argc, argv, &em) != 0) {
		(void)fprintf(stderr, "sipwhy: %s\n", em.text);
		return 2;
	}
	return main_act(&o);
}
