#!/bin/sh
# The wizard on terminals: golden screens, byte budgets, the same decisions through every front end, terminals that go away,
# keys by chance. Prints TAP. `UPDATE=yes tests/screens/screens.sh` in the build directory writes the golden files anew: look at
# the difference before committing it.
top=$(cd "${top_srcdir:-..}" && pwd)
build=$(cd "${top_builddir:-.}" && pwd)
here=tests/screens
machine=tests/cases/machines/laptop-windows.json
number=0
bad=0
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$top" || exit 99
unset NO_COLOR JEFE_THEME
# The wizard starts programs with an environment of its own; a sanitizer's options have to get through.
setup=$work/jefe-setup
printf '#!/bin/sh\nASAN_OPTIONS="%s" exec "%s" "$@"\n' "$ASAN_OPTIONS" "$build/jefe-setup" >"$setup"
chmod +x "$setup"

if [ ! -x "$build/tests/screens/screenplay" ]; then
	echo "1..0 # SKIP libvterm is not there"
	exit 0
fi

# report NAME STATUS [FILE]: one TAP line; FILE explains a failure.
report() {
	number=$((number + 1))
	if [ "$2" -eq 0 ]; then
		echo "ok $number - $1"
	else
		echo "not ok $number - $1"
		[ -n "$3" ] && sed 's/^/# /' "$3"
		bad=1
	fi
}

play() {
	"$build/tests/screens/screenplay" "$@"
}

# What changes with the catalogue of controls, the version, the clock or by chance is not looked at.
mask() {
	sed -E -e 's/JefeLinux [0-9.]+/JefeLinux #.#.#/' \
		-e 's/([A-Z2-9]{4}-){3,}[A-Z2-9]*/####-####-####-####/' \
		-e 's/ +[0-9]+ of +[0-9]+ on/ ## of ## on/' -e 's/ +[0-9]+ of?\.\./ ## o../' -e 's/(breaks on this computer +)[0-9]+/\1#/' -e 's/[0-9a-f]{8}, [0-9]+ steps/########, ## steps/' \
		-e 's/^([^A-Za-z0-9]+)[A-Z2-9]{4}([^A-Za-z0-9]+)$/\1####\2/' -e 's/(Plan +)[0-9a-f]{8}/\1########/' -e 's/elapsed +[0-9:]+/elapsed #:##/' -e 's/(Time +)[0-9:]+/\1#:##/'
}

# golden NAME: what the last play printed is what it was.
golden() {
	file=$here/golden/$1.txt
	mask <"$work/screens" >"$work/got"
	if [ "$UPDATE" = yes ]; then
		cp "$work/got" "$file"
	fi
	diff -u "$file" "$work/got" >"$work/diff" 2>&1
	report "golden $1" $? "$work/diff"
}

# walk PROGRAM OPTION...: every page once.
walk() {
	program=$1
	shift
	play "$@" "$build/$program" "$here/plays/install.play" "$machine" "$here/data/progress" "$setup" >"$work/screens"
}

walk ui-ncurses -t linux -s 80x24 -a
golden install.linux.80x24
walk ui-ncurses -t vt220 -s 80x24 -l C -a
golden install.vt220.80x24
walk ui-ncurses -t xterm-256color -s 80x24 -a
golden install.xterm-256color.80x24
walk ui-ncurses -t linux -s 132x43
golden install.linux.132x43
walk ui-ncurses -t linux -s 60x18
golden install.linux.60x18
walk ui-ncurses -t linux -s 40x12
golden install.linux.40x12
newt=
if [ -x "$build/ui-newt" ]; then
	newt=ui-newt
	walk $newt -t linux -s 80x24 -a
	golden newt.linux.80x24
	walk $newt -t vt220 -s 80x24 -l C -a
	golden newt.vt220.80x24
	walk $newt -t xterm-256color -s 60x18
	golden newt.xterm-256color.60x18
fi
for end in "progress Unpack" "done is installed" "failed installation failed"; do
	play "$build/ui-ncurses" "$here/plays/progress.play" "$machine" "$here/data/${end%% *}" "$setup" "$here/answers.yaml" \
		"${end%% *}" "${end#* }" >"$work/screens"
	golden "end.${end%% *}"
