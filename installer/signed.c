#include "installer/signed.h"

#include <errno.h>

#include "installer/base/digest.h"
#include "installer/base/file.h"
#include "installer/base/memory.h"

enum { KEY_MAX = 16 << 10, SIGNATURE_SIZE = 64 };

/* Does any of the trusted keys say that text is what its signer wrote? */
static int verify(const struct text *text, const struct text *signature,
	const char *signature_name, const char *keys_dir, struct error *err)
{
	autowords struct words keys = {0};
	autoclose int dir = file_open_root(keys_dir, err);
	int tried = 0;

	if (dir < 0 || file_list(dir, "/", false, &keys, err) < 0)
		return error_prefix(err, "reading the trusted keys");
	for (size_t i = 0; i < keys.count; i++) {
		autotext struct text pem = {0};

		if (!text_ends(keys.items[i], ".pem"))
			continue;
		tried++;
		if (file_read(dir, keys.items[i], KEY_MAX, &pem, err) < 0)
			return error_prefix(
				err, "reading the trusted keys in %s", keys_dir);
		if (ed25519_verify(pem.data, text->data, text->size,
			    (const unsigned char *)signature->data, NULL) == 0)
			return 0;
	}
	return error_set(err, -EKEYREJECTED,
		"%s: made by none of the %d trusted keys in %s; "
		"the medium is damaged or not genuine, make it again",
		signature_name, tried, keys_dir);
}

int signed_read(const char *dir, const struct signed_files *files, const char *keys_dir,
	size_t max, struct text *text, struct error *err)
{
	autotext struct text signature = {0};
	autoclose int dir_fd = file_open_root(dir, err);
	int rc;

	if (dir_fd < 0)
		return dir_fd;
	rc = file_read(dir_fd, files->text, max, text, err);
	if (rc < 0)
		return rc;
	rc = file_read(dir_fd, files->signature, SIGNATURE_SIZE, &signature, err);
	if (rc == -ENOENT)
		return error_set(err, -EKEYREJECTED, "%s is missing: %s is not signed",
			files->signature, files->text);
	if (rc < 0 && rc != -EFBIG)
		return rc;
	if (rc < 0 || signature.size != SIGNATURE_SIZE)
		return error_set(err, -EKEYREJECTED, "%s is not a signature of %d bytes",
			files->signature, SIGNATURE_SIZE);
	return verify(text, &signature, files->signature, keys_dir, err);
}
