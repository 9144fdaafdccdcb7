/*
 * pcap_out - a capture file for later: classic pcap with nanoseconds (draft-ietf-opsawg-pcap, magic 0xa1b23c4d).
 * The one thing to know: bytes leave only in whole records, and after a failed write the file is cut back to the
 * last one, so that a full disk leaves a file that every reader takes.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "sipwhy/mem.h"
#include "sipwhy/sink.h"
#include "sipwhy/timefmt.h"

enum { PCAP_HEADER = 24, PCAP_RECORD = 16, PCAP_BUFFER = FRAME_MAX + 64 * 1024 };
#define PCAP_MAGIC UINT32_C(0xa1b23c4d)

/* buffer[0..used) waits; whole: bytes that are in the file for good.  err: the first failure, for ever. */
struct sink_pcap {
	int fd, err;
	bool begun;
	uint16_t link;
	uint64_t frames, others;
	off_t whole;
	size_t used;
	char *path;
	uint8_t buffer[PCAP_BUFFER];
};

int
sink_pcap_open(struct sink_pcap **out, const char *path, struct errmsg *em)
{
	struct sink_pcap *p = mem_alloc(sizeof *p);
	int err;

	if (p == NULL)
		return errmsg_set(em, -ENOMEM, "%s: out of memory", path);
	p->err = 0;
	p->begun = false;
	p->link = LINK_ETHERNET;
	p->frames = p->others = 0;
	p->whole = 0;
	p->used = 0;
	p->path = mem_strndup(path, strlen(path));
	p->fd = p->path != NULL ? open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600) : -1;
	if (p->fd >= 0) {
		*out = p;
		return 0;
	}
	err = p->path != NULL ? -errno : -ENOMEM;
	mem_free(p->path);
	mem_free(p);
	if (err == -EEXIST)
		return errmsg_set(em, err, "%s exists already: name a new file", path);
	return errmsg_set(em, err, "can't create %s: %s", path, strerror(-err));
}

/* How many of `done` bytes, which begin with the header or a record, are whole records. */
static size_t
pcap_whole(const struct sink_pcap *p, const uint8_t *bytes, size_t done)
{
	size_t at = p->whole == 0 ? PCAP_HEADER : 0;
	uint32_t caplen;

	if (done < at)
		return 0;
	while (done - at >= PCAP_RECORD) {
		memcpy(&caplen, bytes + at + 8, sizeof caplen);
		if (done - at - PCAP_RECORD < caplen)
			break;
		at += PCAP_RECORD + caplen;
	}
	return at;
}

static void
pcap_fail(struct sink_pcap *p, int err, size_t whole)
{
	p->err = err;
	p->whole += (off_t)whole;
	/* Whether or not this is allowed, nothing more is written. */
	if (ftruncate(p->fd, p->whole) != 0)
		return;
}

static void
pcap_write(struct sink_pcap *p, const uint8_t *bytes, size_t n)
{
	size_t done = 0;

	while (p->err == 0 && done < n) {
		ssize_t w = write(p->fd, bytes + done, n - done);

		if (w > 0)
			done += (size_t)w;
		else if (w == 0 || errno != EINTR)
			pcap_fail(p, w == 0 ? -EIO : -errno, pcap_whole(p, bytes, done));
	}
	if (p->err == 0)
		p->whole += (off_t)n;
}

static void
pcap_flush(struct sink_pcap *p)
{
	pcap_write(p, p->buffer, p->used);
	p->used = 0;
}

static void
pcap_u32(struct sink_pcap *p, uint32_t v)
{
	memcpy(p->buffer + p->used, &v, sizeof v);
	p->used += sizeof v;
}

static void
pcap_begin(struct sink_pcap *p, uint16_t link)
{
	p->link = link;
	p->begun = true;
	pcap_u32(p, PCAP_MAGIC);
	pcap_u32(p, 0);
	/* Two 16-bit numbers, major 2 and minor 4, in this machine's byte order as all the others. */
	memcpy(p->buffer + p->used - 4, (const uint16_t[2]){ 2, 4 }, 4);
	pcap_u32(p, 0);
	pcap_u32(p, 0);
	pcap_u32(p, FRAME_MAX);
	pcap_u32(p, link);
}

int
sink_pcap_write(struct sink_pcap *p, const struct frame *f)
{
	int64_t t_ns = f->t_ns > 0 ? f->t_ns : 0;

	if (p->err != 0)
		return p->err;
	if (p->begun && f->link != p->link) {
		p->others++;
		return -EMEDIUMTYPE;
	}
	if (f->caplen > FRAME_MAX)
		return -EMSGSIZE;
	if (p->used + PCAP_HEADER + PCAP_RECORD + f->caplen > PCAP_BUFFER)
		pcap_flush(p);
	if (!p->begun)
		pcap_begin(p, f->link);
	pcap_u32(p, (uint32_t)(t_ns / NS_PER_S));
	pcap_u32(p, (uint32_t)(t_ns % NS_PER_S));
	pcap_u32(p, f->caplen);
	/* Readers refuse a frame that is shorter than what was captured of it. */
	pcap_u32(p, f->origlen > f->caplen ? f->origlen : f->caplen);
	if (f->caplen > 0)
		memcpy(p->buffer + p->used, f->data, f->caplen);
	p->used += f->caplen;
	p->frames++;
	return p->err;
}

int
sink_pcap_close(struct sink_pcap *p, struct errmsg *em)
{
	int err;

	if (!p->begun)
		pcap_begin(p, p->link);
	pcap_flush(p);
	err = p->err;
	if (close(p->fd) != 0 && err == 0)
		err = -errno;
	if (err != 0)
		(void)errmsg_set(
		    em, err, "writing %s failed: %s; what was written before is whole", p->path, strerror(-err));
	else if (p->others > 0)
		(void)errmsg_set(em, 0, "%s: %llu frames of another link type were left out (%llu saved)", p->path,
		    (unsigned long long)p->others, (unsigned long long)p->frames);
	mem_free(p->path);
	mem_free(p);
	return err;
}
