#include "installer/controls/controls.h"

#include <errno.h>

#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"
#include "tests/unit/tree.h"

static struct policy policy_at(enum level level)
{
	return (struct policy){.level = level};
}

static bool is_sentence(const char *text)
{
	return strlen(text) > 1 && text[strlen(text) - 1] == '.';
}

static void every_control_is_complete(void **state)
{
	(void)state;
	for (const struct control *const *at = controls; *at; at++) {
		const struct control *control = *at;

		if (!strchr(control->id, '.') || control_named(control->id) != control)
			fail_msg("%s: an id is LAYER.NAME and stands once", control->id);
		if (!control->title || strlen(control->title) > 52 || !control->effect ||
			!control->reference || !control->kind)
			fail_msg("%s: incomplete, or a title over 52 characters",
				control->id);
		if (!is_sentence(control->effect) ||
			(control->breaks && !is_sentence(control->breaks)) ||
			(control->undo && !is_sentence(control->undo)))
			fail_msg("%s: effect, breaks and undo end with a full stop",
				control->id);
		if (control->locks_out && !control->breaks)
			fail_msg("%s: it can lock out, so it says what breaks",
				control->id);
		if (control->severity > CONTROL_CRITICAL)
			fail_msg("%s: no such severity", control->id);
	}
}

static void every_control_has_one_entry_level(void **state)
{
	(void)state;
	for (const struct control *const *at = controls; *at; at++) {
		const struct control *control = *at;

		if (control->level < LEVEL_BASELINE || control->level > LEVEL_PARANOID ||
			!control->values[control->level])
			fail_msg("%s: it has a value at its level", control->id);
		for (unsigned level = LEVEL_NONE; level < control->level; level++)
			if (control->values[level])
				fail_msg("%s: a value below its level", control->id);
		for (unsigned level = control->level + 1; level <= LEVEL_PARANOID;
			level++)
			if (control->values[level] && text_equal(control->values[level],
							      control->values[level - 1]))
				fail_msg("%s: the same value twice", control->id);
	}
}

static bool is_role(const char *name)
{
	for (const struct role *role = control_roles; role->name; role++)
		if (strcmp(role->name, name) == 0)
			return true;
	for (size_t i = 0; ssh_server_names[i]; i++)
		if (strcmp(ssh_server_names[i], name) == 0)
			return true;
	return false;
}

static bool is_fact(const char *name)
{
	for (size_t i = 0; i < FACT_COUNT; i++)
		if (strcmp(control_facts[i].name, name) == 0)
			return true;
	return false;
}

/* What may stand in needs and conflicts. */
static bool is_known(const struct control *control, const char *name)
{
	if (text_starts(name, "fact:"))
		return is_fact(name + strlen("fact:"));
	if (text_starts(name, "role:"))
		return is_role(name + strlen("role:"));
	return control_named(name) && control_named(name) != control;
}

static void check_packages(const struct control *control)
{
	autowords struct words generics = {0};

	words_split(&generics, control->needs_package ? control->needs_package : "", " ");
	for (const struct distro *const *distro = distros; *distro; distro++)
		for (size_t i = 0; i < generics.count; i++)
			if (!distro_package(*distro, generics.items[i]))
				fail_msg("%s: %s has no %s", control->id, (*distro)->name,
					generics.items[i]);
}

static void names_in_the_catalogue_exist(void **state)
{
	(void)state;
	for (const struct control *const *at = controls; *at; at++) {
		autowords struct words names = {0}, roles = {0};

		words_split(&names, (*at)->needs ? (*at)->needs : "", " ");
		words_split(&names, (*at)->conflicts ? (*at)->conflicts : "", " ");
		for (size_t i = 0; i < names.count; i++)
			if (!is_known(*at, names.items[i]))
				fail_msg("%s names %s, which does not exist", (*at)->id,
					names.items[i]);
		words_split(&roles, (*at)->role ? (*at)->role : "", " !");
		for (size_t i = 0; i < LENGTH((*at)->role_values); i++)
			if ((*at)->role_values[i])
				words_addf(&roles, "%.*s",
					(int)strcspn((*at)->role_values[i], "="),
					(*at)->role_values[i]);
		for (size_t i = 0; i < roles.count; i++)
			if (!is_role(roles.items[i]))
				fail_msg("%s: role %s does not exist", (*at)->id,
					roles.items[i]);
		check_packages(*at);
	}
}

