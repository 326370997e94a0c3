/* What audit and harden have in common: a system, and the policy it is held against. */
#include "installer/cli/hardening.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/cli/cli.h"
#include "installer/distro/distro.h"

enum { FOR_AUDIT = 1, FOR_HARDEN = 2, FOR_BOTH = FOR_AUDIT | FOR_HARDEN };

// clang-format off
static const struct {
	const char *name;
	int has_argument;
	unsigned commands;
	size_t offset; /* into the options: const char *, struct words (repeated) or bool */
	bool repeated;
} rows[] = {
#define AT(member) offsetof(struct hardening_options, member)
	{"root", required_argument, FOR_BOTH, AT(root), false},
	{"level", required_argument, FOR_BOTH, AT(level), false},
	{"role", required_argument, FOR_BOTH, AT(roles), true},
	{"ssh", required_argument, FOR_BOTH, AT(ssh), false},
	{"no-role", required_argument, FOR_BOTH, AT(no_roles), true},
	{"set", required_argument, FOR_BOTH, AT(settings), true},
	{"control", required_argument, FOR_AUDIT, AT(control), false},
	{"json", no_argument, FOR_AUDIT, AT(json), false},
	{"sarif", no_argument, FOR_AUDIT, AT(sarif), false},
	{"thorough", no_argument, FOR_AUDIT, AT(thorough), false},
	{"waive", required_argument, FOR_HARDEN, AT(waive), true},
	{"reason", required_argument, FOR_HARDEN, AT(reasons), true},
	{"expires", required_argument, FOR_HARDEN, AT(expires), true},
	{"unwaive", required_argument, FOR_HARDEN, AT(unwaive), true},
	{"accept-edits", required_argument, FOR_HARDEN, AT(accept_edits), false},
	{"undo", no_argument, FOR_HARDEN, AT(undo), false},
	{"plan", no_argument, FOR_HARDEN, AT(plan), false},
	{"confirm", no_argument, FOR_HARDEN, AT(confirm), false},
	{"confirm-within", required_argument, FOR_HARDEN, AT(confirm_within), false},
#undef AT
};
// clang-format on

static void take_option(struct hardening_options *options, size_t row)
{
	void *at = (char *)options + rows[row].offset;

	if (rows[row].has_argument == no_argument)
		*(bool *)at = true;
	else if (rows[row].repeated)
		words_add((struct words *)at, optarg);
	else
		*(const char **)at = optarg;
}

/* One reason and one day are for all that are waived; otherwise each has its own, in the same order. */
static const char *word_for(const struct words *words, size_t waived)
{
	size_t at = words->count == 1 ? 0 : waived;

	return at < words->count ? words->items[at] : NULL;
}

static int check_waivers(const char *command, const struct hardening_options *options)
{
	size_t reasons = options->reasons.count, days = options->expires.count;

	for (size_t i = 0; i < options->waive.count; i++) {
		const char *id = options->waive.items[i];

		if (!word_for(&options->reasons, i))
			return cli_usage(
				command, "--waive %s: a waiver needs a --reason", id);
		if (!word_for(&options->expires, i))
			return cli_usage(command,
				"--waive %s: a waiver needs a last day: --expires 2027-06-30",
				id);
	}
	if (!options->waive.count && (reasons || days))
		return cli_usage(command, "--reason and --expires belong to --waive");
	if ((reasons > 1 && reasons != options->waive.count) ||
		(days > 1 && days != options->waive.count))
		return cli_usage(command,
			"one --reason and one --expires for all --waive, or one for each");
	return 0;
}

/* What the options demand of each other. */
static int check_options(const char *command, const struct hardening_options *options)
{
	uint64_t seconds;

	if (options->json && options->sarif)
		return cli_usage(command, "one of --json and --sarif");
	if (options->undo && (options->level || options->roles.count ||
				     options->no_roles.count || options->settings.count ||
				     options->waive.count || options->unwaive.count))
		return cli_usage(command, "--undo takes back a change; it makes none");
	if (options->accept_edits && !text_equal(options->accept_edits, "keep") &&
		!text_equal(options->accept_edits, "replace"))
		return cli_usage(command, "--accept-edits %s: keep or replace is wanted",
			options->accept_edits);
	if (options->confirm_within &&
		text_to_u64(options->confirm_within, 0, 3600, &seconds) < 0)
		return cli_usage(command,
			"--confirm-within %s: seconds, at most 3600; 0 asks for no confirmation",
			options->confirm_within);
	return check_waivers(command, options);
}

int hardening_options_read(int argc, char **argv, struct hardening_options *options)
{
	unsigned command = text_equal(argv[0], "audit") ? FOR_AUDIT : FOR_HARDEN;
	struct option known[LENGTH(rows) + 1] = {0};
	size_t count = 0;
	int option;

	options->root = "/";
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (rows[i].commands & command)
			known[count++] = (struct option){
				rows[i].name, rows[i].has_argument, NULL, (int)i + 1};
	opterr = 0;
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == '?')
			return cli_usage(argv[0], "unknown option or missing value: %s",
				argv[optind - 1]);
		take_option(options, (size_t)option - 1);
	}
	if (optind < argc)
		return cli_usage(argv[0], "takes only options, not \"%s\"", argv[optind]);
	return check_options(argv[0], options);
}

