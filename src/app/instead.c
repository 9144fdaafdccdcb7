/* instead - see instead.h.  --check-config says more than -D: what would go wrong without stopping a run. */
#include "app/instead.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "app/child.h"
#include "app/config.h"
#include "app/explain.h"
#include "app/history.h"
#include "app/howto.h"
#include "app/version.h"
#include "sipwhy/term.h"
#include "sipwhy/ui.h"

bool
instead_reads(enum options_action action)
{
	return action == ACTION_RUN || action == ACTION_DUMP || action == ACTION_CHECK;
}

void
instead_wrong(const char *sentence)
{
	(void)child_fail(sentence);
}

/* A theme that is not there would end a run before its first screen; what is not right in it, all of it, is told. */
static int
instead_theme(const struct options *o, theme_wrong_fn wrong, struct errmsg *em)
{
	char home[OPTIONS_TEXT], own[OPTIONS_TEXT + 16] = "";
	const char *folders[] = { own, PKGDATADIR "/themes", NULL };
	struct theme t;
	int err;

	if (o->theme == NULL)
		return 0;
	if (config_home(home, sizeof home))
		(void)snprintf(own, sizeof own, "%s/themes", home);
	err = theme_find_all(&t, o->theme, own[0] != '\0' ? folders : folders + 1, wrong, em);
	if (t.faults > 0)
		em->text[0] = '\0';
	return err;
}

/* Nothing is drawn, but who names a theme means one. */
int
instead_headless_theme(const struct options *o, struct errmsg *em)
{
	return options_given(o, "theme") && instead_theme(o, NULL, em) == -ENOENT ? -EINVAL : 0;
}

static int
instead_check(const struct options *o)
{
	struct errmsg em = { "" };
	char path[OPTIONS_TEXT];

	config_dump(stdout, o);
	(void)fputs("\n# history of prompts: ", stdout);
	if (!history_path(path, sizeof path))
		(void)fputs("not kept, there is no home folder\n", stdout);
	else if (history_try(path, &em) != 0)
		options_dump_text(stdout, "not kept, ", em.text);
	else
		options_dump_text(stdout, "", path);
	if (instead_theme(o, instead_wrong, &em) == 0)
		return 0;
	if (em.text[0] != '\0')
		(void)child_fail(em.text);
	return 2;
}

static int
instead_print(const struct options *o)
{
	if (options_print(stdout, o->print))
		return 0;
	(void)child_fail("--print: say man, keys, bash, zsh or fish");
	return 2;
}

static int
instead_reset(void)
{
	struct errmsg em = { "" };
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY), err;

	/* Wherever output goes: the terminal is what is to be put right. */
	err = term_reset(tty >= 0 ? tty : STDOUT_FILENO, &em);
	if (tty >= 0)
		(void)close(tty);
	return err == 0 ? 0 : child_fail(em.text);
}

int
instead_do(const struct options *o)
{
	switch (o->action) {
	case ACTION_HELP:
		options_help(stdout);
		return 0;
	case ACTION_VERSION:
		(void)printf("sipwhy %s\n", SIPWHY_VERSION);
		return 0;
	case ACTION_DUMP:
		config_dump(stdout, o);
		return 0;
	case ACTION_CHECK:
		return instead_check(o);
	case ACTION_EXPLAIN:
		return explain_print(stdout, o->explain, o->explain_words);
	case ACTION_HOWTO:
		return howto_print(stdout, o->howto);
	case ACTION_RESET:
		return instead_reset();
	case ACTION_PRINT:
		return instead_print(o);
	case ACTION_RUN:
		break;
	}
	return 0;
}
