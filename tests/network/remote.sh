#!/bin/bash
# `jefe-setup remote` with a real Dropbear: who gets in, who does not, and what stays afterwards. In mount and network namespaces with a
# /run, /root and password file of their own. Prints TAP.
setup=$(cd "${top_builddir:-.}" && pwd)/jefe-setup
# shellcheck source=tests/tap.sh
. "$(dirname "$0")/../tap.sh"

skip() {
	echo "1..0 # SKIP $1"
	exit 0
}
[ "$(id -u)" = 0 ] || skip "needs root"
for program in dropbear dropbearkey dbclient ssh ssh-keygen ip unshare busybox wget; do
	command -v "$program" >/dev/null || skip "needs $program"
done
if [ "${1:-}" != inside ]; then
	unshare -mn true 2>/dev/null || skip "needs mount and network namespaces"
	exec unshare -mn --propagation private "$0" inside
fi

address=192.0.2.1
dir=$(mktemp -d /tmp/jefe-remote-XXXXXX)
server=
leave() {
	"$setup" remote off >/dev/null 2>&1
	[ -z "$server" ] || kill "$server"
	rm -rf "$dir"
}
trap leave EXIT
mount -t tmpfs -o mode=755 run /run && mount -t tmpfs -o mode=700 root /root || skip "needs tmpfs"
printf 'root:*:19000:0:99999:7:::\n' >"$dir/shadow"
printf 'root:x:0:0:root:/root:/bin/sh\n' >"$dir/passwd"
mkdir "$dir/etc" "$dir/work" && mount -t overlay -o "lowerdir=/etc,upperdir=$dir/etc,workdir=$dir/work" overlay /etc 2>/dev/null ||
	{ cp -a /etc "$dir/copy" && mount --bind "$dir/copy" /etc; }
cp "$dir/shadow" "$dir/passwd" /etc/ && mkdir -p /run/jefe/medium
ip link set lo up && ip link add veth0 type veth peer name veth1 && ip address add "$address/24" dev veth0 && ip link set veth0 up &&
	ip link set veth1 up || skip "needs a kernel with veth"
for key in good other; do
	ssh-keygen -q -t ed25519 -N '' -C "$key" -f "$dir/$key" || exit 99
done

# remote EXIT ARGUMENTS...: ends with this status.
remote() {
	local expected=$1 code
	shift
	"$setup" remote "$@" >"$dir/out" 2>"$dir/err" </dev/null
	code=$?
	[ "$code" = "$expected" ] || { echo "exit code $code" && cat "$dir/out" "$dir/err"; } | sed 's/^/# /'
	[ "$code" = "$expected" ]
}
says() {
	grep -qF -- "$1" "$dir/out" "$dir/err" || { sed 's/^/# /' "$dir/out" "$dir/err" && return 1; }
}
# by_key KEY COMMAND...
by_key() {
	local key=$1
	shift
	ssh -n -i "$dir/$key" -o BatchMode=yes -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile="$dir/known" -o ConnectTimeout=10 \
		-o LogLevel=ERROR "root@$address" "$@"
}
by_password() {
	DROPBEAR_PASSWORD=$1 timeout 30 dbclient -y "root@$address" id -u </dev/null 2>/dev/null
}
on_by_password() {
	printf '%s' "$1" >"$dir/password"
	"$setup" remote on --password-fd 7 >"$dir/out" 2>"$dir/err" 7<"$dir/password"
}

is_closed() {
	remote 0 && says "Nobody is let in by SSH" && ! by_key good true
}
check "at the start nobody is let in" is_closed

refuses() {
	remote 2 on && says "who may come in" && remote 2 on --keys keys.txt && says "an absolute path" &&
		remote 1 on --keys /nowhere && says "/nowhere" && remote 2 on --keys stick --port 70000 && says "1 to 65535" &&
		remote 2 open && says "neither on nor off" && remote 1 off && says "no SSH server runs" &&
		! on_by_password short && says "at least 12" && is_closed && [ ! -e /run/jefe/remote/pid ]
}
check "without anybody to let in, without a key, with a short password it stays closed" refuses

