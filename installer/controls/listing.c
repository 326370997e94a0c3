/* What programs say about the running system. Starting one is dear, so the next audit does without when the kernel and the files that
 * the program reads say that its answer would be the same: it is kept below /run with a key made of what they said. */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/base/command.h"
#include "installer/base/digest.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/base/netlink.h"
#include "installer/controls/kinds.h"

enum { LISTING_MAX = 4 << 20 };

static void add_bytes(struct text *key, const char *name, const struct text *bytes)
{
	char hex[65];

	digest_of(text_string(bytes), bytes->size, hex);
	text_addf(key, "%s %s\n", name, hex);
}

/* A file as it is: whoever changes anything of it gives it another change time. */
static void add_file(const struct site *site, const char *path, struct text *key)
{
	autoclose int fd = file_open(site->scope->root_fd, path, O_PATH, 0, NULL);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0)
		text_addf(key, "%s %llu %lld %lld.%09ld\n", path,
			(unsigned long long)st.st_ino, (long long)st.st_size,
			(long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
	else
		text_addf(key, "%s is not there\n", path);
}

/* The kernel counts changes of the packet filter's rules in each network. */
static bool key_firewall(const struct site *site, struct text *key)
{
	const struct nfgenmsg request = {.version = NFNETLINK_V0};
	const struct netlink_question question = {.family = NETLINK_NETFILTER,
		.type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETGEN,
		.answer_type = NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWGEN,
		.payload = &request,
		.size = sizeof(request)};
	autotext struct text answer = {0};
	struct nlattr attribute;
	uint32_t generation;

	if (netlink_ask(&question, &answer, NULL) < 0 ||
		answer.size < sizeof(request) + sizeof(attribute) + sizeof(generation))
		return false;
	memcpy(&attribute, answer.data + sizeof(request), sizeof(attribute));
	memcpy(&generation, answer.data + sizeof(request) + sizeof(attribute),
		sizeof(generation));
	if (attribute.nla_type != NFTA_GEN_ID)
		return false;
	text_addf(key, "generation %08x\n", generation);
	add_file(site, "usr/sbin/nft", key);
	add_file(site, kind_firewall.file, key);
	return true;
}

/* The rules as the kernel holds them: auditctl prints nothing else. */
static bool key_audit_rules(const struct site *site, struct text *key)
{
	const struct netlink_question question = {.family = NETLINK_AUDIT,
		.type = AUDIT_LIST_RULES,
		.answer_type = AUDIT_LIST_RULES,
		.list = true};
	autotext struct text answer = {0};

	if (netlink_ask(&question, &answer, NULL) < 0)
		return false;
	add_bytes(key, "rules", &answer);
	add_file(site, "usr/sbin/auditctl", key);
	return true;
}

/* "Include" of other files than the usual ones: what these say can change unseen. */
static bool includes_others(const struct site *site, const char *path)
{
	autotext struct text text = {0};
	char *rest, *line;

	if (!disk_read(site, path, &text))
		return false;
	rest = text.data;
	while ((line = line_next(&rest))) {
		autowords struct words words = {0};

		words_split(&words, line, " \t=\"");
		if (words.count && strcasecmp(words.items[0], "Include") == 0 &&
			(words.count != 2 ||
				strcmp(words.items[1], "/etc/ssh/sshd_config.d/*.conf") !=
					0))
			return true;
	}
	return false;
}

static bool key_sshd(const struct site *site, struct text *key)
{
	static const char inputs[] =
		"usr/sbin/sshd etc/passwd etc/group etc/ssl/openssl.cnf etc/ssh etc/ssh/* "
		"etc/ssh/sshd_config.d etc/ssh/sshd_config.d/*";
	autowords struct words paths = {0};

	paths_expand(site, inputs, &paths);
	for (size_t i = 0; i < paths.count; i++) {
		if (text_starts(paths.items[i], "etc/ssh/sshd_config") &&
			includes_others(site, paths.items[i]))
			return false;
		add_file(site, paths.items[i], key);
	}
	return true;
}

#define LIST_FIREWALL                                                                    \
	{                                                                                \
		"nft", "--stateless", "--terse", "list", "table", "inet", "jefe"         \
	}

static int run(const char *const *argv, struct text *output, struct error *err)
{
	return command_run(
		&(struct command){.argv = argv, .output = output, .timeout_seconds = 20},
		err);
}

/* What auditctl -s would print, as far as controls set it. */
static int read_audit_status(
	const char *const *argv, struct text *output, struct error *err)
{
	const struct netlink_question question = {
		.family = NETLINK_AUDIT, .type = AUDIT_GET, .answer_type = AUDIT_GET};
	autotext struct text answer = {0};
	struct audit_status status = {0};
	int rc = netlink_ask(&question, &answer, err);

	(void)argv;
	if (rc < 0)
		return error_prefix(err, "the state of the audit system");
	if (answer.size < offsetof(struct audit_status, backlog_wait_time) + 4)
		return error_set(err, -EPROTO, "the state of the audit system is short");
	memcpy(&status, answer.data,
		answer.size < sizeof(status) ? answer.size : sizeof(status));
	text_addf(output,
		"enabled %u\nfailure %u\nbacklog_limit %u\nbacklog_wait_time %u\n",
		status.enabled, status.failure, status.backlog_limit,
		status.backlog_wait_time);
	return 0;
}

static const struct program_row {
	const char *name, *argv[8];
	int (*run)(const char *const *argv, struct text *output, struct error *err);
	/* What the answer depends on; false: that cannot be told. NULL: it is quickly had. */
	bool (*key)(const struct site *site, struct text *key);
} programs[PROGRAM_COUNT] = {
	[PROGRAM_SSHD] = {"sshd",            {"/usr/sbin/sshd", "-T"}, run,               key_sshd       },
	[PROGRAM_FIREWALL] = {"firewall",        LIST_FIREWALL,            run,               key_firewall   },
	[PROGRAM_FIREWALL_WANTED] = {"firewall-wanted", LIST_FIREWALL,
			  firewall_list_wanted,					   key_firewall   },
	[PROGRAM_AUDIT_RULES] = {"audit-rules",     {"auditctl", "-l"},       run,               key_audit_rules},
	[PROGRAM_AUDIT_STATUS] = {"audit-status",    {"auditctl", "-s"},       read_audit_status,
			  NULL									   },
};

bool listing_key(const struct site *site, enum program program, struct text *key)
{
	return programs[program].key && programs[program].key(site, key);
}

static char *kept_path(enum program program)
{
	return memory_format("run/jefe/listing.%s", programs[program].name);
}

static bool recall(const struct site *site, enum program program, const struct text *key,
	struct text *output)
{
	autofree char *path = kept_path(program);
	autotext struct text kept = {0};

	if (file_read(site->scope->root_fd, path, LISTING_MAX, &kept, NULL) < 0 ||
		!text_starts(text_string(&kept), text_string(key)))
		return false;
	text_add(output, kept.data + key->size);
	return true;
}

static void keep(const struct site *site, enum program program, struct text *key,
	const struct text *output)
{
	autofree char *path = kept_path(program);

	text_add(key, text_string(output));
	if (file_make_dirs(site->scope->root_fd, "run/jefe", 0755, NULL) == 0)
		(void)!file_write(
			site->scope->root_fd, path, key->data, key->size, 0600, NULL);
}

/* Only an audit may rely on what another one was told: a change wants to see what it did, and must not count as changing /run. */
static int ask(const struct site *site, enum program program, struct text *output,
	struct error *err)
{
	autotext struct text key = {0};
	const struct program_row *row = &programs[program];
	bool known = site->memo && listing_key(site, program, &key);
	int rc;

	text_add(&key, "\n");
	if (known && recall(site, program, &key, output))
		return 0;
	rc = row->run(row->argv, output, err);
	if (known && rc == 0)
		keep(site, program, &key, output);
	return rc;
}

const char *site_listing(struct site *site, enum program program, struct finding *finding)
{
	struct listing *listing = &site->listings[program];
	struct error err = {0};

	if (geteuid() != 0) {
		find(finding, FOUND_UNKNOWN, NULL,
			memory_format("%s needs root", programs[program].argv[0]));
		return NULL;
	}
	if (!listing->asked) {
		listing->asked = true;
		listing->code = ask(site, program, &listing->output, &err);
		if (listing->code < 0)
			text_addf(&listing->output, "%s", err.text);
	}
	if (listing->code == 0)
		return text_string(&listing->output);
	find(finding, FOUND_WRONG, NULL,
		memory_format("%s", text_string(&listing->output)));
	return NULL;
}
