/*
 * console_command - what a key asks for that a view cannot do itself; see console_int.h.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "app/clock.h"
#include "app/console_int.h"
#include "app/save.h"
#include "app/supervisor.h"

/* What to set while it runs.  False: the value makes no sense. */
struct console_setting {
	const char *name, *values;
	bool (*set)(struct console *c, struct slice value);
};

/* 1 yes, 0 no, -1 neither. */
static int
command_flag(struct slice v)
{
	static const char *const words[] = { "no", "yes", "off", "on", "false", "true" };

	for (int i = 0; i < 6; i++)
		if (slice_ieq(v, slice_str(words[i])))
			return i % 2;
	return -1;
}

static bool
command_set_mouse(struct console *c, struct slice value)
{
	int on = command_flag(value);

	if (on >= 0)
		term_mouse(c->term, c->mouse = on == 1);
	return on >= 0;
}

static bool
command_set_redact(struct console *c, struct slice value)
{
	int on = command_flag(value);

	if (on >= 0)
		c->cfg.redact = on == 1;
	return on >= 0;
}

static bool
command_set_fast(struct console *c, struct slice value)
{
	int on = command_flag(value);

	if (on >= 0)
		console_pace_init(&c->pace, on == 1 ? 250 : c->o->refresh_ms, uv_now(&c->loop));
	return on >= 0;
}

/* Seconds with up to three places: 0.1 to 60. */
static bool
command_set_refresh(struct console *c, struct slice value)
{
	struct slice whole = slice_cut(&value, '.');
	uint64_t s = 0, part = 0, ms;

	if (whole.n > 0 && slice_u64(whole, 60, &s) != 0)
		return false;
	if (value.n > 3 || (value.n > 0 && slice_u64(value, 999, &part) != 0))
		return false;
	for (size_t i = value.n; i < 3; i++)
		part *= 10;
	ms = s * 1000 + part;
	if (ms < 100 || ms > 60000)
		return false;
	c->refresh_ms = ms;
	console_pace_init(&c->pace, ms, uv_now(&c->loop));
	return true;
}

static bool
command_set_glyphs(struct console *c, struct slice value)
{
	static const struct {
		const char *name;
		enum ui_glyphs glyphs;
	} sets[] = { { "auto", GLYPHS_AUTO }, { "ascii", GLYPHS_ASCII }, { "cp437", GLYPHS_CP437 },
		{ "utf8", GLYPHS_UTF8 } };

	for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++)
		if (slice_ieq(value, slice_str(sets[i].name))) {
			canvas_set_glyphs(c->canvas, term_glyphs(sets[i].glyphs));
			return true;
		}
	return false;
}

static bool
command_set_bell(struct console *c, struct slice value)
{
	bool crit = slice_ieq(value, slice_str("crit"));

	if (!crit && !slice_ieq(value, slice_str("never")))
		return false;
	c->bell = crit;
	return true;
}

static const struct console_setting command_settings[] = {
	{ "mouse", "on or off", command_set_mouse },
	{ "fast", "on or off", command_set_fast },
	{ "refresh", "seconds from 0.1 to 60", command_set_refresh },
	{ "glyphs", "auto, ascii, cp437 or utf8", command_set_glyphs },
	{ "bell", "never or crit", command_set_bell },
	{ "confirm-quit", "auto, always or never", console_set_quit },
	{ "redact", "yes or no", command_set_redact },
};

static void
command_theme(struct console *c, const char *name)
{
	struct errmsg em = { "" };
	char text[64];

	if (name == NULL || name[0] == '\0' || console_theme(c, name, &em) != 0) {
		viewer_say(c->viewer, em.text[0] != '\0' ? em.text : "which theme?");
		return;
	}
	(void)snprintf(text, sizeof text, "theme %s", c->theme.name);
	viewer_say(c->viewer, text);
}

/* Cleaned by the canvas that shows it. */
static void
command_set(struct console *c, const char *name, struct slice value)
{
	char text[160];

	if (name != NULL && strcmp(name, "theme") == 0) {
		(void)slice_copy(text, sizeof text, slice_trim(value));
		command_theme(c, text);
		return;
	}
	/* The console has no rights to write the user's files. */
	if (name != NULL && strcmp(name, "columns") == 0) {
		(void)snprintf(text, sizeof text, "for this run; to keep it, under [columns]: %.*s",
		    (int)(value.n < 110 ? value.n : 110), value.p);
		viewer_say(c->viewer, text);
		return;
	}
	for (size_t i = 0; i < sizeof command_settings / sizeof command_settings[0]; i++) {
		const struct console_setting *s = &command_settings[i];

		if (name == NULL || strcmp(s->name, name) != 0)
			continue;
		if (s->set(c, slice_trim(value)))
			(void)snprintf(
			    text, sizeof text, "%s: %.*s", s->name, (int)(value.n < 40 ? value.n : 40), value.p);
		else
			(void)snprintf(text, sizeof text, "%s: use %s", s->name, s->values);
		viewer_say(c->viewer, text);
		return;
	}
	(void)snprintf(text, sizeof text,
	    "%.40s can't be changed while it runs: F8 shows what can",
	    name != NULL ? name : "that");
	viewer_say(c->viewer, text);
}

