# The payload: an archive of the target image, a manifest that describes it, and a signature over the manifest.
# shellcheck shell=bash

# How the two large files are packed, by --compression.
declare -A squashfs_options=([small]="-Xcompression-level 18 -b 1M" [normal]="-Xcompression-level 12 -b 1M" [fast]="-Xcompression-level 3 -b 256K")
declare -A payload_options=([small]="-15 --long=25" [normal]="-12 --long=25" [fast]=-3)

make_payload() {
	local archive=$medium/payload/rootfs.tar.zst
	rm -f "$medium"/payload/*
	# shellcheck disable=SC2086 # a list
	archive "$target_root" | zstd -q ${payload_options[$compression]} -T0 -o "$archive"
	manifest_write "$archive" >"$medium/payload/manifest.json"
	cp "$public_key" "$medium/payload/key.pem"
	sign payload/manifest.json payload/manifest.sig
}

# sign FILE SIGNATURE: paths below WORK/medium. build.sh verify has only the signature of the ISO that it makes again.
sign() {
	if [ -n "$foreign_medium" ]; then
		cp "$foreign_medium/$2" "$medium/$2"
		return
	fi
	openssl pkeyutl -sign -rawin -inkey "$private_key" -in "$medium/$1" -out "$medium/$2"
	openssl pkeyutl -verify -rawin -pubin -inkey "$public_key" -in "$medium/$1" -sigfile "$medium/$2"
}

# manifest_write ARCHIVE: installer/manifest.h says what the fields are.
manifest_write() {
	local kernel hash packages
	kernel=$(kernel_version "$target_root")
	hash=$(sha256sum <"$1" | cut -d' ' -f1)
	packages=$(packages_of "$base" "$target_root" | json_strings)
	cat <<-END
		{
		  "schema": 1,
		  "base": "$base",
		  "branch": "$(branch_of "$base")",
		  "arch": "$arch",
		  "version": "$version",
		  "kernel": "$kernel",
		  "archive": "${1##*/}",
		  "sha256": "$hash",
		  "archive_size": $(stat -c %s "$1"),
		  "unpacked_size": $(unpacked_size "$target_root"),
		  "files": $(find "$target_root" | wc -l),
		  "packages": [
		$packages
		  ],
		  "roles": [
		$(parts_of "$target_role" | sed -n 's/\.role$//p' | json_strings)
		  ],
		  "left_out": [
		$(left_out | json_strings)
		  ]
		}
	END
}

packages_of() {
	inventory "$1" "$2" | awk -F '\t' '{ print $1, $2 }'
}

# left_out: optional packages that no mirror had.
left_out() {
	local part
	for part in common $(parts_of "$target_role"); do
		cat "$work/$base/$part.left-out" 2>/dev/null || true
	done
}

# json_strings: each line of stdin as a JSON string, with commas between.
json_strings() {
	sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/.*/    "&"/' -e '$!s/$/,/'
}
