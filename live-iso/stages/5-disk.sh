# Stage 5 for --target disk: an installed system as the image of a disk. The medium installs it in QEMU by an answer file, with the engine
# that installs everywhere, so nothing of this machine is needed but QEMU. Keys and identifiers are made by chance: never the same bytes.
# shellcheck shell=bash

disk_serial=JEFEDISK disk_memory=1536 disk_medium=$work/disk.iso
disk_secrets=/run/jefe/answers-medium # where the live system shows what came with the answers
disk_patience=5400

stage_disk() {
	medium_files
	check_disk_answers
	[ -e "$disk_medium" ] || rm -f "$work/stamp/disk-medium"
	unit disk-medium "$(hash_of "$(stamp medium-kernel)" "$(stamp medium-live)" "$(stamp medium-payload)" "$(stamp medium-record)" \
		"$here/grub.cfg" "$here/lib/grub.sh" "$here/stages/5-iso.sh" "$here/stages/5-disk.sh" "$append")" make_disk_medium
	[ -e "$output" ] || rm -f "$work/stamp/disk"
	# Nothing that is kept depends on secrets.
	unit disk "$(hash_of "$(stamp disk-medium)" "$(stat -c '%n %s %Y' "$answers" "${disk_files[@]}")" "$disk_size" "$compression" \
		"to $output")" make_disk
}

make_disk_medium() {
	local output=$disk_medium output_name=$work/disk answers=
	make_iso
}

# check_disk_answers: what would be found out in the machine after minutes. Sets disk_files, what the answers name beside them.
check_disk_answers() {
	local text name names
	unit_name=disk-answers
	echo "$unit_name" >>"$work/log/units"
	rm -f "$work/stamp/$unit_name.notices"
	text=$(sed 's/\(^\|[[:space:]]\)#.*//' "$answers")
	disk_files=()
	mapfile -t names < <(grep -oE "file:$disk_secrets/[A-Za-z0-9._-]+" <<<"$text" | sort -u)
	for name in "${names[@]}"; do
		name=$(dirname "$answers")/${name##*/}
		[ -f "$name" ] || fail "$answers: needs the file ${name##*/} beside it"
		disk_files+=("$name")
	done
	! grep -q 'generate:' <<<"$text" || fail "$answers: a recovery key that is made by the installation is lost with its machine; give one by file:"
	disk_setup check --unattended ||
		fail "$(sed "s,^/run/check/answers.yaml,$answers,; 15q" "$work/log/disk-check")"
	disk_setup plan || fail "$answers: no plan: $(tail -n 1 "$work/log/disk-check")"
	disk_warn
}

# disk_warn: of what copies of the image share.
disk_warn() {
	! grep -q 'make an SSH host key' "$work/log/disk-check" ||
		notice "the image has an SSH host key: start one computer from it; with \"identity: first-start\" below system: each copy makes its own"
	! grep -q ': LUKS2 ' "$work/log/disk-check" ||
		notice "copies of the image share the key of their encryption; how long guessing takes was measured in QEMU: better give disk.kdf_memory"
}

# disk_setup COMMAND...: jefe-setup of the medium on the answers and the machine that will be; what it says is log/disk-check.
disk_setup() {
	local status=0 folder=$work/disk-check root_binds=("$work/disk-check /run/check ro")
	rm -rf "$folder"
	mkdir -m 700 "$folder"
	cp "$answers" "$folder/answers.yaml"
	disk_facts >"$folder/machine.json"
	in_root "$live_root" /usr/sbin/jefe-setup "$@" --machine /run/check/machine.json /run/check/answers.yaml >"$work/log/disk-check" 2>&1 ||
		status=$?
	rm -rf "$folder"
	cat "$work/log/disk-check"
	return "$status"
}

# disk_facts: what jefe-setup probe would tell of the machine of make_disk.
disk_facts() {
	cat <<-END
		{"schema": 1, "firmware": "bios", "memory_bytes": $((disk_memory << 20)), "cpus": 1, "virtual_machine": true,
		 "serial_consoles": ["ttyS0"], "ports": [{"name": "eth0", "driver": "virtio_net", "link": true}],
		 "disks": [{"name": "vda", "path": "/dev/vda", "bus": "virtio", "serial": "$disk_serial", "size_bytes": $(numfmt --from=iec "$disk_size"),
		  "logical_sector": 512, "physical_sector": 512}]}
	END
}

# make_disk: the image is for root alone, for it has password hashes.
make_disk() {
	local folder=$output.part format=qcow2
	case $output in *.qcow2) ;; *) format=raw ;; esac
	rm -rf "$folder"
	enough_space "$(du -sk "$target_root" | cut -f1)" # or QEMU stops the machine and waits
	mkdir -m 700 "$folder"
	disk_answers "$folder"
	qemu-img create -q -f "$format" "$folder/disk" "$disk_size"
	disk_machine "$format" "$folder"
	if [ "$format" = qcow2 ] && [ "$compression" != fast ]; then
		qemu-img convert -c -O qcow2 "$folder/disk" "$folder/small"
		mv "$folder/small" "$folder/disk"
	fi
	chmod 600 "$folder/disk"
	cp "$medium/live/sbom.spdx.json" "$output_name.spdx.json.part"
	mv "$folder/disk" "$output"
	mv "$output_name.spdx.json.part" "$output_name.spdx.json"
	rm -r "$folder"
}

