/* The field table: everything there is to know about each value, once. In the order of the answer file. */
#include "installer/answers.h"

#include <stddef.h>

#include "installer/answers_valid.h"
#include "installer/base/language.h"
#include "installer/keymap.h"
#include "installer/layout.h"
#include "installer/ssh_key.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

#define VOLUME_MIN (256 * MIB)
#define SIZE_LIMIT (UINT64_C(1) << 50)
#define VOLUME_HELP                                                                                                                      \
	N_("A logical volume (LVM), beside the one of root; with encryption all of them are in the one encrypted partition, behind one " \
	   "passphrase. Without a size it is a part of the file system above it.")

#define AT(member)      .offset = offsetof(struct answers, member)
#define USER_AT(member) .offset = offsetof(struct user, member)

const char *const field_type_names[] = {"text", "true or false", "one of a few words",
	"whole number", "size", "list of texts", "where a secret comes from",
	"control: value pairs", "control: {reason, expires} pairs", NULL};

static const char *const console_names[] = {"both", "vga", "serial", NULL};
static const char *const identity_names[] = {"installation", "first-start", NULL};
static const char *const network_names[] = {"dhcp", "static", "none", NULL};
static const char *const erase_names[] = {"none", "matched-disks", NULL};
static const char *const layout_names[] = {"whole", "free", "keep", "manual", NULL};
const char *const layout_rest_names[] = {"root", "home", "srv", "var", NULL};
static const char *const encryption_names[] = {"none", "luks2", NULL};
const char *const ssh_server_names[] = {"openssh", "dropbear", "tinyssh", "none", NULL};
static const char *const finish_names[] = {"reboot", "poweroff", "stay", NULL};
static const char *const level_choices[] = {"baseline", "hardened", "paranoid", NULL};

