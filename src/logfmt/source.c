/* source - streams, their open messages and last lines; see source.h. */
#include "logfmt/source.h"

#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/timefmt.h"

#define SHOWN_FOR_NS (300 * NS_PER_S)
enum { SOURCE_PEND_MAX = 4096 };

struct collect *
source_oldest(const struct source *s)
{
	struct collect *c = s->open;

	while (c != NULL && c->next != NULL)
		c = c->next;
	return c;
}

void
pool_init(struct pool *p)
{
	*p = (struct pool){ .ready_end = NULL };
	p->ready_end = &p->ready;
}

static void
pool_destroy(struct collect *c)
{
	if (c != NULL)
		canon_fini(&c->canon);
	mem_free(c);
}

static void
pool_destroy_list(struct collect *c)
{
	while (c != NULL) {
		struct collect *next = c->next;

		pool_destroy(c);
		c = next;
	}
}

void
source_fini(struct source *s)
{
	pool_destroy_list(s->open);
	s->open = NULL;
	buf_fini(&s->tail);
	buf_fini(&s->pend);
}

void
pool_fini(struct pool *p)
{
	while (p->sources != NULL) {
		struct source *s = p->sources;

		p->sources = s->next;
		source_fini(s);
		mem_free(s);
	}
	pool_destroy_list(p->ready);
	pool_destroy_list(p->spare);
	pool_init(p);
}

void
source_init(struct source *s, uint64_t key, uint32_t origin)
{
	*s = (struct source){ .key = key, .origin = origin };
	buf_init(&s->tail, (size_t)2 * SOURCE_TAIL_MAX);
	buf_init(&s->pend, SOURCE_PEND_MAX);
}

static bool
source_idle(const struct source *s)
{
	return s->n_open == 0 && s->pend_left == 0 && !s->pend_due;
}

/* The last used of those that hold nothing; else of all. */
static void
pool_forget_source(struct pool *p)
{
	struct source **pick = NULL, *s;

	for (struct source **at = &p->sources; *at != NULL; at = &(*at)->next) {
		if (*at != p->in_use && (source_idle(*at) || pick == NULL || !source_idle(*pick)))
			pick = at;
	}
	if (pick == NULL)
		return;
	s = *pick;
	while (s->open != NULL)
		pool_close(p, s, s->open);
	*pick = s->next;
	p->n_sources--;
	p->forgotten++;
	p->lost_pends += s->pend_left > 0 || s->pend_due;
	source_fini(s);
	mem_free(s);
}

struct source *
pool_source(struct pool *p, uint64_t key, uint32_t origin)
{
	struct source **at = &p->sources, *s;

	while (*at != NULL && (*at)->key != key)
		at = &(*at)->next;
	s = *at;
	if (s != NULL) {
		*at = s->next;
	} else {
		s = mem_alloc(sizeof *s);
		if (s == NULL)
			return NULL;
		source_init(s, key, origin);
		if (p->n_sources >= SOURCE_MAX)
			pool_forget_source(p);
		p->n_sources++;
	}
	s->next = p->sources;
	p->sources = s;
	return s;
}

static void
pool_forget_open(struct pool *p)
{
	struct source *from = NULL;
	struct collect *oldest = NULL;

	for (struct source *s = p->sources; s != NULL; s = s->next) {
		struct collect *c = source_oldest(s);

		if (c != NULL && (oldest == NULL || c->age < oldest->age)) {
			oldest = c;
			from = s;
		}
	}
	if (oldest != NULL) {
		p->forgotten++;
		pool_close(p, from, oldest);
	}
}

static struct collect *
pool_spare(struct pool *p)
{
	struct collect *c = p->spare;

	if (c != NULL) {
		p->spare = c->next;
		p->n_spare--;
		return c;
	}
	c = mem_zalloc(sizeof *c);
	if (c != NULL)
		canon_init(&c->canon);
	return c;
}

struct collect *
pool_open(struct pool *p, struct source *s)
{
	struct collect *c = pool_spare(p);

	if (c == NULL)
		return NULL;
	if (s->n_open >= SOURCE_OPEN_MAX) {
		p->forgotten++;
		pool_close(p, s, source_oldest(s));
	}
	if (p->n_open >= SOURCE_COLLECT_MAX)
		pool_forget_open(p);
	c->next = s->open;
	s->open = c;
	s->n_open++;
	p->n_open++;
	c->age = ++p->ages;
	return c;
}

void
pool_close(struct pool *p, struct source *s, struct collect *c)
{
	struct collect **at = &s->open;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	s->n_open--;
	p->n_open--;
	c->message = c->whole || collect_decide(c);
	c->next = NULL;
	*p->ready_end = c;
	p->ready_end = &c->next;
}

struct collect *
pool_take(struct pool *p)
{
	struct collect *c = p->ready;

	if (c == NULL)
		return NULL;
	p->ready = c->next;
	if (p->ready == NULL)
		p->ready_end = &p->ready;
	c->next = NULL;
	return c;
}

void
pool_free(struct pool *p, struct collect *c)
{
	if (c == NULL)
		return;
	if (p->n_spare >= SOURCE_SPARE_MAX) {
		pool_destroy(c);
		return;
	}
	c->next = p->spare;
	p->spare = c;
	p->n_spare++;
}

void
pool_show(struct pool *p, uint64_t key, int64_t t_ns)
{
	struct shown *set = p->shown[key % (SOURCE_SHOWN / SOURCE_WAYS)], *s = set;

	for (unsigned i = 1; i < SOURCE_WAYS && s->key != key; i++)
		if (set[i].key == key || set[i].t_ns < s->t_ns)
			s = &set[i];
	*s = (struct shown){ key, t_ns };
}

bool
pool_was_shown(const struct pool *p, uint64_t key, int64_t t_ns)
{
	const struct shown *s = p->shown[key % (SOURCE_SHOWN / SOURCE_WAYS)], *end = s + SOURCE_WAYS;

	while (s < end && s->key != key)
		s++;
	return s < end && s->t_ns != 0 && t_ns - s->t_ns < SHOWN_FOR_NS;
}

void
source_keep_tail(struct source *s, struct slice text)
{
	if (text.n > SOURCE_TAIL_MAX) {
		const char *lf;

		text.p += text.n - SOURCE_TAIL_MAX;
		text.n = SOURCE_TAIL_MAX;
		buf_clear(&s->tail);
		lf = memchr(text.p, '\n', text.n);
		if (lf == NULL)
			return;
		text.n -= (size_t)(lf + 1 - text.p);
		text.p = lf + 1;
	}
	/* What stays is SOURCE_TAIL_MAX with what comes; a line broken by this is no head any more. */
	if (s->tail.len + text.n > s->tail.max)
		buf_drop(&s->tail, s->tail.len + text.n - SOURCE_TAIL_MAX);
	buf_add(&s->tail, text.p, text.n);
	if (!buf_ok(&s->tail))
		buf_clear(&s->tail);
}
