# Stage 4: our own files. Fresh copies of the secured roots become WORK/image/live and WORK/image/target.
# shellcheck shell=bash

stage_overlay() {
	local ours jobs=(overlay_target)
	ours=$(hash_of "$here/stages/4-overlay.sh" "$here/lib/same.sh" "$public_key" "$version" "$epoch")
	! live_wanted || jobs+=(overlay_live)
	side_by_side "${jobs[@]}"
}

overlay_live() {
	unit live-image "$(hash_of "$ours" "$(stamp "$live_base-live-secure")" "$(overlay_hash live "$live_base")" "$here/lib/trim.sh" \
		"$here/bases/live-excluded.list")" make_live_image
}

overlay_target() {
	if [ "$target" = oci ]; then
		unit target-image "$(hash_of "$ours" "$(stamp "$base-$target_role-secure")" "$here/lib/container_image.sh" "$here/overlay/oci" \
			"$(program_of "$base")")" make_oci_image
		return
	fi
	unit target-image "$(hash_of "$ours" "$(stamp "$base-$target_role-secure")" "$(overlay_hash target "$base")")" make_target_image
}

# overlay_hash ROLE BASE: of the overlay folders, program and keymaps that go into an image.
overlay_hash() {
	local folders
	mapfile -t folders < <(overlays "$1" "$2")
	hash_of "${folders[@]}" "$(runlevels "$2")" "$here/lib/runlevels.sh" "$(program_of "$2")" \
		"$work/$(maker_of "$2")/keymaps"
}

# overlays ROLE BASE: folders of the overlay that go into an image, those of the roles last.
overlays() {
	local part
	printf '%s\n' "$here/overlay/$1" "$here/overlay/$1-$2"
	[ "$1" = target ] || return 0
	for part in $(parts_of "$target_role" | grep '\.role$'); do
		printf '%s\n' "$here/overlay/$part" "$here/overlay/$part-$2"
	done
}

make_live_image() {
	make_image "$live_base" live "$work/$live_base/live" "$live_root"
	trim_live "$live_root"
}

make_target_image() {
	make_image "$base" target "$work/$base/$target_role" "$target_root"
	mkdir -p "$target_root/opt/jefe/bin" "$target_root/var/lib/jefelinux"
	if [ ! -e "$target_root/opt/jefe/bin/jefe-setup" ]; then
		mv "$target_root/usr/sbin/jefe-setup" "$target_root/opt/jefe/bin/jefe-setup"
	fi
	ln -sfn /opt/jefe/bin/jefe-setup "$target_root/usr/sbin/jefe-setup"
	apply_runlevels "$target_root" "$base"
}

# make_image BASE ROLE ROOT IMAGE: IMAGE is ROOT with what ROLE has of ours.
make_image() {
	local folder
	copy_root "$3" "$4"
	lay_over "$(program_of "$1")" "$4"
	[ "$2" != target ] || divert_init_scripts "$4" "$1"
	while read -r folder; do
		lay_over "$folder" "$4"
	done < <(overlays "$2" "$1")
	mkdir -p "$4/etc/jefelinux/keys" "$4/usr/share/jefelinux/keymaps"
	cp "$public_key" "$4/etc/jefelinux/keys/payload.pem"
	lay_over "$work/$(maker_of "$1")/keymaps" "$4/usr/share/jefelinux/keymaps"
	echo "$version" >"$4/etc/jefelinux/version"
	date_passwords "$4"
}
