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
		grep -qF '"Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LD_PRELOAD=/usr/lib/tiny.so"],' "$folder"/oci/blobs/sha256/* &&
		tests/iso/bill.py "$folder/oci.spdx.json" Installed:busybox >"$log" 2>&1
}

# oci_again: with another umask and time zone, to another place.
oci_again() {
	(umask 077 && export TZ=Asia/Tokyo && other_target oci "$folder/oci2" --role extra) && diff -r "$folder/oci" "$folder/oci2" >"$log"
}

# target_locked TARGET MADE [OPTION]...: what was MADE before, from a lock file, while the mirror is gone.
target_locked() {
	local target=$1 made=$2 status
	shift 2
	other_target "$target" "$made" --lock "$folder/$target.lock" "$@" || return
	cp -r "$made" "$folder/made"
	mv "$tiny_mirror/index" "$folder/index"
	rm -rf "$made"
	other_target "$target" "$made" --locked "$folder/$target.lock" --base tiny
	says '--base does not go with --locked' && "$folder/tree/live-iso/build.sh" --target "$target" --key "$folder/ed25519.pem" \
		--work "$folder/alone" --output "$made" --locked "$folder/$target.lock" >"$log" 2>&1 && diff -r "$made" "$folder/made" >"$log"
	status=$?
	mv "$folder/index" "$tiny_mirror/index"
	rm -rf "$folder/made"
	return "$status"
}

# targets_locked: each by its own lock file and by no other's.
targets_locked() {
	target_locked rootfs "$folder/rootfs/tiny.tar.zst" && target_locked netboot "$folder/net" --append 'a=http://b/?c&d' &&
		target_locked oci "$folder/oci" --role extra || return
	! "$folder/tree/live-iso/build.sh" --target rootfs --locked "$folder/oci.lock" --work "$folder/alone" >"$log" 2>&1 &&
		says "--target rootfs: $folder/oci.lock is the lock file of a build with --target oci"
}

# tool_counts NAME TARGET MADE [OPTION]...: with another version of a tool MADE is made again, and --locked says which tool it is.
tool_counts() {
	local name=$1 target=$2 made=$3 tools=$folder/other-tools
	shift 3
	mkdir -p "$tools"
	printf '#!/bin/sh\n[ "$1" != --version ] || { echo "%s 99.9" && exit; }\nexec %s "$@"\n' "$name" "$(command -v "$name")" >"$tools/$name"
	chmod +x "$tools/$name"
	other_target "$target" "$made" "$@" && PATH=$tools:$PATH other_target "$target" "$made" "$@" &&
		grep -qx "== $target" "$folder/alone/log/5-$target.log" &&
		PATH=$tools:$PATH "$folder/tree/live-iso/build.sh" --locked "$folder/$target.lock" --key "$folder/ed25519.pem" --work "$folder/alone" \
			--output "$made" >"$log" 2>&1 && says "may differ from the locked one: $name was " && says "here it is $name 99.9"
	local status=$?
	rm -r "$tools"
	return "$status"
}

# tools_count: those that write the layer of an image and the second initrd; the one that makes roots of Debian is recorded with that base alone.
tools_count() {
	tool_counts gzip oci "$folder/oci" --role extra && tool_counts cpio netboot "$folder/net" --append 'a=http://b/?c&d' || return
	! grep -q '^tool mmdebstrap' "$folder/oci.lock" && bash -euc '. live-iso/lib/lock.sh
		mmdebstrap() { echo mmdebstrap 99.9; }
		for name in alpine debian devuan; do bases_used() { echo "$name"; }; lock_base_tools; done' >"$log" 2>&1 &&
		[ "$(cat "$log")" = $'tool mmdebstrap mmdebstrap 99.9\ntool mmdebstrap mmdebstrap 99.9' ]
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
	[ "$oci_status" = 0 ] && says 'umask 0077 PATH /usr/sbin:/usr/bin:/sbin:/bin TZ Universal preload /usr/lib/tiny.so' && says 'CapEff: 0000000000000000 NoNewPrivs: 1' &&
		says read-only && says shared && says "$1"
}

# disk_target OUTPUT LAST-LINE [OPTION]...: with a QEMU that keeps its arguments and the answers it was given, says LAST-LINE on the serial
# line, writes to the disk, and does not end by itself when it is done.
disk_target() {
	local output=$1
	mkdir -p "$folder/fake"
	printf '%s\r\n' "$2" >"$folder/fake/last"
	cat >"$folder/fake/qemu-system-x86_64" <<-END
		#!/bin/sh
		printf '%s\n' "\$@" >$folder/fake/arguments
		log=\$(sed -n 's/^file:\(.*\)/\1/p' $folder/fake/arguments)
		disk=\$(sed -n 's/^if=none,id=disk,.*file=\([^,]*\),.*/\1/p' $folder/fake/arguments)
		for name in answers.yaml passphrase; do debugfs -R "cat \$name" "\$(dirname "\$disk")/answers.img"; done >$folder/fake/answers 2>/dev/null
		debugfs -R "stat passphrase" "\$(dirname "\$disk")/answers.img" >$folder/fake/mode 2>/dev/null
		printf installed | dd of="\$disk" conv=notrunc status=none
		cat $folder/fake/last >"\$log"
		! grep -q done $folder/fake/last || exec sleep 600
	END
	chmod +x "$folder/fake/qemu-system-x86_64"
	shift 2
	PATH=$folder/fake:$PATH other_target disk "$output" --answers "$folder/fake/answers.yaml" "$@"
}

