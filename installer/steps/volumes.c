/* What lies in the partitions: LUKS2, file systems, and mounting them. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/journal.h"
#include "installer/run.h"
#include "installer/steps/steps.h"

static const char luks_label[] = "jefe-luks";

/* What holds the root file system, or the logical volumes. */
static char *container_device(const struct disk_layout *layout)
{
	return layout->encrypted ? memory_copy_text("/dev/mapper/" TARGET_MAPPING)
				 : layout_device(layout, PART_ROOT);
}

char *run_group_uuid(const struct disk_layout *layout)
{
	autofree char *device = container_device(layout);

	return layout->has_volumes ? lvm_uuid(device, VOLUME_GROUP) : NULL;
}

char *run_volume_device(const struct disk_layout *layout, size_t volume)
{
	const struct volume *row = &layout_volumes[volume];

	if (row->part != PART_ROOT)
		return layout_device(layout, row->part);
	return layout->has_volumes ? volume_device(row) : container_device(layout);
}

bool run_has_volume(const struct disk_layout *layout, size_t volume)
{
	autofree char *device = run_volume_device(layout, volume);

	if (!layout->keeps || layout_volumes[volume].part != PART_ROOT)
		return layout->volume_bytes[volume];
	return layout->has_volumes ? access(device, F_OK) == 0 : volume == VOLUME_ROOT;
}

static void encrypt_describe(const struct recipe *recipe, struct text *to)
{
	const struct disk_layout *layout = &recipe->layout;
	autofree char *device = layout_device(layout, PART_ROOT);
	autofree char *memory = text_human_size(layout->kdf_memory_bytes);

	text_addf(to, "%s: LUKS2 \"%s\", aes-xts-plain64 with a 512-bit key\n", device,
		luks_label);
	text_addf(to, "key slots by argon2id with %s%llu bytes (%s) of memory, ",
		layout->kdf_iterations ? "" : "at most ",
		(unsigned long long)layout->kdf_memory_bytes, memory);
	if (layout->kdf_iterations)
		text_addf(to, "%u passes", layout->kdf_iterations);
	else
		text_addf(to, "measured so that unlocking takes about %u s",
			layout->kdf_seconds);
	text_addf(to, ", %u threads\n", layout->kdf_threads);
	text_addf(to, "key slots: passphrase%s%s\n",
		layout->recovery_slot ? ", recovery key" : "",
		layout->us_slot ? ", passphrase as typed on a US keyboard" : "");
	if (recipe->answers->disk.discard)
		text_add(to, "the disk is told which blocks are free\n");
	text_addf(to, "open as /dev/mapper/%s\n", TARGET_MAPPING);
}

static int close_mapping(void *argument, struct error *err)
{
	(void)argument;
	return luks_close(TARGET_MAPPING, err);
}

static void push_mapping(struct run *run)
{
	releases_push(run->releases, "closing the encrypted volume", close_mapping, NULL);
}

int run_open_mapping(const struct recipe *recipe, struct run *run, struct error *err)
{
	autofree char *device = layout_device(&recipe->layout, PART_ROOT);
	int rc = luks_open(device, TARGET_MAPPING, run->secrets->passphrase, err);

	if (rc == 0)
		push_mapping(run);
	return rc;
}

/* A recovery key made anew does not open what is there: it must be encrypted again, or the key on paper would be worth nothing. */
static bool takes_other_keys(const char *device, const struct secrets *secrets)
{
	const struct secret *const others[] = {
		secrets->recovery_key, secrets->us_passphrase};

	for (size_t i = 0; i < LENGTH(others); i++)
		if (others[i] && luks_open(device, NULL, others[i], NULL) < 0)
			return false;
	return true;
}

/* Proven by opening it; it stays open for the steps that follow. */
static int encrypt_check(const struct recipe *recipe, struct run *run, struct error *err)
{
	autofree char *device = layout_device(&recipe->layout, PART_ROOT);
	autofree char *uuid = luks_uuid(device);
	int rc;

	disk_unclaim(run);
	if (!uuid || !takes_other_keys(device, run->secrets))
		return 0;
	rc = run_open_mapping(recipe, run, err);
	if (rc == -EPERM)
		return error_prefix(err,
			"resuming: this is not the passphrase of the unfinished installation");
	return rc < 0 ? rc : 1;
}

static int encrypt_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	const struct disk_layout *layout = &recipe->layout;
	autofree char *device = layout_device(layout, PART_ROOT);
	const struct luks_spec spec = {.device = device,
		.label = luks_label,
		.kdf_memory_bytes = layout->kdf_memory_bytes,
		.kdf_iterations = layout->kdf_iterations,
		.kdf_seconds = layout->kdf_seconds,
		.kdf_threads = layout->kdf_threads,
		.allow_discards = recipe->answers->disk.discard,
		.open_as = TARGET_MAPPING};
	const struct secret *const keys[LUKS_SLOTS] = {
		[LUKS_PASSPHRASE] = run->secrets->passphrase,
		[LUKS_RECOVERY_KEY] = run->secrets->recovery_key,
		[LUKS_US_PASSPHRASE] = run->secrets->us_passphrase};
	int rc;

	disk_unclaim(run);
	rc = luks_format(&spec, keys, err);
	if (rc == 0)
		push_mapping(run);
	return rc;
}

