#include "installer/bootmenu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/bootenv.h"

enum { SETTINGS_MAX = 64 << 10 };

struct menu {
	char *root, *boot, *luks, *volumes, *console, *others;
	char *root_array, *boot_array; /* of a mirror, or NULL */
	struct words arguments;        /* of every kernel */
	struct words optional;  /* those of arguments that the fallback leaves out */
	struct words lowered;   /* instead of arguments, for the lowered level */
	bool canary;            /* count starts, and lower the level after two bad ones */
	struct words microcode; /* "/intel-ucode.img", as GRUB sees it */
	struct words kernels;   /* versions, newest first */
	char *password;         /* hash of the menu's password, or NULL */
};

static void menu_free(struct menu *menu)
{
	free(menu->root);
	free(menu->boot);
	free(menu->luks);
	free(menu->volumes);
	free(menu->root_array);
	free(menu->boot_array);
	free(menu->others);
	free(menu->console);
	free(menu->password);
	words_free(&menu->arguments);
	words_free(&menu->optional);
	words_free(&menu->lowered);
	words_free(&menu->microcode);
	words_free(&menu->kernels);
}

/* Order of one character outside of numbers: "~", the end, letters, the rest. */
static int rank(char character)
{
	if (character == '~')
		return -1;
	if (character == '\0')
		return 0;
	if ((character >= 'a' && character <= 'z') ||
		(character >= 'A' && character <= 'Z'))
		return character;
	return character + 256;
}

static bool is_digit(char character)
{
	return character >= '0' && character <= '9';
}

static int compare_numbers(const char **a, const char **b)
{
	size_t length_a, length_b;
	int order;

	*a += strspn(*a, "0");
	*b += strspn(*b, "0");
	length_a = strspn(*a, "0123456789");
	length_b = strspn(*b, "0123456789");
	if (length_a != length_b)
		return length_a < length_b ? -1 : 1;
	order = memcmp(*a, *b, length_a);
	*a += length_a;
	*b += length_b;
	return order;
}

int bootmenu_compare(const char *a, const char *b)
{
	while (*a || *b) {
		int order;

		if (is_digit(*a) && is_digit(*b)) {
			order = compare_numbers(&a, &b);
		} else {
			order = rank(*a) - rank(*b);
			a += *a != '\0';
			b += *b != '\0';
		}
		if (order)
			return order;
	}
	return 0;
}

static int newest_first(const void *a, const void *b)
{
	return bootmenu_compare(*(char *const *)b, *(char *const *)a);
}

/* Two versions with one image: modules of an older kernel were left behind, and only the newest fits. */
static bool image_is_new(int root_fd, const char *image, struct words *images)
{
	autofree char *path = memory_format("boot/%s", image);

	if (words_contain(images, image) || !file_exists(root_fd, path))
		return false;
	words_add(images, image);
	return true;
}

int bootmenu_kernels(int root_fd, const struct distro *distro, struct words *versions,
	struct error *err)
{
	autowords struct words all = {0};
	autowords struct words images = {0};

	if (file_list(root_fd, "lib/modules", true, &all, err) < 0)
		return error_prefix(err, "looking for kernels");
	if (all.count > 1)
		qsort(all.items, all.count, sizeof(char *), newest_first);
	for (size_t i = 0; i < all.count; i++) {
		autofree char *image = distro->kernel_image(root_fd, all.items[i]);

		if (image_is_new(root_fd, image, &images))
			words_add(versions, all.items[i]);
	}
	return 0;
}

static bool is_uuid(const char *text)
{
	return *text && strspn(text, "0123456789abcdefABCDEF-") == strlen(text);
}

/* LVM's have all letters. */
static bool is_group_uuid(const char *text)
{
	for (const char *at = text; *at; at++)
		if (*at != '-' && !is_digit(*at) && !(*at >= 'a' && *at <= 'z') &&
			!(*at >= 'A' && *at <= 'Z'))
			return false;
	return *text;
}

static int read_lines(int root_fd, const char *path, bool missing_ok, struct words *lines,
	struct error *err)
{
	autotext struct text text = {0};
	int rc;

	if (missing_ok && !file_exists(root_fd, path))
		return 0;
	rc = file_read(root_fd, path, SETTINGS_MAX, &text, err);
	if (rc == 0)
		words_split(lines, text_string(&text), "\n");
	return rc;
}

