#include "installer/machine_probe.h"

#include "tests/unit/temporary.h"
#include "tests/unit/unit.h"

/* Files of a computer that is not this one. */
static const struct {
	const char *path, *content;
} files[] = {
	{"sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c",
         "....\1"															     },
	{"proc/meminfo",							     "MemTotal:        2014520 kB\nMemFree:          123 kB\n"},
	{"proc/cpuinfo",
         "processor\t: 0\nmodel name\t: Fast CPU\nflags\t\t: fpu hypervisor sse\n\nprocessor\t: 1\nmodel name\t: Fast CPU\n"                  },
	{"proc/consoles",
         "tty0                 -WU (EC  p  )    4:7\nttyS0                -W- (E   p a)    4:64\n"                                            },
	{"proc/bus/input/devices",
         "I: Bus=0011 Vendor=0001\nN: Name=\"AT Keyboard\"\nB: EV=120013\n\n"
		"I: Bus=0003 Vendor=046d\nN: Name=\"Logitech K120\"\nB: EV=120013\n\n"
		"I: Bus=0003 Vendor=046d\nN: Name=\"Logitech Mouse\"\nB: EV=17\n\n"                                                           },
	{"sys/class/dmi/id/sys_vendor",					      "Example Ltd.  \n"                                       },
	{"sys/class/dmi/id/product_name",					    "Box 9000\n"                                             },
	{"sys/devices/system/cpu/smt/active",                                        "1\n"						    },
	{"sys/class/tpm/tpm0/tpm_version_major",                                     "2\n"                                                    },
	{"sys/class/net/lo/address",						 "00:00:00:00:00:00\n"                                    },
	{"sys/class/net/eth0/address",					       "52:54:00:12:34:56\n"                                    },
	{"sys/class/net/eth0/carrier",					       "1\n"						    },
	{"sys/class/net/eth0/device/vendor",                                         "0x1\n"                                                  },
	{"sys/class/net/wlan0/address",					      "52:54:00:12:34:57\n"                                    },
	{"sys/class/net/wlan0/phy80211/index",                                       "0\n"						    },
	{"sys/class/net/wlan0/device/vendor",                                        "0x1\n"                                                  },
};

static int make_root(void **state)
{
	struct temporary *root = memory_zero(1, sizeof(*root));
	int rc = temporary_make(root);

	*state = root;
	for (size_t i = 0; rc >= 0 && i < LENGTH(files); i++)
		rc = temporary_add(root, files[i].path, files[i].content);
	return rc < 0 ? -1 : 0;
}

static int free_root(void **state)
{
	temporary_remove(*state);
	free(*state);
	return 0;
}

static void facts_are_found(void **state)
{
	automachine struct machine *machine = memory_zero(1, sizeof(*machine));
	struct probe probe = {
		.root_fd = ((struct temporary *)*state)->fd, .machine = machine};

	text_add(&probe.mounts,
		"30 23 0:26 / /sys/firmware/efi/efivars rw,nosuid - efivarfs efivarfs rw\n");
	probe_system(&probe);
	text_free(&probe.mounts);
	assert_int_equal(machine->firmware, FIRMWARE_UEFI);
	assert_true(machine->secure_boot && machine->nvram_writable && machine->tpm2 &&
		    machine->virtual_machine && machine->smt);
	assert_int_equal(machine->memory_bytes, UINT64_C(2014520) * 1024);
	assert_int_equal(machine->cpus, 2);
	assert_string_equal(machine->cpu_model, "Fast CPU");
	assert_string_equal(machine->vendor, "Example Ltd.");
	assert_string_equal(machine->product, "Box 9000");
	assert_null(machine->serial);
	assert_int_equal(machine->usb_keyboards.count, 1);
	assert_string_equal(machine->usb_keyboards.items[0], "Logitech K120");
	assert_int_equal(machine->serial_consoles.count, 1);
	assert_string_equal(machine->serial_consoles.items[0], "ttyS0");
}

static void an_older_tpm_is_told(void **state)
{
	const struct temporary *temporary = *state;
	automachine struct machine *machine = memory_zero(1, sizeof(*machine));
	struct probe probe = {.root_fd = temporary->fd, .machine = machine};
	struct error err = {0};

	assert_done(file_write(temporary->fd, "sys/class/tpm/tpm0/tpm_version_major",
			    "1\n", 2, 0644, &err),
		&err);
	probe_system(&probe);
	text_free(&probe.mounts);
	assert_true(machine->tpm12 && !machine->tpm2);
}

static void only_real_ports_count(void **state)
{
	automachine struct machine *machine = memory_zero(1, sizeof(*machine));
	struct probe probe = {
		.root_fd = ((struct temporary *)*state)->fd, .machine = machine};

	probe_system(&probe);
	assert_int_equal(machine->port_count, 2);
	assert_string_equal(machine->ports[0].name, "eth0");
	assert_true(machine->ports[0].link && !machine->ports[0].wireless);
	assert_true(!machine->ports[1].link && machine->ports[1].wireless);
}

/* Of the loopback port of wherever this runs: the one that is always there. */
static void a_port_has_its_addresses(void **state)
{
	automachine struct machine *machine = memory_zero(1, sizeof(*machine));

	(void)state;
	machine->ports = memory_zero(2, sizeof(*machine->ports));
	machine->port_count = 2;
	machine->ports[0].name = memory_copy_text("none0");
	machine->ports[1].name = memory_copy_text("lo");
	probe_addresses(machine);
	assert_int_equal(machine->ports[0].addresses.count, 0);
	assert_true(words_contain(&machine->ports[1].addresses, "127.0.0.1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(facts_are_found),
		cmocka_unit_test(only_real_ports_count),
		cmocka_unit_test(a_port_has_its_addresses),
		cmocka_unit_test(an_older_tpm_is_told),
	};

	return cmocka_run_group_tests(tests, make_root, free_root);
}
