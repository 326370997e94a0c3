#!/bin/bash
# Build a JefeLinux ISO, or another target from the same roots: five stages, each skipped when its inputs did not change. See --help.
# For "sh build.sh".
if [ -z "${BASH_VERSION:-}" ]; then
	command -v bash >/dev/null 2>&1 || { echo "build.sh: needs bash: apt-get install bash, or apk add bash" >&2; exit 2; }
	exec bash "$0" "$@"
fi
set +o posix
set -euo pipefail
umask 022
here=$(cd "$(dirname "$0")" && pwd)
source_dir=$(dirname "$here")

usage() {
	cat <<-'END'
		usage: live-iso/build.sh --target TARGET --arch x86_64 [option]...
		       live-iso/build.sh verify ISO [option]...      make it again from what it records, and compare; with --mirror
		                                                      file:///… it takes the recorded packages out of that folder
		       live-iso/build.sh embed ISO ANSWERS                put an answer file into an ISO that is there
		       live-iso/build.sh show|remove ISO                  print it; take it out again

		Targets: iso      the medium that installs, for disc and USB stick
		         netboot  a folder with the same for booting over the network: kernel, initramfs, medium.cpio, iPXE script
		         oci      a hardened container image, as an OCI image layout
		         disk     an installed system as the image of a disk, by --answers; needs QEMU (qemu-system-x86, qemu-utils, e2fsprogs)
		         rootfs   what is installed, as it is before any hardening: a tar archive

		  --base NAME                distribution that is installed: alpine (the default), debian, devuan
		  --live-base NAME           distribution of the live system (default: as --base)
		  --branch NAME              release of --base: of Alpine (default v3.24); Debian is bookworm, Devuan daedalus
		  --mirror URL               http(s):// or file:///; repeat for several; a base uses those that serve it
		                             (default: this machine's own for Debian and Devuan, the project's for Alpine)
		  --key FILE                 Ed25519 private key (PEM) that signs the payload (default: made once in DIR/keys)
		  --allow-unpinned           let the mirror say which Alpine minirootfs is the right one, when none of it is pinned
		                             in live-iso/bases/alpine/minirootfs.sha256: its programs run as root
		  --keyring FILE             archive keyring to trust for Debian, Devuan or both (default: in /usr/share/keyrings)
		  --answers FILE             answer file to embed in the ISO; with --target disk the one that is installed by, for a disk with
		                             the serial number JEFEDISK; secrets file:/run/jefe/answers-medium/NAME are files beside it
		  --disk-size SIZE           of --target disk (default 8G)
		  --append ARGUMENTS         more kernel arguments in every entry of the boot menu; with jefe.auto=yes it waits for a key
		  --menu-theme NAME          colours of the boot menu, from themes/NAME.theme (default: default)
		  --role NAME                also install a role's packages: containers, runtimes (Python, Node), security, forensics,
		                             networking, compression, build-tools; repeat for several
		  --with-peer                also install what the shell installation of tests/bench needs (base debian)
		  --lock FILE                also write what it was made from: options, packages with hashes, tools; not with --target disk
		  --locked FILE              build with the options and from the packages of a lock file alone, offline: they come from DIR
		                             or from mirrors of the form file:///
		  --compression small|normal|fast
		                             small takes half a minute more than normal and saves a tenth of the bytes; fast costs a tenth more
		  --output FILE              default jefelinux-VERSION-x86_64 and .iso, -netboot, -oci, .qcow2 (or .raw) or -rootfs.tar.zst
		  --work DIR                 caches, roots and logs (default ./build-iso); a second run reuses it
		  --version VERSION          default: configure.ac's
		  --container podman|docker  build in a container (live-iso/Dockerfile.builder); with rootless Podman no root is needed

		Needs root and the packages in live-iso/packages-host.list. The same source, packages, tools, options and key give the same
		ISO (netboot folder, archive, not disk) to the last bit (without --key, each work directory has a key of its own); all its files have one date: SOURCE_DATE_EPOCH, without it the last commit's. What it is made of,
		as SPDX, is on it (live/sbom.spdx.json) and beside it (NAME.spdx.json).
	END
}