// clang-format off
const struct field answer_fields[] = {
	{.key = "schema", .type = FIELD_NUMBER, AT(schema), .standard = "1", .min = 1, .max = 1,
		.label = "Schema", .example = "1", .since = 1, .always = true, .advanced = true, .valid = valid_schema,
		.why = "Says which version of this format the file follows.",
		.help = "Must be 1. A later version of the program keeps reading files of schema 1."},
	{.key = "allow_plaintext", .type = FIELD_BOOL, AT(allow_plaintext), .standard = "false",
		.label = "Secrets in the file", .example = "true", .since = 1, .advanced = true,
		.why = "Allows secrets that stand in the answer file itself.",
		.help = "Everybody who can read the file can then read the secret. For laboratories and tests; elsewhere use file: or "
			"fd: sources."},

	{.key = "system.hostname", .type = FIELD_TEXT, AT(system.hostname), .standard = "jefe", .min = 1, .max = 64,
		.label = "Host name", .example = "vault1", .screen = "system", .since = 1, .always = true,
		.valid = valid_hostname, .why = "The name by which this computer shows itself on the network and in logs.",
		.help = "Letters, digits and - in parts of at most 63 characters; parts are separated by dots, 64 characters in all."},
	{.key = "system.keymap", .type = FIELD_TEXT, AT(system.keymap), .standard = "us", .choices = keymap_names, .min = 1,
		.max = 32, .label = "Keyboard layout", .example = "de", .screen = "keyboard", .since = 1, .always = true,
		.why = "A passphrase typed with another layout is another passphrase.",
		.help = "Layout of the console, and of the passphrase prompt when the computer starts."},
	{.key = "system.timezone", .type = FIELD_TEXT, AT(system.timezone), .standard = "UTC", .min = 1, .max = 64,
		.label = "Time zone", .example = "Europe/Berlin", .screen = "system", .since = 1, .always = true,
		.valid = valid_timezone, .why = "Logs and people show times in it; the hardware clock keeps UTC.",
		.help = "A name of the tz database: Area/City, or UTC."},
	{.key = "system.console", .type = FIELD_CHOICE, AT(system.console), .standard = "both", .choices = console_names,
		.label = "Login prompts", .example = "serial", .screen = "system", .since = 1, .advanced = true,
		.why = "Where the installed system shows kernel messages and login prompts.",
		.help = "vga: screen and keyboard. serial: the first serial port, ttyS0, at 115200 baud. both: both."},
	{.key = "system.identity", .type = FIELD_CHOICE, AT(system.identity), .standard = "installation", .choices = identity_names,
		.label = "SSH host key", .example = "first-start", .since = 1, .advanced = true,
		.why = "When the computer gets the key by which it proves on the network that it is the same one.",
		.help = "installation: now; its fingerprint is shown, for comparing at the first login. first-start: on the first start of each "
			"copy, for disk images that several computers start from."},

	{.key = "time.servers", .type = FIELD_TEXTS, AT(time.servers), .separators = " ,\n", .max = 8,
		.label = "Time servers", .example = "ntp1.example.org", .screen = "time", .since = 1, .advanced = true,
		.valid = valid_server, .why = "Names or addresses; without any the distribution's own pool.",
		.help = "At most eight. They take the place of the pool and of what DHCP names."},
	{.key = "time.nts", .type = FIELD_BOOL, AT(time.nts), .standard = "false",
		.label = "They use NTS", .example = "true", .screen = "time", .since = 1, .advanced = true,
		.why = "The servers prove who they are, so nobody on the way can set the clock.",
		.help = "Network Time Security (RFC 8915): every server in time.servers must offer it, on port 4460/tcp."},

	{.key = "network.method", .type = FIELD_CHOICE, AT(network.method), .standard = "dhcp", .choices = network_names,
		.label = "Network", .example = "static", .screen = "network", .since = 1,
		.why = "How the installed system gets its address.",
		.help = "dhcp: from the network. static: the address given here. none: the network is left alone."},
	{.key = "network.interface", .type = FIELD_TEXT, AT(network.interface), .min = 1, .max = 15,
		.label = "Interface", .example = "eth0", .screen = "network", .since = 1, .advanced = true,
		.valid = valid_interface, .why = "The port to configure; without it the first wired one with a link.",
		.help = "The kernel's name of the port, as `jefe-setup probe` lists it. A link is known only of ports that are up; when none "
			"is, the first wired port is taken."},
	{.key = "network.vlan", .type = FIELD_NUMBER, AT(network.vlan), .standard = "0", .min = 0, .max = 4094,
		.label = "VLAN", .example = "10", .screen = "network", .since = 1, .advanced = true,
		.why = "The number of the virtual network whose frames the switch tags for this port; 0: frames without a tag.",
		.help = "The address belongs to an interface vlanNUMBER on top of the port (IEEE 802.1Q); the port itself has none."},
	{.key = "network.address", .type = FIELD_TEXT, AT(network.address), .min = 1, .max = 64,
		.label = "Address", .example = "192.0.2.10/24", .screen = "network", .since = 1,
		.valid = valid_cidr, .why = "The fixed address, needed with method static.",
		.help = "IPv4 or IPv6 address with the length of the network prefix."},
	{.key = "network.gateway", .type = FIELD_TEXT, AT(network.gateway), .min = 1, .max = 64,
		.label = "Gateway", .example = "192.0.2.1", .screen = "network", .since = 1,
		.valid = valid_address, .why = "The router to other networks, for method static.",
		.help = "An address in the network of network.address. Without it only that network is reached."},
	{.key = "network.dns", .type = FIELD_TEXTS, AT(network.dns), .separators = " ,\n", .max = 3,
		.label = "Name servers", .example = "192.0.2.1", .screen = "network", .since = 1,
		.valid = valid_address, .why = "The servers that translate names, for method static.",
		.help = "At most three IPv4 or IPv6 addresses; the resolver uses no more."},
	{.key = "network.proxy", .type = FIELD_TEXT, AT(network.proxy), .min = 1, .max = 255,
		.label = "Proxy", .example = "http://proxy.example.org:3128", .screen = "network", .since = 1, .advanced = true,
		.valid = valid_proxy, .why = "Where there is no other way out: through it packages are fetched, and SSH keys in the wizard.",
		.help = "An HTTP proxy, which carries https, too. The package manager of the installed system and the shells of its users are told. "
			"It cannot want a password: everyone on the system could read it."},

	{.key = "disk.match.name", .type = FIELD_TEXT, AT(disk.match.name), .min = 1, .max = 64,
		.label = "Disk", .example = "vda", .screen = "disk", .since = 1,
		.why = "The kernel's name of the disk to install on.",
		.help = "A pattern: * stands for anything, ? for one character. Names can change when hardware does; serial and wwn do not."},
	{.key = "disk.match.path", .type = FIELD_TEXT, AT(disk.match.path), .min = 1, .max = 255,
		.label = "Disk path", .example = "/dev/disk/by-id/nvme-*", .screen = "disk", .since = 1, .advanced = true,
		.valid = valid_device, .why = "The device node or a stable link to it.",
		.help = "A pattern that is compared with /dev/NAME, and with the links below /dev/disk/by-id and /dev/disk/by-path."},
	{.key = "disk.match.serial", .type = FIELD_TEXT, AT(disk.match.serial), .min = 1, .max = 128,
		.label = "Disk serial number", .example = "\"S6*\"", .screen = "disk", .since = 1, .advanced = true,
		.why = "The serial number that the disk itself reports.",
		.help = "A pattern: * stands for anything, ? for one character."},
	{.key = "disk.match.wwn", .type = FIELD_TEXT, AT(disk.match.wwn), .min = 1, .max = 128,
		.label = "Disk WWN", .example = "\"0x5000c500*\"", .screen = "disk", .since = 1, .advanced = true,
		.why = "The world-wide name of the disk.",
		.help = "A pattern: * stands for anything, ? for one character."},
	{.key = "disk.match.model", .type = FIELD_TEXT, AT(disk.match.model), .min = 1, .max = 128,
		.label = "Disk model", .example = "\"Samsung SSD 980*\"", .screen = "disk", .since = 1, .advanced = true,
		.why = "The model that the disk reports.",
		.help = "A pattern: * stands for anything, ? for one character."},
	{.key = "disk.match.bus", .type = FIELD_TEXT, AT(disk.match.bus), .choices = disk_bus_names, .min = 1, .max = 16,
		.label = "Disk bus", .example = "nvme", .screen = "disk", .since = 1, .advanced = true,
		.why = "How the disk is attached.", .help = "As `jefe-setup probe` shows it."},
	{.key = "disk.match.min_size", .type = FIELD_SIZE, AT(disk.match.min_size), .max = UINT64_MAX,
		.label = "Disk at least", .example = "100G", .screen = "disk", .since = 1, .advanced = true,
		.why = "Smaller disks are not taken.", .help = "A size in bytes, or with K, M, G or T (powers of 1024)."},
	{.key = "disk.match.max_size", .type = FIELD_SIZE, AT(disk.match.max_size), .max = UINT64_MAX,
		.label = "Disk at most", .example = "2T", .screen = "disk", .since = 1, .advanced = true,
		.why = "Larger disks are not taken.", .help = "A size in bytes, or with K, M, G or T (powers of 1024)."},
	{.key = "disk.expect", .type = FIELD_NUMBER, AT(disk.expect), .standard = "1", .min = 1, .max = 1,
		.label = "Number of disks", .example = "1", .screen = "disk", .since = 1, .always = true, .advanced = true,
		.why = "The match must select exactly this many disks, or nothing is done.",
		.help = "An installation takes one disk, and beside it the one that disk.mirror selects."},
	{.key = "disk.erase", .type = FIELD_CHOICE, AT(disk.erase), .standard = "none", .choices = erase_names,
		.label = "Erase", .example = "matched-disks", .screen = "disk", .since = 1, .always = true, .advanced = true,
		.why = "Without this authorisation no disk is ever written.",
		.help = "matched-disks: everything on the disks selected by disk.match and disk.mirror is lost, or what disk.layout says. none: an unattended installation is refused, "
			"the wizard asks."},
	{.key = "disk.layout", .type = FIELD_CHOICE, AT(disk.layout), .standard = "whole", .choices = layout_names,
		.label = "Layout", .example = "whole", .screen = "layout", .since = 1,
		.why = "How the disk is divided.",
		.help = "whole: the entire disk, as BIOS boot partition, EFI system partition, /boot and root. free: /boot and root in the largest "
			"free space, beside the systems that are there, which stay as they are; their EFI system partition is shared. That takes "
			"a GUID partition table and a computer started by UEFI. keep: in place of the JefeLinux that is there; what is in its /home and "
			"/srv stays, with its partitions, volumes and key slots. manual: in partitions that were made before; see root_partition."},
	{.key = "disk.root_partition", .type = FIELD_NUMBER, AT(disk.root_partition), .standard = "0", .max = PARTITION_LAST,
		.label = "Root partition", .example = "5", .screen = "layout", .since = 1, .advanced = true,
		.why = "Gets everything but what starts the computer.",
		.help = "With layout manual: its number in the GUID partition table. It must be of the type for Linux file systems. What is in it is lost."},
	{.key = "disk.boot_partition", .type = FIELD_NUMBER, AT(disk.boot_partition), .standard = "0", .max = PARTITION_LAST,
		.label = "/boot partition", .example = "4", .screen = "layout", .since = 1, .advanced = true,
		.why = "Holds the kernels and the boot menu.",
		.help = "With layout manual: its number; 256 MiB or more, of the type for Linux file systems. What is in it is lost."},
	{.key = "disk.esp_partition", .type = FIELD_NUMBER, AT(disk.esp_partition), .standard = "0", .max = PARTITION_LAST,
		.label = "EFI partition", .example = "1", .screen = "layout", .since = 1, .advanced = true,
		.why = "The firmware starts the boot loader from there.",
		.help = "With layout manual: the number of an EFI system partition. A FAT file system in it stays, for it may be shared; without any, it gets one."},
	{.key = "disk.mirror", .type = FIELD_TEXT, AT(disk.mirror), .min = 1, .max = 255,
		.label = "Mirror", .example = "sdb", .screen = "layout", .since = 1,
		.why = "A second disk with the same content: when one of the two fails the computer goes on.",
		.help = "A pattern that is compared with the name, the path and the stable links, the serial number and the WWN of every other disk, "
			"and must select exactly one. Both disks are divided alike, by the size of the smaller one; /boot and root are on both "
			"(Linux RAID1), and either starts alone. With erase: matched-disks everything on it is lost, too."},
	{.key = "disk.encryption", .type = FIELD_CHOICE, AT(disk.encryption), .standard = "luks2", .choices = encryption_names,
		.label = "Encryption", .example = "luks2", .screen = "encryption", .since = 1, .always = true,
		.why = "Whoever takes the disk away cannot read it without the passphrase.",
		.help = "luks2: the root file system is encrypted; the passphrase is asked at each start. none: everything can be read by "
			"whoever holds the disk."},
	{.key = "disk.passphrase", .type = FIELD_SECRET, AT(disk.passphrase), .standard = "prompt",
		.label = "Passphrase", .example = "{from: \"file:/run/jefe/luks\"}", .screen = "encryption", .since = 1,
		.why = "Opens the encrypted disk at each start.",
		.help = "prompt: asked for in the wizard. file:/path: the content of a file only root can read. fd:N: read from an open "
			"descriptor. {from: literal, value: ...}: in this file, only with allow_plaintext: true."},
	{.key = "disk.recovery_key", .type = FIELD_SECRET, AT(disk.recovery_key), .standard = "none",
		.label = "Recovery key", .example = "{from: \"generate:/run/jefe/recovery-key\"}", .screen = "encryption", .since = 1,
		.why = "A second key that opens the disk when the passphrase is lost.",
		.help = "generate:/path: a random key is made and written to that file, mode 0600: copy it to a safe place before the "
			"computer restarts. none: there is no second key; without the passphrase everything is lost."},
	{.key = "disk.us_passphrase", .type = FIELD_SECRET, AT(disk.us_passphrase), .standard = "none",
		.label = "Passphrase on US keys", .example = "{from: \"file:/run/jefe/luks-us\"}", .screen = "encryption", .since = 1, .advanced = true,
		.why = "Opens the disk when the prompt at the start has the US layout after all.",
		.help = "What the keys of the passphrase give on a US keyboard; it becomes a key slot of its own. prompt: the wizard works it "
			"out from the passphrase, `jefe-setup install` asks. none: there is no such slot."},
	{.key = "disk.remote_unlock", .type = FIELD_BOOL, AT(disk.remote_unlock), .standard = "false",
		.label = "Unlock over SSH", .example = "true", .screen = "encryption", .since = 1, .advanced = true,
		.why = "Administrators can give the passphrase from afar.",
		.help = "Before the disk is unlocked an SSH server (Dropbear) waits on port 22, with the address of the installed system. It lets "
			"in the SSH keys of administrators, as root, and takes the passphrase, nothing else. Its own host key lies unencrypted "
			"in /boot: whoever had the disk in hand can pose as this computer and ask you for the passphrase."},
	{.key = "disk.tpm_unlock", .type = FIELD_BOOL, AT(disk.tpm_unlock), .standard = "false",
		.label = "Unlock by TPM", .example = "true", .screen = "encryption", .since = 1, .advanced = true,
		.why = "The computer starts without a passphrase, as long as nothing of what starts it has changed.",
		.help = "The security chip of this computer (TPM 2.0) keeps a key of the disk from the first start that gets well, and gives it out "
			"when firmware, boot loader, kernel and kernel line are the same again; after an update the passphrase is asked for once. A "
			"disk that was taken out, or another system on this computer, opens nothing. Whoever takes the whole computer can start "
			"it: what protects it then are the passwords of its users. Needs a start by UEFI."},
	{.key = "disk.fido2_unlock", .type = FIELD_BOOL, AT(disk.fido2_unlock), .standard = "false",
		.label = "Unlock by FIDO2", .example = "true", .screen = "encryption", .since = 1, .advanced = true,
		.why = "Touching a security key (FIDO2) takes the place of the passphrase, which keeps working.",
		.help = "The key must be plugged in, alone, while the installation begins, and is touched twice then; it needs the extension "
			"hmac-secret. At each start it is touched once. Without it the passphrase or the recovery key opens the disk. Other "
			"systems that know systemd-cryptenroll open the disk by it, too."},
	{.key = "disk.fido2_pin", .type = FIELD_SECRET, AT(disk.fido2_pin), .standard = "none",
		.label = "PIN of FIDO2 key", .example = "{from: \"file:/run/jefe/pin\"}", .screen = "encryption", .since = 1, .advanced = true,
		.why = "For a security key that has one; each start then asks for it, too.",
		.help = "prompt, file:/path, fd:N or a literal as for disk.passphrase. none: the key has no PIN. A few wrong ones lock the key."},
	{.key = "disk.discard", .type = FIELD_BOOL, AT(disk.discard), .standard = "false",
		.label = "Discard (TRIM)", .example = "true", .screen = "encryption", .since = 1, .advanced = true,
		.why = "A flash disk is told once a week which blocks are free: it stays fast and wears less.",
		.help = "On an encrypted disk whoever holds it then sees which blocks are free, and from that perhaps what kind of data it holds, but "
			"not the data. With layout keep the header of the encrypted volume stays as it is, and with it what was chosen before."},
	{.key = "disk.kdf_memory", .type = FIELD_SIZE, AT(disk.kdf_memory), .min = 32 * MIB, .max = 4 * GIB,
		.label = "Memory to unlock", .example = "512M", .screen = "encryption", .since = 1, .advanced = true,
		.why = "Makes guessing passphrases expensive; each start needs as much free memory.",
		.help = "Memory of the key derivation, argon2id, with 4 passes or as many as disk.kdf_time leaves time for. Without it a quarter "
			"of the computer's memory, at most 1 GiB, or less where unlocking would take much longer than it should."},
	{.key = "disk.kdf_time", .type = FIELD_NUMBER, AT(disk.kdf_time), .standard = "0", .min = 0, .max = 60,
		.label = "Seconds to unlock", .example = "5", .screen = "encryption", .since = 1, .advanced = true,
		.why = "A guess takes as long as the right passphrase does; 0: about 2 seconds.",
		.help = "How long each key slot takes to open on this computer, measured when it is made. A computer of half the speed takes "
			"twice as long. 0: about 2 seconds, and with disk.kdf_memory as long as 4 passes take."},
	{.key = "disk.esp_size", .type = FIELD_SIZE, AT(disk.esp_size), .standard = "512M", .min = 64 * MIB, .max = 4 * GIB,
		.label = "EFI partition", .example = "512M", .screen = "layout", .since = 1, .advanced = true,
		.why = "The partition that UEFI firmware starts from.", .help = "Room for boot loaders."},
	{.key = "disk.boot_size", .type = FIELD_SIZE, AT(disk.boot_size), .standard = "1G", .min = 256 * MIB, .max = 16 * GIB,
		.label = "Boot partition", .example = "1G", .screen = "layout", .since = 1, .advanced = true,
		.why = "The partition that holds the kernels.", .help = "Room for several kernels; it is not encrypted."},
	{.key = "disk.root_size", .type = FIELD_SIZE, AT(disk.root_size), .min = ROOT_MIN_BYTES, .max = SIZE_LIMIT,
		.label = "Root", .example = "64G", .screen = "layout", .since = 1, .advanced = true,
		.why = "The file system that holds everything that has none of its own.",
		.help = "Without it root gets the rest of the disk. With it, and rest: root, what is left stays free, for volumes made later or as "
			"a reserve of an SSD."},
	{.key = "disk.home_size", .type = FIELD_SIZE, AT(disk.home_size), .min = VOLUME_MIN, .max = SIZE_LIMIT,
		.label = "/home", .example = "100G", .screen = "layout", .since = 1, .advanced = true,
		.why = "A volume of its own for the files of people.", .help = VOLUME_HELP},
	{.key = "disk.srv_size", .type = FIELD_SIZE, AT(disk.srv_size), .min = VOLUME_MIN, .max = SIZE_LIMIT,
		.label = "/srv", .example = "500G", .screen = "layout", .since = 1, .advanced = true,
		.why = "A volume of its own for what the computer serves.", .help = VOLUME_HELP},
	{.key = "disk.var_size", .type = FIELD_SIZE, AT(disk.var_size), .min = GIB, .max = SIZE_LIMIT,
		.label = "/var", .example = "20G", .screen = "layout", .since = 1, .advanced = true,
		.why = "A volume of its own for databases, containers and mail, which grow.", .help = VOLUME_HELP},
	{.key = "disk.var_log_size", .type = FIELD_SIZE, AT(disk.var_log_size), .min = VOLUME_MIN, .max = SIZE_LIMIT,
		.label = "/var/log", .example = "8G", .screen = "layout", .since = 1, .advanced = true,
		.why = "A volume of its own for logs: a flood of them fills nothing else.", .help = VOLUME_HELP},
	{.key = "disk.audit_size", .type = FIELD_SIZE, AT(disk.audit_size), .min = VOLUME_MIN, .max = SIZE_LIMIT,
		.label = "/var/log/audit", .example = "4G", .screen = "layout", .since = 1, .advanced = true,
		.why = "A volume of its own for what the audit daemon records.", .help = VOLUME_HELP},
	{.key = "disk.var_tmp_size", .type = FIELD_SIZE, AT(disk.var_tmp_size), .min = VOLUME_MIN, .max = SIZE_LIMIT,
		.label = "/var/tmp", .example = "4G", .screen = "layout", .since = 1, .advanced = true,
		.why = "A volume of its own for temporary files that outlive a restart.", .help = VOLUME_HELP},
	{.key = "disk.swap_size", .type = FIELD_SIZE, AT(disk.swap_size), .min = VOLUME_MIN, .max = SIZE_LIMIT,
		.label = "Swap", .example = "4G", .screen = "layout", .since = 1, .advanced = true,
		.why = "Room for memory that is not used now.",
		.help = "Without it memory is never written to the disk. It is a logical volume beside the others, so encrypted when they are."},
	{.key = "disk.rest", .type = FIELD_CHOICE, AT(disk.rest), .standard = "root", .choices = layout_rest_names,
		.label = "The rest is for", .example = "home", .screen = "layout", .since = 1, .advanced = true,
		.why = "Who gets what the sizes leave of the disk.",
		.help = "root, or the volume of /home, /srv or /var. When that one has a size, too, what is left stays free."},

	{.key = "users[].name", .type = FIELD_TEXT, USER_AT(name), .min = 1, .max = 32,
		.label = "User name", .example = "ana", .screen = "users", .since = 1, .always = true, .valid = valid_user_name,
		.why = "The account you log in with; root cannot.",
		.help = "Small letters, digits, _ and -; at most 32; the first is a letter or _."},
	{.key = "users[].full_name", .type = FIELD_TEXT, USER_AT(full_name), .min = 1, .max = 100,
		.label = "Full name", .example = "\"Ana Pérez\"", .screen = "users", .since = 1, .valid = valid_full_name,
		.why = "For people; may be left out.", .help = "Any text without colon, comma and equal sign."},
	{.key = "users[].admin", .type = FIELD_BOOL, USER_AT(admin), .standard = "false",
		.label = "Administrator", .example = "true", .screen = "users", .since = 1, .always = true,
		.why = "May become root; at least one user must.",
		.help = "The root account itself is locked; administrators use the privilege command of the installed system."},
	{.key = "users[].ssh_keys", .type = FIELD_TEXTS, USER_AT(ssh_keys), .separators = "\n", .max = 64,
		.label = "SSH public keys", .example = "\"ssh-ed25519 AAAA... ana@laptop\"", .screen = "users", .since = 1, .valid = ssh_key_valid,
		.why = "Who holds a matching private key may log in over the network.",
		.help = "Lines of .pub files: Ed25519, ECDSA, their security-key forms, or RSA of at least 3072 bits."},
	{.key = "users[].password", .type = FIELD_SECRET, USER_AT(password), .standard = "none",
		.label = "Password", .example = "{from: \"file:/run/jefe/ana\"}", .screen = "users", .since = 1,
		.why = "For logging in at the console and for becoming root; without it only keys work.",
		.help = "none: no password. prompt, file:/path, fd:N or a literal as for disk.passphrase."},

	{.key = "hardening.level", .type = FIELD_TEXT, AT(hardening.level), .standard = "hardened", .choices = level_choices,
		.min = 1, .max = 16, .label = "Hardening level", .example = "hardened", .screen = "hardening", .since = 1,
		.always = true, .why = "How much convenience is given up for security.",
		.help = "Levels are cumulative sets of controls; `jefe-setup explain` lists them and what each may break."},
	{.key = "hardening.ssh", .type = FIELD_CHOICE, AT(hardening.ssh), .standard = "openssh", .choices = ssh_server_names,
		.label = "SSH server", .example = "dropbear", .screen = "system", .since = 1, .advanced = true,
		.why = "The program that lets administrators in over the network.",
		.help = "openssh: every measure about SSH applies. dropbear: smaller, keys only. tinyssh: smallest, Ed25519 keys only, no file "
			"transfer, no bans. none: the machine is operated from its console."},
	{.key = "hardening.roles", .type = FIELD_TEXTS, AT(hardening.roles), .separators = " ,\n", .max = 16,
		.label = "Roles", .example = "containers", .screen = "hardening", .since = 1, .valid = valid_role,
		.why = "What the computer is for; controls that would break it are left out.",
		.help = "Words that controls refer to."},
	{.key = "hardening.controls", .type = FIELD_SETTINGS, AT(hardening.controls), .max = 256,
		.label = "Single controls", .example = "{kernel.lockdown: off}", .screen = "hardening", .since = 1, .advanced = true,
		.why = "Switches single controls on or off, whatever the level says.",
		.help = "The id of a control, then on, off or a value of its own. `jefe-setup explain ID` tells what it does and breaks."},

	{.key = "hardening.waivers", .type = FIELD_WAIVERS, AT(hardening.waivers), .max = 256,
		.label = "Waivers", .example = "{kernel.lockdown: {reason: \"drivers are built here\", expires: 2027-06-30}}",
		.screen = "waivers", .since = 1, .advanced = true,
		.why = "Accepts until a date that single controls are not in force.",
		.help = "The id of a control, then the reason and the last day. The control stays wanted and is still applied unless "
			"hardening.controls turns it off; the audit reports it as waived instead of failed, and as failed again after that day."},

	{.key = "finish", .type = FIELD_CHOICE, AT(finish), .standard = "reboot", .choices = finish_names,
		.label = "At the end", .example = "poweroff", .screen = "review", .since = 1, .always = true,
		.why = "What the computer does when the installation is done.",
		.help = "reboot: starts the installed system. poweroff: switches off. stay: keeps the live system running."},
	{0},
};
// clang-format on
