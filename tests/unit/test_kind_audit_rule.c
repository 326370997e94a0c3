#include "tests/unit/look.h"

static const struct control settings = {.id = "audit.test",
	.kind = &kind_audit_rule}; /* no target: not rules with a key */
static const struct control times = {
	.id = "audit.test", .kind = &kind_audit_rule, .target = "jefe-time"};
static const char wanted[] =
	"-a always,exit -S settimeofday,adjtimex -F auid>=1000 -F auid!=unset\n"
	"-a always,exit -F path=/etc/localtime -F perm=wa";

/* As auditctl of audit 3.0 lists them. */
#define CALLS(TABLE)                                                                     \
	"-a always,exit -F arch=" TABLE                                                  \
	" -S adjtimex,settimeofday -F auid>=1000 -F auid!=-1 -F key=jefe-time\n"
#define FILES(TABLE)                                                                     \
	"-a always,exit -F arch=" TABLE                                                  \
	" -S all -F path=/etc/localtime -F perm=wa -F key=jefe-time\n"

/* What runs, when the kernel holds these rules and is in this state. */
static enum found look_at(const char *rules, const char *status)
{
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("alpine"), .running = true};
	const struct policy policy = {.level = LEVEL_BASELINE};
	autosite struct site site = {.scope = &scope, .policy = &policy};
	struct finding finding = {0};
	enum found found;

	site.listings[PROGRAM_AUDIT_RULES].asked = true;
	text_add(&site.listings[PROGRAM_AUDIT_RULES].output, rules);
	site.listings[PROGRAM_AUDIT_STATUS].asked = true;
	text_add(&site.listings[PROGRAM_AUDIT_STATUS].output, status);
	kind_audit_rule.effective(&site, &times, wanted, &finding);
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
		look_told(&kind_audit_rule, &settings,
			"-b 8192\n--backlog_wait_time 60000", PROGRAM_AUDIT_STATUS,
			"enabled 1\nbacklog_limit 8192\nbacklog_wait_time 60000\n"),
		FOUND_RIGHT);
	assert_int_equal(look_told(&kind_audit_rule, &settings, "-e 1\n-b 8192",
				 PROGRAM_AUDIT_STATUS, "enabled 1\nbacklog_limit 64\n"),
		FOUND_WRONG);
}

static void rules_in_the_kernel_are_compared(void **state)
{
	static const char on[] = "enabled 1\n";
	static const char all[] = CALLS("b64") CALLS("b32") FILES("b64") FILES("b32");

	(void)state;
	if (geteuid() != 0)
		skip();
	put("etc/x", "");
	assert_int_equal(look_at(all, on), FOUND_RIGHT);
	assert_int_equal(
		look_at(CALLS("b64") FILES("b64") FILES(
				"b32") "-a always,exit -F arch=b32 -S adjtimex -F auid>=1000 -F auid!=-1 -F key=jefe-time\n",
			on),
		FOUND_WRONG);
	assert_int_equal(look_at(CALLS("b64") CALLS("b32") FILES("b64") FILES("b64"), on),
		FOUND_WRONG);
	assert_int_equal(
		look_at(CALLS("b64") CALLS("b32") FILES("b64") FILES("b32") CALLS("b32"),
			on),
		FOUND_WRONG);
	assert_int_equal(look_at("No rules\n", on), FOUND_WRONG);
	assert_int_equal(look_at(all, "enabled 0\n"), FOUND_DRIFTED);
	assert_int_equal(look_at("-a never,task\n" CALLS("b64") CALLS("b32") FILES("b64")
					 FILES("b32"),
				 on),
		FOUND_DRIFTED);
	assert_int_equal(look_at(CALLS("b64") CALLS("b32") FILES("b64") FILES(
					 "b32") "-a always,exclude -F msgtype=SYSCALL\n",
				 on),
		FOUND_DRIFTED);
}

static void the_same_rule_is_written_in_many_ways(void **state)
{
	static const char *const same[] = {
		"-a always,exit -F arch=b64 -S open,openat -F exit=-EPERM -F auid!=unset -F key=k",
		" -a exit,always -S openat -S open -F arch=b64 -F auid!=-1 -F exit=-EPERM -k k",
		"-aexit,always -Farch=b64 -Sopen -S openat -F auid!=4294967295 -F exit=-EPERM -k k",
	};
	autofree char *first = audit_rule_normal(same[0]);
	autofree char *other = audit_rule_normal(
		"-a always,exit -F arch=b32 -S open,openat -F exit=-EPERM -F auid!=unset -F key=k");

	(void)state;
	for (size_t i = 1; i < LENGTH(same); i++) {
		autofree char *text = audit_rule_normal(same[i]);

		assert_string_equal(text, first);
	}
	assert_string_not_equal(other, first);
}

static void what_silences_is_told_from_what_records(void **state)
{
	static const char *const silent[] = {"-a never,task", "-A exit,never -F auid=0",
		"-anever,user", "\t-a always,exclude -F msgtype=CWD",
		"-A exclude,always -F msgtype=CWD", "-e 0", "-D -k jefe-time",
		"-d always,exit -S all", "-W /etc/passwd"};
	static const char *const loud[] = {"-D", "-e 2", "-b 8192", "# -a never,task",
		"-a always,exit -F path=/never,exclude -k never", "-w /etc/x -p wa", ""};

	(void)state;
	for (size_t i = 0; i < LENGTH(silent); i++)
		assert_true(audit_rule_silences(silent[i]));
	for (size_t i = 0; i < LENGTH(loud); i++)
		assert_false(audit_rule_silences(loud[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			settings_are_found_in_the_status, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			rules_in_the_kernel_are_compared, tree_make, tree_close),
		cmocka_unit_test(the_same_rule_is_written_in_many_ways),
		cmocka_unit_test(what_silences_is_told_from_what_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
