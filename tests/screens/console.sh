#!/bin/sh
# Kernel messages stay away from a full-screen display and come back on every way out of it: the end, a signal, a crash, and
# while somebody is in the shell. Prints TAP; needs root, as it changes the console's level.
top=$(cd "${top_srcdir:-..}" && pwd)
build=$(cd "${top_builddir:-.}" && pwd)
machine=$top/tests/cases/machines/laptop-windows.json
printk=/proc/sys/kernel/printk
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT

if [ ! -x "$build/tests/screens/screenplay" ] || ! before=$(cat $printk) || ! (echo "$before" >$printk) 2>"$work/errors"; then
	echo "1..0 # SKIP no libvterm, or the console's level cannot be changed"
	exit 0
fi
trap 'echo "$before" >$printk; rm -rf "$work"' EXIT

# The level becomes $1 within seconds.
becomes() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		read -r level _ <$printk
		[ "$level" = "$1" ] && return 0
		sleep 0.2
	done
	return 1
}

# hushes [shell]: quiet while the play goes on, as loud as before when it is over and in the shell. Somebody else's wizard may be in
# between: try again.
hushes() {
	for _ in 1 2 3; do
		echo "6 4 1 7" >$printk
		"$build/tests/screens/screenplay" "$build/${program:-jefe-setup}" "$work/play" 2>"$work/errors" &
		player=$!
		becomes 1 && { [ -z "$1" ] || { becomes 6 && becomes 1; }; }
		quiet=$?
		wait "$player"
		ended=$?
		becomes 6 && [ "$quiet$ended" = 00 ] && return 0
	done
	sed 's/^/# /' "$work/errors"
	return 1
}

number=0
bad=0
start="start wizard --machine $machine --data $top/tests/screens/data/progress --demo --ui"
for name in ncurses newt; do
	[ "$name" != newt ] || [ -x "$build/ui-newt" ] || continue
	for way in "key ^X" "signal TERM" "kill-front-end" "hangup" "key ^T
wait jefe#
sleep 1500
type exit
key Enter
wait Start
key ^X"; do
		number=$((number + 1))
		printf '%s\nwait Start\nsleep 600\n%s\nexit 1\n' "$start $name" "$way" >"$work/play"
		shell=
		[ "$way" = "${way#key ^T}" ] || shell=yes
		if hushes $shell; then
			echo "ok $number - $name: $(echo "$way" | head -n 1)"
		else
			echo "not ok $number - $name: $(echo "$way" | head -n 1)"
			bad=1
		fi
	done
done
# A play that ends before its display, which no launcher started: the tests leave nothing behind.
for program in ui-ncurses ui-newt; do
	[ -x "$build/$program" ] || continue
	number=$((number + 1))
	printf '%s\nwait Start\nsleep 600\n' "start --machine $machine --data $top/tests/screens/data/progress --demo" >"$work/play"
	if hushes; then
		echo "ok $number - $program: the end of a play"
	else
		echo "not ok $number - $program: the end of a play"
		bad=1
	fi
done
echo "1..$number"
exit "$bad"
