/*
 * view_fuzz - bytes as a session before the screen: records with hostile texts (through the encoder, or raw lines),
 * keys, words that are typed, sizes, glyph sets, a clock that jumps, pauses and looks back.  After each drawing every
 * cell must be one that a terminal only shows; commands must be carried out as app does, and the stack never gets
 * empty. The one thing to know: an input is letters (what to do) and their operands, so that sessions can be written by
 * hand: see FUZZ_STEPS.
 */
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "sipwhy/buf.h"
#include "sipwhy/mem.h"
#include "sipwhy/sip.h"
#include "sipwhy/term.h"
#include "sipwhy/text.h"
#include "sipwhy/timefmt.h"
#include "view/view_int.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/*
 * Steps: H hello, C ticks, E event, U update, M message, B good call, I incident, N notice, S source, Q bye, L a line
 * of the stream as it is, k a key, t words typed, c a command line, z another size, g glyphs, p pause, l look, T time
 * goes on, n a word about the engine, ! a change of mind of the bytes of the next record.
 */
#define FUZZ_STEPS "HCEUMBINSQLktczgplTn!"
/* Cells that one input may draw, so that none takes longer than its neighbours. */
enum { FUZZ_STEPS_MAX = 400, FUZZ_CELLS = 160000, FUZZ_IDS = 64, FUZZ_DRAWS = 2000 };
/* 2026-11-22T14:32:07Z. */
#define FUZZ_NOW (INT64_C(1795357927) * NS_PER_S)

/* What is checked cell by cell is no path to explore, and its traces would take most of the time. */
#define FUZZ_PLAIN __attribute__((no_sanitize("coverage")))

struct fuzz {
	const uint8_t *p;
	size_t n;
	struct store *store;
	struct viewer *viewer;
	struct canvas *canvas;
	struct buf line;
	size_t cells;
	int64_t now_ns;
	uint64_t id, incident;
	uint32_t spoil;
};

/* What strangers write. */
static const char *const fuzz_texts[] = { "", "-", "INVITE", "REGISTER", "carrier-a", "198.51.100.7", "+442071234567",
	"2001:db8:1234:5678::9abc:def0", "10.20.4.41:5060", "Busy Here", "a\x1b]0;owned\x07z", "\x1b[2J\x1b[H",
	"\xe2\x80\xae"
	"bidi\xe2\x80\xac",
	"\xe2\x80\x8b\xe2\x80\x8f\xef\xbb\xbf\xe2\x81\xa6",
	"\xc2\x9b"
	"31m\xc2\x85",
	"\xff\xfe\x80", "e\xcc\x81\xcc\x81\xcc\x81\xcc\x81", "\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e",
	"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9", "%s%n%999999d", "Forbidden\x08\x08\x08\x08OK", "a\tb\r\nc\x7f",
	"\xcc\x81", "other", "Q.850;cause=34;text=\"x\"", "SIP;cause=503;text=\"\\\"", "399 host \"w\xe2\x80\xa8w\"",
	"198.51.100.7:5060 10.20.4.41:5060 503 120 2\n",
	"198.51.100.7:5060 10.20.4.41:5060 404 1 1\n10.20.4.41:5060 - 0 4294967295 9\n", "z9hG4bK\xe2\x80\xa9",
	"/tmp/x.pcap",
	"SIP/2.0 503 No\r\nVia: SIP/2.0/UDP 10.20.4.41;branch=z9hG4bK1\r\nFrom: \"\x1b[31m\" <sip:a@b>;tag=1\r\n"
	"Call-ID: 1@h\r\nCSeq: 1 INVITE\r\nContent-Type: application/sdp\r\nContent-Length: 60\r\n\r\n"
	"v=0\r\no=- 1 1 IN IP4 1.2.3.4\r\ns=\xe2\x80\xae\r\nc=IN IP4 1.2.3.4\r\n"
	"m=audio 4000 RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\n",
	"INVITE sip:1@\xc2\x9f SIP/2.0\nv: SIP/2.0/UDP [::1];branch=z\n\tfolded\x0b\nl: 4\n\nbody" };

