/*
 * pcap_live - capture from an interface with libpcap (pcap(3PCAP)), polled by the loop.
 *
 * Know: everything that needs a right or a file happens in live_open.  Afterwards only the ring is read (no system
 * call), the counters are asked for (getsockopt) and the descriptor is waited for.  The time-out of 50 ms is that of
 * the kernel's blocks; immediate mode would wake us per packet.
 */
#include "input_int.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <uv.h>

#include "capfile.h"
#include "sipwhy/mem.h"

enum {
	LIVE_TIMEOUT_MS = 50,
	LIVE_BUFFER_MIB = 32,
	LIVE_BUFFER_MIB_MAX = 1024,
	LIVE_TICK_MS = 500, /* in case a wake-up was missed; every second one asks for the counters */
	LIVE_BURST = 256,   /* packets between two looks at the clock */
	LIVE_SLICE_NS = 5 * 1000 * 1000
};

struct live {
	struct input in;
	pcap_t *pcap;
	uv_poll_t poll;
	uv_timer_t tick;
	unsigned handles;
	unsigned ticks;
	bool has_poll;
	uint32_t ifindex;
	uint32_t drop_seen, ifdrop_seen; /* libpcap's 32-bit counters when last asked */
	int64_t frac_ns;
	uint16_t link;
};

/* "eth0, wlan0, lo" for the sentence about a name that is none. */
static void
live_names(char *out, size_t cap)
{
	struct if_nameindex *all = if_nameindex();
	size_t len = 0;

	out[0] = '\0';
	for (struct if_nameindex *i = all; i != NULL && i->if_name != NULL && len + IF_NAMESIZE + 8 < cap; i++)
		len += (size_t)snprintf(out + len, cap - len, "%s, ", i->if_name);
	(void)snprintf(out + len, cap - len, "any");
	if (all != NULL)
		if_freenameindex(all);
}

static int
live_refused(struct live *l, const char *dev, int rc, struct errmsg *em)
{
	bool denied = rc == PCAP_ERROR_PERM_DENIED || rc == PCAP_ERROR_PROMISC_PERM_DENIED;
	char names[160];

	/* The right is asked for first, and a slip in the name would never be told. */
	if (denied && strcmp(dev, "any") != 0 && if_nametoindex(dev) == 0)
		rc = PCAP_ERROR_NO_SUCH_DEVICE;
	switch (rc) {
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		return errmsg_set(em, -EPERM, "no right to capture on %.32s (libpcap: %.120s)", dev,
		    pcap_geterr(l->pcap)[0] != '\0' ? pcap_geterr(l->pcap) : pcap_statustostr(rc));
	case PCAP_ERROR_NO_SUCH_DEVICE:
		live_names(names, sizeof names);
		return errmsg_set(em, -ENODEV, "there is no interface %.32s; there are: %s", dev, names);
	case PCAP_ERROR_IFACE_NOT_UP:
		return errmsg_set(
		    em, -ENETDOWN, "interface %.32s is down: bring it up (ip link set %.32s up)", dev, dev);
	default:
		return errmsg_set(em, -EIO, "capture on %.32s is refused: %.120s: %.120s", dev, pcap_statustostr(rc),
		    pcap_geterr(l->pcap));
	}
}

static int
live_activate(struct live *l, const struct input_cfg *cfg, struct errmsg *em)
{
	unsigned mib = cfg->buffer_mib == 0 ? LIVE_BUFFER_MIB : cfg->buffer_mib;
	int rc;

	if (mib > LIVE_BUFFER_MIB_MAX)
		mib = LIVE_BUFFER_MIB_MAX;
	(void)pcap_set_snaplen(l->pcap, FRAME_MAX);
	(void)pcap_set_promisc(l->pcap, 0);
	(void)pcap_set_timeout(l->pcap, LIVE_TIMEOUT_MS);
	(void)pcap_set_buffer_size(l->pcap, (int)(mib << 20));
	(void)pcap_set_tstamp_precision(l->pcap, PCAP_TSTAMP_PRECISION_NANO);
	rc = pcap_activate(l->pcap);
	return rc < 0 ? live_refused(l, cfg->arg, rc, em) : 0;
}

/* SLL2 tells the interface of each packet; only `any` offers it beside SLL. */
static int
live_link(struct live *l, const char *dev, struct errmsg *em)
{
	if (pcap_datalink(l->pcap) == DLT_LINUX_SLL)
		(void)pcap_set_datalink(l->pcap, DLT_LINUX_SLL2);
	l->link = input_link_of_dlt(pcap_datalink(l->pcap));
	if (capfile_link_known(l->link))
		return 0;
	return errmsg_set(em, -ENOTSUP,
	    "interface %.32s has link type %u, which is not understood (Ethernet, Linux cooked, "
	    "raw IP and PPP are)",
	    dev, l->link);
}

