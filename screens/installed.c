#include "screens/installed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/json.h"
#include "installer/base/memory.h"
#include "installer/controls/controls.h"
#include "screens/wait.h"

int installed_policy(const char *root, struct answers **answers, struct error *err)
{
	autoclose int root_fd = file_open_root(root, err);

	return root_fd < 0 ? root_fd : policy_load(root_fd, answers, err);
}

int installed_open(const char *root, struct installed **installed, struct error *err)
{
	struct answers *kept = NULL;
	int rc = installed_policy(root, &kept, err);

	if (rc < 0)
		return rc;
	*installed = memory_zero(1, sizeof(**installed));
	(*installed)->root = memory_copy_text(root);
	(*installed)->kept = kept;
	return 0;
}

static void standings_drop(struct installed *installed)
{
	for (size_t i = 0; i < installed->count; i++) {
		free(installed->standings[i].id);
		free(installed->standings[i].status);
		free(installed->standings[i].persisted);
		free(installed->standings[i].effective);
		free(installed->standings[i].evidence);
	}
	free(installed->standings);
	free(installed->trouble);
	free(installed->audit);
	installed->standings = NULL;
	installed->trouble = installed->audit = NULL;
	installed->count = 0;
}

void installed_forget(struct installed *installed)
{
	free(installed->plan);
	free(installed->edits);
	installed->plan = installed->edits = NULL;
}

void installed_settle(struct installed *installed, const char *word)
{
	free(installed->settled);
	installed->settled = word ? memory_copy_text(installed->edits) : NULL;
	free(installed->word);
	installed->word = memory_copy_text(word);
}

void installed_free(struct installed *installed)
{
	if (!installed)
		return;
	standings_drop(installed);
	answers_free(installed->kept);
	text_free(&installed->log);
	installed_forget(installed);
	free(installed->settled);
	free(installed->word);
	free(installed->root);
	free(installed);
}

int installed_take_audit(struct wizard *wizard, const char *output, struct error *err)
{
	struct installed *installed = wizard->installed;
	autojson struct json *document = NULL;
	const struct json *list;
	int rc = json_parse(output, "audit", &document, err);

	standings_drop(installed);
	if (rc < 0)
		return rc;
	installed->audit = memory_copy_text(output);
	list = json_member(document, "controls");
	installed->count = json_count(list);
	installed->standings =
		memory_zero(installed->count + 1, sizeof(*installed->standings));
	for (size_t i = 0; i < installed->count; i++) {
		const struct json *row = json_item(list, i);

		installed->standings[i] = (struct standing){
			.id = memory_copy_text(json_text(row, "id")),
			.status = memory_copy_text(json_text(row, "status")),
			.persisted = memory_copy_text(json_text(row, "persisted")),
			.effective = memory_copy_text(json_text(row, "effective")),
			.evidence = memory_copy_text(json_text(row, "evidence")),
		};
	}
	return 0;
}

void installed_fail_audit(struct wizard *wizard, const char *why)
{
	standings_drop(wizard->installed);
	wizard->installed->trouble = memory_copy_text(why);
}

void installed_audit(struct wizard *wizard)
{
	struct error err = {0};

	standings_drop(wizard->installed);
	(void)!wait_start(wizard, WAIT_AUDIT,
		COMMAND(wizard->setup, "audit", "--json", "--root",
			wizard->installed->root),
		&err);
}

const struct standing *installed_standing(
	const struct wizard *wizard, const struct control *control)
{
	const struct installed *installed = wizard->installed;

	for (size_t i = 0; installed && i < installed->count; i++)
		if (text_equal(installed->standings[i].id, control->id))
			return &installed->standings[i];
	return NULL;
}

bool standing_is_bad(const struct standing *standing)
{
	return standing &&
	       (text_equal(standing->status, control_status_names[CONTROL_FAIL]) ||
		       text_equal(standing->status, control_status_names[CONTROL_DRIFT]));
}

static const char *setting_of(const struct answers *answers, const char *id)
{
	for (size_t i = 0; i < answers->hardening.control_count; i++)
		if (text_equal(answers->hardening.controls[i].id, id))
			return answers->hardening.controls[i].value;
	return NULL;
}

static const char *waiver_of(const struct answers *answers, const char *id)
{
	for (size_t i = 0; i < answers->hardening.waiver_count; i++)
		if (text_equal(answers->hardening.waivers[i].id, id))
			return answers->hardening.waivers[i].value;
	return NULL;
}

/* Each with a reason and a day of its own. */
static void add_waivers(
	const struct answers *kept, const struct answers *wanted, struct words *words)
{
	for (size_t i = 0; i < wanted->hardening.waiver_count; i++) {
		const struct control_setting *waiver = &wanted->hardening.waivers[i];
		const char *blank = strchr(waiver->value, ' ');

		if (!blank || text_equal(waiver->value, waiver_of(kept, waiver->id)))
			continue;
		words_add(words, "--waive");
		words_add(words, waiver->id);
		words_add(words, "--reason");
		words_add(words, blank + 1);
		words_add(words, "--expires");
		words_addf(words, "%.*s", (int)(blank - waiver->value), waiver->value);
	}
	for (size_t i = 0; i < kept->hardening.waiver_count; i++)
		if (!waiver_of(wanted, kept->hardening.waivers[i].id)) {
			words_add(words, "--unwaive");
			words_add(words, kept->hardening.waivers[i].id);
		}
}

static void add_settings(
	const struct answers *kept, const struct answers *wanted, struct words *words)
{
	for (size_t i = 0; i < wanted->hardening.control_count; i++) {
		const struct control_setting *setting = &wanted->hardening.controls[i];

		if (text_equal(setting->value, setting_of(kept, setting->id)))
			continue;
		words_add(words, "--set");
		words_addf(words, "%s=%s", setting->id, setting->value);
	}
	for (size_t i = 0; i < kept->hardening.control_count; i++)
		if (!setting_of(wanted, kept->hardening.controls[i].id)) {
			words_add(words, "--set");
			words_addf(words, "%s=default", kept->hardening.controls[i].id);
		}
}

/* Every member of some that others lack. */
static void add_roles(const struct words *some, const struct words *others,
	const char *option, struct words *words)
{
	for (size_t i = 0; i < some->count; i++)
		if (!words_contain(others, some->items[i])) {
			words_add(words, option);
			words_add(words, some->items[i]);
		}
}

void installed_command(const struct wizard *wizard, struct words *words)
{
	const struct answers *kept = wizard->installed->kept;
	const struct answers *wanted = wizard->answers;

	words_add(words, wizard->setup);
	words_add(words, "harden");
	words_add(words, "--root");
	words_add(words, wizard->installed->root);
	words_add(words, "--level");
	words_add(words, wanted->hardening.level);
	add_roles(&wanted->hardening.roles, &kept->hardening.roles, "--role", words);
	add_roles(&kept->hardening.roles, &wanted->hardening.roles, "--no-role", words);
	add_settings(kept, wanted, words);
	add_waivers(kept, wanted, words);
	if (wizard->installed->word) {
		words_add(words, "--accept-edits");
		words_add(words, wizard->installed->word);
	}
}