static const char *const fuzz_lines[] = { "w x.csv", "w /tmp/\x1b[2J pcap", "w", "w x evidence", "w x.json json",
	"filter 5xx !peer:x", "filter (", "f mine", "f none", "goto now", "goto -10m", "goto 14:05",
	"goto 2026-11-22 14:05:01", "goto x", "theme light", "theme \xe2\x80\xae", "set mouse on", "set window 24h",
	"set refresh 0.1", "set", "set x y", "mute", "mute code:503", "mute (", "explain 503", "explain 4", "explain",
	"source", "help", "help w", "help mute", "q", "", " ", "nonsense \x1b", "set time utc",
	"set columns time code peer", "set redact off", "filter reason:~\"(a+)+$\"", "filter raw:\"\xff\"" };

static const int64_t fuzz_times[] = { 0, 1, -1, 1000, 60000, -60000, 300000, -300000, 3600000, -3600000, 86400000,
	-86400000, 604800000, INT32_MAX, INT64_MAX / 1200000000 * 1000, -INT64_C(1795357000000), 999, 29999, -599999,
	120000 };

static const uint32_t fuzz_keys[] = { UI_KEY_TAB, UI_KEY_ENTER, UI_KEY_ESC, UI_KEY_UP, UI_KEY_DOWN, UI_KEY_LEFT,
	UI_KEY_RIGHT, UI_KEY_PGUP, UI_KEY_PGDN, UI_KEY_HOME, UI_KEY_END, UI_KEY_BACKSPACE, UI_KEY_RESIZE, UI_KEY_F1,
	UI_KEY_F2, UI_KEY_F3, UI_KEY_F4, UI_KEY_F5, UI_KEY_F6, UI_KEY_F7, UI_KEY_F8, UI_KEY_F9, UI_KEY_F10, UI_KEY_STAB,
	UI_KEY_INSERT, UI_KEY_DELETE, UI_KEY_WORD_LEFT, UI_KEY_WORD_RIGHT, UI_KEY_MOUSE, UI_KEY_NONE, UI_KEY_MOUSE + 1,
	UINT32_MAX, 0xe9, 0x65e5, 0x301, 0x202e, 0x9b, 0x1f600 };

static void
fuzz_must(bool truth)
{
	if (!truth)
		abort();
}

static unsigned
fuzz_byte(struct fuzz *f)
{
	if (f->n == 0)
		return 0;
	f->n--;
	return *f->p++;
}

static uint64_t
fuzz_u32(struct fuzz *f)
{
	uint64_t v = fuzz_byte(f);

	/* Small numbers are digits, so that they can be written by hand; others come in four bytes. */
	if (v >= '0' && v <= '9')
		return v - '0';
	for (int i = 0; i < 3; i++)
		v = v << 8 | fuzz_byte(f);
	return v;
}

/* A number of `fuzz_texts` ('0' is the first), or from 0x80 on so many bytes of the input itself. */
static struct slice
fuzz_text(struct fuzz *f)
{
	unsigned v = fuzz_byte(f);
	struct slice s;

	if (v < 0x80)
		return slice_str(fuzz_texts[(v < '0' ? v + 80 : v - '0') % (sizeof fuzz_texts / sizeof fuzz_texts[0])]);
	s = (struct slice){ (const char *)f->p, v - 0x80 < f->n ? v - 0x80 : f->n };
	f->p += s.n;
	f->n -= s.n;
	return s;
}

static struct slice
fuzz_command(struct fuzz *f)
{
	if (f->n > 0 && *f->p >= 0x80)
		return fuzz_text(f);
	return slice_str(fuzz_lines[(fuzz_byte(f) + 128 - '0') % 128 % (sizeof fuzz_lines / sizeof fuzz_lines[0])]);
}

static const char *
fuzz_string(struct fuzz *f, char *out, size_t cap)
{
	(void)slice_copy(out, cap, fuzz_text(f));
	return out;
}

static int64_t
fuzz_time(struct fuzz *f)
{
	unsigned v = fuzz_byte(f);
	int64_t ms = v < 0x80 ? fuzz_times[v % (sizeof fuzz_times / sizeof fuzz_times[0])]
			      : (int64_t)(v - 0xc0) * (int64_t)(fuzz_byte(f) * 100 + 1);

	return (int64_t)((uint64_t)FUZZ_NOW + (uint64_t)ms * NS_PER_MS);
}

