#include "installer/controls/kinds.h"

#include <errno.h>
#include <time.h>

#include "installer/distro/distro.h"
#include "tests/unit/look.h"

static void sysctl_counts_who_comes_last(void **state)
{
	const struct control *sysrq = control_named("kernel.sysrq");
	autofree char *before = NULL, *after = NULL, *masked = NULL;

	(void)state;
	apply(LEVEL_BASELINE, NULL, "");
	assert_int_equal(look(&kind_sysctl, sysrq, "0", &before), FOUND_RIGHT);
	put("usr/lib/sysctl.d/99-protect.conf", "fs.protected_fifos = 1\n");
	assert_int_equal(
		look(&kind_sysctl, control_named("kernel.protected_files"), "2", &masked),
		FOUND_RIGHT);
	put("etc/sysctl.conf", "kernel.sysrq=1\n");
	assert_int_equal(look(&kind_sysctl, sysrq, "0", &after), FOUND_WRONG);
	assert_string_equal(after, "etc/sysctl.conf: kernel.sysrq = 1");
}

static void a_lowered_level_is_found(void **state)
{
	const struct control *control = control_named("boot.level_kept");
	autofree char *before = NULL, *after = NULL;

	(void)state;
	assert_int_equal(look(&kind_lowered, control, "as chosen", &before), FOUND_RIGHT);
	put(LOWERED_PATH, "the level was lowered\n");
	assert_int_equal(look(&kind_lowered, control, "as chosen", &after), FOUND_WRONG);
}

static void control_groups_are_those_that_are_mounted_there(void **state)
{
	const struct control *control = control_named("container.cgroups");
	autofree char *none = NULL, *hybrid = NULL, *version_2 = NULL;

	(void)state;
	assert_int_equal(look(&kind_state, control, "version 2", &none), FOUND_WRONG);
	put("proc/mounts",
		"tmpfs /sys/fs/cgroup tmpfs rw 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n");
	assert_int_equal(look(&kind_state, control, "version 2", &hybrid), FOUND_WRONG);
	assert_string_equal(hybrid, "/sys/fs/cgroup is tmpfs");
	put("proc/mounts", "none /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n");
	assert_int_equal(
		look(&kind_state, control, "version 2", &version_2), FOUND_RIGHT);
}

static void an_age_counts_from_the_start_of_the_machine(void **state)
{
	const struct control *control = control_named("audit.recent");
	const struct timespec yesterday[2] = {
		{.tv_sec = time(NULL) - 27L * 3600}, {.tv_sec = time(NULL) - 27L * 3600}};
	autofree char *now =
		memory_format("cpu 1\nbtime %lld\n", (long long)time(NULL) - 60);
	autofree char *off = NULL, *missing = NULL, *old = NULL, *fresh = NULL;

	(void)state;
	put("proc/stat", now);
	assert_int_equal(look(&kind_age, control, "26", &off), FOUND_RIGHT);
	put("proc/stat", "cpu 1\nbtime 1000000\n");
	assert_int_equal(look(&kind_age, control, "26", &missing), FOUND_WRONG);
	put("var/log/jefe-audit.log", "");
	assert_int_equal(utimensat(root, "var/log/jefe-audit.log", yesterday, 0), 0);
	assert_int_equal(look(&kind_age, control, "26", &old), FOUND_WRONG);
	assert_non_null(strstr(old, "27 hours"));
	put("var/log/jefe-audit.log", "");
	assert_int_equal(look(&kind_age, control, "26", &fresh), FOUND_RIGHT);
}

static void arguments_of_the_level_below_are_kept_ready(void **state)
{
	autofree char *lowered = NULL;

	(void)state;
	put("etc/jefelinux/cmdline", "net.ifnames=0\n");
	apply(LEVEL_PARANOID, NULL, "");
	lowered = content("etc/jefelinux/cmdline.lowered");
	assert_non_null(strstr(lowered, "net.ifnames=0\n"));
	assert_non_null(strstr(lowered, "debugfs=off\n"));
	assert_null(strstr(lowered, "nosmt"));
	apply(LEVEL_HARDENED, NULL, "");
	assert_file("etc/jefelinux/cmdline", lowered);
}