declare -A target_endings=([iso]=.iso [netboot]=-netboot [oci]=-oci [disk]=.qcow2 [rootfs]=-rootfs.tar.zst) # of --output; each has a stages/5-TARGET.sh
debian_release=bookworm devuan_release=daedalus # that the lists in bases/ are made for
target= arch=x86_64 base=alpine live_base= branch= key= keyring= answers= append= target_role=target output= work= version= lock= locked= container=
menu_theme=default compression=normal disk_size= allow_unpinned=
verify_iso= foreign_medium= foreign_key= # build.sh verify
mirrors=() roles=() given=()

parse_options() {
	if [ "${1:-}" = verify ]; then
		[ -f "${2:-}" ] || refuse "verify needs the name of an ISO"
		verify_iso=$(realpath "$2") target=iso
		shift 2
	fi
	while [ $# -gt 0 ]; do
		given+=("$1")
		case $1 in
		-h | --help) usage && exit 0 ;;
		--allow-unpinned) allow_unpinned=yes && shift && continue ;;
		--with-peer) target_role=peer && shift && continue ;;
		--target | --arch | --base | --live-base | --branch | --mirror | --role | --key | --keyring | --answers | --append | --menu-theme | --compression | --disk-size | --lock | --locked | --output | --work | --version | --container) ;;
		*) usage >&2 && refuse "unknown option $1" ;;
		esac
		[ $# -ge 2 ] || refuse "$1 needs a value"
		case $1 in
		--mirror) mirrors+=("${2%/}") ;;
		--role) roles+=("$2") ;;
		*) local name=${1#--} && printf -v "${name//-/_}" %s "$2" ;;
		esac
		shift 2
	done
}

refuse() {
	echo "build.sh: $1" >&2
	exit 2
}

check_options() {
	check_target_name
	check_target
	[ "$arch" = x86_64 ] || refuse "--arch must be x86_64: no other machine is supported yet"
	: "${live_base:=$base}"
	[ "$target_role" != peer ] || [ "$base" = debian ] || refuse "--with-peer needs --base debian"
	alpine_branch=v3.24 debian_branch=$debian_release devuan_branch=$devuan_release
	[ -z "$branch" ] || printf -v "${base}_branch" %s "$branch"
	local name recorded_branch
	for name in "$base" "$live_base"; do
		recorded_branch=recorded_${name}_branch
		[ -z "${!recorded_branch:-}" ] || printf -v "${name}_branch" %s "${!recorded_branch}"
	done
	for name in "$base" "$live_base"; do
		[ -f "$here/bases/$name.sh" ] || refuse "no base \"$name\": $(basename -as .sh "$here"/bases/*.sh | xargs)"
	done
	check_branch
	choose_roles
	[ -f "$source_dir/themes/$menu_theme.theme" ] || refuse "no theme \"$menu_theme\": $(basename -as .theme "$source_dir"/themes/*.theme | xargs)"
	[ -n "${squashfs_options[$compression]:-}" ] || refuse "--compression is small, normal or fast"
	for name in "$key" "$keyring" "$answers"; do
		[ -z "$name" ] || [ -f "$name" ] || refuse "$name: no such file"
	done
	[ -z "$answers" ] || answers_check "$answers"
	[ "$(id -u)" = 0 ] || refuse "must run as root: it makes device nodes and files of many owners"
	host_packages_missing=$(host_commands_missing)
	[ -z "$host_packages_missing" ] || refuse "not installed: $host_packages_missing; see live-iso/packages-host.list"
}

# check_branch: what a package is called changes with the release of Debian.
check_branch() {
	local name release
	for name in "$base" "$live_base"; do
		release=${name}_release
		[ -z "${!release:-}" ] || [ "$(branch_of "$name")" = "${!release}" ] ||
			refuse "--branch $(branch_of "$name"): the package lists of base $name are made for ${!release}, and packages of another release have other names"
	done
}

check_target_name() {
	[ -n "${target_endings[${target:-none}]:-}" ] || refuse "--target must be one of: $(printf '%s\n' "${!target_endings[@]}" | sort | xargs)"
}

# check_target: options that say nothing about it are mistakes.
check_target() {
	live_wanted || [ -z "$answers$append" ] || refuse "--answers and --append go with a target that boots: iso, netboot or disk"
	if [ "$target" = disk ]; then
		choose_disk
	elif [ -n "$disk_size" ]; then
		refuse "--disk-size goes with --target disk"
	fi
	[ "$target" != oci ] || choose_image
	[ "$target" != disk ] || [ -z "$lock$locked" ] || refuse "--lock and --locked do not go with --target disk: no two images of a disk are the same"
}

