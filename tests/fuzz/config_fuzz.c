/*
 * config_fuzz - any bytes as a configuration file.  What must hold: a verdict with a sentence of one line when it is
 * refused; when it is taken, everything within its bounds, and the dump of it reads back as the same dump.
 */
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/config.h"
#include "sipwhy/peers.h"
#include "sipwhy/track.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What a filter may hold hangs on what can be shown. */
int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return setlocale(LC_ALL, "C.UTF-8") != NULL ? 0 : -1;
}

static void
fuzz_must(bool truth)
{
	if (!truth)
		abort();
}

static void
fuzz_bounds(const struct options *o)
{
	size_t n;
	const struct track_limit *rows = track_limits(&n);

	for (size_t i = 0; o->has_limits && i < n; i++)
		fuzz_must(o->limits[i] >= rows[i].min && o->limits[i] <= rows[i].max);
	fuzz_must(o->limit >= 10 && o->limit <= 1000000 && o->buffer_mib >= 1 && o->buffer_mib <= 2048);
	fuzz_must(o->refresh_ms >= 100 && o->refresh_ms <= 60000 && o->color <= COLOR_TRUE && o->glyphs <= GLYPHS_UTF8);
	fuzz_must(o->window <= WINDOW_ALL && o->confirm_quit <= VIEW_QUIT_NEVER && o->bell <= BELL_CRIT);
	fuzz_must(
	    o->n_keys <= OPTIONS_KEYS_MAX && o->filters.n <= OPTIONS_PAIRS_MAX && o->columns.n <= OPTIONS_PAIRS_MAX);
	for (size_t i = 0; i < o->filters.n; i++)
		fuzz_must(strlen(o->filters.rows[i].text) <= FILTER_TEXT_MAX);
	fuzz_must(peers_at(o->peers, PEERS_MAX) == NULL);
	for (size_t i = 0; peers_at(o->peers, i) != NULL; i++) {
		const struct peers_row *row = peers_at(o->peers, i);
		struct endpoint e = { .family = row->family };

		memcpy(e.addr, row->addr, sizeof e.addr);
		fuzz_must(row->name[0] != '\0' && row->role < PEER_ROLE_N);
		fuzz_must(peers_find(o->peers, &e) != NULL && peers_find(o->peers, &e)->bits >= row->bits);
	}
}

static char *
fuzz_dump(const struct options *o, size_t *n)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, n);

	fuzz_must(f != NULL);
	config_dump(f, o);
	fuzz_must(fclose(f) == 0);
	return text;
}

/* Without comments: what can't be written in a file is one. */
static size_t
fuzz_settings(char *text, size_t n)
{
	struct slice rest = { text, n };
	size_t at = 0;

	while (rest.p != NULL) {
		struct slice line = slice_cut(&rest, '\n');

		if (line.n == 0 || *line.p == '#')
			continue;
		memmove(text + at, line.p, line.n);
		text[at + line.n] = '\n';
		at += line.n + 1;
	}
	return at;
}

static void
fuzz_again(const struct options *o)
{
	static struct options again;
	struct errmsg em = { "" };
	size_t n, n_again;
	char *text = fuzz_dump(o, &n), *text_again;

	options_init(&again);
	fuzz_must(config_parse(&again, "dump", (struct slice){ text, n }, &em) == 0);
	text_again = fuzz_dump(&again, &n_again);
	n = fuzz_settings(text, n);
	n_again = fuzz_settings(text_again, n_again);
	fuzz_must(n == n_again && memcmp(text, text_again, n) == 0);
	config_free(&again);
	free(text);
	free(text_again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct options o;
	struct errmsg em = { "" };
	int err;

	if (n > 65536)
		return 0;
	options_init(&o);
	err = config_parse(&o, "fuzz", (struct slice){ (const char *)data, n }, &em);
	fuzz_must((err == 0) == (em.text[0] == '\0') && strchr(em.text, '\n') == NULL);
	fuzz_bounds(&o);
	if (err == 0)
		fuzz_again(&o);
	config_free(&o);
	return 0;
}