/* "grub.pbkdf2.sha512.ROUNDS.SALT.HASH", as grub-mkpasswd-pbkdf2 prints it; that there is none is fine. */
static int read_password(int root_fd, struct menu *menu, struct error *err)
{
	static const char path[] = "etc/jefelinux/grub.password";
	static const char usual[] = "0123456789ABCDEFabcdef.";
	static const char start[] = "grub.pbkdf2.sha512.";
	autowords struct words lines = {0};

	if (read_lines(root_fd, path, true, &lines, err) < 0)
		return err->code;
	if (!lines.count)
		return 0;
	if (lines.count > 1 || !text_starts(lines.items[0], start) ||
		lines.items[0][strlen(start) +
			       strspn(lines.items[0] + strlen(start), usual)])
		return error_set(err, -EINVAL,
			"%s: one line of grub-mkpasswd-pbkdf2 is wanted, from grub.pbkdf2 on",
			path);
	menu->password = memory_copy_text(lines.items[0]);
	return 0;
}

/* A line that would end its quotes, or the line, must not reach GRUB. */
static int read_arguments(
	int root_fd, const char *path, struct words *arguments, struct error *err)
{
	autowords struct words lines = {0};

	if (read_lines(root_fd, path, true, &lines, err) < 0)
		return err->code;
	for (size_t i = 0; i < lines.count; i++) {
		const char *line = lines.items[i];

		for (const char *at = line; *at; at++)
			if (*at < ' ' || *at > '~' || *at == '\'')
				return error_set(err, -EINVAL,
					"%s: \"%s\" has a character that no kernel argument needs",
					path, line);
		if (*line != '#')
			words_add(arguments, line);
	}
	return 0;
}

static int read_settings(int root_fd, struct menu *menu, struct error *err)
{
	static const char path[] = "etc/jefelinux/boot";
	const struct {
		const char *key;
		char **value;
	} keys[] = {
		{"ROOT_UUID=",        &menu->root      },
		{"BOOT_UUID=",        &menu->boot      },
		{"LUKS_UUID=",        &menu->luks      },
		{"VOLUMES_UUID=",     &menu->volumes   },
		{"MIRROR_ROOT_UUID=", &menu->root_array},
		{"MIRROR_BOOT_UUID=", &menu->boot_array},
		{"CONSOLE=",          &menu->console   },
		{"OTHERS=",           &menu->others    },
	};
	autowords struct words lines = {0};

	if (read_lines(root_fd, path, false, &lines, err) < 0)
		return err->code;
	for (size_t i = 0; i < lines.count; i++)
		for (size_t k = 0; k < LENGTH(keys); k++)
			if (text_starts(lines.items[i], keys[k].key)) {
				free(*keys[k].value);
				*keys[k].value = memory_copy_text(
					lines.items[i] + strlen(keys[k].key));
			}
	if (!menu->root || !menu->boot)
		return error_set(
			err, -EINVAL, "%s: ROOT_UUID and BOOT_UUID must be there", path);
	if (!is_uuid(menu->root) || !is_uuid(menu->boot) ||
		(menu->luks && !is_uuid(menu->luks)) ||
		!menu->root_array != !menu->boot_array ||
		(menu->root_array &&
			(!is_uuid(menu->root_array) || !is_uuid(menu->boot_array))) ||
		(menu->volumes && !is_group_uuid(menu->volumes)))
		return error_set(err, -EINVAL, "%s: a value that is not a UUID", path);
	return 0;
}

static int menu_read(
	int root_fd, const struct distro *distro, struct menu *menu, struct error *err)
{
	static const char *const microcode[] = {"amd-ucode.img", "intel-ucode.img"};

	if (read_settings(root_fd, menu, err) < 0 ||
		read_arguments(root_fd, "etc/jefelinux/cmdline", &menu->arguments, err) <
			0 ||
		read_arguments(root_fd, "etc/jefelinux/cmdline.optional", &menu->optional,
			err) < 0 ||
		read_arguments(root_fd, "etc/jefelinux/cmdline.lowered", &menu->lowered,
			err) < 0 ||
		read_password(root_fd, menu, err) < 0 ||
		bootmenu_kernels(root_fd, distro, &menu->kernels, err) < 0)
		return err->code;
	menu->canary =
		file_exists(root_fd, "etc/jefelinux/canary") &&
		!menu->boot_array; /* GRUB reads arrays, but does not write to them */
	for (size_t i = 0; i < LENGTH(microcode); i++) {
		autofree char *path = memory_format("boot/%s", microcode[i]);

		if (file_exists(root_fd, path))
			words_addf(&menu->microcode, "/%s", microcode[i]);
	}
	return 0;
}

static bool uses(const struct menu *menu, const char *console)
{
	return !menu->console || strcmp(menu->console, "both") == 0 ||
	       strcmp(menu->console, console) == 0;
}

static const char if_failed[] = "if [ \"$" BOOTENV_TRIES "\" = 2 ]; then\n";

/* A place that GRUB cannot write to counts nothing: every start is then as the first. An initramfs that waits for a passphrase takes
 * back what was counted, and needs the boot file system for that. */
