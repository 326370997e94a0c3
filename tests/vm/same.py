#!/usr/bin/env python3
"""The Debian ISO once more: from a copy of the source elsewhere, by somebody with another umask, time zone and locale, in an empty work
directory, from its lock file and without a network. It must be the same to the last bit."""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

from flow import ROOT, WORK, medium, require, run_steps, skip_all

CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "jefelinux"
ISO_WORK = pathlib.Path(os.environ.get("JEFE_ISO_WORK", CACHE / "tests"))
FOLDER = WORK / "same"
ISO = medium("debian")
LOCK = ISO.with_suffix(".lock")


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copy_source():
    """What Git knows of this tree, as it stands here."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    (FOLDER / "tree").mkdir(parents=True)
    subprocess.run(["xargs", "-0", "cp", "-P", "--parents", "-t", FOLDER / "tree"], cwd=ROOT, input=names, check=True)
    subprocess.run(["chmod", "-R", "go=", FOLDER / "tree"], check=True)


def built_again():
    shutil.rmtree(FOLDER, ignore_errors=True)
    copy_source()
    (FOLDER / "work/cache").mkdir(parents=True)
    subprocess.run(["cp", "-a", "--reflink=auto", ISO_WORK / "cache/apt", FOLDER / "work/cache/"], check=True)
    answer = subprocess.run(
        ["unshare", "--net", FOLDER / "tree/live-iso/build.sh", "--target", "iso", "--locked", LOCK, "--key", ISO_WORK / "keys/payload.pem",
         "--work", FOLDER / "work", "--output", FOLDER / "again.iso"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, umask=0o077, cwd="/",
        env={"PATH": os.environ["PATH"], "HOME": "/root", "TZ": "Asia/Tokyo", "LC_ALL": "C.UTF-8"})
    require(answer.returncode == 0, answer.stdout)
    require(digest(FOLDER / "again.iso") == digest(ISO), f"{FOLDER}/again.iso is not {ISO}; build.sh verify {ISO} names what differs")
    shutil.rmtree(FOLDER)


if not LOCK.exists():
    skip_all(f"{LOCK} is not there; tests/vm/run makes it with the ISO")
sys.exit(run_steps("same", [("the Debian ISO is made again from its lock file, elsewhere and offline, to the last bit", built_again)]))
