#!/bin/sh
# Every package that the Alpine row and the package lists of the ISO name is in Alpine's index. Prints TAP. Needs the index in the package
# cache, or in the folder "shared" beside the project.
cd "${top_srcdir:-.}" || exit 99
index=
for folder in ../shared/data/alpine-* "${XDG_CACHE_HOME:-$HOME/.cache}"/jefelinux/alpine/*/full-index; do
	for file in "$folder"/*main.tar.gz; do
		[ ! -e "$file" ] || index=$folder
	done
done
[ -n "$index" ] || { echo "1..0 # SKIP no index of Alpine packages in the cache, and none beside the project"; exit 0; }
names=$(mktemp) || exit 99
trap 'rm -f "$names"' EXIT
for repository in "$index"/*.tar.gz; do
	tar xzOf "$repository" APKINDEX 2>/dev/null | sed -n 's/^P://p'
done > "$names"

number=0
bad=0
listed=$(sed 's/#.*//' live-iso/bases/alpine/*.list | tr -s ' \t' '\n\n' | sed 's/^?//; /^+/d; /^$/d')
packages=$(sed -n '/^static const struct name_row packages/,/^}/s/.*{"[^"]*", "\([^"]*\)"}.*/\1/p' installer/distro/alpine.c)
packages=$(printf '%s\n' "$packages" "$listed" | sort -u)
# shellcheck disable=SC2086 # a list of words
set -- $packages
[ $# -gt 0 ] || { echo "Bail out! no packages found in installer/distro/alpine.c"; exit 99; }
echo "1..$#"
for package; do
	number=$((number + 1))
	if grep -qxF "$package" "$names"; then
		echo "ok $number - $package"
	else
		echo "not ok $number - $package is not in $index"
		bad=1
	fi
done
exit "$bad"