static void daily_jobs_are_where_the_distribution_runs_them(void **state)
{
	(void)state;
	apply(LEVEL_BASELINE, NULL, "");
	assert_int_equal(mode_of("etc/periodic/daily/jefe"), 0755);
}

static void sysctl_reads_the_kernel(void **state)
{
	const struct control *printk = control_named("kernel.printk");

	(void)state;
	assert_int_equal(
		look_effective(&kind_sysctl, printk, "3 3 3 3"), FOUND_UNAVAILABLE);
	put("proc/sys/kernel/printk", "3\t3\t3\t3\n");
	assert_int_equal(look_effective(&kind_sysctl, printk, "3 3 3 3"), FOUND_RIGHT);
	put("proc/sys/kernel/printk", "7\t4\t1\t7\n");
	assert_int_equal(look_effective(&kind_sysctl, printk, "3 3 3 3"), FOUND_WRONG);
}

static void sysctl_for_new_interfaces_holds_for_those_there(void **state)
{
	const struct control *control = control_named("network.router_advertisements");

	(void)state;
	put("proc/sys/net/ipv6/conf/all/accept_ra", "0\n");
	put("proc/sys/net/ipv6/conf/default/accept_ra", "0\n");
	put("proc/sys/net/ipv6/conf/eth0/accept_ra", "1\n");
	put("proc/sys/net/ipv6/conf/veth0/accept_ra", "1\n");
	put("sys/class/net/veth0/mtu", "1500\n");
	assert_int_equal(look_effective(&kind_sysctl, control, "0"), FOUND_RIGHT);
	put("sys/class/net/eth0/device/vendor", "0x1af4\n");
	assert_int_equal(look_effective(&kind_sysctl, control, "0"), FOUND_WRONG);
	put("proc/sys/net/ipv6/conf/eth0/accept_ra", "0\n");
	assert_int_equal(look_effective(&kind_sysctl, control, "0"), FOUND_RIGHT);
}

static void arguments_of_others_stay(void **state)
{
	autofree char *once = NULL, *twice = NULL, *optional = NULL;

	(void)state;
	put("etc/jefelinux/cmdline", "console=ttyS0\nmitigations=off\nlsm=bpf\n");
	apply(LEVEL_HARDENED, NULL, "");
	once = content("etc/jefelinux/cmdline");
	apply(LEVEL_HARDENED, NULL, "");
	twice = content("etc/jefelinux/cmdline");
	optional = content("etc/jefelinux/cmdline.optional");
	assert_string_equal(once, twice);
	assert_true(text_starts(once, "console=ttyS0\nslab_nomerge\n"));
	assert_null(strstr(once, "mitigations=off"));
	assert_non_null(strstr(once, "\nmitigations=auto\n"));
	assert_non_null(strstr(once, "\nlsm=landlock,yama,apparmor\n"));
	assert_null(strstr(once, "nokaslr"));
	assert_non_null(strstr(optional, "iommu=force\n"));
	assert_null(strstr(optional, "slab_nomerge"));
}

static void arguments_need_the_kernels_word(void **state)
{
	const struct control *apparmor = control_named("mac.apparmor");
	static const char wanted[] = "apparmor=1 lsm=yama,apparmor";

	(void)state;
	put("proc/stat", "cpu 0\nbtime 99999999999\n");
	put("etc/jefelinux/cmdline", "x\n");
	put("proc/cmdline", "root=UUID=1 apparmor=1 lsm=yama,apparmor quiet\n");
	put("sys/kernel/security/lsm", "capability,yama,apparmor\n");
	assert_int_equal(look_effective(&kind_argument, apparmor, wanted), FOUND_RIGHT);
	put("sys/kernel/security/lsm", "capability,yama\n");
	assert_int_equal(look_effective(&kind_argument, apparmor, wanted), FOUND_WRONG);
	put("proc/cmdline", "apparmor=1 lsm=yama,apparmor apparmor=0\n");
	assert_int_equal(look_effective(&kind_argument, apparmor, wanted), FOUND_WRONG);
	put("proc/stat", "cpu 0\nbtime 1\n");
	assert_int_equal(look_effective(&kind_argument, apparmor, wanted), FOUND_PENDING);
	put("proc/cmdline", "lockdown=integrity\n");
	put("sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	assert_int_equal(look_effective(&kind_argument, control_named("kernel.lockdown"),
				 "lockdown=integrity"),
		FOUND_RIGHT);
	assert_int_equal(
		look_effective(&kind_argument, control_named("kernel.page_shuffle"),
			"lockdown=integrity"),
		FOUND_WRONG);
	put("sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
	assert_int_equal(look_effective(&kind_argument, control_named("kernel.lockdown"),
				 "lockdown=integrity"),
		FOUND_WRONG);
}

