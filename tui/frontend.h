/* The contract between the core and whatever draws it and reads keys. A front end never changes a value: it shows the view and
 * returns inputs. The stream of inputs is demo, recording, test and fuzz input. */
#pragma once

#include "installer/base/error.h"
#include "tui/form.h"
#include "tui/theme.h"

struct recorder;
struct script;

struct terminal {
	int in, out;
	int signals; /* non-blocking signalfd for SIGINT, SIGTERM and SIGHUP; -1: none */
	const char *type; /* TERM; NULL or "dumb": no cursor motion */
	bool is_slow; /* serial or remote: wait longer for the rest of an escape sequence */
	bool is_thin; /* few bytes: no colours, no drawn lines, no step list */
	const struct theme *theme;
	struct recorder *recorder; /* of what is shown, or NULL */
	const char *pictures;      /* directory for single frames */
	struct script *script;     /* that operates the wizard, or NULL */
};

struct frontend {
	const char *name;
	bool fills_screen; /* kernel messages would be written over it */
	/* Prepare the terminal. Never exits, never prints on failure. */
	int (*open)(void **state, const struct terminal *terminal, struct error *err);
	/* This is what holds now; drawing may wait until read. */
	void (*show)(void *state, const struct view *view);
	/* 1: *input is filled; 0: nothing within the time; negative: the terminal is gone (-EPIPE) or the program should end (-EINTR).
	 * Draws before it waits, not before: input typed ahead is worked off first. */
	int (*read)(void *state, struct input *input, int timeout_ms);
	/* This input came from a script and comes next; NULL: the display shows it anyway. */
	void (*played)(void *state, const struct input *input);
	/* Give the terminal to another program and take it back. */
	void (*suspend)(void *state);
	void (*resume)(void *state);
	/* Restore the terminal and free the state. */
	void (*close)(void *state);
};

extern const struct frontend frontend_ncurses, frontend_newt, frontend_line,
	frontend_script;

/* Run the form on the front end until it ends, asks for another front end, or the terminal is gone (negative). */
int loop_run(struct form *form, const struct frontend *frontend,
	const struct terminal *terminal, struct error *err) CHECKED;
/* The signal that arrived, 0: none. */
int terminal_signal(const struct terminal *terminal);
