#include "screens/stick.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/partitions.h"

enum { PATIENCE_SECONDS = 60 };

static const char where_id[] = "where", here[] = "here";

/* Some FAT boot sectors hold a table with themselves as the partition. */
static bool is_writable(const struct disk *disk, const struct content *content)
{
	bool twice = !content->start_bytes && !text_equal(content->path, disk->path);

	return !twice &&
	       (text_equal(content->type, "vfat") || text_equal(content->type, "ext4"));
}

/* What is installed on is none, whatever it is plugged into. */
static bool is_stick(const struct wizard *wizard, const struct disk *disk)
{
	return disk_is_stick(disk) && disk != wizard_disk(wizard) &&
	       disk != wizard_mirror(wizard);
}

/* The next on a stick behind this one; NULL: the first. */
static const struct content *next_stick(
	const struct wizard *wizard, const struct content *before)
{
	const struct machine *machine = wizard->machine;
	bool behind = !before;

	for (size_t i = 0; !wizard->machine_is_file && i < machine->disk_count; i++)
		for (size_t n = 0; n < machine->disks[i].content_count; n++) {
			const struct content *content = &machine->disks[i].contents[n];

			if (behind && is_stick(wizard, &machine->disks[i]) &&
				is_writable(&machine->disks[i], content))
				return content;
			behind = behind || content == before;
		}
	return NULL;
}

void stick_look(struct form *form)
{
	struct wizard *wizard = form_context(form);
	const struct content *stick;
	struct error err = {0};

	if (!wizard->machine_is_file && wizard_look(wizard, &err) < 0)
		form_say(form, TONE_WARNING, "%s", err.text);
	stick = next_stick(wizard, NULL);
	free(wizard->stick);
	wizard->stick = memory_copy_text(stick ? stick->path : NULL);
}

void stick_add(struct page *page, const struct wizard *wizard)
{
	const struct content *stick = next_stick(wizard, NULL);
	struct item *item;

	if (!stick)
		return;
	item = page_add(page, ITEM_ONE, where_id, _("Where"));
	item->value = wizard->stick ? wizard->stick : here;
	for (; stick; stick = next_stick(wizard, stick)) {
		autofree char *size = text_human_size(stick->size_bytes);

		(void)item_choice(item, stick->path,
			page_format(page, _("stick %s, %s, %s"),
				stick->label ? stick->label : stick->path, size,
				stick->type));
	}
	(void)item_choice(item, here, _("this live system, which forgets it"));
}

const char *stick_why(const struct wizard *wizard)
{
	return wizard->stick
		       ? _("On a stick only the last part of it counts.")
		       : _("The live system forgets it at the restart: plug a stick in and open this page again.");
}

bool stick_is_id(const char *id)
{
	return text_equal(id, where_id);
}

int stick_set(struct wizard *wizard, const char *value, struct error *err)
{
	(void)err;
	free(wizard->stick);
	wizard->stick = memory_copy_text(text_equal(value, here) ? NULL : value);
	return 0;
}

/* On a mirror it is in the array, and recovery saves it. */
char *stick_header_of(const struct wizard *wizard)
{
	const struct disk *disk = wizard_disk(wizard);
	struct named_system system;

	return wizard->stick && disk && partitions_find(disk, &system) &&
			       text_equal(system.root->type, "crypto_LUKS")
		       ? memory_copy_text(system.root->path)
		       : NULL;
}

static int run(const char *const *argv, const char *input, struct error *err)
{
	return command_run(&(struct command){.argv = argv,
				   .input = input,
				   .timeout_seconds = PATIENCE_SECONDS},
		err);
}

int stick_save_header(const struct wizard *wizard, const char *device, struct error *err)
{
	autofree char *name =
		memory_format("%s-luks-header.img", wizard->answers->system.hostname);

	return run(
		COMMAND(wizard->setup, "stick", wizard->stick, name, "--header", device),
		NULL, err);
}

int stick_save(const struct wizard *wizard, const char *path, const char *text,
	struct error *err)
{
	autoclose int root = -1;

	if (wizard->stick)
		return run(COMMAND(wizard->setup, "stick", wizard->stick,
				   strrchr(path, '/') + 1),
			text, err);
	root = file_open_root("/", err);
	return root < 0 ? root : file_write(root, path, text, strlen(text), 0600, err);
}
