#include <errno.h>
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/secrets.h"
#include "installer/tpm.h"
#include "screens/luks.h"
#include "screens/proof.h"
#include "screens/recovery.h"
#include "screens/strength.h"
#include "screens/words.h"

static bool is_encrypted(const struct wizard *wizard)
{
	return wizard->answers->disk.encryption != ENCRYPTION_NONE;
}

/* Passphrases come from the person unless the answer file names a source that needs nobody. */
static bool is_typed(const struct wizard *wizard)
{
	enum secret_origin origin = wizard->answers->disk.passphrase.origin;

	return origin == SECRET_PROMPT || origin == SECRET_NONE || origin == SECRET_FD;
}

static void add_strength(struct page *page, const struct wizard *wizard)
{
	static const char *const words[] = {N_("at least 8 characters"),
		N_("weak, quickly found"), N_("fair, longer is better"), N_("good"),
		N_("strong")};
	static const enum tone tones[] = {
		TONE_QUIET, TONE_DANGER, TONE_WARNING, TONE_GOOD, TONE_GOOD};
	static const char *const bars[] = {"[          ]", "[##        ]", "[#####     ]",
		"[########  ]", "[##########]"};
	enum strength strength = strength_of(wizard->passphrase);
	struct item *item = page_fact(
		page, _("Strength"), "%s %s", bars[strength], _(words[strength]));

	item->tone = tones[strength];
	item->spoken = _(words[strength]);
}

static void add_suggestion(struct page *page, const struct wizard *wizard)
{
	struct item *item = page_add(page, ITEM_ACTION, "suggest", _("Words"));

	item->function_key = 3;
	item->key_only = true;
	if (!secret_size(wizard->suggestion))
		return;
	item = page_add(page, ITEM_FACT, NULL, _("Suggestion"));
	item->value = secret_bytes(wizard->suggestion);
	item->secret = wizard->suggestion;
	item->tone = TONE_STRONG;
	page_note(page, TONE_QUIET,
		_("By chance, 2^%d possibilities. Write it down until you know it, and type it above, twice."),
		SUGGESTED_BITS);
}

static void add_passphrase(struct page *page, const struct wizard *wizard)
{
	struct item *item = page_field(page, wizard, ITEM_SECRET, "disk.passphrase");

	item->secret = wizard->passphrase;
	item->help = _(
		"Four or five unrelated words are strong and easy to type on any keyboard. Letters a to z and spaces move least between "
		"layouts. Nobody can reset it: without the passphrase and without the recovery key everything on the disk is lost.");
	item = page_add(page, ITEM_SECRET, "disk.passphrase.again", _("Again"));
	item->secret = wizard->passphrase_again;
	item->confirms = wizard->passphrase;
	item->why =
		_("The same once more, so that a typing error does not lock you out.");
	add_strength(page, wizard);
	add_suggestion(page, wizard);
	(void)page_fact(page, _("Typed with"), _("layout %s, here and at each start"),
		wizard->answers->system.keymap);
	proof_add(page, wizard);
}

static void add_recovery(struct page *page, const struct wizard *wizard)
{
	struct item *item = page_add(page, ITEM_BOOL, "recovery", _("Recovery key"));

	item->value = wizard->wants_recovery ? "true" : "false";
	item->why = _(
		"A second key that opens the disk when the passphrase is forgotten. The next pages show it and check your copy.");
}

/* The system whose /home stays has all of this already. */
static bool is_kept(const struct wizard *wizard)
{
	return wizard->answers->disk.layout == LAYOUT_KEEP;
}

/* Where it is not to be had, it says why; an answer that wants it all the same can be taken back. */
static void add_tpm(struct page *page, const struct wizard *wizard)
{
	const char *why_not = tpm_why_not(wizard->machine);
	struct item *item;

	if (!why_not || wizard->answers->disk.tpm_unlock) {
		(void)page_field(page, wizard, ITEM_BOOL, "disk.tpm_unlock");
		return;
	}
	item = page_fact(page, _(answers_field("disk.tpm_unlock")->label),
		_("[ ] not here, %s"), _(why_not));
	item->tone = TONE_QUIET;
	item->spoken = page_format(page, _("not on this computer, %s"), _(why_not));
}

/* Its PIN is asked for only while it may be given: a source in the answer file needs nobody. */
static void add_security_key(struct page *page, const struct wizard *wizard)
{
	const struct answers *answers = wizard->answers;
	enum secret_origin origin = answers->disk.fido2_pin.origin;

	(void)page_field(page, wizard, ITEM_BOOL, "disk.fido2_unlock");
	if (answers->disk.fido2_unlock &&
		(origin == SECRET_NONE || origin == SECRET_PROMPT))
		page_field(page, wizard, ITEM_SECRET, "disk.fido2_pin")->secret =
			wizard->fido2_pin;
}

/* The last is said when the header is made, which stays when /home does. */
static void add_ways(struct page *page, const struct wizard *wizard)
{
	struct item *item;

	(void)page_field(page, wizard, ITEM_BOOL, "disk.remote_unlock");
	add_tpm(page, wizard);
	add_security_key(page, wizard);
	if (is_kept(wizard))
		return;
	item = page_add(page, ITEM_ACTION, "luks", _("Encrypted volume"));
	item->key = 'v';
	item->why = luks_text(page, wizard);
}

