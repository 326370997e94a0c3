/* Several accounts: what belongs to one stays with it, and nothing of one that was removed stays anywhere. */
#include "screens/accounts.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/memory.h"
#include "screens/answers_file.h"
#include "screens/key.h"
#include "screens/session.h"
#include "tests/unit/unit.h"

#define KEY                                                                              \
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJrtlO1kTHm0nTDNIwWAJ8dbMOnvWNbzFsFmnRcp1qVt ana@laptop"

static char *laptop(void)
{
	return memory_format("%s/tests/cases/machines/laptop-windows.json",
		getenv("top_srcdir") ? getenv("top_srcdir") : ".");
}

static struct wizard *wizard_with(const char *yaml)
{
	autofree char *path = laptop();
	autoproblems struct problems problems = {0};
	struct answers *answers = answers_read(yaml, strlen(yaml), &problems);
	struct machine *machine = NULL;
	struct error err = {0};

	assert_done(machine_load_file(path, &machine, &err), &err);
	answers_file_adopt(answers);
	return wizard_new(answers, machine);
}

static void send(
	struct form *form, enum input_kind kind, const char *id, const char *text)
{
	form_input(form, &(struct input){.kind = kind, .id = id, .text = text});
}

static void type(struct wizard *wizard, size_t index, const char *password)
{
	const struct account *account = &wizard->accounts[index];

	secret_cut(account->password, 0);
	secret_cut(account->again, 0);
	assert_int_equal(
		secret_append(account->password, password, strlen(password), NULL), 0);
	assert_int_equal(
		secret_append(account->again, password, strlen(password), NULL), 0);
}

static const char *typed(const struct wizard *wizard, size_t index)
{
	return secret_bytes(wizard->accounts[index].password);
}

static const char three[] = "schema: 1\n"
			    "users:\n"
			    "  - {name: ana, admin: true, password: {from: prompt}}\n"
			    "  - {name: bob, password: {from: prompt}}\n"
			    "  - {name: eva, password: {from: \"fd:7\"}}\n";

/* What Next refuses leads to the row of the account, on the page of all and on the review. */
static void what_is_wrong_leads_to_its_row(void **state)
{
	struct wizard *wizard = wizard_with(three);
	struct form *form = form_new(wizard_screens, wizard);
	const struct view *view;

	(void)state;
	type(wizard, 0, "long enough");
	type(wizard, 1, "long enough");
	send(form, INPUT_GOTO, "users", NULL);
	send(form, INPUT_NEXT, NULL, NULL);
	view = form_view(form);
	assert_string_equal(view->screen, "users");
	assert_string_equal(view->page->items[view->focus]->id, "accounts");
	assert_int_equal(view->row, 1);
	wizard->answers->disk.encryption = ENCRYPTION_NONE;
	wizard->answers->disk.expect = 1;
	assert_int_equal(
		answers_set(wizard->answers, "disk.match.name", "nvme0n1", NULL), 0);
	send(form, INPUT_REVIEW, NULL, NULL);
	assert_int_equal(form_view(form)->row, 0);
	send(form, INPUT_NEXT, NULL, NULL);
	view = form_view(form);
	assert_string_equal(view->screen, "review");
	assert_non_null(strstr(view->message, "The password of eva is missing"));
	assert_string_equal(
		view->page->items[view->focus]->choices[view->row].value, "user 2");
	form_free(form);
	wizard_free(wizard);
}

/* Secrets of an installation that was started elsewhere are missing here; the review shows where they go. */
static void trying_again_leads_to_what_is_missing(void **state)
{
	static const struct {
		const char *disk, *password, *message, *row;
	} cases[] = {
		{"match: {name: nvme0n1}, encryption: luks2, passphrase: {from: prompt}",
                 "long enough",									  "The passphrase of the disk is missing",
                 "encryption "															    },
		{"match: {name: nvme0n1}, encryption: none",                              "",
                 "The password of ana is missing",												"users "},
		{"match: {name: sdz}, encryption: none",                                  "long enough",
                 "Not yet: ",														     "disk " },
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(cases); i++) {
		autofree char *yaml = memory_format(
			"schema: 1\ndisk: {expect: 1, %s}\n"
			"users: [{name: ana, admin: true, password: {from: prompt}}]\n",
			cases[i].disk);
		autofree char *path = laptop();
		struct wizard *wizard = wizard_with(yaml);
		struct form *form = form_new(wizard_screens, wizard);
		const struct view *view;

		wizard->machine_path = path;
		type(wizard, 0, cases[i].password);
		form_open(form, "failed");
		send(form, INPUT_ACT, "retry", NULL);
		view = form_view(form);
		assert_string_equal(view->screen, "review");
		assert_non_null(strstr(view->message, cases[i].message));
		assert_string_equal(view->page->items[view->focus]->id, "sections");
		assert_memory_equal(
			view->page->items[view->focus]->choices[view->row].value,
			cases[i].row, strlen(cases[i].row));
		form_free(form);
		wizard_free(wizard);
	}
}

