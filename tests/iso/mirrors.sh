# Tests of a mirror of Debian with habits (mirror.py); tests/iso/run reads it. Its packages have names and nothing in them: what goes wrong
# here goes wrong before any of them is unpacked.
# shellcheck shell=bash
# shellcheck disable=SC2154

# debian_mirror: a signed archive of the packages in base.list, served; its key is signer.gpg.
debian_mirror() {
	local tree=$folder/debian-mirror suite=$folder/debian-mirror/dists/bookworm name control=$folder/package/DEBIAN/control
	command -v gpg >/dev/null && command -v dpkg-deb >/dev/null && command -v mmdebstrap >/dev/null || return
	mkdir -p "$tree" "${control%/*}"
	for name in $(bash -euc '. live-iso/lib/chroot.sh; list live-iso/bases/debian/base.list') apt base-files; do
		printf 'Package: %s\nVersion: 1-2\nArchitecture: all\nEssential: yes\nMaintainer: nobody\nDescription: a name\n' "$name" >"$control"
		dpkg-deb --root-owner-group -b "$folder/package" "$tree/${name}_1-2_all.deb" >/dev/null
	done
	bash -euc '. live-iso/bases/debian.sh; debian_index "$1" bookworm' index "$tree" 2>"$log" || return
	sed -i "1i Origin: Debian\nDate: $(date -Ru)" "$suite/Release"
	export GNUPGHOME=$folder/gnupg
	mkdir -m 700 "$GNUPGHOME"
	gpg --batch --quiet --passphrase '' --quick-generate-key tests@localhost ed25519 sign never 2>>"$log" &&
		gpg --batch --quiet --clearsign --output "$suite/InRelease" "$suite/Release" 2>>"$log" &&
		gpg --batch --quiet --output "$folder/signer.gpg" --export 2>>"$log" || return
	gpgconf --kill all
	tests/iso/mirror.py "$tree" "$folder/debian-port" &
	mirror_pid=$!
	while [ ! -e "$folder/debian-port" ] && kill -0 "$mirror_pid"; do sleep 0.1; done
}

# debian_from HABIT [OPTION]...
debian_from() {
	local habit=$1
	shift
	rm -rf "$folder/real"
	real --base debian --keyring "$folder/signer.gpg" --mirror "http://127.0.0.1:$(cat "$folder/debian-port")/$habit" "$@"
}

# debian_refuses HABIT TEXT [OPTION]...: that is why it fails; there is no ISO, nothing in the cache, and no root that a next build would take.
debian_refuses() {
	local habit=$1 text=$2
	shift 2
	ends 1 "$text" debian_from "$habit" "$@" && [ ! -e "$folder/real/stamp/debian-base" ] && ! ls "$folder/real/cache/apt"/*.deb >/dev/null 2>&1
}

# debian_moved: everything comes through redirects, up to the point where packages with nothing in them are no system.
debian_moved() {
	! debian_from moved && grep -qx 'I: extracting archives\.\.\.' "$folder/real/log/1-bootstrap.log" &&
		! grep -q '^[EW]: .*127\.0\.0\.1' "$folder/real/log/1-bootstrap.log" && no_iso
}

# debian_from_folder: without a server, up to the same point.
debian_from_folder() {
	rm -rf "$folder/real"
	! real --base debian --keyring "$folder/signer.gpg" --mirror "file://$folder/debian-mirror" &&
		grep -qx 'I: extracting archives\.\.\.' "$folder/real/log/1-bootstrap.log" && no_iso
}
