/* The terminal of a console: opened, made sane, read by the key. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/live/console.h"

static void make_sane(int fd)
{
	struct termios mode;

	if (tcgetattr(fd, &mode) < 0)
		return;
	mode.c_iflag = ICRNL | IXON | IUTF8;
	mode.c_oflag = OPOST | ONLCR;
	mode.c_lflag = ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN;
	mode.c_cflag |= CREAD | CLOCAL | HUPCL;
	(void)tcsetattr(fd, TCSANOW, &mode);
}

static int set_environment(const char *term)
{
	return setenv("TERM", term, 1) | setenv("LANG", "C.UTF-8", 1) |
	       setenv("HOME", "/root", 1) |
	       setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
}

int console_open(const char *tty, const char *term, struct error *err)
{
	autofree char *path = memory_format("/dev/%s", tty);
	int fd;

	(void)setsid(); /* fails when init made us the leader of a session already */
	fd = open(path, O_RDWR | O_NOCTTY);
	if (fd < 0)
		return error_errno(err, -errno, "opening %s", path);
	/* 1: take it from a session that has it: init starts one process per console. */
	(void)ioctl(fd, TIOCSCTTY, 1);
	make_sane(fd);
	for (int stream = 0; stream < 3; stream++)
		if (dup2(fd, stream) < 0)
			return error_errno(err, -errno, "using %s", path);
	if (fd > 2)
		(void)close(fd);
	if (set_environment(term) != 0)
		return error_set(err, -ENOMEM, "setting the environment of %s", path);
	return 0;
}

int console_ask(const char *question, const char *keys, struct error *err)
{
	struct termios old, raw;
	int key = -EPIPE;
	char byte;

	if (tcgetattr(STDIN_FILENO, &old) < 0)
		return error_errno(err, -errno, "reading a key");
	raw = old;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	(void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
	if (file_write_all(STDOUT_FILENO, question, strlen(question), err) < 0)
		return err->code;
	while (read(STDIN_FILENO, &byte, 1) == 1) {
		byte = (char)tolower((unsigned char)byte);
		if (byte && strchr(keys, byte)) {
			key = (unsigned char)byte;
			break;
		}
	}
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &old);
	return key < 0 ? error_set(err, key, "the terminal is gone") : key;
}
