/* The SSH server's settings: a drop-in that is read first, as the first value of a keyword wins. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

#include "installer/base/command.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/controls/kinds.h"
#include "installer/distro/distro.h"

static const char main_path[] = "etc/ssh/sshd_config";
static const char program_path[] = "usr/sbin/sshd";
static const char include[] = "Include /etc/ssh/sshd_config.d/*.conf";

/* Does the server of this system know a word, an algorithm or a keyword? Its program holds all it knows; that can be asked of a disk
 * that does not run, too. */
static bool server_knows(const struct site *site, const char *word)
{
	autotext struct text own = {0};
	const struct text *program = disk_view(site, program_path, &own);

	return program && text_find(program, word);
}

/* A line without the algorithms that are marked with "?" and not known here. */
static void add_known(struct site *site, const char *line, struct text *text)
{
	size_t size = strcspn(line, " ");
	autowords struct words words = {0};
	bool first = true;

	text_addf(text, "%s%.*s ", text->size ? "\n" : "", (int)size, line);
	words_split(&words, line + size, " ,");
	for (size_t i = 0; i < words.count; i++) {
		bool optional = words.items[i][0] == '?';

		if (optional && !server_knows(site, words.items[i] + 1))
			continue;
		text_addf(text, "%s%s", first ? "" : ",", words.items[i] + optional);
		first = false;
	}
}

/* "?Keyword value" stands only where the server knows the keyword, "?algorithm" in a list only where it knows the algorithm. */
static char *expand(struct site *site, const char *value)
{
	autowords struct words lines = {0};
	struct text text = {0};

	words_split(&lines, value, "\n");
	for (size_t i = 0; i < lines.count; i++) {
		const char *line = lines.items[i];
		autofree char *keyword =
			memory_copy_bytes(line + 1, strcspn(line + 1, " "));

		for (char *c = keyword; *c; c++)
			*c = (char)tolower((unsigned char)*c);
		if (*line != '?' && strstr(line, "?"))
			add_known(site, line, &text);
		else if (*line != '?' || server_knows(site, keyword))
			text_addf(&text, "%s%s", text.size ? "\n" : "",
				line + (*line == '?'));
	}
	return text.data ? text_take(&text) : memory_copy_text("");
}

static void lines(struct site *site, const struct control *control, const char *value,
	struct text *text)
{
	(void)site;
	(void)control;
	if (*value)
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

/* When the file with its number was written. */
static struct timespec noted_at(const struct site *site, const struct daemon *daemon)
{
	autoclose int fd = -1;
	struct stat st = {0};

