/*
 * equivalence_test - our fields equal those of osip_message_parse on whole messages: fixtures, and the UDP payloads of
 * the sample captures where they are at hand (environment SIPWHY_SHARED).
 * The one thing to know: it keeps the claim true that libosip2 parses the responses, and that the scan of requests
 * reads what libosip2 would read.
 */
#include "fixture.h"

#include <strings.h>

#include <osipparser2/osip_message.h>
#include <osipparser2/osip_parser.h>
#undef SIP_OK

#include "sip/scan.h"
#include "sipwhy/sip.h"

struct compare {
	struct sip_parser *parser;
	unsigned messages, refused;
};

static void
same(const char *name, const char *field, struct slice ours, const char *theirs)
{
	struct slice t = slice_trim(slice_str(theirs));

	if (!slice_eq(slice_trim(ours), t))
		fail_msg("%s: %s is \"%.*s\", libosip2 has \"%.*s\"", name, field, (int)ours.n, ours.p ? ours.p : "",
		    (int)t.n, t.p ? t.p : "");
}

static void
same_via(const char *name, const struct sipmsg *m, const osip_message_t *theirs)
{
	const osip_via_t *via = osip_list_get(&theirs->vias, 0);
	osip_generic_param_t *branch = NULL;
	char text[600];
	bool v6;

	if (!via)
		return;
	osip_via_param_get_byname((osip_via_t *)via, "branch", &branch);
	same(name, "branch", m->branch, branch ? branch->gvalue : "");
	v6 = via->host && strchr(via->host, ':');
	snprintf(text, sizeof text, "%s%s%s%s%s", v6 ? "[" : "", via->host ? via->host : "", v6 ? "]" : "",
	    via->port ? ":" : "", via->port ? via->port : "");
	same(name, "sent_by", m->sent_by, text);
}

static void
same_address(const char *name, const char *field, const osip_from_t *theirs, struct slice who, struct slice tag)
{
	osip_generic_param_t *param = NULL;
	const osip_uri_t *url = theirs ? theirs->url : NULL;
	char text[600];

	if (!url)
		return;
	osip_from_get_tag((osip_from_t *)theirs, &param);
	same(name, "tag", tag, param ? param->gvalue : "");
	if (url->username && *url->username)
		same(name, field, who, url->username);
	else if (url->host)
		same(name, field, who, url->host);
	else {
		snprintf(text, sizeof text, "%s", url->string ? url->string : "");
		text[strcspn(text, ";")] = 0;
		same(name, field, who, text);
	}
}

/* osip_message_parse splits a header at its commas, we keep the line. */
static void
same_header(const char *name, const osip_message_t *theirs, const char *header, struct slice ours)
{
	osip_header_t *h = NULL;

	osip_message_header_get_byname(theirs, header, 0, &h);
	if (h)
		same(name, header, scan_first(ours), h->hvalue);
}

/* Where libosip2 read the first Contact as a SIP URI, and we were asked for it. */
static void
same_contact(const char *name, const struct sipmsg *m, const osip_message_t *theirs)
{
	const osip_contact_t *contact = osip_list_get(&theirs->contacts, 0);
	const osip_uri_t *url = contact ? contact->url : NULL;
	char text[600];
	bool v6;

	if (!m->contact.n || !url || !url->host)
		return;
	v6 = strchr(url->host, ':');
	snprintf(text, sizeof text, "%s%s%s%s%s", v6 ? "[" : "", url->host, v6 ? "]" : "", url->port ? ":" : "",
	    url->port ? url->port : "");
	same(name, "contact", m->contact, text);
}

/* The i-th realm, which libosip2 leaves in its quotes. */
static void
same_realm(const char *name, const struct sipmsg *m, unsigned i, const char *realm)
{
	struct slice theirs = slice_str(realm);
	char text[600];

	if (!realm || i >= SIPMSG_REALMS)
		return;
	if (theirs.n >= 2 && theirs.p[0] == '"')
		theirs = (struct slice){ theirs.p + 1, theirs.n - 2 };
	slice_copy(text, sizeof text, theirs);
	same(name, "realm", m->realm[i], text);
}

/* libosip2 keeps the two kinds apart, so a message that has both says nothing of their order. */
static void
same_realms(const char *name, const struct sipmsg *m, const osip_message_t *theirs)
{
	bool request = m->kind == SIP_REQUEST;
	const osip_list_t *one = request ? &theirs->authorizations : &theirs->www_authenticates;
	const osip_list_t *other = request ? &theirs->proxy_authorizations : &theirs->proxy_authenticates;
	const osip_list_t *list = osip_list_size(one) ? one : other;
	unsigned n = (unsigned)osip_list_size(list);

	if ((!request && m->code != 401 && m->code != 407) || (list == one && osip_list_size(other)))
		return;
	assert_int_equal(m->n_realms, n < SIPMSG_REALMS ? n : SIPMSG_REALMS);
	for (unsigned i = 0; i < n; i++) {
		void *at = osip_list_get(list, (int)i);

		same_realm(
		    name, m, i, request ? ((osip_authorization_t *)at)->realm : ((osip_www_authenticate_t *)at)->realm);
	}
}

static void
same_type(const struct sipmsg *m, const osip_message_t *theirs)
{
	const osip_content_type_t *type = theirs->content_type;

	if (m->code != 183 || !type || !type->type || !type->subtype)
		return;
	assert_int_equal(m->sdp,
	    !strcasecmp(type->type, "multipart") ||
		(!strcasecmp(type->type, "application") && !strcasecmp(type->subtype, "sdp")));
}

