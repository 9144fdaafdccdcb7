/*
 * statement - reads one line by the rows of rows_statement.c into an item.
 * Know: a number counts as a status code only from 100 to 699; sofia's 9xx, chan_sip's -1 and a 0 are its own affairs.
 * What a line does not say stays absent; nothing is inferred from what usually follows.
 */
#include <assert.h>
#include <string.h>

#include "logfmt/pattern.h"
#include "logfmt/rows.h"
#include "logfmt/statement.h"
#include "sipwhy/mem.h"

/* What can stand between "{" and the Call-ID of Kamailio's log_prefix, and how far in front of "ACC:" it is looked for.
 */
enum { STATEMENT_PREFIX_MAX = 512, STATEMENT_LINE_MAX = 16384, STATEMENT_NAME_MAX = 255 };

static struct slice
statement_rest(struct slice s, size_t n)
{
	return n < s.n ? (struct slice){ s.p + n, s.n - n } : (struct slice){ s.p + s.n, 0 };
}

static bool
statement_ends(struct slice s, const char *with)
{
	size_t n = strlen(with);

	return s.n >= n && memcmp(s.p + s.n - n, with, n) == 0;
}

static struct slice
statement_trim_end(struct slice s)
{
	static const char *const ends[] = { "\n", "\r", " ", "\\n", "\\r", "#012", "#015" };
	bool more = true;

	/* All of them end in one of these. */
	while (more && s.n > 0 && strchr("\n\r nr25", s.p[s.n - 1]) != NULL) {
		more = false;
		for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++)
			if (statement_ends(s, ends[i])) {
				s.n -= strlen(ends[i]);
				more = true;
			}
	}
	return s;
}

/* The text of an object {"msg": "..."}, escapes and all; the line itself when it is no object. */
static struct slice
statement_out_of_json(struct slice line)
{
	static const char *const keys[] = { "\"msg\"", "\"message\"", "\"MESSAGE\"", "\"log\"" };
	const char *at = seek_text(line.p, line.p + line.n, "{\"", 2);
	struct slice s;
	size_t n = 0;

	for (size_t i = 0; at != NULL && i < sizeof keys / sizeof keys[0]; i++) {
		const char *key = seek_text(at, line.p + line.n, keys[i], strlen(keys[i]));

		if (key == NULL)
			continue;
		s = statement_rest(line, (size_t)(key - line.p) + strlen(keys[i]));
		while (s.n > 0 && (s.p[0] == ':' || s.p[0] == ' '))
			s = statement_rest(s, 1);
		if (s.n == 0 || s.p[0] != '"')
			continue;
		s = statement_rest(s, 1);
		while (n < s.n && s.p[n] != '"')
			n += s.p[n] == '\\' && n + 1 < s.n ? 2 : 1;
		return (struct slice){ s.p, n };
	}
	return line;
}

/* 100 to 699, or 0. */
static unsigned
statement_code(struct slice digits)
{
	uint64_t v;

	return slice_u64(digits, SIP_CODE_MAX, &v) == 0 && v >= SIP_CODE_MIN && digits.n == 3 ? (unsigned)v : 0;
}

/* Names of values that acc adds behind the reason: the stock configuration's, and any with an underscore. */
static bool
statement_is_extra(struct slice name)
{
	static const char *const known[] = { "ruri", "from", "to", "ua", "si", "sp", "fu", "tu", "ru", "du", "callid",
		"uuid" };
	bool underscore = false;

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		underscore = underscore || c == '_';
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'))
			return false;
	}
	for (size_t i = 0; !underscore && i < sizeof known / sizeof known[0]; i++)
		if (slice_eq(name, slice_str(known[i])))
			return true;
	return underscore;
}

/* A reason may hold ";" and "=" of its own, so it ends only at a name that is known. */
static struct slice
statement_acc_reason(struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		struct slice rest, name;

		if (s.p[i] != ';')
			continue;
		rest = statement_rest(s, i + 1);
		name = slice_cut(&rest, '=');
		if (rest.p != NULL && statement_is_extra(name))
			return (struct slice){ s.p, i };
	}
	return s;
}

