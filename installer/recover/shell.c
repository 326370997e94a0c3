/* A shell, or a program, in the installed system, on this terminal. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "installer/base/file.h"
#include "installer/base/memory.h"
#include "installer/distro/distro.h"
#include "installer/recover/operation.h"

static void shell_describe(const struct operation *operation, struct text *to)
{
	text_addf(to, "in %s run", RECOVER_DIR);
	for (size_t i = 0; i < operation->argv.count; i++)
		text_addf(to, " %s", operation->argv.items[i]);
	if (!operation->argv.count)
		text_add(to, " its login shell");
	text_add(to, "\n");
}

static void shell_exec(int root, const char *const *argv)
{
	static const char path[] =
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
	const char *term = getenv("TERM");
	autofree char *terminal = memory_format("TERM=%s", term ? term : "dumb");
	const char *environment[] = {path, "HOME=/root", terminal, NULL};

	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGQUIT, SIG_DFL);
	if (fchdir(root) < 0 || chroot(".") < 0 || chdir("/") < 0)
		_exit(126);
	(void)execvpe(argv[0], (char *const *)(uintptr_t)argv,
		(char *const *)(uintptr_t)environment);
	_exit(127);
}

/* Keys that interrupt are for the shell, not for us: what is bound for it must be given back. */
static int run_shell(int root, const char *const *argv, struct error *err)
{
	const struct sigaction ignore = {.sa_handler = SIG_IGN};
	struct sigaction interrupt, quit;
	int status = 0;
	pid_t pid;

	(void)sigaction(SIGINT, &ignore, &interrupt);
	(void)sigaction(SIGQUIT, &ignore, &quit);
	pid = fork();
	if (pid == 0)
		shell_exec(root, argv);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	(void)sigaction(SIGINT, &interrupt, NULL);
	(void)sigaction(SIGQUIT, &quit, NULL);
	if (pid < 0)
		return error_errno(err, -errno, "starting %s", argv[0]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The status of a shell is that of its last command and means nothing; that of a program does. */
static int shell_run(
	struct operation *operation, struct recover *recover, struct error *err)
{
	autoclose int root = file_open_root(RECOVER_DIR, err);
	const struct distro *distro = NULL;
	bool is_asked = operation->argv.count > 0;
	const char *shell[] = {"/bin/sh", "-l", NULL};
	const char *const *argv =
		is_asked ? (const char *const *)operation->argv.items : shell;
	int status;

	(void)recover;
	if (root < 0)
		return root;
	if (distro_detect(root, &distro, NULL) == 0)
		shell[0] = distro->login_shell;
	status = run_shell(root, argv, err);
	if (status < 0 || (!is_asked && status < 126) || status == 0)
		return status < 0 ? status : 0;
	return error_set(err, -ECHILD, "%s in %s ended with status %d", argv[0],
		RECOVER_DIR, status);
}

const struct operation_ops operation_shell = {
	.describe = shell_describe, .run = shell_run};
