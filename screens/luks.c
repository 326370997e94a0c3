/* How the encrypted volume is made: what each guess of the passphrase costs, and each start; and whether its free blocks are told. */
#include <errno.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/layout.h"
#include "screens/luks.h"

static const char memory_key[] = "disk.kdf_memory", time_key[] = "disk.kdf_time";

const char *luks_text(struct page *page, const struct wizard *wizard)
{
	autoproblems struct problems problems = {0};
	const struct disk *disk = wizard_disk(wizard);
	autofree char *memory = NULL;
	struct disk_layout layout;

	if (!disk)
		return _("argon2id, measured on this computer.");
	layout_make(wizard->answers, wizard->machine, disk, &layout, &problems);
	memory = text_human_size(layout.kdf_memory_bytes);
	return layout.kdf_iterations
		       ? page_format(page,
				 _("argon2id with %s of memory, %u passes, %u threads."),
				 memory, layout.kdf_iterations, layout.kdf_threads)
		       : page_format(page,
				 _("argon2id with at most %s of memory, about %u s, %u threads."),
				 memory, layout.kdf_seconds, layout.kdf_threads);
}

/* What the check of the answers says about this memory, or NULL. The caller frees it. */
static char *problem_of(const struct wizard *wizard)
{
	autoproblems struct problems problems = {0};

	answers_check(wizard->answers, wizard->machine, false, &problems);
	for (size_t i = 0; i < problems.count; i++)
		if (text_equal(problems.items[i].key, memory_key))
			return memory_copy_text(problems.items[i].text);
	return NULL;
}

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	autofree char *problem = problem_of(wizard);
	struct item *item;

	page->next_label = _("Back");
	(void)page_note(page, TONE_STRONG, "%s", _("How is the encrypted volume made?"));
	page_gap(page);
	item = page_field(page, wizard, ITEM_TEXT, memory_key);
	item->width = 8;
	item->error = page_copy(page, problem);
	page_field(page, wizard, ITEM_NUMBER, time_key)->width = 4;
	page_gap(page);
	(void)page_fact(page, _("Then"), "%s", luks_text(page, wizard));
	(void)page_note(page, TONE_NORMAL, "%s",
		_("Each start needs it, too, and every other computer on which the disk is opened: one with less memory free cannot open it."));
	page_gap(page);
	(void)page_field(page, wizard, ITEM_BOOL, "disk.discard");
}

static int leave(void *context, const char **at, struct error *err)
{
	autofree char *problem = problem_of(context);

	*at = memory_key;
	return problem ? error_set(err, -EINVAL, "%s", problem) : 0;
}

const struct screen screen_luks = {
	.id = "luks",
	.title = N_("Encrypted volume"),
	.kind = SCREEN_SUB,
	.parent = "encryption",
	.help = N_(
		"From the passphrase the computer derives what opens the disk, on purpose by much work and much memory (argon2id): whoever guesses "
		"passphrases has to spend both for each guess. With good passphrases the defaults are enough.\n\n"
		"The work is measured when the disk is encrypted, so a slower computer takes longer to open it. A field left empty takes its "
		"default."),
	.build = build,
	.set = wizard_set,
	.leave = leave,
};
