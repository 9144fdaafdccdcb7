/*
 * sift_key - texts as 64-bit numbers in the order of the texts: letter case ignored, telephone numbers by their digits,
 * IPv4 addresses by their bytes, nothing first.
 */
#ifndef STORE_SIFT_KEY_H
#define STORE_SIFT_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/slice.h"

/* Texts that are longer than what a key holds are told apart by words, as many as these; the rest stands beside its
 * neighbour in them.  Of a text the first KEY_TEXT bytes count. */
enum { KEY_WORDS = 2048, KEY_TEXT = 64, KEY_LABEL_BITS = 13, KEY_TABLE = 2 * KEY_WORDS };

struct sift_key_word {
	uint64_t prefix;
	uint16_t label;
	uint8_t n;
	char text[KEY_TEXT];
};

/*
 * moved: the last sift_key_text gave the words of one prefix other labels, to make room: keys from sift_key_moved_least
 * to sift_key_moved_most are now what sift_key_moved makes of them.
 */
struct sift_key_words {
	uint64_t seed;
	size_t n;
	bool moved;
	uint64_t moved_prefix;
	uint16_t table[KEY_TABLE]; /* 1 + number of a word, by hash; 0 free */
	uint16_t sorted[KEY_WORDS];
	uint16_t map[1 << KEY_LABEL_BITS];
	struct sift_key_word word[KEY_WORDS];
};

/* NULL when memory is short; what is not used of it is never touched. */
struct sift_key_words *sift_key_words_new(uint64_t seed);
void sift_key_words_clear(struct sift_key_words *w);

/* The key of a text; learns it. */
uint64_t sift_key_text(struct sift_key_words *w, struct slice s);
/* The same without learning; false when it was never learnt and is told by its neighbour. */
bool sift_key_find(const struct sift_key_words *w, struct slice s, uint64_t *key);

uint64_t sift_key_moved_least(const struct sift_key_words *w);
uint64_t sift_key_moved_most(const struct sift_key_words *w);
/* ctx: the words. */
uint64_t sift_key_moved(void *ctx, uint64_t key);

#endif
