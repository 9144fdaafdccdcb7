/* sieve - see sieve.h.  One bit for each of the newest ids says whether it was told; ids rise. */
#include "app/sieve.h"

#include <errno.h>
#include <time.h>

#include "app/clock.h"
#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"
#include "sipwhy/view.h"

struct sieve {
	struct filter *filter;
	uint64_t newest, left_out;
	uint64_t told[SIEVE_IDS / 64];
};

/* The words of the screen's column of reasons. */
static size_t
sieve_reason(void *ctx, const struct event *e, char *out, size_t cap)
{
	char text[176];

	(void)ctx;
	return slice_copy(out, cap, slice_str(view_reason(e, text, sizeof text)));
}

static int32_t
sieve_utc_offset(void)
{
	time_t now = (time_t)(clock_wall_ns() / NS_PER_S);
	struct tm tm;

	return localtime_r(&now, &tm) != NULL ? (int32_t)tm.tm_gmtoff : 0;
}

int
sieve_new(struct sieve **out, const struct options *o, struct errmsg *em)
{
	struct filter_env env = { .ctx = (void *)(uintptr_t)o, .reason = sieve_reason, .named = options_named };
	struct errmsg why = { "" };
	struct sieve *s;
	size_t at;
	int err;

	*out = NULL;
	if (o->filter == NULL || !o->headless)
		return 0;
	if ((s = mem_zalloc(sizeof *s)) == NULL)
		return errmsg_set(em, -ENOMEM, "out of memory");
	env.utc_offset_s = sieve_utc_offset();
	err = filter_new(&s->filter, slice_str(o->filter), &env, &why, &at);
	if (err != 0) {
		sieve_free(s);
		return errmsg_set(em, err, "--filter, character %zu: %s", at + 1, why.text);
	}
	*out = s;
	return 0;
}

void
sieve_free(struct sieve *s)
{
	if (s == NULL)
		return;
	filter_free(s->filter);
	mem_free(s);
}

/* Ids up to this one are known of: those that were passed over were not told. */
static void
sieve_reach(struct sieve *s, uint64_t id)
{
	uint64_t from = id - s->newest > SIEVE_IDS ? id - SIEVE_IDS + 1 : s->newest + 1;

	for (; from <= id; from++)
		s->told[from % SIEVE_IDS / 64] &= ~(UINT64_C(1) << from % 64);
	s->newest = id;
}

bool
sieve_event(struct sieve *s, const struct event *e, struct slice host)
{
	struct filter_facts facts = { .now_ns = e->t_ns, .site = host };

	if (s == NULL)
		return true;
	if (e->id > s->newest)
		sieve_reach(s, e->id);
	if (!filter_match(s->filter, e, &facts)) {
		s->left_out++;
		return false;
	}
	s->told[e->id % SIEVE_IDS / 64] |= UINT64_C(1) << e->id % 64;
	return true;
}

bool
sieve_told(const struct sieve *s, uint64_t id)
{
	if (s == NULL)
		return true;
	return id <= s->newest && s->newest - id < SIEVE_IDS && (s->told[id % SIEVE_IDS / 64] >> id % 64 & 1) != 0;
}

uint64_t
sieve_left_out(const struct sieve *s)
{
	return s != NULL ? s->left_out : 0;
}

const struct filter *
sieve_filter(const struct sieve *s)
{
	return s != NULL ? s->filter : NULL;
}
