/*
 * options_file - the options that a configuration file may say, and all of them as such a file; see options.h.
 * What the dump prints is read back as the same.
 */
#include "app/options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/options_log.h"
#include "app/options_table.h"
#include "sipwhy/peers.h"
#include "sipwhy/text.h"

/* The row of option `number` of a file, and its number in the table. */
static const struct option_row *
options_file_row(size_t number, size_t *at)
{
	const struct option_row *r;

	for (*at = 0; (r = option_row(*at)) != NULL; ++*at)
		if (r->in_file && number-- == 0)
			return r;
	return NULL;
}

const char *
options_file_name(size_t number)
{
	size_t at;
	const struct option_row *r = options_file_row(number, &at);

	return r != NULL ? r->name : NULL;
}

bool
options_is_name(const char *name)
{
	const struct option_row *r = option_find(name);

	return r != NULL && r->type != TYPE_ABSENT && option_is_shown(r);
}

/* Where the text of a row is kept when a file says it. */
static char *
options_room(struct options *o, const struct option_row *r)
{
	return r->offset == offsetof(struct options, tls_cert) ? o->tls_cert_text
	    : r->offset == offsetof(struct options, tls_key)   ? o->tls_key_text
	    : r->offset == offsetof(struct options, tls_ca)    ? o->tls_ca_text
	    : r->offset == offsetof(struct options, hep_key)   ? o->hep_key_text
	    : r->offset == offsetof(struct options, hep_ca)    ? o->hep_ca_text
							       : o->theme_text;
}

/* Where a file lies must not hang on where the program is started. */
static int
options_path(struct options *o, const struct option_row *r, struct slice value, bool given, struct errmsg *em)
{
	bool name = r->type == TYPE_THEME && option_is_theme_name(value);

	if (!name && (value.n == 0 || value.n >= OPTIONS_TEXT || value.p[0] != '/'))
		return errmsg_set(em, -EINVAL, "%s = %.*s: %sthe full path of a file is wanted, from / on", r->name,
		    (int)value.n, value.p, r->type == TYPE_THEME ? "the name of a theme or " : "");
	if (given)
		return 0;
	(void)slice_copy(options_room(o, r), OPTIONS_TEXT, value);
	*(const char **)((char *)o + r->offset) = options_room(o, r);
	return 0;
}

static int
options_networks(struct options *o, struct slice value, bool given, struct errmsg *em)
{
	struct peers *allow = NULL;
	bool any = false;
	int err = options_log_allow(&allow, &any, "allow", value, em);

	if (err != 0 || given) {
		peers_free(allow);
		return err;
	}
	peers_free(o->allow);
	o->allow = allow;
	o->allow_any = any;
	return 0;
}

int
options_set(struct options *o, size_t number, struct slice value, struct errmsg *em)
{
	size_t at;
	const struct option_row *r = options_file_row(number, &at);
	bool given = (o->given >> at & 1) != 0;
	struct errmsg why;
	uint64_t v;

	if (r->type == TYPE_TEXT || r->type == TYPE_THEME)
		return options_path(o, r, value, given, em);
	if (r->type == TYPE_CALL)
		return options_networks(o, value, given, em);
	if (option_value(r, value, &v, &why) != 0)
		return errmsg_set(em, -EINVAL, "%s = %.*s: %s", r->name, (int)value.n, value.p, why.text);
	if (!given)
		option_store(o, r, v);
	return 0;
}

/* The dump. */

/* Bytes of a text on one line of the dump: with what stands before them they are no line too long for a file. */
enum { OPTIONS_DUMP_LINE = 160 };

void
options_dump_text(FILE *out, const char *before, const char *text)
{
	char shown[2 * OPTIONS_TEXT];
	struct slice rest = { shown, text_clean(shown, sizeof shown, slice_str(text), sizeof shown - 1, false, NULL) };

	(void)fputs(before, out);
	while (rest.n > OPTIONS_DUMP_LINE) {
		int n = OPTIONS_DUMP_LINE;

		/* Not within a character. */
		while (n > 1 && (rest.p[n] & 0xc0) == 0x80)
			n--;
		(void)fprintf(out, "%.*s\n#   ", n, rest.p);
		rest = (struct slice){ rest.p + n, rest.n - (size_t)n };
	}
	(void)fprintf(out, "%s\n", rest.p);
}