static void add_counting(const struct menu *menu, struct text *to)
{
	autofree char *boot =
		menu->luks ? memory_format(" jefe.boot=%s", menu->boot) : NULL;

	text_addf(to,
		"set " BOOTENV_TRIES "=0\nset jefe_start=\n"
		"if [ -s $prefix/grubenv ]; then\n\tload_env " BOOTENV_TRIES "\nfi\n"
		"%s\tset default=jefe-lowered\nfi\n",
		if_failed);
	text_addf(to,
		"function jefe_count {\n"
		"\tif [ \"$" BOOTENV_TRIES "\" = 0 ]; then set " BOOTENV_TRIES
		"=1; else set " BOOTENV_TRIES "=2; fi\n"
		"\tif save_env " BOOTENV_TRIES "; then\n"
		"\t\tset jefe_start=\"jefe.tries=$" BOOTENV_TRIES "%s\"\n"
		"\tfi\n}\n",
		boot ? boot : "");
}

static void add_head(const struct menu *menu, struct text *to)
{
	const char *terminals = !uses(menu, "serial") ? "console"
				: uses(menu, "vga")   ? "console serial"
						      : "serial";

	text_add(to,
		"# Written by jefe-setup from /etc/jefelinux and the kernels in /boot. Changes here are lost.\n"
		"set default=0\nset fallback=1\nset timeout=3\n");
	text_addf(to, "search --no-floppy --fs-uuid --set=root %s\n", menu->boot);
	if (uses(menu, "serial"))
		text_addf(to,
			"if serial --unit=0 --speed=115200; then\n\tterminal_input %s\n\tterminal_output %s\nfi\n",
			terminals, terminals);
	/* With a BIOS the kernel's own start-up code is used: GRUB's way copies the whole kernel once more, byte by byte, which takes
	 * seconds in an emulated machine. edd=off: that code does not ask the BIOS for disks, which can hang. */
	text_add(to, "set jefe_16=\nset jefe_bios=\n"
		     "if [ \"$grub_platform\" = pc ]; then\n"
		     "\tset jefe_16=16\n\tset jefe_bios=edd=off\nfi\n");
	if (menu->canary)
		add_counting(menu, to);
}

/* The console named last is /dev/console. */
static void add_consoles(const struct menu *menu, struct text *to)
{
	if (uses(menu, "serial"))
		text_add(to, " console=ttyS0,115200");
	if (uses(menu, "vga"))
		text_add(to, " console=tty0");
}

static bool is_locked(const struct menu *menu)
{
	return words_contain(&menu->arguments, "jefe.edit=no");
}

/* From here on only this user edits entries and reaches the command line; one without a password is nobody. */
static void add_lock(const struct menu *menu, struct text *to)
{
	if (is_locked(menu))
		text_add(to, "set superusers=jefe\n");
	if (is_locked(menu) && menu->password)
		text_addf(to, "password_pbkdf2 jefe %s\n", menu->password);
}

struct variant {
	const char *title; /* behind the version */
	const struct words *arguments;
	const struct words *without; /* of these, or NULL */
	const char *more;            /* argument, or NULL */
	bool counted;                /* a start that has to get well */
	bool lowered;                /* there only after two that did not */
	bool rescue; /* leads past the log-in: asks for the password of a locked menu */
};

static void add_arguments(const struct variant *variant, struct text *to)
{
	if (variant->counted)
		text_add(to, " $jefe_start");
	if (variant->more) /* in front: the kernel's last word about messages is what hardening says */
		text_addf(to, " %s", variant->more);
	for (size_t i = 0; i < variant->arguments->count; i++)
		if (!variant->without ||
			!words_contain(variant->without, variant->arguments->items[i]))
			text_addf(to, " '%s'", variant->arguments->items[i]);
}

static void add_entry(int root_fd, const struct distro *distro, const struct menu *menu,
	const char *version, const struct variant *variant, struct text *to)
{
	autofree char *kernel = distro->kernel_image(root_fd, version);
	autofree char *initramfs = distro->initramfs_image(root_fd, version);
	autofree char *path = memory_format("boot/%s", initramfs);

	if (!file_exists(root_fd, path))
		return;
	text_addf(to, "\n%smenuentry 'JefeLinux, Linux %s%s'",
		variant->lowered ? if_failed : "", version, variant->title);
	if (variant->lowered)
		text_add(to, " --id jefe-lowered");
	if (is_locked(menu) && !variant->rescue)
		text_add(to, " --unrestricted");
	text_addf(to, " {\n%s\tlinux$jefe_16 '/%s' root=UUID=%s $jefe_bios",
		variant->counted ? "\tjefe_count\n" : "", kernel, menu->root);
	if (menu->root_array)
		text_addf(to, " jefe.mirror=%s,%s", menu->root_array, menu->boot_array);
	if (menu->luks)
		text_addf(to, " jefe.luks=%s", menu->luks);
	if (menu->volumes)
		text_addf(to, " jefe.volumes=%s", menu->volumes);
	add_consoles(menu, to);
	add_arguments(variant, to);
	text_add(to, "\n\tinitrd$jefe_16");
	for (size_t i = 0; i < menu->microcode.count; i++)
		text_addf(to, " %s", menu->microcode.items[i]);
	text_addf(to, " '/%s'\n}\n%s", initramfs, variant->lowered ? "fi\n" : "");
}

