# shellcheck shell=sh
# Talking to whoever is there: every console of the kernel counts, serial or screen.

# Consoles the kernel writes to, "tty0 ttyS0"; in $consoles.
find_consoles() {
	consoles=$(cat /sys/class/tty/console/active)
	consoles=${consoles:-console}
}

say() {
	for console in $consoles; do
		echo "jefe: $*" >"/dev/$console"
	done
}

# Opened for both, so that no writer waits: an answer that comes while another is tried is the next one.
open_answers() {
	mkfifo -m 600 /run/jefe/answer
	exec 3<>/run/jefe/answer
}

close_answers() {
	exec 3>&-
	rm -f /run/jefe/answer
}

# ask PROMPT [EMPTY]: the first line typed on any console, unseen, or given over SSH or by a security key, in $answer; from whom, in $asker. With
# EMPTY Enter alone is an answer, too.
ask() {
	askers=''
	for console in $consoles; do
		ask_on "/dev/$console" "$1" "$2" &
		askers="$askers $!"
	done
	# An asker that ends interrupts the wait for the others.
	until IFS= read -r answer <&3; do :; done
	asker=${answer%% *}
	answer=${answer#* }
	# shellcheck disable=SC2086 # a list
	kill $askers 2>/dev/null
	# shellcheck disable=SC2086
	wait $askers 2>/dev/null
	for console in $consoles; do
		stty echo <"/dev/$console"
		echo >"/dev/$console"
	done
}

# ask_on TTY PROMPT [EMPTY]: an empty line or Ctrl-D asks again; a console that is gone just ends its asker.
ask_on() {
	line=''
	exec <"$1" >"$1"
	stty -echo
	while [ -z "$line" ]; do
		printf '\njefe: %s: ' "$2" || return
		if ! IFS= read -r line; then
			sleep 1
		elif [ -n "$3" ]; then
			break
		fi
	done
	printf 'console %s\n' "$line" >/run/jefe/answer
}

# A shell on every console, until one of them is left.
shells() {
	pids=''
	for console in $consoles; do
		[ "$console" != tty0 ] || console=tty1 # tty0 cannot be a controlling terminal
		# shellcheck disable=SC2016 # $0 is the inner shell's
		setsid sh -c 'exec sh <"$0" >"$0" 2>&1' "/dev/$console" &
		pids="$pids $!"
	done
	# shellcheck disable=SC2086 # a list
	while kill -0 $pids 2>/dev/null; do
		sleep 1
	done
	# shellcheck disable=SC2086
	kill -9 $pids 2>/dev/null
}

# fail MESSAGE: a rescue shell, or a restart where that is not allowed. Returns when the shell is left with a root
# file system mounted on /sysroot.
fail() {
	say "$1"
	if [ "$rescue" = no ] || ! close_tpm; then
		say "this system has no rescue shell; restarting in 30 seconds"
		sleep 30
		restart
	fi
	say "rescue shell: mount the root file system on /sysroot and leave the shell to go on, or leave it to restart"
	shells
	[ -e /sysroot/sbin ] || restart
}

restart() {
	sync
	while :; do
		reboot -f
		sleep 60
	done
}
