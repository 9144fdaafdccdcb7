/*
 * sift_changes - which kept events changed their mind: a ring of ids, so that whoever keeps rows of events looks again
 * at those alone.
 */
#ifndef STORE_SIFT_CHANGES_H
#define STORE_SIFT_CHANGES_H

#include <stdint.h>

enum { SIFT_CHANGES = 1024 };

/* All zero at birth.  n: changes so far; the last SIFT_CHANGES of them stand at n % SIFT_CHANGES backwards. */
struct sift_changes {
	uint64_t n;
	uint64_t id[SIFT_CHANGES];
};

static inline void
sift_changes_note(struct sift_changes *c, uint64_t id)
{
	c->id[c->n++ % SIFT_CHANGES] = id;
}

/* Any may have changed: whoever reads the ring finds that it missed some, and looks at all. */
static inline void
sift_changes_all(struct sift_changes *c)
{
	c->n += SIFT_CHANGES + 1;
}

#endif
