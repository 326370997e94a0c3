#!/usr/bin/env python3
"""Alpine payload from the local mirror, LUKS2, made as the image of a disk and started from SATA; then a newer kernel."""
from concurrent.futures import ThreadPoolExecutor

import kernels
from flow import Installation, require

pc = Installation("alpine-luks", base="alpine", bus="sata")
repository = pc.folder / "kernels"
made = ThreadPoolExecutor(1).submit(kernels.alpine_repository, repository)  # while the machine installs


def kernel_upgrade():
    """From a second repository, which also has a mkinitfs: the kernel does not bring it along, and installed all the same it makes nothing.
    Like cryptsetup, which the installation found missing and a whole mirror has, it comes before the kernel."""
    pc.root("grep -q \"cannot make an initramfs for a newer kernel: .*cryptsetup\" /var/lib/jefelinux/journal.jsonl")
    new, old = made.result(), pc.ssh("uname -r").strip()
    pc.bring(repository, "/opt/kernels")
    # It alone: the project's mirrors may be out of reach here, and where they are not they have a newer kernel still.
    pc.root("echo /opt/kernels >/etc/apk/repositories && mv /opt/kernels/kernels.rsa.pub /etc/apk/keys/")
    wanted = pc.root("apk upgrade --simulate linux-lts")
    require("Upgrading linux-lts" in wanted and "mkinitfs" not in wanted, f"an upgrade would be:\n{wanted}")
    pc.root("apk add cryptsetup mkinitfs")
    pc.root(f"rm /boot/vmlinuz-{old}")  # the build's, because a kernel of Debian does not call itself as its file is called
    said = pc.root("apk upgrade linux-lts 2>&1")
    require("Upgrading linux-lts" in said and "ERROR" not in said, said)
    triggered = pc.root("cat /opt/mkinitfs.triggered")
    require("/usr/share/kernel/lts" in triggered, f"the trigger of mkinitfs was not called: {triggered}{said}")
    require(pc.menu_kernels() == [new], f"the boot menu has {pc.menu_kernels()}, not {new} alone\n{said}")
    by_mkinitfs = pc.root("grep -l \"by mkinitfs\" /boot/*", check=False)
    left = pc.root("ls /boot /lib/modules")
    require("initramfs-lts" in left and not by_mkinitfs and old not in left, f"made by mkinitfs: {by_mkinitfs}; there are:\n{left}{said}")
    pc.root("rm -r /opt/kernels")


def starts_upgraded():
    """The other firmware starts the new kernel, whose modules unlock the disk."""
    pc.boot_other_firmware()
    version = pc.ssh("uname -r").strip()
    require(version == made.result(), f"it is kernel {version} that runs")
    pc.audit()


pc.run([
    ("installs unattended as an image", pc.install_image),
    ("unlocks, starts from its disk and lets the key in", pc.boot),
    ("audit finds no failure", pc.audit),
    ("a newer kernel from a second repository gets its initramfs and boot menu from us, not from mkinitfs", kernel_upgrade),
    ("no secret in files, disk and logs", pc.no_secrets),
    ("starts it by UEFI, too, after two wrong passphrases, and audit finds no failure", starts_upgraded),
])