/* May a machine have both: is no role of the one what the other must not have? */
static bool can_meet(const struct control *control, const char *other)
{
	autowords struct words own = {0}, others = {0};

	words_split(&own, control->role ? control->role : "", " ");
	words_split(&others, other ? other : "", " ");
	for (size_t i = 0; i < own.count; i++)
		for (size_t j = 0; j < others.count; j++) {
			bool negated = own.items[i][0] == '!';

			if (negated != (others.items[j][0] == '!') &&
				strcmp(own.items[i] + negated,
					others.items[j] + !negated) == 0)
				return false;
		}
	return true;
}

/* A conflict of two that no machine has together says nothing, and a need of such is never met. */
static void what_a_control_names_can_be_there_with_it(void **state)
{
	(void)state;
	for (const struct control *const *at = controls; *at; at++) {
		autowords struct words names = {0};

		words_split(&names, (*at)->needs ? (*at)->needs : "", " ");
		words_split(&names, (*at)->conflicts ? (*at)->conflicts : "", " ");
		for (size_t i = 0; i < names.count; i++) {
			const struct control *other = control_named(names.items[i]);
			const char *roles = other ? other->role : NULL;

			if (text_starts(names.items[i], "role:"))
				roles = names.items[i] + strlen("role:");
			if (!can_meet(*at, roles))
				fail_msg("%s names %s, which excludes it by a role",
					(*at)->id, names.items[i]);
		}
	}
}

static bool is_used(const char *role)
{
	for (const struct control *const *at = controls; *at; at++) {
		autowords struct words roles = {0};

		words_split(&roles, (*at)->role ? (*at)->role : "", " !");
		for (size_t i = 0; i < LENGTH((*at)->role_values); i++)
			words_split(&roles,
				(*at)->role_values[i] ? (*at)->role_values[i] : "", "=");
		if (words_contain(&roles, role))
			return true;
	}
	return false;
}

