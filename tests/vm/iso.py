#!/usr/bin/env python3
"""What is built and needs no machine: the ISOs hold no secret of the one that built them, and podman runs the container image."""
import os
import pathlib
import re
import shutil
import subprocess
import sys

from flow import ROOT, WORK, Failed, build, find_bytes, medium, require, run_steps

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "jefelinux"
ISO_WORK = pathlib.Path(os.environ.get("JEFE_ISO_WORK", CACHE / "tests"))


def unpacked(base, folder):
    """Everything on the medium as plain files: ISO, squashfs, payload."""
    iso = medium(base)
    subprocess.run(["xorriso", "-osirrox", "on", "-indev", iso, "-extract", "/", folder / "iso"], check=True, capture_output=True)
    subprocess.run(["unsquashfs", "-q", "-n", "-no-xattrs", "-d", folder / "live", folder / "iso/live/live.squashfs"],
                   check=True, capture_output=True)
    with open(folder / "payload.tar", "wb") as tar:
        subprocess.run(["zstd", "-qdc", folder / "iso/payload/rootfs.tar.zst"], stdout=tar, check=True)


def no_private_key(base):
    key = ISO_WORK / "keys/payload.pem"
    require(key.exists(), f"{key}: where is the key that signed the payload?")
    secret = key.read_bytes().splitlines()[1]
    folder = WORK / "iso" / base
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    unpacked(base, folder)
    found = [str(path) for path in folder.rglob("*") if path.is_file() and not path.is_symlink() and find_bytes(path, secret) >= 0]
    shutil.rmtree(folder)
    if found:
        raise Failed(f"the private key is in {found}")


# What is of no use in a container, and what would tell of the machine that built it.
NOT_IN_IMAGE = re.compile(
    r"\./(?:(?:(?:usr/)?lib/modules|boot|var/cache/apk|var/lib/apt/lists)/.*[^/]|etc/ssh/.|etc/periodic/.*/jefe|etc/apk/commit_hooks\.d/."
    r"|var/log/.*[^/]|var/cache/.*\.(?:deb|bin)|.*history|etc/(?:machine-id|resolv\.conf|hostname|passwd-|shadow-)|(?:tmp|run)/.*[^/]"
    r"|(?:usr/)?s?bin/(?:sshd?|scp|sftp|ssh-keygen))")
ROLES = {"debian": ["security", "forensics", "networking", "compression", "build-tools"], "alpine": []}
INSIDE = [
    r"umask 0077 PATH /usr/sbin:/usr/bin:/sbin:/bin TZ Universal preload ", r"CapEff: 0{16} NoNewPrivs: 1", "read-only",
    "libraries of this shell: ", "set-uid and set-gid: 0", "doasedit=", "login: umask 0077 PATH /usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin"]
ROOT_IS = {"run": "root is 0 0 ", "rootless": "root is 0 64321 1$"}
# The local copy of Alpine has no static BusyBox.
INSIDE_OF = {"debian": [
    "libraries of this shell: 0", "libraries of cat: .*libscudo.so ", "has gpg", "has fls", "has ip", "has zstd", "has gcc", r"double free: 134 Scudo ERROR: .*deallocating"]}


def image_files(base):
    """Built, its hashes followed, and the names of its files; the image stays for the steps that start it."""
    image = image_of(base)
    shutil.rmtree(image, ignore_errors=True)
    build(base, image, "--target", "oci", *[word for role in ROLES[base] for word in ("--role", role)])
    files = image_test(image)
    wrong = [name for name in files if NOT_IN_IMAGE.fullmatch(name)]
    has = {"debian": "./var/lib/dpkg/status", "alpine": "./lib/apk/db/installed"}[base]
    require(has in files and not wrong, f"what is of no use in an image, or nothing is: {wrong}")
    if base == "debian":
        missing = {"./usr/sbin/dropbear", "./usr/sbin/tinysshd", "./etc/ld.so.preload"} - set(files)
        require(not missing, f"not in the image: {missing}")


def image_runs(base, mode):
    """Started as root or without: what makes it hardened holds inside. The terminal may show an end of input before the first line."""
    lines = image_test(image_of(base), mode)
    wanted = [*INSIDE, *INSIDE_OF.get(base, []), ROOT_IS[mode]]
    missing = [pattern for pattern in wanted if not any(re.search(pattern, line) for line in lines)]
    require(not missing, f"{mode}: not said: {missing}; but: {lines}")


def image_of(base):
    return WORK / f"iso/oci-{base}"


def image_test(*arguments):
    """tests/iso/image; its lines."""
    answer = subprocess.run([ROOT / "tests/iso/image", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if answer.returncode == 3:
        raise Skipped(f"podman cannot run here: {answer.stdout.strip()}")
    require(answer.returncode == 0, f"tests/iso/image {arguments}: exit code {answer.returncode}\n{answer.stdout}")
    return answer.stdout.splitlines()


bases = [base for base in ("debian", "alpine") if (pathlib.Path(os.environ.get("JEFE_ISO_FOLDER", WORK)) / f"{base}.iso").exists()]
steps = [(f"no private key on the {base} medium", lambda base=base: no_private_key(base)) for base in bases]
for base in bases:
    steps.append((f"the container image of base {base} has no OpenSSH and no trace of its build", lambda base=base: image_files(base)))
    for mode, who in (("run", "root"), ("rootless", "a user")):
        steps.append((f"podman starts it as {who}: {base}", lambda base=base, mode=mode: image_runs(base, mode)))
code = run_steps("iso", steps)
for base in bases:
    shutil.rmtree(image_of(base), ignore_errors=True)
sys.exit(code)
