# Stage 5 for --target netboot: a folder for a TFTP or HTTP server. The initramfs has no network drivers: whatever loads kernel and
# initramfs loads medium.cpio as second initrd, and finds the whole medium in it (installer/initramfs/live.sh).
# shellcheck shell=bash

stage_netboot() {
	# It is replaced as a whole.
	[ ! -e "$output" ] || [ -f "$output/medium.cpio" ] || fail "$output is there and is no netboot folder: it stays as it is"
	medium_files
	answers_in_build
	[ -e "$output" ] || rm -f "$work/stamp/netboot"
	unit netboot "$(hash_of "$(stamp medium-kernel)" "$(stamp medium-live)" "$(stamp medium-payload)" "$(stamp medium-record)" \
		"$here/stages/5-netboot.sh" "$here/stages/5-iso.sh" "$here/lib/embed.sh" "$public_key" "to $output" "${answers:-}" "$append")" \
		make_netboot
}

make_netboot() {
	local id tree=$work/netboot folder=$output.part
	id=$(medium_id)
	rm -rf "$tree" "$folder"
	enough_space "$(du -sk "$medium" | cut -f1)"
	mkdir -p "$tree/medium/live" "$tree/medium/.jefe" "$tree/medium/answers" "$folder"
	cp "$medium"/live/{vmlinuz,initramfs.img} "$folder"
	# UEFI puts one initrd right behind the other, and the kernel finds the second at a multiple of four only.
	truncate -s %4 "$folder/initramfs.img"
	cp "$medium"/live/{live.squashfs,sbom.spdx.json} "$tree/medium/live"
	cp "$medium/.jefe/build" "$tree/medium/.jefe"
	cp -r "$medium/payload" "$tree/medium"
	echo "$id" >"$tree/medium/.jefe/id"
	answers_area "$answers" >"$tree/medium$answers_path"
	list_files "$tree/medium"
	netboot_archive "$tree" >"$folder/medium.cpio"
	ipxe_script "$id" >"$folder/boot.ipxe"
	cp "$medium/live/sbom.spdx.json" "$folder"
	(cd "$folder" && sha256sum -- *) >"$work/cache/netboot.sums"
	mv "$work/cache/netboot.sums" "$folder/SHA256SUMS"
	find "$folder" -exec touch -h -d "@$epoch" {} +
	rm -rf "$tree" "$output"
	mv "$folder" "$output"
}

# netboot_archive TREE: in the form of an initramfs, on stdout.
netboot_archive() {
	find "$1" -exec touch -h -d "@$epoch" {} +
	(cd "$1" && find medium -print0 | sort -z | cpio --quiet --reproducible -0 -o -H newc -R +0:+0)
}

# ipxe_script ID: names are relative to where the script itself came from. UEFI finds initrds by the kernel line, BIOS does not look.
ipxe_script() {
	cat <<-END
		#!ipxe
		kernel vmlinuz initrd=initramfs.img initrd=medium.cpio jefe.medium=$1 quiet loglevel=3${append:+ $append} console=tty0 console=ttyS0,115200
		initrd initramfs.img
		initrd medium.cpio
		boot
	END
}
