/* What is wanted: level, roles and single settings; and the file that keeps them. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "installer/answers_valid.h"
#include "installer/base/document.h"
#include "installer/base/file.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

static const char policy_path[] = "etc/jefelinux/policy.yaml";

static enum level level_named(const char *name)
{
	for (size_t i = LEVEL_BASELINE; level_names[i]; i++)
		if (text_equal(name, level_names[i]))
			return (enum level)i;
	return LEVEL_NONE;
}

struct policy policy_of(const struct answers *answers)
{
	struct policy policy = {
		.level = level_named(answers->hardening.level),
		.ssh = answers->hardening.ssh,
		.roles = &answers->hardening.roles,
		.settings = answers->hardening.controls,
		.setting_count = answers->hardening.control_count,
		.waivers = answers->hardening.waivers,
		.waiver_count = answers->hardening.waiver_count,
	};
	time_t now = time(NULL);
	struct tm day;

	if (gmtime_r(&now, &day))
		(void)strftime(policy.today, sizeof(policy.today), "%Y-%m-%d", &day);
	return policy;
}

bool policy_waiver(const struct policy *policy, const char *id, struct waiver *waiver)
{
	for (size_t i = 0; i < policy->waiver_count; i++) {
		const char *value = policy->waivers[i].value;
		size_t size = strcspn(value, " ");

		if (strcmp(policy->waivers[i].id, id) != 0 ||
			size >= sizeof(waiver->expires))
			continue;
		*waiver = (struct waiver){.reason = value + size + 1};
		memcpy(waiver->expires, value, size);
		waiver->expired = strcmp(waiver->expires, policy->today) < 0;
		return true;
	}
	return false;
}

static char *without_blanks_around(const char *text)
{
	size_t size;

	text += strspn(text, " \t");
	size = strlen(text);
	while (size && strchr(" \t", text[size - 1]))
		size--;
	return memory_copy_bytes(text, size);
}

int policy_waive(struct answers *answers, const char *id, const char *expires,
	const char *reason, struct error *err)
{
	autofree char *path = memory_format("hardening.waivers.%s", id);
	autofree char *day = without_blanks_around(expires);
	autofree char *why = without_blanks_around(reason);
	autofree char *value = memory_format("%s %s", day, why);
	autotext struct text why_not = {0};
	struct policy policy = policy_of(answers);

	if (!*why)
		return error_set(err, -EINVAL, "%s", _("a waiver needs a reason"));
	if (!valid_date(day, &why_not))
		return error_set(err, -EINVAL, "%s", text_string(&why_not));
	if (strcmp(day, policy.today) < 0)
		return error_set(err, -EINVAL, _("the day %s has passed, today is %s"),
			day, policy.today);
	return answers_set(answers, path, value, err);
}

const char *policy_setting(const struct policy *policy, const char *id)
{
	for (size_t i = 0; i < policy->setting_count; i++)
		if (strcmp(policy->settings[i].id, id) == 0)
			return policy->settings[i].value;
	return NULL;
}

bool policy_has_role(const struct policy *policy, const char *role)
{
	return text_equal(role, ssh_server_names[policy->ssh]) ||
	       (policy->roles && words_contain(policy->roles, role));
}

bool role_is_ssh_server(const char *role)
{
	for (size_t i = 0; ssh_server_names[i]; i++)
		if (strcmp(ssh_server_names[i], role) == 0)
			return true;
	return false;
}

/* The value of the first "role=value" whose role the policy has. */
static const char *role_value(const struct control *control, const struct policy *policy)
{
	for (size_t i = 0; i < LENGTH(control->role_values); i++) {
		const char *row = control->role_values[i];
		size_t size = row ? strcspn(row, "=") : 0;
		autofree char *role = row ? memory_copy_bytes(row, size) : NULL;

		if (role && policy_has_role(policy, role))
			return row + size + 1;
	}
	return NULL;
}

char *control_excluded(const struct control *control, const struct policy *policy)
{
	autowords struct words roles = {0};

	words_split(&roles, control->role ? control->role : "", " ");
	for (size_t i = 0; i < roles.count; i++) {
		bool negated = roles.items[i][0] == '!';

		if (policy_has_role(policy, roles.items[i] + negated) == negated)
			return memory_copy_text(roles.items[i]);
	}
	return NULL;
}

