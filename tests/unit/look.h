/* What a kind finds in the throw-away root, at baseline on Alpine. */
#pragma once

#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"
#include "tests/unit/tree.h"

static inline enum found look(const struct control_kind *kind,
	const struct control *control, const char *value, char **evidence)
{
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("alpine"), .running = true};
	const struct policy policy = {.level = LEVEL_BASELINE};
	struct site site = {.scope = &scope, .policy = &policy};
	struct finding finding = {0};
	enum found found;

	kind->persisted(&site, control, value, &finding);
	found = finding.found;
	free(finding.value);
	*evidence = finding.evidence;
	return found;
}

static inline enum found look_effective(
	const struct control_kind *kind, const struct control *control, const char *value)
{
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("alpine"), .running = true};
	const struct policy policy = {.level = LEVEL_BASELINE};
	struct site site = {.scope = &scope, .policy = &policy};
	struct finding finding = {0};
	enum found found;

	kind->effective(&site, control, value, &finding);
	found = finding.found;
	finding_clear(&finding);
	return found;
}
