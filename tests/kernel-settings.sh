#!/bin/bash
# What each level sets on Alpine's kernel, arguments and sysctls, compared with tests/cases/kernel/LEVEL.lines: nothing is dropped or
# weakened unseen. UPDATE=yes writes them. Where kernel-hardening-checker is installed and ALPINE names the kernel's whole configuration, its
# counts of the levels must be those of doc/checkers.md. Prints TAP.
top=$(cd "${top_srcdir:-.}" && pwd) || exit 99
build=$(cd "${top_builddir:-.}" && pwd) || exit 99
cases=$top/tests/cases/kernel
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
# shellcheck source=tests/tap.sh
. "$top/tests/tap.sh"

# lines LEVEL: what the level sets, one a line, sorted.
lines() {
	local root=$work/$1 version=6.6.14-0-lts
	mkdir -p "$root/boot" "$root/lib/modules/$version" "$root/etc"
	cp "$cases/alpine.config" "$root/boot/config-lts"
	echo ID=alpine >"$root/etc/os-release"
	echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
	echo 'root:*:19000:0:99999:7:::' >"$root/etc/shadow"
	"$build/jefe-setup" harden --root "$root" --level "$1" >/dev/null 2>&1
	{
		sed 's/^/argument /' "$root/etc/jefelinux/cmdline"
		sed -n 's/^\([a-z].*\)/sysctl \1/p' "$root/etc/sysctl.d/99-zz-jefe.conf"
		sed -n 's/^\(\/.*\)/late \1/p' "$root/etc/jefelinux/late" 2>/dev/null
	} | LC_ALL=C sort
}

same() { # same LEVEL: prints what differs
	lines "$1" >"$work/$1.lines"
	[ "${UPDATE:-}" != yes ] || cp "$work/$1.lines" "$cases/$1.lines"
	diff "$cases/$1.lines" "$work/$1.lines" | sed -n 's/^[<>]/# &/p'
	[ -s "$work/$1.lines" ] && cmp -s "$cases/$1.lines" "$work/$1.lines"
}

counts() {
	ROOT=$work/baseline "$top/tests/bench/checkers" kernel | sed -n 's/^| kernel-hardening-checker [^|]*|[^|]*//p'
}

echo "1..4"
for level in baseline hardened paranoid; do
	check "$level sets on Alpine's kernel what it is to set" same "$level"
done
if command -v "${KHC:-kernel-hardening-checker}" >/dev/null && [ -e "${ALPINE:-}" ] && [ "$(id -u)" = 0 ]; then
	found=$(counts)
	check "kernel-hardening-checker: $found" grep -qF -- "$found" "$top/doc/checkers.md"
else
	echo "ok 4 - kernel-hardening-checker # SKIP it or ALPINE, the kernel's configuration, is not here"
fi
exit "$bad"
