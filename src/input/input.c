/*
 * input - the table of kinds and what they share: counting, skipping, states; see sipwhy/input.h.
 *
 * Know: input_deliver is the only way a frame leaves and input_deliver_text the only way text does, so frames = handed
 * over + filtered + skipped holds by construction.
 */
#include "input_int.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct input_ops *const input_kinds[INPUT_KIND_N] = {
	[INPUT_PCAP_LIVE] = &input_live_ops,
	[INPUT_FILE] = &input_file_ops,
	[INPUT_DEMO] = &input_demo_ops,
	[INPUT_FOLLOW] = &input_follow_ops,
	[INPUT_SYSLOG] = &input_syslog_ops,
	[INPUT_MIRROR] = &input_mirror_ops,
	[INPUT_TZSP] = &input_tzsp_ops,
};

const char *
input_kind_name(enum input_kind k)
{
	static const char *const name[INPUT_KIND_N] = {
		[INPUT_PCAP_LIVE] = "live",
		[INPUT_FILE] = "file",
		[INPUT_DEMO] = "demo",
		[INPUT_FOLLOW] = "follow",
		[INPUT_SYSLOG] = "syslog",
		[INPUT_MIRROR] = "mirror",
		[INPUT_TZSP] = "tzsp",
	};

	return (unsigned)k < INPUT_KIND_N ? name[k] : "-";
}

bool
input_kind_listens(enum input_kind k)
{
	return k == INPUT_SYSLOG || k == INPUT_MIRROR || k == INPUT_TZSP;
}

const char *
input_state_name(enum input_state s)
{
	static const char *const name[] = { "open", "reading", "ended", "damaged", "failed" };

	return (unsigned)s < sizeof name / sizeof name[0] ? name[s] : "-";
}

/* Names reach sentences on a terminal: no C0, no DEL, no C1 (as UTF-8). */
static void
input_name_clean(char *s)
{
	unsigned char *p = (unsigned char *)s;

	for (; *p != '\0'; p++) {
		if (*p < 0x20 || *p == 0x7f)
			*p = '?';
		if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] <= 0x9f)
			p[0] = p[1] = '?';
	}
}

void
input_init(struct input *in, const struct input_ops *ops, const struct input_cfg *cfg, const char *name)
{
	in->ops = ops;
	in->kind = cfg->kind;
	in->state = INPUT_OPEN;
	in->live = ops->live;
	in->skip = cfg->skip_frames;
	in->poison = cfg->poison_frame;
	(void)snprintf(in->name, sizeof in->name, "%s", name);
	input_name_clean(in->name);
}

void
input_deliver(struct input *in, const struct frame *f)
{
	in->st.frames++;
	in->st.bytes += f->caplen;
	if (in->st.frames <= in->skip || in->st.frames == in->poison) {
		in->st.skipped++;
		return;
	}
	if (in->bpf != NULL && !input_bpf_match(in->bpf, f)) {
		in->st.filtered++;
		return;
	}
	in->sink.frame(in->sink.ctx, f);
}

/* The first n lines of a piece are told already: step over them. */
static void
input_text_after(struct text *t, uint64_t n)
{
	for (; n > 0; n--) {
		const uint8_t *lf = memchr(t->data, '\n', t->len);
		size_t take = lf != NULL ? (size_t)(lf - t->data) + 1 : t->len;

		t->data += take;
		t->len -= take;
		t->lines--;
	}
}

void
input_deliver_text(struct input *in, const struct text *t)
{
	uint64_t before = in->st.frames;
	struct text rest = *t;

	assert(in->sink.text != NULL && t->lines > 0);
	in->st.frames += t->lines;
	in->st.bytes += t->len;
	/* Else its connection broke off. */
	in->st.long_records += t->cut && t->len >= TEXT_MAX;
	if (in->st.frames <= in->skip || (in->poison > before && in->poison <= in->st.frames)) {
		in->st.skipped += t->lines;
		return;
	}
	if (before < in->skip) {
		in->st.skipped += in->skip - before;
		input_text_after(&rest, in->skip - before);
	}
	in->sink.text(in->sink.ctx, &rest);
}

void
input_text_end(struct input *in, uint32_t origin)
{
	if (in->sink.text_end != NULL)
		in->sink.text_end(in->sink.ctx, origin);
}

void
input_say(struct input *in, const char *sentence)
{
	if (in->sink.state != NULL)
		in->sink.state(in->sink.ctx, in->state, sentence);
}

void
input_become(struct input *in, enum input_state s, const char *sentence)
{
	if (in->state == s)
		return;
	in->state = s;
	if (in->sink.state != NULL)
		in->sink.state(in->sink.ctx, s, sentence);
}

void
input_batch(struct input *in)
{
	if (in->sink.batch != NULL)
		in->sink.batch(in->sink.ctx);
}

int
input_open(struct input **out, const struct input_cfg *cfg, struct errmsg *em)
{
	*out = NULL;
	assert((unsigned)cfg->kind < INPUT_KIND_N);
	return input_kinds[cfg->kind]->open(out, cfg, em);
}

int
input_start(struct input *in, struct uv_loop_s *loop, const struct input_sink *sink, struct errmsg *em)
{
	assert(!in->started && sink->frame != NULL);
	in->loop = loop;
	in->sink = *sink;
	in->started = true;
	return in->ops->start(in, em);
}

void
input_pause(struct input *in, bool pause)
{
	if (in->paused == pause || in->closing)
		return;
	in->paused = pause;
	if (in->started && in->ops->pause != NULL)
		in->ops->pause(in);
}

const char *
input_name(const struct input *in)
{
	return in->name;
}

enum input_kind
input_kind(const struct input *in)
{
	return in->kind;
}

const char *
input_kind_word(const struct input *in)
{
	return in->kind == INPUT_FILE && in->live ? "pipe" : input_kind_name(in->kind);
}

bool
input_is_live(const struct input *in)
{
	return in->live;
}

void
input_stats(struct input *in, struct input_stats *out)
{
	if (in->ops->stats != NULL && !in->closing)
		in->ops->stats(in);
	*out = in->st;
}

uint64_t
input_buffer_bytes(const struct input *in)
{
	return in->buffer_bytes;
}

void
input_close(struct input *in)
{
	if (in == NULL)
		return;
	assert(!in->closing);
	in->closing = true;
	in->ops->close(in);
}
