#include "installer/layout.h"

#include <stdlib.h>
#include <string.h>

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
		assert_int_equal(layout.kdf_seconds, 2);
		assert_int_equal(layout.kdf_threads, 4);
		answers->disk.kdf_time = 5;
		layout_make(answers, &machine, &disk, &layout, &problems);
		assert_int_equal(layout.kdf_memory_bytes, cases[i].expected);
		assert_int_equal(layout.kdf_iterations, 0);
		assert_int_equal(layout.kdf_seconds, 5);
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

static const struct machine uefi = {
	.memory_bytes = GIB, .cpus = 1, .firmware = FIRMWARE_UEFI};

static size_t volume_named(const char *name)
{
	for (size_t i = 0; i < VOLUMES; i++)
		if (text_equal(layout_volumes[i].name, name))
			return i;
	fail_msg("no volume %s", name);
	return 0;
}

static void volumes_share_the_root_partition(void **state)
{
	char path[] = "/dev/sda", name[] = "sda";
	const struct disk disk = {.path = path, .name = name, .size_bytes = 40 * GIB};
	struct answers *answers = make_answers();
	autoproblems struct problems problems = {0};
	struct disk_layout layout;
	uint64_t sum = 0, unit = 4 * MIB;

	(void)state;
	answers->disk.home_size = 10 * GIB + 1;
	answers->disk.swap_size = GIB;
	layout_make(answers, &uefi, &disk, &layout, &problems);
	assert_int_equal(problems.count, 0);
	assert_true(layout.has_volumes);
	assert_string_equal(layout_root_name(&layout), "volumes");
	assert_int_equal(layout.volume_bytes[volume_named("home")], 10 * GIB + unit);
	assert_int_equal(layout.volume_bytes[volume_named("swap")], GIB);
	assert_int_equal(layout.volume_bytes[volume_named("var")], 0);
	assert_int_equal(layout.free_bytes, 0);
	for (size_t i = 0; i < VOLUMES; i++) {
		if (layout_volumes[i].part != PART_ROOT)
			continue;
		assert_int_equal(layout.volume_bytes[i] % unit, 0);
		sum += layout.volume_bytes[i];
	}
	/* the headers of LUKS2 and LVM, one unit, and less than another */
	sum += 16 * MIB + MIB + unit;
	assert_in_range(layout.partitions[PART_ROOT].size_bytes - sum, 0, unit - 1);
	answers_free(answers);
}

static void the_rest_goes_where_it_is_wanted(void **state)
{
	char path[] = "/dev/sda", name[] = "sda";
	const struct disk disk = {.path = path, .name = name, .size_bytes = 40 * GIB};
	struct answers *answers = make_answers();
	autoproblems struct problems missing = {0}, fits = {0}, more = {0}, none = {0};
	struct disk_layout layout;

	(void)state;
	answers->disk.rest = REST_HOME;
	layout_make(answers, &uefi, &disk, &layout, &missing);
	assert_int_equal(missing.count, 1);
	assert_string_equal(missing.items[0].key, "disk.root_size");
	answers->disk.root_size = 8 * GIB;
	layout_make(answers, &uefi, &disk, &layout, &fits);
	assert_int_equal(fits.count, 0);
	assert_int_equal(layout.volume_bytes[VOLUME_ROOT], 8 * GIB);
	assert_true(layout.volume_bytes[volume_named("home")] > 30 * GIB);
	answers->disk.var_size = 60 * GIB;
	layout_make(answers, &uefi, &disk, &layout, &more);
	assert_int_equal(more.count, 1);
	assert_string_equal(more.items[0].key, "disk.var_size");
	answers->disk.var_size = 0;
	answers->disk.home_size = GIB;
	layout_make(answers, &uefi, &disk, &layout, &none);
	assert_int_equal(none.count, 0);
	assert_int_equal(layout.volume_bytes[volume_named("home")], GIB);
	assert_true(layout.free_bytes > 29 * GIB);
	answers_free(answers);
}

/* Windows with its EFI partition, a gap, data, and a larger gap. */
static char paths[][16] = {
	"/dev/vda1", "/dev/vda2", "/dev/vda4", "/dev/vda5", "/dev/vda6"};
static char esp_guid[] = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b", vfat[] = "vfat",
	    gpt[] = "gpt", vda[] = "vda", vda_path[] = "/dev/vda", boot_name[] = "boot",
	    incomplete[] = "jefe-incomplete", boot_label[] = "jefe-boot",
	    esp_name[] = "esp", esp_label[] = "JEFE-ESP";

