#!/bin/sh
# The same decisions through every front end make the same answers; line mode can be spoken. Prints TAP.
# shellcheck source=tests/screens/lib.sh
. "$(dirname "$0")/lib.sh"

control=$(printf 'goto hardening\nset hardening.level paranoid\nact layers 3\ndump\n' |
	"$build/ui-script" --machine "$machine" --run "$work" | awk '/^    /{print $1; exit}')
kernel=$(printf 'goto hardening\nact layers 1\ndump\n' |
	"$build/ui-script" --machine "$machine" --run "$work" | awk '/^    /{print $1; exit}')
sed "s#SAVE_PATH#$work/script.yaml#; s#FIRST_CONTROL#set controls -$control#; s#FIRST_KERNEL#$kernel#" "$here/parity.script" |
	"$build/ui-script" --machine "$machine" --setup "$setup" --run "$work" --demo --no-guard >"$work/errors" 2>&1
report "parity: the script ran" "$([ -s "$work/script.yaml" ]; echo $?)" "$work/errors"
sed "s#SAVE_PATH#$work/line.yaml#" "$here/parity.line" |
	"$build/ui-line" --machine "$machine" --setup "$setup" --run "$work" --demo --no-guard --record "$work/line.cast" >"$work/line.out" 2>"$work/errors"
cmp "$work/script.yaml" "$work/line.yaml" >"$work/errors" 2>&1
report "parity: line mode gives the same answers" $? "$work/errors"
# Every row of the review opens a page, also one that is no step, and Next there comes back.
more='goto system
act time
set time.servers 192.0.2.7
next
goto hardening
act layers 1
act controls kernel.sysrq
act waiver
set waiver.reason remote
set waiver.expires 2999-12-31
next
'
{
	printf '%sgoto review\ndump\n' "$more" |
		"$build/ui-script" --machine "$machine" --setup "$setup" --run "$work" --answers "$here/answers.yaml" --demo --no-guard |
		sed -n '/^  sections/,/^  [a-z-]/s/^    \([a-z]* [0-9]*\) |.*/\1/p' >"$work/rows"
	printf '%sgoto review\n' "$more"
	while read -r page row; do
		printf 'act sections %s %s\nexpect screen %s\nnext\nexpect screen review\n' "$page" "$row" "$page"
	done <"$work/rows"
} >"$work/rows.script"
"$build/ui-script" --machine "$machine" --setup "$setup" --run "$work" --answers "$here/answers.yaml" --demo --no-guard \
	<"$work/rows.script" >"$work/errors" 2>&1 && grep -q '^time ' "$work/rows" && grep -q '^waivers ' "$work/rows"
report "every row of the review opens its page, and comes back" $? "$work/errors"
printf '%s\n' 'goto review' 'expect text no port open for them' 'expect text the pool of its distribution' 'act sections services 0' 'expect screen services' \
	'set network.open_ports 443/tcp' next 'expect screen review' 'expect text open ports: 443/tcp' 'act sections time 0' 'expect screen time' next \
	'expect screen review' |
	"$build/ui-script" --machine "$machine" --setup "$setup" --run "$work" --answers "$here/answers.yaml" --demo --no-guard >"$work/errors" 2>&1
report "services and time have a row in the review, whatever they are" $? "$work/errors"
printf '%s\n' 'goto network' 'set network.vlan 10' 'set network.vlan' 'goto encryption' 'set disk.fido2_unlock true' 'set disk.fido2_pin 4711' \
	'focus disk.fido2_unlock' next 'goto encryption' 'set disk.fido2_unlock false' 'goto review' dump |
	"$build/ui-script" --machine "$machine" --setup "$setup" --run "$work" --answers "$here/answers.yaml" --demo --no-guard >"$work/errors" 2>&1
report "what was taken away is not in the review: a number, and a PIN without its security key" "$(grep -q 'Network	default' "$work/errors" &&
	! grep -qE 'VLAN|PIN' "$work/errors"; echo $?)" "$work/errors"
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
	play "$build/ui-ncurses" "$here/plays/switch-sub.play" "$machine" "$work" "$setup" "$here/answers.yaml" \
		tests/cases/machines/installed.json 2>"$work/errors"
	report "all displays go on on a page that another opened" $? "$work/errors"
	play "$build/ui-ncurses" "$here/plays/switch-run.play" "$machine" "$here/data/progress" "$setup" "$here/answers.yaml" \
		2>"$work/errors"
	report "all displays go on with a running installation" $? "$work/errors"
fi
# Two keys in a file, the second confirmed.
for who in ana bob; do
	ssh-keygen -q -t ed25519 -N '' -C "$who@desk" -f "$work/$who"
