/*
 * config - configuration files by inih; see config.h and doc/config.md.
 * inih cuts lines that are too long in silence, tells no line numbers and passes over what stands behind a section's
 * bracket: so it is given its lines by us (config_line), who see all three.
 */
#include "app/config_int.h"

#include <assert.h>
#include <errno.h>
#include <ini.h>
#include <string.h>

#include "app/keys.h"
#include "app/options_table.h"
#include "sipwhy/logfmt.h"
#include "sipwhy/track.h"

static const char *const config_sections[SECTION_N] = { "", "peers", "incidents", "heads", "options", "keys", "filters",
	"alerts", "columns" };

static const char config_all[] = "[peers], [incidents], [heads], [options], [keys], [filters], [alerts] or [columns]";

static const char config_no_line[] = "this is no [section], no name = value and no comment";

/* [peers] */

static enum peer_role
config_role(struct slice word)
{
	return slice_eq(word, slice_str("none")) ? PEER_ROLE_UNKNOWN : peer_role_find(word);
}

static int
config_role_wrong(struct config *c, const char *peer, struct slice word)
{
	struct config_guess g = { .word = word };
	char hint[64];

	for (unsigned role = PEER_ROLE_UNKNOWN + 1; role < PEER_ROLE_N; role++)
		config_guess(&g, peer_role_name(role));
	return config_wrong(c, -EINVAL, "%s: the first word is a role, and \"%.*s\" is none; %s", peer, (int)word.n,
	    word.p, config_hint(hint, sizeof hint, &g, "say trunk, phones, pbx or -"));
}

/* Addresses parted by commas.  One at the end is a promise of more, and harmless when it is not kept. */
static int
config_addresses(struct config *c, const char *peer, struct slice list)
{
	struct errmsg why;
	int err;

	do {
		struct slice cidr = slice_trim(slice_cut(&list, ','));

		if (cidr.n == 0 && list.p == NULL)
			return 0;
		if ((err = peers_add(c->o->peers, slice_str(peer), c->role, cidr, &why)) != 0)
			return config_wrong(c, -EINVAL, "%s: %s", peer, why.text);
	} while (list.p != NULL);
	return 0;
}

/* One name, one role: a screen shows it with either. */
static int
config_same_role(struct config *c, const char *peer)
{
	const struct peers_row *row;

	for (size_t i = 0; (row = peers_at(c->o->peers, i)) != NULL; i++)
		if (strcmp(row->name, peer) == 0 && row->role != c->role)
			return config_wrong(
			    c, -EINVAL, "%s has another role already: %s", peer, peer_role_name(row->role));
	return 0;
}

static int
config_peer(struct config *c, const char *name, struct slice value, bool more)
{
	struct slice word;

	if (c->o->peers == NULL && (c->o->peers = peers_new()) == NULL)
		return config_wrong(c, -ENOMEM, "out of memory");
	if (more)
		return config_addresses(c, name, value);
	word = config_word(&value);
	c->role = config_role(word);
	if (c->role == PEER_ROLE_N)
		return config_role_wrong(c, name, word);
	if (value.n == 0)
		return config_wrong(c, -EINVAL, "%s: an address or network is wanted behind the role", name);
	return config_same_role(c, name) != 0 ? c->err : config_addresses(c, name, value);
}

/* [incidents] */

static int
config_limit_unknown(struct config *c, const char *name)
{
	struct config_guess g = { .word = slice_str(name) };
	size_t n;
	const struct track_limit *rows = track_limits(&n);
	char hint[128];

	for (size_t i = 0; i < n; i++)
		config_guess(&g, rows[i].name);
	return config_wrong(c, -EINVAL, "there is no threshold %s; %s", name,
	    config_hint(hint, sizeof hint, &g, "sipwhy -D lists them"));
}

