# A repository of this build for base alpine, in WORK/cache/apk-local: packages that a local mirror holds without an index, and one of
# our own. Its index is signed with a key of the work directory that only the roots trust while they are built.
# shellcheck shell=bash

# alpine_local_repository ROOT: make it, with ROOT's apk, and let ROOT trust it.
alpine_local_repository() {
	local local=$work/cache/apk-local/x86_64 url folder
	rm -rf "$work/cache/apk-local"
	mkdir -p "$local" "$work/keys"
	for url in $(mirrors_of alpine); do
		for folder in $(alpine_unindexed "$url"); do
			[ -n "$locked" ] || notice "$folder has no signed index: its packages are taken as they are"
			cp --reflink=auto "$folder"/*.apk "$local/"
		done
	done
	alpine_initramfs_provider "$local"
	local root_binds=("$local /run/local")
	in_root "$1" /bin/sh -c 'cd /run/local && exec apk index --quiet --allow-untrusted --rewrite-arch x86_64 -o index.tar.gz ./*.apk'
	alpine_sign_index "$local/index.tar.gz" >"$local/APKINDEX.tar.gz"
	rm "$local/index.tar.gz"
	openssl pkey -in "$work/keys/apk-local.pem" -pubout -out "$1/etc/apk/keys/jefelinux-build.rsa.pub"
}

# alpine_sign_index FILE: FILE with a signature in front, as apk expects: a tar without end mark in a gzip member of its own.
alpine_sign_index() {
	local scratch name=.SIGN.RSA.jefelinux-build.rsa.pub
	scratch=$(mktemp -d "$work/cache/sign.XXXXXX")
	[ -s "$work/keys/apk-local.pem" ] || (umask 077 && openssl genrsa -out "$work/keys/apk-local.pem" 3072 2>/dev/null)
	openssl dgst -sha1 -sign "$work/keys/apk-local.pem" -out "$scratch/$name" "$1"
	alpine_tar_member "$scratch" "$name"
	cat "$1"
	rm -r "$scratch"
}

# alpine_tar_member FOLDER NAME: one file as a gzipped tar without end mark.
alpine_tar_member() {
	local size
	size=$(stat -c %s "$1/$2")
	tar -C "$1" --format=ustar --owner=0 --group=0 --numeric-owner --mtime=@0 -c "$2" | head -c $((512 + (size + 511) / 512 * 512)) | gzip -n
}

# alpine_initramfs_provider FOLDER: the kernel package depends on a maker of initramfs, and ours is jefe-setup: an empty package says so.
alpine_initramfs_provider() {
	local scratch
	scratch=$(mktemp -d "$work/cache/provider.XXXXXX")
	tar -C "$scratch" -c -T /dev/null | gzip -n >"$scratch/data.tar.gz"
	cat >"$scratch/.PKGINFO" <<-END
		pkgname = jefelinux-initramfs
		pkgver = 1-r0
		pkgdesc = jefe-setup makes the initramfs of this system
		url = none
		arch = x86_64
		size = 0
		license = GPL-3.0-or-later
		origin = jefelinux-initramfs
		provides = initramfs-generator
		datahash = $(sha256sum <"$scratch/data.tar.gz" | cut -d' ' -f1)
	END
	{
		alpine_tar_member "$scratch" .PKGINFO
		cat "$scratch/data.tar.gz"
	} >"$1/jefelinux-initramfs-1-r0.apk"
	rm -r "$scratch"
}
