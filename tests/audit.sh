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

echo "1..6"
report "the JSON of an audit fits its schema" checks audit.json
report "the schema refuses a status that does not exist" refuses 's/"status": "WAIVED"/"status": "SKIPPED"/'
report "the schema refuses a member that does not exist" refuses 's/"persisted":/"kept":/'
report "the schema wants its members" refuses '0,/"severity":/{/"severity":/d}'
report "two audits of the same system are the same bytes" stable
report "SARIF has a rule, a kind and a place for each control, and the waiver's reason" sarif
exit "$bad"
