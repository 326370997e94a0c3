#!/usr/bin/env python3
"""The roles containers and runtimes: what Docker's containers may do at level hardened, what other machines reach of them, and that the audit
names those which may too much. The image is one BusyBox of the installed system's own."""
import json

from flow import BOOT, Installation, medium, require

pc = Installation("containers", iso=medium("debian-containers"), encrypted=False, memory=2048, roles=["containers"])
IMAGE = "/usr/bin/busybox /lib/x86_64-linux-gnu/libc.so.6 /lib/x86_64-linux-gnu/libresolv.so.2 /lib64/ld-linux-x86-64.so.2"
STATUS = "cat /proc/self/status /proc/self/attr/current"
SERVE = "while true; do echo hello | nc -l -p 80; done"
CONNECT = "ip netns exec outside timeout 5 busybox nc -w 3"


def run(options, command, check=True):
    """A command in a fresh container; all it printed."""
    return pc.root(f"docker run --rm {options} tiny /usr/bin/busybox {command} 2>&1", check=check)


def import_image():
    pc.root("until docker version >/dev/null 2>&1; do sleep 1; done", BOOT)
    pc.root(f"tar -C / -chf - {IMAGE} 2>/dev/null | docker import - tiny")


def containers_are_confined():
    """The kernel's word about a container's first process, and about the engine's."""
    import_image()
    status = run("", f"sh -c \"{STATUS}\"")
    for line in ("NoNewPrivs:\t1", "Seccomp:\t2", "docker-default (enforce)"):
        require(line in status, f"not in a container: {line}\n{status}")
    limits = run("", "sh -c \"ulimit -c; ulimit -n\"")
    require(limits.split() == ["0", "4096"], f"limits in a container: {limits}")
    for program, profile in (("dockerd", "jefe-dockerd"), ("containerd", "jefe-containerd")):
        label = pc.root(f"cat /proc/$(pidof {program})/attr/apparmor/current").strip()
        require(label == f"{profile} (complain)", f"{program} runs as {label}")


def traffic_is_as_documented():
    """Containers reach others, not each other; others reach what is published with an address and listed, and nothing else."""
    pc.root("ip netns add outside && ip link add out0 type veth peer name eth0 netns outside && ip address add 10.99.0.1/24 dev out0 && "
            "ip link set out0 up && ip -n outside address add 10.99.0.2/24 dev eth0 && ip -n outside link set eth0 up && "
            "ip -n outside route add 172.17.0.0/16 via 10.99.0.1")
    pc.root(f"docker run -d --name server -p 8080:80 -p 10.99.0.1:8081:80 -p 10.99.0.1:8082:80 tiny /usr/bin/busybox sh -c \"{SERVE}\"")
    address = pc.root('docker inspect -f "{{.NetworkSettings.IPAddress}}" server').strip()
    pc.root("(ip netns exec outside busybox nc -l -p 7 </etc/hostname >/dev/null 2>&1 &)")
    require("vault1" in run("", "timeout 9 nc 10.99.0.2 7 </dev/null", check=False), "a container does not reach another machine")
    require("hello" not in run("", f"timeout 9 nc -w 3 {address} 80 </dev/null", check=False), "a container reaches another")
    require("hello" in pc.root("timeout 9 busybox nc -w 3 127.0.0.1 8080 </dev/null", check=False), "the machine does not reach its port")
    for where in (f"{address} 80", "10.99.0.1 8080", "10.99.0.1 8081"):
        require("hello" not in pc.root(f"{CONNECT} {where} </dev/null", check=False), f"another machine reaches {where}")
    pc.root("jefe-setup harden --set network.published_ports=8081/tcp --confirm-within 0", check=False)
    require("hello" in pc.root(f"{CONNECT} 10.99.0.1 8081 </dev/null", check=False), "a listed port is not reached")
    require("hello" not in pc.root(f"{CONNECT} 10.99.0.1 8082 </dev/null", check=False), "a port that is not listed is reached")
    require(finding("network.listeners") == "DRIFT", "a port that is published and not listed is not named")
    pc.root("docker rm -f server")
    pc.root(f"docker run -d --name server -p 10.99.0.1:8081:80 tiny /usr/bin/busybox sh -c \"{SERVE}\"")
    pc.audit()
    pc.root("docker rm -f server")


def finding(control):
    """The status of one control in the audit."""
    audit = json.loads(pc.root("jefe-setup audit --json", check=False))
    return next(result["status"] for result in audit["controls"] if result["id"] == control)


def too_much_is_named():
    """A container that may too much is a failure of the control that is for it; when it is gone, everything is right again."""
    for control, options in (("container.isolation", "--privileged"), ("container.isolation", "-v /etc:/host"),
                             ("container.isolation", "--network host"), ("container.confinement", "--security-opt apparmor=unconfined"),
                             ("container.confinement", "--security-opt seccomp=unconfined")):
        pc.root(f"docker run -d --name bad {options} tiny /usr/bin/busybox sleep 600")
        status = finding(control)
        pc.root("docker rm -f bad")
        require(status == "DRIFT", f"{options}: {control} is {status}")
    require(finding("container.isolation") == finding("container.confinement") == "PASS", "not right again")


def services_have_names():
    """A service in Python runs in a profile of its own name and reads no secrets, nor does a web server; the interpreter itself stays
    free."""
    pc.root("mkdir -p /srv/jefe-app-example && echo \"import http.server as h; h.HTTPServer((\\\"127.0.0.1\\\", 8000), h.SimpleHTTPRequestHandler)"
            ".serve_forever()\" >/srv/jefe-app-example/main.py && "
            "(/usr/libexec/jefelinux/confine jefe-app-example /usr/bin/python3 /srv/jefe-app-example/main.py >/dev/null 2>&1 & echo $! >/run/app)")
    pc.root("for i in $(seq 30); do busybox nc -w 1 127.0.0.1 8000 </dev/null && break; sleep 1; done")
    label = pc.root("cat /proc/$(cat /run/app)/attr/apparmor/current").strip()
    require(label == "jefe-app-example (enforce)", f"the service runs as {label}")
    for confine in ("/usr/libexec/jefelinux/confine jefe-app-example", ""):
        for interpreter in ("python3 -c \"open(\\\"/etc/shadow\\\")\"", "node -e \"require(\\\"fs\\\").readFileSync(\\\"/etc/shadow\\\")\""):
            answer = pc.root(f"{confine} /usr/bin/{interpreter} >/dev/null 2>&1; echo $?").strip()
            require((answer == "0") == (not confine), f"{confine} {interpreter}: exit code {answer}")
    pc.root("kill $(cat /run/app)")
    # The profile of web servers goes by the path, and comes with the next change after the program; this one reads what it is told to.
    pc.root("cp /usr/bin/cat /usr/sbin/nginx && jefe-setup harden --confirm-within 0 && echo page >/srv/page && /usr/sbin/nginx /srv/page | grep page")
    require("root:" not in pc.root("/usr/sbin/nginx /etc/shadow 2>/dev/null; rm /usr/sbin/nginx", check=False), "a web server reads /etc/shadow")


pc.run([
    ("installs unattended", pc.install_unattended),
    ("starts from its disk and lets the key in", pc.boot),
    ("containers are confined", containers_are_confined),
    ("audit finds no failure", pc.audit),
    ("traffic of containers is as documented", traffic_is_as_documented),
    ("containers that may too much are named", too_much_is_named),
    ("services in Python and for Node have profiles of their own", services_have_names),
])
