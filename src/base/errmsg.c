/* errmsg - the sentence beside an error code; see sipwhy/errmsg.h. */
#include "sipwhy/errmsg.h"

#include <stdarg.h>
#include <stdio.h>

int
errmsg_set(struct errmsg *em, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(em->text, sizeof em->text, fmt, ap);
	va_end(ap);
	return err;
}
