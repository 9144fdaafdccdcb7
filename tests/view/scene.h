/*
 * scene - made-up states of the store for the view tests, and golden screens compared with what is drawn.
 */
#ifndef SCENE_H
#define SCENE_H

#include "sipwhy/store.h"
#include "sipwhy/term.h"
#include "sipwhy/view.h"

/* 2026-11-22T14:32:07Z: the moment at which all scenes end. */
#define SCENE_NOW (INT64_C(1795357927) * INT64_C(1000000000))

/* The size that most tests look at. */
enum { SCENE_ROWS = 24, SCENE_COLS = 80 };

struct scene {
	struct store *store;
	struct viewer *viewer;
	struct canvas *canvas;
	struct theme theme;
	uint64_t next_id, next_incident;
};

/* UTC and UTF-8, in which goldens are written; false where there is no such locale. */
bool scene_ready(void);

/* A viewer on an empty store. */
void scene_open(struct scene *s);
void scene_close(struct scene *s);
/* Another store, empty, and a viewer on it. */
void scene_store(struct scene *s, const struct store_cfg *cfg);
/* Another viewer on the same store, with these settings. */
void scene_configure(struct scene *s, const struct view_cfg *cfg);

/* Any record, as it would come from an engine. */
void scene_apply(struct scene *s, const struct record *r);
/* An engine that began so many seconds ago; ten minutes. */
void scene_began(struct scene *s, bool live, int64_t ago_s);
void scene_hello(struct scene *s, bool live);
void scene_source(struct scene *s, const char *name, const char *state, const char *sentence);
/* One tick: n responses of `code` to INVITE at t_ns; more are counted as failures of the peer when events > 0. */
void scene_responses(struct scene *s, int64_t t_ns, unsigned code, uint64_t n, uint64_t events, const char *peer);
/* The source's figures. */
void scene_frames(struct scene *s, const char *name, const char *state, uint64_t frames, uint64_t sip, uint64_t lost,
    uint64_t done, uint64_t total);
/* The figures of a source as they are; and a source's word. */
void scene_stat(struct scene *s, const struct source_stat *stat);
void scene_word(struct scene *s, const char *name, const char *kind, const char *state, const char *sentence);
/* A log of 1,204,551 lines with a bit of everything; kind "file", "follow" or "syslog". */
struct source_stat scene_log(const char *name, const char *kind, const char *state);
/* One notice; kind picks one of a few (any number). */
void scene_notice(struct scene *s, int64_t t_ns, unsigned kind);
/* An event of a log: stamp, no ends, no transport. */
struct event scene_logged(int64_t t_ns, unsigned code, const char *phrase, const char *stamp);
/* One event; kind picks one of a few failures (any number). */
void scene_event(struct scene *s, int64_t t_ns, unsigned kind);
/* One event as it is told, but for its id; members that may be absent must be set so. */
void scene_put(struct scene *s, const struct event *e);
/* An event with nothing known but these; for scene_put. */
struct event scene_failure(int64_t t_ns, unsigned code, const char *phrase, const char *peer);
/* One failure of a peer with that code, age_s before the end of the scene. */
void scene_code(struct scene *s, unsigned code, const char *peer, int age_s);
/* One incident: began ago_s before the end of the scene; count signs. */
void scene_incident(struct scene *s, unsigned pattern, enum incident_level level, int64_t ago_s, const char *peer,
    const char *what, const char *sentence);
/* A call that went well, of wholesale-c, so many seconds ago. */
void scene_good(struct scene *s, uint64_t id, int64_t ago_s);
/* KPI counts of a peer, in a tick. */
void scene_kpi(struct scene *s, const struct kpi_counts *kpi, const char *peer, enum peer_role role);
/* Figures of one peer and of all: bids, of these answered and delivered, and seconds of post-dial delay. */
void scene_calls(struct scene *s, const char *peer, enum peer_role role, int64_t bids, int64_t answered,
    int64_t delivered, unsigned pdd_s);
/* Registrations of a peer, of these refused. */
void scene_registers(struct scene *s, const char *peer, enum peer_role role, int64_t n, int64_t refused);
/* What a day of trouble looks like: three incidents that go on, one that ended, figures of five peers, silence, an
 * event that recovered, one in a call, one seen seven times. */
void scene_trouble(struct scene *s);
/* Ten minutes of a PBX whose trunk fails: all of the above. */
void scene_busy(struct scene *s);
/* Opened with it, and drawn once. */
void scene_open_busy(struct scene *s);

/* Keys as text: "j", "G"; commands about groups are carried out.  Returns the last command. */
enum command scene_keys(struct scene *s, const char *keys);

/* The failure under the cursor of the overview. */
uint64_t scene_cursor(const struct scene *s);

/* The screen as text at this size; free with free(3). */
char *scene_draw(struct scene *s, int rows, int cols, bool ascii);
/* Does the screen of 80x24 show this text somewhere; in that row? */
bool scene_shows(struct scene *s, const char *text);
bool scene_row_shows(struct scene *s, int row, const char *text);
/* Fails, printing the screen, unless it does; and unless it does not. */
void scene_must_show(struct scene *s, const char *text);
void scene_must_not_show(struct scene *s, const char *text);
/* Fails, printing both screens, unless the screen equals tests/view/golden/NAME-COLSxROWS-utf8|ascii.txt. */
void scene_check(struct scene *s, const char *name, int rows, int cols, bool ascii);
/* The same at all sizes and in both glyph sets. */
void scene_check_all(struct scene *s, const char *name);

#endif
