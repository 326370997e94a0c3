/* On an installed system: files that were edited by hand and that a change would replace. */
#include <string.h>

#include "installer/base/language.h"
#include "screens/hardening.h"
#include "screens/installed.h"

/* The header of a diff names the file twice; the second time without anything else. */
static const char file_mark[] = "+++ ";

static const char keep[] = "keep", replace[] = "replace";

static size_t count_files(const char *edits)
{
	autowords struct words lines = {0};
	size_t count = 0;

	words_split(&lines, edits, "\n");
	for (size_t i = 0; i < lines.count; i++)
		count += text_starts(lines.items[i], file_mark);
	return count;
}

void edits_add(struct page *page, const struct installed *installed)
{
	size_t count;

	if (!installed->edits)
		return;
	count = count_files(installed->edits);
	if (!installed->word)
		(void)page_note(page, TONE_DANGER,
			P_("%zu file was edited by hand: say what is to happen with it.",
				"%zu files were edited by hand: say what is to happen with them.",
				count),
			count);
	else if (text_equal(installed->word, keep))
		(void)page_note(page, TONE_WARNING,
			P_("%zu file that was edited by hand stays as it is.",
				"%zu files that were edited by hand stay as they are.",
				count),
			count);
	else
		(void)page_note(page, TONE_WARNING,
			P_("%zu file that was edited by hand is replaced; undo brings it back.",
				"%zu files that were edited by hand are replaced; undo brings them back.",
				count),
			count);
	page_add(page, ITEM_ACTION, "edits", _("Show them"))->key = 'e';
}

static enum tone line_tone(const char *line)
{
	switch (*line) {
	case '+':
		return TONE_GOOD;
	case '-':
		return TONE_DANGER;
	case '@':
		return TONE_QUIET;
	}
	return TONE_NORMAL;
}

static void add_diff(struct page *page, const char *edits)
{
	autowords struct words lines = {0};

	words_split(&lines, edits, "\n");
	for (size_t i = 0; i < lines.count; i++) {
		const char *line = lines.items[i];
		bool is_file = text_starts(line, file_mark);

		/* "--- PATH as jefe-setup writes it" before it says the same. */
		if (is_file) {
			page_gap(page);
			(void)page_note(
				page, TONE_STRONG, "/%s", line + strlen(file_mark));
		} else if (i + 1 == lines.count ||
			   !text_starts(lines.items[i + 1], file_mark))
			(void)page_note(page, line_tone(line), "%s", line);
	}
}

static void add_choice(
	struct page *page, const char *id, const char *label, char key, const char *why)
{
	struct item *item = page_add(page, ITEM_ACTION, id, label);

	item->key = key;
	item->why = why;
}

static void build(struct page *page, void *context)
{
	const struct wizard *wizard = context;
	const char *edits = wizard->installed->edits;

	page->next_label = _("Back");
	page->detail_rows = 3;
	if (!edits)
		return;
	(void)page_note(page, TONE_STRONG, "%s",
		_("Files were edited by hand since JefeLinux wrote them. What is to happen to them?"));
	add_choice(page, keep, _("Keep them"), 'k',
		_("Only the rest is changed; the next change asks again. To keep one for good, say the same on the page of its measure (a value, off), or waive it."));
	add_choice(page, replace, _("Replace them"), 'r',
		_("Copies are kept in /var/lib/jefelinux/changes; `jefe-setup harden --undo` brings them back."));
	(void)page_note(page, TONE_NORMAL, "%s",
		_("Back changes nothing. Lines with + were added by hand, lines with - taken away:"));
	add_diff(page, edits);
}

static void act(struct form *form, const char *id, const char *row)
{
	struct wizard *wizard = form_context(form);

	(void)row;
	installed_settle(wizard->installed, text_equal(id, replace) ? replace : keep);
	form_open(form, "plan");
}

const struct screen screen_edits = {
	.id = "edits",
	.title = N_("Edited by hand"),
	.kind = SCREEN_SUB,
	.parent = "hardening",
	.help = N_(
		"JefeLinux remembers what it wrote. A file that is another one now is never replaced without a word about it.\n\n"
		"Kept, the file stays as it is: measures that write into it take no effect there, the audit calls it a drift, and the next change "
		"asks again. To keep an edit for good, say the same on the page of its measure: another value, or off. Lines of your own are better "
		"in a file of their own. A waiver only keeps the audit quiet until its last day.\n\n"
		"Replaced, the file gets the lines of the policy. The edited one is kept in /var/lib/jefelinux/changes with the last 20 "
		"changes; `jefe-setup harden --undo`, or Undo at the end, brings it back."),
	.build = build,
	.act = act,
};
