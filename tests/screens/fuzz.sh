#!/bin/sh
# Keys and sizes by chance reach neither a crash nor the destructive step. Prints TAP.
# shellcheck source=tests/screens/lib.sh
. "$(dirname "$0")/lib.sh"

# FUZZ_SECONDS (60 for a longer look) are for each display, and all of them go on at the same time.
third=$(((${FUZZ_SECONDS:-0} + 2) / 3))
for program in ui-ncurses $newt; do
	(
		for seed in 1 2 3; do
			play "$build/$program" "$here/plays/fuzz.play" "$machine" "$work" "$setup" "$here/answers.yaml" "$seed" \
				"${FUZZ:-1500} $third" 2>"$work/errors.$program.$seed"
			echo $? >"$work/status.$program.$seed"
		done
	) &
done
# Lines by chance.
until=$(($(date +%s) + ${FUZZ_SECONDS:-5}))
seed=0
failed=0
: >"$work/errors"
while [ "$failed" = 0 ] && { [ "$seed" -lt 2 ] || [ "$(date +%s)" -lt "$until" ]; }; do
	seed=$((seed + 1))
	awk -v seed="$seed" 'BEGIN {
		srand(seed)
		count = split("|1|2|3|7|99|-1|0|<|=|?|?1|/a|/|@|!|y|n|vda|ana|x x|[|%s%n|\303\244|\377|192.0.2.1/24|correct horse battery", word, "|")
		for (i = 0; i < 400; i++)
			print word[int(rand() * count) + 1]
	}' >"$work/lines"
	timeout 120 "$build/ui-line" --machine "$machine" --run "$work" --setup "$setup" --answers "$here/answers.yaml" --no-guard \
		<"$work/lines" >"$work/line.out" 2>"$work/said"
	status=$?
	[ "$status" -le 1 ] || failed=1
	[ "$failed" = 0 ] || { echo "seed $seed: status $status"; cat "$work/said"; } >"$work/errors"
done
report "line mode: $seed times 400 lines by chance" "$failed" "$work/errors"
wait
for program in ui-ncurses $newt; do
	for seed in 1 2 3; do
		report "$program: keys by chance, seed $seed" "$(cat "$work/status.$program.$seed")" "$work/errors.$program.$seed"
	done
done
# To check the medium is no harm; an installation begins with its answers.
[ -e "$work/answers.yaml" ] || rm -f "$work/engine.log"
finish
