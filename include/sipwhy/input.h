/*
 * input - where bytes come from: a capture device, a capture or log file, a followed log file, standard input, syslog
 * senders, mirrors of SIP traffic, the demo.  An input owns its descriptors and looks at nothing but its own framing
 * (pcap and pcapng records, lines, RFC 6587 frames, lengths of HEP packets and of SIP messages).
 *
 * Life: input_open (with rights, reads no byte of traffic) -> rights are dropped -> input_start (on the loop)
 * -> input_close.
 */
#ifndef SIPWHY_INPUT_H
#define SIPWHY_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sipwhy/errmsg.h"
#include "sipwhy/frame.h"
#include "sipwhy/peers.h"

struct uv_loop_s;
struct input;

enum input_kind {
	INPUT_PCAP_LIVE,
	INPUT_FILE,
	INPUT_DEMO,
	INPUT_FOLLOW,
	INPUT_SYSLOG,
	INPUT_MIRROR, /* HEP, and plain copies of messages: frames of LINK_MIRROR */
	INPUT_TZSP,   /* frames of LINK_TZSP */
	INPUT_KIND_N
};

/* "live", "file", "demo", "follow", "syslog", "mirror", "tzsp". */
const char *input_kind_name(enum input_kind k);

/* Is it a receiver, which others send to: syslog, mirror, tzsp? */
bool input_kind_listens(enum input_kind k);

enum input_state {
	INPUT_OPEN,    /* opened, not started */
	INPUT_READING, /* bytes flow or may flow */
	INPUT_ENDED,   /* clean end (file, pipe, demo limit) */
	INPUT_DAMAGED, /* ended early: the bytes make no sense from here on, or the file is cut */
	INPUT_FAILED   /* the device or descriptor failed */
};

/* "open", "reading", "ended", "damaged", "failed". */
const char *input_state_name(enum input_state s);

/*
 * What to open.  Strings are borrowed until input_open returns.
 * arg: interface name ("any" allowed); path of a capture or log, told apart by content ("-" is standard input); path of
 * the log to follow; what a receiver (syslog, mirror, tzsp) listens on; unused for the demo.  Receivers:
 *   udp:ADDR:PORT, tcp:ADDR:PORT, tls:ADDR:PORT
 *                       ADDR: IPv4 or [IPv6]; without it ("udp:514") both loopbacks.  PORT: without it that of custom
 *                       (syslog 514, over tls 6514; mirror 9060; tzsp 37008, udp alone); 0 is any free one, which
 *                       input_name tells.  tcp and tls take both framings of RFC 6587, or of a mirror HEP packets back
 *                       to back, which are looked for again behind what makes no sense, or plain SIP messages.
 *   unix:PATH           (syslog alone) a datagram socket, as syslog(3), logger -u and rsyslog's omuxsock send to
 *   unix-stream:PATH    (syslog alone) a stream socket, framed as tcp
 *                       Its mode is 0666: who reaches the directory may send.  A socket of the same user that nobody
 *                       listens on is replaced, anything else is left alone (-EEXIST, -EADDRINUSE).  It stays behind.
 * bpf: capture filter in libpcap's language or NULL; applied in the kernel when live, by us on files.
 * buffer_mib: kernel ring of a live capture, and of each UDP socket of a mirror and of tzsp (a right lets it exceed
 * net.core.rmem_max; at most 1023), 0 = 32.  seed: of the demo's traffic.
 * skip_frames: hand nothing over for the first n frames (a new engine goes on where the old one stopped).
 * poison_frame: number (1-based) of a frame to leave out and count as skipped, 0 none.
 * from_start: read a followed file from its beginning, else from its end.  opener: of a followed file, the socket on
 * which input_opener_run answers (SOCK_SEQPACKET, not blocking), -1 none: then the files are opened by this process;
 * once input_open succeeds it is input_close's to close.  resume_ino, resume_offset: go on with this file from there
 * (0: no), with skip_frames 0.
 * allow: who may send to a receiver that is not on loopback (names and roles mean nothing; borrowed until input_close),
 * NULL nobody.  allow_any: everybody may.  tls_cert, tls_key, tls_ca: files (PEM); tls_ca asks every sender for a
 * certificate it signed.  A receiver off loopback needs one of allow with a row, allow_any, tls_ca (-EINVAL).
 * start_ns, now_ns: of the demo: the moment its present begins (the same seed and moment give the same frames, so that
 * skip_frames works for it too), and the wall clock's time now; start_ns 0 takes now_ns.
 */
