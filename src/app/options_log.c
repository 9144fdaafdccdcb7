/*
 * options_log - receivers, senders, certificates; see options_log.h.
 * The forms are judged here, before anything is opened: a slip is a usage error, and told on a clean terminal.
 */
#include "app/options_log.h"

#include <errno.h>
#include <string.h>
#include <sys/un.h>

#include "sipwhy/frame.h"
#include "sipwhy/peers.h"

/* How much of what the user wrote a sentence quotes. */
enum { OPTIONS_LOG_SHOWN = 80 };

static int
options_log_shown(struct slice s)
{
	return s.n < OPTIONS_LOG_SHOWN ? (int)s.n : OPTIONS_LOG_SHOWN;
}

/* The rest behind "udp:", "tcp:" or "tls:"; p NULL when it is none of these. */
static struct slice
options_log_net(struct slice place)
{
	struct slice rest = place, scheme = slice_cut(&rest, ':');

	if (slice_eq(scheme, slice_str("udp")) || slice_eq(scheme, slice_str("tcp")) ||
	    slice_eq(scheme, slice_str("tls")))
		return rest;
	return (struct slice){ NULL, 0 };
}

/* How a kind is asked for, and by which carriers it comes.  port: one need not be said. */
static const struct options_log_kind {
	const char *name, *carriers;
	bool tcp, path, port;
} options_log_kinds[INPUT_KIND_N] = {
	[INPUT_SYSLOG] = { "--syslog", "udp:PORT, tcp:PORT, tls:PORT (or ADDRESS:PORT), unix:PATH or unix-stream:PATH",
	    .tcp = true, .path = true },
	[INPUT_MIRROR] = { "--hep-listen", "udp:PORT, tcp:PORT or tls:PORT (or ADDRESS:PORT)", .tcp = true,
	    .port = true },
	[INPUT_TZSP] = { "--tzsp", "udp:PORT (or ADDRESS:PORT)", .port = true },
};

/* ADDR:PORT or PORT alone. */
static bool
options_log_address(struct slice rest, unsigned *port)
{
	struct endpoint e;
	uint64_t n;

	if (slice_u64(rest, UINT16_MAX, &n) == 0) {
		*port = (unsigned)n;
		return n > 0;
	}
	/* Without brackets nobody can tell where an IPv6 address ends. */
	if (!endpoint_parse(rest, false, &e) || e.port == 0)
		return false;
	*port = e.port;
	return true;
}

unsigned
options_log_port(const char *arg)
{
	struct slice rest = options_log_net(slice_str(arg));
	unsigned port = 0;

	return rest.p != NULL && options_log_address(rest, &port) ? port : 0;
}

/* Behind "unix:" or "unix-stream:". */
static int
options_log_path(struct slice place, struct slice scheme, struct slice path, struct errmsg *em)
{
	static const size_t longest = sizeof((struct sockaddr_un *)NULL)->sun_path - 1;

	if (path.n > 0 && path.n <= longest)
		return 0;
	return errmsg_set(em, -EINVAL,
	    "--syslog %.*s: a path of 1 to %zu characters is wanted behind %.*s:", options_log_shown(place), place.p,
	    longest, (int)scheme.n, scheme.p);
}

/* Of a kind with a port of its own: nothing behind the colon, or an address alone. */
static bool
options_log_portless(const struct options_log_kind *k, struct slice rest)
{
	struct endpoint e;

	return k->port && (rest.n == 0 || (endpoint_parse(rest, false, &e) && e.port == 0));
}

int
options_log_place(enum input_kind kind, const char *arg, struct errmsg *em)
{
	const struct options_log_kind *k = &options_log_kinds[kind];
	struct slice place = slice_str(arg), rest = options_log_net(place), path = place,
		     scheme = slice_cut(&path, ':');
	unsigned port;

	if (!k->tcp && !slice_eq(scheme, slice_str("udp")))
		rest.p = NULL;
	if (k->path && path.p != NULL &&
	    (slice_eq(scheme, slice_str("unix")) || slice_eq(scheme, slice_str("unix-stream"))))
		return options_log_path(place, scheme, path, em);
	if (rest.p != NULL && (options_log_address(rest, &port) || options_log_portless(k, rest)))
		return 0;
	if (rest.p != NULL)
		return errmsg_set(em, -EINVAL,
		    "%s %.*s: a port is wanted, or an address and a port: 5514, 192.0.2.1:514, [2001:db8::1]:514",
		    k->name, options_log_shown(place), arg);
	return errmsg_set(em, -EINVAL, "%s %.*s: say %s", k->name, options_log_shown(place), arg, k->carriers);
}

