"""What only running programs show of a hardened root: asked in a chroot, in mount and process namespaces of its own."""
import gzip
import hashlib
import io
import shutil
import subprocess
import tarfile

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
        require(base != "debian", f"/{ALLOCATORS[base]} is missing: the payload has no hardened allocator")
        print(f"# {base}: the mirror has no package of a hardened allocator")
        return
    if base == "debian":  # musl does not say what it binds
        code, output = inside(root, "/bin/cat", "/dev/null", environment={"LD_DEBUG": "bindings"})
        require("libscudo-options.so" in output and "`__scudo_default_options'" in output, f"nobody tells Scudo its options: {output[-500:]}")
    compiler = "gcc" if base == "debian" else "musl-gcc"
    if not shutil.which(compiler):
        print(f"# {base}: no {compiler} here to make a program that frees twice")
        return
    program = root / "root/double-free"
    subprocess.run([compiler, "-w", "-O0", "-x", "c", "-", "-o", program], input=DOUBLE_FREE, text=True, check=True)
    code, output = inside(root, "/bin/sh", "-lc", "/root/double-free")
    require(code in (134, -6) and "Scudo ERROR" in output, f"a double free: exit code {code}, {output!r}")
    program.unlink()


def archive(*files, ends):
    """A compressed tar of (name, mode, content), content None: a folder. A stream of Alpine's package; only its last one has tar's end."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, mode, content in files:
            member = tarfile.TarInfo(name)
            member.mode, member.uname, member.gname = mode, "root", "root"
            if content is None:
                member.type = tarfile.DIRTYPE
            else:
                member.size = len(content)
                member.pax_headers = {"APK-TOOLS.checksum.SHA1": hashlib.sha1(content).hexdigest()}
            tar.addfile(member, io.BytesIO(content or b""))
        size = tar.offset
    return gzip.compress(plain.getvalue() if ends else plain.getvalue()[:size], 6, mtime=0)


def debian_package(root, version):
    tree = root / "root/package"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN/control").write_text(f"Package: jefe-test\nVersion: {version}\nArchitecture: all\nMaintainer: x\nDescription: x\n")
    (tree / "usr/bin").mkdir(parents=True)
    (tree / "usr/bin/jefe-test").write_text(f"#!/bin/sh\n# {version}\n")
    (tree / "usr/bin/jefe-test").chmod(0o4755)
    shell(root, "cd /root && dpkg-deb --root-owner-group -b package jefe-test.deb && rm -rf package && "
          "apt-get -o APT::Sandbox::User=root install --reinstall -y ./jefe-test.deb && rm jefe-test.deb")


def alpine_package(root, version):
    data = archive(("usr", 0o755, None), ("usr/bin", 0o755, None),
                   ("usr/bin/jefe-test", 0o4755, f"#!/bin/sh\n# {version}\n".encode()), ends=True)
    control = (f"pkgname = jefe-test\npkgver = {version}-r0\npkgdesc = x\narch = noarch\nsize = 1\n"
               f"datahash = {hashlib.sha256(data).hexdigest()}\n").encode()
    (root / "root/jefe-test.apk").write_bytes(archive((".PKGINFO", 0o644, control), ends=False) + data)
    shell(root, "cd /root && apk add --no-network --repositories-file /dev/null --allow-untrusted ./jefe-test.apk && rm jefe-test.apk")


PACKAGES = {"debian": (debian_package, "apt-get remove -y jefe-test"),
            "alpine": (alpine_package, "apk del --no-network --repositories-file /dev/null jefe-test")}


def package_upgrade(root, base):
    """A package that brings a set-uid program loses the bit when it is installed and upgraded, and the database remembers it."""
    bring, remove = PACKAGES[base]
    for version in (1, 2):
        bring(root, version)
        program = root / "usr/bin/jefe-test"
        require(f"# {version}\n" in program.read_text(), f"version {version} of the package is not there")
        mode = program.stat().st_mode & 0o7777
        require(mode == 0o755, f"version {version} of the package's program has mode {mode:o} after its installation")
        require("04755:0:0 /usr/bin/jefe-test" in (root / "var/lib/jefelinux/setuid.db").read_text(), "the database does not remember it")
    shell(root, remove)


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