# disk_answers FOLDER: the file system that the live system looks for.
disk_answers() {
	mkdir "$1/answers"
	cp "$answers" "$1/answers/answers.yaml"
	[ ${#disk_files[@]} = 0 ] || cp "${disk_files[@]}" "$1/answers/"
	chmod 600 "$1"/answers/*
	mke2fs -q -F -t ext4 -L JEFEANSWERS -d "$1/answers" "$1/answers.img" 8M
	rm -r "$1/answers"
}

# disk_machine FORMAT FOLDER: QEMU from power-on to the end of the installation, without a network; its serial line is log/disk.
disk_machine() {
	local log=$work/log/disk status=0
	rm -f "$log"
	disk_watch "$log" timeout --foreground "$disk_patience" qemu-system-x86_64 -machine q35 -accel "$(host_accelerator)" -cpu max,la57=off,svm=off -m "$disk_memory" \
		-nodefaults -no-user-config -display none -serial "file:$log" -no-reboot -device virtio-rng-pci -device qemu-xhci,id=usb \
		-netdev user,id=net,restrict=on -device virtio-net-pci,netdev=net,romfile= \
		-drive "if=none,id=disk,format=$1,file=$2/disk,cache=unsafe" -device "virtio-blk-pci,drive=disk,serial=$disk_serial" \
		-drive "if=none,id=answers,format=raw,file=$2/answers.img" -device usb-storage,bus=usb.0,drive=answers,serial=ANSWERS,removable=on \
		-drive "if=none,id=cd,media=cdrom,readonly=on,file=$disk_medium" -device ide-cd,drive=cd \
		-kernel "$medium/live/vmlinuz" -initrd "$medium/live/initramfs.img" \
		-append "jefe.medium=$(medium_id) quiet loglevel=3${append:+ $append} console=ttyS0,115200 jefe.auto=yes jefe.onfail=poweroff" || status=$?
	! grep -q '^jefe: install failed: ' "$log" ||
		fail "the installation failed: $(sed -n 's/^jefe: install failed: \([^\r]*\).*/\1/p' "$log" | head -n 1); see $log"
	grep -q '^jefe: install done' "$log" || fail "nothing was installed: QEMU ended with exit code $status; see $log"
}

# disk_watch LOG COMMAND...: until it ends by itself, or has to when the installation is done and the answers say "finish: stay".
disk_watch() {
	local log=$1 pid left=10
	shift
	"$@" &
	pid=$!
	while kill -0 "$pid" 2>/dev/null && [ "$left" -gt 0 ]; do
		sleep 1
		! grep -qs '^jefe: install done' "$log" || left=$((left - 1))
	done
	[ "$left" -gt 0 ] || kill "$pid"
	wait "$pid"
}