static void
command_copy(struct console *c, struct slice body)
{
	char text[96];

	switch (term_copy(c->term, body)) {
	case 0:
		(void)snprintf(text, sizeof text, "copied %zu bytes (OSC 52), if the terminal allows it", body.n);
		break;
	case -EMSGSIZE:
		(void)snprintf(text, sizeof text, "not copied: %zu bytes are more than terminals take (%d)", body.n,
		    TERM_COPY_MAX);
		break;
	case -ENOMEM:
		(void)snprintf(text, sizeof text, "not copied: out of memory");
		break;
	default:
		(void)snprintf(text, sizeof text, "not copied: the terminal takes nothing now");
		break;
	}
	viewer_say(c->viewer, text);
}

/* Evidence goes to the clipboard as well, since nobody knows whether the terminal takes it. */
static void
command_save(struct console *c)
{
	struct save_cfg cfg = { .store = c->store,
		.viewer = c->viewer,
		.request = viewer_request(c->viewer),
		.redact = c->cfg.redact,
		.seed = c->seed,
		.now_ns = clock_wall_ns(),
		.saver = c->saver_fd };
	bool evidence = cfg.request->save == VIEW_SAVE_EVIDENCE, copied;
	struct buf content;
	char said[320];

	buf_init(&content, SAVE_MAX);
	(void)save_request(&cfg, &content, said, sizeof said);
	copied = evidence && content.len > 0 && buf_ok(&content) && term_copy(c->term, buf_slice(&content)) == 0;
	if (copied)
		(void)snprintf(said + strlen(said), sizeof said - strlen(said), "; copied (OSC 52)");
	viewer_say(c->viewer, said);
	buf_fini(&content);
}

/*
 * The supervisor sees us stop and stops with us, so that the shell notices.  Whoever leads the session has no shell
 * above that could say "go on": stopping would be for ever.
 */
void
console_suspend(struct console *c)
{
	if (getpgrp() == getsid(0)) {
		viewer_say(c->viewer, "no shell to go back to");
		return;
	}
	term_suspend(c->term);
	(void)raise(SIGSTOP);
	term_resume(c->term);
	c->resized = true;
}

/* The way back of the stream carries nothing but these wishes; the supervisor hears them while it has no engine. */
static void
command_wish(struct console *c, char wish, const char *said)
{
	bool sent = send(c->in_fd, &wish, 1, MSG_DONTWAIT | MSG_NOSIGNAL) == 1;

	viewer_say(c->viewer, sent ? said : "not done: the supervisor does not listen");
}

void
console_command(struct console *c, enum command command)
{
	const struct view_request *r = viewer_request(c->viewer);

	switch (command) {
	case COMMAND_NONE:
		break;
	case COMMAND_QUIT:
		console_leave(c);
		break;
	case COMMAND_PAUSE:
		if (store_freeze(c->store, !store_frozen(c->store)) != 0)
			viewer_say(c->viewer, "not paused: out of memory");
		break;
	case COMMAND_REPAINT:
		term_repaint(c->term);
		break;
	case COMMAND_SUSPEND:
		console_suspend(c);
		break;
	case COMMAND_GROUP_ACK:
		store_group_ack(c->store, r->id);
		break;
	case COMMAND_GROUP_MUTE:
		store_group_mute(c->store, r->id, true);
		break;
	case COMMAND_GROUP_UNMUTE:
		store_group_mute(c->store, r->id, false);
		break;
	case COMMAND_GROUPS_MUTE:
		for (size_t i = 0; i < r->n_ids; i++)
			store_group_mute_until(c->store, r->ids[i], r->t_ns);
		break;
	case COMMAND_INCIDENT_ACK:
		store_incident_dismiss(c->store, r->id);
		break;
	case COMMAND_INCIDENT_MUTE:
		store_incident_mute(c->store, r->id, r->t_ns);
		break;
	case COMMAND_LOOK:
		store_look(c->store, r->t_ns);
		break;
	case COMMAND_RETRY:
		command_wish(c, SUPERVISOR_AGAIN, "trying again; this page stays when it is refused again");
		break;
	case COMMAND_DEMO:
		command_wish(c, SUPERVISOR_DEMO, "made-up calls from here on; nothing of this machine is read");
		break;
	case COMMAND_COPY:
		command_copy(c, r->body);
		break;
	case COMMAND_THEME:
		command_theme(c, r->text);
		break;
	case COMMAND_SET:
		command_set(c, r->text, r->body);
		break;
	case COMMAND_SAVE:
		command_save(c);
		break;
	case COMMAND_N:
		break;
	}
}
