/*
 * capfile - capture files (pcap, pcapng, either in gzip) as a stream of bytes in and frames out; and text files, told
 * apart by their first bytes, as blocks of lines.
 * Knows no descriptor, no loop and no libpcap; the same frames and lines come out however the bytes are cut.
 *
 * Use: capfile_next until it says CAPFILE_MORE, read into capfile_space, say capfile_filled (or capfile_finish when
 * there are no more), go on.  Memory is flat: about 1.5 MiB, whatever the file claims.
 */
#ifndef INPUT_CAPFILE_H
#define INPUT_CAPFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/frame.h"
#include "textcut.h"

struct capfile;

enum capfile_verdict {
	CAPFILE_FRAME, /* *out is a frame, valid until the next call */
	CAPFILE_READY, /* capfile_head only: the head is understood */
	CAPFILE_MORE,  /* give bytes: capfile_space, capfile_filled or capfile_finish */
	CAPFILE_BUSY,  /* work was done without a frame; call again when there is time */
	CAPFILE_TEXT, /* it is text: take it with capfile_lines; from there: *b is a block, valid until the next call */
	CAPFILE_END,  /* clean end */
	CAPFILE_DAMAGED /* capfile_error says why; no frame follows */
};

/* search: skip up to 4,096 bytes of banner text before the first magic.  NULL when memory is short. */
struct capfile *capfile_new(bool search);

/* Text is wanted too; without this it is refused in a sentence that quotes it.  Before the first call. */
void capfile_allow_text(struct capfile *c);

/* NULL is allowed. */
void capfile_free(struct capfile *c);

/* Where to put the next bytes: *n > 0 of them at most.  Only after CAPFILE_MORE (or before the first call). */
uint8_t *capfile_space(struct capfile *c, size_t *n);

/* n bytes were put at capfile_space. */
void capfile_filled(struct capfile *c, size_t n);

/* The source has ended; no capfile_filled afterwards. */
void capfile_finish(struct capfile *c);

/* Judge the head only: READY, TEXT, MORE, BUSY or DAMAGED. */
enum capfile_verdict capfile_head(struct capfile *c);

/* The next frame: any verdict but READY. */
enum capfile_verdict capfile_next(struct capfile *c, struct frame *out);

/*
 * No more bytes come for a while: if what there is looks like text and not like the beginning of a capture, it is
 * text.  True when that was decided now.
 */
bool capfile_settle(struct capfile *c);

/*
 * After CAPFILE_TEXT, the next blocks of lines (textcut.h) in one, at most 256 KiB: TEXT, MORE, BUSY, END or DAMAGED.
 * eager: as soon as there is a line; else blocks are as large as they can be and depend on the text alone.
 */
enum capfile_verdict capfile_lines(struct capfile *c, bool eager, struct textcut_block *b);

/* After CAPFILE_DAMAGED: what and where, without a file name. */
const char *capfile_error(const struct capfile *c);

/* Bytes before the first magic that were skipped. */
uint64_t capfile_trimmed(const struct capfile *c);

/* Link type of a classic pcap whose head is understood; -1 for text and for pcapng (each interface has its own). */
int capfile_link(const struct capfile *c);

/* Is this one of the link types that frame.h names? */
bool capfile_link_known(uint16_t link);

#endif
