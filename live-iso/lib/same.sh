# The same inputs give the same bytes, whoever builds, where and when: one time for every file, and nothing that a machine left behind.
# shellcheck shell=bash

# What the tools that make artefacts would read from the environment of the one who builds.
unset SOURCE_DATE TAR_OPTIONS ZSTD_CLEVEL ZSTD_NBTHREADS GZIP XZ_OPT XZ_DEFAULTS MTOOLSRC MTOOLS_FAT_COMPATIBILITY CDPATH POSIXLY_CORRECT
export LC_ALL=C TZ=UTC

# While packages are installed: roots are kept longer than the time of one source tree, so they must not have it.
roots_epoch=1000000000

# choose_epoch: the time of all files on the medium. SOURCE_DATE_EPOCH itself ends here: each tool gets the time that is meant for it.
choose_epoch() {
	epoch=${SOURCE_DATE_EPOCH:-$(epoch_of_source)}
	unset SOURCE_DATE_EPOCH
	case $epoch in
	'') refuse "neither Git nor live-iso/epoch tells the date of this source tree: set SOURCE_DATE_EPOCH (seconds since 1970)" ;;
	*[!0-9]* | ?????????????*) refuse "SOURCE_DATE_EPOCH=$epoch: not seconds since 1970" ;;
	esac
	# FAT knows nothing before 1980.
	[ "$epoch" -ge 315532800 ] || refuse "SOURCE_DATE_EPOCH=$epoch: before 1980"
}

# epoch_of_source: of the last commit that changed what an ISO is made from; a release archive has it in a file (make dist).
epoch_of_source() {
	if [ -e "$source_dir/.git" ] && command -v git >/dev/null; then
		git -c safe.directory='*' -C "$source_dir" log -1 --format=%ct -- live-iso "${program_folders[@]}"
	else
		cat "$here/epoch" 2>/dev/null || true
	fi
}

# forget_machine ROOT: what differs between two installations of the same packages.
forget_machine() {
	local root=$1
	rm -f "$root"/etc/ssh/ssh_host_* "$root"/etc/machine-id "$root"/var/lib/dbus/machine-id "$root"/etc/resolv.conf \
		"$root"/etc/hostname "$root"/etc/{passwd,shadow,group,gshadow,subuid,subgid}- "$root"/etc/.pwd.lock \
		"$root"/var/lib/systemd/random-seed "$root"/var/lib/urandom/random-seed "$root"/.dockerenv \
		"$root"/var/cache/ldconfig/aux-cache "$root"/etc/ssl/private/ssl-cert-snakeoil.key
	# In the order of a directory; for an init that is not there.
	rm -f "$root"/etc/init.d/.depend.*
	find "$root/var/log" -type f -delete
	find "$root/tmp" "$root/var/tmp" "$root/run" -mindepth 1 -delete
	find "$root/root" -mindepth 1 -name '.*history' -delete
}

# date_passwords ROOT: the day an account was made is the day of the medium. Empty and 0 ("must be changed") stay.
date_passwords() {
	local scratch=$work/cache/shadow-$unit_name
	awk -F: -v OFS=: -v day=$((epoch / 86400)) '$3 > 0 { $3 = day } 1' "$1/etc/shadow" >"$scratch"
	cat "$scratch" >"$1/etc/shadow"
	rm "$scratch"
}

# lay_over FROM TO: copy a tree over another. Owner root; of the modes only "executable" counts, as umasks differ; existing folders
# keep theirs.
lay_over() {
	[ -d "$1" ] || return 0
	tar -C "$1" --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX -c . |
		tar -C "$2" -x -p --no-overwrite-dir --keep-directory-symlink
}

# archive ROOT: its tar on stdout, to the last bit the same for the same content.
archive() {
	tar -C "$1" --format=posix --pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime --sort=name --numeric-owner \
		--mtime="@$epoch" --acls --xattrs --xattrs-include=security.capability --xattrs-include='user.*' -c .
}

# file_digest FILE: "sha256:…", or "-" when there is none.
file_digest() {
	if [ -f "$1" ]; then
		sha256sum <"$1" | sed 's/^/sha256:/; s/ .*//'
	else
		echo -
	fi
}

# unpacked_size ROOT: bytes that its files take in blocks of 4 KiB, as any file system would store them.
unpacked_size() {
	find "$1" -printf '%i %y %s\n' | sort -u |
		awk '{ sum += $2 == "f" ? int(($3 + 4095) / 4096) * 4096 : 4096 } END { printf "%d\n", sum }'
}
