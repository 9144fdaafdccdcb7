/*
 * sipwhy - why are calls failing, right now?  Options, then one of the conductors.
 */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "app/child.h"
#include "app/config.h"
#include "app/instead.h"
#include "app/options.h"
#include "app/supervisor.h"

static int
main_act(const struct options *o)
{
	if (o->action != ACTION_RUN)
		return instead_do(o);
	return o->headless ? supervisor_headless(o) : supervisor_run(o);
}

/* Whoever started us may have closed some of the three; the next file opened must not stand in their place.
 * What takes their place refuses, so that a report into nothing is told as such. */
static int
main_descriptors(void)
{
	static const int modes[] = { O_WRONLY, O_RDONLY, O_RDWR };

	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
			return -1;
	return 0;
}

/* Nothing is said of a full disk before the last bytes leave. */
static int
main_flush(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	if (status == 0)
		(void)fprintf(stderr, "sipwhy: writing failed: %s\n", strerror(errno));
	return status == 0 ? 1 : status;
}

/* Help must be had whatever stands in a file. */
static int
main_options(struct options *o, int argc, char **argv)
{
	struct errmsg em = { "" };
	int err = options_parse(o, argc, argv, &em);

	o->wrong = o->action == ACTION_CHECK ? instead_wrong : NULL;
	if (err == 0 && instead_reads(o->action))
		err = config_load(o, &em);
	if (err == 0 && instead_reads(o->action))
		err = options_check(o, &em);
	if (err == 0 && o->action == ACTION_RUN && o->headless)
		err = instead_headless_theme(o, &em);
	if (err == 0)
		return 0;
	(void)child_fail(em.text);
	return err == -EINVAL || o->action == ACTION_CHECK ? 2 : 1;
}

int
main(int argc, char **argv)
{
	struct options o;
	int status;

	if (main_descriptors() != 0)
		return 1;
	(void)setlocale(LC_CTYPE, "");
	/* The zone is read now: an engine may open no file later. */
	tzset();
	status = main_options(&o, argc, argv);
	if (status == 0)
		status = main_flush(main_act(&o));
	config_free(&o);
	return status;
}
