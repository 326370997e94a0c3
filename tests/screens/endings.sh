#!/bin/sh
# Terminals that go away or cannot do it, bad input, displays that are killed. Prints TAP.
# shellcheck source=tests/screens/lib.sh
. "$(dirname "$0")/lib.sh"

# On every page there is: the line goes, a signal comes, the display is killed, the input ends. They wait most of the time, beside what
# follows; what became of them is looked at in the end.
make_pages
every=$(cut -d'|' -f1 "$work/scripts/pages")
for page in $every; do
	{ cat "$work/scripts/$page.script" && echo "caption The page is here."; } >"$work/scripts/$page.said"
done
mkdir "$work/ended"
endings=
# ending NAME PROGRAM START ENDS [OPTION...]: a play that goes to each of $which and ends there.
ending() {
	name=$1 program=$2 start=$3 ends=$4
	shift 4
	for page in $which; do
		case $page in
		*-code) to_page "$page" "$start" "$@" ;; # has no room for a caption
		*) to_page "$page" "$start" "$@" | sed -e 's/\.script/.said/' -e 's/^wait .*/wait The page is here/' -e '/^gone /d' ;;
		esac
		printf '%b\n' "$ends"
	done >"$work/ending.$name.play"
	endings="$endings $name"
	{
		play -s "$size" "$build/$program" "$work/ending.$name.play" >"$work/ending.$name.out" 2>"$work/ending.$name.errors"
		echo $? >"$work/ending.$name.status"
	} &
}
for display in ui-ncurses $newt ui-line; do
	all=$every size=80x24
	[ "$display" != ui-line ] || { all=$(echo "$every" | grep -v -e -code) && size=200x500; } # which shows no pictures
	which=$all
	for ends in "hangup\nexit 1" "signal TERM\nexit 1\nmodes" "key ^D\nexit 1\nmodes"; do
		[ "$display" = ui-line ] || [ "$ends" = "${ends#key}" ] || continue
		ending "$display-$(echo "${ends%%\\*}" | tr " " -)" "$display" start "$ends" --setup "$setup" --keymaps "$work/keymaps" --run "$work/ended" --no-guard --no-pauses
	done
	# The launcher plays a script slower.
	for part in 0 1 2 3; do
		which=$(echo "$all" | awk -v part=$part 'NR % 4 == part')
		ending "$display-KILL-$part" jefe-setup "start wizard --ui ${display#ui-}" "kill-front-end\nexit 1\nmodes"
	done
done

pages="0 1 2 3 4 5 6 7 8 9 10"
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
	pages="0 3 8 10" # of what ncurses has shown for all
