/*
 * tables - the arrays that tables.awk generates from src/sip/data, sorted by number.
 * The one thing to know: tables_rules runs beside tables_phrases, row by row.
 */
#ifndef SIP_TABLES_H
#define SIP_TABLES_H

#include <stdbool.h>
#include <stddef.h>

#include "sipwhy/sip.h"

/* What a phrase pattern is compared with. */
enum phrase_field { PHRASE_IN_STATUS, PHRASE_IN_REASON, PHRASE_IN_WARNING, PHRASE_IN_DETAIL, PHRASE_FIELD_N };

/*
 * When a phrase row applies and when it applies best; lower case, lists end in NULL, NULL = no condition.
 * need: the sender must name itself with one of these.  own: the sender must be this machine.
 * maker: the row is preferred when the sender names itself with one of these.
 */
struct phrase_rule {
	enum phrase_field field;
	bool own;
	const char *const *need, *const *maker;
};

/*
 * What no code, cause or phrase says, but how the attempt went: silence, refused credentials, a missing route.  key is
 * that of the explanation, or its beginning ("auth" of "auth:401"); lists as in struct sip_code.
 */
struct sip_case {
	const char *key, *headline;
	const char *const *causes, *const *checks;
};

extern const struct sip_code tables_codes[];
extern const size_t tables_codes_n;
extern const struct sip_class tables_classes[];
extern const size_t tables_classes_n;
extern const struct q850_cause tables_causes[];
extern const size_t tables_causes_n;
extern const struct sip_warning tables_warnings[];
extern const size_t tables_warnings_n;
extern const struct sip_phrase tables_phrases[];
extern const size_t tables_phrases_n;
extern const struct phrase_rule tables_rules[];
extern const struct sip_case tables_cases[];
extern const size_t tables_cases_n;
extern const struct sip_pattern tables_patterns[];
extern const size_t tables_patterns_n;

/* The case of this key; NULL when there is none. */
const struct sip_case *table_case(const char *key);

#endif
