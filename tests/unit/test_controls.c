#include "installer/controls/controls.h"

#include <errno.h>

#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"
#include "tests/unit/tree.h"

static struct policy policy_at(enum level level)
{
	return (struct policy){.level = level};
}

static void every_control_is_complete(void **state)
{
	(void)state;
	for (const struct control *const *at = controls; *at; at++) {
		const struct control *control = *at;

		if (!strchr(control->id, '.') || control_named(control->id) != control)
			fail_msg("%s: an id is LAYER.NAME and stands once", control->id);
		if (!control->title || strlen(control->title) > 60 || !control->effect ||
			!control->reference || !control->kind)
			fail_msg("%s: incomplete, or a title over 60 characters",
				control->id);
		if (control->level < LEVEL_BASELINE || !control->values[control->level] ||
			control->values[control->level - 1])
			fail_msg("%s: its first value is that of its level", control->id);
		if (control->effect[strlen(control->effect) - 1] != '.')
			fail_msg("%s: the effect is a sentence", control->id);
	}
}

static bool is_role(const char *name)
{
	for (const struct role *role = control_roles; role->name; role++)
		if (strcmp(role->name, name) == 0)
			return true;
	return false;
}

static void names_in_the_catalogue_exist(void **state)
{
	(void)state;
	for (const struct control *const *at = controls; *at; at++) {
		autowords struct words needed = {0};

		words_split(&needed, (*at)->needs ? (*at)->needs : "", " ");
		for (size_t i = 0; i < needed.count; i++)
			if (!control_named(needed.items[i]))
				fail_msg("%s needs %s, which does not exist", (*at)->id,
					needed.items[i]);
		if ((*at)->role && !is_role((*at)->role + ((*at)->role[0] == '!')))
			fail_msg("%s: role %s does not exist", (*at)->id, (*at)->role);
		for (const struct distro *const *distro = distros;
			(*at)->needs_package && *distro; distro++)
			if (!distro_package(*distro, (*at)->needs_package))
				fail_msg("%s: %s has no %s", (*at)->id, (*distro)->name,
					(*at)->needs_package);
	}
}

static void every_layer_has_controls_at_baseline(void **state)
{
	(void)state;
	for (unsigned layer = LAYER_KERNEL; layer <= LAYER_BOOT; layer++) {
		size_t count = 0;

		for (const struct control *const *at = controls; *at; at++)
			count += (*at)->layer == layer && (*at)->level == LEVEL_BASELINE;
		if (!count)
			fail_msg("layer %s has nothing at baseline", layer_names[layer]);
	}
}

static void levels_are_cumulative(void **state)
{
	const struct control *scope = control_named("mac.ptrace_scope"),
			     *dumps = control_named("kernel.core_pattern");
	struct policy baseline = policy_at(LEVEL_BASELINE),
		      hardened = policy_at(LEVEL_HARDENED),
		      paranoid = policy_at(LEVEL_PARANOID);

	(void)state;
	assert_string_equal(control_wanted(scope, &baseline), "1");
	assert_string_equal(control_wanted(scope, &hardened), "2");
	assert_string_equal(control_wanted(scope, &paranoid), "3");
	assert_null(control_wanted(dumps, &baseline));
	assert_string_equal(control_wanted(dumps, &paranoid), "|/bin/false");
}

static void operators_settings_win(void **state)
{
	struct control_setting settings[] = {
		{(char[]){"kernel.sysrq"},        (char[]){"off"}},
		{(char[]){"kernel.core_pattern"}, (char[]){"on"} },
		{(char[]){"mac.ptrace_scope"},    (char[]){"3"}  }
        };
	struct policy policy = {.level = LEVEL_BASELINE,
		.settings = settings,
		.setting_count = LENGTH(settings)};

	(void)state;
	assert_null(control_wanted(control_named("kernel.sysrq"), &policy));
	assert_string_equal(control_wanted(control_named("kernel.core_pattern"), &policy),
		"|/bin/false");
	assert_string_equal(
		control_wanted(control_named("mac.ptrace_scope"), &policy), "3");
}

