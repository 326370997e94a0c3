/* Partitions that are there: whose they are, and what becomes of them. */
#include "installer/partitions.h"

#include <string.h>

#include "installer/base/memory.h"
#include "tests/unit/unit.h"

#define MIB ((uint64_t)1 << 20)
#define GIB ((uint64_t)1 << 30)

enum { BIOS, ESP, BOOT, OTHER, ROOT, COUNT };

static char vda[] = "vda", vda_path[] = "/dev/vda", gpt[] = "gpt", vfat[] = "vfat",
	    ext4[] = "ext4", luks[] = "crypto_LUKS", lvm[] = "LVM2_member",
	    raid[] = "linux_raid_member", boot_label[] = "jefe-boot",
	    foreign_label[] = "BOOT", esp_guid[] = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b",
	    linux_guid[] = "0fc63daf-8483-4772-8e79-3d69d8477de4";
static char paths[COUNT][10] = {
	"/dev/vda1", "/dev/vda2", "/dev/vda3", "/dev/vda4", "/dev/vda5"};
static const struct machine uefi = {
	.memory_bytes = 4 * GIB, .cpus = 2, .firmware = FIRMWARE_UEFI};

/* bios, esp, boot, root; other: between the last two. */
static struct disk make_disk(struct content contents[COUNT], const char *boot,
	const char *root, const char *type, bool other)
{
	static char names[4][24] = {"bios", "esp"};
	const struct content all[COUNT] = {
		[BIOS] = {.part_name = names[0],  .start_bytes = MIB, .size_bytes = MIB   },
		[ESP] = { .part_name = names[1],
			  .type = vfat,
			  .part_type = esp_guid,
			  .start_bytes = 2 * MIB,
			  .size_bytes = 200 * MIB},
		[BOOT] = {					  .part_name = names[2],
			  .type = ext4,
			  .label = boot_label,
			  .part_type = linux_guid,
			  .start_bytes = 202 * MIB,
			  .size_bytes = 512 * MIB},
		[OTHER] = {					    .start_bytes = 714 * MIB,								 .size_bytes = GIB                  },
		[ROOT] = {				    .part_name = names[3],
			  .type = (char *)(uintptr_t)type,
			  .part_type = linux_guid,
			  .start_bytes = 714 * MIB + (other ? GIB : 0),
			  .size_bytes = 10 * GIB},
	};

	(void)snprintf(names[2], sizeof(names[2]), "%s", boot);
	(void)snprintf(names[3], sizeof(names[3]), "%s", root);
	memcpy(contents, all, sizeof(all));
	for (size_t i = 0; i < COUNT; i++)
		contents[i].path = paths[i];
	return (struct disk){.path = vda_path,
		.name = vda,
		.size_bytes = 20 * GIB,
		.logical_sector = 512,
		.table = gpt,
		.contents = contents,
		.content_count = COUNT};
}

static void names_tell_what_is_ours(void **state)
{
	static const struct {
		const char *boot, *root;
		char *label;
		bool other, found, volumes, apart, keeping;
	} cases[] = {
		{"boot",      "root",                 boot_label,    false, true,  false, false, false},
		{"boot",      "volumes",              boot_label,    false, true,  true,  false, false},
		{"boot",      "root",                 foreign_label, false, false, false, false, false},
		{"boot",      "root",                 NULL,          false, false, false, false, false},
		{"boot",      "root",                 boot_label,    true,  false, false, false, false},
		{"jefe-boot", "root",                 boot_label,    false, false, false, false, false},
		{"boot",      "jefe-root",            boot_label,    false, false, false, false, false},
		{"jefe-boot", "jefe-root",            boot_label,    true,  true,  false, true,  false},
		{"jefe-boot", "jefe-volumes",         boot_label,    false, true,  true,  true,  false},
		{"boot",      "jefe-incomplete",      boot_label,    false, false, false, false,
                 false										},
		{"boot",      "jefe-keeping-root",    NULL,          false, true,  false, false, true },
		{"boot",      "jefe-keeping-root",    NULL,          true,  false, false, false, true },
		{"jefe-boot", "jefe-keeping-volumes", NULL,          true,  true,  true,  true,  true },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct content contents[COUNT];
		struct disk disk = make_disk(
			contents, cases[i].boot, cases[i].root, ext4, cases[i].other);
		struct named_system system = {0};

		contents[BOOT].label = cases[i].label;
		assert_int_equal(partitions_find(&disk, &system), cases[i].found);
		if (!cases[i].found)
			continue;
		assert_ptr_equal(system.root, &contents[ROOT]);
		assert_ptr_equal(system.boot, &contents[BOOT]);
		assert_ptr_equal(system.esp, &contents[ESP]);
		assert_int_equal(system.has_volumes, cases[i].volumes);
		assert_int_equal(system.is_apart, cases[i].apart);
		assert_int_equal(system.is_keeping, cases[i].keeping);
	}
}

