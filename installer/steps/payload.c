/* The payload: verified before anything is written, then unpacked. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "installer/archive.h"
#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/distro/distro.h"
#include "installer/keeper.h"
#include "installer/manifest.h"
#include "installer/run.h"
#include "installer/steps/steps.h"
#include "installer/unlock.h"

#define ROOM_BYTES ((uint64_t)256 << 20) /* for logs and the first upgrade */

static void verify_describe(const struct recipe *recipe, struct text *to)
{
	(void)recipe;
	text_add(to,
		"check the Ed25519 signature of manifest.json against the trusted keys\n");
	text_add(to,
		"check that the archive is complete and that the system fits the root file "
		"system; sizes are known only then\n");
}

static int check_archive(const struct run *run, struct error *err)
{
	autofree char *path =
		memory_format("%s/%s", run->payload_dir, run->manifest->archive);
	struct stat st;

	if (stat(path, &st) < 0)
		return error_errno(err, -errno, "looking at %s", path);
	if ((uint64_t)st.st_size != run->manifest->archive_size)
		return error_set(err, -EBADMSG,
			"%s has %llu bytes, its manifest says %llu; copy it again", path,
			(unsigned long long)st.st_size,
			(unsigned long long)run->manifest->archive_size);
	return 0;
}

uint64_t payload_room(const struct run *run)
{
	uint64_t unpacked = run->manifest->unpacked_size;

	return unpacked < UINT64_MAX / 2 ? unpacked + unpacked / 10 + ROOM_BYTES
					 : UINT64_MAX;
}

static int check_fit(
	const struct recipe *recipe, const struct run *run, struct error *err)
{
	uint64_t has = recipe->layout.volume_bytes[VOLUME_ROOT];
	uint64_t needs = payload_room(run);
	autofree char *has_text = text_human_size(has),
		      *needs_text = text_human_size(needs);

	if (has < needs)
		return error_set(err, -ENOSPC,
			"the system needs %s, the root file system of %s will have %s; use a larger disk or give it more",
			needs_text, recipe->disk->name, has_text);
	return 0;
}

/* The new system must open its disk at each start with this program, as we do now. */
static int check_program(const struct run *run, const char *program, const char *name,
	const char *user, const char *way_out, struct error *err)
{
	autofree char *package = memory_format("%s ", name);
	bool found = false;

	if (!command_exists(AT_FDCWD, program))
		return error_set(err, -ENOENT,
			"%s needs %s, which this live system lacks; install %son it, or leave out %s",
			user, program, package, way_out);
	for (size_t i = 0; i < run->manifest->packages.count; i++)
		found = found || text_starts(run->manifest->packages.items[i], package);
	return found ? 0
		     : error_set(err, -ENOENT,
			       "%s needs the package %sin the payload, which lacks it; leave out %s",
			       user, package, way_out);
}

static int check_machine(const struct run *run, struct error *err)
{
	struct utsname name;

	if (uname(&name) == 0 && strcmp(name.machine, run->manifest->arch) != 0)
		return error_set(err, -ENOEXEC,
			"the payload is for %s, this machine is %s", run->manifest->arch,
			name.machine);
	return 0;
}

static int verify_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	const struct manifest *manifest;
	int rc = manifest_load(run->payload_dir, run->keys_dir, &run->manifest, err);

	if (rc < 0)
		return rc;
	manifest = run->manifest;
	run->distro = distro_named(manifest->base);
	if (!run->distro)
		return error_set(err, -ENOTSUP,
			"the payload is made from \"%s\", which this program does not know",
			manifest->base);
	rc = check_machine(run, err);
	if (rc == 0 && recipe->layout.has_volumes)
		rc = check_program(run, "lvm", run->distro->volumes_package,
			"a group of logical volumes", "the sizes of volumes", err);
	if (rc == 0 && recipe->layout.disks[1])
		rc = check_program(run, "mdadm", run->distro->mirror_package, "a mirror",
			"disk.mirror", err);
	if (rc == 0 && recipe->answers->disk.remote_unlock)
		rc = unlock_possible(AT_FDCWD, err);
	if (rc == 0 && recipe->answers->disk.tpm_unlock)
		rc = keeper_possible(&keepers[KEEPER_TPM], AT_FDCWD, err);
	if (rc == 0 && recipe->answers->disk.fido2_unlock)
		rc = keeper_possible(&keepers[KEEPER_FIDO2], AT_FDCWD, err);
	if (rc == 0)
		rc = check_archive(run, err);
	if (rc == 0)
		rc = check_fit(recipe, run, err);
	if (rc == 0)
		events_note(run->events,
			"JefeLinux %s from %s %s, kernel %s, %zu packages",
			manifest->version, manifest->base, manifest->branch,
			manifest->kernel, manifest->packages.count);
	return rc;
}

const struct step_ops step_verify = {
	.id = "verify", .describe = verify_describe, .run = verify_run};

/* Written last: names the archive that is completely unpacked. On the root file system, whatever else is one of its own. */
static const char marker[] = "etc/jefelinux/unpacked";

int payload_unpacked(int root_fd, const struct run *run)
{
	autofree char *sha256 = NULL;

	return file_read_line(root_fd, marker, &sha256) == 0 &&
	       text_equal(sha256, run->manifest->sha256);
}

int payload_unmark(int root_fd, struct error *err)
{
	return file_remove(root_fd, marker, err);
}

static void extract_describe(const struct recipe *recipe, struct text *to)
{
	(void)recipe;
	text_add(to,
		"unpack the payload with owners, modes, extended attributes and hard links\n");
	text_add(to, "compare its SHA-256 with the signed manifest\n");
}

static int extract_check(const struct recipe *recipe, struct run *run, struct error *err)
{
	(void)recipe;
	(void)err;
	return payload_unpacked(run->target_fd, run);
}

static void show_progress(void *context, uint64_t done_bytes, uint64_t total_bytes)
{
	events_progress(context, done_bytes, total_bytes);
}

static int extract_run(const struct recipe *recipe, struct run *run, struct error *err)
{
	autofree char *path =
		memory_format("%s/%s", run->payload_dir, run->manifest->archive);
	autofree char *line = memory_format("%s\n", run->manifest->sha256);
	const struct extraction extraction = {.path = path,
		.root_fd = run->target_fd,
		.sha256 = run->manifest->sha256,
		.size = run->manifest->archive_size,
		.progress = show_progress,
		.context = run->events,
		.stop = run->stop};
	int rc = archive_extract(&extraction, err);

	(void)recipe;
	if (rc == 0) {
		sync(); /* all volumes, before the one with the marker says that they are complete */
		rc = file_make_dirs(run->target_fd, "etc/jefelinux", 0755, err);
	}
	if (rc == 0)
		rc = file_write(run->target_fd, marker, line, strlen(line), 0600, err);
	return rc;
}

const struct step_ops step_extract = {.id = "extract",
	.describe = extract_describe,
	.check = extract_check,
	.run = extract_run};