static void each_password_is_asked_for(void **state)
{
	struct wizard *wizard = wizard_with(three);
	struct error err = {0};
	const char *item;
	size_t index;

	(void)state;
	assert_int_equal(wizard->account_count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_true(accounts_check(wizard, &index, &item, &err) < 0);
		assert_int_equal(index, i);
		assert_string_equal(item, "password");
		assert_non_null(strstr(err.text, wizard->answers->users[i].name));
		type(wizard, i, "long enough");
	}
	assert_done(accounts_check(wizard, &index, &item, &err), &err);
	wizard_free(wizard);
}

static void a_password_in_the_file_is_as_if_it_was_typed(void **state)
{
	struct wizard *wizard = wizard_with(
		"schema: 1\nallow_plaintext: true\nusers:\n"
		"  - {name: ana, admin: true, password: {from: literal, value: \"plain enough\"}}\n");
	struct error err = {0};
	const char *item;
	size_t index;

	(void)state;
	assert_string_equal(typed(wizard, 0), "plain enough");
	assert_int_equal(wizard->answers->users[0].password.origin, SECRET_PROMPT);
	assert_done(accounts_check(wizard, &index, &item, &err), &err);
	wizard_free(wizard);
}

static void what_is_wrong_leads_to_its_item(void **state)
{
	static const struct {
		const char *users, *item;
		size_t index;
	} rows[] = {
		{"[{admin: true}]",						  "name",     0},
		{"[{name: ana, admin: true}]",                                       "add",      0},
		{"[{name: ana, ssh_keys: [\"" KEY "\"]}]",                           "admin",    0},
		{"[{name: ana, admin: true}, {name: ana}]",                          "name",     1},
		{"[{name: ana, admin: true}, {name: bob, ssh_keys: [\"" KEY "\"]}]",
                 "admin",									0},
		{"[{name: ana}, {name: bob, password: {from: prompt}}]",             "password", 1},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		autofree char *yaml =
			memory_format("schema: 1\nusers: %s\n", rows[i].users);
		struct wizard *wizard = wizard_with(yaml);
		struct error err = {0};
		const char *item;
		size_t index;

		assert_true(accounts_check(wizard, &index, &item, &err) < 0);
		assert_string_equal(item, rows[i].item);
		assert_int_equal(index, rows[i].index);
		wizard_free(wizard);
	}
}

static void both_entries_must_agree_for_each(void **state)
{
	struct wizard *wizard = wizard_with(three);
	struct error err = {0};
	const char *item;

	(void)state;
	type(wizard, 1, "long enough");
	assert_done(account_check(wizard, 1, &item, &err), &err);
	secret_cut(wizard->accounts[1].again, 4);
	assert_true(account_check(wizard, 1, &item, &err) < 0);
	assert_string_equal(item, "password.again");
	type(wizard, 1, "short");
	assert_true(account_check(wizard, 1, &item, &err) < 0);
	assert_string_equal(item, "password");
	wizard_free(wizard);
}

static void there_is_room_for_some(void **state)
{
	struct wizard *wizard = wizard_with("schema: 1\n");
	struct error err = {0};

	(void)state;
	for (size_t i = 1; i < ACCOUNTS_MAX; i++)
		assert_done(account_add(wizard, &err), &err);
	assert_int_equal(account_add(wizard, &err), -ENOSPC);
	assert_int_equal(wizard->account_count, ACCOUNTS_MAX);
	assert_int_equal(wizard->answers->user_count, ACCOUNTS_MAX);
	wizard_free(wizard);
}

static unsigned problems_of_step(struct form *form, const char *id)
{
	const struct view *view = form_view(form);

	for (size_t i = 0; i < view->step_count; i++)
		if (text_equal(view->steps[i].id, id))
			return view->steps[i].problems;
	return 0;
}

