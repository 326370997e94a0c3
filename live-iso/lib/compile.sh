# jefe-setup compiled in the builder root of a base.
# shellcheck shell=bash

# What a build made inside the source tree; never copied, never deleted in the copy.
generated=(/.git '/build*' /out /build-aux /autom4te.cache /aclocal.m4 /configure /config.h.in /Makefile.in '*~' '*.o' '*.iso')
program_folders=(configure.ac Makefile.am bootstrap m4 installer tui screens themes doc)

# source_hash: of everything that jefe-setup is made from.
source_hash() {
	(cd "$source_dir" && hash_of "${program_folders[@]}")
}

# compile BASE OUTPUT [LDFLAGS]: WORK/BASE/OUTPUT gets the installed files. Objects are kept, so that a change costs what it must.
compile() {
	local objects=objects-$2 options
	mapfile -t options < <("$1_configure_options")
	[ -z "${3:-}" ] || options+=("LDFLAGS=$3")
	mkdir -p "$work/$1/source" "$work/$1/$objects"
	rsync -a --delete "${generated[@]/#/--exclude=}" "$source_dir/" "$work/$1/source/"
	rm -rf "${work:?}/$1/$2"
	mkdir "$work/$1/$2"
	root_binds=("$work/$1/source /run/source" "$work/$1/$objects /run/objects" "$work/$1/$2 /run/output")
	# shellcheck disable=SC2016
	in_root "$work/$1/build" /bin/sh -euc '
		cd /run/source
		[ -x configure ] || ./bootstrap
		cd /run/objects
		[ -e Makefile ] || /run/source/configure --prefix=/usr --sysconfdir=/etc --localstatedir=/var \
			--libexecdir=/usr/libexec "$@"
		make -s -j"$(nproc)"
		make -s install-strip DESTDIR=/run/output
	' compile "${options[@]}"
	root_binds=()
}

# program_of BASE: the folder whose content is laid over a root of BASE.
program_of() {
	if "$1_can_build"; then
		echo "$work/$1/program"
	else
		echo "$work/$1/bundle"
	fi
}