const struct step_ops step_encrypt = {.id = "encrypt",
	.describe = encrypt_describe,
	.check = encrypt_check,
	.run = encrypt_run};

/* The logical volumes of the plan; returns how many. */
static size_t planned_volumes(
	const struct disk_layout *layout, struct lvm_volume volumes[VOLUMES])
{
	size_t count = 0;

	for (size_t i = 0; i < VOLUMES; i++)
		if (layout_volumes[i].part == PART_ROOT && layout->volume_bytes[i])
			volumes[count++] = (struct lvm_volume){
				layout_volumes[i].name, layout->volume_bytes[i]};
	return count;
}

static void volumes_describe(const struct recipe *recipe, struct text *to)
{
	autofree char *device = container_device(&recipe->layout);
	struct lvm_volume volumes[VOLUMES];
	size_t count = planned_volumes(&recipe->layout, volumes);

	text_addf(to, "%s: physical volume of the group \"" VOLUME_GROUP "\"\n", device);
	for (size_t i = 0; i < count; i++) {
		autofree char *size = text_human_size(volumes[i].size_bytes);

		text_addf(to, "logical volume \"%s\", %llu bytes (%s)\n", volumes[i].name,
			(unsigned long long)volumes[i].size_bytes, size);
	}
}

static int close_volumes(void *argument, struct error *err)
{
	autofree char *device = argument;

	return lvm_close(device, VOLUME_GROUP, err);
}

static void push_volumes(struct run *run, const char *device)
{
	releases_push(run->releases, "closing the logical volumes", close_volumes,
		memory_copy_text(device));
}

int run_open_group(const struct recipe *recipe, struct run *run, struct error *err)
{
	autofree char *device = container_device(&recipe->layout);
	int rc = lvm_open(device, VOLUME_GROUP, err);

	if (rc == 0)
		push_volumes(run, device);
	return rc;
}

static int volumes_check(const struct recipe *recipe, struct run *run, struct error *err)
{
	autofree char *device = container_device(&recipe->layout);
	struct lvm_volume volumes[VOLUMES];
	size_t count = planned_volumes(&recipe->layout, volumes);
	int rc;

	disk_unclaim(run);
	if (!lvm_has(device, VOLUME_GROUP, volumes, count))
		return 0;
	rc = run_open_group(recipe, run, err);
	return rc < 0 ? rc : 1;
}

/* What an installation that was broken off made there is no reason to stop. */
static int volumes_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	autofree char *device = container_device(&recipe->layout);
	struct lvm_volume volumes[VOLUMES];
	size_t count = planned_volumes(&recipe->layout, volumes);
	int rc;

	disk_unclaim(run);
	rc = storage_wipe_signatures(device, err);
	if (rc == 0)
		rc = lvm_make(device, VOLUME_GROUP, volumes, count, err);
	if (rc == 0)
		push_volumes(run, device);
	return rc;
}

const struct step_ops step_volumes = {.id = "volumes",
	.describe = volumes_describe,
	.check = volumes_check,
	.run = volumes_run};

static void describe_volume(
	const struct disk_layout *layout, size_t volume, struct text *to)
{
	autofree char *device = run_volume_device(layout, volume);
	const char *if_any = layout->volume_bytes[volume] ? "" : ", when there is one";

	switch (layout_fate(layout, volume)) {
	case FATE_FORMATTED:
		text_addf(to, "%s: %s \"%s\"%s\n", device,
			fs_type_names[layout_volumes[volume].type],
			layout_volumes[volume].label, if_any);
		break;
	case FATE_EMPTIED:
		text_addf(to, "%s: remove everything but /home and /srv\n", device);
		break;
	case FATE_STAYS:
		if (layout->keeps && volume != VOLUME_ESP)
			text_addf(to, "%s: stays as it is%s\n", device, if_any);
		break;
	}
}

static void format_describe(const struct recipe *recipe, struct text *to)
{
	const struct disk_layout *layout = &recipe->layout;

	for (size_t i = 0; i < VOLUMES; i++) {
		if (layout->volume_bytes[i] || (layout->keeps && layout->has_volumes))
			describe_volume(layout, i, to);
	}
	if (layout->disks[1]) {
		autofree char *twin = layout_partition_on(layout, 1, PART_ESP);

		text_addf(to, "%s: vfat with the same label and UUID\n", twin);
	}
}

int run_make_mount_point(const char *dir, struct error *err)
{
	autoclose int root = file_open_root("/", err);

	return root < 0 ? root : file_make_dirs(root, dir, 0755, err);
}

