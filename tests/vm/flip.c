/* Break everything that the audit calls right, one control after the other, and see that it notices.
 *
 *	flip [ROOT [PREFIX]]   on a system that was hardened (its policy is read); default: the running one, and all its controls
 *
 * A control is broken on its disk, and in the kernel of the running system where that can be done and undone; each time the audit
 * must say fail or drift. Everything is put back. Prints a line for each that was not noticed and a last line of counts; the exit
 * code is 0 when all were, and all were broken but those that only time, a container or another computer breaks. */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/vm/flip.h"

/* What would take a day, or a running container. */
static bool break_never(
	struct flip *flip, const struct control *control, const char *value)
{
	(void)flip;
	(void)control;
	(void)value;
	return false;
}

static const struct {
	const struct control_kind *kind;
	breaker *disk, *kernel;
} breakers[] = {
	{&kind_sysctl,     break_sysctl,     break_running_sysctl  },
	{&kind_argument,   break_argument,   break_running_argument},
	{&kind_module,     break_lines,      NULL                  },
	{&kind_mount,      break_mount,      break_running_mount   },
	{&kind_file,       break_file,       NULL                  },
	{&kind_mode,       break_mode,       NULL                  },
	{&kind_service,    break_service,    NULL                  },
	{&kind_package,    break_package,    NULL                  },
	{&kind_account,    break_account,    NULL                  },
	{&kind_setting,    break_setting,    NULL                  },
	{&kind_sshd,       break_lines,      NULL                  },
	{&kind_audit_rule, break_lines,      break_running_rule    },
	{&kind_firewall,   break_lines,      break_running_firewall},
	{&kind_listener,   NULL,             break_listener        },
	{&kind_json,       break_json,       NULL                  },
	{&kind_setuid,     break_setuid,     NULL                  },
	{&kind_state,      NULL,             break_state           },
	{&kind_lowered,    break_level,      NULL                  },
	{&kind_age,        break_never,      NULL                  },
	{&kind_preload,    break_lines,      NULL                  },
	{&kind_late,       break_lines,      NULL                  },
	{&kind_hook,       break_hook,       NULL                  },
	{&kind_allocator,  break_allocator,  NULL                  },
	{&kind_scan,       break_scan,       NULL                  },
	{&kind_repository, break_repository, NULL                  },
	{&kind_static,     break_static,     NULL                  },
	{&kind_machine,    break_machine,    NULL                  },
	{&kind_absent,     break_absent,     NULL                  },
	{&kind_apparmor,   break_profile,    break_running_profile },
	{&kind_container,  break_never,      NULL                  },
	{&kind_exposure,   NULL,             break_exposure        },
};

static enum control_status status_now(struct flip *flip, const struct control *control)
{
	struct control_result result = {0};
	struct error err = {0};
	enum control_status status;

	if (control_audit(&flip->scope, &flip->policy, control, &result, &err) < 0) {
		(void)printf("# %s\n", err.text);
		return CONTROL_UNKNOWN;
	}
	status = result.status;
	control_result_clear(&result);
	return status;
}

/* What was put back into a daemon's file is pending until the daemon reads it: as right as before, on the disk. */
static bool is_right(enum control_status status)
{
	return status == CONTROL_PASS || status == CONTROL_PENDING;
}

/* must: where it cannot be broken, that is a failure. */
static void flip_side(struct flip *flip, const struct control *control, breaker *function,
	bool must, const char *side)
{
	autofree char *value = site_wanted(&flip->site, control);
	enum control_status status;

	if (!function(flip, control, value)) {
		(void)printf("# %s: cannot be broken %s\n", control->id, side);
		flip->unbroken +=
			must && function != break_never && function != break_machine;
		put_back(flip);
		return;
	}
	status = status_now(flip, control);
	flip->broken++;
	if (status != CONTROL_FAIL && status != CONTROL_DRIFT) {
		(void)printf("%s: broken %s, and the audit says %s\n", control->id, side,
			control_status_names[status]);
		flip->unnoticed++;
	}
	put_back(flip);
	if (!is_right(status_now(flip, control))) {
		(void)printf("%s: not right again\n", control->id);
		flip->unnoticed++;
	}
}

