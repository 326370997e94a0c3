#include "installer/release.h"

#include <errno.h>
#include <stdlib.h>

#include "installer/base/memory.h"
#include "installer/base/text.h"
#include "tests/unit/unit.h"

struct thing {
	struct text *log;
	const char *name;
	int rc;
};

static int release_thing(void *argument, struct error *err)
{
	struct thing *thing = argument;
	int rc = thing->rc;

	text_addf(thing->log, "%s ", thing->name);
	if (rc < 0)
		(void)error_set(err, rc, "%s is stuck", thing->name);
	free(thing);
	return rc;
}

static void push(struct releases *releases, struct text *log, const char *name, int rc)
{
	struct thing *thing = memory_zero(1, sizeof(*thing));

	*thing = (struct thing){.log = log, .name = name, .rc = rc};
	releases_push(releases, name, release_thing, thing);
}

static void newest_goes_first(void **state)
{
	struct releases *releases = releases_new();
	autotext struct text log = {0};
	struct error err = {0};

	(void)state;
	push(releases, &log, "lock", 0);
	push(releases, &log, "mapping", 0);
	push(releases, &log, "mount", 0);
	assert_done(releases_run(releases, &err), &err);
	assert_string_equal(log.data, "mount mapping lock ");
	assert_done(releases_run(releases, &err), &err);
	assert_string_equal(log.data, "mount mapping lock ");
	releases_free(releases);
}

static void failures_do_not_stop_it(void **state)
{
	struct releases *releases = releases_new();
	autotext struct text log = {0};
	struct error err = {0};

	(void)state;
	push(releases, &log, "lock", -EIO);
	push(releases, &log, "mapping", 0);
	push(releases, &log, "mount", -EBUSY);
	assert_int_equal(releases_run(releases, &err), -EBUSY);
	assert_string_equal(log.data, "mount mapping lock ");
	assert_string_equal(err.text, "mount: mount is stuck");
	releases_free(releases);
}

static void what_is_kept_is_not_released(void **state)
{
	struct releases *releases = releases_new();
	autotext struct text log = {0};
	struct thing thing = {.log = &log, .name = "mount"};
	struct error err = {0};

	(void)state;
	releases_push(releases, "mount", release_thing, &thing);
	releases_keep(releases);
	assert_done(releases_run(releases, &err), &err);
	assert_string_equal(text_string(&log), "");
	releases_free(releases);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(newest_goes_first),
		cmocka_unit_test(failures_do_not_stop_it),
		cmocka_unit_test(what_is_kept_is_not_released),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
