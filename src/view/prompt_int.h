/* prompt_int - between the parts of the prompt: its line, its completion, its box. */
#ifndef PROMPT_INT_H
#define PROMPT_INT_H

#include "view_int.h"

enum { PROMPT_CHOICES = 64, PROMPT_CHOICE = 80 };

/* What Tab offers; count 0: not counted.  whole: nothing is to follow directly, as after a value. */
struct prompt_choice {
	char text[PROMPT_CHOICE];
	uint64_t count;
};
struct prompt_choices {
	size_t from; /* byte of the line where the choice goes, up to the cursor */
	size_t n;
	const struct filter_field *field; /* of values */
	bool more;                        /* counting goes on */
	struct prompt_choice choice[PROMPT_CHOICES];
};

/*
 * before: what Esc brings back.  wrong, em, at: the line makes no sense.  cycling: Tab was the last key; cycle: which
 * of `choices` stands there, cycle_from: where.  seen: values of `field`, counted in steps.  line: for the history kept
 * between runs.
 */
struct prompt {
	enum prompt_kind kind;
	bool open, wrong, cycling, has_line;
	struct edit edit;
	struct edit_ring *filters, *commands;
	char before[FILTER_TEXT_MAX + 1];
	struct errmsg em;
	size_t at;
	struct prompt_choices choices;
	size_t cycle;
	const struct filter_field *field;
	struct sift_groups *seen;
	char line[EDIT_TEXT + 1];
};

/* prompt_complete.c */

/* What could stand at the cursor. */
void prompt_choices(struct viewer *v, struct prompt *p, struct prompt_choices *out);
/* Tab: as far as all choices agree, then one after the other.  False when there is none. */
bool prompt_complete(struct viewer *v, struct prompt *p, bool forward);

#endif
