#include <errno.h>

#include "installer/base/json.h"
#include "installer/controls/controls.h"
#include "installer/distro/distro.h"
#include "tests/unit/tree.h"

static struct audit audit_at(enum level level, bool running)
{
	const struct control_scope scope = {.root_fd = root,
		.running = running,
		.distro = distro_named("alpine"),
		.kernel = "6.6.14-0-lts"};
	const struct policy policy = {.level = level};
	struct audit audit = {0};
	struct error err = {0};

	assert_done(controls_audit(&scope, &policy, &audit.results, &audit.count, &err),
		&err);
	return audit;
}

static const struct control_result *result_of(const struct audit *audit, const char *id)
{
	for (size_t i = 0; i < audit->count; i++)
		if (strcmp(audit->results[i].control->id, id) == 0)
			return &audit->results[i];
	fail_msg("no control %s", id);
	return NULL;
}

static void assert_status(
	const struct audit *audit, const char *id, enum control_status status)
{
	const struct control_result *result = result_of(audit, id);

	if (result->status != status)
		fail_msg("%s: %s instead of %s (%s)", id,
			control_status_names[result->status],
			control_status_names[status],
			result->evidence ? result->evidence : "");
}

static void what_the_kernel_lacks_is_unavailable(void **state)
{
	struct audit audit;

	(void)state;
	put("boot/config-lts",
		"CONFIG_SECURITY_APPARMOR=y\n# CONFIG_SECURITY_LOCKDOWN_LSM is not set\nCONFIG_IO_URING=y\nCONFIG_KFENCE=m\n");
	audit = audit_at(LEVEL_HARDENED, false);
	assert_status(&audit, "kernel.lockdown", CONTROL_UNAVAILABLE);
	assert_string_equal(result_of(&audit, "kernel.lockdown")->evidence,
		"kernel 6.6.14-0-lts is built without CONFIG_SECURITY_LOCKDOWN_LSM");
	assert_status(&audit, "kernel.io_uring", CONTROL_FAIL);
	assert_status(&audit, "kernel.kfence", CONTROL_FAIL);
	assert_status(&audit, "network.firewall", CONTROL_UNAVAILABLE);
	assert_status(&audit, "auth.ssh_root", CONTROL_UNAVAILABLE);
	assert_string_equal(result_of(&audit, "auth.ssh_root")->evidence,
		"package openssh-server is not installed");
	assert_status(&audit, "container.bridge", CONTROL_NOT_APPLICABLE);
	assert_status(&audit, "kernel.user_namespaces", CONTROL_OFF);
	assert_false(audit_is_clean(&audit));
	controls_results_free(audit.results, audit.count);
}

static void disk_and_kernel_are_compared(void **state)
{
	struct audit audit;

	(void)state;
	put("etc/sysctl.d/10.conf",
		"kernel.sysrq = 0\nkernel.kptr_restrict = 2\nkernel.dmesg_restrict = 0\n");
	put("proc/sys/kernel/sysrq", "0\n");
	put("proc/sys/kernel/kptr_restrict", "1\n");
	put("proc/sys/kernel/dmesg_restrict", "1\n");
	audit = audit_at(LEVEL_BASELINE, true);
	assert_status(&audit, "kernel.sysrq", CONTROL_PASS);
	assert_status(&audit, "kernel.kptr_restrict", CONTROL_DRIFT);
	assert_status(&audit, "kernel.dmesg_restrict", CONTROL_FAIL);
	assert_string_equal(result_of(&audit, "kernel.kptr_restrict")->effective, "1");
	assert_string_equal(result_of(&audit, "kernel.dmesg_restrict")->effective, "1");
	controls_results_free(audit.results, audit.count);
}

static void the_report_expands_what_is_wrong(void **state)
{
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("alpine")};
	const struct policy policy = {.level = LEVEL_BASELINE};
	struct audit audit;
	autofree char *text = NULL, *json = NULL, *summary = NULL;
	autojson struct json *document = NULL;
	struct error err = {0};

	(void)state;
	put("etc/sysctl.d/10.conf", "kernel.sysrq = 0\nkernel.kptr_restrict = 0\n");
	audit = audit_at(LEVEL_BASELINE, false);
	text = audit_text(&audit, &policy);
	summary = audit_summary(&audit, &policy);
	json = audit_json(&audit, &scope, &policy);
	assert_non_null(strstr(text,
		"  FAIL           kernel.kptr_restrict: Hide kernel addresses, even from root\n"
		"      severity   medium\n      intent     2\n      persisted  0\n      evidence   etc/sysctl.d/10.conf: kernel.kptr_restrict = 0\n"));
	assert_non_null(strstr(text, "1 kernel                         1/"));
	assert_non_null(strstr(text, " at higher levels\n"));
	assert_null(strstr(text, "kernel.sysrq"));
	assert_true(text_starts(summary, "audit: baseline: "));
	assert_non_null(strstr(text, summary));
	assert_done(json_parse(json, "audit", &document, &err), &err);
	assert_int_equal(json_number(document, "schema"), 1);
	assert_int_equal(json_count(json_member(document, "controls")), audit.count);
	assert_string_equal(
		json_text(json_item(json_member(document, "controls"), 0), "id"),
		controls[0]->id);
	controls_results_free(audit.results, audit.count);
}

