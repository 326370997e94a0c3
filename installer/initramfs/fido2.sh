# shellcheck shell=sh
# A security key that opens the disk, when there is jefe-fido2 and the header of the disk tells of one. What it derives when it is touched is
# one more answer to the prompt, beside what is typed there.

key_way='' watcher=''

# key_up DEVICE: how its security key is asked, in $key_way: "touch" in the background, "pin" in turn with the passphrase.
key_up() {
	command -v jefe-fido2 >/dev/null && key_way=$(jefe-fido2 way "$1" 2>/dev/null) || return 0
	modprobe -abq usbhid hid_generic || : # for one that is plugged in later
	if [ "$key_way" = pin ]; then
		wait_until 5 key_is_there || key_way=passphrase
		return 0
	fi
	say "touch the security key, or give the passphrase"
	mkfifo -m 600 /run/jefe/fido2.says
	while IFS= read -r line; do
		say "$line"
	done </run/jefe/fido2.says &
	jefe-fido2 wait "$1" >/run/jefe/answer 2>/run/jefe/fido2.says </dev/null &
	watcher=$!
}

key_is_there() {
	[ -n "$(jefe-fido2 list 2>/dev/null)" ]
}

# ask_in_turn PROMPT: what may open the disk, in $answer, as ask does. Enter alone changes between the PIN and the passphrase.
ask_in_turn() {
	while :; do
		case $key_way in
		pin)
			say "Enter alone: give the passphrase instead"
			ask "PIN of the security key" empty
			;;
		passphrase)
			say "Enter alone: use the security key instead"
			ask "$1" empty
			;;
		*) ask "$1" ;;
		esac
		if [ "$asker" = console ] && [ -z "$answer" ]; then
			case $key_way in pin) key_way=passphrase ;; *) key_way=pin ;; esac
		elif [ "$asker" != console ] || [ "$key_way" != pin ]; then
			return
		elif derive_by_pin; then
			return
		fi
	done
}

# derive_by_pin: what the key derives takes the place of the PIN in $answer.
derive_by_pin() {
	say "touch the security key"
	if answer=$(printf %s "$answer" | jefe-fido2 answer "$device" 2>/run/jefe/fido2.said); then
		asker=key
		return
	fi
	why=$(sed -n 's/^jefe-fido2: //p' /run/jefe/fido2.said)
	say "${why:-the security key does not answer}"
	return 1
}

# Whoever opened the disk; /run/jefe/fido2 tells the system of it.
key_down() {
	[ -n "$key_way" ] || return 0
	if [ -n "$watcher" ]; then
		kill "$watcher" 2>/dev/null
		wait "$watcher" 2>/dev/null
		rm -f /run/jefe/fido2.says
	fi
	rm -f /run/jefe/fido2.said
	case $asker in key) echo unlocked ;; *) echo asked ;; esac >/run/jefe/fido2
}
