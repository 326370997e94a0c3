# build.sh embed|show|remove: the answer file in the area that every ISO reserves for one, without building anything. An area of
# zero bytes is empty; the live system (installer/live/source.c) takes what is before the zeros at its end.
# shellcheck shell=bash

answers_path=/answers/answers.yaml
answers_room=65536 # bytes, the most that an answer file may have (installer/base/document.h)

# answers_area FILE: FILE, or nothing, filled up to the size of the area, on stdout.
answers_area() {
	local size=0
	if [ -n "$1" ]; then
		size=$(stat -Lc %s "$1")
		cat "$1"
	fi
	head -c $((answers_room - size)) /dev/zero
}

# answers_check FILE: it fits, and is text.
answers_check() {
	[ -s "$1" ] || refuse "$1: is empty"
	[ "$(stat -Lc %s "$1")" -le "$answers_room" ] || refuse "$1: an answer file has at most $answers_room bytes"
	[ "$(tr -d '\000' <"$1" | wc -c)" = "$(stat -Lc %s "$1")" ] || refuse "$1: has zero bytes; it is no answer file"
}

# answers_said FILE [ROOT]: what jefe-setup, in ROOT or of this machine, says of it, with its exit code: 1 when it cannot be used.
answers_said() {
	local folder status=0
	if [ -z "${2:-}" ]; then
		jefe-setup check "$1" 2>&1
		return
	fi
	folder=$(mktemp -d)
	cp "$1" "$folder/answers.yaml"
	local root_binds=("$folder /run/check ro")
	in_root "$2" /usr/sbin/jefe-setup check /run/check/answers.yaml 2>&1 | sed "s|^/run/check/answers.yaml|$(sed_text "$1")|" || status=$?
	rm -r "$folder"
	return "$status"
}

# answers_understood FILE: by the jefe-setup of this machine, or of a build in ./build-iso.
answers_understood() {
	local said status=0 root=$PWD/build-iso/image/live
	if command -v jefe-setup >/dev/null; then
		root=
	elif [ "$(id -u)" != 0 ] || [ ! -x "$root/usr/sbin/jefe-setup" ]; then
		echo "build.sh: notice: no jefe-setup in PATH or in ./build-iso: $1 was not checked" >&2
		return
	fi
	said=$(answers_said "$1" "$root") || status=$?
	case $status in
	0) ;;
	1) refuse "jefe-setup check: $(sed 15q <<<"$said")" ;;
	*) echo "build.sh: notice: jefe-setup could not check $1 (exit code $status): $(tail -n 1 <<<"$said")" >&2 ;;
	esac
}

# answers_in_build: by the jefe-setup that will read them. What verify finds in an ISO is taken as it is.
answers_in_build() {
	local said
	[ -n "$answers" ] && [ -z "$foreign_medium" ] || return 0
	said=$(answers_said "$answers" "$live_root") || fail "$(sed 15q <<<"$said")"
}

# area_find ISO: sets area_block, in blocks of 2048 bytes.
area_find() {
	local size found
	found=$(xorriso -indev "$1" -find "$answers_path" -exec report_lba 2>/dev/null | sed -n 's/^File data lba: *//p' | tr -d ' ' || true)
	IFS=, read -r _ area_block _ size _ <<<"$found"
	[ "${size:-}" = "$answers_room" ] || refuse "$1: not an ISO with room for an answer file"
}

# area_read ISO: what is in it.
area_read() {
	dd if="$1" bs=2048 skip="$area_block" count=$((answers_room / 2048)) status=none | tr -d '\000'
}

# area_write ISO: from stdin, of exactly its size.
area_write() {
	dd of="$1" bs=2048 seek="$area_block" conv=notrunc status=none
}

# area_report ISO: how to see that nothing else of the ISO changed.
area_report() {
	local start=$((area_block * 2048)) command
	command="{ head -c $start ${1@Q}; head -c $answers_room /dev/zero; tail -c +$((start + answers_room + 1)) ${1@Q}; } | sha256sum"
	echo "SHA-256 without the answers (as it was built, when no --answers was given):"
	echo "  $(eval "$command" | cut -d' ' -f1)"
	echo "To see it again:"
	echo "  $command"
}

# embed_command WORD ISO [ANSWERS]
embed_command() {
	local word=$1 iso=${2:-} file=${3:-}
	[ -f "$iso" ] || refuse "$word needs the name of an ISO"
	if [ "$word" = embed ]; then
		[ $# = 3 ] || refuse "embed needs an ISO and an answer file"
		[ -f "$file" ] || refuse "$file: no such file"
		answers_check "$file"
		answers_understood "$file"
	elif [ $# != 2 ]; then
		refuse "$word takes an ISO and nothing else"
	fi
	command -v xorriso >/dev/null || refuse "not installed: xorriso"
	area_find "$iso"
	case $word in
	embed) answers_area "$file" | area_write "$iso" ;;
	remove) answers_area "" | area_write "$iso" ;;
	show)
		[ -n "$(area_read "$iso")" ] || { echo "build.sh: $iso: no answer file is embedded" >&2 && exit 1; }
		area_read "$iso"
		exit
		;;
	esac
	area_report "$iso"
}
