# Base debian: mmdebstrap makes the smallest root, apt inside it the rest. sysvinit with OpenRC; systemd is not installed.
# shellcheck shell=bash
debian_allocator_package=libclang-rt-14-dev
debian_project_mirrors=(http://deb.debian.org/debian http://deb.debian.org/debian-security)

# debian_serves URL BRANCH: URL is a mirror of BRANCH.
debian_serves() {
	fetch "$1/dists/$(debian_suite "$1" "$2")/InRelease" >/dev/null
}

# debian_suite URL BRANCH: the suite that URL has for BRANCH.
debian_suite() {
	case $1 in
	*-security) echo "$2-security" ;;
	*) echo "$2" ;;
	esac
}

# debian_own_mirrors: those of the machine that builds, when it runs the same release, else the project's.
debian_own_mirrors() {
	local found=
	if command -v apt-get >/dev/null; then
		# shellcheck disable=SC2016
		found=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)' 'Created-By: Packages' |
			awk '$2 ~ /^bookworm(-security)?$/ && $3 == "main" && $4 == "Debian" { sub("/$", "", $1); print $1 }' | sort -u)
	fi
	[ -n "$found" ] || found=$(printf '%s\n' "${debian_project_mirrors[@]}")
	echo "$found"
}

# debian_state: hash of the signed indexes of all mirrors.
debian_state() {
	local url
	for url in $(mirrors_of debian); do
		fetch "$url/dists/$(debian_suite "$url" "$debian_branch")/InRelease" || return 1
	done | sha256sum | cut -d' ' -f1
}

debian_keyring() {
	realpath "${keyring:-/usr/share/keyrings/debian-archive-keyring.gpg}"
}

# debian_sources KEYRING [outside]: lines of sources.list for the build, trusting KEYRING alone; file mirrors appear as /run/mirrorN
# inside the root.
debian_sources() {
	local number=0 url seen
	for url in $(mirrors_of debian); do
		number=$((number + 1)) seen=$url
		[ "${2:-}" = outside ] || case $url in file://*) seen=file:///run/mirror$number ;; esac
		echo "deb [signed-by=$1] $seen $(debian_suite "$url" "$debian_branch") main"
	done
}

