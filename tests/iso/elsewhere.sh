# Tests of builds by somebody else, who gets the same bytes; tests/iso/run reads it.
# shellcheck shell=bash
# shellcheck disable=SC2154
stranger=64321 strangers_ids=1000000

# built_elsewhere: other folders, file system, umask, clock, time zone and locale, with other settings of tools and another home; what is made
# must be, as hashes, what the first build made.
built_elsewhere() {
	# The tree of the medium is that of the last build, which may have had answers.
	rm -f "$folder/work/stamp/iso"
	"${tiny_build[@]}" --key "$folder/ed25519.pem" >"$log" 2>&1 || return
	mkdir -p "$folder/memory" && { mountpoint -q "$folder/memory" || mount -t tmpfs -o size=200m tmpfs "$folder/memory"; } || return
	[ "$(stat -fc %T "$folder/memory")" != "$(stat -fc %T "$folder/work")" ] || { echo "$folder is in memory, too" >"$log" && return 1; }
	cp -a "$folder/tree" "$folder/memory/tree"
	chmod -R go= "$folder/memory/tree"
	# Turkish has another capital i and another comma.
	mkdir "$folder/memory/locales"
	localedef -i tr_TR -f UTF-8 "$folder/memory/locales/tr_TR.UTF-8" || return
	(
		cd / && umask 077
		env -i PATH="$PATH" tiny_mirror="$tiny_mirror" SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" HOME=/nonexistent USER=somebody LOGNAME=somebody \
			LOCPATH="$folder/memory/locales" LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8 LANGUAGE=tr TZ=Asia/Tokyo \
			TAR_OPTIONS=--mode=777 ZSTD_CLEVEL=9 GZIP=-1 NO_FAKE_STAT=1 \
			faketime -f '+400d' "$folder/memory/tree/live-iso/build.sh" --target iso --base tiny --key "$folder/ed25519.pem" \
			--work "$folder/memory/work" --output "$folder/memory/other.iso"
	) >"$log" 2>&1 && same_sums "$folder/memory/work" "$folder/memory/other.iso"
}

# same_sums WORK ISO: both have the hashes of the first build.
same_sums() {
	(cd "$folder/work/medium" && find . -type f | sort | xargs sha256sum && sha256sum <"$folder/tiny.iso") >"$folder/here.sums"
	(cd "$1/medium" && find . -type f | sort | xargs sha256sum && sha256sum <"$2") | diff "$folder/here.sums" - >"$log"
}

# in_strangers_view COMMAND...: in a mount namespace that knows the user somebody and its range of ids, and has cgroups of one version alone.
in_strangers_view() {
	# shellcheck disable=SC2016
	unshare --mount --propagation private bash -euc '
		folder=$1 user=$2 range=$3
		shift 3
		for file in "passwd:somebody:x:$user:$user::/nonexistent:/bin/sh" "group:somebody:x:$user:" "subuid:somebody:$range:65536" \
			"subgid:somebody:$range:65536"; do
			line=${file#*:} file=${file%%:*}
			[ -e "/etc/$file" ] || continue
			{ cat "/etc/$file" && echo "$line"; } >"$folder/$file"
			mount --bind "$folder/$file" "/etc/$file"
		done
		! mountpoint -q /sys/fs/cgroup/unified || umount /sys/fs/cgroup/unified
		exec "$@"
	' view "$folder" "$stranger" "$strangers_ids" "$@"
}

# without_rights COMMAND...: as that user.
without_rights() {
	in_strangers_view setpriv --reuid "$stranger" --regid "$stranger" --clear-groups "$@"
}

# as_stranger COMMAND...: as root of a user namespace of that user.
as_stranger() {
	without_rights unshare --user --map-root-user --map-auto --mount --propagation private "$@"
}

# built_without_root: everything it needs is where that user may look.
built_without_root() {
	local home=$folder/memory/somebody
	mkdir "$home" && cp -a "$folder/tree" "$home/tree" && cp "$folder/ed25519.pem" "$home/key.pem" && chown -R "$stranger:$stranger" "$home" &&
		chmod 711 "$folder" "$folder/memory" && chmod 755 "$tiny_mirror" && chmod 644 "$tiny_mirror"/* || return
	(cd / && as_stranger "$home/tree/live-iso/build.sh" --target iso --base tiny --key "$home/key.pem" --work "$home/work" \
		--output "$home/other.iso") >"$log" 2>&1 && [ "$(stat -c %u "$home/other.iso")" = "$stranger" ] && same_sums "$home/work" "$home/other.iso"
}

# elsewhere_without_root: one test, or none where the kernel gives users no namespaces.
elsewhere_without_root() {
	if command -v newuidmap >/dev/null && chmod 711 "$folder" && as_stranger true >"$log" 2>&1; then
		is "so is that of a user who is not root" built_without_root
	else
		skip "so is that of a user who is not root" "no ids for a user without rights: $(tail -n 1 "$log")"
	fi
	chmod 700 "$folder"
	umount "$folder/memory"
}
