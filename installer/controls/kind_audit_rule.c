/* Rules of the kernel's audit system. One file of ours; who loads it differs: a service that merges rules.d, or one that reads
 * only audit.rules. */
#include <errno.h>
#include <string.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"

/* What a service reads that does not merge rules.d. */
static const char one_file[] = "etc/audit/audit.rules";

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

	return service_merges(site)
		       ? 0
		       : written_write(site, one_file, text, 0640, &changed, err);
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

/* Our own file as it should be: what it says may take from the record what it likes. */
static bool is_ours(struct site *site, const char *rule)
{
	autotext struct text ours = {0};
	autofree char *normal = audit_rule_normal(rule);
	char *rest, *line;

	if (composed_text(site, &kind_audit_rule, &ours, NULL) < 0)
		return false;
	rest = ours.data;
	while ((line = line_next(&rest))) {
		autofree char *own = audit_rule_normal(line);

		if (text_equal(own, normal))
			return true;
	}
	return false;
}

/* The first rule of a text that keeps something from being recorded, or NULL; its line, counted from 1. */
static char *silencing(struct site *site, char *rest, unsigned *number)
{
	char *line;

	for (*number = 1; (line = line_next(&rest)); (*number)++)
		if (audit_rule_silences(line) && !is_ours(site, line))
			return line + strspn(line, " \t");
	return NULL;
}

/* The first line of a text that gives an option of the value another one, or NULL. */
static char *otherwise(char *rest, const char *value, unsigned *number)
{
	autowords struct words options = {0};
	char *line;

	words_split(&options, value, "\n");
	for (*number = 1; (line = line_next(&rest)); (*number)++)
		for (size_t i = 0; i < options.count; i++) {
			const char *option = options.items[i];

			line += strspn(line, " \t");
			if (strncmp(line, option, strcspn(option, " ") + 1) == 0 &&
				!text_has_line(line, option))
				return line;
		}
	return NULL;
}

/* Of options the last one counts: what is loaded before our file does not matter. */
static bool is_later(const char *path)
{
	return strcmp(path, kind_audit_rule.file) > 0 || !strstr(path, "/rules.d/");
}

/* Files that are loaded with ours: no rule there may take from the record, no option differ. */
static void look_at_files(struct site *site, const struct control *control,
	const char *value, struct finding *finding)
{
	autowords struct words paths = {0};

	paths_expand(site, "etc/audit/rules.d/*.rules", &paths);
	if (!service_merges(site))
		words_add(&paths, one_file);
	for (size_t i = 0; i < paths.count; i++) {
		const char *path = paths.items[i], *line = NULL;
		autotext struct text text = {0};
		unsigned number = 0;

		if (!disk_read(site, path, &text))
			continue;
		if (control->target)
			line = silencing(site, text.data, &number);
		else if (is_later(path))
			line = otherwise(text.data, value, &number);
		if (!line)
			continue;
		find(finding, FOUND_DRIFTED, memory_copy_text(line),
			memory_format("%s:%u: %s", path, number, line));
		return;
	}
}

/* The service that reads one file only reads our lines there, too. */
static void look_at_one_file(struct site *site, const struct control *control,
	const char *value, struct finding *finding)
{
	autotext struct text text = {0}, wanted = {0};
	char *rest, *line;

	lines(site, control, value, &wanted);
	(void)disk_read(site, one_file, &text);
	rest = wanted.data;
	while ((line = line_next(&rest)))
		if (!text_has_line(text_string(&text), line)) {
			find(finding, FOUND_WRONG, NULL,
				memory_format("%s lacks: %s", one_file, line));
			return;
		}
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	composed_persisted(site, control, value, finding);
	if (finding->found == FOUND_RIGHT && !service_merges(site))
		look_at_one_file(site, control, value, finding);
	if (finding->found == FOUND_RIGHT)
		look_at_files(site, control, value, finding);
}

/* Rules that end with a key, one normal form per line behind a newline; how many there are. */
static unsigned add_normal(struct text *text, char *rest, const char *key)
{
	unsigned count = 0;
	char *line;

	text_add(text, "\n");
	while ((line = line_next(&rest))) {
		autofree char *normal = NULL;

		if (!text_ends(line, key))
			continue;
		normal = audit_rule_normal(line);
		text_addf(text, "%s\n", normal);
		count++;
	}
	return count;
}

/* The first wanted rule that the kernel does not hold, or NULL. The caller frees it. */
static char *missing_rule(const struct text *loaded, const struct text *wanted)
{
	autowords struct words rules = {0};

	words_split(&rules, text_string(wanted), "\n");
	for (size_t i = 0; i < rules.count; i++) {
		autofree char *line = memory_format("\n%s\n", rules.items[i]);

		if (!text_find(loaded, line))
			return memory_copy_text(rules.items[i]);
	}
	return NULL;
}

/* Is anything kept from the record in the kernel? */
static bool is_silenced(struct site *site, const char *listing, struct finding *finding)
{
	autofree char *copy = memory_copy_text(listing);
	struct finding unasked = {0};
	const char *status = site_listing(site, PROGRAM_AUDIT_STATUS, &unasked);
	unsigned number;
	const char *rule = silencing(site, copy, &number);
	bool off = status && text_has_line(status, "enabled 0");

	finding_clear(&unasked);
	if (rule)
		find(finding, FOUND_DRIFTED, memory_copy_text(rule),
			memory_format("auditctl -l: %s", rule));
	else if (off)
		find(finding, FOUND_DRIFTED, memory_copy_text("off"),
			memory_copy_text("auditctl -s: enabled 0"));
	return rule || off;
}

static void check_loaded(struct site *site, const struct control *control,
	const char *value, struct finding *finding)
{
	const char *listing = site_listing(site, PROGRAM_AUDIT_RULES, finding);
	autofree char *key = memory_format("key=%s", control->target);
	autofree char *copy = NULL, *missing = NULL;
	autotext struct text wanted = {0}, loaded = {0}, expected = {0};
	unsigned held, count;

	if (!listing || is_silenced(site, listing, finding))
		return;
	lines(site, control, value, &wanted);
	copy = memory_copy_text(listing);
	held = add_normal(&loaded, copy, key);
	count = add_normal(&expected, wanted.data, key);
	missing = missing_rule(&loaded, &expected);
	find(finding,
		held == count && !missing ? FOUND_RIGHT
					  : site_late(site, kind_audit_rule.file),
		memory_format("%u rules", held),
		memory_format("auditctl -l: %u of %u rules with key %s%s%s", held, count,
			control->target, missing ? ", without " : "",
			missing ? missing : ""));
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
	.fix = "Take away what another file in /etc/audit/rules.d says against it, and restart the audit service; with immutable rules, the machine.",
	.describe = describe_lines,
	.file = "etc/audit/rules.d/zz-jefe.rules",
	.mode = 0640,
	.header = "# Written by jefe-setup from its policy.\n-D\n",
	.lines = lines,
	.written = written,
	.activate = activate,
	.persisted = persisted,
	.effective = effective,
};
