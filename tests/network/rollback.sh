#!/bin/bash
# Changes that lock their operator out take themselves back as a whole: the real program on a running system, which is a root of its own
# with a network of its own; its /proc/sys is a folder of files. Prints TAP.
# shellcheck disable=SC2317 # functions are called through check
here=$(cd "$(dirname "$0")" && pwd) || exit 99
# shellcheck source=tests/network/lib.sh
. "$here/lib.sh"
network_needs socat setsid python3 sshd ssh-keygen

# give PROGRAM: and the libraries it needs, to the tree.
give() {
	local file
	for file in "$1" $(ldd "$1" | grep -oE '/[^ ]+'); do
		mkdir -p "$tree$(dirname "$file")" && cp -Lf "$file" "$tree$file" || exit 99
	done
}

network_start one
mkdir -p "$tree"/{proc,sys,dev,boot,tmp,usr/bin,usr/sbin,usr/lib,usr/lib64,run/sshd,run/openrc/started} \
	"$tree"/etc/{init.d,ssh/sshd_config.d} "$tree"/kernel/{kernel,net/ipv4/conf/all}
for folder in bin sbin lib lib64; do ln -s "usr/$folder" "$tree/$folder"; done
give "$(command -v nft)"
give /usr/sbin/sshd
give /bin/sh
cp -L "$(readlink -f /bin/sh)" "$tree/usr/bin/sh"
give "$build/jefe-setup"
mv "$tree$build/jefe-setup" "$tree/usr/sbin/"
give "$(command -v rm)"
# Its arguments: --quiet SERVICE ACTION. What is started is noted as the service manager does it.
cat >"$tree/usr/sbin/rc-service" <<'END'
#!/bin/sh
echo "$2 $3" >>/rc.log
case $2.$3 in ssh.reload | ssh.start) read -r pid </run/sshd.pid && kill -HUP "$pid" ;; esac
case $3 in
start) : >"/run/openrc/started/$2" ;;
stop) rm -f "/run/openrc/started/$2" ;;
esac
END
chmod 755 "$tree/usr/sbin/rc-service"
touch "$tree/dev/null" "$tree/dev/urandom" "$tree/etc/init.d/ssh"
for package in openssh-server dropbear-bin tinysshd ucspi-tcp-ipv6; do
	printf '\nPackage: %s\nStatus: install ok installed\n' "$package"
done >>"$tree/var/lib/dpkg/status"
printf 'Include /etc/ssh/sshd_config.d/*.conf\n' >"$tree/etc/ssh/sshd_config"
printf 'sshd:x:101:65534::/run/sshd:/usr/sbin/nologin\nana:x:1000:1000::/home/ana:/bin/sh\n' >>"$tree/etc/passwd"
printf 'ana:*:19000:0:99999:7:::\nsshd:!:19000::::::\n' >>"$tree/etc/shadow"
printf 'root:x:0:\nsudo:x:27:ana\nana:x:1000:\nnogroup:x:65534:\n' >"$tree/etc/group"
mkdir -p "$tree/home/ana/.ssh"
ssh-keygen -q -t ed25519 -N '' -f "$tree/etc/ssh/ssh_host_ed25519_key" &&
	cp "$tree/etc/ssh/ssh_host_ed25519_key.pub" "$tree/home/ana/.ssh/authorized_keys" || exit 99
chown -R 1000:1000 "$tree/home/ana" && chmod 700 "$tree/home/ana/.ssh" && chmod 755 "$tree"
ln -s /etc/init.d/ssh "$tree/run/openrc/started/ssh"
echo 0 >"$tree/kernel/net/ipv4/conf/all/log_martians"
echo 0 >"$tree/kernel/kernel/kptr_restrict"
rules=$tree/etc/jefelinux/firewall.nft
martians=$tree/kernel/net/ipv4/conf/all/log_martians

# jefe COMMAND ARGUMENT...: jefe-setup on the server, whose root is the tree. The kernel's settings of this machine are out of its reach.
jefe() {
	# shellcheck disable=SC2016
	in_space server unshare -m --propagation private sh -c '
		root=$0
		mount -t proc proc "$root/proc" && mount --bind "$root/kernel" "$root/proc/sys" &&
			mount --bind /dev/null "$root/dev/null" && mount --bind /dev/urandom "$root/dev/urandom" || exit 99
		for file in $JEFE_STUCK; do mount --bind "$root/$file" "$root/$file" && mount -o remount,bind,ro "$root/$file" || exit 99; done
		exec chroot "$root" /usr/sbin/jefe-setup "$@"' "$tree" "$@" </dev/null
}
harden_says() { jefe harden "$@" >"$tree/said" 2>&1; }
change() { harden_says "$@"; [ $? -le 1 ]; }
waits() { change "$@" && says 'unless you confirm'; }
says() { grep -q -- "$1" "$tree/said" || { tail -n 5 "$tree/said" | sed 's/^/# /'; false; }; }
refused() { ! harden_says "$@" && says 'still waits to be confirmed'; }

