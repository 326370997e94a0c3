#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/ssh_key.h"
#include "screens/key.h"

enum { PASSWORD_LEAST = 8 };

static const struct user *operator_of(const struct wizard *wizard)
{
	return &wizard->answers->users[0];
}

static const char *key_comment(const char *line)
{
	const char *space = strchr(line, ' ');

	space = space ? strchr(space + 1, ' ') : NULL;
	return space ? space + 1 : "";
}

static void add_keys(struct page *page, const struct wizard *wizard)
{
	const struct words *keys = &operator_of(wizard)->ssh_keys;
	struct item *item;

	page_gap(page);
	if (keys->count) {
		item = page_add(page, ITEM_LIST, "users.0.ssh_keys",
			_("SSH keys that may log in"));
		item->removable = true;
		item->why = _(
			"Compare each fingerprint with what ssh-keygen -l prints where the key was made. Del removes a key.");
		for (size_t i = 0; i < keys->count; i++) {
			autofree char *print = ssh_key_fingerprint(keys->items[i]);

			(void)item_choice(item, page_format(page, "%zu", i),
				page_format(page, "%s\t%s",
					print ? print : _("not a key"),
					key_comment(keys->items[i])));
		}
	} else {
		(void)page_note(page, TONE_NORMAL, "%s",
			_("No SSH key yet. With a key nobody can guess a password from the network."));
	}
	item = page_add(page, ITEM_ACTION, "add", _("Add an SSH key"));
	item->key = 'a';
	item->why = _(
		"Paste a public key, or have it read from a file, a USB stick or an address.");
}

static void add_password(struct page *page, const struct wizard *wizard)
{
	struct item *item = page_add(page, ITEM_BOOL, "wants_password", _("Password"));

	item->value = wizard->wants_password ? "true" : "false";
	item->why = _(
		"For the console and for becoming root. Without one only SSH keys let anybody in.");
	if (!wizard->wants_password)
		return;
	item = page_add(page, ITEM_SECRET, "users.0.password", _("Type it"));
	item->secret = wizard->password;
	item->why = _(
		"At least 8 characters. Over the network only keys are accepted, never this password.");
	item = page_add(page, ITEM_SECRET, "users.0.password.again", _("Again"));
	item->secret = wizard->password_again;
	item->confirms = wizard->password;
	item->why = _("The same once more.");
}

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;

	(void)page_note(page, TONE_STRONG, "%s",
		_("Who logs in? Root cannot; this account can become root."));
	page_gap(page);
	page_field(page, wizard, ITEM_TEXT, "users.0.name")->width = 32;
	(void)page_field(page, wizard, ITEM_TEXT, "users.0.full_name");
	(void)page_field(page, wizard, ITEM_BOOL, "users.0.admin");
	for (size_t i = 1; i < wizard->answers->user_count; i++)
		(void)page_fact(page, _("Also"), _("%s, from the answer file"),
			wizard->answers->users[i].name);
	add_password(page, wizard);
	add_keys(page, wizard);
}

static int set_wants_password(struct wizard *wizard, bool wanted)
{
	wizard->wants_password = wanted;
	if (!wanted) {
		secret_cut(wizard->password, 0);
		secret_cut(wizard->password_again, 0);
	}
	wizard->answers->users[0].password.origin = wanted ? SECRET_PROMPT : SECRET_NONE;
	return 0;
}

static int set(void *context, const char *id, const char *value, struct error *err)
{
	struct wizard *wizard = context;

	if (text_equal(id, "wants_password"))
		return set_wants_password(wizard, text_equal(value, "true"));
	if (text_equal(id, "users.0.password") &&
		secret_size(wizard->password) < PASSWORD_LEAST)
		return error_set(err, -EINVAL, _("It needs at least %d characters."),
			PASSWORD_LEAST);
	return wizard_set(context, id, value, err);
}

static void act(struct form *form, const char *id, const char *row)
{
	(void)row;
	if (text_equal(id, "add"))
		form_open(form, "key");
	else if (text_equal(id, "users.0.ssh_keys"))
		form_say(form, TONE_NORMAL, "%s",
			_("Del, or in line mode - and its number, removes this key. Compare its fingerprint with the one where it was made."));
}

static void remove_key(struct form *form, const char *id, const char *row)
{
	struct wizard *wizard = form_context(form);
	const struct words *keys = &operator_of(wizard)->ssh_keys;
	autowords struct words kept = {0};
	struct error err = {0};
	uint64_t gone;

	(void)id;
	if (!keys->count || text_to_u64(row, 0, keys->count - 1, &gone) < 0)
		return;
	for (size_t i = 0; i < keys->count; i++)
		if (i != gone)
			words_add(&kept, keys->items[i]);
	if (key_store(wizard, &kept, &err) < 0)
		form_say(form, TONE_DANGER, "%s", err.text);
}

/* Somebody must be able to get in. */
static int leave(void *context, const char **at, struct error *err)
{
	const struct wizard *wizard = context;
	const struct user *user = operator_of(wizard);

	*at = "users.0.name";
	if (!user->name || !*user->name)
		return error_set(
			err, -EINVAL, "%s", _("The account needs a name, such as ana."));
	if (!user->ssh_keys.count && user->password.origin == SECRET_NONE) {
		*at = "add";
		return error_set(err, -EINVAL, "%s",
			_("Nobody could log in: add an SSH key, or give the account a password."));
	}
	return 0;
}

const struct screen screen_users = {
	.id = "users",
	.title = N_("Users"),
	.kind = SCREEN_STEP,
	.help = N_(
		"One account for the person who runs this computer; more can be made later. Root has no password and cannot log in; an "
		"administrator becomes root after logging in.\n\n"
		"Over the network only SSH keys are accepted. A password is for the console. Give the public key: the line from a file that ends "
		"in .pub, never the private one."),
	.build = build,
	.set = set,
	.act = act,
	.remove = remove_key,
	.leave = leave,
};
