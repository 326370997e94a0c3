/* What a kind finds in the throw-away root, at baseline on Alpine. */
#pragma once

#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"
#include "tests/unit/tree.h"

/* Apply with settings "ID=VALUE ID=VALUE" at a level; everything else of the catalogue happens, too. */
static inline void apply(enum level level, const char *id, const char *value)
{
	struct control_setting setting = {memory_copy_text(id), memory_copy_text(value)};
	struct policy policy = {
		.level = level, .settings = &setting, .setting_count = id ? 1 : 0};
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("alpine")};
	struct error err = {0};

	assert_done(controls_apply(&scope, &policy, NULL, NULL, &err), &err);
	free(setting.id);
	free(setting.value);
}

static inline enum found look(const struct control_kind *kind,
	const struct control *control, const char *value, char **evidence)
{
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("alpine"), .running = true};
	const struct policy policy = {.level = LEVEL_BASELINE};
	autosite struct site site = {.scope = &scope, .policy = &policy};
	struct finding finding = {0};
	enum found found;

	kind->persisted(&site, control, value, &finding);
	found = finding.found;
	free(finding.value);
	*evidence = finding.evidence;
	return found;
}

/* The same of what runs, when a program of the audit has said this: the whole of its output. */
static inline enum found look_told(const struct control_kind *kind,
	const struct control *control, const char *value, enum program program,
	const char *says)
{
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("alpine"), .running = true};
	const struct policy policy = {.level = LEVEL_BASELINE};
	autosite struct site site = {.scope = &scope, .policy = &policy};
	struct finding finding = {0};
	enum found found;

	if (says) {
		site.listings[program].asked = true;
		text_add(&site.listings[program].output, says);
	}
	kind->effective(&site, control, value, &finding);
	found = finding.found;
	finding_clear(&finding);
	return found;
}

static inline enum found look_effective(
	const struct control_kind *kind, const struct control *control, const char *value)
{
	return look_told(kind, control, value, PROGRAM_COUNT, NULL);
}
