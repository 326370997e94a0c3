/* The front end that shows nothing: what happens is for its script to expect. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "installer/base/memory.h"
#include "tui/frontend.h"
#include "tui/script.h"

struct display {
	const struct script *script;
};

static int display_open(void **state, const struct terminal *terminal, struct error *err)
{
	struct display *display = memory_zero(1, sizeof(*display));

	(void)err;
	display->script = terminal->script;
	*state = display;
	return 0;
}

static void display_show(void *state, const struct view *view)
{
	(void)state;
	(void)view;
}

static int display_read(void *state, struct input *input, int timeout_ms)
{
	const struct display *display = state;

	(void)input;
	if (script_ended(display->script))
		return -ENODATA;
	(void)poll(NULL, 0, timeout_ms);
	return 0;
}

static void display_nothing(void *state)
{
	(void)state;
}

const struct frontend frontend_script = {
	.name = "script",
	.open = display_open,
	.show = display_show,
	.read = display_read,
	.suspend = display_nothing,
	.resume = display_nothing,
	.close = free,
};