static uint64_t
fuzz_id(struct fuzz *f)
{
	unsigned v = fuzz_byte(f);

	return v == 0 ? fuzz_u32(f) << 32 : v < '0' ? f->id + 1 - v % (f->id + 1) : v % FUZZ_IDS;
}

static void
fuzz_feed(struct fuzz *f, struct slice s)
{
	size_t cut = s.n > 0 ? f->spoil % (s.n + 1) : 0;

	store_feed(f->store, s.p, cut);
	store_feed(f->store, s.p + cut, s.n - cut);
}

/* A record as it comes: through the encoder, perhaps with bytes that changed on the way. */
static void
fuzz_tell(struct fuzz *f, const struct record *r)
{
	buf_clear(&f->line);
	if (record_encode(&f->line, r) != 0)
		return;
	if (f->spoil != 0)
		for (uint32_t i = 0, at = f->spoil; i < 1 + f->spoil % 3; i++, at = at * 2654435761u + 1)
			f->line.data[at % (f->line.len - 1)] = (char)(at >> 24);
	fuzz_feed(f, buf_slice(&f->line));
	f->spoil = 0;
}

static struct event
fuzz_event(struct fuzz *f)
{
	struct event e = {
		.id = ++f->id, .t_ns = fuzz_time(f), .tries = 1, .q850 = -1, .reason_sip = -1, .warn_code = -1
	};
	unsigned flags = fuzz_byte(f);
	bool *is[] = { &e.partial, &e.cut, &e.in_call, &e.auth, &e.rang, &e.orphan, &e.ack_missing, &e.statement };
	struct slice *texts = &e.method;

	e.code = (uint16_t)((fuzz_u32(f) * 7 + 400) % 700);
	e.code = e.code < 200 ? 0 : e.code;
	for (unsigned i = 0; i < 8; i++)
		*is[i] = (flags >> i & 1) != 0 && flags < 0xf0;
	e.recovered = flags == 0xff;
	e.outcome = e.recovered || e.ack_missing ? OUTCOME_OK : e.code == 0 ? OUTCOME_NO_RESPONSE : OUTCOME_FAILED;
	e.direction = (uint8_t)(fuzz_byte(f) % 3);
	e.transport = (uint8_t)(fuzz_byte(f) % (TRANSPORT_N + 1));
	e.role = (uint8_t)(fuzz_byte(f) % PEER_ROLE_N);
	e.setup_ms = (int32_t)fuzz_u32(f);
	e.hop_ms = (int32_t)fuzz_u32(f);
	e.repeats = (uint32_t)fuzz_u32(f);
	e.q850 = (int16_t)((fuzz_byte(f) + 127) % 129 - 1);
	for (struct slice *t = texts; t <= &e.raw; t++)
		*t = fuzz_text(f);
	e.raw_len = (uint32_t)e.raw.n;
	return e;
}

static struct callmsg
fuzz_message(struct fuzz *f)
{
	struct callmsg m = { .of = fuzz_id(f), .at = (uint32_t)fuzz_byte(f) % 80, .t_ns = fuzz_time(f) };
	struct slice *texts = &m.method;

	m.code = (uint16_t)(fuzz_byte(f) % 7 * 101);
	m.leg = (uint8_t)(fuzz_byte(f) % 5);
	m.evidence = m.leg == 0 ? CALLMSG_EVIDENCE_NONE : (uint8_t)(1 + fuzz_byte(f) % (CALLMSG_EVIDENCE_N - 1));
	m.seen = 1 + (uint32_t)fuzz_byte(f) % 20;
	for (struct slice *t = texts; t <= &m.raw; t++)
		*t = fuzz_text(f);
	m.raw_len = (uint32_t)m.raw.n;
	return m;
}

