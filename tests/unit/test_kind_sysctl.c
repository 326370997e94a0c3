#include "installer/controls/kinds.h"

#include "installer/controls/change.h"
#include "installer/distro/distro.h"
#include "tests/unit/look.h"

static const char martians[] =
	"proc/sys/net/ipv4/conf/all/log_martians";             /* hardened: 1 */
static const char ftrace[] = "proc/sys/kernel/ftrace_enabled"; /* paranoid: 0 */

/* This tree has few of the kernel's files. */
static void take_note(void *context, const char *line)
{
	if (!strstr(line, "No such file"))
		text_addf(context, "%s\n", line);
}

/* The kernel follows a level that took the place of another; LEVEL_NONE: there was none. The caller frees what is told. */
static char *follow(enum level level, enum level level_before)
{
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("alpine"), .running = true};
	const struct policy before = {.level = level_before};
	const struct policy policy = {
		.level = level, .before = level_before ? &before : NULL};
	struct text notes = {0};
	autosite struct site site = {
		.scope = &scope, .policy = &policy, .note = take_note, .context = &notes};
	struct error err = {0};

	assert_done(kind_sysctl.activate(&site, &err), &err);
	return notes.data ? text_take(&notes) : memory_copy_text("");
}

static struct change *begin(void)
{
	struct change *change = NULL;
	struct error err = {0};

	assert_done(change_begin(root, "level", &change, &err), &err);
	return change;
}

static void a_failed_change_leaves_the_kernel_as_it_was(void **state)
{
	autofree char *notes = NULL;
	struct change *change;
	struct error err = {0};

	(void)state;
	put(martians, "0\n");
	put(ftrace, "1\n");
	change = begin();
	notes = follow(LEVEL_PARANOID, LEVEL_NONE);
	assert_string_equal(notes, "");
	assert_file(martians, "1\n");
	assert_file(ftrace, "0\n");
	assert_done(change_drop(change, &err), &err);
	assert_file(martians, "0\n");
	assert_file(ftrace, "1\n");
}

static void a_lower_level_gives_back_what_the_kernel_had(void **state)
{
	autofree char *up = NULL, *down = NULL;
	struct change *change;
	struct error err = {0};

	(void)state;
	put(martians, "0\n");
	put(ftrace, "1\n");
	change = begin();
	up = follow(LEVEL_PARANOID, LEVEL_NONE);
	assert_done(change_keep(change, &err), &err);
	change = begin();
	down = follow(LEVEL_HARDENED, LEVEL_PARANOID);
	assert_string_equal(down, "");
	assert_done(change_keep(change, &err), &err);
	assert_file(martians, "1\n");
	assert_file(ftrace, "1\n");
	assert_done(change_undo(root, NULL, &err), &err);
	assert_file(ftrace, "0\n");
	assert_done(change_undo(root, NULL, &err), &err);
	assert_file(martians, "0\n");
	assert_file(ftrace, "1\n");
}

/* What the next start would set goes before what was there once. */
static void another_file_says_what_is_left(void **state)
{
	autofree char *notes = NULL;

	(void)state;
	put("etc/sysctl.d/50.conf", "kernel.ftrace_enabled = 2\n");
	put("var/lib/jefelinux/changes/0001/record",
		"what\tx\nkernel\t1\tproc/sys/kernel/ftrace_enabled\ndone\n");
	put(ftrace, "0\n");
	notes = follow(LEVEL_HARDENED, LEVEL_PARANOID);
	assert_string_equal(notes, "");
	assert_file(ftrace, "2\n");
}

static void what_nobody_knows_waits_for_the_next_start(void **state)
{
	autofree char *ours = NULL, *theirs = NULL;

	(void)state;
	put(ftrace, "0\n");
	ours = follow(LEVEL_HARDENED, LEVEL_PARANOID);
	assert_string_equal(
		ours, "kernel.ftrace_enabled = 0 stays set until the next start\n");
	assert_file(ftrace, "0\n");
	put(ftrace, "1\n");
	theirs = follow(LEVEL_HARDENED, LEVEL_PARANOID);
	assert_string_equal(theirs, "");
	assert_file(ftrace, "1\n");
}

/* How the running kernel's value is found when the level wants another one. */
static enum found look_now(const char *wanted)
{
	static const struct control control = {.target = "kernel.yama.ptrace_scope"};
	const struct control_scope scope = {
		.root_fd = root, .distro = distro_named("alpine"), .running = true};
	const struct policy policy = {.level = LEVEL_HARDENED};
	autosite struct site site = {.scope = &scope, .policy = &policy};
	struct finding finding = {0};
	enum found found;

	kind_sysctl.effective(&site, &control, wanted, &finding);
	found = finding.found;
	finding_clear(&finding);
	return found;
}

static void what_the_kernel_keeps_waits_for_the_next_start(void **state)
{
	(void)state;
	put("proc/stat", "cpu 0\nbtime 1\n");
	put("proc/sys/kernel/yama/ptrace_scope", "3\n");
	assert_int_equal(look_now("3"), FOUND_RIGHT);
	assert_int_equal(look_now("2"), FOUND_WRONG); /* no change of ours */
	put("etc/sysctl.d/99-zz-jefe.conf", "kernel.yama.ptrace_scope = 2\n");
	assert_int_equal(look_now("2"), FOUND_PENDING);
	put("proc/stat", "cpu 0\nbtime 99999999999\n");
	assert_int_equal(look_now("2"), FOUND_WRONG); /* started since */
	put("proc/stat", "cpu 0\nbtime 1\n");
	put("proc/sys/kernel/yama/ptrace_scope", "1\n");
	assert_int_equal(look_now("2"), FOUND_WRONG); /* one that can be raised */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_make, tree_close)
	const struct CMUnitTest tests[] = {
		TEST(a_failed_change_leaves_the_kernel_as_it_was),
		TEST(a_lower_level_gives_back_what_the_kernel_had),
		TEST(another_file_says_what_is_left),
		TEST(what_nobody_knows_waits_for_the_next_start),
		TEST(what_the_kernel_keeps_waits_for_the_next_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
