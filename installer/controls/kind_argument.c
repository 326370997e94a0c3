/* Kernel arguments: /etc/jefelinux/cmdline, one per line, from which the boot menu is written. Lines of others stay. */
#include <errno.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

static const char optional_path[] = "etc/jefelinux/cmdline.optional";
static const char lowered_path[] = "etc/jefelinux/cmdline.lowered";

static size_t key_size(const char *token)
{
	return strcspn(token, "=");
}

static bool same_key(const char *a, const char *b)
{
	return key_size(a) == key_size(b) && strncmp(a, b, key_size(a)) == 0;
}

static bool value_names(const char *value, const char *token)
{
	autowords struct words tokens = {0};

	words_split(&tokens, value, " ");
	for (size_t i = 0; i < tokens.count; i++)
		if (tokens.items[i][0] == '!' ? text_equal(tokens.items[i] + 1, token)
					      : same_key(tokens.items[i], token))
			return true;
	return false;
}

/* Is it an argument that some control sets to whatever value, or forbids, at any level? */
static bool is_managed(const char *token)
{
	for (const struct control *const *control = controls; *control; control++)
		for (size_t level = 0; (*control)->kind == &kind_argument &&
				       level < LENGTH((*control)->values);
			level++)
			if ((*control)->values[level] &&
				value_names((*control)->values[level], token))
				return true;
	return false;
}

static int begin(struct site *site, struct text *text, struct error *err)
{
	autotext struct text old = {0};
	autowords struct words lines = {0};
	int rc = disk_load(site, kind_argument.file, &old, err);

	words_split(&lines, text_string(&old), "\n");
	for (size_t i = 0; i < lines.count; i++)
		if (!is_managed(lines.items[i]))
			text_addf(text, "%s\n", lines.items[i]);
	return rc < 0 ? rc : 0;
}

static void lines(struct site *site, const struct control *control, const char *value,
	struct text *text)
{
	autowords struct words tokens = {0};

	(void)site;
	(void)control;
	words_split(&tokens, value, " ");
	for (size_t i = 0; i < tokens.count; i++)
		if (tokens.items[i][0] != '!')
			text_addf(text, "%s\n", tokens.items[i]);
}

static int write_optional(struct site *site, struct error *err)
{
	autotext struct text optional = {0};
	bool changed = false;

	for (const struct control *const *control = controls; *control; control++) {
		autofree char *value =
			(*control)->kind == &kind_argument && (*control)->fallback
				? site_wanted(site, *control)
				: NULL;

		if (value)
			lines(site, *control, value, &optional);
	}
	return disk_write(site, optional_path, &optional, 0644, &changed, err);
}

/* What would stand in the file at the level below: for the entry that is started when this level does not get well. */
static int write_lowered(struct site *site, struct error *err)
{
	const struct policy *kept = site->policy;
	struct policy lower = policy_lowered(kept);
	autotext struct text text = {0};
	bool changed = false;
	int rc;

	site->policy = &lower;
	rc = composed_text(site, &kind_argument, &text, err);
	site->policy = kept;
	return rc < 0 ? rc : disk_write(site, lowered_path, &text, 0644, &changed, err);
}

static int written(struct site *site, const struct text *text, struct error *err)
{
	int rc = write_optional(site, err);

	(void)text;
	return rc < 0 ? rc : write_lowered(site, err);
}

/* Names in CONFIG_LSM= that this kernel can honour, and how it calls them. Of those that exclude each other only the wanted
 * one is kept. */
static void add_security_modules(
	const struct site *site, const char *wanted, struct text *text)
{
	static const struct {
		const char *name, *symbol;
	} modules[] = {
		{"landlock",  "SECURITY_LANDLOCK"    },
                {"lockdown",  "SECURITY_LOCKDOWN_LSM"},
		{"yama",      "SECURITY_YAMA"        },
                {"loadpin",   "SECURITY_LOADPIN"     },
		{"safesetid", "SECURITY_SAFESETID"   },
                {"integrity", "INTEGRITY"            }
        };

	for (size_t i = 0; i < LENGTH(modules); i++)
		if (site->config.size && site_kernel_has(site, modules[i].symbol))
			text_addf(text, "%s,", modules[i].name);
	if (!site->config.size)
		text_add(text, "landlock,yama,");
	text_add(text, wanted);
	if (site->config.size && site_kernel_has(site, "BPF_LSM"))
		text_add(text, ",bpf");
}

