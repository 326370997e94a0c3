#include "installer/answers.h"

#include "installer/base/memory.h"
#include "tests/unit/unit.h"

/* The row of this label, or one without a label. */
static struct summary_row row_of(
	const struct summary_row *rows, size_t count, const char *label)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(rows[i].label, label) == 0)
			return rows[i];
	return (struct summary_row){0};
}

static void set(struct answers *answers, const char *path, const char *value)
{
	struct error err = {0};

	assert_done(answers_set(answers, path, value, &err), &err);
}

static void rows_are_in_words(void **state)
{
	struct disk disk = {.name = (char[]){"vda"},
		.path = (char[]){"/dev/vda"},
		.bus = BUS_VIRTIO,
		.size_bytes = UINT64_C(20) << 30};
	struct machine machine = {.disks = &disk, .disk_count = 1};
	autoanswers struct answers *answers = answers_new();
	struct summary_row *rows;
	size_t count = 0;

	(void)state;
	set(answers, "system.keymap", "de");
	set(answers, "disk.match.name", "vda");
	set(answers, "disk.recovery_key", "generate:/run/jefe/key");
	(void)answers_add_user(answers);
	set(answers, "users.0.name", "ana");
	set(answers, "users.0.admin", "true");
	set(answers, "users.0.password", "prompt");
	rows = answers_summary(answers, &machine, &count);
	assert_string_equal(
		row_of(rows, count, "Disk").value, "vda 20.0 GiB virtio, empty");
	assert_string_equal(row_of(rows, count, "Keyboard layout").value, "German (de)");
	assert_true(row_of(rows, count, "Keyboard layout").changed);
	assert_string_equal(row_of(rows, count, "Host name").value, "jefe");
	assert_false(row_of(rows, count, "Host name").changed);
	assert_string_equal(row_of(rows, count, "Passphrase").value,
		"asked for before the installation");
	assert_string_equal(row_of(rows, count, "Recovery key").value,
		"made and written to /run/jefe/key");
	assert_string_equal(row_of(rows, count, "Administrator").value,
		"ana, 0 SSH keys, password: asked for before the installation");
	assert_string_equal(row_of(rows, count, "Layout").value, "the whole disk");
	assert_string_equal(row_of(rows, count, "Layout").screen, "layout");
	assert_null(row_of(rows, count, "Root partition").label);
	assert_null(row_of(rows, count, "Address").label);
	assert_null(row_of(rows, count, "Disk model").label);
	assert_null(row_of(rows, count, "Memory to unlock").label);
	summary_free(rows, count);
}

static void what_does_not_apply_is_left_out(void **state)
{
	autoanswers struct answers *answers = answers_new();
	struct summary_row *rows;
	size_t count = 0;

	(void)state;
	set(answers, "disk.encryption", "none");
	set(answers, "network.method", "static");
	set(answers, "network.address", "192.0.2.10/24");
	set(answers, "disk.boot_size", "2G");
	set(answers, "disk.root_size", "8G");
	rows = answers_summary(answers, NULL, &count);
	assert_null(row_of(rows, count, "Passphrase").label);
	assert_string_equal(row_of(rows, count, "Address").value, "192.0.2.10/24");
	assert_string_equal(row_of(rows, count, "Boot partition").value, "2G");
	assert_string_equal(row_of(rows, count, "Root").value, "8G");
	summary_free(rows, count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_in_words),
		cmocka_unit_test(what_does_not_apply_is_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
