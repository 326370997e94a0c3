#include "installer/layout.h"

#include <stdlib.h>

#include "installer/base/memory.h"
#include "tests/unit/unit.h"

#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

static struct answers *make_answers(void)
{
	struct answers *answers = answers_new();

	answers->disk.encryption = ENCRYPTION_LUKS2;
	answers->disk.esp_size = 512 * MIB;
	answers->disk.boot_size = GIB;
	return answers;
}

static void partitions_follow_one_another(void **state)
{
	const struct machine machine = {.memory_bytes = 4 * GIB, .cpus = 2};
	char path[] = "/dev/vda", name[] = "vda";
	const struct disk disk = {.path = path,
		.name = name,
		.size_bytes = 20 * GIB,
		.logical_sector = 512};
	struct answers *answers = make_answers();
	autoproblems struct problems problems = {0};
	struct disk_layout layout;
	const struct partition_spec *parts = layout.partitions;

	(void)state;
	layout_make(answers, &machine, &disk, &layout, &problems);
	assert_int_equal(problems.count, 0);
	assert_int_equal(parts[0].start_bytes, MIB);
	for (size_t i = 1; i < PART_COUNT; i++) {
		assert_int_equal(parts[i].start_bytes,
			parts[i - 1].start_bytes + parts[i - 1].size_bytes);
		assert_int_equal(parts[i].size_bytes % MIB, 0);
	}
	assert_int_equal(parts[PART_ROOT].start_bytes + parts[PART_ROOT].size_bytes,
		20 * GIB - MIB);
	assert_string_equal(parts[PART_ROOT].name, "jefe-incomplete");
	assert_int_equal(layout.kdf_memory_bytes, GIB);
	assert_int_equal(layout.kdf_iterations, 0);
	assert_int_equal(layout.kdf_threads, 2);
	answers_free(answers);
}

static void key_derivation_fits_the_machine(void **state)
{
	static const struct {
		uint64_t memory, wanted, expected;
	} cases[] = {
		{64 * MIB,   0,        32 * MIB },
		{512 * MIB,  0,        128 * MIB},
		{1500 * MIB, 0,        375 * MIB},
		{64 * GIB,   0,        GIB      },
		{64 * GIB,   64 * MIB, 64 * MIB },
		{0,          0,        32 * MIB },
	};
	char path[] = "/dev/vda", name[] = "vda";
	const struct disk disk = {.path = path,
		.name = name,
		.size_bytes = 20 * GIB,
		.logical_sector = 512};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		const struct machine machine = {
			.memory_bytes = cases[i].memory, .cpus = 64};
		struct answers *answers = make_answers();
		autoproblems struct problems problems = {0};
		struct disk_layout layout;

		answers->disk.kdf_memory = cases[i].wanted;
		layout_make(answers, &machine, &disk, &layout, &problems);
		assert_int_equal(layout.kdf_memory_bytes, cases[i].expected);
		assert_int_equal(layout.kdf_iterations, cases[i].wanted ? 4 : 0);
		assert_int_equal(layout.kdf_threads, 4);
		answers_free(answers);
	}
}

static void what_does_not_fit_is_said(void **state)
{
	const struct machine machine = {.memory_bytes = GIB, .cpus = 1};
	char path[] = "/dev/sda", name[] = "sda";
	struct disk disk = {
		.path = path, .name = name, .size_bytes = 2 * GIB, .logical_sector = 512};
	struct answers *answers = make_answers();
	autoproblems struct problems small = {0}, tiny = {0}, sectors = {0};
	struct disk_layout layout;

	(void)state;
	layout_make(answers, &machine, &disk, &layout, &small);
	assert_int_equal(small.count, 1);
	assert_string_equal(small.items[0].key, "disk.match");
	disk.size_bytes = 1000;
	layout_make(answers, &machine, &disk, &layout, &tiny);
	assert_true(problems_have_errors(&tiny));
	assert_int_equal(layout.partitions[PART_ROOT].size_bytes, 0);
	disk.size_bytes = 20 * GIB;
	disk.logical_sector = 4096;
	answers->disk.esp_size = 100 * MIB;
	layout_make(answers, &machine, &disk, &layout, &sectors);
	assert_int_equal(sectors.count, 1);
	assert_string_equal(sectors.items[0].key, "disk.esp_size");
	answers_free(answers);
}

static void the_root_partition_may_leave_room(void **state)
{
	const struct machine machine = {.memory_bytes = GIB, .cpus = 1};
	char path[] = "/dev/sda", name[] = "sda";
	const struct disk disk = {.path = path,
		.name = name,
		.size_bytes = 20 * GIB,
		.logical_sector = 512};
	struct answers *answers = make_answers();
	autoproblems struct problems fits = {0}, all = {0}, more = {0};
	struct disk_layout layout;
	uint64_t room;

	(void)state;
	layout_make(answers, &machine, &disk, &layout, &fits);
	room = layout.partitions[PART_ROOT].size_bytes;
	assert_int_equal(layout.free_bytes, 0);
	answers->disk.root_size = 4 * GIB + 1;
	layout_make(answers, &machine, &disk, &layout, &fits);
	assert_int_equal(layout.partitions[PART_ROOT].size_bytes, 4 * GIB + MIB);
	assert_int_equal(layout.free_bytes, room - 4 * GIB - MIB);
	assert_int_equal(fits.count, 0);
	answers->disk.root_size = room;
	layout_make(answers, &machine, &disk, &layout, &all);
	assert_int_equal(all.count, 0);
	assert_int_equal(layout.free_bytes, 0);
	answers->disk.root_size = room + 1;
	layout_make(answers, &machine, &disk, &layout, &more);
	assert_int_equal(more.count, 1);
	assert_string_equal(more.items[0].key, "disk.root_size");
	assert_int_equal(layout.partitions[PART_ROOT].size_bytes, room);
	answers_free(answers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(partitions_follow_one_another),
		cmocka_unit_test(key_derivation_fits_the_machine),
		cmocka_unit_test(what_does_not_fit_is_said),
		cmocka_unit_test(the_root_partition_may_leave_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
