/* The ordered steps from answers + machine. Made by a pure function, shown, then run. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "installer/answers.h"
#include "installer/base/text.h"
#include "installer/layout.h"
#include "installer/machine.h"
#include "installer/problem.h"

struct run;
struct step;

/* What the steps of one plan are computed from. Borrowed: answers and machine must outlive the plan. */
struct recipe {
	const struct answers *answers;
	const struct machine *machine;
	const struct disk *disk;        /* the first of disks */
	const struct disk *disks[DISKS]; /* the second is its mirror, or NULL */
	struct disk_layout layout;
};

/* What a kind of step can do. */
struct step_ops {
	const char *id;       /* "partition" */
	/* One line or more of exact operations for people: devices, bytes, types. No side effects. */
	void (*describe)(const struct recipe *recipe, struct text *to);
	/* Proves from the disk alone that the step was done before: 1 done, 0 not, negative error. NULL: always run. */
	int (*check)(const struct recipe *recipe, struct run *run, struct error *err);
	/* Do it. Whatever it holds is pushed on run->releases. */
	int (*run)(const struct recipe *recipe, struct run *run, struct error *err);
};

struct step {
	const struct step_ops *ops;
	char *title;        /* "Partition vda", for progress */
	double weight;      /* expected seconds on the reference VM; only ratios matter */
	bool writes;        /* to the disk; */
	bool destroys;      /* and what was there is lost */
};

struct plan {
	struct recipe recipe;
	char *disks;        /* their names: "vda", "vda+vdb" */
	struct step *steps;
	size_t count;
	char digest[65];    /* SHA-256 of plan_text(), hex */
	char id[9];         /* its first 8 digits */
};

/* No side effects, no clock, no random: the same input gives the same plan. Problems are those of answers_check()
 * plus what only planning finds; NULL when there is an error among them. The plan does not depend on the payload (its first step
 * checks that the system fits), so the id a person confirmed is the id that runs. */
struct plan *plan_make(const struct answers *answers, const struct machine *machine, struct problems *problems) CHECKED;
char *plan_text(const struct plan *plan) CHECKED;   /* canonical text: what the digest covers */
char *plan_json(const struct plan *plan) CHECKED;   /* "schema": 1 */
void plan_free(struct plan *plan);