# choose_image: a container image has no kernel, init and services; its packages are others.
choose_image() {
	[ "$target_role" != peer ] || refuse "--with-peer does not go with --target oci"
	[ -f "$here/bases/$base/oci.list" ] || refuse "base $base has no container image"
	[ -n "$locked" ] || target_role=oci
}

# choose_disk: its name says the format.
choose_disk() {
	local command missing=
	: "${disk_size:=8G}"
	[ -n "$answers" ] || refuse "--target disk needs --answers"
	[[ $disk_size =~ ^[1-9][0-9]*[GT]$ ]] || refuse "--disk-size $disk_size: a size like 8G"
	case $output in
	'' | *.qcow2) ;;
	*.raw) target_endings[disk]=.raw ;;
	*) refuse "--output $output: the image of a disk ends in .qcow2 or .raw" ;;
	esac
	for command in qemu-system-x86_64 qemu-img mke2fs; do
		command -v "$command" >/dev/null || missing="$missing $command"
	done
	[ -z "$missing" ] || refuse "--target disk installs in QEMU; not installed:$missing"
}

# live_wanted: the live system is part of the target.
live_wanted() {
	case $target in iso | netboot | disk) ;; *) return 1 ;; esac
}

# choose_roles: target_role becomes target+containers+runtimes, whatever order they were given in; see parts_of.
choose_roles() {
	local name
	[ ${#roles[@]} = 0 ] || [ "$target_role" != peer ] || refuse "--role does not go with --with-peer"
	for name in $(printf '%s\n' "${roles[@]}" | sort -u); do
		[ -f "$here/bases/$base/$name.role.list" ] ||
			refuse "base $base has no role \"$name\": $(cd "$here/bases/$base" && echo *.role.list | sed 's/\.role\.list//g')"
		target_role=$target_role+$name
	done
}

set_paths() {
	version=${version:-$(sed -n 's/^AC_INIT(\[JefeLinux\], \[\([^]]*\)\].*/\1/p' "$source_dir/configure.ac")}
	work=$(realpath -m "${work:-build-iso}")
	[ -z "$verify_iso" ] || output=$work/verify.iso
	output=$(realpath -m "${output:-jefelinux-$version-$arch${target_endings[$target]}}")
	output_name=${output%"${target_endings[$target]#-rootfs}"}
	mkdir -p "$work/log" "$work/stamp" "$work/cache" "$(dirname "$output")"
	live_root=$work/image/live target_root=$work/image/target medium=$work/medium
	private_key=${key:-$work/keys/payload.pem} public_key=$work/keys/payload.pub.pem
}

for part in host unit same chroot trim mirror compile keymaps runlevels payload container_image grub bill lock locked verify embed container; do
	# shellcheck source=/dev/null
	. "$here/lib/$part.sh"
done
# Read as a whole before it runs: an edit of this file does not reach a build that is on its way.
main() {
	case ${1:-} in
	embed | show | remove)
		embed_command "$@"
		exit
		;;
	esac
	parse_options "$@"
	[ -z "$container" ] || container_run "$@"
	[ -z "$verify_iso" ] || verify_open
	[ -z "$locked" ] || locked_open
	check_options
	choose_epoch
	set_paths
	lock_work
	for part in "$here"/bases/*.sh "$here"/stages/*.sh; do
		# shellcheck source=/dev/null
		. "$part"
	done
	record_check
	stage 1 Bootstrap bootstrap
	stage 2 Packages packages
	stage 3 Security security
	stage 4 Overlay overlay
	stage 5 "${target^^} Creation" "$target"
	[ -z "$lock" ] || lock_write "$lock"
	if [ -n "$verify_iso" ]; then
		verify_result
		exit
	fi
	! live_wanted || [ "$target" = disk ] || printf '\nParts: %s\n' "$(medium_parts)"
	printf 'Total: %s | Output: %s (%s MB)\n' "$(duration "$SECONDS")" "${output##*/}" "$(($(du -sb "$output" | cut -f1) / 1000000))"
}
main "$@"; exit
