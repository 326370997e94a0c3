#!/bin/sh
# What the wizard writes on slow lines, in storms of sizes, and without colours. Prints TAP.
# shellcheck source=tests/screens/lib.sh
. "$(dirname "$0")/lib.sh"

# most DISPLAY WHAT [PAGE]
most() {
	awk -F'|' -v what="$1|$2|${3:-*}" '$1 "|" $2 "|" $3 == what { print $4 }' "$here/budget"
}

# measure ARGUMENT...: play, at most three times: while the machine is busy two frames may look like one.
measure() {
	for _ in 1 2 3; do
		play "$@" 2>"$work/errors" && return
	done
	return 1
}

# budget DISPLAY PROGRAM [OPTION]: from the first byte on, in both locales; walk.sh has every page and key in that of the product, C.UTF-8.
budget() {
	for locale in C C.UTF-8; do
		measure -t vt220 -l "$locale" "$build/$2" "$here/plays/budget.play" "$machine" "$here/data/progress" "$setup" "$(most "$1" first)" \
			"$(most "$1" frame)" "$(most "$1" frame review)" "$(most "$1" key)" "$work/keymaps" "$3"
		report "bytes on a slow line, $locale: $1" $? "$work/errors"
	done
}

python3 "$here/keymaps.py" "$work/keymaps"
budget ui-ncurses ui-ncurses
budget ui-thin ui-ncurses --thin
[ -z "$newt" ] || budget ui-newt "$newt"
for program in ui-ncurses $newt; do
	measure -t vt220 -l C "$build/$program" "$here/plays/burst.play" "$machine" "$here/data/progress" "$setup" "$(most "$program" key)"
	report "$program: eight fast keys are drawn once" $? "$work/errors"
done

for program in ui-ncurses $newt; do
	play -a "$build/$program" "$here/plays/storm.play" "$machine" "$here/data/progress" "$setup" >"$work/screens" 2>"$work/errors"
	report "$program: a storm of sizes" $? "$work/errors"
	walk=install
	[ $program = ui-ncurses ] || walk=newt
	awk '/^===/ { pages++ } pages == 1' "$here/golden/$walk.linux.80x24.txt" >"$work/calm"
	mask <"$work/screens" | diff -u "$work/calm" - >"$work/errors"
	report "$program: after it the page is what it is at that size" $? "$work/errors"
	NO_COLOR=1 play -t xterm-256color -a "$build/$program" "$here/plays/storm.play" "$machine" "$here/data/progress" "$setup" \
		2>&1 | grep -E '^ ?[0-9]+:.*[0-9]/' >"$work/errors"
	report "$program: NO_COLOR: no colours" "$([ -s "$work/errors" ]; echo $((1 - $?)))" "$work/errors"
done

# A line of 9600 baud: what was typed ahead of the frames is there, no sequence arrived in part, and nothing is drawn that is old.
for program in ui-ncurses $newt; do
	for rate in 0 960; do
		play -t linux "$build/$program" "$here/plays/slow.play" "$machine" "$here/data/progress" "$setup" "$here/answers.yaml" "$rate" \
			2>"$work/errors" >"$work/typed.$rate"
		report "$program: typed ahead at $rate bytes per second" $? "$work/errors"
	done
	diff -u "$work/typed.0" "$work/typed.960" >"$work/errors"
	report "$program: the slow line shows the same" $? "$work/errors"
done

# A terminal that says it has sixteen colours: danger is bright red, whatever bold does.
if infocmp xterm-256color 2>"$work/errors" | sed -e 's/xterm-256color/xterm-16color/' -e 's/colors#[^,]*/colors#16/' \
	-e 's/pairs#[^,]*/pairs#256/' >"$work/sixteen" && tic -o "$work/terminfo" "$work/sixteen" 2>"$work/errors"; then
	for program in ui-ncurses $newt; do
		TERMINFO_DIRS="$work/terminfo:" play -t xterm-16color -a "$build/$program" "$here/plays/sixteen.play" \
			tests/cases/machines/no-disk.json "$work" "$setup" 2>"$work/errors" >"$work/screens"
		grep -q '\.9/0x' "$work/screens"
		report "$program: sixteen colours" $? "$work/screens"
	done
fi

printf 'focus c8=white/black\nfocs mono=bold\n' >"$work/typo.theme"
# theme NAME SHOWN NOT-SHOWN
theme() {
	for program in ui-ncurses $newt; do
		play "$build/$program" "$here/plays/theme.play" "$machine" "$work" "$setup" "$1" "$2" "$3" 2>"$work/errors"
		report "$program: theme ${1##*/}" $? "$work/errors"
	done
}
theme "$work/typo.theme" 'typo.theme:2: unknown role "focs"' nothing
theme "$top/themes/light.theme" "Start" theme
for name in braille thin; do
	theme "$top/themes/$name.theme" "Welcome" "Keyboard"
	theme "$top/themes/$name.theme" "Welcome" "--"
done

finish
