/*
 * prompt - the line of / : and T with its completion and history; see view_int.h.
 * One thing to know: a filter narrows while it is typed; while its last term makes no sense, what stands before that is
 * in force, else the last good one.
 */
#include <stdio.h>
#include <string.h>

#include "prompt_int.h"
#include "sipwhy/mem.h"

enum { PROMPT_HISTORY = 200 };

static struct prompt *
prompt_new(const struct viewer *v)
{
	struct prompt *p = mem_zalloc(sizeof *p);

	if (p == NULL)
		return NULL;
	p->filters = edit_ring_new(PROMPT_HISTORY);
	p->commands = edit_ring_new(PROMPT_HISTORY);
	for (size_t i = 0; i < v->cfg->n_history; i++) {
		struct slice line = slice_str(v->cfg->history[i]);
		struct edit_ring *ring = line.n > 1 && line.p[0] == ':' ? p->commands : p->filters;

		if (line.n > 1 && ring != NULL)
			(void)edit_ring_add(ring, (struct slice){ line.p + 1, line.n - 1 });
	}
	return p;
}

void
prompt_open(struct viewer *v, enum prompt_kind kind, const char *text)
{
	struct prompt *p;

	if (v->prompt == NULL)
		v->prompt = prompt_new(v);
	if (v->prompt == NULL) {
		viewer_say(v, "memory is short");
		return;
	}
	p = v->prompt;
	p->kind = kind;
	p->open = true;
	p->wrong = false;
	p->cycling = false;
	memset(&p->edit, 0, sizeof p->edit);
	edit_set(&p->edit, slice_str(text));
	/* One more word, most often. */
	if (kind == PROMPT_FILTER && p->edit.n > 0)
		edit_insert(&p->edit, slice_str(" "));
	(void)snprintf(p->before, sizeof p->before, "%s", kind == PROMPT_SEARCH ? v->search : v->filter_text);
}

bool
prompt_active(const struct viewer *v)
{
	return v->prompt != NULL && v->prompt->open;
}

void
prompt_free(struct viewer *v)
{
	if (v->prompt == NULL)
		return;
	edit_ring_free(v->prompt->filters);
	edit_ring_free(v->prompt->commands);
	sift_groups_free(v->prompt->seen);
	mem_free(v->prompt);
	v->prompt = NULL;
}

static struct edit_ring *
prompt_ring(struct prompt *p)
{
	if (p->kind == PROMPT_GOTO)
		return NULL;
	return p->kind == PROMPT_COMMAND ? p->commands : p->filters;
}

/* "503 peer:" on its way to be "503 peer:carrier-a" means 503, never the text "peer" that it was a key ago. */
static void
prompt_without_last(struct viewer *v, char *line)
{
	char *blank = strrchr(line, ' ');
	struct errmsg em;

	if (blank == NULL)
		line[0] = '\0';
	else
		*blank = '\0';
	if (strcmp(line, v->filter_text) != 0)
		(void)lens_filter(v, line, &em, NULL);
}

/* The line counts from now on. */
static void
prompt_changed(struct viewer *v, struct prompt *p)
{
	struct slice text = slice_trim(edit_slice(&p->edit));
	char line[EDIT_TEXT];

	p->cycling = false;
	p->wrong = false;
	if (p->kind == PROMPT_SEARCH)
		(void)slice_copy(v->search, sizeof v->search, edit_slice(&p->edit));
	if (p->kind != PROMPT_FILTER)
		return;
	(void)slice_copy(line, sizeof line, text);
	if (strcmp(line, v->filter_text) == 0)
		return;
	if (lens_filter(v, line, &p->em, &p->at) == 0)
		return;
	p->wrong = true;
	prompt_without_last(v, line);
	p->at += (size_t)(text.p - p->edit.text);
}

static void
prompt_remember(struct prompt *p, struct slice line)
{
	struct edit_ring *ring = prompt_ring(p);

	if (line.n == 0 || ring == NULL)
		return;
	(void)edit_ring_add(ring, line);
	(void)snprintf(p->line, sizeof p->line, "%c%.*s", p->kind == PROMPT_COMMAND ? ':' : '/', (int)line.n, line.p);
	p->has_line = true;
}

static void
prompt_close(struct viewer *v, struct prompt *p)
{
	(void)v;
	p->open = false;
	sift_groups_free(p->seen);
	p->seen = NULL;
	p->field = NULL;
}

static enum command
prompt_goto(struct viewer *v, struct prompt *p)
{
	int64_t t_ns;

	if (!command_moment(v, slice_trim(edit_slice(&p->edit)), &t_ns)) {
		p->wrong = true;
		p->at = 0;
		(void)snprintf(p->em.text, sizeof p->em.text, "a time is 14:05, 14:05:30, -10m or now");
		return COMMAND_NONE;
	}
	prompt_close(v, p);
	v->request.t_ns = t_ns;
	return COMMAND_LOOK;
}

static enum command
prompt_enter(struct viewer *v, struct prompt *p)
{
	struct slice line = slice_trim(edit_slice(&p->edit));

	if (p->kind == PROMPT_GOTO)
		return prompt_goto(v, p);
	if (p->wrong)
		return COMMAND_NONE;
	prompt_remember(p, line);
	prompt_close(v, p);
	return p->kind == PROMPT_COMMAND ? viewer_command(v, line) : COMMAND_NONE;
}

static void
prompt_escape(struct viewer *v, struct prompt *p)
{
	struct errmsg em;

	if (p->kind == PROMPT_FILTER && strcmp(p->before, v->filter_text) != 0)
		(void)lens_filter(v, p->before, &em, NULL);
	if (p->kind == PROMPT_SEARCH)
		(void)snprintf(v->search, sizeof v->search, "%s", p->before);
	prompt_close(v, p);
}

enum command
prompt_key(struct viewer *v, uint32_t key)
{
	struct prompt *p = v->prompt;

	switch (key) {
	case UI_CTRL('c'):
		return COMMAND_QUIT;
	case UI_CTRL('l'):
		return COMMAND_REPAINT;
	case UI_KEY_ESC:
		prompt_escape(v, p);
		return COMMAND_NONE;
	case UI_KEY_ENTER:
	case '\n':
		return prompt_enter(v, p);
	case UI_KEY_TAB:
	case UI_KEY_STAB:
		if (prompt_complete(v, p, key == UI_KEY_TAB)) {
			bool cycling = p->cycling;

			prompt_changed(v, p);
			p->cycling = cycling;
		}
		return COMMAND_NONE;
	case UI_KEY_BACKSPACE:
	case UI_CTRL('h'):
		/* One more in an empty line leaves it, as in vi and less. */
		if (p->edit.n == 0) {
			prompt_escape(v, p);
			return COMMAND_NONE;
		}
		break;
	default:
		break;
	}
	if (edit_key(&p->edit, key, prompt_ring(p)) == EDIT_CHANGED)
		prompt_changed(v, p);
	return COMMAND_NONE;
}

const char *
viewer_history_line(struct viewer *v)
{
	if (v->prompt == NULL || !v->prompt->has_line)
		return NULL;
	v->prompt->has_line = false;
	return v->prompt->line;
}