elsewhere() {
	rmdir /run/jefe/medium
	remote 1 on --keys "$dir/good.pub" && says "no live system" && remote 1 && says "no live system" && remote 1 off && says "no live system"
	local code=$?
	mkdir /run/jefe/medium
	return "$code"
}
check "it is for the live system only" elsewhere

lets_key_in() {
	remote 0 on --keys "$dir/good.pub" && says "ssh root@$address" && says "Lets in: 1 key" &&
		says "$(ssh-keygen -lf /run/jefe/remote/host_key.pub | cut -d' ' -f2)" &&
		[ "$(by_key good id -u)" = 0 ] && [ "$(ssh-keygen -lf "$dir/known" | cut -d' ' -f2)" = "$(sed -n 's/^Host key (Ed25519): //p' "$dir/out")" ]
}
check "a key gets in, and the host key is the one that was shown" lets_key_in
no_other() { ! by_key other true && ! by_password "correct horse battery" && grep -q '^root:\*:' /etc/shadow; }
check "another key and a password do not" no_other
shows() { remote 0 && says "ssh root@$address" && says "Lets in: 1 key"; }
check "it tells how to get in" shows
wizard_tells() {
	local key
	key=$(sed -n 's/^Host key (Ed25519): //p' "$dir/out")
	printf '3\n3\n\n' | timeout 60 "$setup" wizard --ui line >"$dir/out" 2>"$dir/err"
	says "SSH: open, host key $key." && says "Connect by: ssh root@$address." && says "Lets in: 1 SSH key." && says "1: Close again."
}
check "so do the wizard's first page and its own, read from their beginning" wizard_tells

lets_password_in() {
	local before
	before=$(cat /run/jefe/remote/host_key.pub)
	on_by_password "correct horse battery" && says "a password" && [ "$(by_password "correct horse battery")" = 0 ] &&
		! by_password "correct horse" && ! by_key good true && [ "$before" = "$(cat /run/jefe/remote/host_key.pub)" ]
}
check "opened anew by a password: it gets in, the key does not any more, the host key stays" lets_password_in
no_secret() { ! grep -rqF "correct horse" /run /etc/shadow /root && ! grep -qF "correct horse" "$dir/out" "$dir/err"; }
check "the password is in no file and no message" no_secret

mkdir "$dir/www"
{ cat "$dir/good.pub" "$dir/other.pub" && echo "no key"; } >"$dir/www/keys"
busybox httpd -f -p "$address:8080" -h "$dir/www" >/dev/null 2>&1 &
server=$!
from_address() {
	remote 0 on --keys "http://$address:8080/keys" --port 2222 && says "ssh -p 2222 root@$address" && says "2 keys" &&
		! by_key good true && ssh -p 2222 -n -i "$dir/other" -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
		-o LogLevel=ERROR "root@$address" true
}
check "keys from an address, on another port" from_address

# boot LINE: what init starts, with this kernel line.
boot() {
	echo "$1" >"$dir/cmdline"
	mount --bind "$dir/cmdline" /proc/cmdline
	"$setup" remote boot >"$dir/out" 2>"$dir/err" </dev/null
	local code=$?
	umount /proc/cmdline
	return "$code"
}
at_start() {
	remote 0 off && boot "quiet" && is_closed && boot "quiet jefe.remote=http://$address:8080/keys" && [ "$(by_key good id -u)" = 0 ]
}
check "the kernel line lets in when the live system starts" at_start
tells_trouble() {
	remote 0 off && ! boot "jefe.remote=http://$address:8080/nothing" && grep -q "jefe.remote=: " /run/jefe/remote.trouble &&
		! boot "jefe.remote=keys" && grep -q "an absolute path" /run/jefe/remote.trouble && is_closed
}
check "what goes wrong there is kept for the wizard" tells_trouble

closes() {
	remote 0 on --keys "$dir/good.pub" && by_key good true && remote 0 off && is_closed && [ ! -e /root/.ssh/authorized_keys ]
}
check "closed again nobody gets in, and no key is left" closes
port_taken() { remote 1 on --keys "$dir/good.pub" --port 8080 && says "listening on TCP port 8080: " && remote 0 && says "Nobody is let in"; }
check "a port that is taken is named" port_taken
echo "1..$number"
exit "$bad"
