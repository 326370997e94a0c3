#include "installer/answers.h"

#include <errno.h>

#include "installer/base/memory.h"
#include "tests/unit/unit.h"

static const char key[] =
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDRhonJJYm+fITdqi8gHxBx6q6dsZuzzu0XEA2do7WyW ana@laptop";

static void assert_value(
	const struct answers *answers, const char *path, const char *expected)
{
	autofree char *value = answers_get(answers, path);

	if (!text_equal(value, expected))
		fail_msg("%s is %s, not %s", path, value ? value : "unset",
			expected ? expected : "unset");
}

static void every_default_is_what_the_table_says(void **state)
{
	struct answers *answers = answers_new();

	(void)state;
	(void)answers_add_user(answers);
	for (const struct field *field = answer_fields; field->key; field++) {
		const char *part = strstr(field->key, "[]");
		autofree char *path = part ? memory_format("users.0%s", part + 2)
					   : memory_copy_text(field->key);

		assert_ptr_equal(answers_field(path), field);
		assert_value(answers, path, field->standard);
	}
	answers_free(answers);
}

/* A path, and texts to set and to be refused. */
static const struct {
	const char *path, *good, *bad;
} values[] = {
	{"system.hostname",     "vault1.example.org",             "-vault"                         },
	{"system.keymap",       "de",                             "qwertz"                         },
	{"system.timezone",     "America/Argentina/Salta",        "../etc/passwd"                  },
	{"system.console",      "serial",                         "ttyS0"                          },
	{"network.method",      "static",                         "bootp"                          },
	{"network.interface",   "enp3s0",                         "a/b"                            },
	{"network.vlan",        "4094",                           "4095"                           },
	{"network.address",     "2001:db8::7/64",                 "192.0.2.300/24"                 },
	{"network.gateway",     "192.0.2.1",                      "router"                         },
	{"network.dns",         "192.0.2.1 2001:db8::1",          "1.1.1.1 2.2.2.2 3.3.3.3 4.4.4.4"},
	{"network.proxy",       "http://proxy.example.org:3128",  "http://user:word@proxy:3128"    },
	{"network.proxy",       "http://[2001:db8::1]:3128",      "http://2001:db8::1:3128"        },
	{"network.proxy",       "http://192.0.2.1:80",            "http://proxy"                   },
	{"network.proxy",       "http://proxy:65535",             "http://proxy:65536"             },
	{"network.proxy",       "http://p:2",                     "http://:3128"                   },
	{"network.proxy",       "http://p:1",                     "https://proxy:3128"             },
	{"network.proxy",       "http://p-1:1",                   "http://a$(id):3128"             },
	{"disk.match.path",     "/dev/disk/by-id/nvme-*",         "vda"                            },
	{"disk.match.bus",      "nvme",                           "floppy"                         },
	{"disk.match.min_size", "100G",                           "100GB"                          },
	{"disk.erase",          "matched-disks",                  "all"                            },
	{"disk.encryption",     "none",                           "maybe"                          },
	{"disk.passphrase",     "file:/run/jefe/luks",            "open sesame"                    },
	{"disk.recovery_key",   "generate:/run/jefe/recovery",    "generate:here"                  },
	{"disk.kdf_memory",     "512M",                           "1M"                             },
	{"disk.kdf_time",       "5",                              "61"                             },
	{"disk.boot_size",      "2G",                             "1T"                             },
	{"disk.root_size",      "64G",                            "2G"                             },
	{"users.0.name",        "ana",                            "root"                           },
	{"users.0.full_name",   "Ana P\xc3\xa9rez",               "a:b"                            },
	{"users.0.admin",       "true",                           "yes"                            },
	{"users.0.ssh_keys",    key,                              "ssh-dss AAAAB3NzaC1kc3M="       },
	{"users.0.password",    "fd:3",                           "fd:three"                       },
	{"hardening.level",     "paranoid",                       "max"                            },
	{"hardening.ssh",       "tinyssh",                        "telnet"                         },
	{"hardening.roles",     "containers desktop",             "Containers!"                    },
	{"hardening.controls",  "kernel.lockdown=off\nboot.x=on", "kernel.lockdown"                },
	{"hardening.waivers",   "kernel.lockdown=2027-06-30 x",
         "kernel.lockdown=2027-06-31 x"							    },
	{"finish",              "stay",			   "halt"                           },
};

