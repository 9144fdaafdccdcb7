/* outlet: messages are the first to give way, and none comes of an event that was folded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "app/outlet.h"
#include "record/sample.h"
#include "sipwhy/mem.h"

struct drain {
	uv_loop_t loop;
	int fd[2];
	struct outlet *o;
};

static void
drain_open(struct drain *d, unsigned rate)
{
	assert_int_equal(uv_loop_init(&d->loop), 0);
	assert_int_equal(pipe(d->fd), 0);
	d->o = outlet_new(&d->loop, d->fd[1], "h", rate);
	assert_non_null(d->o);
}

static void
drain_close(struct drain *d)
{
	outlet_close(d->o);
	(void)uv_run(&d->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&d->loop), 0);
	(void)close(d->fd[0]);
	(void)close(d->fd[1]);
}

/* How many lines of a type came out. */
static unsigned
drain_count(struct drain *d, const char *type)
{
	static char text[65536];
	unsigned count = 0;
	ssize_t n;

	outlet_flush(d->o);
	n = read(d->fd[0], text, sizeof text - 1);
	assert_true(n >= 0);
	text[n] = '\0';
	for (const char *at = text; (at = strstr(at, type)) != NULL; at++)
		count++;
	return count;
}

static void
test_folded(void **state)
{
	struct drain d;
	struct event ev = sample_event(5);
	struct record m = sample_message(5, 0);

	(void)state;
	drain_open(&d, 1);
	outlet_event(d.o, &ev, 1000);
	assert_true(outlet_message(d.o, &m.message));
	/* The second of this second is a row of the next tick. */
	ev.id = 6;
	outlet_event(d.o, &ev, 1000);
	m.message.of = 6;
	assert_false(outlet_message(d.o, &m.message));
	/* The first one's go on. */
	m.message.of = 5;
	assert_true(outlet_message(d.o, &m.message));
	assert_int_equal(drain_count(&d, "\"type\":\"message\""), 2);
	assert_int_equal(outlet_message_drops(d.o), 0);
	drain_close(&d);
}

/* Nobody reads: messages stop while there is room for events. */
static void
test_full(void **state)
{
	static char raw[CALLMSG_BYTES_MAX];
	struct drain d;
	struct event ev = sample_event(5);
	struct record m = sample_message(5, 0);
	unsigned told = 0;

	(void)state;
	memset(raw, 'x', sizeof raw);
	m.message.raw = (struct slice){ raw, sizeof raw };
	drain_open(&d, 0);
	outlet_event(d.o, &ev, 1000);
	for (; told < 10000 && outlet_message_drops(d.o) == 0; told++)
		assert_true(outlet_message(d.o, &m.message));
	assert_in_range(told, 100, 2000);
	assert_true(outlet_full(d.o));
	assert_true(outlet_ready(d.o));
	for (unsigned i = 0; i < 100; i++)
		outlet_event(d.o, &ev, 1000);
	assert_int_equal(outlet_drops(d.o), 0);
	assert_true(outlet_message(d.o, &m.message));
	assert_int_equal(outlet_message_drops(d.o), 2);
	drain_close(&d);
}

/* The end of another one's line that finds no memory is an error, and what comes behind it is told. */
static void
test_after_without_memory(void **state)
{
	struct drain d;
	struct event ev = sample_event(5);
	int err;

	(void)state;
	drain_open(&d, 0);
	mem_fail_at(1);
	err = outlet_after(d.o);
	mem_fail_at(0);
	assert_int_equal(err, -ENOMEM);
	assert_int_equal(outlet_taken(d.o), 0);
	outlet_event(d.o, &ev, 1000);
	assert_int_equal(outlet_drops(d.o), 0);
	assert_int_equal(drain_count(&d, "\"type\":\"event\""), 1);
	assert_int_equal(outlet_after(d.o), 0);
	assert_int_equal(drain_count(&d, "-\n"), 1);
	drain_close(&d);
}

/* No record goes without being counted. */
static void
test_record_without_memory(void **state)
{
	struct record r = { .type = RECORD_SOURCE, .host = "", .source = { "eth0", "live", "reading", "" } };
	struct drain d;
	int err;

	(void)state;
	drain_open(&d, 0);
	mem_fail_at(1);
	err = outlet_record(d.o, &r);
	mem_fail_at(0);
	assert_int_equal(err, -ENOMEM);
	assert_int_equal(outlet_drops(d.o), 1);
	assert_int_equal(outlet_record(d.o, &r), 0);
	assert_int_equal(outlet_drops(d.o), 1);
	drain_close(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_folded), cmocka_unit_test(test_full),
		cmocka_unit_test(test_after_without_memory), cmocka_unit_test(test_record_without_memory) };

	return cmocka_run_group_tests_name("outlet", tests, NULL, NULL);
}
