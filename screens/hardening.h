/* What the hardening screens know about measures under the policy that is being edited. */
#pragma once

#include "installer/controls/controls.h"
#include "screens/wizard.h"

/* What the policy has to be told about: unknown, conflicting or missing measures. Made once for a page. */
void hardening_problems(const struct wizard *wizard, struct problems *problems);
/* The problem of one control, or of its waiver, or NULL. */
const struct problem *hardening_problem(
	const struct problems *problems, const struct control *control);
const struct problem *hardening_waiver_problem(
	const struct problems *problems, const struct control *control);
/* The control a problem is about, or NULL. */
const struct control *hardening_control_of(const struct problem *problem);
/* The first error and how many more there are: they stop the installation. */
void hardening_add_problems(struct page *page, const struct wizard *wizard);
/* Is it wanted, and does it concern a computer with these roles? */
bool hardening_is_on(const struct wizard *wizard, const struct control *control);
/* The waiver that the policy being edited has for it; false: none. */
bool hardening_waiver(const struct wizard *wizard, const struct control *control,
	struct waiver *waiver);
/* Does the operator want it other than its level says? */
bool hardening_is_changed(const struct wizard *wizard, const struct control *control);
size_t hardening_changes(
	const struct wizard *wizard, unsigned layer); /* layer 0: all layers */
/* Want a control on ("on" or a value) or off; what the level says anyway is no change. */
void hardening_want(
	struct wizard *wizard, const struct control *control, const char *value);
/* What the level alone says, or NULL. */
const char *hardening_of_level(
	const struct wizard *wizard, const struct control *control);
/* Short text about a measure for the help area, and all of it. */
const char *measure_note(struct page *page, const struct wizard *wizard,
	const struct problems *problems, const struct control *control);
/* A row of a list in which measures are switched; measure_switch() takes what the list says of one, "+ID" or "-ID". */
void measure_add(struct page *page, struct item *item, const struct wizard *wizard,
	const struct problems *problems, const struct control *control);
void measure_switch(struct wizard *wizard, const char *value);
/* Everything about it, for the long help. */
const char *measure_help(struct page *page, const struct control *control);
/* Its title, and that it is waived, for lists without remarks. */
const char *measure_title(
	struct page *page, const struct wizard *wizard, const struct control *control);
/* "changed", "waived", "breaks here" or "conflict", or NULL. */
const char *measure_remark(struct page *page, const struct wizard *wizard,
	const struct problems *problems, const struct control *control, enum tone *tone);
/* On its own page: its waiver, and the way to give one or take it back. */
void waiver_add(
	struct page *page, const struct wizard *wizard, const struct control *control);
void measure_open(struct form *form, const char *id); /* its own page */
