# Tests of builds that end in the middle: no space, and signals while tools write; tests/iso/run reads it.
# shellcheck shell=bash
# shellcheck disable=SC2154

# small_target TARGET: to the small disk, out of the usual work directory.
small_target() {
	local name=tiny
	[ "$1" != rootfs ] || name=tiny-rootfs.tar.zst
	[ "$1" != iso ] || name=tiny.iso
	other_target "$1" "$folder/small/$name"
}

# small_is_empty: but for what filled it.
small_is_empty() {
	[ "$(ls -A "$folder/small")" = ballast ]
}

# leave KIB: that much of the small disk is free.
leave() {
	local free
	rm -f "$folder/small/ballast"
	free=$(df -Pk "$folder/small" | awk 'NR == 2 { print $4 }')
	head -c $(((free - $1) * 1024)) /dev/zero >"$folder/small/ballast"
}

# targets_find_no_space: before anything is written.
targets_find_no_space() {
	local target
	leave 100
	for target in netboot rootfs oci; do
		! small_target "$target" && says "build.sh: no space for $folder/small/tiny" && says "KiB free in $folder/small" && small_is_empty ||
			{ echo "target $target" >>"$log" && return 1; }
	done
	rm "$folder/small/ballast"
}

# space_runs_out: which no look at the disk foresaw.
space_runs_out() {
	local target fake=$folder/fake-df
	mkdir -p "$fake"
	printf '#!/bin/sh\n[ "$1" != -Pk ] || { printf "x\\nx 1 1 99999999 1 x\\n" && exit; }\nexec %s "$@"\n' "$(command -v df)" >"$fake/df"
	chmod +x "$fake/df"
	leave 500
	for target in iso netboot rootfs oci; do
		! PATH=$fake:$PATH small_target "$target" && says "build.sh: no space left on $folder/small" && small_is_empty ||
			{ echo "target $target" >>"$log" && ls -lA "$folder/small" >>"$log"; return 1; }
	done
	rm -r "$folder/small/ballast" "$fake"
}

# stopped_build_in SIGNAL NAME PATTERN [HALF]: the build gets SIGNAL while NAME, called with arguments of PATTERN, has written half of HALF.
stopped_build_in() {
	local signal=$1 name=$2 pattern=$3 half=${4:-} fake=$folder/fake-tool pid stage
	mkdir -p "$fake"
	cat >"$fake/$name" <<-END
		#!/bin/sh
		case "\$*" in $pattern) ;; *) exec $(command -v "$name") "\$@" ;; esac
		${half:+head -c 100000 /dev/zero >$half}
		: >$tiny_mirror/paused
		exec sleep 60
	END
	chmod +x "$fake/$name"
	PATH=$fake:$PATH "${tiny_build[@]}" --key "$folder/ed25519.pem" --work "$folder/stopped" --output "$folder/stopped.iso" >"$log" 2>&1 &
	pid=$!
	while kill -0 "$pid" 2>/dev/null && [ ! -e "$tiny_mirror/paused" ]; do sleep 0.1; done
	stage=$(pgrep -P "$pid" | head -n 1)
	kill "-$signal" "$pid" 2>/dev/null
	[ "$signal" = TERM ] || kill "-$signal" -- "-$stage"
	wait "$pid" 2>/dev/null
	rm -r "$fake"
	rm "$tiny_mirror/paused" && flock -w 30 "$folder/stopped/lock" true && nothing_runs
}

# stopped_in_tools: by a signal, and as when the power fails; what is left then has no name of something finished.
stopped_in_tools() {
	local signal
	rm -rf "$folder"/stopped*
	for signal in TERM KILL; do
		rm -f "$folder/stopped/stamp/medium-live"
		stopped_build_in "$signal" mksquashfs '*-comp*' "$folder/stopped/medium/live/live.squashfs" && [ ! -e "$folder/stopped.iso" ] &&
			stopped_build_in "$signal" xorriso '*stopped.iso.part*' "$folder/stopped.iso.part" && [ ! -e "$folder/stopped.iso" ] || return
	done
	# The ISO has its name, its bill has not.
	for signal in TERM KILL; do
		rm -f "$folder/stopped.iso"
		stopped_build_in "$signal" mv '*/stopped.spdx.json' && [ -e "$folder/stopped.iso" ] && [ ! -e "$folder/stopped.spdx.json" ] &&
			stopped_goes_on || return
		rm "$folder/stopped.spdx.json"
	done
}

# stopped_goes_on: the next build makes what an undisturbed one makes.
stopped_goes_on() {
	"${tiny_build[@]}" --key "$folder/ed25519.pem" --work "$folder/stopped" --output "$folder/stopped.iso" >"$log" 2>&1 &&
		cmp "$folder/stopped.iso" "$folder/tiny.iso" >>"$log" 2>&1 && cmp "$folder/stopped.spdx.json" "$folder/tiny.spdx.json" >>"$log" 2>&1 &&
		! ls "$folder"/stopped*.part >/dev/null 2>&1
}
