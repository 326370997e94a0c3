# Stage 5: the medium. WORK/medium is the tree of the ISO; the ISO appears under its name only when it is complete.
# shellcheck shell=bash

stage_iso() {
	medium_files
	answers_in_build
	[ -e "$output" ] || rm -f "$work/stamp/iso"
	unit iso "$(hash_of "$(stamp medium-kernel)" "$(stamp medium-live)" "$(stamp medium-payload)" "$(stamp medium-record)" \
		"$here/grub.cfg" "$here/lib/grub.sh" "$here/lib/embed.sh" "$here/stages/5-iso.sh" "$public_key" \
		"to $output" "${answers:-}" "$append" "$source_dir/themes/$menu_theme.theme")" make_iso
}

# medium_files: what boots and what is installed, in WORK/medium, however it gets there.
medium_files() {
	local tools
	mkdir -p "$medium/live" "$medium/payload" "$medium/.jefe" "$medium/answers"
	tools=$(lock_tools)
	side_by_side medium_live medium_payload medium_record
}

medium_live() {
	unit medium-live "$(hash_of "$(stamp live-image)" "$tools" "$here/stages/5-iso.sh" "${squashfs_options[$compression]}")" make_squashfs
	unit medium-kernel "$(hash_of "$(stamp live-image)" "$here/stages/5-iso.sh")" make_kernel
}

medium_payload() {
	unit medium-payload "$(hash_of "$(stamp target-image)" "$tools" "$here/stages/5-iso.sh" "$here/lib/payload.sh" "$compression" "$public_key" \
		"$foreign_medium")" make_payload
}

medium_record() {
	unit medium-bill "$(hash_of "$(stamp live-image)" "$(stamp target-image)" "$here/lib/bill.sh" "$epoch")" make_bill "$medium/live/sbom.spdx.json"
	record_unit "$(stamp medium-bill)"
}

# make_kernel: kernel, memory test and initramfs; the latter is made by the program that is on the medium, from the programs of the live system.
make_kernel() {
	local kernel
	kernel=$(kernel_version "$live_root")
	cp "$live_root/$("${live_base}_kernel_image" "$live_root" "$kernel")" "$medium/live/vmlinuz"
	take_memory_test
	rm -f "$medium/live/initramfs.img"
	local root_binds=("$medium/live /run/output")
	in_root "$live_root" /usr/sbin/jefe-setup initramfs --kernel "$kernel" --output /run/output/initramfs.img
	[ -s "$medium/live/initramfs.img" ] || fail "jefe-setup initramfs left no initramfs"
}

# take_memory_test: for BIOS and for UEFI, when the base has it; the menu looks for these names.
take_memory_test() {
	local kind file
	mkdir -p "$medium/boot"
	for kind in bin efi; do
		rm -f "$medium/boot/memtest.$kind"
		file=$(find "$live_root/boot" -name "memtest*.$kind" | sort | head -n 1)
		[ -z "$file" ] || cp "$file" "$medium/boot/memtest.$kind"
	done
}

make_squashfs() {
	rm -f "$medium/live/live.squashfs"
	# shellcheck disable=SC2086 # a list
	mksquashfs "$live_root" "$medium/live/live.squashfs" -comp zstd ${squashfs_options[$compression]} -no-progress -quiet -noappend \
		-all-time "$epoch" -mkfs-time "$epoch" \
		-wildcards -e 'boot/*'
}

# medium_id: the identity of this medium, from what is on it.
medium_id() {
	hash_of "$medium/live/vmlinuz" "$medium/live/initramfs.img" "$medium/live/live.squashfs" "$medium/payload/manifest.json" | cut -c1-32
}

make_iso() {
	local id
	id=$(medium_id)
	echo "$id" >"$medium/.jefe/id"
	answers_area "$answers" >"$medium$answers_path"
	grub_lay_out "$medium" "$id"
	list_files "$medium"
	enough_space $(($(du -sk "$medium" | cut -f1) + 20480)) # the ISO is a little larger than its tree
	find "$medium" "$medium.esp" -exec touch -h -d "@$epoch" {} +
	grub_iso "$medium" "$output.part" "$id"
	cp "$medium/live/sbom.spdx.json" "$output_name.spdx.json.part"
	mv "$output.part" "$output"
	mv "$output_name.spdx.json.part" "$output_name.spdx.json"
}

# medium_parts: the files of the medium that count, the largest first.
medium_parts() {
	find "$medium" -type f -size +1M -printf '%s %P\n' | sort -rn |
		awk '{ printf "%s%s %.0f MB", (NR > 1 ? ", " : ""), $2, $1 / 1000000 }'
}

# list_files TREE: what jefe-setup medium compares the medium with. Not in it: the area for answers, which may be filled later, and
# what xorriso writes into.
list_files() {
	local medium=$1
	(cd "$medium" && find . -type f ! -path './.jefe/files*' ! -path ".$answers_path" ! -path ./boot/grub/bios.img -printf '%P\0' |
		sort -z | xargs -0 sha256sum) >"$medium/.jefe/files"
	sign .jefe/files .jefe/files.sig
}
