/*
 * parse - a message to a struct sipmsg: the only file that knows libosip2 (RFC 3261 7, 20).
 * The one thing to know: headers are handed over one by one after shield has priced them, never a start line, a
 * body, an unknown header or a whole message, and all memory comes from the parser's arena; so nothing of it is ever
 * freed one by one, and one bad header costs that header, not the message.
 */
#include <pthread.h>
#include <string.h>

#include <osipparser2/osip_message.h>
#include <osipparser2/osip_parser.h>
/* libosip2 names status codes by macros, one of which is a verdict of ours. */
#undef SIP_OK

#include "sip/header.h"
#include "sip/parse.h"
#include "sip/reason.h"
#include "sip/scan.h"
#include "sip/shield.h"
#include "sip/startline.h"
#include "sipwhy/arena.h"
#include "sipwhy/mem.h"

enum { PARSE_MESSAGE_MAX = 65535, PARSE_ARENA_FIRST = 64 * 1024, PARSE_ARENA_LIMIT = 1024 * 1024 };

/* blank: a message as osip_message_init makes it, once and not fifty lists each time; msg: its copy in use. */
struct sip_parser {
	struct arena *arena;
	bool have_blank;
	osip_message_t blank, msg;
};

/* One response on its way through.  msg is NULL when memory was too short for libosip2. */
struct parse {
	struct arena *arena;
	struct shield shield;
	const struct header_block *block;
	osip_message_t *msg;
	struct sipmsg *out;
};

/* libosip2's hooks take no context, so the arena of the running call stands here. */
static _Thread_local struct arena *parse_arena;
static pthread_once_t parse_once = PTHREAD_ONCE_INIT;

static void *
parse_malloc(size_t n)
{
	return parse_arena ? arena_alloc(parse_arena, n) : NULL;
}

static void *
parse_realloc(void *p, size_t n)
{
	return parse_arena ? arena_grow(parse_arena, p, n) : NULL;
}

static void
parse_free(void *p)
{
	(void)p;
}

static void
parse_trace(const char *file, int line, osip_trace_level_t level, const char *fmt, va_list ap)
{
	(void)file;
	(void)line;
	(void)level;
	(void)fmt;
	(void)ap;
}

/* The trace function comes first: without one, the first error that a stranger provokes is printed to stdout. */
static void
parse_setup(void)
{
	osip_trace_initialize_func(OSIP_FATAL, parse_trace);
	for (int level = 0; level < END_TRACE_LEVEL; level++)
		osip_trace_disable_level((osip_trace_level_t)level);
	parser_init();
	osip_set_allocators(parse_malloc, parse_realloc, parse_free);
}

struct sip_parser *
sip_parser_new_sized(size_t first, size_t limit)
{
	struct sip_parser *p = mem_zalloc(sizeof *p);

	if (!p)
		return NULL;
	pthread_once(&parse_once, parse_setup);
	p->arena = arena_new(first, limit);
	if (!p->arena) {
		mem_free(p);
		return NULL;
	}
	return p;
}

struct sip_parser *
sip_parser_new(void)
{
	return sip_parser_new_sized(PARSE_ARENA_FIRST, PARSE_ARENA_LIMIT);
}

void
sip_parser_free(struct sip_parser *p)
{
	if (!p)
		return;
	if (parse_arena == p->arena)
		parse_arena = NULL;
	arena_free(p->arena);
	mem_free(p);
}

/* libosip2 strips the brackets of an IPv6 sent-by; they come back so that requests and responses compare equal. */
static struct slice
parse_sent_by(struct arena *a, struct slice host, struct slice port)
{
	bool bracket = host.n && host.p[0] != '[' && memchr(host.p, ':', host.n);
	char *out;

	if (!bracket)
		return scan_sent_by(a, host, port);
	out = arena_alloc(a, host.n + 2);
	if (!out)
		return host;
	out[0] = '[';
	memcpy(out + 1, host.p, host.n);
	out[host.n + 1] = ']';
	return scan_sent_by(a, (struct slice){ out, host.n + 2 }, port);
}

