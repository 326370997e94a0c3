#include "installer/answers.h"

#include "installer/base/memory.h"
#include "tests/unit/unit.h"

static struct answers *read_text(const char *text, struct problems *problems)
{
	return answers_read(text, strlen(text), problems);
}

static void all_values_arrive(void **state)
{
	static const char text[] =
		"schema: 1\n"
		"allow_plaintext: true\n"
		"system: {hostname: vault1, keymap: de, timezone: Europe/Berlin, console: serial}\n"
		"network: {method: static, address: 192.0.2.10/24, dns: [192.0.2.1, 192.0.2.2]}\n"
		"disk:\n"
		"  match: {serial: \"S6*\", min_size: 100G}\n"
		"  erase: matched-disks\n"
		"  passphrase: {from: \"file:/run/jefe/luks\"}\n"
		"  recovery_key: generate:/run/jefe/key\n"
		"users:\n"
		"  - name: ana\n"
		"    admin: true\n"
		"    password: {from: literal, value: \"open: sesame\"}\n"
		"hardening:\n"
		"  level: paranoid\n"
		"  controls: {kernel.lockdown: off}\n"
		"finish: poweroff\n";
	autoproblems struct problems problems = {0};
	autoanswers struct answers *answers = read_text(text, &problems);
	unsigned line;
	unsigned column;

	(void)state;
	assert_int_equal(problems.count, 0);
	assert_string_equal(answers->system.hostname, "vault1");
	assert_int_equal(answers->system.console, CONSOLE_SERIAL);
	assert_int_equal(answers->network.dns.count, 2);
	assert_int_equal(answers->disk.match.min_size, UINT64_C(100) << 30);
	assert_int_equal(answers->disk.erase, ERASE_MATCHED);
	assert_int_equal(answers->disk.passphrase.origin, SECRET_FILE);
	assert_string_equal(answers->disk.passphrase.path, "/run/jefe/luks");
	assert_int_equal(answers->disk.recovery_key.origin, SECRET_GENERATE);
	assert_true(answers->users[0].admin);
	assert_string_equal(answers->users[0].password.literal, "open: sesame");
	assert_string_equal(answers->hardening.controls[0].id, "kernel.lockdown");
	assert_string_equal(answers->hardening.controls[0].value, "off");
	assert_int_equal(answers->finish, FINISH_POWEROFF);
	answers_place(answers, "disk.match.serial", &line, &column);
	assert_int_equal(line, 6);
	assert_int_equal(column, 19);
	answers_place(answers, "disk.expect", &line, &column);
	assert_int_equal(line, 5);
	answers_place(answers, "users.0.ssh_keys", &line, &column);
	assert_int_equal(line, 11);
}

static void null_is_the_default(void **state)
{
	autoproblems struct problems problems = {0};
	autoanswers struct answers *answers = read_text(
		"{\"schema\": 1, \"users\": null, \"system\": {\"hostname\": null}, \"network\": null}",
		&problems);

	(void)state;
	assert_int_equal(problems.count, 0);
	assert_string_equal(answers->system.hostname, "jefe");
}

static void what_is_wrong_stays_the_default(void **state)
{
	autoproblems struct problems problems = {0};
	autoanswers struct answers *answers = read_text(
		"schema: 1\nsystem:\n  keymap: xx\n  console: vga\n", &problems);

	(void)state;
	assert_int_equal(problems.count, 1);
	assert_string_equal(answers->system.keymap, "us");
	assert_int_equal(answers->system.console, CONSOLE_VGA);
}

/* Each example of the table must be right where the table says it stands. */
static void examples_are_correct(void **state)
{
	(void)state;
	for (const struct field *field = answer_fields; field->key; field++) {
		const char *dot = strrchr(field->key, '.');
		const char *last = dot ? dot + 1 : field->key;
		autotext struct text text = {0};
		autoproblems struct problems problems = {0};
		autoanswers struct answers *answers = NULL;

		if (strstr(field->key, "ssh_keys"))
			continue;
		text_add(&text, strcmp(last, "schema") == 0 ? "" : "schema: 1\n");
		if (text_starts(field->key, "users[]"))
			text_addf(&text, "users:\n  - name: bob\n    full_name: x\n");
		else if (text_starts(field->key, "disk.match."))
			text_add(&text, "disk:\n  match:\n    ");
		else if (dot)
			text_addf(
				&text, "%.*s:\n  ", (int)(dot - field->key), field->key);
		if (text_starts(field->key, "users[]") && strcmp(last, "admin") != 0 &&
			strcmp(last, "password") != 0)
			continue;
		text_addf(&text, "%s%s: %s%s%s\n",
			text_starts(field->key, "users[]") ? "    " : "", last,
			field->type == FIELD_TEXTS ? "[" : "", field->example,
			field->type == FIELD_TEXTS ? "]" : "");
		answers = read_text(text.data, &problems);
		if (problems.count)
			fail_msg("%s: %s", text.data, problems.items[0].text);
	}
}

static void a_missing_file_is_an_error(void **state)
{
	autoproblems struct problems problems = {0};
	struct answers *answers = NULL;
	struct error err = {0};

	(void)state;
	assert_true(answers_read_file(
			    "/nowhere/answers.yaml", &answers, &problems, &err) < 0);
	assert_non_null(strstr(err.text, "/nowhere/answers.yaml"));
	assert_null(answers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_values_arrive),
		cmocka_unit_test(null_is_the_default),
		cmocka_unit_test(what_is_wrong_stays_the_default),
		cmocka_unit_test(examples_are_correct),
		cmocka_unit_test(a_missing_file_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