static struct incident
fuzz_incident(struct fuzz *f)
{
	struct incident in = { .id = 1 + fuzz_byte(f) % FUZZ_IDS, .t_ns = fuzz_time(f), .since_ns = fuzz_time(f) };

	in.last_ns = fuzz_time(f);
	in.pattern = (uint8_t)(PATTERN_MIN + fuzz_byte(f) % PATTERN_MAX);
	in.level = (uint8_t)(fuzz_byte(f) % INCIDENT_LEVEL_N);
	in.ended = fuzz_byte(f) % 4 == 1;
	in.count = fuzz_u32(f);
	in.kind = fuzz_text(f);
	in.peer = fuzz_text(f);
	in.what = fuzz_text(f);
	in.sentence = fuzz_text(f);
	for (int i = 0; i < INCIDENT_EVIDENCE; i++) {
		in.events[i] = fuzz_id(f);
		in.call_ids[i] = fuzz_text(f);
	}
	return in;
}

/* Increments of one code, one peer and its KPIs, and one source's figures. */
static void
fuzz_tick(struct fuzz *f, enum record_type type)
{
	static struct counts counts;
	static struct kpi_counts kpi;
	struct peer_stat peer = { .role = (uint8_t)(fuzz_byte(f) % PEER_ROLE_N) };
	struct source_stat source = { .text = fuzz_byte(f) % 2 == 1 };
	char phrase[64], method[32], name[ENDPOINT_TEXT];
	struct record_fold fold = { .q850 = -1 };
	struct kpi_peer kpi_peer = { .name = peer.name, .role = peer.role, .counts = &kpi };
	struct record r = { .type = type, .t_ns = fuzz_time(f), .host = "pbx" };
	unsigned code = fuzz_byte(f) * 3 % SIP_CODE_N, n = fuzz_byte(f) % METHOD_N;

	memset(&counts, 0, sizeof counts);
	memset(&kpi, 0, sizeof kpi);
	counts.responses[n][code] = fuzz_u32(f);
	counts.events = fuzz_u32(f);
	(void)fuzz_string(f, peer.name, sizeof peer.name);
	peer.events = counts.events;
	peer.responses[code / 100] = counts.responses[n][code];
	peer.codes[0].code = (uint16_t)(code + SIP_CODE_MIN);
	peer.codes[0].n = peer.events;
	for (unsigned i = 0; i < KPI_COUNTERS; i++)
		kpi.n[i] = (int64_t)fuzz_byte(f) - 8;
	kpi.delay[fuzz_byte(f) % KPI_DELAYS][fuzz_byte(f) % KPI_BINS] = (int32_t)fuzz_byte(f);
	fold.code = (uint16_t)(counts.events % 2 == 0 ? 0 : peer.codes[0].code);
	fold.n = fuzz_u32(f);
	fold.phrase = fuzz_string(f, phrase, sizeof phrase);
	fold.method = fuzz_string(f, method, sizeof method);
	fold.peer = fuzz_string(f, name, sizeof name);
	(void)fuzz_string(f, source.name, sizeof source.name);
	(void)fuzz_string(f, source.kind, sizeof source.kind);
	(void)fuzz_string(f, source.state, sizeof source.state);
	for (uint64_t *v = &source.frames; v < (uint64_t *)(void *)&source.text; v++)
		*v = fuzz_u32(f);
	r.tick = (struct record_tick){ .counts = &counts,
		.peers = &peer,
		.n_peers = 1,
		.sources = &source,
		.n_sources = 1,
		.folds = &fold,
		.n_folds = 1,
		.kpi = &kpi,
		.kpi_peers = &kpi_peer,
		.n_kpi_peers = 1,
		.lag_ms = (uint32_t)fuzz_u32(f),
		.record_drops = fuzz_u32(f),
		.message_drops = fuzz_u32(f) };
	fuzz_tell(f, &r);
}

static void
fuzz_words(struct fuzz *f, enum record_type type)
{
	char a[64], b[64], c[64], d[300];
	struct record r = { .type = type, .t_ns = fuzz_time(f), .host = fuzz_string(f, a, sizeof a) };

	if (type == RECORD_HELLO)
		r.hello = (struct record_hello){ fuzz_string(f, b, sizeof b), fuzz_time(f), (uint32_t)fuzz_u32(f),
			fuzz_byte(f) % 2 == 0 };
	else
		r.source = (struct record_source){ a, fuzz_string(f, b, sizeof b), fuzz_string(f, c, sizeof c),
			fuzz_string(f, d, sizeof d) };
	fuzz_tell(f, &r);
}

