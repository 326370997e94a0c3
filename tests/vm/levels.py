#!/usr/bin/env python3
"""What is installed, hardened to every level offline: the audit finds no failure, and notices everything that is broken on purpose."""
import os
import pathlib
import shutil
import subprocess
import sys

import userland
from flow import FLIP, ROOT, WORK, medium, require, run_steps

FOLDER = WORK / "levels"
SETUP = ROOT / "build/jefe-setup"
BASES = [base for base in ("debian", "alpine") if (pathlib.Path(os.environ.get("JEFE_ISO_FOLDER", WORK)) / f"{base}.iso").exists()]


def run(*command, code=0):
    answer = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    require(answer.returncode == code, f"{command}: exit code {answer.returncode}\n{answer.stdout[-3000:]}{answer.stderr}")
    return answer.stdout


def unpack(base):
    """The payload, with what an installation adds: a user with a key, an encrypted disk."""
    root = FOLDER / base
    shutil.rmtree(FOLDER, ignore_errors=True)
    root.mkdir(parents=True)
    run("xorriso", "-osirrox", "on", "-indev", medium(base), "-extract", "/payload/rootfs.tar.zst", FOLDER / "rootfs.tar.zst")
    run("sh", "-c", f"zstd -qdc '{FOLDER}/rootfs.tar.zst' | tar -x --numeric-owner --xattrs --xattrs-include='*' -C '{root}'")
    with open(root / "etc/passwd", "a") as passwd, open(root / "etc/shadow", "a") as shadow:
        passwd.write("ana:x:1000:1000::/home/ana:/bin/sh\n")
        shadow.write("ana:*:19000:0:99999:7:::\n")
    (root / "home/ana/.ssh").mkdir(parents=True)
    (root / "home/ana/.ssh/authorized_keys").write_text("ssh-ed25519 AAAA ana\n")
    group = root / "etc/group"
    group.write_text("".join(f"{line}{'' if line.endswith(':') else ','}ana\n" if line.startswith(("sudo:", "wheel:")) else f"{line}\n"
                             for line in group.read_text().splitlines()))
    (root / "etc/crypttab").write_text("root UUID=0 none luks\n")


def level(base, name):
    print("#", run(SETUP, "harden", "--root", FOLDER / base, "--level", name).splitlines()[-1])
    run(SETUP, "audit", "--root", FOLDER / base)
    print("#", run(FLIP, FOLDER / base).splitlines()[-1])


def integrity(base):
    """Configuration and packages are as they were recorded and built; what was touched afterwards is told."""
    root = FOLDER / base
    run(SETUP, "integrity", "--root", root, "--record")
    require(run(SETUP, "integrity", "--root", root) == "integrity: 0 differences\n", "differences in what nobody touched")
    program = next(path for path in (root / "usr/sbin/nft", root / "usr/sbin/sshd") if path.exists())
    before = program.read_bytes()
    program.write_bytes(before + b"x")
    (root / "etc/touched").write_text("x")
    found = run(SETUP, "integrity", "--root", root, code=1)
    require("new /etc/touched\n" in found and f"package /usr/sbin/{program.name}\n" in found, found)
    program.write_bytes(before)
    (root / "etc/touched").unlink()


subprocess.run(["make", "-s", "-C", ROOT / "build", "tests/vm/flip"], check=True)
steps = []
for base in BASES:
    steps.append((f"{base} is unpacked", lambda base=base: unpack(base)))
    steps.append((f"{base}: what is not as it was is told", lambda base=base: integrity(base)))
    for name in ("baseline", "hardened", "paranoid"):
        steps.append((f"{base} at {name}: no failure, and every break is noticed", lambda base=base, name=name: level(base, name)))
    for check in userland.CHECKS:
        steps.append((f"{base}: {check.__doc__.splitlines()[0].rstrip('.')}", lambda base=base, check=check: check(FOLDER / base, base)))
code = run_steps("levels", steps)
shutil.rmtree(FOLDER, ignore_errors=True)
sys.exit(code)
