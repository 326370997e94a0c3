# The root of a container image (--target oci): packages of oci.list and roles, hardened by the catalogue from outside, without what
# only a machine has.
# shellcheck shell=bash

# Files that the catalogue writes for kernel, boot menu and service manager, and the record with which jefe-setup, which is not in the
# image, would take changes back. setuid.db stays: it says what an administrator may give back.
oci_machine_files=(etc/sysctl.d/99-zz-jefe.conf etc/modprobe.d/jefe.conf etc/modules-load.d/jefe.conf etc/fstab etc/init.d/jefe
	etc/init.d/jefe-interfaces etc/runlevels etc/cron.daily/jefe etc/periodic/daily/jefe etc/cron.allow etc/at.allow
	etc/apt/apt.conf.d/90jefe-packages etc/apk/commit_hooks.d/jefe-packages
	etc/profile.d/jefe-lowered.sh etc/jefelinux var/lib/jefelinux/changes var/lib/jefelinux/written)

make_oci_image() {
	copy_root "$work/$base/$target_role" "$target_root"
	harden_image "$target_root"
	lay_over "$here/overlay/oci" "$target_root"
	sed -i "1s,/bin/busybox,$(oci_shell)," "$target_root/usr/libexec/jefelinux/enter"
	(cd "$target_root" && rm -rf "${oci_machine_files[@]}")
	date_passwords "$target_root"
	! grep -rlE '^[^#]*jefe-setup' "$target_root/etc" || fail "these files of the container image run jefe-setup, which is not in it"
	! find "$target_root" -xdev -type f -perm /6000 | grep . || fail "these programs of the container image have set-uid or set-gid"
}

# oci_shell: the BusyBox that needs no library; Alpine's is beside the other one, where the mirror has it.
oci_shell() {
	if [ -e "$target_root/bin/busybox.static" ]; then
		echo /bin/busybox.static
	else
		echo /bin/busybox
	fi
}

# harden_image ROOT: nobody logs in, so there is no SSH server; compilers are there when their role is. Exit code 1 is an audit that is
# not clean, as a container is no machine.
harden_image() {
	local maker status=0 root_binds=("$1 /run/image")
	maker=$(maker_of "$base")
	root_binds+=("$(program_of "$base") /run/program ro")
	in_root "$work/$maker/build" /run/program/usr/sbin/jefe-setup harden --root /run/image --level hardened --ssh none \
		--set userland.setuid=none --set userland.no_compilers=off >"$work/log/harden" 2>&1 || status=$?
	cat "$work/log/harden"
	if [ "$status" -gt 1 ] || grep -q "^jefe-setup.*error" "$work/log/harden"; then
		fail "the container image cannot be hardened: $(tail -n 1 "$work/log/harden")"
	fi
}