static void every_role_switches_something(void **state)
{
	(void)state;
	for (const struct role *role = control_roles; role->name; role++)
		if (!is_used(role->name) || !is_sentence(role->sentence))
			fail_msg("role %s changes no control, or says nothing",
				role->name);
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

static void a_lowered_level_says_what_it_drops(void **state)
{
	struct control_setting settings[] = {
		{(char[]){"kernel.core_pattern"}, (char[]){"on"}}
        };
	struct policy paranoid = {
		.level = LEVEL_PARANOID, .settings = settings, .setting_count = 1};
	struct policy lower = policy_lowered(&paranoid);
	struct policy lowest = policy_at(LEVEL_BASELINE), none = policy_at(LEVEL_NONE);
	autowords struct words dropped = {0}, nothing = {0};

	(void)state;
	assert_int_equal(lower.level, LEVEL_HARDENED);
	controls_dropped(&paranoid, &lower, &dropped);
	assert_true(words_contain(&dropped, "boot.encryption")); /* not wanted any more */
	assert_true(words_contain(&dropped, "mac.ptrace_scope")); /* a weaker value */
	assert_false(
		words_contain(&dropped, "kernel.core_pattern")); /* turned on by hand */
	assert_false(words_contain(&dropped, "kernel.sysrq"));
	assert_int_equal(policy_lowered(&lower).level, LEVEL_BASELINE);
	assert_int_equal(policy_lowered(&lowest).level, LEVEL_BASELINE);
	assert_int_equal(policy_lowered(&none).level, LEVEL_NONE);
	controls_dropped(&lowest, &lowest, &nothing);
	assert_int_equal(nothing.count, 0);
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

static bool told(const struct policy *policy, const char *line)
{
	autoproblems struct problems problems = {0};
	autotext struct text text = {0};

	controls_check(policy, &problems);
	problems_print(&problems, "policy.yaml", &text);
	return strstr(text_string(&text), line);
}

static void roles_and_settings_that_exclude_each_other_are_told(void **state)
{
	autowords struct words roles = {0};
	struct control_setting settings[] = {
		{(char[]){"kernel.user_namespaces"}, (char[]){"on"}}
        };
	struct policy policy = {.level = LEVEL_BASELINE,
		.roles = &roles,
		.settings = settings,
		.setting_count = LENGTH(settings)};

	(void)state;
	assert_false(told(&policy, "kernel.user_namespaces"));
	words_add(&roles, "containers");
	assert_true(told(&policy,
		"error: hardening.controls.kernel.user_namespaces: has no effect with the role containers; take the role away, or this setting"));
}

/* The catalogue's own rows come and go: one of the test's. */
static bool told_of(
	const struct control *control, const struct policy *policy, const char *text)
{
	autoproblems struct problems problems = {0};

	control_check(control, policy, &problems);
	return problems.count == 1 && strstr(problems.items[0].text, text);
}

static void conflicts_are_told(void **state)
{
	autowords struct words roles = {0};
	struct policy policy = {.level = LEVEL_BASELINE, .roles = &roles};
	struct control other = {.id = "test.other",
			       .level = LEVEL_BASELINE,
			       .values = {[LEVEL_BASELINE] = "on"},
			       .conflicts = "kernel.core_pattern"},
		       busy = other, guard = other;
	autoproblems struct problems none = {0};

	(void)state;
	busy.conflicts = "role:containers";
	guard.conflicts = "fact:usb-keyboard";
	control_check(&other, &policy, &none);
	control_check(&busy, &policy, &none);
	control_check(&guard, &policy, &none);
	assert_int_equal(none.count, 0);
	policy.level = LEVEL_HARDENED;
	policy.facts[FACT_USB_KEYBOARD] = TRUTH_YES;
	words_add(&roles, "containers");
	assert_true(told_of(&other, &policy,
		"cannot be together with kernel.core_pattern; turn one of the two off"));
	assert_true(told_of(&busy, &policy,
		"cannot be together with the role containers; take the role away, or turn this off"));
	assert_true(told_of(
		&guard, &policy, "cannot be together with a single USB keyboard"));
}

static void facts_that_are_known_count(void **state)
{
	struct policy policy = policy_at(LEVEL_BASELINE);

	(void)state;
	assert_false(told(&policy, "auth.ssh_keys_only"));
	policy.facts[FACT_ADMIN_KEY] = TRUTH_YES;
	assert_false(told(&policy, "auth.ssh_keys_only"));
	policy.facts[FACT_ADMIN_KEY] = TRUTH_NO;
	assert_true(told(&policy,
		"error: hardening.controls.auth.ssh_keys_only: needs an administrator with an SSH key; see to that, or turn this off"));
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
	struct control_setting waivers[] = {
		{(char[]){"kernel.kexec"}, (char[]){"2020-01-01 \"kdump\\\" here"}}
        };
	struct policy policy = {.level = LEVEL_PARANOID,
			      .roles = &roles,
			      .settings = settings,
			      .setting_count = LENGTH(settings),
			      .waivers = waivers,
			      .waiver_count = LENGTH(waivers)},
		      back;
	struct waiver waiver;
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
	assert_true(policy_waiver(&back, "kernel.kexec", &waiver));
	assert_string_equal(waiver.reason, "\"kdump\\\" here");
	assert_true(waiver.expired);
	assert_false(policy_waiver(&back, "kernel.lockdown", &waiver));
	answers_free(answers);
	put("etc/jefelinux/policy.yaml", "hardening:\n  level: harder\n");
	assert_int_equal(policy_load(root, &answers, &err), -EINVAL);
	assert_non_null(strstr(err.text, "etc/jefelinux/policy.yaml"));
}

/* Linux accepts redirects again when net.ipv4.ip_forward becomes 0 (inet_forward_change), and controls act in their order. */
static void redirects_come_after_forwarding(void **state)
{
	bool forwarding = false;
	size_t redirects = 0;

	(void)state;
	for (size_t i = 0; controls[i]; i++) {
		const char *target =
			controls[i]->kind == &kind_sysctl ? controls[i]->target : "";

		forwarding |= strstr(target, "net.ipv4.ip_forward") != NULL;
		if (!strstr(target, "net.ipv4.conf.all.accept_redirects"))
			continue;
		redirects++;
		assert_true(forwarding);
	}
	assert_int_equal(redirects, 1);
}

/* README.md says how many there are. */
static void there_are_as_many_as_the_readme_says(void **state)
{
	size_t count = 0;

	(void)state;
	while (controls[count])
		count++;
	assert_in_range(count, 300, 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_are_as_many_as_the_readme_says),
		cmocka_unit_test(every_control_is_complete),
		cmocka_unit_test(every_control_has_one_entry_level),
		cmocka_unit_test(names_in_the_catalogue_exist),
		cmocka_unit_test(what_a_control_names_can_be_there_with_it),
		cmocka_unit_test(every_role_switches_something),
		cmocka_unit_test(every_layer_has_controls_at_baseline),
		cmocka_unit_test(redirects_come_after_forwarding),
		cmocka_unit_test(levels_are_cumulative),
		cmocka_unit_test(operators_settings_win),
		cmocka_unit_test(roles_change_values),
		cmocka_unit_test(a_lowered_level_says_what_it_drops),
		cmocka_unit_test(a_bad_policy_is_told_before_anything_is_written),
		cmocka_unit_test(roles_and_settings_that_exclude_each_other_are_told),
		cmocka_unit_test(conflicts_are_told),
		cmocka_unit_test(facts_that_are_known_count),
		cmocka_unit_test(all_levels_pass_their_own_check),
		cmocka_unit_test_setup_teardown(
			the_kept_policy_comes_back, tree_make, tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