done
cat "$work/ana.pub" "$work/bob.pub" >"$work/keys"
print=$(ssh-keygen -l -f "$work/bob.pub" | cut -d' ' -f2)
for program in ui-ncurses $newt; do
	play "$build/$program" "$here/plays/keys.play" "$machine" "$work" "$setup" "$here/answers.yaml" "$work/keys.$program" "$work/keys" "$print" \
		2>"$work/errors" >"$work/screens"
	grep -qF "$(cut -d' ' -f2 "$work/bob.pub")" "$work/keys.$program" && ! grep -qF "$(cut -d' ' -f2 "$work/ana.pub")" "$work/keys.$program"
	report "$program: of the keys in a file only the confirmed one is added" $? "$work/errors"
done
printf '=\n12\n\n\n\n\n2\n\n%s\n\n2\n\n\n\n\n\n\n\n14\n%s\n15\n' "$work/keys" "$work/keys.line" |
	"$build/ui-line" --machine "$machine" --run "$work" --setup "$setup" --answers "$here/answers.yaml" --demo --no-guard >"$work/keys.out" 2>&1
cmp "$work/keys.ui-ncurses" "$work/keys.line" >"$work/errors" 2>&1
report "line mode: of the keys in a file only the confirmed one is added" $? "$work/keys.out"
# The engine gets what the same keys give on US keys through a pipe of its own; a stand-in says what it was given.
python3 "$here/keymaps.py" "$work/keymaps"
cat >"$work/stand-in" <<-END
	#!/bin/sh
	[ "\$1" = install ] || exec "$setup" "\$@"
	sed -n 's/^ *\\(.*pass[a-z]*\\|.*pin\\): {from: "fd:\\([0-9]*\\)"}\$/\\1 \\2/p' "\$2" | while read -r key fd; do
		echo "\$key: \$(cat /dev/fd/\$fd)"
	done >"$work/given.part"
	mv "$work/given.part" "$work/given"
END
chmod +x "$work/stand-in"
printf '%s\n' "goto keyboard" "set system.keymap de" "goto encryption" "act type" "set disk.passphrase lazy goat boat" \
	"set disk.passphrase.again lazy goat boat" "set us_slot true" "set disk.fido2_unlock true" "set disk.fido2_pin 47goat" "goto review" "next" "set confirm nvme0n1" "next" "expect screen progress" |
	"$build/ui-script" --machine "$machine" --run "$work/stand-in-run" --setup "$work/stand-in" --answers "$here/answers.yaml" \
		--keymaps "$work/keymaps" --no-guard >"$work/errors" 2>&1
tries=50
while [ ! -e "$work/given" ] && [ $((tries -= 1)) -gt 0 ]; do sleep 0.1; done
printf 'passphrase: lazy goat boat\nus_passphrase: layz goat boat\nfido2_pin: 47goat\n' | cmp - "$work/given" >>"$work/errors" 2>&1
report "the engine gets the passphrase, what its keys give on US keys, and the PIN of a security key" $? "$work/errors"
! grep -rqE 'goat|layz' "$work/stand-in-run"
report "none of them is in a file" $?
# Passwords of an answer file that are to be asked for, of one account after the other.
cat >"$work/three.yaml" <<-END
	schema: 1
	disk:
	  match: {name: nvme0n1}
	  expect: 1
	  encryption: none
	users:
	  - {name: ana, admin: true, password: {from: prompt}}
	  - {name: bob, password: {from: prompt}}
	  - {name: eva, password: {from: prompt}}
	END
rm "$work/given"
printf '%s\n' "goto review" "next" "expect screen review" "expect message The password of ana is missing" "act sections users 0" "next" \
	"expect error users.0.password at least 8 characters" "set users.0.password first lama" "set users.0.password.again first lama" "next" \
	"expect message The password of bob is missing" "goto users" "next" "expect screen users" "expect focus accounts" \
	"expect message The password of bob is missing" "act accounts 1" "next" "expect error users.1.password at least 8 characters" \
	"set users.1.password second lama" "set users.1.password.again second lama" "next" "expect screen users" "next" "expect message The password of eva is missing" \
	"act accounts 2" "set users.2.password third lama" "set users.2.password.again third lama" "next" "remove accounts 1" "next" "expect screen review" \
	"next" "set confirm nvme0n1" "next" "expect screen progress" |
	"$build/ui-script" --machine "$machine" --run "$work/three-run" --setup "$work/stand-in" --answers "$work/three.yaml" --no-guard >"$work/errors" 2>&1