static void
fuzz_notice(struct fuzz *f)
{
	struct record r = { .type = RECORD_NOTICE, .host = "pbx", .t_ns = fuzz_time(f) };

	r.notice.t_ns = r.t_ns;
	for (struct slice *t = &r.notice.stamp; t <= &r.notice.source; t++)
		*t = fuzz_text(f);
	fuzz_tell(f, &r);
}

static void
fuzz_record(struct fuzz *f, int step)
{
	struct record r = { .host = "pbx" };

	if (step == 'E') {
		r.type = RECORD_EVENT;
		r.event = fuzz_event(f);
		r.t_ns = r.event.t_ns;
	} else if (step == 'U') {
		r.type = RECORD_UPDATE;
		r.update =
		    (struct event_update){ .id = fuzz_id(f), .t_ns = fuzz_time(f), .code = 503, .old_code = 404 };
		r.update.recovered = fuzz_byte(f) % 2 == 0;
		r.update.repeats = (uint32_t)fuzz_u32(f);
		r.update.path = fuzz_text(f);
	} else if (step == 'M') {
		r.type = RECORD_MESSAGE;
		r.message = fuzz_message(f);
	} else if (step == 'I') {
		r.type = RECORD_INCIDENT;
		r.incident = fuzz_incident(f);
	} else {
		r.type = RECORD_GOOD;
		r.good = (struct goodcall){ .id = ++f->id, .t_ns = fuzz_time(f), .code = 200 };
		for (struct slice *t = &r.good.method; t <= &r.good.source; t++)
			*t = fuzz_text(f);
	}
	if (step != 'E')
		r.t_ns = FUZZ_NOW;
	fuzz_tell(f, &r);
}

/* Never on a screen: what a terminal obeys, what hides, turns the writing round, or is no character. */
FUZZ_PLAIN static bool
fuzz_is_evil(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0xad || (c >= 0x200b && c <= 0x200f) ||
	    (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || (c >= 0xd800 && c <= 0xf8ff) ||
	    c == 0xfeff || (c & 0xfffe) == 0xfffe || c > 0xeffff || c == 0x61c;
}

FUZZ_PLAIN static void
fuzz_cell(const struct fuzz *f, const struct cell *c, const struct cell *before, const struct cell *after)
{
	fuzz_must(c->role < ROLE_N && c->width <= 2);
	if (c->width == 0) {
		fuzz_must(before != NULL && before->width == 2);
		return;
	}
	fuzz_must(!fuzz_is_evil(c->ch[0]) && wcwidth((wchar_t)c->ch[0]) == c->width);
	fuzz_must(c->width == 1 || (after != NULL && after->width == 0));
	fuzz_must(c->ch[1] != 0 || c->ch[2] == 0);
	for (int i = 1; i <= 2 && c->ch[i] != 0; i++)
		fuzz_must(!fuzz_is_evil(c->ch[i]) && wcwidth((wchar_t)c->ch[i]) == 0);
	fuzz_must(!canvas_ascii(f->canvas) || (c->ch[0] < 0x7f && c->ch[1] == 0));
}

FUZZ_PLAIN static uint64_t
fuzz_cells(const struct fuzz *f)
{
	int rows = canvas_rows(f->canvas), cols = canvas_cols(f->canvas);
	uint64_t sum = 14695981039346656037u;

	for (int row = 0; row < rows; row++) {
		const struct cell *before = NULL, *c = canvas_at(f->canvas, row, 0);

		for (int col = 0; col < cols; col++) {
			const struct cell *after = canvas_at(f->canvas, row, col + 1);

			fuzz_cell(f, c, before, after);
			for (int i = 0; i < 3; i++)
				sum = (sum ^ c->ch[i]) * 1099511628211u;
			sum = (sum ^ c->role) * 1099511628211u;
			before = c;
			c = after;
		}
	}
	return sum;
}

/* The stack is never empty and its texts have an end. */
static void
fuzz_whole(const struct fuzz *f)
{
	const struct viewer *v = f->viewer;

	fuzz_must(
	    v->depth > 0 && v->depth <= VIEW_STACK_MAX && !v->stack[0].ops->popup && v->n_marks <= VIEW_MARKS_MAX);
	fuzz_must(memchr(v->say, '\0', sizeof v->say) != NULL && viewer_said(v) != NULL);
	fuzz_must(memchr(v->filter_text, '\0', sizeof v->filter_text) != NULL);
}

FUZZ_PLAIN static void
fuzz_dump(const struct fuzz *f)
{
	struct buf b;
	size_t lines = 0;

	buf_init(&b, (size_t)16 * 1024 * 1024);
	term_dump(&b, f->canvas, true);
	fuzz_must(buf_ok(&b));
	for (size_t i = 0; i < b.len; i++)
		lines += b.data[i] == '\n';
	fuzz_must(lines == 2 * (size_t)canvas_rows(f->canvas));
	buf_fini(&b);
}

/* What a save would go through. */
static void
fuzz_shown(const struct fuzz *f)
{
	size_t n = viewer_shown(f->viewer);

	fuzz_must(n <= store_event_count(f->store) && viewer_shown_at(f->viewer, n) == NULL);
	for (size_t i = 0; i < n; i++)
		fuzz_must(viewer_shown_at(f->viewer, i) != NULL);
}

/* Drawn, and drawn again: nothing changed, so nothing may be different. */
static void
fuzz_draw(struct fuzz *f)
{
	size_t cells = (size_t)canvas_rows(f->canvas) * (size_t)canvas_cols(f->canvas);
	uint64_t sum;

	if (f->cells < 2 * cells)
		return;
	f->cells -= 2 * cells;
	viewer_draw(f->viewer, f->canvas);
	sum = fuzz_cells(f);
	fuzz_whole(f);
	if (viewer_busy(f->viewer))
		return;
	viewer_draw(f->viewer, f->canvas);
	fuzz_must(fuzz_cells(f) == sum || viewer_busy(f->viewer));
	fuzz_shown(f);
	if (cells <= 4000)
		fuzz_dump(f);
}

static uint64_t
fuzz_read(struct slice s)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < s.n; i++)
		sum += (unsigned char)s.p[i];
	return sum;
}