static void modules_are_blocked_and_seen(void **state)
{
	const struct control *network = control_named("kernel.rare_network");
	autofree char *evidence = NULL;

	(void)state;
	apply(LEVEL_BASELINE, NULL, "");
	assert_int_equal(look(&kind_module, network, "blocked", &evidence), FOUND_RIGHT);
	put("proc/modules", "ext4 1 0 - Live 0x0\n");
	assert_int_equal(look_effective(&kind_module, network, "blocked"), FOUND_RIGHT);
	put("proc/modules", "ext4 1 0 - Live 0x0\nn_hdlc 1 0 - Live 0x0\n");
	assert_int_not_equal(
		look_effective(&kind_module, network, "blocked"), FOUND_RIGHT);
}

static void mounts_are_merged_added_or_left(void **state)
{
	autofree char *evidence = NULL;

	(void)state;
	put("etc/fstab",
		"# disks\nUUID=1\t/\text4\trelatime\t0 1\nUUID=2 /boot ext4 defaults,suid,exec 0 2\n");
	apply(LEVEL_BASELINE, NULL, "");
	apply(LEVEL_BASELINE, NULL, "");
	assert_file("etc/fstab",
		"# disks\nUUID=1\t/\text4\trelatime\t0 1\nUUID=2\t/boot\text4\tnosuid,nodev,noexec\t0\t2\n"
		"tmpfs\t/tmp\ttmpfs\tnosuid,nodev\t0\t0\ntmpfs\t/dev/shm\ttmpfs\tnosuid,nodev,noexec\t0\t0\n");
	assert_int_equal(look(&kind_mount, control_named("userland.home_mount"),
				 "nosuid,nodev", &evidence),
		FOUND_NOTHING);
}

/* Larger than what is read of any file. */
static int truncate_below(const char *path, off_t size)
{
	autoclose int fd = openat(root, path, O_WRONLY | O_CLOEXEC);

	return ftruncate(fd, size);
}

static void unreadable_files_are_left(void **state)
{
	static const char *const paths[] = {
		"etc/fstab", "etc/jefelinux/cmdline", "etc/login.defs"};
	const struct policy policy = {.level = LEVEL_BASELINE};
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("alpine")};

	(void)state;
	for (size_t i = 0; i < LENGTH(paths); i++) {
		struct error err = {0};
		struct stat st;

		put(paths[i], "line\n");
		assert_int_equal(truncate_below(paths[i], 2 << 20), 0);
		assert_true(controls_apply(&scope, &policy, NULL, NULL, &err) < 0);
		assert_non_null(strstr(err.text, paths[i]));
		assert_int_equal(fstatat(root, paths[i], &st, 0), 0);
		assert_int_equal(st.st_size, 2 << 20);
		assert_int_equal(unlinkat(root, paths[i], 0), 0);
	}
}

static void settings_keep_the_rest_of_the_file(void **state)
{
	(void)state;
	put("etc/rc.conf",
		"# rc_interactive=\"YES\"\nrc_parallel=\"NO\"\nrc_interactive=\"YES\"\n");
	put("etc/login.defs", "UMASK\t\t022\nUID_MIN 1000\n");
	put("etc/inittab", "::sysinit:/sbin/openrc sysinit\n::ctrlaltdel:/sbin/reboot\n");
	apply(LEVEL_HARDENED, NULL, "");
	assert_file("etc/rc.conf",
		"# rc_interactive=\"YES\"\nrc_parallel=\"NO\"\nrc_interactive=\"NO\"\nrc_ulimit=\"-c 0\"\numask=027\nrc_logger=\"YES\"\n");
	assert_file("etc/login.defs",
		"UMASK 077\nUID_MIN 1000\nENV_PATH PATH=/usr/bin:/bin:/usr/local/bin\nENV_SUPATH PATH=/usr/sbin:/usr/bin:/sbin:/bin\n"
		"ENCRYPT_METHOD YESCRYPT\n");
	assert_file("etc/inittab", "::sysinit:/sbin/openrc sysinit\n");
}

