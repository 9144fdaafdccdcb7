/*
 * alert_int - what the list of alerts and the page of one share about rules.
 */
#ifndef VIEW_ALERT_INT_H
#define VIEW_ALERT_INT_H

#include "view_int.h"

enum { ALERT_GRAPH_ROWS = 4, ALERT_TEXT = 240 };

/* "trunk-down", "peer-5xx": what the configuration calls it. */
struct slice alert_name(const struct incident *i);
/* Its rule; false: an engine's incident, or no longer watched. */
bool alert_rule(const struct viewer *v, const struct incident *i, struct store_rule *out);
/* "rate 1.2/s (5 min), usual 0.02/s, limit 0.2/s for 60 s"; returns out. */
char *alert_rule_now(const struct store_rule *r, char *out, size_t cap);
/* "clears at rate <= 0.1/s for 120 s"; returns out. */
char *alert_rule_clears(const struct store_rule *r, char *out, size_t cap);
/* The measure over the last hour in ALERT_GRAPH_ROWS rows, the last with the times. */
void alert_graph_draw(const struct viewer *v, const struct store_rule *r, struct canvas *c, int row);

#endif
