/* incident_list - incidents as last told, at most STORE_INCIDENTS_MAX, in the order in which they are shown. */
#ifndef STORE_INCIDENT_LIST_H
#define STORE_INCIDENT_LIST_H

#include <stdint.h>

#include "sipwhy/store.h"

/* Longest texts that are kept. */
enum { INCIDENT_KIND = 32, INCIDENT_PEER = 64, INCIDENT_WHAT = 128, INCIDENT_SENTENCE = 512, INCIDENT_CALL_ID = 256 };

/* The slices of i point into the row. */
struct incident_row {
	struct incident i;
	char kind[INCIDENT_KIND], peer[INCIDENT_PEER], what[INCIDENT_WHAT], sentence[INCIDENT_SENTENCE];
	char call_id[INCIDENT_EVIDENCE][INCIDENT_CALL_ID];
};

/* order: rows as they are shown; the first `open` of them go on.  dropped: some that went on found no room. */
struct incident_list {
	size_t n, open;
	uint64_t dropped;
	uint8_t order[STORE_INCIDENTS_MAX];
	struct incident_row row[STORE_INCIDENTS_MAX];
};

/* NULL when memory is short.  Free with mem_free. */
struct incident_list *incident_list_new(void);
struct incident_list *incident_list_clone(const struct incident_list *l);

/* Take the word about an incident, texts copied and cut.  When the list is full the last in order gives way. */
void incident_list_put(struct incident_list *l, const struct incident *i);

/* The engine that told of them is gone: none of its goes on. */
void incident_list_end(struct incident_list *l);

/* By order; NULL out of range. */
const struct incident *incident_list_at(const struct incident_list *l, size_t index);

#endif
