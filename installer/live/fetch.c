#include "installer/live/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "installer/base/command.h"
#include "installer/base/document.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/medium.h"

#define ESP_LABEL    "JEFE-ESP"
#define LOG_MOUNT    "/run/jefe/log-medium"
#define NETWORK_UP   "/usr/libexec/jefelinux/network"
#define FETCH_LIMITS "-T", "20", "-O", "-"

enum { NETWORK_SECONDS = 60, DOWNLOAD_SECONDS = 60 };

/* File systems an answer file may be on, with options that keep secrets on it closed to others. */
static const struct {
	const char *type, *options;
} media[] = {
	{"ext4",    "noload"             },
	{"vfat",    "umask=077"          },
	{"iso9660", "mode=0400,dmode=500"},
};

int fetch_device(const char *label, unsigned patience, char **device, struct error *err)
{
	autofree char *tag = memory_format("LABEL=%s", label);

	for (unsigned second = 0;; second++) {
		autotext struct text found = {0};
		int status = 1;
		struct command findfs = {.argv = COMMAND("findfs", tag),
			.output = &found,
			.timeout_seconds = 20};

		if (command_status(&findfs, &status, err) < 0)
			return error_prefix(
				err, "looking for a file system labelled %s", label);
		if (status == 0 && found.size > 1) {
			*device =
				memory_copy_bytes(found.data, strcspn(found.data, "\n"));
			return 0;
		}
		if (second >= patience)
			break;
		(void)sleep(1);
	}
	return error_set(err, -ENOENT, "no file system is labelled %s%s", label,
		patience ? " (waited for it)" : "");
}

int fetch_mount(
	const char *device, const char *dir, unsigned long flags, struct error *err)
{
	autoclose int root = file_open_root("/", err);
	int code = -EINVAL;

	if (root < 0 || file_make_dirs(root, dir, 0700, err) < 0)
		return err->code;
	for (size_t i = 0; i < LENGTH(media); i++) {
		bool journal = strcmp(media[i].type, "ext4") == 0 && !(flags & MS_RDONLY);

		if (mount(device, dir, media[i].type,
			    flags | MS_NOSUID | MS_NODEV | MS_NOEXEC,
			    journal ? "" : media[i].options) == 0)
			return 0;
		code = errno == EINVAL || errno == ENODEV ? code : -errno;
	}
	return error_errno(
		err, code, "mounting %s on %s as ext4, vfat or iso9660", device, dir);
}

static int read_file(const char *path, struct text *text, struct error *err)
{
	autoclose int root = file_open_root("/", err);

	if (root < 0 || file_read(root, path, DOCUMENT_MAX, text, err) < 0)
		return err->code;
	source_trim(text);
	return 0;
}

bool fetch_has_embedded(void)
{
	autotext struct text text = {0};
	struct error unread = {0};

	if (access(ANSWERS_EMBEDDED, F_OK) < 0)
		return false;
	return read_file(ANSWERS_EMBEDDED, &text, &unread) < 0 || text.size > 0;
}

/* The live root first, then the medium. */
static int fetch_file(const struct source *source, struct text *text, struct error *err)
{
	autofree char *on_medium = memory_format(MEDIUM_MOUNT "%s", source->place);

	if (access(source->place, F_OK) < 0 && access(on_medium, F_OK) == 0)
		return read_file(on_medium, text, err);
	return read_file(source->place, text, err);
}

static int fetch_label(const struct source *source, struct text *text, struct error *err)
{
	autofree char *path = memory_format(ANSWERS_MEDIUM "%s", source->place);
	autofree char *device = NULL;
	int rc = fetch_device(source->label, source->patience, &device, err);

	if (rc < 0)
		return rc;
	(void)umount2(ANSWERS_MEDIUM, MNT_DETACH);
	rc = fetch_mount(device, ANSWERS_MEDIUM, MS_RDONLY, err);
	if (rc < 0)
		return rc;
	return read_file(path, text, err);
}

