#include "installer/controls/kinds.h"
#include "tests/unit/tree.h"

/* What the answer of sshd depends on, as text, or NULL: that cannot be told. */
static char *key_now(void)
{
	const struct control_scope scope = {.root_fd = root};
	autosite struct site site = {.scope = &scope, .memo = memo_new()};
	struct text key = {0};

	if (listing_key(&site, PROGRAM_SSHD, &key))
		return text_take(&key);
	text_free(&key);
	return NULL;
}

static void put_server(void)
{
	put("usr/sbin/sshd", "program");
	put("etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\nPort 22\n");
	put("etc/ssh/sshd_config.d/10-jefe.conf", "X11Forwarding no\n");
}

static void every_file_that_counts_changes_the_key(void **state)
{
	static const char *const paths[] = {"etc/ssh/sshd_config",
		"etc/ssh/sshd_config.d/10-jefe.conf", "etc/ssh/ssh_host_ed25519_key",
		"etc/ssh/sshd_config.d/20-more.conf", "usr/sbin/sshd", "etc/passwd"};

	(void)state;
	put_server();
	for (size_t i = 0; i < LENGTH(paths); i++) {
		autofree char *before = key_now(), *same = key_now();

		assert_string_equal(before, same);
		put(paths[i], "Port 2222\n");
		autofree char *after = key_now();

		assert_string_not_equal(before, after);
	}
}

static void other_files_than_the_usual_have_no_key(void **state)
{
	static const char *const includes[] = {"Include /srv/ssh.conf\n",
		"include=/etc/ssh/sshd_config.d/*.conf /srv/more\n",
		"\tINCLUDE \"/srv/ssh.conf\"\n", "Match User git\n  Include git.conf\n"};

	(void)state;
	put_server();
	for (size_t i = 0; i < LENGTH(includes); i++) {
		put("etc/ssh/sshd_config.d/20-more.conf", includes[i]);
		assert_null(key_now());
	}
	put("etc/ssh/sshd_config.d/20-more.conf", "# Include /srv/ssh.conf\n");
	autofree char *key = key_now();

	assert_non_null(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			every_file_that_counts_changes_the_key, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			other_files_than_the_usual_have_no_key, tree_make, tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
