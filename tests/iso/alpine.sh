# Tests of Alpine's packages by its whole index, of which no package is there: what apk would install; tests/iso/run reads it.
# shellcheck shell=bash
# shellcheck disable=SC2154

# alpine_index: a mirror of the newest release whose index and first root are in the cache, for apk to simulate with.
alpine_index() {
	local index copy branch repository
	for index in "${XDG_CACHE_HOME:-$HOME/.cache}"/jefelinux/alpine/v*/full-index; do
		copy=${index%/full-index} branch=$(basename "${index%/full-index}")
		[ -e "$index/main.tar.gz" ] && [ -n "$(find "$copy/releases" -name 'alpine-minirootfs-*')" ] && alpine_whole=$branch || continue
		for repository in main community; do
			mkdir -p "$folder/whole/$branch/$repository/x86_64"
			cp "$index/$repository.tar.gz" "$folder/whole/$branch/$repository/x86_64/APKINDEX.tar.gz"
		done
		cp -r --reflink=auto "$copy/releases" "$folder/whole/$branch/"
	done
	[ -n "${alpine_whole:-}" ]
}

# alpine_simulates: "NAME COUNT" lines of all that is built on this base: packages that there would be in its root. Optional ones count.
alpine_simulates() {
	# shellcheck disable=SC2016
	bash -euo pipefail -c '
		here=$1 work=$2 unit_name=probe locked="" alpine_branch=$4 mirrors=() base=alpine target_role=base allow_unpinned=
		live_wanted() { false; }
		for part in lib/same lib/unit lib/chroot lib/mirror bases/alpine; do . "$here/$part.sh"; done
		mkdir -p "$work"/{log,stamp,mirror,alpine,keys,cache}
		echo "file://$3" >"$work/mirror/alpine"
		alpine_bootstrap "$work/root" >&2

		# would_have NAME LIST...
		would_have() {
			local name=$1 packages
			shift
			packages=$(list "${@/#/$here/bases/alpine/}" | sed "s/^?//; /^+/d")
			[ "$1" != common.list ] || packages="$packages jefelinux-initramfs"
			alpine_in_root "$work/root" apk add --simulate --no-network $packages >"$work/log/simulated" 2>&1 ||
				{ echo "$name: $(cat "$work/log/simulated")" >&2 && return 1; }
			awk -v name="$name" "/ Installing / { more++ } / Purging / { more-- } / packages\$/ { print name, \$(NF - 1) + more }" "$work/log/simulated"
		}
		system="common.list runtime.list target.list"
		would_have target $system
		would_have live common.list runtime.list live.list
		would_have builder build.list
		would_have image oci.list
		alpine_decide_compiler "$work/root" >&2
		alpine_can_build || { echo "compiler: $(cat "$work/log/apk")" >&2 && exit 1; }
		cd "$here/bases/alpine"
		for role in *.role.list; do
			would_have "target+${role%.role.list}" $system "$role"
			would_have "image+${role%.role.list}" oci.list "$role"
		done
		would_have target+all $system *.role.list
		would_have image+all oci.list *.role.list
	' simulate "$top/live-iso" "$folder/whole-work" "$folder/whole" "$alpine_whole" >"$folder/counts" 2>"$log"
}

# alpine_fits: everything can be installed together, and is a fifth more or less of what it was when this was written.
alpine_fits() {
	local status=0
	alpine_simulates || status=$?
	sed 's/^/# /' "$folder/counts"
	[ "$status" = 0 ] && awk '
		NR == FNR { was[$1] = $2; next }
		{ seen[$1] = 1; if (!($1 in was) || $2 < was[$1] * 0.8 || $2 > was[$1] * 1.2) { print $0 ": was " was[$1]; bad = 1 } }
		END { for (name in was) if (!seen[name]) { print name " is missing"; bad = 1 } exit bad }
	' <(alpine_counts) "$folder/counts" >>"$log"
}

# alpine_counts: of v3.19.
alpine_counts() {
	cat <<-'END'
		target 138
		live 100
		builder 122
		image 22
		target+build-tools 148
		image+build-tools 37
		target+compression 145
		image+compression 33
		target+containers 156
		image+containers 50
		target+forensics 148
		image+forensics 41
		target+networking 171
		image+networking 66
		target+runtimes 146
		image+runtimes 47
		target+security 163
		image+security 68
		target+all 242
		image+all 170
	END
}
