/* What a security key does for a disk, asked of one in software: tests/vm/security_key.py, at a socket in the place of /dev/hidraw0. */
#include "installer/fido2.h"

#include <dlfcn.h>
#include <errno.h>
#include <fido.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "installer/base/memory.h"
#include "tests/unit/temporary.h"
#include "tests/unit/unit.h"

/* libfido2 looks for devices and opens them; here it finds the sockets of this folder, by these two in the place of its own. */
static struct temporary folder;
static const char *const sockets[] = {"one", "two"};
static pid_t players[LENGTH(sockets)];

static void *socket_open(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
		return (void *)(intptr_t)fd;
	(void)close(fd);
	return NULL;
}

static void socket_close(void *handle)
{
	(void)close((int)(intptr_t)handle);
}

static int socket_read(void *handle, unsigned char *bytes, size_t size, int milliseconds)
{
	struct pollfd fd = {.fd = (int)(intptr_t)handle, .events = POLLIN};

	return poll(&fd, 1, milliseconds) == 1 ? (int)read(fd.fd, bytes, size) : -1;
}

static int socket_write(void *handle, const unsigned char *bytes, size_t size)
{
	return (int)write((int)(intptr_t)handle, bytes, size);
}

static const fido_dev_io_t socket_io = {
	socket_open, socket_close, socket_read, socket_write};

int fido_dev_open(fido_dev_t *device, const char *path)
{
	int (*real)(fido_dev_t *, const char *);

	*(void **)&real = dlsym(RTLD_NEXT, "fido_dev_open");
	return fido_dev_set_io_functions(device, &socket_io) == FIDO_OK
		       ? real(device, path)
		       : FIDO_ERR_INTERNAL;
}

int fido_dev_info_manifest(fido_dev_info_t *infos, size_t room, size_t *found)
{
	(void)room;
	*found = 0;
	for (size_t i = 0; i < LENGTH(sockets); i++) {
		autofree char *path = memory_format("%s/%s", folder.path, sockets[i]);

		if (players[i] && fido_dev_info_set(infos, (*found)++, path, "Jefe\033",
					  "Test Key", &socket_io, NULL) != FIDO_OK)
			return FIDO_ERR_INTERNAL;
	}
	return FIDO_OK;
}

static void plug(size_t number, const char *pin, const char *manner)
{
	autofree char *path = memory_format("%s/%s", folder.path, sockets[number]);
	autofree char *program =
		memory_format("%s/tests/vm/security_key.py", getenv("top_srcdir"));
	void *handle;

	players[number] = fork();
	if (players[number] == 0) {
		(void)execlp("/usr/bin/python3", "python3", program, path, pin, manner,
			(char *)NULL);
		_exit(127);
	}
	for (int moments = 0; !(handle = socket_open(path)); moments++) {
		assert_true(moments < 200);
		(void)usleep(50000);
	}
	socket_close(handle);
}

static void unplug(size_t number)
{
	autofree char *path = memory_format("%s/%s", folder.path, sockets[number]);

	if (!players[number])
		return;
	(void)kill(players[number], SIGTERM);
	(void)waitpid(players[number], NULL, 0);
	players[number] = 0;
	(void)unlink(path);
}

static int make_folder(void **state)
{
	(void)state;
	return temporary_make(&folder);
}

static int remove_folder(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(sockets); i++)
		unplug(i);
	temporary_remove(&folder);
	return 0;
}

static struct secret *secret_of(const char *text)
{
	struct secret *secret = secret_new();
	struct error err = {0};

	assert_done(secret_append(secret, text, strlen(text), &err), &err);
	return secret;
}

/* By the key at a socket; what the token tells has to be enough. */
static int derive(size_t number, const char *token, const struct secret *pin,
	struct secret *secret, struct error *err)
{
	autofree char *path = memory_format("%s/%s", folder.path, sockets[number]);
	autocredential struct credential credential = {0};

	assert_done(fido2_token_read(token, &credential, err), err);
	return security_key_derive(path, &credential, pin, secret, err);
}