int
options_log_allow(struct peers **peers, bool *any, const char *name, struct slice list, struct errmsg *em)
{
	struct errmsg why;

	if (*peers == NULL && (*peers = peers_new()) == NULL)
		return errmsg_set(em, -ENOMEM, "out of memory");
	do {
		struct slice one = slice_trim(slice_cut(&list, ','));
		int err;

		if (slice_eq(one, slice_str("any"))) {
			*any = true;
			continue;
		}
		err = peers_add(*peers, slice_str("allow"), PEER_ROLE_UNKNOWN, one, &why);
		/* Said twice is said. */
		if (err != 0 && err != -EEXIST)
			return errmsg_set(em, err == -ENOSPC ? -EINVAL : err, "%s: %s", name,
			    err == -ENOSPC ? "too many networks; any stands for all" : why.text);
	} while (list.p != NULL);
	return 0;
}

static size_t
options_log_count(const struct options *o, enum input_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < o->n_inputs; i++)
		n += o->inputs[i].kind == kind;
	return n;
}

static int
options_log_check_tls(const struct options *o, struct errmsg *em)
{
	static const char *const of_tls[] = { "tls-ca", "tls-cert", "tls-key" };
	const char *tls = NULL, *name = NULL;

	for (size_t i = 0; i < o->n_inputs; i++)
		if (input_kind_listens(o->inputs[i].kind) && strncmp(o->inputs[i].arg, "tls:", 4) == 0) {
			tls = o->inputs[i].arg;
			name = options_log_kinds[o->inputs[i].kind].name;
		}
	for (size_t i = 0; tls == NULL && i < sizeof of_tls / sizeof of_tls[0]; i++)
		if (options_given(o, of_tls[i]))
			return errmsg_set(em, -EINVAL,
			    "--%s is for --syslog tls: and --hep-listen tls:, and there is none%s", of_tls[i],
			    strcmp(of_tls[i], "tls-ca") == 0 ? ": nobody would be asked for a certificate" : "");
	if (tls == NULL)
		return 0;
	if (o->tls_cert == NULL || o->tls_key == NULL)
		return errmsg_set(
		    em, -EINVAL, "%s %s needs a certificate: --tls-cert FILE and --tls-key FILE", name, tls);
	return 0;
}

/* One place, one listener: the second would be told that another program has it. */
static int
options_log_check_twice(const struct options *o, struct errmsg *em)
{
	for (size_t i = 0; i < o->n_inputs; i++)
		for (size_t k = 0; k < i; k++) {
			enum input_kind a = o->inputs[k].kind, b = o->inputs[i].kind;

			if (!input_kind_listens(a) || !input_kind_listens(b) ||
			    strcmp(o->inputs[i].arg, o->inputs[k].arg) != 0)
				continue;
			if (a == b)
				return errmsg_set(em, -EINVAL, "%s %.200s is given twice: one listens for all senders",
				    options_log_kinds[a].name, o->inputs[i].arg);
			/* Without a port each kind has its own. */
			if (options_log_port(o->inputs[i].arg) != 0)
				return errmsg_set(em, -EINVAL,
				    "%s and %s can't both listen on %.200s: give each its own port",
				    options_log_kinds[a].name, options_log_kinds[b].name, o->inputs[i].arg);
		}
	return 0;
}

int
options_log_check(const struct options *o, struct errmsg *em)
{
	size_t follows = options_log_count(o, INPUT_FOLLOW), receivers = options_log_count(o, INPUT_SYSLOG),
	       mirrors = options_log_count(o, INPUT_MIRROR) + options_log_count(o, INPUT_TZSP);

	if (o->hep_key != NULL && options_log_count(o, INPUT_MIRROR) == 0 && !o->hep_parse && o->hep_send == NULL &&
	    options_given(o, "hep-key"))
		return errmsg_set(em, -EINVAL,
		    "--hep-key is for --hep-listen, --hep-parse and --hep-send, and there is none of them");
	if (mirrors > 0 && follows + receivers + mirrors == o->n_inputs && o->bpf != NULL)
		return errmsg_set(em, -EINVAL,
		    "the filter \"%.*s\" is for captures, and there is none: MATCH works on mirrored messages",
		    options_log_shown(slice_str(o->bpf)), o->bpf);
	if (mirrors > 0 && follows + receivers + mirrors == o->n_inputs && o->out_pcap != NULL)
		return errmsg_set(em, -EINVAL, "-O saves captured packets, and there is no capture");
	if (follows + receivers == o->n_inputs && o->bpf != NULL)
		return errmsg_set(em, -EINVAL,
		    "the filter \"%.*s\" is for packets, and there are only logs: MATCH works on the messages in them",
		    options_log_shown(slice_str(o->bpf)), o->bpf);
	if (follows + receivers == o->n_inputs && o->out_pcap != NULL)
		return errmsg_set(em, -EINVAL, "-O saves packets, and a log has none");
	if (o->from_start && follows == 0)
		return errmsg_set(
		    em, -EINVAL, "--from-start is for --follow FILE: -I reads a file from its beginning anyway");
	if (options_log_check_twice(o, em) != 0)
		return -EINVAL;
	return options_log_check_tls(o, em);
}
