/* Plays a script against a program on a terminal of its own and prints what is on the screen.
 *
 *   screenplay [-t TERM] [-s COLSxROWS] [-l LOCALE] [-a] PROGRAM PLAY [ARGUMENT...]
 *
 * PLAY is text, one verb a line:  start ARGS  key NAME  type TEXT  wait TEXT  gone TEXT  absent TEXT  shot NAME  budget BYTES  cursor TEXT
 * times COUNT KEY  burst COUNT KEY  walk NAME  paste BYTES (\OCTAL)  hides TEXT
 *   slow BYTES (per second)  send BYTES (as paste, not waiting)  resize COLSxROWS  sleep MS  storm COUNT  fuzz SEED COUNT [SECONDS]  hangup  signal NAME  kill-front-end  exit STATUS  modes
 * $1 … in a line are the arguments. */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>

#include "installer/base/memory.h"
#include "installer/base/text.h"
#include "tests/screens/screenplay.h"

enum {
	QUIET_MS = 60,
	SHOT_QUIET_MS = 150,
	ANSWER_MS = 1000,
	ENDING_MS = 1000,
	SLOW_MS = 20,
	PATIENCE_MS = 60000,
	WORDS_MAX = 24
};

static long long now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* A display that may end by itself puts back what it changed on this computer: the level of kernel messages. */
static void end_program(const struct play *play)
{
	long long end = now_ms() + ENDING_MS;
	struct pollfd poll_fd = {.fd = play->fd, .events = POLLIN};
	char unread[4096];

	if (play->pid <= 0)
		return;
	(void)kill(play->pid, SIGTERM);
	while (waitpid(play->pid, NULL, WNOHANG) == 0) {
		if (now_ms() > end)
			(void)kill(play->pid, SIGKILL);
		if (poll(&poll_fd, 1, 5) > 0 &&
			read(play->fd, unread, sizeof(unread)) <= 0)
			poll_fd.fd = -1;
	}
}

void play_fail(const struct play *play, const char *what, const char *detail)
{
	(void)fprintf(stderr, "%s:%u: %s: %s\n", play->file, play->line, what, detail);
	end_program(play);
	exit(1);
}

static int on_move(VTermPos to, VTermPos from, int visible, void *user)
{
	(void)from;
	(void)visible;
	((struct play *)user)->cursor = to;
	return 1;
}

static const VTermScreenCallbacks callbacks = {.movecursor = on_move};

static void make_screen(struct play *play)
{
	play->half_size = 0;
	play->vterm = vterm_new(play->rows, play->cols);
	vterm_set_utf8(play->vterm, strstr(play->locale, "UTF-8") != NULL);
	play->screen = vterm_obtain_screen(play->vterm);
	vterm_screen_set_callbacks(play->screen, &callbacks, play);
	vterm_screen_reset(play->screen, 1);
}

/* How many bytes at the end begin a character of UTF-8 that goes on behind them. */
static size_t unfinished(const char *bytes, size_t size)
{
	size_t back = 0;

	while (back < size && back < 3 &&
		((unsigned char)bytes[size - 1 - back] >> 6) == 2)
		back++;
	if (back < size && (unsigned char)bytes[size - 1 - back] >= 0xc0) {
		unsigned char first = (unsigned char)bytes[size - 1 - back];
		size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;

		return back + 1 < length ? back + 1 : 0;
	}
	return 0;
}

/* libvterm takes half a character for a wrong one. */
static void write_whole(struct play *play, const char *bytes, size_t size)
{
	char joined[sizeof(play->half) + 4096];
	size_t rest;

	memcpy(joined, play->half, play->half_size);
	memcpy(joined + play->half_size, bytes, size);
	size += play->half_size;
	rest = strstr(play->locale, "UTF-8") ? unfinished(joined, size) : 0;
	(void)vterm_input_write(play->vterm, joined, size - rest);
	memcpy(play->half, joined + size - rest, rest);
	play->half_size = rest;
}

