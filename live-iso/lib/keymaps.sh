# Console keymaps in the binary form that loadkmap reads: NAME.bmap for each line of installer/keymaps.def.
# shellcheck shell=bash

# keymap_list: "NAME CONSOLE BINARY" lines, see keymaps.def.
keymap_list() {
	sed -n 's/^KEYMAP("\([^"]*\)",.*"\([^"]*\)", *"\([^"]*\)")$/\1 \2 \3/p' "$source_dir/installer/keymaps.def"
}

# make_keymaps BASE: WORK/BASE/keymaps, from what its builder root has.
make_keymaps() {
	local folder=$work/$1/keymaps made
	rm -rf "$folder"
	mkdir -p "$folder"
	keymap_list >"$work/cache/keymaps"
	[ -s "$work/cache/keymaps" ] || fail "installer/keymaps.def has no keymaps in the form that is expected"
	"$1_keymaps" "$work/$1/build" "$folder" "$work/cache/keymaps"
	made=$(find "$folder" -name '*.bmap' -size +1k | wc -l)
	[ "$made" = "$(wc -l <"$work/cache/keymaps")" ] || fail "only $made keymaps of installer/keymaps.def could be made"
}
