# Base alpine: the minirootfs, then its own apk inside it. Both it and keys of packages are pinned, in alpine/*.sha256.
# shellcheck shell=bash
# shellcheck source=/dev/null
. "$here/bases/alpine/local.sh"
alpine_project_mirror=https://dl-cdn.alpinelinux.org/alpine

# alpine_serves URL BRANCH: URL is a mirror of BRANCH.
alpine_serves() {
	fetch "$1/$2/main/x86_64/APKINDEX.tar.gz" >/dev/null
}

# alpine_own_mirrors: those of the machine that builds, when it is Alpine, else the project's.
alpine_own_mirrors() {
	if [ -s /etc/apk/repositories ]; then
		sed -n 's,^\(https\{0,1\}://.*\)/[^/]*/main/*$,\1,p' /etc/apk/repositories
	else
		echo "$alpine_project_mirror"
	fi
}

# alpine_state: hash of the indexes of all mirrors, and of what a local mirror holds without an index.
alpine_state() {
	local url folder
	for url in $(mirrors_of alpine); do
		fetch "$url/$alpine_branch/main/x86_64/APKINDEX.tar.gz" || return 1
		fetch "$url/$alpine_branch/community/x86_64/APKINDEX.tar.gz" 2>/dev/null || true
		for folder in $(alpine_unindexed "$url"); do
			stat -c '%n %s %Y' "$folder"/*.apk
		done
	done | sha256sum | cut -d' ' -f1
}

# alpine_unindexed URL: folders of a file:// mirror with packages but no index.
alpine_unindexed() {
	local folder
	case $1 in file://*) ;; *) return 0 ;; esac
	for folder in "${1#file://}/$alpine_branch"/*/x86_64; do
		if [ ! -e "$folder/APKINDEX.tar.gz" ] && ls "$folder"/*.apk >/dev/null 2>&1; then
			echo "$folder"
		fi
	done
}

# alpine_locked FOLDER: see lib/locked.sh; prints what is missing. Package files have the SHA-256 that is locked before apk sees them: the
# index of this repository is signed by the build, not by Alpine.
alpine_locked() {
	local branch=$1/$alpine_branch name release hash file archive
	mkdir -p "$branch/locked/x86_64" "$branch/releases/x86_64"
	archive=$(awk '$1 == "file" && $2 == "alpine" && $3 ~ /^alpine-minirootfs-/ { print $3; exit }' "$locked")
	hash=$(alpine_locked_hash "$archive")
	file=$(locked_find "$hash" "$work/cache/$archive" "$archive") || { echo "$archive${file:+ $file}" && return; }
	cp --reflink=auto "$file" "$branch/releases/x86_64/"
	tar -xzOf "$file" ./lib/apk/db/installed >"$work/log/minirootfs"
	locked_packages alpine | while read -r name release _ hash; do
		! alpine_has "$work/log/minirootfs" "${hash#apk:}" || continue
		[ "$name" != jefelinux-initramfs ] || continue # made by alpine_local_repository
		if file=$(locked_find "$(alpine_locked_hash "$name-$release.apk")" "$(alpine_cached "$name-$release" "$hash")" "$name-$release.apk"); then
			cp --reflink=auto "$file" "$branch/locked/x86_64/$name-$release.apk"
		else
			echo "$name $release${file:+ $file}"
		fi
	done
}

# alpine_locked_hash FILE: as the lock file has it; without one, no file is the right one.
alpine_locked_hash() {
	awk -v name="$1" '$1 == "file" && $2 == "alpine" && $3 == name { print $4; found = 1; exit } END { if (!found) print "none" }' "$locked"
}

# alpine_has DATABASE HASH
alpine_has() {
	grep -qxF "C:$2" "$1"
}

# alpine_cached NAME HASH: its path in apk's cache, where the name has the first bytes of apk's own hash.
alpine_cached() {
	local hash=${2#apk:Q?}
	echo "$work/cache/apk/$1.$(base64 -d <<<"$hash" | od -A n -t x1 -N 4 | tr -d ' ').apk"
}

# alpine_bootstrap ROOT
alpine_bootstrap() {
	local archive
	mkdir -p "$work/cache/apk" "$1"
	archive=$(alpine_minirootfs)
	echo "${archive##*/}" >"$work/alpine/minirootfs"
	tar -C "$1" --numeric-owner -xzf "$archive"
	alpine_check_keys "$1"
	alpine_local_repository "$1"
	alpine_repositories >"$1/etc/apk/repositories"
	alpine_in_root "$1" apk update 2>&1 | tee "$(alpine_log)" || alpine_failed base
}