static void make_shared(struct disk *disk, struct content contents[5])
{
	const struct content all[5] = {
		{.path = paths[0],
                 .type = vfat,
                 .part_type = esp_guid,
                 .start_bytes = MIB,
                 .size_bytes = 100 * MIB},
		{.path = paths[1], .start_bytes = 101 * MIB, .size_bytes = 10 * GIB},
		{.path = paths[2], .start_bytes = 20 * GIB, .size_bytes = 5 * GIB + 1},
	};

	memcpy(contents, all, sizeof(all));
	*disk = (struct disk){.path = vda_path,
		.name = vda,
		.size_bytes = 60 * GIB,
		.logical_sector = 512,
		.table = gpt,
		.contents = contents,
		.content_count = 3};
}

static void what_is_there_stays(void **state)
{
	struct disk disk;
	struct content contents[5];
	struct answers *answers = make_answers();
	autoproblems struct problems problems = {0};
	struct disk_layout layout;
	const struct partition_spec *parts = layout.partitions;

	(void)state;
	make_shared(&disk, contents);
	answers->disk.layout = LAYOUT_FREE;
	layout_make(answers, &uefi, &disk, &layout, &problems);
	assert_int_equal(problems.count, 0);
	assert_true(layout.shares);
	assert_true(parts[PART_BIOS].found && !parts[PART_BIOS].number);
	assert_true(parts[PART_ESP].found);
	assert_int_equal(parts[PART_ESP].number, 1);
	assert_int_equal(parts[PART_BOOT].number, 3);
	assert_int_equal(parts[PART_BOOT].start_bytes, 25 * GIB + MIB);
	assert_int_equal(parts[PART_ROOT].number, 5);
	assert_int_equal(parts[PART_ROOT].start_bytes + parts[PART_ROOT].size_bytes,
		60 * GIB - MIB);
	answers_free(answers);
}

/* The next try takes the same place, and the same numbers. */
static void what_did_not_finish_is_free(void **state)
{
	struct disk disk;
	struct content contents[5];
	struct answers *answers = make_answers();
	autoproblems struct problems problems = {0}, there = {0};
	struct disk_layout first, second;

	(void)state;
	make_shared(&disk, contents);
	answers->disk.layout = LAYOUT_FREE;
	layout_make(answers, &uefi, &disk, &first, &problems);
	contents[3] = (struct content){.path = paths[3],
		.part_name = incomplete,
		.start_bytes = first.partitions[PART_ROOT].start_bytes,
		.size_bytes = first.partitions[PART_ROOT].size_bytes};
	contents[4] = (struct content){.path = paths[4],
		.part_name = boot_name,
		.label = boot_label,
		.start_bytes = first.partitions[PART_BOOT].start_bytes,
		.size_bytes = first.partitions[PART_BOOT].size_bytes};
	disk.content_count = 5;
	layout_make(answers, &uefi, &disk, &second, &problems);
	assert_int_equal(problems.count, 0);
	assert_int_equal(second.removed[0].number, 5);
	assert_int_equal(second.removed[1].number, 6);
	assert_memory_equal(
		first.partitions, second.partitions, sizeof(first.partitions));
	contents[2].part_name = esp_name; /* somebody's, right before ours */
	contents[2].size_bytes = first.partitions[PART_BOOT].start_bytes - 20 * GIB;
	layout_make(answers, &uefi, &disk, &second, &problems);
	assert_int_equal(second.removed[2].number, 0);
	contents[2].label = esp_label;
	layout_make(answers, &uefi, &disk, &second, &problems);
	assert_int_equal(second.removed[2].number, 4);
	contents[3].part_name = NULL; /* one that is complete */
	layout_make(answers, &uefi, &disk, &second, &there);
	assert_int_equal(there.count, 1);
	assert_string_equal(there.items[0].key, "disk.layout");
	answers_free(answers);
}

static void there_is_not_always_a_place_beside(void **state)
{
	const struct machine bios = {.memory_bytes = GIB, .cpus = 1};
	struct disk disk;
	struct content contents[5];
	struct answers *answers = make_answers();
	autoproblems struct problems table = {0}, firmware = {0}, full = {0};
	struct disk_layout layout;

	(void)state;
	make_shared(&disk, contents);
	answers->disk.layout = LAYOUT_FREE;
	layout_make(answers, &bios, &disk, &layout, &firmware);
	assert_int_equal(firmware.count, 1);
	contents[2].size_bytes = 37 * GIB;
	contents[1].size_bytes = 17 * GIB;
	layout_make(answers, &uefi, &disk, &layout, &full);
	assert_int_equal(full.count, 1);
	disk.table = NULL;
	layout_make(answers, &uefi, &disk, &layout, &table);
	assert_int_equal(table.count, 1);
	assert_string_equal(table.items[0].key, "disk.layout");
	answers_free(answers);
}

