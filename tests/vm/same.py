#!/usr/bin/env python3
"""The ISO of each base once more: from a copy of the source elsewhere, by somebody with another umask, time zone and locale, in an empty
work directory, from its lock file and without a network. It must be the same to the last bit.

    tests/vm/same.py [debian|alpine]...    Debian's alone by default: each takes minutes"""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

from flow import ROOT, WORK, Skipped, require, run_steps

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "jefelinux"
ISO_WORK = pathlib.Path(os.environ.get("JEFE_ISO_WORK", CACHE / "tests"))
MEDIA = pathlib.Path(os.environ.get("JEFE_ISO_FOLDER", WORK))
FOLDER = WORK / "same"


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copy_source():
    """What Git knows of this tree, as it stands here."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    (FOLDER / "tree").mkdir(parents=True)
    subprocess.run(["xargs", "-0", "cp", "-P", "--parents", "-t", FOLDER / "tree"], cwd=ROOT, input=names, check=True)
    subprocess.run(["chmod", "-R", "go=", FOLDER / "tree"], check=True)


def copy_packages():
    """Those of earlier builds; without an index, and Alpine's only when they came over a network."""
    (FOLDER / "work/cache").mkdir(parents=True)
    for name in "apt", "apk":
        if (ISO_WORK / "cache" / name).is_dir():
            subprocess.run(["cp", "-a", "--reflink=auto", ISO_WORK / "cache" / name, FOLDER / "work/cache/"], check=True)


def built_again(base, *options):
    iso, lock = MEDIA / f"{base}.iso", MEDIA / f"{base}.lock"
    if not iso.exists() or not lock.exists():
        raise Skipped(f"there is no {iso} with its lock file; tests/vm/run makes both")
    shutil.rmtree(FOLDER, ignore_errors=True)
    copy_source()
    copy_packages()
    answer = subprocess.run(
        ["unshare", "--net", FOLDER / "tree/live-iso/build.sh", "--target", "iso", "--locked", lock, "--key", ISO_WORK / "keys/payload.pem",
         "--work", FOLDER / "work", "--output", FOLDER / "again.iso", *options],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, umask=0o077, cwd="/",
        env={"PATH": os.environ["PATH"], "HOME": "/root", "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8"})
    require(answer.returncode == 0, answer.stdout)
    require(digest(FOLDER / "again.iso") == digest(iso), f"{FOLDER}/again.iso is not {iso}; build.sh verify {iso} names what differs")
    shutil.rmtree(FOLDER)


STEPS = {
    "debian": ("the Debian ISO is made again from its lock file, elsewhere and offline, to the last bit", lambda: built_again("debian")),
    "alpine": ("so is the Alpine ISO, out of a folder of packages", lambda: built_again("alpine", "--mirror", f"file://{CACHE}/alpine")),
}
sys.exit(run_steps("same", [STEPS[base] for base in sys.argv[1:] or ["debian"]]))
