/* The packet filter: one table of our own, made of the parts that are wanted. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

static const char *const rules[] = {
#include "installer/controls/files/firewall.inc"
};

static const char base_part[] = "base"; /* everything that has no mark */

/* First word of a target: the part of the rule set. */
static bool is_part(const struct control *control, const char *part, size_t size)
{
	return control->kind == &kind_firewall && strcspn(control->target, " ") == size &&
	       strncmp(control->target, part, size) == 0;
}

/* The value of a part that is wanted here, or NULL. The caller frees it. */
static char *part_value(struct site *site, const char *part, size_t size)
{
	for (const struct control *const *control = controls; *control; control++) {
		struct finding finding = {0};
		char *value = is_part(*control, part, size) ? site_wanted(site, *control)
							    : NULL;
		bool wanted = value && site_has(site, *control, &finding);

		finding_clear(&finding);
		if (wanted)
			return value;
		free(value);
	}
	return NULL;
}

/* A line of the rule set, and the part it belongs to, if any. */
struct rule {
	const char *line, *part; /* part: not terminated; NULL: stands always */
	size_t part_size;
	bool negated; /* stands when the part is not wanted */
};

static struct rule rule_of(const char *line)
{
	struct rule rule = {.line = line};

	if (*line != '[')
		return rule;
	rule.negated = line[1] == '!';
	rule.part = line + 1 + rule.negated;
	rule.part_size = strcspn(rule.part, "]");
	rule.line = rule.part + rule.part_size + 1;
	return rule;
}

static bool rule_belongs(const struct rule *rule, const struct control *control)
{
	return rule->part
		       ? !rule->negated && is_part(control, rule->part, rule->part_size)
		       : is_part(control, base_part, strlen(base_part));
}

/* "443/tcp", "6000-6010/udp": the length of the ports, 0 when it is no such word. */
static size_t port_size(const char *word, const char *protocol)
{
	size_t size = strspn(word, "0123456789-");
	char *end;
	unsigned long first = strtoul(word, &end, 10), last = first;

	if (end == word)
		return 0;
	if (*end == '-')
		last = strtoul(end + 1, &end, 10);
	return end == word + size && end[-1] != '-' && first > 0 && first <= last &&
			       last <= 65535 && word[size] == '/' &&
			       strcmp(word + size + 1, protocol) == 0
		       ? size
		       : 0;
}

/* "192.0.2.7", "2001:db8::/32": the length of it all, 0 when it is no such word. */
static size_t address_size(const char *word, int family)
{
	unsigned char bytes[16];
	size_t size = strcspn(word, "/");
	autofree char *address = memory_copy_bytes(word, size);
	uint64_t prefix = 0;

	if (inet_pton(family, address, bytes) != 1)
		return 0;
	if (word[size] && text_to_u64(word + size + 1, 0, family == AF_INET ? 32 : 128,
				  &prefix) < 0)
		return 0;
	return strlen(word);
}

static size_t tcp_size(const char *word)
{
	return port_size(word, "tcp");
}

static size_t udp_size(const char *word)
{
	return port_size(word, "udp");
}

static size_t ipv4_size(const char *word)
{
	return address_size(word, AF_INET);
}

static size_t ipv6_size(const char *word)
{
	return address_size(word, AF_INET6);
}

/* What a line takes of a part's value. */
static const struct list {
	const char *mark, *example;
	size_t (*size)(const char *word); /* of what the rule gets; 0: not such a word */
} lists[] = {
	{"%tcp",  "443/tcp",       tcp_size },
	{"%udp",  "51820/udp",     udp_size },
	{"%ipv4", "192.0.2.0/24",  ipv4_size},
	{"%ipv6", "2001:db8::/32", ipv6_size},
};

static const struct list *list_in(const char *line)
{
	for (size_t i = 0; i < LENGTH(lists); i++)
		if (strstr(line, lists[i].mark))
			return &lists[i];
	return NULL;
}

