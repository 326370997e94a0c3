# Which services an installed system starts: overlay/target-BASE.runlevels and ROLE.role-BASE.runlevels.
# shellcheck shell=bash

# runlevels BASE: the "RUNLEVEL SERVICE" lines.
runlevels() {
	local part files=("$here/overlay/target-$1.runlevels")
	for part in $(parts_of "$target_role" | grep '\.role$'); do
		[ ! -e "$here/overlay/$part-$1.runlevels" ] || files+=("$here/overlay/$part-$1.runlevels")
	done
	sed 's/#.*//; /^[[:space:]]*$/d' "${files[@]}" | other_names "$1"
}

# other_names BASE: a filter; a last word that BASE calls otherwise (BASE_other_names) gets its name.
other_names() {
	local word names=$1_other_names script=
	for word in ${!names:-}; do script+="s/\(^\| \)${word%=*}\$/\1${word#*=}/;"; done
	sed "$script"
}

# overlay_scripts BASE: the init scripts of the overlay, under the names that BASE has for them.
overlay_scripts() {
	local folder
	overlays target "$1" | while read -r folder; do
		[ ! -d "$folder/etc/init.d" ] || ls "$folder/etc/init.d"
	done | other_names "$1"
}

# divert_init_scripts ROOT BASE: before the overlay is laid over. Package scripts that ours replace, or that nothing lists, move to
# /usr/share/jefelinux/init.d, and package upgrades keep them there.
divert_init_scripts() {
	local root=$1 base=$2 script ours list=()
	[ -x "$root/usr/bin/dpkg-divert" ] || return 0
	ours=$(overlay_scripts "$base")
	for script in "$root"/etc/init.d/*; do
		script=${script##*/}
		if grep -qx "$script" <<<"$ours" || ! runlevels "$base" | grep -q " $script\$"; then
			list+=("$script")
		fi
	done
	mkdir -p "$root/usr/share/jefelinux/init.d"
	# shellcheck disable=SC2016
	in_root "$root" /bin/sh -euc '
		for script; do
			dpkg-divert --local --quiet --add --rename --divert "/usr/share/jefelinux/init.d/$script" "/etc/init.d/$script"
		done' divert "${list[@]}"
}

# name_scripts ROOT BASE: after the overlay. Its scripts get the names that BASE has for them, by which packages restart them when upgraded.
name_scripts() {
	local word names=$2_other_names
	for word in ${!names:-}; do
		[ ! -e "$1/etc/init.d/${word%=*}" ] || mv "$1/etc/init.d/${word%=*}" "$1/etc/init.d/${word#*=}"
	done
}

# apply_runlevels ROOT BASE: after the overlay. OpenRC's links become exactly the list.
apply_runlevels() {
	local root=$1 level service
	name_scripts "$root" "$2"
	find "$root/etc/runlevels" -mindepth 2 -delete
	while read -r level service; do
		[ -x "$root/etc/init.d/$service" ] || fail "overlay/*-$2.runlevels: no package brought the service $service"
		if [ "$level" != - ]; then
			mkdir -p "$root/etc/runlevels/$level"
			ln -sfn "/etc/init.d/$service" "$root/etc/runlevels/$level/$service"
		fi
	done < <(runlevels "$2")
}
