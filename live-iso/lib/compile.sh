# jefe-setup compiled in the builder root of a base.
# shellcheck shell=bash

# What a build made inside the source tree (.gitignore); never copied, never deleted in the copy, no part of the hash of the source.
generated=(/.git '/build*' /out /build-aux /autom4te.cache /aclocal.m4 /configure /config.h.in /Makefile.in '*~' '*.o' '*.iso' __pycache__ '*.pyc')
program_folders=(configure.ac Makefile.am bootstrap m4 installer tui screens themes po doc)

# source_hash: of everything that jefe-setup is made from.
source_hash() {
	(cd "$source_dir" && hash_of "${program_folders[@]}")
}

# compile BASE OUTPUT [LDFLAGS]: WORK/BASE/OUTPUT gets the installed files. Objects are kept, so that a change costs what it must: a file
# that differs is as old as this build, for one of another source tree may be older than the object that was made of its namesake.
compile() {
	local objects=kept-$2 options
	mapfile -t options < <("$1_configure_options")
	mkdir -p "$work/$1/source" "$work/$1/$objects"
	rsync -a --no-times --checksum --delete "${generated[@]/#/--exclude=}" "$source_dir/" "$work/$1/source/"
	rm -rf "${work:?}/$1/$2"
	mkdir "$work/$1/$2"
	local root_binds=("$work/$1/source /run/source" "$work/$1/$objects /run/objects" "$work/$1/$2 /run/output")
	# shellcheck disable=SC2016
	in_root "$work/$1/build" /bin/sh -euc '
		cd /run/source
		[ -x configure ] || ./bootstrap
		cd /run/objects
		ldflags=$1
		shift
		[ -e Makefile ] || /run/source/configure --prefix=/usr --sysconfdir=/etc --localstatedir=/var \
			--libexecdir=/usr/libexec "$@"
		make -s -j"$(nproc)" LDFLAGS="$ldflags"
		make -s install-strip LDFLAGS="$ldflags" DESTDIR=/run/output
	' compile "${3:-}" "${options[@]}"
}

# For a shell in a builder root: paths of all libraries of the programs in /run/output, also of the one that is loaded when it is needed.
# shellcheck disable=SC2016,SC2034
list_libraries='{
	for program in /run/output/usr/sbin/* /run/output/usr/libexec/jefelinux/*; do
		case $(head -c 4 "$program") in ?ELF) ldd "$program" ;; esac
	done
	for library in /usr/lib/libparted.so.2 /usr/lib/*/libparted.so.2; do
		[ ! -e "$library" ] || { echo " $library (0x0)" && ldd "$library"; }
	done
} | sed -n -e "s,.*[ 	]\(/[^ ]*\) (0x.*,\1,p" | sort -u'

# compile_bundle BASE: the same with the C library and all others in /opt/jefe/lib, for a system whose own are different.
compile_bundle() {
	local libraries=/opt/jefe/lib
	# The build runs what it made, for the manual page.
	mkdir -p "$work/$1/build$libraries"
	ln -sfn /lib64/ld-linux-x86-64.so.2 "$work/$1/build$libraries/"
	compile "$1" bundle "-Wl,--dynamic-linker=$libraries/ld-linux-x86-64.so.2 -Wl,-rpath,$libraries -Wl,--disable-new-dtags"
	mkdir -p "$work/$1/bundle$libraries"
	local root_binds=("$work/$1/bundle /run/output")
	# shellcheck disable=SC2016
	in_root "$work/$1/build" /bin/sh -euc "$list_libraries"' | xargs cp -L -t "/run/output$1"' bundle "$libraries"
}

# program_of BASE: the folder whose content is laid over a root of BASE.
program_of() {
	local maker
	maker=$(maker_of "$1")
	if [ "$maker" = "$1" ]; then
		echo "$work/$1/program"
	else
		echo "$work/$maker/bundle"
	fi
}
