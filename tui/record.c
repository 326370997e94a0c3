#include "tui/record.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/json.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "tui/picture.h"

enum { HEADER_MAX = 4096 };

struct recorder {
	int fd;
	const struct theme *theme;
	double began, last; /* began: wall clock, whole seconds */
	struct canvas *shown;
	bool has_header;
};

/* Secrets. */

/* Stands for every secret that is not empty: not even its length is told. */
static struct secret *stand_in(void)
{
	struct secret *secret = secret_new();

	(void)!secret_append(secret, "hidden", 6, NULL);
	return secret;
}

static void redact(struct item *item, const struct secret *hidden)
{
	if (!item->secret)
		return;
	if (item->type == ITEM_SECRET) {
		if (secret_size(item->secret))
			item->secret = (struct secret *)(uintptr_t)hidden;
		return;
	}
	item->secret = NULL;
	item->value = _("(not recorded)");
	if (item->type == ITEM_QR)
		item->type = ITEM_NOTE;
}

struct canvas *record_canvas(
	const struct view *view, const struct pane *pane, int rows, int cols)
{
	size_t count = view->page->count;
	autosecret struct secret *hidden = stand_in();
	autofree struct item *items = memory_zero(count + 1, sizeof(*items));
	autofree struct item **pointers = memory_zero(count + 1, sizeof(struct item *));
	struct page page = *view->page;
	struct view bare = *view;
	struct pane covered = *pane;

	for (size_t i = 0; i < count; i++) {
		items[i] = *view->page->items[i];
		redact(&items[i], hidden);
		pointers[i] = &items[i];
	}
	page.items = pointers;
	bare.page = &page;
	covered.reveal = false;
	covered.blocks = true;
	if (view->focus < count && items[view->focus].secret)
		covered.caret = 0;
	return layout_draw(&bare, &covered, rows, cols);
}

/* The recording. */

static double now(void)
{
	struct timespec time = {0};

	(void)clock_gettime(CLOCK_REALTIME, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* When the recording that goes on was begun, by its first line. */
static int read_header(struct recorder *recorder, const char *path, struct error *err)
{
	char text[HEADER_MAX] = {0};
	struct json *header = NULL;
	ssize_t got = pread(recorder->fd, text, sizeof(text) - 1, 0);

	if (got <= 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	if (json_parse(text, path, &header, err) < 0)
		return err->code;
	recorder->began = (double)json_number(header, "timestamp");
	recorder->has_header = true;
	json_free(header);
	return 0;
}

int recorder_open(struct recorder **result, const char *path, bool goes_on,
	const struct theme *theme, struct error *err)
{
	int fd = open(path,
		O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | (goes_on ? 0 : O_TRUNC), 0600);
	struct recorder *recorder;
	int rc;

	if (fd < 0)
		return error_errno(err, -errno, _("recording to %s"), path);
	recorder = memory_zero(1, sizeof(*recorder));
	recorder->fd = fd;
	recorder->theme = theme;
	recorder->began = (double)(long long)now();
	rc = goes_on ? read_header(recorder, path, err) : 0;
	if (rc < 0) {
		recorder_close(recorder);
		return rc;
	}
	*result = recorder;
	return 0;
}

/* A recording that cannot be written must not stop what it records. */
static void put_line(const struct recorder *recorder, const char *line)
{
	struct error ignored = {0};

	(void)!file_write_all(recorder->fd, line, strlen(line), &ignored);
}

static void put_header(struct recorder *recorder, int rows, int cols)
{
	autofree char *line = memory_format(
		"{\"version\": 2, \"width\": %d, \"height\": %d, \"timestamp\": %lld, \"title\": \"JefeLinux\"}\n",
		cols, rows, (long long)recorder->began);

	put_line(recorder, line);
	recorder->has_header = true;
}

static void put_event(struct recorder *recorder, char kind, const char *data)
{
	autotext struct text line = {0};
	double time = now() - recorder->began;

	if (time > recorder->last) /* a clock that is set back stands still */
		recorder->last = time;
	text_addf(&line, "[%.3f, \"%c\", \"", recorder->last, kind);
	for (const char *c = data; *c; c++)
		if (*c == '"' || *c == '\\' || (unsigned char)*c < ' ')
			text_addf(&line, "\\u%04x", (unsigned)*c);
		else
			text_add_bytes(&line, c, 1);
	text_add(&line, "\"]\n");
	put_line(recorder, text_string(&line));
}

static bool same_size(const struct canvas *a, const struct canvas *b)
{
	return a && a->rows == b->rows && a->cols == b->cols;
}

static bool same_row(const struct canvas *a, const struct canvas *b, int row)
{
	for (int col = 0; col < a->cols; col++) {
		const struct cell *one = &a->cells[row * a->cols + col];
		const struct cell *other = &b->cells[row * a->cols + col];

		if (one->code != other->code || one->role != other->role)
			return false;
	}
	return true;
}

void recorder_frame(struct recorder *recorder, const struct view *view,
	const struct pane *pane, int rows, int cols)
{
	struct canvas *canvas;
	autotext struct text data = {0};
	bool again;

	if (!recorder)
		return;
	canvas = record_canvas(view, pane, rows, cols);
	again = same_size(recorder->shown, canvas);
	if (!recorder->has_header)
		put_header(recorder, rows, cols);
	if (recorder->shown && !again) {
		autofree char *size = memory_format("%dx%d", cols, rows);

		put_event(recorder, 'r', size);
	}
	if (!again)
		text_add(&data, "\033[?25l\033[0m\033[2J");
	for (int row = 0; row < rows; row++)
		if (!again || !same_row(canvas, recorder->shown, row))
			picture_ansi(canvas, row, recorder->theme, &data);
	if (data.size)
		put_event(recorder, 'o', data.data);
	canvas_free(recorder->shown);
	recorder->shown = canvas;
}

void recorder_close(struct recorder *recorder)
{
	if (!recorder)
		return;
	canvas_free(recorder->shown);
	(void)close(recorder->fd);
	free(recorder);
}

/* Single frames. */

static int write_picture(int dir, const struct canvas *canvas, const struct theme *theme,
	unsigned number, struct error *err)
{
	autofree char *text_name = memory_format("screen-%u.txt", number);
	autofree char *svg_name = memory_format("screen-%u.svg", number);
	autotext struct text text = {0}, svg = {0};
	int rc;

	picture_text(canvas, &text);
	picture_svg(canvas, theme, &svg);
	rc = file_write(dir, text_name, text.data, text.size, 0600, err);
	return rc < 0 ? rc : file_write(dir, svg_name, svg.data, svg.size, 0600, err);
}

int record_picture(const char *dir, const struct theme *theme, const struct view *view,
	const struct pane *pane, int rows, int cols, char **name, struct error *err)
{
	autocanvas struct canvas *canvas = record_canvas(view, pane, rows, cols);
	autoclose int root = file_open_root("/", err);
	autoclose int fd = -1;
	int rc = root < 0 ? root : file_make_dirs(root, dir, 0755, err);

	if (rc < 0)
		return rc;
	fd = file_open_root(dir, err);
	for (unsigned i = 1; fd >= 0 && i < 1000; i++) {
		autofree char *text = memory_format("screen-%u.txt", i);

		if (file_exists(fd, text))
			continue;
		rc = write_picture(fd, canvas, theme, i, err);
		if (rc == 0)
			*name = memory_format("%s/screen-%u", dir, i);
		return rc;
	}
	return fd < 0 ? fd : error_set(err, -ENOSPC, _("%s is full of pictures"), dir);
}
