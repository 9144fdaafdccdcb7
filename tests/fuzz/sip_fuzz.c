/*
 * sip_fuzz - one message through the whole room: sip_parse, every field through text_clean, sip_explain.
 * The one thing to know: the first byte of the input picks the conditions (cut, starved arena, which allocation
 * fails), the rest is the message.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sip/parse.h"
#include "sipwhy/mem.h"
#include "sipwhy/sip.h"
#include "sipwhy/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* First byte: bit 7 cut, bit 6 an arena that must ask the heap for every block, bits 0..5 the allocation that fails. */
enum { FUZZ_CUT = 0x80, FUZZ_STARVED = 0x40, FUZZ_FAIL = 0x3f };

/* The status code by another reading than startline.c has; 0 for whatever is not a good status line. */
static unsigned
fuzz_code(const uint8_t *p, size_t n)
{
	static const char version[] = "sip/2.0 ";
	size_t at = 0;

	while (at < n && at < 64 && (p[at] == '\r' || p[at] == '\n'))
		at++;
	if (n - at < 11)
		return 0;
	for (size_t i = 0; i < 8; i++) {
		if (p[at + i] != (uint8_t)version[i] && !(i < 3 && p[at + i] == (uint8_t)(version[i] - 32)))
			return 0;
	}
	at += 8;
	if (p[at] < '1' || p[at] > '6' || p[at + 1] < '0' || p[at + 1] > '9' || p[at + 2] < '0' || p[at + 2] > '9')
		return 0;
	if (at + 3 < n && !strchr(" \r\n", p[at + 3] ? p[at + 3] : 'x'))
		return 0;
	return (unsigned)(p[at] - '0') * 100 + (unsigned)(p[at + 1] - '0') * 10 + (unsigned)(p[at + 2] - '0');
}

static void
fuzz_clean(struct slice s)
{
	char out[256];
	size_t cols = 0, n = text_clean(out, sizeof out, s, 60, true, &cols);

	assert(n < sizeof out && cols <= 60 && out[n] == 0);
	for (size_t i = 0; i < n; i++)
		assert(out[i] >= 0x20 && out[i] < 0x7f);
}

/* text_clean stops early, so all bytes are read once more. */
static void
fuzz_touch(struct slice s)
{
	volatile unsigned sum = 0;

	for (size_t i = 0; i < s.n; i++)
		sum += (unsigned char)s.p[i];
}

static void
fuzz_fields(const struct sipmsg *m)
{
	const struct slice fields[] = { m->method_name, m->phrase, m->uri, m->branch, m->sent_by, m->call_id,
		m->from_tag, m->to_tag, m->from, m->to, m->server, m->reason, m->warning, m->retry_after, m->detail,
		m->contact, m->link, m->needs, m->realm[0], m->realm[1], m->realm[2], m->realm[3] };

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		fuzz_clean(fields[i]);
		fuzz_touch(fields[i]);
	}
	assert(m->method <= METHOD_NONE && (m->method == METHOD_NONE) == (m->method_name.n == 0));
	assert(m->q850 >= -1 && m->q850 < 1000 && m->reason_sip >= -1 && m->reason_sip < 1000);
	assert(m->warn_code >= -1 && m->warn_code < 1000);
	assert(m->expires >= -1 && m->session_expires >= -1 && m->max_forwards >= -1);
	assert(m->n_realms <= SIPMSG_REALMS && (m->n_realms || !m->stale));
	for (size_t i = m->n_realms; i < SIPMSG_REALMS; i++)
		assert(!m->realm[i].n);
	assert(m->kind == SIP_REQUEST || (m->max_forwards == -1 && !m->link.n));
	assert(m->code >= 300 || !(m->needs.n + m->warning.n + m->retry_after.n + m->detail.n));
}

static void
fuzz_explain(const struct sipmsg *m)
{
	struct sip_explain_in in = { .code = m->code,
		.phrase = m->phrase,
		.reason = m->reason,
		.warning = m->warning,
		.server = m->server,
		.detail = m->detail,
		.q850 = m->q850,
		.warn_code = m->warn_code };
	struct sip_explanation out;

	sip_explain(&in, &out);
	assert(m->kind == SIP_REQUEST || (out.headline && out.key[0] && out.cls));
	fuzz_clean(slice_str(out.key));
}

static void
fuzz_one(struct sip_parser *p, const uint8_t *data, size_t size, bool cut)
{
	struct sipmsg msg;
	enum sip_verdict v = sip_parse(p, (struct slice){ (const char *)data, size }, cut, &msg);
	unsigned code = fuzz_code(data, size);
	bool good = v == SIP_OK || v == SIP_PARTIAL;

	assert(sip_gate((struct slice){ (const char *)data, size }) == (v != SIP_NOT_SIP));
	assert(!code || good);
	if (!good)
		return;
	assert(msg.code == code && (code != 0) == (msg.kind == SIP_RESPONSE));
	assert(msg.partial == (v == SIP_PARTIAL));
	fuzz_fields(&msg);
	fuzz_explain(&msg);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t mode;
	struct sip_parser *p;

	if (size == 0)
		return 0;
	mode = data[0];
	mem_fail_at(mode & FUZZ_FAIL);
	p = mode & FUZZ_STARVED ? sip_parser_new_sized(256, 1024 * 1024) : sip_parser_new();
	if (p)
		fuzz_one(p, data + 1, size - 1, mode & FUZZ_CUT);
	mem_fail_at(0);
	sip_parser_free(p);
	return 0;
}
