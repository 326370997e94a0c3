#!/usr/bin/env python3
"""The ISOs hold no secret of the machine that built them: not the key that signs, whatever is packed how."""
import os
import pathlib
import shutil
import subprocess
import sys

from flow import WORK, Failed, find_bytes, medium, require, run_steps

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


bases = [base for base in ("debian", "alpine") if (pathlib.Path(os.environ.get("JEFE_ISO_FOLDER", WORK)) / f"{base}.iso").exists()]
sys.exit(run_steps("iso", [(f"no private key on the {base} medium", lambda base=base: no_private_key(base)) for base in bases]))