/* The EFI partition of the second disk, which is for the firmware alone. */
static bool has_twin(const struct disk_layout *layout)
{
	autofree char *first = layout_partition_on(layout, 0, PART_ESP);
	autofree char *twin = layout_partition_on(layout, 1, PART_ESP);
	autofree char *uuid = fs_uuid(first);
	autofree char *same = fs_uuid(twin);

	return same && text_equal(same, uuid);
}

static bool all_formatted(const struct disk_layout *layout)
{
	if (layout->disks[1] && !has_twin(layout))
		return false;
	for (size_t i = 0; i < VOLUMES; i++) {
		autofree char *device = run_volume_device(layout, i);
		autofree char *type = fs_type(device);

		if (run_has_volume(layout, i) &&
			!text_equal(type, fs_type_names[layout_volumes[i].type]))
			return false;
	}
	return true;
}

/* Only a completely unpacked system is worth keeping: half of one is formatted over. */
static int format_check(const struct recipe *recipe, struct run *run, struct error *err)
{
	autofree char *root = run_volume_device(&recipe->layout, VOLUME_ROOT);
	autoclose int target = -1;
	int done;

	disk_unclaim(run);
	if (!all_formatted(&recipe->layout))
		return 0;
	if (run_make_mount_point(run->target, err) < 0)
		return error_prefix(err, "looking at %s", root);
	if (fs_mount(root, run->target, "ext4", "ro,nosuid,nodev", err) < 0)
		return 0;
	target = file_open_root(run->target, NULL);
	done = target >= 0 && payload_unpacked(target, run);
	if (target >= 0)
		(void)close(target);
	target = -1;
	return fs_unmount(run->target, err) < 0 ? error_prefix(err, "looking at %s", root)
						: done;
}

static int make_twin(const struct disk_layout *layout, struct error *err)
{
	autofree char *first = layout_partition_on(layout, 0, PART_ESP);
	autofree char *twin = layout_partition_on(layout, 1, PART_ESP);

	return fs_format_twin(twin, first, layout_volumes[VOLUME_ESP].label, err);
}

static int format_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	const struct disk_layout *layout = &recipe->layout;
	int rc = 0;

	disk_unclaim(run);
	for (size_t i = 0; rc == 0 && i < VOLUMES; i++) {
		autofree char *device = run_volume_device(layout, i);
		enum fate fate = layout_fate(layout, i);

		if (fate == FATE_STAYS || !run_has_volume(layout, i))
			continue;
		rc = fate == FATE_EMPTIED ? keep_empty(device, run, err)
					  : fs_format(device, layout_volumes[i].type,
						    layout_volumes[i].label, err);
	}
	return rc == 0 && layout->disks[1] ? make_twin(layout, err) : rc;
}

const struct step_ops step_format = {.id = "format",
	.describe = format_describe,
	.check = format_check,
	.run = format_run};

static bool is_mounted(const struct disk_layout *layout, size_t volume)
{
	return run_has_volume(layout, volume) && layout_volumes[volume].point;
}

static void mount_describe(const struct recipe *recipe, struct text *to)
{
	for (size_t i = 0; i < VOLUMES; i++) {
		autofree char *device = run_volume_device(&recipe->layout, i);

		if (recipe->layout.volume_bytes[i] && layout_volumes[i].point)
			text_addf(to, "%s on %s/target%s\n", device, "/run/jefe",
				volume_below(&layout_volumes[i]));
	}
}

static int unmount(void *argument, struct error *err)
{
	autofree char *dir = argument;

	return fs_unmount(dir, err);
}

int run_mount(struct run *run, const char *device, const char *dir, const char *type,
	const char *options, struct error *err)
{
	int rc = fs_mount(device, dir, type, options, err);

	if (rc == 0)
		releases_push(run->releases, "unmounting the new system", unmount,
			memory_copy_text(dir));
	return rc;
}

static int close_target(void *argument, struct error *err)
{
	struct run *run = argument;

	(void)err;
	(void)close(run->target_fd);
	run->target_fd = -1;
	return 0;
}

static int mount_volume(const struct disk_layout *layout, size_t volume, struct run *run,
	struct error *err)
{
	const struct volume *row = &layout_volumes[volume];
	autofree char *device = run_volume_device(layout, volume);
	autofree char *dir = memory_format("%s%s", run->target, volume_below(row));
	int rc = run_make_mount_point(dir, err);

	if (rc == 0)
		rc = run_mount(run, device, dir, fs_type_names[row->type],
			row->while_installing, err);
	return rc;
}

static int mount_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	for (size_t i = 0; i < VOLUMES; i++) {
		int rc = is_mounted(&recipe->layout, i)
				 ? mount_volume(&recipe->layout, i, run, err)
				 : 0;

		if (rc < 0)
			return rc;
	}
	run->target_fd = file_open_root(run->target, err);
	if (run->target_fd < 0)
		return run->target_fd;
	releases_push(run->releases, "leaving the new system", close_target, run);
	return 0;
}

const struct step_ops step_mount = {
	.id = "mount", .describe = mount_describe, .run = mount_run};
