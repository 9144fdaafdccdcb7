/*
 * save - files that the user asked for; see save.h.
 * One thing to know: the console writes them after it dropped its rights, so a file belongs to who started sipwhy
 * (by sudo: to who called it), and can be made only where that user may.  Started by root itself it is nobody, and has
 * them made by the supervisor (saver.h).
 */
#include "app/save.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "app/saver.h"
#include "sipwhy/hash.h"
#include "sipwhy/mem.h"
#include "sipwhy/sink.h"
#include "sipwhy/timefmt.h"

static const char *const save_endings[] = {
	[VIEW_SAVE_TEXT] = "txt",
	[VIEW_SAVE_PCAP] = "pcap",
	[VIEW_SAVE_JSON] = "json",
	[VIEW_SAVE_CSV] = "csv",
	[VIEW_SAVE_EVIDENCE] = "txt",
};

enum view_save
save_form(const char *path, enum view_save other)
{
	const char *dot = strrchr(path, '.');

	if (dot == NULL || strchr(dot, '/') != NULL)
		return other;
	if (strcmp(dot, ".jsonl") == 0 || strcmp(dot, ".ndjson") == 0)
		return VIEW_SAVE_JSON;
	for (int i = 0; i < VIEW_SAVE_EVIDENCE; i++)
		if (strcmp(dot + 1, save_endings[i]) == 0)
			return (enum view_save)i;
	return other;
}

/* The failure at `index` of those that are meant, oldest first; NULL behind the last or when it is no longer kept. */
static const struct event *
save_event(const struct save_cfg *cfg, size_t index, size_t n)
{
	const struct view_request *r = cfg->request;
	const struct event *e, *first, *last;

	if (r->n_ids > 0) {
		e = store_event_at(cfg->store, store_event_index(cfg->store, r->ids[index]));
		return e != NULL && e->id == r->ids[index] ? e : NULL;
	}
	first = viewer_shown_at(cfg->viewer, 0);
	last = viewer_shown_at(cfg->viewer, n - 1);
	if (first == NULL || last == NULL)
		return NULL;
	return viewer_shown_at(cfg->viewer, first->id > last->id ? n - 1 - index : index);
}

static size_t
save_count(const struct save_cfg *cfg)
{
	return cfg->request->n_ids > 0 ? cfg->request->n_ids : viewer_shown(cfg->viewer);
}

static int
save_one(struct buf *out, const struct sink_evidence *x, enum view_save form, size_t *packets)
{
	switch (form) {
	case VIEW_SAVE_PCAP:
		return sink_evidence_pcap(out, x, packets);
	case VIEW_SAVE_JSON:
		return sink_evidence_json(out, x);
	case VIEW_SAVE_CSV:
		return sink_evidence_csv(out, x);
	default:
		return sink_evidence_text(out, x);
	}
}

static int
save_all(struct buf *out, const struct save_cfg *cfg, enum view_save form, struct callmsg *room, size_t *saved)
{
	size_t total = save_count(cfg), packets = 0;
	int err = 0;

	*saved = 0;
	if (form == VIEW_SAVE_PCAP)
		err = sink_evidence_pcap_head(out);
	else if (form == VIEW_SAVE_CSV)
		err = sink_evidence_csv_head(out);
	for (size_t i = 0; err == 0 && i < total; i++) {
		struct sink_evidence x = { .messages = room, .redact = cfg->redact, .seed = cfg->seed };

		x.event = save_event(cfg, i, total);
		if (x.event == NULL)
			continue;
		x.n = store_messages(cfg->store, x.event->id, room, CALLMSG_MAX);
		x.n = x.n < CALLMSG_MAX ? x.n : CALLMSG_MAX;
		err = save_one(out, &x, form, &packets);
		++*saved;
	}
	if (form == VIEW_SAVE_PCAP && packets == 0)
		*saved = 0;
	return err;
}

int
save_make(struct buf *out, const struct save_cfg *cfg, enum view_save form, size_t *n, struct errmsg *em)
{
	struct callmsg *room = mem_alloc(CALLMSG_MAX * sizeof *room);
	int err = room != NULL ? save_all(out, cfg, form, room, n) : -ENOMEM;

	mem_free(room);
	if (err != 0)
		return errmsg_set(em, -ENOMEM, "not saved: more than %d MiB or memory is short; narrow the filter",
		    SAVE_MAX / 1024 / 1024);
	if (*n == 0)
		return errmsg_set(em, -ENOENT,
		    form == VIEW_SAVE_PCAP ? "not saved: no message is kept of it"
					   : "nothing to save: no failure is shown");
	return 0;
}

char *
save_name(char *out, size_t cap, const struct save_cfg *cfg, enum view_save form)
{
	size_t n = save_count(cfg);
	const struct event *e = n > 0 ? save_event(cfg, 0, n) : NULL;
	struct slice call = e != NULL ? e->call_id : (struct slice){ NULL, 0 };
	time_t t = (time_t)(cfg->now_ns / NS_PER_S);
	char date[32] = "";
	struct tm tm;

	if (localtime_r(&t, &tm) == NULL || strftime(date, sizeof date, "%Y%m%d-%H%M%S", &tm) == 0)
		(void)snprintf(date, sizeof date, "%" PRId64, (int64_t)t);
	(void)snprintf(out, cap, "sipwhy-%s-%08" PRIx32 ".%s", date,
	    (uint32_t)hash64(call.n > 0 ? call.p : "", call.n, cfg->seed), save_endings[form]);
	return out;
}

