/*
 * hepcut - where HEP packets begin and end in a byte stream: by their total length, or, of gzip members back to back,
 * where each of them ends.  For connections of listeners and for TCP streams in captures alike.  Knows no chunk but
 * that there is one.  The result is the same however the bytes are cut.
 */
#ifndef SIPWHY_HEPCUT_H
#define SIPWHY_HEPCUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/inflate.h"
#include "sipwhy/slice.h"

enum {
	HEPCUT_MAX = 65535, /* no packet is longer, and no gzip member */
	HEPCUT_LOOK = 12    /* bytes that show whether a packet begins in the middle of something else */
};

/*
 * One stream.  Zeroed memory is a stream that begins here; members are private but the counters, which may be read and
 * set to 0, and found.
 * skipped: bytes thrown away because they made no sense.  lost: times that a packet was looked for behind them.
 * cut: packets whose end never came, or that a gap took bytes from.  damaged: gzip members that were damaged, or
 * became too large, or for which memory was short; only a few in a row are tried.  found: a packet has begun, or a
 * gzip member was whole.  foreign: a damaged member came before that; the stream may be something else.
 */
struct hepcut {
	uint64_t skipped;
	uint32_t lost, cut, damaged;
	bool found, foreign;
	bool zipped; /* the stream has gzip members */
	uint8_t mode;
	size_t looked;     /* ZIP: bytes at the front that z has seen */
	size_t need;       /* SKIP: bytes still to throw away */
	size_t max;        /* ZIP: what a member may become; 0 stands for HEPCUT_MAX */
	uint32_t strikes;  /* ZIP: what bad members count against the good packets; too many, and no more are read */
	struct inflate *z; /* while a member goes on */
};

/* One step: drop `eat` bytes, then, when `ready`, the next `len` are a packet, or what there is of it when `cut`. */
struct hepcut_step {
	size_t eat;
	size_t len;
	bool ready;
	bool cut;
};

enum hepcut_start { HEPCUT_NO, HEPCUT_PERHAPS, HEPCUT_YES };

/* Give back what it holds. */
void hepcut_fini(struct hepcut *c);

/*
 * Look at the unread bytes; those of an earlier look must still be at the front.  Not ready means: more bytes are
 * needed; at most HEPCUT_MAX stay unread then.  After a packet the caller drops its len bytes.  end: no more will come;
 * a begun packet is then handed out cut.
 */
struct hepcut_step hepcut_next(struct hepcut *c, struct slice unread, bool end);

/*
 * `gap` bytes behind the unread ones will never come.  May hand out the begun packet, cut; the caller then drops all
 * unread bytes, packet or not.
 */
struct hepcut_step hepcut_gap(struct hepcut *c, struct slice unread, uint64_t gap);

/* Bytes held at the moment beside the caller's: 0 or about INFLATE_BYTES. */
size_t hepcut_bytes(const struct hepcut *c);

/* Does a packet begin here, in the middle of anything: id, total length and first chunk header make sense? */
enum hepcut_start hepcut_start(struct slice s);

#endif