static void accounts_are_repaired(void **state)
{
	(void)state;
	put("etc/group", "root:x:0:\nwheel:x:10:root\nshadow:x:42:\n");
	put("etc/passwd",
		"root:x:0:0:root:/root:/bin/ash\noperator:x:11:0:operator:/root:/bin/sh\nana:x:1000:1000::/home/ana:/bin/ash\n");
	put("etc/shadow",
		"root:$6$a$b:0:0:::::\noperator::0:0:::::\nana:!:0:0:::::\nbo:!:0:0:::::\n");
	put("home/ana/.ssh/authorized_keys", "ssh-ed25519 AAAA\n");
	assert_int_equal(fchmodat(root, "etc/shadow", 0640, 0), 0);
	assert_int_equal(fchownat(root, "etc/shadow", 0, 42, 0), 0);
	apply(LEVEL_BASELINE, NULL, "");
	assert_file("etc/shadow",
		"root:$6$a$b:0:0:::::\noperator:!:0:0:::::\nana:*:0:0:::::\nbo:!:0:0:::::\n");
	assert_file("etc/passwd",
		"root:x:0:0:root:/root:/bin/ash\noperator:x:11:0:operator:/root:/sbin/nologin\n"
		"ana:x:1000:1000::/home/ana:/bin/ash\n");
	assert_int_equal(mode_of("etc/shadow"), 0640);
	put("etc/group", "root:x:0:\nwheel:x:10:root,ana\n");
	apply(LEVEL_BASELINE, NULL, "");
	assert_file("etc/shadow",
		"root:!:0:0:::::\noperator:!:0:0:::::\nana:*:0:0:::::\nbo:!:0:0:::::\n");
}

static void second_roots_are_named(void **state)
{
	autofree char *evidence = NULL;

	(void)state;
	put("etc/passwd", "root:x:0:0:root:/root:/bin/ash\ntoor:x:0:0::/:/bin/sh\n");
	assert_int_equal(
		look(&kind_account, control_named("auth.one_root"), "none", &evidence),
		FOUND_WRONG);
	assert_string_equal(evidence, "etc/passwd: toor");
}

