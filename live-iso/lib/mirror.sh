# Mirrors: which of those given serves which base, and in what state it is. Kept in WORK/mirror/BASE (URLs) and
# WORK/mirror/BASE.state (a hash of its indexes).
# shellcheck shell=bash

# fetch URL: its content on stdout; curl's reason on stderr. What began with https stays with it.
fetch() {
	local redirects=http,https
	[[ $1 != https:* ]] || redirects=https
	curl -fsSL --proto-redir "=$redirects" --connect-timeout 15 --retry 2 "$1"
}

# mirrors_of BASE: the URLs chosen for it.
mirrors_of() {
	cat "$work/mirror/$1"
}

branch_of() {
	local name=$1_branch
	echo "${!name}"
}

# mirrors_choose BASE...: those of --mirror that serve BASE, else its defaults. Every mirror of --mirror must serve one BASE.
mirrors_choose() {
	local name url reason
	[ -z "$locked" ] || { locked_mirrors "$@" && return; }
	mkdir -p "$work/mirror"
	for name in "$@"; do
		: >"$work/mirror/$name.new"
		for url in "${mirrors[@]}"; do
			! reason=$("${name}_serves" "$url" "$(branch_of "$name")" 2>&1) || echo "$url" >>"$work/mirror/$name.new"
		done
	done
	for url in "${mirrors[@]}"; do
		(cd "$work/mirror" && grep -qxF "$url" "${@/%/.new}") ||
			fail "--mirror $url: serves none of: $* ($base $(branch_of "$base")): ${reason:-no such release there}"
	done
	for name in "$@"; do
		[ -s "$work/mirror/$name.new" ] || "${name}_own_mirrors" >"$work/mirror/$name.new"
		mv "$work/mirror/$name.new" "$work/mirror/$name"
	done
}

# mirror_state BASE: the state of its indexes, from the mirror; when that does not answer, as it was the last time, with a notice.
mirror_state() {
	local state reason file=$work/mirror/$1.state key
	[ -z "$locked" ] || { echo "locked $(stamp "$1-locked")" >"$file" && return; }
	unit_name=$1-mirror
	echo "$unit_name" >>"$work/log/units"
	rm -f "$work/stamp/$unit_name.notices"
	key=$(hash_of "$(mirrors_of "$1")" "$(branch_of "$1")")
	if state=$("${1}_state" 2>"$work/log/mirror"); then
		echo "$key $state" >"$file"
		return 0
	fi
	reason=$(tail -n 1 "$work/log/mirror")
	case $(cat "$file" 2>/dev/null) in
	"$key "*) notice "no mirror for $1 $(branch_of "$1") answers ($reason): using what was fetched before" ;;
	*) fail "no mirror for $1 $(branch_of "$1") answers: $(mirrors_of "$1" | tr '\n' ' ')($reason). Check the network or give --mirror URL" ;;
	esac
}
