# Stage 5 for --target rootfs: what is installed, as one archive, with its bill of materials beside it.
# shellcheck shell=bash

stage_rootfs() {
	record_unit "$(stamp target-image)"
	[ -e "$output" ] || rm -f "$work/stamp/rootfs"
	unit rootfs "$(hash_of "$(lock_tools)" "$(stamp target-image)" "$here/stages/5-rootfs.sh" "$here/lib/bill.sh" "${payload_options[$compression]}" "$epoch" "to $output")" make_rootfs
}

make_rootfs() {
	enough_space "$(packed_size "$target_root")"
	make_bill "$output_name.spdx.json.part"
	# shellcheck disable=SC2086 # a list
	archive "$target_root" | zstd -q -f ${payload_options[$compression]} -T0 -o "$output.part"
	mv "$output.part" "$output"
	mv "$output_name.spdx.json.part" "$output_name.spdx.json"
}
