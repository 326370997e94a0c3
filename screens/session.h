/* A wizard on its way to another front end: answers, drafts, secrets and place, through a pipe that nobody else reads. */
#pragma once

#include "screens/wizard.h"

/* The reading end of a pipe that holds everything, or negative. message: to be shown there, or NULL. */
int session_save(struct wizard *wizard, const struct form *form,
	const char *message, struct error *err) CHECKED;
struct session;
/* Read and close fd. The caller frees it. */
int session_read(int fd, struct session **session, struct error *err) CHECKED;
const char *session_answers(const struct session *session); /* YAML */
void session_apply(
	const struct session *session, struct wizard *wizard, struct form *form);
void session_free(struct session *session);
