/* Checks of values against each other and against the machine. */
#include "installer/answers.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/controls/controls.h"
#include "installer/layout.h"
#include "installer/tpm.h"

#define MIB (UINT64_C(1) << 20)

struct checking {
	const struct answers *answers;
	const struct machine *machine; /* may be NULL */
	bool unattended;
	struct problems *problems;
	struct words *sources; /* of secrets, seen so far */
	size_t known; /* problems that were there before: what follows from them is not said */
};

/* Was something wrong with this value, or one below it, when it was read? Then it is a default now, and says nothing. */
static bool was_unusable(const struct checking *checking, const char *key)
{
	for (size_t i = 0; i < checking->known; i++) {
		const struct problem *problem = &checking->problems->items[i];
		const char *rest = problem->key && text_starts(problem->key, key)
					   ? problem->key + strlen(key)
					   : NULL;

		if (problem->severity == SEVERITY_ERROR && rest &&
			(!*rest || *rest == '.'))
			return true;
	}
	return false;
}

static void complain(const struct checking *checking, enum severity severity,
	const char *key, const char *format, ...) PRINTF(4, 5);

static void complain(const struct checking *checking, enum severity severity,
	const char *key, const char *format, ...)
{
	autofree char *text = NULL;
	unsigned line;
	unsigned column;
	va_list args;

	if (was_unusable(checking, key))
		return;
	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = memory_copy_text(format);
	va_end(args);
	answers_place(checking->answers, key, &line, &column);
	problems_add(checking->problems, severity, key, line, column, "%s", text);
}

/* What the disk says to the question that the match answered with no. */
static char *why_not_disk(
	const struct answers *answers, const struct disk *disk, const char *differs)
{
	autofree char *key = memory_format("disk.match.%s", differs);
	autofree char *wanted = answers_get(answers, key);
	const struct {
		const char *name, *has;
	} facts[] = {
		{"name",   disk->name               },
                {"path",   disk->path               },
                {"serial", disk->serial             },
		{"wwn",    disk->wwn                },
                {"model",  disk->model              },
		{"bus",    disk_bus_names[disk->bus]}
        };

	if (strcmp(differs, "live_medium") == 0)
		return memory_copy_text(_("this system was started from it"));
	if (strcmp(differs, "match") == 0)
		return memory_format(
			_("would be selected by: match: {name: %s}"), disk->name);
	for (size_t i = 0; i < LENGTH(facts); i++)
		if (strcmp(facts[i].name, differs) == 0)
			return memory_format(_("its %s is %s, not %s"), differs,
				facts[i].has ? facts[i].has : _("unknown"), wanted);
	return memory_format(_("its size does not fit %s: %s"), differs, wanted);
}

/* One note per disk: how it stands to the match. */
static void list_disks(const struct checking *checking)
{
	for (size_t i = 0; i < checking->machine->disk_count; i++) {
		const struct disk *disk = &checking->machine->disks[i];
		const char *differs = answers_disk_differs(checking->answers, disk);
		autofree char *description = disk_describe(disk);
		autofree char *reason =
			differs ? why_not_disk(checking->answers, disk, differs)
				: memory_copy_text(_("selected"));

		complain(checking, SEVERITY_NOTE, "disk.match", "%s: %s", description,
			reason);
	}
}

/* Sizes are checked by what plans them. */
static void check_layout(const struct checking *checking, const struct disk *disk)
{
	autoproblems struct problems found = {0};
	struct disk_layout layout;

	layout_make(checking->answers, checking->machine, disk, &layout, &found);
	for (size_t i = 0; i < found.count; i++)
		complain(checking, found.items[i].severity, found.items[i].key, "%s",
			found.items[i].text);
}

/* key: of the answer that selects it. */
static void check_one_disk(
	const struct checking *checking, const struct disk *disk, const char *key)
{
	if (disk->read_only)
		complain(checking, SEVERITY_ERROR, key,
			_("%s is read-only; is there a write-protect switch?"),
			disk->name);
	for (size_t i = 0; i < disk->holders.count; i++)
		complain(checking, SEVERITY_ERROR, key,
			_("%s is in use: %s; release it first"), disk->name,
			disk->holders.items[i]);
	if (disk->health == HEALTH_FAILING)
		complain(checking, SEVERITY_WARNING, key,
			_("%s says that it is about to fail (SMART); take another one"),
			disk->name);
	if (disk->removable)
		complain(checking, SEVERITY_WARNING, key,
			_("%s is removable; is it the disk you mean?"), disk->name);
}

