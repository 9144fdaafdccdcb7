/*
 * input_int - what the kinds of input share: the head of every input, and the way a frame or a state goes out.
 * A kind is one `const struct input_ops`; its own struct begins with struct input.
 */
#ifndef INPUT_INPUT_INT_H
#define INPUT_INPUT_INT_H

#include "sipwhy/input.h"

struct input_bpf;

struct input_ops {
	/* As input_open; *out begins with a struct input that input_init has filled. */
	int (*open)(struct input **out, const struct input_cfg *cfg, struct errmsg *em);
	/* As input_start; in->loop and in->sink are set. */
	int (*start)(struct input *in, struct errmsg *em);
	/* in->paused has changed; NULL when there is nothing to do. */
	void (*pause)(struct input *in);
	/* Bring in->st up to date; NULL when it always is. */
	void (*stats)(struct input *in);
	/* Close and free, through the loop if it was started. */
	void (*close)(struct input *in);
	bool live;
};

extern const struct input_ops input_file_ops;
extern const struct input_ops input_live_ops;
extern const struct input_ops input_demo_ops;
extern const struct input_ops input_follow_ops;
extern const struct input_ops input_syslog_ops;
extern const struct input_ops input_mirror_ops;
extern const struct input_ops input_tzsp_ops;

struct input {
	const struct input_ops *ops;
	struct uv_loop_s *loop;
	struct input_sink sink;
	struct input_stats st;
	struct input_bpf *bpf; /* filter applied here; NULL when there is none or the kernel does it */
	uint64_t skip, poison;
	uint64_t buffer_bytes;
	enum input_kind kind;
	enum input_state state;
	bool started, paused, closing;
	bool live;
	char name[80];
};

/* Fill the common head; name is cleaned of control bytes and cut. */
void input_init(struct input *in, const struct input_ops *ops, const struct input_cfg *cfg, const char *name);

/* Count a frame and hand it over, unless it is skipped or filtered. */
void input_deliver(struct input *in, const struct frame *f);

/*
 * Count a piece of text (and its cut record) and hand it over, unless it is skipped: what of it lies before skip is
 * left out, and all of it when it holds the poison record.  Only with a sink that takes text.
 */
void input_deliver_text(struct input *in, const struct text *t);

/* Nothing more comes of this origin. */
void input_text_end(struct input *in, uint32_t origin);

/* Something to say while the state stays as it is; "" takes it back. */
void input_say(struct input *in, const char *sentence);

/* Tell the listener that the state changed (once per state). */
void input_become(struct input *in, enum input_state s, const char *sentence);

/* The batch is over. */
void input_batch(struct input *in);

/*
 * Filters.  input_bpf_new compiles for every link type that frame.h names, so that nothing is compiled (and no
 * name looked up) after rights were dropped.  match: a link type the filter cannot be compiled for never matches.
 */
int input_bpf_new(struct input_bpf **out, const char *text, struct errmsg *em);
void input_bpf_free(struct input_bpf *b);
bool input_bpf_match(const struct input_bpf *b, const struct frame *f);
/* Can the filter be used on this link type?  0, or -EINVAL with libpcap's sentence. */
int input_bpf_usable(const struct input_bpf *b, uint16_t link, struct errmsg *em);

/*
 * The filter that leaves out the ssh session described by sshd's SSH_CONNECTION ("client port server port"),
 * into out[cap].  False (and out empty) when the text is none.
 */
bool input_bpf_ssh(char *out, size_t cap, const char *ssh_connection);

/* DLT of libpcap to the LINKTYPE of files, and back. */
uint16_t input_link_of_dlt(int dlt);
int input_dlt_of_link(uint16_t link);

#endif
