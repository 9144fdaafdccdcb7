/*
 * detail - between the detail view (keys, drawing) and what stands on its page.
 */
#ifndef VIEW_DETAIL_H
#define VIEW_DETAIL_H

#include "view_int.h"

/*
 * Writes everything known of one failure, most telling first; alike: how many more there are like it.  logged: it was
 * read from a log, which need not tell all: what it does not reads "-".
 */
void detail_page(struct page *p, const struct event *e, const struct why_alike *alike, bool logged);

#endif