/* Is this the name, which has lower case letters only? */
static inline bool
parse_is_named(const char *text, const char *name)
{
	while (*name && (*text | 32) == *name) {
		text++;
		name++;
	}
	return *name == *text;
}

/*
 * The value of the first parameter called `name` (lower case letters); empty when it has none or there is no such
 * parameter.  Three lists a response are walked, so the nodes are taken as they lie.
 */
static inline struct slice
parse_param(const osip_list_t *params, const char *name)
{
	const __node_t *node = params->node;

	for (int i = 0; i < params->nb_elt && node; i++, node = node->next) {
		const osip_generic_param_t *param = node->element;

		if (param->gname && parse_is_named(param->gname, name))
			return slice_trim(slice_str(param->gvalue));
	}
	return (struct slice){ NULL, 0 };
}

static bool
parse_via(struct parse *ps, const char *text)
{
	osip_via_t *via;

	if (osip_message_set_via(ps->msg, text) != 0)
		return false;
	via = osip_list_get(&ps->msg->vias, 0);
	if (!via || !via->host || !*via->host)
		return false;
	ps->out->sent_by = parse_sent_by(ps->arena, slice_trim(slice_str(via->host)), slice_trim(slice_str(via->port)));
	ps->out->branch = parse_param(&via->via_params, "branch");
	return true;
}

/* Who a From or To names, from libosip2's reading of it; false when it read nothing of use. */
static bool
parse_who(const osip_uri_t *url, struct slice *who)
{
	struct slice other;

	if (!url)
		return false;
	if (url->username && *url->username)
		*who = slice_str(url->username);
	else if (url->host && *url->host)
		*who = slice_str(url->host);
	else {
		other = slice_str(url->string);
		*who = slice_cut(&other, ';');
	}
	return who->n > 0;
}

static bool
parse_address(const osip_from_t *address, struct slice *who, struct slice *tag)
{
	if (!address || !parse_who(address->url, who))
		return false;
	*tag = parse_param(&address->gen_params, "tag");
	return true;
}

static bool
parse_cseq(struct parse *ps, const char *text)
{
	uint64_t number;
	struct slice method;
	enum sip_method found;
	const osip_cseq_t *cseq;

	if (osip_message_set_cseq(ps->msg, text) != 0)
		return false;
	cseq = ps->msg->cseq;
	if (!cseq || !cseq->number || !cseq->method)
		return false;
	method = slice_trim(slice_str(cseq->method));
	if (slice_u64(slice_trim(slice_str(cseq->number)), UINT32_MAX, &number) != 0)
		return false;
	found = sip_method_find(method);
	if (found >= METHOD_OTHER && !scan_is_token(method))
		return false;
	ps->out->cseq = (uint32_t)number;
	ps->out->method_name = method;
	ps->out->method = found;
	return true;
}

/* One of the five headers of every response through libosip2.  False when it refused. */
static bool
parse_needed(struct parse *ps, enum header_id id, struct slice value)
{
	struct sipmsg *out = ps->out;
	osip_message_t *m = ps->msg;

	switch (id) {
	case HEADER_VIA:
		return parse_via(ps, value.p);
	case HEADER_FROM:
		return osip_message_set_from(m, value.p) == 0 && parse_address(m->from, &out->from, &out->from_tag);
	case HEADER_TO:
		return osip_message_set_to(m, value.p) == 0 && parse_address(m->to, &out->to, &out->to_tag);
	case HEADER_CALL_ID:
		if (osip_message_set_call_id(m, value.p) != 0 || !m->call_id || !m->call_id->number)
			return false;
		out->call_id = value;
		return true;
	case HEADER_CSEQ:
		return parse_cseq(ps, value.p);
	default:
		return false;
	}
}

/*
 * A copy of a value fit for libosip2: cut to the limit, NUL-terminated, without folds.  False when memory is short;
 * then *clean is the value as it stands.
 */
