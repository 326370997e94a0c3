# Stage 1: the smallest root of each base that is used: WORK/BASE/base.
# shellcheck shell=bash

stage_bootstrap() {
	local name
	mirrors_choose alpine debian
	for name in $(bases_wanted); do
		base_root "$name"
	done
	[ "$(bases_used)" = "$(bases_wanted)" ] || base_root debian
}

# bases_wanted: those of the live system and of what is installed, each once.
bases_wanted() {
	printf '%s\n' "$base" "$live_base" | sort -u
}

# bases_used: also Debian when Alpine has no compiler.
bases_used() {
	{
		bases_wanted
		! bases_wanted | grep -qx alpine || alpine_can_build || echo debian
	} | sort -u
}

base_root() {
	unit_name=$1-base
	mirror_state "$1"
	unit "$1-base" "$(hash_of "$(cat "$work/mirror/$1.state")" "$here/bases/$1.sh" "$here/bases/$1-local.sh" "$here/lib/chroot.sh" \
		"$(base_pins "$1")" "$here/bases/modules-excluded.list" "${keyring:-}")" make_base_root "$1"
}

# base_pins BASE: hash of what it is checked against.
base_pins() {
	cat "$here/bases/$1"/*.sha256 "$here/bases/$1/build.list" "$here/bases/$1/common.list" 2>/dev/null | sha256sum
}

make_base_root() {
	remove_root "$work/$1/base"
	mkdir -p "$work/$1"
	"$1_bootstrap" "$work/$1/base"
}
