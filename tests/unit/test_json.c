#include "installer/base/json.h"

#include <errno.h>

#include "installer/base/memory.h"
#include "tests/unit/unit.h"

static void writing_is_sorted_and_stable(void **state)
{
	autojson struct json *object = json_new_object();
	struct json *list = json_new_array();
	autofree char *text = NULL;

	(void)state;
	json_append_text(list, "x");
	json_put(object, "list", list);
	json_put_text(object, "absent", NULL);
	json_put_real(object, "half", 0.1);
	json_put_bool(object, "yes", true);
	json_put_number(object, "a", 7);
	text = json_write(object, true);
	assert_string_equal(text, "{\"a\":7,\"half\":0.1,\"list\":[\"x\"],\"yes\":true}");
}

static void reading_finds_members(void **state)
{
	autojson struct json *document = NULL;
	struct error err = {0};

	(void)state;
	assert_done(
		json_parse(
			"{\"n\": 5, \"r\": 2.5, \"b\": true, \"t\": \"x\", \"l\": [\"p\", \"q\"]}",
			"x", &document, &err),
		&err);
	assert_int_equal(json_number(document, "n"), 5);
	assert_true(json_decimal(document, "r") > 2.4);
	assert_true(json_bool(document, "b"));
	assert_string_equal(json_text(document, "t"), "x");
	assert_null(json_text(document, "n"));
	assert_int_equal(json_count(json_member(document, "l")), 2);
	assert_string_equal(json_as_text(json_item(json_member(document, "l"), 1)), "q");
	assert_null(json_member(document, "none"));
	assert_int_equal(json_count(NULL), 0);
}

static void errors_have_a_place(void **state)
{
	struct json *document = NULL;
	struct error err = {0};

	(void)state;
	assert_int_equal(
		json_parse("{\"a\": 1,\n \"b\" 2}", "vm.json", &document, &err), -EINVAL);
	assert_memory_equal(err.text, "vm.json:2:", 10);
	assert_int_equal(
		json_parse("{\"a\": 1, \"a\": 2}", "vm.json", &document, &err), -EINVAL);
}

static void types_are_expected(void **state)
{
	autojson struct json *document = NULL;
	struct error err = {0};

	(void)state;
	assert_done(json_parse("{\"n\": -5, \"t\": \"x\", \"nothing\": null}", "x",
			    &document, &err),
		&err);
	assert_done(json_expect(document, "t", JSON_IS_TEXT, &err), &err);
	assert_done(json_expect(document, "nothing", JSON_IS_TEXT, &err), &err);
	assert_done(json_expect(document, "missing", JSON_IS_ARRAY, &err), &err);
	assert_int_equal(json_expect(document, "n", JSON_IS_NUMBER, &err), -EINVAL);
	assert_string_equal(err.text, "n: must be a whole number, not negative");
	assert_int_equal(json_expect(json_member(document, "t"), "x", JSON_IS_TEXT, &err),
		-EINVAL);
}

static void other_encodings_lose_only_their_letters(void **state)
{
	autojson struct json *object = json_new_object();
	autofree char *text = NULL;

	(void)state;
	json_put_text(object, "model", "Gr\xfcn");
	json_put_text(object, "name", "Grün");
	text = json_write(object, true);
	assert_string_equal(text, "{\"model\":\"Gr?n\",\"name\":\"Grün\"}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writing_is_sorted_and_stable),
		cmocka_unit_test(reading_finds_members),
		cmocka_unit_test(errors_have_a_place),
		cmocka_unit_test(types_are_expected),
		cmocka_unit_test(other_encodings_lose_only_their_letters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
