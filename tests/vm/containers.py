#!/usr/bin/env python3
"""The roles containers and runtimes at the highest level: what Docker's containers may do, what other machines reach of them, and that the
audit names those which may too much. The image is one BusyBox of the installed system's own."""
import base64
import json
import subprocess

from flow import BOOT, Installation, medium, require

pc = Installation("containers", iso=medium("debian-containers"), memory=2048, level="paranoid", roles=["containers"])
IMAGE = "/usr/bin/busybox /lib/x86_64-linux-gnu/libc.so.6 /lib/x86_64-linux-gnu/libresolv.so.2 /lib64/ld-linux-x86-64.so.2"
STATUS = "cat /proc/self/status /proc/self/attr/current"
SERVE = "while true; do echo hello | nc -l -p 80; done"
# Containers that may too much, and what the audit says of them.
TOO_MUCH = {
    "--privileged --userns host": "privileged, users of the host",
    "-v /etc:/host": "the host's /etc",
    "--network host --userns host": "network of the host, users of the host",
    "--security-opt apparmor=unconfined": "runs unconfined",
    "--security-opt seccomp=unconfined": "no system call filter",
    "--security-opt seccomp=/root/open.json": "a system call filter of its own",
    "--security-opt no-new-privileges=false": "no_new_privs is off",
}


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
        require(label == f"{profile} (enforce)", f"{program} runs as {label}")


def root_is_nobody():
    """Root in a container is one of the host's users without a name, and nothing of the host is his."""
    pc.root("docker run -d --name mapped tiny /usr/bin/busybox sleep 600")
    user = pc.root('stat -c %u /proc/$(docker inspect -f "{{.State.Pid}}" mapped)').strip()
    require(int(user) >= 100000, f"root in a container is user {user}")
    pc.root("docker rm -f mapped")
    answer = run("-v /etc/shadow:/shadow", "cat /shadow", check=False)
    require("root:" not in answer and "denied" in answer, f"root in a container reads the host's /etc/shadow: {answer}")


def traffic_is_as_documented():
    """Containers reach others, not each other; others reach what is published with an address and listed, and nothing else."""
    pc.root("ip netns add outside && ip link add out0 type veth peer name eth0 netns outside && ip address add 10.99.0.1/24 dev out0 && "
            "ip link set out0 up && ip -n outside address add 10.99.0.2/24 dev eth0 && ip -n outside link set eth0 up && "
            "ip -n outside route add 172.17.0.0/16 via 10.99.0.1")
    pc.root(f"docker run -d --name server -p 8080:80 -p 10.99.0.1:8081:80 -p 10.99.0.1:8082:80 tiny /usr/bin/busybox sh -c \"{SERVE}\" && "
            "docker run -d --name client tiny /usr/bin/busybox sleep 3600 && (ip netns exec outside busybox sh -c "
            f"\"{SERVE.replace('80', '7')}\" >/dev/null 2>&1 &)")
    address = pc.root('docker inspect -f "{{.NetworkSettings.IPAddress}}" server').strip()
    container, outside, here = "docker exec client /usr/bin/busybox", "timeout 5 ip netns exec outside", "timeout 5"
    expected = {(container, "10.99.0.2 7"): True, (container, f"{address} 80"): False, (here, "127.0.0.1 8080"): True,
                (outside, f"{address} 80"): False, (outside, "10.99.0.1 8080"): False, (outside, "10.99.0.1 8081"): False}
    check_reached(expected)
    pc.root("jefe-setup harden --set network.published_ports=8081/tcp --confirm-within 0", check=False)
    check_reached({(outside, "10.99.0.1 8081"): True, (outside, "10.99.0.1 8082"): False})
    require(finding("network.listeners")["status"] == "DRIFT", "a port that is published and not listed is not named")
    pc.root("docker rm -f server client; "
            f"docker run -d --name server --memory 64m --pids-limit 50 -p 10.99.0.1:8081:80 tiny /usr/bin/busybox sh -c \"{SERVE}\"")
    pc.audit()
    pc.root("docker rm -f server")


def check_reached(expected):
    """Whether a command reaches the address and port, each as expected."""
    output = pc.root("; ".join(f"echo \"$({command} {'' if command.endswith('busybox') else 'busybox '}nc -w 2 {where} </dev/null 2>/dev/null)\""
                               for command, where in expected))
    found = dict(zip(expected, (line == "hello" for line in output.splitlines())))
    require(found == expected, f"reached or not, but not as expected: {[place for place in expected if found.get(place) != expected[place]]}")


