#!/bin/sh
# What every key costs on every page, held against `budget`. Prints TAP.
# shellcheck source=tests/screens/lib.sh
. "$(dirname "$0")/lib.sh"

make_pages
cat >"$work/walk" <<X
#!/bin/sh
program=\$1
[ \$1 != ui-thin ] || program=ui-ncurses
"$build/tests/screens/screenplay" -t vt220 "$build/\$program" "$work/\$1.\$2.play" >"$work/\$1.\$2.costs" 2>"$work/\$1.\$2.why" || echo "\$1 \$2" >>"$work/ended"
X
chmod +x "$work/walk"
displays="ui-ncurses ui-thin $newt"
# On an installed system, with a file edited by hand: page | keys that lead there from the first page, as lines of a play.
cat >"$work/installed" <<X
its-hardening|
its-layer|key Tab;key Enter;wait Measures of the layer
its-control|key Tab;key Enter;wait Measures of the layer;key Enter;wait Level says
edits|key F10;wait Replace them
plan|key F10;wait Replace them;type r;wait is replaced
X
make_system "$work/system"
"$build/jefe-setup" harden --root "$work/system" --level baseline >"$work/errors" 2>&1
report "there is an installed system" $? "$work/errors"
sed -i 's/level: baseline/level: hardened/' "$work/system/etc/jefelinux/policy.yaml"
echo 'Welcome to the machine room.' >"$work/system/etc/issue"
for display in $displays; do
	thin=
	[ "$display" != ui-thin ] || thin=--thin
	cut -d'|' -f1 "$work/scripts/pages" | while read -r page; do
		mkdir -p "$work/run.$display.$page"
		{
			to_page "$page" start --setup "$setup" --keymaps "$work/keymaps" --run "$work/run.$display.$page" --no-guard --no-pauses $thin
			echo "walk $page"
			# Where the list of keyboards opens, it is a page of its own.
			[ "$page" != keyboard ] || printf '%s\n' 'key Up' 'key Enter' 'wait Type to filter' 'walk keyboard'
		} >"$work/$display.$page.play"
		echo "$display $page"
	done
	while IFS='|' read -r page keys; do
		cp -a "$work/system" "$work/system.$display.$page"
		{
			echo "start --machine $machine --setup $setup --run $work/run.$display.$page --harden $work/system.$display.$page --no-guard $thin"
			echo "wait What it does"
			echo "$keys" | tr ';' '\n'
			echo "walk $page"
		} >"$work/$display.$page.play"
		mkdir -p "$work/run.$display.$page"
		echo "$display $page"
	done <"$work/installed"
done >"$work/all"

# over DISPLAY: page|field|key|what|bytes|allowed, of what is above the budget.
over() {
	cat "$work/$1".*.costs | awk -F'|' -v display="$1" '
		FNR == NR { if ($1 == display) most[$2, $3] = $4; next }
		{ allowed = ($4, $1) in most ? most[$4, $1] : most[$4, "*"] }
		$5 > allowed { print $0 "|" allowed }' "$here/budget" -
}

xargs -P "${JOBS:-24}" -n 2 "$work/walk" <"$work/all"
# On a busy machine two frames may look like one: a few pages above the budget are measured again, each by itself.
for display in $displays; do
	for _ in 1 2 3 4; do
		over "$display" | cut -d'|' -f1 | sort -u >"$work/again"
		[ "$(wc -l <"$work/again")" -gt 4 ] || while read -r page; do
			"$work/walk" "$display" "$page"
		done <"$work/again"
	done
	for what in frame key toggle late turn lines; do
		over "$display" | grep "|$what|" >"$work/errors"
		count=$(cat "$work/$display".*.costs | grep -c "|$what|")
		[ "$count" -gt 0 ] && [ ! -s "$work/errors" ]
		report "$display: $what: $count measured" $? "$work/errors"
	done
done
while read -r display page; do
	grep -q '|^L|frame|' "$work/$display.$page.costs" || cat "$work/$display.$page.why"
done <"$work/all" >"$work/errors"
report "every page was walked" "$([ -e "$work/ended" ] || [ -s "$work/errors" ]; echo $((1 - $?)))" "$work/errors"
[ -z "$COSTS" ] || (cd "$work" && grep . ./*.costs) >"$COSTS"
finish
