#!/bin/sh
# Scripts that operate the demonstration: captions in every display, the walk that is shipped, what is wrong with a script. Prints TAP.
# shellcheck source=tests/screens/lib.sh
. "$(dirname "$0")/lib.sh"

# The demonstration without the time it takes.
mkdir -p "$work/data/demo"
cp screens/demo/machine.json "$here/data/done/demo/install.events" "$work/data/demo"
walk=screens/demo/walk.script
rest="--demo --data $work/data --setup $setup --run $work/run"

# shellcheck disable=SC2086
"$build/ui-script" $rest --script "$walk" --no-guard >"$work/errors" 2>&1
report "the walk through the installation meets its expectations" $? "$work/errors"
for program in ui-ncurses $newt ui-line; do
	printf 'start %s --script %s --no-pauses\nwait JefeLinux is installed\nwait controls are in place\n' "$rest" "$walk" >"$work/walk.play"
	play "$build/$program" "$work/walk.play" 2>"$work/errors"
	report "$program: the walk without its pauses" $? "$work/errors"
done

# A caption stays until the next one; a key ends the script and takes it away.
caption="A line for who watches."
printf 'expect screen welcome\ncaption %s\nfocus line\nexpect caption for who\npause 600\nnext\n' "$caption" >"$work/caption.script"
for program in ui-ncurses $newt; do
	for size in 80x24 44x14; do
		printf 'start %s --script %s\nwait %s\nshot %s\nkey F10\nwait Which keyboard\nabsent %s\n' "$rest" "$work/caption.script" "$caption" \
			"$size" "$caption" >"$work/caption.play"
		play -s "$size" "$build/$program" "$work/caption.play" >"$work/screens" 2>"$work/errors"
		report "$program, $size: a key takes over and ends the script" $? "$work/errors"
		golden "caption.$program.$size"
	done
done
# shellcheck disable=SC2086
{ sleep 2; echo; } | "$build/ui-line" $rest --script "$work/caption.script" >"$work/said" 2>&1
grep -qx "Caption: $caption" "$work/said" && sed '1,/^Caption/d' "$work/said" | grep -q 'Which keyboard'
report "line mode: says a caption, and what is typed takes over" $? "$work/said"
printf 'start wizard --ui thin %s --script %s\nwait %s\nwait installs JefeLinux\nkey ^X\nexit 1\n' "--demo --data $work/data" "$work/caption.script" "$caption" \
	>"$work/caption.play"
play "$build/jefe-setup" "$work/caption.play" 2>"$work/errors"
report "jefe-setup wizard: hands a script on" $? "$work/errors"

# wrong SCRIPT TEXT: it is refused before anything is shown, with the line and TEXT.
wrong() {
	printf '%b' "$1" >"$work/wrong.script"
	# shellcheck disable=SC2086
	sleep 5 | "$build/ui-line" $rest --script "$work/wrong.script" >"$work/said" 2>"$work/errors"
	[ $? = 1 ] && grep -qF "$work/wrong.script:$2" "$work/errors" && [ ! -s "$work/said" ]
	report "a script is refused: $2" $? "$work/errors"
}
wrong 'next\n\n# fine\nclick me\n' '4: unknown word "click"'
wrong 'expect colour red\n' '1: unknown word "colour"'
wrong 'expect\n' '1: unknown word ""'
wrong 'set\n' '1: this needs another word'
wrong 'next\nwait\n' '2: wait for which page?'
wrong 'pause soon\n' '1: a pause is a number'
wrong 'pause 601\n' '1: a pause is a number'
wrong "caption $(printf '%71s' '' | tr ' ' x)\n" '1: a caption has at most 70'
printf 'next\nexpect screen disk\n' >"$work/wrong.script"
# shellcheck disable=SC2086
sleep 2 | "$build/ui-line" $rest --script "$work/wrong.script" >"$work/said" 2>"$work/errors"
[ $? = 1 ] && grep -qF "$work/wrong.script:2: expected screen disk, got \"keyboard\"" "$work/errors"
report "an expectation that is not met ends the demonstration, with its line" $? "$work/errors"
"$build/jefe-setup" wizard --script "$walk" --machine "$machine" >"$work/said" 2>"$work/errors"
[ $? = 2 ] && grep -qF -e '--script is for --demo alone' "$work/errors"
report "a script is for the demonstration alone" $? "$work/errors"
"$build/ui-line" --script "$walk" --machine "$machine" --run "$work" >"$work/said" 2>"$work/errors" </dev/null
report "so says the display" "$([ $? = 2 ]; echo $?)" "$work/errors"

# The pictures of the README are those of this wizard; clocks, numbers of measures and the version aside.
mkdir "$work/pictures"
top_srcdir=$top top_builddir=$build "$here/pictures.sh" "$work/pictures" >"$work/said" 2>"$work/errors" || cat "$work/said" >>"$work/errors"
for picture in disk hardening progress; do
	for of in doc "$work/pictures"; do
		sed 's/<[^>]*>//g' "$of/$picture.svg" | mask >"$work/words.${of##*/}"
	done
	diff -u "$work/words.doc" "$work/words.pictures" >>"$work/errors" 2>&1
	report "doc/$picture.svg is of this wizard (make screenshots)" $? "$work/errors"
done

finish