	if (daemon->pid_file)
		fd = file_open(site->scope->root_fd, daemon->pid_file, O_PATH, 0, NULL);
	if (fd >= 0 && fstat(fd, &st) < 0)
		st = (struct stat){0};
	return st.st_mtim;
}

static bool is_back(const struct site *site, const char *service,
	const struct timespec *before, bool *runs)
{
	autodaemon struct daemon daemon = {0};
	struct timespec now;

	site->scope->distro->service_look(site->scope->root_fd, service, &daemon);
	now = noted_at(site, &daemon);
	*runs = daemon.life == SERVICE_RUNS;
	return *runs && (!daemon.pid_file || now.tv_sec != before->tv_sec ||
				now.tv_nsec != before->tv_nsec);
}

/* It starts anew in the same process, and for a moment without the file that tells its number; nothing tells when it is done. */
static int wait_for_return(const struct site *site, const char *service,
	const struct timespec *before, struct error *err)
{
	enum { TRIES = 50 };
	static const struct timespec moment = {.tv_nsec = 100000000};
	bool runs = false;

	for (unsigned i = 0; i < TRIES && !is_back(site, service, before, &runs); i++)
		(void)nanosleep(&moment, NULL);
	return runs ? 0
		    : error_set(err, -EIO,
			      "%s did not come back after it was told to read its settings; look into the system log",
			      service);
}

static int activate(struct site *site, struct error *err)
{
	const struct distro *distro = site->scope->distro;
	const char *service = distro_service(distro, "ssh-server");
	autodaemon struct daemon daemon = {0};
	struct timespec before;
	int rc;

	if (service)
		distro->service_look(site->scope->root_fd, service, &daemon);
	if (daemon.life != SERVICE_RUNS)
		return 0;
	before = noted_at(site, &daemon);
	rc = distro->service_action(service, "reload", err);
	if (rc == 0)
		rc = wait_for_return(site, service, &before, err);
	if (rc == 0)
		reader_told(site, service, daemon.pid);
	return rc;
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

/* A value of several "name:value" words is shown with all names the server knows, and numbers perhaps with a fraction. */
static bool is_set(const char *found, const char *wanted)
{
	autowords struct words words = {0}, shown = {0};
	size_t right = 0;

	if (text_equal(found, wanted) || !found || !strchr(wanted, ' '))
		return text_equal(found, wanted);
	words_split(&words, wanted, " ");
	words_split(&shown, found, " ");
	for (size_t i = 0; i < words.count; i++)
		for (size_t j = 0; j < shown.count; j++) {
			size_t size = strlen(words.items[i]);

			if (strchr(words.items[i], ':') &&
				text_starts(shown.items[j], words.items[i]) &&
				strspn(shown.items[j] + size, ".0") ==
					strlen(shown.items[j] + size) &&
				shown.items[j][size] != '0') {
				right++;
				break;
			}
		}
	return right == words.count;
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

		if (is_set(now, wanted.items[i] + size + 1))
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

/* What lines of a Match block ("FILE:LINE Keyword value") set otherwise than wanted; the server's own list of settings leaves them out. */
static char *matched_otherwise(char *rest, const char *value)
{
	autowords struct words wanted = {0};
	struct text found = {0};
	char *line;

	words_split(&wanted, value, "\n");
	while ((line = line_next(&rest))) {
		const char *setting = strchr(line, ' ') + 1;
		size_t size = strcspn(setting, " ");

		for (size_t i = 0; i < wanted.count; i++)
			if (strncasecmp(setting, wanted.items[i], size) == 0 &&
				wanted.items[i][size] == ' ' &&
				strcasecmp(setting + size, wanted.items[i] + size) != 0)
				text_addf(&found, "%s%.*s: Match sets %s",
					found.size ? "; " : "", (int)(setting - line - 1),
					line, setting);
	}
	return found.size ? text_take(&found) : NULL;
}

static void persisted(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	autosshdconfig struct sshd_config config = {0};
	autotext struct text own = {0};
	autofree char *otherwise = NULL;

	if (!*value) {
		find(finding, FOUND_UNAVAILABLE, NULL,
			memory_format("/%s does not know: %s", program_path,
				control->values[control->level]));
		return;
	}
	if (!disk_view(site, main_path, &own)) {
		find(finding, FOUND_WRONG, NULL,
			memory_format("%s is not there", main_path));
		return;
	}
	sshd_config_read(site, main_path, &config);
	compare(text_string(&config.common), "etc/ssh/sshd_config with its drop-ins",
		value, finding);
	otherwise = matched_otherwise(config.matched.data, value);
	if (otherwise && finding->found == FOUND_RIGHT)
		find(finding, FOUND_DRIFTED, memory_copy_text("for some only"),
			memory_copy_text(otherwise));
}

static void effective(struct site *site, const struct control *control, const char *value,
	struct finding *finding)
{
	const char *listing = *value ? site_listing(site, PROGRAM_SSHD, finding) : NULL;

	(void)control;
	if (!listing)
		return;
	compare(listing, "sshd -T", value, finding);
	/* That was read from the files just now; the server works with what they were when it read them. */
	if (finding->found == FOUND_RIGHT)
		reader_doubt(site, main_path, finding);
}

const struct control_kind kind_sshd = {
	.name = "sshd",
	.fix = "Look for Match, or for another file in /etc/ssh/sshd_config.d that sorts before ours.",
	.pending = "restart the service that is named",
	.describe = describe_lines,
	.expand = expand,
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