/* What a request names is there to be read. */
static void
fuzz_request(const struct fuzz *f, enum command command)
{
	const struct view_request *r = viewer_request(f->viewer);
	uint64_t sum = 0;

	fuzz_must(r != NULL);
	if (command == COMMAND_COPY || command == COMMAND_SET)
		sum += fuzz_read(r->body);
	if (command == COMMAND_THEME || command == COMMAND_SET)
		sum += strlen(r->text);
	if (command == COMMAND_SAVE) {
		fuzz_must(r->save <= VIEW_SAVE_EVIDENCE && r->path != NULL);
		sum += strlen(r->path);
		for (size_t i = 0; i < r->n_ids; i++)
			sum += r->ids[i];
	}
	if (sum == UINT64_MAX)
		abort();
}

static void
fuzz_obey(struct fuzz *f, enum command command)
{
	const struct view_request *r = viewer_request(f->viewer);

	fuzz_must(command < COMMAND_N);
	fuzz_request(f, command);
	if (command == COMMAND_PAUSE)
		(void)store_freeze(f->store, !store_frozen(f->store));
	else if (command == COMMAND_GROUP_ACK)
		store_group_ack(f->store, r->id);
	else if (command == COMMAND_GROUP_MUTE || command == COMMAND_GROUP_UNMUTE)
		store_group_mute(f->store, r->id, command == COMMAND_GROUP_MUTE);
	else if (command == COMMAND_GROUPS_MUTE)
		for (size_t i = 0; i < r->n_ids; i++)
			store_group_mute_until(f->store, r->ids[i], r->t_ns);
	else if (command == COMMAND_INCIDENT_ACK)
		store_incident_dismiss(f->store, r->id);
	else if (command == COMMAND_INCIDENT_MUTE)
		store_incident_mute(f->store, r->id, r->t_ns);
	else if (command == COMMAND_LOOK)
		store_look(f->store, r->t_ns);
	else if (command != COMMAND_NONE)
		viewer_say(f->viewer, fuzz_texts[command]);
}

