#!/bin/sh
# Who may include whom, which file alone may include a foreign library, and where distribution words may stand
# (HACKING.md, "Layers"). Prints TAP.
build=$(cd "${top_builddir:-.}" && pwd)
cd "${top_srcdir:-.}" || exit 99
number=0
bad=0

# report NAME FINDINGS: one TAP line; findings are shown and fail it.
report() {
	number=$((number + 1))
	if [ -n "$2" ]; then
		echo "not ok $number - $1"
		echo "$2" | sed 's/^/# /'
		bad=1
	else
		echo "ok $number - $1"
	fi
}

# includes FOLDER PATTERN: include lines below FOLDER that match the extended regular expression.
includes() {
	grep -rnE --include='*.[ch]' "^[[:space:]]*#[[:space:]]*include[[:space:]]*[\"<]$2" "$1"
}

# only HEADER FILE...: HEADER is included by no other file than these.
only() {
	header=$1
	shift
	found=$(grep -rlE --include='*.[ch]' "^[[:space:]]*#[[:space:]]*include[[:space:]]*<$header" installer tui screens)
	for allowed in "$@"; do
		found=$(printf '%s\n' "$found" | grep -vx "$allowed")
	done
	report "<$header> enters only through $*" "$found"
}

echo "1..28"
report "installer/base includes only itself" \
	"$(includes installer/base '(installer/[a-z_]+\.h|installer/(steps|controls|distro|initramfs|recover|cli)/|tui/|screens/)')"
report "installer never includes tui or screens" "$(includes installer '(tui|screens)/')"
report "steps and recover include no foreign library" \
	"$(includes installer/steps '(parted/|libcryptsetup|archive|blkid/|yaml|jansson|openssl/|curses|newt|slang)'
	includes installer/recover '(parted/|libcryptsetup|archive\.h>|blkid/|yaml|jansson|openssl/|curses|newt|slang)')"
report "tui knows only base, event.h and itself" \
	"$(includes tui 'installer/' | grep -vE 'installer/(base/|event\.h)'; includes tui 'screens/')"
report "screens include no front end, step, storage, run or distribution" \
	"$(includes screens '(n?curses|newt|slang|installer/(steps|storage|run|distro))')"
only 'parted/' installer/storage_parted.c
only 'libcryptsetup.h' installer/storage_luks.c
only 'tss2/' installer/storage_tpm.c
only 'fido' installer/base/security_key.c
only 'archive' installer/archive.c
only 'blkid/' installer/machine_probe.c
only 'yaml.h' installer/base/document.c
only 'jansson.h' installer/base/json.c
only 'openssl/' installer/base/digest.c
only 'n?curses.h' tui/ncurses.c
only 'newt.h' tui/newt.c
only 'slang.h' tui/newt.c
only 'qrencode.h' tui/qr.c
only 'libintl.h' installer/base/language.c
report "distribution words stay in distro and live-iso" \
	"$(grep -rnE --include='*.[ch]' '"[^"]*\b(apk|rc-update|rc-service|mkinitfs|apt-get|dpkg|update-rc\.d|update-initramfs|openrc)\b[^"]*"' \
		installer tui screens | grep -v '^installer/distro/')"
report "no call to system, popen or unbounded string functions" \
	"$(grep -rnE --include='*.[ch]' '(^|[^A-Za-z0-9_.>])(system|popen|strcpy|strcat|sprintf|vsprintf|strncpy|gets|mktemp|tmpnam|atoi|atol|alloca)[[:space:]]*\(' \
		installer tui screens | grep -v '^installer/base/banned\.h')"
report "nothing that only glibc has" \
	"$(includes . '(error\.h>|sys/cdefs\.h|execinfo\.h|gnu/)' | grep -E '<'; grep -rnwE --include='*.[ch]' '(qsort_r|basename|canonicalize_file_name|strverscmp)' installer tui screens)"
report "no file with a name that says nothing" \
	"$(find installer tui screens -name 'util*.[ch]' -o -name 'misc.[ch]' -o -name 'common.[ch]' -o -name 'helper*.[ch]')"
report "no file over 600 lines" \
	"$(find installer tui screens live-iso -type f \( -name '*.[ch]' -o -name '*.sh' -o -name '*.py' \) -exec wc -l {} + | awk '$1 > 600 && $2 != "total"')"
report "texts of the wizard are ASCII, which every console font and glyph set has" \
	"$(grep -nP '^[^/*]*"[^"]*[^\x00-\x7f]' screens/*.c tui/*.c installer/answers_fields.c installer/ssh_key.c installer/controls/catalogue/*.inc |
		grep -v -e '^tui/theme.c:' -e '\.example = ')"
report "no shell built from data: sh -c only in tests" \
	"$(grep -rnE --include='*.c' '"-c"' installer tui screens | grep -E '"(sh|/bin/sh|ash|bash)"')"
# The linker takes the first, without a word.
report "no name is defined in two libraries" \
	"$(nm -A -g --defined-only "$build"/lib*.a 2>&1 | grep -v ": no symbols$" | awk -F '[ :]' '$NF != "" { library = $1; name = $NF
		if (name in seen && seen[name] != library) print name " in " seen[name] " and " library
		seen[name] = library }')"
report "jansson's functions are hidden from json-c's callers" \
	"$(nm -D "$build/jefe-setup" 2>&1 | grep -E " json_|No such")"
exit "$bad"
