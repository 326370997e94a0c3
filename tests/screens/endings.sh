#!/bin/sh
# Terminals that go away or cannot do it, bad input, displays that are killed. Prints TAP.
# shellcheck source=tests/screens/lib.sh
. "$(dirname "$0")/lib.sh"

pages="0 1 2 3 4 5 6 7 8 9"
for program in ui-ncurses $newt; do
	for name in gone term eof; do
		failed=0
		: >"$work/errors"
		for page in $pages; do
			play "$build/$program" "$here/plays/$name.play" "$machine" "$work" "$setup" "$here/answers.yaml" "$page" \
				2>>"$work/errors" || failed=1
		done
		report "$program on pages $pages: $name" "$failed" "$work/errors"
	done
	pages="0 3 7 9" # of what ncurses has shown for all
done
long=$(printf '%100s' '' | tr ' ' x)
for program in ui-ncurses $newt; do
	play "$build/$program" "$here/plays/bad.play" "$machine" "$work" "$setup" "$here/answers.yaml" "$long" 2>"$work/errors"
	report "$program: long, foreign and broken input, Ctrl-C, 20 by 5: explained" $? "$work/errors"
	play "$build/$program" "$here/plays/no-disk.play" tests/cases/machines/no-disk.json "$work" "$setup" 2>"$work/errors"
	report "$program: no disk at all: explained" $? "$work/errors"
	"$build/$program" --machine "$machine" --run "$work" </dev/null >"$work/errors" 2>&1
	report "$program: no terminal: names line mode" "$([ $? -eq 1 ] && grep -q 'use --ui line' "$work/errors"; echo $?)" "$work/errors"
	for term in dumb nonsense ''; do
		printf 'start --machine $1 --run $2\nwait --ui l\nexit 1\nmodes\n' >"$work/term.play"
		play -t "$term" "$build/$program" "$work/term.play" "$machine" "$work" 2>"$work/errors"
		report "$program: TERM is \"$term\": names line mode" $? "$work/errors"
	done
done
printf 'start wizard --machine $1 --data $2 --demo\nwait line mode\nwait Number, or Enter\ntype @\nkey Enter\nwait use --ui line\n' \
	>"$work/term.play"
play -t dumb "$build/jefe-setup" "$work/term.play" "$machine" "$here/data/progress" 2>"$work/errors"
report "a dumb terminal gets line mode, and stays there" $? "$work/errors"
"$build/ui-line" --machine "$machine" --run "$work" </dev/null >"$work/line.out" 2>&1
report "line mode: the end of input ends it with status 1" "$([ $? -eq 1 ] && grep -q 'nothing was written' "$work/line.out"; echo $?)"
for name in ncurses thin line ${newt#ui-}; do
	failed=0
	: >"$work/errors"
	for page in 0 3 9; do
		play "$build/jefe-setup" "$here/plays/killed.play" "$machine" "$here/data/progress" "$name" "$here/answers.yaml" "$page" \
			2>>"$work/errors" || failed=1
	done
	report "the launcher tidies up behind a killed display: $name" "$failed" "$work/errors"
done
play "$build/ui-ncurses" "$here/plays/guard.play" "$machine" "$work" "$setup" "$here/answers.yaml" >/dev/null 2>"$work/errors"
report "input typed ahead does not pass the point of no return" $? "$work/errors"
mkdir "$work/running"
cp "$here/data/failed/demo/install.events" "$work/running/events"
flock "$work/running/engine.lock" sh -c "echo \$\$ >$work/running/engine.lock; exec sleep 30" &
holder=$!
sleep 0.3
play "$build/ui-ncurses" "$here/plays/attach.play" "$machine" "$work/running" "$setup" 2>"$work/errors"
report "a running installation is followed" $? "$work/errors"
kill "$holder" 2>"$work/errors"
finish