done
if [ -n "$newt" ]; then
	play "$build/$newt" "$here/plays/progress.play" "$machine" "$here/data/progress" "$setup" "$here/answers.yaml" progress Unpack \
		>"$work/screens"
	golden newt.progress
fi

for size in 80x24 40x12; do
	play -t linux -s "$size" "$build/ui-ncurses" "$here/plays/hardening.play" "$machine" "$work" "$setup" >"$work/screens" 2>"$work/errors"
	report "hardening pages $size" $? "$work/errors"
	golden "hardening.linux.$size"
done
# An installed system: its audit, a change planned, applied by the engine, and what it says afterwards.
system=$work/system
mkdir -p "$system/etc/jefelinux" "$system/root" "$system/boot" "$system/lib/modules/6.1.0-56-amd64"
echo ID=debian >"$system/etc/os-release"
: >"$system/lib/modules/6.1.0-56-amd64/modules.dep"
echo CONFIG_SECURITY_YAMA=y >"$system/boot/config-6.1.0-56-amd64"
echo root:x:0:0:root:/root:/bin/sh >"$system/etc/passwd"
echo 'root:*:19000:0:99999:7:::' >"$system/etc/shadow"
{
	"$build/jefe-setup" harden --root "$system" --level baseline --role containers --set kernel.aslr=off
	rm "$system/etc/sysctl.d/99-zz-jefe.conf"
	play "$build/ui-ncurses" "$here/plays/harden.play" "$machine" "$work/harden" "$setup" "$system"
} >"$work/screens" 2>"$work/errors"
report "an installed system is changed by its own hardening pages" $? "$work/errors"
policy=$system/etc/jefelinux/policy.yaml
grep -q 'kernel.dmesg_restrict: "off"' "$policy" && ! grep -q kernel.aslr "$policy" && grep -q 'level: hardened' "$policy" &&
	grep -q 'roles: \[containers, multihomed\]' "$policy" && grep -q kernel.kptr_restrict "$system/etc/sysctl.d/99-zz-jefe.conf"
report "the policy is what was chosen, and was applied" $? "$policy"
printf '\n10\n1\n\n\nq\n' | "$build/ui-line" --harden "$system" --machine "$machine" --run "$work/harden" --setup "$setup" \
	>"$work/line.out" 2>"$work/errors"
report "line mode on an installed system: the plan, and out" "$([ $? -eq 0 ] && grep -q 'would change' "$work/line.out" &&
	grep -q 'roles: \[containers, multihomed\]' "$policy"; echo $?)" "$work/line.out"
# budget NAME PROGRAM FRAME DENSE KEY [OPTION]: bytes on a vt220.
budget() {
	play -t vt220 -l C "$build/$2" "$here/plays/budget.play" "$machine" "$here/data/progress" "$setup" "$3" "$4" "$5" "$6" \
		2>"$work/errors"
	report "bytes on a slow line: $1" $? "$work/errors"
}

budget ncurses ui-ncurses 1600 1800 260
for program in ui-ncurses $newt; do
	play -t vt220 -l C "$build/$program" "$here/plays/burst.play" "$machine" "$here/data/progress" "$setup" 500 2>"$work/errors"
	report "$program: eight fast keys are drawn once" $? "$work/errors"
done
budget thin ui-ncurses 1000 1300 260 --thin
play -t vt220 -l C "$build/ui-ncurses" "$here/plays/toggle.play" "$machine" "$here/data/progress" "$setup" 2>"$work/errors"
report "bytes on a slow line: toggle" $? "$work/errors"
[ -z "$newt" ] || budget newt "$newt" 2000 2100 400

for program in ui-ncurses $newt; do
	play "$build/$program" "$here/plays/storm.play" "$machine" "$here/data/progress" "$setup" >/dev/null 2>"$work/errors"
	report "$program: a storm of sizes" $? "$work/errors"
	NO_COLOR=1 play -t xterm-256color -a "$build/$program" "$here/plays/storm.play" "$machine" "$here/data/progress" "$setup" \
		2>&1 | grep -E '^ ?[0-9]+:.*[0-9]/' >"$work/errors"
	report "$program: NO_COLOR: no colours" "$([ -s "$work/errors" ]; echo $((1 - $?)))" "$work/errors"
