#!/usr/bin/env python3
"""Two disks as a mirror: UEFI, LUKS2, unattended. One disk goes, a new one takes its place as the manual tells, and starts alone, by BIOS."""
import os
import pathlib
import re

from flow import BOOT, LIVE, ROOT, UNLOCK_PROMPT, Installation, require
from vm import Disk

pc = Installation("mirror", firmware="uefi", level="baseline", more_disk=["mirror: JEFETEST2", "esp_size: 64M", "boot_size: 256M", "root_size: 3200M"])
first, second = pc.disk, Disk(pc.folder / "second.qcow2", size="5G", serial="JEFETEST2")
third = Disk(pc.folder / "third.qcow2", size="5G", serial="JEFETEST3")
pc.more_disks = [second]
LACKS = r"the mirror lacks a disk; starting from the other one"


def both_disks_are_in_use():
    """Two whole arrays by name, below everything; the smaller disk decides; both have the same boot loaders, and entries in the firmware."""
    state = pc.root("cat /proc/mdstat; ls /dev/md; lsblk -rno NAME,TYPE; findmnt -no SOURCE /boot; cat /etc/mdadm.conf")
    require(state.count("[2/2] [UU]") == 2 and "jefe-boot\njefe-root\n" in state, f"the arrays: {state}")
    require(re.search(r"^/dev/md", pc.root("findmnt -no SOURCE /boot")), f"/boot: {state}")
    sizes = set(pc.root("blockdev --getsize64 /dev/vda4 /dev/vdb4").split())
    require(len(sizes) == 1, f"the halves differ: {sizes}")
    twin = pc.root("grep -q /dev/vda2 /proc/mounts && echo /dev/vdb2 || echo /dev/vda2").strip()  # by their UUID either is mounted
    files = pc.root(f"mount -o ro {twin} /mnt && cd / && for d in boot/efi mnt; do (cd $d && find . -type f -exec sha256sum {{}} + | sort); done; umount /mnt").splitlines()
    require(files and files[:len(files) // 2] == files[len(files) // 2:], f"the EFI partitions differ: {files}")
    require("BOOT" in "".join(files).upper(), f"no boot loader: {files}")
    require("nofail" in pc.root("grep /boot/efi /etc/fstab"), "a start depends on one disk's EFI partition")
    # What the disks have of the system's own initramfs starts them from here on.
    before = pc.root("stat -c %Y /boot/initrd.img-*")
    pc.root("jefe-setup boot", BOOT)
    require(pc.root("stat -c %Y /boot/initrd.img-*") != before, "no initramfs was made")
    require("made equal in the background" in pc.root("cat /var/lib/jefelinux/journal.jsonl"), "the log says nothing of making the disks equal")


def wait_until_equal():
    pc.root("mdadm --wait /dev/md/jefe-boot /dev/md/jefe-root", BOOT, check=False)
    state = pc.root("cat /proc/mdstat")
    require(state.count("[UU]") == 2 and "sync" not in state and "recovery" not in state, f"not equal: {state}")


def power_off():
    wait_until_equal()
    pc.power_off()


def start_alone(title, disk, firmware="uefi"):
    """With this disk only: it is said on the console, and the system is there."""
    pc.disk, pc.more_disks = disk, []
    pc.machine(title, firmware=firmware)
    pc.vm.expect(LACKS, BOOT)
    pc.unlock()
    pc.login()
    state = pc.root("cat /proc/mdstat; findmnt -no TARGET /boot")
    require(state.count("[2/1]") == 2 and "/boot\n" in state, f"with one disk: {state}")


def second_alone():
    start_alone("second", second)
    pc.root("until [ -e /run/openrc/started/jefe ]; do sleep 1; done", BOOT)
    audit = pc.root("jefe-setup audit", check=False)
    failed = [line.split()[:2] for line in audit.splitlines() if line.strip().startswith(("FAIL ", "DRIFT "))]
    require(failed == [["FAIL", "boot.mirror:"]], f"the audit of a mirror that lacks a disk: {failed}")
    pc.power_off()


def commands_of_the_manual():
    """Of the section MIRROR, for the new disk vda and the good one vdb."""
    text = pathlib.Path(ROOT / "doc/jefe-setup.8.in").read_text()
    section = text[text.index("\n.SH MIRROR"):]
    section = section[section.index("\n.EX\n") + 5:section.index("\n.EE\n")]
    return section.replace("\\-", "-").replace("\\e", "\\").replace("/dev/NEW", "/dev/vda").replace("/dev/GOOD", "/dev/vdb")


def replace():
    """The disks that are there start at once: the one that is missing is known. Then the commands of the manual."""
    pc.disk, pc.more_disks = third, [second]
    pc.boot("replaced")
    for command in filter(None, commands_of_the_manual().splitlines()):
        pc.root(command.replace("'", '"'), BOOT)
    wait_until_equal()
    pc.audit()
    pc.power_off()


def recover():
    """The medium finds one system on both disks, opens it and writes both boot loaders."""
    vm = pc.recovery_shell()
    pc.says("jefe-setup recover find", r"vda: root /dev/vda4 .encrypted., .*, mirrored on vdb; closed")
    pc.says("jefe-setup recover open", asks=[(r"Passphrase or recovery key: ", pc.passphrase)])
    pc.says("jefe-setup recover shell -- cat /etc/hostname", r"vault1\r?\n")
    pc.says("jefe-setup recover loader --yes", r"install GRUB for BIOS and UEFI on /dev/vda and /dev/vdb")
    pc.says("jefe-setup recover close")
    pc.says("ls /dev/md /dev/mapper; cat /proc/mdstat; sync", r"unused devices")
    vm.sendline("poweroff")
    vm.wait_off(60)


def third_alone():
    start_alone("third", third, firmware="bios")
    pc.stop()
    for disk in (first, second):
        os.unlink(disk.path)


pc.run([
    ("installs unattended on both disks", pc.install_unattended),
    ("starts from them and lets the key in", pc.boot),
    ("everything is on both disks", both_disks_are_in_use),
    ("audit finds no failure", pc.audit),
    ("is equal on both, and off", power_off),
    ("starts from the second disk alone, and says what is missing", second_alone),
    ("a new disk takes the place of the first, as the manual tells", replace),
    ("the medium finds one system on two disks and writes both boot loaders", recover),
    ("starts from the new disk alone, by BIOS", third_alone),
])
