#!/bin/sh
# `jefe-setup ssh-keys`: from files, an address on this computer, and a stick (a file as a loop device). Prints TAP.
set -u
setup=$(cd "${top_builddir:-.}" && pwd)/jefe-setup
number=0
bad=0
work=$(mktemp -d) || exit 99
server=
loop=

clean() {
	[ -z "$server" ] || kill "$server"
	[ -z "$loop" ] || losetup -d "$loop"
	rm -rf "$work"
}
trap clean EXIT
trap 'exit 1' INT TERM

# gives NAME SOURCE FILE [OPTION...]: the command prints exactly what is in FILE.
gives() {
	number=$((number + 1))
	name=$1 source=$2 want=$3
	shift 3
	if "$setup" ssh-keys "$@" "$source" >"$work/got" 2>"$work/errors" && diff "$want" "$work/got" >>"$work/errors"; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		sed 's/^/# /' "$work/errors"
		bad=1
	fi
}

# refuses NAME SOURCE STATUS WORDS [OPTION...]
refuses() {
	number=$((number + 1))
	name=$1 source=$2 status=$3 words=$4
	shift 4
	"$setup" ssh-keys "$@" "$source" >"$work/got" 2>"$work/errors"
	if [ $? = "$status" ] && [ ! -s "$work/got" ] && grep -qF -- "$words" "$work/errors"; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		sed 's/^/# /' "$work/errors" "$work/got"
		bad=1
	fi
}

for who in ana bob; do
	ssh-keygen -q -t ed25519 -N '' -C "$who@desk" -f "$work/$who"
done
cat "$work/ana.pub" "$work/bob.pub" >"$work/both"
{
	cat "$work/ana.pub"
	printf '# a remark\n\nnot a key\r\n'
	cat "$work/bob.pub" "$work/ana.pub"
} >"$work/mixed"
: >"$work/empty"
gives "a file: keys only, each once" "$work/mixed" "$work/both"
refuses "a private key is refused, and is not printed" "$work/ana" 1 "private key"
refuses "an empty file" "$work/empty" 1 "no SSH public key"
refuses "no such file" "$work/nothing" 1 "No such file"
refuses "a word that means nothing" nothing 2 "or the word stick"

port=$((20000 + $$ % 20000))
python3 -m http.server --bind 127.0.0.1 --directory "$work" "$port" >"$work/log" 2>&1 &
server=$!
for _ in $(seq 200); do
	wget -q -O /dev/null "http://127.0.0.1:$port/both" && break
	sleep 0.3
done
gives "an address" "http://127.0.0.1:$port/mixed" "$work/both"
mkdir -p "$work/http:/keys.example" # what this server looks for when it is asked as a proxy
cp "$work/mixed" "$work/http:/keys.example/mixed"
gives "an address through a proxy" "http://keys.example/mixed" "$work/both" --proxy "http://127.0.0.1:$port"
refuses "a proxy that wants a password" "http://keys.example/mixed" 2 "everyone on the installed system" \
	--proxy "http://a:b@127.0.0.1:$port"
refuses "an address with nothing there" "http://127.0.0.1:$port/nothing" 1 "wget"

truncate -s 8M "$work/stick"
mkdir -p "$work/tree/.ssh"
cp "$work/ana.pub" "$work/tree"
cp "$work/bob.pub" "$work/tree/.ssh/authorized_keys"
cp "$work/bob" "$work/tree/.ssh"
mkfs.ext4 -q -d "$work/tree" "$work/stick"
if [ "$(id -u)" = 0 ] && loop=$(losetup -r --show -f "$work/stick"); then
	gives "a stick: .pub files and authorized_keys" "$loop" "$work/both"
	number=$((number + 1))
	if grep -q "$loop" /proc/self/mountinfo; then
		echo "not ok $number - nothing stays mounted"
		bad=1
	else
		echo "ok $number - nothing stays mounted"
	fi
else
	loop=
	echo "ok $((number + 1)) - a stick # SKIP needs root and loop devices"
	number=$((number + 1))
fi
echo "1..$number"
exit "$bad"
