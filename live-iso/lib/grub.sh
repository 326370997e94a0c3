# GRUB for the medium: one image for BIOS (CD and disk), one for UEFI in an ESP of its own, both with every module they need built in.
# shellcheck shell=bash

grub_modules="iso9660 part_gpt part_msdos fat normal configfile linux chain search search_label search_fs_file
	test regexp echo serial terminal minicmd reboot halt sleep play"
grub_bios_modules="biosdisk linux16"
grub_efi_modules="efi_gop efi_uga"

# grub_start ID: the configuration inside the images: find this very medium, then read the menu on it.
grub_start() {
	cat <<-END
		search --no-floppy --set=root --file /boot/grub/$1.medium
		set prefix=(\$root)/boot/grub
		set jefe_loader=own
		export jefe_loader
		configfile /boot/grub/grub.cfg
	END
}

# sed_text TEXT: what "s|…|TEXT|" takes for no more than text.
sed_text() {
	printf %s "$1" | sed 's/[&|\\]/\\&/g'
}

# grub_menu ID
grub_menu() {
	sed -e "s|@ID@|$1|g" -e "s|@VERSION@|$(sed_text "$version")|g" -e "s|@APPEND@|$(sed_text "${append:+ $append}")|g" \
		-e "s|@TIMEOUT@|$(grub_timeout)|" \
		-e "/^@COLOURS@$/{
			r /dev/stdin
			d
		}" "$here/grub.cfg" <<<"$(grub_colours "$source_dir/themes/$menu_theme.theme")"
}

# grub_timeout: seconds until the default starts; no time-out ever installs anything.
grub_timeout() {
	case " $append " in
	*" jefe.auto=yes "*) echo -1 ;;
	*) echo 3 ;;
	esac
}

# grub_colours THEME: the colours of the wizard's theme for eight colours, as GRUB calls them.
grub_colours() {
	awk '
		function named(name, bright) {
			if (name == "white") return bright ? "white" : "light-gray"
			if (name == "black") return bright ? "dark-gray" : "black"
			if (name == "brown") return bright ? "yellow" : "brown"
			return (bright ? "light-" : "") name
		}
		function pair(word,	part, text, ground) {
			sub(/^c8=/, "", word)
			split(word, part, /[\/+]/)
			text = part[1] == "default" ? "white" : part[1]
			ground = part[2] == "default" ? "black" : part[2]
			if (word ~ /\+reverse/) return named(ground, 0) "/" named(text, 0)
			return named(text, word ~ /\+bold/) "/" named(ground, 0)
		}
		$1 == "screen" { print "set color_normal=" pair($3); print "set menu_color_normal=" pair($3) }
		$1 == "focus" { print "set menu_color_highlight=" pair($3) }
	' "$1"
}

# grub_loopback: what a stick with many images looks for: the menu, whose entries tell the kernel in which file it was.
grub_loopback() {
	cat <<-'END'
		# Read by the boot loader of a stick that has this ISO as a file, whose path is in iso_path.
		set where=" jefe.iso=$iso_path"
		source /boot/grub/grub.cfg
	END
}

# grub_lay_out TREE ID: TREE/boot/grub/{bios.img,grub.cfg}, and the ESP in TREE.esp.
grub_lay_out() {
	local folder=$1/boot/grub scratch=$1.grub
	local -x SOURCE_DATE_EPOCH=$epoch # mtools dates the entries of the ESP by it
	mkdir -p "$folder" "$scratch"
	rm -f "$folder"/*.medium "$1.esp"
	: >"$folder/$2.medium"
	grub_menu "$2" >"$folder/grub.cfg"
	grub_loopback >"$folder/loopback.cfg"
	grub_start "$2" >"$scratch/start.cfg"
	# shellcheck disable=SC2086
	grub-mkimage -O i386-pc-eltorito -p /boot/grub -c "$scratch/start.cfg" -o "$folder/bios.img" $grub_modules $grub_bios_modules
	# shellcheck disable=SC2086
	grub-mkimage -O x86_64-efi -p /boot/grub -c "$scratch/start.cfg" -o "$scratch/BOOTX64.EFI" $grub_modules $grub_efi_modules
	mformat -i "$1.esp" -C -T 8192 -v JEFE-MEDIUM -N 4a454645 ::
	mmd -i "$1.esp" ::/EFI ::/EFI/BOOT
	mcopy -i "$1.esp" "$scratch/BOOTX64.EFI" ::/EFI/BOOT/BOOTX64.EFI
	rm -r "$scratch"
}

# grub_iso TREE FILE ID: an ISO that boots from CD and, copied as it is, from a disk; BIOS and UEFI. GPT, with the ESP as partition 2.
# The weights put the files in one order: xorriso's own is that of their inodes.
grub_iso() {
	(cd "$1" && find . -type f | sort -r | awk '{ print NR, substr($0, 2) }') >"$1.order"
	SOURCE_DATE_EPOCH=$epoch xorriso -as mkisofs -quiet -r -V JEFELINUX -o "$2" \
		--gpt_disk_guid "$3" --sort-weight-list "$1.order" \
		-b boot/grub/bios.img -no-emul-boot -boot-load-size 4 -boot-info-table --grub2-boot-info \
		--grub2-mbr "$(grub_folder)/i386-pc/boot_hybrid.img" -partition_offset 16 \
		-append_partition 2 0xef "$1.esp" -appended_part_as_gpt --mbr-force-bootable \
		-eltorito-alt-boot -e --interval:appended_partition_2:all:: -no-emul-boot "$1"
}

# grub_folder: where GRUB keeps its images on this machine.
grub_folder() {
	local folder
	for folder in /usr/lib/grub /usr/share/grub; do
		[ ! -e "$folder/i386-pc/boot_hybrid.img" ] || echo "$folder"
	done
}