def finding(control):
    """What the audit says of one control."""
    audit = json.loads(pc.root("jefe-setup audit --json", check=False))
    return next(result for result in audit["controls"] if result["id"] == control)


def too_much_is_named():
    """A container that may too much is a failure of the control that is for it; when it is gone, everything is right again."""
    names = {f"bad{number}": said for number, said in enumerate(TOO_MUCH.values())}
    pc.root("echo \"{\\\"defaultAction\\\":\\\"SCMP_ACT_ALLOW\\\"}\" >/root/open.json")
    for name, options in zip(names, TOO_MUCH):
        pc.root(f"docker run -d --name {name} {options} tiny /usr/bin/busybox sleep 600")
    audit = json.loads(pc.root("jefe-setup audit --json", check=False))
    found = {result["id"]: result for result in audit["controls"] if result["id"].startswith("container.")}
    told = "; ".join(found[control]["effective"] or "" for control in ("container.isolation", "container.confinement"))
    missing = [f"{name}: {said}" for name, said in names.items() if f"{name}: {said}" not in told]
    require(not missing, f"not named: {missing} in {told}")
    require(found["container.isolation"]["status"] == found["container.confinement"]["status"] == "DRIFT", f"{found}")
    limits = json.loads(pc.root("jefe-setup audit --level paranoid --control container.limits --json", check=False))["controls"][0]
    unnamed = [name for name in names if f"{name}: no memory limit" not in (limits["effective"] or "")]
    require(not unnamed and limits["status"] in ("FAIL", "DRIFT"), f"without limits and not named: {unnamed} in {limits}")
    pc.root(f"docker rm -f {' '.join(names)}")
    pc.audit()


def services_have_names():
    """A service in Python runs in a profile of its own name and reads no secrets; the interpreter itself stays free."""
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


NGINX = """user root;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log;
events { }
http {
    access_log off;
    server { listen 127.0.0.1:8088; root /srv/www; }
    server { listen 127.0.0.1:8089; root /etc; }
}
"""


def web_server_is_confined():
    """Debian's nginx, as root, in the profile that comes with the first change after the program: it serves what is to be served, and not
    /etc, whatever its configuration says."""
    folder = pc.folder / "nginx"
    folder.mkdir()
    subprocess.run("apt-get -q download nginx && dpkg-deb -x nginx_*.deb root && mkdir -p root/etc/nginx root/var/log/nginx root/var/lib/nginx "
                   "root/srv/www && echo page >root/srv/www/index.html", shell=True, check=True, cwd=folder, capture_output=True)
    (folder / "root/etc/nginx/nginx.conf").write_text(NGINX)
    tree = subprocess.run(["tar", "-cz", "-C", folder / "root", "usr/sbin", "etc/nginx", "var/log", "var/lib/nginx", "srv"], check=True,
                          capture_output=True).stdout
    sent = pc.vm.ssh("ana", pc.key, "base64 -d | sudo -n tar -xz --no-same-owner --no-overwrite-dir -C /", 60, base64.b64encode(tree).decode())
    require(sent.returncode == 0, f"nginx was not unpacked: {sent.stderr}")
    pc.root("jefe-setup harden --confirm-within 0 && /usr/sbin/nginx")
    labels = set(pc.root("for p in $(pidof nginx); do cat /proc/$p/attr/apparmor/current; done").splitlines())
    require(labels == {"jefe-web (enforce)"}, f"nginx runs as {labels}")
    require("page" in pc.root("busybox wget -q -O - http://127.0.0.1:8088/index.html"), "no page")
    answer = pc.root("busybox wget -q -O - http://127.0.0.1:8089/shadow 2>&1", check=False)
    log = pc.root("cat /var/log/nginx/error.log; nginx -s stop")
    require("403" in answer and "root:" not in answer and "/etc/shadow\" failed (13: Permission denied)" in log, f"{answer}\n{log}")


pc.run([
    ("installs unattended", pc.install_unattended),
    ("unlocks, starts from its disk and lets the key in", pc.boot),
    ("containers are confined", containers_are_confined),
    ("root in a container is nobody", root_is_nobody),
    ("audit finds no failure", pc.audit),
    ("traffic of containers is as documented", traffic_is_as_documented),
    ("containers that may too much are named", too_much_is_named),
    ("services in Python and for Node have profiles of their own", services_have_names),
    ("a web server is confined", web_server_is_confined),
    ("the audit notices everything about containers that is broken", lambda: pc.audit_notices("container.")),
])
