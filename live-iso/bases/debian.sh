# Base debian: mmdebstrap makes the smallest root, apt inside it the rest. sysvinit with OpenRC; systemd is not installed.
# A distribution that is made of Debian's packages is a row of words and these functions: see bases/devuan.sh.
# shellcheck shell=bash
# shellcheck disable=SC2034 # words
apt_base=debian # whose words count
debian_allocator_package=libclang-rt-14-dev
debian_project_mirrors="http://deb.debian.org/debian http://deb.debian.org/debian-security"
debian_origin=Debian                                       # in its index
debian_suites="@ @-updates"                                # of the first mirror, on the installed system; @ is the release
debian_more_suites="@-security"                            # of the second
debian_archive_keyring=/usr/share/keyrings/debian-archive-keyring.gpg
debian_other_names=                                        # NAME=NAME-THERE words, of packages and their services

# apt_word NAME: of the row.
apt_word() {
	local name=${apt_base}_$1
	echo "${!name}"
}

# apt_suites WORD: the suites, of this release.
apt_suites() {
	local suites
	suites=$(apt_word "$1")
	echo "${suites//@/"$(branch_of "$apt_base")"}"
}

# debian_serves URL BRANCH: URL is a mirror of BRANCH.
debian_serves() {
	local suite
	for suite in $(debian_suite "$1" "$2"); do
		fetch "$1/dists/$suite/InRelease" >/dev/null || return
	done
}

# debian_suite URL BRANCH: the suites that URL has for BRANCH. A mirror of all of them in one place has security updates beside the rest.
debian_suite() {
	case $1 in
	*-security) echo "$2-security" ;;
	*) echo "$2$([ -n "$(apt_word more_suites)" ] || echo " $2-security")" ;;
	esac
}

# debian_own_mirrors: those of the machine that builds, when it runs the same release, else the project's.
debian_own_mirrors() {
	local found=
	if command -v apt-get >/dev/null; then
		# shellcheck disable=SC2016
		found=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT) $(ORIGIN)' 'Created-By: Packages' |
			awk -v suite="$(branch_of "$apt_base")" -v origin="$(apt_word origin)" '
				($2 == suite || $2 == suite "-security") && $3 == "main" && $4 == origin { sub("/$", "", $1); print $1 }' | sort -u)
	fi
	[ -n "$found" ] || found=$(apt_word project_mirrors | tr ' ' '\n')
	echo "$found"
}

# debian_state: hash of the signed indexes of all mirrors.
debian_state() {
	local url suite
	for url in $(mirrors_of "$apt_base"); do
		for suite in $(debian_suite "$url" "$(branch_of "$apt_base")"); do
			fetch "$url/dists/$suite/InRelease" || return 1
		done
	done | sha256sum | cut -d' ' -f1
}

# debian_locked FOLDER: see lib/locked.sh; prints what is missing.
debian_locked() {
	local name release machine hash file
	locked_packages "$apt_base" | while read -r name release machine hash; do
		if file=$(locked_find "$hash" "$work/cache/apt/${name}_${release//:/%3a}_$machine.deb" "${name}_${release#*:}_$machine.deb"); then
			cp --reflink=auto "$file" "$1/"
		else
			echo "$name $release${file:+ $file}"
		fi
	done
	debian_index "$1" "$(branch_of "$apt_base")"
}

# debian_index FOLDER SUITE: the packages in FOLDER become a suite.
debian_index() {
	local suite=$1/dists/$2 index=main/binary-amd64/Packages file
	mkdir -p "$suite/${index%/*}"
	(cd "$1" && find . -name '*.deb' | sort | while read -r file; do
		dpkg-deb -f "$file"
		printf 'Filename: %s\nSize: %s\nSHA256: %s\n\n' "$file" "$(stat -c %s "$file")" "$(sha256sum <"$file" | cut -d' ' -f1)"
	done) >"$suite/$index"
	printf 'Suite: %s\nCodename: %s\nArchitectures: amd64 all\nComponents: main\nSHA256:\n %s %s %s\n' "$2" "$2" \
		"$(sha256sum <"$suite/$index" | cut -d' ' -f1)" "$(stat -c %s "$suite/$index")" "$index" >"$suite/Release"
}

debian_keyring() {
	realpath "${keyring:-$(apt_word archive_keyring)}"
}

