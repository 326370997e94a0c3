/* Adding SSH keys: pasted, or looked up by `jefe-setup ssh-keys` and confirmed by their fingerprints. */
#include "screens/key.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/command.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/ssh_key.h"
#include "screens/wait.h"

static const char stick[] = "stick";

int key_store(struct wizard *wizard, size_t account, const struct words *keys,
	struct error *err)
{
	autofree char *path = memory_format("users.%zu.ssh_keys", account);
	autotext struct text lines = {0};

	for (size_t i = 0; i < keys->count; i++)
		text_addf(&lines, "%s%s", i ? "\n" : "", keys->items[i]);
	return answers_set(
		wizard->answers, path, lines.size ? text_string(&lines) : NULL, err);
}

static void add_found(struct page *page, const struct wizard *wizard)
{
	struct item *item;

	if (!wizard->keys_found.count)
		return;
	page_gap(page);
	item = page_add(page, ITEM_MANY, "key.found", _("Which of them are yours?"));
	item->why = _(
		"Compare with what ssh-keygen -l prints where the key was made. Only marked ones are added.");
	for (size_t i = 0; i < wizard->keys_found.count; i++) {
		const char *line = wizard->keys_found.items[i];
		autofree char *print = ssh_key_fingerprint(line);
		const char *comment = strchr(strchr(line, ' ') + 1, ' ');
		struct choice *choice = item_choice(item, page_format(page, "%zu", i),
			print ? page_copy(page, print) : "-");

		choice->note = comment ? page_copy(page, comment + 1) : NULL;
		choice->on = words_contain(&wizard->keys_confirmed, line);
	}
}

static const struct user *owner(const struct wizard *wizard)
{
	return &wizard->answers->users[wizard->key_user];
}

static void add_title(struct page *page, const struct wizard *wizard)
{
	if (wizard->account_count > 1 && owner(wizard)->name)
		(void)page_note(page, TONE_STRONG, _("Add a public SSH key of %s"),
			owner(wizard)->name);
	else
		(void)page_note(page, TONE_STRONG, "%s", _("Add a public SSH key"));
}

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	autofree char *print =
		wizard->new_key ? ssh_key_fingerprint(wizard->new_key) : NULL;
	struct item *item;

	page->next_label = _("Add");
	add_title(page, wizard);
	page_gap(page);
	item = page_add(page, ITEM_TEXT, "key.text", _("Key"));
	item->value = wizard->new_key;
	item->width = 200;
	item->why =
		_("Paste one line, as in id_ed25519.pub: ssh-ed25519 AAAA... name@host");
	if (print)
		page_fact(page, _("Fingerprint"), "%s", print)->tone = TONE_GOOD;
	item = page_add(page, ITEM_TEXT, "key.source", _("or from"));
	item->value = wizard->key_source;
	item->why = _(
		"A file, as /root/id_ed25519.pub, or an address that begins with https://.");
	item = page_add(page, ITEM_ACTION, "stick", _("Look on USB sticks"));
	item->why = _(
		"Reads .pub files and authorized_keys from each stick; nothing is written to it.");
	add_found(page, wizard);
}

static int confirm(struct wizard *wizard, const char *value)
{
	autowords struct words kept = {0};
	uint64_t number;

	if (!value ||
		text_to_u64(value + 1, 0, wizard->keys_found.count - 1, &number) < 0)
		return -EINVAL;
	for (size_t i = 0; i < wizard->keys_found.count; i++) {
		const char *line = wizard->keys_found.items[i];
		bool on = i == number ? *value == '+'
				      : words_contain(&wizard->keys_confirmed, line);

		if (on)
			words_add(&kept, line);
	}
	words_free(&wizard->keys_confirmed);
	wizard->keys_confirmed = kept;
	kept = (struct words){0};
	return 0;
}

static int set(void *context, const char *id, const char *value, struct error *err)
{
	struct wizard *wizard = context;
	char **kept = text_equal(id, "key.text") ? &wizard->new_key : &wizard->key_source;

	(void)err;
	if (text_equal(id, "key.found"))
		return confirm(wizard, value);
	free(*kept);
	*kept = memory_copy_text(value);
	return 0;
}

int key_take(struct wizard *wizard, const char *output, struct error *err)
{
	(void)err;
	words_split(&wizard->keys_found, output, "\n");
	return 0;
}

void key_show(struct form *form)
{
	const struct wizard *wizard = form_context(form);

	form_focus(form, "key.found", 0);
	form_say(form, TONE_NORMAL, _("%zu found: mark those that are yours."),
		wizard->keys_found.count);
}

