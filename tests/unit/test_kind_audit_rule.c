#include "tests/unit/look.h"

static const struct control settings = {.id = "audit.test",
	.kind = &kind_audit_rule}; /* no target: not rules with a key */

/* What the audit finds when auditctl -s says this. */
static enum found status_gives(const char *status, const char *value)
{
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("alpine"), .running = true};
	const struct policy policy = {.level = LEVEL_BASELINE};
	autosite struct site site = {.scope = &scope, .policy = &policy};
	struct finding finding = {0};
	enum found found;

	site.programs[PROGRAM_AUDIT_STATUS].asked = true;
	text_add(&site.programs[PROGRAM_AUDIT_STATUS].output, status);
	kind_audit_rule.effective(&site, &settings, value, &finding);
	found = finding.found;
	finding_clear(&finding);
	return found;
}

/* The shortest option stands beside one that is longer than all of it: nothing behind its end is read. */
static void settings_are_found_in_the_status(void **state)
{
	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(
		status_gives("enabled 1\nbacklog_limit 8192\nbacklog_wait_time 60000\n",
			"-b 8192\n--backlog_wait_time 60000"),
		FOUND_RIGHT);
	assert_int_equal(status_gives("enabled 1\nbacklog_limit 64\n", "-e 1\n-b 8192"),
		FOUND_WRONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			settings_are_found_in_the_status, tree_make, tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
