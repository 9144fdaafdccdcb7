/*
 * input - where bytes come from: a capture device, a capture file, standard input, the demo.
 * An input owns its descriptor and looks at nothing but its own framing (pcap, pcapng records).
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

struct uv_loop_s;
struct input;

enum input_kind { INPUT_PCAP_LIVE, INPUT_PCAP_FILE, INPUT_DEMO, INPUT_KIND_N };

/* "live", "file", "demo". */
const char *input_kind_name(enum input_kind k);

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
 * arg: interface name ("any" allowed), file path ("-" is standard input), or unused for the demo.
 * bpf: capture filter in libpcap's language or NULL; applied in the kernel when live, by us on files.
 * buffer_mib: kernel ring of a live capture, 0 = 32.  seed: of the demo's traffic.
 * skip_frames: hand nothing over for the first n frames (a new engine goes on where the old one stopped).
 * poison_frame: number (1-based) of a frame to leave out and count as skipped, 0 none.
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
};

/* Who listens.  Both are called on the loop; they must not call input_close from inside. */
struct input_sink {
	void *ctx;
	/* One frame, borrowed for the call. */
	void (*frame)(void *ctx, const struct frame *f);
	/* After each batch of frames (at most 10 ms of work), so that the listener can flush or pause; may be NULL. */
	void (*batch)(void *ctx);
	/* The state changed; sentence is one line for people (borrowed), "" when there is nothing to say. */
	void (*state)(void *ctx, enum input_state s, const char *sentence);
};

/*
 * Figures since open; all only grow but done/total.  frames: records read, filtered and skipped ones included;
 * frames = handed over + filtered + skipped at all times.  bytes: captured bytes of these records.
 * kernel_drops, if_drops: pcap_stats(3), read once a second and on input_stats.
 * done/total: bytes of a file read so far and its size on disk (0 unknown) for a progress bar.
 * trimmed: bytes before the first magic that were skipped (banners on stdin).
 */
struct input_stats {
	uint64_t frames, bytes;
	uint64_t filtered;
	uint64_t skipped;
	uint64_t kernel_drops, if_drops;
	uint64_t done, total;
	uint64_t trimmed;
};

/*
 * Open (needs rights for live).  On success 0 and *out, to be given to input_close.
 * Errors: -EACCES/-EPERM missing right, -ENOENT, -ENODEV no such interface, -EINVAL bad filter, -EISDIR, -ENOMEM ...;
 * em then holds one sentence naming the thing and the cure.  A path that is a directory or device is refused.
 */
int input_open(struct input **out, const struct input_cfg *cfg, struct errmsg *em);

/*
 * Start reading on `loop`; sink is copied.  For a regular file the head is read and judged here:
 * -EINVAL with a sentence when it is no capture this build reads (the sentence names the format when it is known).
 * Reading itself happens in slices of at most 10 ms from the loop, so that others stay alive.
 */
int input_start(struct input *in, struct uv_loop_s *loop, const struct input_sink *sink, struct errmsg *em);

/* Stop or resume handing over frames (back-pressure; live captures are not paused: the kernel would drop). */
void input_pause(struct input *in, bool pause);

/* "eth0", "calls.pcap" (last part of the path), "stdin", "demo"; valid until input_close. */
const char *input_name(const struct input *in);

enum input_kind input_kind(const struct input *in);

/* Real-time source (live, demo, pipe) as opposed to a file read at its own speed. */
bool input_is_live(const struct input *in);

/* Current figures; for a live capture asks the kernel. */
void input_stats(struct input *in, struct input_stats *out);

/* Buffer the kernel granted a live capture, in bytes; 0 unknown or not live. */
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

/* Does libpcap compile this filter (Ethernet)?  0, or -EINVAL with libpcap's sentence. */
int input_bpf_check(const char *bpf, struct errmsg *em);

#endif
