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

# What the engine says in English, as far as it is known. $1: which end, $2: text to wait for
end() {
	mkdir -p "$work/$1/demo"
	sed 's/"state":"\([^ "]*\) is [^"]*"/"state":"\1 is unusable until installed again: its installation did not finish"/' "$here/data/$1/demo/install.events" \
		>"$work/$1/demo/install.events"
	sed -e 's/^start .*/& --lang de/' -e 's/Start$/Beginnen/' -e 's/Nothing has been written yet/Noch wurde nichts/' -e 's/to start/um zu beginnen/' \
		"$here/plays/progress.play" >"$work/end.play"
	play "$build/ui-ncurses" "$work/end.play" "$machine" "$work/$1" "$setup" "$here/answers.yaml" "$1" "$2" >"$work/screens"
	golden "german.$1"
}
end progress entpacken
end failed fehlgeschlagen

# one LANGUAGE-OPTION FILE: line mode from the first page to saved answers.
one() {
	sed "s#SAVE_PATH#$work/$2.yaml#" "$here/parity.line" |
		"$build/ui-line" --lang "$1" --machine "$machine" --setup "$setup" --run "$work" --demo --no-guard >"$work/$2" 2>"$work/errors"
}
one en english
one de german
speech German "$work/german" 'j od[e]r n' Auswahl
played=0
# Not the lists of measures, which change with the catalogue.
sed -n '1,/Maßnahmen\.$/p; /Schritt 9 von/,/Schritt 12 von/p' "$work/german" >"$work/screens"
golden german.line
cmp "$work/english.yaml" "$work/german.yaml" >"$work/errors" 2>&1
report "the answer file is the same in every language" $? "$work/errors"
play "$build/ui-ncurses" "$here/plays/language.play" "$machine" "$here/data/done" "$setup" >"$work/screens" 2>"$work/errors"
report "a language goes along through the displays" $? "$work/errors"
finish
