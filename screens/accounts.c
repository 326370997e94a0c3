#include "screens/accounts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "screens/key.h"

enum { PASSWORD_LEAST = 8 };

struct account account_new(void)
{
	return (struct account){.password = secret_new(), .again = secret_new()};
}

/* What stands in an answer file is as if it had been typed: it never gets to a file of ours, and reaches the engine as the others do. */
static void take_literal(struct wizard *wizard, size_t index)
{
	const struct secret_source *source = &wizard->answers->users[index].password;
	struct account *account = &wizard->accounts[index];
	autofree char *path = memory_format("users.%zu.password", index);

	if (source->origin != SECRET_LITERAL)
		return;
	(void)!secret_append(
		account->password, source->literal, strlen(source->literal), NULL);
	(void)!secret_append(
		account->again, source->literal, strlen(source->literal), NULL);
	(void)!answers_set(wizard->answers, path, "prompt", NULL);
}

static void append(struct wizard *wizard)
{
	wizard->accounts = memory_resize(
		wizard->accounts, wizard->account_count + 1, sizeof(*wizard->accounts));
	wizard->accounts[wizard->account_count] = account_new();
	take_literal(wizard, wizard->account_count++);
}

void account_free(struct account *account)
{
	secret_free(account->password);
	secret_free(account->again);
	*account = (struct account){0};
}

void accounts_free(struct wizard *wizard)
{
	while (wizard->account_count)
		account_free(&wizard->accounts[--wizard->account_count]);
	free(wizard->accounts);
	wizard->accounts = NULL;
}

void accounts_match(struct wizard *wizard)
{
	accounts_free(wizard);
	while (wizard->account_count < wizard->answers->user_count)
		append(wizard);
	wizard->user = 0;
	wizard->key_user = 0;
}

void accounts_forget(struct wizard *wizard)
{
	for (size_t i = 0; i < wizard->account_count; i++) {
		secret_cut(wizard->accounts[i].password, 0);
		secret_cut(wizard->accounts[i].again, 0);
	}
}

int account_add(struct wizard *wizard, struct error *err)
{
	if (wizard->account_count >= ACCOUNTS_MAX)
		return error_set(err, -ENOSPC,
			_("There is room for %d accounts here; more can be made on the installed system."),
			ACCOUNTS_MAX);
	(void)answers_add_user(wizard->answers);
	append(wizard);
	return 0;
}

/* Where an account is that was at this place. */
static unsigned place_without(unsigned place, size_t removed)
{
	return place > removed ? place - 1 : place == removed ? 0 : place;
}

void account_remove(struct wizard *wizard, size_t index)
{
	if (index >= wizard->account_count)
		return;
	if (wizard->key_user == index)
		key_forget(wizard);
	account_free(&wizard->accounts[index]);
	wizard->account_count--;
	memmove(&wizard->accounts[index], &wizard->accounts[index + 1],
		(wizard->account_count - index) * sizeof(*wizard->accounts));
	answers_remove_user(wizard->answers, index);
	wizard->user = place_without(wizard->user, index);
	wizard->key_user = place_without(wizard->key_user, index);
}

int account_want_password(
	struct wizard *wizard, size_t index, bool wanted, struct error *err)
{
	autofree char *path = memory_format("users.%zu.password", index);
	bool has_one = wizard->answers->users[index].password.origin != SECRET_NONE;

	if (wanted == has_one)
		return 0;
	secret_cut(wizard->accounts[index].password, 0);
	secret_cut(wizard->accounts[index].again, 0);
	return answers_set(wizard->answers, path, wanted ? "prompt" : "none", err);
}

int account_check_password(const struct wizard *wizard, size_t index, struct error *err)
{
	if (secret_size(wizard->accounts[index].password) < PASSWORD_LEAST)
		return error_set(err, -EINVAL, _("It needs at least %d characters."),
			PASSWORD_LEAST);
	return 0;
}

int account_check(
	const struct wizard *wizard, size_t index, const char **item, struct error *err)
{
	const struct user *user = &wizard->answers->users[index];
	const struct account *account = &wizard->accounts[index];

	*item = "name";
	if (!user->name)
		return error_set(
			err, -EINVAL, "%s", _("The account needs a name, such as ana."));
	for (size_t i = 0; i < index; i++)
		if (text_equal(wizard->answers->users[i].name, user->name))
			return error_set(err, -EEXIST,
				_("There is another account %s; names must differ."),
				user->name);
	*item = "password";
	if (user->password.origin != SECRET_PROMPT)
		return 0;
	if (!secret_size(account->password))
		return error_set(
			err, -EINVAL, _("The password of %s is missing."), user->name);
	if (account_check_password(wizard, index, err) < 0)
		return error_prefix(err, "%s", user->name);
	*item = "password.again";
	if (!secret_equal(account->password, account->again))
		return error_set(err, -EINVAL,
			_("The two entries of the password of %s differ."), user->name);
	return 0;
}

static bool can_log_in(const struct user *user)
{
	return user->ssh_keys.count || user->password.origin != SECRET_NONE;
}

static int check_way_in(const struct wizard *wizard, const char **item, struct error *err)
{
	const struct answers *answers = wizard->answers;
	bool way_in = false, admin = false;

	for (size_t i = 0; i < answers->user_count; i++) {
		way_in |= can_log_in(&answers->users[i]);
		admin |= can_log_in(&answers->users[i]) && answers->users[i].admin;
	}
	*item = way_in ? "admin" : "add";
	if (!way_in)
		return error_set(err, -EINVAL, "%s",
			_("Nobody could log in: add an SSH key, or give the account a password."));
	if (!admin)
		return error_set(err, -EINVAL, "%s",
			_("Nobody could become root: one account that can log in must be an administrator."));
	return 0;
}

int accounts_check(
	const struct wizard *wizard, size_t *index, const char **item, struct error *err)
{
	int rc = 0;

	for (*index = 0; *index < wizard->account_count; ++*index) {
		rc = account_check(wizard, *index, item, err);
		if (rc < 0)
			return rc;
	}
	*index = 0;
	return check_way_in(wizard, item, err);
}

static char *password_words(const struct wizard *wizard, size_t index)
{
	const struct secret_source *source = &wizard->answers->users[index].password;

	if (source->origin != SECRET_PROMPT)
		return secret_source_words(source);
	return memory_copy_text(secret_size(wizard->accounts[index].password)
					? _("typed")
					: _("missing"));
}

const char *account_words(struct page *page, const struct wizard *wizard, size_t index)
{
	const struct user *user = &wizard->answers->users[index];
	autofree char *password = password_words(wizard, index);
	size_t keys = user->ssh_keys.count;

	return page_format(page,
		P_("%s, %zu SSH key, password: %s", "%s, %zu SSH keys, password: %s",
			keys),
		user->name ? user->name : _("(no name)"), keys, password);
}