/* Take what the program writes. false: nothing came within the time, or it is gone. */
bool play_take(struct play *play, int timeout_ms)
{
	struct pollfd poll_fd = {.fd = play->fd, .events = POLLIN};
	char bytes[4096];
	size_t most = play->rate ? 1 + play->rate * SLOW_MS / 1000 : sizeof(bytes);
	ssize_t got;

	if (poll(&poll_fd, 1, timeout_ms) <= 0)
		return false;
	if (play->rate)
		(void)poll(NULL, 0, SLOW_MS);
	got = read(play->fd, bytes, most < sizeof(bytes) ? most : sizeof(bytes));
	if (got <= 0)
		return false;
	play->bytes += (size_t)got;
	write_whole(play, bytes, (size_t)got);
	vterm_screen_flush_damage(play->screen);
	return true;
}

void play_settle(struct play *play, int quiet_ms)
{
	while (play_take(play, quiet_ms))
		;
}

/* What a key brings. The first byte may take long on a busy machine; a key that changes nothing brings none. */
static void take_answer(struct play *play)
{
	if (play_take(play, ANSWER_MS))
		play_settle(play, QUIET_MS);
}

static void put_utf8(struct text *text, uint32_t code)
{
	char bytes[4] = {0};

	if (code < 0x80) {
		bytes[0] = (char)(code ? code : ' ');
	} else if (code < 0x800) {
		bytes[0] = (char)(0xc0 | code >> 6);
		bytes[1] = (char)(0x80 | (code & 0x3f));
	} else {
		bytes[0] = (char)(0xe0 | code >> 12);
		bytes[1] = (char)(0x80 | (code >> 6 & 0x3f));
		bytes[2] = (char)(0x80 | (code & 0x3f));
	}
	text_add(text, bytes);
}

char *play_row(const struct play *play, int row)
{
	struct text text = {0};

	for (int col = 0; col < play->cols; col++) {
		VTermScreenCell cell = {0};

		(void)vterm_screen_get_cell(play->screen, (VTermPos){row, col}, &cell);
		if (cell.chars[0] != (uint32_t)-1)
			put_utf8(&text, cell.chars[0]);
	}
	while (text.size && text.data[text.size - 1] == ' ')
		text.data[--text.size] = '\0';
	return text_take(&text);
}

static bool shows(const struct play *play, const char *part)
{
	for (int row = 0; row < play->rows; row++) {
		autofree char *text = play_row(play, row);

		if (strstr(text, part))
			return true;
	}
	return false;
}

static void print_screen(const struct play *play, FILE *to)
{
	for (int row = 0; row < play->rows; row++) {
		autofree char *text = play_row(play, row);

		(void)fprintf(to, "%s\n", text);
	}
}

/* One letter for each look: what a reader of the golden file can see with the eye. */
static char look(const VTermScreenCell *cell)
{
	static const char letters[] = ".bursBUR";
	unsigned look = (cell->attrs.bold ? 1U : 0) | (cell->attrs.reverse ? 2U : 0);

	if (cell->attrs.underline)
		return 'u';
	if (look)
		return letters[look == 1 ? 1 : look == 2 ? 3 : 5];
	return '.';
}

static void print_colour(const VTermColor *colour, FILE *to)
{
	if (VTERM_COLOR_IS_DEFAULT_FG(colour) || VTERM_COLOR_IS_DEFAULT_BG(colour))
		(void)fputc('-', to);
	else if (VTERM_COLOR_IS_INDEXED(colour))
		(void)fprintf(to, "%d", colour->indexed.idx);
	else
		(void)fprintf(to, "#%02x%02x%02x", colour->rgb.red, colour->rgb.green,
			colour->rgb.blue);
}

static bool looks_same(const VTermScreenCell *a, const VTermScreenCell *b)
{
	return look(a) == look(b) && vterm_color_is_equal(&a->fg, &b->fg) &&
	       vterm_color_is_equal(&a->bg, &b->bg);
}