/* Ask the program that may mount sticks and use the network. 0: keys were found, and nothing is confirmed yet. */
static int look(struct wizard *wizard, const char *source, struct error *err)
{
	const char *proxy = wizard->answers->network.proxy;

	words_free(&wizard->keys_found);
	words_free(&wizard->keys_confirmed);
	if (wizard->machine_is_file && !text_starts(source, "/"))
		return error_set(err, -ENODEV, "%s",
			_("The computer is a recorded one: only files are looked at."));
	return wait_start(wizard, WAIT_KEYS,
		proxy ? COMMAND(wizard->setup, "ssh-keys", "--proxy", proxy, source)
		      : COMMAND(wizard->setup, "ssh-keys", source),
		err);
}

static void act(struct form *form, const char *id, const char *row)
{
	struct error err = {0};
	int rc = look(form_context(form), stick, &err);

	(void)id;
	(void)row;
	if (rc == 0)
		key_show(form);
	else if (!wait_open(form))
		form_say(form, TONE_WARNING, "%s", err.text);
}

static int add(struct wizard *wizard, const char *line, struct error *err)
{
	autowords struct words keys = {0};
	autotext struct text why_not = {0};
	const struct words *had = &owner(wizard)->ssh_keys;

	if (!ssh_key_valid(line, &why_not))
		return error_set(err, -EINVAL, _("This is no key that can be used: %s"),
			text_string(&why_not));
	for (size_t i = 0; i < had->count; i++)
		words_add(&keys, had->items[i]);
	if (words_contain(&keys, line))
		return error_set(
			err, -EEXIST, "%s", _("This key is in the list already."));
	words_add(&keys, line);
	return key_store(wizard, wizard->key_user, &keys, err);
}

static void drop(char **text)
{
	free(*text);
	*text = NULL;
}

void key_forget(struct wizard *wizard)
{
	drop(&wizard->new_key);
	drop(&wizard->key_shown);
	drop(&wizard->key_source);
	words_free(&wizard->keys_found);
	words_free(&wizard->keys_confirmed);
}

void key_open(struct form *form, size_t account)
{
	struct wizard *wizard = form_context(form);

	if (wizard->key_user != account)
		key_forget(wizard);
	wizard->key_user = (unsigned)account;
	form_open(form, "key");
}

/* What was looked up is added only when somebody confirmed it; -EAGAIN asks for that. */
static int add_confirmed(struct wizard *wizard, struct error *err)
{
	const char *source = wizard->key_source;
	int rc = 0;

	if (!wizard->keys_found.count && source && *source) {
		rc = look(wizard, source, err);
		if (rc == -EINPROGRESS)
			return error_set(err, -EAGAIN, "%s",
				_("It takes longer than a second ..."));
		return rc < 0 ? rc
			      : error_set(err, -EAGAIN,
					_("%zu found: mark those that are yours."),
					wizard->keys_found.count);
	}
	if (wizard->keys_found.count && !wizard->keys_confirmed.count)
		return error_set(err, -EAGAIN, "%s",
			_("Mark the keys that are yours, or go back with Esc."));
	for (size_t i = 0; rc == 0 && i < wizard->keys_confirmed.count; i++)
		rc = add(wizard, wizard->keys_confirmed.items[i], err);
	return rc;
}

/* A pasted key is added once its fingerprint was shown; -EAGAIN shows it. */
static int add_pasted(struct wizard *wizard, struct error *err)
{
	const char *line = wizard->new_key;
	autotext struct text why_not = {0};
	autofree char *print = NULL;

	if (!line || !*line)
		return 0;
	if (!ssh_key_valid(line, &why_not) || text_equal(wizard->key_shown, line))
		return add(wizard, line, err);
	print = ssh_key_fingerprint(line);
	drop(&wizard->key_shown);
	wizard->key_shown = memory_copy_text(line);
	return error_set(err, -EAGAIN, _("Next once more adds this key: %s"),
		print ? print : line);
}

static int leave(void *context, const char **at, struct error *err)
{
	struct wizard *wizard = context;
	int rc = add_pasted(wizard, err);

	*at = "key.text";
	if (rc < 0)
		return rc;
	drop(&wizard->new_key); /* it is in the list now */
	rc = add_confirmed(wizard, err);
	*at = rc == -EAGAIN ? "key.found" : "key.source";
	if (rc == 0)
		key_forget(wizard);
	return rc;
}

const struct screen screen_key = {
	.id = "key",
	.title = N_("SSH key"),
	.kind = SCREEN_SUB,
	.help = N_(
		"The public key is one line that begins with its type, such as ssh-ed25519. Ed25519, ECDSA, their security-key forms and RSA of "
		"at least 3072 bits are accepted.\n\nPasting works in a terminal program; on the console of the computer itself, plug in a stick "
		"with the .pub file, or give an address. A key is added only after you saw its fingerprint: compare it. Of what was found, only what you marked."),
	.build = build,
	.set = set,
	.act = act,
	.leave = leave,
	.tick = wait_open,
};