static inline bool
parse_clean(struct parse *ps, enum header_id id, struct slice value, struct slice *clean)
{
	*clean = value;
	if (clean->n > SHIELD_VALUE_MAX)
		clean->n = SHIELD_VALUE_MAX;
	return shield_copy(ps->arena, *clean, header_is_clean(ps->block, id), clean) != NULL;
}

static inline void
parse_header(struct parse *ps, enum header_id id)
{
	struct slice value = header_value(ps->block, id), clean;
	bool fit = parse_clean(ps, id, value, &clean) && ps->msg && value.n > 0 && value.n <= SHIELD_VALUE_MAX;

	if (fit && id == HEADER_VIA) {
		clean = scan_first(clean);
		fit = clean.n > 0;
		if (fit)
			((char *)clean.p)[clean.n] = 0;
	}
	fit = fit && shield_admit(&ps->shield, clean, id == HEADER_CALL_ID) == 0;
	if (fit && parse_needed(ps, id, clean))
		return;
	ps->out->partial = true;
	if (clean.n)
		scan_header(ps->arena, id, clean, ps->out);
}

/* A header that libosip2 stores without reading it; its copy is what the fields point to. */
static struct slice
parse_raw(struct parse *ps, const char *name, enum header_id id)
{
	struct slice value = header_value(ps->block, id), clean;
	osip_header_t *header = NULL;
	bool fit;

	if (!value.n)
		return value;
	fit = parse_clean(ps, id, value, &clean) && ps->msg && value.n <= SHIELD_VALUE_MAX &&
	    shield_admit(&ps->shield, clean, true) == 0;
	if (!fit || osip_message_set_header(ps->msg, name, clean.p) != 0) {
		ps->out->partial = true;
		return clean;
	}
	if (osip_message_header_get_byname(ps->msg, name, 0, &header) < 0 || !header || !header->hvalue)
		return clean;
	return slice_trim(slice_str(header->hvalue));
}

/* The line that says what this code asks for. */
static enum header_id
parse_needs_id(unsigned code, const struct header_block *block)
{
	switch (code) {
	case 405:
		return HEADER_ALLOW;
	case 406:
	case 415:
		return header_value(block, HEADER_ACCEPT).n ? HEADER_ACCEPT : HEADER_ACCEPT_ENCODING;
	case 420:
		return HEADER_UNSUPPORTED;
	case 421:
		return HEADER_REQUIRE;
	case 422:
		return HEADER_MIN_SE;
	case 423:
		return HEADER_MIN_EXPIRES;
	case 489:
		return HEADER_ALLOW_EVENTS;
	case 494:
		return HEADER_SECURITY_SERVER;
	case 608:
		return HEADER_CALL_INFO;
	default:
		return HEADER_OTHER;
	}
}

/* A header that is kept as a line. */
static struct slice
parse_line(struct parse *ps, enum header_id id)
{
	if (id == HEADER_OTHER || !header_value(ps->block, id).n)
		return (struct slice){ NULL, 0 };
	return scan_value(ps->arena, ps->block, id, header_value(ps->block, id), ps->out);
}

/* Contact is not read from here, but a refused one tells that the sender is broken. */
static void
parse_contact(struct parse *ps)
{
	struct slice clean, value = header_value(ps->block, HEADER_CONTACT);

	if (!value.n)
		return;
	if (!parse_clean(ps, HEADER_CONTACT, value, &clean) || !ps->msg || value.n > SHIELD_VALUE_MAX) {
		ps->out->partial = true;
		return;
	}
	clean = scan_first(clean);
	if (!clean.n)
		return;
	((char *)clean.p)[clean.n] = 0;
	if (shield_admit(&ps->shield, clean, false) != 0 || osip_message_set_contact(ps->msg, clean.p) != 0)
		ps->out->partial = true;
}

