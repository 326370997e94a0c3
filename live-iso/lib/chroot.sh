# Running programs inside a root that is being made.
# shellcheck shell=bash

# in_root ROOT COMMAND [ARGUMENT]...: run COMMAND with ROOT as its root, in mount and process namespaces of its own: whatever is
# mounted or left running inside is gone when it ends, however it ends. Directories in the array root_binds ("FROM TO [ro]")
# are visible inside; callers make it a local. The first process stays outside the root: that is how packages see that they are in one, and
# sysvinit-core does not wait 45 s for an init that is not there.
in_root() {
	local root=$1 bind
	shift
	local binds=()
	for bind in "${root_binds[@]}"; do
		binds+=("$bind")
	done
	# shellcheck disable=SC2016
	unshare --mount --pid --fork --kill-child --propagation private /bin/bash -euc '
		root=$1 count=$2; shift 2
		mount -t proc proc "$root/proc"
		mount -t tmpfs -o mode=755,size=16m tmpfs "$root/dev"
		# Where devices cannot be made, as in a rootless container, those that are there are shown.
		for node in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0; do
			IFS=: read -r name major minor <<<"$node"
			mknod -m 666 "$root/dev/$name" c "$major" "$minor" 2>/dev/null ||
				{ : >"$root/dev/$name" && mount --bind "/dev/$name" "$root/dev/$name"; }
		done
		ln -s /proc/self/fd "$root/dev/fd"; ln -s fd/0 "$root/dev/stdin"; ln -s fd/1 "$root/dev/stdout"; ln -s fd/2 "$root/dev/stderr"
		mkdir "$root/dev/shm" "$root/dev/pts"
		mount -t tmpfs tmpfs "$root/run"
		while [ "$count" -gt 0 ]; do
			read -r from to mode <<<"$1"; shift; count=$((count - 1))
			mkdir -p "$root$to"
			mount --bind "$from" "$root$to"
			[ "$mode" != ro ] || mount -o remount,bind,ro "$root$to"
		done
		cd /
		status=0
		chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 TERM=dumb SOURCE_DATE_EPOCH='"$roots_epoch"' \
			DEBIAN_FRONTEND=noninteractive ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
			"$@" || status=$?
		exit "$status"
	' in_root "$root" "${#binds[@]}" "${binds[@]}" "$@"
}
root_binds=()

# remove_root DIRECTORY: delete a root; never descends into another file system.
remove_root() {
	rm -rf --one-file-system -- "$1"
}

# copy_root FROM TO: a fresh copy with everything kept.
copy_root() {
	remove_root "$2"
	mkdir -p "$(dirname "$2")"
	cp -a --reflink=auto "$1" "$2"
}

# cache_take NAME: WORK/cache/NAME for a package manager, in own_cache; where jobs run side by side a view of it, as each wants it alone.
cache_take() {
	own_cache=$work/cache/${beside:+beside/}$1${beside:+-$unit_name}
	[ -n "${beside:-}" ] || return 0
	rm -rf "$own_cache"
	mkdir -p "$own_cache"
	find "$work/cache/$1" -maxdepth 1 -type f ! -name lock -exec cp -l -t "$own_cache" {} +
}

# cache_give NAME: what is new in the view is for all.
cache_give() {
	[ -n "${beside:-}" ] || return 0
	find "$own_cache" -maxdepth 1 -type f -links 1 ! -name lock -exec cp -l -f -t "$work/cache/$1" {} +
	rm -rf "$own_cache"
}

# list FILE...: the words of list files, without comments.
list() {
	sed 's/#.*//' "$@" | tr -s ' \t\n' '\n' | sed '/^$/d'
}

# copy_network_files ROOT: name resolution of the host, for package managers inside; the security stage removes it.
copy_network_files() {
	cat /etc/resolv.conf >"$1/etc/resolv.conf"
}

# kernel_version ROOT: the one kernel it has.
kernel_version() {
	local found
	found=$(ls "$1/lib/modules")
	[ "$(echo "$found" | wc -w)" = 1 ] || fail "expected one kernel in $1/lib/modules, found: ${found:-none}"
	echo "$found"
}