static void
same_message(const char *name, const struct sipmsg *m, osip_message_t *theirs)
{
	char text[9000];

	assert_int_equal(theirs->status_code, m->code);
	if (m->kind == SIP_RESPONSE)
		same(name, "phrase", m->phrase, theirs->reason_phrase);
	else
		same(name, "method", m->method_name, theirs->sip_method);
	same_via(name, m, theirs);
	same_address(name, "from", theirs->from, m->from, m->from_tag);
	same_address(name, "to", theirs->to, m->to, m->to_tag);
	if (theirs->call_id) {
		snprintf(text, sizeof text, "%s%s%s", theirs->call_id->number, theirs->call_id->host ? "@" : "",
		    theirs->call_id->host ? theirs->call_id->host : "");
		same(name, "call_id", m->call_id, text);
	}
	if (theirs->cseq && theirs->cseq->number) {
		assert_int_equal(m->cseq, strtoul(theirs->cseq->number, NULL, 10));
		if (m->kind == SIP_RESPONSE)
			same(name, "cseq method", m->method_name, theirs->cseq->method);
	}
	same_header(name, theirs, "reason", m->reason);
	same_contact(name, m, theirs);
	same_realms(name, m, theirs);
	same_type(m, theirs);
	if (m->code >= 300) {
		same_header(name, theirs, "retry-after", m->retry_after);
		same_header(name, theirs, "server", m->server);
	}
}

/* Compare when both accept; a message that we take whole and libosip2 refuses is counted. */
static void
compare_one(const char *name, struct slice bytes, void *arg)
{
	struct compare *c = arg;
	struct sipmsg m;
	enum sip_verdict v = sip_parse(c->parser, bytes, false, &m);
	osip_message_t *theirs = NULL;
	char *copy;

	/* Without a phrase libosip2 takes the first header for it, which is why it is not asked. */
	if (v != SIP_OK || (m.kind == SIP_RESPONSE && !m.phrase.n))
		return;
	/* libosip2 looks for the end of a string, so it gets a copy that has one. */
	copy = malloc(bytes.n + 1);
	assert_non_null(copy);
	memcpy(copy, bytes.p, bytes.n);
	copy[bytes.n] = 0;
	assert_int_equal(osip_message_init(&theirs), 0);
	c->messages++;
	if (osip_message_parse(theirs, copy, bytes.n) == 0)
		same_message(name, &m, theirs);
	else
		c->refused++;
	free(copy);
}

static void
fixtures_are_read_alike(void **state)
{
	struct compare c = { .parser = *state };

	fixture_each("sip", compare_one, &c);
	assert_true(c.messages >= 30);
	assert_true(c.refused <= 3);
}

static uint32_t
le32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The UDP payload of an Ethernet, IPv4, unfragmented frame; empty for anything else. */
static struct slice
udp_payload(const unsigned char *p, size_t n)
{
	size_t ip = 14, head, udp, len;

	if (n < 42 || p[12] != 8 || p[13] != 0 || p[ip] >> 4 != 4 || p[ip + 9] != 17 || (p[ip + 6] & 0x3f) || p[ip + 7])
		return (struct slice){ NULL, 0 };
	head = (size_t)(p[ip] & 15) * 4;
	udp = ip + head;
	if (n < udp + 8)
		return (struct slice){ NULL, 0 };
	len = (size_t)p[udp + 4] << 8 | p[udp + 5];
	if (len < 8 || udp + len > n)
		return (struct slice){ NULL, 0 };
	return (struct slice){ (const char *)p + udp + 8, len - 8 };
}

/* A classic pcap in little-endian order with Ethernet frames; other files are passed over. */
static void
compare_capture(const char *path, struct compare *c)
{
	static unsigned char head[24], packet[16], frame[FIXTURE_MAX];
	FILE *f = fopen(path, "rb");

	if (!f)
		return;
	if (fread(head, 1, 24, f) == 24 && (le32(head) == 0xa1b2c3d4 || le32(head) == 0xa1b23c4d) &&
	    le32(head + 20) == 1) {
		while (fread(packet, 1, 16, f) == 16 && le32(packet + 8) <= sizeof frame) {
			size_t n = le32(packet + 8);

			if (fread(frame, 1, n, f) != n)
				break;
			compare_one(path, udp_payload(frame, n), c);
		}
	}
	fclose(f);
}

static void
compare_folder(const char *dir, struct compare *c)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	char path[1024];

	while (d && (e = readdir(d))) {
		size_t n = strlen(e->d_name);

		if (n < 5 || strcmp(e->d_name + n - 5, ".pcap") != 0)
			continue;
		snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
		compare_capture(path, c);
	}
	if (d)
		closedir(d);
}

static void
captures_are_read_alike(void **state)
{
	const char *shared = getenv("SIPWHY_SHARED"), *top = getenv("srcdir");
	struct compare c = { .parser = *state };
	char dir[700];

	if (shared && *shared)
		snprintf(dir, sizeof dir, "%s/samples/captures", shared);
	else
		snprintf(dir, sizeof dir, "%s/../shared/samples/captures", top && *top ? top : ".");
	compare_folder(dir, &c);
	snprintf(dir + strlen(dir), sizeof dir - strlen(dir), "/made");
	compare_folder(dir, &c);
	if (c.messages == 0) {
		/* Not skip(): cmocka's TAP calls that "not ok". */
		print_message("# no sample captures under SIPWHY_SHARED, nothing compared\n");
		return;
	}
	print_message("# %u messages compared, %u refused by libosip2\n", c.messages, c.refused);
	assert_true(c.refused * 50 <= c.messages);
}

static int
setup(void **state)
{
	*state = sip_parser_new();
	return *state ? 0 : -1;
}

static int
teardown(void **state)
{
	sip_parser_free(*state);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fixtures_are_read_alike),
		cmocka_unit_test(captures_are_read_alike),
	};

	return cmocka_run_group_tests_name("sip/equivalence", tests, setup, teardown);
}
