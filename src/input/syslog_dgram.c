/*
 * syslog_dgram - syslog by datagrams: UDP (RFC 5426) and unix datagram sockets (what syslog(3) and logger(1) send).
 * One datagram is one message, whatever is in it; an empty one too.
 *
 * Know: who may send is looked up before the first byte is looked at.
 */
#include "syslog_int.h"

#include <errno.h>
#include <sys/socket.h>

#include "sipwhy/mem.h"

enum { BATCH_N = 32, BATCH_TURNS = 16 };

struct syslog_batch {
	struct mmsghdr msg[BATCH_N];
	struct iovec iov[BATCH_N];
	struct sockaddr_storage from[BATCH_N];
	uint8_t data[BATCH_N][TEXT_MAX];
};

struct syslog_batch *
syslog_batch_new(void)
{
	struct syslog_batch *b = mem_zalloc(sizeof *b);

	if (b == NULL)
		return NULL;
	for (unsigned i = 0; i < BATCH_N; i++) {
		b->iov[i] = (struct iovec){ b->data[i], TEXT_MAX };
		b->msg[i].msg_hdr.msg_iov = &b->iov[i];
		b->msg[i].msg_hdr.msg_iovlen = 1;
		b->msg[i].msg_hdr.msg_name = &b->from[i];
	}
	return b;
}

void
syslog_batch_free(struct syslog_batch *b)
{
	mem_free(b);
}

/* The number of who sent it.  Programs that share a unix socket are one stream: nothing tells them apart. */
static uint32_t
dgram_origin(struct syslog *s, const struct endpoint *from)
{
	uint32_t origin = syslog_senders_find(s->senders, from);
	uint32_t forgotten;

	if (origin != 0)
		return origin;
	origin = syslog_origin_new(s);
	forgotten = syslog_senders_add(s->senders, from, origin);
	if (forgotten != 0)
		syslog_origin_ends(s, forgotten);
	s->in.st.connected++;
	s->in.st.senders = syslog_senders_count(s->senders);
	return origin;
}

static void
dgram_one(struct syslog *s, const struct mmsghdr *m, const uint8_t *data)
{
	struct frame6587_record record = { data, m->msg_len, (m->msg_hdr.msg_flags & MSG_TRUNC) != 0 };
	struct endpoint from;

	syslog_endpoint(&from, m->msg_hdr.msg_name);
	if (!syslog_allowed(s, &from)) {
		s->in.st.refused++;
		return;
	}
	syslog_deliver(s, dgram_origin(s, &from), &from, &record);
}

void
syslog_receive(struct syslog_port *p)
{
	struct syslog *s = p->s;
	struct syslog_batch *b = s->batch;
	uint64_t until = uv_hrtime() + SYSLOG_SLICE_NS;
	int n = BATCH_N;

	for (unsigned turn = 0; n == BATCH_N && turn < BATCH_TURNS && uv_hrtime() < until; turn++) {
		for (unsigned i = 0; i < BATCH_N; i++) {
			b->msg[i].msg_hdr.msg_namelen = sizeof b->from[i];
			b->from[i].ss_family = AF_UNSPEC;
		}
		n = recvmmsg(p->fd, b->msg, BATCH_N, MSG_DONTWAIT, NULL);
		syslog_stamp(s);
		for (int i = 0; i < n; i++)
			dgram_one(s, &b->msg[i], b->data[i]);
	}
}
