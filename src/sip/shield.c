/*
 * shield - limits in front of libosip2, whose lists cost the square of their length (64 KiB of commas: 1.4 s).
 * The one thing to know: the budget is per message, so no choice of headers adds up to more than one bad value.
 */
#include <string.h>

#include "sip/shield.h"

typedef unsigned char shield_vec __attribute__((vector_size(16)));

struct shield
shield_begin(void)
{
	return (struct shield){ .bytes = SHIELD_MESSAGE_BYTES, .structure = SHIELD_MESSAGE_STRUCTURE };
}

static bool
shield_is_structure(char c)
{
	return c == ',' || c == ';' || c == '&' || c == '?' || c == '%' || c == '<' || c == '=' || c == ' ';
}

size_t
shield_structure(const char *p, size_t n)
{
	size_t count = 0, i = 0;

	/* Lanes are one byte wide, so they are summed before 256 rounds could overflow them. */
	while (n - i >= 16) {
		shield_vec lanes = { 0 }, x;

		for (int round = 0; round < 255 && n - i >= 16; round++, i += 16) {
			memcpy(&x, p + i, 16);
			lanes -= (shield_vec)((x == ',') | (x == ';') | (x == '&') | (x == '?') | (x == '%') |
			    (x == '<') | (x == '=') | (x == ' '));
		}
		for (int lane = 0; lane < 16; lane++)
			count += lanes[lane];
	}
	for (; i < n; i++)
		count += shield_is_structure(p[i]);
	return count;
}

int
shield_admit_rich(struct shield *s, struct slice value)
{
	size_t structure = shield_structure(value.p, value.n);

	if (structure > SHIELD_VALUE_STRUCTURE || structure > s->structure)
		return -E2BIG;
	s->bytes -= value.n;
	s->structure -= structure;
	return 0;
}

void
shield_replace(char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)p[i];

		if (c < 0x20 || c == 0x7f)
			p[i] = c == '\r' || c == '\n' || c == '\t' ? ' ' : '?';
	}
}

/* Not inline: where the compiler knows that a value is short it copies it by a string instruction, a slow one. */
char *
shield_copy(struct arena *a, struct slice value, bool clean, struct slice *out)
{
	char *copy = arena_alloc(a, value.n + 1);

	if (!copy)
		return NULL;
	if (value.n)
		memcpy(copy, value.p, value.n);
	copy[value.n] = 0;
	if (!clean)
		shield_replace(copy, value.n);
	if (out)
		*out = (struct slice){ copy, value.n };
	return copy;
}
