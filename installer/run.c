#include "installer/run.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/manifest.h"

/* How far a run got. */
struct walk {
	bool written; /* a step that writes to the disk was begun */
	bool proving; /* resuming, and everything so far was found done */
};

char *run_disk_state(const struct plan *plan, bool written)
{
	const char *disk = plan->disks;

	if (written && plan->recipe.layout.keeps)
		return memory_format(
			N_("the system on %s is of no use until installed again: its installation did not finish; its /home and /srv are as before"),
			disk);
	if (written && plan->recipe.layout.in_place)
		return memory_format(
			N_("the new partitions on %s are of no use until installed again: their installation did not finish; the others are as before"),
			disk);
	return written ? memory_format(
				 N_("%s is unusable until installed again: its installation did not finish"),
				 disk)
		       : memory_format(N_("nothing was written to %s"), disk);
}

static double total_weight(const struct plan *plan)
{
	double total = 0;

	for (size_t i = 0; i < plan->count; i++)
		total += plan->steps[i].weight;
	return total;
}

static void emit_step(
	const struct run *run, size_t index, enum event_kind kind, const char *state)
{
	const struct step *step = &run->plan->steps[index];

	events_emit(run->events, &(struct event){.kind = kind,
					 .step = (unsigned)index + 1,
					 .steps = (unsigned)run->plan->count,
					 .id = step->ops->id,
					 .title = step->title,
					 .state = state,
					 .weight = step->weight,
					 .weight_total = total_weight(run->plan)});
}

static int stopped(const struct run *run, struct error *err)
{
	if (!run->stop || !*run->stop)
		return 0;
	return error_set(err, -ECANCELED, "stopped on request");
}

/* 1: the disk proves that this step is done. The first one that it does not prove ends proving, as later steps build on it. */
static int proven(
	const struct step *step, struct run *run, struct walk *walk, struct error *err)
{
	int done;

	if (!walk->proving || !step->ops->check)
		return 0;
	done = step->ops->check(&run->plan->recipe, run, err);
	if (done == 0)
		walk->proving = false;
	return done;
}

static int run_step(struct run *run, size_t index, struct walk *walk, struct error *err)
{
	const struct step *step = &run->plan->steps[index];
	int rc = stopped(run, err);

	if (rc < 0)
		return rc;
	emit_step(run, index, EVENT_STEP_BEGIN, NULL);
	rc = proven(step, run, walk, err);
	if (rc == 0) {
		walk->written |= step->writes;
		rc = step->ops->run(&run->plan->recipe, run, err);
	} else if (rc > 0) {
		walk->written |= step->writes;
		emit_step(run, index, EVENT_STEP_END, "skipped");
		return 0;
	}
	if (rc < 0)
		return error_prefix(err, "%s", step->title);
	emit_step(run, index, EVENT_STEP_END, "done");
	return 0;
}

static void emit_end(const struct run *run, int rc, bool written, const struct error *err)
{
	autofree char *state = run_disk_state(run->plan, written);

	if (rc < 0)
		events_emit(run->events,
			&(struct event){
				.kind = EVENT_FAILED, .text = err->text, .state = state});
	else
		events_emit(run->events,
			&(struct event){.kind = EVENT_DONE, .title = run->plan->disks});
}

/* Everything is given back, whatever happened; the first failure is the one that is told. */
static int release_all(struct run *run, int rc, struct error *err)
{
	struct error detail = {0};
	int released = releases_run(run->releases, &detail);

	if (released < 0 && rc < 0)
		events_warn(run->events, "%s", detail.text);
	fido2_enrolled_free(&run->security_key);
	manifest_free(run->manifest);
	run->manifest = NULL;
	return rc < 0 || released == 0 ? rc : error_set(err, released, "%s", detail.text);
}

int run_plan(struct run *run, struct error *err)
{
	struct walk walk = {.proving = run->resume};
	struct sigaction ignore = {.sa_handler = SIG_IGN}, old;
	int rc = 0;

	(void)sigaction(SIGPIPE, &ignore, &old);
	events_emit(run->events, &(struct event){.kind = EVENT_PLAN,
					 .id = run->plan->id,
					 .title = run->plan->disks,
					 .steps = (unsigned)run->plan->count,
					 .weight_total = total_weight(run->plan)});
	for (size_t i = 0; rc == 0 && i < run->plan->count; i++)
		rc = run_step(run, i, &walk, err);
	rc = release_all(run, rc, err);
	emit_end(run, rc, walk.written, err);
	(void)sigaction(SIGPIPE, &old, NULL);
	return rc;
}
