/* Rules of the kernel's audit system. One file of ours; who loads it differs: a service that merges rules.d, or one that reads
 * only audit.rules. */
#include <errno.h>
#include <string.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"

/* The kernel refuses to watch below a folder that is not there. */
static bool has_folder(const struct site *site, const char *rule)
{
	const char *watched = strstr(rule, "-F dir=");
	autofree char *path = NULL;

	if (watched) {
		watched += strlen("-F dir=");
		path = memory_copy_bytes(watched, strcspn(watched, " "));
		return file_exists(site->scope->root_fd, path);
	}
	watched = strstr(rule, "-F path=");
	if (!watched)
		return true;
	watched += strlen("-F path=");
	path = memory_copy_bytes(watched, strcspn(watched, " "));
	*strrchr(path, '/') = '\0';
	return file_exists(site->scope->root_fd, *path ? path : "/");
}

/* A rule that names no table holds for both: a 32-bit call must not slip past. */
static void add_rule(const char *rule, const char *key, struct text *text)
{
	static const char *const tables[] = {"b64", "b32"};
	static const char start[] = "-a always,exit";

	if (!text_starts(rule, start)) {
		text_addf(text, "%s\n", rule);
		return;
	}
	if (strstr(rule, "-F arch=")) {
		text_addf(text, "%s -F key=%s\n", rule, key);
		return;
	}
	for (size_t i = 0; i < LENGTH(tables); i++)
		text_addf(text, "%s -F arch=%s%s -F key=%s\n", start, tables[i],
			rule + strlen(start), key);
}

static void lines(struct site *site, const struct control *control, const char *value,
	struct text *text)
{
	autowords struct words rules = {0};

	words_split(&rules, value, "\n");
	for (size_t i = 0; i < rules.count; i++)
		if (has_folder(site, rules.items[i]))
			add_rule(rules.items[i], control->target, text);
}

/* Does the service merge rules.d itself? Its script says so. */
static bool service_merges(struct site *site)
{
	const char *service = distro_service(site->scope->distro, "audit");
	autofree char *path =
		memory_format("etc/init.d/%s", service ? service : "auditd");
	autotext struct text script = {0};

	return disk_read(site, path, &script) &&
	       strstr(text_string(&script), "augenrules");
}

static int written(struct site *site, const struct text *text, struct error *err)
{
	bool changed = false;

	return service_merges(site) ? 0
				    : written_write(site, "etc/audit/audit.rules", text,
					      0640, &changed, err);
}

static int activate(struct site *site, struct error *err)
{
	autofree char *path = memory_format("/%s", kind_audit_rule.file);
	struct error why = {0};

	(void)err;
	if (command_run(&(struct command){.argv = COMMAND("auditctl", "-R", path),
				.timeout_seconds = 20},
		    &why) < 0)
		site_note(site, "audit rules take effect at the next boot: %s", why.text);
	return 0;
}

static unsigned count(const char *text, const char *needle)
{
	unsigned found = 0;

	for (const char *at = text; (at = strstr(at, needle)); at += strlen(needle))
		found++;
	return found;
}

static void check_loaded(struct site *site, const struct control *control,
	const char *value, struct finding *finding)
{
	const char *listing = site_listing(site, PROGRAM_AUDIT_RULES, finding);
	autofree char *key = memory_format("key=%s\n", control->target);
	autotext struct text wanted = {0};
	unsigned loaded, expected;

	if (!listing)
		return;
	lines(site, control, value, &wanted);
	loaded = count(listing, key);
	expected = count(text_string(&wanted), key);
	find(finding,
		loaded == expected ? FOUND_RIGHT : site_late(site, kind_audit_rule.file),
		memory_format("%u rules", loaded),
		memory_format("auditctl -l: %u of %u rules with key %s", loaded, expected,
			control->target));
}

/* "-b 8192" shows as "backlog_limit 8192" in the status. */
static void check_status(struct site *site, const char *value, struct finding *finding)
{
	static const struct {
		const char *option, *name;
	} rows[] = {
		{"-b ",                  "backlog_limit "    },
                {"--backlog_wait_time ", "backlog_wait_time "},
		{"-f ",                  "failure "          },
                {"-e ",                  "enabled "          }
        };
	const char *listing = site_listing(site, PROGRAM_AUDIT_STATUS, finding);
	autowords struct words options = {0};

	words_split(&options, value, "\n");
	for (size_t i = 0; listing && i < options.count; i++)
		for (size_t j = 0; j < LENGTH(rows); j++) {
			autofree char *line = NULL;

			if (!text_starts(options.items[i], rows[j].option))
				continue;
			line = memory_format("%s%s", rows[j].name,
				options.items[i] + strlen(rows[j].option));
			if (!text_has_line(listing, line)) {
				find(finding, site_late(site, kind_audit_rule.file), NULL,
					memory_format("auditctl -s lacks: %s", line));
				return;
			}
			find(finding, FOUND_RIGHT, memory_copy_text(line),
				memory_format("auditctl -s: %s", line));
		}
}

static void effective(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	if (control->target)
		check_loaded(site, control, value, finding);
	else
		check_status(site, value, finding);
}

const struct control_kind kind_audit_rule = {
	.name = "audit rule",
	.fix = "Restart the audit service; with immutable rules, the machine.",
	.describe = describe_lines,
	.file = "etc/audit/rules.d/zz-jefe.rules",
	.mode = 0640,
	.header = "# Written by jefe-setup from its policy.\n-D\n",
	.lines = lines,
	.written = written,
	.activate = activate,
	.persisted = composed_persisted,
	.effective = effective,
};
