#!/bin/sh
# Programs that take their time, or never end: the wizard says so, and can be told to stop them. Prints TAP.
# shellcheck source=tests/screens/lib.sh
. "$(dirname "$0")/lib.sh"

# An address where nobody says anything.
python3 - "$work/port" <<-END &
	import os, socket, sys, time
	server = socket.socket()
	server.bind(("127.0.0.1", 0))
	server.listen()
	with open(sys.argv[1] + ".part", "w") as file:
	    file.write(str(server.getsockname()[1]))
	os.rename(sys.argv[1] + ".part", sys.argv[1])
	time.sleep(500)
END
server=$!
trap 'kill "$server"; rm -rf "$work"' EXIT
until [ -s "$work/port" ]; do sleep 0.1; done
address=http://127.0.0.1:$(cat "$work/port")/keys
ssh-keygen -q -t ed25519 -N '' -C late@desk -f "$work/late"
cat >"$work/slow" <<-END
	#!/bin/sh
	case "\$*" in
	"ssh-keys /never") exec "$setup" ssh-keys "$address" ;;
	"ssh-keys /late") sleep 3 && exec "$setup" ssh-keys "$work/late.pub" ;;
	"harden "*" --plan") # the first is never there
		echo \$\$ >>"$work/plans"
		[ "\$(wc -l <"$work/plans")" != 1 ] || exec sleep 400
		sleep 4
		;;
	"audit --json --root $work/plain") ;;
	"audit "*) echo \$\$ >>"$work/audits" && exec sleep 400 ;;
	esac
	exec "$setup" "\$@"
END
chmod +x "$work/slow"
if [ -n "$newt" ]; then
	play "$build/ui-ncurses" "$here/plays/wait.play" "$machine" "$work" "$work/slow" "$here/answers.yaml" >"$work/screens" 2>"$work/errors"
	report "keys from an address that never answers: the time is shown, and it can be stopped" $? "$work/errors"
	grep -qsF "$address" /proc/[0-9]*/cmdline
	report "what was stopped is gone, with all that it had started" "$([ $? -ne 0 ]; echo $?)"
	mkdir -p "$work/system/etc/jefelinux"
	printf 'schema: 1\nhardening: {level: baseline}\n' >"$work/system/etc/jefelinux/policy.yaml"
	mkdir -p "$work/plain/etc/jefelinux" "$work/plain/root" "$work/plain/boot" "$work/plain/lib/modules/6.1.0-56-amd64"
	cp "$work/system/etc/jefelinux/policy.yaml" "$work/plain/etc/jefelinux/"
	echo 'ID=debian' >"$work/plain/etc/os-release"
	echo root:x:0:0:root:/root:/bin/sh >"$work/plain/etc/passwd"
	echo 'root:*:19000:0:99999:7:::' >"$work/plain/etc/shadow"
	play "$build/ui-ncurses" "$here/plays/wait-plan.play" "$machine" "$work" "$work/slow" "$work/plain" >"$work/screens" 2>"$work/errors"
	report "a plan of changes that takes its time can be stopped, and is there when it is" $? "$work/errors"
	report "it is asked for anew after a stop, and once through two displays" "$([ "$(wc -l <"$work/plans")" = 2 ]; echo $?)" "$work/plans"
	play "$build/ui-ncurses" "$here/plays/wait-audit.play" "$machine" "$work" "$work/slow" "$work/system" >"$work/screens" 2>"$work/errors"
	report "an audit that takes its time can be stopped" $? "$work/errors"
	report "it is asked for once, also through another display" "$([ "$(wc -l <"$work/audits")" = 1 ] && ! kill -0 "$(cat "$work/audits")" 2>/dev/null; echo $?)" "$work/audits"
fi
finish