/* "{2 229 REGISTER call-id} " of the default log_prefix, somewhere in front of "ACC:"; only with the same Call-ID. */
static uint32_t
statement_acc_cseq(struct slice before, struct slice call_id)
{
	struct slice s = before, number;
	const char *open;
	uint64_t v;

	if (s.n > STATEMENT_PREFIX_MAX)
		s = statement_rest(s, s.n - STATEMENT_PREFIX_MAX);
	open = s.n > 0 ? memchr(s.p, '{', s.n) : NULL;
	if (open == NULL)
		return 0;
	s = statement_rest(s, (size_t)(open - s.p) + 1);
	if (s.n < 2 || (s.p[0] != '1' && s.p[0] != '2') || s.p[1] != ' ')
		return 0;
	s = statement_rest(s, 2);
	number = slice_cut(&s, ' ');
	(void)slice_cut(&s, ' ');
	if (slice_u64(number, UINT32_MAX, &v) != 0 || !slice_eq(slice_cut(&s, '}'), call_id))
		return 0;
	return (uint32_t)v;
}

/* "name=value": the value, of the first piece of that name. */
static inline void
statement_acc_value(struct slice piece, const char *name, struct slice *value)
{
	size_t n = strlen(name);

	if (value->n == 0 && piece.n > n && memcmp(piece.p, name, n) == 0)
		*value = statement_rest(piece, n);
}

/*
 * Who called whom, by the extra values of Kamailio's stock configuration: src_user=$fU;src_domain=$fd;src_ip=$si;
 * dst_ouser=$tU;dst_user=$rU;dst_domain=$rd.  A user, else the host, as of a message; where To has no user, that of the
 * Request-URI.  src_ip asked, but a line need not be about what it was answered: no end of the response is told by it.
 */
static void
statement_acc_users(struct slice extra, struct sipmsg *s)
{
	struct slice from = { NULL, 0 }, from_host = from, to = from, to_user = from, to_host = from;

	while (extra.n > 0 && (from.n == 0 || to.n == 0)) {
		struct slice piece = slice_cut(&extra, ';');

		statement_acc_value(piece, "src_user=", &from);
		statement_acc_value(piece, "src_domain=", &from_host);
		statement_acc_value(piece, "dst_ouser=", &to);
		statement_acc_value(piece, "dst_user=", &to_user);
		statement_acc_value(piece, "dst_domain=", &to_host);
	}
	s->from = from.n > 0 ? from : from_host;
	s->to = to.n > 0 ? to : to_user.n > 0 ? to_user : to_host;
}

static void
statement_acc(struct slice line, struct pattern_values *v, struct sipmsg *s)
{
	v->text[PATTERN_PHRASE] = statement_acc_reason(v->text[PATTERN_PHRASE]);
	s->cseq = statement_acc_cseq((struct slice){ line.p, v->begin }, s->call_id);
	s->upstream = !slice_istarts(statement_rest(line, v->begin), slice_str("ACC: call missed"));
	/* An ACK has no response: the code is that of the INVITE it ended. */
	if (s->method == METHOD_ACK) {
		s->method = METHOD_INVITE;
		s->method_name = slice_str("INVITE");
	}
}

static void
statement_message(const struct row_statement *row, const struct pattern_values *v, struct message *m)
{
	m->transport = v->transport;
	m->flow = v->flow != FLOW_UNKNOWN ? v->flow : row->flow;
	m->src = v->end[PATTERN_END_SRC];
	m->dst = v->end[PATTERN_END_DST];
	if (m->flow == FLOW_IN) {
		m->src = v->end[PATTERN_END_PEER];
		m->dst = v->end[PATTERN_END_OWN];
	} else if (m->flow == FLOW_OUT) {
		m->src = v->end[PATTERN_END_OWN];
		m->dst = v->end[PATTERN_END_PEER];
	}
}

static void
statement_fields(const struct row_statement *row, const struct pattern_values *v, struct sipmsg *s)
{
	uint64_t cseq;

	s->kind = SIP_RESPONSE;
	s->method_name = v->text[PATTERN_METHOD].n > 0 ? v->text[PATTERN_METHOD] : slice_str(row->method);
	s->method = sip_method_find(s->method_name);
	s->call_id = v->text[PATTERN_CALL_ID];
	s->from_tag = v->text[PATTERN_FROM_TAG];
	s->to_tag = v->text[PATTERN_TO_TAG];
	if (slice_u64(v->text[PATTERN_CSEQ], UINT32_MAX, &cseq) == 0)
		s->cseq = (uint32_t)cseq;
}

/*
 * A host name, perhaps with a port, and nothing else that stood in its place: it begins with a letter or a digit, and
 * what has no letter before the port is an address that makes no sense.
 */