# debian_sources KEYRING [outside]: lines of sources.list for the build, trusting KEYRING alone; file mirrors appear as /run/mirrorN
# inside the root. "copy" is "file" with packages that land in the cache: from there dpkg, which sees no mirror, and the record take them.
debian_sources() {
	local number=0 url seen suite
	if [ -n "$locked" ]; then
		# Their hashes were compared with the lock file.
		seen=$(mirrors_of "$apt_base")
		[ "${2:-}" = outside ] || seen=file:///run/mirror1
		echo "deb [trusted=yes] ${seen/#file:/copy:} $(branch_of "$apt_base") main"
		return
	fi
	for url in $(mirrors_of "$apt_base"); do
		number=$((number + 1)) seen=$url
		[ "${2:-}" = outside ] || case $url in file://*) seen=file:///run/mirror$number ;; esac
		for suite in $(debian_suite "$url" "$(branch_of "$apt_base")"); do
			echo "deb [signed-by=$1] ${seen/#file:/copy:} $suite main"
		done
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
		# names of makers, which no rule goes by
		path-exclude=/lib/udev/hwdb.d/20-*
		path-exclude=/usr/lib/udev/hwdb.d/20-*
		# modules that test the kernel
		path-exclude=/lib/modules/*/kernel/lib/test_*
	END
	for path in $(list "$here/bases/modules-excluded.list"); do
		echo "path-exclude=/lib/modules/*/kernel/$path/*"
	done
}

# debian_bootstrap ROOT: base.list and what is essential, whatever the archive calls required: a locked build only has the packages' words.
debian_bootstrap() {
	local apt_cache=$work/cache/apt
	command -v mmdebstrap >/dev/null || fail "base debian needs mmdebstrap: build on Debian, or give --base alpine --live-base alpine"
	[ -n "$locked" ] || [ -e "$(debian_keyring)" ] || fail "base $apt_base: $(debian_keyring) is not there: give --keyring FILE with the keys of its archive"
	mkdir -p "$apt_cache"
	debian_path_options >"$work/cache/dpkg-paths"
	debian_sources "$(debian_keyring)" outside >"$work/cache/sources.list"
	SOURCE_DATE_EPOCH=$roots_epoch mmdebstrap --mode=root --variant=apt --architectures=amd64 \
		--dpkgopt="$work/cache/dpkg-paths" --dpkgopt=force-unsafe-io \
		--aptopt='Acquire::Languages "none"' --aptopt='Acquire::Check-Valid-Until "false"' \
		--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr --include="$(debian_list base | paste -sd,)" \
		--skip=download/empty --skip=essential/unlink --skip=cleanup/apt/lists \
		--setup-hook="mkdir -p \"\$1/var/cache/apt/archives\"; cp -l '$apt_cache'/*.deb \"\$1/var/cache/apt/archives/\" 2>/dev/null || true" \
		--customize-hook="cp -n \"\$1\"/var/cache/apt/archives/*.deb '$apt_cache/'" \
		"$(branch_of "$apt_base")" "$1" "$work/cache/sources.list" || debian_bootstrap_failed
	mv "$1/etc/dpkg/dpkg.cfg.d/99mmdebstrap" "$1/etc/dpkg/dpkg.cfg.d/jefelinux-build"
	cp "$work/cache/dpkg-paths" "$1/etc/dpkg/dpkg.cfg.d/jefelinux"
	debian_prepare "$1"
	# Mirrors in folders have another address inside.
	[ "$(debian_sources "" outside)" = "$(debian_sources "")" ] || debian_in_root "$1" apt-get update
}

# debian_bootstrap_failed: the common reason in plain words; otherwise the end of the log is shown.
debian_bootstrap_failed() {
	! grep -q BADSIG "$unit_log" || fail "base $apt_base: the signature of a mirror's index is not for what the index says (BADSIG): $(mirrors_of "$apt_base" | xargs)"
	! grep -q NO_PUBKEY "$unit_log" || fail "a mirror of base $apt_base is signed with a key that $(debian_keyring) does not have (NO_PUBKEY)"
	debian_failed "$unit_log"
}

# debian_failed LOG: what apt complains of: a package that is missing, that is not what the index says, or that does not come.
debian_failed() {
	local reasons
	reasons=$(sed -n 's/^E: \(Failed to fetch .*\|Unable to locate package .*\|Package .* has no installation candidate\|The repository .*\)$/\1/p' "$1" |
		sed 's/ \[IP: [^]]*\]//' | sort -u | head -n 5 | tr -s ' ' | awk '{ printf "%s%s", (NR > 1 ? "; " : ""), $0 }')
	[ -z "$reasons" ] || fail "base $apt_base: $reasons"
	exit 1
}

# debian_prepare ROOT: no service starts, no symlinks to kernels in /, sources for the build.
debian_prepare() {
	rm -f "$1"/etc/apt/sources.list.d/*
	printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d"
	chmod 755 "$1/usr/sbin/policy-rc.d"
	echo 'do_symlinks = no' >"$1/etc/kernel-img.conf"
	[ -n "$locked" ] || cp "$(debian_keyring)" "$1/etc/apt/jefelinux-build.gpg"
	debian_sources /etc/apt/jefelinux-build.gpg >"$1/etc/apt/sources.list"
	printf 'APT::Keep-Downloaded-Packages "true";\nAPT::Install-Recommends "false";\nAcquire::Languages "none";\n%s\n' \
		'Acquire::Check-Valid-Until "false";' >"$1/etc/apt/apt.conf.d/jefelinux-build"
}

# debian_in_root ROOT COMMAND...: with the package cache, the mirrors and name resolution of the host.
debian_in_root() {
	local number=0 url status=0 own_cache
	cache_take apt
	local root_binds=("$own_cache /var/cache/apt/archives")
	for url in $(mirrors_of "$apt_base"); do
		number=$((number + 1))
		case $url in file://*) root_binds+=("${url#file://} /run/mirror$number ro") ;; esac
	done
	copy_network_files "$1"
	in_root "$@" || status=$?
	cache_give apt
	return "$status"
}

# debian_list ROLE: the packages of ROLE.list, under the names that this distribution has for them.
debian_list() {
	list "$here/bases/debian/$1.list" | other_names "$apt_base"
}

# debian_wanted ROOT ROLE: the same, with those of "+NAME" that a configured archive has.
debian_wanted() {
	local name
	for name in $(debian_list "$2"); do
		case $name in
		+*) ! debian_in_root "$1" apt-cache show "${name#+}" >/dev/null 2>&1 || echo "${name#+}" ;;
		*) echo "$name" ;;
		esac
	done
}

# debian_install ROOT ROLE
debian_install() {
	local packages
	packages=$(debian_wanted "$1" "$2")
	case $2 in
	common)
		debian_initramfs_provider "$1"
		debian_preset_mirrors "$1"
		;;
	peer) packages="$packages $(debian_wanted "$1" target) jefelinux-initramfs-" ;;
	esac
	# shellcheck disable=SC2086
	debian_in_root "$1" apt-get install -y -q -o Dpkg::Use-Pty=0 $packages || debian_failed "$unit_log"
	rm -f "$1"/boot/initrd.img-*
	case $2 in
	target | peer | oci) debian_take_allocator "$1" ;;
	live) debian_take_memory_test "$1" ;;
	esac
}

# debian_take ROOT PACKAGE [FILE AS]...: files, as patterns, out of a package that is not installed, and its licence. Its name is noted in
# usr/share/doc/jefelinux/packages, for the inventory.
debian_take() {
	local root=$1 folder=/tmp/taken
	shift
	mkdir -p "$root$folder" "$root/usr/share/doc/jefelinux"
	# shellcheck disable=SC2016
	debian_in_root "$root" /bin/sh -euc '
		package=$1 documents=/usr/share/doc/jefelinux
		cd "$2"
		shift 2
		apt-get download -q "$package"
		cp --remove-destination "$package"_*.deb /var/cache/apt/archives/
		dpkg-deb -W --showformat "\${Package} \${Version} \${Architecture} \${source:Package}\n" "$package"_*.deb >>"$documents/packages"
		dpkg-deb -x "$package"_*.deb .
		install -m 644 "usr/share/doc/$package/copyright" "$documents/$package.copyright"
		while [ $# -gt 0 ]; do
			install -D -m 644 $1 "$2"
			shift 2
		done
	' take "$1" "$folder" "${@:2}"
	rm -rf "$root$folder"
}

# debian_take_allocator ROOT: Scudo, alone out of the package with the compiler's run-time.
debian_take_allocator() {
	debian_take "$1" "$debian_allocator_package" \
		'usr/lib/llvm-*/lib/clang/*/lib/linux/libclang_rt.scudo_standalone-x86_64.so' /usr/lib/jefelinux/libscudo.so
}

# debian_take_memory_test ROOT: without the 12 MB of images that memtest86+ also has.
debian_take_memory_test() {
	debian_take "$1" memtest86+ boot/memtest86+x64.bin /boot/memtest.bin boot/memtest86+x64.efi /boot/memtest.efi
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

# Nobody reads the mail that mdadm sends once a day: the audit tells of a mirror that lacks a disk.
debian_preset_mirrors() {
	in_root "$1" debconf-set-selections <<-'END'
		mdadm mdadm/autoscan boolean false
		mdadm mdadm/start_daemon boolean false
	END
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

# It is made from packages alone.
debian_files() {
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
	local packages
	packages=$(
		# shellcheck disable=SC2016
		in_root "$1" dpkg-query -W -f '${Package} ${Version} ${Architecture} ${source:Package}\n'
		cat "$1/usr/share/doc/jefelinux/packages" 2>/dev/null || true
	)
	awk -v OFS='\t' -v digests=<(debian_digests "$packages") '
		BEGIN { while ((getline line <digests) > 0) { split(line, words, "  "); digest[words[2]] = "sha256:" words[1] } }
		{
			release = $2
			gsub(/:/, "%3a", release)
			file = $1 "_" release "_" $3 ".deb"
			print $1, $2, $3, $4, "-", (file in digest ? digest[file] : "-")
		}' <<<"$packages"
}

# debian_digests PACKAGES: "HASH  FILE" lines, of those whose file is in the cache.
debian_digests() {
	awk '{ gsub(/:/, "%3a", $2); print $1 "_" $2 "_" $3 ".deb" }' <<<"$1" | sort -u |
		(cd "$work/cache/apt" && xargs -d '\n' sha256sum --) 2>/dev/null || true
}

# debian_libraries PROGRAM: "name<tab>kind" lines: packages of the builder root whose libraries are in the programs of this folder.
debian_libraries() {
	local root_binds=("$1 /run/output ro")
	# shellcheck disable=SC2016
	in_root "$work/$apt_base/build" /bin/sh -euc "$list_libraries"' | while read -r file; do
			name=$(basename "$(realpath "$file")")
			dpkg-query -S "*/$name" | sed -n -e "1s/:.*//p" | sed "s/$/	DYNAMIC_LINK/"
		done'
	printf '%s\tSTATIC_LINK\n' libarchive-dev libjansson-dev
}