static void values_are_set_and_checked(void **state)
{
	struct answers *answers = answers_new();

	(void)state;
	(void)answers_add_user(answers);
	for (size_t i = 0; i < LENGTH(values); i++) {
		struct error err = {0};

		assert_done(
			answers_set(answers, values[i].path, values[i].good, &err), &err);
		assert_value(answers, values[i].path, values[i].good);
		if (answers_set(answers, values[i].path, values[i].bad, &err) != -EINVAL)
			fail_msg("%s took %s", values[i].path, values[i].bad);
		assert_memory_equal(err.text, values[i].path, strlen(values[i].path));
		assert_value(answers, values[i].path, values[i].good);
		assert_done(answers_set(answers, values[i].path, NULL, &err), &err);
		assert_value(
			answers, values[i].path, answers_field(values[i].path)->standard);
	}
	answers_free(answers);
}

static void a_literal_needs_permission(void **state)
{
	struct answers *answers = answers_new();
	struct error err = {0};

	(void)state;
	assert_int_equal(
		answers_set(answers, "disk.passphrase", "literal:open sesame", &err),
		-EPERM);
	assert_value(answers, "disk.passphrase", "prompt");
	assert_done(answers_set(answers, "allow_plaintext", "true", &err), &err);
	assert_done(answers_set(answers, "disk.passphrase", "literal:open sesame", &err),
		&err);
	assert_string_equal(answers->disk.passphrase.literal, "open sesame");
	assert_value(answers, "disk.passphrase", "literal");
	answers_free(answers);
}

static void unknown_paths_are_errors(void **state)
{
	struct answers *answers = answers_new();
	struct error err = {0};

	(void)state;
	assert_int_equal(answers_set(answers, "disk.color", "red", &err), -ENOENT);
	assert_int_equal(answers_set(answers, "users.0.name", "ana", &err), -ENOENT);
	assert_int_equal(answers_set(answers, "users.x.name", "ana", &err), -ENOENT);
	assert_null(answers_field("users[].color"));
	assert_value(answers, "users.7.name", NULL);
	answers_free(answers);
}

static void users_come_and_go(void **state)
{
	struct answers *answers = answers_new();
	struct error err = {0};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		char name[] = {(char)('a' + i), '\0'};
		autofree char *path = memory_format("users.%u.name", i);

		(void)answers_add_user(answers);
		assert_done(answers_set(answers, path, name, &err), &err);
	}
	answers_remove_user(answers, 1);
	answers_remove_user(answers, 9);
	assert_int_equal(answers->user_count, 2);
	assert_value(answers, "users.1.name", "c");
	answers_free(answers);
}

static void single_controls_by_path(void **state)
{
	struct answers *answers = answers_new();
	struct error err = {0};

	(void)state;
	assert_done(
		answers_set(answers, "hardening.controls.kernel.lockdown", "off", &err),
		&err);
	assert_done(answers_set(answers, "hardening.controls.net.x", "on", &err), &err);
	assert_value(answers, "hardening.controls.kernel.lockdown", "off");
	assert_value(answers, "hardening.controls", "kernel.lockdown=off\nnet.x=on");
	assert_done(answers_set(answers, "hardening.controls.kernel.lockdown", "", &err),
		&err);
	assert_value(answers, "hardening.controls", "net.x=on");
	answers_free(answers);
}