/* A try that was broken off names it otherwise, and nothing else may come of that. */
static void what_is_kept_is_named_by_what_holds_it(void **state)
{
	static const struct {
		const char *boot, *before, *until, *after, *type;
	} cases[] = {
		{"boot",      "root",                 "jefe-keeping-root",    "root",      ext4},
		{"boot",      "volumes",              "jefe-keeping-volumes", "volumes",   lvm },
		{"boot",      "jefe-keeping-volumes", "jefe-keeping-volumes", "volumes",   luks},
		{"jefe-boot", "jefe-root",            "jefe-keeping-root",    "jefe-root", luks},
		{"jefe-boot", "jefe-keeping-volumes", "jefe-keeping-volumes",
                 "jefe-volumes",							   lvm },
	};
	struct answers *answers = answers_new();

	(void)state;
	answers->disk.layout = LAYOUT_KEEP;
	answers->disk.home_size = 5 * GIB; /* counts for nothing */
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct content contents[COUNT];
		struct disk disk = make_disk(
			contents, cases[i].boot, cases[i].before, cases[i].type, false);
		autoproblems struct problems problems = {0};
		struct disk_layout layout;

		answers->disk.encryption =
			cases[i].type == luks ? ENCRYPTION_LUKS2 : ENCRYPTION_NONE;
		layout_make(answers, &uefi, &disk, &layout, &problems);
		assert_int_equal(problems.count, 0);
		assert_string_equal(layout_incomplete_name(&layout), cases[i].until);
		assert_string_equal(layout_root_name(&layout), cases[i].after);
		assert_true(layout.keeps && layout.in_place && !layout.shares);
		assert_int_equal(layout.volume_bytes[VOLUME_ROOT], 10 * GIB);
		for (size_t volume = 0; volume < VOLUMES; volume++) {
			const char *point = layout_volumes[volume].point;
			bool stays = text_equal(point, "/home") ||
				     text_equal(point, "/srv") ||
				     text_equal(point, "/boot/efi");

			assert_int_equal(layout_fate(&layout, volume),
				volume == VOLUME_ROOT ? FATE_EMPTIED
				: stays               ? FATE_STAYS
						      : FATE_FORMATTED);
		}
	}
	answers_free(answers);
}

static void not_everything_can_be_kept(void **state)
{
	static const struct {
		char *type, *esp;
		enum encryption encryption;
		const char *key;
	} cases[] = {
		{raid, vfat, ENCRYPTION_NONE,  "disk.layout"    },
		{luks, vfat, ENCRYPTION_NONE,  "disk.encryption"},
		{ext4, vfat, ENCRYPTION_LUKS2, "disk.encryption"},
		{lvm,  vfat, ENCRYPTION_NONE,  "disk.layout"    },
		{NULL, vfat, ENCRYPTION_NONE,  "disk.layout"    },
		{ext4, NULL, ENCRYPTION_NONE,  "disk.layout"    },
	};
	struct answers *answers = answers_new();

	(void)state;
	answers->disk.layout = LAYOUT_KEEP;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		struct content contents[COUNT];
		struct disk disk =
			make_disk(contents, "boot", "root", cases[i].type, false);
		autoproblems struct problems problems = {0};
		struct disk_layout layout;

		contents[ESP].type = cases[i].esp;
		answers->disk.encryption = cases[i].encryption;
		layout_make(answers, &uefi, &disk, &layout, &problems);
		assert_int_equal(problems.count, 1);
		assert_string_equal(problems.items[0].key, cases[i].key);
	}
	answers_free(answers);
}

/* Whose partition it is decides who formats it. */
static void chosen_partitions_are_taken(void **state)
{
	struct content contents[COUNT];
	struct disk disk = make_disk(contents, "", "", ext4, true);
	struct answers *answers = answers_new();

	(void)state;
	answers->disk.layout = LAYOUT_MANUAL;
	answers->disk.encryption = ENCRYPTION_NONE;
	answers->disk.esp_partition = 2;
	answers->disk.boot_partition = 3;
	answers->disk.root_partition = 5;
	contents[BOOT].label = NULL;
	for (size_t i = 0; i < 2; i++) {
		autoproblems struct problems problems = {0};
		struct disk_layout layout;

		contents[ESP].type = i ? vfat : NULL;
		layout_make(answers, &uefi, &disk, &layout, &problems);
		assert_int_equal(problems.count, 0);
		assert_int_equal(layout_fate(&layout, VOLUME_ESP),
			i ? FATE_STAYS : FATE_FORMATTED);
		assert_int_equal(layout_fate(&layout, VOLUME_ROOT), FATE_FORMATTED);
		assert_string_equal(layout_incomplete_name(&layout), "jefe-incomplete");
		assert_string_equal(layout_root_name(&layout), "jefe-root");
		assert_int_equal(layout.partitions[PART_ROOT].number, 5);
		assert_int_equal(layout.volume_bytes[VOLUME_ROOT], 10 * GIB);
		assert_false(layout.partitions[PART_BIOS].number);
	}
	answers_free(answers);
}

/* Recovery goes by names. */
static void two_of_ours_are_not_made(void **state)
{
	struct content contents[COUNT];
	struct disk disk = make_disk(contents, "boot", "root", ext4, true);
	struct answers *answers = answers_new();
	autoproblems struct problems problems = {0};
	struct disk_layout layout;

	(void)state;
	answers->disk.layout = LAYOUT_MANUAL;
	answers->disk.esp_partition = 2;
	answers->disk.boot_partition = 4;
	answers->disk.root_partition = 5;
	contents[OTHER].part_type = linux_guid;
	layout_make(answers, &uefi, &disk, &layout, &problems);
	assert_int_equal(problems.count, 1);
	assert_string_equal(problems.items[0].key, "disk.layout");
	answers_free(answers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_tell_what_is_ours),
		cmocka_unit_test(what_is_kept_is_named_by_what_holds_it),
		cmocka_unit_test(not_everything_can_be_kept),
		cmocka_unit_test(chosen_partitions_are_taken),
		cmocka_unit_test(two_of_ours_are_not_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