static void
fuzz_key(struct fuzz *f, uint32_t key)
{
	const char *line;

	fuzz_obey(f, viewer_key(f->viewer, key));
	fuzz_whole(f);
	while ((line = viewer_history_line(f->viewer)) != NULL)
		fuzz_must((line[0] == '/' || line[0] == ':') && strchr(line, '\n') == NULL);
}

static void
fuzz_type(struct fuzz *f)
{
	struct slice s = fuzz_text(f);
	uint32_t cp;

	for (size_t at = 0, len; at < s.n && at < 100; at += len) {
		len = text_utf8(s.p + at, s.n - at, &cp);
		if (len > 0)
			fuzz_key(f, cp);
		len = len > 0 ? len : 1;
	}
}

static void
fuzz_size(struct fuzz *f)
{
	static const int sizes[][2] = { { 24, 80 }, { 1, 1 }, { 40, 140 }, { 10, 40 }, { 30, 100 }, { 2, 200 },
		{ 200, 2 }, { 8, 39 }, { 7, 40 }, { 60, 20 }, { 3, 3 }, { 200, 500 } };
	unsigned v = fuzz_byte(f);
	int rows = sizes[v % 12][0], cols = sizes[v % 12][1];

	if (v >= 0x80) {
		rows = (int)(1 + fuzz_byte(f) % 200);
		cols = (int)(1 + fuzz_byte(f) * 2 % 500);
	}
	fuzz_must(canvas_resize(f->canvas, rows, cols) == 0);
}

static void
fuzz_clock(struct fuzz *f)
{
	f->now_ns = fuzz_time(f);
	/* It is our own clock: wrong perhaps by half a century, when nobody set it. */
	if (f->now_ns < 0 || f->now_ns > 2 * FUZZ_NOW)
		f->now_ns = 0;
	store_advance(f->store, f->now_ns);
	viewer_clock(f->viewer, f->now_ns);
	viewer_quiet(f->viewer, fuzz_byte(f) % 2 == 1);
}

static void
fuzz_line(struct fuzz *f)
{
	const uint8_t *end = f->n > 0 ? memchr(f->p, '\n', f->n) : NULL;
	struct slice s = { (const char *)f->p, end != NULL ? (size_t)(end - f->p) + 1 : f->n };

	f->p += s.n;
	f->n -= s.n;
	fuzz_feed(f, s);
}

static void
fuzz_step(struct fuzz *f, int step)
{
	char text[300];

	switch (step) {
	case 'H':
		fuzz_words(f, RECORD_HELLO);
		break;
	case 'S':
		fuzz_words(f, RECORD_SOURCE);
		break;
	case 'C':
		fuzz_tick(f, RECORD_TICK);
		break;
	case 'Q':
		fuzz_tick(f, RECORD_BYE);
		break;
	case 'N':
		fuzz_notice(f);
		break;
	case 'L':
		fuzz_line(f);
		break;
	case 't':
		fuzz_type(f);
		break;
	case 'c':
		fuzz_obey(f, viewer_command(f->viewer, fuzz_command(f)));
		break;
	case 'z':
		fuzz_size(f);
		break;
	case 'g':
		canvas_set_glyphs(f->canvas, (enum ui_glyphs)(fuzz_byte(f) % (GLYPHS_UTF8 + 1)));
		break;
	case 'p':
		(void)store_freeze(f->store, fuzz_byte(f) % 2 == 0);
		break;
	case 'l':
		store_look(f->store, fuzz_time(f));
		break;
	case 'T':
		fuzz_clock(f);
		break;
	case 'n':
		store_note(f->store, fuzz_byte(f) % 2 == 0, fuzz_string(f, text, sizeof text));
		break;
	case '!':
		f->spoil = (uint32_t)fuzz_u32(f);
		break;
	default:
		fuzz_record(f, step);
		break;
	}
}

/* A byte that names no step is a key: sessions are mostly keys. */
static void
fuzz_next(struct fuzz *f)
{
	unsigned v = fuzz_byte(f);
	bool key = v == 'k', record = strchr("HCEUMBINSQL!", (int)v) != NULL && v != 0;

	if (key || v == 0 || v >= 0x80 || strchr(FUZZ_STEPS, (int)v) == NULL) {
		v = key ? fuzz_byte(f) : v;
		fuzz_key(f, v < 0x80 ? v : fuzz_keys[(v - 0x80) % (sizeof fuzz_keys / sizeof fuzz_keys[0])]);
	} else {
		fuzz_step(f, (int)v);
	}
	if (!record)
		fuzz_draw(f);
}

