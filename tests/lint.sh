#!/bin/bash
# Formatting, static analysis and spelling. Prints TAP; findings are shown as diagnostics. The format of headers is not
# looked at: their comments stand in columns.
#
#   tests/lint.sh [BUILD]    BUILD: a configured build directory, for its flags (default build)
set -u
cd "$(dirname "$0")/.." || exit 99
build=${1:-build}
number=0 failed=0

mapfile -t units < <(git ls-files '*.c')
# By their first line, by their name, and by what they tell shellcheck: those without a first line are read by others.
mapfile -t scripts < <(git ls-files | while read -r file; do
	[ -f "$file" ] && [ ! -h "$file" ] || continue
	case $file in *.sh) echo "$file" && continue ;; esac
	head -n 3 "$file" | grep -aqE '^#!.*\b(sh|bash|openrc-run)\b|^# shellcheck shell=' && echo "$file"
done)
# Those that BusyBox or dash runs: by their first line, and what such scripts read by its directive.
mapfile -t posix < <(git ls-files | while read -r file; do
	[ -f "$file" ] && [ ! -h "$file" ] && head -n 3 "$file" | grep -aqE '^#!(/bin/sh|/bin/busybox sh|/sbin/openrc-run)$|^# shellcheck shell=sh$' && echo "$file"
done)
mapfile -t texts < <(git ls-files | grep -vE '\.(png|bin|json|bmap|patch)$|^LICENSE$|^tests/screens/golden/|^tests/screens/plays/(german|language)|^po/')
mapfile -t pythons < <(git ls-files '*.py'; git grep -lE '^#!.*python3' -- ':!*.py')
# Compiler flags as the build uses them, in the build directory.
read -ra flags < <(printf 'include Makefile\nlint-flags:\n\t@echo -I. $(DEFS) $(AM_CPPFLAGS) $(CPPFLAGS) $(CMOCKA_CFLAGS) $(VTERM_CFLAGS)\n' |
	make -C "$build" --no-print-directory -sf - lint-flags)

# check NAME COMMAND...: one test; whatever the command prints is shown when it fails.
check() {
	local name=$1 output
	shift
	number=$((number + 1))
	if output=$("$@" 2>&1); then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		printf '%s\n' "$output" | sed 's/^/# /'
		failed=1
	fi
}

# tidy FILE: clang-tidy, skipped when the same text, also preprocessed, passed the same program before; in any folder.
tidy() {
	local key
	cd "$build" || return
	key=$({ echo "$tidy_version" && cat "$source/.clang-tidy" "$source/$1" && clang -E -P -std=gnu17 "${flags[@]}" "$source/$1"; } |
		sha256sum | cut -c1-32)
	[ -e "$passed/$key" ] && touch "$passed/$key" && return
	clang-tidy --quiet "$source/$1" -- -std=gnu17 -w "${flags[@]}" 2>/dev/null && : >"$passed/$key"
}

# posix_read: by the two shells that run them; "local", which POSIX does not have, both know.
posix_read() {
	local file status=0
	shellcheck --shell=sh --severity=warning --exclude=SC2034,SC2154,SC3043 -x "${posix[@]}" || status=1
	for file in "${posix[@]}"; do
		dash -n "$file" && busybox ash -n "$file" || status=1
	done
	return "$status"
}

tidy_all() {
	passed=${XDG_CACHE_HOME:-$HOME/.cache}/jefelinux/tests/tidy
	mkdir -p "$passed" && find "$passed" -type f -mtime +30 -delete
	tidy_version=$(clang-tidy --version)
	export build source=$PWD passed tidy_version
	export -f tidy
	printf '%s\0' "${units[@]}" | xargs -0 -n 1 -P "$(nproc)" bash -c "flags=(${flags[*]@Q}); tidy \"\$1\"" tidy
}

# musl_headers FOLDER: those of the libraries and the kernel alone, so that nothing of the C library of this machine is found.
musl_headers() {
	local name
	mkdir -p "$1/openssl"
	for name in blkid parted linux asm-generic libcryptsetup.h archive.h archive_entry.h curses.h ncurses.h ncurses_dll.h unctrl.h newt.h \
		slang.h fido fido.h jansson.h jansson_config.h qrencode.h tss2 yaml.h; do
		ln -sfn "/usr/include/$name" "$1/$name"
	done
	ln -sfn "$multiarch/asm" "$1/asm"
	echo 'char *crypt(const char *, const char *);' >"$1/crypt.h" # musl has it, Debian's package leaves it out
	ln -sf /usr/include/openssl/* "$multiarch"/openssl/* "$1/openssl/"
}

# musl FILE: as Alpine compiles it.
musl() {
	cd "$build" && musl-gcc -fsyntax-only -std=gnu17 -O1 -Werror "${warnings[@]}" "${flags[@]}" -isystem lint/musl "$source/$1"
}

musl_all() {
	local multiarch warnings
	multiarch=/usr/include/$(gcc -print-multiarch)
	read -ra warnings < <(printf 'include Makefile\nlint-warnings:\n\t@echo $(WARN_CFLAGS)\n' | make -C "$build" --no-print-directory -sf - lint-warnings)
	rm -rf "$build/lint/musl"
	musl_headers "$build/lint/musl"
	export build source=$PWD
	export -f musl
	printf '%s\0' "${units[@]}" | grep -zE '^(installer|tui|screens)/' |
		xargs -0 -n 1 -P "$(nproc)" bash -c "flags=(${flags[*]@Q}) warnings=(${warnings[*]@Q}); musl \"\$1\"" musl
}

analyse() {
	# cppcheck 2.10 sees uninitialized variables and evaluation orders where initializers are, and stumbles over enum arrays.
	cppcheck --quiet --enable=warning,performance,portability --error-exitcode=1 --inline-suppr --std=c11 -j "$(nproc)" \
		--suppress=ctuuninitvar --suppress=unknownEvaluationOrder --suppress=internalAstError -I. "${units[@]}"
}

echo "1..8"
check "C files are formatted (clang-format)" clang-format --dry-run -Werror "${units[@]}"
check "shell scripts (shellcheck)" shellcheck --severity=warning --exclude=SC2034,SC2154 -x "${scripts[@]}"
check "scripts for BusyBox and dash (shellcheck, dash, ash)" posix_read
check "Python files compile" python3 -m py_compile "${pythons[@]}"
check "spelling (codespell)" codespell --ignore-words-list=doas,iif,mirrorn "${texts[@]}"
check "C files compile with musl (musl-gcc)" musl_all
check "static analysis (cppcheck)" analyse
check "static analysis (clang-tidy)" tidy_all
exit "$failed"