/* Runs of equal looks: "row: look text/ground xLENGTH …" */
static void print_attributes(const struct play *play)
{
	for (int row = 0; row < play->rows; row++) {
		(void)printf("%2d:", row);
		for (int col = 0, length; col < play->cols; col += length) {
			VTermScreenCell first = {0}, other = {0};

			(void)vterm_screen_get_cell(
				play->screen, (VTermPos){row, col}, &first);
			for (length = 1; col + length < play->cols; length++) {
				(void)vterm_screen_get_cell(play->screen,
					(VTermPos){row, col + length}, &other);
				if (!looks_same(&first, &other))
					break;
			}
			(void)printf(" %c", look(&first));
			print_colour(&first.fg, stdout);
			(void)printf("/");
			print_colour(&first.bg, stdout);
			(void)printf("x%d", length);
		}
		(void)printf("\n");
	}
}

static void verb_shot(struct play *play, const char *name)
{
	play_settle(play, SHOT_QUIET_MS);
	(void)printf("=== %s, cursor %d,%d\n", name, play->cursor.row, play->cursor.col);
	print_screen(play, stdout);
	if (play->attributes)
		print_attributes(play);
}

static void child(const struct play *play, char *const *argv)
{
	autofree char *term = memory_format("TERM=%s", play->term);
	autofree char *locale = memory_format("LC_ALL=%s", play->locale);
	autofree char *sanitizer = memory_format(
		"ASAN_OPTIONS=%s", getenv("ASAN_OPTIONS") ? getenv("ASAN_OPTIONS") : "");
	autofree char *colours = memory_format(
		"NO_COLOR=%s", getenv("NO_COLOR") ? getenv("NO_COLOR") : "");
	autofree char *terminals = memory_format("TERMINFO_DIRS=%s",
		getenv("TERMINFO_DIRS") ? getenv("TERMINFO_DIRS") : "");
	char *environment[] = {term, locale, sanitizer, terminals,
		(char[]){"PATH=/usr/sbin:/usr/bin:/sbin:/bin"}, (char[]){"TZ=UTC"},
		colours, NULL};

	(void)execve(play->program, argv, environment);
	_exit(127);
}

/* As forkpty(), but the modes are read before the program can change them. */
static void start_on_terminal(
	struct play *play, char *const *argv, const struct winsize *size)
{
	int terminal;

	if (openpty(&play->fd, &terminal, NULL, NULL, size) < 0)
		play_fail(play, "openpty", strerror(errno));
	(void)tcgetattr(terminal, &play->before);
	play->pid = fork();
	if (play->pid < 0)
		play_fail(play, "fork", strerror(errno));
	if (play->pid == 0) {
		(void)close(play->fd);
		if (login_tty(terminal) == 0)
			child(play, argv);
		_exit(127);
	}
	(void)close(terminal);
}

static void verb_start(struct play *play, char *arguments)
{
	char *kept = memory_copy_text(arguments);
	char *argv[WORDS_MAX] = {(char[]){"ui"}};
	struct winsize size = {.ws_row = (unsigned short)play->rows,
		.ws_col = (unsigned short)play->cols};
	size_t count = 1;

	end_program(play);
	if (play->pid > 0)
		(void)close(play->fd);
	free(play->started);
	play->started = kept;
	for (char *word = strtok(arguments, " "); word && count + 1 < WORDS_MAX;
		word = strtok(NULL, " "))
		argv[count++] = word;
	if (play->vterm)
		vterm_free(play->vterm);
	make_screen(play);
	start_on_terminal(play, argv, &size);
	play->bytes = 0;
	while (!play->bytes && play_take(play, PATIENCE_MS))
		;
	play_settle(play, QUIET_MS);
}

void play_put(struct play *play, const char *bytes, size_t size)
{
	play->bytes = 0;
	if (write(play->fd, bytes, size) != (ssize_t)size)
		play_fail(play, "writing to the program", strerror(errno));
}

