# Tests of base devuan; tests/iso/run reads it. It is built, installed and started by tests/vm/run devuan.
# shellcheck shell=bash
# shellcheck disable=SC2154

# devuan_row: what Devuan does not share with Debian, as lines of diff.
devuan_row() {
	# shellcheck disable=SC2016
	bash -euc '
		here=live-iso target_role=target locked="" work=$1
		for part in lib/chroot lib/mirror lib/runlevels stages/2-packages bases/debian bases/devuan; do . "$here/$part.sh"; done
		debian_branch=bookworm devuan_branch=daedalus
		mkdir -p "$work/mirror" "$work"/{debian,devuan}.root/{usr,etc/apt/sources.list.d}
		echo http://mirror/merged >"$work/mirror/devuan"
		for role in base common live target build; do
			{ diff <(debian_list "$role") <(apt_base=devuan && debian_list "$role") || true; } | grep "^[<>]" || true
		done
		{ diff <(runlevels debian) <(runlevels devuan) || true; } | grep "^[<>]"
		apt_base=devuan debian_sources KEY
		echo file:///folder >"$work/mirror/devuan"
		apt_base=devuan debian_sources KEY
		mkdir -p "$work"/devuan.root/var/{lib/apt/lists,cache/apt/archives/partial}
		ln -s /run/mirror1/Packages "$work/devuan.root/var/lib/apt/lists/Packages"
		chown 42 "$work/devuan.root/var/cache/apt/archives/partial"
		devuan_finish "$work/devuan.root"
		find "$work/devuan.root/var" ! -type d -o -user 42
		cat "$work/devuan.root/etc/apt/sources.list.d/devuan.sources"
	' row "$folder/row" >"$log" 2>&1
	diff - "$log" <<-'END'
		< debian-archive-keyring
		> devuan-keyring
		< udev
		> eudev
		< default udev
		> default eudev
		deb [signed-by=KEY] http://mirror/merged daedalus main
		deb [signed-by=KEY] http://mirror/merged daedalus-security main
		deb [signed-by=KEY] copy:///run/mirror1 daedalus main
		deb [signed-by=KEY] copy:///run/mirror1 daedalus-security main
		Types: deb
		URIs: https://deb.devuan.org/merged
		Suites: daedalus daedalus-updates daedalus-security
		Components: main
		Signed-By: /usr/share/keyrings/devuan-archive-keyring.gpg
	END
}

# devuan_names_scripts: in a root with the scripts of its packages, of which one is ours, one is listed, and one is not wanted.
devuan_names_scripts() {
	local root=$folder/scripts name
	mkdir -p "$root/usr/bin" "$root/etc/init.d" "$root/etc/runlevels/boot"
	: >"$root/usr/bin/dpkg-divert" && chmod +x "$root/usr/bin/dpkg-divert"
	for name in eudev halt reboot rc rcS unwanted; do echo "$name of a package" >"$root/etc/init.d/$name" && chmod +x "$root/etc/init.d/$name"; done
	# shellcheck disable=SC2016
	bash -euo pipefail -c '
		here=live-iso target_role=target
		for part in lib/same lib/chroot lib/runlevels stages/2-packages stages/4-overlay bases/debian bases/devuan; do . "$here/$part.sh"; done
		in_root() { shift 4; printf "aside %s\n" "${@:2}"; }
		fail() { echo "$1" && exit 1; }
		divert_init_scripts "$1" devuan
		lay_over live-iso/overlay/target-devuan "$1"
		apply_runlevels "$1" devuan
		grep "^description" "$1$(readlink "$1/etc/runlevels/default/eudev")"
		[ ! -e "$1/etc/init.d/udev" ]
	' scripts "$root" >"$log" 2>&1 && diff - "$log" <<-'END'
		aside eudev
		aside unwanted
		description="Device manager"
	END
}

# devuan [OPTION]...: with a mirror that has the indexes of Devuan, which nobody signed.
devuan() {
	local suite
	for suite in daedalus daedalus-security; do
		mkdir -p "$folder/devuan/dists/$suite" && echo none >"$folder/devuan/dists/$suite/InRelease"
	done
	real --base devuan --mirror "file://$folder/devuan" "$@"
}

# devuan_lists: the stand-in for its mirror without the packages; false where it cannot be made.
devuan_lists() {
	local status=0
	tests/iso/devuan-mirror --lists "$folder/stand-in" "${XDG_CACHE_HOME:-$HOME/.cache}/jefelinux/tests/cache/apt" >"$folder/counts" 2>"$log" || status=$?
	[ "$status" != 3 ]
}

# devuan_fits: every root can be made. How many packages it has depends on Debian's updates.
devuan_fits() {
	sed 's/^/# /' "$folder/counts"
	[ "$(cut -d' ' -f1 "$folder/counts" | xargs)" = "live target target+all builder image image+all" ] && [ -e "$folder/stand-in/made-from" ]
}

# devuan_locked: from a lock file with one package of the stand-in, whose hash is what is trusted.
devuan_locked() {
	local package
	package=$(echo "$folder"/stand-in/pool/DEVUAN/main/devuan-keyring_*.deb)
	{
		printf 'jefelinux-build 1\nset version 1\nset arch x86_64\nset base devuan\nset live_base devuan\n'
		printf 'set target_role target\nset epoch 1700000000\nbranch devuan daedalus\npackage devuan live '
		echo "$(dpkg-deb -W --showformat '${Package} ${Version} ${Architecture}' "$package") sha256:$(sha256sum <"$package" | cut -d' ' -f1)"
	} >"$folder/devuan.lock"
	live-iso/build.sh --target iso --work "$folder/real" --output "$folder/real.iso" --locked "$folder/devuan.lock" \
		--mirror "file://$folder/stand-in" >"$log" 2>&1
}