/* A line with its list; nothing when the list is empty. */
static void add_line(struct text *text, const char *line, const char *value)
{
	const struct list *list = list_in(line);
	const char *at = list ? strstr(line, list->mark) : NULL;
	autowords struct words words = {0};
	autotext struct text members = {0};

	if (!list) {
		text_addf(text, "%s\n", line);
		return;
	}
	words_split(&words, value, " ,");
	for (size_t i = 0; i < words.count; i++) {
		size_t size = list->size(words.items[i]);

		if (size)
			text_addf(&members, "%s%.*s", members.size ? ", " : "", (int)size,
				words.items[i]);
	}
	if (members.size)
		text_addf(text, "%.*s%s%s\n", (int)(at - line), line, members.data,
			at + strlen(list->mark));
}

/* Not for this machine, whatever its policy says: neither its lines nor those that stand without it. */
static bool part_is_excluded(struct site *site, const char *part, size_t size)
{
	for (const struct control *const *control = controls; *control; control++) {
		autofree char *role = is_part(*control, part, size)
					      ? control_excluded(*control, site->policy)
					      : NULL;

		if (role)
			return true;
	}
	return false;
}

static bool rule_stands(struct site *site, const struct rule *rule, const char *value)
{
	if (!rule->part)
		return true;
	return rule->negated
		       ? !value && !part_is_excluded(site, rule->part, rule->part_size)
		       : value != NULL;
}

static void end(struct site *site, struct text *text)
{
	autofree char *base = part_value(site, base_part, strlen(base_part));

	for (size_t i = 0; base && i < LENGTH(rules); i++) {
		struct rule rule = rule_of(rules[i]);
		autofree char *value =
			rule.part ? part_value(site, rule.part, rule.part_size) : NULL;

		if (rule_stands(site, &rule, value))
			add_line(text, rule.line, value ? value : "");
	}
}

/* For the persisted check; the file itself is made at the end, in its own order. */
static void part_lines(
	const struct control *control, const char *value, struct text *text)
{
	for (size_t i = 0; i < LENGTH(rules); i++) {
		struct rule rule = rule_of(rules[i]);

		if (rule_belongs(&rule, control))
			add_line(text, rule.line, value);
	}
}

/* The lists that the lines of a control's part take of its value. */
static size_t lists_of(
	const struct control *control, const struct list *taken[LENGTH(lists)])
{
	size_t count = 0;

	for (size_t i = 0; i < LENGTH(rules); i++) {
		struct rule rule = rule_of(rules[i]);
		const struct list *list =
			rule_belongs(&rule, control) ? list_in(rule.line) : NULL;

		if (list && count < LENGTH(lists))
			taken[count++] = list;
	}
	return count;
}

static bool valid(const struct control *control, const char *value, struct text *why_not)
{
	const struct list *taken[LENGTH(lists)] = {0};
	size_t count = lists_of(control, taken);
	autowords struct words words = {0};

	if (!count) {
		text_addf(why_not, "\"%s\": only on or off", value);
		return false;
	}
	words_split(&words, strcmp(value, "none") == 0 ? "" : value, " ,");
	for (size_t i = 0; i < words.count; i++) {
		bool fits = false;

		for (size_t j = 0; j < count; j++)
			fits = fits || taken[j]->size(words.items[i]);
		if (fits)
			continue;
		text_addf(why_not, "\"%s\" is nothing like %s", words.items[i],
			taken[0]->example);
		return false;
	}
	return true;
}

static void lines(struct site *site, const struct control *control, const char *value,
	struct text *text)
{
	(void)site;
	(void)control;
	(void)value;
	(void)text;
}

/* The file as a whole is what the policy says, apart from the lines that single controls are asked for. */
static bool is_ours(struct site *site, const struct control *control, const char *text)
{
	autotext struct text wanted = {0};

	if (!is_part(control, base_part, strlen(base_part)))
		return strstr(text, "\ntable inet jefe {\n");
	end(site, &wanted);
	return text_equal(text_string(&wanted), text);
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autotext struct text text = {0}, wanted = {0};
	autowords struct words needed = {0};

	part_lines(control, value, &wanted);
	words_split(&needed, text_string(&wanted), "\n");
	if (!disk_read(site, kind_firewall.file, &text)) {
		find(finding, FOUND_WRONG, NULL,
			memory_format("%s is not there", kind_firewall.file));
		return;
	}
	for (size_t i = 0; i < needed.count; i++) {
		const char *line = needed.items[i] + strspn(needed.items[i], "\t");

		if (text_has_line(text_string(&text), line))
			continue;
		find(finding, FOUND_WRONG, NULL,
			memory_format("%s lacks: %s", kind_firewall.file, line));
		return;
	}
	if (is_ours(site, control, text_string(&text)))
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_copy_text(kind_firewall.file));
	else
		find(finding, FOUND_WRONG, memory_copy_text("changed"),
			memory_format("%s is not what was written", kind_firewall.file));
}