static void check_mirror(const struct checking *checking, const struct disk *first)
{
	autofree const struct disk **disks =
		answers_mirrors(checking->answers, checking->machine, first);
	size_t count = 0;

	if (!checking->answers->disk.mirror)
		return;
	while (disks[count])
		check_one_disk(checking, disks[count++], "disk.mirror");
	if (count == 1)
		return;
	complain(checking, SEVERITY_ERROR, "disk.mirror",
		_("selects %zu disks beside %s, expected 1; the others are:"), count,
		first->name);
	for (size_t i = 0; i < checking->machine->disk_count; i++) {
		autofree char *description = disk_describe(&checking->machine->disks[i]);

		if (&checking->machine->disks[i] != first)
			complain(checking, SEVERITY_NOTE, "disk.mirror", "%s",
				description);
	}
}

static void check_match(const struct checking *checking)
{
	autofree const struct disk **disks =
		answers_disks(checking->answers, checking->machine);
	uint64_t count = 0;

	while (disks[count]) {
		check_layout(checking, disks[count]);
		check_one_disk(checking, disks[count++], "disk.match");
	}
	if (count == 1)
		check_mirror(checking, disks[0]);
	if (count == checking->answers->disk.expect)
		return;
	if (checking->machine->disk_count == 0)
		complain(checking, SEVERITY_ERROR, "disk.match",
			_("this machine has no disk"));
	else
		complain(checking, SEVERITY_ERROR, "disk.match",
			_("selects %llu disks, expected %llu; the disks are:"),
			(unsigned long long)count,
			(unsigned long long)checking->answers->disk.expect);
	list_disks(checking);
}

static void check_disk(const struct checking *checking)
{
	const struct disk nowhere = {0};
	const char *differs = answers_disk_differs(checking->answers, &nowhere);

	if (differs && strcmp(differs, "match") == 0)
		complain(checking, SEVERITY_ERROR, "disk.match",
			_("says nothing, so no disk is selected (for example: match: {serial: \"S6*\"})"));
	if (checking->answers->disk.match.max_size &&
		checking->answers->disk.match.max_size <
			checking->answers->disk.match.min_size)
		complain(checking, SEVERITY_ERROR, "disk.match.max_size",
			_("is less than min_size; no disk is both"));
	if (checking->unattended && checking->answers->disk.erase == ERASE_NONE)
		complain(checking, SEVERITY_ERROR, "disk.erase",
			_("nothing may be erased; an unattended installation needs \"erase: matched-disks\""));
	if (checking->answers->disk.mirror &&
		checking->answers->disk.layout != LAYOUT_WHOLE)
		complain(checking, SEVERITY_ERROR, "disk.mirror",
			_("takes two whole disks, not a part of one: take layout: whole, or leave this line out"));
	if (checking->machine)
		check_match(checking);
}

static void check_kdf_memory(const struct checking *checking)
{
	uint64_t wanted = checking->answers->disk.kdf_memory;
	autofree char *half = NULL;

	if (!checking->machine || !checking->machine->memory_bytes ||
		wanted <= checking->machine->memory_bytes / 2)
		return;
	half = text_human_size(checking->machine->memory_bytes / 2);
	complain(checking, SEVERITY_ERROR, "disk.kdf_memory",
		_("is more than half of this machine's memory (%s): unlocking at start would fail; leave the line out for a safe value"),
		half);
}

static bool has_admin_key(const struct answers *answers)
{
	for (size_t i = 0; i < answers->user_count; i++)
		if (answers->users[i].admin && answers->users[i].ssh_keys.count)
			return true;
	return false;
}

static void check_remote_unlock(const struct checking *checking)
{
	static const char key[] = "disk.remote_unlock";
	const struct answers *answers = checking->answers;

	if (!answers->disk.remote_unlock)
		return;
	if (!has_admin_key(answers))
		complain(checking, SEVERITY_ERROR, key,
			_("no administrator has ssh_keys, so nobody could log in to unlock the disk: give one a key, or set it to false"));
	if (answers->network.method == NETWORK_NONE)
		complain(checking, SEVERITY_ERROR, key,
			_("needs a network, and network.method is none: take dhcp or static, or set it to false"));
	if (answers->system.identity == IDENTITY_FIRST_START)
		complain(checking, SEVERITY_ERROR, key,
			_("all copies of this disk would have the same host key: set it to false, and switch it on in each copy as jefe-setup(8) tells"));
}

