#include "installer/secrets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "installer/base/memory.h"
#include "tests/unit/unit.h"

static void made_keys_can_be_read_aloud(void **state)
{
	autosecret struct secret *a = secret_new(), *b = secret_new();
	struct error err = {0};
	const char *bytes;

	(void)state;
	assert_done(secret_generate(a, &err), &err);
	assert_done(secret_generate(b, &err), &err);
	assert_false(secret_equal(a, b));
	assert_int_equal(secret_size(a), 8 * 4 + 7);
	bytes = secret_bytes(a);
	for (size_t i = 0; i < secret_size(a); i++)
		if (i % 5 == 4)
			assert_int_equal(bytes[i], '-');
		else
			assert_non_null(
				strchr("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", bytes[i]));
}

static struct answers *encrypted(
	struct secret_source passphrase, struct secret_source recovery)
{
	struct answers *answers = answers_new();

	answers->disk.encryption = ENCRYPTION_LUKS2;
	answers->disk.passphrase = passphrase;
	answers->disk.recovery_key = recovery;
	return answers;
}

static int type_horse(
	void *context, const char *key, struct secret *secret, struct error *err)
{
	(void)context;
	return secret_append(secret, key, strlen(key), err);
}

static void a_recovery_key_is_written_once(void **state)
{
	const struct secret_prompt prompt = {.ask = type_horse};
	char dir[] = "/tmp/jefe-test-secrets-XXXXXX";
	char *path = mkdtemp(dir) ? memory_format("%s/key", dir) : NULL;
	struct answers *answers =
		encrypted((struct secret_source){.origin = SECRET_PROMPT},
			(struct secret_source){.origin = SECRET_GENERATE, .path = path});
	autosecrets struct secrets secrets = {0}, again = {0};
	autosecret struct secret *kept = secret_new();
	struct error err = {0};
	struct stat st;

	(void)state;
	assert_non_null(path);
	assert_done(secrets_read(answers, &prompt, &secrets, &err), &err);
	assert_string_equal(secret_bytes(secrets.passphrase), "disk.passphrase");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_done(secret_read_file(kept, path, &err), &err);
	assert_true(secret_equal(kept, secrets.recovery_key));
	assert_int_equal(secrets_read(answers, &prompt, &again, &err), -EEXIST);
	assert_non_null(strstr(err.text, path));
	(void)unlink(path);
	(void)rmdir(dir);
	answers_free(answers);
}

static void what_nobody_can_type_is_refused(void **state)
{
	char carriage_return[] = "correct horse\r", fine[] = "más\tó menos";
	struct answers *answers =
		encrypted((struct secret_source){.origin = SECRET_LITERAL,
				  .literal = carriage_return},
			(struct secret_source){0});
	autosecrets struct secrets refused = {0}, taken = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(secrets_read(answers, NULL, &refused, &err), -EINVAL);
	assert_non_null(strstr(err.text, "disk.passphrase: byte 14"));
	assert_null(strstr(err.text, "horse"));
	answers->disk.passphrase.literal = fine;
	assert_done(secrets_read(answers, NULL, &taken, &err), &err);
	answers->disk.passphrase = (struct secret_source){0};
	answers_free(answers);
}

static void nobody_to_ask_is_an_error(void **state)
{
	struct answers *answers =
		encrypted((struct secret_source){.origin = SECRET_PROMPT},
			(struct secret_source){0});
	autosecrets struct secrets secrets = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(secrets_read(answers, NULL, &secrets, &err), -ENOTTY);
	assert_non_null(strstr(err.text, "disk.passphrase"));
	answers_free(answers);
}

static void luks_needs_a_passphrase(void **state)
{
	struct answers *answers =
		encrypted((struct secret_source){0}, (struct secret_source){0});
	autosecrets struct secrets secrets = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(secrets_read(answers, NULL, &secrets, &err), -EINVAL);
	answers_free(answers);
}

static void users_without_password_have_none(void **state)
{
	struct answers *answers = answers_new();
	struct user *user = answers_add_user(answers);
	autosecrets struct secrets secrets = {0};
	struct error err = {0};

	(void)state;
	answers->disk.encryption = ENCRYPTION_NONE;
	user->name = memory_copy_text("ana");
	assert_done(secrets_read(answers, NULL, &secrets, &err), &err);
	assert_int_equal(secrets.password_count, 1);
	assert_null(secrets.passwords[0]);
	answers_free(answers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(made_keys_can_be_read_aloud),
		cmocka_unit_test(a_recovery_key_is_written_once),
		cmocka_unit_test(what_nobody_can_type_is_refused),
		cmocka_unit_test(nobody_to_ask_is_an_error),
		cmocka_unit_test(luks_needs_a_passphrase),
		cmocka_unit_test(users_without_password_have_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