gets_in() { [ "$(connections one 10.77.1.1 22 1)" = 1 ]; }
locked_out() { [ "$(connections one 10.77.1.1 22 1)" = 0 ]; }
unwatched() { [ ! -S "$tree/run/jefe/rollback" ]; }
# soon TEST: now or within half a minute.
soon() {
	local end=$((SECONDS + 30))
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

# What the system is: files with their modes, the kernel, and what the audit says of each control.
files() {
	(cd "$tree" && find etc var kernel -name lock -prune -o -printf '%p %y %m %l\n' -type f -exec sha256sum {} + | sort)
}
audit() {
	jefe audit --json 2>/dev/null | python3 -c 'import json, sys
for row in json.load(sys.stdin)["controls"]: print(row["id"], row["status"])'
}
remember() { files >"$tree/files.$1" && audit >"$tree/audit.$1"; }
same() { diff "$1" "$2" >"$tree/differs" || { sed 's/^/# /' "$tree/differs"; false; }; }
files_are_as() { files >"$tree/files.now"; same "$tree/files.$1" "$tree/files.now"; }
is_as() {
	soon unwatched && files_are_as "$1" || return 1
	audit >"$tree/audit.now"
	same "$tree/audit.$1" "$tree/audit.now"
}

# in_order LINE LINE: the last that the service manager was told.
in_order() { [ "$(tail -n 2 "$tree/rc.log")" = "$1"$'\n'"$2" ] || { sed 's/^/# /' "$tree/rc.log"; false; }; }

# The record of the change is there, and files are being replaced: then nobody is left who could confirm.
kill_changing() {
	harden_says --set network.ssh_sources=192.0.2.0/24 --confirm-within 2 &
	soon grep -qs '^file.*firewall.nft$' "$tree"/var/lib/jefelinux/changes/0002/record
	pkill -9 -P "$!" 2>/dev/null
	wait "$!" 2>/dev/null
	soon unwatched
}

# The machine starts anew: no process and nothing in /run is left of the change that waits, and the boot service is called.
starts_anew() {
	pkill -9 -f "^/usr/sbin/jefe-setup harden .*--confirm-within 58"
	rm -f "$tree/run/jefe/rollback"
	jefe canary boot >"$tree/said" 2>&1 &
	"$@"
	local status=$?
	pkill -9 -f "^/usr/sbin/jefe-setup canary boot"
	wait "$!" 2>/dev/null
	return "$status"
}
settled() { [ ! -e "$tree/var/lib/jefelinux/unconfirmed" ]; }

echo "1..38"
listen server 22
# The daemon that is told; who gets in is asked of the other, which has no login. It has the files of this machine's first process, as a
# daemon of the system must, so its program has another path than for what runs inside.
mkdir -p "$tree/run/openrc/daemons/ssh"
printf 'exec=%s/usr/sbin/sshd\npidfile=/run/sshd.pid\n' "$tree" >"$tree/run/openrc/daemons/ssh/001"
(exec nsenter --net="/run/netns/$name-server" chroot "$tree" /usr/sbin/sshd -D -o Port=2222 -o PidFile=/run/sshd.pid >/dev/null 2>&1) &
listeners+=($!)
soon test -s "$tree/run/sshd.pid" || exit 99
mkdir -m 700 "$tree/var/lib/jefelinux" "$tree/var/lib/jefelinux/changes"
files >"$tree/files.nothing"
check "a first level is taken back when nobody confirms" waits --level baseline --confirm-within 1
check "then there is no policy, no rule and no change" eval 'soon unwatched && files_are_as nothing && [ -z "$(in_space server nft list tables)" ]'

change --level baseline --confirm-within 0
remember before || exit 99
check "the operator gets in" gets_in
check "a change of who gets in waits for him" waits --set network.ssh_sources=192.0.2.0/24 --confirm-within 8
check "he is locked out" locked_out
check "a second change is refused meanwhile" refused --set kernel.sysrq=off
check "also one that asks for no confirmation" refused --set kernel.sysrq=off --confirm-within 0
check "nobody confirms, and he gets in again" soon gets_in
check "policy, files, changes and audit are as before" is_as before
check "then it is too late to confirm" eval '! harden_says --confirm && says "no change waits"'

check "a level whose change waits" waits --level hardened --set network.ssh_sources=192.0.2.0/24 --confirm-within 3
check "is in the kernel" test "$(cat "$martians")" = 1
check "and is taken back from there, too" eval 'is_as before && [ "$(cat "$martians")" = 0 ]'

rm -f "$tree/rc.log"
check "a change of the SSH server waits" waits --set auth.ssh_forwarding=off --confirm-within 2
check "its settings are new" eval '! grep -q AllowTcpForwarding "$tree/etc/ssh/sshd_config.d/10-jefe.conf"'
check "its settings come back" is_as before
check "and it was told each time" soon eval '[ "$(grep -c "ssh reload" "$tree/rc.log")" -ge 2 ]'

rm -f "$tree/rc.log"
check "another SSH server answers at once" eval 'change --ssh dropbear --confirm-within 0 && in_order "ssh stop" "jefe-dropbear start"'
remember dropbear || exit 99
check "one more waits, although no file of the filter or of the server before changes" eval \
	'waits --ssh tinyssh --confirm-within 2 && in_order "jefe-dropbear stop" "jefe-tinyssh start"'
check "nobody confirms, and the one before answers" eval 'is_as dropbear && in_order "jefe-tinyssh stop" "jefe-dropbear start"'
check "the change is undone, and so the first one answers" eval 'change --undo --confirm-within 0 && is_as before && in_order "jefe-dropbear stop" "ssh start"'

check "what does not touch who gets in waits for nobody" eval 'change --set kernel.sysrq=off && unwatched && ! says "unless you confirm" >/dev/null'
check "it can be taken back at once" eval 'change --undo && is_as before'

echo 'ROOT_UUID=' >"$tree/etc/jefelinux/boot" # no boot menu can be made of this
files >"$tree/files.failed"
check "a change that fails is taken back at once" eval 'change --set network.ssh_sources=192.0.2.0/24 && says "put back as it was" && soon unwatched && gets_in'
check "with everything it had changed" files_are_as failed
rm "$tree/etc/jefelinux/boot"
check "the changing process is killed, and all is as before" eval 'kill_changing; is_as before && gets_in'

check "a change waits, and power fails" waits --level hardened --set network.ssh_sources=192.0.2.0/24 --confirm-within 58
check "when the machine starts, it is taken back" eval 'locked_out && starts_anew soon eval "settled && gets_in" && is_as before'
check "a change that was confirmed" eval 'waits --level hardened --set network.ssh_sources=192.0.2.0/24 --confirm-within 58 && change --confirm && soon unwatched && settled'
check "so is one whose watcher is gone" eval 'change --undo --confirm-within 58 && pkill -9 -f "^/usr/sbin/jefe-setup harden .*--confirm-within 58" &&
	change --confirm && settled && change --level hardened --set network.ssh_sources=192.0.2.0/24 --confirm-within 0'
remember confirmed || exit 99
check "stays when the machine starts" eval 'starts_anew soon grep -q "^audit: hardened:" "$tree/said" && is_as confirmed && locked_out && change --undo --confirm-within 0 && is_as before'

check "the change waits again, a minute unless told otherwise" eval 'waits --level hardened --set network.ssh_sources=192.0.2.0/24 && says "60 seconds"'
check "he confirms" change --confirm
check "the new rules stay" eval 'soon unwatched && locked_out'
remember after || exit 99
check "taking it back waits, too, and so all is as after it" eval 'waits --undo --confirm-within 2 && gets_in && is_as after && locked_out'
check "taken back and confirmed, all is as before it" eval 'waits --undo --confirm-within 60 && change --confirm && is_as before && gets_in'

change --level hardened --confirm-within 0
check "what the kernel refuses to take back waits for the next start" eval \
	'JEFE_STUCK=proc/sys/net/ipv4/conf/all/log_martians change --level baseline --confirm-within 0 && says "log_martians = 1 stays set until the next start"'
change --level hardened --confirm-within 0
check "what it takes is back with the lower level" eval 'change --level baseline --confirm-within 0 && [ "$(cat "$martians")" = 0 ]'
exit "$bad"