static int
config_limit(struct config *c, const char *name, struct slice value)
{
	size_t n;
	const struct track_limit *rows = track_limits(&n);
	int at = track_limit_find(slice_str(name));
	uint64_t v;

	if (at < 0)
		return config_limit_unknown(c, name);
	if (c->limit_line[at] != 0)
		return config_wrong(c, -EINVAL, "%s is set already, in line %u", name, c->limit_line[at]);
	if (slice_u64(value, rows[at].max, &v) != 0 || v < rows[at].min)
		return config_wrong(c, -EINVAL, "%s = %.*s: a whole number from %u to %u is wanted", name, (int)value.n,
		    value.p, (unsigned)rows[at].min, (unsigned)rows[at].max);
	for (size_t i = 0; i < n && !c->o->has_limits; i++)
		c->o->limits[i] = rows[i].value;
	c->o->has_limits = true;
	c->o->limits[at] = (uint32_t)v;
	c->limit_line[at] = c->line;
	return 0;
}

/* [heads] */

static int
config_head(struct config *c, const char *name, struct slice pattern)
{
	struct options *o = c->o;
	struct options_head *h = &o->heads[o->n_heads];
	struct errmsg why = { "" };
	int err;

	if (o->log_heads == NULL && (o->log_heads = logfmt_heads_new()) == NULL)
		return config_wrong(c, -ENOMEM, "out of memory");
	err = logfmt_heads_add(o->log_heads, slice_str(name), pattern, &why);
	if (err == -ENOMEM)
		return config_wrong(c, err, "out of memory");
	if (err == -EEXIST)
		return config_wrong(c, -EINVAL, "there is a head %s already", name);
	if (err == -ENOSPC || o->n_heads == OPTIONS_HEADS_MAX)
		return config_wrong(c, -EINVAL, "%s: more than %d heads", name, OPTIONS_HEADS_MAX);
	if (err != 0)
		return config_wrong(c, -EINVAL, "%s: %s", name, why.text);
	(void)slice_copy(h->name, sizeof h->name, slice_str(name));
	(void)slice_copy(h->pattern, sizeof h->pattern, pattern);
	o->n_heads++;
	return 0;
}

/* [options] */

static int
config_option(struct config *c, const char *name, struct slice value)
{
	struct config_guess g = { .word = slice_str(name) };
	struct errmsg why;
	char hint[64];
	size_t at = 0;
	int err;

	while (options_file_name(at) != NULL && strcmp(options_file_name(at), name) != 0)
		config_guess(&g, options_file_name(at++));
	if (options_file_name(at) != NULL) {
		if (c->option_line[at] != 0)
			return config_wrong(c, -EINVAL, "%s is set already, in line %u", name, c->option_line[at]);
		c->option_line[at] = c->line;
		err = options_set(c->o, at, value, &why);
		return err != 0 ? config_wrong(c, err, "%s", why.text) : 0;
	}
	if (options_is_name(name))
		return config_wrong(c, -EINVAL, "%s is for the command line only: --%s", name, name);
	return config_wrong(c, -EINVAL, "there is no option %s; %s", name,
	    config_hint(hint, sizeof hint, &g, "doc/config.md lists them"));
}

/* Lines. */

static int
config_sectionless(struct config *c, const char *name)
{
	const struct option_row *r = option_find(name);

	return config_wrong(c, -EINVAL, "%s stands before any section; begin with %s", name,
	    r != NULL && r->in_file ? "[options]" : config_all);
}

static int
config_take(struct config *c, const char *name, struct slice value)
{
	bool more = c->indented && c->open;

	c->open = true;
	if (name[0] == '\0')
		return config_wrong(c, -EINVAL, "a name is wanted before the =");
	if (c->section == SECTION_NONE)
		return config_sectionless(c, name);
	if (c->section == SECTION_PEERS)
		return config_peer(c, name, value, more);
	if (c->section >= SECTION_FILTERS)
		return config_pair(c, name, value, more);
	if (more)
		return config_wrong(c, -EINVAL, "an indented line goes on with %s: begin it in the first column", name);
	if (value.n == 0)
		return config_wrong(c, -EINVAL, "%s has no value", name);
	return c->section == SECTION_INCIDENTS ? config_limit(c, name, value)
	    : c->section == SECTION_HEADS      ? config_head(c, name, value)
	    : c->section == SECTION_KEYS       ? config_keys(c, name, value)
					       : config_option(c, name, value);
}