static void the_smaller_half_decides(void **state)
{
	char names[][4] = {"vda", "vdb"}, nodes[][9] = {"/dev/vda", "/dev/vdb"},
	     second[] = "vdb";
	struct disk disks[] = {
		{.name = names[0], .path = nodes[0]},
		{.name = names[1], .path = nodes[1]}
        };
	const struct machine machine = {.disks = disks, .disk_count = LENGTH(disks)};
	struct answers *answers = make_answers();

	(void)state;
	answers->disk.swap_size = GIB;
	answers->disk.mirror = second;
	for (unsigned i = 0; i < 2; i++) {
		autoproblems struct problems problems = {0};
		struct disk_layout layout;
		const struct partition_spec *root = &layout.partitions[PART_ROOT];
		autofree char *array = NULL, *esp = NULL, *half = NULL;

		disks[i] = (struct disk){
			.name = names[i], .path = nodes[i], .size_bytes = 20 * GIB};
		disks[!i].size_bytes = 30 * GIB;
		layout_make(answers, &machine, &disks[0], &layout, &problems);
		assert_int_equal(problems.count, 0);
		assert_int_equal(root->start_bytes + root->size_bytes, 20 * GIB - MIB);
		array = layout_device(&layout, PART_ROOT);
		esp = layout_device(&layout, PART_ESP);
		half = layout_partition_on(&layout, 1, PART_ROOT);
		assert_string_equal(array, "/dev/md/jefe-target-root");
		assert_string_equal(esp, "/dev/vda2");
		assert_string_equal(half, "/dev/vdb4");
		assert_string_equal(layout_array_name(&layout, PART_ROOT), "jefe-luks");
		/* the superblock of the mirror, the header of LUKS2 and that of LVM, and a unit that stays free */
		assert_true(layout.volume_bytes[VOLUME_ROOT] + GIB + 8 * MIB + 16 * MIB +
				    MIB + 4 * MIB <=
			    root->size_bytes);
		assert_true(layout.volume_bytes[VOLUME_ROOT] + GIB + 8 * MIB + 16 * MIB +
				    MIB + 8 * MIB >
			    root->size_bytes);
	}
	answers->disk.mirror = NULL;
	answers_free(answers);
}

static void both_halves_must_fit(void **state)
{
	char names[][4] = {"vda", "vdb"}, nodes[][9] = {"/dev/vda", "/dev/vdb"},
	     second[] = "vdb";
	struct disk disks[] = {
		{.name = names[0],
                 .path = nodes[0],
                 .size_bytes = 20 * GIB,
                 .logical_sector = 512 },
		{.name = names[1],
                 .path = nodes[1],
                 .size_bytes = 3 * GIB,
                 .logical_sector = 4096}
        };
	const struct machine machine = {.disks = disks, .disk_count = LENGTH(disks)};
	struct answers *answers = make_answers();
	autoproblems struct problems small = {0}, sectors = {0};
	struct disk_layout layout;

	(void)state;
	answers->disk.mirror = second;
	layout_make(answers, &machine, &disks[0], &layout, &small);
	assert_int_equal(small.count, 1);
	assert_non_null(strstr(small.items[0].text, "vdb is too small"));
	disks[1].size_bytes = 40 * GIB;
	answers->disk.esp_size = 64 * MIB;
	layout_make(answers, &machine, &disks[0], &layout, &sectors);
	assert_int_equal(sectors.count, 1);
	assert_string_equal(sectors.items[0].key, "disk.esp_size");
	answers->disk.mirror = NULL;
	answers_free(answers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_smaller_half_decides),
		cmocka_unit_test(both_halves_must_fit),
		cmocka_unit_test(partitions_follow_one_another),
		cmocka_unit_test(key_derivation_fits_the_machine),
		cmocka_unit_test(what_does_not_fit_is_said),
		cmocka_unit_test(the_root_partition_may_leave_room),
		cmocka_unit_test(volumes_share_the_root_partition),
		cmocka_unit_test(the_rest_goes_where_it_is_wanted),
		cmocka_unit_test(what_is_there_stays),
		cmocka_unit_test(what_did_not_finish_is_free),
		cmocka_unit_test(there_is_not_always_a_place_beside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
