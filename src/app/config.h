/*
 * config - the configuration files: names of peers, thresholds of incidents, heads of logs, options, keys, named
 * filters, rules of alerts, layouts of columns (doc/config.md).
 */
#ifndef APP_CONFIG_H
#define APP_CONFIG_H

#include <stdbool.h>
#include <stdio.h>

#include "app/options.h"
#include "sipwhy/errmsg.h"
#include "sipwhy/rule.h"
#include "sipwhy/slice.h"

/* Bytes of a file at most. */
enum { CONFIG_MAX = 1024 * 1024 };

/*
 * Read what the options ask for: the file of --config, which must be there; else, unless --no-config, /etc/sipwhy.conf
 * and then sipwhy/config in $XDG_CONFIG_HOME or ~/.config, each if it is there; a later file overrules an earlier one.
 * What was said on the command line stays.  Root takes only files that are root's and that nobody else may write. Fills
 * o->peers, limits, has_limits, log_heads, heads, files, keys, filters, alerts, columns, and options that were not
 * given.  For the process that was started, before it forks and gives up rights. 0; -EINVAL with a sentence by file and
 * line for what is written wrong (usage, exit 2); other negative errno with a sentence for what can't be read (exit 1).
 * Call config_free in any case.
 */
int config_load(struct options *o, struct errmsg *em);

/* The user's folder of configuration, $XDG_CONFIG_HOME/sipwhy or ~/.config/sipwhy; false when there is none. */
bool config_home(char *out, size_t cap);

/* As config_load, for the text of one file; name is for sentences.  0, -EINVAL or -ENOMEM, with a sentence. */
int config_parse(struct options *o, const char *name, struct slice text, struct errmsg *em);

/*
 * One rule of [alerts]: "on" is the built-in one of that name, "off" none (*out NULL).  Free with rule_free.  0;
 * -EINVAL, -ENOMEM with a sentence.
 */
int config_rule(struct rule **out, const struct options *o, const char *name, const char *text, struct errmsg *em);

/* Every setting in force, in the syntax of a configuration file; what can't stand in one is a comment. */
void config_dump(FILE *out, const struct options *o);

/* Give back what options_parse and config_load took; o may be used on without it. */
void config_free(struct options *o);

#endif
