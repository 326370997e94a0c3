#include "installer/distro/distro.h"

#include <errno.h>

#include "tests/unit/tree.h"

static void release_file_decides(void **state)
{
	const struct distro *distro = NULL;
	struct error err = {0};

	(void)state;
	assert_int_equal(distro_detect(root, &distro, &err), -ENOENT);
	put("etc/os-release", "NAME=\"Alpine Linux\"\nVERSION_ID=3.19\nID=alpine\n");
	assert_done(distro_detect(root, &distro, &err), &err);
	assert_string_equal(distro->name, "alpine");
	put("etc/os-release", "ID=\"devuan\"\n");
	assert_done(distro_detect(root, &distro, &err), &err);
	assert_string_equal(distro->name, "devuan");
	put("etc/os-release", "ID=fedora\n");
	assert_int_equal(distro_detect(root, &distro, &err), -ENOENT);
	assert_non_null(strstr(err.text, "fedora"));
}

static void kernel_files_have_their_names(void **state)
{
	const struct distro *alpine = distro_named("alpine"),
			    *debian = distro_named("debian");
	autofree char *flavoured = alpine->kernel_image(root, "6.6.14-0-lts");
	autofree char *initramfs = alpine->initramfs_image(root, "6.6.14-0-lts");
	autofree char *debian_initramfs = debian->initramfs_image(root, "6.1.0-56-amd64");
	autofree char *none = alpine->kernel_config(root, "6.6.14-0-lts");
	autofree char *whole = NULL, *config = NULL, *only = NULL;

	(void)state;
	assert_string_equal(flavoured, "vmlinuz-lts");
	assert_string_equal(initramfs, "initramfs-lts");
	assert_string_equal(debian_initramfs, "initrd.img-6.1.0-56-amd64");
	assert_null(none);
	put("boot/vmlinuz-6.18.1-0-lts", "");
	put("boot/config-lts", "");
	whole = alpine->kernel_image(root, "6.18.1-0-lts");
	config = alpine->kernel_config(root, "6.6.14-0-lts");
	assert_string_equal(whole, "vmlinuz-6.18.1-0-lts");
	assert_string_equal(config, "boot/config-lts");
	only = alpine->kernel_config(root, "6.6.14-0-other");
	assert_string_equal(only, "boot/config-lts");
}

static void services_are_links_in_runlevels(void **state)
{
	const struct distro *alpine = distro_named("alpine"),
			    *debian = distro_named("debian");
	struct error err = {0};

	(void)state;
	assert_int_equal(alpine->service_state(root, "sshd", "default"), SERVICE_MISSING);
	assert_int_equal(
		alpine->set_service(root, "sshd", "default", true, &err), -ENOENT);
	put("etc/init.d/sshd", "#!/sbin/openrc-run\n");
	assert_int_equal(alpine->service_state(root, "sshd", "default"), SERVICE_OFF);
	assert_done(alpine->set_service(root, "sshd", "default", true, &err), &err);
	assert_int_equal(alpine->service_state(root, "sshd", "default"), SERVICE_ON);
	assert_done(alpine->set_service(root, "sshd", "default", false, &err), &err);
	assert_done(alpine->set_service(root, "sshd", "default", false, &err), &err);
	assert_int_equal(alpine->service_state(root, "sshd", "default"), SERVICE_OFF);

	assert_done(debian->set_service(root, "sshd", "boot", true, &err), &err);
	assert_true(file_exists(root, "etc/runlevels/sysinit/sshd"));
	assert_int_equal(debian->service_state(root, "sshd", "boot"), SERVICE_ON);
}

static void a_start_ends_with_its_last_runlevel(void **state)
{
	const struct distro *alpine = distro_named("alpine");

	(void)state;
	assert_false(alpine->all_started(root));
	put("run/openrc/softlevel", "sysinit\n");
	assert_false(alpine->all_started(root));
	put("run/openrc/softlevel", "default\n");
	put("run/openrc/rc.starting", "");
	assert_false(alpine->all_started(root));
	assert_int_equal(unlinkat(root, "run/openrc/rc.starting", 0), 0);
	assert_true(alpine->all_started(root));
}