struct input_cfg {
	enum input_kind kind;
	const char *arg;
	const char *bpf;
	unsigned buffer_mib;
	uint64_t seed;
	uint64_t skip_frames;
	uint64_t poison_frame;
	int64_t start_ns, now_ns;
	bool from_start;
	int opener;
	uint64_t resume_ino, resume_offset;
	const struct peers *allow;
	bool allow_any;
	const char *tls_cert, *tls_key, *tls_ca;
};

/* Who listens.  All are called on the loop; they must not call input_close from inside. */
struct input_sink {
	void *ctx;
	/* One frame, borrowed for the call. */
	void (*frame)(void *ctx, const struct frame *f);
	/*
	 * A piece of log text, borrowed for the call; NULL: an input that turns out to be text is refused.  A followed
	 * file hands over its unended last line from inside input_close.
	 */
	void (*text)(void *ctx, const struct text *t);
	/* Nothing more comes of the stream or sender that this text.origin stood for; may be NULL. */
	void (*text_end)(void *ctx, uint32_t origin);
	/* After each batch of frames (at most 10 ms of work), so that the listener can flush or pause; may be NULL. */
	void (*batch)(void *ctx);
	/*
	 * The state changed; sentence is one line for people (borrowed), "" when there is nothing to say.  Called with
	 * the state as it was when there is something new to say (a followed file is waited for), or nothing any more.
	 */
	void (*state)(void *ctx, enum input_state s, const char *sentence);
};

/* What is told of who was turned away last, with its NUL. */
enum { INPUT_TURNED = 96 };

/*
 * Figures since open; all only grow but done/total, senders and offset.  frames: records read (packets; lines; syslog
 * messages), filtered and skipped ones included; frames = handed over + filtered + skipped at all times.
 * bytes: captured bytes of these records.
 * kernel_drops, if_drops: pcap_stats(3), or what the kernel dropped of a UDP receiver; read once a second and on
 * input_stats.
 * done/total: bytes of a file read so far and its size on disk (0 unknown) for a progress bar.
 * trimmed: bytes before the first magic that were skipped (banners on stdin); of receivers empty lines and NULs between
 * messages.
 * Of receivers: senders: connections now, or addresses in the table of those who sent datagrams (at most 1,024);
 * connected: all there ever were; refused: connections and datagrams turned away (by the list, or because a limit was
 * reached: 256 connections, 16 of one address, 64 of one loopback address or unix socket, 64 TLS handshakes); closed:
 * connections ended by us (framing that makes no sense, a message that did not end within 30 s, a TLS handshake within
 * 10 s, TLS that failed, more held than 16 MiB in all); bad_frames: framing that makes no sense, TLS on a plain port
 * among it (each counted in frames too, and handed over to nobody: skipped).  A stream of HEP is closed when its first
 * 8 KiB show no packet, or 128 KiB behind one.  turned_away: who was refused or closed last and why, printable
 * ("192.0.2.7: not in --allow"), "" nobody.  open_to_all: neither a list nor certificates say who may send, and it is
 * not on loopback.
 * long_records: lines and messages cut at TEXT_MAX.  rotations: how often a followed file was replaced or truncated;
 * missed: generations of it that could not be read (packed before their turn, or not to be opened).
 * ino, offset: a followed file and how far its lines were handed over.
 */
struct input_stats {
	uint64_t frames, bytes;
	uint64_t filtered;
	uint64_t skipped;
	uint64_t kernel_drops, if_drops;
	uint64_t done, total;
	uint64_t trimmed;
	uint64_t senders, connected, refused, closed, bad_frames;
	char turned_away[INPUT_TURNED];
	bool open_to_all;
	uint64_t long_records;
	uint64_t rotations, missed;
	uint64_t ino, offset;
};

