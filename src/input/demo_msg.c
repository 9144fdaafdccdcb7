/*
 * demo_msg - the text of the demo's SIP messages (RFC 3261 7, 8.1, 20; RFC 3581 rport) and the packets around it
 * (RFC 768, 791, 8200).
 *
 * Know: addresses and names are from the ranges kept for documentation (RFC 5737, 3849, 2606), numbers from those that
 * regulators keep for drama, so that nothing here can be dialled.
 */
#include "demo_int.h"

#include <arpa/inet.h>
#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const demo_agents[] = {
	"Yealink SIP-T46U 108.86.0.90",
	"Yealink SIP-T54W 96.86.0.70",
	"snomD785/10.1.169.16",
	"Grandstream GXP2170 1.0.11.79",
	"PolycomVVX-VVX_411-UA/6.4.3.5156",
	"Fanvil X4U 2.12.1",
	"Z 5.6.1 v2.10.19.9",
	"MicroSIP/3.21.3",
};

static const struct {
	const char *addr, *agent, *domain;
} demo_carriers[DEMO_CARRIERS] = {
	[DEMO_WHOLESALE] = { "198.51.100.20", "Sippy Softswitch v5.2", "sip.wholesale.example.net" },
	[DEMO_NORTHLINK] = { "198.51.100.40", "OpenSIPS (3.4.2 (x86_64/linux))", "sbc1.northlink.example.net" },
	[DEMO_CITYTEL] = { "203.0.113.15", "Sonus SBC 12.1", "trunk.citytel.example.org" },
	[DEMO_GLOBALVOICE] = { "2001:db8:40::15", "kamailio (5.7.2 (x86_64/linux))", "v6.globalvoice.example.net" },
};

static const char *const demo_methods[] = { "INVITE", "REGISTER", "OPTIONS", "BYE", "CANCEL", "ACK" };