static void network_is_written_for_ifupdown(void **state)
{
	struct answers answers = {
		.network = {.method = NETWORK_STATIC,
			    .interface = (char[]){"eth1"},
			    .address = (char[]){"192.0.2.5/24"},
			    .gateway = (char[]){"192.0.2.1"}}
        };
	struct error err = {0};

	(void)state;
	put("etc/init.d/networking", "");
	words_add(&answers.network.dns, "192.0.2.53");
	assert_done(distro_named("alpine")->set_network(root, &answers, &err), &err);
	assert_file("etc/network/interfaces",
		"auto lo\niface lo inet loopback\n\nauto eth1\niface eth1 inet static\n"
		"\taddress 192.0.2.5/24\n\tgateway 192.0.2.1\n");
	assert_file("etc/resolv.conf", "nameserver 192.0.2.53\n");
	assert_true(file_exists(root, "etc/init.d/networking"));
	words_free(&answers.network.dns);
	assert_false(file_exists(root, "etc/profile.d/jefe-proxy.sh"));
	answers.network.method = NETWORK_DHCP;
	assert_done(distro_named("debian")->set_network(root, &answers, &err), &err);
	assert_file("etc/network/interfaces",
		"auto lo\niface lo inet loopback\n\nauto eth1\niface eth1 inet dhcp\n");
	answers.network.vlan = 10;
	assert_done(distro_named("debian")->set_network(root, &answers, &err), &err);
	assert_file("etc/network/interfaces",
		"auto lo\niface lo inet loopback\n\n"
		"auto eth1\niface eth1 inet manual\n\tpre-up ip link set dev eth1 up\n\n"
		"auto vlan10\niface vlan10 inet dhcp\n"
		"\tpre-up ip link show dev vlan10 >/dev/null 2>&1 || ip link add link eth1 name vlan10 type vlan id 10\n"
		"\tpost-down ip link del dev vlan10\n");
}

static void the_package_manager_knows_the_proxy(void **state)
{
	struct answers answers = {
		.network = {.method = NETWORK_NONE,
			    .proxy = (char[]){"http://192.0.2.7:3128"}}
        };
	struct error err = {0};

	(void)state;
	put("etc/init.d/networking", "");
	put("etc/group", "wheel:x:10:root\n");
	put("etc/shadow", "ana:*:19000:0:::::\n");
	assert_done(distro_named("alpine")->set_network(root, &answers, &err), &err);
	assert_file("etc/profile.d/jefe-proxy.sh",
		"# Written by jefe-setup (network.proxy).\n"
		"http_proxy=http://192.0.2.7:3128\nhttps_proxy=http://192.0.2.7:3128\n"
		"no_proxy=localhost,127.0.0.1,::1\nexport http_proxy https_proxy no_proxy\n");
	assert_false(file_exists(root, "etc/apt/apt.conf.d/80jefe-proxy"));
	assert_done(distro_named("alpine")->set_admin(root, "ana", &err), &err);
	assert_file("etc/doas.d/jefe-ana.conf",
		"permit nopass setenv { http_proxy https_proxy no_proxy } ana\n");
	assert_done(distro_named("debian")->set_network(root, &answers, &err), &err);
	assert_file("etc/apt/apt.conf.d/80jefe-proxy",
		"// Written by jefe-setup (network.proxy).\n"
		"Acquire::http::Proxy \"http://192.0.2.7:3128\";\n"
		"Acquire::https::Proxy \"http://192.0.2.7:3128\";\n");
}

