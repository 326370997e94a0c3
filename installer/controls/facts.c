/* What is known about a machine and its users beside roles: what some controls need, and others cannot stand. */
#include <errno.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"

const struct fact_row control_facts[FACT_COUNT] = {
	[FACT_ADMIN_KEY] = {"admin-key",    N_("an administrator with an SSH key")                      },
	[FACT_USB_KEYBOARD] = {"usb-keyboard",
			    N_("a single USB keyboard, which would be dead when it is plugged in again")},
};

enum { FILE_MAX = 1 << 20 };

static enum truth one_keyboard(const struct words *usb_keyboards)
{
	return usb_keyboards->count == 1 ? TRUTH_YES : TRUTH_NO;
}

void facts_of_answers(const struct answers *answers, const struct machine *machine,
	enum truth facts[FACT_COUNT])
{
	for (size_t i = 0; i < answers->user_count; i++)
		if (answers->users[i].admin && answers->users[i].ssh_keys.count)
			facts[FACT_ADMIN_KEY] = TRUTH_YES;
	if (machine)
		facts[FACT_USB_KEYBOARD] = one_keyboard(&machine->usb_keyboards);
}

/* The field of the line "name:…" in a table like /etc/passwd; NULL: there is none. The caller frees it. */
static char *field_of(const char *table, const char *name, int field)
{
	autofree char *start = memory_format("\n%s:", name);
	const char *at = strstr(table, start);

	at = at ? at + 1 : NULL;
	for (int i = 0; at && i < field; i++) {
		at = strpbrk(at, ":\n");
		at = at && *at == ':' ? at + 1 : NULL;
	}
	return at ? memory_copy_bytes(at, strcspn(at, ":\n")) : NULL;
}

static enum truth has_key(int root_fd, const char *home)
{
	autofree char *path = memory_format("%s/.ssh/authorized_keys", home);
	autowords struct words lines = {0};
	autotext struct text text = {0};
	int rc = file_read(root_fd, path, FILE_MAX, &text, NULL);

	words_split(&lines, text_string(&text), "\n");
	for (size_t i = 0; i < lines.count; i++)
		if (lines.items[i][strspn(lines.items[i], " \t")] != '#')
			return TRUTH_YES;
	return rc == 0 || rc == -ENOENT ? TRUTH_NO : TRUTH_UNKNOWN;
}

/* Keys may also come from elsewhere; then nobody can tell from files who has one. */
static bool keys_come_from_elsewhere(int root_fd)
{
	static const char *const keywords[] = {
		"TrustedUserCAKeys", "AuthorizedKeysCommand", "AuthorizedKeysFile"};
	autowords struct words names = {0};
	autotext struct text text = {0};

	(void)!file_read(root_fd, "etc/ssh/sshd_config", FILE_MAX, &text, NULL);
	(void)!file_list(root_fd, "etc/ssh/sshd_config.d", true, &names, NULL);
	for (size_t i = 0; i < names.count; i++) {
		autofree char *path =
			memory_format("etc/ssh/sshd_config.d/%s", names.items[i]);

		text_add(&text, "\n");
		(void)!file_read(root_fd, path, FILE_MAX, &text, NULL);
	}
	words_free(&names);
	words_split(&names, text_string(&text), "\n");
	for (size_t i = 0; i < names.count; i++)
		for (size_t j = 0; j < LENGTH(keywords); j++)
			if (text_starts(names.items[i] + strspn(names.items[i], " \t"),
				    keywords[j]))
				return true;
	return false;
}

static enum truth admin_has_key(const struct control_scope *scope)
{
	autotext struct text groups = {0}, users = {0};
	autowords struct words admins = {0};
	autofree char *members = NULL;
	enum truth truth = TRUTH_NO;

	text_add(&groups, "\n");
	text_add(&users, "\n");
	if (file_read(scope->root_fd, "etc/group", FILE_MAX, &groups, NULL) < 0 ||
		file_read(scope->root_fd, "etc/passwd", FILE_MAX, &users, NULL) < 0 ||
		keys_come_from_elsewhere(scope->root_fd))
		return TRUTH_UNKNOWN;
	members = field_of(groups.data, scope->distro->admin_group, 3);
	words_split(&admins, members ? members : "", ",");
	for (size_t i = 0; i < admins.count && truth != TRUTH_YES; i++) {
		autofree char *home = field_of(users.data, admins.items[i], 5);
		enum truth one = home ? has_key(scope->root_fd, home) : TRUTH_NO;

		truth = one == TRUTH_NO ? truth : one;
	}
	return truth;
}

void facts_of_system(const struct control_scope *scope, enum truth facts[FACT_COUNT])
{
	autowords struct words keyboards = {0};
	autotext struct text devices = {0};

	facts[FACT_ADMIN_KEY] = admin_has_key(scope);
	if (!scope->running || file_read(scope->root_fd, "proc/bus/input/devices",
				       FILE_MAX, &devices, NULL) < 0)
		return;
	machine_usb_keyboards(text_string(&devices), &keyboards);
	facts[FACT_USB_KEYBOARD] = one_keyboard(&keyboards);
}
