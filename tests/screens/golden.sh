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
		failed) printf 'type l\nwait Unpack the system\nshot failed-log\nkey ^E\nabsent Verify the payload\n' ;;
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

# The keyboard proof, with the differences between two keyboards; and where there is nothing to compare.
python3 "$here/keymaps.py" "$work/keymaps"
play "$build/ui-ncurses" "$here/plays/proof.play" "$machine" "$work" "$setup" "$work/keymaps" "$work/proof.yaml" >"$work/screens" 2>"$work/errors"
report "the keyboard proof and the rehearsal of the start" $? "$work/errors"
golden proof
grep -q 'us_passphrase: prompt' "$work/proof.yaml" && ! grep -rqF 'horse' "$work/proof.yaml"
report "the second slot is in the answers, its passphrase is not" $? "$work/proof.yaml"
# proof KEYMAPS INPUT... : what the review says when it is to be left.
proof() {
	keymaps=$1
	shift
	printf '%s\n' "goto keyboard" "set system.keymap de" "goto encryption" "act type" "$@" | "$build/ui-script" --machine "$machine" --run "$work" \
		--setup "$setup" --answers "$here/answers.yaml" --keymaps "$keymaps" --demo --no-guard >"$work/errors" 2>&1
	report "proof: $1" $? "$work/errors"
}
proof "$work/keymaps" "set disk.passphrase correct horse €ñ" "set disk.passphrase.again correct horse €ñ" "goto review" "next" \
	"expect screen review" "expect message layout de has no key for € ñ"
proof "$work/keymaps" "set disk.passphrase lazy horse boat" "set disk.passphrase.again lazy horse boat" "set us_slot true" "goto review" "next" \
	"expect screen confirm"
proof "$work/none" "set disk.passphrase lazy horse boat" "expect text the keymap de cannot be read" "expect no us_slot"

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
# Waivers, and a file that was edited by hand: the same pages on a large and a small terminal and with libnewt.
for walk in "ui-ncurses 80x24" "ui-ncurses 60x18" ${newt:+"$newt 80x24"}; do
	program=${walk% *}
	echo 'Welcome to the machine room.' >"$system/etc/issue"
	play -t linux -s "${walk#* }" "$build/$program" "$here/plays/waiver.play" "$machine" "$work/harden" "$setup" "$system" \
		>"$work/screens" 2>"$work/errors"
	report "waivers and edited files: $walk" $? "$work/errors"
	golden "waiver.$program.${walk#* }"
	grep -q 'kernel.kptr_restrict: {reason: "profiling", expires: 2999-12-31}' "$policy" && ! grep -q 'machine room' "$system/etc/issue" &&
		grep -rqs 'machine room' "$system/var/lib/jefelinux/changes"
	report "the waiver is kept, the edited file replaced, and its copy kept" $? "$policy"
	"$build/jefe-setup" harden --root "$system" --unwaive kernel.kptr_restrict >"$work/errors" 2>&1
done
echo 'Welcome to the machine room.' >"$system/etc/issue"
cp "$policy" "$work/policy"
# Line mode: out of the page of edits without a word; then kept.
printf '\n\n\n\nq\n' | "$build/ui-line" --harden "$system" --machine "$machine" --run "$work/harden" --setup "$setup" \
	>"$work/line.out" 2>"$work/errors"
# script FILE: what it says is nothing, when all it expects is so.
script() {
	"$build/ui-script" --harden "$system" --machine "$machine" --run "$work/harden" --setup "$setup" --no-guard >"$work/errors" 2>&1
}
report "line mode shows edits as a diff, and changes nothing" "$(grep -q '^+Welcome to the machine room' "$work/line.out" &&
	cmp -s "$policy" "$work/policy" && grep -q 'machine room' "$system/etc/issue"; echo $?)" "$work/line.out"
{
	printf 'next\nexpect screen edits\nact replace\nexpect screen plan\nexpect text is replaced\n'
	printf 'next\nexpect message look at them first\nexpect text say what is to happen\nnext\nexpect screen plan\n'
	printf 'act edits\nexpect text +Edited again.\nback\nexpect screen hardening\n'
} >"$work/again.script"
# Edited again while the plan is read: by the program that is asked for the plan the third time.
cat >"$work/jefe-setup-again" <<-END
	#!/bin/sh
	case " \$* " in *" replace "*--plan*) echo >>"$work/asked"; [ "\$(wc -l <"$work/asked")" != 2 ] || echo 'Edited again.' >>"$system/etc/issue" ;; esac
	exec "$setup" "\$@"
END
chmod +x "$work/jefe-setup-again"
setup=$work/jefe-setup-again script <"$work/again.script"
report "what was said about edits is not good for later ones" "$([ $? -eq 0 ] && grep -q 'Edited again' "$system/etc/issue"; echo $?)" "$work/errors"
printf 'next\nexpect screen edits\nact keep\nexpect text stays as it is\nnext\nwait applied\n' | script
report "edits are kept, and the rest is applied" "$([ $? -eq 0 ] && grep -q 'Edited again' "$system/etc/issue" &&
	grep -q -- '--accept-edits keep' "$system"/var/lib/jefelinux/changes/*/record; echo $?)" "$work/errors"
# A waiver that is over is told, and is no dead end.
sed -i 's/^  waivers:.*/  waivers:\n    kernel.aslr: {reason: "old program", expires: 2020-01-01}/' "$policy"
printf 'act layers 1\nact controls kernel.aslr\nexpect text expired on 2020-01-01: old program\nback\nback\nnext\nexpect screen edits\nact replace
next\nwait applied\n' | script
report "a waiver that is over does not keep a system from being changed" "$([ $? -eq 0 ] && ! grep -q 'machine room' "$system/etc/issue"; echo $?)" "$work/errors"
# Given for two measures, each with a reason of its own; an unknown one can be taken away.
printf '%s\n' 'act layers 1' 'act controls kernel.kptr_restrict' 'act waiver' 'set waiver.reason  of its own ' 'set waiver.expires 2999-12-31' next \
	back 'act controls kernel.sysrq' 'act waiver' 'set waiver.reason another' 'set waiver.expires 2998-12-31' next back back \
	'act layers waivers' 'remove waivers kernel.aslr' next next 'expect text unwaive     kernel.aslr' next 'wait applied' | script
report "waivers of an installed system are given and taken back" "$([ $? -eq 0 ] && ! grep -q kernel.aslr "$policy" &&
	grep -q 'kernel.kptr_restrict: {reason: "of its own", expires: 2999-12-31}' "$policy" &&
	grep -q 'kernel.sysrq: {reason: "another", expires: 2998-12-31}' "$policy"; echo $?)" "$work/errors"
finish