int fetch_network(struct error *err)
{
	struct command network = {.argv = COMMAND(NETWORK_UP, "up"),
		.timeout_seconds = NETWORK_SECONDS,
		.ends_with_us = true};

	if (access(NETWORK_UP, X_OK) == 0 && command_run(&network, err) < 0)
		return error_prefix(err, "bringing the network up");
	return 0;
}

int fetch_url(const char *url, const char *proxy, unsigned max, struct text *text,
	struct error *err)
{
	autofree char *http = proxy ? memory_format("http_proxy=%s", proxy) : NULL;
	autofree char *https = proxy ? memory_format("https_proxy=%s", proxy) : NULL;
	struct command wget = {
		.argv = proxy ? COMMAND("env", http, https, "wget", FETCH_LIMITS, url)
			      : COMMAND("wget", FETCH_LIMITS, url),
		.output = text,
		.output_limit = max,
		.timeout_seconds = DOWNLOAD_SECONDS,
		.ends_with_us = true};
	int rc = fetch_network(err);

	return rc < 0 ? rc : command_run(&wget, err);
}

int fetch_source(const struct source *source, struct text *text, struct error *err)
{
	autofree char *name = source_describe(source);
	int rc = -ENOENT;

	switch (source->kind) {
	case SOURCE_NONE:
		return error_set(err, -ENOENT, "there is no answer file");
	case SOURCE_FILE:
		rc = fetch_file(source, text, err);
		break;
	case SOURCE_LABEL:
		rc = fetch_label(source, text, err);
		break;
	case SOURCE_HTTP:
		rc = fetch_url(source->place, NULL, DOCUMENT_MAX, text, err);
		break;
	}
	if (rc == 0 && text->size == 0)
		rc = error_set(err, -ENODATA, "it is empty");
	return rc < 0 ? error_prefix(err, "reading answers from %s", name) : 0;
}

static int copy_logs(const char *dir, const char *const *paths, struct error *err)
{
	autofree char *folder = memory_format("%s/jefe-log", dir);
	autoclose int root = file_open_root("/", err);

	if (root < 0 || file_make_dirs(root, folder, 0700, err) < 0)
		return err->code;
	for (const char *const *path = paths; *path; path++) {
		autofree char *to = memory_format("%s%s", folder, strrchr(*path, '/'));

		if (file_exists(root, *path) && file_copy(root, *path, root, to, err) < 0)
			return err->code;
	}
	return 0;
}

/* The answers medium is mounted already: writable for the moment of copying only. */
static int save_on_answers_medium(const char *const *paths, struct error *err)
{
	unsigned long flags = MS_REMOUNT | MS_NOSUID | MS_NODEV | MS_NOEXEC;
	int rc;

	if (mount(NULL, ANSWERS_MEDIUM, NULL, flags, NULL) < 0)
		return error_errno(err, -errno, "making " ANSWERS_MEDIUM " writable");
	rc = copy_logs(ANSWERS_MEDIUM, paths, err);
	sync();
	(void)mount(NULL, ANSWERS_MEDIUM, NULL, flags | MS_RDONLY, NULL);
	return rc;
}

static int save_on_esp(const char *const *paths, struct error *err)
{
	autofree char *device = NULL;
	int rc = fetch_device(ESP_LABEL, 0, &device, err);

	if (rc == 0)
		rc = fetch_mount(device, LOG_MOUNT, 0, err);
	if (rc < 0)
		return rc;
	rc = copy_logs(LOG_MOUNT, paths, err);
	if (umount2(LOG_MOUNT, 0) < 0 && rc == 0)
		rc = error_errno(err, -errno, "unmounting " LOG_MOUNT);
	return rc;
}

int fetch_save_logs(
	const char *const *paths, bool have_esp, char **where, struct error *err)
{
	struct error medium = {0}, esp = {0};

	if (save_on_answers_medium(paths, &medium) == 0)
		*where = memory_copy_text("folder jefe-log of the answers medium");
	else if (!have_esp)
		return error_set(err, -ENOENT, "%s", medium.text);
	else if (save_on_esp(paths, &esp) == 0)
		*where = memory_copy_text(
			"folder jefe-log of the EFI system partition " ESP_LABEL);
	else
		return error_set(err, -ENOENT, "%s; %s", medium.text, esp.text);
	return 0;
}
