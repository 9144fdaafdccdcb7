/*
 * config_fuzz - any bytes as a configuration file.  What must hold: a verdict with a sentence of one line when it is
 * refused; when it is taken, everything within its bounds, and the dump of it reads back as the same dump.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/config.h"
#include "sipwhy/peers.h"
#include "sipwhy/track.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

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

static void
fuzz_again(const struct options *o)
{
	struct options again = { .buffer_mib = 32, .limit = 10000, .seed = 1 };
	struct errmsg em = { "" };
	size_t n, n_again;
	char *text = fuzz_dump(o, &n), *text_again;

	fuzz_must(config_parse(&again, "dump", (struct slice){ text, n }, &em) == 0);
	/* A path may be one that only an argument can say. */
	if (again.theme == NULL)
		again.theme = o->theme;
	text_again = fuzz_dump(&again, &n_again);
	fuzz_must(n == n_again && memcmp(text, text_again, n) == 0);
	config_free(&again);
	free(text);
	free(text_again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct options o = { .buffer_mib = 32, .limit = 10000, .seed = 1 };
	struct errmsg em = { "" };
	int err;

	if (n > 65536)
		return 0;
	err = config_parse(&o, "fuzz", (struct slice){ (const char *)data, n }, &em);
	fuzz_must((err == 0) == (em.text[0] == '\0') && strchr(em.text, '\n') == NULL);
	fuzz_bounds(&o);
	if (err == 0)
		fuzz_again(&o);
	config_free(&o);
	return 0;
}
