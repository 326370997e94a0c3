# Stage 2: packages. WORK/BASE/common is the base with kernel, init and libraries; WORK/BASE/live and WORK/BASE/target (or
# peer, or target+ROLE) grow from it; WORK/BASE/build compiles jefe-setup, which lands in WORK/BASE/program as it will be below /.
# shellcheck shell=bash

stage_packages() {
	local name
	if [ "$target" = oci ]; then
		grow "$base" "$base-compiler" "$work/$base/base" "$target_role" "$work/$base/$target_role"
		build_program "$base"
		return
	fi
	for name in $(bases_wanted); do
		grow "$name" "$name-compiler" "$work/$name/base" common "$work/$name/common"
	done
	! live_wanted || grow "$live_base" "$live_base-common" "$work/$live_base/common" live "$work/$live_base/live"
	grow "$base" "$base-common" "$work/$base/common" "$target_role" "$work/$base/$target_role"
	for name in $(bases_wanted); do
		build_program "$name"
	done
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

# build_program BASE: with the base's own compiler, or on Debian with its libraries beside it.
build_program() {
	local maker
	maker=$(maker_of "$1")
	unit "$maker-build" "$(hash_of "$(stamp "$maker-base")" "$here/bases/$maker/build.list")" make_builder "$maker"
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
	rm -rf "$work/$1"/objects-*
}
