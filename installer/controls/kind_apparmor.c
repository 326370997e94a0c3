/* AppArmor profiles of ours: written in their mode, loaded, and looked for at the processes they are meant for. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"
#include "installer/controls/process.h"
#include "installer/controls/profiles.h"

#define FOLDER     "etc/apparmor.d/"
#define SECURITYFS "sys/kernel/security/apparmor/"

enum { PROFILES_MAX = 1 << 20, LOAD_SECONDS = 300 };

/* A control's target taken apart: "PROFILE PATH[:NAME]… +FILE… !FILE…". */
struct confinement {
	const char *profile;
	struct words
		paths; /* of programs; without any the profile is for the operator's own services */
	struct words names;    /* of their processes */
	struct words extras;   /* files the profile includes */
	struct words replaced; /* the distribution's own profiles for the same program */
	struct words words;
};

static void add_program(struct confinement *confinement, const char *word)
{
	const char *colon = strchr(word, ':');
	autofree char *path =
		memory_copy_bytes(word, colon ? (size_t)(colon - word) : strlen(word));

	words_add(&confinement->paths, path);
	words_add(&confinement->names, colon ? colon + 1 : strrchr(path, '/') + 1);
}

static struct confinement confinement_of(const struct control *control)
{
	struct confinement confinement = {0};

	words_split(&confinement.words, control->target, " ");
	confinement.profile = confinement.words.items[0];
	for (size_t i = 1; i < confinement.words.count; i++) {
		const char *word = confinement.words.items[i];

		if (*word == '+')
			words_add(&confinement.extras, word + 1);
		else if (*word == '!')
			words_add(&confinement.replaced, word + 1);
		else
			add_program(&confinement, word);
	}
	return confinement;
}

static void confinement_free(struct confinement *confinement)
{
	words_free(&confinement->paths);
	words_free(&confinement->names);
	words_free(&confinement->extras);
	words_free(&confinement->replaced);
	words_free(&confinement->words);
}
#define autoconfinement __attribute__((cleanup(confinement_free)))

static bool is_for_something(
	const struct site *site, const struct confinement *confinement)
{
	for (size_t i = 0; i < confinement->paths.count; i++)
		if (file_exists(site->scope->root_fd, confinement->paths.items[i]))
			return true;
	return !confinement->paths.count;
}

static const char *text_of(const char *name)
{
	const struct profile_file *file = profile_files;

	while (strcmp(file->name, name) != 0)
		file++;
	return file->text;
}

/* The file in its mode: as it stands it enforces. */
static void compose(const char *name, const char *mode, struct text *text)
{
	static const char flags[] = "flags=(";
	const char *rest = text_of(name), *at;

	while (strcmp(mode, "complain") == 0 && (at = strstr(rest, flags))) {
		text_add_bytes(text, rest, (size_t)(at - rest));
		text_addf(text, "%scomplain,", flags);
		rest = at + strlen(flags);
	}
	text_add(text, rest);
}

/* The mode of the profile on the disk, NULL when it is not there, or not as we wrote it. */
static const char *mode_on_disk(const struct site *site, const char *name)
{
	static const char *const modes[] = {"enforce", "complain"};
	autofree char *path = memory_format(FOLDER "%s", name);
	autotext struct text there = {0};

	if (!disk_read(site, path, &there))
		return NULL;
	for (size_t i = 0; i < LENGTH(modes); i++) {
		autotext struct text text = {0};

		compose(name, modes[i], &text);
		if (text_equal(text_string(&text), text_string(&there)))
			return modes[i];
	}
	return NULL;
}

static int write_one(struct site *site, const char *name, const char *mode, bool *changed,
	struct error *err)
{
	autofree char *path = memory_format(FOLDER "%s", name);
	autotext struct text text = {0};

	compose(name, mode, &text);
	return written_write(site, path, &text, 0644, changed, err);
}

/* Two profiles for one path: the kernel would use neither. */
static int disable(
	const struct site *site, const char *name, bool *changed, struct error *err)
{
	autofree char *path = memory_format(FOLDER "%s", name);
	autofree char *link = memory_format(FOLDER "disable/%s", name);
	autofree char *target = memory_format("/" FOLDER "%s", name);
	int root_fd = site->scope->root_fd;

	if (!file_exists(root_fd, path) || file_exists(root_fd, link))
		return 0;
	*changed = true;
	if (file_make_dirs(root_fd, FOLDER "disable", 0755, err) < 0)
		return err ? err->code : -EIO;
	return file_link(root_fd, target, link, err);
}