static int load(const char *flag, struct error *err)
{
	autofree char *path = memory_format("/%s", kind_firewall.file);

	return command_run(&(struct command){.argv = COMMAND("nft", flag, path),
				   .timeout_seconds = 20},
		err);
}

/* What nft prints is not what it read: the file is loaded into a network of its own, and listed there. */
int firewall_list_wanted(const char *const *argv, struct text *listing, struct error *err)
{
	autoclose int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int rc;

	if (home < 0 || unshare(CLONE_NEWNET) < 0)
		return error_errno(
			err, -errno, "making a network to try the packet filter in");
	rc = load("-f", err);
	if (rc == 0)
		rc = command_run(
			&(struct command){
				.argv = argv, .output = listing, .timeout_seconds = 20},
			err);
	if (setns(home, CLONE_NEWNET) < 0)
		abort(); /* everything from here on would look at the wrong network */
	return rc;
}

/* The lines of a listing that hold a text. */
static void lines_with(const char *listing, const char *part, struct text *text)
{
	autofree char *copy = memory_copy_text(listing);
	char *rest = copy, *line;

	while ((line = line_next(&rest)))
		if (strstr(line, part))
			text_addf(text, "%s%s", text->size ? "; " : "",
				line + strspn(line, "\t"));
}

static void effective(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	bool whole = is_part(control, base_part, strlen(base_part));
	const char *proof = control->target + strcspn(control->target, " ");
	const char *loaded = site_listing(site, PROGRAM_FIREWALL, finding);
	const char *listing =
		loaded ? site_listing(site, PROGRAM_FIREWALL_WANTED, finding) : NULL;
	autotext struct text now = {0}, wanted = {0};

	if (!listing)
		return;
	proof += strspn(proof, " ");
	lines_with(loaded, proof, &now);
	lines_with(listing, proof, &wanted);
	if (!text_equal(text_string(&now), text_string(&wanted)))
		find(finding, FOUND_WRONG, memory_copy_text(now.data),
			memory_format("nft list table inet jefe has not: %s",
				wanted.size ? wanted.data : "no such rule"));
	else if (whole && strcmp(loaded, listing) != 0)
		find(finding, FOUND_WRONG, memory_copy_text("changed"),
			memory_copy_text(
				"nft list table inet jefe is not what the file says"));
	else
		find(finding, FOUND_RIGHT, memory_copy_text(value),
			memory_format("nft list table inet jefe: %s",
				now.size ? now.data : "no such rule"));
}

static int written(struct site *site, const struct text *text, struct error *err)
{
	(void)text;
	return site->scope->running ? load("-cf", err) : 0;
}

/* Loading anew forgets who is banned: not when it would change nothing. */
static bool is_loaded(struct site *site)
{
	struct finding finding = {0};
	const char *loaded = site_listing(site, PROGRAM_FIREWALL, &finding);
	const char *wanted =
		loaded ? site_listing(site, PROGRAM_FIREWALL_WANTED, &finding) : NULL;

	finding_clear(&finding);
	return wanted && strcmp(loaded, wanted) == 0;
}

static int unload(struct error *err)
{
	return command_run(&(struct command){.argv = COMMAND("nft", "delete", "table",
						     "inet", "jefe"),
				   .timeout_seconds = 20},
		err);
}

static int activate(struct site *site, struct error *err)
{
	struct finding finding = {0};
	bool there = site_listing(site, PROGRAM_FIREWALL, &finding);

	finding_clear(&finding);
	if (!file_exists(site->scope->root_fd, kind_firewall.file))
		return there ? unload(err) : 0;
	return is_loaded(site) ? 0 : load("-f", err);
}

const struct control_kind kind_firewall = {
	.name = "firewall",
	.fix = "Load it again: service jefe-firewall, action restart.",
	.takes_value = true,
	.valid = valid,
	.file = "etc/jefelinux/firewall.nft",
	.mode = 0600,
	.lines = lines,
	.end = end,
	.written = written,
	.activate = activate,
	.persisted = persisted,
	.effective = effective,
};
