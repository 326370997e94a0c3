#include "installer/answers.h"

#include "installer/base/memory.h"
#include "tests/unit/unit.h"

static const char key[] =
	"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDRhonJJYm+fITdqi8gHxBx6q6dsZuzzu0XEA2do7WyW ana@laptop";

static void set(struct answers *answers, const char *path, const char *value)
{
	struct error err = {0};

	assert_done(answers_set(answers, path, value, &err), &err);
}

/* Write, read what was written, and write that: both texts must be the same, and nothing may be wrong. */
static char *round_trip(const struct answers *answers)
{
	char *first = answers_write(answers);
	autoproblems struct problems problems = {0};
	autoanswers struct answers *read = answers_read(first, strlen(first), &problems);
	autofree char *second = answers_write(read);

	if (problems.count)
		fail_msg("line %u: %s\n%s", problems.items[0].line,
			problems.items[0].text, first);
	assert_string_equal(first, second);
	for (const struct field *field = answer_fields; field->key; field++) {
		autofree char *before = answers_get(answers, field->key);
		autofree char *after = answers_get(read, field->key);

		if (!text_equal(before, after))
			fail_msg("%s was %s, became %s", field->key, before, after);
	}
	return first;
}

static void defaults_come_back(void **state)
{
	autoanswers struct answers *answers = answers_new();
	autofree char *text = round_trip(answers);

	(void)state;
	assert_non_null(strstr(text, "\nschema: 1\n"));
	assert_non_null(strstr(text,
		"\n  # Without this authorisation no disk is ever written.\n  erase: none\n"));
	assert_null(strstr(text, "kdf_memory"));
	assert_null(strstr(text, "users"));
}

static void everything_comes_back(void **state)
{
	autoanswers struct answers *answers = answers_new();
	autofree char *text = NULL;

	(void)state;
	for (const struct field *field = answer_fields; field->key; field++)
		if (field->type == FIELD_CHOICE)
			set(answers, field->key,
				field->choices[field->choices[1] ? 1 : 0]);
	set(answers, "disk.match.model", "  \"odd\" \\ * # : - model");
	set(answers, "disk.match.serial", "null");
	set(answers, "disk.match.wwn", "0x5000*");
	set(answers, "disk.match.min_size", "1000001");
	set(answers, "network.address", "2001:db8::7/64");
	set(answers, "network.dns", "2001:db8::1 192.0.2.1");
	set(answers, "disk.passphrase", "fd:3");
	set(answers, "disk.recovery_key", "generate:/run/jefe/recovery key");
	set(answers, "hardening.roles", "containers desktop");
	set(answers, "hardening.controls", "kernel.lockdown=off\nauth.umask=\"077\"");
	set(answers, "hardening.waivers",
		"kernel.kexec=2027-06-30 kdump\nkernel.iommu=2028-02-29 \"odd\" \\ {reason}: #");
	(void)answers_add_user(answers);
	set(answers, "users.0.name", "ana");
	set(answers, "users.0.full_name", "Ana Pérez");
	set(answers, "users.0.admin", "true");
	set(answers, "users.0.ssh_keys", key);
	set(answers, "users.0.password", "prompt");
	(void)answers_add_user(answers);
	set(answers, "users.1.name", "bob");
	text = round_trip(answers);
	assert_non_null(strstr(text, "\n  match:\n    # "));
	assert_non_null(strstr(text, "\n    serial: \"null\"\n"));
	assert_non_null(strstr(text, "\n  passphrase: {from: \"fd:3\"}\n"));
	assert_non_null(strstr(
		text, "\n    kernel.kexec: {reason: kdump, expires: 2027-06-30}\n"));
	assert_non_null(strstr(text, "\n  - name: bob\n    admin: false\n"));
}

static void literals_are_not_written(void **state)
{
	autoanswers struct answers *answers = answers_new();
	autofree char *text = NULL;

	(void)state;
	set(answers, "allow_plaintext", "true");
	set(answers, "disk.passphrase", "literal:open sesame");
	(void)answers_add_user(answers);
	set(answers, "users.0.name", "ana");
	set(answers, "users.0.password", "literal:open sesame");
	text = answers_write(answers);
	assert_null(strstr(text, "sesame"));
	assert_non_null(strstr(text, "passphrase: prompt"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_come_back),
		cmocka_unit_test(everything_comes_back),
		cmocka_unit_test(literals_are_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
