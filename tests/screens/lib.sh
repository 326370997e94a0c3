# Shared by the tests of the wizard on terminals: sourced by them in the build directory of the tree. They print TAP.
# `UPDATE=yes` writes the golden files anew: look at the difference before committing it.
# shellcheck shell=sh disable=SC2034
top=$(cd "${top_srcdir:-..}" && pwd)
build=$(cd "${top_builddir:-.}" && pwd)
here=tests/screens
machine=tests/cases/machines/laptop-windows.json
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$top" || exit 99
# shellcheck source=tests/tap.sh
. tests/tap.sh
unset NO_COLOR JEFE_THEME LANGUAGE
# The wizard starts programs with an environment of its own; a sanitizer's options have to get through.
setup=$work/jefe-setup
printf '#!/bin/sh\nASAN_OPTIONS="%s" exec "%s" "$@"\n' "$ASAN_OPTIONS" "$build/jefe-setup" >"$setup"
chmod +x "$setup"

if [ ! -x "$build/tests/screens/screenplay" ]; then
	echo "1..0 # SKIP libvterm is not there"
	exit 0
fi

play() {
	"$build/tests/screens/screenplay" "$@"
	played=$?
	return $played
}

# What changes with the catalogue of controls, the version, the clock or by chance is not looked at.
mask() {
	sed -E -e 's/JefeLinux [0-9.]+/JefeLinux #.#.#/' \
		-e 's/ +[0-9]+ of +[0-9]+ on/ ## of ## on/' -e 's/ +[0-9]+ of?\.\./ ## o../' -e 's/(breaks on this computer +)[0-9]+/\1#/' -e 's/[0-9a-f]{8}, [0-9]+ steps/########, ## steps/' \
		-e 's/(Plan +)[0-9a-f]{8}/\1########/' -e 's/(elapsed|vergangen) +[0-9:]+/\1 #:##/' -e 's/, [0-9.]+ [KMGT]?i?B(ytes)? (per second|je Sekunde)//' -e 's/((Time|Dauer) +)[0-9:]+/\1#:##/' \
		-e 's/, ([Pp]lan) [0-9a-f]{8}/, \1 ########/' -e 's/([Tt]oday is|[Hh]eute ... der) [0-9-]{10}/\1 ####-##-##/' -e 's/[0-9]+ measures cannot/## measures cannot/' -e 's/[0-9]+ measures differ/## measures differ/' -e 's/, [0-9]+ do not/, ## do not/' \
		-e "s/$(date -u +%F)/####-##-##/" -e 's/^( +)[0-9a-f]{8}$/\1########/' \
		-e 's/[0-9]+ (on, no port|an, ohne offenen Port)/## \1/' -e 's/ +[0-9]+ von +[0-9]+ an/ ## von ## an/' -e 's/(Folgen auf diesem Rechner +)[0-9]+/\1#/' -e 's/[0-9a-f]{8}, [0-9]+ Schritte/########, ## Schritte/'
}

# golden NAME: what the last play printed is what it was.
golden() {
	file=$here/golden/$1.txt
	[ "$played" = 0 ] || { report "golden $1: the play ended with status $played" 1 && return; }
	mask <"$work/screens" >"$work/got"
	if [ "$UPDATE" = yes ]; then
		cp "$work/got" "$file"
	fi
	diff -u "$file" "$work/got" >"$work/diff" 2>&1
	report "golden $1" $? "$work/diff"
}

# speech NAME FILE YES-OR-NO CHOICE: what line mode said can be spoken: nothing is drawn, and what is asked ends with what Enter takes.
speech() {
	LC_ALL=C grep -n "$(printf '[\001-\011\013-\037\177]')" "$2" >"$work/errors"
	report "speech, $1: no control bytes" "$([ -s "$work/errors" ]; echo $((1 - $?)))" "$work/errors"
	grep -nE '[│─►▸█░▀▄]|\[[-#=*. ]+\]|[-#=_*]{4,}' "$2" >"$work/errors"
	report "speech, $1: nothing is drawn, no bars" "$([ -s "$work/errors" ]; echo $((1 - $?)))" "$work/errors"
	grep -E '^  [0-9]+: ' "$2" | grep -vE '[.:?!]$' >"$work/errors"
	report "speech, $1: list entries end like sentences" "$([ -s "$work/errors" ]; echo $((1 - $?)))" "$work/errors"
	grep -oE "$3[^:]*:" "$2" | grep -vE '\[.\]:$' >"$work/errors"
	report "speech, $1: yes or no has its default in brackets" "$([ -s "$work/errors" ] || ! grep -qE "$3 \[" "$2"; echo $((1 - $?)))" "$work/errors"
	# Of the disks none is chosen beforehand.
	grep -oE "$4[^:]*:" "$2" | grep -vE '\[[^]]+\]:$' | tail -n +2 >"$work/errors"
	report "speech, $1: a choice has its default in brackets" "$([ -s "$work/errors" ] || ! grep -qE "$4.*\[" "$2"; echo $((1 - $?)))" "$work/errors"
}

# make_pages: scripts and answers for to_page, of the table in `pages`.
make_pages() {
	mkdir -p "$work/scripts"
	python3 "$here/keymaps.py" "$work/keymaps"
	cp "$here/answers.yaml" "$work/scripts/laptop-windows.yaml"
	cp "$here/answers.yaml" "$work/scripts/laptop-shared.yaml"
	cp "$here/answers.yaml" "$work/scripts/laptop-divided.yaml"
	sed 's/nvme0n1/vda/' "$here/answers.yaml" >"$work/scripts/installed.yaml"
	sed '/match:/d; /expect:/d' "$here/answers.yaml" | tee "$work/scripts/two-disks.yaml" >"$work/scripts/server-raid.yaml"
	grep -v '^#' "$here/pages" >"$work/scripts/pages"
	while IFS='|' read -r page computer data shown script; do
		echo "$script" | tr ';' '\n' >"$work/scripts/$page.script"
	done <"$work/scripts/pages"
}

# make_system FOLDER: the root of an installed system, as far as hardening looks.
make_system() {
	mkdir -p "$1/etc/jefelinux" "$1/root" "$1/boot" "$1/lib/modules/6.1.0-56-amd64"
	echo ID=debian >"$1/etc/os-release"
	: >"$1/lib/modules/6.1.0-56-amd64/modules.dep"
	echo CONFIG_SECURITY_YAMA=y >"$1/boot/config-6.1.0-56-amd64"
	echo root:x:0:0:root:/root:/bin/sh >"$1/etc/passwd"
	echo 'root:*:19000:0:99999:7:::' >"$1/etc/shadow"
}

# to_page PAGE START [OPTION...]: lines of a play that lead to a page; START is what starts the display.
to_page() {
	page=$1 start=$2
	shift 2
	grep "^$page|" "$work/scripts/pages" | while IFS='|' read -r page computer data shown script; do
		echo "$start --machine tests/cases/machines/$computer.json --data $here/data/$data --demo --answers $work/scripts/$computer.yaml" \
			"--script $work/scripts/$page.script" "$@"
		echo "wait ${shown%!*}"
		[ "$shown" = "${shown%!*}" ] || echo "gone ${shown#*!}"
	done
}

newt=
[ ! -x "$build/ui-newt" ] || newt=ui-newt

# finish: no play may have started the engine.
finish() {
	report "nothing started the engine" "$([ -e "$work/answers.yaml" ] || [ -e "$work/engine.log" ]; echo $((1 - $?)))"
	echo "1..$number"
	exit "$bad"
}
