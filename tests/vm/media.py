#!/usr/bin/env python3
"""The ISO as sticks: written with dd, and as a file on somebody else's multiboot stick; whole, and with one byte changed."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from flow import LIVE, ROOT, WORK, medium, require, run_steps
from vm import VM, Disk

sys.path.insert(0, str(ROOT / "tests/iso"))
import menu  # noqa: E402

FOLDER = WORK / "media"
ISO = medium("debian")
FIRST_PAGE = r"Press 1, 2 or 3: "


def stick(path):
    return Disk(path, bus="usb", serial="STICK", format="raw", snapshot=True)


def choose(vm, key):
    vm.expect(r"executed automatically in \d", 90)
    vm.send(key)


def whole():
    """By BIOS, with the menu's entry that checks first."""
    with VM("whole", FOLDER, disks=[stick(ISO)]) as vm:
        choose(vm, "m")
        vm.expect(r"The medium is whole", LIVE)
        vm.expect(FIRST_PAGE, LIVE)


def damaged():
    """By UEFI: a byte of the payload is not what it was. Nothing starts, and the file is named."""
    path = FOLDER / "damaged.iso"
    shutil.copy(ISO, path)
    report = subprocess.run(["xorriso", "-indev", ISO, "-find", "/payload/rootfs.tar.zst", "-exec", "report_lba"], check=True,
                            capture_output=True, text=True).stdout
    with open(path, "r+b") as file:
        file.seek(2048 * int(report.splitlines()[-1].split(",")[1]) + 30_000_000)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 1]))
    with VM("damaged", FOLDER, firmware="uefi", disks=[stick(path)]) as vm:
        choose(vm, "m")
        said = vm.expect(r"(?s)\n[^\n]*payload/rootfs\.tar\.zst[^\n]*\n|The medium is whole|Press 1, 2 or 3", LIVE)[0]
        require("rootfs" in said, f"a changed medium: {said}")
        require(not vm.serial.wait(FIRST_PAGE, 15), "the installer starts from a damaged medium")


def file_on_a_stick():
    """The other stick has its own boot loader, which takes the ISO's menu from the file."""
    with tempfile.TemporaryDirectory(dir=FOLDER) as name:
        folder = pathlib.Path(name)
        with VM("file", FOLDER, cdrom=menu.boot_loader(folder), disks=[stick(menu.stick(folder, ISO, "512M").path)]) as vm:
            choose(vm, "\r")
            vm.expect(FIRST_PAGE, LIVE)


shutil.rmtree(FOLDER, ignore_errors=True)
FOLDER.mkdir(parents=True)
code = run_steps("media", [
    ("a stick written with dd checks itself, then the wizard starts", whole),
    ("of a damaged stick nothing starts", damaged),
    ("the ISO as a file on a multiboot stick starts the wizard", file_on_a_stick),
])
(FOLDER / "damaged.iso").unlink(missing_ok=True)
sys.exit(code)
