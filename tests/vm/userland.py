"""What only running programs show of a hardened root: asked in a chroot, in mount and process namespaces of its own."""
import shutil
import subprocess

from flow import require

DOUBLE_FREE = "#include <stdlib.h>\nint main(void) { char *volatile p = malloc(40); free(p); free(p); return 0; }\n"
ALLOCATORS = {"debian": "usr/lib/jefelinux/libscudo.so", "alpine": "usr/lib/libscudo.so"}
INSIDE = 'mount --bind /dev "$0/dev" && mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'


def inside(root, *command, environment=None):
    """A command below root: its exit code and all it printed."""
    answer = subprocess.run(["unshare", "--mount", "--pid", "--fork", "--propagation", "private", "sh", "-c", INSIDE, root, *command],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120,
                            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **(environment or {})})
    return answer.returncode, answer.stdout


def shell(root, script, user=None):
    """A script in a login shell; of root, or of a user."""
    become = ["/usr/sbin/chroot", f"--userspec={user}", "/"] if user else []
    code, output = inside(root, *become, "/bin/sh", "-lc", script)
    require(code == 0, f"{script}: exit code {code}\n{output}")
    return output


def allocator(root, base):
    """A double free ends a program, and says whose check it was; programs with more rights work."""
    if not (root / ALLOCATORS[base]).exists():
        print(f"# {base}: the mirror has no package of a hardened allocator")
        return
    compiler = "gcc" if base == "debian" else "musl-gcc"
    if not shutil.which(compiler):
        print(f"# {base}: no {compiler} here to make a program that frees twice")
        return
    program = root / "root/double-free"
    subprocess.run([compiler, "-w", "-O0", "-x", "c", "-", "-o", program], input=DOUBLE_FREE, text=True, check=True)
    code, output = inside(root, "/bin/sh", "-lc", "/root/double-free")
    require(code in (134, -6) and "Scudo ERROR" in output, f"a double free: exit code {code}, {output!r}")
    program.unlink()


def package_upgrade(root, base):
    """A package that brings a set-uid program loses the bit when it is installed, and the database remembers it."""
    if base != "debian":
        return
    tree = root / "root/package"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text("Package: jefe-test\nVersion: 1\nArchitecture: all\nMaintainer: x\nDescription: x\n")
    (tree / "usr/bin").mkdir(parents=True)
    (tree / "usr/bin/jefe-test").write_text("#!/bin/sh\n")
    (tree / "usr/bin/jefe-test").chmod(0o4755)
    shell(root, "cd /root && dpkg-deb --root-owner-group -b package jefe-test.deb && "
          "apt-get -o APT::Sandbox::User=root install --reinstall -y ./jefe-test.deb")
    mode = (root / "usr/bin/jefe-test").stat().st_mode & 0o7777
    require(mode == 0o755, f"the package's program has mode {mode:o} after its installation")
    require("04755:0:0 /usr/bin/jefe-test" in (root / "var/lib/jefelinux/setuid.db").read_text(), "the database does not remember it")
    shell(root, "apt-get remove -y jefe-test && rm -rf /root/package /root/jefe-test.deb")


def editing(root, base):
    """The file keeps owner and mode, gets the text at once, and is left alone when nothing or somebody else changed it."""
    target, editor = root / "etc/jefe-test", root / "root/editor"
    target.write_text("old\n")
    target.chmod(0o640)
    for action, wanted, message in (('echo new >>"$1"', "old\nnew\n", ""), (":", "old\nnew\n", "stays as it is"),
                                    ('echo mine >>"$1"; echo theirs >/etc/jefe-test', "theirs\n", "changed by somebody else")):
        editor.write_text(f"#!/bin/sh\n{action}\n")
        editor.chmod(0o755)
        _, output = inside(root, "/bin/sh", "-c", "EDITOR=/root/editor jefe-edit /etc/jefe-test")
        require(target.read_text() == wanted and message in output, f"{action}: {target.read_text()!r}, {output!r}")
        require(target.stat().st_mode & 0o7777 == 0o640, f"{action}: its mode is {target.stat().st_mode:o}")
    require(not list(target.parent.glob("jefe-test.*")), "a draft stayed in the folder")
    target.unlink()
    editor.unlink()


def sessions(root, base):
    """What a login shell has."""
    path, umask, core, program = shell(root, "echo $PATH; umask; ulimit -c; command -v jefe-edit").split()
    require(path.startswith("/usr/sbin:/usr/bin:/sbin:/bin") and umask == "0077" and core == "0" and program == "/usr/bin/jefe-edit",
            f"a login shell has {path}, {umask}, {core}, {program}")
    if base == "debian":
        shell(root, "visudo -c && sudo -V >/dev/null && su --version")


def start_files(root, base):
    """A start empties /tmp where it is on disk, and makes what programs expect."""
    if base != "debian":
        return
    (root / "tmp/left/behind").mkdir(parents=True)
    shell(root, "mount -t tmpfs dev /dev && . /etc/init.d/localmount && make_files && test -d /dev/fd/ && test -L /dev/stderr")
    require(not list((root / "tmp").iterdir()), "the start leaves what was in /tmp")
    for path, mode in (("run/utmp", 0o664), ("var/log/wtmp", 0o664), ("var/log/btmp", 0o660)):
        found = (root / path).stat()
        require((found.st_mode & 0o7777, found.st_gid) == (mode, 43), f"/{path}: {found.st_mode:o}, group {found.st_gid}")


CHECKS = (allocator, package_upgrade, editing, sessions, start_files)
