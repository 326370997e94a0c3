#include <errno.h>

#include "installer/distro/distro.h"
#include "tests/unit/tree.h"

static const char config[] = "etc/chrony/chrony.conf";
static const char packaged[] =
	"# comment\npool 2.debian.pool.ntp.org iburst\nsourcedir /run/chrony-dhcp\n"
	"initstepslew 10 pool.ntp.org\nserverstats\ndriftfile /var/lib/chrony/chrony.drift\ncmdport 0\n";

static void own_servers_replace_all_others(void **state)
{
	struct answers *answers = answers_new();
	struct error err = {0};

	(void)state;
	words_add(&answers->time.servers, "192.0.2.7");
	words_add(&answers->time.servers, "ntp1.example.org");
	answers->time.nts = true;
	for (size_t i = 0; i < 2; i++) {
		put(config, packaged);
		assert_done(distro_named(i ? "debian" : "alpine")
				    ->set_time_servers(root, answers, &err),
			&err);
		assert_file(config,
			"# The servers were chosen when the system was installed.\n"
			"server 192.0.2.7 iburst nts\nserver ntp1.example.org iburst nts\n"
			"# comment\nmakestep 1 3\nserverstats\ndriftfile /var/lib/chrony/chrony.drift\ncmdport 0\n");
	}
	answers_free(answers);
}

static void without_servers_nothing_changes(void **state)
{
	struct answers *answers = answers_new();
	const struct distro *debian = distro_named("debian");
	struct error err = {0};

	(void)state;
	assert_done(debian->set_time_servers(root, answers, &err), &err);
	words_add(&answers->time.servers, "192.0.2.7");
	assert_int_equal(debian->set_time_servers(root, answers, &err), -ENOENT);
	assert_non_null(strstr(err.text, "no /etc/chrony/chrony.conf"));
	answers_free(answers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			own_servers_replace_all_others, tree_make, tree_close),
		cmocka_unit_test_setup_teardown(
			without_servers_nothing_changes, tree_make, tree_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
