# Stage 5 for --target oci: a container image as an OCI image layout, one layer: "podman pull oci:FOLDER". Names of blobs are their hashes.
# shellcheck shell=bash

stage_oci() {
	# It is replaced as a whole.
	[ ! -e "$output" ] || [ -f "$output/oci-layout" ] || fail "$output is there and is no OCI layout: it stays as it is"
	record_unit "$(stamp target-image)"
	[ -e "$output" ] || rm -f "$work/stamp/oci"
	unit oci "$(hash_of "$(lock_tools)" "$(stamp target-image)" "$here/stages/5-oci.sh" "$here/lib/bill.sh" "$epoch" "to $output")" make_oci
}

make_oci() {
	local folder=$output.part tar=$work/cache/layer.tar kind=application/vnd.oci.image layer manifest config
	rm -rf "$folder"
	enough_space "$(packed_size "$target_root")"
	mkdir -p "$folder/blobs/sha256"
	make_bill "$output_name.spdx.json.part"
	archive "$target_root" >"$tar"
	layer=$(gzip -n -6 <"$tar" | oci_blob "$folder" "$kind.layer.v1.tar+gzip")
	config=$(oci_config "$(sha256sum <"$tar" | cut -d' ' -f1)" | oci_blob "$folder" "$kind.config.v1+json")
	rm "$tar"
	manifest=$(oci_manifest "$config" "$layer" | oci_blob "$folder" "$kind.manifest.v1+json")
	oci_index "$manifest" >"$folder/index.json"
	echo '{"imageLayoutVersion": "1.0.0"}' >"$folder/oci-layout"
	find "$folder" -exec touch -h -d "@$epoch" {} +
	rm -rf "$output"
	mv "$folder" "$output"
	mv "$output_name.spdx.json.part" "$output_name.spdx.json"
}

# oci_blob FOLDER TYPE: stdin as a blob; its descriptor on stdout, without the closing brace.
oci_blob() {
	local blob=$1/blobs/sha256/new hash
	cat >"$blob" || return # errexit does not reach into $(…)
	hash=$(sha256sum <"$blob" | cut -d' ' -f1)
	printf '{"mediaType": "%s", "digest": "sha256:%s", "size": %d' "$2" "$hash" "$(stat -c %s "$blob")"
	mv "$blob" "${blob%new}$hash"
}

# oci_config HASH: of the layer as it is unpacked. What starts has the image's umask, and a shell that needs no library.
oci_config() {
	local date
	date=$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)
	cat <<-END
		{
		  "created": "$date",
		  "architecture": "amd64",
		  "os": "linux",
		  "config": {
		    "User": "0:0",
		    "Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"$(oci_allocator)],
		    "Entrypoint": ["/usr/libexec/jefelinux/enter"],
		    "Cmd": ["$(oci_shell)", "sh", "-l"],
		    "WorkingDir": "/",
		    "Labels": {"org.opencontainers.image.title": "jefelinux", "org.opencontainers.image.version": "$version",
		      "org.jefelinux.base": "$base $(branch_of "$base")", "org.jefelinux.role": "$target_role"}
		  },
		  "rootfs": {"type": "layers", "diff_ids": ["sha256:$1"]},
		  "history": [{"created": "$date", "created_by": "jefelinux $version"}]
		}
	END
}

# oci_allocator: where no file names what all programs load first (Alpine), the catalogue tells login shells alone; here everything that starts.
oci_allocator() {
	local file=$target_root/etc/profile.d/jefe-allocator.sh
	[ ! -e "$file" ] || sed -n 's/^export \(LD_PRELOAD=[^ ]*\).*/, "\1"/p' "$file"
}

# oci_manifest CONFIG LAYER: descriptors.
oci_manifest() {
	printf '{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "config": %s}, "layers": [%s}]}\n' "$1" "$2"
}

oci_index() {
	printf '{"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [%s, %s, %s}]}\n' "$1" \
		'"platform": {"architecture": "amd64", "os": "linux"}' "\"annotations\": {\"org.opencontainers.image.ref.name\": \"$version\"}"
}
