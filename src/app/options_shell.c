/*
 * options_shell - what shells offer behind sipwhy; see options_shell.h.
 * completions/ is checked against what is printed here (tests/check/man.sh).
 */
#include "app/options_shell.h"

#include <string.h>

#include "app/howto.h"
#include "app/options_table.h"
#include "sipwhy/filter.h"
#include "sipwhy/sip.h"
#include "sipwhy/ui.h"

static void
shell_words(FILE *out, const char *const *words)
{
	for (size_t i = 0; words[i] != NULL; i++)
		(void)fprintf(out, "%s%s", i > 0 ? " " : "", words[i]);
}

static void
shell_themes(FILE *out)
{
	const char *name;

	for (size_t i = 0; (name = theme_builtin_name(i)) != NULL; i++)
		(void)fprintf(out, "%s%s", i > 0 ? " " : "", name);
}

static void
shell_fields(FILE *out)
{
	size_t n;
	const struct filter_field *f = filter_fields(&n);

	for (size_t i = 0; i < n; i++)
		(void)fprintf(out, "%s%s", i > 0 ? " " : "", f[i].name);
}

/* Codes, classes, incidents, and the case that has no code. */
static void
shell_codes(FILE *out)
{
	size_t n;
	const struct sip_code *codes = sip_codes(&n);
	const struct sip_pattern *patterns;

	for (size_t i = 0; i < n; i++)
		(void)fprintf(out, "%u ", (unsigned)codes[i].code);
	for (unsigned c = 1; c <= 6; c++)
		(void)fprintf(out, "%uxx ", c);
	patterns = sip_patterns(&n);
	for (size_t i = 0; i < n; i++)
		(void)fprintf(out, "%s ", patterns[i].kind);
	(void)fputs("silence", out);
}

static void
shell_offer(FILE *out, const struct option_row *r)
{
	switch (r->complete) {
	case COMPLETE_CHOICE:
		shell_words(out, r->choices);
		break;
	case COMPLETE_CODE:
		shell_codes(out);
		break;
	case COMPLETE_HOWTO:
		howto_names(out);
		break;
	case COMPLETE_THEME:
		shell_themes(out);
		break;
	case COMPLETE_FIELD:
		shell_fields(out);
		break;
	case COMPLETE_NONE:
	case COMPLETE_FILE:
	case COMPLETE_INTERFACE:
		break;
	}
}

/* Does it take a word behind it (and not only behind a =)? */
static bool
shell_takes(const struct option_row *r)
{
	return r->arg != NULL && r->arg[0] != '=';
}

/* bash. */

/* "-d|--device)" */
static void
shell_bash_case(FILE *out, const struct option_row *r)
{
	(void)fputc('\t', out);
	if (r->letter != 0)
		(void)fprintf(out, "-%c|", r->letter);
	(void)fprintf(out, "--%s)", r->name);
}

static void
shell_bash_row(FILE *out, const struct option_row *r)
{
	shell_bash_case(out, r);
	switch (r->complete) {
	case COMPLETE_FILE:
		(void)fputs(" _sipwhy_files", out);
		break;
	case COMPLETE_INTERFACE:
		(void)fputs(" _sipwhy_interfaces", out);
		break;
	case COMPLETE_NONE:
		(void)fputs(" COMPREPLY=()", out);
		break;
	case COMPLETE_THEME:
	case COMPLETE_FIELD:
	case COMPLETE_CHOICE:
	case COMPLETE_CODE:
	case COMPLETE_HOWTO:
		(void)fprintf(out, " %s \"",
		    r->complete == COMPLETE_THEME       ? "_sipwhy_themes"
			: r->complete == COMPLETE_FIELD ? "_sipwhy_fields"
							: "_sipwhy_words");
		shell_offer(out, r);
		(void)fputc('"', out);
		break;
	}
	(void)fputs(" ;;\n", out);
}

