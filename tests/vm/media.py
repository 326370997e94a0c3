#!/usr/bin/env python3
"""The ISO as sticks: written with dd, and as a file on somebody else's multiboot stick; whole, and with one byte changed; as a disc, by
every key of its menu."""
import os
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
MENU = menu.ENTRIES
INSTALLING = r"\[ *\d+/\d+\] |jefe: install"
ANSWERS = """schema: 1
allow_plaintext: true
system: {hostname: vault9}
disk: {match: {serial: JEFETEST1}, expect: 1, erase: matched-disks, encryption: none}
users: [{name: ana, admin: true, password: {from: literal, value: Staple-media-11}}]
finish: poweroff
"""
DISK_SAYS = "this is the first disk"
# A boot sector's: what stands behind it, up to the zero, goes to the serial line.
SECTOR_CODE = "31c0 8ed8 be597c bafd03 ec a820 74fb ac baf803 ee 84c0 75ef f4 ebfd"
FAT_CODE_AT = 0x3E


def stick(path):
    return Disk(path, bus="usb", serial="STICK", format="raw", snapshot=True)


def choose(vm, key):
    vm.expect(r"executed automatically in \d", 90)
    vm.send(key)


def whole():
    """By BIOS, with the menu's entry that checks first. The embedded answers are the wizard's, and install nothing by themselves."""
    path, disk = FOLDER / "embedded.iso", Disk(FOLDER / "untouched.img", serial="JEFETEST1", format="raw")
    shutil.copy(ISO, path)
    (FOLDER / "answers.yaml").write_text(ANSWERS)
    menu.run("truncate", "-s", disk.size, disk.path)  # qemu-img would write the first block
    menu.run("env", f"PATH={ROOT}/build:{os.environ['PATH']}", ROOT / "live-iso/build.sh", "embed", path, FOLDER / "answers.yaml")
    with VM("whole", FOLDER, disks=[stick(path), disk]) as vm:
        choose(vm, "m")
        vm.expect(r"The medium is whole", LIVE)
        vm.expect(r"Answers: the copy embedded in the medium", LIVE)
        vm.expect(FIRST_PAGE, LIVE)
        vm.send("1")
        vm.expect(r"Number, or Enter for Next: ", 60)
        vm.sendline("=")
        vm.expect(r"vault9", 60)
        require(not vm.serial.wait(INSTALLING, 10), "an installation that nobody asked for is running")
    path.unlink()
    require(disk.path.stat().st_blocks == 0, "the disk was written to")


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
    """The other stick has its own boot loader, which takes the ISO's menu from the file; for BIOS it is on a disc here."""
    with tempfile.TemporaryDirectory(dir=FOLDER) as name:
        folder = pathlib.Path(name)
        other = stick(menu.stick(folder, ISO, "512M").path)
        for firmware, disc in ("bios", menu.boot_loader(folder)), ("uefi", None):
            with VM(f"file-{firmware}", FOLDER, firmware=firmware, cdrom=disc, disks=[other]) as vm:
                choose(vm, "\r")
                vm.expect(FIRST_PAGE, LIVE)


def first_disk():
    """A disk that either firmware starts, to say so."""
    image, loader, config = (FOLDER / name for name in ("first.img", "BOOTX64.EFI", "first.cfg"))
    config.write_text(f"echo {DISK_SAYS}\nsleep 60\n")
    menu.run("grub-mkimage", "-O", "x86_64-efi", "-p", "/", "-c", config, "-o", loader, "echo", "sleep")
    menu.run("truncate", "-s", "16M", image)
    menu.run("mformat", "-i", image, "-v", "JEFE-ESP", "::")
    menu.run("mmd", "-i", image, "::/EFI", "::/EFI/BOOT")
    menu.run("mcopy", "-i", image, loader, "::/EFI/BOOT/BOOTX64.EFI")
    with open(image, "r+b") as file:
        file.seek(FAT_CODE_AT)
        file.write(bytes.fromhex(SECTOR_CODE) + DISK_SAYS.encode() + b"\0")
    return Disk(image, format="raw", snapshot=True)


def line_mode(vm):
    """Not asked for the display; to the end of the first page."""
    said = vm.expect(rf"{FIRST_PAGE}|(?s:.*?)\d: Quit\.(?s:.*?)Number, or Enter for Next: ", LIVE)[0]
    require("Press 1" not in said, "line mode is asked for, and asks for the display")


def slow_line(vm):
    vm.expect(FIRST_PAGE, LIVE)
    vm.send("1")
    vm.sendline(vm.expect(r"(\d): Quit\.(?s:.*?)Number, or Enter for Next: ", 60)[1])
    vm.expect(r"s for a shell\.", 60)
    vm.send("s")
    vm.expect(r"Type exit to come back", 60)
    vm.sendline("stty speed")
    found = vm.expect(r"stty speed\D*(\d+)\r?\n", 60)[1]
    require(found == "9600", f"the line for 9600 has {found}")


def recovers(vm):
    said = vm.expect(rf"{FIRST_PAGE}|Press Enter for a root shell", LIVE)[0]
    vm.sendline()
    require("root shell" in said, "the wizard starts where a shell was asked for")
    vm.expect(r"Type exit to come back", 60)


def tests_memory(vm):
    vm.expect(r"Status: Testing", 60)


def starts_disk(vm):
    vm.expect(DISK_SAYS, 60)


def by_keys(firmware, keys):
    """Each key in the menu does what the menu says of it. A BIOS has the menu on its screen, which is text."""
    with VM(f"keys-{firmware}", FOLDER, firmware=firmware, cdrom=ISO, disks=[first_disk()]) as vm:
        for key, happens in keys.items():
            vm.serial.forget()
            vm.expect(r"executed automatically in \d", 90)
            if firmware == "bios":
                shown = vm.text_screen()
                require(all(entry in shown for entry in MENU), f"the menu on the screen:\n{shown}")
            vm.send(key)
            happens(vm)
            vm.qmp("system_reset")


shutil.rmtree(FOLDER, ignore_errors=True)
FOLDER.mkdir(parents=True)
code = run_steps("media", [
    ("a stick written with dd, with answers embedded, checks itself; the wizard starts with them, and nothing is installed", whole),
    ("of a damaged stick nothing starts", damaged),
    ("the ISO as a file on a multiboot stick starts the wizard, by BIOS and by UEFI", file_on_a_stick),
    ("the keys L, 9, T and D of the menu, by BIOS", lambda: by_keys("bios", {"l": line_mode, "9": slow_line, "t": tests_memory, "d": starts_disk})),
    ("the keys R, T and D of the menu, by UEFI", lambda: by_keys("uefi", {"r": recovers, "t": tests_memory, "d": starts_disk})),
])
(FOLDER / "damaged.iso").unlink(missing_ok=True)
sys.exit(code)
