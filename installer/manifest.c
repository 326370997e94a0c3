#include "installer/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/digest.h"
#include "installer/base/file.h"
#include "installer/base/json.h"
#include "installer/base/memory.h"

enum { MANIFEST_MAX = 4 << 20, KEY_MAX = 16 << 10, SIGNATURE_SIZE = 64 };

/* Does any of the trusted keys say that text is what its signer wrote? */
static int verify(const struct text *text, const struct text *signature,
	const char *keys_dir, struct error *err)
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
		"manifest.sig: made by none of the %d trusted keys in %s; "
		"the medium is damaged or not genuine, make it again",
		tried, keys_dir);
}

static int read_signed(
	const char *dir, const char *keys_dir, struct text *text, struct error *err)
{
	autotext struct text signature = {0};
	autoclose int dir_fd = file_open_root(dir, err);
	int rc;

	if (dir_fd < 0)
		return dir_fd;
	rc = file_read(dir_fd, "manifest.json", MANIFEST_MAX, text, err);
	if (rc < 0)
		return rc;
	rc = file_read(dir_fd, "manifest.sig", SIGNATURE_SIZE, &signature, err);
	if (rc == -ENOENT)
		return error_set(err, -EKEYREJECTED,
			"manifest.sig is missing: the payload is not signed");
	if (rc < 0 && rc != -EFBIG)
		return rc;
	if (rc < 0 || signature.size != SIGNATURE_SIZE)
		return error_set(err, -EKEYREJECTED,
			"manifest.sig is not a signature of %d bytes", SIGNATURE_SIZE);
	return verify(text, &signature, keys_dir, err);
}

static bool is_sha256(const char *hex)
{
	return strlen(hex) == 64 && strspn(hex, "0123456789abcdef") == 64;
}

static int check(const struct manifest *manifest, struct error *err)
{
	const struct {
		const char *key, *value;
	} texts[] = {
		{"base",    manifest->base   },
                {"branch",  manifest->branch },
		{"arch",    manifest->arch   },
                {"version", manifest->version},
		{"kernel",  manifest->kernel },
                {"archive", manifest->archive},
		{"sha256",  manifest->sha256 }
        };

	for (size_t i = 0; i < LENGTH(texts); i++)
		if (!texts[i].value || !*texts[i].value)
			return error_set(err, -EBADMSG, "manifest.json: %s is missing",
				texts[i].key);
	if (strchr(manifest->archive, '/') || manifest->archive[0] == '.')
		return error_set(err, -EBADMSG,
			"manifest.json: archive \"%s\" is not a plain file name",
			manifest->archive);
	if (!is_sha256(manifest->sha256))
		return error_set(err, -EBADMSG,
			"manifest.json: sha256 \"%s\" is not 64 hexadecimal digits",
			manifest->sha256);
	if (!manifest->archive_size || !manifest->unpacked_size || !manifest->files)
		return error_set(err, -EBADMSG,
			"manifest.json: archive_size, unpacked_size and files must be above 0");
	return 0;
}

static struct manifest *from_json(const struct json *json)
{
	struct manifest *manifest = memory_zero(1, sizeof(*manifest));
	const struct json *packages = json_member(json, "packages");

	manifest->base = memory_copy_text(json_text(json, "base"));
	manifest->branch = memory_copy_text(json_text(json, "branch"));
	manifest->arch = memory_copy_text(json_text(json, "arch"));
	manifest->version = memory_copy_text(json_text(json, "version"));
	manifest->kernel = memory_copy_text(json_text(json, "kernel"));
	manifest->archive = memory_copy_text(json_text(json, "archive"));
	manifest->sha256 = memory_copy_text(json_text(json, "sha256"));
	manifest->archive_size = json_number(json, "archive_size");
	manifest->unpacked_size = json_number(json, "unpacked_size");
	manifest->files = json_number(json, "files");
	for (size_t i = 0; i < json_count(packages); i++) {
		const char *package = json_as_text(json_item(packages, i));

		if (package)
			words_add(&manifest->packages, package);
	}
	return manifest;
}

int manifest_load(const char *dir, const char *keys_dir, struct manifest **manifest,
	struct error *err)
{
	autotext struct text text = {0};
	struct json *json = NULL;
	struct manifest *loaded;
	int rc;

	if (read_signed(dir, keys_dir, &text, err) < 0)
		return error_prefix(err, "payload in %s", dir);
	if (json_parse(text_string(&text), "manifest.json", &json, err) < 0)
		return error_prefix(err, "payload in %s", dir);
	loaded = from_json(json);
	json_free(json);
	rc = check(loaded, err);
	if (rc < 0) {
		manifest_free(loaded);
		return error_prefix(err, "payload in %s", dir);
	}
	loaded->text = text_take(&text);
	*manifest = loaded;
	return 0;
}

void manifest_free(struct manifest *manifest)
{
	if (!manifest)
		return;
	free(manifest->base);
	free(manifest->branch);
	free(manifest->arch);
	free(manifest->version);
	free(manifest->kernel);
	free(manifest->archive);
	free(manifest->sha256);
	words_free(&manifest->packages);
	free(manifest->text);
	free(manifest);
}
