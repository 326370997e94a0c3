/* jefe-setup explain: what a key of the answer file means, or what a control does and breaks. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "installer/answers.h"
#include "installer/base/memory.h"
#include "installer/cli/cli.h"
#include "installer/controls/controls.h"
#include "installer/keymap.h"

/* Print text in lines of at most 76 characters behind an indent of 2. */
static void print_wrapped(const char *text)
{
	autowords struct words words = {0};
	size_t used = 0;

	words_split(&words, text, " ");
	for (size_t i = 0; i < words.count; i++) {
		size_t size = strlen(words.items[i]);
		bool fits = used && used + 1 + size <= 76;

		(void)printf("%s%s", fits ? " " : used ? "\n  " : "  ", words.items[i]);
		used = fits ? used + 1 + size : size;
	}
	(void)puts("");
}

/* What values are possible, in a few words. The caller frees it. */
static char *values_of(const struct field *field)
{
	autofree char *min = text_from_size(field->min);
	autofree char *max = text_from_size(field->max);
	struct text text = {0};

	if (field->choices == keymap_names)
		return memory_copy_text(
			"name of a keyboard layout; `jefe-setup explain system.keymap` lists them");
	for (const char *const *choice = field->choices; choice && *choice; choice++)
		text_addf(&text, "%s%s", choice == field->choices ? "" : ", ", *choice);
	if (field->choices)
		return text_take(&text);
	text_add(&text, field_type_names[field->type]);
	if (field->type == FIELD_NUMBER && field->min == field->max)
		text_addf(&text, ", only %" PRIu64, field->min);
	else if (field->type == FIELD_NUMBER)
		text_addf(&text, " from %" PRIu64 " to %" PRIu64, field->min, field->max);
	if (field->type == FIELD_SIZE && field->max < UINT64_MAX)
		text_addf(&text, " from %s to %s", min, max);
	if (field->type == FIELD_TEXT)
		text_addf(&text, " of at most %" PRIu64 " characters", field->max);
	return text_take(&text);
}

static const char *last_part(const struct field *field)
{
	const char *dot = strrchr(field->key, '.');

	return dot ? dot + 1 : field->key;
}

static void print_field(const struct field *field)
{
	autofree char *values = values_of(field);

	(void)printf("%s: %s\n\n", field->key, field->label);
	print_wrapped(field->why);
	print_wrapped(field->help);
	(void)printf("\n  Values:   %s\n", values);
	(void)printf("  Default:  %s\n", field->standard ? field->standard : "not set");
	(void)printf("  Example:  %s: %s\n", last_part(field), field->example);
	if (field->choices != keymap_names)
		return;
	(void)puts("");
	for (const struct keymap *keymap = keymaps; keymap->name; keymap++)
		(void)printf("  %-14s %s\n", keymap->name, keymap->label);
}

static void print_labelled(const char *label, const char *text)
{
	autofree char *line = text ? memory_format("%s: %s", label, text) : NULL;

	if (line)
		print_wrapped(line);
}

/* "fact:NAME" as what it stands for; ids and roles as they are. */
static void print_names(const char *label, const char *names)
{
	autowords struct words words = {0};
	autotext struct text text = {0};

	words_split(&words, names ? names : "", " ");
	for (size_t i = 0; i < words.count; i++) {
		const char *name = words.items[i];

		for (size_t j = 0; j < FACT_COUNT; j++)
			if (text_starts(name, "fact:") &&
				strcmp(name + strlen("fact:"), control_facts[j].name) ==
					0)
				name = control_facts[j].noun;
		text_addf(&text, "%s%s", i ? ", " : "", name);
	}
	print_labelled(label, words.count ? text.data : NULL);
}

static void print_value(const struct control *control, const char *value,
	const char *what, const char *name)
{
	autofree char *described = control_describe(control, value);

	(void)printf("  Value:    %s (%s%s)\n", described, what, name);
}

static void print_values(const struct control *control)
{
	for (size_t i = LEVEL_BASELINE; i <= LEVEL_PARANOID; i++)
		if (control->values[i])
			print_value(control, control->values[i], "", level_names[i]);
	for (size_t i = 0; i < LENGTH(control->role_values); i++) {
		const char *row = control->role_values[i];
		autofree char *role =
			row ? memory_copy_bytes(row, strcspn(row, "=")) : NULL;

		if (role)
			print_value(control, row + strlen(role) + 1, "role ", role);
	}
}

