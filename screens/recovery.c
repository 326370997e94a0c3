/* The recovery key: shown once, then proved to be copied. Only what was typed back is enrolled. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "installer/base/digest.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/secrets.h"
#include "screens/recovery.h"

enum { GROUP_SIZE = 4, GROUP_STRIDE = GROUP_SIZE + 1, GROUP_COUNT = 8 };

/* A demonstration shows no secret. */
static const char demo_key[] = "DEMX-KEYS-ARE2-SAFE-WHEN-THEY-STAY-HERE";

static bool wanted(const void *context)
{
	const struct wizard *wizard = context;

	return wizard->wants_recovery &&
	       wizard->answers->disk.encryption != ENCRYPTION_NONE;
}

/* Three different groups, in their order. */
static int choose_groups(struct wizard *wizard, struct error *err)
{
	unsigned char random[GROUP_COUNT];
	unsigned chosen = 0;
	int rc = digest_random(random, sizeof(random), err);

	for (size_t i = 0; i < sizeof(random) && chosen < RECOVERY_ASKED; i++) {
		size_t left = sizeof(random) - i, need = RECOVERY_ASKED - chosen;

		if (random[i] % left < need)
			wizard->asked[chosen++] = (unsigned)i;
	}
	return rc;
}

static int make(struct wizard *wizard, struct error *err)
{
	int rc;

	if (wizard->demo) {
		const unsigned groups[RECOVERY_ASKED] = {1, 4, 7};

		memcpy(wizard->asked, groups, sizeof(groups));
		return secret_append(
			wizard->recovery_key, demo_key, strlen(demo_key), err);
	}
	rc = choose_groups(wizard, err);
	return rc < 0 ? rc : secret_generate(wizard->recovery_key, err);
}

int recovery_want(struct wizard *wizard, bool wanted_now, struct error *err)
{
	wizard->wants_recovery = wanted_now;
	wizard->answers->disk.recovery_key.origin =
		wanted_now ? SECRET_PROMPT : SECRET_NONE;
	wizard->recovery_proven = false;
	secret_cut(wizard->recovery_key, 0);
	for (size_t i = 0; i < RECOVERY_ASKED; i++)
		secret_cut(wizard->groups[i], 0);
	return wanted_now ? make(wizard, err) : 0;
}

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	struct item *item;

	page->next_label = _("I wrote it down");
	page->detail = _(
		"It opens the disk when the passphrase is lost. Keep it apart from the computer. The next page asks for three of its groups.");
	(void)page_note(page, TONE_STRONG, "%s", _("Write this recovery key down."));
	item = page_add(page, ITEM_FACT, NULL, _("Key"));
	item->value = secret_bytes(wizard->recovery_key);
	item->secret = wizard->recovery_key;
	item->tone = TONE_STRONG;
	item = page_add(page, ITEM_QR, NULL, NULL);
	item->secret = wizard->recovery_key;
	(void)page_add_code(page, wizard, "recovery-code");
}

static void build_code(struct page *page, void *context)
{
	const struct wizard *wizard = context;

	page->next_label = _("Close");
	page->whole = true;
	page_add(page, ITEM_QR, NULL, NULL)->secret = wizard->recovery_key;
}

const struct screen screen_recovery_code = {
	.id = "recovery-code",
	.title = N_("Recovery"),
	.kind = SCREEN_SUB,
	.parent = "recovery",
	.build = build_code,
};

const struct screen screen_recovery = {
	.id = "recovery",
	.title = N_("Recovery"),
	.kind = SCREEN_STEP,
	.visible = wanted,
	.act = page_open_code,
	.help = N_(
		"The recovery key is a second key of the disk. It is shown only here and is stored nowhere but in the disk's key slot.\n\n"
		"The picture holds the same text for a camera. A photograph of it is as good as the key: think about where it ends up."),
	.build = build,
};

/* Typed back. */

static const char *const ids[RECOVERY_ASKED] = {
	"group.first", "group.second", "group.third"};

static void build_copied(struct page *page, void *context)
{
	const struct wizard *wizard = context;

	(void)page_note(page, TONE_STRONG, "%s",
		_("Type three groups of the recovery key from your copy."));
	page_gap(page);
	for (size_t i = 0; i < RECOVERY_ASKED; i++) {
		struct item *item = page_add(page, ITEM_SECRET, ids[i],
			page_format(page, _("Group %u of %d"), wizard->asked[i] + 1,
				GROUP_COUNT));

		item->secret = wizard->groups[i];
		item->width = 2 * GROUP_SIZE;
		item->why =
			_("A key that nobody copied opens nothing. Back shows it again.");
	}
}

static bool is_right(const struct wizard *wizard, size_t i)
{
	const char *group = secret_bytes(wizard->recovery_key) +
			    (size_t)wizard->asked[i] * GROUP_STRIDE;

	return secret_size(wizard->groups[i]) == GROUP_SIZE &&
	       strncasecmp(group, secret_bytes(wizard->groups[i]), GROUP_SIZE) == 0;
}

static int set_copied(void *context, const char *id, const char *value, struct error *err)
{
	const struct wizard *wizard = context;

	(void)value;
	for (size_t i = 0; i < RECOVERY_ASKED; i++)
		if (text_equal(id, ids[i]) && !is_right(wizard, i))
			return error_set(err, -EINVAL,
				_("That is not group %u. Back shows the key again."),
				wizard->asked[i] + 1);
	return 0;
}

static int leave_copied(void *context, const char **at, struct error *err)
{
	struct wizard *wizard = context;

	(void)at;
	(void)err;
	wizard->recovery_proven = true;
	return 0;
}

const struct screen screen_copied = {
	.id = "copied",
	.title = N_("Your copy"),
	.kind = SCREEN_STEP,
	.visible = wanted,
	.help = N_(
		"The recovery key becomes a key of the disk only after three of its groups were typed from the copy: a key that was shown but "
		"not written down is worse than none, because it is relied upon."),
	.build = build_copied,
	.set = set_copied,
	.leave = leave_copied,
};
