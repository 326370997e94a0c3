#include "installer/cli/confirm.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A line typed in time, without its newline; false when there is none. */
static bool read_answer(unsigned seconds, char *answer, size_t size)
{
	struct pollfd ready = {.fd = STDIN_FILENO, .events = POLLIN};

	if (poll(&ready, 1, (int)seconds * 1000) <= 0 || !fgets(answer, (int)size, stdin))
		return false;
	answer[strcspn(answer, "\r\n")] = '\0';
	return true;
}

void confirm_ask(struct rollback *rollback, unsigned seconds)
{
	char answer[16] = "";
	struct error err = {0};

	if (!rollback_end(rollback, true))
		return;
	(void)printf(
		"What decides who gets in has changed. In %u seconds the whole change is taken back, unless you "
		"confirm:\nopen a new connection, and run: jefe-setup harden --confirm\n",
		seconds);
	if (!isatty(STDIN_FILENO))
		return;
	(void)printf("Or type \"yes\" here, if you are sure that new connections work: ");
	(void)fflush(stdout);
	if (!read_answer(seconds, answer, sizeof(answer)) || strcmp(answer, "yes") != 0)
		(void)printf("\nNot confirmed.\n");
	else if (rollback_confirm(&err) < 0)
		(void)printf("Too late: the change was taken back.\n");
	else
		(void)printf("Confirmed.\n");
}