# debian_kernel_image ROOT VERSION: path below ROOT.
debian_kernel_image() {
	echo "boot/vmlinuz-$2"
}

# debian_finish ROOT: after the last package: what the build put there goes, what ships comes.
debian_finish() {
	local folder
	rm -f "$1/usr/sbin/policy-rc.d" "$1/etc/apt/jefelinux-build.gpg" "$1/etc/apt/apt.conf.d/jefelinux-build" \
		"$1/etc/dpkg/dpkg.cfg.d/jefelinux-build" "$1/etc/apt/apt.conf.d/99mmdebstrap" "$1/etc/apt/sources.list"
	# Indexes say where they come from by their names, and fetching changes an owner.
	[ ! -d "$1/var/lib/apt/lists" ] || find "$1/var/lib/apt/lists" ! -type d -delete
	for folder in "$1/var/cache/apt/archives/partial" "$1/var/lib/apt/lists/partial"; do
		[ ! -d "$folder" ] || chown 0:0 "$folder"
	done
	rm -rf "$1"/var/cache/apt/*.bin "$1"/var/cache/debconf/*-old "$1"/var/lib/dpkg/*-old
	# It has the date; an installation on two disks writes one.
	rm -f "$1/etc/mdadm/mdadm.conf"
	rm -rf "$1/etc/update-motd.d" # programs that root runs at every login, to show the kernel's version
	# Compiled Python says the time of its source, which becomes another one.
	find "$1/usr" -xdev -name __pycache__ -type d -prune -exec rm -r {} +
	# The C library looks catalogues up by the name of a locale that is there; of it the wizard uses nothing but the name.
	mkdir -p "$1/usr/lib/locale/de_DE.utf8"
	ln -sfn ../C.utf8/LC_MESSAGES "$1/usr/lib/locale/de_DE.utf8/LC_MESSAGES"
	{
		debian_source_stanza 1 "$(apt_suites suites)"
		[ -z "$(apt_word more_suites)" ] || { echo && debian_source_stanza 2 "$(apt_suites more_suites)"; }
	} >"$1/etc/apt/sources.list.d/$apt_base.sources"
}

# debian_source_stanza NUMBER SUITES: of the project's mirror of this number.
debian_source_stanza() {
	local url
	url=$(apt_word project_mirrors | cut -d' ' -f"$1")
	cat <<-END
		Types: deb
		URIs: ${url/http:/https:}
		Suites: $2
		Components: main
		Signed-By: $(apt_word archive_keyring)
	END
}