static void refuse_copies(const struct checking *checking, const char *key)
{
	if (checking->answers->system.identity == IDENTITY_FIRST_START)
		complain(checking, SEVERITY_ERROR, key,
			_("all copies of this disk would open by the same key: set it to false, and switch it on in each copy as jefe-setup(8) tells"));
}

static void check_tpm_unlock(const struct checking *checking)
{
	static const char key[] = "disk.tpm_unlock";
	const char *why_not = checking->machine ? tpm_why_not(checking->machine) : NULL;

	if (!checking->answers->disk.tpm_unlock)
		return;
	if (why_not)
		complain(checking, SEVERITY_ERROR, key,
			_("not on this computer, %s: set it to false"), _(why_not));
	refuse_copies(checking, key);
}

/* Whether a security key is there the first steps of the installation tell: it may be plugged in until then. */
static void check_fido2_unlock(const struct checking *checking)
{
	const struct answers *answers = checking->answers;

	if (answers->disk.fido2_unlock)
		refuse_copies(checking, "disk.fido2_unlock");
	else if (answers->disk.fido2_pin.origin != SECRET_NONE)
		complain(checking, SEVERITY_WARNING, "disk.fido2_pin",
			_("is not used: disk.fido2_unlock is false"));
}

/* Of a disk that is not encrypted. */
static void refuse_ways(const struct checking *checking)
{
	const struct answers *answers = checking->answers;
	const struct {
		const char *key;
		bool wanted;
	} ways[] = {
		{"disk.remote_unlock", answers->disk.remote_unlock},
		{"disk.tpm_unlock",    answers->disk.tpm_unlock   },
		{"disk.fido2_unlock",  answers->disk.fido2_unlock },
	};

	for (size_t i = 0; i < LENGTH(ways); i++)
		if (ways[i].wanted)
			complain(checking, SEVERITY_ERROR, ways[i].key,
				_("there is nothing to unlock: take encryption: luks2, or set it to false"));
}

static void check_encryption(const struct checking *checking)
{
	const struct answers *answers = checking->answers;

	if (answers->disk.encryption == ENCRYPTION_NONE) {
		if (answers->disk.passphrase.origin != SECRET_PROMPT &&
			answers->disk.passphrase.origin != SECRET_NONE)
			complain(checking, SEVERITY_WARNING, "disk.passphrase",
				_("is not used: encryption is none"));
		refuse_ways(checking);
		return;
	}
	if (answers->disk.passphrase.origin == SECRET_NONE)
		complain(checking, SEVERITY_ERROR, "disk.passphrase",
			_("encryption needs a passphrase (for example: passphrase: {from: \"file:/run/jefe/luks\"})"));
	if (answers->disk.recovery_key.origin == SECRET_NONE &&
		answers->disk.layout != LAYOUT_KEEP)
		complain(checking, SEVERITY_NOTE, "disk.recovery_key",
			_("there is none: without the passphrase everything on the disk is lost"));
	check_kdf_memory(checking);
	check_remote_unlock(checking);
	check_tpm_unlock(checking);
	check_fido2_unlock(checking);
}

/* A descriptor can be read once, and a made secret needs a file of its own. */
static void check_source_is_alone(const struct checking *checking, const char *key,
	const struct secret_source *source)
{
	autofree char *text = secret_source_text(source);

	if (source->origin != SECRET_FD && source->origin != SECRET_GENERATE)
		return;
	if (words_contain(checking->sources, text))
		complain(checking, SEVERITY_ERROR, key,
			_("another secret uses %s already"), text);
	words_add(checking->sources, text);
}

static void check_secret(const struct checking *checking, const char *key,
	const struct secret_source *source)
{
	if (source->origin == SECRET_LITERAL)
		complain(checking, SEVERITY_WARNING, key,
			_("the secret stands in the file, where others can read it"));
	if (source->origin == SECRET_PROMPT && checking->unattended)
		complain(checking, SEVERITY_ERROR, key,
			_("nobody can be asked in an unattended installation (for example: {from: \"file:/run/jefe/secret\"})"));
	check_source_is_alone(checking, key, source);
}