done
# The same while it installs, at both ends, and on a page that another opened: the line goes, a signal comes, the display is killed.
for place in progress:progress:Unpack done:done:installed failed:failed:failed save:done:Nothing; do
	data=${place#*:}
	for way in "hangup" "signal TERM" "kill-front-end"; do
		program=ui-ncurses
		sed '/^shot/d' "$here/plays/progress.play" >"$work/place.play"
		[ "${place%%:*}" != save ] || printf 'start --machine $1 --data $2 --setup $3 --answers $4 --demo --no-guard\nwait Start\nkey F5\nwait Nothing has\ntype s\nwait Save these\n' >"$work/place.play"
		[ "$way" != kill-front-end ] || program=jefe-setup
		[ $program = ui-ncurses ] || sed -i 's/^start --machine $1 --data $2 --setup $3/start wizard --ui ncurses --machine $1 --data $2/; s/ --no-guard//; s/^wait to start/&\nsleep 700/' "$work/place.play"
		printf '%s\nexit 1\n' "$way" >>"$work/place.play"
		[ "$way" = hangup ] || echo modes >>"$work/place.play"
		play "$build/$program" "$work/place.play" "$machine" "$here/data/${data%%:*}" "$setup" "$here/answers.yaml" x \
			"${place##*:}" >"$work/screens" 2>"$work/errors"
		report "$way on ${place%%:*}" $? "$work/errors"
	done
done
long=$(printf '%100s' '' | tr ' ' x)
for program in ui-ncurses $newt; do
	play "$build/$program" "$here/plays/bad.play" "$machine" "$work" "$setup" "$here/answers.yaml" "$long" 2>"$work/errors"
	report "$program: long, foreign and broken input, Ctrl-C, 20 by 5: explained" $? "$work/errors"
	play "$build/$program" "$here/plays/no-disk.play" tests/cases/machines/no-disk.json "$work" "$setup" 2>"$work/errors"
	report "$program: no disk at all: explained" $? "$work/errors"
	# Neither without a port nor without a link is anything else than a wish for later.
	for ports in '"ports": []' '"ports": [{"driver": "e1000e", "link": false, "mac": "52:54:00:12:34:56", "name": "eth0", "wireless": false}]'; do
		jq ". + {$ports}" "$machine" >"$work/port.json"
		play "$build/$program" "$here/plays/no-network.play" "$work/port.json" "$work" "$setup" "$here/answers.yaml" 2>"$work/errors"
		report "$program: no network: ${ports%%mac*}" $? "$work/errors"
	done
	"$build/$program" --machine "$machine" --run "$work" </dev/null >"$work/errors" 2>&1
	report "$program: no terminal: names line mode" "$([ $? -eq 1 ] && grep -q 'use --ui line' "$work/errors"; echo $?)" "$work/errors"
	for term in dumb nonsense ''; do
		printf 'start --machine $1 --run $2\nwait TERM is "%s"\nwait Number, or Enter\nhangup\nexit 1\n' "$term" >"$work/term.play"
		play -t "$term" "$build/$program" "$work/term.play" "$machine" "$work" 2>"$work/errors"
		report "$program: TERM is \"$term\": goes on in line mode, and says why" $? "$work/errors"
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
	for page in 0 3 10; do
		play "$build/jefe-setup" "$here/plays/killed.play" "$machine" "$here/data/progress" "$name" "$here/answers.yaml" "$page" \
			2>>"$work/errors" || failed=1
	done
	report "the launcher tidies up behind a killed display: $name" "$failed" "$work/errors"
done
play "$build/ui-ncurses" "$here/plays/guard.play" "$machine" "$work" "$setup" "$here/answers.yaml" >/dev/null 2>"$work/errors"
report "input typed ahead does not pass the point of no return" $? "$work/errors"
cat >"$work/engine" <<'X'
exec 9<>engine.lock
flock 9
echo $$ >&9
sleep 30 9>&-
X
cat >"$work/again" <<X
#!/bin/sh
[ "\$1" = install ] || exec "$setup" "\$@"
cp "\$2" "$work/again.yaml"
echo '{"event":"step_begin","id":"verify","ms":0,"step":1,"steps":1,"title":"It began again","weight":1,"weight_total":1}' >"$work/running/events"
sleep 3
X
chmod +x "$work/again"
# running PLAY DATA CHANGE [MILLISECONDS]: beside an engine with changed answers of its own, not those that an earlier run left.
running() {
	rm -rf "$work/running"
	mkdir "$work/running"
	sed "s/\"ms\":0,/\"ms\":${4:-0},/; /\"event\":\"done\"/d" "$here/data/$2/demo/install.events" >"$work/running/events"
	sed "$3" "$here/answers.yaml" >"$work/running/given.yaml"
	sed 's/name: ana/name: other/' "$here/answers.yaml" >"$work/running/answers.yaml"
	(cd "$work/running" && exec sh "$work/engine" install --machine x given.yaml) &
	holder=$!
	sleep 0.3
	play "$build/ui-ncurses" "$here/plays/$1.play" "$machine" "$work/running" "$work/again" >"$work/screens" 2>"$work/errors"
	ended=$?
	kill "$holder" 2>>"$work/errors"
}
running attach failed ''
[ "$ended" = 0 ] && grep -q 'name: ana' "$work/again.yaml" && grep -q 'erase: matched' "$work/again.yaml" &&
	cmp "$work/running/events.1" "$here/data/failed/demo/install.events" >>"$work/errors"
report "a running installation is followed, and begun again with its answers" $? "$work/errors"
rm -f "$work/again.yaml"
running attach-secret failed 's/admin: true/&, password: {from: prompt}/'
report "a secret that is gone is asked for before it begins again" "$([ "$ended" = 0 ] && [ ! -e "$work/again.yaml" ]; echo $?)" "$work/errors"
running attach-slow progress '' 75000
report "the time of a running installation is that of its events" "$ended" "$work/errors"
# The medium is checked as another task: whole, and damaged.
for status in 0 4; do
	printf '#!/bin/sh\n[ "$1" = medium ] || exit 9\necho "50 %%"\necho "live/vmlinuz: lines of $1"\nsleep 1\nexit %s\n' "$status" >"$work/medium"
	chmod +x "$work/medium"
	mkdir -p "$work/checked"
	printf 'act tasks\nact medium\nexpect screen checking\nwait checked\nexpect text live/vmlinuz: lines of medium\nexpect text The medium is %s\nnext\nexpect screen tasks\n' \
		"$([ "$status" = 0 ] && echo whole || echo damaged)" |
		"$build/ui-script" --machine "$machine" --setup "$work/medium" --run "$work/checked" >"$work/errors" 2>&1
	report "other tasks: the medium is checked, status $status" $? "$work/errors"
done
# The disk that was chosen is pulled out while its page is open, and plugged in again.
cp "$machine" "$work/machine.json"
mkfifo "$work/lines"
"$build/ui-script" --machine "$work/machine.json" --setup "$setup" --run "$work" <"$work/lines" >"$work/errors" 2>&1 &
script=$!
exec 8>"$work/lines"
# told LINE COUNT: the script has dumped so many pages.
told() {
	printf '%s\ndump\n' "$1" >&8
	for _ in $(seq 100); do
		[ "$(grep -c '^screen ' "$work/errors")" -lt "$2" ] || return
		sleep 0.1
	done
}
told 'goto disk
set disk nvme0n1' 1
cp tests/cases/machines/two-disks.json "$work/machine.json"
told 'next
expect screen disk
expect message nvme0n1 is gone
next
expect screen disk' 2
cp "$machine" "$work/machine.json"
told 'next
expect screen layout' 3
exec 8>&-
wait "$script"
report "a disk that is gone is told when its page is left" $? "$work/errors"
wait
for name in $endings; do
	report "on every page: $name" "$(cat "$work/ending.$name.status")" "$work/ending.$name.errors"
done
find "$work/ended" -type f >"$work/errors" 2>&1
report "on every page: nothing was written" "$([ -s "$work/errors" ]; echo $((1 - $?)))" "$work/errors"
finish