static void add_source(struct page *page, const struct wizard *wizard)
{
	(void)page_fact(page, _("Passphrase"), "%s",
		_("from the source named in the answer file"));
	add_ways(page, wizard);
	page_add(page, ITEM_ACTION, "type", _("Type one instead"))->key = 't';
}

static void build_kept(struct page *page, const struct wizard *wizard)
{
	struct item *item;

	(void)page_fact(page, _("Encrypt the disk"), "%s",
		is_encrypted(wizard) ? _("it is encrypted, and stays so")
				     : _("it is not encrypted, and stays so"));
	page_gap(page);
	if (!is_encrypted(wizard))
		return;
	if (!is_typed(wizard)) {
		add_source(page, wizard);
		return;
	}
	item = page_field(page, wizard, ITEM_SECRET, "disk.passphrase");
	item->secret = wizard->passphrase;
	item->why = _(
		"The one that opens it now, or its recovery key. Nothing is changed before it does.");
	item->help = item->why;
	add_ways(page, wizard);
}

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	struct item *item;

	if (is_kept(wizard)) {
		build_kept(page, wizard);
		return;
	}
	item = page_add(page, ITEM_ONE, "disk.encryption", _("Encrypt the disk"));

	item->value = is_encrypted(wizard) ? "luks2" : "none";
	item->why = _(answers_field("disk.encryption")->why);
	(void)item_choice(item, "luks2", _("yes, LUKS2"));
	(void)item_choice(item, "none", _("no"));
	page_gap(page);
	if (!is_encrypted(wizard)) {
		(void)page_note(page, TONE_WARNING, "%s",
			_("Whoever takes the disk out, or starts the computer from a stick, reads and changes everything on it."));
		return;
	}
	if (is_typed(wizard)) {
		add_passphrase(page, wizard);
		add_recovery(page, wizard);
		add_ways(page, wizard);
		proof_add_rehearsal(page, wizard);
		return;
	}
	add_source(page, wizard);
}

static int check_passphrase(const struct wizard *wizard, struct error *err)
{
	size_t size = secret_size(wizard->passphrase);

	if (is_kept(wizard))
		return size ? 0
			    : error_set(err, -EINVAL, "%s",
				      _("It is needed to open what stays."));
	if (size < PASSPHRASE_LEAST)
		return error_set(err, -EINVAL,
			_("It needs at least %d characters; four unrelated words are a good one."),
			PASSPHRASE_LEAST);
	if (size > PASSPHRASE_MOST)
		return error_set(err, -EINVAL,
			_("At most %d characters can be typed when the computer starts."),
			PASSPHRASE_MOST);
	return proof_check(wizard, err);
}

/* A key without a PIN is the rule: nothing typed says so. A source in the answer file stays. */
static void settle_pin(struct wizard *wizard)
{
	const struct answers *answers = wizard->answers;
	enum secret_origin *origin = &wizard->answers->disk.fido2_pin.origin;

	if (*origin == SECRET_NONE || *origin == SECRET_PROMPT)
		*origin = answers->disk.fido2_unlock && secret_size(wizard->fido2_pin)
				  ? SECRET_PROMPT
				  : SECRET_NONE;
}

static int set(void *context, const char *id, const char *value, struct error *err)
{
	struct wizard *wizard = context;
	int rc = 0;

	if (text_equal(id, "recovery"))
		return recovery_want(wizard, text_equal(value, "true"), err);
	if (text_equal(id, "us_slot")) {
		wizard->wants_us = text_equal(value, "true");
		return 0;
	}
	if (text_equal(id, "disk.encryption") && text_equal(value, "none")) {
		wizard->answers->disk.remote_unlock = false;
		wizard->answers->disk.tpm_unlock = false;
		wizard->answers->disk.fido2_unlock = false;
	}
	if (text_equal(id, "disk.passphrase"))
		return check_passphrase(wizard, err);
	if (!text_equal(id, "disk.fido2_pin"))
		rc = wizard_set(context, id, value, err);
	settle_pin(wizard);
	return rc;
}

static void act(struct form *form, const char *id, const char *row)
{
	struct wizard *wizard = form_context(form);
	struct error err = {0};

	(void)row;
	if (text_equal(id, "rehearse"))
		form_open(form, "rehearsal");
	if (text_equal(id, "luks"))
		form_open(form, "luks");
	if (text_equal(id, "suggest") && words_suggest(wizard->suggestion, &err) < 0)
		form_say(form, TONE_DANGER, "%s", err.text);
	if (text_equal(id, "type") &&
		answers_set(wizard->answers, "disk.passphrase", "prompt", &err) < 0)
		form_say(form, TONE_DANGER, "%s", err.text);
}

const struct screen screen_encryption = {
	.id = "encryption",
	.title = N_("Encryption"),
	.kind = SCREEN_STEP,
	.help = N_(
		"With LUKS2 everything except the kernels in /boot is encrypted. The passphrase is asked for each time the computer starts, "
		"with the keyboard layout chosen before. A TPM 2.0 can give the key instead, as long as nothing of what starts the computer has "
		"changed; that takes a computer started by UEFI. So can a security key (FIDO2) that is touched.\n\n"
		"Encryption protects a computer that is switched off. It does not protect one that is running."),
	.build = build,
	.set = set,
	.act = act,
};
