#!/bin/sh
# Runs the cases of a folder beside this script (README.md tells their form). Prints TAP.
# Usage: run.sh FOLDER
here=$(cd "$(dirname "$0")" && pwd) || exit 99
build=$(cd "${top_builddir:-.}" && pwd) || exit 99
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
bad=0
number=0

# split CASE: its files, "invocation", "status" and "output", in the working folder.
split() {
	: > output
	echo 0 > status
	awk '
		to == "" && /^\$ jefe-setup/ { print substr($0, 3) > "invocation"; next }
		/^--- status [0-9]+$/ { print $3 > "status"; to = "none"; next }
		/^--- (holds|lacks) / { to = "expected"; start = $2 "\t" $3 "\t"; next }
		/^--- [A-Za-z0-9._\/-]+$/ {
			to = $2; start = ""
			if (to ~ /\//) { folder = to; sub(/\/[^\/]*$/, "", folder); system("mkdir -p " folder) }
			printf "" > to
			next
		}
		to != "" && to != "none" { print start $0 > to }
	' "$1"
}

# unmet: "holds" and "lacks" lines that are not so.
unmet() {
	[ ! -e expected ] || while IFS="$(printf '\t')" read -r kind path line; do
		if grep -qxF -- "$line" "$path"; then found=holds; else found=lacks; fi
		[ "$found" = "$kind" ] || echo "$path $found: $line"
	done < expected
}

# run_case CASE: 0 when status and output are as told; what differs is left in "difference".
run_case() {
	rm -rf "$work/case"
	mkdir "$work/case" && cd "$work/case" || exit 99
	cp "$here"/machines/*.json .
	split "$1"
	[ -s invocation ] || { echo "no line starts with: \$ jefe-setup" > difference; return 1; }
	read -r _ arguments < invocation
	set -f
	# shellcheck disable=SC2086 # words of a command line
	"$build/jefe-setup" $arguments > printed 2> errors
	got=$?
	set +f
	{
		[ -e prints ] || diff -u output printed
		[ ! -e prints ] || while read -r line; do sed 's/^ *//' printed | grep -qxF -- "$line" || echo "not printed: $line"; done < prints
		unmet
		[ ! -e stderr ] || diff -u stderr errors
		[ "$got" = "$(cat status)" ] || { echo "status $got, not $(cat status)"; cat errors; }
	} > difference
	[ ! -s difference ]
}

set -- "$here/${1:?folder}"/*.test
[ -e "$1" ] || { echo "Bail out! no cases in $1"; exit 99; }
echo "1..$#"
for case; do
	number=$((number + 1))
	if run_case "$case"; then
		echo "ok $number - $(basename "$case" .test)"
	else
		echo "not ok $number - $(basename "$case" .test)"
		sed 's/^/# /' "$work/case/difference"
		bad=1
	fi
done
exit "$bad"
