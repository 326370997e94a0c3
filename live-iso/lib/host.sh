# The machine that builds: which commands and packages of packages-host.list it has.
# shellcheck shell=bash

# host_list FIELD: column FIELD (1 command, 2 Debian package, 3 Alpine package) of packages-host.list, without comments and "-".
host_list() {
	awk -v field="$1" '!/^#/ && NF && $field != "-" { print $field }' "$here/packages-host.list" | sort -u
}

host_commands_missing() {
	local command missing=
	for command in $(host_list 1); do
		command -v "$command" >/dev/null || missing="$missing $command"
	done
	echo "${missing# }"
}

# host_accelerator: QEMU's -accel for this machine. KVM only on request: on some machines it exists and hangs.
host_accelerator() {
	if [ "${JEFE_KVM:-}" = 1 ] && [ -r /dev/kvm ] && [ -w /dev/kvm ]; then
		echo kvm
	else
		echo tcg,thread=multi
	fi
}
