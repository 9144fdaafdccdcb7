/*
 * figure - spans of time in words and where numbers lead; see figure.h (ITU-T E.164 country codes).
 */
#include "track/figure.h"

#include <stdio.h>
#include <string.h>

#include "track/sign.h"

char *
figure_span(char *out, size_t cap, uint32_t seconds)
{
	static const struct {
		uint32_t seconds;
		const char *name;
	} unit[] = { { 3600, "hour" }, { 60, "minute" }, { 1, "second" } };
	int i = 0;

	while (i < 2 && (seconds < unit[i].seconds || seconds % unit[i].seconds != 0))
		i++;
	if (seconds == unit[i].seconds)
		(void)snprintf(out, cap, "%s", unit[i].name);
	else
		(void)snprintf(out, cap, "%u %ss", seconds / unit[i].seconds, unit[i].name);
	return out;
}

uint64_t
figure_prefix(const struct incidents *in, struct slice called)
{
	char digits[SIGN_DIGITS];
	struct slice number = sign_number(digits, called);

	if (number.n == 0)
		return key_text(in, called);
	number.n = number.n < FIGURE_PREFIX ? number.n : FIGURE_PREFIX;
	return key_text(in, number);
}

unsigned
figure_country(const char *digits, size_t n)
{
	static const char two[] = "20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 "
				  "62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98 ";

	if (n > 0 && (digits[0] == '1' || digits[0] == '7'))
		return 1;
	for (size_t i = 0; n >= 2 && i < sizeof two - 1; i += 3)
		if (memcmp(digits, two + i, 2) == 0)
			return 2;
	return n < 3 ? (unsigned)n : 3;
}