# alpine_minirootfs: path of the one that is built from, fetched and checked.
alpine_minirootfs() {
	local url name file
	url=$(mirrors_of alpine | head -n 1)/$alpine_branch/releases/x86_64
	name=$(alpine_minirootfs_name "$url")
	[ -n "$name" ] || fail "$url: no alpine-minirootfs-*.tar.gz there"
	file=$work/cache/$name
	[ -s "$file" ] || { fetch "$url/$name" >"$file.part" && mv "$file.part" "$file"; } || fail "$url: does not have $name"
	alpine_check_minirootfs "$file" "$url"
	echo "$file"
}

# alpine_minirootfs_name URL: the newest that is pinned, without one the newest there.
alpine_minirootfs_name() {
	local names newest pinned
	case $1 in
	file://*) names=$(find "${1#file://}" -name 'alpine-minirootfs-*-x86_64.tar.gz' -printf '%f\n') ;;
	*) names=$(fetch "$1/latest-releases.yaml" | sed -n 's/^ *file: *\(alpine-minirootfs-[A-Za-z0-9._-]*\.tar\.gz\)$/\1/p' && alpine_pinned) ;;
	esac
	newest=$(sort -V <<<"$names" | tail -n 1)
	pinned=$(grep -xF -f <(alpine_pinned) <<<"$names" | sort -V | tail -n 1)
	[ "${pinned:-$newest}" = "$newest" ] ||
		notice "$newest is there, but live-iso/bases/alpine/minirootfs.sha256 does not pin it: $pinned is taken" >&2
	echo "${pinned:-$newest}"
}

# alpine_pinned: names of this branch in minirootfs.sha256.
alpine_pinned() {
	awk -v start="alpine-minirootfs-${alpine_branch#v}." 'index($2, start) == 1 { print $2 }' "$here/bases/alpine/minirootfs.sha256"
}

# alpine_check_minirootfs FILE URL: before anything in it runs.
alpine_check_minirootfs() {
	local name=${1##*/} want
	want=$(awk -v name="$name" '$2 == name { print $1 }' "$here/bases/alpine/minirootfs.sha256")
	if [ -z "$want" ]; then
		want=$(alpine_unpinned "$name" "$2") || exit 1
	fi
	[ "$(sha256sum <"$1" | cut -d' ' -f1)" = "$want" ] || { rm -f "$1" && fail "$name: hash mismatch: it is not the file that was expected ($want)"; }
}

# alpine_unpinned NAME URL: the hash that somebody else answers for: who locked it, or the mirror itself when --allow-unpinned says so.
alpine_unpinned() {
	local hash
	if [ -n "$locked" ] && [ -z "$verify_iso" ]; then
		hash=$(alpine_locked_hash "$1")
		echo "${hash#sha256:}"
		return
	fi
	[ -n "$allow_unpinned" ] || fail "$1: live-iso/bases/alpine/minirootfs.sha256 does not pin it, and its programs run as root: add its hash there, \
compared with what alpinelinux.org signs, or give --allow-unpinned to trust the mirror"
	hash=$(fetch "$2/$1.sha256" | cut -d' ' -f1) || fail "$1: its hash is neither pinned nor beside it on the mirror"
	notice "NOT VERIFIED: $1 has the hash that its own mirror tells; whoever answers for the mirror decides what this system is" >&2
	echo "$hash"
}

# alpine_check_keys ROOT: the minirootfs trusts no key that is not pinned.
alpine_check_keys() {
	local file
	for file in "$1"/etc/apk/keys/*; do
		grep -qxF "$(sha256sum <"$file" | cut -d' ' -f1)  ${file##*/}" "$here/bases/alpine/keys.sha256" ||
			fail "${file##*/}: a package key that live-iso/bases/alpine/keys.sha256 does not pin"
	done
}