# debian_path_options: what dpkg does not unpack.
debian_path_options() {
	local path
	cat <<-'END'
		# JefeLinux: not unpacked, also not on upgrades. Delete lines and reinstall packages to get these files.
		path-exclude=/usr/share/doc/*
		path-include=/usr/share/doc/*/copyright
		path-exclude=/usr/share/man/*
		path-exclude=/usr/share/info/*
		path-exclude=/usr/share/locale/*
		path-exclude=/usr/share/lintian/*
		path-exclude=/usr/share/bug/*
	END
	for path in $(list "$here/bases/modules-excluded.list"); do
		echo "path-exclude=/lib/modules/*/kernel/$path/*"
	done
}

# debian_bootstrap ROOT
debian_bootstrap() {
	local apt_cache=$work/cache/apt
	command -v mmdebstrap >/dev/null || fail "base debian needs mmdebstrap: build on Debian, or give --base alpine --live-base alpine"
	mkdir -p "$apt_cache"
	debian_path_options >"$work/cache/dpkg-paths"
	debian_sources "$(debian_keyring)" outside >"$work/cache/sources.list"
	SOURCE_DATE_EPOCH=$roots_epoch mmdebstrap --mode=root --variant=minbase --architectures=amd64 \
		--dpkgopt="$work/cache/dpkg-paths" --dpkgopt=force-unsafe-io \
		--aptopt='Acquire::Languages "none"' --aptopt='Acquire::Check-Valid-Until "false"' \
		--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr --include=usr-is-merged \
		--skip=download/empty --skip=essential/unlink \
		--setup-hook="mkdir -p \"\$1/var/cache/apt/archives\"; cp -n '$apt_cache'/*.deb \"\$1/var/cache/apt/archives/\" 2>/dev/null || true" \
		--customize-hook="cp -n \"\$1\"/var/cache/apt/archives/*.deb '$apt_cache/'" \
		"$debian_branch" "$1" "$work/cache/sources.list" || debian_bootstrap_failed
	mv "$1/etc/dpkg/dpkg.cfg.d/99mmdebstrap" "$1/etc/dpkg/dpkg.cfg.d/jefelinux-build"
	cp "$work/cache/dpkg-paths" "$1/etc/dpkg/dpkg.cfg.d/jefelinux"
	debian_prepare "$1"
	debian_in_root "$1" apt-get update
}

# debian_bootstrap_failed: the common reason in plain words; otherwise the end of the log is shown.
debian_bootstrap_failed() {
	! grep -q NO_PUBKEY "$work/log/1-bootstrap.log" || fail "a Debian mirror is signed with a key that $(debian_keyring) does not have (NO_PUBKEY)"
	exit 1
}

# debian_prepare ROOT: no service starts, no symlinks to kernels in /, sources for the build.
debian_prepare() {
	rm -f "$1"/etc/apt/sources.list.d/*
	printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d"
	chmod 755 "$1/usr/sbin/policy-rc.d"
	echo 'do_symlinks = no' >"$1/etc/kernel-img.conf"
	cp "$(debian_keyring)" "$1/etc/apt/jefelinux-build.gpg"
	debian_sources /etc/apt/jefelinux-build.gpg >"$1/etc/apt/sources.list"
	printf 'APT::Keep-Downloaded-Packages "true";\nAPT::Install-Recommends "false";\nAcquire::Languages "none";\n%s\n' \
		'Acquire::Check-Valid-Until "false";' >"$1/etc/apt/apt.conf.d/jefelinux-build"
}

# debian_in_root ROOT COMMAND...: with the package cache, the mirrors and name resolution of the host.
debian_in_root() {
	local number=0 url
	local root_binds=("$work/cache/apt /var/cache/apt/archives")
	for url in $(mirrors_of debian); do
		number=$((number + 1))
		case $url in file://*) root_binds+=("${url#file://} /run/mirror$number ro") ;; esac
	done
	copy_network_files "$1"
	in_root "$@"
}

# debian_install ROOT ROLE: the packages of ROLE.list.
debian_install() {
	local packages
	packages=$(list "$here/bases/debian/$2.list")
	case $2 in
	common) debian_initramfs_provider "$1" ;;
	peer) packages="$packages $(list "$here/bases/debian/target.list") jefelinux-initramfs-" ;;
	esac
	# shellcheck disable=SC2086
	debian_in_root "$1" apt-get install -y -q -o Dpkg::Use-Pty=0 $packages
	rm -f "$1"/boot/initrd.img-*
	case $2 in target | peer) debian_take_allocator "$1" ;; esac
}

# debian_take_allocator ROOT: Scudo, alone out of the package with the compiler's run-time, and its licence.
debian_take_allocator() {
	local folder=/tmp/allocator
	mkdir -p "$1$folder" "$1/usr/lib/jefelinux" "$1/usr/share/doc/jefelinux"
	# shellcheck disable=SC2016
	debian_in_root "$1" /bin/sh -euc '
		cd "$1"
		apt-get download -q "$2"
		dpkg-deb -x "$2"_*.deb .
		install -m 644 usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.scudo_standalone-x86_64.so /usr/lib/jefelinux/libscudo.so
		install -m 644 "usr/share/doc/$2/copyright" /usr/share/doc/jefelinux/libscudo.copyright
	' allocator "$folder" "$debian_allocator_package"
	rm -rf "$1$folder"
}

# The kernel package depends on a maker of initramfs, and ours is jefe-setup: an empty package says so.
debian_initramfs_provider() {
	local package=$1/tmp/provider
	mkdir -p "$package/DEBIAN"
	cat >"$package/DEBIAN/control" <<-'END'
		Package: jefelinux-initramfs
		Version: 1
		Architecture: all
		Maintainer: JefeLinux
		Provides: linux-initramfs-tool
		Conflicts: linux-initramfs-tool
		Description: jefe-setup makes the initramfs of this system
	END
	in_root "$1" dpkg-deb --root-owner-group -b /tmp/provider /tmp/provider.deb
	in_root "$1" dpkg -i /tmp/provider.deb
	rm -rf "$package" "$1/tmp/provider.deb"
}

# debian_configure_options: libarchive is linked statically, with the three decompressors that jefe-setup uses: the shared one
# brings libxml2 and ICU, 40 MB for formats that no payload has.
debian_configure_options() {
	echo "ARCHIVE_LIBS=-Wl,--as-needed -l:libarchive.a -lacl -lz -llzma -lzstd"
}

# Its mirrors always have a compiler.
debian_decide_compiler() {
	:
}

debian_can_build() {
	:
}

# debian_keymaps ROOT FOLDER LIST: lines of keymap_list, converted with ROOT's loadkeys.
debian_keymaps() {
	local root_binds=("$2 /run/output" "$(dirname "$3") /run/list ro")
	# shellcheck disable=SC2016
	in_root "$1" /bin/sh -euc '
		while read -r name console _; do
			loadkeys -u -b "$console" >"/run/output/$name.bmap"
		done <"/run/list/$1"
	' keymaps "${3##*/}"
}

