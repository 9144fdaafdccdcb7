/*
 * table - rows of the generated tables by number (data: src/sip/data, made from the IANA registry, RFC 3261, Q.850).
 * The one thing to know: all rows are const and sorted by number, so a lookup is a bisection or an index.
 */
#include <stdint.h>
#include <string.h>

#include "sip/tables.h"

/* Position of `want` in n rows of `size` bytes that begin with a sorted uint16_t; n when absent. */
static size_t
table_find(const void *rows, size_t n, size_t size, unsigned want)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		unsigned key = *(const uint16_t *)(const void *)((const char *)rows + mid * size);

		if (key == want)
			return mid;
		if (key < want)
			lo = mid + 1;
		else
			hi = mid;
	}
	return n;
}

const struct sip_code *
sip_code_find(unsigned code)
{
	size_t i = table_find(tables_codes, tables_codes_n, sizeof *tables_codes, code);

	return i < tables_codes_n ? &tables_codes[i] : NULL;
}

const struct sip_class *
sip_class_find(unsigned code)
{
	if (code < SIP_CODE_MIN || code > SIP_CODE_MAX)
		return NULL;
	return &tables_classes[code / 100 - 1];
}

const struct q850_cause *
q850_find(unsigned cause)
{
	size_t i = table_find(tables_causes, tables_causes_n, sizeof *tables_causes, cause);

	return i < tables_causes_n ? &tables_causes[i] : NULL;
}

const struct sip_warning *
sip_warning_find(unsigned code)
{
	size_t i = table_find(tables_warnings, tables_warnings_n, sizeof *tables_warnings, code);

	return i < tables_warnings_n ? &tables_warnings[i] : NULL;
}

const struct sip_code *
sip_codes(size_t *n)
{
	*n = tables_codes_n;
	return tables_codes;
}

const struct sip_class *
sip_classes(size_t *n)
{
	*n = tables_classes_n;
	return tables_classes;
}

const struct q850_cause *
q850_causes(size_t *n)
{
	*n = tables_causes_n;
	return tables_causes;
}

const struct sip_warning *
sip_warnings(size_t *n)
{
	*n = tables_warnings_n;
	return tables_warnings;
}

const struct sip_phrase *
sip_phrases(size_t *n)
{
	*n = tables_phrases_n;
	return tables_phrases;
}

const struct sip_case *
table_case(const char *key)
{
	for (size_t i = 0; i < tables_cases_n; i++)
		if (strcmp(tables_cases[i].key, key) == 0)
			return &tables_cases[i];
	return NULL;
}

const struct sip_pattern *
sip_patterns(size_t *n)
{
	*n = tables_patterns_n;
	return tables_patterns;
}

const struct sip_pattern *
sip_pattern_find(unsigned number)
{
	return number > 0 && number <= tables_patterns_n ? &tables_patterns[number - 1] : NULL;
}

const char *
sip_code_phrase(unsigned code)
{
	const struct sip_code *row = sip_code_find(code);
	const struct sip_class *cls = sip_class_find(code);

	if (row && row->phrase)
		return row->phrase;
	return cls ? cls->name : "-";
}