/* inih's ini_handler. */
static int
config_value(void *ctx, const char *section, const char *name, const char *value)
{
	struct config *c = ctx;

	(void)section;
	if (!config_stops(c))
		(void)config_take(c, name, config_uncomment(slice_str(value)));
	return !config_stops(c);
}

static int
config_section(struct config *c, struct slice line)
{
	struct slice rest = { line.p + 1, line.n - 1 }, word = slice_trim(slice_cut(&rest, ']'));
	struct config_guess g = { .word = word };
	char hint[160], all[128];
	unsigned at;

	c->open = false;
	c->astray = true;
	c->section = SECTION_NONE;
	if (rest.p == NULL)
		return config_wrong(c, -EINVAL, "a section is [name] on a line of its own");
	rest = slice_trim(rest);
	if (rest.n > 0 && *rest.p != ';' && *rest.p != '#')
		return config_wrong(c, -EINVAL, "nothing may stand behind [%.*s]", (int)word.n, word.p);
	for (at = 1; at < SECTION_N && !slice_eq(word, slice_str(config_sections[at])); at++)
		config_guess(&g, config_sections[at]);
	(void)snprintf(all, sizeof all, "say %s", config_all);
	if (at == SECTION_N)
		return config_wrong(c, -EINVAL, "there is no section [%.*s]; %s", (int)word.n, word.p,
		    config_hint(hint, sizeof hint, &g, all));
	c->section = (enum config_section)at;
	c->astray = false;
	return 0;
}

/* inih takes some of them for blanks, and sentences quote the line. */
static bool
config_has_control(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < ' ' && s.p[i] != '\t') || s.p[i] == 0x7f)
			return true;
	return false;
}

/* What is seen on the whole line, before inih takes it apart; *mine: there is nothing left for inih. */
static int
config_look(struct config *c, struct slice line, bool *mine)
{
	bool more = c->indented && c->open;

	line = slice_trim(line);
	if (line.n > 0 && *line.p == '[' && !more)
		return config_section(c, line);
	*mine = c->astray;
	if (c->astray || line.n == 0 || *line.p == '#' || *line.p == ';')
		return 0;
	if (c->section == SECTION_KEYS) {
		int err = config_keys_line(c, config_uncomment(line), mine);

		if (err != 0 || *mine)
			return err;
	}
	if (!c->indented && memchr(line.p, '=', line.n) == NULL && memchr(line.p, ':', line.n) == NULL)
		return config_wrong(c, -EINVAL, "%s", config_no_line);
	return 0;
}

/* cap: of the line with newline and NUL behind it. */
static int
config_judge(struct config *c, struct slice line, size_t cap, bool *mine)
{
	if (config_has_control(line))
		return config_wrong(c, -EINVAL, "there is a control character in the line");
	if (line.n + 2 > cap)
		return config_wrong(
		    c, -EINVAL, "the line is longer than %zu characters; an indented line can go on with it", cap - 2);
	c->indented = line.n > 0 && (*line.p == ' ' || *line.p == '\t');
	return config_look(c, line, mine);
}

