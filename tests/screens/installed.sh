#!/bin/sh
# The hardening pages on an installed system: changes, waivers, files edited by hand. Prints TAP.
# shellcheck source=tests/screens/lib.sh
. "$(dirname "$0")/lib.sh"

# An installed system: its audit, a change planned, applied by the engine, and what it says afterwards.
system=$work/system
make_system "$system"
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
# Another display in the middle: what was typed and said is there, and the change that runs is followed to its end.
if [ -n "$newt" ]; then
	echo 'Edited once more.' >"$system/etc/issue"
	cat >"$work/jefe-setup-slow" <<-END
		#!/bin/sh
		case " \$* " in *" harden "*" --plan "* | *" audit "*) exec "$setup" "\$@" ;; esac
		# Slow to start, and what was said last is shown before it ends.
		sleep 3
		"$setup" "\$@"
		status=\$?
		sleep 1
		exit \$status
	END
	chmod +x "$work/jefe-setup-slow"
	play "$build/ui-ncurses" "$here/plays/switch-harden.play" "$machine" "$work/harden" "$work/jefe-setup-slow" "$system" \
		>"$work/screens" 2>"$work/errors"
	report "all displays go on with a waiver, the edits and a change" "$([ $? -eq 0 ] && grep -q 'once more' "$system/etc/issue"; echo $?)" "$work/errors"
fi
finish
