#!/bin/sh
# Every page on many terminals, compared with what it was. Prints TAP.
# shellcheck source=tests/screens/lib.sh
. "$(dirname "$0")/lib.sh"

# All walks over every page first, some at the same time, as most of it is waiting; then what they showed is looked at.
mkdir "$work/pages"
count=0
# walk NAME PLAY PROGRAM OPTION...: the play has machine, data, jefe-setup and a run directory of its own.
walk() {
	name=$1 play=$2 program=$3
	shift 3
	{
		"$build/tests/screens/screenplay" "$@" "$build/$program" "$play" "$machine" "$here/data/progress" "$setup" "$work/run.$name"
		echo $? >"$work/status.$name"
	} >"$work/walk.$name" 2>"$work/why.$name" &
	count=$((count + 1))
	[ $((count % 24)) != 0 ] || wait
}
# How a walk over some pages is named in full text, and on which terminals; everywhere else there is a sum of each page, and its text
# when it is another one.
install=$here/plays/install.play
wholes="linux:80x24:C.UTF-8 vt220:80x24:C xterm-256color:80x24:C.UTF-8 linux:132x43:C.UTF-8 linux:60x18:C.UTF-8 linux:40x12:C.UTF-8"
named=
matrix=
for place in $wholes; do
	name=install.${place%:*}
	name=$(echo "$name" | tr : .)
	named="$named $name"
	size=${place#*:}
	walk "$name" "$install" ui-ncurses -t "${place%%:*}" -s "${size%:*}" -l "${place##*:}" -a
done
if [ -n "$newt" ]; then
	named="$named newt.linux.80x24 newt.vt220.80x24 newt.xterm-256color.60x18"
	walk newt.linux.80x24 "$install" "$newt" -t linux -s 80x24 -a
	walk newt.vt220.80x24 "$install" "$newt" -t vt220 -s 80x24 -l C -a
	walk newt.xterm-256color.60x18 "$install" "$newt" -t xterm-256color -s 60x18
fi
for size in 80x24 40x12; do
	named="$named hardening.linux.$size"
	walk "hardening.linux.$size" "$here/plays/hardening.play" ui-ncurses -t linux -s "$size"
done
# The pages that the walk from the welcome to the point of no return passes by.
make_pages
cut -d'|' -f1 "$work/scripts/pages" | while read -r page; do
	grep -qx "shot $page" "$install" && continue
	to_page "$page" start --setup "$setup" --keymaps "$work/keymaps" --run '$4' --no-guard --no-pauses
	echo "shot $page"
done >"$work/others.play"
# A form, the measures and the review in each theme that looks different.
for theme in braille light high-contrast thin; do
	for page in encryption hardening review; do
		to_page "$page" start --setup "$setup" --run '$4' --no-guard --no-pauses --theme "$top/themes/$theme.theme"
		echo "shot $page"
	done >"$work/$theme.play"
	named="$named theme.$theme"
	walk "theme.$theme" "$work/$theme.play" ui-ncurses -t linux -s 80x24 -a
done
cat >"$work/medium" <<'X'
#!/bin/sh
[ "$1" = medium ] || exit 9
trap 'echo "live/vmlinuz: is another file"; exit 4' TERM
echo "50 %"
for _ in $(seq 200); do sleep 0.1; done
X
chmod +x "$work/medium"
cat >>"$work/others.play" <<X
start --machine \$1 --run \$4 --setup $work/medium --no-guard
wait Start
times 2 Down
key Enter
wait What else
shot tasks-medium
type m
wait 50 %
shot checking
type q
wait damaged
shot checked
X
for terminal in linux vt220 xterm-256color; do
	for size in 80x24 80x25 132x43 60x18 40x12; do
		for locale in C C.UTF-8; do
			place=$terminal.$size.$locale
			options="-t $terminal -s $size -l $locale -a"
			matrix="$matrix others.$place"
			# shellcheck disable=SC2086
			walk "others.$place" "$work/others.play" ui-ncurses $options
			case " $wholes " in *" $terminal:$size:$locale "*) continue ;; esac
			matrix="$matrix $place"
			# shellcheck disable=SC2086
			walk "$place" "$install" ui-ncurses $options
		done
	done
done
wait
for name in $named; do
	played=$(cat "$work/status.$name")
	cp "$work/walk.$name" "$work/screens"
	golden "$name"
done
for name in $matrix; do
	mask <"$work/walk.$name" | awk -v start="$work/pages/$name." '/^=== / {
		close(page)
		page = start substr($2, 1, length($2) - 1)
	}
	{ print >page }'
	(cd "$work/pages" && sha256sum "$name".* | sed 's/^\(.\{16\}\)[^ ]*/\1/') >"$work/sums"
	[ "$UPDATE" != yes ] || cp "$work/sums" "$here/golden/sums.$name"
	diff "$here/golden/sums.$name" "$work/sums" | sed -n 's/^> .*  //p' >"$work/others"
	{
		cat "$work/why.$name" "$work/others"
		while read -r page; do
			cat "$work/pages/$page"
		done <"$work/others"
	} >"$work/diff"
	[ "$(cat "$work/status.$name")" = 0 ] && cmp -s "$here/golden/sums.$name" "$work/sums"
	report "pages as they were: $name" $? "$work/diff"
