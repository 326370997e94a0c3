#!/bin/sh
# Catalogues: nothing is missing, formats agree, and who gets which language. Prints TAP.
top=$(cd "${top_srcdir:-.}" && pwd)
build=$(cd "${top_builddir:-.}" && pwd)
work=$(mktemp -d) || exit 99
trap 'rm -rf "$work"' EXIT
cd "$top" || exit 99
# shellcheck source=tests/tap.sh
. tests/tap.sh

if [ ! -e "$build/po/de/LC_MESSAGES/jefelinux.mo" ] || ! command -v xgettext >/dev/null; then
	echo "1..0 # SKIP gettext is not there"
	exit 0
fi

po/texts >"$work/texts.pot"
for po in po/*.po; do
	{
		msgcmp "$po" "$work/texts.pot" && msgattrib --only-obsolete "$po"
		msgattrib --no-obsolete --no-location "$po" | grep '^msgid' | sort >"$work/has"
		msgattrib --no-location "$work/texts.pot" | grep '^msgid' | sort | diff - "$work/has"
	} >"$work/errors" 2>&1
	report "$po: every text and no other is translated (make po-update)" "$([ -s "$work/errors" ]; echo $((1 - $?)))" "$work/errors"
	msgfmt --check-format --check-domain --statistics -o /dev/null "$po" >"$work/errors" 2>&1
	report "$po: formats agree, nothing is fuzzy or empty" "$(grep -q '^[0-9]* translated messages\.$' "$work/errors"; echo $?)" "$work/errors"
	sed -f po/ascii.sed "$po" | msgfmt -o "$work/ascii.mo" - && msgunfmt "$work/ascii.mo" | sed -n '/^msgstr/,/^$/p' |
		LC_ALL=C grep -n "$(printf '[\200-\377]')" >"$work/errors"
	report "$po: ASCII for each of its letters (po/ascii.sed)" "$([ -s "$work/errors" ]; echo $((1 - $?)))" "$work/errors"
	msgfmt -o "$work/whole.mo" "$po" && msgunfmt "$work/whole.mo" | sed -n '/^msgstr/,/^$/p' | iconv -f UTF-8 -t CP437 2>&1 >"$work/letters" |
		cat >"$work/errors"
	report "$po: the font of the Linux console has its letters" "$([ -s "$work/letters" ] && [ ! -s "$work/errors" ]; echo $?)" "$work/errors"
done
sed -n 's/^LANGUAGES = //p' po/local.mk | tr ' ' '\n' | sort >"$work/made"
sed -n 's/^\t{"\([a-z_A-Z]*\)", *"[^"]*", *"[^"]*", *"[^"]*"},$/\1/p' installer/base/language.c | sort | diff "$work/made" - >"$work/errors"
report "languages that are offered have a catalogue, and the other way round" $? "$work/errors"

# speaks LANGUAGE NAME=VALUE... [-- OPTION...]: what the wizard greets with.
speaks() {
	wanted=$1
	shift
	text="language $wanted with: $*"
	variables=
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		variables="$variables $1"
		shift
	done
	[ $# -eq 0 ] || shift
	# shellcheck disable=SC2086
	env -u TERM -u LANGUAGE -u LC_ALL -u LC_MESSAGES -u LANG $variables "$build/ui-line" --machine tests/cases/machines/laptop-windows.json --demo "$@" \
		</dev/null >"$work/errors" 2>&1
	case $wanted in
	de) grep -q Zeilenmodus "$work/errors" ;;
	en) grep -q 'line mode' "$work/errors" ;;
	esac
	report "$text" $? "$work/errors"
}
speaks en LC_ALL=C.UTF-8
speaks de LANG=de_DE.UTF-8
speaks de LANG=C.UTF-8 LC_MESSAGES=de_AT
speaks de LC_ALL=C.UTF-8 LANGUAGE=fr:de:en
speaks en LC_ALL=C LANG=de_DE.UTF-8
speaks en LANG=fr_FR.UTF-8
speaks de LC_ALL=C.UTF-8 -- --lang de
speaks de LC_ALL=C -- --lang de
speaks en LANG=de_DE.UTF-8 -- --lang en
speaks de LANG=de_DE.UTF-8 -- --lang xx

# Programs read what jefe-setup says.
cat >"$work/answers.yaml" <<'END'
schema: 1
system: {hostname: -x}
disk: {match: {name: nothing}}
END
for command in check "plan --json"; do
	# shellcheck disable=SC2086
	for lang in C.UTF-8 de_DE.UTF-8; do
		LANGUAGE=${lang%%[_.]*} LC_ALL=$lang LANG=$lang "$build/jefe-setup" $command "$work/answers.yaml" \
			--machine tests/cases/machines/laptop-windows.json >"$work/$lang" 2>&1
	done
	cmp "$work/C.UTF-8" "$work/de_DE.UTF-8" >"$work/errors" 2>&1
	report "jefe-setup $command is English everywhere" "$([ -s "$work/C.UTF-8" ] && [ ! -s "$work/errors" ]; echo $?)" "$work/errors"
done
"$build/jefe-setup" wizard --lang xx >"$work/errors" 2>&1
report "an unknown --lang is told, with those there are" "$([ $? -eq 2 ] && grep -q 'en, de' "$work/errors"; echo $?)" "$work/errors"
echo "1..$number"
exit "$bad"
