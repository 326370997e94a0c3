# Stage 3: the key that signs the payload, AppArmor profiles that compile, and roots without anything that must differ between machines or that lets somebody in.
# Works in place on WORK/BASE/live and WORK/BASE/target; doing it twice changes nothing.
# shellcheck shell=bash

stage_security() {
	mkdir -p "$work/keys"
	if [ -z "$key$foreign_key" ] && [ ! -s "$private_key" ]; then
		(umask 077 && openssl genpkey -algorithm ed25519 -out "$private_key")
	fi
	unit signing-key "$(hash_of "$private_key" "$foreign_key")" prepare_key
	! live_wanted || unit "$live_base-live-secure" "$(hash_of "$(stamp "$live_base-live")" "$here/stages/3-security.sh" "$here/lib/same.sh")" \
		secure_root "$live_base" "$work/$live_base/live"
	unit "$base-$target_role-secure" "$(hash_of "$(stamp "$base-$target_role")" "$here/stages/3-security.sh" "$here/lib/same.sh")" \
		secure_root "$base" "$work/$base/$target_role"
	[ "$target" = oci ] || unit "$base-$target_role-profiles" "$(hash_of "$(stamp "$base-$target_role")" "$source_dir/installer/controls/files/apparmor" \
		"$here/stages/3-security.sh")" check_profiles "$work/$base/$target_role"
}

# check_profiles ROOT: every profile of ours compiles with ROOT's own parser and abstractions, as jefe-setup will install it. Compiled
# policy is not shipped: it is good for one kernel's set of features, which only that kernel tells; the first boot keeps it.
check_profiles() {
	local root=$1 root_binds=("$source_dir/installer/controls/files/apparmor /run/profiles ro")
	if [ ! -x "$root/sbin/apparmor_parser" ]; then
		notice "the mirror has no apparmor: its profiles are not compiled"
		return
	fi
	# shellcheck disable=SC2016
	in_root "$root" /bin/sh -euc '
		for profile in /run/profiles/jefe-*; do
			apparmor_parser --features-file /etc/apparmor.d/abi/3.0 --Include /run/profiles --skip-kernel-load --skip-cache "$profile"
		done' || fail "a profile in installer/controls/files/apparmor does not compile with the parser of base $base"
}

# prepare_key: check the key; its public half goes into the images.
prepare_key() {
	if [ -n "$foreign_key" ]; then
		cp "$foreign_key" "$public_key"
		return
	fi
	[ -n "$key" ] || notice "the payload is signed with a key made for this work directory, $private_key; which makes the ISO differ from everybody else's; give --key for releases"
	openssl pkey -in "$private_key" -noout -text 2>/dev/null | grep -q '^ED25519 Private-Key' ||
		fail "$private_key: not an Ed25519 private key in PEM form (make one: openssl genpkey -algorithm ed25519)"
	openssl pkey -in "$private_key" -pubout -out "$public_key"
}

# secure_root BASE ROOT
secure_root() {
	local root=$2
	"$1_finish" "$root"
	in_root "$root" /bin/sh -c 'sed -i "s,^root:[^:]*:,root:!:," /etc/shadow'
	forget_machine "$root"
	no_one_may_log_in "$root"
}

# no_one_may_log_in ROOT: no account has a password, and none has an empty one.
no_one_may_log_in() {
	local open
	open=$(awk -F: '$2 !~ /^[!*]/ { print $1 }' "$1/etc/shadow")
	[ -z "$open" ] || fail "$1: these accounts are not locked: $open"
}