/* The headers that only a failure is asked for. */
static void
parse_failure(struct parse *ps)
{
	bool server = header_value(ps->block, HEADER_SERVER).n > 0;

	ps->out->reason = parse_raw(ps, "reason", HEADER_REASON);
	ps->out->warning = parse_raw(ps, "warning", HEADER_WARNING);
	ps->out->warn_code = reason_warn_code(ps->out->warning);
	ps->out->retry_after = parse_raw(ps, "retry-after", HEADER_RETRY_AFTER);
	ps->out->server = parse_raw(ps, server ? "server" : "user-agent", server ? HEADER_SERVER : HEADER_USER_AGENT);
	ps->out->detail = parse_line(ps, HEADER_DETAIL);
	ps->out->needs = parse_line(ps, parse_needs_id(ps->out->code, ps->block));
	parse_contact(ps);
}

/* A message without headers, good until the next one; NULL when memory is short. */
static osip_message_t *
parse_blank(struct sip_parser *p)
{
	osip_message_t *made = NULL;

	if (!p->have_blank) {
		if (osip_message_init(&made) != 0 || !made)
			return NULL;
		p->blank = *made;
		p->have_blank = true;
	}
	p->msg = p->blank;
	return &p->msg;
}

static void
parse_response(struct parse *ps, unsigned code)
{
	struct slice server = header_value(ps->block, HEADER_SERVER);

	if (ps->msg)
		osip_message_set_status_code(ps->msg, (int)code);
	else
		ps->out->partial = true;
	parse_header(ps, HEADER_VIA);
	parse_header(ps, HEADER_FROM);
	parse_header(ps, HEADER_TO);
	parse_header(ps, HEADER_CALL_ID);
	parse_header(ps, HEADER_CSEQ);
	if (ps->out->method == METHOD_NONE)
		ps->out->method = sip_method_find(ps->out->method_name);
	scan_common(ps->arena, ps->block, ps->out);
	if (code >= 300)
		parse_failure(ps);
	else
		ps->out->server = server.n ? server : header_value(ps->block, HEADER_USER_AGENT);
}

static void
parse_begin(struct sipmsg *out, const struct startline *line, const struct header_block *block, bool cut)
{
	*out = (struct sipmsg){ .kind = line->kind, .code = line->code, .q850 = -1, .reason_sip = -1, .warn_code = -1 };
	out->expires = out->session_expires = out->max_forwards = -1;
	out->phrase = line->phrase;
	out->uri = line->uri;
	out->method_name = line->method;
	out->method = line->kind == SIP_REQUEST ? sip_method_find(line->method) : METHOD_NONE;
	out->partial =
	    line->cut || block->control || block->bad_line || block->duplicate || block->over || (cut && !block->whole);
}

enum sip_verdict
sip_parse(struct sip_parser *p, struct slice bytes, bool cut, struct sipmsg *out)
{
	struct header_block block;
	struct startline line;
	struct parse ps;

	if (bytes.n > PARSE_MESSAGE_MAX) {
		bytes.n = PARSE_MESSAGE_MAX;
		cut = true;
	}
	header_split(startline_skip(bytes), cut, &block);
	/* The gate's answer is only needed when the start line is no good, and would be the second look at it. */
	if (startline_read(block.start, &line) != SIP_OK)
		return sip_gate(bytes) ? SIP_MALFORMED : SIP_NOT_SIP;
	parse_begin(out, &line, &block, cut);
	arena_reset(p->arena);
	parse_arena = p->arena;
	if (line.kind == SIP_REQUEST) {
		scan_request(p->arena, &block, out);
	} else {
		ps = (struct parse){ .arena = p->arena, .shield = shield_begin(), .block = &block, .out = out };
		ps.msg = parse_blank(p);
		parse_response(&ps, line.code);
	}
	return out->partial ? SIP_PARTIAL : SIP_OK;
}

bool
sip_sure(struct slice bytes)
{
	struct slice text = startline_skip(bytes);
	struct startline line;
	size_t n = 0;

	if (text.n > PARSE_MESSAGE_MAX)
		return false;
	/* A plain line only: where any other one ends, header_split decides. */
	while (n < text.n && (unsigned char)text.p[n] >= ' ')
		n++;
	if (n + 1 >= text.n || text.p[n] != '\r' || text.p[n + 1] != '\n')
		return false;
	return startline_read((struct slice){ text.p, n }, &line) == SIP_OK;
}
