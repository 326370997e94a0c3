#!/bin/sh
# pictures.sh DIR: the pictures of the README from real frames of the wizard. Started by `make screenshots` in the build directory.
set -eu
to=$1
top=$(cd "${top_srcdir:-..}" && pwd)
build=$(cd "${top_builddir:-.}" && pwd)
here=$top/tests/screens
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$build/tests/screens/screenplay" -t xterm-256color "$build/ui-ncurses" "$here/plays/pictures.play" "$top/tests/cases/machines/laptop-windows.json" \
	"$here/data/progress" "$build/jefe-setup" "$here/answers.yaml" "$work/run"
number=0
for name in disk hardening progress; do
	number=$((number + 1))
	cp "$work/run/screen-$number.svg" "$to/$name.svg"
	chmod 644 "$to/$name.svg"
done
