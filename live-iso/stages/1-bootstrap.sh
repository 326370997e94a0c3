# Stage 1: the smallest root of each base that is used: WORK/BASE/base.
# shellcheck shell=bash

stage_bootstrap() {
	local name
	# shellcheck disable=SC2046
	mirrors_choose $(bases_used)
	for name in $(bases_used); do
		unit_name=$name-base
		mirror_state "$name"
		unit "$name-base" "$(hash_of "$(cat "$work/mirror/$name.state")" "$here/bases/$name.sh" "$here/lib/chroot.sh" \
			"$here/bases/modules-excluded.list" "${keyring:-}")" make_base_root "$name"
	done
}

# bases_used: each base once.
bases_used() {
	printf '%s\n' "$base" "$live_base" | sort -u
}

make_base_root() {
	remove_root "$work/$1/base"
	mkdir -p "$work/$1"
	"$1_bootstrap" "$work/$1/base"
}