static void removing_moves_what_belongs_to_the_others(void **state)
{
	struct wizard *wizard = wizard_with(three);
	struct form *form = form_new(wizard_screens, wizard);

	(void)state;
	type(wizard, 0, "ana's own");
	type(wizard, 1, "bob's own");
	type(wizard, 2, "eva's own");
	send(form, INPUT_GOTO, "users", NULL);
	send(form, INPUT_ACT, "accounts", "1");
	send(form, INPUT_SET, "users.1.name", "Bob!");
	send(form, INPUT_BACK, NULL, NULL);
	send(form, INPUT_ACT, "accounts", "2");
	send(form, INPUT_SET, "users.2.full_name", "a:b");
	send(form, INPUT_BACK, NULL, NULL);
	assert_int_equal(form_problems(form), 2);
	assert_int_equal(problems_of_step(form, "users"), 2);
	send(form, INPUT_REMOVE, "accounts", "1");
	assert_int_equal(wizard->account_count, 2);
	assert_int_equal(wizard->answers->user_count, 2);
	assert_string_equal(wizard->answers->users[1].name, "eva");
	assert_string_equal(typed(wizard, 0), "ana's own");
	assert_string_equal(typed(wizard, 1), "eva's own");
	assert_int_equal(form_problems(form), 1);
	send(form, INPUT_ACT, "accounts", "1");
	assert_string_equal(
		page_item(form_view(form)->page, "users.1.name")->value, "eva");
	assert_string_equal(
		page_item(form_view(form)->page, "users.1.full_name")->value, "a:b");
	form_free(form);
	wizard_free(wizard);
}

/* The password that is looked for stands nowhere as it is. */
static const unsigned char needle[] = {
	'n' ^ 42, 'o' ^ 42, 'w' ^ 42, 'h' ^ 42, 'e' ^ 42, 'r' ^ 42, 'e' ^ 42, '!' ^ 42};
static unsigned char seen[1 << 16];

static size_t count_in(const unsigned char *bytes, size_t size)
{
	size_t count = 0;

	for (size_t at = 0; at + sizeof(needle) <= size; at++) {
		size_t same = 0;

		while (same < sizeof(needle) && (bytes[at + same] ^ 42) == needle[same])
			same++;
		count += same == sizeof(needle);
	}
	return count;
}

static size_t count_between(int memory, uintptr_t from, uintptr_t to)
{
	size_t count = 0;

	while (from < to) {
		ssize_t got = pread(memory, seen,
			to - from < sizeof(seen) ? to - from : sizeof(seen), (off_t)from);

		if (got <= 0)
			break;
		count += count_in(seen, (size_t)got);
		from += (uintptr_t)got;
	}
	explicit_bzero(seen, sizeof(seen));
	return count;
}

/* How often the password stands in all memory that can be written, but for what is used to look. */
static size_t count_everywhere(void)
{
	autoclose int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	FILE *maps = fopen("/proc/self/maps", "re");
	autofree char *line = NULL;
	size_t room = 0, count = 0;

	assert_non_null(maps);
	while (getline(&line, &room, maps) > 0) {
		char *rest;
		uintptr_t from = strtoumax(line, &rest, 16);
		uintptr_t to = strtoumax(rest + 1, &rest, 16);
		bool is_own = (uintptr_t)seen >= from && (uintptr_t)seen < to;
		bool is_vast = to - from > (UINT64_C(1) << 28); /* a sanitizer's */

		if (rest[1] == 'r' && rest[2] == 'w' && !is_own && !is_vast)
			count += count_between(memory, from, to);
	}
	(void)fclose(maps);
	return count;
}

static void nothing_of_a_removed_password_remains(void **state)
{
	struct wizard *wizard = wizard_with(three);

	(void)state;
	for (size_t i = 0; i < sizeof(needle); i++) {
		char c = (char)(needle[i] ^ 42);

		(void)!secret_append(wizard->accounts[1].password, &c, 1, NULL);
		(void)!secret_append(wizard->accounts[1].again, &c, 1, NULL);
	}
	assert_int_equal(count_everywhere(), 2);
	account_remove(wizard, 1);
	assert_int_equal(count_everywhere(), 0);
	wizard_free(wizard);
}

static void a_password_that_is_not_wanted_is_wiped(void **state)
{
	struct wizard *wizard = wizard_with(three);
	struct error err = {0};

	(void)state;
	type(wizard, 0, "ana's own");
	type(wizard, 1, "bob's own");
	assert_done(account_want_password(wizard, 1, false, &err), &err);
	assert_int_equal(wizard->answers->users[1].password.origin, SECRET_NONE);
	assert_string_equal(typed(wizard, 1), "");
	assert_string_equal(typed(wizard, 0), "ana's own");
	assert_done(account_want_password(wizard, 0, true, &err), &err);
	assert_string_equal(typed(wizard, 0), "ana's own");
	wizard_free(wizard);
}

