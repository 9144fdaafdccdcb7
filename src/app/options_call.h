/* options_call - what an option does that is more than a value: inputs, forms, and what is done instead of running. */
#ifndef APP_OPTIONS_CALL_H
#define APP_OPTIONS_CALL_H

#include "app/options.h"

/* Each: the argument (NULL for none) into *o.  0; -EINVAL or -ENOMEM with a sentence. */
int options_call_device(struct options *o, const char *arg, struct errmsg *em);
int options_call_file(struct options *o, const char *arg, struct errmsg *em);
int options_call_syslog(struct options *o, const char *arg, struct errmsg *em);
int options_call_mirror(struct options *o, const char *arg, struct errmsg *em);
int options_call_tzsp(struct options *o, const char *arg, struct errmsg *em);
int options_call_follow(struct options *o, const char *arg, struct errmsg *em);
int options_call_allow(struct options *o, const char *arg, struct errmsg *em);
int options_call_demo(struct options *o, const char *arg, struct errmsg *em);
int options_call_json(struct options *o, const char *arg, struct errmsg *em);
int options_call_command(struct options *o, const char *arg, struct errmsg *em);
int options_call_explain(struct options *o, const char *arg, struct errmsg *em);
int options_call_howto(struct options *o, const char *arg, struct errmsg *em);
int options_call_help(struct options *o, const char *arg, struct errmsg *em);
int options_call_version(struct options *o, const char *arg, struct errmsg *em);
int options_call_dump(struct options *o, const char *arg, struct errmsg *em);
int options_call_check(struct options *o, const char *arg, struct errmsg *em);
int options_call_reset(struct options *o, const char *arg, struct errmsg *em);
int options_call_print(struct options *o, const char *arg, struct errmsg *em);

#endif
