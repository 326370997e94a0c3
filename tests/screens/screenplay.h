/* A program on a terminal of its own that is read back through libvterm. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <termios.h>

#include <vterm.h>

enum { KEY_MAX = 8 };

struct play {
	const char *term, *locale, *program, *file;
	int rows, cols;
	bool attributes;
	const char *const *arguments;
	unsigned line;
	pid_t pid;
	int fd;
	size_t bytes; /* since the last thing sent */
	size_t rate;  /* of the line, bytes per second; 0: as fast as it goes */
	struct termios before;
	VTerm *vterm;
	VTermScreen *screen;
	VTermPos cursor;
	char *started; /* arguments of the last start */
	char half[4];  /* of a character of UTF-8 that was not read to its end */
	size_t half_size;
};

/* Say what went wrong at which line, and end. */
void play_fail(const struct play *play, const char *what, const char *detail)
	__attribute__((noreturn));
/* Take what the program writes. false: nothing came within the time, or it is gone. */
bool play_take(struct play *play, int timeout_ms);
/* Take all until nothing came for so long. */
void play_settle(struct play *play, int quiet_ms);
void play_put(struct play *play, const char *bytes, size_t size); /* as typed; counts bytes anew */
char *play_row(const struct play *play, int row); /* its text without blanks at the end; the caller frees it */
/* The bytes of a key on this terminal; NULL: there is none of this name. buffer: KEY_MAX */
const char *play_key(const struct play *play, const char *name, char *buffer);

/* Operates whatever the page has, by keys that stay on it, and prints what each cost: "page|field|key|what|bytes", what being that of the
 * file `budget`. */
void walk(struct play *play, const char *page);
