#include "tui/theme.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/base/text.h"

static const char default_text[] =
#include "tui/theme_default.inc"
	;

enum { THEME_MAX = 64 * 1024 };

const char *const role_names[] = {"screen", "title", "banner", "label", "value", "strong",
	"quiet", "focus", "field", "field_focus", "hint", "good", "warning", "danger",
	"border", "step_done", "step_now", "step_todo", "key", "meter_on", "meter_off",
	"segment1", "segment2", "segment3", "segment4", "qr", NULL};
const char *const glyph_set_names[] = {"auto", "ascii", "lines", "cp437", "utf8", NULL};

static const char *const frame_names[] = {"lines", "none", NULL};
static const char *const colour_names[] = {
	"black", "red", "green", "brown", "blue", "magenta", "cyan", "white", NULL};
static const char *const attribute_names[] = {
	"bold", "reverse", "underline", "dim", NULL};
static const char *const depth_names[] = {"mono", "c8", "c16", "c256", NULL};

static size_t name_index(const char *const *names, const char *name)
{
	size_t i = 0;

	while (names[i] && strcmp(names[i], name) != 0)
		i++;
	return i;
}

static int read_colour(const char *word, enum depth depth, short *colour)
{
	size_t named = name_index(colour_names, word);
	unsigned most = depth == DEPTH_256 ? 255 : 15;
	uint64_t number;

	if (strcmp(word, "default") == 0)
		*colour = -1;
	else if (colour_names[named])
		*colour = (short)named;
	else if (depth >= DEPTH_16 && text_to_u64(word, 0, most, &number) == 0)
		*colour = (short)number;
	else
		return -EINVAL;
	return 0;
}

/* "white/black+bold", "normal", "reverse+bold" */
static int read_style(char *spec, enum depth depth, struct style *style)
{
	autowords struct words parts = {0};
	size_t first = 0;

	*style = (struct style){.text = -1, .ground = -1};
	words_split(&parts, spec, "+");
	if (parts.count && strchr(parts.items[0], '/')) {
		autowords struct words colours = {0};

		words_split(&colours, parts.items[0], "/");
		if (depth == DEPTH_MONO || colours.count != 2 ||
			read_colour(colours.items[0], depth, &style->text) < 0 ||
			read_colour(colours.items[1], depth, &style->ground) < 0)
			return -EINVAL;
		first = 1;
	} else if (parts.count && strcmp(parts.items[0], "normal") == 0) {
		first = 1;
	}
	for (size_t i = first; i < parts.count; i++) {
		size_t attribute = name_index(attribute_names, parts.items[i]);

		if (!attribute_names[attribute])
			return -EINVAL;
		style->attributes |= (unsigned char)(1U << attribute);
	}
	return parts.count ? 0 : -EINVAL;
}

static int read_role(
	const struct words *words, size_t role, struct theme *theme, struct error *err)
{
	struct style *styles = theme->styles[role];
	bool given[DEPTH_COUNT] = {false};

	for (size_t i = 1; i < words->count; i++) {
		char *equals = strchr(words->items[i], '=');
		size_t depth;

		if (equals)
			*equals = '\0';
		depth = name_index(depth_names, words->items[i]);
		if (!equals || !depth_names[depth])
			return error_set(err, -EINVAL,
				"\"%s\" is not mono=…, c8=…, c16=… or c256=…",
				words->items[i]);
		if (read_style(equals + 1, (enum depth)depth, &styles[depth]) < 0)
			return error_set(err, -EINVAL,
				"\"%s\" is not TEXT/GROUND, with +bold, +reverse, +underline or +dim behind it",
				equals + 1);
		given[depth] = true;
	}
	if (given[DEPTH_8] && !given[DEPTH_16])
		styles[DEPTH_16] = styles[DEPTH_8];
	return 0;
}

static int read_setting(
	const char *name, const char *value, struct theme *theme, struct error *err)
{
	bool is_frame = strcmp(name, "frame") == 0;
	const char *const *names = is_frame ? frame_names : glyph_set_names;
	size_t found = name_index(names, value);

	if (!names[found])
		return error_set(err, -EINVAL, "\"%s\" is not one of %s", value,
			is_frame ? "lines, none" : "auto, ascii, lines, cp437, utf8");
	if (is_frame)
		theme->bare = found;
	else
		theme->glyphs = (enum glyph_set)found;
	return 0;
}

static int read_line(const char *line, struct theme *theme, struct error *err)
{
	autowords struct words words = {0};
	size_t role;

	words_split(&words, line, " \t");
	if (!words.count || words.items[0][0] == '#')
		return 0;
	if (words.count == 2 && (strcmp(words.items[0], "glyphs") == 0 ||
					strcmp(words.items[0], "frame") == 0))
		return read_setting(words.items[0], words.items[1], theme, err);
	role = name_index(role_names, words.items[0]);
	if (!role_names[role]) {
		const char *near = text_nearest(words.items[0], role_names);

		return error_set(err, -EINVAL, "unknown role \"%s\"%s%s%s",
			words.items[0], near ? " (did you mean \"" : "", near ? near : "",
			near ? "\"?)" : "");
	}
	return read_role(&words, role, theme, err);
}

int theme_read(const char *text, const char *name, struct theme *theme, struct error *err)
{
	unsigned number = 0;

	while (*text) {
		size_t length = strcspn(text, "\n");
		autofree char *line = memory_copy_bytes(text, length);

		number++;
		if (read_line(line, theme, err) < 0)
			return error_prefix(err, "%s:%u", name, number);
		text += length + (text[length] == '\n');
	}
	return 0;
}

void theme_default(struct theme *theme)
{
	*theme = (struct theme){0};
	if (theme_read(default_text, "default.theme", theme, NULL) < 0)
		*theme = (struct theme){
			0}; /* a test reads it: cannot happen in a build that was tested */
}

int theme_load(const char *dir, const char *name, struct theme *theme, struct error *err)
{
	autofree char *named = strchr(name, '/')
				       ? memory_copy_text(name)
				       : memory_format("%s/themes/%s.theme", dir, name);
	autofree char *path = realpath(named, NULL);
	int missing = path ? 0 : -errno;
	autoclose int root = file_open_root("/", err);
	autotext struct text text = {0};
	int rc = root < 0 ? root : 0;

	theme_default(theme);
	if (!path)
		return strcmp(name, "default") == 0
			       ? 0
			       : error_errno(err, missing, "opening %s", named);
	if (rc == 0)
		rc = file_read(root, path, THEME_MAX, &text, err);
	if (rc == 0)
		rc = theme_read(text_string(&text), named, theme, err);
	if (rc < 0)
		theme_default(theme);
	return rc;
}