# debian_inventory ROOT: see lib/bill.sh. The hash is of the package file, which apt compared with the signed index.
debian_inventory() {
	local name release machine source file
	# shellcheck disable=SC2016
	in_root "$1" dpkg-query -W -f '${Package} ${Version} ${Architecture} ${source:Package}\n' |
		while read -r name release machine source; do
			file=$work/cache/apt/${name}_${release//:/%3a}_$machine.deb
			printf '%s\t%s\t%s\t%s\t-\t%s\n' "$name" "$release" "$machine" "$source" "$(file_digest "$file")"
		done
}

# debian_libraries PROGRAM: "name<tab>kind" lines: packages of the builder root whose libraries are in the programs of this folder.
debian_libraries() {
	local root_binds=("$1 /run/output ro")
	# shellcheck disable=SC2016
	in_root "$work/debian/build" /bin/sh -euc '
		for program in /run/output/usr/sbin/* /run/output/usr/libexec/jefelinux/*; do
			case $(head -c 4 "$program") in ?ELF) ldd "$program" ;; esac
		done | sed -n -e "s,.*[ 	]\(/[^ ]*\) (0x.*,\1,p" | sort -u | while read -r file; do
			name=$(basename "$(realpath "$file")")
			dpkg-query -S "*/$name" | sed -n -e "1s/:.*//p" | sed "s/$/	DYNAMIC_LINK/"
		done'
	printf 'libarchive-dev\tSTATIC_LINK\n'
}

# debian_kernel_image ROOT VERSION: path below ROOT.
debian_kernel_image() {
	echo "boot/vmlinuz-$2"
}

# debian_finish ROOT: after the last package: what the build put there goes, what ships comes.
debian_finish() {
	rm -f "$1/usr/sbin/policy-rc.d" "$1/etc/apt/jefelinux-build.gpg" "$1/etc/apt/apt.conf.d/jefelinux-build" \
		"$1/etc/dpkg/dpkg.cfg.d/jefelinux-build" "$1/etc/apt/apt.conf.d/99mmdebstrap" "$1/etc/apt/sources.list"
	find "$1/var/lib/apt/lists" -type f -delete
	rm -rf "$1"/var/cache/apt/*.bin "$1"/var/cache/debconf/*-old "$1"/var/lib/dpkg/*-old
	# Compiled Python says the time of its source, which becomes another one.
	find "$1/usr" -xdev -name __pycache__ -type d -prune -exec rm -r {} +
	cat >"$1/etc/apt/sources.list.d/debian.sources" <<-END
		Types: deb
		URIs: ${debian_project_mirrors[0]/http:/https:}
		Suites: $debian_branch $debian_branch-updates
		Components: main
		Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

		Types: deb
		URIs: ${debian_project_mirrors[1]/http:/https:}
		Suites: $debian_branch-security
		Components: main
		Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
	END
}