static int
save_bytes(int fd, struct slice content)
{
	while (content.n > 0) {
		ssize_t w = write(fd, content.p, content.n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return w < 0 ? -errno : -EIO;
		content.p += w;
		content.n -= (size_t)w;
	}
	return fsync(fd) != 0 && errno != EINVAL && errno != EROFS ? -errno : 0;
}

/* Only what we made: somebody may have put another file there. */
static void
save_remove(const char *path, const struct stat *ours)
{
	struct stat now;

	if (lstat(path, &now) == 0 && now.st_dev == ours->st_dev && now.st_ino == ours->st_ino)
		(void)unlink(path);
}

static int
save_refused(const char *path, int err, struct errmsg *em)
{
	if (err == -EEXIST)
		return errmsg_set(em, err, "%s exists already: name a new file", path);
	if (err == -EACCES)
		return errmsg_set(em, err, "can't create %s: user %u may not write there: name a file elsewhere", path,
		    (unsigned)getuid());
	return errmsg_set(em, err, "can't create %s: %s", path, strerror(-err));
}

int
save_write(const char *path, struct slice content, struct errmsg *em)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600), err;
	struct stat st;

	if (fd < 0)
		return save_refused(path, -errno, em);
	if (fstat(fd, &st) != 0) {
		err = -errno;
		(void)close(fd);
		return errmsg_set(em, err, "can't write %s: %s", path, strerror(-err));
	}
	err = save_bytes(fd, content);
	if (close(fd) != 0 && err == 0)
		err = -errno;
	if (err == 0)
		return 0;
	save_remove(path, &st);
	return errmsg_set(em, err, "not saved: %s: %s; nothing of it was left", path, strerror(-err));
}

/* Would it do with an ending? */
static bool
save_plain(const char *name)
{
	char ended[SAVER_NAME];

	return (size_t)snprintf(ended, sizeof ended, "%s.txt", name) < sizeof ended && saver_name_ok(slice_str(ended));
}

/* What the supervisor answered, for who started sipwhy. */
static int
save_not_made(const char *name, int err, struct errmsg *em)
{
	switch (err) {
	case -EEXIST:
		return save_refused(name, err, em);
	case -EACCES:
		return errmsg_set(em, err, "not saved: this folder is not root's; start sipwhy in one that is");
	case -EPERM:
		return errmsg_set(em, err, "not saved: this folder is for settings; start sipwhy in another");
	case -EADDRNOTAVAIL:
		return errmsg_set(em, err, "not saved: in this folder names begin with sipwhy: sipwhy-%.40s?", name);
	case -EDQUOT:
		return errmsg_set(em, err, "not saved: a run saves %d MiB, no more; start another", SAVER_RUN_MIB);
	case -EBUSY:
		return errmsg_set(em, err, "not saved: %d files a minute, no more; wait a little", SAVER_A_MINUTE);
	case -EPIPE:
		return errmsg_set(em, err, "not saved: the process that writes files is gone");
	case -ETIMEDOUT:
		return errmsg_set(em, err, "no word yet whether %s could be written: look for it", name);
	default:
		return errmsg_set(em, err, "not saved: %s: %s; nothing of it was left", name, strerror(-err));
	}
}

int
save_hand(int saver, const char *name, struct slice content, struct errmsg *em)
{
	int err;

	if (strchr(name, '/') != NULL)
		return errmsg_set(em, -EINVAL,
		    "started by root, files go to the folder where sipwhy was started: give a name without a /");
	if (!saver_name_ok(slice_str(name)))
		return errmsg_set(em, -EINVAL,
		    "a name is of A-Z a-z 0-9 . _ - and ends in .txt .pcap .json .jsonl or .csv: call it %.40s.txt?",
		    save_plain(name) ? name : "calls");
	err = saver_ask(saver, name, content);
	return err == 0 ? 0 : save_not_made(name, err, em);
}

static int
save_put(const struct save_cfg *cfg, const char *path, struct slice content, struct errmsg *em)
{
	return cfg->saver >= 0 ? save_hand(cfg->saver, path, content, em) : save_write(path, content, em);
}

int
save_request(const struct save_cfg *cfg, struct buf *content, char *said, size_t cap)
{
	const struct view_request *r = cfg->request;
	bool given = r->path != NULL && r->path[0] != '\0';
	enum view_save form = given ? save_form(r->path, r->save) : r->save;
	char name[SAVE_NAME];
	struct errmsg em = { "" };
	size_t n = 0;
	int err = save_make(content, cfg, form, &n, &em);

	if (err == 0)
		err = save_put(cfg, given ? r->path : save_name(name, sizeof name, cfg, form), buf_slice(content), &em);
	if (err != 0)
		(void)snprintf(said, cap, "%s", em.text);
	else
		(void)snprintf(said, cap, "saved %zu failure%s, %zu bytes: %s%s", n, n == 1 ? "" : "s", content->len,
		    given ? r->path : name, cfg->redact ? " (users hashed)" : "");
	return err;
}