static void print_control(const struct control *control)
{
	autofree char *undo = control_undo(control);
	autofree char *proof = control_proof(control);

	(void)printf("%s: %s\n\n", control->id, control->title);
	print_labelled("Does", control->effect);
	print_labelled("May break", control->breaks ? control->breaks : "nothing known");
	print_labelled("Undo", undo);
	print_labelled("Check", proof);
	print_names("Needs", control->needs);
	print_names("Cannot be together with", control->conflicts);
	if (control->role && *control->role == '!')
		print_labelled("Only without role", control->role + 1);
	else
		print_labelled("Only with role", control->role);
	if (control->locks_out)
		print_labelled("Careful", "a mistake here can lock you out.");
	print_labelled("See", control->reference);
	(void)printf("\n  Layer:    %s\n", layer_names[control->layer]);
	(void)printf("  Severity: %s\n", control_severity_names[control->severity]);
	(void)printf("  Levels:   %s%s\n", level_names[control->level],
		control->level < LEVEL_PARANOID ? " and above" : "");
	print_values(control);
	(void)printf("  Example:  controls: {%s: off}\n", control->id);
}

/* One line for each control whose id starts with prefix; returns how many. */
static unsigned list_controls(const char *prefix)
{
	unsigned count = 0;

	for (const struct control *const *control = controls; *control; control++)
		if (text_starts((*control)->id, prefix)) {
			(void)printf("%-28s %-9s %s\n", (*control)->id,
				level_names[(*control)->level], (*control)->title);
			count++;
		}
	return count;
}

/* One line for each key that starts with prefix; returns how many. */
static unsigned list_fields(const char *prefix)
{
	unsigned count = 0;

	for (const struct field *field = answer_fields; field->key; field++)
		if (text_starts(field->key, prefix)) {
			(void)printf("%-22s %s\n", field->key, field->why);
			count++;
		}
	return count;
}

/* Users may leave the index out: users.name, users[].name and users.0.name are the same key. */
static const struct field *field_asked_for(const char *key)
{
	autofree char *plain =
		text_starts(key, "users.")
			? memory_format("users[].%s", key + strlen("users."))
			: NULL;
	const struct field *field = answers_field(key);

	return field || !plain ? field : answers_field(plain);
}

static int unknown(const char *command, const char *key)
{
	autowords struct words keys = {0};
	const char *near;

	for (const struct field *field = answer_fields; field->key; field++) {
		words_add(&keys, field->key);
		words_add(&keys, last_part(field));
	}
	for (const struct control *const *control = controls; *control; control++)
		words_add(&keys, (*control)->id);
	near = text_nearest(key, (const char *const *)keys.items);
	(void)fprintf(stderr, "jefe-setup %s: nothing is called \"%s\"", command, key);
	if (near)
		(void)fprintf(stderr, "; did you mean \"%s\"?", near);
	(void)fprintf(
		stderr, "\nWithout an argument all keys and controls are listed.\n");
	return EXIT_USAGE;
}

/* A bare last part ("hostname") is enough when it is the only one. */
static const struct field *field_ending_in(const char *name)
{
	const struct field *found = NULL;

	for (const struct field *field = answer_fields; field->key; field++)
		if (strcmp(last_part(field), name) == 0) {
			if (found)
				return NULL;
			found = field;
		}
	return found;
}

/* Text for troff: backslashes, and dots and quotes at the start of a line, mean something. */
static void print_troff(const char *text)
{
	if (*text == '.' || *text == '\'')
		(void)fputs("\\&", stdout);
	for (; *text; text++)
		(void)printf(*text == '\\' ? "\\e" : *text == '-' ? "\\-" : "%c", *text);
}

/* The keys as paragraphs of a manual page. */
static void print_manual(void)
{
	for (const struct field *field = answer_fields; field->key; field++) {
		autofree char *values = values_of(field);

		(void)puts(".TP");
		(void)fputs(".B ", stdout);
		print_troff(field->key);
		(void)puts("");
		print_troff(field->why);
		(void)puts("");
		print_troff(field->help);
		(void)fputs("\n.br\nValues: ", stdout);
		print_troff(values);
		(void)fputs(". Default: ", stdout);
		print_troff(field->standard ? field->standard : "not set");
		(void)puts(".");
	}
}

static int explain(const char *command, const char *topic)
{
	autofree char *section = memory_format("%s.", topic);
	const struct field *field = field_asked_for(topic);
	const struct control *control = control_named(topic);
	unsigned listed;

	if (!field && !control)
		field = field_ending_in(topic);
	if (field)
		print_field(field);
	else if (control)
		print_control(control);
	if (field || control)
		return EXIT_DONE;
	listed = list_fields(section) + list_controls(section);
	if (strcmp(topic, "users") == 0)
		listed += list_fields("users[]");
	return listed ? EXIT_DONE : unknown(command, topic);
}

static void list_everything(void)
{
	(void)puts("Keys of the answer file:\n");
	(void)list_fields("");
	(void)puts("\nControls and the level at which they enter:\n");
	(void)list_controls("");
}

int cli_explain(int argc, char **argv)
{
	if (argc > 2)
		return cli_usage(argv[0], "expected one key or control");
	if (argc == 2 && strcmp(argv[1], "--man") == 0)
		print_manual();
	else if (argc == 2)
		return explain(argv[0], argv[1]);
	else
		list_everything();
	return EXIT_DONE;
}