static bool
statement_is_name(struct slice s)
{
	static const char in_names[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:";
	const char *colon = s.n > 0 ? memchr(s.p, ':', s.n) : NULL;
	bool letter = false;

	for (size_t i = 0; i < s.n; i++) {
		const char *at = memchr(in_names, s.p[i], sizeof in_names - 1);

		if (at == NULL || (i == 0 && at - in_names >= 62))
			return false;
		letter = letter || (at - in_names < 52 && (colon == NULL || s.p + i < colon));
	}
	return letter && s.n <= STATEMENT_NAME_MAX;
}

/*
 * "sip:user@192.0.2.1:5060;transport=udp" or an address as it is: the host's address, where it is one, else *name is
 * the host.
 */
static void
statement_peer_uri(struct pattern_values *v, struct slice *name)
{
	struct slice s = v->text[PATTERN_PEER_URI];
	const char *at;

	while (s.n > 0 && (s.p[s.n - 1] == '\'' || s.p[s.n - 1] == '"' || s.p[s.n - 1] == '>'))
		s.n--;
	if (s.n == 0)
		return;
	v->text[PATTERN_PEER] = s;
	if (slice_istarts(s, slice_str("sips:")))
		s = statement_rest(s, 5);
	else if (slice_istarts(s, slice_str("sip:")))
		s = statement_rest(s, 4);
	at = s.n > 0 ? memchr(s.p, '@', s.n) : NULL;
	if (at != NULL)
		s = statement_rest(s, (size_t)(at - s.p) + 1);
	s = slice_cut(&s, ';');
	if (!endpoint_parse(s, false, &v->end[PATTERN_END_PEER]) && statement_is_name(s))
		*name = s;
}

static void
statement_notice(
    const struct row_statement *row, struct slice line, const struct pattern_values *v, struct logfmt_item *item)
{
	struct notice *n = &item->notice;

	n->kind = slice_str(row->kind_name);
	n->means = slice_str(row->means);
	n->method = item->s.method_name;
	n->call_id = item->s.call_id;
	n->text = statement_rest(line, v->begin);
	/* A pattern may begin with the end of the name of a source file and a line number. */
	if (n->text.n > 3 && memcmp(n->text.p, ".c:", 3) == 0)
		(void)slice_cut(&n->text, ' ');
	while (n->text.n > 0 && (n->text.p[0] == ' ' || n->text.p[0] == ':'))
		n->text = statement_rest(n->text, 1);
}

/* Security events of SIP that are no success and no first step. */
static bool
statement_security(struct pattern_values *v, struct logfmt_item *item)
{
	struct slice service = v->text[PATTERN_PHRASE], event = v->text[PATTERN_DETAIL];
	static const char *const fine[] = { "ChallengeSent", "SuccessfulAuth" };

	if (!slice_eq(service, slice_str("PJSIP")) && !slice_eq(service, slice_str("SIP")))
		return false;
	for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++)
		if (slice_eq(event, slice_str(fine[i])))
			return false;
	/* What chan_sip calls its session is an address in memory. */
	if (slice_eq(service, slice_str("SIP")))
		item->s.call_id = (struct slice){ NULL, 0 };
	return true;
}

/* Causes of calls that ended as calls end. */
static bool
statement_cause(struct slice cause)
{
	static const char *const fine[] = { "NORMAL_CLEARING", "NORMAL_UNSPECIFIED", "NONE", "SUCCESS", "UNSPECIFIED",
		"ORIGINATOR_CANCEL", "LOSE_RACE", "PICKED_OFF", "MANAGER_REQUEST", "BLIND_TRANSFER",
		"ATTENDED_TRANSFER", "REDIRECTION_TO_NEW_DESTINATION", "SYSTEM_SHUTDOWN" };

	if (cause.n == 0)
		return false;
	for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++)
		if (slice_eq(cause, slice_str(fine[i])))
			return false;
	return true;
}

/* Of successes nobody asks who called, and most lines are theirs. */
static void
statement_judge_users(const struct row_statement *row, struct slice line, struct slice reason, struct sipmsg *s)
{
	if (row->reader == ROW_ACC && s->code >= 300 && reason.p != NULL)
		statement_acc_users(statement_rest(line, (size_t)(reason.p + reason.n - line.p)), s);
}