const char *control_wanted(const struct control *control, const struct policy *policy)
{
	const char *setting = policy_setting(policy, control->id);
	const char *value = role_value(control, policy);
	bool turned_on = setting && strcmp(setting, "on") == 0;
	enum level level =
		policy->level > control->level ? policy->level : control->level;

	if (setting && strcmp(setting, "off") == 0)
		return NULL;
	if (setting && !turned_on)
		return setting;
	if (!turned_on && policy->level < control->level)
		return NULL;
	while (!value && level > LEVEL_NONE)
		value = control->values[level--];
	return value;
}

struct policy policy_lowered(const struct policy *policy)
{
	struct policy lower = *policy;

	if (lower.level > LEVEL_BASELINE)
		lower.level--;
	return lower;
}

void controls_dropped(
	const struct policy *from, const struct policy *to, struct words *ids)
{
	for (const struct control *const *control = controls; *control; control++) {
		const char *before = control_wanted(*control, from);

		if (before && !text_equal(before, control_wanted(*control, to)))
			words_add(ids, (*control)->id);
	}
}

const struct control *control_named(const char *id)
{
	for (const struct control *const *control = controls; *control; control++)
		if (strcmp((*control)->id, id) == 0)
			return *control;
	return NULL;
}

const char *control_nearest(const char *id)
{
	autowords struct words ids = {0};
	const char *near;
	const struct control *control;

	for (const struct control *const *at = controls; *at; at++)
		words_add(&ids, (*at)->id);
	near = text_nearest(id, (const char *const *)ids.items);
	control = near ? control_named(near) : NULL;
	return control ? control->id : NULL;
}

char *control_describe(const struct control *control, const char *value)
{
	return control->kind->describe ? control->kind->describe(control, value)
				       : memory_copy_text(value);
}

char *control_undo(const struct control *control)
{
	return control->undo
		       ? memory_copy_text(_(control->undo))
		       : memory_format("jefe-setup harden --set %s=off", control->id);
}

static void add_quoted(struct text *text, const char *value)
{
	text_add(text, "\"");
	for (; *value; value++)
		text_addf(text, strchr("\"\\", *value) ? "\\%c" : "%c", *value);
	text_add(text, "\"");
}

int policy_save(int root_fd, const struct policy *policy, struct error *err)
{
	autotext struct text text = {0};

	text_add(&text,
		"# Written by jefe-setup: what this machine was hardened to. The keys are those of an answer file.\nschema: 1\nhardening:\n");
	text_addf(&text, "  level: %s\n  ssh: %s\n  roles: [", level_names[policy->level],
		ssh_server_names[policy->ssh]);
	for (size_t i = 0; policy->roles && i < policy->roles->count; i++)
		text_addf(&text, "%s%s", i ? ", " : "", policy->roles->items[i]);
	text_addf(&text, "]\n  controls:%s\n", policy->setting_count ? "" : " {}");
	for (size_t i = 0; i < policy->setting_count; i++) {
		text_addf(&text, "    %s: ", policy->settings[i].id);
		add_quoted(&text, policy->settings[i].value);
		text_add(&text, "\n");
	}
	text_addf(&text, "  waivers:%s\n", policy->waiver_count ? "" : " {}");
	for (size_t i = 0; i < policy->waiver_count; i++) {
		const char *value = policy->waivers[i].value;
		size_t size = strcspn(value, " ");

		text_addf(&text, "    %s: {reason: ", policy->waivers[i].id);
		add_quoted(&text, value + size + 1);
		text_addf(&text, ", expires: %.*s}\n", (int)size, value);
	}
	if (file_make_dirs(root_fd, "etc/jefelinux", 0755, err) < 0)
		return error_prefix(err, "keeping the policy");
	return file_write(root_fd, policy_path, text.data, text.size, 0644, err);
}

int policy_load(int root_fd, struct answers **answers, struct error *err)
{
	autoproblems struct problems problems = {0};
	autotext struct text text = {0};
	int rc = file_read(root_fd, policy_path, DOCUMENT_MAX, &text, err);

	*answers = NULL;
	if (rc < 0)
		return error_prefix(err, "reading the policy");
	*answers = answers_read(text_string(&text), text.size, &problems);
	for (size_t i = 0; i < problems.count; i++) {
		const struct problem *problem = &problems.items[i];

		if (problem->severity != SEVERITY_ERROR)
			continue;
		answers_free(*answers);
		*answers = NULL;
		return error_set(err, -EINVAL, "reading the policy: %s:%u:%u: %s%s%s",
			policy_path, problem->line, problem->column,
			problem->key ? problem->key : "", problem->key ? ": " : "",
			problem->text);
	}
	return 0;
}