static void check_secrets(const struct checking *checking)
{
	const struct answers *answers = checking->answers;

	if (answers->disk.encryption != ENCRYPTION_NONE) {
		check_secret(checking, "disk.passphrase", &answers->disk.passphrase);
		check_secret(checking, "disk.recovery_key", &answers->disk.recovery_key);
		check_secret(
			checking, "disk.us_passphrase", &answers->disk.us_passphrase);
		check_secret(checking, "disk.fido2_pin", &answers->disk.fido2_pin);
	}
	for (size_t i = 0; i < answers->user_count; i++) {
		autofree char *key = memory_format("users.%zu.password", i);

		check_secret(checking, key, &answers->users[i].password);
	}
}

static bool can_log_in(const struct answers *answers, const struct user *user)
{
	return (user->ssh_keys.count > 0 && answers->hardening.ssh != SSH_NONE) ||
	       user->password.origin != SECRET_NONE;
}

/* Does the SSH server of this policy take one of the user's keys? */
static bool has_usable_key(const struct user *user, const char *algorithms)
{
	for (size_t i = 0; i < user->ssh_keys.count; i++) {
		const char *key = user->ssh_keys.items[i];
		autofree char *type = memory_copy_bytes(key, strcspn(key, " "));

		if (strstr(algorithms,
			    text_equal(type, "ssh-rsa") ? "rsa-sha2-512" : type))
			return true;
	}
	return user->ssh_keys.count == 0;
}

static void check_keys(const struct checking *checking, size_t index)
{
	const struct user *user = &checking->answers->users[index];
	const struct policy policy = policy_of(checking->answers);
	const struct control *control = control_named("auth.ssh_algorithms");
	const char *algorithms = control ? control_wanted(control, &policy) : NULL;
	autofree char *key = memory_format("users.%zu.ssh_keys", index);

	if (policy.ssh != SSH_OPENSSH)
		algorithms = policy.ssh == SSH_TINYSSH ? "ssh-ed25519" : NULL;
	if (algorithms && !has_usable_key(user, algorithms))
		complain(checking,
			user->password.origin == SECRET_NONE ? SEVERITY_ERROR
							     : SEVERITY_WARNING,
			key,
			policy.ssh == SSH_TINYSSH
				? _("TinySSH takes none of these keys; give an Ed25519 key, or take another server in hardening.ssh")
				: _("the SSH server of this hardening level takes none of these keys; give an Ed25519 or RSA key, or turn off auth.ssh_algorithms"));
}

static void check_user(const struct checking *checking, size_t index)
{
	const struct user *users = checking->answers->users;
	autofree char *key = memory_format("users.%zu", index);
	autofree char *name_key = memory_format("users.%zu.name", index);

	for (size_t i = 0; users[index].name && i < index; i++)
		if (text_equal(users[i].name, users[index].name))
			complain(checking, SEVERITY_ERROR, name_key,
				_("there is another user %s; names must differ"),
				users[i].name);
	check_keys(checking, index);
	if (!can_log_in(checking->answers, &users[index]))
		complain(checking, SEVERITY_WARNING, key,
			users[index].ssh_keys.count
				? _("%s cannot log in: no password, and no SSH server takes the keys")
				: _("%s cannot log in: neither ssh_keys nor a password"),
			users[index].name ? users[index].name : _("this user"));
}

/* Passwords get nobody in over the network while auth.ssh_keys_only is in force. */
static void check_remote(const struct checking *checking)
{
	const struct policy policy = policy_of(checking->answers);
	const struct control *control = control_named("auth.ssh_keys_only");

	if (control && control_wanted(control, &policy))
		complain(checking, SEVERITY_WARNING, "users",
			_("no user has ssh_keys: logging in works at the console only; give a key, or turn off auth.ssh_keys_only"));
}

