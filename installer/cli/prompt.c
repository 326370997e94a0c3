#include "installer/cli/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"

static int open_terminal(void)
{
	return open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
}

bool prompt_possible(void)
{
	autoclose int tty = open_terminal();

	return tty >= 0;
}

static int say(int tty, const char *text, struct error *err)
{
	return file_write_all(tty, text, strlen(text), err);
}

static int read_line(int tty, struct secret *secret, struct error *err)
{
	char byte = 0;
	ssize_t got;
	int rc = 0;

	secret_cut(secret, 0);
	while (rc == 0 && (got = read(tty, &byte, 1)) == 1 && byte != '\n')
		rc = secret_append(secret, &byte, 1, err);
	if (rc == 0 && byte != '\n')
		rc = error_set(err, -ECANCELED, "no answer from the terminal");
	explicit_bzero(&byte, sizeof(byte));
	return rc;
}

static int ask_once(
	int tty, const char *question, struct secret *secret, struct error *err)
{
	int rc = say(tty, question, err);

	if (rc == 0)
		rc = read_line(tty, secret, err);
	return rc < 0 ? rc : say(tty, "\n", err);
}

static int ask_twice(int tty, const char *key, struct secret *secret, struct error *err)
{
	autosecret struct secret *again = secret_new();
	autofree char *first = memory_format("%s: ", key);
	autofree char *second = memory_format("%s, once more: ", key);
	int rc = again ? 0 : error_set(err, -ENOMEM, "no memory for secrets");

	while (rc == 0) {
		rc = ask_once(tty, first, secret, err);
		if (rc == 0)
			rc = ask_once(tty, second, again, err);
		if (rc == 0 && secret_size(secret) && secret_equal(secret, again))
			return 0;
		if (rc == 0)
			rc = say(tty, "Empty or not the same; please type it again.\n",
				err);
	}
	return rc;
}

/* How a question is asked on a terminal without echo. */
typedef int ask_function(
	int tty, const char *question, struct secret *secret, struct error *err);

static int ask_silently(int tty, ask_function *ask, const char *question,
	struct secret *secret, struct error *err)
{
	struct termios old, silent;
	int rc;

	if (tcgetattr(tty, &old) < 0)
		return error_errno(err, -errno, "opening the terminal to ask");
	silent = old;
	silent.c_lflag &= ~(tcflag_t)ECHO;
	if (tcsetattr(tty, TCSAFLUSH, &silent) < 0)
		return error_errno(err, -errno, "asking without echo");
	rc = ask(tty, question, secret, err);
	(void)tcsetattr(tty, TCSAFLUSH, &old);
	return rc;
}

/* Does nothing but end read(2). */
static void interrupted(int number)
{
	(void)number;
}

/* A signal that would end us and leave the terminal without echo ends the asking instead. */
static int ask_here(
	ask_function *ask, const char *question, struct secret *secret, struct error *err)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
	const struct sigaction interrupt = {.sa_handler = interrupted};
	struct sigaction old[LENGTH(numbers)];
	autoclose int tty = open_terminal();
	int rc;

	if (tty < 0)
		return error_errno(err, -errno, "opening the terminal to ask");
	for (size_t i = 0; i < LENGTH(numbers); i++)
		(void)sigaction(numbers[i], &interrupt, &old[i]);
	rc = ask_silently(tty, ask, question, secret, err);
	for (size_t i = 0; i < LENGTH(numbers); i++)
		(void)sigaction(numbers[i], &old[i], NULL);
	return rc;
}

int prompt_secret(
	void *context, const char *key, struct secret *secret, struct error *err)
{
	(void)context;
	return ask_here(ask_twice, key, secret, err);
}

int prompt_secret_once(const char *question, struct secret *secret, struct error *err)
{
	return ask_here(ask_once, question, secret, err);
}

int prompt_secret_fd(
	const char *option, const char *number, struct secret *secret, struct error *err)
{
	uint64_t fd = 0;

	if (text_to_u64(number, 0, 1 << 16, &fd) < 0)
		return error_set(
			err, -EINVAL, "%s %s: a number is wanted", option, number);
	return secret_read(secret, (int)fd, option, err);
}
