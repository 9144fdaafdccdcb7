/*
 * notice - a log line that tells of a failure without naming a status code ("Failed to authenticate", "No matching
 * endpoint found").  Listed apart and never counted as a response.  The noun between logfmt, record, store and view.
 */
#ifndef SIPWHY_NOTICE_H
#define SIPWHY_NOTICE_H

#include <stddef.h>
#include <stdint.h>

#include "sipwhy/slice.h"

/*
 * Slices are borrowed from whoever hands the notice over and copied by whoever keeps it; empty = the line does not say.
 * kind and means are static texts of the table of statements (src/logfmt), or what a record carried.
 */
struct notice {
	int64_t t_ns;
	struct slice stamp;  /* time as the log has it */
	struct slice kind;   /* stable name, "auth-failed" */
	struct slice means;  /* one line for an operator; which code follows, where that is known */
	struct slice method; /* "INVITE" */
	struct slice call_id;
	struct slice peer;   /* address, with port where the line has one */
	struct slice user;   /* account, number or URI the line names */
	struct slice text;   /* the line from where its own words begin, as received */
	struct slice source; /* name of the source */
};

/*
 * The newest notices, each with a copy of its texts (every one cut at NOTICE_TEXT_MAX bytes): at most `max` of them and
 * `bytes` in all, oldest out first.  Numbered from 1 as they come; those in the list have numbers without a gap.
 */
enum { NOTICE_TEXT_MAX = 1024 };
struct notice_list;

/* max and bytes at least 1.  NULL when memory is short.  Free with notice_list_free. */
struct notice_list *notice_list_new(size_t max, size_t bytes);
void notice_list_free(struct notice_list *l);
/* Another list with the same content, which it shares; each goes its own way.  NULL when memory is short. */
struct notice_list *notice_list_clone(const struct notice_list *l);

/* Take one in at the young end.  0; -EMSGSIZE (alone above the limit) or -ENOMEM: it got no number. */
int notice_list_add(struct notice_list *l, const struct notice *n);
/* Drop those with a number above `number`, as if they had never come. */
void notice_list_drop_after(struct notice_list *l, uint64_t number);

/* How many are kept, and the number of the newest that came (0 none); the oldest kept is newest + 1 - count. */
size_t notice_list_count(const struct notice_list *l);
uint64_t notice_list_newest(const struct notice_list *l);
/* By number; NULL when it is not kept.  Valid until l changes. */
const struct notice *notice_list_find(const struct notice_list *l, uint64_t number);

#endif