static const char *
fuzz_named(void *ctx, struct slice name)
{
	(void)ctx;
	return slice_eq(name, slice_str("mine")) ? "code:5xx peer:carrier-a" : NULL;
}

static const char *
fuzz_value(void *ctx, const char *name, char *out, size_t cap)
{
	(void)ctx;
	(void)slice_copy(out, cap, slice_str(fuzz_texts[10]));
	return name[0] == 't' ? out : NULL;
}

/* In the end all that is being looked at must come to an end. */
static void
fuzz_settle(struct fuzz *f)
{
	int draws = 0;

	fuzz_must(canvas_resize(f->canvas, 24, 80) == 0);
	do {
		viewer_draw(f->viewer, f->canvas);
		(void)fuzz_cells(f);
	} while (viewer_busy(f->viewer) && ++draws < FUZZ_DRAWS);
	fuzz_must(draws < FUZZ_DRAWS);
	fuzz_dump(f);
}

/* Two alert rules, judged as time goes on. */
static void
fuzz_rules(struct store *s, struct rule *rules[2])
{
	struct errmsg em = { "" };

	fuzz_must(rule_new(&rules[0], slice_str("many"), slice_str("crit count >= 1 in 5m per peer"), NULL, &em) == 0);
	fuzz_must(rule_new(&rules[1], slice_str("few"), slice_str("warn asr <= usual*0.5"), NULL, &em) == 0);
	fuzz_must(store_rules(s, rules, 2) == 0);
}

/* What may be shown hangs on the locale. */
int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	return setlocale(LC_ALL, "C.UTF-8") != NULL ? 0 : -1;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const columns[] = { "events.80 = time code peer", "groups = nonsense", NULL };
	static const char *const history[] = { "/code:5xx", ":theme light" },
				 *const themes[] = { "dark", "light", NULL };
	static const struct view_keymap keys[] = { { "pause", 'p', false }, { "help", 0, true },
		{ "raw", UI_KEY_F10, false } };
	struct view_cfg cfg = { .window_s = -1,
		.named = fuzz_named,
		.columns = columns,
		.n_columns = 2,
		.history = history,
		.n_history = 2,
		.themes = themes,
		.value = fuzz_value };
	struct store_cfg small = { .events = 20, .bytes = 20000, .message_bytes = 20000, .phrase = sip_code_phrase };
	struct fuzz f = { .p = data, .n = n, .cells = FUZZ_CELLS, .now_ns = FUZZ_NOW };
	unsigned how = fuzz_byte(&f);
	struct rule *rules[2];
	struct theme theme;

	if (n > 16384)
		return 0;
	theme_default(&theme);
	cfg.filter = (how & 1) != 0 ? "5xx !peer:x" : NULL;
	cfg.redact = (how & 2) != 0;
	cfg.keys = (how & 4) != 0 ? keys : NULL;
	cfg.n_keys = (how & 4) != 0 ? 3 : 0;
	cfg.confirm_quit = (enum view_quit)((how >> 3) % 3);
	cfg.utc_offset_s = (how & 0x40) != 0 ? 19800 : 0;
	f.store = store_new((how & 0x80) != 0 ? &small : NULL);
	f.canvas = canvas_new(24, 80);
	buf_init(&f.line, (size_t)4 * RECORD_LINE_MAX);
	fuzz_must(f.store != NULL && f.canvas != NULL);
	fuzz_rules(f.store, rules);
	f.viewer = viewer_new(f.store, &theme, &cfg);
	fuzz_must(f.viewer != NULL);
	for (int i = 0; f.n > 0 && i < FUZZ_STEPS_MAX; i++)
		fuzz_next(&f);
	fuzz_settle(&f);
	viewer_free(f.viewer);
	canvas_free(f.canvas);
	store_free(f.store);
	rule_free(rules[0]);
	rule_free(rules[1]);
	buf_fini(&f.line);
	return 0;
}
