/*
 * notices - what logs tell of failures without a code; see notices.h.
 * The one thing to know: a peer's port changes with every try of a scanner, so groups go by its address alone.
 */
#include "store/notices.h"

#include <string.h>

#include "sipwhy/frame.h"
#include "sipwhy/mem.h"

struct notices *
notices_new(void)
{
	struct notices *s = mem_zalloc(sizeof *s);

	if (s == NULL)
		return NULL;
	s->list = notice_list_new(STORE_NOTICES_MAX, STORE_NOTICES_BYTES);
	if (s->list != NULL)
		return s;
	mem_free(s);
	return NULL;
}

struct notices *
notices_clone(const struct notices *s)
{
	struct notices *copy = mem_alloc(sizeof *copy);

	if (copy == NULL)
		return NULL;
	memcpy(copy, s, sizeof *copy);
	copy->list = notice_list_clone(s->list);
	if (copy->list != NULL)
		return copy;
	mem_free(copy);
	return NULL;
}

void
notices_free(struct notices *s)
{
	if (s != NULL)
		notice_list_free(s->list);
	mem_free(s);
}

/* What a group goes by. */
static void
notices_key(const struct notice *n, struct store_notice_group *key)
{
	struct slice rest = n->peer, host = slice_cut(&rest, '/');
	struct endpoint peer;

	(void)slice_copy(key->kind, sizeof key->kind, n->kind);
	/* Some lines put the port behind a slash. */
	if (endpoint_parse(host, false, &peer) || endpoint_parse(host, true, &peer))
		(void)endpoint_format(key->peer, sizeof key->peer, &peer, false);
	else
		(void)slice_copy(key->peer, sizeof key->peer, n->peer);
}

struct store_notice_group *
notices_group(struct notices *s, const struct notice *n)
{
	struct store_notice_group key;

	notices_key(n, &key);
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->row[i].kind, key.kind) == 0 && strcmp(s->row[i].peer, key.peer) == 0)
			return &s->row[i];
	return NULL;
}

/* A row that is free, else that of the group which was quiet for longest. */
static struct store_notice_group *
notices_room(struct notices *s)
{
	struct store_notice_group *old = &s->row[0];

	if (s->n < STORE_NOTICE_GROUPS_MAX)
		return &s->row[s->n++];
	for (size_t i = 1; i < s->n; i++)
		if (s->row[i].newest < old->newest)
			old = &s->row[i];
	return old;
}

int
notices_add(struct notices *s, const struct notice *n, int64_t t_ns)
{
	struct store_notice_group *row;
	int err = notice_list_add(s->list, n);

	if (err != 0)
		return err;
	row = notices_group(s, n);
	if (row == NULL) {
		row = notices_room(s);
		*row = (struct store_notice_group){ .first_ns = t_ns, .last_ns = t_ns };
		notices_key(n, row);
	}
	row->count++;
	row->newest = notice_list_newest(s->list);
	row->first_ns = t_ns < row->first_ns ? t_ns : row->first_ns;
	row->last_ns = t_ns > row->last_ns ? t_ns : row->last_ns;
	return 0;
}

void
notices_drop_after(struct notices *s, uint64_t number)
{
	for (uint64_t at = number + 1; at <= notice_list_newest(s->list); at++) {
		const struct notice *n = notice_list_find(s->list, at);
		struct store_notice_group *row = n != NULL ? notices_group(s, n) : NULL;

		if (row == NULL || row->count == 0)
			continue;
		row->count--;
		row->newest = row->newest < number ? row->newest : number;
	}
	notice_list_drop_after(s->list, number);
}

static bool
notices_before(const struct store_notice_group *a, const struct store_notice_group *b)
{
	return a->count != b->count ? a->count > b->count : a->newest > b->newest;
}

size_t
notices_groups(const struct notices *s, struct store_notice_group *out, size_t n)
{
	size_t used = 0, at;

	for (size_t i = 0; i < s->n; i++) {
		const struct store_notice_group *row = &s->row[i];

		if (row->count == 0 || n == 0 || (used == n && !notices_before(row, &out[n - 1])))
			continue;
		used += used < n;
		for (at = used - 1; at > 0 && notices_before(row, &out[at - 1]); at--)
			out[at] = out[at - 1];
		out[at] = *row;
	}
	return used;
}
