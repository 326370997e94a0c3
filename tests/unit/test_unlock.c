#include "installer/unlock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/answers.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/run.h"
#include "installer/ssh_key.h"
#include "installer/steps/steps.h"
#include "tests/unit/unit.h"

#define KEY                                                                              \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDRhonJJYm+fITdqi8gHxBx6q6dsZuzzu0XEA2do7WyW ana@laptop"

struct target {
	char path[64];
	int fd;
};

static int make_target(void **state)
{
	struct target *target = memory_zero(1, sizeof(*target));

	(void)snprintf(
		target->path, sizeof(target->path), "/tmp/jefe-test-unlock-XXXXXX");
	if (!mkdtemp(target->path))
		return -1;
	target->fd = file_open_root(target->path, NULL);
	*state = target;
	return target->fd < 0 ? -1 : 0;
}

static int remove_target(void **state)
{
	struct target *target = *state;
	autofree char *command = memory_format("rm -rf '%s'", target->path);

	(void)close(target->fd);
	free(target);
	return system(command);
}

static void take_key(void *context, const struct event *event)
{
	char **told = context;

	if (event->kind == EVENT_UNLOCK_KEY)
		*told = memory_copy_text(event->text);
}

static void set(struct answers *answers, const char *path, const char *value)
{
	struct error err = {0};

	assert_done(answers_set(answers, path, value, &err), &err);
}

static struct answers *two_users(void)
{
	struct answers *answers = answers_new();

	(void)answers_add_user(answers);
	(void)answers_add_user(answers);
	set(answers, "users.0.name", "ana");
	set(answers, "users.0.admin", "true");
	set(answers, "users.0.ssh_keys", KEY);
	set(answers, "users.1.name", "bo");
	set(answers, "users.1.ssh_keys",
		"ssh-ed25519 " /* not an administrator's */
		"AAAAC3NzaC1lZDI1NTE5AAAAIPbkjQvGVmMpPvyNMT2zRBEGWPo7nLqH6oDFzOpCPD4v bo");
	return answers;
}

static void assert_file(const struct target *target, unsigned which, const char *text)
{
	const char *path = unlock_files[which].path;
	autotext struct text found = {0};
	struct error err = {0};
	struct stat st;

	assert_done(file_read(target->fd, path, 4096, &found, &err), &err);
	assert_string_equal(text_string(&found), text);
	assert_int_equal(fstatat(target->fd, path, &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void run_step(
	const struct target *target, const struct answers *answers, char **told)
{
	char wireless[] = "wlan0", wireless_mac[] = "02:00:00:00:00:01";
	char wired[] = "eth1", wired_mac[] = "02:00:00:00:00:02";
	struct network_port ports[] = {
		{.name = wireless, .mac = wireless_mac, .wireless = true},
		{.name = wired,    .mac = wired_mac,    .link = true    },
	};
	const struct machine machine = {.ports = ports, .port_count = LENGTH(ports)};
	const struct recipe recipe = {.answers = answers, .machine = &machine};
	struct run run = {
		.target = target->path, .target_fd = target->fd, .events = events_new()};
	struct error err = {0};

	events_add_call(run.events, take_key, told);
	assert_done(step_unlock.run(&recipe, &run, &err), &err);
	events_free(run.events);
}

static void an_installation_writes_what_the_initramfs_takes(void **state)
{
	const struct target *target = *state;
	autoanswers struct answers *answers = two_users();
	autofree char *told = NULL, *again = NULL;
	struct error err = {0};
	struct stat st;

	run_step(target, answers, &told);
	assert_true(unlock_is_on(target->fd));
	assert_done(unlock_check(target->fd, &err), &err);
	assert_int_equal(fstatat(target->fd, UNLOCK_FOLDER, &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_file(target, UNLOCK_KEYS,
		"no-port-forwarding,no-agent-forwarding,no-X11-forwarding " KEY "\n");
	assert_file(target, UNLOCK_NETWORK,
		"METHOD=dhcp\nINTERFACE=eth1\nMAC=02:00:00:00:00:02\n");
	assert_true(told && text_starts(told, "SHA256:"));
	/* An installation that is resumed makes another key. */
	run_step(target, answers, &again);
	assert_string_not_equal(told, again);
}

static void a_fixed_address_and_a_vlan_are_those_of_the_system(void **state)
{
	const struct target *target = *state;
	autoanswers struct answers *answers = two_users();
	autofree char *told = NULL;

	set(answers, "network.method", "static");
	set(answers, "network.interface", "eth7"); /* which this machine does not have */
	set(answers, "network.vlan", "10");
	set(answers, "network.address", "2001:db8::7/64");
	set(answers, "network.gateway", "2001:db8::1");
	run_step(target, answers, &told);
	assert_file(target, UNLOCK_NETWORK,
		"METHOD=static\nINTERFACE=eth7\nVLAN=10\nADDRESS=2001:db8::7/64\nGATEWAY=2001:db8::1\n");
}

static void what_lacks_is_named_with_the_way_out(void **state)
{
	const struct target *target = *state;
	struct error err = {0};

	assert_false(unlock_is_on(target->fd));
	assert_done(file_make_dirs(target->fd, UNLOCK_FOLDER, 0700, &err), &err);
	assert_int_equal(unlock_check(target->fd, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/etc/jefelinux/unlock/authorized_keys"));
	assert_non_null(strstr(err.text, "or remove /etc/jefelinux/unlock"));
	assert_int_equal(unlock_possible(target->fd, &err), -ENOENT);
	assert_non_null(strstr(err.text, "install Dropbear"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_installation_writes_what_the_initramfs_takes, make_target,
			remove_target),
		cmocka_unit_test_setup_teardown(
			a_fixed_address_and_a_vlan_are_those_of_the_system, make_target,
			remove_target),
		cmocka_unit_test_setup_teardown(
			what_lacks_is_named_with_the_way_out, make_target, remove_target),
	};

	return cmocka_run_group_tests_name("unlock", tests, NULL, NULL);
}
