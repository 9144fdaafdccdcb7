/*
 * parse - what tests need of the parser besides the door.
 */
#ifndef SIP_PARSE_H
#define SIP_PARSE_H

#include <stddef.h>

#include "sipwhy/sip.h"

/* As sip_parser_new with an arena of other size, so that tests can let memory run out inside libosip2. */
struct sip_parser *sip_parser_new_sized(size_t first, size_t limit);

#endif