/* Accounts that only a person can put right. */
static void odd_accounts_are_named(void **state)
{
	static const struct {
		const char *id, *path, *text, *evidence;
	} rows[] = {
		{"auth.password_hashes",   "etc/shadow",
                 "a:$y$j$x:0:::::\nb:$1$x$y:0:::::\nc:!$1$x$y:0:::::\nf:!:0:::::\ne:xyDES:0:::::\n",
                 "etc/shadow: b c e"										    },
		{"auth.double_accounts",   "etc/passwd",
                 "a:x:1:1:::\nb:x:2:2:::\nc:x:2:3:::\n",                                             "etc/passwd: b c"  },
		{"auth.foreign_accounts",  "etc/passwd", "a:x:1:1:::\n+::::::\n",
                 "etc/passwd: +"											},
		{"auth.container_members", "etc/group",
                 "wheel:x:10:ana\ndocker:x:11:ana\n",                                                "etc/group: docker"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		autofree char *evidence = NULL;

		put(rows[i].path, rows[i].text);
		assert_int_equal(
			look(&kind_account, control_named(rows[i].id), "none", &evidence),
			FOUND_WRONG);
		assert_string_equal(evidence, rows[i].evidence);
	}
}

static void modes_only_become_stricter(void **state)
{
	(void)state;
	put("boot/initramfs-lts", "");
	put("boot/grub/grub.cfg", "");
	assert_int_equal(fchmodat(root, "boot/grub/grub.cfg", 0400, 0), 0);
	apply(LEVEL_BASELINE, NULL, "");
	assert_int_equal(mode_of("boot/initramfs-lts"), 0600);
	assert_int_equal(mode_of("boot/grub/grub.cfg"), 0400);
}

static void put_package(const char *name)
{
	autofree char *row = memory_format("P:%s\n\n", name);

	put("lib/apk/db/installed", row);
}

static void sshd_reads_ours_first(void **state)
{
	const struct control *root_login = control_named("auth.ssh_root");
	autofree char *right = NULL, *wrong = NULL, *main_file = NULL;

	(void)state;
	put_package("openssh-server");
	put("etc/ssh/sshd_config", "PermitRootLogin yes\nMatch User x\n");
	put("etc/ssh/sshd_config.d/50-cloud.conf", "PermitRootLogin yes\n");
	apply(LEVEL_BASELINE, NULL, "");
	main_file = content("etc/ssh/sshd_config");
	assert_true(text_starts(main_file, "Include /etc/ssh/sshd_config.d/*.conf\n"));
	assert_int_equal(
		look(&kind_sshd, root_login, "PermitRootLogin no", &right), FOUND_RIGHT);
	put("etc/ssh/sshd_config.d/00-first.conf",
		"permitrootlogin  prohibit-password\n");
	assert_int_equal(
		look(&kind_sshd, root_login, "PermitRootLogin no", &wrong), FOUND_WRONG);
	assert_non_null(strstr(wrong, "prohibit-password"));
	assert_int_equal(mode_of("etc/ssh/sshd_config.d/10-jefe.conf"), 0600);
}

static void audit_rules_cover_both_call_tables(void **state)
{
	const struct control *modules = control_named("audit.modules");
	const char *value = modules->values[LEVEL_BASELINE];
	autofree char *right = NULL, *emptied = NULL;
	autofree char *rules = NULL, *one_file = NULL, *paranoid = NULL;

	(void)state;
	put_package("audit");
	put("etc/init.d/auditd", "auditctl -R $RULEFILE_STARTUP\n");
	put("etc/ssh/x", "");
	apply(LEVEL_HARDENED, NULL, "");
	rules = content("etc/audit/rules.d/zz-jefe.rules");
	one_file = content("etc/audit/audit.rules");
	assert_string_equal(rules, one_file);
	assert_non_null(strstr(rules,
		"\n-a always,exit -F arch=b32 -S execve,execveat -F auid>=1000 -F auid!=unset -F key=jefe-commands\n"));
	assert_non_null(strstr(rules,
		"\n-a always,exit -F arch=b64 -F dir=/etc/ssh -F perm=wa -F key=jefe-configuration\n"));
	assert_null(strstr(rules, "dir=/etc/sudoers.d"));
	/* Below paranoid what is recorded can be changed without a restart. */
	assert_null(strstr(rules, "\n-e "));
	assert_int_equal(look(&kind_audit_rule, modules, value, &right), FOUND_RIGHT);
	apply(LEVEL_PARANOID, NULL, "");
	paranoid = content("etc/audit/rules.d/zz-jefe.rules");
	assert_true(text_ends(paranoid, "\n-e 2\n"));
	put("etc/audit/audit.rules", "-D\n");
	assert_int_equal(look(&kind_audit_rule, modules, value, &emptied), FOUND_WRONG);
	assert_true(text_starts(emptied, "etc/audit/audit.rules lacks: "));
}

static void a_merging_audit_service_gets_one_file(void **state)
{
	(void)state;
	put_package("audit");
	put("etc/init.d/auditd", "augenrules >/dev/null\n");
	apply(LEVEL_BASELINE, NULL, "");
	assert_true(file_exists(root, "etc/audit/rules.d/zz-jefe.rules"));
	assert_false(file_exists(root, "etc/audit/audit.rules"));
}

static void the_firewall_has_the_wanted_parts(void **state)
{
	autofree char *baseline = NULL, *paranoid = NULL;

	(void)state;
	put_package("nftables");
	apply(LEVEL_BASELINE, "network.reverse_path", "off");
	baseline = content("etc/jefelinux/firewall.nft");
	assert_non_null(strstr(baseline, "add @ssh_meter6"));
	assert_null(strstr(baseline, "fib saddr"));
	assert_null(strstr(baseline, "["));
	assert_non_null(strstr(baseline, "hook output priority filter; policy accept;"));
	apply(LEVEL_PARANOID, NULL, "");
	paranoid = content("etc/jefelinux/firewall.nft");
	assert_non_null(strstr(paranoid, "hook output priority filter; policy drop;"));
	assert_null(strstr(paranoid, "hook output priority filter; policy accept;"));
	assert_int_equal(mode_of("etc/init.d/jefe-firewall"), 0755);
	apply(LEVEL_NONE, NULL, "");
	assert_false(file_exists(root, "etc/jefelinux/firewall.nft"));
	assert_false(file_exists(root, "etc/init.d/jefe-firewall"));
}

static void json_members_of_others_stay(void **state)
{
	static const struct control icc = {.target = "etc/docker/daemon.json icc"};
	static const struct control logs = {.target = "etc/docker/daemon.json log-opts"};
	static const struct control hosts = {.target = "etc/docker/daemon.json hosts"};
	autofree char *missing = NULL, *there = NULL, *text = NULL, *listed = NULL;
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("alpine")};
	autosite struct site site = {.scope = &scope};
	autofree char *evidence = NULL;
	struct error err = {0};
	bool changed = false;

	(void)state;
	put("etc/docker/daemon.json", "{\"dns\": [\"192.0.2.1\"]}\n");
	assert_done(kind_json.apply(&site, &icc, "false", &changed, &err), &err);
	assert_true(changed);
	assert_file("etc/docker/daemon.json",
		"{\n  \"dns\": [\n    \"192.0.2.1\"\n  ],\n  \"icc\": false\n}\n");
	assert_int_equal(look(&kind_json, &icc, "false", &evidence), FOUND_RIGHT);
	assert_int_equal(look(&kind_json, &logs, "{\"b\": 1, \"a\": \"x\"}", &missing),
		FOUND_WRONG);
	assert_done(
		kind_json.apply(&site, &logs, "{\"b\": 1, \"a\": \"x\"}", &changed, &err),
		&err);
	assert_int_equal(
		look(&kind_json, &logs, "{\"a\":\"x\",\"b\":1}", &there), FOUND_RIGHT);
	put("etc/docker/daemon.json", "{\"icc\": \"false\", \"hosts\": [\"tcp://\"]}");
	assert_int_equal(look(&kind_json, &icc, "false", &text), FOUND_WRONG);
	assert_int_equal(look(&kind_json, &hosts, "absent", &listed), FOUND_WRONG);
	assert_done(kind_json.apply(&site, &hosts, "absent", &changed, &err), &err);
	assert_file("etc/docker/daemon.json", "{\n  \"icc\": \"false\"\n}\n");
	put("etc/docker/daemon.json", "{\"dns\": ");
	assert_true(kind_json.apply(&site, &icc, "false", &changed, &err) < 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_make, tree_close)
	const struct CMUnitTest tests[] = {
		TEST(sysctl_counts_who_comes_last),
		TEST(a_lowered_level_is_found),
		TEST(control_groups_are_those_that_are_mounted_there),
		TEST(an_age_counts_from_the_start_of_the_machine),
		TEST(arguments_of_the_level_below_are_kept_ready),
		TEST(daily_jobs_are_where_the_distribution_runs_them),
		TEST(sysctl_reads_the_kernel),
		TEST(sysctl_for_new_interfaces_holds_for_those_there),
		TEST(arguments_of_others_stay),
		TEST(arguments_need_the_kernels_word),
		TEST(modules_are_blocked_and_seen),
		TEST(mounts_are_merged_added_or_left),
		TEST(unreadable_files_are_left),
		TEST(settings_keep_the_rest_of_the_file),
		TEST(accounts_are_repaired),
		TEST(second_roots_are_named),
		TEST(odd_accounts_are_named),
		TEST(modes_only_become_stricter),
		TEST(sshd_reads_ours_first),
		TEST(audit_rules_cover_both_call_tables),
		TEST(a_merging_audit_service_gets_one_file),
		TEST(the_firewall_has_the_wanted_parts),
		TEST(json_members_of_others_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
