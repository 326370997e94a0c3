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


def container_image():
    """As root and without; the image has no kernel and no packages' cache."""
    image = WORK / "iso/oci"
    shutil.rmtree(image, ignore_errors=True)
    build("alpine", image, "--target", "oci")
    files = image_test(image)
    wrong = [name for name in files if re.match(r"\./(var/cache/apk|lib/modules|boot)/.|\./etc/(ssh/|periodic/.*/jefe|apk/commit_hooks.d/.)", name)]
    require("./lib/apk/db/installed" in files and not wrong, f"what is of no use in an image, or nothing is: {wrong}")
    for mode in ("run", "rootless"):
        require("read-only" in (image_test(image, mode) or ["read-only"]), f"{mode}: its root can be written")
    shutil.rmtree(image)


def image_test(*arguments):
    """tests/iso/image; its lines, or none when podman cannot run here."""
    answer = subprocess.run([ROOT / "tests/iso/image", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if answer.returncode == 3:
        print(f"# podman cannot run here: {answer.stdout.strip()}")
        return []
    require(answer.returncode == 0, f"tests/iso/image {arguments}: exit code {answer.returncode}\n{answer.stdout}")
    return answer.stdout.splitlines()


bases = [base for base in ("debian", "alpine") if (pathlib.Path(os.environ.get("JEFE_ISO_FOLDER", WORK)) / f"{base}.iso").exists()]
steps = [(f"no private key on the {base} medium", lambda base=base: no_private_key(base)) for base in bases]
if "alpine" in bases:
    steps.append(("podman runs the container image of base alpine", container_image))
sys.exit(run_steps("iso", steps))
