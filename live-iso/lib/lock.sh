# What an ISO was made from, as a file: options, date, source and every package with its hash. It is on each ISO as .jefe/build, so
# that anybody can make it again (build.sh verify), and with the mirrors it is what --lock writes, also for other targets.
# shellcheck shell=bash

recorded=(version arch target base live_base target_role append menu_theme compression epoch) # variables that decide what is made

# What the lines of a record may hold, as patterns: they end in paths, in sed and in the programs of root. An append and a tool are text.
record_word='[a-z][a-z0-9-]*' record_name='[A-Za-z0-9][A-Za-z0-9._+-]*' record_hash='(-|sha256:[0-9a-f]{64}|apk:[A-Za-z0-9+/=]+)'
record_line="(jefelinux-build 1\
|set version [0-9A-Za-z][0-9A-Za-z.~+-]*\
|set arch [a-z0-9_]+\
|set target [a-z]+\
|set (live_)?base [a-z]+\
|set target_role [a-z]+(\\+$record_word)*\
|set append( [[:print:]]*)?\
|set menu_theme [a-z0-9][a-z0-9.-]*\
|set compression [a-z]+\
|set epoch [0-9]{1,12}\
|branch [a-z]+ [a-z0-9][a-z0-9.-]*\
|source [0-9a-f]{64}\
|file $record_word $record_name $record_hash\
|package $record_word [a-z]+(\\+$record_word)* $record_name [!-.0-~]+ [a-z0-9_-]+ $record_hash\
|mirror $record_word [a-z]+\
|tool [a-z0-9-]+ [[:print:]]*)"

# lock_inputs: "WORD VALUE..." lines. Of the machine they have its tools alone, which may decide bytes, too.
lock_inputs() {
	local name role
	echo "jefelinux-build 1"
	for name in "${recorded[@]}"; do echo "set $name${!name:+ ${!name}}"; done
	for name in $(bases_used); do echo "branch $name $(branch_of "$name")"; done
	echo "source $(hash_of_source)"
	for name in $(bases_used); do "${name}_files" | sed "s/^/file $name /"; done
	! live_wanted || lock_packages "$live_base" live
	lock_packages "$base" "$target_role"
	for name in $(bases_wanted); do lock_packages "$(maker_of "$name")" build; done | sort -u
	if [ -n "$foreign_medium" ]; then
		grep '^tool ' "$foreign_medium/.jefe/build" || true # like its signature: the tools of this machine are compared apart
	else
		lock_tools
		lock_base_tools
	fi
}

# lock_packages BASE ROLE
lock_packages() {
	inventory "$1" "$work/$1/$2" | awk -F '\t' -v role="$1 $2" '{ print "package", role, $1, $2, $3, $6 }'
}

# hash_of_source: over names and content of all sources of program and build; modes depend on the umask of a checkout.
hash_of_source() {
	(cd "$source_dir" && source_files | LC_ALL=C sort -z | xargs -0 sha256sum) | sha256sum | cut -d' ' -f1
}