static int enrol(size_t number, const struct secret *pin, char **token, struct error *err)
{
	autofree char *path = memory_format("%s/%s", folder.path, sockets[number]);
	autocredential struct credential credential = {
		.party = memory_copy_text(FIDO2_PARTY),
		.wants_touch = true,
		.wants_pin = pin != NULL};
	int rc = security_key_enrol(path, pin, &credential, err);

	if (rc == 0)
		*token = fido2_token_write(&credential);
	return rc;
}

static void the_same_secret_each_time(void **state)
{
	autokeys struct security_keys keys = {0};
	autosecret struct secret *first = secret_new(), *second = secret_new(),
				 *other = secret_new();
	autofree char *token = NULL, *another = NULL;
	struct error err = {0};

	(void)state;
	plug(0, "", "touched");
	assert_done(security_keys_find(&keys, &err), &err);
	assert_int_equal(keys.count, 1);
	assert_true(keys.items[0].derives && !keys.items[0].has_pin);
	assert_string_equal(keys.items[0].name, "Jefe? Test Key");
	assert_done(enrol(0, NULL, &token, &err), &err);
	assert_done(enrol(0, NULL, &another, &err), &err);
	assert_done(derive(0, token, NULL, first, &err), &err);
	assert_done(derive(0, token, NULL, second, &err), &err);
	assert_done(derive(0, another, NULL, other, &err), &err);
	assert_int_equal(secret_size(first), 44); /* of 32 bytes */
	assert_true(secret_equal(first, second));
	assert_false(secret_equal(first, other));
}

static void another_key_opens_nothing(void **state)
{
	autocredential struct credential credential = {0};
	autosecret struct secret *secret = secret_new();
	autofree char *token = NULL,
		      *one = memory_format("%s/%s", folder.path, sockets[0]),
		      *two = memory_format("%s/%s", folder.path, sockets[1]);
	struct error err = {0};

	(void)state;
	plug(0, "", "touched");
	plug(1, "", "touched");
	assert_done(enrol(1, NULL, &token, &err), &err);
	assert_done(fido2_token_read(token, &credential, &err), &err);
	assert_false(security_key_knows(one, &credential));
	assert_true(security_key_knows(two, &credential));
	assert_int_equal(derive(0, token, NULL, secret, &err), -ENOKEY);
	assert_int_equal(secret_size(secret), 0);
}

static void a_pin_counts(void **state)
{
	autokeys struct security_keys keys = {0};
	autosecret struct secret *pin = secret_of("4711"), *wrong = secret_of("4712"),
				 *secret = secret_new(), *bare = secret_new();
	autofree char *token = NULL;
	struct error err = {0};

	(void)state;
	plug(0, "4711", "touched");
	assert_done(security_keys_find(&keys, &err), &err);
	assert_true(keys.items[0].has_pin);
	assert_int_equal(enrol(0, NULL, &token, &err), -EACCES);
	assert_string_equal(err.text, "the security key wants its PIN");
	assert_int_equal(enrol(0, wrong, &token, &err), -EACCES);
	assert_string_equal(err.text,
		"this is not the PIN of the security key, which takes 7 more tries");
	assert_done(enrol(0, pin, &token, &err), &err);
	assert_done(derive(0, token, pin, secret, &err), &err);
	assert_done(derive(0, token, NULL, bare, &err), &err);
	assert_false(secret_equal(secret, bare));
}

static void nobody_touches_it(void **state)
{
	autofree char *token = NULL, *path = NULL;
	autocredential struct credential credential = {.party = NULL};
	autosecret struct secret *secret = secret_new();
	struct error err = {0};

	(void)state;
	plug(0, "", "untouched");
	path = memory_format("%s/%s", folder.path, sockets[0]);
	assert_int_equal(enrol(0, NULL, &token, &err), -ETIME);
	assert_null(token);
	unplug(0);
	assert_false(access(path, F_OK) == 0);
	credential.party = memory_copy_text(FIDO2_PARTY);
	text_add(&credential.id, "0123456789abcdef");
	text_add(&credential.salt, "0123456789abcdef0123456789abcdef");
	assert_int_equal(
		security_key_derive(path, &credential, NULL, secret, &err), -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_same_secret_each_time, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			another_key_opens_nothing, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(a_pin_counts, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			nobody_touches_it, make_folder, remove_folder),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
