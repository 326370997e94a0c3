#include "installer/plan.h"

#include <stdlib.h>
#include <string.h>

#include "installer/base/digest.h"
#include "installer/base/json.h"
#include "installer/base/language.h"
#include "installer/base/memory.h"
#include "installer/steps/steps.h"

enum need {
	ALWAYS,
	NEW_TABLE,
	NEW_PARTITIONS,
	PARTITIONS_FOUND,
	MIRROR,
	KEEPING,
	ENCRYPTED,
	LOGICAL_VOLUMES,
	REMOTE_UNLOCK,
	TPM_UNLOCK,
	FIDO2_UNLOCK
};
enum effect { KEEPS, DIVIDES, WRITES };

/* The order of an installation. Weights are seconds on the reference VM. */
// clang-format off
static const struct row {
	const struct step_ops *ops;
	const char *title; /* N_(); %s: the names of the disks */
	double weight;
	enum need need;
	enum effect effect;
} rows[] = {
	{&step_verify,     N_("Verify the payload"),          0.3, ALWAYS,    KEEPS},
	{&step_enrol,      N_("Ask the security key"),       20.0, FIDO2_UNLOCK, KEEPS},
	{&step_claim,      N_("Claim %s"),                    0.3, ALWAYS,    KEEPS},
	{&step_wipe,       N_("Wipe %s"),                     0.3, NEW_TABLE, DIVIDES},
	{&step_open,       N_("Open what stays on %s"),       3.0, KEEPING,   KEEPS},
	{&step_mark,       N_("Take partitions on %s"),       0.3, PARTITIONS_FOUND, DIVIDES},
	{&step_partition,  N_("Partition %s"),                0.5, NEW_PARTITIONS, DIVIDES},
	{&step_mirror,     N_("Mirror %s"),                   1.0, MIRROR,    WRITES},
	{&step_encrypt,    N_("Encrypt %s"),                  7.0, ENCRYPTED, WRITES},
	{&step_volumes,    N_("Make logical volumes"),        0.8, LOGICAL_VOLUMES, WRITES},
	{&step_format,     N_("Format %s"),                   1.5, ALWAYS,    WRITES},
	{&step_mount,      N_("Mount the new system"),        0.1, ALWAYS,    KEEPS},
	{&step_extract,    N_("Unpack the system"),          45.0, ALWAYS,    KEEPS},
	{&step_system,     N_("Configure the system"),        0.3, ALWAYS,    KEEPS},
	{&step_users,      N_("Create users"),                0.3, ALWAYS,    KEEPS},
	{&step_unlock,     N_("Prepare unlocking over SSH"),  0.3, REMOTE_UNLOCK, KEEPS},
	{&step_tpm,        N_("Prepare unlocking by TPM"),    4.0, TPM_UNLOCK, KEEPS},
	{&step_fido2,      N_("Prepare unlocking by security key"), 4.0, FIDO2_UNLOCK, KEEPS},
	{&step_controls,   N_("Apply hardening"),             1.5, ALWAYS,    KEEPS},
	{&step_initramfs,  N_("Make the initramfs"),          6.0, ALWAYS,    KEEPS},
	{&step_loader,     N_("Install the boot loader"),     5.0, ALWAYS,    KEEPS},
	{&step_records,    N_("Keep plan and answers"),       0.1, ALWAYS,    KEEPS},
	{&step_finish,     N_("Finish %s"),                   2.0, ALWAYS,    KEEPS},
};
// clang-format on

/* The caller frees it. */
static char *title_of(const struct row *row, const char *disk)
{
	const char *slot = strstr(row->title, "%s");

	return slot ? memory_format("%.*s%s%s", (int)(slot - row->title), row->title,
			      disk, slot + strlen("%s"))
		    : memory_copy_text(row->title);
}

/* Is something lost that was on the disk? */
static bool destroys(const struct recipe *recipe, enum effect effect)
{
	switch (recipe->answers->disk.layout) {
	case LAYOUT_FREE:
		return false;
	case LAYOUT_KEEP:
		return effect == WRITES;
	case LAYOUT_WHOLE:
	case LAYOUT_MANUAL:
		break;
	}
	return effect != KEEPS;
}

static void add_step(struct plan *plan, const struct row *row)
{
	plan->steps = memory_resize(plan->steps, plan->count + 1, sizeof(*plan->steps));
	plan->steps[plan->count++] = (struct step){.ops = row->ops,
		.title = title_of(row, plan->disks),
		.weight = row->weight,
		.writes = row->effect != KEEPS,
		.destroys = destroys(&plan->recipe, row->effect)};
}

static const struct disk *only_disk(const struct answers *answers,
	const struct machine *machine, struct problems *problems)
{
	autofree const struct disk **disks = answers_disks(answers, machine);

	if (disks && disks[0] && !disks[1])
		return disks[0];
	/* answers_check() told why, unless `expect` asked for another number */
	problems_add(problems, SEVERITY_ERROR, "disk.match", 0, 0,
		"an installation takes exactly one disk; run `jefe-setup probe` to see what there is");
	return NULL;
}

