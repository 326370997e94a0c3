#!/bin/sh
# All that an administrator gets who logs in before the disk is unlocked: the question, and what came of the answer. Ends with 0 when
# the disk is unlocked, whoever did it.
export PATH=/usr/bin
told=/run/jefe/told.$$

# question: until nobody answers any more.
question() {
	stty -echo 2>/dev/null
	while printf 'jefe: passphrase to unlock the disk: '; do
		line=''
		IFS= read -r line || [ -n "$line" ] || break
		echo
		[ -n "$line" ] || continue
		rm -f "$told"
		printf '%s %s\n' "$$" "$line" >/run/jefe/answer
		until [ -s "$told" ]; do
			sleep 0.1
		done
		echo "jefe: $(cat "$told")"
	done
	stty echo 2>/dev/null
}

if [ -n "$SSH_ORIGINAL_COMMAND" ]; then
	echo "jefe: the disk of this computer is locked; log in without a command to unlock it" >&2
	exit 2
fi
exec 3<&0
question <&3 &
asker=$!
while [ ! -s /run/jefe/over ] && kill -0 "$asker" 2>/dev/null; do
	sleep 0.2
done
[ -s /run/jefe/over ] || exit 1
kill "$asker" 2>/dev/null
stty echo <&3 2>/dev/null
read -r status message </run/jefe/over
echo
echo "jefe: $message"
exit "$status"
