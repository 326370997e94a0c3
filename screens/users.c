/* Who logs in: the first account in place, all others on a page of their own with the same items. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/ssh_key.h"
#include "screens/accounts.h"
#include "screens/key.h"

static const char accounts_id[] = "accounts", new_id[] = "account";

static const struct user *user_at(const struct wizard *wizard, size_t index)
{
	return &wizard->answers->users[index];
}

/* "users.2.password.again" for 2 and "password.again", and what stands behind the number. */
static const char *id_of(struct page *page, size_t index, const char *item)
{
	return page_format(page, "users.%zu.%s", index, item);
}

static const char *item_of(const char *id)
{
	const char *dot = strchr(id, '.');

	dot = dot ? strchr(dot + 1, '.') : NULL;
	return dot ? dot + 1 : id;
}

static const char *key_comment(const char *line)
{
	const char *space = strchr(line, ' ');

	space = space ? strchr(space + 1, ' ') : NULL;
	return space ? space + 1 : "";
}

static void add_keys(struct page *page, const struct wizard *wizard, size_t index)
{
	const struct words *keys = &user_at(wizard, index)->ssh_keys;
	struct item *item;

	page_gap(page);
	if (keys->count) {
		item = page_add(page, ITEM_LIST, id_of(page, index, "ssh_keys"),
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
	item = page_add(
		page, ITEM_ACTION, id_of(page, index, "add"), _("Add an SSH key"));
	item->key = 'a';
	item->why = _(
		"Paste a public key, or have it read from a file, a USB stick or an address.");
}

static void add_secrets(struct page *page, const struct wizard *wizard, size_t index)
{
	struct secret *password = wizard->accounts[index].password;
	struct item *item =
		page_add(page, ITEM_SECRET, id_of(page, index, "password"), _("Type it"));

	item->secret = password;
	item->why = _(
		"At least 8 characters. Over the network only keys are accepted, never this password.");
	item = page_add(
		page, ITEM_SECRET, id_of(page, index, "password.again"), _("Again"));
	item->secret = wizard->accounts[index].again;
	item->confirms = password;
	item->why = _("The same once more.");
}

static void add_password(struct page *page, const struct wizard *wizard, size_t index)
{
	const struct secret_source *source = &user_at(wizard, index)->password;
	autofree char *words = secret_source_words(source);
	struct item *item = page_add(
		page, ITEM_BOOL, id_of(page, index, "wants_password"), _("Password"));

	item->value = source->origin != SECRET_NONE ? "true" : "false";
	item->why = _(
		"For the console and for becoming root. Without one only SSH keys let anybody in.");
	if (source->origin == SECRET_PROMPT)
		add_secrets(page, wizard, index);
	else if (source->origin != SECRET_NONE)
		(void)page_fact(page, _("Given"), "%s", words);
}

static void add_account(struct page *page, const struct wizard *wizard, size_t index)
{
	page_gap(page);
	page_field(page, wizard, ITEM_TEXT, id_of(page, index, "name"))->width = 32;
	(void)page_field(page, wizard, ITEM_TEXT, id_of(page, index, "full_name"));
	(void)page_field(page, wizard, ITEM_BOOL, id_of(page, index, "admin"));
	add_password(page, wizard, index);
	add_keys(page, wizard, index);
}

static void add_others(struct page *page, const struct wizard *wizard)
{
	struct item *item;

	if (wizard->account_count < 2)
		return;
	page_gap(page);
	item = page_add(page, ITEM_LIST, accounts_id, _("Further accounts"));
	item->removable = true;
	item->why = _("Enter opens an account, Del removes it.");
	item->value = page_format(page, "%u", wizard->user);
	for (size_t i = 1; i < wizard->account_count; i++) {
		const char *wrong;

		item_choice(item, page_format(page, "%zu", i),
			page_format(page, "%s\t%s",
				user_at(wizard, i)->admin ? _("Administrator")
							  : _("User"),
				account_words(page, wizard, i)))
			->tone = account_check(wizard, i, &wrong, NULL) < 0 ? TONE_WARNING
									    : TONE_NORMAL;
	}
}

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	struct item *item;

	(void)page_note(page, TONE_STRONG, "%s",
		_("Who logs in? Root cannot; this account can become root."));
	add_account(page, wizard, 0);
	add_others(page, wizard);
	item = page_add(page, ITEM_ACTION, new_id, _("Add another account"));
	item->key = 'n';
	item->why =
		_("For one more person, with a name, password and keys of their own.");
}

static int set(void *context, const char *id, const char *value, struct error *err)
{
	struct wizard *wizard = context;
	const char *item = item_of(id);
	size_t index = answers_user_index(id);

	if (text_equal(item, "wants_password"))
		return account_want_password(
			wizard, index, text_equal(value, "true"), err);
	if (text_equal(item, "password"))
		return account_check_password(wizard, index, err);
	return wizard_set(context, id, value, err);
}

static void open_account(struct form *form, const char *row)
{
	struct wizard *wizard = form_context(form);
	uint64_t index;

	if (!row || text_to_u64(row, 1, wizard->account_count - 1, &index) < 0)
		return;
	wizard->user = (unsigned)index;
	form_open(form, "user");
}

static void open_new(struct form *form)
{
	struct wizard *wizard = form_context(form);
	struct error err = {0};

	if (account_add(wizard, &err) < 0) {
		form_say(form, TONE_WARNING, "%s", err.text);
		return;
	}
	wizard->user = (unsigned)(wizard->account_count - 1);
	form_open(form, "user");
}

static void act(struct form *form, const char *id, const char *row)
{
	if (text_equal(id, accounts_id))
		open_account(form, row);
	else if (text_equal(id, new_id))
		open_new(form);
	else if (text_equal(item_of(id), "add"))
		key_open(form, answers_user_index(id));
	else if (text_equal(item_of(id), "ssh_keys"))
		form_say(form, TONE_NORMAL, "%s",
			_("Del, or in line mode - and its number, removes this key. Compare its fingerprint with the one where it was made."));
}

static void remove_key(struct form *form, size_t index, const char *row)
{
	struct wizard *wizard = form_context(form);
	const struct words *keys = &user_at(wizard, index)->ssh_keys;
	autowords struct words kept = {0};
	struct error err = {0};
	uint64_t gone;

	if (!keys->count || text_to_u64(row, 0, keys->count - 1, &gone) < 0)
		return;
	for (size_t i = 0; i < keys->count; i++)
		if (i != gone)
			words_add(&kept, keys->items[i]);
	if (key_store(wizard, index, &kept, &err) < 0)
		form_say(form, TONE_DANGER, "%s", err.text);
}

static void remove_account(struct form *form, const char *row)
{
	struct wizard *wizard = form_context(form);
	uint64_t index;

	if (text_to_u64(row, 1, wizard->account_count - 1, &index) < 0)
		return;
	for (size_t i = index; i < wizard->account_count; i++) {
		autofree char *from = memory_format("users.%zu.", i);
		autofree char *to = memory_format("users.%zu.", i - 1);

		form_move_drafts(form, from, i == index ? NULL : to);
	}
	account_remove(wizard, index);
}

static void remove_row(struct form *form, const char *id, const char *row)
{
	if (text_equal(id, accounts_id))
		remove_account(form, row);
	else
		remove_key(form, answers_user_index(id), row);
}

/* The item that Next goes to: the form asks for its name when the page is another one already. */
static const char *keep_id(struct wizard *wizard, size_t index, const char *item)
{
	free(wizard->wrong);
	wizard->wrong = memory_format("users.%zu.%s", index, item);
	return wizard->wrong;
}

static int leave(void *context, const char **at, struct error *err)
{
	struct wizard *wizard = context;
	const char *item = "";
	size_t index = 0;
	int rc = accounts_check(wizard, &index, &item, err);

	wizard->user = (unsigned)index;
	*at = index ? accounts_id : keep_id(wizard, index, item);
	return rc;
}

const struct screen screen_users = {
	.id = "users",
	.title = N_("Users"),
	.kind = SCREEN_STEP,
	.help = N_(
		"One account for the person who runs this computer, and one for each further person; more can be made later. Root has no password and "
		"cannot log in; an administrator becomes root after logging in.\n\n"
		"Over the network only SSH keys are accepted. A password is for the console. Give the public key: the line from a file that ends "
		"in .pub, never the private one."),
	.build = build,
	.set = set,
	.act = act,
	.remove = remove_row,
	.leave = leave,
};

/* One further account. */

static void build_user(struct page *page, void *context)
{
	const struct wizard *wizard = context;

	if (wizard->user >= wizard->account_count)
		return;
	page->next_label = _("Done");
	(void)page_note(page, TONE_STRONG, "%s", _("Who else logs in?"));
	add_account(page, wizard, wizard->user);
}

static int leave_user(void *context, const char **at, struct error *err)
{
	struct wizard *wizard = context;
	const char *item = "";
	int rc = wizard->user < wizard->account_count
			 ? account_check(wizard, wizard->user, &item, err)
			 : 0;

	*at = keep_id(wizard, wizard->user, item);
	return rc;
}

const struct screen screen_user = {
	.id = "user",
	.title = N_("Account"),
	.kind = SCREEN_SUB,
	.help = N_(
		"An account that is no administrator can work on this computer and cannot change it. Without a password it is for SSH alone, without a key "
		"for the console alone. To be rid of it, go back and remove it from the list with Del."),
	.build = build_user,
	.set = set,
	.act = act,
	.remove = remove_row,
	.leave = leave_user,
};