static bool is_needed(const struct recipe *recipe, enum need need)
{
	switch (need) {
	case KEEPING:
		return recipe->layout.keeps;
	case ENCRYPTED:
		return recipe->layout.encrypted && !recipe->layout.keeps;
	case NEW_PARTITIONS:
		return !recipe->layout.partitions[PART_ROOT].found;
	case PARTITIONS_FOUND:
		return recipe->layout.partitions[PART_ROOT].found;
	case NEW_TABLE:
		return !recipe->layout.in_place;
	case MIRROR:
		return recipe->disks[1];
	case LOGICAL_VOLUMES:
		return recipe->layout.has_volumes && !recipe->layout.keeps;
	case REMOTE_UNLOCK:
		return recipe->layout.encrypted && recipe->answers->disk.remote_unlock;
	case TPM_UNLOCK:
		return recipe->layout.encrypted && recipe->answers->disk.tpm_unlock;
	case FIDO2_UNLOCK:
		return recipe->layout.encrypted && recipe->answers->disk.fido2_unlock;
	case ALWAYS:
		break;
	}
	return true;
}

struct plan *plan_make(const struct answers *answers, const struct machine *machine,
	struct problems *problems)
{
	struct recipe recipe = {.answers = answers, .machine = machine};
	autofree char *text = NULL;
	struct plan *plan;

	answers_check(answers, machine, false, problems);
	if (problems_have_errors(problems))
		return NULL;
	recipe.disk = only_disk(answers, machine, problems);
	if (!recipe.disk)
		return NULL;
	layout_make(answers, machine, recipe.disk, &recipe.layout, problems);
	if (problems_have_errors(problems))
		return NULL;
	for (size_t i = 0; i < DISKS && recipe.layout.disks[i]; i++)
		recipe.disks[i] = machine_disk(machine, recipe.layout.disks[i]);
	plan = memory_zero(1, sizeof(*plan));
	plan->recipe = recipe;
	plan->disks = recipe.disks[1] ? memory_format("%s+%s", recipe.disk->name,
						recipe.disks[1]->name)
				      : memory_copy_text(recipe.disk->name);
	for (size_t i = 0; i < LENGTH(rows); i++)
		if (is_needed(&recipe, rows[i].need))
			add_step(plan, &rows[i]);
	text = plan_text(plan);
	digest_of(text, strlen(text), plan->digest);
	memcpy(plan->id, plan->digest, sizeof(plan->id) - 1);
	return plan;
}

static void step_operations(
	const struct plan *plan, const struct step *step, struct words *lines)
{
	autotext struct text text = {0};

	step->ops->describe(&plan->recipe, &text);
	words_split(lines, text_string(&text), "\n");
}

char *plan_text(const struct plan *plan)
{
	autofree char *disk = disk_describe(plan->recipe.disk);
	struct text text = {0};

	text_addf(&text, "Install on %s\n", disk);
	if (plan->recipe.disks[1]) {
		autofree char *mirror = disk_describe(plan->recipe.disks[1]);

		text_addf(&text, "and on its mirror %s\n", mirror);
	}
	for (size_t i = 0; i < plan->count; i++) {
		const struct step *step = &plan->steps[i];
		autowords struct words lines = {0};

		text_addf(&text, "%2zu. %s%s\n", i + 1, step->title,
			step->destroys ? "  (what was there is lost)" : "");
		step_operations(plan, step, &lines);
		for (size_t n = 0; n < lines.count; n++)
			text_addf(&text, "    %s\n", lines.items[n]);
	}
	return text_take(&text);
}

static struct json *step_json(const struct plan *plan, const struct step *step)
{
	struct json *object = json_new_object();
	struct json *operations = json_new_array();
	autowords struct words lines = {0};

	step_operations(plan, step, &lines);
	for (size_t i = 0; i < lines.count; i++)
		json_append_text(operations, lines.items[i]);
	json_put_text(object, "id", step->ops->id);
	json_put_text(object, "title", step->title);
	json_put_number(object, "weight_ms", (uint64_t)(step->weight * 1000));
	json_put_bool(object, "destroys", step->destroys);
	json_put(object, "operations", operations);
	return object;
}

char *plan_json(const struct plan *plan)
{
	struct json *object = json_new_object();
	struct json *steps = json_new_array();
	char *text;

	for (size_t i = 0; i < plan->count; i++)
		json_append(steps, step_json(plan, &plan->steps[i]));
	json_put_number(object, "schema", 1);
	json_put_text(object, "id", plan->id);
	json_put_text(object, "digest", plan->digest);
	json_put_text(object, "disk", plan->recipe.disk->path);
	if (plan->recipe.disks[1])
		json_put_text(object, "mirror", plan->recipe.disks[1]->path);
	json_put(object, "steps", steps);
	text = json_write(object, false);
	json_free(object);
	return text;
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	for (size_t i = 0; i < plan->count; i++)
		free(plan->steps[i].title);
	free(plan->steps);
	free(plan->disks);
	free(plan);
}
