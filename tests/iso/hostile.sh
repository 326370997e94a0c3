# Tests of what others bring: records in an ISO or a lock file, and answers; tests/iso/run reads it.
# shellcheck shell=bash
# shellcheck disable=SC2154

# record_lines: lines that no build writes, each of which would have been run, or written beside what it is for.
record_lines() {
	cat <<-END
		set version 1/e touch $folder/owned;s/x
		set version 1|e touch $folder/owned
		set menu_theme ../../owned
		set live_base tiny[\$(touch $folder/owned)]
		set compression small]+a[\$(touch $folder/owned)
		set target_role target+../../owned
		set epoch a[\$(touch $folder/owned)]
		set SHELLOPTS xtrace
		set PATH $folder
		branch tiny one/e;s/a
		branch ../tiny one
		file tiny ../../../owned sha256:$(printf %064d 0)
		package tiny live ../owned 1 all -
		package tiny live owned 1/2 all -
		run touch $folder/owned
	END
}

# record_refused LINE FILE: of the record in FILE, a lock, LINE is named with its number, in place of one it would have had otherwise.
record_refused() {
	local word=${1%" ${1#* * }"}
	{
		grep -vxF -- "$(grep -F -m 1 -- "$word " "$2")" "$2"
		printf '%s\n' "$1"
	} >"$folder/hostile.lock"
	! "$folder/tree/live-iso/build.sh" --target iso --locked "$folder/hostile.lock" --key "$folder/ed25519.pem" --work "$folder/hostile" \
		--output "$folder/hostile.iso" >"$log" 2>&1 && says "hostile.lock:$(wc -l <"$folder/hostile.lock"): no build writes this line: " &&
		[ ! -e "$folder/owned" ] && [ ! -e "$folder/hostile.iso" ]
}

# locks_refused: whatever a lock file says.
locks_refused() {
	local line
	while IFS= read -r line; do
		record_refused "$line" "$folder/lock" || { echo "line: $line" >>"$log" && return 1; }
	done < <(record_lines)
	printf 'set epoch 1\nset epoch 1\n' | cat "$folder/lock" - >"$folder/hostile.lock"
	! locked --locked "$folder/hostile.lock" && says 'says "set epoch" twice'
}

# hostile_iso COMMAND...: an ISO whose tree COMMAND changed, in this folder; verify refuses it, and nothing of it was run.
hostile_iso() {
	local tree=$folder/hostile-tree
	rm -rf "$tree" "$folder/hostile.iso"
	xorriso -osirrox on -indev "$folder/plain" -extract / "$tree" >"$log" 2>&1 && chmod -R u+w "$tree" && (cd "$tree" && "$@") &&
		xorriso -as mkisofs -quiet -r -V JEFELINUX -o "$folder/hostile.iso" "$tree" >"$log" 2>&1 || return
	! "$folder/tree/live-iso/build.sh" verify "$folder/hostile.iso" --work "$folder/hostile" >"$log" 2>&1 && [ ! -e "$folder/owned" ]
}

# isos_refused: with a record that runs something, and with a link in place of a file.
isos_refused() {
	hostile_iso sed -i "s/^set version .*/set version 1|e touch ${folder//\//\\/}\\/owned/" .jefe/build && says '/.jefe/build:2: no build writes this line: set version 1|e' &&
		hostile_iso ln -sf /etc/shadow answers/answers.yaml && says 'has links or devices'
	local status=$?
	rm -rf "$folder"/hostile*
	return "$status"
}

# options_refused: what cannot be recorded is refused as an option, too.
options_refused() {
	! build --version '1|e touch owned' && says "--version '1|e touch owned': has characters" &&
		! build --append $'quiet\nset timeout=0' && says '--append ' && ! real --base alpine --branch a/b && says '--branch a/b: a release is'
}

# own_setup: a jefe-setup in PATH, the one of the tiny base.
own_setup() {
	mkdir -p "$folder/own-setup"
	cp "$folder/work/tiny/program/usr/sbin/jefe-setup" "$folder/own-setup/jefe-setup"
	PATH=$folder/own-setup:$PATH "$@"
}

# answers_refused: what jefe-setup does not understand is not embedded, with jefe-setup in PATH or in the work directory; without, that is said.
answers_refused() {
	local here=$PWD
	echo nonsense >"$folder/wrong.yaml"
	refuses "jefe-setup check: $folder/wrong.yaml:1:1: error: nonsense" own_setup tool embed "$folder/tiny.iso" "$folder/wrong.yaml" || return
	ln -sfn "$folder/work" "$folder/build-iso"
	cd "$folder" || return
	refuses "jefe-setup check: $folder/wrong.yaml:1:1: error: nonsense" tool embed "$folder/tiny.iso" "$folder/wrong.yaml"
	local status=$?
	cd "$here" && rm "$folder/build-iso" || return
	[ "$status" = 0 ] && tool embed "$folder/tiny.iso" "$folder/wrong.yaml" && says "no jefe-setup in PATH or in ./build-iso: $folder/wrong.yaml was not checked" &&
		own_setup tool embed "$folder/tiny.iso" "$folder/answers.yaml" && lacks notice && tool remove "$folder/tiny.iso"
}

# answers_refused_in_build: by the jefe-setup of the live system, before there is an ISO.
answers_refused_in_build() {
	! build --key "$folder/ed25519.pem" --answers "$folder/wrong.yaml" --output "$folder/wrong.iso" &&
		says "build.sh: $folder/wrong.yaml:1:1: error: nonsense" && [ ! -e "$folder/wrong.iso" ] &&
		build --key "$folder/ed25519.pem" --answers "$folder/answers.yaml" --output "$folder/right.iso"
	local status=$?
	rm -f "$folder"/{right,wrong}.*
	return "$status"
}