/*
 * Followed files.  A generation (the file that the path named for a while) is read to its end, with what its writer
 * still adds, before the next one is begun: once that has bytes and the old one was quiet for 100 ms.  Generations that
 * came and went between two looks (at most 250 ms apart; at once where inotify works) are found beside the path, under
 * its own name with what rotation puts behind it (a number, a date, a time: digits and . - _ : + T Z after a first
 * . - or _; or .old .bak .save .prev ~; packed forms are counted as missed), in the order of their birth.
 * What is lost: lines that were written and truncated between two looks (copytruncate, "> file"), and all up to the
 * old length when the file has outgrown that again by then, which cannot be told from appending; lines written to an
 * old generation after it was left; and generations counted as missed.  A link at the path is followed where root, or
 * who runs this, owns its folder, or where the folder's owner owns the file too.  A file that is not there, or not a
 * file, is waited for; a FIFO is read as a stream and opened again at its end.
 *
 * text.live of a log: pipes always; a followed file but for what it held when reading began (from_start, resume_*);
 * never a regular file of INPUT_FILE, whose text.t_ns is the time of its last change.  text.origin of these is 1, and
 * one more after each text_end.
 */

/*
 * Open (needs rights for live).  On success 0 and *out, to be given to input_close.
 * Errors: -EACCES/-EPERM missing right, -ENOENT, -ENODEV no such interface, -EINVAL bad filter, -EISDIR, -ENOMEM ...;
 * em then holds one sentence naming the thing and the cure.  A path that is a directory, device or socket is
 * refused; a followed path that names nothing is not.
 */
int input_open(struct input **out, const struct input_cfg *cfg, struct errmsg *em);

/*
 * Start reading on `loop`; sink is copied.  For a regular file the head is read and judged here:
 * -EINVAL with a sentence when it is no capture this build reads and no text (the sentence names the format when it is
 * known).  A pipe that has not shown what it carries 0.7 s after its first bytes is taken for text if it looks like it.
 * Reading itself happens in slices of at most 10 ms from the loop, so that others stay alive.
 */
int input_start(struct input *in, struct uv_loop_s *loop, const struct input_sink *sink, struct errmsg *em);

/* Stop or resume handing over frames (back-pressure; live captures are not paused: the kernel would drop). */
void input_pause(struct input *in, bool pause);

/* "eth0", "calls.pcap" (last part of the path), "stdin", "demo"; valid until input_close. */
const char *input_name(const struct input *in);

enum input_kind input_kind(const struct input *in);

/*
 * Open followed files for engines that gave up their rights: answers on `fds` (n sockets, SOCK_SEQPACKET; one for each
 * path) until all are closed at the other end, then returns.  Opens nothing but regular files and FIFOs at these paths
 * and their rotated siblings (names as above; no links among them), reads no byte, writes nothing.
 */
void input_opener_run(const int *fds, const char *const *paths, size_t n);

/* The name of its kind; "pipe" for a file that is none but comes as it is written: a pipe, standard input on one. */
const char *input_kind_word(const struct input *in);

/* Real-time source (live, demo, pipe, followed file, receiver) as opposed to a file read at its own speed. */
bool input_is_live(const struct input *in);

/* Current figures; for a live capture asks the kernel. */
void input_stats(struct input *in, struct input_stats *out);

/*
 * Buffer the kernel granted a live capture, or a UDP receiver (of each of its sockets, as asked for: what the kernel
 * needs beside the bytes comes on top), in bytes; 0 unknown or neither.
 */
uint64_t input_buffer_bytes(const struct input *in);

/*
 * Stop and free.  Asynchronous inside the loop: memory goes in the last close callback, so run the loop until it is
 * empty afterwards.  If never started, frees at once.  NULL is allowed.
 */
void input_close(struct input *in);

/*
 * The made-up peers of the demo, by address without port ("198.51.100.20", "wholesale"), for whoever names peers.
 * *n gets their number; static memory.
 */
struct input_demo_peer {
	const char *addr, *name;
};
const struct input_demo_peer *input_demo_peers(size_t *n);
/* How long before its start the demo's traffic begins: all of that comes at once. */
int64_t input_demo_past_ns(void);

/* Does libpcap compile this filter (Ethernet)?  0, or -EINVAL with libpcap's sentence. */
int input_bpf_check(const char *bpf, struct errmsg *em);

#endif
