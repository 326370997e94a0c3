#include <errno.h>

#include "installer/controls/controls.h"
#include "installer/distro/distro.h"
#include "tests/unit/tree.h"

static const char banner[] = "etc/issue", settings[] = "etc/sysctl.d/99-zz-jefe.conf";

static struct control_scope scope_with(enum edits edits)
{
	return (struct control_scope){
		.root_fd = root, .distro = distro_named("alpine"), .edits = edits};
}

static int apply(enum level level, enum edits edits, struct error *err)
{
	const struct control_scope scope = scope_with(edits);
	const struct policy policy = {.level = level};

	return controls_apply(&scope, &policy, NULL, NULL, err);
}

static void append(const char *path, const char *line)
{
	autofree char *old = content(path);
	autofree char *new = memory_format("%s%s", old, line);

	put(path, new);
}

static size_t edits_at(enum level level, struct text *diffs)
{
	const struct control_scope scope = scope_with(EDITS_REFUSE);
	const struct policy policy = {.level = level}, kept = {.level = LEVEL_BASELINE};

	return controls_edits(&scope, &policy, &kept, diffs);
}

static void what_we_wrote_may_be_replaced(void **state)
{
	autotext struct text diffs = {0};
	struct error err = {0};

	(void)state;
	put(banner, "the package's\n");
	assert_done(apply(LEVEL_BASELINE, EDITS_REFUSE, &err), &err);
	assert_int_equal(edits_at(LEVEL_PARANOID, &diffs), 0);
	assert_done(apply(LEVEL_PARANOID, EDITS_REFUSE, &err), &err);
	assert_done(apply(LEVEL_BASELINE, EDITS_REFUSE, &err), &err);
}

/* The difference is what was edited, not what the new level brings besides. */
static void edits_are_shown_and_refused(void **state)
{
	autotext struct text diffs = {0};
	struct error err = {0};

	(void)state;
	put("etc/hosts", "");
	assert_done(apply(LEVEL_BASELINE, EDITS_REFUSE, &err), &err);
	append(settings, "local.setting = 10\n");
	assert_int_equal(edits_at(LEVEL_HARDENED, &diffs), 1);
	assert_non_null(strstr(diffs.data,
		"--- etc/sysctl.d/99-zz-jefe.conf as jefe-setup writes it\n+++ etc/sysctl.d/99-zz-jefe.conf\n@@ "));
	assert_non_null(strstr(diffs.data, "\n+local.setting = 10\n"));
	assert_null(strstr(diffs.data, "\n-"));
	assert_int_equal(apply(LEVEL_HARDENED, EDITS_REFUSE, &err), -EEXIST);
	assert_non_null(
		strstr(err.text, "etc/sysctl.d/99-zz-jefe.conf was edited by hand"));
}

static void edits_are_kept_or_replaced(void **state)
{
	autotext struct text diffs = {0};
	struct error err = {0};
	autofree char *text = NULL;

	(void)state;
	put("etc/hosts", "");
	assert_done(apply(LEVEL_BASELINE, EDITS_REFUSE, &err), &err);
	append(settings, "local.setting = 10\n");
	put(banner, "mine\n");
	assert_done(apply(LEVEL_HARDENED, EDITS_KEEP, &err), &err);
	assert_file(banner, "mine\n");
	text = content(settings);
	assert_non_null(strstr(text, "local.setting"));
	assert_null(strstr(text, "kernel.core_pattern"));
	assert_int_equal(edits_at(LEVEL_HARDENED, &diffs), 2);
	assert_done(apply(LEVEL_HARDENED, EDITS_REPLACE, &err), &err);
	free(text);
	text = content(settings);
	assert_null(strstr(text, "local.setting"));
	assert_non_null(strstr(text, "kernel.core_pattern"));
	assert_int_equal(edits_at(LEVEL_HARDENED, &diffs), 0);
}

/* Turned off or not: what is no longer ours alone is not removed either. */
static void edited_files_are_not_removed(void **state)
{
	struct error err = {0};

	(void)state;
	put("etc/hosts", "");
	assert_done(apply(LEVEL_BASELINE, EDITS_REFUSE, &err), &err);
	put(banner, "mine\n");
	append("etc/modprobe.d/jefe.conf", "install floppy /bin/false\n");
	assert_int_equal(apply(LEVEL_NONE, EDITS_REFUSE, &err), -EEXIST);
	assert_file(banner, "mine\n");
	assert_done(apply(LEVEL_NONE, EDITS_REPLACE, &err), &err);
	assert_file(banner, "mine\n");
	assert_false(file_exists(root, "etc/modprobe.d/jefe.conf"));
}

static void an_audit_calls_it_drift_once(void **state)
{
	const struct control_scope scope = scope_with(EDITS_REFUSE);
	const struct policy policy = {.level = LEVEL_BASELINE};
	struct audit audit = {0};
	struct error err = {0};

	(void)state;
	put("etc/hosts", "");
	assert_done(apply(LEVEL_BASELINE, EDITS_REFUSE, &err), &err);
	append(settings, "local.setting = 10\n");
	assert_done(controls_audit(&scope, &policy, &audit.results, &audit.count, &err),
		&err);
	assert_int_equal(audit_count(&audit, CONTROL_DRIFT), 1);
	assert_string_equal(audit.results[0].control->id, "kernel.kptr_restrict");
	assert_int_equal(audit.results[0].status, CONTROL_DRIFT);
	assert_non_null(strstr(audit.results[0].evidence,
		"etc/sysctl.d/99-zz-jefe.conf was edited by hand: +local.setting = 10"));
	controls_results_free(audit.results, audit.count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_we_wrote_may_be_replaced, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			edits_are_shown_and_refused, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			edits_are_kept_or_replaced, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			edited_files_are_not_removed, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			an_audit_calls_it_drift_once, tree_make, tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
