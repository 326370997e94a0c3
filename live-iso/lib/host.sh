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

# host_packages_install: install everything in the list. Only called by scripts that say so (demo, tests/run).
host_packages_install() {
	if command -v apt-get >/dev/null; then
		# shellcheck disable=SC2046
		DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends $(host_list 2)
	elif command -v apk >/dev/null; then
		# shellcheck disable=SC2046
		apk add $(host_list 3)
	else
		echo "this machine has neither apt-get nor apk; install by hand: $(host_list 1 | tr '\n' ' ')" >&2
		return 1
	fi
}
