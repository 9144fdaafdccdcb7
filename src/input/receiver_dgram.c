/*
 * receiver_dgram - datagrams of a receiver: UDP, and unix sockets (what syslog(3) and logger(1) send).  One datagram is
 * one message, whatever is in it; an empty one too.
 *
 * Know: who may send is looked up before the first byte is looked at.  Nothing is allocated or copied for a datagram.
 */
#include "receiver_int.h"

#include <errno.h>
#include <sys/socket.h>

#include "sipwhy/mem.h"

/*
 * Rooms begin at different places of their pages, or the first bytes of all would compete for the same few cache lines.
 * No more of them than the nearest cache holds the messages of.
 */
enum { BATCH_N = 32, BATCH_TURNS = 64, BATCH_STRIDE = TEXT_MAX + 17 * 64 };

struct receiver_batch {
	struct mmsghdr msg[BATCH_N];
	struct iovec iov[BATCH_N];
	struct sockaddr_storage from[BATCH_N];
	uint8_t data[BATCH_N][BATCH_STRIDE];
};

struct receiver_batch *
receiver_batch_new(void)
{
	struct receiver_batch *b = mem_zalloc(sizeof *b);

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
receiver_batch_free(struct receiver_batch *b)
{
	mem_free(b);
}

uint32_t
receiver_origin(struct receiver *s, const struct endpoint *from)
{
	uint32_t origin = receiver_senders_find(s->senders, from);
	uint32_t forgotten;

	if (origin != 0)
		return origin;
	origin = receiver_origin_new(s);
	forgotten = receiver_senders_add(s->senders, from, origin);
	if (forgotten != 0)
		receiver_origin_ends(s, forgotten);
	s->in.st.connected++;
	s->in.st.senders = receiver_senders_count(s->senders);
	return origin;
}

static void
dgram_one(struct receiver *s, const struct receiver_listener *l, const struct mmsghdr *m, const uint8_t *data)
{
	struct frame6587_record record = { data, m->msg_len, (m->msg_hdr.msg_flags & MSG_TRUNC) != 0 };
	struct endpoint from;

	sockaddr_endpoint(&from, m->msg_hdr.msg_name);
	if (!receiver_allowed(s, &from)) {
		s->in.st.refused++;
		receiver_turn_away(s, &from, RECEIVER_NOT_ALLOWED);
		return;
	}
	s->dialect->datagram(s, l, &from, &record);
}

void
receiver_receive(struct receiver_port *p)
{
	struct receiver *s = p->s;
	struct receiver_batch *b = s->batch;
	uint64_t until = uv_hrtime() + RECEIVER_SLICE_NS;
	int n = BATCH_N;

	for (unsigned turn = 0; n == BATCH_N && turn < BATCH_TURNS && uv_hrtime() < until; turn++) {
		for (unsigned i = 0; i < BATCH_N; i++) {
			b->msg[i].msg_hdr.msg_namelen = sizeof b->from[i];
			b->from[i].ss_family = AF_UNSPEC;
		}
		n = recvmmsg(p->fd, b->msg, BATCH_N, MSG_DONTWAIT, NULL);
		receiver_stamp(s);
		for (int i = 0; i < n; i++)
			dgram_one(s, (const struct receiver_listener *)p, &b->msg[i], b->data[i]);
	}
}
