# build.sh verify ISO: make the ISO again from what it records, and compare.
# shellcheck shell=bash

# verify_open: what ISO records becomes the options; its key and signature stand in for the private key that nobody else has.
verify_open() {
	verify_folder=$(mktemp -d)
	trap 'rm -rf "$verify_folder"' EXIT
	iso_extract "$verify_iso" "$verify_folder/iso" || refuse "$verify_iso: not an ISO that xorriso can read"
	# Through a link or a pipe it would get what only root may read.
	[ -z "$(find "$verify_folder/iso" ! -type f ! -type d -print -quit)" ] || refuse "$verify_iso: has links or devices, which no ISO of this build has"
	for foreign_key in .jefe/build .jefe/files.sig payload/manifest.sig payload/key.pem; do
		[ -s "$verify_folder/iso/$foreign_key" ] || refuse "$verify_iso: does not record how it was made: it has no $foreign_key"
	done
	[ -z "$locked" ] || refuse "--locked does not go with verify: the ISO says what it was made from"
	lock_take "$verify_folder/iso/.jefe/build"
	[ "$target" = iso ] || refuse "$verify_iso: records that it was made with --target $target"
	! verify_from_files || locked=$verify_folder/iso/.jefe/build
	tr -d '\000' <"$verify_folder/iso$answers_path" >"$verify_folder/answers"
	[ ! -s "$verify_folder/answers" ] || answers=$verify_folder/answers
	foreign_medium=$verify_folder/iso foreign_key=$verify_folder/iso/payload/key.pem
}

# verify_from_files: all mirrors are folders, so the packages that the ISO names can be taken out of them, whatever their indexes say now.
verify_from_files() {
	local url
	for url in "${mirrors[@]}"; do
		[[ $url == file://* ]] || return
	done
	[ ${#mirrors[@]} != 0 ]
}

# iso_extract ISO FOLDER
iso_extract() {
	xorriso -osirrox on -indev "$1" -extract / "$2" >"$verify_folder/log" 2>&1 && chmod -R u+w "$2"
}

# verify_result: exit code 0 when both are the same.
verify_result() {
	local same=1
	echo
	lock_differences "$verify_folder/iso/.jefe/build" >"$verify_folder/inputs"
	if cmp -s "$verify_iso" "$output"; then
		echo "The same to the last bit: $(sha256sum <"$output" | cut -d' ' -f1)"
		echo "Signed with the key $(openssl pkey -pubin -in "$foreign_key" -outform DER | sha256sum | cut -c1-32)"
		same=0
	else
		echo "NOT the same. Made from something else:"
		verify_inputs
		echo "Files that differ (- as in ${verify_iso##*/}, + as built now):"
		verify_files >"$verify_folder/differences"
		[ -s "$verify_folder/differences" ] || echo "  (none: it is the boot sectors, the EFI partition or the table of contents)" \
			>"$verify_folder/differences"
		cat "$verify_folder/differences"
	fi
	rm -f "$output" "$output_name.spdx.json"
	return "$same"
}

# verify_inputs: what was not the same, and how it can become so.
verify_inputs() {
	sed 's/^/  /' "$verify_folder/inputs"
	lock_other_tools "$verify_folder/iso/.jefe/build" | sed 's/^/  the tool /' | tee "$verify_folder/tools"
	[ -s "$verify_folder/inputs" ] || [ -s "$verify_folder/tools" ] || echo "  nothing: source, packages and tools are the same"
	! grep -qvx 'the source tree' "$verify_folder/inputs" ||
		echo "Mirrors change: --mirror with a copy of those days, as file:///… or at the address of a snapshot, has the same packages."
}

# verify_files: on the medium, in the initramfs, in the live system and in the payload.
verify_files() {
	local old=$verify_folder/iso
	mkdir "$verify_folder/target"
	iso_extract "$output" "$verify_folder/new"
	compare_trees "" "$old" "$verify_folder/new"
	if ! cmp -s "$old/live/initramfs.img" "$medium/live/initramfs.img"; then
		compare_lists "initramfs.img: " <(initramfs_listing "$old/live/initramfs.img") <(initramfs_listing "$medium/live/initramfs.img")
	fi
	if ! cmp -s "$old/live/live.squashfs" "$medium/live/live.squashfs"; then
		unsquashfs -q -n -d "$verify_folder/live" "$old/live/live.squashfs" >"$verify_folder/log" 2>&1 || true
		compare_trees "live.squashfs: " "$verify_folder/live" "$live_root" ./boot
	fi
	if ! cmp -s "$old/payload/rootfs.tar.zst" "$medium/payload/rootfs.tar.zst"; then
		zstd -qdc "$old/payload/rootfs.tar.zst" | tar -C "$verify_folder/target" --numeric-owner -xp || true
		compare_trees "rootfs.tar.zst: " "$verify_folder/target" "$target_root"
	fi
}

# compare_trees PREFIX OLD NEW [WITHOUT]
compare_trees() {
	compare_lists "$1" <(tree_listing "$2" "${4:-}") <(tree_listing "$3" "${4:-}")
}

# compare_lists PREFIX OLD NEW
compare_lists() {
	{ diff "$2" "$3" || true; } | sed -n "s|^< |  - $1|p; s|^> |  + $1|p"
}

# initramfs_listing IMAGE: a line for each file: name, mode with kind, owner, hash. It is read and not unpacked, for a cpio of somebody else may
# have devices, and links that lead out of any folder. What is no cpio has no lines.
initramfs_listing() {
	local image at=0 head size length data name longest=4096
	image=$(mktemp -p "$verify_folder")
	case $(bytes_of "$1" 0 4 | od -A n -t x1 | tr -d ' ') in
	28b52ffd) zstd -qdc "$1" ;;
	1f8b*) gzip -dc "$1" ;;
	*) cat "$1" ;;
	esac >"$image" || true
	while head=$(bytes_of "$image" "$at" $((110 + longest)) | tr '\000' '\n') && [[ ${head:0:110} =~ ^07070[12][0-9a-fA-F]{104}$ ]]; do
		size=$((16#${head:54:8})) length=$((16#${head:94:8})) data=$(((at + 110 + length + 3) / 4 * 4))
		name=${head:110:length > longest ? longest : length - 1}
		name=${name//[^[:print:]]/?}
		[ "$name" != 'TRAILER!!!' ] || break
		printf '%s %06o %d:%d %s\n' "$name" "0x${head:14:8}" "0x${head:22:8}" "0x${head:30:8}" \
			"$(bytes_of "$image" "$data" "$size" | sha256sum | cut -d' ' -f1)"
		at=$(((data + size + 3) / 4 * 4))
	done | LC_ALL=C sort
	rm "$image"
}

# bytes_of FILE OFFSET COUNT
bytes_of() {
	tail -c +$(($2 + 1)) "$1" 2>/dev/null | head -c "$3" || true
}

# tree_listing FOLDER WITHOUT: a line for each file: name, kind, mode, owner, target of a link, hash. The root itself is none.
tree_listing() {
	join -t "$(printf '\t')" -a 1 \
		<(cd "$1" && find . -path "${2:-./none}/*" -prune -o -mindepth 1 -printf "%P\t%y %04m %U:%G %l\n" | sort) \
		<(cd "$1" && find . -path "${2:-./none}/*" -prune -o -type f -print0 | sort -z | xargs -0r sha256sum |
			sed 's/^\([0-9a-f]*\)  \.\/\(.*\)/\2\t\1/' | sort) | tr '\t' ' '
}