static void the_match_selects_disks(void **state)
{
	struct answers *answers = answers_new();
	struct disk disks[] = {
		{.name = (char[]){"sda"},
                 .path = (char[]){"/dev/sda"},
                 .serial = (char[]){"S61"},
                 .size_bytes = 500  },
		{.name = (char[]){"sdb"},
                 .path = (char[]){"/dev/sdb"},
                 .by_id = (char[]){"/dev/disk/by-id/ata-X"},
                 .size_bytes = 900  },
		{.name = (char[]){"sdc"},
                 .path = (char[]){"/dev/sdc"},
                 .serial = (char[]){"S62"},
                 .live_medium = true},
	};
	struct machine machine = {.disks = disks, .disk_count = LENGTH(disks)};
	struct error err = {0};
	autofree const struct disk **found = answers_disks(answers, &machine);

	(void)state;
	assert_null(found[0]);
	assert_string_equal(answers_disk_differs(answers, &disks[0]), "match");
	assert_done(answers_set(answers, "disk.match.name", "sd?", &err), &err);
	assert_null(answers_disk_differs(answers, &disks[0]));
	assert_string_equal(answers_disk_differs(answers, &disks[2]), "live_medium");
	assert_done(answers_set(answers, "disk.match.min_size", "600", &err), &err);
	assert_string_equal(answers_disk_differs(answers, &disks[0]), "min_size");
	assert_done(
		answers_set(answers, "disk.match.path", "/dev/disk/by-id/ata-?", &err),
		&err);
	free(found);
	found = answers_disks(answers, &machine);
	assert_ptr_equal(found[0], &disks[1]);
	assert_null(found[1]);
	assert_done(answers_set(answers, "disk.match.serial", "S*", &err), &err);
	assert_string_equal(answers_disk_differs(answers, &disks[1]), "serial");
	answers_free(answers);
}

static void a_mirror_is_another_disk(void **state)
{
	static const struct {
		const char *pattern;
		size_t disk; /* 0: none or several */
	} cases[] = {
		{"sdb",                 1},
		{"S62",                 2},
		{"/dev/sdb",            1},
		{"/dev/disk/by-id/*-X", 1},
		{"0x5*",                2},
		{"sda",                 0},
		{"sd*",                 0},
		{"sdd",                 0},
		{"nothing",             0},
	};
	struct answers *answers = answers_new();
	struct disk disks[] = {
		{.name = (char[]){"sda"},      .path = (char[]){"/dev/sda"}},
		{ .name = (char[]){"sdb"},
                 .path = (char[]){"/dev/sdb"},
                 .by_id = (char[]){"/dev/disk/by-id/ata-X"}},
		{		 .name = (char[]){"sdc"},
                 .path = (char[]){"/dev/sdc"},
                 .serial = (char[]){"S62"},
                 .wwn = (char[]){"0x5000"}},
		{				    .name = (char[]){"sdd"},
                 .path = (char[]){"/dev/sdd"},
                 .live_medium = true},
	};
	const struct machine machine = {.disks = disks, .disk_count = LENGTH(disks)};
	struct error err = {0};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		autofree const struct disk **found = NULL;

		assert_done(answers_set(answers, "disk.mirror", cases[i].pattern, &err),
			&err);
		found = answers_mirrors(answers, &machine, &disks[0]);
		assert_int_equal(found[0] && !found[1], cases[i].disk != 0);
		if (cases[i].disk)
			assert_ptr_equal(found[0], &disks[cases[i].disk]);
	}
	answers_free(answers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_mirror_is_another_disk),
		cmocka_unit_test(every_default_is_what_the_table_says),
		cmocka_unit_test(values_are_set_and_checked),
		cmocka_unit_test(a_literal_needs_permission),
		cmocka_unit_test(unknown_paths_are_errors),
		cmocka_unit_test(users_come_and_go),
		cmocka_unit_test(single_controls_by_path),
		cmocka_unit_test(the_match_selects_disks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
