#include "installer/ssh_key.h"

#include "installer/base/memory.h"
#include "tests/unit/unit.h"

// clang-format off
/* Keys made by ssh-keygen, and the fingerprints that ssh-keygen -l prints for them. */
static const struct {
	const char *line, *fingerprint;
} good[] = {
	{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDRhonJJYm+fITdqi8gHxBx6q6dsZuzzu0XEA2do7WyW ana@laptop",
		"SHA256:nv1Vn7Ofg+GxRVkVch0VCCrAOtUorunjCJwq175lnyU"},
	{"sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIJwOOukyXI1sagnOwb/eCYAAiz768"
		"yvHlQ8mZmz8L29YAAAABHNzaDo= ana@laptop",
		"SHA256:1eC5kB8QToGDR8fDuojNcg+AsroIizVQMW7g/Xvgqu4"},
	{"ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBCjdR7mpVDV7al9a0SVzdKwPWFms"
		"EKabjMijbeq4vP2F3wDsuqpDGKuvg8+owlEbImZeWUWVMqbexAn43Egqwt4= ana@laptop",
		"SHA256:BbVoZLBBO6wOZdr4Vz9yNo6qtL/0U9VDQWMAwrzZUr8"},
	{"sk-ecdsa-sha2-nistp256@openssh.com AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AAAAIbmlzdHAyN"
		"TYAAABBBCjdR7mpVDV7al9a0SVzdKwPWFmsEKabjMijbeq4vP2F3wDsuqpDGKuvg8+owlEbImZeWUWVMqbexAn43Egqwt4AAAAEc"
		"3NoOg== ana@laptop",
		"SHA256:2WVeeifsnYJBq3pbsd09zfAXBj6EdhHNh2yvLom9Moo"},
	{"ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBFgrax+pg36cP5XTO8Xu7fYrzcex"
		"hZ8G0FaP/IM2U+cThySSmgzBkK4Jz7je+gi6rRsfbfodDUXPSfdkH2XaLMns5qqgdCOaYcc5W098KQknI3GNX8hYqV9Q1ypSzfEI"
		"HA== ana@laptop",
		"SHA256:5o0szdW8DwZfka3E3QAiSaVW841HEExefGIYWRI9gQo"},
	{"ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBABZIKsY7a42XjG2v9rRQlVSnnfk"
		"XBxaYpT07/sr18GBY0xaVaLDyw5vaI/8bgoMWEKDj++g9k2rUUgzYXupgw4vtQHMfTBLJOy+fQdeA5kMSda9Um5XD//SkkXHETH+"
		"DbJCueTOj9/kyEbPMBqcYrNkDwEi3iAt73xN0pO7Lq8vx5S2AA== ana@laptop",
		"SHA256:KSCxBan8sUChrPf513kkMQQFRrE3H+Zyl2yedlI1ISQ"},
	{"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQCMhwIAjrXuzZsmBuc4cFStiBdMsCWR1ssDNgh85Q5sbksbMxvzkP2/tDHMjbG9"
		"ce6Slxoizi5DT4oVOzFClJh07SRJdupwuaE/LkQsIazgwtJc9QNO8bnP3b/vn5dIV7ELSJ5SmACUbwH1Hp/DBzWyb1zcm6ImwRy0"
		"kpCBVWx3K3QY2R0MLa11TYtUORFsH2ISYDshcjHIl394C2Tb8GqzFGBVCXVheM7aReKGn97PeF/s2w2ZBsZP3rApDDwZ7w3aTh6X"
		"gG1EUuRcFsIx2+HxmQMWyqCXvr96KpVI72PnFOl6anT4QmlUrlsOMtLkTgT24s7Lk/yzSZSLmGQbGpT+LBV9kyh7LyTZDuiudVLK"
		"PMPcmr/wZbAXtnTYe1cnLg9TTh4CZ5y8bAHWIm9r6Z54fAr9GQ/I1p3x2WnCAw8je5I06FSN0AB7m2dnNoN3HDdmU52Wi9ffQm4y"
		"EuLwnEqemrzx3w3ypm6S/WcKBD8L7B804466RvIRA5QvaXbJ3hM= ana@laptop",
		"SHA256:s3LRv58JKI/kRDRZ3E2iWChQmXBd/Nwy1haVAMXgmdk"},
};

