# The machine that builds, as a container for Podman (also rootless) or Docker: build.sh --container, build.ps1 and Jenkinsfile use it.
# Without a registry: --build-arg IMAGE=… names an image of Debian 12 that is there.
ARG IMAGE=docker.io/library/debian:bookworm-slim
FROM ${IMAGE}
COPY packages-host.list /usr/share/jefelinux/
RUN apt-get update \
	&& DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends git \
		$(awk '!/^#/ && NF && $2 != "-" { print $2 }' /usr/share/jefelinux/packages-host.list) \
	&& rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb
