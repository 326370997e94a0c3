#!/usr/bin/env python3
"""The boot menu of an ISO whose arguments have jefe.auto=yes, in a machine: from disc, and from a stick that has the ISO as a file.

    tests/iso/menu.py ISO

Nothing is booted: the menu must be whole, wait for a key, and tell the kernel where the medium is. Says nothing when all is well.
"""

import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "vm"))
from vm import VM, Disk, VMError  # noqa: E402

ENTRIES = ["Install JefeLinux", "serial line only: ttyS0, 115200", "serial line only: ttyS0, 9600", "line mode", "Recover", "Check this medium",
           "Test the memory", "first disk"]
PATIENCE = 6  # the time-out of a menu that may start by itself is 3 s
STICK = """search --no-floppy --set=root --file /images/any.iso
set iso_path=/images/any.iso
export iso_path
loopback loop $iso_path
set root=(loop)
configfile /boot/grub/loopback.cfg
"""
MODULES = "iso9660 fat part_msdos normal configfile search search_fs_file loopback linux test regexp echo serial terminal minicmd play"
EFI_MODULES = "efi_gop all_video gfxterm"


def run(*command):
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kernel_of_menu(vm):
    """The kernel line of the menu, once it has shown all entries and waited long enough to start one."""
    for entry in ENTRIES:
        vm.expect(entry, 60)
    time.sleep(PATIENCE)
    vm.send("c")
    vm.expect("grub> ", 20)
    for character in "echo $kernel":  # GRUB reads a serial line without a buffer
        vm.send(character)
        time.sleep(0.02)
    vm.sendline()
    return vm.expect(r"(?s)echo \$kernel(.*?)grub> ", 20)[1].replace("\r", "").replace("\n", "")


def boot_loader(folder):
    """A disc with the boot loader of somebody else's stick."""
    (folder / "stick").mkdir()
    (folder / "stick.cfg").write_text(STICK)
    run("grub-mkimage", "-O", "i386-pc-eltorito", "-p", "/boot/grub", "-c", folder / "stick.cfg", "-o", folder / "stick/boot.img", "biosdisk",
        *MODULES.split())
    run("xorriso", "-as", "mkisofs", "-o", folder / "stick.iso", "-b", "boot.img", "-no-emul-boot", "-boot-load-size", "4", "-boot-info-table",
        folder / "stick")
    return folder / "stick.iso"


def stick(folder, iso, size="64M"):
    """A FAT stick with the ISO as a file. By UEFI it starts by itself, with the modules that somebody else's GRUB has."""
    image, loader = folder / "stick.img", folder / "BOOTX64.EFI"
    (folder / "stick.cfg").write_text(STICK)
    run("grub-mkimage", "-O", "x86_64-efi", "-p", "/boot/grub", "-c", folder / "stick.cfg", "-o", loader, *MODULES.split(), *EFI_MODULES.split())
    run("truncate", "-s", size, image)
    run("mformat", "-i", image, "-F", "::")
    run("mmd", "-i", image, "::/images", "::/EFI", "::/EFI/BOOT")
    run("mcopy", "-i", image, loader, "::/EFI/BOOT/BOOTX64.EFI")
    run("mcopy", "-i", image, iso, "::/images/any.iso")
    return Disk(image, format="raw")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with VM("menu", folder, memory=256, cdrom=sys.argv[1]) as vm:
            line = kernel_of_menu(vm)
        if "jefe.auto=yes" not in line or "jefe.medium=" not in line or "jefe.iso=" in line:
            return f"the kernel line of the menu is {line!r}"
        with VM("loop", folder, memory=256, cdrom=boot_loader(folder), disks=[stick(folder, sys.argv[1])]) as vm:
            line = kernel_of_menu(vm)
        if " jefe.iso=/images/any.iso " not in line:
            return f"the kernel line of the menu of a stick is {line!r}"
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except VMError as error:
        sys.exit(str(error))
