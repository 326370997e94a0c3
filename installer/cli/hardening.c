/* What audit and harden have in common: a system, and the policy it is held against. */
#include "installer/cli/hardening.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/distro/distro.h"

// clang-format off
static const struct option long_options[] = {
	{"root", required_argument, NULL, 'r'},
	{"level", required_argument, NULL, 'l'},
	{"set", required_argument, NULL, 's'},
	{"role", required_argument, NULL, 'o'},
	{"json", no_argument, NULL, 'j'},
	{"plan", no_argument, NULL, 'p'},
	{0},
};
// clang-format on

bool hardening_options_read(int argc, char **argv, struct hardening_options *options)
{
	int option;

	options->root = "/";
	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (option == 'r')
			options->root = optarg;
		else if (option == 'l')
			options->level = optarg;
		else if (option == 's')
			words_add(&options->settings, optarg);
		else if (option == 'o')
			words_add(&options->roles, optarg);
		else if (option == 'j')
			options->json = true;
		else if (option == 'p')
			options->plan = true;
		else
			return false;
	}
	return optind == argc;
}

void hardening_options_free(struct hardening_options *options)
{
	words_free(&options->roles);
	words_free(&options->settings);
}

static int take_setting(struct answers *answers, const char *setting, struct error *err)
{
	const char *equals = strchr(setting, '=');
	autofree char *path = NULL;

	if (!equals)
		return error_set(err, -EINVAL,
			"--set %s: CONTROL=on, CONTROL=off or CONTROL=VALUE is wanted",
			setting);
	path = memory_format("hardening.controls.%.*s", (int)(equals - setting), setting);
	return answers_set(answers, path, equals + 1, err);
}

static int take_roles(
	struct answers *answers, const struct words *roles, struct error *err)
{
	autofree char *old = answers_get(answers, "hardening.roles");
	autotext struct text all = {0};

	text_add(&all, old ? old : "");
	for (size_t i = 0; i < roles->count; i++)
		text_addf(&all, "%s%s", all.size ? " " : "", roles->items[i]);
	return answers_set(answers, "hardening.roles", text_string(&all), err);
}

static int take_options(struct answers *answers, const struct hardening_options *options,
	struct error *err)
{
	int rc = options->level
			 ? answers_set(answers, "hardening.level", options->level, err)
			 : 0;

	if (rc == 0 && options->roles.count)
		rc = take_roles(answers, &options->roles, err);
	for (size_t i = 0; i < options->settings.count && rc == 0; i++)
		rc = take_setting(answers, options->settings.items[i], err);
	return rc;
}

int hardening_open(const struct hardening_options *options, struct hardening *hardening,
	struct error *err)
{
	int rc;

	*hardening = (struct hardening){.scope.running = strcmp(options->root, "/") == 0};
	hardening->scope.root_fd = file_open_root(options->root, err);
	if (hardening->scope.root_fd < 0)
		return hardening->scope.root_fd;
	rc = distro_detect(hardening->scope.root_fd, &hardening->scope.distro, err);
	if (rc < 0)
		return rc;
	rc = policy_load(hardening->scope.root_fd, &hardening->answers, err);
	hardening->has_policy = rc == 0;
	if (rc == -ENOENT)
		hardening->answers = answers_new();
	else if (rc < 0)
		return rc;
	rc = take_options(hardening->answers, options, err);
	hardening->policy = policy_of(hardening->answers);
	return rc;
}

void hardening_close(struct hardening *hardening)
{
	answers_free(hardening->answers);
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
