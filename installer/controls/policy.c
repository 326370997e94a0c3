/* What is wanted: level, roles and single settings; and the file that keeps them. */
#include <errno.h>
#include <string.h>

#include "installer/base/document.h"
#include "installer/base/file.h"
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
	return (struct policy){
		.level = level_named(answers->hardening.level),
		.roles = &answers->hardening.roles,
		.settings = answers->hardening.controls,
		.setting_count = answers->hardening.control_count,
	};
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
	return policy->roles && words_contain(policy->roles, role);
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

const struct control *control_named(const char *id)
{
	for (const struct control *const *control = controls; *control; control++)
		if (strcmp((*control)->id, id) == 0)
			return *control;
	return NULL;
}

char *control_describe(const struct control *control, const char *value)
{
	return control->kind->describe ? control->kind->describe(control, value)
				       : memory_copy_text(value);
}

char *control_undo(const struct control *control)
{
	return control->undo
		       ? memory_copy_text(control->undo)
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
	text_addf(&text, "  level: %s\n  roles: [", level_names[policy->level]);
	for (size_t i = 0; policy->roles && i < policy->roles->count; i++)
		text_addf(&text, "%s%s", i ? ", " : "", policy->roles->items[i]);
	text_addf(&text, "]\n  controls:%s\n", policy->setting_count ? "" : " {}");
	for (size_t i = 0; i < policy->setting_count; i++) {
		text_addf(&text, "    %s: ", policy->settings[i].id);
		add_quoted(&text, policy->settings[i].value);
		text_add(&text, "\n");
	}
	if (file_make_dirs(root_fd, "etc/jefelinux", 0755, err) < 0)
		return error_prefix(err, "keeping the policy");
	return file_write(root_fd, policy_path, text.data, text.size, 0644, err);
}

static int take_node(struct answers *answers, const char *path, const struct node *node,
	struct error *err)
{
	autotext struct text items = {0};

	if (!node)
		return 0;
	if (node->kind == NODE_SCALAR)
		return answers_set(answers, path, node->text, err);
	for (size_t i = 0; i < node->count; i++) {
		if (node->children[i].kind != NODE_SCALAR)
			return error_set(err, -EINVAL, "%s: not a plain value", path);
		if (node->kind == NODE_MAP) {
			autofree char *inner =
				memory_format("%s.%s", path, node->children[i].key);
			int rc = answers_set(answers, inner, node->children[i].text, err);

			if (rc < 0)
				return rc;
		} else {
			text_addf(&items, "%s%s", i ? " " : "", node->children[i].text);
		}
	}
	return items.size ? answers_set(answers, path, items.data, err) : 0;
}

static int take_policy(
	struct answers *answers, const struct node *root, struct error *err)
{
	static const char *const keys[] = {"level", "roles", "controls"};
	const struct node *hardening =
		root->kind == NODE_MAP ? node_child(root, "hardening") : NULL;
	int rc = 0;

	if (!hardening || hardening->kind != NODE_MAP)
		return error_set(err, -EINVAL, "there is no hardening:");
	for (size_t i = 0; i < LENGTH(keys) && rc == 0; i++) {
		autofree char *path = memory_format("hardening.%s", keys[i]);

		rc = take_node(answers, path, node_child(hardening, keys[i]), err);
	}
	return rc;
}

int policy_load(int root_fd, struct answers **answers, struct error *err)
{
	autotext struct text text = {0};
	struct node *root = NULL;
	unsigned line = 0, column = 0;
	int rc = file_read(root_fd, policy_path, DOCUMENT_MAX, &text, err);

	if (rc < 0)
		return error_prefix(err, "reading the policy");
	rc = document_parse(text_string(&text), text.size, &root, &line, &column, err);
	if (rc < 0)
		return error_prefix(err, "%s:%u:%u", policy_path, line, column);
	*answers = answers_new();
	rc = take_policy(*answers, root, err);
	document_free(root);
	if (rc == 0)
		return 0;
	answers_free(*answers);
	*answers = NULL;
	return error_prefix(err, "reading %s", policy_path);
}
