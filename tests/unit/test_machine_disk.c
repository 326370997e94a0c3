#include "installer/machine_probe.h"

#include "tests/unit/temporary.h"
#include "tests/unit/unit.h"

/* Where sysfs puts an ATA disk, a USB device and the disk of a USB stick. */
#define ATA   "sys/devices/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda"
#define USB   "sys/devices/pci0000:00/0000:00:14.0/usb1/1-3"
#define STICK USB "/1-3:1.0/host4/target4:0:0/4:0:0:0/block/sdb"

/* Files of a computer that is not this one. */
static const struct {
	const char *path, *content;
} files[] = {
	{ATA "/size",			 "1953525168\n"                },
	{ATA "/dev",			  "8:0\n"                       },
	{ATA "/ro",			   "0\n"			 },
	{ATA "/removable",                    "0\n"                         },
	{ATA "/queue/logical_block_size",     "512\n"                       },
	{ATA "/queue/physical_block_size",    "4096\n"                      },
	{ATA "/queue/rotational",             "1\n"                         },
	{ATA "/device/vendor",                "ATA     \n"                  },
	{ATA "/device/model",                 "WDC WD10EZEX-08 \n"          },
	{ATA "/device/wwid",                  "naa.50014ee2b0000001\n"      },
	{ATA "/device/vpd_pg80",              ".\x80.\x14  WD-WCC6Y3AAAAAA "},
	{ATA "/sda1/partition",               "1\n"                         },
	{ATA "/sda1/dev",                     "8:1\n"                       },
	{ATA "/sda2/partition",               "2\n"                         },
	{ATA "/sda2/dev",                     "8:2\n"                       },
	{ATA "/sda2/holders/dm-0/x",          ""                            },
	{ATA "/sda3/partition",               "3\n"                         },
	{ATA "/sda3/dev",                     "8:3\n"                       },
	{"sys/block/dm-0/dm/name",            "cryptroot\n"                 },
	{"sys/block/loop7/loop/backing_file", "/dev/sda3\n"                 },
	{STICK "/size",                       "60555264\n"                  },
	{STICK "/dev",			"8:16\n"                      },
	{STICK "/removable",                  "1\n"                         },
	{STICK "/ro",			 "1\n"                         },
	{STICK "/device/vendor",              "SanDisk \n"                  },
	{STICK "/device/model",               "Cruzer Blade    \n"          },
	{STICK "/device/wwid",                "t10.SanDisk Cruzer Blade\n"  },
	{USB "/serial",                       "4C530001\n"                  },
	{"sys/block/vda/serial",              "JEFE1\n"                     },
	{"sys/block/vda/size",                "41943040\n"                  },
	{"dev/disk/by-id/README",             ""                            },
};

static const struct {
	const char *path, *target;
} links[] = {
	{"sys/block/sda",					    "../../" ATA  },
	{"sys/block/sdb",					    "../../" STICK},
	{"dev/disk/by-id/wwn-0x50014ee2b0000001",                    "../../sda"   },
	{"dev/disk/by-id/ata-WDC_WD10EZEX-08_WD-WCC6Y3AAAAAA",       "../../sda"   },
	{"dev/disk/by-id/ata-WDC_WD10EZEX-08_WD-WCC6Y3AAAAAA-part1", "../../sda1"  },
};

static int make_root(void **state)
{
	struct temporary *root = memory_zero(1, sizeof(*root));
	struct error err = {0};
	int rc = temporary_make(root);

	*state = root;
	for (size_t i = 0; rc >= 0 && i < LENGTH(files); i++)
		rc = temporary_add(root, files[i].path, files[i].content);
	for (size_t i = 0; rc >= 0 && i < LENGTH(links); i++)
		rc = file_link(root->fd, links[i].target, links[i].path, &err);
	return rc < 0 ? -1 : 0;
}

static int free_root(void **state)
{
	temporary_remove(*state);
	free(*state);
	return 0;
}

/* Facts of one disk; the machine owns it. */
static struct disk *probe_one(
	struct probe *probe, struct machine *machine, const char *name)
{
	machine->disks = memory_zero(1, sizeof(*machine->disks));
	machine->disk_count = 1;
	machine->disks[0].name = memory_copy_text(name);
	probe->machine = machine;
	probe_disk_facts(probe, &machine->disks[0]);
	return &machine->disks[0];
}

static void an_ata_disk(void **state)
{
	automachine struct machine *machine = memory_zero(1, sizeof(*machine));
	struct probe probe = {.root_fd = ((struct temporary *)*state)->fd};
	const struct disk *disk = probe_one(&probe, machine, "sda");

	assert_string_equal(disk->path, "/dev/sda");
	assert_int_equal(disk->bus, BUS_ATA);
	assert_int_equal(disk->size_bytes, UINT64_C(1000204886016));
	assert_int_equal(disk->logical_sector, 512);
	assert_int_equal(disk->physical_sector, 4096);
	assert_true(disk->rotational && !disk->removable && !disk->read_only);
	assert_string_equal(disk->model, "WDC WD10EZEX-08");
	assert_string_equal(disk->serial, "WD-WCC6Y3AAAAAA");
	assert_string_equal(disk->wwn, "0x50014ee2b0000001");
	assert_string_equal(
		disk->by_id, "/dev/disk/by-id/ata-WDC_WD10EZEX-08_WD-WCC6Y3AAAAAA");
	assert_null(disk->by_path);
}