static char *expand(struct site *site, const char *value)
{
	static const char prefix[] = "lsm=+";
	autowords struct words tokens = {0};
	autotext struct text text = {0};

	words_split(&tokens, value, " ");
	for (size_t i = 0; i < tokens.count; i++) {
		text_add(&text, i ? " " : "");
		if (text_starts(tokens.items[i], prefix)) {
			text_add(&text, "lsm=");
			add_security_modules(
				site, tokens.items[i] + strlen(prefix), &text);
		} else {
			text_add(&text, tokens.items[i]);
		}
	}
	return text_take(&text);
}

/* Does the line of tokens hold this one, and no other with its key behind it? */
static bool line_has(const struct words *line, const char *token)
{
	bool has = false;

	for (size_t i = 0; i < line->count; i++)
		if (same_key(line->items[i], token))
			has = strcmp(line->items[i], token) == 0;
	return has;
}

static bool line_right(const struct words *line, const char *value, struct text *wrong)
{
	autowords struct words tokens = {0};

	words_split(&tokens, value, " ");
	for (size_t i = 0; i < tokens.count; i++) {
		const char *token = tokens.items[i];
		bool right = token[0] == '!' ? !words_contain(line, token + 1)
					     : line_has(line, token);

		if (!right)
			text_addf(wrong, "%s%s %s", wrong->size ? ", " : "",
				token[0] == '!' ? "has" : "lacks",
				token + (token[0] == '!'));
	}
	return !wrong->size;
}

static void check_line(
	struct site *site, const char *path, const char *value, struct finding *finding)
{
	autotext struct text text = {0}, wrong = {0};
	autowords struct words tokens = {0};

	if (!disk_read(site, path, &text)) {
		find(finding, FOUND_WRONG, NULL, memory_format("%s is not there", path));
		return;
	}
	words_split(&tokens, text_string(&text), " \n");
	if (line_right(&tokens, value, &wrong))
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_copy_text(path));
	else
		find(finding, FOUND_WRONG, NULL,
			memory_format("%s %s", path, wrong.data));
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	(void)control;
	check_line(site, kind_argument.file, value, finding);
}

/* The word that proves a value: % in it stands for what the first argument sets. The caller frees it. */
static char *proof_word(const char *pattern, const char *value)
{
	const char *mark = strchr(pattern, '%');
	const char *set = value + key_size(value);

	if (!mark || *set != '=')
		return memory_copy_text(pattern);
	return memory_format("%.*s%.*s%s", (int)(mark - pattern), pattern,
		(int)strcspn(set + 1, " "), set + 1, mark + 1);
}

/* The kernel's own word that the argument had its effect. */
static void check_proof(
	struct site *site, const char *target, const char *value, struct finding *finding)
{
	autowords struct words proof = {0}, found = {0};
	autofree char *line = NULL;
	autofree char *word = NULL;

	int code;

	words_split(&proof, target, " ");
	code = file_read_line(site->scope->root_fd, proof.items[0], &line);
	if (code < 0) {
		find(finding, code == -ENOENT ? FOUND_WRONG : FOUND_UNKNOWN, NULL,
			memory_format("%s: %s", proof.items[0], strerror(-code)));
		return;
	}
	word = proof_word(proof.items[1], value);
	words_split(&found, line, " ,");
	find(finding, words_contain(&found, word) ? FOUND_RIGHT : FOUND_WRONG,
		memory_copy_text(line), memory_format("%s: %s", proof.items[0], line));
}

/* An argument on the line that the kernel does not know does nothing. */
static void check_known(struct site *site, const char *value, struct finding *finding)
{
	autowords struct words tokens = {0};
	autotext struct text unknown = {0};

	words_split(&tokens, value, " ");
	for (size_t i = 0; i < tokens.count; i++)
		if (tokens.items[i][0] != '!' && kernel_ignores(site, tokens.items[i]))
			text_addf(&unknown, " %s", tokens.items[i]);
	if (unknown.size)
		find(finding, FOUND_UNAVAILABLE, NULL,
			memory_format(
				"the running kernel does not know%s", unknown.data));
}

static void effective(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	check_line(site, "/proc/cmdline", value, finding);
	if (finding->found == FOUND_WRONG)
		finding->found = site_late(site, kind_argument.file);
	else if (finding->found == FOUND_RIGHT)
		check_known(site, value, finding);
	if (finding->found == FOUND_RIGHT && control->target)
		check_proof(site, control->target, value, finding);
}

const struct control_kind kind_argument = {
	.name = "argument",
	.fix = "Apply again, then restart from the first boot entry.",
	.takes_value = true,
	.expand = expand,
	.file = "etc/jefelinux/cmdline",
	.mode = 0644,
	.begin = begin,
	.lines = lines,
	.written = written,
	.persisted = persisted,
	.effective = effective,
};
