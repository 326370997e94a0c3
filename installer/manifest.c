#include "installer/manifest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "installer/base/json.h"
#include "installer/base/memory.h"
#include "installer/signed.h"

enum { MANIFEST_MAX = 4 << 20 };

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
	static const struct signed_files files = {"manifest.json", "manifest.sig"};
	autotext struct text text = {0};
	struct json *json = NULL;
	struct manifest *loaded;
	int rc;

	if (signed_read(dir, &files, keys_dir, MANIFEST_MAX, &text, err) < 0)
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
