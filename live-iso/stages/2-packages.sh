# Stage 2: packages. WORK/BASE/common is the base with kernel, init and libraries; WORK/BASE/live and WORK/BASE/target (or
# peer, or target+ROLE) grow from it; WORK/BASE/build compiles jefe-setup, which lands in WORK/BASE/program as it will be below /.
# shellcheck shell=bash

stage_packages() {
	local name jobs=()
	for name in $(makers_wanted); do jobs+=("grow_builder $name"); done
	if [ "$target" = oci ]; then
		side_by_side "${jobs[@]}" grow_image
		build_programs
		return
	fi
	for name in $(bases_wanted); do jobs+=("grow_common $name"); done
	side_by_side "${jobs[@]}"
	jobs=(build_programs grow_target)
	! live_wanted || jobs+=(grow_live)
	side_by_side "${jobs[@]}"
}

grow_image() {
	grow "$base" "$base-compiler" "$work/$base/base" "$target_role" "$work/$base/$target_role"
}

grow_common() {
	grow "$1" "$1-compiler" "$work/$1/base" common "$work/$1/common"
}

grow_live() {
	grow "$live_base" "$live_base-common" "$work/$live_base/common" live "$work/$live_base/live"
}

grow_target() {
	grow "$base" "$base-common" "$work/$base/common" "$target_role" "$work/$base/$target_role"
}

# parts_of ROLE: names of the package lists it is made of; target+containers is target and containers.role.
parts_of() {
	local part
	echo "${1%%+*}"
	for part in $(echo "${1#"${1%%+*}"}" | tr + ' '); do
		echo "$part.role"
	done
}

# grow BASE PARENT-UNIT PARENT ROLE ROOT: ROOT is PARENT plus the packages of ROLE.
grow() {
	local part lists=()
	for part in $(parts_of "$4"); do lists+=("$here/bases/$1/$part.list"); done
	[ "$4" != peer ] || lists+=("$here/bases/$1/target.list")
	unit "$1-$4" "$(hash_of "$(stamp "$2")" "${lists[@]}")" grow_root "$1" "$3" "$4" "$5"
}

grow_root() {
	local part
	copy_root "$2" "$4"
	for part in $(parts_of "$3"); do
		case $part in
		*.role) install_role "$1" "$4" "$part" ;;
		*) "$1_install" "$4" "$part" ;;
		esac
	done
}

# install_role BASE ROOT LIST: and say what it costs.
install_role() {
	local packages size
	packages=$(inventory "$1" "$2" | wc -l) size=$(du -sm "$2" | cut -f1)
	"$1_install" "$2" "$3"
	notice "role ${3%.role}: $(($(inventory "$1" "$2" | wc -l) - packages)) packages and $(($(du -sm "$2" | cut -f1) - size)) MB more"
}

# makers_wanted: the bases on which jefe-setup is compiled.
makers_wanted() {
	local name
	for name in $(bases_wanted); do maker_of "$name"; done | sort -u
}

grow_builder() {
	unit "$1-build" "$(hash_of "$(stamp "$1-base")" "$here/bases/$1/build.list")" make_builder "$1"
}

# build_programs: one after another, for one builder may make two.
build_programs() {
	local name
	for name in $(bases_wanted); do build_program "$name"; done
}

# build_program BASE: with the base's own compiler, or on Debian with its libraries beside it.
build_program() {
	local maker
	maker=$(maker_of "$1")
	unit "$maker-keymaps" "$(hash_of "$(stamp "$maker-build")" "$here/lib/keymaps.sh" "$source_dir/installer/keymaps.def")" \
		make_keymaps "$maker"
	if [ "$maker" = "$1" ]; then
		unit "$1-program" "$(hash_of "$(stamp "$1-build")" "$here/lib/compile.sh" "$(source_hash)")" compile "$1" program
	else
		unit "$maker-bundle" "$(hash_of "$(stamp "$maker-build")" "$here/lib/compile.sh" "$(source_hash)")" compile_bundle "$maker"
	fi
}

# maker_of BASE: the base on which the program for BASE is compiled.
maker_of() {
	if "$1_can_build"; then
		echo "$1"
	else
		echo debian
	fi
}

make_builder() {
	copy_root "$work/$1/base" "$work/$1/build"
	"$1_install" "$work/$1/build" build
	remove_root "$work/$1/source"
	rm -rf "$work/$1"/kept-*
}