done

# No label of ours is cut off on the usual size; names that makers gave, keys, what the engine says and titles beside three levels may be.
grep -hE '[^. ]\.\.([^.a-zA-Z0-9/]|$)' "$work"/walk.*80x24* "$here"/golden/german.*80x24.txt "$here"/golden/waiver.*80x24.txt |
	grep -vE 'nvme0n1|sd[a-c] +[0-9]|ssh-ed25519|SHA256:|ana, 1 Schl|etc/issue|reading /run|((-|on|off|more|[0-9]+) +){3}' | sort -u >"$work/errors"
report "nothing is cut off on 80x24" "$([ -s "$work/errors" ]; echo $((1 - $?)))" "$work/errors"

# Where an installation may be, and what a key shows there.
for end in "progress Unpack" "done is installed" "failed installation failed"; do
	{
		cat "$here/plays/progress.play"
		case ${end%% *} in
		done) printf 'type s\nwait Save the logs\nshot logs\nkey Esc\nwait is installed\ntype h\nwait SSH must show\nshot host-key\ntype c\nwait Close\nshot host-key-code\nkey Esc\nwait SSH must show\nkey Esc\nwait is installed\n' ;;
		failed) printf 'type l\nwait Unpack the system\nshot failed-log\nkey ^E\nabsent Verify the payload\n' ;;
		esac
	} >"$work/end.play"
	play "$build/ui-ncurses" "$work/end.play" "$machine" "$here/data/${end%% *}" "$setup" "$here/answers.yaml" \
		"${end%% *}" "${end#* }" >"$work/screens"
	golden "end.${end%% *}"
done
if [ -n "$newt" ]; then
	play "$build/$newt" "$here/plays/progress.play" "$machine" "$here/data/progress" "$setup" "$here/answers.yaml" progress Unpack \
		>"$work/screens"
	golden newt.progress
fi

# In the demonstration every page says so, also those without a title.
for file in "$here"/golden/install.*.txt "$here"/golden/newt.*.txt "$here"/golden/end.*.txt "$here"/golden/caption.*.txt; do
	awk '/^=== / { if (frame != "" && !said) print FILENAME ": " frame; frame = $2; said = 0 }
		/DEMO/ { said = 1 }
		END { if (!said) print FILENAME ": " frame }' "$file"
done >"$work/errors"
report "every page of the demonstration has its banner" "$([ -s "$work/errors" ]; echo $((1 - $?)))" "$work/errors"

# The keyboard proof, with the differences between two keyboards; and where there is nothing to compare.
python3 "$here/keymaps.py" "$work/keymaps"
play "$build/ui-ncurses" "$here/plays/proof.play" "$machine" "$work" "$setup" "$work/keymaps" "$work/proof.yaml" >"$work/screens" 2>"$work/errors"
report "the keyboard proof and the rehearsal of the start" $? "$work/errors"
golden proof
grep -q 'us_passphrase: prompt' "$work/proof.yaml" && ! grep -rqF 'horse' "$work/proof.yaml"
report "the second slot is in the answers, its passphrase is not" $? "$work/proof.yaml"
# proof KEYMAPS INPUT... : what the review says when it is to be left.
proof() {
	keymaps=$1
	shift
	printf '%s\n' "goto keyboard" "set system.keymap de" "goto encryption" "act type" "$@" | "$build/ui-script" --machine "$machine" --run "$work" \
		--setup "$setup" --answers "$here/answers.yaml" --keymaps "$keymaps" --demo --no-guard >"$work/errors" 2>&1
	report "proof: $1" $? "$work/errors"
}
proof "$work/keymaps" "set disk.passphrase correct horse €ñ" "set disk.passphrase.again correct horse €ñ" "goto review" "next" \
	"expect screen review" "expect message layout de has no key for some"
proof "$work/keymaps" "set disk.passphrase lazy horse boat" "set disk.passphrase.again lazy horse boat" "set us_slot true" "goto review" "next" \
	"expect screen confirm"
proof "$work/none" "set disk.passphrase lazy horse boat" "expect text the keymap de cannot be read" "expect no us_slot"

sed 's/nvme0n1/vda/' "$here/answers.yaml" >"$work/tasks.yaml"
play "$build/ui-ncurses" "$here/plays/tasks.play" tests/cases/machines/installed.json "$top/screens" "$setup" "$work/tasks.yaml" \
	>"$work/screens" 2>"$work/errors"
report "other tasks: only planning, repairing, the demonstration" $? "$work/errors"
golden tasks
finish
