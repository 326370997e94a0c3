# Stage 2: packages. WORK/BASE/common is the base with kernel, init and libraries; WORK/BASE/live and WORK/BASE/target (or
# peer) grow from it; WORK/BASE/build compiles jefe-setup, which lands in WORK/BASE/program as it will be below /.
# shellcheck shell=bash

stage_packages() {
	local name
	for name in $(bases_wanted); do
		grow "$name" "$name-compiler" "$work/$name/base" common "$work/$name/common"
	done
	grow "$live_base" "$live_base-common" "$work/$live_base/common" live "$work/$live_base/live"
	grow "$base" "$base-common" "$work/$base/common" "$target_role" "$work/$base/$target_role"
	for name in $(bases_wanted); do
		build_program "$name"
	done
}

# grow BASE PARENT-UNIT PARENT ROLE ROOT: ROOT is PARENT plus the packages of ROLE.
grow() {
	local lists=("$here/bases/$1/$4.list")
	[ "$4" != peer ] || lists+=("$here/bases/$1/target.list")
	unit "$1-$4" "$(hash_of "$(stamp "$2")" "${lists[@]}")" grow_root "$1" "$3" "$4" "$5"
}

grow_root() {
	copy_root "$2" "$4"
	"$1_install" "$4" "$3"
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
