#include "installer/base/language.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/memory.h"
#include "installer/base/text.h"

#ifdef HAVE_GETTEXT
#include <libintl.h>
#else
#define bindtextdomain(domain, folder)        ((void)(domain), (void)(folder), NULL)
#define bind_textdomain_codeset(domain, name) ((void)(domain), NULL)
#define dgettext(domain, text)                ((void)(domain), (text))
#define dngettext(domain, one, many, number)                                             \
	((void)(domain), (number) == 1 ? (one) : (many))
#endif

/* The second has the same texts in ASCII; po/local.mk makes both of one. */
static const char full_domain[] = "jefelinux", plain_domain[] = "jefelinux-ascii";

const struct language languages[] = {
	{"en",  "English", NULL, "us"},
	{"de", "Deutsch", "de_DE.UTF-8", "de"},
	{0    },
};

static struct {
	const struct language *now; /* NULL: not opened, which is English */
	const char *domain;
} chosen;

const char *language_text(const char *text)
{
	bool translates = text && *text && chosen.now && chosen.now->locale;

	return translates ? dgettext(chosen.domain, text) : text;
}

const char *language_count(const char *one, const char *many, size_t number)
{
	if (!chosen.now || !chosen.now->locale)
		return number == 1 ? one : many;
	return dngettext(chosen.domain, one, many, number);
}

const struct language *language_find(const char *code)
{
	for (const struct language *language = languages; code && language->code;
		language++)
		if (strcmp(language->code, code) == 0)
			return language;
	return NULL;
}

char *language_codes(void)
{
	struct text codes = {0};

	for (const struct language *language = languages; language->code; language++)
		text_addf(&codes, "%s%s", codes.size ? ", " : "", language->code);
	return text_take(&codes);
}

/* Catalogues are beside the running program, as in a build tree, else where they were installed. The caller frees it. */
static char *folder(void)
{
	char self[4096];
	ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;
	char *path;

	self[size < 0 ? 0 : size] = '\0';
	slash = strrchr(self, '/');
	path = memory_format("%.*s/po", slash ? (int)(slash - self) : 0, self);
	if (slash && access(path, X_OK) == 0)
		return path;
	free(path);
	return memory_copy_text(LOCALEDIR);
}

bool language_available(const struct language *language)
{
	autofree char *root = folder();
	autofree char *path = memory_format(
		"%s/%s/LC_MESSAGES/%s.mo", root, language->code, full_domain);

#ifdef HAVE_GETTEXT
	return !language->locale || access(path, R_OK) == 0;
#else
	return !language->locale;
#endif
}

/* de_DE.UTF-8, de, or a list as fr:de. */
static const struct language *language_in(const char *value)
{
	autowords struct words names = {0};

	words_split(&names, value, ":");
	for (size_t i = 0; i < names.count; i++) {
		autofree char *code =
			memory_copy_bytes(names.items[i], strcspn(names.items[i], "_.@"));
		const struct language *language = language_find(code);

		if (language && language_available(language))
			return language;
	}
	return NULL;
}

static const struct language *language_of_environment(void)
{
	static const char *const names[] = {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"};

	for (size_t i = 0; i < LENGTH(names); i++) {
		const char *value = getenv(names[i]);
		const struct language *language = value ? language_in(value) : NULL;

		if (language)
			return language;
		if (i > 0 && value && *value)
			break; /* the first that is set decides, as in the C library */
	}
	return languages;
}

/* A C library looks a catalogue up by the name of the locale. musl takes any name. glibc takes only a locale that is there; otherwise
 * LANGUAGE names the catalogue, as long as the locale is not "C". */
void language_use(const struct language *language)
{
	chosen.now = language;
	(void)setenv("LANGUAGE", language->code, 1);
	if (language->locale && !setlocale(LC_MESSAGES, language->locale))
		(void)setlocale(LC_MESSAGES, "C.UTF-8");
}

void language_open(const char *asked, bool plain)
{
	const struct language *language = language_find(asked);
	autofree char *root = folder();

	chosen.domain = plain ? plain_domain : full_domain;
	(void)bindtextdomain(full_domain, root);
	(void)bindtextdomain(plain_domain, root);
	(void)bind_textdomain_codeset(full_domain, "UTF-8");
	(void)bind_textdomain_codeset(plain_domain, "UTF-8");
	language_use(language && language_available(language)
			     ? language
			     : language_of_environment());
}

const struct language *language_now(void)
{
	return chosen.now ? chosen.now : languages;
}