/* The bytes of a key on this terminal; NULL: there is none of this name. */
const char *play_key(const struct play *play, const char *name, char *buffer)
{
	static const struct {
		const char *name, *bytes, *linux_bytes;
	} keys[] = {
		{"Enter",     "\r",      NULL      },
                {"Tab",       "\t",      NULL      },
                {"BackTab",   "\033[Z",  NULL      },
		{"Esc",       "\033",    NULL      },
                {"Up",        "\033[A",  NULL      },
                {"Down",      "\033[B",  NULL      },
		{"Right",     "\033[C",  NULL      },
                {"Left",      "\033[D",  NULL      },
                {"Space",     " ",       NULL      },
		{"Backspace", "\177",    NULL      },
                {"Delete",    "\033[3~", NULL      },
		{"PageDown",  "\033[6~", NULL      },
                {"PageUp",    "\033[5~", NULL      },
		{"F1",        "\007",    "\033[[A" },
                {"F10",       "\016",    "\033[21~"},
		{"F5",        "\022",    "\033[[E" },
                {"F6",        "\017",    "\033[17~"},
		{"F2",        "\026",    "\033[[B" },
                {"F3",        "\027",    "\033[[C" },
		{"F9",        "\020",    "\033[20~"}
        };
	bool is_linux = strcmp(play->term, "linux") == 0;

	for (size_t i = 0; i < LENGTH(keys); i++) {
		const char *bytes = is_linux && keys[i].linux_bytes ? keys[i].linux_bytes
								    : keys[i].bytes;

		if (strcmp(name, keys[i].name) != 0)
			continue;
		(void)snprintf(buffer, KEY_MAX, "%s", bytes);
		/* xterm and its kind are in application mode */
		if (strncmp(bytes, "\033[", 2) == 0 && strlen(bytes) == 3 &&
			strncmp(play->term, "xterm", 5) == 0)
			buffer[1] = 'O';
		return buffer;
	}
	buffer[0] = (char)(name[1] & 0x1f);
	buffer[1] = '\0';
	return name[0] == '^' && name[1] ? buffer : NULL;
}

static void verb_key(struct play *play, const char *name)
{
	char buffer[KEY_MAX];
	const char *bytes = play_key(play, name, buffer);

	if (!bytes)
		play_fail(play, "no such key", name);
	play_put(play, bytes, strlen(bytes));
	take_answer(play);
}

/* All at once, as when a key repeats faster than the line. */
static void verb_burst(struct play *play, const char *text)
{
	struct text burst = {0};
	unsigned count = 0;
	char name[20], buffer[KEY_MAX];

	if (sscanf(text, "%u %19s", &count, name) != 2 || !play_key(play, name, buffer))
		play_fail(play, "burst takes COUNT KEY", text);
	while (count--)
		text_add(&burst, buffer);
	play_put(play, burst.data, burst.size);
	text_free(&burst);
	take_answer(play);
}

/* Bytes at once, with octal escapes. */
static void verb_send(struct play *play, const char *text)
{
	char bytes[256];
	size_t size = 0;

	for (const char *c = text; *c && size < sizeof(bytes); size++)
		if (*c == '\\') {
			bytes[size] = (char)strtoul(
				(const char[]){c[1], c[2], c[3], '\0'}, NULL, 8);
			c += 4;
		} else {
			bytes[size] = *c++;
		}
	play_put(play, bytes, size);
}

static void verb_paste(struct play *play, const char *text)
{
	verb_send(play, text);
	take_answer(play);
}

/* The program has the text neither in its arguments nor in its environment. */
static void verb_hides(const struct play *play, const char *part)
{
	static const char *const files[] = {"cmdline", "environ"};

	for (size_t i = 0; i < LENGTH(files); i++) {
		autofree char *path =
			memory_format("/proc/%d/%s", (int)play->pid, files[i]);
		FILE *file = fopen(path, "r");
		char bytes[8192];
		size_t size = file ? fread(bytes, 1, sizeof(bytes), file) : 0;

		if (size == 0 || memmem(bytes, size, part, strlen(part)))
			play_fail(play, "found in or no", path);
		(void)fclose(file);
	}
}