static int
live_filter(struct live *l, const char *text, struct errmsg *em)
{
	struct bpf_program prog;
	int rc = 0;

	if (pcap_compile(l->pcap, &prog, text, 1, PCAP_NETMASK_UNKNOWN) != 0)
		return errmsg_set(em, -EINVAL, "filter \"%.120s\": %s", text, pcap_geterr(l->pcap));
	if (pcap_setfilter(l->pcap, &prog) != 0)
		rc = errmsg_set(em, -EINVAL, "filter \"%.120s\" is refused: %s", text, pcap_geterr(l->pcap));
	pcap_freecode(&prog);
	return rc;
}

/*
 * Without a filter of the user's: leave out the ssh connection that carries our own screen, and nothing but that.
 * A kernel that refuses this filter costs some load, so the capture goes on without it.
 */
static int
live_filters(struct live *l, const struct input_cfg *cfg, struct errmsg *em)
{
	struct errmsg why = { "" };
	char text[256];

	if (cfg->bpf != NULL && cfg->bpf[0] != '\0')
		return live_filter(l, cfg->bpf, em);
	if (cfg->bpf == NULL && input_bpf_ssh(text, sizeof text, getenv("SSH_CONNECTION")))
		(void)live_filter(l, text, &why);
	return 0;
}

/*
 * On a loopback interface each packet is seen twice, going out and coming in, and libpcap throws the first away after
 * it had its room in the ring and its share of the drops.  A kernel before 4.20 knows no better.
 */
static void
live_once(struct live *l, const char *dev)
{
	int fd = pcap_fileno(l->pcap), one = 1;
	struct ifreq req = { .ifr_flags = 0 };

	(void)slice_copy(req.ifr_name, sizeof req.ifr_name, slice_str(dev));
	if (ioctl(fd, SIOCGIFFLAGS, &req) == 0 && (req.ifr_flags & IFF_LOOPBACK) != 0)
		(void)setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one);
}

/* libpcap does not tell how large a ring it got, but the ring is mapped: its size stands beside its inode. */
static uint64_t
live_ring_bytes(int fd)
{
	unsigned long long lo, hi, inode;
	struct stat st;
	uint64_t sum = 0;
	char line[512];
	FILE *maps;

	if (fd < 0 || fstat(fd, &st) != 0)
		return 0;
	maps = fopen("/proc/self/maps", "re");
	if (maps == NULL)
		return 0;
	while (fgets(line, sizeof line, maps) != NULL)
		if (sscanf(line, "%llx-%llx %*s %*s %*s %llu", &lo, &hi, &inode) == 3 &&
		    inode == (unsigned long long)st.st_ino)
			sum += hi - lo;
	(void)fclose(maps);
	return sum;
}

static void
live_free(struct live *l)
{
	if (l->pcap != NULL)
		pcap_close(l->pcap);
	mem_free(l);
}

static int
live_prepare(struct live *l, const struct input_cfg *cfg, struct errmsg *em)
{
	char err[PCAP_ERRBUF_SIZE] = "";
	int rc = live_activate(l, cfg, em);

	if (rc == 0) {
		live_once(l, cfg->arg);
		rc = live_link(l, cfg->arg, em);
	}
	if (rc == 0)
		rc = live_filters(l, cfg, em);
	if (rc != 0)
		return rc;
	if (pcap_setnonblock(l->pcap, 1, err) != 0)
		return errmsg_set(em, -EIO, "capture on %.32s cannot be polled: %.200s", cfg->arg, err);
	if (pcap_get_selectable_fd(l->pcap) < 0)
		return errmsg_set(em, -ENOTSUP, "capture on %.32s cannot be polled: it has no descriptor", cfg->arg);
	l->frac_ns = pcap_get_tstamp_precision(l->pcap) == PCAP_TSTAMP_PRECISION_NANO ? 1 : 1000;
	l->ifindex = if_nametoindex(cfg->arg);
	l->in.buffer_bytes = live_ring_bytes(pcap_fileno(l->pcap));
	return 0;
}

static int
live_open(struct input **out, const struct input_cfg *cfg, struct errmsg *em)
{
	struct live *l = mem_zalloc(sizeof *l);
	char err[PCAP_ERRBUF_SIZE] = "";
	int rc;

	if (l == NULL)
		return errmsg_set(em, -ENOMEM, "capture on %.32s: memory is short", cfg->arg);
	input_init(&l->in, &input_live_ops, cfg, cfg->arg);
	l->pcap = pcap_create(cfg->arg, err);
	if (l->pcap == NULL)
		rc = errmsg_set(em, -ENOMEM, "capture on %.32s: %.200s", cfg->arg, err);
	else
		rc = live_prepare(l, cfg, em);
	if (rc != 0) {
		live_free(l);
		return rc;
	}
	*out = &l->in;
	return 0;
}

