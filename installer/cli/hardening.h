/* What audit and harden have in common: a system, and the policy it is held against. */
#pragma once

#include "installer/base/text.h"
#include "installer/controls/controls.h"

struct hardening_options {
	const char *root;    /* "/" when none was given */
	const char *level;   /* NULL: the one the system keeps; audit has a default */
	const char *control; /* only this one */
	struct words roles, no_roles, settings; /* settings: CONTROL=VALUE */
	struct words waive, unwaive;
	struct words reasons, expires; /* one for all that are waived, or one for each */
	const char *accept_edits;      /* keep or replace */
	const char *ssh;               /* NULL: the server the system keeps */
	const char *confirm_within;    /* seconds; NULL: the usual time */
	bool json, sarif, thorough, plan, undo;
	bool confirm; /* keep what an earlier run changed */
};

struct hardening {
	struct control_scope scope;
	struct answers
		*answers; /* the policy the system keeps, with the options on top */
	struct policy policy;
	struct answers *kept_answers; /* the policy without the options */
	struct policy kept;
	bool level_chosen; /* by the options, not by what the system keeps */
	bool has_policy; /* the system keeps one; a level that is named nowhere is only the default */
};

/* Options of "audit" or "harden"; 0, or an exit code after a message when one is not known there or is incomplete. */
int hardening_options_read(int argc, char **argv, struct hardening_options *options);
void hardening_options_free(struct hardening_options *options);
#define autohardeningoptions __attribute__((cleanup(hardening_options_free)))

int hardening_open(const struct hardening_options *options, struct hardening *hardening,
	struct error *err) CHECKED;
void hardening_close(struct hardening *hardening);
#define autohardening __attribute__((cleanup(hardening_close)))

/* Print what is wrong with the policy on stderr; false when there is an error among it. */
bool hardening_check(const char *command, const struct hardening *hardening);