static bool valid(const struct control *control, const char *value, struct text *why_not)
{
	(void)control;
	if (strcmp(value, "enforce") == 0 || strcmp(value, "complain") == 0)
		return true;
	text_addf(why_not, "\"%s\" is neither enforce nor complain", value);
	return false;
}

static int apply(struct site *site, const struct control *control, const char *value,
	bool *changed, struct error *err)
{
	autoconfinement struct confinement confinement = confinement_of(control);
	int rc = 0;

	if (!is_for_something(site, &confinement))
		return 0;
	for (size_t i = 0; i < confinement.extras.count && rc == 0; i++)
		rc = write_one(
			site, confinement.extras.items[i], "enforce", changed, err);
	for (size_t i = 0; i < confinement.replaced.count && rc == 0; i++)
		rc = disable(site, confinement.replaced.items[i], changed, err);
	return rc == 0 ? write_one(site, confinement.profile, value, changed, err) : rc;
}

/* Only what is still as we wrote it is ours to remove. */
static int remove_ours(
	struct site *site, const char *name, bool *changed, struct error *err)
{
	autofree char *path = memory_format(FOLDER "%s", name);

	if (!mode_on_disk(site, name))
		return 0;
	*changed = true;
	written_note(site, path, NULL);
	return file_remove(site->scope->root_fd, path, err);
}

static int withdraw(struct site *site, const struct control *control, bool *changed,
	struct error *err)
{
	autoconfinement struct confinement confinement = confinement_of(control);
	bool was_ours = mode_on_disk(site, confinement.profile);
	int rc = remove_ours(site, confinement.profile, changed, err);

	for (size_t i = 0; i < confinement.extras.count && rc == 0; i++)
		rc = remove_ours(site, confinement.extras.items[i], changed, err);
	for (size_t i = 0; was_ours && i < confinement.replaced.count && rc == 0; i++) {
		autofree char *link =
			memory_format(FOLDER "disable/%s", confinement.replaced.items[i]);

		rc = file_remove(site->scope->root_fd, link, err);
	}
	return rc;
}

/* A profile of the distribution's that is still in force beside ours, or NULL. */
static const char *rival(const struct site *site, const struct confinement *confinement)
{
	for (size_t i = 0; i < confinement->replaced.count; i++) {
		const char *name = confinement->replaced.items[i];
		autofree char *path = memory_format(FOLDER "%s", name);
		autofree char *link = memory_format(FOLDER "disable/%s", name);

		if (file_exists(site->scope->root_fd, path) &&
			!file_exists(site->scope->root_fd, link))
			return name;
	}
	return NULL;
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autoconfinement struct confinement confinement = confinement_of(control);
	const char *other = rival(site, &confinement), *mode;

	if (!is_for_something(site, &confinement)) {
		find(finding, FOUND_NOTHING, NULL,
			memory_format("%s is not installed", confinement.names.items[0]));
		return;
	}
	mode = mode_on_disk(site, confinement.profile);
	if (!mode)
		find(finding, FOUND_WRONG, NULL,
			memory_format(FOLDER "%s is not there, or not what was written",
				confinement.profile));
	else if (other)
		find(finding, FOUND_WRONG, memory_copy_text(mode),
			memory_format(FOLDER
				"%s is for the same program, and not in " FOLDER
				"disable",
				other));
	else
		find(finding, strcmp(mode, value) == 0 ? FOUND_RIGHT : FOUND_WRONG,
			memory_copy_text(mode),
			memory_format(FOLDER "%s: %s", confinement.profile, mode));
}

/* What the kernel holds, as one text; false after filling the finding. */
static bool loaded_profiles(
	const struct site *site, struct text *text, struct finding *finding)
{
	struct error err = {0};
	int rc = file_read(
		site->scope->root_fd, SECURITYFS "profiles", PROFILES_MAX, text, &err);

	if (rc < 0)
		find(finding, rc == -EACCES ? FOUND_UNKNOWN : FOUND_WRONG, NULL,
			memory_format(
				rc == -ENOENT
					? "AppArmor is not in force: there is no /%s"
					: "/%s may not be read",
				SECURITYFS "profiles"));
	return rc == 0;
}

/* "jefe-sshd (enforce)", or a profile inside that one: "jefe-sshd//child (enforce)". */
static bool label_is(const char *label, const char *profile, const char *mode)
{
	autofree char *whole = memory_format("%s (%s)", profile, mode);
	autofree char *inner = memory_format("%s//* (%s)", profile, mode);

	return label && (strcmp(label, whole) == 0 || text_matches(label, inner));
}

/* The first process that should be confined and is not, and how many are. */
static const struct process *find_unconfined(const struct processes *processes,
	const struct confinement *confinement, const char *mode, size_t *confined)
{
	for (size_t i = 0; i < processes->count; i++) {
		const struct process *process = &processes->items[i];

		if (!words_contain(&confinement->names, process->name))
			continue;
		if (!label_is(process->label, confinement->profile, mode))
			return process;
		(*confined)++;
	}
	return NULL;
}

