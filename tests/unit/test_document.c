#include "installer/base/document.h"

#include <errno.h>

#include "installer/base/memory.h"
#include "installer/base/text.h"
#include "tests/unit/unit.h"

static struct node *parse(const char *text)
{
	struct node *root = NULL;
	struct error err = {0};
	unsigned line = 0;
	unsigned column = 0;

	if (document_parse(text, strlen(text), &root, &line, &column, &err) < 0)
		fail_msg("%u:%u: %s", line, column, err.text);
	return root;
}

static void values_have_places(void **state)
{
	autodocument struct node *root = parse(
		"# comment\nsystem:\n  hostname: vault1\nusers:\n  - {name: \"ana\", admin: true}\n");
	const struct node *host = node_child(node_child(root, "system"), "hostname");
	const struct node *users = node_child(root, "users");
	const struct node *name;

	(void)state;
	assert_int_equal(root->count, 2);
	assert_string_equal(host->text, "vault1");
	assert_int_equal(host->line, 3);
	assert_int_equal(host->column, 13);
	assert_int_equal(host->key_column, 3);
	assert_true(host->plain);
	assert_int_equal(users->kind, NODE_LIST);
	name = node_child(&users->children[0], "name");
	assert_string_equal(name->text, "ana");
	assert_false(name->plain);
	assert_null(node_child(root, "none"));
}

static void json_is_accepted(void **state)
{
	autodocument struct node *root = parse(
		"{\n\t\"schema\":1,\n\t\"users\": [{\"name\": \"a\\u00e4\\/\"}],\n\t\"x\": {}\n}\n");

	(void)state;
	assert_string_equal(node_child(root, "schema")->text, "1");
	assert_string_equal(
		node_child(&node_child(root, "users")->children[0], "name")->text, "aä/");
	assert_int_equal(node_child(root, "x")->kind, NODE_MAP);
}

static void nothing_is_an_empty_map(void **state)
{
	autodocument struct node *root = parse("# only a comment\n");

	(void)state;
	assert_int_equal(root->kind, NODE_MAP);
	assert_int_equal(root->count, 0);
}

/* What must not pass: the text, where, and a word of the message. */
static const struct {
	const char *text;
	unsigned line, column;
	const char *word;
} refused[] = {
	{"a: &x 1\nb: *x\n",                           1, 4,  "anchor"   },
	{"a: 1\nb: *x\n",			      2, 4,  "aliases"  },
	{"a: !!str 1\n",			       1, 4,  "tags"     },
	{"a: !x {b: 1}\n",			     1, 4,  "tags"     },
	{"&k a: 1\n",				  1, 1,  "anchor"   },
	{"a:\n  <<: {b: 1}\n",                         2, 3,  "merge"    },
	{"a: 1\nb: 2\na: 3\n",                         3, 1,  "twice"    },
	{"a: {b: 1, b: 2}\n",                          1, 11, "twice"    },
	{"a: 1\n---\nb: 2\n",                          2, 1,  "second"   },
	{"%YAML 1.1\n---\na: 1\n",                     1, 1,  "directive"},
	{"? [a, b]\n: 1\n",			    1, 3,  "key"      },
	{"a: \"x\\0y\"\n",			     1, 4,  "NUL"      },
	{"a:\n\tb: 1\n",			       2, 1,  "tab"      },
	{"a:\n  b: 1\n c: 2\n",                        3, 2,  "indent"   },
	{"a: 1\n  b: 2\n",			     2, 4,  "indent"   },
	{"a:\n  - x\n - y\n",                          3, 2,  "indent"   },
	{"a: b: c\n",				  1, 5,  "quotes"   },
	{"a: @x\n",				    1, 4,  "quotes"   },
	{"ä: 1\nü: `x`\n",			   2, 4,  "quotes"   },
	{"a: [1, 2\nb: 3\n",                           2, 2,  "comma"    },
	{"a: \"x\nb: 3\n",			     3, 1,  "quote"    },
	{"a: \"\\q\"\n",			       1, 5,  "escape"   },
	{"a: 1\nb: x\xff\n",                           2, 5,  "UTF-8"    },
	{"a: [[[[[[[[x]]]]]]]]\n",                     1, 11, "nested"   },
	{"a: {b: {c: {d: {e: {f: {g: {h: {}}}}}}}}\n", 1, 32, "nested"   },
};

static void the_rest_of_yaml_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(refused); i++) {
		struct node *root = NULL;
		struct error err = {0};
		unsigned line = 0;
		unsigned column = 0;

		if (document_parse(refused[i].text, strlen(refused[i].text), &root, &line,
			    &column, &err) == 0)
			fail_msg("accepted: %s", refused[i].text);
		if (line != refused[i].line || column != refused[i].column ||
			!strstr(err.text, refused[i].word))
			fail_msg("%s gave %u:%u: %s", refused[i].text, line, column,
				err.text);
	}
}

static void big_files_are_refused(void **state)
{
	autofree char *text = memory_zero(DOCUMENT_MAX + 2, 1);
	struct node *root = NULL;
	struct error err = {0};
	unsigned line = 0;
	unsigned column = 0;

	(void)state;
	memset(text, '#', DOCUMENT_MAX + 1);
	assert_int_equal(
		document_parse(text, DOCUMENT_MAX + 1, &root, &line, &column, &err),
		-EFBIG);
	assert_done(
		document_parse(text, DOCUMENT_MAX, &root, &line, &column, &err), &err);
	document_free(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_have_places),
		cmocka_unit_test(json_is_accepted),
		cmocka_unit_test(nothing_is_an_empty_map),
		cmocka_unit_test(the_rest_of_yaml_is_refused),
		cmocka_unit_test(big_files_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
