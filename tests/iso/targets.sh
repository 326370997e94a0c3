# Tests of the targets beside the ISO; tests/iso/run reads it.
# shellcheck shell=bash
# shellcheck disable=SC2154

# other_target NAME OUTPUT [OPTION]...: in a work directory of its own, for the record of the ISO is in the other.
other_target() {
	local target=$1 output=$2
	shift 2
	"$folder/tree/live-iso/build.sh" --target "$target" --base tiny --key "$folder/ed25519.pem" --work "$folder/alone" \
		--output "$output" "$@" >"$log" 2>&1
}

# rootfs_holds: the archive is what the ISO installs, and its bill has no live system, for none was made.
rootfs_holds() {
	local file=$folder/rootfs/tiny.tar.zst
	other_target rootfs "$file" && cmp "$file" "$folder/work/medium/payload/rootfs.tar.zst" &&
		tests/iso/bill.py "$folder/rootfs/tiny.spdx.json" Installed:busybox Installed:jefe-setup jefe-setup:libc++ >"$log" 2>&1 &&
		! grep -q '"SPDXRef-Live' "$folder/rootfs/tiny.spdx.json" &&
		[ ! -e "$folder/alone/tiny/live" ] && [ ! -e "$folder/alone/image/live" ]
}

# netboot_holds: hashes and signed list are right, the script names the id and the arguments, and the second initrd has the payload.
netboot_holds() {
	local net=$folder/net tree=$folder/net-tree
	other_target netboot "$net" --append 'a=http://b/?c&d' && (cd "$net" && sha256sum --quiet --strict -c SHA256SUMS) >"$log" 2>&1 || return
	[ "$(cd "$net" && echo *)" = "SHA256SUMS boot.ipxe initramfs.img medium.cpio sbom.spdx.json vmlinuz" ] || return
	mkdir "$tree" && (cd "$tree" && busybox cpio -i <"$net/medium.cpio") >"$log" 2>&1 || return
	(cd "$tree/medium" && sha256sum --quiet --strict -c .jefe/files) >"$log" 2>&1 &&
		openssl pkeyutl -verify -rawin -pubin -inkey "$folder/ed25519.pub" -in "$tree/medium/.jefe/files" \
			-sigfile "$tree/medium/.jefe/files.sig" >"$log" 2>&1 &&
		cmp "$tree/medium/payload/rootfs.tar.zst" "$folder/work/medium/payload/rootfs.tar.zst" &&
		grep -q "^kernel vmlinuz initrd=initramfs.img initrd=medium.cpio jefe.medium=$(cat "$tree/medium/.jefe/id") .* a=http://b/?c&d " "$net/boot.ipxe"
}

# netboot_again: in another folder, it is the same; and a folder that is something else is left alone.
netboot_again() {
	mkdir "$folder/mine" && : >"$folder/mine/letter"
	! other_target netboot "$folder/mine" --append 'a=http://b/?c&d' && says 'is no netboot folder' && [ -e "$folder/mine/letter" ] &&
		(umask 077 && other_target netboot "$folder/net2" --append 'a=http://b/?c&d') && diff -r "$folder/net" "$folder/net2" >"$log"
}

# oci_holds: from the index down to the layer.
oci_holds() {
	other_target oci "$folder/oci" --role extra && tests/iso/image "$folder/oci" >"$log" 2>&1 &&
		grep -qx ./usr/libexec/jefelinux/enter "$log" && grep -qx ./bin/busybox "$log" && ! grep -q lib/modules/. "$log" &&
		tests/iso/bill.py "$folder/oci.spdx.json" Installed:busybox >"$log" 2>&1
}

# oci_again: with another umask and time zone, to another place.
oci_again() {
	(umask 077 && export TZ=Asia/Tokyo && other_target oci "$folder/oci2" --role extra) && diff -r "$folder/oci" "$folder/oci2" >"$log"
}

# oci_runs MODE TEXT DESCRIPTION: one test, or none where podman cannot run: as root (run) or without (rootless).
oci_runs() {
	oci_status=0
	tests/iso/image "$folder/oci" "$1" >"$log" 2>&1 || oci_status=$?
	if [ "$oci_status" = 3 ]; then
		skip "$3" "$(tail -n 1 "$log")"
	else
		is "$3" oci_is_confined "$2"
	fi
}

oci_is_confined() {
	[ "$oci_status" = 0 ] && says 'umask 0077 PATH /usr/sbin:/usr/bin:/sbin:/bin' && says 'CapEff: 0000000000000000 NoNewPrivs: 1' &&
		says read-only && says shared && says "$1"
}
