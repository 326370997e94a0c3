#include "installer/live/kernel_line.h"

#include "tests/unit/unit.h"

static void an_ordinary_line_asks_for_nothing(void **state)
{
	autokernelline struct kernel_line line = {0};

	(void)state;
	kernel_line_parse(
		"BOOT_IMAGE=/live/vmlinuz jefe.medium=12ab quiet console=ttyS0,115200\n",
		&line);
	assert_null(line.answers);
	assert_null(line.ui);
	assert_null(line.lang);
	assert_null(line.term);
	assert_false(line.automatic);
	assert_false(line.poweroff_on_failure);
	assert_false(line.recover);
}

static void every_argument_is_taken(void **state)
{
	autokernelline struct kernel_line line = {0};

	(void)state;
	kernel_line_parse(
		"jefe.answers=label:SITE:/a=b.yaml jefe.auto=yes jefe.ui=line jefe.lang=de jefe.remote=stick TERM=xterm jefe.onfail=poweroff",
		&line);
	assert_string_equal(line.answers, "label:SITE:/a=b.yaml");
	assert_string_equal(line.ui, "line");
	assert_string_equal(line.lang, "de");
	assert_string_equal(line.remote, "stick");
	assert_string_equal(line.term, "xterm");
	assert_true(line.automatic);
	assert_true(line.poweroff_on_failure);
}

static void only_yes_installs_and_the_last_word_counts(void **state)
{
	static const char *const lines[] = {"jefe.auto=1", "jefe.auto", "jefe.auto=YES",
		"jefe.auto=", "xjefe.auto=yes", "jefe.auto=yes jefe.auto=no",
		"\"jefe.auto=yes jefe.auto=yes\""};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		autokernelline struct kernel_line line = {0};

		kernel_line_parse(lines[i], &line);
		assert_false(line.automatic);
	}
}

static void who_recovers_installs_nothing(void **state)
{
	static const char *const lines[] = {
		"jefe.recover=yes jefe.auto=yes", "jefe.auto=yes jefe.recover=yes"};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		autokernelline struct kernel_line line = {0};

		kernel_line_parse(lines[i], &line);
		assert_true(line.recover);
		assert_false(line.automatic);
	}
}

static void quotes_keep_spaces(void **state)
{
	autokernelline struct kernel_line line = {0};

	(void)state;
	kernel_line_parse(
		"jefe.answers=\"file:/my answers.yaml\" \"jefe.ui=line\"", &line);
	assert_string_equal(line.answers, "file:/my answers.yaml");
	assert_string_equal(line.ui, "line");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ordinary_line_asks_for_nothing),
		cmocka_unit_test(every_argument_is_taken),
		cmocka_unit_test(only_yes_installs_and_the_last_word_counts),
		cmocka_unit_test(who_recovers_installs_nothing),
		cmocka_unit_test(quotes_keep_spaces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
