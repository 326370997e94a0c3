/* What lets administrators give the passphrase over SSH; it goes into every initramfs from now on. */
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/run.h"
#include "installer/ssh_key.h"
#include "installer/steps/steps.h"
#include "installer/unlock.h"

static void unlock_describe(const struct recipe *recipe, struct text *to)
{
	const struct answers *answers = recipe->answers;
	const char *port = network_port(recipe);

	text_addf(to, "/%s: SSH keys of", unlock_files[UNLOCK_KEYS].path);
	for (size_t i = 0, keys = 0; i < answers->user_count; i++)
		if (answers->users[i].admin && answers->users[i].ssh_keys.count)
			text_addf(to, "%s %s", keys++ ? "," : "", answers->users[i].name);
	text_addf(to, "\n/%s: %s%s%s\n", unlock_files[UNLOCK_NETWORK].path,
		answers->network.method == NETWORK_STATIC ? "static" : "by DHCP",
		port ? " on " : "", port ? port : "");
	text_addf(to,
		"make a host key for it alone: /%s; its copy in /boot is not encrypted\n",
		unlock_files[UNLOCK_HOST_KEY].path);
}

static int write_file(
	int root, unsigned which, const struct text *text, struct error *err)
{
	return file_write(
		root, unlock_files[which].path, text_string(text), text->size, 0600, err);
}

/* The server decides what they may do; here it is said once more. */
static int write_keys(const struct answers *answers, int root, struct error *err)
{
	autotext struct text text = {0};

	for (size_t i = 0; i < answers->user_count; i++) {
		const struct user *user = &answers->users[i];

		for (size_t k = 0; user->admin && k < user->ssh_keys.count; k++)
			text_addf(&text,
				"no-port-forwarding,no-agent-forwarding,no-X11-forwarding %s\n",
				user->ssh_keys.items[k]);
	}
	return write_file(root, UNLOCK_KEYS, &text, err);
}

static const char *mac_of(const struct machine *machine, const char *port)
{
	for (size_t i = 0; i < machine->port_count; i++)
		if (text_equal(machine->ports[i].name, port))
			return machine->ports[i].mac;
	return NULL;
}

/* Lines KEY=value, as remote.sh of the initramfs reads them. */
static int write_network(const struct recipe *recipe, int root, struct error *err)
{
	const struct answers *answers = recipe->answers;
	const char *port = network_port(recipe);
	const char *mac = port ? mac_of(recipe->machine, port) : NULL;
	bool is_static = answers->network.method == NETWORK_STATIC;
	autotext struct text text = {0};

	text_addf(&text, "METHOD=%s\n", is_static ? "static" : "dhcp");
	if (port)
		text_addf(&text, "INTERFACE=%s\n", port);
	if (mac)
		text_addf(&text, "MAC=%s\n", mac);
	if (answers->network.vlan)
		text_addf(&text, "VLAN=%u\n", (unsigned)answers->network.vlan);
	if (is_static)
		text_addf(&text, "ADDRESS=%s\n", answers->network.address);
	if (is_static && answers->network.gateway)
		text_addf(&text, "GATEWAY=%s\n", answers->network.gateway);
	return write_file(root, UNLOCK_NETWORK, &text, err);
}

/* Never the system's own: who reads /boot must not be able to pose as the system when it runs. */
static int make_host_key(const struct run *run, struct error *err)
{
	const char *file = unlock_files[UNLOCK_HOST_KEY].path;
	autofree char *path = memory_format("%s/%s", run->target, file);
	autofree char *line = NULL, *fingerprint = NULL;
	int rc = file_remove(run->target_fd, file, err);

	if (rc == 0)
		rc = unlock_make_host_key(path, &line, err);
	if (rc < 0)
		return rc;
	fingerprint = ssh_key_fingerprint(line);
	events_emit(run->events,
		&(struct event){.kind = EVENT_UNLOCK_KEY, .text = fingerprint});
	return 0;
}

static int unlock_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	int root = run->target_fd;
	int rc = file_make_dirs(root, UNLOCK_FOLDER, 0700, err);

	if (rc == 0)
		rc = write_keys(recipe->answers, root, err);
	if (rc == 0)
		rc = write_network(recipe, root, err);
	return rc < 0 ? rc : make_host_key(run, err);
}

const struct step_ops step_unlock = {
	.id = "unlock", .describe = unlock_describe, .run = unlock_run};