# alpine_repositories: lines of /etc/apk/repositories for the build; file mirrors appear as /run/mirrorN inside the root.
alpine_repositories() {
	local number=0 url folder
	echo /run/local
	for url in $(mirrors_of alpine); do
		number=$((number + 1))
		case $url in
		file://*)
			for folder in "${url#file://}/$alpine_branch"/*/x86_64; do
				[ ! -e "$folder/APKINDEX.tar.gz" ] || echo "/run/mirror$number/$alpine_branch/$(basename "$(dirname "$folder")")"
			done
			;;
		*) printf '%s\n' "$url/$alpine_branch/main" "$url/$alpine_branch/community" ;;
		esac
	done
}

# alpine_in_root ROOT COMMAND...: with the package cache, the mirrors and name resolution of the host.
alpine_in_root() {
	local number=0 url status=0 own_cache
	cache_take apk
	local root_binds=("$own_cache /etc/apk/cache" "$work/cache/apk-local /run/local")
	for url in $(mirrors_of alpine); do
		number=$((number + 1))
		case $url in file://*) root_binds+=("${url#file://} /run/mirror$number ro") ;; esac
	done
	copy_network_files "$1"
	in_root "$@" || status=$?
	cache_give apk
	return "$status"
}

# alpine_log: where the last apk of this unit wrote.
alpine_log() {
	echo "$work/log/apk${beside:+-$unit_name}"
}

# alpine_install ROOT ROLE
alpine_install() {
	local lists=("$here/bases/alpine/$2.list") required name
	[ "$2" != common ] || ! alpine_can_build || lists+=("$here/bases/alpine/runtime.list")
	required=$(alpine_required "${lists[@]}")
	[ "$2" != common ] || required="$required jefelinux-initramfs"
	: >"$work/alpine/$2.left-out"
	alpine_can_add "$1" "$required" || alpine_lacks "$2"
	for name in $(list "${lists[@]}" | grep '^[?+]'); do
		if alpine_can_add "$1" "$required ${name#?}"; then
			required="$required ${name#?}"
		elif [ "${name#"?"}" != "$name" ]; then
			echo "${name#?}" >>"$work/alpine/$2.left-out"
		fi
	done
	[ ! -s "$work/alpine/$2.left-out" ] ||
		notice "the mirror lacks these packages, the $2 system does without: $(tr '\n' ' ' <"$work/alpine/$2.left-out")"
	# shellcheck disable=SC2086
	alpine_in_root "$1" apk add --no-progress $required 2>&1 | tee "$(alpine_log)" || alpine_failed "$2"
	[ "$2" != common ] || alpine_trim_kernel "$1"
}

# alpine_required FILE...: packages of lists that a mirror must have.
alpine_required() {
	list "$@" | grep -v '^[?+]' || true
}

# alpine_can_add ROOT PACKAGES: all of them can be installed together.
alpine_can_add() {
	# shellcheck disable=SC2086
	alpine_in_root "$1" apk add --simulate --quiet $2 >"$(alpine_log)" 2>&1
}

# alpine_failed ROLE: what apk complains of.
alpine_failed() {
	local reasons
	reasons=$(sed -n 's/^\(ERROR\|WARNING\): \(.*: .*\)$/\2/p' "$(alpine_log)" | sort -u | head -n 5 | tr '\n' ';')
	fail "base alpine, $1 system: ${reasons:-see $(alpine_log)}"
}

alpine_lacks() {
	local names hint=
	names=$(sed -n 's/^  \([^ ]*\) (no such package):$/\1/p' "$(alpine_log)" | tr '\n' ' ')
	[ "$1" != live ] || hint=". Give --live-base debian, or a complete --mirror"
	fail "base alpine, $1 system: the mirror lacks ${names:-packages (see $(alpine_log))}$hint"
}

# alpine_trim_kernel ROOT: modules that neither the live system nor a server needs; kernel files under the names that are looked for.
alpine_trim_kernel() {
	local kernel path
	kernel=$(kernel_version "$1")
	for path in $(list "$here/bases/modules-excluded.list"); do
		rm -rf "$1/lib/modules/$kernel/kernel/$path"
	done
	in_root "$1" depmod "$kernel"
	rm -f "$1"/boot/initramfs-*
	if [ ! -e "$1/boot/vmlinuz-${kernel##*-}" ] && [ ! -e "$1/boot/vmlinuz-$kernel" ]; then
		ln -s vmlinuz-lts "$1/boot/vmlinuz-$kernel"
	fi
}

# alpine_decide_compiler ROOT: WORK/alpine/no-compiler exists when jefe-setup cannot be compiled with what the mirror has.
alpine_decide_compiler() {
	rm -f "$work/alpine/no-compiler"
	alpine_can_add "$1" "$(alpine_required "$here/bases/alpine/build.list" "$here/bases/alpine/runtime.list")" && return 0
	: >"$work/alpine/no-compiler"
	notice "the mirror has no compiler for Alpine: jefe-setup is compiled on Debian and shipped with its libraries in /opt/jefe/lib"
}

alpine_can_build() {
	[ ! -e "$work/alpine/no-compiler" ]
}

alpine_configure_options() {
	:
}

# alpine_keymaps ROOT FOLDER LIST: lines of keymap_list, from the package that has them ready.
alpine_keymaps() {
	local name binary
	while read -r name _ binary; do
		gunzip -c "$1/usr/share/bkeymaps/$binary.bmap.gz" >"$2/$name.bmap"
	done <"$3"
}

# alpine_inventory ROOT: see lib/bill.sh. The hash is apk's own, which the signed index has.
alpine_inventory() {
	awk -v OFS='\t' '
		function value() { return substr($0, 3) }
		/^C:/ { hash = value() }
		/^P:/ { name = value(); machine = origin = licence = "-" }
		/^V:/ { release = value() }
		/^A:/ { machine = value() }
		/^L:/ { licence = value() }
		/^o:/ { origin = value() }
		/^$/ && name { print name, release, machine, origin, licence, "apk:" hash; name = "" }
		END { if (name) print name, release, machine, origin, licence, "apk:" hash }
	' "$1/lib/apk/db/installed"
}

# alpine_files: "name hash" lines of what else it is made from: the minirootfs, and package files, as the inventory has apk's own hash.
alpine_files() {
	local name release hash file
	name=$(cat "$work/alpine/minirootfs")
	echo "$name $(file_digest "$work/cache/$name")"
	tar -xzOf "$work/cache/$name" ./lib/apk/db/installed >"$work/log/minirootfs"
	alpine_packages | while read -r name release hash; do
		if [ "$name" = jefelinux-initramfs ] || alpine_has "$work/log/minirootfs" "${hash#apk:}"; then continue; fi
		file=$(alpine_package_file "$name-$release" "$hash")
		[ -z "$file" ] || echo "$name-$release.apk $(file_digest "$file")"
	done
}

# alpine_packages: "name version hash" lines of all roots of this build, each once.
alpine_packages() {
	{
		! live_wanted || [ "$live_base" != alpine ] || alpine_inventory "$work/alpine/live"
		[ "$base" != alpine ] || alpine_inventory "$work/alpine/$target_role"
		! alpine_can_build || alpine_inventory "$work/alpine/build"
	} | awk -F '\t' '{ print $1, $2, $6 }' | sort -u
}

# alpine_package_file NAME HASH: where it was installed from: the cache, or a mirror in a folder.
alpine_package_file() {
	local url file files
	files=("$(alpine_cached "$1" "$2")" "$work/cache/apk-local/x86_64/$1.apk")
	for url in $(mirrors_of alpine); do
		case $url in file://*) files+=("${url#file://}/$alpine_branch"/*/"x86_64/$1.apk") ;; esac
	done
	for file in "${files[@]}"; do
		[ ! -f "$file" ] || { echo "$file" && return; }
	done
}