# disk_answers LINE...: the answer file; a secret is beside it.
disk_answers() {
	mkdir -p "$folder/fake"
	printf '%s\n' "$@" 'passphrase: {from: "file:/run/jefe/answers-medium/passphrase"}' >"$folder/fake/answers.yaml"
}

# disk_refuses TEXT: before any machine starts, and there is no image.
disk_refuses() {
	rm -f "$folder/fake/arguments"
	! disk_target "$folder/disk.raw" 'jefe: install done' && says "$1" && [ ! -e "$folder/fake/arguments" ] && [ ! -e "$folder/disk.raw" ]
}

# disk_checked: a secret that is not beside the answers, a recovery key that would be lost, what jefe-setup says of the answers.
disk_checked() {
	disk_answers '# generate:' 'schema: 1' && rm -f "$folder/fake/passphrase" && disk_refuses 'needs the file passphrase beside it' || return
	echo open-sesame-47 >"$folder/fake/passphrase"
	disk_answers 'recovery_key: {from: "generate:/root/key"}' && disk_refuses 'a recovery key that is made by the installation' || return
	disk_answers nonsense && disk_refuses "$folder/fake/answers.yaml:1:1: error: nonsense" && [ ! -e "$folder/alone/disk-check" ]
}

# disk_fails: why the machine could not install is told, and there is no image.
disk_fails() {
	disk_answers '# generate:' 'identity: first-start'
	! disk_target "$folder/disk.raw" 'jefe: install failed: no disk matches' && says 'the installation failed: no disk matches; see' && lacks 'the image has an SSH host key' &&
		[ ! -e "$folder/disk.raw" ] && [ ! -e "$folder/disk.raw.part" ] || return
	! disk_target "$folder/disk.raw" 'Kernel panic' && says 'nothing was installed: QEMU ended with exit code 0' && [ ! -e "$folder/disk.raw" ]
}

# disk_holds: what the machine wrote becomes the image, for root alone; it had answers and secrets, and installed by itself.
disk_holds() {
	disk_answers '# generate:' 'schema: 1'
	disk_target "$folder/disk.raw" 'jefe: install done' --disk-size 2G || return
	says 'the image has an SSH host key' && [ "$(head -c 9 "$folder/disk.raw")" = installed ] && [ "$(stat -c '%a %s' "$folder/disk.raw")" = '600 2147483648' ] &&
		cat "$folder/fake/answers.yaml" "$folder/fake/passphrase" | cmp - "$folder/fake/answers" >>"$log" 2>&1 && grep -q 'Mode: *0600' "$folder/fake/mode" &&
		grep -q '^jefe.medium=.* jefe.auto=yes jefe.onfail=poweroff$' "$folder/fake/arguments" && [ ! -e "$folder/disk.raw.part" ] && ! grep -rqx open-sesame-47 "$folder/alone"
}
