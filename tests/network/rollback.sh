#!/bin/bash
# A change of the packet filter that locks its operator out takes itself back. Prints TAP.
here=$(cd "$(dirname "$0")" && pwd) || exit 99
# shellcheck source=tests/network/lib.sh
. "$here/lib.sh"
network_needs socat setsid

network_start one
rules=$tree/etc/jefelinux/firewall.nft
harden --level baseline --set network.ssh_sources=192.0.2.0/24 2>/dev/null || exit 99
cp "$rules" "$tree/etc/jefelinux/new.nft"
harden --level baseline --set network.ssh_sources=on 2>/dev/null && cp "$rules" "$tree/old.nft" || exit 99
listen server 22

# change ARGUMENT...: tests/network/change on the server, which has the tree's /etc and /run.
change() {
	# shellcheck disable=SC2016
	in_space server unshare -m sh -c '
		root=$0
		mount --bind "$root/etc" /etc && mount --bind "$root/run" /run || exit 99
		exec "$@"' "$tree" "$build/tests/network/change" "$@" 2>/dev/null
}

old_is_back() { cmp -s "$rules" "$tree/old.nft" && [ "$(connections one 10.77.1.1 22 1)" = 1 ]; }
new_is_there() { cmp -s "$rules" "$tree/etc/jefelinux/new.nft" && [ "$(connections one 10.77.1.1 22 1)" = 0 ]; }
again() {
	cp "$tree/old.nft" "$rules"
	in_space server nft -f "$rules"
}
unwatched() { [ ! -S "$tree/run/jefe/rollback" ]; }
# soon TEST: now or within half a minute.
soon() {
	local end=$((SECONDS + 30))
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

echo "1..15"
again
check "the operator gets in" old_is_back
check "a change of who gets in waits for him" test "$(change 10 applied)" = waits
check "he is locked out" new_is_there
check "a second change is refused meanwhile" test "$(change 10 applied)" = ""
check "nobody confirms, and the old rules come back" soon old_is_back
check "then it is too late to confirm" eval '! change confirm'

again
check "the change waits again" test "$(change 30 applied)" = waits
check "he confirms" change confirm
check "the new rules stay" eval 'soon unwatched && new_is_there'

again
check "what changes nothing does not wait" test "$(change 30 same)" = "done"
check "nobody watches it" soon unwatched
check "a change that fails is taken back at once" eval '[ "$(change 30 failed)" = "done" ] && soon old_is_back'
# The session ends while the change is being made: the clock runs all the same.
check "the changing process is killed" eval '[ -z "$(setsid -w "$BASH" -c "$(declare -f change in_space); name=$name tree=$tree build=$build; change 2 killed")" ]'
check "the old rules come back" soon old_is_back

rm "$rules"
in_space server nft delete table inet jefe
change 1 applied >/dev/null
no_rules() { [ ! -e "$rules" ] && [ -z "$(in_space server nft list tables)" ]; }
check "where there were no rules there are none afterwards" soon no_rules
exit "$bad"
