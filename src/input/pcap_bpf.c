/*
 * pcap_bpf - capture filters in libpcap's language (pcap-filter(7)) applied to frames from files, and the filter that
 * keeps a live capture from seeing the ssh session it is shown in.
 *
 * Know: compiling may look up names in files and in the DNS.  It happens in input_open for all link types at once,
 * never afterwards, when the process may no longer do so.
 */
#include "input_int.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#include "sipwhy/mem.h"
#include "sipwhy/slice.h"

static const uint16_t input_bpf_links[] = { LINK_ETHERNET, LINK_RAW, LINK_LINUX_SLL, LINK_LINUX_SLL2, LINK_NULL,
	LINK_PPP, LINK_PPP_HDLC, LINK_LOOP, LINK_IPV4, LINK_IPV6 };

enum { INPUT_BPF_LINKS = sizeof input_bpf_links / sizeof input_bpf_links[0] };

struct input_bpf {
	struct bpf_program prog[INPUT_BPF_LINKS];
	bool ok[INPUT_BPF_LINKS];
	struct errmsg why; /* libpcap's words for the first link type that could not be used */
};

uint16_t
input_link_of_dlt(int dlt)
{
	switch (dlt) {
	case DLT_RAW:
		return LINK_RAW;
	case DLT_PPP_SERIAL:
		return LINK_PPP_HDLC;
	default:
		return (uint16_t)dlt;
	}
}

int
input_dlt_of_link(uint16_t link)
{
	switch (link) {
	case LINK_RAW:
		return DLT_RAW;
	case LINK_PPP_HDLC:
		return DLT_PPP_SERIAL;
	default:
		return link;
	}
}

static int
input_bpf_compile(struct bpf_program *prog, const char *text, uint16_t link, struct errmsg *em)
{
	pcap_t *p = pcap_open_dead(input_dlt_of_link(link), FRAME_MAX);
	int rc = 0;

	if (p == NULL)
		return errmsg_set(em, -ENOMEM, "filter \"%s\": memory is short", text);
	if (pcap_compile(p, prog, text, 1, PCAP_NETMASK_UNKNOWN) != 0)
		rc = errmsg_set(em, -EINVAL, "filter \"%.120s\": %s", text, pcap_geterr(p));
	pcap_close(p);
	return rc;
}

/* Wanted: the words for the most usual link type; Ethernet stands first. */
int
input_bpf_new(struct input_bpf **out, const char *text, struct errmsg *em)
{
	struct input_bpf *b = mem_zalloc(sizeof *b);
	unsigned n = 0;

	if (b == NULL)
		return errmsg_set(em, -ENOMEM, "filter \"%.120s\": memory is short", text);
	for (unsigned i = 0; i < INPUT_BPF_LINKS; i++) {
		struct errmsg why = { "" };

		b->ok[i] = input_bpf_compile(&b->prog[i], text, input_bpf_links[i], &why) == 0;
		n += b->ok[i];
		if (!b->ok[i] && b->why.text[0] == '\0')
			b->why = why;
		/* Each further try would ask the DNS again. */
		if (strstr(why.text, "unknown host") != NULL)
			break;
	}
	if (n == 0) {
		*em = b->why;
		input_bpf_free(b);
		return -EINVAL;
	}
	*out = b;
	return 0;
}

void
input_bpf_free(struct input_bpf *b)
{
	if (b == NULL)
		return;
	for (unsigned i = 0; i < INPUT_BPF_LINKS; i++)
		if (b->ok[i])
			pcap_freecode(&b->prog[i]);
	mem_free(b);
}

static unsigned
input_bpf_index(uint16_t link)
{
	unsigned i = 0;

	while (i < INPUT_BPF_LINKS && input_bpf_links[i] != link)
		i++;
	return i;
}

bool
input_bpf_match(const struct input_bpf *b, const struct frame *f)
{
	struct pcap_pkthdr h = { .caplen = f->caplen, .len = f->origlen > f->caplen ? f->origlen : f->caplen };
	unsigned i = input_bpf_index(f->link);

	return i < INPUT_BPF_LINKS && b->ok[i] && pcap_offline_filter(&b->prog[i], &h, f->data) != 0;
}

int
input_bpf_usable(const struct input_bpf *b, uint16_t link, struct errmsg *em)
{
	unsigned i = input_bpf_index(link);

	if (i < INPUT_BPF_LINKS && b->ok[i])
		return 0;
	return errmsg_set(em, -EINVAL, "cannot be filtered (link type %u): %.200s", link, b->why.text);
}

int
input_bpf_check(const char *bpf, struct errmsg *em)
{
	struct bpf_program prog;
	int rc = input_bpf_compile(&prog, bpf, LINK_ETHERNET, em);

	if (rc == 0)
		pcap_freecode(&prog);
	return rc;
}

/* One address of SSH_CONNECTION, checked and without its zone ("%eth0"). */
static bool
input_bpf_address(char *out, size_t cap, struct slice s)
{
	struct slice addr = slice_cut(&s, '%');
	unsigned char raw[16];

	if (addr.n == 0 || addr.n >= cap)
		return false;
	(void)slice_copy(out, cap, addr);
	return inet_pton(AF_INET, out, raw) == 1 || inet_pton(AF_INET6, out, raw) == 1;
}

bool
input_bpf_ssh(char *out, size_t cap, const char *ssh_connection)
{
	struct slice s = slice_str(ssh_connection);
	char host[2][INET6_ADDRSTRLEN];
	uint64_t port[2];
	int n;

	assert(cap > 0);
	out[0] = '\0';
	for (int i = 0; i < 2; i++) {
		if (!input_bpf_address(host[i], sizeof host[i], slice_cut(&s, ' ')))
			return false;
		if (slice_u64(slice_cut(&s, ' '), 65535, &port[i]) != 0)
			return false;
	}
	if (s.n != 0)
		return false;
	n = snprintf(out, cap, "not (tcp and host %s and host %s and port %" PRIu64 " and port %" PRIu64 ")", host[0],
	    host[1], port[0], port[1]);
	if (n > 0 && (size_t)n < cap)
		return true;
	out[0] = '\0';
	return false;
}
