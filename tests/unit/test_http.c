#include "installer/base/http.h"

#include <errno.h>

#include "tests/unit/daemon.h"

static int get(const char *answer, size_t max, struct text *body, struct error *err)
{
	const char *const answers[] = {answer, NULL};
	int rc;

	daemon_start(answers);
	rc = http_get(root, "run/docker.sock", "/x", max, 2, body, err);
	daemon_stop();
	assert_done(file_remove(root, "run/docker.sock", err), err);
	return rc;
}

static void the_body_is_what_follows_the_head(void **state)
{
	autotext struct text body = {0};
	struct error err = {0};

	(void)state;
	assert_done(get("HTTP/1.0 200 OK\r\nServer: x\r\ncontent-length: 5\r\n\r\nhello",
			    1000, &body, &err),
		&err);
	assert_string_equal(text_string(&body), "hello");
}

static void unusual_answers_are_refused(void **state)
{
	static const char *const answers[] = {
		"",
		"hello",
		"HTTP/1.0 200 OK\r\n",
		"HTTP/1.0 404 Not Found\r\n\r\n{}",
		"HTTP/2 200 OK\r\n\r\n{}",
		"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}",
		"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(answers); i++) {
		autotext struct text body = {0};
		struct error err = {0};

		assert_int_equal(get(answers[i], 1000, &body, &err), -EPROTO);
		assert_true(text_starts(
			err.text, "asking run/docker.sock for /x: the answer "));
		assert_int_equal(body.size, 0);
	}
}

static void long_answers_are_refused(void **state)
{
	autotext struct text body = {0}, answer = {0};
	struct error err = {0};

	(void)state;
	text_add(&answer, "HTTP/1.0 200 OK\r\n\r\n");
	while (answer.size < 100000)
		text_add(&answer, "0123456789");
	assert_int_equal(get(text_string(&answer), 50000, &body, &err), -EFBIG);
	assert_done(get(text_string(&answer), 200000, &body, &err), &err);
	assert_int_equal(body.size, answer.size - strlen("HTTP/1.0 200 OK\r\n\r\n"));
}

static void who_does_not_answer_is_given_up(void **state)
{
	static const char *const nothing[] = {NULL};
	autotext struct text body = {0};
	struct error err = {0};

	(void)state;
	assert_int_equal(
		http_get(root, "run/docker.sock", "/x", 100, 1, &body, &err), -ENOENT);
	daemon_start(nothing);
	assert_int_equal(
		http_get(root, "run/docker.sock", "/x", 100, 1, &body, &err), -ETIMEDOUT);
	daemon_stop();
	assert_int_equal(http_get(root, "run/docker.sock", "/x", 100, 1, &body, &err),
		-ECONNREFUSED);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, tree_make, tree_close)
	const struct CMUnitTest tests[] = {
		TEST(the_body_is_what_follows_the_head),
		TEST(unusual_answers_are_refused),
		TEST(long_answers_are_refused),
		TEST(who_does_not_answer_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
