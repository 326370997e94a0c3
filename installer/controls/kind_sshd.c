/* The SSH server's settings: a drop-in that is read first, as the first value of a keyword wins. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"

static const char main_path[] = "etc/ssh/sshd_config";
static const char folder[] = "etc/ssh/sshd_config.d";
static const char include[] = "Include /etc/ssh/sshd_config.d/*.conf";

static void lines(struct site *site, const struct control *control, const char *value,
	struct text *text)
{
	(void)site;
	(void)control;
	text_addf(text, "%s\n", value);
}

static bool is_include(const char *line)
{
	autowords struct words words = {0};

	words_split(&words, line, " \t");
	return words.count >= 2 && strcasecmp(words.items[0], "Include") == 0 &&
	       text_starts(words.items[1][0] == '/' ? words.items[1] : "",
		       "/etc/ssh/sshd_config.d/");
}

/* The drop-in counts only when the main file includes the folder before it says anything itself. */
static int ensure_include(struct site *site, struct error *err)
{
	autotext struct text old = {0}, text = {0};
	bool changed = false;
	autofree char *copy = NULL;
	char *rest, *line;
	int rc = disk_load(site, main_path, &old, err);

	if (rc <= 0)
		return rc;
	rest = copy = memory_copy_text(text_string(&old));
	while ((line = line_next(&rest)))
		if (is_include(line))
			return 0;
	text_addf(&text, "%s\n\n%s", include, text_string(&old));
	return disk_write(site, main_path, &text, 0, &changed, err);
}

static int written(struct site *site, const struct text *text, struct error *err)
{
	int rc = ensure_include(site, err);

	(void)text;
	if (rc < 0 || !site->scope->running)
		return rc;
	return command_run(&(struct command){.argv = COMMAND("/usr/sbin/sshd", "-t"),
				   .timeout_seconds = 20},
		err);
}

static int activate(struct site *site, struct error *err)
{
	const struct distro *distro = site->scope->distro;
	const char *service = distro_service(distro, "ssh-server");

	return service && distro->service_running(service)
		       ? distro->service_action(service, "reload", err)
		       : 0;
}

static void add_drop_ins(struct site *site, struct text *text)
{
	autowords struct words names = {0};

	if (file_list(site->scope->root_fd, folder, true, &names, NULL) < 0)
		return;
	for (size_t i = 0; i < names.count; i++) {
		autofree char *path = memory_format("%s/%s", folder, names.items[i]);

		if (!text_ends(path, ".conf"))
			continue;
		(void)disk_read(site, path, text);
		text_add(text, "\n");
	}
}

/* The configuration as the server reads it, up to the first Match. */
static bool read_merged(struct site *site, struct text *merged)
{
	autotext struct text text = {0};
	char *rest, *line;

	if (!disk_read(site, main_path, &text))
		return false;
	rest = text.data;
	while ((line = line_next(&rest)) && strncasecmp(line, "Match ", 6) != 0) {
		if (is_include(line))
			add_drop_ins(site, merged);
		else
			text_addf(merged, "%s\n", line);
	}
	return true;
}

/* The first value of a keyword in "Keyword value" lines. The caller frees it. */
static char *first_value(const char *text, const char *keyword, size_t size)
{
	autofree char *copy = memory_copy_text(text);
	char *rest = copy, *line;

	while ((line = line_next(&rest))) {
		line += strspn(line, " \t");
		if (strncasecmp(line, keyword, size) == 0 && strspn(line + size, " \t"))
			return memory_copy_text(line + size + strspn(line + size, " \t"));
	}
	return NULL;
}

static void compare(
	const char *text, const char *where, const char *value, struct finding *finding)
{
	autowords struct words wanted = {0};
	autotext struct text found = {0};
	bool right = true;

	words_split(&wanted, value, "\n");
	for (size_t i = 0; i < wanted.count; i++) {
		size_t size = strcspn(wanted.items[i], " ");
		autofree char *now = first_value(text, wanted.items[i], size);

		if (text_equal(now, wanted.items[i] + size + 1))
			continue;
		right = false;
		text_addf(&found, "%s%.*s %s", found.size ? "; " : "", (int)size,
			wanted.items[i], now ? now : "unset");
	}
	find(finding, right ? FOUND_RIGHT : FOUND_WRONG,
		right ? describe_lines(NULL, value) : memory_copy_text(found.data),
		right ? memory_copy_text(where)
		      : memory_format("%s: %s", where, found.data));
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autotext struct text merged = {0};

	(void)control;
	if (read_merged(site, &merged))
		compare(text_string(&merged), "etc/ssh/sshd_config with its drop-ins",
			value, finding);
	else
		find(finding, FOUND_WRONG, NULL,
			memory_format("%s is not there", main_path));
}

static void effective(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	const char *listing = site_listing(site, PROGRAM_SSHD, finding);

	(void)control;
	if (listing)
		compare(listing, "sshd -T", value, finding);
}

const struct control_kind kind_sshd = {
	.name = "sshd",
	.fix = "Look for another file in /etc/ssh/sshd_config.d that sorts before ours.",
	.describe = describe_lines,
	.file = "etc/ssh/sshd_config.d/10-jefe.conf",
	.mode = 0600,
	.header =
		"# Written by jefe-setup from its policy; the first value of a keyword wins.\n",
	.lines = lines,
	.written = written,
	.activate = activate,
	.persisted = persisted,
	.effective = effective,
};