tries=50
while [ ! -e "$work/given" ] && [ $((tries -= 1)) -gt 0 ]; do sleep 0.1; done
printf 'password: first lama\npassword: third lama\n' | cmp - "$work/given" >>"$work/errors" 2>&1
report "each account's password is asked for, and the engine gets those of who is left" $? "$work/errors"
! grep -rqE 'lama|bob' "$work/three-run"
report "no password is in a file, nor who was removed" $?
# What full screen shows by keys, line mode says: suggested words, a secret, the page as a picture, rows that go, progress and log.
# speaks NAME INPUT PATTERN... [-- OPTION...]: INPUT as lines, or as a function that prints them; each PATTERN is said.
speaks() {
	name=$1
	input=$2
	shift 2
	: >"$work/said.patterns"
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		echo "$1" >>"$work/said.patterns"
		shift
	done
	[ $# -eq 0 ] || shift
	{ if [ "$input" = watch ]; then watch; else printf '%b' "$input"; fi; } |
		"$build/ui-line" --machine "$machine" --run "$work" --setup "$setup" --demo --no-guard "$@" >"$work/said" 2>&1
	failed=0
	while read -r pattern; do
		grep -qE -e "$pattern" "$work/said" || failed=1
	done <"$work/said.patterns"
	report "line mode: $name" "$failed" "$work/said"
}
speaks "words, the strength, a secret shown, a picture" '\nde\n?\n1\n\n\n\n\n\n\nlazy goat\n*\nlazy goat\n<\n*\n\nlazy goat\nn\n\n\n\n1\n#\n?\n' \
	'^Number, or Enter for Next: Suggestion: [a-z ]+\.$' 'Strength: [a-z][a-z ,]*\.$' 'Again: lazy goat$' 'This page is in .*without secrets' \
	'-number removes a row'
grep -q 'lazy goat' "$work"/screen-*.txt
report "line mode: the picture has no secret" "$([ $? -eq 1 ]; echo $?)"
printf '\nde\n<\n\n' | "$build/ui-line" --machine "$machine" --run "$work" --setup "$setup" --demo --no-guard >"$work/said" 2>&1
grep -q 'Which disk' "$work/said"
report "line mode: a lone < is text where keys are tried" $? "$work/said"
speaks "a key is removed by its number" '=\n12\n\n\n\n\n-1\n-1\n\n' '^Number, -number to remove' 'no row that can be removed' 'Nobody could log in' \
	-- --answers "$here/answers.yaml"
speaks "addresses, and the serial line that gives the wizard, too" '' '^Address: 192\.0\.2\.10, 2001:db8::10, port ' '^Serial line: ttyS' \
	-- --machine tests/cases/machines/server-raid.json
# An installation: what is known about it is said when it is asked for, and so is its log.
watch() {
	printf '=\n\nnvme0n1\n'
	sleep 2
	printf 'p\nL\n'
	sleep 1
}
speaks "progress and log while it installs" watch '^195\.7 MiB of 412\.0 MiB.* elapsed [0-9:]+$' '^Closing this display does not stop' \
	'^signature of the payload holds$' -- --answers "$here/answers.yaml" --data "$here/data/progress"
speaks "the log of an installation that failed" watch 'Number: Verify the payload$' -- --answers "$here/answers.yaml" --data "$here/data/failed"
# Recordings and pictures, also when the display changes in between: whole, readable, and without secrets.
for program in ui-ncurses $newt; do
	play "$build/$program" "$here/plays/record.play" "$machine" "$work/record.$program" "$setup" "$work/$program.cast" \
		2>"$work/errors" >"$work/screens"
	report "$program: a passphrase and a recovery key while it records" $? "$work/errors"
	sed -n 's/.*Suggestion *\([a-z ]*[a-z]\).*/\1/p' "$work/screens" >>"$work/suggested"
done
for cast in "$work"/*.cast; do
	python3 "$here/cast.py" "$cast" "Which disk gets JefeLinux" "Type three groups" >"$work/errors" 2>&1
	report "recording ${cast##*/}: an asciicast of its owner's with all pages" $? "$work/errors"
done
grep -qF 'Which disk gets' "$work/record.ui-ncurses/screen-1.txt" && python3 -c 'import sys, xml.dom.minidom as m; m.parse(sys.argv[1])' \
	"$work/record.ui-ncurses/screen-1.svg" && grep -qF '(not recorded)' "$work/record.ui-ncurses/screen-4.txt"
report "pictures of single pages" $?
mv "$work/suggested" "$work/patterns"
grep -rlF -f "$work/patterns" "$work"/*.cast "$work"/record.* >"$work/errors"
grep -rlE 'KEYS-ARE2|WHEN-THEY' "$work"/*.cast "$work"/record.* >>"$work/errors"
report "recordings and pictures have no recovery key and no suggestion" \
	"$([ -s "$work/errors" ] || [ ! -s "$work/patterns" ]; echo $((1 - $?)))" "$work/errors"
# Words by chance may have a horse among them.
grep -rl --exclude=switch.play --exclude=patterns -E 'correct horse|horse battery|high horse' "$work" >"$work/errors"
report "the passphrase is in no file" "$([ -s "$work/errors" ]; echo $((1 - $?)))" "$work/errors"
speech English "$work/line.out" 'y or n' Choice

finish
