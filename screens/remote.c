/* Letting people in by SSH on the live system: what the computer without a screen near it needs. */
#include <stdlib.h>
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/remote.h"
#include "screens/wizard.h"

static bool is_open(const struct wizard *wizard, struct remote *remote)
{
	return !wizard->demo && !wizard->machine_is_file && remote_read(remote);
}

/* Of the first address; NULL without one. */
static const char *code_text(struct page *page, const struct remote *remote)
{
	const char *address = remote->addresses.count ? remote->addresses.items[0] : NULL;
	const char *bracket = address && strchr(address, ':') ? "[" : "";

	return address ? page_format(page, "ssh://root@%s%s%s:%u", bracket, address,
				 *bracket ? "]" : "", remote->port)
		       : NULL;
}

static void build_open(
	struct page *page, const struct wizard *wizard, const struct remote *remote)
{
	struct item *item;

	(void)page_note(page, TONE_GOOD, "%s",
		_("Whoever is let in has a root shell on this live system, until it ends."));
	page_gap(page);
	for (size_t i = 0; i < remote->addresses.count; i++) {
		autofree char *command =
			remote_command(remote, remote->addresses.items[i]);

		(void)page_fact(page, _("Connect by"), "%s", command);
	}
	if (!remote->addresses.count)
		(void)page_fact(page, _("Connect by"), "%s",
			_("this computer has no address now"));
	(void)page_fact(page, _("Host key"), "%s",
		remote->fingerprint ? remote->fingerprint : "-");
	if (remote->keys)
		(void)page_fact(page, _("Lets in"),
			P_("%u SSH key", "%u SSH keys", remote->keys), remote->keys);
	if (remote->password)
		(void)page_fact(page, _("Lets in"), "%s", _("root's password"));
	page_gap(page);
	item = page_add(page, ITEM_ACTION, "remote.off", _("Close again"));
	item->key = 'q';
	item->why = _("Nobody new is let in; who is connected stays so.");
	if (remote->addresses.count)
		(void)page_add_code(page, wizard, "remote-code");
}

static void build_closed(struct page *page, const struct wizard *wizard)
{
	struct item *item;

	(void)page_note(page, TONE_STRONG, "%s",
		_("Go on from another computer: install, watch or repair over the network."));
	(void)page_note(page, TONE_NORMAL, "%s",
		_("Nobody is let in now. What is opened here ends with the live system and is not installed."));
	page_gap(page);
	item = page_add(page, ITEM_TEXT, "remote.keys", _("SSH keys from"));
	item->value = wizard->key_source;
	item->why = _("A file, an address that begins with https://, or the word stick.");
	item = page_add(page, ITEM_ACTION, "remote.on", _("Let these keys in"));
	item->key = 'k';
	item->why = _(
		"Brings the network up, starts an SSH server and shows its address and host key.");
	item = page_add(page, ITEM_ACTION, "remote.password", _("Let in by password"));
	item->key = 'p';
	item->why = _(
		"Asks for a password for root of the live system. Keys are safer: passwords can be guessed at.");
}

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	autoremote struct remote remote = {0};

	page->next_label = _("Close");
	if (is_open(wizard, &remote))
		build_open(page, wizard, &remote);
	else
		build_closed(page, wizard);
}

static int set(void *context, const char *id, const char *value, struct error *err)
{
	struct wizard *wizard = context;

	(void)id;
	(void)err;
	free(wizard->key_source);
	wizard->key_source = memory_copy_text(value);
	return 0;
}

/* On this terminal: it asks for the password itself, which never passes through here. */
static void run(struct form *form, const struct words *arguments)
{
	const struct wizard *wizard = form_context(form);
	autowords struct words words = {0};

	words_add(&words, wizard->setup);
	words_add(&words, "remote");
	for (size_t i = 0; i < arguments->count; i++)
		words_add(&words, arguments->items[i]);
	form_program(form, &words);
}

static void act(struct form *form, const char *id, const char *row)
{
	const struct wizard *wizard = form_context(form);
	autowords struct words words = {0};

	if (wizard->demo || wizard->machine_is_file) {
		form_say(form, TONE_WARNING, "%s",
			_("Nobody is let in here: this is not the computer's own description."));
	} else if (text_equal(id, "remote.off")) {
		words_add(&words, "off");
		run(form, &words);
	} else if (text_equal(id, "remote.password")) {
		words_add(&words, "on");
		words_add(&words, "--password");
		run(form, &words);
	} else if (!text_equal(id, "remote.on")) {
		page_open_code(form, id, row);
	} else if (!wizard->key_source || !*wizard->key_source) {
		form_say(
			form, TONE_WARNING, "%s", _("Say first where the SSH keys are."));
	} else {
		words_add(&words, "on");
		words_add(&words, "--keys");
		words_add(&words, wizard->key_source);
		run(form, &words);
	}
}

const struct screen screen_remote = {
	.id = "remote",
	.title = N_("Let in by SSH"),
	.kind = SCREEN_SUB,
	.parent = "tasks",
	.help = N_(
		"The other computer logs in as root and starts jefe-setup there: the same wizard, an installation from an answer file, or jefe-setup attach "
		"to watch one that runs here. Compare the host key at the first login. jefe.remote=https://... on the kernel line does this when the live "
		"system starts, for computers without a screen."),
	.build = build,
	.set = set,
	.act = act,
};

static void build_code(struct page *page, void *context)
{
	autoremote struct remote remote = {0};

	page->next_label = _("Close");
	page->whole = true;
	if (is_open(context, &remote))
		page_add(page, ITEM_QR, NULL, NULL)->value = code_text(page, &remote);
}

const struct screen screen_remote_code = {
	.id = "remote-code",
	.title = N_("Let in by SSH"),
	.kind = SCREEN_SUB,
	.parent = "remote",
	.build = build_code,
};
