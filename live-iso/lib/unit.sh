# Stages and the units of work they are made of. A unit has a hash of everything it depends on and is run only when that changed;
# a stage is a function that calls units, runs with its output in a log, and is reported with one line.
# shellcheck shell=bash

# duration SECONDS: 28s, 3m42s.
duration() {
	if [ "$1" -lt 60 ]; then
		echo "${1}s"
	else
		printf '%dm%02ds\n' $(($1 / 60)) $(($1 % 60))
	fi
}

# fail MESSAGE: end the running stage. The message is shown below the stage's line.
fail() {
	echo "build.sh: $1" >&2
	echo "$1" >"$work/log/failure"
	exit 1
}

# notice MESSAGE: something the person who builds must know, though the build goes on. Shown below the stage's line, also
# when the unit that said it is skipped later.
notice() {
	echo "notice: $1"
	echo "$1" >>"$work/stamp/$unit_name.notices"
}

# lock_work: one build at a time in a work directory; nothing half made stays behind.
lock_work() {
	exec 9>"$work/lock"
	flock -n 9 || { echo "build.sh: waiting for the build that runs in $work" >&2 && flock 9; }
	trap 'rm -rf "$output.part" "$output_name.spdx.json.part" ${verify_folder:+"$verify_folder"}' EXIT
	trap 'stop_stage; exit 130' INT
	trap 'stop_stage; exit 143' TERM HUP
}

# stop_stage: end the running stage with all it started, and wait for that.
stop_stage() {
	[ -n "${stage_pid:-}" ] || return 0
	kill -TERM -- "-$stage_pid" 2>/dev/null || true
	wait "$stage_pid" 2>/dev/null || true
}

# stage NUMBER TITLE NAME: run stage_NAME in a process group of its own, output to log/NUMBER-NAME.log.
# It runs in the background so that errexit stays in force inside it and signals are answered at once. It keeps the lock of the work
# directory: when this shell is killed, the stage goes on, and the next build waits for it.
stage() {
	local begin=$SECONDS log=$work/log/$1-$3.log status=0
	printf '%-29s' "[Stage $1/5] $2..."
	rm -f "$work/log/failure" "$work/log/ran" "$work/log/units" "${log%.log}"-*.log
	rm -rf "$work/cache/beside"
	unit_log=$log
	set -m
	(
		set +m -e
		"stage_$3"
	) >"$log" 2>&1 </dev/null &
	stage_pid=$!
	set +m
	# Without what bash says of a stage that killed itself: see side_by_side.
	wait "$stage_pid" 2>/dev/null || status=$?
	stage_pid=
	[ "$status" = 0 ] || report_failure "$log"
	if [ -e "$work/log/ran" ]; then
		echo "OK ($(duration $((SECONDS - begin))))"
	else
		echo "OK (cached)"
	fi
	report_notices
}

# enough_space KIB: that much, at least, will be written below the name of the output.
enough_space() {
	local folder=${output%/*} have
	have=$(df -Pk "$folder" | awk 'NR == 2 { print $4 }')
	[ "$have" -ge "$1" ] || fail "no space for $output: $1 KiB needed, $have KiB free in $folder"
}

# packed_size ROOT: KiB that an archive of it has at least; no system can be packed to less than an eighth.
packed_size() {
	echo $(($(du -sk "$1" | cut -f1) / 8))
}

report_failure() {
	echo FAILED
	{
		if [ -s "$work/log/failure" ]; then
			echo "build.sh: $(cat "$work/log/failure")"
		else
			tail -n 15 "$1" | sed 's/^/  | /'
			df -P "$work" "${output%/*}" | awk 'NR > 1 && $4 < 102400 && !said[$6]++ { print "build.sh: no space left on " $6 }'
		fi
		echo "build.sh: the whole log is $1"
	} >&2
	exit 1
}

report_notices() {
	local name
	[ -e "$work/log/units" ] || return 0
	while read -r name; do
		[ ! -e "$work/stamp/$name.notices" ] || sed 's/^/    notice: /' "$work/stamp/$name.notices" >&2
	done <"$work/log/units"
}

# unit NAME HASH FUNCTION [ARGUMENT]...: call FUNCTION unless it succeeded for this HASH before.
unit() {
	unit_name=$1
	local stamp=$work/stamp/$1 hash=$2
	shift 2
	echo "$unit_name" >>"$work/log/units"
	if [ "$(cat "$stamp" 2>/dev/null)" = "$hash" ]; then
		echo "== $unit_name: unchanged"
		return 0
	fi
	echo "== $unit_name"
	rm -f "$stamp" "$stamp.notices"
	: >"$work/log/ran"
	"$@"
	echo "$hash" >"$stamp"
}

# side_by_side JOB...: run them at the same time; each is a function, with words behind it, that calls units. What a job says is in a log of
# its own (unit_log), and when it is over in the stage's. The first that fails ends the stage with all that runs in it.
side_by_side() {
	# shellcheck disable=SC2031 # each job has its own
	local job pid failed="" number=0 name=${unit_log%.log}
	local -A running=()
	for job in "$@"; do
		number=$((number + 1))
		(
			beside=yes unit_log=$name-$number.log
			# shellcheck disable=SC2086 # words
			$job
		) >"$name-$number.log" 2>&1 &
		running[$!]=$name-$number.log
	done
	while [ ${#running[@]} -gt 0 ] && [ -z "$failed" ]; do
		wait -n -p pid "${!running[@]}" || failed=${running[$pid]}
		unset "running[$pid]"
	done
	# The one that failed last, for the end of the log is shown.
	[ -z "$failed" ] || mv "$failed" "$name-last.log"
	cat "$name"-*.log
	[ -z "$failed" ] || kill -KILL 0
	rm "$name"-*.log
}

# stamp NAME: the hash a unit was last made from.
stamp() {
	cat "$work/stamp/$1"
}

# hash_of WORD|FILE|DIRECTORY...: one hash over words and over the content, names and modes of existing files.
hash_of() {
	local item
	for item in "$@"; do
		if [ -d "$item" ]; then
			(cd "$item" && find . -type f -printf '%m %p\n' -o -type l -printf '%p %l\n' | LC_ALL=C sort &&
				find . -type f -print0 | LC_ALL=C sort -z | xargs -0r sha256sum)
		elif [ -f "$item" ]; then
			sha256sum <"$item"
		else
			printf '%s\n' "$item"
		fi
	done | sha256sum | cut -d' ' -f1
}
