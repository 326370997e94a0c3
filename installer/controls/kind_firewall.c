/* The packet filter: one table of our own, made of the parts that are wanted. */
#include <string.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

static const char rules[] =
#include "installer/controls/files/firewall.inc"
	;

/* First word of a target: the part of the rule set. */
static bool is_part(const struct control *control, const char *part, size_t size)
{
	return control->kind == &kind_firewall && strcspn(control->target, " ") == size &&
	       strncmp(control->target, part, size) == 0;
}

static bool part_wanted(struct site *site, const char *part, size_t size)
{
	for (const struct control *const *control = controls; *control; control++) {
		struct finding finding = {0};
		autofree char *value = is_part(*control, part, size)
					       ? site_wanted(site, *control)
					       : NULL;
		bool wanted = value && site_has(site, *control, &finding);

		finding_clear(&finding);
		if (wanted)
			return true;
	}
	return false;
}

/* The part a line belongs to, NULL for all others; *line moves behind the mark. */
static const char *line_part(const char **line, size_t *size, bool *negated)
{
	const char *part = *line + 1;

	if (**line != '[')
		return NULL;
	*negated = *part == '!';
	part += *negated;
	*size = strcspn(part, "]");
	*line = part + *size + 1;
	return part;
}

static void end(struct site *site, struct text *text)
{
	autofree char *copy = memory_copy_text(rules);
	char *rest = part_wanted(site, "base", strlen("base")) ? copy : NULL, *line;

	while ((line = line_next(&rest))) {
		const char *shown = line;
		size_t size = 0;
		bool negated = false;
		const char *part = line_part(&shown, &size, &negated);

		if (!part || part_wanted(site, part, size) != negated)
			text_addf(text, "%s\n", shown);
	}
}

/* For the persisted check; the file itself is made at the end, in its own order. */
static void part_lines(const struct control *control, struct text *text)
{
	autofree char *copy = memory_copy_text(rules);
	char *rest = copy, *line;

	while ((line = line_next(&rest))) {
		const char *shown = line;
		size_t size = 0;
		bool negated = false;
		const char *part = line_part(&shown, &size, &negated);

		if (part ? !negated && is_part(control, part, size)
			 : is_part(control, "base", strlen("base")))
			text_addf(text, "%s\n", shown);
	}
}

static void lines(struct site *site, const struct control *control, const char *value,
	struct text *text)
{
	(void)site;
	(void)control;
	(void)value;
	(void)text;
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autotext struct text text = {0}, wanted = {0};
	autowords struct words needed = {0};

	part_lines(control, &wanted);
	words_split(&needed, text_string(&wanted), "\n");
	if (!disk_read(site, kind_firewall.file, &text)) {
		find(finding, FOUND_WRONG, NULL,
			memory_format("%s is not there", kind_firewall.file));
		return;
	}
	for (size_t i = 0; i < needed.count; i++) {
		const char *line = needed.items[i] + strspn(needed.items[i], "\t");

		if (text_has_line(text_string(&text), line))
			continue;
		find(finding, FOUND_WRONG, NULL,
			memory_format("%s lacks: %s", kind_firewall.file, line));
		return;
	}
	find(finding, FOUND_RIGHT, memory_copy_text(value),
		memory_copy_text(kind_firewall.file));
}

/* Rules in a rule set, as it is written or as nft lists it: lines in chains that are no head and no brace. */
static unsigned rule_count(const char *text)
{
	autofree char *copy = memory_copy_text(text);
	char *rest = copy, *line;
	bool in_chain = false;
	unsigned count = 0;

	while ((line = line_next(&rest))) {
		line += strspn(line, " \t");
		if (text_starts(line, "chain "))
			in_chain = true;
		else if (*line == '}')
			in_chain = false;
		else if (in_chain && !text_starts(line, "type "))
			count++;
	}
	return count;
}

/* The whole set is compared by its number of rules: what nft prints is not what it read. */
static bool whole_set_is_loaded(
	struct site *site, const char *listing, struct finding *finding)
{
	autotext struct text text = {0};
	unsigned loaded = rule_count(listing);
	unsigned wanted;

	(void)disk_read(site, kind_firewall.file, &text);
	wanted = rule_count(text_string(&text));
	if (loaded == wanted)
		return true;
	find(finding, FOUND_WRONG, memory_format("%u rules", loaded),
		memory_format("nft list table inet jefe: %u rules, the file has %u",
			loaded, wanted));
	return false;
}

static void effective(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	const char *proof = control->target + strcspn(control->target, " ");
	const char *listing = site_listing(site, PROGRAM_FIREWALL, finding);

	proof += strspn(proof, " ");
	if (!listing)
		return;
	if (!strstr(listing, proof))
		find(finding, FOUND_WRONG, NULL,
			memory_format("nft list table inet jefe lacks: %s", proof));
	else if (!is_part(control, "base", strlen("base")) ||
		 whole_set_is_loaded(site, listing, finding))
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_format("nft list table inet jefe: %s", proof));
}

static int load(const char *flag, struct error *err)
{
	autofree char *path = memory_format("/%s", kind_firewall.file);

	return command_run(&(struct command){.argv = COMMAND("nft", flag, path),
				   .timeout_seconds = 20},
		err);
}

static int written(struct site *site, const struct text *text, struct error *err)
{
	(void)text;
	return site->scope->running ? load("-cf", err) : 0;
}

static int activate(struct site *site, struct error *err)
{
	return file_exists(site->scope->root_fd, kind_firewall.file) ? load("-f", err)
								     : 0;
}

const struct control_kind kind_firewall = {
	.name = "firewall",
	.fix = "Load it again: service jefe-firewall, action restart.",
	.file = "etc/jefelinux/firewall.nft",
	.mode = 0600,
	.lines = lines,
	.end = end,
	.written = written,
	.activate = activate,
	.persisted = persisted,
	.effective = effective,
};