# alpine_libraries PROGRAM: "name<tab>kind" lines: packages of the builder root whose libraries are in the programs of this folder.
alpine_libraries() {
	local root_binds=("$1 /run/output ro")
	# shellcheck disable=SC2016
	in_root "$work/alpine/build" /bin/sh -euc "$list_libraries"' | xargs -r -n 1 apk info --quiet --who-owns' |
		sed 's/$/\tDYNAMIC_LINK/'
	printf 'jansson-static\tSTATIC_LINK\n'
}

# alpine_kernel_image ROOT VERSION: path below ROOT.
alpine_kernel_image() {
	if [ -e "$1/boot/vmlinuz-$2" ]; then
		echo "boot/vmlinuz-$2"
	else
		echo "boot/vmlinuz-${2##*-}"
	fi
}

# alpine_finish ROOT: after the last package: what the build put there goes, what ships comes.
alpine_finish() {
	rm -rf "$1/etc/apk/cache" "$1"/var/cache/apk/* "$1"/etc/apk/keys/jefelinux-build.rsa.pub
	: >"$1/etc/motd" # it recommends setup-alpine
	printf '%s\n' "$alpine_project_mirror/$alpine_branch/main" "$alpine_project_mirror/$alpine_branch/community" \
		>"$1/etc/apk/repositories"
}
