# Base devuan: Debian's functions (bases/debian.sh) and lists with the words of this row. Its overlays are links to Debian's.
# shellcheck shell=bash
# shellcheck disable=SC2034 # words
devuan_project_mirrors=http://deb.devuan.org/merged
devuan_origin=Devuan
devuan_suites="@ @-updates @-security"
devuan_more_suites=
devuan_archive_keyring=/usr/share/keyrings/devuan-archive-keyring.gpg
devuan_other_names="udev=eudev debian-archive-keyring=devuan-keyring"

for part in serves own_mirrors state locked bootstrap in_root install configure_options decide_compiler can_build files keymaps inventory \
	libraries kernel_image finish; do
	eval "devuan_$part() { local apt_base=devuan; debian_$part \"\$@\"; }"
done