static void verb_times(struct play *play, const char *text)
{
	unsigned count = 0;
	char name[20];

	if (sscanf(text, "%u %19s", &count, name) != 2)
		play_fail(play, "times takes COUNT KEY", text);
	while (count--)
		verb_key(play, name);
}

static void verb_wait(struct play *play, const char *part, bool is_wanted)
{
	long long end = now_ms() + PATIENCE_MS;

	while (shows(play, part) != is_wanted) {
		(void)play_take(play, 50);
		if (now_ms() > end) {
			print_screen(play, stderr);
			play_fail(play, is_wanted ? "never shown" : "always shown", part);
		}
	}
	play_settle(
		play, SHOT_QUIET_MS); /* the rest of the frame is not the next key's */
}

static void verb_resize(struct play *play, const char *size)
{
	struct winsize window = {0};

	if (sscanf(size, "%dx%d", &play->cols, &play->rows) != 2)
		play_fail(play, "no size", size);
	window.ws_col = (unsigned short)play->cols;
	window.ws_row = (unsigned short)play->rows;
	vterm_set_size(play->vterm, play->rows, play->cols);
	if (ioctl(play->fd, TIOCSWINSZ, &window) < 0)
		play_fail(play, "resizing", strerror(errno));
	play_settle(play, QUIET_MS);
}

static void verb_storm(struct play *play, const char *count)
{
	int cols = play->cols, rows = play->rows;
	long left = strtol(count, NULL, 10);

	for (; left > 0; left--) {
		struct winsize window = {.ws_col = (unsigned short)(1 + left * 7 % 140),
			.ws_row = (unsigned short)(1 + left * 3 % 50)};

		(void)ioctl(play->fd, TIOCSWINSZ, &window);
		(void)play_take(play, 0);
	}
	verb_resize(play, (char[]){"1x1"});
	{
		autofree char *size = memory_format("%dx%d", cols, rows);

		verb_resize(play, size);
	}
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525U + 1013904223U;
	return *state >> 8;
}

/* Keys may well choose Quit (status 1): then it starts again. Any other end is a failure. */
static void restart_after_quit(struct play *play)
{
	autofree char *arguments = memory_copy_text(play->started);
	int status;

	if (waitpid(play->pid, &status, WNOHANG) != play->pid)
		return;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 1) {
		autofree char *how = memory_format("exit code %d, signal %d",
			WEXITSTATUS(status), WIFSIGNALED(status) ? WTERMSIG(status) : 0);

		print_screen(play, stderr);
		play_fail(play, "the program ended badly", how);
	}
	(void)close(play->fd);
	play->pid = 0;
	verb_start(play, arguments);
}

/* Random bytes, keys and sizes, for some seconds or a count; the program must live. Shells are left out. */
static void verb_fuzz(struct play *play, const char *text)
{
	static const char *const pieces[] = {"\r", "\t", "\033[A", "\033[B", "\033[C",
		"\033[D", " ", "\177", "\033[3~", "\033[6~", "\033[", "\033", "\016",
		"\002", "\007", "\022", "?", "=", "<", "/", "\303\244", "\377", "\025",
		"\013", "\026", "a", "s", "\003", "vda"};
	uint32_t state = 0;
	unsigned count = 0, seconds = 0;
	long long end;

	if (sscanf(text, "%u %u %u", &state, &count, &seconds) < 2)
		play_fail(play, "fuzz takes SEED COUNT [SECONDS]", text);
	end = now_ms() + seconds * 1000LL;
	while (seconds ? now_ms() < end : count-- > 0) {
		uint32_t random = next_random(&state);
		const char *piece = pieces[random % LENGTH(pieces)];

		if (random % 97 == 0) {
			struct winsize window = {
				.ws_col = (unsigned short)(1 + random % 150),
				.ws_row = (unsigned short)(1 + random % 60)};

			(void)ioctl(play->fd, TIOCSWINSZ, &window);
		}
		if (write(play->fd, piece, strlen(piece)) < 0)
			(void)poll(NULL, 0, 20); /* it is ending */
		while (play_take(play, 0))
			;
		if (random % 13 == 0)
			(void)play_take(play, 5);
		restart_after_quit(play);
	}
	play_settle(play, QUIET_MS);
}

