#!/bin/sh
# What audit prints for programs is what its schema says, in the same bytes every time; SARIF names rules and places. Prints TAP.
here=$(cd "${top_srcdir:-.}/tests" && pwd) || exit 99
build=$(cd "${top_builddir:-.}" && pwd) || exit 99
command -v python3 >/dev/null || { echo "1..0 # SKIP python3 is not installed"; exit 0; }
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
number=0
bad=0
# shellcheck disable=SC2317 # called through "$@"
stable() { "$build/jefe-setup" audit --root "$work/root" --json | cmp - "$work/audit.json"; }
# shellcheck disable=SC2317
checks() { python3 "$here/validate" "$work/schema.json" "$1"; }
# shellcheck disable=SC2317
refuses() { sed "$1" "$work/audit.json" >"$work/broken.json" && ! checks "$work/broken.json" 2>/dev/null; }
# shellcheck disable=SC2317
sarif() { python3 "$here/validate" --sarif "$work/audit.json" "$work/audit.sarif"; }
report() { # report TEXT COMMAND...
	number=$((number + 1))
	text=$1
	shift
	if "$@" >"$work/said" 2>&1; then
		echo "ok $number - $text"
	else
		echo "not ok $number - $text"
		sed 's/^/# /' "$work/said"
		bad=1
	fi
}

mkdir -p "$work/root/etc/jefelinux"
echo 'ID=alpine' >"$work/root/etc/os-release"
cat >"$work/root/etc/jefelinux/policy.yaml" <<'END'
schema: 1
hardening:
  level: hardened
  roles: [multihomed]
  controls: {kernel.sysrq: "off"}
  waivers: {kernel.kptr_restrict: {reason: "ana's \"profiler\"", expires: 2999-12-31}}
END
cd "$work" || exit 99
"$build/jefe-setup" schema audit >schema.json
"$build/jefe-setup" audit --root root --json >audit.json
"$build/jefe-setup" audit --root root --sarif >audit.sarif

# Files that only root may read, as on an installed system; asked by somebody else.
cp -a root closed
mkdir -p closed/etc/ssh/sshd_config.d closed/etc/audit closed/boot closed/lib/modules/6.6.14-0-lts closed/lib/apk/db
printf 'P:openssh-server\nV:1\n\nP:nftables\nV:1\n\nP:audit\nV:1\n\n' >closed/lib/apk/db/installed
echo 'PermitRootLogin yes' >closed/etc/ssh/sshd_config
echo 'kernel.dmesg_restrict = 0' >closed/etc/sysctl.conf
echo 'root::0:0:::::' >closed/etc/shadow
echo 'flush ruleset' >closed/etc/jefelinux/firewall.nft
echo 'CONFIG_SECURITY_LOCKDOWN_LSM=y' >closed/boot/config-lts
chmod 000 closed/etc/ssh/sshd_config closed/etc/shadow closed/etc/jefelinux/firewall.nft closed/etc/audit closed/boot
chmod 755 . closed
cp "$build/jefe-setup" as-nobody
# shellcheck disable=SC2317
nobody() { if [ "$(id -u)" = 0 ]; then setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; else "$@"; fi; }
# shellcheck disable=SC2317
without_root() {
	nobody ./as-nobody audit --root closed >nobody.txt 2>nobody.err
	[ $? = 1 ] || { echo "status"; return 1; }
	grep -q ' could not be looked at without root' nobody.err || { cat nobody.err; return 1; }
	for id in auth.ssh_root auth.no_empty_passwords network.firewall kernel.lockdown boot.menu_file; do
		nobody ./as-nobody audit --root closed --control "$id" | grep -q '^  UNKNOWN .*'"$id" || { grep -A5 " $id:" nobody.txt; return 1; }
	done
	# What everybody may read is known.
	grep -q '^  FAIL           kernel.dmesg_restrict' nobody.txt
}

echo "1..7"
report "the JSON of an audit fits its schema" checks audit.json
report "the schema refuses a status that does not exist" refuses 's/"status": "WAIVED"/"status": "SKIPPED"/'
report "the schema refuses a member that does not exist" refuses 's/"persisted":/"kept":/'
report "the schema wants its members" refuses '0,/"severity":/{/"severity":/d}'
report "two audits of the same system are the same bytes" stable
report "without root what may not be read is unknown, not failed" without_root
report "SARIF has a rule, a kind and a place for each control, and the waiver's reason" sarif
exit "$bad"
