/* The SSH server's settings as it reads them: what holds for everybody, and what Match keeps for some. */
#include <string.h>
#include <strings.h>

#include "installer/base/memory.h"
#include "installer/controls/kinds.h"

enum { DEPTH_MAX = 16 }; /* of files that include files, as in the server */

/* Where a line stands. */
struct spot {
	const char *path;
	unsigned line, depth;
	bool matched; /* behind Match, or included from there */
};

static void read_file(struct site *site, struct spot spot, struct sshd_config *config);

/* Other names that the server takes for a keyword. */
static const char *keyword_known(const char *keyword)
{
	static const char *const rows[][2] = {
		{"ChallengeResponseAuthentication", "KbdInteractiveAuthentication"},
		{"SkeyAuthentication",              "KbdInteractiveAuthentication"},
		{"PubkeyAcceptedKeyTypes",          "PubkeyAcceptedAlgorithms"    },
	};

	for (size_t i = 0; i < LENGTH(rows); i++)
		if (strcasecmp(keyword, rows[i][0]) == 0)
			return rows[i][1];
	return keyword;
}

static void include(struct site *site, const struct spot *spot, const struct words *words,
	struct sshd_config *config)
{
	for (size_t i = 1; i < words->count; i++) {
		const char *name = words->items[i];
		autofree char *pattern = memory_format(
			"%s%s", *name == '/' ? "" : "etc/ssh/", name + (*name == '/'));
		autowords struct words paths = {0};

		paths_expand(site, pattern, &paths);
		for (size_t j = 0; j < paths.count; j++)
			read_file(site,
				(struct spot){.path = paths.items[j],
					.depth = spot->depth + 1,
					.matched = spot->matched},
				config);
	}
}

/* "Keyword value", however many blanks, quotes and equals signs it was written with. */
static void take_line(struct site *site, struct spot *spot, const char *line,
	struct sshd_config *config)
{
	autowords struct words words = {0};
	struct text *text = spot->matched ? &config->matched : &config->common;

	words_split(&words, line, " \t\r\"=");
	if (!words.count || words.items[0][0] == '#')
		return;
	if (strcasecmp(words.items[0], "Match") == 0) {
		spot->matched = true;
		return;
	}
	if (strcasecmp(words.items[0], "Include") == 0) {
		include(site, spot, &words, config);
		return;
	}
	if (spot->matched)
		text_addf(text, "%s:%u ", spot->path, spot->line);
	text_addf(text, "%s", keyword_known(words.items[0]));
	for (size_t i = 1; i < words.count && words.items[i][0] != '#'; i++)
		text_addf(text, " %s", words.items[i]);
	text_add(text, "\n");
}

/* Match holds to the end of its file. */
static void read_file(struct site *site, struct spot spot, struct sshd_config *config)
{
	autotext struct text text = {0};
	char *rest, *line;

	if (spot.depth > DEPTH_MAX || !disk_read(site, spot.path, &text))
		return;
	rest = text.data;
	while ((line = line_next(&rest))) {
		spot.line++;
		take_line(site, &spot, line, config);
	}
}

void sshd_config_read(struct site *site, const char *path, struct sshd_config *config)
{
	read_file(site, (struct spot){.path = path}, config);
}

void sshd_config_free(struct sshd_config *config)
{
	text_free(&config->common);
	text_free(&config->matched);
}