void hardening_options_free(struct hardening_options *options)
{
	words_free(&options->roles);
	words_free(&options->no_roles);
	words_free(&options->settings);
	words_free(&options->reasons);
	words_free(&options->expires);
	words_free(&options->waive);
	words_free(&options->unwaive);
}

static int take_setting(struct answers *answers, const char *setting, struct error *err)
{
	const char *equals = strchr(setting, '=');
	autofree char *path = NULL;

	if (!equals || equals == setting || !equals[1])
		return error_set(err, -EINVAL,
			"--set %s: CONTROL=on, off, default or a value is wanted",
			setting);
	path = memory_format("hardening.controls.%.*s", (int)(equals - setting), setting);
	return answers_set(answers, path,
		text_equal(equals + 1, "default") ? NULL : equals + 1, err);
}

static int take_roles(struct answers *answers, const struct hardening_options *options,
	struct error *err)
{
	autofree char *old = answers_get(answers, "hardening.roles");
	autowords struct words words = {0};
	autotext struct text all = {0};

	words_split(&words, old ? old : "", " ");
	for (size_t i = 0; i < options->no_roles.count; i++)
		if (!words_contain(&words, options->no_roles.items[i]))
			return error_set(err, -EINVAL,
				"--no-role %s: this system has no such role",
				options->no_roles.items[i]);
	for (size_t i = 0; i < options->roles.count; i++)
		if (!words_contain(&words, options->roles.items[i]))
			words_add(&words, options->roles.items[i]);
	for (size_t i = 0; i < words.count; i++)
		if (!words_contain(&options->no_roles, words.items[i]))
			text_addf(&all, "%s%s", all.size ? " " : "", words.items[i]);
	return answers_set(answers, "hardening.roles", text_string(&all), err);
}

static int take_waivers(struct answers *answers, const struct hardening_options *options,
	struct error *err)
{
	int rc = 0;

	for (size_t i = 0; i < options->unwaive.count && rc == 0; i++) {
		autofree char *path =
			memory_format("hardening.waivers.%s", options->unwaive.items[i]);
		autofree char *old = answers_get(answers, path);

		rc = old ? answers_set(answers, path, NULL, err)
			 : error_set(err, -ENOENT,
				   "--unwaive %s: there is no waiver for it",
				   options->unwaive.items[i]);
	}
	for (size_t i = 0; i < options->waive.count && rc == 0; i++) {
		const char *id = options->waive.items[i];

		rc = policy_waive(answers, id, word_for(&options->expires, i),
			word_for(&options->reasons, i), err);
		if (rc < 0)
			return error_prefix(err, "--waive %s", id);
	}
	return rc;
}

static int take_options(struct answers *answers, const struct hardening_options *options,
	struct error *err)
{
	int rc = options->level
			 ? answers_set(answers, "hardening.level", options->level, err)
			 : 0;

	if (rc == 0 && options->ssh)
		rc = answers_set(answers, "hardening.ssh", options->ssh, err);
	if (rc == 0 && (options->roles.count || options->no_roles.count))
		rc = take_roles(answers, options, err);
	for (size_t i = 0; i < options->settings.count && rc == 0; i++)
		rc = take_setting(answers, options->settings.items[i], err);
	return rc < 0 ? rc : take_waivers(answers, options, err);
}

static int load_policy(struct hardening *hardening, struct error *err)
{
	int root = hardening->scope.root_fd;
	int rc = policy_load(root, &hardening->answers, err);

	hardening->has_policy = rc == 0;
	if (rc == 0)
		rc = policy_load(root, &hardening->kept_answers, err);
	if (rc == -ENOENT) {
		hardening->answers = answers_new();
		hardening->kept_answers = answers_new();
		rc = 0;
	}
	if (rc == 0)
		hardening->kept = policy_of(hardening->kept_answers);
	return rc;
}

int hardening_open(const struct hardening_options *options, struct hardening *hardening,
	struct error *err)
{
	int rc;

	*hardening = (struct hardening){.scope.running = strcmp(options->root, "/") == 0};
	hardening->scope.edits = text_equal(options->accept_edits, "keep") ? EDITS_KEEP
				 : options->accept_edits                   ? EDITS_REPLACE
									   : EDITS_REFUSE;
	hardening->scope.thorough = options->thorough;
	hardening->scope.root_fd = file_open_root(options->root, err);
	if (hardening->scope.root_fd < 0)
		return hardening->scope.root_fd;
	rc = distro_detect(hardening->scope.root_fd, &hardening->scope.distro, err);
	if (rc < 0)
		return rc;
	rc = load_policy(hardening, err);
	if (rc < 0)
		return rc;
	rc = take_options(hardening->answers, options, err);
	hardening->level_chosen = options->level != NULL;
	hardening->policy = policy_of(hardening->answers);
	hardening->policy.before = hardening->has_policy ? &hardening->kept : NULL;
	return rc;
}

void hardening_close(struct hardening *hardening)
{
	answers_free(hardening->answers);
	answers_free(hardening->kept_answers);
	if (hardening->scope.root_fd > 0)
		(void)close(hardening->scope.root_fd);
}

bool hardening_check(const char *command, const struct hardening *hardening)
{
	autoproblems struct problems problems = {0};

	controls_check(&hardening->policy, &problems);
	for (size_t i = 0; i < problems.count; i++)
		(void)fprintf(stderr, "jefe-setup %s: %s: %s: %s\n", command,
			severity_names[problems.items[i].severity], problems.items[i].key,
			problems.items[i].text);
	return !problems_have_errors(&problems);
}
