# Stage 1: the smallest root of each base that is used: WORK/BASE/base.
# shellcheck shell=bash

stage_bootstrap() {
	local name
	# shellcheck disable=SC2046
	mirrors_choose $(all_bases)
	for name in $(bases_wanted); do
		base_root "$name"
	done
	[ "$(bases_used)" = "$(bases_wanted)" ] || base_root debian
}

all_bases() {
	basename -s .sh "$here"/bases/*.sh
}

# bases_wanted: those of the live system and of what is installed, each once.
bases_wanted() {
	{
		echo "$base"
		! live_wanted || echo "$live_base"
	} | sort -u
}

# bases_used: also Debian when Alpine has no compiler.
bases_used() {
	{
		bases_wanted
		! bases_wanted | grep -qx alpine || alpine_can_build || echo debian
	} | sort -u
}

# base_root BASE: its smallest root, and whether its mirrors have what compiling takes.
base_root() {
	mirror_state "$1"
	unit "$1-base" "$(hash_of "$(cat "$work/mirror/$1.state")" "$here/bases/$1.sh" "$here/bases/modules-excluded.list" \
		"$here/lib/chroot.sh" "$(cat "$here/bases/$1"/*.sh "$here/bases/$1"/*.sha256 "$here/bases/$1/base.list" 2>/dev/null)" "${keyring:-}" \
		"$allow_unpinned")" \
		make_base_root "$1"
	unit "$1-compiler" "$(hash_of "$(stamp "$1-base")" "$here/bases/$1/build.list" "$here/bases/$1/runtime.list")" \
		"$1_decide_compiler" "$work/$1/base"
}

make_base_root() {
	remove_root "$work/$1/base"
	mkdir -p "$work/$1"
	"$1_bootstrap" "$work/$1/base"
}
