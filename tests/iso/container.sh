# Tests of a build in a real container; tests/iso/run reads it. Its image is made of the packages of this machine, without a network.
# shellcheck shell=bash
# shellcheck disable=SC2154

# container_packages: those of packages-host.list that the tiny base needs, and all they depend on.
container_packages() {
	local names
	mapfile -t names < <(
		awk '!/^#/ && NF && $2 != "-" && $2 !~ /^(qemu|mmdebstrap|e2fsprogs)/ { print $2 }' live-iso/packages-host.list
		dpkg-query -W -f '${Essential} ${Package}\n' | sed -n 's/^yes //p'
		dpkg -S "$(readlink -f "$(command -v awk)")" | cut -d: -f1
		printf '%s\n' apt git busybox-static
	)
	apt-cache depends --recurse --installed --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances "${names[@]}" |
		grep '^[a-z0-9]' | sort -u
}

# container_base FILE: a root file system as a tar archive. What dpkg says there is that all is installed, so apt-get has nothing to fetch.
container_base() {
	local names tree=$folder/container-tree
	mapfile -t names < <(container_packages)
	mkdir "$tree"
	{
		dpkg -L "${names[@]}" 2>/dev/null | grep -vE '^/usr/share/(doc|man|locale|info|i18n|perl)/|^/(boot|lib/modules)/|^/\.|\.mo$'
		printf '%s\n' /bin /sbin /lib /lib64 /bin/sh /usr/bin/awk /etc /etc/alternatives /etc/alternatives/awk /etc/passwd /etc/group \
			/etc/ssl/openssl.cnf /var /var/lib /var/lib/dpkg /var/lib/dpkg/status
	} | container_names | sort -u | tar -C / -c --no-recursion --ignore-failed-read -T - 2>/dev/null | tar -C "$tree" -x -p
	mkdir -p "$tree"/{tmp,proc,sys,dev,run,root,var/lib/apt/lists/partial,var/cache/apt/archives/partial,var/lib/dpkg/updates,var/log/apt}
	chmod 1777 "$tree/tmp"
	tar -C "$tree" -c -f "$1" .
	rm -rf "$tree"
}

# container_names: paths as they are behind the links of / to /usr, without the slash in front.
container_names() {
	if [ -h /bin ]; then
		sed -E 's,^/(bin|sbin|lib|lib64|lib32|libx32)/,/usr/\1/,; s,^/,,'
	else
		sed 's,^/,,'
	fi
}

# container_settings HOME: where podman keeps what it has; the container shares the network, and has no limits, of which old and new together
# are too much for crun.
container_settings() {
	mkdir -p "$1/run"
	cat >"$1/containers.conf" <<-END
		[containers]
		netns = "host"
		cgroups = "disabled"
		default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
		env = ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "tiny_mirror=$tiny_mirror"]
		[engine]
		runtime = "crun"
		cgroup_manager = "cgroupfs"
		events_logger = "file"
	END
	cat >"$1/storage.conf" <<-END
		[storage]
		driver = "vfs"
		graphroot = "$1/storage"
		runroot = "$1/run"
	END
}

# container_words HOME: the environment of podman, for env.
container_words() {
	echo PATH="$PATH" HOME="$1" XDG_RUNTIME_DIR="$1/run" TMPDIR="$1" CONTAINERS_CONF="$1/containers.conf" CONTAINERS_STORAGE_CONF="$1/storage.conf" \
		BUILDAH_ISOLATION=chroot BUILDAH_FORMAT=oci JEFE_BUILDER_IMAGE=localhost/jefe-base SOURCE_DATE_EPOCH="$SOURCE_DATE_EPOCH" tiny_mirror="$tiny_mirror"
}

# container_made HOME COMMAND...: with COMMAND in front of it podman makes the image and the build makes the ISO.
container_made() {
	local home=$1 words
	shift
	mkdir -p "$home" && container_settings "$home" && cp -a "$folder/tree" "$home/tree" && cp "$folder/ed25519.pem" "$home/key.pem" || return
	[ "$1" != without_rights ] || chown -R "$stranger:$stranger" "$home"
	mapfile -t words < <(container_words "$home" | tr ' ' '\n')
	# shellcheck disable=SC2016
	(cd "$home" && "$@" env -i "${words[@]}" sh -euc '
		podman import -q "$1" localhost/jefe-base
		shift
		exec tree/live-iso/build.sh --container podman "$@"
	' container "$folder/base.tar" --target iso --base tiny --mirror "file://$tiny_mirror" --key "$home/key.pem" --work "$home/work" \
		--output "$home/other.iso") >"$log" 2>&1
}

# container_builds DESCRIPTION COMMAND...: one test, or none where podman cannot run: the ISO is that of a build without a container.
container_builds() {
	local name=$1 home=$folder/container pid status=0
	shift
	container_made "$home" "$@" || status=$?
	# Without root podman keeps a process that holds its namespaces.
	! pid=$(cat "$home/run/libpod/tmp/pause.pid" 2>/dev/null) || kill "$pid"
	if [ "$status" != 0 ] && grep -qE 'crun: .*(cgroup|Operation not permitted|Function not implemented)|newuidmap' "$log"; then
		skip "$name" "$(grep -E 'crun: |newuidmap' "$log" | tail -n 1)"
	else
		is "$name" container_same "$status" "$home"
	fi
	rm -rf --one-file-system "$home"
}

# container_same STATUS HOME
container_same() {
	[ "$1" = 0 ] && cmp "$folder/tiny.iso" "$2/other.iso" >>"$log" 2>&1
}

# containers_build: by podman as root and without.
containers_build() {
	local name as_root="podman as root makes the same" rootless="podman makes the same for a user who is not root"
	for name in podman crun newuidmap dpkg; do
		command -v "$name" >/dev/null && continue
		skip "$as_root" "$name is not installed"
		skip "$rootless" "$name is not installed"
		return
	done
	container_base "$folder/base.tar"
	chmod 711 "$folder" && chmod 755 "$tiny_mirror" && chmod 644 "$tiny_mirror"/*
	container_builds "$as_root" in_strangers_view
	container_builds "$rootless" without_rights
	chmod 700 "$folder"
	rm "$folder/base.tar"
}