/* inih's ini_reader: as fgets, one line of what is left. */
static char *
config_line(char *out, int cap, void *ctx)
{
	struct config *c = ctx;
	struct slice line;
	bool mine = false, wrong;

	if (config_stops(c) || c->rest.n == 0)
		return NULL;
	c->line++;
	line = slice_cut(&c->rest, '\n');
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	wrong = config_judge(c, line, (size_t)cap, &mine) != 0;
	if (wrong && config_stops(c))
		return NULL;
	/* inih is told that a section began, whatever it is. */
	if (wrong && c->astray)
		line = slice_str("[]");
	else if (wrong || mine)
		line.n = 0;
	(void)slice_copy(out, (size_t)cap, line);
	memcpy(out + line.n, "\n", 2);
	return out;
}

int
config_parse(struct options *o, const char *name, struct slice text, struct errmsg *em)
{
	struct config c = { .o = o, .name = name, .rest = text, .em = em };
	size_t n;
	int at;

	(void)track_limits(&n);
	assert(n <= OPTIONS_LIMITS_MAX);
	if (text.n > 0 && memchr(text.p, '\0', text.n) != NULL)
		return errmsg_set(em, -EINVAL, "%s holds a NUL: that is no text", name);
	if (slice_istarts(text, slice_str("\xef\xbb\xbf")))
		c.rest = (struct slice){ text.p + 3, text.n - 3 };
	at = ini_parse_stream(config_line, &c, config_value, &c);
	if (!config_stops(&c) && at > 0) {
		c.line = (unsigned)at;
		(void)config_wrong(&c, -EINVAL, "%s", config_no_line);
	}
	if (!config_stops(&c) && at < 0)
		return errmsg_set(em, -ENOMEM, "out of memory");
	return config_stops(&c) ? c.err : config_pairs_check(&c);
}

void
config_free(struct options *o)
{
	peers_free(o->peers);
	peers_free(o->allow);
	logfmt_heads_free(o->log_heads);
	o->peers = o->allow = NULL;
	o->log_heads = NULL;
}

/* A row a line: however many addresses a peer has, no line grows too long to be read again. */
static void
config_dump_peers(FILE *out, const struct peers *p)
{
	const struct peers_row *row;
	char text[ENDPOINT_TEXT];

	(void)fputs("\n[peers]\n", out);
	for (size_t i = 0; (row = peers_at(p, i)) != NULL; i++) {
		struct endpoint e = { .family = row->family };

		memcpy(e.addr, row->addr, sizeof e.addr);
		(void)fprintf(out, "%s = %s %s/%u\n", row->name, peer_role_name(row->role),
		    endpoint_format(text, sizeof text, &e, false), row->bits);
	}
}

/* One that filled its line leaves no room for blanks; one that can't be shown is a comment. */
static void
config_dump_head(FILE *out, const struct options_head *h)
{
	bool tight = strlen(h->name) + 3 + strlen(h->pattern) > CONFIG_LINE;

	if (config_is_shown(slice_str(h->name)) && config_is_shown(slice_str(h->pattern))) {
		(void)fprintf(out, tight ? "%s=%s\n" : "%s = %s\n", h->name, h->pattern);
		return;
	}
	options_dump_text(out, "# ", h->name);
	options_dump_text(out, "#   = ", h->pattern);
}

void
config_dump(FILE *out, const struct options *o)
{
	size_t n;
	const struct track_limit *rows = track_limits(&n);

	for (size_t i = 0; i < o->n_files; i++)
		options_dump_text(out, "# read: ", o->files[i]);
	options_dump(out, o);
	config_dump_peers(out, o->peers);
	(void)fputs("\n[heads]\n", out);
	for (size_t i = 0; i < o->n_heads; i++)
		config_dump_head(out, &o->heads[i]);
	config_pairs_dump(out, o);
	keys_dump(out, o);
	(void)fputs("\n[incidents]\n", out);
	for (size_t i = 0; i < n; i++)
		(void)fprintf(out, "# %s (%u to %u, default %u)\n%s = %u\n", rows[i].help, (unsigned)rows[i].min,
		    (unsigned)rows[i].max, (unsigned)rows[i].value, rows[i].name,
		    (unsigned)(o->has_limits ? o->limits[i] : rows[i].value));
}
