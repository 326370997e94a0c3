#!/bin/sh
# Every page on many terminals, compared with what it was. Prints TAP.
# shellcheck source=tests/screens/lib.sh
. "$(dirname "$0")/lib.sh"

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
if [ -n "$newt" ]; then
	walk $newt -t linux -s 80x24 -a
	golden newt.linux.80x24
	walk $newt -t vt220 -s 80x24 -l C -a
	golden newt.vt220.80x24
	walk $newt -t xterm-256color -s 60x18
	golden newt.xterm-256color.60x18
fi
# Other sizes, terminals and locales: a sum of each page, and its text when it is another one.
mkdir "$work/pages"
# walk_beside TERM:SIZE:LOCALE: every page, in a file of its own, while others do the same.
walk_beside() {
	name=$(echo "$1" | tr : .)
	size=${1#*:}
	"$build/tests/screens/screenplay" -t "${1%%:*}" -s "${size%:*}" -l "${1##*:}" -a "$build/ui-ncurses" "$here/plays/install.play" \
		"$machine" "$here/data/progress" "$setup" >"$work/beside.$name" 2>"$work/why.$name"
	echo $? >>"$work/why.$name"
}
matrix="linux:80x25:C.UTF-8"
for size in 132x43 60x18 40x12; do
	matrix="$matrix linux:$size:C vt220:$size:C vt220:$size:C.UTF-8 xterm-256color:$size:C.UTF-8"
done
count=0
for place in $matrix; do
	walk_beside "$place" &
	count=$((count + 1))
	[ $((count % 5)) != 0 ] || wait
done
wait
for place in $matrix; do
	name=$(echo "$place" | tr : .)
	mask <"$work/beside.$name" | awk -v start="$work/pages/$name." '/^=== / {
		close(page)
		page = start substr($2, 1, length($2) - 1)
	}
	{ print >page }'
	(cd "$work/pages" && sha256sum "$name".* | sed 's/^\(.\{16\}\)[^ ]*/\1/') >"$work/sums"
	[ "$UPDATE" != yes ] || cp "$work/sums" "$here/golden/sums.$name"
	diff "$here/golden/sums.$name" "$work/sums" | sed -n 's/^> .*  //p' >"$work/others"
	{
		cat "$work/why.$name" "$work/others"
		while read -r page; do
			cat "$work/pages/$page"
		done <"$work/others"
	} >"$work/diff"
	[ "$(tail -n 1 "$work/why.$name")" = 0 ] && cmp -s "$here/golden/sums.$name" "$work/sums"
	report "pages as they were: $name" $? "$work/diff"
done

# Where an installation may be, and what a key shows there.
for end in "progress Unpack" "done is installed" "failed installation failed"; do
	{
		cat "$here/plays/progress.play"
		case ${end%% *} in
		done) printf 'type s\nwait Save the logs\nshot logs\nkey Esc\nwait is installed\ntype h\nwait SSH must show\nshot host-key\ntype c\nwait Close\nshot host-key-code\nkey Esc\nwait SSH must show\nkey Esc\nwait is installed\n' ;;
		failed) printf 'type l\nwait Unpack the system\nshot failed-log\ntype l\nabsent Verify the payload\n' ;;
		esac
	} >"$work/end.play"
	play "$build/ui-ncurses" "$work/end.play" "$machine" "$here/data/${end%% *}" "$setup" "$here/answers.yaml" \
		"${end%% *}" "${end#* }" >"$work/screens"
	golden "end.${end%% *}"
done
if [ -n "$newt" ]; then
	play "$build/$newt" "$here/plays/progress.play" "$machine" "$here/data/progress" "$setup" "$here/answers.yaml" progress Unpack \
		>"$work/screens"
	golden newt.progress
fi

sed 's/nvme0n1/vda/' "$here/answers.yaml" >"$work/tasks.yaml"
play "$build/ui-ncurses" "$here/plays/tasks.play" tests/cases/machines/installed.json "$top/screens" "$setup" "$work/tasks.yaml" \
	>"$work/screens" 2>"$work/errors"
report "other tasks: only planning, repairing, the demonstration" $? "$work/errors"
golden tasks

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
finish
