/* walk: runs the steps of a real plan as far as a machine without device-mapper and vfat can, with trouble at a chosen place.
 *
 *   walk DIR none|fail|stop|hold PLACE [resume]
 *
 * DIR holds answers.yaml, payload/, keys/ and receives target/. PLACE is the number of steps before the trouble: `fail` inserts a
 * step that fails, `stop` one that is told to stop (as SIGTERM does), `hold` one that mounts the disk. Prints event lines; exit status 0, 1 when
 * the run failed, 3 when it still held something. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/cli/inputs.h"
#include "installer/run.h"
#include "installer/steps/steps.h"

static volatile int stop;

static int fail(const struct recipe *recipe, struct run *run, struct error *err)
{
	(void)recipe;
	(void)run;
	return error_set(err, -EIO, "trouble");
}

static int be_stopped(const struct recipe *recipe, struct run *run, struct error *err)
{
	(void)recipe;
	(void)run;
	(void)err;
	stop = 1;
	return 0;
}

static int unmount(void *argument, struct error *err)
{
	autofree char *dir = argument;

	return fs_unmount(dir, err);
}

static int mount_one(
	const char *device, struct run *run, const char *below, struct error *err)
{
	autoclose int root = file_open_root("/", err);
	autofree char *dir = memory_format("%s%s", run->target, below);
	int rc = root < 0 ? root : file_make_dirs(root, dir, 0755, err);

	if (rc == 0)
		rc = fs_mount(device, dir, "ext4", "noatime", err);
	if (rc == 0)
		releases_push(
			run->releases, "unmounting", unmount, memory_copy_text(dir));
	return rc;
}

static int hold(const struct recipe *recipe, struct run *run, struct error *err)
{
	return mount_one(recipe->disk->path, run, "-held", err);
}

static int leave_target(void *argument, struct error *err)
{
	struct run *run = argument;

	(void)err;
	(void)close(run->target_fd);
	run->target_fd = -1;
	return 0;
}

/* As the real one, without the ESP: the kernel of a test machine may lack vfat. */
static int mount_ext4(const struct recipe *recipe, struct run *run, struct error *err)
{
	autofree char *root = run_volume_device(&recipe->layout, VOLUME_ROOT);
	autofree char *boot = run_volume_device(&recipe->layout, VOLUME_BOOT);
	int rc = mount_one(root, run, "", err);

	if (rc == 0)
		rc = mount_one(boot, run, "/boot", err);
	if (rc < 0)
		return rc;
	run->target_fd = file_open_root(run->target, err);
	if (run->target_fd < 0)
		return run->target_fd;
	releases_push(run->releases, "leaving the target", leave_target, run);
	return 0;
}

static void describe(const struct recipe *recipe, struct text *to)
{
	text_addf(to, "test on %s\n", recipe->disk->path);
}

static const struct step_ops ops_fail = {.id = "fail", .describe = describe, .run = fail};
static const struct step_ops ops_stop = {
	.id = "stop", .describe = describe, .run = be_stopped};
static const struct step_ops ops_hold = {.id = "hold", .describe = describe, .run = hold};
static const struct step_ops ops_mount = {
	.id = "mount", .describe = describe, .run = mount_ext4};

static bool runs_here(const struct step_ops *ops)
{
	return ops != &step_controls && ops != &step_initramfs && ops != &step_loader;
}

static struct step *add(struct plan *plan, const struct step_ops *ops, bool writes)
{
	plan->steps = memory_resize(plan->steps, plan->count + 1, sizeof(*plan->steps));
	plan->steps[plan->count] = (struct step){.ops = ops,
		.title = memory_copy_text(ops->id),
		.weight = 1,
		.writes = writes};
	return &plan->steps[plan->count++];
}

/* The steps of from that run here, with the trouble behind the first place of them. */
static struct plan *troubled(
	const struct plan *from, const struct step_ops *trouble, size_t place)
{
	struct plan *plan = memory_zero(1, sizeof(*plan));

	plan->recipe = from->recipe;
	memcpy(plan->id, from->id, sizeof(plan->id));
	for (size_t i = 0; i < from->count; i++) {
		const struct step_ops *ops = from->steps[i].ops;

		if (!runs_here(ops))
			continue;
		if (trouble && plan->count == place)
			(void)add(plan, trouble, false);
		(void)add(plan, ops == &step_mount ? &ops_mount : ops,
			from->steps[i].writes);
	}
	if (trouble && plan->count == place)
		(void)add(plan, trouble, false);
	return plan;
}

static const struct step_ops *trouble_named(const char *name)
{
	static const struct step_ops *const troubles[] = {
		&ops_fail, &ops_stop, &ops_hold, NULL};
	size_t i = 0;

	while (troubles[i] && strcmp(troubles[i]->id, name) != 0)
		i++;
	return troubles[i];
}

static int die(const struct error *err)
{
	(void)fprintf(stderr, "walk: %s\n", err->text);
	return 2;
}

static int walk(const char *dir, const struct plan *plan, const struct secrets *secrets,
	bool resume)
{
	autofree char *payload = memory_format("%s/payload", dir),
		      *keys = memory_format("%s/keys", dir);
	autofree char *target = memory_format("%s/target", dir);
	struct run run = {
		.plan = plan,
		.secrets = secrets,
		.events = events_new(),
		.releases = releases_new(),
		.payload_dir = payload,
		.keys_dir = keys,
		.target = target,
		.disk_fds = {-1, -1},
		.target_fd = -1,
		.resume = resume,
		.stop = &stop
        };
	struct error err = {0};
	int rc;

	events_add_fd(run.events, STDOUT_FILENO);
	rc = run_plan(&run, &err);
	events_free(run.events);
	releases_free(run.releases);
	if (run.disk_fds[0] >= 0 || run.disk_fds[1] >= 0 || run.target_fd >= 0)
		return 3;
	return rc < 0;
}

int main(int argc, char **argv)
{
	autoinputs struct inputs inputs = {0};
	autosecrets struct secrets secrets = {0};
	struct error err = {0};
	autofree char *answers =
		memory_format("%s/answers.yaml", argc > 3 ? argv[1] : ".");
	struct plan *plan, *troubled_plan;
	uint64_t place = 0;
	int code;

	if (argc < 4 || text_to_u64(argv[3], 0, 99, &place) < 0)
		return 2;
	if (machine_probe_with_loops(&inputs.machine, &err) < 0 ||
		answers_read_file(answers, &inputs.answers, &inputs.problems, &err) < 0 ||
		secrets_read(inputs.answers, NULL, &secrets, &err) < 0)
		return die(&err);
	plan = plan_make(inputs.answers, inputs.machine, &inputs.problems);
	inputs_print_problems(&inputs, answers);
	if (!plan)
		return 2;
	troubled_plan = troubled(plan, trouble_named(argv[2]), place);
	code = walk(argv[1], troubled_plan, &secrets, argc > 4);
	plan_free(troubled_plan);
	plan_free(plan);
	return code;
}
