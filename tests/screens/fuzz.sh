#!/bin/sh
# Keys and sizes by chance reach neither a crash nor the destructive step. Prints TAP.
# shellcheck source=tests/screens/lib.sh
. "$(dirname "$0")/lib.sh"

for seed in 1 2 3; do
	for program in ui-ncurses $newt; do
		play "$build/$program" "$here/plays/fuzz.play" "$machine" "$work" "$setup" "$here/answers.yaml" "$seed" \
			"${FUZZ:-1500}" 2>"$work/errors"
		report "$program: keys by chance, seed $seed" $? "$work/errors"
	done
done
finish
