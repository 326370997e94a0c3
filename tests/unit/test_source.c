#include "installer/live/source.h"

#include <errno.h>

#include "installer/base/memory.h"
#include "tests/unit/unit.h"

static void choose(const char *asked, struct source_facts facts, struct source *source)
{
	autokernelline struct kernel_line line = {.answers = memory_copy_text(asked)};
	struct error err = {0};

	assert_done(source_choose(&line, &facts, source, &err), &err);
}

static void the_kernel_line_beats_what_is_found(void **state)
{
	autosource struct source source = {0};

	(void)state;
	choose("http://boot/a.yaml",
		(struct source_facts){.partition = true, .embedded = true}, &source);
	assert_int_equal(source.kind, SOURCE_HTTP);
	assert_string_equal(source.place, "http://boot/a.yaml");
	assert_true(source.asked);
}

static void the_partition_beats_the_embedded_copy(void **state)
{
	autosource struct source both = {0}, embedded = {0}, none = {0};

	(void)state;
	choose(NULL, (struct source_facts){.partition = true, .embedded = true}, &both);
	assert_int_equal(both.kind, SOURCE_LABEL);
	assert_string_equal(both.label, ANSWERS_LABEL);
	assert_string_equal(both.place, ANSWERS_FILE);
	assert_false(both.asked);
	choose(NULL, (struct source_facts){.embedded = true}, &embedded);
	assert_int_equal(embedded.kind, SOURCE_FILE);
	assert_string_equal(embedded.place, ANSWERS_EMBEDDED);
	choose(NULL, (struct source_facts){0}, &none);
	assert_int_equal(none.kind, SOURCE_NONE);
}

static void the_zeros_behind_embedded_answers_are_cut_off(void **state)
{
	autotext struct text text = {0}, area = {0};

	(void)state;
	source_trim(&text);
	assert_int_equal(text.size, 0);
	text_add_bytes(&text, "a\0b\n\0\0", 6);
	source_trim(&text);
	assert_int_equal(text.size, 4);
	assert_memory_equal(text.data, "a\0b\n", 4);
	text_add_bytes(&area, "\0\0\0", 3);
	source_trim(&area);
	assert_int_equal(area.size, 0);
}

static void a_label_has_a_path_behind_it(void **state)
{
	autosource struct source source = {0};
	autofree char *name = NULL;

	(void)state;
	choose("label:MY SITE:/dir/a:b.yaml", (struct source_facts){0}, &source);
	assert_int_equal(source.kind, SOURCE_LABEL);
	assert_string_equal(source.label, "MY SITE");
	assert_string_equal(source.place, "/dir/a:b.yaml");
	assert_true(source.patience > 0);
	name = source_describe(&source);
	assert_string_equal(name, "partition MY SITE, file /dir/a:b.yaml");
}

static void what_is_not_understood_is_refused_not_replaced(void **state)
{
	static const char *const wrong[] = {"", "answers.yaml", "/answers.yaml",
		"file:answers.yaml", "file:", "label:", "label:NAME", "label::/a.yaml",
		"label:NAME:a.yaml", "ftp://host/a.yaml"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		autosource struct source source = {0};
		autokernelline struct kernel_line line = {
			.answers = memory_copy_text(wrong[i])};
		struct source_facts facts = {.partition = true, .embedded = true};
		struct error err = {0};

		assert_int_equal(source_choose(&line, &facts, &source, &err), -EINVAL);
		assert_int_equal(source.kind, SOURCE_NONE);
		assert_non_null(strstr(err.text, wrong[i]));
		assert_non_null(strstr(err.text, "label:NAME:/path"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernel_line_beats_what_is_found),
		cmocka_unit_test(the_partition_beats_the_embedded_copy),
		cmocka_unit_test(the_zeros_behind_embedded_answers_are_cut_off),
		cmocka_unit_test(a_label_has_a_path_behind_it),
		cmocka_unit_test(what_is_not_understood_is_refused_not_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