# source_files: their names, zero bytes between. What tests and tools left behind is none of them, with Git and without.
source_files() {
	local name expression=(! -path live-iso/epoch)
	if [ -e .git ] && command -v git >/dev/null; then
		# shellcheck disable=SC2016
		git -c safe.directory='*' ls-files -z --cached --others --exclude-standard -- live-iso "${program_folders[@]}" | sort -zu |
			xargs -0 sh -c 'for name; do [ ! -f "$name" ] || [ -h "$name" ] || printf "%s\\0" "$name"; done' names
		return
	fi
	for name in "${generated[@]}"; do
		case $name in /*) ;; *) expression+=(! -path "*/$name/*" ! -name "$name") ;; esac
	done
	find live-iso "${program_folders[@]}" -type f "${expression[@]}" -print0
}

# record_unit HASH: WORK/medium/.jefe/build, of what is made from HASH.
record_unit() {
	mkdir -p "$medium/.jefe"
	unit medium-record "$(hash_of "$1" "$here/lib/lock.sh" "$target" "$append" "$menu_theme" "$compression" "$epoch" "$(hash_of_source)" \
		"$(lock_tools)" "${locked:-}" "$foreign_medium")" make_record
}

make_record() {
	lock_inputs >"$medium/.jefe/build"
	[ -z "$locked" ] || [ -n "$verify_iso" ] || locked_check
}

# lock_write FILE: with the mirrors, which say why another machine's build may differ.
lock_write() {
	local name
	{
		cat "$medium/.jefe/build"
		for name in $(bases_used); do mirrors_of "$name" | sed "s,:.*,,; s,^,mirror $name ,"; done
	} >"$1.part"
	mv "$1.part" "$1"
}

# lock_tools: "tool NAME VERSION" lines of this machine: those that write what is compared. Alpine's apk is in the minirootfs, which has its
# hash in the record.
lock_tools() {
	local name
	for name in mksquashfs:-version xorriso:--version mformat:--version zstd:--version tar:--version grub-mkimage:--version \
		cpio:--version gzip:--version; do
		lock_tool "$name"
	done
}

# lock_tool NAME:OPTION
lock_tool() {
	echo "tool ${1%:*} $("${1%:*}" "${1#*:}" 2>&1 | grep -m 1 '[0-9]')"
}

# lock_base_tools: of the bases that are used; what another base needs is not on every machine.
lock_base_tools() {
	! bases_used | grep -qxE 'debian|devuan' || lock_tool mmdebstrap:--version
}

# lock_take FILE: the options that it records become those of this build. All of it is checked before any of it counts.
lock_take() {
	local word name value
	[ "$(head -n 1 "$1" 2>/dev/null | tr -d '\000')" = "jefelinux-build 1" ] || refuse "$1: not a record of a build by this version"
	lock_check "$1"
	while read -r word name value; do
		case $word in
		set) printf -v "$name" %s "$value" ;;
		branch)
			[ -f "$here/bases/$name.sh" ] || refuse "$1: branch of \"$name\", which is no base"
			printf -v "recorded_${name}_branch" %s "$value"
			;;
		esac
	done <"$1"
	SOURCE_DATE_EPOCH=$epoch
}

# lock_check FILE: every line is one that a build writes, and no variable is there twice.
lock_check() {
	local line number=0 name
	[ "$(tr -d '\000' <"$1" | wc -c)" = "$(stat -Lc %s "$1")" ] || refuse "$1: has zero bytes; it is no record of a build"
	while IFS= read -r line || [ -n "$line" ]; do
		number=$((number + 1))
		[[ $line =~ ^$record_line$ ]] || refuse "$1:$number: no build writes this line: $(printf %s "${line:0:100}" | tr -c '[:print:]' '?')"
	done <"$1"
	for name in "${recorded[@]}"; do
		[ "$(grep -c "^set $name\( \|\$\)" "$1")" -le 1 ] || refuse "$1: says \"set $name\" twice"
	done
	grep -q '^set epoch ' "$1" || refuse "$1: does not say \"set epoch\""
}

# record_check: what this build is made by can be recorded, so that it can be made again.
record_check() {
	local name
	for name in "${recorded[@]}"; do
		[[ "set $name ${!name}" =~ ^$record_line$ ]] || refuse "--${name//_/-} ${!name@Q}: has characters that it cannot have"
	done
	for name in "$base" "$live_base"; do
		[[ "branch $name $(branch_of "$name")" =~ ^$record_line$ ]] || refuse "--branch $(branch_of "$name"): a release is letters, digits, dots and -"
	done
}

# lock_other_tools FILE: a line for each tool of this machine that is another one than FILE says.
lock_other_tools() {
	{ lock_tools && if command -v mmdebstrap >/dev/null; then lock_tool mmdebstrap:--version; fi; } | awk '
		$1 != "tool" { next }
		{ name = $2; sub(/^tool [^ ]* /, "") }
		NR == FNR { was[name] = $0; next }
		(name in was) && was[name] != $0 { print name " was " was[name] ", here it is " $0 }
	' "$1" -
}

# lock_differences FILE: packages and source of this build that are not those of FILE, one in a line.
lock_differences() {
	awk '
		NR == FNR { if ($1 == "package") was[$2 " " $3 " " $4] = $5 " " $7; if ($1 == "file") files[$2 " " $3] = $4; if ($1 == "source") source = $2; next }
		$1 == "source" && $2 != source { print "the source tree" }
		$1 == "file" && ($2 " " $3 in files) && files[$2 " " $3] != $4 { print $2 " " $3 ": another file" }
		$1 == "package" {
			key = $2 " " $3 " " $4
			if (!(key in was)) print key " " $5 ": was not there"
			else if (was[key] != $5 " " $7) { split(was[key], old, " "); print key " " $5 ": was " old[1] (old[1] == $5 ? ", another file" : "") }
			delete was[key]
		}
		END { for (key in was) { split(was[key], old, " "); print key " " old[1] ": is missing" } }
	' "$1" "$medium/.jefe/build" | sort
}

# in_list WORD WORD...: the first is one of the others.
in_list() {
	local word=$1
	shift
	case " $* " in *" $word "*) ;; *) return 1 ;; esac
}