static void check_processes(struct site *site, const struct confinement *confinement,
	const char *mode, struct finding *finding)
{
	const struct processes *processes = site_processes(site);
	size_t confined = 0;
	const struct process *process =
		find_unconfined(processes, confinement, mode, &confined);
	autofree char *path = memory_format(FOLDER "%s", confinement->profile);

	if (process)
		find(finding, process->label ? site_late(site, path) : FOUND_UNKNOWN,
			memory_copy_text(process->label),
			memory_format("%s, process %lu: %s", process->name, process->pid,
				process->label ? process->label : "may not be read"));
	else if (confined)
		find(finding, FOUND_RIGHT, memory_copy_text(mode),
			memory_format("%zu %s of %s in %s (%s)", confined,
				confined == 1 ? "process" : "processes",
				confinement->names.items[0], confinement->profile, mode));
	else
		find(finding, FOUND_RIGHT, memory_copy_text(mode),
			memory_format("%s (%s) is loaded; nothing runs in it",
				confinement->profile, mode));
}

static void effective(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autoconfinement struct confinement confinement = confinement_of(control);
	autofree char *line = memory_format("%s (%s)", confinement.profile, value);
	autotext struct text loaded = {0};

	if (!loaded_profiles(site, &loaded, finding))
		return;
	if (text_has_line(text_string(&loaded), line))
		check_processes(site, &confinement, value, finding);
	else
		find(finding, FOUND_WRONG, NULL,
			memory_format("the kernel has no profile %s", line));
}

/* Take a profile out of the kernel when it is there: its processes go on unconfined. */
static void unload(struct site *site, const struct text *loaded, const char *profile)
{
	autofree char *line = memory_format("\n%s (", profile);
	autoclose int fd = -1;
	struct error err = {0};

	if (!strstr(text_string(loaded), line))
		return;
	fd = file_open(site->scope->root_fd, SECURITYFS ".remove", O_WRONLY, 0, &err);
	if (fd < 0 || file_write_all(fd, profile, strlen(profile), &err) < 0)
		site_note(site, "profile %s stays in the kernel until the next boot: %s",
			profile, err.text);
}

/* What to load goes to the arguments of the loader; what must not be there is unloaded. That of a program without a role here, as of
 * another SSH server, stays: sessions may still run in it, and unconfined is worse. */
static void activate_one(struct site *site, const struct control *control,
	const struct text *loaded, struct words *arguments)
{
	autoconfinement struct confinement confinement = confinement_of(control);
	autofree char *value = site_wanted(site, control);
	struct finding finding = {0};
	bool wanted = value && site_has(site, control, &finding) &&
		      mode_on_disk(site, confinement.profile);
	bool has_role = finding.found != FOUND_NOTHING;

	finding_clear(&finding);
	if (wanted)
		words_addf(arguments, "/" FOLDER "%s", confinement.profile);
	else if (has_role)
		unload(site, loaded, confinement.profile);
	for (size_t i = 0; wanted && i < confinement.replaced.count; i++)
		unload(site, loaded, confinement.paths.items[0]);
}

static int activate(struct site *site, struct error *err)
{
	autowords struct words arguments = {0};
	autotext struct text loaded = {0};
	struct finding finding = {0};
	struct error why = {0};
	size_t options;

	(void)err;
	text_add(&loaded, "\n");
	if (!loaded_profiles(site, &loaded, &finding)) {
		site_note(site, "profiles are loaded at the next boot: %s",
			finding.evidence);
		finding_clear(&finding);
		return 0;
	}
	words_split(&arguments, "apparmor_parser --replace --write-cache", " ");
	options = arguments.count;
	for (const struct control *const *control = controls; *control; control++)
		if ((*control)->kind == &kind_apparmor)
			activate_one(site, *control, &loaded, &arguments);
	if (arguments.count > options &&
		command_run(
			&(struct command){.argv = (const char *const *)arguments.items,
				.timeout_seconds = LOAD_SECONDS},
			&why) < 0)
		site_note(site, "not all profiles could be loaded: %s", why.text);
	return 0;
}

const struct control_kind kind_apparmor = {
	.name = "profile",
	.place = "etc/apparmor.d",
	.fix = "jefe-setup harden loads it; then start the service anew: a running program does not change into a profile.",
	.takes_value = true,
	.valid = valid,
	.apply = apply,
	.withdraw = withdraw,
	.activate = activate,
	.persisted = persisted,
	.effective = effective,
};