static void consoles_replace_all_gettys(void **state)
{
	struct error err = {0};

	(void)state;
	put("etc/inittab",
		"::sysinit:/sbin/openrc sysinit\ntty1::respawn:/sbin/getty 38400 tty1\n"
		"tty6::respawn:/sbin/getty 38400 tty6\n#ttyS0::respawn:/sbin/getty -L ttyS0 115200 vt100\n"
		"::shutdown:/sbin/openrc shutdown\n");
	assert_done(
		distro_named("alpine")->set_consoles(root, CONSOLE_SERIAL, &err), &err);
	assert_done(
		distro_named("alpine")->set_consoles(root, CONSOLE_SERIAL, &err), &err);
	assert_file("etc/inittab",
		"::sysinit:/sbin/openrc sysinit\n#ttyS0::respawn:/sbin/getty -L ttyS0 115200 vt100\n"
		"::shutdown:/sbin/openrc shutdown\nttyS0::respawn:/sbin/getty -L 0 ttyS0 vt100\n");
}

static void administrators_type_a_password_if_they_have_one(void **state)
{
	struct error err = {0};

	(void)state;
	put("etc/group", "root:x:0:\nwheel:x:10:root\nsudo:x:27:\n");
	put("etc/shadow", "root:!::0:::::\nana:*:19000:0:::::\nbo:$6$x$y:19000:0:::::\n");
	assert_done(distro_named("alpine")->set_admin(root, "ana", &err), &err);
	assert_done(distro_named("alpine")->set_admin(root, "bo", &err), &err);
	assert_done(distro_named("alpine")->set_admin(root, "bo", &err), &err);
	assert_done(distro_named("debian")->set_admin(root, "bo", &err), &err);
	assert_file("etc/group", "root:x:0:\nwheel:x:10:root,ana,bo\nsudo:x:27:bo\n");
	assert_file("etc/doas.d/jefe-ana.conf", "permit nopass ana\n");
	assert_file("etc/doas.d/jefe-bo.conf", "permit persist bo\n");
	assert_file("etc/sudoers.d/jefe-bo", "bo ALL=(ALL:ALL) ALL\n");
	assert_int_equal(mode_of("etc/sudoers.d/jefe-bo"), 0440);
	put("etc/group", "root:x:0:\n");
	assert_int_equal(distro_named("alpine")->set_admin(root, "ana", &err), -ENOENT);
}

static void package_databases_are_read(void **state)
{
	const struct distro *alpine = distro_named("alpine"),
			    *debian = distro_named("debian");

	(void)state;
	static const char apk[] = "C:Q1\nP:nftables\nV:1.0.9\n\nP:doas-sudo-shim\nV:1\n",
			  dpkg[] = "Package: auditd\nStatus: install ok installed\n"
				   "Version: 1\n\nPackage: gdb\n"
				   "Status: deinstall ok config-files\n\n"
				   "Package: x\nStatus: install ok installed\n";

	autotext struct text of_alpine = {0}, of_debian = {0};

	text_add(&of_alpine, apk);
	text_add(&of_debian, dpkg);
	assert_true(alpine->package_in(&of_alpine, "nftables"));
	assert_false(alpine->package_in(&of_alpine, "doas"));
	assert_true(debian->package_in(&of_debian, "auditd"));
	assert_false(debian->package_in(&of_debian, "gdb"));
	assert_true(debian->package_in(&of_debian, "x"));
}

static void names_are_translated_or_null(void **state)
{
	(void)state;
	for (const struct distro *const *distro = distros; *distro; distro++) {
		assert_string_equal(
			distro_package(*distro, "ssh-server"), "openssh-server");
		assert_non_null(distro_service(*distro, "ssh-server"));
		assert_null(distro_package(*distro, "nothing"));
		assert_null(distro_service(*distro, "nothing"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			release_file_decides, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			kernel_files_have_their_names, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			services_are_links_in_runlevels, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			a_start_ends_with_its_last_runlevel, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			network_is_written_for_ifupdown, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			the_package_manager_knows_the_proxy, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			consoles_replace_all_gettys, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			administrators_type_a_password_if_they_have_one, tree_make,
			tree_close),
		cmocka_unit_test_setup_teardown(
			package_databases_are_read, tree_make, tree_close),
		cmocka_unit_test(names_are_translated_or_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