static enum statement_kind
statement_judge(const struct row_statement *row, struct slice line, struct pattern_values *v, struct logfmt_item *item)
{
	if (row->reader == ROW_SECURITY && !statement_security(v, item))
		return STATEMENT_NOT;
	if (row->reader == ROW_CAUSE && !statement_cause(slice_trim(v->text[PATTERN_DETAIL])))
		return STATEMENT_NOT;
	if (row->reader == ROW_ACC)
		statement_acc(line, v, &item->s);
	if (row->kind == ROW_CODE) {
		item->s.code = (uint16_t)statement_code(v->text[PATTERN_CODE]);
		item->s.phrase = slice_trim(v->text[PATTERN_PHRASE]);
		if (item->s.code != 0) {
			statement_judge_users(row, line, v->text[PATTERN_PHRASE], &item->s);
			item->kind = LOGFMT_STATEMENT;
			return STATEMENT_CODE;
		}
		if (row->kind_name == NULL)
			return STATEMENT_NOT;
	}
	item->s.code = 0;
	item->kind = LOGFMT_NOTICE;
	statement_notice(row, line, v, item);
	return STATEMENT_NOTICE;
}

static void
statement_clear(struct logfmt_item *item)
{
	memset(item, 0, sizeof *item);
	item->m.transport = TRANSPORT_N;
	item->s.kind = SIP_RESPONSE;
	item->s.method = METHOD_NONE;
	item->s.expires = item->s.session_expires = -1;
	item->s.max_forwards = -1;
	item->s.q850 = item->s.reason_sip = item->s.warn_code = -1;
	item->head = "";
}

struct statement_rows *
statement_rows_new(void)
{
	size_t n, n_anchors;
	const struct row_statement *rows = rows_statement(&n);
	const char *const *anchors = rows_anchors(&n_anchors);
	struct statement_rows *r = mem_zalloc(sizeof *r + n * sizeof r->pattern[0]);
	bool good = true;

	if (r == NULL)
		return NULL;
	seek_set_init(&r->anchors);
	for (size_t i = 0; i < n_anchors; i++)
		good = seek_set_add(&r->anchors, anchors[i]) && good;
	for (size_t i = 0; i < n; i++)
		good = pattern_compile(&r->pattern[i], slice_str(rows[i].row.pattern), NULL) == 0 && good;
	assert(good);
	(void)good;
	return r;
}

/*
 * The row that reads the line; *v its values.  Of several the one that begins first: what stands within another's
 * fields is somebody's words (a display name may say "Got SIP response 503").
 */
static const struct row_statement *
statement_match(const struct statement_rows *r, struct slice line, struct pattern_values *v, unsigned *index)
{
	size_t n;
	const struct row_statement *rows = rows_statement(&n), *first = NULL;
	uint64_t present = seek_all(&r->anchors, line.p, line.p + line.n);
	struct pattern_values other;

	for (unsigned i = 0; present != 0 && i < n; i++) {
		const char *need = rows[i].need;

		if ((present >> rows[i].anchor & 1) == 0)
			continue;
		if (need != NULL && seek_text(line.p, line.p + line.n, need, strlen(need)) == NULL)
			continue;
		if (!pattern_match(&r->pattern[i], line, first == NULL ? v : &other) ||
		    (first != NULL && other.begin >= v->begin))
			continue;
		if (first != NULL)
			*v = other;
		first = &rows[i];
		*index = i;
	}
	return first;
}

enum statement_kind
statement_read(const struct statement_rows *rows, struct slice line, struct logfmt_item *item, unsigned *row)
{
	struct pattern_values v;
	const struct row_statement *r;

	statement_clear(item);
	*row = 0;
	if (line.n == 0 || line.n > STATEMENT_LINE_MAX)
		return STATEMENT_NONE;
	line = statement_trim_end(statement_out_of_json(line));
	r = line.n > 0 ? statement_match(rows, line, &v, row) : NULL;
	if (r == NULL)
		return STATEMENT_NONE;
	item->head = r->row.name;
	if (r->kind == ROW_NEITHER)
		return STATEMENT_NOT;
	statement_peer_uri(&v, &item->s.peer_name);
	statement_message(r, &v, &item->m);
	statement_fields(r, &v, &item->s);
	item->notice.peer = v.text[PATTERN_PEER].n > 0 ? v.text[PATTERN_PEER] : v.text[PATTERN_PEER_IP];
	item->notice.user = slice_trim(v.text[PATTERN_USER]);
	return statement_judge(r, line, &v, item);
}
