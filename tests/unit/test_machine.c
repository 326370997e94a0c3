#include "installer/machine.h"

#include <errno.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "tests/unit/unit.h"

static char *case_path(const char *name)
{
	const char *source = getenv("top_srcdir");

	return memory_format("%s/tests/cases/machines/%s", source ? source : ".", name);
}

static struct machine *load(const char *name)
{
	autofree char *path = case_path(name);
	struct machine *machine = NULL;
	struct error err = {0};

	assert_done(machine_load_file(path, &machine, &err), &err);
	return machine;
}

static void captured_machines_round_trip(void **state)
{
	autofree char *dir = case_path("");
	autoclose int dir_fd = -1;
	autowords struct words names = {0};
	struct error err = {0};
	size_t seen = 0;

	(void)state;
	dir_fd = file_open_root(dir, &err);
	assert_done(file_list(dir_fd, ".", false, &names, &err), &err);
	for (size_t i = 0; i < names.count; i++) {
		autotext struct text text = {0};
		automachine struct machine *machine = NULL;
		autofree char *saved = NULL;

		if (!text_ends(names.items[i], ".json"))
			continue;
		assert_done(
			file_read(dir_fd, names.items[i], 1 << 20, &text, &err), &err);
		machine = load(names.items[i]);
		saved = machine_save(machine);
		assert_string_equal(saved, text.data);
		seen++;
	}
	assert_true(seen >= 9);
}

static void facts_arrive(void **state)
{
	automachine struct machine *machine = load("laptop-windows.json");
	const struct disk *disk = machine_disk(machine, "nvme0n1");

	(void)state;
	assert_int_equal(machine->firmware, FIRMWARE_UEFI);
	assert_true(machine->secure_boot && machine->tpm2);
	assert_int_equal(machine->cpus, 8);
	assert_non_null(disk);
	assert_int_equal(disk->bus, BUS_NVME);
	assert_int_equal(disk->content_count, 4);
	assert_string_equal(disk->contents[2].type, "ntfs");
	assert_ptr_equal(machine_disk(machine, "/dev/nvme0n1"), disk);
	assert_ptr_equal(machine_disk(machine, disk->by_id), disk);
	assert_null(machine_disk(machine, "sda"));
}

static void disks_in_one_line(void **state)
{
	automachine struct machine *laptop = load("laptop-windows.json");
	automachine struct machine *server = load("server-raid.json");
	automachine struct machine *vm = load("vm-uefi.json");
	autofree char *windows = disk_describe(&laptop->disks[0]);
	autofree char *raid = disk_describe(&server->disks[0]);
	autofree char *empty = disk_describe(&vm->disks[0]);

	(void)state;
	assert_string_equal(windows,
		"nvme0n1 476.9 GiB nvme Samsung SSD 980 PRO 512GB, serial S64DNF0R123456, holds Windows "
		"(4 partitions)");
	assert_string_equal(raid,
		"sda 447.1 GiB ata INTEL SSDSC2KB480G8, serial PHYF000000AA480BGN, holds part of a RAID "
		"(2 partitions)");
	assert_string_equal(empty, "vda 20.0 GiB virtio, serial JEFE1, empty");
}

static void unknown_keys_are_ignored_and_little_is_needed(void **state)
{
	automachine struct machine *machine = NULL;
	struct error err = {0};

	(void)state;
	assert_done(
		machine_load(
			"{\"schema\": 1, \"color\": [], \"disks\": [{\"name\": \"sda\", \"model\": null}]}",
			"x", &machine, &err),
		&err);
	assert_string_equal(machine->disks[0].path, "/dev/sda");
	assert_int_equal(machine->disks[0].logical_sector, 512);
	assert_null(machine->disks[0].model);
}

/* JSON that is refused, and a piece of the message. */
static const struct {
	const char *json, *message;
} refused[] = {
	{"{\"disks\": []}",									     "vm.json: schema"            },
	{"[]",											  "vm.json: must be an object" },
	{"{\"schema\": 1",									      "vm.json:1:"                 },
	{"{\"schema\": 1, \"memory_bytes\": \"4G\"}",
         "vm.json: memory_bytes: must be a whole number"									     },
	{"{\"schema\": 1, \"memory_bytes\": -1}",						       "memory_bytes"               },
	{"{\"schema\": 1, \"firmware\": \"coreboot\"}",
         "firmware: \"coreboot\" is unknown"											 },
	{"{\"schema\": 1, \"disks\": {}}",							      "disks: must be an array"    },
	{"{\"schema\": 1, \"disks\": [7]}",							     "disks[0]: must be an object"},
	{"{\"schema\": 1, \"disks\": [{}]}",							    "disks[0]: name is missing"  },
	{"{\"schema\": 1, \"disks\": [{\"name\": \"a\", \"contents\": [{}, {\"size_bytes\": true}]}]}",
         "vm.json: disks[0]: contents[1]: size_bytes: must be"								       },
	{"{\"schema\": 1, \"usb_keyboards\": [1]}",						     "usb_keyboards[0]"           },
};

static void wrong_facts_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(refused); i++) {
		struct machine *machine = NULL;
		struct error err = {0};

		assert_int_equal(machine_load(refused[i].json, "vm.json", &machine, &err),
			-EINVAL);
		if (!strstr(err.text, refused[i].message))
			fail_msg("%s gave %s", refused[i].json, err.text);
		assert_null(machine);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(captured_machines_round_trip),
		cmocka_unit_test(facts_arrive),
		cmocka_unit_test(disks_in_one_line),
		cmocka_unit_test(unknown_keys_are_ignored_and_little_is_needed),
		cmocka_unit_test(wrong_facts_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
