/* What says that the computer at the other end of the first login is this one, and the same of the server that takes the passphrase. */
#include "installer/base/language.h"
#include "screens/wizard.h"

static void add_key(struct page *page, const char *says, const char *fingerprint)
{
	(void)page_note(page, TONE_STRONG, "%s", says);
	(void)page_note(page, TONE_GOOD, "%s", fingerprint);
}

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	const struct follow *follow = &wizard->follow;
	struct item *item;

	page->next_label = _("Close");
	page->detail_rows = 1;
	add_key(page, _("At the first login over the network, SSH must show this."),
		follow->host_key ? follow->host_key : _("No key was made."));
	if (follow->host_key) {
		page_add(page, ITEM_QR, NULL, NULL)->value = follow->host_key;
		(void)page_add_code(page, wizard, "host-key-code");
	}
	if (!follow->unlock_key)
		return;
	page_gap(page);
	add_key(page, _("While the disk is locked, SSH must show this instead."),
		follow->unlock_key);
	item = page_add_code(page, wizard, "unlock-key-code");
	if (item) {
		item->label = _("Picture while locked");
		item->key = 'l';
	}
}

const struct screen screen_host_key = {
	.id = "host-key",
	.title = N_("Host key"),
	.kind = SCREEN_SUB,
	.parent = "done",
	.help = N_(
		"SSH asks whether the key of an unknown computer is right. It is when the fingerprint it shows is the one on this page; another "
		"one means that another computer answers. Where a disk is unlocked over SSH, another server with a key of its own takes the passphrase.\n\n"
		"Each picture holds the same text as its line, for a camera."),
	.build = build,
	.act = page_open_code,
};

static void build_picture(struct page *page, const char *fingerprint)
{
	page->next_label = _("Close");
	page->whole = true;
	page_add(page, ITEM_QR, NULL, NULL)->value = fingerprint;
}

static void build_host(struct page *page, void *context)
{
	build_picture(page, ((const struct wizard *)context)->follow.host_key);
}

static void build_unlock(struct page *page, void *context)
{
	build_picture(page, ((const struct wizard *)context)->follow.unlock_key);
}

const struct screen screen_host_key_code = {
	.id = "host-key-code",
	.title = N_("Host key"),
	.kind = SCREEN_SUB,
	.parent = "host-key",
	.build = build_host,
};

const struct screen screen_unlock_key_code = {
	.id = "unlock-key-code",
	.title = N_("Host key"),
	.kind = SCREEN_SUB,
	.parent = "host-key",
	.build = build_unlock,
};
