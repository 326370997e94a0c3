#include "installer/base/diff.h"

#include <stdlib.h>
#include <string.h>

#include "installer/base/memory.h"
#include "tests/unit/unit.h"

static void equal_texts_differ_in_nothing(void **state)
{
	autotext struct text text = {0};

	(void)state;
	text_diff("a", "b", "", "", &text);
	text_diff("a", "b", "one\ntwo\n", "one\ntwo\n", &text);
	assert_int_equal(text.size, 0);
}

static void a_changed_line_has_its_context(void **state)
{
	autotext struct text text = {0};

	(void)state;
	text_diff("a", "b", "1\n2\n3\n4\n5\n6\n7\n8\n9\n",
		"1\n2\n3\n4\nfive\n6\n7\n8\n9\n", &text);
	assert_string_equal(text.data,
		"--- a\n+++ b\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

static void texts_from_and_to_nothing(void **state)
{
	autotext struct text text = {0};

	(void)state;
	text_diff("a", "b", "", "new", &text);
	text_diff("b", "c", "old\n", "", &text);
	assert_string_equal(text.data,
		"--- a\n+++ b\n@@ -0,0 +1 @@\n+new\n\\ No newline at end of file\n"
		"--- b\n+++ c\n@@ -1 +0,0 @@\n-old\n");
}

/* Texts of a few kinds of lines, so that many are common. */
static char *random_text(unsigned *seed)
{
	struct text text = {0};
	int count = rand_r(seed) % 40;

	for (int i = 0; i < count; i++)
		text_addf(&text, "%d\n", rand_r(seed) % 6);
	text_add(&text, count % 7 == 0 ? "end" : "");
	return text_take(&text);
}

/* The new text as a patch program would make it: context and '+' lines, between hunks the old ones. */
static char *patched(const char *old, const char *diff)
{
	autowords struct words lines = {0}, hunks = {0};
	struct text text = {0};
	size_t done = 0;

	words_split(&lines, old, "\n");
	words_split(&hunks, diff, "\n");
	for (size_t i = 2; i < hunks.count; i++) {
		const char *line = hunks.items[i];
		size_t start = 0, count = 1;

		if (*line == '@') {
			char *rest;

			start = strtoul(line + strlen("@@ -"), &rest, 10);
			count = *rest == ',' ? strtoul(rest + 1, NULL, 10) : 1;
			while (done + (count ? 1 : 0) < start)
				text_addf(&text, "%s\n", lines.items[done++]);
		} else if (*line == '+') {
			text_addf(&text, "%s\n", line + 1);
		} else if (*line == '-') {
			assert_string_equal(lines.items[done++], line + 1);
		} else if (*line == ' ') {
			assert_string_equal(lines.items[done], line + 1);
			text_addf(&text, "%s\n", lines.items[done++]);
		}
	}
	while (done < lines.count)
		text_addf(&text, "%s\n", lines.items[done++]);
	return text.size ? text_take(&text) : memory_copy_text("");
}

static void applying_a_diff_gives_the_new_text(void **state)
{
	unsigned seed = 7;

	(void)state;
	for (int i = 0; i < 2000; i++) {
		autofree char *old = random_text(&seed), *new = random_text(&seed);
		autotext struct text diff = {0};
		autofree char *made = NULL;
		autowords struct words wanted = {0}, got = {0};

		text_diff("old", "new", old, new, &diff);
		made = patched(old, text_string(&diff));
		words_split(&wanted, new, "\n");
		words_split(&got, made, "\n");
		assert_int_equal(wanted.count, got.count);
		for (size_t j = 0; j < wanted.count; j++)
			assert_string_equal(wanted.items[j], got.items[j]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_texts_differ_in_nothing),
		cmocka_unit_test(a_changed_line_has_its_context),
		cmocka_unit_test(texts_from_and_to_nothing),
		cmocka_unit_test(applying_a_diff_gives_the_new_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