/* Reads back as it is: a full path, or a name, of one short printable line, without what would begin a comment. */
static bool
options_stays(const struct option_row *r, const char *text)
{
	char shown[2 * OPTIONS_TEXT];
	size_t n = strlen(text);

	if (r->type == TYPE_THEME && option_is_theme_name(slice_str(text)))
		return true;
	if (n > OPTIONS_DUMP_LINE || text[0] != '/' || strstr(text, " ;") != NULL || text[n - 1] == ' ')
		return false;
	(void)text_clean(shown, sizeof shown, slice_str(text), sizeof shown - 1, false, NULL);
	return strcmp(shown, text) == 0;
}

/* A row a line would be said again and again: one line, and what finds no room in it is a comment. */
static void
options_dump_allow(FILE *out, const struct options *o)
{
	const struct peers_row *row;
	char text[ENDPOINT_TEXT];
	size_t used = 0;

	if (o->allow == NULL)
		return;
	if (o->allow_any)
		used += (size_t)fprintf(out, "allow = any");
	for (size_t i = 0; (row = peers_at(o->allow, i)) != NULL; i++) {
		struct endpoint e = { .family = row->family };

		memcpy(e.addr, row->addr, sizeof e.addr);
		(void)endpoint_format(text, sizeof text, &e, false);
		if (used + strlen(text) + 6 > OPTIONS_DUMP_LINE) {
			(void)fputs("\n# ", out);
			used = 0;
		}
		used += (size_t)fprintf(out, "%s%s/%u",
		    used == 0 && i == 0 ? "allow = "
			: used == 0     ? ""
					: ", ",
		    text, row->bits);
	}
	(void)fputs("\n", out);
}

static void
options_dump_row(FILE *out, const struct options *o, const struct option_row *r)
{
	const char *text;
	char before[64], value[64];

	if (r->type == TYPE_ABSENT || r->type == TYPE_REFUSED)
		return;
	if (r->type == TYPE_CALL) {
		if (r->in_file)
			options_dump_allow(out, o);
		return;
	}
	(void)snprintf(before, sizeof before, "%s%s = ", r->in_file ? "" : "# ", r->name);
	text = r->type == TYPE_TEXT || r->type == TYPE_THEME ? *(const char *const *)((const char *)o + r->offset)
							     : option_text(value, sizeof value, o, r);
	if (text == NULL)
		return;
	if (r->in_file && (r->type == TYPE_TEXT || r->type == TYPE_THEME) && !options_stays(r, text))
		(void)fputs("# ", out);
	options_dump_text(out, before, text);
}

/* What only the command line can say. */
static void
options_dump_rest(FILE *out, const struct options *o)
{
	for (size_t i = 0; i < o->n_inputs; i++) {
		(void)fprintf(out, "# input = %s ", input_kind_name(o->inputs[i].kind));
		options_dump_text(out, "", o->inputs[i].arg);
	}
	for (size_t i = 0; i < o->n_commands; i++)
		options_dump_text(out, "# command = ", o->commands[i]);
	if (o->match != NULL)
		options_dump_text(out, "# match = ", o->match);
	if (o->bpf != NULL)
		options_dump_text(out, "# bpf = ", o->bpf);
}

void
options_dump(FILE *out, const struct options *o)
{
	const struct option_row *r;

	(void)fputs("[options]\n", out);
	for (size_t i = 0; (r = option_row(i)) != NULL; i++)
		if (r->in_file)
			options_dump_row(out, o, r);
	(void)fputs("# on the command line only:\n", out);
	for (size_t i = 0; (r = option_row(i)) != NULL; i++)
		if (!r->in_file)
			options_dump_row(out, o, r);
	options_dump_rest(out, o);
}