static void a_usb_stick(void **state)
{
	automachine struct machine *machine = memory_zero(1, sizeof(*machine));
	struct probe probe = {.root_fd = ((struct temporary *)*state)->fd};
	const struct disk *disk = probe_one(&probe, machine, "sdb");

	assert_int_equal(disk->bus, BUS_USB);
	assert_true(disk->removable && disk->read_only);
	assert_string_equal(disk->model, "SanDisk Cruzer Blade");
	assert_string_equal(disk->serial, "4C530001");
	assert_null(disk->wwn);
	assert_string_equal(
		disk->by_id, "/dev/disk/by-id/usb-SanDisk_Cruzer_Blade_4C530001");
}

static void a_virtual_disk(void **state)
{
	automachine struct machine *machine = memory_zero(1, sizeof(*machine));
	struct probe probe = {.root_fd = ((struct temporary *)*state)->fd};
	const struct disk *disk = probe_one(&probe, machine, "vda");

	assert_int_equal(disk->bus, BUS_VIRTIO);
	assert_string_equal(disk->serial, "JEFE1");
	assert_null(disk->model);
	assert_string_equal(disk->by_id, "/dev/disk/by-id/virtio-JEFE1");
}

static void everybody_who_uses_a_disk_is_named(void **state)
{
	static const char *const expected[] = {"sda1 is mounted on /mnt",
		"sda1 is mounted on /run/jefe/medium", "sda2 is held by dm-0 (cryptroot)",
		"sda2 is used as swap", "sda3 is behind loop7", NULL};
	automachine struct machine *machine = memory_zero(1, sizeof(*machine));
	struct probe probe = {.root_fd = ((struct temporary *)*state)->fd};
	struct disk *disk = probe_one(&probe, machine, "sda");

	text_add(&probe.mounts,
		"30 1 8:1 / /mnt rw - ext4 /dev/sda1 rw\n31 1 0:40 / /run/jefe/medium ro - btrfs /dev/sda1 ro\n"
		"32 1 8:17 / /other rw - ext4 /dev/sdb1 rw\n33 1 8:160 / /also rw - ext4 /dev/sdk rw\n");
	text_add(&probe.swaps,
		"Filename Type Size\n/dev/sda2 partition 1 0 -2\n/dev/sda20 partition 1 0 -2\n");
	probe_holders(&probe, disk);
	text_free(&probe.mounts);
	text_free(&probe.swaps);
	words_sort(&disk->holders);
	assert_int_equal(disk->holders.count, LENGTH(expected) - 1);
	for (size_t i = 0; expected[i]; i++)
		assert_string_equal(disk->holders.items[i], expected[i]);
	assert_true(disk->live_medium);
}

/* Too warm for a while is not about to fail. */
static void nvme_disks_tell_how_they_are(void **state)
{
	static const struct {
		unsigned char warning;
		enum disk_health health;
	} cases[] = {
		{0x00, HEALTH_GOOD   },
		{0x02, HEALTH_GOOD   },
		{0x01, HEALTH_FAILING},
		{0x04, HEALTH_FAILING},
		{0x0a, HEALTH_FAILING},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		unsigned char log[NVME_LOG_SIZE] = {cases[i].warning, [5] = 103,
			[128] = 0x34, [129] = 0x12, [130] = 1};
		struct disk disk = {0};

		health_of_nvme(log, &disk);
		assert_int_equal(disk.health, cases[i].health);
		assert_int_equal(disk.worn_percent, 103);
		assert_int_equal(disk.used_hours, 0x11234);
	}
}

static void ata_disks_tell_how_they_are(void **state)
{
	static const struct {
		unsigned char format, descriptor, mid, high;
		enum disk_health health;
	} cases[] = {
		{0x72, 0x09, 0x4f, 0xc2, HEALTH_GOOD   },
		{0x72, 0x09, 0xf4, 0x2c, HEALTH_FAILING},
		{0x72, 0x09, 0x00, 0x00, HEALTH_UNKNOWN},
		{0x70, 0x09, 0x4f, 0xc2, HEALTH_UNKNOWN},
		{0x72, 0x00, 0xf4, 0x2c, HEALTH_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		unsigned char sense[ATA_SENSE_SIZE] = {
			cases[i].format, [7] = 14, [8] = cases[i].descriptor, [9] = 12,
			[17] = cases[i].mid, [19] = cases[i].high};
		struct disk disk = {0};

		health_of_ata(sense, &disk);
		assert_int_equal(disk.health, cases[i].health);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ata_disk),
		cmocka_unit_test(a_usb_stick),
		cmocka_unit_test(a_virtual_disk),
		cmocka_unit_test(everybody_who_uses_a_disk_is_named),
		cmocka_unit_test(nvme_disks_tell_how_they_are),
		cmocka_unit_test(ata_disks_tell_how_they_are),
	};

	return cmocka_run_group_tests(tests, make_root, free_root);
}