static void roles_change_values(void **state)
{
	autowords struct words roles = {0};
	struct policy policy = {.level = LEVEL_BASELINE, .roles = &roles};

	(void)state;
	assert_string_equal(
		control_wanted(control_named("network.rp_filter"), &policy), "1");
	words_add(&roles, "multihomed");
	assert_string_equal(
		control_wanted(control_named("network.rp_filter"), &policy), "2");
}

static void a_bad_policy_is_told_before_anything_is_written(void **state)
{
	autowords struct words roles = {0};
	struct control_setting settings[] = {
		{(char[]){"kernel.sysrg"},     (char[]){"off"}},
		{(char[]){"network.firewall"}, (char[]){"off"}},
		{(char[]){"userland.umask"},   (char[]){"022"}}
        };
	struct policy policy = {.level = LEVEL_BASELINE,
		.roles = &roles,
		.settings = settings,
		.setting_count = LENGTH(settings)};
	autoproblems struct problems problems = {0};
	autotext struct text text = {0};

	(void)state;
	words_add(&roles, "container");
	controls_check(&policy, &problems);
	problems_print(&problems, "policy.yaml", &text);
	assert_true(problems_have_errors(&problems));
	assert_non_null(strstr(text.data,
		"hardening.controls.kernel.sysrg: there is no such control (did you mean \"kernel.sysrq\"?)"));
	assert_non_null(strstr(
		text.data, "hardening.controls.userland.umask: \"022\": only on or off"));
	assert_non_null(strstr(text.data,
		"hardening.controls.network.ssh_limit: needs network.firewall"));
	assert_non_null(strstr(
		text.data, "hardening.roles: \"container\" is none of containers"));
}

static void all_levels_pass_their_own_check(void **state)
{
	(void)state;
	for (unsigned level = LEVEL_NONE; level <= LEVEL_PARANOID; level++) {
		struct policy policy = policy_at((enum level)level);
		autoproblems struct problems problems = {0};

		controls_check(&policy, &problems);
		assert_int_equal(problems.count, 0);
	}
}

static void the_kept_policy_comes_back(void **state)
{
	autowords struct words roles = {0};
	struct control_setting settings[] = {
		{(char[]){"kernel.lockdown"},     (char[]){"off"}        },
		{(char[]){"kernel.core_pattern"}, (char[]){"|/bin/\"x\\"}}
        };
	struct policy policy = {.level = LEVEL_PARANOID,
			      .roles = &roles,
			      .settings = settings,
			      .setting_count = LENGTH(settings)},
		      back;
	struct answers *answers = NULL;
	struct error err = {0};

	(void)state;
	assert_int_equal(policy_load(root, &answers, &err), -ENOENT);
	words_add(&roles, "containers");
	words_add(&roles, "multihomed");
	assert_done(policy_save(root, &policy, &err), &err);
	assert_done(policy_load(root, &answers, &err), &err);
	back = policy_of(answers);
	assert_int_equal(back.level, LEVEL_PARANOID);
	assert_int_equal(back.roles->count, 2);
	assert_null(control_wanted(control_named("kernel.lockdown"), &back));
	assert_string_equal(control_wanted(control_named("kernel.core_pattern"), &back),
		"|/bin/\"x\\");
	answers_free(answers);
	put("etc/jefelinux/policy.yaml", "hardening:\n  level: harder\n");
	assert_int_equal(policy_load(root, &answers, &err), -EINVAL);
	assert_non_null(strstr(err.text, "etc/jefelinux/policy.yaml"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_control_is_complete),
		cmocka_unit_test(names_in_the_catalogue_exist),
		cmocka_unit_test(every_layer_has_controls_at_baseline),
		cmocka_unit_test(levels_are_cumulative),
		cmocka_unit_test(operators_settings_win),
		cmocka_unit_test(roles_change_values),
		cmocka_unit_test(a_bad_policy_is_told_before_anything_is_written),
		cmocka_unit_test(all_levels_pass_their_own_check),
		cmocka_unit_test_setup_teardown(
			the_kept_policy_comes_back, tree_make, tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