void
options_bash(FILE *out)
{
	const struct option_row *r;

	(void)fputs(
	    "# bash completion for sipwhy: what `sipwhy --print bash` prints.\n\n"
	    "_sipwhy_words() { mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\"); }\n"
	    "_sipwhy_files() { compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- \"$cur\"); }\n"
	    "_sipwhy_interfaces()\n{\n"
	    "\tlocal i names=any\n"
	    "\tfor i in /sys/class/net/*; do names=\"$names ${i##*/}\"; done\n"
	    "\t_sipwhy_words \"$names\"\n}\n"
	    "_sipwhy_themes()\n{\n"
	    "\tlocal i names=$1\n"
	    "\tcase $cur in */*) _sipwhy_files; return ;; esac\n"
	    "\tfor i in \"${XDG_CONFIG_HOME:-$HOME/.config}\"/sipwhy/themes/*.theme; do\n"
	    "\t\t[ -f \"$i\" ] && i=${i##*/} && names=\"$names ${i%.theme}\"\n"
	    "\tdone\n"
	    "\t_sipwhy_words \"$names\"\n}\n"
	    "# The last word of a filter that is being typed; quotes are the shell's.\n"
	    "_sipwhy_fields()\n{\n"
	    "\tlocal text=${cur#[\\\"\\']} part\n"
	    "\tpart=${text##*[ (]}; part=${part#[-!]}\n"
	    "\tcompopt -o nospace 2>/dev/null\n"
	    "\tmapfile -t COMPREPLY < <(compgen -P \"${text%\"$part\"}\" -S : -W \"$1\" -- \"$part\")\n}\n"
	    "_sipwhy()\n{\n"
	    "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	    "\t# --name=value comes in three words.\n"
	    "\tif [ \"$cur\" = = ]; then cur=\n"
	    "\telif [ \"$prev\" = = ] && [ \"$COMP_CWORD\" -gt 1 ]; then prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	    "\telif [ \"$prev\" = --json ]; then prev=\n"
	    "\tfi\n"
	    "\tcase $prev in\n",
	    out);
	for (size_t i = 0; (r = option_row(i)) != NULL; i++)
		if (option_is_shown(r) && r->arg != NULL)
			shell_bash_row(out, r);
	(void)fputs("\t*) _sipwhy_words \"", out);
	for (size_t i = 0; (r = option_row(i)) != NULL; i++) {
		if (option_is_shown(r) && r->letter != 0)
			(void)fprintf(out, "-%c ", r->letter);
		if (option_is_shown(r))
			(void)fprintf(out, "--%s ", r->name);
	}
	(void)fputs("\" ;;\n\tesac\n}\ncomplete -F _sipwhy sipwhy\n", out);
}

/* zsh and fish: a description stands beside each option. */

static void
shell_quoted(FILE *out, const char *s, const char *escaped)
{
	for (; *s != '\0'; s++) {
		if (*s == '\'') {
			(void)fputs("'\\''", out);
			continue;
		}
		if (strchr(escaped, *s) != NULL)
			(void)fputc('\\', out);
		(void)fputc(*s, out);
	}
}

/* ":IFACE:_sipwhy_interfaces" */
static void
shell_zsh_arg(FILE *out, const struct option_row *r)
{
	const char *arg = r->arg[0] == '=' ? r->arg + 1 : r->arg;

	(void)fputs(r->arg[0] == '=' ? "::" : ":", out);
	shell_quoted(out, arg, ":[]");
	switch (r->complete) {
	case COMPLETE_NONE:
		(void)fputs(": ", out);
		break;
	case COMPLETE_FILE:
		(void)fputs(":_files", out);
		break;
	case COMPLETE_INTERFACE:
		(void)fputs(":_sipwhy_interfaces", out);
		break;
	case COMPLETE_THEME:
		(void)fputs(":_sipwhy_themes", out);
		break;
	case COMPLETE_FIELD:
		(void)fputs(":_sipwhy_fields", out);
		break;
	case COMPLETE_CHOICE:
	case COMPLETE_CODE:
	case COMPLETE_HOWTO:
		(void)fputs(":(", out);
		shell_offer(out, r);
		(void)fputc(')', out);
		break;
	}
}

static void
shell_zsh_row(FILE *out, const struct option_row *r)
{
	const char *equals = r->arg == NULL ? "" : r->arg[0] == '=' ? "=-" : "=";

	(void)fputs("\t\t", out);
	if (r->many)
		(void)fputs("'*'", out);
	else if (r->letter != 0)
		(void)fprintf(out, "'(-%c --%s)'", r->letter, r->name);
	if (r->letter != 0)
		(void)fprintf(out, "{-%c%s,--%s%s}'[", r->letter, shell_takes(r) ? "+" : "", r->name, equals);
	else
		(void)fprintf(out, "--%s%s'[", r->name, equals);
	shell_quoted(out, r->help, "[]:");
	(void)fputc(']', out);
	if (r->arg != NULL)
		shell_zsh_arg(out, r);
	(void)fputs("' \\\n", out);
}

/* "'peer:the other side\\: name'" on a line of its own. */
static void
shell_zsh_fields(FILE *out)
{
	size_t n;
	const struct filter_field *f = filter_fields(&n);

	for (size_t i = 0; i < n; i++) {
		(void)fprintf(out, "\t\t'%s:", f[i].name);
		shell_quoted(out, f[i].help, ":");
		(void)fputs("'\n", out);
	}
}

void
options_zsh(FILE *out)
{
	const struct option_row *r;

	(void)fputs("#compdef sipwhy\n# zsh completion for sipwhy: what `sipwhy --print zsh` prints.\n\n"
		    "_sipwhy_themes()\n{\n"
		    "\tlocal -a own\n"
		    "\town=(${XDG_CONFIG_HOME:-$HOME/.config}/sipwhy/themes/*.theme(N:t:r))\n"
		    "\t_alternative \"themes:theme:($own ",
	    out);
	shell_themes(out);
	(void)fputs(")\" 'files:file:_files'\n}\n\n"
		    "_sipwhy_interfaces()\n{\n"
		    "\tlocal -a names\n"
		    "\tnames=(any /sys/class/net/*(N:t))\n"
		    "\tcompset -P '*,'\n"
		    "\tcompadd -qS , -a names\n}\n\n"
		    "_sipwhy_fields()\n{\n"
		    "\tlocal -a fields\n"
		    "\tfields=(\n",
	    out);
	shell_zsh_fields(out);
	(void)fputs("\t)\n"
		    "\tcompset -P '*[ (]'; compset -P '[-!]'\n"
		    "\t_describe -t fields field fields -qS :\n}\n\n"
		    "_sipwhy()\n{\n\t_arguments -s -S \\\n",
	    out);
	for (size_t i = 0; (r = option_row(i)) != NULL; i++)
		if (option_is_shown(r))
			shell_zsh_row(out, r);
	(void)fputs("\t\t'*:MATCH or filter: '\n}\n\n_sipwhy \"$@\"\n", out);
}

static void
shell_fish_offer(FILE *out, const struct option_row *r)
{
	switch (r->complete) {
	case COMPLETE_NONE:
		(void)fputs(" -x", out);
		break;
	case COMPLETE_FILE:
		(void)fputs(" -r -F", out);
		break;
	case COMPLETE_INTERFACE:
		(void)fputs(" -x -a 'any (path basename /sys/class/net/*)'", out);
		break;
	case COMPLETE_FIELD:
		(void)fputs(" -x -a '(__sipwhy_fields)'", out);
		break;
	case COMPLETE_THEME:
	case COMPLETE_CHOICE:
	case COMPLETE_CODE:
	case COMPLETE_HOWTO:
		(void)fprintf(out, " %s -a '",
		    r->complete == COMPLETE_THEME ? "-r -F"
			: r->arg[0] == '='        ? "-f"
						  : "-x");
		shell_offer(out, r);
		(void)fputs(r->complete == COMPLETE_THEME ? " (__sipwhy_themes)'" : "'", out);
		break;
	}
}

/* 'peer:' and what it is, behind what is typed already. */
static void
shell_fish_fields(FILE *out)
{
	size_t n;
	const struct filter_field *f = filter_fields(&n);

	(void)fputs("function __sipwhy_fields\n"
		    "\tset -l typed (commandline -ct | string replace -r '^(--filter=)?[\"\\']?' '')\n"
		    "\tset -l head (string match -r '^(?:.*[ (])?[-!]?' -- \"$typed\" | string replace -a % %%)\n"
		    "\tprintf \"$head%s:\\t%s\\n\"",
	    out);
	for (size_t i = 0; i < n; i++) {
		(void)fprintf(out, " %s '", f[i].name);
		for (const char *s = f[i].help; *s != '\0'; s++)
			(void)fprintf(out, "%s%c", *s == '\'' || *s == '\\' ? "\\" : "", *s);
		(void)fputc('\'', out);
	}
	(void)fputs("\nend\n", out);
}

void
options_fish(FILE *out)
{
	const struct option_row *r;

	(void)fputs("# fish completion for sipwhy: what `sipwhy --print fish` prints.\n\n"
		    "function __sipwhy_themes\n"
		    "\tset -l home $XDG_CONFIG_HOME\n"
		    "\ttest -n \"$home\"; or set home ~/.config\n"
		    "\tset -l own $home/sipwhy/themes/*.theme\n"
		    "\tstring replace -r '.*/(.*)\\.theme$' '$1' -- $own\n"
		    "end\n",
	    out);
	shell_fish_fields(out);
	(void)fputs("\ncomplete -c sipwhy -f\n", out);
	for (size_t i = 0; (r = option_row(i)) != NULL; i++) {
		if (!option_is_shown(r))
			continue;
		(void)fputs("complete -c sipwhy", out);
		if (r->letter != 0)
			(void)fprintf(out, " -s %c", r->letter);
		(void)fprintf(out, " -l %s", r->name);
		if (r->arg != NULL)
			shell_fish_offer(out, r);
		(void)fputs(" -d '", out);
		for (const char *s = r->help; *s != '\0'; s++)
			(void)fprintf(out, "%s%c", *s == '\'' || *s == '\\' ? "\\" : "", *s);
		(void)fputs("'\n", out);
	}
}
