/*
 * sift_key - texts as numbers in their order; see sift_key.h.
 * The one thing to know: 3 bits say what kind of text it is.  Of a number all digits fit, of an address all bytes; of a
 * word 8 characters, and 13 bits tell those apart that begin alike: a label, given so that the order of labels is that
 * of the words.
 */
#include "store/sift_key.h"

#include <string.h>

#include "sipwhy/hash.h"
#include "sipwhy/mem.h"

enum { KEY_KIND_AT = 61, KEY_NUMBER = 1, KEY_ADDRESS, KEY_WORD, KEY_DIGITS = 15, KEY_CHARS = 8 };
enum { KEY_LABELS = 1 << KEY_LABEL_BITS, KEY_LABEL_MASK = KEY_LABELS - 1 };

struct sift_key_words *
sift_key_words_new(uint64_t seed)
{
	struct sift_key_words *w = mem_zalloc(sizeof *w);

	if (w != NULL)
		w->seed = seed;
	return w;
}

void
sift_key_words_clear(struct sift_key_words *w)
{
	memset(w->table, 0, sizeof w->table);
	w->n = 0;
	w->moved = false;
}

static unsigned char
sift_key_fold(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

static bool
sift_key_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "+442066627625": 4 bits a digit from the left, so that shorter ones come before what they begin. */
static bool
sift_key_number(struct slice s, uint64_t *key)
{
	uint64_t plus = s.n > 0 && s.p[0] == '+', v = 0;

	s.p += plus;
	s.n -= plus;
	if (s.n == 0 || s.n > KEY_DIGITS)
		return false;
	for (size_t i = 0; i < KEY_DIGITS; i++) {
		if (i < s.n && !sift_key_digit(s.p[i]))
			return false;
		v = v << 4 | (i < s.n ? (uint64_t)(s.p[i] - '0' + 1) : 0);
	}
	*key = (uint64_t)KEY_NUMBER << KEY_KIND_AT | v << 1 | plus;
	return true;
}

/* A decimal number up to max at *at of s. */
static bool
sift_key_decimal(struct slice s, size_t *at, uint64_t max, uint64_t *out)
{
	size_t from = *at;
	uint64_t v = 0;

	while (*at < s.n && sift_key_digit(s.p[*at]) && *at - from < 5)
		v = v * 10 + (uint64_t)(s.p[(*at)++] - '0');
	*out = v;
	return *at > from && v <= max;
}

/* "198.51.100.7" and "198.51.100.7:5060". */
static bool
sift_key_address(struct slice s, uint64_t *key)
{
	uint64_t ip = 0, port = 0, part;
	size_t at = 0;

	for (unsigned i = 0; i < 4; i++) {
		if (i > 0 && (at >= s.n || s.p[at++] != '.'))
			return false;
		if (!sift_key_decimal(s, &at, 255, &part))
			return false;
		ip = ip << 8 | part;
	}
	if (at < s.n) {
		if (s.p[at++] != ':' || !sift_key_decimal(s, &at, 65535, &part) || at != s.n)
			return false;
		port = part + 1;
	}
	*key = (uint64_t)KEY_ADDRESS << KEY_KIND_AT | ip << 17 | port;
	return true;
}

/* A character in 6 bits, in the order of ASCII but for '_'; sure: no other one has the same. */
static unsigned
sift_key_char(unsigned char c, bool *sure)
{
	if (c >= 'a' && c <= 'z')
		return 35 + c - 'a';
	if (c >= ' ' && c <= '@')
		return 2 + c - ' ';
	if (c == '_')
		return 61;
	*sure = false;
	return c < ' ' ? 1 : c < 0x80 ? 62 : 63;
}

/* The key of a word without its label; sure: it tells the word from all others. */
static uint64_t
sift_key_prefix(const char *text, size_t n, bool *sure)
{
	uint64_t v = 0;

	*sure = n <= KEY_CHARS;
	for (size_t i = 0; i < KEY_CHARS; i++)
		v = v << 6 | (i < n ? sift_key_char((unsigned char)text[i], sure) : 0);
	return (uint64_t)KEY_WORD << KEY_KIND_AT | v << KEY_LABEL_BITS;
}

/* As memcmp of a word's place among the others. */
static int
sift_key_compare(const struct sift_key_word *a, const struct sift_key_word *b)
{
	size_t n = a->n < b->n ? a->n : b->n;
	int order;

	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	order = memcmp(a->text, b->text, n);
	return order != 0 ? order : (a->n > b->n) - (a->n < b->n);
}

/* Its slot in the table: where it is, or where it would be. */
static size_t
sift_key_slot(const struct sift_key_words *w, const struct sift_key_word *one)
{
	size_t at = (size_t)hash64(one->text, one->n, w->seed) % KEY_TABLE;

	while (w->table[at] != 0 && sift_key_compare(&w->word[w->table[at] - 1], one) != 0)
		at = (at + 1) % KEY_TABLE;
	return at;
}

/* How many words stand before it. */
static size_t
sift_key_place(const struct sift_key_words *w, const struct sift_key_word *one)
{
	size_t low = 0, high = w->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (sift_key_compare(&w->word[w->sorted[mid]], one) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The label of the word at a place, when its prefix is this one. */
static bool
sift_key_label(const struct sift_key_words *w, size_t place, uint64_t prefix, unsigned *label)
{
	const struct sift_key_word *word;

	if (place >= w->n)
		return false;
	word = &w->word[w->sorted[place]];
	*label = word->label;
	return word->prefix == prefix;
}

/* Labels of all words of the prefix at `place`, evenly; the new one has label 0 so far, which no key of a learnt one
 * has. */
static void
sift_key_spread(struct sift_key_words *w, size_t place)
{
	uint64_t prefix = w->word[w->sorted[place]].prefix;
	size_t first = place, end = place;
	unsigned label;

	while (first > 0 && sift_key_label(w, first - 1, prefix, &label))
		first--;
	while (sift_key_label(w, end, prefix, &label))
		end++;
	for (size_t i = first; i < end; i++) {
		struct sift_key_word *word = &w->word[w->sorted[i]];
		uint16_t now = (uint16_t)((i - first + 1) * KEY_LABELS / (end - first + 1));

		w->map[word->label] = now;
		word->label = now;
	}
	w->moved = true;
	w->moved_prefix = prefix;
}

static void
sift_key_learn(struct sift_key_words *w, size_t slot, const struct sift_key_word *one)
{
	size_t place = sift_key_place(w, one);
	struct sift_key_word *word = &w->word[w->n];
	unsigned low = 0, high = KEY_LABELS, label;

	if (place > 0 && sift_key_label(w, place - 1, one->prefix, &label))
		low = label;
	if (sift_key_label(w, place, one->prefix, &label))
		high = label;
	*word = *one;
	word->label = (uint16_t)(high - low >= 2 ? low + (high - low) / 2 : 0);
	memmove(w->sorted + place + 1, w->sorted + place, (w->n - place) * sizeof *w->sorted);
	w->sorted[place] = (uint16_t)w->n;
	w->table[slot] = (uint16_t)++w->n;
	if (word->label == 0)
		sift_key_spread(w, place);
}

static uint64_t
sift_key_neighbour(const struct sift_key_words *w, const struct sift_key_word *one)
{
	size_t place = sift_key_place(w, one);
	unsigned label;

	if ((place > 0 && sift_key_label(w, place - 1, one->prefix, &label)) ||
	    sift_key_label(w, place, one->prefix, &label))
		return one->prefix | label;
	return one->prefix | KEY_LABELS / 2;
}

/* What needs no words; else the word to look for. */
static bool
sift_key_plain(struct slice s, uint64_t *key, struct sift_key_word *one)
{
	bool sure;

	*key = 0;
	if (s.n == 0 || sift_key_number(s, key) || sift_key_address(s, key))
		return true;
	one->n = (uint8_t)(s.n < KEY_TEXT ? s.n : KEY_TEXT);
	for (size_t i = 0; i < one->n; i++)
		one->text[i] = (char)sift_key_fold((unsigned char)s.p[i]);
	one->label = 0;
	one->prefix = *key = sift_key_prefix(one->text, one->n, &sure);
	return sure;
}

uint64_t
sift_key_text(struct sift_key_words *w, struct slice s)
{
	struct sift_key_word one;
	uint64_t key;
	size_t slot;

	w->moved = false;
	if (sift_key_plain(s, &key, &one))
		return key;
	slot = sift_key_slot(w, &one);
	if (w->table[slot] == 0 && w->n == KEY_WORDS)
		return sift_key_neighbour(w, &one);
	if (w->table[slot] == 0)
		sift_key_learn(w, slot, &one);
	return key | w->word[w->table[slot] - 1].label;
}

bool
sift_key_find(const struct sift_key_words *w, struct slice s, uint64_t *key)
{
	struct sift_key_word one;
	size_t slot;

	if (sift_key_plain(s, key, &one))
		return true;
	slot = sift_key_slot(w, &one);
	if (w->table[slot] == 0) {
		*key = sift_key_neighbour(w, &one);
		return false;
	}
	*key |= w->word[w->table[slot] - 1].label;
	return true;
}

uint64_t
sift_key_moved_least(const struct sift_key_words *w)
{
	return w->moved_prefix;
}

uint64_t
sift_key_moved_most(const struct sift_key_words *w)
{
	return w->moved_prefix | KEY_LABEL_MASK;
}

uint64_t
sift_key_moved(void *ctx, uint64_t key)
{
	const struct sift_key_words *w = ctx;

	/* Label 0: a word of 8 characters, which is its own prefix. */
	if ((key & KEY_LABEL_MASK) == 0)
		return key;
	return (key & ~(uint64_t)KEY_LABEL_MASK) | w->map[key & KEY_LABEL_MASK];
}