static void
live_packet(u_char *ctx, const struct pcap_pkthdr *h, const u_char *data)
{
	struct live *l = (struct live *)(void *)ctx;
	struct frame f = {
		.t_ns = (int64_t)h->ts.tv_sec * 1000000000 + (int64_t)h->ts.tv_usec * l->frac_ns,
		.data = data,
		.caplen = h->caplen < FRAME_MAX ? h->caplen : FRAME_MAX,
		.origlen = h->len,
		.ifindex = l->ifindex,
		.link = l->link,
	};

	input_deliver(&l->in, &f);
}

/* Counters of libpcap are 32 bits wide and only grow: add what they grew by. */
static void
live_stats(struct input *in)
{
	struct live *l = (struct live *)in;
	struct pcap_stat st;

	if (in->state == INPUT_FAILED || pcap_stats(l->pcap, &st) != 0)
		return;
	in->st.kernel_drops += (uint32_t)(st.ps_drop - l->drop_seen);
	in->st.if_drops += (uint32_t)(st.ps_ifdrop - l->ifdrop_seen);
	l->drop_seen = st.ps_drop;
	l->ifdrop_seen = st.ps_ifdrop;
}

static void
live_failed(struct live *l, const char *why)
{
	struct errmsg em;

	(void)uv_poll_stop(&l->poll);
	(void)uv_timer_stop(&l->tick);
	live_stats(&l->in);
	(void)errmsg_set(&em, 0, "%s %s%.160s; capture stopped after %" PRIu64 " packets", l->in.name,
	    why[0] != '\0' ? "failed: " : "went down", why, l->in.st.frames);
	input_become(&l->in, INPUT_FAILED, em.text);
}

/* Take packets until the ring is empty or the time is up.  False when libpcap gave up. */
static bool
live_drain(struct live *l)
{
	uint64_t until = uv_hrtime() + LIVE_SLICE_NS;
	int n;

	do
		n = pcap_dispatch(l->pcap, LIVE_BURST, live_packet, (u_char *)l);
	while (n >= LIVE_BURST && uv_hrtime() < until);
	input_batch(&l->in);
	return n >= 0;
}

/* libuv reports the socket's error (ENETDOWN when the interface goes) as a status and stops the handle. */
static void
live_readable(uv_poll_t *h, int status, int events)
{
	struct live *l = h->data;

	(void)events;
	input_become(&l->in, INPUT_READING, "");
	if (!live_drain(l))
		live_failed(l, pcap_geterr(l->pcap));
	else if (status < 0)
		live_failed(l, "");
}

static void
live_tick(uv_timer_t *h)
{
	struct live *l = h->data;

	input_become(&l->in, INPUT_READING, "");
	if (!live_drain(l)) {
		live_failed(l, pcap_geterr(l->pcap));
		return;
	}
	if (l->ticks++ % 2 == 0)
		live_stats(&l->in);
}

static int
live_start(struct input *in, struct errmsg *em)
{
	struct live *l = (struct live *)in;
	int rc;

	(void)uv_timer_init(in->loop, &l->tick);
	l->tick.data = l;
	l->handles++;
	rc = uv_poll_init(in->loop, &l->poll, pcap_get_selectable_fd(l->pcap));
	if (rc != 0)
		return errmsg_set(em, rc, "capture on %s cannot be polled: %s", in->name, uv_strerror(rc));
	l->poll.data = l;
	l->has_poll = true;
	l->handles++;
	rc = uv_poll_start(&l->poll, UV_READABLE, live_readable);
	if (rc == 0)
		rc = uv_timer_start(&l->tick, live_tick, 0, LIVE_TICK_MS);
	return rc == 0 ? 0 : errmsg_set(em, rc, "capture on %s cannot be polled: %s", in->name, uv_strerror(rc));
}

static void
live_closed(uv_handle_t *h)
{
	struct live *l = h->data;

	if (--l->handles == 0)
		live_free(l);
}

static void
live_close(struct input *in)
{
	struct live *l = (struct live *)in;

	if (l->handles == 0) {
		live_free(l);
		return;
	}
	if (l->has_poll)
		uv_close((uv_handle_t *)&l->poll, live_closed);
	uv_close((uv_handle_t *)&l->tick, live_closed);
}

const struct input_ops input_live_ops = {
	.open = live_open,
	.start = live_start,
	.stats = live_stats,
	.close = live_close,
	.live = true,
};