static void verb_exit(struct play *play, const char *wanted)
{
	long long end = now_ms() + PATIENCE_MS;
	char got[40];
	int status;

	while (waitpid(play->pid, &status, WNOHANG) == 0) {
		(void)play_take(play, 20);
		if (now_ms() > end)
			play_fail(play, "does not end", play->program);
	}
	(void)snprintf(got, sizeof(got), WIFEXITED(status) ? "%d" : "signal %d",
		WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	play->pid = 0;
	if (strcmp(got, wanted) != 0)
		play_fail(play, "ended with", got);
}

static void verb_modes(struct play *play)
{
	struct termios now = {0};

	(void)tcgetattr(play->fd, &now);
	if (now.c_lflag != play->before.c_lflag || now.c_iflag != play->before.c_iflag ||
		now.c_oflag != play->before.c_oflag)
		play_fail(play, "terminal modes", "are not what they were");
}

static void verb_budget(struct play *play, const char *text)
{
	size_t most = (size_t)strtoul(text, NULL, 10);
	autofree char *got = memory_format("%zu bytes, %zu allowed", play->bytes, most);

	if (play->bytes > most)
		play_fail(play, "too much was written", got);
	(void)fprintf(stderr, "# %s:%u: %s\n", play->file, play->line, got);
}

static void verb_cursor(const struct play *play, const char *text)
{
	autofree char *row = play_row(play, play->cursor.row);

	if (!strstr(row, text))
		play_fail(play, "the cursor is on", row);
}

static void verb_hangup(struct play *play)
{
	(void)close(play->fd);
	play->fd = -1;
}

static void verb_signal(const struct play *play, const char *name)
{
	static const struct {
		const char *name;
		int number;
	} signals[] = {
		{"TERM", SIGTERM},
                {"HUP",  SIGHUP },
                {"KILL", SIGKILL},
                {"INT",  SIGINT }
        };

	for (size_t i = 0; i < LENGTH(signals); i++)
		if (strcmp(name, signals[i].name) == 0)
			(void)kill(play->pid, signals[i].number);
}

/* The front end behind the launcher, killed where nothing can be tidied up. */
static void verb_kill_front_end(const struct play *play)
{
	autofree char *path = memory_format(
		"/proc/%d/task/%d/children", (int)play->pid, (int)play->pid);
	autofclose FILE *file = fopen(path, "r");
	int child_pid = 0;

	if (!file || fscanf(file, "%d", &child_pid) != 1)
		play_fail(play, "no front end below", play->program);
	(void)kill(child_pid, SIGKILL);
	// cppcheck-suppress resourceLeak ; closed by scope
}

static void perform(struct play *play, const char *verb, char *rest)
{
	if (strcmp(verb, "start") == 0)
		verb_start(play, rest);
	else if (strcmp(verb, "key") == 0)
		verb_key(play, rest);
	else if (strcmp(verb, "times") == 0)
		verb_times(play, rest);
	else if (strcmp(verb, "burst") == 0)
		verb_burst(play, rest);
	else if (strcmp(verb, "paste") == 0)
		verb_paste(play, rest);
	else if (strcmp(verb, "send") == 0)
		verb_send(play, rest);
	else if (strcmp(verb, "slow") == 0)
		play->rate = (size_t)strtoul(rest, NULL, 10);
	else if (strcmp(verb, "hides") == 0)
		verb_hides(play, rest);
	else if (strcmp(verb, "type") == 0) {
		play_put(play, rest, strlen(rest));
		take_answer(play);
	} else if (strcmp(verb, "wait") == 0)
		verb_wait(play, rest, true);
	else if (strcmp(verb, "gone") == 0)
		verb_wait(play, rest, false);
	else if (strcmp(verb, "absent") == 0 && shows(play, rest))
		play_fail(play, "must not be shown", rest);
	else if (strcmp(verb, "shot") == 0)
		verb_shot(play, rest);
	else if (strcmp(verb, "budget") == 0)
		verb_budget(play, rest);
	else if (strcmp(verb, "walk") == 0)
		walk(play, rest);
	else if (strcmp(verb, "cursor") == 0)
		verb_cursor(play, rest);
	else if (strcmp(verb, "resize") == 0)
		verb_resize(play, rest);
	else if (strcmp(verb, "sleep") == 0)
		(void)poll(NULL, 0, (int)strtol(rest, NULL, 10));
	else if (strcmp(verb, "storm") == 0)
		verb_storm(play, rest);
	else if (strcmp(verb, "fuzz") == 0)
		verb_fuzz(play, rest);
	else if (strcmp(verb, "hangup") == 0)
		verb_hangup(play);
	else if (strcmp(verb, "signal") == 0)
		verb_signal(play, rest);
	else if (strcmp(verb, "kill-front-end") == 0)
		verb_kill_front_end(play);
	else if (strcmp(verb, "exit") == 0)
		verb_exit(play, rest);
	else if (strcmp(verb, "modes") == 0)
		verb_modes(play);
	else if (strcmp(verb, "absent") != 0)
		play_fail(play, "no such verb", verb);
}

static char *expand(const struct play *play, const char *line)
{
	struct text text = {0};

	for (; *line; line++)
		if (*line == '$' && line[1] >= '1' && line[1] <= '9' &&
			play->arguments[line[1] - '1'])
			text_add(&text, play->arguments[*++line - '1']);
		else
			text_add_bytes(&text, line, 1);
	return text_take(&text);
}

static void perform_file(struct play *play)
{
	autofclose FILE *file = fopen(play->file, "r");
	char raw[1024];

	if (!file)
		play_fail(play, "opening", strerror(errno));
	while (fgets(raw, sizeof(raw), file)) {
		autofree char *line = NULL;
		char *space;

		play->line++;
		raw[strcspn(raw, "\n")] = '\0';
		if (!raw[0] || raw[0] == '#')
			continue;
		line = expand(play, raw);
		space = strchr(line, ' ');
		if (space)
			*space = '\0';
		perform(play, line, space ? space + 1 : line + strlen(line));
	}
	end_program(play);
}

int main(int argc, char **argv)
{
	static const char *const none[10] = {0};
	struct play play = {.term = "linux",
		.locale = "C.UTF-8",
		.rows = 24,
		.cols = 80,
		.arguments = none};
	const char *arguments[10] = {0};
	int option;

	while ((option = getopt(argc, argv, "+t:s:l:a")) != -1) {
		if (option == 't')
			play.term = optarg;
		else if (option == 'l')
			play.locale = optarg;
		else if (option == 'a')
			play.attributes = true;
		else if (option != 's' ||
			 sscanf(optarg, "%dx%d", &play.cols, &play.rows) != 2)
			return 2;
	}
	if (argc - optind < 2)
		return 2;
	(void)signal(SIGPIPE, SIG_IGN);
	play.program = argv[optind];
	play.file = argv[optind + 1];
	for (int i = optind + 2; i < argc && i - optind - 2 < 9; i++)
		arguments[i - optind - 2] = argv[i];
	play.arguments = arguments;
	perform_file(&play);
	if (play.vterm)
		vterm_free(play.vterm);
	free(play.started);
	return 0;
}