done

control=$(printf 'goto hardening\nset hardening.level paranoid\nact layers 3\ndump\n' |
	"$build/ui-script" --machine "$machine" --run "$work" | awk '/^    /{print $1; exit}')
kernel=$(printf 'goto hardening\nact layers 1\ndump\n' |
	"$build/ui-script" --machine "$machine" --run "$work" | awk '/^    /{print $1; exit}')
sed "s#SAVE_PATH#$work/script.yaml#; s#FIRST_CONTROL#set controls -$control#; s#FIRST_KERNEL#$kernel#" "$here/parity.script" |
	"$build/ui-script" --machine "$machine" --setup "$setup" --run "$work" --demo --no-guard >"$work/errors" 2>&1
report "parity: the script ran" "$([ -s "$work/script.yaml" ]; echo $?)" "$work/errors"
sed "s#SAVE_PATH#$work/line.yaml#" "$here/parity.line" |
	"$build/ui-line" --machine "$machine" --setup "$setup" --run "$work" --demo --no-guard >"$work/line.out" 2>"$work/errors"
cmp "$work/script.yaml" "$work/line.yaml" >"$work/errors" 2>&1
report "parity: line mode gives the same answers" $? "$work/errors"
for program in ui-ncurses $newt; do
	play "$build/$program" "$here/plays/parity.play" "$machine" "$work" "$setup" "$work/$program.yaml" 2>"$work/errors"
	cmp "$work/script.yaml" "$work/$program.yaml" >>"$work/errors" 2>&1
	report "parity: $program gives the same answers" $? "$work/errors"
done
if [ -n "$newt" ]; then
	{
		cat "$here/plays/switch.play"
		sed '1,/^wait How much hardening/d' "$here/plays/parity.play"
	} >"$work/switch.play"
	play "$build/ui-ncurses" "$work/switch.play" "$machine" "$work" "$setup" "$work/switch.yaml" 2>"$work/errors"
	cmp "$work/script.yaml" "$work/switch.yaml" >>"$work/errors" 2>&1
	report "parity: going through all displays gives the same answers" $? "$work/errors"
	play "$build/ui-ncurses" "$here/plays/switch-run.play" "$machine" "$here/data/progress" "$setup" "$here/answers.yaml" \
		2>"$work/errors"
	report "all displays go on with a running installation" $? "$work/errors"
fi
grep -rl --exclude=switch.play 'horse' "$work" >"$work/errors"
report "the passphrase is in no file" "$([ -s "$work/errors" ]; echo $((1 - $?)))" "$work/errors"
LC_ALL=C grep -n "$(printf '[\001-\011\013-\037\177]')" "$work/line.out" >"$work/errors"
report "speech: line mode writes no control bytes" "$([ -s "$work/errors" ]; echo $((1 - $?)))" "$work/errors"
grep -n '[│─►▸]' "$work/line.out" >"$work/errors"
report "speech: line mode draws nothing" "$([ -s "$work/errors" ]; echo $((1 - $?)))" "$work/errors"
grep -E '^  [0-9]+: ' "$work/line.out" | grep -vE '[.:?!]$' >"$work/errors"
report "speech: list entries end like sentences" "$([ -s "$work/errors" ]; echo $((1 - $?)))" "$work/errors"

pages="0 1 2 3 4 5 6 7 8"
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
	pages="0 3 6 8" # of what ncurses has shown for all
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
	for page in 0 3 8; do
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
for seed in 1 2 3; do
	for program in ui-ncurses $newt; do
		play "$build/$program" "$here/plays/fuzz.play" "$machine" "$work" "$setup" "$here/answers.yaml" "$seed" \
			"${FUZZ:-1500}" 2>"$work/errors"
		report "$program: keys by chance, seed $seed" $? "$work/errors"
	done
done
report "nothing started the engine" "$([ -e "$work/answers.yaml" ] || [ -e "$work/engine.log" ]; echo $((1 - $?)))"
echo "1..$number"
exit "$bad"
