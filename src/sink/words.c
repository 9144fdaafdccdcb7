/*
 * words - a table of sets of places, see words.h.
 * The one thing to know: strangers choose the texts.  Whoever fills the places makes the others stand in each event
 * again, which costs room there and nothing else; a place that nobody uses any more is free.
 */
#include "sink/words.h"

#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/mem.h"

/* The hash picks a set, in which all places are looked at. */
enum { WORDS_SET = 8, WORD_MIN = 3, WORD_MAX = 122 };

struct word {
	uint32_t users;
	uint8_t n;
	char text[WORD_MAX];
};

struct words {
	struct word word[WORDS_N];
};

struct words *
words_new(void)
{
	return mem_zalloc(sizeof(struct words));
}

void
words_free(struct words *w)
{
	mem_free(w);
}

struct slice
words_text(const struct words *w, unsigned number)
{
	return (struct slice){ w->word[number].text, w->word[number].n };
}

int
words_take(struct words *w, struct slice text)
{
	unsigned first, place = WORDS_N;

	if (text.n < WORD_MIN || text.n > WORD_MAX)
		return WORDS_NONE;
	first = (unsigned)(hash64(text.p, text.n, 0) % (WORDS_N / WORDS_SET)) * WORDS_SET;
	for (unsigned i = first; i < first + WORDS_SET; i++) {
		if (w->word[i].users == 0) {
			place = place == WORDS_N ? i : place;
		} else if (slice_eq(words_text(w, i), text)) {
			w->word[i].users++;
			return (int)i;
		}
	}
	if (place == WORDS_N)
		return WORDS_NONE;
	w->word[place].users = 1;
	w->word[place].n = (uint8_t)text.n;
	memcpy(w->word[place].text, text.p, text.n);
	return (int)place;
}

void
words_give(struct words *w, unsigned number)
{
	w->word[number].users--;
}
