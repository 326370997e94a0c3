# shellcheck shell=sh
# Drivers and devices: every device the kernel knows tells by its modalias which module it wants.

seen_aliases='' seen_paths=''

# Keyboards that no bus announces.
load_keyboard() {
	modprobe -abq i8042 atkbd
}

# Load drivers for devices that appeared since the last call; false when there are none.
coldplug() {
	set -- /sys/bus/*/devices/*/modalias
	[ "$*" != "$seen_paths" ] || return 1
	seen_paths="$*"
	new=''
	for alias in $(sort -u "$@" 2>/dev/null); do
		case $seen_aliases in
		*" $alias "*) ;;
		*) new="$new $alias" seen_aliases="$seen_aliases $alias " ;;
		esac
	done
	# shellcheck disable=SC2086 # a list
	[ -z "$new" ] || modprobe -abq $new
	return 0
}

# wait_until SECONDS COMMAND...: run COMMAND when block devices have changed, and once a second (a disc may spin up), until
# it succeeds; false after SECONDS.
wait_until() {
	read -r now _ </proc/uptime
	deadline=$((${now%.*} + $1))
	seen=''
	shift
	while [ "${now%.*}" -le "$deadline" ]; do
		while coldplug; do :; done
		blocks="$(echo /sys/class/block/*) ${now%.*}"
		if [ "$blocks" != "$seen" ]; then
			seen=$blocks
			"$@" && return 0
		fi
		sleep 0.1
		read -r now _ </proc/uptime
	done
	return 1
}

# find_uuid UUID: the block device that holds it, in $device.
find_uuid() {
	device=$(findfs "UUID=$1" 2>/dev/null) && [ -n "$device" ]
}