uint64_t
demo_mix(uint64_t x)
{
	x += UINT64_C(0x9e3779b97f4a7c15);
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static void
demo_end_set(struct demo_end *e, const char *addr, const char *agent, const char *domain)
{
	int family = strchr(addr, ':') != NULL ? AF_INET6 : AF_INET;

	memset(e, 0, sizeof *e);
	(void)snprintf(e->host, sizeof e->host, family == AF_INET6 ? "[%s]" : "%s", addr);
	(void)inet_pton(family, addr, e->addr);
	e->family = family == AF_INET6 ? 6 : 4;
	e->port = 5060;
	e->agent = agent;
	e->domain = domain;
}

void
demo_end_pbx(struct demo_end *e, bool v6)
{
	demo_end_set(e, v6 ? "2001:db8:10::10" : "192.0.2.10", "Asterisk PBX 20.5.0", "pbx-demo.example.com");
}

void
demo_end_phone(struct demo_end *e, unsigned n)
{
	char addr[24];

	(void)snprintf(addr, sizeof addr, "192.0.2.%u", 101 + n % DEMO_PHONES);
	demo_end_set(e, addr, demo_agents[n % (sizeof demo_agents / sizeof demo_agents[0])], "pbx-demo.example.com");
}

void
demo_end_carrier(struct demo_end *e, unsigned n)
{
	assert(n < DEMO_CARRIERS);
	demo_end_set(e, demo_carriers[n].addr, demo_carriers[n].agent, demo_carriers[n].domain);
}

void
demo_end_scanner(struct demo_end *e)
{
	demo_end_set(e, "203.0.113.66", "friendly-scanner", "192.0.2.10");
	e->port = 5071;
}

static uint64_t
demo_word(const struct demo_call *call, unsigned salt)
{
	return demo_mix(call->id * 1024 + salt);
}

static void
demo_via(struct buf *out, const struct demo_call *call, bool response)
{
	const struct demo_end *e = call->back ? &call->b : &call->a;

	buf_printf(out, "Via: SIP/2.0/UDP %s:%u;branch=z9hG4bK%016" PRIx64, e->host, e->port,
	    demo_word(call, 16 + call->branch));
	if (!response)
		buf_puts(out, ";rport\r\n");
	else if (e->family == 6)
		buf_printf(out, ";rport=%u;received=%.*s\r\n", e->port, (int)strlen(e->host) - 2, e->host + 1);
	else
		buf_printf(out, ";rport=%u;received=%s\r\n", e->port, e->host);
}

/* From and To of the dialog; a BYE of the called side has them the other way round (RFC 3261 12.2.1.1). */
static void
demo_parties(struct buf *out, const struct demo_call *call, bool to_tag)
{
	const char *a = call->method == DEMO_REGISTER ? call->b.domain : call->a.domain;
	uint32_t tag_a = (uint32_t)demo_word(call, 1), tag_b = (uint32_t)demo_word(call, 2);

	if (call->back) {
		buf_printf(out, "From: <sip:%s@%s>;tag=%08" PRIx32 "\r\n", call->to, call->b.domain, tag_b);
		buf_printf(out, "To: <sip:%s@%s>;tag=%08" PRIx32 "\r\n", call->from, a, tag_a);
		return;
	}
	buf_printf(out, "From: \"%s\" <sip:%s@%s>;tag=%08" PRIx32 "\r\n", call->from, call->from, a, tag_a);
	buf_printf(out, "To: <sip:%s@%s>", call->to, call->b.domain);
	if (to_tag)
		buf_printf(out, ";tag=%08" PRIx32, tag_b);
	buf_puts(out, "\r\n");
}

char *
demo_call_id(const struct demo_call *call, char *out, size_t cap)
{
	(void)snprintf(
	    out, cap, "%016" PRIx64 "%08" PRIx32 "@%s", demo_word(call, 3), (uint32_t)demo_word(call, 4), call->a.host);
	return out;
}

static void
demo_ids(struct buf *out, const struct demo_call *call, const char *method)
{
	char id[96];

	buf_printf(out, "Call-ID: %s\r\n", demo_call_id(call, id, sizeof id));
	buf_printf(out, "CSeq: %" PRIu32 " %s\r\n", call->cseq, method);
}

static void
demo_sdp(struct buf *out, const struct demo_end *e, uint64_t session, bool offer)
{
	char body[512];
	unsigned port = 10000 + (unsigned)(session % 5000) * 2;
	int n = snprintf(body, sizeof body,
	    "v=0\r\no=- %" PRIu32 " 1 IN IP%u %.*s\r\ns=call\r\nc=IN IP%u %.*s\r\nt=0 0\r\n"
	    "m=audio %u RTP/AVP %s\r\na=rtpmap:8 PCMA/8000\r\n%sa=rtpmap:101 telephone-event/8000\r\n"
	    "a=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n",
	    (uint32_t)session, e->family, (int)strcspn(e->host + (e->family == 6), "]"), e->host + (e->family == 6),
	    e->family, (int)strcspn(e->host + (e->family == 6), "]"), e->host + (e->family == 6), port,
	    offer ? "9 8 0 101" : "8 101", offer ? "a=rtpmap:9 G722/8000\r\na=rtpmap:0 PCMU/8000\r\n" : "");

	assert(n > 0 && (size_t)n < sizeof body);
	buf_printf(out, "Content-Type: application/sdp\r\nContent-Length: %d\r\n\r\n", n);
	buf_add(out, body, (size_t)n);
}

static void
demo_credentials(struct buf *out, const struct demo_call *call)
{
	buf_printf(out,
	    "Authorization: Digest username=\"%s\", realm=\"asterisk\", nonce=\"%016" PRIx64
	    "\", uri=\"sip:%s\", algorithm=MD5, response=\"%016" PRIx64 "%016" PRIx64 "\"\r\n",
	    call->from, demo_word(call, 5), call->b.domain, demo_word(call, 6), demo_word(call, 7));
}

static void
demo_request_line(struct buf *out, const struct demo_call *call, unsigned method)
{
	const struct demo_end *dst = call->back ? &call->a : &call->b;
	const char *user = call->back ? call->from : call->to;

	if (method == DEMO_REGISTER)
		buf_printf(out, "REGISTER sip:%s SIP/2.0\r\n", dst->domain);
	else if (call->code >= 200 && call->code < 300 && method != DEMO_INVITE && method != DEMO_OPTIONS)
		buf_printf(out, "%s sip:%s@%s:%u SIP/2.0\r\n", demo_methods[method], user, dst->host, dst->port);
	else
		buf_printf(out, "%s sip:%s@%s SIP/2.0\r\n", demo_methods[method], user, dst->domain);
}

static void
demo_request(struct buf *out, const struct demo_call *call, unsigned method, const char *extra)
{
	const struct demo_end *src = call->back ? &call->b : &call->a;
	bool in_dialog = method == DEMO_BYE || method == DEMO_ACK;
	bool contact = method == DEMO_INVITE || method == DEMO_REGISTER || method == DEMO_OPTIONS;

	demo_request_line(out, call, method);
	demo_via(out, call, false);
	buf_puts(out, "Max-Forwards: 70\r\n");
	demo_parties(out, call, in_dialog);
	demo_ids(out, call, demo_methods[method]);
	if (contact)
		buf_printf(
		    out, "Contact: <sip:%s@%s:%u>\r\n", call->back ? call->to : call->from, src->host, src->port);
	if (call->auth && contact)
		demo_credentials(out, call);
	if (method == DEMO_REGISTER)
		buf_puts(out, "Expires: 60\r\n");
	if (method == DEMO_INVITE)
		buf_puts(out,
		    "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, REFER, NOTIFY\r\n"
		    "Supported: replaces, timer\r\n");
	if (method == DEMO_INVITE && call->cid[0] != '\0')
		buf_printf(out, "X-CID: %s\r\n", call->cid);
	buf_printf(out, "User-Agent: %s\r\n", src->agent);
	if (extra != NULL)
		buf_puts(out, extra);
	if (method == DEMO_INVITE)
		demo_sdp(out, src, demo_word(call, 8), true);
	else
		buf_puts(out, "Content-Length: 0\r\n\r\n");
}

static void
demo_challenge(struct buf *out, const struct demo_call *call)
{
	buf_printf(out,
	    "WWW-Authenticate: Digest realm=\"asterisk\", nonce=\"%016" PRIx64 "\", algorithm=MD5, qop=\"auth\"\r\n",
	    demo_word(call, call->auth ? 9 : 5));
}

static void
demo_response(struct buf *out, const struct demo_call *call, const struct demo_step *step, unsigned method)
{
	const struct demo_end *src = call->back ? &call->a : &call->b;
	bool invite = method == DEMO_INVITE;
	bool media = invite && (step->code == 183 || step->code == 200);

	buf_printf(out, "SIP/2.0 %u %s\r\n", step->code, step->phrase);
	demo_via(out, call, true);
	demo_parties(out, call, step->code > 100);
	demo_ids(out, call, demo_methods[method]);
	if (invite && step->code > 100 && step->code < 300)
		buf_printf(out, "Contact: <sip:%s@%s:%u>\r\n", call->to, src->host, src->port);
	if (method == DEMO_REGISTER && step->code == 200)
		buf_printf(out, "Contact: <sip:%s@%s:%u>;expires=60\r\nExpires: 60\r\n", call->from, call->a.host,
		    call->a.port);
	if (step->code == 401)
		demo_challenge(out, call);
	if (step->extra != NULL)
		buf_puts(out, step->extra);
	buf_printf(out, "Server: %s\r\n", src->agent);
	if (media)
		demo_sdp(out, src, demo_word(call, 9), false);
	else
		buf_puts(out, "Content-Length: 0\r\n\r\n");
}

static void
demo_begin(struct demo_call *call, const struct demo_step *step, bool back, bool auth)
{
	call->method = step->method;
	call->cseq++;
	call->branch++;
	call->back = back;
	call->auth = auth;
}

/* ACK to 2xx is a transaction of its own, ACK to anything else belongs to the INVITE (RFC 3261 13.2.2.4, 17.1.1.3). */
static void
demo_ack(struct buf *out, struct demo_call *call)
{
	bool auth = call->auth;

	if (call->code < 300)
		call->branch++;
	call->auth = false;
	demo_request(out, call, DEMO_ACK, NULL);
	call->auth = auth;
}

void
demo_text(struct buf *out, struct demo_call *call, const struct demo_step *step, bool *from_a)
{
	bool back = call->back;

	switch ((enum demo_op)step->op) {
	case DEMO_OP_REQUEST:
	case DEMO_OP_AUTH:
	case DEMO_OP_BYE_BACK:
		back = step->op == DEMO_OP_BYE_BACK;
		demo_begin(call, step, back, step->op == DEMO_OP_AUTH);
		demo_request(out, call, step->method, step->extra);
		break;
	case DEMO_OP_REPEAT:
		demo_request(out, call, call->method, step->extra);
		break;
	case DEMO_OP_CANCEL:
		demo_request(out, call, DEMO_CANCEL, step->extra);
		break;
	case DEMO_OP_ACK:
		demo_ack(out, call);
		break;
	case DEMO_OP_RESPOND:
	case DEMO_OP_CANCEL_OK:
		demo_response(out, call, step, step->op == DEMO_OP_CANCEL_OK ? DEMO_CANCEL : call->method);
		if (step->op == DEMO_OP_RESPOND)
			call->code = step->code;
		back = !back;
		break;
	case DEMO_OP_END:
		break;
	}
	*from_a = !back;
}

static void
demo_put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static uint32_t
demo_sum(uint32_t sum, const uint8_t *p, size_t n)
{
	for (; n > 1; n -= 2, p += 2)
		sum += (uint32_t)(p[0] << 8 | p[1]);
	return n ? sum + (uint32_t)(p[0] << 8) : sum;
}

static unsigned
demo_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

static size_t
demo_ip4(uint8_t *p, const struct demo_end *src, const struct demo_end *dst, uint16_t ip_id, size_t udp_len)
{
	memset(p, 0, 20);
	p[0] = 0x45;
	p[1] = 0x60; /* DSCP CS3, as SIP is marked */
	demo_put16(p + 2, (unsigned)(20 + udp_len));
	demo_put16(p + 4, ip_id);
	p[8] = 64;
	p[9] = 17;
	memcpy(p + 12, src->addr, 4);
	memcpy(p + 16, dst->addr, 4);
	demo_put16(p + 10, demo_fold(demo_sum(0, p, 20)));
	return 20;
}

static size_t
demo_ip6(uint8_t *p, const struct demo_end *src, const struct demo_end *dst, size_t udp_len)
{
	memset(p, 0, 40);
	p[0] = 0x66;
	demo_put16(p + 4, (unsigned)udp_len);
	p[6] = 17;
	p[7] = 64;
	memcpy(p + 8, src->addr, 16);
	memcpy(p + 24, dst->addr, 16);
	return 40;
}

size_t
demo_packet(
    uint8_t *pkt, size_t cap, const struct demo_end *src, const struct demo_end *dst, uint16_t ip_id, struct slice text)
{
	size_t udp_len = 8 + text.n;
	size_t ip_len, addr_len = src->family == 6 ? 16 : 4;
	uint8_t *udp;
	unsigned sum;

	assert(src->family == dst->family && cap >= 40 + udp_len);
	ip_len = src->family == 6 ? demo_ip6(pkt, src, dst, udp_len) : demo_ip4(pkt, src, dst, ip_id, udp_len);
	udp = pkt + ip_len;
	demo_put16(udp, src->port);
	demo_put16(udp + 2, dst->port);
	demo_put16(udp + 4, (unsigned)udp_len);
	demo_put16(udp + 6, 0);
	memcpy(udp + 8, text.p, text.n);
	sum = demo_fold(demo_sum(
	    demo_sum(demo_sum((uint32_t)(17 + udp_len), src->addr, addr_len), dst->addr, addr_len), udp, udp_len));
	demo_put16(udp + 6, sum ? sum : 0xffff);
	return ip_len + udp_len;
}