static void keys_looked_up_for_one_are_not_those_of_another(void **state)
{
	struct wizard *wizard = wizard_with(three);
	struct form *form = form_new(wizard_screens, wizard);

	(void)state;
	send(form, INPUT_GOTO, "users", NULL);
	send(form, INPUT_ACT, "users.0.add", NULL);
	words_add(&wizard->keys_found, KEY);
	form_refresh(form);
	send(form, INPUT_SET, "key.source", "/root/ana.pub");
	send(form, INPUT_SET, "key.found", "+0");
	send(form, INPUT_BACK, NULL, NULL);
	send(form, INPUT_ACT, "users.0.add", NULL);
	assert_int_equal(wizard->keys_confirmed.count, 1);
	send(form, INPUT_BACK, NULL, NULL);
	send(form, INPUT_ACT, "accounts", "1");
	send(form, INPUT_ACT, "users.1.add", NULL);
	assert_string_equal(form_view(form)->screen, "key");
	assert_int_equal(wizard->keys_found.count, 0);
	assert_int_equal(wizard->keys_confirmed.count, 0);
	assert_null(wizard->key_source);
	words_add(&wizard->keys_found, KEY);
	form_refresh(form);
	send(form, INPUT_SET, "key.found", "+0");
	send(form, INPUT_NEXT, NULL, NULL);
	assert_string_equal(form_view(form)->screen, "user");
	assert_int_equal(wizard->answers->users[0].ssh_keys.count, 0);
	assert_int_equal(wizard->answers->users[1].ssh_keys.count, 1);
	form_free(form);
	wizard_free(wizard);
}

static void what_is_on_the_page_of_keys_goes_with_its_account(void **state)
{
	struct wizard *wizard = wizard_with(three);
	struct form *form = form_new(wizard_screens, wizard);

	(void)state;
	send(form, INPUT_GOTO, "users", NULL);
	send(form, INPUT_ACT, "accounts", "2");
	send(form, INPUT_ACT, "users.2.add", NULL);
	send(form, INPUT_SET, "key.source", "/root/eva.pub");
	account_remove(wizard, 1);
	assert_int_equal(wizard->user, 1);
	assert_int_equal(wizard->key_user, 1);
	assert_string_equal(wizard->key_source, "/root/eva.pub");
	account_remove(wizard, 1);
	assert_int_equal(wizard->key_user, 0);
	assert_null(wizard->key_source);
	form_free(form);
	wizard_free(wizard);
}

static void handing_over_keeps_every_password(void **state)
{
	struct wizard *wizard = wizard_with(three), *other;
	struct form *form = form_new(wizard_screens, wizard), *other_form;
	struct session *session = NULL;
	struct error err = {0};
	int fd;

	(void)state;
	type(wizard, 0, "ana's own");
	type(wizard, 2, "eva's own");
	send(form, INPUT_GOTO, "users", NULL);
	send(form, INPUT_ACT, "accounts", "2");
	send(form, INPUT_ACT, "users.2.add", NULL);
	fd = session_save(wizard, form, NULL, &err);
	assert_true(fd >= 0);
	assert_done(session_read(fd, &session, &err), &err);
	assert_null(strstr(session_answers(session), "own"));
	other = wizard_with(session_answers(session));
	other_form = form_new(wizard_screens, other);
	session_apply(session, other, other_form);
	session_free(session);
	assert_int_equal(other->account_count, 3);
	assert_string_equal(typed(other, 0), "ana's own");
	assert_string_equal(typed(other, 1), "");
	assert_string_equal(typed(other, 2), "eva's own");
	assert_true(secret_equal(other->accounts[2].password, other->accounts[2].again));
	assert_string_equal(form_view(other_form)->screen, "key");
	assert_int_equal(other->key_user, 2);
	send(other_form, INPUT_BACK, NULL, NULL);
	assert_string_equal(form_view(other_form)->screen, "user");
	assert_int_equal(other->user, 2);
	form_free(form);
	form_free(other_form);
	wizard_free(wizard);
	wizard_free(other);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_password_is_asked_for),
		cmocka_unit_test(a_password_in_the_file_is_as_if_it_was_typed),
		cmocka_unit_test(what_is_wrong_leads_to_its_item),
		cmocka_unit_test(what_is_wrong_leads_to_its_row),
		cmocka_unit_test(trying_again_leads_to_what_is_missing),
		cmocka_unit_test(both_entries_must_agree_for_each),
		cmocka_unit_test(there_is_room_for_some),
		cmocka_unit_test(removing_moves_what_belongs_to_the_others),
		cmocka_unit_test(nothing_of_a_removed_password_remains),
		cmocka_unit_test(a_password_that_is_not_wanted_is_wiped),
		cmocka_unit_test(keys_looked_up_for_one_are_not_those_of_another),
		cmocka_unit_test(what_is_on_the_page_of_keys_goes_with_its_account),
		cmocka_unit_test(handing_over_keeps_every_password),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
