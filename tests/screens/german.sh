#!/bin/sh
# The wizard in German: every page, also where only ASCII is shown; line mode; and that nothing but what people read is German. Prints TAP.
# shellcheck source=tests/screens/lib.sh
. "$(dirname "$0")/lib.sh"

if [ ! -e "$build/po/de/LC_MESSAGES/jefelinux.mo" ]; then
	echo "1..0 # SKIP built without gettext"
	exit 0
fi

walk() {
	play "$@" "$build/ui-ncurses" "$here/plays/german.play" "$machine" "$here/data/done" "$setup" >"$work/screens"
}

walk -t linux -s 80x24
golden german.linux.80x24
walk -t linux -s 60x18
golden german.linux.60x18
walk -t vt220 -s 80x24 -l C
golden german.vt220.80x24
grep -n '[äöüÄÖÜßÃ]' "$work/screens" >"$work/errors"
report "an ASCII terminal gets ae for ä" "$([ -s "$work/errors" ]; echo $((1 - $?)))" "$work/errors"

# one LANGUAGE-OPTION FILE: line mode from the first page to saved answers.
one() {
	sed "s#SAVE_PATH#$work/$2.yaml#" "$here/parity.line" |
		"$build/ui-line" --lang "$1" --machine "$machine" --setup "$setup" --run "$work" --demo --no-guard >"$work/$2" 2>"$work/errors"
}
one en english
one de german
played=0
# Not the lists of measures, which change with the catalogue.
sed -n '1,/^Maßnahmen\./p; /^Schritt 8/,/^Schritt 11/p' "$work/german" >"$work/screens"
golden german.line
cmp "$work/english.yaml" "$work/german.yaml" >"$work/errors" 2>&1
report "the answer file is the same in every language" $? "$work/errors"
play "$build/ui-ncurses" "$here/plays/language.play" "$machine" "$here/data/done" "$setup" >"$work/screens" 2>"$work/errors"
report "a language goes along through the displays" $? "$work/errors"
finish