static const struct {
	const char *line, *word;
} bad[] = {
	{"ssh-dss AAAAB3NzaC1kc3MAAACBALrnDgyPvDXf9GMtTGrrs1I6ZhlySrwKc18q3UFNeL6PyJqVKDV9", "DSA"},
	{"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDW7DvEPgeNmzuM0ZdnahPFKgYG2Lv9I5aLsGNHrQ5YO6zdDkAsCTR5coMdzDn5"
		"0FsCr4Z2dSdSl4oAG8Mwp7QoXaWoSROJIwV+okZwwnE51nKzDHbbFMsbRHBHygjDlIMVzxavHCRl701KwaHkoy1AGteMdYOp/b60"
		"P/RvgV8WP0ViP9GjQ6adK0z0jGtz6T8cQwLAnBfSEFfofHpbYartk/+6coIjzSTZX1deZHfvpw20NT08JtOFRXT6rJLgq7Jo/Arw"
		"MeGs2gtJ8xOVghTflMU/uJ10xyv52jVqzmFb7DBKpeksBf9sY9ej8fY2fH/RkdoAIJ6/CQJdwmxUOyzh ana@laptop", "2048 bits"},
	{"restrict ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDRhonJJYm+fITdqi8gHxBx6q6dsZuzzu0XEA2do7WyW", "options"},
	{"ecdsa-sha2-nistp256 AAAAC3NzaC1lZDI1NTE5AAAAIDRhonJJYm+fITdqi8gHxBx6q6dsZuzzu0XEA2do7WyW", "damaged"},
	{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDRhonJJYm+fITdqi8gHxBx6q6dsZuzzu0XEA2do7Ww=", "damaged"},
	{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDRhonJJYm+fITdqi8gHxBx6q6dsZuzzu0XEA2do7WyWeA==", "damaged"},
	{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDRhonJJYm+fITdqi8gHxBx6q6dsZuzzu0XEA2do7", "damaged"},
	{"ssh-ed25519", "damaged"},
	{"ssh-ed25519 AAAA*AAA", "damaged"},
	{"ssh-ed25519 AA==AAAA", "damaged"},
	{"ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB", "damaged"},
	{"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAAA==", "0 bits"},
	{"-----BEGIN OPENSSH PRIVATE KEY-----", "private"},
	{"hello", "not an SSH"},
};
// clang-format on

static void keys_are_taken_with_their_fingerprints(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(good); i++) {
		autotext struct text why_not = {0};
		autofree char *fingerprint = ssh_key_fingerprint(good[i].line);

		if (!ssh_key_valid(good[i].line, &why_not))
			fail_msg("%s: %s", good[i].line, why_not.data);
		assert_string_equal(fingerprint, good[i].fingerprint);
	}
}

static void other_things_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		autotext struct text why_not = {0};

		if (ssh_key_valid(bad[i].line, &why_not) ||
			!strstr(why_not.data, bad[i].word))
			fail_msg("%s: %s", bad[i].line, text_string(&why_not));
	}
}

/* ssh-keygen itself reads the file in tests/engine/steps.sh; here: every key is another one, whole and well-formed. */
static void a_made_key_is_whole(void **state)
{
	autosecret struct secret *first = secret_new(), *second = secret_new();
	autofree char *line = NULL;
	autofree char *other = NULL;
	autotext struct text why_not = {0};
	struct error err = {0};

	(void)state;
	assert_done(ssh_key_make(first, &line, &err), &err);
	assert_done(ssh_key_make(second, &other, &err), &err);
	assert_true(ssh_key_valid(line, &why_not));
	assert_string_not_equal(line, other);
	assert_false(secret_equal(first, second));
	assert_non_null(
		strstr(secret_bytes(first), "\n-----END OPENSSH PRIVATE KEY-----\n"));
	assert_memory_equal(secret_bytes(first),
		"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE", 55);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_taken_with_their_fingerprints),
		cmocka_unit_test(other_things_are_refused),
		cmocka_unit_test(a_made_key_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
