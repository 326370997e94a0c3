# build.sh --locked FILE: build from the packages that a lock file names and from no others, without a network. They come from the
# cache of the work directory or from file:// mirrors; each base gets a repository of them alone, WORK/locked/BASE.
# shellcheck shell=bash

# locked_open: the options of the lock file become those of this build.
locked_open() {
	local name url given_target=$target words=(--branch --role --with-peer)
	[ -f "$locked" ] || refuse "$locked: no such file"
	for name in "${recorded[@]//_/-}"; do [ "$name" = target ] || words+=("--$name"); done
	for name in "${given[@]}"; do
		! in_list "$name" "${words[@]}" || refuse "$name does not go with --locked: the lock file says it"
	done
	for url in "${mirrors[@]}"; do
		[[ $url == file://* ]] || refuse "--mirror $url: --locked builds without a network, from file:// mirrors and what is in the work directory"
	done
	locked=$(realpath "$locked")
	lock_take "$locked"
	[ -z "$given_target" ] || [ "$given_target" = "$target" ] || refuse "--target $given_target: $locked is the lock file of a build with --target $target"
	[ -n "$verify_iso" ] || lock_other_tools "$locked" | sed 's/^/build.sh: the result may differ from the locked one: /' >&2
}

# locked_mirrors BASE...: for mirrors_choose. A base without locked packages has no mirror.
locked_mirrors() {
	local name
	mkdir -p "$work/mirror"
	for name in "$@"; do
		: >"$work/mirror/$name"
		[ -n "$(locked_packages "$name")" ] || continue
		unit "$name-locked" "$(hash_of "$locked" "$here/lib/locked.sh" "$here/bases/$name.sh" "${mirrors[@]}")" locked_repository "$name"
		echo "file://$work/locked/$name" >"$work/mirror/$name"
	done
}

# locked_packages BASE: "name version architecture hash" lines of those that were package files.
locked_packages() {
	awk -v base="$1" '$1 == "package" && $2 == base && $7 != "-" { print $4, $5, $6, $7 }' "$locked" | sort -u
}

# locked_repository BASE: every package that is not there is named.
locked_repository() {
	local folder=$work/locked/$1 lacking=
	rm -rf "$folder"
	mkdir -p "$folder"
	"$1_locked" "$folder" >"$work/log/locked"
	lacking=$(cat "$work/log/locked")
	[ -z "$lacking" ] || fail "base $1: locked packages that neither $work/cache nor a --mirror file:///… has: ${lacking//$'\n'/, }"
}

# locked_find HASH FILE PATTERN: FILE, or what PATTERN matches in a file:// mirror, when its SHA-256 is HASH; else why there is none.
locked_find() {
	local file other=
	while read -r file; do
		[ "$(file_digest "$file")" != "$1" ] || { echo "$file" && return; }
		other=$file
	done < <([ ! -f "$2" ] || echo "$2"; [ ${#mirrors[@]} = 0 ] || find "${mirrors[@]#file://}" -name "$3" -type f)
	echo "${other:+(${other##*/} is another file than the locked one)}"
	return 1
}

# locked_check: after stage 5 has recorded what the medium is made of. Nothing with another package gets the name of an ISO.
locked_check() {
	local differences
	differences=$(lock_differences "$locked")
	if [[ $differences == *"the source tree"* ]]; then
		notice "the source is not the one that was locked: the ISO differs"
		differences=$(grep -vx 'the source tree' <<<"$differences" || true)
	fi
	[ -z "$differences" ] || fail "packages that are not as locked: ${differences//$'\n'/; }"
}
