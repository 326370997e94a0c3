#include "installer/fido2.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/command.h"
#include "installer/base/memory.h"

/* Longer than a person has to plug the key in, and the key then waits for a touch. */
enum { ANSWER_SECONDS = 150 };

void fido2_enrolled_free(struct fido2_enrolled *enrolled)
{
	free(enrolled->token);
	free(enrolled->name);
	secret_free(enrolled->key);
	*enrolled = (struct fido2_enrolled){0};
}

/* What the program says while it runs. */
struct talk {
	const struct fido2_teller *teller;
	char failure[300];
};

static void hear(void *context, const char *line)
{
	struct talk *talk = context;

	if (text_starts(line, FIDO2_ERROR))
		(void)snprintf(talk->failure, sizeof(talk->failure), "%s",
			line + strlen(FIDO2_ERROR));
	else
		talk->teller->tell(talk->teller->context, line);
}

static int run_program(const struct command *program, const struct fido2_teller *teller,
	struct error *err)
{
	struct talk talk = {.teller = teller};
	struct command command = *program;
	int status, rc;

	command.line = hear;
	command.context = &talk;
	command.timeout_seconds = ANSWER_SECONDS;
	command.ends_with_us = true;
	rc = command_status(&command, &status, err);
	if (rc < 0 || status == 0)
		return rc;
	return talk.failure[0] ? error_set(err, -EIO, "%s", talk.failure)
			       : error_set(err, -EIO, "%s ended with status %d",
					 FIDO2_PROGRAM, status);
}

/* A key that is plugged in later must find its driver; that it is there, or built in, is no failure. */
static void load_drivers(void)
{
	(void)!command_run(&(struct command){.argv = COMMAND("modprobe", "-a", "-b", "-q",
						     "usbhid", "hid_generic")},
		&(struct error){0});
}

static int make_credential(const struct secret *pin, const struct fido2_teller *teller,
	struct fido2_enrolled *enrolled, struct error *err)
{
	autotext struct text output = {0};
	autowords struct words lines = {0};
	struct command command = {
		.argv = COMMAND(FIDO2_PROGRAM, "make"), .secret = pin, .output = &output};
	int rc = run_program(&command, teller, err);

	if (rc < 0)
		return rc;
	words_split(&lines, text_string(&output), "\n");
	if (lines.count != 2)
		return error_set(err, -EPROTO, "%s made no token", FIDO2_PROGRAM);
	enrolled->token = memory_copy_text(lines.items[0]);
	enrolled->name = memory_copy_text(lines.items[1]);
	return 0;
}

int fido2_enrol(const struct secret *pin, const struct fido2_teller *teller,
	struct fido2_enrolled *enrolled, struct error *err)
{
	int rc = 0;

	enrolled->key = secret_new();
	if (!enrolled->key)
		rc = error_set(err, -ENOMEM, "no memory for secrets");
	load_drivers();
	if (rc == 0)
		rc = make_credential(pin, teller, enrolled, err);
	if (rc == 0)
		rc = run_program(&(struct command){.argv = COMMAND(FIDO2_PROGRAM,
							   "derive", enrolled->token),
					 .secret = pin,
					 .answer = enrolled->key},
			teller, err);
	if (rc == 0 && secret_size(enrolled->key) == 0)
		rc = error_set(err, -EPROTO, "%s derived no secret", FIDO2_PROGRAM);
	return rc < 0 ? error_prefix(err, "asking the security key") : 0;
}