/* In the kernel or on the disk, of one that is right. */
static void flip_control(struct flip *flip, const struct control *control, bool kernel)
{
	breaker *function;
	size_t i = 0;

	while (i < LENGTH(breakers) && breakers[i].kind != control->kind)
		i++;
	if (i == LENGTH(breakers)) {
		(void)printf("%s: nothing here knows how to break the kind %s\n",
			control->id, control->kind->name);
		flip->unnoticed++;
		return;
	}
	function = kernel ? breakers[i].kernel : breakers[i].disk;
	if (!function)
		return;
	flip_side(flip, control, function, !kernel || !breakers[i].disk,
		kernel ? "in the kernel" : "on the disk");
}

/* What is right, by one audit of all, which takes a moment: another for each control takes minutes. The caller frees it. */
static bool *right_ones(const struct flip *flip, const char *only)
{
	struct control_result *results = NULL;
	size_t count = 0, all = 0;
	struct error err = {0};
	bool *right;

	while (controls[all])
		all++;
	right = memory_zero(all, sizeof(*right));
	if (controls_audit(&flip->scope, &flip->policy, &results, &count, &err) < 0)
		(void)printf("# %s\n", err.text);
	for (size_t i = 0; i < all; i++)
		for (size_t r = 0; r < count; r++)
			if (results[r].control == controls[i])
				right[i] = text_starts(controls[i]->id, only) &&
					   is_right(results[r].status);
	controls_results_free(results, count);
	return right;
}

/* The kernel first: what is found in it while its file is younger than the start may wait for the next one. */
static void flip_all(struct flip *flip, const char *only)
{
	autofree bool *right = right_ones(flip, only), *after = NULL;

	for (unsigned disk = flip->scope.running ? 0 : 1; disk < 2; disk++)
		for (size_t i = 0; controls[i]; i++)
			if (right[i])
				flip_control(flip, controls[i], !disk);
	after = right_ones(flip, only);
	for (size_t i = 0; controls[i]; i++)
		if (right[i] && !after[i]) {
			(void)printf("%s: was right before it all\n", controls[i]->id);
			flip->unnoticed++;
		}
}

static int fail(const struct error *err)
{
	(void)fprintf(stderr, "flip: %s\n", err->text);
	return 2;
}

/* What break_exposure starts: it says when it waits. */
static int listen_for_ever(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || listen(fd, 1) < 0 || write(STDOUT_FILENO, "\n", 1) != 1)
		return 1;
	return pause();
}

int main(int argc, char **argv)
{
	const char *root = argc > 1 ? argv[1] : "/";
	const char *only = argc > 2 ? argv[2] : "";
	struct flip flip = {.scope.running = strcmp(root, "/") == 0};
	struct answers *answers = NULL;
	struct error err = {0};

	if (strcmp(root, "--listen") == 0)
		return listen_for_ever();
	flip.scope.root_fd = file_open_root(root, &err);
	if (flip.scope.root_fd < 0 ||
		distro_detect(flip.scope.root_fd, &flip.scope.distro, &err) < 0 ||
		policy_load(flip.scope.root_fd, &answers, &err) < 0)
		return fail(&err);
	flip.policy = policy_of(answers);
	flip.site = (struct site){.scope = &flip.scope, .policy = &flip.policy};
	if (site_open(&flip.site, &err) < 0)
		return fail(&err);
	flip_all(&flip, only);
	(void)printf("flip: %s: %u breaks, %u not noticed, %u controls not broken\n",
		level_names[flip.policy.level], flip.broken, flip.unnoticed,
		flip.unbroken);
	site_close(&flip.site);
	answers_free(answers);
	return flip.unnoticed || flip.unbroken || !flip.broken ? 1 : 0;
}