static void check_users(const struct checking *checking)
{
	const struct answers *answers = checking->answers;
	bool way_in = false;
	bool admin = false;
	bool ssh_key = false;

	for (size_t i = 0; i < answers->user_count; i++) {
		const struct user *user = &answers->users[i];

		check_user(checking, i);
		way_in = way_in || can_log_in(answers, user);
		admin = admin || (user->admin && can_log_in(answers, user));
		ssh_key = ssh_key || user->ssh_keys.count;
	}
	if (!way_in)
		complain(checking, SEVERITY_ERROR, "users",
			answers->hardening.ssh == SSH_NONE
				? _("no way in: no user has a password, there is no SSH server, and root cannot log in")
				: _("no way in: no user has ssh_keys or a password, and root cannot log in"));
	else if (!admin)
		complain(checking, SEVERITY_ERROR, "users",
			_("nobody could administer the system: one user who can log in needs \"admin: true\""));
	if (way_in && !ssh_key)
		check_remote(checking);
}

static void check_static_network(const struct checking *checking)
{
	const struct answers *answers = checking->answers;

	if (!answers->network.address) {
		complain(checking, SEVERITY_ERROR, "network.address",
			_("method static needs an address (for example: address: 192.0.2.10/24)"));
		return;
	}
	if (answers->network.gateway && !strchr(answers->network.gateway, ':') !=
						!strchr(answers->network.address, ':'))
		complain(checking, SEVERITY_ERROR, "network.gateway",
			_("is of another IP version than network.address"));
	if (!answers->network.dns.count)
		complain(checking, SEVERITY_WARNING, "network.dns",
			_("no name servers: names will not be found"));
}

static void check_network(const struct checking *checking)
{
	const struct answers *answers = checking->answers;
	const char *interface = answers->network.interface;
	bool found = !interface || !checking->machine;

	if (answers->network.method == NETWORK_STATIC)
		check_static_network(checking);
	else if (answers->network.address || answers->network.gateway ||
		 answers->network.dns.count)
		complain(checking, SEVERITY_WARNING, "network.method",
			_("the address, gateway and name servers given here count only with method static"));
	if (answers->network.method == NETWORK_NONE && answers->network.vlan)
		complain(checking, SEVERITY_WARNING, "network.vlan",
			_("counts only when the network is configured, and method is none"));
	for (size_t i = 0; !found && i < checking->machine->port_count; i++)
		found = text_equal(checking->machine->ports[i].name, interface);
	if (!found)
		complain(checking, SEVERITY_WARNING, "network.interface",
			_("this machine has no %s"), interface);
}

static void check_time(const struct checking *checking)
{
	if (checking->answers->time.nts && !checking->answers->time.servers.count &&
		!was_unusable(checking, "time.servers"))
		complain(checking, SEVERITY_ERROR, "time.nts",
			_("the distribution's pool cannot prove who it is: name servers that can (for example: servers: [ntp1.example.org])"));
}

static void check_machine(const struct checking *checking)
{
	if (checking->machine && checking->machine->secure_boot)
		complain(checking, SEVERITY_WARNING, "machine.secure_boot",
			_("Secure Boot is on; the installed system is not signed for it: switch it off in the firmware setup"));
}

/* The one control that another answer decides. */
static void check_disk_control(
	const struct checking *checking, const struct policy *policy)
{
	const struct control *control = control_named("boot.encryption");

	if (control && control_wanted(control, policy) &&
		checking->answers->disk.encryption == ENCRYPTION_NONE)
		complain(checking, SEVERITY_WARNING, "disk.encryption",
			_("this level wants an encrypted disk; with none the audit will report boot.encryption as failed"));
}

static void check_controls(const struct checking *checking)
{
	struct policy policy = policy_of(checking->answers);
	autoproblems struct problems found = {0};

	facts_of_answers(checking->answers, checking->machine, policy.facts);
	controls_check(&policy, &found);
	for (size_t i = 0; i < found.count; i++)
		complain(checking, found.items[i].severity, found.items[i].key, "%s",
			found.items[i].text);
	check_disk_control(checking, &policy);
}

void answers_check(const struct answers *answers, const struct machine *machine,
	bool unattended, struct problems *problems)
{
	autowords struct words sources = {0};
	struct checking checking = {
		answers, machine, unattended, problems, &sources, problems->count};

	check_disk(&checking);
	check_encryption(&checking);
	check_secrets(&checking);
	check_users(&checking);
	check_network(&checking);
	check_time(&checking);
	check_controls(&checking);
	check_machine(&checking);
}
