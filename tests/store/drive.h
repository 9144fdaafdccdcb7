/* drive - a store and the records that move it, for the tests of store. */
#ifndef TESTS_STORE_DRIVE_H
#define TESTS_STORE_DRIVE_H

/* After cmocka.h. */
#include "record/sample.h"
#include "sipwhy/store.h"

static inline struct store *
drive_store(size_t events, size_t bytes)
{
	struct store_cfg cfg = { .events = events, .bytes = bytes, .seed = 1 };
	struct store *s = store_new(&cfg);

	assert_non_null(s);
	return s;
}

static inline void
drive(struct store *s, const struct record *r)
{
	assert_int_equal(store_apply(s, r), 0);
}

static inline void
drive_event(struct store *s, uint64_t id)
{
	struct record r = sample_event_record(id);

	drive(s, &r);
}

static inline void
drive_hello(struct store *s, unsigned engine, bool live)
{
	struct record r = sample_hello(engine, live);

	drive(s, &r);
}

static inline void
drive_source(struct store *s, const struct source_stat *stat)
{
	struct record r = sample_record(RECORD_TICK);

	r.tick = (struct record_tick){
		.sources = stat, .n_sources = 1, .record_drops = stat->kernel_drops, .evictions = stat->kernel_drops
	};
	drive(s, &r);
}

#endif