static bool has_optional(const struct menu *menu)
{
	for (size_t i = 0; i < menu->arguments.count; i++)
		if (words_contain(&menu->optional, menu->arguments.items[i]))
			return true;
	return false;
}

static void add_entries(int root_fd, const struct distro *distro, const struct menu *menu,
	struct text *to)
{
	const struct words *all = &menu->arguments, *optional = &menu->optional;
	// clang-format off
	const struct variant variants[] = {
		{"", all, NULL, "quiet", menu->canary, false, false},
		{", without optional hardening", all, optional, NULL, menu->canary, false, false},
		{", one hardening level lower", &menu->lowered, optional, "jefe.lowered=yes", false, true, false},
		{", rescue shell before the system starts", all, optional, "jefe.break=switch", false, false, true},
	};
	// clang-format on
	const bool wanted[LENGTH(variants)] = {true, has_optional(menu), menu->canary,
		!words_contain(&menu->arguments, "jefe.rescue=no")};

	for (size_t v = 0; v < LENGTH(variants); v++)
		for (size_t i = 0; wanted[v] && i < menu->kernels.count &&
				   !(variants[v].lowered && i);
			i++)
			add_entry(root_fd, distro, menu, menu->kernels.items[i],
				&variants[v], to);
}

/* Loaders of systems that share the disk; those that are there when the menu is shown get an entry. */
static void add_others(const struct menu *menu, struct text *to)
{
	static const struct {
		const char *title, *loader;
	} others[] = {
		{"Windows",  "/EFI/Microsoft/Boot/bootmgfw.efi"},
		{"Debian",   "/EFI/debian/shimx64.efi"         },
		{"Ubuntu",   "/EFI/ubuntu/shimx64.efi"         },
		{"Fedora",   "/EFI/fedora/shimx64.efi"         },
		{"openSUSE", "/EFI/opensuse/shim.efi"          },
	};
	const char *open = is_locked(menu) ? " --unrestricted" : "";

	if (!menu->others)
		return;
	text_add(to, "\nif [ \"$grub_platform\" = efi ]; then\n");
	for (size_t i = 0; i < LENGTH(others); i++)
		text_addf(to,
			"if search --no-floppy --file --set=jefe_other%zu %s; then\n"
			"\tmenuentry '%s'%s {\n\tchainloader ($jefe_other%zu)%s\n\t}\nfi\n",
			i, others[i].loader, others[i].title, open, i, others[i].loader);
	text_add(to, "menuentry 'Firmware setup' {\n\tfwsetup\n}\nfi\n");
}

/* GRUB writes to a block that is there, and does not make one. */
static int prepare_counting(int root_fd, const struct menu *menu, struct error *err)
{
	autofree char *tries = NULL;
	int rc;

	if (!menu->canary && !file_exists(root_fd, BOOTENV_PATH))
		return 0;
	rc = bootenv_get(root_fd, BOOTENV_TRIES, &tries, err);
	if (rc < 0 || (menu->canary && tries))
		return rc;
	return bootenv_set(root_fd, BOOTENV_TRIES, menu->canary ? "0" : NULL, err);
}

int bootmenu_write(int root_fd, const struct distro *distro, struct error *err)
{
	__attribute__((cleanup(menu_free))) struct menu menu = {0};
	autotext struct text head = {0};
	autotext struct text entries = {0};

	if (menu_read(root_fd, distro, &menu, err) < 0)
		return error_prefix(err, "writing the boot menu");
	add_entries(root_fd, distro, &menu, &entries);
	if (!entries.size)
		return error_set(err, -ENOENT,
			"writing the boot menu: no kernel with modules and an initramfs in /boot");
	add_head(&menu, &head);
	add_lock(&menu, &head);
	text_add(&head, entries.data);
	add_others(&menu, &head);
	if (file_make_dirs(root_fd, "/boot/grub", 0700, err) < 0 ||
		prepare_counting(root_fd, &menu, err) < 0 ||
		file_write(root_fd, "/boot/grub/grub.cfg", head.data, head.size, 0600,
			err) < 0)
		return error_prefix(err, "writing the boot menu");
	return 0;
}
