# build.sh --container ENGINE: the same build inside a container that has what it needs, so that the machine itself needs nothing else.
# With rootless Podman no root either. Paths are the same inside and outside.
# shellcheck shell=bash

# container_run [ARGUMENT]...: the arguments of build.sh.
container_run() {
	local words=() mounts=() image=jefelinux-builder path
	command -v "$container" >/dev/null || refuse "--container $container: there is no such command"
	while [ $# -gt 0 ]; do
		case $1 in
		--container) shift ;;
		*) words+=("$1") ;;
		esac
		shift
	done
	check_target_name
	choose_epoch
	set_paths
	for path in "$PWD" "$work" "$(dirname "$output")" ${lock:+"$(dirname "$(realpath -m "$lock")")"}; do mounts+=(-v "$path:$path"); done
	while read -r path; do mounts+=(-v "$path:$path:ro"); done < <(container_inputs)
	"$container" build -q -t "$image" ${JEFE_BUILDER_IMAGE:+--build-arg "IMAGE=$JEFE_BUILDER_IMAGE"} -f "$here/Dockerfile.builder" "$here" >&2
	exec "$container" run --rm --privileged -e SOURCE_DATE_EPOCH="$epoch" "${mounts[@]}" -w "$PWD" "$image" "$here/build.sh" "${words[@]}"
}

# container_inputs: what the options name and the source, each once, without what is below the working directory.
container_inputs() {
	local path secrets=
	[ "$target" != disk ] || secrets=${answers:+$(dirname "$answers")} # they are beside the answers
	for path in "$source_dir" "$key" "$keyring" "$answers" "$secrets" "$locked" "$verify_iso" "${mirrors[@]}"; do
		path=${path#file://}
		case $path in '' | http:* | https:*) continue ;; esac
		path=$(realpath "$path")
		case $path/ in "$PWD"/*) ;; *) echo "$path" ;; esac
	done | sort -u
}