static void what_was_applied_passes(void **state)
{
	static const enum level levels[] = {
		LEVEL_PARANOID, LEVEL_BASELINE, LEVEL_HARDENED};
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("debian")};
	struct error err = {0};

	(void)state;
	put("etc/passwd", "root:x:0:0:root:/root:/bin/bash\n");
	put("etc/shadow", "root:*:0:0:::::\n");
	put("etc/crypttab", "root UUID=1 none luks\n");
	put("var/lib/dpkg/status",
		"Package: openssh-server\nStatus: install ok installed\n\nPackage: nftables\nStatus: install ok installed\n\n"
		"Package: auditd\nStatus: install ok installed\n\n");
	put("etc/init.d/ssh", "");
	put("etc/init.d/auditd", "");
	put("etc/ssh/sshd_config", "");
	put("etc/audit/auditd.conf", "max_log_file = 8\n");
	for (size_t i = 0; i < LENGTH(levels); i++) {
		const struct policy policy = {.level = levels[i]};
		struct audit audit = {0};
		autofree char *text = NULL;

		assert_done(controls_apply(&scope, &policy, NULL, NULL, &err), &err);
		assert_done(controls_audit(
				    &scope, &policy, &audit.results, &audit.count, &err),
			&err);
		text = audit_text(&audit, &policy);
		if (!audit_is_clean(&audit))
			fail_msg("%s", text);
		controls_results_free(audit.results, audit.count);
	}
}

static enum control_status status_of(
	const struct control_scope *scope, const struct policy *policy, const char *id)
{
	struct control_result result = {0};
	struct error err = {0};
	enum control_status status;

	assert_done(control_audit(scope, policy, control_named(id), &result, &err), &err);
	status = result.status;
	if (status == CONTROL_DRIFT)
		assert_non_null(strstr(result.evidence, "was removed"));
	control_result_clear(&result);
	return status;
}

static void what_was_applied_and_lost_its_package_drifted(void **state)
{
	static const char *const ids[] = {"audit.service", "audit.modules",
		"audit.log_size", "network.firewall", "mac.profile_sshd"};
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("debian")};
	char id[] = "network.firewall", value[] = "off";
	struct control_setting off = {id, value};
	const struct policy policy = {.level = LEVEL_BASELINE};
	const struct policy without = {
		.level = LEVEL_BASELINE, .settings = &off, .setting_count = 1};
	struct error err = {0};

	(void)state;
	put("var/lib/dpkg/status",
		"Package: nftables\nStatus: install ok installed\n\nPackage: auditd\nStatus: install ok installed\n\n"
		"Package: apparmor\nStatus: install ok installed\n\n");
	put("etc/init.d/auditd", "");
	put("etc/audit/auditd.conf", "max_log_file = 8\n");
	assert_done(controls_apply(&scope, &policy, NULL, NULL, &err), &err);
	put("var/lib/dpkg/status", "");
	for (unsigned again = 0; again < 2; again++) {
		for (size_t i = 0; i < LENGTH(ids); i++)
			assert_int_equal(
				status_of(&scope, &policy, ids[i]), CONTROL_DRIFT);
		assert_int_equal(status_of(&scope, &policy, "audit.time_sync"),
			CONTROL_UNAVAILABLE);
		assert_done(controls_apply(&scope, &policy, NULL, NULL, &err), &err);
	}
	assert_done(controls_apply(&scope, &without, NULL, NULL, &err), &err);
	assert_int_equal(
		status_of(&scope, &policy, "network.firewall"), CONTROL_UNAVAILABLE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_the_kernel_lacks_is_unavailable, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			disk_and_kernel_are_compared, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			the_report_expands_what_is_wrong, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			what_was_applied_passes, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			what_was_applied_and_lost_its_package_drifted, tree_make,
			tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
