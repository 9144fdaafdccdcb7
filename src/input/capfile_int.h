/*
 * capfile_int - what the files of capfile share: the window over the stream and the state of the two formats.
 * The window [pos, end) of buf is all that is ever looked at; capfile_have is the one way to ask for more of it.
 */
#ifndef INPUT_CAPFILE_INT_H
#define INPUT_CAPFILE_INT_H

#include <string.h>

#include "capfile.h"
#include "sipwhy/errmsg.h"

enum {
	CAPFILE_CHUNK = 256 << 10, /* one read; stays in a second-level cache, so headers are still warm */
	CAPFILE_CARRY = 512 << 10, /* room in front of it for what a read left unfinished */
	CAPFILE_WHOLE = 320 << 10, /* blocks up to this are looked at in one piece, larger ones pass by */
	CAPFILE_BLOCK_MAX = 16 << 20,
	CAPFILE_SEARCH = 4096,
	CAPFILE_SNIFF = 256,
	CAPFILE_HEAD_READ = 64 << 10, /* bytes taken before the head is understood; also gzip's input */
	CAPFILE_INFLATE_STEP = 256 << 10,
	CAPFILE_IFACES = 65536
};

/* Times are kept inside +-2^62 ns (years 1824 to 2116), so that nobody behind us overflows by adding a timeout. */
#define CAPFILE_T_MAX (INT64_C(1) << 62)

enum capfile_phase { CAPFILE_AT_HEAD, CAPFILE_AT_PCAP, CAPFILE_AT_NG, CAPFILE_AT_TEXT, CAPFILE_AT_END };

struct capfile_iface {
	int64_t offset_s;
	uint32_t snaplen;
	uint16_t link;
	uint8_t tsresol;
};

struct capfile_gz;

struct capfile {
	uint8_t *buf;
	size_t pos, end;
	size_t need;     /* bytes from pos that the format waits for */
	uint64_t offset; /* of pos in the (uncompressed) stream */
	uint64_t trimmed;
	uint64_t frames;
	uint64_t blocks;
	uint64_t pass;     /* bytes of a large block still to pass by, its trailing length not included */
	uint32_t pass_len; /* total length of that block, 0 when inside none */
	uint64_t pass_at;
	int64_t t_ns; /* of the last frame that had a time */
	struct capfile_iface *ifaces;
	unsigned n_ifaces, cap_ifaces;
	struct capfile_gz *gz;
	enum capfile_phase phase;
	bool search, finished;
	bool text_ok; /* text is not refused */
	struct textcut cut;
	bool swapped;  /* the file (or section) is in the other byte order */
	bool modified; /* Kuznetzov: longer record headers */
	uint16_t minor;
	uint16_t link;
	uint32_t frac_ns; /* nanoseconds in one unit of the fraction: 1 or 1000 */
	enum capfile_verdict verdict;
	struct errmsg why;
};

/* Are n bytes there?  If not, remember that they are wanted. */
static inline bool
capfile_have(struct capfile *c, size_t n)
{
	if (c->end - c->pos >= n)
		return true;
	c->need = n;
	return false;
}

/* Step over n bytes that are there. */
static inline void
capfile_take(struct capfile *c, size_t n)
{
	c->pos += n;
	c->offset += n;
}

/* 32 and 16 bits in this machine's order, or in the other one. */
static inline uint32_t
capfile_u32(const uint8_t *p, bool swapped)
{
	uint32_t v;

	memcpy(&v, p, sizeof v);
	return swapped ? __builtin_bswap32(v) : v;
}

static inline uint16_t
capfile_u16(const uint8_t *p, bool swapped)
{
	uint16_t v;

	memcpy(&v, p, sizeof v);
	return swapped ? __builtin_bswap16(v) : v;
}

/* End in damage with a reason. */
enum capfile_verdict capfile_damage(struct capfile *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* 12 and 14 are raw IP written with the number of the API instead of the file format. */
uint16_t capfile_link_norm(uint32_t link);

/* The window's free part, moving its content when it must; at least 1 byte and never more than *n. */
uint8_t *capfile_room(struct capfile *c, size_t *n);

/* Formats.  head: the first bytes are there or wanted; next: the next record. */
enum capfile_verdict capfile_pcap_head(struct capfile *c);
enum capfile_verdict capfile_pcap_next(struct capfile *c, struct frame *out);
enum capfile_verdict capfile_ng_head(struct capfile *c);
enum capfile_verdict capfile_ng_next(struct capfile *c, struct frame *out);
/* The sentence for a stream that ended while `need` bytes were wanted. */
enum capfile_verdict capfile_pcap_cut(struct capfile *c);
enum capfile_verdict capfile_ng_cut(struct capfile *c);
/* True when p[0..n) begins with a magic; n is at least 4. */
bool capfile_pcap_magic(const uint8_t *p);

/* The format wants more: MORE from the caller, BUSY when gzip gave some, END or DAMAGED when there is no more. */
enum capfile_verdict capfile_feed(struct capfile *c);

/* May the window hold the head of a capture, or the first bytes of one? */
bool capfile_may_be(const struct capfile *c);

/* Does p[0..n) look like a log?  Its first 4,096 bytes count. */
bool capfile_is_log(const uint8_t *p, size_t n);
/* From here on it is text: CAPFILE_TEXT. */
enum capfile_verdict capfile_text_enter(struct capfile *c);

/* gzip: start with the bytes already in the window; false when memory is short. */
bool capfile_gz_start(struct capfile *c);
void capfile_gz_free(struct capfile_gz *gz);
uint8_t *capfile_gz_space(struct capfile_gz *gz, size_t *n);
void capfile_gz_filled(struct capfile_gz *gz, size_t n);
/* One bounded step: BUSY bytes came out, MORE input wanted, END of the data, or DAMAGED. */
enum capfile_verdict capfile_gz_step(struct capfile *c);

#endif
